//! Spectral laws by two routes each, and what follows from them against sums.

use rug::Rational;

use super::law::{Route, law};
use super::moment::{eigenvalue_moment, factorial_moment};
use super::sphere::{area, gegenbauer, multiplicity};
use super::support::support;
use super::{decay, series, strip, tail};
use crate::formula::parse_expr;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Activation, Parity};
use crate::theory::kernel::branching::composition;
use crate::theory::kernel::layer::Layer;

fn limits() -> Limits {
    Limits::default()
}

fn biased(text: &str, bias: (i32, i32)) -> Layer {
    let expr = parse_expr(text, &limits()).expect("a formula");
    let read = Activation::read(&expr, &limits()).expect("an activation");
    let bias = Number::Rational(Rational::from(bias));
    Layer::new(read, bias, Bits::new(64)).expect("a bias")
}

fn layer(text: &str) -> Layer {
    biased(text, (0, 1))
}

fn of(layer: &Layer, d: u32, depth: u32, l: u32, route: Route, prec: Bits) -> Ball {
    law(layer, d, depth, l, route, prec, &limits())
        .expect("a value")
        .to_ball(prec)
}

/// One homogeneous layer: Γ's against the trapezoid rule, whose kernel values know nothing of them.
#[test]
fn the_closed_law_is_the_integral() {
    let prec = Bits::new(72);
    let mut seen = 0;
    for (text, bias) in [
        ("heaviside", (0, 1)),
        ("sign", (0, 1)),
        ("relu", (1, 4)),
        ("abs", (0, 1)),
        ("leaky(-1/3)", (0, 1)),
        ("repu(1/4)", (0, 1)),
        ("repu(5/2)", (1, 7)),
    ] {
        let layer = biased(text, bias);
        for d in [2, 5] {
            for l in [0, 1, 2, 5] {
                let closed = of(&layer, d, 1, l, Route::Closed, prec);
                let integral = of(&layer, d, 1, l, Route::Strip, prec);
                assert!(
                    closed.overlaps(&integral),
                    "{text} {d} {l}: {closed:?} {integral:?}"
                );
                assert!(integral.is_zero() || integral.rad() < Magnitude::power_of_two(-68));
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 56);
}

/// Smooth kernels in depth: composed series against the trapezoid rule.
#[test]
fn composed_series_are_the_integral() {
    let prec = Bits::new(110);
    for (text, bias, depth) in [
        ("gelu", (0, 1), 1),
        ("gelu", (1, 5), 3),
        ("erf", (0, 1), 4),
        ("exp", (0, 1), 2),
        ("sin", (0, 1), 3),
        ("cos", (0, 1), 5),
        ("gcu", (1, 9), 2),
    ] {
        let layer = biased(text, bias);
        for (d, l) in [(2, 0), (2, 1), (2, 4), (3, 3), (5, 2)] {
            let series = of(&layer, d, depth, l, Route::Series, prec);
            let integral = of(&layer, d, depth, l, Route::Strip, prec);
            assert!(
                series.overlaps(&integral),
                "{text} {depth} {d} {l}: {series:?} {integral:?}"
            );
            assert!(
                series.rad() < Magnitude::power_of_two(-108),
                "{text} {d} {l}"
            );
            assert!(
                integral.rad() < Magnitude::power_of_two(-105),
                "{text} {d} {l}"
            );
        }
    }
}

/// Σ D_l G_l(u) is κ_L(u).
#[test]
fn the_law_adds_up_to_the_kernel() {
    let prec = Bits::new(160);
    for (text, d, depth) in [("gelu", 2, 2), ("erf", 3, 3), ("exp", 4, 1)] {
        let layer = layer(text);
        let composed = composition(&layer, depth, prec, &limits()).expect("smooth");
        for u in [(1, 1), (1, 3), (-4, 5)] {
            let u = Rational::from(u);
            let ball = Ball::from_rational(&u, prec);
            let mut sum = Ball::zero();
            for l in 0..120 {
                let part = series::of_composition(&composed, d, l, prec);
                sum = sum.add(&part.mul(&gegenbauer(l, d, &ball, prec), prec), prec);
            }
            let kernel = layer.chain(&Number::Rational(u), depth, prec, &limits());
            let gap = sum.sub(&kernel.expect("a value").to_ball(prec), prec);
            assert!(
                gap.magnitude() < Magnitude::power_of_two(-60),
                "{text}: {gap:?}"
            );
        }
    }
}

/// E[y^k] from the derivatives at 1 against Σ D_l y_l^k, and the factorial moments alike.
#[test]
fn moments_are_those_of_the_law() {
    let prec = Bits::new(200);
    for (text, bias, d, depth) in [
        ("gelu", (0, 1), 2, 2),
        ("erf", (1, 3), 3, 2),
        ("exp", (0, 1), 5, 1),
    ] {
        let layer = biased(text, bias);
        let composed = composition(&layer, depth, prec, &limits()).expect("smooth");
        let laws: Vec<Ball> = (0..150)
            .map(|l| series::of_composition(&composed, d, l, prec))
            .collect();
        for k in 1..4u32 {
            let (mut power, mut factorial) = (Ball::zero(), Ball::zero());
            for (l, part) in laws.iter().enumerate() {
                let (l, d) = (l as i64, i64::from(d));
                let y = Ball::from_i64(l * (l + d - 1)).pow_u64(u64::from(k), prec);
                power = power.add(&part.mul(&y, prec), prec);
                let product = (0..i64::from(k)).fold(Ball::one(), |product, j| {
                    product.mul_i64((l - j) * (l + d - 1 + j), prec)
                });
                factorial = factorial.add(&part.mul(&product, prec), prec);
            }
            let moment = eigenvalue_moment(&layer, d, depth, k, prec, &limits());
            let falling = factorial_moment(&layer, d, depth, k, prec, &limits());
            for (value, sum) in [(moment, power), (falling, factorial)] {
                let value = value.expect("finite").to_ball(prec);
                let gap = value.sub(&sum, prec).magnitude();
                assert!(gap < Magnitude::power_of_two(-50), "{text} {k}: {gap:?}");
                assert!(value.accuracy() > 150);
            }
        }
    }
}

/// C_l l^{2β+d} against the two constants, where the next terms are of relative size l^{−1/2} or less.
#[test]
fn spectra_fall_as_their_edges_say() {
    let prec = Bits::new(100);
    for (text, depth, beta, d, l, close) in [
        ("heaviside", 1, (1, 2), 2, 301, 1e-2),
        ("relu", 1, (3, 2), 2, 300, 2e-2),
        ("repu(1/4)", 1, (3, 4), 3, 300, 2e-2),
        ("relu", 2, (3, 2), 2, 60, 6e-2),
        ("relu", 2, (3, 2), 2, 61, 6e-2),
        ("leaky(1/3)", 3, (3, 2), 3, 60, 8e-2),
    ] {
        let layer = layer(text);
        let law = of(&layer, d, depth, l, Route::Auto, prec);
        let many = Ball::from_integer(&multiplicity(l, d), prec);
        let power = law.mul(&area(d, prec), prec).div(&many, prec);
        // (l + (d−1)/2) is the better base of the power.
        let base = f64::from(l) + f64::from(d - 1) / 2.0;
        let exponent = 2.0 * f64::from(beta.0) / f64::from(beta.1) + f64::from(d);
        let scaled = power.mid().to_f64() * base.powf(exponent);
        let steady = tail::steady(&layer, d, depth, prec, &limits());
        let alternating = tail::alternating(&layer, d, depth, prec, &limits());
        let sign = if l.is_multiple_of(2) { 1.0 } else { -1.0 };
        let value = |number: Number| number.to_ball(prec).mid().to_f64();
        let limit = value(steady.expect("singular")) + sign * value(alternating.expect("singular"));
        assert!(
            (scaled / limit - 1.0).abs() < close,
            "{text} {depth} {l}: {scaled} {limit}"
        );
    }
}

/// High degrees: the integral's guard against the growth of G_l in the strip.
#[test]
fn high_degrees_are_certified_too() {
    let prec = Bits::new(80);
    for l in [60, 151] {
        let closed = of(&layer("heaviside"), 2, 1, l, Route::Closed, prec);
        let integral = strip::law(&layer("heaviside"), 2, 1, l, prec, &limits()).expect("a value");
        assert!(integral.overlaps(&closed), "{l}: {integral:?} {closed:?}");
        assert!(integral.rad() < Magnitude::power_of_two(-76), "{l}");
    }
}

#[test]
fn the_support_holds_the_mass() {
    let prec = Bits::new(100);
    // S²: 3/8 + 1/2 + 15/128 = 127/128.
    let at = |eps: (i32, i32)| {
        let eps = Number::Rational(Rational::from(eps));
        support(&layer("relu"), 2, 1, &eps, prec, &limits()).expect("reached")
    };
    assert_eq!(at((1, 2)), (1, rug::Integer::from(4)));
    assert_eq!(at((1, 128)), (2, rug::Integer::from(9)));
    assert_eq!(at((1, 129)).0, 4);
}

#[test]
fn slow_series_are_refused() {
    let error = composition(&layer("relu"), 1, Bits::new(200), &limits());
    let error = error.expect_err("algebraic");
    assert!(error.message().contains("too slowly"), "{error}");
}

/// D_{l+1}/D_l tends to 1/r, here within a percent at degree 40 for kernels with an inverse root at
/// their nearest singularity (a factor 1 + O(1/l) of known sign is divided out by two ratios).
#[test]
fn analytic_spectra_fall_geometrically() {
    let prec = Bits::new(400);
    for (text, bias, depth) in [
        ("exp(-x^2/2)", (0, 1), 1),
        ("gelu", (0, 1), 1),
        ("gelu", (1, 5), 2),
        ("erf", (0, 1), 2),
    ] {
        let layer = biased(text, bias);
        let factor = decay::factor(&layer, depth, prec, &limits()).expect("geometric");
        assert!(factor.accuracy() > 350, "{text}");
        let composed = composition(&layer, depth, prec, &limits()).expect("smooth");
        let at = |l: u32| series::of_composition(&composed, 2, l, prec).mid().to_f64();
        // Odd kernels have no even degrees; even ones, and one layer of GELU, no odd ones.
        let first = if layer.parity() == Parity::Odd {
            31
        } else {
            32
        };
        let step = |l: u32| (at(l) / at(l + 2)).sqrt();
        // step(l) = r (1 + c/(l+1) + O(1/l²)): Richardson between l and l + 32.
        let second = first + 32;
        let limit =
            (f64::from(second + 1) * step(second) - f64::from(first + 1) * step(first)) / 32.0;
        let expected = factor.mid().to_f64();
        assert!(
            (limit / expected - 1.0).abs() < 0.01,
            "{text} {depth}: {limit} {expected}"
        );
    }
    let known = decay::factor(&layer("gelu"), 1, Bits::new(80), &limits()).expect("geometric");
    let root = Ball::from_i64(3)
        .sqrt(Bits::new(80))
        .add_i64(2, Bits::new(80));
    assert!(known.overlaps(&root));
    for text in ["relu", "sin", "tanh"] {
        assert!(decay::factor(&layer(text), 1, Bits::new(80), &limits()).is_err());
    }
}

/// x/2 is all that is odd in GELU and SiLU, 1/2 all that is even in the logistic function: the exact
/// zeros are zeros of the integral too.
#[test]
fn trivial_parts_have_no_harmonics() {
    let prec = Bits::new(80);
    for (text, degrees) in [
        ("gelu", [3, 5]),
        ("gelu(2*x)", [3, 5]),
        ("silu", [3, 5]),
        ("2*softplus(x)", [3, 5]),
        ("logistic", [2, 4]),
    ] {
        for l in degrees {
            let exact = law(&layer(text), 2, 1, l, Route::Auto, prec, &limits()).expect("exact");
            assert!(exact.is_zero(), "{text} {l}");
            let integral = strip::law(&layer(text), 2, 1, l, prec, &limits()).expect("a value");
            assert!(integral.contains_zero(), "{text} {l}: {integral:?}");
            assert!(integral.rad() < Magnitude::power_of_two(-76), "{text} {l}");
        }
    }
}
