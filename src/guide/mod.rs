//! The guide: what isobath can be asked, and what its answers mean.
//!
//! 1. [`getting_started`]: set-up and the first questions.
//! 2. [`formulas`]: the formula language, rule by rule.
//! 3. [`evidence`]: exact, certified, sampled; verdicts on statements.
//! 4. [`claims`]: files of claims, and the built-in library.
//! 5. [`tables`]: reference tables, and tables of your own.
//! 6. [`sampling`]: Monte Carlo beside the certified value.
//! 7. [`precision`]: digits, limits, and what a refusal means.
//! 8. [`depth`]: how angles vanish with depth, the paper's rules and the exact laws.
//! 9. [`kernels`]: kernels of infinite width, their regularity, and the spectra of their fields.
//! 10. [`geometry`]: level sets, excursion sets and critical points of random networks, and the edge of chaos.
//!
//! Every example of a terminal is run by the tests, and prints what is shown.

#[doc = include_str!("getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("formulas.md")]
pub mod formulas {}

#[doc = include_str!("evidence.md")]
pub mod evidence {}

#[doc = include_str!("claims.md")]
pub mod claims {}

#[doc = include_str!("tables.md")]
pub mod tables {}

#[doc = include_str!("sampling.md")]
pub mod sampling {}

#[doc = include_str!("precision.md")]
pub mod precision {}

#[doc = include_str!("depth.md")]
pub mod depth {}

#[doc = include_str!("kernels.md")]
pub mod kernels {}

#[doc = include_str!("geometry.md")]
pub mod geometry {}
