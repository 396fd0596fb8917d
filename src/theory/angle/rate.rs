//! The rate r(n) at which ln sin²θ falls in one layer of n neurons, as θ → 0:
//! $r(n) = E[ψ(K/2) - ψ((K-1)/2) \mid K \ge 2]$ with $K \sim \mathrm{Bin}(n, ½)$ live neurons.
//!
//! **Closed form.** With $d_k = ψ(k/2) - ψ((k-1)/2) = 2\int_0^1 q^{k-2}/(1+q)\,dq$ the sum
//! $S_n = \sum_{k\ge2} \binom nk d_k$ is $2\int_0^1 ((1+q)^n - 1 - nq)\,q^{-2}/(1+q)\,dq$. Its first
//! difference in n is $2T_n$, $T_n = \int_0^1 ((1+q)^n - 1)\,q^{-1}/(1+q)\,dq$, and that of $T_n$ is
//! $\int_0^1 (1+q)^{n-1} dq = (2^n - 1)/n$ for n ≥ 1, with $T_1 = \ln 2$, $S_1 = 0$. Summed twice,
//!
//! $$r(n) = \frac{2}{2^n - n - 1}\Bigl[(n-1)\ln 2 + \sum_{j=1}^{n-2} (n-1-j)\frac{2^j - 1}{j}\Bigr]:$$
//!
//! a rational plus a rational multiple of ln 2, and all terms are positive. Read from its end the
//! sum falls like $2^{-m}$, so its first p or so terms give p bits at any width.
//!
//! Asymptotically $r(n) \sim 2/n + 8/n^2 + 40/n^3 + …$

use rug::{Integer, Rational};

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The exact rate: `rational + logarithm · ln 2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactRate {
    /// The rational part.
    pub rational: Rational,
    /// The coefficient of ln 2.
    pub logarithm: Rational,
}

/// $2^n - n - 1$, the number of ways to have at least two live neurons among n.
pub(super) fn ways(n: u32) -> Integer {
    (Integer::from(1) << n) - n - 1u32
}

/// The exact rate of a layer of n ≥ 2 neurons: the closed form of the [module](self).
///
/// # Errors
/// A limit error where the numbers would pass the limit on integers, or at the deadline.
pub fn exact_rate(n: u32, limits: &Limits) -> Result<ExactRate> {
    // Numerators below 2^n n², denominators at most lcm(1..n) < 3^n.
    limits.check_integer_bits(3.0 * f64::from(n), "the exact rate")?;
    let mut sum = Rational::new();
    let mut power = Integer::from(1);
    for j in 1..n.saturating_sub(1) {
        limits.check_deadline()?;
        power <<= 1;
        sum += Rational::from((Integer::from(&power - 1) * (n - 1 - j), j));
    }
    let ways = ways(n);
    Ok(ExactRate {
        rational: sum * 2u32 / &ways,
        logarithm: Rational::from((2 * (n - 1), ways)),
    })
}

/// An enclosure of r(n), n ≥ 2, with relative accuracy of about `prec` bits.
///
/// The closed form over $2^n$, with $m = n-1-j$:
/// $$r(n) = 2\,\frac{(n-1)2^{-n}\ln 2 + \sum_{m=1}^{n-2} m(2^{-1-m} - 2^{-n})/(n-1-m)}{1 - (n+1)2^{-n}}.$$
/// The terms after M add up to at most $\sum_{m>M} m 2^{-1-m} = (M+2)2^{-1-M}$.
///
/// # Errors
/// A limit error at the deadline.
pub fn rate(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    // The value is about 2/n, and fewer than 2^16 + p roundings add up.
    let size = 32 - n.leading_zeros();
    let work = prec.plus(size + 24);
    let last = (work.get() + 2 * size + 32).min(n - 2);
    let tiny = half_power(n);
    let mut sum = Ball::ln_2(work)
        .mul(&tiny, work)
        .mul_i64(i64::from(n) - 1, work);
    for m in (1..=last).rev() {
        if m % 256 == 0 {
            limits.check_deadline()?;
        }
        let power = half_power(m + 1).sub(&tiny, work);
        let term = power
            .mul_i64(i64::from(m), work)
            .div_i64(i64::from(n) - 1 - i64::from(m), work);
        sum = sum.add(&term, work);
    }
    if last < n - 2 {
        let tail = Magnitude::new(u64::from(last) + 2, -1 - i64::from(last));
        sum = sum.widened(tail);
    }
    let whole = Ball::one().sub(&tiny.mul_i64(i64::from(n) + 1, work), work);
    Ok(sum.mul_2exp(1).div(&whole, prec))
}

/// $2^{-n}$: exact, or 0 with that radius where the exponent nears the end of the floats' range.
fn half_power(n: u32) -> Ball {
    match i32::try_from(n) {
        Ok(shift) if shift <= 1 << 29 => Ball::one().mul_2exp(-shift),
        _ => Ball::zero().widened(Magnitude::power_of_two(-i64::from(n))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::angle::log_ratio;

    const PREC: Bits = Bits::new(240);

    #[test]
    fn small_widths_as_the_integral_gives_them() {
        let cases = [
            (2, (0, 1), (2, 1)),
            (3, (1, 2), (1, 1)),
            (4, (7, 11), (6, 11)),
            (5, (25, 39), (4, 13)),
            (8, (263, 570), (14, 247)),
        ];
        for (n, rational, logarithm) in cases {
            let exact = exact_rate(n, &Limits::default()).unwrap();
            assert_eq!(exact.rational, Rational::from(rational), "n = {n}");
            assert_eq!(exact.logarithm, Rational::from(logarithm), "n = {n}");
        }
    }

    #[test]
    fn the_fast_sum_the_exact_form_and_the_definition_agree() {
        let limits = Limits::default();
        let mut cases = 0;
        for n in (2..60).chain([100, 256, 700, 1500]) {
            let fast = rate(n, PREC, &limits).unwrap();
            let exact = exact_rate(n, &limits).unwrap();
            let wide = PREC.plus(40);
            let closed = Ball::ln_2(wide)
                .mul_rational(&exact.logarithm, wide)
                .add_rational(&exact.rational, wide);
            let summed = log_ratio::moments(n, &Ball::zero(), 1, PREC, &limits).unwrap()[1].neg();
            assert!(fast.overlaps(&closed) && fast.overlaps(&summed), "n = {n}");
            assert!(
                fast.accuracy() >= 230 && summed.accuracy() >= 230,
                "n = {n}"
            );
            cases += 1;
        }
        assert_eq!(cases, 62);
    }

    #[test]
    fn wide_layers_follow_the_asymptotic_series() {
        let limits = Limits::default();
        for n in [1_000_000u32, 100_000_000, u32::MAX] {
            let value = rate(n, PREC, &limits).unwrap();
            assert!(value.accuracy() >= 230, "n = {n}: {}", value.accuracy());
            // 2/n + 8/n² + 40/n³ + 248/n⁴ up to 1864/n⁵ and more.
            let inverse = Ball::from_i64(i64::from(n)).recip(PREC);
            let mut series = Ball::zero();
            for c in [248, 40, 8, 2] {
                series = series.mul(&inverse, PREC).add_i64(c, PREC);
            }
            let series = series.mul(&inverse, PREC);
            let gap = value.sub(&series, PREC).magnitude().to_f64();
            assert!(gap < 2000.0 * f64::from(n).powi(-5), "n = {n}: {gap:e}");
        }
    }
}
