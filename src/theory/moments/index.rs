//! [`Index`]: a real index of J above −1, exact or a ball.

use rug::Rational;

use crate::error::{Error, Result};
use crate::number::{Ball, Magnitude};

/// A real number above −1: an exact rational, or a ball around one.
#[derive(Clone, Debug)]
pub struct Index {
    centre: Rational,
    rad: Magnitude,
}

impl Index {
    /// The rational index.
    ///
    /// # Errors
    /// A domain error unless it is above −1.
    pub fn from_rational(q: Rational) -> Result<Index> {
        if q <= -1 {
            return Err(outside());
        }
        Ok(Index {
            centre: q,
            rad: Magnitude::ZERO,
        })
    }

    /// The index of a ball; an exact ball is the exact index.
    ///
    /// # Errors
    /// A domain error if the whole ball is at or below −1, an undecided one if only a part of it is.
    pub fn from_ball(index: &Ball) -> Result<Index> {
        let prec = crate::number::Bits::new(index.mid().prec().saturating_add(2));
        let above = index.add_i64(1, prec);
        if above.is_negative() || above.is_zero() {
            return Err(outside());
        }
        let tiny = index.mid().get_exp().is_some_and(|exp| exp < -(1 << 24));
        match index.mid().to_rational() {
            Some(centre) if above.is_positive() && !tiny => Ok(Index {
                centre,
                rad: index.rad(),
            }),
            _ => Err(Error::undecided(
                "whether an index of J is above -1 is not decided",
            )),
        }
    }

    /// The exact index, or the centre of the ball.
    pub fn centre(&self) -> &Rational {
        &self.centre
    }

    /// The index is within this of the centre.
    pub fn radius(&self) -> Magnitude {
        self.rad
    }

    /// The index as an integer a ≥ 0, if it is one exactly.
    pub fn to_integer(&self) -> Option<u32> {
        if self.rad.is_zero() && self.centre.is_integer() {
            self.centre.numer().to_u32()
        } else {
            None
        }
    }
}

impl From<u32> for Index {
    fn from(index: u32) -> Index {
        Index {
            centre: Rational::from(index),
            rad: Magnitude::ZERO,
        }
    }
}

fn outside() -> Error {
    Error::domain("an index of J is not above -1")
        .with_hint("J(a, b, theta) needs a > -1 and b > -1")
}
