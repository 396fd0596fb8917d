//! The law of one layer at θ → 0: $Y = \ln(χ^2_{K-1}/χ^2_K)$, numerator and denominator independent
//! given $K \sim \mathrm{Bin}(n, ½)$, conditioned on K ≥ 2: the limit of $\ln(\sin^2θ'/\sin^2θ)$.
//!
//! Given K = k the cumulants of Y are $κ_j = ψ^{(j-1)}((k-1)/2) + (-1)^j ψ^{(j-1)}(k/2)$; the mean is
//! $-d_k$, $d_k = ψ(k/2) - ψ((k-1)/2)$. Moments of Y are sums over k with binomial weights.
//!
//! **Weights** are taken relative to the one in the middle and outward from it, until the rest,
//! which a geometric series bounds, is below the precision asked for. So a wide layer costs
//! $O(\sqrt{n p})$ terms for p bits.
//!
//! **Polygammas** at the half-integers go downward from the last one: $d_k = 2/(k-1) - d_{k+1}$ and
//! $ψ^{(m)}(x) = ψ^{(m)}(x+1) + (-1)^{m+1} m!\,x^{-m-1}$ grow on the way, so no digit is lost.

use rug::Integer;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// Weights proportional to $\binom nk$ for k = first, first + 1, …; the weights left out are at
/// most `rest` together. All k ≥ 2.
struct Weights {
    first: u32,
    weights: Vec<Ball>,
    rest: Magnitude,
}

/// The weights of a layer of n neurons: all of them, or without those that together are below
/// $2^{-cut}$ of the largest.
fn weights(n: u32, cut: Option<i64>, prec: Bits, limits: &Limits) -> Result<Weights> {
    let middle = (n / 2).max(2);
    let negligible = |w: &Ball| match (cut, w.magnitude().exponent()) {
        (Some(cut), Some(exponent)) => exponent < -cut,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let (n, mut rest) = (i64::from(n), Magnitude::ZERO);
    // Upward: C(n, k+1) = C(n, k) (n−k)/(k+1).
    let mut up = vec![Ball::one()];
    let mut k = i64::from(middle);
    while k < n {
        let w = &up[up.len() - 1];
        if negligible(w) && 2 * k + 1 > n {
            // The ratio falls: what follows is at most w ρ/(1 − ρ), ρ = (n−k)/(k+1).
            rest = rest.plus(geometric(w, n - k, 2 * k + 1 - n));
            break;
        }
        limits.check_deadline()?;
        up.push(w.mul_i64(n - k, prec).div_i64(k + 1, prec));
        k += 1;
    }
    // Downward to k = 2: C(n, k−1) = C(n, k) k/(n−k+1).
    let mut down: Vec<Ball> = Vec::new();
    let mut k = i64::from(middle);
    while k > 2 {
        let w = down.last().unwrap_or(&up[0]);
        if negligible(w) && 2 * k < n + 1 {
            rest = rest.plus(geometric(w, k, n - 2 * k + 1));
            break;
        }
        limits.check_deadline()?;
        down.push(w.mul_i64(k, prec).div_i64(n - k + 1, prec));
        k -= 1;
    }
    let first = middle - down.len() as u32;
    down.reverse();
    down.append(&mut up);
    Ok(Weights {
        first,
        weights: down,
        rest,
    })
}

/// An upper bound of |w|·numerator/denominator.
fn geometric(w: &Ball, numerator: i64, denominator: i64) -> Magnitude {
    let prec = Bits::new(32);
    w.mul_i64(numerator, prec)
        .div_i64(denominator, prec)
        .magnitude()
}

/// $d_k$ for k = first, …, last.
fn mean_differences(first: u32, last: u32, prec: Bits) -> Vec<Ball> {
    // The two digammas are about ln last and differ by about 1/last.
    let wide = prec.plus(32 - last.leading_zeros() + 8);
    let half = |k: u32| Ball::from_i64(i64::from(k)).mul_2exp(-1);
    let mut values = vec![
        half(last)
            .digamma(wide)
            .sub(&half(last - 1).digamma(wide), prec),
    ];
    for k in (first..last).rev() {
        let next = &values[values.len() - 1];
        // 2/(k−1) exactly before it is rounded with the difference.
        let step = Ball::from_i64(2).div_i64(i64::from(k) - 1, wide);
        values.push(step.sub(next, wide));
    }
    values.reverse();
    values
}

/// $ψ^{(m)}(k/2)$ for k = first, …, last and m ≥ 1.
pub(crate) fn polygammas(m: u32, first: u32, last: u32, prec: Bits) -> Vec<Ball> {
    let at = |k: u32| {
        let half = Ball::from_i64(i64::from(k)).mul_2exp(-1);
        Ball::polygamma(m, &half, prec)
    };
    let mut values = vec![at(last)];
    if first < last {
        values.push(at(last - 1));
    }
    // m! 2^{m+1} (−1)^{m+1}, over k^{m+1}.
    let mut factor = Integer::from(Integer::factorial(m)) << (m + 1);
    if m.is_multiple_of(2) {
        factor = -factor;
    }
    for k in (first..last.saturating_sub(1)).rev() {
        let above = &values[values.len() - 2];
        let mut step = Ball::from_integer(&factor, prec);
        for _ in 0..=m {
            step = step.div_i64(i64::from(k), prec);
        }
        values.push(above.add(&step, prec));
    }
    values.reverse();
    values
}

/// $E[(Y + \text{shift})^i]$ for i = 0, …, order, of a layer of n ≥ 2 neurons.
///
/// Up to the second order and with shift 0 the sum is cut off where the rest does not matter; else all
/// of its n − 1 terms are taken.
///
/// # Errors
/// A limit error at the deadline.
pub fn moments(
    n: u32,
    shift: &Ball,
    order: usize,
    prec: Bits,
    limits: &Limits,
) -> Result<Vec<Ball>> {
    let size = 32 - n.leading_zeros();
    let work = prec.plus(2 * size + 32);
    // The moments are of order 1/n or 1/n²; two more factors n for the geometric rest.
    let cut = (order <= 2 && shift.is_zero()).then(|| i64::from(work.get()) + 4 * i64::from(size));
    let law = weights(n, cut, work, limits)?;
    let last = law.first + law.weights.len() as u32 - 1;
    let means = mean_differences(law.first, last, work);
    let orders = 2..=order;
    let gammas: Vec<Vec<Ball>> = orders
        .map(|j| polygammas(j as u32 - 1, law.first - 1, last, work))
        .collect();
    let mut total = Ball::zero();
    let mut sums = vec![Ball::zero(); order + 1];
    for (i, weight) in law.weights.iter().enumerate() {
        limits.check_deadline()?;
        let mut cumulants = vec![shift.sub(&means[i], work)];
        for (j, gamma) in (2..).zip(&gammas) {
            let (below, here) = (&gamma[i], &gamma[i + 1]);
            cumulants.push(if j % 2 == 0 {
                below.add(here, work)
            } else {
                below.sub(here, work)
            });
        }
        for (sum, moment) in sums.iter_mut().zip(from_cumulants(&cumulants, work)) {
            *sum = weight.mul_add(&moment, sum, work);
        }
        total = total.add(weight, work);
    }
    total = total.widened(law.rest);
    // |E[Y|k]| = d_k ≤ d_2 = 2 ln 2 < 2, and E[Y²|k] = κ_2 + d_k² ≤ 2π²/3 + 4 ln²2 < 9, for these
    // fall with k: the terms left out are at most 9 times their weights.
    let omitted = law.rest.times(Magnitude::new(9, 0));
    Ok(sums
        .into_iter()
        .map(|sum| sum.widened(omitted).div(&total, prec))
        .collect())
}

/// Raw moments from cumulants κ_1, κ_2, …: $m_i = \sum_{j=1}^i \binom{i-1}{j-1} κ_j m_{i-j}$.
pub(crate) fn from_cumulants(cumulants: &[Ball], prec: Bits) -> Vec<Ball> {
    let mut moments = vec![Ball::one()];
    for i in 1..=cumulants.len() {
        let mut sum = Ball::zero();
        for j in 1..=i {
            let ways = Integer::from(Integer::binomial_u(i as u32 - 1, j as u32 - 1));
            let term = cumulants[j - 1].mul(&moments[i - j], prec);
            sum = sum.add(&term.mul_integer(&ways, prec), prec);
        }
        moments.push(sum);
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREC: Bits = Bits::new(200);

    #[test]
    fn a_cut_sum_holds_the_whole_one() {
        let limits = Limits::default();
        for n in [1000, 3000] {
            let cut = moments(n, &Ball::zero(), 2, PREC, &limits).unwrap();
            let whole = moments(n, &Ball::zero(), 3, PREC, &limits).unwrap();
            let law = weights(n, Some(250), PREC, &limits).unwrap();
            assert!(law.weights.len() < n as usize * 2 / 3 && !law.rest.is_zero());
            for (a, b) in cut.iter().zip(&whole) {
                assert!(a.overlaps(b), "n = {n}");
                assert!(a.accuracy() > 190 && b.accuracy() > 190);
            }
        }
    }

    #[test]
    fn weights_left_out_are_within_the_bound() {
        let limits = Limits::default();
        let n = 200;
        let law = weights(n, Some(40), PREC, &limits).unwrap();
        let all = weights(n, None, PREC, &limits).unwrap();
        assert_eq!((all.first, all.weights.len()), (2, n as usize - 1));
        let sum = |weights: &[Ball]| weights.iter().fold(Ball::zero(), |sum, w| sum.add(w, PREC));
        let missing = sum(&all.weights).sub(&sum(&law.weights), PREC);
        let missing = missing.magnitude().to_f64();
        assert!(missing > 0.0 && missing <= law.rest.to_f64());
        assert!(missing > 0.5 * law.rest.to_f64(), "the bound is loose");
    }

    #[test]
    fn recurrences_reach_the_values_of_the_functions() {
        let half = |k: i64| Ball::from_i64(k).mul_2exp(-1);
        let means = mean_differences(2, 90, PREC);
        for k in [2i64, 3, 17, 90] {
            let d = half(k).digamma(PREC).sub(&half(k - 1).digamma(PREC), PREC);
            assert!(means[k as usize - 2].overlaps(&d), "k = {k}");
        }
        for m in 1..=5 {
            let values = polygammas(m, 1, 90, PREC);
            assert_eq!(values.len(), 90);
            for k in [1i64, 2, 3, 44, 89, 90] {
                let value = &values[k as usize - 1];
                assert!(
                    value.overlaps(&Ball::polygamma(m, &half(k), PREC)),
                    "{m}, {k}"
                );
                assert!(value.accuracy() > 180, "{m}, {k}");
            }
        }
    }

    #[test]
    fn two_neurons_have_the_law_of_one_pair() {
        // K = 2: Y = ln(χ²_1/χ²_2), with E Y = −2 ln 2 and Var Y = 2π²/3.
        let m = moments(2, &Ball::zero(), 2, PREC, &Limits::default()).unwrap();
        assert!(m[1].neg().overlaps(&Ball::ln_2(PREC).mul_2exp(1)));
        let variance = m[2].sub(&m[1].square(PREC), PREC);
        let exact = Ball::pi(PREC)
            .square(PREC)
            .mul_i64(2, PREC)
            .div_i64(3, PREC);
        assert!(variance.overlaps(&exact));
    }

    #[test]
    fn cumulants_belong_to_the_generating_function() {
        // ln E[(χ²_{k−1}/χ²_k)^t] = ln Γ((k−1)/2+t) + ln Γ(k/2−t) − ln Γ((k−1)/2) − ln Γ(k/2), a
        // power series in t with the coefficients κ_j/j!.
        let t = Ball::one().mul_2exp(-30);
        let half = |k: i64| Ball::from_i64(k).mul_2exp(-1);
        for k in [2i64, 5, 30] {
            let (a, b) = (half(k - 1), half(k));
            let gamma = |x: &Ball| x.gamma(PREC);
            let ratio = gamma(&a.add(&t, PREC))
                .mul(&gamma(&b.sub(&t, PREC)), PREC)
                .div(&gamma(&a).mul(&gamma(&b), PREC), PREC)
                .ln(PREC);
            let mut series = Ball::zero();
            for j in (1..=4u32).rev() {
                let (below, here) = (
                    Ball::polygamma(j - 1, &a, PREC),
                    Ball::polygamma(j - 1, &b, PREC),
                );
                let kappa = if j % 2 == 0 {
                    below.add(&here, PREC)
                } else {
                    below.sub(&here, PREC)
                };
                let factorial = Integer::from(Integer::factorial(j));
                let term = kappa.div(&Ball::from_integer(&factorial, PREC), PREC);
                series = series.add(&term, PREC).mul(&t, PREC);
            }
            // κ_5 t⁵/5! and after: |κ_5| ≤ 2·24·ζ(5, ½) < 1600, so below 14·2^{-150}·2.
            let gap = ratio.sub(&series, PREC).magnitude().to_f64();
            assert!(gap < 28.0 * 2f64.powi(-150), "k = {k}: {gap:e}");
        }
    }
}
