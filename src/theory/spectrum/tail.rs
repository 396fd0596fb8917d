//! How the spectrum falls: $C_l \sim K l^{-(2β+d)}$ with the singular terms of κ_L at ±1.
//!
//! From $\int_{-1}^1 (1-u)^β G_l(u) (1-u^2)^{d/2-1} du =
//! \frac{2^{β+d-1} Γ(d/2) Γ(β+d/2) (-β)_l}{Γ(β+l+d)}$ and
//! $\frac{(-β)_l}{Γ(β+l+d)} = \frac{Γ(l-β)}{Γ(-β)Γ(l+β+d)} \sim \frac{l^{-2β-d}}{Γ(-β)}$, a term $c\,t^β$ of
//! κ_L(1 − t) adds to $l^{2β+d} C_l$ in the limit
//!
//! $$K = c\,|S^{d-1}|\,\frac{2^{β+d-1} Γ(d/2) Γ(β+d/2)}{Γ(-β)},$$
//!
//! and the same term of κ_L(−1 + t) adds $(-1)^l K$, since $G_l(-u) = (-1)^l G_l(u)$. Where the exponent
//! at −1 is the larger one, its share is smaller than the limit shows.

use rug::Rational;

use super::sphere::area;
use crate::error::Result;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::kernel::edge::{End, Term, term};
use crate::theory::kernel::layer::Layer;

/// K of a singular term.
fn limit(term: &Term, d: u32, prec: Bits) -> Ball {
    let work = prec.plus(24);
    let beta = &term.exponent;
    let half = Rational::from((d, 2));
    let power = Rational::from(beta + d) - 1u32;
    term.coefficient
        .mul(&area(d - 1, work), work)
        .mul(&Ball::from_i64(2).pow_rational(&power, work), work)
        .mul(&Ball::gamma_rational(&half, work), work)
        .mul(
            &Ball::gamma_rational(&Rational::from(beta + &half), work),
            work,
        )
        .mul(
            &Ball::recip_gamma_rational(&Rational::from(-beta), work),
            work,
        )
        .rounded(prec.plus(8))
}

/// The part of $\lim l^{2β_L+d} C_l$ that does not change its sign with l.
///
/// # Errors
/// A domain error for kernels without a singular power; those of the kernel.
pub fn steady(layer: &Layer, d: u32, depth: u32, prec: Bits, limits: &Limits) -> Result<Number> {
    let term = term(layer, depth, End::Plus, prec.plus(24), limits)?;
    Ok(Number::Ball(limit(&term, d, prec)))
}

/// The factor of (−1)^l in $\lim l^{2β_L+d} C_l$; exactly 0 where the exponent at −1 is larger.
///
/// # Errors
/// As [`steady`].
pub fn alternating(
    layer: &Layer,
    d: u32,
    depth: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    let work = prec.plus(24);
    let leading = term(layer, depth, End::Plus, work, limits)?;
    let term = term(layer, depth, End::Minus, work, limits)?;
    if term.exponent > leading.exponent {
        return Ok(Number::from(0));
    }
    Ok(Number::Ball(limit(&term, d, prec)))
}
