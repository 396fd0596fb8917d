//! softplus(ax) = ln(1 + e^{ax}): branch points at iπ(2j + 1)/a.
//!
//! Its derivative is a logistic(ax), so products of derivatives of orders ≥ 1 follow from
//! s_n = E[Zⁿ sech² bZ], b = a√q/2 (see [`bell`](super::bell)). κ is C^∞ on [−1, 1] and not analytic
//! at ±1.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::bell::Bell;
use super::logistic::logistic_jet;
use super::shape::{Parity, Product, Regularity, Shape};
use super::{jet, sech_moments, text};

/// softplus(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Softplus {
    /// The factor a.
    pub scale: Rational,
}

impl Softplus {
    fn rate(&self) -> Rational {
        Rational::from(&self.scale / 2u32)
    }

    /// The k-th derivative, k ≥ 1.
    fn derivative(&self, k: u32) -> Option<Bell> {
        let half = || Rational::from(&self.scale / 2u32);
        let s = Bell::new(&[(0, 0, half()), (0, 1, half())]);
        (1..=64)
            .contains(&k)
            .then(|| sech_moments::derivative(s, &self.rate(), k - 1))
    }
}

impl Shape for Softplus {
    fn text(&self) -> String {
        text::scaled("softplus", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Neither
    }

    /// ln(1 + eˣ) − ln(1 + e⁻ˣ) = x.
    fn has_linear_odd_part(&self) -> bool {
        true
    }

    fn regularity(&self) -> Regularity {
        Regularity::Smooth
    }

    fn jet(
        &self,
        _piece: usize,
        z: &ComplexBall,
        order: usize,
        prec: Bits,
    ) -> Option<Vec<ComplexBall>> {
        let x = jet::linear(&self.scale, z, order, prec);
        let w = x.first()?;
        let rate = logistic_jet(w, &self.scale, order, prec);
        let a = Ball::from_rational(&self.scale, prec);
        let rate: Vec<ComplexBall> = rate.iter().map(|y| y.mul_ball(&a, prec)).collect();
        let mut jet = jet::integral(logarithm(w, prec), &rate, prec);
        jet.truncate(order);
        Some(jet)
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        sech_moments::expectation(
            |k| self.derivative(k),
            &self.rate(),
            product,
            q,
            prec,
            limits,
        )
    }
}

/// ln(1 + e^w) on the sheet that is small at −∞: holomorphic off the cuts Im w = π(2j+1), Re w ≥ 0.
///
/// For Re w > 0 and |Im w| < π it is w + ln(1 + e^{−w}), where nothing overflows.
fn logarithm(w: &ComplexBall, prec: Bits) -> ComplexBall {
    let wide = prec.plus(8);
    let near = w.im().magnitude() < crate::number::Magnitude::new(3, 0);
    if near && *w.re().mid() > 0 {
        let decay = w.neg().exp(wide).add_i64(1, wide).ln(wide);
        return w.add(&decay, prec);
    }
    w.exp(wide).add_i64(1, wide).ln(prec)
}
