//! `isobath sample`: a Monte Carlo estimate beside the certified value, whole or in parts.
//!
//! A run may be one part of a larger one, named by its blocks or as part K of N, and goes to a file
//! that `merge` joins with the others. What has been drawn is kept when the time is up or the user
//! interrupts, and `--resume` goes on from there: every split gives the same bits.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::estimate::Report;
use super::exit::Exit;
use super::interrupt;
use super::options::{Common, DefaultDeadline, samples, seed};
use super::output;
use super::parts::{self, Identity, quoted};
use super::progress;
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::formula::{Expr, parse_expr};
use crate::limits::Limits;
use crate::montecarlo::reduced::MAX_POINTS;
use crate::montecarlo::{
    BLOCK_SAMPLES, MAX_SAMPLES, Method, Partial, Progress, RunOptions, Sampler, Stop, part_of,
};
use crate::number::Ball;
use crate::theory::catalog;
use crate::theory::measure::{Measured, certified, compare, compare_reduced};
use crate::theory::quantity::{Reduction, Sampling};

/// Samples of a run whose user names no number.
const DEFAULT_SAMPLES: u64 = 1_000_000;
/// Shifts of a lattice whose user names no number, and its points.
const DEFAULT_SHIFTS: u64 = 1024;
const DEFAULT_POINTS: u32 = 1024;

/// Options of `sample`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same seed gives the same bits on any machine, any number of threads and any split into parts. \
                  A block is 1024 samples.\n\nExamples:\n  isobath sample 'J(3, 2, 1)' -n 100000000\n  isobath sample 'J(1, 1, 1/3)' --resolution 1e-5\n  isobath sample 'J(3, 2, 1)' --method lattice\n  isobath sample 'J(3, 2, 1)' --quantiles 0.5,0.9 --histogram 1,10,100\n  isobath sample 'J(3, 2, 1)' -n 1000000000 --part 2/8 --out part-2.json\n  isobath sample 'J(3, 2, 1)' --blocks 0..1000 --out part.json"
)]
pub struct SampleArgs {
    /// A quantity at exact arguments, such as J(3, 2, 1)
    #[arg(value_name = "FORMULA", allow_hyphen_values = true)]
    formula: String,
    /// The number of samples of the whole run [default: 1000000; with --resolution or --blocks as
    /// many as it takes]
    #[arg(short, value_name = "N", allow_negative_numbers = true, value_parser = samples)]
    n: Option<u64>,
    /// The seed
    #[arg(long, value_name = "S", default_value = "0", allow_negative_numbers = true, value_parser = seed)]
    seed: u64,
    /// Stop once the standard error is at most R
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = resolution, conflicts_with_all = ["blocks", "part", "resume"])]
    resolution: Option<f64>,
    /// Draw only the blocks A to B-1 of the run
    #[arg(long, value_name = "A..B", value_parser = blocks)]
    blocks: Option<Range<u64>>,
    /// Draw only part K of N equal parts of the run, K from 1
    #[arg(long, value_name = "K/N", value_parser = part, conflicts_with = "blocks")]
    part: Option<(u64, u64)>,
    /// How to sample: plain; rao-blackwell (what can be, is integrated out exactly); or lattice (n random
    /// shifts of equidistant points) [default: plain]
    #[arg(long, value_name = "M", value_parser = method)]
    method: Option<Method>,
    /// Points of the lattice [default: 1024]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = points)]
    points: Option<u32>,
    #[command(flatten)]
    shape: Shape,
    /// Write the partial result to FILE, also when the time is up or the run is interrupted
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Go on from the blocks that FILE holds, and write to it unless --out names another
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Replace a file that is not an earlier state of this run
    #[arg(long)]
    force: bool,
}

fn resolution(text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err(Error::usage(format!("`{text}` is not a resolution"))
            .with_hint("a positive number, such as 1e-4")),
    }
}

fn method(text: &str) -> Result<Method> {
    let names = Method::ALL.map(Method::name);
    Method::ALL
        .into_iter()
        .find(|method| method.name() == text)
        .ok_or_else(|| {
            Error::usage(format!("there is no method `{text}` of sampling"))
                .with_hint(format!("one of {}", names.join(", ")))
        })
}

fn points(text: &str) -> Result<u32> {
    let most = u64::from(MAX_POINTS);
    match super::options::count(text) {
        Ok(points) if points <= most => Ok(points as u32),
        _ => Err(Error::usage(format!("`{text}` is not a number of points"))
            .with_hint(format!("a whole number from 1 to {most}, such as 1024"))),
    }
}

/// Two plain numbers around a separator.
fn pair(text: &str, separator: &str) -> Option<(u64, u64)> {
    let plain = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let (a, b) = text.split_once(separator)?;
    Some((plain(a)?, plain(b)?))
}

fn blocks(text: &str) -> Result<Range<u64>> {
    match pair(text, "..") {
        Some((a, b)) if a < b => Ok(a..b),
        _ => Err(Error::usage(format!("`{text}` is not a range of blocks"))
            .with_hint("FIRST..END with FIRST < END, such as 0..1000; END is not drawn")),
    }
}

fn part(text: &str) -> Result<(u64, u64)> {
    match pair(text, "/") {
        Some((k, n)) if (1..=n).contains(&k) => Ok((k, n)),
        _ => Err(Error::usage(format!("`{text}` is not a part"))
            .with_hint("K/N with K from 1 to N, such as 2/8")),
    }
}

/// Samples and prints the estimate, the certified value and their distance.
pub fn run(args: &SampleArgs, common: &Common) -> Exit {
    match sample(args, common) {
        Ok(exit) => exit,
        Err(error) => output::report(&error, "sample", &args.formula, common.json),
    }
}

fn sample(args: &SampleArgs, common: &Common) -> Result<Exit> {
    let limits = common.limits(DefaultDeadline::Never);
    let expr = parse_expr(&args.formula, &limits)?;
    // The certified value first: a formula without one is an error before any sampling.
    let value = certified(&expr, &limits)?;
    let way = Way::new(args, &expr, &limits)?;
    let canonical = catalog::canonical_text(&expr);
    let plan = Plan::new(args, way.experiment().call(), &limits)?;
    let (partial, stop) = plan.run(way.experiment(), args, common)?;
    let measured = way.compare(&value, &partial)?;
    let mut exit = match stop {
        Stop::Cancelled => Exit::Interrupted,
        _ => Exit::Fine,
    };
    if let Some(file) = &plan.target {
        parts::write(file, &partial.to_json()?)?;
        if matches!(stop, Stop::Cancelled | Stop::Time) {
            // A script must not take what is there for the whole part.
            exit = exit.and(Exit::Undecided);
            output::note(&plan.how_to_resume(args, file, &partial, stop));
        }
    } else if stop == Stop::Cancelled {
        output::note(&format!(
            "interrupted after {} blocks; with --out FILE they would be kept",
            partial.blocks().end - partial.blocks().start
        ));
    }
    let report = Report {
        verb: "sample",
        formula: &canonical,
        partial: &partial,
        measured: Some(&measured),
        shape: &args.shape,
        exit,
    };
    report.print(common)
}

/// How the formula is sampled.
enum Way {
    Plain(Sampling),
    Reduced(Box<dyn Sampler>),
}

impl Way {
    fn new(args: &SampleArgs, expr: &Expr, limits: &Limits) -> Result<Way> {
        let reduction = match args.method {
            Some(Method::RaoBlackwell) => Some(Reduction::RaoBlackwell),
            Some(Method::Lattice) => Some(Reduction::Lattice {
                points: args.points.unwrap_or(DEFAULT_POINTS),
            }),
            _ => None,
        };
        if args.points.is_some() && args.method != Some(Method::Lattice) {
            return Err(
                Error::usage("`--points` is for a lattice").with_hint("add --method lattice")
            );
        }
        let missing = |what: String, hint| Error::domain(what).with_hint(hint);
        match reduction {
            None => catalog::sampling(expr, limits)?
                .map(Way::Plain)
                .ok_or_else(|| {
                    missing(
                        "this formula has no sampler".to_owned(),
                        "a single quantity that is an expectation, at exact arguments: J(3, 2, 1)",
                    )
                }),
            Some(reduction) => catalog::reduced_sampling(expr, reduction, limits)?
                .map(Way::Reduced)
                .ok_or_else(|| {
                    let name = args.method.unwrap_or_default().name();
                    missing(
                        format!("this formula has no sampler of the method {name}"),
                        "moments of two Gaussians with integer exponents have one: J(3, 2, 1)",
                    )
                }),
        }
    }

    fn experiment(&self) -> &dyn Sampler {
        match self {
            Way::Plain(sampling) => sampling.experiment.as_ref(),
            Way::Reduced(sampler) => sampler.as_ref(),
        }
    }

    fn compare(&self, value: &Ball, run: &Partial) -> Result<Measured> {
        match self {
            Way::Plain(sampling) => compare(sampling, value, run),
            Way::Reduced(_) => compare_reduced(value, run),
        }
    }
}

/// What is to be drawn, what of it is there already, and where it goes.
struct Plan {
    identity: Identity,
    range: Range<u64>,
    done: Option<Partial>,
    target: Option<PathBuf>,
}

impl Plan {
    fn new(args: &SampleArgs, canonical: &str, limits: &Limits) -> Result<Plan> {
        let open = args.blocks.is_some() || args.resolution.is_some();
        let usual = match args.method {
            Some(Method::Lattice) => DEFAULT_SHIFTS,
            _ => DEFAULT_SAMPLES,
        };
        let samples = args.n.or((!open).then_some(usual));
        if let Some(n) = samples.filter(|n| *n > MAX_SAMPLES) {
            return Err(Error::usage(format!("{n} samples are too many"))
                .with_hint(format!("ask for between 1 and {MAX_SAMPLES} samples")));
        }
        let all = samples.unwrap_or(MAX_SAMPLES).div_ceil(BLOCK_SAMPLES);
        let range = match (&args.blocks, args.part) {
            (Some(blocks), _) if blocks.end > all => {
                return Err(Error::usage(format!(
                    "the block range {}..{} passes the last block",
                    blocks.start, blocks.end
                ))
                .with_hint(format!("the run has the blocks 0..{all}")));
            }
            (Some(blocks), _) => blocks.clone(),
            (None, Some((k, n))) => {
                let range = part_of(samples.unwrap_or(MAX_SAMPLES), k, n)?;
                if range.is_empty() {
                    return Err(Error::usage(format!("part {k} of {n} is empty")).with_hint(
                        format!("the run has {all} blocks: make at most {all} parts"),
                    ));
                }
                range
            }
            (None, None) => 0..all,
        };
        let identity = Identity {
            formula: canonical.to_owned(),
            seed: args.seed,
            samples,
        };
        let done = match &args.resume {
            None => None,
            Some(file) => {
                let done = resumable(file, &identity, &range, limits)?;
                check_quantiles(file, &done, args)?;
                Some(done)
            }
        };
        let target = args.out.clone().or_else(|| args.resume.clone());
        if let Some(file) = &target {
            parts::check_target(file, args.force, limits, |text| {
                parts::is_earlier_state(text, &identity, &range)
            })?;
        }
        Ok(Plan {
            identity,
            range,
            done,
            target,
        })
    }

    /// Draws what is missing and joins it to what is there.
    fn run(
        &self,
        experiment: &dyn Sampler,
        args: &SampleArgs,
        common: &Common,
    ) -> Result<(Partial, Stop)> {
        let first = self
            .done
            .as_ref()
            .map_or(self.range.start, |done| done.blocks().end);
        if first == self.range.end
            && let Some(done) = &self.done
        {
            return Ok((done.clone(), Stop::Finished));
        }
        interrupt::graceful();
        let bounded = self.identity.samples.is_some() || args.blocks.is_some();
        let bar = progress::samples(common, bounded);
        let report = |progress: &Progress| {
            bar.set(progress.samples, progress.blocks_wanted * BLOCK_SAMPLES);
        };
        let options = RunOptions {
            samples: self.identity.samples,
            blocks: Some(first..self.range.end),
            seed: args.seed,
            resolution: args.resolution,
            time: common.timeout.map(Duration::from_secs_f64),
            progress: Some(&report),
            cancel: Some(&interrupt::CANCELLED),
            quantiles: args.shape.is_wanted(),
            ..RunOptions::default()
        };
        let drawn = experiment.run(&options);
        bar.finish();
        let drawn = drawn?;
        let stop = drawn.stop();
        let partial = match &self.done {
            None => drawn,
            Some(done) => Partial::merge(vec![done.clone(), drawn])?,
        };
        Ok((partial, stop))
    }

    fn how_to_resume(
        &self,
        args: &SampleArgs,
        file: &Path,
        partial: &Partial,
        stop: Stop,
    ) -> String {
        let why = match stop {
            Stop::Cancelled => "interrupted",
            _ => "the time is up",
        };
        let name = file.display();
        let kept = partial.blocks();
        let mut text = format!(
            "{why}: `{name}` holds the blocks {}..{} of {}..{}",
            kept.start, kept.end, self.range.start, self.range.end
        );
        if args.resolution.is_none() {
            text += &format!("\n  go on with: isobath sample {}", quoted(&args.formula));
            if let Some(n) = args.n {
                text += &format!(" -n {n}");
            }
            if let Some(method) = args.method {
                text += &format!(" --method {}", method.name());
            }
            if let Some(points) = args.points {
                text += &format!(" --points {points}");
            }
            text += &args.shape.as_arguments();
            if args.seed != 0 {
                text += &format!(" --seed {}", args.seed);
            }
            if let Some(range) = &args.blocks {
                text += &format!(" --blocks {}..{}", range.start, range.end);
            }
            if let Some((k, n)) = args.part {
                text += &format!(" --part {k}/{n}");
            }
            text += &format!(" --resume {}", quoted(&name.to_string()));
        }
        text
    }
}

/// The blocks that a file holds, if they are the first of this run.
fn resumable(
    file: &Path,
    identity: &Identity,
    range: &Range<u64>,
    limits: &Limits,
) -> Result<Partial> {
    let done = parts::read(file, limits)?;
    let named = |error: Error| {
        error
            .context(format_args!("`{}` cannot be resumed", file.display()))
            .with_hint("resume with the arguments of the run that wrote it")
    };
    identity.check(&done).map_err(named)?;
    let kept = done.blocks();
    if kept.start != range.start || kept.end > range.end {
        return Err(named(Error::data(format!(
            "it holds the blocks {kept:?}, which are not the first of {range:?}"
        ))));
    }
    Ok(done)
}

/// That a file has quantiles if and only if they are drawn now.
fn check_quantiles(file: &Path, done: &Partial, args: &SampleArgs) -> Result<()> {
    let (has, hint) = match (done.sketches().is_some(), args.shape.is_wanted()) {
        (true, false) => (
            "quantiles",
            "name some with --quantiles, such as --quantiles 0.5",
        ),
        (false, true) => ("no quantiles", "leave --quantiles and --histogram out"),
        _ => return Ok(()),
    };
    let name = file.display();
    Err(Error::data(format!("`{name}` cannot be resumed: it has {has}")).with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_parts_are_read_strictly() {
        assert_eq!(blocks("0..1000"), Ok(0..1000));
        assert_eq!(part("2/8"), Ok((2, 8)));
        for bad in [
            "",
            "..",
            "3..3",
            "5..2",
            "-1..4",
            "1..=4",
            "0..18446744073709551616",
            "1-4",
        ] {
            assert!(blocks(bad).is_err(), "{bad}");
        }
        for bad in ["", "0/3", "4/3", "1", "1/0", "a/b", "1/+3", "1/2/3"] {
            assert!(part(bad).is_err(), "{bad}");
        }
    }
}
