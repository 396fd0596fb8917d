//! `isobath series`: an exact expansion with the order of its error.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::formulas::{FormulaArgument, each_formula};
use super::options::{Common, DefaultDeadline};
use super::output;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::LibraryExpander;
use crate::formula::normal::{Expansion, expand_at, usual_order};
use crate::formula::{Target, parse_expr, parse_point};
use crate::theory::catalog;

/// Options of `series`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath series 'J(2, 2, t)' --at t=0 --order 12\n  isobath series 'J(3, 1, t)' --at t=pi --order 9\n  isobath series 'lgamma(x)' --at x=inf --order 5"
)]
pub struct SeriesArgs {
    #[command(flatten)]
    formula: FormulaArgument,
    /// The variable and the point of the expansion; the point may be `inf`
    #[arg(long, value_name = "VAR=POINT")]
    at: String,
    /// All terms up to this power [default: 6, or as far as a formal series in 1/n is known]
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = order)]
    order: Option<u32>,
    /// The target: unicode, latex, mpmath, pari, or text, which isobath reads back
    #[arg(long, value_name = "TARGET", default_value = "unicode", value_parser = super::form::target)]
    to: Target,
}

/// The order of an expansion unless another is asked for.
const USUAL_ORDER: u32 = 6;

fn order(text: &str) -> Result<u32> {
    match text.parse::<u32>() {
        Ok(order) if order <= 10_000 && text.bytes().all(|b| b.is_ascii_digit()) => Ok(order),
        _ => Err(Error::usage(format!("`{text}` is not an order"))
            .with_hint("a whole number from 0 to 10000")),
    }
}

/// Prints the expansion of each formula.
pub fn run(args: &SeriesArgs, common: &Common) -> Exit {
    let point = match parse_point(&args.at, &common.limits(DefaultDeadline::Minute)) {
        Ok(point) => point,
        Err(error) => return output::report(&error, "series", &args.at, common.json),
    };
    let (variable, point) = point;
    each_formula(&args.formula, "series", common, |text| {
        let limits = common.limits(DefaultDeadline::Minute);
        let expr = parse_expr(text, &limits)?;
        if !expr.contains_name(&variable) {
            let known: Vec<String> = expr.free_variables().into_iter().collect();
            return Err(Error::parse(format!(
                "the variable `{variable}` does not occur in the formula"
            ))
            .with_hint(if known.is_empty() {
                "it has no variables".into()
            } else {
                format!("its variables are {}", known.join(", "))
            }));
        }
        let expander = LibraryExpander(catalog::library());
        let order = match args.order {
            Some(order) => order,
            None => usual_order(&expr, &variable, &point, USUAL_ORDER, &limits, &expander)?,
        };
        let expansion = expand_at(&expr, &variable, &point, order, &limits, &expander)?;
        let line = line(&expansion, args.to)?;
        if !common.json {
            return Ok((line, Exit::Fine));
        }
        let mut map = output::object("series");
        map.insert("formula".into(), json!(catalog::canonical_text(&expr)));
        map.insert("at".into(), json!(args.at));
        map.insert("class".into(), json!("exact"));
        map.insert("value".into(), json!(line));
        let mut terms = Vec::new();
        for (exponent, coefficient) in expansion.terms() {
            terms.push(json!({"exponent": exponent.to_string(), "coefficient": Target::Text.print(&coefficient.to_expr())?}));
        }
        map.insert("terms".into(), json!(terms));
        map.insert(
            "error_order".into(),
            json!(expansion.error().map(ToString::to_string)),
        );
        if let Some(missing) = expansion.also_missing() {
            map.insert("also_missing".into(), json!(Target::Text.print(missing)?));
        }
        Ok((serde_json::Value::Object(map).to_string(), Exit::Fine))
    })
}

/// The sum of the terms and the order of the error.
fn line(expansion: &Expansion, target: Target) -> Result<String> {
    let sum = target.print(&expansion.to_expr())?;
    let Some(error) = expansion.error() else {
        return Ok(sum);
    };
    let local = expansion.local().clone();
    let power = if *error == 1 {
        local
    } else {
        local.power(Expr::rational(error.clone()))
    };
    let mut order = target.print(&power)?;
    if expansion.has_logarithms() {
        order = format!("{order} |ln|");
    }
    let also = match expansion.also_missing() {
        Some(missing) => format!(" + O({})", target.print(missing)?),
        None => String::new(),
    };
    Ok(format!("{sum} + O({order}){also}"))
}
