//! The exponential integral Ei.
//!
//! $$\operatorname{Ei}(x) = γ + \ln x + Σ_{n≥1} \frac{x^n}{n\,n!}, \qquad x > 0.$$
//!
//! All terms of the sum are positive, so nothing cancels in it; near the zero x = 0.3725… the sum
//! and the logarithm do, and the ball says so.

use crate::number::precision::Bits;

use super::super::Ball;
use crate::number::Magnitude;

/// Beyond 2^16 the series would need more than 2^18 terms.
const LARGEST: i64 = 16;

impl Ball {
    /// The exponential integral, the principal value of $\int_{-\infty}^x e^t/t\,dt$, for 0 < x ≤ 2¹⁶; no
    /// information elsewhere.
    ///
    /// The sum stops where n ≥ 2x and the term is below 2^{−prec} of the sum's first term: from there on
    /// a term is at most half of the one before, so the tail is at most the last term added.
    ///
    /// ```
    /// use isobath::number::{Ball, Bits};
    ///
    /// let value = Ball::one().ei(Bits::new(64)).mid().to_f64();
    /// assert!((value - 1.8951178163559368).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn ei(&self, prec: Bits) -> Ball {
        if !self.is_positive() || self.magnitude() > Magnitude::power_of_two(LARGEST) {
            return Ball::indeterminate();
        }
        let wide = prec.plus(24);
        let settled = 2.0 * self.magnitude().to_f64() + 1.0;
        let mut power = self.clone();
        let mut sum = self.rounded(wide);
        let mut n = 1i64;
        loop {
            n += 1;
            power = power.mul(self, wide).div_i64(n, wide);
            let term = power.div_i64(n, wide);
            sum = sum.add(&term, wide);
            let small = term
                .magnitude()
                .shifted(i64::from(wide.get()))
                .exponent()
                .is_none_or(|e| sum.magnitude().exponent().is_some_and(|s| e < s));
            if n as f64 >= settled && small {
                // term_{n+1}/term_n = x n/(n+1)² <= 1/2.
                sum = sum.widened(term.magnitude());
                break;
            }
        }
        sum.add(&self.ln(wide), wide)
            .add(&Ball::euler_gamma(wide), prec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::{Float, Rational};

    #[test]
    fn agrees_with_mpfr() {
        let mut cases = 0;
        for (n, d) in [
            (1, 1000),
            (1, 3),
            (37, 100),
            (1, 2),
            (1, 1),
            (7, 2),
            (50, 1),
            (500, 1),
        ] {
            let q = Rational::from((n, d));
            for prec in [64, 200, 700] {
                let prec = Bits::new(prec);
                let value = Ball::from_rational(&q, prec.plus(16)).ei(prec);
                let oracle = Float::with_val(prec.get() + 64, &q).eint();
                let oracle = Ball::exact(oracle).widened(Magnitude::power_of_two(
                    10 - i64::from(prec.get()) + value.magnitude().exponent().unwrap_or(0),
                ));
                assert!(oracle.contains(&value), "{q} {value:?}");
                assert!(value.accuracy() > i64::from(prec.get()) - 16, "{q}");
                cases += 1;
            }
        }
        assert_eq!(cases, 24);
        assert!(!Ball::zero().ei(Bits::new(64)).is_finite());
    }
}
