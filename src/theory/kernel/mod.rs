//! Kernels of infinitely wide networks: the covariance of one layer with a bias, its composition in
//! depth, derivatives and singular terms, and the spectral parameter κ'(1).
//!
//! - [`layer`]: κ_b of one layer, and κ_L without loss of digits;
//! - [`derivative`]: $κ_L^{(k)}(u)$ by composition of series;
//! - [`branching`]: composition of power series with a certificate;
//! - [`edge`]: the regularity index and the singular terms at ±1;
//! - [`form`]: closed forms;
//! - [`sampling`]: κ as a mean;
//! - [`kappa`], [`edge_quantities`], [`spectral_parameter`]: what the language calls of them.

pub mod branching;
pub mod derivative;
pub mod edge;
pub mod edge_quantities;
pub mod form;
pub mod kappa;
pub mod layer;
pub mod sampling;
pub mod spectral_parameter;
#[cfg(test)]
mod tests;
