//! The expansions of r(n), v(n) and c₁(n) in powers of 1/n, to any order, from the binomial law of
//! the number K of live neurons; no delta method enters.
//!
//! With $K = \frac n2(1+δ)$ the cumulants of δ are $κ_i n^{1-i}$, where $\ln\cosh t = \sum κ_i t^i/i!$,
//! $κ_i = 2^i(2^i-1)B_i/i$. So $E δ^m = \sum_i \binom{m-1}{i-1} κ_i n^{1-i} E δ^{m-i}$ is of order
//! $n^{-m/2}$, and $E K^{-j} = (2/n)^j \sum_m \binom{-j}{m} E δ^m$. Inserted are, for k → ∞,
//!
//! $$ψ(k/2)-ψ((k-1)/2) = \frac2{k-1} - \frac1k - \sum_i \frac{(4^i-1)B_{2i}}{i\,k^{2i}}, \qquad
//!   ψ_1(k/2)+ψ_1((k-1)/2) = \frac4{(k-1)^2} + 4ψ_1(k)$$
//!
//! (duplication formula; DLMF 5.5.8, 5.15.8), and for c₁ the series $A_m = \sum α_j m^{-j}$, which
//! the recurrence $mA_m = (m-1)A_{m-2} - 1/m$ determines. The condition K ≥ 2 changes nothing in
//! powers of 1/n. The series are asymptotic: they diverge.

use rug::{Complete, Integer, Rational};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::bernoulli::bernoulli;

/// A series Σ c_k x^k in x = 1/n or 1/k, cut off at the length of the list.
type Inverse = Vec<Rational>;

/// The highest order: the work grows with its fourth power.
pub const LAST_POWER: u32 = 60;

/// The coefficients of 1, 1/n, …, n^{−order} in r(n).
///
/// # Errors
/// A limit error above [`LAST_POWER`] or at the deadline.
pub fn rate(order: u32, limits: &Limits) -> Result<Vec<Rational>> {
    let length = length(order)?;
    mean_over_layer(&digamma_difference(length), limits)
}

/// The coefficients of 1, 1/n, …, n^{−order} in v(n) = E[ψ₁(K/2) + ψ₁((K−1)/2)] + E d² − (E d)².
///
/// # Errors
/// As [`rate`].
pub fn rate_variance(order: u32, limits: &Limits) -> Result<Vec<Rational>> {
    let length = length(order)?;
    let difference = digamma_difference(length);
    let inner = sum(&trigamma_sum(length), &product(&difference, &difference), 1);
    let mean = mean_over_layer(&difference, limits)?;
    let second = mean_over_layer(&inner, limits)?;
    Ok(sum(&second, &product(&mean, &mean), -1))
}

/// The coefficients of 1, 1/n, …, n^{−order} in π c₁(n), K ~ Bin(n − 1, ½).
///
/// # Errors
/// As [`rate`].
pub fn rate_slope(order: u32, limits: &Limits) -> Result<Vec<Rational>> {
    // The factor n takes one order away.
    let length = length(order)? + 1;
    let areas = area_series(length + 1);
    // 2/m − 4 + 4 m A_m.
    let mut inner: Inverse = areas[1..].iter().map(|a| Rational::from(a * 4)).collect();
    inner[0] -= 4;
    inner[1] += 2;
    let mean = mean_over_layer(&moved(&inner), limits)?;
    // From 1/(n − 1) to 1/n, then times n/2.
    let mean = moved(&mean);
    Ok(mean[1..].iter().map(|c| Rational::from(c / 2)).collect())
}

fn length(order: u32) -> Result<usize> {
    if order > LAST_POWER {
        return Err(Error::limit(format!(
            "the series in 1/n is expanded up to n^-{LAST_POWER}"
        )));
    }
    Ok(order as usize + 1)
}

/// ψ(k/2) − ψ((k−1)/2) in 1/k.
fn digamma_difference(length: usize) -> Inverse {
    (0..length as u32)
        .map(|j| match j {
            0 => Rational::new(),
            1 => Rational::from(1),
            _ if j % 2 == 1 => Rational::from(2),
            // With 2i = j: 2 − (4^i − 1) B_j/i.
            _ => {
                let power = (Integer::from(1) << j) - 1;
                Rational::from(2) - bernoulli(j as usize) * power / (j / 2)
            }
        })
        .collect()
}

/// ψ₁(k/2) + ψ₁((k−1)/2) in 1/k, where ψ₁(k) = 1/k + 1/(2k²) + Σ B_{2i} k^{−2i−1}.
fn trigamma_sum(length: usize) -> Inverse {
    (0..length as u32)
        .map(|j| {
            let trigamma = match j {
                0 => Rational::new(),
                1 => Rational::from(1),
                2 => Rational::from((1, 2)),
                _ if j % 2 == 0 => Rational::new(),
                _ => bernoulli(j as usize - 1),
            };
            // 1/(k−1)² = Σ (j − 1) k^{−j}.
            (trigamma + j.saturating_sub(1)) * 4u32
        })
        .collect()
}

/// The α_j of A_m, α_0 = 0: comparing the coefficients of m^{−p} in the recurrence,
/// (2p − 1) α_p = [p = 1] + Σ_{i≥1} C(p−1,i) 2^i α_{p−i} − Σ_{i≥2} C(p,i) 2^i α_{p+1−i}.
fn area_series(length: usize) -> Inverse {
    let mut areas = vec![Rational::new()];
    for p in 1..length as u32 {
        let scaled = |i: u32, of: u32| Integer::binomial_u(of, i).complete() << i;
        let mut value = Rational::from(u32::from(p == 1));
        for i in 1..p {
            value += Rational::from(&areas[(p - i) as usize] * scaled(i, p - 1));
        }
        for i in 2..=p {
            value -= Rational::from(&areas[(p + 1 - i) as usize] * scaled(i, p));
        }
        areas.push(value / (2 * p - 1));
    }
    areas
}

/// Σ a_j (k − 1)^{−j} in 1/k: (k−1)^{−j} = Σ_i C(j+i−1, i) k^{−j−i}.
fn moved(series: &[Rational]) -> Inverse {
    let mut result = vec![Rational::new(); series.len()];
    for (j, value) in series.iter().enumerate() {
        for (i, place) in result[j..].iter_mut().enumerate() {
            let ways = match j {
                0 => Integer::from(u32::from(i == 0)),
                _ => Integer::binomial_u((j + i - 1) as u32, i as u32).complete(),
            };
            *place += Rational::from(value * ways);
        }
    }
    result
}

/// E Σ a_j K^{−j} in 1/n for K ~ Bin(n, ½).
fn mean_over_layer(series: &[Rational], limits: &Limits) -> Result<Inverse> {
    let length = series.len();
    let deviations = deviation_moments(length, limits)?;
    let mut result = vec![Rational::new(); length];
    for (j, value) in series.iter().enumerate() {
        limits.check_deadline()?;
        let scaled = Rational::from(value * (Integer::from(1) << j as u32));
        // C(−j, m), m = 0, 1, …
        let mut binomial = scaled;
        for (m, moment) in deviations.iter().enumerate() {
            for (place, part) in result[j..].iter_mut().zip(moment) {
                *place += Rational::from(&binomial * part);
            }
            binomial *= Rational::from((-(j as i64) - m as i64, m as i64 + 1));
        }
    }
    Ok(result)
}

/// E δ^m in 1/n, for all m whose leading power n^{−⌈m/2⌉} is below the length.
fn deviation_moments(length: usize, limits: &Limits) -> Result<Vec<Inverse>> {
    let mut moments = vec![vec![Rational::new(); length]];
    moments[0][0] += 1;
    for m in 1..2 * length {
        limits.check_deadline()?;
        let mut moment = vec![Rational::new(); length];
        for i in (2..=m.min(length)).step_by(2) {
            let i_small = i as u32;
            let power = Integer::from(1) << i_small;
            let cumulant = bernoulli(i) * Integer::from(&power - 1) * &power / i_small;
            let ways = Integer::binomial_u(m as u32 - 1, i_small - 1).complete();
            let factor = cumulant * ways;
            for (place, part) in moment[i - 1..].iter_mut().zip(&moments[m - i]) {
                *place += Rational::from(&factor * part);
            }
        }
        moments.push(moment);
    }
    Ok(moments)
}

fn product(left: &[Rational], right: &[Rational]) -> Inverse {
    let mut result = vec![Rational::new(); left.len()];
    for (i, x) in left.iter().enumerate() {
        for (place, y) in result[i..].iter_mut().zip(right) {
            *place += Rational::from(x * y);
        }
    }
    result
}

/// left + factor · right.
fn sum(left: &[Rational], right: &[Rational], factor: i32) -> Inverse {
    let terms = left.iter().zip(right);
    terms.map(|(x, y)| Rational::from(y * factor) + x).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// r(n) ~ Σ_j 2^{j+1}(j+1)!/(n(n+1)…(n+j)), by Laplace's method for the integral form of r(n).
    fn inverse_factorial_series(order: u32) -> Vec<Rational> {
        let length = order as usize + 1;
        let mut total = vec![Rational::new(); length];
        // 1/(n(n+1)…(n+j)) in 1/n.
        let mut term = vec![Rational::new(); length];
        term[1] += 1;
        for j in 0..order {
            if j > 0 {
                // Times (1/n)/(1 + j/n).
                term.rotate_right(1);
                term[0] = Rational::new();
                for k in 1..length {
                    let before = Rational::from(&term[k - 1] * j);
                    term[k] -= before;
                }
            }
            let factor = Integer::factorial(j + 1).complete() << (j + 1);
            for (sum, part) in total.iter_mut().zip(&term) {
                *sum += Rational::from(part * &factor);
            }
        }
        total
    }

    #[test]
    fn the_rate_has_its_inverse_factorial_series() {
        let limits = Limits::default();
        for order in [1, 2, 5, 24] {
            let rate = rate(order, &limits).expect("in time");
            assert_eq!(rate, inverse_factorial_series(order), "{order}");
        }
        let first = rate(5, &limits).expect("in time");
        assert_eq!(first[1..], [2, 8, 40, 248, 1864].map(Rational::from));
    }

    /// The numbers of the delta method at θ → 0.
    #[test]
    fn variance_and_slope_begin_as_the_delta_method_says() {
        let limits = Limits::default();
        let variance = rate_variance(4, &limits).expect("in time");
        let known = [(8, 1), (32, 1), (508, 3), (1152, 1)].map(Rational::from);
        assert_eq!(variance[1..], known);
        let slope = rate_slope(5, &limits).expect("in time");
        let known = [
            (-2, 3),
            (-8, 15),
            (248, 35),
            (3176, 35),
            (1_074_008, 1155),
            (48_957_144, 5005),
        ];
        assert_eq!(slope, known.map(Rational::from));
    }

    #[test]
    fn orders_out_of_reach_are_refused() {
        assert!(rate(LAST_POWER + 1, &Limits::default()).is_err());
    }
}
