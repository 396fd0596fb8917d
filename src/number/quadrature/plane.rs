//! The tensor product of two plain trapezoidal rules, for two correlated normal variables.
//!
//! **Theorem.** For standard normal X, Y with correlation u put α = √((1+u)/2), β = √((1−u)/2),
//! X = αS + βT, Y = αS − βT with independent S, T. Let |f(z)| ≤ A(1 + |z|) for |Im z| ≤ y₀. With the
//! spacings h_s, h_t ≤ 1, with y_s ≤ y₀/α, y_t ≤ y₀/β, and with both sums cut at X, X² ≥ 2,
//!
//! $$|{\textstyle\sum\sum} - E f(X) f(Y)| \le
//!   2.001\,A^2 \bigl[(2+y_0^2)(r(y_s) + r(y_t)) + 3t_0 + t_2\bigr],$$
//!
//! t_k = E\[|Z|^k; |Z| > X\]. Proof: by 2ab ≤ a² + b² and (1 + a)² ≤ 2 + 2a² the product F(s, t) of the
//! two values is at most 2A²(1 + α²|s|² + β²|t|²), as |αs + βt|² + |αs − βt|² = 2α²|s|² + 2β²|t|². For
//! real s the rule in t is off by r(y_t) 2A²(1 + α²s² + β²(1 + y_t²)), and β²y_t² ≤ y₀²; the sum over s of
//! 1 is at most 1 + 2Σ_{k≥1} e^{−2π²k²/h²} < 1.0001 and that of s² at most 1 (Poisson: its transform is
//! (1 − ω²)e^{−ω²/2}, negative at 2πk/h). So the sum over s of these errors is at most
//! 2.0002A² r(y_t)(2 + y₀²), using α² + β² = 1. The expectation over t is analytic in s, and its rule is
//! off by r(y_s) 2A²(1 + α²(1 + y_s²) + β²). Dropping |s| > X loses at most 2A²(1.0001(t_0 + α²t_2) +
//! β²t_0), dropping |t| > X the same with β and α exchanged.
//!
//! Here r is the rate of [`trapezoid`](super::trapezoid).

use rayon::prelude::*;
use rug::{Float, Rational};

use super::gaussian::tail_moment;
use super::trapezoid::{COARSE, MOST, Strip, cut, narrow, rate, spacing};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// E f(X) f(Y) for standard normal X, Y with correlation u, |u| ≤ 1, to an absolute accuracy of about
/// `prec` bits, by the tensor rule.
///
/// f is real on the axis and analytic in the strip, with |f(z)| ≤ bound·(1 + |z|) there.
///
/// # Errors
/// A domain error for a u that may lie outside \[−1, 1\]; errors of f; a limit error for a strip so narrow
/// that 2^26 points do not suffice, or at the deadline.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::{Strip, correlated_expectation};
/// use isobath::number::{Ball, Bits, Magnitude};
/// use rug::Rational;
///
/// // E sin X sin Y = e^{−1} sinh u; |sin z| ≤ cosh 3 < 11 for |Im z| ≤ 3.
/// let (prec, limits) = (Bits::new(64), Limits::default());
/// let u = Ball::from_rational(&Rational::from((1, 3)), prec.plus(32));
/// let strip = Strip::new(3.into(), Magnitude::new(11, 0))?;
/// let value = correlated_expectation(|x, p| Ok(x.sin(p)), &u, &strip, prec, &limits)?;
/// let exact = Ball::from_i64(-1).exp(prec).mul(&u.sinh(prec), prec);
/// assert!(value.overlaps(&exact) && value.rad() < Magnitude::power_of_two(-62));
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn correlated_expectation<F>(
    f: F,
    u: &Ball,
    strip: &Strip,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball>
where
    F: Fn(&Ball, Bits) -> Result<Ball> + Sync,
{
    limits.check_precision(prec)?;
    let plane = Plane::new(u, strip, prec)?;
    plane.sum(&f, limits)
}

/// The tensor rule.
struct Plane {
    alpha: Ball,
    beta: Ball,
    spacing_s: Rational,
    spacing_t: Rational,
    cut: Float,
    error: Magnitude,
    bound: Magnitude,
    prec: Bits,
}

impl Plane {
    fn new(u: &Ball, strip: &Strip, prec: Bits) -> Result<Plane> {
        let wide = prec.plus(48);
        let plus = u.add_i64(1, wide).mul_2exp(-1);
        let minus = u.neg().add_i64(1, wide).mul_2exp(-1);
        if !plus.is_nonnegative() || !minus.is_nonnegative() {
            return Err(Error::domain(
                "the correlation of two variables must lie between -1 and 1",
            ));
        }
        let (alpha, beta) = (plus.sqrt(wide), minus.sqrt(wide));
        // 2.001 A² ≤ 2049/1024 A².
        let scale = strip
            .bound
            .times(strip.bound)
            .times(Magnitude::new(2049, -10));
        let height = Ball::from_rational(&strip.height, COARSE);
        let square = height.square(COARSE).add_i64(2, COARSE).magnitude();
        let factor = scale.times(square);
        let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 4);
        // y = y₀/α, but no more than about 2π/h, where r(y) is least.
        let nats = f64::from(prec.get()) * std::f64::consts::LN_2
            + factor.exponent().unwrap_or(0).max(0) as f64
            + 4.0;
        let most = Rational::from_f64((2.0 * nats).sqrt()).unwrap_or_else(|| Rational::from(1));
        let most = Ball::from_rational(&most, COARSE);
        let line = |direction: &Ball| -> Result<(Rational, Magnitude)> {
            // At most the true quotient: the height of the strip over an upper bound of α.
            let reach = height.div(&Ball::exact(direction.upper(COARSE)), COARSE);
            let low = if reach.is_finite() {
                reach.min(&most, COARSE)
            } else {
                // The function does not depend on this variable.
                most.clone()
            };
            let height = Ball::exact(low.lower(COARSE));
            let spacing = spacing(&height, factor, goal)?;
            let error = rate(&height, &Ball::from_rational(&spacing, COARSE)).times(factor);
            Ok((spacing, error))
        };
        let (spacing_s, error_s) = line(&alpha)?;
        let (spacing_t, error_t) = line(&beta)?;
        let tail = |x: &Float| {
            let zeroth = tail_moment(0, x).times(Magnitude::new(3, 0));
            zeroth.plus(tail_moment(2, x)).times(scale)
        };
        let (cut, dropped) = cut(&tail, goal, prec)?;
        Ok(Plane {
            alpha,
            beta,
            spacing_s,
            spacing_t,
            cut,
            error: error_s.plus(error_t).plus(dropped),
            bound: strip.bound,
            prec,
        })
    }

    /// The double sum: rows in parallel, in each the pairs ±t.
    fn sum<F>(&self, f: &F, limits: &Limits) -> Result<Ball>
    where
        F: Fn(&Ball, Bits) -> Result<Ball> + Sync,
    {
        let count = |spacing: &Rational| (self.cut.to_f64() / spacing.to_f64()).ceil();
        let (rows, columns) = (count(&self.spacing_s), count(&self.spacing_t));
        if (rows * columns).is_nan() || rows * columns >= 4.0 * MOST {
            return Err(narrow());
        }
        let (rows, columns) = (rows as i64, columns as i64);
        let wide = self.prec.plus(24);
        let density = |spacing: &Rational, k: i64| {
            let x = Rational::from(spacing * k);
            Ball::exp_rational(&(-Rational::from(&x * &x) / 2), wide)
        };
        let across: Vec<Ball> = (0..=columns).map(|k| density(&self.spacing_t, k)).collect();
        let steps: Vec<Ball> = (0..=columns)
            .map(|k| {
                self.beta
                    .mul_rational(&Rational::from(&self.spacing_t * k), wide.plus(16))
            })
            .collect();
        let parts = (-rows..=rows)
            .into_par_iter()
            .map(|row| {
                self.row(
                    f,
                    row,
                    &density(&self.spacing_s, row),
                    &across,
                    &steps,
                    limits,
                )
            })
            .collect::<Result<Vec<Ball>>>()?;
        let sum = parts
            .iter()
            .fold(Ball::zero(), |sum, part| sum.add(part, wide));
        let area = Rational::from(&self.spacing_s * &self.spacing_t);
        let value = sum
            .mul_rational(&area, wide)
            .div(&Ball::pi(wide).mul_2exp(1), wide);
        Ok(value.widened(self.error).rounded(self.prec.plus(8)))
    }

    /// Σ_t F(s, t) e^{−s²/2 − t²/2} for one s.
    fn row<F>(
        &self,
        f: &F,
        row: i64,
        weight: &Ball,
        across: &[Ball],
        steps: &[Ball],
        limits: &Limits,
    ) -> Result<Ball>
    where
        F: Fn(&Ball, Bits) -> Result<Ball> + Sync,
    {
        let wide = self.prec.plus(24);
        let s = Rational::from(&self.spacing_s * row);
        let centre = self.alpha.mul_rational(&s, wide.plus(16));
        let mut sum = Ball::zero();
        // A term below 2^{−prec − 32} is not evaluated: its bound goes into the radius.
        let floor = -i64::from(self.prec.get()) - 32;
        let mut skipped = Magnitude::ZERO;
        let far = Magnitude::from_float(&self.cut);
        // |F| ≤ 2A²(1 + s² + t²) ≤ 2A²(1 + 2X'²) with X' = X + 1 ≥ the last node.
        let far = far.plus(Magnitude::ONE);
        let most = far.times(far).shifted(1).plus(Magnitude::ONE);
        let most = most.times(self.bound).times(self.bound).shifted(1);
        for (column, (density, step)) in across.iter().zip(steps).enumerate() {
            limits.check_deadline()?;
            let density = density.mul(weight, wide);
            let size = density.magnitude().times(most);
            let Some(exponent) = size.exponent().filter(|exp| *exp > floor) else {
                skipped = skipped.plus(size.shifted(1));
                continue;
            };
            let bits = (exponent - floor).clamp(16, i64::from(wide.get()) + 16) as u32;
            let bits = Bits::new(bits);
            let right = f(
                &centre.add(step, wide.plus(16)).rounded(bits.plus(16)),
                bits,
            )?;
            let term = if column == 0 {
                right.square(bits)
            } else {
                let left = f(
                    &centre.sub(step, wide.plus(16)).rounded(bits.plus(16)),
                    bits,
                )?;
                // t and −t exchange the two values.
                right.mul(&left, bits).mul_2exp(1)
            };
            sum = sum.add(&term.mul(&density, bits), wide);
        }
        Ok(sum.widened(skipped))
    }
}
