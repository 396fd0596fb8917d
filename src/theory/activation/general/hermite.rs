//! The Hermite coefficients of an activation and with them the Taylor coefficients of its kernel.
//!
//! Mehler's formula: κ(u) = Σ b_k u^k with $b_k = h_k^2/m_0$, $h_k = E[σ(Z) He_k(Z)]/\sqrt{k!}$,
//! m₀ = E σ(Z)² = Σ h_k². At every node the terms w σ(x) φ(x) He_k(x) follow from the recurrence
//! He_{k+1} = x He_k − k He_{k−1}, started at the weight. In balls it loses up to x√k − x²/2 nats, which the
//! precision of the node pays for.

use std::sync::Arc;

use rayon::prelude::*;

use super::View;
use super::cache;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::shape::Parity;

/// The first Taylor coefficients of a kernel, and how much is left.
#[derive(Debug)]
pub struct Table {
    prec: Bits,
    coefficients: Vec<Ball>,
}

/// Most coefficients.
pub const MOST: usize = 20_000;

impl Table {
    /// b_0, b_1, …
    pub fn coefficients(&self) -> &[Ball] {
        &self.coefficients
    }

    /// The precision it was made for.
    pub fn prec(&self) -> Bits {
        self.prec
    }

    /// An upper bound of Σ_{k ≥ K} b_k = 1 − Σ_{k < K} b_k (Parseval).
    pub fn rest(&self, from: usize) -> Magnitude {
        let prec = self.prec.plus(16);
        let mut rest = Ball::one();
        for b in self.coefficients.iter().take(from) {
            // b_k ≥ 0: a lower end below 0 says nothing.
            let low = b.lower(prec);
            if low > 0 {
                rest = rest.sub(&Ball::exact(low), prec);
            }
        }
        let high = rest.upper(Bits::new(64));
        if high > 0 {
            Magnitude::from_float(&high)
        } else {
            Magnitude::ZERO
        }
    }
}

impl View<'_> {
    /// A table of at least `count` coefficients, absolutely to about `prec` bits.
    ///
    /// # Errors
    /// Those of the nodes; a limit error for too many coefficients.
    pub fn table(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Arc<Table>> {
        if count > MOST {
            return Err(Error::limit(format!(
                "{count} coefficients of a kernel would be needed, more than {MOST}"
            )));
        }
        cache::table(&self.text(), count, prec, || {
            // A few more than asked for: the next question is rarely the same.
            let count = (count + count / 8).max(32).div_ceil(32) * 32;
            self.compute_table(count, prec, limits)
        })
    }

    fn compute_table(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Table> {
        let work = prec.plus(16);
        let sums = self.hermite_sums(count, work, limits)?;
        let m0 = self.second_moment(work, limits)?;
        if !m0.is_positive() {
            return Err(Error::undecided("whether E f(Z)^2 is positive"));
        }
        let scale = m0.recip(work);
        let coefficients = sums
            .iter()
            .map(|h| h.square(work).mul(&scale, work).rounded(prec.plus(8)))
            .collect();
        Ok(Table { prec, coefficients })
    }

    /// h_0, …, h_{K−1}.
    ///
    /// # Errors
    /// Those of the nodes.
    pub fn hermite_sums(&self, count: usize, prec: Bits, limits: &Limits) -> Result<Vec<Ball>> {
        let nodes = self.nodes(count, prec, limits)?;
        let parity = self.parity();
        let kept = |k: usize| match parity {
            Parity::Neither => true,
            Parity::Odd => k % 2 == 1,
            Parity::Even => k.is_multiple_of(2),
        };
        let zero = || vec![Ball::zero(); count];
        let parts = nodes
            .nodes
            .par_chunks(16)
            .map(|chunk| {
                let mut sums = zero();
                for node in chunk {
                    limits.check_deadline()?;
                    let wide = node.prec;
                    let (mut last, mut value) = (Ball::zero(), node.weight.clone());
                    for (k, sum) in sums.iter_mut().enumerate() {
                        if kept(k) {
                            *sum = sum.add(&value, wide);
                        }
                        let next = node
                            .x
                            .mul(&value, wide)
                            .sub(&last.mul_i64(k as i64, wide), wide);
                        last = std::mem::replace(&mut value, next);
                    }
                }
                Ok(sums)
            })
            .collect::<Result<Vec<Vec<Ball>>>>()?;
        let wide = prec.plus(32);
        let mut totals = zero();
        for part in parts {
            for (total, value) in totals.iter_mut().zip(part) {
                *total = total.add(&value, wide);
            }
        }
        // h_k = sum/√k!, with the error of the rule.
        let mut factorial = Ball::one();
        let mut result = Vec::with_capacity(count);
        for (k, total) in totals.into_iter().enumerate() {
            if k > 0 {
                factorial = factorial.mul_i64(k as i64, wide);
            }
            result.push(if kept(k) {
                total
                    .mul(&factorial.rsqrt(wide), wide)
                    .widened(nodes.error)
                    .rounded(wide)
            } else {
                Ball::zero()
            });
        }
        Ok(result)
    }
}
