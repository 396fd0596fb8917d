//! Symbolic derivatives of formulas in the elementary functions.
//!
//! Each rule holds wherever the formula is differentiable in the real sense; where a function is
//! not (|x| at 0, floor at integers), the derivative given is the one beside that point.

use super::normaliser::normalise;
use super::unfold::{is_infinite, map_children, substitute, unfold};
use super::{Expander, functions};
use crate::error::{Error, Result};
use crate::formula::expr::{Binder, BinderKind, Call, Expr, ExprKind};
use crate::limits::Limits;

/// The derivative of a formula by a variable. Quantities are expanded to their closed forms first.
///
/// # Errors
/// A domain error that names the function whose derivative is not known.
pub fn derivative(
    expr: &Expr,
    variable: &str,
    limits: &Limits,
    expander: &dyn Expander,
) -> Result<Expr> {
    derivative_of_unfolded(&unfold(expr, limits, expander)?, variable)
}

/// The derivative of a formula by a variable, `order` times, in normal form after every step, so
/// that it stays as small as the closed form allows.
///
/// # Errors
/// As [`derivative`], and a limit error when a normal form becomes too large.
pub fn nth_derivative(
    expr: &Expr,
    variable: &str,
    order: u32,
    limits: &Limits,
    expander: &dyn Expander,
) -> Result<Expr> {
    nth_derivative_of_unfolded(unfold(expr, limits, expander)?, variable, order, limits)
}

/// The repeated derivative of a formula without quantities that have a closed form.
pub(super) fn nth_derivative_of_unfolded(
    mut expr: Expr,
    variable: &str,
    order: u32,
    limits: &Limits,
) -> Result<Expr> {
    for _ in 0..order {
        let slope = derivative_of_unfolded(&expr, variable)?;
        expr = normalise(&[&slope], limits)?.swap_remove(0).to_expr();
    }
    Ok(expr)
}

/// The derivative of a formula without quantities that have a closed form.
pub(super) fn derivative_of_unfolded(expr: &Expr, variable: &str) -> Result<Expr> {
    if !contains(expr, variable) {
        return Ok(Expr::from(0));
    }
    let rule = Rules { variable };
    let result = rule.derive(expr);
    if expr.span.is_empty() {
        result
    } else {
        result.map_err(|error| error.at(expr.span.clone()))
    }
}

/// Whether the variable occurs free.
pub(super) fn contains(expr: &Expr, variable: &str) -> bool {
    if let ExprKind::Name(name) = &expr.kind {
        return name == variable;
    }
    let mut local_body = match &expr.kind {
        ExprKind::Binder(binder) => {
            binder.variable == variable && !matches!(binder.kind, BinderKind::Derivative { .. })
        }
        _ => false,
    };
    let mut found = false;
    // The body of a binder comes first; its variable is local there.
    let visited = map_children(expr, &mut |child| {
        if !std::mem::take(&mut local_body) {
            found |= contains(child, variable);
        }
        Ok(Expr::from(0))
    });
    found && visited.is_ok()
}

struct Rules<'a> {
    variable: &'a str,
}

impl Rules<'_> {
    fn derive(&self, expr: &Expr) -> Result<Expr> {
        let d = |e: &Expr| derivative_of_unfolded(e, self.variable);
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Constant(_) | ExprKind::Infinity => Ok(Expr::from(0)),
            ExprKind::Name(name) => Ok(Expr::from(i64::from(name == self.variable))),
            ExprKind::Negate(inner) => Ok(d(inner)?.negate()),
            ExprKind::Sum(terms) => {
                let mut sum = Vec::new();
                for term in terms {
                    let value = d(&term.value)?;
                    sum.push(if term.negative { value.negate() } else { value });
                }
                Ok(Expr::sum(sum))
            }
            ExprKind::Product(factors) => {
                // (Π f_i^±1)' = Σ_i ± f_i'/f_i^(±1 or 2) · the others
                let mut sum = Vec::new();
                for (index, factor) in factors.iter().enumerate() {
                    let slope = d(&factor.value)?;
                    if is_zero(&slope) {
                        continue;
                    }
                    let mut product = slope;
                    for (other_index, other) in factors.iter().enumerate() {
                        if other_index == index {
                            continue;
                        }
                        product = if other.inverse {
                            product.over(other.value.clone())
                        } else {
                            times(product, other.value.clone())
                        };
                    }
                    if factor.inverse {
                        product = product.over(factor.value.clone().power(2)).negate();
                    }
                    sum.push(product);
                }
                Ok(Expr::sum(sum))
            }
            ExprKind::Power(base, exponent) => self.power(base, exponent),
            ExprKind::Call(call) => self.call(call),
            ExprKind::List(items) => {
                let items = items.iter().map(d).collect::<Result<_>>()?;
                Ok(ExprKind::List(items).into())
            }
            ExprKind::Binder(binder) => self.binder(binder),
        }
    }

    fn power(&self, base: &Expr, exponent: &Expr) -> Result<Expr> {
        let (in_base, in_exponent) = (
            contains(base, self.variable),
            contains(exponent, self.variable),
        );
        let mut sum = Vec::new();
        if in_base {
            // e·b^(e−1)·b'
            let slope = derivative_of_unfolded(base, self.variable)?;
            let lower = Expr::sum([exponent.clone(), Expr::from(-1)]);
            let lower = match &exponent.kind {
                ExprKind::Number(n) => Expr::rational(n.clone() - 1),
                _ => lower,
            };
            let power = if is_zero(&lower) {
                Expr::from(1)
            } else {
                base.clone().power(lower)
            };
            if !is_zero(exponent) {
                sum.push(Expr::product([exponent.clone(), power, slope]));
            }
        }
        if in_exponent {
            // b^e·ln(b)·e'
            let slope = derivative_of_unfolded(exponent, self.variable)?;
            let whole = base.clone().power(exponent.clone());
            sum.push(Expr::product([whole, call("ln", base), slope]));
        }
        Ok(Expr::sum(sum))
    }

    fn call(&self, function: &Call) -> Result<Expr> {
        let unknown = || {
            Error::domain(format!(
                "the derivative of `{}` is not known here",
                function.name
            ))
        };
        let named = function.arguments.iter().any(|a| a.name.is_some());
        if named || !functions::is_elementary(&function.name) {
            return Err(unknown());
        }
        let values: Vec<&Expr> = function.arguments.iter().map(|a| &a.value).collect();
        let slopes = values
            .iter()
            .map(|value| derivative_of_unfolded(value, self.variable))
            .collect::<Result<Vec<_>>>()?;
        let whole = || Expr::from(ExprKind::Call(function.clone()));
        match (values.as_slice(), slopes.as_slice()) {
            ([x], [slope]) => {
                let outer = derivative_of_one(&function.name, x).ok_or_else(unknown)?;
                Ok(times(outer, slope.clone()))
            }
            ([n, x], [n_slope, x_slope]) => match function.name.as_str() {
                "polygamma" if is_zero(n_slope) => {
                    let next = Expr::sum([(*n).clone(), Expr::from(1)]);
                    let outer = Expr::call("polygamma", vec![next, (*x).clone()]);
                    Ok(times(outer, x_slope.clone()))
                }
                "hermite" if is_zero(n_slope) => {
                    // He_n' = n He_{n−1}
                    if is_zero(n) {
                        return Ok(Expr::from(0));
                    }
                    let lower = Expr::sum([(*n).clone(), Expr::from(-1)]);
                    let outer = Expr::call("hermite", vec![lower, (*x).clone()]);
                    Ok(Expr::product([(*n).clone(), outer, x_slope.clone()]))
                }
                "pochhammer" => {
                    if let Some(steps) = small_integer(x) {
                        return self.derive(&rising(n, steps));
                    }
                    // Γ(n+x)/Γ(n)
                    let top = call("digamma", &Expr::sum([(*n).clone(), (*x).clone()]));
                    let bottom = call("digamma", n);
                    let first = Expr::sum([top.clone(), bottom.negate()]);
                    let log =
                        Expr::sum([times(first, n_slope.clone()), times(top, x_slope.clone())]);
                    Ok(times(whole(), log))
                }
                "binomial" => {
                    if let Some(steps) = small_integer(x) {
                        let start = Expr::sum([(*n).clone(), Expr::from(1 - i64::from(steps))]);
                        let factorial = call("factorial", x);
                        return self.derive(&rising(&start, steps).over(factorial));
                    }
                    // Γ(n+1)/(Γ(x+1) Γ(n−x+1))
                    let psi = |e: Expr| call("digamma", &Expr::sum([e, Expr::from(1)]));
                    let other = psi(Expr::sum([(*n).clone(), (*x).clone().negate()]));
                    let by_n = Expr::sum([psi((*n).clone()), other.clone().negate()]);
                    let by_x = Expr::sum([other, psi((*x).clone()).negate()]);
                    let log =
                        Expr::sum([times(by_n, n_slope.clone()), times(by_x, x_slope.clone())]);
                    Ok(times(whole(), log))
                }
                "max" | "min" => self.extreme(function),
                _ => Err(unknown()),
            },
            ([a, b, c, z], [da, db, dc, dz])
                if function.name == "hyp2f1" && is_zero(da) && is_zero(db) && is_zero(dc) =>
            {
                // 2F1(a, b; c; z)' = ab/c 2F1(a+1, b+1; c+1; z)
                let next = |e: &Expr| Expr::sum([e.clone(), Expr::from(1)]);
                let outer = Expr::call("hyp2f1", vec![next(a), next(b), next(c), (*z).clone()]);
                let product = Expr::product([(*a).clone(), (*b).clone(), outer, dz.clone()]);
                Ok(product.over((*c).clone()))
            }
            _ if matches!(function.name.as_str(), "max" | "min") => self.extreme(function),
            _ => Err(unknown()),
        }
    }

    /// max(a, b, …) by (a + m ± |a − m|)/2 with m the extreme of the others.
    fn extreme(&self, function: &Call) -> Result<Expr> {
        let Some((first, others)) = function.arguments.split_first() else {
            return Err(Error::parse(format!(
                "`{}` needs an argument",
                function.name
            )));
        };
        if others.is_empty() {
            return derivative_of_unfolded(&first.value, self.variable);
        }
        let rest = match others {
            [other] => other.value.clone(),
            _ => {
                let others = others.iter().map(|a| a.value.clone()).collect();
                Expr::call(function.name.as_str(), others)
            }
        };
        let gap = Expr::sum([first.value.clone(), rest.clone().negate()]);
        let gap = call("abs", &gap);
        let gap = if function.name == "max" {
            gap
        } else {
            gap.negate()
        };
        let twice = Expr::sum([first.value.clone(), rest, gap]);
        Ok(self.derive(&twice)?.over(Expr::from(2)))
    }

    fn binder(&self, binder: &Binder) -> Result<Expr> {
        let unknown = Error::domain(format!(
            "the derivative by `{}` of an infinite sum, product or integral that contains it is \
             not known here",
            self.variable
        ));
        match &binder.kind {
            // The fundamental theorem; the body is free of the variable.
            BinderKind::Integral { from, to }
                if binder.variable == self.variable || !contains(&binder.body, self.variable) =>
            {
                let limits = Limits::default();
                let end = |end: &Expr| -> Result<Expr> {
                    if is_infinite(end) {
                        return Ok(Expr::from(0));
                    }
                    let slope = derivative_of_unfolded(end, self.variable)?;
                    if is_zero(&slope) {
                        return Ok(slope);
                    }
                    let value = substitute(&binder.body, &binder.variable, end, &limits)?;
                    Ok(times(value, slope))
                };
                Ok(Expr::sum([end(to)?, end(from)?.negate()]))
            }
            _ => Err(unknown),
        }
    }
}

/// f'(x) of a function of one argument.
pub(super) fn derivative_of_one(name: &str, x: &Expr) -> Option<Expr> {
    let one = || Expr::from(1);
    let square = || x.clone().power(2);
    let of = |name: &str| call(name, x);
    let inverse_root = |inside: Expr| one().over(Expr::call("sqrt", vec![inside]));
    let gaussian = |sign: i64| {
        let exponent = if sign < 0 {
            square().negate()
        } else {
            square()
        };
        let exp = Expr::call("exp", vec![exponent]);
        Expr::product([Expr::from(2), exp]).over(Expr::call("sqrt", vec![Expr::pi()]))
    };
    Some(match name {
        "sqrt" => one().over(Expr::product([Expr::from(2), of("sqrt")])),
        "cbrt" => one().over(Expr::product([Expr::from(3), of("cbrt").power(2)])),
        "exp" => of("exp"),
        "ln" => one().over(x.clone()),
        "sin" => of("cos"),
        "cos" => of("sin").negate(),
        "tan" => one().over(of("cos").power(2)),
        "cot" => one().over(of("sin").power(2)).negate(),
        "asin" => inverse_root(Expr::sum([one(), square().negate()])),
        "acos" => inverse_root(Expr::sum([one(), square().negate()])).negate(),
        "atan" => one().over(Expr::sum([one(), square()])),
        "sinh" => of("cosh"),
        "cosh" => of("sinh"),
        "tanh" => one().over(of("cosh").power(2)),
        "asinh" => inverse_root(Expr::sum([square(), one()])),
        "acosh" => inverse_root(Expr::sum([square(), one().negate()])),
        "atanh" => one().over(Expr::sum([one(), square().negate()])),
        "erf" => gaussian(-1),
        "erfc" => gaussian(-1).negate(),
        "erfi" => gaussian(1),
        "gamma" => times(of("gamma"), of("digamma")),
        "lgamma" => of("digamma"),
        "digamma" => Expr::call("polygamma", vec![one(), x.clone()]),
        "factorial" => {
            let next = Expr::sum([x.clone(), one()]);
            times(call("gamma", &next), call("digamma", &next))
        }
        "abs" => x.clone().over(of("abs")),
        "floor" | "ceil" => Expr::from(0),
        "max" | "min" => one(),
        "lambertw" => {
            // W' = exp(−W)/(1 + W), which is 1 at 0.
            let w = of("lambertw");
            one().over(times(call("exp", &w), Expr::sum([one(), w.clone()])))
        }
        _ => return None,
    })
}

/// x (x+1) … (x+n−1)
fn rising(x: &Expr, n: u32) -> Expr {
    Expr::product((0..n).map(|k| Expr::sum([x.clone(), Expr::from(i64::from(k))])))
}

fn small_integer(expr: &Expr) -> Option<u32> {
    match &expr.kind {
        ExprKind::Number(n) if n.is_integer() => n.numer().to_u32().filter(|n| *n <= 1_000),
        _ => None,
    }
}

fn call(name: &str, argument: &Expr) -> Expr {
    Expr::call(name, vec![argument.clone()])
}

pub(super) fn is_zero(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Number(n) if *n == 0)
}

fn times(a: Expr, b: Expr) -> Expr {
    if is_zero(&a) || is_zero(&b) {
        return Expr::from(0);
    }
    Expr::product([a, b])
}
