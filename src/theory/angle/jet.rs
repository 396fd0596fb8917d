//! [`Jet`]: polynomials in three variables, cut off at a total degree.
//!
//! The variables stand for the deviations of the sample means of 2φ², 2φ̂² and 2φφ̂, or for the
//! arguments of their cumulant generating function. Coefficients may be exact polynomials or balls.

use std::collections::BTreeMap;

use crate::number::ring::{RationalAlgebra, Ring};

/// A power product x^i y^j z^l.
pub type Power = [u8; 3];

/// The total degree of a power product.
pub fn degree(power: Power) -> u32 {
    power.into_iter().map(u32::from).sum()
}

/// A polynomial in three variables without terms above a total degree; zero terms are left out.
#[derive(Debug, Clone)]
pub struct Jet<R> {
    terms: BTreeMap<Power, R>,
    order: u32,
}

impl<R: RationalAlgebra> Jet<R> {
    /// Zero, to total degree `order`.
    pub fn zero(order: u32) -> Self {
        Jet {
            terms: BTreeMap::new(),
            order,
        }
    }

    /// The constant `value`.
    pub fn constant(value: R, order: u32) -> Self {
        Self::from_terms([([0; 3], value)], order)
    }

    /// The sum of terms.
    pub fn from_terms(terms: impl IntoIterator<Item = (Power, R)>, order: u32) -> Self {
        let mut jet = Self::zero(order);
        for (power, value) in terms {
            jet.add_term(power, value);
        }
        jet
    }

    /// The terms, none above the order.
    pub fn terms(&self) -> impl Iterator<Item = (Power, &R)> {
        self.terms.iter().map(|(power, value)| (*power, value))
    }

    /// The coefficient of a power product, if it is not zero.
    pub fn coefficient(&self, power: Power) -> Option<&R> {
        self.terms.get(&power)
    }

    fn add_term(&mut self, power: Power, value: R) {
        if degree(power) > self.order || value.is_zero() {
            return;
        }
        match self.terms.entry(power) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(value);
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                let sum = Ring::add(place.get(), &value);
                if sum.is_zero() {
                    place.remove();
                } else {
                    place.insert(sum);
                }
            }
        }
    }

    /// `self + other`, to the order of `self`.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (power, value) in other.terms() {
            self.add_term(power, value.clone());
        }
        self
    }

    /// `self · other`, to the order of `self`.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        let mut product = Self::zero(self.order);
        for (left, x) in self.terms() {
            for (right, y) in other.terms() {
                if degree(left) + degree(right) <= self.order {
                    let power = [0, 1, 2].map(|i| left[i] + right[i]);
                    product.add_term(power, x.mul(y));
                }
            }
        }
        product
    }

    /// Every coefficient mapped.
    #[must_use]
    pub fn map(&self, map: impl Fn(&R) -> R) -> Self {
        Self::from_terms(
            self.terms().map(|(power, value)| (power, map(value))),
            self.order,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn products_stop_at_the_order_and_zeros_vanish() {
        let one = Rational::from(1);
        let sum = Jet::from_terms([([1, 0, 0], one.clone()), ([0, 1, 0], one.clone())], 2);
        let difference = Jet::from_terms([([1, 0, 0], one.clone()), ([0, 1, 0], -one)], 2);
        let product = sum.mul(&difference);
        assert_eq!(product.terms().count(), 2);
        assert_eq!(product.coefficient([0, 2, 0]), Some(&Rational::from(-1)));
        assert_eq!(product.mul(&sum).terms().count(), 0);
    }
}
