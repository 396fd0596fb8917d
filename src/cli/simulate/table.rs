//! The measurements of a simulation as a table: estimates with their standard errors beside exact values.

use super::SimulateArgs;
use super::plan::Plan;
use crate::error::{Error, Result};
use crate::formula::answer::{Answer, Question};
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::montecarlo::STREAM_VERSION;
use crate::number::decimal::Decimal;
use crate::number::{Ball, Digits, EvidenceClass};
use crate::table::simulated::estimate_text;
use crate::table::{About, Cell, Column, ColumnKind, Table};
use crate::theory::catalog;
use crate::theory::simulation::{Measurement, Row, Simulation};

/// Digits of the exact values beside the estimates.
const EXACT_DIGITS: Digits = Digits::literal(15);

/// The measurements as a table.
pub(super) fn table(
    plan: &Plan,
    rows: &[Row],
    args: &SimulateArgs,
    limits: &Limits,
) -> Result<Table> {
    let simulation = plan.simulation;
    let about = About {
        name: simulation.name.to_owned(),
        title: simulation.summary.to_owned(),
        caption: simulation.caption.to_owned(),
        source: simulation.source.to_owned(),
        reliability: simulation.reliability.to_owned(),
        completeness: String::new(),
        stream: Some(STREAM_VERSION),
    };
    let mut columns = Vec::new();
    for key in simulation.keys {
        columns.push(Column::new(*key, ColumnKind::Key)?);
    }
    let has_exact: Vec<bool> = (0..simulation.columns.len())
        .map(|k| rows.iter().any(|row| row.values[k].exact.is_some()))
        .collect();
    let sampled = |name: String, kind| -> Result<Column> {
        Ok(Column::new(name, kind)?
            .with_class(EvidenceClass::Sampled)
            .with_method("Monte Carlo")
            .with_sampling(args.seed, plan.samples))
    };
    for (measured, has_exact) in simulation.columns.iter().zip(&has_exact) {
        let name = measured.name;
        if !measured.is_estimate {
            let known = Column::new(name, ColumnKind::Value)?
                .with_class(EvidenceClass::Certified)
                .with_digits(EXACT_DIGITS.get());
            columns.push(known);
            continue;
        }
        columns.push(sampled(name.to_owned(), ColumnKind::Estimate)?);
        columns.push(sampled(
            format!("{name}_stderr"),
            ColumnKind::StandardError,
        )?);
        if *has_exact {
            let mut exact = Column::new(format!("{name}_exact"), ColumnKind::Value)?
                .with_class(EvidenceClass::Certified)
                .with_digits(EXACT_DIGITS.get());
            if let Some(formula) = measured.formula {
                exact = exact.with_formula(formula);
            }
            columns.push(exact);
            columns.push(sampled(format!("{name}_z"), ColumnKind::ZScore)?);
        }
    }
    let mut table = Table::new(about, columns)?;
    for row in rows {
        let mut cells = Vec::new();
        for key in &row.keys {
            cells.push(Cell::exact(key.as_str())?);
        }
        for (k, value) in row.values.iter().enumerate() {
            if !simulation.columns[k].is_estimate {
                cells.push(
                    match value.exact.as_ref().and_then(|exact| rounded(&exact.value)) {
                        Some(text) => Cell::number(text)?,
                        None => Cell::Empty,
                    },
                );
                continue;
            }
            cells.push(Cell::number(estimate_text(value.estimate, value.stderr))?);
            cells.push(match value.stderr {
                Some(stderr) if stderr.is_finite() => Cell::number(format!("{stderr:.3e}"))?,
                _ => Cell::Empty,
            });
            if has_exact[k] {
                cells.extend(exact_cells(simulation, row, k, value, limits)?);
            }
        }
        table.push_row(cells)?;
    }
    Ok(table)
}

/// The exact value and the z-score, or the reason why there are none.
fn exact_cells(
    simulation: &Simulation,
    row: &Row,
    k: usize,
    value: &Measurement,
    limits: &Limits,
) -> Result<[Cell; 2]> {
    let Some(known) = &value.exact else {
        return Ok([Cell::Empty, Cell::Empty]);
    };
    let text = match simulation.columns[k].formula {
        Some(formula) => Some(by_formula(formula, simulation, row, EXACT_DIGITS, limits)?),
        None => rounded(&known.value),
    };
    let exact = match text {
        Some(text) => Cell::number(text)?,
        None => Cell::refusal("not decided: the digits need more precision")?,
    };
    let z = match known.z {
        Some(z) if z.is_finite() => Cell::number(format!("{z:.3}"))?,
        Some(_) => Cell::refusal("no z: the law is a single point")?,
        None => Cell::refusal("no z: too few events for the normal law")?,
    };
    Ok([exact, z])
}

/// The value of a formula in the keys of a row.
pub(super) fn by_formula(
    formula: &str,
    simulation: &Simulation,
    row: &Row,
    digits: Digits,
    limits: &Limits,
) -> Result<String> {
    let mut expr = parse_expr(formula, limits)?;
    for (key, value) in simulation.keys.iter().zip(&row.keys) {
        expr = expr.substitute(key, &parse_expr(value, limits)?);
    }
    let question = Question {
        library: catalog::library(),
        digits,
        method: None,
        limits,
    };
    match question.answer(&expr)? {
        Answer::Number(number) => Ok(number.text),
        Answer::List(_) => Err(Error::domain("a list does not fit into a cell")),
    }
}

fn rounded(ball: &Ball) -> Option<String> {
    if ball.is_zero() {
        return Some("0".to_owned());
    }
    Decimal::from_ball(ball, EXACT_DIGITS).map(|decimal| decimal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_show_the_digits_that_matter() {
        assert_eq!(estimate_text(-0.174_191_418_597, Some(5.9e-3)), "-0.174191");
        assert_eq!(estimate_text(1234.5, Some(30.0)), "1234.50");
        assert_eq!(estimate_text(0.25, None), "0.25");
        assert_eq!(estimate_text(0.0, Some(0.0)), "0");
        assert_eq!(estimate_text(1.25e-31, Some(1.6e-32)), "1.2500e-31");
    }
}
