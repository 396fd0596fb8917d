//! Numbers that pass the strict grammars, and the parts of floats and magnitudes.

use rug::ops::Pow;
use rug::{Float, Integer, Rational};

use super::EXPONENT_LIMIT;
use crate::error::{Error, Result};
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

/// A decimal number that passed the grammar: `± digits · 10^exp`.
pub(super) struct Decimal {
    digits: Integer,
    exp: i64,
}

impl Decimal {
    pub(super) fn parse(text: &str) -> Result<Decimal> {
        let malformed = || {
            Error::parse(format!("`{}` is not a decimal number", shortened(text)))
                .with_hint("write it as `-12.5` or `1.25e-7`")
        };
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exp) = match unsigned.split_once('e') {
            Some((_, exp)) if exp.starts_with("+-") => return Err(malformed()),
            Some((mantissa, exp)) => {
                let exp = exp.strip_prefix('+').unwrap_or(exp);
                (mantissa, exponent(exp, 10)?)
            }
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        if whole.is_empty() || !mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(malformed());
        }
        let digits = integer(&format!("{whole}{fraction}"), 10).map_err(|_| malformed())?;
        Ok(Decimal {
            digits: if negative { -digits } else { digits },
            exp: exp.saturating_sub(fraction.len() as i64),
        })
    }

    /// A ball around the number: one rounding where it is a rational of bearable size, else the
    /// product of two balls.
    pub(super) fn to_ball(&self, prec: Bits) -> Result<Ball> {
        if self.digits == 0 {
            return Ok(Ball::zero());
        }
        let Some(exp) = i32::try_from(self.exp)
            .ok()
            .filter(|exp| i64::from(*exp).abs() <= EXPONENT_LIMIT)
        else {
            return Err(beyond_range());
        };
        let size = exp.unsigned_abs();
        let ball = if size <= 20_000 {
            let power = Integer::from(10).pow(size);
            let value = if exp >= 0 {
                Rational::from(&self.digits * power)
            } else {
                Rational::from((self.digits.clone(), power))
            };
            Ball::from_rational(&value, prec)
        } else {
            // Below the range a power of ten gives [0 ± 2^exp_min]; above it, no information.
            let work = prec.plus(32);
            Ball::from_i64(10)
                .pow_i64(i64::from(exp), work)
                .mul_integer(&self.digits, prec)
        };
        if ball.is_finite() {
            Ok(ball)
        } else {
            Err(beyond_range())
        }
    }
}

/// A non-empty run of digits in the base, with a sign, as an integer.
pub(super) fn integer(text: &str, radix: u32) -> Result<Integer> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let strict = !unsigned.is_empty()
        && unsigned
            .chars()
            .all(|c| c.is_digit(radix) && !c.is_ascii_uppercase());
    let parsed = strict
        .then(|| Integer::from_str_radix(text, radix as i32).ok())
        .flatten();
    parsed.ok_or_else(|| {
        Error::parse(format!("`{}` is not an integer", shortened(text))).with_hint(match radix {
            16 => "write it with the digits 0-9a-f",
            _ => "write it with the digits 0-9",
        })
    })
}

/// An exponent: an integer of at most 12 digits.
pub(super) fn exponent(text: &str, radix: u32) -> Result<i64> {
    integer(text, radix)?
        .to_i64()
        .filter(|n| n.unsigned_abs() < 1 << 41)
        .ok_or_else(beyond_range)
}

/// `man*2^exp` or `man`.
pub(super) fn dyadic_parts(text: &str) -> Result<(Integer, i64)> {
    match text.split_once("*2^") {
        Some((man, exp)) => Ok((integer(man, 10)?, exponent(exp, 10)?)),
        None => Ok((integer(text, 10)?, 0)),
    }
}

/// The float man · 2^exp, exactly.
pub(super) fn float_of_parts(man: &Integer, exp: i64) -> Result<Float> {
    let bits = man.significant_bits();
    if bits > Bits::MAX.get() {
        return Err(beyond_range());
    }
    // |man · 2^exp| lies in [2^(top − 1), 2^top).
    let top = exp + i64::from(bits);
    let range = i64::from(rug::float::exp_min())..=i64::from(rug::float::exp_max());
    if *man != 0 && !range.contains(&top) {
        return Err(beyond_range());
    }
    let float = Float::with_val(Bits::new(bits).get(), man);
    if float.is_zero() {
        return Ok(float);
    }
    let shift = i32::try_from(exp).map_err(|_| beyond_range())?;
    Ok(Float::with_val(float.prec(), &float << shift))
}

pub(super) fn magnitude_of_parts(man: &Integer, exp: i64) -> Result<Magnitude> {
    if *man < 0 {
        return Err(Error::parse("a radius is not negative"));
    }
    match man.to_u64() {
        Some(man) => Ok(Magnitude::new(man, exp)),
        None => Err(Error::parse("the mantissa of a radius has at most 64 bits")),
    }
}

/// An odd mantissa and its exponent; (0, 0) for 0.
pub(super) fn odd_parts(x: &Float) -> (Integer, i64) {
    match x.to_integer_exp() {
        Some((man, exp)) => match man.find_one(0) {
            Some(zeros) => (man >> zeros, i64::from(exp) + i64::from(zeros)),
            None => (Integer::new(), 0),
        },
        // A midpoint is finite, so this is not met.
        None => (Integer::new(), 0),
    }
}

pub(super) fn beyond_range() -> Error {
    Error::parse("the number lies beyond the exponent range")
        .with_hint("absolute values between 2^-1073741823 and 2^1073741822 are possible")
}

/// The beginning of a text, for messages.
pub(super) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}
