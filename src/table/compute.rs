//! Filling a table: every computed cell from its column's formula and the keys of its row.
//!
//! What a column says of itself (formula, digits, class, seed and samples) is all that is used, so
//! a stored table is recomputed from nothing but itself.

use rayon::prelude::*;

use super::cell::{Cell, is_refusal};
use super::column::{Column, ColumnKind};
use super::model::{About, Table};
use crate::error::{Error, ErrorKind, Result};
use crate::formula::answer::{Answer, Question};
use crate::formula::expr::Expr;
use crate::formula::{Target, parse_expr};
use crate::limits::Limits;
use crate::montecarlo::RunOptions;
use crate::number::{Digits, EvidenceClass};
use crate::theory::catalog;
use crate::theory::measure::{Measured, certified, measure, samples_needed};

/// Digits of a column that does not say.
pub const DEFAULT_DIGITS: Digits = Digits::literal(50);

/// The table of these columns with the rows of these keys, each a formula, in the order of the key
/// columns. `done` is called once a row, from any thread.
///
/// # Errors
/// A data error that names the row and the field, a limit error, or that of the first cell that
/// cannot be computed; a cell without a value (a domain error) says so instead.
pub fn fill(
    about: About,
    columns: Vec<Column>,
    keys: &[Vec<String>],
    limits: &Limits,
    done: &(dyn Fn() + Sync),
) -> Result<Table> {
    let mut table = Table::new(about, columns)?;
    let rows: Vec<Vec<Cell>> = keys
        .par_iter()
        .enumerate()
        .map(|(row, keys)| {
            let cells =
                row_cells(table.columns(), keys, limits).map_err(|error| at_row(error, row))?;
            done();
            Ok(cells)
        })
        .collect::<Result<_>>()?;
    for row in rows {
        table.push_row(row)?;
    }
    Ok(table)
}

/// The table that a stored one should be, recomputed from its own columns and keys; of one row
/// only, counted from 0, if `only` says so.
///
/// # Errors
/// As [`fill`]; a usage error for a row that is not there.
pub fn recompute(
    stored: &Table,
    only: Option<usize>,
    limits: &Limits,
    done: &(dyn Fn() + Sync),
) -> Result<Table> {
    let key_cells = |row: &Vec<Cell>| -> Vec<String> {
        let cells = stored.columns().iter().zip(row);
        cells
            .filter(|(column, _)| is_given(column))
            .map(|(_, cell)| cell.as_str().to_owned())
            .collect()
    };
    let rows: Vec<usize> = match only {
        Some(row) if row >= stored.rows().len() => {
            return Err(
                Error::usage(format!("there is no row {}", row + 1)).with_hint(format!(
                    "the table has the rows 1 to {}",
                    stored.rows().len()
                )),
            );
        }
        Some(row) => vec![row],
        None => (0..stored.rows().len()).collect(),
    };
    let keys: Vec<Vec<String>> = rows
        .iter()
        .map(|row| key_cells(&stored.rows()[*row]))
        .collect();
    fill(
        stored.about().clone(),
        stored.columns().to_vec(),
        &keys,
        limits,
        done,
    )
}

/// Whether the cells of a column are taken as they are: keys, labels, notes, and what was measured
/// without a formula, as by a simulation.
pub(super) fn is_given(column: &Column) -> bool {
    !column.kind().is_computed() || column.formula().is_none()
}

fn at_row(error: Error, row: usize) -> Error {
    error.context(format!("row {}", row + 1))
}

/// The cells of one row; `given` are those of the columns that are taken as they are.
fn row_cells(columns: &[Column], given: &[String], limits: &Limits) -> Result<Vec<Cell>> {
    let mut texts = given.iter();
    let mut keys: Vec<(&str, Expr)> = Vec::new();
    let mut cells = Vec::with_capacity(columns.len());
    let mut measured: Option<Sampled> = None;
    for column in columns {
        limits.check_deadline()?;
        let cell = if !is_given(column) {
            computed(column, &keys, &mut measured, limits)
        } else {
            let text = texts.next().map(String::as_str).unwrap_or_default();
            if column.kind() == ColumnKind::Key {
                keys.push((column.name(), parse_expr(text, limits)?));
            }
            match column.kind().is_computed() && is_refusal(text) {
                true => Cell::refusal(text),
                false => Cell::exact(text),
            }
        };
        cells.push(cell.map_err(|error| error.context(format!("field `{}`", column.name())))?);
    }
    Ok(cells)
}

/// A row's Monte Carlo run, shared by its columns, or the reason why there is none.
struct Sampled {
    formula: String,
    seed: u64,
    samples: u64,
    outcome: std::result::Result<Measured, String>,
}

fn computed(
    column: &Column,
    keys: &[(&str, Expr)],
    measured: &mut Option<Sampled>,
    limits: &Limits,
) -> Result<Cell> {
    let text = column
        .formula()
        .ok_or_else(|| Error::data("the column has no formula"))?;
    let mut formula = parse_expr(text, limits)?;
    for (name, value) in keys {
        formula = formula.substitute(name, value);
    }
    let outcome = match column.kind() {
        ColumnKind::Form => form(&formula, limits),
        kind if kind.is_sampled() => {
            let (seed, samples) = (column.seed().unwrap_or(0), column.samples().unwrap_or(0));
            let known = measured.as_ref().is_some_and(|run| {
                run.formula == text && run.seed == seed && run.samples == samples
            });
            if !known {
                let outcome = sample(&formula, seed, samples, limits)?;
                *measured = Some(Sampled {
                    formula: text.to_owned(),
                    seed,
                    samples,
                    outcome,
                });
            }
            match measured.as_ref().map(|run| &run.outcome) {
                Some(Ok(run)) => sampled_cell(kind, run),
                Some(Err(reason)) => Cell::refusal(reason.clone()),
                None => Err(Error::data("nothing was sampled")),
            }
        }
        _ => value(column, &formula, limits),
    };
    match outcome {
        Err(error) if error.kind() == ErrorKind::Domain => {
            Cell::refusal(format!("not defined: {}", error.message()))
        }
        outcome => outcome,
    }
}

fn value(column: &Column, formula: &Expr, limits: &Limits) -> Result<Cell> {
    let digits = match column.digits() {
        Some(digits) => Digits::new(u64::from(digits))?,
        None => DEFAULT_DIGITS,
    };
    let question = Question {
        library: catalog::library(),
        digits,
        method: column.method().filter(|m| *m != "default"),
        limits,
    };
    match question.answer(formula)? {
        Answer::Number(number)
            if column.class() == Some(EvidenceClass::Exact) && number.exact.is_none() =>
        {
            Err(Error::undecided(
                "the value is not known to be rational, but the column is exact",
            ))
        }
        Answer::Number(number) => Cell::number(match (column.class(), &number.exact) {
            (Some(EvidenceClass::Exact), Some(exact)) => exact.to_string(),
            _ => number.text,
        }),
        Answer::List(_) => Err(Error::data("a list does not fit into a cell")),
    }
}

/// The exact form as a formula that reads back.
fn form(formula: &Expr, limits: &Limits) -> Result<Cell> {
    let question = Question {
        library: catalog::library(),
        digits: DEFAULT_DIGITS,
        method: None,
        limits,
    };
    Cell::exact(Target::Text.print(&question.closed_form(formula)?)?)
}

/// A run, or the reason why the row is not pinned.
fn sample(
    formula: &Expr,
    seed: u64,
    samples: u64,
    limits: &Limits,
) -> Result<std::result::Result<Measured, String>> {
    let Some(sampling) = catalog::sampling(formula, limits)? else {
        return Ok(Err("not sampled: no sampler at these arguments".into()));
    };
    let needed = samples_needed(&sampling);
    if !needed.is_finite() {
        return Ok(Err("not sampled: the variable is constant".into()));
    }
    if needed > samples as f64 {
        return Ok(Err(format!("not sampled: needs n = {}", round_up(needed))));
    }
    let options = RunOptions::samples(samples, seed);
    measure(&sampling, &certified(formula, limits)?, &options).map(Ok)
}

/// Two significant digits, upwards: `2.4e8`.
fn round_up(n: f64) -> String {
    let exponent = n.log10().floor();
    let scale = 10f64.powf(exponent - 1.0);
    let mantissa = (n / scale).ceil() / 10.0;
    format!("{mantissa:.1}e{exponent}")
}

fn sampled_cell(kind: ColumnKind, run: &Measured) -> Result<Cell> {
    Cell::number(match kind {
        // Shortest text that reads back to the same double.
        ColumnKind::Estimate => decimal(run.estimate.mean),
        ColumnKind::StandardError => {
            format!("{:.3e}", run.estimate.stderr.unwrap_or(f64::INFINITY))
        }
        _ => format!("{:.3}", run.z),
    })
}

fn decimal(value: f64) -> String {
    if value != 0.0 && !(1e-7..1e15).contains(&value.abs()) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: Vec<Column>, keys: &[&str]) -> Result<Table> {
        let about = About {
            name: "t".into(),
            title: "t".into(),
            ..About::default()
        };
        let keys: Vec<Vec<String>> = keys.iter().map(|key| vec![key.to_string()]).collect();
        fill(about, columns, &keys, &Limits::default(), &|| {})
    }

    fn key() -> Column {
        Column::new("t", ColumnKind::Key).unwrap()
    }

    #[test]
    fn cells_come_from_the_formula_and_the_keys() {
        let value = Column::new("value", ColumnKind::Value)
            .unwrap()
            .with_formula("J(1,1,t)")
            .with_digits(12)
            .with_class(EvidenceClass::Certified);
        let form = Column::new("form", ColumnKind::Form)
            .unwrap()
            .with_formula("J(1,1,t)")
            .with_class(EvidenceClass::Exact);
        let table = table(vec![key(), value, form], &["pi/2", "1/3", "4"]).unwrap();
        assert_eq!(table.cell(0, "value").unwrap().as_str(), "0.159154943092");
        assert_eq!(table.cell(0, "form").unwrap().as_str(), "1/(2*pi)");
        assert!(
            table
                .cell(2, "value")
                .unwrap()
                .as_str()
                .starts_with("not defined: ")
        );
        assert_eq!(
            recompute(&table, Some(1), &Limits::default(), &|| {})
                .unwrap()
                .rows()[0],
            table.rows()[1]
        );
    }

    #[test]
    fn a_row_whose_law_is_far_from_normal_is_not_pinned() {
        let estimate = |formula: &str| {
            let column = Column::new("estimate", ColumnKind::Estimate)
                .unwrap()
                .with_formula(formula);
            column
                .with_class(EvidenceClass::Sampled)
                .with_sampling(0, 100_000)
        };
        let close = table(vec![key(), estimate("J(1,1,t)")], &["1"]).unwrap();
        assert!(close.cell(0, "estimate").unwrap().as_number().is_some());
        let far = table(vec![key(), estimate("J(6,6,t)")], &["3"]).unwrap();
        assert!(
            far.cell(0, "estimate")
                .unwrap()
                .as_str()
                .starts_with("not sampled: needs n = ")
        );
        assert_eq!(round_up(2.31e8), "2.4e8");
    }
}
