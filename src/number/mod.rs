//! What a value is: precisions, exact integers, balls, polynomials and power series.

pub mod integer;
pub mod precision;
