//! Tests of the language as a whole: what is read, what is refused and how, and what survives.

mod bombs;
mod grammar;
mod round_trip;
mod traps;

use super::{Expr, parse_expr};
use crate::error::Result;
use crate::limits::Limits;

fn read(text: &str) -> Result<Expr> {
    parse_expr(text, &Limits::default())
}

fn expr(text: &str) -> Expr {
    read(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}
