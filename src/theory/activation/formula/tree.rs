//! An analytic piece of a formula, ready to be evaluated many times: [`Tree`].
//!
//! No abs, max, min or sign is left; the names of smooth activations have become functions.

use rug::Rational;

use crate::error::{Error, Result};
use crate::formula::evaluate::evaluate;
use crate::formula::expr::{Constant, Expr, ExprKind};
use crate::formula::library::Elementary;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::quantity::literal;

/// A formula in x that is analytic where all its parts are.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    /// The variable.
    X,
    /// A rational.
    Number(Rational),
    /// A formula without x.
    Constant(Expr),
    /// A sum, each term with its sign.
    Sum(Vec<(bool, Tree)>),
    /// A product.
    Product(Vec<Tree>),
    /// A quotient.
    Quotient(Box<Tree>, Box<Tree>),
    /// An integer power.
    Power(Box<Tree>, i32),
    /// A real power of a positive base; the exponent has no x.
    RealPower(Box<Tree>, Box<Tree>),
    /// A function.
    Call(Function, Box<Tree>),
}

/// The analytic functions that a formula may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub(super) enum Function {
    Exp,
    Ln,
    Sqrt,
    Cbrt,
    Sin,
    Cos,
    Tan,
    Cot,
    Sinh,
    Cosh,
    Tanh,
    Atan,
    Asin,
    Acos,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    Erfc,
    Erfi,
    Logistic,
    Softplus,
}

impl Function {
    /// The function of that name in the language.
    pub fn named(name: &str) -> Option<Function> {
        Some(match name {
            "exp" => Function::Exp,
            "ln" => Function::Ln,
            "sqrt" => Function::Sqrt,
            "cbrt" => Function::Cbrt,
            "sin" => Function::Sin,
            "cos" => Function::Cos,
            "tan" => Function::Tan,
            "cot" => Function::Cot,
            "sinh" => Function::Sinh,
            "cosh" => Function::Cosh,
            "tanh" => Function::Tanh,
            "atan" => Function::Atan,
            "asin" => Function::Asin,
            "acos" => Function::Acos,
            "asinh" => Function::Asinh,
            "acosh" => Function::Acosh,
            "atanh" => Function::Atanh,
            "erf" => Function::Erf,
            "erfc" => Function::Erfc,
            "erfi" => Function::Erfi,
            "logistic" => Function::Logistic,
            "softplus" => Function::Softplus,
            _ => return None,
        })
    }
}

impl Tree {
    /// The tree of an analytic formula.
    ///
    /// # Errors
    /// A domain error for a function without analytic continuation here.
    pub fn of(expr: &Expr) -> Result<Tree> {
        if !expr.contains_name("x") {
            return Ok(match literal(expr) {
                Some(q) => Tree::Number(q),
                None => Tree::Constant(expr.clone()),
            });
        }
        match &expr.kind {
            ExprKind::Name(_) => Ok(Tree::X),
            ExprKind::Negate(inner) => Ok(Tree::Sum(vec![(true, Tree::of(inner)?)])),
            ExprKind::Sum(terms) => Ok(Tree::Sum(
                terms
                    .iter()
                    .map(|term| Ok((term.negative, Tree::of(&term.value)?)))
                    .collect::<Result<_>>()?,
            )),
            ExprKind::Product(factors) => {
                let side = |inverse: bool| {
                    let mut trees = factors
                        .iter()
                        .filter(|factor| factor.inverse == inverse)
                        .map(|factor| Tree::of(&factor.value))
                        .collect::<Result<Vec<Tree>>>()?;
                    Ok::<Option<Tree>, Error>(match trees.len() {
                        0 => None,
                        1 => trees.pop(),
                        _ => Some(Tree::Product(trees)),
                    })
                };
                let above = side(false)?.unwrap_or(Tree::Number(Rational::from(1)));
                Ok(match side(true)? {
                    Some(below) => Tree::Quotient(Box::new(above), Box::new(below)),
                    None => above,
                })
            }
            ExprKind::Power(base, exponent) => Tree::power(base, exponent),
            ExprKind::Call(call) => {
                match (call.arguments.as_slice(), Function::named(&call.name)) {
                    ([argument], Some(function)) => {
                        Ok(Tree::Call(function, Box::new(Tree::of(&argument.value)?)))
                    }
                    _ => Err(no_continuation(&call.name).at(expr.span.clone())),
                }
            }
            _ => Err(no_continuation("this form").at(expr.span.clone())),
        }
    }

    fn power(base: &Expr, exponent: &Expr) -> Result<Tree> {
        if exponent.contains_name("x") {
            // b^e = exp(e ln b) for b > 0.
            let ln = Tree::Call(Function::Ln, Box::new(Tree::of(base)?));
            let product = Tree::Product(vec![Tree::of(exponent)?, ln]);
            return Ok(Tree::Call(Function::Exp, Box::new(product)));
        }
        let inner = Tree::of(base)?;
        let integer = literal(exponent)
            .filter(Rational::is_integer)
            .and_then(|q| q.numer().to_i32());
        Ok(match integer {
            Some(n) => Tree::Power(Box::new(inner), n),
            None => Tree::RealPower(Box::new(inner), Box::new(Tree::of(exponent)?)),
        })
    }

    /// The value of a part without x.
    ///
    /// # Errors
    /// Those of evaluation.
    pub fn constant(&self, prec: Bits) -> Result<Ball> {
        match self {
            Tree::Number(q) => Ok(Ball::from_rational(q, prec)),
            Tree::Constant(Expr {
                kind: ExprKind::Constant(Constant::Pi),
                ..
            }) => Ok(Ball::pi(prec)),
            Tree::Constant(expr) => {
                let value = evaluate(expr, &Elementary, prec, &Limits::default())?;
                Ok(value.into_number()?.to_ball(prec))
            }
            _ => Ok(Ball::indeterminate()),
        }
    }
}

fn no_continuation(name: &str) -> Error {
    Error::domain(format!(
        "`{name}` cannot stand in a formula for an activation"
    ))
    .with_hint(
        "powers, quotients, exp ln sqrt cbrt sin cos tan sinh cosh tanh atan asinh erf erfc, abs max \
         min sign heaviside, and names of activations can",
    )
}
