//! What texts mean: precedence, places, statements and domains.

use rug::Rational;

use super::super::expr::{BinderKind, ExprKind};
use super::super::{
    Domain, Relation, parse_conditions, parse_domain, parse_point, parse_statement,
    parse_variable_domain,
};
use super::expr;
use crate::limits::Limits;

fn limits() -> Limits {
    Limits::default()
}

/// Texts, and the same formula with a bracket around every operation.
#[test]
fn operators_bind_as_in_mathematics() {
    for (text, meant) in [
        ("-2^2", "-(2^2)"),
        ("2^-3", "2^(-3)"),
        ("2^3^2", "2^(3^2)"),
        ("2^-3^2", "2^(-(3^2))"),
        ("-a*b", "-(a*b)"),
        ("a*-b*c", "a*(-b)*c"),
        ("a/b*c", "(a/b)*c"),
        ("a/-b^2", "a/(-(b^2))"),
        ("a + -b*c", "a + (-(b*c))"),
        ("a - b + c", "(a - b) + c"),
        ("--a", "-(-a)"),
        ("-a + b", "(-a) + b"),
    ] {
        let (text_value, meant_value) = (value(text), value(meant));
        assert_eq!(text_value, meant_value, "{text} is {meant}");
    }
}

/// The value at a = 2, b = 3, c = 5: an evaluator small enough to be seen to be right.
fn value(text: &str) -> Rational {
    fn walk(e: &super::Expr) -> Rational {
        match &e.kind {
            ExprKind::Number(n) => n.clone(),
            ExprKind::Name(name) => match name.as_str() {
                "a" => 2.into(),
                "b" => 3.into(),
                "c" => 5.into(),
                _ => panic!("{name}"),
            },
            ExprKind::Negate(inner) => -walk(inner),
            ExprKind::Sum(terms) => terms.iter().fold(Rational::new(), |sum, t| {
                if t.negative {
                    sum - walk(&t.value)
                } else {
                    sum + walk(&t.value)
                }
            }),
            ExprKind::Product(factors) => factors.iter().fold(Rational::from(1), |p, f| {
                if f.inverse {
                    p / walk(&f.value)
                } else {
                    p * walk(&f.value)
                }
            }),
            ExprKind::Power(base, exponent) => {
                let exponent = walk(exponent).numer().to_i32().unwrap();
                let base = walk(base);
                let power = (0..exponent.abs()).fold(Rational::from(1), |p, _| p * &base);
                if exponent < 0 { power.recip() } else { power }
            }
            other => panic!("{other:?}"),
        }
    }
    walk(&expr(text))
}

#[test]
fn values_by_hand() {
    for (text, numerator, denominator) in [
        ("-2^2", -4, 1),
        ("2^3^2", 512, 1),
        ("2^-3", 1, 8),
        ("a/b*c", 10, 3),
        ("a - b - c", -6, 1),
        ("a/b/c", 2, 15),
        ("1/2*b", 3, 2),
        ("b*1/2", 3, 2),
        ("4/2/2", 1, 1),
        ("2/4/2", 1, 4),
        ("0.1 + 1e-1", 1, 5),
    ] {
        assert_eq!(
            value(text),
            Rational::from((numerator, denominator)),
            "{text}"
        );
    }
}

#[test]
fn a_quotient_of_integers_is_one_number() {
    assert_eq!(expr("1/2"), expr("0.5"));
    assert_eq!(expr("2/4*x"), expr("5e-1*x"));
    for text in ["4/2", "1/0", "x/2", "x*1/2", "0.5/2", "1/2^2", "1/-2"] {
        assert!(!matches!(expr(text).kind, ExprKind::Number(_)), "{text}");
    }
}

#[test]
fn letters_of_mathematics_are_spellings() {
    assert_eq!(expr("π \u{2212} θ0"), expr("pi - theta0"));
    assert_eq!(expr("2\r\n+\t1e\u{2212}1"), expr("2 + 1e-1"));
    assert_ne!(expr("T"), expr("t"));
}

#[test]
fn canonical_texts() {
    for (text, canonical) in [
        ("J( 1,1,theta=1/10 )", "J(1, 1, theta=1/10)"),
        ("0.10", "1/10"),
        ("(1/2)^x", "(1/2)^x"),
        ("x^0.5", "x^(1/2)"),
        ("x*0.5", "x*(1/2)"),
        ("((a+b))*c", "(a + b)*c"),
        ("a+(b+c)", "a + (b + c)"),
        ("a-(-b)", "a - -b"),
        ("(-a)+b", "(-a) + b"),
        ("(-a)*b", "(-a)*b"),
        ("(2^3)^2", "(2^3)^2"),
        ("[1,[2 ,3]]", "[1, [2, 3]]"),
        ("diff(t^2, t, 1)", "diff(t^2, t)"),
        ("diff(t^2, t, 2)", "diff(t^2, t, 2)"),
        ("sum(1/k^2, k=1..inf)", "sum(1/k^2, k=1..inf)"),
        (
            "integral(exp(-u^2), u=-inf..inf)",
            "integral(exp(-u^2), u=-inf..inf)",
        ),
        ("product(k, k=1 .. 2*n)", "product(k, k=1..2*n)"),
        ("coefficient(exp(t),t,5)", "coefficient(exp(t), t, 5)"),
        ("f()", "f()"),
        ("angle . rate", ""),
        ("angle.rate(n=16)", "angle.rate(n=16)"),
        ("1e3", "1000"),
    ] {
        match super::read(text) {
            Ok(e) => assert_eq!(e.to_string(), canonical),
            Err(error) => assert!(canonical.is_empty(), "{text}: {error}"),
        }
    }
}

#[test]
fn every_node_knows_its_place() {
    let text = "-x + f(2*y, n=[3, 4])^(z - 1) * sum(k, k=1..9)";
    let mut places = Vec::new();
    fn walk<'a>(e: &super::Expr, text: &'a str, places: &mut Vec<&'a str>) {
        places.push(&text[e.span.clone()]);
        e.children().into_iter().for_each(|c| walk(c, text, places));
    }
    walk(&expr(text), text, &mut places);
    assert_eq!(
        places,
        [
            text,
            "x",
            "f(2*y, n=[3, 4])^(z - 1) * sum(k, k=1..9)",
            "f(2*y, n=[3, 4])^(z - 1)",
            "f(2*y, n=[3, 4])",
            "2*y",
            "2",
            "y",
            "[3, 4]",
            "3",
            "4",
            "(z - 1)",
            "z",
            "1",
            "sum(k, k=1..9)",
            "k",
            "1",
            "9"
        ]
    );
}

#[test]
fn names_are_resolved_by_position() {
    assert!(matches!(expr("rho").kind, ExprKind::Name(_)));
    assert!(matches!(expr("rho(16)").kind, ExprKind::Call(_)));
    assert!(matches!(expr("sum").kind, ExprKind::Name(_)));
    assert!(matches!(expr("log").kind, ExprKind::Name(_)));
    let ExprKind::Call(call) = expr("f(rho, rho=rho)").kind else {
        panic!("a call")
    };
    assert_eq!(call.arguments[0].name, None);
    assert_eq!(call.arguments[1].name.as_deref(), Some("rho"));
    let ExprKind::Call(call) = expr("f(θ=1)").kind else {
        panic!("a call")
    };
    assert_eq!(call.arguments[0].name.as_deref(), Some("theta"));
}

#[test]
fn binders_hold_what_they_need() {
    let ExprKind::Binder(binder) = expr("diff(t^3, t)").kind else {
        panic!("a binder")
    };
    assert_eq!(binder.variable, "t");
    assert_eq!(binder.kind, BinderKind::Derivative { order: expr("1") });
    let ExprKind::Binder(binder) = expr("integral(u, u=-inf..inf)").kind else {
        panic!("a binder")
    };
    let BinderKind::Integral { from, to } = binder.kind else {
        panic!("an integral")
    };
    assert!(matches!(from.kind, ExprKind::Negate(inner) if inner.kind == ExprKind::Infinity));
    assert_eq!(to.kind, ExprKind::Infinity);
}

#[test]
fn statements_have_one_relation() {
    for (text, relation) in [
        ("a == b", Relation::Equal),
        ("a != b", Relation::NotEqual),
        ("a < b", Relation::Less),
        ("a <= b", Relation::LessEqual),
        ("a > b", Relation::Greater),
        ("a>=-b", Relation::GreaterEqual),
        ("a ~= 3", Relation::Rounds),
    ] {
        let statement = parse_statement(text, &limits()).unwrap();
        assert_eq!(statement.relation, relation, "{text}");
        assert_eq!(statement.literal.is_some(), relation == Relation::Rounds);
        assert_eq!(&text[statement.left.span], "a");
    }
}

#[test]
fn literals_keep_their_last_place() {
    for (text, value, last_place, standard_error, shown) in [
        (
            "0.0092983579",
            (92_983_579, 10_000_000_000),
            -10,
            None,
            "0.0092983579",
        ),
        (
            "0.1739(8)",
            (1739, 10_000),
            -4,
            Some((8, 10_000)),
            "0.1739(8)",
        ),
        (
            "-4.1e-3(2)",
            (-41, 10_000),
            -4,
            Some((2, 10_000)),
            "-0.0041(2)",
        ),
        ("1.50", (3, 2), -2, None, "1.50"),
        ("12(3)", (12, 1), 0, Some((3, 1)), "12(3)"),
        ("0.000", (0, 1), -3, None, "0.000"),
        ("1.2e5", (120_000, 1), 4, None, "1.2e5"),
        ("3e2", (300, 1), 2, None, "3e2"),
        ("1.25e-12", (5, 4_000_000_000_000), -14, None, "1.25e-12"),
    ] {
        let whole = format!("x ~= {text}");
        let statement = parse_statement(&whole, &limits()).unwrap();
        let literal = statement.literal.clone().unwrap();
        let ratio = |(n, d): (i64, i64)| Rational::from((n, d));
        assert_eq!(literal.value, ratio(value), "{text}");
        assert_eq!(literal.last_place, last_place, "{text}");
        assert_eq!(literal.standard_error, standard_error.map(ratio), "{text}");
        assert_eq!(
            statement.right,
            super::Expr::rational(ratio(value)),
            "{text}"
        );
        let first = text.trim_end_matches(|c: char| c != ')' && !c.is_ascii_digit());
        assert_eq!(&whole[statement.right.span.clone()], first, "{text}");
        assert_eq!(statement.to_string(), format!("x ~= {shown}"));
        assert_eq!(
            parse_statement(&statement.to_string(), &limits()).unwrap(),
            statement
        );
    }
}

#[test]
fn conditions_are_joined() {
    let conditions = parse_conditions("a >= b and b > 0, c != 1", &limits()).unwrap();
    let shown: Vec<_> = conditions.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["a >= b", "b > 0", "c != 1"]);
}

#[test]
fn domains_of_every_sort() {
    for text in [
        "(0, pi)",
        "[0, inf)",
        "(-inf, inf)",
        "[-1, 1]",
        "(-1/2, sqrt(2)]",
        "2..40",
        "-3..0",
        "{1/3, 1, pi/2}",
        "{2}",
    ] {
        let domain = parse_domain(text, &limits()).unwrap();
        assert_eq!(domain.to_string(), text);
        assert_eq!(
            parse_domain(&domain.to_string(), &limits()).unwrap(),
            domain
        );
    }
    let Domain::Range { from, to } = parse_domain("-3..40", &limits()).unwrap() else {
        panic!("a range")
    };
    assert_eq!((from, to), ((-3).into(), 40.into()));
    let (name, domain) = parse_variable_domain("θ=(0,pi)", &limits()).unwrap();
    assert_eq!(
        (name.as_str(), domain.to_string().as_str()),
        ("theta", "(0, pi)")
    );
    let (name, point) = parse_point("n=inf", &limits()).unwrap();
    assert_eq!((name.as_str(), point.kind), ("n", ExprKind::Infinity));
    assert_eq!(parse_point("t=pi/2", &limits()).unwrap().1, expr("pi/2"));
}
