//! Real powers `x^y`, rational powers and cube roots.

use rug::float::Round;
use rug::ops::Pow;
use rug::{Float, Rational};

use super::elementary::{COARSE, growth};
use super::{Ball, Magnitude, up};
use crate::number::precision::Bits;

impl Ball {
    /// `x^y` for x > 0 and any y, for x = 0 and y > 0 (which is 0), and for any x and an exact
    /// integer y as [`Ball::pow_i64`]. No information where the ball of `x` reaches below 0, or
    /// down to 0 with a `y` that is not certainly positive.
    ///
    /// Narrow balls: with x̃^ỹ rounded once,
    /// |y ln x − ỹ ln x̃| ≤ |y| |ln x − ln x̃| + |y − ỹ| |ln x̃| ≤ (|ỹ| + s) r/(x̃ − r) + s |ln x̃| = ε,
    /// and |x^y − x̃^ỹ| ≤ x̃^ỹ (e^ε − 1). Wide balls: x^y is monotone in each variable, so the four
    /// corners decide.
    #[must_use]
    pub fn pow(&self, exponent: &Ball, prec: Bits) -> Ball {
        if !self.is_finite() || !exponent.is_finite() {
            return Ball::indeterminate();
        }
        if exponent.is_exact()
            && exponent.mid.is_integer()
            && let Some(n) = exponent.mid.to_integer().and_then(|n| n.to_i64())
        {
            return self.pow_i64(n, prec);
        }
        if self.is_exact() && exponent.is_exact() && self.is_positive() {
            return Ball::nearest((&self.mid).pow(&exponent.mid), prec);
        }
        if !self.is_nonnegative() {
            return Ball::indeterminate();
        }
        if !self.is_positive() {
            return self.pow_from_zero(exponent, prec);
        }
        let relative = self.rad.over(&self.magnitude_lower());
        let ln = Float::with_val_round(32, self.mid.ln_ref(), Round::AwayZero).0;
        let spread = exponent
            .magnitude()
            .times(relative)
            .plus(scaled(exponent.rad, Magnitude::from_float(&ln)));
        if spread > Magnitude::power_of_two(-2) {
            return self.pow_by_corners(exponent, prec);
        }
        let value = Ball::nearest((&self.mid).pow(&exponent.mid), prec);
        let spread = value.magnitude().times(growth(spread));
        value.widened(spread)
    }

    /// `x^y` on [0, u] with y > 0: between 0 and the larger of u^y at the ends of y.
    fn pow_from_zero(&self, exponent: &Ball, prec: Bits) -> Ball {
        if !exponent.is_positive() {
            return Ball::indeterminate();
        }
        if self.is_zero() {
            return Ball::zero();
        }
        let top = self.upper(COARSE);
        let (low, high) = (exponent.lower(COARSE), exponent.upper(COARSE));
        let most = up((&top).pow(&low), COARSE).max(&up((&top).pow(&high), COARSE));
        Ball::from_bounds(&Float::new(2), &most, prec)
    }

    /// `x^y` over a box with x > 0 from the values at its corners.
    fn pow_by_corners(&self, exponent: &Ball, prec: Bits) -> Ball {
        let bases = [self.lower(COARSE), self.upper(COARSE)];
        let exponents = [exponent.lower(COARSE), exponent.upper(COARSE)];
        if bases[0] <= 0 {
            return Ball::indeterminate();
        }
        let mut bounds: Option<(Float, Float)> = None;
        for base in &bases {
            for exponent in &exponents {
                let low = Float::with_val_round(COARSE.get(), base.pow(exponent), Round::Down).0;
                let high = up(base.pow(exponent), COARSE);
                bounds = Some(match bounds {
                    None => (low, high),
                    Some((least, most)) => (least.min(&low), most.max(&high)),
                });
            }
        }
        match bounds {
            Some((least, most)) => Ball::from_bounds(&least, &most, prec),
            None => Ball::indeterminate(),
        }
    }

    /// `x^q` for a rational q = p/s in lowest terms: for an integer q as [`Ball::pow_i64`], else for
    /// x > 0 (x ≥ 0 if q > 0), through the s-th root, so that `8^(2/3)` is exactly 4.
    ///
    /// Denominators above 1000 and numerators beyond 64 bits take [`Ball::pow`] with a ball for q.
    #[must_use]
    pub fn pow_rational(&self, q: &Rational, prec: Bits) -> Ball {
        if *q.denom() == 1
            && let Some(n) = q.numer().to_i64()
        {
            return self.pow_i64(n, prec);
        }
        if !self.is_nonnegative() || (*q < 0 && !self.is_positive()) {
            return Ball::indeterminate();
        }
        let small = q.denom().to_u32().filter(|&s| s <= 1000);
        if let (Some(p), Some(s)) = (q.numer().to_i64(), small) {
            // x^p multiplies the relative error of the root by |p| at most.
            let guard = 8 + 64 - p.unsigned_abs().leading_zeros();
            return match p {
                1 => self.root(s, prec),
                _ => self.root(s, prec.plus(guard)).pow_i64(p, prec),
            };
        }
        // An error of 2^-w in q costs |ln x| 2^-w relatively; |ln x| < 2^31 for every float.
        let size = Magnitude::from_rational(q)
            .exponent()
            .unwrap_or(0)
            .clamp(0, 1 << 20);
        let work = prec.plus(40 + size as u32);
        self.pow(&Ball::from_rational(q, work), prec)
    }

    /// The real cube root, of any number; exact for cubes.
    #[must_use]
    pub fn cbrt(&self, prec: Bits) -> Ball {
        self.root(3, prec)
    }
}

/// The product of a radius and a bound; an exact exponent adds nothing.
fn scaled(rad: Magnitude, factor: Magnitude) -> Magnitude {
    if rad.is_zero() {
        Magnitude::ZERO
    } else {
        rad.times(factor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Bits = Bits::new(100);

    fn around(mid: f64, rad: f64) -> Ball {
        Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad))
    }

    fn q(p: i32, s: i32) -> Rational {
        Rational::from((p, s))
    }

    #[test]
    fn powers_with_rational_values_are_exact() {
        for (base, power, value) in [
            (q(8, 1), q(2, 3), q(4, 1)),
            (q(27, 1), q(1, 3), q(3, 1)),
            (q(1, 4), q(-3, 2), q(8, 1)),
            (q(0, 1), q(2, 7), q(0, 1)),
            (q(-2, 1), q(5, 1), q(-32, 1)),
            (q(0, 1), q(0, 1), q(1, 1)),
        ] {
            let ball = Ball::from_rational(&base, P).pow_rational(&power, P);
            assert!(ball.is_exact() && *ball.mid() == value, "{base}^{power}");
        }
        assert!(Ball::from_i64(-27).cbrt(P).is_exact());
        let ball = Ball::from_i64(9).pow(&around(1.5, 0.0), P);
        assert!(ball.is_exact() && *ball.mid() == 27);
    }

    #[test]
    fn edges_of_the_domain() {
        let half = around(0.5, 0.0);
        assert!(!Ball::from_i64(-2).pow(&half, P).is_finite());
        assert!(!around(0.25, 0.5).pow(&half, P).is_finite());
        assert!(Ball::zero().pow(&half, P).is_zero());
        assert!(!Ball::zero().pow(&half.neg(), P).is_finite());
        assert!(!Ball::zero().pow(&around(0.5, 0.5), P).is_finite());
        let root = around(0.5, 0.5).pow(&around(0.5, 0.25), P);
        assert!(root.contains_rational(&q(0, 1)) && root.contains_rational(&q(1, 1)));
        assert!(!Ball::from_i64(-8).pow_rational(&q(1, 3), P).is_finite());
        assert!(!Ball::zero().pow_i64(-1, P).is_finite());
    }

    #[test]
    fn a_power_is_the_exponential_of_its_logarithm() {
        let mut cases = 0;
        for base in [0.001, 0.75, 1.0, 1.5, 900.0] {
            for power in [-7.3, -0.5, 0.01, 2.5, 40.1] {
                for rad in [0.0, 1e-20, 1e-6, 1e-4] {
                    let (x, y) = (around(base, rad), around(power, rad));
                    let direct = x.pow(&y, P);
                    let other = x.ln(P).mul(&y, P).exp(P);
                    assert!(direct.overlaps(&other), "{x:?} {y:?}");
                    assert!(direct.rad() <= other.rad().shifted(3), "{x:?} {y:?}");
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 100);
        // Two rationals without small denominators.
        let large = Rational::from((1001, 2003));
        let ball = Ball::from_i64(5).pow_rational(&large, P);
        let other = Ball::from_i64(5).ln(P).mul_rational(&large, P).exp(P);
        assert!(ball.overlaps(&other) && ball.accuracy() > 90);
    }
}
