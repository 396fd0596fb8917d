//! One cell of a table, and the grammar of the numbers in it.
//!
//! Numbers stay decimal text: a table never holds a binary float, so nothing is lost or added on
//! the way to a file and back.

use std::fmt;

use crate::error::{Error, Result};

/// What one cell holds. Build cells with the constructors, which check what each variant promises;
/// [`Table::push_row`](crate::table::Table::push_row) checks it again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A number of the grammar of [`NumberForm::of`].
    Number(NumberText),
    /// A formula, a closed form, a label or a note: not empty, without control characters.
    Text(String),
    /// Why there is no number here, as in `not sampled: needs n = 4.1e9`. Always with a colon
    /// followed by a space in it, which no number and no formula has.
    Refusal(String),
}

/// The text of a number, known to follow the grammar of [`NumberForm::of`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NumberText(String);

/// The three ways in which a cell writes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberForm {
    /// `[+-]?[0-9]+`
    Integer,
    /// `[+-]?[0-9]+` with a fraction `.[0-9]+`, an exponent `e[+-]?[0-9]+`, or both.
    Decimal,
    /// `[+-]?[0-9]+/[0-9]+`, an exact quotient.
    Rational,
}

impl NumberForm {
    /// Which number `text` is, or `None` when it is not one. The grammar is strict: no `.5`, `5.`,
    /// `nan`, `inf`, `1_000`, spaces or digits of other scripts.
    pub fn of(text: &str) -> Option<NumberForm> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        if let Some((numerator, denominator)) = unsigned.split_once('/') {
            return (is_digits(numerator) && is_digits(denominator)).then_some(Self::Rational);
        }
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, Some(exponent)),
            None => (unsigned, None),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (mantissa, None),
        };
        let well_formed = is_digits(whole)
            && fraction.is_none_or(is_digits)
            && exponent.is_none_or(|e| is_digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
        match (well_formed, fraction.is_some() || exponent.is_some()) {
            (false, _) => None,
            (true, false) => Some(Self::Integer),
            (true, true) => Some(Self::Decimal),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl NumberText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Integer, decimal or rational.
    pub fn form(&self) -> NumberForm {
        NumberForm::of(&self.0).expect("checked by the only constructor, Cell::number")
    }

    /// How many digits the mantissa shows, leading zeros not counted; for a quotient, the digits of
    /// the longer part.
    pub fn significant_digits(&self) -> usize {
        let mantissa = self.0.split(['e', 'E']).next().unwrap_or_default();
        mantissa
            .split('/')
            .map(|part| {
                part.trim_start_matches(['+', '-', '0', '.'])
                    .bytes()
                    .filter(u8::is_ascii_digit)
                    .count()
            })
            .max()
            .unwrap_or(0)
    }
}

impl Cell {
    /// A number.
    ///
    /// # Errors
    /// A data error when `text` does not follow the grammar of [`NumberForm::of`].
    pub fn number(text: impl Into<String>) -> Result<Cell> {
        let text = text.into();
        match NumberForm::of(&text) {
            Some(_) => Ok(Cell::Number(NumberText(text))),
            None => Err(Error::data(format!("`{}` is not a number", excerpt(&text)))
                .with_hint("an integer, a decimal such as -1.25e-7, or a quotient such as 1/3")),
        }
    }

    /// An integer.
    pub fn integer(value: impl Into<i128>) -> Cell {
        Cell::Number(NumberText(value.into().to_string()))
    }

    /// A text; the empty text is [`Cell::Empty`].
    ///
    /// # Errors
    /// A data error when the text holds control characters or marks that reorder what is shown.
    pub fn text(text: impl Into<String>) -> Result<Cell> {
        let text = text.into();
        check_printable(&text)?;
        Ok(if text.is_empty() {
            Cell::Empty
        } else {
            Cell::Text(text)
        })
    }

    /// A number where `text` is one, else a text.
    ///
    /// # Errors
    /// As [`Cell::text`].
    pub fn exact(text: impl Into<String>) -> Result<Cell> {
        let text = text.into();
        match NumberForm::of(&text) {
            Some(_) => Ok(Cell::Number(NumberText(text))),
            None => Cell::text(text),
        }
    }

    /// The reason why there is no number, as `what: why`.
    ///
    /// # Errors
    /// A data error when `text` has no colon followed by a space, or as [`Cell::text`].
    pub fn refusal(text: impl Into<String>) -> Result<Cell> {
        let text = text.into();
        check_printable(&text)?;
        if !is_refusal(&text) {
            return Err(Error::data(format!("`{}` gives no reason", excerpt(&text)))
                .with_hint("write it as `not sampled: needs n = 10^9`"));
        }
        Ok(Cell::Refusal(text))
    }

    /// The text of the cell as it is shown, without escaping; empty for [`Cell::Empty`].
    pub fn as_str(&self) -> &str {
        match self {
            Cell::Empty => "",
            Cell::Number(number) => number.as_str(),
            Cell::Text(text) | Cell::Refusal(text) => text,
        }
    }

    /// The number, if the cell holds one.
    pub fn as_number(&self) -> Option<&NumberText> {
        match self {
            Cell::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether a text has the shape of a refusal. Formulas have no colon.
pub(crate) fn is_refusal(text: &str) -> bool {
    text.contains(": ")
}

/// Refuses control characters (line breaks and NUL among them) and the marks that change the order
/// in which text is shown, so that what a person sees is what the file holds.
///
/// # Errors
/// A data error with the first such character.
pub(crate) fn check_printable(text: &str) -> Result<()> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
    };
    match text.char_indices().find(|&(_, c)| hidden(c)) {
        None => Ok(()),
        Some((at, c)) => Err(Error::data(format!(
            "`{}` holds the invisible character U+{:04X} at byte {at}",
            excerpt(text),
            u32::from(c)
        ))),
    }
}

/// The beginning of a text for an error message, on one line and without control characters.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_grammar_is_strict() {
        for text in ["0", "-12", "+7", "007"] {
            assert_eq!(NumberForm::of(text), Some(NumberForm::Integer), "{text}");
        }
        for text in ["0.5", "-1.25e-7", "3e8", "1E+4", "0.0"] {
            assert_eq!(NumberForm::of(text), Some(NumberForm::Decimal), "{text}");
        }
        assert_eq!(NumberForm::of("-22/7"), Some(NumberForm::Rational));
        for text in [
            "", "-", ".5", "5.", "nan", "inf", "1_000", " 1", "1 ", "٣", "0x1p3", "1e", "1e+",
            "--1", "1/2/3", "1/-2", "1.5/2", "1e4e2", "=1", "1,5",
        ] {
            assert_eq!(NumberForm::of(text), None, "{text}");
            assert!(Cell::number(text).is_err());
        }
    }

    #[test]
    fn significant_digits_skip_leading_zeros() {
        let digits = |text: &str| match Cell::number(text).unwrap() {
            Cell::Number(number) => number.significant_digits(),
            _ => unreachable!(),
        };
        assert_eq!(digits("-0.00120"), 3);
        assert_eq!(digits("12.50e-7"), 4);
        assert_eq!(digits("0"), 0);
        assert_eq!(digits("1/12345"), 5);
    }

    #[test]
    fn invisible_characters_are_refused() {
        for text in ["a\0b", "a\nb", "\u{202e}gpj", "\u{feff}a", "x\u{7f}"] {
            let error = Cell::text(text).unwrap_err().to_string();
            assert!(error.contains("U+"), "{error}");
        }
        assert_eq!(Cell::text("").unwrap(), Cell::Empty);
        assert!(Cell::text("θ < π").is_ok());
    }

    #[test]
    fn a_refusal_gives_its_reason() {
        assert!(Cell::refusal("not sampled: needs n = 4e9").is_ok());
        assert!(Cell::refusal("not sampled").is_err());
    }
}
