//! Lyapunov exponents of random networks at finite width.

pub mod exponent;
