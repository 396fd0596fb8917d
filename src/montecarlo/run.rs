//! Running an experiment: blocks over threads, early stops, progress, interruption.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::dispatch::{SimdPath, run_on};
use super::experiment::{Block, Experiment, Scratch};
use super::partial::Partial;
use super::sketch::Sketch;
use super::stream::{BLOCK_SAMPLES, StreamKey};
use super::tree::Forest;
use crate::error::{Error, Result};

/// Most samples of one experiment: every block index, and the product of block and lane, stays
/// below 2⁶¹ by far.
pub const MAX_SAMPLES: u64 = 1 << 56;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Blocks finished in this run.
    pub blocks_done: u64,
    /// Blocks that the run will do unless it stops early.
    pub blocks_wanted: u64,
    /// Samples drawn in this run.
    pub samples: u64,
    /// Time since the run began.
    pub elapsed: Duration,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stop {
    /// All blocks that were asked for are done.
    Finished,
    /// Every output reached the wanted standard error.
    Resolution,
    /// The time was up.
    Time,
    /// The caller's flag was raised.
    Cancelled,
}

/// What to draw, and when to stop.
///
/// Nothing here except `samples`, `blocks` and `seed` can change a bit of a block. A run stopped
/// early holds the blocks from the first on, and drawing that many samples gives it again. The
/// resolution is tested at block counts that depend on nothing but the experiment, so a run that
/// stops there is repeatable as it is.
#[derive(Clone, Default)]
pub struct RunOptions<'a> {
    /// Samples of the whole experiment; the last block may be cut short. `None` is open-ended:
    /// full blocks, as many as `blocks` says.
    pub samples: Option<u64>,
    /// The blocks to draw now; `None` draws all.
    pub blocks: Option<Range<u64>>,
    /// The seed.
    pub seed: u64,
    /// Threads of this run; `None` uses rayon's global pool.
    pub threads: Option<NonZeroUsize>,
    /// Stop once the standard error of every output is at most this.
    pub resolution: Option<f64>,
    /// Stop after this time, at the end of a block (after the first block at the earliest).
    pub time: Option<Duration>,
    /// Called between waves of blocks, about once a second or more often.
    pub progress: Option<&'a (dyn Fn(&Progress) + Sync)>,
    /// Raised by the caller to end the run at the end of the current blocks.
    pub cancel: Option<&'a AtomicBool>,
    /// The instruction set; `None` takes the widest of this machine.
    pub path: Option<SimdPath>,
    /// Keep a [`Sketch`] of every output, for quantiles and histograms. It changes no
    /// other statistic.
    pub quantiles: bool,
}

impl RunOptions<'_> {
    /// All of an experiment of n samples.
    pub fn samples(n: u64, seed: u64) -> Self {
        RunOptions {
            samples: Some(n),
            seed,
            ..RunOptions::default()
        }
    }

    /// The blocks to draw, checked.
    fn range(&self) -> Result<Range<u64>> {
        let whole = match self.samples {
            Some(0) => {
                return Err(Error::usage("0 samples estimate nothing")
                    .with_hint(format!("ask for between 1 and {MAX_SAMPLES} samples")));
            }
            Some(n) if n > MAX_SAMPLES => {
                return Err(Error::usage(format!("{n} samples are too many"))
                    .with_hint(format!("ask for between 1 and {MAX_SAMPLES} samples")));
            }
            Some(n) => n.div_ceil(BLOCK_SAMPLES),
            None => MAX_SAMPLES / BLOCK_SAMPLES,
        };
        match &self.blocks {
            Some(range) if range.start >= range.end => Err(Error::usage(format!(
                "the block range {}..{} is empty",
                range.start, range.end
            ))
            .with_hint("write it as FIRST..END with FIRST < END; END is not drawn")),
            Some(range) if range.end > whole => Err(Error::usage(format!(
                "the block range {}..{} passes the last block",
                range.start, range.end
            ))
            .with_hint(format!("the experiment has the blocks 0..{whole}"))),
            Some(range) => Ok(range.clone()),
            None if self.samples.is_none() => Err(Error::usage(
                "neither a number of samples nor a range of blocks is given",
            )
            .with_hint("give the number of samples with -n N")),
            None => Ok(0..whole),
        }
    }
}

/// The blocks of part `k` of `parts` (k from 1) of an experiment of n samples: contiguous, disjoint,
/// together all, as equal as possible. Empty if there are fewer blocks than parts and k is large.
///
/// # Errors
/// A usage error unless 1 ≤ k ≤ parts.
pub fn part_of(samples: u64, k: u64, parts: u64) -> Result<Range<u64>> {
    if k < 1 || k > parts {
        return Err(Error::usage(format!("part {k} of {parts} does not exist"))
            .with_hint(format!("parts are numbered from 1 to {}", parts.max(1))));
    }
    let blocks = u128::from(samples.div_ceil(BLOCK_SAMPLES));
    // Below 2^64 since k ≤ parts.
    let edge = |k: u64| (blocks * u128::from(k) / u128::from(parts)) as u64;
    Ok(edge(k - 1)..edge(k))
}

/// The block count at which the resolution is next tested: every 64 blocks, then 1/8 more each time.
fn next_test(done: u64) -> u64 {
    (done + (done / 8).max(64)).next_multiple_of(64)
}

/// Draws the blocks that the options name and returns their exact statistics.
///
/// The result has the same bits on any number of threads and on every [`SimdPath`].
///
/// # Errors
/// A usage error for an impossible number of samples, block range or resolution; a limit error if
/// the run was stopped before its first block; an I/O error if the threads cannot be started.
pub fn run<E: Experiment + ?Sized>(experiment: &E, options: &RunOptions) -> Result<Partial> {
    let range = options.range()?;
    if let Some(resolution) = options.resolution
        && (resolution.is_nan() || resolution <= 0.0)
    {
        return Err(Error::usage(format!(
            "the resolution {resolution} is not a positive number"
        )));
    }
    match options.threads {
        None => drive(experiment, options, range),
        Some(threads) => rayon::ThreadPoolBuilder::new()
            .num_threads(threads.get())
            .build()
            .map_err(|e| Error::io(format!("cannot start {threads} threads: {e}")))?
            .install(|| drive(experiment, options, range)),
    }
}

/// The blocks in waves; between waves the stops are tested and progress is told.
fn drive<E: Experiment + ?Sized>(
    experiment: &E,
    options: &RunOptions,
    range: Range<u64>,
) -> Result<Partial> {
    /// A wave is sized to last about this long, and longer where blocks are long: a thread waits for the last
    /// block of a wave, so a wave has this many of them, within a second.
    const WAVE: f64 = 0.1;
    const BLOCKS: u64 = 32;
    let begin = Instant::now();
    let deadline = options.time.and_then(|time| begin.checked_add(time));
    let threads = rayon::current_num_threads() as u64;
    // A group of blocks holds sketches of its own until it is merged: shorter waves bound the memory.
    let longest = if options.quantiles {
        512 * threads
    } else {
        u64::MAX
    };
    let mut forest = Forest::new(range.start, experiment.pairs());
    let mut sketches = new_sketches(experiment, options);
    let mut wave = threads;
    let mut test = next_test(0);
    let mut samples = 0;
    let mut stop = Stop::Finished;
    while forest.blocks().end < range.end {
        let first = forest.blocks().end;
        let done = first - range.start;
        let mut end = range.end.min(first.saturating_add(wave));
        if options.resolution.is_some() {
            end = end.min(range.start + test);
        }
        let started = Instant::now();
        let halted = || {
            if options.cancel.is_some_and(|c| c.load(Ordering::Relaxed)) {
                Some(Stop::Cancelled)
            } else if deadline.is_some_and(|d| Instant::now() >= d) {
                Some(Stop::Time)
            } else {
                None
            }
        };
        for part in draw(experiment, options, first..end, &halted, done == 0) {
            // A part after an unfinished one does not begin where the range ends: it is dropped.
            if part.forest.blocks().start != forest.blocks().end {
                break;
            }
            for node in part.forest.nodes() {
                samples += node.drawn;
                forest.push(node.clone());
            }
            for (whole, sketch) in sketches.iter_mut().zip(&part.sketches) {
                whole.merge(sketch);
            }
        }
        let reached = forest.blocks().end;
        if let Some(progress) = options.progress {
            progress(&Progress {
                blocks_done: reached - range.start,
                blocks_wanted: range.end - range.start,
                samples,
                elapsed: begin.elapsed(),
            });
        }
        if reached == range.end {
            break;
        }
        if let Some(reason) = halted() {
            stop = reason;
            break;
        }
        if let Some(resolution) = options.resolution
            && reached - range.start == test
        {
            test = next_test(test);
            let resolved = forest.total().is_some_and(|total| {
                let small = |m: &super::Moments| m.stderr().is_some_and(|e| e <= resolution);
                total.moments.iter().all(small)
            });
            if resolved {
                stop = Stop::Resolution;
                break;
            }
        }
        // Grow towards the wanted duration, at most fourfold a wave.
        let rate = (reached - first) as f64 / started.elapsed().as_secs_f64().max(1e-6);
        let wanted = ((rate * WAVE) as u64).max((BLOCKS * threads).min(rate as u64));
        wave = wanted.clamp(threads, (4 * wave).min(longest));
    }
    if forest.blocks().is_empty() {
        return Err(Error::limit("the run was stopped before its first block")
            .with_hint("raise the time limit or draw fewer samples"));
    }
    Ok(Partial::new(
        experiment,
        options,
        Drawn { forest, sketches },
        stop,
    ))
}

/// The statistics of a range of blocks; the sketches of all outputs, or none.
pub(super) struct Drawn {
    pub forest: Forest,
    pub sketches: Vec<Sketch>,
}

/// An empty sketch for each output, if they are wanted.
fn new_sketches<E: Experiment + ?Sized>(experiment: &E, options: &RunOptions) -> Vec<Sketch> {
    let wanted = if options.quantiles {
        experiment.outputs().len()
    } else {
        0
    };
    vec![Sketch::default(); wanted]
}

/// Draws a range of blocks in parallel groups; a group that is halted keeps its first blocks.
fn draw<E: Experiment + ?Sized>(
    experiment: &E,
    options: &RunOptions,
    range: Range<u64>,
    halted: &(dyn Fn() -> Option<Stop> + Sync),
    first_wave: bool,
) -> Vec<Drawn> {
    let key = StreamKey::new(options.seed, experiment.canonical());
    let path = options
        .path
        .filter(|path| path.is_available())
        .unwrap_or_else(SimdPath::detect);
    let threads = rayon::current_num_threads() as u64;
    let blocks = range.end - range.start;
    // Small enough to balance the threads, large enough to keep the scratch memory warm.
    let group = (blocks / (8 * threads)).clamp(1, 64);
    (0..blocks.div_ceil(group))
        .into_par_iter()
        .map(|g| {
            let first = range.start + g * group;
            let mut forest = Forest::new(first, experiment.pairs());
            let mut sketches = new_sketches(experiment, options);
            let mut scratch = Scratch::default();
            for index in first..range.end.min(first + group) {
                // The very first block is always drawn: a stopped run still has an estimate.
                let forced = first_wave && index == range.start;
                if !forced && halted().is_some() {
                    break;
                }
                let samples = options.samples.map_or(BLOCK_SAMPLES, |n| {
                    BLOCK_SAMPLES.min(n - index * BLOCK_SAMPLES)
                });
                let block = Block {
                    experiment,
                    key,
                    index,
                    samples,
                    scratch: &mut scratch,
                };
                let node = run_on(path, block);
                scratch.sketch(&node, &mut sketches);
                forest.push(node);
            }
            Drawn { forest, sketches }
        })
        .collect()
}

/// An experiment behind a pointer, for catalogues that hold many kinds.
pub trait Sampler: Send + Sync {
    /// The canonical call text.
    fn call(&self) -> &str;

    /// The names of the outputs.
    fn output_names(&self) -> &[&'static str];

    /// See [`run`].
    ///
    /// # Errors
    /// As [`run`].
    fn run(&self, options: &RunOptions) -> Result<Partial>;
}

impl<E: Experiment + Send> Sampler for E {
    fn call(&self) -> &str {
        self.canonical()
    }

    fn output_names(&self) -> &[&'static str] {
        self.outputs()
    }

    fn run(&self, options: &RunOptions) -> Result<Partial> {
        run(self, options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{Gate, Lane, Lanes, PairMoment};
    use std::sync::Mutex;

    fn pair() -> PairMoment {
        PairMoment::new("test pair", (2, 1), (0.6, 0.8), Gate::Relu).unwrap()
    }

    const SAMPLES: u64 = 37 * BLOCK_SAMPLES + 333;

    #[test]
    fn threads_paths_and_waves_change_no_bit() {
        let reference = run(&pair(), &RunOptions::samples(SAMPLES, 5)).unwrap();
        assert_eq!(reference.blocks(), 0..38);
        assert_eq!(reference.estimate().n, SAMPLES);
        assert!(reference.is_whole());
        let mut runs = 0;
        for threads in [1, 2, 3] {
            for path in SimdPath::ALL {
                let options = RunOptions {
                    threads: NonZeroUsize::new(threads),
                    path: Some(path),
                    ..RunOptions::samples(SAMPLES, 5)
                };
                assert_eq!(run(&pair(), &options).unwrap(), reference);
                runs += 1;
            }
        }
        assert_eq!(runs, 9);
        let other_seed = run(&pair(), &RunOptions::samples(SAMPLES, 6)).unwrap();
        assert_ne!(other_seed.estimate().mean, reference.estimate().mean);
    }

    #[test]
    fn a_longer_experiment_begins_with_the_shorter_one() {
        let options = |blocks| RunOptions {
            blocks: Some(blocks),
            ..RunOptions::default()
        };
        let long = run(&pair(), &options(0..64)).unwrap();
        let short = run(&pair(), &RunOptions::samples(64 * BLOCK_SAMPLES, 0)).unwrap();
        assert_eq!(long.estimates(), short.estimates());
    }

    #[test]
    fn the_first_estimates_are_pinned() {
        // Changing any of these numbers changes the stream layout: raise STREAM_VERSION.
        let estimate = run(&pair(), &RunOptions::samples(5000, 1))
            .unwrap()
            .estimate();
        let variance = estimate.variance.unwrap();
        assert_eq!((estimate.mean, variance), PINNED);
        assert_eq!(estimate.stream, 1);
    }

    const PINNED: (f64, f64) = (0.5272738465437309, 4.292613727600344);

    #[test]
    fn stops_are_honoured_and_repeatable() {
        let endless = || RunOptions::samples(1 << 40, 3);
        // Resolution: independent of the number of threads.
        let at = |threads| {
            let options = RunOptions {
                resolution: Some(3e-3),
                threads: NonZeroUsize::new(threads),
                ..endless()
            };
            run(&pair(), &options).unwrap()
        };
        let (one, two) = (at(1), at(2));
        assert_eq!(one, two);
        assert_eq!(one.stop(), Stop::Resolution);
        let estimate = one.estimate();
        assert!(estimate.stderr.unwrap() <= 3e-3 && estimate.stderr.unwrap() > 2e-3);
        let again = RunOptions::samples(estimate.blocks * BLOCK_SAMPLES, 3);
        assert_eq!(run(&pair(), &again).unwrap().estimate(), estimate);
        // Time: at least one block, and repeatable from the block count.
        let options = RunOptions {
            time: Some(Duration::ZERO),
            ..endless()
        };
        let timed = run(&pair(), &options).unwrap();
        assert_eq!(timed.stop(), Stop::Time);
        let again = RunOptions::samples(timed.estimate().blocks * BLOCK_SAMPLES, 3);
        assert_eq!(run(&pair(), &again).unwrap().estimate(), timed.estimate());
        // Cancelled from the progress callback.
        let flag = AtomicBool::new(false);
        let seen = Mutex::new(Vec::new());
        let progress = |p: &Progress| {
            seen.lock().unwrap().push(*p);
            flag.store(p.blocks_done >= 10, Ordering::Relaxed);
        };
        let options = RunOptions {
            progress: Some(&progress),
            cancel: Some(&flag),
            ..endless()
        };
        let cancelled = run(&pair(), &options).unwrap();
        assert_eq!(cancelled.stop(), Stop::Cancelled);
        let seen = seen.into_inner().unwrap();
        let last = seen.last().unwrap();
        assert_eq!(last.blocks_done, cancelled.estimate().blocks);
        assert_eq!(last.samples, cancelled.estimate().n);
        assert!(seen.is_sorted_by_key(|p| p.blocks_done));
    }

    /// The pair, or the same random numbers for every step of a block.
    struct Stuck(PairMoment, bool);

    impl Experiment for Stuck {
        fn canonical(&self) -> &str {
            self.0.canonical()
        }

        #[inline(always)]
        fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
            let before = lanes.clone();
            self.0.sample_lanes(lanes, out);
            if self.1 {
                *lanes = before;
            }
        }
    }

    #[test]
    fn the_error_between_blocks_sees_samples_that_are_correlated_in_them() {
        let ratio = |stuck| {
            let estimate = run(&Stuck(pair(), stuck), &RunOptions::samples(SAMPLES * 20, 0))
                .unwrap()
                .estimate();
            assert_eq!(estimate.n, SAMPLES * 20);
            estimate.block_stderr.unwrap() / estimate.stderr.unwrap()
        };
        // 746 full blocks: the relative error of the ratio is about 1/√(2 · 745) = 0.026.
        let good = ratio(false);
        assert!((good - 1.0).abs() < 5.85 * 0.03, "{good}");
        // A block of 128 equal steps has the mean of its eight lanes: √128 times the error.
        let stuck = ratio(true);
        assert!((stuck / 128f64.sqrt() - 1.0).abs() < 5.85 * 0.03, "{stuck}");
        let few = run(&pair(), &RunOptions::samples(2000, 0))
            .unwrap()
            .estimate();
        assert_eq!((few.block_stderr, few.blocks), (None, 2));
    }

    #[test]
    fn impossible_runs_are_refused_with_what_to_type() {
        let base = RunOptions::samples(10_000, 0);
        let cases = [
            (RunOptions::samples(0, 0), "between 1 and"),
            (RunOptions::samples(u64::MAX, 0), "between 1 and"),
            (RunOptions::default(), "-n N"),
            (
                RunOptions {
                    blocks: Some(3..3),
                    ..base.clone()
                },
                "FIRST < END",
            ),
            (
                RunOptions {
                    blocks: Some(5..11),
                    ..base.clone()
                },
                "0..10",
            ),
            (
                RunOptions {
                    resolution: Some(f64::NAN),
                    ..base.clone()
                },
                "not a positive",
            ),
        ];
        for (options, hint) in cases {
            let error = run(&pair(), &options).unwrap_err().to_string();
            assert!(error.contains(hint), "{error}");
        }
        assert!(
            part_of(10, 0, 3).is_err() && part_of(10, 4, 3).is_err() && part_of(10, 1, 0).is_err()
        );
    }

    #[test]
    fn parts_partition_the_blocks() {
        for (samples, parts) in [(1, 1), (100_000, 7), (1000, 5), (MAX_SAMPLES, 1000)] {
            let mut next = 0;
            for k in 1..=parts {
                let range = part_of(samples, k, parts).unwrap();
                assert_eq!(range.start, next);
                next = range.end;
            }
            assert_eq!(next, samples.div_ceil(BLOCK_SAMPLES));
        }
    }
}
