//! Partial results as files of the command line: read with their names in the messages, written whole
//! or not at all, and never over someone else's work.

use std::ffi::OsStr;
use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::file::read_text;
use crate::limits::Limits;
use crate::montecarlo::Partial;
use crate::table::store::atomic::{Batch, Registry};

/// Reads a partial result; every error names the file.
///
/// # Errors
/// An I/O error, or a data error for a file that is cut off, edited or no partial result.
pub fn read(path: &Path, limits: &Limits) -> Result<Partial> {
    Partial::from_json(&read_text(path, limits)?)
        .map_err(|error| error.context(format_args!("`{}`", path.display())))
}

/// Checks that `path` can be written before any work is done: its folder takes files, and what is
/// there now may go. `is_own` says of a text that it is an earlier state of what will be written.
///
/// # Errors
/// An I/O error that names the path; a usage error for a file that would be lost.
pub fn check_target(
    path: &Path,
    force: bool,
    limits: &Limits,
    is_own: impl Fn(&str) -> Result<()>,
) -> Result<()> {
    let (folder, _) = split(path)?;
    let shown = path.display();
    tempfile::tempfile_in(folder)
        .map_err(|error| Error::io(format!("cannot write `{shown}`: {error}")))?;
    if path.is_dir() {
        return Err(Error::io(format!("cannot write `{shown}`: it is a folder")));
    }
    if force || !path.exists() {
        return Ok(());
    }
    let text = read_text(path, limits);
    text.and_then(|text| is_own(&text)).map_err(|error| {
        Error::usage(format!(
            "`{shown}` would be overwritten, but {}",
            error.message()
        ))
        .with_hint("choose another name, or replace it with --force")
    })
}

/// That a text is a partial result of this experiment with no blocks outside `blocks`.
///
/// # Errors
/// A data error that says what it is instead.
pub fn is_earlier_state(text: &str, of: &Identity, blocks: &Range<u64>) -> Result<()> {
    let old = Partial::from_json(text)
        .map_err(|error| Error::data(format!("it is no partial result: {}", error.message())))?;
    of.check(&old)?;
    let range = old.blocks();
    if range.start < blocks.start || range.end > blocks.end {
        return Err(Error::data(format!(
            "it holds the blocks {range:?} and not only some of {blocks:?}"
        )));
    }
    Ok(())
}

/// What makes two partial results parts of one experiment.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The canonical formula.
    pub formula: String,
    /// The seed.
    pub seed: u64,
    /// The samples of the whole, if they are fixed.
    pub samples: Option<u64>,
}

impl Identity {
    /// That of a partial result.
    pub fn of(partial: &Partial) -> Identity {
        Identity {
            formula: partial.canonical().to_owned(),
            seed: partial.seed(),
            samples: partial.samples_wanted(),
        }
    }

    /// Fails unless the partial result belongs to this experiment.
    ///
    /// # Errors
    /// A data error that names the first difference.
    pub fn check(&self, partial: &Partial) -> Result<()> {
        let other = Identity::of(partial);
        let differs = |what: &str, theirs: &dyn std::fmt::Display, ours: &dyn std::fmt::Display| {
            Error::data(format!("its {what} is {theirs}, not {ours}"))
        };
        if self.formula != other.formula {
            return Err(differs("formula", &other.formula, &self.formula));
        }
        if self.seed != other.seed {
            return Err(differs("seed", &other.seed, &self.seed));
        }
        if self.samples != other.samples {
            let text = |n: Option<u64>| n.map_or("open-ended".to_owned(), |n| n.to_string());
            return Err(differs(
                "number of samples of the whole",
                &text(other.samples),
                &text(self.samples),
            ));
        }
        Ok(())
    }
}

/// Replaces a file as a whole: a temporary file beside it, flushed to the disk, then renamed.
///
/// # Errors
/// An I/O error that names the path; the old file is then as it was.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let (folder, name) = split(path)?;
    let mut batch = Batch::new(Registry::global(), folder);
    batch.stage(name, text.as_bytes())?;
    batch.commit()
}

/// Folder and name of a file.
fn split(path: &Path) -> Result<(&Path, &str)> {
    let name = path.file_name().and_then(OsStr::to_str).ok_or_else(|| {
        Error::usage(format!("`{}` does not name a file", path.display()))
            .with_hint("a file name in UTF-8, such as part.json")
    })?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok((folder, name))
}

/// An argument as a shell takes it back.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_survive_a_shell() {
        assert_eq!(quoted("part-1.json"), "part-1.json");
        assert_eq!(quoted("J(3, 2, 1)"), "'J(3, 2, 1)'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn a_file_is_replaced_whole_and_others_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part.json");
        write(&path, "one").unwrap();
        write(&path, "two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        let limits = Limits::default();
        let own = |_: &str| Err(Error::data("it is not mine"));
        let error = check_target(&path, false, &limits, own).unwrap_err();
        assert!(error.to_string().contains("--force"), "{error}");
        assert!(check_target(&path, true, &limits, own).is_ok());
        assert!(check_target(&folder.path().join("new"), false, &limits, own).is_ok());
        assert!(check_target(folder.path(), true, &limits, own).is_err());
        let nowhere = folder.path().join("no/such/part.json");
        assert!(check_target(&nowhere, true, &limits, own).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
