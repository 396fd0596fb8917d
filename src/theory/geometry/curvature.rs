//! The quantities `excursion.curvature(f, d, L, u, k, gamma_b=0)` and
//! `excursion.euler_characteristic(f, d=2, L, u=0, gamma_b=0)`: the expected Lipschitz-Killing curvatures
//! of the excursion set {x ∈ S^d : T_L(x) ≥ u}, by the Gaussian kinematic formula
//!
//! $$E\,L_k = \sum_{j=0}^{d-k} \begin{bmatrix} k+j \\ j \end{bmatrix} ρ_j(u)\, λ_L^{j/2}\, L_{k+j}(S^d),$$
//!
//! ρ₀ = 1 − Φ(u), $ρ_j = (2π)^{-(j+1)/2} He_{j-1}(u) e^{-u^2/2}$, flag coefficients and curvatures of the
//! sphere as in [`super::sphere`], λ_L = χ^L. L_d is the volume, L_{d−1} half the volume of the
//! boundary, L_0 the Euler characteristic. On S²,
//!
//! $$E\,L_0 = 2(1-Φ(u)) + χ^L \sqrt{2/π}\; u\, e^{-u^2/2}.$$
//!
//! L_d needs no derivative of the field, L_{d−1} one, the others two (index above 2).
//!
//! Methods of the Euler characteristic: `kinematic`, the sum; `closed`, the formula on S² (elsewhere the
//! sum); [`super::critical_points`] has the Morse sum of critical points beside it in its tests.
//!
//! R. J. Adler and J. E. Taylor, "Random Fields and Geometry" (2007), theorem 13.2.1.

use rug::Rational;

use super::setting::{
    ACTIVATION, BIAS, Class, DEPTH, DIMENSION, DIMENSION_2, LEVEL, Network, check_literals, class,
    slope_expr,
};
use super::sphere::{area, curvature, flag};
use crate::error::Result;
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Activation;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// Largest dimension of the sum over Hermite polynomials.
const LAST_DIMENSION: u32 = 2000;
const SOURCE: &str = "Gaussian kinematic formula, Adler & Taylor 2007, theorem 13.2.1";

/// See the [module](self).
pub struct Curvature;

/// See the [module](self).
pub struct EulerCharacteristic;

/// `excursion.curvature(f, d, L, u, k, gamma_b=0)`.
pub static CURVATURE: Curvature = Curvature;

/// `excursion.euler_characteristic(f, d=2, L, u=0, gamma_b=0)`.
pub static EULER: EulerCharacteristic = EulerCharacteristic;

static SIGNATURE: Signature = Signature {
    name: "excursion.curvature",
    parameters: &[
        ACTIVATION,
        DIMENSION,
        DEPTH,
        Parameter::required("u", Kind::Number, "the level"),
        Parameter::required(
            "k",
            Kind::Integer,
            "the order of the curvature, from 0 to d",
        ),
        BIAS,
    ],
};

static ABOUT: About = About {
    summary: "the expected k-th Lipschitz-Killing curvature of the excursion set {T_L >= u} on S^d",
    definition: "sum over j of flag(k+j, j) rho_j(u) chi^(L j/2) L_(k+j)(S^d); k = d is the volume, k = d-1 half \
                 the volume of the boundary, k = 0 the Euler characteristic",
    domain: "1 <= d <= 2000, 0 <= k <= d, u real; index above 2 for k <= d-2, finite spectral parameter for \
             k = d-1, any f for k = d",
    source: SOURCE,
    methods: &[("kinematic", "the Gaussian kinematic formula")],
    special: &["k = d: |S^d| (1 - Phi(u)) for every activation"],
    example: "excursion.curvature(gelu, d=3, L=2, u=1, k=1)",
};

static EULER_SIGNATURE: Signature = Signature {
    name: "excursion.euler_characteristic",
    parameters: &[ACTIVATION, DIMENSION_2, DEPTH, LEVEL, BIAS],
};

static EULER_ABOUT: About = About {
    summary: "the expected Euler characteristic of the excursion set {T_L >= u} on S^d",
    definition: "d = 2: 2 (1 - Phi(u)) + chi^L sqrt(2/pi) u exp(-u^2/2); any d: excursion.curvature with k = 0",
    domain: "f with index above 2, 1 <= d <= 2000, L >= 0, u real, 0 <= gamma_b < 1",
    source: SOURCE,
    methods: &[
        ("kinematic", "the Gaussian kinematic formula"),
        ("closed", "on S^2, the formula; elsewhere as kinematic"),
    ],
    special: &["d = 2, u = 0: 1"],
    example: "excursion.euler_characteristic(gelu, L=3, u=1)",
};

/// E L_k from λ and u.
pub(super) fn kinematic(
    d: u32,
    k: u32,
    slope: &Ball,
    level: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let root = slope.sqrt(prec);
    let tau = Ball::pi(prec).mul_2exp(1);
    let decay = level.square(prec).mul_2exp(-1).neg().exp(prec);
    // (λ/2π)^{j/2} e^{−u²/2}/√(2π) He_{j−1}(u) for j = 1, 2, …
    let step = root.mul(&tau.rsqrt(prec), prec);
    let mut factor = decay.mul(&tau.rsqrt(prec), prec);
    let (mut before, mut hermite) = (Ball::zero(), Ball::one());
    let mut sum = level
        .neg()
        .normal_cdf(prec)
        .mul(&curvature(d, k, prec), prec);
    for j in 1..=(d - k) {
        limits.check_deadline()?;
        factor = factor.mul(&step, prec);
        if (d - k - j).is_multiple_of(2) {
            let weight = flag(k + j, j, prec).mul(&curvature(d, k + j, prec), prec);
            sum = sum.add(&factor.mul(&hermite, prec).mul(&weight, prec), prec);
        }
        // He_j = u He_{j−1} − (j − 1) He_{j−2}.
        let next = level
            .mul(&hermite, prec)
            .sub(&before.mul_i64(i64::from(j) - 1, prec), prec);
        before = std::mem::replace(&mut hermite, next);
    }
    Ok(sum)
}

/// The Euler characteristic on S².
pub(super) fn euler_on_the_sphere(slope: &Ball, level: &Ball, prec: Bits) -> Ball {
    let decay = level.square(prec).mul_2exp(-1).neg().exp(prec);
    let root = Ball::pi(prec)
        .rsqrt(prec)
        .mul(&Ball::from_i64(2).sqrt(prec), prec);
    let second = slope.mul(level, prec).mul(&decay, prec).mul(&root, prec);
    level.neg().normal_cdf(prec).mul_2exp(1).add(&second, prec)
}

impl Quantity for Curvature {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&ABOUT, request)?;
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let network = Network::read(&reader, 0, 2, 5, limits)?;
        let d = reader.integer(1, 1, LAST_DIMENSION)?;
        let level = reader.number(3)?;
        let k = reader.integer(4, 0, d)?;
        if k == d {
            let value = to_relative_accuracy(request.prec, limits, |work| {
                let above = level.to_ball(work).neg().normal_cdf(work);
                Ok(area(d, work).mul(&above, work))
            })?;
            return Ok(Value::Number(Number::Ball(value)));
        }
        if k + 1 == d {
            network.check_once("the expected volume of the boundary")?;
        } else {
            network.check_twice("this curvature of the excursion set")?;
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let slope = network.slope_in_depth(work, limits)?;
            kinematic(d, k, &slope, &level.to_ball(work), work, limits)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

impl Quantity for EulerCharacteristic {
    fn signature(&self) -> &Signature {
        &EULER_SIGNATURE
    }

    fn about(&self) -> &About {
        &EULER_ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let closed = method(&EULER_ABOUT, request)? == "closed";
        let limits = request.limits;
        let reader = Reader::new(&EULER_SIGNATURE, arguments);
        let network = Network::read(&reader, 0, 2, 4, limits)?;
        let d = reader.integer(1, 1, LAST_DIMENSION)?;
        let level = reader.number(3)?;
        network.check_twice("the expected Euler characteristic of the excursion set")?;
        if d == 2 && level.is_zero() {
            return Ok(Value::Number(Number::from(1)));
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let slope = network.slope_in_depth(work, limits)?;
            let level = level.to_ball(work);
            if closed && d == 2 {
                return Ok(euler_on_the_sphere(&slope, &level, work));
            }
            kinematic(d, 0, &slope, &level, work, limits)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [f, d, depth, level, bias] = arguments else {
            return Ok(None);
        };
        if natural(d, 2) != Some(2) || literal(depth).is_none() {
            return Ok(None);
        }
        check_literals(EULER_SIGNATURE.name, depth, bias)?;
        let activation = Activation::read(f, limits)?;
        if class(&activation.regularity()) != Class::Twice {
            return Ok(None);
        }
        let slope = slope_expr(f, depth, bias, limits)?;
        let half = Expr::rational(Rational::from((1, 2)));
        let root = |x: Expr| Expr::call("sqrt", vec![x]);
        let decay = level
            .clone()
            .power(Expr::from(2))
            .over(Expr::from(2))
            .negate();
        let first = Expr::call(
            "erfc",
            vec![Expr::product([level.clone(), root(half.clone())])],
        );
        let second = Expr::product([
            slope,
            root(Expr::from(2).over(Expr::pi())),
            level.clone(),
            Expr::call("exp", vec![decay]),
        ]);
        Ok(Some(Expr::sum([first, second])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::geometry::volume;

    fn ball(a: i64, b: i64, prec: Bits) -> Ball {
        Ball::from_rational(&Rational::from((a, b)), prec)
    }

    #[test]
    fn on_the_sphere_the_sum_is_the_formula() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        for (slope, level) in [((1, 1), (0, 1)), ((13, 10), (1, 1)), ((2, 1), (-3, 2))] {
            let slope = ball(slope.0, slope.1, prec);
            let level = ball(level.0, level.1, prec);
            let sum = kinematic(2, 0, &slope, &level, prec, &limits).expect("in time");
            let closed = euler_on_the_sphere(&slope, &level, prec);
            assert!(sum.overlaps(&closed) && sum.accuracy() > 130);
        }
    }

    /// L_d is the volume above the level, L_{d−1} half the boundary; far below all levels the excursion
    /// set is the sphere.
    #[test]
    fn ends_of_the_list_are_known_by_other_means() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        let (slope, level) = (ball(7, 5, prec), ball(1, 2, prec));
        for d in 1..9 {
            let top = kinematic(d, d, &slope, &level, prec, &limits).expect("in time");
            let above = area(d, prec).mul(&level.neg().normal_cdf(prec), prec);
            assert!(top.overlaps(&above), "{d}");
            let half = kinematic(d, d - 1, &slope, &level, prec, &limits).expect("in time");
            let boundary = volume::closed(d, &slope, &level, prec).mul_2exp(-1);
            assert!(half.overlaps(&boundary) && half.accuracy() > 130, "{d}");
            let low = ball(-40, 1, prec);
            for k in 0..=d {
                let all = kinematic(d, k, &slope, &low, prec, &limits).expect("in time");
                let gap = all.sub(&curvature(d, k, prec), prec).magnitude();
                assert!(
                    gap < crate::number::Magnitude::power_of_two(-100),
                    "{d} {k}"
                );
            }
        }
    }
}
