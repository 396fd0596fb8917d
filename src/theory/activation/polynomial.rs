//! Polynomials with rational coefficients, Hermite polynomials among them.
//!
//! With v the variance and c the covariance, Mehler's expansion is finite:
//! $E[σ(X)σ(Y)] = Σ_k (E σ^{(k)}(X))^2 c^k/k!$, and $E X^{2n} = v^n (2n-1)!!$. So κ(u) is a polynomial with
//! rational coefficients: $κ(u) = Σ k!\,c_k^2 u^k/Σ k!\,c_k^2$ for $σ = Σ c_k He_k$.

use rug::{Integer, Rational};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

use super::shape::{Parity, Product, Radius, Regularity, Shape};
use super::text;

/// The largest degree: moments have about n ln n bits.
pub const MAX_DEGREE: usize = 512;

/// $Σ a_n x^n$ of a degree ≥ 1.
#[derive(Debug, Clone)]
pub struct Polynomial {
    coefficients: Vec<Rational>,
    /// The Taylor coefficients of the normalised kernel.
    kernel: Vec<Rational>,
}

impl Polynomial {
    /// The polynomial of these coefficients, the constant first.
    ///
    /// # Errors
    /// A domain error for a constant or a degree beyond [`MAX_DEGREE`].
    pub fn new(mut coefficients: Vec<Rational>) -> Result<Polynomial> {
        while coefficients.last().is_some_and(|last| *last == 0) {
            coefficients.pop();
        }
        if coefficients.len() < 2 {
            return Err(
                Error::domain("a constant is no activation: every correlation becomes 1")
                    .with_hint("the formula should depend on x"),
            );
        }
        if coefficients.len() > MAX_DEGREE + 1 {
            return Err(Error::limit(format!(
                "a polynomial activation has a degree of at most {MAX_DEGREE}"
            )));
        }
        let mut kernel = Vec::with_capacity(coefficients.len());
        let mut derivative = coefficients.clone();
        let mut factorial = Integer::from(1);
        for k in 0..coefficients.len() {
            if k > 0 {
                derivative = differentiate(&derivative);
                factorial *= k as u32;
            }
            let mean = moment(&derivative);
            kernel.push(Rational::from(&mean * &mean) / &factorial);
        }
        let norm: Rational = kernel.iter().sum();
        for entry in &mut kernel {
            *entry /= &norm;
        }
        Ok(Polynomial {
            coefficients,
            kernel,
        })
    }
}

/// The derivative.
fn differentiate(p: &[Rational]) -> Vec<Rational> {
    p.iter()
        .enumerate()
        .skip(1)
        .map(|(n, a)| Rational::from(a * n as u32))
        .collect()
}

/// E p(Z): (2n−1)!! for Z^{2n}.
fn moment(p: &[Rational]) -> Rational {
    let mut total = Rational::new();
    let mut odd = Integer::from(1);
    for (half, pair) in p.chunks(2).enumerate() {
        if half > 0 {
            odd *= 2 * half as u32 - 1;
        }
        total += Rational::from(&pair[0] * &odd);
    }
    total
}

/// The product.
pub fn multiply(p: &[Rational], q: &[Rational]) -> Vec<Rational> {
    if p.is_empty() || q.is_empty() {
        return Vec::new();
    }
    let mut product = vec![Rational::new(); p.len() + q.len() - 1];
    for (i, a) in p.iter().enumerate() {
        for (j, b) in q.iter().enumerate() {
            product[i + j] += Rational::from(a * b);
        }
    }
    product
}

impl Shape for Polynomial {
    fn text(&self) -> String {
        let mut text = String::new();
        for (n, a) in self.coefficients.iter().enumerate().rev() {
            if *a == 0 {
                continue;
            }
            let term = match n {
                0 => a.to_string(),
                1 => text::times(a, "x"),
                _ => text::times(a, &format!("x^{n}")),
            };
            match term.strip_prefix('-') {
                _ if text.is_empty() => text = term,
                Some(size) => text = format!("{text} - {size}"),
                None => text = format!("{text} + {term}"),
            }
        }
        text
    }

    fn parity(&self) -> Parity {
        let zeros = |from: usize| {
            self.coefficients
                .iter()
                .skip(from)
                .step_by(2)
                .all(|a| *a == 0)
        };
        match (zeros(0), zeros(1)) {
            (true, _) => Parity::Odd,
            (_, true) => Parity::Even,
            _ => Parity::Neither,
        }
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
        // Repeated synthetic division by (x − z).
        let mut work: Vec<ComplexBall> = self
            .coefficients
            .iter()
            .map(|a| ComplexBall::real(Ball::from_rational(a, prec)))
            .collect();
        let mut jet = Vec::with_capacity(order);
        while jet.len() < order {
            for n in (0..work.len().saturating_sub(1)).rev() {
                work[n] = work[n].add(&work[n + 1].mul(z, prec), prec);
            }
            if work.is_empty() {
                jet.push(ComplexBall::from_i64(0));
            } else {
                jet.push(work.remove(0));
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
        let mut total = vec![Rational::from(1)];
        for (k, p) in product {
            let mut factor = self.coefficients.clone();
            for _ in 0..*k {
                factor = differentiate(&factor);
            }
            if factor.is_empty() {
                return Ok(Some(Ball::zero()));
            }
            for _ in 0..*p {
                limits.check_deadline()?;
                if total.len() + factor.len() > 8 * MAX_DEGREE {
                    return Ok(None);
                }
                total = multiply(&total, &factor);
            }
        }
        // Σ a_{2n} (2n−1)!! q^n by Horner's rule.
        let work = prec.plus(32);
        let mut odd = Integer::from(1);
        let mut weights = Vec::new();
        for (half, a) in total.iter().step_by(2).enumerate() {
            if half > 0 {
                odd *= 2 * half as u32 - 1;
            }
            weights.push(Rational::from(a * &odd));
        }
        let sum = weights.iter().rev().fold(Ball::zero(), |sum, weight| {
            sum.mul(q, work).add_rational(weight, work)
        });
        Ok(Some(sum.rounded(prec)))
    }

    fn kernel_jet(
        &self,
        order: usize,
        u: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Option<Vec<Ball>>> {
        limits.check_deadline()?;
        let work = prec.plus(32);
        let is_one = u.sub(&Ball::one(), prec).is_zero();
        let entry = |k: usize| {
            if k == 0 && is_one {
                return Ball::one();
            }
            self.kernel
                .iter()
                .enumerate()
                .skip(k)
                .rev()
                .fold(Ball::zero(), |sum, (n, b)| {
                    let binomial = Integer::from(n).binomial(k as u32);
                    sum.mul(u, work)
                        .add_rational(&Rational::from(b * &binomial), work)
                })
                .rounded(prec.plus(8))
        };
        Ok(Some((0..order).map(entry).collect()))
    }
}
