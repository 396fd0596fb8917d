//! The quantity `angle.cos_moment(k, theta, n)`: the exact mean of cos^k θ' after one layer of width n,
//! at every angle θ and every width, with cos θ' := 0 where an image is zero.
//!
//! The mean is a double integral ([`integrand`]) of a function that is holomorphic next to the square
//! of integration once a substitution has flattened its cuts ([`substitution`]); Gauss-Legendre rules
//! in both variables converge geometrically, and their error is bounded in the ball ([`quadrature`],
//! [`bound`]).
//! At a right angle it is a polynomial in π and 1/π ([`right_angle`]).
//!
//! The mean is taken over all outcomes: it is not divided by the probability that both images are
//! alive, 1 − `angle.dead_probability(theta, n)`.
//!
//! As a series in 1/n it has the coefficients of
//! [`angle.cos_coefficient`](super::coefficients::COSINE), which come from the formal delta method.

pub mod bound;
pub mod experiment;
pub mod integrand;
pub mod quadrature;
pub mod right_angle;
pub mod substitution;

use rug::Rational;

use super::coefficients::{self, LAST_ORDER};
use crate::error::{Error, Result};
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::normal::FormalSeries;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Exactness, Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::catalog;
use crate::theory::moments::Angle;
use crate::theory::moments::j::{angle, check_angle};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, Sampling, literal, method, natural};
use experiment::CosineLayer;
use substitution::Form;

/// Largest power.
pub const LAST_POWER: u32 = 48;
/// Largest width.
pub const LAST_WIDTH: u32 = 100_000_000;
/// Largest width and power of the exact form at a right angle.
const LAST_EXACT: (u32, u32) = (1000, 12);
/// The widest layer that is sampled neuron by neuron.
const WIDEST_SAMPLED: u32 = 4096;

/// See the [module](self).
pub struct CosMoment;

/// `angle.cos_moment(k, theta, n)`.
pub static COS_MOMENT: CosMoment = CosMoment;

static SIGNATURE: Signature = Signature {
    name: "angle.cos_moment",
    parameters: &[
        Parameter::required("k", Kind::Integer, "the power, from 1 to 48"),
        Parameter::required("theta", Kind::Number, "the angle of the inputs, in radians"),
        Parameter::required("n", Kind::Integer, "the width of the layer, at least 1"),
    ],
};

static ABOUT: About = About {
    summary: "the exact mean of cos^k of the angle after a ReLU layer of n neurons (0 where an image is zero)",
    definition: "E[cos(theta')^k] = Gamma(k/2)^-2 integral((t1 t2)^(k/2-1) E[Z^k exp(-t1 X - t2 Y)]), t1, t2 > 0; \
                 X, Y, Z = sum of relu(G_i)^2, relu(H_i)^2, relu(G_i) relu(H_i) over n pairs",
    domain: "integers 1 <= k <= 48 and 1 <= n <= 100000000, 0 <= theta <= pi",
    source: "exact law of a ReLU layer at finite width, beyond Jakub & Nica 2024",
    methods: &[
        (
            "stretched",
            "Gauss-Legendre rules in two variables after a substitution that flattens the cuts; certified bound",
        ),
        (
            "plain",
            "the same without that substitution: slow at small angles",
        ),
        (
            "exact",
            "the polynomial in pi and 1/pi at theta = pi/2, k <= 12, n <= 1000",
        ),
    ],
    special: &[
        "not divided by the probability 1 - angle.dead_probability(theta, n) that both images are alive",
        "angle.cos_moment(k, theta, 1) = (pi - theta)/(2 pi)",
        "1 - 2^(-n) at theta = 0, 0 at theta = pi",
        "a polynomial in pi and 1/pi with rational coefficients at theta = pi/2",
        "-> (2 J(1,1,theta))^k as n grows; its series in 1/n has the coefficients angle.cos_coefficient",
    ],
    example: "angle.cos_moment(1, pi/2, 20)",
};

/// The value where it is known exactly: one neuron, equal and opposite inputs.
fn exact_value(theta: &Number, angle: &Angle, n: u32) -> Option<Rational> {
    if angle.is_straight() {
        return Some(Rational::new());
    }
    if angle.is_zero() {
        return Some(Rational::from(1) - (Rational::from(1) >> n));
    }
    let share = theta.as_pi_multiple().filter(|_| n == 1)?;
    Some(Rational::from(1 - share) / 2u32)
}

fn enclose(k: u32, theta: &Angle, n: u32, form: Form, prec: Bits, limits: &Limits) -> Result<Ball> {
    to_relative_accuracy(prec, limits, |work| {
        quadrature::enclose(k, theta, n, form, work, limits)
    })
}

/// The default route to a value: the exact polynomial where it is cheap, else the quadrature.
fn value(k: u32, theta: &Angle, n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    if n == 1 {
        let work = prec.plus(8);
        let turn = Ball::pi(work).mul_2exp(1);
        return Ok(theta.supplement().value(work).div(&turn, prec));
    }
    if theta.is_right() && n <= LAST_EXACT.0 && k <= LAST_EXACT.1 {
        let exact = right_angle::exact(k, n, limits)?;
        return to_relative_accuracy(prec, limits, |work| Ok(exact.enclose(work)));
    }
    enclose(k, theta, n, Form::Stretched, prec, limits)
}

impl Quantity for CosMoment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&ABOUT, request)?;
        let (prec, limits) = (request.prec, request.limits);
        let reader = Reader::new(&SIGNATURE, arguments);
        let k = reader.integer(0, 1, LAST_POWER)?;
        let number = reader.number(1)?;
        let theta = angle(number)?;
        let n = reader.integer(2, 1, LAST_WIDTH)?;
        // 2^−n is written out only where that is no longer than the value asked for.
        let is_cheap = !theta.is_zero() || u64::from(n) <= 64 + u64::from(prec.get()) * 4;
        if is_cheap || request.exactness == Exactness::Required {
            if theta.is_zero() {
                limits.check_integer_bits(f64::from(n), "the exact mean cosine")?;
            }
            if let Some(exact) = exact_value(number, &theta, n) {
                return Ok(Value::Number(Number::Rational(exact)));
            }
        } else if theta.is_zero() {
            let tiny = crate::number::Magnitude::power_of_two(-i64::from(n));
            return Ok(Value::Number(Number::Ball(Ball::one().widened(tiny))));
        }
        let ball = match (method, request.method) {
            ("exact", _) => {
                if !theta.is_right() || n > LAST_EXACT.0 || k > LAST_EXACT.1 {
                    return Err(Error::domain(
                        "the method `exact` of `angle.cos_moment` is for theta = pi/2, k <= 12 and n <= 1000",
                    )
                    .with_hint("leave the method out"));
                }
                let exact = right_angle::exact(k, n, limits)?;
                to_relative_accuracy(prec, limits, |work| Ok(exact.enclose(work)))?
            }
            ("plain", _) => enclose(k, &theta, n, Form::Plain, prec, limits)?,
            (_, Some(_)) => enclose(k, &theta, n, Form::Stretched, prec, limits)?,
            (_, None) => value(k, &theta, n, prec, limits)?,
        };
        Ok(Value::Number(Number::Ball(ball)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [k, theta, n] = arguments else {
            return Ok(None);
        };
        check_angle(theta)?;
        if literal(theta).is_some_and(|q| q == 0) {
            let less = Expr::from(2).power(n.clone().negate());
            return Ok(Some(Expr::sum([Expr::from(1), less.negate()])));
        }
        if natural(n, 1) == Some(1) {
            let above = Expr::sum([Expr::pi(), theta.clone().negate()]);
            let below = Expr::product([Expr::from(2), Expr::pi()]);
            return Ok(Some(above.over(below)));
        }
        let (Some(k), Some(n)) = (natural(k, LAST_EXACT.1), natural(n, LAST_EXACT.0)) else {
            return Ok(None);
        };
        if k == 0 || n == 0 || !is_right_angle(theta, limits) {
            return Ok(None);
        }
        Ok(Some(right_angle::exact(k, n, limits)?.to_expr()))
    }

    fn formal_series(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<FormalSeries>> {
        let [power, theta, n] = arguments else {
            return Ok(None);
        };
        check_angle(theta)?;
        if literal(n).is_some() {
            // At one width it has a value, and no series in 1/n.
            return Ok(None);
        }
        let Some(m) = natural(power, coefficients::LAST_COSINE_POWER).filter(|m| *m >= 1) else {
            return Ok(None);
        };
        let (theta, power) = (theta.clone(), power.clone());
        let (angle, exponent) = (theta.clone(), power.clone());
        Ok(Some(FormalSeries {
            large: n.clone(),
            last: LAST_ORDER,
            named: Some(Box::new(move |k| {
                coefficients::COSINE.call(k, &angle, &exponent, &Expr::name("relu"))
            })),
            coefficient: Box::new(move |k, limits| match k {
                0 => {
                    let j = Expr::call("J", vec![1.into(), 1.into(), theta.clone()]);
                    Ok(Expr::product([Expr::from(2), j]).power(i64::from(m)))
                }
                _ if k > LAST_ORDER => Err(coefficients::beyond()),
                _ => {
                    let order = Expr::from(i64::from(k));
                    coefficients::COSINE.form(&order, &theta, &power, &Expr::name("relu"), limits)
                }
            }),
        }))
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let prec = Bits::new(128);
        let reader = Reader::new(&SIGNATURE, arguments);
        let k = reader.integer(0, 1, LAST_POWER)?;
        let theta = angle(reader.number(1)?)?;
        let n = reader.integer(2, 1, LAST_WIDTH)?;
        if n > WIDEST_SAMPLED || 3 * k > LAST_POWER || theta.is_zero() || theta.is_straight() {
            return Ok(None);
        }
        let (sin, cos) = theta.sin_cos(prec);
        let of = |times: u32| value(times * k, &theta, n, prec, limits);
        let mean = of(1)?;
        Ok(Some(Sampling {
            experiment: Box::new(CosineLayer::new(
                call,
                (cos.mid().to_f64(), sin.mid().to_f64()),
                k,
                n,
            )),
            variance: of(2)?.sub(&mean.square(prec), prec),
            // 0 ≤ X ≤ 1.
            third_absolute_moment: of(3)?,
        }))
    }
}

/// Whether a formula without variables is exactly π/2.
fn is_right_angle(theta: &Expr, limits: &Limits) -> bool {
    let request = Request {
        prec: Bits::new(64),
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    let value = Evaluator::new(catalog::library(), request).number(theta);
    value.is_ok_and(|number| angle(&number).is_ok_and(|angle| angle.is_right()))
}

#[cfg(test)]
mod tests;
