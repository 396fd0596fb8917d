//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    isobath::cli::run().into()
}
