//! The table itself: columns, rows, and what a reader must know before trusting them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::cell::{Cell, check_printable, excerpt, is_refusal};
use super::column::{Column, ColumnKind};
use crate::error::{Error, Result};
use crate::number::EvidenceClass;

/// A named set of columns and rows with its provenance.
///
/// Invariant: column names differ; every computed column has an evidence class and no other column
/// has one; every row has one cell per column, of a sort that the column's kind allows; no two rows
/// have the same keys; no text holds control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    about: About,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    row_of_key: BTreeMap<Vec<String>, usize>,
}

/// What a table says about itself, in the manner of LMFDB: where the numbers come from, how far
/// they can be trusted and what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The permanent name: lower-case letters, digits and hyphens; also the name of its file.
    pub name: String,
    /// A heading.
    pub title: String,
    /// One or two sentences on what the table shows; may be empty.
    pub caption: String,
    /// The paper or the definition that the numbers belong to.
    pub source: String,
    /// How each column was obtained and checked.
    pub reliability: String,
    /// The ranges covered, and what is left out.
    pub completeness: String,
    /// The version of the Monte Carlo stream, where a column was sampled.
    pub stream: Option<u32>,
}

impl Table {
    /// A table without rows.
    ///
    /// # Errors
    /// A data error that names the offending column or text when the invariant does not hold.
    pub fn new(about: About, columns: Vec<Column>) -> Result<Table> {
        check_table_name(&about.name)?;
        let named = |error: Error| error.context(format_args!("table `{}`", about.name));
        for text in [
            &about.title,
            &about.caption,
            &about.source,
            &about.reliability,
            &about.completeness,
        ] {
            check_printable(text).map_err(named)?;
        }
        if columns.is_empty() {
            return Err(named(Error::data("there is no column")));
        }
        let mut names = BTreeSet::new();
        for column in &columns {
            check_column(column)
                .map_err(|e| named(e.context(format_args!("column `{}`", column.name()))))?;
            if !names.insert(column.name()) {
                return Err(named(Error::data(format!(
                    "there are two columns `{}`",
                    column.name()
                ))));
            }
        }
        Ok(Table {
            about,
            columns,
            rows: Vec::new(),
            row_of_key: BTreeMap::new(),
        })
    }

    /// Adds a row.
    ///
    /// A text in a key or form column that is a number becomes one; a number in a label or note
    /// column becomes text. What a cell shows never changes.
    ///
    /// # Errors
    /// A data error that names the row and the column when a cell does not fit, the number of cells
    /// is wrong, or a row with the same keys exists.
    pub fn push_row(&mut self, cells: Vec<Cell>) -> Result<()> {
        let row = self.rows.len();
        if cells.len() != self.columns.len() {
            return Err(Error::data(format!(
                "row {} has {} cells, the table has {} columns",
                row + 1,
                cells.len(),
                self.columns.len()
            )));
        }
        let mut fitted = Vec::with_capacity(cells.len());
        for (column, cell) in self.columns.iter().zip(cells) {
            let cell = fit(column.kind(), cell).map_err(|error| {
                error.context(format_args!("row {}, field `{}`", row + 1, column.name()))
            })?;
            fitted.push(cell);
        }
        let keys: Vec<String> = self
            .columns
            .iter()
            .zip(&fitted)
            .filter(|(column, _)| column.kind() == ColumnKind::Key)
            .map(|(_, cell)| cell.as_str().to_owned())
            .collect();
        if !keys.is_empty() {
            if let Some(earlier) = self.row_of_key.get(&keys) {
                return Err(Error::data(format!(
                    "row {} has the same keys as row {} ({})",
                    row + 1,
                    earlier + 1,
                    self.row_label(*earlier)
                )));
            }
            self.row_of_key.insert(keys, row);
        }
        self.rows.push(fitted);
        Ok(())
    }

    /// What the table says about itself.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The permanent name.
    pub fn name(&self) -> &str {
        &self.about.name
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The rows, in order; each has one cell per column.
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The position and description of a column.
    pub fn column(&self, name: &str) -> Option<(usize, &Column)> {
        self.columns
            .iter()
            .enumerate()
            .find(|(_, column)| column.name() == name)
    }

    /// The cell in a row (counted from 0) and column, if both exist.
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        let (index, _) = self.column(column)?;
        self.rows.get(row)?.get(index)
    }

    /// The keys of a row (counted from 0), as in `a = 1, b = 2, t = pi/3`; empty without keys.
    pub fn row_label(&self, row: usize) -> String {
        let mut label = String::new();
        let cells = self.rows.get(row).map(Vec::as_slice).unwrap_or_default();
        for (column, cell) in self.columns.iter().zip(cells) {
            if column.kind() == ColumnKind::Key {
                let comma = if label.is_empty() { "" } else { ", " };
                write!(label, "{comma}{} = {cell}", column.name())
                    .expect("writing to a String does not fail");
            }
        }
        label
    }

    /// The reasons given instead of numbers, each once, sorted.
    pub fn refusals(&self) -> BTreeSet<&str> {
        self.rows
            .iter()
            .flatten()
            .filter_map(|cell| match cell {
                Cell::Refusal(reason) => Some(reason.as_str()),
                _ => None,
            })
            .collect()
    }
}

/// Whether `name` can name a table and its file: a lower-case letter, then lower-case letters,
/// digits and hyphens. So it cannot leave its folder, whatever the system.
///
/// # Errors
/// A data error with the rule.
pub(crate) fn check_table_name(name: &str) -> Result<()> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(allowed)
        && name.len() <= 64
        && name != "datapackage"
    {
        return Ok(());
    }
    Err(
        Error::data(format!("`{}` cannot be the name of a table", excerpt(name))).with_hint(
            "at most 64 lower-case letters, digits and hyphens, beginning with a letter, and not `datapackage`",
        ),
    )
}

fn check_column(column: &Column) -> Result<()> {
    check_printable(column.title())?;
    check_printable(column.formula().unwrap_or_default())?;
    check_printable(column.method().unwrap_or_default())?;
    let kind = column.kind();
    match column.class() {
        None if kind.is_computed() => Err(Error::data(format!(
            "a {kind} column needs an evidence class"
        ))),
        Some(_) if !kind.is_computed() => Err(Error::data(format!(
            "a {kind} column has no evidence class"
        ))),
        Some(class) if kind.is_sampled() != (class == EvidenceClass::Sampled) => {
            Err(Error::data(format!("a {kind} column cannot be {class}")))
        }
        _ => Ok(()),
    }
}

/// The cell as a column of this kind stores it.
fn fit(kind: ColumnKind, cell: Cell) -> Result<Cell> {
    match (kind, cell) {
        (ColumnKind::Key, Cell::Empty) => Err(Error::data("a key cannot be empty")),
        (ColumnKind::Key, Cell::Refusal(reason)) => Err(Error::data(format!(
            "a key cannot be a refusal: `{}`",
            excerpt(&reason)
        ))),
        (_, Cell::Number(number)) if kind.is_computed() || kind == ColumnKind::Key => {
            Ok(Cell::Number(number))
        }
        (_, Cell::Number(number)) => Cell::text(number.as_str()),
        (ColumnKind::Form, Cell::Text(text)) if is_refusal(&text) => Err(Error::data(format!(
            "`{}` is not a formula",
            excerpt(&text)
        ))),
        (ColumnKind::Key | ColumnKind::Form, Cell::Text(text)) => Cell::exact(text),
        (_, Cell::Text(text)) if kind.is_numeric() => {
            Err(Error::data(format!("`{}` is not a number", excerpt(&text))))
        }
        (_, Cell::Text(text)) => Cell::text(text),
        (_, Cell::Refusal(reason)) if kind.is_computed() => Cell::refusal(reason),
        (_, Cell::Refusal(reason)) => Cell::text(reason),
        (_, Cell::Empty) => Ok(Cell::Empty),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small table with every kind of column and cell; other tests of the folder use it.
    pub(crate) fn sample() -> Table {
        let about = About {
            name: "moment-values".into(),
            title: "Moments <of> two \\ReLU{} units".into(),
            caption: "J(a, b, t) at 50 digits | with estimates".into(),
            source: "Jakub & Nica 2024, §2".into(),
            reliability: "balls; estimates from 10^6 samples".into(),
            completeness: "a, b ≤ 1".into(),
            stream: Some(1),
        };
        let columns = vec![
            Column::new("a", ColumnKind::Key).unwrap(),
            Column::new("t", ColumnKind::Key).unwrap().with_title("θ"),
            Column::new("value", ColumnKind::Value)
                .unwrap()
                .with_formula("J(a,1,t)")
                .with_digits(50)
                .with_class(EvidenceClass::Certified)
                .with_method("diagonal"),
            Column::new("form", ColumnKind::Form)
                .unwrap()
                .with_formula("J(a,1,t)")
                .with_class(EvidenceClass::Exact),
            Column::new("estimate", ColumnKind::Estimate)
                .unwrap()
                .with_formula("J(a,1,t)")
                .with_class(EvidenceClass::Sampled)
                .with_sampling(7, 1_000_000),
            Column::new("z", ColumnKind::ZScore)
                .unwrap()
                .with_class(EvidenceClass::Sampled),
            Column::new("note", ColumnKind::Note).unwrap(),
        ];
        let mut table = Table::new(about, columns).unwrap();
        let cell = |text: &str| Cell::exact(text).unwrap();
        for (a, t, value, form, estimate, z, note) in [
            (
                "0",
                "1/3",
                "0.40939907301036298012345678901234567890123456789012",
                "(1+cos(1/3))/(2*sqrt(2*pi))",
                "0.40937(31)",
                "-0.31",
                "=cmd|' /C calc'!A0",
            ),
            (
                "1",
                "pi/2",
                "1.5915494e-1",
                "1/(2*pi)",
                "",
                "",
                "'quoted', \"twice\"",
            ),
            (
                "1",
                "pi",
                "0",
                "0",
                "",
                "",
                "<script>alert(1)</script> \\input{x} | $5_b",
            ),
        ] {
            let estimate = match estimate.split_once('(') {
                Some((mean, _)) => cell(mean),
                None => Cell::refusal("not sampled: needs n = 4.1e9, at least").unwrap(),
            };
            table
                .push_row(vec![
                    cell(a),
                    cell(t),
                    cell(value),
                    cell(form),
                    estimate,
                    cell(z),
                    cell(note),
                ])
                .unwrap();
        }
        table
    }

    #[test]
    fn cells_must_fit_their_column() {
        let mut table = sample();
        let row = table.rows()[0].clone();
        let replaced = |index: usize, cell: Cell| {
            let mut row = row.clone();
            row[0] = Cell::integer(9);
            row[index] = cell;
            row
        };
        for (index, cell, expected) in [
            (0, Cell::Empty, "row 4, field `a`: a key cannot be empty"),
            (
                2,
                Cell::text("pi").unwrap(),
                "row 4, field `value`: `pi` is not a number",
            ),
            (
                3,
                Cell::Text("not: one".into()),
                "row 4, field `form`: `not: one` is not a formula",
            ),
            (6, Cell::Text("a\nb".into()), "U+000A"),
        ] {
            let error = table.push_row(replaced(index, cell)).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
        let error = table.push_row(row[..6].to_vec()).unwrap_err();
        assert_eq!(
            error.message(),
            "row 4 has 6 cells, the table has 7 columns"
        );
        assert_eq!(table.rows().len(), 3);
    }

    #[test]
    fn keys_are_unique() {
        let mut table = sample();
        let error = table.push_row(table.rows()[1].clone()).unwrap_err();
        assert_eq!(
            error.message(),
            "row 4 has the same keys as row 2 (a = 1, t = pi/2)"
        );
    }

    #[test]
    fn classes_and_kinds_go_together() {
        let about = About {
            name: "x".into(),
            ..About::default()
        };
        let value = Column::new("v", ColumnKind::Value).unwrap();
        let estimate = Column::new("e", ColumnKind::Estimate).unwrap();
        let key = Column::new("k", ColumnKind::Key).unwrap();
        for column in [
            value.clone(),
            value.with_class(EvidenceClass::Sampled),
            estimate.with_class(EvidenceClass::Certified),
            key.with_class(EvidenceClass::Exact),
        ] {
            assert!(Table::new(about.clone(), vec![column]).is_err());
        }
        assert!(Table::new(about, Vec::new()).is_err());
    }

    #[test]
    fn a_name_cannot_leave_its_folder() {
        for name in [
            "",
            "../x",
            "a/b",
            "A",
            "a.b",
            "-a",
            "datapackage",
            "a b",
            "é",
        ] {
            assert!(check_table_name(name).is_err(), "{name}");
        }
        assert!(check_table_name("moment-values-2").is_ok());
    }

    #[test]
    fn cells_are_found_by_name() {
        let table = sample();
        assert_eq!(table.cell(2, "t").unwrap().as_str(), "pi");
        assert_eq!(table.row_label(0), "a = 0, t = 1/3");
        assert_eq!(table.refusals().len(), 1);
        assert!(table.cell(3, "t").is_none());
        assert!(table.cell(0, "b").is_none());
    }
}
