//! `isobath list`: the catalogue by subject, the functions of the language, tables and claims.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::options::Common;
use super::output;
use crate::error::{Error, Result};
use crate::evidence::library as claims;
use crate::formula::signature::BUILTINS;
use crate::table::catalogue;
use crate::theory::catalog;

/// Options of `list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath list\n  isobath list kernel\n  isobath list --only 'moment.*'"
)]
pub struct ListArgs {
    /// Only entries with this text in their name or description
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Only names that match the glob
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    only: Option<glob::Pattern>,
}

/// Reads a glob.
///
/// # Errors
/// A usage error that says what is wrong with it.
pub fn glob(text: &str) -> Result<glob::Pattern> {
    glob::Pattern::new(text)
        .map_err(|error| Error::usage(format!("`{text}` is not a glob: {}", error.msg)))
}

struct Section {
    title: String,
    entries: Vec<(String, String)>,
}

/// Prints the names with one line each.
pub fn run(args: &ListArgs, common: &Common) -> Exit {
    let tables = catalogue::definitions().unwrap_or_default();
    let mut sections: Vec<Section> = catalog::SUBJECTS
        .iter()
        .map(|subject| Section {
            title: subject.name.to_string(),
            entries: subject
                .quantities
                .iter()
                .map(|quantity| {
                    (
                        quantity.signature().synopsis(),
                        quantity.about().summary.to_string(),
                    )
                })
                .collect(),
        })
        .collect();
    sections.push(Section {
        title: "Functions".into(),
        entries: BUILTINS
            .iter()
            .map(|f| (f.signature.synopsis(), f.doc.to_string()))
            .collect(),
    });
    sections.push(Section {
        title: "Tables".into(),
        entries: tables
            .iter()
            .map(|t| {
                (
                    t.name().to_string(),
                    t.title().unwrap_or_default().to_string(),
                )
            })
            .collect(),
    });
    sections.push(Section {
        title: "Claims".into(),
        entries: claims::subjects()
            .into_iter()
            .map(|(name, count)| (format!("{name}.*"), format!("{count} claims")))
            .collect(),
    });
    let wanted = args.text.as_ref().map(|text| text.to_lowercase());
    for section in &mut sections {
        section.entries.retain(|(name, about)| {
            let bare = name.split('(').next().unwrap_or(name);
            let has = |text: &String| format!("{name} {about}").to_lowercase().contains(text);
            args.only.as_ref().is_none_or(|glob| glob.matches(bare))
                && wanted.as_ref().is_none_or(has)
        });
    }
    sections.retain(|section| !section.entries.is_empty());
    if sections.is_empty() {
        output::note(match &args.text {
            Some(_) => "nothing is selected: no name or description has that text",
            None => "nothing is selected: no name matches the glob",
        });
        return Exit::Nothing;
    }
    if common.json {
        let mut map = output::object("list");
        for section in &sections {
            let entries: Vec<_> = section
                .entries
                .iter()
                .map(|(name, about)| json!({"name": name, "about": about}))
                .collect();
            map.insert(section.title.clone(), json!(entries));
        }
        return output::print_json(map).unwrap_or(Exit::Fine);
    }
    let width = sections
        .iter()
        .flat_map(|s| &s.entries)
        .map(|(name, _)| name.chars().count())
        .filter(|n| *n <= 36)
        .max()
        .unwrap_or(0);
    let mut lines = Vec::new();
    for section in &sections {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(section.title.clone());
        for (name, about) in &section.entries {
            lines.push(format!("  {name:width$}  {about}"));
        }
    }
    output::print_line(&lines.join("\n")).unwrap_or(Exit::Fine)
}
