//! The functions of the language at arguments in normal form: exact values where they are known,
//! the identities of the files `angle`, `powers` and `exponential`, otherwise an opaque
//! atom keyed by the name and the canonical arguments.

use rug::{Integer, Rational};

use super::NormalForm;
use super::angle::{opaque, signed_content};
use super::atom::{Atom, AtomKind, Operand};
use super::normaliser::Normaliser;
use crate::error::{Error, Result};

/// Names with their numbers of arguments; 0 stands for one or more.
const ELEMENTARY: &[(&str, usize)] = &[
    ("abs", 1),
    ("acos", 1),
    ("acosh", 1),
    ("asin", 1),
    ("asinh", 1),
    ("atan", 1),
    ("atanh", 1),
    ("binomial", 2),
    ("cbrt", 1),
    ("ceil", 1),
    ("cos", 1),
    ("cosh", 1),
    ("cot", 1),
    ("digamma", 1),
    ("double_factorial", 1),
    ("erf", 1),
    ("erfc", 1),
    ("erfi", 1),
    ("exp", 1),
    ("factorial", 1),
    ("floor", 1),
    ("gamma", 1),
    ("hermite", 2),
    ("hyp2f1", 4),
    ("lambertw", 1),
    ("lgamma", 1),
    ("ln", 1),
    ("max", 0),
    ("min", 0),
    ("pochhammer", 2),
    ("polygamma", 2),
    ("sin", 1),
    ("sinh", 1),
    ("sqrt", 1),
    ("tan", 1),
    ("tanh", 1),
    ("zeta", 1),
];

/// Whether the language itself defines the function on numbers.
pub(super) fn is_elementary(name: &str) -> bool {
    ELEMENTARY.iter().any(|(known, _)| *known == name)
}

/// A domain error that names the domain.
pub(super) fn outside(name: &str, domain: &str) -> Error {
    Error::domain(format!("`{name}` is defined on {domain} only"))
}

impl Normaliser<'_> {
    /// The value of an elementary function.
    pub fn elementary(&mut self, name: &str, values: &[NormalForm]) -> Result<NormalForm> {
        let limits = self.limits;
        let expected = ELEMENTARY.iter().find(|(known, _)| *known == name);
        match expected {
            Some((_, 0)) if values.is_empty() => {
                return Err(Error::parse(format!("`{name}` needs an argument")));
            }
            Some((_, count)) if *count != 0 && *count != values.len() => {
                return Err(Error::parse(format!(
                    "`{name}` takes {count} argument(s), not {}",
                    values.len()
                )));
            }
            _ => {}
        }
        let x = &values[0];
        match name {
            "sqrt" => self.sqrt(x),
            "cbrt" => self.cbrt(x),
            "exp" => self.exp(x),
            "ln" => self.ln(x),
            "sin" => Ok(self.cos_sin(x)?.sin),
            "cos" => Ok(self.cos_sin(x)?.cos),
            "tan" => {
                let pair = self.cos_sin(x)?;
                pair.sin.div(&pair.cos, limits).map_err(pole("tan"))
            }
            "cot" => {
                let pair = self.cos_sin(x)?;
                pair.cos.div(&pair.sin, limits).map_err(pole("cot"))
            }
            "acos" => self.acos(x),
            "asin" => self.asin(x),
            "atan" => self.atan(x),
            "sinh" | "cosh" | "tanh" => self.hyperbolic(name, x),
            "asinh" | "atanh" | "erf" | "erfi" => self.odd(name, x),
            "erfc" => NormalForm::one().sub(&self.odd("erf", x)?, limits),
            "acosh" => match x.as_rational() {
                Some(value) if value == 1 => Ok(NormalForm::zero()),
                Some(value) if value < 1 => Err(outside("acosh", "[1, inf)")),
                _ => Ok(opaque(name, x.clone())),
            },
            "lambertw" => match x.as_rational() {
                Some(value) if value == 0 => Ok(NormalForm::zero()),
                _ => Ok(opaque(name, x.clone())),
            },
            "abs" => self.abs(x),
            "floor" => Ok(match x.as_rational() {
                Some(value) => NormalForm::from(Integer::from(value.floor_ref())),
                None => opaque(name, x.clone()),
            }),
            "ceil" => Ok(match x.as_rational() {
                Some(value) => NormalForm::from(Integer::from(value.ceil_ref())),
                None => opaque(name, x.clone()),
            }),
            "max" | "min" => {
                let mut extreme = x.clone();
                for other in &values[1..] {
                    extreme = self.extreme(name, &extreme, other)?;
                }
                Ok(extreme)
            }
            "factorial" => self.factorial(x),
            "double_factorial" => self.double_factorial(x),
            "gamma" => self.gamma(x),
            "lgamma" => self.lgamma(x),
            "digamma" => self.digamma(x),
            "polygamma" => self.polygamma(x, &values[1]),
            "zeta" => self.zeta(x),
            "pochhammer" => self.pochhammer(x, &values[1]),
            "binomial" => self.binomial(x, &values[1]),
            "hermite" => self.hermite(x, &values[1]),
            "hyp2f1" => self.hyp2f1(values),
            _ => Ok(call(name, values)),
        }
    }

    /// sinh, cosh and tanh by exponentials.
    fn hyperbolic(&mut self, name: &str, x: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        let (up, down) = (self.exp(x)?, self.exp(&x.neg())?);
        let half = Rational::from((1, 2));
        match name {
            "sinh" => Ok(up.sub(&down, limits)?.scale(&half)),
            "cosh" => Ok(up.add(&down, limits)?.scale(&half)),
            _ => up.sub(&down, limits)?.div(&up.add(&down, limits)?, limits),
        }
    }

    /// A function with f(0) = 0 and f(−x) = −f(x).
    fn odd(&mut self, name: &str, x: &NormalForm) -> Result<NormalForm> {
        if x.is_zero() {
            return Ok(NormalForm::zero());
        }
        if name == "atanh"
            && let Some(value) = x.as_rational()
            && !value.cmp_abs(&Rational::from(1)).is_lt()
        {
            return Err(outside("atanh", "(-1, 1)"));
        }
        Ok(if signed_content(&x.num) < 0 {
            opaque(name, x.neg()).neg()
        } else {
            opaque(name, x.clone())
        })
    }

    /// max and min by (a + b ± |a − b|)/2.
    fn extreme(&self, name: &str, a: &NormalForm, b: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        if let (Some(p), Some(q)) = (a.as_rational(), b.as_rational()) {
            let greater = if name == "max" { p.max(q) } else { p.min(q) };
            return Ok(NormalForm::from(greater));
        }
        let distance = self.abs(&a.sub(b, limits)?)?;
        let sum = a.add(b, limits)?;
        let twice = if name == "max" {
            sum.add(&distance, limits)?
        } else {
            sum.sub(&distance, limits)?
        };
        Ok(twice.scale(&Rational::from((1, 2))))
    }
}

fn pole(name: &'static str) -> impl Fn(Error) -> Error {
    move |error| match error.kind() {
        crate::error::ErrorKind::Domain => Error::domain(format!("`{name}` has a pole there")),
        _ => error,
    }
}

/// An opaque call of several arguments.
pub(super) fn call(name: &str, values: &[NormalForm]) -> NormalForm {
    let operands = values.iter().cloned().map(Operand::Value).collect();
    NormalForm::from_atom(&Atom::free(AtomKind::Call(name.to_owned(), operands)))
}
