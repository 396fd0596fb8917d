//! Powers, roots and absolute values.
//!
//! Used, each wherever both sides are defined: (c·f)^q = c^q·f^q for c > 0; f^(a+b) = f^a·f^b;
//! exp(x)^y = exp(xy); (1/f)^y = f^(−y); √(f²) = |f|; |fc| = c|f| for c > 0. Not used, because
//! false for negative factors: √(fg) = √f·√g, (f²)^y = f^(2y), √(x²) = x.

use rug::ops::Pow;
use rug::{Integer, Rational};

use super::NormalForm;
use super::angle::signed_content;
use super::atom::{Atom, AtomKind};
use super::fraction::{division_by_zero, pow_rational};
use super::normaliser::{Base, Normaliser};
use super::polynomial::Poly;
use crate::error::{Error, Result};
use crate::limits::Limits;

/// Trial division goes up to this; a cofactor without a factor below it stands as if it were prime,
/// which is sound because nothing but its relation is used.
const TRIAL_DIVISION: u32 = 1 << 16;

impl Normaliser<'_> {
    /// The non-negative square root.
    pub fn sqrt(&mut self, form: &NormalForm) -> Result<NormalForm> {
        self.rational_power(form, &Rational::from((1, 2)))
    }

    /// The real cube root, of either sign.
    pub fn cbrt(&mut self, form: &NormalForm) -> Result<NormalForm> {
        if form.is_zero() {
            return Ok(NormalForm::zero());
        }
        let third = Rational::from((1, 3));
        let content = signed_content(&form.num);
        let size = NormalForm::from(Rational::from(content.abs_ref()));
        let outside = self.rational_power(&size, &third)?;
        let sign = NormalForm::from(if content < 0 { -1 } else { 1 });
        let (num, den) = (form.num.scale(&content.recip()), &form.den);
        let mut root = outside.mul(&sign, self.limits)?;
        if num.is_one() && den.is_one() {
            return Ok(root);
        }
        // The cube root is odd, so cbrt(n/d) = cbrt(n·d²)/d for d of either sign.
        let radicand = num.mul(&den.pow(2, self.limits)?, self.limits)?;
        let atom = Atom::algebraic(AtomKind::CubeRoot(radicand.clone()), 3, radicand);
        root = root.mul(&NormalForm::from_atom(&atom), self.limits)?;
        root.div(&NormalForm::from_poly(den.clone()), self.limits)
    }

    /// `base^exponent`.
    pub fn power(&mut self, base: &NormalForm, exponent: &NormalForm) -> Result<NormalForm> {
        if let Some(exponent) = exponent.as_rational() {
            return self.rational_power(base, &exponent);
        }
        if base.is_zero() {
            match exponent.known_sign() {
                Some(1) => return Ok(NormalForm::zero()),
                Some(_) => return Err(division_by_zero()),
                None => {}
            }
        }
        let mut product = NormalForm::one();
        for (multiple, direction) in self.linear_terms(exponent)? {
            let factor = if direction == NormalForm::one() {
                self.rational_power(base, &multiple)?
            } else {
                self.symbolic_power(base, &multiple, &direction)?
            };
            product = product.mul(&factor, self.limits)?;
        }
        Ok(product)
    }

    /// base^(multiple·direction) for a direction that is not rational.
    fn symbolic_power(
        &mut self,
        base: &NormalForm,
        multiple: &Rational,
        direction: &NormalForm,
    ) -> Result<NormalForm> {
        let limits = self.limits;
        let mut product = NormalForm::one();
        let mut rest = base.clone();
        if !base.is_zero() {
            let content = base.num.content();
            for (prime, exponent) in factor(&content) {
                let part = multiple * Rational::from(exponent);
                let power = self.power_in_units(&NormalForm::from(prime), &part, direction)?;
                product = product.mul(&power, limits)?;
            }
            rest = base.scale(&Rational::from(content.recip_ref()));
            let (exponent, without) = split_exponential(&rest, limits)?;
            if !exponent.is_zero() {
                let exponent = exponent.mul(direction, limits)?.scale(multiple);
                product = product.mul(&self.exp(&exponent)?, limits)?;
                rest = without;
            }
        }
        if rest == NormalForm::one() {
            return Ok(product);
        }
        // (1/f)^x = f^(−x)
        let reciprocal = rest.num.as_rational().is_some_and(|c| *c == 1);
        let (rest, part) = if reciprocal {
            (rest.recip(limits)?, Rational::from(-multiple))
        } else {
            (rest, multiple.clone())
        };
        let power = self.power_in_units(&rest, &part, direction)?;
        product.mul(&power, limits)
    }

    fn power_in_units(
        &mut self,
        base: &NormalForm,
        multiple: &Rational,
        direction: &NormalForm,
    ) -> Result<NormalForm> {
        let key = Base::Power(base.clone(), direction.clone());
        let (count, unit) = match self.measure(key, multiple) {
            Some((count, unit)) => (count, direction.scale(&unit)),
            None => (1, direction.scale(multiple)),
        };
        let kind = AtomKind::Power(base.clone(), unit);
        let atom = if *base == NormalForm::from(-1) {
            // A real power of −1 is 1 or −1.
            Atom::algebraic(kind, 2, Poly::one())
        } else {
            Atom::free(kind)
        };
        NormalForm::from_atom(&atom).pow(count, self.limits)
    }

    /// `base^exponent` for a rational exponent.
    pub fn rational_power(&mut self, base: &NormalForm, exponent: &Rational) -> Result<NormalForm> {
        let limits = self.limits;
        if exponent.is_integer() {
            return self.integer_power(base, exponent.numer());
        }
        if base.is_zero() {
            return if *exponent > 0 {
                Ok(NormalForm::zero())
            } else {
                Err(division_by_zero())
            };
        }
        let content = base.num.content();
        let mut product = self.power_of_rational(&content, exponent)?;
        let scaled = base.scale(&Rational::from(content.recip_ref()));
        // Positive factors come out of the root.
        let (outside, inside) = self.positive_part(&scaled, exponent)?;
        product = product.mul(&outside, limits)?;
        if inside == NormalForm::one() {
            return Ok(product);
        }
        if inside.as_rational().is_some() {
            return Err(negative_radicand(base, exponent));
        }
        if *exponent.denom() == 2
            && let Some(root) = square_root(&inside, limits)?
        {
            let absolute = self.abs(&root)?;
            let power = self.integer_power(&absolute, exponent.numer())?;
            return product.mul(&power, limits);
        }
        product.mul(&self.root_in_units(&inside, exponent)?, limits)
    }

    fn integer_power(&self, base: &NormalForm, exponent: &Integer) -> Result<NormalForm> {
        if let Some(value) = base.as_rational() {
            // Powers of 0, 1 and −1 are small however large the exponent is.
            let trivial = value == 0 || value.cmp_abs(&Rational::from(1)).is_eq();
            if trivial && exponent.to_i64().is_none() {
                let reduced = Rational::from(exponent.is_odd() as i64 + 2);
                let reduced = if *exponent < 0 { -reduced } else { reduced };
                return self.integer_power(base, reduced.numer());
            }
            let Some(small) = exponent.to_i64() else {
                return Err(self
                    .limits
                    .check_integer_bits(f64::INFINITY, "a power")
                    .err()
                    .unwrap_or_else(division_by_zero));
            };
            return Ok(NormalForm::from(pow_rational(&value, small, self.limits)?));
        }
        let small = exponent.to_i64().ok_or_else(|| {
            Error::limit(format!("the exponent {exponent} is too large"))
                .with_hint("use smaller exponents")
        })?;
        base.pow(small, self.limits)
    }

    /// A rational power of a positive rational number, by its prime factors.
    fn power_of_rational(&mut self, value: &Rational, exponent: &Rational) -> Result<NormalForm> {
        let mut product = NormalForm::one();
        for (prime, times) in factor(value) {
            let power = self.power_of_prime(&prime, &(exponent * Rational::from(times)))?;
            product = product.mul(&power, self.limits)?;
        }
        Ok(product)
    }

    fn power_of_prime(&mut self, prime: &Integer, exponent: &Rational) -> Result<NormalForm> {
        let limits = self.limits;
        let whole = Rational::from(exponent.floor_ref());
        let part = Rational::from(exponent - &whole);
        let base = Rational::from(prime);
        let small = whole
            .numer()
            .to_i64()
            .ok_or_else(|| Error::limit("the exponent is too large"))?;
        let outside = NormalForm::from(pow_rational(&base, small, limits)?);
        if part == 0 {
            return Ok(outside);
        }
        let (count, unit) = self
            .measure(Base::Prime(prime.clone()), &part)
            .and_then(|(count, unit)| Some((count, unit.denom().to_u32()?)))
            .ok_or_else(|| {
                Error::limit(format!("the root of degree {} is too high", part.denom()))
            })?;
        let atom = Atom::algebraic(
            AtomKind::PrimeRoot(prime.clone(), unit),
            unit,
            Poly::constant(base),
        );
        NormalForm::from_atom(&atom)
            .pow(count, limits)?
            .mul(&outside, limits)
    }

    /// `form^exponent` for the positive atoms that divide the form, and the form without them.
    fn positive_part(
        &mut self,
        form: &NormalForm,
        exponent: &Rational,
    ) -> Result<(NormalForm, NormalForm)> {
        let limits = self.limits;
        let (mut outside, mut inside) = (NormalForm::one(), form.clone());
        for (atom, times) in positive_factors(form) {
            let power = exponent * Rational::from(times);
            let taken = match atom.kind() {
                AtomKind::Exp(unit) => self.exp(&unit.scale(&power))?,
                AtomKind::PrimeRoot(prime, degree) => {
                    self.power_of_prime(prime, &(power / degree))?
                }
                _ if power.is_integer() => {
                    let value = NormalForm::from_atom(&atom);
                    self.integer_power(&value, power.numer())?
                }
                _ => continue,
            };
            outside = outside.mul(&taken, limits)?;
            let removed = NormalForm::from_atom(&atom).pow(-times, limits)?;
            inside = inside.mul(&removed, limits)?;
        }
        Ok((outside, inside))
    }

    /// A root of a form without positive factors.
    fn root_in_units(&mut self, radicand: &NormalForm, exponent: &Rational) -> Result<NormalForm> {
        let limits = self.limits;
        // 1/f: the root of f, inverted.
        if radicand.num.as_rational().is_some_and(|c| *c == 1) {
            let inverse = Rational::from(-exponent);
            return self.root_in_units(&radicand.recip(limits)?, &inverse);
        }
        let whole = Rational::from(exponent.floor_ref());
        let part = Rational::from(exponent - &whole);
        let outside = self.integer_power(radicand, whole.numer())?;
        let (count, unit) = self
            .measure(Base::Root(radicand.clone()), &part)
            .and_then(|(count, unit)| Some((count, unit.denom().to_u32()?)))
            .ok_or_else(|| {
                Error::limit(format!("the root of degree {} is too high", part.denom()))
            })?;
        // The generator is den·(num/den)^(1/m), whose m-th power num·den^(m−1) is a polynomial
        // whatever the sign of den is.
        let power = radicand.den.pow(u64::from(unit) - 1, limits)?;
        let value = radicand.num.mul(&power, limits)?;
        let kind = AtomKind::Root(radicand.clone(), unit);
        let root = NormalForm::from_atom(&Atom::algebraic(kind, unit, value));
        let den = NormalForm::from_poly(radicand.den.clone());
        root.div(&den, limits)?
            .pow(count, limits)?
            .mul(&outside, limits)
    }

    /// |f|: positive factors outside, the sign of the leading term dropped; |n/d| = |n|/|d|.
    pub fn abs(&self, form: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        if let Some(value) = form.as_rational() {
            return Ok(NormalForm::from(value.abs()));
        }
        let single = |f: &Poly| -> Result<NormalForm> {
            let content = signed_content(f);
            let (positive, _) = f.monomial_content().split(Atom::is_positive);
            let f = f.scale(&Rational::from(content.recip_ref()));
            let f = f.div_monomial(&positive).unwrap_or(f);
            let size = NormalForm::from_poly(Poly::term(positive, content.abs()));
            if f.terms().all(|(m, c)| *c > 0 && m.is_positive()) {
                return NormalForm::from_poly(f).mul(&size, limits);
            }
            let square = f.mul(&f, limits)?;
            let atom = Atom::algebraic(AtomKind::Abs(f), 2, square);
            NormalForm::from_atom(&atom).mul(&size, limits)
        };
        single(&form.num)?.div(&single(&form.den)?, limits)
    }
}

fn negative_radicand(base: &NormalForm, exponent: &Rational) -> Error {
    let text = base
        .as_rational()
        .map_or_else(String::new, |v| format!(" {v}"));
    let message = if *exponent == Rational::from((1, 2)) {
        format!("the square root of the negative number{text} is not real")
    } else {
        format!("the power {exponent} of the negative number{text} is not real")
    };
    Error::domain(message)
}

/// The positive atoms that divide the numerator, with their exponents, or the denominator, with
/// negative exponents.
pub(super) fn positive_factors(form: &NormalForm) -> Vec<(Atom, i64)> {
    let part = |f: &Poly, sign: i64| {
        let (positive, _) = f.monomial_content().split(Atom::is_positive);
        let factors = positive.factors().iter();
        factors
            .map(|(atom, e)| (atom.clone(), sign * i64::from(*e)))
            .collect::<Vec<_>>()
    };
    let mut factors = part(&form.num, 1);
    factors.extend(part(&form.den, -1));
    factors
}

/// u and f with form = exp(u)·f, where f has no exponential factor.
fn split_exponential(form: &NormalForm, limits: &Limits) -> Result<(NormalForm, NormalForm)> {
    let (mut exponent, mut rest) = (NormalForm::zero(), form.clone());
    for (atom, times) in positive_factors(form) {
        if let AtomKind::Exp(unit) = atom.kind() {
            exponent = exponent.add(&unit.scale(&Rational::from(times)), limits)?;
            rest = rest.mul(&NormalForm::from_atom(&atom).pow(-times, limits)?, limits)?;
        }
    }
    Ok((exponent, rest))
}

/// g with form = g², if numerator and denominator are squares of polynomials.
fn square_root(form: &NormalForm, limits: &Limits) -> Result<Option<NormalForm>> {
    let Some(num) = form.num.square_root(limits)? else {
        return Ok(None);
    };
    let den = form.den.square_root(limits)?;
    Ok(den.map(|den| NormalForm { num, den }))
}

/// The prime factors of a positive rational number with their exponents; a cofactor without a
/// small prime factor stands for itself, as the lowest root that it is a perfect power of.
pub(super) fn factor(value: &Rational) -> Vec<(Integer, i64)> {
    let mut factors = factor_integer(value.numer().clone(), 1);
    factors.extend(factor_integer(value.denom().clone(), -1));
    factors
}

fn factor_integer(mut rest: Integer, sign: i64) -> Vec<(Integer, i64)> {
    let mut factors = Vec::new();
    let mut prime = 2u32;
    while rest > 1 && prime < TRIAL_DIVISION {
        if rest < u64::from(prime) * u64::from(prime) {
            break;
        }
        if rest.is_divisible_u(prime) {
            let times = rest.remove_factor_mut(&Integer::from(prime));
            factors.push((Integer::from(prime), sign * i64::from(times)));
        }
        prime += if prime == 2 { 1 } else { 2 };
    }
    if rest > 1 {
        let (root, times) = perfect_power(rest);
        factors.push((root, sign * times));
    }
    factors
}

/// The number as root^times with the greatest times below 64.
fn perfect_power(value: Integer) -> (Integer, i64) {
    if value.is_perfect_power() {
        for times in (2..64u32).rev() {
            let root = Integer::from(value.root_ref(times));
            if Integer::from((&root).pow(times)) == value {
                return (root, i64::from(times));
            }
        }
    }
    (value, 1)
}
