//! The fixed point below 1 of a kernel map.
//!
//! Let C(u) = Σ c_k u^k with c_k ≥ 0 and C(1) = 1, not the identity, and C'(1) > 1 (infinity
//! included). On [0, 1] the function F(u) = C(u) − u is convex with F(0) ≥ 0 and F(1) = 0, and negative
//! just below 1. So it has **exactly one** zero u* in [0, 1), F > 0 before it and F < 0 behind it; u* = 0
//! iff C(0) = 0.
//!
//! There is no other in (−1, 0) either: C(−t) = −t and C(t) + C(−t) ≥ 2C(0) give F(t) ≥ 2C(0), while
//! F(t) ≤ (1 − t) C(0) by convexity, so C(0) = 0 and F(t) = 0, t = u* = 0.
//!
//! Hence two signs prove everything: F > 0 at one point and F < 0 at a larger one below 1 enclose u*.

use std::cmp::Ordering;

use rug::Float;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::roots::{Newton, bracketed, contract, newton};
use crate::number::{Ball, Bits};

/// A map on balls.
pub type Map<'a> = &'a dyn Fn(&Ball, Bits) -> Result<Ball>;

/// The fixed point in [0, 1) of C with C'(1) > 1, to about `prec` bits; exactly 0 if C(0) is.
///
/// # Errors
/// Those of C; undecided where the signs cannot be told, as when C'(1) is very close to 1.
pub fn fixed_point(map: Map<'_>, prec: Bits, limits: &Limits) -> Result<Ball> {
    let difference = |u: &Ball, p: Bits| Ok(map(u, p)?.sub(u, p));
    match bracket(map, prec, limits)? {
        None => Ok(Ball::zero()),
        Some((low, high)) => bracketed(&difference, &low, &high, prec, limits),
    }
}

/// The same by interval Newton with the derivative of C, which proves uniqueness in the ball by itself.
///
/// # Errors
/// As [`fixed_point`], and those of the derivative.
pub fn fixed_point_by_newton(
    map: Map<'_>,
    derivative: Map<'_>,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let difference = |u: &Ball, p: Bits| Ok(map(u, p)?.sub(u, p));
    let slope = |u: &Ball, p: Bits| Ok(derivative(u, p)?.add_i64(-1, p));
    let coarse = Bits::new(64);
    let Some((low, high)) = bracket(map, coarse, limits)? else {
        return Ok(Ball::zero());
    };
    let guess = bracketed(&difference, &low, &high, coarse, limits)?;
    // The widest ball around the guess on which Newton decides.
    for bits in [8, 16, 24, 32, 40] {
        let size = guess.magnitude().shifted(-bits).max(guess.rad().shifted(1));
        let box_ = Ball::new(guess.mid().clone(), size);
        if let Newton::Unique(root) = newton(&difference, &slope, &box_, coarse.doubled())? {
            return contract(&difference, &slope, &root, prec, limits);
        }
    }
    Err(Error::undecided(
        "Newton's step does not decide near the fixed point",
    ))
}

/// Points low < high < 1 with C(low) > low and C(high) < high; `None` if C(0) is exactly 0.
fn bracket(map: Map<'_>, prec: Bits, limits: &Limits) -> Result<Option<(Float, Float)>> {
    let coarse = Bits::new(64);
    let origin = map(&Ball::zero(), coarse)?;
    if origin.is_zero() {
        return Ok(None);
    }
    // Where C(0) may be 0, a sign below 0 serves.
    let mut low = if origin.is_positive() {
        Float::new(2)
    } else {
        Float::with_val(2, -0.5)
    };
    let deepest = 2 * prec.get() + 64;
    for k in 1..deepest {
        limits.check_deadline()?;
        // 1 − 2^{−k}, exactly.
        let point = Float::with_val(k + 2, 1) - (Float::with_val(2, 1) >> k);
        let work = coarse.plus(3 * k);
        let ball = Ball::exact(point.clone());
        match map(&ball, work)?.sub(&ball, work).sign() {
            Some(Ordering::Less) => return Ok(Some((low, point))),
            Some(Ordering::Equal) => return Ok(Some((point.clone(), point))),
            Some(Ordering::Greater) => low = point,
            None => {}
        }
    }
    Err(
        Error::undecided("no point below 1 was found at which the map is below the identity")
            .with_hint("its slope at 1 is very close to 1"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    /// C(u) = (1 + 3u + 4u²)/8 has the fixed points 1 and 1/4.
    #[test]
    fn a_quadratic_by_hand() {
        let limits = Limits::default();
        let map = |u: &Ball, p: Bits| {
            let square = u.square(p).mul_2exp(2);
            Ok(u.mul_i64(3, p).add(&square, p).add_i64(1, p).mul_2exp(-3))
        };
        let derivative = |u: &Ball, p: Bits| Ok(u.mul_2exp(3).add_i64(3, p).mul_2exp(-3));
        let quarter = Rational::from((1, 4));
        for bits in [40, 100, 700] {
            let prec = Bits::new(bits);
            for root in [
                fixed_point(&map, prec, &limits),
                fixed_point_by_newton(&map, &derivative, prec, &limits),
            ] {
                let root = root.expect("a fixed point");
                assert!(root.contains_rational(&quarter), "{root:?}");
                assert!(root.accuracy() >= i64::from(bits) - 4, "{bits}: {root:?}");
            }
        }
    }

    /// C(u) = (ε + (1 − 3ε)u + 2εu²): slope 1 + ε at 1 and the fixed point 1/2 for every ε.
    #[test]
    fn slopes_close_to_one_are_met() {
        let limits = Limits::default();
        let prec = Bits::new(120);
        let map = |u: &Ball, p: Bits| {
            let epsilon = Ball::one().mul_2exp(-30);
            let inner = u
                .square(p)
                .mul_2exp(1)
                .sub(&u.mul_i64(3, p), p)
                .add_i64(1, p);
            Ok(u.add(&inner.mul(&epsilon, p), p))
        };
        let root = fixed_point(&map, prec, &limits).expect("a fixed point");
        assert!(
            root.contains_rational(&Rational::from((1, 2))) && root.accuracy() > 80,
            "{root:?}"
        );
    }

    #[test]
    fn an_exact_zero_is_kept() {
        let limits = Limits::default();
        let square = |u: &Ball, p: Bits| Ok(u.square(p));
        assert!(
            fixed_point(&square, Bits::new(50), &limits)
                .expect("0")
                .is_zero()
        );
    }
}
