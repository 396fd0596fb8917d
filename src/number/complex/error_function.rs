//! erf, an entire function.
//!
//! $$\operatorname{erf} z = \frac{2}{\sqrt\pi} e^{-z^2} \sum_{n\ge0} \frac{2^n z^{2n+1}}{(2n+1)!!}$$
//!
//! at the centre c of the box, with cancellation paid for in precision; over the box the mean value
//! inequality with erf' = 2 e^{−z²}/√π. Far to the right the complement decides:
//! |erfc(x + iy)| ≤ e^{y²} erfc(x), by integrating e^{−t²} along the horizontal ray from z.

use super::ComplexBall;
use crate::number::{Ball, Bits, Magnitude};

/// Beyond |z| = 2^12 the series would need more than 2^24 terms; nothing is known there unless the
/// complement decides.
const LARGEST: i64 = 12;

impl ComplexBall {
    /// `erf z`, for every z with |z| < 4096; beyond, where its complement is negligible.
    #[must_use]
    pub fn erf(&self, prec: Bits) -> ComplexBall {
        if self.is_real() {
            return Self::real(self.re.erf(prec));
        }
        if !self.is_finite() {
            return Self::indeterminate();
        }
        if *self.re.mid() < 0 {
            return self.neg().erf(prec).neg();
        }
        let complement = self.complement_bound();
        if complement <= Magnitude::power_of_two(-i64::from(prec.get())) {
            return Self::from_i64(1).widened(complement);
        }
        if self.magnitude() > Magnitude::power_of_two(LARGEST) {
            return Self::indeterminate();
        }
        let radius = self.radius();
        if radius.is_zero() {
            return erf_at(self, prec);
        }
        // 2/√π < 1.1284 < 145/128, times the supremum of |e^{−z²}| over the box.
        let slope = self.square(Bits::new(64)).neg().exp(Bits::new(64));
        let spread = slope
            .magnitude()
            .times(Magnitude::new(145, -7))
            .times(radius);
        let near = erf_at(&self.centre(), prec).widened(spread);
        let far = Self::from_i64(1).widened(complement);
        if near.radius() <= far.radius() {
            near
        } else {
            far
        }
    }

    /// A bound of |erfc| over the box.
    fn complement_bound(&self) -> Magnitude {
        let prec = Bits::new(64);
        let height = self.im.magnitude();
        let growth = Ball::exact(height.times(height).to_float()).exp(prec);
        growth.mul(&self.re.erfc(prec), prec).magnitude()
    }
}

/// erf at an exact point with |c| < 2^12.
fn erf_at(centre: &ComplexBall, prec: Bits) -> ComplexBall {
    let size = centre.magnitude().to_f64();
    // The sum's terms are positive multiples of powers of z² and reach e^{|z|²}; the factor e^{−z²}
    // has a modulus of at most e^{|z|²}. 2|z|²/ln 2 < 2.9 |z|² bits pay for both.
    let wide = prec.plus((2.9 * size * size) as u32 + 32);
    let square = centre.square(wide).mul_2exp(1);
    // |term n+1 / term n| = 2|z|²/(2n + 3) <= 1/2 once 2n + 3 >= 4|z|²; the tail is then at most
    // twice the first term left out.
    let settled = (2.0 * size * size) as i64 + 2;
    let mut term = centre.clone();
    let mut sum = centre.clone();
    let target = Magnitude::power_of_two(-i64::from(wide.get()));
    let mut n = 0i64;
    loop {
        let odd = Ball::from_i64(2 * n + 3);
        term = term.mul(&square, wide).div_ball(&odd, wide);
        n += 1;
        if n >= settled && term.magnitude() <= target {
            break;
        }
        sum = sum.add(&term, wide);
    }
    let sum = sum.widened(term.magnitude().shifted(1));
    let factor = Ball::pi(wide).rsqrt(wide).mul_2exp(1);
    let decay = centre.square(wide).neg().exp(wide);
    let value = sum.mul(&decay, wide).mul_ball(&factor, wide);
    ComplexBall::new(value.re().rounded(prec), value.im().rounded(prec))
}
