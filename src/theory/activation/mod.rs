//! Activations σ: what kernels, spectra and geometry ask of them.
//!
//! [`Shape`] is what one activation says of itself, a file an activation. [`Activation`] is a shape
//! with the general routes filled in: callers ask it for expectations, kernel values and Taylor
//! coefficients, and get a ball or the reason why not. All of it is for the network without biases
//! and for the normalised kernel $κ(u) = E[σ(X)σ(Y)]/E[σ(X)^2]$, X and Y standard Gaussians with
//! correlation u; a bias variance enters one floor above, in [`super::kernel`].

mod atan;
mod bell;
mod circular;
mod cos;
mod covariance;
mod elu;
mod elu_kernel;
mod erf;
mod exponential;
mod factor;
pub mod formula;
mod gaussian;
mod gcu;
mod gelu;
pub mod general;
mod hardtanh;
mod jet;
mod logistic;
mod mehler;
mod mish;
mod polynomial;
mod power;
mod quadratic;
mod read;
mod sech_moments;
pub mod shape;
mod silu;
mod sin;
mod softplus;
mod softsign;
mod tanh;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use crate::error::Result;
use crate::formula::expr::Expr;
use crate::limits::Limits;
use crate::montecarlo;
use crate::number::{Ball, Bits};

pub use shape::{Edge, Homogeneous, Parity, Product, Radius, Regularity, Shape};

/// An activation, ready to be asked.
#[derive(Debug, Clone)]
pub struct Activation {
    shape: Arc<dyn Shape>,
}

impl Activation {
    /// Reads an argument of kind activation: a name, a name with parameters, or a formula in `x`.
    ///
    /// # Errors
    /// A domain error that says why the formula is no activation.
    pub fn read(expr: &Expr, limits: &Limits) -> Result<Activation> {
        let shape: Arc<dyn Shape> = match read::known(expr, limits)? {
            Some(shape) => Arc::from(shape),
            None => Arc::new(formula::Formula::read(expr, limits)?),
        };
        Ok(Activation { shape })
    }

    /// Its canonical text.
    pub fn text(&self) -> String {
        self.shape.text()
    }

    /// Its parity.
    pub fn parity(&self) -> Parity {
        self.shape.parity()
    }

    /// The regularity of its kernel.
    pub fn regularity(&self) -> Regularity {
        self.shape.regularity()
    }

    /// What it says of itself.
    pub fn shape(&self) -> &dyn Shape {
        &*self.shape
    }

    /// The activation without a rational factor before it.
    fn bare(&self) -> &dyn Shape {
        match self.shape.multiple() {
            Some((_, shape)) => shape,
            None => &*self.shape,
        }
    }

    /// The expectation of a product for the bare activation, times the power of the factor.
    fn times_factor(
        &self,
        product: &Product,
        prec: Bits,
        of: impl Fn(&dyn Shape, Bits) -> Result<Ball>,
    ) -> Result<Ball> {
        let Some((factor, shape)) = self.shape.multiple() else {
            return of(&*self.shape, prec);
        };
        let degree = product.iter().map(|(_, p)| *p).sum();
        let factor = covariance::power(factor, degree);
        Ok(of(shape, prec.plus(8))?.mul_rational(&factor, prec))
    }

    /// Its lane kernel for sampling, where there is one.
    pub fn lanes(&self) -> Option<montecarlo::Activation> {
        self.shape.lanes()
    }

    /// $E\left[\prod_i σ^{(k_i)}(\sqrt q Z)^{p_i}\right]$ for pairs (kᵢ, pᵢ): (0, 2) is E σ², (1, 2) is
    /// E σ'², (0, 1) with (2, 1) is E[σ σ''].
    ///
    /// # Errors
    /// A domain error where it is infinite; undecided where quadrature does not settle it.
    pub fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        match self.shape.expectation(product, q, prec, limits)? {
            Some(ball) => Ok(ball),
            None => self.times_factor(product, prec, |shape, prec| {
                general::expectation(shape, product, q, prec, limits)
            }),
        }
    }

    /// κ'(1) = E[σ'(Z)²]/E[σ(Z)²], the spectral parameter χ; exactly 1 where it is.
    ///
    /// # Errors
    /// A domain error where it is infinite.
    pub fn gain(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        self.kernel_derivative(1, &Ball::one(), prec, limits)
    }

    /// κ(u) for −1 ≤ u ≤ 1; exactly 1 at the exact u = 1.
    ///
    /// # Errors
    /// Those of quadrature; undecided where the ball of u passes an end of the interval.
    pub fn kernel(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        self.kernel_derivative(0, u, prec, limits)
    }

    /// κ⁽ᵏ⁾(u) for −1 ≤ u ≤ 1; at u = 1 it is E[σ⁽ᵏ⁾(Z)²]/E[σ(Z)²].
    ///
    /// # Errors
    /// A domain error where it is infinite; those of quadrature.
    pub fn kernel_derivative(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        match self.shape.kernel(k, u, prec, limits)? {
            Some(ball) => Ok(ball),
            None => general::kernel(self.bare(), k, u, prec, limits),
        }
    }

    /// The Taylor coefficients $b_0, …, b_{count-1}$ of κ at 0; all are ≥ 0 and their sum is 1.
    ///
    /// # Errors
    /// Those of quadrature.
    pub fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Vec<Ball>> {
        match self.shape.taylor(count, prec, limits)? {
            Some(balls) => Ok(balls),
            None => general::taylor(self.bare(), count, prec, limits),
        }
    }

    /// The Taylor coefficients κ⁽ᵐ⁾(c)/m!, m < count, of κ at a centre −1 < c < 1, in closed form or
    /// from those at 0.
    ///
    /// # Errors
    /// Those of quadrature; undecided where the centre is too near ±1.
    pub fn kernel_taylor_at(
        &self,
        centre: &Ball,
        count: usize,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Vec<Ball>> {
        match self.shape.kernel_jet(count, centre, prec, limits)? {
            Some(balls) => Ok(balls),
            None => general::taylor_at(self.bare(), centre, count, prec, limits),
        }
    }

    /// $E\left[\prod_i σ^{(k_i)}(\sqrt q Z)^{p_i}\right]$ by adaptive quadrature between the knots, whatever
    /// closed form there is.
    ///
    /// # Errors
    /// As [`Activation::expectation`].
    pub fn quadrature(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        self.times_factor(product, prec, |shape, prec| {
            general::View::of(shape, limits)?.quadrature(product, q, prec, limits)
        })
    }

    /// The same by the trapezoid rule on a certified strip.
    ///
    /// # Errors
    /// As [`Activation::expectation`]; undecided for activations with knots.
    pub fn trapezoid(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        self.times_factor(product, prec, |shape, prec| {
            general::View::of(shape, limits)?.trapezoid(product, q, prec, limits)
        })
    }

    /// The singular terms of κ at ±1; `None` for smooth and logarithmic kernels.
    ///
    /// # Errors
    /// Those of quadrature.
    pub fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        self.shape.edge(prec, limits)
    }
}
