//! tanh(ax): odd and meromorphic, with simple poles at iπ(j + 1/2)/a.
//!
//! The strip of analyticity is |Im z| < π/(2a), so κ is C^∞ on [−1, 1] and not analytic at ±1; there is no
//! elementary kernel. Every derivative is a polynomial in t = tanh(ax), so all expectations follow
//! from s_n = E[Zⁿ sech² bZ], b = a√q (see [`bell`](super::bell)): E σ² = 1 − s₀, and at a = q = 1
//! E σ'² = (5s₀ − s₂)/6, E σ''² = (13s₀ + 6s₂ − s₄)/30.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::bell::Bell;
use super::shape::{Parity, Product, Regularity, Shape};
use super::{jet, sech_moments, text};

/// tanh(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Tanh {
    /// The factor a.
    pub scale: Rational,
}

impl Tanh {
    fn rate(&self) -> Rational {
        self.scale.clone()
    }

    /// The k-th derivative.
    fn derivative(&self, k: u32) -> Option<Bell> {
        let t = Bell::new(&[(0, 1, Rational::from(1))]);
        (k <= 64).then(|| sech_moments::derivative(t, &self.rate(), k))
    }
}

impl Shape for Tanh {
    fn text(&self) -> String {
        text::scaled("tanh", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Odd
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
        // y' = a (1 − y²).
        let a = Ball::from_rational(&self.scale, prec);
        let start = z.mul_ball(&a, prec).tanh(prec);
        Some(jet::autonomous(start, &self.scale, order, prec, |y, n| {
            let square = jet::convolution(y, y, n, prec).neg();
            if n == 0 {
                square.add_i64(1, prec)
            } else {
                square
            }
        }))
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
