//! How the language learns of quantities it does not know itself: the [`Library`] trait.
//!
//! The language owns arithmetic, elementary functions and binders. Every other name followed by
//! `(` is looked up in a library, which gives the signature, the enclosure and, where there is
//! one, the closed form. Arguments arrive evaluated, except those of kind activation or layer.

use super::expr::{Call, Expr};
use super::normal::{Expander, FormalSeries, TaylorSeries};
use super::signature::Signature;
use super::value::{Exactness, Value};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::Bits;

/// What an evaluation of a quantity may use.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The working precision of balls.
    pub prec: Bits,
    /// Whether the result has to be exact where it can be.
    pub exactness: Exactness,
    /// The method asked for by name, or the quantity's default.
    pub method: Option<&'a str>,
    /// The caps to keep.
    pub limits: &'a Limits,
}

/// A catalogue of quantities.
pub trait Library: Sync {
    /// The signature of a quantity, if the name is one.
    fn signature(&self, name: &str) -> Option<&Signature>;

    /// All names, for suggestions.
    fn names(&self) -> Vec<&'static str>;

    /// The value of a quantity at arguments in the signature's order.
    ///
    /// # Errors
    /// A domain error that names the domain, a limit error, or a usage error for an unknown method.
    fn evaluate(&self, name: &str, arguments: &[Value], request: &Request<'_>) -> Result<Value>;

    /// The closed form of a quantity at arguments in the signature's order; `None` where none is known.
    ///
    /// # Errors
    /// A domain error that names the domain, or a limit error.
    fn closed_form(&self, name: &str, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>>;

    /// The series of a quantity as one of its arguments grows; `None` where none is known.
    ///
    /// # Errors
    /// A domain error that names the domain.
    fn formal_series(
        &self,
        name: &str,
        arguments: &[Expr],
        limits: &Limits,
    ) -> Result<Option<FormalSeries>> {
        let _ = (name, arguments, limits);
        Ok(None)
    }

    /// The Taylor series of a quantity as one of its arguments goes to 0.
    ///
    /// # Errors
    /// A domain error outside the domain.
    fn taylor_series(
        &self,
        name: &str,
        arguments: &[Expr],
        limits: &Limits,
    ) -> Result<Option<TaylorSeries>> {
        let _ = (name, arguments, limits);
        Ok(None)
    }
}

/// Lets the normal form open the quantities of a library.
pub struct LibraryExpander<'a>(pub &'a dyn Library);

impl LibraryExpander<'_> {
    /// The arguments of a call of a quantity, in order; `None` for other calls.
    fn arguments(&self, call: &Call) -> Result<Option<Vec<Expr>>> {
        let signature = self.0.signature(&call.name);
        signature
            .map(|signature| signature.bind(call, 0..0).map_err(without_empty_place))
            .transpose()
    }
}

impl Expander for LibraryExpander<'_> {
    fn expand(&self, call: &Call, limits: &Limits) -> Result<Option<Expr>> {
        match self.arguments(call)? {
            Some(arguments) => self.0.closed_form(&call.name, &arguments, limits),
            None => Ok(None),
        }
    }

    fn formal_series(&self, call: &Call, limits: &Limits) -> Result<Option<FormalSeries>> {
        match self.arguments(call)? {
            Some(arguments) => self.0.formal_series(&call.name, &arguments, limits),
            None => Ok(None),
        }
    }

    fn taylor_series(&self, call: &Call, limits: &Limits) -> Result<Option<TaylorSeries>> {
        match self.arguments(call)? {
            Some(arguments) => self.0.taylor_series(&call.name, &arguments, limits),
            None => Ok(None),
        }
    }
}

/// A call inside a normal form does not know its place; the formula around it does.
fn without_empty_place(error: Error) -> Error {
    if error.span().is_none_or(|span| !span.is_empty()) {
        return error;
    }
    let bare = Error::new(error.kind(), error.message());
    match error.hint() {
        Some(hint) => bare.with_hint(hint),
        None => bare,
    }
}

/// The library without quantities: arithmetic and elementary functions only.
#[derive(Debug, Clone, Copy, Default)]
pub struct Elementary;

impl Library for Elementary {
    fn signature(&self, _name: &str) -> Option<&Signature> {
        None
    }

    fn names(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn evaluate(&self, name: &str, _arguments: &[Value], _request: &Request<'_>) -> Result<Value> {
        Err(crate::error::Error::parse(format!(
            "`{name}` is not a known quantity"
        )))
    }

    fn closed_form(
        &self,
        _name: &str,
        _arguments: &[Expr],
        _limits: &Limits,
    ) -> Result<Option<Expr>> {
        Ok(None)
    }
}
