//! The critical line (the edge of chaos) of networks of infinite width: weight and bias variances at
//! which the variance q is a fixed point and χ₁ = 1.
//!
//! Parametrised by q > 0, with m(q) = E σ(√q Z)² and g(q) = E σ'(√q Z)²:
//!
//! $$s_w^2 = 1/g(q), \qquad s_b^2 = S(q) = q - m(q)/g(q).$$
//!
//! * `mean_field.critical_s2w(f, s2b=none, q=none)`: s_w² at a q, or at the q of a bias variance;
//! * `mean_field.critical_s2b(f, q)`: S(q);
//! * `mean_field.critical_variance(f, s2b)`: the **smallest** q > 0 with S(q) = s2b > 0.
//!
//! The last is found by [`super::smallest`]. S(q) < q because m, g > 0, so there is no solution with
//! q ≤ s2b; on an interval $m(q)/g(q) ≥ (a/b)\,m(a)/g(b)$ by the bounds of [`super::moments`]; and
//! S' = m g'/g² + 1 − m'/g for Newton's step.
//!
//! For positively homogeneous f of degree 1 (relu, abs, leaky) m(q)/g(q) = q and S = 0 at every q: the
//! critical line is a point, s_w² = 1/g at s_b² = 0, and has no q of its own. That is an error here.

use std::cmp::Ordering;

use rug::Float;

use super::moments::Moments;
use super::smallest::{Digits, Equation, digits, smallest_root};
use super::variance::SOURCE;
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Activation, Homogeneous};
use crate::theory::geometry::setting::ACTIVATION;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct CriticalVariance;

/// See the [module](self).
pub struct CriticalWeights;

/// See the [module](self).
pub struct CriticalBiases;

/// `mean_field.critical_variance(f, s2b)`.
pub static VARIANCE: CriticalVariance = CriticalVariance;

/// `mean_field.critical_s2w(f, s2b=none, q=none)`.
pub static WEIGHTS: CriticalWeights = CriticalWeights;

/// `mean_field.critical_s2b(f, q)`.
pub static BIASES: CriticalBiases = CriticalBiases;

const DOMAIN: &str =
    "s2b > 0, q > 0; f not homogeneous of degree 1, with square integrable derivative";
const METHODS: &[(&str, &str)] = &[
    (
        "signs",
        "exclusion up to a box with one root, then changes of sign",
    ),
    ("newton", "exclusion up to the box, then interval Newton"),
];
const DIRECT: &[(&str, &str)] = &[("definition", "the moments of f and its derivative")];

static VARIANCE_SIGNATURE: Signature = Signature {
    name: "mean_field.critical_variance",
    parameters: &[
        ACTIVATION,
        Parameter::required("s2b", Kind::Number, "the bias variance, positive"),
    ],
};

static VARIANCE_ABOUT: About = About {
    summary: "the variance of preactivations on the critical line at a given bias variance",
    definition: "the smallest q > 0 with s2b = q - E[f(sqrt(q) Z)^2]/E[f'(sqrt(q) Z)^2]",
    domain: DOMAIN,
    source: SOURCE,
    methods: METHODS,
    special: &["relu, abs, leaky(a): s2b = 0 at every q, an error"],
    example: "mean_field.critical_variance(erf, s2b=1/20)",
};

static WEIGHTS_SIGNATURE: Signature = Signature {
    name: "mean_field.critical_s2w",
    parameters: &[
        ACTIVATION,
        Parameter::optional(
            "s2b",
            Kind::Number,
            "none",
            "the bias variance, positive; or give q",
        ),
        Parameter::optional(
            "q",
            Kind::Number,
            "none",
            "the variance of the preactivations, positive",
        ),
    ],
};

static WEIGHTS_ABOUT: About = About {
    summary: "the weight variance times fan-in on the critical line (the edge of chaos)",
    definition: "1/E[f'(sqrt(q) Z)^2], at the given q or at q = mean_field.critical_variance(f, s2b)",
    domain: DOMAIN,
    source: SOURCE,
    methods: METHODS,
    special: &["relu at any q: 2; sin: 2/(1 + exp(-2 q)); erf: pi sqrt(1+4q)/4"],
    example: "mean_field.critical_s2w(erf, s2b=1/20)",
};

static BIASES_SIGNATURE: Signature = Signature {
    name: "mean_field.critical_s2b",
    parameters: &[
        ACTIVATION,
        Parameter::required(
            "q",
            Kind::Number,
            "the variance of the preactivations, positive",
        ),
    ],
};

static BIASES_ABOUT: About = About {
    summary: "the bias variance on the critical line (the edge of chaos) at a variance of the preactivations",
    definition: "q - E[f(sqrt(q) Z)^2]/E[f'(sqrt(q) Z)^2]",
    domain: DOMAIN,
    source: SOURCE,
    methods: DIRECT,
    special: &[
        "erf: q - sqrt(1+4q)/2 asin(2q/(1+2q))",
        "relu, abs, leaky(a): 0 at every q, an error",
    ],
    example: "mean_field.critical_s2b(erf, q=1)",
};

/// S(q).
fn biases(moments: &Moments<'_>, q: &Ball, prec: Bits) -> Result<Ball> {
    let ratio = moments
        .square(q, prec)?
        .div(&moments.slope_square(q, prec)?, prec);
    Ok(q.sub(&ratio, prec))
}

/// s2b − S(q) = 0.
struct Line<'a> {
    moments: &'a Moments<'a>,
    s2b: &'a Number,
}

impl Equation for Line<'_> {
    fn value(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        Ok(self
            .s2b
            .to_ball(prec)
            .sub(&biases(self.moments, q, prec)?, prec))
    }

    /// −S' = m'/g − 1 − m g'/g².
    fn rate(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        let m = self.moments.square(q, prec)?;
        let g = self.moments.slope_square(q, prec)?;
        let (dm, dg) = (
            self.moments.square_rate(q, prec)?,
            self.moments.slope_square_rate(q, prec)?,
        );
        let last = m.mul(&dg, prec).div(&g.square(prec), prec);
        Ok(dm.div(&g, prec).sub(&last, prec).add_i64(-1, prec))
    }

    fn is_positive(&self, a: &Ball, b: &Ball, prec: Bits) -> Result<bool> {
        let least = self
            .moments
            .square(a, prec)?
            .div(&self.moments.slope_square(b, prec)?, prec)
            .mul(&a.div(b, prec), prec);
        let most = b.sub(&self.s2b.to_ball(prec), prec);
        Ok(least.certain_cmp(&most) == Some(Ordering::Greater))
    }
}

/// Fails for an activation that looks homogeneous of degree 1: S is 0 at two places to 180 bits.
fn check_curved(moments: &Moments<'_>) -> Result<()> {
    let linear = |power: Homogeneous| power.degree == 1;
    if moments.f.shape().homogeneous().is_some_and(linear) {
        return Err(no_line(moments, "proportional to q"));
    }
    let prec = Bits::new(200);
    for q in [1, 3] {
        let value = biases(moments, &Ball::from_i64(q), prec)?;
        if !value.contains_zero() || value.magnitude() > Magnitude::power_of_two(-180) {
            return Ok(());
        }
    }
    Err(no_line(moments, "proportional to q to 180 bits"))
}

fn no_line(moments: &Moments<'_>, how: &str) -> Error {
    Error::domain(format!(
        "`{}` has no critical line: E f(sqrt(q) Z)^2 is {how}, so s2b = 0 at every q",
        moments.f.text()
    ))
    .with_hint("its critical initialisation is s2b = 0 with s2w = 1/E[f'(Z)^2], 2 for relu")
}

/// The smallest q on the line at a bias variance.
fn variance(moments: &Moments<'_>, s2b: &Number, how: Digits, prec: Bits) -> Result<Ball> {
    if s2b.certain_cmp(&Number::from(0), prec) != Some(Ordering::Greater) {
        return Err(Error::domain(
            "the critical line needs s2b > 0 here: at s2b = 0 it ends at q = 0, with s2w = 1/f'(0)^2",
        )
        .with_hint("mean_field.critical_s2w(f, q=...) takes any q > 0"));
    }
    check_curved(moments)?;
    let line = Line { moments, s2b };
    let start: Float = s2b.to_ball(Bits::new(64)).lower(Bits::new(64)) * 0.999f64;
    let Some(root) = smallest_root(&line, &start, how, prec, moments.limits)? else {
        return Err(Error::domain(format!(
            "the critical line of `{}` does not reach this bias variance below q = 2^30",
            moments.f.text()
        ))
        .with_hint("take a smaller s2b"));
    };
    Ok(root)
}

fn positive<'a>(reader: &Reader<'a>, index: usize, what: &str) -> Result<&'a Number> {
    let number = reader.number(index)?;
    if matches!(
        number.certain_cmp(&Number::from(0), Bits::new(64)),
        Some(Ordering::Less | Ordering::Equal)
    ) {
        return Err(Error::domain(format!(
            "`{}` needs {what} > 0",
            reader.signature.name
        )));
    }
    Ok(number)
}

impl Quantity for CriticalVariance {
    fn signature(&self) -> &Signature {
        &VARIANCE_SIGNATURE
    }

    fn about(&self) -> &About {
        &VARIANCE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let how = digits(method(&VARIANCE_ABOUT, request)?);
        let limits = request.limits;
        let reader = Reader::new(&VARIANCE_SIGNATURE, arguments);
        let f = Activation::read(reader.expression(0)?, limits)?;
        let moments = Moments { f: &f, limits };
        let s2b = reader.number(1)?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            variance(&moments, s2b, how, work)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

impl Quantity for CriticalWeights {
    fn signature(&self) -> &Signature {
        &WEIGHTS_SIGNATURE
    }

    fn about(&self) -> &About {
        &WEIGHTS_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let how = digits(method(&WEIGHTS_ABOUT, request)?);
        let limits = request.limits;
        let reader = Reader::new(&WEIGHTS_SIGNATURE, arguments);
        let f = Activation::read(reader.expression(0)?, limits)?;
        let moments = Moments { f: &f, limits };
        let (s2b, q) = (reader.finite(1)?, reader.finite(2)?);
        if s2b.is_some() == q.is_some() {
            return Err(Error::domain(
                "`mean_field.critical_s2w` needs one of s2b and q, not both",
            )
            .with_hint(
                "write mean_field.critical_s2w(f, s2b=1/20) or mean_field.critical_s2w(f, q=1)",
            ));
        }
        if q.is_some() {
            positive(&reader, 2, "q")?;
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let q = match (q, s2b) {
                (Some(q), _) => q.to_ball(work),
                (None, Some(s2b)) => variance(&moments, s2b, how, work)?,
                (None, None) => return Ok(Ball::indeterminate()),
            };
            Ok(moments.slope_square(&q, work)?.recip(work))
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

impl Quantity for CriticalBiases {
    fn signature(&self) -> &Signature {
        &BIASES_SIGNATURE
    }

    fn about(&self) -> &About {
        &BIASES_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&BIASES_ABOUT, request)?;
        let limits = request.limits;
        let reader = Reader::new(&BIASES_SIGNATURE, arguments);
        let f = Activation::read(reader.expression(0)?, limits)?;
        let q = positive(&reader, 1, "q")?;
        let moments = Moments { f: &f, limits };
        check_curved(&moments)?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            biases(&moments, &q.to_ball(work), work)
        })?;
        if value.is_negative() {
            return Err(Error::domain(format!(
                "`{}` is not critical at this q: the bias variance would have to be {:.10}, below 0",
                f.text(),
                value.mid().to_f64()
            ))
            .with_hint("take another q"));
        }
        Ok(Value::Number(Number::Ball(value)))
    }
}
