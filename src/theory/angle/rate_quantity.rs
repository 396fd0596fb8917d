//! The quantities `angle.rate(n)` and `angle.rate_variance(n)`: mean and variance of
//! $-\ln(\sin^2θ'/\sin^2θ)$ in one layer of n neurons at θ → 0 ([`super::rate`],
//! [`super::rate_variance`]).

use rug::Rational;

use super::log_ratio;
use super::rate::{exact_rate, rate};
use super::rate_variance::{by_recurrence, exact_variance, is_narrow, rate_variance};
use super::wide_layer;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::normal::FormalSeries;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::montecarlo::{Experiment, LANES, Lane, Lanes, SmallAngleLayer};
use crate::number::{Ball, Bits};
use crate::theory::quantity::{About, Quantity, Reader, Sampling, literal, method, natural};

/// The widest layer of `angle.rate_variance`: its sum has about √(n p) terms.
const WIDEST_SUM: u32 = 100_000_000;
/// The widest layer with exact rationals by default, and in a closed form.
const WIDEST_EXACT: u32 = 2000;
/// The widest layer that is sampled, and whose moments to sixth order are summed.
const WIDEST_SAMPLED: u32 = 4096;

const PARAMETERS: &[Parameter] = &[Parameter::required(
    "n",
    Kind::Integer,
    "the width of the layer",
)];

const SOURCE: &str = "the limit law chi^2_(K-1)/chi^2_K of sin^2(theta')/sin^2(theta), K binomial; \
                      its expansion in 1/n against Jakub & Nica 2024, theorem 1";

/// `angle.rate(n)`.
pub struct Rate;

/// `angle.rate(n)`.
pub static RATE: Rate = Rate;

static RATE_SIGNATURE: Signature = Signature {
    name: "angle.rate",
    parameters: PARAMETERS,
};

static RATE_ABOUT: About = About {
    summary: "the exact rate at which ln sin(theta)^2 falls in one ReLU layer of n neurons at theta -> 0",
    definition: "r(n) = E[digamma(K/2) - digamma((K-1)/2) | K >= 2], K ~ Bin(n, 1/2)",
    domain: "integer 2 <= n <= 4294967295",
    source: SOURCE,
    methods: &[
        (
            "closed",
            "2/(2^n-n-1) ((n-1) ln 2 + sum((n-1-j)(2^j-1)/j, j=1..n-2)), summed from its end",
        ),
        (
            "binomial",
            "the expectation over K, with a bound on the weights left out; n up to 100000000",
        ),
        ("exact", "the closed form in exact rationals"),
    ],
    special: &[
        "r(2) = 2 ln 2, r(3) = 1/2 + ln 2, r(4) = (7 + 6 ln 2)/11",
        "a rational plus a rational multiple of ln 2 at every n",
        "r(n) ~ 2/n + 8/n^2 + 40/n^3 + 248/n^4 + ...",
    ],
    example: "angle.rate(16)",
};

/// `angle.rate_variance(n)`.
pub struct RateVariance;

/// `angle.rate_variance(n)`.
pub static RATE_VARIANCE: RateVariance = RateVariance;

static VARIANCE_SIGNATURE: Signature = Signature {
    name: "angle.rate_variance",
    parameters: PARAMETERS,
};

static VARIANCE_ABOUT: About = About {
    summary: "the exact variance of ln(sin(theta')^2/sin(theta)^2) in one ReLU layer of n neurons at theta -> 0",
    definition: "v(n) = E[polygamma(1,K/2) + polygamma(1,(K-1)/2)] + Var[digamma(K/2) - digamma((K-1)/2)], \
                 K ~ Bin(n, 1/2) given K >= 2",
    domain: "integer 2 <= n <= 100000000",
    source: SOURCE,
    methods: &[
        (
            "auto",
            "`recurrence` for layers that are narrow for the precision, else `binomial`",
        ),
        ("recurrence", "recurrences in the width, in fixed point"),
        (
            "binomial",
            "the expectation over K, with a bound on the weights left out",
        ),
        (
            "exact",
            "the closed form in rationals, ln 2, ln^2 2 and pi^2, from recurrences in n",
        ),
    ],
    special: &["v(2) = 2 pi^2/3", "v(n) ~ 8/n + 32/n^2 + ..."],
    example: "angle.rate_variance(16)",
};

/// A literal width in a symbolic call: checked, or `None` if it is not a literal.
fn literal_width(name: &str, n: &Expr, most: u32) -> Result<Option<u32>> {
    match (literal(n), natural(n, most)) {
        (_, Some(width)) if width >= 2 => Ok(Some(width)),
        (Some(_), _) => Err(Error::domain(format!(
            "the argument `n` of `{name}` must be an integer from 2 to {most}"
        ))
        .at(n.span.clone())),
        (None, _) => Ok(None),
    }
}

/// The sum of the terms that are not zero.
fn nonzero(terms: Vec<(Rational, Option<Expr>)>) -> Expr {
    let kept = terms.into_iter().filter(|(q, _)| *q != 0);
    Expr::sum(kept.map(|(q, generator)| match generator {
        Some(generator) => Expr::product([Expr::rational(q), generator]),
        None => Expr::rational(q),
    }))
}

/// A series in 1/n with rational coefficients, over π if `below` says so.
pub(super) fn in_inverse_width(
    n: &Expr,
    coefficients: fn(u32, &Limits) -> Result<Vec<Rational>>,
    below: Option<Expr>,
) -> FormalSeries {
    FormalSeries {
        large: n.clone(),
        last: wide_layer::LAST_POWER,
        named: None,
        coefficient: Box::new(move |k, limits| {
            let value = coefficients(k, limits)?.pop().unwrap_or_default();
            let value = Expr::rational(value);
            Ok(match &below {
                Some(below) => value.over(below.clone()),
                None => value,
            })
        }),
    }
}

fn ln_2() -> Expr {
    Expr::call("ln", vec![Expr::from(2)])
}

impl Quantity for Rate {
    fn signature(&self) -> &Signature {
        &RATE_SIGNATURE
    }

    fn about(&self) -> &About {
        &RATE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let (prec, limits) = (request.prec, request.limits);
        let method = method(&RATE_ABOUT, request)?;
        let most = if method == "binomial" {
            WIDEST_SUM
        } else {
            u32::MAX
        };
        let n = Reader::new(&RATE_SIGNATURE, arguments).integer(0, 2, most)?;
        let value = match method {
            "binomial" => log_ratio::moments(n, &Ball::zero(), 1, prec, limits)?[1].neg(),
            "exact" => {
                let exact = exact_rate(n, limits)?;
                // Both parts are positive.
                let work = prec.plus(8);
                Ball::ln_2(work)
                    .mul_rational(&exact.logarithm, work)
                    .add_rational(&exact.rational, prec)
            }
            _ => rate(n, prec, limits)?,
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [n] = arguments else { return Ok(None) };
        match literal_width("angle.rate", n, u32::MAX)? {
            Some(n) if n <= WIDEST_EXACT => {
                let exact = exact_rate(n, limits)?;
                Ok(Some(nonzero(vec![
                    (exact.rational, None),
                    (exact.logarithm, Some(ln_2())),
                ])))
            }
            _ => Ok(None),
        }
    }

    fn formal_series(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<FormalSeries>> {
        Ok(arguments
            .first()
            .map(|n| in_inverse_width(n, wide_layer::rate, None)))
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let n = Reader::new(&RATE_SIGNATURE, arguments).integer(0, 2, u32::MAX)?;
        if n > WIDEST_SAMPLED {
            return Ok(None);
        }
        let prec = Bits::new(128);
        let m = log_ratio::moments(n, &Ball::zero(), 4, prec, limits)?;
        Ok(Some(Sampling {
            experiment: Box::new(LogRatio {
                layer: SmallAngleLayer::new(call, n)?,
                centre: None,
            }),
            variance: m[2].sub(&m[1].square(prec), prec),
            // Hölder: E|X|³ ≤ (E X⁴)^{3/4}.
            third_absolute_moment: m[4].root(4, prec).pow_u64(3, prec),
        }))
    }
}

impl Quantity for RateVariance {
    fn signature(&self) -> &Signature {
        &VARIANCE_SIGNATURE
    }

    fn about(&self) -> &About {
        &VARIANCE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let (prec, limits) = (request.prec, request.limits);
        let method = method(&VARIANCE_ABOUT, request)?;
        let n = Reader::new(&VARIANCE_SIGNATURE, arguments).integer(0, 2, WIDEST_SUM)?;
        let value = match method {
            "exact" => {
                // The value is about 8/n, its parts up to about 7: log₂ n bits cancel.
                let work = prec.plus(2 * (32 - n.leading_zeros()) + 16);
                exact_variance(n, limits)?.enclose(work).rounded(prec)
            }
            "recurrence" => by_recurrence(n, prec, limits)?,
            "auto" if is_narrow(n, prec) => by_recurrence(n, prec, limits)?,
            _ => rate_variance(n, prec, limits)?,
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [n] = arguments else { return Ok(None) };
        match literal_width("angle.rate_variance", n, WIDEST_SUM)? {
            Some(n) if n <= WIDEST_EXACT => {
                let exact = exact_variance(n, limits)?;
                Ok(Some(nonzero(vec![
                    (exact.rational, None),
                    (exact.logarithm, Some(ln_2())),
                    (exact.square, Some(ln_2().power(2))),
                    (Rational::from((2, 3)), Some(Expr::pi().power(2))),
                ])))
            }
            _ => Ok(None),
        }
    }

    fn formal_series(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<FormalSeries>> {
        Ok(arguments
            .first()
            .map(|n| in_inverse_width(n, wide_layer::rate_variance, None)))
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let n = Reader::new(&VARIANCE_SIGNATURE, arguments).integer(0, 2, WIDEST_SUM)?;
        if n > WIDEST_SAMPLED {
            return Ok(None);
        }
        let prec = Bits::new(128);
        let r = rate(n, prec, limits)?;
        // X = (Y + r)² with the double nearest to r: the mean is off by (2⁻⁵³ r)² < 10⁻³¹.
        let m = log_ratio::moments(n, &r, 6, prec, limits)?;
        Ok(Some(Sampling {
            experiment: Box::new(LogRatio {
                layer: SmallAngleLayer::new(call, n)?,
                centre: Some(r.mid().to_f64()),
            }),
            variance: m[4].sub(&m[2].square(prec), prec),
            third_absolute_moment: m[6].clone(),
        }))
    }
}

/// The limit law Y of one layer: −Y, or (Y + centre)².
struct LogRatio {
    layer: SmallAngleLayer,
    centre: Option<f64>,
}

impl Experiment for LogRatio {
    fn canonical(&self) -> &str {
        self.layer.canonical()
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut both = [[0.0; LANES]; 2];
        self.layer.sample_lanes(lanes, &mut both);
        for l in 0..LANES {
            let y = both[0][l];
            out[0][l] = match self.centre {
                None => -y,
                Some(r) => (y + r) * (y + r),
            };
        }
    }
}
