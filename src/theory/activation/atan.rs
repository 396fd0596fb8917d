//! arctan(ax): an odd function, analytic off the cuts ±i[1/a, ∞), so the kernel is C^∞ on [−1, 1] and its
//! singularities sit at ±1.
//!
//! σ' = 1/(1 + x²), and every derivative is a polynomial over a power of 1 + x². So with
//! $T_k(s) = E[(1 + sZ^2)^{-k}]$ all products of derivatives are closed:
//!
//! $$T_0 = 1,\quad T_1 = \sqrt{\tfrac{π}{2s}}\,e^{1/(2s)} \operatorname{erfc}\tfrac1{\sqrt{2s}},\quad 2k\,T_{k+1} = (2k - 1 - \tfrac1s) T_k + \tfrac1s T_{k-1}$$
//!
//! (by parts from $(z (1+sz^2)^{-k} φ)'$). At s = 1, E σ'² = T₂ = 1/2 exactly, so κ'(1) = 1/(2 E arctan² Z).

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance;
use super::polynomial::multiply;
use super::shape::{Parity, Product, Regularity, Shape};
use super::{jet, text};

/// arctan(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Atan {
    /// The factor a.
    pub scale: Rational,
}

/// T_0, …, T_last at s.
fn inverse_moments(last: usize, s: &Ball, prec: Bits) -> Vec<Ball> {
    // Each step divides by s at worst, and T_1 holds e^{1/(2s)} against an erfc.
    let size = s.mid().to_f64().clamp(1e-12, 1e12);
    let loss = last as f64 * (2.0 + (1.0 / size).log2().max(0.0));
    let work = prec.plus(loss as u32 + 64);
    let half = s.mul_2exp(1).recip(work);
    let root = half.sqrt(work);
    let first = half
        .exp(work)
        .mul(&root.erfc(work), work)
        .mul(&root, work)
        .mul(&Ball::pi(work).sqrt(work), work);
    let inverse = s.recip(work);
    let mut all = vec![Ball::one(), first];
    for k in 1..last {
        let m = 2 * k as i64;
        let weight = Ball::from_i64(m - 1).sub(&inverse, work);
        let sum = weight
            .mul(&all[k], work)
            .add(&inverse.mul(&all[k - 1], work), work);
        all.push(sum.div_i64(m, work));
    }
    all
}

/// The numerators of the derivatives: $σ^{(k)} = p_k/(1+x^2)^k$, $p_{k+1} = p_k'(1 + x^2) - 2kx\,p_k$.
fn numerator(k: u32) -> Vec<Rational> {
    let mut p = vec![Rational::from(1)];
    for j in 1..k {
        let slope: Vec<Rational> = p
            .iter()
            .enumerate()
            .skip(1)
            .map(|(n, a)| Rational::from(a * n as u32))
            .collect();
        let left = multiply(&slope, &[1, 0, 1].map(Rational::from));
        let right = multiply(&p, &[Rational::new(), Rational::from(-2 * i64::from(j))]);
        let length = left.len().max(right.len());
        p = (0..length)
            .map(|n| {
                let part = |f: &[Rational]| f.get(n).cloned().unwrap_or_default();
                part(&left) + part(&right)
            })
            .collect();
    }
    p
}

impl Atan {
    /// The expectation of a product of derivatives of orders ≥ 1.
    fn rational(&self, product: &Product, s: &Ball, prec: Bits) -> Ball {
        let mut top = vec![Rational::from(1)];
        let mut power = 0u32;
        for (k, p) in product {
            for _ in 0..*p {
                top = multiply(&top, &numerator(*k));
                power += k;
            }
        }
        // x^{2n} = Σ_j C(n, j) (−1)^{n−j} (1+x²)^j; odd powers have mean 0.
        let mut weights = vec![Rational::new(); power as usize + 1];
        for (n, a) in top.iter().step_by(2).enumerate() {
            for j in 0..=n {
                let binomial = rug::Integer::from(n).binomial(j as u32);
                let term = Rational::from(a * &binomial);
                // The degree 2n of the numerator is below 2·power.
                if let Some(weight) = weights.get_mut(power as usize - j) {
                    *weight += if (n - j) % 2 == 1 { -term } else { term };
                }
            }
        }
        let work = prec.plus(16 + 4 * power);
        let all = inverse_moments(power.max(1) as usize, s, work);
        weights.iter().zip(&all).fold(Ball::zero(), |sum, (w, t)| {
            sum.add(&t.mul_rational(w, work), work)
        })
    }
}

impl Shape for Atan {
    fn text(&self) -> String {
        text::scaled("atan", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Odd
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
        let mut below = jet::product(&x, &x, prec);
        let first = below.first_mut()?;
        *first = first.add_i64(1, prec);
        let a = Ball::from_rational(&self.scale, prec);
        let rate: Vec<ComplexBall> = jet::inverse(&below, prec)
            .iter()
            .map(|y| y.mul_ball(&a, prec))
            .collect();
        let mut jet = jet::integral(x.first()?.atan(prec), &rate, prec);
        jet.truncate(order);
        Some(jet)
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        limits.check_deadline()?;
        let order: u32 = product.iter().map(|(k, p)| k * p).sum();
        let even_factors: u32 = product
            .iter()
            .filter(|(k, _)| k % 2 == 0)
            .map(|p| p.1)
            .sum();
        if even_factors % 2 == 1 {
            return Ok(Some(Ball::zero()));
        }
        if product.iter().any(|(k, _)| *k == 0) || order > 256 {
            return Ok(None);
        }
        let work = prec.plus(32);
        let s = q.mul_rational(&Rational::from(&self.scale * &self.scale), work);
        let value = self.rational(product, &s, work);
        Ok(Some(value.mul_rational(
            &covariance::power(&self.scale, order),
            prec,
        )))
    }
}
