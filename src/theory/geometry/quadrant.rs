//! P(X > 0, T > u) for standard Gaussians of correlation ρ, through Owen's function
//!
//! $$\mathcal T(h, a) = \frac1{2π} \int_0^a \frac{e^{-h^2(1+x^2)/2}}{1+x^2}\,dx, \qquad
//!   P(X > 0, T > u) = \tfrac12 (1 - Φ(u)) + \mathcal T(u, ρ/\sqrt{1-ρ^2}).$$
//!
//! Both sides of the second formula agree at ρ = 0, and their derivatives by ρ are the bivariate density
//! $e^{-u^2/(2(1-ρ^2))}/(2π\sqrt{1-ρ^2})$.
//!
//! D. B. Owen, Ann. Math. Statist. 27 (1956), 1075-1090.

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// P(X > 0, T > u), the correlation given by its tangent a = ρ/√(1−ρ²).
///
/// # Errors
/// Those of [`owen`].
pub fn probability(level: &Ball, tangent: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
    let half = level.neg().normal_cdf(prec).mul_2exp(-1);
    Ok(half.add(&owen(level, tangent, prec, limits)?, prec))
}

/// Owen's function 𝒯(h, a), even in h and odd in a; the accuracy is absolute, about `prec` bits.
///
/// For |a| ≤ 1 the series
///
/// $$2π\,\mathcal T(h, a) = \arctan a - \sum_{j≥0} \frac{(-1)^j a^{2j+1}}{2j+1}
///   \Bigl(1 - e^{-x} \sum_{i ≤ j} \frac{x^i}{i!}\Bigr), \qquad x = h^2/2,$$
///
/// which is the integral with $e^{-x(1+t^2)}/(1+t^2)$ expanded in t². The bracket is the probability that
/// a Poisson variable of mean x is above j, at most $x^{j+1}/(j+1)!$, so the tail from j = J on is at
/// most $\sum_{j≥J} x^{j+1}/(j+1)! ≤ 2\,x^{J+1}/(J+1)!$ once J + 2 ≥ 2x. For |a| > 1 the reflection
/// $\mathcal T(h, a) + \mathcal T(ah, 1/a) = \tfrac12 (q + q') - q q'$ with q = 1 − Φ(h), q' = 1 − Φ(ah) for
/// h ≥ 0, a > 0: two ways to write the probability of an angle.
///
/// # Errors
/// A limit error where x is so large that the series has more than 2²⁴ terms; the deadline.
pub fn owen(level: &Ball, a: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
    if a.is_zero() {
        return Ok(Ball::zero());
    }
    if a.is_negative() {
        return Ok(owen(level, &a.neg(), prec, limits)?.neg());
    }
    // Even in h.
    let h = level.abs();
    let above_one = a.certain_cmp(&Ball::one()) == Some(std::cmp::Ordering::Greater);
    if !above_one {
        return series(&h, a, prec, limits);
    }
    let far = a.mul(&h, prec);
    let [q, r] = [&h, &far].map(|x| x.neg().normal_cdf(prec));
    let sum = q.add(&r, prec).mul_2exp(-1).sub(&q.mul(&r, prec), prec);
    let other = series(&far, &a.recip(prec), prec, limits)?;
    Ok(sum.sub(&other, prec))
}

fn series(h: &Ball, a: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
    let prec = prec.plus(16);
    let tau = Ball::pi(prec).mul_2exp(1);
    let x = h.square(prec).mul_2exp(-1);
    let bound = x.magnitude();
    let size = bound.to_f64();
    // NaN and infinity are refused too.
    if size.is_nan() || size >= 1e6 {
        return Err(
            Error::limit("Owen's function at this level needs too many terms")
                .with_hint("levels up to a thousand standard deviations are within reach"),
        );
    }
    let least = (2.0 * size).ceil() as u64;
    let square = a.square(prec);
    let mut power = a.clone();
    let mut term = x.neg().exp(prec);
    let mut tail = Ball::one().sub(&term, prec);
    let mut sum = a.atan(prec);
    // x^{j+1}/(j+1)!, rounded up.
    let mut rest = bound;
    let tolerance = Magnitude::power_of_two(-i64::from(prec.get()));
    for j in 0..1u64 << 24 {
        limits.check_deadline()?;
        if j >= least && rest.shifted(1) <= tolerance {
            return Ok(sum.widened(rest.shifted(1)).div(&tau, prec));
        }
        let part = power.mul(&tail, prec).div_i64(2 * j as i64 + 1, prec);
        sum = if j % 2 == 0 {
            sum.sub(&part, prec)
        } else {
            sum.add(&part, prec)
        };
        power = power.mul(&square, prec);
        term = term.mul(&x, prec).div_i64(j as i64 + 1, prec);
        tail = tail.sub(&term, prec);
        let divisor = rug::Float::with_val(64, j + 2);
        rest = rest.times(bound).over(&divisor);
    }
    Err(Error::limit("Owen's function did not converge"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    fn ball(a: i64, b: i64, prec: Bits) -> Ball {
        Ball::from_rational(&Rational::from((a, b)), prec)
    }

    /// The defining integral by Simpson's rule in doubles.
    fn by_simpson(h: f64, a: f64) -> f64 {
        let n = 2000;
        let f = |x: f64| (-h * h * (1.0 + x * x) / 2.0).exp() / (1.0 + x * x);
        let step = a / f64::from(n);
        let sum: f64 = (0..=n)
            .map(|i| {
                let weight = if i == 0 || i == n {
                    1.0
                } else {
                    f64::from(2 + 2 * (i % 2))
                };
                weight * f(f64::from(i) * step)
            })
            .sum();
        sum * step / 3.0 / std::f64::consts::TAU
    }

    #[test]
    fn the_series_is_the_integral() {
        let (prec, limits) = (Bits::new(120), Limits::default());
        for (h, a) in [
            ((0, 1), (1, 2)),
            ((1, 2), (1, 1)),
            ((-3, 2), (4, 5)),
            ((5, 1), (3, 1)),
            ((1, 3), (-7, 2)),
            ((2, 1), (20, 1)),
        ] {
            let (x, y) = (ball(h.0, h.1, prec), ball(a.0, a.1, prec));
            let value = owen(&x, &y, prec, &limits).expect("in time");
            let (h, a) = (h.0 as f64 / h.1 as f64, a.0 as f64 / a.1 as f64);
            let gap = value.mid().to_f64() - by_simpson(h, a);
            assert!(gap.abs() < 1e-11, "{h} {a}: {value:?}");
            assert!(value.rad() < Magnitude::power_of_two(-100), "{value:?}");
            // Two precisions.
            let finer = owen(&x, &y, prec.doubled(), &limits).expect("in time");
            assert!(value.overlaps(&finer));
        }
    }

    /// P(X > 0, T > 0) = 1/4 + asin(ρ)/(2π).
    #[test]
    fn the_quadrant_is_sheppards() {
        let (prec, limits) = (Bits::new(120), Limits::default());
        for rho in [(1, 2), (-1, 3), (9, 10), (-99, 100)] {
            let rho = ball(rho.0, rho.1, prec);
            let tangent = rho.div(&Ball::one().sub(&rho.square(prec), prec).sqrt(prec), prec);
            let value = probability(&Ball::zero(), &tangent, prec, &limits).expect("in time");
            let quarter = Ball::one().mul_2exp(-2);
            let known = rho
                .asin(prec)
                .div(&Ball::pi(prec).mul_2exp(1), prec)
                .add(&quarter, prec);
            assert!(value.overlaps(&known), "{value:?} {known:?}");
        }
    }
}
