//! Exact integers: one small trait over three independent engines, and the exchange between them.
//!
//! Integers, rationals and polynomials of the library are rug's (GMP). The integer recurrences
//! (Bessel numbers, path numbers, coefficients of the ReLU moments) are written once against
//! [`ExactInteger`] and run on rug, on malachite and on num-bigint, which share no code: their
//! tables are compared bit for bit. num's types are also the exchange types of the public
//! interface, see [`to_num_integer`] and its siblings.

use std::fmt::{Debug, Display};

use malachite::base::num::arithmetic::traits::{AddMulAssign, DivExactAssign, SubMulAssign};
use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use rug::integer::Order;
use rug::{Integer, Rational};

/// An exact signed integer of any size, with the few operations that the integer recurrences use.
///
/// The text of a value (through [`Display`]) is its decimal expansion with a leading `-` where
/// needed, the same for every engine.
pub trait ExactInteger: Clone + Debug + Display + Ord + Send + Sync + 'static {
    /// The name of the library that does the arithmetic.
    const ENGINE: &'static str;

    /// The integer `value`.
    fn from_small(value: i64) -> Self;

    /// Zero.
    fn zero() -> Self {
        Self::from_small(0)
    }

    /// One.
    fn one() -> Self {
        Self::from_small(1)
    }

    /// Whether this is zero.
    fn is_zero(&self) -> bool;

    /// `self += other`.
    fn add_assign(&mut self, other: &Self);

    /// `self · other`.
    fn times(&self, other: &Self) -> Self;

    /// `self *= factor`.
    fn mul_small(&mut self, factor: u64);

    /// `self += other · factor`.
    fn add_mul_small(&mut self, other: &Self, factor: u64);

    /// `self = self · factor + other`, the step of a three-term recurrence done in place.
    fn mul_small_add(&mut self, factor: u64, other: &Self) {
        self.mul_small(factor);
        self.add_assign(other);
    }

    /// `self -= other · factor`.
    fn sub_mul_small(&mut self, other: &Self, factor: u64);

    /// `self /= divisor`, for a divisor that is known to divide `self` and is not 0.
    fn div_exact_small(&mut self, divisor: u64);
}

impl ExactInteger for Integer {
    const ENGINE: &'static str = "rug";

    fn from_small(value: i64) -> Self {
        Integer::from(value)
    }

    fn is_zero(&self) -> bool {
        Integer::is_zero(self)
    }

    fn add_assign(&mut self, other: &Self) {
        *self += other;
    }

    fn times(&self, other: &Self) -> Self {
        Integer::from(self * other)
    }

    fn mul_small(&mut self, factor: u64) {
        *self *= factor;
    }

    fn add_mul_small(&mut self, other: &Self, factor: u64) {
        *self += other * factor;
    }

    fn sub_mul_small(&mut self, other: &Self, factor: u64) {
        *self -= other * factor;
    }

    fn div_exact_small(&mut self, divisor: u64) {
        match u32::try_from(divisor) {
            Ok(divisor) => self.div_exact_u_mut(divisor),
            Err(_) => self.div_exact_mut(&Integer::from(divisor)),
        }
    }
}

impl ExactInteger for malachite::Integer {
    const ENGINE: &'static str = "malachite";

    fn from_small(value: i64) -> Self {
        malachite::Integer::from(value)
    }

    fn is_zero(&self) -> bool {
        *self == 0
    }

    fn add_assign(&mut self, other: &Self) {
        *self += other;
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn mul_small(&mut self, factor: u64) {
        *self *= malachite::Integer::from(factor);
    }

    fn add_mul_small(&mut self, other: &Self, factor: u64) {
        self.add_mul_assign(other, malachite::Integer::from(factor));
    }

    fn sub_mul_small(&mut self, other: &Self, factor: u64) {
        self.sub_mul_assign(other, malachite::Integer::from(factor));
    }

    fn div_exact_small(&mut self, divisor: u64) {
        self.div_exact_assign(malachite::Integer::from(divisor));
    }
}

impl ExactInteger for BigInt {
    const ENGINE: &'static str = "num-bigint";

    fn from_small(value: i64) -> Self {
        BigInt::from(value)
    }

    fn is_zero(&self) -> bool {
        self.sign() == Sign::NoSign
    }

    fn add_assign(&mut self, other: &Self) {
        *self += other;
    }

    fn times(&self, other: &Self) -> Self {
        self * other
    }

    fn mul_small(&mut self, factor: u64) {
        *self *= factor;
    }

    fn add_mul_small(&mut self, other: &Self, factor: u64) {
        *self += other * factor;
    }

    fn sub_mul_small(&mut self, other: &Self, factor: u64) {
        *self -= other * factor;
    }

    fn div_exact_small(&mut self, divisor: u64) {
        *self /= divisor;
    }
}

/// The same integer as num's exchange type.
pub fn to_num_integer(value: &Integer) -> BigInt {
    let bytes = value.to_digits::<u8>(Order::Lsf);
    let sign = match value.cmp0() {
        std::cmp::Ordering::Less => Sign::Minus,
        std::cmp::Ordering::Equal => Sign::NoSign,
        std::cmp::Ordering::Greater => Sign::Plus,
    };
    BigInt::from_bytes_le(sign, &bytes)
}

/// The same integer from num's exchange type.
pub fn from_num_integer(value: &BigInt) -> Integer {
    let (sign, bytes) = value.to_bytes_le();
    let magnitude = Integer::from_digits(&bytes, Order::Lsf);
    if sign == Sign::Minus {
        -magnitude
    } else {
        magnitude
    }
}

/// The same rational as num's exchange type, in lowest terms with a positive denominator.
pub fn to_num_rational(value: &Rational) -> BigRational {
    // A rug rational is canonical already, so no gcd is needed.
    BigRational::new_raw(to_num_integer(value.numer()), to_num_integer(value.denom()))
}

/// The same rational from num's exchange type; `None` where the denominator is zero, which num
/// allows in unreduced values.
pub fn from_num_rational(value: &BigRational) -> Option<Rational> {
    let denominator = from_num_integer(value.denom());
    if denominator.is_zero() {
        return None;
    }
    Some(Rational::from((
        from_num_integer(value.numer()),
        denominator,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs every operation on numbers that cross limb borders and writes the results down.
    fn transcript<Z: ExactInteger>() -> Vec<String> {
        let mut lines = Vec::new();
        let mut x = Z::one();
        let mut y = Z::from_small(-3);
        for step in 1..=60u64 {
            let factor = u64::MAX / step;
            x.mul_small(step * 1_000_003);
            x.add_mul_small(&y, factor);
            y.sub_mul_small(&x, step);
            y.add_assign(&Z::from_small(i64::MIN + step as i64));
            y.mul_small_add(step, &x);
            let mut product = x.times(&y);
            lines.push(product.to_string());
            product.mul_small(factor);
            product.div_exact_small(factor);
            assert_eq!(product, x.times(&y), "{}", Z::ENGINE);
            lines.push(format!("{x} {y} {:?} {}", x.cmp(&y), x.is_zero()));
        }
        x.mul_small(0);
        lines.push(format!("{x} {}", x.is_zero()));
        lines
    }

    #[test]
    fn the_three_engines_agree_on_every_operation() {
        let reference = transcript::<Integer>();
        assert_eq!(reference.len(), 121);
        assert_eq!(reference, transcript::<malachite::Integer>());
        assert_eq!(reference, transcript::<BigInt>());
    }

    #[test]
    fn exchange_with_num_is_a_round_trip() {
        let power = Integer::from(Integer::u_pow_u(3, 200));
        for value in [
            Integer::new(),
            Integer::from(1),
            Integer::from(-1),
            Integer::from(u64::MAX),
            Integer::from(i64::MIN),
            power.clone(),
            -power,
        ] {
            let num = to_num_integer(&value);
            assert_eq!(num.to_string(), value.to_string());
            assert_eq!(from_num_integer(&num), value);
            let fraction = Rational::from((value.clone(), 21));
            let num = to_num_rational(&fraction);
            assert_eq!(num, BigRational::new(num.numer() * 5, num.denom() * 5));
            assert_eq!(from_num_rational(&num), Some(fraction));
        }
        let broken = BigRational::new_raw(BigInt::from(1), BigInt::from(0));
        assert_eq!(from_num_rational(&broken), None);
        // Unreduced values come out canonical.
        let unreduced = BigRational::new_raw(BigInt::from(4), BigInt::from(-6));
        assert_eq!(from_num_rational(&unreduced), Some(Rational::from((-2, 3))));
    }
}
