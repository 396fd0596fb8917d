//! The built-in functions: names, parameters, one line of meaning, domain.

use std::ops::Range;

use super::super::expr::{Call, Expr};
use super::{Kind, Parameter, Signature};
use crate::error::Result;

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

/// The built-in function of that name.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|b| b.signature.name == name)
}

const fn number(name: &'static str, doc: &'static str) -> Parameter {
    Parameter::required(name, Kind::Number, doc)
}

const fn integer(name: &'static str, doc: &'static str) -> Parameter {
    Parameter::required(name, Kind::Integer, doc)
}

const fn matrix(name: &'static str) -> Parameter {
    Parameter::required(name, Kind::List, "a matrix as a list of rows")
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
    use super::super::super::expr::ExprKind;
    use super::super::super::parse_expr;
    use super::*;
    use crate::limits::Limits;

    fn read(text: &str) -> Expr {
        parse_expr(text, &Limits::default()).unwrap()
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
