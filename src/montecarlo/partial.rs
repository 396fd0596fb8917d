//! The exact statistics of a range of blocks: what a run returns, a file holds and merging joins.

use std::ops::Range;

use super::experiment::Experiment;
use super::run::{RunOptions, Stop};
use super::stream::{BLOCK_SAMPLES, STREAM_VERSION};
use super::tree::Forest;

/// The version of isobath that draws.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The statistics of one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The output's name.
    pub name: String,
    /// The mean of the defined samples.
    pub mean: f64,
    /// The standard error of the mean; none of fewer than two defined samples.
    pub stderr: Option<f64>,
    /// The unbiased variance of one sample.
    pub variance: Option<f64>,
    /// The standard error of the variance.
    pub variance_stderr: Option<f64>,
    /// The skewness of one sample.
    pub skewness: Option<f64>,
    /// The excess kurtosis of one sample.
    pub excess_kurtosis: Option<f64>,
    /// The smallest sample.
    pub min: f64,
    /// The largest sample.
    pub max: f64,
    /// Defined samples: those that the statistics are of.
    pub n: u64,
    /// Samples drawn and left out, because an output was not finite.
    pub undefined: u64,
    /// Blocks drawn.
    pub blocks: u64,
    /// The seed.
    pub seed: u64,
    /// The version of the stream layout.
    pub stream: u32,
}

/// The exact statistics of a contiguous range of blocks of one experiment.
///
/// Partial results of one experiment and seed [`merge`](Partial::merge) to what one run would have
/// given, bit for bit, however the blocks were split.
#[derive(Debug, Clone, PartialEq)]
pub struct Partial {
    canonical: String,
    seed: u64,
    samples: Option<u64>,
    outputs: Vec<String>,
    pairs: Vec<(usize, usize)>,
    forest: Forest,
    version: String,
    stop: Stop,
}

impl Partial {
    pub(super) fn new<E: Experiment + ?Sized>(
        experiment: &E,
        options: &RunOptions,
        forest: Forest,
        stop: Stop,
    ) -> Partial {
        Partial {
            canonical: experiment.canonical().to_owned(),
            seed: options.seed,
            samples: options.samples,
            outputs: experiment.outputs().iter().map(|&s| s.to_owned()).collect(),
            pairs: experiment.pairs().to_vec(),
            forest,
            version: VERSION.to_owned(),
            stop,
        }
    }

    /// The canonical call text of the experiment.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The blocks drawn.
    pub fn blocks(&self) -> Range<u64> {
        self.forest.blocks()
    }

    /// The samples of the whole experiment, if it was given.
    pub fn samples_wanted(&self) -> Option<u64> {
        self.samples
    }

    /// Why the run ended; merged and read results are [`Stop::Finished`].
    pub fn stop(&self) -> Stop {
        self.stop
    }

    /// Whether this is the whole experiment: all of its samples are drawn.
    pub fn is_whole(&self) -> bool {
        self.blocks().start == 0
            && self
                .samples
                .is_none_or(|n| n.div_ceil(BLOCK_SAMPLES) == self.blocks().end)
    }

    /// The estimates of all outputs over the blocks drawn.
    pub fn estimates(&self) -> Vec<Estimate> {
        let Some(total) = self.forest.total() else {
            return Vec::new();
        };
        let blocks = self.blocks();
        self.outputs
            .iter()
            .zip(&total.moments)
            .map(|(name, m)| Estimate {
                name: name.clone(),
                mean: m.mean(),
                stderr: m.stderr(),
                variance: m.variance(),
                variance_stderr: m.variance_stderr(),
                skewness: m.skewness(),
                excess_kurtosis: m.excess_kurtosis(),
                min: m.min(),
                max: m.max(),
                n: m.count(),
                undefined: total.drawn - m.count(),
                blocks: blocks.end - blocks.start,
                seed: self.seed,
                stream: STREAM_VERSION,
            })
            .collect()
    }

    /// The estimate of the first output.
    pub fn estimate(&self) -> Estimate {
        self.estimates()
            .into_iter()
            .next()
            .expect("a partial result holds at least one block and one output")
    }

    /// The sample covariances of the pairs of outputs that the experiment asks for.
    pub fn covariances(&self) -> Vec<((usize, usize), f64)> {
        self.forest.total().map_or_else(Vec::new, |total| {
            let n = total.moments[0].count() as f64;
            let values = total.comoments.iter().map(|c| c / (n - 1.0));
            self.pairs.iter().copied().zip(values).collect()
        })
    }
}
