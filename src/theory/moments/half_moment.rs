//! The quantity `moment.half(k)`: $m_k = E[φ(G)^k] = 2^{k/2-1} Γ((k+1)/2)/\sqrt π$ for real k > −1,
//! the value of every moment at θ = 0.

use rug::{Integer, Rational};

use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::combinatorial::double_factorial;
use crate::number::{Ball, Bits};
use crate::theory::quantity::{About, Quantity, Reader, literal, method};

/// See the [module](self).
pub struct HalfMoment;

/// `moment.half(k)`.
pub static HALF_MOMENT: HalfMoment = HalfMoment;

static SIGNATURE: Signature = Signature {
    name: "moment.half",
    parameters: &[Parameter {
        name: "k",
        kind: Kind::Number,
        default: None,
        doc: "the power, real, above -1",
    }],
};

static ABOUT: About = About {
    summary: "the one-variable half moment E[relu(G)^k] of a standard Gaussian",
    definition: "m_k = 2^(k/2-1) gamma((k+1)/2)/sqrt(pi) = integral(x^k exp(-x^2/2), x=0..inf)/sqrt(2 pi)",
    domain: "real k > -1",
    source: "Jakub & Nica 2024 (constants of the moments)",
    methods: &[
        (
            "double-factorial",
            "(k-1)!!/2 for even k, (k-1)!!/sqrt(2 pi) for odd k; otherwise as `gamma`",
        ),
        ("gamma", "the gamma function"),
    ],
    special: &[
        "m_0 = 1/2 (the convention 0^0 = 0 at the kink)",
        "m_2 = 1/2, m_4 = 3/2",
        "J(a, b, 0) = m_(a+b)",
    ],
    example: "moment.half(4)",
};

/// Powers with an exact double factorial.
const LAST_EXACT: u32 = 100_000;

/// (k−1)!! for a power of the exact path.
fn exact_factor(k: &Rational) -> Option<Integer> {
    let k = k
        .is_integer()
        .then(|| k.numer().to_u32())
        .flatten()
        .filter(|k| *k <= LAST_EXACT)?;
    Some(double_factorial(i64::from(k) - 1))
}

/// m_k as a rational: (k−1)!!/2 for even k; irrational for odd k.
pub(super) fn exact(k: u32) -> Option<Rational> {
    k.is_multiple_of(2)
        .then(|| Rational::from((double_factorial(i64::from(k) - 1), 2)))
}

impl Quantity for HalfMoment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&ABOUT, request)?;
        let k = Reader::new(&SIGNATURE, arguments).number(0)?;
        let prec = request.prec.plus(16);
        let domain = || {
            Error::domain("`moment.half` needs k > -1")
                .with_hint("E[relu(G)^k] is infinite for k <= -1")
        };
        match k.certain_cmp(&Number::from(-1), prec) {
            Some(std::cmp::Ordering::Greater) => {}
            Some(_) => return Err(domain()),
            None => return Ok(Value::Number(Number::Ball(Ball::indeterminate()))),
        }
        if method == "double-factorial"
            && let Some((k, factor)) = k.as_rational().and_then(|k| Some((k, exact_factor(k)?)))
        {
            return Ok(Value::Number(if k.numer().is_even() {
                Number::Rational(Rational::from((factor, 2)))
            } else {
                Number::Ball(
                    Ball::pi(prec)
                        .mul_i64(2, prec)
                        .rsqrt(prec)
                        .mul_integer(&factor, request.prec),
                )
            }));
        }
        Ok(Value::Number(Number::Ball(by_gamma(k, request.prec))))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [k] = arguments else { return Ok(None) };
        if let Some((k, factor)) = literal(k)
            .and_then(|k| Some((exact_factor(&k)?, k)))
            .map(|(f, k)| (k, f))
        {
            let divisor = if k.numer().is_even() {
                Expr::from(2)
            } else {
                Expr::call("sqrt", vec![Expr::product([Expr::from(2), Expr::pi()])])
            };
            return Ok(Some(Expr::from(factor).over(divisor)));
        }
        let half = |e: Expr| e.over(Expr::from(2));
        let power = Expr::from(2).power(Expr::sum([half(k.clone()), Expr::from(-1)]));
        let gamma = Expr::call("gamma", vec![half(Expr::sum([k.clone(), Expr::from(1)]))]);
        Ok(Some(
            Expr::product([power, gamma]).over(Expr::call("sqrt", vec![Expr::pi()])),
        ))
    }
}

/// 2^{k/2−1} Γ((k+1)/2)/√π.
fn by_gamma(k: &Number, prec: Bits) -> Ball {
    let wide = prec.plus(16);
    let half = |number: Ball| number.mul_2exp(-1);
    let k = k.to_ball(wide);
    let gamma = half(k.add_i64(1, wide)).gamma(wide);
    let power = half(k).mul(&Ball::ln_2(wide), wide).exp(wide);
    half(gamma.mul(&power, wide)).mul(&Ball::pi(wide).rsqrt(wide), prec)
}
