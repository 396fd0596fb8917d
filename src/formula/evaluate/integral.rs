//! `integral(E, u=a..b)`: certified, or refused.
//!
//! On a panel of centre m and half-width h, with exact dyadic ends,
//!
//! ```text
//! ∫ f = Σ_{k even, k<N} 2 c_k h^{k+1}/(k+1) + R,   |R| ≤ sup |c_N| · 2 h^{N+1}/(N+1),
//! ```
//!
//! where c_k are the Taylor coefficients at m, and the supremum of c_N = f⁽ᴺ⁾/N! over the panel
//! comes from expanding f around the whole panel as a ball (Taylor's theorem with the Lagrange
//! remainder; the term of odd order integrates to 0, that of order N is R). A panel whose remainder
//! is too large is halved. Where the derivatives are out of reach but f is bounded (an end at
//! which √u is not smooth), halving goes on until width times bound is negligible. If neither
//! happens before the panels run out, the integral is refused.

use rug::Float;
use rug::float::Round;

use super::Evaluator;
use super::taylor::{self, Expansion};
use crate::error::{Error, Result};
use crate::formula::expr::{Binder, Expr, ExprKind};
use crate::formula::value::Number;
use crate::number::{Ball, Bits, Magnitude};

/// The integral at the evaluator's precision.
pub(super) fn evaluate(
    evaluator: &mut Evaluator<'_>,
    binder: &Binder,
    from: &Expr,
    to: &Expr,
) -> Result<Number> {
    if matches!(from.kind, ExprKind::Infinity) || matches!(to.kind, ExprKind::Infinity) {
        return Err(Error::domain(
            "an integral over an infinite interval cannot be certified here",
        )
        .with_hint("substitute, for example u = t/(1-t)"));
    }
    let prec = evaluator.prec();
    let (from, to) = (evaluator.number(from)?, evaluator.number(to)?);
    if let (Some(a), Some(b)) = (from.as_rational(), to.as_rational())
        && a == b
    {
        return Ok(Number::from(0));
    }
    let (from, to) = (from.to_ball(prec), to.to_ball(prec));
    match from.certain_cmp(&to) {
        Some(std::cmp::Ordering::Less) => Panels::new(evaluator, binder)
            .integrate(&from, &to)
            .map(Number::Ball),
        Some(std::cmp::Ordering::Greater) => Panels::new(evaluator, binder)
            .integrate(&to, &from)
            .map(|value| Number::Ball(value.neg())),
        Some(std::cmp::Ordering::Equal) => Ok(Number::from(0)),
        None => Ok(Number::Ball(Ball::indeterminate())),
    }
}

/// Most panels before an integral is refused.
const MOST_PANELS: usize = 20_000;
/// The precision of remainder bounds: they need a few right digits only.
const BOUND_PREC: Bits = Bits::new(64);

struct Panels<'e, 'a> {
    evaluator: &'e mut Evaluator<'a>,
    binder: &'e Binder,
    terms: usize,
}

impl<'e, 'a> Panels<'e, 'a> {
    fn new(evaluator: &'e mut Evaluator<'a>, binder: &'e Binder) -> Self {
        // A panel of an eighth of the radius of convergence gains 3 bits a term.
        let terms = (evaluator.prec().get() as usize / 3 + 16) & !1;
        Panels {
            evaluator,
            binder,
            terms,
        }
    }

    /// ∫ from `from` to `to`, `from < to`.
    fn integrate(&mut self, from: &Ball, to: &Ball) -> Result<Ball> {
        let prec = self.evaluator.prec();
        let (lower, upper) = (from.mid().clone(), to.mid().clone());
        let mut total = self.ends(from)?.add(&self.ends(to)?, prec);
        // An absolute error of 2^−prec per unit of length.
        let length =
            Magnitude::from_float(&Float::with_val_round(64, &upper - &lower, Round::Up).0);
        let mut stack = vec![(lower, upper)];
        let mut panels = 0;
        while let Some((lower, upper)) = stack.pop() {
            self.evaluator.limits().check_deadline()?;
            panels += 1;
            if panels > MOST_PANELS {
                return Err(refusal(&lower, &upper));
            }
            let width =
                Magnitude::from_float(&Float::with_val_round(64, &upper - &lower, Round::Up).0);
            let tolerance = width.shifted(-i64::from(prec.get()));
            match self.panel(&lower, &upper, tolerance, length)? {
                Some(value) => total = total.add(&value, prec),
                None => {
                    let mut middle =
                        Float::with_val(lower.prec().max(upper.prec()) + 1, &lower + &upper);
                    middle >>= 1;
                    if middle <= lower || middle >= upper {
                        return Err(refusal(&lower, &upper));
                    }
                    // The left half is next, so the panels run from left to right.
                    stack.push((middle.clone(), upper));
                    stack.push((lower, middle));
                }
            }
        }
        Ok(total)
    }

    /// What the uncertainty of an end contributes: its radius times a bound of f around it.
    fn ends(&mut self, end: &Ball) -> Result<Ball> {
        if end.is_exact() {
            return Ok(Ball::zero());
        }
        let value = taylor::over(
            self.evaluator,
            &self.binder.body,
            &self.binder.variable,
            end.clone(),
        )?;
        Ok(Ball::zero().widened(value.to_ball(BOUND_PREC).magnitude().times(end.rad())))
    }

    /// The integral over one panel, or `None` if it must be halved.
    fn panel(
        &mut self,
        lower: &Float,
        upper: &Float,
        tolerance: Magnitude,
        length: Magnitude,
    ) -> Result<Option<Ball>> {
        let prec = self.evaluator.prec();
        let whole = Ball::from_bounds(lower, upper, Bits::new(lower.prec().max(upper.prec()) + 1));
        let bound = self.coefficients(whole.clone(), self.terms + 1, BOUND_PREC)?;
        let width = Magnitude::from_float(&Float::with_val_round(64, upper - lower, Round::Up).0);
        let half = width.shifted(-1);
        // 2 h^{N+1}/(N+1) · sup|c_N|.
        let last = bound.last().map_or(Magnitude::INFINITY, Ball::magnitude);
        let remainder = half.power(self.terms as u64 + 1).times(last).shifted(1);
        if remainder <= tolerance {
            let (middle, half) = centre(lower, upper);
            let coefficients = self.coefficients(middle, self.terms, prec)?;
            return Ok(Some(
                sum_even(&coefficients, &half, prec).widened(remainder),
            ));
        }
        let crude = bound
            .first()
            .map_or(Magnitude::INFINITY, Ball::magnitude)
            .times(width);
        let negligible = length.shifted(-i64::from(prec.get()) - 8);
        if crude <= negligible {
            return Ok(bound
                .first()
                .map(|value| value.mul(&Ball::zero().widened(width), BOUND_PREC)));
        }
        Ok(None)
    }

    fn coefficients(&mut self, around: Ball, order: usize, prec: Bits) -> Result<Vec<Ball>> {
        let mut expansion = Expansion {
            evaluator: self.evaluator,
            variable: &self.binder.variable,
            centre: around,
            order,
            prec,
        };
        let jet = expansion.expand(&self.binder.body)?;
        Ok(jet
            .into_coefficients()
            .into_iter()
            .map(|c| c.ball)
            .collect())
    }
}

/// The exact middle and half-width of a panel.
fn centre(lower: &Float, upper: &Float) -> (Ball, Ball) {
    let exponents = [lower, upper].map(|x| x.get_exp().unwrap_or(0));
    let spread = exponents[0].abs_diff(exponents[1]);
    let wide = lower.prec().max(upper.prec()) + spread + 2;
    let mut middle = Float::with_val(wide, lower + upper);
    middle >>= 1;
    let mut half = Float::with_val(wide, upper - lower);
    half >>= 1;
    (Ball::exact(middle), Ball::exact(half))
}

/// Σ_{k even} 2 c_k h^{k+1}/(k+1), by Horner's rule in h².
fn sum_even(coefficients: &[Ball], half: &Ball, prec: Bits) -> Ball {
    let square = half.square(prec);
    let mut sum = Ball::zero();
    for (k, coefficient) in coefficients
        .iter()
        .enumerate()
        .rev()
        .filter(|(k, _)| k % 2 == 0)
    {
        let term = coefficient.div_i64(k as i64 + 1, prec);
        sum = sum.mul_add(&square, &term, prec);
    }
    sum.mul(half, prec).mul_2exp(1)
}

fn refusal(lower: &Float, upper: &Float) -> Error {
    Error::undecided(format!(
        "the integral could not be certified: the integrand is not bounded or not smooth enough near {:.6}",
        (lower.to_f64() + upper.to_f64()) / 2.0
    ))
    .with_hint("split the interval, substitute, or use a closed form")
}
