//! cos(ax): an even entire function.
//!
//! $E[\cos X \cos Y] = e^{-v} \cosh c$, v the variance and c the covariance, so
//! $κ(u) = \cosh(a^2u)/\cosh(a^2)$, an entire function. $E \cos(X + m) = e^{-v/2} \cos m$.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, Covariance};
use super::shape::{Parity, Product, Radius, Regularity, Shape};
use super::{circular, text};

/// cos(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Cos {
    /// The factor a.
    pub scale: Rational,
}

impl Covariance for Cos {
    fn scale(&self) -> &Rational {
        &self.scale
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        circular::hyperbolic_jet(c.cosh(prec), c.sinh(prec), &v.neg().exp(prec), order, prec)
    }

    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        Some(circular::mean(k, 0, v, prec))
    }
}

impl Shape for Cos {
    fn text(&self) -> String {
        text::scaled("cos", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Even
    }

    fn with_covariance(&self) -> Option<&dyn Covariance> {
        Some(self)
    }

    fn radius(&self) -> Option<Radius> {
        Some(Radius::Entire)
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
        Some(circular::jets(&self.scale, z, order, prec).1)
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        if let Some(ball) = circular::moment(product, false, &self.scale, q, prec) {
            return Ok(Some(ball));
        }
        covariance::expectation(self, product, q, prec, limits)
    }
}
