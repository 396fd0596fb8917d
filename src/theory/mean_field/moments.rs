//! The Gaussian moments of an activation as functions of the variance q, and their derivatives.
//!
//! $m(q) = E\,σ(\sqrt q Z)^2$, $g(q) = E\,σ'(\sqrt q Z)^2$. Since
//! $\frac{d}{dq} E f(\sqrt q Z) = \tfrac12 E f''(\sqrt q Z)$ (the heat equation),
//!
//! $$m' = E[σ'^2 + σσ''], \qquad g' = E[σ''^2 + σ'σ'''].$$
//!
//! **Over an interval** a ≤ q ≤ b, from values at its ends alone: the densities of N(0, q) obey
//! $\sqrt{a/q}\,φ_a ≤ φ_q ≤ \sqrt{b/q}\,φ_b$ (the exponents increase with q), so for f ≥ 0
//!
//! $$\sqrt{a/b}\;E f(\sqrt a Z) ≤ E f(\sqrt q Z) ≤ \sqrt{b/a}\;E f(\sqrt b Z).$$

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Activation;

/// The moments of one activation.
pub struct Moments<'a> {
    /// The activation.
    pub f: &'a Activation,
    /// The caps to keep.
    pub limits: &'a Limits,
}

impl Moments<'_> {
    /// m(q) = E σ².
    ///
    /// # Errors
    /// Those of the expectation, as for all moments.
    pub fn square(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        self.f.expectation(&[(0, 2)], q, prec, self.limits)
    }

    /// g(q) = E σ'².
    ///
    /// # Errors
    /// As [`square`](Self::square).
    pub fn slope_square(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        self.f.expectation(&[(1, 2)], q, prec, self.limits)
    }

    /// m'(q) = E[σ'² + σσ''].
    ///
    /// # Errors
    /// As [`square`](Self::square).
    pub fn square_rate(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        let mixed = self
            .f
            .expectation(&[(0, 1), (2, 1)], q, prec, self.limits)?;
        Ok(self.slope_square(q, prec)?.add(&mixed, prec))
    }

    /// g'(q) = E[σ''² + σ'σ'''].
    ///
    /// # Errors
    /// As [`square`](Self::square).
    pub fn slope_square_rate(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        let second = self.f.expectation(&[(2, 2)], q, prec, self.limits)?;
        let mixed = self
            .f
            .expectation(&[(1, 1), (3, 1)], q, prec, self.limits)?;
        Ok(second.add(&mixed, prec))
    }
}
