//! The quantity `boundary.volume(f, d, L, u=0, gamma_b=0, n=none)`: the expected (d−1)-dimensional
//! volume of the level set {x ∈ S^d : T_L(x) = u}.
//!
//! **Infinite width**, kernels with index β in (1, 2]:
//!
//! $$E\,H^{d-1}(T_L^{-1}(u)) = |S^{d-1}|\, χ^{L/2} e^{-u^2/2}.$$
//!
//! Methods: `closed`, this formula; `kac-rice`, the density of T at u times the mean length of its
//! gradient, $|S^d| φ(u) E|N(0, χ^L I_d)|$ with $E|N(0, I_d)| = \sqrt2\,Γ((d+1)/2)/Γ(d/2)$.
//!
//! **Finite width**, relu without biases at u = 0: exactly $|S^{d-1}| \prod_l (1-(n_l+1)2^{-n_l})$ for
//! hidden widths $n_l$. Given x and a unit tangent v, let A = |z|², B = z·z_v, C = |z_v|² in a layer.
//! The number of crossings along v has density proportional to $E\sqrt{(AC-B^2)/A^2}$; a layer
//! multiplies (AC − B²)/A² by an independent ratio $χ^2_{K-1}/χ^2_K$ of independent variables (the part
//! of z_v orthogonal to z, over z), K ~ Bin(n, ½) the number of active neurons. Its root has the mean
//! $E\sqrt{χ^2_{K-1}}\,E(1/\sqrt{χ^2_K}) = \frac{Γ(K/2)}{Γ((K-1)/2)} \frac{Γ((K-1)/2)}{Γ(K/2)} = 1$ for
//! K ≥ 2 and 0 for K ≤ 1. So a layer contributes P(K ≥ 2). Transversal zeros are meant: regions where
//! all neurons of a layer are dead, on which T vanishes identically, are not boundary. Methods: that
//! product, and for `kac-rice` the binomial sum of P(K ≥ 2).

use rug::{Integer, Rational};

use super::setting::{
    ACTIVATION, BIAS, DEPTH, DIMENSION, LEVEL, Network, SOURCE, check_literals, slope_expr,
};
use super::sphere::{LAST_DIMENSION, area};
use crate::error::{Error, Result};
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// Widest layer of a finite network.
const LAST_WIDTH: u32 = 1_000_000_000;
/// Widest layer whose binomial sum is taken.
const LAST_SUMMED: u32 = 100_000;

/// See the [module](self).
pub struct Volume;

/// `boundary.volume(f, d, L, u=0, gamma_b=0, n=none)`.
pub static VOLUME: Volume = Volume;

static SIGNATURE: Signature = Signature {
    name: "boundary.volume",
    parameters: &[
        ACTIVATION,
        DIMENSION,
        DEPTH,
        LEVEL,
        BIAS,
        Parameter::optional(
            "n",
            Kind::List,
            "none",
            "the widths of the hidden layers: one integer, or a list; relu at u = 0 only; infinite if left out",
        ),
    ],
};

static ABOUT: About = About {
    summary: "the expected (d-1)-dimensional volume of the level set of a random network on the sphere S^d",
    definition: "boundary.volume(f, d, L, u) = |S^(d-1)| chi^(L/2) exp(-u^2/2), chi = (1-gamma_b) \
                 spectral_parameter(f); with widths n, f=relu and u=0: |S^(d-1)| product over the layers of \
                 (1 - (n+1)/2^n)",
    domain: "f whose spectral parameter is finite, d >= 1, L >= 0, u real, 0 <= gamma_b < 1; with n: f=relu, \
             u=0, gamma_b=0, d >= 1",
    source: SOURCE,
    methods: &[
        ("closed", "the formula; with widths, the product"),
        (
            "kac-rice",
            "the density at the level times the mean gradient; with widths, binomial sums",
        ),
    ],
    special: &[
        "relu, abs, leaky(a), exp: the volume of the equator at every depth (u = 0)",
        "chi < 1: vanishes exponentially in L; chi > 1: diverges",
        "heaviside, sign: infinite; see boundary.dimension",
    ],
    example: "boundary.volume(gelu, d=2, L=4)",
};

/// What the widths of the hidden layers are.
enum Widths {
    Infinite,
    Finite(Vec<u32>),
}

fn widths(reader: &Reader<'_>, index: usize, depth: u32) -> Result<Widths> {
    let wrong = || {
        Error::domain(format!(
            "the argument `n` of `boundary.volume` must be an integer from 1 to {LAST_WIDTH}, or a \
             list of {depth} of them, one for each hidden layer"
        ))
        .with_hint("leave it out for infinite width")
    };
    let one = |value: &Value| match value {
        Value::Number(number) => number
            .as_integer()
            .and_then(Integer::to_u32)
            .filter(|n| (1..=LAST_WIDTH).contains(n))
            .ok_or_else(wrong),
        _ => Err(wrong()),
    };
    match reader.arguments.get(index) {
        Some(Value::Expression(_)) => Ok(Widths::Infinite),
        Some(Value::List(entries)) => {
            if entries.len() != depth as usize {
                return Err(wrong());
            }
            Ok(Widths::Finite(
                entries.iter().map(one).collect::<Result<_>>()?,
            ))
        }
        Some(value) => Ok(Widths::Finite(vec![one(value)?; depth as usize])),
        None => Err(wrong()),
    }
}

/// The factor P(K ≥ 2) of a layer of width n: 1 − (n + 1) 2^{−n}.
fn survival(n: u32, prec: Bits) -> Ball {
    // LAST_WIDTH < 2^30 keeps the exponent within the range of floats.
    let shift = i32::try_from(n).map_or(i32::MIN, |n| -n);
    let lost = Ball::from_i64(i64::from(n) + 1).mul_2exp(shift);
    Ball::one().sub(&lost, prec)
}

/// The same as Σ_{k ≥ 2} C(n, k) 2^{−n}.
fn survival_by_sum(n: u32) -> Rational {
    let mut term = Integer::from(1);
    let mut sum = Integer::new();
    for k in 0..=n {
        if k >= 2 {
            sum += &term;
        }
        term = term * (n - k) / (k + 1);
    }
    Rational::from((sum, Integer::from(1) << n))
}

/// Fails where the formula of finite widths does not hold.
fn check_finite(network: &Network, level: &Number) -> Result<()> {
    if network.f.text() != "relu" || !level.is_zero() || !network.bias.is_zero() {
        return Err(Error::domain(
            "the volume at finite width is known for f=relu at the level u=0 without biases only",
        )
        .with_hint(
            "boundary.width_correction(f) is the 1/n correction of one hidden layer; \
             `isobath simulate` draws finite networks",
        ));
    }
    Ok(())
}

impl Quantity for Volume {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let second = method(&ABOUT, request)? == "kac-rice";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let network = Network::read(&reader, 0, 2, 4, limits)?;
        let d = reader.integer(1, 1, LAST_DIMENSION)?;
        let level = reader.number(3)?;
        if let Widths::Finite(widths) = widths(&reader, 5, network.depth)? {
            check_finite(&network, level)?;
            if widths.contains(&1) {
                return Ok(Value::Number(Number::from(0)));
            }
            let value = to_relative_accuracy(request.prec, limits, |work| {
                let mut product = area(d - 1, work);
                for n in &widths {
                    limits.check_deadline()?;
                    let factor = if second && *n <= LAST_SUMMED {
                        Ball::from_rational(&survival_by_sum(*n), work)
                    } else {
                        survival(*n, work)
                    };
                    product = product.mul(&factor, work);
                }
                Ok(product)
            })?;
            return Ok(Value::Number(Number::Ball(value)));
        }
        network.check_once("the expected volume of the boundary")?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let slope = network.slope_in_depth(work, limits)?;
            let level = level.to_ball(work);
            Ok(if second {
                by_rice(d, &slope, &level, work)
            } else {
                closed(d, &slope, &level, work)
            })
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [f, d, depth, level, bias, n] = arguments else {
            return Ok(None);
        };
        if literal(d).is_some() && natural(d, LAST_DIMENSION).is_none_or(|d| d == 0) {
            return Err(Error::domain(format!(
                "the argument `d` of `boundary.volume` must be an integer from 1 to {LAST_DIMENSION}"
            )));
        }
        check_literals(SIGNATURE.name, depth, bias)?;
        let half = Expr::rational(Rational::from((1, 2)));
        let half_d = Expr::product([half.clone(), d.clone()]);
        let sphere = Expr::product([Expr::from(2), Expr::pi().power(half_d.clone())])
            .over(Expr::call("gamma", vec![half_d]));
        let infinite = *n == Expr::name("none");
        if !infinite {
            let (Some(n), Some(depth)) = (natural(n, 10_000), natural(depth, 1000)) else {
                return Ok(None);
            };
            if n == 0
                || f != &Expr::name("relu")
                || [level, bias].map(literal) != [0, 0].map(|z| Some(Rational::from(z)))
            {
                return Ok(None);
            }
            limits.check_integer_bits(
                f64::from(n) * f64::from(depth),
                "the product over the layers",
            )?;
            let lost = Rational::from((Integer::from(n) + 1, Integer::from(1) << n));
            let factor = Expr::rational(Rational::from(1) - lost);
            return Ok(Some(Expr::product([
                sphere,
                factor.power(Expr::from(i64::from(depth))),
            ])));
        }
        let half_depth = Expr::product([half, depth.clone()]);
        let slope = slope_expr(f, &half_depth, bias, limits)?;
        let decay = level
            .clone()
            .power(Expr::from(2))
            .over(Expr::from(2))
            .negate();
        Ok(Some(Expr::product([
            sphere,
            slope,
            Expr::call("exp", vec![decay]),
        ])))
    }
}

/// $|S^{d-1}| \sqrt λ e^{-u^2/2}$.
pub(super) fn closed(d: u32, slope: &Ball, level: &Ball, prec: Bits) -> Ball {
    let decay = level.square(prec).mul_2exp(-1).neg().exp(prec);
    area(d - 1, prec)
        .mul(&slope.sqrt(prec), prec)
        .mul(&decay, prec)
}

/// $|S^d| φ(u) \sqrt{2λ}\, Γ((d+1)/2)/Γ(d/2)$.
fn by_rice(d: u32, slope: &Ball, level: &Ball, prec: Bits) -> Ball {
    let half = |n: u64| Rational::from((n, 2u32));
    let gradient = slope
        .mul_2exp(1)
        .sqrt(prec)
        .mul(&Ball::gamma_rational(&half(u64::from(d) + 1), prec), prec)
        .mul(&Ball::recip_gamma_rational(&half(u64::from(d)), prec), prec);
    area(d, prec)
        .mul(&level.normal_density(prec), prec)
        .mul(&gradient, prec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_methods_agree() {
        let prec = Bits::new(160);
        for d in [1, 2, 3, 5, 30] {
            for (slope, level) in [((1, 1), (0, 1)), ((7, 5), (1, 2)), ((1, 9), (-3, 1))] {
                let slope = Ball::from_rational(&Rational::from(slope), prec);
                let level = Ball::from_rational(&Rational::from(level), prec);
                let (a, b) = (
                    closed(d, &slope, &level, prec),
                    by_rice(d, &slope, &level, prec),
                );
                assert!(
                    a.overlaps(&b) && a.accuracy() > 140 && b.accuracy() > 140,
                    "{d}"
                );
            }
        }
    }

    #[test]
    fn a_layer_survives_with_two_active_neurons() {
        let prec = Bits::new(200);
        for n in [1, 2, 3, 8, 50] {
            let sum = survival_by_sum(n);
            assert!(survival(n, prec).contains_rational(&sum), "{n}");
        }
        assert_eq!(survival_by_sum(8), Rational::from((247, 256)));
        assert!(survival(LAST_WIDTH, prec).is_finite());
    }
}
