//! Claims, and the verdicts on them.
//!
//! A [`Claim`] is read from TOML ([`claim`]); testing it gives a [`Verdict`]; the verdicts of a run
//! fold into a [`Status`], the exit code, and into counts by paper ([`outcome`]).

pub mod claim;
pub mod domain;
pub(crate) mod fields;
pub mod file;
pub(crate) mod nearest;
pub mod outcome;
pub mod source;
pub mod verdict;

pub use claim::{Claim, read_claims};
pub use domain::Domain;
pub use outcome::{Outcome, Status};
pub use source::Located;
pub use verdict::{Verdict, VerdictKind, Witness};
