//! What a value is: precisions, exact integers, balls, polynomials and power series.

pub mod ball;
pub mod bernoulli;
pub mod precision;

pub use ball::{Ball, Magnitude};
pub use precision::{Bits, Digits};
