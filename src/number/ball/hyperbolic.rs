//! The hyperbolic functions sinh, cosh, tanh and coth.
//!
//! Narrow balls: one MPFR call at the midpoint and the addition theorem. Wide balls: the ends.

use rug::Float;

use super::elementary::{COARSE, growth};
use super::{Ball, Magnitude, down, up};
use crate::number::precision::Bits;

impl Ball {
    /// `sinh x`; exact only for x = 0.
    ///
    /// |sinh(x̃+d) − sinh x̃| ≤ |sinh x̃| (cosh d − 1) + cosh x̃ sinh |d|, where cosh d − 1 ≤ d² and
    /// sinh |d| ≤ r + r² for |d| ≤ r ≤ 1, and cosh x̃ ≤ 1 + |sinh x̃|.
    #[must_use]
    pub fn sinh(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::ONE {
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.sinh_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.sinh_ref(), prec);
        if self.is_exact() {
            return value;
        }
        let size = value.magnitude();
        let spread = size
            .times(self.rad.times(self.rad))
            .plus(Magnitude::ONE.plus(size).times(growth(self.rad)));
        value.widened(spread)
    }

    /// `cosh x`, cut off at 1 (up to the rounding of the radius); exact only for x = 0.
    ///
    /// |cosh(x̃+d) − cosh x̃| ≤ cosh x̃ (cosh d − 1) + |sinh x̃| sinh |d|, with |sinh x̃| ≤ cosh x̃ and,
    /// for |x̃| < 1, |sinh x̃| ≤ 5/4 |x̃| (sinh 1 < 1.18).
    #[must_use]
    pub fn cosh(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::ONE {
            // Decreasing on the negative axis, increasing on the positive one, 1 between.
            let near = self.magnitude_lower();
            let far = self.magnitude().to_float();
            return Ball::from_bounds(
                &down(near.cosh_ref(), COARSE),
                &up(far.cosh_ref(), COARSE),
                prec,
            );
        }
        let value = Ball::nearest(self.mid.cosh_ref(), prec);
        if self.is_exact() {
            return value;
        }
        let size = Magnitude::from_float(&self.mid);
        let sinh = if size < Magnitude::ONE {
            size.plus(size.shifted(-2))
        } else {
            value.magnitude()
        };
        let spread = value
            .magnitude()
            .times(self.rad.times(self.rad))
            .plus(sinh.times(growth(self.rad)));
        let value = value.widened(spread);
        let one = Float::with_val(2, 1);
        if !value.is_finite() || value.lower(COARSE) >= one {
            value
        } else {
            Ball::from_bounds(&one, &value.upper(prec.plus(32)), prec)
        }
    }

    /// `tanh x`, cut off at ±1 (up to the last bit); exact only for x = 0.
    ///
    /// Mean value theorem: the slope is sech² at most, and with y = max(0, |x̃| − r)
    /// sech² y ≤ min(1, 4 e^(−2y)).
    #[must_use]
    pub fn tanh(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::ONE {
            // At full precision: far from 0 even the tanh of a wide ball is narrow.
            return self.increasing(COARSE, prec, |x, round| {
                Float::with_val_round(prec.get(), x.tanh_ref(), round).0
            });
        }
        let value = Ball::nearest(self.mid.tanh_ref(), prec);
        if self.is_exact() {
            return value;
        }
        let near = self.magnitude_lower();
        let spread = if near > 0.75 {
            // −2y is exact; the exponential is rounded up.
            let minus_double = Float::with_val(near.prec(), &near * -2i32);
            let decay = up(minus_double.exp_ref(), COARSE);
            self.rad
                .times(Magnitude::from_float(&decay).shifted(2).min(Magnitude::ONE))
        } else {
            self.rad
        };
        value.widened(spread).clipped_to_unit(prec)
    }

    /// `coth x`; no information if x may be 0.
    ///
    /// Mean value theorem: the slope is at most 1/sinh² y with y = |x̃| − r.
    #[must_use]
    pub fn coth(&self, prec: Bits) -> Ball {
        if self.contains_zero() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(self.mid.coth_ref(), prec);
        }
        if self.is_wide() || self.rad > Magnitude::ONE {
            // At full precision: far from 0 even the coth of a wide ball is narrow.
            return self.decreasing(COARSE, prec, |x, round| {
                Float::with_val_round(prec.get(), x.coth_ref(), round).0
            });
        }
        let sinh = down(self.magnitude_lower().sinh_ref(), COARSE);
        let spread = self.rad.over(&sinh).over(&sinh);
        Ball::nearest(self.mid.coth_ref(), prec).widened(spread)
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
    fn ranges_are_kept() {
        let wide = around(0.5, 2.0).cosh(P);
        assert!(wide.lower(P) >= 0.999_999);
        assert!(around(0.0, 0.5).cosh(P).lower(P) >= 0.999_999);
        let flat = around(40.0, 0.5).tanh(P);
        assert!(flat.upper(P) < 1.000_001 && flat.rad() < Magnitude::power_of_two(-99));
        assert!(around(9.0, 8.0).tanh(P).upper(P) < 1.000_001);
        assert!(!around(0.5, 0.5).coth(P).is_finite());
    }

    #[test]
    fn addition_theorem() {
        // cosh² − sinh² = 1 and tanh coth = 1, on balls that are not exact.
        for mid in [-3.0, -0.125, 0.5, 2.75] {
            let x = around(mid, 1e-9);
            let (c, s) = (x.cosh(P), x.sinh(P));
            let one = c.square(P).sub(&s.square(P), P);
            assert!(one.contains_rational(&rug::Rational::from(1)), "{mid}");
            let one = x.tanh(P).mul(&x.coth(P), P);
            assert!(one.contains_rational(&rug::Rational::from(1)), "{mid}");
            assert!(one.rad() < Magnitude::from_f64(1e-6));
        }
    }
}
