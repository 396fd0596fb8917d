//! The spectrum of the limit field on the sphere $S^d$, d ≥ 2.
//!
//! The kernel of L hidden layers expands in the Gegenbauer polynomials $G_l = C_l^{(d-1)/2}$ normalised
//! to $G_l(1) = 1$,
//!
//! $$κ_L(u) = \sum_l D_l G_l(u), \qquad D_l = \frac{n_{l,d}}{|S^d|} C_l
//!   = n_{l,d} \frac{|S^{d-1}|}{|S^d|} \int_{-1}^1 κ_L(u) G_l(u) (1-u^2)^{d/2-1} du,$$
//!
//! with $D_l \ge 0$ and $\sum D_l = κ_L(1) = 1$: the D are the law of a random degree X, and the C the
//! angular power spectrum. $n_{l,d}$ is the number of independent harmonics of degree l.
//!
//! - [`sphere`]: areas, multiplicities, the polynomials, and monomials as sums of them;
//! - [`homogeneous`]: one layer of $x_+^p$, |x|^p, leaky ReLU, … in closed form;
//! - [`series`]: from the composed power series of [`branching`](super::kernel::branching);
//! - [`strip`]: the integral, by the trapezoid rule in $u = \tanh t$ with its error bounded for every
//!   activation at once;
//! - [`law`]: the choice between them; [`moment`], [`tail`], [`decay`], [`support`]: what
//!   follows;
//! - `*_quantities`: what the language calls of them.

pub mod decay;
pub mod homogeneous;
pub mod law;
pub mod law_quantities;
pub mod moment;
pub mod series;
pub mod sphere;
pub mod strip;
pub mod summary_quantities;
pub mod support;
pub mod tail;
#[cfg(test)]
mod tests;
