//! `sum(E, k=a..inf)`.

use rug::Integer;

use super::Evaluator;
use crate::error::{Error, Result};
use crate::formula::expr::Binder;
use crate::formula::value::Number;

pub(super) fn infinite_sum(
    _evaluator: &mut Evaluator<'_>,
    _binder: &Binder,
    _first: &Integer,
) -> Result<Number> {
    Err(Error::domain("the tail of this sum cannot be certified"))
}
