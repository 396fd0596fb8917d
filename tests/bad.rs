//! Bad input: every file of `tests/bad/` is one command line that asks for something wrong, too
//! large, undecidable or nearly so, with the exit code it must give. Everything it prints is pinned
//! in `snapshots/bad/`.
//!
//! ```toml
//! why = "one sentence"
//! args = ["eval", "-"]                   # a piece may be given as below
//! stdin = [{ text = "(", times = 100_000 }, { bytes = [0xff] }]
//! files = { "claims.toml" = "…" }        # put into the folder the command runs in
//! folders = ["empty"]
//! seconds = 10                           # its --timeout; 10 if absent
//! exit = 2
//! ```
//!
//! A run fails if it outlives its own deadline by more than a grace period, ends by a signal,
//! speaks of a panic, prints a result together with an error exit, or is silent about the error.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::Deserialize;

/// What a run may take beyond its own `--timeout` before it counts as hung: the work between two
/// looks at the clock, on a loaded machine.
const GRACE: Duration = Duration::from_secs(20);
/// The least number of cases; a lost folder must not pass.
const LEAST_CASES: usize = 310;
/// Longest output that a snapshot holds.
const SHOWN: usize = 1500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    why: String,
    args: Vec<Pieces>,
    #[serde(default)]
    stdin: Option<Pieces>,
    #[serde(default)]
    files: BTreeMap<String, Pieces>,
    #[serde(default)]
    folders: Vec<String>,
    #[serde(default = "ten")]
    seconds: f64,
    exit: i32,
}

fn ten() -> f64 {
    10.0
}

/// Text as it is, or made of repeated pieces.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pieces {
    Plain(String),
    List(Vec<Piece>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Piece {
    #[serde(default)]
    text: String,
    #[serde(default)]
    bytes: Vec<u8>,
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

impl Pieces {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Pieces::Plain(text) => text.clone().into_bytes(),
            Pieces::List(pieces) => pieces
                .iter()
                .flat_map(|piece| {
                    [piece.text.as_bytes(), &piece.bytes]
                        .concat()
                        .repeat(piece.times)
                })
                .collect(),
        }
    }

    /// The text as a snapshot shows it: pieces stay pieces.
    fn shown(&self) -> String {
        match self {
            Pieces::Plain(text) => quoted(text),
            Pieces::List(pieces) => pieces.iter().map(Piece::shown).collect::<Vec<_>>().join(""),
        }
    }
}

impl Piece {
    fn shown(&self) -> String {
        let bytes: String = self
            .bytes
            .iter()
            .map(|byte| format!("\\x{byte:02x}"))
            .collect();
        let text = format!("'{}{bytes}'", self.text.escape_debug());
        if self.times == 1 {
            text
        } else {
            format!("{text}×{}", self.times)
        }
    }
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.=/".contains(c));
    if plain {
        text.to_string()
    } else {
        format!(
            "'{}'",
            text.escape_debug()
                .to_string()
                .replace("\\'", "'")
                .replace("\\\"", "\"")
        )
    }
}

#[cfg(unix)]
fn os_string(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// What a run gave.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    elapsed: Duration,
}

fn run(case: &Case) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in &case.folders {
        fs::create_dir_all(folder.path().join(name)).expect("a folder in it");
    }
    for (name, content) in &case.files {
        fs::write(folder.path().join(name), content.bytes()).expect("a file in it");
    }
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_isobath"));
    command
        .current_dir(folder.path())
        .env_remove("NO_COLOR")
        .env_remove("RAYON_NUM_THREADS");
    command.arg("--timeout").arg(case.seconds.to_string());
    command.args(case.args.iter().map(|arg| os_string(arg.bytes())));
    command.write_stdin(case.stdin.as_ref().map(Pieces::bytes).unwrap_or_default());
    command.timeout(Duration::from_secs_f64(case.seconds) + GRACE);
    let start = Instant::now();
    let output = command.output().expect("the program starts");
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        elapsed: start.elapsed(),
    }
}

/// What is wrong with a run whatever it was about.
fn faults(case: &Case, run: &Run) -> Vec<String> {
    let mut faults = Vec::new();
    let mut fault = |text: String| faults.push(text);
    match run.code {
        None => fault(format!(
            "was killed after {:.1?}: a signal, or past its deadline",
            run.elapsed
        )),
        Some(code) if code != case.exit => fault(format!("exit {code} instead of {}", case.exit)),
        Some(_) => {}
    }
    let everything = format!("{}{}", run.stdout, run.stderr);
    for word in [
        "panicked",
        "RUST_BACKTRACE",
        "overflowed its stack",
        "Cannot allocate",
        "Cannot reallocate",
        "NaN",
        "internal error",
    ] {
        if everything.contains(word) {
            fault(format!("the output holds `{word}`"));
        }
    }
    if case.exit == 2 && run.stderr.is_empty() && run.stdout.is_empty() {
        fault("an error without a message".into());
    }
    if run.stderr.contains('\u{1b}') || run.stdout.contains('\u{1b}') {
        fault("colours without a terminal".into());
    }
    faults
}

/// A folder's case files by name.
fn cases() -> Vec<(String, Case)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let mut cases: Vec<(String, Case)> = fs::read_dir(folder)
        .expect("tests/bad is there")
        .map(|entry| entry.expect("a readable entry").path())
        .map(|path| {
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("a UTF-8 name")
                .to_string();
            let text = fs::read_to_string(&path).expect("a readable case");
            let case = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, case)
        })
        .collect();
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}

fn shortened(text: &str) -> String {
    let count = text.chars().count();
    if count <= SHOWN {
        return text.trim_end().to_string();
    }
    let head: String = text.chars().take(120).collect();
    let tail: String = text.chars().skip(count - 60).collect();
    format!("{head} … {count} characters in all … {}", tail.trim_end())
}

/// What varies from run to run: `in 0.3 s`, and the place where a time limit was met.
fn without_times(text: &str) -> String {
    let timed_out = text.contains("the time limit was reached");
    let mut lines = Vec::new();
    for line in text.lines() {
        let marker = line.trim_start();
        if timed_out && marker.starts_with('·') {
            continue;
        }
        if timed_out && marker.starts_with("╭─[formula:") {
            lines.push("   ╭─[formula:…]".to_string());
            continue;
        }
        let time = line.rsplit_once(" in ").filter(|(_, time)| {
            time.strip_suffix(" s")
                .is_some_and(|seconds| seconds.parse::<f64>().is_ok())
        });
        lines.push(time.map_or(line.to_string(), |(rest, _)| format!("{rest} in … s")));
    }
    lines.join("\n")
}

fn report(case: &Case, run: &Run) -> String {
    let args: Vec<String> = case.args.iter().map(Pieces::shown).collect();
    let mut lines = vec![
        format!("# {}", case.why),
        format!("$ isobath {}", args.join(" ")),
    ];
    if let Some(stdin) = &case.stdin {
        lines.push(format!("< {}", stdin.shown()));
    }
    lines.push(format!(
        "exit {}",
        run.code
            .map_or("by a signal".to_string(), |code| code.to_string())
    ));
    for (stream, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        if !text.is_empty() {
            lines.push(format!(
                "---- {stream}\n{}",
                without_times(&shortened(text))
            ));
        }
    }
    lines.join("\n")
}

#[test]
fn bad_input_is_survived_and_explained() {
    let cases = cases();
    assert!(
        cases.len() >= LEAST_CASES,
        "only {} cases were found",
        cases.len()
    );
    let runs: Vec<Run> = cases.par_iter().map(|(_, case)| run(case)).collect();
    let mut failed = Vec::new();
    for ((name, case), run) in cases.iter().zip(&runs) {
        let faults = faults(case, run);
        if !faults.is_empty() {
            failed.push(format!(
                "{name}: {}\n{}",
                faults.join("; "),
                report(case, run)
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} cases failed\n\n{}",
        failed.len(),
        cases.len(),
        failed.join("\n\n")
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/bad");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for ((name, case), run) in cases.iter().zip(&runs) {
            insta::assert_snapshot!(name.as_str(), report(case, run));
        }
    });
}

#[test]
fn the_checks_of_this_file_can_fail() {
    let case = |exit| Case {
        why: String::new(),
        args: vec![Pieces::Plain("eval".into()), Pieces::Plain("1/0".into())],
        stdin: None,
        files: BTreeMap::new(),
        folders: Vec::new(),
        seconds: 10.0,
        exit,
    };
    assert!(faults(&case(2), &run(&case(2))).is_empty());
    assert_eq!(faults(&case(0), &run(&case(0))).len(), 1);
    let panicked = Run {
        code: Some(2),
        stdout: String::new(),
        stderr: "thread 'main' panicked".into(),
        elapsed: Duration::ZERO,
    };
    assert_eq!(faults(&case(2), &panicked).len(), 1);
    let killed = Run {
        code: None,
        ..panicked
    };
    assert_eq!(faults(&case(2), &killed).len(), 2);
}
