//! The command line: arguments, and a file a verb.

mod check;
mod estimate;
mod eval;
pub mod exit;
mod form;
mod formulas;
mod interrupt;
mod list;
mod merge;
mod options;
mod output;
mod parts;
mod plot;
mod progress;
mod sample;
mod series;
mod shape;
mod show;
mod simulate;
mod table;
mod verify;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use exit::Exit;
use options::Common;

/// Exact forms, certified digits, Monte Carlo and verdicts for the theory of deep networks.
///
/// Every number carries its evidence: exact, certified, or sampled with its standard error.
#[derive(Debug, Parser)]
#[command(
    name = "isobath",
    version,
    propagate_version = true,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 fine; 1 refuted or different; 2 usage, parse, domain, data or I/O error; 3 undecided, \
                  deadline, or refused by a limit; 4 nothing selected; 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Evaluate a formula: certified digits, an exact value, or a ball
    Eval(eval::EvalArgs),
    /// Print the exact closed form of a formula
    Form(form::FormArgs),
    /// Expand a formula exactly around a point
    Series(series::SeriesArgs),
    /// Give a verdict on one statement
    Check(check::CheckArgs),
    /// Verify claims and tables: the built-in ones, or those of files
    Verify(verify::VerifyArgs),
    /// Print or write reference tables
    Table(table::TableArgs),
    /// Estimate a quantity by Monte Carlo beside its certified value
    Sample(sample::SampleArgs),
    /// Join partial results to what one run would have given
    Merge(merge::MergeArgs),
    /// Run a named experiment on random networks, as a table and a plot
    Simulate(simulate::SimulateArgs),
    /// Draw a named picture as SVG
    Plot(plot::PlotArgs),
    /// List the catalogue of quantities
    List(list::ListArgs),
    /// Show one quantity, table or claim
    Show(show::ShowArgs),
}

/// Reads the arguments of the process, runs the verb, and gives the exit code.
pub fn run() -> Exit {
    interrupt::install();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Fine,
                _ => Exit::Wrong,
            };
            // A closed pipe is nobody's loss.
            let _ = error.print();
            return exit;
        }
    };
    if let Some(threads) = cli.common.threads.and_then(|n| usize::try_from(n).ok()) {
        // Fails only if the pool exists already, which it does not here.
        let _ = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global();
    }
    let common = &cli.common;
    match &cli.verb {
        Verb::Eval(args) => eval::run(args, common),
        Verb::Form(args) => form::run(args, common),
        Verb::Series(args) => series::run(args, common),
        Verb::Check(args) => check::run(args, common),
        Verb::Verify(args) => verify::run(args, common),
        Verb::Table(args) => table::run(args, common),
        Verb::Sample(args) => sample::run(args, common),
        Verb::Merge(args) => merge::run(args, common),
        Verb::Simulate(args) => simulate::run(args, common),
        Verb::Plot(args) => plot::run(args, common),
        Verb::List(args) => list::run(args, common),
        Verb::Show(args) => show::run(args, common),
    }
}

/// The command, for tests of its help.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_is_consistent() {
        super::command().debug_assert();
    }
}
