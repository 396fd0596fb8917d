//! `isobath simulate`: named experiments on random networks, as a table and a plot.
//!
//! Each case of an experiment is a run of its own; with `--resume FILE` the finished blocks of all of
//! them are kept in one file, and a later call goes on from there to the same bits.

mod blocks;
mod picture;
mod plan;
mod table;

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use self::blocks::{draw, keep, kept};
use self::picture::picture;
use self::plan::Plan;
use self::table::table;
use super::exit::Exit;
use super::options::{Common, DefaultDeadline, count, seed};
use super::output;
use super::parts::{self, quoted};
use crate::error::{Error, Result};
use crate::evidence::file::read_text;
use crate::limits::Limits;
use crate::montecarlo::{Partial, Stop};
use crate::table::store::{Overwrite, write_tables};
use crate::table::{Format, Provenance, Table};
use crate::theory::simulation::simulations;

/// Options of `simulate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a name: the list of experiments. The same seed gives the same table on any machine.\n\nExamples:\n  isobath simulate\n  isobath simulate angle-depth --plot figure.svg\n  isobath simulate level-lengths --activation tanh,sin --depth 1,2,4 --level 0,1\n  isobath simulate angle-layer --width 16,64 --theta 0,1,pi/2 -n 1000000 --to md\n  isobath simulate dead-vectors --write results"
)]
pub struct SimulateArgs {
    /// The experiment; all are listed without it
    #[arg(value_name = "EXPERIMENT")]
    name: Option<String>,
    /// The number of random networks for each choice of parameters
    #[arg(short, value_name = "N", allow_negative_numbers = true, value_parser = count)]
    n: Option<u64>,
    /// The seed
    #[arg(long, value_name = "S", default_value = "0", allow_negative_numbers = true, value_parser = seed)]
    seed: u64,
    /// Widths of the layers, separated by commas
    #[arg(long, value_name = "LIST")]
    width: Option<String>,
    /// Angles of the inputs in radians, separated by commas
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    theta: Option<String>,
    /// Numbers of layers, separated by commas
    #[arg(long, value_name = "LIST")]
    depth: Option<String>,
    /// Activations, separated by commas: relu, leaky(0.2), abs, heaviside, sign, tanh, erf, atan, softsign,
    /// hardtanh(2), logistic, softplus, gelu, silu, mish, elu(1), selu, repu(5/2), sin, cos, gcu, exp,
    /// exp(-x^2)
    #[arg(long, value_name = "LIST")]
    activation: Option<String>,
    /// Levels that the network's output is compared with, separated by commas
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    level: Option<String>,
    /// The format: csv, json, md, latex, or text
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    to: Option<Format>,
    /// Write the table into DIR instead of printing it
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Draw the first column with its standard errors into FILE (.svg)
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    /// Keep the finished blocks in FILE, and go on from those it holds
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Replace files that isobath did not write
    #[arg(long)]
    force: bool,
}

fn format(name: &str) -> Result<Format> {
    name.parse()
}

/// Lists the experiments, or runs one.
pub fn run(args: &SimulateArgs, common: &Common) -> Exit {
    let done = match &args.name {
        None => Ok(list(common)),
        Some(name) => simulate(name, args, common),
    };
    done.unwrap_or_else(|error| output::report(&error, "simulate", "", common.json))
}

fn list(common: &Common) -> Exit {
    if common.json {
        let mut map = output::object("simulate");
        let entries: Vec<Value> = simulations()
            .map(|s| json!({"name": s.name, "about": s.summary}))
            .collect();
        map.insert("experiments".into(), json!(entries));
        return output::print_json(map).unwrap_or(Exit::Fine);
    }
    let width = simulations().map(|s| s.name.len()).max().unwrap_or(0);
    let lines: Vec<String> = simulations()
        .map(|s| format!("{:width$}  {}", s.name, s.summary))
        .collect();
    output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine)
}

fn simulate(name: &str, args: &SimulateArgs, common: &Common) -> Result<Exit> {
    let limits = common.limits(DefaultDeadline::Never);
    let plan = Plan::new(name, args, &limits)?;
    if let Some(file) = &args.plot {
        parts::check_target(file, args.force, &limits, |text| {
            if text.starts_with("<svg") {
                Ok(())
            } else {
                Err(Error::data("it is no SVG file"))
            }
        })?;
    }
    let kept = match &args.resume {
        None => Vec::new(),
        Some(file) => {
            parts::check_target(file, args.force, &limits, |text| kept(text).map(|_| ()))?;
            if file.exists() && !args.force {
                kept(&read_text(file, &limits)?)
                    .map_err(|e| e.context(format_args!("`{}`", file.display())))?
            } else {
                Vec::new()
            }
        }
    };
    let (runs, stop) = draw(&plan, kept, args, common)?;
    if let Some(file) = &args.resume {
        parts::write(file, &keep(plan.simulation, &runs)?)?;
    }
    if stop != Stop::Finished {
        let why = match stop {
            Stop::Cancelled => "interrupted",
            _ => "the time is up",
        };
        output::note(&match &args.resume {
            Some(file) => {
                let file = quoted(&file.display().to_string());
                format!(
                    "{why}: {file} holds the finished blocks; the same command goes on from there"
                )
            }
            None => {
                format!("{why}: nothing is kept; with --resume FILE the finished blocks would be")
            }
        });
        return Ok(match stop {
            Stop::Cancelled => Exit::Interrupted,
            _ => Exit::Undecided,
        });
    }
    let mut runs = runs.into_iter();
    let mut rows = Vec::new();
    for case in &plan.cases {
        let own: Vec<Partial> = runs.by_ref().take(case.experiments.len()).collect();
        rows.extend(case.rows(&own, &limits)?);
    }
    if let Some(file) = &args.plot {
        parts::write(file, &picture(&plan, &rows, &limits)?)?;
    }
    let table = table(&plan, &rows, args, &limits)?;
    show(&table, args, common, &limits)
}

fn show(table: &Table, args: &SimulateArgs, common: &Common, limits: &Limits) -> Result<Exit> {
    if let Some(folder) = &args.write {
        let overwrite = if args.force {
            Overwrite::Force
        } else {
            Overwrite::OwnFiles
        };
        let format = args.to.unwrap_or(Format::Csv);
        let tables = std::slice::from_ref(table);
        let written = write_tables(folder, tables, format, overwrite, limits)?;
        let paths: Vec<String> = written
            .iter()
            .map(|file| file.path.display().to_string())
            .collect();
        if common.json {
            let mut map = output::object("simulate");
            map.insert("files".into(), json!(paths));
            return Ok(output::print_json(map).unwrap_or(Exit::Fine));
        }
        return Ok(output::print_line(&paths.join("\n")).unwrap_or(Exit::Fine));
    }
    let provenance = Provenance::of(table);
    if common.json && args.to.is_none() {
        let mut map = output::object("simulate");
        let text = Format::Json.render(table, &provenance);
        let value = serde_json::from_str::<Value>(&text)
            .map_err(|e| Error::data(format!("cannot write the table: {e}")))?;
        map.insert("table".into(), value);
        return Ok(output::print_json(map).unwrap_or(Exit::Fine));
    }
    let text = args
        .to
        .unwrap_or(Format::Terminal)
        .render(table, &provenance);
    Ok(output::print_line(text.trim_end_matches('\n')).unwrap_or(Exit::Fine))
}
