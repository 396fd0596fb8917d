//! Evaluation of a formula to a [`Value`] at a working precision.
//!
//! The walk keeps numbers exact while that is cheap, resolves `name(` as a function of the language
//! or a quantity of the [`Library`], and puts the place of the innermost formula on every error.
//! Its recursion is as deep as the formula's nesting, which the parser bounds.

mod binder;
mod combinatorial;
pub(crate) mod cost;
mod function;
mod integral;
mod power;
mod tail;
mod taylor;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits};

use super::expr::{Binder, Call, Constant, Expr, ExprKind};
use super::library::{Library, Request};
use super::signature::{BUILTINS, Kind, Signature, builtin, nearest};
use super::value::{Exactness, Number, Value};

/// Evaluates formulas against a library at one precision.
pub struct Evaluator<'a> {
    library: &'a dyn Library,
    request: Request<'a>,
    scope: Vec<(String, Value)>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator without variables.
    pub fn new(library: &'a dyn Library, request: Request<'a>) -> Self {
        Evaluator {
            library,
            request,
            scope: Vec::new(),
        }
    }

    /// The same evaluator knowing one more variable; the latest binding of a name holds.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.scope.push((name.into(), value.into()));
        self
    }

    fn prec(&self) -> Bits {
        self.request.prec
    }

    fn limits(&self) -> &'a Limits {
        self.request.limits
    }

    /// The value of a formula.
    ///
    /// # Errors
    /// Parse errors for unknown names and wrong arguments, domain errors where there is no value,
    /// limit errors; each at the place of the innermost formula concerned.
    pub fn evaluate(&mut self, expr: &Expr) -> Result<Value> {
        self.limits().check_deadline()?;
        self.walk(expr).map_err(|error| locate(error, expr))
    }

    /// The value of a formula that must be a number.
    ///
    /// # Errors
    /// Those of [`Evaluator::evaluate`], and a domain error for a list.
    pub fn number(&mut self, expr: &Expr) -> Result<Number> {
        self.evaluate(expr)?
            .into_number()
            .map_err(|error| locate(error, expr))
    }

    fn walk(&mut self, expr: &Expr) -> Result<Value> {
        let (prec, limits) = (self.prec(), self.limits());
        let number = match &expr.kind {
            ExprKind::Number(q) => Number::Rational(q.clone()),
            ExprKind::Constant(Constant::Pi) => Number::pi_multiple(rug::Rational::from(1)),
            ExprKind::Constant(Constant::EulerGamma) => Number::Ball(Ball::euler_gamma(prec)),
            ExprKind::Infinity => {
                return Err(Error::domain("`inf` is not a number")
                    .with_hint("it can only be the end of a sum, product or integral"));
            }
            ExprKind::Name(name) => return self.lookup(name),
            ExprKind::Negate(inner) => self.number(inner)?.neg(),
            ExprKind::Sum(terms) => {
                let mut total = Number::from(0);
                for term in terms {
                    let value = self.number(&term.value)?;
                    let value = if term.negative { value.neg() } else { value };
                    total = total.add(&value, prec, limits)?;
                }
                total
            }
            ExprKind::Product(factors) => {
                let mut total = Number::from(1);
                for factor in factors {
                    let value = self.number(&factor.value)?;
                    total = if factor.inverse {
                        total
                            .div(&value, prec, limits)
                            .map_err(|error| locate(error, &factor.value))?
                    } else {
                        total.mul(&value, prec, limits)?
                    };
                }
                total
            }
            ExprKind::Power(base, exponent) => {
                let base = self.number(base)?;
                let exponent = self.number(exponent)?;
                power::power(&base, &exponent, prec, limits)?
            }
            ExprKind::Call(call) => return self.call(call, expr),
            ExprKind::List(entries) => {
                let entries = entries
                    .iter()
                    .map(|entry| self.evaluate(entry))
                    .collect::<Result<Vec<_>>>()?;
                return Ok(Value::List(entries));
            }
            ExprKind::Binder(binder) => self.binder(binder)?,
        };
        Ok(Value::Number(number.settled(self.request.exactness, prec)))
    }

    fn lookup(&self, name: &str) -> Result<Value> {
        if let Some((_, value)) = self.scope.iter().rev().find(|(known, _)| known == name) {
            return Ok(value.clone());
        }
        Err(unknown_name(name, self.library))
    }

    /// The arguments of a call in the order of the signature, defaults filled in; activations and
    /// layers stay expressions.
    ///
    /// # Errors
    /// Those of binding and evaluation.
    pub fn arguments(
        &mut self,
        signature: &Signature,
        call: &Call,
        expr: &Expr,
    ) -> Result<Vec<Value>> {
        let bound = signature.bind(call, expr.span.clone())?;
        let mut values = Vec::with_capacity(bound.len());
        for (argument, parameter) in bound.iter().zip(signature.parameters) {
            values.push(match parameter.kind {
                Kind::Activation | Kind::Layer => Value::Expression(self.closed(argument)),
                _ if parameter.is_left_out(argument) => Value::Expression(argument.clone()),
                _ => self.evaluate(argument)?,
            });
        }
        Ok(values)
    }

    fn call(&mut self, call: &Call, expr: &Expr) -> Result<Value> {
        if let Some(signature) = self.library.signature(&call.name) {
            let values = self.arguments(signature, call, expr)?;
            return self.library.evaluate(&call.name, &values, &self.request);
        }
        let function =
            builtin(&call.name).ok_or_else(|| unknown_function(&call.name, self.library))?;
        let arguments = function.bind(call, expr.span.clone())?;
        let arguments = arguments
            .iter()
            .map(|argument| self.evaluate(argument))
            .collect::<Result<Vec<_>>>()?;
        match call.name.as_str() {
            "trace" => matrix_trace(&arguments[0], self.prec(), self.limits()),
            "entry" => matrix_entry(arguments),
            name => {
                let numbers = arguments
                    .into_iter()
                    .map(Value::into_number)
                    .collect::<Result<Vec<_>>>()?;
                let value = function::apply(name, &numbers, self.prec(), self.limits())?;
                Ok(Value::Number(
                    value.settled(self.request.exactness, self.prec()),
                ))
            }
        }
    }

    fn binder(&mut self, binder: &Binder) -> Result<Number> {
        binder::evaluate(self, binder)
    }

    /// Evaluates `expr` with one more variable.
    fn number_with(&mut self, name: &str, value: Number, expr: &Expr) -> Result<Number> {
        self.scope.push((name.to_string(), Value::Number(value)));
        let result = self.number(expr);
        self.scope.pop();
        result
    }

    /// An activation's formula with the variables of the surrounding formula that it uses replaced
    /// by their exact values where they have one.
    fn closed(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        for (name, value) in self.scope.iter().rev() {
            if let Value::Number(Number::Rational(q)) = value {
                expr = expr.substitute(name, &Expr::rational(q.clone()));
            }
        }
        expr
    }
}

/// The error for a name without a value, with what was probably meant.
fn unknown_name(name: &str, library: &dyn Library) -> Error {
    let error = Error::parse(format!("`{name}` has no value here"));
    if builtin(name).is_some() || library.signature(name).is_some() {
        return error.with_hint(format!("`{name}` is a function: write {name}(...)"));
    }
    let known = ["pi", "euler_gamma"];
    match nearest(name, known.into_iter().chain(function_names(library))) {
        Some(near) if known.contains(&near) => error.with_hint(format!("did you mean `{near}`?")),
        Some(near) => error.with_hint(format!("did you mean `{near}(...)`?")),
        None => error.with_hint(
            "a formula to evaluate has no free variables; `form`, `series` and `check` take them",
        ),
    }
}

fn unknown_function(name: &str, library: &dyn Library) -> Error {
    let error = Error::parse(format!("`{name}` is not a known function or quantity"));
    match nearest(name, function_names(library)) {
        Some(near) => error.with_hint(format!("did you mean `{near}`?")),
        None => error.with_hint("`isobath list` shows the known ones"),
    }
}

fn function_names(library: &dyn Library) -> impl Iterator<Item = &'static str> {
    BUILTINS
        .iter()
        .map(|function| function.signature.name)
        .chain(library.names())
}

fn locate(error: Error, expr: &Expr) -> Error {
    if expr.span.is_empty() {
        error
    } else {
        error.at(expr.span.clone())
    }
}

fn rows(value: &Value) -> Result<Vec<&Vec<Value>>> {
    let not_a_matrix = || {
        Error::domain("this is not a matrix")
            .with_hint("a matrix is a list of rows: [[1, 2], [3, 4]]")
    };
    let Value::List(rows) = value else {
        return Err(not_a_matrix());
    };
    rows.iter()
        .map(|row| match row {
            Value::List(entries) => Ok(entries),
            _ => Err(not_a_matrix()),
        })
        .collect()
}

fn matrix_trace(value: &Value, prec: Bits, limits: &Limits) -> Result<Value> {
    let rows = rows(value)?;
    let mut total = Number::from(0);
    for (i, row) in rows.iter().enumerate() {
        if row.len() != rows.len() {
            return Err(Error::domain(format!(
                "`trace` needs a square matrix, but row {i} has {} of {} entries",
                row.len(),
                rows.len()
            )));
        }
        total = total.add(&row[i].clone().into_number()?, prec, limits)?;
    }
    Ok(Value::Number(total))
}

/// `entry(m, i, j)` of a matrix, `entry(v, i)` of a list; counted from 0.
fn matrix_entry(arguments: Vec<Value>) -> Result<Value> {
    let mut arguments = arguments.into_iter();
    let mut value = arguments.next().unwrap_or(Value::List(Vec::new()));
    for index in arguments {
        let index = index.into_number()?;
        let Value::List(entries) = value else {
            return Err(Error::domain("`entry` needs a list")
                .with_hint("entry(m, i, j) takes a matrix, entry(v, i) a list"));
        };
        let count = entries.len();
        let position = index
            .as_integer()
            .and_then(|i| i.to_usize())
            .filter(|i| *i < count);
        let Some(position) = position else {
            return Err(
                Error::domain(format!("there is no entry {}", function::brief(&index))).with_hint(
                    format!("entries count from 0 to {}", count.saturating_sub(1)),
                ),
            );
        };
        value = entries
            .into_iter()
            .nth(position)
            .unwrap_or(Value::List(Vec::new()));
    }
    Ok(value)
}

/// Applies a function of the language to numbers.
///
/// # Errors
/// A domain error naming the function and what it needs; a limit error for a result too large.
pub fn apply(name: &str, arguments: &[Number], prec: Bits, limits: &Limits) -> Result<Number> {
    function::apply(name, arguments, prec, limits)
}

/// `base ^ exponent` over the reals; `x^0` is 1 for the exact exponent 0.
///
/// # Errors
/// A domain error for a negative base with a non-integer exponent or 0 to a negative power; a
/// limit error if an exact power would be too large.
pub fn real_power(base: &Number, exponent: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
    power::power(base, exponent, prec, limits)
}

/// Evaluates a formula without variables at one precision.
///
/// # Errors
/// Those of [`Evaluator::evaluate`].
pub fn evaluate(expr: &Expr, library: &dyn Library, prec: Bits, limits: &Limits) -> Result<Value> {
    let request = Request {
        prec,
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    Evaluator::new(library, request).evaluate(expr)
}
