//! The digamma and polygamma functions.
//!
//! $$\psi(x) = \frac{\Gamma'(x)}{\Gamma(x)}, \qquad
//!   \psi^{(m)}(x) = (-1)^{m+1} m!\,\zeta(m+1, x) \quad (m \ge 1,\ x > 0)$$ (DLMF 5.2.2, 5.15.1,
//! 25.11.12).
//!
//! ψ at an exact point x > 0: $\psi(x) = \psi(X) - \sum_{k<r} 1/(x+k)$ with X = x + r, then
//! (DLMF 5.11.2)
//!
//! $$\psi(X) = \ln X - \frac1{2X} - \sum_{k=1}^{N-1} \frac{B_{2k}}{2k} X^{-2k} + R_N,$$
//!
//! |R_N| at most the first omitted term (DLMF 5.11(ii); proof in `euler_maclaurin`). At integers and
//! half-integers ψ is a rational minus γ (and minus 2 ln 2): DLMF 5.4.14, 5.4.15. Negative points by
//! reflection, ψ(1 − x) − ψ(x) = π cot πx (DLMF 5.5.4).

use rug::float::Round;
use rug::{Float, Integer, Rational};

use super::euler_maclaurin::{bernoulli_sum, plan};
use super::gamma::at_rational;
use super::support::{Point, until_accurate};
use super::zeta::hurwitz_at;
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

/// Shift per bit of precision: where a step of the shift costs what a term of the series does, its
/// Bernoulli number included.
const EFFORT: f64 = 0.3;
/// The same for rationals of small height, whose shift is a sum of fractions by halves.
const RATIONAL_EFFORT: f64 = 0.4;
/// Largest order of a polygamma function: m! is multiplied in exactly.
const LARGEST_ORDER: u32 = 100_000;
/// Up to this argument ψ at half-integers is summed exactly.
const HALF_INTEGER_END: u64 = 4096;

impl Ball {
    /// $\psi(x)$ for real x; no information if the ball holds a pole 0, −1, −2, ….
    #[must_use]
    pub fn digamma(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return digamma_at(&Point::from_float(&self.mid), prec);
        }
        if self.is_positive() {
            let low = Bits::new(64);
            let (a, b) = (self.lower(low), self.upper(low));
            if self.is_narrow() {
                // ψ' decreases and ψ'(x) < 1/x + 1/x² (the integral of 1/t² bounds the sum ζ(2, x)).
                let inverse = Magnitude::ONE.over(&a);
                let slope = inverse.plus(inverse.times(inverse));
                return digamma_at(&Point::from_float(&self.mid), prec)
                    .widened(slope.times(self.rad));
            }
            // ψ increases on (0, ∞); MPFR rounds correctly.
            let lower = Float::with_val_round(64, a.digamma_ref(), Round::Down).0;
            let upper = Float::with_val_round(64, b.digamma_ref(), Round::Up).0;
            return Ball::from_bounds(&lower, &upper, prec);
        }
        if !self.is_negative() {
            return Ball::indeterminate();
        }
        // ψ(x) = ψ(1 − x) − π cot πx; the slope of cos πx is at most π < 3.15.
        let wp = prec.plus(16);
        let sine = self.sin_pi_enclosure(wp);
        let cosine = Point::from_float(&self.mid)
            .cos_pi(wp)
            .widened(Magnitude::from_f64(3.15).times(self.rad));
        let cotangent = Ball::pi(wp).mul(&cosine, wp).div(&sine, wp);
        Ball::one().sub(self, wp).digamma(wp).sub(&cotangent, prec)
    }

    /// $\psi(q)$ for a rational, whose exact value saves most of the work when it is small.
    #[must_use]
    pub fn digamma_rational(q: &Rational, prec: Bits) -> Ball {
        match Point::from_rational(q) {
            Some(point) => digamma_at(&point, prec),
            None => at_rational(q, prec, Ball::digamma),
        }
    }

    /// $\psi(n/2)$ for n ≥ 1: $H_{k-1} - \gamma$ at n = 2k and
    /// $2\sum_{j=1}^{k} \frac1{2j-1} - \gamma - 2\ln 2$ at n = 2k + 1.
    ///
    /// The rational part is exact before it is rounded once; no information for n = 0.
    #[must_use]
    pub fn digamma_half_integer(n: u64, prec: Bits) -> Ball {
        let Some((rational, logarithms)) = digamma_half_integer_parts(n) else {
            return Ball::indeterminate();
        };
        until_accurate(prec, |wp| {
            let gamma = Ball::euler_gamma(wp);
            let value = Ball::from_rational(&rational, wp).sub(&gamma, wp);
            if logarithms {
                value.sub(&Ball::ln_2(wp).mul_2exp(1), wp)
            } else {
                value
            }
        })
    }

    /// The polygamma function $\psi^{(m)}(x)$ for real x; $\psi^{(0)} = \psi$.
    ///
    /// For m ≥ 1 and x > 0 it is $(-1)^{m+1} m!\,\zeta(m+1, x)$; elsewhere it is carried to x > 0 by
    /// $\psi^{(m)}(x) = \psi^{(m)}(x+n) - (-1)^m m! \sum_{k<n} (x+k)^{-m-1}$ (DLMF 5.15.5). No
    /// information if the ball holds a pole, or for x below −10⁶ and m ≥ 1, or m above
    /// 100 000.
    #[must_use]
    pub fn polygamma(m: u32, x: &Ball, prec: Bits) -> Ball {
        if m == 0 {
            return x.digamma(prec);
        }
        if !x.is_finite() || x.contains_zero() || m > LARGEST_ORDER {
            return Ball::indeterminate();
        }
        if !x.is_exact() {
            return polygamma_of_ball(m, x, prec);
        }
        until_accurate(prec, |wp| polygamma_at(m, &x.mid, wp))
    }
}

/// ψ(n/2) = rational − γ − (2 ln 2 if the flag is set), for n ≥ 1; the rational is the exact finite
/// sum of DLMF 5.4.14 or 5.4.15.
///
/// `None` for n = 0, a pole. The size of the rational grows like n bits.
pub fn digamma_half_integer_parts(n: u64) -> Option<(Rational, bool)> {
    let k = n / 2;
    let is_half = n % 2 == 1;
    let (numerator, denominator) = if !is_half {
        // H_{k−1} = Σ_{j=1}^{k−1} 1/j.
        reciprocal_sum(&Integer::from(1), &Integer::from(1), 0, k.checked_sub(1)?)
    } else {
        // Σ_{j=1}^{k} 2/(2j − 1) = Σ_{i<k} 2/(1 + 2i).
        reciprocal_sum(&Integer::from(1), &Integer::from(2), 0, k)
    };
    let factor = if is_half { 2 } else { 1 };
    Some((Rational::from((numerator * factor, denominator)), is_half))
}

/// ψ at an exact point.
fn digamma_at(x: &Point, prec: Bits) -> Ball {
    if !x.is_positive() {
        if x.is_integer() {
            return Ball::indeterminate();
        }
        return until_accurate(prec, |wp| {
            let cotangent = Ball::pi(wp).mul(&x.cos_pi(wp), wp).div(&x.sin_pi(wp), wp);
            digamma_at(&x.reflected(), wp).sub(&cotangent, wp)
        });
    }
    if let Point::Rational(q) = x
        && *q.denom() <= 2
        && let Some(n) = Rational::from(q * 2u32).numer().to_u64()
        && n <= HALF_INTEGER_END
    {
        return Ball::digamma_half_integer(n, prec);
    }
    until_accurate(prec, |wp| stirling(x, wp))
}

/// ψ at an exact x > 0.
fn stirling(x: &Point, prec: Bits) -> Ball {
    let effort = match x {
        Point::Rational(_) => RATIONAL_EFFORT,
        _ => EFFORT,
    };
    let plan = plan(x.to_f64(), 1.0, effort, prec);
    let wp = prec.plus(24);
    let argument = x.plus(plan.shift, wp);
    let inverse = argument.recip(wp);
    let series =
        bernoulli_sum(&argument, plan.terms, |k| (1, 2 * k), wp).mul(&inverse.square(wp), wp);
    argument
        .ln(wp)
        .sub(&inverse.mul_2exp(-1), wp)
        .sub(&series, wp)
        .sub(&shifted_reciprocals(x, plan.shift, wp), wp)
}

/// $\sum_{k<n} 1/(x+k)$ for an exact x > 0.
fn shifted_reciprocals(x: &Point, n: u64, prec: Bits) -> Ball {
    if n == 0 {
        return Ball::zero();
    }
    let wp = prec.plus(8);
    if let Point::Rational(q) = x {
        // Σ 1/(p/q + k) = q Σ 1/(p + kq).
        let (numerator, denominator) = reciprocal_sum(q.numer(), q.denom(), 0, n);
        return Ball::from_integer(&(numerator * q.denom()), wp)
            .div(&Ball::from_integer(&denominator, wp), wp);
    }
    // Pair x + k with x + n − 1 − k: 1/(x + k) + 1/(x + n − 1 − k) = d / (y + c) with
    // d = 2x + n − 1, y = x(x + n − 1), c = k(n − 1 − k). Two pairs give the fraction
    // (2y + c₁ + c₂) / (y² + (c₁ + c₂) y + c₁c₂), and P'/P gathers the fractions.
    let wp = prec.plus(24 + 64 - n.leading_zeros());
    let d = x.plus(0, wp).add(&x.plus(n - 1, wp), wp);
    let y = x.plus(0, wp).mul(&x.plus(n - 1, wp), wp);
    let (y_square, two_y) = (y.square(wp), y.mul_2exp(1));
    let half = n / 2;
    let (mut numerator, mut denominator) = (Ball::zero(), Ball::one());
    let mut k = 0;
    while k < half {
        let constants = [k, k + 1].map(|k| Integer::from(k) * (n - 1 - k));
        let (upper, lower) = if k + 1 < half {
            let sum = Rational::from(Integer::from(&constants[0] + &constants[1]));
            let product = Rational::from(Integer::from(&constants[0] * &constants[1]));
            (
                two_y.add_rational(&sum, wp),
                y.mul_integer(sum.numer(), wp)
                    .add(&y_square, wp)
                    .add_rational(&product, wp),
            )
        } else {
            let [constant, _] = constants;
            (Ball::one(), y.add_rational(&Rational::from(constant), wp))
        };
        numerator = numerator
            .mul(&lower, wp)
            .add(&denominator.mul(&upper, wp), wp);
        denominator = denominator.mul(&lower, wp);
        k += 2;
    }
    let mut sum = d.mul(&numerator, wp).div(&denominator, wp);
    if n % 2 == 1 {
        sum = sum.add(&x.plus(half, wp).recip(wp), wp);
    }
    sum
}

/// Σ_{from ≤ k < to} 1/(p + kq) as numerator and denominator, by halves.
fn reciprocal_sum(p: &Integer, q: &Integer, from: u64, to: u64) -> (Integer, Integer) {
    match to - from {
        0 => (Integer::new(), Integer::from(1)),
        1 => (Integer::from(1), Integer::from(q * from) + p),
        _ => {
            let middle = from + (to - from) / 2;
            let (n1, d1) = reciprocal_sum(p, q, from, middle);
            let (n2, d2) = reciprocal_sum(p, q, middle, to);
            (n1 * &d2 + n2 * &d1, d1 * d2)
        }
    }
}

/// ψ^{(m)} at an exact x ≠ 0, −1, …, for m ≥ 1.
fn polygamma_at(m: u32, x: &Float, prec: Bits) -> Ball {
    let wp = prec.plus(16);
    let sign_is_negative = m.is_multiple_of(2);
    let ball = Ball::exact(x.clone());
    let order = i64::from(m) + 1;
    let mut zeta = Ball::zero();
    let mut start = Point::from_float(x);
    if *x < 0 {
        if x.is_integer() || *x < -1_000_000 {
            return Ball::indeterminate();
        }
        // ζ(m + 1, x) = Σ_{k<n} (x + k)^{−m−1} + ζ(m + 1, x + n) with x + n in (0, 1).
        let n = Float::with_val(64, -x)
            .to_u32_saturating_round(Round::Up)
            .unwrap_or(0);
        for k in 0..n {
            // The sum x + k is exact: it has no bits that x lacks and is not larger.
            let shifted = Float::with_val(x.prec() + 32, x + k);
            zeta = zeta.add(&Ball::exact(shifted).pow_i64(-order, wp), wp);
        }
        start = Point::from_float(&Float::with_val(x.prec() + 32, x + n));
        debug_assert!(ball.is_negative());
    }
    zeta = zeta.add(
        &hurwitz_at(&Ball::from_i64(order), Some(order), &start, wp),
        wp,
    );
    let factorial = Integer::from(Integer::factorial(m));
    let value = zeta.mul_integer(&factorial, wp);
    if sign_is_negative { value.neg() } else { value }
}

/// ψ^{(m)} on a ball without 0, for m ≥ 1.
fn polygamma_of_ball(m: u32, x: &Ball, prec: Bits) -> Ball {
    let low = Bits::new(64);
    if x.is_positive() {
        // (−1)^{m+1} ψ^{(m)} is positive and decreasing on (0, ∞): the ends of the ball decide, and
        // for a narrow one the slope |ψ^{(m+1)}| at the left end.
        let left = Ball::exact(x.lower(low));
        if x.is_narrow() {
            let slope = Ball::polygamma(m + 1, &left, low).magnitude();
            return Ball::polygamma(m, &Ball::exact(x.mid.clone()), prec)
                .widened(slope.times(x.rad));
        }
        let right = Ball::exact(x.upper(low));
        return Ball::polygamma(m, &left, low).union(&Ball::polygamma(m, &right, low), prec);
    }
    // Between two poles, on (−n − 1, −n): |ψ^{(m+1)}| ≤ (m + 1)! Σ_k |x + k|^{−m−2}, where at most
    // one x + k on each side of 0 is nearest; with δ the distance of the ball to the integers the
    // sum is at most 2 Σ_{j≥0} (δ + j)^{−m−2} ≤ 2 (δ^{−m−2} + ζ(2)) < 2 δ^{−m−2} + 4.
    let (nearest, _) = match x.mid.to_integer_round(Round::Nearest) {
        Some(nearest) => nearest,
        None => return Ball::indeterminate(),
    };
    let distance = x.sub(
        &Ball::from_integer(&nearest, Bits::new(x.mid.prec())),
        Bits::new(64),
    );
    let delta = distance.magnitude_lower();
    // Exact subtraction would be better than 64 bits, but a lower bound is all that is needed.
    if delta.is_zero() || x.rad >= Magnitude::power_of_two(-2) {
        return Ball::indeterminate();
    }
    let powers = Magnitude::ONE
        .over(&delta)
        .power(u64::from(m) + 2)
        .shifted(1);
    let slope = Magnitude::from_integer(&Integer::from(Integer::factorial(m + 1)))
        .times(powers.plus(Magnitude::power_of_two(2)));
    Ball::polygamma(m, &Ball::exact(x.mid.clone()), prec).widened(slope.times(x.rad))
}
