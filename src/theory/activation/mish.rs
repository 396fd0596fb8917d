//! mish(ax), mish(x) = x tanh(softplus(x)): meromorphic (Misra 2019, arXiv:1908.08681).
//!
//! With w = 1 + eˣ, $T = \tanh\ln w = (w^2-1)/(w^2+1)$ has simple poles where w = ±i, at
//! x = (ln 2)/2 ± 3πi/4 + 2πik. The strip of analyticity is |Im x| < 3π/4, so κ is C^∞ on [−1, 1] and not
//! analytic at ±1. By parts, E σ'² = m₀ + E[Z²T'(Z)²] with m₀ = E[Z²T²], at q = a = 1.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::quadrature::mish_moments;
use crate::number::{Ball, Bits, ComplexBall};

use super::shape::{Parity, Product, Regularity, Shape};
use super::{jet, text};

/// mish(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Mish {
    /// The factor a.
    pub scale: Rational,
}

/// The jet of T at the jet x: 1 − 2/(1 + w²) left of 0, and (1 + 2E)/(1 + 2E + 2E²), E = e^{−x}, right of it,
/// so that no exponential is large.
fn quotient(x: &[ComplexBall], prec: Bits) -> Option<jet::Jet> {
    let first = x.first()?;
    if *first.re().mid() <= 0 {
        let mut w = jet::exponential(x, prec);
        let one = w.first_mut()?;
        *one = one.add_i64(1, prec);
        let mut below = jet::product(&w, &w, prec);
        let one = below.first_mut()?;
        *one = one.add_i64(1, prec);
        let mut t: jet::Jet = jet::inverse(&below, prec)
            .iter()
            .map(|y| y.mul_2exp(1).neg())
            .collect();
        let one = t.first_mut()?;
        *one = one.add_i64(1, prec);
        return Some(t);
    }
    let minus: jet::Jet = x.iter().map(ComplexBall::neg).collect();
    let decay = jet::exponential(&minus, prec);
    let mut top: jet::Jet = decay.iter().map(|y| y.mul_2exp(1)).collect();
    let one = top.first_mut()?;
    *one = one.add_i64(1, prec);
    let square: jet::Jet = jet::product(&decay, &decay, prec)
        .iter()
        .map(|y| y.mul_2exp(1))
        .collect();
    let below = jet::sum(&top, &square, prec);
    Some(jet::product(&top, &jet::inverse(&below, prec), prec))
}

impl Shape for Mish {
    fn text(&self) -> String {
        text::scaled("mish", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Neither
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
        let x = jet::linear(&self.scale, z, order, prec);
        let t = quotient(&x, prec)?;
        Some(jet::product(&x, &t, prec))
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        let v = q.mul_rational(&Rational::from(&self.scale * &self.scale), prec);
        if !v.sub(&Ball::one(), prec).is_zero() {
            return Ok(None);
        }
        // Of unit variance: the pole-corrected trapezoidal rule.
        let work = prec.plus(16);
        let value = match product {
            [(0, 2)] => mish_moments(work, limits)?.square,
            [(1, 2)] => {
                let moments = mish_moments(work, limits)?;
                let scale = Rational::from(&self.scale * &self.scale);
                let sum = moments.square.add(&moments.slope, work);
                sum.mul_rational(&scale, work)
            }
            _ => return Ok(None),
        };
        Ok(Some(value.rounded(prec)))
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        let one = Ball::one();
        let at_one = u.sub(&one, prec).is_zero();
        if at_one && k == 0 {
            return Ok(Some(one));
        }
        if !at_one || k != 1 || self.scale != 1 {
            return Ok(None);
        }
        // κ'(1) = 1 + E[Z²T'²]/E[Z²T²]: one run for both.
        let work = prec.plus(16);
        let moments = mish_moments(work, limits)?;
        let ratio = moments.slope.div(&moments.square, work);
        Ok(Some(ratio.add_i64(1, prec)))
    }
}
