//! sin(ax): an odd entire function.
//!
//! $E[\sin X \sin Y] = e^{-v} \sinh c$, v the variance and c the covariance, so
//! $κ(u) = \sinh(a^2u)/\sinh(a^2)$, an entire function. $E \sin(X + m) = e^{-v/2} \sin m$.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, Covariance};
use super::shape::{Parity, Product, Radius, Regularity, Shape};
use super::{circular, text};

/// sin(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Sin {
    /// The factor a.
    pub scale: Rational,
}

impl Covariance for Sin {
    fn scale(&self) -> &Rational {
        &self.scale
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        circular::hyperbolic_jet(c.sinh(prec), c.cosh(prec), &v.neg().exp(prec), order, prec)
    }

    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        Some(circular::mean(k, 1, v, prec))
    }
}

impl Shape for Sin {
    fn text(&self) -> String {
        text::scaled("sin", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Odd
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
        Some(circular::jets(&self.scale, z, order, prec).0)
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        if let Some(ball) = circular::moment(product, true, &self.scale, q, prec) {
            return Ok(Some(ball));
        }
        covariance::expectation(self, product, q, prec, limits)
    }
}
