//! From a table, or a rendering of one, to its resource in the description.

use serde_json::{Map, Value, json};

use super::{CONTENT_KEY, VERSION_KEY};
use crate::table::cell::{Cell, NumberForm, NumberText};
use crate::table::column::{Column, ColumnKind};
use crate::table::model::Table;
use crate::table::provenance::{Provenance, sha256};
use crate::table::write::{Format, csv};

/// Any number of [`NumberForm`].
const NUMBER_PATTERN: &str = "^[+-]?[0-9]+((\\.[0-9]+)?([eE][+-]?[0-9]+)?|/[0-9]+)$";

/// The resource of a table that is stored as the CSV `text` in the file `path`.
pub(crate) fn table_resource(
    table: &Table,
    path: &str,
    text: &str,
    provenance: &Provenance,
) -> Map<String, Value> {
    let about = table.about();
    let mut resource = Map::new();
    resource.insert("name".into(), about.name.as_str().into());
    resource.insert("type".into(), "table".into());
    add_text(&mut resource, "title", &about.title);
    add_text(&mut resource, "description", &about.caption);
    add_file(&mut resource, path, Format::Csv, text);
    resource.insert("dialect".into(), json!({ "lineTerminator": "\n" }));
    if !about.source.is_empty() {
        resource.insert("sources".into(), json!([{ "title": about.source }]));
    }
    add_text(&mut resource, "isobath:reliability", &about.reliability);
    add_text(&mut resource, "isobath:completeness", &about.completeness);
    if let Some(stream) = about.stream {
        resource.insert("isobath:stream".into(), stream.into());
    }
    resource.insert("isobath:rows".into(), table.rows().len().into());
    add_provenance(&mut resource, provenance);
    resource.insert("schema".into(), schema(table));
    resource
}

/// The resource of a table rendered for people: listed so that isobath knows the file again.
pub(crate) fn rendering(
    table: &Table,
    path: &str,
    format: Format,
    text: &str,
    provenance: &Provenance,
) -> Map<String, Value> {
    let mut resource = Map::new();
    let name = format!("{}-{}", table.name(), format.extension());
    resource.insert("name".into(), name.into());
    add_text(&mut resource, "title", &table.about().title);
    add_file(&mut resource, path, format, text);
    resource.insert("isobath:rendering".into(), table.name().into());
    add_provenance(&mut resource, provenance);
    resource
}

fn add_text(resource: &mut Map<String, Value>, key: &str, text: &str) {
    if !text.is_empty() {
        resource.insert(key.into(), text.into());
    }
}

fn add_file(resource: &mut Map<String, Value>, path: &str, format: Format, text: &str) {
    resource.insert("path".into(), path.into());
    resource.insert("format".into(), format.extension().into());
    resource.insert("mediatype".into(), format.media_type().into());
    resource.insert("encoding".into(), "utf-8".into());
    resource.insert("bytes".into(), text.len().into());
    resource.insert("hash".into(), sha256(text.as_bytes()).into());
}

fn add_provenance(resource: &mut Map<String, Value>, provenance: &Provenance) {
    resource.insert(VERSION_KEY.into(), provenance.version().into());
    resource.insert(CONTENT_KEY.into(), provenance.content().into());
}

fn schema(table: &Table) -> Value {
    let mut schema = Map::new();
    let fields = table.columns().iter().enumerate().map(|(index, column)| {
        let cells = table.rows().iter().map(|row| &row[index]);
        field(column, cells)
    });
    schema.insert("fields".into(), fields.collect());
    let keys: Vec<&str> = table
        .columns()
        .iter()
        .filter(|column| column.kind() == ColumnKind::Key)
        .map(Column::name)
        .collect();
    if !keys.is_empty() {
        schema.insert("primaryKey".into(), keys.into());
    }
    let missing = std::iter::once(String::new()).chain(
        table
            .refusals()
            .into_iter()
            .map(|r| csv::shield(r).into_owned()),
    );
    schema.insert("missingValues".into(), missing.map(Value::from).collect());
    Value::Object(schema)
}

fn field<'t>(column: &Column, cells: impl Iterator<Item = &'t Cell>) -> Value {
    let mut field = Map::new();
    field.insert("name".into(), column.name().into());
    field.insert("title".into(), column.title().into());
    let kind = lossless_type(column, cells);
    field.insert("type".into(), kind.name().into());
    if kind == FieldType::LongNumber {
        field.insert("constraints".into(), json!({ "pattern": NUMBER_PATTERN }));
    }
    field.insert("isobath:kind".into(), column.kind().name().into());
    let optional: [(&str, Option<Value>); 6] = [
        ("isobath:formula", column.formula().map(Value::from)),
        (
            "isobath:class",
            column.class().map(|class| class.name().into()),
        ),
        ("isobath:digits", column.digits().map(Value::from)),
        ("isobath:method", column.method().map(Value::from)),
        ("isobath:seed", column.seed().map(Value::from)),
        ("isobath:samples", column.samples().map(Value::from)),
    ];
    for (key, property) in optional {
        if let Some(property) = property {
            field.insert(key.into(), property);
        }
    }
    Value::Object(field)
}

/// What a reader may take the cells for without losing any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FieldType {
    Integer,
    Number,
    LongNumber,
    Text,
}

impl FieldType {
    const fn name(self) -> &'static str {
        match self {
            FieldType::Integer => "integer",
            FieldType::Number => "number",
            FieldType::LongNumber | FieldType::Text => "string",
        }
    }
}

/// The narrowest type that holds every cell; [`FieldType`] is ordered by width.
fn lossless_type<'t>(column: &Column, cells: impl Iterator<Item = &'t Cell>) -> FieldType {
    if !column.kind().is_computed() && column.kind() != ColumnKind::Key {
        return FieldType::Text;
    }
    cells
        .filter_map(|cell| match cell {
            Cell::Empty | Cell::Refusal(_) => None,
            Cell::Number(number) => Some(type_of_number(number)),
            Cell::Text(_) => Some(FieldType::Text),
        })
        .max()
        .unwrap_or(if column.kind().is_numeric() {
            FieldType::Number
        } else {
            FieldType::Text
        })
}

fn type_of_number(number: &NumberText) -> FieldType {
    // 15 significant digits survive a binary64 (10^15 < 2^53), also next to the ends of its range
    // 1e-307..1e308 when the exponent and the 15 digits before it stay within ±290.
    let exponent = match number.as_str().split_once(['e', 'E']) {
        Some((_, exponent)) => exponent
            .parse::<i32>()
            .map_or(i32::MAX, i32::saturating_abs),
        None => 0,
    };
    let is_short =
        number.significant_digits() <= 15 && number.as_str().len() <= 100 && exponent <= 290;
    match number.form() {
        NumberForm::Integer if is_short => FieldType::Integer,
        NumberForm::Decimal if is_short => FieldType::Number,
        _ => FieldType::LongNumber,
    }
}
