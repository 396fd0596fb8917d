//! Formulas from the command line or, for a lone `-`, from stdin, one a line.

use std::io::{self, BufRead, Read};

use clap::Args;

use super::exit::Exit;
use super::options::{Common, DefaultDeadline};
use super::output;
use crate::error::{Error, Result};

/// A formula argument that may begin with a minus sign.
#[derive(Debug, Clone, Args)]
pub struct FormulaArgument {
    /// The formula; `-` reads formulas from stdin, one a line
    #[arg(value_name = "FORMULA", allow_hyphen_values = true)]
    pub formula: String,
}

/// Runs `work` on each formula, prints what it returns, reports its errors, and folds the exits.
///
/// An error in one line of stdin does not stop the next.
pub fn each_formula(
    argument: &FormulaArgument,
    verb: &str,
    common: &Common,
    mut work: impl FnMut(&str) -> Result<(String, Exit)>,
) -> Exit {
    let mut one = |text: &str| -> (Exit, bool) {
        match work(text) {
            Ok((line, exit)) => match output::print_line(&line) {
                Some(closed) => (closed, true),
                None => (exit, false),
            },
            Err(error) => (output::report(&error, verb, text, common.json), false),
        }
    };
    if argument.formula != "-" {
        return one(&argument.formula).0;
    }
    let longest = common.limits(DefaultDeadline::Never).max_bytes;
    let mut exit = Exit::Fine;
    let mut lines = io::stdin().lock();
    let mut number = 0;
    loop {
        number += 1;
        match read_line(&mut lines, longest) {
            Ok(None) => return exit,
            Ok(Some(line)) if line.trim().is_empty() => {}
            Ok(Some(line)) => {
                let (outcome, closed) = one(line.trim_end_matches(['\r', '\n']));
                exit = exit.and(outcome);
                if closed {
                    return exit;
                }
            }
            Err(error) => {
                return exit.and(output::report(
                    &error.context(format!("line {number} of stdin")),
                    verb,
                    "",
                    common.json,
                ));
            }
        }
    }
}

/// The next line, or an error if it is too long or not UTF-8.
fn read_line(input: &mut impl BufRead, longest: usize) -> Result<Option<String>> {
    let mut bytes = Vec::new();
    let count = input
        .take(longest as u64 + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(|error| Error::io(format!("could not be read: {error}")))?;
    if count == 0 {
        return Ok(None);
    }
    if count > longest {
        return Err(Error::parse(format!("longer than {longest} bytes")));
    }
    match String::from_utf8(bytes) {
        Ok(line) => Ok(Some(line)),
        Err(error) => Err(Error::parse(format!(
            "invalid UTF-8 at byte {}",
            error.utf8_error().valid_up_to()
        ))),
    }
}
