//! The quantity `lyapunov.exponent(layer_kind, n, s2, i=1)`: the i-th Lyapunov exponent λ_i of a deep
//! network of n × n Gaussian layers with entries of variance s2/n.
//!
//! * linear: $λ_i = ½[\ln(2 s_2/n) + ψ((n-i+1)/2)]$ (C. M. Newman, 1986);
//! * relu: $λ_i = ½[\ln(2 s_2/n) + E\,ψ((K-i+1)/2)]$, K ~ Bin(n, ½) active neurons given K ≥ i. For
//!   i = 1 the condition is that the signal survives: without it the exponent is −∞, since a layer is
//!   dead with probability 2^{−n}.

use std::cmp::Ordering;

use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::angle::active::{LAST_WIDTH, conditional_mean, guarded};
use crate::theory::angle::fixed_sum;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct Exponent;

/// `lyapunov.exponent(layer_kind, n, s2, i=1)`.
pub static EXPONENT: Exponent = Exponent;

static SIGNATURE: Signature = Signature {
    name: "lyapunov.exponent",
    parameters: &[
        Parameter::required("layer_kind", Kind::Layer, "linear or relu"),
        Parameter::required("n", Kind::Integer, "the width"),
        Parameter::required(
            "s2",
            Kind::Number,
            "the weight variance times fan-in, positive",
        ),
        Parameter::optional(
            "i",
            Kind::Integer,
            "1",
            "the index of the exponent, 1 the largest, up to n",
        ),
    ],
};

static ABOUT: About = About {
    summary: "the i-th Lyapunov exponent of a deep network of width n, for relu given that at least i neurons are active",
    definition: "linear: (ln(2 s2/n) + digamma((n-i+1)/2))/2; relu: (ln(2 s2/n) + E[digamma((K-i+1)/2)])/2, \
                 K ~ Bin(n, 1/2) given K >= i",
    domain: "layers linear and relu, integers 1 <= i <= n <= 1000000, s2 > 0",
    source: "Newman 1986 (linear); exact finite-width law of ReLU layers",
    methods: &[
        (
            "recurrence",
            "i = 1: a recurrence in the width, in fixed point; else digamma by steps of one from 1/2 and 1",
        ),
        (
            "digamma",
            "a digamma function for each number of active neurons",
        ),
    ],
    special: &[
        "relu, s2 = 2: -5/(4n) - 49/(24n^2) - 6/n^3 - ...",
        "relu without the condition: -inf",
        "linear, s2 = 1: -1/(2n) - 1/(6n^2) + 1/(15n^4) - ...",
    ],
    example: "lyapunov.exponent(relu, n=32, s2=2)",
};

enum Layer {
    Linear,
    Relu,
}

fn layer(expr: &Expr) -> Result<Layer> {
    match &expr.kind {
        ExprKind::Name(name) if name == "linear" => Ok(Layer::Linear),
        ExprKind::Name(name) if name == "relu" => Ok(Layer::Relu),
        _ => Err(
            Error::domain("the Lyapunov exponents of this layer are not known here")
                .with_hint("known are linear and relu, as in lyapunov.exponent(relu, n=32, s2=2)")
                .at(expr.span.clone()),
        ),
    }
}

/// E ψ((K−i+1)/2), K ~ Bin(n, ½) given K ≥ i.
fn mean_digamma(n: u32, i: u32, each: bool, prec: Bits, limits: &Limits) -> Result<Ball> {
    if i == 1 && !each {
        // |E ψ| is about ln(n/2), and not small.
        return fixed_sum::mean_digamma(n, prec.plus(8), limits);
    }
    if each {
        return conditional_mean(n, i, prec, limits, |k, work| {
            Ok(Ball::digamma_half_integer(u64::from(k - i + 1), work))
        });
    }
    let work = guarded(n, prec);
    // ψ at 1/2 and 1, and ψ(x + 1) = ψ(x) + 1/x.
    let mut pair = [1, 2].map(|j| Ball::digamma_half_integer(j, work));
    conditional_mean(n, i, prec, limits, |k, _| {
        let value = pair[0].clone();
        let step = Ball::from_i64(2).div_i64(i64::from(k - i + 1), work);
        pair[0] = pair[0].add(&step, work);
        pair.swap(0, 1);
        Ok(value)
    })
}

impl Quantity for Exponent {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let each = method(&ABOUT, request)? == "digamma";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let layer = layer(reader.expression(0)?)?;
        let n = reader.integer(1, 1, LAST_WIDTH)?;
        let i = reader.integer(3, 1, n)?;
        let s2 = reader.number(2)?;
        match s2.certain_cmp(&Number::from(0), request.prec) {
            Some(Ordering::Greater) => {}
            Some(_) => {
                return Err(Error::domain("`lyapunov.exponent` needs s2 > 0")
                    .with_hint("s2 is the weight variance times fan-in; He scaling is s2 = 2"));
            }
            None => return Ok(Value::Number(Number::Ball(Ball::indeterminate()))),
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let scale = s2
                .to_ball(work)
                .mul_2exp(1)
                .div_i64(n.into(), work)
                .ln(work);
            let mean = match layer {
                Layer::Linear => Ball::digamma_half_integer(u64::from(n - i + 1), work),
                Layer::Relu => mean_digamma(n, i, each, work, limits)?,
            };
            Ok(scale.add(&mean, work).mul_2exp(-1))
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_methods_agree() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for (n, i) in [(1u32, 1u32), (2, 1), (5, 3), (32, 1), (200, 17), (9, 9)] {
            let fast = mean_digamma(n, i, false, prec, &limits).expect("a value");
            let slow = mean_digamma(n, i, true, prec, &limits).expect("a value");
            assert!(fast.overlaps(&slow) && fast.accuracy() >= 190, "{n} {i}");
        }
    }

    /// 2^{−n} Σ C(n,k)[ψ(k/2)] at n = 2: (2ψ(1/2) + ψ(1))/3 = −γ − (4/3) ln 2.
    #[test]
    fn width_two_by_hand() {
        let (prec, limits) = (Bits::new(100), Limits::default());
        let value = mean_digamma(2, 1, false, prec, &limits).expect("a value");
        let known = Ball::euler_gamma(prec)
            .add(&Ball::ln_2(prec).mul_i64(4, prec).div_i64(3, prec), prec)
            .neg();
        assert!(value.overlaps(&known) && value.accuracy() >= 90);
    }
}
