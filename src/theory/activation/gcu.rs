//! gcu(ax), gcu(x) = x cos x, the growing cosine unit: an odd entire function (Noel et al. 2021,
//! arXiv:2108.12943).
//!
//! With v the variance and c the covariance, two derivatives of the characteristic function give
//! $E[XY e^{i(sX+tY)}] = (c - (vs+ct)(vt+cs)) e^{-(s^2+t^2)v/2-cst}$, so
//!
//! $$E[X\cos X\,Y\cos Y] = \tfrac12\left[(c + (v-c)^2) e^{c-v} + (c - (v+c)^2) e^{-c-v}\right].$$
//!
//! At v = 1: $κ(u) = [(1-u+u^2) e^{u-1} - (1+u+u^2) e^{-1-u}]/(1 - 3e^{-2})$, κ'(1) = 2/(1 − 3e^{−2}).
//! $E(X + m)\cos(X + m) = e^{-v/2}(m \cos m - v \sin m)$ gives the means.

use rug::Rational;

use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::Covariance;
use super::shape::{Parity, Radius, Regularity, Shape};
use super::{circular, jet, quadratic, text};

/// gcu(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Gcu {
    /// The factor a.
    pub scale: Rational,
}

impl Covariance for Gcu {
    fn scale(&self) -> &Rational {
        &self.scale
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        let one = Ball::one();
        let (gap, sum) = (v.sub(c, prec), v.add(c, prec));
        let near = gap.neg().exp(prec);
        let near = circular::hyperbolic_jet(near.clone(), near, &one, order, prec);
        let far = sum.neg().exp(prec);
        let far = circular::hyperbolic_jet(far.clone(), far.neg(), &one, order, prec);
        // (c+ε) + (v−c−ε)² and (c+ε) − (v+c+ε)².
        let near_weight = [
            c.add(&gap.square(prec), prec),
            gap.mul_2exp(1).neg().add_i64(1, prec),
            one.clone(),
        ];
        let far_weight = [
            c.sub(&sum.square(prec), prec),
            sum.mul_2exp(1).neg().add_i64(1, prec),
            one.neg(),
        ];
        let near = quadratic::times(&near, &near_weight, prec);
        let far = quadratic::times(&far, &far_weight, prec);
        near.iter()
            .zip(&far)
            .map(|(x, y)| x.add(y, prec).mul_2exp(-1))
            .collect()
    }

    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        if k.is_multiple_of(2) {
            return Some(Ball::zero());
        }
        let value = Ball::from_i64(i64::from(k))
            .sub(v, prec)
            .mul(&v.mul_2exp(-1).neg().exp(prec), prec);
        Some(if k % 4 == 3 { value.neg() } else { value })
    }
}

impl Shape for Gcu {
    fn text(&self) -> String {
        text::scaled("gcu", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Odd
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
        let x = jet::linear(&self.scale, z, order, prec);
        let cos = circular::jets(&self.scale, z, order, prec).1;
        Some(jet::product(&x, &cos, prec))
    }
}
