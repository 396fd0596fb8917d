//! The inverse trigonometric and hyperbolic functions.
//!
//! All are monotone. The slope of a narrow ball is bounded at its worst point; where that point is
//! close to the edge of the domain, and the slope unbounded, the ends are evaluated instead.

use rug::Float;

use super::elementary::COARSE;
use super::{Ball, Magnitude, down};
use crate::number::precision::Bits;

/// A float with its sign dropped.
fn absolute(x: &Float) -> Float {
    Float::with_val(x.prec(), x.abs_ref())
}

impl Ball {
    /// Whether every number of the ball lies in [−1, 1]; exact, because ±1 are floats of any
    /// precision and rounding is monotone.
    fn is_within_unit(&self) -> bool {
        self.is_finite() && self.lower(COARSE) >= -1 && self.upper(COARSE) <= 1
    }

    /// A lower bound of 1 − x² over a ball whose distance g from ±1 is at least four radii:
    /// with u = |x̃| + r = 1 − g, 1 − u² = g (2 − g).
    fn one_minus_square(&self) -> Option<Float> {
        let size = absolute(&self.mid);
        let gap = down(1u32 - &size, COARSE);
        let gap = down(&gap + &self.rad.to_negative_float(), COARSE);
        if gap <= 0 || self.rad.shifted(2) > Magnitude::from_float(&gap) {
            return None;
        }
        // g (2 − g) grows on [0, 1], so a lower bound of g serves.
        let rest = down(2u32 - &gap, COARSE);
        Some(down(&gap * &rest, COARSE))
    }

    /// `asin x` in [−π/2, π/2]; no information unless the whole ball lies in [−1, 1].
    ///
    /// Mean value theorem: the slope is at most 1/√(1 − u²), u = |x̃| + r.
    #[must_use]
    pub fn asin(&self, prec: Bits) -> Ball {
        if !self.is_within_unit() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(self.mid.asin_ref(), prec);
        }
        match self.one_minus_square() {
            Some(square) => {
                let root = down(square.sqrt_ref(), COARSE);
                Ball::nearest(self.mid.asin_ref(), prec).widened(self.rad.over(&root))
            }
            None => self.increasing(self.fine(prec), prec, |x, round| {
                Float::with_val_round(prec.get(), x.asin_ref(), round).0
            }),
        }
    }

    /// `acos x` in [0, π]; no information unless the whole ball lies in [−1, 1]. Exact only for 1.
    ///
    /// The slope is that of [`Ball::asin`].
    #[must_use]
    pub fn acos(&self, prec: Bits) -> Ball {
        if !self.is_within_unit() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(self.mid.acos_ref(), prec);
        }
        match self.one_minus_square() {
            Some(square) => {
                let root = down(square.sqrt_ref(), COARSE);
                Ball::nearest(self.mid.acos_ref(), prec).widened(self.rad.over(&root))
            }
            None => self.decreasing(self.fine(prec), prec, |x, round| {
                Float::with_val_round(prec.get(), x.acos_ref(), round).0
            }),
        }
    }

    /// `atan x` in (−π/2, π/2), for every x; exact only for x = 0.
    ///
    /// Mean value theorem: the slope is at most 1/(1 + y²), y = max(0, |x̃| − r).
    #[must_use]
    pub fn atan(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_wide() && self.rad > Magnitude::power_of_two(-3) {
            // At full precision: far from 0 even the atan of a wide ball is narrow.
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(prec.get(), x.atan_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.atan_ref(), prec);
        if self.is_exact() {
            return value;
        }
        value.widened(self.rad.over(&self.one_plus_square()))
    }

    /// A lower bound of 1 + x² over the ball.
    fn one_plus_square(&self) -> Float {
        let near = self.magnitude_lower();
        let square = down(near.square_ref(), COARSE);
        down(&square + 1u32, COARSE)
    }

    /// `asinh x`, for every x; exact only for x = 0.
    ///
    /// Mean value theorem: the slope is at most 1/√(1 + y²), y = max(0, |x̃| − r).
    #[must_use]
    pub fn asinh(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_wide() && self.rad > Magnitude::power_of_two(-3) {
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.asinh_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.asinh_ref(), prec);
        if self.is_exact() {
            return value;
        }
        let root = down(self.one_plus_square().sqrt_ref(), COARSE);
        value.widened(self.rad.over(&root))
    }

    /// `acosh x` ≥ 0; no information unless the whole ball is at least 1. Exact only for x = 1.
    ///
    /// Mean value theorem: with g = x̃ − r − 1 the slope is at most 1/√(g (g + 2)).
    #[must_use]
    pub fn acosh(&self, prec: Bits) -> Ball {
        // Exact: 1 is a float of any precision and rounding is monotone.
        if !self.is_finite() || self.lower(COARSE) < 1 {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(self.mid.acosh_ref(), prec);
        }
        let gap = down(&self.mid - 1u32, COARSE);
        let gap = down(&gap + &self.rad.to_negative_float(), COARSE);
        if gap <= 0 || self.rad.shifted(2) > Magnitude::from_float(&gap) {
            return self.increasing(self.fine(prec), prec, |x, round| {
                Float::with_val_round(prec.get(), x.acosh_ref(), round).0
            });
        }
        let next = down(&gap + 2u32, COARSE);
        let square = down(&gap * &next, COARSE);
        let root = down(square.sqrt_ref(), COARSE);
        Ball::nearest(self.mid.acosh_ref(), prec).widened(self.rad.over(&root))
    }

    /// `atanh x`; no information unless the whole ball lies in (−1, 1). Exact only for x = 0.
    ///
    /// Mean value theorem: the slope is at most 1/(1 − u²), u = |x̃| + r.
    #[must_use]
    pub fn atanh(&self, prec: Bits) -> Ball {
        if !self.is_within_unit() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            // MPFR gives ±∞ at ±1, which is no number.
            return Ball::nearest(self.mid.atanh_ref(), prec);
        }
        match self.one_minus_square() {
            Some(square) => {
                Ball::nearest(self.mid.atanh_ref(), prec).widened(self.rad.over(&square))
            }
            None => self.increasing(self.fine(prec), prec, |x, round| {
                Float::with_val_round(prec.get(), x.atanh_ref(), round).0
            }),
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
    fn straddling_the_edge_gives_no_information() {
        for ball in [around(1.0, 1e-9), around(-0.75, 0.5), around(0.0, 1.5)] {
            assert!(!ball.asin(P).is_finite());
            assert!(!ball.acos(P).is_finite());
            assert!(!ball.atanh(P).is_finite());
        }
        assert!(!around(1.5, 0.75).acosh(P).is_finite());
        assert!(!around(0.5, 0.5).atanh(P).is_finite());
        // Touching is allowed where the function is finite.
        assert!(around(0.5, 0.5).asin(P).is_finite());
        assert!(around(1.5, 0.5).acosh(P).lower(P) <= 0);
    }

    #[test]
    fn there_and_back() {
        let mut cases = 0;
        for step in -15..=15 {
            let x = around(f64::from(step) / 16.0, 1e-12);
            for back in [
                x.asin(P).sin(P),
                x.acos(P).cos(P),
                x.atan(P).tan(P),
                x.asinh(P).sinh(P),
                x.atanh(P).tanh(P),
                x.add_i64(2, P).acosh(P).cosh(P).add_i64(-2, P),
            ] {
                assert!(back.contains(&x), "{x:?} {back:?}");
                assert!(back.rad() < Magnitude::from_f64(3e-11), "{x:?} {back:?}");
                cases += 1;
            }
        }
        assert_eq!(cases, 186);
    }
}
