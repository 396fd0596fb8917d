//! LaTeX for math mode: \frac, \sqrt, \left( \right), Greek letters, subscripts.
//!
//! Needs amsmath (\operatorname, \binom, \mathrm). Whatever comes from a name is escaped.

use super::super::expr::{Binder, BinderKind, Call, Constant, Expr, ExprKind, Factor, Term};
use super::infix::Place;
use super::quotient::Quotient;
use super::symbol::{VARIANCE, symbol};
use crate::error::Result;

/// The formula as LaTeX; never fails.
pub(super) fn print(expr: &Expr) -> Result<String> {
    let mut out = String::new();
    write(&mut out, expr, Place::Whole);
    Ok(out)
}

fn write(out: &mut String, expr: &Expr, place: Place) {
    let brackets = match &expr.kind {
        ExprKind::Sum(_) | ExprKind::Binder(_) => place > Place::Whole,
        ExprKind::Negate(_) => place > Place::Whole,
        ExprKind::Number(n) if *n < 0 => place > Place::Whole,
        ExprKind::Number(n) => !n.is_integer() && place == Place::Base,
        ExprKind::Product(factors) => {
            let fraction = !Quotient::of(factors).below().is_empty();
            place > if fraction { Place::Factor } else { Place::Term }
        }
        ExprKind::Power(..) => place == Place::Base,
        ExprKind::Name(name) => place == Place::Base && name == VARIANCE,
        ExprKind::Call(call) => place == Place::Base && is_loose(call),
        ExprKind::Constant(_) | ExprKind::Infinity | ExprKind::List(_) => false,
    };
    if brackets {
        out.push_str(r"\left(");
        unbracketed(out, expr);
        out.push_str(r"\right)");
    } else {
        unbracketed(out, expr);
    }
}

/// Whether the call ends in something that an exponent would seem to belong to.
fn is_loose(call: &Call) -> bool {
    matches!(
        call.name.as_str(),
        "exp" | "factorial" | "double_factorial" | "pochhammer"
    )
}

fn unbracketed(out: &mut String, expr: &Expr) {
    match &expr.kind {
        ExprKind::Number(n) => {
            if *n < 0 {
                out.push('-');
            }
            let n = n.clone().abs();
            if n.is_integer() {
                out.push_str(&n.to_string());
            } else {
                out.push_str(&format!(r"\frac{{{}}}{{{}}}", n.numer(), n.denom()));
            }
        }
        ExprKind::Constant(Constant::Pi) => out.push_str(r"\pi"),
        ExprKind::Constant(Constant::EulerGamma) => out.push_str(r"\gamma"),
        ExprKind::Infinity => out.push_str(r"\infty"),
        ExprKind::Name(text) => name(out, text),
        ExprKind::Negate(inner) => {
            out.push('-');
            write(out, inner, Place::Term);
        }
        ExprKind::Sum(terms) => sum(out, terms),
        ExprKind::Product(factors) => product(out, factors),
        ExprKind::Power(base, exponent) => power(out, base, exponent),
        ExprKind::Call(inner) => call(out, inner, None),
        ExprKind::List(entries) => {
            out.push_str(r"\left[");
            list(out, entries);
            out.push_str(r"\right]");
        }
        ExprKind::Binder(inner) => binder(out, inner),
    }
}

fn list<'a>(out: &mut String, entries: impl IntoIterator<Item = &'a Expr>) {
    for (i, entry) in entries.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, entry, Place::Whole);
    }
}

/// `\command{…}`
fn braced(out: &mut String, command: &str, argument: &Expr) {
    out.push_str(command);
    out.push('{');
    write(out, argument, Place::Whole);
    out.push('}');
}

fn sum(out: &mut String, terms: &[Term]) {
    for (i, Term { negative, value }) in terms.iter().enumerate() {
        out.push_str(match (i, negative) {
            (0, false) => "",
            (0, true) => "-",
            (_, false) => " + ",
            (_, true) => " - ",
        });
        write(out, value, Place::Term);
    }
    if terms.is_empty() {
        out.push('0');
    }
}

fn product(out: &mut String, factors: &[Factor]) {
    let quotient = Quotient::of(factors);
    let (above, below) = (quotient.above(), quotient.below());
    if below.is_empty() {
        return chain(out, &above);
    }
    out.push_str(r"\frac{");
    row(out, &above);
    out.push_str("}{");
    row(out, &below);
    out.push('}');
}

/// One side of a fraction, whose braces are brackets enough for a lone factor.
fn row(out: &mut String, factors: &[&Expr]) {
    match factors {
        [alone] => write(out, alone, Place::Whole),
        several => chain(out, several),
    }
}

/// Factors side by side; a dot where juxtaposition would read as one number.
fn chain(out: &mut String, factors: &[&Expr]) {
    for (i, factor) in factors.iter().enumerate() {
        if i > 0 {
            out.push_str(if begins_with_number(factor) {
                r" \cdot "
            } else {
                r" \, "
            });
        }
        write(out, factor, Place::Factor);
    }
    if factors.is_empty() {
        out.push('1');
    }
}

/// Whether the LaTeX of a factor begins with a digit or a fraction.
fn begins_with_number(factor: &Expr) -> bool {
    match &factor.kind {
        ExprKind::Number(n) => *n >= 0,
        ExprKind::Product(factors) => !Quotient::of(factors).below().is_empty(),
        ExprKind::Power(base, _) => {
            matches!(&base.kind, ExprKind::Number(n) if n.is_integer() && *n >= 0)
        }
        ExprKind::Call(call) => {
            matches!(call.name.as_str(), "factorial" | "double_factorial")
                && call
                    .arguments
                    .first()
                    .is_some_and(|a| matches!(a.value.kind, ExprKind::Number(_)))
        }
        _ => false,
    }
}

fn power(out: &mut String, base: &Expr, exponent: &Expr) {
    // \cos^{2}\left(x\right): the habit for functions that are written by their name.
    if let ExprKind::Call(inner) = &base.kind
        && is_command(&inner.name)
        && matches!(&exponent.kind, ExprKind::Number(n) if n.is_integer() && *n > 0)
    {
        return call(out, inner, Some(exponent));
    }
    write(out, base, Place::Base);
    out.push_str("^{");
    match &exponent.kind {
        ExprKind::Number(n) => out.push_str(&n.to_string()),
        _ => write(out, exponent, Place::Whole),
    }
    out.push('}');
}

/// The functions that LaTeX has a command of the same name for.
fn is_command(name: &str) -> bool {
    matches!(
        name,
        "ln" | "sin" | "cos" | "tan" | "cot" | "sinh" | "cosh" | "tanh" | "min" | "max"
    )
}

/// A call; `exponent` is set between the name and the arguments of a function that has a command.
fn call(out: &mut String, call: &Call, exponent: Option<&Expr>) {
    let plain = call
        .arguments
        .iter()
        .all(|argument| argument.name.is_none());
    let arguments: Vec<&Expr> = call
        .arguments
        .iter()
        .map(|argument| &argument.value)
        .collect();
    let delimited = |out: &mut String, open: &str, inner: &Expr, close: &str| {
        out.push_str(open);
        write(out, inner, Place::Whole);
        out.push_str(close);
    };
    match (call.name.as_str(), arguments.as_slice()) {
        ("sqrt", [x]) if plain => return braced(out, r"\sqrt", x),
        ("cbrt", [x]) if plain => return braced(out, r"\sqrt[3]", x),
        ("exp", [x]) if plain => return braced(out, "e^", x),
        ("abs", [x]) if plain => return delimited(out, r"\left|", x, r"\right|"),
        ("floor", [x]) if plain => return delimited(out, r"\left\lfloor ", x, r"\right\rfloor "),
        ("ceil", [x]) if plain => return delimited(out, r"\left\lceil ", x, r"\right\rceil "),
        ("factorial", [n]) if plain => {
            write(out, n, Place::Base);
            return out.push('!');
        }
        ("double_factorial", [n]) if plain => {
            write(out, n, Place::Base);
            return out.push_str("!!");
        }
        ("binomial", [n, k]) if plain => {
            braced(out, r"\binom", n);
            return braced(out, "", k);
        }
        ("pochhammer", [x, n]) if plain => {
            delimited(out, r"\left(", x, r"\right)");
            return braced(out, "_", n);
        }
        ("hermite", [n, x]) if plain => {
            braced(out, r"\mathrm{He}_", n);
            return delimited(out, r"\left(", x, r"\right)");
        }
        ("polygamma", [m, x]) if plain => {
            delimited(out, r"\psi^{\left(", m, r"\right)}");
            return delimited(out, r"\left(", x, r"\right)");
        }
        ("hyp2f1", [a, b, c, z]) if plain => {
            out.push_str(r"{}_{2}F_{1}\left(");
            list(out, [*a, *b]);
            delimited(out, "; ", c, "; ");
            return delimited(out, "", z, r"\right)");
        }
        ("gamma", _) => out.push_str(r"\Gamma"),
        ("digamma", _) => out.push_str(r"\psi"),
        ("lambertw", _) => out.push('W'),
        (command, _) if is_command(command) => {
            out.push('\\');
            out.push_str(command);
        }
        (other, _) => function_name(out, other),
    }
    if let Some(exponent) = exponent {
        braced(out, "^", exponent);
    }
    out.push_str(r"\left(");
    for (i, argument) in call.arguments.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if let Some(parameter) = &argument.name {
            name(out, parameter);
            out.push('=');
        }
        write(out, &argument.value, Place::Whole);
    }
    out.push_str(r"\right)");
}

fn binder(out: &mut String, binder: &Binder) {
    let range = match &binder.kind {
        BinderKind::Sum { from, to } => Some((r"\sum_{", from, to)),
        BinderKind::Product { from, to } => Some((r"\prod_{", from, to)),
        BinderKind::Integral { from, to } => {
            braced(out, r"\int_", from);
            braced(out, "^", to);
            out.push(' ');
            write(out, &binder.body, Place::Term);
            out.push_str(r" \, d");
            return name(out, &binder.variable);
        }
        BinderKind::Derivative { order } => {
            let first = matches!(&order.kind, ExprKind::Number(n) if *n == 1);
            let raise = |out: &mut String| {
                if !first {
                    braced(out, "^", order);
                }
            };
            out.push_str(r"\frac{d");
            raise(out);
            out.push_str("}{d");
            name(out, &binder.variable);
            raise(out);
            out.push_str("} ");
            None
        }
        BinderKind::Coefficient { index } => {
            out.push_str(r"\left[");
            name(out, &binder.variable);
            braced(out, "^", index);
            out.push_str(r"\right] ");
            None
        }
    };
    if let Some((command, from, to)) = range {
        out.push_str(command);
        name(out, &binder.variable);
        out.push('=');
        write(out, from, Place::Whole);
        braced(out, "}^", to);
        out.push(' ');
    }
    write(out, &binder.body, Place::Term);
}

/// A variable: Greek where its name is, upright where it has several letters.
fn name(out: &mut String, text: &str) {
    let symbol = symbol(text);
    match symbol.greek {
        _ if text == VARIANCE => return out.push_str(r"\sigma^{2}"),
        Some((command, _)) => out.push_str(command),
        None if symbol.base.len() == 1 => out.push_str(symbol.base),
        None => {
            out.push_str(r"\mathrm{");
            escape(out, text);
            return out.push('}');
        }
    }
    if !symbol.below.is_empty() {
        out.push_str("_{");
        escape(out, symbol.below);
        out.push('}');
    }
}

/// The name of a function: as a variable where it is one symbol, else as an operator.
fn function_name(out: &mut String, text: &str) {
    let symbol = symbol(text);
    if text == VARIANCE || symbol.greek.is_some() || symbol.base.len() == 1 {
        return name(out, text);
    }
    out.push_str(r"\operatorname{");
    escape(out, text);
    out.push('}');
}

/// Text with the characters that LaTeX gives a meaning made harmless.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '_' | '{' | '}' | '%' | '&' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str(r"\backslash "),
            '^' => out.push_str(r"\hat{}"),
            '~' => out.push_str(r"\sim "),
            c => out.push(c),
        }
    }
}
