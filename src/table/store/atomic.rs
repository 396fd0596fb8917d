//! Files that appear whole or not at all, also when the process is interrupted.
//!
//! A [`Registry`] knows every temporary file that is not yet renamed. Whoever handles an interrupt
//! calls [`remove_unfinished`] (an ordinary thread does, so it may lock and delete): the files are
//! deleted, and nothing is created or renamed from then on. A [`Batch`] renames its files under the
//! registry's lock, so an interrupt finds either none or all of them renamed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::evidence::file::io_error;

/// The temporary files of a process that are not yet what they will be.
#[derive(Debug, Default)]
pub struct Registry(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    files: BTreeSet<PathBuf>,
    is_closed: bool,
}

static GLOBAL: Registry = Registry::new();

/// Deletes the temporary files of this process and lets it create and rename no more: what a handler
/// of SIGINT and SIGTERM calls before it exits. Gives how many files were deleted.
///
/// Waits for renames that have begun; they take no more time than the file system needs for them.
pub fn remove_unfinished() -> usize {
    GLOBAL.close()
}

impl Registry {
    /// A registry without files.
    pub const fn new() -> Registry {
        Registry(Mutex::new(Pending {
            files: BTreeSet::new(),
            is_closed: false,
        }))
    }

    /// The one of this process.
    pub fn global() -> &'static Registry {
        &GLOBAL
    }

    /// Deletes the files it knows and accepts no more; gives how many were deleted.
    pub fn close(&self) -> usize {
        let mut pending = self.lock();
        pending.is_closed = true;
        let files = std::mem::take(&mut pending.files);
        files
            .iter()
            .filter(|file| fs::remove_file(file).is_ok())
            .count()
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // A panic elsewhere leaves a valid set of paths, so a poisoned lock is still usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pending {
    fn check_open(&self) -> Result<()> {
        if self.is_closed {
            Err(Error::io("interrupted: no file was changed"))
        } else {
            Ok(())
        }
    }
}

/// New contents for several files of one folder.
///
/// Dropped before [`Batch::commit`], it leaves the folder as it was.
pub struct Batch<'f> {
    registry: &'static Registry,
    folder: &'f Path,
    staged: Vec<Staged>,
}

struct Staged {
    temporary: TempPath,
    target: PathBuf,
}

impl<'f> Batch<'f> {
    /// No contents yet.
    pub fn new(registry: &'static Registry, folder: &'f Path) -> Self {
        Batch {
            registry,
            folder,
            staged: Vec::new(),
        }
    }

    /// Writes the contents that the file `name` will have to a temporary file beside it, and flushes
    /// it to the disk. A link is followed: the file it points to will be replaced, not the link.
    ///
    /// # Errors
    /// An I/O error that names the file. The temporary files go with the batch.
    pub fn stage(&mut self, name: &str, contents: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let failed = |error: std::io::Error| io_error("write", &path, &error);
        let (target, permissions) = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => (path.clone(), None),
            Err(error) => return Err(failed(error)),
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::canonicalize(&path).map_err(failed)?;
                let permissions = fs::metadata(&target).map_err(failed)?.permissions();
                (target, Some(permissions))
            }
            Ok(metadata) => (path.clone(), Some(metadata.permissions())),
        };
        let home = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // Created under the lock: no interrupt comes between the file and its entry.
        let (file, temporary) = {
            let mut pending = self.registry.lock();
            pending.check_open()?;
            let created = new_temporary_file(home).map_err(failed)?;
            pending.files.insert(created.1.to_path_buf());
            created
        };
        self.staged.push(Staged { temporary, target });
        fill(file, contents, permissions).map_err(failed)
    }

    /// Renames every temporary file to its target and flushes the folder.
    ///
    /// # Errors
    /// An I/O error when the process was interrupted before (nothing has changed then), or when a
    /// rename fails; earlier renames of the batch stay.
    pub fn commit(mut self) -> Result<()> {
        let registry = self.registry;
        let mut pending = registry.lock();
        pending.check_open()?;
        let mut homes = BTreeSet::new();
        for Staged { temporary, target } in self.staged.drain(..) {
            let path = temporary.to_path_buf();
            let renamed = temporary.persist(&target);
            pending.files.remove(&path);
            renamed.map_err(|failure| io_error("write", &target, &failure.error))?;
            homes.extend(target.parent().map(Path::to_path_buf));
        }
        drop(pending);
        homes.iter().try_for_each(|home| flush_folder(home))
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        // Each TempPath deletes its file; the registry forgets it.
        let mut pending = self.registry.lock();
        for staged in self.staged.drain(..) {
            pending
                .files
                .remove(staged.temporary.to_path_buf().as_path());
        }
    }
}

fn new_temporary_file(home: &Path) -> std::io::Result<(File, TempPath)> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".isobath-").suffix(".tmp");
    // Temporary files are private by default; a table has the permissions of any new file.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    Ok(builder.tempfile_in(home)?.into_parts())
}

fn fill(
    mut file: File,
    contents: &[u8],
    permissions: Option<fs::Permissions>,
) -> std::io::Result<()> {
    file.write_all(contents)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}

/// Flushes the names in a folder to the disk. Not every system can; where it cannot, the names are
/// as safe as the system keeps them.
fn flush_folder(folder: &Path) -> Result<()> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    if cfg!(unix) {
        match File::open(folder).and_then(|handle| handle.sync_all()) {
            Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                return Err(io_error("write to", folder, &error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Waits for other processes that write this folder. `None` where the system has no such lock: then
/// the last writer of the description wins. Released when dropped.
pub(super) fn lock_folder(folder: &Path) -> Option<File> {
    let handle = File::open(folder).ok()?;
    handle.lock().ok()?;
    Some(handle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry() -> &'static Registry {
        Box::leak(Box::new(Registry::new()))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_committed_batch_is_all_there() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        let registry = registry();
        let mut batch = Batch::new(registry, folder.path());
        batch.stage("a", b"new").unwrap();
        batch.stage("b", b"other").unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"old");
        assert_eq!(registry.lock().files.len(), 2);
        batch.commit().unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a", "b"]);
        assert!(registry.lock().files.is_empty());
    }

    #[test]
    fn an_interrupt_before_the_renames_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        let registry = registry();
        let mut batch = Batch::new(registry, folder.path());
        batch.stage("a", b"new").unwrap();
        batch.stage("b", b"new").unwrap();
        assert_eq!(names(folder.path()).len(), 3);
        assert_eq!(registry.close(), 2);
        assert_eq!(names(folder.path()), ["a"]);
        assert!(batch.stage("c", b"new").is_err());
        let error = batch.commit().unwrap_err();
        assert!(error.message().starts_with("interrupted"), "{error}");
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn an_interrupt_at_any_moment_leaves_all_old_or_all_new() {
        let mut seen = [0, 0];
        for round in 0..200 {
            let folder = tempfile::tempdir().unwrap();
            for name in ["a", "b", "c"] {
                fs::write(folder.path().join(name), "old").unwrap();
            }
            let registry = registry();
            let handler = std::thread::spawn(move || {
                std::thread::sleep(std::time::Duration::from_micros(10 * round));
                registry.close()
            });
            let mut batch = Batch::new(registry, folder.path());
            let done = ["a", "b", "c"]
                .into_iter()
                .try_for_each(|name| batch.stage(name, b"new"))
                .and_then(|()| batch.commit());
            handler.join().unwrap();
            let expected: &[u8] = if done.is_ok() { b"new" } else { b"old" };
            for name in ["a", "b", "c"] {
                assert_eq!(fs::read(folder.path().join(name)).unwrap(), expected);
            }
            assert_eq!(names(folder.path()), ["a", "b", "c"]);
            seen[usize::from(done.is_ok())] += 1;
        }
        assert!(seen[0] > 0, "no round was interrupted: {seen:?}");
    }

    #[test]
    fn an_abandoned_batch_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let registry = registry();
        let mut batch = Batch::new(registry, folder.path());
        batch.stage("a", b"new").unwrap();
        drop(batch);
        assert!(names(folder.path()).is_empty());
        assert!(registry.lock().files.is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_of_the_write() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let error = fill(full, b"x", None).unwrap_err();
        let error = io_error("write", Path::new("tables/x.csv"), &error);
        assert_eq!(
            error.to_string(),
            "cannot write `tables/x.csv`: the disk is full (nothing was changed)"
        );
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_survive() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let real = elsewhere.path().join("real");
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, folder.path().join("a")).unwrap();
        let mut batch = Batch::new(registry(), folder.path());
        batch.stage("a", b"new").unwrap();
        batch.stage("b", b"new").unwrap();
        batch.commit().unwrap();
        assert!(
            fs::symlink_metadata(folder.path().join("a"))
                .unwrap()
                .is_symlink()
        );
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o777,
            0o640
        );
        // A new file is as readable as any other: the same mode as one made by the standard library.
        fs::write(folder.path().join("plain"), "").unwrap();
        let mode = |name: &str| {
            fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode()
        };
        assert_eq!(mode("b"), mode("plain"));
    }
}
