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
mod tests;
