//! logistic(ax) = 1/(1 + e^{−ax}): meromorphic, with simple poles at iπ(2j + 1)/a.
//!
//! It is (1 + t)/2 with t = tanh(ax/2), so all expectations follow from s_n = E[Zⁿ sech² bZ], b = a√q/2
//! (see [`bell`](super::bell)). With A_n = E[Zⁿ σ'(Z)] = s_n/4 at a = q = 1: E σ² = 1/2 − A₀,
//! E σ'² = (2A₀ − A₂)/6. κ is C^∞ on [−1, 1] and not analytic at ±1.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::bell::Bell;
use super::shape::{Parity, Product, Regularity, Shape};
use super::{jet, sech_moments, text};

/// logistic(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Logistic {
    /// The factor a.
    pub scale: Rational,
}

impl Logistic {
    fn rate(&self) -> Rational {
        Rational::from(&self.scale / 2u32)
    }

    /// The k-th derivative.
    fn derivative(&self, k: u32) -> Option<Bell> {
        let half = || Rational::from((1, 2));
        let s = Bell::new(&[(0, 0, half()), (0, 1, half())]);
        (k <= 64).then(|| sech_moments::derivative(s, &self.rate(), k))
    }
}

/// The Taylor coefficients of 1/(1 + e^{−ax}) where ax = `w`, from y' = a (y − y²).
pub(super) fn logistic_jet(
    w: &ComplexBall,
    scale: &Rational,
    order: usize,
    prec: Bits,
) -> Vec<ComplexBall> {
    jet::autonomous(w.logistic(prec), scale, order, prec, |y, n| {
        y[n].sub(&jet::convolution(y, y, n, prec), prec)
    })
}

impl Shape for Logistic {
    fn text(&self) -> String {
        text::scaled("logistic", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Neither
    }

    /// s(x) + s(−x) = 1.
    fn has_constant_even_part(&self) -> bool {
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
        let a = Ball::from_rational(&self.scale, prec);
        Some(logistic_jet(
            &z.mul_ball(&a, prec),
            &self.scale,
            order,
            prec,
        ))
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
