//! Exact expansions: textbook series, Laurent and Puiseux parts, logarithms, infinity.

use super::{read, write};
use crate::error::ErrorKind;
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::normal::{Expansion, NoQuantities, NormalForm, expand_at};
use crate::limits::Limits;

/// A point, which may be `inf` or `-inf`.
fn point(text: &str) -> Expr {
    match text {
        "inf" => ExprKind::Infinity.into(),
        "-inf" => Expr::from(ExprKind::Infinity).negate(),
        _ => read(text),
    }
}

fn expand(text: &str, at: &str, order: u32) -> Expansion {
    expand_at(
        &read(text),
        "t",
        &point(at),
        order,
        &Limits::default(),
        &NoQuantities,
    )
    .unwrap_or_else(|error| panic!("{text} at {at}: {error:?}"))
}

/// Formula, point, order, the terms as a formula, the exponent of the error or "".
const CASES: &[(&str, &str, u32, &str, &str)] = &[
    ("exp(t)", "0", 4, "1+t+t^2/2+t^3/6+t^4/24", "5"),
    ("sin(t)", "0", 6, "t-t^3/6+t^5/120", "7"),
    ("cos(2*t)", "0", 4, "1-2*t^2+2*t^4/3", "6"),
    ("tan(t)", "0", 7, "t+t^3/3+2*t^5/15+17*t^7/315", "9"),
    ("cot(t)", "0", 3, "1/t-t/3-t^3/45", "5"),
    ("1/sin(t)^2", "0", 2, "1/t^2+1/3+t^2/15", "4"),
    ("1/(1-t)", "0", 3, "1+t+t^2+t^3", "4"),
    ("(1+t)^3", "0", 5, "1+3*t+3*t^2+t^3", ""),
    ("(1+t)^3", "0", 2, "1+3*t+3*t^2", "3"),
    ("(1+t)^1000", "0", 2, "1+1000*t+499500*t^2", "3"),
    ("sqrt(1+t)", "0", 3, "1+t/2-t^2/8+t^3/16", "4"),
    ("sqrt(t)", "0", 2, "t^(1/2)", ""),
    ("sqrt(t+t^2)", "0", 2, "t^(1/2)+t^(3/2)/2", "5/2"),
    ("sqrt(sin(t))", "0", 3, "t^(1/2)-t^(5/2)/12", "9/2"),
    ("ln(1+t)", "0", 4, "t-t^2/2+t^3/3-t^4/4", "5"),
    ("ln(t)", "0", 3, "ln(t)", ""),
    ("ln(sin(t))", "0", 4, "ln(t)-t^2/6-t^4/180", "6"),
    ("t^t", "0", 2, "1+t*ln(t)+t^2*ln(t)^2/2", "3"),
    ("exp(2*ln(t)+t)", "0", 3, "t^2+t^3", "4"),
    ("ln(t)", "1", 3, "(t-1)-(t-1)^2/2+(t-1)^3/3", "4"),
    ("asin(t)", "0", 5, "t+t^3/6+3*t^5/40", "7"),
    ("acos(t)", "0", 3, "pi/2-t-t^3/6", "5"),
    ("atan(t)", "0", 5, "t-t^3/3+t^5/5", "7"),
    (
        "acos(1-t)",
        "0",
        2,
        "sqrt(2)*t^(1/2)+sqrt(2)*t^(3/2)/12",
        "5/2",
    ),
    ("asinh(t)", "0", 5, "t-t^3/6+3*t^5/40", "7"),
    ("atanh(t)", "0", 5, "t+t^3/3+t^5/5", "7"),
    ("tanh(t)", "0", 5, "t-t^3/3+2*t^5/15", "7"),
    ("erf(t)", "0", 5, "2*(t-t^3/3+t^5/10)/sqrt(pi)", "7"),
    ("gamma(t)", "0", 0, "1/t-euler_gamma", "1"),
    (
        "gamma(1+t)",
        "0",
        2,
        "1-euler_gamma*t+(euler_gamma^2/2+pi^2/12)*t^2",
        "3",
    ),
    ("gamma(t)", "-1", 0, "-1/(t+1)+euler_gamma-1", "1"),
    ("digamma(t)", "0", 1, "-1/t-euler_gamma+pi^2*t/6", "2"),
    (
        "digamma(t)",
        "1",
        2,
        "-euler_gamma+pi^2*(t-1)/6-zeta(3)*(t-1)^2",
        "3",
    ),
    (
        "lgamma(1+t)",
        "0",
        3,
        "-euler_gamma*t+pi^2*t^2/12-zeta(3)*t^3/3",
        "4",
    ),
    ("polygamma(1,t)", "0", 0, "1/t^2+pi^2/6", "1"),
    (
        "digamma(t)",
        "inf",
        4,
        "ln(t)-1/(2*t)-1/(12*t^2)+1/(120*t^4)",
        "6",
    ),
    ("polygamma(1,t)", "inf", 3, "1/t+1/(2*t^2)+1/(6*t^3)", "5"),
    (
        "lgamma(t)",
        "inf",
        3,
        "t*ln(t)-t-ln(t)/2+ln(2*pi)/2+1/(12*t)-1/(360*t^3)",
        "5",
    ),
    ("hyp2f1(1,1,2,t)", "0", 3, "1+t/2+t^2/3+t^3/4", "4"),
    ("hermite(3,1+t)", "0", 3, "-2+3*t^2+t^3", ""),
    ("binomial(t,2)", "0", 3, "-t/2+t^2/2", ""),
    ("lambertw(t)", "0", 4, "t-t^2+3*t^3/2-8*t^4/3", "5"),
    ("cbrt(8+t)", "0", 2, "2+t/12-t^2/288", "3"),
    ("cbrt(-t^3)", "0", 2, "-t", ""),
    ("abs(-t)", "0", 2, "t", ""),
    ("max(t,t^2)", "0", 3, "t", ""),
    ("(t+1)/(t-1)", "inf", 3, "1+2/t+2/t^2+2/t^3", "4"),
    ("sqrt(t^2+t)-t", "inf", 2, "1/2-1/(8*t)+1/(16*t^2)", "3"),
    (
        "(1+1/t)^t",
        "inf",
        2,
        "exp(1)-exp(1)/(2*t)+11*exp(1)/(24*t^2)",
        "3",
    ),
    ("atan(t)", "inf", 3, "pi/2-1/t+1/(3*t^3)", "5"),
    ("atan(t)", "-inf", 3, "-pi/2-1/t+1/(3*t^3)", "5"),
    ("asinh(t)", "inf", 2, "ln(t)+ln(2)+1/(4*t^2)", "4"),
    ("t^3", "inf", 2, "t^3", ""),
    ("sin(t)", "pi", 3, "-(t-pi)+(t-pi)^3/6", "5"),
    (
        "cos(t)",
        "pi/3",
        2,
        "1/2-sqrt(3)*(t-pi/3)/2-(t-pi/3)^2/4",
        "3",
    ),
    ("exp(a*t)", "0", 2, "1+a*t+a^2*t^2/2", "3"),
    ("(1+t)^a", "0", 2, "1+a*t+a*(a-1)*t^2/2", "3"),
    ("1/(a+t)", "0", 1, "1/a-t/a^2", "2"),
    ("(cos(t)-1+t^2/2)/t^4", "0", 2, "1/24-t^2/720", "4"),
    ("(tan(t)-sin(t))/sin(t)^3", "0", 0, "1/2", "2"),
    ("1/(exp(t)-1)", "0", 3, "1/t-1/2+t/12-t^3/720", "5"),
    ("ln(t)/(1-t)", "0", 2, "ln(t)+ln(t)*t+ln(t)*t^2", "3"),
];

#[test]
fn textbook_expansions() {
    assert!(CASES.len() > 60);
    for (text, at, order, terms, error) in CASES {
        let expansion = expand(text, at, *order);
        let limits = Limits::default();
        let rest =
            NormalForm::difference(&expansion.to_expr(), &read(terms), &limits, &NoQuantities)
                .unwrap_or_else(|error| panic!("{text} at {at}: {error:?}"));
        let printed = write(&expansion.to_expr());
        assert!(rest.is_zero(), "{text} at {at}: {printed} and not {terms}");
        let found = expansion.error().map_or(String::new(), ToString::to_string);
        assert_eq!(found, *error, "{text} at {at}: error order");
    }
}

/// The sum of the terms differs from the function by less than a constant times the error order.
#[test]
fn expansions_agree_with_floating_point() {
    let functions = [
        "exp(sin(t))/(2+cos(t))",
        "ln(1+t)*sqrt(4+t)",
        "1/(t*(1+t))-1/sin(t)",
        "acos(t/2)*atan(1+t)",
        "(1+t)^(1/3)*exp(-t^2)",
        "t^(3/2)/(1-sqrt(t))",
        "tan(t)*tanh(t)/t^2",
        "sqrt(1-cos(t))",
    ];
    for text in functions {
        let expansion = expand(text, "0", 8);
        let error = expansion.error().expect("an infinite series").to_f64();
        let sum = expansion.to_expr();
        let distance = |h: f64| {
            let value = |expr| super::numeric::evaluate(expr, &[("t", h)]).expect("defined");
            (value(&read(text)) - value(&sum)).abs()
        };
        for h in [0.02f64, 0.01] {
            let bound = 100.0 * h.powf(error) + 1e-13;
            assert!(distance(h) < bound, "{text}: {} at {h}", distance(h));
        }
    }
}

#[test]
fn flags_say_what_is_special() {
    assert!(!expand("sin(t)", "0", 3).is_one_sided());
    assert!(expand("sqrt(t)", "0", 3).is_one_sided());
    assert!(expand("abs(t)", "0", 3).is_one_sided());
    assert!(expand("ln(t)", "0", 3).has_logarithms());
    assert!(!expand("ln(1+t)", "0", 3).has_logarithms());
    assert!(expand("1/t", "inf", 3).is_one_sided());
}

#[test]
fn impossible_expansions_say_why() {
    let cases = [
        ("exp(1/t)", "0", ErrorKind::Domain),
        ("sin(1/t)", "0", ErrorKind::Domain),
        ("gamma(t)", "inf", ErrorKind::Domain),
        ("sqrt(-1-t)", "0", ErrorKind::Domain),
        ("ln(-t)", "0", ErrorKind::Domain),
        ("f(t)", "0", ErrorKind::Domain),
        ("floor(t)", "0", ErrorKind::Domain),
        ("1/(t-t)", "0", ErrorKind::Domain),
        ("t", "t", ErrorKind::Domain),
        ("ln(ln(t))", "0", ErrorKind::Domain),
        ("exp(ln(t)^2)", "0", ErrorKind::Domain),
        ("1/(sin(t)^2+cos(t)^2-1)", "0", ErrorKind::Undecided),
        ("t^(1/7919)", "0", ErrorKind::Limit),
    ];
    for (text, at, kind) in cases {
        let limits = Limits::default();
        let error = expand_at(&read(text), "t", &point(at), 3, &limits, &NoQuantities);
        assert_eq!(error.expect_err(text).kind(), kind, "{text}");
    }
}
