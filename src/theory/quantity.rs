//! What a quantity of the theory is to the rest of the program: the [`Quantity`] trait, and readers
//! of its arguments.

use rug::{Integer, Rational};

use crate::error::{Error, Result};
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::normal::{FormalSeries, TaylorSeries};
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::montecarlo::Sampler;
use crate::number::{Ball, Bits};

/// What `show` prints of a quantity.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// One sentence: what the quantity is.
    pub summary: &'static str,
    /// The definition as a formula for people.
    pub definition: &'static str,
    /// Where it is defined.
    pub domain: &'static str,
    /// Paper and place, or the derivation's source.
    pub source: &'static str,
    /// The methods by name, the default first, each with how it works.
    pub methods: &'static [(&'static str, &'static str)],
    /// Special and degenerate values.
    pub special: &'static [&'static str],
    /// A call to try.
    pub example: &'static str,
}

/// One entry of the catalogue.
pub trait Quantity: Sync {
    /// Its name and parameters in the language.
    fn signature(&self) -> &Signature;

    /// What people read about it.
    fn about(&self) -> &About;

    /// Its value at arguments in the signature's order.
    ///
    /// # Errors
    /// A domain error that names the domain; a limit error; a usage error for an unknown method.
    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value>;

    /// What a reader of any of its values has to know, in one sentence: printed beside the value,
    /// never in it.
    fn caveat(&self) -> Option<&'static str> {
        None
    }

    /// Its closed form at arguments in the signature's order; `None` where none is known.
    ///
    /// # Errors
    /// A domain error that names the domain; a limit error.
    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let _ = (arguments, limits);
        Ok(None)
    }

    /// Its series as one of its arguments grows; `None` where none is known.
    ///
    /// # Errors
    /// A domain error that names the domain.
    fn formal_series(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<FormalSeries>> {
        let _ = (arguments, limits);
        Ok(None)
    }

    /// Its Taylor series as one of its arguments goes to 0, where that is found without the closed form;
    /// `None` elsewhere.
    ///
    /// # Errors
    /// A domain error that names the domain.
    fn taylor_series(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<TaylorSeries>> {
        let _ = (arguments, limits);
        Ok(None)
    }

    /// How to sample it, if it is an expectation; `call` is the canonical text of the call, which
    /// decides the random stream.
    ///
    /// # Errors
    /// A domain error that names the domain.
    fn sampling(
        &self,
        arguments: &[Value],
        call: &str,
        limits: &Limits,
    ) -> Result<Option<Sampling>> {
        let _ = (arguments, call, limits);
        Ok(None)
    }

    /// How to sample it with a smaller variance, where that is known; `call` as for
    /// [`sampling`](Self::sampling), and the experiment adds the method to it.
    ///
    /// # Errors
    /// A domain error that names the domain.
    fn reduced_sampling(
        &self,
        arguments: &[Value],
        call: &str,
        reduction: Reduction,
        limits: &Limits,
    ) -> Result<Option<Box<dyn Sampler>>> {
        let _ = (arguments, call, reduction, limits);
        Ok(None)
    }
}

/// A way to sample a quantity with a smaller variance than plainly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// Integrate a variable out exactly.
    RaoBlackwell,
    /// A lattice of this many points, shifted at random.
    Lattice {
        /// Points of one shift.
        points: u32,
    },
}

/// How a quantity is sampled, and what is certain about one sample X.
pub struct Sampling {
    /// The experiment: lanes of independent samples of X, with E X the quantity.
    pub experiment: Box<dyn Sampler>,
    /// An enclosure of Var X.
    pub variance: Ball,
    /// An enclosure of E |X|³.
    pub third_absolute_moment: Ball,
}

/// Reads arguments of the quantity called `name`.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The quantity's signature.
    pub signature: &'a Signature,
    /// Its arguments in order.
    pub arguments: &'a [Value],
}

impl<'a> Reader<'a> {
    /// A reader of the arguments of a quantity.
    pub fn new(signature: &'a Signature, arguments: &'a [Value]) -> Self {
        Reader {
            signature,
            arguments,
        }
    }

    fn parameter(&self, index: usize) -> &'static str {
        self.signature
            .parameters
            .get(index)
            .map_or("?", |parameter| parameter.name)
    }

    fn wrong(&self, index: usize, needs: &str) -> Error {
        Error::domain(format!(
            "the argument `{}` of `{}` {needs}",
            self.parameter(index),
            self.signature.name
        ))
    }

    /// The number at `index`.
    ///
    /// # Errors
    /// A domain error for a list or an activation.
    pub fn number(&self, index: usize) -> Result<&'a Number> {
        match self.arguments.get(index) {
            Some(Value::Number(number)) => Ok(number),
            _ => Err(self.wrong(index, "must be a number")),
        }
    }

    /// The number at `index`, or `None` for the word `none` of a parameter that has it as its default.
    ///
    /// # Errors
    /// A domain error for a list.
    pub fn finite(&self, index: usize) -> Result<Option<&'a Number>> {
        match self.arguments.get(index) {
            Some(Value::Expression(_)) => Ok(None),
            _ => self.number(index).map(Some),
        }
    }

    /// The expression at `index`: an activation or layer.
    ///
    /// # Errors
    /// A domain error for anything else.
    pub fn expression(&self, index: usize) -> Result<&'a Expr> {
        match self.arguments.get(index) {
            Some(Value::Expression(expr)) => Ok(expr),
            _ => Err(self.wrong(index, "must be an activation")),
        }
    }

    /// The exact rational at `index`.
    ///
    /// # Errors
    /// A domain error if the argument is not exactly rational.
    pub fn rational(&self, index: usize) -> Result<&'a Rational> {
        self.number(index)?
            .as_rational()
            .ok_or_else(|| self.wrong(index, "must be an exact rational"))
    }

    /// The exact integer at `index`, from `least` to `most`.
    ///
    /// # Errors
    /// A domain error that names the range.
    pub fn integer(&self, index: usize, least: u32, most: u32) -> Result<u32> {
        let needs = || self.wrong(index, &format!("must be an integer from {least} to {most}"));
        let value = self.number(index)?.as_integer().ok_or_else(needs)?;
        Integer::to_u32(value)
            .filter(|n| (least..=most).contains(n))
            .ok_or_else(needs)
    }

    /// The number at `index` as a ball.
    ///
    /// # Errors
    /// A domain error for a list or an activation.
    pub fn ball(&self, index: usize, prec: Bits) -> Result<Ball> {
        Ok(self.number(index)?.to_ball(prec))
    }
}

/// The method named in the request among the quantity's own, the first one if none is named.
///
/// # Errors
/// A usage error that lists the methods.
pub fn method<'a>(about: &About, request: &Request<'a>) -> Result<&'static str> {
    let default = about.methods.first().map_or("definition", |(name, _)| name);
    let Some(wanted) = request.method else {
        return Ok(default);
    };
    about
        .methods
        .iter()
        .map(|(name, _)| *name)
        .find(|name| *name == wanted)
        .ok_or_else(|| {
            let names: Vec<&str> = about.methods.iter().map(|(name, _)| *name).collect();
            Error::usage(format!("there is no method `{wanted}` here"))
                .with_hint(format!("one of {}", names.join(", ")))
        })
}

/// The exact rational that an argument expression is, if it is a literal.
pub fn literal(expr: &Expr) -> Option<Rational> {
    use crate::formula::expr::ExprKind;
    match &expr.kind {
        ExprKind::Number(q) => Some(q.clone()),
        ExprKind::Negate(inner) => literal(inner).map(|q| -q),
        ExprKind::Product(factors) => {
            let mut total = Rational::from(1);
            for factor in factors {
                let value = literal(&factor.value)?;
                if factor.inverse && value == 0 {
                    return None;
                }
                if factor.inverse {
                    total /= value
                } else {
                    total *= value
                }
            }
            Some(total)
        }
        ExprKind::Sum(terms) => {
            let mut total = Rational::new();
            for term in terms {
                let value = literal(&term.value)?;
                if term.negative {
                    total -= value
                } else {
                    total += value
                }
            }
            Some(total)
        }
        _ => None,
    }
}

/// The literal integer from 0 to `most` that an argument expression is.
pub fn natural(expr: &Expr, most: u32) -> Option<u32> {
    let value = literal(expr)?;
    value
        .is_integer()
        .then(|| value.numer().to_u32())
        .flatten()
        .filter(|n| *n <= most)
}
