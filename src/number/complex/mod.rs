//! [`ComplexBall`]: a complex number known to lie in a rectangle, a ball for each part.
//!
//! The promise is that of [`Ball`]: the result of an operation contains f(z) for each z of the
//! operands. There is a second promise, on which certified integration rests:
//!
//! **If a function of this module returns a finite box, it is holomorphic on a neighbourhood of the
//! argument's box.** A box that meets a branch cut or holds a pole gives no information, never the
//! value of one side. Compositions of such functions keep the promise, so a finite value on a box
//! certifies that a formula has neither pole nor cut there, and bounds it. (The one exception is a
//! box on the real axis, with imaginary part exactly 0: there √ and ln follow the real functions,
//! and the promise is that of [`Ball`] on the axis only.)
//!
//! The files: this one, arithmetic; `elementary`, exponential, circular and hyperbolic functions;
//! `inverse`, logarithm, roots, powers and inverse functions; `error_function`, erf.

mod elementary;
mod error_function;
mod inverse;

use rug::Float;
use rug::float::Round;

use super::{Ball, Bits, Magnitude};

/// The numbers x + iy with x in one ball and y in another.
///
/// Invariant: if either part is unknown, both are.
#[derive(Clone, Debug)]
pub struct ComplexBall {
    re: Ball,
    im: Ball,
}

/// Constructors and parts.
impl ComplexBall {
    /// The rectangle of the two parts.
    pub fn new(re: Ball, im: Ball) -> ComplexBall {
        if re.is_finite() && im.is_finite() {
            ComplexBall { re, im }
        } else {
            Self::indeterminate()
        }
    }

    /// A real ball.
    pub fn real(re: Ball) -> ComplexBall {
        Self::new(re, Ball::zero())
    }

    /// The integer, exactly.
    pub fn from_i64(n: i64) -> ComplexBall {
        Self::real(Ball::from_i64(n))
    }

    /// Exactly i.
    pub fn i() -> ComplexBall {
        Self::new(Ball::zero(), Ball::one())
    }

    /// No information.
    pub fn indeterminate() -> ComplexBall {
        ComplexBall {
            re: Ball::indeterminate(),
            im: Ball::indeterminate(),
        }
    }

    /// The real part.
    pub fn re(&self) -> &Ball {
        &self.re
    }

    /// The imaginary part.
    pub fn im(&self) -> &Ball {
        &self.im
    }

    /// Whether anything is known.
    pub fn is_finite(&self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    /// Whether the imaginary part is exactly 0.
    pub fn is_real(&self) -> bool {
        self.im.is_zero() && self.re.is_finite()
    }

    /// Whether the box is a single number.
    pub fn is_exact(&self) -> bool {
        self.re.is_exact() && self.im.is_exact()
    }

    /// Whether 0 is in the box.
    pub fn contains_zero(&self) -> bool {
        self.re.contains_zero() && self.im.contains_zero()
    }

    /// Whether every number of `inner` is in this box.
    pub fn contains(&self, inner: &ComplexBall) -> bool {
        self.re.contains(&inner.re) && self.im.contains(&inner.im)
    }

    /// Whether the two boxes may share a number.
    pub fn overlaps(&self, other: &ComplexBall) -> bool {
        self.re.overlaps(&other.re) && self.im.overlaps(&other.im)
    }

    /// The box with each part widened by `by`.
    #[must_use]
    pub fn widened(self, by: Magnitude) -> ComplexBall {
        Self::new(self.re.widened(by), self.im.widened(by))
    }

    /// The corner-to-centre distance of the box, rounded up.
    pub fn radius(&self) -> Magnitude {
        hypotenuse(self.re.rad(), self.im.rad())
    }

    /// The centre, exactly.
    #[must_use]
    pub fn centre(&self) -> ComplexBall {
        Self::new(
            Ball::exact(self.re.mid().clone()),
            Ball::exact(self.im.mid().clone()),
        )
    }

    /// An upper bound of |z| over the box.
    pub fn magnitude(&self) -> Magnitude {
        hypotenuse(self.re.magnitude(), self.im.magnitude())
    }

    /// A lower bound of |z| over the box, 0 if it holds 0.
    pub fn magnitude_lower(&self) -> Float {
        if !self.is_finite() {
            return Float::new(32);
        }
        let (x, y) = (self.re.magnitude_lower(), self.im.magnitude_lower());
        let square = Float::with_val_round(64, x.mul_add_mul_ref(&x, &y, &y), Round::Down).0;
        Float::with_val_round(32, square.sqrt_ref(), Round::Down).0
    }

    /// |z|.
    #[must_use]
    pub fn abs(&self, prec: Bits) -> Ball {
        if self.is_real() {
            return self.re.abs();
        }
        self.abs_squared(prec.plus(4)).sqrt(prec)
    }

    /// |z|², never below 0: where squaring the balls would reach below, the ends decide.
    #[must_use]
    pub fn abs_squared(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        let square = self.re.square(prec).add(&self.im.square(prec), prec);
        if square.is_positive() {
            return square;
        }
        let low = self.magnitude_lower();
        let low = Float::with_val_round(64, low.square_ref(), Round::Down).0;
        let (x, y) = (self.re.magnitude(), self.im.magnitude());
        let high = x.times(x).plus(y.times(y));
        Ball::from_bounds(&low, &high.to_float(), prec)
    }
}

/// √(x² + y²), rounded up.
fn hypotenuse(x: Magnitude, y: Magnitude) -> Magnitude {
    if x.is_zero() {
        return y;
    }
    if y.is_zero() {
        return x;
    }
    x.times(x).plus(y.times(y)).sqrt()
}

/// Field operations.
impl ComplexBall {
    /// `−z`, exactly.
    #[must_use]
    pub fn neg(&self) -> ComplexBall {
        ComplexBall {
            re: self.re.neg(),
            im: self.im.neg(),
        }
    }

    /// The complex conjugate, exactly.
    #[must_use]
    pub fn conj(&self) -> ComplexBall {
        ComplexBall {
            re: self.re.clone(),
            im: self.im.neg(),
        }
    }

    /// `i z`, exactly.
    #[must_use]
    pub fn mul_i(&self) -> ComplexBall {
        ComplexBall {
            re: self.im.neg(),
            im: self.re.clone(),
        }
    }

    /// `z + w`.
    #[must_use]
    pub fn add(&self, other: &ComplexBall, prec: Bits) -> ComplexBall {
        Self::new(self.re.add(&other.re, prec), self.im.add(&other.im, prec))
    }

    /// `z − w`.
    #[must_use]
    pub fn sub(&self, other: &ComplexBall, prec: Bits) -> ComplexBall {
        Self::new(self.re.sub(&other.re, prec), self.im.sub(&other.im, prec))
    }

    /// `z + x` for a real x.
    #[must_use]
    pub fn add_ball(&self, x: &Ball, prec: Bits) -> ComplexBall {
        Self::new(self.re.add(x, prec), self.im.clone())
    }

    /// `z + n`.
    #[must_use]
    pub fn add_i64(&self, n: i64, prec: Bits) -> ComplexBall {
        Self::new(self.re.add_i64(n, prec), self.im.clone())
    }

    /// `x z` for a real x.
    #[must_use]
    pub fn mul_ball(&self, x: &Ball, prec: Bits) -> ComplexBall {
        if self.im.is_zero() {
            return Self::real(self.re.mul(x, prec));
        }
        Self::new(self.re.mul(x, prec), self.im.mul(x, prec))
    }

    /// `n z`.
    #[must_use]
    pub fn mul_i64(&self, n: i64, prec: Bits) -> ComplexBall {
        Self::new(self.re.mul_i64(n, prec), self.im.mul_i64(n, prec))
    }

    /// `2^shift z`, exactly.
    #[must_use]
    pub fn mul_2exp(&self, shift: i32) -> ComplexBall {
        Self::new(self.re.mul_2exp(shift), self.im.mul_2exp(shift))
    }

    /// `z w`: (ac − bd) + i (ad + bc).
    #[must_use]
    pub fn mul(&self, other: &ComplexBall, prec: Bits) -> ComplexBall {
        if other.im.is_zero() {
            return self.mul_ball(&other.re, prec);
        }
        if self.im.is_zero() {
            return other.mul_ball(&self.re, prec);
        }
        let wide = prec.plus(2);
        let re = self.re.mul(&other.re, wide);
        let re = re.sub(&self.im.mul(&other.im, wide), prec);
        let im = self.re.mul(&other.im, wide);
        let im = im.add(&self.im.mul(&other.re, wide), prec);
        Self::new(re, im)
    }

    /// `z²`: (x² − y²) + 2ixy.
    #[must_use]
    pub fn square(&self, prec: Bits) -> ComplexBall {
        if self.im.is_zero() {
            return Self::real(self.re.square(prec));
        }
        let wide = prec.plus(2);
        let re = self.re.square(wide).sub(&self.im.square(wide), prec);
        Self::new(re, self.re.mul(&self.im, prec).mul_2exp(1))
    }

    /// `1/z`; no information if the box holds 0.
    ///
    /// At the centre c by c̄/|c|²; over the box |1/z − 1/c| = |z − c| / (|z| |c|), so a box that does
    /// not hold 0 has a finite inverse however wide it is.
    #[must_use]
    pub fn recip(&self, prec: Bits) -> ComplexBall {
        if self.im.is_zero() {
            return Self::real(self.re.recip(prec));
        }
        if !self.is_finite() {
            return Self::indeterminate();
        }
        let centre = self.centre();
        let wide = prec.plus(4);
        let square = centre.re.square(wide).add(&centre.im.square(wide), wide);
        let inverse = Self::new(
            centre.re.div(&square, prec),
            centre.im.neg().div(&square, prec),
        );
        if self.is_exact() {
            return inverse;
        }
        // The centre is in the box, so the lower bound holds for it too.
        let low = self.magnitude_lower();
        let centre_low = centre.magnitude_lower();
        inverse.widened(self.radius().over(&low).over(&centre_low))
    }

    /// `z/w`; no information if `w` may be 0.
    #[must_use]
    pub fn div(&self, other: &ComplexBall, prec: Bits) -> ComplexBall {
        if other.im.is_zero() {
            return self.div_ball(&other.re, prec);
        }
        self.mul(&other.recip(prec.plus(4)), prec)
    }

    /// `z/x` for a real x.
    #[must_use]
    pub fn div_ball(&self, x: &Ball, prec: Bits) -> ComplexBall {
        if self.im.is_zero() {
            return Self::real(self.re.div(x, prec));
        }
        Self::new(self.re.div(x, prec), self.im.div(x, prec))
    }

    /// `z^n` for an integer n; a negative power of a box that holds 0 is no information.
    #[must_use]
    pub fn pow_i64(&self, n: i64, prec: Bits) -> ComplexBall {
        if self.im.is_zero() {
            return Self::real(self.re.pow_i64(n, prec));
        }
        if n < 0 {
            return self.recip(prec.plus(8)).pow_i64(n.saturating_neg(), prec);
        }
        let n = n.unsigned_abs();
        // Each of the at most 2·64 products loses a bit or two.
        let wide = prec.plus(2 * (64 - n.leading_zeros()));
        let mut power = Self::from_i64(1);
        for bit in (0..64 - n.leading_zeros()).rev() {
            power = power.square(wide);
            if n >> bit & 1 == 1 {
                power = power.mul(self, wide);
            }
        }
        Self::new(power.re.rounded(prec), power.im.rounded(prec))
    }
}

#[cfg(test)]
mod tests;
