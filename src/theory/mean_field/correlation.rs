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
//! **The expectations.** Where the activation has no closed form at variance q, Mehler's series
//! $E[σ(X)σ(Y)] = \sum a_k c^k$, $a_k = q^k (E\,σ^{(k)}(\sqrt q Z))^2/k!$ (that is $(E[σ(\sqrt q Z) He_k(Z)])^2/k!$
//! by parts). Since Σ a_k = E σ², the tail beyond K is at most $c^{K+1} (E σ^2 - \sum_{k≤K} a_k)$, and
//! that of the derivative at most $(K+1) c^K (E σ^2 - \sum_{k≤K} a_k)$ once $(K+1) \ln(1/c) ≥ 1$, where
//! k c^{k−1} decreases.

use std::cmp::Ordering;

use super::convex::{fixed_point, fixed_point_by_newton};
use super::fixed_point::depth_scale;
use super::variance::{Model, PARAMETERS, SOURCE};
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
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

/// Most terms of Mehler's series.
const MOST_TERMS: u32 = 4000;

impl Model<'_> {
    /// E[σ⁽ʲ⁾(X) σ⁽ʲ⁾(Y)] at variance q and correlation c, j = 0 or 1.
    fn joint(&self, j: u32, c: &Ball, q: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        if let Some(value) = self.f.shape().covariance(j, c, q, prec, limits)? {
            return Ok(value);
        }
        self.by_mehler(j, c, q, prec, limits)
    }

    /// The same by Mehler's series, for 0 ≤ c < 1.
    fn by_mehler(&self, j: u32, c: &Ball, q: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let total = self.f.expectation(&[(j, 2)], q, prec, limits)?;
        let reach = c.magnitude();
        let accuracy = -i64::from(prec.get());
        let mut rest = total.clone();
        let mut sum = Ball::zero();
        let mut power = Ball::one();
        // q^k/k!
        let mut weight = Ball::one();
        for k in 0..MOST_TERMS {
            limits.check_deadline()?;
            let mean = self.f.expectation(&[(j + k, 1)], q, prec, limits)?;
            let a = mean.square(prec).mul(&weight, prec);
            sum = sum.add(&a.mul(&power, prec), prec);
            rest = rest.sub(&a, prec);
            power = power.mul(c, prec);
            weight = weight.mul(q, prec).div_i64(i64::from(k) + 1, prec);
            let tail = reach.power(u64::from(k) + 1).times(rest.magnitude());
            if tail.exponent().is_none_or(|e| e < accuracy) {
                return Ok(sum.widened(tail));
            }
        }
        Err(Error::undecided(
            "Mehler's series converges too slowly at this correlation",
        ))
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
        let q = self.fixed_variance(false, prec)?;
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
