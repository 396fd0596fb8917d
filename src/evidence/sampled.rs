//! Claims settled by Monte Carlo: an estimate of one side against the certified other.

use super::verdict::{Verdict, Witness};
use crate::error::{Error, Result};
use crate::formula::answer::{Answer, Question};
use crate::formula::expr::{Expr, Relation, Statement};
use crate::limits::Limits;
use crate::montecarlo::significance::{smallest_detectable, z_score};
use crate::montecarlo::{Estimate, RunOptions};
use crate::number::{Ball, Digits};
use crate::theory::catalog;
use crate::theory::quantity::Sampling;

/// The power at which the smallest visible deviation is stated.
pub const POWER: f64 = 0.5;

/// An estimate beside the certified value.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The estimate.
    pub estimate: Estimate,
    /// The certified value as a double, and the certified standard deviation of one sample.
    pub certified: f64,
    /// The certified standard deviation of one sample.
    pub deviation: f64,
    /// The distance in certified standard errors.
    pub z: f64,
}

/// Samples a quantity and compares the estimate with its certified value.
///
/// # Errors
/// Those of sampling and of evaluation.
pub fn measure(sampling: &Sampling, certified: &Ball, options: &RunOptions<'_>) -> Result<Measured> {
    let estimate = sampling.experiment.run(options)?.estimate();
    // Certified to far more bits than a double: the conversions cost half an ulp.
    let (certified, deviation) = (certified.mid().to_f64(), sampling.variance.mid().to_f64().max(0.0).sqrt());
    let z = z_score(estimate.mean, certified, deviation, estimate.n)?;
    Ok(Measured { estimate, certified, deviation, z })
}

/// The certified value of a side, to 20 digits.
///
/// # Errors
/// Those of evaluation; a domain error for a list.
pub fn certified(expr: &Expr, limits: &Limits) -> Result<Ball> {
    let question = Question { library: catalog::library(), digits: Digits::literal(20), method: None, limits };
    match question.answer(expr)? {
        Answer::Number(number) => Ok(number.ball),
        Answer::List(_) => Err(Error::domain("a list cannot be sampled")),
    }
}

/// The verdict on `quantity == value` (either way round) by n samples.
///
/// # Errors
/// A data error if neither side is a quantity that can be sampled, or the relation is not `==`.
pub fn judge(statement: &Statement, n: u64, seed: u64, threshold: f64, limits: &Limits) -> Result<Verdict> {
    if statement.relation != Relation::Equal {
        return Err(Error::data("only an equality can be sampled"));
    }
    let mut sides = [(&statement.left, &statement.right), (&statement.right, &statement.left)].into_iter();
    let found = sides.find_map(|(side, other)| match catalog::sampling(side, limits) {
        Ok(Some(sampling)) => Some(Ok((sampling, other))),
        Ok(None) => None,
        Err(error) => Some(Err(error)),
    });
    let (sampling, other) = found.unwrap_or_else(|| Err(Error::data("neither side is a quantity that can be sampled")))?;
    let options = RunOptions::samples(n, seed);
    let measured = measure(&sampling, &certified(other, limits)?, &options)?;
    let stderr = measured.deviation / (measured.estimate.n as f64).sqrt();
    if measured.z.abs() > threshold {
        let left = format!("{:.10e} +- {stderr:.2e} (n = {n}, seed {seed})", measured.estimate.mean);
        let right = format!("{:.10e}, z = {:.2}", measured.certified, measured.z);
        return Ok(Verdict::Refuted { witness: Witness { at: Vec::new(), left, right, digit: None } });
    }
    let resolution = smallest_detectable(stderr, threshold, POWER)?;
    Ok(Verdict::Consistent { z: measured.z, n: Some(measured.estimate.n), resolution })
}
