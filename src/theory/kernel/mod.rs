//! Kernels of infinitely wide networks: the covariance of one layer for the activations with a
//! closed form, its composition in depth, and the spectral parameter κ'(1).

pub mod quantities;
