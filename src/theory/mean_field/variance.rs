//! The quantities `mean_field.variance(f, s2w, s2b)` = q* and `mean_field.chi1(f, s2w, s2b)` = χ₁ of
//! networks of infinite width with weights of variance s2w/n and biases of variance s2b.
//!
//! The variance of the preactivations follows $q ← V(q) = s_w^2\,E\,σ(\sqrt q Z)^2 + s_b^2$. q* is the
//! **smallest positive fixed point** of V; it must be stable, |V'(q*)| < 1, or the quantity is refused. For
//! bounded, ReLU-like and most other activations it is the only one. If s2b > 0, V(q) > q up to
//! it, so it is what every small variance tends to when V increases. $χ_1 = s_w^2\,E\,σ'(\sqrt{q*} Z)^2$: small
//! differences between two inputs grow if χ₁ > 1 (chaos) and die out if χ₁ < 1 (order).
//!
//! No fixed point on (0, a]: V(q) ≥ s2b there, which excludes q < s2b; and [`super::moments`] bounds m
//! over an interval from below by $\sqrt{a/b}\,m(a)$.
//!
//! For σ homogeneous of degree 1 the map is linear and q* = s_b²/(1 − s_w² E σ(Z)²) exactly.
//!
//! Methods: `signs`, changes of sign in a box that interval Newton proved to hold one root; `newton`,
//! interval Newton to the end.

use std::cmp::Ordering;

use rug::{Float, Rational};

use super::moments::Moments;
use super::smallest::{Digits, Equation, digits, smallest_root};
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::Activation;
use crate::theory::geometry::setting::ACTIVATION;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct Variance;

/// See the [module](self).
pub struct Chi1;

/// `mean_field.variance(f, s2w, s2b)`.
pub static VARIANCE: Variance = Variance;

/// `mean_field.chi1(f, s2w, s2b)`.
pub static CHI1: Chi1 = Chi1;

pub(super) const SOURCE: &str = "Poole et al. 2016; Schoenholz et al. 2017";

/// The parameters of all quantities at given variances.
pub(super) const PARAMETERS: &[Parameter] = &[
    ACTIVATION,
    Parameter::required(
        "s2w",
        Kind::Number,
        "the weight variance times fan-in, positive",
    ),
    Parameter::required("s2b", Kind::Number, "the bias variance, at least 0"),
];

static SIGNATURE: Signature = Signature {
    name: "mean_field.variance",
    parameters: PARAMETERS,
};

static ABOUT: About = About {
    summary: "the variance that preactivations of an infinitely wide network tend to with depth",
    definition: "q* = s2w E[f(sqrt(q*) Z)^2] + s2b, the smallest positive solution, which must be stable",
    domain: "s2w > 0, s2b >= 0; f with square integrable values",
    source: SOURCE,
    methods: &[
        (
            "signs",
            "exclusion up to a box with one root, then changes of sign",
        ),
        ("newton", "exclusion up to the box, then interval Newton"),
    ],
    special: &["relu, s2w < 2: s2b/(1 - s2w/2)"],
    example: "mean_field.variance(erf, s2w=3, s2b=1/10)",
};

static CHI1_SIGNATURE: Signature = Signature {
    name: "mean_field.chi1",
    parameters: PARAMETERS,
};

static CHI1_ABOUT: About = About {
    summary: "the growth of small differences per layer at the fixed variance: order below 1, chaos above",
    definition: "chi_1 = s2w E[f'(sqrt(q*) Z)^2], q* = mean_field.variance(f, s2w, s2b)",
    domain: "as mean_field.variance; f with square integrable derivative",
    source: SOURCE,
    methods: &[
        ("signs", "q* by exclusion and changes of sign"),
        ("newton", "q* by exclusion and interval Newton"),
    ],
    special: &["1 on the critical line: mean_field.critical_s2w"],
    example: "mean_field.chi1(erf, s2w=3, s2b=1/10)",
};

/// An activation with its weight and bias variances.
pub(super) struct Model<'a> {
    pub(super) f: Activation,
    s2w: &'a Number,
    s2b: &'a Number,
    limits: &'a Limits,
}

impl<'a> Model<'a> {
    pub(super) fn read(reader: &Reader<'a>, limits: &'a Limits) -> Result<Model<'a>> {
        let (s2w, s2b) = (reader.number(1)?, reader.number(2)?);
        let zero = Number::from(0);
        let name = reader.signature.name;
        let prec = Bits::new(64);
        if matches!(
            s2w.certain_cmp(&zero, prec),
            Some(Ordering::Less | Ordering::Equal)
        ) {
            return Err(Error::domain(format!("`{name}` needs s2w > 0"))
                .with_hint("s2w is the weight variance times fan-in"));
        }
        if s2b.certain_cmp(&zero, prec) == Some(Ordering::Less) {
            return Err(Error::domain(format!("`{name}` needs s2b >= 0"))
                .with_hint("s2b is the variance of the biases"));
        }
        let expr = reader.expression(0)?;
        Ok(Model {
            f: Activation::read(expr, limits)?,
            s2w,
            s2b,
            limits,
        })
    }

    pub(super) fn moments(&self) -> Moments<'_> {
        Moments {
            f: &self.f,
            limits: self.limits,
        }
    }

    pub(super) fn s2w(&self, prec: Bits) -> Ball {
        self.s2w.to_ball(prec)
    }

    pub(super) fn s2b(&self, prec: Bits) -> Ball {
        self.s2b.to_ball(prec)
    }

    /// V(q).
    fn map(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        let square = self.moments().square(q, prec)?;
        Ok(square.mul_add(&self.s2w(prec), &self.s2b(prec), prec))
    }

    /// V'(q).
    fn map_rate(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        Ok(self
            .moments()
            .square_rate(q, prec)?
            .mul(&self.s2w(prec), prec))
    }

    /// χ₁ at a variance.
    pub(super) fn chi1(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        Ok(self
            .moments()
            .slope_square(q, prec)?
            .mul(&self.s2w(prec), prec))
    }

    /// q*.
    ///
    /// # Errors
    /// A domain error where there is no positive fixed point, or it is unstable, with the reason.
    pub(super) fn fixed_variance(&self, how: Digits, prec: Bits) -> Result<Ball> {
        let start = self.start()?;
        let root = smallest_root(self, &start, how, prec, self.limits)?;
        let Some(root) = root else {
            return Err(Error::domain(format!(
                "the variance of `{}` grows without bound at these variances: no fixed point below 2^30",
                self.f.text()
            ))
            .with_hint("take a smaller s2w"));
        };
        let rate = self.map_rate(&root, Bits::new(64))?.abs();
        match rate.certain_cmp(&Ball::one()) {
            Some(Ordering::Less) => {}
            Some(_) => {
                return Err(Error::domain(format!(
                    "the smallest fixed point of the variance of `{}` is q = {:.12}, and it is unstable: \
                     the slope of the variance map there is {:.6}",
                    self.f.text(),
                    root.mid().to_f64(),
                    rate.mid().to_f64()
                )));
            }
            None => {
                return Err(Error::undecided(
                    "whether the fixed point of the variance is stable is not decided",
                ));
            }
        }
        Ok(root)
    }

    /// q* of an activation homogeneous of degree 1 at rational variances, where it is rational.
    fn exact(&self) -> Result<Option<Rational>> {
        let power = self.f.shape().homogeneous();
        let (Some(power), Some(s2w), Some(s2b)) =
            (power, self.s2w.as_rational(), self.s2b.as_rational())
        else {
            return Ok(None);
        };
        if power.degree != 1 {
            return Ok(None);
        }
        let square = |q: &Rational| Rational::from(q * q);
        let mean = (square(&power.right) + square(&power.left)) / 2;
        let rate = mean * s2w;
        if rate < 1 && *s2b > 0 {
            return Ok(Some(s2b / (Rational::from(1) - rate)));
        }
        let text = self.f.text();
        let error = if rate == 1 && *s2b == 0 {
            Error::domain(format!(
                "`{text}` keeps every variance at this s2w without biases: there is no single fixed point"
            ))
        } else if rate < 1 {
            Error::domain(format!(
                "without biases the variance of `{text}` dies out at this s2w"
            ))
            .with_hint("take s2b > 0")
        } else {
            Error::domain(format!(
                "the variance of `{text}` grows without bound at these variances"
            ))
            .with_hint("take a smaller s2w")
        };
        Err(error)
    }

    /// A point a > 0 with V(q) > q on (0, a].
    fn start(&self) -> Result<Float> {
        let prec = Bits::new(64);
        let bias = self.s2b(prec);
        if bias.is_positive() {
            // V(q) ≥ s2b > q for q below s2b.
            let lower = bias.lower(prec);
            return Ok(lower * 0.999f64);
        }
        let one = Ball::one();
        let zero = self.map(&Ball::zero(), prec)?;
        for k in (0..60).step_by(4) {
            self.limits.check_deadline()?;
            let end = Ball::one().mul_2exp(-k);
            let near = Ball::new(
                Float::with_val(64, 1) >> (k as u32 + 1),
                Magnitude::power_of_two(-i64::from(k) - 1),
            );
            // V on [0, 2^−k] is above 2^−k.
            if zero.is_positive() {
                let value = self
                    .map(&near, prec)
                    .unwrap_or_else(|_| Ball::indeterminate());
                if value.sub(&end, prec).is_positive() {
                    return Ok(end.mid().clone());
                }
                continue;
            }
            // V(0) may be 0: compare slopes, V(q) − q ≥ V(0) + q min(V' − 1).
            let rate = self
                .map_rate(&near, prec)
                .unwrap_or_else(|_| Ball::indeterminate());
            match rate.certain_cmp(&one) {
                Some(Ordering::Greater) => return Ok(end.mid().clone()),
                Some(Ordering::Less) => {
                    return Err(Error::domain(format!(
                        "without biases the variance of `{}` dies out at this s2w: q = 0 is a stable fixed point",
                        self.f.text()
                    ))
                    .with_hint("take s2b > 0, or a larger s2w"));
                }
                _ => {}
            }
        }
        Err(
            Error::undecided("without biases it is not decided whether the variance dies out")
                .with_hint("take s2b > 0"),
        )
    }
}

impl Equation for Model<'_> {
    fn value(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        Ok(self.map(q, prec)?.sub(q, prec))
    }

    fn rate(&self, q: &Ball, prec: Bits) -> Result<Ball> {
        Ok(self.map_rate(q, prec)?.add_i64(-1, prec))
    }

    fn is_positive(&self, a: &Ball, b: &Ball, prec: Bits) -> Result<bool> {
        let shrink = a.div(b, prec).sqrt(prec);
        let least = self.moments().square(a, prec)?.mul(&shrink, prec).mul_add(
            &self.s2w(prec),
            &self.s2b(prec),
            prec,
        );
        Ok(least.certain_cmp(b) == Some(Ordering::Greater))
    }
}

impl Quantity for Variance {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn caveat(&self) -> Option<&'static str> {
        Some(
            "the smallest positive fixed point of the variance map, proved to be stable; others may exist",
        )
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let how = digits(method(&ABOUT, request)?);
        let reader = Reader::new(&SIGNATURE, arguments);
        let model = Model::read(&reader, request.limits)?;
        if let Some(exact) = model.exact()? {
            return Ok(Value::Number(Number::from(exact)));
        }
        let value = to_relative_accuracy(request.prec, request.limits, |work| {
            model.fixed_variance(how, work)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

impl Quantity for Chi1 {
    fn signature(&self) -> &Signature {
        &CHI1_SIGNATURE
    }

    fn about(&self) -> &About {
        &CHI1_ABOUT
    }

    fn caveat(&self) -> Option<&'static str> {
        Some("at the smallest positive fixed point of the variance map")
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let how = digits(method(&CHI1_ABOUT, request)?);
        let reader = Reader::new(&CHI1_SIGNATURE, arguments);
        let model = Model::read(&reader, request.limits)?;
        model.exact()?;
        let value = to_relative_accuracy(request.prec, request.limits, |work| {
            let q = model.fixed_variance(how, work)?;
            model.chi1(&q, work)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}
