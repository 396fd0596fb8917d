//! `datapackage.json`: the Frictionless description of a folder of tables.
//!
//! It follows Data Package 2.0, so any tool that knows the standard reads the CSV files. What the
//! standard has no word for stands under `isobath:` names: of the package `isobath:schema` (the
//! version of this layout) and `isobath:content` (a hash of the description itself); of a resource
//! `isobath:version`, `isobath:content`, `isobath:rows`, `isobath:stream`, `isobath:reliability` and
//! `isobath:completeness`; of a field `isobath:kind`, `isobath:formula`, `isobath:class`,
//! `isobath:digits`, `isobath:method`, `isobath:seed` and `isobath:samples`.
//!
//! **Types.** A reader that takes a column for `number` makes binary floats of it, one that takes it
//! for `integer` has 53 or 64 bits. So a column of numbers is `integer` or `number` only where every
//! cell survives that: at most 15 significant digits ([`f64::DIGITS`]), exponents within ±290.
//! Columns with more digits, and quotients, are `string` with a `pattern` that says they are
//! numbers: no digit is lost before someone decides what to read them into. Reasons given instead of
//! a number (`not sampled: …`) are listed in `missingValues`.
//!
//! **Hashes.** `hash` is that of the file's bytes, as the standard has it. `isobath:content` is that
//! of what the table says, so a file whose line ends were converted is still known to be whole.

use serde_json::{Map, Value};

use super::provenance::sha256;
use crate::error::{Error, Result};

mod describe;
mod parse;

pub use parse::{Edited, StoredTable};

/// The version of the layout that this isobath writes and reads.
pub const SCHEMA: u64 = 1;

/// The name of the description in its folder.
pub const FILE_NAME: &str = "datapackage.json";

const SCHEMA_KEY: &str = "isobath:schema";
const CONTENT_KEY: &str = "isobath:content";
const VERSION_KEY: &str = "isobath:version";

/// The description of a folder: one resource per file that isobath wrote there.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// Where it was read, for messages.
    origin: String,
    /// Sorted by path; each has a plain file name as `path`.
    resources: Vec<Map<String, Value>>,
    is_edited: bool,
}

impl Package {
    /// The description of an empty folder; `origin` is the path of the file, for messages.
    pub fn new(origin: impl Into<String>) -> Package {
        Package {
            origin: origin.into(),
            resources: Vec::new(),
            is_edited: false,
        }
    }

    /// The description in `text`, which was read from `origin`.
    ///
    /// # Errors
    /// A data error that names the place: not JSON, not written by isobath, of a newer layout, a
    /// property missing or of the wrong type, a path that is not a plain file name, two resources of
    /// one path.
    pub fn parse(text: &str, origin: impl Into<String>) -> Result<Package> {
        parse::package(text, origin.into())
    }

    /// Where it was read or will be written.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether the text was changed after isobath wrote it.
    pub fn is_edited(&self) -> bool {
        self.is_edited
    }

    /// The names of the tables, sorted.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.resources
            .iter()
            .filter(|resource| is_table(resource))
            .filter_map(|resource| resource.get("name")?.as_str())
    }

    /// The file in which a table of this name is stored.
    pub fn path_of(&self, table: &str) -> Option<&str> {
        self.resources
            .iter()
            .filter(|resource| is_table(resource))
            .find(|resource| resource.get("name").and_then(Value::as_str) == Some(table))
            .map(path)
    }

    /// The name of the table that is stored in a file of this name.
    pub fn table_in(&self, file_name: &str) -> Option<&str> {
        let resource = self.resource(file_name).filter(|r| is_table(r))?;
        resource.get("name")?.as_str()
    }

    /// The table called `name`, whose file has these bytes.
    ///
    /// # Errors
    /// A data error that names file, row (from 1, with its line) and field: no such table, not
    /// UTF-8, a column missing, added or moved, a row with too few or too many fields, a cell that is
    /// not a number in a column of numbers, two rows with the same keys, rows missing at the end. A
    /// changed cell is no error: see [`StoredTable::edited`].
    pub fn read_table(&self, name: &str, csv: &[u8]) -> Result<StoredTable> {
        parse::table(self, name, csv)
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut root = Map::new();
        root.insert(
            "$schema".into(),
            "https://datapackage.org/profiles/2.0/datapackage.json".into(),
        );
        root.insert("name".into(), "isobath-tables".into());
        root.insert("title".into(), "Tables written by isobath".into());
        root.insert(SCHEMA_KEY.into(), SCHEMA.into());
        root.insert(
            CONTENT_KEY.into(),
            hash_without_versions(&root, &self.resources).into(),
        );
        root.insert(
            "resources".into(),
            self.resources.iter().cloned().map(Value::Object).collect(),
        );
        let mut text =
            serde_json::to_string_pretty(&Value::Object(root)).expect("a JSON value has a text");
        text.push('\n');
        text
    }

    /// Puts a resource in place of the one with the same path, or adds it.
    pub(super) fn put(&mut self, resource: Map<String, Value>) {
        match self
            .resources
            .binary_search_by(|other| path(other).cmp(path(&resource)))
        {
            Ok(index) => self.resources[index] = resource,
            Err(index) => self.resources.insert(index, resource),
        }
    }

    /// The resource stored in a file of this name.
    pub(super) fn resource(&self, file_name: &str) -> Option<&Map<String, Value>> {
        self.resources
            .iter()
            .find(|resource| path(resource) == file_name)
    }

    fn fault(&self, message: impl std::fmt::Display) -> Error {
        Error::data(format!("`{}`: {message}", self.origin))
    }
}

pub(super) use describe::{rendering, table_resource};

/// The version of isobath that wrote a resource.
pub(super) fn version(resource: &Map<String, Value>) -> &str {
    resource
        .get(VERSION_KEY)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The hash of a resource's bytes.
pub(super) fn file_hash(resource: &Map<String, Value>) -> &str {
    resource
        .get("hash")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn path(resource: &Map<String, Value>) -> &str {
    resource
        .get("path")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn is_table(resource: &Map<String, Value>) -> bool {
    resource.get("type").and_then(Value::as_str) == Some("table")
}

/// The hash of a description, its versions and its own hash left out.
fn hash_without_versions(root: &Map<String, Value>, resources: &[Map<String, Value>]) -> String {
    let mut canonical = root.clone();
    canonical.remove(CONTENT_KEY);
    let resources = resources.iter().map(|resource| {
        let mut resource = resource.clone();
        resource.shift_remove(VERSION_KEY);
        Value::Object(resource)
    });
    canonical.insert("resources".into(), resources.collect());
    canonical.sort_keys();
    sha256(Value::Object(canonical).to_string().as_bytes())
}

#[cfg(test)]
mod tests;
