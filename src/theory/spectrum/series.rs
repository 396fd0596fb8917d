//! The law from the Taylor coefficients of $κ_L$ at 0: $D_l = \sum_k b_k w_{k,l}$.
//!
//! The weights of $u^k = \sum_l w_{k,l} G_l(u)$ lie between 0 and 1, so lower bounds of the b with the
//! missing mass δ enclose D_l to within δ.

use super::sphere::monomial_weights;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::kernel::branching::{Composition, composition};
use crate::theory::kernel::layer::Layer;

/// $D_l$ on $S^d$ from a composition.
pub fn of_composition(composed: &Composition, d: u32, l: u32, prec: Bits) -> Ball {
    let work = prec.plus(32);
    let (offset, step) = composed.powers();
    let values = composed.values();
    let first = l as usize;
    let length = offset + step * values.len();
    let count = length.saturating_sub(first).div_ceil(2);
    let weights = monomial_weights(l, d, count, work);
    let mut sum = Ball::zero();
    for (j, weight) in weights.iter().enumerate() {
        let k = first + 2 * j;
        if k < offset || !(k - offset).is_multiple_of(step) {
            continue;
        }
        if let Some(value) = values.get((k - offset) / step) {
            sum = sum.add(&weight.mul_integer(value, work), work);
        }
    }
    composed.settled(&sum, prec.plus(8))
}

/// $D_{l;L}$ to about `prec` bits after the point.
///
/// # Errors
/// Those of the composition.
pub fn law(layer: &Layer, d: u32, depth: u32, l: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let composed = composition(layer, depth, prec, limits)?;
    Ok(of_composition(&composed, d, l, prec))
}
