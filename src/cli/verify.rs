//! `isobath verify`: the main job.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::list::glob;
use super::options::{Common, DefaultDeadline};
use super::output;
use super::progress;
use crate::error::{Error, Result};
use crate::evidence::claim::Claim;
use crate::evidence::outcome::{Counts, by_paper};
use crate::evidence::verify::{Family, sampled_tests, verify};
use crate::evidence::{Outcome, Status, Verdict, library};

/// Options of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without paths: every built-in claim, every reference table and every Monte Carlo pin.\n\nExamples:\n  isobath verify\n  isobath verify my-claims.toml\n  isobath verify tables/moment-values.csv --row 17\n  isobath verify --only 'relu.moment.*'"
)]
pub struct VerifyArgs {
    /// Claims (.toml), a table (.csv beside its datapackage.json), or a folder of tables
    #[arg(value_name = "PATHS")]
    paths: Vec<std::path::PathBuf>,
    /// Only claims and tables whose name matches the glob
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    only: Option<glob::Pattern>,
}

/// Verifies and prints the summary by paper.
pub fn run(args: &VerifyArgs, common: &Common) -> Exit {
    match work(args, common) {
        Ok(exit) => exit,
        Err(error) => output::report(&error, "verify", "", common.json),
    }
}

fn work(args: &VerifyArgs, common: &Common) -> Result<Exit> {
    let limits = common.limits(DefaultDeadline::Never);
    let mut claims: Vec<Claim> = library::claims()?;
    claims.retain(|claim| {
        args.only
            .as_ref()
            .is_none_or(|glob| glob.matches(claim.id()))
    });
    if claims.is_empty() {
        return Err(Error::usage("nothing is selected"));
    }
    let tests = sampled_tests(&claims);
    let bar = progress::items(common, claims.len() as u64, "claims");
    let outcomes = verify(&claims, tests, &limits, &|| bar.advance());
    bar.finish();
    report(&outcomes, tests, common)
}

fn report(outcomes: &[Outcome], tests: usize, common: &Common) -> Result<Exit> {
    let status = Status::of_run(outcomes.iter().map(Outcome::status));
    let z_scores: Vec<f64> = outcomes
        .iter()
        .filter_map(|outcome| match outcome.result {
            Ok(Verdict::Consistent { z, n: Some(_), .. }) => Some(z),
            _ => None,
        })
        .collect();
    let family = Family::of(&z_scores, tests)?;
    let mut exit = Exit::from(status);
    if !family.has_normal_shape() {
        exit = exit.and(Exit::Refuted);
    }
    let mut counts = Counts::default();
    outcomes.iter().for_each(|outcome| counts.add(outcome));
    if common.json {
        let mut map = output::object("verify");
        map.insert(
            "claims".into(),
            json!(outcomes.iter().map(Outcome::to_json).collect::<Vec<_>>()),
        );
        map.insert("counts".into(), json!(counts));
        return Ok(output::print_json(map).unwrap_or(exit));
    }
    let mut lines = Vec::new();
    for outcome in outcomes
        .iter()
        .filter(|outcome| outcome.status() != Status::Passed)
    {
        lines.push(outcome.to_string());
    }
    for (paper, counts) in by_paper(outcomes) {
        lines.push(format!("{paper}: {counts}"));
    }
    lines.push(format!("{} claims: {counts}", counts.total()));
    Ok(output::print_line(&lines.join("\n")).unwrap_or(exit))
}
