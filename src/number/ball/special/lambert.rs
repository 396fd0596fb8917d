//! Lambert's W: the real solutions of $w e^w = x$ (DLMF 4.13.1).
//!
//! The principal branch W₀ maps [−1/e, ∞) to [−1, ∞) increasing, the lower branch W₋₁ maps
//! [−1/e, 0) to (−∞, −1] decreasing.
//!
//! An approximation w by Newton's or Halley's iteration proves nothing; then the sign of
//! $f(w) = w e^w - x$ is decided by balls at w − ρ and w + ρ for a small ρ. f is monotone on either
//! side of −1, so opposite signs on one side enclose the only solution there.

use rug::float::Round;
use rug::{Float, Rational};

use super::support::until_accurate;
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

/// The two real branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Branch {
    Principal,
    Lower,
}

impl Ball {
    /// $W_0(x)$ for x ≥ −1/e; no information if the ball reaches below −1/e.
    #[must_use]
    pub fn lambertw(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_zero() {
            return Ball::zero();
        }
        self.lambert(Branch::Principal, prec)
    }

    /// $W_{-1}(x)$ for −1/e ≤ x < 0; no information elsewhere.
    #[must_use]
    pub fn lambertw_lower(&self, prec: Bits) -> Ball {
        if !self.is_negative() {
            return Ball::indeterminate();
        }
        self.lambert(Branch::Lower, prec)
    }

    /// W on a ball: at a point, or the hull of both ends, for W is monotone.
    fn lambert(&self, branch: Branch, prec: Bits) -> Ball {
        if self.is_exact() {
            return until_accurate(prec, |wp| lambert_at(&self.mid, branch, wp));
        }
        let fine = self.fine(prec.plus(16));
        let ends = [self.lower(fine), self.upper(fine)];
        if branch == Branch::Lower && ends[1] >= 0 {
            return Ball::indeterminate();
        }
        let [a, b] = ends.map(|x| lambert_at(&x, branch, prec.plus(16)));
        a.union(&b, prec)
    }
}

/// W at an exact point.
fn lambert_at(x: &Float, branch: Branch, prec: Bits) -> Ball {
    if x.is_zero() {
        return Ball::zero();
    }
    let wp = prec.plus(32);
    // Near the branch point W is about −1 ± √(2(ex + 1)): half of the bits are lost there.
    let start = approximate(x, branch, wp);
    let Some(w) = start else {
        return Ball::indeterminate();
    };
    // ρ: the size of the Newton correction left, and at least some units in the last place.
    let residual = value(&w, x, wp).magnitude();
    let slope = Ball::exact(w.clone())
        .exp(Bits::new(64))
        .mul(&Ball::exact(w.clone()).add_i64(1, wp), Bits::new(64))
        .magnitude_lower();
    let unit = i64::from(w.get_exp().unwrap_or(0)) - i64::from(wp.get()) + 4;
    let mut radius = Magnitude::power_of_two(unit).max(residual.over(&slope).shifted(1));
    if !radius.is_finite() {
        radius = Magnitude::power_of_two(unit);
    }
    for _ in 0..wp.get() {
        if is_enclosed(&w, radius, x, branch, wp) {
            return Ball::new(w, radius);
        }
        if radius > Magnitude::ONE.plus(Magnitude::from_float(&w)) {
            break;
        }
        radius = radius.shifted(2);
    }
    Ball::indeterminate()
}

/// w e^w − x.
fn value(w: &Float, x: &Float, prec: Bits) -> Ball {
    let ball = Ball::exact(w.clone());
    // w e^w and x agree in about all their bits: one rounding each, then an exact difference.
    let wp = prec.plus(32);
    ball.mul(&ball.exp(wp), wp).sub(&Ball::exact(x.clone()), wp)
}

/// Whether f has opposite signs at w ± ρ, on the side of −1 that belongs to the branch.
fn is_enclosed(w: &Float, radius: Magnitude, x: &Float, branch: Branch, prec: Bits) -> bool {
    let rho = radius.to_float();
    // Exact: more bits than lie between the first of w and the last of ρ.
    let bits = w.prec().saturating_add(96).saturating_add(prec.get());
    let left = Float::with_val(bits, w - &rho);
    let right = Float::with_val(bits, w + &rho);
    match branch {
        Branch::Principal => {
            // The left end may stop at −1, where f = −1/e − x ≤ 0 must hold strictly too.
            let left = if left < -1 {
                Float::with_val(bits, -1)
            } else {
                left
            };
            value(&left, x, prec).is_negative() && value(&right, x, prec).is_positive()
        }
        Branch::Lower => {
            let right = if right > -1 {
                Float::with_val(bits, -1)
            } else {
                right
            };
            value(&left, x, prec).is_positive() && value(&right, x, prec).is_negative()
        }
    }
}

/// An approximation to W(x) of `prec` bits; `None` below −1/e, as far as doubles can tell, or where
/// the iteration does not settle. Nothing is proved here.
fn approximate(x: &Float, branch: Branch, prec: Bits) -> Option<Float> {
    let low = 128;
    // 1 + ex, at a precision that sees how near the branch point is.
    let wide = prec.plus(64).get();
    let e = Float::with_val(wide, Float::with_val(2, 1).exp_ref());
    let gap = Float::with_val(wide, &e * x);
    let gap = Float::with_val(wide, 1 + &gap);
    if gap.is_sign_negative() && !gap.is_zero() {
        return None;
    }
    let root = Float::with_val(low, Float::with_val(low, 2 * &gap).sqrt_ref());
    let start = match branch {
        // √: W ≈ −1 + p − p²/3 near −1/e; x near 0; ln x − ln ln x for large x.
        Branch::Principal if gap < 1 => {
            let square = Float::with_val(low, root.square_ref());
            Float::with_val(low, Float::with_val(low, &root - 1u32) - square / 3u32)
        }
        Branch::Principal if *x < 3 => {
            Float::with_val(low, Float::with_val(low, 1 + x).ln_ref()) / 2u32 + 0.1f32
        }
        Branch::Principal => {
            let ln = Float::with_val(low, x.ln_ref());
            let lnln = Float::with_val(low, ln.ln_ref());
            Float::with_val(low, &ln - &lnln)
        }
        Branch::Lower if gap < 0.5 => Float::with_val(low, -1 - root),
        Branch::Lower => {
            let ln = Float::with_val(low, Float::with_val(low, -x).ln_ref());
            let lnln = Float::with_val(low, Float::with_val(low, -&ln).ln_ref());
            Float::with_val(low, &ln - &lnln)
        }
    };
    let start = if gap < 1 && branch == Branch::Principal && x.get_exp().unwrap_or(0) < -8 {
        // |x| < 2^−8: W ≈ x − x².
        let square = Float::with_val(low, x.square_ref());
        Float::with_val(low, x - &square)
    } else {
        start
    };
    newton(x, start, branch, prec)
}

/// Newton's iteration from below the target precision to it, with the last step repeated once.
fn newton(x: &Float, start: Float, branch: Branch, prec: Bits) -> Option<Float> {
    let full = prec.plus(64).get();
    let mut w = Float::with_val(full, &start);
    let limit = Float::with_val(2, -1);
    for _ in 0..200 {
        let exponential = Float::with_val(full, w.exp_ref());
        let product = Float::with_val(full, &w * &exponential);
        let residual = Float::with_val(full, &product - x);
        if residual.is_zero() {
            break;
        }
        let plus_one = Float::with_val(full, &w + 1u32);
        // Halley: Δ = f / (e^w (w + 1) − (w + 2) f / (2w + 2)).
        let slope = Float::with_val(full, &exponential * &plus_one);
        let plus_two = Float::with_val(full, &w + 2u32);
        let bend = Float::with_val(full, &plus_two * &residual);
        let twice = Float::with_val(full, &plus_one * 2u32);
        let bend = Float::with_val(full, &bend / &twice);
        let denominator = Float::with_val(full, &slope - &bend);
        let step = Float::with_val(full, &residual / &denominator);
        if !step.is_finite() {
            break;
        }
        let mut next = Float::with_val(full, &w - &step);
        // Stay on the branch's side of −1.
        let crossed = match branch {
            Branch::Principal => next < limit,
            Branch::Lower => next > limit,
        };
        if crossed {
            next = Float::with_val(full, &w + &limit) / 2u32;
        }
        w = next;
        let small = step.get_exp().is_none_or(|e| {
            i64::from(e) < i64::from(w.get_exp().unwrap_or(0)) - i64::from(prec.get()) / 2 - 8
        });
        if small && !crossed {
            // One more step at this size would be below the precision: cubic convergence.
            break;
        }
    }
    w.is_finite()
        .then(|| Float::with_val_round(prec.get(), &w, Round::Nearest).0)
}

/// Whether q < −1/e, decided for every rational: who names the error asks this.
pub fn is_below_branch_point(q: &Rational) -> bool {
    let mut prec = Bits::new(64);
    loop {
        let value = Ball::from_i64(1)
            .exp(prec)
            .mul_rational(q, prec)
            .add_i64(1, prec);
        if let Some(sign) = value.sign() {
            return sign == std::cmp::Ordering::Less;
        }
        // e is irrational, so eq + 1 is not 0 and some precision decides.
        prec = prec.doubled();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_approximation_is_not_enclosed() {
        let prec = Bits::new(100);
        let mut count = 0;
        for (branch, x) in [
            (Branch::Principal, 3.0),
            (Branch::Principal, -0.25),
            (Branch::Principal, -0.367_879_4),
            (Branch::Lower, -0.25),
            (Branch::Lower, -0.367_879_4),
            (Branch::Lower, -1e-5),
        ] {
            let x = Float::with_val(64, x);
            let ball = lambert_at(&x, branch, prec);
            assert!(ball.is_finite() && ball.accuracy() > 60, "{x}: {ball:?}");
            let wp = prec.plus(100);
            assert!(is_enclosed(ball.mid(), ball.rad(), &x, branch, wp));
            for shift in [-3, 3] {
                let rad = ball.rad().to_float();
                let beside = Float::with_val(400, &rad * shift);
                let beside = Float::with_val(400, ball.mid() + &beside);
                assert!(
                    !is_enclosed(&beside, ball.rad(), &x, branch, wp),
                    "{x} {shift}"
                );
                count += 1;
            }
        }
        assert_eq!(count, 12);
    }

    #[test]
    fn the_branch_point_is_decided() {
        assert!(is_below_branch_point(&Rational::from((
            -367_880, 1_000_000
        ))));
        assert!(!is_below_branch_point(&Rational::from((
            -367_879, 1_000_000
        ))));
    }
}
