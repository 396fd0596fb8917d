//! The quantity `spectral_parameter(f)` = κ'(1) = E[f'(Z)²]/E[f(Z)²], the slope of the kernel at 1, for
//! the activations of [`crate::theory::activation`].

use crate::error::Result;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::{Activation, Regularity};
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct SpectralParameter;

/// `spectral_parameter(f)`.
pub static SPECTRAL_PARAMETER: SpectralParameter = SpectralParameter;

static GAIN_SIGNATURE: Signature = Signature {
    name: "spectral_parameter",
    parameters: &[Parameter::required("f", Kind::Activation, "an activation")],
};

static GAIN_ABOUT: About = About {
    summary: "the slope kappa'(1) of the kernel: below 1 low disorder, 1 sparse, above 1 high disorder",
    definition: "spectral_parameter(f) = E[f'(Z)^2]/E[f(Z)^2], Z a standard Gaussian",
    domain: "f a name (relu heaviside sign abs erf tanh atan sin cos exp logistic softplus silu gelu mish gcu \
             softsign elu selu hardtanh), a name with its parameter (leaky(al) elu(al) hardtanh(c) repu(p)), \
             or a formula in x with E[f(Z)^2] finite",
    source: "Di Lillo, Marinucci, Salvi & Vigogna 2025, arXiv:2504.06250",
    methods: &[
        (
            "closed",
            "the closed form; the pole-corrected trapezoidal rule for tanh, logistic, silu, mish; \
             the trapezoidal rule or adaptive quadrature for the others",
        ),
        (
            "trapezoid",
            "both expectations by the trapezoidal rule on a certified strip; f smooth",
        ),
        (
            "quadrature",
            "both expectations by adaptive Gauss-Legendre quadrature on complex boxes",
        ),
    ],
    special: &[
        "relu, abs, leaky(a) and exp: 1",
        "heaviside and sign: infinite",
    ],
    example: "spectral_parameter(gelu)",
};

impl Quantity for SpectralParameter {
    fn signature(&self) -> &Signature {
        &GAIN_SIGNATURE
    }

    fn about(&self) -> &About {
        &GAIN_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&GAIN_ABOUT, request)?;
        let expr = Reader::new(&GAIN_SIGNATURE, arguments).expression(0)?;
        let f = Activation::read(expr, request.limits)?;
        let gain = by(method, &f, request.prec.plus(8), request.limits)
            .map_err(|error| error.at(expr.span.clone()))?;
        let exact_one = gain.is_exact() && gain.sub(&Ball::one(), request.prec).is_zero();
        Ok(Value::Number(if exact_one {
            Number::from(1)
        } else {
            Number::Ball(gain)
        }))
    }
}

/// κ'(1) by the method of a name.
fn by(method: &str, f: &Activation, prec: Bits, limits: &Limits) -> Result<Ball> {
    // A general rule cannot see that the slope is infinite; the regularity does.
    let infinite = match f.regularity() {
        Regularity::Smooth => false,
        Regularity::Singular { beta } | Regularity::Logarithmic { beta } => beta <= 1,
    };
    if method == "closed" || infinite {
        return f.gain(prec, limits);
    }
    let (work, one) = (prec.plus(8), Ball::one());
    let expectation = |product: &[(u32, u32)]| match method {
        "trapezoid" => f.trapezoid(product, &one, work, limits),
        _ => f.quadrature(product, &one, work, limits),
    };
    let slope = expectation(&[(1, 2)])?;
    Ok(slope.div(&expectation(&[(0, 2)])?, prec))
}
