//! The geometry of random networks against values computed elsewhere by two methods each, and its own
//! methods against each other.

use isobath::formula::answer::{Answer, Question};
use isobath::formula::{Target, parse_expr};
use isobath::limits::Limits;
use isobath::number::Digits;
use isobath::theory::catalog;
use serde_json::Value;

const GEOMETRY: &str = include_str!("reference/excursion-geometry.json");
const MEAN_FIELD: &str = include_str!("reference/deep-limits.json");

fn question<'a>(digits: u32, method: Option<&'a str>, limits: &'a Limits) -> Question<'a> {
    Question {
        library: catalog::library(),
        digits: Digits::new(u64::from(digits)).expect("digits"),
        method,
        limits,
    }
}

fn answer(call: &str, digits: u32, method: Option<&str>) -> Answer {
    let limits = Limits::default();
    let expr = parse_expr(call, &limits).unwrap_or_else(|error| panic!("{call}: {error}"));
    question(digits, method, &limits)
        .answer(&expr)
        .unwrap_or_else(|error| panic!("{call}: {error}"))
}

/// Without the zeros that end a rounded decimal.
fn trimmed(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[test]
fn every_reference_value_is_met_in_all_digits() {
    let mut met = 0;
    for (file, prefixes) in [
        (
            GEOMETRY,
            &[
                "boundary.",
                "excursion.",
                "kappa.fixed",
                "kappa.depth",
                "mean_field.",
            ][..],
        ),
        (MEAN_FIELD, &["mean_field."][..]),
    ] {
        let file: Value = serde_json::from_str(file).expect("JSON");
        for entry in file["values"].as_array().expect("a list") {
            let text = |key: &str| entry[key].as_str().unwrap_or_default();
            let (call, value) = (text("call"), text("value"));
            if !prefixes.iter().any(|prefix| call.starts_with(prefix)) {
                continue;
            }
            assert_eq!(
                trimmed(&answer(call, 60, None).text()),
                trimmed(value),
                "{call}"
            );
            if let Some(exact) = entry["exact"].as_str() {
                let limits = Limits::default();
                let expr = parse_expr(call, &limits).expect("a formula");
                let closed = question(60, None, &limits)
                    .closed_form(&expr)
                    .expect("exact");
                assert_eq!(Target::Text.print(&closed).expect("text"), exact, "{call}");
            }
            met += 1;
        }
    }
    assert_eq!(met, 22);
}

/// A digit that is off by one is seen.
#[test]
fn a_wrong_digit_is_seen() {
    let value = answer("kappa.fixed_point(gelu)", 20, None).text();
    assert_eq!(trimmed(&value), "0.76040190489590892409");
    assert_ne!(trimmed(&value), "0.76040190489590892408");
}

#[test]
fn methods_agree() {
    for (call, method) in [
        ("boundary.volume(tanh, d=3, L=5, u=1/2)", "kac-rice"),
        ("boundary.volume(gelu, d=6, L=2, gamma_b=1/3)", "kac-rice"),
        ("boundary.volume(relu, d=2, L=3, n=[4, 7, 30])", "kac-rice"),
        (
            "boundary.restricted(erf, k=3, volume=5, L=2, u=1)",
            "kac-rice",
        ),
        ("boundary.width_correction(tanh)", "expanded"),
        ("boundary.width_correction(exp(-x^2))", "expanded"),
        ("excursion.euler_characteristic(gelu, L=2, u=1)", "closed"),
        ("excursion.maxima(gelu, L=2, u=1)", "euler"),
        ("excursion.minima(tanh, L=2, u=-1/2)", "euler"),
        ("excursion.critical_points(erf, L=3, u=2)", "euler"),
        ("excursion.crossings(relu, L=3, N=1000)", "half-angle"),
        ("excursion.area_variance(relu, d=3, L=2)", "fine"),
        (
            "excursion.area_variance(cos, d=1, L=1, gamma_b=1/5)",
            "fine",
        ),
    ] {
        let first = answer(call, 30, None).text();
        assert_eq!(first, answer(call, 30, Some(method)).text(), "{call}");
    }
}

/// Two ways to say the same, by different quantities.
#[test]
fn quantities_agree() {
    for (left, right) in [
        // The derivatives in depth, by composition of Taylor series.
        (
            "boundary.volume(gelu, d=2, L=3)",
            "2*pi*sqrt(kappa.derivative(gelu, 1, 1, L=3))",
        ),
        (
            "excursion.critical_points(tanh, L=4)",
            "2 + 8*kappa.derivative(tanh, 2, 1, L=4)^(3/2)/(kappa.derivative(tanh, 1, 1, L=4)\
             *sqrt(3*kappa.derivative(tanh, 2, 1, L=4) + kappa.derivative(tanh, 1, 1, L=4)))",
        ),
        // One Heaviside layer more.
        (
            "excursion.area_variance(heaviside, d=3, L=1)",
            "2*pi^4*(spectrum.law(heaviside, 3, 2, 0) - 1/2)",
        ),
        (
            "excursion.saddles(erf, L=2)",
            "excursion.maxima(erf, L=2) + excursion.minima(erf, L=2) - 2",
        ),
        ("excursion.crossings(gelu, L=0, N=17)", "2"),
        (
            "kappa(silu, kappa.fixed_point(silu))",
            "kappa.fixed_point(silu)",
        ),
        (
            "mean_field.critical_s2w(tanh, s2b=mean_field.critical_s2b(tanh, q=3/4))",
            "mean_field.critical_s2w(tanh, q=3/4)",
        ),
        ("boundary.volume(relu, d=2, L=1, n=1)", "0"),
        ("excursion.area_variance(tanh, d=2, L=3)", "0"),
        ("boundary.width_correction(leaky(1/5))", "0"),
    ] {
        let (left_text, right_text) = (
            answer(left, 30, None).text(),
            answer(right, 30, None).text(),
        );
        assert_eq!(
            trimmed(&left_text),
            trimmed(&right_text),
            "{left} and {right}"
        );
    }
}

/// Simpson's rule in t, in doubles: |S²||S¹|/(2π) ∫ arcsin κ(cos t) sin t dt for one relu layer.
#[test]
fn the_area_variance_is_the_integral_over_the_angle() {
    let n = 20_000;
    let kernel = |t: f64| (t.sin() + (std::f64::consts::PI - t) * t.cos()) / std::f64::consts::PI;
    let f = |t: f64| kernel(t).clamp(-1.0, 1.0).asin() * t.sin();
    let step = std::f64::consts::PI / f64::from(n);
    let sum: f64 = (0..=n)
        .map(|i| {
            let weight = if i == 0 || i == n {
                1.0
            } else {
                f64::from(2 + 2 * (i % 2))
            };
            weight * f(f64::from(i) * step)
        })
        .sum();
    let variance = 4.0 * std::f64::consts::PI * sum * step / 3.0;
    let certified: f64 = answer("excursion.area_variance(relu, d=2, L=1)", 17, None)
        .text()
        .parse()
        .expect("a number");
    assert!(
        (variance - certified).abs() < 1e-8,
        "{variance} {certified}"
    );
}

#[test]
fn exact_forms_are_exact() {
    let limits = Limits::default();
    for (call, form) in [
        ("boundary.dimension(heaviside, d=3, L=2)", "11/4"),
        ("boundary.dimension(repu(1/4), d=2, L=2)", "23/16"),
        ("graph.dimension(sign, d=2, L=3)", "23/8"),
        ("boundary.dimension(gelu, d=2, L=9)", "1"),
        ("boundary.volume(relu, d=2, L=7)", "2*pi"),
        ("boundary.volume(relu, d=2, L=1, n=4)", "11*pi/8"),
    ] {
        let expr = parse_expr(call, &limits).expect("a formula");
        let closed = question(20, None, &limits)
            .closed_form(&expr)
            .unwrap_or_else(|error| panic!("{call}: {error}"));
        assert_eq!(Target::Text.print(&closed).expect("text"), form, "{call}");
    }
}

#[test]
fn refusals_explain_themselves() {
    let limits = Limits::default();
    for (call, part) in [
        ("boundary.volume(heaviside, d=2, L=1)", "fractal"),
        ("boundary.volume(repu(1/2), d=2, L=1)", "t*ln(t)"),
        ("boundary.volume(relu, d=0, L=1)", "from 1"),
        ("boundary.volume(tanh, d=2, L=1, n=8)", "f=relu"),
        ("boundary.volume(relu, d=2, L=1, u=1, n=8)", "u=0"),
        ("boundary.volume(relu, d=2, L=2, n=[8])", "list of 2"),
        ("boundary.volume(relu, d=2, L=2, gamma_b=1)", "gamma_b"),
        ("boundary.dimension(repu(1/2), d=2, L=1)", "border"),
        ("boundary.volume(relu, d=2, L=-1)", "from 0"),
        (
            "boundary.restricted(gelu, k=1, volume=0, L=1)",
            "not positive",
        ),
        (
            "boundary.width_correction(heaviside)",
            "not of finite volume",
        ),
        (
            "excursion.critical_points(relu, L=2)",
            "two continuous derivatives",
        ),
        ("excursion.critical_points(gelu, d=3, L=2)", "S^2 only"),
        (
            "excursion.euler_characteristic(elu(2), L=2, u=1)",
            "two continuous derivatives",
        ),
        (
            "excursion.curvature(relu, d=3, L=1, u=0, k=1)",
            "two continuous derivatives",
        ),
        (
            "excursion.curvature(relu, d=3, L=1, u=0, k=4)",
            "from 0 to 3",
        ),
    ] {
        let expr = parse_expr(call, &limits).expect("a formula");
        let error = question(20, None, &limits).answer(&expr).expect_err(call);
        let text = error.to_string();
        assert!(text.contains(part), "{call}: {text}");
    }
}
