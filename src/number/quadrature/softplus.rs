//! E\[ln(1 + e^Z)²\] by the plain trapezoid.
//!
//! σ(z) = ln(1 + e^z) has branch points at iπ(2j + 1), so no residues help: moving the contour past them
//! leaves integrals of jumps that are logarithmically singular at both ends. The strip |Im z| ≤ y < π it is.
//!
//! **Bound.** Let π/2 ≤ y < π and |θ| ≤ y. For 0 < r ≤ 1, |1 + re^{iθ}| lies between sin y (its least value on
//! the ray of angle y, and farther off on the others) and 2, and its argument between 0 and θ. With r =
//! e^x, x ≤ 0: |Re σ| ≤ max(ln 2, −ln sin y), |Im σ| ≤ y. For x > 0, σ(z) = z + σ(−z): |Re σ| ≤ x plus the
//! same, and Im σ = θ + Im σ(−z) lies between 0 and θ. So |σ(z)| ≤ max(x, 0) + c, c = y + max(ln 2,
//! −ln sin y), and E|σ(Z + iη)|² ≤ E(Z⁺ + c)² = 1/2 + 2cφ(0) + c². Here y = 157/50 and −ln sin y < 6.45, so
//! c < 9.59 and the bound is below 1/2 + 0.8·9.59 + 92 < 101.
//!
//! On the axis σ ≤ |x| + ln 2, so σ² ≤ 2x² + 1.

use rug::{Float, Rational};

use super::gaussian::tail_moment;
use super::trapezoid::{Side, Strip, trapezoid};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// E\[ln(1 + e^Z)²\] to an absolute accuracy of about `prec` bits.
///
/// # Errors
/// A limit error for too many bits or at the deadline.
pub fn softplus_square(prec: Bits, limits: &Limits) -> Result<Ball> {
    let strip = Strip::new(Rational::from((157, 50)), Magnitude::new(101, 0))?;
    let tail = |x: &Float| tail_moment(2, x).shifted(1).plus(tail_moment(0, x));
    // σ(x)² + σ(−x)² with σ(−x) = L, σ(x) = x + L: one logarithm for two nodes.
    let pair = |site: &super::trapezoid::Site, bits: Bits| {
        let wp = bits.plus(8);
        let small = site.exp.recip(wp).ln1p(wp);
        let large = small.add(&site.x, wp);
        Ok(small.square(wp).add(&large.square(wp), bits))
    };
    trapezoid(&pair, &strip, &tail, Side::Pairs, prec, limits)
}
