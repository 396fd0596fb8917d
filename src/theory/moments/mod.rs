//! Mixed moments of the ReLU.

pub mod angle;
mod diagonal;
mod hypergeometric;
mod rectangular;
pub mod value;

pub use angle::Angle;
pub use value::{Method, derivative, half_moment, moment};
