//! Taylor expansion of a formula around a ball: a series of enclosures.
//!
//! Coefficient k encloses f⁽ᵏ⁾(x)/k! for every x of the centre. A thin centre gives the expansion
//! at a point; a wide one bounds the Lagrange remainder over an interval.

use super::Evaluator;
use crate::error::{Error, Result};
use crate::formula::expr::{Call, Expr, ExprKind};
use crate::formula::library::LibraryExpander;
use crate::formula::normal::Expander;
use crate::formula::value::Number;
use crate::number::ball::WorkingBall;
use crate::number::ring::RationalAlgebra;
use crate::number::series::Series;
use crate::number::{Ball, Bits};

/// A series of balls.
pub(super) type Jet = Series<WorkingBall>;

/// Expands formulas in one variable around one centre.
pub(super) struct Expansion<'e, 'a> {
    /// Evaluates what does not depend on the variable.
    pub evaluator: &'e mut Evaluator<'a>,
    /// The variable.
    pub variable: &'e str,
    /// Where to expand.
    pub centre: Ball,
    /// The number of coefficients.
    pub order: usize,
    /// The precision of the coefficients.
    pub prec: Bits,
}

impl Expansion<'_, '_> {
    /// The expansion of `expr`; coefficients of which nothing is known are [0 ± ∞].
    ///
    /// # Errors
    /// Those of evaluation, and a domain error for a formula that cannot be expanded here.
    pub fn expand(&mut self, expr: &Expr) -> Result<Jet> {
        if !expr.contains_name(self.variable) {
            let value = self.evaluator.number(expr)?;
            return Ok(self.constant(value.to_ball(self.prec)));
        }
        self.walk(expr).map_err(|error| super::locate(error, expr))
    }

    fn constant(&self, ball: Ball) -> Jet {
        Series::constant(self.working(ball), self.order)
    }

    fn working(&self, ball: Ball) -> WorkingBall {
        WorkingBall::new(ball, self.prec)
    }

    fn unknown(&self) -> Jet {
        Series::new(vec![self.working(Ball::indeterminate()); self.order])
    }

    fn walk(&mut self, expr: &Expr) -> Result<Jet> {
        match &expr.kind {
            ExprKind::Name(_) => {
                let centre = self.working(self.centre.clone());
                Ok(Series::variable(centre, self.order))
            }
            ExprKind::Negate(inner) => Ok(self.expand(inner)?.neg()),
            ExprKind::Sum(terms) => {
                let mut total = self.constant(Ball::zero());
                for term in terms {
                    let value = self.expand(&term.value)?;
                    total = if term.negative {
                        total.sub(&value)
                    } else {
                        total.add(&value)
                    };
                }
                Ok(total)
            }
            ExprKind::Product(factors) => {
                let mut total = self.constant(Ball::one());
                for factor in factors {
                    let value = self.expand(&factor.value)?;
                    total = if factor.inverse {
                        total.div(&value).unwrap_or_else(|| self.unknown())
                    } else {
                        total.mul(&value)
                    };
                }
                Ok(total)
            }
            ExprKind::Power(base, exponent) => self.power(base, exponent),
            ExprKind::Call(call) => self.call(call),
            _ => Err(Error::domain(
                "this form cannot stand inside an integral over its variable",
            )),
        }
    }

    fn power(&mut self, base: &Expr, exponent: &Expr) -> Result<Jet> {
        let inner = self.expand(base)?;
        if exponent.contains_name(self.variable) {
            // b^e = exp(e ln b) for b > 0.
            let product = self.expand(exponent)?.mul(&self.function("ln", &inner)?);
            return self.function("exp", &product);
        }
        let exponent = self.evaluator.number(exponent)?;
        if let Some(n) = exponent.as_integer().and_then(rug::Integer::to_i32) {
            let positive = inner.pow(n.unsigned_abs());
            return Ok(if n >= 0 {
                positive
            } else {
                positive.inverse().unwrap_or_else(|| self.unknown())
            });
        }
        let exponent = exponent.to_ball(self.prec);
        let first = inner.constant_term().ball.pow(&exponent, self.prec);
        let exponent = self.working(exponent);
        let expanded = inner.power_with(&exponent, self.working(first.clone()));
        Ok(expanded.unwrap_or_else(|| self.only_constant(first)))
    }

    /// Where the derivatives are out of reach (a branch point in the centre) the value may still be known.
    fn only_constant(&self, value: Ball) -> Jet {
        let mut coefficients = vec![self.working(Ball::indeterminate()); self.order];
        coefficients[0] = self.working(value);
        Series::new(coefficients)
    }

    fn call(&mut self, call: &Call) -> Result<Jet> {
        if self.evaluator.library.signature(&call.name).is_some() {
            let (library, limits) = (self.evaluator.library, self.evaluator.limits());
            return match LibraryExpander(library).expand(call, limits)? {
                Some(closed) => self.expand(&closed),
                None => Err(Error::domain(format!(
                    "`{}` has no closed form to expand in the variable of an integral",
                    call.name
                ))),
            };
        }
        if let [argument] = call.arguments.as_slice() {
            let inner = self.expand(&argument.value)?;
            return self.function(&call.name, &inner);
        }
        Err(Error::domain(format!(
            "`{}` cannot be expanded in the variable of an integral",
            call.name
        )))
    }

    fn function(&mut self, name: &str, x: &Jet) -> Result<Jet> {
        let prec = self.prec;
        let c0 = &x.constant_term().ball;
        let at = |ball: Ball| WorkingBall::new(ball, prec);
        let one = || self.constant(Ball::one());
        let expanded = match name {
            "exp" => Some(x.exp_with(at(c0.exp(prec)))),
            "ln" => x.ln_with(at(c0.ln(prec))),
            // At a branch point inside the centre the value is still known.
            "sqrt" => {
                let root = c0.sqrt(prec);
                return Ok(x
                    .sqrt_with(at(root.clone()))
                    .unwrap_or_else(|| self.only_constant(root)));
            }
            "cbrt" => {
                let root = c0.root(3, prec);
                let expanded = x.power_with(&at(Ball::one()).div_small(3), at(root.clone()));
                return Ok(expanded.unwrap_or_else(|| self.only_constant(root)));
            }
            "sin" | "cos" | "tan" | "cot" => {
                let (sin, cos) = x.sin_cos_with(at(c0.sin(prec)), at(c0.cos(prec)));
                match name {
                    "sin" => Some(sin),
                    "cos" => Some(cos),
                    "tan" => sin.div(&cos),
                    _ => cos.div(&sin),
                }
            }
            "sinh" | "cosh" | "tanh" => {
                let (up, down) = (
                    x.exp_with(at(c0.exp(prec))),
                    x.neg().exp_with(at(c0.neg().exp(prec))),
                );
                let half = at(Ball::one().mul_2exp(-1));
                let (sinh, cosh) = (up.sub(&down).scale(&half), up.add(&down).scale(&half));
                match name {
                    "sinh" => Some(sinh),
                    "cosh" => Some(cosh),
                    _ => sinh.div(&cosh),
                }
            }
            "atan" => x.atan_with(at(c0.atan(prec))),
            "asin" | "acos" => {
                let cos = Ball::one().sub(&c0.square(prec), prec).sqrt(prec);
                let asin = x.asin_with(at(c0.asin(prec)), at(cos));
                if name == "asin" {
                    asin
                } else {
                    asin.map(|s| self.constant(Ball::pi(prec).mul_2exp(-1)).sub(&s))
                }
            }
            // asinh' = 1/√(1+x²), atanh' = 1/(1−x²), acosh' = 1/√(x²−1).
            "asinh" => {
                let under = one().add(&x.mul(x));
                let root = under.constant_term().ball.sqrt(prec);
                under
                    .sqrt_with(at(root))
                    .and_then(|root| root.inverse())
                    .and_then(|rate| self.integrated(x, &rate, c0.asinh(prec)))
            }
            "acosh" => {
                let under = x.mul(x).sub(&one());
                let root = under.constant_term().ball.sqrt(prec);
                under
                    .sqrt_with(at(root))
                    .and_then(|root| root.inverse())
                    .and_then(|rate| self.integrated(x, &rate, c0.acosh(prec)))
            }
            "atanh" => one()
                .sub(&x.mul(x))
                .inverse()
                .and_then(|rate| self.integrated(x, &rate, c0.atanh(prec))),
            // erf' = 2/√π e^{−x²}, erfi' = 2/√π e^{x²}.
            "erf" | "erfc" | "erfi" => {
                let square = if name == "erfi" {
                    x.mul(x)
                } else {
                    x.mul(x).neg()
                };
                let first = square.constant_term().ball.exp(prec);
                let scale = Ball::pi(prec).rsqrt(prec).mul_2exp(1);
                let scale = if name == "erfc" { scale.neg() } else { scale };
                let rate = square.exp_with(at(first)).scale(&at(scale));
                let value = match name {
                    "erf" => c0.erf(prec),
                    "erfc" => c0.erfc(prec),
                    _ => c0.erfi(prec),
                };
                self.integrated(x, &rate, value)
            }
            "lgamma" | "gamma" | "digamma" => self.gamma_family(name, x),
            _ => {
                return Err(Error::domain(format!(
                    "`{name}` cannot be expanded in the variable of an integral"
                )));
            }
        };
        Ok(expanded.unwrap_or_else(|| self.unknown()))
    }

    /// F(x) with F' = rate at x: the constant plus the integral of rate · x'.
    fn integrated(&self, x: &Jet, rate: &Jet, value: Ball) -> Option<Jet> {
        let slope = x.derivative()?;
        Some(
            rate.clone()
                .truncate(self.order - 1)
                .mul(&slope)
                .integral(self.working(value)),
        )
    }

    fn gamma_family(&self, name: &str, x: &Jet) -> Option<Jet> {
        let prec = self.prec;
        let c0 = &x.constant_term().ball;
        let shift = u32::from(name != "digamma");
        // lgamma has the Taylor coefficients ψ⁽ᵏ⁻¹⁾(c)/k!, digamma ψ⁽ᵏ⁾(c)/k!.
        let mut coefficients = Vec::with_capacity(self.order);
        let mut factorial = Ball::one();
        for k in 0..self.order as u32 {
            if k > 0 {
                factorial = factorial.mul_i64(i64::from(k), prec);
            }
            let derivative = match (k.checked_sub(shift), name) {
                (None, _) => c0.lgamma(prec),
                (Some(m), _) => Ball::polygamma(m, c0, prec),
            };
            coefficients.push(self.working(derivative.div(&factorial, prec)));
        }
        let mut inner = x.coefficients().to_vec();
        inner[0] = self.working(Ball::zero());
        let composed = Series::new(coefficients).compose(&Series::new(inner))?;
        // exp(lgamma) is |Γ|: only a positive centre gives Γ.
        match name {
            "gamma" if c0.is_positive() => Some(composed.exp_with(self.working(c0.gamma(prec)))),
            "gamma" => None,
            _ => Some(composed),
        }
    }
}

/// The value of `expr` over a ball of its variable.
pub(super) fn over(
    evaluator: &mut Evaluator<'_>,
    expr: &Expr,
    variable: &str,
    ball: Ball,
) -> Result<Number> {
    evaluator.number_with(variable, Number::Ball(ball), expr)
}
