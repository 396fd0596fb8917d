//! From a formula to the activation it is, if it has a name or belongs to a family with closed forms.
//!
//! `f` and `f(x)` are the same activation. A rational factor is taken out, a factor a inside is the
//! scale of `f(a*x)`. Odd and even functions take their sign outside.

use rug::Rational;

use crate::error::{Error, Result};
use crate::formula::expr::{Argument, Call, Expr, ExprKind, Factor};
use crate::limits::Limits;
use crate::theory::bessel::hermite::Hermite;
use crate::theory::quantity::{literal, natural};

use super::atan::Atan;
use super::cos::Cos;
use super::elu::Elu;
use super::erf::Erf;
use super::exponential::Exponential;
use super::factor::Scaled;
use super::gaussian::Gaussian;
use super::gcu::Gcu;
use super::gelu::Gelu;
use super::hardtanh::HardTanh;
use super::logistic::Logistic;
use super::mish::Mish;
use super::polynomial::{MAX_DEGREE, Polynomial, multiply};
use super::power::{Folded, Power};
use super::shape::Shape;
use super::silu::Silu;
use super::sin::Sin;
use super::softplus::Softplus;
use super::softsign::Softsign;
use super::tanh::Tanh;

/// An activation and the factor before it.
type Found = Option<(Rational, Box<dyn Shape>)>;

/// The activation that a formula is, if it is known by name or family.
///
/// # Errors
/// A domain error that says why a known form is no activation: a bad parameter, a constant.
pub fn known(expr: &Expr, limits: &Limits) -> Result<Option<Box<dyn Shape>>> {
    let (outer, rest) = factor_of(expr);
    if outer == 0 {
        Polynomial::new(Vec::new())?;
    }
    let found = recognise(&rest, limits).map_err(|error| error.at(expr.span.clone()))?;
    Ok(found.map(|(inner, shape)| {
        let factor = outer * inner;
        if factor == 1 {
            shape
        } else {
            Box::new(Scaled { factor, shape })
        }
    }))
}

/// The rational factor of a formula, and the formula without it.
fn factor_of(expr: &Expr) -> (Rational, Expr) {
    match &expr.kind {
        ExprKind::Negate(inner) => {
            let (factor, rest) = factor_of(inner);
            (-factor, rest)
        }
        ExprKind::Product(factors) => {
            let mut total = Rational::from(1);
            let mut rest = Vec::new();
            for factor in factors {
                match literal(&factor.value) {
                    Some(q) if !factor.inverse => total *= q,
                    Some(q) if q != 0 => total /= q,
                    _ => rest.push(factor.clone()),
                }
            }
            if let [
                Factor {
                    inverse: false,
                    value,
                },
            ] = rest.as_slice()
            {
                let (inner, value) = factor_of(value);
                return (total * inner, value);
            }
            if rest.is_empty() {
                return (total, Expr::from(1));
            }
            (total, ExprKind::Product(rest).into())
        }
        _ => (Rational::from(1), expr.clone()),
    }
}

/// The a of `a*x`.
fn linear(expr: &Expr, limits: &Limits) -> Option<Rational> {
    match polynomial(expr, limits)?.as_slice() {
        [constant, a] if *constant == 0 && *a != 0 => Some(a.clone()),
        _ => None,
    }
}

/// The coefficients of a polynomial in x.
fn polynomial(expr: &Expr, limits: &Limits) -> Option<Vec<Rational>> {
    limits.check_deadline().ok()?;
    let value = match &expr.kind {
        ExprKind::Number(q) => vec![q.clone()],
        ExprKind::Name(name) if name == "x" => vec![Rational::new(), Rational::from(1)],
        ExprKind::Negate(inner) => polynomial(inner, limits)?
            .iter()
            .map(|a| Rational::from(-a))
            .collect(),
        ExprKind::Sum(terms) => {
            let mut total: Vec<Rational> = Vec::new();
            for term in terms {
                let part = polynomial(&term.value, limits)?;
                if part.len() > total.len() {
                    total.resize(part.len(), Rational::new());
                }
                for (sum, a) in total.iter_mut().zip(&part) {
                    if term.negative {
                        *sum -= a;
                    } else {
                        *sum += a;
                    }
                }
            }
            total
        }
        ExprKind::Product(factors) => {
            let mut total = vec![Rational::from(1)];
            for factor in factors {
                if factor.inverse {
                    let divisor = literal(&factor.value).filter(|q| *q != 0)?;
                    for a in &mut total {
                        *a /= &divisor;
                    }
                } else {
                    total = multiply(&total, &polynomial(&factor.value, limits)?);
                }
                if total.len() > MAX_DEGREE + 1 {
                    return None;
                }
            }
            total
        }
        ExprKind::Power(base, exponent) => {
            let base = polynomial(base, limits)?;
            let n = natural(exponent, MAX_DEGREE as u32)?;
            let mut total = vec![Rational::from(1)];
            for _ in 0..n {
                limits.check_deadline().ok()?;
                total = multiply(&total, &base);
                if total.len() > MAX_DEGREE + 1 {
                    return None;
                }
            }
            total
        }
        ExprKind::Call(call) if call.name == "hermite" => {
            let [degree, x] = call.arguments.as_slice() else {
                return None;
            };
            let n = natural(&degree.value, MAX_DEGREE as u32)?;
            if x.value != Expr::name("x") {
                return None;
            }
            let row = |k| Rational::from(Hermite::Probabilists.coefficient(n, k));
            (0..=n).map(row).collect()
        }
        _ => return None,
    };
    let mut value = value;
    while value.last().is_some_and(|last| *last == 0) {
        value.pop();
    }
    Some(value)
}

/// The call of one positional argument linear in x: its name and the factor.
fn of_linear<'a>(expr: &'a Expr, limits: &Limits) -> Option<(&'a str, Rational)> {
    match &expr.kind {
        ExprKind::Name(name) if name != "x" => Some((name, Rational::from(1))),
        ExprKind::Call(Call { name, arguments }) => match arguments.as_slice() {
            [Argument { name: None, value }] => Some((name, linear(value, limits)?)),
            _ => None,
        },
        _ => None,
    }
}

fn boxed(shape: impl Shape + 'static) -> Found {
    Some((Rational::from(1), Box::new(shape)))
}

/// An odd function of ax as one of |a|x.
fn odd<S: Shape + 'static>(a: Rational, make: impl Fn(Rational) -> S) -> Found {
    let sign = Rational::from(if a < 0 { -1 } else { 1 });
    Some((sign, Box::new(make(a.abs()))))
}

/// $α (ax)_+^p + β (-ax)_+^p$.
fn power(p: Rational, right: i64, left: i64, a: &Rational) -> Result<Found> {
    let (mut right, mut left) = (Rational::from(right), Rational::from(left));
    if *a < 0 {
        std::mem::swap(&mut right, &mut left);
    }
    power_of(p, right, left, a)
}

fn power_of(p: Rational, right: Rational, left: Rational, a: &Rational) -> Result<Found> {
    let size = Rational::from(a.abs_ref());
    let factor = if size == 1 {
        size
    } else if let Some(n) = p.is_integer().then(|| p.numer().to_u32()).flatten() {
        super::covariance::power(&size, n)
    } else {
        // |a|^p is no rational number.
        return Ok(None);
    };
    Ok(match Power::folded(p, right, left)? {
        Folded::Power(power) => Some((factor, Box::new(power))),
        Folded::Monomial(coefficient, n) => {
            let mut all = vec![Rational::new(); n as usize];
            all.push(Rational::from(1));
            let shape = Polynomial::new(all)?;
            Some((factor * coefficient, Box::new(shape)))
        }
    })
}

/// The activation of a name at ax.
fn named(name: &str, a: Rational) -> Result<Found> {
    Ok(match name {
        "relu" => power(Rational::from(1), 1, 0, &a)?,
        "heaviside" => power(Rational::new(), 1, 0, &a)?,
        "sign" => power(Rational::new(), 1, -1, &a)?,
        "abs" => power(Rational::from(1), 1, 1, &a)?,
        "erf" => odd(a, |scale| Erf { scale }),
        "tanh" => odd(a, |scale| Tanh { scale }),
        "atan" => odd(a, |scale| Atan { scale }),
        "sin" => odd(a, |scale| Sin { scale }),
        "gcu" => odd(a, |scale| Gcu { scale }),
        "softsign" => odd(a, |scale| Softsign { scale }),
        "cos" => boxed(Cos { scale: a.abs() }),
        "exp" => boxed(Exponential { scale: a }),
        "logistic" => boxed(Logistic { scale: a }),
        "softplus" => boxed(Softplus { scale: a }),
        "silu" => boxed(Silu { scale: a }),
        "gelu" => boxed(Gelu { scale: a }),
        "mish" => boxed(Mish { scale: a }),
        "selu" => boxed(Elu::selu(a)),
        "elu" => boxed(Elu::scaled(a)),
        // clip(ax, ±c) = |a| clip(x, ±c/|a|) up to sign.
        "hardtanh" => {
            let shape = HardTanh::new(Rational::from(a.abs_ref()).recip())?;
            Some((a, Box::new(shape)))
        }
        _ => None,
    })
}

/// The activations with a parameter: `leaky(1/5)`, `elu(2)`, `hardtanh(2)`, `repu(5/2)`.
fn with_parameter(call: &Call) -> Result<Option<Found>> {
    let parameter = match call.name.as_str() {
        "leaky" | "elu" => "al",
        "hardtanh" => "c",
        "repu" => "p",
        _ => return Ok(None),
    };
    let wrong = |what: &str| {
        Error::domain(format!("`{}` {what}", call.name)).with_hint(format!(
            "{}({parameter}) with a rational number {parameter}, like {}",
            call.name,
            match call.name.as_str() {
                "leaky" => "leaky(1/5)",
                "elu" => "elu(2)",
                "hardtanh" => "hardtanh(2)",
                _ => "repu(5/2)",
            }
        ))
    };
    let [argument] = call.arguments.as_slice() else {
        return Err(wrong("takes one parameter"));
    };
    if let Some(name) = &argument.name
        && name != parameter
    {
        return Err(wrong(&format!("has no parameter `{name}`")));
    }
    let Some(value) = literal(&argument.value) else {
        if argument.name.is_none() && matches!(parameter, "al" | "c") && call.name != "leaky" {
            // elu(x), hardtanh(2*x).
            return Ok(None);
        }
        return Err(wrong(&format!("needs a rational number {parameter}")));
    };
    let one = Rational::from(1);
    Ok(Some(match call.name.as_str() {
        "leaky" => power_of(one.clone(), one.clone(), -value, &one)?,
        "elu" if value == 0 => power(one.clone(), 1, 0, &one)?,
        "elu" => boxed(Elu::new(value)),
        "hardtanh" => boxed(HardTanh::new(value)?),
        _ => power(value, 1, 0, &one).map_err(|error| {
            let message = error.message().to_string();
            let error =
                Error::domain(format!("`repu` {message}").replace("`repu` the", "`repu`: the"));
            error.with_hint("repu(p) needs p > -1/2")
        })?,
    }))
}

fn recognise(expr: &Expr, limits: &Limits) -> Result<Found> {
    if let Some(coefficients) = polynomial(expr, limits) {
        return Ok(boxed(Polynomial::new(coefficients)?));
    }
    match &expr.kind {
        ExprKind::Name(name) if matches!(name.as_str(), "leaky" | "repu") => {
            let call = Call {
                name: name.clone(),
                arguments: Vec::new(),
            };
            Ok(with_parameter(&call)?.flatten())
        }
        ExprKind::Name(name) => named(name, Rational::from(1)),
        ExprKind::Call(call) => {
            if let Some(found) = with_parameter(call)? {
                return Ok(found);
            }
            if let Some((name, a)) = of_linear(expr, limits)
                && let Some(found) = named(name, a)?
            {
                return Ok(Some(found));
            }
            match half_line(expr, limits) {
                Some(a) => power(Rational::from(1), 1, 0, &a),
                None => of_call(call, limits),
            }
        }
        ExprKind::Power(base, exponent) => match literal(exponent) {
            Some(p) => of_power(base, p, limits),
            None => Ok(None),
        },
        ExprKind::Product(factors) => of_product(factors, limits),
        _ => Ok(None),
    }
}

/// exp(−bx²) and ln(1 + exp(ax)).
fn of_call(call: &Call, limits: &Limits) -> Result<Found> {
    let arguments: Vec<&Expr> = call.arguments.iter().map(|a| &a.value).collect();
    match (call.name.as_str(), arguments.as_slice()) {
        ("exp", [x]) => match polynomial(x, limits).as_deref() {
            Some([c, b, a]) if *c == 0 && *b == 0 => Ok(boxed(Gaussian::new(Rational::from(-a))?)),
            _ => Ok(None),
        },
        ("ln", [x]) => Ok(one_plus(x, "exp", limits).and_then(|scale| boxed(Softplus { scale }))),
        _ => Ok(None),
    }
}

/// The a of `1 + name(a*x)`.
fn one_plus(expr: &Expr, name: &str, limits: &Limits) -> Option<Rational> {
    let ExprKind::Sum(terms) = &expr.kind else {
        return None;
    };
    let [first, second] = terms.as_slice() else {
        return None;
    };
    if first.negative || second.negative {
        return None;
    }
    let one = Expr::from(1);
    let call = match (first.value == one, second.value == one) {
        (true, false) => &second.value,
        (false, true) => &first.value,
        _ => return None,
    };
    of_linear(call, limits)
        .filter(|(found, _)| *found == name)
        .map(|(_, a)| a)
}

/// abs(ax)^p, relu(ax)^p and max(ax, 0)^p.
fn of_power(base: &Expr, p: Rational, limits: &Limits) -> Result<Found> {
    if let Some(("abs", a)) = of_linear(base, limits) {
        return power(p, 1, 1, &a);
    }
    match half_line(base, limits) {
        Some(a) if p > 0 => power(p, 1, 0, &a),
        _ => Ok(None),
    }
}

/// The a of relu(ax), max(ax, 0) and max(0, ax).
fn half_line(expr: &Expr, limits: &Limits) -> Option<Rational> {
    if let Some(("relu", a)) = of_linear(expr, limits) {
        return Some(a);
    }
    let ExprKind::Call(call) = &expr.kind else {
        return None;
    };
    let zero = Expr::from(0);
    match (call.name.as_str(), call.arguments.as_slice()) {
        ("max", [x, y]) if y.value == zero => linear(&x.value, limits),
        ("max", [x, y]) if x.value == zero => linear(&y.value, limits),
        _ => None,
    }
}

/// sign(x)*abs(x)^p, x*abs(x)^p, x*logistic(a*x), x*cos(a*x), x/(1 + abs(a*x)), 1/(1 + exp(-a*x)).
fn of_product(factors: &[Factor], limits: &Limits) -> Result<Found> {
    let one = Rational::from(1);
    let inverse = |scale: &Rational| Rational::from(scale.recip_ref());
    match factors {
        [first, second] if !first.inverse && !second.inverse => {
            for (f, g) in [(&first.value, &second.value), (&second.value, &first.value)] {
                // A sign or x before a power of |x|.
                let lift = match (of_linear(f, limits), linear(f, limits)) {
                    (Some(("sign", a)), _) => Some((a, 0u32)),
                    (_, Some(a)) if a == 1 => Some((a, 1)),
                    _ => None,
                };
                if let Some((sign, lift)) = lift {
                    let (base, p) = match &g.kind {
                        ExprKind::Power(base, exponent) => (&**base, literal(exponent)),
                        _ => (g, Some(one.clone())),
                    };
                    if let (Some(("abs", a)), Some(p)) = (of_linear(base, limits), p) {
                        if a != 1 && a != -1 && lift == 1 {
                            return Ok(None);
                        }
                        let found = power(p + lift, 1, -1, &a.abs())?;
                        let flip = if sign < 0 { -1 } else { 1 };
                        return Ok(found.map(|(c, shape)| (c * flip, shape)));
                    }
                    if lift == 1
                        && let Some((name, scale)) = of_linear(g, limits)
                    {
                        return Ok(match name {
                            "logistic" => Some((inverse(&scale), Box::new(Silu { scale }))),
                            "cos" => {
                                let scale = scale.abs();
                                Some((inverse(&scale), Box::new(Gcu { scale })))
                            }
                            _ => continue,
                        });
                    }
                }
            }
            Ok(None)
        }
        [first, second] if !first.inverse && second.inverse => {
            let is_x = linear(&first.value, limits) == Some(one.clone());
            if is_x && let Some(scale) = one_plus(&second.value, "abs", limits) {
                let scale = scale.abs();
                return Ok(Some((inverse(&scale), Box::new(Softsign { scale }))));
            }
            if let Some(a) = one_plus(&second.value, "exp", limits) {
                let scale = -a;
                if is_x {
                    return Ok(Some((inverse(&scale), Box::new(Silu { scale }))));
                }
                if literal(&first.value) == Some(one) {
                    return Ok(boxed(Logistic { scale }));
                }
            }
            Ok(None)
        }
        // A numerator 1 may have been taken out as a factor.
        [only] if only.inverse => {
            Ok(one_plus(&only.value, "exp", limits).and_then(|a| boxed(Logistic { scale: -a })))
        }
        _ => Ok(None),
    }
}
