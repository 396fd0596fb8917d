//! `isobath table`: reference tables and the user's own, printed or written.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::options::{Common, DefaultDeadline, digits};
use super::output;
use super::progress;
use crate::error::{Error, Result};
use crate::evidence::file::read_text;
use crate::limits::Limits;
use crate::number::Digits;
use crate::table::catalogue::{self, compute, definitions, row_bound};
use crate::table::store::{Change, Overwrite, write_tables};
use crate::table::{Format, Provenance, Table, TableDefinition, read_definitions};

/// Options of `table`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath table\n  isobath table path-numbers --to md\n  isobath table my-tables.toml --to latex\n  isobath table --write tables"
)]
pub struct TableArgs {
    /// A reference table by name, or a file of definitions (.toml); all reference tables without it
    #[arg(value_name = "NAME|FILE")]
    name: Option<String>,
    /// Significant digits, instead of the table's own
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = digits)]
    digits: Option<Digits>,
    /// The format: csv, json, md, latex, or terminal
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    to: Option<Format>,
    /// Write files into DIR instead of printing
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = "tables")]
    write: Option<PathBuf>,
    /// Replace files that isobath did not write
    #[arg(long, requires = "write")]
    force: bool,
    /// Only tables whose name matches the glob
    #[arg(long, value_name = "GLOB", value_parser = super::list::glob)]
    only: Option<glob::Pattern>,
}

fn format(name: &str) -> Result<Format> {
    name.parse()
}

/// Prints or writes the tables.
pub fn run(args: &TableArgs, common: &Common) -> Exit {
    match work(args, common) {
        Ok(exit) => exit,
        Err(error) => output::report(&error, "table", "", common.json),
    }
}

fn work(args: &TableArgs, common: &Common) -> Result<Exit> {
    let limits = common.limits(if args.write.is_some() {
        DefaultDeadline::Never
    } else {
        DefaultDeadline::Minute
    });
    let chosen = chosen(args, &limits)?;
    if chosen.is_empty() {
        output::note("nothing is selected: no table matches the glob");
        return Ok(Exit::Nothing);
    }
    // Without a name and without a place to write to, the names are what a user wants to see.
    if args.name.is_none()
        && args.only.is_none()
        && args.write.is_none()
        && args.to.is_none()
        && !common.json
    {
        let width = chosen
            .iter()
            .map(|table| table.name().len())
            .max()
            .unwrap_or(0);
        let lines: Vec<String> = chosen
            .iter()
            .map(|t| format!("{:width$}  {}", t.name(), t.title().unwrap_or_default()))
            .collect();
        return Ok(output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine));
    }
    let bar = progress::items(common, chosen.iter().map(row_bound).sum(), "rows");
    let mut tables = Vec::with_capacity(chosen.len());
    for definition in &chosen {
        tables.push(compute(definition, args.digits, &limits, &|| {
            bar.advance()
        })?);
    }
    bar.finish();
    match &args.write {
        Some(folder) => write(&tables, folder, args, common, &limits),
        None => Ok(print(&tables, args, common)),
    }
}

/// The tables meant: of a file if the name ends in `.toml` or has a path separator.
fn chosen(args: &TableArgs, limits: &Limits) -> Result<Vec<TableDefinition>> {
    let mut all = match &args.name {
        Some(name) if name.ends_with(".toml") || name.contains(std::path::MAIN_SEPARATOR) => {
            read_definitions(name, &read_text(Path::new(name), limits)?, limits)?
        }
        Some(name) => {
            let all = definitions()?;
            let names: Vec<String> = all.iter().map(|table| table.name().to_owned()).collect();
            let found: Vec<TableDefinition> = all
                .into_iter()
                .filter(|table| table.name() == name)
                .collect();
            if found.is_empty() {
                let error = Error::usage(format!("there is no table `{name}`"));
                return Err(error.with_hint(format!(
                    "one of {}, or a .toml file of definitions",
                    names.join(", ")
                )));
            }
            found
        }
        None => catalogue::definitions()?,
    };
    all.retain(|table| {
        args.only
            .as_ref()
            .is_none_or(|glob| glob.matches(table.name()))
    });
    Ok(all)
}

fn print(tables: &[Table], args: &TableArgs, common: &Common) -> Exit {
    let format = args.to.unwrap_or(if common.json {
        Format::Json
    } else {
        Format::Terminal
    });
    let rendered: Vec<String> = tables
        .iter()
        .map(|table| format.render(table, &Provenance::of(table)))
        .collect();
    if common.json && args.to.is_none() {
        let mut map = output::object("table");
        let values = rendered
            .iter()
            .map(|text| serde_json::from_str::<serde_json::Value>(text));
        map.insert(
            "tables".into(),
            values.filter_map(|value| value.ok()).collect(),
        );
        return output::print_json(map).unwrap_or(Exit::Fine);
    }
    output::print_line(rendered.join("\n").trim_end_matches('\n')).unwrap_or(Exit::Fine)
}

fn write(
    tables: &[Table],
    folder: &Path,
    args: &TableArgs,
    common: &Common,
    limits: &Limits,
) -> Result<Exit> {
    let overwrite = if args.force {
        Overwrite::Force
    } else {
        Overwrite::OwnFiles
    };
    let format = args.to.unwrap_or(Format::Csv);
    let written = write_tables(folder, tables, format, overwrite, limits)?;
    let word = |change: Change| match change {
        Change::Created => "created",
        Change::Replaced => "replaced",
        Change::Unchanged => "unchanged",
    };
    if common.json {
        let mut map = output::object("table");
        let files: Vec<_> =
            written.iter().map(|file| json!({"path": file.path.display().to_string(), "change": word(file.change)})).collect();
        map.insert("files".into(), json!(files));
        return Ok(output::print_json(map).unwrap_or(Exit::Fine));
    }
    let lines: Vec<String> = written
        .iter()
        .map(|file| format!("{:9}  {}", word(file.change), file.path.display()))
        .collect();
    Ok(output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine))
}
