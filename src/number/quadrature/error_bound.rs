//! The error of a Gauss-Legendre rule from a bound over an ellipse.
//!
//! **Theorem.** Let g be holomorphic in the open ellipse with foci ±1 and parameter ρ,
//! |g| ≤ M there. The rule with n ≥ 2 points is off by at most
//!
//! $$\Bigl|\int_{-1}^1 g - Q_n(g)\Bigr| \le \frac{64}{15}\,\frac{M\rho^{-2n}}{1-\rho^{-2}}.$$
//!
//! Proof: g = Σ a_k T_k with |a_k| ≤ 2Mρ^{−k} for k ≥ 1. The rule is exact up to degree 2n − 1, and for
//! odd k the integral of T_k and the rule vanish by symmetry. For even k ≥ 2n the integral is
//! 2/(1 − k²) and |Q_n(T_k)| ≤ 2 (positive weights of sum 2), so T_k is off by at most 2 + 2/(4n² − 1)
//! ≤ 32/15. Sum 2Mρ^{−k} over k = 2n, 2n+2, …

use rug::Float;
use rug::float::Round;

use crate::number::Magnitude;

/// About the number of points that `plan` will find; no bound relies on it.
pub(super) fn estimate(rho: f64, bound: Magnitude, half: Magnitude, share: Magnitude) -> f64 {
    let log = |m: Magnitude| m.exponent().unwrap_or(i64::MIN / 8) as f64;
    (log(bound) + log(half) + 1.0 - log(share)) / (2.0 * rho.log2())
}

/// The number of points that makes the error of the rule at most `share`, and that error; `None` if the
/// bound is infinite.
pub(super) fn plan(
    rho: f64,
    bound: Magnitude,
    half: Magnitude,
    share: Magnitude,
) -> Option<(usize, Magnitude)> {
    if !bound.is_finite() {
        return None;
    }
    let square = Float::with_val(106, rho * rho);
    let inverse = Magnitude::ONE.over(&square);
    // 1 − ρ^{−2}, rounded down: ρ ≥ 2 is far from 1.
    let gap = Float::with_val_round(53, 1 - inverse.to_float(), Round::Down).0;
    // 64/15 < 4.2667.
    let front = Magnitude::new(42_667, 0)
        .over(&Float::with_val(32, 10_000))
        .times(bound)
        .times(half)
        .over(&gap);
    let excess = front.exponent().unwrap_or(i64::MIN / 4) - share.exponent().unwrap_or(0);
    let step = 2.0 * rho.log2();
    let mut points = ((excess as f64 / step).ceil().max(2.0)) as usize;
    // Few different rules: they take long to make and are remembered. An eighth of the binade apart.
    let grain = (points.next_power_of_two() / 16).max(1);
    points = points.div_ceil(grain) * grain;
    loop {
        let error = front.times(inverse.power(points as u64));
        if error <= share {
            return Some((points, error));
        }
        points += grain;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::number::quadrature::GaussLegendre;
    use crate::number::{Ball, Bits};

    /// 1/(a − x) with a = (ρ₀ + 1/ρ₀)/2 has its pole at the tip of the ellipse of ρ₀; on that of ρ < ρ₀ its
    /// largest value is 1/(a − (ρ + 1/ρ)/2). The error of the rule is below the bound, but not far below.
    #[test]
    fn the_bound_of_a_rule_holds_and_is_not_idle() {
        let limits = Limits::default();
        let prec = Bits::new(400);
        let mut cases = 0;
        for (rho, outer) in [(2.0, 2.25), (4.0, 4.5), (8.5, 9.0)] {
            let tip = |rho: f64| (rho + 1.0 / rho) / 2.0;
            let bound = Magnitude::from_f64(1.0 / (tip(outer) - tip(rho)) * 1.000_001);
            for bits in [20, 60, 150] {
                let share = Magnitude::power_of_two(-bits);
                let (points, error) = plan(rho, bound, Magnitude::ONE, share).unwrap();
                assert!(error <= share);
                let rule = GaussLegendre::rule(points, prec, &limits).unwrap();
                let a = Ball::exact(Float::with_val(53, tip(outer)));
                let sum = rule
                    .nonnegative_nodes()
                    .iter()
                    .fold(Ball::zero(), |sum, node| {
                        let mut value = a.sub(&node.x, prec).recip(prec);
                        if !node.x.is_zero() {
                            value = value.add(&a.add(&node.x, prec).recip(prec), prec);
                        }
                        sum.add(&value.mul(&node.weight, prec), prec)
                    });
                // ∫ = ln((a + 1)/(a − 1)).
                let exact = a.add_i64(1, prec).div(&a.add_i64(-1, prec), prec).ln(prec);
                let off = sum.sub(&exact, prec).magnitude();
                assert!(off <= error, "{rho} {bits}: {off:?} {error:?}");
                // The true rate is ρ₀^{−2n}: the bound loses (ρ₀/ρ)^{2n} and a constant.
                let loss = (outer / rho).powi(2 * points as i32) * 2000.0;
                assert!(
                    off.to_f64() * loss > error.to_f64(),
                    "{rho} {bits}: {off:?} {error:?}"
                );
                cases += 1;
            }
        }
        assert_eq!(cases, 9);
    }
}
