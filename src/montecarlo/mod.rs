//! Monte Carlo: reproducible streams, vector kernels, mergeable estimators. Knows no theory.
pub mod kernels;
pub mod stream;
pub use stream::*;
