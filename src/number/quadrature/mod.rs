//! Certified integration: nodes and weights of Gauss-Legendre rules as balls.

mod gauss_legendre;

pub use gauss_legendre::{GaussLegendre, Node};
