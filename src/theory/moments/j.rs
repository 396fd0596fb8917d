//! The quantity `J(a, b, theta, f, sigma1, sigma2)`: the mixed moment
//! $E[ψ(σ_1 G)^a ψ(σ_2 Ĝ)^b]$ of two standard Gaussians with correlation cos θ, ψ the ReLU or a
//! leaky ReLU.
//!
//! * ReLU: φ(x)^0 is the indicator of x > 0; every real a, b > −1. Integer indices have a closed
//!   form ([`super::form`]); real ones the hypergeometric form ([`super::real_index`]).
//! * Leaky ReLU of slope q on the negative side ([`super::leaky`]): integer a, b ≥ 0, and ψ(x)^0 = 1.
//! * Scales come out as σ₁^a σ₂^b (positive homogeneity).

use rug::Rational;

use super::angle::Angle;
use super::form::{MomentForm, coefficient_bits};
use super::half_moment::exact;
use super::polynomials::{LAST_INDEX, in_powers, small_index};
use super::value::{Method, moment};
use super::{Index, Slopes, leaky_moment, real_moment};
use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Exactness, Number, Value};
use crate::limits::Limits;
use crate::montecarlo::{AngleLattice, AngleMoment, Gate, PairMoment, Sampler};
use crate::number::{Ball, Bits};
use crate::theory::quantity::{About, Quantity, Reader, Reduction, Sampling, literal, method};

/// See the [module](self).
pub struct Moment;

/// `J(a, b, theta, f=relu, sigma1=1, sigma2=1)`.
pub static J: Moment = Moment;

static SIGNATURE: Signature = Signature {
    name: "J",
    parameters: &[
        Parameter {
            name: "a",
            kind: Kind::Number,
            default: None,
            doc: "the power of the first neuron, above -1",
        },
        Parameter {
            name: "b",
            kind: Kind::Number,
            default: None,
            doc: "the power of the second neuron, above -1",
        },
        Parameter {
            name: "theta",
            kind: Kind::Number,
            default: None,
            doc: "the angle in radians, from 0 to pi",
        },
        Parameter {
            name: "f",
            kind: Kind::Activation,
            default: Some("relu"),
            doc: "relu, or leaky(q) of slope q on x < 0",
        },
        Parameter {
            name: "sigma1",
            kind: Kind::Number,
            default: Some("1"),
            doc: "the standard deviation of the first input",
        },
        Parameter {
            name: "sigma2",
            kind: Kind::Number,
            default: Some("1"),
            doc: "the standard deviation of the second input",
        },
    ],
};

static ABOUT: About = About {
    summary: "mixed ReLU moment E[relu(G)^a relu(H)^b] of two standard Gaussians with correlation cos(theta)",
    definition: "J(a, b, theta) = E[relu(G)^a relu(cos(theta) G + sin(theta) W)^b], relu(x)^0 = 1{x > 0}",
    domain: "real a, b > -1 (integers >= 0 for leaky), 0 <= theta <= pi, sigma1, sigma2 >= 0",
    source: "Jakub & Nica 2024, JMLR 25(239); Cho & Saul 2009 for a = b",
    methods: &[
        (
            "auto",
            "the cheapest of the following that loses nothing at this angle",
        ),
        (
            "recurrence",
            "the three-term recurrence of the diagonal a - b, forward or backward",
        ),
        (
            "hypergeometric",
            "the series of Gauss in cos^2(theta/2), or its reflection",
        ),
        (
            "closed",
            "the integer polynomials A and B, or R, at cos(theta)",
        ),
        (
            "paths",
            "the explicit formula through the path numbers P and Q",
        ),
        (
            "integral",
            "Clenshaw-Curtis quadrature of the convolution integral, with its error bound",
        ),
        (
            "hermite",
            "the Hermite (Mehler) series in cos(theta), with its Parseval bound",
        ),
    ],
    special: &[
        "J(a, b, 0) = moment.half(a+b)",
        "J(a, b, pi) = 0",
        "J(a, b, pi/2) = moment.half(a) moment.half(b)",
        "J(0, 0, theta) = (pi - theta)/(2 pi)",
    ],
    example: "J(2, 2, 1)",
};

/// The activations that moments know.
pub(crate) enum Activation {
    Relu,
    Leaky(Expr),
}

/// The activation of an argument of the quantity called `name`.
///
/// # Errors
/// A domain error for any other.
pub(crate) fn activation(expr: &Expr, name: &str) -> Result<Activation> {
    match &expr.kind {
        ExprKind::Name(name) if name == "relu" => return Ok(Activation::Relu),
        ExprKind::Call(call) if call.name == "leaky" => {
            if let [slope] = call.arguments.as_slice() {
                return Ok(Activation::Leaky(slope.value.clone()));
            }
        }
        ExprKind::Call(call) if call.name == "relu" => {
            let bare = matches!(call.arguments.as_slice(), [x] if x.value == Expr::name("x"));
            if bare {
                return Ok(Activation::Relu);
            }
        }
        _ => {}
    }
    Err(Error::domain(format!(
        "`{name}` knows the activations relu and leaky(q) only"
    ))
    .with_hint("leave the argument out for relu, or write leaky(1/5)")
    .at(expr.span.clone()))
}

/// The angle of a number, checked to lie in [0, π].
pub(crate) fn angle(number: &Number) -> Result<Angle> {
    match number {
        Number::Rational(q) => Angle::from_radians(q.clone()),
        Number::Linear { pi, plus } => Angle::from_parts(pi.clone(), plus.clone()),
        Number::Ball(ball) => Angle::from_ball(ball),
    }
}

/// Arguments of one call, read.
struct Arguments {
    a: Number,
    b: Number,
    theta: Angle,
    slope: Option<Number>,
    sigma: [Number; 2],
}

fn read(arguments: &[Value], prec: Bits, limits: &Limits) -> Result<Arguments> {
    let reader = Reader::new(&SIGNATURE, arguments);
    let slope = match activation(reader.expression(3)?, "J")? {
        Activation::Relu => None,
        Activation::Leaky(slope) => Some(constant(&slope, prec, limits)?),
    };
    let sigma = [reader.number(4)?.clone(), reader.number(5)?.clone()];
    for (scale, name) in sigma.iter().zip(["sigma1", "sigma2"]) {
        if scale.certain_cmp(&Number::from(0), prec) == Some(std::cmp::Ordering::Less) {
            return Err(Error::domain(format!(
                "the argument `{name}` of `J` must not be negative"
            )));
        }
    }
    Ok(Arguments {
        a: reader.number(0)?.clone(),
        b: reader.number(1)?.clone(),
        theta: angle(reader.number(2)?)?,
        slope,
        sigma,
    })
}

/// The value of an activation's parameter, which may be any formula without variables.
pub(crate) fn constant(expr: &Expr, prec: Bits, limits: &Limits) -> Result<Number> {
    let request = Request {
        prec,
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    crate::formula::evaluate::Evaluator::new(crate::theory::catalog::library(), request)
        .number(expr)
}

/// An index that is an exact integer ≥ 0.
fn integer_index(number: &Number) -> Option<u32> {
    number
        .as_integer()
        .filter(|n| **n >= 0)
        .and_then(|n| n.to_u32())
}

impl Quantity for Moment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let (prec, limits) = (request.prec, request.limits);
        let work = prec.plus(8);
        let name = method(&ABOUT, request)?;
        let arguments = read(arguments, work, limits)?;
        let value = match (
            &arguments.slope,
            integer_index(&arguments.a),
            integer_index(&arguments.b),
        ) {
            (None, Some(a), Some(b)) => {
                if request.method.is_none()
                    && let Some(exact) = exact_value(a, b, &arguments.theta)
                {
                    return scaled(&Number::Rational(exact), &arguments, prec, limits);
                }
                moment(a, b, &arguments.theta, named(name), work, limits)?
            }
            (None, ..) => {
                let (a, b) = (
                    index(&arguments.a, "a", prec)?,
                    index(&arguments.b, "b", prec)?,
                );
                real_moment(&a, &b, &arguments.theta, named(name), work, limits)?
            }
            (Some(slope), Some(a), Some(b)) => {
                let slopes = Slopes::leaky(slope.to_ball(work));
                leaky_moment(a, b, &arguments.theta, &slopes, named(name), work, limits)?
            }
            (Some(_), ..) => {
                return Err(Error::domain(
                    "the moments of a leaky ReLU need integer powers a, b >= 0",
                )
                .with_hint("a real power of a negative number is not real"));
            }
        };
        scaled(&Number::Ball(value), &arguments, prec, limits)
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [a, b, theta, f, sigma1, sigma2] = arguments else {
            return Ok(None);
        };
        let (Some(a), Some(b)) = (small_index(a), small_index(b)) else {
            return Ok(None);
        };
        check_angle(theta)?;
        limits.check_integer_bits(
            coefficient_bits(a, b) * f64::from(a.max(b).max(1)),
            "the exact form",
        )?;
        let base = match activation(f, "J")? {
            Activation::Relu => closed(a, b, theta),
            Activation::Leaky(q) => leaky_form(a, b, theta, &q),
        };
        let scale = |sigma: &Expr, power: u32| match power {
            0 => Expr::from(1),
            _ => sigma.clone().power(i64::from(power)),
        };
        Ok(Some(Expr::product([
            scale(sigma1, a),
            scale(sigma2, b),
            base,
        ])))
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let prec = Bits::new(128);
        let arguments = read(arguments, prec, limits)?;
        let Some(((a, b), sampler)) = arguments.sampler(call, prec)? else {
            return Ok(None);
        };
        let of = |k: u32| -> Result<Ball> {
            let (a, b) = (k * a, k * b);
            match &arguments.slope {
                None => moment(a, b, &arguments.theta, Method::Auto, prec, limits),
                Some(q) => leaky_moment(
                    a,
                    b,
                    &arguments.theta,
                    &Slopes::leaky(q.to_ball(prec)),
                    Method::Auto,
                    prec,
                    limits,
                ),
            }
        };
        let mean = of(1)?;
        let variance = of(2)?.sub(&mean.square(prec), prec);
        // E|X|³: for the ReLU X ≥ 0 and it is J(3a, 3b); for signed X, Hölder bounds it by (E X⁴)^{3/4}.
        let third = match &arguments.slope {
            None => of(3)?,
            Some(_) => {
                let root = of(4)?.root(4, prec);
                root.pow_u64(3, prec)
            }
        };
        Ok(Some(Sampling {
            experiment: Box::new(sampler),
            variance,
            third_absolute_moment: third,
        }))
    }

    fn reduced_sampling(
        &self,
        arguments: &[Value],
        call: &str,
        reduction: Reduction,
        limits: &Limits,
    ) -> Result<Option<Box<dyn Sampler>>> {
        let prec = Bits::new(128);
        let Some((_, pair)) = read(arguments, prec, limits)?.sampler(call, prec)? else {
            return Ok(None);
        };
        Ok(Some(match reduction {
            Reduction::RaoBlackwell => Box::new(AngleMoment::new(pair)?),
            Reduction::Lattice { points } => Box::new(AngleLattice::new(pair, points)?),
        }))
    }
}

impl Arguments {
    /// The indices and the plain sampler, for integer indices and unit variances.
    fn sampler(&self, call: &str, prec: Bits) -> Result<Option<((u32, u32), PairMoment)>> {
        let (Some(a), Some(b)) = (integer_index(&self.a), integer_index(&self.b)) else {
            return Ok(None);
        };
        let mut scales = self.sigma.iter();
        if scales.any(|sigma| sigma.as_rational().is_none_or(|q| *q != 1)) {
            return Ok(None);
        }
        let gate = match &self.slope {
            None => Gate::Relu,
            Some(q) => Gate::Leaky(q.to_ball(prec).mid().to_f64()),
        };
        let (sin, cos) = self.theta.sin_cos(prec);
        let circle = (cos.mid().to_f64(), sin.mid().to_f64());
        let sampler = PairMoment::new(call, (a, b), circle, gate)?;
        Ok(Some(((a, b), sampler)))
    }
}

/// The exact rational value at the special angles, where there is one.
fn exact_value(a: u32, b: u32, theta: &Angle) -> Option<Rational> {
    if theta.is_straight() {
        return Some(Rational::new());
    }
    if a.max(b) > LAST_INDEX || !(theta.is_zero() || theta.is_right()) {
        return None;
    }
    if theta.is_zero() {
        exact(a + b)
    } else {
        Some(exact(a)? * exact(b)?)
    }
}

fn scaled(value: &Number, arguments: &Arguments, prec: Bits, limits: &Limits) -> Result<Value> {
    let mut total = value.clone();
    for (sigma, power) in arguments.sigma.iter().zip([&arguments.a, &arguments.b]) {
        if sigma.as_rational().is_some_and(|q| *q == 1) {
            continue;
        }
        let factor = crate::formula::evaluate::real_power(sigma, power, prec.plus(8), limits)?;
        total = total.mul(&factor, prec, limits)?;
    }
    Ok(Value::Number(total))
}

fn index(number: &Number, name: &str, prec: Bits) -> Result<Index> {
    let index = match number {
        Number::Rational(q) => Index::from_rational(q.clone()),
        _ => Index::from_ball(&number.to_ball(prec)),
    };
    index.map_err(|error| error.context(format!("the argument `{name}` of `J`")))
}

/// The method of a name of [`ABOUT`].
pub(super) fn named(name: &str) -> Method {
    match name {
        "recurrence" => Method::Recurrence,
        "hypergeometric" => Method::Hypergeometric,
        "closed" => Method::Closed,
        "paths" => Method::Paths,
        "integral" => Method::Integral,
        "hermite" => Method::Hermite,
        _ => Method::Auto,
    }
}

/// A literal angle outside [0, π] is an error even where the closed form would have a value.
pub(crate) fn check_angle(theta: &Expr) -> Result<()> {
    let Some(q) = literal(theta) else {
        return Ok(());
    };
    Angle::from_radians(q)
        .map(|_| ())
        .map_err(|error| error.at(theta.span.clone()))
}

/// [s·A(c) + (π−θ)·B(c)]/(2π), or R(c)/(2√(2π)).
fn closed(a: u32, b: u32, theta: &Expr) -> Expr {
    let cos = Expr::call("cos", vec![theta.clone()]);
    let tau = Expr::product([Expr::from(2), Expr::pi()]);
    match MomentForm::new(a, b) {
        MomentForm::Even { a_poly, b_poly } => {
            let sin = Expr::call("sin", vec![theta.clone()]);
            let rest = Expr::sum([Expr::pi(), theta.clone().negate()]);
            let above = Expr::sum([
                Expr::product([sin, in_powers(&a_poly, &cos)]),
                Expr::product([rest, in_powers(&b_poly, &cos)]),
            ]);
            above.over(tau)
        }
        MomentForm::Odd { r_poly } => in_powers(&r_poly, &cos).over(Expr::product([
            Expr::from(2),
            Expr::call("sqrt", vec![tau]),
        ])),
    }
}

/// (1 + (−q)^{a+b}) J(θ) + ((−q)^b + (−q)^a) J(π−θ) for a, b ≥ 1; with ψ⁰ = 1 the same formula
/// holds for a zero index, because J(θ) + J(π−θ) then sums over both signs of the other neuron.
fn leaky_form(a: u32, b: u32, theta: &Expr, q: &Expr) -> Expr {
    let power = |n: u32| match n {
        0 => Expr::from(1),
        _ => q.clone().negate().power(i64::from(n)),
    };
    let rest = Expr::sum([Expr::pi(), theta.clone().negate()]);
    Expr::sum([
        Expr::product([
            Expr::sum([Expr::from(1), power(a + b)]),
            closed(a, b, theta),
        ]),
        Expr::product([Expr::sum([power(a), power(b)]), closed(a, b, &rest)]),
    ])
}
