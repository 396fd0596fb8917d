//! Plain text for reading: θ, π, √, superscripts, `·`, fractions on one line.

use rug::{Integer, Rational};

use super::super::expr::{Binder, BinderKind, Call, Constant, Expr, ExprKind, Factor};
use super::infix::{self, Dialect, Place, Writer};
use super::quotient::Quotient;
use super::symbol::{VARIANCE, symbol};
use crate::error::Result;

/// The formula in mathematical characters.
pub(super) fn print(expr: &Expr) -> Result<String> {
    infix::print::<Unicode>(expr)
}

struct Unicode;

impl Dialect for Unicode {
    const TIMES: &'static str = "·";
    const MINUS: &'static str = "−";
    const INFINITY: &'static str = "∞";

    fn number(out: &mut Writer<Self>, value: &Rational, _bare: bool) {
        out.push(&value.to_string());
    }

    fn constant(constant: Constant) -> &'static str {
        match constant {
            Constant::Pi => "π",
            Constant::EulerGamma => "γ",
        }
    }

    fn name(out: &mut Writer<Self>, name: &str) {
        let symbol = symbol(name);
        match symbol.greek {
            _ if name == VARIANCE => out.push("σ²"),
            None => out.push(name),
            Some((_, letter)) => {
                out.push(letter);
                if symbol.below.bytes().all(|b| b.is_ascii_digit()) {
                    out.push(&raised(symbol.below, "₀₁₂₃₄₅₆₇₈₉"));
                } else {
                    out.push("_");
                    out.push(symbol.below);
                }
            }
        }
    }

    fn call(out: &mut Writer<Self>, call: &Call, _whole: &Expr) -> Result<()> {
        let (open, close) = match (call.name.as_str(), call.arguments.as_slice()) {
            (name @ ("sqrt" | "cbrt"), [argument]) => {
                out.push(if name == "sqrt" { "√" } else { "∛" });
                if is_short(&argument.value) {
                    return out.expr(&argument.value, Place::Whole);
                }
                ("(", ")")
            }
            (name @ ("factorial" | "double_factorial"), [argument]) => {
                out.expr(&argument.value, Place::Base)?;
                out.push(if name == "factorial" { "!" } else { "!!" });
                return Ok(());
            }
            ("abs", [_]) => ("|", "|"),
            ("floor", [_]) => ("⌊", "⌋"),
            ("ceil", [_]) => ("⌈", "⌉"),
            ("gamma", [_]) => ("Γ(", ")"),
            ("digamma", [_]) => ("ψ(", ")"),
            (name, _) => {
                Self::name(out, name);
                ("(", ")")
            }
        };
        out.push(open);
        for (i, argument) in call.arguments.iter().enumerate() {
            if i > 0 {
                out.push(", ");
            }
            if let Some(name) = &argument.name {
                Self::name(out, name);
                out.push("=");
            }
            out.expr(&argument.value, Place::Whole)?;
        }
        out.push(close);
        Ok(())
    }

    fn binder(out: &mut Writer<Self>, binder: &Binder) -> Result<()> {
        let (operator, from, to) = match &binder.kind {
            BinderKind::Sum { from, to } => ("Σ(", from, to),
            BinderKind::Product { from, to } => ("∏(", from, to),
            BinderKind::Integral { from, to } => ("∫(", from, to),
            BinderKind::Derivative { order } => {
                let order = match &order.kind {
                    ExprKind::Number(n) if *n == 1 => String::new(),
                    ExprKind::Number(n) if n.is_integer() => superscript(n.numer()),
                    _ => format!("^({})", infix::print::<Self>(order)?),
                };
                out.push("(d");
                out.push(&order);
                out.push("/d");
                Self::name(out, &binder.variable);
                out.push(&order);
                out.push(")(");
                out.expr(&binder.body, Place::Whole)?;
                out.push(")");
                return Ok(());
            }
            BinderKind::Coefficient { index } => {
                out.push("[");
                Self::power(out, &Expr::name(&*binder.variable), index)?;
                out.push("](");
                out.expr(&binder.body, Place::Whole)?;
                out.push(")");
                return Ok(());
            }
        };
        out.push(operator);
        out.expr(&binder.body, Place::Whole)?;
        out.push(", ");
        Self::name(out, &binder.variable);
        out.push("=");
        out.expr(from, Place::Whole)?;
        out.push("..");
        out.expr(to, Place::Whole)?;
        out.push(")");
        Ok(())
    }

    fn power(out: &mut Writer<Self>, base: &Expr, exponent: &Expr) -> Result<()> {
        out.expr(base, Place::Base)?;
        let integer = match &exponent.kind {
            ExprKind::Number(n) if n.is_integer() => Some(n.numer().clone()),
            ExprKind::Negate(inner) => match &inner.kind {
                ExprKind::Number(n) if n.is_integer() => Some(-n.numer().clone()),
                _ => None,
            },
            _ => None,
        };
        match integer {
            Some(integer) => out.push(&superscript(&integer)),
            None => {
                // A superscript inside an exponent needs brackets to be seen as part of it.
                out.push("^");
                out.expr(exponent, Place::Base)?;
            }
        }
        Ok(())
    }

    /// `√2`, `3!` and `σ²` are one thing alone, but not below an exponent.
    fn is_loose_base(base: &Expr) -> bool {
        match &base.kind {
            ExprKind::Call(call) => {
                matches!(
                    call.name.as_str(),
                    "sqrt" | "cbrt" | "factorial" | "double_factorial"
                )
            }
            ExprKind::Name(name) => name == VARIANCE,
            _ => false,
        }
    }

    /// All divisors behind one stroke: `x/2/π` is x/(2·π).
    fn product(out: &mut Writer<Self>, factors: &[Factor]) -> Result<()> {
        let quotient = Quotient::of(factors);
        let (above, below) = (quotient.above(), quotient.below());
        match above.as_slice() {
            [] => out.push("1"),
            several => Self::chain(out, several)?,
        }
        match below.as_slice() {
            [] => {}
            [one] => {
                out.push("/");
                out.expr(one, Place::Factor)?;
            }
            several => {
                out.push("/(");
                Self::chain(out, several)?;
                out.push(")");
            }
        }
        Ok(())
    }
}

impl Unicode {
    fn chain(out: &mut Writer<Self>, factors: &[&Expr]) -> Result<()> {
        for (i, factor) in factors.iter().enumerate() {
            if i > 0 {
                out.push(Self::TIMES);
            }
            out.expr(factor, if i == 0 { Place::Head } else { Place::Factor })?;
        }
        Ok(())
    }
}

/// Whether √ can stand before it without brackets.
fn is_short(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(n) => n.is_integer() && *n >= 0,
        ExprKind::Name(name) => name != VARIANCE,
        ExprKind::Constant(_) => true,
        _ => false,
    }
}

fn superscript(n: &Integer) -> String {
    raised(&n.to_string(), "⁰¹²³⁴⁵⁶⁷⁸⁹").replace('-', "⁻")
}

/// The text with its digits replaced by those given.
fn raised(text: &str, digits: &str) -> String {
    let replace = |c: char| c.to_digit(10).and_then(|d| digits.chars().nth(d as usize));
    text.chars().map(|c| replace(c).unwrap_or(c)).collect()
}
