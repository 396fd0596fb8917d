//! exp(ax): an entire function.
//!
//! $E[e^X e^Y] = e^{v+c}$, v the variance and c the covariance, so $κ(u) = e^{a^2(u-1)}$. Every product of
//! derivatives is a power: $E[e^{nX}] = e^{n^2v/2}$.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, Covariance};
use super::shape::{Parity, Product, Radius, Regularity, Shape};
use super::{circular, jet, text};

/// exp(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Exponential {
    /// The factor a.
    pub scale: Rational,
}

impl Covariance for Exponential {
    fn scale(&self) -> &Rational {
        &self.scale
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        let value = c.add(v, prec).exp(prec);
        circular::hyperbolic_jet(value.clone(), value, &Ball::one(), order, prec)
    }

    fn mean(&self, _k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        Some(v.mul_2exp(-1).exp(prec))
    }
}

impl Shape for Exponential {
    fn text(&self) -> String {
        text::scaled("exp", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Neither
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
        Some(jet::exponential(
            &jet::linear(&self.scale, z, order, prec),
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
        limits.check_deadline()?;
        let degree: u64 = product.iter().map(|(_, p)| u64::from(*p)).sum();
        let order: u64 = product
            .iter()
            .map(|(k, p)| u64::from(*k) * u64::from(*p))
            .sum();
        let (Ok(n), Ok(order)) = (i64::try_from(degree), u32::try_from(order)) else {
            return Ok(None);
        };
        let Some(square) = n.checked_mul(n) else {
            return Ok(None);
        };
        let work = prec.plus(64);
        let v = q.mul_rational(&Rational::from(&self.scale * &self.scale), work);
        let value = v.mul_i64(square, work).mul_2exp(-1).exp(work);
        Ok(Some(value.mul_rational(
            &covariance::power(&self.scale, order),
            prec,
        )))
    }

    /// κ⁽ᵏ⁾(u) = a^{2k} e^{a²(u−1)}, exactly a^{2k} at the exact u = 1.
    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        limits.check_deadline()?;
        let work = prec.plus(16);
        let square = Rational::from(&self.scale * &self.scale);
        let exponent = u.sub(&Ball::one(), work).mul_rational(&square, work);
        let factor = covariance::power(&self.scale, 2 * k);
        Ok(Some(exponent.exp(work).mul_rational(&factor, prec)))
    }

    fn kernel_jet(
        &self,
        order: usize,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Vec<Ball>>> {
        limits.check_deadline()?;
        // κ' = a² κ.
        let work = covariance::guarded(prec, order);
        let square = Rational::from(&self.scale * &self.scale);
        let exponent = u.sub(&Ball::one(), work).mul_rational(&square, work);
        let mut jet = vec![exponent.exp(work)];
        for n in 1..order {
            let next = jet[n - 1].mul_rational(&square, work);
            jet.push(next.div_i64(n as i64, work));
        }
        jet.truncate(order);
        Ok(Some(jet))
    }
}
