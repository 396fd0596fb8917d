//! The quantity `excursion.crossings(f, L, N, gamma_b=0)`: the expected number of sign changes of the
//! limit field T_L between neighbours of N equispaced points of a great circle,
//!
//! $$\frac{N}{π} \arccos κ_L(\cos(2π/N)),$$
//!
//! since two standard Gaussians of correlation c have different signs with probability arccos(c)/π. For a
//! fractal field it grows like $N^{1-β^L}$, for a smooth one it tends to $2 χ^{L/2}$.
//!
//! Methods: `closed`, this formula; `half-angle`, $\arccos c = 2 \arcsin\sqrt{(1-c)/2}$ with the step
//! as $1 - \cos t = 2\sin^2(t/2)$ where L = 0.

use rug::Rational;

use super::setting::{ACTIVATION, BIAS, DEPTH, Network, SOURCE};
use crate::error::Result;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::number::Ball;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// Most points.
const LAST_COUNT: u32 = 1_000_000_000;

/// See the [module](self).
pub struct Crossings;

/// `excursion.crossings(f, L, N, gamma_b=0)`.
pub static CROSSINGS: Crossings = Crossings;

static SIGNATURE: Signature = Signature {
    name: "excursion.crossings",
    parameters: &[
        ACTIVATION,
        DEPTH,
        Parameter::required(
            "N",
            Kind::Integer,
            "the number of equispaced points of the great circle, at least 2",
        ),
        BIAS,
    ],
};

static ABOUT: About = About {
    summary: "the expected number of sign changes of the limit field on N equispaced points of a great circle",
    definition: "excursion.crossings(f, L, N) = N acos(kappa_L(cos(2 pi/N)))/pi",
    domain: "f an activation, L >= 0, 2 <= N <= 10^9, 0 <= gamma_b < 1",
    source: SOURCE,
    methods: &[
        ("closed", "the arc cosine"),
        ("half-angle", "the arc sine of sqrt((1-c)/2)"),
    ],
    special: &[
        "heaviside: grows like N^(1-2^-L)",
        "smooth f: tends to 2 chi^(L/2) as N grows",
    ],
    example: "excursion.crossings(heaviside, L=2, N=4096)",
};

impl Quantity for Crossings {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let half = method(&ABOUT, request)? == "half-angle";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let network = Network::read(&reader, 0, 1, 3, limits)?;
        let count = reader.integer(2, 2, LAST_COUNT)?;
        if network.depth == 0 {
            // Every great circle is halved.
            return Ok(Value::Number(Number::from(2)));
        }
        let step = Rational::from((2, count));
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let kernel = network.kernel(&Ball::cos_pi_rational(&step, work), work, limits)?;
            let angle = if half {
                let rest = Ball::one().sub(&kernel, work).mul_2exp(-1);
                rest.sqrt(work).asin(work).mul_2exp(1)
            } else {
                kernel.acos(work)
            };
            Ok(angle
                .div(&Ball::pi(work), work)
                .mul_i64(i64::from(count), work))
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}
