//! What is known: a folder a subject, a file a quantity; [`catalog`] lists them all.

pub mod activation;
pub mod angle;
pub mod bessel;
pub mod catalog;
pub mod geometry;
pub mod kernel;
pub mod lyapunov;
pub mod mean_field;
pub mod measure;
pub mod moments;
pub mod quantity;
pub mod simulation;
pub mod spectrum;
