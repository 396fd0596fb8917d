//! The moments $s_n = E[Z^n \operatorname{sech}^2 bZ]$, and expectations made of them.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::quadrature::sech_squared_moments;
use crate::number::{Ball, Bits, Magnitude};

use super::bell::Bell;
use super::covariance;
use super::shape::Product;

/// s_0, s_2, …, s_{2(count−1)} at b > 0, by the pole-corrected trapezoidal rule; `None` for more than
/// eight.
///
/// The rule wants a rational b; it gets the midpoint c, and
/// |s_n(b) − s_n(c)| ≤ |b − c| E[|Z|^{n+1} · 2 sech² |tanh|] ≤ 2 |b − c| E|Z|^{n+1} ≤ 2^{m+1} m! |b − c|, n = 2m
/// (E|Z|^{2m+1} = √(2/π) 2^m m!).
fn moments(count: usize, b: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
    if count > 8 || !b.is_positive() {
        return Ok(None);
    }
    let Some(centre) = b.mid().to_rational() else {
        return Ok(None);
    };
    let mut all = sech_squared_moments(&centre, count, prec, limits)?;
    for (m, s) in all.iter_mut().enumerate() {
        let factorial = covariance::factorial(m as u32) << (m as u32 + 1);
        let slope = Magnitude::from_integer(&factorial);
        *s = s.clone().widened(b.rad().times(slope));
    }
    Ok(Some(all))
}

/// The expectation of a product of derivatives at √q Z, where `derivative(k)` is the k-th derivative
/// as a polynomial in x and t = tanh(rate·x), or `None` if it is none.
pub fn expectation(
    derivative: impl Fn(u32) -> Option<Bell>,
    rate: &Rational,
    product: &Product,
    q: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Option<Ball>> {
    let mut total = Bell::new(&[(0, 0, Rational::from(1))]);
    for (k, p) in product {
        let Some(factor) = derivative(*k) else {
            return Ok(None);
        };
        for _ in 0..*p {
            limits.check_deadline()?;
            total = total.times(&factor);
        }
    }
    let highest = total.highest();
    if highest > 400 {
        return Ok(None);
    }
    // Each step of the recurrence divides by b² and subtracts.
    let size = (q.mid().to_f64().sqrt() * rate.to_f64().abs()).clamp(1e-9, 1e9);
    let loss = f64::from(highest) * (4.0 + 2.0 * (1.0 / size).log2().max(0.0));
    let work = prec.plus(loss as u32 + 32);
    let root = q.sqrt(work);
    let b = root.mul_rational(&Rational::from(rate.abs_ref()), work);
    let count = highest as usize / 2 + 1;
    let Some(moments) = moments(count, &b, work, limits)? else {
        return Ok(None);
    };
    // b stands for |rate|: t changes its sign with the rate.
    let b = if *rate < 0 { b.neg() } else { b };
    Ok(Some(
        total
            .expectation(&root, &b, &moments, work)
            .rounded(prec.plus(4)),
    ))
}

/// The k-th derivative of a polynomial in x and t.
pub fn derivative(mut f: Bell, rate: &Rational, k: u32) -> Bell {
    for _ in 0..k {
        f = f.derivative(rate);
    }
    f
}
