//! `isobath merge`: partial results of one run joined to what one run would have given, bit for bit.

use std::path::PathBuf;

use clap::Args;

use super::estimate::Report;
use super::exit::Exit;
use super::options::{Common, DefaultDeadline};
use super::output;
use super::parts::{self, Identity};
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::montecarlo::{BLOCK_SAMPLES, MAX_SAMPLES, Partial};
use crate::theory::catalog;
use crate::theory::measure::{Measured, certified, compare, compare_reduced};

/// Options of `merge`.
#[derive(Debug, Args)]
#[command(
    after_help = "The parts may come in any order and any split. Overlapping, missing, different or damaged parts are refused.\n\nExamples:\n  isobath merge part-*.json\n  isobath merge part-*.json --out whole.json\n  isobath merge part-1.json part-2.json --incomplete --out half.json"
)]
pub struct MergeArgs {
    /// Partial results, as `sample --out` writes them
    #[arg(value_name = "FILES", required = true)]
    files: Vec<PathBuf>,
    /// Write the joined result to FILE
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Allow blocks of the whole run to be missing before the first or after the last part
    #[arg(long)]
    incomplete: bool,
    #[command(flatten)]
    shape: Shape,
    /// Replace a file that does not hold some of these blocks
    #[arg(long)]
    force: bool,
}

/// Joins the parts and prints the estimate.
pub fn run(args: &MergeArgs, common: &Common) -> Exit {
    match merge(args, common) {
        Ok(exit) => exit,
        Err(error) => output::report(&error, "merge", "", common.json),
    }
}

fn merge(args: &MergeArgs, common: &Common) -> Result<Exit> {
    let limits = common.limits(DefaultDeadline::Minute);
    let mut read = Vec::with_capacity(args.files.len());
    for file in &args.files {
        limits.check_deadline()?;
        read.push((file.display().to_string(), parts::read(file, &limits)?));
    }
    let whole = join(read, args.incomplete)?;
    if let Some(file) = &args.out {
        let identity = Identity::of(&whole);
        parts::check_target(file, args.force, &limits, |text| {
            parts::is_earlier_state(text, &identity, &whole.blocks())
        })?;
        parts::write(file, &whole.to_json()?)?;
    }
    let measured = beside_certified(&whole, &limits)?;
    let report = Report {
        verb: "merge",
        formula: whole.canonical(),
        partial: &whole,
        measured: measured.as_ref(),
        shape: &args.shape,
        exit: Exit::Fine,
    };
    report.print(common)
}

/// Joins named parts; every refusal names the files.
fn join(mut parts: Vec<(String, Partial)>, incomplete: bool) -> Result<Partial> {
    parts.sort_by_key(|(_, part)| (part.blocks().start, part.blocks().end));
    let Some((first_file, first)) = parts.first() else {
        return Err(Error::data("there is no part to merge"));
    };
    let identity = Identity::of(first);
    let again = |from: u64, to: u64| format!("draw them with --blocks {from}..{to}");
    for pair in parts.windows(2) {
        let [(file, part), (next_file, next)] = pair else {
            continue;
        };
        identity.check(next).map_err(|error| {
            error
                .context(format_args!(
                    "`{next_file}` does not belong to the run of `{first_file}`"
                ))
                .with_hint("all parts need one formula, seed and number of samples")
        })?;
        let (end, start) = (part.blocks().end, next.blocks().start);
        if start < end {
            let last = end.min(next.blocks().end);
            return Err(Error::data(format!(
                "the blocks {start}..{last} are in `{file}` and in `{next_file}`"
            ))
            .with_hint("merge each block once"));
        }
        if start > end {
            return Err(Error::data(format!(
                "the blocks {end}..{start} are missing between `{file}` and `{next_file}`"
            ))
            .with_hint(again(end, start)));
        }
    }
    let (last_file, last) = &parts[parts.len() - 1];
    let blocks = first.blocks().start..last.blocks().end;
    if !incomplete {
        let hint = |from, to| format!("{}, or allow it with --incomplete", again(from, to));
        if blocks.start > 0 {
            return Err(Error::data(format!(
                "the blocks 0..{} before `{first_file}` are missing",
                blocks.start
            ))
            .with_hint(hint(0, blocks.start)));
        }
        // The readers have checked that a part does not pass the end.
        let all = identity
            .samples
            .unwrap_or(MAX_SAMPLES)
            .div_ceil(BLOCK_SAMPLES);
        if identity.samples.is_some() && blocks.end < all {
            return Err(Error::data(format!(
                "the blocks {}..{all} after `{last_file}` are missing",
                blocks.end
            ))
            .with_hint(hint(blocks.end, all)));
        }
    }
    Partial::merge(parts.into_iter().map(|(_, part)| part).collect())
}

/// The certified value beside the estimate, if the formula is a quantity of the catalogue that can be
/// sampled.
fn beside_certified(whole: &Partial, limits: &Limits) -> Result<Option<Measured>> {
    // What was not drawn plainly says so after the formula.
    let (formula, reduced) = match whole.canonical().split_once(" method=") {
        Some((formula, _)) => (formula, true),
        None => (whole.canonical(), false),
    };
    let Ok(expr) = parse_expr(formula, limits) else {
        return Ok(None);
    };
    // A text that is not canonical was not drawn for this formula.
    if catalog::canonical_text(&expr) != formula {
        return Ok(None);
    }
    if reduced {
        return compare_reduced(&certified(&expr, limits)?, whole).map(Some);
    }
    let Ok(Some(sampling)) = catalog::sampling(&expr, limits) else {
        return Ok(None);
    };
    compare(&sampling, &certified(&expr, limits)?, whole).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{Gate, PairMoment, RunOptions, part_of, run};
    use std::ops::Range;

    const N: u64 = 9 * BLOCK_SAMPLES + 5;

    fn part(blocks: Range<u64>, seed: u64, n: Option<u64>) -> Partial {
        let experiment = PairMoment::new("J(a=1, b=1)", (1, 1), (0.6, 0.8), Gate::Relu).unwrap();
        let options = RunOptions {
            samples: n,
            blocks: Some(blocks),
            seed,
            ..RunOptions::default()
        };
        run(&experiment, &options).unwrap()
    }

    fn named(parts: &[Partial]) -> Vec<(String, Partial)> {
        let names = (0..).map(|i| format!("part-{i}"));
        names.zip(parts.iter().cloned()).collect()
    }

    #[test]
    fn refusals_name_the_files_and_the_blocks() {
        let at = |blocks| part(blocks, 1, Some(N));
        let cases: [(Vec<Partial>, &[&str]); 6] = [
            (
                vec![at(0..5), at(4..10)],
                &["4..5", "`part-0`", "`part-1`", "merge each block once"],
            ),
            (
                vec![at(0..3), at(5..10)],
                &[
                    "3..5",
                    "missing between `part-0` and `part-1`",
                    "--blocks 3..5",
                ],
            ),
            (
                vec![at(2..10)],
                &["0..2", "before `part-0`", "--incomplete"],
            ),
            (
                vec![at(0..9)],
                &["9..10", "after `part-0`", "--blocks 9..10"],
            ),
            (
                vec![at(0..5), part(5..10, 2, Some(N))],
                &["`part-1` does not belong", "its seed is 2, not 1"],
            ),
            (
                vec![at(0..5), part(5..10, 1, None)],
                &["open-ended, not 9221"],
            ),
        ];
        for (parts, words) in cases {
            let error = join(named(&parts), false).unwrap_err().to_string();
            for word in words {
                assert!(error.contains(word), "{error}");
            }
        }
        assert!(join(named(&[at(2..9)]), true).is_ok());
        // An open-ended run is whole wherever it ends.
        assert!(join(named(&[part(0..4, 1, None)]), false).is_ok());
    }

    #[test]
    fn any_split_and_order_gives_the_bits_of_one_run() {
        let whole = part(0..10, 1, Some(N));
        let mut cases = 0;
        for split in 1..=10 {
            let mut parts: Vec<Partial> = (1..=split)
                .map(|k| part(part_of(N, k, split).unwrap(), 1, Some(N)))
                .collect();
            for _ in 0..parts.len() {
                parts.rotate_left(1);
                assert_eq!(join(named(&parts), false).unwrap(), whole);
                cases += 1;
            }
        }
        assert_eq!(cases, 55);
    }
}
