//! J_{a,b}(θ) as a hypergeometric series, for integer indices.
//!
//! With c = cos θ, σ = sin²(θ/2), y = cos(θ/2), d = |a − b|, and m = (a + b − 1)/2:
//!
//! * a + b odd: the series of Gauss terminates. Reversed about σ = 0 (Vandermonde), with h = (d−1)/2,
//!
//!   J_{a,b} = m! (1 + c)^{m+1} / (2√(2π)) · Σ_{k=0}^h C(h,k) (h+1)_k (m−k)!/m! σ^k,
//!
//!   a finite sum of positive terms, since h ≤ m: no cancellation anywhere in [0, π].
//!
//! * a + b even and θ ≥ π/2: from the polar form of the Gaussian integral,
//!
//!   J_{a,b} = a! b!/((a+b+1)!! 2π) · (2y)^{a+b+1} · ₂F₁((1+d)/2, (1−d)/2; (a+b+3)/2; y²),
//!
//!   with y² ≤ 1/2, so every term gains a bit or more, and more of them the nearer θ is to π.
//!
//! * a + b even and θ < π/2: reflection,
//!
//!   J_{a,b}(θ) = ½ B_{a,b}(c) − (−1)^a J_{a,b}(π − θ),
//!
//!   where B = E[G^a Ĝ^b] = Σ_i C(a,i) C(b,i) i! (a−i−1)!! (b−i−1)!! c^i over i ≡ a (mod 2) is a
//!   polynomial with positive terms. No cancellation: J decreases in θ, so J(π−θ) ≤ J(θ), and for
//!   even a the difference J is at least a half of ½B.
//!
//! All sums are evaluated by rectangular splitting in fixed point ([`super::rectangular`]).
//! In ₂F₁ the first d/2 terms alternate in sign; what they cancel is seen in the radius, and the
//! caller asks again with more bits.
//!
//! Sources: I. S. Gradshteyn and I. M. Ryzhik 3.631 for the polar integral; NIST DLMF 15.8.7 for
//! the reversal; the reflection law is the split of E[G^a Ĝ^b] by the signs of G and Ĝ.

use rug::Integer;

use super::angle::Angle;
use super::rectangular::{End, Hypergeometric, log2_of};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// J_{a,b}(θ) for a ≥ b and an exact angle with 0 < θ < π; all operations at about `work` bits.
pub(super) fn enclose(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    if (a + b) % 2 == 1 {
        odd(a, b, theta, work, limits)
    } else if theta.is_obtuse() {
        let half_cosine = theta.half_cosine(work.plus(16));
        even_by_series(a, b, &half_cosine, work, limits)
    } else {
        even_by_reflection(a, b, theta, work, limits)
    }
}

/// The finite sum for a + b odd.
fn odd(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let (a, b) = (u64::from(a), u64::from(b));
    let m = (a + b - 1) / 2;
    let h = (a - b - 1) / 2;
    let (sigma, cos2) = theta.half_squares(work.plus(16));
    let (sum, _) = Hypergeometric {
        // C(h,k+1)(h+1)_{k+1}(m−k−1)! over C(h,k)(h+1)_k (m−k)!, with k < h ≤ m.
        ratio: |k| (((h - k) * (h + 1 + k)) as i64, (k + 1) * (m - k)),
        end: End::Finite(h + 1),
    }
    .sum(&sigma, work, limits)?;
    // (1 + c)^{m+1} = (2 cos²(θ/2))^{m+1}.
    let power = cos2.mul_2exp(1).pow_u64(m + 1, work.plus(8));
    let factorial = Integer::from(Integer::factorial(m as u32));
    Ok(over_double_root_tau(
        &power.mul(&sum, work).mul_integer(&factorial, work),
        work,
    ))
}

/// a! b!/((a+b+1)!! 2π) (2y)^{a+b+1} ₂F₁ for a + b even and y² ≤ 1/2.
fn even_by_series(a: u32, b: u32, y: &Ball, work: Bits, limits: &Limits) -> Result<Ball> {
    let d = i64::from(a - b);
    let (a, b) = (u64::from(a), u64::from(b));
    let z = y.square(work.plus(16));
    let (sum, _) = Hypergeometric {
        // (½+½d+k)(½−½d+k)/((½(a+b+3)+k)(k+1)).
        ratio: |k| {
            let odd = 1 + 2 * k as i64;
            ((odd + d) * (odd - d), 2 * (a + b + 3 + 2 * k) * (k + 1))
        },
        // |(A+k)(B+k)| = |k² + k + AB| with A + B = 1 and AB = (1−d²)/4; for k ≥ d/2 it is between 0
        // and k² + k + 1/4, below (C+k)(k+1).
        end: End::Infinite {
            settled: (d as u64) / 2,
        },
    }
    .sum(&z, work, limits)?;
    let power = y.mul_2exp(1).pow_u64(a + b + 1, work.plus(8));
    let value = scaled_by_beta(a as u32, b as u32, &power.mul(&sum, work), work);
    Ok(over_tau(&value, work))
}

/// x · a! b!/(a+b+1)!!.
fn scaled_by_beta(a: u32, b: u32, x: &Ball, work: Bits) -> Ball {
    let mut numerator = Integer::from(Integer::factorial(a));
    numerator *= Integer::from(Integer::factorial(b));
    let denominator = Integer::from(Integer::factorial_2(a + b + 1));
    let denominator = Ball::from_integer(&denominator, work);
    x.mul_integer(&numerator, work).div(&denominator, work)
}

fn even_by_reflection(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let half_sine = theta.half_sine(work.plus(16));
    // c = 1 − 2 sin²(θ/2).
    let sigma = half_sine.square(work.plus(16));
    let c = Ball::one().sub(&sigma.mul_2exp(1), work.plus(16));
    let full = full_moment(a, b, &c, work, limits)?.mul_2exp(-1);
    // J(π−θ) is added to a larger number: log2 of their quotient is the number of bits not needed.
    let n = f64::from(a) + f64::from(b) + 1.0;
    let rough = Bits::new(64);
    let beta = scaled_by_beta(a, b, &Ball::one(), rough);
    let log2_reflected = log2_of(beta.mid()) + n * (log2_of(half_sine.mid()) + 1.0) - 2.0;
    let surplus = (log2_of(full.mid()) - log2_reflected).max(0.0);
    let needed = (f64::from(work.get()) - surplus).max(8.0) as u32;
    let reflected = even_by_series(a, b, &half_sine, Bits::new(needed + 8), limits)?;
    Ok(if a.is_multiple_of(2) {
        full.sub(&reflected, work)
    } else {
        full.add(&reflected, work)
    })
}

/// B_{a,b}(c) = E[G^a Ĝ^b] for a ≥ b of equal parity and 0 ≤ c ≤ 1.
fn full_moment(a: u32, b: u32, c: &Ball, work: Bits, limits: &Limits) -> Result<Ball> {
    let parity = u64::from(a % 2);
    let (half_a, half_b) = (u64::from(a / 2), u64::from(b / 2));
    let (sum, _) = Hypergeometric {
        // The terms i = 2k + parity: (a−i)(b−i)/((i+1)(i+2)).
        ratio: |k| {
            let p = 2 * (half_a - k) * (half_b - k);
            let q = if parity == 0 {
                (2 * k + 1) * (k + 1)
            } else {
                (2 * k + 3) * (k + 1)
            };
            (p as i64, q)
        },
        end: End::Finite(half_b + 1),
    }
    .sum(&c.square(work.plus(16)), work, limits)?;
    // The first term: (a−1)!! (b−1)!! for even a, a!! b!! c for odd a.
    let mut first = Integer::from(Integer::factorial_2((a + a % 2).saturating_sub(1)));
    first *= Integer::from(Integer::factorial_2((b + b % 2).saturating_sub(1)));
    let value = sum.mul_integer(&first, work);
    Ok(if parity == 1 {
        value.mul(c, work)
    } else {
        value
    })
}

/// x/(2π).
pub(super) fn over_tau(x: &Ball, work: Bits) -> Ball {
    x.div(&Ball::pi(work.plus(4)).mul_2exp(1), work)
}

/// x/(2√(2π)).
pub(super) fn over_double_root_tau(x: &Ball, work: Bits) -> Ball {
    let root = Ball::pi(work.plus(4)).mul_2exp(1).sqrt(work.plus(4));
    x.div(&root.mul_2exp(1), work)
}
