//! A biased sampler must fail: for every quantity that can be sampled, and for every named simulation
//! with exact values, a companion draws at a parameter that is wrong by so much that the exact value
//! moves by nine standard errors at its number of samples, and must be caught.

use isobath::formula::parse_expr;
use isobath::limits::Limits;
use isobath::montecarlo::RunOptions;
use isobath::montecarlo::significance::{RUN_ALARM_RATE, threshold, z_score};
use isobath::theory::catalog;
use isobath::theory::measure::certified;
use isobath::theory::quantity::Sampling;

/// How many standard errors are planted.
const PLANTED: f64 = 9.0;

/// The exact value, the sampler and the standard deviation of one sample.
fn known(formula: &str) -> (f64, Sampling, f64) {
    let limits = Limits::default();
    let expr = parse_expr(formula, &limits).expect(formula);
    let value = certified(&expr, &limits).expect(formula).mid().to_f64();
    let sampling = catalog::sampling(&expr, &limits).expect(formula);
    let sampling = sampling.unwrap_or_else(|| panic!("{formula} has no sampler"));
    let deviation = sampling.variance.mid().to_f64().sqrt();
    (value, sampling, deviation)
}

/// Samples `drawn` and returns the z-score beside the value of `claimed`.
fn z(drawn: &str, claimed: (f64, f64), n: u64) -> f64 {
    let (_, sampling, _) = known(drawn);
    let run = sampling
        .experiment
        .run(&RunOptions::samples(n, 0))
        .expect(drawn);
    z_score(run.estimate().mean, claimed.0, claimed.1, n).expect(drawn)
}

/// One companion: a formula in its parameter `$`, the right parameter, and the number of samples.
struct Companion {
    quantity: &'static str,
    formula: &'static str,
    right: f64,
    n: u64,
}

const fn companion(quantity: &'static str, formula: &'static str, right: f64, n: u64) -> Companion {
    Companion {
        quantity,
        formula,
        right,
        n,
    }
}

/// Continuous parameters.
const COMPANIONS: &[Companion] = &[
    companion("kappa", "kappa(relu, $)", 0.25, 400_000),
    companion(
        "lyapunov.exponent",
        "lyapunov.exponent(relu, 8, $)",
        2.0,
        400_000,
    ),
    companion(
        "lyapunov.exponent",
        "lyapunov.exponent(linear, 5, $, 3)",
        1.0,
        400_000,
    ),
    companion("J", "J(1, 1, $)", 1.0, 400_000),
    companion("J", "J(2, 1, $, leaky(1/5))", 0.7, 400_000),
    companion("J", "J(1, 1, 1, leaky($))", 0.3, 400_000),
    companion("J3", "J3(1, 1, 1, $, 1/3, 1/4)", 0.5, 400_000),
    companion(
        "angle.dead_probability",
        "angle.dead_probability($, 3)",
        1.0,
        400_000,
    ),
    companion(
        "angle.parallel_probability",
        "angle.parallel_probability($, 4)",
        1.0,
        400_000,
    ),
    companion(
        "angle.cos_moment",
        "angle.cos_moment(1, $, 4)",
        1.0,
        400_000,
    ),
    companion(
        "angle.cos_moment",
        "angle.cos_moment(2, $, 9)",
        2.0,
        400_000,
    ),
];

/// Integer parameters: drawn at the second, beside the value at the first, with so many samples that
/// the difference is nine standard errors.
const WIDTHS: &[(&str, &str, [u32; 2])] = &[
    ("angle.rate", "angle.rate($)", [16, 17]),
    ("angle.rate_variance", "angle.rate_variance($)", [16, 17]),
];

fn at(formula: &str, x: &str) -> String {
    formula.replace('$', x)
}

fn decimal(x: f64) -> String {
    format!("{x:.15}")
}

#[test]
fn every_quantity_catches_a_planted_error() {
    let level = threshold(1, RUN_ALARM_RATE).expect("a threshold");
    for Companion {
        formula, right, n, ..
    } in COMPANIONS
    {
        let exact = |x: f64| known(&at(formula, &decimal(x))).0;
        let (value, _, deviation) = known(&at(formula, &decimal(*right)));
        let error = PLANTED * deviation / (*n as f64).sqrt();
        let right_z = z(&at(formula, &decimal(*right)), (value, deviation), *n);
        assert!(
            right_z.abs() < level,
            "{formula}: the right one has z = {right_z}"
        );
        // The parameter at which the value is nine standard errors off, by the secant rule.
        let (mut a, mut b) = (*right, *right * 1.001);
        let (mut fa, mut fb) = (-error, (exact(b) - value).abs() - error);
        for _ in 0..40 {
            if fb.abs() < 1e-6 * error || fa == fb {
                break;
            }
            let next = b - fb * (b - a) / (fb - fa);
            (a, fa) = (b, fb);
            (b, fb) = (next, (exact(next) - value).abs() - error);
        }
        assert!(
            fb.abs() < 1e-3 * error,
            "{formula}: no parameter is off by {error}"
        );
        let planted = z(&at(formula, &decimal(b)), (value, deviation), *n);
        println!(
            "{formula}: x = {right} drawn at {b}, relative size {:e}, z = {planted}",
            error / value
        );
        assert!(planted.abs() > level, "{formula}: z = {planted}");
        assert!(
            (planted.abs() - PLANTED).abs() < 4.5,
            "{formula}: z = {planted}"
        );
    }
    for (_, formula, [right, wrong]) in WIDTHS {
        let (value, _, deviation) = known(&at(formula, &right.to_string()));
        let (other, _, spread) = known(&at(formula, &wrong.to_string()));
        let n = (PLANTED * deviation / (value - other)).powi(2).ceil() as u64;
        let planted = z(&at(formula, &wrong.to_string()), (value, deviation), n);
        println!(
            "{formula}: {right} drawn at {wrong}, relative size {:e} at n = {n}, z = {planted}",
            (value - other) / value
        );
        assert!(
            spread > 0.0 && planted.abs() > level,
            "{formula}: z = {planted}"
        );
        assert!(
            (planted.abs() - PLANTED).abs() < 4.5,
            "{formula}: z = {planted}"
        );
    }
}

#[test]
fn every_quantity_that_can_be_sampled_has_a_companion() {
    let limits = Limits::default();
    let mut sampled = 0;
    for quantity in catalog::quantities() {
        let name = quantity.signature().name;
        let example = parse_expr(quantity.about().example, &limits).expect(name);
        if !matches!(catalog::sampling(&example, &limits), Ok(Some(_))) {
            continue;
        }
        let companions = COMPANIONS.iter().filter(|c| c.quantity == name).count()
            + WIDTHS.iter().filter(|w| w.0 == name).count();
        assert!(
            companions > 0,
            "`{name}` can be sampled: plant an error in it here"
        );
        sampled += 1;
    }
    assert!(sampled >= 6, "only {sampled} examples can be sampled");
}
