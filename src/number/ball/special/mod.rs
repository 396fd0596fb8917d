//! Special functions of balls: gamma and its relatives, zeta, the error functions, Gauss's
//! hypergeometric function and Lambert's W.
//!
//! The returned ball contains f(x) for each x of the operands. At a pole or outside the domain
//! there is no information; who needs to name the pole looks at the argument before the call.
//! One function a file; `support` holds what several share, `euler_maclaurin` the one asymptotic
//! expansion behind gamma, digamma, polygamma and zeta.

mod digamma;
mod error_function;
mod euler_maclaurin;
mod exponential_integral;
mod gamma;
mod hypergeometric;
mod hypergeometric_series;
mod hypergeometric_splitting;
mod hypergeometric_words;
mod lambert;
mod support;
mod zeta;

pub use digamma::digamma_half_integer_parts;
pub use hypergeometric::{Parameter, hyp2f1, hyp2f1_series};
pub use lambert::is_below_branch_point;
