//! J_{a,b}(θ) from its exact form: [s·A(c) + (π−θ)·B(c)]/(2π) for a + b even, R(c)/(2√(2π)) for a + b
//! odd, with integer polynomials of [`MomentForm`].
//!
//! For θ ≤ π/2 little cancels. Towards π the terms stay of the size of the coefficients while J
//! falls like (π−θ)^{a+b+1}: about (a+b+1) log2(1/cos(θ/2)) + O(a+b) bits are lost, which is what
//! the working precision is raised by. What cancels is in the radius.

use rug::{Float, Integer};

use super::angle::Angle;
use super::form::{MomentForm, coefficient_bits};
use super::hypergeometric::{over_double_root_tau, over_tau};
use super::rectangular::log2_of;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::polynomial::Polynomial;
use crate::number::{Ball, Bits};

/// J_{a,b}(θ) for an exact angle with 0 < θ < π; all operations at `work` bits and those that cancel.
pub(super) fn enclose(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    limits.check_integer_bits(
        coefficient_bits(a, b) * f64::from(a.max(b)),
        "the exact form of J",
    )?;
    let work = work.plus(cancelled_bits(a, b, theta));
    limits.check_precision(work)?;
    let (s, c) = theta.sin_cos(work);
    Ok(match MomentForm::new(a, b) {
        MomentForm::Even { a_poly, b_poly } => {
            let free = evaluate(&a_poly, &c, work, limits)?.mul(&s, work);
            let alpha = theta.supplement().value(work);
            let with_angle = evaluate(&b_poly, &c, work, limits)?.mul(&alpha, work);
            over_tau(&free.add(&with_angle, work), work)
        }
        MomentForm::Odd { r_poly } => {
            over_double_root_tau(&evaluate(&r_poly, &c, work, limits)?, work)
        }
    })
}

/// About (a+b+1) log2(1/cos(θ/2)), for obtuse angles; only a guess of the guard bits.
pub(super) fn cancelled_bits(a: u32, b: u32, theta: &Angle) -> u32 {
    if !theta.is_obtuse() {
        return 0;
    }
    let order = f64::from(a) + f64::from(b) + 1.0;
    let half_cosine = theta.half_cosine(Bits::new(53));
    (order * (0.5 - log2_of(half_cosine.mid()))).min(1e9) as u32
}

/// Horner's rule from the leading coefficient down.
fn evaluate(
    polynomial: &Polynomial<Integer>,
    x: &Ball,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let mut value = Ball::zero();
    for coefficient in polynomial.coefficients().iter().rev() {
        limits.check_deadline()?;
        let bits = coefficient.significant_bits().max(2);
        let exact = Ball::exact(Float::with_val(bits, coefficient));
        value = value.mul_add(x, &exact, work);
    }
    Ok(value)
}
