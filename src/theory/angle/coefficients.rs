//! The quantities `angle.mean_coefficient(k, theta)`, `angle.variance_coefficient(k, theta)` and
//! `angle.cos_coefficient(k, theta)`: the coefficients of n^{−k} in the formal expansions
//!
//! $$E \ln\sin^2θ' = \ln(1-r^2) + \sum_{k≥1} m_k n^{-k}, \quad
//!   \mathrm{Var} \ln\sin^2θ' = \sum_{k≥1} v_k n^{-k}, \quad
//!   E\cosθ' = r + \sum_{k≥1} e_k n^{-k}, \qquad r = 2J_{11}(θ).$$
//!
//! Each is an exact polynomial in r, J₂₂, J₃₁, J₃₃, … found by the [formal delta method](super::delta_method),
//! over (1 − r²)^{2k} for the first two. At small θ the numerator of size θ^{4k} loses 4k log₂(1/θ)
//! bits; the second method works in a [frame](super::local_frame) where nothing cancels, and is the
//! default at tiny angles, at high orders and for leaky ReLUs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rug::Rational;

use super::angle_series::{self, OverPi};
use super::cumulants::PairMoments;
use super::delta_method::{Statistic, numerator};
use super::moment_polynomial::{MomentPolynomial, indices};
use super::{local_frame, smallness};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::normal::TaylorSeries;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::ball::WorkingBall;
use crate::number::{Ball, Bits};
use crate::theory::moments::j::{Activation, activation, angle, check_angle, constant};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::moments::{Angle, Method, moment};
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// Most powers of θ in the expansion of the coefficient of n^{−k}, at index k: half a minute of ring
/// operations, whose cost grows like the fourth power.
const LONGEST: [usize; 6] = [0, 120, 70, 50, 40, 32];

/// One of the three sequences of coefficients.
pub struct Coefficient {
    kind: Sequence,
    signature: Signature,
    about: About,
}

/// What is expanded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sequence {
    Mean,
    Variance,
    /// With the power as an argument.
    Cosine,
}

/// Largest order: the moments J_{a,b} of the variables have a + b ≤ 2(k + 1) ≤ 12.
pub const LAST_ORDER: u32 = 5;
/// Largest power of the cosine.
pub const LAST_COSINE_POWER: u32 = 16;

/// Up to here the exact polynomial is found at once and kept.
const LAST_QUICK: u32 = 3;
/// log₂(1/θ) from which on the frame of the first image is cheaper than the bits that cancel.
const MOST_LOST: u32 = 24;

const ORDER: Parameter = Parameter::required("k", Kind::Integer, "the order, from 1 to 5");
const THETA: Parameter = Parameter::required("theta", Kind::Number, "the angle in radians");
const ACTIVATION: Parameter = Parameter::optional(
    "f",
    Kind::Activation,
    "relu",
    "relu, or leaky(q) of slope q on x < 0",
);
const PARAMETERS: &[Parameter] = &[ORDER, THETA, ACTIVATION];
const COSINE_PARAMETERS: &[Parameter] = &[
    ORDER,
    THETA,
    Parameter::optional(
        "m",
        Kind::Integer,
        "1",
        "the power of the cosine, from 1 to 16",
    ),
    ACTIVATION,
];
const METHODS: &[(&str, &str)] = &[
    (
        "auto",
        "`polynomial` for relu, k <= 3 and angles that are not tiny, else `balls`",
    ),
    (
        "polynomial",
        "the exact polynomial of the delta method at the certified moments (relu)",
    ),
    (
        "balls",
        "cumulants and delta method on balls, in a frame where nothing cancels at small angles",
    ),
];
const SOURCE: &str = "formal delta method, beyond Jakub & Nica 2024";

/// `angle.mean_coefficient(k, theta, f=relu)`.
pub static MEAN: Coefficient = Coefficient {
    kind: Sequence::Mean,
    signature: Signature {
        name: "angle.mean_coefficient",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the coefficient of n^-k in the asymptotic series of E ln sin^2 of the angle after a layer of width n",
        definition: "E ln sin^2(theta') ~ ln(1-r^2) + sum(m_k n^-k), r = angle.correlation(theta, f)",
        domain: "integers 1 <= k <= 5, 0 < theta <= pi",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "m_k -> minus the coefficient of n^-k in angle.rate(n) as theta -> 0: -2, -8, -40, -248, -1864",
            "m_1 = 4 - 4 V/D^2 with D and V as in mu",
            "m_1 = -2 at every angle for leaky(1), the linear layer",
        ],
        example: "angle.mean_coefficient(2, 1)",
    },
};

/// `angle.variance_coefficient(k, theta, f=relu)`.
pub static VARIANCE: Coefficient = Coefficient {
    kind: Sequence::Variance,
    signature: Signature {
        name: "angle.variance_coefficient",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the coefficient of n^-k in the asymptotic series of Var ln sin^2 of the angle after a layer of width n",
        definition: "Var ln sin^2(theta') ~ sum(v_k n^-k)",
        domain: "integers 1 <= k <= 5, 0 < theta <= pi",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "v_k -> the coefficient of n^-k in angle.rate_variance(n) as theta -> 0: 8, 32, 508/3, 1152",
        ],
        example: "angle.variance_coefficient(2, 1)",
    },
};

/// `angle.cos_coefficient(k, theta, m=1, f=relu)`.
pub static COSINE: Coefficient = Coefficient {
    kind: Sequence::Cosine,
    signature: Signature {
        name: "angle.cos_coefficient",
        parameters: COSINE_PARAMETERS,
    },
    about: About {
        summary: "the coefficient of n^-k in the asymptotic series of the mean of cos^m of the angle after a layer of width n",
        definition: "E cos(theta')^m ~ r^m + sum(e_k n^-k), r = angle.correlation(theta, f)",
        domain: "integers 1 <= k <= 5 and 1 <= m <= 16, 0 <= theta <= pi",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "e_k = 0 at theta = 0, and for relu at theta = pi",
            "angle.cos_moment(m, theta, n) is the exact mean at a width",
        ],
        example: "angle.cos_coefficient(2, 1)",
    },
};

/// The error of an order above [`LAST_ORDER`].
pub(super) fn beyond() -> Error {
    Error::limit(format!("the series in 1/n is known up to n^-{LAST_ORDER}"))
        .with_hint("ask for a lower order")
}

/// The exact numerator of the ReLU's coefficient of n^{−k}, over (1 − r²)^{2k} or 1; k from 1 to 5.
/// Kept for the process.
///
/// # Errors
/// A limit error at the deadline.
pub fn polynomial(statistic: Statistic, k: u32, limits: &Limits) -> Result<Arc<MomentPolynomial>> {
    type Known = BTreeMap<(Statistic, u32), Arc<MomentPolynomial>>;
    static KNOWN: Mutex<Known> = Mutex::new(BTreeMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(polynomial) = known().get(&(statistic, k)) {
        return Ok(Arc::clone(polynomial));
    }
    let moments = PairMoments::symbolic(&Rational::new());
    let found = Arc::new(numerator(statistic, k, &moments, limits)?);
    known().insert((statistic, k), Arc::clone(&found));
    Ok(found)
}

/// One coefficient to be evaluated.
struct Task<'a> {
    statistic: Statistic,
    k: u32,
    theta: &'a Angle,
    /// The slope on the negative side; none for the ReLU.
    slope: Option<&'a Number>,
    exact: bool,
}

impl Task<'_> {
    fn enclose(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        let Task {
            statistic,
            k,
            theta,
            slope,
            exact,
        } = *self;
        let is_cosine = matches!(statistic, Statistic::Cosine(_));
        // At 0, cos θ' = 1. At π no ReLU is active for both inputs: sin²θ' = 1 and cos θ' = 0.
        if theta.is_zero() && is_cosine || theta.is_straight() && slope.is_none() {
            return Ok(Ball::zero());
        }
        if !exact {
            return to_relative_accuracy(prec, limits, |work| {
                local_frame::coefficient(statistic, k, theta, slope, work, limits)
            });
        }
        let power = u64::from(statistic.denominator_power(k));
        // The numerator is of the size of (1 − r²)^power ≈ θ^{2·power}; 1 − E cos θ' of that of θ².
        let guard = smallness(theta).0.saturating_mul(2 * power.max(1) as u32);
        to_relative_accuracy(prec, limits, |work| {
            let work = work.plus(guard);
            limits.check_precision(work)?;
            let (values, gap) = ball_moments(k, theta, work, limits)?;
            let above = polynomial(statistic, k, limits)?.evaluate(&values, &gap);
            Ok(above.ball.div(&gap.ball.pow_u64(power, work), work))
        })
    }
}

/// r, J₂₂, … of the ReLU, as many as the coefficient of n^{−k} needs, and 1 − r².
fn ball_moments(
    k: u32,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<(Vec<WorkingBall>, WorkingBall)> {
    let values = indices()
        .take_while(|(a, b)| a + b <= 2 * (k + 1))
        .map(|(a, b)| {
            let value = moment(a, b, theta, Method::Auto, work, limits)?;
            let value = if a == 1 { value.mul_2exp(1) } else { value };
            Ok(WorkingBall::new(value, work))
        })
        .collect::<Result<Vec<_>>>()?;
    // 1 − r² = s² − 4cτ − 4τ² with τ = J₁₁(π − θ), which keeps its relative accuracy at small θ.
    let tau = moment(1, 1, &theta.supplement(), Method::Auto, work, limits)?;
    let (s, c) = theta.sin_cos(work);
    let rest = c.add(&tau, work).mul(&tau, work).mul_2exp(2);
    let gap = WorkingBall::new(s.square(work).sub(&rest, work), work);
    Ok((values, gap))
}

/// The coefficient of n^{−k} of E cos^m θ' after a ReLU layer, at an angle, with `prec` bits.
#[cfg(test)]
pub(super) fn ball(k: u32, theta: &Angle, m: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let task = Task {
        statistic: Statistic::Cosine(m),
        k,
        theta,
        slope: None,
        exact: false,
    };
    task.enclose(prec, limits)
}

impl Coefficient {
    /// The statistic, given the reader of all arguments.
    fn statistic(&self, reader: &Reader<'_>) -> Result<Statistic> {
        Ok(match self.kind {
            Sequence::Mean => Statistic::Mean,
            Sequence::Variance => Statistic::Variance,
            Sequence::Cosine => Statistic::Cosine(reader.integer(2, 1, LAST_COSINE_POWER)?),
        })
    }

    /// The coefficient as a formula; `power` is looked at for the cosine only.
    ///
    /// # Errors
    /// A limit error at the deadline; a domain error outside the domain.
    pub(super) fn form(
        &self,
        k: &Expr,
        theta: &Expr,
        power: &Expr,
        f: &Expr,
        limits: &Limits,
    ) -> Result<Expr> {
        let arguments = match self.kind {
            Sequence::Cosine => vec![k.clone(), theta.clone(), power.clone(), f.clone()],
            _ => vec![k.clone(), theta.clone(), f.clone()],
        };
        let form = self.closed_form(&arguments, limits)?;
        form.ok_or_else(|| Error::domain("there is no such coefficient"))
    }
}

/// The arguments of a coefficient, where all but the angle are numbers.
struct Known {
    statistic: Statistic,
    k: u32,
    theta: Expr,
    f: Expr,
    /// The slope of a leaky ReLU, 0 for the ReLU.
    q: Rational,
}

impl Coefficient {
    /// The arguments, where they are known.
    ///
    /// # Errors
    /// A domain error for an angle or activation outside the domain.
    fn known(&self, arguments: &[Expr]) -> Result<Option<Known>> {
        let (Some(k), Some(theta), Some(f)) =
            (arguments.first(), arguments.get(1), arguments.last())
        else {
            return Ok(None);
        };
        let Some(k) = natural(k, LAST_ORDER).filter(|k| *k >= 1) else {
            return Ok(None);
        };
        let statistic = match (self.kind, arguments.get(2)) {
            (Sequence::Mean, _) => Statistic::Mean,
            (Sequence::Variance, _) => Statistic::Variance,
            (Sequence::Cosine, Some(m)) => {
                match natural(m, LAST_COSINE_POWER).filter(|m| *m >= 1) {
                    Some(m) => Statistic::Cosine(m),
                    None => return Ok(None),
                }
            }
            (Sequence::Cosine, None) => return Ok(None),
        };
        check_angle(theta)?;
        let q = match activation(f, self.signature.name)? {
            Activation::Relu => Rational::new(),
            Activation::Leaky(q) => match literal(&q) {
                Some(q) => q,
                None => return Ok(None),
            },
        };
        Ok(Some(Known {
            statistic,
            k,
            theta: theta.clone(),
            f: f.clone(),
            q,
        }))
    }

    /// A call of it; `power` is looked at for the cosine only.
    pub(super) fn call(&self, k: u32, theta: &Expr, power: &Expr, f: &Expr) -> Expr {
        let mut arguments = vec![Expr::from(i64::from(k)), theta.clone()];
        if self.kind == Sequence::Cosine {
            arguments.push(power.clone());
        }
        arguments.push(f.clone());
        Expr::call(self.signature.name, arguments)
    }
}

/// c₀ + c₁/π + c₂/π² + ….
fn in_powers_of_pi(coefficient: &OverPi) -> Expr {
    let terms = coefficient.coefficients().iter().enumerate();
    Expr::sum(
        terms.map(|(power, c)| Expr::rational(c.clone()).over(Expr::pi().power(power as i64))),
    )
}

impl Quantity for Coefficient {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let name = self.signature.name;
        let k = reader.integer(0, 1, LAST_ORDER)?;
        let theta = angle(reader.number(1)?)?;
        let statistic = self.statistic(&reader)?;
        let f = reader.expression(arguments.len().saturating_sub(1))?;
        let slope = match activation(f, name)? {
            Activation::Relu => None,
            Activation::Leaky(q) => {
                let q = constant(&q, request.prec.plus(64), request.limits)?;
                (!q.is_zero()).then_some(q)
            }
        };
        if theta.is_zero() && self.kind != Sequence::Cosine {
            return Err(
                Error::domain(format!("`{name}` needs theta > 0")).with_hint(
                    "for its limit at theta -> 0 type series '...' --at theta=0 --order 1",
                ),
            );
        }
        let is_unit = |q: &Number| q.as_rational().is_some_and(|q| *q == 1 || *q == -1);
        if theta.is_straight() && slope.as_ref().is_some_and(is_unit) {
            return Err(Error::domain(format!(
                "`{name}` has no value at theta = pi where opposite inputs stay parallel"
            ))
            .with_hint("take theta < pi"));
        }
        let exact = match (method, &slope) {
            ("polynomial", Some(_)) => {
                return Err(Error::usage(format!(
                    "the method `polynomial` of `{name}` is for relu"
                ))
                .with_hint("leave the method out"));
            }
            ("polynomial", None) => true,
            ("balls", _) | (_, Some(_)) => false,
            _ => k <= LAST_QUICK && smallness(&theta).0 <= MOST_LOST,
        };
        let task = Task {
            statistic,
            k,
            theta: &theta,
            slope: slope.as_ref(),
            exact,
        };
        let value = task.enclose(request.prec, request.limits)?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn taylor_series(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<TaylorSeries>> {
        let Some(known) = self.known(arguments)? else {
            return Ok(None);
        };
        let Known {
            statistic, k, q, ..
        } = known;
        Ok(Some(TaylorSeries {
            small: known.theta,
            coefficients: Box::new(move |count, limits| {
                let terms = angle_series::expansion(statistic, k, &q, count, limits)?;
                Ok(terms.iter().map(in_powers_of_pi).collect())
            }),
            longest: LONGEST[k as usize],
        }))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let Some(known) = self.known(arguments)? else {
            return Ok(None);
        };
        let Known {
            statistic,
            k,
            theta,
            f,
            q,
        } = known;
        let is_relu = q == 0;
        let j = |a: u32, b: u32| {
            let mut arguments = vec![
                Expr::from(i64::from(a)),
                Expr::from(i64::from(b)),
                theta.clone(),
            ];
            if !is_relu {
                arguments.push(f.clone());
            }
            Expr::call("J", arguments)
        };
        let numerator = if is_relu {
            polynomial(statistic, k, limits)?
        } else {
            let moments = PairMoments::symbolic(&q);
            Arc::new(numerator(statistic, k, &moments, limits)?)
        };
        // λ = 2/(1 + q²).
        let lambda = Rational::from(2) / (Rational::from(q.square_ref()) + 1u32);
        let above = numerator.to_expr(&lambda, &j);
        let power = statistic.denominator_power(k);
        if power == 0 {
            return Ok(Some(above));
        }
        let square = Expr::product([
            Expr::rational(Rational::from(lambda.square_ref())),
            j(1, 1).power(2),
        ]);
        let gap = Expr::sum([Expr::from(1), square.negate()]);
        Ok(Some(above.over(gap.power(i64::from(power)))))
    }
}

#[cfg(test)]
mod tests;
