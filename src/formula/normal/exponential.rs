//! Exponentials and logarithms.
//!
//! Used, each wherever both sides are defined: exp(a+b) = exp(a)·exp(b); exp(q ln x) = x^q for
//! rational q; ln(c·f) = ln c + ln f for a positive c (a rational number, √π, a root of a prime,
//! exp(x), for which ln c is x); ln(1/f) = −ln f; ln x^(1/m) = ln(x)/m. Not used, because false
//! for negative factors: ln(fg) = ln f + ln g, ln(f²) = 2 ln f.

use rug::Rational;

use super::NormalForm;
use super::atom::{Atom, AtomKind};
use super::normaliser::{Base, Normaliser};
use super::powers::{factor, positive_factors};
use crate::error::Result;

impl Normaliser<'_> {
    /// exp of a form.
    pub fn exp(&mut self, form: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        let mut product = NormalForm::one();
        for (multiple, base) in self.linear_terms(form)? {
            let factor = if let Some(argument) = logarithm_of(&base) {
                self.rational_power(&argument, &multiple)?
            } else {
                let (count, unit) = match self.measure(Base::Exponent(base.clone()), &multiple) {
                    Some((count, unit)) => (count, base.scale(&unit)),
                    None => (1, base.scale(&multiple)),
                };
                NormalForm::from_atom(&Atom::free(AtomKind::Exp(unit))).pow(count, limits)?
            };
            product = product.mul(&factor, limits)?;
        }
        Ok(product)
    }

    /// ln of a form.
    pub fn ln(&mut self, form: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        let outside = super::functions::outside("ln", "(0, inf)");
        if form.is_zero() {
            return Err(outside);
        }
        let content = form.num.content();
        let mut sum = NormalForm::zero();
        for (prime, times) in factor(&content) {
            let ln = logarithm(NormalForm::from(prime)).scale(&Rational::from(times));
            sum = sum.add(&ln, limits)?;
        }
        let mut rest = form.scale(&Rational::from(content.recip_ref()));
        for (atom, times) in positive_factors(&rest) {
            let times_rational = Rational::from(times);
            let ln = match atom.kind() {
                AtomKind::Exp(unit) => unit.scale(&times_rational),
                AtomKind::SqrtPi => logarithm(NormalForm::pi()).scale(&(times_rational / 2)),
                AtomKind::PrimeRoot(prime, degree) => {
                    logarithm(NormalForm::from(prime.clone())).scale(&(times_rational / degree))
                }
                _ => logarithm(NormalForm::from_atom(&atom)).scale(&times_rational),
            };
            sum = sum.add(&ln, limits)?;
            let removed = NormalForm::from_atom(&atom).pow(-times, limits)?;
            rest = rest.mul(&removed, limits)?;
        }
        match rest.as_rational() {
            Some(value) if value == 1 => return Ok(sum),
            Some(_) => return Err(outside),
            None => {}
        }
        // A lone root: ln x^(1/m) = ln(x)/m.
        if let Some((AtomKind::Root(radicand, index), times)) = lone_factor(&rest)
            && radicand.den.is_one()
        {
            let ln = self.ln(&radicand.clone())?;
            return sum.add(&ln.scale(&Rational::from((times, *index))), limits);
        }
        // Of f and 1/f the shorter one, or the later one in the order of forms.
        let inverse = rest.recip(limits)?;
        let size = |f: &NormalForm| f.num.len() + f.den.len();
        let order = size(&inverse).cmp(&size(&rest)).then(rest.cmp(&inverse));
        let ln = if order.is_lt() {
            logarithm(inverse).neg()
        } else {
            logarithm(rest)
        };
        sum.add(&ln, limits)
    }
}

fn logarithm(argument: NormalForm) -> NormalForm {
    NormalForm::from_atom(&Atom::free(AtomKind::Ln(argument)))
}

/// x, if the form is ln x.
fn logarithm_of(form: &NormalForm) -> Option<NormalForm> {
    match lone_factor(form)? {
        (AtomKind::Ln(argument), 1) => Some(argument.clone()),
        _ => None,
    }
}

/// The atom and exponent of a form that is a power of one atom.
fn lone_factor(form: &NormalForm) -> Option<(&AtomKind, u32)> {
    let (monomial, coefficient) = form.num.as_term()?;
    match monomial.factors() {
        [(atom, exponent)] if form.den.is_one() && *coefficient == 1 => {
            Some((atom.kind(), *exponent))
        }
        _ => None,
    }
}
