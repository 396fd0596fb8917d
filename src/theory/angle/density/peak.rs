//! The largest value of a density of the chain, by branch and bound.
//!
//! At an inner maximum y* the derivative vanishes, so f(y) ≥ f(y*) − C₂(y − y*)²/2 with C₂ = sup |f''|, at
//! most that of the noise, 1/(s³√(2π)). A cell of radius r around y is out when f(y) + C₂r²/2 is below a value
//! already found; near the maximum a bounded number of cells is left at every size, so halving them
//! finds the maximum to any accuracy. In a cell that reaches the edge x = 0 the maximum may have a slope, of
//! at most C₁ = sup |f'| ≤ 1/(s²√(2πe)) < 0.2420/s².

use super::chain::Chain;
use super::grid::exact;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// Most cells of one size.
const MOST_CELLS: usize = 100_000;

/// A cell around −`depth`.
struct Cell {
    depth: f64,
    value: Ball,
}

/// The maximum of f_ℓ on (−∞, 0].
///
/// # Errors
/// A limit error at the deadline, or for a density that is too flat.
pub(super) fn peak(chain: &Chain, layer: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let noise = if layer == 1 {
        &chain.law.first
    } else {
        &chain.law.noise
    };
    let work = Bits::new(64);
    let wide = prec.plus(32);
    // C₂ = 2·half·height, C₁ < 0.2420/s² = 0.4840·half.
    let curvature = noise.half.mul(&noise.height, work).mul_2exp(1);
    let slope = noise.half.mul_i64(4840, work).div_i64(10_000, work);
    let (reach, below) = chain.below(layer, limits)?;
    // Cells of radius r around the odd multiples of −r, with r a power of two.
    let mut radius = (noise.sd.mid().to_f64() / 4.0).log2().floor().exp2();
    let count = (reach / (2.0 * radius)).ceil();
    if count.is_nan() || count > MOST_CELLS as f64 {
        return Err(too_flat());
    }
    let at = |depth: f64| -> Result<Cell> {
        Ok(Cell {
            depth,
            value: chain.density(layer, &exact(-depth), limits)?,
        })
    };
    let mut cells = Vec::new();
    for k in 0..count as u64 {
        cells.push(at((2 * k + 1) as f64 * radius)?);
    }
    let mut best = Ball::exact(chain.density(layer, &Ball::zero(), limits)?.lower(wide));
    loop {
        for cell in &cells {
            let lower = cell.value.lower(wide);
            if lower > *best.mid() {
                best = Ball::exact(lower);
            }
        }
        // The bound of a cell above its value.
        let excess = |cell: &Cell| {
            let r = exact(radius);
            if cell.depth <= radius {
                r.mul_2exp(1).mul(&slope, work)
            } else {
                r.square(work).mul(&curvature, work).mul_2exp(-1)
            }
        };
        let mut highest = best.clone();
        cells.retain(|cell| {
            let upper = cell.value.add(&excess(cell), wide).upper(wide);
            let stays = upper >= *best.mid();
            if stays && upper > *highest.mid() {
                highest = Ball::exact(upper);
            }
            stays
        });
        if below.to_float() > *best.mid() {
            return Ok(Ball::indeterminate());
        }
        let widest = highest.sub(&best, wide).magnitude();
        let target = best.magnitude().shifted(-i64::from(prec.get()));
        let errors = cells.iter().map(|cell| cell.value.rad()).max();
        let settled = errors.is_none_or(|error| widest <= error.shifted(2));
        if widest <= target || settled || radius < 1e-280 {
            return Ok(Ball::from_bounds(best.mid(), highest.mid(), prec.plus(8)));
        }
        if cells.len() > MOST_CELLS {
            return Err(too_flat());
        }
        radius /= 2.0;
        let mut halves = Vec::with_capacity(2 * cells.len());
        for cell in &cells {
            halves.push(at(cell.depth - radius)?);
            halves.push(at(cell.depth + radius)?);
        }
        cells = halves;
    }
}

fn too_flat() -> Error {
    Error::limit("the density is too flat or too wide to find its maximum")
        .with_hint("take a smaller depth, or evaluate `angle.density` at points")
}
