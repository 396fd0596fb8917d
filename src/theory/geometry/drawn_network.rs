//! One network of finite width with all its weights drawn, in each lane.

use crate::montecarlo::kernels::normal_pair;
use crate::montecarlo::{LANES, Lane, Lanes, Layers};

/// Points that go through a network together, so that each weight is loaded once for all.
pub(super) const TOGETHER: usize = 4;

/// Points that go from layer to layer together: their values in a layer of width 128 take half of a usual
/// second-level cache.
const GROUP: usize = 32;

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
    ///
    /// A few dozen points go from layer to layer together, and two neurons at a time look at four of them: so the
    /// weights of a deep network, which no cache holds, are read once for the dozens, and each sum is still
    /// taken input by input.
    #[inline(always)]
    pub(super) fn outputs(&self, layers: &Layers, points: &[[Lane; D]]) -> Vec<Lane> {
        let f = layers.activation;
        let mut values = Vec::with_capacity(points.len());
        // The values of neuron i at the points p of a group, at [i][p].
        let (mut z, mut next): (Vec<Quad>, Vec<Quad>) = (Vec::new(), Vec::new());
        for group in points.chunks(GROUP) {
            let quads = group.as_chunks::<TOGETHER>().0;
            z.clear();
            for weights in self.first.as_chunks::<D>().0 {
                for points in quads {
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
                    z.push(Quad(h));
                }
            }
            for (weights, biases) in &self.deeper {
                let inputs = z.len() / quads.len();
                next.clear();
                next.resize(biases.len() * quads.len(), Quad([[0.0; LANES]; TOGETHER]));
                let pairs = weights.chunks(2 * inputs).zip(biases.chunks(2));
                for ((rows, biases), out) in pairs.zip(next.chunks_mut(2 * quads.len())) {
                    for (p, _) in quads.iter().enumerate() {
                        let inputs_at = z[p..].iter().step_by(quads.len());
                        if let ([first, second], Some((upper, lower))) =
                            (biases, rows.split_at_checked(inputs))
                        {
                            let mut h = [*first, *second].map(|bias| Quad([bias; TOGETHER]));
                            for ((v, w), z) in upper.iter().zip(lower).zip(inputs_at) {
                                add_product(&mut h[0], v, z);
                                add_product(&mut h[1], w, z);
                            }
                            (out[p], out[quads.len() + p]) = (h[0], h[1]);
                        } else {
                            let mut h = Quad([biases[0]; TOGETHER]);
                            for (w, z) in rows.iter().zip(inputs_at) {
                                add_product(&mut h, w, z);
                            }
                            out[p] = h;
                        }
                    }
                }
                for h in next.iter_mut().flat_map(|quad| &mut quad.0) {
                    *h = f.apply(h);
                }
                std::mem::swap(&mut z, &mut next);
            }
            for (p, _) in quads.iter().enumerate() {
                let mut output = Quad([self.shift; TOGETHER]);
                for (w, z) in self.top.iter().zip(z[p..].iter().step_by(quads.len())) {
                    add_product(&mut output, w, z);
                }
                values.extend(output.0);
            }
        }
        values
    }
}

/// Values at [`TOGETHER`] points, aligned so that no load of a lane crosses a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Quad([Lane; TOGETHER]);

/// sum + w z at all points.
#[inline(always)]
fn add_product(sum: &mut Quad, w: &Lane, z: &Quad) {
    for (sum, z) in sum.0.iter_mut().zip(&z.0) {
        for l in 0..LANES {
            sum[l] = w[l].mul_add(z[l], sum[l]);
        }
    }
}
