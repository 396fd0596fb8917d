//! Balls as the coefficients of polynomials and power series.
//!
//! A ring operation has no room for a precision argument, so a [`WorkingBall`] carries its own.

use rug::Rational;

use super::Ball;
use crate::number::precision::Bits;
use crate::number::ring::{RationalAlgebra, Ring};

/// A ball and the precision its operations round to.
///
/// Two operands of one operation have the same precision; if not, the first one's is taken, which
/// costs accuracy but not inclusion.
#[derive(Debug, Clone)]
pub struct WorkingBall {
    /// The enclosure.
    pub ball: Ball,
    /// The precision of operations on it.
    pub prec: Bits,
}

impl WorkingBall {
    /// The ball at a working precision.
    pub fn new(ball: Ball, prec: Bits) -> Self {
        WorkingBall { ball, prec }
    }

    fn with(&self, ball: Ball) -> Self {
        WorkingBall {
            ball,
            prec: self.prec,
        }
    }
}

impl Ring for WorkingBall {
    fn integer_like(&self, value: i64) -> Self {
        self.with(Ball::from_i64(value))
    }

    fn is_zero(&self) -> bool {
        self.ball.is_zero()
    }

    fn add(&self, other: &Self) -> Self {
        self.with(self.ball.add(&other.ball, self.prec))
    }

    fn sub(&self, other: &Self) -> Self {
        self.with(self.ball.sub(&other.ball, self.prec))
    }

    fn neg(&self) -> Self {
        self.with(self.ball.neg())
    }

    fn mul(&self, other: &Self) -> Self {
        self.with(self.ball.mul(&other.ball, self.prec))
    }

    fn mul_small(&self, factor: i64) -> Self {
        self.with(self.ball.mul_i64(factor, self.prec))
    }

    fn add_mul(&self, left: &Self, right: &Self) -> Self {
        self.with(left.ball.mul_add(&right.ball, &self.ball, self.prec))
    }

    fn inverse(&self) -> Option<Self> {
        (self.ball.is_finite() && !self.ball.contains_zero())
            .then(|| self.with(self.ball.recip(self.prec)))
    }
}

impl RationalAlgebra for WorkingBall {
    fn div_small(&self, divisor: u64) -> Self {
        match i64::try_from(divisor) {
            Ok(divisor) => self.with(self.ball.div_i64(divisor, self.prec)),
            Err(_) => self.mul_rational(&Rational::from((1, divisor))),
        }
    }

    fn mul_rational(&self, factor: &Rational) -> Self {
        self.with(self.ball.mul_rational(factor, self.prec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::series::Series;

    #[test]
    fn series_of_balls_enclose_those_of_rationals() {
        let prec = Bits::new(80);
        let third = WorkingBall::new(Ball::from_rational(&Rational::from((1, 3)), prec), prec);
        let x = Series::variable(third, 12);
        let inverse = x.mul(&x).add(&x).inverse().expect("1/9 + 1/3 is not zero");
        let exact = Series::variable(Rational::from((1, 3)), 12);
        let exact = exact.mul(&exact).add(&exact).inverse().expect("not zero");
        for (ball, value) in inverse.coefficients().iter().zip(exact.coefficients()) {
            assert!(ball.ball.contains_rational(value), "{ball:?} {value}");
            assert!(ball.ball.accuracy() > 60);
        }
    }

    #[test]
    fn a_ball_around_zero_is_no_unit() {
        let prec = Bits::new(53);
        let around = WorkingBall::new(Ball::zero().widened(crate::number::Magnitude::ONE), prec);
        assert!(around.inverse().is_none() && !around.is_zero());
    }
}
