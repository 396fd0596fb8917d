//! The effective support: the smallest degree that holds all but ε of the spectral law.
//!
//! The names are the literature's, the definition is ours: the least l with P(X_L ≤ l) ≥ 1 − ε.

use std::cmp::Ordering;

use super::law::{Route, law};
use super::sphere::multiplicity;
use crate::error::{Error, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::Bits;
use crate::theory::kernel::layer::Layer;

/// Highest degree looked at.
pub const LAST_DEGREE: u32 = 20_000;

/// The least l with P(X_L ≤ l) ≥ 1 − ε, and the number of harmonics up to it, Σ n_{l,d}.
///
/// # Errors
/// Undecided where a sum cannot be told from 1 − ε, or the degree is too high; those of the law.
pub fn support(
    layer: &Layer,
    d: u32,
    depth: u32,
    epsilon: &Number,
    prec: Bits,
    limits: &Limits,
) -> Result<(u32, rug::Integer)> {
    let goal = Number::from(1).add(&epsilon.neg(), prec, limits)?;
    let mut sum = Number::from(0);
    let mut harmonics = rug::Integer::new();
    for l in 0..=LAST_DEGREE {
        limits.check_deadline()?;
        let part = law(layer, d, depth, l, Route::Auto, prec, limits)?;
        sum = sum.add(&part, prec, limits)?;
        // The exact sums of many terms are long: a ball of them is enough.
        if let Some(q) = sum.as_rational()
            && q.denom().significant_bits() > 4 * prec.get()
        {
            sum = Number::Ball(sum.to_ball(prec));
        }
        harmonics += multiplicity(l, d);
        match sum.certain_cmp(&goal, prec) {
            Some(Ordering::Less) => {}
            Some(_) => return Ok((l, harmonics)),
            None => {
                return Err(Error::undecided(format!(
                    "P(X <= {l}) cannot be told from 1 - eps at this precision"
                ))
                .with_hint("raise it with --digits N, or change eps"));
            }
        }
    }
    Err(Error::undecided(format!(
        "the degrees up to {LAST_DEGREE} hold less than 1 - eps"
    ))
    .with_hint("take a larger eps"))
}
