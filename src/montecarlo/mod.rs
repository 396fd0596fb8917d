//! Monte Carlo: reproducible streams, lane kernels, mergeable estimators. Knows no theory.
//!
//! An [`Experiment`] draws one sample in each of eight lanes; [`run()`] draws its blocks on all
//! threads, along the widest [`SimdPath`] of the machine, and returns a [`Partial`]: the exact
//! statistics of a range of blocks, which prints as [`Estimate`]s, goes to a file, and merges with
//! others. **The same experiment, seed and number of samples give the same bits on any number of
//! threads, on any instruction set, and in any split into parts.** How: [`stream`] fixes which
//! random bits a sample sees, [`kernels`] and [`dispatch`] fix every rounding, and [`tree`] fixes
//! the order of every merge.
//!
//! ```
//! use isobath::montecarlo::{Gate, PairMoment, RunOptions, run};
//! // E[φ(G) φ(Ĝ)] at a right angle is 1/(2π).
//! let experiment = PairMoment::new("J(a=1, b=1, theta=pi/2)", (1, 1), (0.0, 1.0), Gate::Relu)?;
//! let estimate = run(&experiment, &RunOptions::samples(100_000, 1))?.estimate();
//! let z = (estimate.mean - 0.5 / std::f64::consts::PI) / estimate.stderr.unwrap();
//! assert!(z.abs() < 5.85);
//! # Ok::<(), isobath::error::Error>(())
//! ```

// Loops over lanes run over several arrays at once by index: that is the form that vectorises.
#![allow(clippy::needless_range_loop)]

#[cfg(test)]
mod accuracy;
pub mod activation;
pub mod activation_pair;
mod binomial;
pub mod chain;
pub mod dispatch;
pub mod experiment;
pub mod file;
pub mod full_matrix;
pub mod gaussian;
#[cfg(test)]
mod goodness;
pub mod kernels;
pub mod moments;
pub mod partial;
pub mod reduced;
pub mod relu;
pub mod run;
pub mod significance;
pub mod sketch;
pub mod small_angle;
pub mod stream;
pub mod tree;

pub use activation::Activation;
pub use activation_pair::ActivationPair;
pub use chain::{FullMatrixChain, GramChain, Layers};
pub use dispatch::SimdPath;
pub use experiment::{Experiment, Method};
pub use full_matrix::FullMatrixNetwork;
pub use gaussian::{Gate, PairMoment, TripleMoment, fill_normals};
pub use moments::Moments;
pub use partial::{Covariance, Estimate, Partial};
pub use reduced::{AngleLattice, AngleMoment, SquareLattice};
pub use relu::{ReluNetwork, SmallAngleLayer};
pub use run::{MAX_SAMPLES, Progress, RunOptions, Sampler, Stop, part_of, run};
pub use sketch::{Quantile, Sketch};
pub use small_angle::{LyapunovStep, SmallAngleNetwork};
pub use stream::{
    BLOCK_SAMPLES, BLOCK_STEPS, LANES, Lane, Lanes, STREAM_VERSION, StreamKey, experiment_hash,
};
