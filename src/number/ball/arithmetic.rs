//! Field operations, small multiples, integer powers and square roots of balls.
//!
//! Each operation rounds its midpoint once and propagates the radii by the triangle inequality,
//! quoted beside the code. `x̃` is the midpoint of the ball of `x`, `r` its radius, |x − x̃| ≤ r.

use rug::float::Round;
use rug::{Float, Integer, Rational};

use super::{Ball, Magnitude, down, up};
use crate::number::precision::Bits;

impl Ball {
    /// `−x`, exactly.
    #[must_use]
    pub fn neg(&self) -> Ball {
        Ball {
            mid: Float::with_val(self.mid.prec(), -&self.mid),
            rad: self.rad,
        }
    }

    /// `|x|`: a ball that straddles 0 becomes the one around [0, |x̃| + r].
    #[must_use]
    pub fn abs(&self) -> Ball {
        if self.is_nonnegative() || !self.is_finite() {
            self.clone()
        } else if self.contains_zero() {
            let prec = Bits::new(self.mid.prec());
            Ball::from_bounds(&Float::new(2), &self.magnitude().to_float(), prec)
        } else {
            self.neg()
        }
    }

    /// `x + y`. |(x+y) − (x̃+ỹ)| ≤ r₁ + r₂.
    #[must_use]
    pub fn add(&self, other: &Ball, prec: Bits) -> Ball {
        let sum = Float::with_val_round(prec.get(), &self.mid + &other.mid, Round::Nearest);
        Ball::from_rounded(sum).widened(self.rad.plus(other.rad))
    }

    /// `x − y`. |(x−y) − (x̃−ỹ)| ≤ r₁ + r₂.
    #[must_use]
    pub fn sub(&self, other: &Ball, prec: Bits) -> Ball {
        let difference = Float::with_val_round(prec.get(), &self.mid - &other.mid, Round::Nearest);
        Ball::from_rounded(difference).widened(self.rad.plus(other.rad))
    }

    /// `x · y`. |xy − x̃ỹ| ≤ |x̃| r₂ + |ỹ| r₁ + r₁ r₂.
    #[must_use]
    pub fn mul(&self, other: &Ball, prec: Bits) -> Ball {
        let product = Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid * &other.mid,
            Round::Nearest,
        ));
        product.widened(self.product_radius(other))
    }

    fn product_radius(&self, other: &Ball) -> Magnitude {
        if self.is_exact() && other.is_exact() {
            return Magnitude::ZERO;
        }
        let mut rad = self.rad.times(other.rad);
        if !other.is_exact() {
            rad = rad.plus(Magnitude::from_float(&self.mid).times(other.rad));
        }
        if !self.is_exact() {
            rad = rad.plus(Magnitude::from_float(&other.mid).times(self.rad));
        }
        rad
    }

    /// `x²`, never below 0 by more than its radius. |x² − x̃²| ≤ 2|x̃| r + r².
    #[must_use]
    pub fn square(&self, prec: Bits) -> Ball {
        let square = Ball::from_rounded(Float::with_val_round(
            prec.get(),
            self.mid.square_ref(),
            Round::Nearest,
        ));
        square.widened(self.product_radius(self))
    }

    /// `x · y + z` with one rounding of the midpoint.
    #[must_use]
    pub fn mul_add(&self, factor: &Ball, addend: &Ball, prec: Bits) -> Ball {
        let value = Float::with_val_round(
            prec.get(),
            self.mid.mul_add_ref(&factor.mid, &addend.mid),
            Round::Nearest,
        );
        Ball::from_rounded(value)
            .widened(self.product_radius(factor))
            .widened(addend.rad)
    }

    /// `x / y`; no information if `y` may be 0.
    ///
    /// |x/y − x̃/ỹ| = |(x − x̃) − (x̃/ỹ)(y − ỹ)| / |y| ≤ (r₁ + |x̃/ỹ| r₂) / (|ỹ| − r₂).
    #[must_use]
    pub fn div(&self, other: &Ball, prec: Bits) -> Ball {
        if !self.is_finite() || !other.is_finite() {
            return Ball::indeterminate();
        }
        let mut low = Magnitude::lower_bound(&other.mid).minus(other.rad);
        if low.is_zero() {
            // Closer to 0 than 30 bits can tell.
            low = Magnitude::lower_bound(&other.magnitude_lower());
            if low.is_zero() {
                return Ball::indeterminate();
            }
        }
        let quotient = Ball::nearest(&self.mid / &other.mid, prec);
        if self.is_exact() && other.is_exact() {
            return quotient;
        }
        // |x̃/ỹ| is at most the magnitude of the quotient's ball.
        let spread = self.rad.plus(quotient.magnitude().times(other.rad));
        quotient.widened(spread.over_bound(low))
    }

    /// `1 / x`; no information if `x` may be 0.
    #[must_use]
    pub fn recip(&self, prec: Bits) -> Ball {
        Ball::one().div(self, prec)
    }

    /// `x + n`.
    #[must_use]
    pub fn add_i64(&self, n: i64, prec: Bits) -> Ball {
        Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid + n,
            Round::Nearest,
        ))
        .widened(self.rad)
    }

    /// `x · n`.
    #[must_use]
    pub fn mul_i64(&self, n: i64, prec: Bits) -> Ball {
        let product = Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid * n,
            Round::Nearest,
        ));
        product.widened(scaled(self.rad, Magnitude::new(n.unsigned_abs(), 0)))
    }

    /// `x / n` for `n != 0`; no information for `n == 0`.
    #[must_use]
    pub fn div_i64(&self, n: i64, prec: Bits) -> Ball {
        if n == 0 {
            return Ball::indeterminate();
        }
        let quotient = Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid / n,
            Round::Nearest,
        ));
        if self.is_exact() {
            quotient
        } else {
            quotient.widened(self.rad.over(&Float::with_val(64, n.unsigned_abs())))
        }
    }

    /// `x · n`.
    #[must_use]
    pub fn mul_integer(&self, n: &Integer, prec: Bits) -> Ball {
        let product = Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid * n,
            Round::Nearest,
        ));
        if self.is_exact() {
            product
        } else {
            product.widened(scaled(self.rad, Magnitude::from_integer(n)))
        }
    }

    /// `x + q`, with one rounding for an exact `x`.
    #[must_use]
    pub fn add_rational(&self, q: &Rational, prec: Bits) -> Ball {
        Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid + q,
            Round::Nearest,
        ))
        .widened(self.rad)
    }

    /// `x · q`.
    #[must_use]
    pub fn mul_rational(&self, q: &Rational, prec: Bits) -> Ball {
        let product = Ball::from_rounded(Float::with_val_round(
            prec.get(),
            &self.mid * q,
            Round::Nearest,
        ));
        if self.is_exact() {
            product
        } else {
            product.widened(scaled(self.rad, Magnitude::from_rational(q)))
        }
    }

    /// `x · 2^shift`, exactly, unless it leaves MPFR's exponent range.
    #[must_use]
    pub fn mul_2exp(&self, shift: i32) -> Ball {
        let prec = Bits::new(self.mid.prec());
        Ball::nearest(&self.mid << shift, prec).widened(self.rad.shifted(i64::from(shift)))
    }

    /// `x^n` for a non-negative integer `n`; `x^0` is 1 for every `x`, 0 included.
    ///
    /// An exact `x` is raised by MPFR with one rounding. Otherwise, with M = |x̃| + r,
    /// |xⁿ − x̃ⁿ| ≤ n Mⁿ⁻¹ r.
    #[must_use]
    pub fn pow_u64(&self, n: u64, prec: Bits) -> Ball {
        use rug::ops::Pow;
        match n {
            0 => return Ball::one(),
            1 => return self.rounded(prec),
            2 => return self.square(prec),
            _ => {}
        }
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        let (mid, ternary) = match u32::try_from(n) {
            Ok(n) => Float::with_val_round(prec.get(), (&self.mid).pow(n), Round::Nearest),
            Err(_) => Float::with_val_round(
                prec.get(),
                (&self.mid).pow(&Integer::from(n)),
                Round::Nearest,
            ),
        };
        let power = Ball::from_rounded((mid, ternary));
        if self.is_exact() {
            return power;
        }
        let slope = self.magnitude().power(n - 1).times(Magnitude::new(n, 0));
        power.widened(slope.times(self.rad))
    }

    /// `x^n` for an integer `n`; a negative power of a ball that may be 0 is no information.
    #[must_use]
    pub fn pow_i64(&self, n: i64, prec: Bits) -> Ball {
        use rug::ops::Pow;
        if n >= 0 {
            return self.pow_u64(n.unsigned_abs(), prec);
        }
        if self.contains_zero() {
            return Ball::indeterminate();
        }
        let power = Ball::nearest((&self.mid).pow(&Integer::from(n)), prec);
        if self.is_exact() {
            return power;
        }
        // Mean value theorem: |x^−k − x̃^−k| ≤ k r / l^(k+1) on l ≤ |x|; and l^−k ≤ (|x̃|/l)^k |x̃|^−k.
        let low = self.magnitude_lower();
        let ratio = Magnitude::from_float(&self.mid).over(&low);
        let k = n.unsigned_abs();
        let slope = ratio
            .power(k)
            .times(power.magnitude())
            .times(Magnitude::new(k, 0));
        let spread = slope.times(self.rad).over(&low);
        power.widened(spread)
    }

    /// `√x`; no information unless the whole ball is at least 0.
    ///
    /// |√x − √x̃| = |x − x̃| / (√x + √x̃) ≤ r / √x̃ for x ≥ 0; and if the ball reaches 0, √x lies
    /// between 0 and √(x̃ + r).
    #[must_use]
    pub fn sqrt(&self, prec: Bits) -> Ball {
        if !self.is_nonnegative() {
            return Ball::indeterminate();
        }
        let root = Ball::nearest(self.mid.sqrt_ref(), prec);
        if self.is_exact() {
            return root;
        }
        // √x̃ is not below the lower end of the ball just computed for it.
        let low = Magnitude::lower_bound(&root.mid).minus(root.rad);
        root.widened(self.rad.over_bound(low))
    }

    /// `1/√x`; no information unless the whole ball is positive.
    #[must_use]
    pub fn rsqrt(&self, prec: Bits) -> Ball {
        if !self.is_positive() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::from_rounded(Float::with_val_round(
                prec.get(),
                self.mid.recip_sqrt_ref(),
                Round::Nearest,
            ));
        }
        self.sqrt(prec.plus(4)).recip(prec)
    }

    /// The real n-th root for `n >= 1`: of any number for odd `n`, of x ≥ 0 for even `n`.
    ///
    /// Monotone: the ends of a wide ball decide, each rounded once, outwards.
    #[must_use]
    pub fn root(&self, n: u32, prec: Bits) -> Ball {
        if n == 0 || !self.is_finite() || (n.is_multiple_of(2) && !self.is_nonnegative()) {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::from_rounded(Float::with_val_round(
                prec.get(),
                self.mid.root_ref(n),
                Round::Nearest,
            ));
        }
        let size = Magnitude::from_float(&self.mid);
        if self.rad.shifted(2) < size {
            // Mean value theorem, with l ≤ |x| and 1/n − 1 ≤ 0: the slope is at most
            // l^(1/n − 1)/n ≤ |x̃|^(1/n) / (n l).
            let root = Ball::nearest(self.mid.root_ref(n), prec);
            let slope = root.magnitude().over(&self.magnitude_lower());
            let spread = slope.times(self.rad).over(&Float::with_val(32, n));
            return root.widened(spread);
        }
        let lower = down(self.lower(prec).root_ref(n), prec);
        let upper = up(self.upper(prec).root_ref(n), prec);
        Ball::from_bounds(&lower, &upper, prec)
    }
}

/// The radius times a factor; an exact ball stays exact, and 0 times no information is none.
fn scaled(rad: Magnitude, factor: Magnitude) -> Magnitude {
    if rad.is_zero() {
        Magnitude::ZERO
    } else {
        rad.times(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rounding_error;
    use super::*;

    #[test]
    fn rounding_errors_are_half_an_ulp() {
        let (third, ternary) = Float::with_val_round(10, Rational::from((1, 3)), Round::Nearest);
        // 1/3 has exponent −1, so half an ulp is 2^(−1 − 10 − 1).
        assert_eq!(
            rounding_error(&third, ternary),
            Magnitude::power_of_two(-12)
        );
    }

    #[test]
    fn exact_operands_give_exact_results_where_they_fit() {
        let prec = Bits::new(53);
        let (a, b) = (Ball::from_i64(3), Ball::from_i64(4));
        for ball in [
            a.add(&b, prec),
            a.sub(&b, prec),
            a.mul(&b, prec),
            a.div(&b, prec),
            b.sqrt(prec),
            a.pow_u64(5, prec),
        ] {
            assert!(ball.is_exact(), "{ball:?}");
        }
        assert!(!a.sqrt(prec).is_exact());
    }

    #[test]
    fn division_by_a_ball_around_zero_knows_nothing() {
        let around = Ball::new(Float::with_val(53, 1), Magnitude::power_of_two(1));
        assert!(!Ball::one().div(&around, Bits::new(53)).is_finite());
        assert!(
            !Ball::zero()
                .mul(&Ball::indeterminate(), Bits::new(53))
                .is_finite()
        );
    }
}
