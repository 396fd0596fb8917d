//! What can be said of a statement, from proof to refutation. There is no conversion to `bool`: a
//! caller must say what it does with each answer.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::nearest::nearest;
use crate::error::{Error, Result};

/// The outcome of testing a statement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// Shown by a normal form or by exact arithmetic, for all values of its variables.
    Proved,
    /// Decided by balls over the whole domain: a relation between constants, or an inequality
    /// covered by subdivision.
    Certified,
    /// An equality whose sides share the digits of balls at some points. Not a proof.
    Agrees {
        /// Decimal digits in which the sides agree at every point.
        digits: u64,
        /// How many points.
        points: u64,
    },
    /// An inequality that balls decide at some points. Not a proof.
    Holds {
        /// How many points.
        points: u64,
    },
    /// Monte Carlo, or a published estimate, does not contradict it.
    Consistent {
        /// The distance in standard errors.
        z: f64,
        /// How many samples; `None` for a published estimate.
        n: Option<u64>,
        /// The smallest deviation that the test could have seen.
        resolution: f64,
    },
    /// False, at the place shown.
    Refuted {
        /// Where, and how the sides differ.
        witness: Witness,
    },
    /// Neither shown nor refuted.
    Undecided {
        /// Why.
        reason: String,
        /// What would settle it.
        settle: String,
    },
}

/// A place where a statement fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The values of the variables, as formulas; empty for a statement between constants.
    #[serde(serialize_with = "as_object")]
    pub at: Vec<(String, String)>,
    /// The left side there.
    pub left: String,
    /// The right side there.
    pub right: String,
    /// The first significant digit in which the sides differ, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digit: Option<u64>,
}

fn as_object<S: Serializer>(at: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(at.iter().map(|(name, value)| (name, value)))
}

/// A verdict without its details: what a claim may expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum VerdictKind {
    /// See [`Verdict::Proved`].
    Proved,
    /// See [`Verdict::Certified`].
    Certified,
    /// See [`Verdict::Agrees`].
    Agrees,
    /// See [`Verdict::Holds`].
    Holds,
    /// See [`Verdict::Consistent`].
    Consistent,
    /// See [`Verdict::Refuted`].
    Refuted,
    /// See [`Verdict::Undecided`].
    Undecided,
}

impl VerdictKind {
    /// All kinds, the strongest first.
    pub const ALL: [VerdictKind; 7] = [
        VerdictKind::Proved,
        VerdictKind::Certified,
        VerdictKind::Agrees,
        VerdictKind::Holds,
        VerdictKind::Consistent,
        VerdictKind::Refuted,
        VerdictKind::Undecided,
    ];

    /// The kind in one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            VerdictKind::Proved => "proved",
            VerdictKind::Certified => "certified",
            VerdictKind::Agrees => "agrees",
            VerdictKind::Holds => "holds",
            VerdictKind::Consistent => "consistent",
            VerdictKind::Refuted => "refuted",
            VerdictKind::Undecided => "undecided",
        }
    }

    /// Whether a claim that expects `expected` passes on this verdict: on the same, or on a stronger
    /// one in the order proved > certified > (agrees, holds) > consistent. `agrees` and `holds`
    /// speak of equalities and inequalities and do not stand for each other; `refuted` and
    /// `undecided` pass only on themselves.
    pub const fn meets(self, expected: VerdictKind) -> bool {
        match (self.rank(), expected.rank()) {
            (Some(found), Some(needed)) => found > needed || self as usize == expected as usize,
            _ => self as usize == expected as usize,
        }
    }

    /// The strength of positive evidence; `None` for verdicts outside the order.
    const fn rank(self) -> Option<u8> {
        match self {
            VerdictKind::Proved => Some(4),
            VerdictKind::Certified => Some(3),
            VerdictKind::Agrees | VerdictKind::Holds => Some(2),
            VerdictKind::Consistent => Some(1),
            VerdictKind::Refuted | VerdictKind::Undecided => None,
        }
    }
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for VerdictKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<VerdictKind> {
        let names = Self::ALL.map(VerdictKind::name);
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| {
                let hint = match nearest(text, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("one of {}", names.join(", ")),
                };
                Error::parse(format!("`{text}` is not a verdict")).with_hint(hint)
            })
    }
}

impl Verdict {
    /// The verdict without its details.
    pub const fn kind(&self) -> VerdictKind {
        match self {
            Verdict::Proved => VerdictKind::Proved,
            Verdict::Certified => VerdictKind::Certified,
            Verdict::Agrees { .. } => VerdictKind::Agrees,
            Verdict::Holds { .. } => VerdictKind::Holds,
            Verdict::Consistent { .. } => VerdictKind::Consistent,
            Verdict::Refuted { .. } => VerdictKind::Refuted,
            Verdict::Undecided { .. } => VerdictKind::Undecided,
        }
    }

    /// Whether a claim that expects `expected` passes on this verdict: [`VerdictKind::meets`].
    pub const fn meets(&self, expected: VerdictKind) -> bool {
        self.kind().meets(expected)
    }

    /// What there is to say beyond [`VerdictKind::name`]; empty for a proof or certificate.
    pub fn detail(&self) -> String {
        match self {
            Verdict::Proved | Verdict::Certified => String::new(),
            Verdict::Agrees { digits, points } => {
                format!(
                    "to {} at {}",
                    counted(*digits, "digit"),
                    counted(*points, "point")
                )
            }
            Verdict::Holds { points } => format!("at {}", counted(*points, "point")),
            Verdict::Consistent { z, n, resolution } => {
                let sample = match n {
                    Some(n) => format!("n = {n}"),
                    None => "published estimate".to_owned(),
                };
                format!("z = {z:.2}, {sample}, deviations below {resolution:.1e} unseen")
            }
            Verdict::Refuted { witness } => witness.to_string(),
            Verdict::Undecided { reason, settle } if settle.is_empty() => reason.clone(),
            Verdict::Undecided { reason, settle } => format!("{reason}; {settle} would settle it"),
        }
    }
}

impl fmt::Display for Verdict {
    /// One line, as in `agrees to 60 digits at 24 points`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.kind().name();
        let detail = self.detail();
        match self {
            Verdict::Proved | Verdict::Certified => f.write_str(name),
            Verdict::Agrees { .. } | Verdict::Holds { .. } => write!(f, "{name} {detail}"),
            _ => write!(f, "{name}: {detail}"),
        }
    }
}

impl fmt::Display for Witness {
    /// As in `at t = 1/3: left 1.25, right 1.26, digit 3 differs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.at.iter().enumerate() {
            let before = if index == 0 { "at " } else { ", " };
            write!(f, "{before}{name} = {value}")?;
        }
        if !self.at.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "left {}, right {}", self.left, self.right)?;
        match self.digit {
            Some(digit) => write!(f, ", digit {digit} differs"),
            None => Ok(()),
        }
    }
}

pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn one_of_each() -> Vec<Verdict> {
        vec![
            Verdict::Proved,
            Verdict::Certified,
            Verdict::Agrees {
                digits: 60,
                points: 24,
            },
            Verdict::Holds { points: 1 },
            Verdict::Consistent {
                z: -1.234,
                n: Some(1_000_000),
                resolution: 3.14e-4,
            },
            Verdict::Refuted {
                witness: Witness {
                    at: vec![("t".into(), "1/3".into()), ("a".into(), "2".into())],
                    left: "1.25".into(),
                    right: "1.26".into(),
                    digit: Some(3),
                },
            },
            Verdict::Undecided {
                reason: "the sides share 1000 digits".into(),
                settle: "a proof".into(),
            },
        ]
    }

    #[test]
    fn the_order_of_strength_is_complete() {
        use VerdictKind::*;
        // Rows: the verdict found; columns: the verdict expected, in the order of ALL.
        let table = [
            (Proved, [true, true, true, true, true, false, false]),
            (Certified, [false, true, true, true, true, false, false]),
            (Agrees, [false, false, true, false, true, false, false]),
            (Holds, [false, false, false, true, true, false, false]),
            (Consistent, [false, false, false, false, true, false, false]),
            (Refuted, [false, false, false, false, false, true, false]),
            (Undecided, [false, false, false, false, false, false, true]),
        ];
        for (found, row) in table {
            for (expected, passes) in VerdictKind::ALL.into_iter().zip(row) {
                assert_eq!(found.meets(expected), passes, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn verdicts_print_as_one_line() {
        let lines: Vec<String> = one_of_each().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "proved",
                "certified",
                "agrees to 60 digits at 24 points",
                "holds at 1 point",
                "consistent: z = -1.23, n = 1000000, deviations below 3.1e-4 unseen",
                "refuted: at t = 1/3, a = 2: left 1.25, right 1.26, digit 3 differs",
                "undecided: the sides share 1000 digits; a proof would settle it",
            ]
        );
        let constant = Witness {
            left: "1".into(),
            right: "2".into(),
            ..Witness::default()
        };
        assert_eq!(constant.to_string(), "left 1, right 2");
    }

    #[test]
    fn json_has_the_kind_and_the_details() {
        let json: Vec<serde_json::Value> = one_of_each()
            .iter()
            .map(|verdict| serde_json::to_value(verdict).unwrap())
            .collect();
        for (value, kind) in json.iter().zip(VerdictKind::ALL) {
            assert_eq!(value["verdict"], kind.name());
        }
        assert_eq!(json[2]["digits"], 60);
        assert_eq!(json[5]["witness"]["at"]["t"], "1/3");
        assert_eq!(json[5]["witness"]["digit"], 3);
        assert_eq!(json[6]["settle"], "a proof");
    }

    #[test]
    fn expectations_are_read_strictly() {
        for kind in VerdictKind::ALL {
            assert_eq!(kind.name().parse::<VerdictKind>().unwrap(), kind);
        }
        let error = "prooved".parse::<VerdictKind>().unwrap_err();
        assert_eq!(error.hint(), Some("did you mean `proved`?"));
        let error = "true".parse::<VerdictKind>().unwrap_err();
        assert!(error.to_string().contains("one of proved, certified"));
    }
}
