//! Reading files within limits; operating-system errors that name the path.

use std::io::Read as _;
use std::path::Path;

use crate::error::{Error, Result};
use crate::limits::Limits;

/// Reads a whole text file.
///
/// # Errors
/// An I/O error that names the path: missing, a folder, not readable. A data error when it is longer
/// than `limits.max_bytes` or not UTF-8, with the byte offset.
pub fn read_text(path: &Path, limits: &Limits) -> Result<String> {
    let bytes = read_bytes(path, limits)?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..offset]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        Error::data(format!(
            "`{}` is not UTF-8: see byte {offset}, on line {line}",
            path.display()
        ))
        .at(offset..offset + 1)
    })
}

/// Reads a whole file of at most `limits.max_bytes` bytes.
///
/// # Errors
/// As [`read_text`], apart from the encoding.
pub(crate) fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| io_error("read", path, &error);
    let file = std::fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Error::io(format!("`{}` is a folder", path.display()))
            .with_hint("a file is needed here"));
    }
    let longest = u64::try_from(limits.max_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(longest.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > limits.max_bytes {
        return Err(Error::data(format!(
            "`{}` is longer than {} bytes, the most that is read of a file",
            path.display(),
            limits.max_bytes
        )));
    }
    Ok(bytes)
}

/// An operating-system error with the path, in our words where the system's are unclear.
pub(crate) fn io_error(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    use std::io::ErrorKind;
    let message = format!("cannot {verb} `{}`", path.display());
    let (reason, hint) = match error.kind() {
        ErrorKind::NotFound => ("there is no such file or folder", None),
        ErrorKind::PermissionDenied => ("permission denied", None),
        ErrorKind::StorageFull => ("the disk is full", Some("nothing was changed")),
        ErrorKind::ReadOnlyFilesystem => ("the file system is read-only", None),
        ErrorKind::IsADirectory => ("it is a folder", None),
        ErrorKind::NotADirectory => ("a part of the path is not a folder", None),
        // ErrorKind::FilesystemLoop is not stable; the system's own words name the loop.
        _ => return Error::io(format!("{message}: {error}")),
    };
    let error = Error::io(format!("{message}: {reason}"));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            max_bytes: 8,
            ..Limits::default()
        };
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("long"), "123456789").unwrap();
        std::fs::write(path("latin1"), b"ab\nc\xe9").unwrap();
        for (name, expected) in [
            ("missing", "there is no such file"),
            (".", "is a folder"),
            ("long", "longer than 8 bytes"),
            ("latin1", "byte 4, on line 2"),
        ] {
            let error = read_text(&path(name), &limits).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(name), "{error}");
        }
    }
}
