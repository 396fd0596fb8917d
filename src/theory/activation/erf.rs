//! erf(ax): an odd entire function.
//!
//! With v the variance, c the covariance and $s = (1 + 2v)/2$:
//! $E[\operatorname{erf}X \operatorname{erf}Y] = (2/π) \arcsin(c/s)$ (Williams 1997), so
//! $κ(u) = \arcsin(2a^2u/(1 + 2a^2))/\arcsin(2a^2/(1 + 2a^2))$, analytic for |u| < 1 + 1/(2a²).
//! $E \operatorname{erf}(X + m) = \operatorname{erf}(m/\sqrt{1 + 2v})$ gives the means of the derivatives.

use rug::Rational;

use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, Covariance};
use super::shape::{Parity, Radius, Regularity, Shape};
use super::{jet, quadratic, text};

/// erf(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Erf {
    /// The factor a.
    pub scale: Rational,
}

impl Covariance for Erf {
    fn scale(&self) -> &Rational {
        &self.scale
    }

    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball> {
        let s = v.add_rational(&Rational::from((1, 2)), prec);
        // (2/π)(s² − c²)^{−1/2}, with s² − c² = (s − c)(s + c).
        let rest = s.sub(c, prec).mul(&s.add(c, prec), prec);
        let factor = Ball::from_i64(2).div(&Ball::pi(prec), prec);
        let rate: Vec<Ball> = quadratic::inverse_root(&rest, c, order.saturating_sub(1), prec)
            .iter()
            .map(|entry| entry.mul(&factor, prec))
            .collect();
        let start = c.div(&s, prec).asin(prec).mul(&factor, prec);
        let mut jet = quadratic::integral(start, &rate, prec);
        jet.truncate(order);
        jet
    }

    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball> {
        if k.is_multiple_of(2) {
            return Some(Ball::zero());
        }
        // erf^{(2j+1)}(0) = (2/√π) (−1)^j (2j)!/j!.
        let j = (k - 1) / 2;
        let size = covariance::factorial(2 * j) / covariance::factorial(j);
        let size = if j % 2 == 1 { -size } else { size };
        let root = v.mul_2exp(1).add_i64(1, prec).rsqrt(prec);
        let value = root.pow_u64(u64::from(k), prec).mul_integer(&size, prec);
        let two_over_root_pi = Ball::pi(prec).rsqrt(prec).mul_2exp(1);
        Some(value.mul(&two_over_root_pi, prec))
    }
}

impl Shape for Erf {
    fn text(&self) -> String {
        text::scaled("erf", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Odd
    }

    fn with_covariance(&self) -> Option<&dyn Covariance> {
        Some(self)
    }

    fn radius(&self) -> Option<Radius> {
        // The singularities ±(1 + 2a²)/(2a²).
        let double = Rational::from(self.scale.square_ref()) * 2u32;
        Some(Radius::At(Rational::from(1) + double.recip()))
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
        let a = Ball::from_rational(&self.scale, prec);
        let factor = Ball::pi(prec).rsqrt(prec).mul_2exp(1).mul(&a, prec);
        let square = jet::product(&x, &x, prec);
        let minus: Vec<ComplexBall> = square.iter().map(ComplexBall::neg).collect();
        let rate: Vec<ComplexBall> = jet::exponential(&minus, prec)
            .iter()
            .map(|entry| entry.mul_ball(&factor, prec))
            .collect();
        let mut jet = jet::integral(x.first()?.erf(prec), &rate, prec);
        jet.truncate(order);
        Some(jet)
    }
}
