//! Pictures of results as SVG: what draws them ([`plot`], [`sphere`]), and the named ones ([`gallery`]).

pub mod gallery;
pub mod plot;
pub mod sphere;
