//! The Gram chain: two vectors through random layers of any activation, by their inner products alone.
//!
//! A layer of width n with Gaussian weights of variance $Γ_W/n$ and biases of variance $Γ_b$ sees its
//! input only through the inner products of the two vectors it is applied to: given
//! $(A, B, C)$, the covariance of the two pre-activations, those of its n neurons are n i.i.d. Gaussian
//! pairs $(h_i, g_i)$. With $z_i = σ(h_i)$ and either
//!
//! * $y_i = σ(g_i)$, a second input, or
//! * $y_i = σ'(h_i)\, g_i$, the derivative of the network along a unit tangent vector of the sphere,
//!
//! the next covariance is $A' = Γ_b + Γ_W |z|^2/n$, $B' = b + Γ_W\, z·y/n$, $C' = b + Γ_W |y|^2/n$,
//! with b = Γ_b for an input and 0 for a tangent. So no weight matrix is drawn, and the law is exact at
//! every width. The first layer has weights of variance 1 and no bias: it starts from
//! $(1, \cos θ, 1)$, a tangent from $(1, 0, 1)$.
//!
//! **No cancellation.** Beside (A, B, C) the chain carries $D = C - B^2/A$, the squared length of what is
//! left of the second vector without its part along the first, summed from the differences
//! themselves: $\sin^2 θ = D/C$ is right down to about 10⁻³⁰, where $1 - \cos^2$ would end at 10⁻¹⁶.

use super::activation::{Activation, erf};
use super::experiment::Experiment;
use super::gaussian::checked_circle;
use super::kernels::{exp, normal_pair, relu, select};
use super::stream::{LANES, Lane, Lanes};
use crate::error::{Error, Result};

/// The layers of a random network.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// The activation.
    pub activation: Activation,
    /// $Γ_W$: the variance of a weight times the number of neurons before it.
    pub weight_variance: f64,
    /// $Γ_b$: the variance of a bias.
    pub bias_variance: f64,
    /// The widths of the hidden layers, from the input on.
    pub widths: Vec<u32>,
}

impl Layers {
    /// The layers, if they can be drawn.
    ///
    /// # Errors
    /// A domain error for a variance that is negative or not finite, no layer, or a width of 0.
    pub(crate) fn check(self) -> Result<Layers> {
        self.activation.check()?;
        let variance = |v: f64| v.is_finite() && v >= 0.0;
        if !variance(self.weight_variance) || !variance(self.bias_variance) {
            return Err(Error::domain(format!(
                "the variances {} of the weights and {} of the biases must be numbers and not negative",
                self.weight_variance, self.bias_variance
            )));
        }
        if self.widths.is_empty() || self.widths.contains(&0) {
            return Err(Error::domain(
                "a network needs at least one hidden layer, and a neuron in each",
            ));
        }
        Ok(self)
    }
}

/// What goes through the network beside the first input.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Second {
    /// Another unit vector, at this angle.
    Input { circle: (f64, f64) },
    /// A unit tangent vector; crossings are counted of this level.
    Tangent { level: f64 },
}

/// Two vectors through a random network of finite width, without weight matrices.
///
/// Outputs after the last hidden layer, where the next pre-activation of the two vectors has the
/// covariance (A, B, C):
///
/// * two inputs: `norm` A, `second_norm` C, `inner` B, and `sin2`, the squared sine of the angle
///   between them (0 if one is the zero vector);
/// * input and tangent: `norm` A, `tangent_norm` C, `inner` B, and `crossings`, the expected number of
///   times that the output crosses the level u on a great circle, for a radian, given the hidden
///   weights: $φ_A(u)\, E|N(uB/A, D)|$ with the density $φ_A$ of N(0, A) (0 if A = 0). Its mean times
///   $2π^2$ is the expected length of the level set on the sphere in three dimensions.
///
/// Covariances of outputs (0, 1) and (0, 2).
#[derive(Debug, Clone)]
pub struct GramChain {
    canonical: String,
    layers: Layers,
    second: Second,
}

impl GramChain {
    /// Two unit inputs at the angle of the given cosine and sine.
    ///
    /// # Errors
    /// A domain error for a variance that is negative or not finite, no layer, a width of 0, or a pair
    /// that is no cosine and sine of an angle between 0 and π.
    pub fn inputs(
        canonical: impl Into<String>,
        layers: Layers,
        circle: (f64, f64),
    ) -> Result<GramChain> {
        Ok(GramChain {
            canonical: canonical.into(),
            layers: layers.check()?,
            second: Second::Input {
                circle: checked_circle(circle)?,
            },
        })
    }

    /// A unit input and a unit tangent vector there; crossings of the level u.
    ///
    /// # Errors
    /// As [`inputs`](Self::inputs); also for an activation whose derivative has no finite mean square
    /// (Heaviside, the sign, $x_+^p$ with p ≤ 1/2), and a level that is not finite.
    pub fn tangent(canonical: impl Into<String>, layers: Layers, level: f64) -> Result<GramChain> {
        if !layers.activation.has_derivative() {
            return Err(Error::domain(format!(
                "the derivative of {} has no finite mean square: there is no tangent",
                layers.activation.name()
            )));
        }
        if !level.is_finite() {
            return Err(Error::domain(format!("the level {level} is not a number")));
        }
        Ok(GramChain {
            canonical: canonical.into(),
            layers: layers.check()?,
            second: Second::Tangent { level },
        })
    }

    /// The same network with every weight drawn: the mode that tests the reduction.
    pub fn full_matrix(self, canonical: impl Into<String>) -> FullMatrixChain {
        FullMatrixChain(GramChain {
            canonical: canonical.into(),
            ..self
        })
    }

    /// A neuron's entries of the two vectors from its pre-activations.
    #[inline(always)]
    fn neuron(&self, h: &Lane, g: &Lane) -> Neuron {
        match self.second {
            Second::Input { .. } => {
                let f = self.layers.activation;
                Neuron {
                    z: f.apply(h),
                    y: f.apply(g),
                }
            }
            Second::Tangent { .. } => {
                let (z, slope) = self.layers.activation.apply_with_derivative(h);
                let mut y = [0.0; LANES];
                for l in 0..LANES {
                    y[l] = slope[l] * g[l];
                }
                Neuron { z, y }
            }
        }
    }

    /// The variance that biases add to B and C.
    fn second_bias(&self) -> f64 {
        match self.second {
            Second::Input { .. } => self.layers.bias_variance,
            Second::Tangent { .. } => 0.0,
        }
    }

    /// Before the first layer.
    fn start(&self) -> Gram {
        let (cos, sin) = match self.second {
            Second::Input { circle } => circle,
            Second::Tangent { .. } => (0.0, 1.0),
        };
        Gram {
            a: [1.0; LANES],
            b: [cos; LANES],
            c: [1.0; LANES],
            d: [sin * sin; LANES],
        }
    }

    /// The covariance of the next pre-activations, from the neurons' two vectors.
    #[inline(always)]
    fn gram(&self, neurons: &[Neuron]) -> Gram {
        let scale = self.layers.weight_variance / neurons.len() as f64;
        let (bias, both) = (self.layers.bias_variance, self.second_bias());
        let (mut a, mut b, mut c) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for Neuron { z, y } in neurons {
            for l in 0..LANES {
                a[l] = z[l].mul_add(z[l], a[l]);
                b[l] = z[l].mul_add(y[l], b[l]);
                c[l] = y[l].mul_add(y[l], c[l]);
            }
        }
        let mut slope = [0.0; LANES];
        for l in 0..LANES {
            a[l] = scale.mul_add(a[l], bias);
            b[l] = scale.mul_add(b[l], both);
            c[l] = scale.mul_add(c[l], both);
            slope[l] = select(a[l] > 0.0, b[l] / a[l], 0.0);
        }
        let mut d = [0.0; LANES];
        for Neuron { z, y } in neurons {
            for l in 0..LANES {
                let rest = (-slope[l]).mul_add(z[l], y[l]);
                d[l] = rest.mul_add(rest, d[l]);
            }
        }
        for l in 0..LANES {
            // The biases are one more coordinate: √Γ_b of the first vector, and √Γ_b or 0 of the second.
            let rest = select(both > 0.0, 1.0, 0.0) - slope[l];
            d[l] = (rest * rest).mul_add(bias, scale * d[l]);
        }
        Gram { a, b, c, d }
    }

    /// The outputs.
    #[inline(always)]
    fn finish(&self, gram: &Gram, out: &mut [Lane]) {
        let Gram { a, b, c, d } = gram;
        (out[0], out[1], out[2]) = (*a, *c, *b);
        for l in 0..LANES {
            out[3][l] = match self.second {
                Second::Input { .. } => select((a[l] > 0.0) & (c[l] > 0.0), d[l] / c[l], 0.0),
                Second::Tangent { level } => crossings(level, a[l], b[l], d[l]),
            };
        }
    }
}

/// $φ_A(u)\, E|N(m, D)|$ with m = uB/A: $E|N(m, s^2)| = s\sqrt{2/π}\, e^{-t^2} + m \operatorname{erf} t$,
/// $t = m/(s\sqrt2)$.
#[inline(always)]
fn crossings(level: f64, a: f64, b: f64, d: f64) -> f64 {
    const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;
    let mean = level * b / a;
    let s = d.sqrt();
    let t = mean / (s * std::f64::consts::SQRT_2);
    let (erf, slope) = erf(t);
    // erf' t = 2 e^{−t²}/√π, so s √(2/π) e^{−t²} = s erf' t/√2.
    let absolute = (s * std::f64::consts::FRAC_1_SQRT_2).mul_add(slope, mean * erf);
    let absolute = select(s > 0.0, absolute, mean.abs());
    let density = FRAC_1_SQRT_TAU * exp(-0.5 * level * level / a) / a.sqrt();
    select(a > 0.0, density * absolute, 0.0)
}

/// A neuron's entries of the two vectors, aligned so that no load of a lane crosses a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Neuron {
    z: Lane,
    y: Lane,
}

/// The covariance of the two pre-activations, and D = C − B²/A.
struct Gram {
    a: Lane,
    b: Lane,
    c: Lane,
    d: Lane,
}

const INPUTS: [&str; 4] = ["norm", "second_norm", "inner", "sin2"];
const TANGENT: [&str; 4] = ["norm", "tangent_norm", "inner", "crossings"];

impl Experiment for GramChain {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        match self.second {
            Second::Input { .. } => &INPUTS,
            Second::Tangent { .. } => &TANGENT,
        }
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &[(0, 1), (0, 2)]
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut gram = self.start();
        let mut neurons = Vec::new();
        // A local copy of the state stays in registers.
        let mut state = lanes.clone();
        for &width in &self.layers.widths {
            neurons.clear();
            let (mut first, mut along, mut rest) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for l in 0..LANES {
                first[l] = gram.a[l].sqrt();
                along[l] = select(first[l] > 0.0, gram.b[l] / first[l], 0.0);
                rest[l] = relu(gram.d[l]).sqrt();
            }
            for _ in 0..width {
                let (mut h, mut g) = ([0.0; LANES], [0.0; LANES]);
                for l in 0..LANES {
                    let (x, w) = normal_pair(state.bits(l), state.bits(l));
                    h[l] = first[l] * x;
                    g[l] = along[l].mul_add(x, rest[l] * w);
                }
                neurons.push(self.neuron(&h, &g));
            }
            gram = self.gram(&neurons);
        }
        *lanes = state;
        self.finish(&gram, out);
    }
}

/// The same network as a [`GramChain`] with its weight matrices and biases: every one is drawn.
///
/// The inputs are $(1, 0)$ and $(\cos θ, \sin θ)$, or $(1, 0)$ and the tangent $(0, 1)$; outputs as of
/// the chain. No draw and no recursion is shared with the reduction.
#[derive(Debug, Clone)]
pub struct FullMatrixChain(GramChain);

impl Experiment for FullMatrixChain {
    fn canonical(&self) -> &str {
        &self.0.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        self.0.outputs()
    }

    fn pairs(&self) -> &[(usize, usize)] {
        self.0.pairs()
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let chain = &self.0;
        let (cos, sin) = match chain.second {
            Second::Input { circle } => circle,
            Second::Tangent { .. } => (0.0, 1.0),
        };
        let mut vectors = vec![
            Neuron {
                z: [1.0; LANES],
                y: [cos; LANES],
            },
            Neuron {
                z: [0.0; LANES],
                y: [sin; LANES],
            },
        ];
        let (mut weight, mut bias, mut both) = (1.0, 0.0, 0.0);
        for &width in &chain.layers.widths {
            let mut next = Vec::with_capacity(width as usize);
            for _ in 0..width {
                let (mut h, mut g) = ([0.0; LANES], [0.0; LANES]);
                for l in 0..LANES {
                    // Half of each pair is thrown away: plainness before speed.
                    let (noise, _) = normal_pair(lanes.bits(l), lanes.bits(l));
                    h[l] = bias * noise;
                    g[l] = both * noise;
                }
                for Neuron { z: x, y } in &vectors {
                    for l in 0..LANES {
                        let (noise, _) = normal_pair(lanes.bits(l), lanes.bits(l));
                        h[l] = (weight * noise).mul_add(x[l], h[l]);
                        g[l] = (weight * noise).mul_add(y[l], g[l]);
                    }
                }
                next.push(chain.neuron(&h, &g));
            }
            vectors = next;
            weight = (chain.layers.weight_variance / f64::from(width)).sqrt();
            (bias, both) = (
                chain.layers.bias_variance.sqrt(),
                chain.second_bias().sqrt(),
            );
        }
        chain.finish(&chain.gram(&vectors), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::activation_pair::tests::{library, trapezoid};
    use crate::montecarlo::{Estimate, RunOptions, SimdPath, run};
    use std::f64::consts::PI;

    fn layers(activation: Activation, gain: f64, bias: f64, widths: &[u32]) -> Layers {
        Layers {
            activation,
            weight_variance: gain,
            bias_variance: bias,
            widths: widths.to_vec(),
        }
    }

    fn inputs(layers: &Layers, theta: f64) -> GramChain {
        let name = format!("chain {layers:?} {theta}");
        GramChain::inputs(name, layers.clone(), (theta.cos(), theta.sin())).unwrap()
    }

    fn tangent(layers: &Layers, level: f64) -> GramChain {
        GramChain::tangent(format!("tangent {layers:?} {level}"), layers.clone(), level).unwrap()
    }

    fn estimates(experiment: &impl Experiment, n: u64) -> Vec<Estimate> {
        run(experiment, &RunOptions::samples(n, 0))
            .unwrap()
            .estimates()
    }

    #[test]
    fn the_reduction_has_the_law_of_the_weight_matrices() {
        let mut cases = 0;
        for (f, gain, bias, widths) in [
            (Activation::Tanh, 2.0, 0.1, vec![3, 4]),
            (Activation::Relu, 2.0, 0.0, vec![4, 3]),
            (Activation::Gelu, 2.2, 0.05, vec![1, 2, 3]),
            (Activation::Sin, 1.3, 0.3, vec![5]),
        ] {
            let layers = layers(f, gain, bias, &widths);
            for chain in [inputs(&layers, 0.7), tangent(&layers, 0.4)] {
                let reduced = estimates(&chain, 60_000);
                let full = estimates(&chain.full_matrix(format!("full {layers:?}")), 40_000);
                for (a, b) in reduced.iter().zip(&full) {
                    let se = a.stderr.unwrap().hypot(b.stderr.unwrap());
                    let z = (a.mean - b.mean) / se;
                    assert!(z.abs() < 5.85, "{f:?} {}: z = {z}", a.name);
                    let se = a.variance_stderr.unwrap().hypot(b.variance_stderr.unwrap());
                    let z = (a.variance.unwrap() - b.variance.unwrap()) / se;
                    assert!(z.abs() < 5.85, "{f:?} variance of {}: z = {z}", a.name);
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 32);
    }

    #[test]
    fn one_layer_has_the_expected_gram_matrix() {
        let mut cases = 0;
        for f in [
            Activation::Tanh,
            Activation::Silu,
            Activation::Gaussian,
            Activation::Atan,
            Activation::Softplus,
            Activation::Mish,
            Activation::Cos,
            Activation::Gcu,
        ] {
            let (theta, gain, bias) = (0.9f64, 1.7, 0.2);
            let layers = layers(f, gain, bias, &[7]);
            let value = library(f);
            let slope = |x: f64| (value(x + 1e-5) - value(x - 1e-5)) / 2e-5;
            let moment = |circle| trapezoid(&value, &value, circle);
            let square = bias + gain * moment((1.0, 0.0));
            let two = estimates(&inputs(&layers, theta), 50_000);
            let one = estimates(&tangent(&layers, 0.0), 50_000);
            // E[σ'(h)² g²] = E[σ'(h)²]: h and g are independent.
            let gain_of_slope = gain * trapezoid(slope, slope, (1.0, 0.0));
            for (estimate, exact) in [
                (&two[0], square),
                (&two[1], square),
                (&two[2], bias + gain * moment((theta.cos(), theta.sin()))),
                (&one[0], square),
                (&one[1], gain_of_slope),
                (&one[2], 0.0),
            ] {
                let z = (estimate.mean - exact) / estimate.stderr.unwrap();
                assert!(z.abs() < 5.85, "{f:?} {}: z = {z}", estimate.name);
                cases += 1;
            }
        }
        assert_eq!(cases, 48);
    }

    #[test]
    fn tangents_of_kinked_activations_have_their_closed_means() {
        // E σ'(Z)²: hard tanh erf(c/√2), ELU 1/2 + a² B, B = e² Φ(−2), x₊^p p² 2^(p−2) Γ(p − ½)/√π, softsign
        // √(2/π) J₄ with J_k = ∫ e^{−x²/2} (1+x)^{−k} and (k−1) J_k = 1 − J_{k−2} + J_{k−1}.
        let b = 2f64.exp() * 0.022_750_131_948_179_2;
        let (j0, step) = ((PI / 2.0).sqrt(), 1e-3);
        // J₁ by Simpson's rule on [0, 12].
        let f = |x: f64| (-0.5 * x * x).exp() / (1.0 + x);
        let j1: f64 = (0..6000)
            .map(|k| 2.0 * step * f64::from(k))
            .map(|x| step / 3.0 * (f(x) + 4.0 * f(x + step) + f(x + 2.0 * step)))
            .sum();
        let j2 = 1.0 - j0 + j1;
        let j3 = (1.0 - j1 + j2) / 2.0;
        let j4 = (1.0 - j2 + j3) / 3.0;
        let mut cases = 0;
        for (f, exact) in [
            (Activation::Hardtanh(1.0), 0.682_689_492_137_085_9),
            (Activation::Elu(1.0), 0.5 + b),
            (Activation::Elu(0.4), 0.5 + 0.16 * b),
            (Activation::Repu(2.0), 2.0),
            (Activation::Repu(1.5), 2.25 / (2.0 * PI).sqrt()),
            (Activation::Softsign, (2.0 / PI).sqrt() * j4),
            (Activation::Abs, 1.0),
            (Activation::Leaky(0.2), 0.52),
        ] {
            let one = estimates(&tangent(&layers(f, 1.0, 0.0, &[5]), 0.0), 50_000);
            let z = (one[1].mean - exact) / one[1].stderr.unwrap();
            assert!(z.abs() < 5.85, "{f:?}: z = {z}, {exact}");
            cases += 1;
        }
        assert_eq!(cases, 8);
    }

    #[test]
    fn level_sets_have_their_published_lengths() {
        // Length on the sphere, 2π² times the density of crossings. ReLU: exactly 2π ∏ (1 − (n+1) 2^-n).
        let relu = |widths: &[u32]| {
            let factor = |n: &u32| 1.0 - f64::from(n + 1) * f64::exp2(-f64::from(*n));
            2.0 * PI * widths.iter().map(factor).product::<f64>()
        };
        let tanh_gain = 1.0 / trapezoid(f64::tanh, f64::tanh, (1.0, 0.0));
        let sin_gain = 2.0 / (1.0 - (-2f64).exp());
        let mut cases = 0;
        for (f, gain, level, widths, samples, length, se) in [
            (
                Activation::Relu,
                2.0,
                0.0,
                vec![8],
                100_000,
                relu(&[8]),
                0.0,
            ),
            (
                Activation::Relu,
                2.0,
                0.0,
                vec![4, 4],
                100_000,
                relu(&[4, 4]),
                0.0,
            ),
            (
                Activation::Relu,
                2.0,
                0.0,
                vec![8; 3],
                60_000,
                relu(&[8, 8, 8]),
                0.0,
            ),
            // Independent Monte Carlo with its standard error.
            (
                Activation::Tanh,
                tanh_gain,
                0.0,
                vec![32],
                40_000,
                6.7596,
                0.0032,
            ),
            (
                Activation::Tanh,
                tanh_gain,
                0.0,
                vec![64],
                30_000,
                6.7869,
                0.0023,
            ),
            (
                Activation::Tanh,
                tanh_gain,
                0.0,
                vec![128; 4],
                5_000,
                8.628,
                0.009,
            ),
            (
                Activation::Tanh,
                tanh_gain,
                1.0,
                vec![128; 4],
                5_000,
                5.199,
                0.005,
            ),
            (
                Activation::Sin,
                sin_gain,
                0.0,
                vec![128; 4],
                5_000,
                10.739,
                0.009,
            ),
        ] {
            let estimate = &estimates(&tangent(&layers(f, gain, 0.0, &widths), level), samples)[3];
            let scale = 2.0 * PI * PI;
            let error = (scale * estimate.stderr.unwrap()).hypot(se);
            let z = (scale * estimate.mean - length) / error;
            println!(
                "{f:?} {widths:?} at {level}: {} ± {error}, z = {z}",
                scale * estimate.mean
            );
            assert!(z.abs() < 5.85, "{f:?} {widths:?} at {level}: z = {z}");
            cases += 1;
        }
        assert_eq!(cases, 8);
    }

    #[test]
    fn small_angles_keep_their_digits() {
        // sin²θ'/sin²θ has a limit in law at θ → 0, the squared rest of the tangent over |z|². At
        // θ = 1e-12 a determinant without care would be nothing but rounding.
        let layers = layers(Activation::Tanh, 2.0, 0.1, &[6, 5]);
        let ratio = |theta: f64| {
            let estimate = &estimates(&inputs(&layers, theta), 40_000)[3];
            let scale = theta.sin() * theta.sin();
            (estimate.mean / scale, estimate.stderr.unwrap() / scale)
        };
        let (far, far_se) = ratio(1e-3);
        for theta in [1e-6, 1e-9, 1e-12] {
            let (near, se) = ratio(theta);
            let z = (near - far) / se.hypot(far_se);
            assert!(z.abs() < 5.85, "θ = {theta}: {near} {far}, z = {z}");
        }
    }

    #[test]
    fn planted_errors_of_nine_standard_errors_are_caught() {
        // A weight variance that moves E norm, and a level-set length, by nine standard errors.
        let samples = 40_000;
        let gain = 2.0;
        let exact = |widths: &[u32]| {
            estimates(
                &tangent(&layers(Activation::Relu, gain, 0.0, widths), 0.0),
                samples,
            )
        };
        let right = exact(&[8]);
        // E norm = gain/2, in proportion: relative size 9 · stderr ≈ 3 %.
        let shift = 9.0 * right[0].stderr.unwrap();
        let wrong = layers(Activation::Relu, gain * (1.0 + shift), 0.0, &[8]);
        let wrong = &estimates(&tangent(&wrong, 0.0), samples)[0];
        let z = (wrong.mean - 1.0) / wrong.stderr.unwrap();
        println!("norm: relative size {shift:e}");
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "norm: z = {z}");
        let z = (right[0].mean - 1.0) / right[0].stderr.unwrap();
        assert!(z.abs() < 5.85, "z = {z}");
        // The crossings of width 8 (1 − 9/256 of the limit) against the claim of infinite width, at
        // the number of samples that makes the difference nine standard errors.
        let sd = right[3].variance.unwrap().sqrt();
        let gap = 9.0 / 256.0 / PI;
        let samples = (9.0 * sd / gap).powi(2) as u64;
        let few = &estimates(
            &tangent(&layers(Activation::Relu, gain, 0.0, &[8]), 0.0),
            samples,
        )[3];
        let z = (few.mean - 1.0 / PI) / few.stderr.unwrap();
        println!(
            "crossings: relative size {:e} at n = {samples}",
            9.0 / 256.0
        );
        assert!(z < -5.85 && (z + 9.0).abs() < 4.0, "crossings: z = {z}");
        // Two inputs: an angle wrong by nine standard errors of the inner product, E = bias + gain J.
        let inner = |theta: f64| (theta.sin() + theta.cos() * (PI - theta)) / PI;
        let relu = layers(Activation::Relu, gain, 0.0, &[16]);
        let right = &estimates(&inputs(&relu, 1.0), 40_000)[2];
        let z = (right.mean - inner(1.0)) / right.stderr.unwrap();
        assert!(z.abs() < 5.85, "z = {z}");
        // d/dθ of the inner product is −sin θ (π − θ)/π.
        let shift = 9.0 * right.stderr.unwrap() / (1f64.sin() * (PI - 1.0) / PI);
        let wrong = &estimates(&inputs(&relu, 1.0 - shift), 40_000)[2];
        let z = (wrong.mean - inner(1.0)) / wrong.stderr.unwrap();
        println!(
            "inner: relative size {:e}",
            9.0 * right.stderr.unwrap() / inner(1.0)
        );
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "inner: z = {z}");
        // The full matrices see the same shift.
        let wrong = inputs(&relu, 1.0 - shift).full_matrix("full planted");
        let wrong = &estimates(&wrong, 40_000)[2];
        let z = (wrong.mean - inner(1.0)) / wrong.stderr.unwrap();
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "full inner: z = {z}");
    }

    #[test]
    fn every_path_gives_the_same_chain() {
        let layers = layers(Activation::Erf, 1.5, 0.1, &[5, 3]);
        for chain in [inputs(&layers, 0.3), tangent(&layers, 0.7)] {
            let at = |path| {
                let options = RunOptions {
                    path: Some(path),
                    ..RunOptions::samples(2_000, 4)
                };
                run(&chain, &options).unwrap()
            };
            let portable = at(SimdPath::Portable);
            for path in SimdPath::ALL {
                assert_eq!(at(path), portable, "{path:?}");
            }
        }
    }

    #[test]
    fn the_first_chains_are_pinned() {
        // Changing these numbers changes the stream layout: raise STREAM_VERSION.
        let layers = layers(Activation::Tanh, 2.0, 0.1, &[6, 5]);
        let two = estimates(&inputs(&layers, 0.25), 2_000);
        let one = estimates(&tangent(&layers, 0.5), 2_000);
        assert_eq!([two[2].mean, two[3].mean, one[1].mean, one[3].mean], PINNED);
    }

    const PINNED: [f64; 4] = [
        0.808767106275249,
        0.07125414125360875,
        0.9233925720603752,
        0.2504894661083656,
    ];

    #[test]
    fn dead_networks_and_impossible_ones() {
        // Width 1 dies half of the time: then nothing crosses, and nothing is undefined.
        let dead = estimates(
            &tangent(&layers(Activation::Relu, 2.0, 0.0, &[1]), 0.0),
            20_000,
        );
        assert_eq!(dead[3].undefined, 0);
        assert_eq!(dead[0].min, 0.0);
        // One live neuron: the output is never 0 around the circle's live half; D = 0 exactly.
        assert!(dead[3].max < 1e-7, "{}", dead[3].max);
        let good = layers(Activation::Tanh, 1.0, 0.0, &[3]);
        for bad in [
            Layers {
                widths: vec![],
                ..good.clone()
            },
            Layers {
                widths: vec![2, 0],
                ..good.clone()
            },
            Layers {
                weight_variance: -1.0,
                ..good.clone()
            },
            Layers {
                bias_variance: f64::NAN,
                ..good.clone()
            },
            Layers {
                activation: Activation::Leaky(f64::INFINITY),
                ..good.clone()
            },
        ] {
            assert!(GramChain::inputs("x", bad.clone(), (1.0, 0.0)).is_err());
            assert!(GramChain::tangent("x", bad, 0.0).is_err());
        }
        assert!(GramChain::inputs("x", good.clone(), (1.0, 1.0)).is_err());
        assert!(GramChain::tangent("x", good.clone(), f64::INFINITY).is_err());
        let heaviside = Layers {
            activation: Activation::Heaviside,
            ..good
        };
        assert!(GramChain::tangent("x", heaviside.clone(), 0.0).is_err());
        assert!(GramChain::inputs("x", heaviside, (1.0, 0.0)).is_ok());
    }
}
