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
use crate::theory::simulation::Row;

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

/// The number of sampled tests among claims: those that draw, and published estimates with their error.
pub fn sampled_tests(claims: &[Claim]) -> usize {
    let is_estimate = |claim: &Claim| {
        let literal = claim.statement().as_str().split_once("~=");
        literal.is_some_and(|(_, literal)| literal.contains('('))
    };
    claims
        .iter()
        .filter(|claim| {
            claim.sample().is_some() || claim.simulate().is_some() || is_estimate(claim)
        })
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
    let mut outcomes: Vec<(usize, Outcome)> = together(claims)
        .par_iter()
        .flat_map(|group| {
            let drawn = group
                .first()
                .and_then(|index| claims[*index].simulate())
                .map(|simulate| simulate.draw(&simulate.parameters, limits));
            let settled = group.par_iter().map(|index| {
                let outcome = settle(&claims[*index], drawn.as_ref(), level, limits);
                done();
                (*index, outcome)
            });
            settled.collect::<Vec<_>>()
        })
        .collect();
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// The indices of the claims, those that ask for one and the same simulation together: it is drawn once.
fn together(claims: &[Claim]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, claim) in claims.iter().enumerate() {
        let known = claim.simulate().and_then(|own| {
            groups.iter_mut().find(|group| {
                let other = group.first().and_then(|first| claims[*first].simulate());
                other.is_some_and(|other| own.draws_the_same(other))
            })
        });
        match known {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

fn settle(
    claim: &Claim,
    drawn: Option<&Result<Vec<Row>>>,
    threshold: f64,
    limits: &Limits,
) -> Outcome {
    let (result, cases) = match verdict(claim, drawn, threshold, limits) {
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

fn verdict(
    claim: &Claim,
    drawn: Option<&Result<Vec<Row>>>,
    threshold: f64,
    limits: &Limits,
) -> Result<(Verdict, u64)> {
    let statement = parse_statement(claim.statement().as_str(), limits)
        .map_err(|error| claim.statement().blame(error))?;
    let is_drawn = claim.sample().is_some() || claim.simulate().is_some();
    if is_drawn && !claim.domain().is_empty() {
        return Err(Error::data("a sampled claim has no variables"));
    }
    if let (Some(simulate), Some(rows)) = (claim.simulate(), drawn) {
        let rows = rows.as_ref().map_err(Error::clone)?;
        return sampled::judge_simulated(&statement, simulate, rows, threshold, limits)
            .map(|verdict| (verdict, 1));
    }
    if let Some(sample) = claim.sample() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::claim::read_claims;
    use crate::evidence::verdict::VerdictKind;

    fn lengths(id: &str, value: &str, more: &str) -> String {
        format!(
            "[[claim]]\nid = \"{id}\"\nstatement = \"{value} == length\"\n\
             simulate = {{ experiment = \"level-lengths\", width = 8, n = 4000, seed = 3{more} }}\n"
        )
    }

    fn outcomes(text: &str) -> Vec<Outcome> {
        let limits = Limits::default();
        let claims = read_claims("c.toml", text, &limits).unwrap();
        verify(&claims, sampled_tests(&claims), &limits, &|| {})
    }

    #[test]
    fn a_simulation_settles_a_claim_and_sees_nine_standard_errors() {
        let exact = "boundary.volume(relu, 2, 1, n=8)";
        let first = &outcomes(&lengths("a", exact, ""))[0];
        let Ok(Verdict::Consistent { z, n, resolution }) = &first.result else {
            panic!("{first:?}")
        };
        assert_eq!(*n, Some(4000));
        assert!(z.abs() < 4.0, "{z}");
        let stderr = resolution / threshold(1, RUN_ALARM_RATE).unwrap();
        for sign in [-9.0, 9.0] {
            let planted = format!("{exact} + {}", sign * stderr);
            let planted = &outcomes(&lengths("a", &planted, ""))[0];
            let verdict = planted.result.as_ref().unwrap();
            assert_eq!(verdict.kind(), VerdictKind::Refuted, "{verdict:?}");
        }
    }

    /// Two networks have Student's law with one degree of freedom: ten of their standard errors are no wonder.
    #[test]
    fn few_networks_refute_little() {
        let text = lengths("a", "boundary.volume(relu, 2, 1, n=8) + 60", "");
        let verdict = |n: u64| {
            let text = text.replace("n = 4000", &format!("n = {n}"));
            outcomes(&text)[0].result.clone().unwrap()
        };
        assert_eq!(verdict(4000).kind(), VerdictKind::Refuted);
        let few = verdict(2);
        let Verdict::Consistent { resolution, .. } = few else {
            panic!("{few:?}")
        };
        let level = threshold(1, RUN_ALARM_RATE).unwrap();
        // The distance is about 60: by the normal law it would refute.
        assert!(40.0 / (resolution / level) > level, "{few:?}");
    }

    #[test]
    fn claims_on_the_same_networks_draw_them_once_and_keep_their_order() {
        let text = [
            lengths("a", "6", ""),
            "[[claim]]\nid = \"b\"\nstatement = \"1 == 1\"\n".to_owned(),
            lengths("c", "7", ", depth = 2"),
            lengths("d", "8", ""),
        ]
        .concat();
        let claims = read_claims("c.toml", &text, &Limits::default()).unwrap();
        assert_eq!(together(&claims), [vec![0, 3], vec![1], vec![2]]);
        assert_eq!(sampled_tests(&claims), 3);
        let ids: Vec<String> = outcomes(&text).into_iter().map(|o| o.id).collect();
        assert_eq!(ids, ["a", "b", "c", "d"]);
    }

    #[test]
    fn rounded_decimals_are_no_sampled_tests() {
        let claim = |id: &str, statement: &str| {
            format!("[[claim]]\nid = \"{id}\"\nstatement = \"{statement}\"\n")
        };
        let text = claim("a", "pi ~= 3.14") + &claim("b", "pi ~= 3.15(2)");
        let claims = read_claims("c.toml", &text, &Limits::default()).unwrap();
        assert_eq!(sampled_tests(&claims), 1);
    }
}
