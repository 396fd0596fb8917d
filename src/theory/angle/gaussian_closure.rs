//! The quantities `angle.gaussian_mean(theta0, n, L)` and `angle.gaussian_variance(theta0, n, L)`: mean and
//! variance of x = ln sin²θ after L layers of width n by a Gaussian closure.
//!
//! A rule that follows the mean of x alone puts θ = arcsin e^{x/2} at that mean; but θ is convex in x, and
//! E θ is larger. The closure follows the variance too and takes x for Gaussian, of mean m and
//! variance v, with θ ≈ e^{x/2}, so that E θ ≈ T = e^{m/2+v/8} and E θ² ≈ e^{m+v/2}. One layer has, with the exact
//! rate r(n), variance v(n) and slope c₁(n) of small angles and the leading coefficients in 1/n beyond,
//!
//! $$E[x' \mid x] ≈ x - r + c_1 θ - \frac{2}{9π^2} θ^2, \qquad
//!   \mathrm{Var}[x' \mid x] ≈ v(n) - \frac{64}{15πn} θ,$$
//!
//! and therefore, by Cov(x, e^{x/2}) = (v/2) T and Var e^{x/2} = e^{m+v/2} − e^{m+v/4},
//!
//! $$m' = m - r + c_1 T - \frac{2}{9π^2} e^{m+v/2}, \qquad
//!   v' = v + v(n) - \frac{64}{15πn} T + c_1 v T + c_1^2 \bigl(e^{m+v/2} - e^{m+v/4}\bigr).$$
//!
//! It is a rule: its digits are those of the recursion, and what it leaves out has no bound. It is meant
//! for small angles and wide layers, where it is closer to the process than the rules of the paper.
//!
//! Derived here; the rules that it corrects are those of Jakub & Nica 2024.

use super::finite_rules::start;
use super::infinite_width::LAST_DEPTH;
use super::rate::rate;
use super::rate_slope::RATE_SLOPE;
use super::rate_variance::rate_variance;
use crate::error::Result;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Exactness, Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::Angle;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// Mean or variance of the [module](self)'s closure.
pub struct GaussianClosure {
    variance: bool,
    signature: Signature,
    about: About,
}

const PARAMETERS: &[Parameter] = &[
    Parameter::required(
        "theta0",
        Kind::Number,
        "the angle of the inputs in radians, above 0, up to pi/2",
    ),
    Parameter::required("n", Kind::Integer, "the width, at least 3"),
    Parameter::required("L", Kind::Integer, "the number of layers"),
];
const DOMAIN: &str = "0 < theta0 <= pi/2, integers 3 <= n <= 1000000, 0 <= L <= 100000000";
const DEFINITION: &str = "m^0 = ln sin^2(theta0), v^0 = 0; with T = exp(m/2 + v/8), c1 = angle.rate_slope(n): \
     m' = m - angle.rate(n) + c1 T - 2/(9 pi^2) exp(m + v/2), \
     v' = v + angle.rate_variance(n) - 64/(15 pi n) T + c1 v T + c1^2 (exp(m + v/2) - exp(m + v/4))";
const SOURCE: &str = "Gaussian closure on the exact small-angle law, beyond Jakub & Nica 2024";
const METHODS: &[(&str, &str)] = &[(
    "balls",
    "the recursion in balls, with as many more bits as the layers lose",
)];

/// `angle.gaussian_mean(theta0, n, L)`.
pub static MEAN: GaussianClosure = GaussianClosure {
    variance: false,
    signature: Signature {
        name: "angle.gaussian_mean",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the mean of ln sin^2 of the angle after L layers of width n by a Gaussian closure of the exact small-angle law",
        definition: DEFINITION,
        domain: DOMAIN,
        source: SOURCE,
        methods: METHODS,
        special: &["a rule for small angles and wide layers: what it leaves out has no bound"],
        example: "angle.gaussian_mean(1/10, n=256, L=30)",
    },
};

/// `angle.gaussian_variance(theta0, n, L)`.
pub static VARIANCE: GaussianClosure = GaussianClosure {
    variance: true,
    signature: Signature {
        name: "angle.gaussian_variance",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the variance of ln sin^2 of the angle after L layers of width n by a Gaussian closure of the exact small-angle law",
        definition: DEFINITION,
        domain: DOMAIN,
        source: SOURCE,
        methods: METHODS,
        special: &["0 for L = 0, near angle.rate_variance(n) for L = 1 at a small angle"],
        example: "angle.gaussian_variance(1/10, n=256, L=30)",
    },
};

/// c₁(n).
fn slope(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let request = Request {
        prec,
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    match RATE_SLOPE.evaluate(&[Value::Number(Number::from(i64::from(n)))], &request)? {
        Value::Number(number) => Ok(number.to_ball(prec)),
        _ => Ok(Ball::indeterminate()),
    }
}

/// [m, v] after `depth` layers at one working precision.
fn follow(theta0: &Angle, n: u32, depth: u32, work: Bits, limits: &Limits) -> Result<[Ball; 2]> {
    let (r, noise) = (rate(n, work, limits)?, rate_variance(n, work, limits)?);
    let c1 = slope(n, work, limits)?;
    let pi = Ball::pi(work);
    let bend = Ball::from_i64(2).div(&pi.square(work).mul_i64(9, work), work);
    let damping = Ball::from_i64(64).div(&pi.mul_i64(15 * i64::from(n), work), work);
    let mut m = theta0.sin_cos(work).0.ln(work).mul_2exp(1);
    let mut v = Ball::zero();
    for layer in 0..depth {
        if layer % 256 == 0 {
            limits.check_deadline()?;
        }
        // T = e^{m/2+v/8}, T² = e^{m+v/4}, and e^{m+v/2} = T² e^{v/4}.
        let theta = m.mul_2exp(-1).add(&v.mul_2exp(-3), work).exp(work);
        let square = theta.square(work);
        let spread = square.mul(&v.mul_2exp(-2).expm1(work), work);
        let pull = c1.mul(&theta, work);
        let mean_square = square.add(&spread, work);
        let next = m
            .sub(&r, work)
            .add(&pull, work)
            .sub(&bend.mul(&mean_square, work), work);
        v = v
            .add(&noise, work)
            .sub(&damping.mul(&theta, work), work)
            .add(&pull.mul(&v, work), work)
            .add(&c1.square(work).mul(&spread, work), work);
        m = next;
    }
    Ok([m, v])
}

impl Quantity for GaussianClosure {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let (prec, limits) = (request.prec, request.limits);
        let n = reader.integer(1, 3, super::active::LAST_WIDTH)?;
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let Some(theta0) = start(&reader, prec)? else {
            return Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        };
        if depth == 0 && (self.variance || theta0.is_right()) {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = to_relative_accuracy(prec, limits, |work| {
            let work = work.plus(2 * (32 - depth.leading_zeros()) + 8);
            let [m, v] = follow(&theta0, n, depth, work, limits)?;
            Ok(if self.variance { v } else { m })
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    /// The recursion in doubles, written as in the definition.
    #[test]
    fn the_recursion_is_that_of_the_definition() {
        let (prec, limits) = (Bits::new(120), Limits::default());
        let theta = Angle::from_radians(Rational::from((1, 10))).expect("inside");
        for (n, depth) in [(256u32, 30), (16, 5), (3, 2)] {
            let f = |ball: Ball| ball.mid().to_f64();
            let r = f(rate(n, prec, &limits).expect("in time"));
            let noise = f(rate_variance(n, prec, &limits).expect("in time"));
            let c1 = f(slope(n, prec, &limits).expect("in time"));
            let p = std::f64::consts::FRAC_1_PI;
            let (mut m, mut v) = (2.0 * 0.1f64.sin().ln(), 0.0f64);
            for _ in 0..depth {
                let t = (m / 2.0 + v / 8.0).exp();
                let (a, b) = ((m + v / 2.0).exp(), (m + v / 4.0).exp());
                let next = m - r + c1 * t - 2.0 * p * p / 9.0 * a;
                v = v + noise - 64.0 * p / (15.0 * f64::from(n)) * t
                    + c1 * v * t
                    + c1 * c1 * (a - b);
                m = next;
            }
            let [mean, variance] = follow(&theta, n, depth, prec, &limits).expect("in time");
            assert!((f(mean) - m).abs() < 1e-12 && (f(variance) - v).abs() < 1e-12);
        }
    }

    /// n = 256, θ⁰ = 1/10, layer 30: 20 000 networks gave −5.4032(60) and the deviation .8468(40).
    #[test]
    fn it_is_close_to_the_networks_at_the_papers_parameters() {
        let (prec, limits) = (Bits::new(80), Limits::default());
        let theta = Angle::from_radians(Rational::from((1, 10))).expect("inside");
        let [mean, variance] = follow(&theta, 256, 30, prec, &limits).expect("in time");
        let (mean, sd) = (mean.mid().to_f64(), variance.mid().to_f64().sqrt());
        assert!(
            (mean + 5.4025).abs() < 5e-5 && (sd - 0.859).abs() < 5e-4,
            "{mean} {sd}"
        );
        assert!((mean + 5.4032).abs() < 5.0 * 0.006 && (sd - 0.8468).abs() < 5.0 * 0.004);
    }
}
