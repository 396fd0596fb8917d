//! From a statement and the domains of its variables to a verdict.
//!
//! The rungs, tried in this order: exact arithmetic and the normal form (`proved`); balls over the
//! whole domain (`certified`); agreement at fixed points (`agrees`, `holds`). A difference that
//! excludes 0 refutes wherever it is met. A proof by the normal form is also tested at the points:
//! the two share nothing, and if they disagree the verdict is `undecided`, because then one of
//! them is wrong.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rug::Integer;

use super::compare::{Comparison, Sides};
use super::cover::{self, Covered};
use super::points::{self, Interval};
use super::rounding;
use super::verdict::Verdict;
use crate::error::{Error, ErrorKind, Result};
use crate::formula::answer::LibraryExpander;
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::{Expr, ExprKind, Relation, Statement};
use crate::formula::library::{Library, Request};
use crate::formula::normal::NormalForm;
use crate::formula::signature::Kind;
use crate::formula::value::{Exactness, Number};
use crate::formula::{Domain, Target};
use crate::limits::Limits;
use crate::number::{Bits, Digits};

/// Digits of numeric agreement where a claim does not say.
pub const DEFAULT_DIGITS: Digits = Digits::literal(60);
/// What settles a comparison that stayed open.
const MORE_DIGITS: &str = "more digits (--digits) if the sides differ, a proof if they do not,";
/// The precision of the ends of intervals.
const END_PREC: Bits = Bits::new(192);
/// Most combinations of discrete values.
const MOST_COMBINATIONS: usize = 200_000;

/// What a judgement may use.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The quantities that statements may use.
    pub library: &'a dyn Library,
    /// Digits of numeric agreement.
    pub digits: Digits,
    /// The caps to keep.
    pub limits: &'a Limits,
    /// |z| beyond which an estimate is inconsistent with the certified value.
    pub threshold: f64,
}

/// A variable and the values it runs through.
struct Discrete {
    name: String,
    values: Vec<Expr>,
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
    /// The verdict on a statement whose free variables have the given domains, and the number of
    /// combinations of discrete values that were run through.
    ///
    /// # Errors
    /// A parse error for a variable without a domain or a domain without a variable; errors of
    /// evaluation where the statement has no value on its domain.
    pub fn judge(
        &self,
        statement: &Statement,
        domains: &[(String, Domain)],
        conditions: &[Statement],
    ) -> Result<(Verdict, u64)> {
        let (discrete, continuous) = self.variables(statement, domains, conditions)?;
        let mut verdict: Option<Verdict> = None;
        let mut combinations = 0u64;
        let mut indices = vec![0usize; discrete.len()];
        'combinations: loop {
            self.limits.check_deadline()?;
            let values: Vec<(&str, &Expr)> = discrete
                .iter()
                .zip(&indices)
                .map(|(variable, i)| (variable.name.as_str(), &variable.values[*i]))
                .collect();
            let (instance, local) = substitute(statement, conditions, &values);
            if let Some(point_conditions) = self.admits(&local, &continuous)? {
                combinations += 1;
                let scope = self.exact_scope(&values);
                let found = self
                    .instance(&instance, &continuous, &point_conditions, &scope)
                    .map_err(|error| at_values(error, &values))?;
                let found = with_witness_values(found, &values);
                if matches!(found, Verdict::Refuted { .. }) {
                    return Ok((found, combinations));
                }
                verdict = Some(match verdict {
                    None => found,
                    Some(before) => weaker(before, found),
                });
            }
            // The next combination, the last variable fastest.
            for (index, variable) in indices.iter_mut().zip(&discrete).rev() {
                *index += 1;
                if *index < variable.values.len() {
                    continue 'combinations;
                }
                *index = 0;
            }
            break;
        }
        let verdict = verdict
            .ok_or_else(|| Error::data("no values satisfy the domain and its conditions"))?;
        Ok((verdict, combinations))
    }

    fn variables(
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

    fn number(&self, expr: &Expr, prec: Bits, scope: &[(String, Number)]) -> Result<Number> {
        let request = Request {
            prec,
            exactness: Exactness::WhileCheap,
            method: None,
            limits: self.limits,
        };
        let mut evaluator = Evaluator::new(self.library, request);
        for (name, value) in scope {
            evaluator = evaluator.with(name.clone(), value.clone());
        }
        evaluator.number(expr)
    }

    /// Whether the conditions without continuous variables hold; those with them are returned, to
    /// be tested point by point.
    fn admits(
        &self,
        conditions: &[Statement],
        continuous: &[Continuous],
    ) -> Result<Option<Vec<Statement>>> {
        let mut later = Vec::new();
        for condition in conditions {
            let names = condition
                .left
                .free_variables()
                .into_iter()
                .chain(condition.right.free_variables());
            if names
                .into_iter()
                .any(|name| continuous.iter().any(|variable| variable.name == name))
            {
                later.push(condition.clone());
            } else if !self.holds(condition, &[])? {
                return Ok(None);
            }
        }
        Ok(Some(later))
    }

    fn holds(&self, condition: &Statement, scope: &[(String, Number)]) -> Result<bool> {
        match self.sides(condition, scope).decide(condition.relation)? {
            Comparison::Holds { .. } => Ok(true),
            Comparison::Fails { .. } => Ok(false),
            Comparison::Open { reason } => Err(Error::undecided(format!(
                "a condition of the domain stays undecided: {reason}"
            ))),
        }
    }

    fn sides<'s>(&'s self, statement: &'s Statement, scope: &'s [(String, Number)]) -> Sides<'s> {
        Sides {
            library: self.library,
            limits: self.limits,
            digits: self.digits,
            left: &statement.left,
            right: &statement.right,
            scope,
        }
    }

    /// The verdict on a statement in continuous variables only.
    fn instance(
        &self,
        statement: &Statement,
        continuous: &[Continuous],
        conditions: &[Statement],
        scope: &[(String, Number)],
    ) -> Result<Verdict> {
        if statement.relation == Relation::Rounds {
            return match &statement.literal {
                Some(literal) if continuous.is_empty() => {
                    rounding::judge(self, &statement.left, literal)
                }
                _ => Err(Error::parse(
                    "`~=` compares a constant with a decimal literal",
                )),
            };
        }
        let proved = self.proof(statement)?;
        if continuous.is_empty() {
            if proved == Some(true) {
                return Ok(Verdict::Proved);
            }
            return Ok(
                match self.sides(statement, scope).decide(statement.relation)? {
                    Comparison::Holds { exact: true } => Verdict::Proved,
                    Comparison::Holds { .. } if statement.relation == Relation::Equal => {
                        Verdict::Agrees {
                            digits: u64::from(self.digits.get()),
                            points: 1,
                        }
                    }
                    Comparison::Holds { .. } => Verdict::Certified,
                    Comparison::Fails { witness } => Verdict::Refuted { witness },
                    Comparison::Open { reason } => Verdict::Undecided {
                        reason,
                        settle: MORE_DIGITS.into(),
                    },
                },
            );
        }
        let tested = self.at_points(statement, continuous, conditions, scope)?;
        if matches!(tested, Verdict::Refuted { .. }) {
            return Ok(if proved == Some(true) {
                contradiction(tested)
            } else {
                tested
            });
        }
        let at_ends = self.at_ends(statement, continuous, conditions, scope)?;
        if matches!(at_ends, Some(Verdict::Refuted { .. })) {
            return Ok(at_ends.map_or(tested, |found| match proved {
                Some(true) => contradiction(found),
                _ => found,
            }));
        }
        if proved == Some(true) {
            return Ok(if matches!(tested, Verdict::Undecided { .. }) {
                tested
            } else {
                Verdict::Proved
            });
        }
        if statement.relation != Relation::Equal
            && conditions.is_empty()
            && continuous.iter().all(|variable| variable.compact)
        {
            match cover::cover(self, statement, continuous)? {
                Covered::Everywhere => return Ok(Verdict::Certified),
                Covered::Undecided => {}
            }
        }
        Ok(match at_ends {
            Some(found) => weaker(tested, found),
            None => tested,
        })
    }

    /// The verdict at the ends that belong to their intervals, where the statement is about
    /// constants: each end of each variable, with every other variable at its own first end if it
    /// has one, and inside its interval otherwise. `None` if no end belongs to its interval or no
    /// such point satisfies the conditions.
    fn at_ends(
        &self,
        statement: &Statement,
        continuous: &[Continuous],
        conditions: &[Statement],
        fixed: &[(String, Number)],
    ) -> Result<Option<Verdict>> {
        let intervals: Vec<Interval> = continuous
            .iter()
            .map(|variable| variable.interval.clone())
            .collect();
        let inside = points::point(&intervals, 0);
        let mut verdict = None;
        for (index, variable) in continuous.iter().enumerate() {
            for end in &variable.ends {
                self.limits.check_deadline()?;
                let values: Vec<(String, Expr)> = continuous
                    .iter()
                    .zip(&inside)
                    .enumerate()
                    .map(|(other, (variable, inside))| {
                        let value = match variable.ends.first() {
                            _ if other == index => end.clone(),
                            Some(first) => first.clone(),
                            None => Expr::rational(inside.clone()),
                        };
                        (variable.name.clone(), value)
                    })
                    .collect();
                let values: Vec<(&str, &Expr)> = values
                    .iter()
                    .map(|(name, value)| (name.as_str(), value))
                    .collect();
                let (instance, local) = substitute(statement, conditions, &values);
                // Where text cannot stand for a value (the variable of a derivative), the scope can.
                let mut scope = fixed.to_vec();
                scope.extend(self.exact_scope(&values));
                if !self.admits_point(&local, &scope)? {
                    continue;
                }
                let found = self
                    .instance(&instance, &[], &[], &scope)
                    .map_err(|error| at_values(error, &values))?;
                let found = with_witness_values(found, &values);
                if matches!(found, Verdict::Refuted { .. }) {
                    return Ok(Some(found));
                }
                verdict = Some(match verdict {
                    None => found,
                    Some(before) => weaker(before, found),
                });
            }
        }
        Ok(verdict)
    }

    fn admits_point(&self, conditions: &[Statement], scope: &[(String, Number)]) -> Result<bool> {
        for condition in conditions {
            if !self.holds(condition, scope)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// `Some(true)` if the normal form proves an equation (or `<=`, `>=` between equal sides).
    fn proof(&self, statement: &Statement) -> Result<Option<bool>> {
        if !matches!(
            statement.relation,
            Relation::Equal | Relation::LessEqual | Relation::GreaterEqual
        ) {
            return Ok(None);
        }
        let pairs = match (&statement.left.kind, &statement.right.kind) {
            (ExprKind::List(left), ExprKind::List(right)) => {
                if left.len() != right.len() {
                    return Err(Error::domain(format!(
                        "a list of {} entries is compared with one of {}",
                        left.len(),
                        right.len()
                    )));
                }
                left.iter().zip(right).collect()
            }
            _ => vec![(&statement.left, &statement.right)],
        };
        for (left, right) in pairs {
            let difference = Expr::sum([left.clone(), right.clone().negate()]);
            match NormalForm::of(&difference, self.limits, &LibraryExpander(self.library)) {
                Ok(form) if form.is_zero() => {}
                Ok(_) => return Ok(Some(false)),
                // Errors of the statement itself come out again, with their place, at the points.
                Err(_) => return Ok(None),
            }
        }
        Ok(Some(true))
    }

    fn at_points(
        &self,
        statement: &Statement,
        continuous: &[Continuous],
        conditions: &[Statement],
        fixed: &[(String, Number)],
    ) -> Result<Verdict> {
        let intervals: Vec<Interval> = continuous
            .iter()
            .map(|variable| variable.interval.clone())
            .collect();
        let mut tested = 0;
        let mut open = None;
        for index in 0..points::COUNT {
            self.limits.check_deadline()?;
            let point = points::point(&intervals, index);
            let place = || {
                continuous
                    .iter()
                    .zip(&point)
                    .map(|(variable, x)| (variable.name.clone(), short(x)))
            };
            let mut scope = fixed.to_vec();
            scope.extend(
                continuous
                    .iter()
                    .zip(&point)
                    .map(|(variable, x)| (variable.name.clone(), Number::Rational(x.clone()))),
            );
            if !self.admits_point(conditions, &scope)? {
                continue;
            }
            tested += 1;
            match self.sides(statement, &scope).decide(statement.relation) {
                Ok(Comparison::Holds { .. }) => {}
                Ok(Comparison::Fails { mut witness }) => {
                    witness.at.splice(0..0, place());
                    return Ok(Verdict::Refuted { witness });
                }
                Ok(Comparison::Open { reason }) => open = Some(reason),
                Err(error) if error.kind() == ErrorKind::Undecided => {
                    open = Some(error.message().to_string())
                }
                Err(error) => {
                    let texts: Vec<String> = place()
                        .map(|(name, value)| format!("{name} = {value}"))
                        .collect();
                    return Err(error.context(format!("at {}", texts.join(", "))));
                }
            }
        }
        if let Some(reason) = open {
            return Ok(Verdict::Undecided {
                reason,
                settle: MORE_DIGITS.into(),
            });
        }
        if tested == 0 {
            return Err(Error::data(
                "no test point satisfies the conditions of the domain",
            ));
        }
        Ok(match statement.relation {
            Relation::Equal => Verdict::Agrees {
                digits: u64::from(self.digits.get()),
                points: tested,
            },
            _ => Verdict::Holds { points: tested },
        })
    }

    /// The values that are exact numbers, for places where text cannot stand for them (the variable
    /// of a derivative).
    fn exact_scope(&self, values: &[(&str, &Expr)]) -> Vec<(String, Number)> {
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
    if let ExprKind::Call(call) = &expr.kind {
        if let Some(signature) = library.signature(&call.name) {
            let Ok(bound) = signature.bind(call, expr.span.clone()) else {
                return;
            };
            for (argument, parameter) in bound.iter().zip(signature.parameters) {
                match (parameter.kind, &argument.kind) {
                    (Kind::Activation | Kind::Layer, ExprKind::Name(_)) => {}
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

fn contradiction(tested: Verdict) -> Verdict {
    Verdict::Undecided {
        reason: format!(
            "the normal form proves it and a point refutes it ({})",
            tested.detail()
        ),
        settle: "a fault in one of the two: please report it".into(),
    }
}

fn too_many(name: &str) -> Error {
    Error::limit(format!("the domain of `{name}` has too many values"))
        .with_hint(format!("at most {MOST_COMBINATIONS} combinations"))
}

/// A short text of a test point: the fraction if it is short, else ten digits.
fn short(value: &rug::Rational) -> String {
    let text = value.to_string();
    if text.len() <= 24 {
        text
    } else {
        crate::number::decimal::rational_text(value, Digits::literal(10))
    }
}

fn substitute(
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

fn at_values(error: Error, values: &[(&str, &Expr)]) -> Error {
    if values.is_empty() {
        error
    } else {
        error.context(format!("at {}", values_text(values)))
    }
}

fn with_witness_values(verdict: Verdict, values: &[(&str, &Expr)]) -> Verdict {
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

/// The weaker of two verdicts that are not refuted: what can be said of both cases together.
fn weaker(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (
            Verdict::Agrees { digits, points },
            Verdict::Agrees {
                digits: d,
                points: p,
            },
        ) => Verdict::Agrees {
            digits: digits.min(d),
            points: points + p,
        },
        (Verdict::Holds { points }, Verdict::Holds { points: p }) => {
            Verdict::Holds { points: points + p }
        }
        (a, b) if rank(&b) < rank(&a) => b,
        (a, _) => a,
    }
}

fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Proved => 5,
        Verdict::Certified => 4,
        Verdict::Agrees { .. } | Verdict::Holds { .. } => 3,
        Verdict::Consistent { .. } => 2,
        Verdict::Undecided { .. } => 1,
        Verdict::Refuted { .. } => 0,
    }
}
