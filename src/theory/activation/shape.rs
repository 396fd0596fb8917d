//! [`Shape`]: what one activation says of itself. Each activation is one file that implements it.
//!
//! Everything beyond `text`, `parity`, `regularity` and the pieces is optional: a closed form where
//! there is one, `None` elsewhere. [`Activation`](super::Activation) asks the shape first and takes
//! the general route (certified quadrature) where the answer is `None`.

use std::fmt::Debug;

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::montecarlo;
use crate::number::{Ball, Bits, ComplexBall};

/// How σ(−x) relates to σ(x).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// σ(−x) = −σ(x): the kernel is odd.
    Odd,
    /// σ(−x) = σ(x): the kernel is even.
    Even,
    /// Neither, or not known.
    Neither,
}

/// How the kernel κ behaves at the ends of [−1, 1].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Regularity {
    /// κ is infinitely differentiable on [−1, 1].
    Smooth,
    /// κ(1 − t) = p(t) + c t^β + o(t^β) with a polynomial p, β no integer: the covariance regularity
    /// index is β (2 where it is larger, in the definition of the fractal geometry paper).
    Singular {
        /// The exponent β.
        beta: Rational,
    },
    /// The singular term is t^β ln t with an integer β: there is no index in the strict sense.
    Logarithmic {
        /// The exponent β.
        beta: Rational,
    },
}

/// The singular terms of κ at its ends: κ(1 − t) has `plus` t^β, κ(−1 + t) has `minus` t^β.
#[derive(Debug, Clone)]
pub struct Edge {
    /// The exponent β, no integer.
    pub beta: Rational,
    /// The coefficient at u = 1.
    pub plus: Ball,
    /// The coefficient at u = −1.
    pub minus: Ball,
}

/// A product of powers of derivatives, $\prod_i (σ^{(k_i)})^{p_i}$, given as pairs (kᵢ, pᵢ).
pub type Product = [(u32, u32)];

/// One activation σ.
pub trait Shape: Debug + Send + Sync {
    /// Its canonical text in the formula language: `tanh`, `leaky(1/5)`, `x*tanh(x)`.
    fn text(&self) -> String;

    /// Its parity.
    fn parity(&self) -> Parity;

    /// The regularity of its kernel.
    fn regularity(&self) -> Regularity;

    /// The points where σ or a derivative jumps or is not analytic, in increasing order; they cut the
    /// real line into pieces 0, 1, …, and σ is real analytic on each.
    fn knots(&self) -> Vec<Rational> {
        Vec::new()
    }

    /// The Taylor coefficients $σ^{(j)}(z)/j!$, j < `order`, of the analytic continuation of a piece,
    /// enclosed over the box `z`; a finite box certifies that the continuation is holomorphic on a
    /// neighbourhood of `z`. `None` where no continuation is implemented.
    fn jet(
        &self,
        piece: usize,
        z: &ComplexBall,
        order: usize,
        prec: Bits,
    ) -> Option<Vec<ComplexBall>> {
        let _ = (piece, z, order, prec);
        None
    }

    /// $E\left[\prod_i σ^{(k_i)}(\sqrt q Z)^{p_i}\right]$ in closed form or by a rule of its own, with
    /// distributional derivatives.
    ///
    /// # Errors
    /// A domain error where the expectation is infinite; the deadline.
    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        let _ = (product, q, prec, limits);
        Ok(None)
    }

    /// $κ^{(k)}(u)$ of the normalised kernel without bias in closed form, −1 ≤ u ≤ 1; exact at the
    /// exact ends where it can be.
    ///
    /// # Errors
    /// A domain error where it is infinite; the deadline.
    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        let _ = (k, u, prec, limits);
        Ok(None)
    }

    /// The first `count` Taylor coefficients $b_k$ of κ at 0 in closed form.
    ///
    /// # Errors
    /// The deadline.
    fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
        let _ = (count, prec, limits);
        Ok(None)
    }

    /// The singular terms of κ at ±1; `None` for smooth and logarithmic kernels.
    ///
    /// # Errors
    /// The deadline.
    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        let _ = (prec, limits);
        Ok(None)
    }

    /// Its lane kernel for sampling, where there is one.
    fn lanes(&self) -> Option<montecarlo::Activation> {
        None
    }
}
