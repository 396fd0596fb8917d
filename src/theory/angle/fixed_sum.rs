//! Sums over the number K ~ Bin(n, ½) of active neurons by recurrences in the width, in fixed point: a
//! few products of long numbers with short ones for each neuron.
//!
//! With $h_i = (2^i-1)/i$, $H_i = h_1 + … + h_i$, $d_k = ψ(k/2) - ψ((k-1)/2) = 2\int_0^1 q^{k-2}/(1+q)\,dq$
//! and $e_k = ψ'(k/2) + ψ'((k-1)/2)$:
//!
//! **Second moments.** $\sum_{k≥2} \binom nk (d_k^2 + e_k) = 4\sum_{i=0}^{n-2} (n-1-i) E_i$ with
//! $$E_0 = \ln^2 2 + \frac{π^2}6, \qquad E_{i+1} = 2E_i - \frac{2(H_i + \ln 2)}{i+1}.$$
//! Proof: $\sum\binom nk d_k^2 = 4\iint \frac{(1+qr)^n-1-nqr}{q^2r^2(1+q)(1+r)}$, whose second difference
//! in n is 4D_n, $D_n = \iint \frac{(1+qr)^n}{(1+q)(1+r)}$. As $1+qr = (1-q) + q(1+r)$,
//! $g_n(q) = \int \frac{(1+qr)^n}{1+r}dr$ is $(1-q)\,g_{n-1} + ((1+q)^n-1)/n$, so with
//! $\frac{1-q}{1+q} = \frac2{1+q} - 1$, $\int\frac{(1+q)^n-1}{1+q}dq = h_n - \ln 2$ and
//! $\int g_{n-1}dq = T_n/n$, $T_n = \int\frac{(1+q)^n-1}{q(1+q)}dq = \ln 2 + H_{n-1}$,
//! $$D_n = 2D_{n-1} + \frac{h_n - 2\ln 2 - H_{n-1}}n, \qquad D_0 = \ln^22.$$
//! The sum over $e_k$ has the second difference 4W_n with $W_{n} = 2W_{n-1} - H_n/n$, $W_0 = π^2/6$
//! ([`super::rate_variance`]); E = D + W.
//!
//! **Digamma.** $P_n = \sum_{k≥1}\binom nk ψ(k/2)$ has $P_{n+1} = 2P_n + ψ(½) + 2T_n$, as
//! $ψ((k+1)/2) = ψ(k/2) + d_{k+1}$. Summed, $P_n = (2^n-1)ψ(½) + 2^n A_n$ with
//! $$A_n = \sum_{j=1}^{n-1} 2^{-j}T_j = \ln 2 - 2^{1-n}T_{n-1} + \sum_{j=1}^{n-2} \frac{1-2^{-j}}j.$$
//!
//! In fixed point with F bits behind the point all terms are scaled by $2^{-n}$, and every step cuts
//! off less than one unit.

use rug::{Assign, Float, Integer};

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// (2^F − 2^{F−j})/j for j = 1, 2, …, each less than 2 units too large or small.
struct Shares {
    one: Integer,
    power: Integer,
    share: Integer,
    j: u32,
}

impl Shares {
    fn new(bits: u32) -> Shares {
        let one = Integer::from(1) << bits;
        Shares {
            power: one.clone(),
            share: Integer::new(),
            one,
            j: 0,
        }
    }

    /// The next one.
    fn advance(&mut self) -> &Integer {
        self.j += 1;
        // Exact for j ≤ F, then 0 for a number below one unit.
        self.power >>= 1;
        self.share.assign(&self.one - &self.power);
        self.share /= self.j;
        &self.share
    }
}

/// The ball as a fixed-point integer, off by less than 2 units for a ball with a radius below one unit.
fn fixed(ball: &Ball, bits: u32) -> Integer {
    let scaled = Float::with_val(ball.mid().prec(), ball.mid() << bits);
    scaled.to_integer().unwrap_or_default()
}

fn from_fixed(value: &Integer, units: u64, bits: u32, prec: Bits) -> Ball {
    let shift = i64::from(bits);
    let ball = Ball::from_integer(value, prec);
    match i32::try_from(bits) {
        Ok(bits) => ball.mul_2exp(-bits),
        Err(_) => Ball::indeterminate(),
    }
    .widened(Magnitude::new(units, -shift))
}

/// $2^{-n} \sum_{k≥2} \binom nk (d_k^2 + e_k)$ for n ≥ 2, with an absolute error below $2^{-prec}$.
///
/// # Errors
/// A limit error at the deadline.
pub fn second_moment(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    // The error below is at most 32 n units.
    let bits = prec.plus(32 - n.leading_zeros() + 8).get();
    let wide = Bits::new(bits).plus(16);
    let ln_2 = Ball::ln_2(wide);
    let pi_squared = Ball::pi(wide).square(wide).div_i64(6, wide);
    // e = E_i/2^i and g = (H_i + ln 2)/2^i: e' = e − g/(i+1), g' = g/2 + (1 − 2^{−i−1})/(i+1).
    let mut e = fixed(&ln_2.square(wide).add(&pi_squared, wide), bits);
    let mut g = fixed(&ln_2, bits);
    let mut shares = Shares::new(bits);
    // single = Σ_{j<i} E_j / 2^i and double = Σ_{j<i} (its sums) / 2^i.
    let (mut single, mut double) = (Integer::new(), Integer::new());
    let mut part = Integer::new();
    for i in 0..n {
        if i % 256 == 0 {
            limits.check_deadline()?;
        }
        double += &single;
        double >>= 1;
        single += &e;
        single >>= 1;
        part.assign(&g);
        part /= i + 1;
        e -= &part;
        g >>= 1;
        g += shares.advance();
    }
    // g is off by at most 2 + … : δ' ≤ δ/2 + 1 + 2, below 6 units; e by at most 2 + n(6 + 1) ≤ 8n
    // units; single by δ' ≤ (δ + 8n)/2 + 1, below 8n + 2, and double below 8n + 4. Four times that.
    let units = 4 * (8 * u64::from(n) + 4);
    Ok(from_fixed(&(double << 2), units, bits, wide))
}

/// E[ψ(K/2) | K ≥ 1] for K ~ Bin(n, ½), n ≥ 1, with an absolute error below $2^{-prec}$.
///
/// # Errors
/// A limit error at the deadline.
pub fn mean_digamma(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let bits = prec.plus(32 - n.leading_zeros() + 8).get();
    let wide = Bits::new(bits).plus(16);
    let ln_2 = Ball::ln_2(wide);
    let start = Ball::digamma_half_integer(1, wide);
    if n == 1 {
        return Ok(start);
    }
    // t = 2^{1−j} T_{j}, from j = 1: 2^{1−(j+1)} T_{j+1} = t/2 + (1 − 2^{−j})/j.
    let mut t = fixed(&ln_2, bits);
    let mut sum = t.clone();
    let mut shares = Shares::new(bits);
    for i in 1..n - 1 {
        if i % 256 == 0 {
            limits.check_deadline()?;
        }
        let share = shares.advance();
        sum += share;
        t >>= 1;
        t += share;
    }
    // T_{n−1} comes with 2^{1−n} = 2^{−1} 2^{1−(n−1)}.
    t >>= 1;
    sum -= t;
    // The sum is off by less than 2n units and t by less than 8.
    let total = from_fixed(&sum, 2 * u64::from(n) + 10, bits, wide);
    let missing = match i32::try_from(n) {
        Ok(n) if n < 1 << 29 => Ball::one().mul_2exp(-n),
        _ => Ball::zero().widened(Magnitude::power_of_two(-i64::from(n))),
    };
    let share = Ball::one().sub(&missing, wide);
    Ok(start.add(&total.div(&share, wide), wide))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::angle::active::conditional_mean;

    #[test]
    fn second_moments_are_those_of_the_definition() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        let wide = Bits::new(260);
        for n in [2u32, 3, 4, 7, 30, 300, 1000] {
            let fast = second_moment(n, prec, &limits).expect("in time");
            assert!(fast.rad() < Magnitude::power_of_two(-200));
            let half = |k: u32| Ball::from_i64(i64::from(k)).mul_2exp(-1);
            let mean = conditional_mean(n, 2, wide, &limits, |k, work| {
                let (a, b) = (half(k), half(k - 1));
                let d = a.digamma(work).sub(&b.digamma(work), work);
                let e = Ball::polygamma(1, &a, work).add(&Ball::polygamma(1, &b, work), work);
                Ok(d.square(work).add(&e, work))
            });
            let mass = Ball::one().sub(
                &Ball::from_i64(i64::from(n) + 1).mul_2exp(-(n as i32)),
                wide,
            );
            let slow = mean.expect("in time").mul(&mass, wide);
            assert!(fast.overlaps(&slow), "{n}: {fast:?} {slow:?}");
        }
    }

    #[test]
    fn the_mean_of_digamma_is_that_of_the_definition() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for n in [1u32, 2, 3, 4, 7, 30, 300, 1000] {
            let fast = mean_digamma(n, prec, &limits).expect("in time");
            let slow = conditional_mean(n, 1, Bits::new(240), &limits, |k, work| {
                Ok(Ball::digamma_half_integer(u64::from(k), work))
            });
            let slow = slow.expect("in time");
            assert!(fast.overlaps(&slow), "{n}: {fast:?} {slow:?}");
            assert!(fast.rad() < Magnitude::power_of_two(-200));
        }
    }
}
