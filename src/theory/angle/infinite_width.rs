//! The quantity `angle.infinite_width(theta0, L)`: the angle after L ReLU layers of infinite width,
//! $\cos θ^{ℓ+1} = κ_1(θ^ℓ) = 2J_{1,1}(θ^ℓ) = (\sin θ + (π-θ)\cos θ)/π$.
//!
//! The map f(θ) = arccos κ₁(θ) does not expand: f' = (π−θ) sin θ/(π sin θ') ≥ 0, and f' ≤ 1 because
//! κ₁² + (1−θ/π)² sin²θ is 1 at θ = 0 and has the derivative (2/π)(1−θ/π)(cos 2θ − 1) ≤ 0. So an
//! error ε of θ is an error of at most ε of f(θ), and the errors of L steps only add: 10⁵ layers
//! cost 17 bits. (Both also hold a little beyond π, where a rounded angle may lie.)
//!
//! At small θ the step δ = θ − θ' ≈ θ²/(3π) is found from sin δ = s c' − c s', where c' = κ₁ and
//! s' = √((1−c')(1+c')) lose 2 log₂(1/θ) bits, which the sine and cosine are given in addition.

use super::smallness;
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::moments::Angle;
use crate::theory::moments::j::{angle, check_angle};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// See the [module](self).
pub struct InfiniteWidth;

/// `angle.infinite_width(theta0, L)`.
pub static INFINITE_WIDTH: InfiniteWidth = InfiniteWidth;

static SIGNATURE: Signature = Signature {
    name: "angle.infinite_width",
    parameters: &[
        Parameter::required("theta0", Kind::Number, "the angle of the inputs in radians"),
        Parameter::required("L", Kind::Integer, "the number of layers"),
    ],
};

static ABOUT: About = About {
    summary: "the angle between two inputs after L ReLU layers of infinite width",
    definition: "theta^0 = theta0, cos(theta^(l+1)) = 2 J(1, 1, theta^l)",
    domain: "0 <= theta0 <= pi, integers 0 <= L <= 100000000",
    source: "Cho & Saul 2009; infinite-width rule of Jakub & Nica 2024",
    methods: &[
        (
            "contraction",
            "each step from an exact midpoint; the errors add, since the map does not expand",
        ),
        (
            "balls",
            "ball arithmetic throughout, with as many more bits as it loses; for small L",
        ),
    ],
    special: &[
        "0 stays 0, and pi goes to pi/2",
        "theta^L = 3 pi/(L + (3/2) ln L + O(1)) for theta0 > 0",
    ],
    example: "angle.infinite_width(1/10, 31)",
};

/// Largest number of layers.
pub(super) const LAST_DEPTH: u32 = 100_000_000;

/// κ₁(θ) = (sin θ + (π − θ) cos θ)/π.
fn kernel(theta: &Ball, pi: &Ball, work: Bits) -> Ball {
    let (sin, cos) = theta.sin_cos(work);
    pi.sub(theta, work)
        .mul(&cos, work)
        .add(&sin, work)
        .div(pi, work)
}

/// f(θ) for one exact angle in [0, π], with about `work` bits.
fn image(theta: &Ball, pi: &Ball, work: Bits) -> Ball {
    let Some(exponent) = theta.mid().get_exp() else {
        return Ball::zero();
    };
    if exponent > -3 {
        return kernel(theta, pi, work.plus(8)).acos(work);
    }
    // θ < 1/8: 1 − c' ≈ θ²/2 ≥ 2^{2·exponent−4}.
    let wide = work.plus(2 * exponent.unsigned_abs() + 8);
    let (sin, cos) = theta.sin_cos(wide);
    let below = pi
        .sub(theta, wide)
        .mul(&cos, wide)
        .add(&sin, wide)
        .div(pi, wide);
    let root = Ball::one()
        .sub(&below.square(wide), wide)
        .sqrt(work.plus(8));
    let sine = sin
        .mul(&below, wide)
        .sub(&cos.mul(&root, wide), wide)
        .rounded(work);
    theta.sub(&small_asin(&sine, work), work)
}

/// arcsin x for |x| ≤ 1/8, by its Taylor series Σ a_j x^{2j+1}, a_0 = 1,
/// a_j = a_{j−1} (2j−1)²/(2j(2j+1)).
fn small_asin(x: &Ball, work: Bits) -> Ball {
    let bound = x.magnitude();
    if bound > Magnitude::power_of_two(-3) {
        return x.asin(work);
    }
    let square = x.square(work);
    let target = Magnitude::power_of_two(-i64::from(work.get())).times(bound);
    let mut term = x.clone();
    let mut sum = x.clone();
    let mut j: i64 = 0;
    // 0 ≤ a_{j+1}/a_j < 1 and x² ≤ 1/64: what follows a term is less than 1/63 of it in size.
    while term.magnitude() > target {
        j += 1;
        term = term
            .mul(&square, work)
            .mul_i64((2 * j - 1) * (2 * j - 1), work)
            .div_i64(2 * j * (2 * j + 1), work);
        sum = sum.add(&term, work);
    }
    sum.widened(term.magnitude().shifted(-5))
}

/// Calls `visit` with an enclosure of θ^ℓ for ℓ = 0 … L, each step from an exact midpoint.
///
/// # Errors
/// A limit error at the deadline, or what `visit` reports.
pub(super) fn iterate(
    theta0: &Angle,
    depth: u32,
    prec: Bits,
    limits: &Limits,
    mut visit: impl FnMut(&Ball) -> Result<()>,
) -> Result<()> {
    // Σ θ^ℓ/θ^L < L², in units of the last place.
    let work = prec.plus(2 * (32 - depth.leading_zeros()) + 8);
    let pi = Ball::pi(work.plus(8));
    let mut theta = theta0.value(work);
    visit(&theta)?;
    for layer in 0..depth {
        if layer % 1024 == 0 {
            limits.check_deadline()?;
        }
        theta = if layer == 0 && theta0.is_straight() {
            Ball::pi(work).mul_2exp(-1)
        } else {
            let centre = Ball::exact(theta.mid().clone());
            let exponent = theta.mid().get_exp().unwrap_or(0).min(0).unsigned_abs();
            // The image of a tiny angle needs π to as many bits more.
            let wide = Ball::pi(work.plus(2 * exponent + 16));
            let pi = if exponent > 3 { &wide } else { &pi };
            image(&centre, pi, work).widened(theta.rad())
        };
        visit(&theta)?;
    }
    Ok(())
}

/// θ^L.
pub(super) fn contracted(theta0: &Angle, depth: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let mut last = Ball::zero();
    iterate(theta0, depth, prec, limits, |theta| {
        last = theta.clone();
        Ok(())
    })?;
    Ok(last)
}

/// θ^L by ball arithmetic alone.
fn by_balls(theta0: &Angle, depth: u32, work: Bits, limits: &Limits) -> Result<Ball> {
    // A step loses log2(1/θ) bits, where θ^ℓ is about θ⁰ or 1/ℓ.
    let step = smallness(theta0).0 + 35 - depth.leading_zeros();
    let work = work.plus(depth.saturating_mul(step));
    limits.check_precision(work)?;
    let pi = Ball::pi(work);
    let mut theta = theta0.value(work);
    for _ in 0..depth {
        limits.check_deadline()?;
        theta = kernel(&theta, &pi, work).acos(work);
    }
    Ok(theta)
}

impl Quantity for InfiniteWidth {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let balls = method(&ABOUT, request)? == "balls";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let theta0 = angle(reader.number(0)?)?;
        let depth = reader.integer(1, 0, LAST_DEPTH)?;
        if depth == 0 || theta0.is_zero() {
            return Ok(Value::Number(reader.number(0)?.clone()));
        }
        if depth == 1 && theta0.is_straight() {
            return Ok(Value::Number(Number::pi_multiple(rug::Rational::from((
                1, 2,
            )))));
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            if balls {
                by_balls(&theta0, depth, work, limits)
            } else {
                contracted(&theta0, depth, work, limits)
            }
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [theta0, depth] = arguments else {
            return Ok(None);
        };
        check_angle(theta0)?;
        Ok(match natural(depth, 1) {
            Some(0) => Some(theta0.clone()),
            Some(1) => {
                let j = Expr::call("J", vec![Expr::from(1), Expr::from(1), theta0.clone()]);
                let cos = Expr::product([Expr::from(2), j]);
                Some(Expr::call("acos", vec![cos]))
            }
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn both_methods_agree() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        let tiny = Rational::from((1, 1u64 << 50));
        for theta in [
            Angle::from_radians(Rational::from((1, 10))),
            Angle::from_radians(tiny.clone()),
            Angle::from_radians(Rational::from(3)),
            Angle::from_parts(Rational::from(1), -tiny),
            Angle::from_pi_multiple(Rational::from(1)),
        ] {
            let theta = theta.expect("inside");
            for depth in [1, 2, 9] {
                let sums = contracted(&theta, depth, prec, &limits).expect("in time");
                let balls = to_relative_accuracy(prec, &limits, |work| {
                    by_balls(&theta, depth, work, &limits)
                })
                .expect("in time");
                assert!(
                    sums.overlaps(&balls),
                    "{depth} {theta:?}: {sums:?} {balls:?}"
                );
                assert!(sums.accuracy() >= 150 && balls.accuracy() >= 150);
            }
        }
    }

    /// θ_ℓ = 3π/(ℓ + (3/2) ln ℓ + C + (9/4) ln ℓ/ℓ + …) with C ≈ 6.760295 from θ⁰ = 1.
    #[test]
    fn no_digits_melt_away_in_ten_thousand_layers() {
        let (prec, limits) = (Bits::new(180), Limits::default());
        let theta0 = Angle::from_radians(Rational::from(1)).expect("inside");
        let depth = 10_000;
        let theta = contracted(&theta0, depth, prec, &limits).expect("in time");
        assert!(theta.accuracy() >= 180);
        let wide = contracted(&theta0, depth, prec.plus(64), &limits).expect("in time");
        assert!(theta.overlaps(&wide));
        let l = f64::from(depth);
        let constant = 3.0 * std::f64::consts::PI / theta.mid().to_f64() - l - 1.5 * l.ln();
        let next = 2.25 * l.ln() / l;
        assert!((constant - next - 6.760295).abs() < 2e-3, "{constant}");
    }

    #[test]
    fn the_arcsine_series_encloses_the_arcsine() {
        let prec = Bits::new(200);
        for q in [(1, 8), (-1, 9), (1, 1_000_000), (1, 1 << 30)] {
            let x = Ball::from_rational(&Rational::from(q), prec);
            let (series, known) = (small_asin(&x, prec), x.asin(prec));
            assert!(series.overlaps(&known) && series.accuracy() >= 190, "{q:?}");
        }
    }
}
