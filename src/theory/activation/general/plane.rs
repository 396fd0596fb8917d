//! κ^{(k)}(u) of smooth activations by the trapezoid rule in two dimensions.
//!
//! $m_0 κ^{(k)}(u) = E f(X) f(Y)$, f = σ^{(k)}, with X = αS + βT, Y = αS − βT, α = √((1+u)/2),
//! β = √((1−u)/2), S and T independent standard Gaussians. Let |f| ≤ A e^{γx²}, γ < 1/4, in |Im z| ≤ y₀.
//! Shifting s by iη moves both arguments by iαη, shifting t by ±iβη; and x² + y² = (1+u)s² + (1−u)t².
//! So with y_s = y₀/α, y_t = y₀/β (or less), a = γ(1+u), b = γ(1−u), N_c = (1 − 2c)^{−1/2} = E e^{cZ²}:
//!
//! - the sum over t of the integrals over s is off by at most
//!   $\frac{2 e^{y_t^2/2}}{e^{2πy_t/h_t} − 1} A^2 N_a N_b$;
//! - at each t the sum over s is off by at most
//!   $\frac{2 e^{y_s^2/2}}{e^{2πy_s/h_s} − 1} A^2 N_a φ(t) e^{bt^2}$, and $h_t \sum φ(t) e^{bt^2} ≤ N_b + 2 h_t/5$
//!   (a unimodal function: the integral and once its maximum (2π)^{−1/2} < 2/5);
//! - the terms with |s| > S are at most $A^2 (N_b + 2h_t/5) \int_{|s|>S} φ e^{as^2}$, those with |t| > T
//!   likewise;
//! - nodes left out because their weight is below a threshold are counted at A² times it.

use rayon::prelude::*;
use rug::Float;

use super::View;
use super::derivative;
use super::envelope::{Envelope, HEIGHTS};
use super::growth::{COARSE, Growth, up};
use super::trapezoid::{mass, quotient, short};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};
use crate::theory::activation::shape::Parity;

/// Most nodes.
const MOST: f64 = 2e8;

/// One direction of the grid.
struct Direction {
    step: f64,
    last: usize,
    /// A bound of N_c.
    norm: Magnitude,
    /// 2 e^{y²/2} N_c/(e^{2πy/h} − 1).
    error: Magnitude,
    /// A bound of ∫ φ e^{cx²} beyond the last node.
    tail: Magnitude,
    /// c.
    curve: f64,
}

impl View<'_> {
    /// κ^{(k)}(u) for |u| < 1.
    ///
    /// # Errors
    /// Undecided for activations with knots, or where no strip is certified.
    pub fn plane(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let work = prec.plus(16);
        let above = self.plane_moment(k, u, work, limits)?;
        let m0 = self.second_moment(work, limits)?;
        Ok(above.div(&m0, prec.plus(4)))
    }

    /// E σ^{(k)}(X) σ^{(k)}(Y).
    fn plane_moment(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let wide = prec.plus(32);
        let one = Ball::one();
        let alpha = one.add(u, wide).mul_2exp(-1).sqrt(wide);
        let beta = one.sub(u, wide).mul_2exp(-1).sqrt(wide);
        if !self.is_smooth() || !alpha.is_positive() || !beta.is_positive() {
            return Err(Error::undecided(format!(
                "the rule in two dimensions needs a smooth activation and a correlation inside (-1, 1); `{}`",
                self.text()
            )));
        }
        let growth = self.some_growth(1.0)?;
        let Some(gamma) = self.gamma(&growth, 2.0, 1.0) else {
            return Err(Error::domain(format!(
                "`{}` is not known to be square integrable",
                self.text()
            )));
        };
        let double = |x: &Ball| x.upper(COARSE).to_f64_round(rug::float::Round::Up);
        let (a, b) = (double(&alpha), double(&beta));
        // γ(1 ± u) = 2γα², 2γβ².
        let mut best: Option<(f64, Envelope, Direction, Direction)> = None;
        let mut worse = 0;
        for &height in &HEIGHTS {
            let Some(envelope) = self.envelope(height, gamma, limits)? else {
                if best.is_some() {
                    break;
                }
                continue;
            };
            let radius = if k == 0 { 0.0 } else { height / 4.0 };
            let f = envelope.derivative(k, radius, gamma + (0.25 - gamma) / 4.0);
            let square = f.bound.times(f.bound);
            let (Some(s), Some(t)) = (
                direction(&f, a, square, prec),
                direction(&f, b, square, prec),
            ) else {
                continue;
            };
            let cost = s.last as f64 * t.last as f64;
            if best.as_ref().is_none_or(|(old, ..)| cost < *old) {
                best = Some((cost, f, s, t));
            } else {
                worse += 1;
            }
            if worse > 1 {
                break;
            }
        }
        let Some((cost, f, s, t)) = best else {
            return Err(Error::undecided(format!(
                "no strip around the real axis was found on which `{}` is certified to be analytic",
                self.text()
            )));
        };
        if cost > MOST {
            return Err(
                Error::limit("the rule in two dimensions would need too many nodes")
                    .with_hint("ask for fewer digits"),
            );
        }
        let square = f.bound.times(f.bound);
        // N_b + 2h/5, and likewise for the other direction.
        let line = |d: &Direction| {
            d.norm
                .plus(Magnitude::from_f64(0.4 * d.step).times(Magnitude::new(17, -4)))
        };
        let error = square
            .times(s.error)
            .times(line(&t))
            .plus(square.times(t.error).times(s.norm))
            .plus(square.times(s.tail).times(line(&t)))
            .plus(square.times(t.tail).times(line(&s)));
        let sum = self.plane_sum(k, &alpha, &beta, &s, &t, square, prec, limits)?;
        Ok(sum.widened(error))
    }

    /// The sum over the grid: t ≥ 0 only, since t → −t exchanges X and Y; s ≥ 0 only where f is odd or even.
    #[allow(clippy::too_many_arguments)] // One sum, with all that describes it.
    fn plane_sum(
        &self,
        k: u32,
        alpha: &Ball,
        beta: &Ball,
        s: &Direction,
        t: &Direction,
        square: Magnitude,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        let wide = prec.plus(32);
        let folded = self.parity() != Parity::Neither;
        let (h, g) = (Float::with_val(53, s.step), Float::with_val(53, t.step));
        let bell = |step: &Float, j: usize| {
            Ball::exact(Float::with_val(80, step * j as u64))
                .square(wide.plus(64))
                .mul_2exp(-1)
                .neg()
                .exp(wide)
        };
        let across: Vec<(Ball, Ball, f64)> = (0..=s.last)
            .map(|i| {
                let at = Ball::exact(Float::with_val(80, &h * i as u64)).mul(alpha, wide);
                (at, bell(&h, i), (i as f64 * s.step).powi(2))
            })
            .collect();
        let size = square.exponent().unwrap_or(0) as f64;
        let nodes = (s.last + 1) as f64 * (t.last + 1) as f64;
        // Weights below 2^−threshold are left out: A² · 2^−threshold · 4 nodes ≤ 2^{−prec−6}.
        let threshold = f64::from(prec.get()) + 8.0 + size + nodes.log2();
        let order = k as usize + 1;
        let rows: Vec<usize> = (0..=t.last).collect();
        let sums = rows
            .par_iter()
            .map(|&j| {
                limits.check_deadline()?;
                let shift = Ball::exact(Float::with_val(80, &g * j as u64)).mul(beta, wide);
                let row = bell(&g, j);
                let height = (j as f64 * t.step).powi(2);
                let mut sum = Ball::zero();
                let mut left_out = 0_u64;
                for (i, (at, weight, width)) in across.iter().enumerate() {
                    // The weight with the growth of f: e^{−(1/2 − a)s² − (1/2 − b)t²}.
                    let nats = (0.5 - s.curve) * width + (0.5 - t.curve) * height;
                    let bits = nats * std::f64::consts::LOG2_E;
                    if bits > threshold + 1.0 {
                        left_out += (across.len() - i) as u64;
                        break;
                    }
                    let here =
                        Bits::new((f64::from(wide.get()) - bits + size.max(0.0)).max(40.0) as u32);
                    let value = |x: Ball| {
                        let z = ComplexBall::real(x.rounded(here.plus(16)));
                        derivative(&self.jet(0, &z, order, here), k, here)
                            .re()
                            .clone()
                    };
                    let product = |at: &Ball| {
                        let left = value(at.add(&shift, wide));
                        let right = value(at.sub(&shift, wide));
                        left.mul(&right, here)
                    };
                    let mut term = product(at);
                    if i > 0 {
                        term = if folded {
                            term.mul_2exp(1)
                        } else {
                            term.add(&product(&at.neg()), here)
                        };
                    }
                    sum = sum.add(&term.mul(weight, here), wide);
                }
                let doubled = if j > 0 { sum.mul_2exp(1) } else { sum };
                Ok((doubled.mul(&row, wide), left_out))
            })
            .collect::<Result<Vec<(Ball, u64)>>>()?;
        let mut total = Ball::zero();
        let mut left_out = 0;
        for (sum, count) in sums {
            total = total.add(&sum, wide);
            left_out += count;
        }
        // Each stands for at most four nodes of the plane, each with at most A² 2^−threshold.
        let missing = square
            .times(Magnitude::power_of_two(-(threshold.floor() as i64)))
            .times(Magnitude::new(4 * left_out, 0));
        let area = Ball::exact(h)
            .mul(&Ball::exact(g), wide)
            .div(&Ball::pi(wide).mul_2exp(1), wide);
        Ok(total.widened(missing).mul(&area, wide))
    }
}

/// The grid in one direction, in which the arguments of f move by `rate` times the variable.
fn direction(f: &Envelope, rate: f64, square: Magnitude, prec: Bits) -> Option<Direction> {
    let bits = f64::from(prec.get()) + 12.0 + square.exponent().unwrap_or(0) as f64;
    // e^{y²/2 − 2πy/h} is least at y = 2π/h: more height does not help.
    let useful = (2.0 * bits * std::f64::consts::LN_2).sqrt();
    let height = (f.height / rate).next_down().min(useful);
    let curve = up(up(2.0 * f.gamma) * up(rate * rate));
    let norm = mass(Magnitude::ONE, curve, 1e-9)?;
    let mass = mass(Magnitude::ONE, curve, height)?;
    let ln = bits * std::f64::consts::LN_2 + height * height / 2.0;
    let step = short((std::f64::consts::TAU * height / ln).min(1.0))?;
    let growth = Growth {
        from: 1.0,
        height: 1.0,
        scale: Magnitude::ONE,
        degree: 0,
        slope: 0.0,
        curve,
    };
    let goal = Magnitude::power_of_two(-(bits as i64) - 4);
    let mut x = 2.0;
    while growth.tail(x) > goal {
        x += 0.25;
        if x > 1e5 {
            return None;
        }
    }
    Some(Direction {
        step,
        last: (x / step).ceil() as usize,
        norm,
        error: quotient(mass, height, step),
        tail: growth.tail(x),
        curve,
    })
}
