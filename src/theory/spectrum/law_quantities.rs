//! The quantities `spectrum.law(f, d, L, l, gamma_b)` = P(X_L = l) and `spectrum.power` = C_l.

use super::homogeneous;
use super::law::{Route, law};
use super::sphere::{area, multiplicity};
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::theory::activation::Activation;
use crate::theory::kernel::kappa::{ACTIVATION, BIAS, read_layer};
use crate::theory::kernel::layer::LAST_DEPTH;
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// Highest dimension of the sphere.
pub(super) const LAST_DIMENSION: u32 = 1000;
/// Highest degree of a single law.
pub(super) const LAST_DEGREE: u32 = 100_000;

/// The dimension d of the sphere.
pub(super) const DIMENSION: Parameter =
    Parameter::required("d", Kind::Integer, "the dimension of the sphere S^d");
/// The depth L.
pub(super) const DEPTH: Parameter =
    Parameter::required("L", Kind::Integer, "the number of hidden layers");
const DEGREE: Parameter = Parameter::required("l", Kind::Integer, "the degree of the harmonics");

/// The paper of the spectral law.
pub(super) const SOURCE: &str = "Nardi, Marinucci, Salvi & Vigogna 2024, arXiv:2405.09541";

const METHODS: &[(&str, &str)] = &[
    (
        "auto",
        "the closed form for one homogeneous layer, the series for smooth kernels, the integral elsewhere",
    ),
    (
        "closed",
        "Funk-Hecke coefficients of x_+^p by Rodrigues' formula; one layer",
    ),
    (
        "series",
        "composed Taylor coefficients at 0, rounded down; the mass missing to 1 bounds the error",
    ),
    (
        "strip",
        "the trapezoid rule in u = tanh(t), its error bounded by |kappa| <= 1 on the unit disk",
    ),
];

/// `spectrum.law(f, d, L, l, gamma_b=0)`.
pub struct Law;

/// `spectrum.law(f, d, L, l, gamma_b=0)`.
pub static LAW: Law = Law;

static LAW_SIGNATURE: Signature = Signature {
    name: "spectrum.law",
    parameters: &[ACTIVATION, DIMENSION, DEPTH, DEGREE, BIAS],
};

static LAW_ABOUT: About = About {
    summary: "the spectral law P(X_L = l): the share of the harmonics of degree l in the variance of the field on S^d",
    definition: "kappa(f, u, L) = sum(P(X_L = l) G_l(u), l=0..inf), G_l the Gegenbauer polynomial C_l^((d-1)/2) \
                 with G_l(1) = 1",
    domain: "2 <= d <= 1000, 0 <= L <= 100000, 0 <= l <= 100000, 0 <= gamma_b < 1",
    source: SOURCE,
    methods: METHODS,
    special: &[
        "heaviside, relu, repu(p) with integer p, L = 1: rational for even d, a rational or a rational over pi^2 \
         for odd d",
        "heaviside on S^2: 1/2, then (w_m^2 - w_(m+1)^2)/2 at l = 2m+1, w_m = binomial(2m, m)/4^m, and 0 at even l >= 2",
        "odd f without biases: 0 at even l; even f: 0 at odd l",
        "L = 1: 0 at odd l >= 3 for gelu, silu, softplus, whose odd part is x/2; at even l >= 2 for logistic, whose even \
         part is 1/2",
        "L = 0: all mass at l = 1",
    ],
    example: "spectrum.law(relu, d=2, L=1, l=2)",
};

/// `spectrum.power(f, d, L, l, gamma_b=0)`.
pub struct Power;

/// `spectrum.power(f, d, L, l, gamma_b=0)`.
pub static POWER: Power = Power;

static POWER_SIGNATURE: Signature = Signature {
    name: "spectrum.power",
    parameters: &[ACTIVATION, DIMENSION, DEPTH, DEGREE, BIAS],
};

static POWER_ABOUT: About = About {
    summary: "the angular power spectrum C_l of the limit field on S^d",
    definition: "C_l = |S^(d-1)| integral(kappa(f, u, L) G_l(u) (1-u^2)^(d/2-1), u=-1..1) = P(X_L = l) |S^d|/n_l, \
                 n_l the number of harmonics of degree l",
    domain: "2 <= d <= 1000, 0 <= L <= 100000, 0 <= l <= 100000, 0 <= gamma_b < 1",
    source: SOURCE,
    methods: METHODS,
    special: &["d = 2: 4 pi P(X_L = l)/(2l+1)"],
    example: "spectrum.power(heaviside, d=2, L=1, l=1)",
};

fn route(name: &str) -> Route {
    match name {
        "closed" => Route::Closed,
        "series" => Route::Series,
        "strip" => Route::Strip,
        _ => Route::Auto,
    }
}

/// P(X_L = l) of the arguments (f, d, L, l, gamma_b), with d and l.
fn evaluate(
    reader: &Reader<'_>,
    about: &About,
    request: &Request<'_>,
) -> Result<(Number, u32, u32)> {
    let route = route(method(about, request)?);
    let layer = read_layer(reader, 0, 4, request)?;
    let d = reader.integer(1, 2, LAST_DIMENSION)?;
    let depth = reader.integer(2, 0, LAST_DEPTH)?;
    let l = reader.integer(3, 0, LAST_DEGREE)?;
    let value = law(&layer, d, depth, l, route, request.prec, request.limits)
        .map_err(|error| error.at(reader.expression(0).map_or(0..0, |f| f.span.clone())))?;
    Ok((value, d, l))
}

/// One homogeneous layer without biases as a formula, with d and l.
fn closed(arguments: &[Expr], limits: &Limits) -> Result<Option<(Expr, u32, u32)>> {
    let [f, d, depth, l, bias] = arguments else {
        return Ok(None);
    };
    let (Some(d), Some(1), Some(l)) = (
        natural(d, LAST_DIMENSION),
        natural(depth, LAST_DEPTH),
        natural(l, LAST_DEGREE),
    ) else {
        return Ok(None);
    };
    if d < 2 || literal(bias).is_none_or(|bias| bias != 0) {
        return Ok(None);
    }
    let Ok(read) = Activation::read(f, limits) else {
        return Ok(None);
    };
    match read.shape().homogeneous() {
        Some(power) => Ok(Some((homogeneous::form(&power, d, l, limits)?, d, l))),
        None => Ok(None),
    }
}

impl Quantity for Law {
    fn signature(&self) -> &Signature {
        &LAW_SIGNATURE
    }

    fn about(&self) -> &About {
        &LAW_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let reader = Reader::new(&LAW_SIGNATURE, arguments);
        Ok(Value::Number(evaluate(&reader, &LAW_ABOUT, request)?.0))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        Ok(closed(arguments, limits)?.map(|(form, ..)| form))
    }
}

impl Quantity for Power {
    fn signature(&self) -> &Signature {
        &POWER_SIGNATURE
    }

    fn about(&self) -> &About {
        &POWER_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let reader = Reader::new(&POWER_SIGNATURE, arguments);
        let (value, d, l) = evaluate(&reader, &POWER_ABOUT, request)?;
        if value.is_zero() {
            return Ok(Value::Number(value));
        }
        let work = request.prec.plus(16);
        let many = crate::number::Ball::from_integer(&multiplicity(l, d), work);
        let ball = value.to_ball(work).mul(&area(d, work), work);
        Ok(Value::Number(Number::Ball(
            ball.div(&many, request.prec.plus(8)),
        )))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let Some((form, d, l)) = closed(arguments, limits)? else {
            return Ok(None);
        };
        // |S^d| = 2 π^{(d+1)/2}/Γ((d+1)/2).
        let half = rug::Rational::from((d + 1, 2));
        let area = Expr::product([
            Expr::from(2),
            Expr::pi().power(Expr::rational(half.clone())),
        ])
        .over(Expr::call("gamma", vec![Expr::rational(half)]));
        let many = rug::Rational::from(multiplicity(l, d));
        Ok(Some(Expr::product([form, area]).over(Expr::rational(many))))
    }
}
