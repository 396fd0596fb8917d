//! Claims, and the verdicts on them.
//!
//! A [`Claim`] is read from TOML ([`claim`]); testing it gives a [`Verdict`]; the verdicts of a run
//! fold into a [`Status`], the exit code, and into counts by paper ([`outcome`]).

pub mod claim;
mod compare;
mod cover;
pub mod domain;
mod ends;
pub(crate) mod fields;
pub mod file;
pub mod judge;
pub mod library;
pub(crate) mod nearest;
pub mod outcome;
mod points;
mod rounding;
pub mod sampled;
pub mod simulate;
pub mod source;
mod variables;
pub mod verdict;
pub mod verify;

pub use claim::{Claim, read_claims};
pub use domain::Domain;
pub use outcome::{Outcome, Status};
pub use source::Located;
pub use verdict::{Verdict, VerdictKind, Witness};
