//! The plain trapezoidal rule for Gaussian expectations of functions analytic in a strip, in one and in
//! two variables.
//!
//! **One variable.** Let g be real on the axis and analytic in |Im z| ≤ y, φg → 0 there as |Re z| → ∞,
//! and E|g(Z + iη)| ≤ M for |η| ≤ y. With T = h Σ_k g(kh) φ(kh) over all integers
//!
//! $$|T - E g(Z)| \le r(y)\,M, \qquad r(y) = \frac{2e^{y^2/2}}{e^{2\pi y/h}-1}.$$
//!
//! Proof: T − ∫φg is the integral of φg/(e^{∓2πiz/h} − 1) along the lines Im z = ±y (see
//! [`pole_corrected`](super::pole_corrected), here without poles), where |φ(x + iη)| = φ(x) e^{η²/2} and
//! |e^{∓2πiz/h} − 1| ≥ e^{2πy/h} − 1.
//!
//! **Two variables.** For standard normal X, Y with correlation u put α = √((1+u)/2), β = √((1−u)/2),
//! X = αS + βT, Y = αS − βT with independent S, T. Let |f(z)| ≤ A(1 + |z|) for |Im z| ≤ y₀. With the
//! spacings h_s, h_t ≤ 1, with y_s ≤ y₀/α, y_t ≤ y₀/β, and with both sums cut at X, X² ≥ 2,
//!
//! $$|{\textstyle\sum\sum} - E f(X) f(Y)| \le
//!   2.001\,A^2 \bigl[(2+y_0^2)(r(y_s) + r(y_t)) + 3t_0 + t_2\bigr],$$
//!
//! t_k = E\[|Z|^k; |Z| > X\]. Proof: by 2ab ≤ a² + b² and (1 + a)² ≤ 2 + 2a² the product F(s, t) of the
//! two values is at most 2A²(1 + α²|s|² + β²|t|²), as |αs + βt|² + |αs − βt|² = 2α²|s|² + 2β²|t|². For
//! real s the rule in t is off by r(y_t) 2A²(1 + α²s² + β²(1 + y_t²)), and β²y_t² ≤ y₀²; the sum over s of
//! 1 is at most 1 + 2Σ_{k≥1} e^{−2π²k²/h²} < 1.0001 and that of s² at most 1 (Poisson: its transform is
//! (1 − ω²)e^{−ω²/2}, negative at 2πk/h). So the sum over s of these errors is at most
//! 2.0002A² r(y_t)(2 + y₀²), using α² + β² = 1. The expectation over t is analytic in s, and its rule is
//! off by r(y_s) 2A²(1 + α²(1 + y_s²) + β²). Dropping |s| > X loses at most 2A²(1.0001(t_0 + α²t_2) +
//! β²t_0), dropping |t| > X the same with β and α exchanged.

use rayon::prelude::*;
use rug::{Float, Rational};

use super::gaussian::tail_moment;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// A strip |Im z| ≤ height and a bound that holds in it.
#[derive(Clone, Debug)]
pub struct Strip {
    /// The half-width y of the strip.
    pub height: Rational,
    /// The bound: of E|g(Z + iη)|, |η| ≤ y, for [`gaussian_trapezoid`]; of |f(z)|/(1 + |z|), |Im z| ≤ y,
    /// for [`correlated_expectation`].
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
/// |g| ≤ Σ c_j |x|^j, j ≤ 16, that is Σ c_j [`tail_moment`]`(j, X)`.
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

/// E f(X) f(Y) for standard normal X, Y with correlation u, |u| ≤ 1, to an absolute accuracy of about
/// `prec` bits, by the tensor rule.
///
/// f is real on the axis and analytic in the strip, with |f(z)| ≤ bound·(1 + |z|) there.
///
/// # Errors
/// A domain error for a u that may lie outside \[−1, 1\]; errors of f; a limit error for a strip so narrow
/// that 2^26 points do not suffice, or at the deadline.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::{Strip, correlated_expectation};
/// use isobath::number::{Ball, Bits, Magnitude};
/// use rug::Rational;
///
/// // E sin X sin Y = e^{−1} sinh u; |sin z| ≤ cosh 3 < 11 for |Im z| ≤ 3.
/// let (prec, limits) = (Bits::new(64), Limits::default());
/// let u = Ball::from_rational(&Rational::from((1, 3)), prec.plus(32));
/// let strip = Strip::new(3.into(), Magnitude::new(11, 0))?;
/// let value = correlated_expectation(|x, p| Ok(x.sin(p)), &u, &strip, prec, &limits)?;
/// let exact = Ball::from_i64(-1).exp(prec).mul(&u.sinh(prec), prec);
/// assert!(value.overlaps(&exact) && value.rad() < Magnitude::power_of_two(-62));
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn correlated_expectation<F>(
    f: F,
    u: &Ball,
    strip: &Strip,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball>
where
    F: Fn(&Ball, Bits) -> Result<Ball> + Sync,
{
    limits.check_precision(prec)?;
    let plane = Plane::new(u, strip, prec)?;
    plane.sum(&f, limits)
}

/// The precision of bounds.
const COARSE: Bits = Bits::new(64);

/// Most nodes on a line.
const MOST: f64 = (1 << 24) as f64;

/// r(y) = 2e^{y²/2}/(e^{2πy/h} − 1); infinite unless the denominator is certainly positive.
fn rate(height: &Ball, spacing: &Ball) -> Magnitude {
    let growth = height.square(COARSE).mul_2exp(-1).exp(COARSE).mul_2exp(1);
    let steep = Ball::pi(COARSE).mul(height, COARSE).mul_2exp(1);
    let divisor = steep.div(spacing, COARSE).expm1(COARSE);
    growth.div(&divisor, COARSE).magnitude()
}

/// A spacing of at most 1 with r(y) M ≤ goal: a multiple of 2^−k with few bits.
fn spacing(height: &Ball, bound: Magnitude, goal: Magnitude) -> Result<Rational> {
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

fn narrow() -> Error {
    Error::limit(
        "the strip of analyticity is too narrow, or its bound too large, for a trapezoidal sum",
    )
}

/// An X ≥ 4 where the tail is at most the goal, and its bound there.
fn cut<T>(tail: &T, goal: Magnitude, prec: Bits) -> Result<(Float, Magnitude)>
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

/// The tensor rule.
struct Plane {
    alpha: Ball,
    beta: Ball,
    spacing_s: Rational,
    spacing_t: Rational,
    cut: Float,
    error: Magnitude,
    bound: Magnitude,
    prec: Bits,
}

impl Plane {
    fn new(u: &Ball, strip: &Strip, prec: Bits) -> Result<Plane> {
        let wide = prec.plus(48);
        let plus = u.add_i64(1, wide).mul_2exp(-1);
        let minus = u.neg().add_i64(1, wide).mul_2exp(-1);
        if !plus.is_nonnegative() || !minus.is_nonnegative() {
            return Err(Error::domain(
                "the correlation of two variables must lie between -1 and 1",
            ));
        }
        let (alpha, beta) = (plus.sqrt(wide), minus.sqrt(wide));
        // 2.001 A² ≤ 2049/1024 A².
        let scale = strip
            .bound
            .times(strip.bound)
            .times(Magnitude::new(2049, -10));
        let height = Ball::from_rational(&strip.height, COARSE);
        let square = height.square(COARSE).add_i64(2, COARSE).magnitude();
        let factor = scale.times(square);
        let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 4);
        // y = y₀/α, but no more than about 2π/h, where r(y) is least.
        let nats = f64::from(prec.get()) * std::f64::consts::LN_2
            + factor.exponent().unwrap_or(0).max(0) as f64
            + 4.0;
        let most = Rational::from_f64((2.0 * nats).sqrt()).unwrap_or_else(|| Rational::from(1));
        let most = Ball::from_rational(&most, COARSE);
        let line = |direction: &Ball| -> Result<(Rational, Magnitude)> {
            // At most the true quotient: the height of the strip over an upper bound of α.
            let reach = height.div(&Ball::exact(direction.upper(COARSE)), COARSE);
            let low = if reach.is_finite() {
                reach.min(&most, COARSE)
            } else {
                // The function does not depend on this variable.
                most.clone()
            };
            let height = Ball::exact(low.lower(COARSE));
            let spacing = spacing(&height, factor, goal)?;
            let error = rate(&height, &Ball::from_rational(&spacing, COARSE)).times(factor);
            Ok((spacing, error))
        };
        let (spacing_s, error_s) = line(&alpha)?;
        let (spacing_t, error_t) = line(&beta)?;
        let tail = |x: &Float| {
            let zeroth = tail_moment(0, x).times(Magnitude::new(3, 0));
            zeroth.plus(tail_moment(2, x)).times(scale)
        };
        let (cut, dropped) = cut(&tail, goal, prec)?;
        Ok(Plane {
            alpha,
            beta,
            spacing_s,
            spacing_t,
            cut,
            error: error_s.plus(error_t).plus(dropped),
            bound: strip.bound,
            prec,
        })
    }

    /// The double sum: rows in parallel, in each the pairs ±t.
    fn sum<F>(&self, f: &F, limits: &Limits) -> Result<Ball>
    where
        F: Fn(&Ball, Bits) -> Result<Ball> + Sync,
    {
        let count = |spacing: &Rational| (self.cut.to_f64() / spacing.to_f64()).ceil();
        let (rows, columns) = (count(&self.spacing_s), count(&self.spacing_t));
        if (rows * columns).is_nan() || rows * columns >= 4.0 * MOST {
            return Err(narrow());
        }
        let (rows, columns) = (rows as i64, columns as i64);
        let wide = self.prec.plus(24);
        let density = |spacing: &Rational, k: i64| {
            let x = Rational::from(spacing * k);
            Ball::exp_rational(&(-Rational::from(&x * &x) / 2), wide)
        };
        let across: Vec<Ball> = (0..=columns).map(|k| density(&self.spacing_t, k)).collect();
        let steps: Vec<Ball> = (0..=columns)
            .map(|k| {
                self.beta
                    .mul_rational(&Rational::from(&self.spacing_t * k), wide.plus(16))
            })
            .collect();
        let parts = (-rows..=rows)
            .into_par_iter()
            .map(|row| {
                self.row(
                    f,
                    row,
                    &density(&self.spacing_s, row),
                    &across,
                    &steps,
                    limits,
                )
            })
            .collect::<Result<Vec<Ball>>>()?;
        let sum = parts
            .iter()
            .fold(Ball::zero(), |sum, part| sum.add(part, wide));
        let area = Rational::from(&self.spacing_s * &self.spacing_t);
        let value = sum
            .mul_rational(&area, wide)
            .div(&Ball::pi(wide).mul_2exp(1), wide);
        Ok(value.widened(self.error).rounded(self.prec.plus(8)))
    }

    /// Σ_t F(s, t) e^{−s²/2 − t²/2} for one s.
    fn row<F>(
        &self,
        f: &F,
        row: i64,
        weight: &Ball,
        across: &[Ball],
        steps: &[Ball],
        limits: &Limits,
    ) -> Result<Ball>
    where
        F: Fn(&Ball, Bits) -> Result<Ball> + Sync,
    {
        let wide = self.prec.plus(24);
        let s = Rational::from(&self.spacing_s * row);
        let centre = self.alpha.mul_rational(&s, wide.plus(16));
        let mut sum = Ball::zero();
        // A term below 2^{−prec − 32} is not evaluated: its bound goes into the radius.
        let floor = -i64::from(self.prec.get()) - 32;
        let mut skipped = Magnitude::ZERO;
        let far = Magnitude::from_float(&self.cut);
        // |F| ≤ 2A²(1 + s² + t²) ≤ 2A²(1 + 2X'²) with X' = X + 1 ≥ the last node.
        let far = far.plus(Magnitude::ONE);
        let most = far.times(far).shifted(1).plus(Magnitude::ONE);
        let most = most.times(self.bound).times(self.bound).shifted(1);
        for (column, (density, step)) in across.iter().zip(steps).enumerate() {
            limits.check_deadline()?;
            let density = density.mul(weight, wide);
            let size = density.magnitude().times(most);
            let Some(exponent) = size.exponent().filter(|exp| *exp > floor) else {
                skipped = skipped.plus(size.shifted(1));
                continue;
            };
            let bits = (exponent - floor).clamp(16, i64::from(wide.get()) + 16) as u32;
            let bits = Bits::new(bits);
            let right = f(
                &centre.add(step, wide.plus(16)).rounded(bits.plus(16)),
                bits,
            )?;
            let term = if column == 0 {
                right.square(bits)
            } else {
                let left = f(
                    &centre.sub(step, wide.plus(16)).rounded(bits.plus(16)),
                    bits,
                )?;
                // t and −t exchange the two values.
                right.mul(&left, bits).mul_2exp(1)
            };
            sum = sum.add(&term.mul(&density, bits), wide);
        }
        Ok(sum.widened(skipped))
    }
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
