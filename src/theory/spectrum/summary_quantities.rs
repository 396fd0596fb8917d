//! The quantities `spectrum.moment`, `spectrum.factorial_moment`, `spectrum.tail`,
//! `spectrum.alternating_tail`, `spectrum.decay`, `spectrum.support` and `spectrum.harmonics`: what the spectral law
//! comes down to.

use super::law_quantities::{DEPTH, DIMENSION, LAST_DIMENSION, SOURCE};
use super::moment::{eigenvalue_moment, factorial_moment};
use super::support::support;
use super::{decay, tail};
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::theory::kernel::derivative::LAST_ORDER;
use crate::theory::kernel::kappa::{ACTIVATION, BIAS, read_layer};
use crate::theory::kernel::layer::LAST_DEPTH;
use crate::theory::quantity::{About, Quantity, Reader, method};

const ORDER: Parameter = Parameter::required("k", Kind::Integer, "the order of the moment");
const EPSILON: Parameter = Parameter::required("eps", Kind::Number, "the mass left out");

/// Which summary of the law.
enum Which {
    Moment,
    FactorialMoment,
    Tail,
    AlternatingTail,
    Support,
    Harmonics,
}

/// A summary of the spectral law.
pub struct Summary {
    which: Which,
    signature: Signature,
    about: About,
}

/// `spectrum.moment(f, d, L, k, gamma_b=0)`.
pub static MOMENT: Summary = Summary {
    which: Which::Moment,
    signature: Signature {
        name: "spectrum.moment",
        parameters: &[ACTIVATION, DIMENSION, DEPTH, ORDER, BIAS],
    },
    about: About {
        summary: "the moments of the eigenvalue X(X+d-1) of the Laplacian under the spectral law",
        definition: "spectrum.moment(f, d, L, k) = E[(X_L (X_L+d-1))^k]",
        domain: "2 <= d <= 1000, 0 <= L <= 100000, 0 <= k <= 60 below the exponent of the singular term at 1, else infinite",
        source: SOURCE,
        methods: &[(
            "derivatives",
            "from the derivatives of the kernel at 1, exact where they are rational",
        )],
        special: &[
            "k = 1: d chi^L; relu: d at every depth",
            "k = 2: d(d+2) kappa_L''(1) + d^2 chi^L",
            "heaviside: infinite for k >= 1",
        ],
        example: "spectrum.moment(relu, d=2, L=5, k=1)",
    },
};

/// `spectrum.factorial_moment(f, d, L, k, gamma_b=0)`.
pub static FACTORIAL_MOMENT: Summary = Summary {
    which: Which::FactorialMoment,
    signature: Signature {
        name: "spectrum.factorial_moment",
        parameters: &[ACTIVATION, DIMENSION, DEPTH, ORDER, BIAS],
    },
    about: About {
        summary: "the factorial moments of the spectral law that are derivatives of the kernel",
        definition: "E[product((X_L-j)(X_L+d-1+j), j=0..k-1)] = d(d+2)...(d+2k-2) kappa.derivative(f, k, 1, L)",
        domain: "as spectrum.moment",
        source: SOURCE,
        methods: &[("derivatives", "the derivative of the kernel at 1")],
        special: &["k = 1: d chi^L"],
        example: "spectrum.factorial_moment(gelu, d=2, L=3, k=2)",
    },
};

/// `spectrum.tail(f, d, L, gamma_b=0)`.
pub static TAIL: Summary = Summary {
    which: Which::Tail,
    signature: Signature {
        name: "spectrum.tail",
        parameters: &[ACTIVATION, DIMENSION, DEPTH, BIAS],
    },
    about: About {
        summary: "the limit of l^(2 beta_L+d) C_l without its part that alternates with l",
        definition: "C_l ~ (K + (-1)^l K') l^-(2 beta_L+d), K = c |S^(d-1)| 2^(beta+d-1) gamma(d/2) gamma(beta+d/2)/gamma(-beta), \
                     c = kappa.edge(f, L), beta = kappa.singular_exponent(f, L)",
        domain: "2 <= d <= 1000, 1 <= L <= 100000; f with a singular power",
        source: "the integral of (1-u)^beta against Gegenbauer polynomials; decay after Di Lillo, Marinucci, Salvi & Vigogna 2025",
        methods: &[("edge", "the singular term of the kernel at 1")],
        special: &["heaviside on S^2, L = 1: 2", "relu on S^2: 6 L"],
        example: "spectrum.tail(heaviside, d=2, L=3)",
    },
};

/// `spectrum.alternating_tail(f, d, L, gamma_b=0)`.
pub static ALTERNATING_TAIL: Summary = Summary {
    which: Which::AlternatingTail,
    signature: Signature {
        name: "spectrum.alternating_tail",
        parameters: &[ACTIVATION, DIMENSION, DEPTH, BIAS],
    },
    about: About {
        summary: "the factor of (-1)^l in the limit of l^(2 beta_L+d) C_l",
        definition: "K' in C_l ~ (K + (-1)^l K') l^-(2 beta_L+d), from kappa.edge(f, L, end=-1); 0 where the exponent at -1 is larger",
        domain: "2 <= d <= 1000, 1 <= L <= 100000; f with a singular power",
        source: "the integral of (1-u)^beta against Gegenbauer polynomials",
        methods: &[("edge", "the singular term of the kernel at -1")],
        special: &[
            "heaviside on S^2: -2 for L = 1, 0 for L >= 2",
            "relu on S^2, L = 1: 6",
        ],
        example: "spectrum.alternating_tail(relu, d=2, L=2)",
    },
};

/// `spectrum.support(f, d, L, eps, gamma_b=0)`.
pub static SUPPORT: Summary = Summary {
    which: Which::Support,
    signature: Signature {
        name: "spectrum.support",
        parameters: &[ACTIVATION, DIMENSION, DEPTH, EPSILON, BIAS],
    },
    about: About {
        summary: "the effective support of the spectral law: the smallest degree that holds all but eps of it",
        definition: "the least l with P(X_L <= l) >= 1 - eps (our definition of the literature's name)",
        domain: "2 <= d <= 1000, 0 <= L <= 100000, 0 < eps < 1; degrees up to 20000",
        source: SOURCE,
        methods: &[("sum", "the law, added up")],
        special: &["L = 0: 1"],
        example: "spectrum.support(relu, d=2, L=1, eps=1/100)",
    },
};

/// `spectrum.harmonics(f, d, L, eps, gamma_b=0)`.
pub static HARMONICS: Summary = Summary {
    which: Which::Harmonics,
    signature: Signature {
        name: "spectrum.harmonics",
        parameters: &[ACTIVATION, DIMENSION, DEPTH, EPSILON, BIAS],
    },
    about: About {
        summary: "the number of harmonics up to the effective support of the spectral law",
        definition: "sum(n_l, l=0..spectrum.support(f, d, L, eps)), n_l harmonics of degree l on S^d (our definition)",
        domain: "as spectrum.support",
        source: SOURCE,
        methods: &[("sum", "the law, added up")],
        special: &["d = 2: (spectrum.support + 1)^2"],
        example: "spectrum.harmonics(relu, d=2, L=1, eps=1/100)",
    },
};

/// `spectrum.decay(f, L=1, gamma_b=0)`.
pub struct Decay;

/// `spectrum.decay(f, L=1, gamma_b=0)`.
pub static DECAY: Decay = Decay;

static DECAY_SIGNATURE: Signature = Signature {
    name: "spectrum.decay",
    parameters: &[ACTIVATION, crate::theory::kernel::kappa::DEPTH, BIAS],
};

static DECAY_ABOUT: About = About {
    summary: "the factor by which the spectrum of an analytic kernel falls from one degree to the next",
    definition: "r = rho + sqrt(rho^2-1), rho the radius of convergence of kappa(f, u, L) at 0: limsup P(X_L = l)^(1/l) = 1/r",
    domain: "1 <= L <= 100000, 0 <= gamma_b < 1; f with an analytic kernel that is not entire: gelu, erf, exp(-b*x^2), \
             scaled",
    source: "ellipse of convergence of Gegenbauer series, Pringsheim's theorem",
    methods: &[(
        "radius",
        "the radius of one layer, pulled back through the kernel by Newton's method, enclosed by signs",
    )],
    special: &[
        "gelu, exp(-x^2/2): 2 + sqrt(3) for L = 1",
        "erf: (3 + sqrt(5))/2 for L = 1",
        "sin, cos, exp, gcu, polynomials: no geometric decay, but faster",
        "tanh, logistic, silu, softplus, mish, atan: slower than every geometric sequence",
    ],
    example: "spectrum.decay(gelu, L=3)",
};

impl Quantity for Decay {
    fn signature(&self) -> &Signature {
        &DECAY_SIGNATURE
    }

    fn about(&self) -> &About {
        &DECAY_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&DECAY_ABOUT, request)?;
        let reader = Reader::new(&DECAY_SIGNATURE, arguments);
        let layer = read_layer(&reader, 0, 2, request)?;
        let depth = reader.integer(1, 0, LAST_DEPTH)?;
        let factor = decay::factor(&layer, depth, request.prec, request.limits)
            .map_err(|error| error.at(reader.expression(0).map_or(0..0, |f| f.span.clone())))?;
        Ok(Value::Number(Number::Ball(factor)))
    }
}

impl Quantity for Summary {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let last = self.signature.parameters.len() - 1;
        let layer = read_layer(&reader, 0, last, request)?;
        let d = reader.integer(1, 2, LAST_DIMENSION)?;
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let (prec, limits) = (request.prec, request.limits);
        let value = match self.which {
            Which::Moment => {
                let k = reader.integer(3, 0, LAST_ORDER)?;
                eigenvalue_moment(&layer, d, depth, k, prec, limits)
            }
            Which::FactorialMoment => {
                let k = reader.integer(3, 0, LAST_ORDER)?;
                factorial_moment(&layer, d, depth, k, prec, limits)
            }
            Which::Tail => tail::steady(&layer, d, depth, prec, limits),
            Which::AlternatingTail => tail::alternating(&layer, d, depth, prec, limits),
            Which::Support | Which::Harmonics => {
                let epsilon = reader.number(3)?;
                check_share(epsilon, request)?;
                let (l, harmonics) = support(&layer, d, depth, epsilon, prec, limits)?;
                return Ok(Value::Number(match self.which {
                    Which::Support => Number::from(i64::from(l)),
                    _ => Number::Rational(harmonics.into()),
                }));
            }
        };
        let value = value
            .map_err(|error| error.at(reader.expression(0).map_or(0..0, |f| f.span.clone())))?;
        Ok(Value::Number(value))
    }
}

fn check_share(epsilon: &Number, request: &Request<'_>) -> Result<()> {
    use std::cmp::Ordering::{Greater, Less};
    let above = epsilon.certain_cmp(&Number::from(0), request.prec) == Some(Greater);
    let below = epsilon.certain_cmp(&Number::from(1), request.prec) == Some(Less);
    if above && below {
        Ok(())
    } else {
        Err(Error::domain(
            "the argument `eps` must be a mass between 0 and 1",
        ))
    }
}
