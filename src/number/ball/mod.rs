//! [`Ball`]: a real number known to lie within a radius of a midpoint.
//!
//! The promise of every operation is *inclusion*: the result contains f(x) for each x in the
//! operands. The midpoint is an MPFR float of the precision asked for; MPFR rounds each basic
//! operation correctly and says whether it rounded at all (the ternary value), so exact results
//! stay exact and an inexact one is widened by half a unit in the last place. The radius is a
//! [`Magnitude`], which only ever rounds up.
//!
//! "No information" is the ball [0 ± ∞]; NaN never travels. Precision is the last argument of
//! every operation, and there is no global precision.
//!
//! The files: [`magnitude`] radii; `arithmetic` the field operations and square roots; `compare`
//! what is certain about a ball; `elementary` exponentials, logarithms and roundings to integers;
//! `power` real powers; `trigonometric`, `hyperbolic` and `inverse` the functions of those names;
//! `constants` π and ln 2, `rational_functions` exp, sin and cos of small rationals; [`special`] the
//! special functions.
//! `text` decimal and lossless text.

mod arithmetic;
mod compare;
mod constants;
mod elementary;
mod hyperbolic;
mod inverse;
pub mod magnitude;
mod power;
mod rational_functions;
mod ring;
pub mod special;
mod text;
mod trigonometric;

use std::cmp::Ordering;
use std::fmt;

use rug::float::Round;
use rug::ops::AssignRound;
use rug::{Float, Integer, Rational};

pub use magnitude::Magnitude;
pub use ring::WorkingBall;

use crate::number::precision::Bits;

/// A midpoint and a radius: the set of reals `x` with `|x − mid| ≤ rad`.
///
/// Invariant: `mid` is finite, and `rad` is either a finite float too or infinite; then nothing is
/// known.
#[derive(Clone)]
pub struct Ball {
    mid: Float,
    rad: Magnitude,
}

/// Constructors. Those from exact values round once and carry the rounding in the radius.
impl Ball {
    /// Exactly 0.
    pub fn zero() -> Ball {
        Ball {
            mid: Float::new(2),
            rad: Magnitude::ZERO,
        }
    }

    /// Exactly 1.
    pub fn one() -> Ball {
        Ball {
            mid: Float::with_val(2, 1),
            rad: Magnitude::ZERO,
        }
    }

    /// [0 ± ∞]: no information.
    pub fn indeterminate() -> Ball {
        Ball {
            mid: Float::new(2),
            rad: Magnitude::INFINITY,
        }
    }

    /// The ball of the given midpoint and radius; a midpoint that is not finite gives no information.
    pub fn new(mid: Float, rad: Magnitude) -> Ball {
        if mid.is_finite() && is_float(rad) {
            Ball { mid, rad }
        } else {
            Self::indeterminate()
        }
    }

    /// Exactly the float; infinities and NaN give no information.
    pub fn exact(mid: Float) -> Ball {
        Self::new(mid, Magnitude::ZERO)
    }

    /// The integer, rounded to `prec`.
    pub fn from_integer(n: &Integer, prec: Bits) -> Ball {
        Self::from_rounded(Float::with_val_round(prec.get(), n, Round::Nearest))
    }

    /// The rational, rounded to `prec`.
    pub fn from_rational(q: &Rational, prec: Bits) -> Ball {
        Self::from_rounded(Float::with_val_round(prec.get(), q, Round::Nearest))
    }

    /// The small integer, exactly.
    pub fn from_i64(n: i64) -> Ball {
        Ball {
            mid: Float::with_val(64, n),
            rad: Magnitude::ZERO,
        }
    }

    /// The smallest ball found that contains both ends, `lower <= upper`.
    pub fn from_bounds(lower: &Float, upper: &Float, prec: Bits) -> Ball {
        if !lower.is_finite() || !upper.is_finite() {
            return Self::indeterminate();
        }
        let (mut mid, _) = Float::with_val_round(prec.get(), lower + upper, Round::Nearest);
        mid >>= 1;
        // The radius is the larger distance to an end, rounded up; the midpoint's own rounding is
        // inside it because the distances are taken from the midpoint as stored.
        let above = Float::with_val_round(32, upper - &mid, Round::Up).0;
        let below = Float::with_val_round(32, &mid - lower, Round::Up).0;
        let rad = Magnitude::from_float(&above).max(Magnitude::from_float(&below));
        Self::new(mid, rad)
    }

    /// π: MPFR's up to 8000 bits, from there on the series of the Chudnovskys, kept for the process.
    pub fn pi(prec: Bits) -> Ball {
        if prec.get() > constants::PI_BITS {
            return constants::pi(prec);
        }
        Self::from_rounded(Float::with_val_round(
            prec.get(),
            rug::float::Constant::Pi,
            Round::Nearest,
        ))
    }

    /// Euler's constant γ.
    pub fn euler_gamma(prec: Bits) -> Ball {
        Self::from_rounded(Float::with_val_round(
            prec.get(),
            rug::float::Constant::Euler,
            Round::Nearest,
        ))
    }

    /// ln 2: MPFR's up to 50 000 bits, from there on a formula of Machin's type, kept for the process.
    pub fn ln_2(prec: Bits) -> Ball {
        if prec.get() > constants::LN_2_BITS {
            return constants::ln_2(prec);
        }
        Self::from_rounded(Float::with_val_round(
            prec.get(),
            rug::float::Constant::Log2,
            Round::Nearest,
        ))
    }

    /// A correctly rounded float with its ternary value: exact if that says so, else ± half an ulp.
    pub(crate) fn from_rounded((mid, ternary): (Float, Ordering)) -> Ball {
        let rad = rounding_error(&mid, ternary);
        Self::new(mid, rad)
    }

    /// The same ball with its radius increased.
    #[must_use]
    pub fn widened(mut self, by: Magnitude) -> Ball {
        self.rad = self.rad.plus(by);
        if is_float(self.rad) {
            self
        } else {
            Self::indeterminate()
        }
    }
}

/// Whether the bound is finite and within the exponent range of floats, so that ends can be taken.
fn is_float(rad: Magnitude) -> bool {
    rad.is_finite()
        && rad
            .exponent()
            .is_none_or(|exp| exp < i64::from(rug::float::exp_max()))
}

/// Half an ulp of a float that was rounded to nearest, or 0 if the rounding was exact.
pub(crate) fn rounding_error(mid: &Float, ternary: Ordering) -> Magnitude {
    if ternary == Ordering::Equal {
        return Magnitude::ZERO;
    }
    match mid.get_exp() {
        // At the bottom of the exponent range floats are 2^(exp_min − 1) apart from 0, and MPFR
        // rounds what lies between to one of the two.
        Some(exp) if exp == rug::float::exp_min() => Magnitude::power_of_two(i64::from(exp) - 1),
        // 1/2 <= |mid| / 2^exp < 1, so an ulp is 2^(exp − prec).
        Some(exp) => Magnitude::power_of_two(i64::from(exp) - i64::from(mid.prec()) - 1),
        // Underflow to zero: the value was below the smallest positive float.
        None if mid.is_zero() => Magnitude::power_of_two(i64::from(rug::float::exp_min())),
        None => Magnitude::INFINITY,
    }
}

/// One rounding from exact operands, in a visible direction.
impl Ball {
    /// The ball of a correctly rounded function of exact operands.
    fn nearest<T>(value: T, prec: Bits) -> Ball
    where
        Float: AssignRound<T, Round = Round, Ordering = Ordering>,
    {
        Self::from_rounded(Float::with_val_round(prec.get(), value, Round::Nearest))
    }
}

/// A float not above the value.
fn down<T>(value: T, prec: Bits) -> Float
where
    Float: AssignRound<T, Round = Round, Ordering = Ordering>,
{
    Float::with_val_round(prec.get(), value, Round::Down).0
}

/// A float not below the value.
fn up<T>(value: T, prec: Bits) -> Float
where
    Float: AssignRound<T, Round = Round, Ordering = Ordering>,
{
    Float::with_val_round(prec.get(), value, Round::Up).0
}

/// The parts, and bounds of the set.
impl Ball {
    /// The midpoint.
    pub fn mid(&self) -> &Float {
        &self.mid
    }

    /// The radius.
    pub fn rad(&self) -> Magnitude {
        self.rad
    }

    /// A float not above any number of the ball, of precision `prec` (one rounding, downwards).
    pub fn lower(&self, prec: Bits) -> Float {
        Float::with_val_round(
            prec.get(),
            &self.mid + &self.rad.to_negative_float(),
            Round::Down,
        )
        .0
    }

    /// A float not below any number of the ball, of precision `prec` (one rounding, upwards).
    pub fn upper(&self, prec: Bits) -> Float {
        Float::with_val_round(prec.get(), &self.mid + &self.rad.to_float(), Round::Up).0
    }

    /// An upper bound of |x| over the ball.
    pub fn magnitude(&self) -> Magnitude {
        Magnitude::from_float(&self.mid).plus(self.rad)
    }

    /// A lower bound of |x| over the ball, 0 if it contains 0.
    pub fn magnitude_lower(&self) -> Float {
        let bound = if self.mid.is_sign_negative() {
            Float::with_val_round(32, -&self.upper(Bits::new(32)), Round::Down).0
        } else {
            self.lower(Bits::new(32))
        };
        if bound > 0 { bound } else { Float::new(32) }
    }

    /// Whether the ball is a single number.
    pub fn is_exact(&self) -> bool {
        self.rad.is_zero()
    }

    /// Whether anything is known.
    pub fn is_finite(&self) -> bool {
        self.rad.is_finite()
    }

    /// The number of bits of the midpoint that the radius leaves: `log2(|mid| / rad)`, rounded down
    /// by at most one; negative for a ball that is wider than its midpoint. `i64::MAX` if exact,
    /// `i64::MIN` if nothing is known.
    pub fn accuracy(&self) -> i64 {
        if self.is_exact() {
            return i64::MAX;
        }
        let (Some(exp), Some(rad)) = (self.mid.get_exp(), self.rad.exponent()) else {
            return if self.is_finite() {
                -i64::MAX
            } else {
                i64::MIN
            };
        };
        i64::from(exp) - 1 - rad
    }

    /// The same set with its midpoint rounded to `prec`.
    #[must_use]
    pub fn rounded(&self, prec: Bits) -> Ball {
        if self.mid.prec() <= prec.get() {
            return self.clone();
        }
        Self::from_rounded(Float::with_val_round(prec.get(), &self.mid, Round::Nearest))
            .widened(self.rad)
    }
}

impl fmt::Debug for Ball {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} ± {:?}]", self.mid, self.rad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directed_roundings_keep_their_direction() {
        for q in [Rational::from((1, 3)), Rational::from((-2, 7))] {
            let (low, high) = (down(&q, Bits::new(30)), up(&q, Bits::new(30)));
            assert!(low < q && q < high);
            // One ulp apart: neither is further off than need be.
            let mut next = low.clone();
            next.next_up();
            assert!(next == high);
        }
    }

    #[test]
    fn underflow_is_enclosed_at_any_precision() {
        let least = Ball::one().mul_2exp(rug::float::exp_min() - 1);
        assert!(least.is_exact() && !least.mid().is_zero());
        // 3/4 of the smallest float rounds to the smallest float, a quarter of it to 0.
        for numerator in [1, 3] {
            let part = least.mul_rational(&Rational::from((numerator, 4)), Bits::new(100));
            let scaled = part.mul_i64(4, Bits::new(100));
            assert!(scaled.contains(&least.mul_i64(numerator, Bits::new(100))));
        }
        // A radius beyond every float is no information.
        assert!(!Ball::new(Float::new(2), Magnitude::power_of_two(1 << 31)).is_finite());
    }
}
