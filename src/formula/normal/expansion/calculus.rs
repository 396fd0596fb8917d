//! Powers, exponentials, trigonometric functions, derivatives, integrals and composition of
//! truncated series.

use rug::Rational;

use super::laurent::{Budget, Laurent, common_multiple, more_terms, product};
use crate::error::{Error, Result};
use crate::formula::normal::NormalForm;
use crate::formula::normal::fraction::division_by_zero;

impl Laurent {
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

    /// exp, sin and cos of a series without constant term, from the equations y' = δ' y and
    /// s' = δ' c, c' = −δ' s.
    pub fn exp(&self, budget: Budget) -> Result<Laurent> {
        let (y, precision) = self.solve(budget, &[NormalForm::one()], |_, y| y.to_vec())?;
        Ok(self.solution_series(y, precision, 0))
    }

    pub fn sin_cos(&self, budget: Budget) -> Result<(Laurent, Laurent)> {
        let start = [NormalForm::zero(), NormalForm::one()];
        let (y, precision) = self.solve(budget, &start, |_, y| vec![y[1].clone(), y[0].neg()])?;
        Ok((
            self.solution_series(y.clone(), precision, 0),
            self.solution_series(y, precision, 1),
        ))
    }

    fn solution_series(
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
