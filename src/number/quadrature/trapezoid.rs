//! The plain trapezoidal rule for Gaussian expectations of functions analytic in a strip.
//!
//! **Theorem.** Let g be real on the axis and analytic in |Im z| ≤ y, φg → 0 there as |Re z| → ∞,
//! and E|g(Z + iη)| ≤ M for |η| ≤ y. With T = h Σ_k g(kh) φ(kh) over all integers
//!
//! $$|T - E g(Z)| \le r(y)\,M, \qquad r(y) = \frac{2e^{y^2/2}}{e^{2\pi y/h}-1}.$$
//!
//! Proof: T − ∫φg is the integral of φg/(e^{∓2πiz/h} − 1) along the lines Im z = ±y (see
//! [`pole_corrected`](super::pole_corrected), here without poles), where |φ(x + iη)| = φ(x) e^{η²/2} and
//! |e^{∓2πiz/h} − 1| ≥ e^{2πy/h} − 1.

use rayon::prelude::*;
use rug::{Float, Rational};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// A strip |Im z| ≤ height and a bound that holds in it.
#[derive(Clone, Debug)]
pub struct Strip {
    /// The half-width y of the strip.
    pub height: Rational,
    /// The bound: of E|g(Z + iη)|, |η| ≤ y, for [`gaussian_trapezoid`]; of |f(z)|/(1 + |z|), |Im z| ≤ y,
    /// for [`correlated_expectation`](super::correlated_expectation).
    pub bound: Magnitude,
}

impl Strip {
    /// The strip |Im z| ≤ height with its bound.
    ///
    /// # Errors
    /// A domain error unless the height is positive and the bound finite.
    pub fn new(height: Rational, bound: Magnitude) -> Result<Strip> {
        if height <= 0 || !bound.is_finite() {
            return Err(Error::domain(
                "a strip of analyticity needs a positive height and a finite bound",
            ));
        }
        Ok(Strip { height, bound })
    }
}

/// The nodes of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// All.
    Both,
    /// Those at x ≥ 0, half of the one at 0: for a function that already holds both g(x) and g(−x).
    Pairs,
}

/// A node of a sum: x = kh, and e^x from a chain of products.
pub(super) struct Site {
    pub x: Ball,
    pub exp: Ball,
}

/// E g(Z) by the plain rule, to an absolute accuracy of about `prec` bits.
///
/// g is evaluated at real points only; the strip's bound is M of the theorem. `tail(X)`, X ≥ 4, bounds
/// E\[G(Z); |Z| > X\] for a function G ≥ |g| on |x| > X such that Gφ falls there with |x|: for
/// |g| ≤ Σ c_j |x|^j, j ≤ 16, that is Σ c_j [`tail_moment`](super::tail_moment)`(j, X)`.
///
/// # Errors
/// Errors of g; a limit error for a strip so narrow that 2^24 nodes do not suffice, or at the deadline.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::{Strip, gaussian_trapezoid, tail_moment};
/// use isobath::number::{Ball, Bits, Magnitude};
///
/// // E cos Z = e^{−1/2}; |cos(x + iη)| ≤ cosh 4 < 28 for |η| ≤ 4.
/// let (prec, limits) = (Bits::new(128), Limits::default());
/// let strip = Strip::new(4.into(), Magnitude::new(28, 0))?;
/// let value = gaussian_trapezoid(|x, p| Ok(x.cos(p)), &strip, |x| tail_moment(0, x), prec, &limits)?;
/// assert!(value.overlaps(&Ball::one().mul_2exp(-1).neg().exp(prec)));
/// assert!(value.accuracy() > 120);
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn gaussian_trapezoid<G, T>(
    g: G,
    strip: &Strip,
    tail: T,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball>
where
    G: Fn(&Ball, Bits) -> Result<Ball> + Sync,
    T: Fn(&Float) -> Magnitude,
{
    let g = |site: &Site, bits: Bits| g(&site.x, bits);
    trapezoid(&g, strip, &tail, Side::Both, prec, limits)
}

/// The plain rule for a function of a node; with [`Side::Pairs`], of g(x) + g(−x) for x ≥ 0.
pub(super) fn trapezoid<G, T>(
    g: &G,
    strip: &Strip,
    tail: &T,
    side: Side,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball>
where
    G: Fn(&Site, Bits) -> Result<Ball> + Sync,
    T: Fn(&Float) -> Magnitude,
{
    limits.check_precision(prec)?;
    let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 3);
    let height = Ball::from_rational(&strip.height, COARSE);
    let spacing = spacing(&height, strip.bound, goal)?;
    let (cut, dropped) = cut(tail, goal, prec)?;
    let wide = prec.plus(16);
    let g = |site: &Site, bits: Bits| Ok([g(site, bits)?]);
    let [sum] = gaussian_sums(&g, &spacing, &cut, side, wide, limits)?;
    let error = rate(&height, &Ball::from_rational(&spacing, COARSE)).times(strip.bound);
    Ok(sum.widened(error).widened(dropped).rounded(prec.plus(8)))
}

/// The precision of bounds.
pub(super) const COARSE: Bits = Bits::new(64);

/// Most nodes on a line.
pub(super) const MOST: f64 = (1 << 24) as f64;

/// r(y) = 2e^{y²/2}/(e^{2πy/h} − 1); infinite unless the denominator is certainly positive.
pub(super) fn rate(height: &Ball, spacing: &Ball) -> Magnitude {
    let growth = height.square(COARSE).mul_2exp(-1).exp(COARSE).mul_2exp(1);
    let steep = Ball::pi(COARSE).mul(height, COARSE).mul_2exp(1);
    let divisor = steep.div(spacing, COARSE).expm1(COARSE);
    growth.div(&divisor, COARSE).magnitude()
}

/// A spacing of at most 1 with r(y) M ≤ goal: a multiple of 2^−k with few bits.
pub(super) fn spacing(height: &Ball, bound: Magnitude, goal: Magnitude) -> Result<Rational> {
    let y = height.mid().to_f64();
    let nats = |m: Magnitude| {
        m.exponent()
            .map_or(0.0, |bits| bits as f64 * std::f64::consts::LN_2)
    };
    let exponent = y * y / 2.0 + nats(bound) - nats(goal) + 1.5;
    let first = (2.0 * std::f64::consts::PI * y / exponent).min(1.0);
    // Seven bits of 1/h: h = 2^s/n with 64 ≤ n < 128 costs at most a sixty-fourth more nodes.
    let shift = (64.0 * first).log2().floor();
    if !(-40.0..=6.0).contains(&shift) {
        return Err(narrow());
    }
    let mut n = (shift.exp2() / first).ceil() as u32;
    loop {
        let h = Rational::from((1, n)) << shift as i32;
        if h <= 1 && rate(height, &Ball::from_rational(&h, COARSE)).times(bound) <= goal {
            return Ok(h);
        }
        n += 1;
        if n > 4096 {
            return Err(narrow());
        }
    }
}

pub(super) fn narrow() -> Error {
    Error::limit(
        "the strip of analyticity is too narrow, or its bound too large, for a trapezoidal sum",
    )
}

/// An X ≥ 4 where the tail is at most the goal, and its bound there.
pub(super) fn cut<T>(tail: &T, goal: Magnitude, prec: Bits) -> Result<(Float, Magnitude)>
where
    T: Fn(&Float) -> Magnitude,
{
    let at = |quarters: u32| Float::with_val(32, quarters) >> 2_u32;
    let guess = (f64::from(prec.get()) * 2.0 * std::f64::consts::LN_2).sqrt();
    let mut quarters = ((4.0 * guess) as u32).max(16);
    loop {
        let bound = tail(&at(quarters));
        if bound <= goal {
            return Ok((at(quarters), bound));
        }
        if quarters > 1 << 24 {
            return Err(Error::undecided(
                "the bound of the tail of a Gaussian expectation does not become small",
            ));
        }
        quarters += quarters / 64 + 1;
    }
}

/// Nodes whose chains of products start from one exponential.
const CHUNK: i64 = 64;

/// h Σ g(kh) φ(kh) over |kh| ≤ X for K functions at once, each term with the bits that its weight leaves.
///
/// φ(kh) from φ((k+1)h) = φ(kh) r_k with r_{k+1} = r_k e^{−h²}: balls, whose radii follow the growth of
/// their relative errors (quadratic over a chunk).
pub(super) fn gaussian_sums<const K: usize, G>(
    g: &G,
    spacing: &Rational,
    cut: &Float,
    side: Side,
    prec: Bits,
    limits: &Limits,
) -> Result<[Ball; K]>
where
    G: Fn(&Site, Bits) -> Result<[Ball; K]> + Sync,
{
    let count = (cut.to_f64() / spacing.to_f64()).ceil();
    if count.is_nan() || count >= MOST {
        return Err(narrow());
    }
    let last = count as i64;
    let wide = prec.plus(24);
    let square = Rational::from(spacing * spacing);
    let decay = Ball::exp_rational(&Rational::from(-&square), wide);
    let growth = Ball::exp_rational(spacing, wide);
    let first = match side {
        Side::Both => -last,
        Side::Pairs => 0,
    };
    let starts: Vec<i64> = (first..=last).step_by(CHUNK as usize).collect();
    let parts = starts
        .par_iter()
        .map(|&start| {
            let end = (start + CHUNK).min(last + 1);
            // No more bits than the node of the chunk that is nearest to 0 needs.
            let nearest = if start < 0 && end > 0 {
                0
            } else {
                start.abs().min((end - 1).abs())
            };
            let nearest = nearest as f64 * spacing.to_f64();
            let lost = (nearest * nearest * 0.72).min(f64::from(wide.get()) - 40.0);
            let wide = Bits::new(wide.get() - lost.max(0.0) as u32);
            let top = -(lost.max(0.0) as i64);
            // e^{−k²h²/2}, e^{−(2k+1)h²/2}, e^{kh}.
            let k = Rational::from(start);
            let half = Rational::from(&square / 2);
            let weight = Rational::from(&k * &k) * &half;
            let ratio = Rational::from(2 * start + 1) * &half;
            let mut weight = Ball::exp_rational(&-weight, wide);
            let mut ratio = Ball::exp_rational(&-ratio, wide);
            let mut exp = Ball::exp_rational(&(k * spacing), wide);
            let mut sums: [Ball; K] = std::array::from_fn(|_| Ball::zero());
            for k in start..end {
                limits.check_deadline()?;
                let lost = top - weight.magnitude().exponent().unwrap_or(0);
                let bits = i64::from(wide.get()).saturating_sub(lost.max(0)).max(32);
                let bits = Bits::new(bits as u32);
                let x = Ball::from_rational(&(Rational::from(k) * spacing), bits.plus(32));
                let site = Site {
                    x,
                    exp: exp.rounded(bits),
                };
                let values = g(&site, bits)?;
                let halving = i32::from(k == 0 && side == Side::Pairs);
                for (sum, value) in sums.iter_mut().zip(&values) {
                    *sum = sum.add(&value.mul(&weight, bits).mul_2exp(-halving), wide);
                }
                weight = weight.mul(&ratio, wide);
                ratio = ratio.mul(&decay, wide);
                exp = exp.mul(&growth, wide);
            }
            Ok(sums)
        })
        .collect::<Result<Vec<[Ball; K]>>>()?;
    let mut sums: [Ball; K] = std::array::from_fn(|_| Ball::zero());
    for part in &parts {
        for (sum, value) in sums.iter_mut().zip(part) {
            *sum = sum.add(value, wide);
        }
    }
    let factor = Ball::pi(wide)
        .mul_2exp(1)
        .rsqrt(wide)
        .mul_rational(spacing, wide);
    Ok(sums.map(|sum| sum.mul(&factor, wide)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For g = 1 the sum is off by 2 Σ e^{−2π²k²/h²}: just below r(2π/h), and far above what it is at half
    /// the spacing.
    #[test]
    fn the_discretisation_error_is_bounded_closely() {
        let limits = Limits::default();
        for (p, q) in [(2, 1), (3, 2), (1, 1), (3, 4)] {
            let h = Rational::from((p, q));
            let one = |_: &Site, _: Bits| Ok([Ball::one()]);
            let cut = Float::with_val(32, 30);
            let prec = Bits::new(200);
            let [both] = gaussian_sums(&one, &h, &cut, Side::Both, prec, &limits).unwrap();
            let [half] = gaussian_sums(&one, &h, &cut, Side::Pairs, prec, &limits).unwrap();
            assert!(both.overlaps(&half.mul_2exp(1)));
            let off = both.add_i64(-1, prec).magnitude();
            let spacing = Ball::from_rational(&h, COARSE);
            let height = Ball::pi(COARSE).mul_2exp(1).div(&spacing, COARSE);
            let bound = rate(&height, &spacing);
            assert!(
                off <= bound.times(Magnitude::new(1025, -10)),
                "{off:?} {bound:?}"
            );
            assert!(off.to_f64() > 0.9 * bound.to_f64(), "{off:?} {bound:?}");
        }
    }

    #[test]
    fn spacings_keep_the_error_below_the_goal() {
        let mut cases = 0;
        for (y, bits) in [((1, 2), 50), ((3, 2), 200), ((157, 50), 3400), ((8, 1), 64)] {
            let height = Ball::from_rational(&Rational::from(y), COARSE);
            let goal = Magnitude::power_of_two(-bits);
            let h = spacing(&height, Magnitude::new(100, 0), goal).unwrap();
            let at = |h: &Rational| {
                rate(&height, &Ball::from_rational(h, COARSE)).times(Magnitude::new(100, 0))
            };
            assert!(h <= 1 && at(&h) <= goal);
            // A twentieth more would be too much, unless the cap of 1 was met.
            assert!(h == 1 || at(&(Rational::from(21) / 20 * &h)) > goal, "{h}");
            cases += 1;
        }
        assert_eq!(cases, 4);
    }
}
