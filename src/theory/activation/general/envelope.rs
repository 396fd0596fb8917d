//! A strip on which a smooth activation is certified: [`Envelope`].
//!
//! $$|σ(z)| ≤ B e^{γ (\operatorname{Re} z)^2}, \qquad |\operatorname{Im} z| ≤ Y, \quad 0 < γ < 1/4.$$
//!
//! Near the origin by boxes that cover the upper half of the strip (σ is real on the real axis, so the
//! lower half mirrors it), cut into quarters where a box says nothing; beyond by the growth. The boxes
//! cover a rectangle and each certifies that σ is holomorphic on a neighbourhood, so σ is holomorphic on
//! the whole strip.

use rug::Float;

use super::View;
use super::growth::{COARSE, Growth, exp_bound, up};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, ComplexBall, Magnitude};

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Envelope {
    /// Y.
    pub height: f64,
    /// γ.
    pub gamma: f64,
    /// B.
    pub bound: Magnitude,
}

/// How often a box may be cut into quarters.
const MOST_CUTS: u32 = 8;

/// Heights that are tried, in rising order.
pub const HEIGHTS: [f64; 24] = [
    0.015_625, 0.0625, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0, 1.25, 1.4375, 1.5, 1.75,
    2.0, 2.25, 2.5, 2.875, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0,
];

impl View<'_> {
    /// The envelope of the strip of this height with this γ; `None` if the strip is not certified.
    ///
    /// # Errors
    /// The deadline.
    pub fn envelope(&self, height: f64, gamma: f64, limits: &Limits) -> Result<Option<Envelope>> {
        let Some(growth) = self.growth(height) else {
            return Ok(None);
        };
        let mut bound = growth.weighted(gamma);
        if !self.is_smooth() || !bound.is_finite() {
            return Ok(None);
        }
        // Boxes (left, right, bottom, top, cuts).
        let columns = (4.0 * growth.from).ceil().min(4096.0) as i32;
        let width = growth.from / f64::from(columns);
        let rows = (height / 0.3).ceil().max(1.0) as i32;
        let tall = height / f64::from(rows);
        let mut open = Vec::new();
        for column in -columns..columns {
            for row in 0..rows {
                let (x, y) = (f64::from(column) * width, f64::from(row) * tall);
                open.push((x, x + width, y, y + tall, 0));
            }
        }
        while let Some((left, right, bottom, top, cuts)) = open.pop() {
            limits.check_deadline()?;
            let z = ComplexBall::new(ball(left, right), ball(bottom, top));
            let size = self.jet(0, &z, 1, COARSE)[0].magnitude();
            if size.is_finite() {
                let near = if left <= 0.0 && right >= 0.0 {
                    0.0
                } else {
                    left.abs().min(right.abs()) * (1.0 - 1e-9)
                };
                bound = bound.max(size.times(exp_bound(up(-(gamma * near * near).next_down()))));
            } else if cuts < MOST_CUTS {
                let (x, y) = (f64::midpoint(left, right), f64::midpoint(bottom, top));
                for (a, b) in [(left, x), (x, right)] {
                    for (c, d) in [(bottom, y), (y, top)] {
                        open.push((a, b, c, d, cuts + 1));
                    }
                }
            } else {
                return Ok(None);
            }
        }
        Ok(Some(Envelope {
            height,
            gamma,
            bound,
        }))
    }

    /// A γ for products of σ of total power `total` at variance q ≤ `variance`: γ·total·q stays below 1/2,
    /// and γ is above the c of the growth. `None` if there is none.
    pub fn gamma(&self, growth: &Growth, total: f64, variance: f64) -> Option<f64> {
        let most = 0.5 / (total.max(1.0) * variance.max(1e-9));
        let low = growth.curve.max(0.0);
        if low >= most * (1.0 - 1e-6) {
            return None;
        }
        // A quarter of what is allowed, so that the Gaussian decay stays; more if the growth asks for it.
        Some(if low < most / 8.0 {
            (most / 4.0).min(0.2)
        } else {
            f64::midpoint(low, most)
        })
    }
}

impl Envelope {
    /// The envelope of the k-th derivative on the strip lower by `radius`, by Cauchy's inequality:
    /// $|σ^{(k)}(z)| ≤ k!\,r^{-k} B e^{γ(|x| + r)^2}$, and $(|x|+r)^2 ≤ (1+δ)x^2 + (1+1/δ)r^2$. `gamma` is
    /// the new γ(1 + δ).
    #[must_use]
    pub fn derivative(&self, k: u32, radius: f64, gamma: f64) -> Envelope {
        if k == 0 {
            return self.clone();
        }
        let delta = (gamma / self.gamma - 1.0) * (1.0 - 1e-12);
        let square = up(radius * radius);
        let mut bound = self.bound.times(exp_bound(up(
            up(up(gamma * square) / delta) * (1.0 + 1e-12)
        )));
        let inverse = Magnitude::ONE.over(&Float::with_val(53, radius));
        for j in 1..=k {
            bound = bound.times(Magnitude::new(u64::from(j), 0)).times(inverse);
        }
        Envelope {
            height: (self.height - radius).next_down(),
            gamma,
            bound,
        }
    }
}

/// The ball of an interval of doubles, a little wider.
fn ball(low: f64, high: f64) -> Ball {
    let middle = f64::midpoint(low, high);
    let half = (high - low) / 2.0;
    Ball::new(
        Float::with_val(53, middle),
        Magnitude::from_f64(half * (1.0 + 1e-9) + 1e-12),
    )
}
