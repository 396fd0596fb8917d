//! `isobath simulate`: named experiments on random networks, as a table and a plot.
//!
//! Each case of an experiment is a run of its own; with `--resume FILE` the finished blocks of all of
//! them are kept in one file, and a later call goes on from there to the same bits.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::exit::Exit;
use super::interrupt;
use super::options::{Common, DefaultDeadline, count, seed};
use super::output;
use super::parts::{self, Identity, quoted};
use super::progress;
use crate::error::{Error, ErrorKind, Result};
use crate::evidence::file::read_text;
use crate::formula::answer::{Answer, Question};
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::montecarlo::{
    Activation, BLOCK_SAMPLES, Partial, Progress, RunOptions, STREAM_VERSION, Stop,
};
use crate::number::decimal::Decimal;
use crate::number::{Ball, Digits, EvidenceClass};
use crate::report::plot::{Curve, Plot, Point, Series};
use crate::table::simulated::estimate_text;
use crate::table::store::{Overwrite, write_tables};
use crate::table::{About, Cell, Column, ColumnKind, Format, Provenance, Table};
use crate::theory::catalog;
use crate::theory::simulation::{
    Case, Level, Measurement, Parameters, Row, Simulation, Theta, find, simulations,
};

/// Digits of the exact values beside the estimates.
const EXACT_DIGITS: Digits = Digits::literal(15);
/// Digits of the curves of a plot.
const PLOTTED_DIGITS: Digits = Digits::literal(8);
/// What a file of finished blocks calls itself.
const KIND: &str = "isobath simulation";

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

/// An experiment with all of its parameters.
struct Plan {
    simulation: &'static Simulation,
    cases: Vec<Case>,
    samples: u64,
    parameters: Parameters,
}

impl Plan {
    fn new(name: &str, args: &SimulateArgs, limits: &Limits) -> Result<Plan> {
        let simulation = find(name).ok_or_else(|| {
            let names: Vec<&str> = simulations().map(|s| s.name).collect();
            Error::usage(format!("there is no experiment `{name}`"))
                .with_hint(format!("one of {}", names.join(", ")))
        })?;
        let given = Lists {
            experiment: name,
            option: "--width",
        };
        let widths = given.or(&args.width, simulation.widths, |n| n.to_string(), width)?;
        let given = Lists {
            option: "--theta",
            ..given
        };
        let theta = |text: &str| Theta::parse(text, limits);
        let thetas = given.or(&args.theta, simulation.thetas, |t| t.to_string(), theta)?;
        let given = Lists {
            option: "--depth",
            ..given
        };
        let depths = given.or(&args.depth, simulation.depths, |n| n.to_string(), depth)?;
        let given = Lists {
            option: "--activation",
            ..given
        };
        let activation = |text: &str| Activation::parse(text);
        let known = simulation.activations;
        let activations = given.or(&args.activation, known, |f| f.to_string(), activation)?;
        let given = Lists {
            option: "--level",
            ..given
        };
        let level = |text: &str| Level::parse(text, limits);
        let levels = given.or(&args.level, simulation.levels, |u| u.to_string(), level)?;
        let parameters = Parameters {
            widths: one(widths, || Ok(1))?,
            thetas: one(thetas, || Ok(Theta::zero()))?,
            depths: one(depths, || Ok(1))?,
            activations: one(activations, || Ok(Activation::Relu))?,
            levels: one(levels, || level("0"))?,
        };
        Ok(Plan {
            cases: simulation.cases(&parameters)?,
            simulation,
            samples: args.n.unwrap_or(simulation.samples),
            parameters,
        })
    }

    fn identity(&self, formula: &str, args: &SimulateArgs) -> Identity {
        Identity {
            formula: formula.to_owned(),
            seed: args.seed,
            samples: Some(self.samples),
        }
    }
}

/// Reads the list of one option.
struct Lists<'a> {
    experiment: &'a str,
    option: &'a str,
}

impl Lists<'_> {
    /// The entries of the list, or of the usual one if there is none.
    fn or<D, T>(
        &self,
        list: &Option<String>,
        usual: &[D],
        text: impl Fn(&D) -> String,
        read: impl Fn(&str) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Some(list) = list else {
            return usual.iter().map(|entry| read(&text(entry))).collect();
        };
        let Lists { experiment, option } = self;
        if usual.is_empty() {
            let what = match *option {
                "--depth" => "has one layer",
                "--theta" => "has no angle",
                "--activation" => "has one activation",
                _ => "has no level",
            };
            return Err(Error::usage(format!("`{experiment}` {what}"))
                .with_hint(format!("leave {option} out")));
        }
        list.split(',')
            .map(|entry| {
                read(entry.trim()).map_err(|error| {
                    error.context(format_args!("{option} `{}`", output::shortened(entry)))
                })
            })
            .collect()
    }
}

/// The list, or the one entry that stands for a parameter that the experiment does not have.
fn one<T>(list: Vec<T>, entry: impl FnOnce() -> Result<T>) -> Result<Vec<T>> {
    match list.is_empty() {
        true => Ok(vec![entry()?]),
        false => Ok(list),
    }
}

fn depth(text: &str) -> Result<u32> {
    let n = count(text)?;
    u32::try_from(n)
        .ok()
        .filter(|n| *n <= 1_000_000)
        .ok_or_else(|| {
            Error::usage(format!("{n} layers are too many")).with_hint("at most 1000000 layers")
        })
}

fn width(text: &str) -> Result<u32> {
    let n = count(text.trim())?;
    u32::try_from(n)
        .ok()
        .filter(|n| (2..=10_000_000).contains(n))
        .ok_or_else(|| {
            Error::usage(format!("a width of {n} is out of range"))
                .with_hint("from 2 to 10000000 neurons")
        })
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

/// Runs what is missing, in the order of the cases; stops at the first run that is stopped.
fn draw(
    plan: &Plan,
    mut kept: Vec<Partial>,
    args: &SimulateArgs,
    common: &Common,
) -> Result<(Vec<Partial>, Stop)> {
    interrupt::graceful();
    let begin = Instant::now();
    let budget = common.timeout.map(Duration::from_secs_f64);
    let experiments = || plan.cases.iter().flat_map(|case| &case.experiments);
    let all = plan.samples.saturating_mul(experiments().count() as u64);
    let bar = progress::samples(common, true);
    let (mut runs, mut before) = (Vec::new(), 0);
    for experiment in experiments() {
        let identity = plan.identity(experiment.call(), args);
        let found = kept
            .iter()
            .position(|part| identity.check(part).is_ok() && part.blocks().start == 0);
        let earlier = found.map(|index| kept.swap_remove(index));
        let first = earlier.as_ref().map_or(0, |part| part.blocks().end);
        let last = plan.samples.div_ceil(BLOCK_SAMPLES);
        let offset = before + (first * BLOCK_SAMPLES).min(plan.samples);
        before += plan.samples;
        if let Some(whole) = earlier.as_ref().filter(|_| first >= last) {
            bar.set(before, all);
            runs.push(whole.clone());
            continue;
        }
        let report = |progress: &Progress| bar.set(offset + progress.samples, all);
        let options = RunOptions {
            blocks: Some(first..last),
            time: budget.map(|budget| budget.saturating_sub(begin.elapsed())),
            progress: Some(&report),
            cancel: Some(&interrupt::CANCELLED),
            ..RunOptions::samples(plan.samples, args.seed)
        };
        let drawn = experiment.run(&options)?;
        let stop = drawn.stop();
        runs.push(match earlier {
            None => drawn,
            Some(earlier) => Partial::merge(vec![earlier, drawn])?,
        });
        if matches!(stop, Stop::Cancelled | Stop::Time) {
            bar.finish();
            // What later cases had already is kept too.
            runs.extend(kept);
            return Ok((runs, stop));
        }
    }
    bar.finish();
    Ok((runs, Stop::Finished))
}

/// The finished blocks as a file.
fn keep(simulation: &Simulation, runs: &[Partial]) -> Result<String> {
    let wrong = |e: serde_json::Error| Error::data(format!("cannot write the blocks: {e}"));
    let mut documents = Vec::with_capacity(runs.len());
    for run in runs {
        documents.push(serde_json::from_str::<Value>(&run.to_json()?).map_err(wrong)?);
    }
    let file = json!({"kind": KIND, "experiment": simulation.name, "parts": documents});
    let mut text = serde_json::to_string_pretty(&file).map_err(wrong)?;
    text.push('\n');
    Ok(text)
}

/// The finished blocks of a file.
fn kept(text: &str) -> Result<Vec<Partial>> {
    let wrong = || Error::data("it holds no finished blocks of a simulation");
    let file: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    if file.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(wrong());
    }
    let parts = file.get("parts").and_then(Value::as_array);
    parts
        .ok_or_else(wrong)?
        .iter()
        .map(|part| Partial::from_json(&part.to_string()))
        .collect()
}

/// The measurements as a table.
fn table(plan: &Plan, rows: &[Row], args: &SimulateArgs, limits: &Limits) -> Result<Table> {
    let simulation = plan.simulation;
    let about = About {
        name: simulation.name.to_owned(),
        title: simulation.summary.to_owned(),
        caption: simulation.caption.to_owned(),
        source: simulation.source.to_owned(),
        reliability: simulation.reliability.to_owned(),
        completeness: String::new(),
        stream: Some(STREAM_VERSION),
    };
    let mut columns = Vec::new();
    for key in simulation.keys {
        columns.push(Column::new(*key, ColumnKind::Key)?);
    }
    let has_exact: Vec<bool> = (0..simulation.columns.len())
        .map(|k| rows.iter().any(|row| row.values[k].exact.is_some()))
        .collect();
    let sampled = |name: String, kind| -> Result<Column> {
        Ok(Column::new(name, kind)?
            .with_class(EvidenceClass::Sampled)
            .with_method("Monte Carlo")
            .with_sampling(args.seed, plan.samples))
    };
    for (measured, has_exact) in simulation.columns.iter().zip(&has_exact) {
        let name = measured.name;
        if !measured.is_estimate {
            let known = Column::new(name, ColumnKind::Value)?
                .with_class(EvidenceClass::Certified)
                .with_digits(EXACT_DIGITS.get());
            columns.push(known);
            continue;
        }
        columns.push(sampled(name.to_owned(), ColumnKind::Estimate)?);
        columns.push(sampled(
            format!("{name}_stderr"),
            ColumnKind::StandardError,
        )?);
        if *has_exact {
            let mut exact = Column::new(format!("{name}_exact"), ColumnKind::Value)?
                .with_class(EvidenceClass::Certified)
                .with_digits(EXACT_DIGITS.get());
            if let Some(formula) = measured.formula {
                exact = exact.with_formula(formula);
            }
            columns.push(exact);
            columns.push(sampled(format!("{name}_z"), ColumnKind::ZScore)?);
        }
    }
    let mut table = Table::new(about, columns)?;
    for row in rows {
        let mut cells = Vec::new();
        for key in &row.keys {
            cells.push(Cell::exact(key.as_str())?);
        }
        for (k, value) in row.values.iter().enumerate() {
            if !simulation.columns[k].is_estimate {
                cells.push(
                    match value.exact.as_ref().and_then(|exact| rounded(&exact.value)) {
                        Some(text) => Cell::number(text)?,
                        None => Cell::Empty,
                    },
                );
                continue;
            }
            cells.push(Cell::number(estimate_text(value.estimate, value.stderr))?);
            cells.push(match value.stderr {
                Some(stderr) if stderr.is_finite() => Cell::number(format!("{stderr:.3e}"))?,
                _ => Cell::Empty,
            });
            if has_exact[k] {
                cells.extend(exact_cells(simulation, row, k, value, limits)?);
            }
        }
        table.push_row(cells)?;
    }
    Ok(table)
}

/// The exact value and the z-score, or the reason why there are none.
fn exact_cells(
    simulation: &Simulation,
    row: &Row,
    k: usize,
    value: &Measurement,
    limits: &Limits,
) -> Result<[Cell; 2]> {
    let Some(known) = &value.exact else {
        return Ok([Cell::Empty, Cell::Empty]);
    };
    let text = match simulation.columns[k].formula {
        Some(formula) => Some(by_formula(formula, simulation, row, EXACT_DIGITS, limits)?),
        None => rounded(&known.value),
    };
    let exact = match text {
        Some(text) => Cell::number(text)?,
        None => Cell::refusal("not decided: the digits need more precision")?,
    };
    let z = match known.z {
        Some(z) if z.is_finite() => Cell::number(format!("{z:.3}"))?,
        Some(_) => Cell::refusal("no z: the law is a single point")?,
        None => Cell::refusal("no z: too few events for the normal law")?,
    };
    Ok([exact, z])
}

/// The value of a formula in the keys of a row.
fn by_formula(
    formula: &str,
    simulation: &Simulation,
    row: &Row,
    digits: Digits,
    limits: &Limits,
) -> Result<String> {
    let mut expr = parse_expr(formula, limits)?;
    for (key, value) in simulation.keys.iter().zip(&row.keys) {
        expr = expr.substitute(key, &parse_expr(value, limits)?);
    }
    let question = Question {
        library: catalog::library(),
        digits,
        method: None,
        limits,
    };
    match question.answer(&expr)? {
        Answer::Number(number) => Ok(number.text),
        Answer::List(_) => Err(Error::domain("a list does not fit into a cell")),
    }
}

fn rounded(ball: &Ball) -> Option<String> {
    if ball.is_zero() {
        return Some("0".to_owned());
    }
    Decimal::from_ball(ball, EXACT_DIGITS).map(|decimal| decimal.to_string())
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

/// The first column along the simulation's axis, a line for each choice of the other keys; where the
/// standard deviation of the law was measured too, it is the band of a line that stands alone. Beside them
/// the curves of the simulation.
fn picture(plan: &Plan, rows: &[Row], limits: &Limits) -> Result<String> {
    let simulation = plan.simulation;
    let axis = simulation
        .keys
        .iter()
        .position(|key| *key == simulation.axis)
        .unwrap_or(0);
    let spread = simulation.columns.iter().position(|c| c.name == "sd");
    // Keys with one value only are said once, in the title.
    let varies = |index: usize| {
        rows.iter()
            .any(|row| row.keys[index] != rows[0].keys[index])
    };
    let label_of = |row: &Row, wanted: &dyn Fn(usize) -> bool| -> String {
        let parts = simulation.keys.iter().zip(&row.keys).enumerate();
        let kept = parts.filter(|(index, _)| *index != axis && wanted(*index));
        let texts: Vec<String> = kept
            .map(|(_, (key, value))| format!("{key} {value}"))
            .collect();
        texts.join(", ")
    };
    let mut series: Vec<Series> = Vec::new();
    let mut first: Vec<&Row> = Vec::new();
    for row in rows {
        let label = label_of(row, &varies);
        let value = &row.values[0];
        let point = Point {
            x: row.keys[axis].parse::<f64>().unwrap_or(f64::NAN),
            y: value.estimate,
            stderr: value.stderr.unwrap_or(0.0),
            spread: spread.map_or(0.0, |k| row.values[k].estimate),
        };
        match series.iter_mut().find(|line| line.label == label) {
            Some(line) => line.points.push(point),
            None => {
                first.push(row);
                series.push(Series {
                    label,
                    points: vec![point],
                });
            }
        }
    }
    let has_band = spread.is_some() && series.len() == 1;
    if !has_band {
        // Bands of several lines would hide each other.
        for point in series.iter_mut().flat_map(|line| &mut line.points) {
            point.spread = 0.0;
        }
    }
    let curves = curves(plan, &series, &first, axis, limits)?;
    let mut about = vec![format!("{} networks", plan.samples)];
    if let Some(row) = rows.first() {
        about.push(label_of(row, &|index| !varies(index)));
    }
    if let [depth] = &plan.parameters.depths[..]
        && !["layer", "depth"].contains(&simulation.axis)
        && !simulation.keys.contains(&"depth")
        && !simulation.depths.is_empty()
    {
        about.push(format!("depth {depth}"));
    }
    if has_band {
        about.push("shaded: one standard deviation of the networks".to_owned());
    }
    about.retain(|part| !part.is_empty());
    Plot {
        title: simulation.name.to_owned(),
        subtitle: about.join(", "),
        x_label: match simulation.axis {
            "width" => "width (neurons in a layer)".to_owned(),
            axis => axis.to_owned(),
        },
        y_label: simulation.columns[0].title.to_owned(),
        is_logarithmic: simulation.axis == "width",
    }
    .svg(&series, &curves)
}

/// The curves of a simulation through the points of each line, from the inputs on where the axis is the layer.
fn curves(
    plan: &Plan,
    series: &[Series],
    first: &[&Row],
    axis: usize,
    limits: &Limits,
) -> Result<Vec<Curve>> {
    let simulation = plan.simulation;
    let mut curves: Vec<Curve> = Vec::new();
    for (style, curve) in simulation.curves.iter().enumerate() {
        for (index, (line, row)) in series.iter().zip(first).enumerate() {
            let mut row = (*row).clone();
            let mut points = Vec::with_capacity(line.points.len() + 1);
            let start = (simulation.axis == "layer").then_some(0.0);
            for x in start.into_iter().chain(line.points.iter().map(|p| p.x)) {
                row.keys[axis] = format!("{x}");
                match by_formula(curve.formula, simulation, &row, PLOTTED_DIGITS, limits) {
                    Ok(text) => points.push((x, text.parse::<f64>().unwrap_or(f64::NAN))),
                    // The rule does not hold here, as beyond a right angle, or would take too long.
                    Err(error) if matches!(error.kind(), ErrorKind::Domain | ErrorKind::Limit) => {
                        output::note(&format!("{} is not drawn: {error}", curve.label));
                        points.clear();
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            if points.is_empty() {
                continue;
            }
            // A rule that does not know the width is one curve for all.
            if let Some(known) = curves
                .iter_mut()
                .find(|known| known.style == style && known.points == points)
            {
                known.line = None;
                continue;
            }
            curves.push(Curve {
                label: curve.label.to_owned(),
                style,
                line: Some(index),
                points,
            });
        }
    }
    Ok(curves)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_checked() {
        assert_eq!(width(" 16"), Ok(16));
        for bad in ["1", "0", "-3", "x", "", "100000000000", "1e3"] {
            assert!(width(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn estimates_show_the_digits_that_matter() {
        assert_eq!(estimate_text(-0.174_191_418_597, Some(5.9e-3)), "-0.174191");
        assert_eq!(estimate_text(1234.5, Some(30.0)), "1234.50");
        assert_eq!(estimate_text(0.25, None), "0.25");
        assert_eq!(estimate_text(0.0, Some(0.0)), "0");
        assert_eq!(estimate_text(1.25e-31, Some(1.6e-32)), "1.2500e-31");
    }

    #[test]
    fn kept_blocks_are_read_back() {
        let limits = Limits::default();
        let simulation = find("dead-vectors").unwrap();
        let parameters = Parameters {
            widths: vec![4],
            thetas: vec![Theta::parse("1", &limits).unwrap()],
            depths: vec![1],
            activations: vec![Activation::Relu],
            levels: vec![Level::parse("0", &limits).unwrap()],
        };
        let cases = simulation.cases(&parameters).unwrap();
        let runs: Vec<Partial> = cases[0]
            .experiments
            .iter()
            .map(|e| e.run(&RunOptions::samples(3000, 2)).unwrap())
            .collect();
        let text = keep(simulation, &runs).unwrap();
        assert_eq!(kept(&text).unwrap(), runs);
        for bad in [
            "",
            "{}",
            "[1]",
            &text[..text.len() / 2],
            &text.replace("\"seed\": 2", "\"seed\": 3"),
        ] {
            assert!(kept(bad).is_err());
        }
    }
}
