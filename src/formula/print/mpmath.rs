//! Python for mpmath: an expression that is valid after `from mpmath import mp`.
//!
//! Free variables are to be Python numbers or `mpf`. In Python `1/3` is a rounded float and `2**-1`
//! too, so every integer that an operator meets is written `mp.mpf(n)`; integers stay bare only as
//! exponents and alone between commas. Python refuses integer literals of more than 4300 digits;
//! longer ones are written as strings, which mpf reads. Sums to infinity, products, integrals and
//! derivatives are numerical in mpmath and not certified.

use rug::Rational;

use super::super::expr::{Binder, BinderKind, Call, Constant, Expr, ExprKind};
use super::infix::{self, Dialect, Place, Writer};
use super::template::{Piece, expand};
use crate::error::Result;

/// The formula as Python.
///
/// # Errors
/// A usage error for a call that mpmath does not know.
pub(super) fn print(expr: &Expr) -> Result<String> {
    infix::print::<Mpmath>(expr)
}

const FUNCTIONS: &[(&str, &str)] = &[
    ("sqrt", "mp.sqrt(#1)"),
    ("cbrt", "(lambda x: mp.sign(x)*mp.cbrt(mp.fabs(x)))(#1)"),
    ("exp", "mp.exp(#1)"),
    ("ln", "mp.ln(#1)"),
    ("sin", "mp.sin(#1)"),
    ("cos", "mp.cos(#1)"),
    ("tan", "mp.tan(#1)"),
    ("cot", "mp.cot(#1)"),
    ("asin", "mp.asin(#1)"),
    ("acos", "mp.acos(#1)"),
    ("atan", "mp.atan(#1)"),
    ("sinh", "mp.sinh(#1)"),
    ("cosh", "mp.cosh(#1)"),
    ("tanh", "mp.tanh(#1)"),
    ("asinh", "mp.asinh(#1)"),
    ("acosh", "mp.acosh(#1)"),
    ("atanh", "mp.atanh(#1)"),
    ("erf", "mp.erf(#1)"),
    ("erfc", "mp.erfc(#1)"),
    ("erfi", "mp.erfi(#1)"),
    ("gamma", "mp.gamma(#1)"),
    ("lgamma", "mp.re(mp.loggamma(#1))"),
    ("digamma", "mp.digamma(#1)"),
    ("polygamma", "mp.polygamma(#1, #2)"),
    ("zeta", "mp.zeta(#1)"),
    ("factorial", "mp.factorial(#1)"),
    ("double_factorial", "mp.fac2(#1)"),
    ("pochhammer", "mp.rf(#1, #2)"),
    ("binomial", "mp.binomial(#1, #2)"),
    // mpmath has the physicists' H_n; He_n(x) = 2^(-n/2) H_n(x/sqrt(2)).
    (
        "hermite",
        "(lambda n, x: mp.hermite(n, x/mp.sqrt(2))/mp.sqrt(2)**n)(#1, #2)",
    ),
    ("abs", "mp.fabs(#1)"),
    ("floor", "mp.floor(#1)"),
    ("ceil", "mp.ceil(#1)"),
    ("min", "mp.mpf(min(#*))"),
    ("max", "mp.mpf(max(#*))"),
    ("lambertw", "mp.lambertw(#1)"),
    ("hyp2f1", "mp.hyp2f1(#1, #2, #3, #4)"),
    (
        "trace",
        "(lambda m: mp.fsum(m[k][k] for k in range(len(m))))(#1)",
    ),
    ("entry", "mp.mpf((#1)[int(#2)][int(#3)])"),
];

/// The words that Python keeps for itself, and the one module name that formulas use.
const RESERVED: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "int", "is",
    "lambda", "max", "min", "mp", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield", "False", "None", "True",
];

/// Most digits of an integer literal in Python source.
const LONGEST_LITERAL: usize = 4300;

struct Mpmath;

impl Dialect for Mpmath {
    const INFINITY: &'static str = "mp.inf";

    fn number(out: &mut Writer<Self>, value: &Rational, bare: bool) {
        let mpf = |out: &mut Writer<Self>, digits: &str| {
            let quote = if digits.len() > LONGEST_LITERAL {
                "'"
            } else {
                ""
            };
            for text in ["mp.mpf(", quote, digits, quote, ")"] {
                out.push(text);
            }
        };
        let digits = value.numer().to_string();
        if value.is_integer() && bare && digits.len() <= LONGEST_LITERAL {
            return out.push(&digits);
        }
        mpf(out, &digits);
        if !value.is_integer() {
            out.push("/");
            let digits = value.denom().to_string();
            if digits.len() > LONGEST_LITERAL {
                mpf(out, &digits);
            } else {
                out.push(&digits);
            }
        }
    }

    fn constant(constant: Constant) -> &'static str {
        match constant {
            Constant::Pi => "mp.pi",
            Constant::EulerGamma => "mp.euler",
        }
    }

    fn name(out: &mut Writer<Self>, name: &str) {
        out.push(name);
        // `mp_` is a free name too: with one more `_` for each it has, no two names meet.
        if RESERVED.contains(&name.trim_end_matches('_')) {
            out.push("_");
        }
    }

    fn call(out: &mut Writer<Self>, call: &Call, whole: &Expr) -> Result<()> {
        expand(FUNCTIONS, "mpmath", call, whole, |piece| match piece {
            Piece::Text(text) => {
                out.push(text);
                Ok(())
            }
            Piece::Argument(argument) => out.expr(argument, Place::Whole),
            Piece::All(arguments) => out.list(arguments),
        })
    }

    fn binder(out: &mut Writer<Self>, binder: &Binder) -> Result<()> {
        out.push(match &binder.kind {
            BinderKind::Sum { .. } => "mp.nsum(lambda ",
            BinderKind::Product { .. } => "mp.nprod(lambda ",
            BinderKind::Integral { .. } => "mp.quad(lambda ",
            BinderKind::Derivative { .. } => "mp.diff(lambda ",
            BinderKind::Coefficient { .. } => "mp.taylor(lambda ",
        });
        Self::name(out, &binder.variable);
        out.push(": ");
        out.expr(&binder.body, Place::Whole)?;
        match &binder.kind {
            BinderKind::Sum { from, to }
            | BinderKind::Product { from, to }
            | BinderKind::Integral { from, to } => {
                out.push(", [");
                out.list([from, to])?;
                out.push("])");
            }
            BinderKind::Derivative { order } => {
                out.push(", ");
                Self::name(out, &binder.variable);
                out.push(", int(");
                out.expr(order, Place::Whole)?;
                out.push("))");
            }
            BinderKind::Coefficient { index } => {
                out.push(", 0, int(");
                out.expr(index, Place::Whole)?;
                out.push("))[-1]");
            }
        }
        Ok(())
    }

    fn power(out: &mut Writer<Self>, base: &Expr, exponent: &Expr) -> Result<()> {
        out.expr(base, Place::Base)?;
        out.push("**");
        match &exponent.kind {
            ExprKind::Number(n) if n.is_integer() => {
                Self::number(out, n, true);
                Ok(())
            }
            _ => out.expr(exponent, Place::Factor),
        }
    }
}
