//! From a statement and the domains of its variables to a verdict.
//!
//! The rungs, tried in this order: exact arithmetic and the normal form (`proved`); balls over the
//! whole domain (`certified`); agreement at fixed points (`agrees`, `holds`). A difference that
//! excludes 0 refutes wherever it is met. A proof by the normal form is also tested at the points:
//! the two share nothing, and if they disagree the verdict is `undecided`, because then one of
//! them is wrong.

use super::compare::{Comparison, Sides};
use super::cover::{self, Covered};
use super::points::{self, Interval};
use super::rounding;
use super::variables::{Continuous, at_values, substitute, with_witness_values};
use super::verdict::{Verdict, Witness};
use crate::error::{Error, ErrorKind, Result};
use crate::formula::Domain;
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::{Expr, ExprKind, Relation, Statement};
use crate::formula::library::LibraryExpander;
use crate::formula::library::{Library, Request};
use crate::formula::normal::NormalForm;
use crate::formula::value::{Exactness, Number};
use crate::limits::Limits;
use crate::number::{Bits, Digits};

/// Digits of numeric agreement where a claim does not say.
pub const DEFAULT_DIGITS: Digits = Digits::literal(60);

/// What settles a comparison that stayed open.
const MORE_DIGITS: &str = "more digits (--digits) if the sides differ, a proof if they do not,";

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

    pub(super) fn number(
        &self,
        expr: &Expr,
        prec: Bits,
        scope: &[(String, Number)],
    ) -> Result<Number> {
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
    pub(super) fn instance(
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
            return self.constants(statement, proved == Some(true), scope);
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
        if let Some(found @ Verdict::Refuted { .. }) = at_ends {
            return Ok(match proved {
                Some(true) => contradiction(found),
                _ => found,
            });
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

    /// Whether all conditions hold at a point.
    pub(super) fn admits_point(
        &self,
        conditions: &[Statement],
        scope: &[(String, Number)],
    ) -> Result<bool> {
        for condition in conditions {
            if !self.holds(condition, scope)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The verdict on a statement without continuous variables. A proof holds where both sides are
    /// defined, so the sides are evaluated all the same: a domain error stays an error.
    fn constants(
        &self,
        statement: &Statement,
        proved: bool,
        scope: &[(String, Number)],
    ) -> Result<Verdict> {
        let compared = self.sides(statement, scope).decide(statement.relation);
        if proved {
            return match compared {
                Ok(Comparison::Fails { witness }) => {
                    Ok(contradiction(Verdict::Refuted { witness }))
                }
                Err(error) if !matches!(error.kind(), ErrorKind::Limit | ErrorKind::Undecided) => {
                    Err(error)
                }
                _ => Ok(Verdict::Proved),
            };
        }
        Ok(match compared? {
            Comparison::Holds { exact: true } => Verdict::Proved,
            Comparison::Holds { .. } if statement.relation == Relation::Equal => {
                match self.second_look(statement, scope) {
                    Some(witness) => Verdict::Refuted { witness },
                    None => Verdict::Agrees {
                        digits: u64::from(self.digits.get()),
                        points: 1,
                    },
                }
            }
            Comparison::Holds { .. } => Verdict::Certified,
            Comparison::Fails { witness } => Verdict::Refuted { witness },
            Comparison::Open { reason } => Verdict::Undecided {
                reason,
                settle: MORE_DIGITS.into(),
            },
        })
    }

    /// Constants that agree to the digits asked for are compared once more at up to eight times as
    /// many: tanh(200) and 1 share 173 digits. A second look that fails for any reason but a
    /// difference changes nothing.
    fn second_look(&self, statement: &Statement, scope: &[(String, Number)]) -> Option<Witness> {
        let digits = u64::from(self.digits.get());
        let digits = Digits::new(digits + (7 * digits).min(2000)).ok()?;
        self.limits.check_digits(digits).ok()?;
        let sides = Sides {
            digits,
            ..self.sides(statement, scope)
        };
        match sides.decide(statement.relation) {
            Ok(Comparison::Fails { witness }) => Some(witness),
            _ => None,
        }
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

/// A short text of a test point: the fraction if it is short, else ten digits.
fn short(value: &rug::Rational) -> String {
    let text = value.to_string();
    if text.len() <= 24 {
        text
    } else {
        crate::number::decimal::rational_text(value, Digits::literal(10))
    }
}

/// The weaker of two verdicts that are not refuted: what can be said of both cases together.
pub(super) fn weaker(a: Verdict, b: Verdict) -> Verdict {
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
