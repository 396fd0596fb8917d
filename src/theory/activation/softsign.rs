//! softsign(ax), softsign(x) = x/(1 + |x|): odd, with the knot 0, where σ'' jumps by −4.
//!
//! For x > 0: σ = 1 − 1/(1+x), $σ^{(k)} = (-1)^{k-1} k!/(1+x)^{k+1}$; a pole at −1. Expectations of products
//! are sums of
//!
//! $$J_k = \int_0^\infty \frac{e^{-x^2/2}}{(1+sx)^k} dx,\qquad (k-1)\,s\,J_k = 1 - (J_{k-2} - J_{k-1})/s \quad (k ≥ 2),$$
//! $$J_0 = \sqrt{π/2},\qquad J_1 = \frac{e^{-w^2}}{s}\left[\tfrac{π}{2}\operatorname{erfi}(w) - \tfrac12 \operatorname{Ei}(w^2)\right],\quad w = \frac1{s\sqrt2},$$
//!
//! where s is the standard deviation (by parts; J_1 solves s-scaled Dawson's equation). With
//! c = √(2/π): m₀ = c(J₀ − 2J₁ + J₂), E σ'² = c J₄, E σ''² = 4c J₆.
//!
//! For Mehler's series $E[σ He_k] = c(N_k - L_k)$ for odd k, $N_k = \int_0^\infty He_k e^{-x^2/2} = He_{k-1}(0)$ and
//! $L_k = \int_0^\infty He_k e^{-x^2/2}/(1+sx)$: $L_{k+1} = (N_k - L_k)/s - kL_{k-1}$.
//!
//! CRI 5/2: $c_{±1} = ∓\frac{2\sqrt2}{15π}·16a^4/m_0$, from the jump of f'' (see [`elu`](super::elu)).

use rug::{Integer, Rational};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance;
use super::mehler;
use super::shape::{Edge, Parity, Product, Regularity, Shape};
use super::{jet, text};

/// softsign(ax), a ≠ 0.
#[derive(Debug, Clone)]
pub struct Softsign {
    /// The factor a.
    pub scale: Rational,
}

/// The least standard deviation for which J_1 is found: below, its two large terms take too many bits.
const LEAST: f64 = 1.0 / 128.0;

/// J_0, …, J_last for a standard deviation s ≥ 1/128; no information below.
fn integrals(last: usize, s: &Ball, prec: Bits) -> Vec<Ball> {
    let size = s.mid().to_f64();
    if size.is_nan() || size < LEAST {
        return vec![Ball::indeterminate(); last.max(1) + 1];
    }
    // J_1 loses what e^{w²} holds, and each step of the recurrence a factor 1/s².
    let loss = 1.5 / (size * size) + 2.0 * (last as f64) * (1.0 / size).log2().max(0.0);
    let work = prec.plus(loss.min(1e8) as u32 + 4 * last as u32 + 32);
    let w = s.mul(&Ball::from_i64(2).sqrt(work), work).recip(work);
    let square = w.square(work);
    let half_pi = Ball::pi(work).mul_2exp(-1);
    let bracket = half_pi
        .mul(&w.erfi(work), work)
        .sub(&square.ei(work).mul_2exp(-1), work);
    let first = square.neg().exp(work).mul(&bracket, work).div(s, work);
    let mut all = vec![half_pi.sqrt(work), first];
    for k in 2..=last {
        let gap = all[k - 2].sub(&all[k - 1], work).div(s, work);
        let top = Ball::one().sub(&gap, work);
        all.push(top.div(&s.mul_i64(k as i64 - 1, work), work));
    }
    all
}

impl Softsign {
    /// c Σ a_k J_k, c = √(2/π).
    fn combine(weights: &[Rational], s: &Ball, prec: Bits) -> Ball {
        let work = prec.plus(32);
        let all = integrals(weights.len().max(2) - 1, s, work);
        let sum = weights.iter().zip(&all).fold(Ball::zero(), |sum, (a, j)| {
            if *a == 0 {
                sum
            } else {
                sum.add(&j.mul_rational(a, work), work)
            }
        });
        let c = Ball::from_i64(2).div(&Ball::pi(work), work).sqrt(work);
        sum.mul(&c, prec)
    }

    /// The regular part of a product: on the right half-line a polynomial in y = 1/(1+x), as the
    /// coefficients of y^k; and whether it is an odd function.
    fn polynomial(product: &Product) -> (Vec<Rational>, bool) {
        let mut weights = vec![Rational::from(1)];
        let mut odd = false;
        for (k, p) in product {
            let factor = if *k == 0 {
                vec![Rational::from(1), Rational::from(-1)]
            } else {
                let mut factor = vec![Rational::new(); *k as usize + 1];
                let size = Integer::from(Integer::factorial(*k));
                factor.push(Rational::from(if k % 2 == 0 { -size } else { size }));
                factor
            };
            for _ in 0..*p {
                weights = super::polynomial::multiply(&weights, &factor);
                odd ^= k % 2 == 0;
            }
        }
        (weights, odd)
    }

    /// Whether the integrals are found at this standard deviation.
    fn is_found(s: &Ball) -> bool {
        s.mid().to_f64() >= LEAST
    }

    fn deviation(&self, q: &Ball, prec: Bits) -> Ball {
        let size = Rational::from(self.scale.abs_ref());
        q.sqrt(prec).mul_rational(&size, prec)
    }

    fn infinite(&self) -> Error {
        Error::domain(format!("this expectation of `{}` is infinite", self.text()))
            .with_hint("its second derivative jumps at 0, so the third has a point mass there")
    }

    fn square(&self, k: u32, prec: Bits) -> Ball {
        let s = self.deviation(&Ball::one(), prec.plus(64));
        Self::combine(&Self::polynomial(&[(k, 2)]).0, &s, prec)
    }
}

impl Shape for Softsign {
    fn text(&self) -> String {
        text::scaled("softsign", &self.scale)
    }

    fn parity(&self) -> Parity {
        Parity::Odd
    }

    fn regularity(&self) -> Regularity {
        Regularity::Singular {
            beta: Rational::from((5, 2)),
        }
    }

    fn knots(&self) -> Vec<Rational> {
        vec![Rational::new()]
    }

    fn jet(
        &self,
        piece: usize,
        z: &ComplexBall,
        order: usize,
        prec: Bits,
    ) -> Option<Vec<ComplexBall>> {
        // ±1 ∓ 1/(1 ± ax) with the sign of ax.
        let right = (piece == 1) == (self.scale > 0);
        let x = jet::linear(&self.scale, z, order, prec);
        let size: Vec<ComplexBall> = if right {
            x
        } else {
            x.iter().map(ComplexBall::neg).collect()
        };
        let mut below = size;
        let first = below.first_mut()?;
        *first = first.add_i64(1, prec);
        let mut jet: Vec<ComplexBall> = jet::inverse(&below, prec)
            .iter()
            .map(ComplexBall::neg)
            .collect();
        let first = jet.first_mut()?;
        *first = first.add_i64(1, prec);
        if !right {
            jet = jet.iter().map(ComplexBall::neg).collect();
        }
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
        let work = prec.plus(64);
        let s = self.deviation(q, work);
        if !Self::is_found(&s) {
            return Ok(None);
        }
        let (weights, odd) = Self::polynomial(product);
        let mass = || {
            let density = Ball::zero().normal_density(work);
            density.div(&s, work).mul_i64(-4, work)
        };
        let value = match product {
            _ if odd => Ball::zero(),
            _ if product.iter().all(|(k, _)| *k <= 2) => Self::combine(&weights, &s, work),
            // σ''' has the point mass −4, and σ'(0) = 1.
            [(3, 1)] | [(1, 1), (3, 1)] => Self::combine(&weights, &s, work).add(&mass(), work),
            [(_, 1)] => return Ok(None),
            _ => return Err(self.infinite()),
        };
        let order: u32 = product.iter().map(|(k, p)| k * p).sum();
        let scaled = value.mul_rational(&covariance::power(&self.scale, order), prec);
        Ok(Some(scaled))
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        limits.check_deadline()?;
        let work = prec.plus(16);
        let ends = [(1, Ball::one()), (-1, Ball::one().neg())];
        for (sign, end) in ends {
            if !u.sub(&end, work).is_zero() {
                continue;
            }
            if k > 2 {
                return Err(self.infinite());
            }
            if k > 0 && !Self::is_found(&self.deviation(&end.abs(), work)) {
                return Ok(None);
            }
            // κ is odd.
            let sign = if sign < 0 && k.is_multiple_of(2) {
                -1
            } else {
                1
            };
            if k == 0 {
                return Ok(Some(Ball::from_i64(sign)));
            }
            let ratio = self.square(k, work).div(&self.square(0, work), work);
            let scale = covariance::power(&self.scale, 2 * k);
            return Ok(Some(ratio.mul_rational(&scale, prec).mul_i64(sign, prec)));
        }
        if !Self::is_found(&self.deviation(&Ball::one(), work)) {
            return Ok(None);
        }
        mehler::kernel(k, u, prec, limits, |count, prec| {
            Ok(self.taylor(count, prec, limits)?.unwrap_or_default())
        })
    }

    fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
        // b_k = c²(N_k − L_k)²/(k! m₀); the recurrence loses about √k/(s ln 2) bits in balls.
        let size = Rational::from(self.scale.abs_ref()).to_f64();
        let loss = 4.0 * (count as f64).sqrt() / size + 1.5 / (size * size) + 96.0;
        if size < LEAST {
            return Ok(None);
        }
        let work = prec.plus(loss as u32);
        let s = self.deviation(&Ball::one(), work);
        let start = integrals(1, &s, work);
        // N_k: √(π/2), 1, 0, −1, …: N_{k+1} = −(k−1) N_{k−1} for k ≥ 1.
        let mut plain = vec![start[0].clone(), Ball::one()];
        let mut poled = vec![start[1].clone()];
        let c2 = Ball::from_i64(2).div(&Ball::pi(work), work);
        let mut weight = c2.div(&self.square(0, work), work);
        let mut all = Vec::with_capacity(count);
        for k in 0..count {
            if k % 256 == 0 {
                limits.check_deadline()?;
            }
            if k > 0 {
                weight = weight.div_i64(k as i64, work);
            }
            all.push(if k % 2 == 0 {
                Ball::zero()
            } else {
                let moment = plain[k].sub(&poled[k], work);
                moment.square(work).mul(&weight, prec)
            });
            let mut next = plain[k].sub(&poled[k], work).div(&s, work);
            if k > 0 {
                next = next.sub(&poled[k - 1].mul_i64(k as i64, work), work);
                plain.push(plain[k - 1].mul_i64(-(k as i64 - 1), work));
            }
            poled.push(next);
        }
        Ok(Some(all))
    }

    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        limits.check_deadline()?;
        let work = prec.plus(16);
        if !Self::is_found(&self.deviation(&Ball::one(), work)) {
            return Err(Error::undecided(format!(
                "the singular term of `{}` is not found for so small a scale",
                self.text()
            )));
        }
        let root = Ball::from_i64(2).sqrt(work).div(&Ball::pi(work), work);
        let factor = covariance::power(&self.scale, 4) * Rational::from((32, 15));
        let size = root
            .mul_rational(&factor, work)
            .div(&self.square(0, work), prec);
        Ok(Some(Edge {
            beta: Rational::from((5, 2)),
            plus: size.neg(),
            minus: size,
        }))
    }
}
