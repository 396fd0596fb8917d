//! From a description and the bytes of a CSV file back to a table, with the place of every fault.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    CONTENT_KEY, Package, SCHEMA, SCHEMA_KEY, VERSION_KEY, file_hash, hash_without_versions,
    is_table, path,
};
use crate::error::{Error, Result};
use crate::table::cell::{Cell, is_refusal};
use crate::table::column::{Column, ColumnKind};
use crate::table::model::{About, Table, check_table_name};
use crate::table::provenance::{content_hash, sha256};
use crate::table::write::csv::unshield;

/// A table as it was read from a folder.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTable {
    table: Table,
    file: String,
    lines: Vec<u64>,
    edited: Option<Edited>,
    version: String,
}

/// What was changed after isobath wrote a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edited {
    /// The CSV file says something else than what was written.
    File,
    /// The CSV file is what was written, but its description is not.
    Description,
}

impl StoredTable {
    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The name of its file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line of the file on which a row (counted from 0) begins.
    pub fn line(&self, row: usize) -> Option<u64> {
        self.lines.get(row).copied()
    }

    /// Whether file or description were changed after isobath wrote them. The hash cannot say
    /// where: recompute the cells, or compare with [`differences`](crate::table::differences).
    pub fn edited(&self) -> Option<Edited> {
        self.edited
    }

    /// The version of isobath that wrote it.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The place of a cell for messages: `x.csv, row 3 (line 4; a = 1, t = pi/2), field "value"`.
    pub fn place(&self, row: usize, column: &str) -> String {
        let label = self.table.row_label(row);
        let separator = if label.is_empty() { "" } else { "; " };
        let line = self.line(row).unwrap_or_default();
        format!(
            "{}, row {} (line {line}{separator}{label}), field `{column}`",
            self.file,
            row + 1
        )
    }
}

impl fmt::Display for Edited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Edited::File => "the file was changed after isobath wrote it: its hash differs",
            Edited::Description => {
                "the description was changed after isobath wrote it: the hash of the content differs"
            }
        })
    }
}

pub(super) fn package(text: &str, origin: String) -> Result<Package> {
    let mut package = Package::new(origin);
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root: Value = serde_json::from_str(text)
        .map_err(|error| package.fault(format_args!("it is not JSON: {error}")))?;
    let Value::Object(mut root) = root else {
        return Err(package.fault("it is not a JSON object"));
    };
    match root.get(SCHEMA_KEY).and_then(Value::as_u64) {
        Some(SCHEMA) => {}
        Some(newer) if newer > SCHEMA => {
            return Err(package
                .fault(format_args!(
                    "a newer isobath wrote it (layout {newer}; this one reads {SCHEMA})"
                ))
                .with_hint("use that version"));
        }
        _ => {
            return Err(package.fault(format_args!(
                "isobath did not write it: there is no `{SCHEMA_KEY}` of {SCHEMA}"
            )));
        }
    }
    let Some(Value::Array(resources)) = root.shift_remove("resources") else {
        return Err(package.fault("there is no array `resources`"));
    };
    for (index, resource) in resources.into_iter().enumerate() {
        let Value::Object(resource) = resource else {
            return Err(package.fault(format_args!("resource {} is not an object", index + 1)));
        };
        let of_resource =
            |message: &str| package.fault(format_args!("resource {}: {message}", index + 1));
        let path = path(&resource);
        if !is_plain_file_name(path) {
            return Err(of_resource(
                "`path` must be the name of a file in the same folder",
            ));
        }
        if package.resource(path).is_some() {
            return Err(of_resource("an earlier one has the same path"));
        }
        if is_table(&resource) {
            let name = resource.get("name").and_then(Value::as_str);
            let name = name.ok_or_else(|| of_resource("there is no text `name`"))?;
            check_table_name(name).map_err(|error| of_resource(error.message()))?;
            if package.tables().any(|other| other == name) {
                return Err(of_resource("an earlier table has the same name"));
            }
        }
        package.put(resource);
    }
    let hash = hash_without_versions(&root, &package.resources);
    package.is_edited = root.get(CONTENT_KEY).and_then(Value::as_str) != Some(&hash);
    Ok(package)
}

/// Whether the text names a file and no place: no separators, drives, parents or hidden characters.
fn is_plain_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && !name.starts_with('.')
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

pub(super) fn table(package: &Package, name: &str, csv: &[u8]) -> Result<StoredTable> {
    let resource = package
        .resources
        .iter()
        .filter(|resource| is_table(resource))
        .find(|resource| resource.get("name").and_then(Value::as_str) == Some(name))
        .ok_or_else(|| package.fault(format_args!("there is no table `{name}`")))?;
    let properties = Properties {
        package,
        place: format!("table `{name}`"),
        object: resource,
    };
    let mut table = Table::new(about(&properties)?, columns(&properties)?)
        .map_err(|error| error.context(format_args!("`{}`", package.origin)))?;
    let file = path(resource).to_owned();
    let promised = properties.unsigned("isobath:rows")?;
    let lines = rows(&mut table, &file, csv, promised)?;

    let content = properties.text(CONTENT_KEY)?;
    let edited = if content_hash(&table) == content {
        None
    } else if sha256(csv) == file_hash(resource) {
        Some(Edited::Description)
    } else {
        Some(Edited::File)
    };
    Ok(StoredTable {
        table,
        file,
        lines,
        edited,
        version: properties.text(VERSION_KEY)?.to_owned(),
    })
}

/// The properties of one object of the description, taken by name.
struct Properties<'p> {
    package: &'p Package,
    place: String,
    object: &'p Map<String, Value>,
}

impl<'p> Properties<'p> {
    fn fault(&self, property: &str, message: impl fmt::Display) -> Error {
        self.package
            .fault(format_args!("{}, `{property}`: {message}", self.place))
    }

    fn optional_text(&self, property: &str) -> Result<Option<&'p str>> {
        match self.object.get(property) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.fault(property, "a text is needed")),
        }
    }

    fn text(&self, property: &str) -> Result<&'p str> {
        self.optional_text(property)?
            .ok_or_else(|| self.fault(property, "it is missing"))
    }

    fn optional_unsigned(&self, property: &str) -> Result<Option<u64>> {
        match self.object.get(property) {
            None => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| self.fault(property, "a whole number is needed")),
        }
    }

    fn unsigned(&self, property: &str) -> Result<u64> {
        self.optional_unsigned(property)?
            .ok_or_else(|| self.fault(property, "it is missing"))
    }

    fn optional_u32(&self, property: &str) -> Result<Option<u32>> {
        self.optional_unsigned(property)?
            .map(|number| {
                u32::try_from(number).map_err(|_| self.fault(property, "it is out of range"))
            })
            .transpose()
    }
}

fn about(properties: &Properties<'_>) -> Result<About> {
    let text = |property| -> Result<String> {
        let text = properties.optional_text(property)?;
        Ok(text.unwrap_or_default().to_owned())
    };
    let source = match properties.object.get("sources") {
        None => "",
        Some(sources) => sources[0]["title"]
            .as_str()
            .ok_or_else(|| properties.fault("sources", "a source with a title is needed"))?,
    };
    Ok(About {
        name: text("name")?,
        title: text("title")?,
        caption: text("description")?,
        source: source.to_owned(),
        reliability: text("isobath:reliability")?,
        completeness: text("isobath:completeness")?,
        stream: properties.optional_u32("isobath:stream")?,
    })
}

fn columns(properties: &Properties<'_>) -> Result<Vec<Column>> {
    let fields = properties
        .object
        .get("schema")
        .and_then(|schema| schema.get("fields"))
        .and_then(Value::as_array)
        .ok_or_else(|| properties.fault("schema", "there is no array `fields`"))?;
    fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let place = format!("{}, field {}", properties.place, index + 1);
            let object = field.as_object().ok_or_else(|| {
                properties
                    .package
                    .fault(format_args!("{place} is no object"))
            })?;
            column(&Properties {
                package: properties.package,
                place,
                object,
            })
        })
        .collect()
}

fn column(field: &Properties<'_>) -> Result<Column> {
    let kind = field
        .text("isobath:kind")?
        .parse::<ColumnKind>()
        .map_err(|error| field.fault("isobath:kind", error))?;
    let mut column =
        Column::new(field.text("name")?, kind).map_err(|error| field.fault("name", error))?;
    if let Some(title) = field.optional_text("title")? {
        column = column.with_title(title);
    }
    if let Some(formula) = field.optional_text("isobath:formula")? {
        column = column.with_formula(formula);
    }
    if let Some(class) = field.optional_text("isobath:class")? {
        let class = class
            .parse()
            .map_err(|error: Error| field.fault("isobath:class", error))?;
        column = column.with_class(class);
    }
    if let Some(digits) = field.optional_u32("isobath:digits")? {
        column = column.with_digits(digits);
    }
    if let Some(method) = field.optional_text("isobath:method")? {
        column = column.with_method(method);
    }
    match (
        field.optional_unsigned("isobath:seed")?,
        field.optional_unsigned("isobath:samples")?,
    ) {
        (Some(seed), Some(samples)) => Ok(column.with_sampling(seed, samples)),
        (None, None) => Ok(column),
        (Some(_), None) => Err(field.fault("isobath:samples", "there is a seed without it")),
        (None, Some(_)) => Err(field.fault("isobath:seed", "there are samples without it")),
    }
}

/// Reads the rows of a CSV file into the table; gives the line of each.
fn rows(table: &mut Table, file: &str, csv: &[u8], promised: u64) -> Result<Vec<u64>> {
    let text = std::str::from_utf8(csv).map_err(|error| {
        let offset = error.valid_up_to();
        let line = 1 + csv[..offset].iter().filter(|&&b| b == b'\n').count();
        Error::data(format!(
            "`{file}` is not UTF-8: see byte {offset}, on line {line}"
        ))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_cut = !text.ends_with('\n');
    let suspect = |error: Error| {
        if is_cut {
            error.with_hint("the file ends in the middle of a row: it seems to be truncated")
        } else {
            error
        }
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader
        .records()
        .map(|record| record.map_err(|error| Error::data(format!("`{file}` is not CSV: {error}"))));
    let heading = match records.next() {
        Some(heading) => heading?,
        None => {
            return Err(Error::data(format!(
                "`{file}` is empty: the heading is missing"
            )));
        }
    };
    check_heading(table, file, &heading).map_err(suspect)?;

    let mut lines = Vec::new();
    for (index, record) in records.enumerate() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = index + 1;
        let located = |error: Error| suspect(error.context(format_args!("`{file}`, line {line}")));
        let columns = table.columns();
        if let Some(missing) = columns.get(record.len()) {
            return Err(located(Error::data(format!(
                "row {row}, field `{}` is missing",
                missing.name()
            ))));
        }
        if record.len() > columns.len() {
            return Err(located(Error::data(format!(
                "row {row} has {} fields, the table has {} columns",
                record.len(),
                columns.len()
            ))));
        }
        let mut cells = Vec::with_capacity(columns.len());
        for (column, field) in columns.iter().zip(&record) {
            let cell = cell(column.kind(), field).map_err(|error| {
                let place = format!("row {row}, field `{}`", column.name());
                located(error.context(place))
            })?;
            cells.push(cell);
        }
        table.push_row(cells).map_err(located)?;
        lines.push(line);
    }

    let found = lines.len() as u64;
    if found < promised {
        return Err(Error::data(format!(
            "`{file}` ends after row {found}, but {promised} rows were written: it is truncated"
        )));
    }
    if found > promised {
        return Err(Error::data(format!(
            "`{file}` has {found} rows, but {promised} were written: row {} is the first that was added",
            promised + 1
        )));
    }
    // A cut inside the last cell of the last row leaves all rows in place and a shorter number.
    if is_cut && found > 0 {
        return Err(Error::data(format!(
            "`{file}`, row {found} does not end in a line break: it seems to be truncated"
        )));
    }
    Ok(lines)
}

fn check_heading(table: &Table, file: &str, heading: &csv::StringRecord) -> Result<()> {
    let wrong = |message: String| Err(Error::data(format!("`{file}`, line 1: {message}")));
    for column in table.columns() {
        if !heading.iter().any(|name| name == column.name()) {
            return wrong(format!("the column `{}` is missing", column.name()));
        }
    }
    if let Some(unknown) = heading.iter().find(|name| table.column(name).is_none()) {
        let shown = crate::table::cell::excerpt(unknown);
        return wrong(format!("the column `{shown}` is not described"));
    }
    let in_place = table.columns().iter().map(Column::name);
    if !in_place.eq(heading.iter()) {
        return wrong("the columns are repeated or in another order than described".to_owned());
    }
    Ok(())
}

/// What a field of the file holds, in a column of this kind.
fn cell(kind: ColumnKind, field: &str) -> Result<Cell> {
    let text = unshield(field);
    if kind.is_computed() && is_refusal(text) {
        Cell::refusal(text)
    } else if text.is_empty() {
        Ok(Cell::Empty)
    } else if kind.is_numeric() {
        Cell::number(text)
    } else if kind.is_computed() || kind == ColumnKind::Key {
        Cell::exact(text)
    } else {
        Cell::text(text)
    }
}
