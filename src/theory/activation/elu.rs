//! elu(α): x for x > 0 and α(eˣ − 1) for x < 0 (Clevert, Unterthiner & Hochreiter 2016), and selu, a
//! multiple of elu(α) with α chosen for self-normalisation (Klambauer et al. 2017).
//!
//! The knot is 0. σ' jumps by 1 − α there and σ^{(j)} by −α for j ≥ 2. With X of the variance v,
//! $E[e^{bX}; X<0] = e^{b^2v/2}Φ(-b\sqrt v)$, so every product of derivatives that is a function has a closed
//! expectation. With A = √e Φ(−1), B = e²Φ(−2):
//! $κ'(1) = (\frac12 + α^2B)/(\frac12 + α^2(\frac12 + B - 2A))$.
//!
//! $E σ^{(k)}(X)$ is its regular part α E[eˣ; X<0] plus the point masses $J_jδ^{(k-1-j)}$ of the jumps, each
//! with $E δ^{(i)}(X) = v^{-(i+1)/2} φ(0) He_i(0)$; Mehler's series of κ follows.
//!
//! CRI 3/2 if α ≠ 1: $c_{±1} = \frac{\sqrt2}{3π}a^2(1-α)^2/m_0$. CRI 5/2 if α = 1: $c_{±1} = ∓\frac{2\sqrt2}{15π}a^4/m_0$.
//! For a jump J of σ^{(p)} at 0, σ is $J x_+^p/p!$ up to smoother terms, and these are the
//! coefficients of x_+^p (see [`power`](super::power)).

use rug::Rational;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance;
use super::mehler;
use super::shape::{Edge, Parity, Product, Regularity, Shape};
use super::{elu_kernel, jet, text};

/// The parameter α.
#[derive(Debug, Clone)]
enum Alpha {
    Rational(Rational),
    /// $\sqrt{2/π}/(1 - \sqrt e \operatorname{erfc}(1/\sqrt2))$, and the factor λ that makes E σ² = 1.
    Selu,
}

/// elu(α) or selu at ax.
#[derive(Debug, Clone)]
pub struct Elu {
    alpha: Alpha,
    scale: Rational,
}

impl Elu {
    /// elu(α).
    pub fn new(alpha: Rational) -> Elu {
        Elu {
            alpha: Alpha::Rational(alpha),
            scale: Rational::from(1),
        }
    }

    /// elu(1) at ax, a ≠ 0.
    pub fn scaled(scale: Rational) -> Elu {
        Elu {
            alpha: Alpha::Rational(Rational::from(1)),
            scale,
        }
    }

    /// selu at ax, a ≠ 0.
    pub fn selu(scale: Rational) -> Elu {
        Elu {
            alpha: Alpha::Selu,
            scale,
        }
    }

    fn alpha(&self, prec: Bits) -> Ball {
        match &self.alpha {
            Alpha::Rational(q) => Ball::from_rational(q, prec),
            Alpha::Selu => {
                // E elu = φ(0) + α(A − 1/2) = 0.
                let zero = Ball::zero().normal_density(prec);
                let gap = Rational::from((-1, 2));
                let below = lower_exponential(1, &Ball::one(), prec).add_rational(&gap, prec);
                zero.div(&below.neg(), prec)
            }
        }
    }

    /// The factor λ: 1 for elu, E[elu(α)(Z)²]^{−1/2} for selu.
    fn lambda(&self, prec: Bits) -> Option<Ball> {
        match self.alpha {
            Alpha::Rational(_) => None,
            Alpha::Selu => Some(self.regular(&[(0, 2)], &Ball::one(), prec).rsqrt(prec)),
        }
    }

    /// α = 1: σ' is continuous.
    fn is_smooth(&self) -> bool {
        matches!(&self.alpha, Alpha::Rational(q) if *q == 1)
    }

    /// The expectation of the part of the product that is a function, for elu at x of variance v.
    fn regular(&self, product: &Product, v: &Ball, prec: Bits) -> Ball {
        let plain: u32 = product.iter().filter(|(k, _)| *k == 0).map(|p| p.1).sum();
        let slopes: u32 = product.iter().filter(|(k, _)| *k > 0).map(|p| p.1).sum();
        let mut total = Ball::zero();
        if product.iter().all(|(k, p)| *k <= 1 || *p == 0) {
            // E X_+^n = v^{n/2} 2^{n/2−1} Γ((n+1)/2)/√π.
            let gamma = Ball::gamma_rational(&Rational::from((plain + 1, 2)), prec);
            let half = Rational::from((plain, 2));
            let power = v.mul_2exp(1).pow_rational(&half, prec);
            let root = Ball::pi(prec).rsqrt(prec);
            total = power.mul(&gamma, prec).mul(&root, prec).mul_2exp(-1);
        }
        // α^N e^{mX}(eˣ − 1)^n.
        let mut left = Ball::zero();
        for j in 0..=plain {
            let binomial = rug::Integer::from(plain).binomial(j);
            let sign = if (plain - j) % 2 == 1 {
                -binomial
            } else {
                binomial
            };
            let part = lower_exponential(slopes + j, v, prec);
            left = left.add(&part.mul_integer(&sign, prec), prec);
        }
        let alpha = self.alpha(prec).pow_u64(u64::from(plain + slopes), prec);
        total.add(&left.mul(&alpha, prec), prec)
    }

    /// E elu^{(k)}(X), k = 0, …, count − 1, with point masses.
    fn means(&self, count: usize, v: &Ball, prec: Bits) -> Vec<Ball> {
        let alpha = self.alpha(prec);
        let rest = Ball::one().sub(&alpha, prec);
        let below = alpha.mul(&lower_exponential(1, v, prec), prec);
        let inverse_root = v.rsqrt(prec);
        // masses[i] = v^{−(i+1)/2} φ(0) He_i(0): He_{i+2}(0) = −(i+1) He_i(0).
        let mut masses = vec![
            Ball::zero().normal_density(prec).mul(&inverse_root, prec),
            Ball::zero(),
        ];
        let inverse = v.recip(prec);
        for i in 0..count as i64 {
            let next = masses[i as usize]
                .mul(&inverse, prec)
                .mul_i64(-(i + 1), prec);
            masses.push(next);
        }
        // σ^{(k)} holds (1−α) δ^{(k−2)} and −α (δ^{(k−3)} + … + δ).
        let mut sum = Ball::zero();
        let mut means = Vec::with_capacity(count);
        for k in 0..count {
            means.push(match k {
                0 | 1 => self.regular(&[(k as u32, 1)], v, prec),
                _ => {
                    if k >= 3 {
                        sum = sum.add(&masses[k - 3], prec);
                    }
                    below
                        .sub(&alpha.mul(&sum, prec), prec)
                        .add(&rest.mul(&masses[k - 2], prec), prec)
                }
            });
        }
        means
    }

    /// κ^{(k)}(u) by Mehler's series: for derivatives of high order, and the second route in tests.
    pub(super) fn series(
        &self,
        k: u32,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        mehler::kernel(k, u, prec, limits, |count, prec| {
            Ok(self.taylor(count, prec, limits)?.unwrap_or_default())
        })
    }

    fn infinite(&self) -> Error {
        Error::domain(format!("this expectation of `{}` is infinite", self.text())).with_hint(
            if self.is_smooth() {
                "its second derivative jumps at 0, so the third has a point mass there"
            } else {
                "its slope jumps at 0, so the second derivative has a point mass there"
            },
        )
    }

    /// The variance of unit inputs: a².
    fn unit(&self, prec: Bits) -> Ball {
        Ball::from_rational(&Rational::from(&self.scale * &self.scale), prec)
    }
}

/// $E[e^{bX}; X < 0] = e^{b^2v/2}Φ(-b\sqrt v)$.
fn lower_exponential(b: u32, v: &Ball, prec: Bits) -> Ball {
    if b == 0 {
        return Ball::one().mul_2exp(-1);
    }
    let wide = prec.plus(16);
    let b = i64::from(b);
    let growth = v.mul_i64(b * b, wide).mul_2exp(-1).exp(wide);
    let argument = v.sqrt(wide).mul_i64(-b, wide);
    growth.mul(&argument.normal_cdf(wide), prec)
}

impl Shape for Elu {
    fn text(&self) -> String {
        match &self.alpha {
            Alpha::Selu => text::scaled("selu", &self.scale),
            // Other parameters have the scale 1: the language has no name for elu(α) at ax.
            Alpha::Rational(q) if *q == 1 => text::scaled("elu", &self.scale),
            Alpha::Rational(q) => format!("elu({q})"),
        }
    }

    fn parity(&self) -> Parity {
        Parity::Neither
    }

    fn regularity(&self) -> Regularity {
        let numerator = if self.is_smooth() { 5 } else { 3 };
        Regularity::Singular {
            beta: Rational::from((numerator, 2)),
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
        let x = jet::linear(&self.scale, z, order, prec);
        let right = (piece == 1) == (self.scale > 0);
        let mut jet = if right {
            x
        } else {
            let alpha = self.alpha(prec);
            let mut jet = jet::exponential(&x, prec);
            let first = jet.first_mut()?;
            *first = first.add_i64(-1, prec);
            jet.iter().map(|y| y.mul_ball(&alpha, prec)).collect()
        };
        if let Some(lambda) = self.lambda(prec) {
            jet = jet.iter().map(|y| y.mul_ball(&lambda, prec)).collect();
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
        let degree: u32 = product.iter().map(|(_, p)| *p).sum();
        let work = covariance::guarded(prec, 4 * degree as usize);
        let v = q.mul_rational(&Rational::from(&self.scale * &self.scale), work);
        let function = |k: u32| k <= if self.is_smooth() { 2 } else { 1 };
        let value = match product {
            [(k, 1)] => {
                let work = covariance::guarded(work, *k as usize);
                match self.means(*k as usize + 1, &v, work).pop() {
                    Some(value) => value,
                    None => return Ok(None),
                }
            }
            // σ(0) = 0, so a point mass of σ'' adds nothing.
            [(0, 1), (2, 1)] => self.regular(product, &v, work),
            // α = 1: σ''' = eˣ for x < 0 and −δ, and σ'(0) = 1.
            [(1, 1), (3, 1)] if self.is_smooth() => {
                let mass = Ball::zero().normal_density(work).mul(&v.rsqrt(work), work);
                self.regular(product, &v, work).sub(&mass, work)
            }
            _ if product.iter().all(|(k, _)| function(*k)) => self.regular(product, &v, work),
            _ => return Err(self.infinite()),
        };
        let order: u32 = product.iter().map(|(k, p)| k * p).sum();
        let mut value = value.mul_rational(&covariance::power(&self.scale, order), work);
        if let Some(lambda) = self.lambda(work) {
            value = value.mul(&lambda.pow_u64(u64::from(degree), work), work);
        }
        Ok(Some(value.rounded(prec)))
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        let work = prec.plus(32);
        if u.sub(&Ball::one(), work).is_zero() {
            if k == 0 {
                return Ok(Some(Ball::one()));
            }
            if k > 1 + u32::from(self.is_smooth()) {
                return Err(self.infinite());
            }
            let v = self.unit(work);
            let top = self.regular(&[(k, 2)], &v, work);
            let bottom = self.regular(&[(0, 2)], &v, work);
            let scale = covariance::power(&self.scale, 2 * k);
            return Ok(Some(top.div(&bottom, work).mul_rational(&scale, prec)));
        }
        // At −1 the third term of K'' is infinite where the slope jumps.
        let end = u.add(&Ball::one(), work).is_zero();
        if end && k > 1 + u32::from(self.is_smooth()) {
            return Err(self.infinite());
        }
        if k <= 2 {
            let v = self.unit(work);
            let scale = elu_kernel::size(&self.scale, work);
            let mut means = self.means(2, &v, work);
            let slope = means.pop().unwrap_or_else(Ball::zero).mul(&scale, work);
            let mean = means.pop().unwrap_or_else(Ball::zero);
            let parameters = elu_kernel::Parameters {
                scale,
                alpha: self.alpha(work),
                means: [mean, slope],
            };
            let top = elu_kernel::covariance(k, &parameters, u, work, limits)?;
            let bottom = self.regular(&[(0, 2)], &v, work);
            return Ok(Some(top.div(&bottom, prec.plus(4))));
        }
        self.series(k, u, prec, limits)
    }

    fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
        limits.check_deadline()?;
        // b_k = v^k (E σ^{(k)})²/(k! m₀), v = a². The sum of masses alternates; it loses what
        // e^{b²v/2} holds, a constant, and about √(vk) bits.
        let size = self.scale.to_f64().abs();
        let loss = 3.0 * size * (count as f64).sqrt() + 2.0 * size * size + 64.0;
        let work = prec.plus(loss.min(1e9) as u32);
        let v = self.unit(work);
        let mut weight = self.regular(&[(0, 2)], &v, work).recip(work);
        let mut all = Vec::with_capacity(count);
        for (k, mean) in self.means(count, &v, work).iter().enumerate() {
            if k > 0 {
                weight = weight.mul(&v, work).div_i64(k as i64, work);
            }
            all.push(mean.square(work).mul(&weight, prec));
        }
        Ok(Some(all))
    }

    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        limits.check_deadline()?;
        let work = prec.plus(16);
        let v = self.unit(work);
        let norm = self.regular(&[(0, 2)], &v, work);
        let root = Ball::from_i64(2).sqrt(work).div(&Ball::pi(work), work);
        let Regularity::Singular { beta } = self.regularity() else {
            return Ok(None);
        };
        let (plus, minus) = if self.is_smooth() {
            let size = root
                .mul(&v.square(work), work)
                .mul_2exp(1)
                .div_i64(15, work);
            let size = size.div(&norm, prec);
            (size.neg(), size)
        } else {
            let jump = Ball::one().sub(&self.alpha(work), work).square(work);
            let size = root.mul(&v, work).mul(&jump, work).div_i64(3, work);
            let size = size.div(&norm, prec);
            (size.clone(), size)
        };
        Ok(Some(Edge { beta, plus, minus }))
    }
}
