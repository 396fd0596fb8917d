//! What happens to a formula before it is normalised: quantities are replaced by their closed
//! forms, sums and products with exact ends are written out, derivatives and coefficients are
//! carried out.

use rug::Integer;

use super::derivative::{contains, nth_derivative_of_unfolded};
use super::{Expander, NormalForm, functions};
use crate::error::{Error, Result};
use crate::formula::expr::{Argument, Binder, BinderKind, Call, Expr, ExprKind, Factor, Term};
use crate::limits::Limits;

/// How often a closed form may contain further quantities inside one another.
const MAX_EXPANSIONS: usize = 64;
/// The highest order of a derivative.
const MAX_ORDER: u32 = 1_000;

/// The formula without quantities that have a closed form and without binders that can be carried
/// out.
pub(super) fn unfold(expr: &Expr, limits: &Limits, expander: &dyn Expander) -> Result<Expr> {
    let mut unfolder = Unfolder {
        limits,
        expander,
        depth: 0,
        nodes: 0,
    };
    unfolder.expr(expr)
}

struct Unfolder<'a> {
    limits: &'a Limits,
    expander: &'a dyn Expander,
    depth: usize,
    nodes: usize,
}

impl Unfolder<'_> {
    fn expr(&mut self, expr: &Expr) -> Result<Expr> {
        self.nodes += 1;
        if self.nodes > self.limits.max_nodes {
            return Err(too_many_nodes());
        }
        if self.nodes.is_multiple_of(1024) {
            self.limits.check_deadline()?;
        }
        let unfolded = match &expr.kind {
            ExprKind::Call(call) => self.call(call),
            ExprKind::Binder(binder) => self.binder(binder),
            _ => map_children(expr, &mut |child| self.expr(child)),
        };
        match unfolded {
            Ok(unfolded) => Ok(unfolded.at(expr.span.clone())),
            Err(error) if expr.span.is_empty() => Err(error),
            Err(error) => Err(error.at(expr.span.clone())),
        }
    }

    fn call(&mut self, call: &Call) -> Result<Expr> {
        let positional = call.arguments.iter().all(|a| a.name.is_none());
        if !(positional && functions::is_elementary(&call.name)) {
            // The quantity sees its arguments as they were written: some kinds are not evaluated.
            if let Some(closed) = self.expander.expand(call, self.limits)? {
                if self.depth >= MAX_EXPANSIONS {
                    return Err(Error::limit(format!(
                        "the closed form of `{}` does not end",
                        call.name
                    )));
                }
                self.depth += 1;
                let unfolded = self.expr(&closed);
                self.depth -= 1;
                // Places inside a closed form mean nothing to the reader of the formula.
                return unfolded.map(forget_places);
            }
        }
        map_children(&ExprKind::Call(call.clone()).into(), &mut |child| {
            self.expr(child)
        })
    }

    fn binder(&mut self, binder: &Binder) -> Result<Expr> {
        match &binder.kind {
            BinderKind::Sum { from, to } => match self.range(from, to)? {
                Some(range) => Ok(Expr::sum(self.instances(binder, range)?)),
                None => self.keep(binder),
            },
            BinderKind::Product { from, to } => match self.range(from, to)? {
                Some(range) => Ok(Expr::product(self.instances(binder, range)?)),
                None => self.keep(binder),
            },
            BinderKind::Integral { .. } => self.keep(binder),
            BinderKind::Derivative { order } => {
                let order = self.exact_integer(order, "the order of a derivative")?;
                let order = order.to_u32().filter(|order| *order <= MAX_ORDER);
                let order = order.ok_or_else(|| {
                    Error::domain(format!(
                        "the order of a derivative is an integer from 0 to {MAX_ORDER}"
                    ))
                })?;
                let body = self.expr(&binder.body)?;
                nth_derivative_of_unfolded(body, &binder.variable, order, self.limits)
            }
            BinderKind::Coefficient { index } => {
                let index = self.exact_integer(index, "the index of a coefficient")?;
                let body = self.expr(&binder.body)?;
                let coefficient = super::expansion::coefficient(
                    &body,
                    &binder.variable,
                    &index,
                    self.limits,
                    self.expander,
                )?;
                // That of a formal series may hold quantities.
                self.expr(&coefficient)
            }
        }
    }

    /// A binder whose parts are unfolded but which stays.
    fn keep(&mut self, binder: &Binder) -> Result<Expr> {
        map_children(
            &ExprKind::Binder(Box::new(binder.clone())).into(),
            &mut |child| match child.kind {
                ExprKind::Infinity => Ok(child.clone()),
                _ => self.expr(child),
            },
        )
    }

    /// The ends of a sum or product, if both are exact integers.
    fn range(&mut self, from: &Expr, to: &Expr) -> Result<Option<(Integer, Integer)>> {
        if is_infinite(from) || is_infinite(to) {
            return Ok(None);
        }
        let (from, to) = (self.exact(from)?, self.exact(to)?);
        match (from.as_rational(), to.as_rational()) {
            (Some(a), Some(b)) if a.is_integer() && b.is_integer() => {
                Ok(Some((a.numer().clone(), b.numer().clone())))
            }
            (Some(_), Some(_)) => Err(Error::domain("the ends of a sum or product are integers")),
            _ => Ok(None),
        }
    }

    fn exact(&mut self, expr: &Expr) -> Result<NormalForm> {
        let unfolded = self.expr(expr)?;
        Ok(super::normaliser::normalise(&[&unfolded], self.limits)?.swap_remove(0))
    }

    fn exact_integer(&mut self, expr: &Expr, what: &str) -> Result<Integer> {
        let value = self.exact(expr)?.as_integer();
        value.ok_or_else(|| Error::domain(format!("{what} is an integer")).at(expr.span.clone()))
    }

    fn instances(&mut self, binder: &Binder, range: (Integer, Integer)) -> Result<Vec<Expr>> {
        let (from, to) = range;
        let count = Integer::from(&to - &from) + 1u32;
        if count > self.limits.max_nodes {
            return Err(too_many_nodes());
        }
        let mut instances = Vec::new();
        let mut index = from;
        while index <= to {
            self.limits.check_deadline()?;
            let value = Expr::from(index.clone());
            let body = substitute(&binder.body, &binder.variable, &value, self.limits)?;
            instances.push(self.expr(&body)?);
            index += 1;
        }
        Ok(instances)
    }
}

pub(super) fn is_infinite(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Infinity => true,
        ExprKind::Negate(inner) => is_infinite(inner),
        _ => false,
    }
}

fn too_many_nodes() -> Error {
    Error::limit("the formula is too large when its sums, products and quantities are written out")
        .with_hint("use fewer terms")
}

/// The formula with `replacement` for each free occurrence of the variable.
///
/// # Errors
/// A domain error where a local variable of the formula has the name of a variable of the
/// replacement.
pub(super) fn substitute(
    expr: &Expr,
    variable: &str,
    replacement: &Expr,
    limits: &Limits,
) -> Result<Expr> {
    limits.check_deadline()?;
    let replaced = match &expr.kind {
        ExprKind::Name(name) if name == variable => replacement.clone(),
        ExprKind::Binder(binder)
            if binder.variable != variable
                && contains(replacement, &binder.variable)
                && contains(&binder.body, variable) =>
        {
            return Err(Error::domain(format!(
                "the local variable `{}` has the name of another variable of the formula",
                binder.variable
            ))
            .with_hint("give the local variable another name"));
        }
        ExprKind::Binder(binder) if binder.variable == variable => match &binder.kind {
            // A derivative leaves its variable free; at a point it is the body that must be kept.
            BinderKind::Derivative { .. } => {
                return Err(Error::domain(format!(
                    "the derivative by `{variable}` is taken where `{variable}` has a value"
                ))
                .with_hint("use another variable inside `diff`"));
            }
            BinderKind::Sum { .. }
            | BinderKind::Product { .. }
            | BinderKind::Integral { .. }
            | BinderKind::Coefficient { .. } => {
                // The variable is local in the body but free in the ends.
                let mut first = true;
                map_children(expr, &mut |child| {
                    if std::mem::take(&mut first) {
                        Ok(child.clone())
                    } else {
                        substitute(child, variable, replacement, limits)
                    }
                })?
            }
        },
        _ => map_children(expr, &mut |child| {
            substitute(child, variable, replacement, limits)
        })?,
    };
    Ok(replaced.at(expr.span.clone()))
}

fn forget_places(expr: Expr) -> Expr {
    let plain = map_children(&expr, &mut |child| Ok(forget_places(child.clone())));
    plain.unwrap_or(expr).at(0..0)
}

/// The same node with its direct parts mapped, the body of a binder first.
pub(super) fn map_children(
    expr: &Expr,
    map: &mut dyn FnMut(&Expr) -> Result<Expr>,
) -> Result<Expr> {
    let kind = match &expr.kind {
        ExprKind::Number(_) | ExprKind::Constant(_) | ExprKind::Infinity | ExprKind::Name(_) => {
            expr.kind.clone()
        }
        ExprKind::Negate(inner) => ExprKind::Negate(Box::new(map(inner)?)),
        ExprKind::Sum(terms) => {
            let terms = terms.iter().map(|term| {
                Ok(Term {
                    negative: term.negative,
                    value: map(&term.value)?,
                })
            });
            ExprKind::Sum(terms.collect::<Result<_>>()?)
        }
        ExprKind::Product(factors) => {
            let factors = factors.iter().map(|factor| {
                Ok(Factor {
                    inverse: factor.inverse,
                    value: map(&factor.value)?,
                })
            });
            ExprKind::Product(factors.collect::<Result<_>>()?)
        }
        ExprKind::Power(base, exponent) => {
            ExprKind::Power(Box::new(map(base)?), Box::new(map(exponent)?))
        }
        ExprKind::Call(call) => {
            let arguments = call.arguments.iter().map(|argument| {
                Ok(Argument {
                    name: argument.name.clone(),
                    value: map(&argument.value)?,
                })
            });
            ExprKind::Call(Call {
                name: call.name.clone(),
                arguments: arguments.collect::<Result<_>>()?,
            })
        }
        ExprKind::List(items) => ExprKind::List(items.iter().map(map).collect::<Result<_>>()?),
        ExprKind::Binder(binder) => {
            let body = map(&binder.body)?;
            let mut ends = |from: &Expr, to: &Expr| Ok::<_, Error>((map(from)?, map(to)?));
            let kind = match &binder.kind {
                BinderKind::Sum { from, to } => {
                    let (from, to) = ends(from, to)?;
                    BinderKind::Sum { from, to }
                }
                BinderKind::Product { from, to } => {
                    let (from, to) = ends(from, to)?;
                    BinderKind::Product { from, to }
                }
                BinderKind::Integral { from, to } => {
                    let (from, to) = ends(from, to)?;
                    BinderKind::Integral { from, to }
                }
                BinderKind::Derivative { order } => BinderKind::Derivative { order: map(order)? },
                BinderKind::Coefficient { index } => BinderKind::Coefficient { index: map(index)? },
            };
            ExprKind::Binder(Box::new(Binder {
                kind,
                body,
                variable: binder.variable.clone(),
            }))
        }
    };
    Ok(Expr::from(kind).at(expr.span.clone()))
}
