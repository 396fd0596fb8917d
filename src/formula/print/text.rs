//! The canonical text: the language of isobath itself.
//!
//! Reading it gives the same tree back, and it has no brackets but those that the tree needs, so it
//! is never nested deeper than the text the tree was read from.

use rug::Rational;

use super::super::expr::{Binder, BinderKind, Call, Constant, Expr, ExprKind};
use super::infix::{self, Dialect, Place, Writer};
use crate::error::Result;

/// The formula in the language of isobath.
pub(super) fn print(expr: &Expr) -> Result<String> {
    infix::print::<Text>(expr)
}

struct Text;

impl Dialect for Text {
    const SIGN_AFTER_OPERATOR: bool = true;
    const INFINITY: &'static str = "inf";

    fn number(out: &mut Writer<Self>, value: &Rational, _bare: bool) {
        out.push(&value.to_string());
    }

    fn constant(constant: Constant) -> &'static str {
        match constant {
            Constant::Pi => "pi",
            Constant::EulerGamma => "euler_gamma",
        }
    }

    fn name(out: &mut Writer<Self>, name: &str) {
        out.push(name);
    }

    fn call(out: &mut Writer<Self>, call: &Call, _whole: &Expr) -> Result<()> {
        out.push(&call.name);
        out.push("(");
        for (i, argument) in call.arguments.iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            if let Some(name) = &argument.name {
                out.push(name);
                out.push("=");
            }
            out.expr(&argument.value, Place::Whole)?;
        }
        out.push(")");
        Ok(())
    }

    fn binder(out: &mut Writer<Self>, binder: &Binder) -> Result<()> {
        let (name, range) = match &binder.kind {
            BinderKind::Sum { from, to } => ("sum", Some((from, to))),
            BinderKind::Product { from, to } => ("product", Some((from, to))),
            BinderKind::Integral { from, to } => ("integral", Some((from, to))),
            BinderKind::Derivative { .. } => ("diff", None),
            BinderKind::Coefficient { .. } => ("coefficient", None),
        };
        out.push(name);
        out.push("(");
        out.expr(&binder.body, Place::Whole)?;
        out.push(", ");
        out.push(&binder.variable);
        if let Some((from, to)) = range {
            out.push("=");
            out.expr(from, Place::Whole)?;
            out.push("..");
            out.expr(to, Place::Whole)?;
        }
        if let BinderKind::Derivative { order: number }
        | BinderKind::Coefficient { index: number } = &binder.kind
        {
            let first_derivative = matches!(binder.kind, BinderKind::Derivative { .. })
                && matches!(&number.kind, ExprKind::Number(n) if *n == 1);
            if !first_derivative {
                out.push(", ");
                out.expr(number, Place::Whole)?;
            }
        }
        out.push(")");
        Ok(())
    }
}
