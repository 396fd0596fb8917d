//! When a sampled value contradicts a certified one: z-scores, family-wise thresholds, goodness of
//! fit.
//!
//! A run that makes m two-sided tests controls the probability of even one false alarm: each test
//! uses the level α/m (Bonferroni), which holds whatever the dependence between the tests. The
//! project's α is [`RUN_ALARM_RATE`].

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc;
use statrs::function::gamma::gamma_ur;

use crate::error::{Error, Result};

/// The family-wise false-alarm rate of a whole run: 10⁻⁶, a threshold of 5.85 for 200 tests.
pub const RUN_ALARM_RATE: f64 = 1e-6;

/// The p-value below which z-scores of a run, taken together, are not standard normal.
pub const SHAPE_ALARM_RATE: f64 = 1e-3;

/// $z = (\bar x - v)\sqrt n / \sigma$: a sample mean against a certified value and standard deviation.
///
/// A deviation of 0 is 0 standard deviations even where σ = 0; any other is then infinitely many.
///
/// # Errors
/// A domain error unless σ is a non-negative number, the others are finite and n ≥ 1.
pub fn z_score(mean: f64, certified: f64, sd: f64, n: u64) -> Result<f64> {
    if !(sd >= 0.0 && mean.is_finite() && certified.is_finite() && n >= 1) {
        return Err(Error::domain(format!(
            "no z-score: mean {mean}, value {certified}, standard deviation {sd}, n = {n}"
        )));
    }
    let deviation = mean - certified;
    if deviation == 0.0 {
        return Ok(0.0);
    }
    Ok(deviation / (sd / (n as f64).sqrt()))
}

/// The z of the same two-sided tail probability and sign as t, which has Student's law with that many
/// degrees of freedom: $P(|T| > |t|) = I_{ν/(ν + t^2)}(ν/2, 1/2)$.
///
/// # Errors
/// A domain error for a t that is not a number or no degree of freedom.
pub fn student_to_normal(t: f64, freedom: u64) -> Result<f64> {
    if t.is_nan() || freedom == 0 {
        return Err(Error::domain(format!(
            "no z-score of t = {t} with {freedom} degrees of freedom"
        )));
    }
    let nu = freedom as f64;
    let p = beta_reg(0.5 * nu, 0.5, nu / t.mul_add(t, nu));
    // Beyond 10^-299 the tail has no double left: such a z says enough.
    let z = normal_tail_quantile((0.5 * p).clamp(1e-299, 0.5))?;
    Ok(z.copysign(t))
}

/// $P(Z > z)$ for a standard normal Z.
pub fn normal_tail(z: f64) -> f64 {
    0.5 * erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The z with $P(Z > z) = p$, for 10⁻³⁰⁰ ≤ p < 1; relative error below 10⁻⁹ away from p = ½.
///
/// Algorithm: Newton's method on $\ln P(Z > z)$, which is concave, from the left.
///
/// # Errors
/// A domain error for any other p.
pub fn normal_tail_quantile(p: f64) -> Result<f64> {
    if !(1e-300..1.0).contains(&p) {
        return Err(Error::domain(format!(
            "{p} is not a tail probability between 1e-300 and 1"
        )));
    }
    if p > 0.5 {
        // 1 − p is exact for p in [½, 1] (Sterbenz).
        return Ok(-normal_tail_quantile(1.0 - p)?);
    }
    // P(Z > z) ≤ exp(−z²/2)/2 for z ≥ 0, so the solution is at most this.
    let mut z = (-2.0 * (2.0 * p).ln()).max(0.0).sqrt();
    for _ in 0..60 {
        let tail = normal_tail(z);
        let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let step = (tail / p).ln() * tail / density;
        z += step;
        if step.abs() <= 1e-14 * z.abs().max(1e-3) {
            break;
        }
    }
    Ok(z)
}

/// The |z| beyond which one of `tests` two-sided tests raises an alarm, if the whole run may raise a
/// false one with probability `alarm_rate`.
///
/// ```
/// use isobath::montecarlo::significance::{RUN_ALARM_RATE, threshold};
/// assert!((threshold(200, RUN_ALARM_RATE)? - 5.85).abs() < 0.005);
/// # Ok::<(), isobath::error::Error>(())
/// ```
///
/// # Errors
/// A domain error unless 0 < rate < 1 and there is at least one test.
pub fn threshold(tests: u64, alarm_rate: f64) -> Result<f64> {
    if tests == 0 || !(alarm_rate > 0.0 && alarm_rate < 1.0) {
        return Err(Error::domain(format!(
            "no threshold for {tests} tests at a false-alarm rate of {alarm_rate}"
        )));
    }
    normal_tail_quantile(alarm_rate / (2.0 * tests as f64))
}

/// The smallest deviation that a test with this standard error and threshold sees with probability
/// `power`: (threshold + z_power) standard errors.
///
/// # Errors
/// A domain error unless 0 < power < 1.
pub fn smallest_detectable(stderr: f64, threshold: f64, power: f64) -> Result<f64> {
    Ok(stderr * (threshold + normal_tail_quantile(1.0 - power)?))
}

/// The largest distance between the empirical distribution of the samples and a continuous `cdf`.
///
/// # Errors
/// A domain error without samples or with one that is not a number.
pub fn kolmogorov_distance(samples: &[f64], cdf: impl Fn(f64) -> f64) -> Result<f64> {
    if samples.is_empty() || samples.iter().any(|x| x.is_nan()) {
        return Err(Error::domain(
            "a Kolmogorov-Smirnov test needs samples, all of them numbers",
        ));
    }
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    Ok(sorted.iter().enumerate().fold(0.0, |worst: f64, (i, &x)| {
        let u = cdf(x);
        worst.max(u - i as f64 / n).max((i as f64 + 1.0) / n - u)
    }))
}

/// $P(D_n > d)$: how often n samples of a continuous law are at least this far from it.
///
/// Exact to about 10⁻¹³ absolutely by the matrix power of Marsaglia, Tsang & Wang (*Evaluating
/// Kolmogorov's distribution*, J. Stat. Software 8 (2003) 18); where p < 10⁻³ or so and n d² is
/// large, by their tail formula, good to 10⁻⁶ absolutely; for n > 2000 by Kolmogorov's limit at a
/// corrected argument (Vrbik, *Small-sample corrections to Kolmogorov-Smirnov test statistic*, Pioneer
/// J. Theor. Appl. Stat. 15 (2018) 15), good to 10⁻⁵ absolutely.
pub fn kolmogorov_p(n: usize, d: f64) -> f64 {
    let nf = n as f64;
    if n == 0 || d.is_nan() || d <= 0.5 / nf {
        return 1.0;
    }
    if d >= 1.0 {
        return 0.0;
    }
    let s = nf * d * d;
    if s > 7.24 || (s > 3.76 && n > 99) {
        return 2.0 * (-(2.000_071 + 0.331 / nf.sqrt() + 1.409 / nf) * s).exp();
    }
    if n > 2000 {
        return kolmogorov_limit(corrected(nf, d));
    }
    1.0 - kolmogorov_exact(n, d)
}

/// √n·d with Vrbik's correction: the limit law at this point is right to order n^(−3/2).
fn corrected(n: f64, d: f64) -> f64 {
    let x = n.sqrt() * d;
    x + 1.0 / (6.0 * n.sqrt()) + (x - 1.0) / (4.0 * n)
}

/// $2\sum_{k\ge1} (-1)^{k-1} e^{-2k^2x^2}$, the limit of $P(\sqrt n D_n > x)$.
fn kolmogorov_limit(x: f64) -> f64 {
    if x < 0.2 {
        // The dual theta series is below √(2π)/x · exp(−π²/(8x²)) < 1e-11 there.
        return 1.0;
    }
    let mut sum = 0.0;
    for k in 1..=100 {
        let k = f64::from(k);
        let term = (-2.0 * k * k * x * x).exp();
        sum += if k as u32 % 2 == 1 { term } else { -term };
        if term < 1e-18 {
            break;
        }
    }
    (2.0 * sum).clamp(0.0, 1.0)
}

/// $P(D_n \le d)$ by the matrix power, scaled by powers of 10¹⁴⁰ as in the paper.
fn kolmogorov_exact(n: usize, d: f64) -> f64 {
    let nd = n as f64 * d;
    let k = nd as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - nd;
    let mut base = vec![0.0; m * m];
    for i in 0..m {
        for j in 0..m {
            base[i * m + j] = if j <= i + 1 { 1.0 } else { 0.0 };
        }
    }
    for i in 0..m {
        // h^(i+1), by multiplication.
        let power = |e: usize| (0..e).fold(1.0, |p, _| p * h);
        base[i * m] -= power(i + 1);
        base[(m - 1) * m + i] -= power(m - i);
    }
    if 2.0 * h > 1.0 {
        base[(m - 1) * m] += (0..m).fold(1.0, |p, _| p * (2.0 * h - 1.0));
    }
    for i in 0..m {
        for j in 0..m {
            if i + 1 > j {
                for g in 1..=i + 1 - j {
                    base[i * m + j] /= g as f64;
                }
            }
        }
    }
    let (power, mut exponent) = matrix_power(&base, m, n);
    let mut value = power[(k - 1) * m + k - 1];
    for i in 1..=n {
        value *= i as f64 / n as f64;
        if value < 1e-140 {
            value *= 1e140;
            exponent -= 140;
        }
    }
    value * (f64::from(exponent) * std::f64::consts::LN_10).exp()
}

/// `base^n` for an m×m matrix, as a matrix times a power of ten.
fn matrix_power(base: &[f64], m: usize, n: usize) -> (Vec<f64>, i32) {
    if n == 1 {
        return (base.to_vec(), 0);
    }
    let (half, exponent) = matrix_power(base, m, n / 2);
    let mut out = matrix_product(&half, &half, m);
    let mut exponent = 2 * exponent;
    if n % 2 == 1 {
        out = matrix_product(base, &out, m);
    }
    if out[(m / 2) * m + m / 2] > 1e140 {
        out.iter_mut().for_each(|x| *x *= 1e-140);
        exponent += 140;
    }
    (out, exponent)
}

fn matrix_product(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut out = vec![0.0; m * m];
    for (row, out) in a.chunks_exact(m).zip(out.chunks_exact_mut(m)) {
        for (x, b) in row.iter().zip(b.chunks_exact(m)) {
            for (o, y) in out.iter_mut().zip(b) {
                *o += x * y;
            }
        }
    }
    out
}

/// The p-value of the Kolmogorov-Smirnov test that the z-scores are standard normal.
///
/// # Errors
/// As [`kolmogorov_distance`].
pub fn normality_p(z_scores: &[f64]) -> Result<f64> {
    let d = kolmogorov_distance(z_scores, |z| normal_tail(-z))?;
    Ok(kolmogorov_p(z_scores.len(), d))
}

/// Pearson's χ² and its p-value: observed counts against expected ones, which must be positive.
///
/// `fitted` parameters are taken off the degrees of freedom (classes − 1). The law is good where
/// every expected count is at least 5.
///
/// # Errors
/// A domain error for lists of different lengths, no degree of freedom, or an expected count that is
/// not positive.
pub fn chi_square_p(observed: &[u64], expected: &[f64], fitted: usize) -> Result<(f64, f64)> {
    let freedom = observed.len().saturating_sub(1 + fitted);
    if observed.len() != expected.len() || freedom == 0 || !expected.iter().all(|&e| e > 0.0) {
        return Err(Error::domain(
            "a chi-square test needs as many positive expected counts as observed ones, and at least one degree of freedom",
        ));
    }
    let statistic = observed
        .iter()
        .zip(expected)
        .map(|(&o, &e)| (o as f64 - e) * (o as f64 - e) / e)
        .sum();
    Ok((statistic, gamma_ur(freedom as f64 / 2.0, statistic / 2.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::{Float, Rational};

    #[test]
    fn quantiles_invert_the_tail_as_mpfr_has_it() {
        let mut cases = 0;
        for p in [
            0.9, 0.5, 0.4999, 0.25, 0.1, 1e-3, 2.5e-9, 1e-15, 1e-100, 1e-299,
        ] {
            let z = normal_tail_quantile(p).unwrap();
            let exact = Float::with_val(100, z) / Float::with_val(100, 2u32).sqrt();
            let tail = exact.erfc() / 2u32;
            let relative = (tail.to_f64() - p).abs() / p;
            // Relative in p: |z| times the relative error in z, squared arguments in the exponent.
            assert!(relative < 1e-9 * (1.0 + z * z), "p = {p}: {relative:e}");
            cases += 1;
        }
        assert_eq!(cases, 10);
        for p in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(normal_tail_quantile(p).is_err());
        }
    }

    #[test]
    fn thresholds_grow_with_the_number_of_tests() {
        assert!((threshold(200, 1e-6).unwrap() - 5.847).abs() < 1e-3);
        assert!((threshold(1, 0.05).unwrap() - 1.959_964).abs() < 1e-6);
        assert!(
            threshold(0, 0.1).is_err() && threshold(1, 0.0).is_err() && threshold(1, 1.0).is_err()
        );
        let seen = smallest_detectable(0.1, 5.0, 0.99).unwrap();
        assert!((seen - 0.732_634_8).abs() < 1e-6);
        assert_eq!(smallest_detectable(0.1, 5.0, 0.5).unwrap(), 0.5);
    }

    #[test]
    fn z_scores_use_the_given_deviation() {
        assert_eq!(z_score(1.5, 1.0, 2.0, 64).unwrap(), 2.0);
        assert_eq!(z_score(1.0, 1.0, 0.0, 5).unwrap(), 0.0);
        assert_eq!(z_score(1.5, 1.0, 0.0, 5).unwrap(), f64::INFINITY);
        assert!(z_score(1.0, 1.0, -1.0, 5).is_err());
        assert!(z_score(f64::NAN, 1.0, 1.0, 5).is_err());
        assert!(z_score(1.0, 1.0, 1.0, 0).is_err());
    }

    #[test]
    fn students_law_becomes_the_normal_one() {
        // ν = 1 (Cauchy): P(|T| > 1) = 1/2, and the quartile of the normal law is 0.6745.
        assert!((student_to_normal(1.0, 1).unwrap() - 0.674_489_75).abs() < 1e-8);
        // ν = 2: P(|T| > t) = 1 − t/√(2 + t²).
        let p: f64 = 1.0 - 3.0 / 11f64.sqrt();
        let z = normal_tail_quantile(0.5 * p).unwrap();
        assert!((student_to_normal(-3.0, 2).unwrap() + z).abs() < 1e-9);
        // Many: t − (t³ + t)/(4ν) to first order.
        let z = student_to_normal(4.0, 1_000_000).unwrap();
        assert!((z - (4.0 - 68.0 / 4e6)).abs() < 1e-8, "{z}");
        assert_eq!(student_to_normal(0.0, 5).unwrap(), 0.0);
        assert!(student_to_normal(f64::INFINITY, 50).unwrap() > 30.0);
        assert!(student_to_normal(1.0, 0).is_err() && student_to_normal(f64::NAN, 3).is_err());
    }

    /// P(D_n ≤ d) by Steck's determinant (1971) in exact rationals: the second route.
    fn steck(n: usize, d: &Rational) -> Rational {
        let clip = |x: Rational| x.clamp(&0, &1).to_owned();
        let low = |i: usize| clip(Rational::from((i as u32, n as u32)) - d);
        let high = |i: usize| clip(Rational::from((i as u32 - 1, n as u32)) + d);
        // n! det[ (v_i − u_j)_+^{j−i+1} / (j−i+1)! ], 0 below the subdiagonal.
        let mut matrix: Vec<Vec<Rational>> = (1..=n)
            .map(|i| {
                (1..=n)
                    .map(|j| {
                        if i > j + 1 {
                            return Rational::new();
                        }
                        let gap = high(i) - low(j);
                        if gap < 0 {
                            return Rational::new();
                        }
                        let k = (j + 1 - i) as u32;
                        let mut entry = Rational::from(1);
                        for step in 1..=k {
                            entry *= &gap;
                            entry /= step;
                        }
                        entry
                    })
                    .collect()
            })
            .collect();
        let mut det = Rational::from(1);
        for c in 0..n {
            let Some(pivot) = (c..n).find(|&r| matrix[r][c] != 0) else {
                return Rational::new();
            };
            if pivot != c {
                matrix.swap(pivot, c);
                det = -det;
            }
            det *= matrix[c][c].clone() * (c as u32 + 1);
            for r in c + 1..n {
                let factor = Rational::from(&matrix[r][c] / &matrix[c][c]);
                for j in c..n {
                    let taken = Rational::from(&factor * &matrix[c][j]);
                    matrix[r][j] -= taken;
                }
            }
        }
        det
    }

    #[test]
    fn kolmogorov_by_matrix_power_and_by_determinant() {
        let mut cases = 0;
        for n in [1usize, 2, 3, 7, 12] {
            for step in 1..20u32 {
                let d = Rational::from((step, 20u32));
                let value = d.to_f64();
                if (n as f64) * value * value > 3.5 || value <= 0.5 / n as f64 {
                    continue;
                }
                let exact = steck(n, &d).to_f64();
                let ours = 1.0 - kolmogorov_p(n, value);
                assert!(
                    (exact - ours).abs() < 1e-12,
                    "n = {n}, d = {d}: {exact} {ours}"
                );
                cases += 1;
            }
        }
        assert!(cases > 50, "{cases}");
        // The example of Marsaglia, Tsang & Wang.
        assert!((1.0 - kolmogorov_p(10, 0.274) - 0.628_479_615_456_504_3).abs() < 1e-14);
    }

    #[test]
    fn the_formulas_for_the_tail_and_for_large_n_join_on() {
        for n in [100usize, 500, 2000] {
            for x in [0.5, 0.9, 1.3, 1.9] {
                let d = x / (n as f64).sqrt();
                let exact = 1.0 - kolmogorov_exact(n, d);
                let nf = n as f64;
                let limit = kolmogorov_limit(corrected(nf, d));
                assert!(
                    (exact - limit).abs() < 0.025 / nf,
                    "{n} {x}: {exact} {limit}"
                );
            }
            let d = (3.77 / n as f64).sqrt();
            let exact = 1.0 - kolmogorov_exact(n, d);
            assert!((kolmogorov_p(n, d) - exact).abs() < 1e-6);
        }
        assert_eq!(kolmogorov_p(5, 0.05), 1.0);
        assert_eq!(kolmogorov_p(5, 1.0), 0.0);
    }

    #[test]
    fn chi_square_matches_its_closed_forms() {
        // Two degrees of freedom: p = exp(−χ²/2).
        let (statistic, p) = chi_square_p(&[30, 20, 10], &[20.0, 20.0, 20.0], 0).unwrap();
        assert_eq!(statistic, 10.0);
        assert!((p - (-5.0f64).exp()).abs() < 1e-14);
        // One: p = erfc(√(χ²/2)).
        let (statistic, p) = chi_square_p(&[60, 40], &[50.0, 50.0], 0).unwrap();
        assert_eq!(statistic, 4.0);
        assert!((p - erfc(2f64.sqrt())).abs() < 1e-10);
        assert!(chi_square_p(&[1], &[1.0], 0).is_err());
        assert!(chi_square_p(&[1, 2], &[1.0], 0).is_err());
        assert!(chi_square_p(&[1, 2], &[1.0, 0.0], 0).is_err());
    }

    #[test]
    fn a_shifted_sample_is_not_normal() {
        let n = 200;
        let quantile = |i: usize| -normal_tail_quantile((i as f64 + 0.5) / n as f64).unwrap();
        let grid: Vec<f64> = (0..n).map(quantile).collect();
        assert!(normality_p(&grid).unwrap() > 0.999_999);
        let shifted: Vec<f64> = grid.iter().map(|z| z + 0.4).collect();
        assert!(normality_p(&shifted).unwrap() < 1e-3);
        let narrow: Vec<f64> = grid.iter().map(|z| z * 0.5).collect();
        assert!(normality_p(&narrow).unwrap() < 1e-3);
        assert!(normality_p(&[]).is_err() && normality_p(&[f64::NAN]).is_err());
    }
}
