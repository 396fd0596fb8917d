//! One JSON object: what the table says of itself, its columns, and its rows as objects.
//!
//! A number is a string, so no reader rounds it; an empty cell is `null`; a refusal is
//! `{"refused": "not sampled: …"}`, so it cannot be taken for a value.

use serde_json::{Map, Value, json};

use crate::table::cell::Cell;
use crate::table::column::Column;
use crate::table::model::Table;
use crate::table::provenance::Provenance;

/// The table as indented JSON.
pub fn render(table: &Table, provenance: &Provenance) -> String {
    let mut text = serde_json::to_string_pretty(&value(table, provenance))
        .expect("texts and numbers are always JSON");
    text.push('\n');
    text
}

/// The table as a JSON value, with `isobath` (the version) and `hash` (that of the content).
pub fn value(table: &Table, provenance: &Provenance) -> Value {
    let mut object = Map::new();
    object.insert("isobath".into(), provenance.version().into());
    object.insert("hash".into(), provenance.content().into());
    if let Value::Object(content) = content(table) {
        object.extend(content);
    }
    Value::Object(object)
}

/// All that the table says, without version and hash: what the content hash covers.
pub(crate) fn content(table: &Table) -> Value {
    let about = table.about();
    let mut object = Map::new();
    for (name, text) in [
        ("table", &about.name),
        ("title", &about.title),
        ("caption", &about.caption),
        ("source", &about.source),
        ("reliability", &about.reliability),
        ("completeness", &about.completeness),
    ] {
        object.insert(name.into(), text.as_str().into());
    }
    if let Some(stream) = about.stream {
        object.insert("stream".into(), stream.into());
    }
    object.insert(
        "columns".into(),
        table.columns().iter().map(describe).collect(),
    );
    object.insert(
        "rows".into(),
        table
            .rows()
            .iter()
            .map(|row| {
                let fields = table.columns().iter().zip(row);
                Value::Object(
                    fields
                        .map(|(column, cell)| (column.name().to_owned(), cell_value(cell)))
                        .collect(),
                )
            })
            .collect(),
    );
    Value::Object(object)
}

/// The description of a column; absent properties are left out.
fn describe(column: &Column) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), column.name().into());
    object.insert("title".into(), column.title().into());
    object.insert("kind".into(), column.kind().name().into());
    let optional: [(&str, Option<Value>); 6] = [
        ("formula", column.formula().map(Value::from)),
        ("class", column.class().map(|class| class.name().into())),
        ("digits", column.digits().map(Value::from)),
        ("method", column.method().map(Value::from)),
        ("seed", column.seed().map(Value::from)),
        ("samples", column.samples().map(Value::from)),
    ];
    for (name, property) in optional {
        if let Some(property) = property {
            object.insert(name.into(), property);
        }
    }
    Value::Object(object)
}

fn cell_value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Number(number) => number.as_str().into(),
        Cell::Text(text) => text.as_str().into(),
        Cell::Refusal(reason) => json!({ "refused": reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;

    #[test]
    fn any_json_reader_finds_what_the_table_holds() {
        let table = sample();
        let text = render(&table, &Provenance::of(&table).with_version("9.9.9"));
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["isobath"], "9.9.9");
        assert_eq!(read["table"], "moment-values");
        assert_eq!(read["stream"], 1);
        assert_eq!(read["columns"][2]["formula"], "J(a,1,t)");
        assert_eq!(read["columns"][2]["class"], "certified");
        assert_eq!(read["columns"][4]["seed"], 7);
        assert!(read["columns"][0].get("class").is_none());
        assert_eq!(
            read["rows"][0]["value"],
            "0.40939907301036298012345678901234567890123456789012"
        );
        assert_eq!(read["rows"][1]["z"], Value::Null);
        assert_eq!(
            read["rows"][1]["estimate"]["refused"],
            "not sampled: needs n = 4.1e9, at least"
        );
        assert_eq!(read["rows"][0]["note"], "=cmd|' /C calc'!A0");
        assert_eq!(read["rows"].as_array().unwrap().len(), 3);
    }
}
