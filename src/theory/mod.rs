//! What is known: a folder a subject, a file a quantity.

pub mod bessel;
pub mod moments;
