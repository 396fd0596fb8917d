//! The quantities `kappa(f, u, L, gamma_b)` = κ_L(u), the kernel of L hidden layers of infinite width,
//! and `kappa.derivative(f, k, u, L, gamma_b)`, its derivatives.

use std::cmp::Ordering;

use super::derivative::{LAST_ORDER, derivative};
use super::form;
use super::layer::{LAST_DEPTH, Layer};
use super::sampling::sampling;
use crate::error::{Error, Result};
use crate::formula::expr::{Binder, BinderKind, Expr, ExprKind};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Exactness, Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Activation;
use crate::theory::quantity::{About, Quantity, Reader, Sampling, literal, method, natural};

/// The activation f.
pub const ACTIVATION: Parameter = Parameter::required("f", Kind::Activation, "an activation");
/// The depth L, by default 1.
pub const DEPTH: Parameter =
    Parameter::optional("L", Kind::Integer, "1", "the number of hidden layers");
/// The bias variance Γ_b, by default 0.
pub const BIAS: Parameter = Parameter::optional(
    "gamma_b",
    Kind::Number,
    "0",
    "the variance of the biases, out of 1",
);
/// The paper of the kernel and its regularity.
pub const SOURCE: &str = "Di Lillo, Marinucci, Salvi & Vigogna 2025, arXiv:2504.06250";

/// The layer of the arguments at two places.
///
/// # Errors
/// A domain error for what is no activation, or no bias.
pub fn read_layer(
    reader: &Reader<'_>,
    activation: usize,
    bias: usize,
    request: &Request<'_>,
) -> Result<Layer> {
    let expr = reader.expression(activation)?;
    let read = Activation::read(expr, request.limits)?;
    Layer::new(read, reader.number(bias)?.clone(), request.prec)
}

/// `kappa(f, u, L=1, gamma_b=0)`.
pub struct Kernel;

/// `kappa(f, u, L=1, gamma_b=0)`.
pub static KAPPA: Kernel = Kernel;

static KAPPA_SIGNATURE: Signature = Signature {
    name: "kappa",
    parameters: &[
        ACTIVATION,
        Parameter::required("u", Kind::Number, "the correlation, from -1 to 1"),
        DEPTH,
        BIAS,
    ],
};

static KAPPA_ABOUT: About = About {
    summary: "the normalised kernel of L hidden layers of infinite width",
    definition: "kappa(u) = gamma_b + (1-gamma_b) E[f(X) f(Y)]/E[f(X)^2], X and Y standard Gaussians of \
                 correlation u, composed L times",
    domain: "-1 <= u <= 1, 0 <= L <= 100000, 0 <= gamma_b < 1; f an activation",
    source: SOURCE,
    methods: &[
        (
            "chain",
            "the kernel of one layer, composed; balls go through a layer by a chord of the convex kernel",
        ),
        (
            "series",
            "the same with the kernel of one layer from its Taylor coefficients at 0, which sum to 1",
        ),
    ],
    special: &[
        "kappa(f, 1, L) = 1, kappa(f, u, 0) = u",
        "kappa(f, -1) = -1 for odd, 1 for even f without biases",
        "relu: 1 - kappa(relu, u, L) ~ 9 pi^2/(2 L^2) as L grows",
    ],
    example: "kappa(relu, 1/3)",
};

/// `kappa.derivative(f, k, u, L=1, gamma_b=0)`.
pub struct Derivative;

/// `kappa.derivative(f, k, u, L=1, gamma_b=0)`.
pub static DERIVATIVE: Derivative = Derivative;

static DERIVATIVE_SIGNATURE: Signature = Signature {
    name: "kappa.derivative",
    parameters: &[
        ACTIVATION,
        Parameter::required("k", Kind::Integer, "the order of the derivative"),
        Parameter::required("u", Kind::Number, "the correlation, from -1 to 1"),
        DEPTH,
        BIAS,
    ],
};

static DERIVATIVE_ABOUT: About = About {
    summary: "the derivative of order k of the kernel of L hidden layers",
    definition: "kappa.derivative(f, k, u, L) = d^k/du^k kappa(f, u, L); for one layer at u = 1 it is \
                 E[f^(k)(Z)^2]/E[f(Z)^2]",
    domain: "0 <= k <= 60, -1 <= u <= 1, 0 <= L <= 100000, 0 <= gamma_b < 1; at u = 1 only k below the \
             exponent of the singular term",
    source: "the chain rule (Faa di Bruno) for the composed kernel; Price's theorem for one layer",
    methods: &[(
        "series",
        "composition of truncated Taylor series along the orbit of u",
    )],
    special: &[
        "k = 1, u = 1: chi^L with chi = spectral_parameter(f)",
        "k = 2, u = 1: kappa''(1) chi^(L-1) (chi^L-1)/(chi-1), L kappa''(1) if chi = 1",
        "relu, k >= 2 at u = 1: infinite",
    ],
    example: "kappa.derivative(gelu, 2, 1)",
};

/// A number that is certainly not outside [−1, 1].
pub(super) fn check_correlation(number: &Number, name: &str, prec: Bits) -> Result<()> {
    for (end, outside) in [(-1, Ordering::Less), (1, Ordering::Greater)] {
        if number.certain_cmp(&Number::from(end), prec) == Some(outside) {
            return Err(Error::domain(format!(
                "`{name}` needs a correlation u from -1 to 1"
            )));
        }
    }
    Ok(())
}

/// A literal correlation outside [−1, 1] or bias outside [0, 1) is an error, even where the formula of the
/// kernel would have a value.
fn check_literals(name: &str, u: &Expr, bias: &Expr) -> Result<()> {
    if literal(u).is_some_and(|u| !(-1..=1).contains(&u)) {
        return Err(
            Error::domain(format!("`{name}` needs a correlation u from -1 to 1"))
                .at(u.span.clone()),
        );
    }
    if literal(bias).is_some_and(|bias| !(0..1).contains(&bias)) {
        return Err(
            Error::domain("the bias variance `gamma_b` is not from 0 to below 1")
                .at(bias.span.clone()),
        );
    }
    Ok(())
}

/// Whether a ball is inside [−1, 1]: if not, more precision has to show on which side it lies.
fn is_inside(number: &Number, prec: Bits) -> bool {
    match number {
        Number::Ball(ball) => ball.is_finite() && ball.lower(prec) >= -1 && ball.upper(prec) <= 1,
        _ => true,
    }
}

impl Quantity for Kernel {
    fn signature(&self) -> &Signature {
        &KAPPA_SIGNATURE
    }

    fn about(&self) -> &About {
        &KAPPA_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&KAPPA_ABOUT, request)?;
        let reader = Reader::new(&KAPPA_SIGNATURE, arguments);
        let mut layer = read_layer(&reader, 0, 3, request)?;
        if method == "series" {
            layer = layer.expanded(request.prec.plus(16), request.limits)?;
        }
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let u = reader.number(1)?;
        check_correlation(u, "kappa", request.prec.plus(16))?;
        if !is_inside(u, request.prec) {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        }
        let value = layer.chain(u, depth, request.prec, request.limits)?;
        Ok(Value::Number(match value {
            Number::Ball(ball) => Number::Ball(ball.rounded(request.prec.plus(8))),
            exact => exact,
        }))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [f, u, depth, bias] = arguments else {
            return Ok(None);
        };
        check_literals("kappa", u, bias)?;
        match natural(depth, LAST_DEPTH) {
            Some(depth) => form::kernel(f, u, depth, bias, limits),
            None => Ok(None),
        }
    }

    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let request = Request {
            prec: Bits::new(160),
            exactness: Exactness::WhileCheap,
            method: None,
            limits,
        };
        let reader = Reader::new(&KAPPA_SIGNATURE, arguments);
        let layer = read_layer(&reader, 0, 3, &request)?;
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let u = reader.number(1)?;
        check_correlation(u, "kappa", request.prec)?;
        sampling(&layer, u, depth, call, limits)
    }
}

impl Quantity for Derivative {
    fn signature(&self) -> &Signature {
        &DERIVATIVE_SIGNATURE
    }

    fn about(&self) -> &About {
        &DERIVATIVE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&DERIVATIVE_ABOUT, request)?;
        let reader = Reader::new(&DERIVATIVE_SIGNATURE, arguments);
        let layer = read_layer(&reader, 0, 4, request)?;
        let k = reader.integer(1, 0, LAST_ORDER)?;
        let depth = reader.integer(3, 0, LAST_DEPTH)?;
        let u = reader.number(2)?;
        check_correlation(u, "kappa.derivative", request.prec.plus(16))?;
        if !is_inside(u, request.prec) {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        }
        let value = derivative(&layer, k, u, depth, request.prec, request.limits)
            .map_err(|error| error.at(reader.expression(0).map_or(0..0, |f| f.span.clone())))?;
        Ok(Value::Number(value))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [f, k, u, depth, bias] = arguments else {
            return Ok(None);
        };
        let (Some(k), Some(depth), ExprKind::Name(variable)) =
            (natural(k, LAST_ORDER), natural(depth, LAST_DEPTH), &u.kind)
        else {
            return Ok(None);
        };
        let Some(body) = form::kernel(f, u, depth, bias, limits)? else {
            return Ok(None);
        };
        Ok(Some(Expr::from(ExprKind::Binder(Box::new(Binder {
            kind: BinderKind::Derivative {
                order: Expr::from(i64::from(k)),
            },
            body,
            variable: variable.clone(),
        })))))
    }
}
