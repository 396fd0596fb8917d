//! Partial results as text: the same bits back, and whatever else a file may hold refused.

use super::*;
use crate::error::ErrorKind;
use crate::montecarlo::Covariance;
use crate::montecarlo::{Experiment, LANES, Lane, Lanes, RunOptions, kernels, part_of, run};

/// Two correlated outputs, undefined for one sample in ten.
struct Two;

impl Experiment for Two {
    fn canonical(&self) -> &str {
        "two()"
    }

    fn outputs(&self) -> &[&'static str] {
        &["x", "xy"]
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &[(0, 1)]
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        for l in 0..LANES {
            let (x, y) = kernels::normal_pair(lanes.bits(l), lanes.bits(l));
            let u = kernels::uniform(lanes.bits(l));
            out[0][l] = kernels::select(u < 0.1, f64::NAN, x);
            out[1][l] = x + x * y;
        }
    }
}

const N: u64 = 23 * BLOCK_SAMPLES + 77;

fn part(blocks: Range<u64>) -> Partial {
    drawn(blocks, false)
}

fn drawn(blocks: Range<u64>, quantiles: bool) -> Partial {
    let options = RunOptions {
        blocks: Some(blocks),
        quantiles,
        ..RunOptions::samples(N, 9)
    };
    run(&Two, &options).unwrap()
}

#[test]
fn quantiles_of_parts_through_files_are_those_of_one_run() {
    let whole = drawn(0..24, true);
    let estimate = whole.estimate();
    let sketches = whole.sketches().unwrap();
    assert_eq!(sketches.len(), 2);
    // Undefined samples are in no sketch, and no moment has changed.
    assert_eq!(sketches[0].count(), estimate.n);
    assert_eq!(part(0..24).estimates(), whole.estimates());
    // x is normal: the quantile of p = Φ(1) is 1, inside the interval of 5.85 standard deviations.
    let one = sketches[0].quantile(0.841_344_746_068_542_9, 5.85).unwrap();
    assert!(
        one.low < 1.0 && 1.0 < one.high && one.high - one.low < 0.2,
        "{one:?}"
    );
    assert!(
        (sketches[1].quantile(0.0, 0.0).unwrap().value / whole.estimates()[1].min - 1.0).abs()
            < 1e-3
    );
    let mut cases = 0;
    for parts in [2, 5, 24] {
        let files = (1..=parts).rev().map(|k| {
            let text = drawn(part_of(N, k, parts).unwrap(), true)
                .to_json()
                .unwrap();
            Partial::from_json(&text).unwrap()
        });
        let merged = Partial::merge(files.collect()).unwrap();
        assert_eq!(merged, whole);
        assert_eq!(merged.to_json().unwrap(), whole.to_json().unwrap());
        cases += 1;
    }
    assert_eq!(cases, 3);
    // Threads and instruction sets change no count.
    for threads in [1, 2] {
        let options = RunOptions {
            threads: std::num::NonZeroUsize::new(threads),
            path: Some(crate::montecarlo::SimdPath::Portable),
            quantiles: true,
            ..RunOptions::samples(N, 9)
        };
        assert_eq!(run(&Two, &options).unwrap(), whole);
    }
    refused(
        vec![drawn(0..5, true), part(5..7)],
        "blocks 0..5 have quantiles and",
    );
    refused(
        vec![part(0..5), drawn(5..7, true)],
        "blocks 5..7 have quantiles and",
    );
}

#[test]
fn damaged_sketches_are_refused() {
    let text = drawn(3..7, true).to_json().unwrap();
    unreadable(
        &text.replace("\"sketches\": [\n    \"", "\"sketches\": [\n    \"x "),
        "is not a bucket",
    );
    let forged = |change: fn(&mut Document)| {
        let mut document: Document = serde_json::from_str(&text).unwrap();
        change(&mut document);
        document.checksum = document.sum().unwrap();
        serde_json::to_string(&document).unwrap()
    };
    assert!(Partial::from_json(&forged(|_| ())).is_ok());
    assert!(Partial::from_json(&forged(|d| d.sketches = None)).is_ok());
    unreadable(
        &forged(|d| {
            d.sketches.as_mut().unwrap().pop();
        }),
        "1 sketches of 2 outputs",
    );
    unreadable(
        &forged(|d| d.sketches.as_mut().unwrap()[1] = Buckets(Sketch::of([1.0]).unwrap())),
        "the sketch of output 1 has 1 samples",
    );
}

#[test]
fn parts_through_files_merge_to_the_bits_of_one_run() {
    let whole = run(&Two, &RunOptions::samples(N, 9)).unwrap();
    let estimate = whole.estimate();
    assert_eq!(estimate.n + estimate.undefined, N);
    assert!((estimate.undefined as f64 - 0.1 * N as f64).abs() < 5.85 * (0.09 * N as f64).sqrt());
    // cov(x, x + xy) = 1, with standard error about √2/√n.
    let [
        Covariance {
            pair: (0, 1),
            value: covariance,
            stderr: Some(stderr),
            ..
        },
    ] = whole.covariances()[..]
    else {
        panic!()
    };
    assert!(
        (covariance - 1.0).abs() < 5.85 * (3.0 / N as f64).sqrt(),
        "{covariance}"
    );
    // Var x (x + xy) = 5; of 23 full blocks its root is known to 15 %.
    let expected = (5.0 / estimate.n as f64).sqrt();
    assert!((stderr / expected - 1.0).abs() < 0.6, "{stderr} {expected}");
    let mut cases = 0;
    for parts in [1, 2, 3, 5, 24] {
        let mut files: Vec<String> = (1..=parts)
            .map(|k| part(part_of(N, k, parts).unwrap()).to_json().unwrap())
            .collect();
        files.reverse();
        let read = files
            .iter()
            .map(|t| Partial::from_json(t).unwrap())
            .collect();
        let merged = Partial::merge(read).unwrap();
        assert_eq!(merged, whole);
        assert_eq!(merged.to_json().unwrap(), whole.to_json().unwrap());
        assert!(merged.is_whole());
        cases += 1;
    }
    assert_eq!(cases, 5);
    assert!(!part(0..23).is_whole());
}

fn refused(parts: Vec<Partial>, words: &str) {
    let error = Partial::merge(parts).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    refused(vec![], "no part");
    refused(vec![part(0..5), part(4..8)], "blocks 4..5 are in two parts");
    refused(vec![part(0..5), part(0..5)], "blocks 0..5 are in two parts");
    refused(vec![part(7..9), part(0..5)], "blocks 5..7 are missing");
    let other = |change: fn(&mut Partial)| {
        let mut p = part(5..6);
        change(&mut p);
        vec![part(0..5), p]
    };
    refused(
        other(|p| p.seed = 10),
        "the seed is 9 for blocks 0..5 and 10 for",
    );
    refused(other(|p| p.canonical.push('!')), "the formula is two()");
    refused(other(|p| p.samples = None), "open-ended");
    refused(other(|p| p.method = Method::Lattice), "the method is plain");
    refused(other(|p| p.outputs[0].push('2')), "different outputs");
    refused(other(|p| p.version.push('9')), "isobath version");
}

fn unreadable(text: &str, words: &str) {
    let error = Partial::from_json(text).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Data);
    assert!(error.to_string().contains(words), "{error}");
}

#[test]
fn damaged_files_are_refused() {
    let text = part(3..7).to_json().unwrap();
    for cut in [0, 1, 40, text.len() / 2, text.len() - 3] {
        unreadable(&text[..cut], "cut off");
    }
    unreadable("[1, 2]", "not a partial result");
    unreadable(
        &text.replace(KIND, "something else"),
        "of the kind `something else`",
    );
    unreadable(
        &text.replace("\"stream\": 1", "\"stream\": 2"),
        "stream layout 2",
    );
    unreadable(
        &text.replace("\"seed\": 9", "\"seed\": 8"),
        "edited or damaged",
    );
    unreadable(
        &text.replace("\"m2\": \"", "\"m2\": \"1"),
        "edited or damaged",
    );
    unreadable(
        &text.replace("\"mean\": \"", "\"mean\": \"x"),
        "is not a real number",
    );
    unreadable(
        &text.replace("\"seed\"", "\"seeds\""),
        "not a partial result",
    );
    // With a valid checksum but impossible contents.
    let forged = |change: fn(&mut Document)| {
        let mut document: Document = serde_json::from_str(&text).unwrap();
        change(&mut document);
        document.checksum = document.sum().unwrap();
        serde_json::to_string(&document).unwrap()
    };
    assert!(Partial::from_json(&forged(|_| ())).is_ok());
    unreadable(&forged(|d| d.blocks = [3, 8]), "do not cover");
    unreadable(&forged(|d| d.blocks = [3, u64::MAX]), "of 24");
    unreadable(&forged(|d| d.blocks = [7, 3]), "blocks 7..3");
    unreadable(&forged(|d| d.samples = Some(0)), "0 samples");
    unreadable(&forged(|d| d.outputs.clear()), "no outputs");
    unreadable(
        &forged(|d| d.method = Some("magic".into())),
        "method `magic`",
    );
    unreadable(&forged(|d| d.pairs[0] = [0, 2]), "a pair names");
    unreadable(&forged(|d| d.nodes[0].level = 64), "does not exist");
    unreadable(&forged(|d| d.nodes[0].index = u64::MAX), "does not exist");
    unreadable(&forged(|d| d.nodes[0].drawn -= 1), "has drawn 1023");
    unreadable(
        &forged(|d| d.nodes[0].defined = 5000),
        "more defined samples",
    );
    unreadable(&forged(|d| d.nodes[0].full_blocks = 2), "more full blocks");
    unreadable(
        &forged(|d| d.nodes[0].block_means.clear()),
        "another number",
    );
    unreadable(&forged(|d| d.nodes.truncate(1)), "do not cover");
    unreadable(&forged(|d| d.nodes.swap(0, 1)), "is not the next one");
    unreadable(
        &forged(|d| d.nodes[1].moments.truncate(1)),
        "another number",
    );
}

#[test]
fn infinite_extremes_of_nothing_survive() {
    let real = |x: f64| {
        let text: String = Real(x).into();
        Real::try_from(text).unwrap().0
    };
    for x in [
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        5e-324,
        f64::MAX,
        0.1,
        1.0 / 3.0,
    ] {
        assert_eq!(real(x).to_bits(), x.to_bits());
    }
    assert!(real(f64::NAN).is_nan());
}
