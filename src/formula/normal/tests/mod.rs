//! Tests of the normal form: identities that hold and identities that do not, exact constants,
//! printed forms, limits, and random trees against floating point.

mod expansions;
mod identities;
mod moments;
mod numeric;
mod random;

use super::{NoQuantities, NormalForm};
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::parse_expr;
use crate::limits::Limits;

#[track_caller]
fn read(text: &str) -> Expr {
    parse_expr(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn write(expr: &Expr) -> String {
    expr.to_string()
}

fn form(text: &str) -> Result<NormalForm> {
    NormalForm::of(&read(text), &Limits::default(), &NoQuantities)
}

fn difference(left: &str, right: &str) -> Result<NormalForm> {
    NormalForm::difference(&read(left), &read(right), &Limits::default(), &NoQuantities)
}

#[track_caller]
fn assert_proved(statement: &str) {
    let (left, right) = statement.split_once("==").expect("two sides");
    match difference(left, right) {
        Ok(zero) if zero.is_zero() => {}
        Ok(rest) => panic!("{statement}: {}", write(&rest.to_expr())),
        Err(error) => panic!("{statement}: {error:?}"),
    }
}

#[track_caller]
fn assert_not_proved(statement: &str) {
    let (left, right) = statement.split_once("==").expect("two sides");
    let rest = difference(left, right).unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    assert!(!rest.is_zero(), "{statement} is proved but false");
}
