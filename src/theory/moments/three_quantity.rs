//! The quantity `J3(a, b, c, r12, r13, r23)`: the moment $E[φ(G_1)^a φ(G_2)^b φ(G_3)^c]$ of three
//! standard Gaussians with correlations r₁₂, r₁₃, r₂₃; see [`super::three`] for the methods.

use super::three::{Correlations, ThreeMethod, three_moment};
use crate::error::Result;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::montecarlo::{Gate, TripleMoment};
use crate::number::{Ball, Bits};
use crate::theory::quantity::{About, Quantity, Reader, Sampling, method};

/// See the [module](self).
pub struct ThreeMoment;

/// `J3(a, b, c, r12, r13, r23)`.
pub static J3: ThreeMoment = ThreeMoment;

const fn index(name: &'static str, doc: &'static str) -> Parameter {
    Parameter {
        name,
        kind: Kind::Integer,
        default: None,
        doc,
    }
}

const fn correlation(name: &'static str, doc: &'static str) -> Parameter {
    Parameter {
        name,
        kind: Kind::Number,
        default: None,
        doc,
    }
}

static SIGNATURE: Signature = Signature {
    name: "J3",
    parameters: &[
        index("a", "the power of the first neuron"),
        index("b", "the power of the second neuron"),
        index("c", "the power of the third neuron"),
        correlation("r12", "the correlation of the first and second input"),
        correlation("r13", "the correlation of the first and third input"),
        correlation("r23", "the correlation of the second and third input"),
    ],
};

/// The largest index.
const LAST_INDEX: u32 = 200;

static ABOUT: About = About {
    summary: "mixed moment E[relu(G1)^a relu(G2)^b relu(G3)^c] of three standard Gaussians",
    definition: "J3(a, b, c, r12, r13, r23) with relu(x)^0 = 1{x > 0}",
    domain: "integers 0 <= a, b, c <= 200; a positive semidefinite correlation matrix",
    source: "Jakub & Nica 2024 (generalisation to three inputs); Price 1958, Plackett 1954",
    methods: &[
        (
            "recursion",
            "integration by parts down to moments of two Gaussians and the orthant probability",
        ),
        (
            "expansion",
            "the expansion in the Hermite polynomials of one of the Gaussians",
        ),
    ],
    special: &[
        "J3(0,0,0) = (2 pi - theta12 - theta13 - theta23)/(4 pi)",
        "0 where the three are never positive together, as with r12 = -1",
    ],
    example: "J3(1, 1, 1, r12=3/10, r13=-1/5, r23=1/2)",
};

struct Arguments {
    indices: [u32; 3],
    correlations: Correlations,
    balls: [Ball; 3],
}

fn read(arguments: &[Value], prec: Bits) -> Result<Arguments> {
    let reader = Reader::new(&SIGNATURE, arguments);
    let mut indices = [0; 3];
    for (position, slot) in indices.iter_mut().enumerate() {
        *slot = reader.integer(position, 0, LAST_INDEX)?;
    }
    let numbers = [reader.number(3)?, reader.number(4)?, reader.number(5)?];
    let balls = numbers.map(|number| number.to_ball(prec));
    let correlations = match numbers.map(Number::as_rational) {
        [Some(r12), Some(r13), Some(r23)] => {
            Correlations::from_rationals(r12.clone(), r13.clone(), r23.clone())?
        }
        _ => Correlations::from_balls(&balls[0], &balls[1], &balls[2])?,
    };
    Ok(Arguments {
        indices,
        correlations,
        balls,
    })
}

impl Quantity for ThreeMoment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let work = request.prec.plus(8);
        let method = match method(&ABOUT, request)? {
            "expansion" => ThreeMethod::Expansion,
            _ => ThreeMethod::Recursion,
        };
        let Arguments {
            indices,
            correlations,
            ..
        } = read(arguments, work)?;
        let value = three_moment(indices, &correlations, method, work, request.limits)?;
        // A ball around 0 is undecided; that of radius 0 is exact.
        Ok(Value::Number(match value.is_zero() {
            true => Number::from(0),
            false => Number::Ball(value),
        }))
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let prec = Bits::new(128);
        let Arguments {
            indices,
            correlations,
            balls: [r12, r13, r23],
        } = read(arguments, prec)?;
        // The Cholesky factor, by rows: 1; r12, l22; r13, l32, l33 of the correlation matrix.
        let l22 = Ball::one().sub(&r12.square(prec), prec).sqrt(prec);
        let l32 = r23.sub(&r12.mul(&r13, prec), prec).div(&l22, prec);
        let l33 = Ball::one()
            .sub(&r13.square(prec), prec)
            .sub(&l32.square(prec), prec)
            .sqrt(prec);
        if !l32.is_finite() || !l33.is_finite() {
            return Ok(None);
        }
        let double = |ball: &Ball| ball.mid().to_f64();
        let factor = [
            1.0,
            double(&r12),
            double(&l22),
            double(&r13),
            double(&l32),
            double(&l33),
        ];
        let sampler = TripleMoment::new(call, indices, factor, Gate::Relu)?;
        let of = |k: u32| {
            three_moment(
                indices.map(|n| k * n),
                &correlations,
                ThreeMethod::Recursion,
                prec,
                limits,
            )
        };
        let mean = of(1)?;
        let variance = of(2)?.sub(&mean.square(prec), prec);
        Ok(Some(Sampling {
            experiment: Box::new(sampler),
            variance,
            third_absolute_moment: of(3)?,
        }))
    }
}
