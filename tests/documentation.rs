//! The documents are true: every console example in them runs and prints what they say.
//!
//! In a block marked `console`, a line that begins with `$ ` is a command for the shell, and what
//! follows is all it prints, errors included. `…` stands for text that may vary, on a line of its
//! own for any lines. A block marked `toml` whose first line is `# name.toml` is the file of that
//! name in the folder where the commands run. With `ISOBATH_UPDATE_DOCS=1` the documents are
//! rewritten with what the commands print.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A command of a document, and the lines of the document that hold its output.
#[derive(Debug, PartialEq)]
struct Example {
    command: String,
    /// The first line of the output, counted from 0, and the line behind its last.
    output: (usize, usize),
}

#[derive(Debug, PartialEq)]
enum Step {
    Run(Example),
    Write { name: String, text: String },
}

fn steps(document: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut line = 0;
    while line < document.len() {
        let Some(language) = document[line].strip_prefix("```") else {
            line += 1;
            continue;
        };
        let start = line + 1;
        let end = (start..document.len())
            .find(|i| document[*i] == "```")
            .unwrap_or_else(|| panic!("the block of line {start} is not closed"));
        match language {
            "console" => examples(document, start, end, &mut steps),
            "toml" => {
                if let Some(name) = document[start].strip_prefix("# ") {
                    let text = document[start..end].join("\n") + "\n";
                    let name = name.to_string();
                    steps.push(Step::Write { name, text });
                }
            }
            _ => {}
        }
        line = end + 1;
    }
    steps
}

fn examples(document: &[&str], start: usize, end: usize, steps: &mut Vec<Step>) {
    let mut line = start;
    while line < end {
        let first = document[line]
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("line {}: a console block begins with `$ `", line + 1));
        let mut command = first.to_string();
        line += 1;
        while command.ends_with('\\') {
            command = format!("{command}\n{}", document[line]);
            line += 1;
        }
        let last = (line..end).find(|i| document[*i].starts_with("$ "));
        let last = last.unwrap_or(end);
        let output = (line, last);
        steps.push(Step::Run(Example { command, output }));
        line = last;
    }
}

/// What the command prints, on stdout and stderr together.
fn run(command: &str, folder: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_isobath"));
    let path = std::env::var("PATH").unwrap_or_default();
    let folder_of_binary = binary.parent().expect("a file is in a folder");
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("exec 2>&1\n{command}"))
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", folder_of_binary.display()))
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .expect("the shell runs");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// Whether a line is `pattern`, in which each `…` stands for any text.
fn line_matches(pattern: &str, line: &str) -> bool {
    match pattern.split_once('…') {
        None => pattern == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| line_matches(after, &rest[at..]))
        }),
    }
}

fn lines_match(patterns: &[&str], lines: &[&str]) -> bool {
    match patterns {
        [] => lines.is_empty(),
        ["…", after @ ..] => {
            (0..=lines.len()).any(|skipped| lines_match(after, &lines[skipped..]))
        }
        [first, after @ ..] => lines
            .split_first()
            .is_some_and(|(line, rest)| line_matches(first, line) && lines_match(after, rest)),
    }
}

/// Runs the examples of a document; returns how many there were.
fn check(path: &Path) -> usize {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let document: Vec<&str> = text.lines().collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let update = std::env::var_os("ISOBATH_UPDATE_DOCS").is_some_and(|value| value == "1");
    let (mut rewritten, mut copied) = (Vec::new(), 0);
    let (mut faults, mut count) = (Vec::new(), 0);
    for step in steps(&document) {
        let example = match step {
            Step::Write { name, text } => {
                fs::write(folder.path().join(name), text).expect("the folder takes files");
                continue;
            }
            Step::Run(example) => example,
        };
        count += 1;
        let printed = run(&example.command, folder.path());
        let printed: Vec<&str> = printed.lines().collect();
        let (start, end) = example.output;
        let expected = &document[start..end];
        let fits = lines_match(expected, &printed);
        rewritten.extend(document[copied..start].iter().copied().map(String::from));
        if fits {
            rewritten.extend(expected.iter().copied().map(String::from));
        } else {
            // A line that the document leaves open in part stays open.
            let open = |line: &&str| {
                let fitting = expected
                    .iter()
                    .find(|e| **e != "…" && line_matches(e, line));
                fitting.copied().unwrap_or(line).to_string()
            };
            rewritten.extend(printed.iter().map(open));
        }
        copied = end;
        if !fits {
            faults.push(format!(
                "{}:{start}: $ {}\n--- the document says\n{}\n--- it prints\n{}",
                path.display(),
                example.command,
                expected.join("\n"),
                printed.join("\n")
            ));
        }
    }
    if update {
        rewritten.extend(document[copied..].iter().copied().map(String::from));
        fs::write(path, rewritten.join("\n") + "\n").expect("the document can be written");
    } else {
        assert!(faults.is_empty(), "\n{}\n", faults.join("\n\n"));
    }
    count
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_readme_prints_what_it_says() {
    assert!(check(&root().join("README.md")) >= 8);
}

#[test]
fn the_limits_are_as_described() {
    assert!(check(&root().join("LIMITS.md")) >= 5);
}

#[test]
fn the_guide_prints_what_it_says() {
    let mut pages: Vec<PathBuf> = fs::read_dir(root().join("src/guide"))
        .expect("the guide is a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    assert!(pages.len() >= 6, "{pages:?}");
    for page in pages {
        assert!(check(&page) >= 3, "{} shows too little", page.display());
    }
}

/// The text behind `key` up to the end of its line, without quotes.
fn field<'t>(text: &'t str, key: &str) -> &'t str {
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.unwrap_or_else(|| panic!("no line begins with `{key}`"))
        .trim()
        .trim_matches('"')
}

#[test]
fn all_documents_speak_of_this_version() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("the document exists");
    let version = env!("CARGO_PKG_VERSION");
    let citation = read("CITATION.cff");
    assert_eq!(field(&citation, "version:"), version);
    assert_eq!(field(&citation, "cff-version:"), "1.2.0");
    assert!(read("CHANGELOG.md").contains(&format!("## [{version}]")));
}

#[test]
fn the_comparison_notices_differences() {
    assert!(lines_match(&["a", "…", "d"], &["a", "b", "c", "d"]));
    assert!(lines_match(&["a", "…", "d"], &["a", "d"]));
    assert!(line_matches("passed in … s", "passed in 0.1 s"));
    assert!(line_matches("…", ""));
    for (patterns, lines) in [
        (&["1.5"][..], &["1.50"][..]),
        (&["1.5"], &[]),
        (&[], &["1.5"]),
        (&["a", "…", "d"], &["a", "d", "e"]),
        (&["passed in … s"], &["FAILED in 1 s"]),
    ] {
        assert!(!lines_match(patterns, lines), "{patterns:?} {lines:?}");
    }
}

#[test]
fn blocks_are_read_as_described() {
    let text = "x\n```toml\n# a.toml\nb = 1\n```\n```console\n$ one \\\n  two\nout\n$ three\n```\n";
    let document: Vec<&str> = text.lines().collect();
    let run = |command: &str, output| {
        let command = command.to_string();
        Step::Run(Example { command, output })
    };
    assert_eq!(
        steps(&document),
        [
            Step::Write {
                name: "a.toml".into(),
                text: "# a.toml\nb = 1\n".into()
            },
            run("one \\\n  two", (8, 9)),
            run("three", (10, 10)),
        ]
    );
}
