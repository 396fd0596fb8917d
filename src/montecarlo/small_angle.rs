//! Two nearby inputs through ReLU layers, by the χ² and binomial reductions: no neuron is drawn.
//!
//! At θ → 0 the two inputs share their live neurons. Of n neurons $K \sim \mathrm{Bin}(n, ½)$ are alive, the
//! first input's image has the squared length $χ^2_K$ (in units of the weight variance), and of the second
//! input's difference from it the part orthogonal to the image has $χ^2_{K-1}$, independent given K. So a
//! layer multiplies $\sin^2θ$ by $χ^2_{K-1}/χ^2_K$ and the squared length by $\frac{2}{n}χ^2_K$ (weights of
//! variance 2/n), and a network is a product of independent layers. The same law as of
//! [`SmallAngleLayer`](super::SmallAngleLayer), which draws every neuron and is compared with it in the
//! tests.

use super::binomial::fair_binomial;
use super::experiment::Experiment;
use super::kernels::{direction, larger, ln, select, squared_radius, uniform};
use super::relu::checked_widths;
use super::stream::{LANES, Lane, Lanes};
use crate::error::{Error, Result};

/// Uniform numbers whose product is a normal double: $2^{-53 \cdot 16} > 2^{-1022}$.
const FACTORS: u32 = 16;

/// A $χ^2_k$ number in each lane for integers k ≥ 0: $-2 \ln \prod U_i$ over ⌊k/2⌋ uniform numbers, and the
/// square of a normal one if k is odd.
///
/// A degree of freedom costs half a multiplication; one logarithm is taken for every 16 factors. All lanes
/// advance together, so a lane draws (and drops) as many as the one with the most. Relative error below
/// (k/2 + 8) 2⁻⁵³ while the product is away from 1.
#[inline(always)]
pub(super) fn chi_square(state: &mut Lanes, k: &Lane) -> Lane {
    let (mut pairs, mut odd) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        // k/2 is a multiple of 1/2 below 2^31: adding and taking off 2^52 rounds it, ties to even.
        let half = 0.5 * k[l];
        let rounded = (half + 4_503_599_627_370_496.0) - 4_503_599_627_370_496.0;
        pairs[l] = select(rounded > half, rounded - 1.0, rounded);
        odd[l] = k[l] - 2.0 * pairs[l];
    }
    let most = pairs.iter().fold(0.0, |a: f64, &b| larger(a, b));
    let mut total = [0.0; LANES];
    let mut index = 0.0;
    while index < most {
        let mut product = [1.0; LANES];
        for _ in 0..FACTORS {
            for l in 0..LANES {
                let u = uniform(state.bits(l));
                product[l] *= select(index < pairs[l], u, 1.0);
            }
            index += 1.0;
        }
        for l in 0..LANES {
            total[l] += ln(product[l]);
        }
    }
    for l in 0..LANES {
        let square = squared_radius(state.bits(l));
        let (c, _) = direction(state.bits(l));
        total[l] = (odd[l] * square * c).mul_add(c, -2.0 * total[l]);
    }
    total
}

/// The limit θ → 0 of a random ReLU network, layer by layer in the χ² reduction.
///
/// Outputs: `ln_sin2_ratio`, the limit of $\ln(\sin^2θ^{(L)}/\sin^2θ)$, and `ln_norm_ratio`, ln of the first
/// input's squared length behind the layers over that before them, for weights of variance 2/n; and their
/// covariance. Undefined if a layer has fewer than two live neurons.
#[derive(Debug, Clone)]
pub struct SmallAngleNetwork {
    canonical: String,
    widths: Vec<u32>,
}

impl SmallAngleNetwork {
    /// The network with the widths of its layers from the input on.
    ///
    /// # Errors
    /// A domain error without layers or with a width below 2.
    pub fn new(canonical: impl Into<String>, widths: Vec<u32>) -> Result<SmallAngleNetwork> {
        Ok(SmallAngleNetwork {
            canonical: canonical.into(),
            widths: checked_widths(widths)?,
        })
    }
}

impl Experiment for SmallAngleNetwork {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &["ln_sin2_ratio", "ln_norm_ratio"]
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &[(0, 1)]
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut state = lanes.clone();
        let (mut sine, mut norm) = ([0.0; LANES], [0.0; LANES]);
        for &width in &self.widths {
            let live = fair_binomial(&mut state, width);
            let mut rest = [0.0; LANES];
            for l in 0..LANES {
                rest[l] = larger(live[l] - 1.0, 0.0);
            }
            let whole = chi_square(&mut state, &live);
            let across = chi_square(&mut state, &rest);
            let scale = 2.0 / f64::from(width);
            for l in 0..LANES {
                let defined = live[l] >= 2.0;
                let length = ln(whole[l]);
                sine[l] += select(defined, ln(across[l]) - length, f64::NAN);
                norm[l] += select(defined, length + ln(scale), f64::NAN);
            }
        }
        *lanes = state;
        (out[0], out[1]) = (sine, norm);
    }
}

/// One step of the i-th Lyapunov exponent: $½\ln(\frac{s_2}{n} χ^2_{m-i+1})$ with m = n rows of a Gaussian
/// matrix, or $m = K \sim \mathrm{Bin}(n, ½)$ live ones (undefined for K < i).
#[derive(Debug, Clone)]
pub struct LyapunovStep {
    canonical: String,
    width: u32,
    index: u32,
    is_relu: bool,
    /// ½ ln(s2/n).
    shift: f64,
}

impl LyapunovStep {
    /// The step of exponent `index` (from 1) at width n, with entries of variance s2/n.
    ///
    /// # Errors
    /// A domain error unless 1 ≤ index ≤ n and s2 is positive and finite.
    pub fn new(
        canonical: impl Into<String>,
        (width, index): (u32, u32),
        s2: f64,
        is_relu: bool,
    ) -> Result<LyapunovStep> {
        let is_variance = (f64::MIN_POSITIVE..f64::INFINITY).contains(&s2);
        if !is_variance || !(1..=width).contains(&index) {
            return Err(Error::domain(format!(
                "no exponent {index} of width {width} with the variance {s2}/{width}"
            )));
        }
        Ok(LyapunovStep {
            canonical: canonical.into(),
            width,
            index,
            is_relu,
            shift: 0.5 * (ln(s2) - ln(f64::from(width))),
        })
    }
}

impl Experiment for LyapunovStep {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut freedom = [f64::from(self.width); LANES];
        if self.is_relu {
            freedom = fair_binomial(lanes, self.width);
        }
        let before = f64::from(self.index - 1);
        for l in 0..LANES {
            freedom[l] = larger(freedom[l] - before, 0.0);
        }
        let square = chi_square(lanes, &freedom);
        for l in 0..LANES {
            let value = 0.5f64.mul_add(ln(square[l]), self.shift);
            out[0][l] = select(freedom[l] > 0.0, value, f64::NAN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::significance::{kolmogorov_distance, kolmogorov_p};
    use crate::montecarlo::{Estimate, Partial, RunOptions, SimdPath, SmallAngleLayer, run};
    use statrs::function::gamma::{digamma, gamma_lr};

    fn drawn(experiment: &impl Experiment, n: u64) -> Partial {
        run(experiment, &RunOptions::samples(n, 0)).unwrap()
    }

    fn estimates(experiment: &impl Experiment, n: u64) -> Vec<Estimate> {
        drawn(experiment, n).estimates()
    }

    #[test]
    fn chi_squares_have_their_law() {
        let n = 40_000;
        for k in [0u32, 1, 2, 3, 5, 31, 32, 33, 64, 65, 301] {
            let mut lanes = crate::montecarlo::StreamKey::new(0, "chi-square law").lanes(k.into());
            let mut samples = Vec::with_capacity(n);
            while samples.len() < n {
                // The other lanes have other degrees of freedom: they must not disturb.
                let mut freedom = [f64::from(k); LANES];
                freedom[3] = 100.0;
                freedom[6] = 0.0;
                let found = chi_square(&mut lanes, &freedom);
                assert_eq!(found[6], 0.0);
                samples.extend([found[0], found[5]]);
            }
            if k == 0 {
                assert!(samples.iter().all(|x| *x == 0.0));
                continue;
            }
            let cdf = |x: f64| gamma_lr(0.5 * f64::from(k), 0.5 * x.max(1e-300));
            let p = kolmogorov_p(n, kolmogorov_distance(&samples, cdf).unwrap());
            println!("chi-square {k}: p = {p}");
            assert!(p > 1e-5, "k = {k}: p = {p}");
            // One degree of freedom more is seen.
            let wrong = |x: f64| gamma_lr(0.5 * f64::from(k + 1), 0.5 * x.max(1e-300));
            let p = kolmogorov_p(n, kolmogorov_distance(&samples, wrong).unwrap());
            assert!(p < 1e-5, "k = {k} against {}: p = {p}", k + 1);
        }
    }

    #[test]
    fn the_reduction_has_the_law_of_the_neurons() {
        let mut cases = 0;
        for n in [2u32, 3, 8, 40, 150] {
            let neurons = SmallAngleLayer::new(format!("neurons {n}"), n).unwrap();
            let neurons = drawn(&neurons, 200_000);
            let reduced = SmallAngleNetwork::new(format!("reduced {n}"), vec![n]).unwrap();
            let reduced = drawn(&reduced, 400_000);
            let shift = (2.0 / f64::from(n)).ln();
            let (a, b) = (neurons.estimates(), reduced.estimates());
            for (k, shift) in [(0, 0.0), (1, shift)] {
                let se = a[k].stderr.unwrap().hypot(b[k].stderr.unwrap());
                let z = (b[k].mean - shift - a[k].mean) / se;
                assert!(z.abs() < 5.85, "n = {n}, output {k}: z = {z}");
                let se = a[k]
                    .variance_stderr
                    .unwrap()
                    .hypot(b[k].variance_stderr.unwrap());
                let z = (b[k].variance.unwrap() - a[k].variance.unwrap()) / se;
                assert!(z.abs() < 5.85, "n = {n}, variance {k}: z = {z}");
                cases += 1;
            }
            let (x, y) = (&neurons.covariances()[0], &reduced.covariances()[0]);
            let se = x.stderr.unwrap().hypot(y.stderr.unwrap());
            let z = (x.value - y.value) / se;
            assert!(z.abs() < 5.85, "n = {n}, covariance: z = {z}");
        }
        assert_eq!(cases, 10);
    }

    #[test]
    fn layers_add_up_and_widths_are_counted() {
        let one = estimates(&SmallAngleNetwork::new("one", vec![12]).unwrap(), 200_000);
        let many = estimates(
            &SmallAngleNetwork::new("many", vec![12; 5]).unwrap(),
            100_000,
        );
        for (a, b) in one.iter().zip(&many) {
            let se = (5.0 * a.stderr.unwrap()).hypot(b.stderr.unwrap());
            let z = (b.mean - 5.0 * a.mean) / se;
            assert!(z.abs() < 5.85, "{}: z = {z}", a.name);
            let se = (5.0 * a.variance_stderr.unwrap()).hypot(b.variance_stderr.unwrap());
            let z = (b.variance.unwrap() - 5.0 * a.variance.unwrap()) / se;
            assert!(z.abs() < 5.85, "variance of {}: z = {z}", a.name);
        }
        // Fewer than two live: (n + 1) 2^-n.
        let p = 13.0 / 4096.0;
        let z = (one[0].undefined as f64 - 200_000.0 * p) / (200_000.0 * p * (1.0 - p)).sqrt();
        assert!(z.abs() < 5.85, "z = {z}");
        assert!(SmallAngleNetwork::new("x", vec![]).is_err());
        assert!(SmallAngleNetwork::new("x", vec![3, 1]).is_err());
    }

    #[test]
    fn linear_exponents_are_digammas_and_a_planted_error_is_caught() {
        let n = 200_000;
        let step = |i: u32, s2: f64| {
            let step = LyapunovStep::new(format!("step {i} {s2}"), (7, i), s2, false).unwrap();
            estimates(&step, n)[0].clone()
        };
        let exact =
            |i: u32, s2: f64| 0.5 * ((2.0 * s2 / 7.0).ln() + digamma(f64::from(7 - i + 1) / 2.0));
        for i in 1..=7 {
            let found = step(i, 1.5);
            let z = (found.mean - exact(i, 1.5)) / found.stderr.unwrap();
            assert!(z.abs() < 5.85, "i = {i}: z = {z}");
        }
        // The mean is ½ ln s2 and a constant: s2 wrong by a factor e^{2·9 standard errors}.
        let shift = 9.0 * step(1, 1.5).stderr.unwrap();
        let wrong = step(1, 1.5 * (2.0 * shift).exp());
        let z = (wrong.mean - exact(1, 1.5)) / wrong.stderr.unwrap();
        println!("relative size in s2: {:e}", 2.0 * shift);
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "z = {z}");
        for (width, index, s2) in [(3, 0, 1.0), (3, 4, 1.0), (3, 1, 0.0), (3, 1, f64::NAN)] {
            assert!(LyapunovStep::new("x", (width, index), s2, true).is_err());
        }
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let network = SmallAngleNetwork::new("paths", vec![70, 3, 600]).unwrap();
        let step = LyapunovStep::new("paths", (9, 2), 2.0, true).unwrap();
        let experiments: [&dyn Experiment; 2] = [&network, &step];
        for experiment in experiments {
            let at = |path| {
                let options = RunOptions {
                    path: Some(path),
                    ..RunOptions::samples(3_000, 4)
                };
                run(experiment, &options).unwrap()
            };
            let portable = at(SimdPath::Portable);
            for path in SimdPath::ALL {
                assert_eq!(at(path), portable, "{path:?}");
            }
            assert!(portable.estimate().undefined > 0);
        }
    }

    #[test]
    fn the_first_networks_are_pinned() {
        // Changing these numbers changes the stream layout: raise STREAM_VERSION.
        let deep = estimates(
            &SmallAngleNetwork::new("pinned small", vec![70, 9]).unwrap(),
            3000,
        );
        assert_eq!((deep[0].mean, deep[1].mean), PINNED);
    }

    const PINNED: (f64, f64) = (-0.44148233573015, -0.36148766936393656);
}
