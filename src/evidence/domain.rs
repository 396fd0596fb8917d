//! The sets that variables of claims and tables range over, as users write them.
//!
//! `(0, pi)` and `[0, inf)` are intervals, `2..40` integers with both ends, `{1/3, 1, pi/2}` a set
//! of formulas. Ends and members stay text here: whoever evaluates them knows the language.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// What a variable ranges over.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Domain {
    /// All real numbers between two ends.
    Interval {
        /// The lower end.
        lower: End,
        /// The upper end.
        upper: End,
    },
    /// The integers from the first to the last, both included; never empty.
    Integers {
        /// The smallest.
        first: i64,
        /// The largest.
        last: i64,
    },
    /// The listed formulas, at least one.
    Set(Vec<String>),
}

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct End {
    /// The formula; `inf` and `-inf` for an unbounded interval.
    pub formula: String,
    /// Whether the end itself belongs to the interval.
    pub is_included: bool,
}

impl Domain {
    /// How many members a finite domain has; `None` for an interval.
    pub fn len(&self) -> Option<u64> {
        match self {
            Domain::Interval { .. } => None,
            // first <= last, so the difference fits in u64; a full range saturates.
            Domain::Integers { first, last } => Some(last.abs_diff(*first).saturating_add(1)),
            Domain::Set(members) => Some(members.len() as u64),
        }
    }

    /// Never: every domain has a member.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The members of a finite domain as formulas, in order; `None` for an interval.
    pub fn members(&self) -> Option<Box<dyn Iterator<Item = String> + '_>> {
        match self {
            Domain::Interval { .. } => None,
            Domain::Integers { first, last } => {
                Some(Box::new((*first..=*last).map(|k| k.to_string())))
            }
            Domain::Set(members) => Some(Box::new(members.iter().cloned())),
        }
    }
}

impl FromStr for Domain {
    type Err = Error;

    fn from_str(text: &str) -> Result<Domain> {
        let trimmed = text.trim();
        let refuse = |why: &str| {
            Error::parse(format!("`{}` is not a domain: {why}", brief(trimmed))).with_hint(
                "an interval `(0, pi)` or `[0, inf)`, integers `2..40`, or a set `{1/3, 1, pi/2}`",
            )
        };
        if let Some(inner) = trimmed.strip_prefix('{') {
            let inner = inner
                .strip_suffix('}')
                .ok_or_else(|| refuse("the closing brace is missing"))?;
            let members = split_at_commas(inner).map_err(refuse)?;
            return if members.iter().any(String::is_empty) {
                Err(refuse("a member is empty"))
            } else {
                Ok(Domain::Set(members))
            };
        }
        if trimmed.starts_with(['(', '[']) {
            let lower_included = trimmed.starts_with('[');
            let upper_included = trimmed.ends_with(']');
            let inner = trimmed[1..]
                .strip_suffix([')', ']'])
                .ok_or_else(|| refuse("the closing bracket is missing"))?;
            let ends = split_at_commas(inner).map_err(refuse)?;
            let [lower, upper] = ends.as_slice() else {
                return Err(refuse("an interval has two ends"));
            };
            for (end, included) in [(lower, lower_included), (upper, upper_included)] {
                match end.as_str() {
                    "" => return Err(refuse("an end is empty")),
                    "inf" | "-inf" if included => {
                        return Err(refuse("infinity does not belong to an interval"));
                    }
                    _ => {}
                }
            }
            if lower == "inf" || upper == "-inf" {
                return Err(refuse("the ends are in the wrong order"));
            }
            return Ok(Domain::Interval {
                lower: End {
                    formula: lower.clone(),
                    is_included: lower_included,
                },
                upper: End {
                    formula: upper.clone(),
                    is_included: upper_included,
                },
            });
        }
        let (first, last) = trimmed
            .split_once("..")
            .ok_or_else(|| refuse("it begins with none of ( [ { and has no `..`"))?;
        let integer = |end: &str| {
            end.trim()
                .parse::<i64>()
                .map_err(|_| refuse("the ends of `..` are integers of at most 18 digits"))
        };
        let (first, last) = (integer(first)?, integer(last)?);
        if first > last {
            return Err(refuse("it has no member"));
        }
        Ok(Domain::Integers { first, last })
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Interval { lower, upper } => write!(
                f,
                "{}{}, {}{}",
                if lower.is_included { '[' } else { '(' },
                lower.formula,
                upper.formula,
                if upper.is_included { ']' } else { ')' }
            ),
            Domain::Integers { first, last } => write!(f, "{first}..{last}"),
            Domain::Set(members) => write!(f, "{{{}}}", members.join(", ")),
        }
    }
}

/// The parts between commas that stand in no bracket, trimmed.
fn split_at_commas(text: &str) -> Result<Vec<String>, &'static str> {
    let mut parts = vec![String::new()];
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or("a bracket closes that was not open")?;
            }
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    if depth > 0 {
        return Err("a bracket is not closed");
    }
    Ok(parts.iter().map(|part| part.trim().to_owned()).collect())
}

/// The beginning of a text for a message.
fn brief(text: &str) -> String {
    let mut shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_read_and_printed_back() {
        for text in [
            "(0, pi)",
            "[0, inf)",
            "(-inf, inf)",
            "[-1/2, max(1, 2)]",
            "2..40",
            "-3..-3",
            "{1/3, 1, pi/2}",
            "{f(1, 2), [3, 4]}",
        ] {
            assert_eq!(text.parse::<Domain>().unwrap().to_string(), text);
        }
        assert_eq!(
            " ( 0 ,pi ) ".parse::<Domain>().unwrap().to_string(),
            "(0, pi)"
        );
    }

    #[test]
    fn members_are_counted_and_listed_in_order() {
        let members = |text: &str| -> Vec<String> {
            text.parse::<Domain>().unwrap().members().unwrap().collect()
        };
        assert_eq!(members("-1..1"), ["-1", "0", "1"]);
        assert_eq!(members("{pi/2, 1/3}"), ["pi/2", "1/3"]);
        assert_eq!("2..40".parse::<Domain>().unwrap().len(), Some(39));
        let all = format!("{}..{}", i64::MIN, i64::MAX);
        assert_eq!(all.parse::<Domain>().unwrap().len(), Some(u64::MAX));
        let interval: Domain = "(0, pi)".parse().unwrap();
        assert!(interval.len().is_none() && interval.members().is_none());
    }

    #[test]
    fn mistakes_are_named() {
        for (text, why) in [
            ("", "begins with none"),
            ("pi", "begins with none"),
            ("(0, pi", "closing bracket"),
            ("(0)", "two ends"),
            ("(0, 1, 2)", "two ends"),
            ("(, 1)", "an end is empty"),
            ("[0, inf]", "infinity"),
            ("(inf, 0)", "wrong order"),
            ("5..2", "no member"),
            ("0..n", "integers"),
            ("0..99999999999999999999", "integers"),
            ("{1, 2", "closing brace"),
            ("{}", "a member is empty"),
            ("{1,,2}", "a member is empty"),
            ("{(1, 2}", "not closed"),
            ("{1), 2}", "not open"),
        ] {
            let error = text.parse::<Domain>().unwrap_err();
            assert!(error.message().contains(why), "{text}: {error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("2..40")));
        }
    }
}
