//! Nodes for the Hermite coefficients $h_k = E[σ(Z)\,He_k(Z)]/\sqrt{k!}$, k < K, all at once: the trapezoid
//! rule for smooth activations, Gauss-Legendre panels between the knots for the others.
//!
//! **Trapezoid.** $E|He_k(Z+iη)|^2 = k!\,L_k(−η^2) = k! \sum_j \binom kj η^{2j}/j! ≤ k!\,e^{2|η|\sqrt k}$
//! (Σ (kη²)^j/j!² ≤ (Σ (√k|η|)^j/j!)²), so with $|σ| ≤ B e^{γx^2}$ in |Im z| ≤ y, γ < 1/4, by
//! Cauchy-Schwarz the error of the infinite sum is at most
//! $\frac{2}{e^{2πy/h}−1} e^{y^2/2 + y\sqrt K} B (1 − 4γ)^{−1/4}$.
//!
//! **Panels.** From the addition formula and Cramér's inequality
//! $|He_k(x)| ≤ 1.0865 \sqrt{k!}\,e^{x^2/4}$ (J. Indritz, Proc. AMS 12 (1961) 981-983),
//! $|He_k(x+iy)| ≤ \sum_j \binom kj |y|^j |He_{k−j}(x)| ≤ 1.0865 \sqrt{k!}\,e^{x^2/4 + |y|\sqrt k}$, since
//! $\binom kj \sqrt{(k−j)!/k!} ≤ k^{j/2}/j!$. On an ellipse with parameter ρ around a panel of half-width w
//! on which $|σ He_k φ|/\sqrt{k!} ≤ M$, the rule with n points is off by at most
//! $\frac{64}{15} w M ρ^{−2n}/(1 − ρ^{−2})$ (see [`quadrature`](crate::number::quadrature)).
//!
//! **Beyond X** both sides together lose at most $2 \frac{1.0865}{\sqrt{2π}} \int_X^∞ |σ| e^{−x^2/4} dx$.

use rayon::prelude::*;
use rug::{Float, Rational};

use super::View;
use super::envelope::HEIGHTS;
use super::growth::{COARSE, exp_bound, up};
use super::trapezoid::{quotient, short};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::quadrature::GaussLegendre;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};
use crate::theory::activation::shape::Parity;

/// A node with the weight w σ(x) φ(x).
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub x: Ball,
    pub weight: Ball,
    /// Bits that the recurrence of the Hermite polynomials needs here.
    pub prec: Bits,
}

/// Nodes, and a bound of what |Σ weight·He_k(x)/√k! − h_k| can be without rounding, for every k < K.
#[derive(Debug, Clone)]
pub(super) struct Nodes {
    pub nodes: Vec<Node>,
    pub error: Magnitude,
}

/// 1.0865/√(2π) < 0.43346 < 444/1024.
fn cramer() -> Magnitude {
    Magnitude::new(444, -10)
}

/// Most nodes.
const MOST: usize = 200_000;

impl View<'_> {
    /// Nodes for K = `count` coefficients with an absolute error of about 2^−prec.
    ///
    /// # Errors
    /// Undecided where no rule is certified.
    pub(super) fn nodes(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Nodes> {
        let growth = self.some_growth(1.0)?;
        let Some(gamma) = self.gamma(&growth, 2.0, 1.0) else {
            return Err(Error::domain(format!(
                "`{}` is not known to be square integrable",
                self.text()
            )));
        };
        // The cut.
        let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 6);
        let widest = self
            .knots()
            .iter()
            .map(|knot| knot.to_f64().abs() + 1.0)
            .fold(growth.from, f64::max);
        let mut cut = (4.0 * f64::from(prec.get()) * std::f64::consts::LN_2)
            .sqrt()
            .max(widest);
        let dropped = loop {
            let dropped = growth.integral(cut, 0.25).times(cramer()).shifted(1);
            if dropped <= goal {
                break dropped;
            }
            cut += 0.5;
            if cut > 1e5 {
                return Err(Error::undecided(
                    "the tail of a Hermite coefficient is not small",
                ));
            }
        };
        let cut = cut.ceil();
        let mut nodes = if self.is_smooth() {
            match self.trapezoid_nodes(count, gamma, cut, prec, limits)? {
                Some(nodes) => nodes,
                None => self.panels(count, cut, prec, limits)?,
            }
        } else {
            self.panels(count, cut, prec, limits)?
        };
        nodes.error = nodes.error.plus(dropped);
        Ok(nodes)
    }

    /// The nodes of the trapezoid rule; `None` if no strip is certified.
    fn trapezoid_nodes(
        &self,
        count: usize,
        gamma: f64,
        cut: f64,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Nodes>> {
        let root = up((count as f64).sqrt());
        let bits = f64::from(prec.get()) + 10.0;
        let mut best: Option<(f64, f64, Magnitude)> = None;
        let mut worse = 0;
        for &height in &HEIGHTS {
            let Some(envelope) = self.envelope(height, gamma, limits)? else {
                if best.is_some() {
                    break;
                }
                continue;
            };
            let rest = (1.0 - up(4.0 * gamma)).next_down();
            let spread = Magnitude::ONE
                .over(&Float::with_val(53, rest))
                .sqrt()
                .sqrt();
            let rise = up(up(up(height * height) / 2.0) + up(height * root));
            let mass = envelope.bound.times(spread).times(exp_bound(rise));
            let ln = (mass.exponent().unwrap_or(0) as f64 + bits) * std::f64::consts::LN_2;
            let Some(step) = short(std::f64::consts::TAU * height / ln.max(4.0)) else {
                continue;
            };
            if best.is_none_or(|(old, _, _)| step > old) {
                best = Some((step, height, mass));
            } else {
                worse += 1;
            }
            if worse > 1 {
                break;
            }
        }
        let Some((step, height, mass)) = best else {
            return Ok(None);
        };
        let last = (cut / step).ceil() as usize;
        if last > MOST {
            return Err(too_many());
        }
        let parity = self.parity();
        let from = if parity == Parity::Neither {
            -(last as i64)
        } else {
            0
        };
        let h = Float::with_val(53, step);
        let indices: Vec<i64> = (from..=last as i64).collect();
        let nodes = indices
            .par_iter()
            .map(|&j| {
                limits.check_deadline()?;
                let x = Ball::exact(Float::with_val(80, &h * j));
                let folded = parity != Parity::Neither && j > 0;
                let weight = Ball::exact(if folded {
                    Float::with_val(53, &h * 2)
                } else {
                    h.clone()
                });
                Ok(self.node(0, x, weight, count, prec))
            })
            .collect::<Result<Vec<Node>>>()?;
        Ok(Some(Nodes {
            nodes,
            error: quotient(mass, height, step),
        }))
    }

    /// The node with weight w σ(x) φ(x).
    fn node(&self, piece: usize, x: Ball, weight: Ball, count: usize, prec: Bits) -> Node {
        let at = x.mid().to_f64();
        // In balls the recurrence grows like Σ_j |coefficients| ≤ e^{|x|√k}: so many bits are lost.
        let loss = (at.abs() * (count as f64).sqrt() - at * at / 2.0) / std::f64::consts::LN_2;
        let prec = prec.plus(32 + loss.max(0.0) as u32);
        let value = self.jet(piece, &ComplexBall::real(x.clone()), 1, prec)[0]
            .re()
            .clone();
        let density = x
            .square(prec.plus(64))
            .mul_2exp(-1)
            .neg()
            .exp(prec)
            .mul(&Ball::pi(prec).mul_2exp(1).rsqrt(prec), prec);
        Node {
            weight: value.mul(&density, prec).mul(&weight, prec),
            x,
            prec,
        }
    }

    /// Gauss-Legendre panels between the knots.
    pub(super) fn panels(
        &self,
        count: usize,
        cut: f64,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Nodes> {
        let bound = Float::with_val(53, cut).to_rational().unwrap_or_default();
        let mut edges = vec![Rational::from(-&bound)];
        edges.extend(self.knots().iter().cloned());
        edges.push(bound);
        let folded = self.parity() != Parity::Neither;
        if folded {
            edges.push(Rational::new());
            edges.retain(|edge| *edge >= 0);
            edges.sort();
            edges.dedup();
        }
        let mut open = Vec::new();
        for pair in edges.windows(2) {
            let length = Rational::from(&pair[1] - &pair[0]);
            let parts = length.to_f64().div_euclid(2.0) as u32 + 1;
            for i in 0..parts {
                let at = |i: u32| &pair[0] + (&length * Rational::from((i, parts)));
                open.push((at(i), at(i + 1)));
            }
        }
        let mut error = Magnitude::ZERO;
        let mut planned = Vec::new();
        while let Some((from, to)) = open.pop() {
            limits.check_deadline()?;
            let middle = Rational::from(&from + &to) / Rational::from(2);
            let piece = self.knots().iter().filter(|knot| **knot < middle).count();
            let half = Rational::from(&to - &from) / Rational::from(2);
            match self.panel_rule(piece, &middle, &half, count, prec) {
                Some((points, off)) => {
                    error = error.plus(off);
                    planned.push((piece, middle, half, points));
                }
                None if half.to_f64() > 1e-4 && open.len() < 10_000 => {
                    open.push((from, middle.clone()));
                    open.push((middle, to));
                }
                None => {
                    return Err(Error::undecided(format!(
                        "no bound of `{}` was found near x = {:.6}",
                        self.text(),
                        middle.to_f64()
                    )));
                }
            }
        }
        let total: usize = planned.iter().map(|(_, _, _, points)| points).sum();
        if total > MOST {
            return Err(too_many());
        }
        let nodes = planned
            .par_iter()
            .map(|(piece, middle, half, points)| {
                limits.check_deadline()?;
                let reach = (middle.to_f64().abs() + half.to_f64()).min((count as f64).sqrt());
                let loss = (reach * (count as f64).sqrt() - reach * reach / 2.0) * 1.45;
                let wide = prec.plus(64 + loss.max(0.0) as u32);
                let rule = GaussLegendre::rule(*points, wide, limits)?;
                let centre = Ball::from_rational(middle, wide);
                let half = Ball::from_rational(half, wide);
                let scale = if folded {
                    half.mul_2exp(1)
                } else {
                    half.clone()
                };
                let mut nodes = Vec::with_capacity(*points);
                for node in rule.nonnegative_nodes() {
                    let shift = half.mul(&node.x, wide);
                    let weight = scale.mul(&node.weight, wide);
                    nodes.push(self.node(
                        *piece,
                        centre.add(&shift, wide),
                        weight.clone(),
                        count,
                        prec,
                    ));
                    if !node.x.is_zero() {
                        nodes.push(self.node(
                            *piece,
                            centre.sub(&shift, wide),
                            weight,
                            count,
                            prec,
                        ));
                    }
                }
                Ok(nodes)
            })
            .collect::<Result<Vec<Vec<Node>>>>()?;
        Ok(Nodes {
            nodes: nodes.into_iter().flatten().collect(),
            // Half the line was counted.
            error: if folded { error.shifted(1) } else { error },
        })
    }

    /// The number of points for a panel and the error; `None` if no ellipse is certified.
    fn panel_rule(
        &self,
        piece: usize,
        middle: &Rational,
        half: &Rational,
        count: usize,
        prec: Bits,
    ) -> Option<(usize, Magnitude)> {
        let root = up((count as f64).sqrt());
        let mut best: Option<(usize, Magnitude)> = None;
        for rho in [1.75_f64, 2.5, 3.25, 4.0, 6.0] {
            let Some(most) = self.ellipse_bound(piece, middle, half, rho, root) else {
                break;
            };
            // 64/15 < 4.2667; 1 − ρ^{−2} rounded down.
            let inverse = Magnitude::ONE.over(&Float::with_val(106, rho * rho));
            let gap = (1.0 - inverse.to_f64()).next_down();
            let front = Magnitude::from_f64(4.2667)
                .times(most)
                .times(Magnitude::from_rational(half))
                .over(&Float::with_val(53, gap));
            let bits = f64::from(prec.get()) + 12.0 + front.exponent().unwrap_or(0) as f64;
            let points = ((bits / (2.0 * rho.log2())).max(1.0) as usize + 1).div_ceil(8) * 8;
            let error = front.times(inverse.power(points as u64));
            if best.is_none_or(|(fewest, _)| points < fewest) {
                best = Some((points, error));
            }
        }
        best
    }

    /// A bound of |σ He_k φ|/√k! for all k ≤ root² over the ellipse: boxes that cover the upper half of the
    /// rectangle around it (σ is real on the real axis).
    fn ellipse_bound(
        &self,
        piece: usize,
        middle: &Rational,
        half: &Rational,
        rho: f64,
        root: f64,
    ) -> Option<Magnitude> {
        let half = half.to_f64() * (1.0 + 1e-9);
        let (a, b) = (
            half * (rho + 1.0 / rho) / 2.0 * (1.0 + 1e-9),
            half * (rho - 1.0 / rho) / 2.0 * (1.0 + 1e-9),
        );
        let centre = middle.to_f64();
        let (columns, rows) = (10, 4);
        let mut most = Magnitude::ZERO;
        for column in 0..columns {
            for row in 0..rows {
                let left = centre - a + 2.0 * a * f64::from(column) / f64::from(columns);
                let right = centre - a + 2.0 * a * f64::from(column + 1) / f64::from(columns);
                let bottom = b * f64::from(row) / f64::from(rows);
                let top = b * f64::from(row + 1) / f64::from(rows);
                let span = |low: f64, high: f64| {
                    Ball::new(
                        Float::with_val(53, f64::midpoint(low, high)),
                        Magnitude::from_f64((high - low) / 2.0 * (1.0 + 1e-9) + 1e-12),
                    )
                };
                let z = ComplexBall::new(span(left, right), span(bottom, top));
                let size = self.jet(piece, &z, 1, COARSE)[0].magnitude();
                if !size.is_finite() {
                    return None;
                }
                let near = if left <= 0.0 && right >= 0.0 {
                    0.0
                } else {
                    left.abs().min(right.abs()) * (1.0 - 1e-9)
                };
                let top = top + 1e-11;
                let exponent = up(up(top * top / 2.0) + up(top * root)) - near * near / 4.0;
                most = most.max(size.times(exp_bound(exponent + 1e-9)));
            }
        }
        Some(most.times(cramer()))
    }
}

fn too_many() -> Error {
    Error::limit("the Hermite coefficients would need too many nodes")
        .with_hint("ask for fewer digits")
}
