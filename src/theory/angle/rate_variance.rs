//! The variance v(n) of $\ln(\sin^2θ'/\sin^2θ)$ in one layer of n neurons, as θ → 0:
//! $v(n) = E[e_K + d_K^2] - r(n)^2$ given K ≥ 2, where $d_k = ψ(k/2) - ψ((k-1)/2)$ and
//! $e_k = ψ'(k/2) + ψ'((k-1)/2)$ are mean and variance given K = k.
//!
//! **Closed form** in $\mathbb Q + \mathbb Q \ln 2 + \mathbb Q \ln^2 2 + \frac23 π^2$:
//!
//! * $d_k = a_k + 2(-1)^k \ln 2$ with $a_2 = 0$, $a_{k+1} = 2/(k-1) - a_k$.
//! * $\sum_{k\ge2} \binom nk e_k = U_n$ with $U_{n+1} - U_n = 4V_n$, $V_{n+1} - V_n = W_n$,
//!   $W_{n+1} = 2W_n - I_n$, $U_0 = V_0 = 0$, $W_0 = π^2/6$ and
//!   $I_n = \frac1{n+1}\sum_{j=0}^n \frac{2^{j+1}-1}{j+1}$. They are the integrals of
//!   $-\ln q$ against $((1+q)^n-1-nq)/(q^2(1-q))$, $((1+q)^n-1)/(q(1-q))$, $(1+q)^n/(1-q)$ and
//!   $(1+q)^n$ over [0, 1], from $e_k = -4\int_0^1 q^{k-2} \ln q/(1-q)\,dq$; $I_n$ by parts.
//!   So $U_n = \frac23π^2(2^n - n - 1)$ less a rational.
//!
//! Asymptotically $v(n) \sim 8/n + 32/n^2 + …$

use rug::{Integer, Rational};

use super::rate::{exact_rate, rate, ways};
use super::{fixed_sum, log_ratio};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The exact variance: `rational + logarithm · ln 2 + square · ln² 2 + (2/3) π²`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactVariance {
    /// The rational part.
    pub rational: Rational,
    /// The coefficient of ln 2.
    pub logarithm: Rational,
    /// The coefficient of ln² 2.
    pub square: Rational,
}

/// The exact variance of a layer of n ≥ 2 neurons: the closed form of the [module](self).
///
/// # Errors
/// A limit error where the numbers would pass the limit on integers, or at the deadline.
pub fn exact_variance(n: u32, limits: &Limits) -> Result<ExactVariance> {
    // Squares of sums with denominators up to lcm(1..n) < 3^n.
    limits.check_integer_bits(6.0 * f64::from(n), "the exact variance")?;
    let rate = exact_rate(n, limits)?;
    let ways = ways(n);
    // U_n = (2/3)π² ways − 4 ΣΣ R, where W_i = 2^i π²/6 − R_i: R_{i+1} = 2 R_i + I_i.
    let (mut single, mut double) = (Rational::new(), Rational::new());
    let (mut rest, mut harmonic) = (Rational::new(), Rational::new());
    for i in 0..n {
        limits.check_deadline()?;
        // Before step i: single = Σ_{h<i} R_h (the rational part of −V_i), double = Σ of those.
        double += &single;
        single += &rest;
        let power = Integer::from(1) << (i + 1);
        harmonic += Rational::from((power - 1u32, i + 1));
        rest = rest * 2u32 + Rational::from(&harmonic / (i + 1));
    }
    let (mut signed, mut squares) = (Rational::new(), Rational::new());
    let (mut a, mut binomial) = (Rational::new(), Integer::from(n) * (n - 1) / 2u32);
    for k in 2..=n {
        limits.check_deadline()?;
        let weighted = Rational::from(&a * &binomial);
        squares += Rational::from(&weighted * &a);
        if k % 2 == 0 {
            signed += weighted;
        } else {
            signed -= weighted;
        }
        a = Rational::from((2, k - 1)) - a;
        binomial = binomial * (n - k) / (k + 1);
    }
    let mean = (squares - double * 4u32) / &ways;
    Ok(ExactVariance {
        rational: mean - Rational::from(rate.rational.square_ref()),
        logarithm: signed * 4u32 / &ways - Rational::from(&rate.rational * &rate.logarithm) * 2u32,
        square: 4u32 - rate.logarithm.square(),
    })
}

impl ExactVariance {
    /// The enclosure of the value; it is about 8/n, so 2 log₂ n bits cancel.
    pub fn enclose(&self, prec: Bits) -> Ball {
        let ln_2 = Ball::ln_2(prec);
        let pi = Ball::pi(prec)
            .square(prec)
            .mul_i64(2, prec)
            .div_i64(3, prec);
        ln_2.square(prec)
            .mul_rational(&self.square, prec)
            .add(&ln_2.mul_rational(&self.logarithm, prec), prec)
            .add(&pi, prec)
            .add_rational(&self.rational, prec)
    }
}

/// An enclosure of v(n), n ≥ 2, with relative accuracy of about `prec` bits, by the recurrences in the
/// width of [`fixed_sum`].
///
/// # Errors
/// A limit error at the deadline.
pub fn by_recurrence(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    // v is about 8/n, the sum below it about as large, and r² smaller.
    let work = prec.plus(32 - n.leading_zeros() + 8);
    let sum = fixed_sum::second_moment(n, work, limits)?;
    let missing = match i32::try_from(n) {
        Ok(shift) if shift < 1 << 29 => Ball::from_i64(i64::from(n) + 1).mul_2exp(-shift),
        _ => Ball::zero().widened(Magnitude::power_of_two(32 - i64::from(n))),
    };
    let mean = sum.div(&Ball::one().sub(&missing, work), work);
    let square = rate(n, work, limits)?.square(work);
    Ok(mean.sub(&square, prec))
}

/// Whether the recurrences, one step a neuron, are cheaper than the cut sum over about √(n p) numbers
/// of neurons, each with a few long products.
pub fn is_narrow(n: u32, prec: Bits) -> bool {
    u64::from(n) <= 20_000 + 8 * u64::from(prec.get())
}

/// An enclosure of v(n), n ≥ 2, with relative accuracy of about `prec` bits, from the definition as a
/// sum over k.
///
/// # Errors
/// A limit error at the deadline.
pub fn rate_variance(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let work = prec.plus(16);
    let moments = log_ratio::moments(n, &Ball::zero(), 2, work, limits)?;
    Ok(moments[2].sub(&moments[1].square(work), prec))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREC: Bits = Bits::new(240);

    #[test]
    fn two_and_three_neurons() {
        let limits = Limits::default();
        // n = 2: v = 2π²/3. n = 3: K = 2 three times, K = 3 once; d_2 = 2 ln 2, d_3 = 2 − 2 ln 2,
        // e_2 = 2π²/3, e_3 = 2π²/3 − 4: v = 2π²/3 − 1 + (3/16)(4 ln 2 − 2)².
        let two = exact_variance(2, &limits).unwrap();
        assert_eq!(two.rational, 0);
        assert_eq!(
            (two.logarithm, two.square),
            (Rational::new(), Rational::new())
        );
        let three = exact_variance(3, &limits).unwrap();
        assert_eq!(three.rational, Rational::from((-1, 4)));
        assert_eq!(three.logarithm, -3);
        assert_eq!(three.square, 3);
    }

    #[test]
    fn the_closed_form_and_the_sum_agree() {
        let limits = Limits::default();
        let mut cases = 0;
        for n in (2..50).chain([100, 256, 700]) {
            let exact = exact_variance(n, &limits).unwrap().enclose(PREC.plus(60));
            let summed = rate_variance(n, PREC, &limits).unwrap();
            let fast = by_recurrence(n, PREC, &limits).unwrap();
            assert!(summed.overlaps(&exact) && fast.overlaps(&exact), "n = {n}");
            assert!(fast.accuracy() >= 230, "n = {n}: {}", fast.accuracy());
            assert!(
                summed.accuracy() >= 225 && exact.accuracy() >= 225,
                "n = {n}"
            );
            cases += 1;
        }
        assert_eq!(cases, 51);
    }

    #[test]
    fn wide_layers_follow_the_first_terms() {
        let limits = Limits::default();
        for n in [10_000u32, 1_000_000] {
            let value = rate_variance(n, Bits::new(120), &limits).unwrap();
            assert!(value.accuracy() >= 110, "{}", value.accuracy());
            let n = f64::from(n);
            let series = 8.0 / n + 32.0 / (n * n);
            let gap = (value.mid().to_f64() - series).abs();
            assert!(gap < 200.0 / (n * n * n) + 1e-15 * series, "{gap:e}");
        }
    }
}
