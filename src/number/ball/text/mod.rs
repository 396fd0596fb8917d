//! Text of balls: certified decimals, lossless dyadics, and the dump format of Arb.
//!
//! | form | example | promise |
//! |---|---|---|
//! | decimal | `[3.1415926553 +/- 1.92e-9]` | read back, it contains the ball it was written from |
//! | dyadic | `884279719003555*2^-48 +/- 1*2^-49` | read back, it is the same ball |
//! | dump | `3243f6a8885a3 -30 1 -31` | as dyadic; the format of `arb_dump_str` of FLINT |
//!
//! The grammars are strict and stand below; no text reaches a parser of GMP or MPFR before it has
//! passed them. `sign` is an ASCII `-`; digits are ASCII. No number needs memory beyond its own
//! text, whatever its exponent.
//!
//! ```text
//! decimal ball = "[" decimal " +/- " (decimal without sign | "inf") "]"
//! decimal      = [sign] digits ["." digits] ["e" ["+" | sign] digits]
//! dyadic ball  = dyadic " +/- " (dyadic without sign | "inf")
//! dyadic       = [sign] digits ["*2^" [sign] digits]
//! dump         = hex " " hex " " hex " " hex          (midpoint, exponent, radius, exponent)
//! ```

mod decimal;
mod grammar;
#[cfg(test)]
mod tests;

use rug::float::Round;

use self::decimal::{Tens, placed, significant, trimmed};
use self::grammar::{
    Decimal, dyadic_parts, exponent, float_of_parts, integer, magnitude_of_parts, odd_parts,
};
use super::Ball;
use crate::error::{Error, Result};
use crate::number::precision::{Bits, Digits};

/// Separates midpoint and radius.
const SEPARATOR: &str = " +/- ";
/// Decimal exponents beyond this lie outside MPFR's exponent range whatever the digits:
/// 2^(2^30) < 10^323228497.
const EXPONENT_LIMIT: i64 = 400_000_000;

/// Decimal text.
impl Ball {
    /// `[m +/- r]`: m has at most `digits` significant digits and no more than the radius leaves
    /// meaningful (two digits of the radius overlap with it); r is rounded up to three digits.
    ///
    /// The interval [m − r, m + r] contains the ball: with u the unit of the last digit of m,
    /// rounded to nearest, |x − m| ≤ rad + u/2. An exact m adds nothing. "No information" is
    /// `[0 +/- inf]`.
    pub fn to_decimal_text(&self, digits: Digits) -> String {
        let Some(rad) = Tens::above(&self.rad.to_float()) else {
            return "[0 +/- inf]".into();
        };
        let Some((negative, text, point)) = significant(&self.mid, 1, Round::Zero) else {
            return format!("[0{SEPARATOR}{rad}]");
        };
        debug_assert_eq!(text.len(), 1);
        // |mid| < 10^point, and the radius has its leading digit at 10^(rad.exp + 2).
        let wanted = i64::from(digits.get());
        let count = match rad.leading_place() {
            None => wanted,
            Some(place) => wanted.min(point - (place - 1)),
        };
        if count <= 0 {
            // |m − 0| < 10^point, far below the radius.
            let reach = rad.plus(Tens { man: 1, exp: point });
            return format!("[0{SEPARATOR}{reach}]");
        }
        let count = count as usize;
        let (Some((_, low, low_point)), Some((_, nearest, point))) = (
            significant(&self.mid, count, Round::Zero),
            significant(&self.mid, count, Round::Nearest),
        ) else {
            return "[0 +/- inf]".into();
        };
        let exact = low == nearest
            && low_point == point
            && significant(&self.mid, count, Round::AwayZero)
                .is_some_and(|(_, high, _)| high == low);
        let rad = if exact {
            rad
        } else {
            // Half a unit of the last digit, 10^(point − count).
            rad.plus(Tens {
                man: 5,
                exp: point - count as i64 - 1,
            })
        };
        let sign = if negative { "-" } else { "" };
        let nearest = if exact && self.is_exact() {
            trimmed(&nearest, point)
        } else {
            &nearest
        };
        format!("[{sign}{}{SEPARATOR}{rad}]", placed(nearest, point))
    }

    /// The ball of a decimal text `[m +/- r]`, with its midpoint rounded to `prec`; it contains
    /// every number of the interval that the text stands for.
    ///
    /// # Errors
    /// A parse error with the place, if the text does not follow the grammar, or if a number in it
    /// lies beyond the exponent range.
    pub fn from_decimal_text(text: &str, prec: Bits) -> Result<Ball> {
        let malformed = |hint: &str| {
            Error::parse("this is not a ball of the form `[m +/- r]`")
                .with_hint(hint)
                .at(0..text.len())
        };
        let inner = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .ok_or_else(|| malformed("write it in square brackets, as `[3.14 +/- 0.01]`"))?;
        let (mid, rad) = inner
            .split_once(SEPARATOR)
            .ok_or_else(|| malformed("separate midpoint and radius by ` +/- `, with its spaces"))?;
        let rad_at = 1 + mid.len() + SEPARATOR.len();
        let mid = Decimal::parse(mid)
            .and_then(|value| value.to_ball(prec))
            .map_err(|error| error.at(1..1 + mid.len()))?;
        if rad == "inf" {
            return Ok(Ball::indeterminate());
        }
        let span = rad_at..rad_at + rad.len();
        if rad.starts_with('-') {
            return Err(Error::parse("a radius is not negative").at(span));
        }
        let rad = Decimal::parse(rad)
            .and_then(|rad| rad.to_ball(Bits::new(64)))
            .map_err(|error| error.at(span))?;
        Ok(mid.widened(rad.magnitude()))
    }
}

/// Lossless text.
impl Ball {
    /// `man*2^exp +/- man*2^exp` in decimal integers, both mantissas odd (or 0): the ball itself,
    /// without rounding. "No information" is `0 +/- inf`.
    pub fn to_dyadic_text(&self) -> String {
        let Some((rad_man, rad_exp)) = self.rad.parts() else {
            return format!("0{SEPARATOR}inf");
        };
        let (man, exp) = odd_parts(&self.mid);
        let dyadic = |man: String, exp: i64| match exp {
            0 => man,
            _ => format!("{man}*2^{exp}"),
        };
        format!(
            "{}{SEPARATOR}{}",
            dyadic(man.to_string(), exp),
            dyadic(rad_man.to_string(), rad_exp)
        )
    }

    /// The ball of a dyadic text. The midpoint gets just the bits that its mantissa needs; a radius
    /// mantissa of more than 30 bits is rounded up.
    ///
    /// # Errors
    /// A parse error with the place, if the text does not follow the grammar, or if a number in it
    /// lies beyond the exponent range.
    pub fn from_dyadic_text(text: &str) -> Result<Ball> {
        let (mid, rad) = text.split_once(SEPARATOR).ok_or_else(|| {
            Error::parse("this is not a ball of the form `man*2^exp +/- man*2^exp`")
                .with_hint("separate midpoint and radius by ` +/- `, with its spaces")
                .at(0..text.len())
        })?;
        let rad_at = mid.len() + SEPARATOR.len();
        let (mid_span, rad_span) = (0..mid.len(), rad_at..rad_at + rad.len());
        let (man, exp) = dyadic_parts(mid).map_err(|error| error.at(mid_span.clone()))?;
        let mid = float_of_parts(&man, exp).map_err(|error| error.at(mid_span))?;
        if rad == "inf" {
            return Ok(Ball::indeterminate());
        }
        let rad = dyadic_parts(rad)
            .and_then(|(man, exp)| magnitude_of_parts(&man, exp))
            .map_err(|error| error.at(rad_span))?;
        Ok(Ball::new(mid, rad))
    }

    /// The ball in the format of `arb_dump_str`: mantissa and exponent of midpoint and radius, in
    /// hexadecimal, separated by spaces. "No information" is `0 0 0 -1`, Arb's [0 ± ∞].
    pub fn to_dump_text(&self) -> String {
        let Some((rad_man, rad_exp)) = self.rad.parts() else {
            return "0 0 0 -1".into();
        };
        let (man, exp) = odd_parts(&self.mid);
        let hex = |n: i64| {
            let sign = if n < 0 { "-" } else { "" };
            format!("{sign}{:x}", n.unsigned_abs())
        };
        format!(
            "{} {} {rad_man:x} {}",
            man.to_string_radix(16),
            hex(exp),
            hex(rad_exp)
        )
    }

    /// The ball of a dump in the format of `arb_dump_str`. Arb's infinities and NaN give no
    /// information.
    ///
    /// # Errors
    /// A parse error with the place, if the text does not follow the grammar, or if a number in it
    /// lies beyond the exponent range.
    pub fn from_dump_text(text: &str) -> Result<Ball> {
        let whole = 0..text.len();
        let fields: Vec<&str> = text.split(' ').collect();
        let [man, exp, rad_man, rad_exp] = fields[..] else {
            return Err(Error::parse(
                "a dumped ball is four hexadecimal integers separated by single spaces",
            )
            .at(whole));
        };
        let parse = || -> Result<Ball> {
            let (man, exp) = (integer(man, 16)?, exponent(exp, 16)?);
            let (rad_man, rad_exp) = (integer(rad_man, 16)?, exponent(rad_exp, 16)?);
            if (man == 0 && exp != 0) || (rad_man == 0 && rad_exp != 0) {
                return Ok(Ball::indeterminate());
            }
            Ok(Ball::new(
                float_of_parts(&man, exp)?,
                magnitude_of_parts(&rad_man, rad_exp)?,
            ))
        };
        parse().map_err(|error| error.at(whole))
    }
}
