//! Gaussian expectations by adaptive quadrature between the knots, with distributional derivatives.
//!
//! Let j be the order of the first derivative that jumps. σ^{(k)} is a function for k ≤ j; for k > j it is
//! the sum of the derivatives of the pieces and of $\sum_i \sum_{m=j}^{k-1} J_{i,m}\,δ^{(k-1-m)}(x − a_i)$,
//! J_{i,m} the jump of σ^{(m)} at the knot a_i. With φ_q the density of N(0, q),
//!
//! $$E\,δ^{(n)}(\sqrt q Z − a) = (−1)^n φ_q^{(n)}(a) = q^{−(n+1)/2} He_n(a/\sqrt q)\,φ(a/\sqrt q).$$
//!
//! A square of δ is infinite. δ times functions that are continuous at its knot takes their values there;
//! other products of distributions have no meaning and are refused.

use rug::Rational;

use super::View;
use super::derivative;
use super::integrand::Integrand;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::quadrature::{Integrator, Refusal};
use crate::number::{Ball, Bits, ComplexBall};
use crate::theory::activation::shape::{Parity, Product};

impl View<'_> {
    /// See [`quadrature`](self).
    ///
    /// # Errors
    /// A domain error where the expectation is infinite or has no meaning; a refusal of the quadrature.
    pub fn quadrature(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        let integrand = Integrand::new(self, product, q, prec)?;
        let singular = self.singular_part(&integrand, prec, limits)?;
        let regular = self.quadrature_of(&integrand, prec, limits)?;
        Ok(regular.add(&singular, prec.plus(8)))
    }

    /// The expectation of the functions alone.
    pub(super) fn quadrature_of(
        &self,
        integrand: &Integrand<'_>,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        let parity = integrand.parity();
        if parity == Parity::Odd {
            return Ok(Ball::zero());
        }
        let growth = integrand.growth()?;
        if growth.curve >= 0.5 {
            return Err(Error::domain(format!(
                "this expectation of `{}` is not known to be finite: the product outgrows the Gaussian \
                 density",
                self.text()
            )));
        }
        let tail = |x: &rug::Float| growth.tail(x.to_f64_round(rug::float::Round::Down));
        let work = prec.plus(16);
        let mut cuts: Vec<Rational> = self.knots().to_vec();
        if integrand.mirrored {
            cuts.extend(self.knots().iter().map(|knot| Rational::from(-knot)));
        }
        if parity == Parity::Even {
            cuts.push(Rational::new());
        }
        cuts.sort();
        cuts.dedup();
        let first = if parity == Parity::Even {
            cuts.iter().position(|cut| *cut == 0).unwrap_or(0) + 1
        } else {
            0
        };
        let integrator = Integrator::new(work, limits);
        let mut total = Ball::zero();
        for i in first..=cuts.len() {
            limits.check_deadline()?;
            let (from, to) = (i.checked_sub(1).and_then(|k| cuts.get(k)), cuts.get(i));
            let inside = inside(from, to);
            let piece = self.piece_of(&inside);
            let opposite = self.piece_of(&Rational::from(-&inside));
            let f = |z: &ComplexBall, prec: Bits| Ok(integrand.value(piece, opposite, z, prec));
            let wide = work.plus(64);
            let end = |cut: Option<&Rational>| {
                cut.map(|cut| Ball::from_rational(cut, wide).div(&integrand.root, wide))
            };
            let (from, to) = (end(from), end(to));
            let part = integrator
                .gaussian(f, from.as_ref(), to.as_ref(), tail)
                .map_err(Refusal::into_error)?
                .value;
            total = total.add(&part, work);
        }
        Ok(if parity == Parity::Even {
            total.mul_2exp(1)
        } else {
            total
        }
        .rounded(prec.plus(8)))
    }

    /// The piece of a point that is no knot.
    fn piece_of(&self, x: &Rational) -> usize {
        self.knots().iter().filter(|knot| *knot < x).count()
    }

    /// What the δ's contribute.
    fn singular_part(
        &self,
        integrand: &Integrand<'_>,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        let Some(order) = self.jump_order()? else {
            return Ok(Ball::zero());
        };
        let (singular, functions): (Vec<_>, Vec<_>) =
            integrand.product.iter().partition(|(k, _)| *k > order);
        let [(k, p)] = singular.as_slice() else {
            if singular.is_empty() {
                return Ok(Ball::zero());
            }
            return Err(self.no_meaning());
        };
        if *p > 1 {
            return Err(Error::domain(format!(
                "the square of the derivative of order {k} of `{}` has an infinite expectation",
                self.text()
            ))
            .with_hint(if order == 0 {
                "the activation jumps, so kappa'(1) is infinite and the limit field is fractal"
            } else {
                "a derivative of the activation jumps: the next one is a point mass"
            }));
        }
        let wide = prec.plus(32);
        let alone = functions.is_empty();
        let continuous = functions.iter().all(|(other, _)| *other < order);
        if !alone && (*k > order + 1 || !continuous) {
            return Err(self.no_meaning());
        }
        let mut total = Ball::zero();
        for (i, knot) in self.knots().iter().enumerate() {
            limits.check_deadline()?;
            let a = Ball::from_rational(knot, wide).div(&integrand.root, wide);
            let density = a.normal_density(wide).div(&integrand.root, wide);
            for m in order..*k {
                let n = u64::from(k - 1 - m);
                let jump = self.jump(i, m, wide);
                let scale = integrand.root.pow_u64(n, wide);
                let mut term = jump
                    .mul(&density, wide)
                    .mul(&hermite(n, &a, wide), wide)
                    .div(&scale, wide);
                for (other, power) in &functions {
                    let z = ComplexBall::real(Ball::from_rational(knot, wide));
                    let jet = self.jet(i, &z, *other as usize + 1, wide);
                    let value = derivative(&jet, *other, wide);
                    term = term.mul(&value.re().pow_u64(u64::from(*power), wide), wide);
                }
                total = total.add(&term, wide);
            }
        }
        Ok(total)
    }

    fn no_meaning(&self) -> Error {
        Error::domain(format!(
            "a product of derivatives of `{}` that are point masses has no expectation",
            self.text()
        ))
    }
}

/// He_n(x).
fn hermite(n: u64, x: &Ball, prec: Bits) -> Ball {
    let (mut last, mut value) = (Ball::zero(), Ball::one());
    for k in 0..n {
        let next = x.mul(&value, prec).sub(&last.mul_i64(k as i64, prec), prec);
        last = std::mem::replace(&mut value, next);
    }
    value
}

/// A rational inside an open interval.
fn inside(from: Option<&Rational>, to: Option<&Rational>) -> Rational {
    match (from, to) {
        (Some(a), Some(b)) => Rational::from(a + b) / Rational::from(2),
        (Some(a), None) => Rational::from(a + 1),
        (None, Some(b)) => Rational::from(b - 1),
        (None, None) => Rational::new(),
    }
}
