//! J_{a,b}(θ) for real indices a, b > −1.
//!
//! With z = cos²(θ/2), σ = sin²(θ/2), c = cos θ:
//!
//! * θ ≥ π/2, the series of Gauss:
//!   J = Γ(a+1)Γ(b+1)/(2√(2π) Γ((a+b+3)/2)) (2z)^{(a+b+1)/2} ₂F₁((1+a−b)/2, (1+b−a)/2; (a+b+3)/2; z);
//! * θ < π/2, the connection formula of that series, which is a reflection law:
//!   J(θ) = m_{a+b} ₂F₁(−a, −b; (1−a−b)/2; σ) − cos(π(a−b)/2)/cos(π(a+b)/2) · J(π−θ),
//!   m_k = E[φ(G)^k] = 2^{k/2−1} Γ((k+1)/2)/√π;
//! * the Hermite expansion of both powers (Mehler), a series about θ = π/2 that shares nothing with
//!   the others and converges like c^{2k}:
//!   J = m_a m_b ₂F₁(−a/2, −b/2; 1/2; c²) + m_{a+1} m_{b+1} c ₂F₁((1−a)/2, (1−b)/2; 3/2; c²).
//!
//! *Degenerate sums.* If a + b is an odd integer and a, b are not integers, the connection formula is
//! 0·∞. J is convex in each index, so with ε = 2^−p
//!
//!   J_{a,b} = ½(J_{a+ε,b} + J_{a−ε,b}) − η,   0 ≤ η ≤ (ε²/2) max ∂²J/∂a²,
//!
//! and both values are regular; each loses about p bits while η has 2p.
//!
//! *Balls of indices.* For |a' − a| ≤ δ/2 and x > 0, x^{a'} |ln x| ≤ (x^{a−δ} + x^{a+δ})·2/(eδ) and
//! x^{a'} ln²x ≤ (x^{a−δ} + x^{a+δ})·16/(e²δ²), since |ln x| ≤ e^{(δ/2)|ln x|}·2/(eδ). So the
//! derivatives with respect to the indices are bounded by moments themselves.
//!
//! Sources: NIST DLMF 15.8.4 for the connection; F. G. Mehler, J. reine angew. Math. 66, 1866.

use rug::Rational;

use super::angle::Angle;
use super::gauss::Gauss;
use super::hypergeometric::over_double_root_tau;
use super::index::Index;
use super::value::{Method, moment, to_relative_accuracy};
use crate::error::{Error, Result};
use crate::formula::evaluate::cost;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The largest real index.
const MAX_INDEX: u32 = 1 << 18;

/// J_{a,b}(θ) = E[φ(G)^a φ(Ĝ)^b] for real a, b > −1, φ(x)^0 = 1{x > 0}.
///
/// Exact non-negative integers go to [`moment`]. Otherwise [`Method::Auto`] and
/// [`Method::Hypergeometric`] take the series of Gauss, [`Method::Hermite`] the expansion about π/2; the
/// other methods need integers. For exact arguments the relative accuracy is at least `prec` bits.
///
/// # Errors
/// A domain error for a method that needs integers; a limit error for indices above 2^18, at the
/// deadline, or if a series needs too many terms; undecided if a ball of indices is too wide.
pub fn real_moment(
    a: &Index,
    b: &Index,
    theta: &Angle,
    method: Method,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if let (Some(a), Some(b)) = (a.to_integer(), b.to_integer())
        && method != Method::Hermite
    {
        return moment(a, b, theta, method, prec, limits);
    }
    let hermite = match method {
        Method::Auto | Method::Hypergeometric => false,
        Method::Hermite => true,
        _ => {
            return Err(Error::domain("this method needs integer indices")
                .with_hint("use the method hypergeometric or hermite"));
        }
    };
    let (x, y) = (a.centre(), b.centre());
    if *x > MAX_INDEX || *y > MAX_INDEX {
        return Err(Error::limit(format!(
            "a real index of J is above {MAX_INDEX}"
        )));
    }
    // The gamma functions of the indices cannot look at the clock.
    cost::check("gamma", prec, limits)?;
    let at = |angle: &Angle| at_centre(x, y, angle, hermite, prec, limits);
    let mut value = at(&theta.to_centre())?;
    if !theta.is_exact() {
        let spread = match angle_spread(x, y, theta, &value) {
            Some(spread) => spread,
            None => {
                // J decreases in θ, so its values at the ends enclose it.
                let rough = |angle: &Angle| {
                    at_centre(x, y, angle, hermite, Bits::new(64).min(prec), limits)
                };
                let low = rough(&theta.to_lower_end())?;
                let high = rough(&theta.supplement().to_lower_end().supplement())?;
                low.sub(&high, Bits::new(64)).magnitude()
            }
        };
        value = value.widened(spread);
    }
    if a.radius().is_zero() && b.radius().is_zero() {
        return Ok(value);
    }
    Ok(value.widened(index_spread(a, b, theta, limits)?))
}

/// A bound of |J(θ') − J(θ)| over a narrow ball of angles, where J(θ) = `centre`; `None` if it is wide.
///
/// In polar coordinates J is a constant times K(φ) = ∫₀^φ sin^a v sin^b(φ − v) dv with φ = π − θ. Put
/// v = φs: then |d ln sin(φs)/d ln φ| = |φs cot φs| ≤ max(1, φ|cot φ|), because x cot x falls from 1 on
/// (0, π), and likewise for the other factor. So |d ln K/d ln φ| ≤ 1 + (|a| + |b|) max(1, φ|cot φ|), and
/// with |cot φ| ≤ 1/min(θ, φ)
///
///   |d ln J/dθ| ≤ L = (1 + |a| + |b|)/φ + (|a| + |b|)/min(θ, φ).
///
/// For a radius r with Lr ≤ 1/2, |J(θ') − J(θ)| ≤ J(θ) (e^{Lr} − 1) ≤ 1.3 Lr J(θ).
fn angle_spread(a: &Rational, b: &Rational, theta: &Angle, centre: &Ball) -> Option<Magnitude> {
    let prec = Bits::new(64);
    // Lower bounds of θ and φ over the whole ball.
    let (angle, rest) = (theta.value(prec), theta.supplement().value(prec));
    if !angle.is_positive() || !rest.is_positive() {
        return None;
    }
    let (angle, rest) = (angle.magnitude_lower(), rest.magnitude_lower());
    let least = if angle < rest { &angle } else { &rest };
    let indices = Magnitude::from_rational(a).plus(Magnitude::from_rational(b));
    let slope = indices
        .plus(Magnitude::ONE)
        .over(&rest)
        .plus(indices.over(least));
    let change = slope.times(theta.radius());
    (change <= Magnitude::power_of_two(-1)).then(|| {
        change
            .times(Magnitude::from_rational(&Rational::from((13, 10))))
            .times(centre.magnitude())
    })
}

/// A bound of |J(a', b', θ') − J(a, b, θ')| over the balls of indices and angles.
fn index_spread(a: &Index, b: &Index, theta: &Angle, limits: &Limits) -> Result<Magnitude> {
    let lower = theta.to_lower_end();
    let steps = [step(a.centre()), step(b.centre())];
    for (index, delta) in [a, b].iter().zip(&steps) {
        let half = Magnitude::from_float(
            &rug::Float::with_val_round(30, delta, rug::float::Round::Down).0,
        )
        .shifted(-1);
        if index.radius() > half {
            return Err(Error::undecided("a ball of indices of J is too wide"));
        }
    }
    // Σ over the four corners of J_{a±δ, b±δ'}, at the least angle, where J is largest.
    let mut corners = Magnitude::ZERO;
    for da in [steps[0].clone(), Rational::from(-&steps[0])] {
        for db in [steps[1].clone(), Rational::from(-&steps[1])] {
            let (x, y) = (
                Rational::from(a.centre() + &da),
                Rational::from(b.centre() + &db),
            );
            let value = at_centre(&x, &y, &lower, false, Bits::new(30), limits)?;
            corners = corners.plus(value.magnitude());
        }
    }
    // 2/(eδ) ≤ 0.74/δ, for each index.
    let slope = |delta: &Rational, rad: Magnitude| {
        Magnitude::from_rational(&Rational::from((74, 100)))
            .times(Magnitude::from_rational(&Rational::from(delta.recip_ref())))
            .times(rad)
    };
    Ok(corners.times(slope(&steps[0], a.radius()).plus(slope(&steps[1], b.radius()))))
}

/// A dyadic δ ≤ (a+1)/2 and ≤ 1, so that a − δ > −1; the odd part keeps a ± δ off the integers.
fn step(a: &Rational) -> Rational {
    let room = Rational::from(a + 1u32);
    let mut delta = Rational::from((3, 4));
    while Rational::from(&delta * 2u32) > room {
        delta /= 2u32;
    }
    delta
}

/// The value at exact indices and an exact angle.
fn at_centre(
    a: &Rational,
    b: &Rational,
    theta: &Angle,
    hermite: bool,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if theta.is_straight() {
        return Ok(Ball::zero());
    }
    if theta.is_zero() {
        let sum = Rational::from(a + b);
        if sum <= -1 {
            return Err(Error::domain(
                "J(a, b, 0) = E[relu(G)^(a+b)] is infinite for a + b <= -1",
            ));
        }
        return Ok(real_half_moment(&sum, prec.plus(4)));
    }
    if !hermite && !theta.is_obtuse() && is_degenerate(a, b) {
        return beside_degenerate(a, b, theta, prec, limits);
    }
    to_relative_accuracy(prec, limits, |work| {
        if hermite {
            by_hermite(a, b, theta, work, limits)
        } else if theta.is_obtuse() {
            by_gauss(a, b, theta, work, limits)
        } else {
            by_reflection(a, b, theta, work, limits)
        }
    })
}

/// Whether a + b is an odd integer: there the two solutions at θ = 0 differ by an integer power.
fn is_degenerate(a: &Rational, b: &Rational) -> bool {
    let sum = Rational::from(a + b);
    sum.is_integer() && sum.numer().is_odd()
}

/// m_k = 2^{k/2−1} Γ((k+1)/2)/√π for real k > −1.
pub(super) fn real_half_moment(k: &Rational, work: Bits) -> Ball {
    let half = Rational::from((1, 2));
    let gamma = Ball::gamma_rational(&(Rational::from(k + 1u32) * &half), work.plus(8));
    let power = Ball::from_i64(2).pow_rational(&(Rational::from(k * &half) - 1u32), work.plus(8));
    let root = Ball::pi(work.plus(8)).sqrt(work.plus(8));
    gamma.mul(&power, work.plus(4)).div(&root, work)
}

/// The series of Gauss in z = cos²(θ/2).
fn by_gauss(
    a: &Rational,
    b: &Rational,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let half = Rational::from((1, 2));
    let z = theta.half_cosine(work.plus(16)).square(work.plus(16));
    let d = Rational::from(a - b);
    let sum = Rational::from(a + b);
    let lower = Rational::from(&sum + 3u32) * &half;
    let series = Gauss {
        upper: [
            Rational::from(1 + &d) * &half,
            Rational::from(1 - &d) * &half,
        ],
        lower: lower.clone(),
        // (A+k)(B+k) = k² + k + (1−d²)/4 is between 0 and (C+k)(k+1) for k ≥ |d|/2, as C > 1/2.
        settled: ceiling(&(Rational::from(d.abs_ref()) * &half)),
    };
    let value = series.sum(&z, work, limits)?;
    let order = Rational::from(&sum + 1u32) * &half;
    let power = z.mul_2exp(1).pow_rational(&order, work);
    let numerator = Ball::gamma_rational(&Rational::from(a + 1u32), work)
        .mul(&Ball::gamma_rational(&Rational::from(b + 1u32), work), work);
    let factor = numerator.mul(&Ball::recip_gamma_rational(&lower, work), work);
    Ok(over_double_root_tau(
        &value.mul(&power, work).mul(&factor, work),
        work,
    ))
}

/// The reflection law for θ < π/2.
fn by_reflection(
    a: &Rational,
    b: &Rational,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let half = Rational::from((1, 2));
    let sigma = theta.half_sine(work.plus(16)).square(work.plus(16));
    let sum = Rational::from(a + b);
    let largest = a.clone().max(b.clone()).max(Rational::new());
    let series = Gauss {
        upper: [Rational::from(-a), Rational::from(-b)],
        lower: Rational::from(1 - &sum) * &half,
        // From k ≥ max(a, b, 0) + 1 on both factors of the ratio are positive, and
        // (C+k)(k+1) − (k−a)(k−b) = (3+a+b)k/2 + C − ab ≥ 0 for a, b > −1.
        settled: ceiling(&largest) + 1,
    };
    // m_{a+b} with Γ((a+b+1)/2) continued below a + b = −1.
    let regular = series
        .sum(&sigma, work, limits)?
        .mul(&real_half_moment(&sum, work), work);
    let reflected = by_gauss(a, b, &theta.supplement(), work, limits)?;
    let turn = |x: Rational| Ball::cos_pi_rational(&(x * &half), work.plus(32));
    let weight = turn(Rational::from(a - b)).div(&turn(sum), work);
    Ok(regular.sub(&weight.mul(&reflected, work), work))
}

/// The Hermite expansion, even and odd terms.
fn by_hermite(
    a: &Rational,
    b: &Rational,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let half = Rational::from((1, 2));
    let c = theta.sin_cos(work.plus(16)).1;
    let c2 = c.square(work.plus(16));
    // From k ≥ max(a, b)/2 on: k − a/2 < k + 1/2 and k − b/2 < k + 1 for a, b > −1; and likewise, from
    // k ≥ (max(a, b) − 1)/2 on, k + (1−a)/2 < k + 1.
    let largest = a.clone().max(b.clone()).max(Rational::new());
    let settled = ceiling(&(largest * &half)) + 1;
    let mut total = Ball::zero();
    for odd in [0u32, 1] {
        let parameter = |x: &Rational| Rational::from(odd - x) * &half;
        let series = Gauss {
            upper: [parameter(a), parameter(b)],
            lower: Rational::from((1 + 2 * odd, 2)),
            settled,
        };
        let moments = real_half_moment(&Rational::from(a + odd), work)
            .mul(&real_half_moment(&Rational::from(b + odd), work), work);
        let mut part = series.sum(&c2, work, limits)?.mul(&moments, work);
        if odd == 1 {
            part = part.mul(&c, work);
        }
        total = total.add(&part, work);
    }
    Ok(total)
}

/// The mean of the values at a ± ε, for a + b an odd integer.
fn beside_degenerate(
    a: &Rational,
    b: &Rational,
    theta: &Angle,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let delta = step(a);
    // 16/(e²δ²) < 2.2/δ², and max ∂²J/∂a² ≤ that times J_{a−δ,b} + J_{a+δ,b}; halved: 1.1.
    let rough = Bits::new(30);
    let below = at_centre(&Rational::from(a - &delta), b, theta, false, rough, limits)?;
    let above = at_centre(&Rational::from(a + &delta), b, theta, false, rough, limits)?;
    let curvature = below
        .magnitude()
        .plus(above.magnitude())
        .times(Magnitude::from_rational(&Rational::from((11, 10))))
        .times(Magnitude::from_rational(
            &Rational::from(delta.square_ref()).recip(),
        ));
    to_relative_accuracy(prec, limits, |work| {
        // ε = 2^−p ≤ δ/2.
        let p = work.get() / 2 + 64;
        let epsilon = Rational::from((1, rug::Integer::from(1) << p));
        let values = [Rational::from(a + &epsilon), Rational::from(a - &epsilon)]
            .map(|x| at_centre(&x, b, theta, false, work, limits));
        let [right, left] = values;
        let mean = right?.add(&left?, work).mul_2exp(-1);
        Ok(mean.widened(curvature.shifted(-2 * i64::from(p))))
    })
}

/// ⌈q⌉ for 0 ≤ q < 2^32.
fn ceiling(q: &Rational) -> u64 {
    Rational::from(q.ceil_ref())
        .numer()
        .to_u64()
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(n: i32, d: i32) -> Index {
        Index::from_rational(Rational::from((n, d))).expect("above -1")
    }

    #[test]
    fn routes_agree_for_real_indices() {
        let prec = Bits::new(256);
        let limits = Limits::default();
        let mut cases = 0;
        // The pairs (1/2, 1/2), (1/3, 2/3), (-1/2, 3/2) are degenerate, (-1/2, -1/2) doubly so.
        for (a, b) in [
            ((1, 2), (3, 2)),
            ((9, 4), (1, 3)),
            ((1, 2), (1, 2)),
            ((1, 3), (2, 3)),
            ((-1, 2), (3, 2)),
            ((-1, 2), (-1, 2)),
            ((-9, 10), (-4, 5)),
            ((-99, 100), (25, 2)),
            ((41, 2), (0, 1)),
            ((15, 2), (20, 1)),
        ] {
            for t in [(1, 2), (1, 1), (3, 2), (2, 1), (11, 4)] {
                let theta = Angle::from_radians(Rational::from(t)).expect("inside");
                let (a, b) = (index(a.0, a.1), index(b.0, b.1));
                let values = [Method::Auto, Method::Hermite].map(|method| {
                    real_moment(&a, &b, &theta, method, prec, &limits).expect("a value")
                });
                assert!(
                    values
                        .iter()
                        .all(|v| v.accuracy() >= 256 && v.is_positive()),
                    "{a:?} {b:?} {theta:?} {values:?}"
                );
                assert!(
                    values[0].overlaps(&values[1]),
                    "{a:?} {b:?} {theta:?} {values:?}"
                );
                cases += 1;
            }
        }
        assert_eq!(cases, 50);
    }

    #[test]
    fn balls_of_arguments_contain_the_values_inside() {
        let prec = Bits::new(128);
        let limits = Limits::default();
        let theta = Angle::from_radians(Rational::from((4, 3))).expect("inside");
        let (a, b) = (index(4, 3), index(-1, 5));
        let exact = real_moment(&a, &b, &theta, Method::Auto, prec, &limits).expect("a value");
        let wide = Ball::from_rational(&Rational::from((13, 10)), prec)
            .widened(Magnitude::power_of_two(-4));
        let a_ball = Index::from_ball(&wide).expect("above -1");
        let theta_ball = Angle::from_ball(
            &Ball::from_rational(&Rational::from((13, 10)), prec)
                .widened(Magnitude::power_of_two(-4)),
        )
        .expect("inside");
        for (x, t) in [(&a_ball, &theta), (&a, &theta_ball), (&a_ball, &theta_ball)] {
            let value = real_moment(x, &b, t, Method::Auto, prec, &limits).expect("a value");
            assert!(
                value.overlaps(&exact) && value.rad().to_f64() < 0.5,
                "{value:?}"
            );
        }
        // A narrow ball leaves a narrow value.
        let narrow = Ball::from_rational(&Rational::from((4, 3)), prec);
        let value = real_moment(
            &Index::from_ball(&narrow).expect("above -1"),
            &b,
            &theta,
            Method::Auto,
            prec,
            &limits,
        )
        .expect("a value");
        assert!(value.overlaps(&exact) && value.accuracy() > 120);
    }

    /// The width of the value is that of the angle: no digit is lost to it, at any angle.
    #[test]
    fn narrow_balls_of_angles_leave_narrow_values() {
        let prec = Bits::new(256);
        let limits = Limits::default();
        let mut cases = 0;
        for (a, b) in [
            ((5, 2), (1, 3)),
            ((1, 2), (1, 2)),
            ((-1, 2), (3, 2)),
            ((-9, 10), (-4, 5)),
            ((41, 2), (-1, 3)),
        ] {
            for t in [(1, 1000), (1, 2), (8, 5), (3, 1), (22, 7)] {
                // Near 22/7 the angle is π − 1/1000.
                let centre = if t == (22, 7) {
                    let third = Rational::from((-1, 1000));
                    Angle::from_parts(Rational::from(1), third).expect("inside")
                } else {
                    Angle::from_radians(Rational::from(t)).expect("inside")
                };
                let (a, b) = (index(a.0, a.1), index(b.0, b.1));
                for radius in [-200, -40, -14] {
                    let ball = centre.value(prec).widened(Magnitude::power_of_two(radius));
                    let angle = Angle::from_ball(&ball).expect("inside");
                    let value =
                        real_moment(&a, &b, &angle, Method::Auto, prec, &limits).expect("a value");
                    // |d ln J/dθ| ≤ 43·1000 + 1 < 2^16 here.
                    assert!(
                        value.accuracy() >= -radius - 20,
                        "{a:?} {b:?} {ball:?} {value:?}"
                    );
                    for end in [ball.lower(prec), ball.upper(prec)] {
                        let end = Angle::from_ball(&Ball::exact(end)).expect("inside");
                        let inside = real_moment(&a, &b, &end, Method::Auto, prec, &limits)
                            .expect("a value");
                        assert!(value.overlaps(&inside), "{a:?} {b:?} {ball:?} {value:?}");
                    }
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 75);
    }

    #[test]
    fn what_cannot_end_before_the_deadline_is_refused() {
        let limits = Limits::default().with_timeout(std::time::Duration::from_secs(1));
        let theta = Angle::from_radians(Rational::from(1)).expect("inside");
        let (a, b) = (index(5, 2), index(1, 3));
        let error = real_moment(&a, &b, &theta, Method::Auto, Bits::new(1 << 20), &limits)
            .expect_err("too slow");
        assert_eq!(error.kind(), crate::error::ErrorKind::Limit);
    }

    #[test]
    fn indices_at_or_below_minus_one_are_refused() {
        use crate::error::ErrorKind;
        let error = Index::from_rational(Rational::from(-1)).map(|_| ());
        assert_eq!(error.map_err(|e| e.kind()), Err(ErrorKind::Domain));
        let straddling = Ball::from_i64(-1).widened(Magnitude::power_of_two(-9));
        let error = Index::from_ball(&straddling).map(|_| ());
        assert_eq!(error.map_err(|e| e.kind()), Err(ErrorKind::Undecided));
    }
}
