//! Claims settled by Monte Carlo: an estimate of one side against the certified other. The estimate is
//! that of a quantity which is an expectation, or a column of a named simulation.

use super::simulate::SimulateDefinition;
use super::verdict::{Verdict, Witness};
use crate::error::{Error, Result};
use crate::formula::Expr;
use crate::formula::expr::{Relation, Statement};
use crate::limits::Limits;
use crate::montecarlo::RunOptions;
use crate::montecarlo::significance::{smallest_detectable, student_to_normal};
use crate::theory::catalog;
use crate::theory::measure::{POWER, certified, measure};
use crate::theory::simulation::Row;

/// The verdict on `quantity == value` (either way round) by n samples.
///
/// # Errors
/// A data error if neither side is a quantity that can be sampled, or the relation is not `==`.
pub fn judge(
    statement: &Statement,
    n: u64,
    seed: u64,
    threshold: f64,
    limits: &Limits,
) -> Result<Verdict> {
    let mut sides = sides(statement)?.into_iter();
    let found = sides.find_map(|(side, other)| match catalog::sampling(side, limits) {
        Ok(Some(sampling)) => Some(Ok((sampling, other))),
        Ok(None) => None,
        Err(error) => Some(Err(error)),
    });
    let (sampling, other) = found.unwrap_or_else(|| {
        Err(Error::data(
            "neither side is a quantity that can be sampled",
        ))
    })?;
    let options = RunOptions::samples(n, seed);
    let measured = measure(&sampling, &certified(other, limits)?, &options)?;
    let estimate = Drawn {
        mean: measured.estimate.mean,
        stderr: measured.certified_stderr(),
        z: measured.z,
        n: measured.estimate.n,
        seed,
    };
    estimate.verdict(measured.certified, threshold)
}

/// The verdict on `value == column` (either way round), a column of a simulation whose rows were drawn: z is
/// the normal quantile of Student's t, the distance in the standard errors of the sample.
///
/// # Errors
/// A data error if neither side is a column of estimates, if no row is meant, or the column has no
/// standard error; those of the value.
pub fn judge_simulated(
    statement: &Statement,
    definition: &SimulateDefinition,
    rows: &[Row],
    threshold: f64,
    limits: &Limits,
) -> Result<Verdict> {
    let simulation = definition.simulation()?;
    let named = |side: &Expr| {
        let mut columns = simulation.columns.iter();
        columns.position(|column| column.is_estimate && *side == Expr::name(column.name))
    };
    let mut sides = sides(statement)?.into_iter();
    let (column, other) = sides
        .find_map(|(side, other)| named(side).map(|column| (column, other)))
        .ok_or_else(|| {
            let estimates = simulation.columns.iter().filter(|c| c.is_estimate);
            let names: Vec<&str> = estimates.map(|column| column.name).collect();
            Error::data("neither side is a column of the simulation").with_hint(format!(
                "`{}` estimates {}: write one of them as a side of its own",
                simulation.name,
                names.join(", ")
            ))
        })?;
    let keys = simulation.keys.iter();
    let wanted: Vec<String> = keys
        .map(|key| definition.wanted(key, &definition.parameters).to_owned())
        .collect();
    let measurement = &definition.find_row(rows, &wanted)?.values[column];
    let stderr = measurement
        .stderr
        .filter(|error| *error > 0.0 && error.is_finite())
        .ok_or_else(|| {
            Error::data("the estimate has no standard error")
                .with_hint("every network gave the same: draw more of them, or others")
        })?;
    let value = certified(other, limits)?.mid().to_f64();
    let estimate = Drawn {
        mean: measurement.estimate,
        stderr,
        z: student_to_normal((measurement.estimate - value) / stderr, definition.n - 1)?,
        n: definition.n,
        seed: definition.seed,
    };
    estimate.verdict(value, threshold)
}

/// Both ways to read an equality: the side that is estimated, and the other.
fn sides(statement: &Statement) -> Result<[(&Expr, &Expr); 2]> {
    if statement.relation != Relation::Equal {
        return Err(Error::data("only an equality can be sampled"));
    }
    Ok([
        (&statement.left, &statement.right),
        (&statement.right, &statement.left),
    ])
}

/// An estimate that stands beside a certified value.
struct Drawn {
    mean: f64,
    stderr: f64,
    z: f64,
    n: u64,
    seed: u64,
}

impl Drawn {
    fn verdict(&self, certified: f64, threshold: f64) -> Result<Verdict> {
        let Drawn {
            mean,
            stderr,
            z,
            n,
            seed,
        } = *self;
        if z.abs() > threshold {
            return Ok(Verdict::Refuted {
                witness: Witness {
                    at: Vec::new(),
                    left: format!("{mean:.10e} +- {stderr:.2e} (n = {n}, seed {seed})"),
                    right: format!("{certified:.10e}, z = {z:.2}"),
                    digit: None,
                },
            });
        }
        Ok(Verdict::Consistent {
            z,
            n: Some(n),
            resolution: smallest_detectable(stderr, threshold, POWER)?,
        })
    }
}
