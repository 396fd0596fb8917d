//! A column: its name, what it holds, how it was computed and how far it can be trusted.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::number::EvidenceClass;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// A given parameter: a number or a formula. The keys of a row together are unique in the table.
    Key,
    /// A computed number.
    Value,
    /// A computed exact form: a number or the text of a formula.
    Form,
    /// A Monte Carlo mean.
    Estimate,
    /// The standard error of an estimate.
    StandardError,
    /// The distance of an estimate from the certified value, in standard errors.
    ZScore,
    /// A label.
    Text,
    /// A remark on the row.
    Note,
}

impl ColumnKind {
    /// All kinds.
    pub const ALL: [ColumnKind; 8] = [
        ColumnKind::Key,
        ColumnKind::Value,
        ColumnKind::Form,
        ColumnKind::Estimate,
        ColumnKind::StandardError,
        ColumnKind::ZScore,
        ColumnKind::Text,
        ColumnKind::Note,
    ];

    /// The kind as files name it.
    pub const fn name(self) -> &'static str {
        match self {
            ColumnKind::Key => "key",
            ColumnKind::Value => "value",
            ColumnKind::Form => "form",
            ColumnKind::Estimate => "estimate",
            ColumnKind::StandardError => "stderr",
            ColumnKind::ZScore => "z",
            ColumnKind::Text => "text",
            ColumnKind::Note => "note",
        }
    }

    /// Whether the column is computed, so that it has a formula and an evidence class.
    pub const fn is_computed(self) -> bool {
        !matches!(self, Self::Key | Self::Text | Self::Note)
    }

    /// Whether every cell is a number, a refusal or empty.
    pub const fn is_numeric(self) -> bool {
        self.is_computed() && !matches!(self, Self::Form)
    }

    /// Whether the column came from Monte Carlo.
    pub const fn is_sampled(self) -> bool {
        matches!(self, Self::Estimate | Self::StandardError | Self::ZScore)
    }
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ColumnKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == text)
            .ok_or_else(|| {
                Error::data(format!("`{text}` is not a kind of column")).with_hint(format!(
                    "one of {}",
                    Self::ALL.map(ColumnKind::name).join(", ")
                ))
            })
    }
}

/// One column of a table.
///
/// Built with [`Column::new`] and the setters that follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    name: String,
    title: String,
    kind: ColumnKind,
    formula: Option<String>,
    digits: Option<u32>,
    class: Option<EvidenceClass>,
    method: Option<String>,
    seed: Option<u64>,
    samples: Option<u64>,
}

impl Column {
    /// A column named `name`: the name is a variable of the formula language where the column is a
    /// key, so it is a letter followed by letters, digits and underscores.
    ///
    /// # Errors
    /// A data error when the name is not of that form.
    pub fn new(name: impl Into<String>, kind: ColumnKind) -> Result<Column> {
        let name = name.into();
        if !is_variable_name(&name) {
            return Err(
                Error::data(format!("`{name}` cannot be the name of a column"))
                    .with_hint("a letter, then letters, digits and underscores"),
            );
        }
        Ok(Column {
            title: name.clone(),
            name,
            kind,
            formula: None,
            digits: None,
            class: None,
            method: None,
            seed: None,
            samples: None,
        })
    }

    /// With a heading for people; the name otherwise.
    #[must_use]
    pub fn with_title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// With the formula that computes the column from the other columns.
    #[must_use]
    pub fn with_formula(mut self, formula: impl Into<String>) -> Self {
        self.formula = Some(formula.into());
        self
    }

    /// With the number of significant digits of its numbers.
    #[must_use]
    pub fn with_digits(mut self, digits: u32) -> Self {
        self.digits = Some(digits);
        self
    }

    /// With the class of its evidence.
    #[must_use]
    pub fn with_class(mut self, class: EvidenceClass) -> Self {
        self.class = Some(class);
        self
    }

    /// With the name of the method that computed it.
    #[must_use]
    pub fn with_method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// With the seed and the number of samples of its estimates.
    #[must_use]
    pub fn with_sampling(mut self, seed: u64, samples: u64) -> Self {
        self.seed = Some(seed);
        self.samples = Some(samples);
        self
    }

    /// The name: a variable of the formula language.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The heading for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What the cells are.
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    /// The formula in terms of the other columns.
    pub fn formula(&self) -> Option<&str> {
        self.formula.as_deref()
    }

    /// Significant digits of the numbers.
    pub fn digits(&self) -> Option<u32> {
        self.digits
    }

    /// The class of the evidence; keys, labels and notes have none.
    pub fn class(&self) -> Option<EvidenceClass> {
        self.class
    }

    /// The method that computed the column.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The seed of the estimates.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// The number of samples behind each estimate.
    pub fn samples(&self) -> Option<u64> {
        self.samples
    }
}

/// Whether `text` can be a variable: a letter or underscore, then letters, digits and underscores.
pub(crate) fn is_variable_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && text.len() <= 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back() {
        for kind in ColumnKind::ALL {
            assert_eq!(kind.name().parse::<ColumnKind>().unwrap(), kind);
        }
        let error = "keys".parse::<ColumnKind>().unwrap_err().to_string();
        assert!(error.contains("stderr"), "{error}");
    }

    #[test]
    fn names_are_variables() {
        for name in ["a", "theta_1", "θ"] {
            assert!(Column::new(name, ColumnKind::Key).is_ok(), "{name}");
        }
        for name in ["", "1a", "a b", "=a", "a-b", "<script>", "a|b", "\\input"] {
            assert!(Column::new(name, ColumnKind::Key).is_err(), "{name}");
        }
    }
}
