//! The quantities `angle.approximation1(theta0, n, L)` and `angle.mu_rule(theta0, widths)`: the
//! paper's deterministic rules for x = ln sin²θ at finite width, layer by layer.
//!
//! * Approximation 1: x' = x − (2/(3π)) θ − ρ(n);
//! * μ-rule (companion paper): x' = μ(θ, n), with a list of widths;
//!
//! both with θ = arcsin e^{x/2} in (0, π/2]. The value is x after the last layer.
//!
//! Both replace a random angle by a number that follows the mean of x, so they ignore the spread of
//! θ; they are rules, not laws. They are enclosed by ball arithmetic with as many more bits as the
//! layers lose.
//!
//! Sources: Jakub & Nica 2024, Approximation 1; Jakub & Nica, "Network Degeneracy as an Indicator
//! of Training Performance", arXiv:2306.01513 (μ-rule).

use std::cmp::Ordering;

use rug::Rational;

use super::decay_rate::{rho, width};
use super::infinite_width::LAST_DEPTH;
use super::one_layer::mean;
use crate::error::{Error, ErrorKind, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::Angle;
use crate::theory::moments::j::angle;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct Approximation1;

/// See the [module](self).
pub struct MuRule;

/// `angle.approximation1(theta0, n, L)`.
pub static APPROXIMATION_1: Approximation1 = Approximation1;

/// `angle.mu_rule(theta0, widths)`.
pub static MU_RULE: MuRule = MuRule;

const START: Parameter = Parameter::required(
    "theta0",
    Kind::Number,
    "the angle of the inputs in radians, above 0, up to pi/2",
);

static APPROXIMATION_SIGNATURE: Signature = Signature {
    name: "angle.approximation1",
    parameters: &[
        START,
        Parameter::required("n", Kind::Number, "the width, above 1"),
        Parameter::required("L", Kind::Integer, "the number of layers"),
    ],
};

static APPROXIMATION_ABOUT: About = About {
    summary: "ln sin^2 of the angle after L layers of width n by the paper's simple rule",
    definition: "x^0 = ln sin^2(theta0), x^(l+1) = x^l - 2/(3 pi) asin(exp(x^l/2)) - rho(n)",
    domain: "0 < theta0 <= pi/2, n > 1, integers 0 <= L <= 100000000",
    source: "Jakub & Nica 2024, Approximation 1",
    methods: &[
        ("logarithm", "the rule for x = ln sin^2(theta)"),
        (
            "sine",
            "the same rule for sin(theta), multiplied by exp(x'/2 - x/2)",
        ),
    ],
    special: &["decreases by about rho(n) a layer once the angle is small"],
    example: "angle.approximation1(1/10, n=256, L=31)",
};

static MU_RULE_SIGNATURE: Signature = Signature {
    name: "angle.mu_rule",
    parameters: &[
        START,
        Parameter::required("widths", Kind::List, "the widths, one for each step"),
    ],
};

static MU_RULE_ABOUT: About = About {
    summary: "ln sin^2 of the angle after layers of given widths by the rule x' = mu(theta, n)",
    definition: "x^0 = ln sin^2(theta0), x^(l+1) = mu(asin(exp(x^l/2)), n_l)",
    domain: "0 < theta0 <= pi/2, widths above 1; every mu on the way at most 0",
    source: "Jakub & Nica 2023, Network Degeneracy as an Indicator of Training Performance, arXiv:2306.01513",
    methods: &[(
        "balls",
        "ball arithmetic with as many more bits as the layers lose",
    )],
    special: &[
        "the companion paper's list begins with the input dimension, so it makes one step more than there are hidden layers",
    ],
    example: "angle.mu_rule(pi/2, [784, 85, 85])",
};

/// The start, checked to lie in (0, π/2]; `None` if a ball does not decide that.
fn start(reader: &Reader<'_>, prec: Bits) -> Result<Option<Angle>> {
    let number = reader.number(0)?;
    let right = Number::pi_multiple(Rational::from((1, 2)));
    let above = number.certain_cmp(&Number::from(0), prec);
    let below = right.certain_cmp(number, prec);
    if above.is_some_and(Ordering::is_le) || below.is_some_and(Ordering::is_lt) {
        return Err(Error::domain(format!(
            "`{}` needs 0 < theta0 <= pi/2",
            reader.signature.name
        ))
        .with_hint("the rule keeps ln sin^2(theta) only, so it knows acute angles"));
    }
    if above.is_none() || below.is_none() {
        return Ok(None);
    }
    angle(number).map(Some)
}

/// arcsin e^{x/2}.
fn acute(x: &Ball, work: Bits) -> Ball {
    x.mul_2exp(-1).exp(work).asin(work)
}

/// x^L by Approximation 1.
fn approximate(
    theta0: &Angle,
    n: &Number,
    depth: u32,
    sine: bool,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let rate = rho(n, false, work, limits)?;
    let slope = Ball::from_i64(2).div(&Ball::pi(work).mul_i64(3, work), work);
    let (first, _) = theta0.sin_cos(work);
    let mut theta = theta0.value(work);
    // x, or sin θ.
    let mut state = if sine {
        first
    } else {
        first.ln(work).mul_2exp(1)
    };
    for layer in 0..depth {
        if layer % 1024 == 0 {
            limits.check_deadline()?;
        }
        if layer > 0 {
            theta = if sine {
                state.asin(work)
            } else {
                acute(&state, work)
            };
        }
        let step = slope.mul(&theta, work).add(&rate, work);
        state = if sine {
            state.mul(&step.mul_2exp(-1).neg().exp(work), work)
        } else {
            state.sub(&step, work)
        };
    }
    Ok(if sine {
        state.ln(work).mul_2exp(1)
    } else {
        state
    })
}

impl Quantity for Approximation1 {
    fn signature(&self) -> &Signature {
        &APPROXIMATION_SIGNATURE
    }

    fn about(&self) -> &About {
        &APPROXIMATION_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let sine = method(&APPROXIMATION_ABOUT, request)? == "sine";
        let reader = Reader::new(&APPROXIMATION_SIGNATURE, arguments);
        let (prec, limits) = (request.prec, request.limits);
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let (Some(theta0), Some(n)) = (start(&reader, prec)?, width(&reader, 1, prec)?) else {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        };
        if depth == 0 && theta0.is_right() {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = to_relative_accuracy(prec, limits, |work| {
            let work = work.plus(2 * (32 - depth.leading_zeros()));
            approximate(&theta0, n, depth, sine, work, limits)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

/// x after all widths by the μ-rule, at one working precision.
fn follow(theta0: &Angle, widths: &[&Number], work: Bits, limits: &Limits) -> Result<Ball> {
    let mut theta = theta0.clone();
    let mut x = theta0.sin_cos(work).0.ln(work).mul_2exp(1);
    for (layer, n) in widths.iter().enumerate() {
        limits.check_deadline()?;
        if layer > 0 {
            theta = match Angle::from_ball(&acute(&x, work)) {
                Ok(theta) => theta,
                // Too few bits to tell the angle from 0 or π.
                Err(error) if error.kind() == ErrorKind::Undecided => {
                    return Ok(Ball::indeterminate());
                }
                Err(error) => return Err(error),
            };
        }
        x = mean(&theta, &n.to_ball(work), work, limits)?;
        if x.is_positive() {
            return Err(Error::domain(format!(
                "the rule leaves its domain at step {}: mu(theta, n) > 0",
                layer + 1
            ))
            .with_hint("no angle has ln sin^2(theta) > 0; take larger widths"));
        }
    }
    Ok(x)
}

impl Quantity for MuRule {
    fn signature(&self) -> &Signature {
        &MU_RULE_SIGNATURE
    }

    fn about(&self) -> &About {
        &MU_RULE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&MU_RULE_ABOUT, request)?;
        let reader = Reader::new(&MU_RULE_SIGNATURE, arguments);
        let (prec, limits) = (request.prec, request.limits);
        let start = start(&reader, prec)?;
        let Some(Value::List(entries)) = arguments.get(1) else {
            return Err(
                Error::domain("the argument `widths` of `angle.mu_rule` must be a list")
                    .with_hint("as in angle.mu_rule(pi/2, [784, 85, 85])"),
            );
        };
        let each = Reader::new(&MU_RULE_SIGNATURE, entries);
        let mut widths = Vec::with_capacity(entries.len());
        for index in 0..entries.len() {
            match width(&each, index, prec)? {
                Some(n) => widths.push(n),
                None => return Ok(Value::Number(Number::Ball(Ball::indeterminate()))),
            }
        }
        let Some(theta0) = start else {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        };
        if widths.is_empty() && theta0.is_right() {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = to_relative_accuracy(prec, limits, |work| {
            let guard = 3 * u32::try_from(widths.len()).unwrap_or(u32::MAX / 8);
            follow(&theta0, &widths, work.plus(guard), limits)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_simple_rule_agree() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for theta in [
            Angle::from_radians(Rational::from((1, 10))),
            Angle::from_radians(Rational::from((3, 2))),
            Angle::from_pi_multiple(Rational::from((1, 2))),
        ] {
            let theta = theta.expect("inside");
            for (n, depth) in [(256, 31), (16, 3), (2, 100)] {
                let n = Number::from(n);
                let value =
                    |sine| approximate(&theta, &n, depth, sine, prec, &limits).expect("in time");
                let (log, sine) = (value(false), value(true));
                assert!(log.overlaps(&sine) && log.accuracy() > 150, "{n:?} {log:?}");
            }
        }
    }

    /// One step is μ itself, by its other method; two steps are μ of the angle of the first.
    #[test]
    fn the_mu_rule_iterates_mu() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        let theta = Angle::from_pi_multiple(Rational::from((1, 2))).expect("inside");
        let widths = [Number::from(64), Number::from(32)];
        let two = follow(&theta, &widths.each_ref(), prec, &limits).expect("in time");
        let request = Request {
            prec,
            exactness: crate::formula::value::Exactness::WhileCheap,
            method: Some("direct"),
            limits: &limits,
        };
        let mu = |theta: Number, n: &Number| {
            let value = super::super::one_layer::MU
                .evaluate(&[Value::Number(theta), Value::Number(n.clone())], &request);
            match value.expect("a value") {
                Value::Number(number) => number.to_ball(prec),
                _ => Ball::indeterminate(),
            }
        };
        let first = mu(Number::pi_multiple(Rational::from((1, 2))), &widths[0]);
        let second = mu(Number::Ball(acute(&first, prec)), &widths[1]);
        assert!(two.overlaps(&second) && two.accuracy() > 150 && second.accuracy() > 100);
    }
}
