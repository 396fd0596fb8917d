//! Inputs made to break: deep, long and random ones, on a stack of one megabyte.

use std::fmt::Write;

use super::super::{parse_domain, parse_statement};
use super::{expr, read};
use crate::error::ErrorKind;
use crate::limits::Limits;

/// Runs on a small stack, so that recursion without a bound is found out.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(test)
        .expect("a thread can be started")
        .join()
        .expect("the test passes");
}

#[test]
fn deep_nesting_is_refused_at_its_limit() {
    on_a_small_stack(|| {
        let many = 100_000;
        for (opening, middle, closing, per_level) in [
            ("(", "1", ")", 1),
            ("-", "1", "", 1),
            ("2*-(", "1", ")", 2),
            ("f(", "1", ")", 1),
            ("f(n=", "1", ")", 1),
            ("[", "1", "]", 1),
            ("2^", "2", "", 1),
            ("2^-", "2", "", 2),
            ("sum(", "k", ", k=1..2)", 1),
            ("sum(k, k=1..", "2", ")", 1),
            ("1+x*(", "1", ")", 1),
        ] {
            let bomb = |n: usize| format!("{}{middle}{}", opening.repeat(n), closing.repeat(n));
            let error = read(&bomb(many)).expect_err(opening);
            assert_eq!(error.kind(), ErrorKind::Parse);
            assert!(
                error.message().contains("deeper than 256"),
                "{opening}: {error}"
            );
            assert!(error.span().unwrap().start <= 256 * (opening.len() + 8));

            // The deepest that is allowed is read, copied, compared, printed, read back, dropped.
            let deepest = expr(&bomb(256 / per_level));
            let copy = deepest.clone();
            assert_eq!(copy, deepest);
            for target in super::super::Target::ALL {
                let _ = target.print(&copy);
            }
            assert_eq!(expr(&copy.to_string()), deepest);
            assert!(read(&bomb(256 / per_level + 1)).is_err(), "{opening}");
        }
        // Openings without an end fail on the depth before they fail on the end.
        for opening in ["(", "[", "f(", "-", "sum("] {
            assert!(read(&opening.repeat(many)).is_err());
            assert!(parse_domain(&opening.repeat(many), &Limits::default()).is_err());
            assert!(parse_statement(&opening.repeat(many), &Limits::default()).is_err());
        }
    });
}

#[test]
fn neighbours_do_not_add_up_to_depth() {
    for part in [
        "(1)",
        "-1",
        "2^2",
        "f(1)",
        "[1]",
        "f(n=[1])",
        "sum(k, k=1..2)",
        "x*-1",
    ] {
        let text = format!("[{}]", vec![part; 1000].join(", "));
        assert_eq!(expr(&text).children().len(), 1000, "{part}");
    }
}

#[test]
fn long_chains_are_flat() {
    on_a_small_stack(|| {
        for (operator, print) in [("+", " + "), ("-", " - "), ("*", "*"), ("/", "/")] {
            let text = vec!["x"; 100_000].join(operator);
            let chain = expr(&text);
            assert_eq!(chain.children().len(), 100_000);
            assert_eq!(chain.to_string(), vec!["x"; 100_000].join(print));
            assert_eq!(chain, chain.clone());
        }
        let list = format!("[{}]", vec!["1"; 100_000].join(", "));
        assert_eq!(expr(&list).to_string(), list);
        let mut call = String::from("f(a0=0");
        for i in 1..50_000 {
            let _ = write!(call, ", a{i}={i}");
        }
        call.push(')');
        assert_eq!(expr(&call).to_string(), call);
    });
}

#[test]
fn size_limits_hold() {
    let line = "1+".repeat(5_000_000);
    let error = read(&line).unwrap_err();
    assert!(error.message().contains("10000000 bytes"), "{error}");
    let error = read(&"1+".repeat(150_000)).unwrap_err();
    assert!(error.message().contains("ends"), "{error}");
    let error = read(&vec!["1"; 300_000].join("+")).unwrap_err();
    assert!(error.message().contains("200000 parts"), "{error}");
    let limits = Limits {
        max_bytes: 4,
        ..Limits::default()
    };
    assert!(super::super::parse_expr("1+θ", &limits).is_ok());
    let error = super::super::parse_expr("1+θθ", &limits).unwrap_err();
    assert_eq!(error.span(), Some(4..6));
    let error = super::super::parse_expr("1θθ", &limits).unwrap_err();
    assert_eq!(error.span(), Some(3..5));
    let limits = Limits {
        max_nodes: 3,
        ..Limits::default()
    };
    assert!(super::super::parse_expr("1+x", &limits).is_ok());
    assert!(super::super::parse_expr("1+x*y", &limits).is_err());
}

/// Random texts from an alphabet that leans towards the grammar: nothing panics, and whatever is
/// read is printed as a text that reads back as the same tree.
#[test]
fn random_texts_survive() {
    const ALPHABET: &[&str] = &[
        "1",
        "2",
        "0",
        "37",
        "0.5",
        "1e3",
        "x",
        "t",
        "theta",
        "θ",
        "π",
        "pi",
        "inf",
        "e",
        "f(",
        "J(",
        "sum(",
        "product(",
        "integral(",
        "diff(",
        "coefficient(",
        "sin(",
        "(",
        "(",
        ")",
        ")",
        ")",
        "[",
        "]",
        ",",
        ", ",
        "+",
        "-",
        "−",
        "*",
        "/",
        "^",
        "..",
        ".",
        "=",
        "==",
        "~=",
        "<",
        "k=",
        "k=1..",
        "n=",
        " ",
        "\0",
        "\u{FEFF}",
        "_",
        "{",
        "}",
        "²",
        "|",
        "and",
        "angle.rate(",
        "\r\n",
    ];
    // A linear congruential generator (Knuth's MMIX constants): fixed texts on every machine.
    let mut state = 20_240_607_u64;
    let mut below = |n: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let limits = Limits::default();
    let mut read_back = 0;
    for _ in 0..100_000 {
        let text: String = (0..=below(9))
            .map(|_| ALPHABET[below(ALPHABET.len())])
            .collect();
        let _ = parse_statement(&text, &limits);
        let _ = parse_domain(&text, &limits);
        match read(&text) {
            Ok(tree) => {
                read_back += 1;
                let printed = tree.to_string();
                assert_eq!(
                    read(&printed).as_ref(),
                    Ok(&tree),
                    "{text:?} printed as {printed:?}"
                );
                for target in super::super::Target::ALL {
                    let _ = target.print(&tree);
                }
            }
            Err(error) => {
                let span = error.span().unwrap_or_else(|| panic!("{text:?}: {error}"));
                assert!(text.get(span).is_some(), "{text:?}: {error:?}");
            }
        }
    }
    assert!(read_back > 3_000, "only {read_back} texts were formulas");
}
