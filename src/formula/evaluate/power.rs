//! `x ^ y` on numbers: exact for rational powers with rational values, refused before it grows.

use rug::ops::Pow;
use rug::{Integer, Rational};

use super::function::brief;
use crate::error::{Error, Result};
use crate::formula::value::{Number, rational_bits};
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// `base ^ exponent` over the reals.
///
/// `x^0` is 1 for the exact exponent 0, `0^0` included; otherwise a zero base needs a positive
/// exponent, and a negative base an integer one.
///
/// # Errors
/// A domain error outside that; a limit error if an exact power would be too large.
pub(super) fn power(
    base: &Number,
    exponent: &Number,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    if let Some(n) = exponent.as_integer() {
        return integer_power(base, n, prec, limits);
    }
    if base.is_zero() {
        return match exponent.certain_cmp(&Number::from(0), prec) {
            Some(std::cmp::Ordering::Greater) => Ok(Number::from(0)),
            Some(_) => Err(Error::domain(format!(
                "0 to the power {} is not defined",
                brief(exponent)
            ))),
            None => Ok(Number::Ball(Ball::indeterminate())),
        };
    }
    if base.certain_cmp(&Number::from(0), prec) == Some(std::cmp::Ordering::Less) {
        return Err(Error::domain(format!(
            "{} to the power {} is not a real number",
            negative_base(base),
            brief(exponent)
        ))
        .with_hint("the language is real: a negative base needs an integer exponent"));
    }
    match (base, exponent) {
        (Number::Rational(q), Number::Rational(e)) => rational_power(q, e, prec, limits),
        _ => Ok(Number::Ball(
            base.to_ball(prec).pow(&exponent.to_ball(prec), prec),
        )),
    }
}

fn negative_base(base: &Number) -> String {
    format!("({})", brief(base))
}

fn integer_power(base: &Number, n: &Integer, prec: Bits, limits: &Limits) -> Result<Number> {
    if *n == 0 {
        return Ok(Number::from(1));
    }
    if base.is_zero() {
        return if *n > 0 {
            Ok(Number::from(0))
        } else {
            Err(Error::domain(format!(
                "division by zero: 0 to the power {n}"
            )))
        };
    }
    match base {
        Number::Rational(q) => {
            if *q == 1 || (*q == -1 && n.is_even()) {
                return Ok(Number::from(1));
            }
            if *q == -1 {
                return Ok(Number::from(-1));
            }
            limits
                .check_integer_bits(n.to_f64().abs() * rational_bits(q) as f64, "an exact power")?;
            // The limit leaves |n| below 2^32.
            let exponent = n
                .to_i32()
                .ok_or_else(|| Error::limit("the exponent is too large"))?;
            Ok(Number::Rational(Rational::from(q.pow(exponent))))
        }
        Number::Linear { .. } | Number::Ball(_) => {
            let ball = base.to_ball(prec.plus(8));
            match n.to_i64() {
                Some(n) => Ok(Number::Ball(ball.pow_i64(n, prec))),
                None => Err(
                    Error::limit(format!("the exponent {:.3e} is too large", n.to_f64()))
                        .with_hint("write exp(n*ln(x))"),
                ),
            }
        }
    }
}

/// A positive rational to a non-integer rational power: exact if it is a perfect power.
fn rational_power(
    base: &Rational,
    exponent: &Rational,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    if *base == 1 {
        return Ok(Number::from(1));
    }
    if let Some(root) = exponent
        .denom()
        .to_u32()
        .and_then(|degree| exact_root(base, degree))
    {
        return integer_power(&Number::Rational(root), exponent.numer(), prec, limits);
    }
    let wide = prec.plus(8);
    let ball = Ball::from_rational(base, wide);
    // Small roots have a correctly rounded primitive; √(p/q) of an exact ball rounds once.
    Ok(Number::Ball(
        match (exponent.numer().to_i64(), exponent.denom().to_u32()) {
            (Some(n), Some(2)) => ball.sqrt(wide).pow_i64(n, prec),
            (Some(n), Some(degree)) if degree <= 64 && n.unsigned_abs() <= 1 << 20 => {
                ball.root(degree, wide).pow_i64(n, prec)
            }
            _ => ball.pow(&Ball::from_rational(exponent, wide), prec),
        },
    ))
}

fn exact_root(base: &Rational, degree: u32) -> Option<Rational> {
    let longest = base
        .numer()
        .significant_bits()
        .max(base.denom().significant_bits());
    if degree > longest {
        return None;
    }
    let (numerator, rest) = base.numer().clone().root_rem(Integer::new(), degree);
    if rest != 0 {
        return None;
    }
    let (denominator, rest) = base.denom().clone().root_rem(Integer::new(), degree);
    (rest == 0).then(|| Rational::from((numerator, denominator)))
}
