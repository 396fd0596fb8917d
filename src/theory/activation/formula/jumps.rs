//! Jumps of a piecewise formula and of its derivatives at the knots.
//!
//! A jump is proved to be 0 by the normal form, and certified not to be by a ball. The first order j at
//! which some knot has a jump decides the regularity of the kernel, β = j + 1/2 (see
//! [`edge`](crate::theory::activation::general::edge)).

use rug::Rational;

use super::domain::Piece;
use super::elementary;
use super::jet::jet;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::normal::{NoQuantities, NormalForm, nth_derivative};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

/// Highest order that is looked at.
const MOST: u32 = 12;

/// The first order j at which the j-th derivative jumps at some knot.
///
/// # Errors
/// Undecided where neither a proof nor a ball settles a jump.
pub(super) fn first_order(
    text: &str,
    pieces: &[Piece],
    knots: &[Rational],
    limits: &Limits,
) -> Result<u32> {
    let mut differences: Vec<Expr> = pieces
        .windows(2)
        .map(|pair| {
            elementary(&Expr::sum([
                pair[1].expr.clone(),
                pair[0].expr.clone().negate(),
            ]))
        })
        .collect();
    for order in 0..=MOST {
        limits.check_deadline()?;
        let mut unsettled = None;
        for (i, knot) in knots.iter().enumerate() {
            if value(&pieces[i], &pieces[i + 1], knot, order)
                .is_some_and(|ball| !ball.contains_zero())
            {
                return Ok(order);
            }
            let at = differences[i].substitute("x", &Expr::rational(knot.clone()));
            let proved =
                NormalForm::of(&at, limits, &NoQuantities).is_ok_and(|form| form.is_zero());
            if !proved {
                unsettled = Some(knot.clone());
            }
        }
        if let Some(knot) = unsettled {
            return Err(Error::undecided(format!(
                "whether `{text}` has a jump of its derivative of order {order} at x = {knot}"
            ))
            .with_hint(
                "neither the normal form nor a ball decides; write the pieces so that they cancel",
            ));
        }
        for difference in &mut differences {
            *difference = nth_derivative(difference, "x", 1, limits, &NoQuantities)?;
        }
    }
    Err(Error::undecided(format!(
        "`{text}` has no jump of a derivative up to order {MOST} at its knots"
    ))
    .with_hint("its kernel is smooth to that order; a smooth formula is better written without abs and max"))
}

/// The jump of the derivative of an order at a knot, as a ball of 128 bits.
fn value(left: &Piece, right: &Piece, knot: &Rational, order: u32) -> Option<Ball> {
    let prec = Bits::new(128);
    let z = ComplexBall::real(Ball::from_rational(knot, prec));
    let at = |piece: &Piece| {
        let coefficients = jet(&piece.tree, &z, order as usize + 1, prec);
        coefficients.last().cloned()
    };
    let jump = at(right)?.sub(&at(left)?, prec);
    jump.is_finite().then(|| jump.re().clone())
}
