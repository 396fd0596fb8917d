//! Putting tables into a folder, whole or not at all.
//!
//! **Whose file is it?** A file is isobath's when `datapackage.json` of its folder lists it with the
//! hash that the file has now; that description is isobath's when its own hash is right. Everything
//! else, an edited table included, is someone's work and is replaced only with
//! [`Overwrite::Force`]. A file that already holds the bytes to be written is left alone, whoever
//! wrote it: so a run that was stopped between two files is mended by running it again.
//!
//! **Unchanged stays unchanged.** Where only the version of isobath differs, nothing is written: the
//! file is compared with what its own version would have written.
//!
//! **Whole.** All files of a call are first written to temporary files in the folder and flushed to
//! the disk; then they are renamed, one after the other, and the folder is flushed. An interrupt
//! before the renames leaves every old file and no new one; during the renames it waits for them
//! ([`atomic`]).

use std::path::{Path, PathBuf};

use super::datapackage::{self, FILE_NAME, Package, StoredTable};
use super::model::Table;
use super::provenance::{Provenance, sha256};
use super::write::Format;
use crate::error::{Error, Result};
use crate::evidence::file::{io_error, read_bytes, read_text};
use crate::limits::Limits;

pub mod atomic;

use atomic::{Batch, Registry};

/// Whether files that isobath did not write may be replaced.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Overwrite {
    /// Only files that isobath wrote and nobody changed since.
    #[default]
    OwnFiles,
    /// Any file (`--force`).
    Force,
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// What happened to it.
    pub change: Change,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// It did not exist.
    Created,
    /// It held something else.
    Replaced,
    /// It already said the same, and was not touched.
    Unchanged,
}

/// Writes tables into a folder, one file a table named after it, and describes them in its
/// `datapackage.json`; descriptions of other tables there are kept. Gives the tables' files in the
/// order of the tables, then the description.
///
/// # Errors
/// An I/O error that names the path: the folder is missing or not a folder, a file is read-only, a
/// folder or was not written by isobath (unless `overwrite` allows it), the disk is full. A data
/// error when the description is broken or newer. Then no file has changed, unless a rename itself
/// failed.
pub fn write_tables(
    folder: &Path,
    tables: &[Table],
    format: Format,
    overwrite: Overwrite,
    limits: &Limits,
) -> Result<Vec<Written>> {
    write_with(
        Registry::global(),
        folder,
        tables,
        format,
        overwrite,
        limits,
    )
}

fn write_with(
    registry: &'static Registry,
    folder: &Path,
    tables: &[Table],
    format: Format,
    overwrite: Overwrite,
    limits: &Limits,
) -> Result<Vec<Written>> {
    check_folder(folder)?;
    // Two processes that write the same folder take turns, or one would drop the other's entries.
    let _turn = atomic::lock_folder(folder);
    let description_path = folder.join(FILE_NAME);
    let old_description = existing(&description_path, limits)?;
    let old_package = match &old_description {
        None => Package::new(description_path.display().to_string()),
        Some(bytes) => own_package(bytes, &description_path, overwrite)?,
    };
    let mut package = old_package.clone();
    let mut batch = Batch::new(registry, folder);
    let mut written = Vec::new();
    for table in tables {
        let name = format!("{}.{}", table.name(), format.extension());
        let path = folder.join(&name);
        let old = existing(&path, limits)?;
        let listed = old_package.resource(&name);
        let current = Provenance::of(table);

        // What the version that wrote the file would write now: the same bytes mean no change.
        let earlier = listed.map(|r| current.clone().with_version(datapackage::version(r)));
        let candidates = earlier.into_iter().chain([current]);
        let mut plan = None;
        for provenance in candidates {
            let text = format.render(table, &provenance);
            let resource = match format {
                Format::Csv => datapackage::table_resource(table, &name, &text, &provenance),
                _ => datapackage::rendering(table, &name, format, &text, &provenance),
            };
            let same_file = old.as_deref() == Some(text.as_bytes());
            let is_unchanged = same_file && listed == Some(&resource);
            plan = Some((text, resource, same_file));
            if is_unchanged {
                break;
            }
        }
        let (text, resource, same_file) = plan.expect("the current version is always a candidate");
        package.put(resource);
        let change = match &old {
            Some(_) if same_file => Change::Unchanged,
            None => Change::Created,
            Some(bytes) => {
                if overwrite == Overwrite::OwnFiles {
                    check_ownership(bytes, listed.map(datapackage::file_hash), &path)?;
                }
                Change::Replaced
            }
        };
        if change != Change::Unchanged {
            batch.stage(&name, text.as_bytes())?;
        }
        written.push(Written { path, change });
    }

    let text = package.to_text();
    let change = match &old_description {
        None => Change::Created,
        Some(bytes) if bytes == text.as_bytes() => Change::Unchanged,
        Some(_) => Change::Replaced,
    };
    if change != Change::Unchanged {
        batch.stage(FILE_NAME, text.as_bytes())?;
    }
    written.push(Written {
        path: description_path,
        change,
    });
    batch.commit()?;
    Ok(written)
}

/// The tables stored in a folder, in the order of their files.
///
/// # Errors
/// An I/O error that names the path, or a data error as of [`Package::parse`] and
/// [`Package::read_table`].
pub fn read_folder(folder: &Path, limits: &Limits) -> Result<Vec<StoredTable>> {
    let package = read_package(folder, limits)?;
    package
        .tables()
        .map(|name| read_from(&package, folder, name, limits))
        .collect()
}

/// The table stored in one CSV file, which the `datapackage.json` beside it describes.
///
/// # Errors
/// As [`read_folder`]; also when the description does not list the file.
pub fn read_file(csv: &Path, limits: &Limits) -> Result<StoredTable> {
    let folder = match csv.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if let Err(error) = std::fs::metadata(csv) {
        return Err(io_error("read", csv, &error));
    }
    let package = read_package(folder, limits)?;
    let name = csv
        .file_name()
        .and_then(|name| package.table_in(name.to_str()?))
        .ok_or_else(|| {
            Error::data(format!(
                "`{}` does not describe `{}`",
                package.origin(),
                csv.display()
            ))
        })?;
    read_from(&package, folder, name, limits)
}

/// The description of a folder.
///
/// # Errors
/// An I/O error that names the path, or a data error as of [`Package::parse`].
pub fn read_package(folder: &Path, limits: &Limits) -> Result<Package> {
    let path = folder.join(FILE_NAME);
    Package::parse(&read_text(&path, limits)?, path.display().to_string())
}

fn read_from(package: &Package, folder: &Path, name: &str, limits: &Limits) -> Result<StoredTable> {
    let file = package.path_of(name).unwrap_or_default();
    let bytes = read_bytes(&folder.join(file), limits)?;
    package.read_table(name, &bytes)
}

fn check_folder(folder: &Path) -> Result<()> {
    let metadata =
        std::fs::metadata(folder).map_err(|error| io_error("write to", folder, &error))?;
    if metadata.is_dir() {
        Ok(())
    } else {
        Err(Error::io(format!(
            "cannot write to `{}`: it is not a folder",
            folder.display()
        )))
    }
}

/// The bytes of a file that may be replaced, or `None` when there is none.
fn existing(path: &Path, limits: &Limits) -> Result<Option<Vec<u8>>> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("write", path, &error)),
        Ok(_) => {}
    }
    // Follows links; a dangling link or a loop of them is an error here.
    let metadata = std::fs::metadata(path).map_err(|error| io_error("write", path, &error))?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() {
            "a folder"
        } else {
            "not an ordinary file"
        };
        return Err(Error::io(format!(
            "cannot write `{}`: it is {what}",
            path.display()
        )));
    }
    if metadata.permissions().readonly() {
        return Err(Error::io(format!(
            "cannot write `{}`: it is read-only",
            path.display()
        )));
    }
    read_bytes(path, limits).map(Some)
}

fn check_ownership(bytes: &[u8], listed_hash: Option<&str>, path: &Path) -> Result<()> {
    let reason = match listed_hash {
        None => "isobath did not write it",
        Some(hash) if hash == sha256(bytes) => return Ok(()),
        Some(_) => "it was changed after isobath wrote it",
    };
    Err(
        Error::io(format!("`{}` is left as it is: {reason}", path.display()))
            .with_hint("replace it with --force"),
    )
}

/// The description of the folder where it is isobath's own. With force, one that is not is treated
/// as empty, and one that was edited is kept.
fn own_package(bytes: &[u8], path: &Path, overwrite: Overwrite) -> Result<Package> {
    let origin = path.display().to_string();
    let parsed = match std::str::from_utf8(bytes) {
        Ok(text) => Package::parse(text, &origin),
        Err(_) => Err(Error::data(format!("`{origin}` is not UTF-8"))),
    };
    match (parsed, overwrite) {
        (Ok(package), Overwrite::Force) => Ok(package),
        (Ok(package), Overwrite::OwnFiles) if !package.is_edited() => Ok(package),
        (Ok(_), Overwrite::OwnFiles) => Err(Error::io(format!(
            "`{origin}` is left as it is: it was changed after isobath wrote it"
        ))
        .with_hint("replace it with --force")),
        (Err(_), Overwrite::Force) => Ok(Package::new(origin)),
        (Err(error), Overwrite::OwnFiles) if error.hint().is_some() => Err(error),
        (Err(error), Overwrite::OwnFiles) => Err(error.with_hint("replace it with --force")),
    }
}

#[cfg(test)]
mod tests;
