//! `sum(E, k=a..inf)`: certified by a geometric tail, or refused.
//!
//! The ratio T(k+1)/T(k) of consecutive terms is found from the structure of E as
//! C·P(k)/Q(k) with a constant C and polynomials P, Q: powers c^(αk+β), factorials, gamma
//! functions, binomials, rising factorials and polynomials in k all have such ratios. Expanded at
//! k = N + j, with all coefficients of Q positive,
//!
//! ```text
//! sup_{j≥0} |P(N+j)/Q(N+j)| ≤ max_i |p_i| / q_i,
//! ```
//!
//! because Σ|p_i| j^i ≤ (max |p_i|/q_i) Σ q_i j^i. If q = |C|·max |p_i|/q_i < 1, then
//! |Σ_{k≥N} T(k)| ≤ |T(N)|/(1 − q). Sums with another sort of tail are refused.

use rug::float::Round;
use rug::{Float, Integer, Rational};

use super::Evaluator;
use super::taylor::Expansion;
use crate::error::{Error, Result};
use crate::formula::expr::{Binder, Call, Expr, ExprKind};
use crate::formula::value::Number;
use crate::number::{Ball, Bits, Magnitude};

/// Terms after which a tail that is still not geometric is given up.
const PATIENCE: u32 = 20_000;
/// The precision of the tail bound: it needs a few right digits only.
const BOUND_PREC: Bits = Bits::new(64);

/// The sum from `first` to infinity at the evaluator's precision.
pub(super) fn infinite_sum(
    evaluator: &mut Evaluator<'_>,
    binder: &Binder,
    first: &Integer,
) -> Result<Number> {
    let (prec, limits) = (evaluator.prec(), evaluator.limits());
    let ratio = Ratio::of(&binder.body, &binder.variable).ok_or_else(|| {
        Error::domain("the tail of this sum cannot be certified: the ratio of its terms is not a rational function")
            .with_hint("powers c^k, factorials, gamma functions, binomials and polynomials in the variable can be summed to inf")
    })?;
    let work = prec.plus(32);
    let mut total = Number::from(0);
    let mut k = first.clone();
    let mut terms = 0u32;
    loop {
        limits.check_deadline()?;
        let term = evaluator.number_with(
            &binder.variable,
            Number::Rational(Rational::from(&k)),
            &binder.body,
        )?;
        // The tail from k on, looked at when the terms have had time to fall.
        if terms % 8 == 7 {
            let term = term.to_ball(work);
            let bound = ratio.bound(evaluator, &binder.variable, &k)?;
            if let Some(tail) = geometric(&term, &bound) {
                let total = total.to_ball(work);
                if tail <= total.magnitude().shifted(-i64::from(prec.get()) - 2) || tail.is_zero() {
                    return Ok(Number::Ball(total.widened(tail)));
                }
            } else if terms > PATIENCE {
                return Err(Error::undecided(
                    "the tail of this sum could not be bounded by a geometric series",
                )
                .with_hint("it may diverge, or converge too slowly to be summed term by term"));
            }
        }
        total = total
            .add(&term, work, limits)?
            .settled(evaluator.request.exactness, work);
        k += 1;
        terms += 1;
    }
}

/// |T(N)|/(1 − q) for a bound q < 1 of all later ratios.
fn geometric(term: &Ball, q: &Magnitude) -> Option<Magnitude> {
    if !q.is_finite() || *q >= Magnitude::ONE {
        return None;
    }
    // 1 − q rounded down.
    let rest = Float::with_val_round(64, 1 - &q.to_float(), Round::Down).0;
    Some(term.magnitude().over(&rest))
}

/// T(k+1)/T(k) = Π constants · Π numerators / Π denominators, the last two polynomials in k.
#[derive(Default)]
struct Ratio {
    constants: Vec<Expr>,
    numerators: Vec<Expr>,
    denominators: Vec<Expr>,
}

impl Ratio {
    /// The ratio of consecutive values of a formula, if its structure gives it.
    fn of(term: &Expr, k: &str) -> Option<Ratio> {
        let mut ratio = Ratio::default();
        ratio.multiply(term, k, false)?;
        Some(ratio)
    }

    fn push(&mut self, factor: Expr, inverse: bool) {
        if inverse {
            self.denominators.push(factor)
        } else {
            self.numerators.push(factor)
        }
    }

    /// Multiplies by E(k+1)/E(k), or divides by it.
    fn multiply(&mut self, term: &Expr, k: &str, inverse: bool) -> Option<()> {
        if !term.contains_name(k) {
            return Some(());
        }
        if degree(term, k).is_some() {
            self.push(shifted(term, k, 1), inverse);
            self.push(term.clone(), !inverse);
            return Some(());
        }
        match &term.kind {
            ExprKind::Negate(inner) => self.multiply(inner, k, inverse),
            ExprKind::Product(factors) => factors
                .iter()
                .try_for_each(|factor| self.multiply(&factor.value, k, inverse != factor.inverse)),
            ExprKind::Power(base, exponent) if !base.contains_name(k) => {
                let slope = slope(exponent, k)?;
                self.constant(base.clone().power(slope), inverse);
                Some(())
            }
            ExprKind::Power(base, exponent) => {
                let ExprKind::Number(n) = &exponent.kind else {
                    return None;
                };
                let n = n
                    .is_integer()
                    .then(|| n.numer().to_u32())
                    .flatten()
                    .filter(|n| *n <= 64)?;
                (0..n).try_for_each(|_| self.multiply(base, k, inverse))
            }
            ExprKind::Call(call) => self.multiply_call(call, k, inverse),
            _ => None,
        }
    }

    fn constant(&mut self, value: Expr, inverse: bool) {
        self.constants.push(if inverse {
            Expr::from(1).over(value)
        } else {
            value
        });
    }

    fn multiply_call(&mut self, call: &Call, k: &str, inverse: bool) -> Option<()> {
        let arguments: Vec<&Expr> = call
            .arguments
            .iter()
            .map(|argument| &argument.value)
            .collect();
        match (call.name.as_str(), arguments.as_slice()) {
            ("exp", [x]) => {
                let step = Expr::call("exp", vec![slope(x, k)?]);
                self.constant(step, inverse);
                Some(())
            }
            // (x+α)!/x! = (x+1)…(x+α) for x = αk + β.
            ("factorial", [x]) => self.steps(x, k, 1, 1, inverse),
            ("gamma", [x]) => self.steps(x, k, 0, 1, inverse),
            ("double_factorial", [x]) => {
                let step = small_slope(x, k)?;
                if step % 2 != 0 {
                    return None;
                }
                (1..=step / 2)
                    .for_each(|i| self.push(Expr::sum([(*x).clone(), Expr::from(2 * i)]), inverse));
                Some(())
            }
            ("pochhammer", [x, n]) if !x.contains_name(k) => {
                // (x)_{n+1} = (x)_n (x + n).
                let step = small_slope(n, k)?;
                (0..step).for_each(|i| {
                    self.push(
                        Expr::sum([(*x).clone(), (*n).clone(), Expr::from(i)]),
                        inverse,
                    )
                });
                Some(())
            }
            ("binomial", [n, m]) => {
                let rest = Expr::sum([(*n).clone(), (*m).clone().negate()]);
                if n.contains_name(k) {
                    self.steps(n, k, 1, 1, inverse)?;
                    self.steps(m, k, 1, 1, !inverse)?;
                    return self.steps(&rest, k, 1, 1, !inverse);
                }
                // C(n, m+1)/C(n, m) = (n − m)/(m + 1).
                if small_slope(m, k)? != 1 {
                    return None;
                }
                self.push(rest, inverse);
                self.push(Expr::sum([(*m).clone(), Expr::from(1)]), !inverse);
                Some(())
            }
            _ => None,
        }
    }

    /// Multiplies by Π_{i<α} (x + offset + i·step) for x of integer slope α ≥ 0.
    fn steps(&mut self, x: &Expr, k: &str, offset: i64, step: i64, inverse: bool) -> Option<()> {
        let slope = small_slope(x, k)?;
        (0..slope).for_each(|i| {
            self.push(
                Expr::sum([x.clone(), Expr::from(offset + i * step)]),
                inverse,
            )
        });
        Some(())
    }

    /// An upper bound of |T(k+1)/T(k)| for all k ≥ n; ∞ if the coefficients give none.
    fn bound(&self, evaluator: &mut Evaluator<'_>, k: &str, n: &Integer) -> Result<Magnitude> {
        let mut constant = Magnitude::ONE;
        for value in &self.constants {
            constant = constant.times(evaluator.number(value)?.to_ball(BOUND_PREC).magnitude());
        }
        let above = self.coefficients(evaluator, &self.numerators, k, n)?;
        let below = self.coefficients(evaluator, &self.denominators, k, n)?;
        let mut largest = Magnitude::ZERO;
        for (i, p) in above.iter().enumerate() {
            if p.is_zero() {
                continue;
            }
            match below.get(i) {
                Some(q) if q.is_positive() => {
                    largest = largest.max(p.magnitude().over(&q.magnitude_lower()))
                }
                _ => return Ok(Magnitude::INFINITY),
            }
        }
        if below.iter().any(|q| !q.is_nonnegative()) {
            return Ok(Magnitude::INFINITY);
        }
        Ok(constant.times(largest))
    }

    /// The coefficients of the product of polynomials in j, at k = n + j.
    fn coefficients(
        &self,
        evaluator: &mut Evaluator<'_>,
        factors: &[Expr],
        k: &str,
        n: &Integer,
    ) -> Result<Vec<Ball>> {
        let order = 1 + factors
            .iter()
            .filter_map(|factor| degree(factor, k))
            .sum::<usize>();
        let prec = Bits::new(BOUND_PREC.get() + n.significant_bits() * order as u32);
        let centre = Ball::from_integer(n, Bits::new(n.significant_bits().max(2)));
        let mut expansion = Expansion {
            evaluator,
            variable: k,
            centre,
            order,
            prec,
        };
        let product = expansion.expand(&Expr::product(factors.iter().cloned()))?;
        Ok(product
            .into_coefficients()
            .into_iter()
            .map(|coefficient| coefficient.ball)
            .collect())
    }
}

/// The degree of a polynomial in `k`; `None` for anything else.
fn degree(expr: &Expr, k: &str) -> Option<usize> {
    if !expr.contains_name(k) {
        return Some(0);
    }
    match &expr.kind {
        ExprKind::Name(_) => Some(1),
        ExprKind::Negate(inner) => degree(inner, k),
        ExprKind::Sum(terms) => terms
            .iter()
            .map(|term| degree(&term.value, k))
            .try_fold(0, |most, d| Some(most.max(d?))),
        ExprKind::Product(factors) => factors.iter().try_fold(0, |total, factor| {
            let d = degree(&factor.value, k)?;
            (d == 0 || !factor.inverse).then_some(total + d)
        }),
        ExprKind::Power(base, exponent) => match &exponent.kind {
            ExprKind::Number(n) if n.is_integer() => {
                Some(degree(base, k)? * n.numer().to_usize().filter(|n| *n <= 64)?)
            }
            _ => None,
        },
        _ => None,
    }
}

fn shifted(expr: &Expr, k: &str, by: i64) -> Expr {
    expr.substitute(k, &Expr::sum([Expr::name(k), Expr::from(by)]))
}

/// The slope of a formula that is linear in `k`: x(1) − x(0).
fn slope(expr: &Expr, k: &str) -> Option<Expr> {
    if degree(expr, k)? > 1 {
        return None;
    }
    let [one, zero] = [1, 0].map(|value| expr.substitute(k, &Expr::from(value)));
    Some(Expr::sum([one, zero.negate()]))
}

/// A slope that is a small integer ≥ 0.
fn small_slope(expr: &Expr, k: &str) -> Option<i64> {
    let slope = slope(expr, k)?;
    let limits = crate::limits::Limits::default();
    let value = super::evaluate(
        &slope,
        &crate::formula::library::Elementary,
        Bits::new(64),
        &limits,
    )
    .ok()?;
    let value = value.into_number().ok()?;
    value
        .as_integer()
        .and_then(Integer::to_i64)
        .filter(|slope| (0..=32).contains(slope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::answer::{Answer, Question};
    use crate::formula::library::Elementary;
    use crate::formula::parse_expr;
    use crate::limits::Limits;
    use crate::number::Digits;

    fn value(text: &str) -> Result<String> {
        let limits = Limits::default();
        let question = Question {
            library: &Elementary,
            digits: Digits::literal(30),
            method: None,
            limits: &limits,
        };
        match question.answer(&parse_expr(text, &limits)?)? {
            Answer::Number(number) => Ok(number.text),
            Answer::List(_) => unreachable!("no lists here"),
        }
    }

    #[test]
    fn sums_equal_their_closed_forms() {
        for (sum, closed) in [
            ("sum(1/factorial(k), k=0..inf)", "exp(1)"),
            ("sum((-1)^k/factorial(2*k+1), k=0..inf)", "sin(1)"),
            ("sum(k^3/2^k, k=0..inf)", "26"),
            ("sum(binomial(2*k,k)/8^k, k=0..inf)", "sqrt(2)"),
            (
                "sum(pochhammer(1/3,k)/factorial(k)*(1/5)^k, k=0..inf)",
                "(4/5)^(-1/3)",
            ),
            (
                "sum(exp(-k/2)/(k+1), k=0..inf)",
                "-exp(1/2)*ln(1-exp(-1/2))",
            ),
            (
                "sum(1/(double_factorial(2*k+1)*2^k), k=0..inf)",
                "sum(1/(double_factorial(2*k+1)*2^k), k=0..60)",
            ),
        ] {
            let closed = value(closed).unwrap();
            let sum = value(sum).unwrap();
            assert!(
                sum == closed || sum.starts_with(&format!("{closed}.000")),
                "{sum} {closed}"
            );
        }
    }

    #[test]
    fn other_tails_are_refused() {
        for text in [
            "sum(1/k^2, k=1..inf)",
            "sum(2^k, k=0..inf)",
            "sum(sin(k)/2^k, k=0..inf)",
            "sum(1/k, k=1..inf)",
        ] {
            let error = value(text).unwrap_err();
            assert!(error.message().contains("tail"), "{text}: {error}");
        }
    }
}
