//! The quantities `angle.approximation1(theta0, n, L)`, `angle.rate_rule(theta0, n, L)` and
//! `angle.mu_rule(theta0, widths)`: deterministic rules for x = ln sin²θ at finite width, layer by layer.
//!
//! * Approximation 1 (the paper's): x' = x − (2/(3π)) θ − ρ(n);
//! * the same with the exact rate of small angles: x' = x − (2/(3π)) θ − r(n);
//! * μ-rule (companion paper): x' = μ(θ, n), with a list of widths, in which [n, k] stands for k layers
//!   of width n;
//!
//! all with θ = arcsin e^{x/2} in (0, π/2]. The value is x after the last layer.
//!
//! They replace a random angle by a number that follows the mean of x, so they ignore the spread of
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
use super::rate::rate;
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

/// Approximation 1, or the same rule with the exact rate.
pub struct SimpleRule {
    exact: bool,
    signature: Signature,
    about: About,
}

/// See the [module](self).
pub struct MuRule;

/// `angle.mu_rule(theta0, widths)`.
pub static MU_RULE: MuRule = MuRule;

const START: Parameter = Parameter::required(
    "theta0",
    Kind::Number,
    "the angle of the inputs in radians, above 0, up to pi/2",
);

const SIMPLE_METHODS: &[(&str, &str)] = &[
    ("logarithm", "the rule for x = ln sin^2(theta)"),
    (
        "sine",
        "the same rule for sin(theta), multiplied by exp(x'/2 - x/2)",
    ),
];
const DEPTH: Parameter = Parameter::required("L", Kind::Integer, "the number of layers");

/// `angle.approximation1(theta0, n, L)`.
pub static APPROXIMATION_1: SimpleRule = SimpleRule {
    exact: false,
    signature: Signature {
        name: "angle.approximation1",
        parameters: &[
            START,
            Parameter::required("n", Kind::Number, "the width, above 1"),
            DEPTH,
        ],
    },
    about: About {
        summary: "ln sin^2 of the angle after L layers of width n by the paper's simple rule",
        definition: "x^0 = ln sin^2(theta0), x^(l+1) = x^l - 2/(3 pi) asin(exp(x^l/2)) - rho(n)",
        domain: "0 < theta0 <= pi/2, n > 1, integers 0 <= L <= 100000000",
        source: "Jakub & Nica 2024, Approximation 1",
        methods: SIMPLE_METHODS,
        special: &["decreases by about rho(n) a layer once the angle is small"],
        example: "angle.approximation1(1/10, n=256, L=31)",
    },
};

/// `angle.rate_rule(theta0, n, L)`.
pub static RATE_RULE: SimpleRule = SimpleRule {
    exact: true,
    signature: Signature {
        name: "angle.rate_rule",
        parameters: &[
            START,
            Parameter::required("n", Kind::Integer, "the width, at least 2"),
            DEPTH,
        ],
    },
    about: About {
        summary: "ln sin^2 of the angle after L layers of width n by the paper's simple rule with the exact rate",
        definition: "x^0 = ln sin^2(theta0), x^(l+1) = x^l - 2/(3 pi) asin(exp(x^l/2)) - angle.rate(n)",
        domain: "0 < theta0 <= pi/2, integers 2 <= n <= 4294967295, 0 <= L <= 100000000",
        source: "Approximation 1 of Jakub & Nica 2024 with the exact rate in place of rho(n)",
        methods: SIMPLE_METHODS,
        special: &[
            "decreases by about angle.rate(n) a layer once the angle is small",
            "follows the mean of ln sin^2 only: angle.gaussian_mean follows its variance too",
        ],
        example: "angle.rate_rule(1/10, n=256, L=31)",
    },
};

static MU_RULE_SIGNATURE: Signature = Signature {
    name: "angle.mu_rule",
    parameters: &[
        START,
        Parameter::required(
            "widths",
            Kind::List,
            "the widths, one for each step; [n, k] stands for k steps of width n",
        ),
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
pub(super) fn start(reader: &Reader<'_>, prec: Bits) -> Result<Option<Angle>> {
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

/// x^L by a simple rule of this rate.
fn approximate(
    theta0: &Angle,
    rate: &Ball,
    depth: u32,
    sine: bool,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
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
        let step = slope.mul(&theta, work).add(rate, work);
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

impl Quantity for SimpleRule {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let sine = method(&self.about, request)? == "sine";
        let reader = Reader::new(&self.signature, arguments);
        let (prec, limits) = (request.prec, request.limits);
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        if self.exact {
            reader.integer(1, 2, u32::MAX)?;
        }
        let (Some(theta0), Some(n)) = (start(&reader, prec)?, width(&reader, 1, prec)?) else {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        };
        if depth == 0 && theta0.is_right() {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = to_relative_accuracy(prec, limits, |work| {
            let work = work.plus(2 * (32 - depth.leading_zeros()));
            let rate = if self.exact {
                rate(reader.integer(1, 2, u32::MAX)?, work, limits)?
            } else {
                rho(n, false, work, limits)?
            };
            approximate(&theta0, &rate, depth, sine, work, limits)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

/// Most steps of the μ-rule.
const LAST_STEPS: usize = 100_000;

/// An entry of the widths and how often it stands there: `[n, k]` is n for k layers.
fn repeated(entry: &Value) -> Result<(&Value, usize)> {
    let Value::List(pair) = entry else {
        return Ok((entry, 1));
    };
    let wrong = || {
        Error::domain(format!(
            "an entry of `widths` must be a width, or [n, k] for k <= {LAST_STEPS} layers of width n"
        ))
        .with_hint("as in angle.mu_rule(pi/2, [784, [85, 2]])")
    };
    let [n, Value::Number(times)] = pair.as_slice() else {
        return Err(wrong());
    };
    let times = times.as_integer().and_then(|times| times.to_usize());
    match times.filter(|times| (1..=LAST_STEPS).contains(times)) {
        Some(times) => Ok((n, times)),
        None => Err(wrong()),
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
        let mut widths = Vec::with_capacity(entries.len());
        for entry in entries {
            let (entry, times) = repeated(entry)?;
            let each = Reader::new(&MU_RULE_SIGNATURE, std::slice::from_ref(entry));
            let Some(n) = width(&each, 0, prec)? else {
                return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
            };
            if widths.len() + times > LAST_STEPS {
                return Err(Error::domain(format!(
                    "the widths are more than {LAST_STEPS} steps"
                )));
            }
            widths.extend(std::iter::repeat_n(n, times));
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
                let rate = rho(&Number::from(n), false, prec, &limits).expect("in time");
                let value =
                    |sine| approximate(&theta, &rate, depth, sine, prec, &limits).expect("in time");
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
