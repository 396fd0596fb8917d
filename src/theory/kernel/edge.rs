//! Where the kernel in depth stops being smooth: the exponent $β_L$ of its singular term at u = 1,
//! the covariance regularity index, and the coefficients of the singular terms at both ends.
//!
//! With $κ(1-t) = p(t) + c t^β + …$ for one layer, p a polynomial, and χ = κ'(1):
//!
//! - β < 1 (κ is steep at 1): $1-κ_L(1-t) \sim a_L t^{β^L}$ with $a = -c$ and
//!   $a_L = a^{1+β+…+β^{L-1}}$, since $a (a_L t^{β^L})^β = a\,a_L^β t^{β^{L+1}}$.
//! - β > 1, no integer: $β_L = β$ and $c_{L+1} = χ c_L + c\,χ^{Lβ}$, since
//!   $κ(κ_L(1-t)) = κ(1-χ^L t + … + c_L t^β)$: the outer slope passes the inner term on, and the outer
//!   singular term meets $χ^L t$.
//! - at u = −1: an odd κ gives odd, an even κ even compositions. Otherwise κ(−1) lies inside
//!   (−1, 1), where κ is smooth, and the inner term is multiplied by the slopes along the orbit:
//!   $c_{-1}^{(L)} = c_{-1} \prod_{j=1}^{L-1} κ'(κ_j(-1))$ with the exponent β of one layer.

use rug::Rational;

use super::derivative::{homogeneous_at_one, jet};
use super::layer::Layer;
use crate::error::{Error, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::{Edge, Parity, Regularity};

/// The end of [−1, 1] at which a singular term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// u = 1.
    Plus,
    /// u = −1.
    Minus,
}

/// A singular term `coefficient` · t^`exponent` of $κ_L$ at an end.
#[derive(Debug, Clone)]
pub struct Term {
    /// The exponent, no integer.
    pub exponent: Rational,
    /// The coefficient.
    pub coefficient: Ball,
}

/// The regularity of $κ_L$ at u = 1; κ₀(u) = u is smooth.
///
/// # Errors
/// A limit error if the exponent β^L has too many digits.
pub fn regularity(layer: &Layer, depth: u32, limits: &Limits) -> Result<Regularity> {
    if depth == 0 {
        return Ok(Regularity::Smooth);
    }
    Ok(match layer.activation.regularity() {
        Regularity::Singular { beta } if beta < 1 => Regularity::Singular {
            beta: power(&beta, depth, limits)?,
        },
        other => other,
    })
}

fn power(beta: &Rational, depth: u32, limits: &Limits) -> Result<Rational> {
    use rug::ops::Pow;
    let bits = beta
        .numer()
        .significant_bits()
        .max(beta.denom().significant_bits());
    limits.check_integer_bits(f64::from(bits) * f64::from(depth), "the exponent beta^L")?;
    Ok(beta.clone().pow(depth))
}

/// The covariance regularity index of the fractal geometry paper: β_L, and 2 for kernels that are
/// twice continuously differentiable on [−1, 1].
///
/// # Errors
/// A domain error where a logarithm leaves no index: exponent β ≤ 2 with t^β ln t.
pub fn regularity_index(layer: &Layer, depth: u32, limits: &Limits) -> Result<Rational> {
    match regularity(layer, depth, limits)? {
        Regularity::Smooth => Ok(Rational::from(2)),
        Regularity::Singular { beta } => Ok(beta.min(Rational::from(2))),
        Regularity::Logarithmic { beta } if beta > 2 => Ok(Rational::from(2)),
        Regularity::Logarithmic { beta } => Err(Error::domain(format!(
            "the kernel of `{}` has no regularity index: its singular term is t^{beta} ln t",
            layer.activation.text()
        ))
        .with_hint("the definition asks for a pure power of t")),
    }
}

/// The exponent of the leading singular term of $κ_L$ at an end.
///
/// # Errors
/// A domain error for smooth kernels, and for t ln t, whose logarithms multiply with depth.
pub fn singular_exponent(layer: &Layer, depth: u32, end: End, limits: &Limits) -> Result<Rational> {
    if end == End::Minus && depth > 0 && layer.parity() == Parity::Neither {
        return match layer.activation.regularity() {
            Regularity::Smooth => Err(smooth(layer)),
            Regularity::Singular { beta } | Regularity::Logarithmic { beta } => Ok(beta),
        };
    }
    match regularity(layer, depth, limits)? {
        Regularity::Smooth => Err(smooth(layer)),
        Regularity::Logarithmic { beta } if beta == 1 && depth > 1 => Err(Error::domain(format!(
            "the singular term of {depth} layers of `{}` is t times a power of ln t",
            layer.activation.text()
        ))
        .with_hint("each layer with t ln t adds a logarithm; at L = 1 the exponent is 1")),
        Regularity::Singular { beta } | Regularity::Logarithmic { beta } => Ok(beta),
    }
}

fn smooth(layer: &Layer) -> Error {
    Error::domain(format!(
        "the kernel of `{}` is smooth on [-1, 1]: it has no singular term",
        layer.activation.text()
    ))
    .with_hint("its regularity index is 2, and its spectrum falls faster than every power")
}

/// The singular terms of one layer with its bias.
fn one_layer(layer: &Layer, prec: Bits, limits: &Limits) -> Result<Edge> {
    let f = &layer.activation;
    match f.regularity() {
        Regularity::Smooth => return Err(smooth(layer)),
        Regularity::Logarithmic { beta } => {
            return Err(Error::domain(format!(
                "the singular term of the kernel of `{}` is t^{beta} ln t, no power of t",
                f.text()
            )));
        }
        Regularity::Singular { .. } => {}
    }
    let edge = f.edge(prec, limits)?.ok_or_else(|| {
        Error::domain(format!(
            "the singular term of the kernel of `{}` is not known here",
            f.text()
        ))
    })?;
    let share = layer.share(prec);
    Ok(Edge {
        beta: edge.beta,
        plus: edge.plus.mul(&share, prec),
        minus: edge.minus.mul(&share, prec),
    })
}

/// The singular term of $κ_L$ at an end, L ≥ 1.
///
/// # Errors
/// A domain error for kernels without a singular power; those of the kernel; the deadline.
pub fn term(layer: &Layer, depth: u32, end: End, prec: Bits, limits: &Limits) -> Result<Term> {
    if depth == 0 {
        return Err(Error::domain(
            "without hidden layers the kernel is u: it has no singular term",
        )
        .with_hint("give L >= 1"));
    }
    let work = prec.plus(32 + 2 * (32 - depth.leading_zeros()));
    let edge = one_layer(layer, work, limits)?;
    match end {
        End::Plus => at_plus_one(layer, &edge, depth, work, limits),
        End::Minus => match layer.parity() {
            Parity::Neither => along_the_orbit(layer, &edge, depth, work, limits),
            parity => {
                let mut term = at_plus_one(layer, &edge, depth, work, limits)?;
                if parity == Parity::Odd {
                    term.coefficient = term.coefficient.neg();
                }
                Ok(term)
            }
        },
    }
}

fn at_plus_one(
    layer: &Layer,
    edge: &Edge,
    depth: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Term> {
    let beta = &edge.beta;
    if *beta < 1 {
        // 1 + β + … + β^{L−1}.
        let exponent = power(beta, depth, limits)?;
        let sum = Rational::from(1 - &exponent) / Rational::from(1 - beta);
        return Ok(Term {
            coefficient: edge.plus.neg().pow_rational(&sum, prec).neg(),
            exponent,
        });
    }
    let gain = gain(layer, prec, limits)?;
    let growth = gain.pow_rational(beta, prec);
    let (mut coefficient, mut outer) = (edge.plus.clone(), edge.plus.clone());
    for _ in 1..depth {
        limits.check_deadline()?;
        outer = outer.mul(&growth, prec);
        coefficient = coefficient.mul(&gain, prec).add(&outer, prec);
    }
    Ok(Term {
        exponent: beta.clone(),
        coefficient,
    })
}

/// χ of the layer: (1 − Γ_b) κ'(1).
///
/// # Errors
/// A domain error where it is infinite.
pub fn gain(layer: &Layer, prec: Bits, limits: &Limits) -> Result<Ball> {
    let gain = match layer.activation.shape().homogeneous() {
        Some(power) if power.degree > Rational::from((1, 2)) => {
            Ball::from_rational(&homogeneous_at_one(&power, 1), prec)
        }
        _ => layer.activation.gain(prec, limits)?,
    };
    Ok(if layer.is_unbiased() {
        gain
    } else {
        gain.mul(&layer.share(prec), prec)
    })
}

fn along_the_orbit(
    layer: &Layer,
    edge: &Edge,
    depth: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Term> {
    let mut coefficient = edge.minus.clone();
    let mut point = Number::from(-1);
    for _ in 1..depth {
        limits.check_deadline()?;
        point = layer.at(&point, prec, limits)?;
        let slope = jet(layer, &point, 1, prec, limits)?[1].to_ball(prec);
        coefficient = coefficient.mul(&slope, prec);
    }
    Ok(Term {
        exponent: edge.beta.clone(),
        coefficient,
    })
}
