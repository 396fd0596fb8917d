//! The moments $s_n = E[Z^n \operatorname{sech}^2 bZ]$, and expectations made of them.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};

use super::bell::Bell;
use super::shape::Product;

/// s_0, s_2, …, s_{2(count−1)} at b.
fn moments(count: usize, b: &Ball, prec: Bits, limits: &Limits) -> Result<Option<Vec<Ball>>> {
    let _ = (count, b, prec);
    limits.check_deadline()?;
    Ok(None)
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
