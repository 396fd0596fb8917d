//! isobath: exact forms, certified digits, Monte Carlo and verdicts for the theory of deep networks.

pub mod error;
pub mod formula;
pub mod limits;
pub mod number;
pub mod theory;
