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

use super::covariance::{self, Covariance};
use crate::theory::activation::general::growth::Growth;

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

/// How far a kernel is analytic beyond the unit disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Radius {
    /// In the whole plane.
    Entire,
    /// For |u| below this number above 1, and no further.
    At(Rational),
}

/// A positively homogeneous activation: σ(x) = `right` x^p for x > 0 and `left` |x|^p for x < 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Homogeneous {
    /// The degree p > −1/2.
    pub degree: Rational,
    /// The factor for x > 0.
    pub right: Rational,
    /// The factor for x < 0.
    pub left: Rational,
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

    /// Itself, if its covariance function is elementary: its moments, kernel and joint moments then come
    /// from that function unless said otherwise.
    fn with_covariance(&self) -> Option<&dyn Covariance> {
        None
    }

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

    /// A proved bound of the outer pieces on the half-strips of this height, where one is known: see
    /// [`Growth`]. Without it the text of the activation is read as a formula, which has one.
    fn growth(&self, height: f64) -> Option<Growth> {
        let _ = height;
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
        match self.with_covariance() {
            Some(f) => covariance::expectation(f, product, q, prec, limits),
            None => Ok(None),
        }
    }

    /// $κ^{(k)}(u)$ of the normalised kernel without bias in closed form, −1 ≤ u ≤ 1; exact at the
    /// exact ends where it can be.
    ///
    /// Unless said otherwise it comes from [`kernel_jet`](Self::kernel_jet), and at the exact ends from
    /// κ⁽ᵏ⁾(1) = E (σ⁽ᵏ⁾)²/E σ² and the parity.
    ///
    /// # Errors
    /// A domain error where it is infinite; the deadline.
    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        let one = Ball::one();
        let work = prec.plus(16);
        if u.sub(&one, work).is_zero() {
            if k == 0 {
                return Ok(Some(one));
            }
            let top = self.expectation(&[(k, 2)], &one, work, limits)?;
            let bottom = self.expectation(&[(0, 2)], &one, work, limits)?;
            if let (Some(top), Some(bottom)) = (top, bottom) {
                return Ok(Some(top.div(&bottom, prec)));
            }
        } else if u.add(&one, work).is_zero() && self.parity() != Parity::Neither {
            let value = self.kernel(k, &one, prec, limits)?;
            let negative = k.is_multiple_of(2) == (self.parity() == Parity::Odd);
            return Ok(value.map(|value| if negative { value.neg() } else { value }));
        }
        let jet = self.kernel_jet(k as usize + 1, u, work, limits)?;
        Ok(jet.and_then(|mut jet| {
            let factorial = rug::Integer::from(rug::Integer::factorial(k));
            Some(jet.pop()?.mul_integer(&factorial, prec.plus(4)))
        }))
    }

    /// The first `order` Taylor coefficients $κ^{(k)}(u)/k!$ of the normalised kernel at u in closed form.
    ///
    /// # Errors
    /// A domain error where one is infinite; the deadline.
    fn kernel_jet(
        &self,
        order: usize,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Vec<Ball>>> {
        limits.check_deadline()?;
        Ok(self
            .with_covariance()
            .map(|f| covariance::kernel_jet(f, order, u, prec)))
    }

    /// $E[σ^{(k)}(X) σ^{(k)}(Y)]$ in closed form for centred Gaussians X, Y of variance q and correlation
    /// c, −1 ≤ c ≤ 1, with distributional derivatives.
    ///
    /// # Errors
    /// A domain error where it is infinite; the deadline.
    fn joint(
        &self,
        k: u32,
        c: &Ball,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        limits.check_deadline()?;
        Ok(self
            .with_covariance()
            .and_then(|f| covariance::joint(f, k, c, q, prec)))
    }

    /// The first `count` Taylor coefficients $b_k$ of κ at 0 in closed form; those of
    /// [`kernel_jet`](Self::kernel_jet) unless said otherwise.
    ///
    /// # Errors
    /// The deadline.
    fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
        self.kernel_jet(count, &Ball::zero(), prec, limits)
    }

    /// The singular terms of κ at ±1; `None` for smooth and logarithmic kernels.
    ///
    /// # Errors
    /// The deadline.
    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        let _ = (prec, limits);
        Ok(None)
    }

    /// Whether σ(x) − σ(−x) is certainly a multiple of x: the kernel has then no odd powers but u.
    fn has_linear_odd_part(&self) -> bool {
        false
    }

    /// Whether σ(x) + σ(−x) is certainly constant: the kernel has then no even powers but the constant.
    fn has_constant_even_part(&self) -> bool {
        false
    }

    /// The radius of convergence of κ at 0, where it is known and above 1;
    /// [`kernel_jet`](Self::kernel_jet) is then right for all real u inside it.
    fn radius(&self) -> Option<Radius> {
        None
    }

    /// The degree and the factors of a positively homogeneous σ: its spectrum and the derivatives of
    /// its kernel at 1 are then known exactly.
    fn homogeneous(&self) -> Option<Homogeneous> {
        None
    }

    /// The factor c and the activation σ, if this is cσ: kernels do not see the factor.
    fn multiple(&self) -> Option<(&Rational, &dyn Shape)> {
        None
    }

    /// Its lane kernel for sampling, where there is one of its name.
    fn lanes(&self) -> Option<montecarlo::Activation> {
        montecarlo::Activation::parse(&self.text()).ok()
    }
}
