//! The error functions and the normal distribution.
//!
//! $$\operatorname{erf} x = \frac2{\sqrt\pi}\int_0^x e^{-t^2}dt, \quad
//!   \operatorname{erfc} x = 1 - \operatorname{erf} x, \quad
//!   \operatorname{erfi} x = \frac2{\sqrt\pi}\int_0^x e^{t^2}dt$$ (DLMF 7.2.1, 7.2.2, 7.5.1 with
//! erfi x = −i erf(ix)),
//! $$\varphi(x) = \frac{e^{-x^2/2}}{\sqrt{2\pi}}, \qquad
//!   \Phi(x) = \tfrac12\operatorname{erfc}(-x/\sqrt2).$$
//!
//! erf and erfc of exact points are MPFR's, correctly rounded, so erfc and Φ keep their relative
//! accuracy far into the tail. erfi is summed here: the series of positive terms (DLMF 7.6.1 at ix)
//!
//! $$\operatorname{erfi} x = \frac{2x}{\sqrt\pi} \sum_{n\ge0} \frac{x^{2n}}{n!\,(2n+1)},$$
//!
//! or, for large x, repeated integration by parts, whose remainder is bounded below. On balls: all
//! four are monotone, narrow balls take the slope at their end nearest to 0 (or farthest, for erfi).

use rug::float::Round;
use rug::{Float, Integer};

use super::support::until_accurate;
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

impl Ball {
    /// $\operatorname{erf} x$.
    #[must_use]
    pub fn erf(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        let value = Ball::nearest(self.mid.erf_ref(), prec);
        if self.is_exact() {
            return value;
        }
        if self.is_narrow() || self.rad < Magnitude::power_of_two(-8) {
            return value.widened(self.gauss_slope().times(self.rad));
        }
        self.increasing(Bits::new(64), prec, |x, round| {
            Float::with_val_round(64, x.erf_ref(), round).0
        })
    }

    /// $\operatorname{erfc} x = 1 - \operatorname{erf} x$, with relative accuracy for large x.
    #[must_use]
    pub fn erfc(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return Ball::nearest(self.mid.erfc_ref(), prec);
        }
        // In the tail erfc x is about e^{−x²}/(x√π): a change of x by r changes it by the factor
        // e^{2xr}, so the slope is good while xr is small.
        let reach = Magnitude::from_float(&self.mid).times(self.rad);
        if reach < Magnitude::power_of_two(-8) && self.rad < Magnitude::power_of_two(-8) {
            let value = Ball::nearest(self.mid.erfc_ref(), prec);
            return value.widened(self.gauss_slope().times(self.rad));
        }
        self.decreasing(Bits::new(64), prec, |x, round| {
            Float::with_val_round(64, x.erfc_ref(), round).0
        })
    }

    /// $\operatorname{erfi} x = -i\operatorname{erf}(ix)$; no information where e^{x²} leaves MPFR's
    /// exponent range (|x| above about 27 000).
    #[must_use]
    pub fn erfi(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return erfi_at(&self.mid, prec);
        }
        let reach = Magnitude::from_float(&self.mid).times(self.rad);
        if reach < Magnitude::power_of_two(-8) && self.rad < Magnitude::power_of_two(-8) {
            // The slope 2/√π e^{x²} is largest at the end farthest from 0.
            let far = self.magnitude().to_float();
            let square = Float::with_val_round(64, far.square_ref(), Round::Up).0;
            let growth = Float::with_val_round(32, square.exp_ref(), Round::Up).0;
            // 2/√π = 1.12837… < 289/256 = 1.12890…
            let slope = Magnitude::new(289, -8).times(Magnitude::from_float(&growth));
            return erfi_at(&self.mid, prec).widened(slope.times(self.rad));
        }
        let low = Bits::new(64);
        let ends = [self.lower(low), self.upper(low)].map(|x| erfi_at(&x, low));
        ends[0].union(&ends[1], prec)
    }

    /// The standard normal density $\varphi(x) = e^{-x^2/2}/\sqrt{2\pi}$.
    #[must_use]
    pub fn normal_density(&self, prec: Bits) -> Ball {
        let wp = prec.plus(16 + self.square_guard());
        let scale = Ball::pi(wp).mul_2exp(1).sqrt(wp);
        self.square(wp).mul_2exp(-1).neg().exp(wp).div(&scale, prec)
    }

    /// The standard normal distribution function $\Phi(x) = \frac12\operatorname{erfc}(-x/\sqrt2)$,
    /// with relative accuracy for x → −∞.
    #[must_use]
    pub fn normal_cdf(&self, prec: Bits) -> Ball {
        if self.is_zero() {
            return Ball::one().mul_2exp(-1);
        }
        let wp = prec.plus(16 + self.square_guard());
        let scaled = self.neg().div(&Ball::from_i64(2).sqrt(wp), wp);
        scaled.erfc(prec.plus(8)).mul_2exp(-1).rounded(prec.plus(8))
    }

    /// Bits that x² costs an exponential: twice those of x before its binary point.
    fn square_guard(&self) -> u32 {
        let exp = self.mid.get_exp().unwrap_or(0).max(0);
        2 * exp.unsigned_abs().min(64)
    }

    /// An upper bound of 2/√π e^{−x²} over the ball: its value at the point nearest to 0.
    fn gauss_slope(&self) -> Magnitude {
        let near = self.magnitude_lower();
        let square = Float::with_val_round(64, near.square_ref(), Round::Down).0;
        let decay = Float::with_val_round(32, (-square).exp_ref(), Round::Up).0;
        // 2/√π < 289/256; e^{−x²} may underflow to the smallest float, never to 0, by rounding up.
        Magnitude::new(289, -8).times(Magnitude::from_float(&decay))
    }
}

/// erfi at an exact point.
fn erfi_at(x: &Float, prec: Bits) -> Ball {
    if x.is_zero() {
        return Ball::zero();
    }
    // e^{x²} has a float only for x² < 2^30 ln 2; checked here so that no loop runs for nothing.
    if x.get_exp().unwrap_or(0) > 15 {
        return Ball::indeterminate();
    }
    // By parts the best relative error is about e^{−x²/2} (see below); 1.4 > 2 ln 2.
    let square = x.to_f64() * x.to_f64();
    until_accurate(prec, |wp| {
        if square > 1.4 * f64::from(wp.get()) + 40.0 {
            erfi_by_parts(x, wp)
        } else {
            erfi_series(x, wp)
        }
    })
}

/// 2x/√π Σ x^{2n}/(n!(2n+1)): the powers in fixed point, one full multiplication a term.
fn erfi_series(x: &Float, prec: Bits) -> Ball {
    // The sum is at least 1 and its terms reach about e^{x²}, which only adds bits in front.
    let point = prec.get() + 32;
    let wp = Bits::new(point);
    let square = Ball::exact(x.clone()).square(wp.plus(64));
    let step = match fixed_point(&square, point) {
        Some(step) => step,
        None => return Ball::indeterminate(),
    };
    let bound = square.magnitude();
    let mut power = Integer::from(1) << point;
    let mut sum = Integer::from(&power);
    // Errors in units of the last place: of the power x^{2n}/n!, and of the sum.
    let (mut error, mut total) = (Magnitude::ZERO, Magnitude::ZERO);
    let mut n = 0u32;
    loop {
        n += 1;
        let divisor = Float::with_val(64, n);
        // (p + e)(s + 2)/n: the step is off by less than 2 units, each of shift and division by 1.
        let size = Magnitude::from_integer(&power).plus(error);
        error = error
            .times(bound)
            .plus(size.times(Magnitude::new(2, -i64::from(point))))
            .plus(Magnitude::ONE)
            .over(&divisor)
            .plus(Magnitude::ONE);
        power *= &step;
        power >>= point;
        power /= n;
        let weight = 2 * n + 1;
        sum += Integer::from(&power / weight);
        total = total
            .plus(error.over(&Float::with_val(64, weight)))
            .plus(Magnitude::ONE);
        // Once n + 1 ≥ 2x² the ratio of terms is at most 1/2: what follows is below the last term.
        let halving = Magnitude::new(u64::from(n) + 1, 0) >= bound.shifted(1);
        if halving && power.significant_bits() <= 2 {
            total = total.plus(Magnitude::from_integer(&power).plus(error));
            break;
        }
    }
    let shift = -i32::try_from(point).unwrap_or(i32::MAX);
    let sum = Ball::from_integer(&sum, Bits::new(sum.significant_bits()))
        .mul_2exp(shift)
        .widened(total.shifted(i64::from(shift)));
    Ball::exact(x.clone())
        .mul_2exp(1)
        .mul(&sum, wp)
        .div(&Ball::pi(wp).sqrt(wp), wp)
}

/// ⌊x 2^point⌋ of a positive ball, within 2 units of every number of it; `None` if it is wider.
fn fixed_point(x: &Ball, point: u32) -> Option<Integer> {
    let scaled = x.mul_2exp(i32::try_from(point).ok()?);
    if scaled.rad() > Magnitude::ONE {
        return None;
    }
    scaled.mid().to_integer_round(Round::Down).map(|(n, _)| n)
}

/// erfi for large |x| by parts.
///
/// With I_k = ∫_a^x e^{t²} t^{−2k} dt and 0 < a < x: I_k = [e^{t²} t^{−2k−1}/2]_a^x + (k + 1/2) I_{k+1}.
/// K steps from I_0 give
///
/// ∫_0^x e^{t²} dt = e^{x²}/(2x) Σ_{k<K} c_k x^{−2k} + E, c_k = (2k − 1)!!/2^k,
/// E = ∫_0^a e^{t²} dt − e^{a²}/(2a) Σ_{k<K} c_k a^{−2k} + c_K I_K.
///
/// Take a² = x²/2 and K ≤ a². Then c_k a^{−2k} ≤ (k/a²)^k ≤ 1 for k ≤ K, so the first two parts are at
/// most e^{a²}(a + K/(2a)) in all; and e^{t²} t^{−2K} increases for t² ≥ K, so c_K I_K ≤
/// c_K x · e^{x²} x^{−2K}.
fn erfi_by_parts(x: &Float, prec: Bits) -> Ball {
    let wp = prec.plus(32);
    let magnitude = Float::with_val(x.prec(), x.abs_ref());
    let point = Ball::exact(magnitude);
    let square = point.square(wp.plus(64));
    let inverse = square.recip(wp);
    let half_square = square.lower(Bits::new(64)).to_f64() / 2.0;
    let (mut term, mut sum) = (Ball::one(), Ball::zero());
    let mut k = 0i64;
    // Up to the precision, which the caller's choice of x reaches long before k = a².
    while (k as f64) + 1.0 < half_square
        && term.magnitude() > Magnitude::power_of_two(-i64::from(wp.get()))
    {
        sum = sum.add(&term, wp);
        term = term.mul_i64(2 * k + 1, wp).mul_2exp(-1).mul(&inverse, wp);
        k += 1;
    }
    // E relative to e^{x²}/(2x): c_K x^{−2K} · 2x², and e^{−x²/2} · 2x (a + K/(2a)) with a ≤ x and
    // K ≤ a², which is at most e^{−x²/2} · 2x (x + x/2) = 3x² e^{−x²/2}.
    let last = term.magnitude().times(square.magnitude()).shifted(1);
    let decay = square.mul_2exp(-1).neg().exp(Bits::new(64)).magnitude();
    let ends = decay.times(square.magnitude()).times(Magnitude::new(3, 0));
    let sum = sum.widened(last).widened(ends);
    // erfi x = 2/√π ∫, so e^{x²}/(x √π) Σ.
    let value = square
        .exp(wp)
        .mul(&sum, wp)
        .div(&point.mul(&Ball::pi(wp).sqrt(wp), wp), wp);
    if x.is_sign_negative() {
        value.neg()
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At small x the terms by parts stop shrinking early and the remainder is all there is.
    #[test]
    fn the_remainder_by_parts_is_bounded() {
        let mut count = 0;
        for x in [-6, 3, 6, 9, 12] {
            let x = Float::with_val(64, x);
            let exact = erfi_series(&x, Bits::new(400));
            for prec in [8, 30, 200] {
                let value = erfi_by_parts(&x, Bits::new(prec));
                assert!(value.contains(&exact), "{x} {prec}: {value:?} {exact:?}");
                count += 1;
            }
            assert!(
                Float::with_val(64, x.abs_ref()) < 6
                    || erfi_by_parts(&x, Bits::new(64)).accuracy() > 15
            );
        }
        assert_eq!(count, 15);
    }
}
