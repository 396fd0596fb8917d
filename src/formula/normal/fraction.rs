//! Field operations on normal forms: every result is reduced, has a denominator free of roots and
//! sines where that can be reached, and is in lowest terms where the gcd is found.

use rug::{Integer, Rational};

use super::NormalForm;
use super::atom::{Atom, AtomKind};
use super::gcd::{gcd, primitive};
use super::monomial::Monomial;
use super::polynomial::{Poly, rational_power};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// Steps of removing an algebraic atom from a denominator before giving up.
const MAX_CONJUGATIONS: usize = 16;
/// Terms of a denominator above which it is left as it is.
const MAX_CONJUGATE_TERMS: usize = 2_000;

impl NormalForm {
    /// The number 0.
    pub fn zero() -> NormalForm {
        NormalForm {
            num: Poly::zero(),
            den: Poly::one(),
        }
    }

    /// The number 1.
    pub fn one() -> NormalForm {
        NormalForm::from(1)
    }

    /// π.
    pub fn pi() -> NormalForm {
        let sqrt_pi = Atom::free(AtomKind::SqrtPi);
        NormalForm::from_poly(Poly::term(Monomial::atom(sqrt_pi, 2), 1))
    }

    /// A variable.
    pub fn variable(name: impl Into<String>) -> NormalForm {
        NormalForm::from_atom(&Atom::free(AtomKind::Variable(name.into())))
    }

    pub(super) fn from_atom(atom: &Atom) -> NormalForm {
        NormalForm::from_poly(Poly::atom(atom))
    }

    pub(super) fn from_poly(num: Poly) -> NormalForm {
        NormalForm {
            num,
            den: Poly::one(),
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// A limit error when the result has too many terms or too large coefficients.
    pub fn add(&self, other: &NormalForm, limits: &Limits) -> Result<NormalForm> {
        if self.den == other.den {
            return Self::lowest_terms(self.num.add(&other.num), self.den.clone(), limits);
        }
        let common = gcd(&self.den, &other.den, limits)?;
        let (left, right) = (
            quotient(&self.den, &common, limits)?,
            quotient(&other.den, &common, limits)?,
        );
        let num = self
            .num
            .mul(&right, limits)?
            .add(&other.num.mul(&left, limits)?);
        let den = self.den.mul(&right, limits)?;
        if den.is_zero() {
            return Err(division_by_zero());
        }
        Self::lowest_terms(num, den, limits)
    }

    /// The difference.
    ///
    /// # Errors
    /// As [`NormalForm::add`].
    pub fn sub(&self, other: &NormalForm, limits: &Limits) -> Result<NormalForm> {
        self.add(&other.neg(), limits)
    }

    /// The negative.
    #[must_use]
    pub fn neg(&self) -> NormalForm {
        NormalForm {
            num: self.num.clone().neg(),
            den: self.den.clone(),
        }
    }

    /// The product.
    ///
    /// # Errors
    /// As [`NormalForm::add`].
    pub fn mul(&self, other: &NormalForm, limits: &Limits) -> Result<NormalForm> {
        // Cancel across first: the products are then smaller.
        let (a, d) = cancel(&self.num, &other.den, limits)?;
        let (c, b) = cancel(&other.num, &self.den, limits)?;
        let den = b.mul(&d, limits)?;
        if den.is_zero() {
            return Err(division_by_zero());
        }
        Self::lowest_terms(a.mul(&c, limits)?, den, limits)
    }

    /// The product with a rational number.
    #[must_use]
    pub fn scale(&self, factor: &Rational) -> NormalForm {
        if *factor == 0 {
            return NormalForm::zero();
        }
        NormalForm {
            num: self.num.scale(factor),
            den: self.den.clone(),
        }
    }

    /// The quotient.
    ///
    /// # Errors
    /// A domain error when the divisor is zero, and as [`NormalForm::add`].
    pub fn div(&self, other: &NormalForm, limits: &Limits) -> Result<NormalForm> {
        self.mul(&other.recip(limits)?, limits)
    }

    /// The reciprocal.
    ///
    /// # Errors
    /// A domain error for zero.
    pub fn recip(&self, limits: &Limits) -> Result<NormalForm> {
        if self.num.is_zero() {
            return Err(division_by_zero());
        }
        let (num, den) = rationalise(&self.den, &self.num, limits)?;
        Self::lowest_terms(num, den, limits)
    }

    /// The integer power; `x^0` is 1, `0^0` included.
    ///
    /// # Errors
    /// A domain error for a negative power of zero, a limit error for a result that is too large.
    pub fn pow(&self, exponent: i64, limits: &Limits) -> Result<NormalForm> {
        if exponent == 0 {
            return Ok(NormalForm::one());
        }
        let base = if exponent < 0 {
            self.recip(limits)?
        } else {
            self.clone()
        };
        let times = exponent.unsigned_abs();
        let den = base.den.pow(times, limits)?;
        Self::lowest_terms(base.num.pow(times, limits)?, den, limits)
    }

    /// Whether the form is zero: see the [module](crate::formula::normal) for what that proves.
    pub fn is_zero(&self) -> bool {
        self.num.is_zero()
    }

    /// The value, if the form is a rational number.
    pub fn as_rational(&self) -> Option<Rational> {
        if self.num.is_zero() {
            return Some(Rational::new());
        }
        // n/d = q exactly if n = q·d: both are reduced, so they are proportional.
        let ((m, a), (n, b)) = (self.num.leading()?, self.den.leading()?);
        if m != n {
            return None;
        }
        let ratio = Rational::from(a / b);
        (self.num == self.den.scale(&ratio)).then_some(ratio)
    }

    /// The value, if the form is an integer.
    pub fn as_integer(&self) -> Option<Integer> {
        let value = self.as_rational()?;
        value.is_integer().then(|| value.into_numer_denom().0)
    }

    /// Whether no variable occurs.
    pub fn is_constant(&self) -> bool {
        self.num.is_constant() && self.den.is_constant()
    }

    /// The sign, 1 or −1, of a form whose terms all have the same one.
    pub(super) fn known_sign(&self) -> Option<i32> {
        let single = |f: &Poly| {
            let positive = f.terms().all(|(m, _)| m.is_positive());
            let mut signs = f.terms().map(|(_, c)| if *c > 0 { 1 } else { -1 });
            let first = signs.next()?;
            (positive && signs.all(|s| s == first)).then_some(first)
        };
        Some(single(&self.num)? * single(&self.den)?)
    }

    /// A reduced fraction: common factors cancelled, the denominator with coprime integer
    /// coefficients and a positive leading one.
    pub(super) fn lowest_terms(num: Poly, den: Poly, limits: &Limits) -> Result<NormalForm> {
        if num.is_zero() {
            return Ok(NormalForm::zero());
        }
        let (num, den) = cancel(&num, &den, limits)?;
        let mut content = den.content();
        if den.leading().is_some_and(|(_, c)| *c < 0) {
            content = -content;
        }
        let scale = content.recip();
        Ok(NormalForm {
            num: num.scale(&scale),
            den: den.scale(&scale),
        })
    }
}

impl From<i64> for NormalForm {
    fn from(value: i64) -> Self {
        NormalForm::from(Rational::from(value))
    }
}

impl From<Integer> for NormalForm {
    fn from(value: Integer) -> Self {
        NormalForm::from(Rational::from(value))
    }
}

impl From<Rational> for NormalForm {
    fn from(value: Rational) -> Self {
        NormalForm::from_poly(Poly::constant(value))
    }
}

/// The power of a rational number, refused when it would be too large.
pub(super) fn pow_rational(base: &Rational, exponent: i64, limits: &Limits) -> Result<Rational> {
    if exponent >= 0 {
        return rational_power(base, exponent.unsigned_abs(), limits);
    }
    if *base == 0 {
        return Err(division_by_zero());
    }
    rational_power(
        &Rational::from(base.recip_ref()),
        exponent.unsigned_abs(),
        limits,
    )
}

pub(super) fn division_by_zero() -> Error {
    Error::domain("division by zero")
}

fn quotient(f: &Poly, divisor: &Poly, limits: &Limits) -> Result<Poly> {
    if divisor.is_one() {
        return Ok(f.clone());
    }
    let exact = f.div_exact(divisor, limits)?;
    exact.ok_or_else(|| Error::limit("a polynomial division took too long"))
}

/// Whether an atom is transcendental over the others: factors in such atoms alone are not zero
/// divisors modulo the relations, so cancelling them is allowed.
fn is_free(atom: &Atom) -> bool {
    atom.relation().is_none()
}

/// `num/den` without their common factor in the atoms that have no relation.
fn cancel(num: &Poly, den: &Poly, limits: &Limits) -> Result<(Poly, Poly)> {
    if den.as_rational().is_some() || num.is_zero() {
        return Ok((num.clone(), den.clone()));
    }
    let common = common_free_factor(num, den, limits)?;
    if common.is_one() {
        return Ok((num.clone(), den.clone()));
    }
    Ok((
        quotient(num, &common, limits)?,
        quotient(den, &common, limits)?,
    ))
}

fn common_free_factor(num: &Poly, den: &Poly, limits: &Limits) -> Result<Poly> {
    let algebraic = |a: &Atom| !is_free(a);
    if let Some((monomial, _)) = den.as_term() {
        let (free, _) = monomial.split(is_free);
        return Ok(Poly::term(num.monomial_content().gcd(&free), 1));
    }
    let parts = den.group_by(algebraic).into_values();
    let mut common = Poly::zero();
    for part in parts.chain(num.group_by(algebraic).into_values()) {
        common = gcd(&common, &part, limits)?;
        if common.is_one() {
            break;
        }
    }
    Ok(common)
}

/// A fraction equal to `num/den` whose denominator has no atom with a quadratic relation, or the
/// fraction itself where that fails.
///
/// With `den = u + v·s` and `s² = q` both sides are multiplied by the conjugate `u − v·s`; the new
/// denominator is `u² − v²q`. The atom of the highest level goes first, so none comes back. If the
/// last denominator is a non-zero polynomial in free atoms then no conjugate was a zero divisor:
/// `R[s]/(s² − q)` is free over `R`, and `u − v·s` divides zero only if its norm does. Otherwise
/// nothing is changed.
fn rationalise(num: &Poly, den: &Poly, limits: &Limits) -> Result<(Poly, Poly)> {
    let unchanged = || (num.clone(), den.clone());
    let (mut upper, mut lower) = unchanged();
    for _ in 0..MAX_CONJUGATIONS {
        limits.check_deadline()?;
        let atoms = lower.atoms();
        let algebraic = atoms.iter().filter(|a| !is_free(a));
        let Some(atom) = algebraic.max_by_key(|a| a.level()) else {
            return Ok(if lower.is_zero() {
                unchanged()
            } else {
                (upper, lower)
            });
        };
        if lower.len() > MAX_CONJUGATE_TERMS {
            return Ok(unchanged());
        }
        let degree = atom.relation().map_or(0, |r| r.degree);
        if let Some((monomial, _)) = lower.as_term() {
            // 1/s = s^(degree−1)/q
            let exponent = degree - monomial.exponent(atom);
            let factor = Poly::term(Monomial::atom(atom.clone(), exponent), 1);
            upper = upper.mul(&factor, limits)?;
            lower = lower.mul(&factor, limits)?;
            continue;
        }
        if degree != 2 {
            return Ok(unchanged());
        }
        let mut conjugate = Poly::zero();
        for (exponent, part) in lower.coefficients_in(atom) {
            let sign = if exponent == 0 { 1 } else { -1 };
            let power = Poly::term(Monomial::atom(atom.clone(), exponent), sign);
            conjugate = conjugate.add(&part.mul_free(&power, limits)?);
        }
        let content = primitive(&conjugate);
        upper = upper.mul(&content, limits)?;
        lower = lower.mul(&content, limits)?;
        // Keep the sizes down between the steps.
        let (u, l) = cancel(&upper, &lower, limits)?;
        (upper, lower) = (u, l);
    }
    Ok(unchanged())
}
