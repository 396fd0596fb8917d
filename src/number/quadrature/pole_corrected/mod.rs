//! The trapezoidal rule with the residues of the poles it meets: nodes in proportion to the digits.
//!
//! **Theorem.** Let f = φg with φ the standard normal density and g real on the axis, meromorphic in
//! a neighbourhood of 0 ≤ Im z ≤ Y, without poles on the lines Im z = 0 and Im z = Y, and there of at
//! most polynomial growth as |Re z| → ∞. With T = h Σ_k f(kh) over all integers,
//!
//! $$\int_{\mathbb R} f = T - 2\,\mathrm{Re}\Bigl[2\pi i \sum_{0<\mathrm{Im}\,p<Y}
//!   \mathop{\mathrm{Res}}_{z=p} \frac{f(z)}{e^{-2\pi iz/h}-1}\Bigr] - R, \qquad
//!   |R| \le r(Y)\, E|g(Z+iY)|, \quad r(Y) = \frac{2e^{Y^2/2}}{e^{2\pi Y/h}-1}.$$
//!
//! Proof: f/(e^{−2πiz/h} − 1) has at each node kh a pole with residue −h f(kh)/(2πi). So −T is the
//! integral along a line just below the axis minus the one just above. Below, 1/(e^{−2πiz/h} − 1) =
//! −1 − 1/(e^{2πiz/h} − 1), and as f is real on the axis the two lines are conjugate:
//! T = ∫f + 2 Re ∫_{above} f/(e^{−2πiz/h} − 1). Moving the line up to Im z = Y picks up 2πi times the
//! residues, and leaves R = 2 Re ∫_{Im z = Y}; there |φ(x + iY)| = φ(x) e^{Y²/2} and
//! |e^{−2πiz/h} − 1| ≥ e^{2πY/h} − 1.
//!
//! With Y = 2π/h, where r is least, r(Y) = 2e^{−2π²/h²}/(1 − e^{−4π²/h²}): for an error of e^{−L} the
//! spacing is h = π√(2/L), and the nodes up to √(2L) number L/π, against L^{3/2} for a rule whose
//! spacing is held down by the nearest pole.
//!
//! The files: `sech` the moments of sech²(aZ), for tanh and the logistic function, on integers; `mish`
//! the integrals of Mish.

mod mish;
mod sech;

pub use mish::{MishMoments, mish_moments};
pub use sech::sech_squared_moments;

use rug::float::Round;
use rug::{Float, Integer};

use crate::number::{Ball, Bits, Magnitude};

/// r(2π/h) = 2/(e^{2π²/h²} − e^{−2π²/h²}) from a lower bound of 2π²/h²; infinite below 1.
///
/// For E ≥ 1, e^{−E} ≤ e^{−2} e^{E}, so r ≤ 2e^{−E}/(1 − e^{−2}) < 2.4 e^{−E}.
fn remainder_rate(spacing: &Ball) -> Magnitude {
    let prec = Bits::new(64);
    let pi = Ball::pi(prec);
    let exponent = pi.div(spacing, prec).square(prec).mul_2exp(1);
    if exponent.certain_cmp(&Ball::one()) != Some(std::cmp::Ordering::Greater) {
        return Magnitude::INFINITY;
    }
    let decay = Float::with_val_round(64, -exponent.lower(prec), Round::Up).0;
    let decay = Float::with_val_round(32, decay.exp_ref(), Round::Up).0;
    // 2.4 ≤ 77/32.
    Magnitude::from_float(&decay).times(Magnitude::new(77, -5))
}

/// An upper bound of E|Z + iY|^k for an even k: Σ_i binom(k/2, i) (2i − 1)!! Y^{k−2i}, by
/// |Z + iY|² = Z² + Y².
fn shifted_moment(k: u32, height: &Ball) -> Magnitude {
    let square = height.magnitude();
    let square = square.times(square);
    let half = u64::from(k / 2);
    let mut odd = Integer::from(1);
    let mut sum = Magnitude::ZERO;
    for i in 0..=half {
        if i > 0 {
            odd *= 2 * i - 1;
        }
        let factor = Magnitude::from_integer(&(Integer::from(half).binomial(i as u32) * &odd));
        sum = sum.plus(square.power(half - i).times(factor));
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_shifted_normal() {
        // M₀ = 1, M₂ = 1 + Y², M₄ = 3 + 2Y² + Y⁴, M₆ = 15 + 9Y² + 3Y⁴ + Y⁶ at Y = 2.
        let two = Ball::from_i64(2);
        for (k, exact) in [(0, 1), (2, 5), (4, 27), (6, 15 + 36 + 48 + 64)] {
            assert_eq!(shifted_moment(k, &two), Magnitude::new(exact, 0));
        }
    }

    #[test]
    fn the_rate_of_the_remainder_is_bounded_closely() {
        // r(2π/h) = 1/sinh(2π²/h²).
        let prec = Bits::new(64);
        for h in [1, 2, 3, 4] {
            let spacing = Ball::from_i64(h);
            let exponent = Ball::pi(prec).div(&spacing, prec).square(prec).mul_2exp(1);
            let exact = exponent.sinh(prec).recip(prec).magnitude();
            let bound = remainder_rate(&spacing);
            assert!(
                bound >= exact && bound <= exact.times(Magnitude::new(3, -1)),
                "{h}"
            );
        }
        assert!(!remainder_rate(&Ball::from_i64(10)).is_finite());
    }
}
