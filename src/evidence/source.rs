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
        check_key_depth(self.text).map_err(|(span, error)| self.blame(span, error))?;
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

/// Most parts of a dotted key. Our files need two.
const MAX_KEY_PARTS: usize = 16;

/// Refuses keys of very many parts. The parser limits brackets, but a dotted key nests one table per
/// dot without limit, and a tree of 10^5 levels would overflow the stack when it is dropped. So dots
/// are counted before parsing, outside strings and comments, anew after each `=`, bracket, comma and
/// line.
fn check_key_depth(text: &str) -> Result<(), (Range<usize>, Error)> {
    let bytes = text.as_bytes();
    let (mut at, mut start, mut dots) = (0, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at = find(bytes, at, |rest| rest[0] == b'\n'),
            b'"' | b'\'' => at = end_of_string(bytes, at),
            b'=' | b',' | b'[' | b'{' | b'\n' => {
                at += 1;
                (start, dots) = (at, 0);
            }
            _ => {
                at += 1;
                dots += usize::from(byte == b'.');
                if dots >= MAX_KEY_PARTS {
                    let error = Error::parse(format!("a key has more than {MAX_KEY_PARTS} parts"));
                    return Err((start..at, error));
                }
            }
        }
    }
    Ok(())
}

/// The first place from `at` on whose rest satisfies the condition, else the end.
fn find(bytes: &[u8], at: usize, condition: impl Fn(&[u8]) -> bool) -> usize {
    (at..bytes.len())
        .find(|&at| condition(&bytes[at..]))
        .unwrap_or(bytes.len())
}

/// Where the string that begins at `at` ends, in each of TOML's four forms; a string on one line
/// ends with it at the latest.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = [quote; 3];
    let (mut at, is_multiline) = if bytes[at..].starts_with(&triple) {
        (at + 3, true)
    } else {
        (at + 1, false)
    };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            b'\n' if !is_multiline => return at,
            _ if byte == quote && !is_multiline => return at + 1,
            _ if is_multiline && bytes[at..].starts_with(&triple) => return at + 3,
            _ => at += 1,
        }
    }
    bytes.len()
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
            format!("\"=\".'#'{} = 1", ".a".repeat(400_000)),
            format!("a = {{ b = \"\", c{} = 1 }}", ".a".repeat(400_000)),
        ] {
            assert!(Source::new("x.toml", &text).parse(&limits).is_err());
        }
        let dots = ".".repeat(100);
        for text in [
            format!("# {dots}\na = 1"),
            format!("a = \"{dots}\"\nb = '{dots}'"),
            format!("a = \"\"\"\n{dots} \\\"\"\" {dots}\n\"\"\"\nb = \'\'\'{dots}\n{dots}\'\'\'"),
        ] {
            assert!(
                Source::new("x.toml", &text).parse(&limits).is_ok(),
                "{text}"
            );
        }
    }
}
