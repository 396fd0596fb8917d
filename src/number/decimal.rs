//! Decimal text of exact and certified numbers: every printed digit is right, the last one rounded
//! to nearest, ties to even.
//!
//! A ball has a decimal of N significant digits only if all its numbers round to the same one.
//! Numbers print positionally if 10⁻⁷ ≤ |x| < 10^N, else as `d.ddde-16`. Trailing zeros are
//! digits, except that an exact value whose decimal ends within N digits prints as it is, and an
//! integer whole.

use std::fmt;

use rug::ops::Pow;
use rug::{Float, Integer, Rational};

use super::ball::Ball;
use super::precision::Digits;

/// A non-zero decimal number `± 0.d₁d₂…d_N · 10^point`, with d₁ ≠ 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: String,
    point: i64,
    positional_below: i64,
}

impl Decimal {
    /// The common rounding of every number of the ball to `digits` significant digits; `None` if
    /// they do not all round alike, or if 0 is among them.
    pub fn from_ball(ball: &Ball, digits: Digits) -> Option<Decimal> {
        if !ball.is_finite() || ball.contains_zero() {
            return None;
        }
        let (lower, upper) = (dyadic_ends(ball)?.0, dyadic_ends(ball)?.1);
        let (small, large) = if ball.is_negative() {
            (upper, lower)
        } else {
            (lower, upper)
        };
        // Rounding is monotone: if both ends round alike, so does everything between them.
        let decimal = round_dyadic(&small, digits);
        let agrees = small == large || round_dyadic(&large, digits) == decimal;
        agrees.then(|| decimal.into_decimal(ball.is_negative(), digits))
    }

    /// The rational rounded to `digits` significant digits; `None` for 0.
    pub fn from_rational(value: &Rational, digits: Digits) -> Option<Decimal> {
        if *value == 0 {
            return None;
        }
        let magnitude = value.clone().abs();
        let exponent = i64::from(magnitude.numer().significant_bits())
            - i64::from(magnitude.denom().significant_bits());
        let rounded = round_scaled(exponent, digits, |places| {
            let (mut numerator, mut denominator) =
                (magnitude.numer().clone(), magnitude.denom().clone());
            if places >= 0 {
                numerator *= ten_to(places)
            } else {
                denominator *= ten_to(-places)
            }
            divide_to_even(numerator, &denominator)
        });
        Some(rounded.into_decimal(*value < 0, digits))
    }

    /// The sign and the digits, without the point: `("-", "31415", 1)` for −3.1415.
    pub fn parts(&self) -> (bool, &str, i64) {
        (self.negative, &self.digits, self.point)
    }

    /// The decimal as an exact rational.
    pub fn to_rational(&self) -> Rational {
        let mut value = Rational::from(self.digits.parse::<Integer>().unwrap_or_default());
        let shift = self.point - self.digits.len() as i64;
        if shift >= 0 {
            value *= ten_to(shift)
        } else {
            value /= ten_to(-shift)
        }
        if self.negative { -value } else { value }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let count = self.digits.len() as i64;
        // 10^(point − 1) <= |x| < 10^point.
        if self.point < -6 || self.point > self.positional_below {
            let (first, rest) = self.digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(f, "{first}{point}{rest}e{}", self.point - 1);
        }
        if self.point <= 0 {
            write!(
                f,
                "0.{}{}",
                "0".repeat(self.point.unsigned_abs() as usize),
                self.digits
            )
        } else if self.point >= count {
            write!(
                f,
                "{}{}",
                self.digits,
                "0".repeat((self.point - count) as usize)
            )
        } else {
            let (whole, fraction) = self.digits.split_at(self.point as usize);
            write!(f, "{whole}.{fraction}")
        }
    }
}

/// An exact rational as `eval` prints it: an integer whole, a decimal that ends within `digits`
/// digits as it is, anything else rounded to `digits` significant digits.
pub fn rational_text(value: &Rational, digits: Digits) -> String {
    if value.is_integer() {
        return value.numer().to_string();
    }
    let Some(mut decimal) = Decimal::from_rational(value, digits) else {
        return "0".into();
    };
    if decimal.to_rational() == *value {
        let kept = decimal.digits.trim_end_matches('0').len();
        decimal.digits.truncate(kept);
    }
    decimal.to_string()
}

/// A positive integer mantissa times a power of two.
#[derive(PartialEq)]
struct Dyadic {
    man: Integer,
    exp: i64,
}

/// A rounded decimal before its sign is known: `value · 10^−places`, value of N digits.
#[derive(PartialEq)]
struct Scaled {
    value: Integer,
    places: i64,
}

impl Scaled {
    fn into_decimal(self, negative: bool, digits: Digits) -> Decimal {
        let text = self.value.to_string();
        let point = text.len() as i64 - self.places;
        Decimal {
            negative,
            digits: text,
            point,
            positional_below: i64::from(digits.get()),
        }
    }
}

/// The absolute values of `mid − rad` and `mid + rad`, exactly.
fn dyadic_ends(ball: &Ball) -> Option<(Dyadic, Dyadic)> {
    let (man, exp) = integer_exponent(ball.mid())?;
    if ball.is_exact() {
        let end = || Dyadic {
            man: man.clone().abs(),
            exp,
        };
        return Some((end(), end()));
    }
    let (rad, rad_exp) = integer_exponent(&ball.rad().to_float())?;
    let common = exp.min(rad_exp);
    let man = man << u32::try_from(exp - common).ok()?;
    let rad = rad << u32::try_from(rad_exp - common).ok()?;
    let lower = Dyadic {
        man: Integer::from(&man - &rad).abs(),
        exp: common,
    };
    let upper = Dyadic {
        man: (man + rad).abs(),
        exp: common,
    };
    Some((lower, upper))
}

fn integer_exponent(value: &Float) -> Option<(Integer, i64)> {
    let (man, exp) = value.to_integer_exp()?;
    Some((man, i64::from(exp)))
}

fn round_dyadic(value: &Dyadic, digits: Digits) -> Scaled {
    let exponent = i64::from(value.man.significant_bits()) + value.exp;
    round_scaled(exponent, digits, |places| {
        // man · 2^exp · 10^places = man · 5^places · 2^(exp + places).
        let mut numerator = value.man.clone();
        let mut denominator = Integer::from(1);
        let five = Integer::from(5).pow(places.unsigned_abs() as u32);
        if places >= 0 {
            numerator *= five
        } else {
            denominator = five
        }
        let shift = value.exp + places;
        if shift >= 0 {
            numerator <<= shift as u32;
        } else if denominator == 1 {
            return shift_to_even(numerator, shift.unsigned_abs() as u32);
        } else {
            denominator <<= shift.unsigned_abs() as u32;
        }
        divide_to_even(numerator, &denominator)
    })
}

/// Finds the number of decimal places at which a value of binary exponent `exponent` (that is,
/// 2^(exponent−2) < value < 2^(exponent+1)) has exactly `digits` digits after rounding by `round`.
fn round_scaled(exponent: i64, digits: Digits, round: impl Fn(i64) -> Integer) -> Scaled {
    let digits = i64::from(digits.get());
    // log10 of the value, low by at most 2: the estimate gives `digits` or a few more.
    let estimate = (((exponent - 2) as f64) * std::f64::consts::LOG10_2).floor() as i64;
    let limit = ten_to(digits);
    let mut places = digits - 1 - estimate;
    loop {
        let value = round(places);
        if value < limit {
            return Scaled { value, places };
        }
        if value == limit {
            // Rounded up to 10^digits: one place fewer gives 10^(digits−1), the same number.
            return Scaled {
                value: ten_to(digits - 1),
                places: places - 1,
            };
        }
        places -= 1;
    }
}

fn ten_to(power: i64) -> Integer {
    Integer::from(10).pow(power.unsigned_abs() as u32)
}

/// The nearest integer of a positive quotient, ties to even.
fn divide_to_even(numerator: Integer, denominator: &Integer) -> Integer {
    let (quotient, remainder) = numerator.div_rem(denominator.clone());
    round_up_if(quotient, (remainder << 1u32).cmp(denominator))
}

/// The nearest integer of `numerator / 2^shift`, ties to even.
fn shift_to_even(numerator: Integer, shift: u32) -> Integer {
    if shift == 0 {
        return numerator;
    }
    let quotient = Integer::from(&numerator >> shift);
    let remainder = numerator.keep_bits(shift);
    let half = Integer::from(1) << (shift - 1);
    round_up_if(quotient, remainder.cmp(&half))
}

fn round_up_if(quotient: Integer, twice_remainder: std::cmp::Ordering) -> Integer {
    match twice_remainder {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Equal if quotient.is_even() => quotient,
        _ => quotient + 1,
    }
}

#[cfg(test)]
mod tests {
    use rug::float::Round;

    use super::super::ball::Magnitude;
    use super::super::precision::Bits;
    use super::*;

    fn text(numerator: i64, denominator: i64, digits: u32) -> String {
        rational_text(
            &Rational::from((numerator, denominator)),
            Digits::literal(digits),
        )
    }

    #[test]
    fn exact_values_print_as_they_are() {
        assert_eq!(text(63, 32, 50), "1.96875");
        assert_eq!(text(-63, 32, 6), "-1.96875");
        assert_eq!(text(63, 32, 5), "1.9688");
        assert_eq!(text(0, 1, 5), "0");
        assert_eq!(text(123_456_789, 1, 3), "123456789");
        assert_eq!(text(1, 3, 5), "0.33333");
        assert_eq!(text(2, 3, 5), "0.66667");
    }

    #[test]
    fn ties_go_to_even() {
        assert_eq!(text(5, 2, 1), "2");
        assert_eq!(text(7, 2, 1), "4");
        assert_eq!(text(1005, 1000, 3), "1.00");
        assert_eq!(text(1015, 1000, 3), "1.02");
    }

    #[test]
    fn small_and_large_values_use_exponents() {
        assert_eq!(text(1, 10_000_000, 3), "0.0000001");
        assert_eq!(text(1, 3_000_000, 3), "0.000000333");
        assert_eq!(text(1, 30_000_000, 3), "3.33e-8");
        assert_eq!(text(99_999_999, 1000, 3), "1.00e5");
        assert_eq!(text(99_949, 100, 3), "999");
        assert_eq!(text(1, 100_000_000_000, 30), "1e-11");
    }

    #[test]
    fn carries_keep_the_number_of_digits() {
        assert_eq!(text(9_999_999, 1_000_001, 3), "10.0");
        assert_eq!(text(19_999, 20_000, 3), "1.00");
        assert_eq!(text(99_951, 100_000, 3), "1.00");
        assert_eq!(text(99_949, 100_000, 3), "0.999");
    }

    #[test]
    fn a_ball_prints_only_what_all_its_numbers_share() {
        let prec = Bits::new(100);
        let pi = Ball::pi(prec);
        let decimal = Decimal::from_ball(&pi, Digits::literal(29)).map(|d| d.to_string());
        assert_eq!(decimal.as_deref(), Some("3.1415926535897932384626433833"));
        assert!(Decimal::from_ball(&pi, Digits::literal(31)).is_none());
        // Every number of [1/2 ± 2^-90] rounds to 0.50000, but to one digit 0.25 ± tiny is a tie.
        let quarter = Ball::new(Float::with_val(100, 0.25), Magnitude::power_of_two(-90));
        assert!(Decimal::from_ball(&quarter, Digits::literal(1)).is_none());
        assert_eq!(
            Decimal::from_ball(&quarter, Digits::literal(5))
                .map(|d| d.to_string())
                .as_deref(),
            Some("0.25000")
        );
        assert!(Decimal::from_ball(&Ball::zero(), Digits::literal(5)).is_none());
    }

    #[test]
    fn balls_agree_with_mpfr_on_random_exact_values() {
        let mut state = 7u64;
        let mut cases = 0;
        for _ in 0..4000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let mut value = Float::with_val(64, state >> 11);
            value <<= (state % 400) as i32 - 230;
            if state & 1 == 1 {
                value = -value;
            }
            let digits = 2 + (state >> 50) as u32 % 40;
            let ours = Decimal::from_ball(&Ball::exact(value.clone()), Digits::literal(digits))
                .expect("exact and not zero");
            let (negative, mpfr, exponent) =
                value.to_sign_string_exp_round(10, Some(digits as usize), Round::Nearest);
            assert_eq!(
                (ours.negative, ours.digits.as_str(), ours.point),
                (negative, mpfr.as_str(), i64::from(exponent.unwrap_or(0))),
                "{value}"
            );
            assert_eq!(
                Decimal::from_rational(
                    &value.to_rational().expect("finite"),
                    Digits::literal(digits)
                ),
                Some(ours)
            );
            cases += 1;
        }
        assert_eq!(cases, 4000);
    }
}
