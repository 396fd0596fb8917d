//! exp(−bx²): an even entire function, b > −1/4 and b ≠ 0 (for b ≤ −1/4 it is not square integrable).
//!
//! $E[e^{-bX^2-bY^2}] = ((1 + 2bv)^2 - 4b^2c^2)^{-1/2}$, v the variance and c the covariance, so
//! $κ(u) = \sqrt{(1 + 4b)/((1 + 2b)^2 - 4b^2u^2)}$ with the singularities ±(1 + 2b)/(2b).
//! $E e^{-b(X+m)^2} = (1 + 2bv)^{-1/2} e^{-bm^2/(1 + 2bv)}$ gives the means of the derivatives.

use rug::Rational;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, Covariance};
use super::shape::{Parity, Product, Radius, Regularity, Shape};
use super::{jet, quadratic, text};

/// exp(−bx²).
#[derive(Debug, Clone)]
pub struct Gaussian {
    rate: Rational,
    one: Rational,
}

impl Gaussian {
    /// The activation of a rate b.
    ///
    /// # Errors
    /// A domain error for b ≤ −1/4, where E exp(−2bZ²) is infinite.
    pub fn new(rate: Rational) -> Result<Gaussian> {
        if rate <= Rational::from((-1, 4)) {
            return Err(Error::domain(format!(
                "`{}` is not square integrable: E[f(Z)^2] is infinite",
                Gaussian::name(&rate)
            ))
            .with_hint("exp(-b*x^2) needs b > -1/4"));
        }
        Ok(Gaussian {
            rate,
            one: Rational::from(1),
        })
    }

    fn name(rate: &Rational) -> String {
        format!("exp({})", text::times(&Rational::from(-rate), "x^2"))
    }

    /// 1 + 2bv.
    fn spread(&self, v: &Ball, prec: Bits) -> Ball {
        v.mul_rational(&self.rate, prec)
            .mul_2exp(1)
            .add_i64(1, prec)
    }
}

impl Covariance for Gaussian {
    fn scale(&self) -> &Rational {
        &self.one
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        // ((1+2bv)² − x²)^{−1/2} at x = 2bc, and the chain rule.
        let s = self.spread(v, prec);
        let twice = Rational::from(&self.rate * 2u32);
        let x = c.mul_rational(&twice, prec);
        let rest = s.sub(&x, prec).mul(&s.add(&x, prec), prec);
        let mut jet = quadratic::inverse_root(&rest, &x, order, prec);
        let mut factor = Ball::one();
        for entry in &mut jet {
            *entry = entry.mul(&factor, prec);
            factor = factor.mul_rational(&twice, prec);
        }
        jet
    }

    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        if k % 2 == 1 {
            return Some(Ball::zero());
        }
        // (1+2bv)^{−1/2} (−b/(1+2bv))^j (2j)!/j!, k = 2j.
        let j = k / 2;
        let size = covariance::factorial(k) / covariance::factorial(j);
        let s = self.spread(v, prec);
        let ratio = Ball::from_rational(&Rational::from(-&self.rate), prec).div(&s, prec);
        let power = ratio.pow_u64(u64::from(j), prec).mul_integer(&size, prec);
        Some(power.mul(&s.rsqrt(prec), prec))
    }
}

impl Shape for Gaussian {
    fn text(&self) -> String {
        Gaussian::name(&self.rate)
    }

    fn parity(&self) -> Parity {
        Parity::Even
    }

    fn with_covariance(&self) -> Option<&dyn Covariance> {
        Some(self)
    }

    fn radius(&self) -> Option<Radius> {
        let double = Rational::from(self.rate.abs_ref()) * 2u32;
        let top = Rational::from(2 * &self.rate) + 1u32;
        Some(Radius::At(top / double))
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
        let x = jet::linear(&self.one, z, order, prec);
        let minus = Ball::from_rational(&Rational::from(-&self.rate), prec);
        let exponent: Vec<ComplexBall> = jet::product(&x, &x, prec)
            .iter()
            .map(|entry| entry.mul_ball(&minus, prec))
            .collect();
        Some(jet::exponential(&exponent, prec))
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        let two = Rational::from(2);
        let wide = prec.plus(16);
        // A power of σ alone is a Gaussian again; the rates may add up to one that diverges.
        if let [(0, p)] = product
            && *p >= 2
        {
            let total = Rational::from(&self.rate * *p) * two;
            let s = q.mul_rational(&total, wide).add_i64(1, wide);
            if s.is_positive() {
                return Ok(Some(s.rsqrt(prec)));
            }
            if s.is_negative() {
                return Err(Error::domain(format!(
                    "this moment of `{}` is infinite",
                    self.text()
                )));
            }
            return Ok(Some(Ball::indeterminate()));
        }
        if self.rate < 0 {
            let s = q.mul_rational(&Rational::from(&self.rate * 4u32), wide);
            if !s.add_i64(1, wide).is_positive() {
                return Ok(None);
            }
        }
        covariance::expectation(self, product, q, prec, limits)
    }
}
