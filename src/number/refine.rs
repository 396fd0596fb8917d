//! Ask for digits, get digits, or the reason why not (Ziv's strategy).
//!
//! The working precision starts a little above what the digits need and grows until the ball
//! decides every digit and the rounding of the last one. A value whose rounding lies on a tie, and
//! zero, can never be decided that way; they are the exact path's business, and here they end as
//! undecided with the bound that was reached.

use super::ball::Ball;
use super::decimal::Decimal;
use super::precision::{Bits, Digits};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// Guard bits of the first try.
const FIRST_GUARD: u32 = 24;

/// A ball and the digits that it decides.
#[derive(Debug, Clone)]
pub struct Refined {
    /// The correctly rounded decimal.
    pub decimal: Decimal,
    /// The ball that decided it.
    pub ball: Ball,
    /// The working precision of that ball.
    pub precision: Bits,
}

/// The working precisions to try in turn, for a wanted number of digits.
#[derive(Debug, Clone)]
pub struct Precisions {
    next: Bits,
    wanted: Bits,
    patience: u64,
}

impl Precisions {
    /// The sequence for `digits` digits.
    ///
    /// It gives up at 64 times the first precision plus 2^16 bits: a cancellation of that depth is
    /// most likely an exact zero or tie.
    pub fn new(digits: Digits) -> Precisions {
        let wanted = digits.to_bits();
        Precisions {
            next: wanted.plus(FIRST_GUARD),
            wanted,
            patience: u64::from(wanted.get()) * 64 + (1 << 16),
        }
    }

    /// The precision to try now.
    pub fn current(&self) -> Bits {
        self.next
    }

    /// Moves on after a ball that did not decide; `accuracy` is the number of its good bits.
    ///
    /// # Errors
    /// Undecided when patience ends, a limit error at the precision limit or the deadline.
    pub fn advance(&mut self, accuracy: i64, limits: &Limits) -> Result<()> {
        limits.check_deadline()?;
        let missing =
            (i64::from(self.wanted.get()) + i64::from(FIRST_GUARD)).saturating_sub(accuracy);
        // With some bits right, add what was lost (and a little); with none, double.
        let grown = if accuracy > 0 && missing > 0 {
            self.next.plus(
                u32::try_from(missing)
                    .unwrap_or(u32::MAX)
                    .saturating_add(16),
            )
        } else if accuracy > 0 {
            // Enough bits but an unlucky run of digits near a rounding boundary.
            self.next.plus(64)
        } else {
            self.next.doubled()
        };
        self.next = grown.max(Bits::new(
            self.next.get().saturating_add(self.next.get() / 4),
        ));
        if u64::from(self.next.get()) > self.patience {
            return Err(Error::undecided("the digits stay undecided"));
        }
        limits.check_precision(self.next)
    }
}

/// Evaluates `enclose` at growing precision until it decides `digits` significant digits.
///
/// # Errors
/// Whatever `enclose` reports; undecided with the bound reached; a limit at the deadline.
pub fn refine(
    digits: Digits,
    limits: &Limits,
    mut enclose: impl FnMut(Bits) -> Result<Ball>,
) -> Result<Refined> {
    let mut precisions = Precisions::new(digits);
    loop {
        let precision = precisions.current();
        let ball = enclose(precision)?;
        if let Some(decimal) = Decimal::from_ball(&ball, digits) {
            return Ok(Refined {
                decimal,
                ball,
                precision,
            });
        }
        precisions
            .advance(ball.accuracy(), limits)
            .map_err(|e| undecided(&ball, precision, e))?;
    }
}

/// Below 2^−2^30 lies nothing but 0 for MPFR: its exponents end at ±(2^30 − 1).
const SMALLEST_EXPONENT: i64 = -(1 << 30) + 1;

/// The error for a ball that did not decide, saying what is known and what to try.
pub fn undecided(ball: &Ball, precision: Bits, cause: Error) -> Error {
    let (known, hint) = if !ball.is_finite() {
        (
            format!("no bound of it is known at {precision}"),
            "a number on the way is too large (above 2^(2^30)), or cannot be told from a pole",
        )
    } else if ball.contains_zero() {
        match ball.magnitude().exponent() {
            Some(e) if e <= SMALLEST_EXPONENT => (
                format!("its absolute value is below 2^{e}, the smallest number there is"),
                "take logarithms, or scale it",
            ),
            Some(e) => (
                format!(
                    "its absolute value is below 2^{e} at {precision}, and it may be exactly 0"
                ),
                "if it is 0, `isobath check 'F == 0'` says to how many digits",
            ),
            None => (
                "it may be exactly 0".to_string(),
                "if it is 0, `isobath check 'F == 0'` says to how many digits",
            ),
        }
    } else {
        (
            format!("it may lie on a rounding boundary ({precision} were used)"),
            "try --exact, or another number of --digits",
        )
    };
    let hint = cause.hint().unwrap_or(hint).to_string();
    Error::new(cause.kind(), format!("{}: {known}", cause.message())).with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn digits_are_those_of_pi() {
        let refined = refine(Digits::literal(20), &Limits::default(), |p| Ok(Ball::pi(p)))
            .expect("pi is irrational");
        assert_eq!(refined.decimal.to_string(), "3.1415926535897932385");
    }

    #[test]
    fn cancellation_is_paid_with_precision() {
        // (π + 2^-1000) − π = 2^-1000 needs a thousand more bits.
        let tiny = Ball::one().mul_2exp(-1000);
        let refined = refine(Digits::literal(10), &Limits::default(), |p| {
            let pi = Ball::pi(p);
            Ok(pi.add(&tiny, p).sub(&pi, p))
        });
        assert_eq!(
            refined.expect("not zero").decimal.to_string(),
            "9.332636185e-302"
        );
    }

    #[test]
    fn a_hidden_zero_is_undecided_with_its_bound() {
        let error = refine(Digits::literal(10), &Limits::default(), |p| {
            Ok(Ball::pi(p).sub(&Ball::pi(p), p))
        })
        .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecided);
        assert!(error.message().contains("may be exactly 0"), "{error}");
        assert!(
            error.hint().is_some_and(|hint| hint.contains("== 0")),
            "{error}"
        );
    }

    #[test]
    fn overflow_and_underflow_are_not_called_zeros() {
        let of = |power: i64| {
            let huge = Ball::from_i64(power).mul_2exp(40);
            refine(Digits::literal(10), &Limits::default(), |p| Ok(huge.exp(p))).unwrap_err()
        };
        let (above, below) = (of(1), of(-1));
        assert!(
            above.hint().is_some_and(|hint| hint.contains("too large")),
            "{above}"
        );
        assert!(
            below.message().contains("smallest number") && !below.message().contains("exactly 0"),
            "{below}"
        );
    }
}
