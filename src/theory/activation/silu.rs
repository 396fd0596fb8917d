//! silu(ax), silu(x) = x/(1 + e^{−x}): meromorphic, with simple poles at iπ(2j + 1)/a (Elfwing,
//! Uchibe & Doya 2018; also called swish).
//!
//! It is x(1 + t)/2 with t = tanh(x/2), so all expectations follow from s_n = E[Zⁿ sech² bZ], b = a√q/2
//! (see [`bell`](super::bell)). With A_n = E[Zⁿ s'(Z)], s the logistic function, at a = q = 1:
//! E σ² = 1/2 − A₂, E σ'² = 1/2 − A₀/3 − A₄/6, E σ''² = (12A₀ + 12A₂ + 4A₄ − A₆)/30. κ is C^∞ on
//! [−1, 1] and not analytic at ±1.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::bell::Bell;
use super::logistic::logistic_jet;
use super::shape::{Parity, Product, Regularity, Shape};
use super::{jet, sech_moments, text};

/// silu(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Silu {
    /// The factor a.
    pub scale: Rational,
}

impl Silu {
    fn rate(&self) -> Rational {
        Rational::from(&self.scale / 2u32)
    }

    /// The k-th derivative.
    fn derivative(&self, k: u32) -> Option<Bell> {
        let half = || Rational::from(&self.scale / 2u32);
        let f = Bell::new(&[(1, 0, half()), (1, 1, half())]);
        (k <= 64).then(|| sech_moments::derivative(f, &self.rate(), k))
    }
}

impl Shape for Silu {
    fn text(&self) -> String {
        text::scaled("silu", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Neither
    }

    /// x s(x) + x s(−x) = x, s the logistic function.
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
        let s = logistic_jet(x.first()?, &self.scale, order, prec);
        Some(jet::product(&x, &s, prec))
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
