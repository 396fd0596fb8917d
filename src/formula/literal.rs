//! Decimal literals to exact numbers: `0.1` is 1/10, `4.1e-3` is 41/10000.
//!
//! The text has already passed the lexer, so it is `digits[.digits][e[sign]digits]` in ASCII. The
//! size of the number is bounded before anything is built, so `1e99999999999` costs nothing.

use rug::ops::Pow;
use rug::{Integer, Rational};

use crate::error::Result;
use crate::limits::Limits;

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
/// is infinite if the exponent itself is out of range.
pub(super) fn bits(text: &str) -> f64 {
    // 3.322 > log2(10) = 3.32192…
    const BITS_PER_DIGIT: f64 = 3.322;
    let (mantissa, exponent) = split(text);
    let exponent = exponent.parse::<f64>().map_or(f64::INFINITY, f64::abs);
    (mantissa.len() as f64 + exponent) * BITS_PER_DIGIT + 1.0
}

/// Reads a literal whose size the caller has bounded with [`bits`] and `limits`.
///
/// # Errors
/// A limit error if the number would be larger than `limits` allow.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Decimal> {
    limits.check_integer_bits(bits(text), "this number")?;
    let (mantissa, exponent) = split(text);
    let fraction = mantissa.split_once('.').map_or("", |(_, f)| f);
    let mut digits = Integer::new();
    for part in mantissa.splitn(2, '.') {
        // Only ASCII digits are left, so the parse cannot fail; an empty fraction adds nothing.
        if let Ok(part_value) = Integer::from_str_radix(part, 10) {
            digits = digits * power_of_ten(part.len() as i64) + part_value;
        }
    }
    // Both are far below 2^63: the bound above would have refused them otherwise.
    let exponent = exponent.parse::<i64>().unwrap_or(0) - fraction.len() as i64;
    Ok(Decimal { digits, exponent })
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

/// 10^exponent for an exponent ≥ 0 whose size has been bounded.
pub(super) fn power_of_ten(exponent: i64) -> Integer {
    Integer::from(10).pow(u32::try_from(exponent).unwrap_or(u32::MAX))
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
        read(text, &Limits::default()).unwrap().value()
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
            assert_eq!(
                read(text, &Limits::default()).unwrap().exponent,
                place,
                "{text}"
            );
        }
    }

    #[test]
    fn the_size_bound_holds_and_refuses_before_building() {
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
            assert!(read(text, &Limits::default()).is_err(), "{text}");
        }
    }
}
