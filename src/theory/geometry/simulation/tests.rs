//! The experiments against exact values and limits.

use super::super::box_counting::calibrate;
use super::*;
use crate::montecarlo::RunOptions;
use crate::theory::simulation::{Level, Parameters, Theta, find};

fn rows(
    name: &str,
    activation: Activation,
    width: u32,
    depth: u32,
    level: &str,
    n: u64,
) -> Vec<Row> {
    let limits = Limits::default();
    let parameters = Parameters {
        widths: vec![width],
        thetas: vec![Theta::zero()],
        depths: vec![depth],
        activations: vec![activation],
        levels: vec![Level::parse(level, &limits).unwrap()],
    };
    let cases = find(name).unwrap().cases(&parameters).unwrap();
    let runs: Vec<Partial> = cases[0]
        .experiments
        .iter()
        .map(|e| e.run(&RunOptions::samples(n, 0)).unwrap())
        .collect();
    cases[0].rows(&runs, &limits).unwrap()
}

fn z(measurement: &Measurement) -> f64 {
    measurement
        .exact
        .as_ref()
        .and_then(|exact| exact.z)
        .unwrap()
}

#[test]
fn lengths_agree_with_the_limit_and_its_first_correction() {
    // At one layer and level 0 the length is limit · (1 + δ/n + O(1/n²)), δ from four expectations;
    // at n = 64 the rest, about (δ/n)² = 2·10⁻⁵ of it, is far below a standard error.
    let mut cases = 0;
    for (f, delta) in [
        (Activation::Relu, 0.0),
        (Activation::Sin, correction(Activation::Sin)),
        (Activation::Erf, correction(Activation::Erf)),
        (Activation::Gelu, correction(Activation::Gelu)),
    ] {
        let row = &rows("level-lengths", f, 64, 1, "0", 20_000)[0];
        let limit = row.values[1].exact.as_ref().unwrap().value.mid().to_f64();
        let length = &row.values[0];
        let score = (length.estimate - limit * (1.0 + delta / 64.0)) / length.stderr.unwrap();
        println!(
            "{f:?}: {} limit {limit} δ = {delta} z = {score}",
            length.estimate
        );
        assert!(score.abs() < 5.85, "{f:?}: z = {score}");
        cases += 1;
    }
    assert_eq!(cases, 4);
    // As published.
    assert!((correction(Activation::Sin) + 0.280_366_902).abs() < 1e-8);
    assert!((correction(Activation::Tanh) + 0.290_969_494).abs() < 1e-8);
    assert!(
        z(&rows("level-lengths", Activation::Relu, 8, 3, "0", 20_000)[0].values[0]).abs() < 5.85
    );
}

/// δ = (3/8)(s₄ − 1) − (1/8)(3 d₄ − 1) − (1/4)(c − 1) − c/2 with s₄ = Eσ⁴/m₀², d₄ = Eσ'⁴/m₁²,
/// c = E[σ²σ'²]/(m₀ m₁), m₀ = Eσ², m₁ = Eσ'²: trapezoidal rule.
fn correction(f: Activation) -> f64 {
    let mean = |g: &dyn Fn(f64, f64) -> f64| {
        let step = 1.0 / 64.0;
        (-1024..=1024)
            .map(|k| {
                let x = f64::from(k) * step;
                let (value, slope) = f.apply_with_derivative(&[x; 8]);
                step * (-0.5 * x * x).exp() / (2.0 * PI).sqrt() * g(value[0], slope[0])
            })
            .sum::<f64>()
    };
    let (m0, m1) = (mean(&|s, _| s * s), mean(&|_, d| d * d));
    let s4 = mean(&|s, _| s.powi(4)) / (m0 * m0);
    let d4 = mean(&|_, d| d.powi(4)) / (m1 * m1);
    let c = mean(&|s, d| s * s * d * d) / (m0 * m1);
    0.375 * (s4 - 1.0) - 0.125 * (3.0 * d4 - 1.0) - 0.25 * (c - 1.0) - 0.5 * c
}

#[test]
fn heaviside_crossings_follow_the_limit() {
    for depth in [1, 2] {
        let rows = rows(
            "heaviside-crossings",
            Activation::Heaviside,
            256,
            depth,
            "0",
            1500,
        );
        for row in &rows {
            let [changes, limit, slope, slope_limit] = &row.values[..] else {
                panic!()
            };
            let exact = |m: &Measurement| m.exact.as_ref().unwrap().value.mid().to_f64();
            // Finite width moves the mean by a few parts in the width's root at most.
            let gap = (changes.estimate - exact(limit)).abs();
            let room = 5.85 * changes.stderr.unwrap() + 0.12 * exact(limit);
            assert!(
                gap < room,
                "{depth} {:?}: {} {}",
                row.keys,
                changes.estimate,
                exact(limit)
            );
            let gap = (slope.estimate - exact(slope_limit)).abs();
            assert!(
                gap < 0.15,
                "{depth} {:?}: {} {}",
                row.keys,
                slope.estimate,
                exact(slope_limit)
            );
        }
        assert_eq!(rows.len(), 4);
    }
}

#[test]
fn box_counting_finds_the_dimension_after_calibration() {
    for depth in [1, 2, 3] {
        let row = &rows("box-dimension", Activation::Heaviside, 1, depth, "0", 4000)[0];
        let [raw, dimension, limit] = &row.values[..] else {
            panic!()
        };
        let exact = limit.exact.as_ref().unwrap().value.mid().to_f64();
        println!(
            "{depth}: raw {} calibrated {} ± {:?} exact {exact}",
            raw.estimate, dimension.estimate, dimension.stderr
        );
        let error = |m: &Measurement| (m.estimate - exact).abs();
        // What the covariances differ in beyond the leading power stays: less than a third of the raw bias.
        assert!(
            error(dimension) < 0.08 && error(dimension) < error(raw) / 3.0,
            "{depth}"
        );
        assert!(error(raw) > 0.05, "{depth}: nothing to calibrate");
    }
    // Calibrated on itself, a known field comes back.
    let table = [(0.9, 0.0, 0.97), (0.8, 0.01, 0.9), (0.5, 0.0, 0.5)];
    // The error of the slope there times the rate of the segment, 0.4/0.3.
    let (dimension, error) = calibrate(0.8, 0.0, &table);
    assert!((dimension - 0.9).abs() < 1e-12 && (error - 0.01 * 4.0 / 3.0).abs() < 1e-12);
    assert!((calibrate(0.65, 0.0, &table).0 - 0.7).abs() < 1e-12);
}
