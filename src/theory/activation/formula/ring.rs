//! Complex boxes as the coefficients of power series.

use rug::Rational;

use crate::number::ring::{RationalAlgebra, Ring};
use crate::number::{Ball, Bits, ComplexBall};

/// A complex box and the precision its operations round to.
#[derive(Debug, Clone)]
pub(super) struct WorkingBox {
    /// The enclosure.
    pub z: ComplexBall,
    /// The precision of operations on it.
    pub prec: Bits,
}

impl WorkingBox {
    /// The box at a working precision.
    pub fn new(z: ComplexBall, prec: Bits) -> Self {
        WorkingBox { z, prec }
    }

    fn with(&self, z: ComplexBall) -> Self {
        WorkingBox { z, prec: self.prec }
    }
}

impl Ring for WorkingBox {
    fn integer_like(&self, value: i64) -> Self {
        self.with(ComplexBall::from_i64(value))
    }

    fn is_zero(&self) -> bool {
        self.z.re().is_zero() && self.z.im().is_zero()
    }

    fn add(&self, other: &Self) -> Self {
        self.with(self.z.add(&other.z, self.prec))
    }

    fn sub(&self, other: &Self) -> Self {
        self.with(self.z.sub(&other.z, self.prec))
    }

    fn neg(&self) -> Self {
        self.with(self.z.neg())
    }

    fn mul(&self, other: &Self) -> Self {
        self.with(self.z.mul(&other.z, self.prec))
    }

    fn mul_small(&self, factor: i64) -> Self {
        self.with(self.z.mul_i64(factor, self.prec))
    }

    fn inverse(&self) -> Option<Self> {
        (self.z.is_finite() && !self.z.contains_zero()).then(|| self.with(self.z.recip(self.prec)))
    }
}

impl RationalAlgebra for WorkingBox {
    fn div_small(&self, divisor: u64) -> Self {
        match i64::try_from(divisor) {
            Ok(divisor) => self.with(self.z.div_ball(&Ball::from_i64(divisor), self.prec)),
            Err(_) => self.mul_rational(&Rational::from((1, divisor))),
        }
    }

    fn mul_rational(&self, factor: &Rational) -> Self {
        let factor = Ball::from_rational(factor, self.prec);
        self.with(self.z.mul_ball(&factor, self.prec))
    }
}
