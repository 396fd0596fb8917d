//! exp, sin and cos of rationals of small height by binary splitting of their Taylor series.
//!
//! At x = p/q the partial sums are rationals whose numerators and denominators have about as many
//! bits as the precision asked for, and halving the range of summation again and again computes
//! them in a few multiplications of that size: far less than a general argument costs.
//!
//! $$e^x = \sum_{k<N} \frac{x^k}{k!} + R, \quad |R| \le 2\frac{|x|^N}{N!} \text{ if } N + 1 \ge 2|x|;$$
//! $$\sin x = x\sum_{k<N} \frac{(-x^2)^k}{(2k+1)!} + R, \quad |R| \le \frac{|x|^{2N+1}}{(2N+1)!}
//!   \text{ if } (2N+2)(2N+3) \ge x^2,$$
//!
//! the first because the terms from N on decrease at least by halves, the second because they
//! alternate and decrease. cos x comes from sin x by a square root, its sign from the quadrant.

use rug::{Float, Integer, Rational};

use super::{Ball, Magnitude};
use crate::number::precision::Bits;

/// Largest argument, in absolute value, that is summed without reduction: its terms grow to e^x
/// before they shrink, and the sine loses twice that many bits by cancellation.
const LARGEST: u32 = 32;
/// Largest height of the argument in bits: numerator and denominator together.
const HEIGHT: u32 = 80;

impl Ball {
    /// $e^q$ for a rational q.
    ///
    /// By binary splitting for q of small height at high precision, else by MPFR.
    #[must_use]
    pub fn exp_rational(q: &Rational, prec: Bits) -> Ball {
        if *q == 0 {
            return Ball::one();
        }
        if is_suitable(q, prec) {
            return exp_by_splitting(q, prec);
        }
        Ball::from_rational(q, prec.plus(guard(q))).exp(prec)
    }

    /// (sin q, cos q) for a rational q in radians.
    ///
    /// By binary splitting for q of small height at high precision, else by MPFR.
    #[must_use]
    pub fn sin_cos_rational(q: &Rational, prec: Bits) -> (Ball, Ball) {
        if *q == 0 {
            return (Ball::zero(), Ball::one());
        }
        if is_suitable(q, prec) {
            return sin_cos_by_splitting(q, prec);
        }
        Ball::from_rational(q, prec.plus(guard(q))).sin_cos(prec)
    }
}

/// Bits before the binary point of q, so that its rounding costs nothing of the result.
fn guard(q: &Rational) -> u32 {
    let (n, d) = (q.numer().significant_bits(), q.denom().significant_bits());
    16 + n.saturating_sub(d).min(1 << 16)
}

/// Whether splitting is faster than MPFR at this precision.
///
/// Measured: 1/3 (4 bits) breaks even at 800 bits, 314159/271828 (38 bits) at 2500 bits; at 10 000
/// digits they are 14 and 4 times faster.
fn is_suitable(q: &Rational, prec: Bits) -> bool {
    let height = q.numer().significant_bits() + q.denom().significant_bits();
    height <= HEIGHT && prec.get() >= 700 + 50 * height && q.clone().abs() <= LARGEST
}

/// A series $\sum_{k\ge0} \prod_{1\le j\le k} \frac{p}{q\,\mathrm{step}(j)}$ with a small numerator and
/// word-sized denominators: of e^x and of sin x / x.
struct Series {
    /// The numerator of each ratio.
    p: Integer,
    /// The constant factor of each denominator.
    q: Integer,
    /// The k-th denominator is q step(k): k for the exponential, 2k(2k+1) for the sine.
    step: fn(u64) -> u64,
}

/// Ranges up to this length are summed term by term.
const LEAF: u64 = 12;

impl Series {
    /// (P, Q, T) over (from, to]: T/Q = Σ_{from<k≤to} Π_{from<j≤k} p/(q step(j)).
    fn split(&self, from: u64, to: u64) -> (Integer, Integer, Integer) {
        if to - from <= LEAF {
            let (mut p, mut q, mut t) = (Integer::from(1), Integer::from(1), Integer::new());
            for k in from + 1..=to {
                p *= &self.p;
                let step = (self.step)(k);
                q *= step;
                q *= &self.q;
                t *= step;
                t *= &self.q;
                t += &p;
            }
            return (p, q, t);
        }
        let middle = from + (to - from) / 2;
        let (p1, q1, t1) = self.split(from, middle);
        let (p2, q2, t2) = self.split(middle, to);
        let t = t1 * &q2 + Integer::from(&p1 * &t2);
        (p1 * p2, q1 * q2, t)
    }

    /// 1 + Σ_{1≤k<terms}, rounded.
    fn sum(&self, terms: u64, prec: Bits) -> Ball {
        let (_, q, t) = self.split(0, terms - 1);
        let numerator = t + &q;
        Ball::from_integer(&numerator, prec).div(&Ball::from_integer(&q, prec), prec)
    }
}

/// The least n ≥ `least` with log2 |x|^n / n! below −bits, for a double log2 |x|.
fn terms_needed(log_x: f64, bits: f64, least: u64) -> u64 {
    let log_term = |n: f64| {
        // Stirling from below: ln n! ≥ n ln n − n.
        n * log_x - n * (n.ln() - 1.0) / std::f64::consts::LN_2
    };
    let (mut low, mut high) = (least.max(4), least.max(8));
    while log_term(high as f64) > -bits {
        low = high;
        high *= 2;
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if log_term(middle as f64) > -bits {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// An upper bound of |x|^n / n!: n! ≥ (n/e)^n ≥ (n/2.72)^n.
fn term_bound(x: Magnitude, n: u64) -> Magnitude {
    x.times(Magnitude::from_f64(2.72))
        .over(&Float::with_val(64, n))
        .power(n)
}

/// log2 |q|.
fn log2(q: &Rational) -> f64 {
    q.to_f64().abs().log2()
}

/// e^x by splitting.
pub(super) fn exp_by_splitting(x: &Rational, prec: Bits) -> Ball {
    // e^{−|x|} is 1/e^{|x|}: all terms positive.
    if *x < 0 {
        return exp_by_splitting(&Rational::from(-x), prec.plus(8)).recip(prec);
    }
    let wp = prec.plus(24);
    let terms = terms_needed(log2(x), f64::from(wp.get()), 2 * u64::from(LARGEST));
    let series = Series {
        p: x.numer().clone(),
        q: x.denom().clone(),
        step: |k| k,
    };
    // terms ≥ 2 LARGEST ≥ 2|x|, so the tail is at most twice the first term left out.
    let tail = term_bound(Magnitude::from_rational(x), terms).shifted(1);
    series.sum(terms, wp).widened(tail).rounded(prec)
}

/// (sin x, cos x) by splitting.
pub(super) fn sin_cos_by_splitting(x: &Rational, prec: Bits) -> (Ball, Ball) {
    if x.clone().abs() > 1 {
        // Halve until |x| ≤ 1, where sine and cosine are computed without cancellation.
        let (sin, cos) = sin_cos_by_splitting(&Rational::from(x / 2u32), prec.plus(8));
        let wp = prec.plus(8);
        // sin 2x = 2 sin x cos x; cos 2x = 1 − 2 sin² x, or 2 cos² x − 1: no small difference of
        // large numbers is taken, as both squares are at most 1; near a zero of the cosine the
        // absolute error stays, and the relative one is what the caller's precision allows.
        let double_sin = sin.mul(&cos, wp).mul_2exp(1);
        let double_cos = Ball::one().sub(&sin.square(wp).mul_2exp(1), wp);
        return (double_sin.rounded(prec), double_cos.rounded(prec));
    }
    let wp = prec.plus(24);
    let log_x = log2(x);
    // |R| / |x| ≤ |x|^{2N}/(2N+1)!.
    let terms = terms_needed(log_x, f64::from(wp.get()), 8).div_ceil(2) + 1;
    let square = Rational::from(x.square_ref());
    let series = Series {
        p: Integer::from(-square.numer()),
        q: square.denom().clone(),
        step: |k| 2 * k * (2 * k + 1),
    };
    let tail = term_bound(Magnitude::from_rational(x), 2 * terms);
    let sin = series.sum(terms, wp).widened(tail).mul_rational(x, wp);
    // |x| ≤ 1 < π/2: cos x = √(1 − sin² x) ≥ 0.54.
    let cos = Ball::one().sub(&sin.square(wp), wp).sqrt(prec);
    (sin.rounded(prec), cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Rational> {
        [
            (1, 3),
            (-1, 3),
            (22, 7),
            (1, 1),
            (-31, 1),
            (1, 1_000_003),
            (355, 113),
            (7, 9),
            (999, 1000),
            (11, 7),
        ]
        .into_iter()
        .map(Rational::from)
        .collect()
    }

    #[test]
    fn splitting_agrees_with_mpfr() {
        let mut cases = 0;
        for prec in [64, 333, 1000, 3333, 12_000].map(Bits::new) {
            for q in samples() {
                let x = Ball::from_rational(&q, prec.plus(64));
                let (sin, cos) = sin_cos_by_splitting(&q, prec);
                let exp = exp_by_splitting(&q, prec);
                for (ours, theirs) in [
                    (sin, x.sin(prec.plus(32))),
                    (cos, x.cos(prec.plus(32))),
                    (exp, x.exp(prec.plus(32))),
                ] {
                    assert!(ours.overlaps(&theirs), "{q} {prec}: {ours:?} {theirs:?}");
                    // 355/113 is near π and 11/7 near π/2, each within 2^−10.
                    let wanted = i64::from(prec.get()) - 16;
                    assert!(ours.accuracy() >= wanted, "{q} {prec}: {}", ours.accuracy());
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 5 * 10 * 3);
    }
}
