//! The quantities `angle.correlation(theta, f)`, `arc_cosine(n, theta)` and
//! `arc_cosine.correlation(n, theta)`: the kernels of one infinitely wide layer.
//!
//! * For the leaky ReLU ψ of slopes 1 and q (q = 0: the ReLU), cos θ' → r(θ) as the width grows,
//!   $$r = \frac{E ψ(G)ψ(\hat G)}{E ψ(G)^2} = \frac{2}{1+q^2}\big[(1+q^2) J_{11}(θ) - 2q J_{11}(π-θ)\big]
//!   = \cos θ + \frac{2(1-q)^2}{1+q^2} J_{11}(π-θ),$$
//!   the second form by $J_{11}(θ) = \frac12\cos θ + J_{11}(π-θ)$.
//! * The arc-cosine kernel of order n, $J_n(θ) = 2π J_{n,n}(θ)$ in the moments of the ReLU, and the
//!   correlation $J_n(θ)/J_n(0)$, $J_n(0) = π (2n-1)!!$, of the activation $φ(x)^n$.
//!
//! Source of the kernels: Y. Cho and L. K. Saul, "Kernel Methods for Deep Learning", NeurIPS 2009.

use rug::Integer;

use super::template::fill;
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::j::{Activation, activation, angle, check_angle, constant};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::moments::{Angle, Method, Slopes, leaky_moment, moment};
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// Largest order of a kernel.
const LAST_KERNEL: u32 = 100_000;

/// See the [module](self).
pub struct Correlation;

/// `angle.correlation(theta, f=relu)`.
pub static CORRELATION: Correlation = Correlation;

static CORRELATION_SIGNATURE: Signature = Signature {
    name: "angle.correlation",
    parameters: &[
        Parameter::required("theta", Kind::Number, "the angle of the inputs, in radians"),
        Parameter::optional(
            "f",
            Kind::Activation,
            "relu",
            "relu, or leaky(q) of slope q on x < 0",
        ),
    ],
};

static CORRELATION_ABOUT: About = About {
    summary: "the cosine of the angle after an infinitely wide layer: the correlation map of relu or leaky(q)",
    definition: "E[f(G) f(H)]/E[f(G)^2], corr(G, H) = cos(theta); relu: 2 J(1,1,theta)",
    domain: "0 <= theta <= pi, real q",
    source: "Cho & Saul 2009 (relu); the moments of a leaky relu by reflection",
    methods: &[
        (
            "reflected",
            "cos(theta) + 2 (1-q)^2/(1+q^2) J(1,1,pi-theta): 1 - r loses nothing at small angles",
        ),
        (
            "moments",
            "the moment of both activations over its value at 0",
        ),
    ],
    special: &[
        "1 at theta = 0",
        "cos(theta) for leaky(1), the linear layer",
        "-2q/(1+q^2) at theta = pi",
        "r = 1 - theta^2/2 + (1-q)^2/(1+q^2) theta^3/(3 pi) + ... at small angles",
    ],
    example: "angle.correlation(1, leaky(1/5))",
};

/// r(θ) by its reflected form, or by moments.
fn correlation(
    theta: &Angle,
    slope: &Number,
    reflected: bool,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    to_relative_accuracy(prec, limits, |work| {
        let q = slope.to_ball(work);
        let norm = q.square(work).add_i64(1, work);
        if !reflected {
            let slopes = Slopes::leaky(q);
            let value = leaky_moment(1, 1, theta, &slopes, Method::Auto, work, limits)?;
            return Ok(value.mul_2exp(1).div(&norm, work));
        }
        let tau = moment(1, 1, &theta.supplement(), Method::Auto, work, limits)?;
        let square = q.neg().add_i64(1, work).square(work);
        let share = square.mul(&tau, work).div(&norm, work).mul_2exp(1);
        Ok(theta.sin_cos(work).1.add(&share, work))
    })
}

impl Quantity for Correlation {
    fn signature(&self) -> &Signature {
        &CORRELATION_SIGNATURE
    }

    fn about(&self) -> &About {
        &CORRELATION_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let reflected = method(&CORRELATION_ABOUT, request)? == "reflected";
        let reader = Reader::new(&CORRELATION_SIGNATURE, arguments);
        let theta = angle(reader.number(0)?)?;
        let name = CORRELATION_SIGNATURE.name;
        let slope = match activation(reader.expression(1)?, name)? {
            Activation::Relu => Number::from(0),
            Activation::Leaky(q) => constant(&q, request.prec.plus(64), request.limits)?,
        };
        if theta.is_zero() {
            return Ok(Value::Number(Number::from(1)));
        }
        if theta.is_straight() && slope.is_zero() {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = correlation(&theta, &slope, reflected, request.prec, request.limits)?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [theta, f] = arguments else {
            return Ok(None);
        };
        check_angle(theta)?;
        match activation(f, CORRELATION_SIGNATURE.name)? {
            Activation::Relu => fill("2*J(1,1,t)", &[("t", theta)]),
            Activation::Leaky(q) => fill(
                "2*J(1,1,t) - 4*q/(1+q^2)*J(1,1,pi-t)",
                &[("t", theta), ("q", &q)],
            ),
        }
        .map(Some)
    }
}

/// The kernel, or its quotient by the value at 0.
pub struct ArcCosine {
    is_normalised: bool,
    signature: Signature,
    about: About,
}

const KERNEL_PARAMETERS: &[Parameter] = &[
    Parameter::required("n", Kind::Integer, "the order, from 0"),
    Parameter::required("theta", Kind::Number, "the angle of the inputs, in radians"),
];
const KERNEL_METHODS: &[(&str, &str)] = &[
    ("auto", "the moment J(n, n, theta) by its cheapest method"),
    ("recurrence", "the moment by the recurrence of the diagonal"),
    ("hypergeometric", "the moment by the series of Gauss"),
];

/// `arc_cosine(n, theta)`.
pub static ARC_COSINE: ArcCosine = ArcCosine {
    is_normalised: false,
    signature: Signature {
        name: "arc_cosine",
        parameters: KERNEL_PARAMETERS,
    },
    about: About {
        summary: "the angular part of the arc-cosine kernel of order n",
        definition: "J_n(theta) = 2 pi J(n, n, theta); k_n(x, y) = |x|^n |y|^n J_n(theta)/pi",
        domain: "integers 0 <= n <= 100000, 0 <= theta <= pi",
        source: "Cho & Saul 2009",
        methods: KERNEL_METHODS,
        special: &[
            "n = 0: pi - theta",
            "n = 1: sin(theta) + (pi - theta) cos(theta)",
            "n = 2: 3 sin(theta) cos(theta) + (pi - theta)(1 + 2 cos(theta)^2)",
            "pi (2n-1)!! at theta = 0, 0 at theta = pi",
        ],
        example: "arc_cosine(2, 1)",
    },
};

/// `arc_cosine.correlation(n, theta)`.
pub static ARC_COSINE_CORRELATION: ArcCosine = ArcCosine {
    is_normalised: true,
    signature: Signature {
        name: "arc_cosine.correlation",
        parameters: KERNEL_PARAMETERS,
    },
    about: About {
        summary: "the correlation map of an infinitely wide layer with activation relu(x)^n",
        definition: "J_n(theta)/J_n(0) = 2 J(n, n, theta)/(2n-1)!!",
        domain: "integers 0 <= n <= 100000, 0 <= theta <= pi",
        source: "Cho & Saul 2009",
        methods: KERNEL_METHODS,
        special: &[
            "1 at theta = 0, 0 at theta = pi",
            "n = 1: angle.correlation(theta)",
        ],
        example: "arc_cosine.correlation(2, 1)",
    },
};

/// (2n − 1)!!.
fn odd_factorial(n: u32) -> Integer {
    Integer::from(Integer::factorial_2((2 * n).saturating_sub(1)))
}

impl Quantity for ArcCosine {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let named = match method(&self.about, request)? {
            "recurrence" => Method::Recurrence,
            "hypergeometric" => Method::Hypergeometric,
            _ => Method::Auto,
        };
        let reader = Reader::new(&self.signature, arguments);
        let n = reader.integer(0, 0, LAST_KERNEL)?;
        let theta = angle(reader.number(1)?)?;
        if theta.is_straight() {
            return Ok(Value::Number(Number::from(0)));
        }
        if theta.is_zero() && self.is_normalised {
            return Ok(Value::Number(Number::from(1)));
        }
        let (prec, limits) = (request.prec, request.limits);
        let work = prec.plus(8);
        let value = moment(n, n, &theta, named, work, limits)?.mul_2exp(1);
        let value = if self.is_normalised {
            value.div(&Ball::from_integer(&odd_factorial(n), work), work)
        } else {
            value.mul(&Ball::pi(work), work)
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [n, theta] = arguments else {
            return Ok(None);
        };
        let Some(order) = natural(n, 1000) else {
            return Ok(None);
        };
        check_angle(theta)?;
        limits.check_integer_bits(f64::from(order) * 10.0, "the exact kernel")?;
        let arguments = [("n", n), ("t", theta)];
        let form = fill("2*J(n,n,t)", &arguments)?;
        Ok(Some(if self.is_normalised {
            form.over(Expr::from(odd_factorial(order)))
        } else {
            Expr::product([Expr::pi(), form])
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn both_forms_of_the_correlation_agree() {
        let (prec, limits) = (Bits::new(120), Limits::default());
        let mut cases = 0;
        for theta in [(1, 1), (1, 1_000_000), (2, 1), (314, 100)] {
            let theta = Angle::from_radians(Rational::from(theta)).expect("inside");
            for q in [(0, 1), (1, 5), (1, 1), (-1, 1), (3, 1)] {
                let q = Number::from(Rational::from(q));
                let by =
                    |reflected| correlation(&theta, &q, reflected, prec, &limits).expect("a value");
                let (reflected, moments) = (by(true), by(false));
                assert!(reflected.overlaps(&moments), "{theta:?} {q:?}");
                assert!(reflected.accuracy() >= 110 && moments.accuracy() >= 110);
                cases += 1;
            }
        }
        assert_eq!(cases, 20);
    }

    /// The forms that Cho and Saul print.
    #[test]
    fn the_first_kernels_are_the_printed_ones() {
        let prec = Bits::new(100);
        let limits = Limits::default();
        let theta = Angle::from_radians(Rational::from((6, 5))).expect("inside");
        let (s, c) = theta.sin_cos(prec);
        let rest = theta.supplement().value(prec);
        let second = c.square(prec).mul_2exp(1).add_i64(1, prec).mul(&rest, prec);
        let printed = [
            rest.clone(),
            s.add(&rest.mul(&c, prec), prec),
            s.mul(&c, prec).mul_i64(3, prec).add(&second, prec),
        ];
        let request = Request {
            prec,
            exactness: crate::formula::value::Exactness::WhileCheap,
            method: None,
            limits: &limits,
        };
        for (n, printed) in (0..).zip(&printed) {
            let arguments = [
                Value::Number(Number::from(n)),
                Value::Number(Number::from(Rational::from((6, 5)))),
            ];
            let Ok(Value::Number(value)) = ARC_COSINE.evaluate(&arguments, &request) else {
                panic!("a value");
            };
            let value = value.to_ball(prec);
            assert!(value.overlaps(printed) && value.accuracy() >= 95, "{n}");
        }
    }
}
