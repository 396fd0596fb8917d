//! The quantity `lyapunov.exponent(layer_kind, n, s2, i=1)`: the i-th Lyapunov exponent λ_i of a deep
//! network of n × n Gaussian layers with entries of variance s2/n.
//!
//! * linear: $λ_i = ½[\ln(2 s_2/n) + ψ((n-i+1)/2)]$ (C. M. Newman, 1986);
//! * relu: $λ_i = ½[\ln(2 s_2/n) + E\,ψ((K-i+1)/2)]$, K ~ Bin(n, ½) active neurons given K ≥ i. For
//!   i = 1 the condition is that the signal survives: without it the exponent is −∞, since a layer is
//!   dead with probability 2^{−n}.
//!
//! Sampled as the mean of $½\ln(\frac{s_2}{n} χ^2_{m-i+1})$, m = n or K: given m, $\ln χ^2_k$ has the
//! cumulants $\ln 2 + ψ(k/2)$, $ψ'(k/2)$, $ψ''(k/2)$, …

use std::cmp::Ordering;

use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::montecarlo::LyapunovStep;
use crate::number::{Ball, Bits};
use crate::theory::angle::active::{LAST_WIDTH, conditional_mean, guarded};
use crate::theory::angle::fixed_sum;
use crate::theory::angle::log_ratio::{from_cumulants, polygammas};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, Sampling, method};

/// The widest layer that is sampled: the moments of one step are sums over all numbers of active neurons.
const WIDEST_SAMPLED: u32 = 4096;

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

/// E X^j, j = 0, …, 4, of one step $X = ½\ln(\frac{s_2}{n} χ^2_{m-i+1})$, given that it is defined.
fn step_moments(
    layer: &Layer,
    (n, i): (u32, u32),
    s2: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Vec<Ball>> {
    let work = guarded(n, prec);
    let scale = s2.mul_2exp(1).div_i64(n.into(), work).ln(work);
    let most = n - i + 1;
    let least = match layer {
        Layer::Linear => most,
        Layer::Relu => 1,
    };
    let gammas: Vec<Vec<Ball>> = (1..4).map(|m| polygammas(m, least, most, work)).collect();
    // Raw moments for each number of degrees of freedom.
    let mut given = Vec::with_capacity((most - least + 1) as usize);
    for k in least..=most {
        limits.check_deadline()?;
        let mean = scale.add(&Ball::digamma_half_integer(u64::from(k), work), work);
        let mut cumulants = vec![mean.mul_2exp(-1)];
        for (order, gamma) in (2..).zip(&gammas) {
            // ½ X: the cumulant of order j is that of ln χ² over 2^j.
            cumulants.push(gamma[(k - least) as usize].mul_2exp(-order));
        }
        given.push(from_cumulants(&cumulants, work));
    }
    match layer {
        Layer::Linear => Ok(given.swap_remove(0)),
        Layer::Relu => (0..5)
            .map(|j| {
                conditional_mean(n, i, prec, limits, |k, _| {
                    Ok(given[(k - i) as usize][j].clone())
                })
            })
            .collect(),
    }
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

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let reader = Reader::new(&SIGNATURE, arguments);
        let layer = layer(reader.expression(0)?)?;
        let n = reader.integer(1, 1, LAST_WIDTH)?;
        let i = reader.integer(3, 1, n)?;
        if n > WIDEST_SAMPLED {
            return Ok(None);
        }
        let prec = Bits::new(128);
        let s2 = reader.ball(2, guarded(n, prec))?;
        if !s2.is_positive() {
            return Ok(None);
        }
        let is_relu = matches!(layer, Layer::Relu);
        let step = LyapunovStep::new(call, (n, i), s2.mid().to_f64(), is_relu)?;
        let m = step_moments(&layer, (n, i), &s2, prec, limits)?;
        Ok(Some(Sampling {
            experiment: Box::new(step),
            variance: m[2].sub(&m[1].square(prec), prec),
            // Hölder: E|X|³ ≤ (E X⁴)^{3/4}.
            third_absolute_moment: m[4].root(4, prec).pow_u64(3, prec),
        }))
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

    #[test]
    fn steps_have_the_exponent_as_their_mean_and_their_known_variance() {
        let (prec, limits) = (Bits::new(128), Limits::default());
        let s2 = Ball::from_i64(3).mul_2exp(-1);
        for (layer, n, i) in [
            (Layer::Linear, 5, 2),
            (Layer::Relu, 1, 1),
            (Layer::Relu, 9, 3),
            (Layer::Relu, 64, 1),
        ] {
            let m = step_moments(&layer, (n, i), &s2, prec, &limits).expect("moments");
            let scale = s2.mul_2exp(1).div_i64(n.into(), prec).ln(prec);
            let mean = match layer {
                Layer::Linear => Ball::digamma_half_integer(u64::from(n - i + 1), prec),
                Layer::Relu => mean_digamma(n, i, true, prec, &limits).expect("a value"),
            };
            let mean = scale.add(&mean, prec).mul_2exp(-1);
            assert!(m[1].overlaps(&mean) && m[1].accuracy() >= 100, "{n} {i}");
            assert!(m[0].contains_rational(&1.into()));
        }
        // n = 2, s2 = 1, relu, i = 1: X = ½ ln(χ²_K/2) with P(K = 1) = 2/3, P(K = 2) = 1/3, so that
        // Var X = ¼ [⅔ ψ'(½) + ⅓ ψ'(1) + (2/9) (ψ(1) − ψ(½))²] = ¼ [7π²/18 + (8/9) ln² 2].
        let m = step_moments(&Layer::Relu, (2, 1), &Ball::one(), prec, &limits).expect("moments");
        let variance = m[2].sub(&m[1].square(prec), prec);
        let pi = Ball::pi(prec)
            .square(prec)
            .mul_i64(7, prec)
            .div_i64(18, prec);
        let ln = Ball::ln_2(prec)
            .square(prec)
            .mul_i64(8, prec)
            .div_i64(9, prec);
        assert!(variance.overlaps(&pi.add(&ln, prec).mul_2exp(-2)));
        assert!(variance.accuracy() >= 100);
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
