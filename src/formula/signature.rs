//! Signatures: the parameters of a function or quantity, and how the arguments of a call meet them.
//!
//! Also the table of the built-in functions and the search for the nearest known name.

use std::ops::Range;

use super::expr::{Argument, Call, Expr, ExprKind};
use super::parser::parse_expr;
use crate::error::{Error, Result};
use crate::limits::Limits;

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

/// A function that every formula may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// Name and parameters. Where `variadic` is set, the last parameter may be repeated.
    pub signature: Signature,
    /// Whether more arguments may follow (`min`, `max`).
    pub variadic: bool,
    /// What it computes, in one line.
    pub doc: &'static str,
    /// Where it has a real value.
    pub domain: &'static str,
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

    /// How the call is written: `write \`polygamma(m, x)\``, defaults shown as `L=1`.
    pub fn usage(&self) -> String {
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|p| match p.default {
                Some(default) => format!("{}={default}", p.name),
                None => p.name.to_owned(),
            })
            .collect();
        format!("write `{}({})`", self.name, parameters.join(", "))
    }
}

impl Builtin {
    /// The arguments of `call` in the order of the parameters; a variadic function may have more.
    ///
    /// # Errors
    /// As [`Signature::bind`].
    pub fn bind(&self, call: &Call, span: Range<usize>) -> Result<Vec<Expr>> {
        let required = self.signature.parameters.len();
        if self.variadic
            && call.arguments.len() > required
            && call.arguments.iter().all(|a| a.name.is_none())
        {
            return Ok(call.arguments.iter().map(|a| a.value.clone()).collect());
        }
        self.signature.bind(call, span)
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

/// The candidate nearest to `name`, if one is near enough to be meant.
///
/// Case aside, the edit distance (insertions, deletions, substitutions and swaps of neighbours)
/// may be at most a third of the length, and at least one edit is always allowed beyond one letter.
/// Of equally near candidates the first one wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 48;
    let wanted: Vec<char> = name.to_lowercase().chars().take(LONGEST + 1).collect();
    if wanted.len() > LONGEST {
        return None;
    }
    let allowed = if wanted.len() < 2 {
        0
    } else {
        (wanted.len() / 3).max(1)
    };
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            (edit_distance(&wanted, &letters), candidate)
        })
        .filter(|&(distance, _)| distance <= allowed)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance: three rows of the usual table.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitution = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitution.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = above;
        above = row;
    }
    above[b.len()]
}

/// The built-in function of that name.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|b| b.signature.name == name)
}

const fn number(name: &'static str, doc: &'static str) -> Parameter {
    Parameter {
        name,
        kind: Kind::Number,
        default: None,
        doc,
    }
}

const fn integer(name: &'static str, doc: &'static str) -> Parameter {
    Parameter {
        name,
        kind: Kind::Integer,
        default: None,
        doc,
    }
}

const fn matrix(name: &'static str) -> Parameter {
    Parameter {
        name,
        kind: Kind::List,
        default: None,
        doc: "a matrix as a list of rows",
    }
}

const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    doc: &'static str,
    domain: &'static str,
) -> Builtin {
    Builtin {
        signature: Signature { name, parameters },
        variadic: false,
        doc,
        domain,
    }
}

const X: &[Parameter] = &[number("x", "the argument")];
const ANGLE: &[Parameter] = &[number("x", "an angle in radians")];
const PAIR: &[Parameter] = &[
    number("x", "the first number"),
    number("y", "the second number"),
];
const ALL: &str = "every real x";

/// The built-in functions, grouped as in the handbook.
pub static BUILTINS: &[Builtin] = &[
    function("sqrt", X, "the square root", "x >= 0"),
    function("cbrt", X, "the real cube root", ALL),
    function("exp", X, "the exponential", ALL),
    function("ln", X, "the natural logarithm", "x > 0"),
    function("sin", ANGLE, "the sine", ALL),
    function("cos", ANGLE, "the cosine", ALL),
    function("tan", ANGLE, "the tangent", "x not an odd multiple of pi/2"),
    function("cot", ANGLE, "the cotangent", "x not a multiple of pi"),
    function(
        "asin",
        X,
        "the inverse sine, in [-pi/2, pi/2]",
        "-1 <= x <= 1",
    ),
    function("acos", X, "the inverse cosine, in [0, pi]", "-1 <= x <= 1"),
    function("atan", X, "the inverse tangent, in (-pi/2, pi/2)", ALL),
    function("sinh", X, "the hyperbolic sine", ALL),
    function("cosh", X, "the hyperbolic cosine", ALL),
    function("tanh", X, "the hyperbolic tangent", ALL),
    function("asinh", X, "the inverse hyperbolic sine", ALL),
    function(
        "acosh",
        X,
        "the inverse hyperbolic cosine, at least 0",
        "x >= 1",
    ),
    function("atanh", X, "the inverse hyperbolic tangent", "-1 < x < 1"),
    function(
        "erf",
        X,
        "the error function, 2/sqrt(pi) times the integral of exp(-u^2) over [0, x]",
        ALL,
    ),
    function("erfc", X, "1 - erf(x), without cancellation", ALL),
    function(
        "erfi",
        X,
        "the imaginary error function, 2/sqrt(pi) times the integral of exp(u^2) over [0, x]",
        ALL,
    ),
    function(
        "gamma",
        X,
        "Euler's gamma function",
        "x not an integer <= 0",
    ),
    function("lgamma", X, "ln |gamma(x)|", "x not an integer <= 0"),
    function(
        "digamma",
        X,
        "the derivative of ln gamma(x)",
        "x not an integer <= 0",
    ),
    function(
        "polygamma",
        &[
            integer("m", "which derivative of digamma, at least 0"),
            number("x", "the argument"),
        ],
        "the m-th derivative of digamma at x",
        "m >= 0 and x not an integer <= 0",
    ),
    function(
        "zeta",
        &[number("s", "the argument")],
        "Riemann's zeta function",
        "s != 1",
    ),
    function(
        "factorial",
        &[integer("n", "an integer")],
        "n!, the product 1*2*...*n",
        "n >= 0",
    ),
    function(
        "double_factorial",
        &[integer("n", "an integer")],
        "n!! = n*(n-2)*(n-4)*..., with 0!! = (-1)!! = 1",
        "n >= -1",
    ),
    function(
        "pochhammer",
        &[
            number("x", "the first factor"),
            integer("n", "how many factors"),
        ],
        "the rising factorial x*(x+1)*...*(x+n-1)",
        "n >= 0",
    ),
    function(
        "binomial",
        &[
            number("n", "the upper entry"),
            integer("k", "the lower entry"),
        ],
        "the binomial coefficient n*(n-1)*...*(n-k+1)/k!",
        "k an integer; 0 for k < 0",
    ),
    function(
        "hermite",
        &[integer("n", "the degree"), number("x", "the argument")],
        "the probabilists' Hermite polynomial He_n: He_2(x) = x^2 - 1",
        "n >= 0",
    ),
    function("abs", X, "the absolute value", ALL),
    function("floor", X, "the largest integer not above x", ALL),
    function("ceil", X, "the smallest integer not below x", ALL),
    Builtin {
        variadic: true,
        ..function("min", PAIR, "the smallest of two or more numbers", ALL)
    },
    Builtin {
        variadic: true,
        ..function("max", PAIR, "the largest of two or more numbers", ALL)
    },
    function(
        "lambertw",
        X,
        "the principal branch of w*exp(w) = x",
        "x >= -exp(-1)",
    ),
    function(
        "hyp2f1",
        &[
            number("a", "the first upper parameter"),
            number("b", "the second upper parameter"),
            number("c", "the lower parameter"),
            number("z", "the argument"),
        ],
        "Gauss's hypergeometric function",
        "z < 1, or z = 1 and c > a + b; c not an integer <= 0",
    ),
    function(
        "trace",
        &[matrix("m")],
        "the sum of the diagonal",
        "m square",
    ),
    function(
        "entry",
        &[
            matrix("m"),
            integer("i", "the row, counted from 0"),
            integer("j", "the column, counted from 0"),
        ],
        "the entry in row i and column j",
        "i and j inside the matrix",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    const MOMENT: Signature = Signature {
        name: "J",
        parameters: &[
            integer("a", "first index"),
            integer("b", "second index"),
            number("theta", "angle"),
            Parameter {
                name: "f",
                kind: Kind::Activation,
                default: Some("relu"),
                doc: "activation",
            },
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

    #[test]
    fn variadic_functions_take_two_or_more() {
        let bound = |text: &str| {
            let formula = read(text);
            let ExprKind::Call(call) = &formula.kind else {
                panic!("{text} is a call")
            };
            builtin(&call.name)
                .unwrap()
                .bind(call, 0..0)
                .map(|b| b.len())
        };
        assert_eq!(bound("max(1, 2, 3)"), Ok(3));
        assert_eq!(bound("max(y=1, x=2)"), Ok(2));
        assert!(bound("max(1)").is_err());
        assert!(bound("max(1, 2, y=3)").is_err());
        assert!(bound("sin(1, 2)").is_err());
    }

    #[test]
    fn the_nearest_name_is_a_likely_one() {
        let names = || ["rho", "theta", "angle.rate", "sin", "J"];
        for (typed, meant) in [
            ("tehta", Some("theta")),
            ("Theta", Some("theta")),
            ("angle.rates", Some("angle.rate")),
            ("sine", Some("sin")),
            ("j", Some("J")),
            ("rhos", Some("rho")),
            ("x", None),
            ("cutoff", None),
        ] {
            assert_eq!(nearest(typed, names()), meant, "{typed}");
        }
        assert_eq!(nearest(&"x".repeat(1_000_000), names()), None);
    }

    #[test]
    fn distances_by_hand() {
        let distance = |a: &str, b: &str| {
            edit_distance(
                &a.chars().collect::<Vec<_>>(),
                &b.chars().collect::<Vec<_>>(),
            )
        };
        for (a, b, d) in [
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("a", "a", 0),
            ("abc", "", 3),
        ] {
            assert_eq!(distance(a, b), d, "{a} {b}");
        }
    }

    #[test]
    fn builtins_are_named_once_and_fully_described() {
        for (i, function) in BUILTINS.iter().enumerate() {
            let name = function.signature.name;
            assert!(
                BUILTINS[..i].iter().all(|b| b.signature.name != name),
                "{name} twice"
            );
            assert!(
                !function.doc.is_empty() && !function.domain.is_empty(),
                "{name}"
            );
            // A name that the parser refuses would never get here.
            let call = format!("{name}(1)");
            assert!(matches!(read(&call).kind, ExprKind::Call(_)), "{call}");
        }
        assert!(builtin("log").is_none());
    }
}
