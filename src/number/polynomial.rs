//! Dense univariate polynomials over any commutative ring.
//!
//! A [`Polynomial`] is its list of coefficients in increasing powers, without certain zeros at
//! the end. The zero polynomial is the empty list, so operations that need a constant of the ring
//! take it from an argument.

use std::fmt::{self, Display, Write as _};

use rug::{Integer, Rational};

use super::ring::{RationalAlgebra, Ring};

/// A polynomial `c₀ + c₁ x + … + c_d x^d`.
///
/// Invariant: the last coefficient is not certainly zero (so over an exact ring the degree is
/// exact, and equal polynomials have equal lists).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Polynomial<R> {
    coefficients: Vec<R>,
}

impl<R> Default for Polynomial<R> {
    fn default() -> Self {
        Self::zero()
    }
}

impl<R> Polynomial<R> {
    /// The zero polynomial.
    pub const fn zero() -> Self {
        Polynomial {
            coefficients: Vec::new(),
        }
    }

    /// The coefficients in increasing powers, none for the zero polynomial.
    pub fn coefficients(&self) -> &[R] {
        &self.coefficients
    }

    /// The coefficients in increasing powers, by value.
    pub fn into_coefficients(self) -> Vec<R> {
        self.coefficients
    }

    /// The degree, `None` for the zero polynomial. Over an inexact ring an upper bound.
    pub fn degree(&self) -> Option<usize> {
        self.coefficients.len().checked_sub(1)
    }

    /// Whether this is certainly the zero polynomial.
    pub fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }

    /// The coefficient of `x^power` as stored, `None` above the degree (where it is zero).
    pub fn coefficient(&self, power: usize) -> Option<&R> {
        self.coefficients.get(power)
    }
}

impl<R: Ring> Polynomial<R> {
    /// The polynomial with these coefficients in increasing powers.
    pub fn new(mut coefficients: Vec<R>) -> Self {
        while coefficients.last().is_some_and(Ring::is_zero) {
            coefficients.pop();
        }
        Polynomial { coefficients }
    }

    /// The constant polynomial.
    pub fn constant(value: R) -> Self {
        Self::new(vec![value])
    }

    /// `coefficient · x^power`.
    pub fn monomial(coefficient: R, power: usize) -> Self {
        let mut coefficients = vec![coefficient.zero_like(); power];
        coefficients.push(coefficient);
        Self::new(coefficients)
    }

    /// `self + other`.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        self.zip_longer(other, R::clone, R::add)
    }

    /// `self − other`.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.zip_longer(other, R::neg, R::sub)
    }

    /// Coefficient by coefficient; `only_other` maps those of `other` above the length of `self`.
    fn zip_longer(
        &self,
        other: &Self,
        only_other: impl Fn(&R) -> R,
        both: impl Fn(&R, &R) -> R,
    ) -> Self {
        let common = self.coefficients.len().min(other.coefficients.len());
        let mut coefficients: Vec<R> = self.coefficients[..common]
            .iter()
            .zip(&other.coefficients)
            .map(|(left, right)| both(left, right))
            .collect();
        coefficients.extend_from_slice(&self.coefficients[common..]);
        coefficients.extend(other.coefficients[common..].iter().map(only_other));
        Self::new(coefficients)
    }

    /// `−self`.
    #[must_use]
    pub fn neg(&self) -> Self {
        Self::new(self.coefficients.iter().map(R::neg).collect())
    }

    /// `self · other`, by the schoolbook product.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        let (Some(example), false) = (self.coefficients.first(), other.is_zero()) else {
            return Self::zero();
        };
        let length = self.coefficients.len() + other.coefficients.len() - 1;
        let mut product = vec![example.zero_like(); length];
        for (i, left) in self.coefficients.iter().enumerate() {
            if left.is_zero() {
                continue;
            }
            for (entry, right) in product[i..].iter_mut().zip(&other.coefficients) {
                *entry = entry.add_mul(left, right);
            }
        }
        Self::new(product)
    }

    /// `factor · self`.
    #[must_use]
    pub fn scale(&self, factor: &R) -> Self {
        Self::new(self.coefficients.iter().map(|c| c.mul(factor)).collect())
    }

    /// `factor · self` for an integer factor.
    #[must_use]
    pub fn scale_small(&self, factor: i64) -> Self {
        Self::new(
            self.coefficients
                .iter()
                .map(|c| c.mul_small(factor))
                .collect(),
        )
    }

    /// `x^power · self`.
    #[must_use]
    pub fn shift(&self, power: usize) -> Self {
        let Some(example) = self.coefficients.first() else {
            return Self::zero();
        };
        let mut coefficients = vec![example.zero_like(); power];
        coefficients.extend_from_slice(&self.coefficients);
        Polynomial { coefficients }
    }

    /// The derivative with respect to the variable.
    #[must_use]
    pub fn derivative(&self) -> Self {
        Self::new(
            self.coefficients
                .iter()
                .enumerate()
                .skip(1)
                .map(|(power, c)| c.mul_small(power as i64))
                .collect(),
        )
    }

    /// The value at `x`, by Horner's rule.
    pub fn evaluate(&self, x: &R) -> R {
        self.evaluate_with(x, R::clone)
    }

    /// The value at a point of another ring, into which `embed` takes the coefficients.
    pub fn evaluate_with<S: Ring>(&self, x: &S, embed: impl Fn(&R) -> S) -> S {
        let mut coefficients = self.coefficients.iter().rev();
        let Some(leading) = coefficients.next() else {
            return x.zero_like();
        };
        coefficients.fold(embed(leading), |value, coefficient| {
            embed(coefficient).add_mul(&value, x)
        })
    }

    /// The composition `self(inner(x))`, by Horner's rule.
    #[must_use]
    pub fn compose(&self, inner: &Self) -> Self {
        self.coefficients
            .iter()
            .rev()
            .fold(Self::zero(), |value, coefficient| {
                value.mul(inner).add(&Self::constant(coefficient.clone()))
            })
    }

    /// `self(−x)`.
    #[must_use]
    pub fn reflect(&self) -> Self {
        Polynomial {
            coefficients: self
                .coefficients
                .iter()
                .enumerate()
                .map(|(power, c)| if power % 2 == 1 { c.neg() } else { c.clone() })
                .collect(),
        }
    }

    /// `self^exponent`, with `example` to make the constant one of the empty product.
    #[must_use]
    pub fn power(&self, exponent: u32, example: &R) -> Self {
        (0..exponent).fold(Self::constant(example.one_like()), |power, _| {
            power.mul(self)
        })
    }

    /// Quotient and remainder of the division by a polynomial whose leading coefficient is a
    /// unit; `None` where it is not (or where the divisor is zero).
    pub fn div_rem(&self, divisor: &Self) -> Option<(Self, Self)> {
        let inverse = divisor.coefficients.last()?.inverse()?;
        let tail = &divisor.coefficients[..divisor.coefficients.len() - 1];
        let mut remainder = self.coefficients.clone();
        let mut quotient = Vec::new();
        while remainder.len() > tail.len() {
            let leading = remainder.pop()?;
            let factor = leading.mul(&inverse);
            let offset = remainder.len() - tail.len();
            for (entry, coefficient) in remainder[offset..].iter_mut().zip(tail) {
                *entry = entry.sub(&factor.mul(coefficient));
            }
            quotient.push(factor);
        }
        quotient.reverse();
        Some((Self::new(quotient), Self::new(remainder)))
    }

    /// The image under a ring homomorphism of the coefficients.
    pub fn map<S: Ring>(&self, map: impl Fn(&R) -> S) -> Polynomial<S> {
        Polynomial::new(self.coefficients.iter().map(map).collect())
    }
}

impl Polynomial<Integer> {
    /// The polynomial with these small integer coefficients in increasing powers.
    pub fn from_small(coefficients: &[i64]) -> Self {
        Self::new(coefficients.iter().map(|&c| Integer::from(c)).collect())
    }

    /// The same polynomial over the rationals.
    pub fn to_rational(&self) -> Polynomial<Rational> {
        self.map(|c| Rational::from(c))
    }

    /// The sum of the absolute values of the coefficients.
    pub fn norm(&self) -> Integer {
        self.coefficients
            .iter()
            .fold(Integer::new(), |norm, c| norm + c.clone().abs())
    }
}

/// The ring of polynomials over the rationals; its units are the non-zero constants.
impl Ring for Polynomial<Rational> {
    fn integer_like(&self, value: i64) -> Self {
        Self::constant(Rational::from(value))
    }

    fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }

    fn add(&self, other: &Self) -> Self {
        Polynomial::add(self, other)
    }

    fn neg(&self) -> Self {
        Polynomial::neg(self)
    }

    fn mul(&self, other: &Self) -> Self {
        Polynomial::mul(self, other)
    }

    fn inverse(&self) -> Option<Self> {
        match &self.coefficients[..] {
            [constant] => Some(Self::constant(constant.inverse()?)),
            _ => None,
        }
    }
}

impl RationalAlgebra for Polynomial<Rational> {
    fn div_small(&self, divisor: u64) -> Self {
        self.map(|c| c.div_small(divisor))
    }

    fn mul_rational(&self, factor: &Rational) -> Self {
        self.scale(factor)
    }
}

impl<R: Ring + Display> Polynomial<R> {
    /// The text in decreasing powers with `*` and `^`, as in `2*c^3 - c + 1`, that the formula
    /// language reads. Coefficients whose text is neither a number nor a fraction are bracketed.
    pub fn to_text(&self, variable: &str) -> String {
        let mut text = String::new();
        for (power, coefficient) in self.coefficients.iter().enumerate().rev() {
            if coefficient.is_zero() {
                continue;
            }
            let coefficient = coefficient.to_string();
            let (sign, magnitude) = match coefficient.strip_prefix('-') {
                Some(rest) if is_fraction(rest) => ('-', rest.to_owned()),
                _ if is_fraction(&coefficient) => ('+', coefficient),
                _ => ('+', format!("({coefficient})")),
            };
            match (text.is_empty(), sign) {
                (true, '-') => text.push('-'),
                (true, _) => {}
                (false, sign) => text.extend([' ', sign, ' ']),
            }
            let unit = magnitude == "1";
            if !unit || power == 0 {
                text.push_str(&magnitude);
            }
            if power > 0 {
                if !unit {
                    text.push('*');
                }
                text.push_str(variable);
            }
            if power > 1 {
                // Writing to a string cannot fail.
                let _ = write!(text, "^{power}");
            }
        }
        if text.is_empty() {
            text.push('0');
        }
        text
    }
}

/// Whether a text is an unsigned decimal number or fraction.
fn is_fraction(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'/')
}

impl<R: Ring + Display> Display for Polynomial<R> {
    /// The text in the variable `x`; see [`Polynomial::to_text`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text("x"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polynomial(coefficients: &[i64]) -> Polynomial<Integer> {
        Polynomial::from_small(coefficients)
    }

    #[test]
    fn the_ring_laws_hold_at_points() {
        let p = polynomial(&[3, 0, -2, 7]);
        let q = polynomial(&[-1, 5, 2]);
        for x in -6..7 {
            let x = Integer::from(x);
            let (at_p, at_q) = (p.evaluate(&x), q.evaluate(&x));
            assert_eq!(p.add(&q).evaluate(&x), Integer::from(&at_p + &at_q));
            assert_eq!(p.sub(&q).evaluate(&x), Integer::from(&at_p - &at_q));
            assert_eq!(q.sub(&p).evaluate(&x), Integer::from(&at_q - &at_p));
            assert_eq!(p.mul(&q).evaluate(&x), Integer::from(&at_p * &at_q));
            assert_eq!(p.compose(&q).evaluate(&x), p.evaluate(&at_q));
            assert_eq!(p.reflect().evaluate(&x), p.evaluate(&Integer::from(-&x)));
            assert_eq!(
                p.shift(2).evaluate(&x),
                Integer::from(&at_p * &x) * &x,
                "at {x}"
            );
        }
    }

    #[test]
    fn cancellation_lowers_the_degree() {
        let p = polynomial(&[1, 2, 3]);
        assert_eq!(p.sub(&polynomial(&[0, 0, 3])).degree(), Some(1));
        assert!(p.sub(&p).is_zero());
        assert_eq!(p.sub(&p).degree(), None);
        assert!(Polynomial::<Integer>::zero().mul(&p).is_zero());
    }

    #[test]
    fn the_derivative_obeys_the_product_and_chain_rules() {
        let p = polynomial(&[3, 0, -2, 7, 1]);
        let q = polynomial(&[-1, 5, 2]);
        let product = p.derivative().mul(&q).add(&p.mul(&q.derivative()));
        assert_eq!(p.mul(&q).derivative(), product);
        let chain = p.derivative().compose(&q).mul(&q.derivative());
        assert_eq!(p.compose(&q).derivative(), chain);
    }

    #[test]
    fn division_with_remainder_recombines() {
        let p = polynomial(&[3, 0, -2, 7, 1, 9]);
        let q = polynomial(&[4, -2, 1]);
        let (quotient, remainder) = p.div_rem(&q).unwrap();
        assert_eq!(quotient.mul(&q).add(&remainder), p);
        assert!(remainder.degree() < q.degree());
        assert_eq!(p.div_rem(&polynomial(&[1, 2])), None);
        assert_eq!(p.div_rem(&Polynomial::zero()), None);
        let (quotient, remainder) = q
            .div_rem(&p.add(&polynomial(&[0, 0, 0, 0, 0, -8])))
            .unwrap();
        assert!(quotient.is_zero());
        assert_eq!(remainder, q);
    }

    #[test]
    fn texts_read_like_formulas() {
        assert_eq!(polynomial(&[1, -1, 0, 2]).to_text("c"), "2*c^3 - c + 1");
        assert_eq!(polynomial(&[0, 0, -1]).to_string(), "-x^2");
        assert_eq!(polynomial(&[-5]).to_string(), "-5");
        assert_eq!(polynomial(&[]).to_string(), "0");
        let halves = Polynomial::new(vec![Rational::from((-1, 2)), Rational::from((3, 4))]);
        assert_eq!(halves.to_string(), "3/4*x - 1/2");
    }
}
