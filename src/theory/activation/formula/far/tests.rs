//! Bounds against values at points, and the exponents that are found.

use super::super::jet::jet;
use super::*;
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::number::{Ball, ComplexBall};
use rug::Float;

fn tree(text: &str) -> Tree {
    Tree::of(&parse_expr(text, &Limits::default()).unwrap()).unwrap()
}

/// Every bound holds at points of its half-strip.
#[test]
fn bounds_hold_at_points() {
    let mut cases = 0;
    for text in [
        "x*tanh(x)",
        "ln(cosh(x))",
        "exp(-x^2)",
        "exp(x^2/8 - x)",
        "x*logistic(2*x)",
        "atan(x/2)",
        "x^3 - 3*x",
        "x/sqrt(1+x^2)",
        "sqrt(1+x^2)",
        "ln(1+exp(x))",
        "softplus(x)*sin(3*x)",
        "sin(x^2)",
        "exp(-x^4)",
        "cbrt(1+x^2)",
        "asinh(x)",
        "erf(x)*x",
        "exp(x)-exp(-x)",
        "1/(1+exp(-x))",
        "1/(1+x^2)",
        "tanh(sin(x)/4)",
        "(2+x^2)^(-1/2)",
        "acosh(2+x^2)",
        "asin(tanh(x)/2)",
        "2^(x/3)",
        "exp(-x^2)*cosh(x)",
        "x*tanh(ln(1+exp(x)))",
        "exp(-exp(x))",
        "x*exp(-exp(-x))",
        "1/(2+cbrt(1+x^2))",
    ] {
        let tree = tree(text);
        for side in [1, -1] {
            let g = growth(&tree, side, 0.25).unwrap_or_else(|| panic!("{text} {side}"));
            for (step, y) in [(0.0, 0.0), (0.5, 0.25), (3.0, -0.25), (7.5, 0.125)] {
                let x = g.from + step;
                let z = ComplexBall::new(
                    Ball::exact(Float::with_val(53, f64::from(side) * x)),
                    Ball::exact(Float::with_val(53, y)),
                );
                let value = jet(&tree, &z, 1, Bits::new(128))[0].abs(Bits::new(64));
                let bound = g.scale.to_f64()
                    * x.powi(g.degree as i32)
                    * (g.slope * x + g.curve * x * x).exp();
                let value = value.mid().to_f64();
                assert!(
                    value <= bound * (1.0 + 1e-12),
                    "{text} {side} {x}: {value} {bound}"
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 29 * 2 * 4);
}

#[test]
fn exponents_are_sharp() {
    let curve = |text: &str| growth(&tree(text), 1, 0.25).unwrap().curve;
    assert_eq!(curve("exp(x^2/8)"), 0.125);
    assert_eq!(curve("exp(x^2/4)"), 0.25);
    assert!((curve("x*exp(x^2/3)*exp(-x^2/6)") - 1.0 / 6.0).abs() < 1e-15);
    assert_eq!(curve("ln(cosh(x))"), 0.0);
    assert!(growth(&tree("exp(x^3)"), 1, 0.25).is_none());
    assert!(growth(&tree("exp(x^3)"), -1, 0.25).is_some());
    assert!(growth(&tree("tan(x)"), 1, 0.25).is_none());
    assert!(growth(&tree("ln(x)"), -1, 0.25).is_none());
}

#[test]
fn what_is_too_large_is_known_to_be() {
    for (text, large) in [
        ("exp(x^2/4)", true),
        ("exp(x^2/5)", false),
        ("x*exp(x^2/4)", true),
        ("exp(x^2/4) + x", true),
        ("exp(x^3)", true),
        ("exp(exp(x))", false),
        ("cosh(x^2)", true),
        ("x^9", false),
        ("exp(x^2/2)*exp(-x^2)", false),
        ("2*exp(x^2)-exp(x)", true),
    ] {
        assert_eq!(too_large(&tree(text), 1), large, "{text}");
    }
}
