//! Formulas as activations: what is read, and what is refused and why.

use super::*;
use crate::error::ErrorKind;
use crate::formula::parse_expr;
use crate::number::Ball;
use crate::theory::activation::general::piece_at;

/// The value at a real point.
fn value(formula: &Formula, x: &Ball, prec: Bits) -> Ball {
    let piece = piece_at(&formula.knots, x).unwrap_or(0);
    let jet = formula.jet(piece, &ComplexBall::real(x.clone()), 1, prec);
    jet.map_or(Ball::indeterminate(), |jet| jet[0].re().clone())
}

fn read(text: &str) -> Result<Formula> {
    let limits = Limits::default();
    Formula::read(&parse_expr(text, &limits).unwrap(), &limits)
}

#[test]
fn parity_and_regularity_are_proved() {
    let beta = |numerator: i32| Regularity::Singular {
        beta: Rational::from((numerator, 2)),
    };
    let cases = [
        ("x*tanh(x)", Parity::Even, Regularity::Smooth),
        ("ln(cosh(x))", Parity::Even, Regularity::Smooth),
        ("exp(-x^2)", Parity::Even, Regularity::Smooth),
        ("x*logistic(2*x)", Parity::Neither, Regularity::Smooth),
        ("logistic(x) - 1/2", Parity::Odd, Regularity::Smooth),
        ("atan(x/2)", Parity::Odd, Regularity::Smooth),
        ("x^3 - 3*x", Parity::Odd, Regularity::Smooth),
        ("tanh", Parity::Odd, Regularity::Smooth),
        ("mish", Parity::Neither, Regularity::Smooth),
        ("abs(x)^2", Parity::Even, Regularity::Smooth),
        ("max(x, 0)", Parity::Neither, beta(3)),
        ("relu", Parity::Neither, beta(3)),
        ("leaky(1/5)", Parity::Neither, beta(3)),
        ("leaky(1)", Parity::Odd, Regularity::Smooth),
        ("abs", Parity::Even, beta(3)),
        ("x*relu(x)", Parity::Neither, beta(5)),
        ("x*abs(x)", Parity::Odd, beta(5)),
        ("min(max(x, -1), 1)", Parity::Odd, beta(3)),
        ("heaviside", Parity::Neither, beta(1)),
        ("sign(x)*exp(-x^2)", Parity::Odd, beta(1)),
        ("softsign", Parity::Odd, beta(5)),
        ("elu", Parity::Neither, beta(5)),
        ("elu(2)", Parity::Neither, beta(3)),
        ("selu", Parity::Neither, beta(3)),
        ("repu(3)", Parity::Neither, beta(7)),
        ("abs(x - 1) + abs(x + 1)", Parity::Even, beta(3)),
        ("tanh(abs(x))", Parity::Even, beta(3)),
    ];
    for (text, parity, regularity) in cases {
        let formula = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            (formula.parity(), formula.regularity()),
            (parity, regularity),
            "{text}"
        );
    }
}

/// What is refused, and a word of the reason.
#[test]
fn refusals_explain_themselves() {
    let cases = [
        ("exp(x^2/4)", ErrorKind::Domain, "square integrable"),
        ("exp(x^3)", ErrorKind::Domain, "square integrable"),
        ("x*exp(x^2)", ErrorKind::Domain, "square integrable"),
        ("1/x", ErrorKind::Domain, "pole"),
        ("1/(x - 1/2)", ErrorKind::Domain, "pole"),
        ("tan(x)", ErrorKind::Domain, "pole"),
        ("ln(x)", ErrorKind::Domain, "not defined"),
        ("sqrt(x)", ErrorKind::Domain, "not defined"),
        ("asin(x)", ErrorKind::Domain, "not defined"),
        ("sqrt(abs(x))", ErrorKind::Domain, "knot"),
        ("max(x, 0)^(3/2)", ErrorKind::Domain, "knot"),
        ("ln(abs(x))", ErrorKind::Domain, "knot"),
        ("x - x", ErrorKind::Domain, "zero"),
        ("0", ErrorKind::Domain, "constant"),
        ("pi", ErrorKind::Domain, "constant"),
        ("sin(x)^2 + cos(x)^2", ErrorKind::Domain, "constant"),
        ("a*x", ErrorKind::Parse, "`a`"),
        ("foo", ErrorKind::Parse, "`foo`"),
        ("x + tanh", ErrorKind::Parse, "`tanh`"),
        ("gamma(x)", ErrorKind::Domain, "gamma"),
        ("rho(x)", ErrorKind::Domain, "rho"),
        ("abs(x^2 - 2)", ErrorKind::Domain, "rational"),
        ("abs(sin(x))", ErrorKind::Domain, "sign"),
        ("sqrt(x^2)", ErrorKind::Undecided, "analytic"),
        ("cbrt(x)", ErrorKind::Undecided, "analytic"),
        ("floor(x)", ErrorKind::Domain, "floor"),
        ("[x, x]", ErrorKind::Domain, "list"),
    ];
    for (text, kind, word) in cases {
        let error = read(text).expect_err(text);
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.to_string().contains(word), "{text}: {error}");
        assert!(error.span().is_some(), "{text}");
    }
}

#[test]
fn pieces_give_the_values_of_the_formula() {
    let prec = Bits::new(120);
    for (text, at, expected) in [
        ("min(max(x, -1), 1)", (1, 3), (1, 3)),
        ("min(max(x, -1), 1)", (-7, 3), (-1, 1)),
        ("abs(abs(x) - 1)", (-1, 4), (3, 4)),
        ("x/(1 + abs(x))", (-3, 1), (-3, 4)),
        ("softsign", (3, 1), (3, 4)),
        ("leaky(1/5)", (-5, 1), (-1, 1)),
    ] {
        let formula = read(text).unwrap();
        let x = Ball::from_rational(&Rational::from(at), prec);
        let value = value(&formula, &x, prec);
        assert!(
            value.contains_rational(&Rational::from(expected)),
            "{text}: {value:?}"
        );
        assert!(value.accuracy() > 100);
    }
}
