//! Quantities with series of their own.
//!
//! Two expansions use a formal series Σ c_k n^{−k}: that for n → ∞, where n is a series with a pole,
//! and that in another argument, where n stays a symbol and the terms up to n^−4 are expanded.
//!
//! A Taylor series in an argument that goes to 0 takes the place of the closed form there.

use rug::Rational;

use super::SeriesExpander;
use super::functions::{is_pole, unknown};
use super::laurent::{Laurent, more_terms};
use crate::error::{Error, Result};
use crate::formula::expr::{Call, Expr, ExprKind};
use crate::formula::normal::derivative::contains;
use crate::formula::normal::unfold::unfold;
use crate::formula::normal::{Expander, FormalSeries, TaylorSeries};
use crate::limits::Limits;

/// The last power of 1/n that is expanded in another argument.
const LAST_POWER: u32 = 4;

/// Closed forms for an expansion in a variable: of all quantities but those that have a Taylor series in an
/// argument with this variable.
pub(super) struct Keeping<'a> {
    pub(super) quantities: &'a dyn Expander,
    pub(super) variable: &'a str,
}

impl Expander for Keeping<'_> {
    fn expand(&self, call: &Call, limits: &Limits) -> Result<Option<Expr>> {
        match self.taylor_series(call, limits)? {
            Some(series) if contains(&series.small, self.variable) => Ok(None),
            _ => self.quantities.expand(call, limits),
        }
    }

    fn formal_series(&self, call: &Call, limits: &Limits) -> Result<Option<FormalSeries>> {
        self.quantities.formal_series(call, limits)
    }

    fn taylor_series(&self, call: &Call, limits: &Limits) -> Result<Option<TaylorSeries>> {
        self.quantities.taylor_series(call, limits)
    }
}

impl SeriesExpander<'_, '_> {
    /// A quantity that has no closed form, or a Taylor series that is used instead of it.
    pub(super) fn quantity(&mut self, call: &Call) -> Result<Laurent> {
        let limits = self.budget.limits;
        let Some(series) = self.quantities.taylor_series(call, limits)? else {
            return self.formal(call);
        };
        if let Some(found) = self.taylor(&series)? {
            return Ok(found);
        }
        let call = ExprKind::Call(call.clone()).into();
        let closed = unfold(&call, limits, self.quantities)?;
        match &closed.kind {
            ExprKind::Call(call) => self.formal(call),
            _ => self.expand(&closed),
        }
    }

    /// `None` if the argument does not go to 0, or if the series is not known so far.
    fn taylor(&mut self, series: &TaylorSeries) -> Result<Option<Laurent>> {
        let budget = self.budget;
        let small = self.expand(&series.small)?;
        let order = match small.leading() {
            Some((order, _)) if order > 0 => order,
            Some(_) => return Ok(None),
            None if small.error().is_none() => return Ok(None),
            None => return Err(more_terms()),
        };
        // The budget is four steps more than the order asked for, which these terms are too dear for.
        let steps = Rational::from(budget.steps.saturating_sub(3).max(1));
        let count = (steps / &order).ceil();
        let count = count.numer().to_usize().unwrap_or(usize::MAX);
        if count > series.longest {
            return Ok(None);
        }
        self.is_formal = true;
        let mut sum = Laurent::zero();
        for coefficient in (series.coefficients)(count, budget.limits)?.iter().rev() {
            let coefficient = Laurent::constant(self.normaliser.read(coefficient)?);
            sum = sum.mul(&small, budget)?.add(&coefficient, budget)?;
        }
        let cut = Laurent::build(1, 0, Vec::new(), Some(0)).shift(&(order * count))?;
        sum.add(&cut, budget).map(Some)
    }

    fn formal(&mut self, call: &Call) -> Result<Laurent> {
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
        let missing = Expr::from(1).over(large.clone().power(i64::from(LAST_POWER) + 1));
        self.also_missing = Some(missing);
        let small = Expr::from(1).over(large.clone());
        let small = Laurent::constant(self.normaliser.read(&small)?);
        let mut sum = Laurent::zero();
        for k in (0..=LAST_POWER).rev() {
            let coefficient = match &series.named {
                Some(named) if k > 0 => named(k),
                _ => unfold(&(series.coefficient)(k, limits)?, limits, self.quantities)?,
            };
            let term = self.expand(&coefficient)?;
            sum = sum.mul(&small, self.budget)?.add(&term, self.budget)?;
        }
        Ok(sum)
    }
}
