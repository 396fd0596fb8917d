//! The entire functions exp, sin, cos, sinh, cosh, and tanh, tan and the logistic function.
//!
//! The entire ones come from the real functions of the parts. tanh and the logistic function are
//! written with one exponential that occurs once, so that a wide box is not made wider than it is.

use super::ComplexBall;
use crate::number::{Ball, Bits, Magnitude};

impl ComplexBall {
    /// `e^z = e^x (cos y + i sin y)`.
    #[must_use]
    pub fn exp(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.exp(prec));
        }
        let wide = prec.plus(4);
        let size = self.re.exp(wide);
        let (sin, cos) = self.im.sin_cos(wide);
        Self::new(size.mul(&cos, prec), size.mul(&sin, prec))
    }

    /// `sin z = sin x cosh y + i cos x sinh y`.
    #[must_use]
    pub fn sin(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.sin(prec));
        }
        let wide = prec.plus(4);
        let (sin, cos) = self.re.sin_cos(wide);
        let (sinh, cosh) = (self.im.sinh(wide), self.im.cosh(wide));
        Self::new(sin.mul(&cosh, prec), cos.mul(&sinh, prec))
    }

    /// `cos z = cos x cosh y − i sin x sinh y`.
    #[must_use]
    pub fn cos(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.cos(prec));
        }
        let wide = prec.plus(4);
        let (sin, cos) = self.re.sin_cos(wide);
        let (sinh, cosh) = (self.im.sinh(wide), self.im.cosh(wide));
        Self::new(cos.mul(&cosh, prec), sin.mul(&sinh, prec).neg())
    }

    /// `sinh z = −i sin(iz)`.
    #[must_use]
    pub fn sinh(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.sinh(prec));
        }
        self.mul_i().sin(prec).mul_i().neg()
    }

    /// `cosh z = cos(iz)`.
    #[must_use]
    pub fn cosh(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.cosh(prec));
        }
        self.mul_i().cos(prec)
    }

    /// The logistic function `1/(1 + e^(−z))`; no information if the box may hold a pole, iπ(2k+1).
    #[must_use]
    pub fn logistic(&self, prec: Bits) -> ComplexBall {
        let wide = prec.plus(4);
        self.neg().exp(wide).add_i64(1, wide).recip(prec)
    }

    /// `tanh z`; no information if the box may hold a pole, iπ(k+1/2).
    ///
    /// Narrow boxes near 0: sinh/cosh, which keeps the relative accuracy. Others:
    /// ±(2/(1 + e^(∓2z)) − 1), the sign that of Re z.
    #[must_use]
    pub fn tanh(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.tanh(prec));
        }
        if !self.is_finite() {
            return Self::indeterminate();
        }
        let wide = prec.plus(6);
        let narrow = self.radius() < Magnitude::power_of_two(-8);
        if narrow && self.magnitude() < Magnitude::ONE {
            return self.sinh(wide).div(&self.cosh(wide), prec);
        }
        if *self.re.mid() < 0 {
            return self.neg().tanh(prec).neg();
        }
        self.mul_2exp(1)
            .logistic(wide)
            .mul_2exp(1)
            .add_i64(-1, prec)
    }

    /// `tan z = −i tanh(iz)`; no information if the box may hold a pole, π(k+1/2).
    #[must_use]
    pub fn tan(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.tan(prec));
        }
        self.mul_i().tanh(prec).mul_i().neg()
    }

    /// `sech² z = 4w/(1 + w)²` with w = e^(∓2z), the sign that of Re z; no information if the box
    /// may hold a pole.
    #[must_use]
    pub fn sech_squared(&self, prec: Bits) -> ComplexBall {
        if *self.re.mid() < 0 {
            return self.neg().sech_squared(prec);
        }
        let wide = prec.plus(8);
        let decay = self.mul_2exp(1).neg().exp(wide);
        let inverse = decay.add_i64(1, wide).recip(wide);
        decay.mul(&inverse.square(wide), prec).mul_2exp(2)
    }

    /// The standard normal density `e^(−z²/2)/√(2π)`.
    #[must_use]
    pub fn normal_density(&self, prec: Bits) -> ComplexBall {
        let wide = prec.plus(8);
        let root = Ball::pi(wide).mul_2exp(1).rsqrt(wide);
        // The exponent needs as many more bits as it has before its binary point.
        let size = self.magnitude();
        let integer_bits = size
            .exponent()
            .map_or(0, |bits| u32::try_from(2 * bits.clamp(0, 64)).unwrap_or(0));
        let exponent = self.square(wide.plus(integer_bits)).mul_2exp(-1).neg();
        exponent.exp(wide).mul_ball(&root, prec)
    }
}
