//! Moments of two activations of correlated Gaussian numbers.

use super::activation::Activation;
use super::experiment::Experiment;
use super::gaussian::{checked_circle, correlated_pair};
use super::stream::{LANES, Lane, Lanes};
use crate::error::Result;

/// $E[f(G)\, g(\hat G)]$ for standard Gaussians with correlation ρ, drawn as
/// $\hat G = ρ G + \sqrt{1-ρ^2}\, W$.
#[derive(Debug, Clone)]
pub struct ActivationPair {
    pub(super) canonical: String,
    pub(super) f: Activation,
    pub(super) g: Activation,
    pub(super) circle: (f64, f64),
}

impl ActivationPair {
    /// The moment with correlation `cos`; the caller gives `sin` = √(1 − cos²) too, so that a small
    /// angle keeps its digits.
    ///
    /// # Errors
    /// A domain error unless `cos² + sin²` is 1 to 10⁻¹⁵, `sin` ≥ 0, and the parameters of the
    /// activations are possible.
    pub fn new(
        canonical: impl Into<String>,
        f: Activation,
        g: Activation,
        circle: (f64, f64),
    ) -> Result<ActivationPair> {
        for activation in [f, g] {
            activation.check()?;
        }
        Ok(ActivationPair {
            canonical: canonical.into(),
            f,
            g,
            circle: checked_circle(circle)?,
        })
    }
}

impl Experiment for ActivationPair {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let (first, second) = correlated_pair(lanes, self.circle);
        let (f, g) = (self.f.apply(&first), self.g.apply(&second));
        for l in 0..LANES {
            out[0][l] = f[l] * g[l];
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::montecarlo::{BLOCK_SAMPLES, RunOptions, SimdPath, run};
    use std::f64::consts::PI;

    const N: u64 = 200 * BLOCK_SAMPLES;

    /// $E[f(G)^k g(\hat G)^k]$ by the trapezoid rule in two dimensions: the error of analytic
    /// activations whose singularities are at least π/2 from the real line is below 10⁻¹⁰ at this
    /// step (2·10⁻¹⁴ for the arctangent, at distance 1), with the standard library's functions and not ours.
    pub fn trapezoid(f: impl Fn(f64) -> f64, g: impl Fn(f64) -> f64, circle: (f64, f64)) -> f64 {
        let h = 0.2;
        let (mut sum, mut weight) = (0.0, 0.0);
        for i in -50i32..=50 {
            for j in -50i32..=50 {
                let (x, w) = (h * f64::from(i), h * f64::from(j));
                let density = (-0.5 * (x * x + w * w)).exp();
                sum += density * f(x) * g(circle.0 * x + circle.1 * w);
                weight += density;
            }
        }
        sum / weight
    }

    /// The activation in the functions of the standard library (erf and Φ from statrs).
    pub fn library(f: Activation) -> impl Fn(f64) -> f64 {
        use statrs::function::erf::{erf, erfc};
        move |x: f64| match f {
            Activation::Relu => x.max(0.0),
            Activation::Leaky(q) => x.max(0.0) + q * x.min(0.0),
            Activation::Abs => x.abs(),
            Activation::Heaviside => f64::from(u8::from(x > 0.0)),
            Activation::Tanh => x.tanh(),
            Activation::Erf => erf(x),
            Activation::Logistic => 1.0 / (1.0 + (-x).exp()),
            Activation::Gelu => 0.5 * x * erfc(-x / 2f64.sqrt()),
            Activation::Silu => x / (1.0 + (-x).exp()),
            Activation::Sin => x.sin(),
            Activation::Gaussian => (-x * x).exp(),
            Activation::Sign => f64::from(i8::from(x > 0.0) - i8::from(x < 0.0)),
            Activation::Atan => x.atan(),
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::Hardtanh(c) => x.clamp(-c, c),
            Activation::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
            Activation::Mish => x * x.exp().ln_1p().tanh(),
            Activation::Elu(a) => x.max(0.0) + a * x.min(0.0).exp_m1(),
            Activation::Selu => {
                1.050_700_987_355_480_5
                    * (x.max(0.0) + 1.673_263_242_354_377_2 * x.min(0.0).exp_m1())
            }
            Activation::Repu(p) => x.max(0.0).powf(p),
            Activation::Cos => x.cos(),
            Activation::Gcu => x * x.cos(),
            Activation::Exp => x.exp(),
        }
    }

    #[test]
    fn every_activation_is_that_of_the_standard_library() {
        let mut cases = 0;
        let mut all = Activation::ALL.to_vec();
        all.extend([
            Activation::Leaky(0.3),
            Activation::Elu(0.5),
            Activation::Hardtanh(1.7),
            Activation::Repu(2.5),
        ]);
        for f in all {
            let exact = library(f);
            for step in -60i32..60 {
                let x = f64::from(step) / 9.0 + 0.003;
                let value = f.apply(&[x; LANES])[2];
                let error = (value - exact(x)).abs();
                // statrs' erf is right to about 10⁻¹¹.
                assert!(error < 1e-10 * (1.0 + value.abs()), "{f:?} at {x}");
                cases += 1;
            }
        }
        assert_eq!(cases, 26 * 120);
    }

    #[test]
    fn mean_squares_are_those_of_the_gain() {
        // The gain by quadrature, the mean square sampled.
        for f in Activation::ALL {
            let found = estimate(f, f, 0.0);
            let error = f.gain() * found.mean - 1.0;
            let stderr = f.gain() * found.stderr.unwrap();
            assert!(
                error.abs() <= 5.85 * stderr + 1e-12,
                "{f:?}: {error} {stderr}"
            );
        }
    }

    fn estimate(f: Activation, g: Activation, theta: f64) -> crate::montecarlo::Estimate {
        let name = format!("pair {} {} {theta}", f.name(), g.name());
        let pair = ActivationPair::new(name, f, g, (theta.cos(), theta.sin())).unwrap();
        run(&pair, &RunOptions::samples(N, 0)).unwrap().estimate()
    }

    #[test]
    fn kinked_pairs_match_their_closed_forms() {
        use Activation::{Abs, Heaviside, Leaky, Relu};
        let mut cases = 0;
        for theta in [0.4, 1.2, 2.8f64] {
            let (c, s) = (theta.cos(), theta.sin());
            let relu = (s + c * (PI - theta)) / (2.0 * PI);
            let abs = 2.0 / PI * (s + c * c.asin());
            let q = 0.3;
            let leaky = (1.0 + q) * (1.0 + q) / 4.0 * c + (1.0 - q) * (1.0 - q) / 4.0 * abs;
            let heaviside = (PI - theta) / (2.0 * PI);
            // E[1{G > 0} φ(Ĝ)] = (1 + cos θ)/(2 √(2π)).
            let mixed = (1.0 + c) / (2.0 * (2.0 * PI).sqrt());
            for (f, g, value) in [
                (Relu, Relu, relu),
                (Abs, Abs, abs),
                (Leaky(q), Leaky(q), leaky),
                (Heaviside, Heaviside, heaviside),
                (Heaviside, Relu, mixed),
            ] {
                let estimate = estimate(f, g, theta);
                let z = (estimate.mean - value) / estimate.stderr.unwrap();
                assert!(z.abs() < 5.85, "{f:?} {g:?} {theta}: z = {z}");
                cases += 1;
            }
        }
        assert_eq!(cases, 15);
    }

    #[test]
    fn smooth_pairs_match_quadrature_and_closed_forms() {
        let mut cases = 0;
        for (i, &f) in Activation::ALL.iter().enumerate() {
            for &g in &Activation::ALL[i..] {
                if !f.is_analytic() || !g.is_analytic() {
                    continue;
                }
                let theta = 0.5 + 0.1 * i as f64;
                let circle = (theta.cos(), theta.sin());
                let value = trapezoid(library(f), library(g), circle);
                let estimate = estimate(f, g, theta);
                let z = (estimate.mean - value) / estimate.stderr.unwrap();
                assert!(z.abs() < 5.85, "{f:?} {g:?} {theta}: z = {z}");
                cases += 1;
            }
        }
        assert_eq!(cases, 91);
        // The quadrature itself against closed forms: erf (2/π) asin(2ρ/3), sin sinh(ρ)/e,
        // exp(−x²) 1/√(9 − 4ρ²).
        let circle = (0.6, 0.8);
        for (f, value) in [
            (Activation::Erf, 2.0 / PI * 0.4f64.asin()),
            (Activation::Sin, 0.6f64.sinh() / 1f64.exp()),
            (Activation::Gaussian, 1.0 / (9.0f64 - 1.44).sqrt()),
        ] {
            assert!((trapezoid(library(f), library(f), circle) - value).abs() < 1e-9);
        }
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // The sampler draws tanh at an angle whose moment is nine standard errors off: dE/dθ by a
        // difference quotient. Relative size: 9 · 0.6/√N ÷ 0.3, about 4 %.
        let theta = 0.8f64;
        let f = Activation::Tanh;
        let at = |t: f64| trapezoid(f64::tanh, f64::tanh, (t.cos(), t.sin()));
        let value = at(theta);
        let right = estimate(f, f, theta);
        let shift = 9.0 * right.stderr.unwrap();
        let wrong = estimate(
            f,
            f,
            theta - shift / ((at(theta - 1e-4) - at(theta + 1e-4)) / 2e-4),
        );
        let z = (wrong.mean - value) / wrong.stderr.unwrap();
        println!("relative size {:e}", shift / value);
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "z = {z}");
        let z = (right.mean - value) / right.stderr.unwrap();
        assert!(z.abs() < 5.85, "z = {z}");
    }

    #[test]
    fn every_path_applies_the_same_bits() {
        let mut paths = 0;
        let mut all = Activation::ALL.to_vec();
        all.extend([
            Activation::Leaky(0.3),
            Activation::Elu(0.5),
            Activation::Hardtanh(1.7),
            Activation::Repu(2.5),
        ]);
        for f in all {
            let pair = ActivationPair::new("paths", f, Activation::Erf, (0.28, 0.96)).unwrap();
            let at = |path| {
                let options = RunOptions {
                    path: Some(path),
                    ..RunOptions::samples(3_000, 2)
                };
                run(&pair, &options).unwrap()
            };
            let portable = at(SimdPath::Portable);
            for path in SimdPath::ALL {
                assert_eq!(at(path), portable, "{f:?} on {path:?}");
                paths += 1;
            }
        }
        assert_eq!(paths, 78);
    }

    #[test]
    fn the_first_pairs_are_pinned() {
        // Changing these numbers changes the stream layout: raise STREAM_VERSION.
        let pair = |f, g| {
            let pair = ActivationPair::new("pinned pair", f, g, (0.6, 0.8)).unwrap();
            run(&pair, &RunOptions::samples(2_000, 1))
                .unwrap()
                .estimate()
                .mean
        };
        let found = [
            pair(Activation::Tanh, Activation::Gelu),
            pair(Activation::Sin, Activation::Silu),
            pair(Activation::Gaussian, Activation::Logistic),
        ];
        assert_eq!(found, PINNED);
    }

    const PINNED: [f64; 3] = [0.17570074745261113, 0.17818284700430856, 0.2891042499938374];

    #[test]
    fn impossible_pairs_are_refused() {
        let leaky = Activation::Leaky(f64::NAN);
        assert!(ActivationPair::new("x", leaky, Activation::Relu, (1.0, 0.0)).is_err());
        assert!(ActivationPair::new("x", Activation::Relu, Activation::Relu, (1.0, 0.1)).is_err());
    }
}
