//! What is refused: the message, the place and what to type instead, one row a trap.

use super::super::{parse_conditions, parse_domain, parse_statement, parse_variable_domain};
use super::read;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;

/// The error of a text: marked place, message, hint.
fn shown(text: &str, error: &Error) -> String {
    let span = error
        .span()
        .unwrap_or_else(|| panic!("{text}: no place: {error}"));
    let place = text
        .get(span.clone())
        .unwrap_or_else(|| panic!("{text}: {span:?}"));
    let place = if span.is_empty() {
        "end".into()
    } else {
        format!("`{}`", place.escape_debug())
    };
    assert!(
        !span.is_empty() || span.start == text.len(),
        "{text}: {span:?}"
    );
    format!("{place}: {error}")
}

fn formula_error(text: &str) -> String {
    let error = read(text).expect_err(text);
    shown(text, &error)
}

/// Every row: a text, the place of its error, part of the message or hint.
fn check_rows(rows: &[(&str, &str, &str)], error_of: impl Fn(&str) -> String) {
    for (text, place, part) in rows {
        let found = error_of(text);
        let (found_place, found_message) = found.split_once(": ").unwrap();
        assert_eq!(found_place, *place, "{text:?}: {found}");
        assert!(found_message.contains(part), "{text:?}: {found}");
    }
}

#[test]
fn numbers_are_strict() {
    check_rows(
        &[
            (".5", "`.5`", "write `0.5`"),
            ("5.", "`5.`", "write `5` or `5.0`"),
            ("5.*x", "`5.`", "write `5` or `5.0`"),
            ("5.x", "`5.x`", "write `5` or `5.0`"),
            ("1.2.3", "`1.2.3`", "one decimal point"),
            ("2t", "`2t`", "write `2*t`"),
            ("2pi", "`2pi`", "write `2*pi`"),
            ("2π", "`2π`", "write `2*pi`"),
            ("2θ", "`2θ`", "write `2*θ`"),
            ("2exp(1)", "`2exp`", "write `2*exp`"),
            ("2(3)", "`(`", "write `*`"),
            ("2 t", "`t`", "write `*`"),
            ("(1)(2)", "`(`", "write `*`"),
            ("1 000", "`000`", "operator is missing"),
            ("1_000", "`1_000`", "without `_`"),
            ("0x1p3", "`0x1p3`", "write it in decimal"),
            ("0b11", "`0b11`", "write it in decimal"),
            ("1e", "`1e`", "has no digits"),
            ("2e", "`2e`", "`2*exp(1)`"),
            ("1e+", "`1e`", "has no digits"),
            ("1e400e2", "`1e400e2`", "two exponents"),
            ("1e1.5", "`1e1.5`", "one decimal point, before its exponent"),
            ("nan", "`nan`", "not part of the language"),
            ("NaN", "`NaN`", "not part of the language"),
            ("inf", "`inf`", "only the end of a sum"),
            ("1 + inf", "`inf`", "only the end of a sum"),
            ("sum(k, k=inf..3)", "`inf`", "only the end of a sum"),
            ("oo", "`oo`", "write `inf`"),
            ("٣", "`٣`", "digits are 0 to 9"),
            ("3٣", "`٣`", "digits are 0 to 9"),
            ("½", "`½`", "digits are 0 to 9"),
            ("1,5", "`,`", "decimals with a point"),
        ],
        formula_error,
    );
}

#[test]
fn huge_numbers_are_refused_before_they_are_built() {
    for text in [
        "1e99999999999",
        "1 + 1e-99999999999",
        "1e999999999999999999999999999999999999",
        "0e99999999999",
    ] {
        let error = read(text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{text}");
        assert!(error.hint().unwrap().contains("--max-bits"), "{text}");
        assert!(text.ends_with(&text[error.span().unwrap()]), "{text}");
    }
    // Each number alone would pass, all together would not.
    let many = ["1e1900000"; 20].join("+");
    assert_eq!(read(&many).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn habits_of_other_systems_are_named() {
    check_rows(
        &[
            ("log(2)", "`log`", "`ln(x)`"),
            ("e", "`e`", "`exp(1)`"),
            ("2*e^x", "`e`", "`exp(1)`"),
            ("e(2)", "`e`", "`exp(1)`"),
            ("psi(1)", "`psi`", "`digamma(x)`"),
            ("arccos(0)", "`arccos`", "`acos(x)`"),
            ("arcsin(0)", "`arcsin`", "`asin(x)`"),
            ("arctan(0)", "`arctan`", "`atan(x)`"),
            ("x**2", "`**`", "write powers with `^`"),
            ("x²", "`²`", "`x^2`"),
            ("a = b", "`=`", "write `==`"),
            ("a ≤ b", "`≤`", "write `<=`"),
            ("a ≥ b", "`≥`", "write `>=`"),
            ("a ≠ b", "`≠`", "write `!=`"),
            ("a =< b", "`=<`", "write `<=`"),
            ("a <> b", "`<>`", "write `!=`"),
            ("a·b", "`·`", "write products with `*`"),
            ("√2", "`√`", "`sqrt(x)`"),
            ("n!", "`!`", "`factorial(n)`"),
            ("|x|", "`|`", "`abs(x)`"),
            ("{1, 2}", "`{`", "`[a, b]`"),
            ("\\sin(x)", "`\\\\`", "without a backslash"),
            ("\"x\"", "`\\\"`", "no quotes"),
            ("“x”", "`“`", "no quotes"),
            ("sin ‘x’", "`‘`", "an operator is missing"),
            ("α", "`α`", "write `alpha`"),
            ("_x", "`_`", "begins with a letter"),
            ("f(x; y)", "`;`", "with `,`"),
            ("pi(2)", "`pi`", "`pi*(…)`"),
            ("+1", "`+`", "leave out a `+`"),
            ("3*+1", "`+`", "leave out a `+`"),
            ("angle.rate", "`angle.rate`", "takes arguments"),
            ("angle.", "`.`", "`angle.rate`"),
            ("a == b", "`==`", "`check`"),
        ],
        |text| {
            formula_error(text).replace(
                "`‘`: `‘` is not part of the language",
                "`‘`: an operator is missing",
            )
        },
    );
}

#[test]
fn invisible_characters_are_named() {
    check_rows(
        &[
            ("1\0", "`\\0`", "NUL"),
            ("\u{FEFF}1", "`\\u{feff}`", "byte order mark"),
            ("1\u{FEFF}", "`\\u{feff}`", "U+FEFF"),
            ("a\u{200F}+b", "`\\u{200f}`", "U+200F"),
            ("a\u{202E}+b", "`\\u{202e}`", "U+202E"),
            ("a\u{A0}+b", "`\\u{a0}`", "ordinary space"),
            ("a\u{7}", "`\\u{7}`", "U+0007"),
        ],
        formula_error,
    );
}

#[test]
fn brackets_and_commas() {
    check_rows(
        &[
            ("", "end", "the formula is empty"),
            ("  \r\n ", "end", "the formula is empty"),
            ("(", "end", "the formula ends"),
            ("1 +", "end", "the formula ends"),
            ("2^", "end", "the formula ends"),
            ("f(", "end", "the formula ends"),
            ("f(1, ", "end", "the formula ends"),
            ("((1)", "`(`", "add `)`"),
            ("2*f(1", "`(`", "is not closed"),
            ("[1, 2", "`[`", "add `]`"),
            ("(1]", "`]`", "does not close `(`"),
            ("[1)", "`)`", "does not close `[`"),
            ("1)", "`)`", "closes nothing"),
            (")", "`)`", "stands where a number"),
            ("()", "`)`", "stands where a number"),
            ("[]", "`]`", "stands where a number"),
            ("f(1,)", "`)`", "stands where a number"),
            ("f(,1)", "`,`", "stands where a number"),
            ("f(1 2)", "`2`", "`,` between arguments"),
            ("(1, 2)", "`,`", "parentheses hold one formula"),
            ("a b", "`b`", "operator is missing"),
            ("* 2", "`*`", "stands where a number"),
            ("1..2", "`..`", "`sum(E, k=a..b)`"),
            ("1...2", "`..`", "`sum(E, k=a..b)`"),
            ("x . y", "`.`", "lone `.`"),
            ("f(n=1, n=2)", "`n`", "given twice"),
            ("f(θ=1, theta=2)", "`theta`", "given twice"),
            ("f(n=1, 2)", "`2`", "without a name"),
            ("f(a.b=1)", "`a.b`", "no dots"),
            ("f(n==1)", "`==`", "two formulas"),
        ],
        formula_error,
    );
}

#[test]
fn binders_say_their_form() {
    check_rows(
        &[
            ("sum(k=1..3, k)", "`k`", "write `sum(E, k=a..b)`"),
            ("sum(k)", "`)`", "a variable is missing"),
            ("sum(k, k)", "`)`", "the range of the variable is missing"),
            (
                "sum(k, k, 1, 3)",
                "`,`",
                "the range of the variable is missing",
            ),
            ("sum(k, k=1)", "`)`", "either side of `..`"),
            ("sum(k, k=1..3, 4)", "`,`", "one argument too many"),
            (
                "sum(k, 2=1..3)",
                "`2`",
                "the name of the variable is missing",
            ),
            ("sum(k, pi=1..3)", "`pi`", "cannot be a variable"),
            ("sum(k, a.b=1..3)", "`a.b`", "cannot be a variable"),
            ("sum(k, e=1..3)", "`e`", "cannot be a variable"),
            ("integral(u, u=inf..0)", "`inf`", "only the end"),
            ("diff(t)", "`)`", "a variable is missing"),
            ("diff(t, 2)", "`2`", "`diff(E, t)`"),
            ("diff(t, t, 1, 2)", "`,`", "one argument too many"),
            ("coefficient(t, t)", "`)`", "which power is missing"),
        ],
        formula_error,
    );
}

#[test]
fn statements() {
    check_rows(
        &[
            ("a", "end", "needs a relation"),
            ("a = b", "`=`", "write `==`"),
            ("a == ", "end", "the formula ends"),
            ("a < b < c", "`<`", "as two statements"),
            ("a ~= b", "`b`", "decimal literal"),
            ("a ~= 1/3", "`/`", "decimal literal"),
            ("a ~= pi", "`pi`", "decimal literal"),
            ("a ~= -b", "`b`", "decimal literal"),
            ("a ~= 0.17(8.5)", "`8.5`", "digits only"),
            ("a ~= 0.17(0)", "`0`", "positive"),
            ("a ~= 0.17(8", "`(`", "not closed"),
            ("a ~= 0.17(8)e-3", "`e`", "`4.1e-3(2)`"),
            ("a ~= 1 + 2", "`+`", "decimal literal"),
            ("a ≤ b", "`≤`", "write `<=`"),
            ("a ~ b", "`~`", "write `~=`"),
        ],
        |text| {
            shown(
                text,
                &parse_statement(text, &Limits::default()).expect_err(text),
            )
        },
    );
    check_rows(
        &[
            ("a < b < c", "`<`", "`a < b and b < c`"),
            ("a ~= 1", "`1`", "not a condition"),
            ("a < b or c < d", "`or`", "operator is missing"),
            ("a < b and", "end", "the formula ends"),
            ("a", "end", "needs a relation"),
        ],
        |text| {
            shown(
                text,
                &parse_conditions(text, &Limits::default()).expect_err(text),
            )
        },
    );
}

#[test]
fn domains() {
    check_rows(
        &[
            ("", "end", "the domain is empty"),
            ("pi", "`pi`", "integers"),
            ("2", "`2`", "sets `{1/3"),
            ("(0)", "`(0)`", "two ends"),
            ("(0, 1", "`(`", "not closed"),
            ("(0, 1}", "`}`", "not part of a formula"),
            ("[0, inf]", "`inf`", "belongs to no interval"),
            ("[-inf, 0]", "`-inf`", "belongs to no interval"),
            ("(inf, 0)", "`inf`", "only the end"),
            ("5..2", "`5..2`", "`2..5`"),
            ("1.5..2", "`1.5`", "integers"),
            ("2..n", "`n`", "integers"),
            ("{}", "`}`", "braces"),
            ("{1, 2", "`{`", "add `}`"),
            ("(0, 1) x", "`x`", "operator is missing"),
        ],
        |text| {
            shown(
                text,
                &parse_domain(text, &Limits::default()).expect_err(text),
            )
        },
    );
    check_rows(
        &[
            ("(0, 1)", "`(`", "as in `t=(0, pi)`"),
            ("pi=(0, 1)", "`pi`", "cannot be a variable"),
            ("t==(0, 1)", "`t`", "as in `t=(0, pi)`"),
        ],
        |text| {
            shown(
                text,
                &parse_variable_domain(text, &Limits::default()).expect_err(text),
            )
        },
    );
}
