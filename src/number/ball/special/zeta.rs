//! Riemann's and Hurwitz's zeta functions of real arguments.
//!
//! $$\zeta(s, x) = \sum_{k\ge0} (x+k)^{-s} \quad (s>1,\ x>0), \qquad \zeta(s) = \zeta(s, 1)$$
//! (DLMF 25.11.1, 25.2.1), continued to all real s ≠ 1.
//!
//! By Euler–Maclaurin: the first r terms, and the expansion of ζ(s, x + r) with its certified
//! remainder (DLMF 25.11.28, see `euler_maclaurin`), which holds for s + 2N − 1 > 0. Riemann's ζ at
//! even and at negative integers is exact in Bernoulli numbers and π (DLMF 25.6.2, 25.6.3); for
//! s < 0 the functional equation (DLMF 25.4.1 and 25.4.2) leads back to 1 − s > 1:
//! ζ(s) = 2 (2π)^{s−1} sin(πs/2) Γ(1 − s) ζ(1 − s).

use rug::float::Round;
use rug::{Float, Integer};

use super::euler_maclaurin::{hurwitz_sum, plan};
use super::support::{Point, until_accurate};
use crate::number::ball::{Ball, Magnitude};
use crate::number::bernoulli::even_bernoulli;
use crate::number::precision::Bits;

/// Shift per bit of precision for integer orders and for real ones, whose powers are expensive.
const EFFORT: f64 = 0.16;
const EFFORT_REAL: f64 = 0.125;
/// Longest sum of single terms; orders or precisions that need more give no information.
const LONGEST_SHIFT: u64 = 1 << 22;

impl Ball {
    /// Riemann's $\zeta(s)$ for real s; no information if the ball holds the pole 1.
    #[must_use]
    pub fn zeta(&self, prec: Bits) -> Ball {
        let from_pole = self.sub(&Ball::one(), prec.plus(32));
        if from_pole.contains_zero() || !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            if let Some(n) = self.mid.to_integer().filter(|_| self.mid.is_integer())
                && let Some(value) = zeta_at_integer(&n, prec)
            {
                return value;
            }
            return until_accurate(prec, |wp| zeta_at(self, wp));
        }
        // Every formula is evaluated with the ball itself: inclusion without a derivative.
        zeta_at(self, prec.plus(24)).rounded(prec)
    }

    /// Hurwitz's $\zeta(s, x)$ for real s ≠ 1 and x > 0; no information elsewhere, nor for orders s
    /// above about 10⁷, whose sums would be too long.
    #[must_use]
    pub fn hurwitz_zeta(&self, x: &Ball, prec: Bits) -> Ball {
        if !x.is_positive() || !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.sub(&Ball::one(), prec.plus(32)).contains_zero() {
            return Ball::indeterminate();
        }
        let order = if self.is_exact() && self.mid.is_integer() {
            self.mid.to_integer().and_then(|n| n.to_i64())
        } else {
            None
        };
        if x.is_exact() {
            let point = Point::from_float(&x.mid);
            if self.is_exact() {
                return until_accurate(prec, |wp| hurwitz_at(self, order, &point, wp));
            }
            return hurwitz_at(self, order, &point, prec.plus(24)).rounded(prec);
        }
        // ∂ζ/∂x = −s ζ(s + 1, x), monotone in x for s > 0, where the left end bounds the slope.
        let low = Bits::new(64);
        let next = self.add_i64(1, low);
        if !self.is_positive() {
            return Ball::indeterminate();
        }
        let slope = self
            .mul(&next.hurwitz_zeta(&Ball::exact(x.lower(low)), low), low)
            .magnitude();
        self.hurwitz_zeta(&Ball::exact(x.mid.clone()), prec)
            .widened(slope.times(x.rad))
    }
}

/// ζ(n) where a closed form or the integer series serves; `None` where the general way is as good.
fn zeta_at_integer(n: &Integer, prec: Bits) -> Option<Ball> {
    // The closed forms need the Bernoulli number B_|n|; beyond this the series is shorter anyway.
    let moderate = 64 + prec.get() / 4;
    let size = n.clone().abs().to_u32().filter(|size| *size <= moderate)?;
    if *n <= 0 {
        // ζ(−k) = (−1)^k B_{k+1} / (k + 1) (DLMF 25.6.3), with ζ(0) = −1/2.
        if size == 0 {
            return Some(Ball::from_i64(-1).mul_2exp(-1));
        }
        if size % 2 == 0 {
            return Some(Ball::zero());
        }
        let index = size.div_ceil(2) as usize;
        let number = &even_bernoulli(index + 1)[index];
        return Some(Ball::from_rational(&(-number.clone() / (size + 1)), prec));
    }
    if size % 2 == 1 {
        return None;
    }
    // ζ(2k) = |B_{2k}| (2π)^{2k} / (2 (2k)!).
    let index = (size / 2) as usize;
    let number = even_bernoulli(index + 1)[index].clone().abs();
    let factor = number / (Integer::from(Integer::factorial(size)) * 2u32);
    let wp = prec.plus(48);
    Some(
        Ball::pi(wp)
            .mul_2exp(1)
            .pow_u64(u64::from(size), wp)
            .mul_rational(&factor, prec),
    )
}

/// ζ(s) for a ball s that does not hold 1.
fn zeta_at(s: &Ball, prec: Bits) -> Ball {
    let wp = prec.plus(16);
    if s.is_negative() {
        // Far left the values leave every range; Γ says so.
        let reflected = Ball::one().sub(s, wp.plus(32));
        let sine = s.mul_2exp(-1).sin_pi_enclosure(wp);
        let power = Ball::pi(wp)
            .mul_2exp(1)
            .ln(wp)
            .mul(&reflected.neg(), wp.plus(32))
            .exp(wp);
        return power
            .mul_2exp(1)
            .mul(&sine, wp)
            .mul(&reflected.gamma(wp), wp)
            .mul(&zeta_at(&reflected, wp), wp);
    }
    // For large s only few terms count: 1 < ζ(s) ≤ 1 + 2^{−s}(s + 1)/(s − 1) for s > 1
    // (the terms after 2^{−s} are below ∫_2^∞ t^{−s} dt = 2^{1−s}/(s − 1)).
    let lower = s.lower(Bits::new(64)).to_f64();
    if lower > f64::from(wp.get()) + 2.0 {
        // (s + 1)/(s − 1) ≤ 2 for s ≥ 3.
        return Ball::one().widened(Magnitude::power_of_two(1 - lower.floor().min(1e12) as i64));
    }
    let order = if s.is_exact() && s.mid.is_integer() {
        s.mid.to_integer().and_then(|n| n.to_i64())
    } else {
        None
    };
    let one = Point::from_float(&Float::with_val(2, 1));
    hurwitz_at(s, order, &one, wp)
}

/// ζ(s, x) at an exact x > 0, for s without 1; `order` is s if it is an integer.
pub(super) fn hurwitz_at(s: &Ball, order: Option<i64>, x: &Point, prec: Bits) -> Ball {
    let wp = prec.plus(32);
    let s_size = s.mid.to_f64();
    if s_size.abs() > 1e9 {
        return Ball::indeterminate();
    }
    let effort = if order.is_some() { EFFORT } else { EFFORT_REAL };
    let mut plan = plan(x.to_f64(), s_size, effort, wp);
    // The expansion needs s + 2N − 1 > 0.
    let least = Float::with_val_round(53, 2 - s.lower(Bits::new(53)), Round::Up).0;
    plan.terms = plan
        .terms
        .max(least.to_u32_saturating_round(Round::Up).unwrap_or(0) as usize / 2 + 1);
    if plan.shift > LONGEST_SHIFT {
        return Ball::indeterminate();
    }
    let argument = x.plus(plan.shift, wp);
    let is_one = matches!(x, Point::Rational(q) if *q == 1);
    let mut sum = match order {
        Some(order) => {
            let mut sum = Ball::zero();
            for k in 0..plan.shift {
                sum = sum.add(&x.plus(k, wp).pow_i64(-order, wp), wp);
            }
            sum
        }
        None if is_one => integer_powers(s, plan.shift, wp),
        None => {
            let mut sum = Ball::zero();
            for k in 0..plan.shift {
                sum = sum.add(&power(&x.plus(k, wp), s, wp), wp);
            }
            sum
        }
    };
    let main = match order {
        Some(order) => argument.pow_i64(-order, wp),
        None => power(&argument, s, wp),
    };
    // X^{1−s}/(s − 1) + X^{−s}/2 + X^{−s−1} Σ.
    let pole = argument.div(&s.sub(&Ball::one(), wp), wp);
    let tail = hurwitz_sum(s, &argument, plan.terms, wp).div(&argument, wp);
    let bracket = pole.add(&Ball::one().mul_2exp(-1), wp).add(&tail, wp);
    sum = sum.add(&main.mul(&bracket, wp), wp);
    sum
}

/// x^{−s}.
fn power(x: &Ball, s: &Ball, prec: Bits) -> Ball {
    let wp = prec.plus(32);
    x.ln(wp).mul(&s.neg(), wp).exp(prec)
}

/// $\sum_{k=1}^{n} k^{-s}$: powers of primes, products for the rest.
fn integer_powers(s: &Ball, n: u64, prec: Bits) -> Ball {
    let n = n as usize;
    let mut powers: Vec<Option<Ball>> = vec![None; n + 1];
    let mut sum = Ball::zero();
    for k in 1..=n {
        let value = match powers[k].take() {
            Some(value) => value,
            None if k == 1 => Ball::one(),
            None => power(&Ball::from_i64(k as i64), s, prec),
        };
        sum = sum.add(&value, prec);
        // k is the largest number seen: set its products with the primes up to its least factor.
        powers[k] = Some(value);
        let mut p = 2;
        while p <= k && p * k <= n {
            if is_prime(p)
                && let (Some(a), Some(b)) = (&powers[p], &powers[k])
            {
                powers[p * k] = Some(a.mul(b, prec));
            }
            if k % p == 0 {
                break;
            }
            p += 1;
        }
    }
    sum
}

/// Trial division: only for p up to a few thousand.
fn is_prime(p: usize) -> bool {
    p >= 2
        && (2..)
            .take_while(|d| d * d <= p)
            .all(|d| !p.is_multiple_of(d))
}
