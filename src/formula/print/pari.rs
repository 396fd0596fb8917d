//! PARI/GP: an expression that is valid in `gp` (2.13 or later).
//!
//! GP's integers and quotients are exact, so numbers are written as they are. In GP a variable may
//! not have the name of a function, and `theta` is one; GP's functions are words of two letters or
//! more without a trailing `_`, so every variable longer than one letter gets a `_` behind it, and
//! so do `I` and `O`. Sums to infinity, integrals and derivatives are numerical in GP and not
//! certified; `diff(E, t)` needs a number in `t`.

use rug::Rational;

use super::super::expr::{Binder, BinderKind, Call, Constant, Expr, ExprKind};
use super::infix::{self, Dialect, Place, Writer};
use super::template::{Piece, expand};
use crate::error::Result;

/// The formula as GP.
///
/// # Errors
/// A usage error for a call that GP does not know.
pub(super) fn print(expr: &Expr) -> Result<String> {
    infix::print::<Pari>(expr)
}

const FUNCTIONS: &[(&str, &str)] = &[
    ("sqrt", "sqrt(#1)"),
    ("cbrt", "((x)->sign(x)*abs(x)^(1/3))(#1)"),
    ("exp", "exp(#1)"),
    ("ln", "log(#1)"),
    ("sin", "sin(#1)"),
    ("cos", "cos(#1)"),
    ("tan", "tan(#1)"),
    ("cot", "cotan(#1)"),
    ("asin", "asin(#1)"),
    ("acos", "acos(#1)"),
    ("atan", "atan(#1)"),
    ("sinh", "sinh(#1)"),
    ("cosh", "cosh(#1)"),
    ("tanh", "tanh(#1)"),
    ("asinh", "asinh(#1)"),
    ("acosh", "acosh(#1)"),
    ("atanh", "atanh(#1)"),
    ("erf", "(1-erfc(#1))"),
    ("erfc", "erfc(#1)"),
    // erfi(x) = 2x/sqrt(pi) 1F1(1/2; 3/2; x^2)
    ("erfi", "((x)->2*x/sqrt(Pi)*hypergeom([1/2],[3/2],x^2))(#1)"),
    ("gamma", "gamma(#1)"),
    ("lgamma", "real(lngamma(#1))"),
    ("digamma", "psi(#1)"),
    // psi^(m)(x) = (-1)^(m+1) m! zeta(m+1, x) for m > 0
    (
        "polygamma",
        "((m,x)->if(m,(-1)^(m+1)*m!*zetahurwitz(m+1,x),psi(x)))(#1, #2)",
    ),
    ("zeta", "zeta(#1)"),
    ("factorial", "((n)->n!)(#1)"),
    ("double_factorial", "((n)->prod(k=0,(n-1)\\2,n-2*k))(#1)"),
    ("pochhammer", "((x,n)->prod(k=0,n-1,x+k))(#1, #2)"),
    ("binomial", "binomial(#1, #2)"),
    (
        "hermite",
        "((n,x)->n!*sum(m=0,n\\2,(-1)^m*x^(n-2*m)/(m!*(n-2*m)!*2^m)))(#1, #2)",
    ),
    ("abs", "abs(#1)"),
    ("floor", "floor(#1)"),
    ("ceil", "ceil(#1)"),
    ("min", "vecmin([#*])"),
    ("max", "vecmax([#*])"),
    ("lambertw", "lambertw(#1)"),
    ("hyp2f1", "hypergeom([#1, #2], #3, #4)"),
    ("trace", "((m)->sum(k=1,length(m),m[k][k]))(#1)"),
    ("entry", "((m,i,j)->m[i+1][j+1])(#1, #2, #3)"),
];

struct Pari;

impl Dialect for Pari {
    const INFINITY: &'static str = "oo";

    fn number(out: &mut Writer<Self>, value: &Rational, _bare: bool) {
        out.push(&value.to_string());
    }

    fn constant(constant: Constant) -> &'static str {
        match constant {
            Constant::Pi => "Pi",
            Constant::EulerGamma => "Euler",
        }
    }

    fn name(out: &mut Writer<Self>, name: &str) {
        out.push(name);
        if name.len() > 1 || matches!(name, "I" | "O") {
            out.push("_");
        }
    }

    fn call(out: &mut Writer<Self>, call: &Call, whole: &Expr) -> Result<()> {
        expand(FUNCTIONS, "PARI/GP", call, whole, |piece| match piece {
            Piece::Text(text) => {
                out.push(text);
                Ok(())
            }
            Piece::Argument(argument) => out.expr(argument, Place::Whole),
            Piece::All(arguments) => out.list(arguments),
        })
    }

    fn binder(out: &mut Writer<Self>, binder: &Binder) -> Result<()> {
        let (name, from, to) = match &binder.kind {
            BinderKind::Sum { from, to } => ("sum", from, to),
            BinderKind::Product { from, to } => ("prod", from, to),
            BinderKind::Integral { from, to } => ("intnum", from, to),
            BinderKind::Derivative { order } => {
                out.push("derivnum(");
                Self::name(out, &binder.variable);
                out.push("=");
                Self::name(out, &binder.variable);
                out.push(",");
                out.expr(&binder.body, Place::Whole)?;
                out.push(",");
                out.expr(order, Place::Whole)?;
                out.push(")");
                return Ok(());
            }
            BinderKind::Coefficient { index } => {
                // No variable is called `k_`: those of two letters and more end in `_` too.
                out.push("((k_)->((");
                Self::name(out, &binder.variable);
                out.push(")->polcoef(");
                out.expr(&binder.body, Place::Whole)?;
                out.push(",k_))('");
                Self::name(out, &binder.variable);
                out.push("+O('");
                Self::name(out, &binder.variable);
                out.push("^(k_+16))))(");
                out.expr(index, Place::Whole)?;
                out.push(")");
                return Ok(());
            }
        };
        let endless = to.kind == ExprKind::Infinity && name != "intnum";
        out.push(name);
        out.push(if endless { "inf(" } else { "(" });
        Self::name(out, &binder.variable);
        out.push("=");
        out.expr(from, Place::Whole)?;
        out.push(",");
        if !endless {
            out.expr(to, Place::Whole)?;
            out.push(",");
        }
        out.expr(&binder.body, Place::Whole)?;
        out.push(")");
        Ok(())
    }
}
