//! `isobath plot`: the named pictures, as SVG.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::exit::Exit;
use super::options::{Common, DefaultDeadline, count, seed};
use super::output;
use super::parts;
use crate::error::{Error, Result};
use crate::report::gallery::{Choice, PICTURES, Picture, find};

/// Most hidden layers and neurons of a picture.
const MOST_LAYERS: u64 = 1000;
const MOST_NEURONS: u64 = 4096;

/// Options of `plot`.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a name: the list of pictures. The same choice gives the same bytes.\n\nExamples:\n  isobath plot\n  isobath plot excursion-sets --out excursions.svg\n  isobath plot excursion-sets --activation relu,tanh --depth 1,16 --level 1 --seed 3 --out f.svg\n  isobath plot length-by-depth --depth 20 --out length.svg"
)]
pub struct PlotArgs {
    /// The picture; all are listed without it
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Write the picture into FILE (.svg) instead of printing it
    #[arg(long, short, value_name = "FILE.svg")]
    out: Option<PathBuf>,
    /// Activations, separated by commas
    #[arg(long, value_name = "LIST")]
    activation: Option<String>,
    /// Numbers of hidden layers, separated by commas; a curve runs to the last of them
    #[arg(long, value_name = "LIST")]
    depth: Option<String>,
    /// Neurons in each layer
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = count)]
    width: Option<u64>,
    /// The level of the excursion set
    #[arg(long, value_name = "U", allow_negative_numbers = true)]
    level: Option<f64>,
    /// The seed of what is random
    #[arg(long, value_name = "S", default_value = "0", allow_negative_numbers = true, value_parser = seed)]
    seed: u64,
    /// Replace a file that isobath did not write
    #[arg(long)]
    force: bool,
}

/// Lists the pictures, or draws one.
pub fn run(args: &PlotArgs, common: &Common) -> Exit {
    let done = match &args.name {
        None => Ok(list(common)),
        Some(name) => draw(name, args, common),
    };
    done.unwrap_or_else(|error| output::report(&error, "plot", "", common.json))
}

fn list(common: &Common) -> Exit {
    if common.json {
        let mut map = output::object("plot");
        let entries: Vec<Value> = PICTURES
            .iter()
            .map(|p| json!({"name": p.name, "about": p.summary, "evidence": p.evidence}))
            .collect();
        map.insert("pictures".into(), json!(entries));
        return output::print_json(map).unwrap_or(Exit::Fine);
    }
    let width = PICTURES.iter().map(|p| p.name.len()).max().unwrap_or(0);
    let lines: Vec<String> = PICTURES
        .iter()
        .map(|p| format!("{:width$}  {}", p.name, p.summary))
        .collect();
    output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine)
}

fn choice(picture: &Picture, args: &PlotArgs) -> Result<Choice> {
    let mut choice = picture.defaults();
    choice.seed = args.seed;
    if let Some(text) = &args.activation {
        choice.activations = list_of(text);
    }
    if let Some(text) = &args.depth {
        choice.depths = list_of(text)
            .iter()
            .map(|part| small(part, "hidden layers", MOST_LAYERS))
            .collect::<Result<_>>()?;
    }
    if let Some(level) = args.level {
        if !(-100.0..=100.0).contains(&level) {
            return Err(Error::usage(format!("the level {level} is out of range"))
                .with_hint("from -100 to 100"));
        }
        choice.level = level;
    }
    if let Some(width) = args.width {
        if picture.width == 0 {
            return Err(Error::usage(format!(
                "`{}` shows the limit of infinite width",
                picture.name
            ))
            .with_hint("leave out --width"));
        }
        choice.width = small(&width.to_string(), "neurons", MOST_NEURONS)?;
    }
    Ok(choice)
}

/// The entries of a list. A comma inside brackets separates nothing.
fn list_of(text: &str) -> Vec<String> {
    let mut depth = 0u32;
    let parts = text.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(|part| part.trim().to_owned()).collect()
}

fn small(text: &str, what: &str, most: u64) -> Result<u32> {
    let n = count(text)?;
    u32::try_from(n)
        .ok()
        .filter(|n| *n >= 1 && u64::from(*n) <= most)
        .ok_or_else(|| {
            Error::usage(format!("{n} {what} cannot be drawn"))
                .with_hint(format!("from 1 to {most}"))
        })
}

fn draw(name: &str, args: &PlotArgs, common: &Common) -> Result<Exit> {
    let limits = common.limits(DefaultDeadline::Never);
    let picture = find(name).ok_or_else(|| {
        let names: Vec<&str> = PICTURES.iter().map(|p| p.name).collect();
        Error::usage(format!("there is no picture `{name}`"))
            .with_hint(format!("one of {}", names.join(", ")))
    })?;
    let choice = choice(picture, args)?;
    if let Some(file) = &args.out {
        parts::check_target(file, args.force, &limits, |text| {
            match text.starts_with("<svg") {
                true => Ok(()),
                false => Err(Error::data("it is no SVG file")),
            }
        })?;
    }
    let svg = picture.svg(&choice, &limits)?;
    match &args.out {
        None => Ok(output::print_line(svg.trim_end()).unwrap_or(Exit::Fine)),
        Some(file) => {
            parts::write(file, &svg)?;
            if common.json {
                let mut map = output::object("plot");
                map.insert("picture".into(), json!(picture.name));
                map.insert("evidence".into(), json!(picture.evidence));
                map.insert("file".into(), json!(file.display().to_string()));
                return Ok(output::print_json(map).unwrap_or(Exit::Fine));
            }
            if !common.quiet {
                output::note(&format!("{}: {}", file.display(), picture.evidence));
            }
            Ok(Exit::Fine)
        }
    }
}
