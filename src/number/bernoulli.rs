//! Bernoulli numbers `B_0, B_2, B_4, …` as exact rationals, kept for the life of the process.
//!
//! $$\frac{t}{e^t-1} = \sum_{n\ge0} B_n \frac{t^n}{n!}$$ (DLMF 24.2.1). The odd ones vanish but for
//! `B_1 = −1/2`, so only even indices are stored.
//!
//! Small indices come from the tangent numbers by integer recurrence (Brent & Harvey, "Fast
//! computation of Bernoulli, tangent and secant numbers", 2011, section 6). Larger ones come from
//! Euler's formula (DLMF 25.6.2)
//!
//! $$|B_{2k}| = \frac{2(2k)!}{(2\pi)^{2k}}\zeta(2k), \qquad
//!   (1-2^{-2k})\zeta(2k) = \sum_{n \text{ odd}} n^{-2k},$$
//!
//! whose denominator is known (von Staudt and Clausen, DLMF 24.10.1: the product of the primes p
//! with p − 1 | 2k), so that a ball for the numerator narrower than one decides it. The indices are
//! run downwards, because n^{−2k+2} is n^{−2k} times n²: one small multiplication a term
//! (S. Bloemen's observation, used by FLINT and PARI).

use std::sync::{Arc, PoisonError, RwLock};

use rug::float::Round;
use rug::ops::Pow;
use rug::{Float, Integer, Rational};

use super::ball::{Ball, Magnitude};
use super::precision::Bits;

/// The numbers found so far: entry `k` is `B_{2k}`.
static KNOWN: RwLock<Option<Arc<Vec<Rational>>>> = RwLock::new(None);

/// Up to this index k the tangent numbers are cheaper than balls.
const TANGENT_END: usize = 32;

/// `B_0, B_2, …`, at least `count` of them: entry `k` is `B_{2k}`.
///
/// A pure memo: the table only ever grows, and every caller shares it. The cost of `count` numbers
/// is about `count²` small operations on numbers of `O(count log count)` bits.
pub fn even_bernoulli(count: usize) -> Arc<Vec<Rational>> {
    if let Some(table) = &*KNOWN.read().unwrap_or_else(PoisonError::into_inner)
        && table.len() >= count
    {
        return Arc::clone(table);
    }
    let mut guard = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let known = guard.take().unwrap_or_default();
    if known.len() >= count {
        *guard = Some(Arc::clone(&known));
        return known;
    }
    let mut table = Vec::clone(&known);
    if table.is_empty() {
        table = from_tangent_numbers(TANGENT_END);
    }
    // An eighth more than asked for, so that a slow rise of the precision does not run this each time.
    let target = if count <= TANGENT_END {
        TANGENT_END
    } else {
        count + count / 8
    };
    if target > table.len() {
        let more = from_zeta(table.len(), target);
        table.extend(more);
    }
    let table = Arc::new(table);
    *guard = Some(Arc::clone(&table));
    table
}

/// The Bernoulli number `B_n`, with `B_1 = −1/2`.
pub fn bernoulli(n: usize) -> Rational {
    match n {
        1 => Rational::from((-1, 2)),
        _ if n % 2 == 1 => Rational::new(),
        _ => even_bernoulli(n / 2 + 1)[n / 2].clone(),
    }
}

/// `log2 |B_{2k}|` for `k ≥ 1`, within 0.1: from Stirling's formula and 1 < ζ(2k) ≤ ζ(2) < 1.65.
pub fn log2_even_bernoulli(k: usize) -> f64 {
    let n = 2.0 * k as f64;
    let ln_factorial =
        (n + 0.5) * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI).ln() + 1.0 / (12.0 * n);
    let ln_zeta = if k == 1 { 0.498 } else { (-n).exp2() };
    (2f64.ln() + ln_factorial - n * (2.0 * std::f64::consts::PI).ln() + ln_zeta)
        / std::f64::consts::LN_2
}

/// `B_0, …, B_{2(count−1)}` from the tangent numbers T_k = T(2k−1):
/// B_{2k} = (−1)^{k−1} 2k T_k / (4^k (4^k − 1)).
fn from_tangent_numbers(count: usize) -> Vec<Rational> {
    let mut tangent = vec![Integer::from(1); count.max(1)];
    // In place: tangent[j] holds T_{j+1} at the end (Brent & Harvey, algorithm TangentNumbers).
    for k in 1..tangent.len() {
        tangent[k] = Integer::from(&tangent[k - 1] * k as u64);
    }
    for k in 1..tangent.len() {
        for j in k..tangent.len() {
            let mut next = Integer::from(&tangent[j - 1] * (j - k) as u64);
            next += Integer::from(&tangent[j] * (j - k + 2) as u64);
            tangent[j] = next;
        }
    }
    let mut numbers = vec![Rational::from(1)];
    for k in 1..count {
        let power = Integer::from(1) << (2 * k as u32);
        let mut numerator = Integer::from(&tangent[k - 1] * (2 * k as u64));
        if k % 2 == 0 {
            numerator = -numerator;
        }
        numbers.push(Rational::from((
            numerator,
            Integer::from(&power - 1) * power,
        )));
    }
    numbers
}

/// `B_{2k}` for `first <= k < end`, with `first ≥ 2`, from ζ(2k) and von Staudt–Clausen.
fn from_zeta(first: usize, end: usize) -> Vec<Rational> {
    let denominators = denominators(end);
    let mut found = Vec::with_capacity(end - first);
    let mut guard = 64;
    let mut k = end - 1;
    let mut powers = OddPowers::new(k, &denominators[k], guard);
    let mut fresh = true;
    while k >= first {
        match powers.numerator(&denominators[k]) {
            Some(numerator) => {
                let sign = if k.is_multiple_of(2) { -1 } else { 1 };
                found.push(Rational::from((numerator * sign, denominators[k].clone())));
                k -= 1;
                powers.step_down(bits_of_numerator(k, &denominators[k]) + guard);
                fresh = false;
            }
            // The errors of the running powers have grown too large: start them again here.
            None => {
                if fresh {
                    guard += 64;
                }
                powers = OddPowers::new(k, &denominators[k], guard);
                fresh = true;
            }
        }
    }
    found.reverse();
    found
}

/// The denominator of `B_{2k}` for `k < end`: the product of the primes p with (p − 1) | 2k.
fn denominators(end: usize) -> Vec<Integer> {
    // (2 − 1) divides everything.
    let mut denominators = vec![Integer::from(2); end];
    let mut composite = vec![false; 2 * end + 2];
    for p in (3..2 * end).step_by(2) {
        if composite[p] {
            continue;
        }
        for multiple in (p * p..2 * end).step_by(2 * p) {
            composite[multiple] = true;
        }
        for k in ((p - 1) / 2..end).step_by((p - 1) / 2) {
            denominators[k] *= p as u64;
        }
    }
    denominators
}

/// A number of bits that holds the numerator of `B_{2k}`.
fn bits_of_numerator(k: usize, denominator: &Integer) -> u32 {
    (log2_even_bernoulli(k) + f64::from(denominator.significant_bits()) + 1.0).max(1.0) as u32
}

/// The state of the downward run: n^{−2k} for the odd n up to `last`, in fixed point.
struct OddPowers {
    k: usize,
    last: u64,
    /// Entry `i` is 2^`point` n^{−2k} for n = 2i + 3, less at most `error` units.
    powers: Vec<Integer>,
    point: u32,
    error: Magnitude,
    /// 2 (2k)! / (2π)^{2k}.
    factor: Ball,
    four_pi_squared: Ball,
}

impl OddPowers {
    fn new(k: usize, denominator: &Integer, guard: u32) -> Self {
        let point = bits_of_numerator(k, denominator) + guard;
        let exponent = 2 * k as u32;
        let one = Integer::from(1) << point;
        let mut powers = Vec::new();
        let mut last = 1;
        loop {
            let power = Integer::u_pow_u(last + 2, exponent);
            let power = &one / Integer::from(power);
            if power.is_zero() {
                break;
            }
            powers.push(power);
            last += 2;
        }
        let prec = Bits::new(point);
        let two_pi = Ball::pi(prec.plus(32)).mul_2exp(1);
        let factorial = Ball::from_integer(&Integer::from(Integer::factorial(exponent)), prec);
        let factor = factorial
            .mul_2exp(1)
            .div(&two_pi.pow_u64(u64::from(exponent), prec.plus(32)), prec);
        OddPowers {
            k,
            last: u64::from(last),
            powers,
            point,
            // Floor: each power is less than one unit too small.
            error: Magnitude::ONE,
            factor,
            four_pi_squared: two_pi.square(prec.plus(32)),
        }
    }

    /// |numerator of B_{2k}|, if the ball for it decides the integer.
    fn numerator(&self, denominator: &Integer) -> Option<Integer> {
        let prec = Bits::new(self.point.max(64));
        let mut sum = Integer::from(1) << self.point;
        for power in &self.powers {
            sum += power;
        }
        let exponent = 2 * self.k as u64;
        // The odd n beyond `last`: Σ n^{−2k} ≤ ½ ∫_last^∞ t^{−2k} dt = last^{1−2k} / (2(2k − 1)),
        // because each term is at most the mean of t^{−2k} over the two units before it.
        let tail = if self.last == 1 {
            // Σ_{n ≥ 3 odd} n^{−2k} ≤ 3^{−2k} + ½ ∫_3^∞ ≤ 2 · 3^{−2k}, and 3^{−2k} ≤ 2^{−3k}.
            Magnitude::power_of_two(1 - 3 * self.k as i64)
        } else {
            let last = Float::with_val(64, self.last);
            let power = (&last).pow(u32::try_from(exponent - 1).ok()?);
            Magnitude::ONE.over(&Float::with_val_round(64, power, Round::Down).0)
        };
        let error = self
            .error
            .times(Magnitude::new(self.powers.len() as u64, 0))
            .shifted(-i64::from(self.point))
            .plus(tail);
        let odd_sum = Ball::from_integer(&sum, prec)
            .mul_2exp(-i32::try_from(self.point).ok()?)
            .widened(error);
        // ζ(2k) = odd_sum / (1 − 4^{−k}) = odd_sum + odd_sum / (4^k − 1).
        let correction = Integer::from(1) << u32::try_from(exponent).ok()?;
        let zeta = if exponent > u64::from(self.point) {
            // odd_sum < 2 and 4^k − 1 ≥ 4^k / 2.
            odd_sum.widened(Magnitude::power_of_two(2 - exponent as i64))
        } else {
            let small = odd_sum.div(&Ball::from_integer(&(correction - 1), prec), prec);
            odd_sum.add(&small, prec)
        };
        let numerator = self.factor.mul(&zeta, prec).mul_integer(denominator, prec);
        let (nearest, _) = numerator.mid().to_integer_round(Round::Nearest)?;
        // The integer is unique if the ball reaches no other: distance + radius < 1/2 is enough.
        let distance = Float::with_val_round(32, numerator.mid() - &nearest, Round::AwayZero).0;
        let reach = Magnitude::from_float(&distance).plus(numerator.rad());
        (reach < Magnitude::power_of_two(-1)).then_some(nearest)
    }

    /// From k to k − 1, with at least `point` bits kept.
    fn step_down(&mut self, point: u32) {
        let shift = self.point.saturating_sub(point) / 64 * 64;
        let mut n = 3u64;
        for power in &mut self.powers {
            *power *= n * n;
            *power >>= shift;
            n += 2;
        }
        // value − power < error before; times n² ≤ last²; and the shift drops less than one unit.
        self.error = self
            .error
            .times(Magnitude::new(self.last * self.last, 0))
            .shifted(-i64::from(shift));
        if shift > 0 {
            self.error = self.error.plus(Magnitude::ONE);
        }
        self.point -= shift;
        let prec = Bits::new(self.point.max(64));
        let n = 2 * self.k as i64;
        self.factor = self
            .factor
            .mul(&self.four_pi_squared.rounded(prec), prec)
            .div_i64(n * (n - 1), prec);
        self.k -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeta_and_tangent_numbers_agree() {
        let by_tangent = from_tangent_numbers(160);
        for (first, end) in [(2, 160), (TANGENT_END, 33), (100, 101)] {
            assert_eq!(from_zeta(first, end), by_tangent[first..end]);
        }
    }

    #[test]
    fn the_first_ones_and_the_recurrence() {
        assert_eq!(bernoulli(0), 1);
        assert_eq!(bernoulli(1), Rational::from((-1, 2)));
        assert_eq!(bernoulli(2), Rational::from((1, 6)));
        assert_eq!(bernoulli(7), 0);
        assert_eq!(bernoulli(12), Rational::from((-691, 2730)));
        // Σ_{k=0}^{n} C(n+1, k) B_k = 0 (DLMF 24.5.3), here for n = 120.
        let mut sum = Rational::new();
        for k in 0..=120u32 {
            sum += bernoulli(k as usize) * Integer::from(Integer::binomial_u(121, k));
        }
        assert_eq!(sum, 0);
    }

    #[test]
    fn the_size_estimate_is_close() {
        let table = even_bernoulli(300);
        for k in 1..300 {
            let exact = Float::with_val(64, table[k].clone().abs()).log2().to_f64();
            assert!((exact - log2_even_bernoulli(k)).abs() < 0.1, "{k}");
        }
    }
}
