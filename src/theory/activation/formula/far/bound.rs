//! Bounds C x^p e^{sx + cx²} of |f| on a half-strip.

use rug::{Float, Rational};

use super::super::interval::{Band, Interval, apply};
use crate::number::{Ball, Bits, Magnitude};

/// C x^p e^{sx + cx²}.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) scale: Magnitude,
    pub(super) degree: u32,
    pub(super) slope: Rational,
    pub(super) curve: Rational,
}

impl Bound {
    pub(super) fn constant(scale: Magnitude) -> Bound {
        Bound {
            scale,
            degree: 0,
            slope: Rational::new(),
            curve: Rational::new(),
        }
    }

    pub(super) fn of_rational(q: &Rational) -> Bound {
        Bound::constant(Magnitude::from_rational(q))
    }

    pub(super) fn times(&self, other: &Bound) -> Bound {
        Bound {
            scale: self.scale.times(other.scale),
            degree: self.degree + other.degree,
            slope: Rational::from(&self.slope + &other.slope),
            curve: Rational::from(&self.curve + &other.curve),
        }
    }

    pub(super) fn plus(&self, other: &Bound) -> Bound {
        Bound {
            scale: self.scale.plus(other.scale),
            degree: self.degree.max(other.degree),
            slope: self.slope.clone().max(other.slope.clone()),
            curve: self.curve.clone().max(other.curve.clone()),
        }
    }

    /// The bound of |f|^e for e > 0.
    pub(super) fn power(&self, e: &Rational) -> Option<Bound> {
        let scale = Ball::exact(self.scale.to_float())
            .pow_rational(e, Bits::new(64))
            .magnitude();
        let degree = (Rational::from(self.degree) * e).ceil();
        Some(Bound {
            scale,
            degree: degree.numer().to_u32()?,
            slope: Rational::from(&self.slope * e),
            curve: Rational::from(&self.curve * e),
        })
    }

    /// A band above max(ln bound, `least`) for x ≥ from, from ln x ≤ ln from − 1 + x/from, with the
    /// constant `least` as its lower side.
    pub(super) fn logarithm(&self, from: &Rational, least: &Rational) -> Option<Band> {
        let scale = Float::with_val(64, self.scale.to_float());
        if !scale.is_finite() || scale.is_zero() {
            return None;
        }
        let ln = Interval::of_ball(&Ball::exact(scale).ln(Bits::new(64)))?.high;
        let ln_from = apply(from, |x| x.ln(Bits::new(64)))?.high;
        let degree = Rational::from(self.degree);
        let constant: Rational = ln + (&degree * (ln_from - Rational::from(1)));
        let slope = (&self.slope + Rational::from(&degree / from)).max(Rational::new());
        let zero = Rational::new();
        Some(Band::new(vec![
            Interval::new(least.clone(), constant.max(least.clone())),
            Interval::new(zero.clone(), slope),
            Interval::new(zero.clone(), self.curve.clone().max(zero)),
        ]))
    }
}
