//! What a value is: precisions, exact integers, balls, polynomials and power series.

pub mod ball;
pub mod bernoulli;
pub mod combinatorial;
pub mod integer;
pub mod polynomial;
pub mod precision;
pub mod ring;
pub mod series;

pub use ball::{Ball, Magnitude};
pub use precision::{Bits, Digits};
