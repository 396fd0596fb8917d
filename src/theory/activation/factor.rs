//! [`Scaled`]: a rational multiple of an activation. The normalised kernel does not see the factor,
//! moments do, so mean-field recursions do.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance;
use super::shape::{Edge, Homogeneous, Parity, Product, Radius, Regularity, Shape};
use super::text;

/// c σ(x), c ≠ 0.
#[derive(Debug)]
pub struct Scaled {
    /// The factor c.
    pub factor: Rational,
    /// The activation σ.
    pub shape: Box<dyn Shape>,
}

impl Shape for Scaled {
    fn text(&self) -> String {
        let inner = self.shape.text();
        let inner = if inner.contains([' ', '/', '*', '-']) && !inner.ends_with(')') {
            format!("({inner})")
        } else {
            inner
        };
        text::times(&self.factor, &inner)
    }

    fn parity(&self) -> Parity {
        self.shape.parity()
    }

    fn regularity(&self) -> Regularity {
        self.shape.regularity()
    }

    fn knots(&self) -> Vec<Rational> {
        self.shape.knots()
    }

    fn jet(
        &self,
        piece: usize,
        z: &ComplexBall,
        order: usize,
        prec: Bits,
    ) -> Option<Vec<ComplexBall>> {
        let factor = Ball::from_rational(&self.factor, prec);
        let jet = self.shape.jet(piece, z, order, prec)?;
        Some(jet.iter().map(|y| y.mul_ball(&factor, prec)).collect())
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        let degree = product.iter().map(|(_, p)| *p).sum();
        let factor = covariance::power(&self.factor, degree);
        let value = self.shape.expectation(product, q, prec.plus(8), limits)?;
        Ok(value.map(|value| value.mul_rational(&factor, prec)))
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        self.shape.kernel(k, u, prec, limits)
    }

    fn kernel_jet(
        &self,
        order: usize,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Vec<Ball>>> {
        self.shape.kernel_jet(order, u, prec, limits)
    }

    fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
        self.shape.taylor(count, prec, limits)
    }

    fn multiple(&self) -> Option<(&Rational, &dyn Shape)> {
        Some((&self.factor, &*self.shape))
    }

    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        self.shape.edge(prec, limits)
    }

    fn has_linear_odd_part(&self) -> bool {
        self.shape.has_linear_odd_part()
    }

    fn has_constant_even_part(&self) -> bool {
        self.shape.has_constant_even_part()
    }

    fn radius(&self) -> Option<Radius> {
        self.shape.radius()
    }

    /// The factor scales both sides alike, which no spectrum sees.
    fn homogeneous(&self) -> Option<Homogeneous> {
        self.shape.homogeneous()
    }
}
