//! Decimal literals to exact numbers: `0.1` is 1/10, `4.1e-3` is 41/10000.
//!
//! The text has already passed the lexer, so it is `digits[.digits][e[sign]digits]` in ASCII. The
//! size of the number is bounded before anything is built, so `1e99999999999` costs nothing.

use rug::ops::Pow;
use rug::{Integer, Rational};

/// A decimal as written: `digits · 10^exponent`, where `exponent` is the place of the last digit.
pub(super) struct Decimal {
    /// The digits as one integer, the point left out.
    pub(super) digits: Integer,
    /// The power of ten of the last digit written.
    pub(super) exponent: i64,
}

/// An upper bound for the bits of the numerator and denominator of a literal, made from its text.
///
/// A number of d digits is below 10^d, and scaling by 10^e adds |e| digits on one side. The bound
/// is infinite for exponents above 2^31, so that whatever passes a finite limit has a `u32` of digits.
pub(super) fn bits(text: &str) -> f64 {
    // 3.322 > log2(10) = 3.32192…
    const BITS_PER_DIGIT: f64 = 3.322;
    let (mantissa, exponent) = split(text);
    match exponent.parse::<i32>() {
        Ok(exponent) => (mantissa.len() as f64 + f64::from(exponent).abs()) * BITS_PER_DIGIT + 1.0,
        Err(_) => f64::INFINITY,
    }
}

/// Reads a literal. The caller has checked [`bits`] against a limit.
pub(super) fn read(text: &str) -> Decimal {
    let (mantissa, exponent) = split(text);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // Digits only, so that the parses can fail for nothing but an empty text, which is 0.
    let integer = |digits| Integer::from_str_radix(digits, 10).unwrap_or_default();
    let places = fraction.len() as i64;
    Decimal {
        digits: integer(whole) * power_of_ten(places) + integer(fraction),
        exponent: exponent.parse::<i64>().unwrap_or(0) - places,
    }
}

impl Decimal {
    /// The exact value.
    pub(super) fn value(&self) -> Rational {
        if self.exponent >= 0 {
            Rational::from(&self.digits * power_of_ten(self.exponent))
        } else {
            Rational::from((self.digits.clone(), power_of_ten(-self.exponent)))
        }
    }
}

/// 10^exponent for an exponent from 0 to 2^32 − 1, which [`bits`] has made sure of.
pub(super) fn power_of_ten(exponent: i64) -> Integer {
    Integer::from(10)
        .pow(u32::try_from(exponent).expect("exponents are below 2^31 + the digits of a text"))
}

/// The mantissa and the exponent of a literal; the exponent is `0` where none is written.
fn split(text: &str) -> (&str, &str) {
    match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent),
        None => (text, "0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Rational {
        read(text).value()
    }

    #[test]
    fn decimals_are_exact() {
        for (text, numerator, denominator) in [
            ("0.1", 1, 10),
            ("0.50", 1, 2),
            ("12.0625", 193, 16),
            ("4.1e-3", 41, 10_000),
            ("4.1e3", 4100, 1),
            ("1E+2", 100, 1),
            ("0e7", 0, 1),
            ("007", 7, 1),
        ] {
            assert_eq!(
                value(text),
                Rational::from((numerator, denominator)),
                "{text}"
            );
        }
    }

    #[test]
    fn the_last_place_is_where_the_last_digit_stands() {
        for (text, place) in [("0.0092983579", -10), ("5", 0), ("1e3", 3), ("4.10e-3", -5)] {
            assert_eq!(read(text).exponent, place, "{text}");
        }
    }

    #[test]
    fn the_size_bound_holds_and_is_known_before_building() {
        for text in ["0.1", "123456789.123e40", "9e-99", "99999999999999999999"] {
            let v = value(text);
            let most = v
                .numer()
                .significant_bits()
                .max(v.denom().significant_bits());
            assert!(f64::from(most) <= bits(text), "{text}");
        }
        for text in [
            "1e99999999999",
            "1e-99999999999",
            "1e99999999999999999999999999999",
        ] {
            assert!(bits(text) > 1e11, "{text}");
        }
    }
}
