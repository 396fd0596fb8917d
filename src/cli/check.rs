//! `isobath check`: the verdict on one statement.

use clap::Args;
use serde_json::json;

use super::exit::Exit;
use super::options::{Common, DefaultDeadline, digits};
use super::output;
use crate::error::{Error, Result};
use crate::evidence::judge::{DEFAULT_DIGITS, Judge};
use crate::evidence::{Outcome, Verdict};
use crate::formula::{Domain, Statement, parse_conditions, parse_statement, parse_variable_domain};
use crate::limits::Limits;
use crate::montecarlo::significance::{RUN_ALARM_RATE, threshold};
use crate::number::Digits;
use crate::theory::catalog;

/// Options of `check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  isobath check 'J(1,1,t) == (sin(t) + (pi-t)*cos(t))/(2*pi)' --where 't=(0, pi)'\n  isobath check 'J(2,2,1) ~= 0.7569272920'\n  isobath check 'P(a,i) == P(a-1,i-1) + (a-1)*P(a-2,i)' --where 'a=2..20' --where 'i=1..20'"
)]
pub struct CheckArgs {
    /// The statement: two formulas and one of == != < <= > >= ~=
    #[arg(value_name = "STATEMENT", allow_hyphen_values = true)]
    statement: String,
    /// The domain of a variable, such as `t=(0, pi)`, `n=2..40`, `t={1/3, pi/2}`; or a condition, such as `a >= b`
    #[arg(long = "where", value_name = "DOMAIN", allow_hyphen_values = true)]
    domains: Vec<String>,
    /// Digits of numeric agreement
    #[arg(long, value_name = "D", allow_negative_numbers = true, value_parser = digits)]
    digits: Option<Digits>,
}

/// Judges the statement and prints the verdict.
pub fn run(args: &CheckArgs, common: &Common) -> Exit {
    let limits = common.limits(DefaultDeadline::Minute);
    let statement = match parse_statement(&args.statement, &limits) {
        Ok(statement) => statement,
        Err(error) => return output::report(&error, "check", &args.statement, common.json),
    };
    let (domains, conditions) = match domains(&args.domains, &limits) {
        Ok(read) => read,
        Err((error, source)) => return output::report(&error, "check", &source, common.json),
    };
    match judge(&statement, args, &domains, &conditions, &limits) {
        Ok(verdict) => print(verdict, args, common),
        Err(error) => output::report(&error, "check", &args.statement, common.json),
    }
}

fn judge(
    statement: &Statement,
    args: &CheckArgs,
    domains: &[(String, Domain)],
    conditions: &[Statement],
    limits: &Limits,
) -> Result<Verdict> {
    let digits = args.digits.unwrap_or(DEFAULT_DIGITS);
    limits.check_digits(digits)?;
    let judge = Judge {
        library: catalog::library(),
        digits,
        limits,
        threshold: threshold(1, RUN_ALARM_RATE)?,
    };
    judge
        .judge(statement, domains, conditions)
        .map(|(verdict, _)| verdict)
}

type Domains = (Vec<(String, Domain)>, Vec<Statement>);

/// Each `--where` is a domain (`name=…`) or conditions; an error comes with the text it is about.
fn domains(texts: &[String], limits: &Limits) -> std::result::Result<Domains, (Error, String)> {
    let (mut domains, mut conditions) = (Vec::new(), Vec::new());
    for text in texts {
        let blame = |error| (error, text.clone());
        // `a >= b` and `a == b` are conditions; a single `=` gives a domain.
        let is_condition = ["==", "!=", "<", ">"]
            .iter()
            .any(|relation| text.contains(relation));
        if is_condition {
            conditions.extend(parse_conditions(text, limits).map_err(blame)?);
        } else {
            let (name, domain) = parse_variable_domain(text, limits).map_err(blame)?;
            if domains.iter().any(|(known, _)| *known == name) {
                return Err(blame(Error::usage(format!(
                    "the variable `{name}` has two domains"
                ))));
            }
            domains.push((name, domain));
        }
    }
    Ok((domains, conditions))
}

fn print(verdict: Verdict, args: &CheckArgs, common: &Common) -> Exit {
    let outcome = Outcome {
        id: "check".into(),
        source: String::new(),
        result: Ok(verdict),
        scope: None,
        expect: None,
    };
    let exit = Exit::from(outcome.status());
    if common.json {
        let mut map = output::object("check");
        map.insert("statement".into(), json!(args.statement));
        map.insert("verdict".into(), json!(outcome.name()));
        map.insert("detail".into(), json!(outcome.detail()));
        return output::print_json(map).unwrap_or(exit);
    }
    let detail = outcome.detail();
    let line = if detail.is_empty() {
        outcome.name().to_string()
    } else {
        format!("{}: {detail}", outcome.name())
    };
    output::print_line(&line).unwrap_or(exit)
}
