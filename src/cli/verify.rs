//! `isobath verify`: the main job.
//!
//! Without paths it checks every built-in claim, recomputes every reference table and redraws every
//! Monte Carlo pin; with paths, those claims and tables. The summary is by paper, and all sampled
//! tests of the run share one false-alarm rate.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde_json::{Map, Value, json};

use super::exit::Exit;
use super::list::glob;
use super::options::{Common, DefaultDeadline};
use super::output;
use super::parts::quoted;
use super::progress;
use crate::error::{Error, Result};
use crate::evidence::claim::{Claim, read_claims, reject_duplicates};
use crate::evidence::file::read_text;
use crate::evidence::outcome::{Counts, by_paper};
use crate::evidence::verdict::{VerdictKind, counted};
use crate::evidence::verify::{Family, sampled_tests, verify};
use crate::evidence::{Outcome, Status, Verdict, library};
use crate::limits::Limits;
use crate::montecarlo::significance::{RUN_ALARM_RATE, SHAPE_ALARM_RATE};
use crate::table::audit::{Audit, audit, audit_reference};
use crate::table::{ColumnKind, StoredTable, Table, catalogue, store};

/// Options of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without paths: every built-in claim, every reference table and every Monte Carlo pin.\n\nExamples:\n  isobath verify\n  isobath verify my-claims.toml\n  isobath verify tables/moment-values.csv --row 17\n  isobath verify --only 'relu.moment.*'"
)]
pub struct VerifyArgs {
    /// Claims (.toml), a table (.csv beside its datapackage.json), or a folder of tables
    #[arg(value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Only claims and tables whose name matches the glob
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    only: Option<glob::Pattern>,
    /// Only row K of a table, counted from 1
    #[arg(long, value_name = "K", requires = "paths", allow_negative_numbers = true, value_parser = super::options::count)]
    row: Option<u64>,
}

/// Verifies and prints the summary by paper.
pub fn run(args: &VerifyArgs, common: &Common) -> Exit {
    match work(args, common) {
        Ok(exit) => exit,
        Err(error) => output::report(&error, "verify", "", common.json),
    }
}

/// The file that describes the tables of a folder.
const DESCRIPTION: &str = crate::table::datapackage::FILE_NAME;

/// What a run is about.
struct Selection {
    claims: Vec<Claim>,
    tables: Vec<StoredTable>,
    /// Whether the tables are the embedded ones, compared with their definitions.
    embedded: bool,
}

fn work(args: &VerifyArgs, common: &Common) -> Result<Exit> {
    let start = Instant::now();
    let limits = common.limits(DefaultDeadline::Never);
    let mut selection = if args.paths.is_empty() {
        Selection {
            claims: library::claims()?,
            tables: catalogue::stored()?,
            embedded: true,
        }
    } else {
        of_paths(&args.paths, &limits)?
    };
    if let Some(only) = &args.only {
        selection.claims.retain(|claim| only.matches(claim.id()));
        selection
            .tables
            .retain(|table| only.matches(table.table().name()));
    }
    if args.row.is_some() && !selection.claims.is_empty() {
        return Err(Error::usage("`--row` is for tables, not for claims"));
    }
    if selection.claims.is_empty() && selection.tables.is_empty() {
        output::note("nothing is selected: no claim or table matches");
        return Ok(Exit::Nothing);
    }
    let tests = sampled_tests(&selection.claims)
        + selection
            .tables
            .iter()
            .map(|table| pins(table.table()))
            .sum::<usize>();
    let rows: usize = selection
        .tables
        .iter()
        .map(|table| table.table().rows().len())
        .sum();
    let bar = progress::items(
        common,
        (selection.claims.len() + rows) as u64,
        "claims and rows",
    );
    let done = || bar.advance();
    let outcomes = verify(&selection.claims, tests, &limits, &done);
    let mut audits = Vec::with_capacity(selection.tables.len());
    for table in &selection.tables {
        let row = args.row.and_then(|row| usize::try_from(row - 1).ok());
        audits.push(match selection.embedded {
            true => audit_reference(table, &limits, &done),
            false => audit(table, row, &limits, &done),
        }?);
    }
    bar.finish();
    Summary::new(outcomes, audits, tests, start).map(|summary| summary.print(common))
}

/// The number of estimates in a table.
fn pins(table: &Table) -> usize {
    let estimates = table
        .columns()
        .iter()
        .enumerate()
        .filter(|(_, column)| column.kind() == ColumnKind::Estimate);
    estimates
        .map(|(index, _)| {
            table
                .rows()
                .iter()
                .filter(|row| row[index].as_number().is_some())
                .count()
        })
        .sum()
}

fn of_paths(paths: &[PathBuf], limits: &Limits) -> Result<Selection> {
    let (mut claims, mut tables) = (Vec::new(), Vec::new());
    for path in paths {
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        match extension {
            _ if path.is_dir() => tables.extend(of_folder(path, limits)?),
            "toml" => claims.extend(read_claims(
                &path.display().to_string(),
                &read_text(path, limits)?,
                limits,
            )?),
            "csv" => tables.push(store::read_file(path, limits)?),
            _ if !path.exists() => return Err(missing(path)),
            _ => {
                return Err(Error::usage(format!("`{}` is neither claims nor a table", path.display()))
                    .with_hint("a .toml file of claims, a .csv file beside its datapackage.json, or a folder with both"));
            }
        }
    }
    reject_duplicates(&claims)?;
    Ok(Selection {
        claims,
        tables,
        embedded: false,
    })
}

/// The tables of a folder; a folder without any is an error that says what was looked for.
fn of_folder(folder: &Path, limits: &Limits) -> Result<Vec<StoredTable>> {
    if folder.join(DESCRIPTION).exists() {
        return store::read_folder(folder, limits);
    }
    let shown = folder.display();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| Error::io(format!("cannot read `{shown}`: {error}")))?;
    let mut names: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    names.sort();
    let first = |wanted: &str| {
        names
            .iter()
            .find(|name| name.extension().is_some_and(|e| e == wanted))
    };
    let hint = if let Some(claims) = first("toml") {
        format!(
            "for the claims in it name the file: isobath verify {}",
            quoted(&claims.display().to_string())
        )
    } else if let Some(table) = first("csv") {
        format!(
            "`{}` is checked by the {DESCRIPTION} that `isobath table --write` puts beside it",
            table.display()
        )
    } else {
        format!(
            "write tables into it with: isobath table NAME --write {}; those built in are checked by \
             `isobath verify` alone",
            quoted(&shown.to_string())
        )
    };
    Err(Error::usage(format!(
        "`{shown}` holds no tables: there is no {DESCRIPTION} in it"
    ))
    .with_hint(hint))
}

fn missing(path: &Path) -> Error {
    Error::io(format!(
        "cannot read `{}`: there is no such file",
        path.display()
    ))
}

/// Everything that a run found.
struct Summary {
    outcomes: Vec<Outcome>,
    audits: Vec<Audit>,
    family: Family,
    exit: Exit,
    seconds: f64,
}

impl Summary {
    fn new(
        outcomes: Vec<Outcome>,
        audits: Vec<Audit>,
        tests: usize,
        start: Instant,
    ) -> Result<Summary> {
        let sampled = outcomes.iter().filter_map(|outcome| match outcome.result {
            Ok(Verdict::Consistent { z, n: Some(_), .. }) => Some(z),
            _ => None,
        });
        let z_scores: Vec<f64> = sampled
            .chain(
                audits
                    .iter()
                    .flat_map(|audit| audit.z_scores.iter().copied()),
            )
            .collect();
        let family = Family::of(&z_scores, tests)?;
        let mut exit = match outcomes.is_empty() {
            true => Exit::Fine,
            false => Exit::from(Status::of_run(outcomes.iter().map(Outcome::status))),
        };
        let outliers = audits
            .iter()
            .flat_map(|audit| &audit.z_scores)
            .any(|z| z.abs() > family.threshold);
        let different = audits.iter().any(|audit| !audit.differences.is_empty());
        if different || outliers || !family.has_normal_shape() {
            exit = exit.and(Exit::Refuted);
        }
        Ok(Summary {
            outcomes,
            audits,
            family,
            exit,
            seconds: start.elapsed().as_secs_f64(),
        })
    }

    fn print(&self, common: &Common) -> Exit {
        if common.json {
            return output::print_json(self.json()).unwrap_or(self.exit);
        }
        output::print_line(&self.text()).unwrap_or(self.exit)
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.outcomes.iter().for_each(|outcome| counts.add(outcome));
        counts
    }

    fn json(&self) -> Map<String, Value> {
        let mut map = output::object("verify");
        map.insert(
            "claims".into(),
            json!(
                self.outcomes
                    .iter()
                    .map(Outcome::to_json)
                    .collect::<Vec<_>>()
            ),
        );
        map.insert("counts".into(), json!(self.counts()));
        let tables: Vec<_> = self
            .audits
            .iter()
            .map(|audit| {
                let unseen = self.unseen(audit).map(|(low, high)| [low, high].map(|x| format!("{x:.2e}")));
                json!({"name": audit.name, "cells": audit.cells, "pins": audit.pins, "relative_resolution": unseen, "differences": audit.differences})
            })
            .collect();
        map.insert("tables".into(), json!(tables));
        map.insert(
            "sampled".into(),
            json!({
                "tests": self.family.tests,
                "alarm_rate": RUN_ALARM_RATE,
                "threshold": format!("{:.4}", self.family.threshold),
                "shape_p": self.family.shape.map(|p| format!("{p:.4}")),
            }),
        );
        map.insert("passed".into(), json!(self.exit == Exit::Fine));
        map.insert("seconds".into(), json!(self.seconds));
        map.insert("threads".into(), json!(rayon::current_num_threads()));
        map
    }

    /// The smallest and the largest relative deviation that the pins of a table would have shown every second
    /// time.
    fn unseen(&self, audit: &Audit) -> Option<(f64, f64)> {
        let mut seen = audit
            .relative_errors
            .iter()
            .map(|e| self.family.threshold * e);
        let first = seen.next()?;
        Some(seen.fold((first, first), |(low, high), x| (low.min(x), high.max(x))))
    }

    /// Whether anything was compared with a standard error.
    fn has_estimates(&self) -> bool {
        let claimed = self
            .outcomes
            .iter()
            .any(|outcome| matches!(outcome.result, Ok(Verdict::Consistent { .. })));
        claimed || self.audits.iter().any(|audit| !audit.z_scores.is_empty())
    }

    fn text(&self) -> String {
        let mut lines = Vec::new();
        for outcome in self
            .outcomes
            .iter()
            .filter(|outcome| outcome.status() != Status::Passed)
        {
            lines.push(outcome.to_string());
        }
        lines.extend(
            self.audits
                .iter()
                .flat_map(|audit| audit.differences.iter().cloned()),
        );
        if !lines.is_empty() {
            lines.push(String::new());
        }
        if !self.outcomes.is_empty() {
            lines.push("claims".into());
            let papers = by_paper(&self.outcomes);
            let width = papers
                .iter()
                .map(|(paper, _)| paper.chars().count())
                .max()
                .unwrap_or(0);
            lines.extend(
                papers
                    .iter()
                    .map(|(paper, counts)| format!("  {paper:width$}  {counts}")),
            );
            let refuted = self
                .outcomes
                .iter()
                .filter(|outcome| {
                    outcome.expect == Some(VerdictKind::Refuted)
                        && outcome.status() == Status::Passed
                })
                .count();
            if refuted > 0 {
                lines.push(format!("  {refuted} refuted as expected"));
            }
        }
        if !self.audits.is_empty() {
            lines.push("tables".into());
            let width = self
                .audits
                .iter()
                .map(|audit| audit.name.len())
                .max()
                .unwrap_or(0);
            for audit in &self.audits {
                let pins = if audit.pins > 0 {
                    let pins = counted(audit.pins as u64, "Monte Carlo pin");
                    format!(", {pins} redrawn")
                } else {
                    String::new()
                };
                let state = match audit.differences.len() {
                    0 => "all equal".to_string(),
                    1 => "1 differs".to_string(),
                    n => format!("{n} differ"),
                };
                lines.push(format!(
                    "  {:width$}  {} recomputed, {state}{pins}",
                    audit.name,
                    counted(audit.cells as u64, "cell")
                ));
            }
        }
        if self.has_estimates() {
            let largest = self
                .audits
                .iter()
                .flat_map(|audit| &audit.z_scores)
                .map(|z| z.abs());
            let largest =
                largest.chain(
                    self.outcomes
                        .iter()
                        .filter_map(|outcome| match outcome.result {
                            Ok(Verdict::Consistent { z, .. }) => Some(z.abs()),
                            _ => None,
                        }),
                );
            lines.push(format!(
                "sampled\n  {}, largest |z| {:.2}, threshold {:.2} (false alarms: {RUN_ALARM_RATE:e} a run)",
                counted(self.family.tests as u64, "test"),
                largest.fold(0.0, f64::max),
                self.family.threshold
            ));
            if let Some(p) = self.family.shape {
                lines.push(format!("  all z-scores together: Kolmogorov-Smirnov p = {p:.3}, alarm below {SHAPE_ALARM_RATE:e}"));
            }
        }
        let verdict = match self.exit {
            Exit::Fine => "passed",
            Exit::Refuted => "FAILED: refuted or different",
            Exit::Undecided => "UNDECIDED",
            _ => "FAILED: an error",
        };
        lines.push(format!("{verdict} in {:.1} s", self.seconds));
        lines.join("\n")
    }
}
