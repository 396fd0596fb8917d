//! sin, cos, tan and cot of radians, and of rational multiples of π.
//!
//! Narrow balls: one MPFR call at the midpoint and the addition theorem. Wide balls: the axis is
//! cut into pieces of length π on which the function is monotone; both ends are placed in their
//! pieces with a certified floor.
//!
//! MPFR reduces an argument near 2^e with e bits of π. To keep that bounded, midpoints above
//! 2^max(65536, 8·prec) are not reduced: sin and cos give [0 ± 1], tan and cot no information.

use std::cmp::Ordering;

use rug::float::Round;
use rug::ops::AssignRound;
use rug::{Float, Integer, Rational};

use super::elementary::COARSE;
use super::{Ball, Magnitude};
use crate::number::precision::Bits;

/// The two ways to cut the axis: where sin has extrema and tan poles, or cos extrema and cot poles.
#[derive(Clone, Copy, PartialEq)]
enum Cuts {
    /// At (n + 1/2) π; the piece after the cut is number n + 1.
    HalfOdd,
    /// At n π; the piece after the cut is number n.
    Whole,
}

impl Cuts {
    /// A lower and an upper bound of the piece of each number of [lower, upper].
    fn pieces(self, lower: &Float, upper: &Float, prec: Bits) -> Option<(Float, Float)> {
        let piece = |x: &Float| {
            let size = x.get_exp().unwrap_or(0).max(0).unsigned_abs();
            let work = prec.plus(size).plus(64);
            let turns = Ball::exact(x.clone()).div(&Ball::pi(work), work);
            match self {
                Cuts::HalfOdd => turns.add(&Ball::one().mul_2exp(-1), work),
                Cuts::Whole => turns,
            }
        };
        let (first, last) = (piece(lower), piece(upper));
        if !first.is_finite() || !last.is_finite() {
            return None;
        }
        let (first, last) = (
            first.lower(Bits::new(first.mid().prec())),
            last.upper(Bits::new(last.mid().prec())),
        );
        Some((
            Float::with_val(first.prec(), first.floor_ref()),
            Float::with_val(last.prec(), last.floor_ref()),
        ))
    }
}

/// Tools of this file.
impl Ball {
    /// Whether the argument is too large to be reduced modulo π at a bearable cost.
    fn is_beyond_reduction(&self, prec: Bits) -> bool {
        let cap = i64::from(prec.get()).saturating_mul(8).max(1 << 16);
        self.mid.get_exp().is_some_and(|exp| i64::from(exp) > cap)
    }

    /// [0 ± 1].
    fn unit() -> Ball {
        Ball::new(Float::new(2), Magnitude::ONE)
    }

    /// sin or cos over a ball of radius 1/4 or more, from the ends and the extrema between them.
    fn oscillation<F>(&self, cuts: Cuts, prec: Bits, f: F) -> Ball
    where
        F: Fn(&Float, Round) -> Float,
    {
        // 3.2 > π: the ball is longer than a period.
        if self.rad > Magnitude::from_f64(3.2) || self.is_beyond_reduction(prec) {
            return Ball::unit();
        }
        let size = self.mid.get_exp().unwrap_or(0).max(0).unsigned_abs();
        let ends = COARSE.plus(size);
        let (lower, upper) = (self.lower(ends), self.upper(ends));
        let Some((first, last)) = cuts.pieces(&lower, &upper, COARSE) else {
            return Ball::unit();
        };
        let mut least = f(&lower, Round::Down).min(&f(&upper, Round::Down));
        let mut most = f(&lower, Round::Up).max(&f(&upper, Round::Up));
        let crossed = Float::with_val(64, &last - &first);
        if crossed > 1 {
            return Ball::unit();
        }
        if crossed == 1 {
            // The extremum between pieces n and n + 1: sin((n + 1/2)π) = (−1)ⁿ, cos((n + 1)π) = −(−1)ⁿ.
            let even = first.to_integer().is_none_or(|n| n.is_even());
            if even == (cuts == Cuts::HalfOdd) {
                most = Float::with_val(COARSE.get(), 1);
            } else {
                least = Float::with_val(COARSE.get(), -1);
            }
        }
        Ball::from_bounds(&least, &most, prec)
    }

    /// tan or cot over a ball: with t the value at the midpoint and τ = tan d,
    /// |tan(x̃+d) − tan x̃| = |τ| (1 + t²) / |1 − tτ|, and the same for cot with the other sign.
    ///
    /// While |t| tan r < 1 no pole is met, for 1 − tτ never vanishes on the ball.
    fn tangent<F>(&self, cuts: Cuts, prec: Bits, f: F) -> Ball
    where
        F: Fn(&Float, Bits, Round) -> (Float, Ordering),
    {
        if !self.is_finite() || self.is_beyond_reduction(prec) {
            return Ball::indeterminate();
        }
        if self.rad <= Magnitude::power_of_two(-2) {
            let value = Ball::from_rounded(f(&self.mid, prec, Round::Nearest));
            if self.is_exact() {
                return value;
            }
            let t = value.magnitude();
            // tan r ≤ r + r³/2 for r ≤ 1/4, for tan r = r + r³/3 + 2r⁵/15 + ….
            let tan = self.rad.plus(self.rad.power(3).shifted(-1));
            let reach = t.times(tan);
            if reach <= Magnitude::power_of_two(-2) {
                // 1 / (1 − ρ) = 1 + ρ + ρ²/(1 − ρ) ≤ 1 + ρ + 2ρ² for 0 ≤ ρ ≤ 1/2.
                let inverse = Magnitude::ONE
                    .plus(reach)
                    .plus(reach.times(reach).shifted(1));
                let spread = tan.times(Magnitude::ONE.plus(t.times(t))).times(inverse);
                return value.widened(spread);
            }
        }
        // 1.6 > π/2: the ball is longer than a period.
        if self.rad > Magnitude::from_f64(1.6) {
            return Ball::indeterminate();
        }
        let size = self.mid.get_exp().unwrap_or(0).max(0).unsigned_abs();
        let ends = self.fine(prec).plus(size);
        let (lower, upper) = (self.lower(ends), self.upper(ends));
        match cuts.pieces(&lower, &upper, ends) {
            Some((first, last)) if first == last => {}
            _ => return Ball::indeterminate(),
        }
        let (lower, upper) = match cuts {
            Cuts::HalfOdd => (lower, upper),
            // cot decreases.
            Cuts::Whole => (upper, lower),
        };
        Ball::from_bounds(
            &f(&lower, COARSE, Round::Down).0,
            &f(&upper, COARSE, Round::Up).0,
            prec,
        )
    }
}

/// Functions of radians.
impl Ball {
    /// `sin x`, cut off at ±1 (up to the last bit); exact only for x = 0.
    ///
    /// Narrow balls: |sin x − sin x̃| ≤ r.
    #[must_use]
    pub fn sin(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::power_of_two(-2) || self.is_beyond_reduction(prec) {
            return self.oscillation(Cuts::HalfOdd, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.sin_ref(), round).0
            });
        }
        Ball::nearest(self.mid.sin_ref(), prec)
            .widened(self.rad)
            .clipped_to_unit(prec)
    }

    /// `cos x`, cut off at ±1 (up to the last bit); exact only for x = 0.
    ///
    /// Narrow balls: |cos x − cos x̃| ≤ |sin x̃| r + r²/2 and |sin x̃| ≤ min(1, |x̃|).
    #[must_use]
    pub fn cos(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.rad > Magnitude::power_of_two(-2) || self.is_beyond_reduction(prec) {
            return self.oscillation(Cuts::Whole, prec, |x, round| {
                Float::with_val_round(COARSE.get(), x.cos_ref(), round).0
            });
        }
        let slope = Magnitude::from_float(&self.mid).min(Magnitude::ONE);
        let spread = slope
            .times(self.rad)
            .plus(self.rad.times(self.rad).shifted(-1))
            .min(self.rad);
        Ball::nearest(self.mid.cos_ref(), prec)
            .widened(spread)
            .clipped_to_unit(prec)
    }

    /// `(sin x, cos x)` for little more than the cost of one of them.
    ///
    /// Narrow balls: |sin x − sin x̃| ≤ |cos x̃| r + |sin x̃| r²/2, the same with sin and cos
    /// exchanged, and both are at most r.
    #[must_use]
    pub fn sin_cos(&self, prec: Bits) -> (Ball, Ball) {
        if !self.is_finite()
            || self.rad > Magnitude::power_of_two(-2)
            || self.is_beyond_reduction(prec)
        {
            return (self.sin(prec), self.cos(prec));
        }
        let mut sin = Float::new(prec.get());
        let mut cos = Float::new(prec.get());
        let (sin_ternary, cos_ternary) =
            (&mut sin, &mut cos).assign_round(self.mid.sin_cos_ref(), Round::Nearest);
        let (sin, cos) = (
            Ball::from_rounded((sin, sin_ternary)),
            Ball::from_rounded((cos, cos_ternary)),
        );
        if self.is_exact() {
            return (sin.clipped_to_unit(prec), cos.clipped_to_unit(prec));
        }
        let second = self.rad.times(self.rad).shifted(-1);
        let spread = |slope: &Ball, value: &Ball| {
            let first = slope.magnitude().times(self.rad);
            first.plus(value.magnitude().times(second)).min(self.rad)
        };
        let (sin_spread, cos_spread) = (spread(&cos, &sin), spread(&sin, &cos));
        (
            sin.widened(sin_spread).clipped_to_unit(prec),
            cos.widened(cos_spread).clipped_to_unit(prec),
        )
    }

    /// `tan x`; no information if the ball may hold a pole (n + 1/2)π. Exact only for x = 0.
    #[must_use]
    pub fn tan(&self, prec: Bits) -> Ball {
        self.tangent(Cuts::HalfOdd, prec, |x, prec, round| {
            Float::with_val_round(prec.get(), x.tan_ref(), round)
        })
    }

    /// `cot x`; no information if the ball may hold a pole nπ.
    #[must_use]
    pub fn cot(&self, prec: Bits) -> Ball {
        self.tangent(Cuts::Whole, prec, |x, prec, round| {
            Float::with_val_round(prec.get(), x.cot_ref(), round)
        })
    }
}

/// Functions of multiples of π.
impl Ball {
    /// `sin(π x)`, cut off at ±1 (up to the last bit); exact wherever MPFR knows it to be (multiples of 1/2).
    ///
    /// |sin πx − sin πx̃| ≤ π r, and 22/7 > π.
    #[must_use]
    pub fn sin_pi(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        let spread = self.rad.times(Magnitude::from_f64(22.0 / 7.0));
        if spread > Magnitude::ONE {
            return Ball::unit();
        }
        Ball::nearest(self.mid.sin_pi_ref(), prec)
            .widened(spread)
            .clipped_to_unit(prec)
    }

    /// `cos(π x)`, cut off at ±1 (up to the last bit); exact wherever MPFR knows it to be (multiples of 1/2).
    ///
    /// |cos πx − cos πx̃| ≤ π r, and 22/7 > π.
    #[must_use]
    pub fn cos_pi(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        let spread = self.rad.times(Magnitude::from_f64(22.0 / 7.0));
        if spread > Magnitude::ONE {
            return Ball::unit();
        }
        Ball::nearest(self.mid.cos_pi_ref(), prec)
            .widened(spread)
            .clipped_to_unit(prec)
    }

    /// `sin(q π)` for a rational q; exact where it is rational (q a multiple of 1/6 or 1/2).
    ///
    /// With a denominator s below 2^31 this is one MPFR call, sin(2π p / (2s)), which knows its
    /// exact cases. Otherwise q is brought into [0, 1/4] by symmetries, exactly, and qπ is a ball.
    #[must_use]
    pub fn sin_pi_rational(q: &Rational, prec: Bits) -> Ball {
        // sin(qπ) = cos((1/2 − q)π).
        match unit_fraction(q) {
            Some((numerator, period)) => Ball::nearest(numerator.sin_u_ref(period), prec),
            None => cos_pi_folded(Rational::from((1, 2)) - q, prec),
        }
        .clipped_to_unit(prec)
    }

    /// `cos(q π)` for a rational q; exact where it is rational (q a multiple of 1/3 or 1/2).
    #[must_use]
    pub fn cos_pi_rational(q: &Rational, prec: Bits) -> Ball {
        match unit_fraction(q) {
            Some((numerator, period)) => Ball::nearest(numerator.cos_u_ref(period), prec),
            None => cos_pi_folded(q.clone(), prec),
        }
        .clipped_to_unit(prec)
    }

    /// `tan(q π)` for a rational q; exact where it is rational (q a multiple of 1/4), no
    /// information at the poles q = n + 1/2.
    #[must_use]
    pub fn tan_pi_rational(q: &Rational, prec: Bits) -> Ball {
        match unit_fraction(q) {
            // MPFR gives ±∞ at a pole, which is no number.
            Some((numerator, period)) => Ball::nearest(numerator.tan_u_ref(period), prec),
            None => {
                let work = prec.plus(8);
                Ball::sin_pi_rational(q, work).div(&Ball::cos_pi_rational(q, work), prec)
            }
        }
    }
}

/// `(p, u)` with q ≡ 2p/u modulo 2 and 0 ≤ p < u, if u fits in 32 bits: then qπ is p parts in u of
/// a full turn.
fn unit_fraction(q: &Rational) -> Option<(Float, u32)> {
    let period = Integer::from(q.denom() << 1).to_u32()?;
    let numerator = q.numer().mod_u(period);
    Some((Float::with_val(32, numerator), period))
}

/// cos(qπ) with q folded into [0, 1/2] by cos(−x) = cos x = cos(x + 2π) = −cos(π − x), and near
/// 1/2 turned into a sine, so that the result has full relative accuracy.
fn cos_pi_folded(q: Rational, prec: Bits) -> Ball {
    let work = prec.plus(16);
    let turns = Rational::from(&q / 2u32).floor();
    let mut q = q - turns * 2u32;
    if q > 1 {
        q = Rational::from(2) - q;
    }
    let (half, quarter) = (Rational::from((1, 2)), Rational::from((1, 4)));
    let negative = q > half;
    if negative {
        q = Rational::from(1) - q;
    }
    let value = if q > quarter {
        Ball::pi(work).mul_rational(&(half - q), work).sin(prec)
    } else {
        Ball::pi(work).mul_rational(&q, work).cos(prec)
    };
    if negative { value.neg() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: Bits = Bits::new(100);

    fn around(mid: f64, rad: f64) -> Ball {
        Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad))
    }

    fn is(ball: &Ball, q: (i32, i32)) -> bool {
        ball.is_exact() && *ball.mid() == Rational::from(q)
    }

    #[test]
    fn rational_values_are_exact() {
        let q = |p: i32, q: i32| Rational::from((p, q));
        assert!(is(&Ball::sin_pi_rational(&q(1, 6), P), (1, 2)));
        assert!(is(&Ball::sin_pi_rational(&q(-7, 6), P), (1, 2)));
        assert!(is(&Ball::sin_pi_rational(&q(11, 6), P), (-1, 2)));
        assert!(is(&Ball::sin_pi_rational(&q(5, 1), P), (0, 1)));
        assert!(is(&Ball::cos_pi_rational(&q(2, 3), P), (-1, 2)));
        assert!(is(&Ball::cos_pi_rational(&q(7, 2), P), (0, 1)));
        assert!(is(&Ball::cos_pi_rational(&q(1_000_001, 1), P), (-1, 1)));
        assert!(is(&Ball::tan_pi_rational(&q(-1, 4), P), (-1, 1)));
        assert!(!Ball::tan_pi_rational(&q(3, 2), P).is_finite());
        assert!(is(&around(1.5, 0.0).sin_pi(P), (-1, 1)));
        assert!(is(&around(0.5, 0.0).cos_pi(P), (0, 1)));
    }

    #[test]
    fn large_denominators_agree_with_small_ones() {
        // q moved by 2^-200 changes sin and cos by less than π 2^-200.
        let shift = Rational::from((1, Integer::from(1) << 200u32));
        let mut cases = 0;
        for n in -60..60 {
            let q = Rational::from((n, 25));
            let near = Rational::from(&q + &shift);
            for (a, b) in [
                (
                    Ball::sin_pi_rational(&q, P),
                    Ball::sin_pi_rational(&near, P),
                ),
                (
                    Ball::cos_pi_rational(&q, P),
                    Ball::cos_pi_rational(&near, P),
                ),
            ] {
                assert!(a.widened(Magnitude::power_of_two(-198)).overlaps(&b), "{q}");
                assert!(b.accuracy() > 90, "{q}");
                cases += 1;
            }
        }
        assert_eq!(cases, 240);
    }

    #[test]
    fn extrema_inside_wide_balls_are_found() {
        assert!(
            around(1.5, 0.5)
                .sin(P)
                .contains_rational(&Rational::from(1))
        );
        assert!(around(4.5, 1.0).sin(P).lower(P) <= -1);
        assert!(around(0.0, 0.5).cos(P).upper(P) >= 1);
        assert!(around(3.0, 0.5).cos(P).lower(P) <= -1);
        assert!(around(0.0, 1.0).sin(P).upper(P) < 0.8415);
        assert!(around(1.5, 1.0).cos(P).upper(P) < 0.8776);
        assert_eq!(around(9.0, 4.0).cos(P).rad(), Magnitude::ONE);
    }

    #[test]
    fn poles_give_no_information() {
        assert!(!around(1.5, 0.1).tan(P).is_finite());
        assert!(around(1.5, 0.0625).tan(P).is_finite());
        assert!(around(0.0, 1.5).tan(P).is_finite());
        assert!(!around(0.0, 1.6).tan(P).is_finite());
        assert!(!around(0.0, 0.0).cot(P).is_finite());
        assert!(!around(3.0, 0.2).cot(P).is_finite());
        assert!(around(1.5, 1.25).cot(P).is_finite());
    }

    #[test]
    fn huge_arguments_are_not_reduced() {
        let huge = Ball::from_i64(3).mul_2exp(1_000_000_000);
        assert_eq!(huge.sin(P).rad(), Magnitude::ONE);
        assert_eq!(huge.sin_cos(P).1.rad(), Magnitude::ONE);
        assert!(!huge.tan(P).is_finite());
        assert!(is(&huge.sin_pi(P), (0, 1)));
        let large = Ball::one().mul_2exp(5000);
        assert!(large.sin(P).accuracy() > 90);
    }
}
