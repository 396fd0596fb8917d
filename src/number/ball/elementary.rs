//! Exponentials, logarithms, minimum, maximum and rounding to integers, and the tools that all
//! elementary functions share.
//!
//! Two routes lead to an enclosure of f over the ball of `x`, with midpoint `x̃` and radius `r`:
//!
//! - *midpoint and slope*, for narrow balls: f(x̃) is rounded once by MPFR, and
//!   |f(x) − f(x̃)| is bounded by an inequality quoted beside the code;
//! - *the ends*, for wide balls or next to the edge of the domain: f is monotone between them,
//!   and each end is rounded once, outwards.
//!
//! A ball that is not wholly inside the domain gives no information.

use std::cmp::Ordering;

use rug::Float;
use rug::float::Round;

use super::{Ball, Magnitude, down, up};
use crate::number::precision::Bits;

/// Precision at which the ends of wide balls are taken, and f at them where it is nowhere flat:
/// then an error of 2^−64 is far below the width of the result.
pub(super) const COARSE: Bits = Bits::new(64);

/// Tools of the elementary functions.
impl Ball {
    /// The enclosure of an increasing function from its values at the ends of the ball, taken and
    /// evaluated at the precision `ends`.
    pub(super) fn increasing<F>(&self, ends: Bits, prec: Bits, f: F) -> Ball
    where
        F: Fn(&Float, Round) -> Float,
    {
        let lower = f(&self.lower(ends), Round::Down);
        let upper = f(&self.upper(ends), Round::Up);
        Ball::from_bounds(&lower, &upper, prec)
    }

    /// The enclosure of a decreasing function from its values at the ends of the ball.
    pub(super) fn decreasing<F>(&self, ends: Bits, prec: Bits, f: F) -> Ball
    where
        F: Fn(&Float, Round) -> Float,
    {
        let lower = f(&self.upper(ends), Round::Down);
        let upper = f(&self.lower(ends), Round::Up);
        Ball::from_bounds(&lower, &upper, prec)
    }

    /// The part of the ball in [−1, 1], for values of functions whose range that is.
    ///
    /// The new midpoint is rounded to `prec` bits and the new radius up to 30 bits, so the result
    /// can still reach beyond by as little; a radius of two ulp or less is left alone.
    pub(super) fn clipped_to_unit(self, prec: Bits) -> Ball {
        let two_ulp = Magnitude::power_of_two(1 - i64::from(prec.get()));
        if !self.is_finite() || self.rad <= two_ulp || self.magnitude() <= Magnitude::ONE {
            return self;
        }
        let wide = prec.plus(32);
        let lower = self.lower(wide).max(&Float::with_val(2, -1));
        let upper = self.upper(wide).min(&Float::with_val(2, 1));
        Ball::from_bounds(&lower, &upper, prec)
    }

    /// Whether the radius is more than about an eighth of the midpoint.
    pub(super) fn is_wide(&self) -> bool {
        self.rad.shifted(3) > Magnitude::from_float(&self.mid)
    }

    /// A precision that resolves the ends of the ball as finely as a result of `prec` bits needs.
    pub(super) fn fine(&self, prec: Bits) -> Bits {
        Bits::new(self.mid.prec().max(prec.get())).plus(32)
    }
}

/// `r + r²`, which bounds e^r − 1 and sinh r for 0 ≤ r ≤ 1:
/// e^r − 1 ≤ r + (e − 2) r² with e − 2 < 0.72, and sinh r ≤ r + (sinh 1 − 1) r³ with sinh 1 < 1.18.
pub(super) fn growth(r: Magnitude) -> Magnitude {
    r.plus(r.times(r))
}

/// Exponentials and logarithms.
impl Ball {
    /// `e^x`, for every x; exact only for x = 0. No information beyond MPFR's exponent range.
    ///
    /// Narrow balls (r ≤ 1): |e^x − e^x̃| ≤ e^x̃ (e^r − 1) and e^r − 1 ≤ r + r².
    #[must_use]
    pub fn exp(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::ONE {
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.exp_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.exp_ref(), prec);
        if self.is_exact() {
            return value;
        }
        let spread = value.magnitude().times(growth(self.rad));
        value.widened(spread)
    }

    /// `e^x − 1` without cancellation near 0; exact only for x = 0.
    ///
    /// The spread of a narrow ball is that of [`Ball::exp`].
    #[must_use]
    pub fn expm1(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::ONE {
            // At full precision: far below 0 even the value of a wide ball is narrow.
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(prec.get(), x.exp_m1_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.exp_m1_ref(), prec);
        if self.is_exact() {
            return value;
        }
        // e^x̃ = 1 + expm1(x̃) ≤ 1 + |expm1(x̃)|; for x̃ < −1 that is far too much.
        let scale = if self.mid < -1 {
            Magnitude::from_float(&up(self.mid.exp_ref(), Bits::new(32)))
        } else {
            Magnitude::ONE.plus(value.magnitude())
        };
        value.widened(scale.times(growth(self.rad)))
    }

    /// `ln x`; no information unless the whole ball is positive. Exact only for x = 1.
    ///
    /// Narrow balls: |ln x − ln x̃| ≤ r / (x̃ − r) by the mean value theorem.
    #[must_use]
    pub fn ln(&self, prec: Bits) -> Ball {
        if !self.is_positive() {
            return Ball::indeterminate();
        }
        if self.is_wide() {
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.ln_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.ln_ref(), prec);
        if self.is_exact() {
            return value;
        }
        value.widened(self.rad.over(&self.magnitude_lower()))
    }

    /// `ln(1 + x)` without cancellation near 0; no information unless the whole ball is above −1.
    ///
    /// Narrow balls: |ln(1+x) − ln(1+x̃)| ≤ r / (1 + x̃ − r) by the mean value theorem.
    #[must_use]
    pub fn ln1p(&self, prec: Bits) -> Ball {
        if !self.is_finite() || self.mid <= -1 {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(self.mid.ln_1p_ref(), prec);
        }
        // A lower bound of 1 + x̃ − r: the sum is rounded once, so it loses nothing next to −1.
        let above = down(&self.mid + 1u32, COARSE);
        let low = down(&above + &self.rad.to_negative_float(), COARSE);
        if self.rad.shifted(3) > Magnitude::from_float(&above) {
            let ends = self.fine(prec);
            // The end below −1, if there is one, gives NaN or −∞ and so no information.
            return self.increasing(ends, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.ln_1p_ref(), round).0
            });
        }
        Ball::nearest(self.mid.ln_1p_ref(), prec).widened(self.rad.over(&low))
    }
}

/// Order and integers.
impl Ball {
    /// `min(x, y)`: one of the two if their order is certain, otherwise a ball around
    /// [min of the lower ends, min of the upper ends].
    #[must_use]
    pub fn min(&self, other: &Ball, prec: Bits) -> Ball {
        match self.certain_cmp(other) {
            Some(Ordering::Less | Ordering::Equal) => return self.rounded(prec),
            Some(Ordering::Greater) => return other.rounded(prec),
            None => {}
        }
        if !self.is_finite() || !other.is_finite() {
            return Ball::indeterminate();
        }
        let wide = prec.plus(32);
        let lower = self.lower(wide).min(&other.lower(wide));
        let upper = self.upper(wide).min(&other.upper(wide));
        Ball::from_bounds(&lower, &upper, prec)
    }

    /// `max(x, y)`, as −min(−x, −y).
    #[must_use]
    pub fn max(&self, other: &Ball, prec: Bits) -> Ball {
        self.neg().min(&other.neg(), prec).neg()
    }

    /// The largest integer that is at most x; no information if two numbers of the ball differ in it.
    #[must_use]
    pub fn floor(&self, prec: Bits) -> Ball {
        self.step(prec, |x| Float::with_val(x.prec(), x.floor_ref()))
    }

    /// The least integer that is at least x; no information if two numbers of the ball differ in it.
    #[must_use]
    pub fn ceil(&self, prec: Bits) -> Ball {
        self.step(prec, |x| Float::with_val(x.prec(), x.ceil_ref()))
    }

    /// A non-decreasing step function that maps a float of p bits to an integer of p bits: with
    /// the values at both ends equal it is constant on the ball.
    fn step<F: Fn(&Float) -> Float>(&self, prec: Bits, f: F) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(&f(&self.mid), prec);
        }
        // An end that is rounded outwards stays on its side of every integer of these many bits.
        let bits = self.magnitude().exponent().unwrap_or(0).clamp(0, 1 << 30) as u32;
        let ends = Bits::new(bits.max(self.mid.prec())).plus(64);
        let (lower, upper) = (f(&self.lower(ends)), f(&self.upper(ends)));
        if lower == upper && lower.is_finite() {
            Ball::nearest(&lower, prec)
        } else {
            Ball::indeterminate()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Bits = Bits::new(100);

    fn around(mid: f64, rad: f64) -> Ball {
        Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad))
    }

    #[test]
    fn exact_points() {
        assert!(Ball::zero().expm1(P).is_zero());
        assert!(Ball::one().ln(P).is_zero());
        assert!(Ball::zero().ln1p(P).is_zero());
        let one = Ball::zero().exp(P);
        assert!(one.is_exact() && *one.mid() == 1);
    }

    #[test]
    fn edges_of_the_domain_give_no_information() {
        assert!(!around(0.5, 0.5).ln(P).is_finite());
        assert!(!around(-0.5, 0.5).ln1p(P).is_finite());
        assert!(!around(-0.5, 0.75).ln1p(P).is_finite());
        assert!(!Ball::from_i64(-1).ln1p(P).is_finite());
        assert!(!Ball::zero().ln(P).is_finite());
    }

    #[test]
    fn ends_of_the_exponent_range_are_enclosed() {
        let huge = Ball::one().mul_2exp(1 << 29);
        assert!(!huge.exp(P).is_finite());
        let tiny = huge.neg().exp(P);
        assert!(tiny.is_finite() && tiny.contains_zero() && !tiny.is_exact());
        // e^x − 1 rounds to −1 there and is not −1.
        let below = huge.neg().expm1(P);
        assert!(!below.is_exact() && *below.mid() == -1);
        assert!(
            huge.ln(P)
                .overlaps(&Ball::ln_2(Bits::new(200)).mul_i64(1 << 29, Bits::new(200)))
        );
    }

    #[test]
    fn floors_are_decided_or_unknown() {
        assert_eq!(*around(2.5, 0.25).floor(P).mid(), 2);
        assert_eq!(*around(-2.5, 0.25).ceil(P).mid(), -2);
        assert_eq!(*Ball::from_i64(3).floor(P).mid(), 3);
        assert!(!around(3.0, 1e-9).floor(P).is_finite());
        assert_eq!(*around(-3.5, 0.25).floor(P).mid(), -4);
    }

    #[test]
    fn minima_of_overlapping_balls_hold_both_orders() {
        let (a, b) = (around(1.0, 0.5), around(1.25, 1.0));
        let least = a.min(&b, P);
        for q in [(1, 4), (1, 1), (3, 2)] {
            assert!(least.contains_rational(&rug::Rational::from(q)));
        }
        assert_eq!(*a.max(&Ball::from_i64(9), P).mid(), 9);
    }
}
