//! E cos^k θ' at θ = π/2 exactly: a polynomial in π and 1/π with rational coefficients.
//!
//! There $M = (1+z_1)(1+z_2)/4$, D = 1 and $H_j = m_j^2$, $m_j = E φ(G)^j$, in the
//! [integrand](super::integrand), so the double integral is a sum of squares:
//!
//! $$E\cos^kθ' = \frac{2^{2-k}}{Γ(k/2)^2} \sum_{r=1}^{\min(k,n)} \frac{n!}{(n-r)!}\,
//!   B_{k,r}(m_1^2, m_2^2, …)\, T_r^2, \qquad
//!   T_r = \int_0^{π/2} \sin^{k-1}u \cos^{r-1}u \Big(\frac{1+\cos u}2\Big)^{n-r} du,$$
//!
//! with $m_j^2 = ((j-1)!!)^2/4$ for even j and $((j-1)!!)^2/(2π)$ for odd j, and T_r a binomial sum of
//! Wallis integrals.

use std::collections::BTreeMap;

use rug::{Integer, Rational};

use crate::error::Result;
use crate::formula::Expr;
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// Σ q_e π^e with rational coefficients, by the exponent; no zero coefficients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PiPolynomial(BTreeMap<i32, Rational>);

impl PiPolynomial {
    fn term(exponent: i32, value: Rational) -> PiPolynomial {
        PiPolynomial::zero().plus(exponent, value)
    }

    fn zero() -> PiPolynomial {
        PiPolynomial(BTreeMap::new())
    }

    fn plus(mut self, exponent: i32, value: Rational) -> PiPolynomial {
        let place = self.0.entry(exponent).or_default();
        *place += value;
        if *place == 0 {
            self.0.remove(&exponent);
        }
        self
    }

    fn sum(self, other: &PiPolynomial) -> PiPolynomial {
        other
            .0
            .iter()
            .fold(self, |sum, (e, value)| sum.plus(*e, value.clone()))
    }

    fn product(&self, other: &PiPolynomial) -> PiPolynomial {
        let mut product = PiPolynomial::zero();
        for (e, x) in &self.0 {
            for (f, y) in &other.0 {
                product = product.plus(e + f, Rational::from(x * y));
            }
        }
        product
    }

    fn scaled(mut self, factor: &Rational) -> PiPolynomial {
        for value in self.0.values_mut() {
            *value *= factor;
        }
        self
    }

    /// The enclosure of the value.
    pub fn enclose(&self, prec: Bits) -> Ball {
        let pi = Ball::pi(prec);
        self.0.iter().fold(Ball::zero(), |sum, (e, value)| {
            let term = pi.pow_i64(i64::from(*e), prec).mul_rational(value, prec);
            sum.add(&term, prec)
        })
    }

    /// The formula, highest power of π first.
    pub fn to_expr(&self) -> Expr {
        Expr::sum(self.0.iter().rev().map(|(e, value)| {
            let value = Expr::rational(value.clone());
            match e.signum() {
                0 => value,
                1 => Expr::product([value, Expr::pi().power(i64::from(*e))]),
                _ => value.over(Expr::pi().power(i64::from(-e))),
            }
        }))
    }
}

/// (j − 1)!!, 1 at j = 0 and 1.
fn double_factorial_below(j: u32) -> Integer {
    Integer::from(Integer::factorial_2(j.saturating_sub(1)))
}

/// B_{k,1}, …, B_{k,k} of the m_j².
fn bell(k: usize) -> Vec<PiPolynomial> {
    let squares: Vec<PiPolynomial> = (0..=k as u32)
        .map(|j| {
            let square = Rational::from(double_factorial_below(j).square());
            if j % 2 == 0 {
                PiPolynomial::term(0, square / 4)
            } else {
                PiPolynomial::term(-1, square / 2)
            }
        })
        .collect();
    let mut row = vec![PiPolynomial::zero(); k + 1];
    row[0] = PiPolynomial::term(0, Rational::from(1));
    let mut result = Vec::new();
    for r in 1..=k {
        let mut next = vec![PiPolynomial::zero(); k + 1];
        for (i, place) in next.iter_mut().enumerate().skip(r) {
            for (j, square) in squares.iter().enumerate().take(i - r + 2).skip(1) {
                let ways = Integer::from(Integer::binomial_u(i as u32 - 1, j as u32 - 1));
                let term = square.product(&row[i - j]).scaled(&ways.into());
                *place = std::mem::replace(place, PiPolynomial::zero()).sum(&term);
            }
        }
        result.push(next[k].clone());
        row = next;
    }
    result
}

/// ∫ sin^a u cos^b u du over the quarter turn for b = 0, …, last: W(a, b) = (b−1)/(a+b) W(a, b−2),
/// W(a, 0) = ((a−1)!!/a!!)(π/2 for even a, 1 for odd a), W(a, 1) = 1/(a+1).
fn wallis(a: u32, last: u32) -> Vec<PiPolynomial> {
    let quotient = Rational::from((
        double_factorial_below(a),
        Integer::from(Integer::factorial_2(a)),
    ));
    let mut values = vec![
        if a.is_multiple_of(2) {
            PiPolynomial::term(1, quotient / 2)
        } else {
            PiPolynomial::term(0, quotient)
        },
        PiPolynomial::term(0, Rational::from((1, a + 1))),
    ];
    for b in 2..=last {
        let factor = Rational::from((b - 1, a + b));
        let next = values[b as usize - 2].clone().scaled(&factor);
        values.push(next);
    }
    values
}

/// E cos^k θ' at θ = π/2; k ≥ 1, n ≥ 1.
///
/// # Errors
/// A limit error where the numbers would pass the limit on integers, or at the deadline.
pub fn exact(k: u32, n: u32, limits: &Limits) -> Result<PiPolynomial> {
    // Squares of sums with denominators below 2^n and those of Wallis, below 3^(n+k).
    limits.check_integer_bits(6.0 * f64::from(n + k), "the exact mean cosine")?;
    let bell = bell(k as usize);
    let wallis = wallis(k - 1, n + k);
    let mut total = PiPolynomial::zero();
    let mut ways = Rational::from(1);
    for r in 1..=k.min(n) {
        ways *= n - r + 1;
        let mut sum = PiPolynomial::zero();
        let mut binomial = Integer::from(1);
        for j in 0..=n - r {
            limits.check_deadline()?;
            let term = wallis[(r - 1 + j) as usize].clone();
            sum = sum.sum(&term.scaled(&Rational::from(&binomial)));
            binomial = binomial * (n - r - j) / (j + 1);
        }
        let sum = sum.scaled(&(Rational::from(1) >> (n - r)));
        let term = bell[r as usize - 1].product(&sum.product(&sum));
        total = total.sum(&term.scaled(&ways));
    }
    // 2^{2−k}/Γ(k/2)²: 2^{2−k}/((k/2−1)!)² for even k; 2/(π ((k−2)!!)²) for odd k, as
    // Γ(k/2) = (k−2)!! √π / 2^{(k−1)/2}.
    let factor = if k.is_multiple_of(2) {
        let factorial = Integer::from(Integer::factorial(k / 2 - 1)).square();
        PiPolynomial::term(0, (Rational::from(4) >> k) / factorial)
    } else {
        let factorial = double_factorial_below(k.saturating_sub(1)).square();
        PiPolynomial::term(-1, Rational::from((2, factorial)))
    };
    Ok(total.product(&factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// n = 1: 1/4 for every k. n = 2, k = 1 by hand: T₁ = ½(π/2 + 1), so
    /// 2 · (2/π) · T₁²/(2π) = (π/2 + 1)²/(2π²).
    #[test]
    fn few_neurons_by_hand() {
        let limits = Limits::default();
        for k in 1..=9 {
            let value = exact(k, 1, &limits).expect("in time");
            assert_eq!(value, PiPolynomial::term(0, Rational::from((1, 4))), "{k}");
        }
        let expected = PiPolynomial::term(0, Rational::from((1, 8)))
            .plus(-1, Rational::from((1, 2)))
            .plus(-2, Rational::from((1, 2)));
        assert_eq!(exact(1, 2, &limits).expect("in time"), expected);
    }
}
