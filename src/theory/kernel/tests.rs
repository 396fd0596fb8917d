//! Kernels in depth: the chord map, long chains, derivatives and singular terms, each by a second
//! route.

use rug::{Float, Rational};

use super::derivative::{derivative, homogeneous_at_one};
use super::edge::{End, gain, regularity_index, singular_exponent, term};
use super::layer::Layer;
use crate::formula::parse_expr;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Activation, Parity};

fn limits() -> Limits {
    Limits::default()
}

fn activation(text: &str) -> Activation {
    let expr = parse_expr(text, &limits()).expect("a formula");
    Activation::read(&expr, &limits()).expect("an activation")
}

fn layer(text: &str) -> Layer {
    Layer::without_bias(activation(text))
}

fn biased(text: &str, bias: (i32, i32)) -> Layer {
    let bias = Number::Rational(Rational::from(bias));
    Layer::new(activation(text), bias, Bits::new(64)).expect("a bias")
}

fn rational(q: (i32, i32)) -> Number {
    Number::Rational(Rational::from(q))
}

fn chain(layer: &Layer, u: &Number, depth: u32, prec: Bits) -> Ball {
    let value = layer.chain(u, depth, prec, &limits());
    value.expect("a value").to_ball(prec)
}

const CLOSED: [&str; 9] = [
    "relu",
    "heaviside",
    "sign",
    "abs",
    "leaky(1/5)",
    "gelu",
    "erf",
    "sin",
    "exp",
];

/// The image of a ball holds the images of its numbers, near the ends too.
#[test]
fn balls_go_through_a_layer_with_all_their_numbers() {
    let (low, high) = (Bits::new(80), Bits::new(400));
    let mut seen = 0;
    for text in CLOSED {
        for bias in [(0, 1), (1, 3)] {
            let layer = biased(text, bias);
            for centre in [0.0f64, 0.3, -0.7, 1.0 - 1e-9, -1.0 + 1e-9, 0.999_999] {
                for radius in [-70i64, -31, -29, -5] {
                    let ball =
                        Ball::new(Float::with_val(80, centre), Magnitude::power_of_two(radius));
                    let image = layer.at_ball(&ball, low, &limits()).expect("a value");
                    for part in [-1.0f64, -0.4, 0.0, 0.7, 1.0] {
                        let point = Float::with_val(400, centre) + part * 2f64.powi(radius as i32);
                        if point.clone().abs() > 1 {
                            continue;
                        }
                        let value = layer.at_ball(&Ball::exact(point), high, &limits());
                        let value = value.expect("a value");
                        assert!(image.overlaps(&value), "{text} {centre} {radius} {part}");
                        seen += 1;
                    }
                }
            }
        }
    }
    assert!(seen > 1500, "{seen}");
}

/// A ball around a point inside (−1, 1) grows by at most the chord, which is near the slope there.
#[test]
fn images_of_balls_are_tight() {
    let prec = Bits::new(200);
    let layer = layer("relu");
    let ball = Ball::new(Float::with_val(200, 0.5), Magnitude::power_of_two(-100));
    let image = layer.at_ball(&ball, prec, &limits()).expect("a value");
    // κ'(1/2) = 2/3, the chord (1 − κ)/(1/2) = 0.782….
    let growth = image.rad().shifted(100).to_f64();
    assert!((0.66..0.79).contains(&growth), "{growth}");
}

/// Ball arithmetic on the formula would multiply the radius by about L/9.4 a layer; the chord by at most 1.
#[test]
fn long_chains_keep_their_digits() {
    let prec = Bits::new(120);
    for (text, depth) in [
        ("relu", 5000u32),
        ("gelu", 3000),
        ("exp", 3000),
        ("heaviside", 3000),
    ] {
        let value = chain(&layer(text), &rational((-1, 3)), depth, prec);
        assert!(value.accuracy() >= 118, "{text}: {}", value.accuracy());
        let finer = chain(&layer(text), &rational((-1, 3)), depth, Bits::new(300));
        assert!(value.overlaps(&finer), "{text}");
    }
    // 1 − κ_L ~ 9π²/(2L²) with a relative correction of order ln L/L.
    let relu = chain(&layer("relu"), &rational((0, 1)), 5000, prec);
    let scaled =
        (1.0 - relu.mid().to_f64()) * 5000f64.powi(2) * 2.0 / (9.0 * std::f64::consts::PI.powi(2));
    assert!((scaled - 1.0).abs() < 0.01, "{scaled}");
}

#[test]
fn ends_are_exact() {
    let prec = Bits::new(64);
    let exact = |layer: &Layer, u: i64, depth| {
        let value = layer.chain(&Number::from(u), depth, prec, &limits());
        value.expect("a value").as_rational().cloned()
    };
    for text in CLOSED {
        assert_eq!(exact(&layer(text), 1, 7), Some(Rational::from(1)), "{text}");
        assert_eq!(exact(&biased(text, (1, 4)), 1, 7), Some(Rational::from(1)));
        let at_minus_one = exact(&layer(text), -1, 5);
        match activation(text).parity() {
            Parity::Odd => assert_eq!(at_minus_one, Some(Rational::from(-1)), "{text}"),
            Parity::Even => assert_eq!(at_minus_one, Some(Rational::from(1)), "{text}"),
            Parity::Neither => {}
        }
    }
    assert_eq!(exact(&layer("sign"), 0, 3), Some(Rational::new()));
    assert_eq!(
        exact(&biased("erf", (1, 4)), -1, 1),
        Some(Rational::from((-1, 2)))
    );
}

#[test]
fn a_bias_of_one_or_more_is_refused() {
    for bias in [(1, 1), (-1, 9), (5, 4)] {
        let bias = Number::Rational(Rational::from(bias));
        assert!(Layer::new(activation("relu"), bias, Bits::new(64)).is_err());
    }
}

/// λ, μ, ν by their recursions, against the composition of series.
#[test]
fn derivatives_at_one_follow_the_recursions() {
    let prec = Bits::new(200);
    for (text, bias) in [
        ("gelu", (0, 1)),
        ("erf", (1, 7)),
        ("repu(9/2)", (0, 1)),
        ("exp", (1, 3)),
    ] {
        let layer = biased(text, bias);
        let at = |k, depth| {
            derivative(&layer, k, &Number::from(1), depth, prec, &limits())
                .expect("finite")
                .to_ball(prec)
        };
        let [chi, second, third] = [1, 2, 3].map(|k| at(k, 1));
        let (mut lambda, mut mu, mut nu) = (chi.clone(), second.clone(), third.clone());
        for depth in 2..8 {
            let next_nu = third
                .mul(&lambda.pow_u64(3, prec), prec)
                .add(
                    &second.mul(&lambda, prec).mul(&mu, prec).mul_i64(3, prec),
                    prec,
                )
                .add(&chi.mul(&nu, prec), prec);
            let next_mu = second
                .mul(&lambda.square(prec), prec)
                .add(&chi.mul(&mu, prec), prec);
            lambda = lambda.mul(&chi, prec);
            (mu, nu) = (next_mu, next_nu);
            for (k, expected) in [(1, &lambda), (2, &mu), (3, &nu)] {
                let value = at(k, depth);
                assert!(value.overlaps(expected), "{text} {k} {depth}");
                assert!(value.accuracy() > 150, "{text} {k} {depth}");
            }
        }
    }
}

/// Inside the interval a central difference of κ_L at step 2^−60 is off by at most h² max|κ'''|/6.
#[test]
fn derivatives_inside_are_differences() {
    let prec = Bits::new(400);
    for (text, bias) in [
        ("relu", (0, 1)),
        ("heaviside", (1, 5)),
        ("gelu", (0, 1)),
        ("sin", (1, 3)),
    ] {
        let layer = biased(text, bias);
        for u in [(1, 3), (-3, 5)] {
            let u = Rational::from(u);
            let step = Rational::from((1, 1u64 << 60));
            let at = |shift: i32| {
                let point = Number::Rational(u.clone() + Rational::from(&step * shift));
                chain(&layer, &point, 3, prec)
            };
            let first = at(1).sub(&at(-1), prec).mul_2exp(59);
            let second = at(1)
                .add(&at(-1), prec)
                .sub(&at(0).mul_2exp(1), prec)
                .mul_2exp(120);
            for (k, difference) in [(1, first), (2, second)] {
                let value = derivative(&layer, k, &Number::Rational(u.clone()), 3, prec, &limits());
                let value = value.expect("finite").to_ball(prec);
                let gap = value.sub(&difference, prec).magnitude();
                assert!(gap < Magnitude::power_of_two(-105), "{text} {k}: {gap:?}");
                assert!(value.accuracy() > 350, "{text} {k}");
            }
        }
    }
}

#[test]
fn infinite_derivatives_are_named() {
    let at = |text: &str, k, u: i64| {
        derivative(
            &layer(text),
            k,
            &Number::from(u),
            2,
            Bits::new(64),
            &limits(),
        )
    };
    for (text, k, u) in [
        ("relu", 2, 1),
        ("heaviside", 1, 1),
        ("sign", 1, -1),
        ("relu", 2, -1),
    ] {
        let error = at(text, k, u).expect_err("infinite");
        assert!(error.message().contains("infinite"), "{error}");
    }
    assert!(at("relu", 1, 1).is_ok() && at("gelu", 5, 1).is_ok());
}

/// E_p and O_p: κ'(1) = p²/(2p−1), and the product formula is that of the Γ's.
#[test]
fn powers_have_rational_derivatives_at_one() {
    let f = activation("repu(5/2)");
    let power = f.shape().homogeneous().expect("homogeneous");
    assert_eq!(homogeneous_at_one(&power, 1), Rational::from((25, 16)));
    let prec = Bits::new(100);
    for k in 0..3 {
        let ball = f.kernel_derivative(k, &Ball::one(), prec, &limits());
        let exact = Ball::from_rational(&homogeneous_at_one(&power, k), prec);
        assert!(ball.expect("finite").overlaps(&exact), "{k}");
    }
}

#[test]
fn regularity_follows_depth() {
    let index = |text: &str, depth| regularity_index(&layer(text), depth, &limits());
    for depth in 1..7 {
        let two = Rational::from((1, 1 << depth));
        assert_eq!(index("heaviside", depth).expect("known"), two);
        assert_eq!(index("relu", depth).expect("known"), Rational::from((3, 2)));
        assert_eq!(index("gelu", depth).expect("known"), 2);
    }
    let error = singular_exponent(&layer("gelu"), 1, End::Plus, &limits());
    assert!(error.is_err());
    assert_eq!(
        singular_exponent(&layer("heaviside"), 4, End::Minus, &limits()).expect("known"),
        Rational::from((1, 2))
    );
}

/// κ_L(±(1 − t)) at t = 2^−200, less the constant and the linear term, over t^β.
#[test]
fn singular_terms_are_those_of_the_kernel() {
    let prec = Bits::new(1200);
    let t = Rational::from((1, rug::Integer::from(1) << 200u32));
    let mut seen = 0;
    for text in [
        "heaviside",
        "sign",
        "relu",
        "abs",
        "leaky(1/5)",
        "repu(1/4)",
        "repu(3/4)",
    ] {
        for bias in [(0, 1), (1, 3)] {
            for depth in 1..4 {
                for (end, sign) in [(End::Plus, 1), (End::Minus, -1)] {
                    let layer = biased(text, bias);
                    let term = term(&layer, depth, end, prec, &limits()).expect("singular");
                    let value = |shift: &Rational| {
                        let point = Number::Rational(Rational::from(1 - shift) * sign);
                        chain(&layer, &point, depth, prec)
                    };
                    let mut rest = value(&t).sub(&value(&Rational::new()), prec);
                    if term.exponent > 1 {
                        let slope =
                            derivative(&layer, 1, &Number::from(sign), depth, prec, &limits());
                        let slope = slope.expect("finite").to_ball(prec);
                        let linear = slope.mul_rational(&Rational::from(&t * -sign), prec);
                        rest = rest.sub(&linear, prec);
                    }
                    let scale = Ball::from_rational(&t, prec).pow_rational(&term.exponent, prec);
                    let ratio = rest.div(&scale, prec).div(&term.coefficient, prec);
                    // The next terms are smaller by a positive power of t.
                    let gap = ratio.add_i64(-1, prec).magnitude();
                    assert!(
                        gap < Magnitude::power_of_two(-20),
                        "{text} {bias:?} {depth} {end:?}: {gap:?}"
                    );
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 84);
}

/// χ is exact for powers and scaled by the bias.
#[test]
fn the_gain_is_scaled_by_the_bias() {
    let prec = Bits::new(80);
    let value = gain(&biased("relu", (1, 4)), prec, &limits()).expect("finite");
    assert!(value.overlaps(&Ball::from_rational(&Rational::from((3, 4)), prec)));
}

/// The sampler's mean, variance and bound against the certified kernel: 4 standard errors at 2·10⁵
/// samples, and a kernel that is off by 9 of them must fail.
#[test]
fn samples_have_the_mean_and_the_variance_of_the_kernel() {
    use super::sampling::sampling;
    use crate::montecarlo::RunOptions;
    let n = 200 * crate::montecarlo::BLOCK_SAMPLES;
    let mut seen = 0;
    for (text, bias, u, depth) in [
        ("relu", (0, 1), (1, 3), 1),
        ("leaky(1/5)", (1, 4), (-1, 3), 2),
        ("heaviside", (0, 1), (1, 2), 1),
        ("abs", (0, 1), (-1, 2), 1),
        ("tanh", (0, 1), (1, 2), 1),
    ] {
        let layer = biased(text, bias);
        let u = rational(u);
        let call = format!("test {text} {depth}");
        let sampling = sampling(&layer, &u, depth, &call, &limits()).expect("sampled");
        let sampling = sampling.expect("a sampler");
        let estimate = sampling
            .experiment
            .run(&RunOptions::samples(n, 0))
            .expect("a run")
            .estimate();
        let kappa = chain(&layer, &u, depth, Bits::new(64)).mid().to_f64();
        let variance = sampling.variance.mid().to_f64();
        let error = (variance / n as f64).sqrt();
        let z = (estimate.mean - kappa) / error;
        assert!(z.abs() < 4.0, "{text}: {z}");
        assert!((z + 9.0).abs() > 4.0, "{text}");
        let seen_variance = estimate.variance.expect("many samples");
        assert!(
            (seen_variance / variance - 1.0).abs() < 0.05,
            "{text}: {seen_variance} {variance}"
        );
        let third = sampling.third_absolute_moment.mid().to_f64();
        assert!(third >= variance.powf(1.5), "{text}");
        seen += 1;
    }
    assert_eq!(seen, 5);
}
