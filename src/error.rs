//! One opaque error for the whole library, with a kind that callers can match on.
//!
//! A message says what was wrong, where (a byte span of the formula, or a file, row and field), and
//! what to type instead. The kind decides the exit code of the command line: everything that the
//! user can mend by typing something else is 2, everything that more time, memory or precision
//! could settle is 3.

use std::fmt;
use std::ops::Range;

/// The result type of the library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of failure an [`Error`] reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A wrong option or argument of the command line, or one out of range.
    Usage,
    /// The text of a formula, claim or number does not follow the grammar, or names something unknown.
    Parse,
    /// The formula is well formed but has no (real) value there: `ln(0)`, `J(1, 1, 4)`.
    Domain,
    /// A computation was refused or stopped because it would pass a limit.
    Limit,
    /// Neither the value nor its rounding could be decided with the precision allowed.
    Undecided,
    /// A file could not be read or written.
    Io,
    /// A file was read but its contents are not what they should be.
    Data,
}

/// What went wrong, where, and what to type instead.
///
/// Cheap to move (one pointer). Compare kinds with [`Error::kind`]; the text is for people.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Option<String>,
    span: Option<Range<usize>>,
}

impl Error {
    /// An error of the given kind; the message is one sentence without a final full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            span: None,
        }))
    }

    /// A wrong command-line argument.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A text that does not follow its grammar.
    pub fn parse(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Parse, message)
    }

    /// A well-formed formula without a value there.
    pub fn domain(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Domain, message)
    }

    /// A computation refused or stopped by a limit; say which option lifts it with [`Error::with_hint`].
    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    /// A value or rounding that stayed undecided.
    pub fn undecided(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Undecided, message)
    }

    /// A failed read or write; the message names the path.
    pub fn io(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Io, message)
    }

    /// File contents that are not what they should be.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Data, message)
    }

    /// The same error with what to type instead.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same error at a byte range of the source text, unless it already has a narrower one.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.0.span.get_or_insert(span);
        self
    }

    /// The same error with its message put behind a context, as in `row 3, field "value": …`.
    #[must_use]
    pub fn context(mut self, context: impl fmt::Display) -> Self {
        self.0.message = format!("{context}: {}", self.0.message);
        self
    }

    /// The sort of failure.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was wrong, without the hint.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to type instead, if there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The byte range of the source text that the error is about.
    pub fn span(&self) -> Option<Range<usize>> {
        self.0.span.clone()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        match &self.0.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} error: {self}", self.0.kind)?;
        match &self.0.span {
            Some(span) => write!(f, " at bytes {}..{}", span.start, span.end),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_span_wins() {
        let error = Error::domain("ln(0) is not defined").at(4..9).at(0..20);
        assert_eq!(error.span(), Some(4..9));
    }

    #[test]
    fn display_is_message_then_hint() {
        let error = Error::parse("`log` is not a function here").with_hint("type `ln`");
        assert_eq!(
            error.to_string(),
            "`log` is not a function here (type `ln`)"
        );
        assert_eq!(
            error.context("line 2").message(),
            "line 2: `log` is not a function here"
        );
    }
}
