//! The four evidence classes. Every printed number carries one, and they are never blurred.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What stands behind a number, from the weakest class to the strongest.
///
/// The order is that of trust: a number made from several others has the smallest class among
/// them, `a.min(b)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceClass {
    /// Floating point without a bound. Never evidence for a claim.
    Approximate,
    /// A Monte Carlo estimate with its standard error.
    Sampled,
    /// Contained in a ball whose radius is proved; each printed digit follows from it.
    Certified,
    /// An integer, a rational number or a proved identity.
    Exact,
}

impl EvidenceClass {
    /// All classes, strongest first.
    pub const ALL: [EvidenceClass; 4] = [
        EvidenceClass::Exact,
        EvidenceClass::Certified,
        EvidenceClass::Sampled,
        EvidenceClass::Approximate,
    ];

    /// The class in one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            EvidenceClass::Exact => "exact",
            EvidenceClass::Certified => "certified",
            EvidenceClass::Sampled => "sampled",
            EvidenceClass::Approximate => "approximate",
        }
    }
}

impl fmt::Display for EvidenceClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for EvidenceClass {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|class| class.name() == text)
            .ok_or_else(|| {
                Error::data(format!("`{text}` is not an evidence class"))
                    .with_hint("one of exact, certified, sampled, approximate")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_nothing_else_is() {
        for class in EvidenceClass::ALL {
            assert_eq!(class.to_string().parse::<EvidenceClass>().unwrap(), class);
            assert_eq!(
                serde_json::to_string(&class).unwrap(),
                format!("\"{class}\"")
            );
        }
        assert!("Exact".parse::<EvidenceClass>().is_err());
    }

    #[test]
    fn a_combination_is_as_weak_as_its_weakest_part() {
        use EvidenceClass::{Approximate, Certified, Exact, Sampled};
        assert_eq!(Exact.min(Sampled), Sampled);
        assert_eq!(Certified.min(Exact), Certified);
        assert_eq!(Approximate.min(Sampled), Approximate);
    }
}
