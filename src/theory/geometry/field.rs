//! The limit of infinite width along a great circle, drawn exactly at N equidistant points.
//!
//! On a circle a stationary Gaussian field has a circulant covariance matrix, whose eigenvalues are the
//! discrete Fourier transform of the covariance. With independent normal amplitudes
//! $\sqrt{λ_m/N}\,(g_m + i h_m)$, the real part of their Fourier sum has exactly this covariance; no
//! embedding is needed. Eigenvalues below the rounding of their sum, about $10^{-13}$, are rounded to 0 if
//! they come out negative.
//!
//! What is counted: sign changes, whose expected number is known
//! ([`sign_changes`](super::limit::sign_changes)), and boxes with a sign change, from which fractal
//! dimensions are estimated.

use super::circle::{checked_points, crossings};
use crate::error::{Error, Result};
use crate::montecarlo::kernels::{normal_pair, select, sin_cos_turns};
use crate::montecarlo::{Experiment, LANES, Lane, Lanes};

/// What is counted along the circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Sign changes between neighbours at every $2^k$-th point.
    SignChanges,
    /// Arcs of $2^k$ steps, side by side, in which the sign changes at all.
    Boxes,
}

/// A stationary Gaussian field at N equidistant points of a circle; output k counts at the scale of
/// $2^k$ steps.
#[derive(Debug, Clone)]
pub struct CircleField {
    canonical: String,
    count: Count,
    /// $\sqrt{λ_m/N}$, in bit-reversed order of m.
    amplitudes: Vec<f64>,
    /// $e^{2πik/N}$ for k < N/2.
    turns: Vec<(f64, f64)>,
    outputs: Vec<&'static str>,
    pairs: Vec<(usize, usize)>,
}

impl CircleField {
    /// The field whose covariance at k steps is `covariance[k]`, k = 0 … N − 1, N a power of two.
    ///
    /// # Errors
    /// A domain error if the covariance is not symmetric around the circle or not positive definite to
    /// about 10⁻¹², or N does not fit.
    pub fn new(
        canonical: impl Into<String>,
        covariance: &[f64],
        count: Count,
        halvings: u32,
    ) -> Result<CircleField> {
        let n = covariance.len();
        checked_points(u32::try_from(n).unwrap_or(0), halvings)?;
        let wrong = |what: String| Err(Error::domain(format!("no field on a circle: {what}")));
        if (1..n).any(|k| covariance[k] != covariance[n - k]) || !covariance[0].is_finite() {
            return wrong("its covariance is not the same both ways around".to_owned());
        }
        let turn = |k: usize| {
            let (sin, cos) = sin_cos_turns(k as f64 / n as f64);
            (cos, sin)
        };
        let turns: Vec<(f64, f64)> = (0..n).map(turn).collect();
        let bits = n.trailing_zeros();
        let mut amplitudes = vec![0.0; n];
        for m in 0..n {
            let mut sum = 0.0;
            for (k, c) in covariance.iter().enumerate() {
                sum = turns[k * m % n].0.mul_add(*c, sum);
            }
            if sum.is_nan() || sum < -1e-12 * n as f64 * covariance[0] {
                return wrong(format!("eigenvalue {m} of its covariance is {sum}"));
            }
            let place = m.reverse_bits() >> (usize::BITS - bits);
            amplitudes[place] = (sum.max(0.0) / n as f64).sqrt();
        }
        let outputs = vec!["count"; halvings as usize + 1];
        let last = outputs.len();
        Ok(CircleField {
            canonical: canonical.into(),
            count,
            amplitudes,
            turns: turns[..n / 2].to_vec(),
            pairs: (0..last)
                .flat_map(|i| (i + 1..last).map(move |j| (i, j)))
                .collect(),
            outputs,
        })
    }
}

/// The Fourier sum of amplitudes in bit-reversed order, in place (Cooley & Tukey 1965).
#[inline(always)]
fn fourier(re: &mut [Lane], im: &mut [Lane], turns: &[(f64, f64)]) {
    let n = re.len();
    let mut half = 1;
    while half < n {
        let step = n / (2 * half);
        for start in (0..n).step_by(2 * half) {
            for k in 0..half {
                let (c, s) = turns[k * step];
                let (a, b) = (start + k, start + k + half);
                for l in 0..LANES {
                    let x = c.mul_add(re[b][l], -(s * im[b][l]));
                    let y = c.mul_add(im[b][l], s * re[b][l]);
                    (re[b][l], re[a][l]) = (re[a][l] - x, re[a][l] + x);
                    (im[b][l], im[a][l]) = (im[a][l] - y, im[a][l] + y);
                }
            }
        }
        half *= 2;
    }
}

/// Arcs of `size` steps in which the sign changes, among N/size side by side.
#[inline(always)]
fn boxes(values: &[Lane], size: usize) -> Lane {
    let n = values.len();
    let mut count = [0.0; LANES];
    for start in (0..n).step_by(size) {
        let mut mixed = [0.0; LANES];
        for k in start..start + size {
            let (here, next) = (&values[k], &values[(k + 1) & (n - 1)]);
            for l in 0..LANES {
                mixed[l] = select(here[l] * next[l] < 0.0, 1.0, mixed[l]);
            }
        }
        for l in 0..LANES {
            count[l] += mixed[l];
        }
    }
    count
}

impl Experiment for CircleField {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &self.outputs
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut state = lanes.clone();
        let mut re = vec![[0.0; LANES]; self.amplitudes.len()];
        let mut im = re.clone();
        for ((re, im), amplitude) in re.iter_mut().zip(&mut im).zip(&self.amplitudes) {
            for l in 0..LANES {
                let (x, y) = normal_pair(state.bits(l), state.bits(l));
                (re[l], im[l]) = (amplitude * x, amplitude * y);
            }
        }
        *lanes = state;
        fourier(&mut re, &mut im, &self.turns);
        for (k, out) in out.iter_mut().enumerate() {
            *out = match self.count {
                Count::SignChanges => crossings(&re, 1 << k, 0.0),
                Count::Boxes => boxes(&re, 1 << k),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::significance::{normality_p, threshold, z_score};
    use crate::montecarlo::{Activation, RunOptions, SimdPath, run};
    use crate::number::{Ball, Bits};
    use crate::theory::geometry::limit::{deep_kernel, sign_changes};

    const PREC: Bits = Bits::new(128);

    fn covariance(f: Activation, depth: u32, n: u32) -> Vec<f64> {
        super::super::cases::covariance(f, depth, n).unwrap()
    }

    fn field(f: Activation, depth: u32, count: Count) -> CircleField {
        let name = format!("field {f:?} {depth} {count:?}");
        CircleField::new(name, &covariance(f, depth, 256), count, 3).unwrap()
    }

    #[test]
    fn the_fourier_sum_is_the_sum() {
        let n = 16;
        let turns: Vec<(f64, f64)> = (0..n / 2)
            .map(|k| {
                let (s, c) = sin_cos_turns(k as f64 / n as f64);
                (c, s)
            })
            .collect();
        let coefficient = |m: usize| (0.3 + m as f64, 1.0 / (1.0 + m as f64));
        let (mut re, mut im) = (vec![[0.0; LANES]; n], vec![[0.0; LANES]; n]);
        for m in 0..n {
            let (x, y) = coefficient(m);
            let place = m.reverse_bits() >> (usize::BITS - 4);
            (re[place], im[place]) = ([x; LANES], [y; LANES]);
        }
        fourier(&mut re, &mut im, &turns);
        for k in 0..n {
            let (mut x, mut y) = (0.0, 0.0);
            for m in 0..n {
                let (s, c) = (std::f64::consts::TAU * (k * m) as f64 / n as f64).sin_cos();
                let (a, b) = coefficient(m);
                (x, y) = (x + a * c - b * s, y + a * s + b * c);
            }
            assert!(
                (re[k][5] - x).abs() < 1e-12 && (im[k][0] - y).abs() < 1e-12,
                "{k}"
            );
        }
    }

    #[test]
    fn sign_changes_have_their_exact_means_at_all_scales_together() {
        let mut scores = Vec::new();
        let n = 40_000;
        for f in [
            Activation::Relu,
            Activation::Heaviside,
            Activation::Sin,
            Activation::Gelu,
        ] {
            for depth in [1, 2, 5] {
                let run = run(
                    &field(f, depth, Count::SignChanges),
                    &RunOptions::samples(n, 0),
                )
                .unwrap();
                for (k, e) in run.estimates().iter().enumerate() {
                    let exact = sign_changes(f, depth, 256 >> k, PREC)
                        .unwrap()
                        .mid()
                        .to_f64();
                    let sd = e.variance.unwrap().sqrt();
                    let z = z_score(e.mean, exact, sd, n).unwrap();
                    scores.push(z);
                }
            }
        }
        assert_eq!(scores.len(), 48);
        let worst = scores.iter().fold(0.0, |w: f64, z| w.max(z.abs()));
        assert!(worst < threshold(48, 1e-6).unwrap(), "{scores:?}");
        // The scales of one field are correlated: only the finest go into the test of the shape.
        let finest: Vec<f64> = scores.iter().step_by(4).copied().collect();
        assert!(normality_p(&finest).unwrap() > 1e-3, "{finest:?}");
    }

    #[test]
    fn boxes_are_sign_changes_at_the_finest_scale() {
        let count = |count| {
            let field = CircleField::new("same", &covariance(Activation::Relu, 2, 256), count, 3);
            run(&field.unwrap(), &RunOptions::samples(5000, 1))
                .unwrap()
                .estimates()
        };
        let (boxes, signs) = (count(Count::Boxes), count(Count::SignChanges));
        assert_eq!(boxes[0].mean, signs[0].mean);
        // A wider box sees at least what its ends see, and at most all of its steps.
        for k in 1..4 {
            assert!(boxes[k].mean >= signs[k].mean && boxes[k].mean <= boxes[k - 1].mean);
        }
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // A field of which one part in (1 + ε) is white noise: sin κ moved by nine standard errors.
        let n = 40_000;
        let right = covariance(Activation::Gelu, 1, 256);
        let mean = sign_changes(Activation::Gelu, 1, 256, PREC)
            .unwrap()
            .mid()
            .to_f64();
        let draw = |covariance: &[f64], name: &str| {
            let field = CircleField::new(name, covariance, Count::SignChanges, 0).unwrap();
            run(&field, &RunOptions::samples(n, 0)).unwrap().estimate()
        };
        let good = draw(&right, "right field");
        let z = |e: &crate::montecarlo::Estimate| (e.mean - mean) / good.stderr.unwrap();
        assert!(z(&good).abs() < 5.85);
        let shift = 9.0 * good.stderr.unwrap();
        // The correlation of neighbours at which the mean is off by that.
        let rho = ((mean + shift) * std::f64::consts::PI / 256.0).cos();
        let noise = right[1] / rho - 1.0;
        let mut wrong: Vec<f64> = right.iter().map(|c| c / (1.0 + noise)).collect();
        wrong[0] = 1.0;
        let z = z(&draw(&wrong, "wrong field"));
        println!(
            "noise: relative size {noise:e}, of the mean {:e}, z = {z}",
            shift / mean
        );
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "z = {z}");
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let field = field(Activation::Heaviside, 2, Count::Boxes);
        let at = |path| {
            let options = RunOptions {
                path: Some(path),
                ..RunOptions::samples(1500, 4)
            };
            run(&field, &options).unwrap()
        };
        let portable = at(SimdPath::Portable);
        for path in SimdPath::ALL {
            assert_eq!(at(path), portable, "{path:?}");
        }
        let means: Vec<f64> = portable.estimates().iter().map(|e| e.mean).collect();
        assert_eq!(means, PINNED);
        assert_eq!(portable.covariances().len(), 6);
    }

    /// Changing these numbers changes the stream layout: raise STREAM_VERSION.
    const PINNED: [f64; 4] = [
        22.746666666666666,
        18.154,
        13.531333333333333,
        9.480666666666666,
    ];

    #[test]
    fn impossible_fields_are_refused() {
        let made = |c: &[f64]| CircleField::new("x", c, Count::Boxes, 0);
        assert!(made(&[1.0, 0.5, 0.2, 0.5]).is_ok());
        assert!(made(&[1.0, 0.5, 0.2, 0.4]).is_err());
        assert!(made(&[1.0, -0.9, 0.9, -0.9]).is_ok());
        assert!(made(&[1.0, 0.9, -0.9, 0.9]).is_err());
        assert!(made(&[1.0, 0.5, 0.5]).is_err());
        assert!(made(&[f64::NAN; 4]).is_err());
        let one = deep_kernel(Activation::Relu, &Ball::one(), 3, PREC).unwrap();
        assert_eq!(one.mid().to_f64(), 1.0);
    }
}
