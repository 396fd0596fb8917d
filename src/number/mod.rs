//! What a value is: precisions, exact integers, balls, polynomials and power series.

pub mod ball;
pub mod bernoulli;
pub mod class;
pub mod combinatorial;
pub mod complex;
pub mod decimal;
pub mod integer;
pub mod polynomial;
pub mod precision;
pub mod quadrature;
pub mod refine;
pub mod ring;
pub mod roots;
pub mod series;

pub use ball::{Ball, Magnitude};
pub use class::EvidenceClass;
pub use complex::ComplexBall;
pub use precision::{Bits, Digits};
