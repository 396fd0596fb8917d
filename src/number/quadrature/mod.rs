//! Certified integration: numbers in, balls out. Every error (discretisation, truncation, rounding) is
//! inside the ball, by the inequality that stands in the file of the rule.
//!
//! | to find | call | needs |
//! |---|---|---|
//! | ∫ f over \[a, b\] | [`integrate`] | f on complex boxes |
//! | E f(Z) | [`gaussian_expectation`] | f on complex boxes, a bound of its tail ([`tail_moment`]) |
//! | E\[f(Z); a < Z < b\] | [`gaussian_expectation_between`] | the same; ends may be infinite |
//! | a budget other than the usual | [`Integrator`] | |
//! | nodes and weights | [`GaussLegendre::rule`] | |
//!
//! f is a closure `Fn(&ComplexBall, Bits) -> Result<ComplexBall>` that keeps the promise of
//! [`ComplexBall`](super::ComplexBall): a finite value on a box off the axis certifies that it is
//! holomorphic there. Where no bound is found, the answer is a [`Refusal`] that names the interval.

mod adaptive;
mod cover;
mod gauss_legendre;
mod gaussian;
mod refusal;

pub use adaptive::{Integral, Integrator, default_budget, integrate};
pub use gauss_legendre::{GaussLegendre, Node};
pub use gaussian::{gaussian_expectation, gaussian_expectation_between, tail_moment};
pub use refusal::Refusal;

#[cfg(test)]
mod tests;
