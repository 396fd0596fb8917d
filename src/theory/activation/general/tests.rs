//! The general routes against each other, against closed forms, and against known digits.

use super::*;
use crate::formula::parse_expr;
use crate::number::Magnitude;
use rug::Float;

fn formula(text: &str) -> Formula {
    let limits = Limits::default();
    Formula::read(&parse_expr(text, &limits).unwrap(), &limits)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

const DIGITS_60: Bits = Bits::new(212);

/// The ball holds the decimal of 60 digits up to its last place, and is as narrow.
fn agrees(value: &Ball, decimal: &str, what: &str) {
    let expected =
        Ball::from_decimal_text(&format!("[{decimal} +/- 6e-60]"), Bits::new(260)).unwrap();
    assert!(value.overlaps(&expected), "{what}: {value:?} {expected:?}");
    assert!(
        value.rad() < Magnitude::from_f64(1e-60),
        "{what}: {value:?}"
    );
}

fn gain(text: &str, by: impl Fn(&View<'_>, &Product) -> Result<Ball>) -> Ball {
    let formula = formula(text);
    let limits = Limits::default();
    let view = View::of(&formula, &limits).unwrap();
    let above = by(&view, &[(1, 2)]).unwrap_or_else(|error| panic!("{text}: {error}"));
    let below = by(&view, &[(0, 2)]).unwrap_or_else(|error| panic!("{text}: {error}"));
    above.div(&below, DIGITS_60.plus(16))
}

#[test]
fn gains_of_smooth_formulas_by_two_routes() {
    let (one, limits) = (Ball::one(), Limits::default());
    let work = DIGITS_60.plus(16);
    for (text, decimal) in [
        (
            "tanh(x)",
            "1.17780723230417962329609673908509422968356445827521482383527",
        ),
        (
            "x*erfc(-x/sqrt(2))/2",
            "1.07203159843629189471333202882679673618526575213260899833351",
        ),
        (
            "silu",
            "1.06663424124191499530242846999225193057240849394298364846100",
        ),
        (
            "ln(1+exp(x))",
            "0.318458983683693137566672660431420802540127522959935370547632",
        ),
        (
            "softplus",
            "0.318458983683693137566672660431420802540127522959935370547632",
        ),
        (
            "1/(1+exp(-x))",
            "0.152827011715593748964398216511739930509026321926284677111921",
        ),
        (
            "mish",
            "1.05911800059514582285554644409004145503133405522161328261345",
        ),
        (
            "atan",
            "1.11185008019075060451129351405522902196360764465069897770468",
        ),
        (
            "x*cos(x)",
            "3.36703652556681610836156337730783118042364765543355334375461",
        ),
        (
            "erf(x)",
            "1.22570000378569070707921853603001616970081777902776859807767",
        ),
        (
            "cos(x)",
            "0.761594155955764888119458282604793590412768597257936551596811",
        ),
        ("exp(-x^2)", "0.8"),
        ("exp(x)", "1"),
    ] {
        let rule = gain(text, |view, product| {
            view.trapezoid(product, &one, work, &limits)
        });
        agrees(&rule, decimal, text);
        let adaptive = gain(text, |view, product| {
            view.quadrature(product, &one, work, &limits)
        });
        agrees(&adaptive, decimal, text);
    }
}
