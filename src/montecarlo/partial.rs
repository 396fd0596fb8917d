//! The exact statistics of a range of blocks: what a run returns, a file holds and merging joins.

use std::ops::Range;

use super::experiment::{Experiment, Method};
use super::run::{Drawn, RunOptions, Stop};
use super::sketch::Sketch;
use super::stream::{BLOCK_SAMPLES, STREAM_VERSION};
use super::tree::Forest;
use crate::error::{Error, Result};

/// The version of isobath that draws.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The statistics of one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The output's name.
    pub name: String,
    /// How a sample estimates: with [`Method::Lattice`] one sample is the mean of one shift's points,
    /// and `n` counts shifts.
    pub method: Method,
    /// The mean of the defined samples.
    pub mean: f64,
    /// The standard error of the mean; none of fewer than two defined samples.
    pub stderr: Option<f64>,
    /// The standard error of the mean as the full blocks show it: the standard deviation of their means
    /// over the square root of their number. Samples that were correlated inside a block would make it
    /// larger than [`stderr`](Self::stderr). None of fewer than two full blocks; its own relative
    /// standard error is about $1/\sqrt{2(m - 1)}$ for m blocks.
    pub block_stderr: Option<f64>,
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

/// How two outputs vary together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covariance {
    /// The outputs.
    pub pair: (usize, usize),
    /// The unbiased covariance of one sample.
    pub value: f64,
    /// The standard error of the covariance as the full blocks show it: the standard deviation of the
    /// covariances inside them over the square root of their number. None of fewer than two full blocks.
    pub stderr: Option<f64>,
    /// The correlation; none where an output does not vary.
    pub correlation: Option<f64>,
}

/// The exact statistics of a contiguous range of blocks of one experiment.
///
/// Partial results of one experiment and seed [`merge`](Partial::merge) to what one run would have
/// given, bit for bit, however the blocks were split.
#[derive(Debug, Clone, PartialEq)]
pub struct Partial {
    pub(super) canonical: String,
    pub(super) method: Method,
    pub(super) seed: u64,
    pub(super) samples: Option<u64>,
    pub(super) outputs: Vec<String>,
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) forest: Forest,
    /// One for each output, or none at all.
    pub(super) sketches: Vec<Sketch>,
    pub(super) version: String,
    pub(super) stop: Stop,
}

impl Partial {
    pub(super) fn new<E: Experiment + ?Sized>(
        experiment: &E,
        options: &RunOptions,
        drawn: Drawn,
        stop: Stop,
    ) -> Partial {
        Partial {
            canonical: experiment.canonical().to_owned(),
            method: experiment.method(),
            seed: options.seed,
            samples: options.samples,
            outputs: experiment.outputs().iter().map(|&s| s.to_owned()).collect(),
            pairs: experiment.pairs().to_vec(),
            forest: drawn.forest,
            sketches: drawn.sketches,
            version: VERSION.to_owned(),
            stop,
        }
    }

    /// The canonical call text of the experiment.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// How the experiment estimates.
    pub fn method(&self) -> Method {
        self.method
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
            .zip(total.moments.iter().zip(&total.block_means))
            .map(|(name, (m, block_means))| Estimate {
                name: name.clone(),
                method: self.method,
                mean: m.mean(),
                stderr: m.stderr(),
                block_stderr: block_means.stderr(),
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

    /// The names of the outputs.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// The sample covariances of the pairs of outputs that the experiment asks for; none of fewer than two
    /// defined samples.
    pub fn covariances(&self) -> Vec<Covariance> {
        let Some(total) = self.forest.total().filter(|t| t.moments[0].count() >= 2) else {
            return Vec::new();
        };
        let n = total.moments[0].count() as f64;
        let of_blocks = total.comoments.iter().zip(&total.block_covariances);
        self.pairs
            .iter()
            .zip(of_blocks)
            .map(|(&(i, j), (&comoment, blocks))| {
                let spread = (total.moments[i].m2 * total.moments[j].m2).sqrt();
                Covariance {
                    pair: (i, j),
                    value: comoment / (n - 1.0),
                    stderr: blocks.stderr(),
                    correlation: (spread > 0.0).then(|| comoment / spread),
                }
            })
            .collect()
    }

    /// The sketches of all outputs, in their order, if the run kept them
    /// ([`RunOptions::quantiles`]): quantiles and histograms.
    pub fn sketches(&self) -> Option<&[Sketch]> {
        (!self.sketches.is_empty()).then_some(&self.sketches)
    }

    /// Joins parts of one experiment, given in any order, to what one run over their blocks would
    /// have given: the same bits. The first block of the result is the smallest of the parts'.
    ///
    /// # Errors
    /// A data error if there is no part, if parts belong to different experiments (call text,
    /// number of samples, seed, outputs), if two parts share a block, or if a block between them is
    /// missing. Blocks missing at the ends are no error here; ask [`is_whole`](Self::is_whole).
    pub fn merge(parts: Vec<Partial>) -> Result<Partial> {
        let mut parts = parts;
        parts.sort_by_key(|part| (part.blocks().start, part.blocks().end));
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else {
            return Err(Error::data("there is no part to merge")
                .with_hint("name the files that `sample --out` wrote"));
        };
        for part in parts {
            let (known, new) = (whole.blocks(), part.blocks());
            for (what, a, b) in [
                ("formula", &whole.canonical, &part.canonical),
                (
                    "method",
                    &whole.method.name().to_owned(),
                    &part.method.name().to_owned(),
                ),
                ("isobath version", &whole.version, &part.version),
            ] {
                if a != b {
                    return Err(differing(what, (&known, a), (&new, b)));
                }
            }
            if whole.seed != part.seed {
                return Err(differing("seed", (&known, &whole.seed), (&new, &part.seed)));
            }
            if whole.samples != part.samples {
                let text = |n: Option<u64>| n.map_or("open-ended".to_owned(), |n| n.to_string());
                return Err(differing(
                    "number of samples of the whole",
                    (&known, &text(whole.samples)),
                    (&new, &text(part.samples)),
                ));
            }
            if whole.outputs != part.outputs || whole.pairs != part.pairs {
                return Err(Error::data(format!(
                    "the parts with blocks {known:?} and {new:?} have different outputs"
                )));
            }
            if whole.sketches.len() != part.sketches.len() {
                let (with, without) = match part.sketches.is_empty() {
                    true => (&known, &new),
                    false => (&new, &known),
                };
                return Err(Error::data(format!(
                    "the blocks {with:?} have quantiles and the blocks {without:?} have none"
                ))
                .with_hint("draw all parts with quantiles, or all without"));
            }
            if new.start < known.end {
                let end = new.end.min(known.end);
                return Err(Error::data(format!(
                    "the blocks {}..{end} are in two parts",
                    new.start
                ))
                .with_hint("merge each block once"));
            }
            if new.start > known.end {
                return Err(Error::data(format!(
                    "the blocks {}..{} are missing",
                    known.end, new.start
                ))
                .with_hint(format!(
                    "draw them with --blocks {}..{}",
                    known.end, new.start
                )));
            }
            for node in part.forest.nodes() {
                // Adjacent, and each node begins where the one before ends.
                whole.forest.push(node.clone());
            }
            for (sketch, more) in whole.sketches.iter_mut().zip(&part.sketches) {
                sketch.merge(more);
            }
        }
        whole.stop = Stop::Finished;
        Ok(whole)
    }
}

/// A data error for parts that do not belong together.
fn differing<T: std::fmt::Display>(
    what: &str,
    (known, a): (&Range<u64>, &T),
    (new, b): (&Range<u64>, &T),
) -> Error {
    Error::data(format!(
        "the parts belong to different experiments: the {what} is {a} for blocks {known:?} and {b} for blocks {new:?}"
    ))
}
