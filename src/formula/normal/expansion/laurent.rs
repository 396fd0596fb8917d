//! Truncated series in fractional powers of one positive quantity h, with exact coefficients.
//!
//! A [`Laurent`] is Σ c_k h^((v+k)/r) + O(h^(p/r)), or a finite sum without error term. Its
//! arithmetic is that of formal series over the field of the coefficients, in which a logarithm
//! of h may take part: it is one more element that is transcendental over the others. Unlike the
//! series of `number`, these have negative and fractional powers, and every step can be refused by
//! a limit.

use rug::Rational;

use crate::error::{Error, Result};
use crate::formula::normal::NormalForm;
use crate::limits::Limits;

/// Lattices finer than this are refused.
const MAX_RAMIFICATION: u32 = 5_040;

/// What arithmetic keeps: the limits, and the number of steps of h that a series may have.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    pub limits: &'a Limits,
    pub steps: usize,
}

/// A truncated series.
#[derive(Debug, Clone)]
pub struct Laurent {
    /// The denominator r of the exponents.
    pub(super) ramification: u32,
    /// The exponent of the first coefficient, in units of 1/r.
    pub(super) valuation: i64,
    /// No zero at either end.
    pub(super) coefficients: Vec<NormalForm>,
    /// The exponent of the error term in units of 1/r; `None` for a finite sum.
    pub(super) precision: Option<i64>,
}

impl Laurent {
    pub fn zero() -> Laurent {
        Laurent::constant(NormalForm::zero())
    }

    pub fn constant(value: NormalForm) -> Laurent {
        Laurent::monomial(value, 0)
    }

    /// c·h^exponent
    pub fn monomial(value: NormalForm, exponent: i64) -> Laurent {
        Laurent::build(1, exponent, vec![value], None)
    }

    pub(super) fn build(
        ramification: u32,
        valuation: i64,
        coefficients: Vec<NormalForm>,
        precision: Option<i64>,
    ) -> Laurent {
        let mut series = Laurent {
            ramification,
            valuation,
            coefficients,
            precision,
        };
        if let Some(precision) = precision {
            let known = usize::try_from(precision - valuation).unwrap_or(0);
            series.coefficients.truncate(known);
        }
        while series.coefficients.last().is_some_and(NormalForm::is_zero) {
            series.coefficients.pop();
        }
        let zeros = series.coefficients.iter().take_while(|c| c.is_zero());
        let zeros = zeros.count();
        series.coefficients.drain(..zeros);
        series.valuation += zeros as i64;
        if series.coefficients.is_empty() {
            series.valuation = precision.unwrap_or(0);
        }
        series
    }

    /// Keeps as many steps of h as the budget allows.
    fn trim(self, budget: Budget) -> Laurent {
        let steps = budget.steps * self.ramification as usize;
        if self.coefficients.len() <= steps {
            return self;
        }
        let precision = self.valuation + steps as i64;
        let precision = self.precision.map_or(precision, |p| p.min(precision));
        Laurent::build(
            self.ramification,
            self.valuation,
            self.coefficients,
            Some(precision),
        )
    }

    /// Whether it is exactly zero.
    pub fn is_exact_zero(&self) -> bool {
        self.coefficients.is_empty() && self.precision.is_none()
    }

    /// The value, if it is an exact constant.
    pub fn as_constant(&self) -> Option<NormalForm> {
        match self.coefficients.as_slice() {
            _ if self.precision.is_some() => None,
            [] => Some(NormalForm::zero()),
            [value] if self.valuation == 0 => Some(value.clone()),
            _ => None,
        }
    }

    /// The leading exponent and coefficient; `None` if no term is known.
    pub fn leading(&self) -> Option<(Rational, &NormalForm)> {
        let first = self.coefficients.first()?;
        Some((self.exponent(self.valuation), first))
    }

    /// The exponent of the error term.
    pub fn error(&self) -> Option<Rational> {
        self.precision.map(|p| self.exponent(p))
    }

    pub fn ramification(&self) -> u32 {
        self.ramification
    }

    /// The terms that are not zero.
    pub fn terms(&self) -> impl Iterator<Item = (Rational, &NormalForm)> {
        let terms = self.coefficients.iter().enumerate();
        terms
            .filter(|(_, c)| !c.is_zero())
            .map(|(k, c)| (self.exponent(self.valuation + k as i64), c))
    }

    pub(super) fn exponent(&self, index: i64) -> Rational {
        Rational::from((index, self.ramification))
    }

    /// The coefficient of h^0 and the terms of positive powers; `None` if there are others, or if
    /// the constant term is not known.
    pub fn split_constant(&self) -> Option<(NormalForm, Laurent)> {
        if self.valuation < 0 || self.precision.is_some_and(|p| p <= 0) {
            return None;
        }
        let mut rest = self.clone();
        let constant = if self.valuation == 0 && !self.coefficients.is_empty() {
            rest.coefficients.remove(0)
        } else {
            NormalForm::zero()
        };
        let valuation = if self.valuation == 0 {
            1
        } else {
            self.valuation
        };
        let rest = Laurent::build(
            self.ramification,
            valuation,
            rest.coefficients,
            self.precision,
        );
        Some((constant, rest))
    }

    pub(super) fn refine(&self, ramification: u32) -> Laurent {
        let factor = ramification / self.ramification;
        if factor == 1 {
            return self.clone();
        }
        let mut coefficients = Vec::new();
        for (k, c) in self.coefficients.iter().enumerate() {
            if k > 0 {
                coefficients.resize(coefficients.len() + factor as usize - 1, NormalForm::zero());
            }
            coefficients.push(c.clone());
        }
        Laurent {
            ramification,
            valuation: self.valuation * i64::from(factor),
            coefficients,
            precision: self.precision.map(|p| p * i64::from(factor)),
        }
    }

    fn align(&self, other: &Laurent) -> Result<(Laurent, Laurent)> {
        let common = common_multiple(self.ramification, other.ramification)?;
        Ok((self.refine(common), other.refine(common)))
    }

    pub fn add(&self, other: &Laurent, budget: Budget) -> Result<Laurent> {
        if self.is_exact_zero() {
            return Ok(other.clone());
        }
        if other.is_exact_zero() {
            return Ok(self.clone());
        }
        let (a, b) = self.align(other)?;
        let precision = match (a.precision, b.precision) {
            (Some(p), Some(q)) => Some(p.min(q)),
            (p, q) => p.or(q),
        };
        let start = a.valuation.min(b.valuation);
        let end = |s: &Laurent| s.valuation + s.coefficients.len() as i64;
        let mut last = end(&a).max(end(&b));
        if let Some(p) = precision {
            last = last.min(p);
        }
        let mut coefficients = Vec::new();
        for index in start..last {
            let sum = match (a.at(index), b.at(index)) {
                (Some(x), Some(y)) => x.add(y, budget.limits)?,
                (Some(x), None) | (None, Some(x)) => x.clone(),
                (None, None) => NormalForm::zero(),
            };
            coefficients.push(sum);
        }
        Ok(Laurent::build(a.ramification, start, coefficients, precision).trim(budget))
    }

    fn at(&self, index: i64) -> Option<&NormalForm> {
        let offset = usize::try_from(index - self.valuation).ok()?;
        self.coefficients.get(offset)
    }

    #[must_use]
    pub fn neg(&self) -> Laurent {
        self.map(NormalForm::neg)
    }

    #[must_use]
    pub fn scale(&self, factor: &Rational) -> Laurent {
        if *factor == 0 {
            return Laurent::zero();
        }
        self.map(|c| c.scale(factor))
    }

    fn map(&self, f: impl Fn(&NormalForm) -> NormalForm) -> Laurent {
        Laurent {
            coefficients: self.coefficients.iter().map(f).collect(),
            ..self.clone()
        }
    }

    pub fn sub(&self, other: &Laurent, budget: Budget) -> Result<Laurent> {
        self.add(&other.neg(), budget)
    }

    pub fn mul(&self, other: &Laurent, budget: Budget) -> Result<Laurent> {
        if self.is_exact_zero() || other.is_exact_zero() {
            return Ok(Laurent::zero());
        }
        let (a, b) = self.align(other)?;
        let precision = match (a.precision, b.precision) {
            (Some(p), Some(q)) => Some((p + b.valuation).min(q + a.valuation)),
            (Some(p), None) => Some(p + b.valuation),
            (None, Some(q)) => Some(q + a.valuation),
            (None, None) => None,
        };
        let valuation = a.valuation + b.valuation;
        let mut count = (a.coefficients.len() + b.coefficients.len()).saturating_sub(1);
        let steps = budget.steps * a.ramification as usize;
        let cut = count > steps;
        count = count.min(steps);
        if let Some(p) = precision {
            count = count.min(usize::try_from(p - valuation).unwrap_or(0));
        }
        let precision = match precision {
            Some(p) if cut => Some(p.min(valuation + steps as i64)),
            None if cut => Some(valuation + steps as i64),
            precision => precision,
        };
        let mut coefficients = Vec::with_capacity(count);
        for k in 0..count {
            budget.limits.check_deadline()?;
            let mut sum = NormalForm::zero();
            for (i, x) in a.coefficients.iter().enumerate().take(k + 1) {
                if let Some(y) = b.coefficients.get(k - i)
                    && !x.is_zero()
                    && !y.is_zero()
                {
                    sum = sum.add(&x.mul(y, budget.limits)?, budget.limits)?;
                }
            }
            coefficients.push(sum);
        }
        Ok(Laurent::build(
            a.ramification,
            valuation,
            coefficients,
            precision,
        ))
    }

    /// The product with h^exponent.
    pub fn shift(&self, exponent: &Rational) -> Result<Laurent> {
        let denominator = exponent.denom().to_u32().unwrap_or(u32::MAX);
        let fine = self.refine(common_multiple(self.ramification, denominator)?);
        let steps = Rational::from(exponent * fine.ramification);
        let steps = steps
            .numer()
            .to_i64()
            .filter(|v| v.unsigned_abs() < 1 << 40)
            .ok_or_else(|| Error::limit("an exponent of the expansion is too large"))?;
        Ok(Laurent {
            valuation: fine.valuation + steps,
            precision: fine.precision.map(|p| p + steps),
            ..fine
        })
    }
}

/// The error that asks for a longer expansion.
pub fn more_terms() -> Error {
    Error::undecided(MORE_TERMS)
}

const MORE_TERMS: &str = "the leading term of a divisor could not be found";

/// Whether an error asks for a longer expansion.
pub fn wants_more_terms(error: &Error) -> bool {
    error.message() == MORE_TERMS
}

pub(super) fn common_multiple(a: u32, b: u32) -> Result<u32> {
    let common = rug::Integer::from(a).lcm_u(b).to_u32();
    common
        .filter(|r| *r <= MAX_RAMIFICATION)
        .ok_or_else(|| Error::limit("the exponents of the expansion have too large denominators"))
}

pub(super) fn product(a: u32, b: u32) -> Result<u32> {
    common_multiple(1, a.saturating_mul(b))
}
