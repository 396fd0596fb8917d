//! Certified integration: numbers in, balls out. Every error (discretisation, truncation, rounding) is
//! inside the ball, by the inequality that stands in the file of the rule.
//!
//! | to find | call | needs |
//! |---|---|---|
//! | ∫ f over \[a, b\] | [`integrate`] | f on complex boxes |
//! | E f(Z) | [`gaussian_expectation`] | f on complex boxes, a bound of its tail ([`tail_moment`]) |
//! | E\[f(Z); a < Z < b\] | [`gaussian_expectation_between`] | the same; ends may be infinite |
//! | a budget other than the usual | [`Integrator`] | |
//! | E f(Z), f analytic in a strip | [`gaussian_trapezoid`] | f on real balls, a [`Strip`] with its bound, a tail |
//! | E f(X) f(Y), correlation u | [`correlated_expectation`] | f on real balls, a [`Strip`] with \|f\| ≤ A(1 + \|z\|) |
//! | the same for any piecewise analytic f | [`correlated_expectation_of_pieces`] | f on complex boxes, knots, \|f\| ≤ A(1 + \|x\|) |
//! | E\[Z^k sech²(aZ)\], k = 0, 2, … | [`sech_squared_moments`] | a rational |
//! | the integrals of Mish, E\[softplus²\] | [`mish_moments`], [`softplus_square`] | |
//! | nodes and weights | [`GaussLegendre::rule`] | |
//!
//! Accuracies are absolute: about `prec` bits behind the binary point. Who wants digits of a small value
//! asks again with what was lost ([`refine`](super::refine)).
//!
//! f is a closure `Fn(&ComplexBall, Bits) -> Result<ComplexBall>` that keeps the promise of
//! [`ComplexBall`](super::ComplexBall): a finite value on a box off the axis certifies that it is
//! holomorphic there. Where no bound is found, the answer is a [`Refusal`] that names the interval.

mod adaptive;
mod correlated;
mod cover;
mod error_bound;
mod gauss_legendre;
mod gaussian;
mod piece;
mod plane;
mod pole_corrected;
mod refusal;
mod softplus;
mod trapezoid;
mod weight;

pub use adaptive::{Integral, Integrator, default_budget, integrate};
pub use correlated::{Continuation, correlated_expectation_of_pieces};
pub use gauss_legendre::{GaussLegendre, Node};
pub use gaussian::{gaussian_expectation, gaussian_expectation_between, tail_moment};
pub use plane::correlated_expectation;
pub use pole_corrected::{MishMoments, mish_moments, sech_squared_moments};
pub use refusal::Refusal;
pub use softplus::softplus_square;
pub use trapezoid::{Strip, gaussian_trapezoid};

#[cfg(test)]
mod tests;
