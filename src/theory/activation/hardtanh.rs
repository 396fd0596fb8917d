//! hardtanh(c): x cut off at −c and c (c > 0; 1 by default), odd and piecewise linear.
//!
//! σ' is the indicator of (−c, c) and σ'' = δ_{−c} − δ_c. With C = c/√v, v the variance:
//!
//! * $E σ^2/v = \operatorname{erf}(C/\sqrt2) - 2Cφ(C) + 2C^2Φ(-C)$, $E σ'^2 = \operatorname{erf}(C/\sqrt2)$;
//! * by Price's theorem $m_0κ''$ is a sum of bivariate densities at the knots,
//!   $m_0κ''(u) = (e^{-c^2/(1+u)} - e^{-c^2/(1-u)})/(π\sqrt{1-u^2})$, $m_0κ'(0) = \operatorname{erf}(c/\sqrt2)^2$, κ(0) = 0;
//! * $E[σ He_k] = -2φ(c) He_{k-2}(c)$ for odd k ≥ 3, so $b_k = 4φ(c)^2He_{k-2}(c)^2/(k!\,m_0)$.
//!
//! With u = sin θ the integrals of κ'' lose their root:
//! $m_0κ(u) = \operatorname{erf}(c/\sqrt2)^2 u + \frac1π\int_0^{\arcsin u}(u - \sin θ)(e^{-c^2/(1+\sinθ)} - e^{-c^2/(1-\sinθ)})dθ$.
//! The first exponential is tame for u ≥ 0. The second has an essential singularity at θ = π/2, which
//! $t = \tan(π/4 + θ/2)$ sends to infinity: $1/(1-\sinθ) = (1+t^2)/2$ and $dθ = 2\,dt/(1+t^2)$ leave a Gaussian,
//! integrated from 1 to $\sqrt{(1+u)/(1-u)}$.
//!
//! CRI 3/2 with $c_{±1} = ±\frac{4}{3\sqrt2π} e^{-c^2/2}/m_0$: κ'' ~ e^{−c²/2}/(π m₀ √(2t)) at u = 1 − t.

use rug::Rational;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::quadrature::{Refusal, integrate};
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance;
use super::shape::{Edge, Parity, Product, Regularity, Shape};

/// min(max(x, −c), c).
#[derive(Debug, Clone)]
pub struct HardTanh {
    cut: Rational,
}

/// The parts at a variance: C, φ(C), erf(C/√2), and √v.
struct Parts {
    cut: Ball,
    density: Ball,
    inside: Ball,
    root: Ball,
}

impl HardTanh {
    /// The function cut off at ±c.
    ///
    /// # Errors
    /// A domain error for c ≤ 0.
    pub fn new(cut: Rational) -> Result<HardTanh> {
        if cut <= 0 {
            return Err(Error::domain(format!(
                "`hardtanh({cut})` cuts off at a level that is not positive"
            ))
            .with_hint("hardtanh(c) needs c > 0"));
        }
        Ok(HardTanh { cut })
    }

    fn parts(&self, v: &Ball, prec: Bits) -> Parts {
        let root = v.sqrt(prec);
        let cut = Ball::from_rational(&self.cut, prec).div(&root, prec);
        let half = Ball::from_i64(2).rsqrt(prec);
        Parts {
            density: cut.normal_density(prec),
            inside: cut.mul(&half, prec).erf(prec),
            cut,
            root,
        }
    }

    /// E σ² of unit variance.
    fn norm(&self, prec: Bits) -> Ball {
        self.power_moment(&self.parts(&Ball::one(), prec), 2, false, prec)
    }

    /// E of the n-th power of min(max(Z, −C), C), n even, or of its part inside.
    fn power_moment(&self, parts: &Parts, n: u32, inside: bool, prec: Bits) -> Ball {
        // I_n = E[Z^n; |Z| < C] = (n−1) I_{n−2} − 2 C^{n−1} φ(C).
        let mut moment = parts.inside.clone();
        for m in (2..=n).step_by(2) {
            let power = parts.cut.pow_u64(u64::from(m - 1), prec);
            let edge = power.mul(&parts.density, prec).mul_2exp(1);
            moment = moment.mul_i64(i64::from(m - 1), prec).sub(&edge, prec);
        }
        if !inside {
            let outside = parts.cut.neg().normal_cdf(prec).mul_2exp(1);
            let power = parts.cut.pow_u64(u64::from(n), prec);
            moment = moment.add(&power.mul(&outside, prec), prec);
        }
        moment
    }

    /// E[σ He_k]/√v, k = 0, …, count − 1: −2φ(C) He_{k−2}(C) for odd k ≥ 3.
    fn hermite_moments(&self, parts: &Parts, count: usize, prec: Bits) -> Vec<Ball> {
        let mut all = Vec::with_capacity(count);
        let (mut before, mut now) = (Ball::zero(), Ball::one());
        for k in 0..count {
            all.push(match k {
                1 => parts.inside.clone(),
                _ if k % 2 == 0 => Ball::zero(),
                _ => now.mul(&parts.density, prec).mul_2exp(1).neg(),
            });
            if k >= 2 {
                // He_{m+1} = C He_m − m He_{m−1}, m = k − 2.
                let next = parts
                    .cut
                    .mul(&now, prec)
                    .sub(&before.mul_i64(k as i64 - 2, prec), prec);
                before = std::mem::replace(&mut now, next);
            }
        }
        all
    }

    /// κ(u) or κ'(u), |u| < 1, by the two integrals of the head of this file.
    fn integrated(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        // κ is odd: the essential singularity that matters is the one at sin θ = 1.
        if *u.mid() < 0 {
            let value = self.integrated(k, &u.neg(), prec, limits)?;
            return Ok(if k == 0 { value.neg() } else { value });
        }
        let work = prec.plus(16);
        let square = Ball::from_rational(&Rational::from(&self.cut * &self.cut), work);
        let square = ComplexBall::real(square.neg());
        // u − sin θ for κ, 1 for κ'.
        let weight = |sin: &ComplexBall, prec: Bits| match k {
            0 => sin.neg().add_ball(u, prec),
            _ => ComplexBall::from_i64(1),
        };
        let near = |z: &ComplexBall, prec: Bits| {
            let sin = z.sin(prec);
            let value = square.div(&sin.add_i64(1, prec), prec).exp(prec);
            Ok(value.mul(&weight(&sin, prec), prec))
        };
        let far = |t: &ComplexBall, prec: Bits| {
            let whole = t.square(prec).add_i64(1, prec);
            // sin θ = 1 − 2/(1 + t²).
            let jacobian = ComplexBall::from_i64(2).div(&whole, prec);
            let sin = jacobian.neg().add_i64(1, prec);
            let value = square.mul(&whole, prec).mul_2exp(-1).exp(prec);
            let value = value.mul(&jacobian, prec);
            Ok(value.mul(&weight(&sin, prec), prec))
        };
        let one = Ball::one();
        let (zero, angle) = (Ball::zero(), u.asin(work));
        let end = one.add(u, work).div(&one.sub(u, work), work).sqrt(work);
        let near = integrate(near, &zero, &angle, work, limits).map_err(Refusal::into_error)?;
        let far = integrate(far, &one, &end, work, limits).map_err(Refusal::into_error)?;
        let integral = near.value.sub(&far.value, work).div(&Ball::pi(work), work);
        let slope = self.parts(&one, work).inside.square(work);
        let slope = if k == 0 { slope.mul(u, work) } else { slope };
        Ok(slope.add(&integral, work).div(&self.norm(work), prec))
    }

    /// κ^{(k)}(u) by Mehler's series: the second route.
    #[cfg(test)]
    pub(super) fn series(
        &self,
        k: u32,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        super::mehler::kernel(k, u, prec, limits, |count, prec| {
            Ok(self.taylor(count, prec, limits)?.unwrap_or_default())
        })
    }

    /// The Taylor coefficients of m₀κ'' at u.
    fn curvature_jet(&self, order: usize, u: &Ball, prec: Bits) -> Vec<Ball> {
        let one = Ball::one();
        let square = Ball::from_rational(&Rational::from(&self.cut * &self.cut), prec);
        let exponential = |side: i64| {
            // −c²/(s + tε) with s = 1 ± u, t = ±1: −(c²/s) Σ (−tε/s)^n; then y' = f' y.
            let s = u.mul_i64(side, prec).add(&one, prec);
            let step = Ball::from_i64(-side).div(&s, prec);
            let mut f = vec![square.div(&s, prec).neg()];
            for n in 1..order {
                f.push(f[n - 1].mul(&step, prec));
            }
            let mut y = vec![f[0].exp(prec)];
            for n in 1..order {
                let sum = (1..=n).fold(Ball::zero(), |sum, i| {
                    let weighted = f[i].mul_i64(i as i64, prec);
                    sum.add(&weighted.mul(&y[n - i], prec), prec)
                });
                y.push(sum.div_i64(n as i64, prec));
            }
            y
        };
        let difference: Vec<Ball> = exponential(1)
            .iter()
            .zip(&exponential(-1))
            .map(|(x, y)| x.sub(y, prec).div(&Ball::pi(prec), prec))
            .collect();
        let rest = one.sub(u, prec).mul(&one.add(u, prec), prec);
        let root = super::quadratic::inverse_root(&rest, u, order, prec);
        super::quadratic::times(&difference, &root, prec)
    }
}

impl Shape for HardTanh {
    fn text(&self) -> String {
        if self.cut == 1 {
            "hardtanh".into()
        } else {
            format!("hardtanh({})", self.cut)
        }
    }

    fn parity(&self) -> Parity {
        Parity::Odd
    }

    fn regularity(&self) -> Regularity {
        Regularity::Singular {
            beta: Rational::from((3, 2)),
        }
    }

    fn knots(&self) -> Vec<Rational> {
        vec![Rational::from(-&self.cut), self.cut.clone()]
    }

    fn jet(
        &self,
        piece: usize,
        z: &ComplexBall,
        order: usize,
        prec: Bits,
    ) -> Option<Vec<ComplexBall>> {
        let cut = ComplexBall::real(Ball::from_rational(&self.cut, prec));
        Some(match piece {
            0 => super::jet::constant(cut.neg(), order),
            1 => super::jet::linear(&Rational::from(1), z, order, prec),
            _ => super::jet::constant(cut, order),
        })
    }

    fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Ball>> {
        limits.check_deadline()?;
        let work = prec.plus(32);
        let parts = self.parts(q, work);
        if product.iter().all(|(k, _)| *k <= 1) {
            let n: u32 = product.iter().filter(|(k, _)| *k == 0).map(|p| p.1).sum();
            let inside = product.iter().any(|(k, p)| *k == 1 && *p > 0);
            if n % 2 == 1 {
                return Ok(Some(Ball::zero()));
            }
            let scale = parts.root.pow_u64(u64::from(n), work);
            let value = self.power_moment(&parts, n, inside, work);
            return Ok(Some(value.mul(&scale, prec)));
        }
        match product {
            [(k, 1)] => {
                let work = covariance::guarded(work, *k as usize);
                let moments = self.hermite_moments(&parts, *k as usize + 1, work);
                let scale = parts.root.pow_i64(1 - i64::from(*k), work);
                Ok(moments.last().map(|last| last.mul(&scale, prec)))
            }
            // −c at −c and −c at c, each with the density φ(C)/√q.
            [(0, 1), (2, 1)] => {
                let mass = parts.cut.mul(&parts.density, work).mul_2exp(1).neg();
                Ok(Some(mass.rounded(prec)))
            }
            _ => Err(
                Error::domain(format!("this expectation of `{}` is infinite", self.text()))
                    .with_hint("its second derivative is a point mass at each knot"),
            ),
        }
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        let work = prec.plus(32);
        let one = Ball::one();
        let at_one = u.sub(&one, work).is_zero();
        let at_minus_one = u.add(&one, work).is_zero();
        if at_one || at_minus_one {
            let value = match k {
                0 => one,
                1 => {
                    let parts = self.parts(&one, work);
                    parts.inside.div(&self.norm(work), prec)
                }
                _ => {
                    return Err(Error::domain(format!(
                        "the derivative of order {k} of the kernel of `{}` is infinite at 1",
                        self.text()
                    ))
                    .with_hint("its slope jumps, so E[f''(Z)^2] is infinite"));
                }
            };
            return Ok(Some(if at_minus_one && k == 0 {
                value.neg()
            } else {
                value
            }));
        }
        if k >= 2 {
            let order = k as usize - 1;
            let work = covariance::guarded(prec, order);
            let last = self.curvature_jet(order, u, work).pop();
            return Ok(last.map(|last| {
                last.mul_integer(&covariance::factorial(k - 2), work)
                    .div(&self.norm(work), prec)
            }));
        }
        self.integrated(k, u, prec, limits).map(Some)
    }

    fn taylor(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
        limits.check_deadline()?;
        // The recurrence of He_k at a real point loses about C√k/ln 2 bits in balls.
        let loss = 2.0 * self.cut.to_f64() * (count as f64).sqrt() + 64.0;
        let work = prec.plus(loss.min(1e9) as u32);
        let parts = self.parts(&Ball::one(), work);
        let norm = self.norm(work);
        let moments = self.hermite_moments(&parts, count, work);
        let mut weight = norm.recip(work);
        let mut all = Vec::with_capacity(count);
        for (k, moment) in moments.iter().enumerate() {
            if k > 0 {
                weight = weight.div_i64(k as i64, work);
            }
            all.push(moment.square(work).mul(&weight, prec));
        }
        Ok(Some(all))
    }

    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        limits.check_deadline()?;
        let work = prec.plus(16);
        // (4/(3√2π)) e^{−c²/2} = (4/3) φ(c)/√π.
        let density = self.parts(&Ball::one(), work).density;
        let root = Ball::pi(work).rsqrt(work);
        let plus = density
            .mul(&root, work)
            .mul_rational(&Rational::from((4, 3)), work)
            .div(&self.norm(work), prec);
        Ok(Some(Edge {
            beta: Rational::from((3, 2)),
            minus: plus.neg(),
            plus,
        }))
    }
}
