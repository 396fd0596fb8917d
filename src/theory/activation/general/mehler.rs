//! κ and its derivatives inside (−1, 1) from the Taylor coefficients at 0, with the tail by Parseval.
//!
//! All b_j ≥ 0 and Σ b_j = 1, so with R = 1 − Σ_{j<K} b_j
//!
//! $$\Bigl|κ^{(k)}(u) − \sum_{j<K} b_j \tfrac{j!}{(j−k)!} u^{j−k}\Bigr|
//!   ≤ R \sup_{j ≥ K} \tfrac{j!}{(j−k)!} |u|^{j−k},$$
//!
//! and the factor falls from K on if (K + 1)(1 − |u|) ≥ k, so that the supremum is its value at K. For the
//! coefficients at a centre c the same with $\binom jm |c|^{j−m}$.

use super::View;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// Up to so many terms of |u|^K = 2^−prec the series is the first route of smooth activations.
pub(super) const FEW_TERMS: f64 = 900.0;

/// Up to so many it is the first route of activations with knots, whose other one is slower.
pub(super) const SOME_TERMS: f64 = 1500.0;

/// Up to so many where there is no other.
pub(super) const MANY_TERMS: f64 = 6000.0;

impl View<'_> {
    /// κ^{(k)}(u), |u| < 1.
    ///
    /// # Errors
    /// Those of the table; undecided for u too near ±1.
    pub fn mehler(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let work = prec.plus(16);
        let size = u.abs();
        let bits = -size.upper(Bits::new(64)).to_f64().log2();
        let terms = f64::from(prec.get()) / bits.max(1e-6);
        let count = self.terms(terms, k, bits)?;
        let table = self.table(count, work, limits)?;
        let coefficients = &table.coefficients()[..count];
        let value = coefficients.iter().enumerate().skip(k as usize).rev().fold(
            Ball::zero(),
            |sum, (j, b)| {
                let term = (0..u64::from(k))
                    .fold(b.clone(), |term, i| term.mul_i64(j as i64 - i as i64, work));
                sum.mul(u, work).add(&term, work)
            },
        );
        let tail = table.rest(count).times(falling(count, k, false, &size));
        Ok(value.widened(tail).rounded(prec.plus(4)))
    }

    /// A number K of terms after which the factor of the tail falls and is about 2^−prec.
    fn terms(&self, wanted: f64, k: u32, bits: f64) -> Result<usize> {
        let k = f64::from(k);
        let least = k / (1.0 - (-bits * std::f64::consts::LN_2).exp()).max(1e-9) + k + 4.0;
        let mut terms = wanted.max(least).max(4.0);
        // k log₂ K more bits.
        for _ in 0..4 {
            terms = (wanted + k * terms.log2() / bits.max(1e-6))
                .max(least)
                .max(4.0);
        }
        if terms > super::hermite::MOST as f64 {
            return Err(Error::undecided(format!(
                "the kernel of `{}` is not found so near to its end: its series would need {terms:.0} terms",
                self.text()
            )));
        }
        Ok(terms.ceil() as usize + 1)
    }

    /// κ^{(m)}(c)/m! for m < count, |c| < 1.
    ///
    /// # Errors
    /// As [`View::mehler`].
    pub fn taylor_at(
        &self,
        centre: &Ball,
        count: usize,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Vec<Ball>> {
        let size = centre.abs();
        if size.certain_cmp(&Ball::one()) != Some(std::cmp::Ordering::Less) {
            return Err(Error::domain(
                "the centre of an expansion of a kernel has to lie in (-1, 1)",
            ));
        }
        if centre.is_zero() {
            let table = self.table(count, prec, limits)?;
            return Ok(table.coefficients()[..count].to_vec());
        }
        let bits = -size.upper(Bits::new(64)).to_f64().log2();
        // C(K, m) ≤ 2^K (K/m)…: raise K until the last factor is small, in doubles; the ball decides.
        let m = count.saturating_sub(1) as f64;
        let mut terms = (f64::from(prec.get()) / bits).max(2.0 * m).max(8.0);
        let least = m / (1.0 - size.upper(Bits::new(64)).to_f64()).max(1e-9) + m;
        terms = terms.max(least);
        let log_binomial = |n: f64| {
            if m == 0.0 {
                return 0.0;
            }
            // Entropy bound of the binomial coefficient.
            let p = m / n;
            n * (-p * p.log2() - (1.0 - p) * (1.0 - p).max(1e-300).log2())
        };
        while log_binomial(terms) - (terms - m) * bits > -f64::from(prec.get()) {
            terms *= 1.1;
            if terms > super::hermite::MOST as f64 {
                return Err(Error::undecided(format!(
                    "the expansion of the kernel of `{}` so near to its end would need {terms:.0} terms",
                    self.text()
                )));
            }
        }
        let used = terms.ceil() as usize + 1;
        let work = prec.plus(32);
        let table = self.table(used, work, limits)?;
        let rest = table.rest(used);
        let b = &table.coefficients()[..used];
        let mut result = Vec::with_capacity(count);
        for m in 0..count {
            limits.check_deadline()?;
            // factor = C(j, m) c^{j−m}, from 1 at j = m.
            let mut factor = Ball::one();
            let mut sum = Ball::zero();
            for (j, b) in b.iter().enumerate().skip(m) {
                sum = factor.mul_add(b, &sum, work);
                factor = factor
                    .mul(centre, work)
                    .mul_i64(j as i64 + 1, work)
                    .div_i64((j + 1 - m) as i64, work);
            }
            let tail = rest.times(falling(used, m as u32, true, &size));
            result.push(sum.widened(tail).rounded(prec.plus(4)));
        }
        Ok(result)
    }
}

/// sup over j ≥ K of j!/(j−k)! |u|^{j−k}, over k! if `over_factorial`; infinite where it does not fall
/// from K on.
fn falling(count: usize, k: u32, over_factorial: bool, size: &Ball) -> Magnitude {
    let prec = Bits::new(64);
    let slack = Ball::one()
        .sub(size, prec)
        .mul_i64(count as i64 + 1, prec)
        .add_i64(-i64::from(k), prec);
    if !slack.is_nonnegative() || count < k as usize {
        return Magnitude::INFINITY;
    }
    let mut factor = size.pow_u64((count - k as usize) as u64, prec);
    for i in 0..i64::from(k) {
        factor = factor.mul_i64(count as i64 - i, prec);
        if over_factorial {
            factor = factor.div_i64(i + 1, prec);
        }
    }
    factor.magnitude()
}
