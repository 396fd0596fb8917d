//! Angles between two inputs of a random fully connected ReLU network: the exact law of one layer
//! where it is known, and the simulations that are set against it.
//!
//! Two non-zero inputs at angle θ meet a layer of n neurons with i.i.d. Gaussian weights and no
//! bias; θ' is the angle behind it. Known exactly at finite width, and here:
//!
//! * the probabilities that θ' has no meaning or is 0 ([`degenerate`]), at every θ;
//! * the law of $\sin^2θ'/\sin^2θ$ at θ → 0 ([`log_ratio`]) with its mean rate r(n) ([`rate`]) and
//!   its variance v(n) ([`rate_variance`]).
//!
//! [`simulation`] holds the named experiments; [`path`](mod@path) follows the angle through all
//! layers of one network.
//!
//! Source: C. Jakub and M. Nica, "Depth Degeneracy in Neural Networks: Vanishing Angles in Fully
//! Connected ReLU Networks on Initialization", JMLR 25(239), 2024, arXiv:2302.09712.

pub mod degenerate;
pub mod degenerate_quantity;
pub mod log_ratio;
pub mod path;
pub mod rate;
pub mod rate_quantity;
pub mod rate_variance;
pub mod simulation;
