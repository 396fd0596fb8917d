//! Mergeable moments to fourth order of a sampled statistic.
//!
//! [`Moments`] holds count, mean and the central sums $M_k = \sum (x - \bar x)^k$, k = 2, 3, 4, of a
//! set of samples, and the smallest and largest of them. Two disjoint sets merge by the formulas of
//! Chan, Golub & LeVeque (1979) and Pébay (*Formulas for robust, one-pass parallel computation of
//! covariances and arbitrary-order statistical moments*, SAND2008-6212). The merge is not
//! associative in floating point; the engine always applies it along the same tree
//! (see [`super::tree`]), so the result is the same bits however the work was spread.

use super::stream::{BLOCK_STEPS, LANES, Lane};

/// Count, mean, central sums to fourth order, minimum and maximum of a set of finite samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    pub(super) count: u64,
    pub(super) mean: f64,
    pub(super) m2: f64,
    pub(super) m3: f64,
    pub(super) m4: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Moments::EMPTY
    }
}

impl Moments {
    /// The moments of no samples.
    pub const EMPTY: Moments = Moments {
        count: 0,
        mean: 0.0,
        m2: 0.0,
        m3: 0.0,
        m4: 0.0,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
    };

    /// The moments of the given samples, which must be finite, in two passes.
    ///
    /// ```
    /// use isobath::montecarlo::Moments;
    /// let m = Moments::of([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!((m.count(), m.mean(), m.variance()), (4, 2.5, Some(5.0 / 3.0)));
    /// ```
    pub fn of(samples: impl IntoIterator<Item = f64> + Clone) -> Moments {
        let mut moments = Moments::EMPTY;
        let mut sum = 0.0;
        for x in samples.clone() {
            moments.count += 1;
            sum += x;
            moments.min = if x < moments.min { x } else { moments.min };
            moments.max = if x > moments.max { x } else { moments.max };
        }
        if moments.count == 0 {
            return moments;
        }
        moments.mean = sum / moments.count as f64;
        for x in samples {
            let d = x - moments.mean;
            let d2 = d * d;
            moments.m2 += d2;
            moments.m3 = d2.mul_add(d, moments.m3);
            moments.m4 = d2.mul_add(d2, moments.m4);
        }
        moments
    }

    /// The moments of the union of two disjoint sets, `self` the earlier one.
    #[inline(always)]
    #[must_use]
    pub fn merge(&self, other: &Moments) -> Moments {
        let (a, b) = (self, other);
        let delta = b.mean - a.mean;
        let delta2 = delta * delta;
        let (m2, m3) = (a.m2 + b.m2, a.m3 + b.m3);
        let mut merged = Moments {
            count: a.count + b.count,
            min: if b.min < a.min { b.min } else { a.min },
            max: if b.max > a.max { b.max } else { a.max },
            ..Moments::EMPTY
        };
        if a.count == b.count {
            // The usual case: full blocks and subtrees. No divisions.
            let n = a.count as f64;
            merged.mean = delta.mul_add(0.5, a.mean);
            merged.m2 = delta2.mul_add(0.5 * n, m2);
            merged.m3 = (1.5 * delta).mul_add(b.m2 - a.m2, m3);
            merged.m4 = (delta2 * delta2).mul_add(
                0.125 * n,
                (1.5 * delta2).mul_add(m2, (2.0 * delta).mul_add(b.m3 - a.m3, a.m4 + b.m4)),
            );
            return merged;
        }
        if a.count == 0 {
            return *b;
        }
        if b.count == 0 {
            return *a;
        }
        let (na, nb) = (a.count as f64, b.count as f64);
        let n = na + nb;
        let (fa, fb) = (na / n, nb / n);
        merged.mean = delta.mul_add(fb, a.mean);
        merged.m2 = (delta2 * fa).mul_add(nb, m2);
        merged.m3 = (delta2 * delta * fa * fb)
            .mul_add(na - nb, (3.0 * delta).mul_add(fa * b.m2 - fb * a.m2, m3));
        merged.m4 = (delta2 * delta2 * fa * nb).mul_add(
            fa * fa - fa * fb + fb * fb,
            (6.0 * delta2).mul_add(
                fa * fa * b.m2 + fb * fb * a.m2,
                (4.0 * delta).mul_add(fa * b.m3 - fb * a.m3, a.m4 + b.m4),
            ),
        );
        merged
    }

    /// The number of samples.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The sample mean; 0 of no samples.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The unbiased sample variance $M_2/(n-1)$, from two samples on.
    pub fn variance(&self) -> Option<f64> {
        (self.count >= 2).then(|| self.m2 / (self.count - 1) as f64)
    }

    /// The standard error of the mean, $\sqrt{M_2/(n(n-1))}$, from two samples on.
    pub fn stderr(&self) -> Option<f64> {
        Some((self.variance()? / self.count as f64).sqrt())
    }

    /// The large-sample standard error of [`variance`](Self::variance),
    /// $\sqrt{(\mu_4 - \mu_2^2)/n}$ with the sample's central moments.
    pub fn variance_stderr(&self) -> Option<f64> {
        let n = self.count as f64;
        let mu2 = self.m2 / n;
        let spread = (self.m4 / n - mu2 * mu2).max(0.0);
        (self.count >= 2 && spread.is_finite()).then(|| (spread / n).sqrt())
    }

    /// The sample skewness $\mu_3/\mu_2^{3/2}$; none where the variance is 0 or a sum overflowed.
    pub fn skewness(&self) -> Option<f64> {
        let n = self.count as f64;
        let mu2 = self.m2 / n;
        Some(self.m3 / n / (mu2 * mu2.sqrt())).filter(|s| s.is_finite())
    }

    /// The sample excess kurtosis $\mu_4/\mu_2^2 - 3$; none where the variance is 0 or a sum overflowed.
    pub fn excess_kurtosis(&self) -> Option<f64> {
        let n = self.count as f64;
        let mu2 = self.m2 / n;
        Some(self.m4 / n / (mu2 * mu2) - 3.0).filter(|k| k.is_finite())
    }

    /// The smallest sample; ∞ of no samples.
    pub fn min(&self) -> f64 {
        self.min
    }

    /// The largest sample; −∞ of no samples.
    pub fn max(&self) -> f64 {
        self.max
    }
}

/// The co-moment $\sum (x-\bar x)(y-\bar y)$ of a union, from those of its two parts.
pub(super) fn merge_comoment(a: (&Moments, &Moments, f64), b: (&Moments, &Moments, f64)) -> f64 {
    let (na, nb) = (a.0.count as f64, b.0.count as f64);
    if na + nb == 0.0 {
        return 0.0;
    }
    let product = (b.0.mean - a.0.mean) * (b.1.mean - a.1.mean);
    product.mul_add(na / (na + nb) * nb, a.2 + b.2)
}

/// Partial sums a pass keeps, so that it is bound by throughput and not by the latency of one sum.
const CHAINS: usize = 4;

/// Moments of one output over a full block whose samples are all finite, or `None` if one is not.
///
/// `values[step * stride]` holds the eight lanes of a step. Each lane is summed in four interleaved
/// chains, then the lanes merge pairwise: (0,4) (1,5) (2,6) (3,7), (0,2) (1,3), (0,1).
#[inline(always)]
pub(super) fn full_block(values: &[Lane], stride: usize) -> Option<Moments> {
    let mut sum = [[0.0; LANES]; CHAINS];
    for step in 0..BLOCK_STEPS / CHAINS {
        for chain in 0..CHAINS {
            let row = &values[(step * CHAINS + chain) * stride];
            for l in 0..LANES {
                sum[chain][l] += row[l];
            }
        }
    }
    let mut mean = [0.0; LANES];
    let mut finite = true;
    for l in 0..LANES {
        // The number of steps is a power of two: this division is exact.
        mean[l] = ((sum[0][l] + sum[2][l]) + (sum[1][l] + sum[3][l])) * (1.0 / BLOCK_STEPS as f64);
        finite &= mean[l].is_finite();
    }
    // A sum with an infinite or undefined term is not finite. Nothing is lost when finite terms
    // overflow their sum: the caller's careful path takes over.
    if !finite {
        return None;
    }
    let mut min = [f64::INFINITY; LANES];
    let mut max = [f64::NEG_INFINITY; LANES];
    for step in 0..BLOCK_STEPS {
        let row = &values[step * stride];
        for l in 0..LANES {
            min[l] = if row[l] < min[l] { row[l] } else { min[l] };
            max[l] = if row[l] > max[l] { row[l] } else { max[l] };
        }
    }
    let mut m2 = [[0.0; LANES]; CHAINS];
    let mut m3 = [[0.0; LANES]; CHAINS];
    let mut m4 = [[0.0; LANES]; CHAINS];
    for step in 0..BLOCK_STEPS / CHAINS {
        for chain in 0..CHAINS {
            let row = &values[(step * CHAINS + chain) * stride];
            for l in 0..LANES {
                let d = row[l] - mean[l];
                let d2 = d * d;
                m2[chain][l] += d2;
                m3[chain][l] = d2.mul_add(d, m3[chain][l]);
                m4[chain][l] = d2.mul_add(d2, m4[chain][l]);
            }
        }
    }
    let mut lanes = [Moments::EMPTY; LANES];
    for l in 0..LANES {
        lanes[l] = Moments {
            count: BLOCK_STEPS as u64,
            mean: mean[l],
            m2: (m2[0][l] + m2[2][l]) + (m2[1][l] + m2[3][l]),
            m3: (m3[0][l] + m3[2][l]) + (m3[1][l] + m3[3][l]),
            m4: (m4[0][l] + m4[2][l]) + (m4[1][l] + m4[3][l]),
            min: min[l],
            max: max[l],
        };
    }
    for half in [4, 2, 1] {
        for l in 0..half {
            lanes[l] = lanes[l].merge(&lanes[l + half]);
        }
    }
    Some(lanes[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::{Float, Rational};

    /// Central sums in exact rational arithmetic.
    fn exact(samples: &[f64]) -> [f64; 4] {
        let rational = |x: f64| Rational::from_f64(x).unwrap();
        let n = samples.len() as u32;
        let mut mean = Rational::new();
        for &x in samples {
            mean += rational(x);
        }
        mean /= n;
        let mut out = [mean.to_f64(), 0.0, 0.0, 0.0];
        for (k, slot) in (2..=4).zip(&mut out[1..]) {
            let mut sum = Rational::new();
            for &x in samples {
                let d = rational(x) - &mean;
                sum += Rational::from(rug::ops::Pow::pow(&d, k));
            }
            *slot = Float::with_val(200, sum).to_f64();
        }
        out
    }

    fn data(n: usize, offset: f64) -> Vec<f64> {
        let mut lanes = crate::montecarlo::StreamKey::new(0, "moments").lanes(0);
        (0..n)
            .map(|_| {
                let u = crate::montecarlo::kernels::uniform(lanes.bits(0));
                offset - u.ln() * u
            })
            .collect()
    }

    fn close(moments: &Moments, samples: &[f64], tolerance: f64) {
        let [mean, m2, m3, m4] = exact(samples);
        assert_eq!(moments.count, samples.len() as u64);
        assert!((moments.mean - mean).abs() <= tolerance * mean.abs());
        assert!(
            (moments.m2 - m2).abs() <= tolerance * m2,
            "{} {m2}",
            moments.m2
        );
        assert!(
            (moments.m3 - m3).abs() <= tolerance * m2.powf(1.5),
            "{} {m3}",
            moments.m3
        );
        assert!(
            (moments.m4 - m4).abs() <= tolerance * m4,
            "{} {m4}",
            moments.m4
        );
        let (low, high) = (
            samples.iter().copied().fold(f64::INFINITY, f64::min),
            samples.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        );
        assert_eq!((moments.min, moments.max), (low, high));
    }

    #[test]
    fn any_way_of_merging_gives_the_exact_moments() {
        let samples = data(90, 3.0);
        close(&Moments::of(samples.iter().copied()), &samples, 1e-13);
        let mut cases = 0;
        for cut in 0..=90 {
            let (a, b) = samples.split_at(cut);
            let merged = Moments::of(a.iter().copied()).merge(&Moments::of(b.iter().copied()));
            close(&merged, &samples, 1e-13);
            cases += 1;
        }
        assert_eq!(cases, 91);
        let single = samples
            .iter()
            .fold(Moments::EMPTY, |m, &x| m.merge(&Moments::of([x])));
        close(&single, &samples, 1e-12);
    }

    #[test]
    fn a_full_block_is_summed_exactly_enough_far_from_the_origin() {
        // The mean's rounding, ε = 1e6 · 2^-53 ≈ 1e-10, moves lanes against each other.
        for (offset, tolerance) in [(0.0, 1e-12), (1e6, 1e-8)] {
            let samples = data(BLOCK_STEPS * LANES, offset);
            let rows: Vec<Lane> = samples
                .chunks(LANES)
                .map(|row| row.try_into().unwrap())
                .collect();
            let moments = full_block(&rows, 1).unwrap();
            close(&moments, &samples, tolerance);
        }
        let mut rows = vec![[1.0; LANES]; BLOCK_STEPS];
        rows[77][3] = f64::NAN;
        assert_eq!(full_block(&rows, 1), None);
        rows[77][3] = f64::INFINITY;
        rows[78][3] = f64::NEG_INFINITY;
        assert_eq!(full_block(&rows, 1), None);
    }

    #[test]
    fn comoments_merge() {
        let x = data(50, 0.0);
        let y: Vec<f64> = x.iter().rev().map(|v| v * v).collect();
        let co = |x: &[f64], y: &[f64]| {
            let (mx, my) = (
                Moments::of(x.iter().copied()),
                Moments::of(y.iter().copied()),
            );
            let c = x
                .iter()
                .zip(y)
                .map(|(a, b)| (a - mx.mean) * (b - my.mean))
                .sum::<f64>();
            (mx, my, c)
        };
        let whole = co(&x, &y).2;
        for cut in 0..=50 {
            let (a, b) = (co(&x[..cut], &y[..cut]), co(&x[cut..], &y[cut..]));
            let merged = merge_comoment((&a.0, &a.1, a.2), (&b.0, &b.1, b.2));
            assert!((merged - whole).abs() < 1e-13, "{merged} {whole}");
        }
    }
}
