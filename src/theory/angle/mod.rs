//! Depth degeneracy: how the angle between two inputs vanishes layer by layer in a ReLU network.
//!
//! A layer of width n maps two inputs at angle θ to n independent pairs (G, Ĝ) of standard Gaussians
//! with covariance cos θ; θ' is the angle between the vectors φ(G_i) and φ(Ĝ_i). So the angle is a
//! Markov chain whose step depends on θ and n alone. The paper's law of ln sin²θ' is in
//! [`one_layer`] and [`decay_rate`]. Known exactly at finite width:
//!
//! * the probabilities that θ' has no meaning or is 0 ([`degenerate`]), at every θ;
//! * the law of $\sin^2θ'/\sin^2θ$ at θ → 0 ([`log_ratio`]) with its mean rate r(n) ([`rate`]), its
//!   variance v(n) ([`rate_variance`]), its moments ([`ratio_moment`]), and the slope of the mean in
//!   θ ([`rate_slope`]).
//!
//! Expansions in 1/n of any order come from a formal delta method on exact cumulants ([`cumulants`],
//! [`delta_method`], [`local_frame`], [`coefficients`], [`formal`]) and, at small angles, from the binomial law
//! ([`wide_layer`]); the rules in depth are in [`infinite_width`],
//! [`finite_rules`], [`density`] (Approximation 2, certified), [`gaussian_closure`] and [`tangent_kernel`].
//!
//! The kernels of one infinitely wide layer, leaky ones too, are in [`correlation`].
//! The exact mean of every power of cos θ' at any width and angle is in [`cosine`].
//!
//! [`simulation`] holds the named experiments; [`path`](mod@path) follows the angle through all
//! layers of one network, and [`deep_limit`] walks through deep layers in the limit of equal inputs.
//!
//! Source: C. Jakub and M. Nica, "Depth Degeneracy in Neural Networks: Vanishing Angles in Fully
//! Connected ReLU Networks on Initialization", JMLR 25(239), 2024, arXiv:2302.09712.

pub mod active;
pub mod angle_series;
pub mod coefficients;
pub mod correlation;
pub mod cosine;
pub mod cumulants;
pub mod decay_rate;
pub mod deep_limit;
pub mod degenerate;
pub mod degenerate_quantity;
pub mod delta_method;
pub mod density;
pub mod finite_rules;
pub mod fixed_sum;
pub mod formal;
pub mod gaussian_closure;
pub mod infinite_width;
pub mod jet;
pub mod local_frame;
pub mod log_ratio;
pub mod moment_polynomial;
pub mod one_layer;
pub mod path;
pub mod rate;
pub mod rate_quantity;
pub mod rate_slope;
pub mod rate_variance;
pub mod ratio_moment;
pub mod simulation;
pub mod tangent_kernel;
mod template;
pub mod wide_layer;

use crate::number::Bits;
use crate::theory::moments::Angle;

/// (log₂(1/θ), log₂(1/(π − θ))), each rounded up and 0 above 1: how many bits a cancellation to the
/// first power of either loses.
fn smallness(theta: &Angle) -> (u32, u32) {
    let bits = |angle: &Angle| {
        let exponent = angle.value(Bits::new(32)).mid().get_exp().unwrap_or(0);
        exponent.min(1).abs_diff(1)
    };
    (bits(theta), bits(&theta.supplement()))
}
