//! Factors of an integrand that are known in closed form.

use rug::Float;
use rug::float::Round;

use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// A factor of the integrand that is known in closed form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Weight {
    /// 1.
    One,
    /// e^{−z²/2}.
    Gauss,
    /// A bound e^{growth·y² − x²/4} only: what is integrated is planned with it, not summed.
    Plane {
        /// A double that is not too small.
        growth: f64,
    },
}

impl Weight {
    /// The values of f times the weight over a real box.
    pub fn times(self, plain: &ComplexBall, x: &Ball, prec: Bits) -> Ball {
        match self {
            Weight::One => plain.re().clone(),
            Weight::Gauss => {
                let near = x.magnitude_lower();
                let near = Float::with_val_round(64, near.square_ref(), Round::Down).0;
                let far = x.magnitude().to_float();
                let far = Float::with_val_round(64, far.square_ref(), Round::Up).0;
                let decay = Ball::from_bounds(&near, &far, prec).mul_2exp(-1).neg();
                plain.re().mul(&decay.exp(prec), prec)
            }
            Weight::Plane { .. } => {
                let bound = plain.magnitude().times(self.bound(x, Magnitude::ZERO));
                Ball::zero().widened(bound)
            }
        }
    }

    /// A bound of the weight over the ball of x and |y| ≤ height: e^{(y² − x²)/2}.
    pub fn bound(self, x: &Ball, height: Magnitude) -> Magnitude {
        match self {
            Weight::One => Magnitude::ONE,
            Weight::Gauss | Weight::Plane { .. } => {
                let (rise, fall) = match self {
                    Weight::Plane { growth } => (growth, 0.25),
                    _ => (0.5, 0.5),
                };
                // Beyond 10⁵ the bound at 10⁵ serves.
                let near = x.magnitude_lower().to_f64_round(Round::Down).min(1e5);
                let tall = height.to_f64();
                let (up, down) = (rise * tall * tall, fall * near * near);
                if up.is_nan() || up > 1e11 {
                    return Magnitude::INFINITY;
                }
                // Both are below 10^11, so the doubles are off by less than 10^−3 altogether.
                let binary = (up - down) * std::f64::consts::LOG2_E;
                Magnitude::power_of_two((binary + 1e-3).ceil() as i64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn the_bound_of_the_weight_is_above_its_values() {
        let prec = Bits::new(64);
        let mut cases = 0;
        for x in [-7, 0, 1, 3, 40] {
            for y in [0, 1, 5, 30] {
                let at = |n: i64| Ball::from_rational(&Rational::from((n, 3)), prec);
                let (x, y) = (at(x), at(y));
                let bound = Weight::Gauss.bound(&x, y.magnitude());
                let exponent = y.square(prec).sub(&x.square(prec), prec).mul_2exp(-1);
                let exact = exponent.exp(prec).magnitude();
                assert!(bound >= exact && bound <= exact.shifted(2), "{x:?} {y:?}");
                cases += 1;
            }
        }
        assert_eq!(cases, 20);
    }
}
