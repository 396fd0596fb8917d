//! Writing into folders: ownership, faults of paths, and what stays as it was.

use std::fs;

use super::*;
use crate::error::ErrorKind;
use crate::table::model::tests::sample;
use crate::table::{About, Cell, Edited};

fn write(folder: &Path, tables: &[Table]) -> Result<Vec<Written>> {
    write_in(folder, tables, Format::Csv, Overwrite::OwnFiles)
}

fn write_in(
    folder: &Path,
    tables: &[Table],
    format: Format,
    overwrite: Overwrite,
) -> Result<Vec<Written>> {
    write_tables(folder, tables, format, overwrite, &Limits::default())
}

fn changes(written: &[Written]) -> Vec<Change> {
    written.iter().map(|file| file.change).collect()
}

/// The sample under another name, with its first rows only.
fn other(name: &str, rows: usize) -> Table {
    let table = sample();
    let about = About {
        name: name.into(),
        ..table.about().clone()
    };
    let mut renamed = Table::new(about, table.columns().to_vec()).unwrap();
    for row in &table.rows()[..rows] {
        renamed.push_row(row.clone()).unwrap();
    }
    renamed
}

fn no_temporary_file(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(!name.to_string_lossy().ends_with(".tmp"), "{name:?}");
    }
}

#[test]
fn a_folder_is_written_read_and_rewritten() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let tables = [sample(), other("another", 2)];
    let written = write(folder, &tables).unwrap();
    assert_eq!(changes(&written), [Change::Created; 3]);
    assert_eq!(written[0].path, folder.join("moment-values.csv"));
    assert_eq!(written[2].path, folder.join("datapackage.json"));
    no_temporary_file(folder);

    let read = read_folder(folder, &Limits::default()).unwrap();
    let names: Vec<&str> = read.iter().map(|stored| stored.table().name()).collect();
    assert_eq!(names, ["another", "moment-values"]);
    assert_eq!(read[1].table(), &tables[0]);
    let one = read_file(&folder.join("another.csv"), &Limits::default()).unwrap();
    assert_eq!(one.table(), &tables[1]);

    let bytes = || fs::read(folder.join("datapackage.json")).unwrap();
    let before = bytes();
    let written = write(folder, &tables).unwrap();
    assert_eq!(changes(&written), [Change::Unchanged; 3]);
    // One table alone keeps the description of the other, and order does not matter.
    let written = write(folder, &tables[1..]).unwrap();
    assert_eq!(changes(&written), [Change::Unchanged; 2]);
    assert_eq!(bytes(), before);

    let written = write(folder, &[other("another", 3)]).unwrap();
    assert_eq!(changes(&written), [Change::Replaced; 2]);
    assert_eq!(read_folder(folder, &Limits::default()).unwrap().len(), 2);
}

#[test]
fn every_format_is_recognised_again() {
    let home = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let written = write_in(home.path(), &[sample()], format, Overwrite::OwnFiles).unwrap();
        assert_eq!(written[0].change, Change::Created, "{format:?}");
        let written = write_in(home.path(), &[sample()], format, Overwrite::OwnFiles).unwrap();
        assert_eq!(changes(&written), [Change::Unchanged; 2], "{format:?}");
        let changed = other("moment-values", 2);
        let written = write_in(home.path(), &[changed], format, Overwrite::OwnFiles).unwrap();
        assert_eq!(changes(&written), [Change::Replaced; 2], "{format:?}");
    }
    let package = read_package(home.path(), &Limits::default()).unwrap();
    assert_eq!(package.tables().count(), 1);
}

#[test]
fn another_version_alone_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let table = sample();
    // As if isobath 0.0.1 had written the folder.
    let old = Provenance::of(&table).with_version("0.0.1");
    let mut package = Package::new("d");
    for format in [Format::Csv, Format::Markdown] {
        let name = format!("moment-values.{}", format.extension());
        let text = format.render(&table, &old);
        fs::write(folder.join(&name), &text).unwrap();
        package.put(match format {
            Format::Csv => datapackage::table_resource(&table, &name, &text, &old),
            _ => datapackage::rendering(&table, &name, format, &text, &old),
        });
    }
    fs::write(folder.join(FILE_NAME), package.to_text()).unwrap();

    for format in [Format::Csv, Format::Markdown] {
        let written = write_in(folder, &[table.clone()], format, Overwrite::OwnFiles).unwrap();
        assert_eq!(changes(&written), [Change::Unchanged; 2]);
    }
    let text = fs::read_to_string(folder.join("moment-values.md")).unwrap();
    assert!(text.contains("isobath 0.0.1,"));
    // A change of content brings the new version.
    let changed = other("moment-values", 2);
    write_in(folder, &[changed], Format::Markdown, Overwrite::OwnFiles).unwrap();
    let text = fs::read_to_string(folder.join("moment-values.md")).unwrap();
    assert!(!text.contains("isobath 0.0.1,"));
}

#[test]
fn what_isobath_did_not_write_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let csv = folder.join("moment-values.csv");

    fs::write(&csv, "mine").unwrap();
    let error = write(folder, &[other("another", 1), sample()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    let said = error.to_string();
    assert!(
        said.contains("moment-values.csv` is left as it is: isobath did not write it"),
        "{said}"
    );
    assert!(said.contains("--force"), "{said}");
    // The other table of the same call was not written either.
    assert!(!folder.join("another.csv").exists());
    assert!(!folder.join(FILE_NAME).exists());
    no_temporary_file(folder);

    let written = write_in(folder, &[sample()], Format::Csv, Overwrite::Force).unwrap();
    assert_eq!(changes(&written), [Change::Replaced, Change::Created]);

    // An edited file is someone's work, too.
    let text = fs::read_to_string(&csv).unwrap();
    let edited = text.replace("-0.31", "-0.32");
    fs::write(&csv, &edited).unwrap();
    let error = write(folder, &[sample()]).unwrap_err();
    assert!(
        error
            .message()
            .contains("was changed after isobath wrote it"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&csv).unwrap(), edited);
    assert_eq!(
        read_folder(folder, &Limits::default()).unwrap()[0].edited(),
        Some(Edited::File)
    );
    // Undoing the edit by hand is as good as writing.
    fs::write(&csv, &text).unwrap();
    assert_eq!(
        changes(&write(folder, &[sample()]).unwrap()),
        [Change::Unchanged; 2]
    );
}

#[test]
fn a_description_that_is_not_ours_is_left_alone() {
    let foreign = r#"{"name": "mine", "resources": []}"#;
    let broken = "{";
    let newer = r#"{"isobath:schema": 2, "resources": []}"#;
    for (text, expected) in [
        (foreign, "isobath did not write it"),
        (broken, "not JSON"),
        (newer, "a newer isobath wrote it"),
    ] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE_NAME);
        fs::write(&path, text).unwrap();
        let error = write(home.path(), &[sample()]).unwrap_err();
        assert!(error.message().contains(expected), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        let written = write_in(home.path(), &[sample()], Format::Csv, Overwrite::Force).unwrap();
        assert_eq!(changes(&written), [Change::Created, Change::Replaced]);
    }

    // Ours, but edited: a licence was added.
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(FILE_NAME);
    write(home.path(), &[sample()]).unwrap();
    let edited = fs::read_to_string(&path)
        .unwrap()
        .replacen('{', "{\n  \"licenses\": [],", 1);
    fs::write(&path, &edited).unwrap();
    let error = write(home.path(), &[other("another", 1)]).unwrap_err();
    assert!(error.message().contains("was changed after"), "{error}");
    // With force the other table's entry is kept.
    write_in(
        home.path(),
        &[other("another", 1)],
        Format::Csv,
        Overwrite::Force,
    )
    .unwrap();
    assert_eq!(
        read_folder(home.path(), &Limits::default()).unwrap().len(),
        2
    );
}

#[test]
fn faults_of_paths_are_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("a file");
    fs::write(&file, "").unwrap();
    for (folder, expected) in [
        (
            home.path().join("missing/dir"),
            "there is no such file or folder",
        ),
        (file.clone(), "it is not a folder"),
        (file.join("below"), "a part of the path is not a folder"),
        (
            home.path().join("with space/../missing"),
            "there is no such",
        ),
    ] {
        let error = write(&folder, &[sample()]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        let said = error.to_string();
        assert!(said.contains(expected), "{said}");
        assert!(said.contains(&*folder.display().to_string()), "{said}");
    }

    let taken = tempfile::tempdir().unwrap();
    fs::create_dir(taken.path().join("moment-values.csv")).unwrap();
    for overwrite in [Overwrite::OwnFiles, Overwrite::Force] {
        let error = write_in(taken.path(), &[sample()], Format::Csv, overwrite).unwrap_err();
        assert!(
            error
                .message()
                .ends_with("moment-values.csv`: it is a folder"),
            "{error}"
        );
    }

    let frozen = tempfile::tempdir().unwrap();
    write(frozen.path(), &[sample()]).unwrap();
    let csv = frozen.path().join("moment-values.csv");
    let mut permissions = fs::metadata(&csv).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&csv, permissions).unwrap();
    let error = write(frozen.path(), &[other("moment-values", 1)]).unwrap_err();
    assert!(
        error
            .message()
            .ends_with("moment-values.csv`: it is read-only"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn links_and_odd_names() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let home = tempfile::tempdir().unwrap();
    let csv = home.path().join("moment-values.csv");
    symlink("moment-values.csv", &csv).unwrap();
    let error = write(home.path(), &[sample()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("moment-values.csv"), "{error}");
    fs::remove_file(&csv).unwrap();
    symlink("nowhere", &csv).unwrap();
    assert!(write(home.path(), &[sample()]).is_err());

    let looped = home.path().join("loop");
    symlink("loop", &looped).unwrap();
    let error = write(&looped, &[sample()]).unwrap_err();
    assert!(error.message().contains("loop"), "{error}");

    let odd = home
        .path()
        .join(std::ffi::OsStr::from_bytes(b"tables \xff"));
    fs::create_dir(&odd).unwrap();
    assert_eq!(
        changes(&write(&odd, &[sample()]).unwrap()),
        [Change::Created; 2]
    );
    assert_eq!(read_folder(&odd, &Limits::default()).unwrap().len(), 1);
    assert!(read_file(&odd.join("moment-values.csv"), &Limits::default()).is_ok());
}

#[test]
fn reading_names_the_missing_file() {
    let home = tempfile::tempdir().unwrap();
    let limits = Limits::default();
    let said = |error: Error| error.to_string();
    let error = said(read_folder(home.path(), &limits).unwrap_err());
    assert!(
        error.contains("datapackage.json`: there is no such file"),
        "{error}"
    );
    let error = said(read_file(&home.path().join("x.csv"), &limits).unwrap_err());
    assert!(error.contains("x.csv`: there is no such file"), "{error}");

    write(home.path(), &[sample()]).unwrap();
    fs::write(home.path().join("x.csv"), "a\n1\n").unwrap();
    let error = said(read_file(&home.path().join("x.csv"), &limits).unwrap_err());
    assert!(error.contains("does not describe"), "{error}");
    fs::remove_file(home.path().join("moment-values.csv")).unwrap();
    let error = said(read_folder(home.path(), &limits).unwrap_err());
    assert!(
        error.contains("moment-values.csv`: there is no such file"),
        "{error}"
    );
}

#[test]
fn an_interrupted_write_leaves_the_old_files() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), &[sample()]).unwrap();
    let before = fs::read(home.path().join("moment-values.csv")).unwrap();
    let registry: &'static Registry = Box::leak(Box::new(Registry::new()));
    registry.close();
    let error = write_with(
        registry,
        home.path(),
        &[other("moment-values", 1)],
        Format::Csv,
        Overwrite::OwnFiles,
        &Limits::default(),
    )
    .unwrap_err();
    assert!(error.message().starts_with("interrupted"), "{error}");
    assert_eq!(
        fs::read(home.path().join("moment-values.csv")).unwrap(),
        before
    );
    no_temporary_file(home.path());
}

#[test]
fn writers_of_one_folder_take_turns() {
    let home = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c", "d", "e", "f"];
    std::thread::scope(|scope| {
        for name in names {
            let folder = home.path();
            scope.spawn(move || write(folder, &[other(name, 2)]).unwrap());
        }
    });
    let read = read_folder(home.path(), &Limits::default()).unwrap();
    assert_eq!(read.len(), names.len());
    assert!(read.iter().all(|stored| stored.edited().is_none()));
    assert_eq!(read[0].table().cell(0, "a"), Some(&Cell::integer(0)));
}
