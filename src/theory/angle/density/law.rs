//! The constants of the chain: the Gaussian of the first layer, drift and noise of the others.

use crate::error::{Error, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::angle::decay_rate::rho;
use crate::theory::angle::one_layer::{mean, variance};
use crate::theory::moments::Angle;

/// A Gaussian density of mean 0: its standard deviation s, 1/(2s²) and 1/(s√(2π)).
#[derive(Debug, Clone)]
pub(super) struct Gaussian {
    pub sd: Ball,
    pub half: Ball,
    pub height: Ball,
}

impl Gaussian {
    fn new(variance: &Ball, work: Bits) -> Gaussian {
        let sd = variance.sqrt(work);
        let root = Ball::pi(work).mul_2exp(1).sqrt(work);
        Gaussian {
            half: variance.mul_2exp(1).recip(work),
            height: sd.mul(&root, work).recip(work),
            sd,
        }
    }

    /// The density at v.
    pub fn at(&self, v: &Ball, work: Bits) -> Ball {
        v.square(work)
            .mul(&self.half, work)
            .neg()
            .exp(work)
            .mul(&self.height, work)
    }
}

/// The constants of a chain from one angle at one width.
#[derive(Debug, Clone)]
pub(super) struct Law {
    /// μ(θ⁰, n).
    pub mean: Ball,
    /// φ_σ.
    pub first: Gaussian,
    /// φ_β.
    pub noise: Gaussian,
    /// c = 2/(3π).
    pub slope: Ball,
    /// ρ(n).
    pub rate: Ball,
}

impl Law {
    /// The constants with about `work` bits; `None` where too few bits are left to know that σ² > 0.
    ///
    /// # Errors
    /// A domain error if σ²(θ⁰, n) ≤ 0; those of its parts.
    pub fn new(theta0: &Angle, n: &Number, work: Bits, limits: &Limits) -> Result<Option<Law>> {
        let width = n.to_ball(work);
        let variance = variance(theta0, &width, work, limits)?;
        if variance.is_negative() || variance.is_zero() {
            return Err(Error::domain(
                "the paper's variance of the first layer is not positive here",
            )
            .with_hint("its formula is for large widths; take a larger n"));
        }
        if !variance.is_positive() {
            return Ok(None);
        }
        let noise = width
            .mul_2exp(3)
            .div(&width.add_i64(5, work).square(work), work);
        Ok(Some(Law {
            mean: mean(theta0, &width, work, limits)?,
            first: Gaussian::new(&variance, work),
            noise: Gaussian::new(&noise, work),
            slope: Ball::from_i64(2).div(&Ball::pi(work).mul_i64(3, work), work),
            rate: rho(n, false, work, limits)?,
        }))
    }

    /// g(x) where x = ln sin²θ.
    pub fn drift(&self, x: &Ball, theta: &Ball, work: Bits) -> Ball {
        x.sub(&self.slope.mul(theta, work), work)
            .sub(&self.rate, work)
    }

    /// What a layer adds to ‖X‖₁₆ at most: 1/3 + ρ + 5β/2.
    pub fn growth(&self) -> Magnitude {
        let noise = self.noise.sd.magnitude().times(Magnitude::new(5, -1));
        Magnitude::from_f64(0.333_334)
            .plus(self.rate.magnitude())
            .plus(noise)
    }
}
