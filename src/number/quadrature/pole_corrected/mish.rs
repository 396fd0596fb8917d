//! The two integrals of Mish, σ(x) = x T(x) with T = tanh(ln(1 + e^x)): E\[Z²T(Z)²\] = E σ² and
//! E\[Z²T'(Z)²\], so that E σ'² is their sum (E\[2Z T T' + T²\] = E\[Z²T²\] by parts: E\[(ZT²)'\] =
//! E\[Z·ZT²\]).
//!
//! **Poles.** With v = 1 + e^z, T = (v² − 1)/(v² + 1) = 1 + w/(v − w) − w/(v + w) for either w = ±i; the
//! poles with 0 < Im z < 2πm are (ln 2)/2 + i(3π/4 + 2πj), where v = i, and (ln 2)/2 + i(5π/4 + 2πj), where
//! v = −i, j = 0, …, m − 1. At p with v = w, ζ = z − p: v − w = (w − 1)(e^ζ − 1) and 1/(e^ζ − 1) = 1/ζ −
//! 1/2 + ζ/12 + 0ζ² + …; w/(w − 1) = (1 − w)/2; v + w = 2w(1 + κ(e^ζ − 1)) with κ = (w − 1)/(2w) = (1 + w)/2.
//! So T = c/ζ + c_0 + c_1 ζ + c_2 ζ² + … with
//!
//! c = (1 − w)/2, c_0 = (1 + w)/4, c_1 = c/12 + κ/2 = (7 + 5w)/24, c_2 = (κ/2 − κ²)/2 = (1 − w)/8,
//!
//! and with c² = −w/2 the residues of F T² and F T'² are
//!
//! $$2cc_0F + c^2F' = \frac{F - wF'}{2}, \qquad
//!   \frac{c^2F'''}{6} - 2cc_1F' - 4cc_2F = -\frac{w}{12}F''' - \frac{6-w}{12}F' + \frac{w}{2}F.$$
//!
//! **The line.** h = 1/m and Y = 2π/h = 2πm. T has the period 2πi, so |T| < 1 on the line; and T' =
//! sech²(ln(1 + e^x)) e^x/(1 + e^x) lies between 0 and 1. So both |R| ≤ r(Y) E|Z + iY|², and both |g| ≤ x².

use rug::{Float, Rational};

use super::super::gaussian::tail_moment;
use super::super::trapezoid::{Side, Site, gaussian_sums};
use super::{remainder_rate, shifted_moment};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// The integrals of Mish.
#[derive(Clone, Debug)]
pub struct MishMoments {
    /// E\[Z²T(Z)²\] = E σ(Z)².
    pub square: Ball,
    /// E\[Z²T'(Z)²\]; E σ'(Z)² is the sum of the two.
    pub slope: Ball,
}

/// The integrals of Mish, each to an absolute accuracy of about `prec` bits.
///
/// # Errors
/// A limit error for too many bits or at the deadline.
pub fn mish_moments(prec: Bits, limits: &Limits) -> Result<MishMoments> {
    limits.check_precision(prec)?;
    let nats = (f64::from(prec.get()) + 6.0) * std::f64::consts::LN_2;
    // E|Z + iY|² = 1 + Y², Y² = 2 nats.
    let nats = nats + (2.0 * nats + 8.0).ln();
    let m = ((nats / 2.0).sqrt() / std::f64::consts::PI).ceil().max(1.0) as u32;
    let spacing = Rational::from((1, m));
    let wide = prec.plus(24);
    let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 3);
    let mut quarters = ((2.0 * nats).sqrt() * 4.0) as u32;
    let (cut, dropped) = loop {
        let cut = Float::with_val(32, quarters) >> 2_u32;
        let bound = tail_moment(2, &cut);
        if bound <= goal {
            break (cut, bound);
        }
        quarters += 1;
    };
    let (sums, corrections) = rayon::join(
        || gaussian_sums(&integrands, &spacing, &cut, Side::Both, wide, limits),
        || corrections(m, wide, limits),
    );
    let ([square, slope], corrections) = (sums?, corrections?);
    let height = Ball::pi(Bits::new(64)).mul_i64(2 * i64::from(m), Bits::new(64));
    let remainder = remainder_rate(&Ball::from_rational(&spacing, Bits::new(64)))
        .times(shifted_moment(2, &height));
    let finish = |sum: Ball, correction: &Ball| {
        sum.add(correction, wide)
            .widened(remainder)
            .widened(dropped)
            .rounded(prec.plus(8))
    };
    let result = MishMoments {
        square: finish(square, &corrections[0]),
        slope: finish(slope, &corrections[1]),
    };
    if !remainder.is_finite() {
        return Err(Error::undecided("too few bits for the integrals of Mish"));
    }
    Ok(result)
}

/// x²T² and x²T'² at a node, without cancellation: with y = e^x, T = (2y + y²)/(2 + 2y + y²) and T' = 4y(1 + y)/(2 + 2y + y²)².
fn integrands(site: &Site, prec: Bits) -> Result<[Ball; 2]> {
    let wp = prec.plus(12);
    let square = site.x.square(wp);
    let y = &site.exp;
    let y_square = y.square(wp);
    let numerator = y.mul_2exp(1).add(&y_square, wp);
    let inverse = numerator.add_i64(2, wp).recip(wp);
    let t = numerator.mul(&inverse, wp);
    let slope = y
        .add(&y_square, wp)
        .mul_2exp(2)
        .mul(&inverse.square(wp), wp);
    Ok([
        t.square(wp).mul(&square, prec),
        slope.square(wp).mul(&square, prec),
    ])
}

/// 4π Im Σ Res over the poles of the upper strip, for T² and T'²: −2 Re\[2πi Σ\] = 4π Im Σ.
fn corrections(m: u32, wide: Bits, limits: &Limits) -> Result<[Ball; 2]> {
    let mut sums = [ComplexBall::from_i64(0), ComplexBall::from_i64(0)];
    let quarter = Ball::pi(wide.plus(32)).mul_2exp(-2);
    let real = Ball::ln_2(wide.plus(32)).mul_2exp(-1);
    for j in 0..i64::from(m) {
        for (eighths, sign) in [(3, 1), (5, -1)] {
            limits.check_deadline()?;
            let height = quarter.mul_i64(8 * j + eighths, wide.plus(32));
            let p = ComplexBall::new(real.clone(), height);
            let w = ComplexBall::i().mul_i64(sign, wide);
            let [f, f1, f3] = quotient(&p, m, wide);
            // (F − wF')/2.
            let first = f.sub(&w.mul(&f1, wide), wide).mul_2exp(-1);
            // −(w/12)F''' − ((6 − w)/12)F' + (w/2)F.
            let six = w.neg().add_i64(6, wide);
            let second = w
                .mul(&f3, wide)
                .add(&six.mul(&f1, wide), wide)
                .div_ball(&Ball::from_i64(-12), wide)
                .add(&w.mul(&f, wide).mul_2exp(-1), wide);
            sums[0] = sums[0].add(&first, wide);
            sums[1] = sums[1].add(&second, wide);
        }
    }
    let factor = Ball::pi(wide).mul_2exp(2);
    Ok(sums.map(|sum| sum.im().mul(&factor, wide)))
}

/// F, F', F''' for F = φ z² D, D = 1/(e^{−2πimz} − 1).
///
/// With b = −2πim: D' = −b(D + D²), D'' = b²(1 + 2D)(D + D²), D''' = b²(1 + 6D + 6D²) D'. With G = φz²:
/// G' = φ(2z − z³), G'' = φ(2 − 5z² + z⁴), G''' = φ(−12z + 9z³ − z⁵).
fn quotient(p: &ComplexBall, m: u32, prec: Bits) -> [ComplexBall; 3] {
    // |e^{−2πimz}| = e^{2πm Im p} is large, and φ(p) too: relative errors only. The exponents have up
    // to 2·log₂(2πm·Im p) bits before their binary point.
    let wp = prec.plus(64);
    let b = ComplexBall::new(Ball::zero(), Ball::pi(wp).mul_i64(-2 * i64::from(m), wp));
    let d = p.mul(&b, wp).exp(wp).add_i64(-1, wp).recip(wp);
    let phi = p.normal_density(wp);
    let z2 = p.square(wp);
    let z4 = z2.square(wp);
    let phi_z = phi.mul(p, wp);
    let g0 = phi.mul(&z2, wp);
    let g1 = phi_z.mul(&z2.neg().add_i64(2, wp), wp);
    let g2 = phi.mul(&z4.sub(&z2.mul_i64(5, wp), wp).add_i64(2, wp), wp);
    let g3 = phi_z.mul(&z2.mul_i64(9, wp).sub(&z4, wp).add_i64(-12, wp), wp);
    let b2 = b.square(wp);
    let dd = d.add(&d.square(wp), wp);
    let d1 = b.mul(&dd, wp).neg();
    let d2 = b2.mul(&dd, wp).mul(&d.mul_2exp(1).add_i64(1, wp), wp);
    let d3 = b2.mul(&dd.mul_i64(6, wp).add_i64(1, wp), wp).mul(&d1, wp);
    let f0 = g0.mul(&d, wp);
    let f1 = g1.mul(&d, wp).add(&g0.mul(&d1, wp), wp);
    let f3 = g3
        .mul(&d, wp)
        .add(&g2.mul(&d1, wp).mul_i64(3, wp), wp)
        .add(&g1.mul(&d2, wp).mul_i64(3, wp), wp)
        .add(&g0.mul(&d3, wp), wp);
    [f0, f1, f3]
}
