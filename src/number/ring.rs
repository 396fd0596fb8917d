//! Commutative rings: the coefficients that polynomials and power series may have.
//!
//! An element may carry a context (a ball its precision, a constant expression its generators),
//! so constants are made *by example*: `x.zero_like()` is the zero of the ring that `x` lives in.
//! [`Ring::is_zero`] means "certainly zero"; an element of which this is not known counts as
//! non-zero, and every algorithm here stays correct under that reading.

use rug::ops::NegAssign;
use rug::{Integer, Rational};

/// A commutative ring with one.
pub trait Ring: Clone {
    /// The integer `value` in the ring of `self`.
    fn integer_like(&self, value: i64) -> Self;

    /// Zero in the ring of `self`.
    fn zero_like(&self) -> Self {
        self.integer_like(0)
    }

    /// One in the ring of `self`.
    fn one_like(&self) -> Self {
        self.integer_like(1)
    }

    /// Whether this is certainly zero.
    fn is_zero(&self) -> bool;

    /// `self + other`.
    fn add(&self, other: &Self) -> Self;

    /// `−self`.
    fn neg(&self) -> Self;

    /// `self · other`.
    fn mul(&self, other: &Self) -> Self;

    /// `self − other`.
    fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    /// `factor · self`.
    fn mul_small(&self, factor: i64) -> Self {
        self.mul(&self.integer_like(factor))
    }

    /// `self + left · right`.
    fn add_mul(&self, left: &Self, right: &Self) -> Self {
        self.add(&left.mul(right))
    }

    /// The multiplicative inverse; `None` unless this is certainly a unit of the ring.
    fn inverse(&self) -> Option<Self>;

    /// `self^exponent` by repeated squaring; the empty product is one.
    fn power(&self, mut exponent: u32) -> Self {
        let mut result = self.one_like();
        let mut square = self.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = result.mul(&square);
            }
            exponent >>= 1;
            if exponent > 0 {
                square = square.mul(&square);
            }
        }
        result
    }
}

/// A commutative ring that contains the rational numbers.
pub trait RationalAlgebra: Ring {
    /// `self / divisor` for a divisor that is not 0.
    fn div_small(&self, divisor: u64) -> Self;

    /// `factor · self`.
    fn mul_rational(&self, factor: &Rational) -> Self;

    /// The rational `value` in the ring of `self`.
    fn rational_like(&self, value: &Rational) -> Self {
        self.one_like().mul_rational(value)
    }
}

impl Ring for Integer {
    fn integer_like(&self, value: i64) -> Self {
        Integer::from(value)
    }

    fn is_zero(&self) -> bool {
        Integer::is_zero(self)
    }

    fn add(&self, other: &Self) -> Self {
        Integer::from(self + other)
    }

    fn sub(&self, other: &Self) -> Self {
        Integer::from(self - other)
    }

    fn neg(&self) -> Self {
        Integer::from(-self)
    }

    fn mul(&self, other: &Self) -> Self {
        Integer::from(self * other)
    }

    fn mul_small(&self, factor: i64) -> Self {
        Integer::from(self * factor)
    }

    fn add_mul(&self, left: &Self, right: &Self) -> Self {
        let mut sum = self.clone();
        sum += left * right;
        sum
    }

    fn inverse(&self) -> Option<Self> {
        // The units of Z are 1 and −1, each its own inverse.
        (*self == 1 || *self == -1).then(|| self.clone())
    }
}

impl Ring for Rational {
    fn integer_like(&self, value: i64) -> Self {
        Rational::from(value)
    }

    fn is_zero(&self) -> bool {
        Rational::is_zero(self)
    }

    fn add(&self, other: &Self) -> Self {
        Rational::from(self + other)
    }

    fn sub(&self, other: &Self) -> Self {
        Rational::from(self - other)
    }

    fn neg(&self) -> Self {
        let mut result = self.clone();
        result.neg_assign();
        result
    }

    fn mul(&self, other: &Self) -> Self {
        Rational::from(self * other)
    }

    fn inverse(&self) -> Option<Self> {
        (!self.is_zero()).then(|| Rational::from(self.recip_ref()))
    }
}

impl RationalAlgebra for Rational {
    fn div_small(&self, divisor: u64) -> Self {
        self.clone() / divisor
    }

    fn mul_rational(&self, factor: &Rational) -> Self {
        Rational::from(self * factor)
    }

    fn rational_like(&self, value: &Rational) -> Self {
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_what_they_are() {
        assert_eq!(Ring::inverse(&Integer::from(-1)), Some(Integer::from(-1)));
        assert_eq!(Ring::inverse(&Integer::from(2)), None);
        assert_eq!(
            Ring::inverse(&Rational::from((-2, 3))),
            Some(Rational::from((-3, 2)))
        );
        assert_eq!(Ring::inverse(&Rational::new()), None);
    }

    #[test]
    fn powers_by_squaring_are_products() {
        let base = Rational::from((-3, 7));
        let mut product = Rational::from(1);
        for exponent in 0..20 {
            assert_eq!(base.power(exponent), product);
            product *= &base;
        }
        assert_eq!(Integer::new().power(0), 1);
    }
}
