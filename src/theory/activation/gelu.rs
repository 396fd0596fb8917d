//! gelu(ax), gelu(x) = x Φ(x), Φ the normal distribution function: an entire function (Hendrycks &
//! Gimpel 2016, arXiv:1606.08415).
//!
//! With v the variance, c the covariance, P = 1/4 + arcsin(c/(1+v))/(2π) = E Φ(X)Φ(Y) and
//! D = ((1+v)² − c²)^{−1/2}/(2π) = E φ(X)φ(Y) = P', Gaussian integration by parts in X, then in Y, gives
//!
//! $$E[XYΦ(X)Φ(Y)] = c P + D\left(v^2 + c^2 \frac{1-v}{1+v}\right).$$
//!
//! At v = 1: $m_0 κ(u) = u/4 + u \arcsin(u/2)/(2π) + 1/(2π\sqrt{4-u^2})$, $m_0 = 1/3 + 1/(2\sqrt3π)$, analytic for
//! |u| < 2. With w = 1/√(1+v): $E(X + m)Φ(X + m) = mΦ(mw) + vwφ(mw)$ gives the means.

use rug::Rational;

use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, Covariance};
use super::shape::{Parity, Radius, Regularity, Shape};
use super::{jet, quadratic, text};

/// gelu(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Gelu {
    /// The factor a.
    pub scale: Rational,
}

impl Covariance for Gelu {
    fn scale(&self) -> &Rational {
        &self.scale
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        let s = v.add_i64(1, prec);
        let rest = s.sub(c, prec).mul(&s.add(c, prec), prec);
        let tau = Ball::pi(prec).mul_2exp(1);
        let density: Vec<Ball> = quadratic::inverse_root(&rest, c, order, prec)
            .iter()
            .map(|entry| entry.div(&tau, prec))
            .collect();
        let quarter = Rational::from((1, 4));
        let start = c
            .div(&s, prec)
            .asin(prec)
            .div(&tau, prec)
            .add_rational(&quarter, prec);
        let probability = quadratic::integral(start, &density, prec);
        let ratio = Ball::one().sub(v, prec).div(&s, prec);
        // v² + (c + ε)² ratio.
        let weight = [
            v.square(prec).add(&c.square(prec).mul(&ratio, prec), prec),
            c.mul(&ratio, prec).mul_2exp(1),
            ratio,
        ];
        let left = quadratic::times(&probability[..order], &[c.clone(), Ball::one()], prec);
        let right = quadratic::times(&density, &weight, prec);
        left.iter()
            .zip(&right)
            .map(|(x, y)| x.add(y, prec))
            .collect()
    }

    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        let w = v.add_i64(1, prec).rsqrt(prec);
        let density = Ball::pi(prec).mul_2exp(1).rsqrt(prec);
        if k == 1 {
            return Some(Ball::one().mul_2exp(-1));
        }
        if k % 2 == 1 {
            return Some(Ball::zero());
        }
        // φ(mw) = φ(0) Σ_i (−w²/2)^i m^{2i}/i!, and mΦ(mw) has the coefficient of m^{2j} that
        // w φ(mw) has at m^{2j−2}, over 2j − 1. The sum of both, times (2j)!, k = 2j.
        let j = i64::from(k / 2);
        let half = w.square(prec).mul_2exp(-1).neg();
        let coefficient = |i: i64| {
            let i = u32::try_from(i).unwrap_or(0);
            half.pow_u64(u64::from(i), prec)
                .div(&Ball::from_integer(&covariance::factorial(i), prec), prec)
        };
        let mut sum = v.mul(&coefficient(j), prec);
        if j > 0 {
            sum = sum.add(&coefficient(j - 1).div_i64(2 * j - 1, prec), prec);
        }
        let value = sum.mul(&w, prec).mul(&density, prec);
        Some(value.mul_integer(&covariance::factorial(k), prec))
    }
}

impl Shape for Gelu {
    fn text(&self) -> String {
        text::scaled("gelu", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Neither
    }

    fn with_covariance(&self) -> Option<&dyn Covariance> {
        Some(self)
    }

    fn radius(&self) -> Option<Radius> {
        // The singularities ±(1 + v)/v, v = a².
        let square = Rational::from(self.scale.square_ref());
        Some(Radius::At(Rational::from(1) + square.recip()))
    }

    /// x Φ(x) − (−x) Φ(−x) = x.
    fn has_linear_odd_part(&self) -> bool {
        true
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
        // x Φ(x) with Φ = (1 + erf(x/√2))/2 and Φ' = φ.
        let x = jet::linear(&self.scale, z, order, prec);
        let exponent: Vec<ComplexBall> = jet::product(&x, &x, prec)
            .iter()
            .map(|entry| entry.mul_2exp(-1).neg())
            .collect();
        let density = Ball::pi(prec).mul_2exp(1).rsqrt(prec);
        let density = density.mul_rational(&self.scale, prec);
        let rate: Vec<ComplexBall> = jet::exponential(&exponent, prec)
            .iter()
            .map(|entry| entry.mul_ball(&density, prec))
            .collect();
        let root = Ball::from_i64(2).rsqrt(prec);
        let start = x.first()?.mul_ball(&root, prec).erf(prec);
        let start = start.add_i64(1, prec).mul_2exp(-1);
        Some(jet::product(&x, &jet::integral(start, &rate, prec), prec))
    }
}
