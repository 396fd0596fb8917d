//! Work that spreads: parts of a run, their files, interruption and resumption, and the named
//! simulations, all through the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use isobath::montecarlo::significance::{normality_p, threshold};
use serde_json::Value;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isobath"));
    command.args(arguments).env_remove("RAYON_NUM_THREADS");
    command
}

fn isobath(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The standard output of a run that must succeed.
fn fine(arguments: &[&str]) -> String {
    let output = isobath(arguments);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{arguments:?}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&fine(arguments)).expect("JSON")
}

/// A run that must be refused with exit code 2 and these words, as text and as JSON.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = isobath(arguments);
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    for word in words {
        assert!(
            message.contains(word),
            "{arguments:?}: no `{word}` in {message}"
        );
    }
    let output = command(arguments).arg("--json").output().expect("starts");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    let object: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(object["error"]["message"].is_string(), "{object}");
}

/// A folder of its own, with paths as text.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("UTF-8").to_owned()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file")
    }

    fn write(&self, name: &str, contents: &str) -> String {
        std::fs::write(self.path(name), contents).expect("written");
        self.path(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|e| {
                e.expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("UTF-8")
            })
            .collect();
        names.sort();
        names
    }
}

const FORMULA: &str = "J(2, 1, 1/3)";
/// 20 full blocks and a short one.
const N: &str = "20557";

fn part(folder: &Folder, name: &str, which: &[&str]) -> String {
    let path = folder.path(name);
    let mut arguments = vec!["sample", FORMULA, "-n", N, "--seed", "3", "--out", &path];
    arguments.extend(which);
    fine(&arguments);
    path
}

#[test]
fn any_split_and_order_merges_to_one_run() {
    let folder = Folder::new();
    part(&folder, "whole.json", &[]);
    let whole = folder.read("whole.json");
    let estimate = json(&["sample", FORMULA, "-n", N, "--seed", "3", "--json"]);
    let mut splits: Vec<Vec<String>> = Vec::new();
    for parts in [1, 2, 3, 7] {
        let files = (1..=parts).map(|k| {
            let which = format!("{k}/{parts}");
            part(&folder, &format!("p{k}-{parts}.json"), &["--part", &which])
        });
        splits.push(files.collect());
    }
    let edges = [0, 1, 9, 10, 21];
    let files = edges.windows(2).map(|edge| {
        let which = format!("{}..{}", edge[0], edge[1]);
        part(
            &folder,
            &format!("b{}.json", edge[0]),
            &["--blocks", &which],
        )
    });
    splits.push(files.collect());
    let mut merges = 0;
    for mut files in splits {
        for turn in 0..files.len().min(3) {
            files.rotate_left(1);
            if turn == 1 {
                files.reverse();
            }
            let out = folder.path("merged.json");
            let mut arguments = vec!["merge", "--json", "--out", &out];
            arguments.extend(files.iter().map(String::as_str));
            let merged = json(&arguments);
            assert_eq!(folder.read("merged.json"), whole);
            for key in [
                "formula",
                "class",
                "mean",
                "stderr",
                "n",
                "seed",
                "z",
                "certified",
                "resolution",
                "blocks",
                "stream",
            ] {
                assert_eq!(merged[key], estimate[key], "{key}");
                assert!(!merged[key].is_null(), "{key}");
            }
            assert_eq!(merged["verb"], "merge");
            merges += 1;
        }
    }
    assert_eq!(merges, 12);
    // The text is that of `sample`.
    let report = fine(&["sample", FORMULA, "-n", N, "--seed", "3"]);
    assert_eq!(fine(&["merge", &folder.path("whole.json")]), report);
}

#[test]
fn quantiles_and_histograms_of_parts_are_those_of_one_run() {
    let folder = Folder::new();
    let shape = ["--quantiles", "0.5,0.95", "--histogram=0.25,1,4"];
    let files: Vec<String> = (1..=3)
        .map(|k| {
            let which = format!("{k}/3");
            let mut more = vec!["--part", which.as_str()];
            more.extend(shape);
            part(&folder, &format!("{k}.json"), &more)
        })
        .collect();
    let mut once = vec!["sample", FORMULA, "-n", N, "--seed", "3", "--json"];
    once.extend(shape);
    let mut joined = vec!["merge", "--json", &files[2], &files[0], &files[1]];
    joined.extend(shape);
    let (once, joined) = (json(&once), json(&joined));
    for key in ["mean", "stderr", "block_stderr", "quantiles", "histogram"] {
        assert_eq!(once[key], joined[key], "{key}");
        assert!(!once[key].is_null(), "{key}");
    }
    let counts = once["histogram"].as_array().expect("bins");
    let total: u64 = counts.iter().filter_map(|bin| bin["count"].as_u64()).sum();
    assert_eq!(total.to_string(), N);
    // The quantile lies in a bin that its rank agrees with.
    let median: f64 = once["quantiles"][0]["value"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("a number");
    let below = counts[0]["count"].as_u64().expect("a count") as f64;
    assert_eq!(median < 0.25, below >= total as f64 / 2.0);
    // Parts without quantiles have none to tell, and do not mix.
    let plain = part(&folder, "plain.json", &["--part", "1/3"]);
    refused(
        &["merge", "--incomplete", &plain, "--quantiles", "0.5"],
        &["no quantiles", "--quantiles"],
    );
    refused(&["merge", &plain, &files[1], &files[2]], &["quantiles"]);
    refused(
        &[
            "sample",
            FORMULA,
            "-n",
            N,
            "--seed",
            "3",
            "--part",
            "1/3",
            "--resume",
            &plain,
            "--quantiles",
            "0.5",
        ],
        &["plain.json", "no quantiles"],
    );
}

#[test]
fn methods_of_smaller_variance_are_named_and_agree() {
    let folder = Folder::new();
    let stderr = |value: &Value| -> f64 {
        let text = value["stderr"].as_str().expect("a standard error");
        text.parse().expect("a number")
    };
    let plain = json(&["sample", FORMULA, "-n", "65536", "--json"]);
    assert_eq!(plain["method"], "plain");
    let mut last = stderr(&plain);
    for more in [
        &["--method", "rao-blackwell", "-n", "65536"][..],
        &["--method", "lattice", "--points", "256", "-n", "2048"],
    ] {
        let method = more[1];
        let mut all = vec!["sample", FORMULA, "--json"];
        all.extend(more);
        let whole = json(&all);
        assert_eq!(whole["method"], method);
        assert_eq!(whole["certified"], plain["certified"]);
        let z: f64 = whole["z"].as_str().and_then(|z| z.parse().ok()).expect("z");
        assert!(z.abs() < 4.89, "{method}: z = {z}");
        let now = stderr(&whole);
        assert!(now < last, "{method}: {now} {last}");
        last = now;
        // Parts of it merge, and stay beside the certified value.
        let parts: Vec<String> = (1..=2)
            .map(|k| {
                let path = folder.path(&format!("{method}-{k}.json"));
                let which = format!("{k}/2");
                let mut all = vec!["sample", FORMULA, "--part", &which, "--out", &path];
                all.extend(more);
                fine(&all);
                path
            })
            .collect();
        let merged = json(&["merge", "--json", &parts[1], &parts[0]]);
        for key in ["mean", "stderr", "z", "method", "certified"] {
            assert_eq!(merged[key], whole[key], "{method} {key}");
        }
        let other = folder.path("plain.json");
        fine(&[
            "sample", FORMULA, "-n", "65536", "--part", "2/2", "--out", &other,
        ]);
        refused(&["merge", &parts[0], &other], &["does not belong"]);
    }
    refused(
        &["sample", "angle.rate(16)", "--method", "lattice"],
        &["no sampler of the method lattice"],
    );
    refused(&["sample", FORMULA, "--points", "8"], &["--method lattice"]);
}

#[test]
fn merges_of_merges_and_open_ends() {
    let folder = Folder::new();
    let files: Vec<String> = (1..=4)
        .map(|k| {
            part(
                &folder,
                &format!("{k}.json"),
                &["--part", &format!("{k}/4")],
            )
        })
        .collect();
    let (left, right) = (folder.path("left.json"), folder.path("right.json"));
    refused(
        &["merge", &files[0], &files[1]],
        &["missing", "after", "2.json", "--incomplete"],
    );
    refused(
        &["merge", &files[2], &files[3]],
        &["0..10", "before", "3.json"],
    );
    fine(&[
        "merge",
        "--incomplete",
        &files[0],
        &files[1],
        "--out",
        &left,
    ]);
    fine(&[
        "merge",
        "--incomplete",
        &files[3],
        &files[2],
        "--out",
        &right,
    ]);
    fine(&["merge", &left, &right, "--out", &folder.path("whole.json")]);
    part(&folder, "once.json", &[]);
    assert_eq!(folder.read("whole.json"), folder.read("once.json"));
    // Blocks without a number of samples: full blocks, whole wherever they end.
    let (a, b) = (folder.path("a.json"), folder.path("b.json"));
    fine(&["sample", FORMULA, "--blocks", "0..3", "--out", &a]);
    fine(&["sample", FORMULA, "--blocks", "3..8", "--out", &b]);
    let merged = json(&["merge", &b, &a, "--json"]);
    let once = json(&["sample", FORMULA, "-n", "8192", "--json"]);
    assert_eq!(merged["mean"], once["mean"]);
    assert_eq!(merged["n"], 8192);
}

#[test]
fn parts_that_do_not_fit_are_refused_by_name() {
    let folder = Folder::new();
    let first = part(&folder, "first.json", &["--blocks", "0..8"]);
    let last = part(&folder, "last.json", &["--blocks", "8..21"]);
    let early = part(&folder, "early.json", &["--blocks", "6..21"]);
    let late = part(&folder, "late.json", &["--blocks", "11..21"]);
    fine(&["merge", &first, &last]);
    refused(
        &["merge", &first, &early],
        &["6..8", "first.json", "early.json", "merge each block once"],
    );
    refused(&["merge", &first, &last, &last], &["8..21", "last.json"]);
    refused(
        &["merge", &late, &first],
        &[
            "8..11",
            "missing between",
            "first.json",
            "late.json",
            "--blocks 8..11",
        ],
    );
    let other = |name: &str, formula: &str, n: &str, seed: &str| {
        let path = folder.path(name);
        let end = if n == N { "8..21" } else { "8..20" };
        fine(&[
            "sample", formula, "-n", n, "--seed", seed, "--blocks", end, "--out", &path,
        ]);
        path
    };
    let seed = other("seed.json", FORMULA, N, "4");
    refused(
        &["merge", &first, &seed],
        &["seed.json", "its seed is 4, not 3"],
    );
    let formula = other("formula.json", "J(1, 2, 1/3)", N, "3");
    refused(
        &["merge", &first, &formula],
        &["formula.json", "formula", "J(a=1"],
    );
    let number = other("number.json", FORMULA, "20480", "3");
    refused(
        &["merge", &first, &number],
        &["number.json", "20480, not 20557"],
    );

    let whole = folder.read("last.json");
    let mut cases = 0;
    for (name, contents, words) in [
        ("cut.json", whole[..whole.len() / 2].to_owned(), "cut off"),
        ("empty.json", String::new(), "cut off"),
        (
            "edited.json",
            whole.replace("\"defined\": 77", "\"defined\": 76"),
            "edited or damaged",
        ),
        (
            "stream.json",
            whole.replace("\"stream\": 1", "\"stream\": 7"),
            "stream layout 7",
        ),
        (
            "other.json",
            "{\"kind\": \"soup\"}".to_owned(),
            "not a partial result",
        ),
        ("text.json", "hello".to_owned(), "not a partial result"),
    ] {
        assert_ne!(contents, whole, "{name}");
        let path = folder.write(name, &contents);
        refused(&["merge", &first, &path], &[name, words]);
        cases += 1;
    }
    assert_eq!(cases, 6);
    refused(
        &["merge", &first, &folder.path("none.json")],
        &["none.json", "no such file"],
    );
    refused(&["merge", &first, &folder.path(".")], &["folder"]);
    assert_eq!(isobath(&["merge"]).status.code(), Some(2));
}

#[test]
fn impossible_parts_are_refused() {
    for (arguments, words) in [
        (vec!["--blocks", "3..3"], "FIRST < END"),
        (vec!["--blocks", "0..22"], "0..21"),
        (vec!["--part", "0/4"], "K from 1 to N"),
        (vec!["--part", "5/4"], "K from 1 to N"),
        (
            vec!["--part", "30/30", "--blocks", "0..2"],
            "cannot be used with",
        ),
        (vec!["--part", "1/100"], "at most 21 parts"),
        (
            vec!["--resolution", "1e-3", "--part", "1/2"],
            "cannot be used with",
        ),
    ] {
        let mut all = vec!["sample", FORMULA, "-n", N];
        all.extend(arguments);
        let output = isobath(&all);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{all:?}: {message}");
        assert!(message.contains(words), "{all:?}: {message}");
    }
}

#[test]
fn nobody_loses_a_file() {
    let folder = Folder::new();
    let notes = folder.write("notes.json", "my notes");
    let sample = |out: &str, more: &[&str]| {
        let mut all = vec!["sample", FORMULA, "-n", N, "--out", out];
        all.extend(more);
        isobath(&all)
    };
    let output = sample(&notes, &[]);
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    assert!(
        message.contains("notes.json") && message.contains("--force"),
        "{message}"
    );
    assert_eq!(folder.read("notes.json"), "my notes");
    assert_eq!(sample(&notes, &["--force"]).status.code(), Some(0));
    // An earlier state of the same run may go; other blocks, or another run, may not.
    assert_eq!(sample(&notes, &[]).status.code(), Some(0));
    for more in [["--blocks", "0..3"], ["--seed", "9"]] {
        let before = folder.read("notes.json");
        assert_eq!(sample(&notes, &more).status.code(), Some(2), "{more:?}");
        assert_eq!(folder.read("notes.json"), before);
    }
    for bad in ["no/such/folder.json", "."] {
        let output = sample(&folder.path(bad), &[]);
        assert_eq!(output.status.code(), Some(2), "{bad}");
    }
    // No temporary files are left.
    assert_eq!(folder.names(), ["notes.json"]);
}

/// The blocks that a partial result holds.
fn blocks(path: &str) -> (u64, u64) {
    let file: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("JSON");
    let edge = |i: usize| file["blocks"][i].as_u64().expect("a block");
    (edge(0), edge(1))
}

#[test]
fn a_stopped_run_resumes_to_the_bits_of_one_run() {
    let folder = Folder::new();
    let file = folder.path("part.json");
    // Far more than can be drawn in the time.
    let run = ["sample", FORMULA, "-n", "1000000000000", "--part", "2/3"];
    let stopped = |more: &[&str]| {
        let output = command(&run).args(more).output().expect("starts");
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{message}");
        assert!(
            message.contains("--part 2/3") && message.contains("--resume"),
            "{message}"
        );
        assert!(
            text(&output.stdout).contains("certified"),
            "the estimate is printed"
        );
        blocks(&file)
    };
    let first = stopped(&["--timeout", "0.1", "--out", &file]);
    let second = stopped(&["--timeout", "0.1", "--resume", &file]);
    assert_eq!(first.0, second.0);
    assert!(first.1 < second.1, "{first:?} {second:?}");
    let once = folder.path("once.json");
    let range = format!("{}..{}", second.0, second.1);
    fine(&[
        "sample",
        FORMULA,
        "-n",
        "1000000000000",
        "--blocks",
        &range,
        "--out",
        &once,
    ]);
    assert_eq!(folder.read("part.json"), folder.read("once.json"));
    // What is finished is not drawn again, and another run's file is not taken.
    fine(&[
        "sample",
        FORMULA,
        "-n",
        "1000000000000",
        "--blocks",
        &range,
        "--resume",
        &once,
    ]);
    assert_eq!(folder.read("part.json"), folder.read("once.json"));
    refused(
        &[
            "sample",
            FORMULA,
            "-n",
            "1000000000000",
            "--seed",
            "1",
            "--blocks",
            &range,
            "--resume",
            &once,
        ],
        &["once.json", "cannot be resumed", "seed"],
    );
    refused(
        &[
            "sample",
            FORMULA,
            "-n",
            "1000000000000",
            "--part",
            "1/3",
            "--resume",
            &once,
        ],
        &["once.json", "not the first of"],
    );
    refused(
        &["sample", FORMULA, "--resume", &folder.path("none.json")],
        &["none.json", "no such file"],
    );
}

/// Interrupts a program once `ready` holds or some time has passed; gives its exit code and stderr.
#[cfg(unix)]
fn interrupted(arguments: &[&str], pause: u64) -> (Option<i32>, String) {
    use std::process::Stdio;
    let child = command(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    std::thread::sleep(std::time::Duration::from_millis(pause));
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(sent.success());
    let output = child.wait_with_output().expect("ends");
    (output.status.code(), text(&output.stderr))
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_the_finished_blocks() {
    let folder = Folder::new();
    let file = folder.path("part.json");
    let run = ["sample", FORMULA, "-n", "1000000000000", "--out", &file];
    // On a loaded machine the first signal may come before the run has begun: then nothing is kept.
    let mut kept = false;
    for pause in [500, 1500, 5000] {
        let (code, message) = interrupted(&run, pause);
        assert_eq!(code, Some(130), "{message}");
        if Path::new(&file).exists() {
            assert!(
                message.contains("interrupted") && message.contains("--resume"),
                "{message}"
            );
            kept = true;
            break;
        }
    }
    assert!(kept, "no blocks were kept");
    assert_eq!(folder.names(), ["part.json"]);
    let (start, end) = blocks(&file);
    assert!(start == 0 && end > 0);
    let once = folder.path("once.json");
    let range = format!("0..{end}");
    fine(&[
        "sample",
        FORMULA,
        "-n",
        "1000000000000",
        "--blocks",
        &range,
        "--out",
        &once,
    ]);
    assert_eq!(folder.read("part.json"), folder.read("once.json"));
}

const DEPTH: [&str; 8] = [
    "simulate",
    "angle-depth",
    "--width",
    "16",
    "--depth",
    "4",
    "-n",
    "3000",
];

#[test]
fn simulations_give_the_same_table_everywhere() {
    let with = |more: &[&str]| fine(&[&DEPTH[..], more].concat());
    let table = with(&["--to", "csv"]);
    assert_eq!(table.lines().count(), 5);
    for threads in ["1", "2", "3"] {
        assert_eq!(with(&["--to", "csv", "--threads", threads]), table);
    }
    assert_ne!(with(&["--to", "csv", "--seed", "1"]), table);
    for format in ["json", "md", "latex", "text"] {
        assert!(with(&["--to", format]).contains("16"), "{format}");
    }
    let object: Value = serde_json::from_str(&with(&["--json"])).expect("JSON");
    assert_eq!(object["verb"], "simulate");
    assert!(object["table"].is_object());
    let names = fine(&["simulate"]);
    for name in [
        "angle-layer",
        "angle-depth",
        "dead-vectors",
        "norm-ratio",
        "small-angle-depth",
        "level-lengths",
        "level-crossings",
        "heaviside-crossings",
        "limit-crossings",
        "box-dimension",
    ] {
        assert!(names.contains(name), "{names}");
    }
}

#[test]
fn simulations_resume_and_write() {
    let folder = Folder::new();
    let state = folder.path("state.json");
    let cases = [
        "simulate",
        "dead-vectors",
        "--width",
        "3,9",
        "--theta",
        "1/2,2",
        "-n",
        "2000000",
        "--to",
        "csv",
    ];
    let once = fine(&cases);
    let resumed = [&cases[..], &["--resume", &state]].concat();
    // A part of the cases first, then as much as fits into the time, then the rest.
    let mut some = resumed.clone();
    some[3] = "9";
    fine(&some);
    let output = command(&resumed)
        .args(["--timeout", "0.1"])
        .output()
        .expect("starts");
    // A machine that is fast enough finishes in time.
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(output.stdout.is_empty(), output.status.code() == Some(3));
    assert!(Path::new(&state).exists());
    assert_eq!(fine(&resumed), once);
    assert_eq!(fine(&resumed), once);
    let notes = folder.write("notes.txt", "my notes");
    refused(
        &[&cases[..8], &["--resume", &notes]].concat(),
        &["notes.txt", "--force"],
    );
    refused(
        &[&cases[..8], &["--plot", &notes]].concat(),
        &["notes.txt", "no SVG"],
    );
    // Written tables are verified: exact columns recomputed, measured ones taken as they are.
    let results: PathBuf = folder.0.path().join("results");
    std::fs::create_dir(&results).expect("a folder");
    let plot = folder.path("plot.svg");
    let results = results.to_str().expect("UTF-8");
    fine(&[&cases[..8], &["--write", results, "--plot", &plot]].concat());
    assert!(
        folder
            .read("plot.svg")
            .contains("frequency of a zero image")
    );
    assert!(fine(&["verify", results]).contains("all equal"));
    let csv = format!("{results}/dead-vectors.csv");
    let text = std::fs::read_to_string(&csv).expect("a table");
    let exact = text
        .lines()
        .nth(1)
        .and_then(|line| line.split(',').nth(4))
        .expect("a cell");
    let wrong = exact.replacen(|c: char| c.is_ascii_digit() && c != '0', "9", 1);
    assert_ne!(wrong, exact);
    std::fs::write(&csv, text.replacen(exact, &wrong, 1)).expect("written");
    assert_eq!(isobath(&["verify", results]).status.code(), Some(1));
}

#[test]
fn impossible_simulations_are_refused() {
    for (arguments, words) in [
        (vec!["angle-dept"], "angle-depth"),
        (vec!["angle-layer", "--width", "1"], "from 2"),
        (
            vec!["angle-layer", "--width", "16,,64"],
            "plain positive number",
        ),
        (vec!["angle-layer", "--theta", "4"], "outside [0, pi]"),
        (vec!["angle-layer", "--theta", "pi"], "theta < pi"),
        (vec!["angle-layer", "--theta", "x"], "x"),
        (vec!["angle-layer", "--depth", "3"], "one layer"),
        (vec!["angle-depth", "--depth", "3,4"], "one depth"),
        (vec!["angle-depth", "--level", "1"], "has no level"),
        (vec!["level-lengths", "--theta", "1"], "has no angle"),
        (vec!["level-lengths", "--activation", "swish"], "exp(-x^2)"),
        (
            vec!["level-lengths", "--activation", "heaviside"],
            "no tangent",
        ),
        (
            vec!["limit-crossings", "--activation", "tanh"],
            "no closed form",
        ),
        (vec!["level-lengths", "--level", "1000"], "out of range"),
        (vec!["heaviside-crossings", "--depth", "3"], "1 or 2"),
        (vec!["angle-depth", "--theta", "0"], "theta > 0"),
        (vec!["angle-depth", "--depth", "2001"], "2000"),
        (vec!["angle-layer", "--to", "html"], "one of csv"),
    ] {
        let arguments = [&["simulate"], &arguments[..]].concat();
        let output = isobath(&arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        assert!(message.contains(words), "{arguments:?}: {message}");
    }
}

#[test]
fn geometry_stands_beside_its_exact_values_all_together() {
    let mut scores = Vec::new();
    for (arguments, column) in [
        (
            vec![
                "level-lengths",
                "--activation",
                "relu",
                "--width",
                "8,32",
                "--depth",
                "1,3",
            ],
            "length_z",
        ),
        (
            vec![
                "level-crossings",
                "--activation",
                "relu",
                "--width",
                "8,16",
                "--depth",
                "1,2",
            ],
            "crossings_z",
        ),
        (
            vec![
                "limit-crossings",
                "--activation",
                "heaviside,gelu",
                "--depth",
                "1,3",
            ],
            "sign_changes_z",
        ),
    ] {
        let mut all = vec!["simulate"];
        all.extend(arguments);
        all.extend(["-n", "4000"]);
        // The scales of one field are not independent: the finest stands for them.
        let all = rows(&all);
        let finest = |row: &&_| points(row).is_none_or(|n| n == 1024);
        scores.extend(all.iter().filter(finest).map(|row| number(row, column)));
    }
    assert_eq!(scores.len(), 4 + 4 + 4);
    let bound = threshold(scores.len() as u64, 1e-6).expect("a threshold");
    assert!(scores.iter().all(|z| z.abs() < bound), "{scores:?}");
    assert!(normality_p(&scores).expect("p") > 1e-3, "{scores:?}");
}

/// The points of a row, if the experiment has them.
fn points(row: &std::collections::BTreeMap<String, String>) -> Option<u32> {
    row.get("points").and_then(|text| text.parse().ok())
}

/// The rows of a simulation as numbers by column; the angle stays text.
fn rows(arguments: &[&str]) -> Vec<std::collections::BTreeMap<String, String>> {
    let table = fine(&[arguments, &["--to", "csv"]].concat());
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().expect("a heading").split(',').collect();
    lines
        .map(|line| {
            let cells = line.split(',').map(str::to_owned);
            names.iter().map(|n| n.to_string()).zip(cells).collect()
        })
        .collect()
}

fn number(row: &std::collections::BTreeMap<String, String>, name: &str) -> f64 {
    row[name]
        .parse()
        .unwrap_or_else(|_| panic!("{name} in {row:?}"))
}

/// Published estimates of the mean and standard deviation of ln sin²θ^ℓ at width 256 and θ⁰ = 1/10,
/// from 20000 networks of another program: (ℓ, mean, its standard error, deviation).
const FIGURE: [(f64, f64, f64, f64); 7] = [
    (1.0, -4.6390, 0.0012, 0.1758),
    (2.0, -4.6686, 0.0018, 0.2488),
    (5.0, -4.7562, 0.0027, 0.3854),
    (10.0, -4.8930, 0.0037, 0.5273),
    (20.0, -5.1572, 0.0051, 0.7164),
    (30.0, -5.4032, 0.0060, 0.8468),
    (31.0, -5.4280, 0.0061, 0.8595),
];

#[test]
fn depth_reproduces_the_first_figure_of_the_paper() {
    let rows = rows(&["simulate", "angle-depth", "-n", "20000"]);
    assert_eq!(rows.len(), 31);
    let level = threshold(14, 1e-6).expect("a threshold");
    for (layer, mean, stderr, sd) in FIGURE {
        let row = rows
            .iter()
            .find(|row| number(row, "layer") == layer)
            .expect("a row");
        let z = (number(row, "mean") - mean) / number(row, "mean_stderr").hypot(stderr);
        assert!(z.abs() < level, "layer {layer}: mean, z = {z}");
        // The published deviations come from as many networks, so they have the same error.
        let error = number(row, "sd_stderr") * std::f64::consts::SQRT_2;
        let z = (number(row, "sd") - sd) / error;
        assert!(z.abs() < level, "layer {layer}: deviation, z = {z}");
    }
    // The control: the rule for infinite width, −5.1668 after 30 layers, is far off at width 256.
    let row = rows
        .iter()
        .find(|row| number(row, "layer") == 30.0)
        .expect("a row");
    let z = (number(row, "mean") + 5.1668) / number(row, "mean_stderr");
    assert!(z < -level, "z = {z}");
}

/// θ, width, mean of the log ratio, its standard error, variance and its standard error where stated.
type PublishedLayer = (&'static str, f64, f64, f64, Option<(f64, f64)>);

/// Published one-layer estimates.
const LAYER: [PublishedLayer; 12] = [
    ("1", 16.0, -0.30066, 0.00044, Some((0.19119, 0.00027))),
    ("1", 64.0, -0.20072, 0.00030, Some((0.03680, 0.00008))),
    ("1", 256.0, -0.18030, 0.00024, Some((0.00869, 0.00003))),
    ("pi/2", 16.0, -0.17316, 0.00019, Some((0.03733, 0.00005))),
    ("pi/2", 64.0, -0.12147, 0.00011, Some((0.00525, 0.00001))),
    ("pi/2", 256.0, -0.11041, 0.00009, None),
    ("1/10", 16.0, -0.19467, 0.00082, None),
    ("1/10", 64.0, -0.05435, 0.00057, None),
    ("1/10", 256.0, -0.02936, 0.00045, None),
    ("1/1000", 16.0, -0.17393, 0.00084, Some((0.70893, 0.00100))),
    ("1/1000", 64.0, -0.03453, 0.00058, Some((0.13347, 0.00030))),
    ("1/1000", 256.0, -0.00810, 0.00046, Some((0.03188, 0.00012))),
];

#[test]
fn one_layer_agrees_with_published_estimates_and_with_the_exact_law() {
    let rows = rows(&[
        "simulate",
        "angle-layer",
        "--width",
        "16,64,256",
        "--theta",
        "0,1/10^12,1/1000,1/10,1,pi/2",
        "-n",
        "150000",
    ]);
    assert_eq!(rows.len(), 18);
    let mut scores = Vec::new();
    for (theta, width, mean, stderr, variance) in LAYER {
        let row = rows
            .iter()
            .find(|row| row["theta"] == theta && number(row, "width") == width)
            .expect("a row");
        scores.push((number(row, "mean") - mean) / number(row, "mean_stderr").hypot(stderr));
        if let Some((variance, stderr)) = variance {
            // The published values are rounded in the fifth place.
            let error = number(row, "variance_stderr")
                .hypot(stderr)
                .hypot(0.000_003);
            scores.push((number(row, "variance") - variance) / error);
        }
    }
    assert_eq!(scores.len(), 20);
    let mut exact = 0;
    for row in &rows {
        if !row["mean_z"].is_empty() {
            scores.push(number(row, "mean_z"));
            scores.push(number(row, "variance_z"));
            exact += 1;
        }
    }
    // Widths at θ = 0 and at θ = 10⁻¹².
    assert_eq!(exact, 6);
    let level = threshold(scores.len() as u64, 1e-6).expect("a threshold");
    assert!(scores.iter().all(|z| z.abs() < level), "{scores:?}");
    assert!(normality_p(&scores).expect("finite") > 1e-3, "{scores:?}");
}

#[test]
fn degenerate_frequencies_are_those_of_the_exact_law() {
    let rows = rows(&["simulate", "dead-vectors", "-n", "400000"]);
    assert_eq!(rows.len(), 16);
    let mut scores = Vec::new();
    for row in &rows {
        for name in ["dead_z", "parallel_z"] {
            if let Ok(z) = row[name].parse::<f64>() {
                scores.push(z);
            }
        }
    }
    assert!(scores.len() >= 18, "{}", scores.len());
    let level = threshold(scores.len() as u64, 1e-6).expect("a threshold");
    assert!(scores.iter().all(|z| z.abs() < level), "{scores:?}");
    assert!(normality_p(&scores).expect("finite") > 1e-3, "{scores:?}");
}

#[test]
fn small_angles_walk_with_the_exact_rate() {
    let rows = rows(&[
        "simulate",
        "angle-depth",
        "--width",
        "16",
        "--theta",
        "1/10^12",
        "--depth",
        "12",
        "-n",
        "60000",
    ]);
    let level = threshold(24, 1e-6).expect("a threshold");
    for row in &rows {
        for name in ["mean_z", "sd_z"] {
            assert!(number(row, name).abs() < level, "{name}: {row:?}");
        }
    }
    assert_eq!(rows.len(), 12);
}

#[test]
fn reference_values_to_sixty_digits_by_every_method() {
    let reference: Value =
        serde_json::from_str(include_str!("reference/relu-moments.json")).expect("JSON");
    let entries = reference["values"].as_array().expect("a list of entries");
    let mut checked = 0;
    for entry in entries {
        let call = entry["call"].as_str().unwrap_or_default();
        let methods: &[&str] = if call.starts_with("angle.rate(") {
            &["closed", "binomial", "exact"]
        } else if call.starts_with("angle.rate_variance(") {
            &["binomial", "exact"]
        } else {
            continue;
        };
        let value = entry["value"].as_str().expect("digits");
        for method in methods {
            let printed = fine(&["eval", call, "--digits", "60", "--method", method]);
            assert_eq!(printed.trim_end(), value, "{call} by {method}");
            checked += 1;
        }
    }
    assert_eq!(checked, 10);
}

#[test]
fn claims_on_the_angle_hold() {
    let report = json(&["verify", "--only", "angle.*", "--json"]);
    assert_eq!(report["passed"], true);
}
