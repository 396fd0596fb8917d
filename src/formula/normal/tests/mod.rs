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

#[test]
fn a_passed_deadline_stops_the_work() {
    let limits = Limits::default().with_timeout(std::time::Duration::ZERO);
    let error = NormalForm::of(&read("(x+y)^3"), &limits, &NoQuantities).unwrap_err();
    assert_eq!(error.kind(), crate::error::ErrorKind::Limit);
}

/// A closed form that refers to itself for ever.
struct Endless;

impl super::Expander for Endless {
    fn expand(&self, call: &crate::formula::expr::Call, _: &Limits) -> Result<Option<Expr>> {
        let again = Expr::from(crate::formula::ExprKind::Call(call.clone()));
        Ok(Some(Expr::sum([again, Expr::from(1)])))
    }
}

#[test]
fn endless_closed_forms_are_refused() {
    let error = NormalForm::of(&read("f(x)"), &Limits::default(), &Endless).unwrap_err();
    assert_eq!(error.kind(), crate::error::ErrorKind::Limit);
}

#[test]
fn repeated_derivatives_stay_small() {
    let expr = read("(pi-t)*cos(t)*exp(-t^2)/(1+t)");
    let limits = Limits::default();
    let derivative = super::nth_derivative(&expr, "t", 8, &limits, &NoQuantities).unwrap();
    assert!(
        write(&derivative).len() < 5_000,
        "{}",
        write(&derivative).len()
    );
    let mut stepwise = expr;
    for _ in 0..4 {
        stepwise = super::nth_derivative(&stepwise, "t", 2, &limits, &NoQuantities).unwrap();
    }
    let rest = NormalForm::difference(&derivative, &stepwise, &limits, &NoQuantities).unwrap();
    assert!(rest.is_zero());
}
