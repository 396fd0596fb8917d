//! The reference tables end to end: pinned renderings, audits that notice every change, users' own
//! tables, and writes that leave nothing half done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use isobath::limits::Limits;
use isobath::table::audit::audit_reference;
use isobath::table::{Format, Provenance, catalogue};

fn isobath(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_isobath"))
        .args(arguments)
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A copy of the reference tables in a folder of its own.
fn copy_of_tables() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut copied = 0;
    for entry in
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tables")).expect("tables/")
    {
        let path = entry.expect("an entry").path();
        fs::copy(&path, folder.path().join(path.file_name().expect("a file"))).expect("copied");
        copied += 1;
    }
    // One file a table, and their description.
    assert_eq!(copied, catalogue::definitions().expect("read").len() + 1);
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The snapshots are what a person reviews; the audit is the second look: it recomputes every cell
/// and redraws every estimate, and compares with the files in `tables/`.
#[test]
fn reference_tables_are_pinned_and_recomputed() {
    let limits = Limits::default();
    let stored = catalogue::stored().expect("the embedded files are whole");
    let mut pins = 0;
    for table in &stored {
        let audit = audit_reference(table, &limits, &|| {}).expect("computed");
        assert!(
            audit.differences.is_empty(),
            "{} differ, the first: {:?}",
            audit.differences.len(),
            audit.differences.first()
        );
        pins += audit.pins;
        let provenance = Provenance::of(table.table()).with_version("VERSION");
        let rendered = Format::Markdown.render(table.table(), &provenance);
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(table.table().name(), rendered);
        });
    }
    assert_eq!(stored.len(), catalogue::definitions().expect("read").len());
    assert!(pins >= 100, "{pins} pins");
}

#[test]
fn a_changed_digit_is_found_with_its_row_and_field() {
    let folder = copy_of_tables();
    let file = folder.path().join("moment-values.csv");
    let before = fs::read_to_string(&file).expect("read");
    // The last digit of J(1, 1, 1).
    let line = before
        .lines()
        .find(|line| line.starts_with("1,1,1,"))
        .expect("the row is there");
    let value = line.split(',').nth(3).expect("a value");
    let wrong = format!(
        "{}{}",
        &value[..value.len() - 1],
        if value.ends_with('7') { '8' } else { '7' }
    );
    fs::write(&file, before.replace(value, &wrong)).expect("written");
    let output = isobath(&["verify", text(&file), "--quiet"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = stdout(&output);
    assert!(
        report.contains("a = 1, b = 1, t = 1") && report.contains("field `value`"),
        "{report}"
    );
    // One row alone, from nothing but the file.
    let number = before
        .lines()
        .position(|l| l == line)
        .expect("found")
        .to_string();
    assert_eq!(
        isobath(&["verify", text(&file), "--row", &number])
            .status
            .code(),
        Some(1)
    );
    assert_eq!(
        isobath(&["verify", text(&file), "--row", "1"])
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        isobath(&["verify", text(&file), "--row", "100000"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_changed_estimate_is_found() {
    let folder = copy_of_tables();
    let file = folder.path().join("moment-values.csv");
    let before = fs::read_to_string(&file).expect("read");
    let line = before
        .lines()
        .find(|line| line.starts_with("1,1,1/3,"))
        .expect("the row is there");
    let estimate = line.split(',').nth(4).expect("an estimate");
    fs::write(&file, before.replace(estimate, &format!("{estimate}1"))).expect("written");
    let output = isobath(&["verify", text(&file), "--only", "moment-values"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).contains("field `estimate`"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn truncated_tables_and_broken_descriptions_are_errors() {
    let folder = copy_of_tables();
    let file = folder.path().join("path-numbers.csv");
    let before = fs::read_to_string(&file).expect("read");
    fs::write(&file, &before[..before.len() / 2]).expect("written");
    let output = isobath(&["verify", text(&file)]);
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(
        stderr(&output).contains("path-numbers.csv"),
        "{}",
        stderr(&output)
    );
    fs::write(folder.path().join("datapackage.json"), "{ broken").expect("written");
    assert_eq!(
        isobath(&["verify", text(folder.path())]).status.code(),
        Some(2)
    );
}

#[test]
fn rewriting_unchanged_tables_changes_no_byte() {
    let folder = copy_of_tables();
    let contents = |name: &str| fs::read(folder.path().join(name)).expect("read");
    let (before, description) = (contents("path-numbers.csv"), contents("datapackage.json"));
    let output = isobath(&["table", "path-numbers", "--write", text(folder.path())]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output)
            .lines()
            .all(|line| line.starts_with("unchanged")),
        "{}",
        stdout(&output)
    );
    assert_eq!(
        (before, description),
        (contents("path-numbers.csv"), contents("datapackage.json"))
    );
}

#[test]
fn users_define_tables_and_check_them_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let definition = folder.path().join("mine.toml");
    fs::write(
        &definition,
        "[[table]]\nname = \"mine\"\ndigits = 30\nrows = { a = \"0..2\", b = \"0..2\", t = \"{1/3, pi/2, 4}\" }\nwhere = \"a >= b\"\n\
         columns = { value = \"J(a,b,t)\", form = { formula = \"J(a,b,t)\", exact = true } }\n",
    )
    .expect("written");
    let printed = isobath(&["table", text(&definition), "--to", "csv"]);
    assert_eq!(printed.status.code(), Some(0), "{}", stderr(&printed));
    let csv = stdout(&printed);
    assert!(
        csv.contains("1,1,pi/2,0.159154943091895335768883763373,1/(2*pi)"),
        "{csv}"
    );
    // t = 4 is outside [0, pi]: the cell says so instead of holding a number.
    assert!(
        csv.lines()
            .filter(|line| line.contains(",4,"))
            .all(|line| line.contains("not defined: ")),
        "{csv}"
    );
    let output = folder.path().join("out");
    fs::create_dir(&output).expect("made");
    assert_eq!(
        isobath(&["table", text(&definition), "--write", text(&output)])
            .status
            .code(),
        Some(0)
    );
    let verified = isobath(&["verify", text(&output)]);
    assert_eq!(
        verified.status.code(),
        Some(0),
        "{}{}",
        stdout(&verified),
        stderr(&verified)
    );
}

#[test]
fn files_of_others_are_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("path-numbers.csv");
    fs::write(&file, "mine\n").expect("written");
    let output = isobath(&["table", "path-numbers", "--write", text(folder.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&file).expect("read"), "mine\n");
    assert_eq!(
        isobath(&[
            "table",
            "path-numbers",
            "--write",
            text(folder.path()),
            "--force"
        ])
        .status
        .code(),
        Some(0)
    );
    let missing = isobath(&[
        "table",
        "path-numbers",
        "--write",
        text(&folder.path().join("not/there")),
    ]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        stderr(&missing).contains("not/there"),
        "{}",
        stderr(&missing)
    );
}

/// SIGINT in the middle of a table: the old file stays whole, nothing temporary is left.
#[cfg(unix)]
#[test]
fn an_interrupted_write_leaves_the_old_file_whole() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let definition = folder.path().join("slow.toml");
    let table = |rows: u32| {
        format!(
            "[[table]]\nname = \"slow\"\ndigits = 2000\nrows = {{ a = \"1..{rows}\" }}\ncolumns = {{ value = \"gamma(a+1/3)*J(a+1/3,a+1/2,1)\" }}\n"
        )
    };
    let output = folder.path().join("out");
    fs::create_dir(&output).expect("made");
    fs::write(&definition, table(1)).expect("written");
    assert_eq!(
        isobath(&["table", text(&definition), "--write", text(&output)])
            .status
            .code(),
        Some(0)
    );
    let files = |folder: &PathBuf| {
        let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
            .expect("listed")
            .map(|entry| entry.expect("an entry").path())
            .map(|path| (text(&path).to_string(), fs::read(&path).expect("read")))
            .collect();
        files.sort();
        files
    };
    let before = files(&output);
    fs::write(&definition, table(5000)).expect("written");
    let mut child = Command::new(env!("CARGO_BIN_EXE_isobath"))
        .args(["table", text(&definition), "--write", text(&output)])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    std::thread::sleep(Duration::from_millis(400));
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(status.success());
    let waiting = Instant::now();
    let code = loop {
        if let Some(status) = child.try_wait().expect("waited") {
            break status.code();
        }
        assert!(
            waiting.elapsed() < Duration::from_secs(20),
            "the program did not end"
        );
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(code, Some(130));
    assert_eq!(files(&output), before);
}

/// The coefficients of `moment-series` by a route that shares nothing with the general expansion:
/// the reflection identity and the hypergeometric form in rational arithmetic.
#[test]
fn series_coefficients_agree_with_the_rational_expansion() {
    use isobath::formula::normal::{NoQuantities, NormalForm};
    use isobath::formula::parse_expr;
    use isobath::theory::moments::expansion::{ExpansionPoint, expand_by_hypergeometric};

    let limits = Limits::default();
    let stored = catalogue::stored().expect("the embedded files are whole");
    let table = stored
        .iter()
        .find(|table| table.table().name() == "moment-series")
        .expect("there")
        .table();
    let mut compared = 0;
    for row in 0..table.rows().len() {
        let key = |name: &str| {
            table
                .cell(row, name)
                .expect("a key")
                .as_str()
                .parse::<u32>()
                .expect("an integer")
        };
        let (a, b, k) = (key("a"), key("b"), key("k"));
        for (column, point) in [
            ("at_zero", ExpansionPoint::Zero),
            ("at_pi", ExpansionPoint::Pi),
        ] {
            let expected = expand_by_hypergeometric(a, b, point, k)[k as usize].to_string();
            let cell = table.cell(row, column).expect("a coefficient").as_str();
            let [cell, expected] =
                [cell, &expected].map(|text| parse_expr(text, &limits).expect("a formula"));
            let difference =
                NormalForm::difference(&cell, &expected, &limits, &NoQuantities).expect("small");
            assert!(difference.is_zero(), "J({a},{b}), power {k}, {column}");
            compared += 1;
        }
    }
    assert_eq!(compared, 390);
}
