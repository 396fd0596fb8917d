//! From an unfolded formula to its normal form, and the units in which angles, exponents and roots
//! are measured.
//!
//! sin(t/2) and sin(t) are polynomials in the same two atoms only if these are the sine and cosine
//! of t/2. So each base (an angle, an exponent, a radicand) has a unit: the greatest number of
//! which all its multiples in the formula are integer multiples. Multiples are met one by one; when
//! a unit becomes smaller the formula is read again with it, until no unit changes.

use std::collections::BTreeMap;

use rug::{Complete, Integer, Rational};

use super::NormalForm;
use super::angle::signed_content;
use super::atom::{Atom, AtomKind, Bound, BoundForm, End, Operand};
use super::functions;
use super::polynomial::Poly;
use crate::error::{Error, Result};
use crate::formula::expr::{Argument, Binder, BinderKind, Call, Constant, Expr, ExprKind};
use crate::limits::Limits;

/// Readings before the units are taken as they are; more would only prove more.
const MAX_READINGS: usize = 8;
/// The largest denominator of a unit; finer multiples become bases of their own.
const MAX_UNIT: u32 = 5_040;
/// The largest multiple of a unit that is multiplied out; larger ones become bases of their own.
const MAX_MULTIPLE: u32 = 512;

/// What is measured in units.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Base {
    /// The angle of a sine and cosine.
    Angle(NormalForm),
    /// The exponent of exp.
    Exponent(NormalForm),
    /// The exponent of a symbolic power of the first form.
    Power(NormalForm, NormalForm),
    /// The exponent of a rational power of a form.
    Root(NormalForm),
    /// The exponent of a rational power of a prime.
    Prime(Integer),
}

impl Base {
    /// The unit to begin with, where identities are known for it: cos(acos x) = x, (−1)^n = ±1,
    /// and all roots.
    fn largest_unit(&self) -> Option<Rational> {
        let whole = match self {
            Base::Angle(angle) => is_inverse_function(angle),
            Base::Exponent(_) => false,
            Base::Power(base, _) => *base == NormalForm::from(-1),
            Base::Root(_) | Base::Prime(_) => true,
        };
        whole.then(|| Rational::from(1))
    }
}

fn is_inverse_function(angle: &NormalForm) -> bool {
    let mut atoms = angle.num.atoms().into_iter();
    atoms.any(
        |atom| matches!(atom.kind(), AtomKind::Call(name, _) if name == "acos" || name == "atan"),
    )
}

/// The greatest rational of which both are integer multiples.
fn common_measure(a: &Rational, b: &Rational) -> Rational {
    let num = Integer::from(
        (a.numer() * b.denom())
            .complete()
            .gcd_ref(&(b.numer() * a.denom()).complete()),
    );
    Rational::from((num, Integer::from(a.denom() * b.denom())))
}

/// Reads one formula, or several that belong together.
pub(super) struct Normaliser<'a> {
    pub limits: &'a Limits,
    units: BTreeMap<Base, Rational>,
    changed: bool,
}

/// Reads formulas together, so that their atoms agree.
pub(super) fn normalise(exprs: &[&Expr], limits: &Limits) -> Result<Vec<NormalForm>> {
    with_stable_units(limits, |normaliser| {
        exprs.iter().map(|expr| normaliser.read(expr)).collect()
    })
}

/// Repeats a reading until it meets no new unit.
pub(super) fn with_stable_units<'a, T>(
    limits: &'a Limits,
    mut reading: impl FnMut(&mut Normaliser<'a>) -> Result<T>,
) -> Result<T> {
    let mut normaliser = Normaliser {
        limits,
        units: BTreeMap::new(),
        changed: false,
    };
    for _ in 1..MAX_READINGS {
        normaliser.changed = false;
        let result = reading(&mut normaliser)?;
        if !normaliser.changed {
            return Ok(result);
        }
    }
    reading(&mut normaliser)
}

impl Normaliser<'_> {
    /// `multiple` as an integer number of units of a base. `None` where the unit or the number
    /// would be unreasonable, and the product should be a base of its own.
    pub fn measure(&mut self, base: Base, multiple: &Rational) -> Option<(i64, Rational)> {
        let known = self.units.get(&base).cloned();
        let old = known.clone().or_else(|| base.largest_unit());
        let unit = match &old {
            Some(old) => common_measure(old, multiple),
            None => Rational::from(multiple.abs_ref()),
        };
        if unit == 0 || *unit.denom() > MAX_UNIT {
            return None;
        }
        let count = Rational::from(multiple / &unit).numer().to_i64()?;
        if count.unsigned_abs() > u64::from(MAX_MULTIPLE) {
            return None;
        }
        if known.as_ref() != Some(&unit) {
            self.changed |= known.is_some();
            self.units.insert(base, unit.clone());
        }
        Some((count, unit))
    }

    /// The normal form of an unfolded formula; errors point at the innermost part.
    pub fn read(&mut self, expr: &Expr) -> Result<NormalForm> {
        self.limits.check_deadline()?;
        let form = self.read_kind(expr);
        if expr.span.is_empty() {
            form
        } else {
            form.map_err(|error| error.at(expr.span.clone()))
        }
    }

    fn read_kind(&mut self, expr: &Expr) -> Result<NormalForm> {
        let limits = self.limits;
        match &expr.kind {
            ExprKind::Number(value) => Ok(NormalForm::from(value.clone())),
            ExprKind::Constant(Constant::Pi) => Ok(NormalForm::pi()),
            ExprKind::Constant(Constant::EulerGamma) => {
                Ok(NormalForm::from_atom(&Atom::free(AtomKind::EulerGamma)))
            }
            ExprKind::Infinity => Err(Error::domain(
                "`inf` is only the end of a sum, product or integral",
            )),
            ExprKind::Name(name) => Ok(NormalForm::variable(name)),
            ExprKind::Negate(inner) => Ok(self.read(inner)?.neg()),
            ExprKind::Sum(terms) => {
                let mut sum = NormalForm::zero();
                for term in terms {
                    let value = self.read(&term.value)?;
                    sum = if term.negative {
                        sum.sub(&value, limits)?
                    } else {
                        sum.add(&value, limits)?
                    };
                }
                Ok(sum)
            }
            ExprKind::Product(factors) => {
                let mut product = NormalForm::one();
                for factor in factors {
                    let value = self.read(&factor.value)?;
                    product = if factor.inverse {
                        product
                            .div(&value, limits)
                            .map_err(|error| error.at(factor.value.span.clone()))?
                    } else {
                        product.mul(&value, limits)?
                    };
                }
                Ok(product)
            }
            ExprKind::Power(base, exponent) => {
                let exponent = self.read(exponent)?;
                let base = self.read(base)?;
                self.power(&base, &exponent)
            }
            ExprKind::Call(call) => self.read_call(call),
            ExprKind::List(_) => Err(Error::domain("a list has no single closed form")
                .with_hint("ask for its entries one by one")),
            ExprKind::Binder(binder) => self.read_binder(binder),
        }
    }

    fn read_call(&mut self, call: &Call) -> Result<NormalForm> {
        let positional = call.arguments.iter().all(|a| a.name.is_none());
        if positional && functions::is_elementary(&call.name) {
            let values = call.arguments.iter().map(|a| self.read(&a.value));
            let values = values.collect::<Result<Vec<_>>>()?;
            return self.elementary(&call.name, &values);
        }
        let operands = call.arguments.iter().map(|a| self.operand(a));
        let operands = operands.collect::<Result<Vec<_>>>()?;
        Ok(NormalForm::from_atom(&Atom::free(AtomKind::Call(
            call.name.clone(),
            operands,
        ))))
    }

    fn operand(&mut self, argument: &Argument) -> Result<Operand> {
        let operand = self.operand_value(&argument.value)?;
        Ok(match &argument.name {
            Some(name) => Operand::Named(name.clone(), Box::new(operand)),
            None => operand,
        })
    }

    fn operand_value(&mut self, value: &Expr) -> Result<Operand> {
        match &value.kind {
            ExprKind::List(items) => {
                let items = items.iter().map(|item| self.operand_value(item));
                Ok(Operand::List(items.collect::<Result<_>>()?))
            }
            _ => Ok(Operand::Value(self.read(value)?)),
        }
    }

    /// A sum or product to infinity, or an integral: an atom.
    fn read_binder(&mut self, binder: &Binder) -> Result<NormalForm> {
        let (form, from, to) = match &binder.kind {
            BinderKind::Sum { from, to } => (BoundForm::Sum, from, to),
            BinderKind::Product { from, to } => (BoundForm::Product, from, to),
            BinderKind::Integral { from, to } => (BoundForm::Integral, from, to),
            BinderKind::Derivative { .. } | BinderKind::Coefficient { .. } => {
                return Err(Error::domain(
                    "the derivative or coefficient has no closed form here",
                ));
            }
        };
        let (from, to) = (self.end(from)?, self.end(to)?);
        // `#` cannot occur in a name that a user types; the depth keeps nested ones apart.
        let variable = format!("#{}", binder_depth(&binder.body));
        let renamed = super::unfold::substitute(
            &binder.body,
            &binder.variable,
            &Expr::name(variable.as_str()),
            self.limits,
        )?;
        let body = self.read(&renamed)?;
        Ok(NormalForm::from_atom(&Atom::free(AtomKind::Bound(
            Box::new(Bound {
                form,
                body,
                variable,
                from,
                to,
            }),
        ))))
    }

    fn end(&mut self, end: &Expr) -> Result<End> {
        match &end.kind {
            ExprKind::Infinity => Ok(End::Infinity),
            ExprKind::Negate(inner) if matches!(inner.kind, ExprKind::Infinity) => {
                Ok(End::NegativeInfinity)
            }
            _ => Ok(End::Value(self.read(end)?)),
        }
    }

    /// A form as a sum of rational multiples of bases. Over a denominator of several terms the
    /// numerator is first divided with remainder, which is linear: t + tanh(t) is t and tanh(t).
    pub fn linear_terms(&self, form: &NormalForm) -> Result<Vec<(Rational, NormalForm)>> {
        if form.den.as_term().is_some() {
            let terms = form.num.terms().map(|(monomial, coefficient)| {
                let num = Poly::term(monomial.clone(), coefficient.clone());
                self.base_of(num, &form.den)
            });
            return terms.collect();
        }
        let (quotient, mut rest) = form.num.div_rem(&form.den, self.limits)?;
        let mut terms = Vec::new();
        for (monomial, coefficient) in quotient.terms() {
            let term = Poly::term(monomial.clone(), coefficient.clone());
            if monomial.is_one() {
                rest = rest.add(&form.den.scale(coefficient));
            } else {
                terms.push(self.base_of(term, &Poly::one())?);
            }
        }
        // Over the same denominator, what differs outside its atoms: x/(1+z) and y/(1+z).
        let inside = form.den.atoms();
        for (outside, part) in rest.group_by(|atom| !inside.contains(atom)) {
            let num = part.mul_free(&Poly::term(outside, 1), self.limits)?;
            terms.push(self.base_of(num, &form.den)?);
        }
        Ok(terms)
    }

    /// num/den as a rational multiple of a base with coprime integer coefficients above.
    fn base_of(&self, num: Poly, den: &Poly) -> Result<(Rational, NormalForm)> {
        let base = NormalForm::lowest_terms(num, den.clone(), self.limits)?;
        let content = signed_content(&base.num);
        let base = base.scale(&Rational::from(content.recip_ref()));
        Ok((content, base))
    }
}

/// How deep binders nest in a formula.
fn binder_depth(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Constant(_) | ExprKind::Infinity | ExprKind::Name(_) => 0,
        ExprKind::Negate(inner) => binder_depth(inner),
        ExprKind::Sum(terms) => deepest(terms.iter().map(|t| &t.value)),
        ExprKind::Product(factors) => deepest(factors.iter().map(|f| &f.value)),
        ExprKind::Power(base, exponent) => binder_depth(base).max(binder_depth(exponent)),
        ExprKind::Call(call) => deepest(call.arguments.iter().map(|a| &a.value)),
        ExprKind::List(items) => deepest(items.iter()),
        ExprKind::Binder(binder) => 1 + binder_depth(&binder.body),
    }
}

fn deepest<'a>(parts: impl Iterator<Item = &'a Expr>) -> usize {
    parts.map(binder_depth).max().unwrap_or(0)
}
