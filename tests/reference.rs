//! Every reference value that was computed elsewhere, by two methods each, against `eval`.
//!
//! `tests/reference/relu-moments.json` lists calls of the language with 60 digits or an exact value.
//! A call whose quantities the catalogue has must agree in all digits; the others are counted by
//! name, so that a new quantity brings its values under test by being there. The same holds for
//! `tests/reference/excursion-geometry.json`, with a list of the groups that must be there.

use std::collections::BTreeMap;

use isobath::formula::answer::Question;
use isobath::formula::expr::Expr;
use isobath::formula::signature::builtin;
use isobath::formula::{Target, parse_expr};
use isobath::limits::Limits;
use isobath::number::Digits;
use isobath::number::decimal::rational_text;
use isobath::theory::catalog;
use rug::{Integer, Rational};
use serde_json::Value;

const FILE: &str = include_str!("reference/relu-moments.json");
const EXCURSION: &str = include_str!("reference/excursion-geometry.json");

/// The groups of the excursion file (the ids up to their first dot) that must be covered, with the
/// number of their entries.
const COVERED: &[(&str, usize)] = &[("gain", 12), ("kernel", 5), ("compose", 4)];

/// A decimal or fraction as an exact rational.
fn rational(text: &str) -> Option<Rational> {
    if let Some((numerator, denominator)) = text.split_once('/') {
        return Some(rational(numerator)? / rational(denominator)?);
    }
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Integer = format!("{whole}{fraction}").parse().ok()?;
    let exponent = exponent.parse::<i64>().ok()? - fraction.len() as i64;
    let power = Rational::from(Integer::from(Integer::u_pow_u(
        10,
        exponent.unsigned_abs() as u32,
    )));
    let value = Rational::from(digits);
    Some(if exponent < 0 {
        value / power
    } else {
        value * power
    })
}

/// The first name of a call that is neither a quantity of the catalogue nor a function. An
/// activation with a parameter stands in a call of a quantity, which says what it thinks of it.
fn unknown(expr: &Expr) -> Option<String> {
    const ACTIVATIONS: [&str; 4] = ["leaky", "elu", "hardtanh", "repu"];
    expr.find_call(&|name| {
        catalog::find(name).is_none() && builtin(name).is_none() && !ACTIVATIONS.contains(&name)
    })
}

/// Asserts that `eval` gives an entry's value, in all its digits or exactly.
fn assert_agrees(entry: &Value, expr: &Expr, limits: &Limits) {
    let text = |key: &str| entry[key].as_str().unwrap_or_default();
    let (id, call, value) = (text("id"), text("call"), text("value"));
    let question = Question {
        library: catalog::library(),
        digits: Digits::literal(60),
        method: None,
        limits,
    };
    let expected = rational(value).unwrap_or_else(|| panic!("{id}: {value}"));
    if entry["digits_ok"].as_str() == Some("exact") || value.contains('/') || !value.contains('.') {
        let closed = question
            .closed_form(expr)
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let printed = Target::Text.print(&closed).expect("a closed form prints");
        assert_eq!(rational(&printed), Some(expected.clone()), "{id}: {call}");
    }
    let answer = question
        .answer(expr)
        .unwrap_or_else(|error| panic!("{id}: {call}: {error}"));
    let digits = entry["digits_ok"].as_u64().unwrap_or(60);
    if digits >= 60 {
        let wanted = rational_text(&expected, Digits::literal(60));
        assert_eq!(rational(&answer.text()), rational(&wanted), "{id}: {call}");
    } else {
        let rounded = Question {
            digits: Digits::new(digits).expect("digits"),
            ..question
        };
        let answer = rounded.answer(expr).expect("fewer digits are easier");
        assert_eq!(rational(&answer.text()), Some(expected), "{id}: {call}");
    }
}

#[test]
fn eval_agrees_with_every_reference_value() {
    let file: Value = serde_json::from_str(FILE).expect("JSON");
    let entries = file["values"].as_array().expect("a list");
    let limits = Limits::default();
    let mut ran: BTreeMap<String, usize> = BTreeMap::new();
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let (id, call) = (text("id"), text("call"));
        let expr =
            parse_expr(call, &limits).unwrap_or_else(|error| panic!("{id}: {call}: {error}"));
        if let Some(name) = unknown(&expr) {
            *skipped.entry(name).or_default() += 1;
            continue;
        }
        let name = call.split('(').next().unwrap_or_default().to_string();
        *ran.entry(name).or_default() += 1;
        assert_agrees(entry, &expr, &limits);
    }
    let total: usize = ran.values().chain(skipped.values()).sum();
    assert_eq!(total, entries.len());
    for (name, least) in [
        ("J", 11),
        ("J3", 1),
        ("P", 2),
        ("Q", 2),
        ("angle.cos_moment", 3),
    ] {
        let count = ran.get(name).copied().unwrap_or_default();
        assert!(count >= least, "{ran:?}, skipped {skipped:?}");
    }
    // What the catalogue does not have yet. A name that arrives leaves this list by itself.
    let known: [&str; 0] = [];
    for name in skipped.keys() {
        assert!(
            known.contains(&name.as_str()),
            "`{name}` was skipped: {skipped:?}"
        );
        assert!(catalog::find(name).is_none());
    }
}

#[test]
fn eval_agrees_with_the_values_of_excursion_geometry() {
    let file: Value = serde_json::from_str(EXCURSION).expect("JSON");
    let entries = file["values"].as_array().expect("a list");
    assert_eq!(entries.len(), 50);
    let limits = Limits::default();
    let mut ran: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let (id, call) = (text("id"), text("call"));
        let expr =
            parse_expr(call, &limits).unwrap_or_else(|error| panic!("{id}: {call}: {error}"));
        let group = id.split('.').next().unwrap_or_default().to_string();
        let must = COVERED.iter().any(|(name, _)| *name == group);
        if let Some(name) = unknown(&expr) {
            assert!(!must, "{id}: `{name}` is not in the catalogue");
            continue;
        }
        assert_agrees(entry, &expr, &limits);
        *ran.entry(group).or_default() += 1;
    }
    for (group, count) in COVERED {
        assert_eq!(ran.get(*group), Some(count), "{group}");
    }
}

#[test]
fn a_wrong_last_digit_is_seen() {
    let file: Value = serde_json::from_str(FILE).expect("JSON");
    let value = file["values"][0]["value"].as_str().expect("a value");
    let digits = value.trim_start_matches("0.").len();
    let off = Rational::from((1, Integer::from(Integer::u_pow_u(10, digits as u32))));
    let expected = rational(value).expect("a decimal");
    let wrong = Rational::from(&expected + &off);
    let sixty = |q: &Rational| rational_text(q, Digits::literal(60));
    assert_ne!(sixty(&expected), sixty(&wrong));
    assert_eq!(rational("1.5e-3"), Some(Rational::from((3, 2000))));
}
