//! Sparse polynomials over Q in the atoms, and their reduction modulo the relations of the atoms.
//!
//! Reduction replaces `atom^degree` by the value of the relation until no power is left. The
//! leading powers of different relations are coprime and the values have lower levels, so the
//! relations are a Gröbner basis of the ideal that they generate (Buchberger's first criterion):
//! two polynomials are equal modulo the relations exactly if they reduce to the same polynomial.

use std::collections::{BTreeMap, BTreeSet};

use rug::ops::Pow;
use rug::{Integer, Rational};

use super::atom::Atom;
use super::monomial::Monomial;
use crate::error::{Error, Result};
use crate::limits::Limits;

/// Products of terms that one multiplication may take: a few seconds.
const MAX_TERM_PRODUCTS: usize = 2_000_000;
/// The highest power of a sum: in n-th powers of sums of free atoms about n terms stand at least.
const MAX_POWER_OF_SUM: u64 = 10_000;

/// Terms of a polynomial above which no square root is tried.
const MAX_SQUARE_TERMS: usize = 200;

/// A polynomial: no zero coefficients, terms in increasing monomial order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Poly(BTreeMap<Monomial, Rational>);

impl Poly {
    pub fn zero() -> Poly {
        Poly(BTreeMap::new())
    }

    pub fn one() -> Poly {
        Poly::constant(Rational::from(1))
    }

    pub fn constant(value: impl Into<Rational>) -> Poly {
        Poly::term(Monomial::one(), value)
    }

    pub fn term(monomial: Monomial, coefficient: impl Into<Rational>) -> Poly {
        let coefficient = coefficient.into();
        let mut terms = BTreeMap::new();
        if coefficient != 0 {
            terms.insert(monomial, coefficient);
        }
        Poly(terms)
    }

    pub fn atom(atom: &Atom) -> Poly {
        Poly::term(Monomial::atom(atom.clone(), 1), 1)
    }

    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_one(&self) -> bool {
        self.as_rational().is_some_and(|value| *value == 1)
    }

    /// The value of a polynomial without atoms; `None` for 0 too, which has no term to point at.
    pub fn as_rational(&self) -> Option<&Rational> {
        let (monomial, coefficient) = self.as_term()?;
        monomial.is_one().then_some(coefficient)
    }

    /// The only term, if there is exactly one.
    pub fn as_term(&self) -> Option<(&Monomial, &Rational)> {
        match self.0.len() {
            1 => self.0.first_key_value(),
            _ => None,
        }
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The terms in increasing order.
    pub fn terms(&self) -> impl DoubleEndedIterator<Item = (&Monomial, &Rational)> {
        self.0.iter()
    }

    pub fn leading(&self) -> Option<(&Monomial, &Rational)> {
        self.0.last_key_value()
    }

    pub fn is_constant(&self) -> bool {
        self.0
            .keys()
            .all(|m| m.factors().iter().all(|(a, _)| a.is_constant()))
    }

    pub fn collect_variables(&self, into: &mut BTreeSet<String>) {
        for atom in self.atoms() {
            atom.kind().collect_variables(into);
        }
    }

    pub fn atoms(&self) -> BTreeSet<Atom> {
        let factors = self.0.keys().flat_map(|m| m.factors());
        factors.map(|(atom, _)| atom.clone()).collect()
    }

    pub fn degree_in(&self, atom: &Atom) -> u32 {
        self.0.keys().map(|m| m.exponent(atom)).max().unwrap_or(0)
    }

    /// The most bits of a numerator plus those of a denominator.
    pub fn bits(&self) -> u32 {
        self.0.values().map(rational_bits).max().unwrap_or(0)
    }

    pub fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        use std::collections::btree_map::Entry;
        if coefficient == 0 {
            return;
        }
        match self.0.entry(monomial) {
            Entry::Vacant(entry) => {
                entry.insert(coefficient);
            }
            Entry::Occupied(mut entry) => {
                *entry.get_mut() += coefficient;
                if *entry.get() == 0 {
                    entry.remove();
                }
            }
        }
    }

    pub fn add(&self, other: &Poly) -> Poly {
        let (mut sum, small) = if self.len() >= other.len() {
            (self.clone(), other)
        } else {
            (other.clone(), self)
        };
        for (monomial, coefficient) in &small.0 {
            sum.add_term(monomial.clone(), coefficient.clone());
        }
        sum
    }

    pub fn sub(&self, other: &Poly) -> Poly {
        let mut difference = self.clone();
        for (monomial, coefficient) in &other.0 {
            difference.add_term(monomial.clone(), Rational::from(-coefficient));
        }
        difference
    }

    #[must_use]
    pub fn neg(mut self) -> Poly {
        for coefficient in self.0.values_mut() {
            *coefficient *= -1;
        }
        self
    }

    pub fn scale(&self, factor: &Rational) -> Poly {
        if *factor == 0 {
            return Poly::zero();
        }
        let mut scaled = self.clone();
        for coefficient in scaled.0.values_mut() {
            *coefficient *= factor;
        }
        scaled
    }

    /// The product as a polynomial, without reduction.
    pub fn mul_free(&self, other: &Poly, limits: &Limits) -> Result<Poly> {
        if self.len().saturating_mul(other.len()) > MAX_TERM_PRODUCTS {
            return Err(too_many_terms());
        }
        let bits = f64::from(self.bits()) + f64::from(other.bits());
        limits.check_integer_bits(bits, "a coefficient")?;
        let mut product = Poly::zero();
        for (m, a) in &self.0 {
            if self.len() > 8 {
                limits.check_deadline()?;
            }
            for (n, b) in &other.0 {
                product.add_term(m.mul(n)?, Rational::from(a * b));
            }
            if product.len() > limits.max_nodes {
                return Err(too_many_terms());
            }
        }
        Ok(product)
    }

    /// The product, reduced.
    pub fn mul(&self, other: &Poly, limits: &Limits) -> Result<Poly> {
        if self.is_one() {
            return Ok(other.clone());
        }
        if other.is_one() {
            return Ok(self.clone());
        }
        self.mul_free(other, limits)?.reduce(limits)
    }

    /// The power, reduced; `x^0` is 1.
    pub fn pow(&self, exponent: u64, limits: &Limits) -> Result<Poly> {
        if let Some((monomial, coefficient)) = self.as_term() {
            let power = rational_power(coefficient, exponent, limits)?;
            return Poly::term(monomial.pow(exponent)?, power).reduce(limits);
        }
        if self.is_zero() && exponent > 0 {
            return Ok(Poly::zero());
        }
        let free = |a: &Atom| a.relation().is_none();
        if exponent > MAX_POWER_OF_SUM && self.atoms().iter().any(free) {
            return Err(too_many_terms());
        }
        let mut result = Poly::one();
        for bit in (0..64 - exponent.leading_zeros()).rev() {
            limits.check_deadline()?;
            result = result.mul(&result, limits)?;
            if exponent >> bit & 1 == 1 {
                result = result.mul(self, limits)?;
            }
        }
        Ok(result)
    }

    /// The same polynomial modulo the relations, with every algebraic atom below its degree.
    pub fn reduce(mut self, limits: &Limits) -> Result<Poly> {
        loop {
            let reducible = |(a, e): &&(Atom, u32)| a.relation().is_some_and(|r| *e >= r.degree);
            let atom = self
                .0
                .keys()
                .flat_map(|m| m.factors().iter().filter(reducible))
                .map(|(a, _)| a)
                .max_by_key(|a| a.level());
            let Some(atom) = atom.cloned() else {
                return Ok(self);
            };
            self = self.reduce_atom(&atom, limits)?;
        }
    }

    fn reduce_atom(self, atom: &Atom, limits: &Limits) -> Result<Poly> {
        let Some(relation) = atom.relation() else {
            return Ok(self);
        };
        // By the number of times that the relation is used.
        let mut parts: BTreeMap<u32, Poly> = BTreeMap::new();
        for (monomial, coefficient) in self.0 {
            let exponent = monomial.exponent(atom);
            let (_, rest) = monomial.split(|a| a == atom);
            let kept = Monomial::atom(atom.clone(), exponent % relation.degree);
            parts
                .entry(exponent / relation.degree)
                .or_default()
                .add_term(rest.mul(&kept)?, coefficient);
        }
        let mut result = Poly::zero();
        let mut power = (0, Poly::one());
        // A minimal polynomial mentions its own atom, which must carry the relation again.
        let value = relation.value.with_copies_of(atom);
        for (times, part) in parts {
            limits.check_deadline()?;
            // Unequal steps are rare; a power of the value is reduced to keep it small.
            let step = value.pow(u64::from(times - power.0), limits)?;
            power = (times, power.1.mul(&step, limits)?);
            result = result.add(&part.mul_free(&power.1, limits)?);
        }
        Ok(result)
    }

    /// The same polynomial with this copy of an atom in the place of equal ones.
    fn with_copies_of(&self, atom: &Atom) -> Poly {
        let terms = self
            .0
            .iter()
            .map(|(m, c)| (m.with_copies_of(atom), c.clone()));
        Poly(terms.collect())
    }

    /// The positive rational `c` for which `self / c` has coprime integer coefficients.
    pub fn content(&self) -> Rational {
        let mut numerator = Integer::new();
        let mut denominator = Integer::from(1);
        for coefficient in self.0.values() {
            numerator.gcd_mut(coefficient.numer());
            denominator.lcm_mut(coefficient.denom());
        }
        if numerator == 0 {
            return Rational::from(1);
        }
        Rational::from((numerator, denominator))
    }

    /// The greatest monomial that divides every term.
    pub fn monomial_content(&self) -> Monomial {
        let mut keys = self.0.keys();
        let Some(first) = keys.next() else {
            return Monomial::one();
        };
        let mut common = first.clone();
        for monomial in keys {
            if common.is_one() {
                break;
            }
            common = common.gcd(monomial);
        }
        common
    }

    /// `self / monomial`, if it divides every term.
    pub fn div_monomial(&self, monomial: &Monomial) -> Option<Poly> {
        if monomial.is_one() {
            return Some(self.clone());
        }
        let terms = self
            .0
            .iter()
            .map(|(m, c)| Some((m.div(monomial)?, c.clone())));
        Some(Poly(terms.collect::<Option<_>>()?))
    }

    /// The quotient in the polynomial ring (relations are not used), if the division is exact.
    pub fn div_exact(&self, divisor: &Poly, limits: &Limits) -> Result<Option<Poly>> {
        self.divide(divisor, limits, |_, _| None)
    }

    /// Quotient and remainder: no term of the remainder is divisible by the leading term of the
    /// divisor. Both are linear in the dividend.
    pub fn div_rem(&self, divisor: &Poly, limits: &Limits) -> Result<(Poly, Poly)> {
        let mut remainder = Poly::zero();
        let quotient = self.divide(divisor, limits, |monomial, coefficient| {
            remainder.add_term(monomial.clone(), coefficient.clone());
            Some(())
        })?;
        let quotient = quotient.ok_or_else(too_many_terms)?;
        Ok((quotient, remainder))
    }

    /// Division by the leading term; `left_over` says whether a term may stay.
    fn divide(
        &self,
        divisor: &Poly,
        limits: &Limits,
        mut left_over: impl FnMut(&Monomial, &Rational) -> Option<()>,
    ) -> Result<Option<Poly>> {
        let Some((lead, coefficient)) = divisor.leading() else {
            return Ok(None);
        };
        let mut quotient = Poly::zero();
        let mut rest = self.clone();
        let mut work = 0;
        while let Some((m, c)) = rest.0.pop_last() {
            let Some(monomial) = m.div(lead) else {
                if left_over(&m, &c).is_none() {
                    return Ok(None);
                }
                continue;
            };
            work += divisor.len();
            if work > MAX_TERM_PRODUCTS {
                return Ok(None);
            }
            limits.check_deadline()?;
            let factor = Rational::from(&c / coefficient);
            for (n, d) in divisor.0.iter().rev().skip(1) {
                rest.add_term(monomial.mul(n)?, -Rational::from(&factor * d));
            }
            quotient.add_term(monomial, factor);
        }
        Ok(Some(quotient))
    }

    /// r with r² = self in the polynomial ring, with a positive leading coefficient, term by term
    /// from the leading one: the next term of r is lt(self − r²)/(2 lt(r)).
    pub fn square_root(&self, limits: &Limits) -> Result<Option<Poly>> {
        let Some((monomial, coefficient)) = self.leading() else {
            return Ok(Some(Poly::zero()));
        };
        let (Some(lead), true) = (monomial.square_root(), *coefficient > 0) else {
            return Ok(None);
        };
        let (num, den) = (coefficient.numer(), coefficient.denom());
        if !num.is_perfect_square() || !den.is_perfect_square() || self.len() > MAX_SQUARE_TERMS {
            return Ok(None);
        }
        let first = Rational::from((num.clone().sqrt(), den.clone().sqrt()));
        let twice = Rational::from(&first * 2u32);
        let mut root = Poly::term(lead.clone(), first);
        let mut rest = self.sub(&root.mul_free(&root, limits)?);
        while let Some((m, c)) = rest.leading() {
            // A root of n terms has a square of at least n terms.
            let Some(next) = m.div(&lead).filter(|_| root.len() < self.len()) else {
                return Ok(None);
            };
            let term = Poly::term(next, Rational::from(c / &twice));
            // (r + u)² = r² + u (2r + u)
            let sum = root.scale(&Rational::from(2)).add(&term);
            rest = rest.sub(&term.mul_free(&sum, limits)?);
            root = root.add(&term);
        }
        Ok(Some(root))
    }

    /// The coefficients with respect to one atom, by exponent.
    pub fn coefficients_in(&self, atom: &Atom) -> BTreeMap<u32, Poly> {
        let mut parts: BTreeMap<u32, Poly> = BTreeMap::new();
        for (monomial, coefficient) in &self.0 {
            let (_, rest) = monomial.split(|a| a == atom);
            parts
                .entry(monomial.exponent(atom))
                .or_default()
                .add_term(rest, coefficient.clone());
        }
        parts
    }

    /// The coefficients in the atoms outside `inside`, by the power product of those inside.
    pub fn group_by(&self, inside: impl Fn(&Atom) -> bool) -> BTreeMap<Monomial, Poly> {
        let mut parts: BTreeMap<Monomial, Poly> = BTreeMap::new();
        for (monomial, coefficient) in &self.0 {
            let (key, rest) = monomial.split(&inside);
            parts
                .entry(key)
                .or_default()
                .add_term(rest, coefficient.clone());
        }
        parts
    }
}

/// The bits of the numerator and the denominator together.
pub(super) fn rational_bits(value: &Rational) -> u32 {
    value
        .numer()
        .significant_bits()
        .saturating_add(value.denom().significant_bits())
}

/// `base^exponent`, refused when the result would be too large.
pub(super) fn rational_power(base: &Rational, exponent: u64, limits: &Limits) -> Result<Rational> {
    if *base == 1 || exponent == 0 {
        return Ok(Rational::from(1));
    }
    if *base == 0 {
        return Ok(Rational::new());
    }
    if *base == -1 {
        return Ok(Rational::from(if exponent.is_multiple_of(2) {
            1
        } else {
            -1
        }));
    }
    limits.check_integer_bits(
        f64::from(rational_bits(base)) * exponent as f64,
        format_args!("a power with exponent {exponent}"),
    )?;
    let exponent = u32::try_from(exponent)
        .map_err(|_| Error::limit(format!("the exponent {exponent} is too large")))?;
    Ok(base.clone().pow(exponent))
}

fn too_many_terms() -> Error {
    Error::limit("the formula has too many terms when it is multiplied out")
        .with_hint("use smaller exponents or fewer variables, or ask for digits instead")
}
