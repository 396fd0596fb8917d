//! [`Network`]: what the formulas of this subject need of a network of infinite width.
//!
//! With the bias variance Γ_b of the hidden layers (a share of the total variance 1),
//! $κ_b = Γ_b + (1-Γ_b) κ$, so each derivative of the kernel gets the factor 1 − Γ_b:
//!
//! * $χ = (1-Γ_b) E σ'^2/E σ^2$, $λ_L = κ_L'(1) = χ^L$;
//! * $μ_L = κ_L''(1) = κ_b''(1)\, χ^{L-1} (1 + χ + … + χ^{L-1})$, from the chain rule
//!   $μ_{L+1} = κ_b''(1) λ_L^2 + χ μ_L$.
//!
//! The first layer, which reads the inputs, has no bias.

use std::cmp::Ordering;

use rug::Rational;

use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::signature::{Kind, Parameter};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::{Activation, Regularity};
use crate::theory::kernel::layer::Layer;
use crate::theory::quantity::{Reader, literal, natural};

/// Most hidden layers that formulas are evaluated for.
pub const LAST_DEPTH: u32 = 1_000_000;

/// The paper of the level sets.
pub const SOURCE: &str = "Di Lillo, Marinucci, Salvi & Vigogna 2025, arXiv:2504.06250";

/// The parameter `f`.
pub const ACTIVATION: Parameter = Parameter::required(
    "f",
    Kind::Activation,
    "an activation: a name, or a formula in x",
);
/// The parameter `d`.
pub const DIMENSION: Parameter = Parameter::required(
    "d",
    Kind::Integer,
    "the dimension of the sphere S^d of inputs, at least 1",
);
/// The parameter `d` where the plane case is the usual one.
pub const DIMENSION_2: Parameter = Parameter::optional(
    "d",
    Kind::Integer,
    "2",
    "the dimension of the sphere S^d of inputs",
);
/// The parameter `L`.
pub const DEPTH: Parameter = Parameter::required("L", Kind::Integer, "the number of hidden layers");
/// The parameter `u`, a level.
pub const LEVEL: Parameter = Parameter::optional("u", Kind::Number, "0", "the level");
/// The parameter `gamma_b`.
pub const BIAS: Parameter = Parameter::optional(
    "gamma_b",
    Kind::Number,
    "0",
    "the variance of the biases, as a share of the total variance 1, below 1",
);

/// The regularity of the limit field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// β < 1: continuous at best, level sets are fractal.
    Fractal,
    /// The kernel has t ln t at 1: neither class, formulas of neither apply.
    Border,
    /// 1 < β ≤ 2, a logarithm at β = 2 included: continuously differentiable once.
    Once,
    /// β > 2 or a smooth kernel: twice.
    Twice,
}

/// The class of a kernel.
pub fn class(regularity: &Regularity) -> Class {
    match regularity {
        Regularity::Smooth => Class::Twice,
        Regularity::Singular { beta } if *beta < 1 => Class::Fractal,
        Regularity::Logarithmic { beta } if *beta <= 1 => Class::Border,
        Regularity::Singular { beta } | Regularity::Logarithmic { beta } if *beta <= 2 => {
            Class::Once
        }
        _ => Class::Twice,
    }
}

/// The exponent β of the singular term; `None` for smooth kernels.
pub fn exponent(regularity: &Regularity) -> Option<&Rational> {
    match regularity {
        Regularity::Smooth => None,
        Regularity::Singular { beta } | Regularity::Logarithmic { beta } => Some(beta),
    }
}

/// An activation, a depth and a bias.
pub struct Network {
    /// The activation σ.
    pub f: Activation,
    /// The number L of hidden layers.
    pub depth: u32,
    /// The bias variance Γ_b.
    pub bias: Number,
    place: std::ops::Range<usize>,
}

impl Network {
    /// Reads the arguments `f`, `L` and `gamma_b` at these places.
    ///
    /// # Errors
    /// A domain error that names what is wrong.
    pub fn read(
        reader: &Reader<'_>,
        f: usize,
        depth: usize,
        bias: usize,
        limits: &Limits,
    ) -> Result<Network> {
        let expr = reader.expression(f)?;
        let bias = reader.number(bias)?.clone();
        check_bias(&bias)?;
        Ok(Network {
            f: Activation::read(expr, limits)?,
            depth: reader.integer(depth, 0, LAST_DEPTH)?,
            bias,
            place: expr.span.clone(),
        })
    }

    /// A network with one hidden layer.
    ///
    /// # Errors
    /// Those of reading the activation.
    pub fn one_layer(f: &Expr, bias: Number, limits: &Limits) -> Result<Network> {
        Ok(Network {
            f: Activation::read(f, limits)?,
            depth: 1,
            bias,
            place: f.span.clone(),
        })
    }

    /// 1 − Γ_b.
    pub fn share(&self, prec: Bits) -> Ball {
        Ball::one().sub(&self.bias.to_ball(prec), prec)
    }

    /// χ = κ_b'(1).
    ///
    /// # Errors
    /// A domain error where it is infinite.
    pub fn slope(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        Ok(self.f.gain(prec, limits)?.mul(&self.share(prec), prec))
    }

    /// λ_L = κ_L'(1).
    ///
    /// # Errors
    /// A domain error where it is infinite.
    pub fn slope_in_depth(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        if self.depth == 0 {
            return Ok(Ball::one());
        }
        let slope = self.slope(prec, limits)?;
        Ok(slope.pow_u64(u64::from(self.depth), prec))
    }

    /// μ_L = κ_L''(1).
    ///
    /// # Errors
    /// A domain error where it is infinite.
    pub fn curvature_in_depth(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        if self.depth == 0 {
            return Ok(Ball::zero());
        }
        let slope = self.slope(prec, limits)?;
        let second = self.second(prec, limits)?;
        let depth = u64::from(self.depth);
        let power = slope.pow_u64(depth - 1, prec);
        let sum = geometric_sum(&slope, self.depth, prec);
        Ok(second.mul(&power, prec).mul(&sum, prec))
    }

    /// κ_b''(1).
    ///
    /// # Errors
    /// A domain error where it is infinite.
    pub fn second(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        let second = self.f.kernel_derivative(2, &Ball::one(), prec, limits)?;
        Ok(second.mul(&self.share(prec), prec))
    }

    /// One hidden layer.
    ///
    /// # Errors
    /// A domain error for a bias that is not a share of 1.
    pub fn layer(&self) -> Result<Layer> {
        Layer::new(self.f.clone(), self.bias.clone(), Bits::new(64))
    }

    /// κ_L(u).
    ///
    /// # Errors
    /// Those of the kernel; the deadline.
    pub fn kernel(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let start = Number::Ball(u.clone());
        let value = self.layer()?.chain(&start, self.depth, prec, limits)?;
        Ok(value.to_ball(prec))
    }

    /// The class of the field of L hidden layers: that of the activation, and smooth for L = 0.
    pub fn class(&self) -> Class {
        if self.depth == 0 {
            Class::Twice
        } else {
            class(&self.f.regularity())
        }
    }

    /// Fails unless the field has one continuous derivative.
    ///
    /// # Errors
    /// A domain error that says why `what` is not finite, and what to ask instead.
    pub fn check_once(&self, what: &str) -> Result<()> {
        let error = match self.class() {
            Class::Once | Class::Twice => return Ok(()),
            Class::Fractal => Error::domain(format!(
                "{what} is infinite: {} jumps or has an unbounded derivative that is not square \
                 integrable, E[f'(Z)^2] is infinite and level sets are fractal",
                self.name()
            ))
            .with_hint("boundary.dimension(f, d, L) is their Hausdorff dimension"),
            Class::Border => Error::domain(format!(
                "{what} is infinite: the kernel of {} has the term t*ln(t) at u = 1 - t, so \
                 E[f'(Z)^2] is infinite",
                self.name()
            )),
        };
        Err(error.at(self.place.clone()))
    }

    /// Fails unless the field has two continuous derivatives.
    ///
    /// # Errors
    /// A domain error that says why `what` is not defined.
    pub fn check_twice(&self, what: &str) -> Result<()> {
        if self.class() == Class::Twice {
            return Ok(());
        }
        let index = exponent(&self.f.regularity()).map_or_else(String::new, |beta| {
            format!(" (its covariance regularity index is {beta}, not above 2)")
        });
        Err(Error::domain(format!(
            "{what} needs a field with two continuous derivatives, and that of {} has not{index}: \
             E[f''(Z)^2] is infinite",
            self.name()
        ))
        .with_hint("smooth activations have it: tanh, erf, gelu, sin, exp(-x^2)")
        .at(self.place.clone()))
    }

    fn name(&self) -> String {
        format!("`{}`", self.f.text())
    }
}

/// Fails for a bias variance that is certainly not in [0, 1).
///
/// # Errors
/// A domain error that says what the bias variance is.
pub fn check_bias(bias: &Number) -> Result<()> {
    let prec = Bits::new(64);
    let below = bias.certain_cmp(&Number::from(0), prec) == Some(Ordering::Less);
    let above = matches!(
        bias.certain_cmp(&Number::from(1), prec),
        Some(Ordering::Greater | Ordering::Equal)
    );
    if below || above {
        return Err(
            Error::domain("the bias variance `gamma_b` is not from 0 to below 1")
                .with_hint("it is the share of the biases in the variance 1 of a layer"),
        );
    }
    Ok(())
}

/// 1 + x + … + x^{n−1} in log n steps without a division: S_{2n} = S_n (1 + xⁿ), S_{n+1} = 1 + x S_n.
pub fn geometric_sum(x: &Ball, n: u32, prec: Bits) -> Ball {
    let mut sum = Ball::zero();
    let mut power = Ball::one();
    for bit in (0..32 - n.leading_zeros()).rev() {
        sum = sum.mul(&power.add_i64(1, prec), prec);
        power = power.square(prec);
        if n >> bit & 1 == 1 {
            sum = sum.mul(x, prec).add_i64(1, prec);
            power = power.mul(x, prec);
        }
    }
    sum
}

/// χ of an activation as an exact rational where the interface knows it exactly, for closed forms.
pub fn exact_gain(f: &Activation, limits: &Limits) -> Result<Option<Rational>> {
    let gain = f.gain(Bits::new(64), limits)?;
    Ok(if gain.is_exact() {
        gain.mid().to_rational()
    } else {
        None
    })
}

/// Fails for literal arguments of a closed form that the quantity itself would refuse.
///
/// # Errors
/// A domain error that names the argument.
pub fn check_literals(name: &str, depth: &Expr, bias: &Expr) -> Result<()> {
    if literal(depth).is_some() && natural(depth, LAST_DEPTH).is_none() {
        return Err(Error::domain(format!(
            "the argument `L` of `{name}` must be an integer from 0 to {LAST_DEPTH}"
        )));
    }
    match literal(bias) {
        Some(q) => check_bias(&Number::from(q)),
        None => Ok(()),
    }
}

/// λ_L = ((1 − Γ_b) χ)^L as a formula: 1, a rational power, or a power of `spectral_parameter(f)`.
///
/// # Errors
/// A domain error where χ is infinite.
pub fn slope_expr(f: &Expr, depth: &Expr, bias: &Expr, limits: &Limits) -> Result<Expr> {
    let activation = Activation::read(f, limits)?;
    let chi = match exact_gain(&activation, limits)? {
        Some(q) => Expr::rational(q),
        None => Expr::call("spectral_parameter", vec![f.clone()]),
    };
    let base = match literal(bias) {
        Some(q) if q == 0 => chi,
        _ => Expr::product([Expr::sum([Expr::from(1), bias.clone().negate()]), chi]),
    };
    if base == Expr::from(1) {
        return Ok(base);
    }
    Ok(base.power(depth.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_sums_by_doubling() {
        let prec = Bits::new(128);
        let x = Ball::from_rational(&Rational::from((7, 5)), prec);
        let mut plain = Ball::zero();
        let mut power = Ball::one();
        for n in 0..40u32 {
            let doubled = geometric_sum(&x, n, prec);
            assert!(doubled.overlaps(&plain), "{n}");
            assert!(n == 0 || doubled.accuracy() > 100);
            plain = plain.add(&power, prec);
            power = power.mul(&x, prec);
        }
    }

    #[test]
    fn classes_end_at_one_and_two() {
        let singular = |a: i32, b: i32| Regularity::Singular {
            beta: Rational::from((a, b)),
        };
        let logarithmic = |a: i32| Regularity::Logarithmic {
            beta: Rational::from(a),
        };
        for (regularity, expected) in [
            (singular(1, 2), Class::Fractal),
            (logarithmic(1), Class::Border),
            (singular(3, 2), Class::Once),
            (logarithmic(2), Class::Once),
            (singular(5, 2), Class::Twice),
            (logarithmic(3), Class::Twice),
            (Regularity::Smooth, Class::Twice),
        ] {
            assert_eq!(class(&regularity), expected, "{regularity:?}");
        }
    }
}
