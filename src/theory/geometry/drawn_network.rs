//! One network of finite width with all its weights drawn, in each lane.

use crate::montecarlo::kernels::normal_pair;
use crate::montecarlo::{LANES, Lane, Lanes, Layers};

/// Points that go through a network together, so that each weight is loaded once for all.
pub(super) const TOGETHER: usize = 4;

/// Normal numbers times a scale.
#[inline(always)]
fn normals(lanes: &mut Lanes, n: usize, scale: f64) -> Vec<Lane> {
    let mut out = Vec::with_capacity(n + 1);
    while out.len() < n {
        let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            let (x, y) = normal_pair(lanes.bits(l), lanes.bits(l));
            (first[l], second[l]) = (scale * x, scale * y);
        }
        out.extend([first, second]);
    }
    out.truncate(n);
    out
}

/// A network of D inputs and one output, with unit weight variance in the first layer and no bias there.
pub(super) struct DrawnNetwork<const D: usize> {
    /// D weights a neuron.
    first: Vec<Lane>,
    /// Weights row by row, and biases.
    deeper: Vec<(Vec<Lane>, Vec<Lane>)>,
    top: Vec<Lane>,
    shift: Lane,
}

impl<const D: usize> DrawnNetwork<D> {
    /// Draws the weights: first layer, deeper layers (weights, then biases), output.
    #[inline(always)]
    pub(super) fn draw(lanes: &mut Lanes, layers: &Layers) -> DrawnNetwork<D> {
        let widths = &layers.widths;
        let spread = layers.bias_variance.sqrt();
        let gain = |n: u32| (layers.weight_variance / f64::from(n)).sqrt();
        let mut state = lanes.clone();
        let first = normals(&mut state, D * widths[0] as usize, 1.0);
        let mut deeper = Vec::with_capacity(widths.len());
        for pair in widths.windows(2) {
            let (from, to) = (pair[0] as usize, pair[1] as usize);
            let weights = normals(&mut state, from * to, gain(pair[0]));
            deeper.push((weights, normals(&mut state, to, spread)));
        }
        let last = widths[widths.len() - 1];
        let top = normals(&mut state, last as usize, gain(last));
        let shift = normals(&mut state, 1, spread)[0];
        *lanes = state;
        DrawnNetwork {
            first,
            deeper,
            top,
            shift,
        }
    }

    /// The network of one lane in all lanes.
    pub(super) fn in_all_lanes(mut self, lane: usize) -> DrawnNetwork<D> {
        let spread = |weights: &mut [Lane]| {
            for weight in weights {
                *weight = [weight[lane]; LANES];
            }
        };
        spread(&mut self.first);
        for (weights, biases) in &mut self.deeper {
            spread(weights);
            spread(biases);
        }
        spread(&mut self.top);
        self.shift = [self.shift[lane]; LANES];
        self
    }

    /// The outputs at all points, of which there are a multiple of [`TOGETHER`]; a point has its coordinates
    /// lane by lane.
    #[inline(always)]
    pub(super) fn outputs(&self, layers: &Layers, points: &[[Lane; D]]) -> Vec<Lane> {
        let f = layers.activation;
        let mut values = Vec::with_capacity(points.len());
        let (mut z, mut next) = (Vec::new(), Vec::new());
        for points in points.as_chunks::<TOGETHER>().0 {
            z.clear();
            for weights in self.first.as_chunks::<D>().0 {
                let mut h = [[0.0; LANES]; TOGETHER];
                for (h, x) in h.iter_mut().zip(points) {
                    for l in 0..LANES {
                        let mut sum = weights[D - 1][l] * x[D - 1][l];
                        for d in (0..D - 1).rev() {
                            sum = weights[d][l].mul_add(x[d][l], sum);
                        }
                        h[l] = sum;
                    }
                    *h = f.apply(h);
                }
                z.push(h);
            }
            for (weights, biases) in &self.deeper {
                next.clear();
                for (row, bias) in weights.chunks_exact(z.len()).zip(biases) {
                    let mut h = [*bias; TOGETHER];
                    for (w, z) in row.iter().zip(&z) {
                        for p in 0..TOGETHER {
                            for l in 0..LANES {
                                h[p][l] = w[l].mul_add(z[p][l], h[p][l]);
                            }
                        }
                    }
                    for h in &mut h {
                        *h = f.apply(h);
                    }
                    next.push(h);
                }
                std::mem::swap(&mut z, &mut next);
            }
            let mut output = [self.shift; TOGETHER];
            for (w, z) in self.top.iter().zip(&z) {
                for p in 0..TOGETHER {
                    for l in 0..LANES {
                        output[p][l] = w[l].mul_add(z[p][l], output[p][l]);
                    }
                }
            }
            values.extend(output);
        }
        values
    }
}
