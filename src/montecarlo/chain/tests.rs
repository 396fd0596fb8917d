//! The Gram chain against full matrices, exact laws and itself on other paths.

use super::*;
use crate::montecarlo::activation_pair::tests::{library, trapezoid};
use crate::montecarlo::{Estimate, RunOptions, SimdPath, run};
use std::f64::consts::PI;

fn layers(activation: Activation, gain: f64, bias: f64, widths: &[u32]) -> Layers {
    Layers {
        activation,
        weight_variance: gain,
        bias_variance: bias,
        widths: widths.to_vec(),
    }
}

fn inputs(layers: &Layers, theta: f64) -> GramChain {
    let name = format!("chain {layers:?} {theta}");
    GramChain::inputs(name, layers.clone(), (theta.cos(), theta.sin())).unwrap()
}

fn tangent(layers: &Layers, level: f64) -> GramChain {
    GramChain::tangent(format!("tangent {layers:?} {level}"), layers.clone(), level).unwrap()
}

fn estimates(experiment: &impl Experiment, n: u64) -> Vec<Estimate> {
    run(experiment, &RunOptions::samples(n, 0))
        .unwrap()
        .estimates()
}

#[test]
fn the_reduction_has_the_law_of_the_weight_matrices() {
    let mut cases = 0;
    for (f, gain, bias, widths) in [
        (Activation::Tanh, 2.0, 0.1, vec![3, 4]),
        (Activation::Relu, 2.0, 0.0, vec![4, 3]),
        (Activation::Gelu, 2.2, 0.05, vec![1, 2, 3]),
        (Activation::Sin, 1.3, 0.3, vec![5]),
    ] {
        let layers = layers(f, gain, bias, &widths);
        for chain in [inputs(&layers, 0.7), tangent(&layers, 0.4)] {
            let reduced = estimates(&chain, 60_000);
            let full = estimates(&chain.full_matrix(format!("full {layers:?}")), 40_000);
            for (a, b) in reduced.iter().zip(&full) {
                let se = a.stderr.unwrap().hypot(b.stderr.unwrap());
                let z = (a.mean - b.mean) / se;
                assert!(z.abs() < 5.85, "{f:?} {}: z = {z}", a.name);
                let se = a.variance_stderr.unwrap().hypot(b.variance_stderr.unwrap());
                let z = (a.variance.unwrap() - b.variance.unwrap()) / se;
                assert!(z.abs() < 5.85, "{f:?} variance of {}: z = {z}", a.name);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 32);
}

#[test]
fn one_layer_has_the_expected_gram_matrix() {
    let mut cases = 0;
    for f in [
        Activation::Tanh,
        Activation::Silu,
        Activation::Gaussian,
        Activation::Atan,
        Activation::Softplus,
        Activation::Mish,
        Activation::Cos,
        Activation::Gcu,
    ] {
        let (theta, gain, bias) = (0.9f64, 1.7, 0.2);
        let layers = layers(f, gain, bias, &[7]);
        let value = library(f);
        let slope = |x: f64| (value(x + 1e-5) - value(x - 1e-5)) / 2e-5;
        let moment = |circle| trapezoid(&value, &value, circle);
        let square = bias + gain * moment((1.0, 0.0));
        let two = estimates(&inputs(&layers, theta), 50_000);
        let one = estimates(&tangent(&layers, 0.0), 50_000);
        // E[σ'(h)² g²] = E[σ'(h)²]: h and g are independent.
        let gain_of_slope = gain * trapezoid(slope, slope, (1.0, 0.0));
        for (estimate, exact) in [
            (&two[0], square),
            (&two[1], square),
            (&two[2], bias + gain * moment((theta.cos(), theta.sin()))),
            (&one[0], square),
            (&one[1], gain_of_slope),
            (&one[2], 0.0),
        ] {
            let z = (estimate.mean - exact) / estimate.stderr.unwrap();
            assert!(z.abs() < 5.85, "{f:?} {}: z = {z}", estimate.name);
            cases += 1;
        }
    }
    assert_eq!(cases, 48);
}

#[test]
fn tangents_of_kinked_activations_have_their_closed_means() {
    // E σ'(Z)²: hard tanh erf(c/√2), ELU 1/2 + a² B, B = e² Φ(−2), x₊^p p² 2^(p−2) Γ(p − ½)/√π, softsign
    // √(2/π) J₄ with J_k = ∫ e^{−x²/2} (1+x)^{−k} and (k−1) J_k = 1 − J_{k−2} + J_{k−1}.
    let b = 2f64.exp() * 0.022_750_131_948_179_2;
    let (j0, step) = ((PI / 2.0).sqrt(), 1e-3);
    // J₁ by Simpson's rule on [0, 12].
    let f = |x: f64| (-0.5 * x * x).exp() / (1.0 + x);
    let j1: f64 = (0..6000)
        .map(|k| 2.0 * step * f64::from(k))
        .map(|x| step / 3.0 * (f(x) + 4.0 * f(x + step) + f(x + 2.0 * step)))
        .sum();
    let j2 = 1.0 - j0 + j1;
    let j3 = (1.0 - j1 + j2) / 2.0;
    let j4 = (1.0 - j2 + j3) / 3.0;
    let mut cases = 0;
    for (f, exact) in [
        (Activation::Hardtanh(1.0), 0.682_689_492_137_085_9),
        (Activation::Elu(1.0), 0.5 + b),
        (Activation::Elu(0.4), 0.5 + 0.16 * b),
        (Activation::Repu(2.0), 2.0),
        (Activation::Repu(1.5), 2.25 / (2.0 * PI).sqrt()),
        (Activation::Softsign, (2.0 / PI).sqrt() * j4),
        (Activation::Abs, 1.0),
        (Activation::Leaky(0.2), 0.52),
    ] {
        let one = estimates(&tangent(&layers(f, 1.0, 0.0, &[5]), 0.0), 50_000);
        let z = (one[1].mean - exact) / one[1].stderr.unwrap();
        assert!(z.abs() < 5.85, "{f:?}: z = {z}, {exact}");
        cases += 1;
    }
    assert_eq!(cases, 8);
}

#[test]
fn level_sets_have_their_published_lengths() {
    // Length on the sphere, 2π² times the density of crossings. ReLU: exactly 2π ∏ (1 − (n+1) 2^-n).
    let relu = |widths: &[u32]| {
        let factor = |n: &u32| 1.0 - f64::from(n + 1) * f64::exp2(-f64::from(*n));
        2.0 * PI * widths.iter().map(factor).product::<f64>()
    };
    let tanh_gain = 1.0 / trapezoid(f64::tanh, f64::tanh, (1.0, 0.0));
    let sin_gain = 2.0 / (1.0 - (-2f64).exp());
    let mut cases = 0;
    for (f, gain, level, widths, samples, length, se) in [
        (
            Activation::Relu,
            2.0,
            0.0,
            vec![8],
            100_000,
            relu(&[8]),
            0.0,
        ),
        (
            Activation::Relu,
            2.0,
            0.0,
            vec![4, 4],
            100_000,
            relu(&[4, 4]),
            0.0,
        ),
        (
            Activation::Relu,
            2.0,
            0.0,
            vec![8; 3],
            60_000,
            relu(&[8, 8, 8]),
            0.0,
        ),
        // Independent Monte Carlo with its standard error.
        (
            Activation::Tanh,
            tanh_gain,
            0.0,
            vec![32],
            40_000,
            6.7596,
            0.0032,
        ),
        (
            Activation::Tanh,
            tanh_gain,
            0.0,
            vec![64],
            30_000,
            6.7869,
            0.0023,
        ),
        (
            Activation::Tanh,
            tanh_gain,
            0.0,
            vec![128; 4],
            5_000,
            8.628,
            0.009,
        ),
        (
            Activation::Tanh,
            tanh_gain,
            1.0,
            vec![128; 4],
            5_000,
            5.199,
            0.005,
        ),
        (
            Activation::Sin,
            sin_gain,
            0.0,
            vec![128; 4],
            5_000,
            10.739,
            0.009,
        ),
    ] {
        let estimate = &estimates(&tangent(&layers(f, gain, 0.0, &widths), level), samples)[3];
        let scale = 2.0 * PI * PI;
        let error = (scale * estimate.stderr.unwrap()).hypot(se);
        let z = (scale * estimate.mean - length) / error;
        println!(
            "{f:?} {widths:?} at {level}: {} ± {error}, z = {z}",
            scale * estimate.mean
        );
        assert!(z.abs() < 5.85, "{f:?} {widths:?} at {level}: z = {z}");
        cases += 1;
    }
    assert_eq!(cases, 8);
}

#[test]
fn small_angles_keep_their_digits() {
    // sin²θ'/sin²θ has a limit in law at θ → 0, the squared rest of the tangent over |z|². At
    // θ = 1e-12 a determinant without care would be nothing but rounding.
    let layers = layers(Activation::Tanh, 2.0, 0.1, &[6, 5]);
    let ratio = |theta: f64| {
        let estimate = &estimates(&inputs(&layers, theta), 40_000)[3];
        let scale = theta.sin() * theta.sin();
        (estimate.mean / scale, estimate.stderr.unwrap() / scale)
    };
    let (far, far_se) = ratio(1e-3);
    for theta in [1e-6, 1e-9, 1e-12] {
        let (near, se) = ratio(theta);
        let z = (near - far) / se.hypot(far_se);
        assert!(z.abs() < 5.85, "θ = {theta}: {near} {far}, z = {z}");
    }
}

#[test]
fn planted_errors_of_nine_standard_errors_are_caught() {
    // A weight variance that moves E norm, and a level-set length, by nine standard errors.
    let samples = 40_000;
    let gain = 2.0;
    let exact = |widths: &[u32]| {
        estimates(
            &tangent(&layers(Activation::Relu, gain, 0.0, widths), 0.0),
            samples,
        )
    };
    let right = exact(&[8]);
    // E norm = gain/2, in proportion: relative size 9 · stderr ≈ 3 %.
    let shift = 9.0 * right[0].stderr.unwrap();
    let wrong = layers(Activation::Relu, gain * (1.0 + shift), 0.0, &[8]);
    let wrong = &estimates(&tangent(&wrong, 0.0), samples)[0];
    let z = (wrong.mean - 1.0) / wrong.stderr.unwrap();
    println!("norm: relative size {shift:e}");
    assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "norm: z = {z}");
    let z = (right[0].mean - 1.0) / right[0].stderr.unwrap();
    assert!(z.abs() < 5.85, "z = {z}");
    // The crossings of width 8 (1 − 9/256 of the limit) against the claim of infinite width, at
    // the number of samples that makes the difference nine standard errors.
    let sd = right[3].variance.unwrap().sqrt();
    let gap = 9.0 / 256.0 / PI;
    let samples = (9.0 * sd / gap).powi(2) as u64;
    let few = &estimates(
        &tangent(&layers(Activation::Relu, gain, 0.0, &[8]), 0.0),
        samples,
    )[3];
    let z = (few.mean - 1.0 / PI) / few.stderr.unwrap();
    println!(
        "crossings: relative size {:e} at n = {samples}",
        9.0 / 256.0
    );
    assert!(z < -5.85 && (z + 9.0).abs() < 4.0, "crossings: z = {z}");
    // Two inputs: an angle wrong by nine standard errors of the inner product, E = bias + gain J.
    let inner = |theta: f64| (theta.sin() + theta.cos() * (PI - theta)) / PI;
    let relu = layers(Activation::Relu, gain, 0.0, &[16]);
    let right = &estimates(&inputs(&relu, 1.0), 40_000)[2];
    let z = (right.mean - inner(1.0)) / right.stderr.unwrap();
    assert!(z.abs() < 5.85, "z = {z}");
    // d/dθ of the inner product is −sin θ (π − θ)/π.
    let shift = 9.0 * right.stderr.unwrap() / (1f64.sin() * (PI - 1.0) / PI);
    let wrong = &estimates(&inputs(&relu, 1.0 - shift), 40_000)[2];
    let z = (wrong.mean - inner(1.0)) / wrong.stderr.unwrap();
    println!(
        "inner: relative size {:e}",
        9.0 * right.stderr.unwrap() / inner(1.0)
    );
    assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "inner: z = {z}");
    // The full matrices see the same shift.
    let wrong = inputs(&relu, 1.0 - shift).full_matrix("full planted");
    let wrong = &estimates(&wrong, 40_000)[2];
    let z = (wrong.mean - inner(1.0)) / wrong.stderr.unwrap();
    assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "full inner: z = {z}");
}

#[test]
fn every_path_gives_the_same_chain() {
    let layers = layers(Activation::Erf, 1.5, 0.1, &[5, 3]);
    for chain in [inputs(&layers, 0.3), tangent(&layers, 0.7)] {
        let at = |path| {
            let options = RunOptions {
                path: Some(path),
                ..RunOptions::samples(2_000, 4)
            };
            run(&chain, &options).unwrap()
        };
        let portable = at(SimdPath::Portable);
        for path in SimdPath::ALL {
            assert_eq!(at(path), portable, "{path:?}");
        }
    }
}

#[test]
fn the_first_chains_are_pinned() {
    // Changing these numbers changes the stream layout: raise STREAM_VERSION.
    let layers = layers(Activation::Tanh, 2.0, 0.1, &[6, 5]);
    let two = estimates(&inputs(&layers, 0.25), 2_000);
    let one = estimates(&tangent(&layers, 0.5), 2_000);
    assert_eq!([two[2].mean, two[3].mean, one[1].mean, one[3].mean], PINNED);
}

const PINNED: [f64; 4] = [
    0.808767106275249,
    0.07125414125360875,
    0.9233925720603752,
    0.2504894661083656,
];

#[test]
fn dead_networks_and_impossible_ones() {
    // Width 1 dies half of the time: then nothing crosses, and nothing is undefined.
    let dead = estimates(
        &tangent(&layers(Activation::Relu, 2.0, 0.0, &[1]), 0.0),
        20_000,
    );
    assert_eq!(dead[3].undefined, 0);
    assert_eq!(dead[0].min, 0.0);
    // One live neuron: the output is never 0 around the circle's live half; D = 0 exactly.
    assert!(dead[3].max < 1e-7, "{}", dead[3].max);
    let good = layers(Activation::Tanh, 1.0, 0.0, &[3]);
    for bad in [
        Layers {
            widths: vec![],
            ..good.clone()
        },
        Layers {
            widths: vec![2, 0],
            ..good.clone()
        },
        Layers {
            weight_variance: -1.0,
            ..good.clone()
        },
        Layers {
            bias_variance: f64::NAN,
            ..good.clone()
        },
        Layers {
            activation: Activation::Leaky(f64::INFINITY),
            ..good.clone()
        },
    ] {
        assert!(GramChain::inputs("x", bad.clone(), (1.0, 0.0)).is_err());
        assert!(GramChain::tangent("x", bad, 0.0).is_err());
    }
    assert!(GramChain::inputs("x", good.clone(), (1.0, 1.0)).is_err());
    assert!(GramChain::tangent("x", good.clone(), f64::INFINITY).is_err());
    let heaviside = Layers {
        activation: Activation::Heaviside,
        ..good
    };
    assert!(GramChain::tangent("x", heaviside.clone(), 0.0).is_err());
    assert!(GramChain::inputs("x", heaviside, (1.0, 0.0)).is_ok());
}
