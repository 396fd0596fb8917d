//! The exit codes of the command line.

use std::process::ExitCode;

use crate::error::{Error, ErrorKind};
use crate::evidence::Status;

/// How a run ended, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done, and nothing was refuted.
    Fine = 0,
    /// A claim was refuted, or a table differs.
    Refuted = 1,
    /// A usage, parse, domain, data-format or I/O error, or an option out of range.
    Wrong = 2,
    /// Undecided, past the deadline, or refused by a limit; the message names the option.
    Undecided = 3,
    /// A filter or glob selected nothing.
    Nothing = 4,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::Limit | ErrorKind::Undecided => Exit::Undecided,
            _ => Exit::Wrong,
        }
    }
}

impl From<Status> for Exit {
    fn from(status: Status) -> Self {
        match status {
            Status::Passed => Exit::Fine,
            Status::Different => Exit::Refuted,
            Status::Failed => Exit::Wrong,
            Status::Undecided => Exit::Undecided,
            Status::NothingSelected => Exit::Nothing,
        }
    }
}

impl Exit {
    /// The exit of several results together: 2 beats 1 beats 3 beats 0; an empty selection is for
    /// the caller to say.
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        let rank = |exit: Exit| match exit {
            Exit::Interrupted => 5,
            Exit::Wrong => 4,
            Exit::Refuted => 3,
            Exit::Undecided => 2,
            Exit::Nothing => 1,
            Exit::Fine => 0,
        };
        if rank(other) > rank(self) {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_beat_refutations_beat_doubts() {
        assert_eq!(Exit::Undecided.and(Exit::Refuted), Exit::Refuted);
        assert_eq!(Exit::Wrong.and(Exit::Refuted), Exit::Wrong);
        assert_eq!(Exit::Fine.and(Exit::Undecided), Exit::Undecided);
        assert_eq!(Exit::Fine.and(Exit::Fine), Exit::Fine);
    }

    #[test]
    fn limits_and_doubts_are_not_mistakes_of_the_user() {
        assert_eq!(Exit::from(&Error::limit("too long")), Exit::Undecided);
        assert_eq!(Exit::from(&Error::parse("what")), Exit::Wrong);
    }
}
