//! The nodes of the trapezoidal rule in t, where x = −ln(1 + e^{−s}), s = t + e^{t−3}.

use super::law::{Gaussian, Law};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use rug::Float;

/// Most nodes of a grid.
const MOST_NODES: f64 = 500_000.0;

/// One node: x, g(x) and h dx/dt.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub x: Ball,
    pub drift: Ball,
    pub weight: Ball,
    /// x and g(x) to an absolute error below 10⁻¹⁰.
    pub near: [f64; 2],
}

/// The nodes in increasing order of x.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub nodes: Vec<Node>,
    pub rule: Rule,
    /// e^{−s} at the last node.
    pub beyond: Magnitude,
    /// Σ h dx/dt.
    pub weight: Magnitude,
}

/// A step h, and the half-width a ≤ 1 of the strip that bounds its error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub step: f64,
    strip: f64,
}

impl Rule {
    /// The largest step with a discretisation error of about 2^−bits where the integrand grows by
    /// e^{κ b'²} on the line of height b.
    pub fn new(bits: f64, kappa: f64) -> Rule {
        // 2πa/h − (1.05 a)² κ = P, with h largest: a² = P/((1.05)² κ), at most 1.
        let wanted = bits * std::f64::consts::LN_2;
        let growth = 1.1025 * kappa;
        let strip = (wanted / growth).sqrt().min(1.0);
        let step = 2.0 * std::f64::consts::PI * strip / (wanted + growth * strip * strip);
        Rule { step, strip }
    }

    /// 2N/(e^{2πa/h} − 1) with N = e^{κ(1.05 a)²} · `constant`.
    pub fn error(self, kappa: &Ball, constant: &Ball) -> Magnitude {
        let prec = Bits::new(64);
        let (step, strip) = (exact(self.step), exact(self.strip));
        let growth = strip
            .square(prec)
            .mul_i64(11_025, prec)
            .div_i64(10_000, prec)
            .mul(kappa, prec)
            .exp(prec);
        let bound = growth.mul(constant, prec).mul_2exp(1);
        let decay = Ball::pi(prec)
            .mul_2exp(1)
            .mul(&strip, prec)
            .div(&step, prec)
            .expm1(prec);
        bound.div(&decay, prec).magnitude()
    }
}

/// A double as a ball.
pub(super) fn exact(x: f64) -> Ball {
    Ball::exact(Float::with_val(53, x))
}

/// 1/(2τ²) + 1/(2β²) and 5/4 + (4/3)/(τ√(2π)).
pub(super) fn strip_bounds(source: &Gaussian, noise: Option<&Gaussian>) -> [Ball; 2] {
    let prec = Bits::new(64);
    let kappa = match noise {
        Some(noise) => source.half.add(&noise.half, prec),
        None => source.half.clone(),
    };
    let mass = source.height.mul_i64(16, prec).add_i64(15, prec);
    [kappa, mass.div_i64(12, prec)]
}

impl Grid {
    /// The nodes from t ≤ −`below` − 1 up to where e^{−s} is below 2^−bits.
    ///
    /// # Errors
    /// A limit error at the deadline or for too many nodes.
    pub fn new(
        law: &Law,
        below: f64,
        rule: Rule,
        bits: f64,
        work: Bits,
        limits: &Limits,
    ) -> Result<Grid> {
        let last = 3.0 + (bits * std::f64::consts::LN_2 + 4.0).ln();
        let first = ((-below - 1.0) / rule.step).floor();
        let last = (last / rule.step).ceil();
        if last - first > MOST_NODES {
            return Err(Error::limit(format!(
                "the density would need a grid of {:.0} points",
                last - first
            ))
            .with_hint("ask for fewer digits, or take a smaller width or depth"));
        }
        let step = exact(rule.step);
        let (first, last) = (first as i64, last as i64);
        let mut grid = Grid {
            nodes: Vec::with_capacity((last - first + 1) as usize),
            rule,
            beyond: Magnitude::ZERO,
            weight: Magnitude::ZERO,
        };
        for j in first..=last {
            limits.check_deadline()?;
            let t = step.mul_i64(j, work);
            let double = t.add_i64(-3, work).exp(work);
            let fall = t.add(&double, work).neg().exp(work);
            let x = fall.ln1p(work).neg();
            let theta = fall.rsqrt(work).atan(work);
            let weight = double
                .add_i64(1, work)
                .mul(&fall, work)
                .div(&fall.add_i64(1, work), work)
                .mul(&step, work);
            let drift = law.drift(&x, &theta, work);
            grid.beyond = fall.magnitude();
            grid.weight = grid.weight.plus(weight.magnitude());
            grid.nodes.push(Node {
                near: [x.mid().to_f64(), drift.mid().to_f64()],
                x,
                drift,
                weight,
            });
        }
        Ok(grid)
    }
}
