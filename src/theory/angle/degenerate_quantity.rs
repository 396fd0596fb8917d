//! The quantities `angle.dead_probability(theta, n)` and `angle.parallel_probability(theta, n)`:
//! the exact probabilities of the degenerate events of one ReLU layer ([`super::degenerate`]).

use rug::Rational;

use super::degenerate::{DegenerateLayer, Event, chain, closed, exact};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Exactness, Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::Angle;
use crate::theory::quantity::{About, Quantity, Reader, Sampling, literal, method};

/// The widest layer: the closed form raises to this power.
const WIDEST: u32 = 1_000_000;
/// The widest layer that is sampled neuron by neuron.
const WIDEST_SAMPLED: u32 = 4096;

/// The probability of one of the two events.
pub struct Degenerate {
    event: Event,
    signature: Signature,
    about: About,
}

const PARAMETERS: &[Parameter] = &[
    Parameter::required("theta", Kind::Number, "the angle of the inputs, in radians"),
    Parameter::required("n", Kind::Integer, "the width of the layer"),
];

const METHODS: &[(&str, &str)] = &[
    ("closed", "the closed form"),
    (
        "chain",
        "the neurons one by one, over the five states of the two images",
    ),
];

const SOURCE: &str = "exact counting of the neurons that see each input; the event on which the \
                      expansions of Jakub & Nica 2024 are conditioned";

/// `angle.dead_probability(theta, n)`.
pub static DEAD_PROBABILITY: Degenerate = Degenerate {
    event: Event::Dead,
    signature: Signature {
        name: "angle.dead_probability",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the probability that a ReLU layer of n neurons sends at least one of two inputs to zero",
        definition: "2*2^(-n) - ((pi - theta)/(2 pi))^n",
        domain: "0 <= theta <= pi, integer 1 <= n <= 1000000",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "2^(-n) at theta = 0, 2^(1-n) at theta = pi",
            "rational where theta is a rational multiple of pi",
        ],
        example: "angle.dead_probability(1, 8)",
    },
};

/// `angle.parallel_probability(theta, n)`.
pub static PARALLEL_PROBABILITY: Degenerate = Degenerate {
    event: Event::Parallel,
    signature: Signature {
        name: "angle.parallel_probability",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the probability that a ReLU layer of n neurons makes two inputs parallel, both images non-zero",
        definition: "n ((pi - theta)/(2 pi))^n",
        domain: "0 < theta <= pi, integer 1 <= n <= 1000000",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "0 at theta = pi",
            "not continuous at theta = 0, where equal inputs stay parallel: 1 - 2^(-n), not n 2^(-n)",
        ],
        example: "angle.parallel_probability(1, 8)",
    },
};

impl Degenerate {
    /// The angle of a number, in the domain.
    fn angle(&self, number: &Number) -> Result<Option<Angle>> {
        let angle = match number {
            Number::Rational(q) => Angle::from_radians(q.clone()),
            Number::Linear { pi, plus } => Angle::from_parts(pi.clone(), plus.clone()),
            Number::Ball(ball) => Angle::from_ball(ball),
        }?;
        if self.event == Event::Parallel {
            if angle.is_zero() {
                return Err(self.equal_inputs());
            }
            if !angle.is_exact() && angle.value(Bits::new(64)).contains_zero() {
                return Ok(None);
            }
        }
        Ok(Some(angle))
    }

    fn equal_inputs(&self) -> Error {
        Error::domain(format!("`{}` needs theta > 0", self.signature.name)).with_hint(
            "equal inputs have equal images: parallel with probability 1 - 2^(-n), which is not the limit",
        )
    }
}

/// 1 − θ/π, where it is rational.
fn rational_share(number: &Number) -> Option<Rational> {
    if number.is_zero() {
        return Some(Rational::from(1));
    }
    number.as_pi_multiple().map(|q| Rational::from(1 - q))
}

impl Quantity for Degenerate {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let theta = reader.number(0)?;
        let n = reader.integer(1, 1, WIDEST)?;
        let Some(angle) = self.angle(theta)? else {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        };
        if request.method.is_none()
            && let Some(t) = rational_share(theta)
        {
            let bits = f64::from(n) * (f64::from(t.denom().significant_bits()) + 2.0);
            let is_cheap = bits <= 64.0 * f64::from(request.prec.get()) + 65536.0;
            if request.exactness == Exactness::Required {
                request
                    .limits
                    .check_integer_bits(bits, "the exact probability")?;
            }
            if is_cheap || request.exactness == Exactness::Required {
                return Ok(Value::Number(Number::Rational(exact(self.event, &t, n))));
            }
        }
        let value = match method {
            "chain" => chain(self.event, &angle, n, request.prec, request.limits)?,
            _ => closed(self.event, &angle, n, request.prec),
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [theta, n] = arguments else {
            return Ok(None);
        };
        if let Some(q) = literal(theta) {
            let at = |error: Error| error.at(theta.span.clone());
            if self.event == Event::Parallel && q == 0 {
                return Err(at(self.equal_inputs()));
            }
            Angle::from_radians(q).map_err(at)?;
        }
        if let Some(q) = literal(n)
            && !(q.is_integer() && (1..=WIDEST).contains(&q))
        {
            return Err(Error::domain(format!(
                "the argument `n` of `{}` must be an integer from 1 to {WIDEST}",
                self.signature.name
            ))
            .at(n.span.clone()));
        }
        let share = Expr::sum([Expr::pi(), theta.clone().negate()])
            .over(Expr::product([Expr::from(2), Expr::pi()]));
        let power = share.power(n.clone());
        Ok(Some(match self.event {
            Event::Dead => {
                let exponent = Expr::sum([Expr::from(1), n.clone().negate()]);
                Expr::sum([Expr::from(2).power(exponent), power.negate()])
            }
            Event::Parallel => Expr::product([n.clone(), power]),
        }))
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        _limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let prec = Bits::new(128);
        let reader = Reader::new(&self.signature, arguments);
        let n = reader.integer(1, 1, WIDEST)?;
        let Some(angle) = self.angle(reader.number(0)?)? else {
            return Ok(None);
        };
        if n > WIDEST_SAMPLED {
            return Ok(None);
        }
        let (sin, cos) = angle.sin_cos(prec);
        let circle = (cos.mid().to_f64(), sin.mid().to_f64());
        let mean = closed(self.event, &angle, n, prec);
        // An indicator: X² = |X|³ = X.
        let variance = mean.mul(&Ball::one().sub(&mean, prec), prec);
        Ok(Some(Sampling {
            experiment: Box::new(DegenerateLayer::new(call, self.event, circle, n)),
            variance,
            third_absolute_moment: mean,
        }))
    }
}
