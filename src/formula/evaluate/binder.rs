//! The forms with a local variable: finite and infinite sums and products, derivatives,
//! coefficients, integrals.

use rug::{Integer, Rational};

use super::{Evaluator, integral, tail};
use crate::error::{Error, Result};
use crate::formula::expr::{Binder, BinderKind, Expr, ExprKind};
use crate::formula::library::LibraryExpander;
use crate::formula::normal::{self, NormalForm};
use crate::formula::value::Number;

/// The value of a binder at the evaluator's precision.
pub(super) fn evaluate(evaluator: &mut Evaluator<'_>, binder: &Binder) -> Result<Number> {
    match &binder.kind {
        BinderKind::Sum { from, to } => fold(evaluator, binder, from, to, Fold::Sum),
        BinderKind::Product { from, to } => fold(evaluator, binder, from, to, Fold::Product),
        BinderKind::Integral { from, to } => integral::evaluate(evaluator, binder, from, to),
        BinderKind::Derivative { order } => {
            let order = small_count(evaluator, order, "the order of `diff`")?;
            let (limits, expander) = (evaluator.limits(), LibraryExpander(evaluator.library));
            let body =
                normal::nth_derivative(&binder.body, &binder.variable, order, limits, &expander)?;
            evaluator.number(&body)
        }
        BinderKind::Coefficient { index } => {
            // The index may use variables of the surrounding formula; the body may not.
            let index = small_count(evaluator, index, "the index of `coefficient`")?;
            let mut exact = binder.clone();
            exact.kind = BinderKind::Coefficient {
                index: Expr::from(i64::from(index)),
            };
            let exact = Expr::from(ExprKind::Binder(Box::new(exact)));
            let form = NormalForm::of(
                &exact,
                evaluator.limits(),
                &LibraryExpander(evaluator.library),
            )?;
            evaluator.number(&form.to_expr())
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Sum,
    Product,
}

fn fold(
    evaluator: &mut Evaluator<'_>,
    binder: &Binder,
    from: &Expr,
    to: &Expr,
    fold: Fold,
) -> Result<Number> {
    let first = integer(evaluator, from)?;
    if matches!(to.kind, ExprKind::Infinity) {
        if fold == Fold::Product {
            return Err(Error::domain("an infinite product cannot be certified")
                .with_hint("write exp(sum(ln(E), k=a..inf))"));
        }
        return tail::infinite_sum(evaluator, binder, &first);
    }
    let last = integer(evaluator, to)?;
    let (prec, limits) = (evaluator.prec(), evaluator.limits());
    let mut total = Number::from(if fold == Fold::Sum { 0 } else { 1 });
    let mut k = first;
    while k <= last {
        limits.check_deadline()?;
        let term = evaluator.number_with(
            &binder.variable,
            Number::Rational(Rational::from(&k)),
            &binder.body,
        )?;
        total = match fold {
            Fold::Sum => total.add(&term, prec, limits)?,
            Fold::Product => total.mul(&term, prec, limits)?,
        };
        total = total.settled(evaluator.request.exactness, prec);
        k += 1;
    }
    Ok(total)
}

pub(super) fn integer(evaluator: &mut Evaluator<'_>, expr: &Expr) -> Result<Integer> {
    let value = evaluator.number(expr)?;
    value.as_integer().cloned().ok_or_else(|| {
        Error::domain("the ends of a sum or product must be exact integers").at(expr.span.clone())
    })
}

fn small_count(evaluator: &mut Evaluator<'_>, expr: &Expr, what: &str) -> Result<u32> {
    let value = evaluator.number(expr)?;
    let count = value
        .as_integer()
        .and_then(Integer::to_u32)
        .filter(|n| *n <= 10_000);
    count.ok_or_else(|| {
        Error::domain(format!("{what} must be an integer from 0 to 10000")).at(expr.span.clone())
    })
}
