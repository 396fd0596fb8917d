//! The quantities `mu(theta, n)` and `sigma2(theta, n)`: the paper's mean and variance of
//! ln sin²θ' after one layer of width n, given the angle θ before it.
//!
//! With Δ = 1 − 4J₁₁², V = 8J₁₁²J₂₂ − 8J₁₁⁴ + 4J₁₁² − 8J₁₁J₃₁ + J₂₂ + 1,
//! U = 2J₁₁² − 4J₁₁J₃₁ + J₂₂ + 1 and J_{a,b} = J_{a,b}(θ),
//!
//! $$μ = \ln\frac{(n-1)Δ}{4J_{22}-1+n} + \frac{4n(J_{22}+1)}{(4J_{22}-1+n)^2} - \frac{4nV}{(n-1)^2Δ^2},$$
//! $$σ^2 = \frac{8n(J_{22}+1)}{(4J_{22}-1+n)^2} + \frac{8nV}{(n-1)^2Δ^2} - \frac{16nU}{(4J_{22}-1+n)(n-1)Δ}.$$
//!
//! Δ and U are of size θ² at small angles, V of size θ⁴. The default method forms them from
//! τ_{a,b} = J_{a,b}(π − θ), of size θ^{a+b+1}, by the reflection J_{a,b} = B_{a,b}(c)/2 ∓ τ_{a,b}:
//!
//! * Δ = s² − 4cτ₁₁ − 4τ₁₁²;
//! * V = (3/2)s⁴ − 4cs²τ₁₁ − (2c²+1)τ₂₂ − 4cτ₃₁ + (8−4c²)τ₁₁² − 8cτ₁₁τ₂₂ − 8τ₁₁τ₃₁ − 16cτ₁₁³ − 8τ₁₁²τ₂₂ − 8τ₁₁⁴;
//! * U = (3/2)s² − 4cτ₁₁ + 2τ₁₁² − 2cτ₃₁ − τ₂₂ − 4τ₁₁τ₃₁.
//!
//! No leading terms cancel in them. The second method is the definition with as many more bits as
//! it loses.
//!
//! Both are first terms of asymptotic series: E ln sin²θ' itself is −∞ at every width, since
//! θ' = 0 has a positive probability.

use super::decay_rate::{check_literal, width};
use super::smallness;
use super::template::fill;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::j::{angle, check_angle};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::moments::{Angle, Method, moment};
use crate::theory::quantity::{About, Quantity, Reader, method};

/// The mean or the variance.
pub struct OneLayer {
    variance: bool,
    signature: Signature,
    about: About,
}

const PARAMETERS: &[Parameter] = &[
    Parameter::required(
        "theta",
        Kind::Number,
        "the angle before the layer in radians, above 0, up to pi",
    ),
    Parameter::required("n", Kind::Number, "the width, above 1"),
];
const DOMAIN: &str = "0 < theta <= pi, n > 1 (a width is an integer; the formula takes real n)";
const METHODS: &[(&str, &str)] = &[
    (
        "reflected",
        "the combinations of J at pi - theta in which nothing cancels at small theta",
    ),
    ("direct", "the definition, with as many more bits as cancel"),
];

/// `mu(theta, n)`.
pub static MU: OneLayer = OneLayer {
    variance: false,
    signature: Signature {
        name: "mu",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the paper's approximate mean of ln sin^2 of the angle after one ReLU layer of width n",
        definition: "mu = ln((n-1) D/(4 J22 - 1 + n)) + 4n (J22+1)/(4 J22 - 1 + n)^2 - 4n V/((n-1)^2 D^2), \
                     D = 1 - 4 J11^2, V = 8 J11^2 J22 - 8 J11^4 + 4 J11^2 - 8 J11 J31 + J22 + 1",
        domain: DOMAIN,
        source: "Jakub & Nica 2024, one-layer mean",
        methods: METHODS,
        special: &[
            "mu(pi, n) = 0",
            "mu(theta, n) - ln(sin(theta)^2) -> -rho(n) as theta -> 0",
            "the mean of ln sin^2 itself is -inf at every width: this is the start of a series in 1/n",
        ],
        example: "mu(1/10, 256)",
    },
};

/// `sigma2(theta, n)`.
pub static SIGMA2: OneLayer = OneLayer {
    variance: true,
    signature: Signature {
        name: "sigma2",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the paper's approximate variance of ln sin^2 of the angle after one ReLU layer of width n",
        definition: "sigma2 = 8n (J22+1)/(4 J22 - 1 + n)^2 + 8n V/((n-1)^2 D^2) - 16n U/((4 J22 - 1 + n)(n-1) D), \
                     D and V as in mu, U = 2 J11^2 - 4 J11 J31 + J22 + 1",
        domain: DOMAIN,
        source: "Jakub & Nica 2024, one-layer variance",
        methods: METHODS,
        special: &["sigma2(theta, n) -> 8n (n^2 - 2n + 55)/((n-1)^2 (n+5)^2) as theta -> 0"],
        example: "sigma2(1/10, 256)",
    },
};

const MU_FORM: &str = "ln((n-1)*(1-4*J(1,1,t)^2)/(4*J(2,2,t)-1+n)) \
    + 4*n*(J(2,2,t)+1)/(4*J(2,2,t)-1+n)^2 \
    - 4*n*(8*J(1,1,t)^2*J(2,2,t)-8*J(1,1,t)^4+4*J(1,1,t)^2-8*J(1,1,t)*J(3,1,t)+J(2,2,t)+1)\
      /((n-1)^2*(1-4*J(1,1,t)^2)^2)";
const SIGMA2_FORM: &str = "8*n*(J(2,2,t)+1)/(4*J(2,2,t)-1+n)^2 \
    + 8*n*(8*J(1,1,t)^2*J(2,2,t)-8*J(1,1,t)^4+4*J(1,1,t)^2-8*J(1,1,t)*J(3,1,t)+J(2,2,t)+1)\
      /((n-1)^2*(1-4*J(1,1,t)^2)^2) \
    - 16*n*(2*J(1,1,t)^2-4*J(1,1,t)*J(3,1,t)+J(2,2,t)+1)\
      /((4*J(2,2,t)-1+n)*(n-1)*(1-4*J(1,1,t)^2))";

/// J₂₂, Δ, V and U at one angle.
struct Combinations {
    j22: Ball,
    delta: Ball,
    v: Ball,
    u: Ball,
}

/// The definitions.
fn direct(theta: &Angle, work: Bits, limits: &Limits) -> Result<Combinations> {
    let j = |a, b| moment(a, b, theta, Method::Auto, work, limits);
    let (j11, j22, j31) = (j(1, 1)?, j(2, 2)?, j(3, 1)?);
    let square = j11.square(work);
    let product = j11.mul(&j31, work);
    let rest = j22.add_i64(1, work);
    // 8J11²J22 − 8J11⁴ + 4J11² = J11² (8J22 − 8J11² + 4).
    let inner = j22.sub(&square, work).mul_i64(8, work).add_i64(4, work);
    let v = square
        .mul(&inner, work)
        .sub(&product.mul_i64(8, work), work)
        .add(&rest, work);
    let u = square
        .mul_i64(2, work)
        .sub(&product.mul_i64(4, work), work)
        .add(&rest, work);
    Ok(Combinations {
        delta: Ball::one().sub(&square.mul_i64(4, work), work),
        j22,
        v,
        u,
    })
}

/// The forms in τ_{a,b} = J_{a,b}(π − θ) of the [module](self).
fn reflected(theta: &Angle, work: Bits, limits: &Limits) -> Result<Combinations> {
    let supplement = theta.supplement();
    let tau = |a, b| moment(a, b, &supplement, Method::Auto, work, limits);
    let (t11, t22, t31) = (tau(1, 1)?, tau(2, 2)?, tau(3, 1)?);
    let (s, c) = theta.sin_cos(work);
    let (s2, c2) = (s.square(work), c.square(work));
    let t11_squared = t11.square(work);
    let mul = |x: &Ball, y: &Ball| x.mul(y, work);
    let sum = |terms: &[(i64, Ball)]| {
        terms.iter().fold(Ball::zero(), |total, (factor, term)| {
            total.add(&term.mul_i64(*factor, work), work)
        })
    };
    let three_halves = |x: &Ball| x.mul_i64(3, work).mul_2exp(-1);
    let ct11 = mul(&c, &t11);
    let delta = sum(&[
        (1, s2.clone()),
        (-4, ct11.clone()),
        (-4, t11_squared.clone()),
    ]);
    let v = sum(&[
        (1, three_halves(&s2.square(work))),
        (-4, mul(&ct11, &s2)),
        (-1, mul(&c2.mul_i64(2, work).add_i64(1, work), &t22)),
        (-4, mul(&c, &t31)),
        (4, mul(&Ball::from_i64(2).sub(&c2, work), &t11_squared)),
        (-8, mul(&ct11, &t22)),
        (-8, mul(&t11, &t31)),
        (-16, mul(&ct11, &t11_squared)),
        (-8, mul(&t11_squared, &t22)),
        (-8, t11_squared.square(work)),
    ]);
    let u = sum(&[
        (1, three_halves(&s2)),
        (-4, ct11),
        (2, t11_squared),
        (-2, mul(&c, &t31)),
        (-1, t22.clone()),
        (-4, mul(&t11, &t31)),
    ]);
    // J22 = (1 + 2c²)/2 − τ22.
    let j22 = c2.mul_2exp(1).add_i64(1, work).mul_2exp(-1).sub(&t22, work);
    Ok(Combinations { j22, delta, v, u })
}

/// μ(θ, n), or σ²(θ, n), with a relative accuracy of at least `prec` bits at an exact angle.
fn enclose(
    variance: bool,
    theta: &Angle,
    n: &Number,
    naive: bool,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if theta.is_straight() {
        // All J are 0: μ = ln 1 + 4n/(n−1)² − 4n/(n−1)², and likewise for σ².
        return Ok(Ball::zero());
    }
    // V is of size θ⁴; near π both values are of the size of J₂₂ or J₁₁², (π − θ)⁵ or more.
    let (zero, straight) = smallness(theta);
    let guard = straight.saturating_mul(6);
    let guard = guard.saturating_add(if naive { zero.saturating_mul(4) } else { 0 });
    to_relative_accuracy(prec, limits, |work| {
        let work = work.plus(guard);
        limits.check_precision(work)?;
        let parts = if naive {
            direct(theta, work, limits)?
        } else {
            reflected(theta, work, limits)?
        };
        Ok(combined(variance, &parts, &n.to_ball(work), work))
    })
}

fn combined(variance: bool, parts: &Combinations, n: &Ball, work: Bits) -> Ball {
    let Combinations { j22, delta, v, u } = parts;
    let less = n.add_i64(-1, work);
    let sum = j22.mul_2exp(2).add(&less, work);
    let numerator = less.mul(delta, work);
    // 4n(J22+1)/(4J22−1+n)² and 4nV/((n−1)Δ)².
    let first = n
        .mul(&j22.add_i64(1, work), work)
        .mul_2exp(2)
        .div(&sum.square(work), work);
    let second = n
        .mul(v, work)
        .mul_2exp(2)
        .div(&numerator.square(work), work);
    if variance {
        let cross = n
            .mul(u, work)
            .mul_2exp(4)
            .div(&sum.mul(&numerator, work), work);
        first.add(&second, work).mul_2exp(1).sub(&cross, work)
    } else {
        numerator
            .div(&sum, work)
            .ln(work)
            .add(&first, work)
            .sub(&second, work)
    }
}

/// μ(θ, n) for θ > 0 and n > 1 at one working precision, for steps of a chain.
///
/// # Errors
/// A limit error at the deadline or the largest precision.
pub(super) fn mean(theta: &Angle, n: &Ball, work: Bits, limits: &Limits) -> Result<Ball> {
    let parts = reflected(theta, work, limits)?;
    Ok(combined(false, &parts, n, work))
}

/// σ²(θ, n) likewise.
///
/// # Errors
/// As for [`mean`].
pub(super) fn variance(theta: &Angle, n: &Ball, work: Bits, limits: &Limits) -> Result<Ball> {
    let parts = reflected(theta, work, limits)?;
    Ok(combined(true, &parts, n, work))
}

impl Quantity for OneLayer {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let naive = method(&self.about, request)? == "direct";
        let reader = Reader::new(&self.signature, arguments);
        let theta = angle(reader.number(0)?)?;
        if theta.is_zero() {
            return Err(self.at_zero());
        }
        let value = match width(&reader, 1, request.prec)? {
            Some(n) => enclose(
                self.variance,
                &theta,
                n,
                naive,
                request.prec,
                request.limits,
            )?,
            None => Ball::indeterminate(),
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [theta, n] = arguments else {
            return Ok(None);
        };
        check_angle(theta)?;
        check_literal(n)?;
        let form = if self.variance { SIGMA2_FORM } else { MU_FORM };
        fill(form, &[("t", theta), ("n", n)]).map(Some)
    }
}

impl OneLayer {
    fn at_zero(&self) -> Error {
        let error = Error::domain(format!("`{}` needs theta > 0", self.signature.name));
        error.with_hint(if self.variance {
            "at theta -> 0 it tends to 8*n*(n^2-2*n+55)/((n-1)^2*(n+5)^2)"
        } else {
            "at theta -> 0 it behaves like ln(sin(theta)^2) - rho(n)"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn nothing_is_lost_at_tiny_angles_by_either_method() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        let tiny = Rational::from((1, rug::Integer::from(rug::Integer::u_pow_u(10, 40))));
        for theta in [
            Angle::from_radians(tiny.clone()),
            Angle::from_radians(Rational::from((1, 10))),
            Angle::from_pi_multiple(Rational::from((1, 2))),
            Angle::from_parts(Rational::from(1), -tiny),
            Angle::from_pi_multiple(Rational::from(1)),
        ] {
            let theta = theta.expect("inside");
            for n in [2, 5, 256] {
                for variance in [false, true] {
                    let n = Number::from(n);
                    let value = |naive| {
                        enclose(variance, &theta, &n, naive, prec, &limits).expect("a value")
                    };
                    let (stable, naive) = (value(false), value(true));
                    assert!(stable.overlaps(&naive), "{theta:?}: {stable:?} {naive:?}");
                    assert!(
                        stable.accuracy() >= 200 && naive.accuracy() >= 200,
                        "{theta:?} {n:?} {variance}: {stable:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_combinations_need_no_more_bits_at_tiny_angles() {
        let limits = Limits::default();
        let tiny = Rational::from((1, 1u64 << 60));
        let theta = Angle::from_radians(tiny).expect("inside");
        let work = Bits::new(128);
        let stable = reflected(&theta, work, &limits).expect("a value");
        let naive = direct(&theta, work, &limits).expect("a value");
        assert!(stable.v.accuracy() >= 120 && stable.u.accuracy() >= 120);
        // V is of size 2^-240: the definition has no certain bit left.
        assert!(naive.v.accuracy() < 0);
    }

    #[test]
    fn the_variance_tends_to_its_limit() {
        let (prec, limits) = (Bits::new(100), Limits::default());
        let theta = Angle::from_radians(Rational::from((1, 1u64 << 62))).expect("inside");
        for n in [2i64, 17, 300] {
            let value =
                enclose(true, &theta, &Number::from(n), false, prec, &limits).expect("a value");
            let limit = Rational::from((
                8 * n * (n * n - 2 * n + 55),
                (n - 1) * (n - 1) * (n + 5) * (n + 5),
            ));
            let error = value
                .add_rational(&-limit.clone(), prec)
                .mid()
                .to_f64()
                .abs();
            assert!(error < 1e-17 * limit.to_f64() * n as f64, "{n}: {error}");
        }
    }
}
