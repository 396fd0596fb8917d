//! What several special functions share: exact points, and repetition at a higher precision.

use std::f64::consts::LN_2;

use rug::float::Round;
use rug::{Float, Rational};

use crate::number::ball::Ball;
use crate::number::precision::Bits;

/// An exact real argument: a rational of small height, for which products over x, x + 1, … stay
/// integers, or a float.
#[derive(Clone)]
pub(super) enum Point {
    /// p/q with p and q of at most [`SMALL_HEIGHT`] bits.
    Rational(Rational),
    Float(Float),
    /// 1 − x for the float x, which is not rounded before an integer is added.
    OneMinus(Float),
}

/// Largest height in bits of a rational that is worth keeping exact.
const SMALL_HEIGHT: u32 = 48;

impl Point {
    /// The float, as a rational if it is a small one.
    pub(super) fn from_float(x: &Float) -> Point {
        // An exponent beyond the height means a numerator or denominator beyond it.
        let small_exponent = x
            .get_exp()
            .is_none_or(|exp| exp.unsigned_abs() <= SMALL_HEIGHT);
        if small_exponent
            && let Some(q) = x.to_rational()
            && is_small(&q)
        {
            Point::Rational(q)
        } else {
            Point::Float(x.clone())
        }
    }

    /// The rational if it is a small one.
    pub(super) fn from_rational(q: &Rational) -> Option<Point> {
        is_small(q).then(|| Point::Rational(q.clone()))
    }

    /// x + n.
    pub(super) fn plus(&self, n: u64, prec: Bits) -> Ball {
        match self {
            Point::Rational(q) => Ball::from_rational(&Rational::from(q + n), prec),
            Point::Float(x) => {
                Ball::from_rounded(Float::with_val_round(prec.get(), x + n, Round::Nearest))
            }
            Point::OneMinus(x) => Ball::from_rounded(Float::with_val_round(
                prec.get(),
                n.saturating_add(1) - x,
                Round::Nearest,
            )),
        }
    }

    /// 1 − x.
    pub(super) fn reflected(&self) -> Point {
        match self {
            Point::Rational(q) => Point::Rational(Rational::from(1 - q)),
            Point::Float(x) => Point::OneMinus(x.clone()),
            Point::OneMinus(x) => Point::Float(x.clone()),
        }
    }

    /// The value as a double: enough to choose a method by.
    pub(super) fn to_f64(&self) -> f64 {
        match self {
            Point::Rational(q) => q.to_f64(),
            Point::Float(x) => x.to_f64(),
            Point::OneMinus(x) => 1.0 - x.to_f64(),
        }
    }

    pub(super) fn is_positive(&self) -> bool {
        match self {
            Point::Rational(q) => *q > 0,
            Point::Float(x) => *x > 0,
            Point::OneMinus(x) => *x < 1,
        }
    }

    pub(super) fn is_integer(&self) -> bool {
        match self {
            Point::Rational(q) => q.is_integer(),
            Point::Float(x) | Point::OneMinus(x) => x.is_integer(),
        }
    }

    /// sin πx.
    pub(super) fn sin_pi(&self, prec: Bits) -> Ball {
        match self {
            Point::Rational(q) => Ball::sin_pi_rational(q, prec),
            Point::Float(x) => Ball::from_rounded(Float::with_val_round(
                prec.get(),
                x.sin_pi_ref(),
                Round::Nearest,
            )),
            // sin π(1 − x) = sin πx.
            Point::OneMinus(x) => Point::Float(x.clone()).sin_pi(prec),
        }
    }

    /// cos πx.
    pub(super) fn cos_pi(&self, prec: Bits) -> Ball {
        match self {
            Point::Rational(q) => Ball::cos_pi_rational(q, prec),
            Point::Float(x) => Ball::from_rounded(Float::with_val_round(
                prec.get(),
                x.cos_pi_ref(),
                Round::Nearest,
            )),
            Point::OneMinus(x) => Point::Float(x.clone()).cos_pi(prec).neg(),
        }
    }
}

/// Whether numerator and denominator have at most [`SMALL_HEIGHT`] bits.
pub(super) fn is_small(q: &Rational) -> bool {
    q.numer().significant_bits() <= SMALL_HEIGHT && q.denom().significant_bits() <= SMALL_HEIGHT
}

/// Evaluates at growing precision until the result has `prec` bits or a cap is reached: for exact
/// arguments, where what is lost to cancellation can be bought back.
pub(super) fn until_accurate(prec: Bits, mut evaluate: impl FnMut(Bits) -> Ball) -> Ball {
    let mut wp = prec.plus(24);
    let cap = prec.doubled().doubled().plus(2048);
    loop {
        let value = evaluate(wp);
        let missing = i64::from(prec.get()) + 2 - value.accuracy();
        if missing <= 0 || wp >= cap || !value.is_finite() {
            return value.rounded(prec.plus(8));
        }
        let more = u32::try_from(missing).unwrap_or(wp.get()).min(wp.get());
        wp = wp.plus(more.saturating_add(24));
    }
}

/// log2 of a positive double.
pub(super) fn log2(x: f64) -> f64 {
    x.ln() / LN_2
}
