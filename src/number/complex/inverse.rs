//! Logarithm, roots, powers and inverse functions: principal values, honest at the cuts.
//!
//! A box that meets a cut gives no information. On the real axis (imaginary part exactly 0) the
//! real functions apply, which end where the cut begins.

use super::ComplexBall;
use crate::number::{Ball, Bits};

impl ComplexBall {
    /// Whether the box may meet (−∞, 0], the cut of the logarithm and of the square root.
    pub fn meets_cut(&self) -> bool {
        !self.is_finite() || (self.im.contains_zero() && !self.re.is_positive())
    }

    /// The principal argument in (−π, π); no information if the box meets (−∞, 0].
    #[must_use]
    pub fn arg(&self, prec: Bits) -> Ball {
        if self.meets_cut() {
            return Ball::indeterminate();
        }
        if self.is_real() {
            return Ball::zero();
        }
        let wide = prec.plus(4);
        // The quotient is taken with the part that is certainly away from 0 below; where both are,
        // with the larger one, so that no arctangent is steep.
        let right = self.re.is_positive();
        let (x, y) = (self.re.mid(), self.im.mid());
        let steep = x.cmp_abs(y) == Some(std::cmp::Ordering::Less);
        if right && (!steep || self.im.contains_zero()) {
            return self.im.div(&self.re, wide).atan(prec);
        }
        let quarter = Ball::pi(wide).mul_2exp(-1);
        let turn = self.re.div(&self.im, wide).atan(wide);
        if self.im.is_positive() {
            quarter.sub(&turn, prec)
        } else {
            quarter.neg().sub(&turn, prec)
        }
    }

    /// `ln z`, principal; no information if the box meets (−∞, 0].
    #[must_use]
    pub fn ln(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.ln(prec));
        }
        if self.meets_cut() {
            return Self::indeterminate();
        }
        let wide = prec.plus(4);
        let size = self.abs_squared(wide).ln(prec).mul_2exp(-1);
        Self::new(size, self.arg(prec))
    }

    /// `√z`, principal; no information if the box meets (−∞, 0).
    ///
    /// With m = |z|: √((m + |x|)/2) is the larger part, and the other is y over twice that one.
    #[must_use]
    pub fn sqrt(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.sqrt(prec));
        }
        if self.meets_cut() {
            return Self::indeterminate();
        }
        let wide = prec.plus(6);
        let size = self.abs(wide);
        if self.re.is_positive() || (self.im.contains_zero()) || *self.re.mid() >= 0 {
            let re = size.add(&self.re, wide).mul_2exp(-1).sqrt(wide);
            let im = self.im.div(&re, prec).mul_2exp(-1);
            return Self::new(re.rounded(prec), im);
        }
        let im = size.sub(&self.re, wide).mul_2exp(-1).sqrt(wide);
        let re = self.im.abs().div(&im, prec).mul_2exp(-1);
        let im = im.rounded(prec);
        if self.im.is_positive() {
            Self::new(re, im)
        } else {
            Self::new(re, im.neg())
        }
    }

    /// `z^w = e^(w ln z)`, principal; no information if the box of z meets (−∞, 0].
    #[must_use]
    pub fn pow(&self, exponent: &ComplexBall, prec: Bits) -> ComplexBall {
        if self.is_real() && exponent.is_real() {
            return Self::real(self.re.pow(&exponent.re, prec));
        }
        let wide = prec.plus(16);
        self.ln(wide).mul(exponent, wide).exp(prec)
    }

    /// `arctan z = (ln(1 + iz) − ln(1 − iz))/(2i)`, principal; no information if the box meets the
    /// imaginary axis at ±i or beyond.
    #[must_use]
    pub fn atan(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.atan(prec));
        }
        let wide = prec.plus(6);
        let iz = self.mul_i();
        let above = iz.add_i64(1, wide).ln(wide);
        let below = iz.neg().add_i64(1, wide).ln(wide);
        above.sub(&below, prec).mul_2exp(-1).mul_i().neg()
    }

    /// `arsinh z = ln(z + √(1 + z²))`, principal; no information if the box meets the imaginary axis
    /// at ±i or beyond.
    #[must_use]
    pub fn asinh(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.asinh(prec));
        }
        if *self.re.mid() < 0 {
            // Odd; the sum below would cancel.
            return self.neg().asinh(prec).neg();
        }
        let wide = prec.plus(8);
        let root = self.square(wide).add_i64(1, wide).sqrt(wide);
        self.add(&root, wide).ln(prec)
    }
}
