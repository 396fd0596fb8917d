//! Claims settled by Monte Carlo: an estimate of one side against the certified other.

use super::verdict::{Verdict, Witness};
use crate::error::{Error, Result};
use crate::formula::expr::{Relation, Statement};
use crate::limits::Limits;
use crate::montecarlo::RunOptions;
use crate::theory::catalog;
use crate::theory::measure::{certified, measure};

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
    if statement.relation != Relation::Equal {
        return Err(Error::data("only an equality can be sampled"));
    }
    let mut sides = [
        (&statement.left, &statement.right),
        (&statement.right, &statement.left),
    ]
    .into_iter();
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
    let stderr = measured.certified_stderr();
    if measured.z.abs() > threshold {
        let left = format!(
            "{:.10e} +- {stderr:.2e} (n = {n}, seed {seed})",
            measured.estimate.mean
        );
        let right = format!("{:.10e}, z = {:.2}", measured.certified, measured.z);
        return Ok(Verdict::Refuted {
            witness: Witness {
                at: Vec::new(),
                left,
                right,
                digit: None,
            },
        });
    }
    let resolution = measured.resolution(threshold)?;
    Ok(Verdict::Consistent {
        z: measured.z,
        n: Some(measured.estimate.n),
        resolution,
    })
}
