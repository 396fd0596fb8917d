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
use crate::formula::normal::fraction::division_by_zero;
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
    ramification: u32,
    /// The exponent of the first coefficient, in units of 1/r.
    valuation: i64,
    /// No zero at either end.
    coefficients: Vec<NormalForm>,
    /// The exponent of the error term in units of 1/r; `None` for a finite sum.
    precision: Option<i64>,
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

    fn build(
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

    fn exponent(&self, index: i64) -> Rational {
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

    fn refine(&self, ramification: u32) -> Laurent {
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

    pub fn recip(&self, budget: Budget) -> Result<Laurent> {
        self.pow(&Rational::from(-1), |c| c.recip(budget.limits), budget)
    }

    /// The rational power; `lead` gives the power of the leading coefficient.
    ///
    /// With f = c h^v (1 + δ) and y = (1 + δ)^q, the equation y'(1 + δ) = q δ' y reads
    /// n y_n = Σ_{k=1}^n (kq − n + k) δ_k y_{n−k}.
    pub fn pow(
        &self,
        exponent: &Rational,
        lead: impl FnOnce(&NormalForm) -> Result<NormalForm>,
        budget: Budget,
    ) -> Result<Laurent> {
        let Some(first) = self.coefficients.first() else {
            return Err(match self.precision {
                None => division_by_zero(),
                Some(_) => more_terms(),
            });
        };
        let power = lead(first)?;
        let denominator = exponent.denom().to_u32().unwrap_or(u32::MAX);
        // v·q in units of 1/(r·denominator), unless v = 0.
        let factor = if self.valuation == 0 { 1 } else { denominator };
        let fine = self.refine(product(self.ramification, factor)?);
        let valuation = Rational::from(exponent * fine.valuation);
        let valuation = valuation
            .numer()
            .to_i64()
            .filter(|v| v.unsigned_abs() < 1 << 40)
            .ok_or_else(|| Error::limit("an exponent of the expansion is too large"))?;
        let unit = fine.unit_part(first, budget)?;
        let full = budget.steps * fine.ramification as usize;
        let known = fine.precision.map(|p| (p - fine.valuation) as usize);
        let exact_one = unit.len() == 1 && known.is_none();
        let count = if exact_one {
            1
        } else {
            known.map_or(full, |n| n.min(full))
        };
        let mut y = vec![NormalForm::one()];
        for n in 1..count {
            budget.limits.check_deadline()?;
            let mut sum = NormalForm::zero();
            for k in 1..=n.min(unit.len() - 1) {
                if unit[k].is_zero() || y[n - k].is_zero() {
                    continue;
                }
                let weight = Rational::from(exponent * k as u64) - (n - k) as u64;
                let term = unit[k].mul(&y[n - k], budget.limits)?.scale(&weight);
                sum = sum.add(&term, budget.limits)?;
            }
            y.push(sum.scale(&Rational::from((1, n as u64))));
        }
        // A whole power of a finite sum is finite, and all of it may be known.
        let degree = exponent
            .is_integer()
            .then(|| exponent.numer().to_usize())
            .flatten()
            .and_then(|e| e.checked_mul(unit.len() - 1));
        let finite = known.is_none() && degree.is_some_and(|d| d < count);
        let precision = (!exact_one && !finite).then_some(valuation + count as i64);
        for value in &mut y {
            *value = value.mul(&power, budget.limits)?;
        }
        Ok(Laurent::build(fine.ramification, valuation, y, precision))
    }

    /// The coefficients divided by the leading one.
    fn unit_part(&self, leading: &NormalForm, budget: Budget) -> Result<Vec<NormalForm>> {
        let inverse = leading.recip(budget.limits)?;
        let divide = |c: &NormalForm| c.mul(&inverse, budget.limits);
        self.coefficients.iter().map(divide).collect()
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

    /// exp, sin and cos of a series without constant term, from the equations y' = δ' y and
    /// s' = δ' c, c' = −δ' s.
    pub fn exp(&self, budget: Budget) -> Result<Laurent> {
        let (y, precision) = self.solve(budget, &[NormalForm::one()], |_, y| y.to_vec())?;
        Ok(self.from_solution(y, precision, 0))
    }

    pub fn sin_cos(&self, budget: Budget) -> Result<(Laurent, Laurent)> {
        let start = [NormalForm::zero(), NormalForm::one()];
        let (y, precision) = self.solve(budget, &start, |_, y| vec![y[1].clone(), y[0].neg()])?;
        Ok((
            self.from_solution(y.clone(), precision, 0),
            self.from_solution(y, precision, 1),
        ))
    }

    fn from_solution(
        &self,
        y: Vec<Vec<NormalForm>>,
        precision: Option<i64>,
        component: usize,
    ) -> Laurent {
        let column = y.into_iter().map(|mut row| row.swap_remove(component));
        Laurent::build(self.ramification, 0, column.collect(), precision)
    }

    /// The solution of y' = δ'·A y for a constant linear map A: n y_n = Σ_k k δ_k A y_{n−k}.
    fn solve(
        &self,
        budget: Budget,
        start: &[NormalForm],
        map: impl Fn(usize, &[NormalForm]) -> Vec<NormalForm>,
    ) -> Result<(Vec<Vec<NormalForm>>, Option<i64>)> {
        let mut y = vec![start.to_vec()];
        if self.is_exact_zero() {
            return Ok((y, None));
        }
        let full = (budget.steps * self.ramification as usize) as i64;
        let precision = self.precision.map_or(full, |p| p.min(full));
        for n in 1..precision {
            budget.limits.check_deadline()?;
            let mut sum = vec![NormalForm::zero(); start.len()];
            for (offset, delta) in self.coefficients.iter().enumerate() {
                let k = self.valuation + offset as i64;
                if k > n {
                    break;
                }
                if delta.is_zero() {
                    continue;
                }
                let weighted = delta.scale(&Rational::from(k));
                let image = map(start.len(), &y[(n - k) as usize]);
                for (total, value) in sum.iter_mut().zip(image) {
                    *total = total.add(&weighted.mul(&value, budget.limits)?, budget.limits)?;
                }
            }
            let step = Rational::from((1, n));
            y.push(sum.iter().map(|s| s.scale(&step)).collect());
        }
        Ok((y, Some(precision)))
    }

    /// The termwise derivative by h.
    #[must_use]
    pub fn derivative(&self) -> Laurent {
        let terms = self
            .coefficients
            .iter()
            .enumerate()
            .map(|(k, c)| c.scale(&self.exponent(self.valuation + k as i64)));
        let one = i64::from(self.ramification);
        Laurent::build(
            self.ramification,
            self.valuation - one,
            terms.collect(),
            self.precision.map(|p| p - one),
        )
    }

    /// The termwise integral without a constant; `log` is ln h, for the term 1/h.
    pub fn integral(&self, log: &NormalForm, budget: Budget) -> Result<Laurent> {
        let one = i64::from(self.ramification);
        let mut coefficients = Vec::new();
        let mut logarithm = Laurent::zero();
        for (k, c) in self.coefficients.iter().enumerate() {
            let exponent = self.valuation + k as i64 + one;
            if exponent == 0 {
                if !c.is_zero() {
                    logarithm = Laurent::constant(c.mul(log, budget.limits)?);
                }
                coefficients.push(NormalForm::zero());
            } else {
                let factor = self.exponent(exponent).recip();
                coefficients.push(c.scale(&factor));
            }
        }
        if self.precision.is_some_and(|p| p + one <= 0) {
            return Err(more_terms());
        }
        let powers = Laurent::build(
            self.ramification,
            self.valuation + one,
            coefficients,
            self.precision.map(|p| p + one),
        );
        powers.add(&logarithm, budget)
    }

    /// Σ a_k δ^k for a series δ without constant term, by Horner's rule; the sum is cut where the
    /// budget ends.
    pub fn compose(
        &self,
        coefficient: &mut dyn FnMut(u32) -> Result<NormalForm>,
        budget: Budget,
    ) -> Result<Laurent> {
        if self.is_exact_zero() {
            return Ok(Laurent::constant(coefficient(0)?));
        }
        // δ has order v/r, so that δ^k is beyond the budget from k = steps·r/v on.
        let steps = budget.steps as i64 * i64::from(self.ramification);
        let order = self.valuation.max(1);
        let count = u32::try_from(steps / order + 1)
            .map_err(|_| Error::limit("the expansion has too many terms"))?;
        let cut = order * i64::from(count);
        let mut outer = Vec::new();
        for k in 0..count {
            outer.push(coefficient(k)?);
        }
        let mut sum = Laurent::zero();
        for a in outer.into_iter().rev() {
            sum = sum.mul(self, budget)?.add(&Laurent::constant(a), budget)?;
        }
        let precision = sum.precision.map_or(cut, |p| {
            p * i64::from(self.ramification) / i64::from(sum.ramification)
        });
        let sum = sum.refine(common_multiple(sum.ramification, self.ramification)?);
        Ok(Laurent::build(
            sum.ramification,
            sum.valuation,
            sum.coefficients,
            Some(precision.min(cut)),
        ))
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

fn common_multiple(a: u32, b: u32) -> Result<u32> {
    let common = rug::Integer::from(a).lcm_u(b).to_u32();
    common
        .filter(|r| *r <= MAX_RAMIFICATION)
        .ok_or_else(|| Error::limit("the exponents of the expansion have too large denominators"))
}

fn product(a: u32, b: u32) -> Result<u32> {
    common_multiple(1, a.checked_mul(b).unwrap_or(u32::MAX))
}
