//! `isobath form`: the exact closed form of a formula, for people or for another system.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::formulas::{FormulaArgument, each_formula};
use super::options::{Common, DefaultDeadline};
use super::output;
use crate::error::{Error, Result};
use crate::formula::answer::Question;
use crate::formula::{Target, parse_expr};
use crate::number::Digits;
use crate::theory::catalog;

/// Options of `form`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath form 'J(2, 2, t)'\n  isobath form 'J(3, 1, pi/3)' --to latex\n  isobath form 'J(2, 2, t)' --to mpmath"
)]
pub struct FormArgs {
    #[command(flatten)]
    formula: FormulaArgument,
    /// The target: unicode, latex, mpmath, pari, or text, which isobath reads back
    #[arg(long, value_name = "TARGET", default_value = "unicode", value_parser = target)]
    to: Target,
}

pub(super) fn target(name: &str) -> Result<Target> {
    let known: Vec<&str> = Target::ALL.iter().map(|target| target.name()).collect();
    Target::ALL
        .into_iter()
        .find(|target| target.name() == name)
        .ok_or_else(|| {
            Error::usage(format!("there is no target `{name}`"))
                .with_hint(format!("one of {}", known.join(", ")))
        })
}

/// Prints the closed form of each formula.
pub fn run(args: &FormArgs, common: &Common) -> Exit {
    each_formula(&args.formula, "form", common, |text| {
        let limits = common.limits(DefaultDeadline::Minute);
        let expr = parse_expr(text, &limits)?;
        let question = Question {
            library: catalog::library(),
            digits: Digits::literal(50),
            method: None,
            limits: &limits,
        };
        let line = args.to.print(&question.closed_form(&expr)?)?;
        if !common.json {
            return Ok((line, Exit::Fine));
        }
        let mut map = output::object("form");
        map.insert("formula".into(), json!(catalog::canonical_text(&expr)));
        map.insert("class".into(), json!("exact"));
        map.insert("target".into(), json!(args.to.name()));
        map.insert("value".into(), json!(line));
        Ok((serde_json::Value::Object(map).to_string(), Exit::Fine))
    })
}
