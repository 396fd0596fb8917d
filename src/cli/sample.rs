//! `isobath sample`: a Monte Carlo estimate beside the certified value.

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::interrupt;
use super::options::{Common, DefaultDeadline, samples, seed};
use super::output;
use super::progress;
use crate::error::{Error, Result};
use crate::formula::parse_expr;
use crate::montecarlo::significance::{RUN_ALARM_RATE, threshold};
use crate::montecarlo::{MAX_SAMPLES, RunOptions, STREAM_VERSION};
use crate::theory::catalog;
use crate::theory::measure::{Measured, certified, compare};

/// Options of `sample`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same seed gives the same bits on any machine and any number of threads.\n\nExamples:\n  isobath sample 'J(3, 2, 1)' -n 100000000\n  isobath sample 'J(1, 1, 1/3)' --resolution 1e-5"
)]
pub struct SampleArgs {
    /// A quantity at exact arguments, such as J(3, 2, 1)
    #[arg(value_name = "FORMULA", allow_hyphen_values = true)]
    formula: String,
    /// The number of samples [default: 1000000; with --resolution as many as it takes]
    #[arg(short, value_name = "N", allow_negative_numbers = true, value_parser = samples)]
    n: Option<u64>,
    /// The seed
    #[arg(long, value_name = "S", default_value = "0", allow_negative_numbers = true, value_parser = seed)]
    seed: u64,
    /// Stop once the standard error is at most R
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = resolution)]
    resolution: Option<f64>,
}

fn resolution(text: &str) -> Result<f64> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err(Error::usage(format!("`{text}` is not a resolution"))
            .with_hint("a positive number, such as 1e-4")),
    }
}

/// Samples and prints the estimate, the certified value and their distance.
pub fn run(args: &SampleArgs, common: &Common) -> Exit {
    match sample(args, common) {
        Ok((measured, canonical)) => print(&measured, &canonical, args, common),
        Err(error) => output::report(&error, "sample", &args.formula, common.json),
    }
}

fn sample(args: &SampleArgs, common: &Common) -> Result<(Measured, String)> {
    let limits = common.limits(DefaultDeadline::Never);
    let expr = parse_expr(&args.formula, &limits)?;
    // The certified value first: a formula without one is an error before any sampling.
    let value = certified(&expr, &limits)?;
    let sampling = catalog::sampling(&expr, &limits)?.ok_or_else(|| {
        Error::domain("this formula has no sampler")
            .with_hint("a single quantity that is an expectation, at exact arguments: J(3, 2, 1)")
    })?;
    interrupt::graceful();
    let bar = progress::samples(common, args.n.unwrap_or(0));
    let report = |progress: &crate::montecarlo::Progress| {
        bar.set(
            progress.samples,
            progress.blocks_wanted * crate::montecarlo::BLOCK_SAMPLES,
        )
    };
    let options = RunOptions {
        samples: Some(args.n.unwrap_or(if args.resolution.is_some() {
            MAX_SAMPLES
        } else {
            1_000_000
        })),
        seed: args.seed,
        resolution: args.resolution,
        time: common.timeout.map(Duration::from_secs_f64),
        progress: Some(&report),
        cancel: Some(&interrupt::CANCELLED),
        ..RunOptions::default()
    };
    let partial = sampling.experiment.run(&options)?;
    bar.finish();
    Ok((
        compare(&sampling, &value, &partial)?,
        catalog::canonical_text(&expr),
    ))
}

fn print(measured: &Measured, canonical: &str, args: &SampleArgs, common: &Common) -> Exit {
    let level = threshold(1, RUN_ALARM_RATE).unwrap_or(f64::INFINITY);
    let resolution = measured.resolution(level).unwrap_or(f64::INFINITY);
    let estimate = &measured.estimate;
    let exit = if measured.z.abs() > level {
        Exit::Refuted
    } else if interrupt::cancelled() {
        Exit::Interrupted
    } else {
        Exit::Fine
    };
    if common.json {
        let mut map = output::object("sample");
        map.insert("formula".into(), json!(canonical));
        map.insert("class".into(), json!("sampled"));
        map.insert("mean".into(), json!(estimate.mean.to_string()));
        map.insert(
            "stderr".into(),
            json!(estimate.stderr.map(|e| e.to_string())),
        );
        map.insert("n".into(), json!(estimate.n));
        map.insert("seed".into(), json!(args.seed));
        map.insert("z".into(), json!(format!("{:.4}", measured.z)));
        map.insert(
            "certified".into(),
            json!(format!("{:.17e}", measured.certified)),
        );
        map.insert("resolution".into(), json!(format!("{resolution:.4e}")));
        map.insert("blocks".into(), json!(estimate.blocks));
        map.insert("stream".into(), json!(STREAM_VERSION));
        return output::print_json(map).unwrap_or(exit);
    }
    let stderr = measured.certified_stderr();
    let lines = [
        format!("{canonical}"),
        format!("  sampled    {:.12} +- {stderr:.2e}", estimate.mean),
        format!("  certified  {:.12}", measured.certified),
        format!(
            "  z          {:.3}, |z| up to {level:.2} is consistent",
            measured.z
        ),
        format!("  resolution {resolution:.2e}: the smallest deviation seen every second time"),
        format!(
            "  n          {} in {} blocks, seed {}, stream {STREAM_VERSION}",
            estimate.n, estimate.blocks, args.seed
        ),
    ];
    output::print_line(&lines.join("\n")).unwrap_or(exit)
}
