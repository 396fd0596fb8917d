//! The quantities `kappa.fixed_point(f, gamma_b=0)` = u* and `kappa.depth_scale(f, gamma_b=0)` = ξ of the
//! normalised kernel $κ_b = Γ_b + (1-Γ_b) κ$.
//!
//! With χ = κ_b'(1): if χ > 1 the correlation of two inputs tends to the only fixed point u* of κ_b
//! below 1 ([`super::convex`]), and the distance to it falls like $κ_b'(u*)^L = e^{-L/ξ}$; if χ < 1 it
//! tends to 1 like χ^L. So ξ = −1/ln κ_b'(u*) for χ > 1, −1/ln χ for χ < 1, and 0 where κ_b'(u*) = 0. At
//! χ = 1 the distance falls like a power of L, and there is no scale.
//!
//! Methods: `signs`, a change of sign proves the fixed point; `newton`, interval Newton with κ'.

use std::cmp::Ordering;

use super::convex::{fixed_point, fixed_point_by_newton};
use crate::error::{Error, ErrorKind, Result};
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::{Activation, Parity};
use crate::theory::geometry::setting::{ACTIVATION, BIAS, Class, check_bias, class};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct FixedPoint;

/// See the [module](self).
pub struct DepthScale;

/// `kappa.fixed_point(f, gamma_b=0)`.
pub static FIXED_POINT: FixedPoint = FixedPoint;

/// `kappa.depth_scale(f, gamma_b=0)`.
pub static DEPTH_SCALE: DepthScale = DepthScale;

const SOURCE: &str = "Di Lillo et al. 2025, arXiv:2405.09541 (the regimes); Schoenholz et al. 2017";
const METHODS: &[(&str, &str)] = &[
    (
        "signs",
        "a change of sign of kappa(u) - u, proved on both sides",
    ),
    ("newton", "interval Newton with the derivative of kappa"),
];

static SIGNATURE: Signature = Signature {
    name: "kappa.fixed_point",
    parameters: &[ACTIVATION, BIAS],
};

static ABOUT: About = About {
    summary: "the correlation below 1 that two inputs tend to as the depth grows, for a slope above 1",
    definition: "u* = kappa_b(u*) < 1, kappa_b = gamma_b + (1-gamma_b) kappa; it is the only fixed point in (-1, 1)",
    domain: "f with (1-gamma_b) spectral_parameter(f) > 1, infinity included; 0 <= gamma_b < 1",
    source: SOURCE,
    methods: METHODS,
    special: &["odd f without bias: 0"],
    example: "kappa.fixed_point(gelu)",
};

static SCALE_SIGNATURE: Signature = Signature {
    name: "kappa.depth_scale",
    parameters: &[ACTIVATION, BIAS],
};

static SCALE_ABOUT: About = About {
    summary: "the number of layers over which the distance to the limiting correlation falls by a factor e",
    definition: "-1/ln(kappa_b'(u*)) for chi > 1, -1/ln(chi) for chi < 1, chi = (1-gamma_b) spectral_parameter(f)",
    domain: "f with chi other than 1; 0 <= gamma_b < 1",
    source: SOURCE,
    methods: METHODS,
    special: &[
        "0 where kappa_b'(u*) = 0",
        "relu, chi = 1: no scale, the decay is algebraic",
    ],
    example: "kappa.depth_scale(gelu)",
};

/// κ_b of an activation.
struct Kernel<'a> {
    f: Activation,
    bias: Number,
    limits: &'a Limits,
}

/// What χ says.
enum Slope {
    Above,
    Below(Ball),
}

impl Kernel<'_> {
    fn read<'a>(expr: &Expr, bias: &Number, limits: &'a Limits) -> Result<Kernel<'a>> {
        check_bias(bias)?;
        Ok(Kernel {
            f: Activation::read(expr, limits)?,
            bias: bias.clone(),
            limits,
        })
    }

    fn value(&self, u: &Ball, prec: Bits) -> Result<Ball> {
        self.biased(self.f.kernel(u, prec, self.limits)?, true, prec)
    }

    fn derivative(&self, u: &Ball, prec: Bits) -> Result<Ball> {
        self.biased(
            self.f.kernel_derivative(1, u, prec, self.limits)?,
            false,
            prec,
        )
    }

    fn biased(&self, value: Ball, shifted: bool, prec: Bits) -> Result<Ball> {
        if self.bias.is_zero() {
            return Ok(value);
        }
        let bias = self.bias.to_ball(prec);
        let share = Ball::one().sub(&bias, prec);
        let value = value.mul(&share, prec);
        Ok(if shifted {
            value.add(&bias, prec)
        } else {
            value
        })
    }

    /// Whether χ is above or below 1.
    ///
    /// # Errors
    /// A domain error for χ = 1; undecided where its ball holds 1.
    fn slope(&self, prec: Bits) -> Result<Slope> {
        if matches!(class(&self.f.regularity()), Class::Fractal | Class::Border) {
            return Ok(Slope::Above);
        }
        let chi = self.biased(self.f.gain(prec, self.limits)?, false, prec)?;
        match chi.certain_cmp(&Ball::one()) {
            Some(Ordering::Greater) => Ok(Slope::Above),
            Some(Ordering::Less) => Ok(Slope::Below(chi)),
            Some(Ordering::Equal) => Err(Error::domain(format!(
                "the kernel of `{}` has slope 1 at 1: correlations tend to 1 like a power of the depth, \
                 and there is neither a fixed point below 1 nor a depth scale",
                self.f.text()
            ))
            .with_hint("kappa(f, u, L) follows the correlation")),
            None => Err(Error::undecided(format!(
                "whether the slope of the kernel at 1 is above, at or below 1 is not decided at {prec}"
            ))),
        }
    }

    /// u* for χ > 1.
    fn fixed_point(&self, by_newton: bool, prec: Bits) -> Result<Ball> {
        if self.bias.is_zero() && self.f.parity() == Parity::Odd {
            return Ok(Ball::zero());
        }
        let value = |u: &Ball, p: Bits| self.value(u, p);
        if by_newton {
            let derivative = |u: &Ball, p: Bits| self.derivative(u, p);
            return fixed_point_by_newton(&value, &derivative, prec, self.limits);
        }
        fixed_point(&value, prec, self.limits)
    }
}

fn exact_or_ball(value: Ball) -> Value {
    Value::Number(if value.is_zero() {
        Number::from(0)
    } else {
        Number::Ball(value)
    })
}

impl Quantity for FixedPoint {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let by_newton = method(&ABOUT, request)? == "newton";
        let reader = Reader::new(&SIGNATURE, arguments);
        let expr = reader.expression(0)?;
        let kernel = Kernel::read(expr, reader.number(1)?, request.limits)?;
        let slope = kernel.slope(request.prec.plus(16));
        if matches!(slope, Ok(Slope::Below(_))) {
            return Err(Error::domain(format!(
                "the kernel of `{}` has slope below 1 at 1: every correlation tends to 1, and there is \
                 no fixed point below it",
                kernel.f.text()
            ))
            .with_hint("kappa.depth_scale(f) says how fast")
            .at(expr.span.clone()));
        }
        slope.map_err(|error| error.at(expr.span.clone()))?;
        let value = to_relative_accuracy(request.prec, request.limits, |work| {
            kernel.fixed_point(by_newton, work)
        })?;
        Ok(exact_or_ball(value))
    }
}

impl Quantity for DepthScale {
    fn signature(&self) -> &Signature {
        &SCALE_SIGNATURE
    }

    fn about(&self) -> &About {
        &SCALE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let by_newton = method(&SCALE_ABOUT, request)? == "newton";
        let reader = Reader::new(&SCALE_SIGNATURE, arguments);
        let expr = reader.expression(0)?;
        let kernel = Kernel::read(expr, reader.number(1)?, request.limits)?;
        let value = to_relative_accuracy(request.prec, request.limits, |work| {
            let rate = match kernel.slope(work)? {
                Slope::Below(chi) => chi,
                Slope::Above => {
                    let point = kernel.fixed_point(by_newton, work)?;
                    kernel.derivative(&point, work)?
                }
            };
            Ok(depth_scale(&rate, work))
        })
        .map_err(|error| {
            if error.kind() == ErrorKind::Domain {
                error.at(expr.span.clone())
            } else {
                error
            }
        })?;
        Ok(exact_or_ball(value))
    }
}

/// −1/ln r of a rate in [0, 1), exactly 0 at 0.
pub(super) fn depth_scale(rate: &Ball, prec: Bits) -> Ball {
    if rate.is_zero() {
        Ball::zero()
    } else {
        rate.ln(prec).recip(prec).neg()
    }
}
