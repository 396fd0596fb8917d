//! The text of a claim file or table definition: positions in it, and its TOML tree.

use std::fmt;
use std::ops::Range;

use toml::de::DeTable;

use crate::error::{Error, Result};
use crate::limits::Limits;

/// A text with its name in messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

/// A string of a source file with its place there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Located {
    text: String,
    file: String,
    span: Range<usize>,
    line: usize,
    column: usize,
}

impl Located {
    /// The text, as TOML understands it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte range in the file, quotes included.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The line in the file, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The same error, at this place of the file: `claims.toml:12:9: …`.
    pub fn blame(&self, error: Error) -> Error {
        error
            .context(format_args!("{}:{}:{}", self.file, self.line, self.column))
            .at(self.span())
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl<'a> Source<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        Source { name, text }
    }

    /// The TOML tree.
    ///
    /// # Errors
    /// A parse error at the first fault of the syntax; a data error for too long a text.
    pub(crate) fn parse(&self, limits: &Limits) -> Result<DeTable<'a>> {
        if self.text.len() > limits.max_bytes {
            return Err(Error::data(format!(
                "`{}` is longer than {} bytes, the most that is read of a file",
                self.name, limits.max_bytes
            )));
        }
        match DeTable::parse(self.text) {
            Ok(tree) => Ok(tree.into_inner()),
            Err(error) => {
                let end = self.text.len();
                let span = error.span().unwrap_or(end..end);
                Err(self.blame(span, Error::parse(error.message().trim_end())))
            }
        }
    }

    /// The same error with `name:line:column` before it and the byte range in it.
    pub(crate) fn blame(&self, span: Range<usize>, error: Error) -> Error {
        let (line, column) = self.position(span.start);
        error
            .context(format_args!("{}:{line}:{column}", self.name))
            .at(span)
    }

    /// Line and column, from 1, of a byte offset; columns count characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            1 + before.matches('\n').count(),
            1 + before[start..].chars().count(),
        )
    }

    pub(super) fn locate(&self, text: &str, span: Range<usize>) -> Located {
        let (line, column) = self.position(span.start);
        Located {
            text: text.to_owned(),
            file: self.name.to_owned(),
            span,
            line,
            column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let source = Source::new("x.toml", "θ = 1\nabc = 2\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position("θ ".len()), (1, 3));
        assert_eq!(source.position("θ = 1\nab".len()), (2, 3));
        assert_eq!(source.position(999), (3, 1));
    }

    #[test]
    fn deep_keys_and_deep_arrays_are_refused() {
        let limits = Limits::default();
        for text in [
            format!("a{} = 1", ".a".repeat(400_000)),
            format!("[a{}]", ".a".repeat(400_000)),
            format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
            format!("a = {}", "{a=".repeat(100_000)),
        ] {
            assert!(Source::new("x.toml", &text).parse(&limits).is_err());
        }
        // The parser takes 80 levels of brackets with 80 parts in each key: dropped without harm.
        let (open, close) = (format!("k{} = {{", ".k".repeat(77)), "}");
        let text = format!("{}{}", open.repeat(77), close.repeat(77));
        assert!(Source::new("x.toml", &text).parse(&limits).is_ok());
    }
}
