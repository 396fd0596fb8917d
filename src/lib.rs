//! isobath: exact forms, certified digits, Monte Carlo and verdicts for the theory of deep networks.

pub mod cli;
pub mod error;
pub mod evidence;
pub mod formula;
pub mod limits;
pub mod montecarlo;
pub mod number;
pub mod report;
pub mod table;
pub mod theory;
