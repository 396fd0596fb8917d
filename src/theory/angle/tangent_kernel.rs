//! The quantity `ntk(theta, L)`: the neural tangent kernel of a ReLU network of infinite width, for
//! two unit inputs at angle θ, He scaling, no bias.
//!
//! With κ₁(θ) = (sin θ + (π−θ) cos θ)/π and κ₀(θ) = 1 − θ/π,
//! Θ⁰ = cos θ⁰, Θ^{ℓ+1} = κ₁(θ^ℓ) + Θ^ℓ κ₀(θ^ℓ), cos θ^{ℓ+1} = κ₁(θ^ℓ).
//!
//! Source: A. Jacot, F. Gabriel, C. Hongler, "Neural Tangent Kernel", NeurIPS 2018; the arc-cosine
//! kernels κ₀, κ₁ of Y. Cho and L. Saul, 2009.

use super::infinite_width::{LAST_DEPTH, iterate};
use super::template::fill;
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::j::{angle, check_angle};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::moments::{Angle, Method, moment};
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// See the [module](self).
pub struct TangentKernel;

/// `ntk(theta, L)`.
pub static NTK: TangentKernel = TangentKernel;

static SIGNATURE: Signature = Signature {
    name: "ntk",
    parameters: &[
        Parameter::required("theta", Kind::Number, "the angle of the inputs in radians"),
        Parameter::required("L", Kind::Integer, "the number of layers"),
    ],
};

static ABOUT: About = About {
    summary: "the neural tangent kernel of L ReLU layers at two unit inputs (infinite width, He scaling, no bias)",
    definition: "T^0 = cos(theta), T^(l+1) = 2 J(1,1,theta^l) + T^l 2 J(0,0,theta^l), cos(theta^(l+1)) = 2 J(1,1,theta^l)",
    domain: "0 <= theta <= pi, integers 0 <= L <= 100000000",
    source: "Jacot, Gabriel & Hongler 2018; Cho & Saul 2009",
    methods: &[
        ("contraction", "the angles by steps whose errors only add"),
        (
            "moments",
            "2 J(1,1) and 2 J(0,0) at balls of angles; for small L",
        ),
    ],
    special: &["ntk(0, L) = L + 1", "ntk(pi, 1) = 0"],
    example: "ntk(1, 3)",
};

fn contracted(theta: &Angle, depth: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let work = prec.plus(2 * (32 - depth.leading_zeros()) + 8);
    let inverse = Ball::pi(work).recip(work);
    // (Θ^ℓ, κ₀(θ^ℓ)).
    let mut state: Option<(Ball, Ball)> = None;
    iterate(theta, depth, prec, limits, |angle| {
        let cos = angle.cos(work);
        let value = match state.take() {
            None => cos,
            Some((kernel, factor)) => kernel.mul_add(&factor, &cos, work),
        };
        let factor = Ball::one().sub(&angle.mul(&inverse, work), work);
        state = Some((value, factor));
        Ok(())
    })?;
    Ok(state.map_or_else(Ball::indeterminate, |(value, _)| value))
}

fn by_moments(theta: &Angle, depth: u32, work: Bits, limits: &Limits) -> Result<Ball> {
    let mut theta = theta.clone();
    let mut value = theta.sin_cos(work).1;
    for _ in 0..depth {
        let twice = |a| Ok(moment(a, a, &theta, Method::Auto, work, limits)?.mul_2exp(1));
        let (first, zeroth) = (twice(1)?, twice(0)?);
        value = value.mul_add(&zeroth, &first, work);
        theta = match Angle::from_ball(&first.acos(work)) {
            Ok(theta) => theta,
            Err(_) => return Ok(Ball::indeterminate()),
        };
    }
    Ok(value)
}

impl Quantity for TangentKernel {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let by_moment = method(&ABOUT, request)? == "moments";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let theta = angle(reader.number(0)?)?;
        let depth = reader.integer(1, 0, LAST_DEPTH)?;
        if theta.is_zero() {
            return Ok(Value::Number(Number::from(i64::from(depth) + 1)));
        }
        if theta.is_straight() && depth == 1 || theta.is_right() && depth == 0 {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            if by_moment {
                by_moments(&theta, depth, work, limits)
            } else {
                contracted(&theta, depth, work, limits)
            }
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [theta, depth] = arguments else {
            return Ok(None);
        };
        check_angle(theta)?;
        let form = match natural(depth, 1) {
            Some(0) => "cos(t)",
            Some(1) => "2*J(1,1,t) + 2*J(0,0,t)*cos(t)",
            _ => return Ok(None),
        };
        fill(form, &[("t", theta)]).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn both_methods_agree() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        for theta in [(1, 1), (1, 10), (3, 1), (314, 100)] {
            let theta = Angle::from_radians(Rational::from(theta)).expect("inside");
            for depth in [0, 1, 3, 12] {
                let sums = contracted(&theta, depth, prec, &limits).expect("in time");
                let moments = to_relative_accuracy(prec, &limits, |work| {
                    by_moments(&theta, depth, work, &limits)
                })
                .expect("in time");
                assert!(sums.overlaps(&moments), "{depth} {theta:?}");
                assert!(sums.accuracy() >= 130 && moments.accuracy() >= 150);
            }
        }
    }
}
