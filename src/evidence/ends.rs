//! A statement at the ends that belong to its intervals: the points inside never reach them, and a
//! claim on `[0, pi]` is one about 0 and π too.

use super::judge::{Judge, weaker};
use super::points::{self, Interval};
use super::variables::{Continuous, at_values, substitute, with_witness_values};
use super::verdict::Verdict;
use crate::error::Result;
use crate::formula::expr::{Expr, Statement};
use crate::formula::value::Number;

impl Judge<'_> {
    /// The verdict at the ends that belong to their intervals, where the statement is about
    /// constants: each end of each variable, with every other variable at its own first end if it
    /// has one, and inside its interval otherwise. `None` if no end belongs to its interval or no
    /// such point satisfies the conditions.
    pub(super) fn at_ends(
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
}
