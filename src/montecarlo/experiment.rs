//! What can be sampled: the [`Experiment`] trait, and the drawing of one block.

use super::dispatch::Vectorised;
use super::moments::{Moments, full_block};
use super::sketch::Sketch;
use super::stream::{BLOCK_SAMPLES, BLOCK_STEPS, LANES, Lane, Lanes, StreamKey};
use super::tree::Node;

/// How an experiment estimates its expectations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Method {
    /// Independent samples of the quantity itself.
    #[default]
    Plain,
    /// Independent samples of its conditional expectation: a variable is integrated out exactly.
    RaoBlackwell,
    /// Independent random shifts of a lattice: one sample is the mean over the points of one shift.
    Lattice,
}

impl Method {
    /// All methods.
    pub const ALL: [Method; 3] = [Method::Plain, Method::RaoBlackwell, Method::Lattice];

    /// The name in results: `plain`, `rao-blackwell`, `lattice`.
    pub fn name(self) -> &'static str {
        match self {
            Method::Plain => "plain",
            Method::RaoBlackwell => "rao-blackwell",
            Method::Lattice => "lattice",
        }
    }
}

/// A random experiment with one or more real outputs.
///
/// # Implementing
/// Mark [`sample_lanes`](Experiment::sample_lanes) `#[inline(always)]` and write it as loops
/// `for l in 0..LANES` over the scalar functions of [`kernels`](super::kernels), so that the
/// compiler can translate it for each instruction set. Use no `powi`, `powf`, `ln`, `sin`, … of the
/// standard library: their bits depend on the system.
///
/// [`run`](super::run()) is generic over the experiment: behind `dyn Experiment` a sample is a call that is not
/// inlined, with the same bits at the portable speed. Catalogues of many kinds hold
/// [`Sampler`](super::Sampler)s, which keep the speed.
///
/// A sample whose outputs are not all finite is *undefined* (as an angle with a zero vector is): it
/// is counted and left out of every statistic, which then describe the law given that the sample
/// is defined.
pub trait Experiment: Sync {
    /// The call text with all arguments named and all defaults filled in. It decides the stream:
    /// two experiments draw the same bits if and only if their texts (and seeds) are the same.
    fn canonical(&self) -> &str;

    /// How it estimates. Whatever is not plain says so in its call text too, so that it draws a
    /// stream of its own and never merges with plain samples.
    fn method(&self) -> Method {
        Method::Plain
    }

    /// The names of the outputs, at least one.
    fn outputs(&self) -> &[&'static str] {
        &["value"]
    }

    /// The pairs of outputs whose covariance is wanted.
    fn pairs(&self) -> &[(usize, usize)] {
        &[]
    }

    /// Draws one sample in each lane: output k of lane l goes to `out[k][l]`.
    ///
    /// The order in which a lane takes its random bits is part of the experiment: changing it
    /// changes every sample.
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]);
}

/// The samples of one block, kept between blocks to spare allocations.
#[derive(Debug, Default)]
pub(super) struct Scratch(Vec<Lane>);

impl Scratch {
    /// Adds the defined samples of the block that was drawn last, whose node is given, to the sketches
    /// of its outputs (none: nothing to do).
    pub fn sketch(&self, node: &Node, sketches: &mut [Sketch]) {
        let (rows, outputs, samples) = (&self.0, node.moments.len(), node.drawn as usize);
        let all = node.moments.iter().all(|m| m.count() == node.drawn);
        for (k, sketch) in sketches.iter_mut().enumerate() {
            sketch.add_block(rows, (k, outputs), samples, |i| {
                all || is_defined(rows, outputs, i)
            });
        }
    }
}

/// One block to be drawn: its index and how many of its samples are wanted.
pub(super) struct Block<'a, E: ?Sized> {
    pub experiment: &'a E,
    pub key: StreamKey,
    pub index: u64,
    /// At most [`BLOCK_SAMPLES`]; fewer only in the last block of an experiment.
    pub samples: u64,
    pub scratch: &'a mut Scratch,
}

impl<E: Experiment + ?Sized> Vectorised for Block<'_, E> {
    type Output = Node;

    #[inline(always)]
    fn call(self) -> Node {
        let outputs = self.experiment.outputs().len();
        let pairs = self.experiment.pairs();
        let rows = &mut self.scratch.0;
        rows.resize(BLOCK_STEPS * outputs, [0.0; LANES]);
        let mut lanes = self.key.lanes(self.index);
        let steps = self.samples.div_ceil(LANES as u64) as usize;
        for row in rows.chunks_exact_mut(outputs).take(steps) {
            self.experiment.sample_lanes(&mut lanes, row);
        }
        let mut moments = Vec::with_capacity(outputs);
        if self.samples == BLOCK_SAMPLES {
            for k in 0..outputs {
                match full_block(&rows[k..], outputs) {
                    Some(output) => moments.push(output),
                    None => break,
                }
            }
        }
        if moments.len() != outputs {
            moments = careful(rows, outputs, self.samples as usize);
        }
        let comoments: Vec<f64> = pairs
            .iter()
            .map(|&(i, j)| {
                comoment(
                    rows,
                    outputs,
                    self.samples as usize,
                    (i, &moments[i]),
                    (j, &moments[j]),
                )
            })
            .collect();
        // A block that is cut short has a mean of another variance; one without a defined sample, none.
        let full = self.samples == BLOCK_SAMPLES;
        let block_means = moments
            .iter()
            .map(|m| Moments::of((full && m.count() > 0).then(|| m.mean())))
            .collect();
        // Counted with the means: of a single sample the covariance is 0.
        let block_covariances = comoments
            .iter()
            .map(|&c| {
                let n = moments[0].count();
                Moments::of((full && n > 0).then(|| c / (n - 1).max(1) as f64))
            })
            .collect();
        Node {
            level: 0,
            index: self.index,
            drawn: self.samples,
            moments,
            comoments,
            block_means,
            block_covariances,
        }
    }
}

/// Whether sample `i` has a finite value of every output.
fn is_defined(rows: &[Lane], outputs: usize, i: usize) -> bool {
    let (step, l) = (i / LANES, i % LANES);
    rows[step * outputs..(step + 1) * outputs]
        .iter()
        .all(|row| row[l].is_finite())
}

/// The moments of a block that is cut short or has undefined samples: sample by sample.
fn careful(rows: &[Lane], outputs: usize, samples: usize) -> Vec<Moments> {
    (0..outputs)
        .map(|k| {
            Moments::of(
                (0..samples)
                    .filter(|&i| is_defined(rows, outputs, i))
                    .map(|i| rows[i / LANES * outputs + k][i % LANES]),
            )
        })
        .collect()
}

/// $\sum(x-\bar x)(y-\bar y)$ over the defined samples of a block.
fn comoment(
    rows: &[Lane],
    outputs: usize,
    samples: usize,
    (i, x): (usize, &Moments),
    (j, y): (usize, &Moments),
) -> f64 {
    let mut sums = [0.0; LANES];
    let all = x.count() == samples as u64;
    for sample in 0..samples {
        if all || is_defined(rows, outputs, sample) {
            let (step, l) = (sample / LANES, sample % LANES);
            let dx = rows[step * outputs + i][l] - x.mean();
            let dy = rows[step * outputs + j][l] - y.mean();
            sums[l] = dx.mul_add(dy, sums[l]);
        }
    }
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
}
