//! Whether a stored table is what it should be: every cell recomputed, every estimate redrawn.

use super::catalogue::{self, compute};
use super::column::ColumnKind;
use super::compare::{Difference, differences};
use super::compute::{is_given, recompute};
use super::datapackage::StoredTable;
use super::model::Table;
use crate::error::{Error, Result};
use crate::limits::Limits;

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The table's name.
    pub name: String,
    /// The number of cells that were recomputed.
    pub cells: usize,
    /// The number of Monte Carlo pins among them.
    pub pins: usize,
    /// The z-scores of the redrawn estimates.
    pub z_scores: Vec<f64>,
    /// The standard errors of the redrawn estimates, relative to them.
    pub relative_errors: Vec<f64>,
    /// Where the stored table is not what it should be, in words, with file, row and field.
    pub differences: Vec<String>,
}

/// Recomputes a stored table from its own columns and keys; only row `row`, counted from 0, if given.
///
/// # Errors
/// Those of the recomputation; a usage error for a row that is not there.
pub fn audit(
    stored: &StoredTable,
    row: Option<usize>,
    limits: &Limits,
    done: &(dyn Fn() + Sync),
) -> Result<Audit> {
    let table = stored.table();
    let expected = recompute(table, row, limits, done)?;
    let compared = match row {
        None => table.clone(),
        Some(row) => {
            let mut one = Table::new(table.about().clone(), table.columns().to_vec())?;
            one.push_row(table.rows()[row].clone())?;
            one
        }
    };
    let mut found = report(stored, &differences(&compared, &expected), row.unwrap_or(0));
    if found.is_empty() && row.is_none() && stored.edited().is_some() {
        // Every cell is right, but the file is not as it was written.
        found.push(format!(
            "{}: its contents do not match the hash in the description",
            stored.file()
        ));
    }
    Ok(summary(&expected, found))
}

/// Recomputes an embedded reference table from its definition.
///
/// # Errors
/// Those of the computation; a data error for a table that is not in the catalogue.
pub fn audit_reference(
    stored: &StoredTable,
    limits: &Limits,
    done: &(dyn Fn() + Sync),
) -> Result<Audit> {
    let name = stored.table().name();
    let definitions = catalogue::definitions()?;
    let definition = definitions
        .iter()
        .find(|definition| definition.name() == name);
    let definition =
        definition.ok_or_else(|| Error::data(format!("there is no reference table `{name}`")))?;
    let expected = compute(definition, None, limits, done)?;
    Ok(summary(
        &expected,
        report(stored, &differences(stored.table(), &expected), 0),
    ))
}

/// Differences with the file and line of the row; `first` is the number of the first row compared.
fn report(stored: &StoredTable, found: &[Difference], first: usize) -> Vec<String> {
    let line = |row: usize| {
        stored
            .line(row + first)
            .map_or_else(String::new, |line| format!(" line {line}"))
    };
    let texts = found.iter().map(|difference| match difference {
        Difference::Cell { row, .. } | Difference::AddedRow { row, .. } => {
            format!("{}{}: {difference}", stored.file(), line(*row))
        }
        _ => format!("{}: {difference}", stored.file()),
    });
    texts.collect()
}

fn summary(expected: &Table, differences: Vec<String>) -> Audit {
    let mut audit = Audit {
        name: expected.name().to_owned(),
        cells: 0,
        pins: 0,
        z_scores: Vec::new(),
        relative_errors: Vec::new(),
        differences,
    };
    for (index, column) in expected
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, column)| !is_given(column))
    {
        audit.cells += expected.rows().len();
        let numbers = expected
            .rows()
            .iter()
            .filter_map(|row| row[index].as_number());
        match column.kind() {
            ColumnKind::Estimate => {
                audit.pins += numbers.count();
                audit
                    .relative_errors
                    .extend(relative_errors(expected, index));
            }
            ColumnKind::ZScore => audit
                .z_scores
                .extend(numbers.filter_map(|z| z.as_str().parse::<f64>().ok())),
            _ => {}
        }
    }
    audit
}

/// The standard errors in the column behind an estimate's, over the estimates.
fn relative_errors(table: &Table, estimate: usize) -> Vec<f64> {
    let next = table.columns().get(estimate + 1);
    if next.is_none_or(|column| column.kind() != ColumnKind::StandardError) {
        return Vec::new();
    }
    let number = |cell: &super::Cell| cell.as_number()?.as_str().parse::<f64>().ok();
    let of_row = |row: &Vec<super::Cell>| {
        let (value, error) = (number(&row[estimate])?, number(&row[estimate + 1])?);
        Some((error / value).abs()).filter(|x| x.is_finite())
    };
    table.rows().iter().filter_map(of_row).collect()
}
