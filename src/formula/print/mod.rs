//! Formulas as text for people and for other systems, one file a target.
//!
//! A target is a [`Target`] variant, a file with a function `print`, and a line in
//! [`Target::print`]. Targets that write formulas on one line with operators between operands share
//! `infix.rs`, where the rules for brackets stand once.

mod infix;
mod latex;
mod mpmath;
mod pari;
mod quotient;
mod symbol;
mod template;
mod text;
mod unicode;

use std::fmt;
use std::str::FromStr;

use super::expr::Expr;
use crate::error::{Error, Result};

/// What a formula is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Target {
    /// The language of isobath itself: the canonical text, which reads back as the same tree.
    Text,
    /// Plain text with θ, √, superscripts and `·`.
    Unicode,
    /// LaTeX for math mode.
    Latex,
    /// Python with `from mpmath import mp`.
    Mpmath,
    /// PARI/GP.
    Pari,
}

impl Target {
    /// All targets, in the order in which they are listed to users.
    pub const ALL: [Target; 5] = [
        Target::Text,
        Target::Unicode,
        Target::Latex,
        Target::Mpmath,
        Target::Pari,
    ];

    /// The name of the target on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Target::Text => "text",
            Target::Unicode => "unicode",
            Target::Latex => "latex",
            Target::Mpmath => "mpmath",
            Target::Pari => "pari",
        }
    }

    /// The formula as text of this target.
    ///
    /// # Errors
    /// A usage error at the place of a function that the target does not have. The targets for
    /// people (text, unicode, latex) write every formula.
    pub fn print(self, expr: &Expr) -> Result<String> {
        match self {
            Target::Text => text::print(expr),
            Target::Unicode => unicode::print(expr),
            Target::Latex => latex::print(expr),
            Target::Mpmath => mpmath::print(expr),
            Target::Pari => pari::print(expr),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(name: &str) -> Result<Target> {
        Target::ALL
            .into_iter()
            .find(|target| target.name() == name)
            .ok_or_else(|| {
                let names = Target::ALL.map(Target::name).join(", ");
                Error::usage(format!("`{name}` is not a target"))
                    .with_hint(format!("one of {names}"))
            })
    }
}

/// The canonical text.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::print(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests;
