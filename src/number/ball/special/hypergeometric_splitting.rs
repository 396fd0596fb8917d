//! Exact partial sums of Gauss's series for rational a, b, c, z by binary splitting.
//!
//! With $t_{k+1}/t_k = P_k/Q_k$ in integers, the sum over [l, r) is T/Q, where for adjacent ranges
//! P = P₁P₂, Q = Q₁Q₂, T = T₁Q₂ + P₁T₂. A terminating series is its own exact value; an infinite one
//! at a z of few bits is summed this way at high precision, with the same tail bound as in
//! `hypergeometric_series`.

use rug::{Integer, Rational};

use super::hypergeometric::Parameter;
use super::hypergeometric_series::{Gauss, TailBounds, one_minus};
use super::support::log2;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::ball::Ball;
use crate::number::precision::Bits;

/// From this precision on, binary splitting beats the word-by-word loop at a z of few bits.
const SPLITTING_BITS: u32 = 6_000;
/// Most bits of such a z.
const Z_BITS: u32 = 32;
/// Largest exact sum, in bits, that a terminating series is given before it falls back to balls.
const EXACT_BITS: f64 = 4e6;

/// a, b, c, z as rationals.
struct Ratios {
    a: Rational,
    b: Rational,
    c: Rational,
    z: Rational,
}

impl Ratios {
    fn new(series: &Gauss) -> Option<Ratios> {
        let exact = |p: &Parameter| match p {
            Parameter::Rational(q) => Some(q.clone()),
            Parameter::Ball(_) => None,
        };
        if !series.z.is_exact() {
            return None;
        }
        // A huge exponent would be a huge rational.
        let exponent = series.z.mid.get_exp().map_or(0, i32::unsigned_abs);
        if exponent > 1 << 20 {
            return None;
        }
        Some(Ratios {
            a: exact(series.a)?,
            b: exact(series.b)?,
            c: exact(series.c)?,
            z: series.z.mid.to_rational()?,
        })
    }

    /// Bits that one more term adds to the exact sum, about.
    fn bits_a_term(&self) -> f64 {
        let height =
            |q: &Rational| f64::from(q.numer().significant_bits() + q.denom().significant_bits());
        height(&self.a) + height(&self.b) + height(&self.c) + height(&self.z) + 8.0
    }

    /// (P, Q, T) over [from, to), to > from.
    fn split(&self, from: u64, to: u64, limits: &Limits) -> Result<(Integer, Integer, Integer)> {
        if to - from == 1 {
            let at = |q: &Rational| Integer::from(q.denom() * from) + q.numer();
            let p = at(&self.a) * at(&self.b) * self.c.denom() * self.z.numer();
            let q = at(&self.c) * (from + 1) * self.a.denom() * self.b.denom() * self.z.denom();
            return Ok((p, q.clone(), q));
        }
        if to - from > 64 {
            limits.check_deadline()?;
        }
        let middle = from + (to - from) / 2;
        let (p1, q1, t1) = self.split(from, middle, limits)?;
        let (p2, q2, t2) = self.split(middle, to, limits)?;
        let t = t1 * &q2 + Integer::from(&p1 * &t2);
        Ok((p1 * p2, q1 * q2, t))
    }
}

/// The polynomial $\sum_{k\le n} t_k$ for a or b = −n, as an exact rational, if parameters and z are
/// exact and the sum is not too large.
pub(super) fn polynomial(series: &Gauss, n: u64, limits: &Limits) -> Result<Option<Rational>> {
    let Some(ratios) = Ratios::new(series) else {
        return Ok(None);
    };
    if (n as f64 + 1.0) * ratios.bits_a_term() > EXACT_BITS {
        return Ok(None);
    }
    let (_, q, t) = ratios.split(0, n + 1, limits)?;
    Ok(Some(Rational::from((t, q))))
}

/// An infinite series with |z| < 1 by splitting, where that is the fastest way.
pub(super) fn series(series: &Gauss, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
    if prec.get() < SPLITTING_BITS {
        return Ok(None);
    }
    by_splitting(series, prec, limits)
}

/// An infinite series with |z| < 1 by splitting, if a, b, c, z are rationals of few bits.
pub(super) fn by_splitting(series: &Gauss, prec: Bits, limits: &Limits) -> Result<Option<Ball>> {
    let Some(ratios) = Ratios::new(series) else {
        return Ok(None);
    };
    let Some(bounds) = TailBounds::new(series) else {
        return Ok(None);
    };
    if ratios.z.denom().significant_bits() > Z_BITS
        || ratios.bits_a_term() > 256.0
        || ratios.z.clone().abs() >= 1
    {
        return Ok(None);
    }
    let Some(terms) = terms_needed(&ratios, prec) else {
        return Ok(None);
    };
    let Some(ratio) = bounds.ratio(terms).filter(|q| *q < 0.999_999) else {
        return Ok(None);
    };
    let (p, q, t) = ratios.split(0, terms, limits)?;
    let wp = prec.plus(8);
    let sum = Ball::from_integer(&t, wp).div(&Ball::from_integer(&q, wp), wp);
    // |t_N| = |P/Q|.
    let low = Bits::new(64);
    let next = Ball::from_integer(&p, low).div(&Ball::from_integer(&q, low), low);
    let tail = next.magnitude().over(&one_minus(ratio));
    Ok(Some(sum.widened(tail)))
}

/// The first N > 0 with |t_N| below 2^−prec, roughly; `None` if that is too far.
fn terms_needed(ratios: &Ratios, prec: Bits) -> Option<u64> {
    let [a, b, c, z] = [&ratios.a, &ratios.b, &ratios.c, &ratios.z].map(Rational::to_f64);
    let target = -f64::from(prec.get()) - 8.0;
    let mut size = 0.0;
    for n in 0..1u64 << 24 {
        let x = n as f64;
        let ratio = ((a + x) * (b + x) / ((c + x) * (x + 1.0)) * z).abs();
        size += log2(ratio.max(1e-300));
        if size < target && ratio < 1.0 && c + x > 1.0 {
            return Some(n + 1);
        }
    }
    None
}
