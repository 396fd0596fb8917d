//! Pictures of results: plots as SVG.

pub mod plot;
