//! What is certain about a ball: signs, order, containment.
//!
//! A predicate is true only if it holds for every number of the ball (or pair of numbers); the
//! negation of a predicate is not the opposite statement.

use std::cmp::Ordering;

use rug::float::Round;
use rug::{Float, Rational};

use super::{Ball, Magnitude};

impl Ball {
    /// Whether every number of the ball is positive.
    pub fn is_positive(&self) -> bool {
        self.is_finite() && self.mid > 0 && self.is_away_from_zero()
    }

    /// Whether every number of the ball is negative.
    pub fn is_negative(&self) -> bool {
        self.is_finite() && self.mid < 0 && self.is_away_from_zero()
    }

    /// Whether |mid| > rad. 30 bits of the midpoint decide most cases without a float for the
    /// radius.
    fn is_away_from_zero(&self) -> bool {
        Magnitude::lower_bound(&self.mid) > self.rad
            || self.mid.cmp_abs(&self.rad.to_float()) == Some(Ordering::Greater)
    }

    /// Whether every number of the ball is at least 0.
    pub fn is_nonnegative(&self) -> bool {
        self.is_positive() || (self.is_finite() && self.mid >= self.rad.to_float())
    }

    /// Whether the ball is exactly {0}.
    pub fn is_zero(&self) -> bool {
        self.is_exact() && self.mid.is_zero()
    }

    /// Whether 0 is in the ball.
    pub fn contains_zero(&self) -> bool {
        !self.is_positive() && !self.is_negative()
    }

    /// The sign of every number of the ball, if they all have the same: `Equal` only for {0}.
    pub fn sign(&self) -> Option<Ordering> {
        if self.is_positive() {
            Some(Ordering::Greater)
        } else if self.is_negative() {
            Some(Ordering::Less)
        } else if self.is_zero() {
            Some(Ordering::Equal)
        } else {
            None
        }
    }

    /// The order of every pair of numbers of the two balls, if all pairs have the same.
    pub fn certain_cmp(&self, other: &Ball) -> Option<Ordering> {
        if self.is_exact() && other.is_exact() {
            return self.mid.partial_cmp(&other.mid);
        }
        if !self.is_finite() || !other.is_finite() {
            return None;
        }
        // The balls are apart iff |m1 − m2| > r1 + r2: the left rounded down, the right up.
        let distance = Float::with_val_round(64, &self.mid - &other.mid, Round::Zero).0;
        let reach = self.rad.plus(other.rad).to_float();
        if distance > reach {
            Some(Ordering::Greater)
        } else if -distance > reach {
            Some(Ordering::Less)
        } else {
            None
        }
    }

    /// Whether the two balls may share a number: false only if they are certainly apart.
    pub fn overlaps(&self, other: &Ball) -> bool {
        !matches!(
            self.certain_cmp(other),
            Some(Ordering::Less | Ordering::Greater)
        )
    }

    /// Whether the rational is in the ball; exact.
    pub fn contains_rational(&self, q: &Rational) -> bool {
        if !self.is_finite() {
            return true;
        }
        let (Some(mid), Some(rad)) = (self.mid.to_rational(), self.rad.to_float().to_rational())
        else {
            return true;
        };
        Rational::from(q - &mid).abs() <= rad
    }

    /// Whether every number of `inner` is in this ball; exact.
    pub fn contains(&self, inner: &Ball) -> bool {
        if !self.is_finite() {
            return true;
        }
        if !inner.is_finite() {
            return false;
        }
        // |m1 − m2| + r2 <= r1 with the distance rounded up to 64 bits can reject a touching pair;
        // decide those exactly.
        let distance = Magnitude::from_float(
            &Float::with_val_round(64, &self.mid - &inner.mid, Round::AwayZero).0,
        );
        if distance.plus(inner.rad) <= self.rad {
            return true;
        }
        let parts = (
            self.mid.to_rational(),
            self.rad.to_float().to_rational(),
            inner.mid.to_rational(),
            inner.rad.to_float().to_rational(),
        );
        let (Some(m1), Some(r1), Some(m2), Some(r2)) = parts else {
            return false;
        };
        Rational::from(&m1 - &m2).abs() + r2 <= r1
    }

    /// The smaller ball found that holds both.
    #[must_use]
    pub fn union(&self, other: &Ball, prec: crate::number::precision::Bits) -> Ball {
        let wide = prec.plus(32);
        let (a, b) = (self.lower(wide), other.lower(wide));
        let (c, d) = (self.upper(wide), other.upper(wide));
        Ball::from_bounds(
            if a < b { &a } else { &b },
            if c > d { &c } else { &d },
            prec,
        )
    }
}
