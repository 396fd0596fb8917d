//! Round trips, and every fault a stored table can have.

use proptest::prelude::*;

use super::*;
use crate::error::ErrorKind;
use crate::number::EvidenceClass;
use crate::table::model::tests::sample;
use crate::table::write::{Format, csv};
use crate::table::{About, Cell, Column, ColumnKind, Provenance, Table};

/// The description and the CSV text of a table, as a folder stores them.
fn stored(table: &Table) -> (String, String) {
    let text = csv::render(table);
    let mut package = Package::new("datapackage.json");
    let path = format!("{}.csv", table.name());
    package.put(table_resource(table, &path, &text, &Provenance::of(table)));
    (package.to_text(), text)
}

fn read(description: &str, csv: &str) -> Result<StoredTable> {
    let package = Package::parse(description, "datapackage.json")?;
    let name = package.tables().next().unwrap_or("none").to_owned();
    package.read_table(&name, csv.as_bytes())
}

#[test]
fn what_is_written_is_read_back() {
    let table = sample();
    let (description, text) = stored(&table);
    let package = Package::parse(&description, "datapackage.json").unwrap();
    assert!(!package.is_edited());
    assert_eq!(package.to_text(), description);
    assert_eq!(package.tables().collect::<Vec<_>>(), ["moment-values"]);
    assert_eq!(package.path_of("moment-values"), Some("moment-values.csv"));
    assert_eq!(package.table_in("moment-values.csv"), Some("moment-values"));

    let read = package
        .read_table("moment-values", text.as_bytes())
        .unwrap();
    assert_eq!(read.table(), &table);
    assert_eq!(read.edited(), None);
    assert_eq!(read.version(), crate::table::provenance::VERSION);
    assert_eq!(
        read.place(1, "value"),
        "moment-values.csv, row 2 (line 3; a = 1, t = pi/2), field `value`"
    );
}

#[test]
fn the_descriptor_says_what_any_reader_needs() {
    let (description, text) = stored(&sample());
    let root: Value = serde_json::from_str(&description).unwrap();
    let resource = &root["resources"][0];
    assert_eq!(resource["bytes"], text.len());
    assert_eq!(resource["hash"], sha256(text.as_bytes()));
    let fields = &resource["schema"]["fields"];
    let types: Vec<&str> = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["type"].as_str().unwrap())
        .collect();
    // a, t, value (50 digits), form, estimate, z, note
    assert_eq!(
        types,
        [
            "integer", "string", "string", "string", "number", "number", "string"
        ]
    );
    assert!(fields[2]["constraints"]["pattern"].is_string());
    assert!(fields[1].get("constraints").is_none());
    assert_eq!(fields[2]["isobath:formula"], "J(a,1,t)");
    assert_eq!(fields[4]["isobath:seed"], 7);
    assert_eq!(
        resource["schema"]["primaryKey"],
        serde_json::json!(["a", "t"])
    );
    assert_eq!(
        resource["schema"]["missingValues"],
        serde_json::json!(["", "not sampled: needs n = 4.1e9, at least"])
    );
}

#[test]
fn numbers_are_typed_so_that_no_reader_loses_digits() {
    let field_type = |cells: &[&str]| {
        let about = About {
            name: "x".into(),
            ..About::default()
        };
        let column = Column::new("v", ColumnKind::Value)
            .unwrap()
            .with_class(EvidenceClass::Exact);
        let mut table = Table::new(about, vec![column]).unwrap();
        for cell in cells {
            table.push_row(vec![Cell::exact(*cell).unwrap()]).unwrap();
        }
        let (description, _) = stored(&table);
        let root: Value = serde_json::from_str(&description).unwrap();
        let field = &root["resources"][0]["schema"]["fields"][0];
        let is_patterned = field.get("constraints").is_some();
        (field["type"].as_str().unwrap().to_owned(), is_patterned)
    };
    for (cells, expected, is_patterned) in [
        (&["1", "-20", "999999999999999"][..], "integer", false),
        (&["1", "9007199254740993"], "string", true),
        (&["1", "0.25"], "number", false),
        (&["0.1234567890123456"], "string", true),
        (&["1.5e-290"], "number", false),
        (&["1.5e-310"], "string", true),
        (&["1e99999999999"], "string", true),
        (&["1/3"], "string", true),
        (&[], "number", false),
    ] {
        assert_eq!(
            field_type(cells),
            (expected.to_owned(), is_patterned),
            "{cells:?}"
        );
    }
}

#[test]
fn converted_line_ends_are_not_an_edit() {
    let (description, text) = stored(&sample());
    let converted = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let read = read(&description, &converted).unwrap();
    assert_eq!(read.edited(), None);
    assert_eq!(read.table(), &sample());
}

#[test]
fn an_edited_cell_is_known_by_the_hash() {
    let (description, text) = stored(&sample());
    let edited = text.replace("1.5915494e-1", "1.5915495e-1");
    assert_ne!(edited, text);
    let read = read(&description, &edited).unwrap();
    assert_eq!(read.edited(), Some(Edited::File));
    let differences = crate::table::differences(read.table(), &sample());
    assert_eq!(differences.len(), 1);
}

#[test]
fn an_edited_description_is_known_too() {
    let (description, text) = stored(&sample());
    for (from, to) in [
        ("J(a,1,t)", "J(a,2,t)"),
        ("\"isobath:digits\": 50", "\"isobath:digits\": 40"),
        ("\"isobath:seed\": 7", "\"isobath:seed\": 8"),
        ("a, b ≤ 1", "a, b ≤ 2"),
    ] {
        let edited = description.replace(from, to);
        assert_ne!(edited, description);
        let package = Package::parse(&edited, "datapackage.json").unwrap();
        assert!(package.is_edited(), "{from}");
        let read = package
            .read_table("moment-values", text.as_bytes())
            .unwrap();
        assert_eq!(read.edited(), Some(Edited::Description), "{from}");
    }
    // The version is not part of what a table says.
    let other_version = description.replace(
        &format!(
            "\"{VERSION_KEY}\": \"{}\"",
            crate::table::provenance::VERSION
        ),
        &format!("\"{VERSION_KEY}\": \"9.9.9\""),
    );
    assert_ne!(other_version, description);
    let package = Package::parse(&other_version, "datapackage.json").unwrap();
    assert!(!package.is_edited());
}

#[test]
fn faults_of_the_file_name_row_and_field() {
    let (description, text) = stored(&sample());
    let lines: Vec<&str> = text.lines().collect();
    let with_row = |row: &str| format!("{}\n{}\n{row}\n{}\n", lines[0], lines[1], lines[3]);
    for (csv, expected) in [
        (String::new(), "is empty: the heading is missing"),
        (
            text.replace("form,", ""),
            "line 1: the column `form` is missing",
        ),
        (
            text.replace("note\n", "note,=cmd()\n"),
            "line 1: the column `=cmd()` is not described",
        ),
        (text.replace("a,t,value", "t,a,value"), "in another order"),
        (
            text.replace("z,note\n", "z,note,z\n"),
            "repeated or in another order",
        ),
        (
            with_row("1,pi/2,1.5"),
            "`moment-values.csv`, line 3: row 2, field `form` is missing",
        ),
        (
            with_row("1,pi/2,1.5,0,,,,"),
            "row 2 has 8 fields, the table has 7 columns",
        ),
        (
            with_row("1,pi/2,=1+1,0,,,"),
            "row 2, field `value`: `=1+1` is not a number",
        ),
        (
            with_row("1,pi/2,nan,0,,,"),
            "row 2, field `value`: `nan` is not a number",
        ),
        (with_row("1,pi/2,1_000,0,,,"), "`1_000` is not a number"),
        (
            with_row("1,,1,0,,,"),
            "row 2, field `t`: a key cannot be empty",
        ),
        (
            with_row("0,1/3,1,0,,,"),
            "line 3: row 2 has the same keys as row 1 (a = 0, t = 1/3)",
        ),
        (
            with_row("1,pi/2,1,0,,,a\0b"),
            "row 2, field `note`: `a\u{fffd}b` holds the invisible character U+0000",
        ),
        (
            format!("{}\n{}\n", lines[0], lines[1]),
            "ends after row 1, but 3 rows were written",
        ),
        (
            format!("{text}2,pi,0,0,,,\n"),
            "has 4 rows, but 3 were written: row 4",
        ),
        (
            text[..text.len() - 1].to_owned(),
            "row 3 does not end in a line break",
        ),
        (text[..text.len() - 70].to_owned(), "truncated"),
    ] {
        let error = read(&description, &csv).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        let said = error.to_string();
        assert!(said.contains("moment-values.csv"), "{said}");
        assert!(said.contains(expected), "{said}\nexpected: {expected}");
    }
    let package = Package::parse(&description, "datapackage.json").unwrap();
    let mut bytes = text.into_bytes();
    bytes[40] = 0xff;
    let error = package.read_table("moment-values", &bytes).unwrap_err();
    assert!(error.message().contains("byte 40, on line 2"), "{error}");
}

#[test]
fn a_file_cut_anywhere_is_never_taken_for_whole() {
    let (description, text) = stored(&sample());
    let mut cuts = 0;
    for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
        match read(&description, &text[..end]) {
            Err(error) => assert_eq!(error.kind(), ErrorKind::Data),
            Ok(read) => panic!("cut at {end}: {:?}", read.edited()),
        }
        cuts += 1;
    }
    assert!(cuts > 300);
}

#[test]
fn faults_of_the_description_name_the_property() {
    let (description, text) = stored(&sample());
    let changed = |from: &str, to: &str| {
        let changed = description.replacen(from, to, 1);
        assert_ne!(changed, description, "{from}");
        changed
    };
    for (description, expected) in [
        ("{".to_owned(), "it is not JSON"),
        ("[]".to_owned(), "it is not a JSON object"),
        ("[".repeat(100_000), "it is not JSON"),
        ("{}".to_owned(), "isobath did not write it"),
        (
            changed("\"isobath:schema\": 1", "\"isobath:schema\": 2"),
            "a newer isobath wrote it (layout 2; this one reads 1) (use that version)",
        ),
        (
            changed("\"isobath:schema\": 1", "\"isobath:schema\": \"1\""),
            "isobath did not write it",
        ),
        (
            changed("\"resources\": [", "\"resources\": 3, \"x\": ["),
            "there is no array `resources`",
        ),
        (
            changed("\"moment-values.csv\"", "\"../moment-values.csv\""),
            "resource 1: `path` must be the name of a file",
        ),
        (
            changed("\"moment-values.csv\"", "\"/etc/passwd\""),
            "`path` must be the name of a file",
        ),
        (
            changed("\"name\": \"moment-values\"", "\"name\": \"../x\""),
            "cannot be the name of a table",
        ),
        (
            changed("\"isobath:rows\": 3", "\"isobath:rows\": -3"),
            "table `moment-values`, `isobath:rows`: a whole number is needed",
        ),
        (
            changed("\"isobath:kind\": \"key\"", "\"isobath:kind\": \"clef\""),
            "field 1, `isobath:kind`: `clef` is not a kind of column",
        ),
        (
            changed("\"isobath:kind\": \"key\"", "\"x\": 1"),
            "field 1, `isobath:kind`: it is missing",
        ),
        (
            changed("\"certified\"", "\"sure\""),
            "field 3, `isobath:class`: `sure` is not an evidence class",
        ),
        (
            changed("\"isobath:digits\": 50", "\"isobath:digits\": 5000000000"),
            "`isobath:digits`: it is out of range",
        ),
        (
            changed("\"isobath:samples\": 1000000", "\"x\": 0"),
            "field 5, `isobath:samples`: there is a seed without it",
        ),
        (
            changed("\"sources\": [", "\"sources\": 7, \"x\": ["),
            "a source with a title is needed",
        ),
        (
            changed("\"name\": \"t\"", "\"name\": \"a\""),
            "there are two columns `a`",
        ),
    ] {
        let error = read(&description, &text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Data);
        let said = error.to_string();
        assert!(said.contains("`datapackage.json`"), "{said}");
        assert!(said.contains(expected), "{said}\nexpected: {expected}");
    }
}

#[test]
fn renderings_are_listed_but_are_no_tables() {
    let table = sample();
    let provenance = Provenance::of(&table);
    let mut package = Package::new("datapackage.json");
    let text = Format::Markdown.render(&table, &provenance);
    package.put(rendering(
        &table,
        "moment-values.md",
        Format::Markdown,
        &text,
        &provenance,
    ));
    let package = Package::parse(&package.to_text(), "datapackage.json").unwrap();
    assert_eq!(package.tables().count(), 0);
    let resource = package.resource("moment-values.md").unwrap();
    assert_eq!(file_hash(resource), sha256(text.as_bytes()));
    assert_eq!(version(resource), provenance.version());
}

/// A table with columns and cells of every kind, and texts that provoke every format.
fn any_table() -> impl Strategy<Value = Table> {
    let number = prop_oneof![
        "[+-]?[0-9]{1,20}",
        "[+-]?[0-9]{1,3}\\.[0-9]{1,60}",
        "-?[0-9]\\.[0-9]{1,5}e[+-]?[0-9]{1,4}",
        "-?[0-9]{1,5}/[1-9][0-9]{0,5}",
    ];
    let text = "[ -~]{0,12}|['=+@,\"\\\\|<>$&%#_{}~^-]{1,6}|[θπ√−é日=＝]{1,4}";
    let row = (number, "[a-z(*+/)-]{1,10}", text, text, any::<u8>());
    (
        proptest::collection::vec(row, 0..12),
        text,
        any::<Option<u32>>(),
    )
        .prop_map(|(rows, caption, stream)| {
            let about = About {
                name: "any-table".into(),
                title: caption.chars().rev().collect(),
                caption,
                stream,
                ..About::default()
            };
            let columns = vec![
                Column::new("k", ColumnKind::Key).unwrap(),
                Column::new("i", ColumnKind::Key).unwrap(),
                Column::new("value", ColumnKind::Value)
                    .unwrap()
                    .with_class(EvidenceClass::Certified),
                Column::new("form", ColumnKind::Form)
                    .unwrap()
                    .with_class(EvidenceClass::Exact),
                Column::new("label", ColumnKind::Text).unwrap(),
                Column::new("note", ColumnKind::Note).unwrap(),
            ];
            let mut table = Table::new(about, columns).unwrap();
            for (index, (number, formula, label, note, choice)) in rows.into_iter().enumerate() {
                let value = match choice % 4 {
                    0 => Cell::Empty,
                    1 => Cell::refusal(format!("{formula}: {label}")).unwrap(),
                    _ => Cell::number(number.clone()).unwrap(),
                };
                let form = match choice % 3 {
                    0 => Cell::exact(number.clone()).unwrap(),
                    1 => Cell::text(formula.clone()).unwrap(),
                    _ => Cell::refusal(format!("{label}: {formula}")).unwrap(),
                };
                let key = if choice % 2 == 0 { number } else { formula };
                table
                    .push_row(vec![
                        Cell::exact(key).unwrap(),
                        Cell::integer(index as i128),
                        value,
                        form,
                        Cell::text(label).unwrap(),
                        Cell::text(note).unwrap(),
                    ])
                    .unwrap();
            }
            table
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_table_comes_back_from_its_files(table in any_table()) {
        let (description, text) = stored(&table);
        let read = read(&description, &text).unwrap();
        prop_assert_eq!(read.table(), &table);
        prop_assert_eq!(read.edited(), None);
        prop_assert_eq!(stored(read.table()), (description, text));
    }

    #[test]
    fn any_table_is_rendered_without_panic(table in any_table(), width in 0u16..200) {
        let provenance = Provenance::of(&table);
        for format in Format::ALL {
            let text = format.render(&table, &provenance);
            prop_assert!(text.ends_with('\n'));
            prop_assert!(format == Format::Json || !text.contains("<script"));
        }
        crate::table::write::terminal::render(&table, &provenance, width);
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
    ) {
        let (description, text) = stored(&sample());
        let package = Package::parse(&description, "d").unwrap();
        let _ = package.read_table("moment-values", &bytes);
        // Also bytes in the middle of a good file.
        let mut mixed = text.into_bytes();
        let at = at.index(mixed.len());
        mixed.splice(at..at, bytes);
        let _ = package.read_table("moment-values", &mixed);
    }
}
