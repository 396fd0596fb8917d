//! The one asymptotic expansion behind ln Γ, ψ, the polygamma functions and ζ(s, x), with its
//! certified remainder.
//!
//! For real s ≠ 1, x > 0 and s + 2N − 1 > 0 (DLMF 25.11.28)
//!
//! $$\zeta(s,x) = \frac{x^{1-s}}{s-1} + \frac{x^{-s}}2
//!     + \sum_{k=1}^{N-1} \frac{B_{2k}}{(2k)!} (s)_{2k-1} x^{1-s-2k} + R_N,$$
//! $$R_N = \frac1{\Gamma(s)} \int_0^\infty \rho_N(t)\, t^{s-1} e^{-xt}\,dt, \qquad
//!   \rho_N(t) = \frac1{e^t-1} - \frac1t + \frac12 - \sum_{k<N} \frac{B_{2k}}{(2k)!}t^{2k-1}.$$
//!
//! **The remainder is bounded by the first omitted term.** By the partial fractions of the cotangent
//! (DLMF 4.36.3), 1/(e^t − 1) − 1/t + 1/2 = Σ_{n≥1} 2t/(t² + 4π²n²). Each summand is a geometric
//! series in −t²/(4π²n²), whose remainder lies between 0 and its first omitted term; summing over n,
//! so does ρ_N(t), for every t > 0. The integral of t^{2N−1} t^{s−1} e^{−xt} / Γ(s) is
//! (s)_{2N−1} x^{1−s−2N}, so |R_N| ≤ |B_{2N}| / (2N)! · |(s)_{2N−1}| x^{1−s−2N}. The same argument
//! without the factor 1/Γ(s), at s → 0, gives ln Γ (Binet, DLMF 5.9.10 and 5.11(ii)), and at
//! s = 1 without the first term it gives −ψ.

use std::f64::consts::TAU;

use rug::Rational;

use super::support::log2;
use crate::number::ball::{Ball, Magnitude};
use crate::number::bernoulli::{even_bernoulli, log2_even_bernoulli};
use crate::number::precision::Bits;

/// How far to shift the argument and how many terms to take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// The expansion is used at x + shift.
    pub(super) shift: u64,
    /// The terms k = 1, …, terms − 1 are added; the one with k = `terms` bounds the remainder.
    pub(super) terms: usize,
}

/// A plan by which the first omitted term is below 2^−wp of the leading term: only a good choice,
/// nothing is proved with it.
///
/// `x > 0` is the argument, `order` the s of ζ(s, x) (0 for ln Γ), `effort` the ratio of shift to
/// precision that balances the cost of one step of the shift against that of one term.
pub(super) fn plan(x: f64, order: f64, effort: f64, wp: Bits) -> Plan {
    let bits = f64::from(wp.get());
    let mut argument = (effort * bits + order.abs() / 4.0 + 1.0).max(x);
    loop {
        if let Some(terms) = terms_needed(argument, order, bits) {
            let shift = if argument > x {
                (argument - x).ceil() as u64
            } else {
                0
            };
            return Plan { shift, terms };
        }
        argument *= 1.25;
    }
}

/// The least N whose term is below 2^−bits, if the terms get so small at all.
fn terms_needed(x: f64, order: f64, bits: f64) -> Option<usize> {
    // |B_2k| / (2k)! ≈ 2 / (2π)^{2k}, so consecutive terms have the ratio
    // (s + 2k − 1)(s + 2k) / (2πx)².
    let mut log_term = log2(order.abs().max(1.0)) - 3.0 - log2(x);
    let mut k = 1usize;
    let scale = 2.0 * log2(TAU * x);
    loop {
        if log_term < -bits {
            return Some(k);
        }
        let step = 2.0 * k as f64 + order;
        let ratio = log2(((step - 1.0).abs().max(0.5)) * step.abs().max(0.5)) - scale;
        // Past the smallest term when s + 2k > 0.
        if ratio >= 0.0 && step > 1.0 {
            return None;
        }
        log_term += ratio;
        k += 1;
    }
}

/// $\sum_{k=1}^{N-1} B_{2k} w_k x^{-2(k-1)}$ and a bound of $|B_{2N} w_N| x^{-2(N-1)}$, for x > 0.
///
/// `weight(k)` is the small rational w_k as numerator and denominator. Horner's rule from the last
/// term, each step with only the bits that its power of 1/x leaves.
pub(super) fn bernoulli_sum(
    x: &Ball,
    terms: usize,
    weight: impl Fn(i64) -> (i64, i64),
    prec: Bits,
) -> Ball {
    let numbers = even_bernoulli(terms + 1);
    let inverse_square = x.square(prec).recip(prec);
    let Some(y_exp) = inverse_square.magnitude().exponent() else {
        return Ball::indeterminate();
    };
    let log_x = log2(x.mid().to_f64().clamp(1e-300, 1e300)).max(-(y_exp as f64) / 2.0 - 1.0);
    let mut sum = Ball::zero();
    for k in (1..terms).rev() {
        let size = log2_even_bernoulli(k) - 2.0 * (k - 1) as f64 * log_x;
        let bits = (f64::from(prec.get()) + size + 24.0).clamp(32.0, f64::from(prec.get()));
        let wp = Bits::new(bits as u32);
        let coefficient = scaled(&numbers[k], weight(k as i64), wp);
        sum = if sum.is_zero() {
            coefficient
        } else {
            sum.mul_add(&inverse_square.rounded(wp), &coefficient, wp)
        };
    }
    let low = Bits::new(64);
    let omitted = scaled(&numbers[terms], weight(terms as i64), low)
        .magnitude()
        .times(inverse_square.magnitude().power(terms as u64 - 1));
    sum.widened(omitted)
}

/// B · n / d.
fn scaled(number: &Rational, (n, d): (i64, i64), prec: Bits) -> Ball {
    let value = Ball::from_integer(number.numer(), prec).mul_i64(n, prec);
    match number.denom().to_i64().and_then(|den| den.checked_mul(d)) {
        Some(den) => value.div_i64(den, prec),
        None => value
            .div(&Ball::from_integer(number.denom(), prec), prec)
            .div_i64(d, prec),
    }
}

/// $\sum_{k=1}^{N-1} \frac{B_{2k}}{(2k)!} (s)_{2k-1} x^{-2k+2}$ widened by the bound of the term
/// k = N, for real s, x > 0 and s + 2N − 1 > 0.
pub(super) fn hurwitz_sum(s: &Ball, x: &Ball, terms: usize, prec: Bits) -> Ball {
    let numbers = even_bernoulli(terms + 1);
    let inverse_square = x.square(prec).recip(prec);
    // (s)_{2k−1} / (2k)! · x^{−2k+2}, by recurrence; the terms shrink and so do their precisions.
    let mut factor = s.mul_2exp(-1);
    let mut sum = Ball::zero();
    let leading = factor.magnitude().exponent().unwrap_or(0);
    for k in 1..=terms {
        let size = factor.magnitude().exponent().unwrap_or(i64::MIN / 2);
        let size = size as f64 + log2_even_bernoulli(k) - leading as f64;
        let bits = (f64::from(prec.get()) + size + 24.0).clamp(32.0, f64::from(prec.get()));
        let wp = Bits::new(bits as u32);
        let term = factor.mul(&scaled(&numbers[k], (1, 1), wp), wp);
        if k == terms {
            return sum.widened(term.magnitude());
        }
        sum = sum.add(&term, prec);
        let n = 2 * k as i64;
        factor = factor
            .rounded(wp)
            .mul(&s.add_i64(n - 1, wp).mul(&s.add_i64(n, wp), wp), wp)
            .div_i64((n + 1) * (n + 2), wp)
            .mul(&inverse_square.rounded(wp), wp);
    }
    sum.widened(Magnitude::INFINITY)
}
