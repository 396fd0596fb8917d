//! Factorials, binomials, rising factorials and Hermite polynomials, exact on exact arguments.
//!
//! Each asks the limits first: GMP can neither be interrupted nor survive running out of memory.

use rug::{Complete, Integer, Rational};

use super::function::brief;
use crate::error::{Error, Result};
use crate::formula::value::{Number, rational_bits};
use crate::limits::Limits;
use crate::number::Bits;

/// `n!` for an integer n ≥ 0.
pub(super) fn factorial(n: &Number, limits: &Limits) -> Result<Number> {
    let n = natural("factorial", n, 0, limits)?;
    check_factorial(f64::from(n), "factorial", limits)?;
    Ok(Number::Rational(Rational::from(
        Integer::factorial(n).complete(),
    )))
}

/// `n!!` for an integer n ≥ −1, with (−1)!! = 0!! = 1.
pub(super) fn double_factorial(n: &Number, limits: &Limits) -> Result<Number> {
    if n.as_integer().is_some_and(|n| *n == -1) {
        return Ok(Number::from(1));
    }
    let n = natural("double_factorial", n, -1, limits)?;
    check_factorial(f64::from(n) / 2.0, "double_factorial", limits)?;
    Ok(Number::Rational(Rational::from(
        Integer::factorial_2(n).complete(),
    )))
}

/// `C(x, k) = x(x−1)…(x−k+1)/k!` for an integer k; 0 for negative k.
pub(super) fn binomial(x: &Number, k: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
    let Some(k) = k.as_integer() else {
        return Err(Error::domain(format!(
            "the lower entry of `binomial` must be an integer, not {}",
            brief(k)
        )));
    };
    if *k < 0 {
        return Ok(Number::from(0));
    }
    let mut k = k.clone();
    if let Some(n) = x.as_integer() {
        if *n >= 0 {
            if k > *n {
                return Ok(Number::from(0));
            }
            let mirrored = Integer::from(n - &k);
            k = k.min(mirrored);
        }
        // C(n, k) <= (e·n/k)^k.
        let (size, count) = (n.to_f64().abs() + k.to_f64(), k.to_f64().max(1.0));
        limits.check_integer_bits(
            count * (std::f64::consts::E * size / count).log2().max(1.0),
            "the binomial coefficient",
        )?;
        let small = k
            .to_u32()
            .ok_or_else(|| Error::limit("the lower entry of `binomial` is too large"))?;
        return Ok(Number::Rational(Rational::from(
            n.binomial_ref(small).complete(),
        )));
    }
    let count = k
        .to_u32()
        .ok_or_else(|| Error::limit("the lower entry of `binomial` is too large"))?;
    // x(x−1)…(x−k+1) = (x−k+1)_k.
    let start = x.add(&Number::from(1 - i64::from(count)), prec, limits)?;
    let above = rising(&start, count, prec, limits)?;
    above.div(
        &factorial(&Number::from(i64::from(count)), limits)?,
        prec,
        limits,
    )
}

/// The rising factorial `(x)_n = x(x+1)…(x+n−1)` for an integer n ≥ 0.
pub(super) fn pochhammer(x: &Number, n: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
    let n = natural("pochhammer", n, 0, limits)?;
    rising(x, n, prec, limits)
}

fn rising(x: &Number, n: u32, prec: Bits, limits: &Limits) -> Result<Number> {
    if let Number::Rational(q) = x {
        let bits = f64::from(n) * (rational_bits(q) as f64 + f64::from(n).max(2.0).log2());
        limits.check_integer_bits(bits, "the rising factorial")?;
        // (p/q)(p/q + 1)… = p(p+q)(p+2q)… / qⁿ, multiplied in halves so that factors stay alike in size.
        let numerator = stepped_product(q.numer(), q.denom(), 0, n);
        let denominator = rug::ops::Pow::pow(q.denom().clone(), n);
        return Ok(Number::Rational(Rational::from((numerator, denominator))));
    }
    let ball = x.to_ball(prec.plus(16));
    let wide = prec.plus(16);
    let mut product = crate::number::Ball::one();
    for k in 0..n {
        if k % 1024 == 1023 {
            limits.check_deadline()?;
        }
        product = product.mul(&ball.add_i64(i64::from(k), wide), wide);
    }
    Ok(Number::Ball(product.rounded(prec)))
}

/// `Π_{k=from}^{to−1} (start + k·step)`.
fn stepped_product(start: &Integer, step: &Integer, from: u32, to: u32) -> Integer {
    match to - from {
        0 => Integer::from(1),
        1 => (step * from).complete() + start,
        count => {
            let middle = from + count / 2;
            stepped_product(start, step, from, middle) * stepped_product(start, step, middle, to)
        }
    }
}

/// The probabilists' Hermite polynomial He_n(x): He₀ = 1, He₁ = x, He_{n+1} = x He_n − n He_{n−1}.
pub(super) fn hermite(n: &Number, x: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
    let n = natural("hermite", n, 0, limits)?;
    if let Number::Rational(q) = x {
        limits.check_integer_bits(
            f64::from(n) * (rational_bits(q) as f64 + f64::from(n).max(2.0).log2()),
            "the Hermite polynomial",
        )?;
    }
    // Each step loses at most about two bits where x is moderate.
    let wide = prec.plus(2 * n.min(1 << 20) + 16);
    let x = match x {
        Number::Rational(_) => x.clone(),
        _ => Number::Ball(x.to_ball(wide)),
    };
    let (mut previous, mut current) = (Number::from(0), Number::from(1));
    for k in 0..n {
        if k % 256 == 255 {
            limits.check_deadline()?;
        }
        let next = x.mul(&current, wide, limits)?;
        let next = next.add(
            &previous.mul(&Number::from(-i64::from(k)), wide, limits)?,
            wide,
            limits,
        )?;
        previous = std::mem::replace(&mut current, next);
    }
    Ok(current)
}

fn natural(name: &str, n: &Number, least: i64, limits: &Limits) -> Result<u32> {
    let Some(n) = n.as_integer().filter(|n| **n >= least) else {
        return Err(Error::domain(format!(
            "`{name}` needs an integer >= {least}, not {}",
            brief(n)
        ))
        .with_hint("for other arguments use `gamma`"));
    };
    match n.to_u32() {
        Some(n) => Ok(n),
        None => {
            limits.check_integer_bits(f64::INFINITY, format!("`{name}` of {:.3e}", n.to_f64()))?;
            Err(Error::limit(format!(
                "the argument of `{name}` is too large"
            )))
        }
    }
}

/// n! has less than n·log2(n) bits.
fn check_factorial(n: f64, name: &str, limits: &Limits) -> Result<()> {
    limits.check_integer_bits(n * n.max(2.0).log2(), format!("`{name}` of {n}"))
}
