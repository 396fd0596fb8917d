//! Depth degeneracy: how the angle between two inputs vanishes layer by layer in a ReLU network.
//!
//! A layer of width n maps two inputs at angle θ to n independent pairs (G, Ĝ) of standard Gaussians
//! with covariance cos θ; θ' is the angle between the vectors φ(G_i) and φ(Ĝ_i). So the angle is a
//! Markov chain whose step depends on θ and n alone. The paper's law of ln sin²θ' is in
//! [`one_layer`] and [`decay_rate`]; genuine expansions in 1/n of any order come from a formal delta
//! method on exact cumulants ([`cumulants`], [`delta_method`], [`coefficients`]); the exact law at
//! small angles is in [`rate_slope`] and [`ratio_moment`]; the rules in depth are in
//! [`infinite_width`], [`finite_rules`] and [`tangent_kernel`].
//!
//! Source: C. Jakub and M. Nica, "Depth Degeneracy in Neural Networks: Vanishing Angles in Fully
//! Connected ReLU Networks on Initialization", JMLR 25(239), 2024, arXiv:2302.09712.

pub mod active;
pub mod decay_rate;
pub mod one_layer;
pub mod rate_slope;
pub mod ratio_moment;
mod template;
