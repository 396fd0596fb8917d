//! `isobath eval`: a formula to certified digits, an exact value, or a ball.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::exit::Exit;
use super::formulas::{FormulaArgument, each_formula};
use super::options::{Common, DefaultDeadline, digits};
use super::output;
use crate::error::Result;
use crate::formula::answer::{Answer, Question};
use crate::formula::{Expr, Target, parse_expr};
use crate::limits::Limits;
use crate::number::Digits;
use crate::theory::catalog;

/// Options of `eval`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath eval 'J(2, 2, 1)' --digits 60\n  isobath eval --exact 'J(2, 2, pi/3)'\n  isobath eval --ball 'sin(1)'\n  echo 'P(10, 4)' | isobath eval -"
)]
pub struct EvalArgs {
    #[command(flatten)]
    formula: FormulaArgument,
    /// Significant digits, all certain, the last one correctly rounded
    #[arg(long, short, value_name = "N", default_value = "50", allow_negative_numbers = true, value_parser = digits)]
    digits: Digits,
    /// Print the integer, rational or closed form
    #[arg(long, conflicts_with = "ball")]
    exact: bool,
    /// Print the enclosure [m +/- r]; `dyadic` prints it without loss
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "decimal", value_enum)]
    ball: Option<BallForm>,
    /// The quantity's method by name (`isobath show NAME` lists them)
    #[arg(long, value_name = "M", conflicts_with = "exact")]
    method: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BallForm {
    /// Decimal midpoint and radius.
    Decimal,
    /// Integer mantissas and binary exponents.
    Dyadic,
}

/// Evaluates each formula and prints one line for it.
pub fn run(args: &EvalArgs, common: &Common) -> Exit {
    each_formula(&args.formula, "eval", common, |text| {
        let limits = common.limits(DefaultDeadline::Minute);
        let expr = parse_expr(text, &limits)?;
        let (line, mut json, exit) = evaluate(&expr, args, &limits)?;
        let caveats = catalog::caveats(&expr);
        if common.json && !caveats.is_empty() {
            let texts: Vec<String> = caveats.iter().map(in_one_line).collect();
            json.insert("notes".into(), json!(texts));
        } else if !common.quiet {
            for caveat in &caveats {
                output::note(&format!("note: {}", in_one_line(caveat)));
            }
        }
        Ok((
            if common.json {
                serde_json::Value::Object(json).to_string()
            } else {
                line
            },
            exit,
        ))
    })
}

/// A caveat as it stands beside a value: on stderr, or among the `notes` of the JSON object.
fn in_one_line((name, caveat): &(&str, &str)) -> String {
    format!("{name}: {caveat}")
}

fn evaluate(
    expr: &Expr,
    args: &EvalArgs,
    limits: &Limits,
) -> Result<(String, serde_json::Map<String, serde_json::Value>, Exit)> {
    let library = catalog::library();
    let question = Question {
        library,
        digits: args.digits,
        method: args.method.as_deref(),
        limits,
    };
    let mut map = output::object("eval");
    map.insert("formula".into(), json!(catalog::canonical_text(expr)));
    if args.exact {
        let closed = question.closed_form(expr)?;
        let line = Target::Text.print(&closed)?;
        map.insert("class".into(), json!("exact"));
        map.insert("value".into(), json!(line));
        map.insert("exact".into(), json!(line));
        return Ok((line, map, Exit::Fine));
    }
    let answer = question.answer(expr)?;
    let line = match args.ball {
        None => answer.text(),
        Some(form) => balls(&answer, form, args.digits),
    };
    map.insert("class".into(), json!(answer.class().to_string()));
    map.insert("value".into(), json!(line));
    map.insert("digits".into(), json!(args.digits.get()));
    if let Some(method) = catalog::method_used(expr, args.method.as_deref(), limits) {
        map.insert("method".into(), json!(method));
    }
    if let Answer::Number(number) = &answer {
        if let Some(exact) = &number.exact {
            map.insert("exact".into(), json!(exact.to_string()));
        }
        map.insert(
            "ball".into(),
            json!(number.ball.to_decimal_text(args.digits)),
        );
    }
    let doubtful = answer
        .numbers()
        .iter()
        .any(|number| number.undecided.is_some());
    Ok((
        line,
        map,
        if doubtful {
            Exit::Undecided
        } else {
            Exit::Fine
        },
    ))
}

fn balls(answer: &Answer, form: BallForm, digits: Digits) -> String {
    match answer {
        Answer::List(entries) => {
            let texts: Vec<String> = entries
                .iter()
                .map(|entry| balls(entry, form, digits))
                .collect();
            format!("[{}]", texts.join(", "))
        }
        Answer::Number(number) => match form {
            BallForm::Decimal => number.ball.to_decimal_text(digits),
            BallForm::Dyadic => number.ball.to_dyadic_text(),
        },
    }
}
