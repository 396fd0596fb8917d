//! The quantities `kappa(f, u, L)` = κ_L(u), the kernel of L hidden layers of infinite width, and
//! `spectral_parameter(f)` = κ'(1), for the activations of [`crate::theory::activation`].

use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::theory::activation::Activation;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// Most layers of a composition.
const LAST_DEPTH: u32 = 100_000;

/// See the [module](self).
pub struct Kernel;

/// See the [module](self).
pub struct SpectralParameter;

/// `kappa(f, u, L=1)`.
pub static KAPPA: Kernel = Kernel;

/// `spectral_parameter(f)`.
pub static SPECTRAL_PARAMETER: SpectralParameter = SpectralParameter;

const ACTIVATION: Parameter = Parameter::required("f", Kind::Activation, "an activation");
const SOURCE: &str = "Di Lillo, Marinucci, Salvi & Vigogna 2025, arXiv:2504.06250";
const KNOWN: &str = "f one of heaviside sign relu abs leaky(a) erf sin cos exp gelu gcu";

static KAPPA_SIGNATURE: Signature = Signature {
    name: "kappa",
    parameters: &[
        ACTIVATION,
        Parameter::required("u", Kind::Number, "the correlation, from -1 to 1"),
        Parameter::optional("L", Kind::Integer, "1", "the number of hidden layers"),
    ],
};

static KAPPA_ABOUT: About = About {
    summary: "the normalised kernel of L hidden layers of infinite width, without biases",
    definition: "kappa(u) = E[f(X) f(Y)]/E[f(X)^2], X and Y standard Gaussians of correlation u, composed L times",
    domain: "-1 <= u <= 1, 0 <= L <= 100000; f one of heaviside sign relu abs leaky(a) erf sin cos exp gelu gcu",
    source: SOURCE,
    methods: &[("closed", "the closed form, composed")],
    special: &["kappa(f, 1, L) = 1", "kappa(f, u, 0) = u"],
    example: "kappa(relu, 1/3)",
};

static GAIN_SIGNATURE: Signature = Signature {
    name: "spectral_parameter",
    parameters: &[ACTIVATION],
};

static GAIN_ABOUT: About = About {
    summary: "the slope kappa'(1) of the kernel: below 1 low disorder, 1 sparse, above 1 high disorder",
    definition: "spectral_parameter(f) = E[f'(Z)^2]/E[f(Z)^2], Z a standard Gaussian",
    domain: KNOWN,
    source: SOURCE,
    methods: &[("closed", "the closed form")],
    special: &[
        "relu, abs, leaky(a) and exp: 1",
        "heaviside and sign: infinite",
    ],
    example: "spectral_parameter(gelu)",
};

impl Quantity for Kernel {
    fn signature(&self) -> &Signature {
        &KAPPA_SIGNATURE
    }

    fn about(&self) -> &About {
        &KAPPA_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&KAPPA_ABOUT, request)?;
        let reader = Reader::new(&KAPPA_SIGNATURE, arguments);
        let f = Activation::read(reader.expression(0)?, request.limits)?;
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let work = request.prec.plus(16);
        let number = reader.number(1)?;
        for (end, outside) in [
            (-1, std::cmp::Ordering::Less),
            (1, std::cmp::Ordering::Greater),
        ] {
            if number.certain_cmp(&Number::from(end), work) == Some(outside) {
                return Err(Error::domain("`kappa` needs a correlation u from -1 to 1"));
            }
        }
        let mut u = number.to_ball(work);
        for _ in 0..depth {
            request.limits.check_deadline()?;
            u = f.kernel(&u, work, request.limits)?;
        }
        Ok(Value::Number(Number::Ball(u)))
    }
}

impl Quantity for SpectralParameter {
    fn signature(&self) -> &Signature {
        &GAIN_SIGNATURE
    }

    fn about(&self) -> &About {
        &GAIN_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&GAIN_ABOUT, request)?;
        let expr = Reader::new(&GAIN_SIGNATURE, arguments).expression(0)?;
        let f = Activation::read(expr, request.limits)?;
        let gain = f
            .gain(request.prec.plus(8), request.limits)
            .map_err(|error| error.at(expr.span.clone()))?;
        let exact_one = gain.is_exact()
            && gain
                .sub(&crate::number::Ball::one(), request.prec)
                .is_zero();
        Ok(Value::Number(if exact_one {
            Number::from(1)
        } else {
            Number::Ball(gain)
        }))
    }
}
