//! Volumes of unit spheres and balls, and the intrinsic volumes of spheres.
//!
//! * $|S^d| = 2 π^{(d+1)/2}/Γ((d+1)/2)$, so |S⁰| = 2, |S¹| = 2π, |S²| = 4π;
//! * $ω_n = π^{n/2}/Γ(n/2+1)$, the volume of the unit ball of R^n;
//! * $L_j(S^d) = 2 \binom dj |S^d|/|S^{d-j}|$ for even d − j, else 0: the Lipschitz-Killing curvatures of
//!   the sphere (R. J. Adler and J. E. Taylor, "Random Fields and Geometry" (2007), section 6.3).

use rug::{Integer, Rational};

use crate::number::{Ball, Bits};

/// Largest dimension of a sphere that formulas are evaluated for.
pub const LAST_DIMENSION: u32 = 100_000;

/// $|S^d|$, the d-dimensional volume of the unit sphere of R^{d+1}.
pub fn area(d: u32, prec: Bits) -> Ball {
    let work = prec.plus(40);
    let half = Rational::from((u64::from(d) + 1, 2u32));
    power_of_pi(d + 1, work)
        .mul(&Ball::recip_gamma_rational(&half, work), prec)
        .mul_2exp(1)
}

/// $ω_n$, the volume of the unit ball of R^n.
pub fn ball_volume(n: u32, prec: Bits) -> Ball {
    let work = prec.plus(40);
    let argument = Rational::from((u64::from(n) + 2, 2u32));
    power_of_pi(n, work).mul(&Ball::recip_gamma_rational(&argument, work), prec)
}

/// $π^{n/2}$.
fn power_of_pi(n: u32, prec: Bits) -> Ball {
    Ball::pi(prec).pow_u64(u64::from(n), prec).sqrt(prec)
}

/// $L_j(S^d)$ for j ≤ d, exactly 0 for odd d − j.
pub fn curvature(d: u32, j: u32, prec: Bits) -> Ball {
    if j > d || (d - j) % 2 == 1 {
        return Ball::zero();
    }
    let work = prec.plus(16);
    let count = Integer::from(Integer::binomial_u(d, j));
    area(d, work)
        .div(&area(d - j, work), work)
        .mul_integer(&count, prec)
        .mul_2exp(1)
}

/// The flag coefficient $\binom nk ω_n/(ω_k ω_{n-k})$, k ≤ n.
pub fn flag(n: u32, k: u32, prec: Bits) -> Ball {
    let work = prec.plus(16);
    let count = Integer::from(Integer::binomial_u(n, k));
    let bottom = ball_volume(k, work).mul(&ball_volume(n - k, work), work);
    ball_volume(n, work)
        .div(&bottom, work)
        .mul_integer(&count, prec)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |S^d| = |S^{d−2}| · 2π/(d − 1), and |S^{d}| = (d + 1) ω_{d+1}.
    #[test]
    fn areas_obey_their_recurrence() {
        let prec = Bits::new(150);
        let tau = Ball::pi(prec).mul_2exp(1);
        assert!(area(0, prec).contains_rational(&Rational::from(2)));
        assert!(area(1, prec).overlaps(&tau));
        for d in 2..40 {
            let stepped = area(d - 2, prec)
                .mul(&tau, prec)
                .div_i64(i64::from(d) - 1, prec);
            let value = area(d, prec);
            assert!(value.overlaps(&stepped) && value.accuracy() > 140, "{d}");
            let by_ball = ball_volume(d + 1, prec).mul_i64(i64::from(d) + 1, prec);
            assert!(value.overlaps(&by_ball), "{d}");
        }
    }

    /// The Euler characteristic of an even sphere is 2, of an odd one 0; its volume is L_d.
    #[test]
    fn curvatures_of_spheres() {
        let prec = Bits::new(100);
        for d in 1..12 {
            let euler = curvature(d, 0, prec);
            let expected = if d % 2 == 0 { 2 } else { 0 };
            assert!(euler.contains_rational(&Rational::from(expected)), "{d}");
            assert!(curvature(d, d, prec).overlaps(&area(d, prec)));
        }
        // [2;1] = 2 (π/2²) · … = π/2.
        assert!(flag(2, 1, prec).overlaps(&Ball::pi(prec).mul_2exp(-1)));
    }
}
