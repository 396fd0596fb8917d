//! Closed forms of kernels as formulas in the correlation u.
//!
//! For $x_+^p$ with an integer p it is the exact form of the ReLU moment, $κ = 2 J_{p,p}(θ)/(2p-1)!!$
//! at $u = \cos θ$; the others are those of the table in [`crate::theory::activation`].

use rug::Rational;

use crate::error::Result;
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::theory::activation::Activation;
use crate::theory::moments::MomentForm;
use crate::theory::quantity::{literal, natural};

/// Most nodes of a composed form.
const MOST_NODES: usize = 5000;
/// The highest power $x_+^p$ whose form is written out.
const LAST_POWER: u32 = 40;

/// κ_L(u) with a bias as a formula; `None` where no closed form is known, or it grows too long.
///
/// # Errors
/// Those of reading the formulas.
pub fn kernel(
    f: &Expr,
    u: &Expr,
    depth: u32,
    bias: &Expr,
    limits: &Limits,
) -> Result<Option<Expr>> {
    let Some(one_layer) = one_layer(f, limits)? else {
        return Ok(None);
    };
    let one_layer = match literal(bias) {
        Some(q) if q == 0 => one_layer,
        _ => Expr::sum([
            bias.clone(),
            Expr::product([Expr::sum([Expr::from(1), bias.clone().negate()]), one_layer]),
        ]),
    };
    let mut total = u.clone();
    for _ in 0..depth {
        total = one_layer.substitute("u", &total);
        if size(&total) > MOST_NODES.min(limits.max_nodes) {
            return Ok(None);
        }
    }
    Ok(Some(total))
}

fn size(expr: &Expr) -> usize {
    1 + expr.children().into_iter().map(size).sum::<usize>()
}

/// The kernel of one layer in the variable `u`; an activation is known by its canonical text.
fn one_layer(f: &Expr, limits: &Limits) -> Result<Option<Expr>> {
    let Ok(read) = Activation::read(f, limits) else {
        return Ok(None);
    };
    let f = parse_expr(&read.text(), limits)?;
    let text = match &f.kind {
        ExprKind::Name(name) => named(name),
        ExprKind::Call(call) => match (call.name.as_str(), call.arguments.as_slice()) {
            (name, [x]) if x.value == Expr::name("x") => named(name),
            ("leaky", [a]) => literal(&a.value).map(|a| leaky(&a)),
            ("repu", [p]) => natural(&p.value, LAST_POWER).map(power),
            (name, [x]) => scaled(&x.value).and_then(|a| scaled_kernel(name, &a)),
            _ => None,
        },
        _ => None,
    };
    text.map(|text| parse_expr(&text, limits)).transpose()
}

fn named(name: &str) -> Option<String> {
    let text = match name {
        "heaviside" => "1/2 + asin(u)/pi",
        "sign" => "2*asin(u)/pi",
        "relu" => "(sqrt(1-u^2) + u*(pi-acos(u)))/pi",
        "abs" => "2*(sqrt(1-u^2) + u*asin(u))/pi",
        "gelu" => "(u/4 + u*asin(u/2)/(2*pi) + 1/(2*pi*sqrt(4-u^2)))/(1/3 + 1/(2*sqrt(3)*pi))",
        "gcu" => "((1-u+u^2)*exp(u-1) - (1+u+u^2)*exp(-1-u))/(1-3*exp(-2))",
        _ => return scaled_kernel(name, &Rational::from(1)),
    };
    Some(text.to_string())
}

/// The factor of `a*x`.
fn scaled(argument: &Expr) -> Option<Rational> {
    let ExprKind::Product(factors) = &argument.kind else {
        return None;
    };
    let mut scale = Rational::from(1);
    let mut variables = 0;
    for factor in factors {
        if factor.value == Expr::name("x") && !factor.inverse {
            variables += 1;
        } else {
            let value = literal(&factor.value).filter(|value| *value != 0)?;
            scale *= if factor.inverse { value.recip() } else { value };
        }
    }
    (variables == 1 && scale != 0).then_some(scale)
}

/// erf(ax), sin(ax), cos(ax), exp(ax).
fn scaled_kernel(name: &str, a: &Rational) -> Option<String> {
    let square = Rational::from(a.square_ref());
    Some(match name {
        "erf" => {
            let double = Rational::from(2 * &square);
            let ratio = &double / Rational::from(1 + &double);
            format!("asin({ratio}*u)/asin({ratio})")
        }
        "sin" => format!("sinh({square}*u)/sinh({square})"),
        "cos" => format!("cosh({square}*u)/cosh({square})"),
        "exp" => format!("exp({square}*(u-1))"),
        _ => return None,
    })
}

/// leaky(a) = (1+a)/2 · x + (1−a)/2 · |x|.
fn leaky(a: &Rational) -> String {
    let plus = Rational::from(a + 1).square();
    let minus = Rational::from(1 - a).square();
    let total = Rational::from(&plus + &minus);
    let (plus, minus) = (plus / &total, minus / total);
    format!("{plus}*u + {minus}*2*(sqrt(1-u^2) + u*asin(u))/pi")
}

/// κ of $x_+^p$: with c = u, s = √(1−u²) and π − θ = π − acos u,
/// $2J/(2p-1)!! = [s A(u) + (π-\arccos u) B(u)]/(π (2p-1)!!)$.
fn power(p: u32) -> String {
    match (p, MomentForm::new(p, p)) {
        (0, _) => "1/2 + asin(u)/pi".to_string(),
        (_, MomentForm::Even { a_poly, b_poly }) => {
            let norm = crate::number::combinatorial::double_factorial(2 * i64::from(p) - 1);
            format!(
                "(sqrt(1-u^2)*({}) + (pi-acos(u))*({}))/({norm}*pi)",
                a_poly.to_text("u"),
                b_poly.to_text("u")
            )
        }
        (_, MomentForm::Odd { .. }) => "u".to_string(),
    }
}
