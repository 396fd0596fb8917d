//! A run over many claims: in parallel, in order, with one false-alarm rate for all of it.

use rayon::prelude::*;

use super::claim::Claim;
use super::judge::{DEFAULT_DIGITS, Judge};
use super::outcome::Outcome;
use super::sampled;
use super::verdict::Verdict;
use crate::error::{Error, Result};
use crate::formula::{Domain, parse_conditions, parse_domain, parse_statement};
use crate::limits::Limits;
use crate::montecarlo::significance::{RUN_ALARM_RATE, SHAPE_ALARM_RATE, normality_p, threshold};
use crate::theory::catalog;

/// What all sampled claims and pins of a run say together.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The number of two-sided tests.
    pub tests: usize,
    /// |z| beyond which one of them fails: the whole run raises a false alarm once in a million runs.
    pub threshold: f64,
    /// The p-value of the Kolmogorov–Smirnov test of all z-scores against the standard normal law;
    /// `None` for fewer than five.
    pub shape: Option<f64>,
}

impl Family {
    /// The family of these z-scores.
    ///
    /// # Errors
    /// Those of the tests, which need finite z-scores.
    pub fn of(z_scores: &[f64], tests: usize) -> Result<Family> {
        let shape = if z_scores.len() >= 5 {
            Some(normality_p(z_scores)?)
        } else {
            None
        };
        Ok(Family {
            tests,
            threshold: threshold(tests.max(1) as u64, RUN_ALARM_RATE)?,
            shape,
        })
    }

    /// Whether the z-scores together look standard normal.
    pub fn has_normal_shape(&self) -> bool {
        self.shape.is_none_or(|p| p >= SHAPE_ALARM_RATE)
    }
}

/// The number of sampled tests among claims.
pub fn sampled_tests(claims: &[Claim]) -> usize {
    claims
        .iter()
        .filter(|claim| claim.sample().is_some() || claim.statement().as_str().contains("~="))
        .count()
}

/// The outcomes of the claims, in order. `tests` is the number of sampled tests of the whole run;
/// `done` is called once a claim, from any thread.
pub fn verify(
    claims: &[Claim],
    tests: usize,
    limits: &Limits,
    done: &(dyn Fn() + Sync),
) -> Vec<Outcome> {
    let level = threshold(tests.max(1) as u64, RUN_ALARM_RATE).unwrap_or(f64::INFINITY);
    claims
        .par_iter()
        .map(|claim| {
            let outcome = settle(claim, level, limits);
            done();
            outcome
        })
        .collect()
}

fn settle(claim: &Claim, threshold: f64, limits: &Limits) -> Outcome {
    let (result, cases) = match verdict(claim, threshold, limits) {
        Ok((verdict, cases)) => (Ok(verdict), cases),
        Err(error) => (Err(claim.blame(error)), 0),
    };
    let ranges: Vec<String> = claim
        .domain()
        .iter()
        .filter(|variable| !variable.text.as_str().trim_start().starts_with(['(', '[']))
        .map(|variable| format!("{} in {}", variable.name, variable.text))
        .collect();
    let scope =
        (cases > 1 && !ranges.is_empty()).then(|| format!("{}: {cases} cases", ranges.join(", ")));
    Outcome {
        id: claim.id().to_string(),
        source: claim.source().to_string(),
        result,
        scope,
        expect: claim.expect(),
    }
}

fn verdict(claim: &Claim, threshold: f64, limits: &Limits) -> Result<(Verdict, u64)> {
    let statement = parse_statement(claim.statement().as_str(), limits)
        .map_err(|error| claim.statement().blame(error))?;
    if let Some(sample) = claim.sample() {
        if !claim.domain().is_empty() {
            return Err(Error::data("a sampled claim has no variables"));
        }
        return sampled::judge(&statement, sample.n, sample.seed, threshold, limits)
            .map(|verdict| (verdict, 1));
    }
    let mut domains: Vec<(String, Domain)> = Vec::new();
    for variable in claim.domain() {
        let domain = parse_domain(variable.text.as_str(), limits)
            .map_err(|error| variable.text.blame(error))?;
        domains.push((variable.name.clone(), domain));
    }
    let conditions = match claim.condition() {
        Some(text) => parse_conditions(text.as_str(), limits).map_err(|error| text.blame(error))?,
        None => Vec::new(),
    };
    let digits = claim.digits().unwrap_or(DEFAULT_DIGITS);
    let judge = Judge {
        library: catalog::library(),
        digits,
        limits,
        threshold,
    };
    judge.judge(&statement, &domains, &conditions)
}
