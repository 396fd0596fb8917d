//! J_{a,b}(θ) as a convolution of two powers of the sine, by certified quadrature.
//!
//! Polar coordinates give, with α = π − θ and h = α/2,
//!
//!   J_{a,b} = K⁰ ∫_0^α sin^a(u) sin^b(α−u) du = K⁰ h ∫_{−1}^1 f(x) dx,
//!   f(x) = sin^a(h(1+x)) sin^b(h(1−x)),
//!
//! K⁰ = (a+b)!!/(2π) for a + b even, (a+b)!!/(2√(2π)) for a + b odd. The integrand is not negative and
//! nothing cancels, near π as well.
//!
//! *Rule.* Clenshaw–Curtis with n + 1 nodes x_j = cos(jπ/n), n even: exact up to degree n, with
//! positive weights of sum 2.
//!
//! *Bound.* f is entire. On the ellipse with foci ±1 and semiaxes' sum ρ, |1 ± x| ≤ 1 + (ρ + 1/ρ)/2 and
//! |sin w| ≤ sinh|w|, so |f| ≤ M = sinh(h(1 + (ρ + 1/ρ)/2))^{a+b}. The Chebyshev coefficients of f are
//! at most 2Mρ^{−k}, and rule and integral of T_k are at most 2 in size, so the error is at most
//! Σ_{k>n} 4·2Mρ^{−k} = 8Mρ^{−n}/(ρ−1). ρ is chosen to make n small; it is free.
//!
//! Sources: L. N. Trefethen, Approximation Theory and Approximation Practice, chapters 8 and 19, for
//! the coefficients; J. Waldvogel, BIT 46, 2006, for the weights.

use rug::{Integer, Rational};

use super::angle::Angle;
use super::hypergeometric::{over_double_root_tau, over_tau};
use super::rectangular::{from_fixed, log2_of, to_fixed_signed};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The most nodes worth trying: their weights take n² word operations.
const MAX_NODES: f64 = 40_000.0;

/// J_{a,b}(θ) for an exact angle with 0 < θ < π; all operations at about `work` bits.
pub(super) fn enclose(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let work = work.plus(32);
    let h = theta.supplement().value(work).mul_2exp(-1);
    let (n, error) = choose_rule(a, b, &h, work)?;
    let cosines = cosine_table(n, work);
    let weights = weights(n, &cosines, work, limits)?;
    let (sin_h, cos_h) = h.sin_cos(work);
    let (a, b) = (u64::from(a), u64::from(b));
    let half = n / 2;
    // The node 0 alone, then the pairs ±x_j.
    let middle = sin_h.pow_u64(a + b, work);
    let mut sum = middle.mul(&weights[half], work);
    for j in 0..half {
        limits.check_deadline()?;
        let (sin, cos) = h.mul(&cosines[j], work).sin_cos(work);
        let (even, odd) = (sin_h.mul(&cos, work), cos_h.mul(&sin, work));
        let (large, small) = (even.add(&odd, work), even.sub(&odd, work));
        let pair = if a == b {
            large.mul(&small, work).pow_u64(a, work).mul_2exp(1)
        } else {
            let right = large.pow_u64(a, work).mul(&small.pow_u64(b, work), work);
            let left = small.pow_u64(a, work).mul(&large.pow_u64(b, work), work);
            right.add(&left, work)
        };
        sum = pair.mul_add(&weights[j], &sum, work);
    }
    let integral = sum.widened(error);
    let factor = Integer::from(Integer::factorial_2((a + b) as u32));
    let value = integral.mul(&h, work).mul_integer(&factor, work);
    Ok(if (a + b) % 2 == 0 {
        over_tau(&value, work)
    } else {
        over_double_root_tau(&value, work)
    })
}

/// An even n and its proven error bound, below about 2^−work of the integral.
fn choose_rule(a: u32, b: u32, h: &Ball, work: Bits) -> Result<(usize, Magnitude)> {
    let order = f64::from(a) + f64::from(b);
    let log2_h = log2_of(h.mid());
    // log2 of the integral: its largest value, times a width of about 1/√(a+b+1).
    let peak = if order > 0.0 {
        (f64::from(a) - f64::from(b)) / order
    } else {
        0.0
    };
    let log2_sine = |x: f64| {
        let factor = 1.0 + x;
        if factor == 0.0 {
            0.0
        } else if log2_h < -20.0 {
            log2_h + factor.log2()
        } else {
            (log2_h.exp2() * factor).sin().log2()
        }
    };
    let log2_integral = f64::from(a) * log2_sine(peak) + f64::from(b) * log2_sine(-peak)
        - 0.5 * (order + 1.0).log2();
    let bits = f64::from(work.get()) - log2_integral;
    let mut best = (f64::INFINITY, 0.0);
    let mut log2_rho = 0.05f64;
    while log2_rho < 900.0 {
        let rho = log2_rho.exp2();
        let log2_m = order * log2_sinh(log2_h, rho);
        let n = (bits + log2_m + 3.0 - (rho - 1.0).log2()) / log2_rho;
        if n < best.0 {
            best = (n, rho);
        }
        log2_rho *= 1.05;
    }
    let (n, rho) = best;
    if n.is_nan() || n > MAX_NODES {
        return Err(Error::limit(format!(
            "the quadrature of J would need {n:.0} nodes, more than {MAX_NODES}"
        ))
        .with_hint("another method has no such limit"));
    }
    let n = 2 * (n.max(2.0) / 2.0).ceil() as usize + 2;
    // M with every double rounded up: sinh, the products and the sum are within 10^−12.
    let slack = 1.0 + 1e-12;
    let reach = h
        .magnitude()
        .times(Magnitude::from_f64((1.0 + (rho + 1.0 / rho) / 2.0) * slack));
    let sinh = if reach <= Magnitude::ONE {
        // sinh r ≤ r(1 + r²/5) for r ≤ 1.
        let r2 = reach.times(reach).times(Magnitude::from_f64(0.2));
        reach.times(Magnitude::ONE.plus(r2))
    } else {
        Magnitude::from_f64(reach.to_f64().sinh() * slack)
    };
    let decay = Magnitude::from_f64(slack / rho).power(n as u64);
    let error = sinh
        .power(u64::from(a) + u64::from(b))
        .times(decay)
        .times(Magnitude::from_f64(8.0 * slack / (rho - 1.0)));
    Ok((n, error))
}

fn log2_sinh(log2_h: f64, rho: f64) -> f64 {
    let log2_reach = log2_h + (1.0 + (rho + 1.0 / rho) / 2.0).log2();
    if log2_reach < -10.0 {
        log2_reach
    } else {
        log2_reach.exp2().sinh().log2()
    }
}

/// cos(jπ/n) for 0 ≤ j ≤ n/2, by the addition theorem from the halves of j.
fn cosine_table(n: usize, work: Bits) -> Vec<Ball> {
    let work = work.plus(32);
    let step = Rational::from((1, n as u64));
    let mut table = vec![
        (Ball::zero(), Ball::one()),
        (
            Ball::sin_pi_rational(&step, work),
            Ball::cos_pi_rational(&step, work),
        ),
    ];
    for j in 2..=n / 2 {
        let (low, high) = (j / 2, j - j / 2);
        let ((s1, c1), (s2, c2)) = (&table[low], &table[high]);
        let sin = s1.mul(c2, work).add(&c1.mul(s2, work), work);
        let cos = c1.mul(c2, work).sub(&s1.mul(s2, work), work);
        table.push((sin, cos));
    }
    // cos(π/2) is 0, exactly.
    table[n / 2].1 = Ball::zero();
    table.into_iter().map(|(_, cos)| cos).collect()
}

/// w_j = (c_j/n) (1 − Σ_{k=1}^{n/2} b_k cos(2jkπ/n)/(4k²−1)) for 0 ≤ j ≤ n/2, with c_0 = 1, other c_j = 2,
/// b_{n/2} = 1, other b_k = 2; in fixed point with the error counted in units.
///
/// Each quotient is truncated (error at most 1), and Σ 2/(4k²−1) < 1 carries the error of the
/// cosines at most once.
fn weights(n: usize, cosines: &[Ball], work: Bits, limits: &Limits) -> Result<Vec<Ball>> {
    let point = work.get() + 32;
    let mut fixed = Vec::with_capacity(cosines.len());
    let mut cosine_error = Magnitude::ZERO;
    for cosine in cosines {
        let (value, error) = to_fixed_signed(cosine, point);
        fixed.push(value);
        cosine_error = cosine_error.max(error);
    }
    let unit = -i64::from(point);
    let error = cosine_error.plus(Magnitude::new(n as u64, 0)).shifted(unit);
    let half = n / 2;
    let one = Integer::from(1) << point;
    let mut weights = Vec::with_capacity(half + 1);
    let mut quotient = Integer::new();
    for j in 0..=half {
        limits.check_deadline()?;
        let mut sum = one.clone();
        for k in 1..=half {
            use rug::Assign;
            // cos(iπ/n) with i = 2jk mod 2n, folded to [0, n/2] with its sign.
            let i = 2 * j * k % (2 * n);
            let i = if i > n { 2 * n - i } else { i };
            let (i, negative) = if i > half { (n - i, true) } else { (i, false) };
            let divisor = (4 * k * k - 1) as u64;
            if k == half {
                quotient.assign(&fixed[i] / divisor);
            } else {
                quotient.assign(&fixed[i] << 1);
                quotient /= divisor;
            }
            if negative {
                sum += &quotient;
            } else {
                sum -= &quotient;
            }
        }
        let factor = if j == 0 { 1 } else { 2 };
        let weight = from_fixed(&sum, point)
            .widened(error)
            .mul_i64(factor, work)
            .div_i64(n as i64, work);
        weights.push(weight);
    }
    Ok(weights)
}
