//! Moments above thresholds: J_{a,b}(θ; u, v) = E[(G − u)_+^a (Ĝ − v)_+^b], with x_+^0 = 1{x > 0}.
//!
//! *By recursion.* With c = cos θ, s = sin θ, g the normal density and T_k(z) = E[(Z + z)_+^k],
//!
//!   J(a,b) = −u J(a−1,b) + (a−1) J(a−2,b) + b c J(a−1,b−1)                     (a, b ≥ 1)
//!   J(a,0) = −u J(a−1,0) + (a−1) J(a−2,0) + c g(v) s^{a−1} T_{a−1}((cv−u)/s)   (a ≥ 1)
//!
//! where for a = 1 the middle term is g(u) s^b T_b((cu−v)/s). It starts from the orthant probability
//!
//!   P(G > u, Ĝ > v) = (π−θ)/(2π) + ½(Φ(−u) + Φ(−v) − 1) + V(−u, (cu−v)/s) + V(−v, (cv−u)/s),
//!
//! with Nicholson's V(h, k) = ∫_0^1 h g(th)(Φ(tk) − ½) dt, the normal mass of the triangle (0,0), (h,0),
//! (h,k). V is odd in both arguments, V(h,k) + V(k,h) = (Φ(h) − ½)(Φ(k) − ½), and with r = k/h, |r| ≤ 1,
//!
//!   V(h,k) = 1/(2π) Σ_j (−1)^j r^{2j+1}/(2j+1) Q_j,   Q_j = P(Poisson(h²/2) > j) ≤ (h²/2)^{j+1}/(j+1)!.
//!
//! For large h, V = arctan(r)/(2π) up to |r| e^{−h²/2}/(2π).
//!
//! *By series.* Along the ray t ↦ J(θ; tu, tv), an entire function, by the coefficients of
//! the module `shifted`. With κ² = (u² − 2cuv + v²)/s² and J₂ = J_{2a,2b}(θ), |w_n| ≤ κ^n √(J₂/n!), so
//! the terms from N > 4κ² on sum to at most 2 κ^N √(J₂/N!).
//!
//! Sources: D. B. Owen, Ann. Math. Statist. 27, 1956; C. Nicholson, Biometrika 33, 1943.

use rug::float::Round;
use rug::{Float, Integer};

use super::angle::Angle;
use super::shifted::Shifted;
use super::value::{Method, moment, to_relative_accuracy};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// How to compute a moment above thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ThresholdMethod {
    /// The recursion in the indices from the orthant probability.
    #[default]
    Recursion,
    /// The Taylor series along the ray from the origin to the thresholds.
    Series,
}

/// The largest indices of a moment above thresholds: the recursion fills a table of their product.
const MAX_INDEX: u32 = 4096;
/// The most terms of a series worth summing.
const MAX_TERMS: f64 = 1e6;

/// E[(G − u)_+^a (Ĝ − v)_+^b] for standard Gaussians of covariance cos θ; x_+^0 = 1{x > 0}.
///
/// The relative accuracy is `prec` bits as far as the balls of u, v and θ allow. At θ = 0 and
/// θ = π both Gaussians are one, and the value is a one-dimensional integral.
///
/// # Errors
/// A limit error for indices above 4096, at the deadline, or where the series converges too slowly
/// (θ near 0 or π); undecided where balls are too wide to tell zero from non-zero.
#[expect(
    clippy::too_many_arguments,
    reason = "two indices, two thresholds and an angle"
)]
pub fn threshold_moment(
    a: u32,
    b: u32,
    u: &Ball,
    v: &Ball,
    theta: &Angle,
    method: ThresholdMethod,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if a > MAX_INDEX || b > MAX_INDEX {
        return Err(Error::limit(format!(
            "an index of a moment above thresholds is larger than {MAX_INDEX}"
        )));
    }
    if !u.is_finite() || !v.is_finite() {
        return Err(Error::undecided("a threshold is not known"));
    }
    let value = to_relative_accuracy(prec, limits, |work| {
        if theta.is_zero() {
            Ok(on_diagonal(a, b, u, v, work))
        } else if theta.is_straight() {
            Ok(on_antidiagonal(a, b, u, v, work))
        } else {
            match method {
                ThresholdMethod::Recursion => by_recursion(a, b, u, v, theta, work, limits),
                ThresholdMethod::Series => by_series(a, b, u, v, theta, work, limits),
            }
        }
    })?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::undecided(
            "the moment above these thresholds was not decided",
        ))
    }
}

/// P(G > u, Ĝ > v) for standard Gaussians of covariance cos θ, 0 < θ < π; absolute error about 2^−work.
///
/// # Errors
/// A limit error at the deadline.
pub fn orthant_probability(
    u: &Ball,
    v: &Ball,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let (s, c) = theta.sin_cos(work.plus(8));
    let (p, q) = (u.neg(), v.neg());
    let along = |x: &Ball, y: &Ball| y.sub(&c.mul(x, work), work).div(&s, work);
    let wedge = super::hypergeometric::over_tau(&theta.supplement().value(work), work);
    let halves = central_mass(&p, work)
        .add(&central_mass(&q, work), work)
        .mul_2exp(-1);
    let first = triangle(&p, &along(&p, &q), work, limits)?;
    let second = triangle(&q, &along(&q, &p), work, limits)?;
    Ok(wedge
        .add(&halves, work)
        .add(&first.add(&second, work), work))
}

/// The normal density g.
fn density(x: &Ball, work: Bits) -> Ball {
    let root = Ball::pi(work).mul_2exp(1).rsqrt(work);
    x.square(work).mul_2exp(-1).neg().exp(work).mul(&root, work)
}

/// Φ(x) = ½ erfc(−x/√2); its slope is at most 1/√(2π) < 0.4.
fn distribution(x: &Ball, work: Bits) -> Ball {
    let scaled = x
        .neg()
        .div(&Ball::from_i64(2).sqrt(work.plus(8)), work.plus(8));
    // The slope of erfc is at most 2/√π < 1.13.
    let slope = Magnitude::from_f64(1.13);
    Ball::from_rounded(Float::with_val_round(
        work.get(),
        scaled.mid().erfc_ref(),
        Round::Nearest,
    ))
    .widened(scaled.rad().times(slope))
    .mul_2exp(-1)
}

/// Φ(x) − ½ = ½ erf(x/√2).
fn central_mass(x: &Ball, work: Bits) -> Ball {
    let scaled = x.div(&Ball::from_i64(2).sqrt(work.plus(8)), work.plus(8));
    let slope = Magnitude::from_f64(1.13);
    Ball::from_rounded(Float::with_val_round(
        work.get(),
        scaled.mid().erf_ref(),
        Round::Nearest,
    ))
    .widened(scaled.rad().times(slope))
    .mul_2exp(-1)
}

/// Nicholson's V(h, k).
fn triangle(h: &Ball, k: &Ball, work: Bits, limits: &Limits) -> Result<Ball> {
    if h.is_zero() || k.is_zero() {
        return Ok(Ball::zero());
    }
    if h.mid().cmp_abs(k.mid()).is_some_and(|order| order.is_lt()) {
        let rectangle = central_mass(h, work).mul(&central_mass(k, work), work);
        return Ok(rectangle.sub(&slim_triangle(k, h, work, limits)?, work));
    }
    slim_triangle(h, k, work, limits)
}

/// V(h, k) for |k| ≤ |h| at the midpoints.
fn slim_triangle(h: &Ball, k: &Ball, work: Bits, limits: &Limits) -> Result<Ball> {
    if h.contains_zero() {
        // At most the area |hk|/2 times the density 1/(2π) < 1/6.
        let area = h.magnitude().times(k.magnitude());
        return Ok(Ball::zero().widened(area.times(Magnitude::from_f64(1.0 / 12.0 + 1e-9))));
    }
    let ratio = k.div(h, work);
    let ratio2 = ratio.square(work);
    let mean = h.square(work).mul_2exp(-1);
    // ln 2 < 0.7.
    if mean.magnitude_lower() > 0.7 * f64::from(work.get()) {
        let far = ratio.magnitude().shifted(-i64::from(work.get()));
        let angle = ratio.atan(work).widened(far);
        return Ok(super::hypergeometric::over_tau(&angle, work));
    }
    let bound = mean.magnitude();
    if bound > Magnitude::from_f64(MAX_TERMS) {
        return Err(Error::limit("a threshold is too large"));
    }
    // 1 − Q_j = e^{−x} Σ_{i≤j} x^i/i!.
    let mut weight = mean.neg().exp(work);
    let mut below = weight.clone();
    let mut power = ratio;
    let mut sum = Ball::zero();
    // An upper bound of x^{j+1}/(j+1)! ≥ Q_j and of |r|^{2j+1}.
    let mut tail = bound;
    let mut j = 0i64;
    loop {
        if j % 64 == 0 {
            limits.check_deadline()?;
        }
        let term = Ball::one()
            .sub(&below, work)
            .mul(&power, work)
            .div_i64(2 * j + 1, work);
        sum = if j % 2 == 0 {
            sum.add(&term, work)
        } else {
            sum.sub(&term, work)
        };
        j += 1;
        weight = weight.mul(&mean, work).div_i64(j, work);
        below = below.add(&weight, work);
        power = power.mul(&ratio2, work);
        tail = tail.times(bound).over(&Float::with_val(64, j + 1));
        // Once j + 1 ≥ 4x|r|² the bounds halve from term to term: the rest is at most twice the next.
        let decay = bound.times(ratio2.magnitude()).shifted(2);
        if Magnitude::new(j as u64 + 1, 0) > decay {
            let rest = tail.times(power.magnitude()).shifted(1);
            if rest < Magnitude::power_of_two(-i64::from(work.get())) {
                let sum = sum.widened(rest);
                return Ok(super::hypergeometric::over_tau(&sum, work));
            }
        }
        if !power.is_finite() {
            return Ok(Ball::indeterminate());
        }
    }
}

/// T_0(z), …, T_n(z): T_0 = Φ, T_1 = zΦ + g, T_k = z T_{k−1} + (k−1) T_{k−2}.
fn one_sided(n: usize, z: &Ball, work: Bits) -> Vec<Ball> {
    let mut values = vec![distribution(z, work)];
    if n > 0 {
        values.push(z.mul_add(&values[0], &density(z, work), work));
    }
    for k in 2..=n {
        let second = values[k - 2].mul_i64(k as i64 - 1, work);
        values.push(z.mul_add(&values[k - 1], &second, work));
    }
    values
}

fn by_recursion(
    a: u32,
    b: u32,
    u: &Ball,
    v: &Ball,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let (s, c) = theta.sin_cos(work.plus(8));
    let (a, b) = (a as usize, b as usize);
    // g(x) s^k T_k((cx − y)/s): the other factor's part on the line where the first is at its threshold.
    let boundary = |x: &Ball, y: &Ball, n: usize| -> Vec<Ball> {
        let z = c.mul(x, work).sub(y, work).div(&s, work);
        let factor = density(x, work);
        let mut power = factor;
        one_sided(n, &z, work)
            .into_iter()
            .map(|t| {
                let value = t.mul(&power, work);
                power = power.mul(&s, work);
                value
            })
            .collect()
    };
    let at_u = boundary(u, v, b);
    let at_v = boundary(v, u, a);
    let mut rows: Vec<Vec<Ball>> = Vec::with_capacity(a + 1);
    for i in 0..=a {
        limits.check_deadline()?;
        let mut row: Vec<Ball> = Vec::with_capacity(b + 1);
        for j in 0..=b {
            let value = if i == 0 && j == 0 {
                orthant_probability(u, v, theta, work, limits)?
            } else if i == 0 {
                // J(0,j): the roles of the two Gaussians exchanged.
                let lower = row[j - 1].mul(v, work).neg();
                let middle = if j == 1 {
                    at_v[0].clone()
                } else {
                    row[j - 2].mul_i64(j as i64 - 1, work)
                };
                let mixed = at_u[j - 1].mul(&c, work);
                lower.add(&middle, work).add(&mixed, work)
            } else {
                let lower = rows[i - 1][j].mul(u, work).neg();
                let middle = if i == 1 {
                    at_u[j].clone()
                } else {
                    rows[i - 2][j].mul_i64(i as i64 - 1, work)
                };
                let mixed = if j == 0 {
                    at_v[i - 1].mul(&c, work)
                } else {
                    rows[i - 1][j - 1].mul(&c, work).mul_i64(j as i64, work)
                };
                lower.add(&middle, work).add(&mixed, work)
            };
            row.push(value);
        }
        rows.push(row);
    }
    Ok(rows[a][b].clone())
}

fn by_series(
    a: u32,
    b: u32,
    u: &Ball,
    v: &Ball,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let mut series = Shifted::new(a, b, theta, [&u.neg(), &v.neg()], work, limits)?;
    let length = series.length2().magnitude();
    if length > Magnitude::from_f64(MAX_TERMS / 16.0) {
        return Err(Error::limit(
            "the series in the thresholds converges too slowly so near to theta = 0 or pi",
        )
        .with_hint("use the recursion"));
    }
    let rough = Bits::new(32);
    let root = moment(2 * a, 2 * b, theta, Method::Auto, rough, limits)?
        .magnitude()
        .sqrt();
    let kappa = length.sqrt();
    let mut sum = series.last().clone();
    // κ^n √(J₂/n!).
    let mut bound = root;
    for n in 1.. {
        if n % 64 == 0 {
            limits.check_deadline()?;
        }
        series.advance();
        let factor = kappa.times(Magnitude::ONE.over(&Float::with_val(64, n)).sqrt());
        bound = bound.times(factor);
        // From n > 4κ² on each bound is at most half of the one before.
        if Magnitude::new(n, 0) > length.shifted(2) {
            let rest = bound.shifted(1);
            if rest <= sum.magnitude().shifted(-i64::from(work.get())) || rest.is_zero() {
                return Ok(sum.widened(rest));
            }
            if !sum.is_finite() || !series.last().is_finite() {
                return Ok(Ball::indeterminate());
            }
        }
        sum = sum.add(series.last(), work);
    }
    Ok(Ball::indeterminate())
}

/// θ = 0: E[(G − u)_+^a (G − v)_+^b]. For u ≥ v, expand G − v = (G − u) + (u − v).
fn on_diagonal(a: u32, b: u32, u: &Ball, v: &Ball, work: Bits) -> Ball {
    let (high, low, a, b) = if u.mid() >= v.mid() {
        (u, v, a, b)
    } else {
        (v, u, b, a)
    };
    let gap = high.sub(low, work);
    if gap.contains_zero() && !gap.is_zero() {
        return Ball::indeterminate();
    }
    let moments = one_sided((a + b) as usize, &high.neg(), work);
    let mut sum = Ball::zero();
    for j in 0..=b {
        let weight = gap
            .pow_u64(u64::from(b - j), work)
            .mul_integer(&Integer::from(Integer::binomial_u(b, j)), work);
        sum = moments[(a + j) as usize].mul_add(&weight, &sum, work);
    }
    sum
}

/// θ = π: E[(G − u)_+^a (−v − G)_+^b], an integral over [u, −v], 0 if that is empty.
///
/// With M_k = ∫_u^w (x−u)^k g: M_0 = Φ(w) − Φ(u), M_1 = g(u) − g(w) − u M_0 and
/// M_k = (k−1) M_{k−2} − u M_{k−1} − (w−u)^{k−1} g(w); then (w−x)^b = ((w−u) − (x−u))^b.
fn on_antidiagonal(a: u32, b: u32, u: &Ball, v: &Ball, work: Bits) -> Ball {
    let w = v.neg();
    let length = w.sub(u, work);
    if length.is_negative() || length.is_zero() {
        return Ball::zero();
    }
    if !length.is_positive() {
        return Ball::indeterminate();
    }
    let end = density(&w, work);
    let mut moments = vec![distribution(&w, work).sub(&distribution(u, work), work)];
    let mut power = Ball::one();
    for k in 1..=(a + b) as usize {
        let middle = if k == 1 {
            density(u, work)
        } else {
            moments[k - 2].mul_i64(k as i64 - 1, work)
        };
        let value = middle
            .sub(&moments[k - 1].mul(u, work), work)
            .sub(&power.mul(&end, work), work);
        moments.push(value);
        power = power.mul(&length, work);
    }
    let mut sum = Ball::zero();
    for j in 0..=b {
        let mut binomial = Integer::from(Integer::binomial_u(b, j));
        if j % 2 == 1 {
            binomial = -binomial;
        }
        let weight = length
            .pow_u64(u64::from(b - j), work)
            .mul_integer(&binomial, work);
        sum = moments[(a + j) as usize].mul_add(&weight, &sum, work);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    fn ball(n: i32, d: i32) -> Ball {
        Ball::from_rational(&Rational::from((n, d)), Bits::new(900))
    }

    #[test]
    fn recursion_and_series_agree() {
        let prec = Bits::new(333);
        let limits = Limits::default();
        let mut cases = 0;
        for (u, v) in [
            (ball(1, 3), ball(-1, 2)),
            (ball(-2, 1), ball(-7, 5)),
            (ball(2, 1), ball(9, 4)),
            (Ball::zero(), ball(3, 2)),
            (ball(-1, 4), Ball::zero()),
            (Ball::zero(), Ball::zero()),
        ] {
            for t in [(1, 2), (1, 1), (8, 5), (2, 1), (5, 2)] {
                let theta = Angle::from_radians(Rational::from(t)).expect("inside");
                for (a, b) in [(0, 0), (1, 0), (0, 2), (1, 1), (3, 2), (5, 0), (2, 7)] {
                    let [x, y] = [ThresholdMethod::Recursion, ThresholdMethod::Series].map(|m| {
                        threshold_moment(a, b, &u, &v, &theta, m, prec, &limits).expect("a value")
                    });
                    assert!(
                        x.overlaps(&y) && x.accuracy() >= 333 && y.accuracy() >= 333,
                        "{a} {b} {u:?} {v:?} {t:?}: {x:?} {y:?}"
                    );
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 6 * 5 * 7);
    }

    #[test]
    fn zero_thresholds_give_the_plain_moments() {
        let prec = Bits::new(128);
        let limits = Limits::default();
        let theta = Angle::from_radians(Rational::from((7, 5))).expect("inside");
        for (a, b) in [(0, 0), (1, 0), (4, 3), (6, 6)] {
            let zero = Ball::zero();
            let method = ThresholdMethod::Recursion;
            let value = threshold_moment(a, b, &zero, &zero, &theta, method, prec, &limits);
            let plain = moment(a, b, &theta, Method::Auto, prec, &limits).expect("a value");
            assert!(value.expect("a value").overlaps(&plain));
        }
    }

    #[test]
    fn the_ends_are_limits_of_the_inside() {
        // J is Lipschitz in θ, so θ = 10⁻¹⁸ is near the end value, and on its known side.
        let prec = Bits::new(300);
        let limits = Limits::default();
        let tiny = Rational::from((1, 1u64 << 60));
        for (u, v) in [(ball(1, 3), ball(-1, 2)), (ball(-3, 2), ball(-1, 1))] {
            for (a, b) in [(0, 0), (2, 1), (3, 4)] {
                for (end, near) in [
                    (
                        Angle::from_radians(Rational::new()),
                        Angle::from_radians(tiny.clone()),
                    ),
                    (
                        Angle::from_pi_multiple(Rational::from(1)),
                        Angle::from_parts(Rational::from(1), Rational::from(-&tiny)),
                    ),
                ] {
                    let [x, y] = [end, near].map(|t| {
                        let theta = t.expect("inside");
                        let method = ThresholdMethod::Recursion;
                        threshold_moment(a, b, &u, &v, &theta, method, prec, &limits)
                            .expect("a value")
                    });
                    let close = Ball::zero().widened(Magnitude::power_of_two(-50));
                    assert!(
                        x.sub(&y, prec).overlaps(&close),
                        "{a} {b} {u:?} {v:?} {x:?} {y:?}"
                    );
                    assert!(x.is_zero() || x.accuracy() >= 300, "{x:?}");
                }
            }
        }
    }

    #[test]
    fn orthants_add_up() {
        // P(G > u, Ĝ > v) + P(G > u, Ĝ < v) = Φ(−u); the second is the orthant of (G, −Ĝ).
        let work = Bits::new(200);
        let limits = Limits::default();
        for (u, v) in [
            (ball(1, 7), ball(5, 2)),
            (ball(-3, 1), ball(1, 100)),
            (ball(4, 1), ball(-4, 1)),
        ] {
            for t in [(1, 1000), (1, 1), (31, 10)] {
                let theta = Angle::from_radians(Rational::from(t)).expect("inside");
                let same = orthant_probability(&u, &v, &theta, work, &limits).expect("a value");
                let other = orthant_probability(&u, &v.neg(), &theta.supplement(), work, &limits)
                    .expect("a value");
                let sum = same.add(&other, work);
                assert!(sum.overlaps(&distribution(&u.neg(), work)) && sum.rad().to_f64() < 1e-40);
            }
        }
    }
}
