//! The quantities `kappa.regularity_index(f, L)`, `kappa.singular_exponent(f, L, end)`,
//! `kappa.edge(f, L, end, gamma_b)` and `kappa.regime(f, gamma_b)`: how smooth a kernel is at ±1, and
//! whether its spectrum concentrates or spreads with depth.

use std::cmp::Ordering;

use super::edge::{End, gain, regularity_index, singular_exponent, term};
use super::kappa::{ACTIVATION, BIAS, DEPTH, SOURCE, read_layer};
use super::layer::{LAST_DEPTH, Layer};
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::theory::activation::{Activation, Regularity};
use crate::theory::quantity::{About, Quantity, Reader, method};

const END: Parameter =
    Parameter::optional("end", Kind::Integer, "1", "the end of [-1, 1]: 1 or -1");

/// `kappa.regularity_index(f, L=1)`.
pub struct RegularityIndex;

/// `kappa.regularity_index(f, L=1)`.
pub static REGULARITY_INDEX: RegularityIndex = RegularityIndex;

static INDEX_SIGNATURE: Signature = Signature {
    name: "kappa.regularity_index",
    parameters: &[ACTIVATION, DEPTH],
};

static INDEX_ABOUT: About = About {
    summary: "the covariance regularity index of L hidden layers: below 1 the field is fractal, above it is C^1",
    definition: "the exponent beta_L of the singular term of kappa at 1, kappa(1-t) = p(t) + c t^beta_L + ..., \
                 and 2 for kernels in C^2([-1, 1])",
    domain: "0 <= L <= 100000; f without a logarithm in its singular term",
    source: SOURCE,
    methods: &[("exact", "beta^L for beta < 1, beta for beta > 1, at most 2")],
    special: &[
        "heaviside, sign: 2^-L",
        "relu, abs, leaky(a): 3/2 at every depth",
        "repu(p): p + 1/2 up to 2, (p + 1/2)^L for p < 1/2",
    ],
    example: "kappa.regularity_index(heaviside, L=3)",
};

/// `kappa.singular_exponent(f, L=1, end=1)`.
pub struct SingularExponent;

/// `kappa.singular_exponent(f, L=1, end=1)`.
pub static SINGULAR_EXPONENT: SingularExponent = SingularExponent;

static EXPONENT_SIGNATURE: Signature = Signature {
    name: "kappa.singular_exponent",
    parameters: &[ACTIVATION, DEPTH, END, BIAS],
};

static EXPONENT_ABOUT: About = About {
    summary: "the exponent of the leading singular term of the kernel of L hidden layers at an end",
    definition: "kappa(1-t, L) or kappa(-1+t, L) = p(t) + c t^beta + ..., p a polynomial and beta no integer, \
                 or with t^beta ln(t) and an integer beta",
    domain: "0 <= L <= 100000, end 1 or -1; f whose kernel is not smooth",
    source: SOURCE,
    methods: &[(
        "exact",
        "beta^L for beta < 1 at ends that every layer keeps, beta elsewhere",
    )],
    special: &[
        "the regularity index without the cap at 2",
        "heaviside at u = -1: 1/2 at every depth, since kappa(-1) = 0 is no end",
    ],
    example: "kappa.singular_exponent(repu(5/2))",
};

/// `kappa.edge(f, L=1, end=1, gamma_b=0)`.
pub struct EdgeCoefficient;

/// `kappa.edge(f, L=1, end=1, gamma_b=0)`.
pub static EDGE: EdgeCoefficient = EdgeCoefficient;

static EDGE_SIGNATURE: Signature = Signature {
    name: "kappa.edge",
    parameters: &[ACTIVATION, DEPTH, END, BIAS],
};

static EDGE_ABOUT: About = About {
    summary: "the coefficient of the leading singular term of the kernel of L hidden layers at an end",
    definition: "c in kappa(1-t, L) = p(t) + c t^beta + ... at end 1, or in kappa(-1+t, L) at end -1, \
                 beta = kappa.singular_exponent(f, L, end)",
    domain: "1 <= L <= 100000, end 1 or -1, 0 <= gamma_b < 1; f with a singular power",
    source: "composition of the expansions at the ends; Di Lillo, Marinucci, Salvi & Vigogna 2025 for the exponents",
    methods: &[(
        "composition",
        "-a^((1-beta^L)/(1-beta)) for beta < 1; c chi^(L-1) (chi^(L(beta-1))-1)/(chi^(beta-1)-1) for beta > 1; \
         the product of slopes along the orbit of -1",
    )],
    special: &[
        "heaviside: -sqrt(2)/pi at end 1, sqrt(2)/pi at end -1",
        "relu: L 2 sqrt(2)/(3 pi) at end 1",
    ],
    example: "kappa.edge(relu, L=2)",
};

/// `kappa.regime(f, gamma_b=0)`.
pub struct RegimeSign;

/// `kappa.regime(f, gamma_b=0)`.
pub static REGIME: RegimeSign = RegimeSign;

static REGIME_SIGNATURE: Signature = Signature {
    name: "kappa.regime",
    parameters: &[ACTIVATION, BIAS],
};

static REGIME_ABOUT: About = About {
    summary: "-1 low disorder, 0 sparse, 1 high disorder: the side of 1 on which kappa'(1) lies",
    definition: "sign(kappa'(1) - 1); 1 where kappa'(1) is infinite",
    domain: "0 <= gamma_b < 1; f an activation",
    source: "Nardi, Marinucci, Salvi & Vigogna 2024, arXiv:2405.09541",
    methods: &[("sign", "the certified sign, exact where kappa'(1) is")],
    special: &[
        "-1: the spectral law concentrates at 0 with all its moments",
        "0: it concentrates at 0 while E[X(X+d-1)] = d at every depth",
        "1: P(X = 0) tends to the fixed point u*, the rest escapes to infinity",
        "relu, abs, leaky(a), exp: 0; heaviside, sign: 1",
    ],
    example: "kappa.regime(gelu)",
};

/// How the spectrum changes with depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    /// κ'(1) < 1.
    LowDisorder,
    /// κ'(1) = 1.
    Sparse,
    /// κ'(1) > 1, or infinite.
    HighDisorder,
}

impl Regime {
    /// −1, 0, 1.
    pub fn sign(self) -> i64 {
        match self {
            Regime::LowDisorder => -1,
            Regime::Sparse => 0,
            Regime::HighDisorder => 1,
        }
    }
}

/// The regime of a layer.
///
/// # Errors
/// Undecided where κ'(1) cannot be told from 1; those of the gain.
pub fn regime(layer: &Layer, request: &Request<'_>) -> Result<Regime> {
    if let Regularity::Singular { beta } | Regularity::Logarithmic { beta } =
        layer.activation.regularity()
        && beta <= 1
    {
        return Ok(Regime::HighDisorder);
    }
    let gain = gain(layer, request.prec, request.limits)?;
    match gain.certain_cmp(&crate::number::Ball::one()) {
        Some(Ordering::Less) => Ok(Regime::LowDisorder),
        Some(Ordering::Equal) => Ok(Regime::Sparse),
        Some(Ordering::Greater) => Ok(Regime::HighDisorder),
        None => Err(Error::undecided(
            "the spectral parameter cannot be told from 1 at this precision",
        )
        .with_hint("raise it with --digits N")),
    }
}

fn read_end(reader: &Reader<'_>, index: usize) -> Result<End> {
    let number = reader.number(index)?;
    match number.as_rational() {
        Some(q) if *q == 1 => Ok(End::Plus),
        Some(q) if *q == -1 => Ok(End::Minus),
        _ => Err(Error::domain("the argument `end` must be 1 or -1")),
    }
}

impl Quantity for RegularityIndex {
    fn signature(&self) -> &Signature {
        &INDEX_SIGNATURE
    }

    fn about(&self) -> &About {
        &INDEX_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&INDEX_ABOUT, request)?;
        let reader = Reader::new(&INDEX_SIGNATURE, arguments);
        let layer = Layer::without_bias(Activation::read(reader.expression(0)?, request.limits)?);
        let depth = reader.integer(1, 0, LAST_DEPTH)?;
        let index = regularity_index(&layer, depth, request.limits)?;
        Ok(Value::Number(Number::Rational(index)))
    }
}

impl Quantity for SingularExponent {
    fn signature(&self) -> &Signature {
        &EXPONENT_SIGNATURE
    }

    fn about(&self) -> &About {
        &EXPONENT_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&EXPONENT_ABOUT, request)?;
        let reader = Reader::new(&EXPONENT_SIGNATURE, arguments);
        let layer = read_layer(&reader, 0, 3, request)?;
        let depth = reader.integer(1, 0, LAST_DEPTH)?;
        let end = read_end(&reader, 2)?;
        let exponent = singular_exponent(&layer, depth, end, request.limits)?;
        Ok(Value::Number(Number::Rational(exponent)))
    }
}

impl Quantity for EdgeCoefficient {
    fn signature(&self) -> &Signature {
        &EDGE_SIGNATURE
    }

    fn about(&self) -> &About {
        &EDGE_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&EDGE_ABOUT, request)?;
        let reader = Reader::new(&EDGE_SIGNATURE, arguments);
        let layer = read_layer(&reader, 0, 3, request)?;
        let depth = reader.integer(1, 0, LAST_DEPTH)?;
        let end = read_end(&reader, 2)?;
        let term = term(&layer, depth, end, request.prec, request.limits)?;
        Ok(Value::Number(Number::Ball(term.coefficient)))
    }
}

impl Quantity for RegimeSign {
    fn signature(&self) -> &Signature {
        &REGIME_SIGNATURE
    }

    fn about(&self) -> &About {
        &REGIME_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&REGIME_ABOUT, request)?;
        let reader = Reader::new(&REGIME_SIGNATURE, arguments);
        let layer = read_layer(&reader, 0, 1, request)?;
        Ok(Value::Number(Number::from(regime(&layer, request)?.sign())))
    }
}
