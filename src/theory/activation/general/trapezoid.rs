//! The plain trapezoid rule for Gaussian expectations of smooth activations, on a strip that is found and
//! certified without hand analysis.
//!
//! For g holomorphic in |Im z| ≤ y with $|g(z)| ≤ A e^{Γx^2}$, Γ < 1/2, there, and φ the normal density,
//!
//! $$\Bigl|h \sum_{j∈ℤ} g(jh) φ(jh) − E g(Z)\Bigr| ≤ \frac{2M}{e^{2πy/h} − 1}, \qquad
//!   M = e^{y^2/2} \frac{A}{\sqrt{1 − 2Γ}},$$
//!
//! since |φ(x + iη)| = φ(x) e^{η²/2} and E e^{ΓZ²} = (1 − 2Γ)^{−1/2} (L. N. Trefethen and J. A. C.
//! Weideman, SIAM Review 56 (2014), Theorem 5.1; the integrand tends to 0 uniformly in the strip). The
//! terms beyond X are at most ∫_X^∞ of a bound that falls (see [`Growth`](super::growth::Growth)).

use rayon::prelude::*;
use rug::Float;

use super::View;
use super::envelope::{Envelope, HEIGHTS};
use super::growth::{COARSE, up};
use super::integrand::Integrand;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};
use crate::theory::activation::shape::{Parity, Product};

/// The step and the strip of a rule.
#[derive(Debug, Clone)]
pub(super) struct Strip {
    /// y.
    pub height: f64,
    /// h, a short dyadic number.
    pub step: f64,
    /// M.
    pub mass: Magnitude,
}

/// Most nodes on the half-line.
pub(super) const MOST_NODES: f64 = 2e6;

impl View<'_> {
    /// See [`trapezoid`](self): E ∏ σ^{(k)}(√q Z)^p of a smooth activation.
    ///
    /// # Errors
    /// Undecided if no strip is certified; a domain error where the expectation is infinite.
    pub fn trapezoid(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        let integrand = Integrand::new(self, product, q, prec)?;
        self.trapezoid_of(&integrand, prec, limits)
    }

    /// E[σ^{(k)}(Z) σ^{(k)}(−Z)].
    pub(super) fn mirrored(&self, k: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
        let mut integrand = Integrand::new(self, &[(k, 2)], &Ball::one(), prec)?;
        integrand.mirrored = true;
        if self.is_smooth() {
            match self.trapezoid_of(&integrand, prec, limits) {
                Err(error) if error.kind() == crate::error::ErrorKind::Undecided => {}
                other => return other,
            }
        }
        self.quadrature_of(&integrand, prec, limits)
    }

    fn trapezoid_of(&self, integrand: &Integrand<'_>, prec: Bits, limits: &Limits) -> Result<Ball> {
        if !self.is_smooth() {
            return Err(Error::undecided(format!(
                "the trapezoid rule needs a smooth activation; `{}` has knots",
                self.text()
            )));
        }
        let parity = integrand.parity();
        if parity == Parity::Odd {
            return Ok(Ball::zero());
        }
        let work = prec.plus(24);
        let strip = self.strip(integrand, prec, limits)?;
        let (nodes, dropped) = last_node(integrand, &strip, prec)?;
        let growth = integrand.growth()?;
        let step = Float::with_val(53, strip.step);
        let indices: Vec<u32> = (0..=nodes).collect();
        let sums = indices
            .par_chunks(256)
            .map(|chunk| {
                let mut sum = Ball::zero();
                for &j in chunk {
                    limits.check_deadline()?;
                    // j h is exact: at most 32 + 16 bits.
                    let x = Ball::exact(Float::with_val(80, &step * j));
                    let weight = x.square(work.plus(64)).mul_2exp(-1).neg().exp(work);
                    // As many bits as the term has above the smallest that counts; how many decides
                    // only the width of the ball.
                    let size = growth.log2_at(x.mid().to_f64());
                    let most = f64::from(work.get()) + 4096.0;
                    let here = (f64::from(work.get()) + size).clamp(64.0, most);
                    let here = Bits::new(here as u32);
                    let at = |x: &Ball| {
                        let z = ComplexBall::real(x.clone());
                        integrand.value(0, 0, &z, here).re().clone()
                    };
                    let mut value = at(&x);
                    if j > 0 {
                        value = if parity == Parity::Even {
                            value.mul_2exp(1)
                        } else {
                            value.add(&at(&x.neg()), here)
                        };
                    }
                    sum = sum.add(&value.mul(&weight.rounded(here), here), work);
                }
                Ok(sum)
            })
            .collect::<Result<Vec<Ball>>>()?;
        let sum = sums
            .iter()
            .fold(Ball::zero(), |sum, part| sum.add(part, work));
        let root = Ball::pi(work).mul_2exp(1).rsqrt(work);
        let value = sum
            .mul(&root, work)
            .mul(&Ball::exact(step), work)
            .widened(discretisation(&strip).plus(dropped));
        Ok(value.rounded(prec.plus(8)))
    }

    /// The strip on which the rule needs the fewest nodes.
    fn strip(&self, integrand: &Integrand<'_>, prec: Bits, limits: &Limits) -> Result<Strip> {
        let total = f64::from(if integrand.mirrored {
            2
        } else {
            integrand.total()
        });
        let root = integrand
            .root
            .upper(COARSE)
            .to_f64_round(rug::float::Round::Up);
        let growth = self.some_growth(1.0)?;
        let variance = up(root * root);
        let Some(gamma) = self.gamma(&growth, total, variance) else {
            return Err(Error::domain(format!(
                "this expectation of `{}` is not known to be finite: the product outgrows the Gaussian \
                 density",
                self.text()
            )));
        };
        let most = 0.5 / (total.max(1.0) * variance);
        let steeper = gamma + (most - gamma) / 4.0;
        let mut best: Option<Strip> = None;
        let mut worse = 0;
        for &height in &HEIGHTS {
            if growth.curve >= gamma {
                break;
            }
            let Some(envelope) = self.envelope(height, gamma, limits)? else {
                if best.is_some() {
                    break;
                }
                continue;
            };
            let candidates = [0.125, 0.25, 0.5].map(|part| {
                let radius = if integrand.order() == 0 {
                    0.0
                } else {
                    height * part
                };
                strip_of(integrand, &envelope, radius, steeper, total, root, prec)
            });
            let here = candidates
                .into_iter()
                .flatten()
                .max_by(|a, b| a.step.total_cmp(&b.step));
            match (&best, here) {
                (Some(old), Some(new)) if new.step > old.step => best = Some(new),
                (None, Some(new)) => best = Some(new),
                _ => worse += 1,
            }
            if worse > 1 {
                break;
            }
        }
        best.ok_or_else(|| {
            Error::undecided(format!(
                "no strip around the real axis was found on which `{}` is certified to be analytic",
                self.text()
            ))
        })
    }
}

/// The rule that an envelope of σ gives for the integrand; `None` where the strip is too narrow.
fn strip_of(
    integrand: &Integrand<'_>,
    envelope: &Envelope,
    radius: f64,
    steeper: f64,
    total: f64,
    root: f64,
    prec: Bits,
) -> Option<Strip> {
    let height = ((envelope.height - radius) / root).next_down().next_down();
    let mut size = Magnitude::ONE;
    let mut gamma = envelope.gamma;
    for (k, p) in &integrand.product {
        let factor = envelope.derivative(*k, radius, steeper);
        gamma = gamma.max(factor.gamma);
        let p = if integrand.mirrored { 2 } else { *p };
        size = size.times(factor.bound.power(u64::from(p)));
    }
    let curve = up(up(up(gamma * total) * root) * root);
    let mass = mass(size, curve, height)?;
    let step = step(height, mass, prec)?;
    Some(Strip { height, step, mass })
}

/// M = e^{y²/2} A (1 − 2Γ)^{−1/2}, for Γ = `curve`.
pub(super) fn mass(size: Magnitude, curve: f64, height: f64) -> Option<Magnitude> {
    let rest = (1.0 - up(2.0 * curve)).next_down();
    if rest <= 0.0 || height <= 0.0 || !size.is_finite() {
        return None;
    }
    let spread = Magnitude::ONE.over(&Float::with_val(53, rest)).sqrt();
    Some(
        size.times(spread)
            .times(super::growth::exp_bound(up(up(height * height) / 2.0))),
    )
}

/// The largest step, with 16 bits, for which 2M/(e^{2πy/h} − 1) is about 2^{−prec−8}.
pub(super) fn step(height: f64, mass: Magnitude, prec: Bits) -> Option<f64> {
    let ln = (mass.exponent().unwrap_or(0) as f64 + f64::from(prec.get()) + 9.0)
        * std::f64::consts::LN_2;
    let step = std::f64::consts::TAU * height / ln.max(4.0);
    short(step)
}

/// A double with 16 significant bits, not above x.
pub(super) fn short(x: f64) -> Option<f64> {
    let (rounded, _) = Float::with_val_round(16, x, rug::float::Round::Down);
    let value = rounded.to_f64();
    (value > 0.0 && value.is_finite()).then_some(value)
}

/// 2M/(e^{2πy/h} − 1).
pub(super) fn discretisation(strip: &Strip) -> Magnitude {
    quotient(strip.mass, strip.height, strip.step)
}

/// 2M/(e^{2πy/h} − 1) ≤ 2M e^{−t}/(1 − e^{−t}) for t ≤ 2πy/h, where the double TAU is below 2π.
pub(super) fn quotient(mass: Magnitude, height: f64, step: f64) -> Magnitude {
    let t = ((std::f64::consts::TAU * height).next_down() / step).next_down();
    if t < 1.0 {
        return Magnitude::INFINITY;
    }
    // 1/(1 − e^{−1}) < 1.582 < 2.
    mass.shifted(2).times(super::growth::exp_bound(-t))
}

/// The index of the last node on the half-line and a bound of the terms beyond it on both sides.
fn last_node(integrand: &Integrand<'_>, strip: &Strip, prec: Bits) -> Result<(u32, Magnitude)> {
    let growth = integrand.growth()?;
    let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 8);
    let guess = (2.0 * f64::from(prec.get()) * std::f64::consts::LN_2).sqrt() / 2.0;
    let mut x = guess.max(growth.from).max(1.0);
    loop {
        // The bound falls beyond x, so h Σ_{j > n} F(jh) ≤ ∫_{nh}^∞ F.
        let dropped = growth.tail(x);
        if dropped <= goal {
            let nodes = (x / strip.step).ceil();
            if nodes > MOST_NODES {
                return Err(Error::limit("the trapezoid rule would need too many nodes")
                    .with_hint("ask for fewer digits"));
            }
            return Ok((nodes as u32, dropped));
        }
        x += 0.25_f64.max(x / 64.0);
        if x > 1e7 {
            return Err(Error::undecided(
                "the tail of a Gaussian expectation was not found to be small",
            ));
        }
    }
}
