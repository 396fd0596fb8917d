//! Signatures: the parameters of a function or quantity, and how the arguments of a call meet them.

mod builtin;
mod nearest;

use std::ops::Range;

use super::expr::{Argument, Call, Expr, ExprKind};
use super::parser::parse_expr;
use crate::error::{Error, Result};
use crate::limits::Limits;

pub use builtin::{BUILTINS, Builtin, builtin};
pub use nearest::nearest;

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A real number.
    Number,
    /// An exact integer.
    Integer,
    /// A list, possibly of lists.
    List,
    /// An activation, handed over unevaluated: `relu`, `leaky(1/5)`, or a formula in `x`.
    Activation,
    /// A layer, handed over unevaluated: `linear`, `orthogonal_relu`.
    Layer,
}

/// One parameter of a [`Signature`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The name, as in `name=value`.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The formula used where the argument is left out; without it the argument is required.
    pub default: Option<&'static str>,
    /// What it means, in one line.
    pub doc: &'static str,
}

/// The name and the parameters of a function or quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// The name before the bracket.
    pub name: &'static str,
    /// The parameters in order.
    pub parameters: &'static [Parameter],
}

impl Parameter {
    /// A parameter that must be given.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Parameter {
        Parameter {
            name,
            kind,
            default: None,
            doc,
        }
    }

    /// A parameter that stands for the formula `default` where it is not given.
    pub const fn optional(
        name: &'static str,
        kind: Kind,
        default: &'static str,
        doc: &'static str,
    ) -> Parameter {
        Parameter {
            name,
            kind,
            default: Some(default),
            doc,
        }
    }

    /// Whether an argument is the word `none` that stands for "left out": only where it is the default.
    pub fn is_left_out(&self, argument: &Expr) -> bool {
        self.default == Some("none")
            && matches!(&argument.kind, ExprKind::Name(name) if name == "none")
    }
}

impl Signature {
    /// The arguments of `call` in the order of the parameters, defaults filled in.
    ///
    /// `span` is the place of the call, for errors about arguments that are not there.
    ///
    /// # Errors
    /// A parse error at its place for an argument that is missing, given twice, unknown (with the
    /// nearest name) or too many.
    pub fn bind(&self, call: &Call, span: Range<usize>) -> Result<Vec<Expr>> {
        let mut bound: Vec<Option<&Expr>> = vec![None; self.parameters.len()];
        for (position, argument) in call.arguments.iter().enumerate() {
            let index = self.index_of(argument, position)?;
            let place = argument.value.span.clone();
            if bound[index].replace(&argument.value).is_some() {
                return Err(Error::parse(format!(
                    "the argument `{}` of `{}` is given twice",
                    self.parameters[index].name, self.name
                ))
                .with_hint("leave one of them out")
                .at(place));
            }
        }
        self.parameters
            .iter()
            .zip(bound)
            .map(|(parameter, value)| match (value, parameter.default) {
                (Some(value), _) => Ok(value.clone()),
                (None, Some(default)) => {
                    let mut value = parse_expr(default, &Limits::default())?;
                    value.relocate(&span);
                    Ok(value)
                }
                (None, None) => Err(Error::parse(format!(
                    "the argument `{}` of `{}` is missing",
                    parameter.name, self.name
                ))
                .with_hint(self.usage())
                .at(span.clone())),
            })
            .collect()
    }

    fn index_of(&self, argument: &Argument, position: usize) -> Result<usize> {
        let place = argument.value.span.clone();
        let Some(name) = &argument.name else {
            if position < self.parameters.len() {
                return Ok(position);
            }
            return Err(Error::parse(match self.parameters.len() {
                0 => format!("`{}` takes no arguments", self.name),
                1 => format!("`{}` takes one argument", self.name),
                n => format!("`{}` takes at most {n} arguments", self.name),
            })
            .with_hint(self.usage())
            .at(place));
        };
        if let Some(index) = self.parameters.iter().position(|p| p.name == name) {
            return Ok(index);
        }
        let error = Error::parse(format!("`{}` has no argument `{name}`", self.name)).at(place);
        Err(
            match nearest(name, self.parameters.iter().map(|p| p.name)) {
                Some(near) => error.with_hint(format!("did you mean `{near}`?")),
                None => error.with_hint(self.usage()),
            },
        )
    }

    /// The call with its parameters, as lists show it: `polygamma(m, x)`, defaults as `L=1`.
    pub fn synopsis(&self) -> String {
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|p| match p.default {
                Some(default) => format!("{}={default}", p.name),
                None => p.name.to_owned(),
            })
            .collect();
        format!("{}({})", self.name, parameters.join(", "))
    }

    /// How the call is written, for hints: `write \`polygamma(m, x)\``.
    pub fn usage(&self) -> String {
        format!("write `{}`", self.synopsis())
    }
}

impl Expr {
    /// Gives every node of the tree the place `span`.
    fn relocate(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        for child in self.children_mut() {
            child.relocate(span);
        }
    }
}

/// The formula with every call that `lookup` knows written out: all arguments named, defaults
/// filled in, so that two ways to write the same call have the same text.
///
/// # Errors
/// As [`Signature::bind`].
pub fn canonical(expr: &Expr, lookup: &dyn Fn(&str) -> Option<Signature>) -> Result<Expr> {
    let mut expr = expr.clone();
    write_out(&mut expr, lookup)?;
    Ok(expr)
}

fn write_out(expr: &mut Expr, lookup: &dyn Fn(&str) -> Option<Signature>) -> Result<()> {
    if let ExprKind::Call(call) = &mut expr.kind
        && let Some(signature) = lookup(&call.name)
    {
        let values = signature.bind(call, expr.span.clone())?;
        call.arguments = signature
            .parameters
            .iter()
            .zip(values)
            .map(|(parameter, value)| Argument {
                name: Some(parameter.name.to_owned()),
                value,
            })
            .collect();
    }
    for child in expr.children_mut() {
        write_out(child, lookup)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Signature = Signature {
        name: "J",
        parameters: &[
            Parameter::required("a", Kind::Integer, "first index"),
            Parameter::required("b", Kind::Integer, "second index"),
            Parameter::required("theta", Kind::Number, "angle"),
            Parameter::optional("f", Kind::Activation, "relu", "activation"),
        ],
    };

    fn read(text: &str) -> Expr {
        parse_expr(text, &Limits::default()).unwrap()
    }

    fn bind(text: &str) -> Result<String> {
        let formula = read(text);
        let ExprKind::Call(call) = &formula.kind else {
            panic!("{text} is a call")
        };
        let bound = MOMENT.bind(call, formula.span.clone())?;
        assert_eq!(bound.len(), MOMENT.parameters.len());
        Ok(bound
            .iter()
            .map(Expr::to_string)
            .collect::<Vec<_>>()
            .join("; "))
    }

    #[test]
    fn arguments_come_by_place_then_by_name_then_by_default() {
        for text in [
            "J(1, 2, t)",
            "J(1, theta=t, b=2)",
            "J(f=relu, theta=t, b=2, a=1)",
        ] {
            assert_eq!(bind(text).unwrap(), "1; 2; t; relu", "{text}");
        }
        assert_eq!(
            bind("J(1, 2, t, leaky(1/5))").unwrap(),
            "1; 2; t; leaky(1/5)"
        );
    }

    #[test]
    fn wrong_arguments_are_named_at_their_place() {
        for (text, place, message) in [
            (
                "J(1, 2)",
                "J(1, 2)",
                "`theta` of `J` is missing (write `J(a, b, theta, f=relu)`)",
            ),
            ("J(1, 2, t, relu, 5)", "5", "at most 4 arguments"),
            (
                "J(1, 2, t, teta=3)",
                "3",
                "has no argument `teta` (did you mean `theta`?)",
            ),
            (
                "J(1, 2, t, depth=3)",
                "3",
                "has no argument `depth` (write `J(a, b, theta, f=relu)`)",
            ),
            ("J(1, 2, t, a=3)", "3", "`a` of `J` is given twice"),
        ] {
            let error = bind(text).unwrap_err();
            assert_eq!(&text[error.span().unwrap()], place, "{text}");
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn a_default_stands_where_its_call_stands() {
        let formula = read("1 + J(1, 2, t)");
        let ExprKind::Call(call) = &formula.children()[1].kind else {
            panic!("a call")
        };
        let bound = MOMENT.bind(call, 4..14).unwrap();
        assert_eq!(bound[3].span, 4..14);
    }

    #[test]
    fn canonical_calls_have_one_text() {
        let lookup = |name: &str| (name == "J").then_some(MOMENT);
        for text in [
            "2*J(1, 2, J(0, b=0, theta=0.5))",
            "2*J(b=2, a=1, theta=J(0, 0, 1/2, relu))",
        ] {
            assert_eq!(
                canonical(&read(text), &lookup).unwrap().to_string(),
                "2*J(a=1, b=2, theta=J(a=0, b=0, theta=1/2, f=relu), f=relu)"
            );
        }
        assert!(canonical(&read("sin(J(1))"), &lookup).is_err());
    }
}
