//! The functions of the language on [`Number`]s: exact where they have exact values, domain errors
//! by name where they have none, balls otherwise.

use std::cmp::Ordering;

use rug::{Integer, Rational};

use super::combinatorial;
use super::cost;
use super::power::power;
use crate::error::{Error, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::ball::special::{Parameter, hyp2f1};
use crate::number::{Ball, Bits};

/// Applies the function `name` to numbers, at `prec` bits where the result is a ball.
///
/// The number of arguments has been checked against the function's signature.
///
/// # Errors
/// A domain error naming the function and what it needs; a limit error for a result too large.
pub(super) fn apply(
    name: &str,
    arguments: &[Number],
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    match (name, arguments) {
        ("min", [first, rest @ ..]) => extreme(first, rest, Ordering::Less, prec),
        ("max", [first, rest @ ..]) => extreme(first, rest, Ordering::Greater, prec),
        ("polygamma", [m, x]) => {
            cost::check(name, prec, limits)?;
            polygamma(m, x, prec)
        }
        ("binomial", [n, k]) => combinatorial::binomial(n, k, prec, limits),
        ("pochhammer", [x, n]) => combinatorial::pochhammer(x, n, prec, limits),
        ("hermite", [n, x]) => combinatorial::hermite(n, x, prec, limits),
        ("hyp2f1", [a, b, c, z]) => hypergeometric(a, b, c, z, prec, limits),
        ("factorial", [n]) => combinatorial::factorial(n, limits),
        ("double_factorial", [n]) => combinatorial::double_factorial(n, limits),
        ("floor" | "ceil" | "abs", [x]) => rounding(name, x, prec),
        ("sqrt", [x]) => power(x, &Number::Rational(Rational::from((1, 2))), prec, limits),
        ("cbrt", [x]) => cube_root(x, prec),
        ("sin" | "cos" | "tan" | "cot", [x]) => trigonometric(name, x, prec),
        ("asin" | "acos" | "atan", [x]) => inverse_trigonometric(name, x, prec),
        (_, [x]) => transcendental(name, x, prec, limits),
        _ => Err(Error::parse(format!(
            "`{name}` does not take {} arguments",
            arguments.len()
        ))),
    }
}

fn extreme(first: &Number, rest: &[Number], wanted: Ordering, prec: Bits) -> Result<Number> {
    let mut best = first.clone();
    for candidate in rest {
        match candidate.certain_cmp(&best, prec) {
            Some(order) if order == wanted => best = candidate.clone(),
            Some(_) => {}
            None => {
                let (a, b) = (best.to_ball(prec), candidate.to_ball(prec));
                best = Number::Ball(if wanted == Ordering::Less {
                    a.min(&b, prec)
                } else {
                    a.max(&b, prec)
                });
            }
        }
    }
    Ok(best)
}

fn rounding(name: &str, x: &Number, prec: Bits) -> Result<Number> {
    Ok(match (name, x) {
        ("abs", Number::Rational(q)) => Number::Rational(q.clone().abs()),
        ("floor", Number::Rational(q)) => Number::Rational(Rational::from(q.floor_ref())),
        ("ceil", Number::Rational(q)) => Number::Rational(Rational::from(q.ceil_ref())),
        ("abs", _) => Number::Ball(x.to_ball(prec).abs()),
        // The result of a decided floor is an exact integer, and stays one.
        (_, _) => {
            let ball = x.to_ball(prec);
            let rounded = if name == "floor" {
                ball.floor(prec)
            } else {
                ball.ceil(prec)
            };
            match rounded
                .is_exact()
                .then(|| rounded.mid().to_integer())
                .flatten()
            {
                Some(integer) => Number::Rational(Rational::from(integer)),
                None => Number::Ball(rounded),
            }
        }
    })
}

fn cube_root(x: &Number, prec: Bits) -> Result<Number> {
    if let Some(q) = x.as_rational() {
        let (numerator, numerator_rest) = q.numer().clone().root_rem(Integer::new(), 3);
        let (denominator, denominator_rest) = q.denom().clone().root_rem(Integer::new(), 3);
        if numerator_rest == 0 && denominator_rest == 0 {
            return Ok(Number::Rational(Rational::from((numerator, denominator))));
        }
    }
    Ok(Number::Ball(x.to_ball(prec).root(3, prec)))
}

fn trigonometric(name: &str, x: &Number, prec: Bits) -> Result<Number> {
    if x.is_zero() && name != "cot" {
        return Ok(Number::from(i64::from(name == "cos")));
    }
    let Some(q) = x.as_pi_multiple() else {
        let ball = x.to_ball(prec);
        if name == "cot" && ball.is_zero() {
            return Err(pole("cot", "0"));
        }
        return Ok(Number::Ball(match name {
            "sin" => ball.sin(prec),
            "cos" => ball.cos(prec),
            "tan" => ball.tan(prec),
            _ => ball.cot(prec),
        }));
    };
    let value = match name {
        "sin" => Ball::sin_pi_rational(q, prec),
        "cos" => Ball::cos_pi_rational(q, prec),
        // tan(q·π) has a pole at q = 1/2 mod 1; cot(q·π) = tan((1/2 − q)·π).
        _ => {
            let q = if name == "tan" {
                q.clone()
            } else {
                Rational::from((1, 2)) - q
            };
            if Rational::from(&q * 2).is_integer() && !q.is_integer() {
                return Err(pole(name, &brief(x)));
            }
            Ball::tan_pi_rational(&q, prec)
        }
    };
    Ok(exact_or_ball(value))
}

/// An exact ball with a short midpoint is a rational; it came from an exact special value.
fn exact_or_ball(ball: Ball) -> Number {
    match ball.is_exact().then(|| ball.mid().to_rational()).flatten() {
        Some(q) => Number::Rational(q),
        None => Number::Ball(ball),
    }
}

fn inverse_trigonometric(name: &str, x: &Number, prec: Bits) -> Result<Number> {
    if let Some(q) = x.as_rational() {
        if name != "atan" && q.clone().abs() > 1 {
            return Err(Error::domain(format!(
                "`{name}` is defined on [-1, 1] only, not at {}",
                brief(x)
            )));
        }
        let twice = Rational::from(q * 2);
        // sin(k·π/6) and tan(k·π/4) at their rational values (Niven's theorem: there are no others).
        let sixths = match (name, twice.is_integer()) {
            ("asin" | "acos", true) => twice
                .numer()
                .to_i64()
                .map(|h| [-3, -1, 0, 1, 3][(h + 2) as usize]),
            ("atan", true) if q.is_integer() && q.clone().abs() <= 1 => {
                return Ok(Number::pi_multiple(Rational::from(q / 4)));
            }
            _ => None,
        };
        if let Some(sixths) = sixths {
            let sixths = if name == "acos" { 3 - sixths } else { sixths };
            return Ok(Number::pi_multiple(Rational::from((sixths, 6))));
        }
    }
    let ball = x.to_ball(prec);
    if name != "atan" && ball.abs().sub(&Ball::one(), prec).is_positive() {
        return Err(Error::domain(format!(
            "`{name}` is defined on [-1, 1] only, not at {}",
            brief(x)
        )));
    }
    Ok(Number::Ball(match name {
        "asin" => ball.asin(prec),
        "acos" => ball.acos(prec),
        _ => ball.atan(prec),
    }))
}

fn transcendental(name: &str, x: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
    if let Some(exact) = exact_transcendental(name, x, limits)? {
        return Ok(exact);
    }
    cost::check(name, prec, limits)?;
    let ball = x.to_ball(prec);
    let value = match name {
        "exp" => ball.exp(prec),
        "ln" => {
            if x.is_zero() {
                return Err(Error::domain("`ln` is not defined at 0"));
            }
            require(!ball.is_negative(), "ln", "positive numbers", x)?;
            ball.ln(prec)
        }
        "sinh" => ball.sinh(prec),
        "cosh" => ball.cosh(prec),
        "tanh" => ball.tanh(prec),
        "asinh" => ball.asinh(prec),
        "acosh" => {
            require(
                !ball.add_i64(-1, prec).is_negative(),
                "acosh",
                "[1, inf)",
                x,
            )?;
            ball.acosh(prec)
        }
        "atanh" => {
            let edge = ball.abs().add_i64(-1, prec);
            require(
                !edge.is_positive() && !edge.is_zero(),
                "atanh",
                "(-1, 1)",
                x,
            )?;
            ball.atanh(prec)
        }
        "erf" => ball.erf(prec),
        "erfc" => ball.erfc(prec),
        "erfi" => ball.erfi(prec),
        "gamma" | "lgamma" | "digamma" => {
            if x.as_integer().is_some_and(|n| *n <= 0) {
                return Err(pole(name, &brief(x)));
            }
            match name {
                "gamma" => ball.gamma(prec),
                "lgamma" => ball.lgamma(prec),
                _ => ball.digamma(prec),
            }
        }
        "zeta" => {
            if x.as_rational().is_some_and(|q| *q == 1) {
                return Err(pole("zeta", "1"));
            }
            ball.zeta(prec)
        }
        "lambertw" => {
            // −1/e is the branch point; a ball certainly left of it has no real value.
            let edge = ball.add(&Ball::from_i64(-1).exp(prec), prec);
            require(!edge.is_negative(), "lambertw", "[-exp(-1), inf)", x)?;
            ball.lambertw(prec)
        }
        _ => {
            return Err(Error::parse(format!(
                "`{name}` is not a function of one number"
            )));
        }
    };
    Ok(Number::Ball(value))
}

/// The exact values of the functions of one number at rationals.
fn exact_transcendental(name: &str, x: &Number, limits: &Limits) -> Result<Option<Number>> {
    let Some(q) = x.as_rational() else {
        return Ok(None);
    };
    let value = match name {
        "exp" | "cosh" if *q == 0 => 1,
        "sinh" | "tanh" | "asinh" | "atanh" | "erf" | "erfi" | "lambertw" if *q == 0 => 0,
        "erfc" if *q == 0 => 1,
        "ln" | "acosh" if *q == 1 => 0,
        "lgamma" if *q == 1 || *q == 2 => 0,
        "gamma" if q.is_integer() && *q > 0 => {
            let previous = Number::Rational(Rational::from(q - 1));
            return combinatorial::factorial(&previous, limits).map(Some);
        }
        "zeta" if *q == 0 => return Ok(Some(Number::Rational(Rational::from((-1, 2))))),
        _ => return Ok(None),
    };
    Ok(Some(Number::from(value)))
}

fn polygamma(m: &Number, x: &Number, prec: Bits) -> Result<Number> {
    let order = m.as_integer().and_then(Integer::to_u32).ok_or_else(|| {
        Error::domain(format!(
            "the order of `polygamma` must be an integer >= 0, not {}",
            brief(m)
        ))
    })?;
    if x.as_integer().is_some_and(|n| *n <= 0) {
        return Err(pole("polygamma", &brief(x)));
    }
    Ok(Number::Ball(Ball::polygamma(order, &x.to_ball(prec), prec)))
}

fn hypergeometric(
    a: &Number,
    b: &Number,
    c: &Number,
    z: &Number,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    let parameter = |x: &Number| match x {
        Number::Rational(q) => Parameter::Rational(q.clone()),
        _ => Parameter::Ball(x.to_ball(prec)),
    };
    let value = hyp2f1(
        &parameter(a),
        &parameter(b),
        &parameter(c),
        &z.to_ball(prec),
        prec,
        limits,
    )?;
    if value.is_finite() {
        return Ok(Number::Ball(value));
    }
    // Nothing is known: say why where the arguments show it.
    if c.as_integer().is_some_and(|c| *c <= 0) {
        return Err(Error::domain(format!(
            "`hyp2f1` has a pole at the lower parameter {}",
            brief(c)
        )));
    }
    if z.as_rational().is_some_and(|z| *z >= 1) {
        return Err(Error::domain(format!(
            "`hyp2f1` has no real value at the argument {}",
            brief(z)
        ))
        .with_hint("it is real below 1, and at 1 where c > a + b"));
    }
    Ok(Number::Ball(value))
}

fn require(holds: bool, name: &str, domain: &str, x: &Number) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::domain(format!(
            "`{name}` is defined on {domain} only, not at {}",
            brief(x)
        )))
    }
}

fn pole(name: &str, place: &str) -> Error {
    Error::domain(format!("`{name}` has a pole at {place}"))
}

/// A number as it appears in a message.
pub(super) fn brief(x: &Number) -> String {
    match x {
        Number::Rational(q)
            if q.numer().significant_bits() + q.denom().significant_bits() < 200 =>
        {
            q.to_string()
        }
        Number::Linear { pi, plus } if *plus == 0 && *pi == 1 => "pi".into(),
        Number::Linear { pi, plus } if *plus == 0 => format!("{pi}*pi"),
        _ => format!("{:.6}", x.to_ball(Bits::new(53)).mid().to_f64()),
    }
}
