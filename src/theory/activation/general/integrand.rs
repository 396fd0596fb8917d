//! $g(z) = \prod_i (σ^{(k_i)}(\sqrt q z))^{p_i}$: the functions whose Gaussian expectations are taken.

use super::View;
use super::derivative;
use super::growth::Growth;
use crate::error::{Error, Result};
use crate::number::{Ball, Bits, ComplexBall};
use crate::theory::activation::shape::{Parity, Product};

/// Highest derivative and highest total power.
const MOST: u32 = 200;

/// See the [module](self).
#[derive(Debug, Clone)]
pub struct Integrand<'a> {
    /// The activation.
    pub view: &'a View<'a>,
    /// The pairs (kᵢ, pᵢ) with pᵢ ≥ 1.
    pub product: Vec<(u32, u32)>,
    /// √q > 0.
    pub root: Ball,
    /// Whether g(z) is multiplied by σ^{(k)}(−√q z) instead of σ^{(k)}(√q z) in its second half: only
    /// for a product of two.
    pub mirrored: bool,
}

impl<'a> Integrand<'a> {
    /// The integrand of a product.
    ///
    /// # Errors
    /// A domain error for q that is not positive or a product that is too large.
    pub fn new(
        view: &'a View<'a>,
        product: &Product,
        q: &Ball,
        prec: Bits,
    ) -> Result<Integrand<'a>> {
        if !q.is_positive() {
            return Err(Error::domain(
                "the variance q of an expectation has to be positive",
            ));
        }
        let product: Vec<(u32, u32)> = product.iter().copied().filter(|(_, p)| *p > 0).collect();
        let total: u64 = product.iter().map(|(_, p)| u64::from(*p)).sum();
        if total > u64::from(MOST) || product.iter().any(|(k, _)| *k > MOST) {
            return Err(Error::limit(format!(
                "a product with derivatives or powers beyond {MOST}"
            )));
        }
        Ok(Integrand {
            view,
            product,
            root: q.sqrt(prec.plus(32)),
            mirrored: false,
        })
    }

    /// The highest derivative.
    pub fn order(&self) -> u32 {
        self.product.iter().map(|(k, _)| *k).max().unwrap_or(0)
    }

    /// The sum of the powers.
    pub fn total(&self) -> u32 {
        self.product.iter().map(|(_, p)| *p).sum()
    }

    /// The value over a box of z; `piece` is that of σ at √q z, `opposite` that at −√q z.
    ///
    /// Where terms cancel at a real point (ln(1 + e^{20x}) far to the left), once more with the bits that
    /// were lost.
    pub fn value(&self, piece: usize, opposite: usize, z: &ComplexBall, prec: Bits) -> ComplexBall {
        let value = self.value_once(piece, opposite, z, prec.plus(8));
        let bits = i64::from(prec.get());
        let lost = bits.saturating_sub(value.re().accuracy());
        let worth = lost > 24 && value.is_finite() && z.is_real() && z.re().accuracy() >= bits;
        if !worth {
            return value;
        }
        let more = lost.min(3 * bits + 256) as u32 + 8;
        self.value_once(piece, opposite, z, prec.plus(more))
    }

    fn value_once(
        &self,
        piece: usize,
        opposite: usize,
        z: &ComplexBall,
        wide: Bits,
    ) -> ComplexBall {
        let w = if self.root.is_exact() && self.root.sub(&Ball::one(), wide).is_zero() {
            z.clone()
        } else {
            z.mul_ball(&self.root, wide)
        };
        let order = self.order() as usize + 1;
        let jet = self.view.jet(piece, &w, order, wide);
        let mut value = ComplexBall::from_i64(1);
        if self.mirrored {
            let other = self.view.jet(opposite, &w.neg(), order, wide);
            for (k, _) in &self.product {
                let here = derivative(&jet, *k, wide);
                value = value
                    .mul(&here, wide)
                    .mul(&derivative(&other, *k, wide), wide);
            }
            return value;
        }
        for (k, p) in &self.product {
            let power = derivative(&jet, *k, wide).pow_i64(i64::from(*p), wide);
            value = value.mul(&power, wide);
        }
        value
    }

    /// A bound of |g| far from the origin.
    ///
    /// # Errors
    /// Undecided where the growth of σ is not known.
    pub fn growth(&self) -> Result<Growth> {
        let base = self.view.some_growth(1.0)?;
        let radius = base.height / 2.0;
        let mut total: Option<Growth> = None;
        for (k, p) in &self.product {
            let power = if self.mirrored { 2 } else { *p };
            let factor = base.derivative(*k, radius).power(power);
            total = Some(match total {
                None => factor,
                Some(product) => product.times(&factor),
            });
        }
        match total {
            Some(growth) => Ok(growth.stretched(&self.root)),
            None => Ok(Growth {
                scale: crate::number::Magnitude::ONE,
                degree: 0,
                slope: 0.0,
                curve: 0.0,
                ..base
            }),
        }
    }

    /// The parity of g.
    pub fn parity(&self) -> Parity {
        if self.mirrored {
            // g(−z) = g(z): the two factors change places.
            return Parity::Even;
        }
        let odd = match self.view.parity() {
            Parity::Neither => return Parity::Neither,
            Parity::Odd => 1,
            Parity::Even => 0,
        };
        // Each derivative changes the parity.
        let signs: u64 = self
            .product
            .iter()
            .map(|(k, p)| u64::from(k + odd) * u64::from(*p))
            .sum();
        if signs % 2 == 1 {
            Parity::Odd
        } else {
            Parity::Even
        }
    }
}
