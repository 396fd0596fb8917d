//! Powers on two half-lines: $σ(x) = α x_+^p + β (-x)_+^p$ with a real (rational) p > −1/2.
//!
//! | activation | p | α, β |
//! |---|---|---|
//! | heaviside | 0 | 1, 0 |
//! | sign | 0 | 1, −1 |
//! | relu | 1 | 1, 0 |
//! | abs | 1 | 1, 1 |
//! | leaky(a) | 1 | 1, −a |
//! | repu(p) | p | 1, 0 |
//! | abs(x)^p, sign(x)*abs(x)^p | p | 1, ±1 |
//!
//! With A = (α+β)/2 and B = (α−β)/2, σ = A|x|^p + B sgn(x)|x|^p. The one singular point is the knot
//! 0, so κ has singularities at u = ±1 only. Of unit variance (Cho & Saul 2009 for integer p):
//!
//! * $E_p(u) = E|XY|^p = \frac{2^p}{π} Γ(\frac{p+1}2)^2\, {}_2F_1(-\frac p2, -\frac p2; \frac12; u^2)$,
//! * $O_p(u) = E\,\mathrm{sgn}(XY)|XY|^p = \frac{2^{p+1}}{π} Γ(\frac p2+1)^2\, u\, {}_2F_1(\frac{1-p}2, \frac{1-p}2; \frac32; u^2)$,
//! * $E_p(1) = O_p(1) = M = 2^pΓ(p+\frac12)/\sqrtπ$, and $κ = (A^2E_p + B^2O_p)/((A^2+B^2)M)$.
//!
//! Both satisfy $(1-u^2) y'' + (2p-1) u y' - p^2 y = 0$ (Gauss's equation in z = u²), so Taylor
//! coefficients at c obey
//! $(1-c^2)(n+2)(n+1) y_{n+2} = c(n+1)(2n+1-2p) y_{n+1} + (n-p)^2 y_n$; at 0 they are closed products.
//!
//! At u = 1: $κ^{(k)}(1) = \left(\frac{Γ(p+1)}{Γ(p-k+1)}\right)^2 \frac{Γ(p-k+1/2)}{2^kΓ(p+1/2)}$ for k < p + 1/2, infinite for
//! larger k (where no part is a polynomial). The singular term is $c\,t^{p+1/2}$; from the connection
//! formula of ₂F₁ and the reflection formula,
//!
//! $$c_{\pm1} = \frac{\sqrt2\,Γ(p+1)^2Γ(-p-1/2)}{π^{3/2} M}\cdot\frac{A^2\sin^2(πp/2) \pm B^2\cos^2(πp/2)}{A^2+B^2}.$$
//!
//! For a half-integer p the term is t^{p+1/2} ln t.

use rug::{Integer, Rational};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::ball::special::{Parameter, hyp2f1};
use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::{self, guarded};
use super::shape::{Edge, Homogeneous, Parity, Product, Regularity, Shape};

/// $α x_+^p + β (-x)_+^p$, no polynomial.
#[derive(Debug, Clone)]
pub struct Power {
    exponent: Rational,
    right: Rational,
    left: Rational,
}

/// A power on two half-lines, or the monomial that it is.
#[derive(Debug, Clone)]
pub enum Folded {
    /// Not a polynomial.
    Power(Power),
    /// $α x^n$.
    Monomial(Rational, u32),
}

impl Power {
    /// $α x_+^p + β (-x)_+^p$, (α, β) ≠ (0, 0).
    ///
    /// # Errors
    /// A domain error for p ≤ −1/2, where the square is not integrable.
    pub fn new(exponent: Rational, right: Rational, left: Rational) -> Result<Folded> {
        if exponent <= Rational::from((-1, 2)) {
            return Err(Error::domain(format!(
                "the power {exponent} is not square integrable at 0: E[f(Z)^2] is infinite"
            ))
            .with_hint("the exponent must be above -1/2"));
        }
        if exponent > 1000 {
            return Err(Error::limit("the exponent of a power is at most 1000"));
        }
        if let Some(n) = natural(&exponent) {
            let mirrored = if n % 2 == 0 {
                left.clone()
            } else {
                Rational::from(-&left)
            };
            if mirrored == right {
                return Ok(Folded::Monomial(right, n));
            }
        }
        Ok(Folded::Power(Power {
            exponent,
            right,
            left,
        }))
    }

    /// The squares (A², B²) over their sum: the weights of |x|^p and sgn(x)|x|^p.
    fn weights(&self) -> (Rational, Rational) {
        let even = Rational::from(&self.right + &self.left);
        let odd = Rational::from(&self.right - &self.left);
        let (even, odd) = (Rational::from(&even * &even), Rational::from(&odd * &odd));
        let sum = Rational::from(&even + &odd);
        (even / &sum, odd / sum)
    }

    /// p + 1/2.
    fn index(&self) -> Rational {
        &self.exponent + Rational::from((1, 2))
    }

    /// κ(u) and κ'(u), |u| < 1.
    fn start(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<[Ball; 2]> {
        let (even, odd) = self.weights();
        let one = Ball::one();
        if self.exponent == 0 {
            let two_over_pi = Ball::from_i64(2).div(&Ball::pi(prec), prec);
            let arc = u.asin(prec).mul(&two_over_pi, prec);
            let rest = one.sub(u, prec).mul(&one.add(u, prec), prec);
            let slope = rest.rsqrt(prec).mul(&two_over_pi, prec);
            return Ok([
                arc.mul_rational(&odd, prec).add_rational(&even, prec),
                slope.mul_rational(&odd, prec),
            ]);
        }
        if self.exponent == 1 {
            let two_over_pi = Ball::from_i64(2).div(&Ball::pi(prec), prec);
            // √(1−u²) as √((1−u)(1+u)): nothing cancels near the ends.
            let rest = one.sub(u, prec).mul(&one.add(u, prec), prec);
            let arc = u.asin(prec);
            let value = rest
                .sqrt(prec)
                .add(&u.mul(&arc, prec), prec)
                .mul(&two_over_pi, prec);
            let slope = arc.mul(&two_over_pi, prec);
            return Ok([
                value
                    .mul_rational(&even, prec)
                    .add(&u.mul_rational(&odd, prec), prec),
                slope.mul_rational(&even, prec).add_rational(&odd, prec),
            ]);
        }
        let half = Rational::from((1, 2));
        let z = u.square(prec);
        let function = |a: Rational, c: Rational| {
            let a = Parameter::Rational(a);
            hyp2f1(&a, &a, &Parameter::Rational(c), &z, prec, limits)
        };
        let (mut value, mut slope) = (Ball::zero(), Ball::zero());
        if even != 0 {
            let a = Rational::from(-&self.exponent) * &half;
            let c = half.clone();
            let start = self.even_start(prec).mul_rational(&even, prec);
            // F(a,a;c;u²)' = 2u (a²/c) F(a+1,a+1;c+1;u²).
            let factor = Rational::from(&a * &a) * 2u32 / &c;
            let f = function(a.clone(), c.clone())?;
            let d = function(a + 1u32, c + 1u32)?;
            let d = d.mul(u, prec).mul_rational(&factor, prec);
            value = value.add(&f.mul(&start, prec), prec);
            slope = slope.add(&d.mul(&start, prec), prec);
        }
        if odd != 0 {
            let a = (Rational::from(1) - &self.exponent) * &half;
            let c = Rational::from((3, 2));
            let start = self.odd_start(prec).mul_rational(&odd, prec);
            let factor = Rational::from(&a * &a) * 2u32 / &c;
            let f = function(a.clone(), c.clone())?;
            let d = function(a + 1u32, c + 1u32)?;
            value = value.add(&f.mul(u, prec).mul(&start, prec), prec);
            let d = d.mul(&z, prec).mul_rational(&factor, prec);
            slope = slope.add(&f.add(&d, prec).mul(&start, prec), prec);
        }
        Ok([value, slope])
    }

    /// E_p(0)/M = Γ((p+1)/2)²/(√π Γ(p+1/2)).
    fn even_start(&self, prec: Bits) -> Ball {
        self.start_value(Rational::from(&self.exponent + 1u32) / 2u32, prec)
    }

    /// O_p'(0)/M = 2 Γ(p/2+1)²/(√π Γ(p+1/2)).
    fn odd_start(&self, prec: Bits) -> Ball {
        let argument = Rational::from(&self.exponent + 2u32) / 2u32;
        self.start_value(argument, prec).mul_2exp(1)
    }

    fn start_value(&self, argument: Rational, prec: Bits) -> Ball {
        Ball::gamma_rational(&argument, prec)
            .square(prec)
            .mul(&Ball::recip_gamma_rational(&self.index(), prec), prec)
            .mul(&Ball::pi(prec).rsqrt(prec), prec)
    }

    /// The falling factorial p(p−1)…(p−k+1).
    fn falling(&self, k: u32) -> Rational {
        (0..k).fold(Rational::from(1), |product, j| {
            product * Rational::from(&self.exponent - j)
        })
    }

    /// κ⁽ᵏ⁾(±1).
    fn at_end(&self, k: u32, plus: bool, prec: Bits) -> Result<Ball> {
        if k == 0 && plus {
            return Ok(Ball::one());
        }
        let (even, odd) = self.weights();
        // E^{(k)}(−1) = (−1)^k E^{(k)}(1), O^{(k)}(−1) = −(−1)^k O^{(k)}(1).
        let odd = if plus { odd } else { -odd };
        let mut weight = Rational::from(&even + &odd);
        if !plus && k % 2 == 1 {
            weight = -weight;
        }
        let argument = self.index() - k;
        if argument <= 0 {
            let order = if k == 1 {
                "'".into()
            } else {
                format!("^({k})")
            };
            let end = if plus { "1" } else { "-1" };
            let error = match k {
                1 if plus => Error::domain("the spectral parameter of this activation is infinite"),
                _ => Error::domain(format!(
                    "kappa{order}({end}) of `{}` is infinite",
                    self.text()
                )),
            };
            let why = if self.exponent == 0 {
                "it jumps at 0, so E[f'(Z)^2] is infinite and the limit field is fractal"
            } else if k == 1 {
                "it grows like |x|^p with p <= 1/2 at 0, so E[f'(Z)^2] is infinite"
            } else {
                "the derivatives at 1 are finite up to an order below p + 1/2 for |x|^p"
            };
            return Err(error.with_hint(why));
        }
        let falling = self.falling(k);
        let square = Rational::from(&falling * &falling) * weight;
        let scaled = square / Rational::from(Integer::from(1) << k);
        // Γ(p−k+1/2)/Γ(p+1/2) = 1/((p−k+1/2)_k), a rational number.
        let rising = (0..k).fold(Rational::from(1), |product, j| {
            product * Rational::from(&argument + j)
        });
        Ok(Ball::from_rational(&(scaled / rising), prec))
    }

    /// E[(√q Z)_+^r] = q^{r/2} 2^{r/2−1} Γ((r+1)/2)/√π, r > −1.
    fn half_moment(r: &Rational, q: &Ball, prec: Bits) -> Ball {
        let half = Rational::from(r / 2u32);
        let gamma = Ball::gamma_rational(&(Rational::from(r + 1u32) / 2u32), prec);
        let power = q.mul_2exp(1).pow_rational(&half, prec);
        power
            .mul(&gamma, prec)
            .mul(&Ball::pi(prec).rsqrt(prec), prec)
            .mul_2exp(-1)
    }

    /// E f(√q Z) for $f = a x_+^r + b (-x)_+^r$; r ≤ −1 is infinite where a factor is left.
    fn two_sided(
        &self,
        r: &Rational,
        a: &Rational,
        b: &Rational,
        q: &Ball,
        prec: Bits,
    ) -> Result<Ball> {
        let sum = Rational::from(a + b);
        if *a == 0 && *b == 0 {
            return Ok(Ball::zero());
        }
        if *r <= -1 {
            return Err(Error::domain(format!(
                "this expectation of `{}` is infinite",
                self.text()
            ))
            .with_hint("the derivatives are too singular at 0"));
        }
        Ok(Self::half_moment(r, q, prec.plus(8)).mul_rational(&sum, prec))
    }

    /// $E σ^{(k)}(\sqrt q Z) = q^{-k/2} E[σ(\sqrt q Z) He_k(Z)]$, with distributional derivatives.
    fn mean(&self, k: u32, q: &Ball, prec: Bits) -> Result<Ball> {
        let work = guarded(prec, 4 * k as usize);
        let one = Ball::one();
        let hermite = crate::theory::bessel::hermite::Hermite::Probabilists;
        let mut total = Ball::zero();
        for j in (0..=k).rev().step_by(2) {
            let r = Rational::from(&self.exponent + j);
            let left = if j % 2 == 0 {
                self.left.clone()
            } else {
                Rational::from(-&self.left)
            };
            let moment = self.two_sided(&r, &self.right, &left, &one, work)?;
            total = total.add(&moment.mul_integer(&hermite.coefficient(k, j), work), work);
        }
        let power = Rational::from(&self.exponent - k) / 2u32;
        Ok(total.mul(&q.pow_rational(&power, work), prec))
    }
}

/// The natural number that the exponent is.
fn natural(q: &Rational) -> Option<u32> {
    (q.is_integer() && *q >= 0)
        .then(|| q.numer().to_u32())
        .flatten()
}

impl Shape for Power {
    fn text(&self) -> String {
        let (p, a, b) = (&self.exponent, &self.right, &self.left);
        let exponent = if p.is_integer() && *p >= 0 {
            p.to_string()
        } else {
            format!("({p})")
        };
        let both = |value: &Rational| a == value && (b == value || *b == Rational::from(-value));
        let one = Rational::from(1);
        if *a == 0 && *b == 1 {
            return match natural(p) {
                Some(0) => "heaviside(-x)".into(),
                Some(1) => "relu(-x)".into(),
                _ => format!("max(-x, 0)^{exponent}"),
            };
        }
        if *a == 1 && *b == 0 {
            return match natural(p) {
                Some(0) => "heaviside".into(),
                Some(1) => "relu".into(),
                _ => format!("repu({p})"),
            };
        }
        if both(&one) {
            let is_even = *b == 1;
            return match (natural(p), is_even) {
                (Some(0), _) => "sign".into(),
                (Some(1), _) => "abs".into(),
                (_, true) => format!("abs(x)^{exponent}"),
                (_, false) => format!("sign(x)*abs(x)^{exponent}"),
            };
        }
        if *p == 1 && *a == 1 {
            return format!("leaky({})", Rational::from(-b));
        }
        format!("{a}*max(x, 0)^{exponent} + {b}*max(-x, 0)^{exponent}")
    }

    fn parity(&self) -> Parity {
        if self.left == self.right {
            Parity::Even
        } else if self.left == Rational::from(-&self.right) {
            Parity::Odd
        } else {
            Parity::Neither
        }
    }

    fn regularity(&self) -> Regularity {
        let beta = self.index();
        if beta.is_integer() {
            Regularity::Logarithmic { beta }
        } else {
            Regularity::Singular { beta }
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
        // C(p, j) w^{p−j} for w = ±z, with the sign (±1)^j of the inner derivative.
        let (factor, w) = if piece == 0 {
            (&self.left, z.neg())
        } else {
            (&self.right, z.clone())
        };
        let mut binomial = factor.clone();
        let mut jet = Vec::with_capacity(order);
        for j in 0..order {
            let power = Rational::from(&self.exponent - j as u32);
            let entry = if binomial == 0 {
                ComplexBall::from_i64(0)
            } else if let (true, Some(n)) = (power.is_integer(), power.numer().to_i64()) {
                w.pow_i64(n, prec)
            } else {
                let exponent = ComplexBall::real(Ball::from_rational(&power, prec));
                w.pow(&exponent, prec)
            };
            jet.push(entry.mul_ball(&Ball::from_rational(&binomial, prec), prec));
            binomial *= power;
            binomial /= j as u32 + 1;
            if piece == 0 {
                binomial = -binomial;
            }
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
        if let [(k, 1)] = product {
            return self.mean(*k, q, prec).map(Some);
        }
        // The derivative of order k is p(p−1)…(p−k+1) (α x_+^{p−k} + (−1)^k β (−x)_+^{p−k}), a
        // function for k ≤ p, or for p no integer where the product stays integrable.
        let whole = natural(&self.exponent);
        let is_function = |k: u32| whole.is_none_or(|p| k <= p);
        if product.iter().all(|(k, _)| is_function(*k)) {
            let (mut r, mut a, mut b) = (Rational::new(), Rational::from(1), Rational::from(1));
            for (k, p) in product {
                let falling = self.falling(*k);
                let right = Rational::from(&falling * &self.right);
                let mut left = falling * &self.left;
                if k % 2 == 1 {
                    left = -left;
                }
                a *= covariance::power(&right, *p);
                b *= covariance::power(&left, *p);
                r += Rational::from(&self.exponent - *k) * *p;
            }
            return self.two_sided(&r, &a, &b, q, prec).map(Some);
        }
        let infinite = || {
            Error::domain(format!("this expectation of `{}` is infinite", self.text()))
                .with_hint("a derivative is a point mass at 0, whose square has no mean")
        };
        match product {
            [(_, 2)] => Err(infinite()),
            // E[σ^{(k)} σ^{(k+2)}] = d/dq E[(σ^{(k)})²] − E[(σ^{(k+1)})²], and the first is a power of q.
            [(k, 1), (l, 1)] if *l == k + 2 && is_function(k + 1) => {
                let square = self.expectation(&[(*k, 2)], q, prec.plus(8), limits)?;
                let next = self.expectation(&[(k + 1, 2)], q, prec.plus(8), limits)?;
                let power = Rational::from(&self.exponent - *k);
                Ok(square.zip(next).map(|(square, next)| {
                    let slope = square
                        .mul_rational(&power, prec.plus(8))
                        .div(q, prec.plus(8));
                    slope.sub(&next, prec)
                }))
            }
            _ => Err(Error::domain(format!(
                "this expectation of `{}` has a point mass at the knot 0",
                self.text()
            ))
            .with_hint("its derivatives are functions up to the order of the power")),
        }
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
        if u.sub(&Ball::one(), prec).is_zero() {
            return self.at_end(k, true, prec).map(Some);
        }
        if u.add(&Ball::one(), prec).is_zero() {
            return self.at_end(k, false, prec).map(Some);
        }
        let work = guarded(prec, k as usize);
        let jet = self.kernel_jet(k as usize + 1, u, work, limits)?;
        Ok(jet.and_then(|mut jet| {
            let last = jet.pop()?;
            Some(last.mul_integer(&covariance::factorial(k), prec.plus(4)))
        }))
    }

    fn kernel_jet(
        &self,
        order: usize,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Vec<Ball>>> {
        let one = Ball::one();
        for (plus, gap) in [(true, one.sub(u, prec)), (false, one.add(u, prec))] {
            if gap.is_zero() {
                return (0..order)
                    .map(|k| {
                        let k = k as u32;
                        let entry = self.at_end(k, plus, prec)?;
                        let factorial = Ball::from_integer(&covariance::factorial(k), prec.plus(8));
                        Ok(entry.div(&factorial, prec))
                    })
                    .collect::<Result<_>>()
                    .map(Some);
            }
        }
        let work = guarded(prec, order);
        let mut jet = Vec::with_capacity(order.max(2));
        if u.is_zero() {
            let (even, odd) = self.weights();
            jet.push(self.even_start(work).mul_rational(&even, work));
            jet.push(self.odd_start(work).mul_rational(&odd, work));
        } else {
            jet.extend(self.start(u, work, limits)?);
        }
        let rest = one.sub(u, work).mul(&one.add(u, work), work);
        for n in 0..order.saturating_sub(2) {
            if n % 256 == 0 {
                limits.check_deadline()?;
            }
            let shifted = Rational::from(n as u64) - &self.exponent;
            let square = Rational::from(&shifted * &shifted);
            let mut sum = jet[n].mul_rational(&square, work);
            let divisor = ((n + 1) * (n + 2)) as i64;
            if u.is_zero() {
                jet.push(sum.div_i64(divisor, work));
                continue;
            }
            let weight = (shifted * 2u32 + 1u32) * (n as u64 + 1);
            sum = sum.add(&jet[n + 1].mul(u, work).mul_rational(&weight, work), work);
            jet.push(sum.div(&rest.mul_i64(divisor, work), work));
        }
        jet.truncate(order);
        Ok(Some(jet))
    }

    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        limits.check_deadline()?;
        let beta = self.index();
        if beta.is_integer() {
            return Ok(None);
        }
        let work = prec.plus(32);
        let (even, odd) = self.weights();
        let angle = Rational::from(&self.exponent / 2u32);
        let sin = Ball::sin_pi_rational(&angle, work).square(work);
        let cos = Ball::cos_pi_rational(&angle, work).square(work);
        let even = sin.mul_rational(&even, work);
        let odd = cos.mul_rational(&odd, work);
        // √2 Γ(p+1)² Γ(−p−1/2)/(π^{3/2} M) = √2 Γ(p+1)² Γ(−p−1/2)/(2^p π Γ(p+1/2)).
        let gamma = Ball::gamma_rational(&Rational::from(&self.exponent + 1u32), work);
        let halves = Rational::from((1, 2)) - &self.exponent;
        let factor = gamma
            .square(work)
            .mul(&Ball::gamma_rational(&Rational::from(-&beta), work), work)
            .mul(&Ball::recip_gamma_rational(&beta, work), work)
            .mul(&Ball::from_i64(2).pow_rational(&halves, work), work)
            .div(&Ball::pi(work), work);
        Ok(Some(Edge {
            plus: even.add(&odd, work).mul(&factor, prec),
            minus: even.sub(&odd, work).mul(&factor, prec),
            beta,
        }))
    }

    fn homogeneous(&self) -> Option<Homogeneous> {
        Some(Homogeneous {
            degree: self.exponent.clone(),
            right: self.right.clone(),
            left: self.left.clone(),
        })
    }
}
