//! The angle through all layers of one random network: [`AnglePath`].
//!
//! The reduction is that of [`ReluNetwork`](crate::montecarlo::ReluNetwork): behind inputs at angle θ
//! the pre-activations of a layer are n i.i.d. pairs, and only cot θ is carried on, so that no digit
//! is lost at small angles. Here every neuron is drawn, live or not, and all layers are recorded:
//! plainer and slower, and a second route to the same law.
//!
//! A neuron is a direction $(c, s) = (\cos φ, \sin φ)$ and a squared length $r^2$. It sees the inputs
//! as $r c$ and $r \sin θ\,t$, $t = s + c \cot θ$. With $m = \max(\cot θ, 0)$, $x = φ(c)$ and
//! $w = φ(t) - m x$, and with X, D, E the sums of $r^2 x^2$, $r^2 w^2$, $r^2 x w$ over the neurons,
//! $\cot θ' = (m X + E)/\sqrt{X D - E^2}$. For c > 0 and m > 0 this w is $\max(s, -m c)$: no
//! difference of large numbers.

use crate::error::{Error, Result};
use crate::montecarlo::kernels::{direction, larger, ln, relu, select, squared_radius};
use crate::montecarlo::{Experiment, LANES, Lane, Lanes};

/// Most layers of a path: every layer of every sample of a block is kept.
pub const DEEPEST: u32 = 2000;

/// Networks of constant width and given depth with two inputs at a given angle.
///
/// Output ℓ (from 0) is ln sin²θ after layer ℓ + 1. A network in which an image dies or the images
/// become parallel before its last layer is left out as a whole: the estimates are conditional on
/// that not happening.
#[derive(Debug, Clone)]
pub struct AnglePath {
    canonical: String,
    cot: f64,
    width: u32,
    outputs: Vec<&'static str>,
}

impl AnglePath {
    /// Networks with inputs at an angle of cotangent `cot`.
    ///
    /// # Errors
    /// A domain error unless 10⁻¹⁵⁰ ≤ θ, π − θ, the width is at least 2, and the depth between 1 and
    /// [`DEEPEST`].
    pub fn new(
        canonical: impl Into<String>,
        cot: f64,
        width: u32,
        depth: u32,
    ) -> Result<AnglePath> {
        if cot.is_nan() || cot.abs() > 1e150 {
            return Err(Error::domain(format!(
                "an angle of cotangent {cot} is too close to 0 or π to be sampled"
            )));
        }
        if width < 2 || !(1..=DEEPEST).contains(&depth) {
            return Err(Error::domain(format!(
                "a path needs a width of at least 2 and a depth between 1 and {DEEPEST}"
            )));
        }
        Ok(AnglePath {
            canonical: canonical.into(),
            cot: cot + 0.0,
            width,
            outputs: vec!["ln_sin2"; depth as usize],
        })
    }
}

impl Experiment for AnglePath {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &self.outputs
    }

    #[inline(always)]
    // Loops over lanes run over several arrays at once by index: that is the form that vectorises.
    #[allow(clippy::needless_range_loop)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut cot = [self.cot; LANES];
        for row in out.iter_mut() {
            let (mut x2, mut w2, mut xw) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            let (mut either, mut second) = ([0.0; LANES], [0.0; LANES]);
            for _ in 0..self.width {
                for l in 0..LANES {
                    let r2 = squared_radius(lanes.bits(l));
                    let (c, s) = direction(lanes.bits(l));
                    let t = cot[l].mul_add(c, s);
                    let x = relu(c);
                    // For cot ≤ 0, m = 0 and w = φ(t); so it is where the first input is not seen.
                    let near = larger(s, -(cot[l] * c));
                    let w = select((c > 0.0) & (cot[l] > 0.0), near, relu(t));
                    either[l] += select((c > 0.0) | (t > 0.0), 1.0, 0.0);
                    second[l] += select(t > 0.0, 1.0, 0.0);
                    let (rx, rw) = (r2 * x, r2 * w);
                    x2[l] = rx.mul_add(x, x2[l]);
                    xw[l] = rx.mul_add(w, xw[l]);
                    w2[l] = rw.mul_add(w, w2[l]);
                }
            }
            for l in 0..LANES {
                // Kahan's determinant: right to 1.5 ulp.
                let square = xw[l] * xw[l];
                let det = x2[l].mul_add(w2[l], -square) - xw[l].mul_add(xw[l], -square);
                let z = relu(relu(cot[l]).mul_add(x2[l], xw[l]));
                // One live neuron, or a dead image: the determinant is 0 up to rounding.
                let alive = !cot[l].is_nan()
                    & (x2[l] > 0.0)
                    & (det > 0.0)
                    & (either[l] > 1.0)
                    & (second[l] > 0.0);
                row[l] = select(alive, ln(det) - ln(z.mul_add(z, det)), f64::NAN);
                cot[l] = select(alive, z / det.sqrt(), f64::NAN);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{ReluNetwork, RunOptions, SimdPath, run};

    #[test]
    fn every_layer_has_the_law_of_the_network_that_ends_there() {
        let mut tests = 0;
        for (theta, width, depth) in [
            (1.0f64, 3u32, 3u32),
            (0.1, 64, 4),
            (2.5, 9, 3),
            (3.0, 100, 2),
            (1e-12, 16, 3),
        ] {
            let cot = theta.tan().recip();
            let path = AnglePath::new(format!("path {theta}"), cot, width, depth).unwrap();
            let path = run(&path, &RunOptions::samples(60_000, 0)).unwrap();
            // The last layer only: earlier ones are conditioned on what comes after them.
            let last = path.estimates().pop().unwrap();
            let widths = vec![width; depth as usize];
            let network = ReluNetwork::new(format!("network {theta}"), cot, widths).unwrap();
            let network = run(&network, &RunOptions::samples(60_000, 0))
                .unwrap()
                .estimate();
            let mean =
                (last.mean - network.mean) / last.stderr.unwrap().hypot(network.stderr.unwrap());
            let variance = (last.variance.unwrap() - network.variance.unwrap())
                / last
                    .variance_stderr
                    .unwrap()
                    .hypot(network.variance_stderr.unwrap());
            let (n, m) = (last.undefined as f64, network.undefined as f64);
            let undefined = (n - m) / (n + m + 1.0).sqrt();
            for z in [mean, variance, undefined] {
                assert!(
                    z.abs() < 5.85,
                    "{theta} {width} {depth}: {mean} {variance} {undefined}"
                );
                tests += 1;
            }
        }
        assert_eq!(tests, 15);
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // At θ = 10⁻⁹ the mean of ln sin²θ after two layers is 2 ln θ − 2 r(16) to 10⁻⁹; drawn at an angle that
        // moves it by nine standard errors.
        use crate::limits::Limits;
        use crate::number::Bits;
        let rate = crate::theory::angle::rate::rate(16, Bits::new(64), &Limits::default());
        let (theta, n) = (1e-9f64, 20_000);
        let exact = 2.0 * theta.ln() - 2.0 * rate.unwrap().mid().to_f64();
        let after_two = |theta: f64| {
            let name = format!("planted path {theta}");
            let path = AnglePath::new(name, theta.tan().recip(), 16, 2).unwrap();
            let run = run(&path, &RunOptions::samples(n, 0)).unwrap();
            run.estimates().pop().unwrap()
        };
        let right = after_two(theta);
        let stderr = right.stderr.unwrap();
        assert!(((right.mean - exact) / stderr).abs() < 5.85);
        let wrong = after_two(theta * (4.5 * stderr).exp());
        let z = (wrong.mean - exact) / stderr;
        println!("angle: relative size {:e}, z = {z}", 4.5 * stderr);
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "z = {z}");
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let path = AnglePath::new("path", 2.0, 7, 3).unwrap();
        let reference = run(&path, &RunOptions::samples(3000, 4)).unwrap();
        for simd in SimdPath::ALL {
            let options = RunOptions {
                path: Some(simd),
                ..RunOptions::samples(3000, 4)
            };
            assert_eq!(run(&path, &options).unwrap(), reference);
        }
    }

    #[test]
    fn impossible_paths_are_refused() {
        for (cot, width, depth) in [
            (f64::NAN, 4, 4),
            (1e151, 4, 4),
            (1.0, 1, 4),
            (1.0, 4, 0),
            (1.0, 4, DEEPEST + 1),
        ] {
            assert!(AnglePath::new("x", cot, width, depth).is_err());
        }
    }
}
