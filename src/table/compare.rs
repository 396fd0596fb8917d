//! Where two versions of a table differ: the rows and fields that `verify` names.

use std::collections::BTreeMap;
use std::fmt;

use super::cell::excerpt;
use super::column::{Column, ColumnKind};
use super::model::Table;

/// One place where a stored table is not what it should be. Rows are counted from 0 here and from 1
/// when printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// A cell.
    Cell {
        /// The row of the stored table.
        row: usize,
        /// The keys of the row, as in `a = 1, t = pi/2`.
        keys: String,
        /// The name of the column.
        column: String,
        /// What is stored.
        stored: String,
        /// What it should be.
        expected: String,
    },
    /// A row that the stored table lacks, by its keys.
    MissingRow {
        /// The keys.
        keys: String,
    },
    /// A row that the stored table should not have.
    AddedRow {
        /// The row of the stored table.
        row: usize,
        /// The keys.
        keys: String,
    },
    /// The rows are the same, in another order from this row of the stored table on.
    Order {
        /// The first row out of place.
        row: usize,
    },
    /// A column that is missing, added, moved, or described otherwise.
    Column {
        /// The name.
        column: String,
    },
    /// A text about the whole table: title, caption, source, notes or stream.
    About {
        /// Which one.
        property: &'static str,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |keys: &str| {
            if keys.is_empty() {
                String::new()
            } else {
                format!(" ({keys})")
            }
        };
        match self {
            Difference::Cell {
                row,
                keys,
                column,
                stored,
                expected,
            } => {
                let keys = of(keys);
                write!(f, "row {}{keys}, field `{column}`: ", row + 1)?;
                let from = stored
                    .chars()
                    .zip(expected.chars())
                    .take_while(|(a, b)| a == b)
                    .count();
                if from > 30 {
                    // Show where long numbers part, not their common beginning.
                    let tail = |text: &str| text.chars().skip(from - 10).collect::<String>();
                    write!(
                        f,
                        "…{} stored, …{} expected, from character {}",
                        excerpt(&tail(stored)),
                        excerpt(&tail(expected)),
                        from + 1
                    )
                } else {
                    write!(
                        f,
                        "`{}` stored, `{}` expected",
                        excerpt(stored),
                        excerpt(expected)
                    )
                }
            }
            Difference::MissingRow { keys } => write!(f, "the row{} is missing", of(keys)),
            Difference::AddedRow { row, keys } => {
                write!(f, "row {}{} should not be there", row + 1, of(keys))
            }
            Difference::Order { row } => write!(f, "row {} is out of order", row + 1),
            Difference::Column { column } => {
                write!(f, "the column `{column}` is described otherwise")
            }
            Difference::About { property } => write!(f, "the {property} of the table differs"),
        }
    }
}

/// Every place where `stored` is not `expected`; empty exactly when the tables are equal. Rows are
/// matched by their keys, or by their place in a table without keys.
pub fn differences(stored: &Table, expected: &Table) -> Vec<Difference> {
    let mut found = Vec::new();
    compare_about(stored, expected, &mut found);
    compare_columns(stored, expected, &mut found);
    compare_rows(stored, expected, &mut found);
    found
}

fn compare_about(stored: &Table, expected: &Table, found: &mut Vec<Difference>) {
    let (a, b) = (stored.about(), expected.about());
    for (property, same) in [
        ("name", a.name == b.name),
        ("title", a.title == b.title),
        ("caption", a.caption == b.caption),
        ("source", a.source == b.source),
        ("reliability note", a.reliability == b.reliability),
        ("completeness note", a.completeness == b.completeness),
        ("stream version", a.stream == b.stream),
    ] {
        if !same {
            found.push(Difference::About { property });
        }
    }
}

fn compare_columns(stored: &Table, expected: &Table, found: &mut Vec<Difference>) {
    let differs = |ours: &[Column], index: usize, column: &Column| ours.get(index) != Some(column);
    for (index, column) in expected.columns().iter().enumerate() {
        if differs(stored.columns(), index, column) {
            found.push(Difference::Column {
                column: column.name().to_owned(),
            });
        }
    }
    for column in stored.columns() {
        if expected.column(column.name()).is_none() {
            found.push(Difference::Column {
                column: column.name().to_owned(),
            });
        }
    }
}

fn compare_rows(stored: &Table, expected: &Table, found: &mut Vec<Difference>) {
    let has_keys = |table: &Table| table.columns().iter().any(|c| c.kind() == ColumnKind::Key);
    let by_keys = has_keys(stored) && has_keys(expected);
    let name = |table: &Table, row: usize| {
        if by_keys {
            table.row_label(row)
        } else {
            format!("row {}", row + 1)
        }
    };
    let mut unmatched: BTreeMap<String, usize> = (0..stored.rows().len())
        .map(|row| (name(stored, row), row))
        .collect();
    let mut matched = Vec::new();
    for index in 0..expected.rows().len() {
        let label = name(expected, index);
        let Some(row) = unmatched.remove(&label) else {
            found.push(Difference::MissingRow { keys: label });
            continue;
        };
        matched.push(row);
        for column in expected.columns() {
            let (Some(is), Some(should)) = (
                stored.cell(row, column.name()),
                expected.cell(index, column.name()),
            ) else {
                continue;
            };
            if is != should {
                found.push(Difference::Cell {
                    row,
                    keys: stored.row_label(row),
                    column: column.name().to_owned(),
                    stored: is.to_string(),
                    expected: should.to_string(),
                });
            }
        }
    }
    for row in unmatched.into_values() {
        found.push(Difference::AddedRow {
            row,
            keys: stored.row_label(row),
        });
    }
    if let Some(pair) = matched.windows(2).find(|pair| pair[1] < pair[0]) {
        found.push(Difference::Order { row: pair[1] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Cell;
    use crate::table::model::tests::sample;

    fn rebuilt(change: impl FnOnce(&mut Vec<Vec<Cell>>)) -> Table {
        let table = sample();
        let mut rows = table.rows().to_vec();
        change(&mut rows);
        let mut changed = Table::new(table.about().clone(), table.columns().to_vec()).unwrap();
        for row in rows {
            changed.push_row(row).unwrap();
        }
        changed
    }

    fn said(stored: &Table) -> Vec<String> {
        differences(stored, &sample())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn equal_tables_do_not_differ() {
        assert!(said(&sample()).is_empty());
    }

    #[test]
    fn a_changed_cell_is_named_with_its_keys() {
        let changed = rebuilt(|rows| rows[1][2] = Cell::number("1.5915495e-1").unwrap());
        assert_eq!(
            said(&changed),
            [
                "row 2 (a = 1, t = pi/2), field `value`: `1.5915495e-1` stored, `1.5915494e-1` expected"
            ]
        );
        let wrong_late = "0.40939907301036298012345678901234567890123456789013";
        let changed = rebuilt(|rows| rows[0][2] = Cell::number(wrong_late).unwrap());
        assert_eq!(
            said(&changed),
            [
                "row 1 (a = 0, t = 1/3), field `value`: …23456789013 stored, …23456789012 expected, from character 52"
            ]
        );
    }

    #[test]
    fn rows_are_matched_by_keys() {
        assert_eq!(
            said(&rebuilt(|rows| drop(rows.remove(0)))),
            ["the row (a = 0, t = 1/3) is missing"]
        );
        assert_eq!(
            said(&rebuilt(|rows| rows.swap(0, 1))),
            ["row 1 is out of order"]
        );
        let added = rebuilt(|rows| {
            let mut row = rows[0].clone();
            row[0] = Cell::integer(9);
            rows.push(row);
        });
        assert_eq!(said(&added), ["row 4 (a = 9, t = 1/3) should not be there"]);
        // A changed key is one row too few and one too many.
        let changed = rebuilt(|rows| rows[0][0] = Cell::integer(3));
        assert_eq!(said(&changed).len(), 2);
    }

    #[test]
    fn descriptions_are_compared_too() {
        let table = sample();
        let mut about = table.about().clone();
        about.source = "elsewhere".into();
        let mut columns = table.columns().to_vec();
        columns[2] = columns[2].clone().with_digits(49);
        let mut changed = Table::new(about, columns).unwrap();
        for row in table.rows() {
            changed.push_row(row.clone()).unwrap();
        }
        assert_eq!(
            said(&changed),
            [
                "the source of the table differs",
                "the column `value` is described otherwise"
            ]
        );
    }
}
