//! Formulas in floating point with a running error estimate, for comparison only.

use crate::formula::expr::{Constant, Expr, ExprKind};

/// A value and an estimate of its rounding error.
#[derive(Debug, Clone, Copy)]
pub struct Estimate {
    pub value: f64,
    pub error: f64,
}

impl Estimate {
    fn new(value: f64, error: f64) -> Option<Estimate> {
        let error = error + 1e-16 * value.abs();
        (value.is_finite() && error.is_finite()).then_some(Estimate { value, error })
    }

    /// A function of one variable: how far it moves when the argument moves by its error.
    fn map(self, f: impl Fn(f64) -> f64) -> Option<Estimate> {
        let value = f(self.value);
        let spread = |x: f64| (f(x) - value).abs();
        let (up, down) = (self.value + self.error, self.value - self.error);
        Estimate::new(value, spread(up) + spread(down))
    }

    fn times(self, other: Estimate) -> Option<Estimate> {
        let error = self.error * other.value.abs()
            + other.error * self.value.abs()
            + self.error * other.error;
        Estimate::new(self.value * other.value, error)
    }

    fn recip(self) -> Option<Estimate> {
        // A divisor that may be 0 has no reciprocal.
        let least = self.value.abs() - self.error;
        if least <= 0.0 {
            return None;
        }
        Estimate::new(1.0 / self.value, self.error / (least * self.value.abs()))
    }

    /// Whether the error leaves digits to compare.
    pub fn is_sharp(self) -> bool {
        self.error < 1e-7 * (1.0 + self.value.abs()) && self.value.abs() < 1e9
    }

    /// Whether two estimates may be of one number.
    pub fn agrees(self, other: Estimate) -> bool {
        (self.value - other.value).abs()
            <= 10.0 * (self.error + other.error) + 1e-11 * (1.0 + self.value.abs())
    }
}

/// The value at a point; `None` where it is not defined or not known.
pub fn evaluate(expr: &Expr, at: &[(&str, f64)]) -> Option<f64> {
    Some(estimate(expr, at)?.value)
}

/// The value at a point with an error estimate.
pub fn estimate(expr: &Expr, at: &[(&str, f64)]) -> Option<Estimate> {
    match &expr.kind {
        ExprKind::Number(value) => {
            let value = value.to_f64();
            let error = if value.fract() == 0.0 {
                0.0
            } else {
                1e-16 * value
            };
            Some(Estimate { value, error })
        }
        ExprKind::Constant(Constant::Pi) => Estimate::new(std::f64::consts::PI, 0.0),
        ExprKind::Constant(Constant::EulerGamma) => Estimate::new(0.577_215_664_901_532_9, 0.0),
        ExprKind::Name(name) => Estimate::new(at.iter().find(|(n, _)| n == name)?.1, 0.0),
        ExprKind::Negate(inner) => estimate(inner, at)?.map(|x| -x),
        ExprKind::Sum(terms) => {
            let (mut value, mut error) = (0.0, 0.0);
            for term in terms {
                let part = estimate(&term.value, at)?;
                value += if term.negative {
                    -part.value
                } else {
                    part.value
                };
                error += part.error + 1e-16 * f64::abs(value);
            }
            Estimate::new(value, error)
        }
        ExprKind::Product(factors) => {
            let mut product = Estimate {
                value: 1.0,
                error: 0.0,
            };
            for factor in factors {
                let part = estimate(&factor.value, at)?;
                product = product.times(if factor.inverse { part.recip()? } else { part })?;
            }
            Some(product)
        }
        ExprKind::Power(base, exponent) => {
            let (base, exponent) = (estimate(base, at)?, estimate(exponent, at)?);
            let by_base = base.map(|b| b.powf(exponent.value))?;
            let by_exponent = exponent.map(|e| base.value.powf(e))?;
            Estimate::new(by_base.value, by_base.error + by_exponent.error)
        }
        ExprKind::Call(call) => {
            let x = estimate(&call.arguments[0].value, at)?;
            let second = || estimate(&call.arguments[1].value, at);
            match call.name.as_str() {
                "sqrt" => x.map(f64::sqrt),
                "cbrt" => x.map(f64::cbrt),
                "exp" => x.map(f64::exp),
                "ln" => x.map(f64::ln),
                "sin" => x.map(f64::sin),
                "cos" => x.map(f64::cos),
                "tan" if x.map(f64::cos)?.recip().is_some() => x.map(f64::tan),
                "asin" => x.map(f64::asin),
                "acos" => x.map(f64::acos),
                "atan" => x.map(f64::atan),
                "sinh" => x.map(f64::sinh),
                "cosh" => x.map(f64::cosh),
                "tanh" => x.map(f64::tanh),
                "asinh" => x.map(f64::asinh),
                "atanh" => x.map(f64::atanh),
                "abs" => x.map(f64::abs),
                "max" => {
                    let y = second()?;
                    Estimate::new(x.value.max(y.value), x.error + y.error)
                }
                "min" => {
                    let y = second()?;
                    Estimate::new(x.value.min(y.value), x.error + y.error)
                }
                _ => None,
            }
        }
        _ => None,
    }
}
