//! Binomial numbers in the lanes.

use super::kernels::{exp, ln, select};
use super::stream::{LANES, Lane, Lanes};

/// A Bin(n, ½) number in each lane: the ones among n random bits.
#[inline(always)]
pub(super) fn fair_binomial(state: &mut Lanes, n: u32) -> Lane {
    let mut ones = [0; LANES];
    let mut left = n;
    while left > 0 {
        let taken = left.min(64);
        for l in 0..LANES {
            ones[l] += (state.bits(l) >> (64 - taken)).count_ones();
        }
        left -= taken;
    }
    ones.map(f64::from)
}

/// A Bin(n, p) number in each lane by inversion of the uniform u: the number of k with
/// $u > P(\le k)$. Needs $(1-p)^n$ to be a normal double.
///
/// The probabilities come by their recurrence, with relative errors below (4k + 2n) 2⁻⁵³: the law is
/// right to 10⁻¹² for n ≤ 512, far below what 10¹⁸ samples can see.
#[inline(always)]
pub(super) fn binomial(u: &Lane, n: &Lane, p: &Lane) -> Lane {
    let (mut odds, mut mass, mut below, mut count) =
        ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        let miss = 1.0 - p[l];
        odds[l] = p[l] / miss;
        mass[l] = exp(n[l] * ln(miss));
        below[l] = mass[l];
    }
    let mut k = 0.0;
    loop {
        let mut open = 0.0;
        for l in 0..LANES {
            // At k = n all of the mass is counted, up to rounding: the count must not pass n.
            let more = select((u[l] > below[l]) & (k < n[l]), 1.0, 0.0);
            count[l] += more;
            open += more;
            mass[l] *= odds[l] * (n[l] - k) / (k + 1.0);
            below[l] += mass[l];
        }
        if open == 0.0 {
            return count;
        }
        k += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::kernels::uniform;
    use crate::montecarlo::significance::chi_square_p;

    #[test]
    fn binomial_counts_have_their_law() {
        let mut lanes = crate::montecarlo::StreamKey::new(0, "binomial").lanes(0);
        let draws = 20_000;
        for (n, p) in [(1u32, 0.3), (9, 0.5), (40, 0.02), (512, 0.4), (0, 0.2)] {
            let mut mass = vec![(0..n).fold(1.0, |m, _| m * (1.0 - p))];
            for k in 0..n {
                let last = mass[k as usize];
                mass.push(last * f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p));
            }
            assert!((mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let mut fair = vec![0u64; n as usize + 1];
            let mut seen = fair.clone();
            for _ in 0..draws / LANES {
                let mut u = [0.0; LANES];
                for l in 0..LANES {
                    u[l] = uniform(lanes.bits(l));
                }
                let counts = binomial(&u, &[f64::from(n); LANES], &[p; LANES]);
                let halves = fair_binomial(&mut lanes, n);
                for l in 0..LANES {
                    seen[counts[l] as usize] += 1;
                    fair[halves[l] as usize] += 1;
                }
            }
            let half: Vec<f64> = {
                let mut mass = vec![(0..n).fold(1.0, |m, _| m * 0.5)];
                for k in 0..n {
                    let last = mass[k as usize];
                    mass.push(last * f64::from(n - k) / f64::from(k + 1));
                }
                mass
            };
            for (observed, mass) in [(seen, mass), (fair, half)] {
                // Classes of an expected count of at least 5; the rest together.
                let (mut classes, mut expected) = (vec![0], vec![1e-9]);
                for (&count, &m) in observed.iter().zip(&mass) {
                    if m * draws as f64 >= 5.0 {
                        classes.push(count);
                        expected.push(m * draws as f64);
                    } else {
                        classes[0] += count;
                        expected[0] += m * draws as f64;
                    }
                }
                assert_eq!(classes.iter().sum::<u64>(), draws as u64);
                if expected[0] < 1e-6 {
                    assert_eq!(classes.remove(0), 0);
                    expected.remove(0);
                }
                if classes.len() > 1 {
                    let (_, p) = chi_square_p(&classes, &expected, 0).unwrap();
                    assert!(p > 1e-4, "n = {n}: p = {p}");
                }
            }
        }
    }
}
