//! Moments of the leaky ReLU, and of Gaussians with any variances.
//!
//! Let ψ(x) = p·x for x > 0 and ψ(x) = q·x for x < 0. Splitting by the signs of the two Gaussians, and
//! reflecting one or both,
//!
//!   E[ψ(G)^a ψ(Ĝ)^b] = (p^{a+b} + (−q)^{a+b}) J_{a,b}(θ) + (p^a (−q)^b + (−q)^a p^b) J_{a,b}(π−θ).
//!
//! Here a zero power is 1 for every x, so q = 0 with a zero index differs from the convention
//! φ(x)^0 = 1{x > 0} of J itself. φ is positively homogeneous, so standard deviations s₁, s₂ multiply a
//! moment by s₁^a s₂^b.

use super::angle::Angle;
use super::value::{Method, moment, to_relative_accuracy};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// The slopes of a leaky ReLU.
#[derive(Debug, Clone)]
pub struct Slopes {
    /// p: the slope for x > 0.
    pub positive: Ball,
    /// q: the slope for x < 0.
    pub negative: Ball,
}

impl Slopes {
    /// Slope 1 on the right, `q` on the left.
    pub fn leaky(q: Ball) -> Slopes {
        Slopes {
            positive: Ball::one(),
            negative: q,
        }
    }
}

/// E[ψ(G)^a ψ(Ĝ)^b] for standard Gaussians of covariance cos θ and the leaky ReLU ψ of these slopes; a
/// zero power is 1.
///
/// For exact slopes and angle the relative accuracy is at least `prec` bits, unless the value is 0:
/// then the ball is exact, or as small as the terms that cancel allow.
///
/// # Errors
/// As for [`moment`].
pub fn leaky_moment(
    a: u32,
    b: u32,
    theta: &Angle,
    slopes: &Slopes,
    method: Method,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let reflected = theta.supplement();
    to_relative_accuracy(prec, limits, |work| {
        let p = |n: u32| slopes.positive.pow_u64(u64::from(n), work);
        let minus_q = slopes.negative.neg();
        let q = |n: u32| minus_q.pow_u64(u64::from(n), work);
        let same = p(a + b).add(&q(a + b), work);
        let opposite = p(a).mul(&q(b), work).add(&q(a).mul(&p(b), work), work);
        let near = moment(a, b, theta, method, work, limits)?.mul(&same, work);
        let far = moment(a, b, &reflected, method, work, limits)?.mul(&opposite, work);
        Ok(near.add(&far, work))
    })
}

/// E[φ(X)^a φ(Y)^b] for centred Gaussians with standard deviations s₁, s₂ and correlation cos θ:
/// s₁^a s₂^b J_{a,b}(θ).
///
/// # Errors
/// As for [`moment`].
pub fn scaled_moment(
    a: u32,
    b: u32,
    deviations: [&Ball; 2],
    theta: &Angle,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let work = prec.plus(16);
    let [first, second] = deviations;
    let scale = first
        .pow_u64(u64::from(a), work)
        .mul(&second.pow_u64(u64::from(b), work), work);
    let value = moment(a, b, theta, Method::Auto, work, limits)?;
    Ok(value.mul(&scale, prec.plus(4)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn linear_activations_give_full_gaussian_moments() {
        // ψ(x) = x for p = q = 1: E[G Ĝ] = c, E[G² Ĝ²] = 1 + 2c², and odd moments vanish exactly.
        let prec = Bits::new(128);
        let limits = Limits::default();
        let slopes = Slopes::leaky(Ball::one());
        let theta = Angle::from_radians(Rational::from((2, 3))).expect("inside");
        let value = |a, b| {
            leaky_moment(a, b, &theta, &slopes, Method::Auto, prec, &limits).expect("a value")
        };
        let c = theta.sin_cos(prec).1;
        assert!(value(1, 1).overlaps(&c) && value(1, 1).accuracy() >= 128);
        let expected = c.square(prec).mul_2exp(1).add_i64(1, prec);
        assert!(value(2, 2).overlaps(&expected));
        assert!(value(2, 1).is_zero() && value(3, 0).is_zero());
        // A zero power is 1: E[1] = 1, E[G²] = 1.
        assert!(value(0, 0).overlaps(&Ball::one()) && value(0, 0).accuracy() >= 128);
        assert!(value(2, 0).overlaps(&Ball::one()));
    }

    #[test]
    fn deviations_scale_by_powers() {
        let prec = Bits::new(100);
        let limits = Limits::default();
        let theta = Angle::from_radians(Rational::from((2, 3))).expect("inside");
        let (two, three) = (Ball::from_i64(2), Ball::from_i64(3));
        let scaled = scaled_moment(3, 1, [&two, &three], &theta, prec, &limits).expect("a value");
        let plain = moment(3, 1, &theta, Method::Auto, prec, &limits).expect("a value");
        assert!(scaled.overlaps(&plain.mul_i64(24, prec)) && scaled.accuracy() >= 98);
    }
}
