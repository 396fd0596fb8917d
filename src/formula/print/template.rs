//! Calls by template: `(1-erfc(#1))` is how a target writes `erf(x)`.

use super::super::expr::{Call, Expr};
use super::super::signature::builtin;
use crate::error::{Error, Result};

/// A piece of a template.
pub(super) enum Piece<'a> {
    /// Text as it is.
    Text(&'static str),
    /// `#1` to `#9`: an argument.
    Argument(&'a Expr),
    /// `#*`: all arguments with commas between.
    All(&'a [Expr]),
}

/// Writes the built-in `call` by its template in `table`, piece by piece.
///
/// # Errors
/// A usage error if the table does not have the function; what [`Builtin::bind`] refuses.
///
/// [`Builtin::bind`]: super::super::signature::Builtin::bind
pub(super) fn expand(
    table: &[(&str, &'static str)],
    target: &str,
    call: &Call,
    whole: &Expr,
    mut write: impl FnMut(Piece) -> Result<()>,
) -> Result<()> {
    let template = table.iter().find(|entry| entry.0 == call.name);
    let (Some(function), Some((_, template))) = (builtin(&call.name), template) else {
        return Err(
            Error::usage(format!("`{}` has no counterpart in {target}", call.name))
                .with_hint("print its closed form, or a target for people: unicode, latex")
                .at(whole.span.clone()),
        );
    };
    let arguments = function.bind(call, whole.span.clone())?;
    let mut rest = *template;
    while let Some(mark) = rest.find('#') {
        write(Piece::Text(&rest[..mark]))?;
        match rest.as_bytes().get(mark + 1) {
            Some(digit @ b'1'..=b'9') => {
                if let Some(argument) = arguments.get(usize::from(digit - b'1')) {
                    write(Piece::Argument(argument))?;
                }
            }
            _ => write(Piece::All(&arguments))?,
        }
        rest = &rest[mark + 2..];
    }
    write(Piece::Text(rest))
}
