//! [`MomentPolynomial`]: exact polynomials in r = 2J₁₁, J₂₂, J₃₁, J₃₃, J₄₂, J₅₁, … with rational
//! coefficients, in which the coefficients of the expansions in 1/n are written.
//!
//! The variables are J_{a,b} with a ≥ b ≥ 1 and a + b even, counted by a + b and then by a; the first,
//! J₁₁, is replaced by r.

use std::collections::BTreeMap;

use rug::Rational;

use crate::formula::Expr;
use crate::number::ring::{RationalAlgebra, Ring};

/// The variables: all with a + b ≤ 12.
pub const VARIABLES: usize = 21;

/// The exponents of the variables.
type Monomial = [u8; VARIABLES];

/// A polynomial in r and the moments J_{a,b} with a + b ≤ 12; zero terms are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MomentPolynomial {
    terms: BTreeMap<Monomial, Rational>,
}

/// The place of J_{a,b} among the variables, for a ≥ b ≥ 1 with a + b even and at most 12.
fn variable(a: u32, b: u32) -> usize {
    let half = (a + b) / 2;
    (half * (half - 1) / 2 + (a - half)) as usize
}

/// The indices (a, b) of all variables in their order.
pub fn indices() -> impl Iterator<Item = (u32, u32)> {
    (1..=6).flat_map(|half| (half..2 * half).map(move |a| (a, 2 * half - a)))
}

impl MomentPolynomial {
    /// The constant `value`.
    pub fn constant(value: Rational) -> Self {
        Self::term([0; VARIABLES], value)
    }

    /// The variable r = 2J₁₁.
    pub fn r() -> Self {
        Self::moment(1, 1)
    }

    /// The variable J_{a,b}; r for a = b = 1. Needs a ≥ b ≥ 1 and a + b even, at most 12.
    pub fn moment(a: u32, b: u32) -> Self {
        let mut monomial = [0; VARIABLES];
        monomial[variable(a, b)] = 1;
        Self::term(monomial, Rational::from(1))
    }

    fn term(monomial: Monomial, value: Rational) -> Self {
        let mut terms = BTreeMap::new();
        if value != 0 {
            terms.insert(monomial, value);
        }
        MomentPolynomial { terms }
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is no term.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value in another ring, where the variables have the values given in their order.
    pub fn evaluate<R: RationalAlgebra>(&self, values: &[R], example: &R) -> R {
        let mut powers: Vec<Vec<R>> = values
            .iter()
            .map(|value| vec![example.one_like(), value.clone()])
            .collect();
        let mut sum = example.zero_like();
        for (monomial, coefficient) in &self.terms {
            let mut product: Option<R> = None;
            for (exponent, table) in monomial.iter().zip(&mut powers) {
                let exponent = usize::from(*exponent);
                if exponent == 0 {
                    continue;
                }
                while table.len() <= exponent {
                    let next = table[table.len() - 1].mul(&table[1]);
                    table.push(next);
                }
                product = Some(match product {
                    None => table[exponent].clone(),
                    Some(product) => product.mul(&table[exponent]),
                });
            }
            let product = product.unwrap_or_else(|| example.one_like());
            sum = Ring::add(&sum, &product.mul_rational(coefficient));
        }
        sum
    }

    /// The formula in the moments that `moment` writes, and in r, which is `scale` times the first.
    pub fn to_expr(&self, scale: &Rational, moment: &dyn Fn(u32, u32) -> Expr) -> Expr {
        let names: Vec<Expr> = indices()
            .map(|(a, b)| match (a, b) {
                (1, 1) => Expr::product([Expr::rational(scale.clone()), moment(1, 1)]),
                _ => moment(a, b),
            })
            .collect();
        Expr::sum(self.terms.iter().map(|(monomial, coefficient)| {
            let mut factors = vec![Expr::rational(coefficient.clone())];
            for (exponent, name) in monomial.iter().zip(&names) {
                match exponent {
                    0 => {}
                    1 => factors.push(name.clone()),
                    _ => factors.push(name.clone().power(i64::from(*exponent))),
                }
            }
            Expr::product(factors)
        }))
    }

    fn add_term(&mut self, monomial: Monomial, value: Rational) {
        match self.terms.entry(monomial) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(value);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                *place.get_mut() += value;
                if *place.get() == 0 {
                    place.remove();
                }
            }
        }
    }
}

impl Ring for MomentPolynomial {
    fn integer_like(&self, value: i64) -> Self {
        Self::constant(Rational::from(value))
    }

    fn is_zero(&self) -> bool {
        self.is_empty()
    }

    fn add(&self, other: &Self) -> Self {
        let (mut sum, less) = if self.len() >= other.len() {
            (self.clone(), other)
        } else {
            (other.clone(), self)
        };
        for (monomial, value) in &less.terms {
            sum.add_term(*monomial, value.clone());
        }
        sum
    }

    fn neg(&self) -> Self {
        self.mul_rational(&Rational::from(-1))
    }

    fn mul(&self, other: &Self) -> Self {
        let mut product = MomentPolynomial::default();
        for (left, x) in &self.terms {
            for (right, y) in &other.terms {
                // Degrees stay below 256: at most 4k + 2 for the coefficient of n^-k, k <= 5.
                let mut monomial = *left;
                for (exponent, more) in monomial.iter_mut().zip(right) {
                    *exponent += more;
                }
                product.add_term(monomial, Rational::from(x * y));
            }
        }
        product
    }

    fn inverse(&self) -> Option<Self> {
        let (monomial, value) = self.terms.first_key_value()?;
        (self.len() == 1 && *monomial == [0; VARIABLES])
            .then(|| Self::constant(value.clone().recip()))
    }
}

impl RationalAlgebra for MomentPolynomial {
    fn div_small(&self, divisor: u64) -> Self {
        self.mul_rational(&Rational::from((1, divisor)))
    }

    fn mul_rational(&self, factor: &Rational) -> Self {
        if *factor == 0 {
            return Self::default();
        }
        let terms = self
            .terms
            .iter()
            .map(|(monomial, value)| (*monomial, Rational::from(value * factor)))
            .collect();
        MomentPolynomial { terms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_has_its_own_place() {
        let places: Vec<usize> = indices().map(|(a, b)| variable(a, b)).collect();
        assert_eq!(places, (0..VARIABLES).collect::<Vec<_>>());
    }

    #[test]
    fn polynomials_form_a_ring_and_evaluate() {
        let (r, j) = (MomentPolynomial::r(), MomentPolynomial::moment(2, 2));
        let sum = Ring::add(&r, &j);
        let square = sum.mul(&sum);
        let parts = Ring::add(&Ring::add(&r.mul(&r), &j.mul(&j)), &r.mul(&j).mul_small(2));
        assert_eq!(square, parts);
        assert!(Ring::sub(&square, &parts).is_empty());
        let values: Vec<Rational> = (2..23).map(Rational::from).collect();
        assert_eq!(square.evaluate(&values, &Rational::from(0)), 25);
    }
}
