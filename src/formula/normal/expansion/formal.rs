//! Quantities that are known by their formal series in 1/n only.
//!
//! Two expansions use such a series Σ c_k n^{−k}: that for n → ∞, where n is a series with a pole,
//! and that in another argument, where n stays a symbol and the terms up to n^−3 are expanded.

use super::SeriesExpander;
use super::functions::{is_pole, unknown};
use super::laurent::{Laurent, more_terms};
use crate::error::{Error, Result};
use crate::formula::expr::{Call, Expr};
use crate::formula::normal::FormalSeries;
use crate::formula::normal::unfold::unfold;

/// The last power of 1/n that is expanded in another argument.
const LAST_POWER: u32 = 3;

impl SeriesExpander<'_, '_> {
    pub(super) fn formal(&mut self, call: &Call) -> Result<Laurent> {
        let limits = self.budget.limits;
        let series = self.quantities.formal_series(call, limits)?;
        let series = series.ok_or_else(|| unknown(&call.name))?;
        self.is_formal = true;
        if self.is_moving(&series.large) {
            let large = self.expand(&series.large)?;
            self.growing(&series, &large, &call.name)
        } else {
            self.fixed(&series, &call.name)
        }
    }

    /// n is a series with a pole: Σ c_k (1/n)^k, as many terms as the order asks for.
    fn growing(&mut self, series: &FormalSeries, large: &Laurent, name: &str) -> Result<Laurent> {
        let budget = self.budget;
        if !is_pole(large) || self.sign(large)? < 0 {
            return Err(unknown(name));
        }
        let small = large.recip(budget)?;
        let (order, _) = small.leading().ok_or_else(more_terms)?;
        // The budget is four steps more than the order asked for. A single call asks for no more than
        // that, so that a coefficient it lacks is an error; where terms cancel, more are tried.
        let mut count = u32::try_from(budget.steps.saturating_sub(3)).unwrap_or(u32::MAX);
        if !self.is_single_call {
            count = count.min(series.last + 1);
        }
        let mut sum = Laurent::zero();
        for k in (0..count).rev() {
            let coefficient = (series.coefficient)(k, budget.limits)?;
            if self.is_moving(&coefficient) {
                return Err(unknown(name));
            }
            // Quantities may stay as they are where nothing is there for them to cancel with.
            let coefficient = if self.is_single_call {
                coefficient
            } else {
                unfold(&coefficient, budget.limits, self.quantities)?
            };
            let coefficient = Laurent::constant(self.normaliser.read(&coefficient)?);
            sum = sum.mul(&small, budget)?.add(&coefficient, budget)?;
        }
        let cut = Laurent::build(1, 0, Vec::new(), Some(0)).shift(&(order * count))?;
        sum.add(&cut, budget)
    }

    /// n stays a symbol: the first terms, each expanded, and what is left out of them.
    fn fixed(&mut self, series: &FormalSeries, name: &str) -> Result<Laurent> {
        let limits = self.budget.limits;
        let large = &series.large;
        if self.normaliser.read(large)?.variables().is_empty() {
            return Err(Error::domain(format!(
                "`{name}` is a formal series in 1/n, which has no value at one width"
            ))
            .with_hint("leave the width a name, such as n"));
        }
        let mut terms = Vec::new();
        for k in 0..=LAST_POWER {
            let coefficient = (series.coefficient)(k, limits)?;
            terms.push(coefficient.over(large.clone().power(i64::from(k))));
        }
        let missing = Expr::from(1).over(large.clone().power(i64::from(LAST_POWER) + 1));
        self.also_missing = Some(missing);
        let sum = unfold(&Expr::sum(terms), limits, self.quantities)?;
        self.expand(&sum)
    }
}
