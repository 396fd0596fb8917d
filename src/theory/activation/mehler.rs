//! Kernels from their Taylor coefficients at 0, with Parseval's identity as the certificate of the tail.
//!
//! The coefficients are ≥ 0 and their sum is κ(1) = 1, so the tail beyond N obeys
//! $\left|Σ_{n>N} \frac{n!}{(n-k)!} b_n u^{n-k}\right| ≤ \sup_{n>N} \frac{n!}{(n-k)!} |u|^{n-k}\,(1 - Σ_{n≤N} b_n)$, and the supremum
//! is at n = N + 1 once (N + 1)/(N + 2 − k) |u| ≤ 1.

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The longest series: beyond, the general rules are faster.
const LONGEST: usize = 1 << 14;

/// $κ^{(k)}(u)$, |u| < 1, from `taylor(count, prec)`; `None` where more than 2¹⁴ coefficients are
/// needed.
pub fn kernel(
    k: u32,
    u: &Ball,
    prec: Bits,
    limits: &Limits,
    taylor: impl Fn(usize, Bits) -> Result<Vec<Ball>>,
) -> Result<Option<Ball>> {
    let size = u.magnitude();
    let order = k as usize;
    let work = prec.plus(32);
    if size.is_zero() {
        let mut jet = taylor(order + 1, work)?;
        let last = jet.pop().unwrap_or_else(Ball::zero);
        return Ok(Some(
            last.mul_integer(&super::covariance::factorial(k), prec),
        ));
    }
    let rate = -size.to_f64().log2();
    if rate.is_nan() || rate <= 0.0 {
        return Ok(None);
    }
    let count = (f64::from(prec.get() + 16) / rate).ceil();
    // What the factor n!/(n−k)! costs, with room.
    let count = (count + 64.0 + f64::from(k) * (8.0 + 16.0 / rate)) as usize;
    if count > LONGEST {
        return Ok(None);
    }
    let jet = taylor(count + 1, work)?;
    let (mut total, mut sum) = (Ball::zero(), Ball::zero());
    for (n, b) in jet.iter().enumerate().rev() {
        if n % 256 == 0 {
            limits.check_deadline()?;
        }
        sum = sum.add(b, work);
        if n >= order {
            let falling = (0..order).fold(Ball::one(), |product, j| {
                product.mul_i64((n - j) as i64, work)
            });
            total = total.mul(u, work).add(&b.mul(&falling, work), work);
        }
    }
    // The supremum, with |u| rounded up; b_n are summed up to N = count.
    let first = (count + 1) as u64;
    let growth = first as f64 / (first + 1 - u64::from(k)) as f64;
    if growth * size.to_f64() * (1.0 + 1e-12) > 1.0 {
        return Ok(None);
    }
    let falling = (0..u64::from(k)).fold(Magnitude::ONE, |product, j| {
        product.times(Magnitude::new(first - j, 0))
    });
    let rest = Ball::one().sub(&sum, work).magnitude();
    let tail = falling.times(size.power(first - u64::from(k))).times(rest);
    Ok(Some(total.widened(tail).rounded(prec.plus(4))))
}
