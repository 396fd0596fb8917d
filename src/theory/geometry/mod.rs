//! Excursion geometry: level sets of random networks on spheres, simulated beside what is known of the
//! limit of infinite width.
//!
//! An output T of a random network with L hidden layers is, at infinite width, a Gaussian field on the sphere
//! whose covariance at two points with inner product u is $κ_L(u)$, κ iterated L times. What is known of κ
//! in closed form is in [`limit`]; [`circle`] draws networks of finite width along a great circle,
//! [`flips`] does so for Heaviside networks without weight matrices, [`field`] draws the limit itself;
//! [`power`] draws networks on [`rings`] of the sphere and measures their spectra, [`view`] for pictures;
//! [`simulation`] and [`spectrum_simulation`] hold the named experiments.
//!
//! Certified quantities of the limit: [`volume`], [`restricted`] and [`width_correction`] of level sets,
//! their [`dimension`], the [`curvature`]s of excursion sets, [`critical_points`], [`crossings`] of a
//! sampled circle, the [`area_variance`]. [`setting`] reads their common arguments; [`sphere`] and [`quadrant`] hold the
//! volumes and probabilities they need.
//!
//! Sources: S. Di Lillo, D. Marinucci, M. Salvi, S. Vigogna, "Fractal and Regular Geometry of Deep Neural
//! Networks", arXiv:2504.06250, and "Spectral complexity of deep neural networks", arXiv:2405.09541.

// Loops over lanes run over several arrays at once by index: that is the form that vectorises.
#![allow(clippy::needless_range_loop)]

pub mod area_variance;
mod box_counting;
mod cases;
pub mod circle;
pub mod critical_points;
pub mod crossings;
pub mod curvature;
pub mod dimension;
mod drawn_network;
pub mod field;
pub mod flips;
pub mod limit;
pub mod power;
pub mod quadrant;
pub mod restricted;
pub mod rings;
pub mod setting;
pub mod simulation;
pub mod spectrum_simulation;
pub mod sphere;
pub mod view;
pub mod volume;
pub mod width_correction;
