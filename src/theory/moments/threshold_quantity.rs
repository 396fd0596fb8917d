//! The quantity `J.threshold(a, b, theta, u, v)`: the moment $E[(G-u)_+^a (Ĝ-v)_+^b]$ above
//! thresholds, the moment of biased neurons; see [`super::threshold`] for the methods.

use super::j::angle;
use super::threshold::{ThresholdMethod, threshold_moment};
use crate::error::Result;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct ThresholdMoment;

/// `J.threshold(a, b, theta, u, v)`.
pub static J_THRESHOLD: ThresholdMoment = ThresholdMoment;

static SIGNATURE: Signature = Signature {
    name: "J.threshold",
    parameters: &[
        Parameter {
            name: "a",
            kind: Kind::Integer,
            default: None,
            doc: "the power of the first neuron",
        },
        Parameter {
            name: "b",
            kind: Kind::Integer,
            default: None,
            doc: "the power of the second neuron",
        },
        Parameter {
            name: "theta",
            kind: Kind::Number,
            default: None,
            doc: "the angle in radians, from 0 to pi",
        },
        Parameter {
            name: "u",
            kind: Kind::Number,
            default: None,
            doc: "the threshold of the first neuron",
        },
        Parameter {
            name: "v",
            kind: Kind::Number,
            default: None,
            doc: "the threshold of the second neuron",
        },
    ],
};

/// The largest index.
const LAST_INDEX: u32 = 1000;

static ABOUT: About = About {
    summary: "moment E[relu(G-u)^a relu(H-v)^b] above thresholds, of two standard Gaussians with correlation cos(theta)",
    definition: "J.threshold(a, b, theta, u, v), relu(x)^0 = 1{x > 0}",
    domain: "integers 0 <= a, b <= 1000, 0 <= theta <= pi, real u, v",
    source: "Jakub & Nica 2024 (generalisation to thresholds); Owen 1956 for a = b = 0",
    methods: &[
        (
            "recursion",
            "integration by parts down to the bivariate orthant probability",
        ),
        (
            "series",
            "the Taylor series along the ray from zero thresholds",
        ),
    ],
    special: &["J.threshold(a, b, theta, 0, 0) = J(a, b, theta)"],
    example: "J.threshold(1, 1, 1, u=1/2, v=-1/3)",
};

impl Quantity for ThresholdMoment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let work = request.prec.plus(8);
        let method = match method(&ABOUT, request)? {
            "series" => ThresholdMethod::Series,
            _ => ThresholdMethod::Recursion,
        };
        let reader = Reader::new(&SIGNATURE, arguments);
        let (a, b) = (
            reader.integer(0, 0, LAST_INDEX)?,
            reader.integer(1, 0, LAST_INDEX)?,
        );
        let theta = angle(reader.number(2)?)?;
        // The thresholds enter exponentially small densities: keep them to more bits.
        let (u, v) = (
            reader.ball(3, work.plus(64))?,
            reader.ball(4, work.plus(64))?,
        );
        let value = threshold_moment(a, b, &u, &v, &theta, method, work, request.limits)?;
        Ok(Value::Number(Number::Ball(value)))
    }
}
