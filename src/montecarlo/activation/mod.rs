//! Activations as lane kernels: value and derivative, branch-free, the same bits everywhere.
//!
//! The scalar functions follow the rules of [`kernels`](super::kernels): additions, multiplications,
//! divisions, fused operations, bit casts, no branch and no library call. Bounds hold for what the
//! tests measured against MPFR on 10⁵ points a function and at the hard cases (2·10⁶ with
//! `ISOBATH_TEST_LONG=1`). Ulp are of the exact result, for results of at least 2⁻¹⁰¹⁰ in size; smaller
//! ones have an absolute error below 2⁻¹⁰⁶⁰. Absolute bounds are stated for derivatives that have
//! a zero where their terms cancel.
//!
//! | function | value | derivative |
//! |---|---|---|
//! | [`tanh`] | 4 ulp | 6 ulp |
//! | [`erf`] | 2.5 ulp | 3 ulp |
//! | [`logistic`] | 3 ulp | 4 ulp |
//! | [`normal_cdf`] | 6 ulp | — |
//! | [`gelu`] | 6 ulp | 2⁻⁵¹ (absolute) |
//! | [`silu`] | 4 ulp | 2⁻⁵¹ (absolute) |
//! | [`softplus`] | 4 ulp | 3 ulp |
//! | [`mish`] | 5 ulp | 1.5·2⁻⁵¹ (absolute) |
//! | [`sin_cos`], [`cosine`], \|x\| ≤ 2¹⁷ | 2.5 ulp | 2.5 ulp |
//! | [`gcu`], \|x\| ≤ 2¹⁷ | 4 ulp | (1 + \|x\|) 2⁻⁵¹ (absolute) |
//! | [`atan`] | 2.5 ulp | 2 ulp |
//! | [`gaussian`] | 2.5 ulp | 3.5 ulp |
//! | [`elu`], [`selu`] | 3 ulp | 3 ulp |
//! | [`softsign`] | 2 ulp | 4 ulp |
//! | [`repu`] of exponent p | 2 + \|p ln x\|/32 ulp | 1 + the same for p − 1 |
//!
//! ReLU, |x|, the sign, Heaviside and hard tanh are exact, a leaky ReLU is one multiplication, the
//! exponential function that of the kernels.

mod gain;
#[cfg(test)]
mod measure;
mod normal;
mod piecewise;
mod sigmoid;
mod trigonometric;

pub use normal::{erf, gaussian, gelu, normal_cdf};
pub use piecewise::{elu, hardtanh, repu, selu, softsign};
pub use sigmoid::{logistic, mish, silu, softplus, tanh};
pub use trigonometric::{atan, cosine, gcu, sin_cos};

use crate::error::{Error, Result};

use super::kernels::{exp, relu, select};
use super::stream::{LANES, Lane};

/// An activation that the lanes can apply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// x for x > 0, and q x otherwise.
    Leaky(f64),
    /// |x|.
    Abs,
    /// 1 for x > 0, and 0 otherwise.
    Heaviside,
    /// The sign of x.
    Sign,
    /// tanh x.
    Tanh,
    /// erf x.
    Erf,
    /// arctan x.
    Atan,
    /// $x/(1 + |x|)$.
    Softsign,
    /// x cut off at −c and c.
    Hardtanh(f64),
    /// $1/(1 + e^{-x})$.
    Logistic,
    /// $\ln(1 + e^x)$.
    Softplus,
    /// $x \Phi(x)$.
    Gelu,
    /// $x/(1 + e^{-x})$.
    Silu,
    /// $x \tanh \ln(1 + e^x)$.
    Mish,
    /// x for x > 0, and $a (e^x - 1)$ otherwise.
    Elu(f64),
    /// The scaled ELU that keeps mean 0 and variance 1 of a standard normal number.
    Selu,
    /// $x^p$ for x > 0, and 0 otherwise.
    Repu(f64),
    /// sin x.
    Sin,
    /// cos x.
    Cos,
    /// $x \cos x$.
    Gcu,
    /// $e^x$.
    Exp,
    /// $e^{-x^2}$.
    Gaussian,
}

/// The largest exponent of a power: the square of a layer stays a double.
const MOST_POWER: f64 = 64.0;

impl Activation {
    /// Those without a parameter, and the usual ones of those with.
    pub const ALL: [Activation; 22] = [
        Activation::Relu,
        Activation::Abs,
        Activation::Heaviside,
        Activation::Sign,
        Activation::Tanh,
        Activation::Erf,
        Activation::Atan,
        Activation::Softsign,
        Activation::Hardtanh(1.0),
        Activation::Logistic,
        Activation::Softplus,
        Activation::Gelu,
        Activation::Silu,
        Activation::Mish,
        Activation::Elu(1.0),
        Activation::Selu,
        Activation::Repu(2.0),
        Activation::Sin,
        Activation::Cos,
        Activation::Gcu,
        Activation::Exp,
        Activation::Gaussian,
    ];

    /// The name that formulas use: `tanh`, `leaky(0.2)`, `exp(-x^2)`; a usual parameter of 1 is left out.
    pub fn name(self) -> String {
        match self {
            Activation::Relu => "relu",
            Activation::Leaky(q) => return format!("leaky({q:?})"),
            Activation::Abs => "abs",
            Activation::Heaviside => "heaviside",
            Activation::Sign => "sign",
            Activation::Tanh => "tanh",
            Activation::Erf => "erf",
            Activation::Atan => "atan",
            Activation::Softsign => "softsign",
            Activation::Hardtanh(1.0) => "hardtanh",
            Activation::Hardtanh(c) => return format!("hardtanh({c:?})"),
            Activation::Logistic => "logistic",
            Activation::Softplus => "softplus",
            Activation::Gelu => "gelu",
            Activation::Silu => "silu",
            Activation::Mish => "mish",
            Activation::Elu(1.0) => "elu",
            Activation::Elu(a) => return format!("elu({a:?})"),
            Activation::Selu => "selu",
            Activation::Repu(p) => return format!("repu({p:?})"),
            Activation::Sin => "sin",
            Activation::Cos => "cos",
            Activation::Gcu => "gcu",
            Activation::Exp => "exp",
            Activation::Gaussian => "exp(-x^2)",
        }
        .to_owned()
    }

    /// The activation of a name as [`name`](Self::name) gives it; a parameter may be a fraction.
    ///
    /// # Errors
    /// A usage error that lists the names, and a domain error for an impossible parameter.
    pub fn parse(text: &str) -> Result<Activation> {
        if let Some(known) = Activation::ALL.into_iter().find(|f| f.name() == text) {
            return Ok(known);
        }
        type Family = (&'static str, fn(f64) -> Activation);
        const FAMILIES: [Family; 4] = [
            ("leaky(", Activation::Leaky),
            ("elu(", Activation::Elu),
            ("hardtanh(", Activation::Hardtanh),
            ("repu(", Activation::Repu),
        ];
        for (opening, family) in FAMILIES {
            let inside = text
                .strip_prefix(opening)
                .and_then(|rest| rest.strip_suffix(')'));
            if let Some(number) = inside.and_then(parameter) {
                return family(number).check();
            }
        }
        let plain: Vec<String> = Activation::ALL
            .into_iter()
            .filter(|f| !matches!(f, Activation::Repu(_)))
            .map(Activation::name)
            .collect();
        Err(
            Error::usage(format!("`{text}` is not an activation that can be sampled")).with_hint(
                format!(
                    "one of {}, leaky(1/5), elu(2), hardtanh(2), repu(5/2)",
                    plain.join(", ")
                ),
            ),
        )
    }

    /// Itself, unless its parameter is impossible.
    ///
    /// # Errors
    /// A domain error that names the range.
    pub(super) fn check(self) -> Result<Activation> {
        let wrong = |what: &str, x: f64, range: &str| {
            Err(Error::domain(format!("{what} of {x} is not {range}")))
        };
        match self {
            Activation::Leaky(q) if !q.is_finite() => wrong("a slope", q, "a real number"),
            Activation::Elu(a) if !a.is_finite() => wrong("a scale", a, "a real number"),
            Activation::Hardtanh(c) if !(c > 0.0 && c.is_finite()) => {
                wrong("a cut", c, "a positive number")
            }
            Activation::Repu(p) if !(0.0..=MOST_POWER).contains(&p) => {
                wrong("an exponent", p, "between 0 and 64")
            }
            _ => Ok(self),
        }
    }

    /// Whether it is analytic on the real line.
    pub fn is_analytic(self) -> bool {
        match self {
            Activation::Relu
            | Activation::Leaky(_)
            | Activation::Abs
            | Activation::Heaviside
            | Activation::Sign
            | Activation::Softsign
            | Activation::Hardtanh(_)
            | Activation::Elu(_)
            | Activation::Selu
            | Activation::Repu(_) => false,
            Activation::Tanh
            | Activation::Erf
            | Activation::Atan
            | Activation::Logistic
            | Activation::Softplus
            | Activation::Gelu
            | Activation::Silu
            | Activation::Mish
            | Activation::Sin
            | Activation::Cos
            | Activation::Gcu
            | Activation::Exp
            | Activation::Gaussian => true,
        }
    }

    /// Whether it grows no faster than 1 + |x|.
    pub fn is_tame(self) -> bool {
        match self {
            Activation::Exp => false,
            Activation::Repu(p) => p <= 1.0,
            _ => true,
        }
    }

    /// Whether its derivative is a function with a finite mean square: not where it jumps, nor for $x_+^p$
    /// with p ≤ 1/2.
    pub fn has_derivative(self) -> bool {
        match self {
            Activation::Heaviside | Activation::Sign => false,
            Activation::Repu(p) => p > 0.5,
            _ => true,
        }
    }

    /// The values at eight numbers.
    #[inline(always)]
    pub fn apply(self, x: &Lane) -> Lane {
        self.apply_with_derivative(x).0
    }

    /// The values and the derivatives at eight numbers; at a kink the derivative from the left.
    #[inline(always)]
    pub fn apply_with_derivative(self, x: &Lane) -> (Lane, Lane) {
        match self {
            Activation::Relu => each(x, |x| (relu(x), select(x > 0.0, 1.0, 0.0))),
            Activation::Leaky(q) => each(x, |x| {
                let on = x > 0.0;
                (select(on, x, q.mul_add(x, 0.0)), select(on, 1.0, q))
            }),
            Activation::Abs => each(x, |x| (x.abs(), select(x > 0.0, 1.0, -1.0))),
            Activation::Heaviside => each(x, |x| (select(x > 0.0, 1.0, 0.0), 0.0)),
            // x + 0 is 0 for both zeros, and NaN stays.
            Activation::Sign => each(x, |x| {
                let value = select(x > 0.0, 1.0, select(x < 0.0, -1.0, x + 0.0));
                (value, 0.0)
            }),
            Activation::Tanh => each(x, tanh),
            Activation::Erf => each(x, erf),
            Activation::Atan => each(x, atan),
            Activation::Softsign => each(x, softsign),
            Activation::Hardtanh(c) => each(x, |x| hardtanh(x, c)),
            Activation::Logistic => each(x, logistic),
            Activation::Softplus => each(x, softplus),
            Activation::Gelu => each(x, gelu),
            Activation::Silu => each(x, silu),
            Activation::Mish => each(x, mish),
            Activation::Elu(a) => each(x, |x| elu(x, a)),
            Activation::Selu => each(x, selu),
            Activation::Repu(p) => each(x, |x| repu(x, p)),
            Activation::Sin => each(x, sin_cos),
            Activation::Cos => each(x, cosine),
            Activation::Gcu => each(x, gcu),
            Activation::Exp => each(x, |x| (exp(x), exp(x))),
            Activation::Gaussian => each(x, gaussian),
        }
    }
}

/// A finite decimal number, or a fraction of two.
fn parameter(text: &str) -> Option<f64> {
    let decimal = |text: &str| text.trim().parse::<f64>().ok();
    let value = match text.split_once('/') {
        Some((above, below)) => decimal(above)? / decimal(below)?,
        None => decimal(text)?,
    };
    Some(value).filter(|x| x.is_finite())
}

/// A function of two results, lane by lane: one loop that vectorises; results not used cost nothing.
#[inline(always)]
fn each(x: &Lane, f: impl Fn(f64) -> (f64, f64)) -> (Lane, Lane) {
    let (mut value, mut derivative) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        (value[l], derivative[l]) = f(x[l]);
    }
    (value, derivative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_values() {
        // A second route to every derivative: the symmetric difference quotient.
        let mut cases = 0;
        let mut all = Activation::ALL.to_vec();
        all.extend([
            Activation::Leaky(0.3),
            Activation::Leaky(-2.0),
            Activation::Elu(2.5),
            Activation::Hardtanh(2.2),
            Activation::Repu(2.5),
            Activation::Repu(3.5),
        ]);
        for f in all {
            assert!(!f.name().is_empty());
            for step in -30i32..30 {
                let x = f64::from(step) / 7.0 + 0.01;
                let h = 1e-5;
                let at = |x: f64| f.apply(&[x; LANES])[3];
                let quotient = (at(x + h) - at(x - h)) / (2.0 * h);
                let (_, slope) = f.apply_with_derivative(&[x; LANES]);
                let error = (slope[5] - quotient).abs();
                assert!(error < 3e-9 * (1.0 + slope[5].abs()), "{}: {x}", f.name());
                cases += 1;
            }
        }
        assert_eq!(cases, 28 * 60);
    }

    #[test]
    fn nothing_is_a_number_that_should_not_be() {
        for f in Activation::ALL {
            for x in [0.0, -0.0, 1e-310, -1e5, 1e5, f64::MIN_POSITIVE] {
                let (value, slope) = f.apply_with_derivative(&[x; LANES]);
                let finite = value[0].is_finite() && slope[0].is_finite();
                let overflows = f == Activation::Exp && x == 1e5;
                assert!(finite != overflows, "{f:?} at {x}");
            }
            let cuts = matches!(
                f,
                Activation::Relu | Activation::Heaviside | Activation::Repu(_)
            );
            if !cuts {
                assert!(f.apply(&[f64::NAN; LANES])[0].is_nan(), "{f:?}");
            }
        }
    }

    #[test]
    fn names_are_read_back() {
        let mut all = Activation::ALL.to_vec();
        all.extend([
            Activation::Leaky(-0.25),
            Activation::Elu(1.5),
            Activation::Hardtanh(3.0),
            Activation::Repu(0.75),
        ]);
        for f in all {
            assert_eq!(Activation::parse(&f.name()), Ok(f));
        }
        assert_eq!(Activation::parse("repu(5/2)"), Ok(Activation::Repu(2.5)));
        assert_eq!(Activation::parse("elu(1)"), Ok(Activation::Elu(1.0)));
        for bad in [
            "",
            "swish",
            "leaky",
            "leaky()",
            "leaky(1/0)",
            "repu(-1)",
            "repu(65)",
            "hardtanh(0)",
            "hardtanh(-1)",
            "elu(nan)",
            "leaky(inf)",
        ] {
            assert!(Activation::parse(bad).is_err(), "{bad}");
        }
    }
}
