//! Gamma, digamma and polygamma functions of series: Taylor series with polygamma values, poles by
//! recurrence, Stirling's series at infinity (DLMF 5.5, 5.7, 5.11, 5.15).

use rug::{Complete, Integer, Rational};

use super::SeriesExpander;
use super::functions::{is_pole, unknown};
use super::laurent::{Laurent, more_terms};
use crate::error::{Error, Result};
use crate::formula::normal::NormalForm;
use crate::formula::normal::combinatorial::bernoulli;

/// The most poles that a gamma function is moved across.
const MAX_POLES: u32 = 1_000;

impl SeriesExpander<'_, '_> {
    /// Γ(x₀ + δ) = Γ(x₀) exp(Σ ψ⁽ᵏ⁾(x₀) δ^(k+1)/(k+1)!).
    pub(super) fn gamma(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if is_pole(x) {
            return Err(Error::domain(
                "`gamma` of an infinite argument has no expansion in powers",
            ));
        }
        let (shifted, poles) = self.move_off_poles(x)?;
        let (constant, rest) = shifted.split_constant().ok_or_else(more_terms)?;
        self.refuse_logarithms(&constant)?;
        let value = self
            .normaliser
            .elementary("gamma", std::slice::from_ref(&constant))?;
        let exponent = self.log_gamma_series(&constant, &rest)?;
        let mut series = exponent
            .exp(budget)?
            .mul(&Laurent::constant(value), budget)?;
        for pole in poles {
            series = series.mul(&pole.recip(budget)?, budget)?;
        }
        Ok(series)
    }

    fn log_gamma_series(&mut self, constant: &NormalForm, rest: &Laurent) -> Result<Laurent> {
        let normaliser = &mut *self.normaliser;
        rest.compose(
            &mut |k| {
                let Some(order) = k.checked_sub(1) else {
                    return Ok(NormalForm::zero());
                };
                let order = NormalForm::from(i64::from(order));
                let value = normaliser.polygamma(&order, constant)?;
                let factorial = Rational::from(Integer::factorial(k).complete());
                Ok(value.scale(&factorial.recip()))
            },
            self.budget,
        )
    }

    /// x + n and the factors x, x+1, …, x+n−1, so that x + n is positive at h = 0 where x is 0,
    /// −1, −2, …
    fn move_off_poles(&mut self, x: &Laurent) -> Result<(Laurent, Vec<Laurent>)> {
        let (constant, _) = x.split_constant().ok_or_else(more_terms)?;
        let poles = match constant.as_integer() {
            Some(n) if n <= 0 => (1u32 - n).to_u32().filter(|n| *n <= MAX_POLES),
            _ => Some(0),
        };
        let poles = poles.ok_or_else(|| Error::limit("the pole is too far from 0"))?;
        let mut factors = Vec::new();
        let mut shifted = x.clone();
        let one = Laurent::constant(NormalForm::one());
        for _ in 0..poles {
            let next = shifted.add(&one, self.budget)?;
            factors.push(std::mem::replace(&mut shifted, next));
        }
        Ok((shifted, factors))
    }

    pub(super) fn lgamma(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if is_pole(x) {
            return self.stirling(x);
        }
        let (shifted, poles) = self.move_off_poles(x)?;
        let (constant, rest) = shifted.split_constant().ok_or_else(more_terms)?;
        self.refuse_logarithms(&constant)?;
        let value = self
            .normaliser
            .elementary("lgamma", std::slice::from_ref(&constant))?;
        let mut series = self
            .log_gamma_series(&constant, &rest)?
            .add(&Laurent::constant(value), budget)?;
        // ln|Γ(x)| = ln|Γ(x + n)| − Σ ln|x + k|
        for pole in poles {
            let size = self.abs(&pole)?;
            series = series.sub(&self.ln(&size)?, budget)?;
        }
        Ok(series)
    }

    /// (x − 1/2) ln x − x + ln(2π)/2 + Σ B(2k)/(2k (2k−1) x^(2k−1)) for x → +∞.
    fn stirling(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if self.sign(x)? < 0 {
            return Err(unknown("lgamma"));
        }
        let log = self.ln(x)?;
        let half = Laurent::constant(NormalForm::from(Rational::from((-1, 2))));
        let two_pi = NormalForm::pi().scale(&Rational::from(2));
        let constant = self.normaliser.ln(&two_pi)?.scale(&Rational::from((1, 2)));
        let tail = x.recip(budget)?.compose(
            &mut |k| {
                if k % 2 == 0 {
                    return Ok(NormalForm::zero());
                }
                let index = k + 1;
                let value = bernoulli(index) / (u64::from(index) * u64::from(k));
                Ok(NormalForm::from(value))
            },
            budget,
        )?;
        x.add(&half, budget)?
            .mul(&log, budget)?
            .sub(x, budget)?
            .add(&Laurent::constant(constant), budget)?
            .add(&tail, budget)
    }

    pub(super) fn polygamma(&mut self, order: u32, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if is_pole(x) {
            return self.polygamma_at_infinity(order, x);
        }
        let (shifted, poles) = self.move_off_poles(x)?;
        let (constant, rest) = shifted.split_constant().ok_or_else(more_terms)?;
        self.refuse_logarithms(&constant)?;
        let normaliser = &mut *self.normaliser;
        let mut series = rest.compose(
            &mut |k| {
                let index = NormalForm::from(i64::from(order) + i64::from(k));
                let value = normaliser.polygamma(&index, &constant)?;
                let factorial = Rational::from(Integer::factorial(k).complete());
                Ok(value.scale(&factorial.recip()))
            },
            budget,
        )?;
        // ψ⁽ᵐ⁾(x) = ψ⁽ᵐ⁾(x+n) − (−1)^m m! Σ (x+k)^(−m−1)
        let mut factor = Rational::from(Integer::factorial(order).complete());
        if order.is_multiple_of(2) {
            factor = -factor;
        }
        let exponent = Rational::from(-i64::from(order) - 1);
        for pole in poles {
            let power = self.rational_power(&pole, &exponent)?;
            series = series.add(&power.scale(&factor), budget)?;
        }
        Ok(series)
    }

    /// ψ(x) ~ ln x − 1/(2x) − Σ B(2k)/(2k x^(2k)), and the derivatives of this, for x → +∞.
    fn polygamma_at_infinity(&mut self, order: u32, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if self.sign(x)? < 0 {
            return Err(unknown("polygamma"));
        }
        // The m-th derivative of x^(−n) is (−1)^m (n)_m x^(−n−m).
        let inverse = x.recip(budget)?;
        let rising = |n: u32| {
            let product = (n..n + order).map(Integer::from).product::<Integer>();
            Rational::from(if order.is_multiple_of(2) {
                product
            } else {
                -product
            })
        };
        let tail = inverse.compose(
            &mut |k| {
                let value = match k {
                    0 => Rational::new(),
                    1 => Rational::from((-1, 2)),
                    k if k % 2 == 1 => Rational::new(),
                    k => -bernoulli(k) / k,
                };
                Ok(NormalForm::from(value * rising(k)))
            },
            budget,
        )?;
        let tail = tail.mul(
            &self.rational_power(&inverse, &Rational::from(order))?,
            budget,
        )?;
        let head = if order == 0 {
            self.ln(x)?
        } else {
            // The m-th derivative of ln x is (−1)^(m−1) (m−1)! x^(−m).
            let mut factor = Rational::from(Integer::factorial(order - 1).complete());
            if order.is_multiple_of(2) {
                factor = -factor;
            }
            self.rational_power(&inverse, &Rational::from(order))?
                .scale(&factor)
        };
        head.add(&tail, budget)
    }
}
