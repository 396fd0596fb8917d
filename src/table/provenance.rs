//! Who wrote a table, and the hash that says whether it is still what was written.
//!
//! The content hash covers everything a table says (texts, columns, rows, the version of the Monte
//! Carlo stream) and nothing else: no date, no machine, no number of threads, and not the version
//! of isobath. Two tables have the same hash exactly when they say the same.

use sha2::{Digest, Sha256};

use super::model::Table;
use super::write::json;

/// The version of isobath that writes.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The provenance of a whole table; that of a column is in its [`Column`](super::Column).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    version: String,
    content: String,
}

impl Provenance {
    /// The provenance of `table` as written by this version.
    pub fn of(table: &Table) -> Provenance {
        Provenance {
            version: VERSION.to_owned(),
            content: content_hash(table),
        }
    }

    /// The same with another version: what an earlier isobath would have written.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// The version of isobath.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `sha256:` and the hash of the content in 64 hexadecimal digits.
    pub fn content(&self) -> &str {
        &self.content
    }
}

/// `sha256:` and the hash of the table's canonical text: its JSON without spaces, in the order of
/// the columns, without version and hash.
pub fn content_hash(table: &Table) -> String {
    sha256(json::content(table).to_string().as_bytes())
}

/// `sha256:` and the hash of some bytes in 64 hexadecimal digits: the form that Frictionless
/// descriptors use.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(71);
    text.push_str("sha256:");
    for byte in Sha256::digest(bytes) {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).expect("a nibble is below 16"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;
    use crate::table::{Cell, Column, ColumnKind, Table};

    #[test]
    fn the_hash_is_sha256() {
        // FIPS 180-4, the example "abc".
        assert_eq!(
            sha256(b"abc"),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn every_word_of_a_table_is_in_its_hash() {
        let table = sample();
        let original = content_hash(&table);
        assert_eq!(content_hash(&table.clone()), original);

        let mut hashes = std::collections::BTreeSet::from([original]);
        let mut about = table.about().clone();
        about.reliability.push('!');
        let mut stream = table.about().clone();
        stream.stream = Some(2);
        let mut rounded = table.columns().to_vec();
        rounded[2] = rounded[2].clone().with_digits(49);
        let mut reseeded = table.columns().to_vec();
        reseeded[4] = reseeded[4].clone().with_sampling(8, 1_000_000);
        let rebuild = |about, columns: Vec<Column>, rows: &[Vec<Cell>]| {
            let mut table = Table::new(about, columns).unwrap();
            for row in rows {
                table.push_row(row.clone()).unwrap();
            }
            content_hash(&table)
        };
        let columns = || table.columns().to_vec();
        let mut rows = table.rows().to_vec();
        rows[0][6] = Cell::Empty;
        for hash in [
            rebuild(about, columns(), table.rows()),
            rebuild(stream, columns(), table.rows()),
            rebuild(table.about().clone(), rounded, table.rows()),
            rebuild(table.about().clone(), reseeded, table.rows()),
            rebuild(table.about().clone(), columns(), &rows),
            rebuild(table.about().clone(), columns(), &table.rows()[..2]),
        ] {
            assert!(hashes.insert(hash), "two different tables, one hash");
        }
        assert_eq!(hashes.len(), 7);
    }

    #[test]
    fn a_note_is_not_a_refusal() {
        // The same shown text in cells of different sorts must not collide.
        let about = || crate::table::About {
            name: "x".into(),
            ..Default::default()
        };
        let column = |kind| {
            let column = Column::new("c", kind).unwrap();
            if kind == ColumnKind::Form {
                vec![column.with_class(crate::number::EvidenceClass::Exact)]
            } else {
                vec![column]
            }
        };
        let mut refused = Table::new(about(), column(ColumnKind::Form)).unwrap();
        refused
            .push_row(vec![Cell::refusal("no: why").unwrap()])
            .unwrap();
        let mut noted = Table::new(about(), column(ColumnKind::Note)).unwrap();
        noted
            .push_row(vec![Cell::text("no: why").unwrap()])
            .unwrap();
        assert_ne!(content_hash(&refused), content_hash(&noted));
    }
}
