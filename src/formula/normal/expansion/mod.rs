//! Exact expansions of formulas at a point: powers of the distance, negative and fractional ones
//! included, with logarithms where they occur.
//!
//! At a finite point a the local variable is h = t − a, at ±∞ it is h = ±1/t; where fractional
//! powers, logarithms or absolute values occur, the expansion is the one for h → 0 from above, and
//! says so. Coefficients are normal forms, so everything is exact: a coefficient that is printed
//! as 0 is 0. The result holds all terms up to the order asked for, and the order of the first
//! power that may be missing.

mod calculus;
mod formal;
mod functions;
mod gamma;
mod laurent;

use std::collections::BTreeMap;

use rug::{Integer, Rational};

use self::formal::Keeping;
use self::laurent::{Budget, Laurent, wants_more_terms};
use super::derivative::contains;
use super::normaliser::{Normaliser, with_stable_units};
use super::unfold::{is_infinite, unfold};
use super::{Expander, NormalForm};
use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind, Factor};
use crate::limits::Limits;

/// The highest order of an expansion.
const MAX_ORDER: u32 = 10_000;
/// How often the working length is doubled when leading terms cancel.
const MAX_DOUBLINGS: u32 = 5;

/// An expansion: Σ coefficient·h^exponent, and the order of what is missing.
#[derive(Debug, Clone)]
pub struct Expansion {
    local: Expr,
    terms: Vec<(Rational, NormalForm)>,
    error: Option<Rational>,
    one_sided: bool,
    logarithmic: bool,
    also_missing: Option<Expr>,
}

impl Expansion {
    /// The local variable h as a formula: `t`, `t - pi`, `1/t`.
    pub fn local(&self) -> &Expr {
        &self.local
    }

    /// The terms that are not zero, by increasing exponent of h. A coefficient may contain the
    /// logarithm of h.
    pub fn terms(&self) -> &[(Rational, NormalForm)] {
        &self.terms
    }

    /// The coefficient of h^exponent; zero where there is no such term.
    pub fn coefficient(&self, exponent: &Rational) -> NormalForm {
        let term = self.terms.iter().find(|(e, _)| e == exponent);
        term.map_or_else(NormalForm::zero, |(_, c)| c.clone())
    }

    /// e such that the rest is O(h^e), or O(h^e |ln h|^m) for some m if the expansion
    /// [has logarithms](Self::has_logarithms); `None` if there is no rest.
    pub fn error(&self) -> Option<&Rational> {
        self.error.as_ref()
    }

    /// A second error, f of O(f), where a quantity entered by a series in another variable that was
    /// cut off.
    pub fn also_missing(&self) -> Option<&Expr> {
        self.also_missing.as_ref()
    }

    /// Whether the expansion is for h → 0 from above only.
    pub fn is_one_sided(&self) -> bool {
        self.one_sided
    }

    /// Whether the logarithm of h occurs.
    pub fn has_logarithms(&self) -> bool {
        self.logarithmic
    }

    /// The sum of the terms as a formula, without the error term.
    pub fn to_expr(&self) -> Expr {
        let terms = self.terms.iter().map(|(exponent, coefficient)| {
            let coefficient = coefficient.to_expr();
            if *exponent == 0 {
                return coefficient;
            }
            let exponent = Expr::from(exponent.numer().clone()).over_integer(exponent.denom());
            let power = self.local.clone().power(exponent);
            match coefficient.kind {
                // c·h^e with the fraction inside the coefficient kept together.
                ExprKind::Negate(inner) => scaled(*inner, power).negate(),
                _ => scaled(coefficient, power),
            }
        });
        Expr::sum(terms)
    }
}

/// coefficient · power, where a coefficient 1/d becomes power/d.
fn scaled(mut coefficient: Expr, power: Expr) -> Expr {
    if let ExprKind::Product(factors) = &mut coefficient.kind
        && let Some(Factor {
            inverse: false,
            value,
        }) = factors.first_mut()
        && matches!(&value.kind, ExprKind::Number(n) if *n == 1)
        && !matches!(power.kind, ExprKind::Product(_) | ExprKind::Negate(_))
    {
        *value = power;
        return coefficient;
    }
    Expr::product([coefficient, power])
}

trait OverInteger {
    fn over_integer(self, denominator: &Integer) -> Expr;
}

impl OverInteger for Expr {
    fn over_integer(self, denominator: &Integer) -> Expr {
        if *denominator == 1 {
            self
        } else {
            self.over(Expr::from(denominator.clone()))
        }
    }
}

/// The expansion of a formula in `variable` at `point` (a formula without the variable, or `inf`,
/// or `-inf`): all terms h^e with e ≤ `order`.
///
/// Sums, products and quotients are those of formal series; algebraic powers, exp, sin and cos
/// come from their first-order differential equations, inverse functions and erf from the
/// integrals of their derivatives, the gamma functions from the polygamma values at the point and
/// at infinity from Stirling's series (DLMF 5.11), which is an asymptotic one.
///
/// # Errors
/// A domain error where there is no expansion in powers and logarithms (exp(1/t) at 0); an
/// undecided error when the leading term of a divisor cannot be found; a limit error.
pub fn expand_at(
    expr: &Expr,
    variable: &str,
    point: &Expr,
    order: u32,
    limits: &Limits,
    expander: &dyn Expander,
) -> Result<Expansion> {
    let keeping = Keeping {
        quantities: expander,
        variable,
    };
    let unfolded = unfold(expr, limits, &keeping)?;
    let point = if is_infinite(point) {
        point.clone()
    } else {
        unfold(point, limits, expander)?
    };
    expand_unfolded(&unfolded, variable, &point, order, limits, expander)
}

/// The order that an expansion has where none is asked for: `usual`, or as far as all formal series of the
/// formula are known at infinity.
///
/// # Errors
/// A domain error where a quantity is not defined at its arguments.
pub fn usual_order(
    expr: &Expr,
    variable: &str,
    point: &Expr,
    usual: u32,
    limits: &Limits,
    expander: &dyn Expander,
) -> Result<u32> {
    if !is_infinite(point) {
        return Ok(usual);
    }
    let mut order = usual;
    if let ExprKind::Call(call) = &expr.kind
        && let Some(series) = expander.formal_series(call, limits)?
        && contains(&series.large, variable)
    {
        order = order.min(series.last);
    }
    for child in expr.children() {
        order = usual_order(child, variable, point, order, limits, expander)?;
    }
    Ok(order)
}

/// The coefficient of variable^index at 0 as a formula.
pub(super) fn coefficient(
    expr: &Expr,
    variable: &str,
    index: &Integer,
    limits: &Limits,
    expander: &dyn Expander,
) -> Result<Expr> {
    let index = index
        .to_i32()
        .ok_or_else(|| Error::limit(format!("the index {index} is too large")))?;
    let order = u32::try_from(index).unwrap_or(0);
    let expansion = expand_unfolded(expr, variable, &Expr::from(0), order, limits, expander)?;
    if expansion.also_missing().is_some() {
        return Err(Error::domain(
            "the coefficient is known as a series in another variable only",
        ));
    }
    let coefficient = expansion.coefficient(&Rational::from(index));
    if coefficient.variables().contains(variable) {
        return Err(Error::domain(format!(
            "the expansion has logarithms of `{variable}` at this power"
        )));
    }
    Ok(coefficient.to_expr())
}

fn expand_unfolded(
    expr: &Expr,
    variable: &str,
    point: &Expr,
    order: u32,
    limits: &Limits,
    expander: &dyn Expander,
) -> Result<Expansion> {
    if order > MAX_ORDER {
        return Err(Error::limit(format!(
            "the order {order} of the expansion is more than the limit of {MAX_ORDER}"
        )));
    }
    let mut steps = order as usize + 4;
    for attempt in 0.. {
        let expanded = with_stable_units(limits, |normaliser| {
            let budget = Budget { limits, steps };
            expand_once(expr, variable, point, order, normaliser, budget, expander)
        });
        match expanded {
            Ok(Some(expansion)) => return Ok(expansion),
            Err(error) if !wants_more_terms(&error) => return Err(error),
            Err(error) if attempt == MAX_DOUBLINGS => return Err(error),
            Ok(None) if attempt == MAX_DOUBLINGS => break,
            _ => steps *= 2,
        }
    }
    Err(
        Error::undecided("too many leading terms of the expansion cancel")
            .with_hint("ask for a lower order"),
    )
}

/// `None` when not all terms up to the order are known.
fn expand_once(
    expr: &Expr,
    variable: &str,
    point: &Expr,
    order: u32,
    normaliser: &mut Normaliser,
    budget: Budget,
    quantities: &dyn Expander,
) -> Result<Option<Expansion>> {
    let limits = budget.limits;
    let place = Place::of(point, variable, normaliser)?;
    let log = normaliser.ln(&place.local)?;
    let mut expander = SeriesExpander {
        normaliser,
        budget,
        log,
        environment: BTreeMap::from([(variable.to_owned(), place.variable)]),
        one_sided: place.one_sided,
        quantities,
        is_single_call: matches!(expr.kind, ExprKind::Call(_)),
        is_formal: false,
        also_missing: None,
    };
    let series = expander.expand(expr)?;
    let one_sided = expander.one_sided || series.ramification() > 1;
    // Two more steps, so that the error order is that of the next term even in a series of even
    // or odd powers. The terms of a formal series are too dear for that.
    let order = Rational::from(order);
    let needed = Rational::from(&order + if expander.is_formal { 1u32 } else { 2 });
    if series.error().is_some_and(|error| error < needed) {
        return Ok(None);
    }
    let mut terms = Vec::new();
    let mut error = series.error();
    for (exponent, coefficient) in series.terms() {
        if exponent > order {
            error = Some(exponent);
            break;
        }
        terms.push((exponent, coefficient.clone()));
    }
    let logarithmic = terms.iter().any(|(_, c)| c.variables().contains(variable));
    limits.check_deadline()?;
    Ok(Some(Expansion {
        local: place.local_expr,
        terms,
        error,
        one_sided: one_sided || logarithmic,
        logarithmic,
        also_missing: expander.also_missing,
    }))
}

/// Where a formula is expanded.
struct Place {
    /// The variable as a series in h.
    variable: Laurent,
    /// h as a formula of the variable.
    local: NormalForm,
    local_expr: Expr,
    one_sided: bool,
}

impl Place {
    fn of(point: &Expr, variable: &str, normaliser: &mut Normaliser) -> Result<Place> {
        let limits = normaliser.limits;
        let name = NormalForm::variable(variable);
        if is_infinite(point) {
            let sign = if matches!(point.kind, ExprKind::Infinity) {
                1
            } else {
                -1
            };
            let reciprocal = Expr::from(1).over(Expr::name(variable));
            return Ok(Place {
                variable: Laurent::monomial(NormalForm::from(sign), -1),
                local: name.scale(&Rational::from(sign)).recip(limits)?,
                local_expr: if sign > 0 {
                    reciprocal
                } else {
                    reciprocal.negate()
                },
                one_sided: true,
            });
        }
        let value = normaliser.read(point)?;
        if value.variables().contains(variable) {
            return Err(Error::domain(format!(
                "the point of an expansion in `{variable}` must not contain it"
            ))
            .at(point.span.clone()));
        }
        let identity = Laurent::monomial(NormalForm::one(), 1);
        let budget = Budget { limits, steps: 2 };
        let shifted = Expr::sum([Expr::name(variable), value.to_expr().negate()]);
        Ok(Place {
            variable: identity.add(&Laurent::constant(value.clone()), budget)?,
            local: name.sub(&value, limits)?,
            local_expr: shifted,
            one_sided: false,
        })
    }
}

/// Expands formulas whose variables are series.
struct SeriesExpander<'a, 'b> {
    normaliser: &'a mut Normaliser<'b>,
    budget: Budget<'a>,
    /// ln h.
    log: NormalForm,
    environment: BTreeMap<String, Laurent>,
    one_sided: bool,
    quantities: &'a dyn Expander,
    /// Whether the whole formula is one call, so that no terms can cancel.
    is_single_call: bool,
    /// Whether a formal series took part.
    is_formal: bool,
    /// See [`Expansion::also_missing`].
    also_missing: Option<Expr>,
}

impl SeriesExpander<'_, '_> {
    fn expand(&mut self, expr: &Expr) -> Result<Laurent> {
        self.budget.limits.check_deadline()?;
        let expanded = self.expand_kind(expr);
        if expr.span.is_empty() {
            expanded
        } else {
            expanded.map_err(|error| error.at(expr.span.clone()))
        }
    }

    fn expand_kind(&mut self, expr: &Expr) -> Result<Laurent> {
        let budget = self.budget;
        if !self.is_moving(expr) {
            return Ok(Laurent::constant(self.normaliser.read(expr)?));
        }
        match &expr.kind {
            ExprKind::Name(name) => match self.environment.get(name) {
                Some(series) => Ok(series.clone()),
                None => Ok(Laurent::constant(NormalForm::variable(name))),
            },
            ExprKind::Negate(inner) => Ok(self.expand(inner)?.neg()),
            ExprKind::Sum(terms) => {
                let mut sum = Laurent::zero();
                for term in terms {
                    let value = self.expand(&term.value)?;
                    sum = if term.negative {
                        sum.sub(&value, budget)?
                    } else {
                        sum.add(&value, budget)?
                    };
                }
                Ok(sum)
            }
            ExprKind::Product(factors) => {
                let mut product = Laurent::constant(NormalForm::one());
                for factor in factors {
                    let value = self.expand(&factor.value)?;
                    let value = if factor.inverse {
                        value.recip(budget)?
                    } else {
                        value
                    };
                    product = product.mul(&value, budget)?;
                }
                Ok(product)
            }
            ExprKind::Power(base, exponent) => {
                let base = self.expand(base)?;
                let exponent = self.expand(exponent)?;
                self.power(&base, &exponent)
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Number(_) | ExprKind::Constant(_) => {
                Ok(Laurent::constant(self.normaliser.read(expr)?))
            }
            ExprKind::Infinity | ExprKind::List(_) | ExprKind::Binder(_) => Err(Error::domain(
                "no expansion of an infinite sum, product, integral or list is known here",
            )),
        }
    }

    /// Whether the formula depends on a variable that is a series.
    fn is_moving(&self, expr: &Expr) -> bool {
        self.environment
            .keys()
            .any(|name| super::derivative::contains(expr, name))
    }
}
