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

use std::fmt::Write as _;

use rug::float::Round;
use rug::ops::Pow;
use rug::{Float, Integer, Rational};

use super::{Ball, Magnitude};
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

/// `man · 10^exp` with a small mantissa, an upper bound of a radius.
#[derive(Clone, Copy)]
struct Tens {
    man: u128,
    exp: i64,
}

impl Tens {
    /// The float rounded up to three digits; `None` if it is infinite.
    fn above(x: &Float) -> Option<Tens> {
        if x.is_zero() {
            return Some(Tens { man: 0, exp: 0 });
        }
        let (_, text, point) = significant(x, 3, Round::AwayZero)?;
        Some(Tens {
            man: text.parse().ok()?,
            exp: point - 3,
        })
    }

    /// The power of ten of the leading digit; `None` for 0.
    fn leading_place(self) -> Option<i64> {
        let digits = self.man.checked_ilog10()?;
        Some(self.exp + i64::from(digits))
    }

    /// The sum, rounded up to three digits.
    fn plus(self, other: Tens) -> Tens {
        if self.man == 0 || other.man == 0 {
            return if self.man == 0 { other } else { self }.rounded_up();
        }
        let (high, low) = if self.exp >= other.exp {
            (self, other)
        } else {
            (other, self)
        };
        let gap = high.exp - low.exp;
        // Mantissas are below 1000: over a gap above 12 the lower number is less than 10^3 · 10^−13
        // units of the higher one, hence less than one unit after a scaling by 10^6.
        let sum = if gap > 12 {
            Tens {
                man: high.man * 1_000_000 + 1,
                exp: high.exp - 6,
            }
        } else {
            Tens {
                man: high.man * 10u128.pow(gap as u32) + low.man,
                exp: low.exp,
            }
        };
        sum.rounded_up()
    }

    fn rounded_up(self) -> Tens {
        let mut sum = self;
        while sum.man > 999 {
            sum.man = sum.man.div_ceil(10);
            sum.exp += 1;
        }
        sum
    }
}

impl std::fmt::Display for Tens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.man == 0 {
            return f.write_str("0");
        }
        let digits = self.man.to_string();
        let exponent = self.exp + digits.len() as i64 - 1;
        let digits = digits.trim_end_matches('0');
        f.write_str(&scientific(digits, exponent))
    }
}

/// `d.dde-k`, without `e0`.
fn scientific(digits: &str, exponent: i64) -> String {
    let (first, rest) = digits.split_at(1);
    let mut text = String::from(first);
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    if exponent != 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, "e{exponent}");
    }
    text
}

/// 0.d₁d₂… · 10^point, positional where the digits reach the decimal point and |x| ≥ 10⁻⁷.
fn placed(digits: &str, point: i64) -> String {
    if point > digits.len() as i64 || point < -6 {
        return scientific(digits, point - 1);
    }
    if point <= 0 {
        return format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    let (whole, fraction) = digits.split_at(point as usize);
    if fraction.is_empty() {
        whole.into()
    } else {
        format!("{whole}.{fraction}")
    }
}

/// The digits without zeros at their end behind the decimal point.
fn trimmed(digits: &str, point: i64) -> &str {
    let keep = usize::try_from(point).unwrap_or(0).clamp(1, digits.len());
    let ends = digits.trim_end_matches('0').len().max(keep);
    &digits[..ends]
}

/// Sign, `count` digits and the place of the decimal point of a non-zero float
/// ± 0.d₁d₂… · 10^point, correctly rounded by MPFR; `None` for 0 and infinities.
fn significant(x: &Float, count: usize, round: Round) -> Option<(bool, String, i64)> {
    if x.is_zero() || !x.is_finite() {
        return None;
    }
    let (negative, text, point) = x.to_sign_string_exp_round(10, Some(count), round);
    Some((negative, text, i64::from(point?)))
}

/// A decimal number that passed the grammar: `± digits · 10^exp`.
struct Decimal {
    digits: Integer,
    exp: i64,
}

impl Decimal {
    fn parse(text: &str) -> Result<Decimal> {
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
    fn to_ball(&self, prec: Bits) -> Result<Ball> {
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
fn integer(text: &str, radix: u32) -> Result<Integer> {
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
fn exponent(text: &str, radix: u32) -> Result<i64> {
    integer(text, radix)?
        .to_i64()
        .filter(|n| n.unsigned_abs() < 1 << 41)
        .ok_or_else(beyond_range)
}

/// `man*2^exp` or `man`.
fn dyadic_parts(text: &str) -> Result<(Integer, i64)> {
    match text.split_once("*2^") {
        Some((man, exp)) => Ok((integer(man, 10)?, exponent(exp, 10)?)),
        None => Ok((integer(text, 10)?, 0)),
    }
}

/// The float man · 2^exp, exactly.
fn float_of_parts(man: &Integer, exp: i64) -> Result<Float> {
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

fn magnitude_of_parts(man: &Integer, exp: i64) -> Result<Magnitude> {
    if *man < 0 {
        return Err(Error::parse("a radius is not negative"));
    }
    match man.to_u64() {
        Some(man) => Ok(Magnitude::new(man, exp)),
        None => Err(Error::parse("the mantissa of a radius has at most 64 bits")),
    }
}

/// An odd mantissa and its exponent; (0, 0) for 0.
fn odd_parts(x: &Float) -> (Integer, i64) {
    match x.to_integer_exp() {
        Some((man, exp)) => match man.find_one(0) {
            Some(zeros) => (man >> zeros, i64::from(exp) + i64::from(zeros)),
            None => (Integer::new(), 0),
        },
        // A midpoint is finite, so this is not met.
        None => (Integer::new(), 0),
    }
}

fn beyond_range() -> Error {
    Error::parse("the number lies beyond the exponent range")
        .with_hint("absolute values between 2^-1073741823 and 2^1073741822 are possible")
}

/// The beginning of a text, for messages.
fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() {
        format!("{head}…")
    } else {
        head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Bits = Bits::new(64);

    fn around(mid: f64, rad: f64) -> Ball {
        Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad))
    }

    #[test]
    fn decimals_read_well() {
        let text = |ball: Ball, digits| ball.to_decimal_text(Digits::literal(digits));
        assert_eq!(text(Ball::from_i64(3), 10), "[3 +/- 0]");
        assert_eq!(text(around(-1.96875, 0.0), 10), "[-1.96875 +/- 0]");
        assert_eq!(text(around(1.5, 0.0), 1), "[2 +/- 5e-1]");
        assert_eq!(text(around(0.0, 0.5), 10), "[0 +/- 5e-1]");
        assert_eq!(text(around(0.001, 0.5), 10), "[0 +/- 5.1e-1]");
        assert_eq!(text(around(1e-9, 1e-12), 10), "[1.0000e-9 +/- 1.06e-12]");
        assert_eq!(text(around(123456.0, 0.0), 3), "[1.23e5 +/- 5e2]");
        assert_eq!(text(around(1000.0, 0.0), 9), "[1000 +/- 0]");
        assert_eq!(text(Ball::indeterminate(), 10), "[0 +/- inf]");
        assert_eq!(
            text(Ball::pi(Bits::new(200)), 20),
            "[3.1415926535897932385 +/- 5.01e-20]"
        );
        assert_eq!(
            text(Ball::pi(Bits::new(30)), 50),
            "[3.1415926553 +/- 1.92e-9]"
        );
    }

    #[test]
    fn dyadics_are_lossless_and_normal() {
        assert_eq!(around(0.75, 0.5).to_dyadic_text(), "3*2^-2 +/- 1*2^-1");
        assert_eq!(Ball::from_i64(12).to_dyadic_text(), "3*2^2 +/- 0");
        assert_eq!(Ball::indeterminate().to_dyadic_text(), "0 +/- inf");
        assert_eq!(around(-10.0, 0.375).to_dump_text(), "-5 1 3 -3");
        assert_eq!(Ball::indeterminate().to_dump_text(), "0 0 0 -1");
        let huge = Ball::from_i64(-3).mul_2exp(1_000_000_000);
        assert_eq!(huge.to_dyadic_text(), "-3*2^1000000000 +/- 0");
        for ball in [around(0.75, 0.5), huge, Ball::indeterminate()] {
            for back in [
                Ball::from_dyadic_text(&ball.to_dyadic_text()).unwrap(),
                Ball::from_dump_text(&ball.to_dump_text()).unwrap(),
            ] {
                assert!(back.mid() == ball.mid() && back.rad() == ball.rad());
            }
        }
    }

    #[test]
    fn huge_and_tiny_decimals_are_enclosed() {
        for shift in [1_000_000_000, -1_000_000_000, 100_000, -100_000] {
            let ball = Ball::from_i64(3).mul_2exp(shift);
            let text = ball.to_decimal_text(Digits::literal(12));
            let back = Ball::from_decimal_text(&text, P).unwrap();
            assert!(back.overlaps(&ball) && back.accuracy() > 30, "{text}");
        }
    }

    #[test]
    fn malformed_text_is_refused_with_its_place() {
        let decimals = [
            "",
            "1",
            "[]",
            "[1]",
            "[1 +/- ]",
            "[1+/-1]",
            "[1 +/- -1]",
            "[1 +/-  1]",
            "[+1 +/- 1]",
            "[.5 +/- 1]",
            "[5. +/- 1]",
            "[1_0 +/- 1]",
            "[nan +/- 1]",
            "[inf +/- 1]",
            "[1 +/- nan]",
            "[0x1p3 +/- 1]",
            "[1e400e2 +/- 1]",
            "[1e +/- 1]",
            "[٣ +/- 1]",
            "[ 1 +/- 1]",
            "[1 +/- 1] ",
            "[1E5 +/- 1]",
            "[1e99999999999999999999 +/- 1]",
            "[1e999999999 +/- 1]",
            "[1e-999999999 +/- 1]",
            "[1.2.3 +/- 1]",
            "[--1 +/- 1]",
            "[1e+-5 +/- 0]",
        ];
        for text in decimals {
            let error = Ball::from_decimal_text(text, P).unwrap_err();
            assert_eq!(error.kind(), crate::error::ErrorKind::Parse, "{text}");
            assert!(error.span().is_some(), "{text}");
        }
        let dyadics = [
            "",
            "1",
            "1*2^3",
            "1 +/- -1",
            "1*2^ +/- 1",
            "*2^3 +/- 1",
            "1*3^2 +/- 1",
            "1*2^+3 +/- 1",
            "0x3 +/- 1",
            "1.5 +/- 1",
            "1 +/- 99999999999999999999999",
            "1*2^9999999999 +/- 0",
            "1*2^-9999999999 +/- 0",
            "1*2^99999999999999999999 +/- 0",
            "1 +/- nan",
            "a +/- 1",
        ];
        for text in dyadics {
            let error = Ball::from_dyadic_text(text).unwrap_err();
            assert!(error.span().is_some(), "{text}");
        }
        for text in [
            "",
            "1 0 0",
            "1 0 0 0 0",
            "G 0 0 0",
            "1  0 0",
            "A 0 0 0",
            "1 0 -1 0",
        ] {
            assert!(Ball::from_dump_text(text).is_err(), "{text}");
        }
    }
}
