//! Formulas in floating point, for comparison only.

use crate::formula::expr::{Constant, Expr, ExprKind};

/// The value at a point, which may give π another value; `None` where it is not finite or not known.
pub fn evaluate(expr: &Expr, at: &[(&str, f64)]) -> Option<f64> {
    let value = match &expr.kind {
        ExprKind::Number(value) => value.to_f64(),
        ExprKind::Constant(Constant::Pi) => {
            let moved = at.iter().find(|(name, _)| *name == "pi");
            moved.map_or(std::f64::consts::PI, |(_, value)| *value)
        }
        ExprKind::Constant(Constant::EulerGamma) => 0.577_215_664_901_532_9,
        ExprKind::Name(name) => at.iter().find(|(n, _)| n == name)?.1,
        ExprKind::Negate(inner) => -evaluate(inner, at)?,
        ExprKind::Sum(terms) => terms.iter().try_fold(0.0, |sum, term| {
            let value = evaluate(&term.value, at)?;
            Some(if term.negative {
                sum - value
            } else {
                sum + value
            })
        })?,
        ExprKind::Product(factors) => factors.iter().try_fold(1.0, |product, factor| {
            let value = evaluate(&factor.value, at)?;
            Some(if factor.inverse {
                product / value
            } else {
                product * value
            })
        })?,
        ExprKind::Power(base, exponent) => {
            let (base, exponent) = (evaluate(base, at)?, evaluate(exponent, at)?);
            base.powf(exponent)
        }
        ExprKind::Call(call) => {
            let x = evaluate(&call.arguments[0].value, at)?;
            match call.name.as_str() {
                "sqrt" => x.sqrt(),
                "cbrt" => x.cbrt(),
                "exp" => x.exp(),
                "ln" => x.ln(),
                "sin" => x.sin(),
                "cos" => x.cos(),
                "tan" => x.tan(),
                "cot" => 1.0 / x.tan(),
                "asin" => x.asin(),
                "acos" => x.acos(),
                "atan" => x.atan(),
                "sinh" => x.sinh(),
                "cosh" => x.cosh(),
                "tanh" => x.tanh(),
                "asinh" => x.asinh(),
                "atanh" => x.atanh(),
                "abs" => x.abs(),
                "max" => x.max(evaluate(&call.arguments[1].value, at)?),
                "min" => x.min(evaluate(&call.arguments[1].value, at)?),
                _ => return None,
            }
        }
        _ => return None,
    };
    value.is_finite().then_some(value)
}
