//! Greatest common divisors of polynomials in several atoms by evaluation at large integers
//! (GCDHEU: Char, Geddes, Gonnet, "GCDHEU: heuristic polynomial GCD algorithm based on integer GCD
//! computation", J. Symbolic Comput. 7, 1989).
//!
//! The answer always divides both polynomials, because that is tested by division. It is the
//! greatest common divisor whenever the method finds one within its budget; otherwise it is 1, and
//! a fraction merely stays unreduced.

use std::collections::BTreeSet;

use rug::{Integer, Rational};

use super::atom::Atom;
use super::monomial::Monomial;
use super::polynomial::Poly;
use crate::error::Result;
use crate::limits::Limits;

/// Evaluation points tried before giving up.
const ATTEMPTS: u32 = 6;
/// Bits of the evaluated integers above which the method gives up.
const MAX_BITS: f64 = 200_000.0;

/// A common divisor with coprime integer coefficients; the greatest one if the method succeeds.
/// Relations are not used: both are elements of the free polynomial ring.
pub(super) fn gcd(f: &Poly, g: &Poly, limits: &Limits) -> Result<Poly> {
    if f.is_zero() || g.is_zero() {
        let other = if f.is_zero() { g } else { f };
        return Ok(primitive(other));
    }
    let common = f.monomial_content().gcd(&g.monomial_content());
    let strip = |p: &Poly| {
        let stripped = p.div_monomial(&p.monomial_content());
        primitive(&stripped.unwrap_or_else(|| p.clone()))
    };
    let (f, g) = (strip(f), strip(g));
    let shared: BTreeSet<Atom> = f.atoms().intersection(&g.atoms()).cloned().collect();
    let rest = if shared.is_empty() {
        Poly::one()
    } else if f == g {
        f
    } else {
        heuristic(&f, &g, limits)?.unwrap_or_else(Poly::one)
    };
    rest.mul_free(&Poly::term(common, 1), limits)
}

/// The polynomial divided by its content, with a positive leading coefficient.
pub(super) fn primitive(f: &Poly) -> Poly {
    let mut content = f.content();
    if f.leading().is_some_and(|(_, c)| *c < 0) {
        content = -content;
    }
    f.scale(&content.recip())
}

/// Polynomials with integer coefficients; the result includes the common content.
fn heuristic(f: &Poly, g: &Poly, limits: &Limits) -> Result<Option<Poly>> {
    let (content_f, content_g) = (f.content(), g.content());
    let content = Integer::from(content_f.numer().gcd_ref(content_g.numer()));
    let (f, g) = (f.scale(&content_f.recip()), g.scale(&content_g.recip()));
    let Some(atom) = f.atoms().union(&g.atoms()).next().cloned() else {
        return Ok(Some(Poly::constant(content)));
    };
    let degree = f.degree_in(&atom).max(g.degree_in(&atom));
    // The point must exceed twice the coefficients of the common divisor; twice the smaller norm
    // plus 29 is the choice of the paper.
    let mut point = norm(&f).min(norm(&g)) * 2u32 + 29u32;
    for _ in 0..ATTEMPTS {
        limits.check_deadline()?;
        if f64::from(point.significant_bits()) * f64::from(degree + 1) > MAX_BITS {
            return Ok(None);
        }
        let (at_f, at_g) = (evaluate(&f, &atom, &point), evaluate(&g, &atom, &point));
        if !at_f.is_zero() && !at_g.is_zero() {
            let Some(image) = heuristic(&at_f, &at_g, limits)? else {
                return Ok(None);
            };
            let candidate = primitive(&lift(image, &atom, &point, degree)?);
            if !candidate.is_zero()
                && f.div_exact(&candidate, limits)?.is_some()
                && g.div_exact(&candidate, limits)?.is_some()
            {
                return Ok(Some(candidate.scale(&Rational::from(content))));
            }
        }
        // An irrational ratio in effect, so that an unlucky point does not come back.
        point = point * 73_794u32 / 27_011u32;
    }
    Ok(None)
}

fn norm(f: &Poly) -> Integer {
    let sizes = f.terms().map(|(_, c)| c.numer().clone().abs());
    sizes.max().unwrap_or_default()
}

fn evaluate(f: &Poly, atom: &Atom, point: &Integer) -> Poly {
    let mut value = Poly::zero();
    let mut previous = None;
    // Horner's rule from the highest power down.
    for (exponent, coefficient) in f.coefficients_in(atom).into_iter().rev() {
        if let Some(above) = previous {
            value = value.scale(&Rational::from(pow(point, above - exponent)));
        }
        value = value.add(&coefficient);
        previous = Some(exponent);
    }
    match previous {
        Some(lowest) if lowest > 0 => value.scale(&Rational::from(pow(point, lowest))),
        _ => value,
    }
}

fn pow(base: &Integer, exponent: u32) -> Integer {
    use rug::ops::Pow;
    Integer::from(base.pow(exponent))
}

/// The polynomial in `atom` whose value at the point is `image`, with coefficients in the
/// symmetric range of residues.
fn lift(mut image: Poly, atom: &Atom, point: &Integer, degree: u32) -> Result<Poly> {
    let mut lifted = Poly::zero();
    let half = Integer::from(point / 2u32);
    for exponent in 0..=degree {
        if image.is_zero() {
            break;
        }
        let mut rest = Poly::zero();
        for (monomial, coefficient) in image.terms() {
            let (mut quotient, mut digit) =
                coefficient.numer().clone().div_rem_floor(point.clone());
            if digit > half {
                digit -= point;
                quotient += 1;
            }
            let power = Monomial::atom(atom.clone(), exponent);
            lifted.add_term(monomial.mul(&power)?, Rational::from(digit));
            rest.add_term(monomial.clone(), Rational::from(quotient));
        }
        image = rest;
    }
    // A remainder means that the point was unlucky; the division test then fails.
    Ok(lifted)
}
