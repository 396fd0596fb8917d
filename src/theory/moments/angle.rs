//! [`Angle`]: an angle in [0, π] that loses nothing at either end.
//!
//! An angle is kept as r·π + q with exact rationals r and q, and a radius that is 0 unless the angle
//! came from a ball. So θ, π − θ and π/2 − θ are each formed once, at the precision that their own
//! size needs, and sin θ, cos θ, sin(θ/2), cos(θ/2) = sin((π − θ)/2) keep their *relative* accuracy
//! however near θ is to 0, π/2 or π. Since π is irrational, each of the three is exactly 0 only if
//! both of its coefficients are.

use rug::{Float, Rational};

use crate::error::{Error, Result};
use crate::number::{Ball, Bits, Magnitude};

/// An angle θ in radians with 0 ≤ θ ≤ π: r·π + q for exact rationals, or a ball around that.
#[derive(Clone, Debug)]
pub struct Angle {
    /// r.
    pi: Rational,
    /// q.
    radians: Rational,
    /// |θ − (r·π + q)| ≤ rad.
    rad: Magnitude,
}

/// Constructors: each checks 0 ≤ θ ≤ π.
impl Angle {
    /// θ = q radians.
    ///
    /// # Errors
    /// A domain error outside [0, π].
    pub fn from_radians(q: Rational) -> Result<Angle> {
        Self::from_parts(Rational::new(), q)
    }

    /// θ = r·π.
    ///
    /// # Errors
    /// A domain error outside [0, π].
    pub fn from_pi_multiple(r: Rational) -> Result<Angle> {
        Self::from_parts(r, Rational::new())
    }

    /// θ = r·π + q, for instance π − 10⁻³⁰ with r = 1.
    ///
    /// # Errors
    /// A domain error outside [0, π].
    pub fn from_parts(r: Rational, q: Rational) -> Result<Angle> {
        let angle = Angle {
            pi: r,
            radians: q,
            rad: Magnitude::ZERO,
        };
        let prec = Bits::new(32);
        if angle.centre(prec).is_negative() || angle.supplement().centre(prec).is_negative() {
            return Err(outside());
        }
        Ok(angle)
    }

    /// The angle of a ball of radians; an exact ball is the exact angle.
    ///
    /// # Errors
    /// A domain error if the whole ball is outside [0, π], an undecided one if only a part of it is.
    pub fn from_ball(theta: &Ball) -> Result<Angle> {
        let prec = Bits::new(theta.mid().prec().saturating_add(64));
        let above = Ball::pi(prec).sub(theta, prec);
        if theta.is_negative() || above.is_negative() {
            return Err(outside());
        }
        // A dyadic midpoint below 2^-2^24 would need a denominator of that many bits.
        let tiny = theta.mid().get_exp().is_some_and(|exp| exp < -(1 << 24));
        let centre = theta.mid().to_rational();
        let (Some(radians), true, false) = (
            centre,
            theta.is_nonnegative() && above.is_nonnegative(),
            tiny,
        ) else {
            return Err(Error::undecided(
                "whether the angle lies in [0, pi] is not decided",
            ));
        };
        Ok(Angle {
            pi: Rational::new(),
            radians,
            rad: theta.rad(),
        })
    }
}

fn outside() -> Error {
    Error::domain("the angle is outside [0, pi]")
        .with_hint("angles are in radians, 0 <= theta <= pi")
}

/// What is exactly known.
impl Angle {
    /// Whether θ is exactly 0.
    pub fn is_zero(&self) -> bool {
        self.is_exact() && self.pi == 0 && self.radians == 0
    }

    /// Whether θ is exactly π.
    pub fn is_straight(&self) -> bool {
        self.is_exact() && self.pi == 1 && self.radians == 0
    }

    /// Whether θ is exactly π/2.
    pub fn is_right(&self) -> bool {
        self.is_exact() && self.pi == Rational::from((1, 2)) && self.radians == 0
    }

    /// Whether θ is a single number.
    pub fn is_exact(&self) -> bool {
        self.rad.is_zero()
    }

    /// |θ − centre| is at most this; 0 for an exact angle.
    pub fn radius(&self) -> Magnitude {
        self.rad
    }

    /// The coefficients (r, q) of the centre r·π + q.
    pub fn parts(&self) -> (&Rational, &Rational) {
        (&self.pi, &self.radians)
    }

    /// Whether the centre is above π/2.
    pub fn is_obtuse(&self) -> bool {
        self.complement(Bits::new(32)).is_negative()
    }

    /// π − θ.
    #[must_use]
    pub fn supplement(&self) -> Angle {
        Angle {
            pi: Rational::from(1 - &self.pi),
            radians: Rational::from(-&self.radians),
            rad: self.rad,
        }
    }

    /// The exact angle at the centre of a ball of angles.
    #[must_use]
    pub fn to_centre(&self) -> Angle {
        Angle {
            rad: Magnitude::ZERO,
            ..self.clone()
        }
    }

    /// An exact angle in [0, π] not above any angle of the ball, within a factor 1 + 2⁻²⁰ of the
    /// least one or 0.
    #[must_use]
    pub fn to_lower_end(&self) -> Angle {
        if self.is_exact() {
            return self.clone();
        }
        let lower = self.value(Bits::new(64)).lower(Bits::new(24));
        let lower = if lower > 0 { lower } else { Float::new(24) };
        Angle {
            pi: Rational::new(),
            radians: lower.to_rational().unwrap_or_default(),
            rad: Magnitude::ZERO,
        }
    }
}

/// Values. Of an exact angle each has relative accuracy of at least `prec` bits, or is exactly 0.
impl Angle {
    /// θ.
    pub fn value(&self, prec: Bits) -> Ball {
        self.centre(prec).widened(self.rad)
    }

    fn centre(&self, prec: Bits) -> Ball {
        linear(&self.pi, &self.radians, prec)
    }

    /// π/2 − θ.
    pub fn complement(&self, prec: Bits) -> Ball {
        let pi = Rational::from((1, 2)) - &self.pi;
        linear(&pi, &Rational::from(-&self.radians), prec).widened(self.rad)
    }

    /// sin(θ/2).
    pub fn half_sine(&self, prec: Bits) -> Ball {
        if let Some((sin, _)) = self.rational_sin_cos(1, prec)
            && sin.accuracy() >= i64::from(prec.get())
        {
            return sin;
        }
        self.value(prec.plus(4)).mul_2exp(-1).sin(prec.plus(2))
    }

    /// cos(θ/2) = sin((π − θ)/2).
    pub fn half_cosine(&self, prec: Bits) -> Ball {
        if let Some((_, cos)) = self.rational_sin_cos(1, prec)
            && cos.accuracy() >= i64::from(prec.get())
        {
            return cos;
        }
        let half = self.supplement().value(prec.plus(4)).mul_2exp(-1);
        half.sin(prec.plus(2))
    }

    /// Sine and cosine of θ/2^shift at high precision where θ is an exact rational number of radians of
    /// small height: the rational itself is a far better argument than a float.
    fn rational_sin_cos(&self, shift: u32, prec: Bits) -> Option<(Ball, Ball)> {
        let q = &self.radians;
        let small = q.numer().significant_bits() + q.denom().significant_bits() <= 64;
        if prec.get() < 1024 || !small || !self.is_exact() || self.pi != 0 {
            return None;
        }
        let argument = Rational::from(&self.radians >> shift);
        Some(Ball::sin_cos_rational(&argument, prec.plus(6)))
    }

    /// (sin²(θ/2), cos²(θ/2)): the lesser from a sine, the greater as the rest to 1.
    pub fn half_squares(&self, prec: Bits) -> (Ball, Ball) {
        let work = prec.plus(4);
        if self.is_obtuse() {
            let cos2 = self.half_cosine(work).square(work);
            (Ball::one().sub(&cos2, work), cos2)
        } else {
            let sin2 = self.half_sine(work).square(work);
            let cos2 = Ball::one().sub(&sin2, work);
            (sin2, cos2)
        }
    }

    /// (sin θ, cos θ), each from whichever of θ, π/2 − θ, π − θ is least in size.
    pub fn sin_cos(&self, prec: Bits) -> (Ball, Ball) {
        if let Some((sin, cos)) = self.rational_sin_cos(0, prec)
            && sin.accuracy().min(cos.accuracy()) >= i64::from(prec.get())
        {
            return (sin, cos);
        }
        let work = prec.plus(4);
        let turn = self.centre(Bits::new(53)).mid().to_f64() / std::f64::consts::PI;
        if turn < 0.375 {
            self.value(work).sin_cos(prec.plus(2))
        } else if turn <= 0.625 {
            let (cos, sin) = self.complement(work).sin_cos(prec.plus(2));
            (sin, cos)
        } else {
            let (sin, cos) = self.supplement().value(work).sin_cos(prec.plus(2));
            (sin, cos.neg())
        }
    }
}

/// r·π + q with relative accuracy of at least `prec` bits; exactly 0 for r = q = 0.
fn linear(r: &Rational, q: &Rational, prec: Bits) -> Ball {
    if *r == 0 {
        return Ball::from_rational(q, prec.plus(2));
    }
    if *q == 0 {
        return Ball::pi(prec.plus(4)).mul_rational(r, prec.plus(4));
    }
    // Terminates: r·π + q is not 0, so some precision tells it from 0.
    let mut work = prec.plus(16);
    loop {
        let value = Ball::pi(work).mul_rational(r, work).add_rational(q, work);
        let accuracy = value.accuracy();
        if accuracy >= i64::from(prec.get()) || work == Bits::MAX {
            return value;
        }
        let missing = i64::from(prec.get()).saturating_sub(accuracy);
        work = match u32::try_from(missing) {
            Ok(missing) if missing < work.get() => work.plus(missing + 4),
            _ => work.doubled(),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    const PREC: Bits = Bits::new(200);

    fn tiny() -> Rational {
        Rational::from((1, 10u64.pow(15))).square()
    }

    #[test]
    fn nothing_is_lost_at_the_ends_and_in_the_middle() {
        let near_pi = Angle::from_parts(Rational::from(1), -tiny()).expect("inside");
        let (sin, cos) = near_pi.sin_cos(PREC);
        assert!(sin.accuracy() >= 200 && cos.accuracy() >= 200);
        assert!(near_pi.half_cosine(PREC).accuracy() >= 200);
        assert!(near_pi.is_obtuse());
        let near_right = Angle::from_parts(Rational::from((1, 2)), -tiny()).expect("inside");
        assert!(near_right.sin_cos(PREC).1.accuracy() >= 200);
        assert!(!near_right.is_obtuse());
        let near_zero = Angle::from_radians(tiny()).expect("inside");
        assert!(near_zero.half_sine(PREC).accuracy() >= 200);
    }

    #[test]
    fn the_domain_is_decided_exactly() {
        let kind = |r: Result<Angle>| r.map(|_| ()).map_err(|e| e.kind());
        // 355/113 is above π by 2.7e-7, 333/106 below by 8.3e-5.
        assert_eq!(
            kind(Angle::from_radians(Rational::from((355, 113)))),
            Err(ErrorKind::Domain)
        );
        assert_eq!(
            kind(Angle::from_radians(Rational::from((333, 106)))),
            Ok(())
        );
        assert_eq!(
            kind(Angle::from_radians(Rational::from((-1, 9)))),
            Err(ErrorKind::Domain)
        );
        assert_eq!(kind(Angle::from_pi_multiple(Rational::from(1))), Ok(()));
        assert_eq!(
            kind(Angle::from_parts(Rational::from(1), tiny())),
            Err(ErrorKind::Domain)
        );
        assert_eq!(
            kind(Angle::from_ball(&Ball::pi(PREC))),
            Err(ErrorKind::Undecided)
        );
        let below = Ball::from_i64(-1).widened(Magnitude::power_of_two(-3));
        assert_eq!(kind(Angle::from_ball(&below)), Err(ErrorKind::Domain));
        assert_eq!(kind(Angle::from_ball(&Ball::from_i64(3))), Ok(()));
    }

    #[test]
    fn functions_of_one_angle_fit_together() {
        for (r, q) in [
            ((0, 1), (1, 3)),
            ((1, 3), (0, 1)),
            ((1, 1), (-1, 7)),
            ((1, 2), (1, 50)),
        ] {
            let angle = Angle::from_parts(Rational::from(r), Rational::from(q)).expect("inside");
            let (sin, cos) = angle.sin_cos(PREC);
            let (s, c) = (angle.half_sine(PREC), angle.half_cosine(PREC));
            let wide = PREC.plus(20);
            assert!(sin.overlaps(&s.mul(&c, wide).mul_2exp(1)));
            let difference = c.square(wide).sub(&s.square(wide), wide);
            assert!(cos.overlaps(&difference) && difference.rad().to_f64() < 1e-55);
            let ball = Angle::from_ball(&angle.value(Bits::new(80))).expect("inside");
            assert!(ball.sin_cos(PREC).1.overlaps(&cos));
            assert!(
                ball.to_lower_end()
                    .value(PREC)
                    .certain_cmp(&angle.value(PREC))
                    .is_some_and(|o| o.is_lt())
            );
        }
    }
}
