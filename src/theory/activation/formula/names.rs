//! Names of activations as formulas in x.

use rug::Rational;

use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::parse_expr;
use crate::formula::signature::{builtin, nearest};
use crate::limits::Limits;
use crate::theory::quantity::literal;

use super::tree::Function;

/// Activations of one number, each as a formula in `y`.
///
/// selu: α = −√(2/π)/(e^{1/2} erfc(1/√2) − 1), and the outer factor makes E σ(Z)² = 1, where
/// E σ² = λ² (1/2 + α² (1/2 + e² Φ(−2) − 2 √e Φ(−1))).
const DEFINITIONS: &[(&str, &str)] = &[
    ("relu", "max(y, 0)"),
    ("hardtanh", "min(max(y, -1), 1)"),
    ("elu", "max(y, 0) + exp(min(y, 0)) - 1"),
    (
        "selu",
        "(max(y, 0) - sqrt(2/pi)/(exp(1/2)*erfc(1/sqrt(2)) - 1)*(exp(min(y, 0)) - 1))\
         /sqrt(1/2 + 2/pi/(exp(1/2)*erfc(1/sqrt(2)) - 1)^2*(1/2 + exp(2)*erfc(sqrt(2))/2 \
         - exp(1/2)*erfc(1/sqrt(2))))",
    ),
    ("softsign", "y/(1 + abs(y))"),
    ("silu", "y*logistic(y)"),
    ("gelu", "y*erfc(-y/sqrt(2))/2"),
    ("mish", "y*tanh(softplus(y))"),
    ("gcu", "y*cos(y)"),
];

/// The formula in x that an argument of kind activation is: a name stands for the name at x, a name
/// with parameters for what it means, and names of activations inside are written out.
///
/// # Errors
/// An error for a name other than x, a function that is none here, or a constant.
pub(super) fn formula_of(expr: &Expr, limits: &Limits) -> Result<Expr> {
    if expr.contains_name("x") {
        return write_out(expr, limits);
    }
    let x = Expr::name("x");
    match &expr.kind {
        ExprKind::Name(name) if is_function(name) => {
            write_out(&Expr::call(name.clone(), vec![x]), limits)
        }
        ExprKind::Call(call) => {
            let parameter = match call.arguments.as_slice() {
                [argument] => literal(&argument.value),
                _ => None,
            };
            match (call.name.as_str(), parameter) {
                ("leaky", Some(a)) => with_parameter("max(x, 0) + a*min(x, 0)", &a, limits),
                ("elu", Some(a)) => {
                    with_parameter("max(x, 0) + a*(exp(min(x, 0)) - 1)", &a, limits)
                }
                ("hardtanh", Some(c)) => with_parameter("min(max(x, -a), a)", &c, limits),
                ("repu", Some(p)) if p.is_integer() && p > 0 => {
                    with_parameter("max(x, 0)^a", &p, limits)
                }
                ("repu", Some(_)) => Err(Error::domain(format!(
                    "`{expr}` has no formula with analytic pieces: only its closed forms are known"
                ))
                .at(expr.span.clone())),
                _ => Err(constant(expr)),
            }
        }
        _ => Err(constant(expr)),
    }
}

fn with_parameter(template: &str, value: &Rational, limits: &Limits) -> Result<Expr> {
    Ok(parse_expr(template, limits)?.substitute("a", &Expr::rational(value.clone())))
}

fn constant(expr: &Expr) -> Error {
    let names = expr.free_variables();
    if let Some(name) = names.first() {
        return unknown(name).at(expr.span.clone());
    }
    Error::domain(format!("`{expr}` is a constant, not an activation"))
        .with_hint(
            "a constant activation forgets its input: kappa is 1 everywhere and the field is one random \
             number; type a formula in x, such as x*tanh(x)",
        )
        .at(expr.span.clone())
}

fn unknown(name: &str) -> Error {
    let error = Error::parse(format!("`{name}` has no value in an activation"));
    if is_function(name) {
        return error.with_hint(format!("inside a formula write {name}(x)"));
    }
    match nearest(name, KNOWN) {
        Some(close) => error.with_hint(format!("did you mean `{close}`?")),
        None => error
            .with_hint("the variable of an activation is x: type x*tanh(x), exp(-x^2), max(x, 0)"),
    }
}

/// Activations by name, for suggestions.
const KNOWN: [&str; 25] = [
    "relu",
    "leaky",
    "abs",
    "heaviside",
    "sign",
    "tanh",
    "erf",
    "sin",
    "cos",
    "exp",
    "atan",
    "logistic",
    "softplus",
    "silu",
    "gelu",
    "mish",
    "gcu",
    "softsign",
    "elu",
    "selu",
    "hardtanh",
    "repu",
    "hermite",
    "sqrt",
    "ln",
];

/// Whether the name is a function that a formula may use.
fn is_function(name: &str) -> bool {
    Function::named(name).is_some()
        || matches!(name, "abs" | "max" | "min" | "sign" | "heaviside")
        || DEFINITIONS.iter().any(|(known, _)| *known == name)
}

fn write_out(expr: &Expr, limits: &Limits) -> Result<Expr> {
    match &expr.kind {
        ExprKind::Name(name) if name != "x" => return Err(unknown(name).at(expr.span.clone())),
        ExprKind::List(_) => {
            return Err(Error::domain("a list is no activation").at(expr.span.clone()));
        }
        ExprKind::Infinity => {
            return Err(Error::domain("`inf` is no part of an activation").at(expr.span.clone()));
        }
        ExprKind::Binder(_) if expr.contains_name("x") => {
            return Err(Error::domain(
                "sums, integrals and derivatives over x cannot stand in an activation",
            )
            .with_hint("write the formula out")
            .at(expr.span.clone()));
        }
        ExprKind::Binder(_) => return Ok(expr.clone()),
        _ => {}
    }
    let mut result = expr.clone();
    for child in result.children_mut() {
        *child = write_out(child, limits)?;
    }
    let ExprKind::Call(call) = &result.kind else {
        return Ok(result);
    };
    let name = call.name.as_str();
    if let Some((_, template)) = DEFINITIONS.iter().find(|(known, _)| *known == name) {
        let [argument] = call.arguments.as_slice() else {
            return Err(
                Error::parse(format!("`{name}` takes one number here")).at(expr.span.clone())
            );
        };
        let written = parse_expr(template, limits)?.substitute("y", &argument.value);
        return Ok(written);
    }
    if !is_function(name) && result.contains_name("x") {
        let hint = if builtin(name).is_some() {
            "it is not analytic, or its continuation is not implemented"
        } else {
            "quantities of the theory cannot depend on x"
        };
        return Err(Error::domain(format!(
            "`{name}` of x cannot stand in a formula for an activation"
        ))
        .with_hint(hint)
        .at(expr.span.clone()));
    }
    Ok(result)
}
