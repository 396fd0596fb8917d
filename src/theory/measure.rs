//! Estimates beside certified values.

use super::catalog;
use super::quantity::Sampling;
use crate::error::{Error, Result};
use crate::formula::answer::{Answer, Question};
use crate::formula::expr::Expr;
use crate::limits::Limits;
use crate::montecarlo::significance::{smallest_detectable, student_to_normal, z_score};
use crate::montecarlo::{Estimate, Partial, RunOptions};
use crate::number::{Ball, Bits, Digits};

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

impl Measured {
    /// The certified standard deviation of the mean.
    pub fn certified_stderr(&self) -> f64 {
        self.deviation / (self.estimate.n as f64).sqrt()
    }

    /// The smallest deviation that a test at the threshold sees with power one half.
    ///
    /// # Errors
    /// None for a finite threshold.
    pub fn resolution(&self, threshold: f64) -> Result<f64> {
        smallest_detectable(self.certified_stderr(), threshold, POWER)
    }
}

/// Samples a quantity and compares the estimate with its certified value.
///
/// # Errors
/// Those of sampling and of evaluation.
pub fn measure(
    sampling: &Sampling,
    certified: &Ball,
    options: &RunOptions<'_>,
) -> Result<Measured> {
    compare(sampling, certified, &sampling.experiment.run(options)?)
}

/// Compares a finished run with the certified value.
///
/// # Errors
/// A domain error if there is no z-score, as for a variance that is not finite.
pub fn compare(sampling: &Sampling, certified: &Ball, run: &Partial) -> Result<Measured> {
    let estimate = run.estimate();
    // Certified to far more bits than a double: the conversions cost half an ulp.
    let (certified, deviation) = (
        certified.mid().to_f64(),
        sampling.variance.mid().to_f64().max(0.0).sqrt(),
    );
    let z = z_score(estimate.mean, certified, deviation, estimate.n)?;
    Ok(Measured {
        estimate,
        certified,
        deviation,
        z,
    })
}

/// Compares a run of smaller variance with the certified value: the standard deviation is the sample's,
/// since the law of a conditional expectation or of a shifted lattice has no certified one here.
///
/// z is the normal quantile of Student's t: both have the tail probability of this distance.
///
/// # Errors
/// A domain error of fewer than two samples.
pub fn compare_reduced(certified: &Ball, run: &Partial) -> Result<Measured> {
    let estimate = run.estimate();
    let certified = certified.mid().to_f64();
    let deviation = estimate
        .variance
        .ok_or_else(|| Error::domain("one sample has no standard error").with_hint("draw more"))?
        .sqrt();
    let t = z_score(estimate.mean, certified, deviation, estimate.n)?;
    let z = student_to_normal(t, estimate.n - 1)?;
    Ok(Measured {
        estimate,
        certified,
        deviation,
        z,
    })
}

/// The certified value of a side, to 20 digits.
///
/// # Errors
/// Those of evaluation; a domain error for a list.
pub fn certified(expr: &Expr, limits: &Limits) -> Result<Ball> {
    let question = Question {
        library: catalog::library(),
        digits: Digits::literal(20),
        method: None,
        limits,
    };
    match question.answer(expr)? {
        Answer::Number(number) => Ok(number.ball),
        Answer::List(_) => Err(Error::domain("a list cannot be sampled")),
    }
}

/// The number of samples from which the normal law is good for the mean of a quantity:
/// E|X|³/(σ³√n) ≤ 0.05 (Berry–Esseen's ratio), from certified moments.
pub fn samples_needed(sampling: &Sampling) -> f64 {
    let prec = Bits::new(64);
    let deviation = sampling.variance.sqrt(prec);
    let ratio = sampling
        .third_absolute_moment
        .div(&deviation.pow_u64(3, prec), prec)
        .mul_i64(20, prec);
    let needed = ratio.square(prec);
    if needed.is_finite() {
        needed.magnitude().to_f64().ceil()
    } else {
        f64::INFINITY
    }
}
