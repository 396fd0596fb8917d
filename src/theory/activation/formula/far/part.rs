//! What is known of one part of a formula on a half-strip.

use rug::Rational;

use super::super::interval::{Band, Interval};
use super::bound::Bound;
use crate::number::Magnitude;

/// What is known of one part.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) re: Option<Band>,
    pub(super) im: Option<Band>,
    pub(super) bound: Bound,
    /// Re f is at least this.
    pub(super) least: Option<Rational>,
    /// Re f is at most this.
    pub(super) most: Option<Rational>,
}

impl Part {
    /// A part within two bands.
    pub(super) fn within(re: Band, im: Band, from: &Rational) -> Part {
        let size = re.total_size() + im.total_size();
        let degree = re.degree().max(im.degree()) as u32;
        Part {
            bound: Bound {
                degree,
                ..Bound::of_rational(&size)
            },
            least: re.infimum(from),
            most: re.supremum(from),
            re: Some(re),
            im: Some(im),
        }
    }

    /// A part of which only a bound is known.
    pub(super) fn bounded(bound: Bound) -> Part {
        let still = bound.slope <= 0 && bound.curve <= 0 && bound.degree == 0;
        let band = still
            .then(|| magnitude(bound.scale))
            .flatten()
            .map(|most| Band::constant(Interval::around_zero(most)));
        Part {
            least: band.as_ref().map(|b| b.coefficients()[0].low.clone()),
            most: band.as_ref().map(|b| b.coefficients()[0].high.clone()),
            re: band.clone(),
            im: band,
            bound,
        }
    }

    /// A part within a rectangle.
    pub(super) fn rectangle(re: Interval, im: Interval) -> Part {
        Part::within(Band::constant(re), Band::constant(im), &Rational::from(1))
    }

    pub(super) fn neg(&self) -> Part {
        Part {
            re: self.re.as_ref().map(Band::neg),
            im: self.im.as_ref().map(Band::neg),
            bound: self.bound.clone(),
            least: self.most.clone().map(|most| -most),
            most: self.least.clone().map(|least| -least),
        }
    }

    /// A constant bound of |Im f|.
    pub(super) fn tilt(&self) -> Option<Rational> {
        self.im.as_ref()?.constant_size()
    }
}

pub(super) fn magnitude(m: Magnitude) -> Option<Rational> {
    m.is_finite().then(|| m.to_float().to_rational()).flatten()
}

/// Below π/2: 157/100 < 1.5707.
pub(super) fn quarter_turn() -> Rational {
    Rational::from((157, 100))
}

pub(super) fn rational(n: i32, d: i32) -> Rational {
    Rational::from((n, d))
}
