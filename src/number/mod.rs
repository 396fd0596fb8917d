//! What a value is: precisions, exact integers, balls, polynomials and power series.

pub mod ball;
pub mod decimal;
pub mod precision;
pub mod refine;

pub use ball::{Ball, Magnitude};
pub use precision::{Bits, Digits};
