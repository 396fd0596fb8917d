//! [`moment`]: certified values of J_{a,b}(θ) = E[φ(G)^a φ(Ĝ)^b] for integers a, b ≥ 0.
//!
//! The methods share no series, so that each checks the others:
//!
//! | method | what it sums | where it is good |
//! |---|---|---|
//! | [`Method::Hypergeometric`] | ₂F₁ in sin²(θ/2) or cos²(θ/2) | everywhere in (0, π) |
//! | [`Method::Recurrence`] | the three-term recurrence of a diagonal | everywhere; forward or backward |
//! | [`Method::Closed`] | the integer polynomials of the exact form | θ ≤ π/2; many bits lost near π |
//! | [`Method::Paths`] | path numbers times powers of cos θ and sin θ | θ ≤ π/2; many bits lost near π |
//! | [`Method::Hermite`] | two series in cos²θ | near θ = π/2; slow near 0, and near π it cancels |
//! | [`Method::Integral`] | the convolution integral, by quadrature | everywhere; slow |
//!
//! [`Method::Auto`] takes the cheaper of them by a count of long multiplications. Values are exact at θ = 0, where
//! J_{a,b}(0) = E[φ(G)^{a+b}], and at θ = π, where J = 0. A ball of angles costs one more value:
//! J decreases in θ, and its slope on the ball bounds the spread.
//!
//! Convention: φ(x)^0 = 1{x > 0}. Source of the moments: C. Jakub and M. Nica, JMLR 25(239), 2024.

use rug::Integer;

use super::angle::Angle;
use super::real_index::real_moment;
use super::rectangular::log2_of;
use super::{closed, convolution, diagonal, hypergeometric, path_formula};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// How to compute a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Method {
    /// The cheapest of the methods that lose nothing at this angle.
    #[default]
    Auto,
    /// The three-term recurrence of the diagonal a − b, forward or backward (module `diagonal`).
    Recurrence,
    /// The series of Gauss and its reflection (module `hypergeometric`).
    Hypergeometric,
    /// The exact form [s·A(c) + (π−θ)·B(c)]/(2π) or R(c)/(2√(2π)) (module `closed`).
    Closed,
    /// The explicit formula through the path numbers P and Q (module `path_formula`).
    Paths,
    /// Clenshaw–Curtis quadrature of the convolution integral (module `convolution`).
    Integral,
    /// The Hermite expansion of both powers, a series in cos²θ (module `real_index`).
    Hermite,
}

impl Method {
    /// The methods that work for integer indices at every angle, to compare with each other.
    pub const ALL: [Method; 5] = [
        Method::Hypergeometric,
        Method::Recurrence,
        Method::Closed,
        Method::Paths,
        Method::Integral,
    ];
}

/// The largest index: beyond it the factorials of a value alone have more bits than any limit allows.
const MAX_INDEX: u32 = 1 << 24;

/// J_{a,b}(θ) = E[φ(G)^a φ(Ĝ)^b] for two standard Gaussians of covariance cos θ, φ(x) = max(x, 0) and
/// φ(x)^0 = 1{x > 0}.
///
/// For an exact angle the ball has a relative accuracy of at least `prec` bits, however small the
/// value is; θ = 0 gives E[φ(G)^{a+b}] and θ = π gives exactly 0. For a ball of angles the result
/// contains J at each of them, and its radius is at most about twice the spread of J there.
///
/// # Errors
/// A limit error if the factorials of the indices or the working precision pass a limit, or at
/// the deadline.
pub fn moment(
    a: u32,
    b: u32,
    theta: &Angle,
    method: Method,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if method == Method::Hermite {
        return real_moment(&a.into(), &b.into(), theta, method, prec, limits);
    }
    check_size(a, b, limits)?;
    let centre = moment_at(a, b, &theta.to_centre(), method, prec, limits)?;
    if theta.is_exact() {
        return Ok(centre);
    }
    // |J(θ) − J(centre)| ≤ |θ − centre| · max|J'|.
    let slope = slope_bound(a, b, theta, limits)?;
    Ok(centre.widened(slope.times(theta.radius())))
}

/// dJ_{a,b}/dθ = −ab sin θ J_{a−1,b−1}(θ) for a, b ≥ 1.
///
/// For a zero index, dJ_{a,0}/dθ = −a sin^a θ (a−2)!!/c_{a mod 2} with c_0 = 2π, c_1 = 2√(2π) and
/// (−1)!! = 1; dJ_{0,0}/dθ = −1/(2π). At the ends of [0, π] these are the one-sided derivatives.
///
/// # Errors
/// As for [`moment`].
pub fn derivative(a: u32, b: u32, theta: &Angle, prec: Bits, limits: &Limits) -> Result<Ball> {
    check_size(a, b, limits)?;
    let work = prec.plus(16);
    let (a, b) = (a.max(b), a.min(b));
    if a == 0 {
        return Ok(hypergeometric::over_tau(&Ball::from_i64(-1), prec.plus(4)));
    }
    if theta.is_zero() || theta.is_straight() {
        return Ok(Ball::zero());
    }
    let (sin, _) = theta.sin_cos(work);
    if b > 0 {
        let inner = moment(a - 1, b - 1, theta, Method::Auto, work, limits)?;
        let factor = -(i64::from(a) * i64::from(b));
        return Ok(inner.mul(&sin, work).mul_i64(factor, prec.plus(4)));
    }
    // a (a−2)!!, where (−1)!! = 0!! = 1.
    let factor = Integer::from(Integer::factorial_2(a.saturating_sub(2))) * a;
    let value = sin
        .pow_u64(u64::from(a), work)
        .mul_integer(&factor, work)
        .neg();
    Ok(if a % 2 == 0 {
        hypergeometric::over_tau(&value, prec.plus(4))
    } else {
        hypergeometric::over_double_root_tau(&value, prec.plus(4))
    })
}

/// The half moment m_k = E[φ(G)^k]: (k−1)!!/2 for even k, (k−1)!!/√(2π) for odd k.
pub fn half_moment(k: u64, prec: Bits, limits: &Limits) -> Result<Ball> {
    let order = index_in_range(k.saturating_sub(1), limits)?;
    let factor = Ball::from_integer(&Integer::from(Integer::factorial_2(order)), prec.plus(4));
    Ok(if k.is_multiple_of(2) {
        factor.mul_2exp(-1)
    } else {
        hypergeometric::over_double_root_tau(&factor.mul_2exp(1), prec.plus(4))
    })
}

fn index_in_range(k: u64, limits: &Limits) -> Result<u32> {
    let bits = k as f64 * (k.max(2) as f64).log2();
    limits.check_integer_bits(bits, "the factorial of an index of J")?;
    match u32::try_from(k) {
        Ok(k) if k <= 2 * MAX_INDEX => Ok(k),
        _ => Err(Error::limit(format!("an index of J is above {MAX_INDEX}"))),
    }
}

fn check_size(a: u32, b: u32, limits: &Limits) -> Result<()> {
    index_in_range(u64::from(a) + u64::from(b) + 1, limits).map(|_| ())
}

/// The value at an exact angle, asked for with more bits until enough of them are certain.
fn moment_at(
    a: u32,
    b: u32,
    theta: &Angle,
    method: Method,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let (a, b) = (a.max(b), a.min(b));
    if theta.is_straight() {
        return Ok(Ball::zero());
    }
    if theta.is_zero() {
        return half_moment(u64::from(a) + u64::from(b), prec, limits);
    }
    let method = match method {
        Method::Auto => cheapest(a, b, theta, prec),
        chosen => chosen,
    };
    to_relative_accuracy(prec, limits, |work| match method {
        Method::Recurrence => diagonal::enclose(a, b, theta, work, limits),
        Method::Hypergeometric | Method::Auto | Method::Hermite => {
            hypergeometric::enclose(a, b, theta, work, limits)
        }
        Method::Closed => closed::enclose(a, b, theta, work, limits),
        Method::Paths => path_formula::enclose(a, b, theta, work, limits),
        Method::Integral => convolution::enclose(a, b, theta, work, limits),
    })
}

/// Calls `enclose` with more working bits until its relative accuracy is at least `prec` bits, and
/// rounds the midpoint to that.
///
/// For values that are not 0 at exact arguments: their accuracy grows with the working precision.
/// If it stops growing (an argument was a ball), the best enclosure is returned.
pub(crate) fn to_relative_accuracy(
    prec: Bits,
    limits: &Limits,
    mut enclose: impl FnMut(Bits) -> Result<Ball>,
) -> Result<Ball> {
    let wanted = i64::from(prec.get()) + 1;
    let mut work = prec.plus(24);
    let mut reached = i64::MIN;
    let mut stalled = 0;
    loop {
        limits.check_precision(work)?;
        limits.check_deadline()?;
        let value = enclose(work)?;
        let accuracy = value.accuracy();
        if accuracy >= wanted {
            return Ok(value.rounded(prec.plus(4)));
        }
        stalled = if accuracy > reached { 0 } else { stalled + 1 };
        if stalled == 3 {
            return Ok(value);
        }
        reached = reached.max(accuracy);
        // A value with no certain bit may miss any number of them: double. Otherwise add what is missing.
        work = if accuracy <= 0 {
            work.doubled()
        } else {
            work.plus((wanted - accuracy) as u32 + 8)
        };
    }
}

/// An upper bound of |J'| over a ball of angles.
///
/// |J'| = ab sin θ J_{a−1,b−1} with J_{a−1,b−1} decreasing in θ, so its value at the least angle of the
/// ball bounds it; likewise with (a−2)!! sin^a θ for a zero index.
fn slope_bound(a: u32, b: u32, theta: &Angle, limits: &Limits) -> Result<Magnitude> {
    let prec = Bits::new(53);
    let (a, b) = (a.max(b), a.min(b));
    if a == 0 {
        return Ok(Magnitude::new(1, -2));
    }
    let sin = theta.sin_cos(prec).0.magnitude();
    let sin = if sin > Magnitude::ONE {
        Magnitude::ONE
    } else {
        sin
    };
    if b == 0 {
        let factor = Integer::from(Integer::factorial_2(a.saturating_sub(2))) * a;
        // 1/c_{a mod 2} ≤ 1/(2√(2π)) < 1/4.
        let slope = Magnitude::from_integer(&factor).times(sin.power(u64::from(a)));
        return Ok(slope.shifted(-2));
    }
    let lower = theta.to_lower_end();
    let inner = moment_at(a - 1, b - 1, &lower, Method::Auto, Bits::new(30), limits)?;
    let factor = Magnitude::new(u64::from(a) * u64::from(b), 0);
    Ok(inner.magnitude().times(sin).times(factor))
}

/// The cheaper of forward recurrence and hypergeometric series, by their long multiplications.
///
/// Only speed depends on this estimate. In units of one limb product: a long product of w limbs
/// costs about w^1.6 beyond Karatsuba's threshold, a product with a word w.
fn cheapest(a: u32, b: u32, theta: &Angle, prec: Bits) -> Method {
    let bits = f64::from(prec.get());
    let limbs = (bits / 64.0).max(1.0);
    let long = if limbs < 24.0 {
        limbs * limbs
    } else {
        24.0 * 24.0 * (limbs / 24.0).powf(1.6)
    };
    let (sin2, cos2) = theta.half_squares(Bits::new(53));
    let (sin2, cos2) = (log2_of(sin2.mid()), log2_of(cos2.mid()));
    let (a, b) = (f64::from(a), f64::from(b));
    let forward_bits = if theta.is_obtuse() {
        let loss = b * (sin2 - cos2);
        if loss > bits / 4.0 + 64.0 {
            return Method::Hypergeometric;
        }
        // Balls, and more bits.
        1.3 * (bits + loss) / bits
    } else {
        1.0
    };
    let recurrence = (2.0 * b + 4.0) * long * forward_bits + (a - b) / 2.0 * 3.0 * limbs;
    let terms = if (a + b) as u64 % 2 == 1 {
        (a - b) / 2.0
    } else if theta.is_obtuse() {
        bits / -cos2
    } else {
        b / 2.0 + bits / -sin2
    };
    let series = terms * 5.0 * limbs + 2.0 * terms.sqrt() * long + 12.0 * long;
    if recurrence <= series {
        Method::Recurrence
    } else {
        Method::Hypergeometric
    }
}
