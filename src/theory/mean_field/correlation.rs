//! The quantities `mean_field.correlation(f, s2w, s2b)` = c* and `mean_field.depth_scale(f, s2w, s2b)` = ξ_c.
//!
//! At the fixed variance q* ([`super::variance`]) the correlation of two inputs follows
//!
//! $$C(c) = \frac{s_w^2\,E[σ(X)σ(Y)] + s_b^2}{q^*}, \qquad C'(c) = s_w^2\,E[σ'(X)σ'(Y)],$$
//!
//! X and Y Gaussian with variance q* and correlation c. Its Taylor coefficients at 0 are non-negative and
//! C(1) = 1, C'(1) = χ₁. So c* = 1 is the limit if χ₁ ≤ 1, and the only fixed point below 1 is it if
//! χ₁ > 1 ([`super::convex`]). ξ_c = −1/ln C'(c*), the number of layers over which the distance to c*
//! falls by a factor e; there is none at χ₁ = 1.
//!
//! **The expectations.** Closed forms at variance q where the activation has one; powers of q times
//! those at variance 1 for homogeneous activations. Otherwise q* is replaced by a rational square r²
//! close by: $M(q) = E[σ(X)σ(Y)]$ is the kernel of σ(rx) at q = r², and
//!
//! $$\frac{dM}{dq} = E[σ''(X)σ(Y)] + c\,E[σ'(X)σ'(Y)], \qquad
//!   |M'| \le \sqrt{E σ''^2\, E σ^2} + E σ'^2$$
//!
//! (the heat equation in two variables, then Cauchy-Schwarz) bounds what that changes; with one derivative
//! more on each σ for E[σ'(X)σ'(Y)].

use std::cmp::Ordering;

use rug::Rational;

use super::convex::{fixed_point, fixed_point_by_newton};
use super::fixed_point::depth_scale;
use super::smallest::Digits;
use super::variance::{Model, PARAMETERS, SOURCE};
use crate::error::{Error, Result};
use crate::formula::expr::ExprKind;
use crate::formula::library::Request;
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::formula::{Expr, parse_expr};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Activation;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct Correlation;

/// See the [module](self).
pub struct Scale;

/// `mean_field.correlation(f, s2w, s2b)`.
pub static CORRELATION: Correlation = Correlation;

/// `mean_field.depth_scale(f, s2w, s2b)`.
pub static SCALE: Scale = Scale;

const METHODS: &[(&str, &str)] = &[
    (
        "signs",
        "a change of sign of C(c) - c, proved on both sides",
    ),
    ("newton", "interval Newton with C'"),
];

static SIGNATURE: Signature = Signature {
    name: "mean_field.correlation",
    parameters: PARAMETERS,
};

static ABOUT: About = About {
    summary: "the correlation that two inputs of an infinitely wide network tend to with depth",
    definition: "c* = (s2w E[f(X) f(Y)] + s2b)/q*, X and Y of variance q* and correlation c*: below 1 if chi_1 > 1, \
                 else 1",
    domain: "as mean_field.variance, chi_1 other than 1 as far as can be told",
    source: SOURCE,
    methods: METHODS,
    special: &["chi_1 < 1: 1"],
    example: "mean_field.correlation(erf, s2w=3, s2b=1/10)",
};

static SCALE_SIGNATURE: Signature = Signature {
    name: "mean_field.depth_scale",
    parameters: PARAMETERS,
};

static SCALE_ABOUT: About = About {
    summary: "the number of layers over which correlations lose a factor e on the way to their limit",
    definition: "xi_c = -1/ln(C'(c*)), C the correlation map and c* = mean_field.correlation(f, s2w, s2b)",
    domain: "as mean_field.correlation; no scale at chi_1 = 1",
    source: SOURCE,
    methods: METHODS,
    special: &["chi_1 < 1: -1/ln(chi_1)"],
    example: "mean_field.depth_scale(erf, s2w=3, s2b=1/10)",
};

impl Model<'_> {
    /// E[σ⁽ʲ⁾(X) σ⁽ʲ⁾(Y)] at variance q and correlation c, j = 0 or 1.
    fn joint(&self, j: u32, c: &Ball, q: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        if let Some(value) = self.f.shape().joint(j, c, q, prec, limits)? {
            return Ok(value);
        }
        if let Some(power) = self.f.shape().homogeneous() {
            let norm = self.f.expectation(&[(0, 2)], &Ball::one(), prec, limits)?;
            let exponent = power.degree - Rational::from(j);
            return Ok(self
                .f
                .kernel_derivative(j, c, prec, limits)?
                .mul(&norm, prec)
                .mul(&q.pow_rational(&exponent, prec), prec));
        }
        self.at_a_square(j, c, q, prec, limits)
    }

    /// The same through the kernel of σ(rx), r rational with r² close to q.
    fn at_a_square(&self, j: u32, c: &Ball, q: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let root = q.sqrt(prec.plus(16)).mid().clone();
        let Some(r) = root.to_rational() else {
            return Ok(Ball::indeterminate());
        };
        let square = Ball::from_rational(&Rational::from(&r * &r), prec.plus(32));
        let scaled = scaled(&self.f, &r, limits)?;
        // E σ(rZ)² κ_r⁽ʲ⁾(c) = r^{2j} E[σ⁽ʲ⁾(X)σ⁽ʲ⁾(Y)].
        let norm = scaled.expectation(&[(0, 2)], &Ball::one(), prec, limits)?;
        let value = scaled
            .kernel_derivative(j, c, prec, limits)?
            .mul(&norm, prec)
            .div(&square.pow_u64(u64::from(j), prec), prec);
        let coarse = Bits::new(64);
        let both = q.union(&square, prec);
        let mean = |k: u32| self.f.expectation(&[(k, 2)], &both, coarse, limits);
        let slope = mean(j + 2)?
            .mul(&mean(j)?, coarse)
            .magnitude()
            .sqrt()
            .plus(mean(j + 1)?.magnitude());
        let gap = square.sub(q, prec.plus(32)).magnitude();
        Ok(value.widened(slope.times(gap)))
    }

    /// C(c).
    fn correlation_map(&self, c: &Ball, q: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let joint = self.joint(0, c, q, prec, limits)?;
        let top = joint.mul_add(&self.s2w(prec), &self.s2b(prec), prec);
        Ok(top.div(q, prec))
    }

    /// C'(c).
    fn correlation_rate(&self, c: &Ball, q: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let joint = self.joint(1, c, q, prec, limits)?;
        Ok(joint.mul(&self.s2w(prec), prec))
    }

    /// c* and C'(c*).
    fn limit(&self, by_newton: bool, prec: Bits, limits: &Limits) -> Result<(Ball, Ball)> {
        let q = self.fixed_variance(Digits::Signs, prec)?;
        let chi1 = self.chi1(&q, prec)?;
        match chi1.certain_cmp(&Ball::one()) {
            Some(Ordering::Less | Ordering::Equal) => return Ok((Ball::one(), chi1)),
            Some(Ordering::Greater) => {}
            None => {
                return Err(Error::undecided(format!(
                    "whether chi_1 is above 1 is not decided at {prec}"
                )));
            }
        }
        let map = |c: &Ball, p: Bits| self.correlation_map(c, &q, p, limits);
        let rate = |c: &Ball, p: Bits| self.correlation_rate(c, &q, p, limits);
        let point = if by_newton {
            fixed_point_by_newton(&map, &rate, prec, limits)?
        } else {
            fixed_point(&map, prec, limits)?
        };
        let rate = rate(&point, prec)?;
        Ok((point, rate))
    }
}

/// The activation x ↦ σ(rx).
fn scaled(f: &Activation, r: &Rational, limits: &Limits) -> Result<Activation> {
    let x = Expr::product([Expr::rational(r.clone()), Expr::name("x")]);
    let text = f.text();
    let expr = parse_expr(&text, limits)?;
    let inner = match &expr.kind {
        ExprKind::Name(name) if name != "x" => Expr::call(name.clone(), vec![x]),
        _ if expr.free_variables().contains("x") => expr.substitute("x", &x),
        _ => {
            return Err(Error::domain(format!(
                "the correlations of `{text}` at variances other than 1 are not known here"
            ))
            .with_hint("write the activation as a formula in x"));
        }
    };
    Activation::read(&inner, limits)
}

impl Quantity for Correlation {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let by_newton = method(&ABOUT, request)? == "newton";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let model = Model::read(&reader, limits)?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            Ok(model.limit(by_newton, work, limits)?.0)
        })?;
        let exact = value
            .is_exact()
            .then(|| value.mid().to_rational())
            .flatten();
        Ok(Value::Number(match exact {
            Some(q) => Number::from(q),
            None => Number::Ball(value),
        }))
    }
}

impl Quantity for Scale {
    fn signature(&self) -> &Signature {
        &SCALE_SIGNATURE
    }

    fn about(&self) -> &About {
        &SCALE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let by_newton = method(&SCALE_ABOUT, request)? == "newton";
        let limits = request.limits;
        let reader = Reader::new(&SCALE_SIGNATURE, arguments);
        let model = Model::read(&reader, limits)?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let rate = model.limit(by_newton, work, limits)?.1;
            if rate.certain_cmp(&Ball::one()) == Some(Ordering::Equal) {
                return Err(Error::domain(
                    "chi_1 is 1: correlations tend to 1 like a power of the depth, without a scale",
                ));
            }
            Ok(depth_scale(&rate, work))
        })?;
        Ok(Value::Number(if value.is_zero() {
            Number::from(0)
        } else {
            Number::Ball(value)
        }))
    }
}
