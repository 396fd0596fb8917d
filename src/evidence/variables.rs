//! The variables of a statement: which need a domain, what they run through, and putting values in
//! their place.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rug::Integer;

use super::judge::Judge;
use super::points::Interval;
use super::verdict::Verdict;
use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind, Statement};
use crate::formula::library::Library;
use crate::formula::signature::Kind;
use crate::formula::value::Number;
use crate::formula::{Domain, Target};
use crate::number::Bits;

/// The precision of the ends of intervals.
const END_PREC: Bits = Bits::new(192);
/// Most combinations of discrete values.
const MOST_COMBINATIONS: usize = 200_000;

/// A variable and the values it runs through.
pub(super) struct Discrete {
    pub name: String,
    pub values: Vec<Expr>,
}

/// A variable of an interval.
pub(super) struct Continuous {
    pub name: String,
    pub interval: Interval,
    /// Whether the interval is bounded and holds both its ends.
    pub compact: bool,
    /// The ends that belong to it, as formulas.
    pub ends: Vec<Expr>,
}

impl Judge<'_> {
    /// The variables of a statement with what they run through, discrete and continuous.
    pub(super) fn variables(
        &self,
        statement: &Statement,
        domains: &[(String, Domain)],
        conditions: &[Statement],
    ) -> Result<(Vec<Discrete>, Vec<Continuous>)> {
        let mut free = BTreeSet::new();
        for side in std::iter::once(statement)
            .chain(conditions)
            .flat_map(|s| [&s.left, &s.right])
        {
            collect_variables(side, self.library, &mut free);
        }
        if let Some(name) = free
            .iter()
            .find(|name| !domains.iter().any(|(known, _)| known == *name))
        {
            return Err(
                Error::parse(format!("the variable `{name}` has no domain")).with_hint(format!(
                    "on the command line --where '{name}=(0, pi)', in a file domain = {{ {name} = \"(0, pi)\" }}"
                )),
            );
        }
        if let Some((name, _)) = domains.iter().find(|(name, _)| !free.contains(name)) {
            return Err(Error::parse(format!(
                "the variable `{name}` has a domain but does not occur"
            ))
            .with_hint("remove its domain, or mend the name"));
        }
        let (mut discrete, mut continuous) = (Vec::new(), Vec::new());
        let mut combinations = 1usize;
        for (name, domain) in domains {
            match domain {
                Domain::Interval {
                    lower,
                    lower_closed,
                    upper,
                    upper_closed,
                } => {
                    let interval = self.interval(name, lower, upper)?;
                    let bounded = interval.lower.is_some() && interval.upper.is_some();
                    let closed = [(lower, *lower_closed), (upper, *upper_closed)];
                    continuous.push(Continuous {
                        name: name.clone(),
                        interval,
                        compact: bounded && *lower_closed && *upper_closed,
                        ends: closed
                            .into_iter()
                            .filter(|(_, closed)| *closed)
                            .map(|(end, _)| end.clone())
                            .collect(),
                    });
                }
                Domain::Range { from, to } => {
                    let count: Integer = Integer::from(to - from) + 1;
                    let count = count.to_usize().filter(|n| *n <= MOST_COMBINATIONS);
                    let count = count.ok_or_else(|| too_many(name))?;
                    let values = (0..count)
                        .map(|k| Expr::from(Integer::from(from + k as u64)))
                        .collect();
                    discrete.push(Discrete {
                        name: name.clone(),
                        values,
                    });
                }
                Domain::Set(values) => discrete.push(Discrete {
                    name: name.clone(),
                    values: values.clone(),
                }),
            }
            let count = discrete
                .last()
                .filter(|d| d.name == *name)
                .map_or(1, |d| d.values.len());
            combinations = combinations.saturating_mul(count);
            if combinations > MOST_COMBINATIONS {
                return Err(too_many(name));
            }
        }
        Ok((discrete, continuous))
    }

    /// The interval between two ends, which must be in order and far enough apart for points
    /// between them.
    fn interval(&self, name: &str, lower: &Expr, upper: &Expr) -> Result<Interval> {
        let ends = [self.end(lower)?, self.end(upper)?];
        if let [Some(lower), Some(upper)] = &ends {
            match lower.certain_cmp(upper, END_PREC) {
                Some(Ordering::Less) => {}
                Some(Ordering::Greater) => {
                    return Err(Error::parse(format!(
                        "the interval of `{name}` is empty: its lower end is above its upper end"
                    ))
                    .with_hint("exchange the ends"));
                }
                Some(Ordering::Equal) => {
                    return Err(
                        Error::parse(format!("the interval of `{name}` has equal ends"))
                            .with_hint(format!("a single value is a set: {name}={{1/2}}")),
                    );
                }
                None => {
                    return Err(Error::undecided(format!(
                        "the ends of the interval of `{name}` cannot be told apart"
                    )));
                }
            }
        }
        let [lower, upper] = ends.map(|end| end.map(|end| end.to_ball(END_PREC)));
        let interval = Interval { lower, upper };
        if interval.has_room() {
            Ok(interval)
        } else {
            Err(Error::domain(format!(
                "the interval of `{name}` is too narrow to be tested between its ends"
            )))
        }
    }

    /// The value of an end; `None` if it is infinite.
    fn end(&self, end: &Expr) -> Result<Option<Number>> {
        let infinite = match &end.kind {
            ExprKind::Infinity => true,
            ExprKind::Negate(inner) => matches!(inner.kind, ExprKind::Infinity),
            _ => false,
        };
        if infinite {
            Ok(None)
        } else {
            self.number(end, END_PREC, &[]).map(Some)
        }
    }

    /// The values that are exact numbers, for places where text cannot stand for them (the variable
    /// of a derivative).
    pub(super) fn exact_scope(&self, values: &[(&str, &Expr)]) -> Vec<(String, Number)> {
        let exact = values.iter().filter_map(|(name, value)| {
            match self.number(value, Bits::new(64), &[]) {
                Ok(Number::Ball(_)) | Err(_) => None,
                Ok(number) => Some((name.to_string(), number)),
            }
        });
        exact.collect()
    }
}

/// The names that need a value: free variables, without the bare names and the variable `x` in
/// arguments that are activations or layers.
fn collect_variables(expr: &Expr, library: &dyn Library, names: &mut BTreeSet<String>) {
    if let ExprKind::Call(call) = &expr.kind
        && let Some(signature) = library.signature(&call.name)
    {
        let Ok(bound) = signature.bind(call, expr.span.clone()) else {
            return;
        };
        for (argument, parameter) in bound.iter().zip(signature.parameters) {
            match (parameter.kind, &argument.kind) {
                (Kind::Activation | Kind::Layer, ExprKind::Name(_)) => {}
                _ if parameter.is_left_out(argument) => {}
                (Kind::Activation | Kind::Layer, _) => {
                    let mut inner = argument.free_variables();
                    inner.remove("x");
                    names.extend(inner);
                }
                _ => collect_variables(argument, library, names),
            }
        }
        return;
    }
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::Binder(_) => names.extend(expr.free_variables()),
        _ => {
            for child in expr.children() {
                collect_variables(child, library, names);
            }
        }
    }
}

fn too_many(name: &str) -> Error {
    Error::limit(format!("the domain of `{name}` has too many values"))
        .with_hint(format!("at most {MOST_COMBINATIONS} combinations"))
}

/// The statement and the conditions with values in place of discrete variables.
pub(super) fn substitute(
    statement: &Statement,
    conditions: &[Statement],
    values: &[(&str, &Expr)],
) -> (Statement, Vec<Statement>) {
    let replace = |statement: &Statement| {
        let mut instance = statement.clone();
        for (name, value) in values {
            instance.left = instance.left.substitute(name, value);
            instance.right = instance.right.substitute(name, value);
        }
        instance
    };
    (replace(statement), conditions.iter().map(replace).collect())
}

fn values_text(values: &[(&str, &Expr)]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{name} = {}", Target::Text.print(value).unwrap_or_default()))
        .collect();
    texts.join(", ")
}

/// The error with the values at which it came up.
pub(super) fn at_values(error: Error, values: &[(&str, &Expr)]) -> Error {
    if values.is_empty() {
        error
    } else {
        error.context(format!("at {}", values_text(values)))
    }
}

/// The verdict with the discrete values put before the place of a witness or reason.
pub(super) fn with_witness_values(verdict: Verdict, values: &[(&str, &Expr)]) -> Verdict {
    match verdict {
        Verdict::Refuted { mut witness } => {
            let at = values.iter().map(|(name, value)| {
                (
                    name.to_string(),
                    Target::Text.print(value).unwrap_or_default(),
                )
            });
            witness.at.splice(0..0, at);
            Verdict::Refuted { witness }
        }
        Verdict::Undecided { reason, settle } if !values.is_empty() => Verdict::Undecided {
            reason: format!("{}: {reason}", values_text(values)),
            settle,
        },
        other => other,
    }
}
