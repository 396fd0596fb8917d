//! Every activation against itself: closed moments against quadrature of its jets, the kernel against
//! its derivatives, its Taylor series and its singular terms.

use rug::Rational;

use super::*;
use crate::formula::parse_expr;
use crate::number::quadrature::Integrator;
use crate::number::{ComplexBall, Magnitude};

/// One of each kind, with parameters and scales.
const ALL: [&str; 48] = [
    "relu",
    "heaviside",
    "sign",
    "abs",
    "leaky(1/5)",
    "leaky(-3)",
    "relu(-2*x)",
    "repu(2)",
    "repu(5/2)",
    "repu(1/4)",
    "repu(1/2)",
    "repu(-1/4)",
    "abs(x)^(3/2)",
    "sign(x)*abs(x)^2",
    "erf",
    "erf(2*x)",
    "exp(-x^2)",
    "exp(-x^2/2)",
    "exp(x^2/20)",
    "sin",
    "sin(3*x/2)",
    "cos",
    "cos(x/2)",
    "exp",
    "exp(-x/2)",
    "x",
    "hermite(3, x)",
    "2*x^3 - x + 1",
    "gelu",
    "gelu(-2*x)",
    "gcu",
    "gcu(x/2)",
    "hardtanh",
    "hardtanh(2)",
    "elu",
    "elu(2)",
    "elu(x/2)",
    "selu",
    "softsign",
    "softsign(2*x)",
    "tanh",
    "tanh(2*x)",
    "logistic",
    "silu",
    "silu(-x/2)",
    "softplus",
    "mish",
    "atan",
];

fn limits() -> Limits {
    Limits::default()
}

fn activation(text: &str) -> Activation {
    let expr = parse_expr(text, &limits()).unwrap();
    Activation::read(&expr, &limits()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn close(x: &Ball, y: &Ball, bits: i64) -> bool {
    let prec = Bits::new(256);
    x.is_finite() && y.is_finite() && x.sub(y, prec).magnitude() < Magnitude::power_of_two(-bits)
}

/// E Π (σ^{(k)}(√q Z))^p over |Z| < 13 by quadrature of the jets, an approximation to 2⁻⁶⁰ for the
/// moments here; point masses at the knots are left out.
fn quadrature(f: &Activation, product: &Product, q: &Rational, from: Option<f64>) -> Option<Ball> {
    // Beside a gap only some 30 bits are compared.
    let prec = Bits::new(if from.is_some() { 40 } else { 80 });
    let root = Ball::from_rational(q, prec).sqrt(prec);
    let knots = f.shape().knots();
    let mut ends = vec![Ball::from_i64(-13)];
    for knot in &knots {
        ends.push(Ball::from_rational(knot, prec).div(&root, prec));
    }
    ends.push(Ball::from_i64(13));
    // A gap around the knot 0 for powers that are not analytic up to it.
    let gap = from.map(|gap| Ball::exact(rug::Float::with_val(53, gap)));
    let mut total = Ball::zero();
    for piece in 0..=knots.len() {
        let (mut from, mut to) = (ends[piece].clone(), ends[piece + 1].clone());
        if let Some(gap) = &gap {
            if from.is_zero() {
                from = gap.clone();
            }
            if to.is_zero() {
                to = gap.neg();
            }
        }
        let order = product.iter().map(|(k, _)| k + 1).max()? as usize;
        let integrand = |z: &ComplexBall, prec: Bits| {
            let x = z.mul_ball(&root, prec);
            let jet = f.shape().jet(piece, &x, order, prec).expect("a jet");
            let mut value = z.normal_density(prec);
            for (k, p) in product {
                let factorial = (1..=i64::from(*k)).product::<i64>();
                let derivative = jet[*k as usize].mul_i64(factorial, prec);
                value = value.mul(&derivative.pow_i64(i64::from(*p), prec), prec);
            }
            Ok(value)
        };
        let limits = limits();
        let integral = Integrator::new(prec, &limits)
            .with_budget(400_000)
            .integrate(integrand, &from, &to);
        total = total.add(&integral.ok()?.value, prec);
    }
    Some(total)
}

/// The products that networks ask for.
const PRODUCTS: [&Product; 12] = [
    &[(0, 2)],
    &[(1, 2)],
    &[(2, 2)],
    &[(3, 2)],
    &[(0, 1)],
    &[(1, 1)],
    &[(2, 1)],
    &[(0, 1), (2, 1)],
    &[(0, 4)],
    &[(1, 4)],
    &[(0, 2), (1, 2)],
    &[(1, 1), (3, 1)],
];

#[test]
fn closed_moments_are_those_of_the_jets() {
    let (mut cases, mut closed, mut wrong) = (0, 0, Vec::new());
    for text in ALL {
        let f = activation(text);
        // Fractional powers are not analytic at their knot; they have a test of their own.
        let is_analytic = |piece: usize| {
            f.shape()
                .jet(piece, &ComplexBall::from_i64(0), 2, Bits::new(64))
                .is_some_and(|jet| jet[1].is_finite())
        };
        if !(0..=f.shape().knots().len()).all(is_analytic) {
            continue;
        }
        for product in PRODUCTS {
            let singular = !f.shape().knots().is_empty();
            // Point masses, which the jets of the pieces do not show.
            let functions = if ["heaviside", "sign"].contains(&text) {
                0
            } else {
                1
            };
            if singular && product.iter().any(|(k, _)| *k > functions) {
                continue;
            }
            for q in [Rational::from(1), Rational::from((3, 4))] {
                let variance = Ball::from_rational(&q, Bits::new(100));
                let value = f
                    .shape()
                    .expectation(product, &variance, Bits::new(100), &limits());
                cases += 1;
                let value = value.unwrap_or_else(|error| panic!("{text} {product:?}: {error}"));
                let Some(value) = value else { continue };
                let Some(other) = quadrature(&f, product, &q, None) else {
                    // x^{5/2} is not analytic at its knot.
                    if !text.contains("repu(") && !text.contains("abs(x)^") {
                        wrong.push(format!("{text} {product:?} is not integrated"));
                    }
                    continue;
                };
                let accurate =
                    value.accuracy() > 80 || value.magnitude() < Magnitude::power_of_two(-60);
                if !close(&value, &other, 45) || !accurate {
                    wrong.push(format!("{text} {product:?} {q}: {value:?} {other:?}"));
                }
                closed += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases > 700 && closed > 450, "{cases} {closed}");
}

#[test]
fn point_masses_of_second_derivatives_are_counted() {
    // E σ^{(k)}(Z) = E[σ(Z) He_k(Z)] needs no derivative: quadrature of σ against He_k.
    let mut cases = 0;
    for text in ALL {
        let f = activation(text);
        let (prec, one) = (Bits::new(100), Ball::one());
        if f.shape()
            .jet(0, &ComplexBall::from_i64(0), 1, prec)
            .is_none_or(|jet| !jet[0].is_finite())
        {
            continue;
        }
        for k in 0..6u32 {
            let Some(value) = f
                .shape()
                .expectation(&[(k, 1)], &one, prec, &limits())
                .unwrap()
            else {
                continue;
            };
            // Powers like |x|^{1/4} are not analytic at their knot.
            let Some(other) = against_hermite(&f, k) else {
                assert!(text.contains('/'), "{text}");
                continue;
            };
            assert!(close(&value, &other, 45), "{text} {k}: {value:?} {other:?}");
            cases += 1;
        }
    }
    assert!(cases > 150, "{cases}");
}

/// E[σ(Z) He_k(Z)] over |Z| < 14.
fn against_hermite(f: &Activation, k: u32) -> Option<Ball> {
    let prec = Bits::new(80);
    let knots = f.shape().knots();
    let mut ends = vec![Rational::from(-14)];
    ends.extend(knots.iter().cloned());
    ends.push(Rational::from(14));
    let row: Vec<i64> = (0..=k)
        .map(|j| {
            crate::theory::bessel::hermite::Hermite::Probabilists
                .coefficient(k, j)
                .to_i64()
                .unwrap()
        })
        .collect();
    let mut total = Ball::zero();
    for piece in 0..=knots.len() {
        let integrand = |z: &ComplexBall, prec: Bits| {
            let jet = f.shape().jet(piece, z, 1, prec).expect("a jet");
            let hermite = row.iter().rev().fold(ComplexBall::from_i64(0), |sum, a| {
                sum.mul(z, prec).add_i64(*a, prec)
            });
            Ok(z.normal_density(prec)
                .mul(&jet[0], prec)
                .mul(&hermite, prec))
        };
        let limits = limits();
        let (from, to) = (
            Ball::from_rational(&ends[piece], prec),
            Ball::from_rational(&ends[piece + 1], prec),
        );
        let integral = Integrator::new(prec, &limits)
            .with_budget(400_000)
            .integrate(integrand, &from, &to);
        total = total.add(&integral.ok()?.value, prec);
    }
    Some(total)
}

#[test]
fn squares_of_means_are_taylor_coefficients() {
    // b_k = (E σ^{(k)}(Z))²/(k! m₀), and their sum is at most 1.
    let mut cases = 0;
    for text in ALL {
        let f = activation(text);
        let prec = Bits::new(160);
        let Some(taylor) = f.shape().taylor(40, prec, &limits()).unwrap() else {
            continue;
        };
        let one = Ball::one();
        let norm = f
            .shape()
            .expectation(&[(0, 2)], &one, prec, &limits())
            .unwrap()
            .unwrap();
        for (k, b) in taylor.iter().enumerate().take(9) {
            let Some(mean) = f
                .shape()
                .expectation(&[(k as u32, 1)], &one, prec, &limits())
                .unwrap()
            else {
                continue;
            };
            let factorial = rug::Integer::from(rug::Integer::factorial(k as u32));
            let factorial = Ball::from_integer(&factorial, prec);
            let square = mean.square(prec).div(&norm, prec).div(&factorial, prec);
            assert!(
                close(b, &square, 120) && b.overlaps(&square),
                "{text} b_{k}: {b:?} {square:?}"
            );
            cases += 1;
        }
        let sum = taylor.iter().fold(Ball::zero(), |sum, b| sum.add(b, prec));
        assert!(
            sum.lower(prec) < 1.0000001 && sum.is_positive(),
            "{text} {sum:?}"
        );
        assert!(taylor.iter().all(|b| b.upper(prec) >= 0), "{text}");
    }
    assert!(cases > 300, "{cases}");
}

#[test]
fn kernels_are_their_taylor_series() {
    // |κ^{(k)}(u) − Σ b_n n!/(n−k)! u^{n−k}| at u = ±1/8 with 80 coefficients is below 8^{−76} · 80^k.
    let mut cases = 0;
    for text in ALL {
        let f = activation(text);
        let prec = Bits::new(260);
        let Some(taylor) = f.shape().taylor(80, prec, &limits()).unwrap() else {
            continue;
        };
        for u in [Rational::from((1, 8)), Rational::from((-1, 8))] {
            let x = Ball::from_rational(&u, prec);
            for k in 0..4u32 {
                let value = f.kernel_derivative(k, &x, prec, &limits()).unwrap();
                let mut sum = Ball::zero();
                for (n, b) in taylor.iter().enumerate().skip(k as usize).rev() {
                    let falling = (0..k as usize).map(|j| (n - j) as i64).product::<i64>();
                    sum = sum.mul(&x, prec).add(&b.mul_i64(falling, prec), prec);
                }
                assert!(
                    close(&value, &sum, 180),
                    "{text} {k} {u}: {value:?} {sum:?}"
                );
                cases += 1;
            }
        }
    }
    assert!(cases >= 300, "{cases}");
}

#[test]
fn kernels_end_at_one_with_the_slope_of_the_moments() {
    let mut cases = 0;
    for text in ALL {
        let f = activation(text);
        let prec = Bits::new(200);
        let one = Ball::one();
        assert!(
            f.kernel(&one, prec, &limits())
                .unwrap()
                .sub(&one, prec)
                .is_zero(),
            "{text}"
        );
        // The closed kernel near 1 against 1 − κ'(1) t, t = 2⁻⁶⁰.
        let t = one.mul_2exp(-60);
        let u = one.sub(&t, prec);
        let near = match f.shape().kernel(0, &u, prec, &limits()) {
            Ok(Some(near)) => near,
            _ => continue,
        };
        let Ok(gain) = f.gain(prec, &limits()) else {
            assert!(
                matches!(f.regularity(), Regularity::Singular { ref beta } | Regularity::Logarithmic { ref beta } if *beta <= 1),
                "{text}"
            );
            continue;
        };
        let rest = one.sub(&near, prec).sub(&gain.mul(&t, prec), prec);
        // Smooth: κ''t²/2; singular: c t^β with β > 1.
        let bound = match f.regularity() {
            Regularity::Smooth => 110,
            Regularity::Singular { beta } | Regularity::Logarithmic { beta } => {
                (beta.to_f64().min(2.0) * 60.0) as i64 - 8
            }
        };
        assert!(close(&rest, &Ball::zero(), bound), "{text}: {rest:?}");
        cases += 1;
    }
    assert!(cases >= 25, "{cases}");
}

#[test]
fn edges_are_the_singular_terms() {
    // The third difference κ(1−4t) − … removes polynomials of degree 2 (β < 2: degree 1 suffices); in
    // D(t) = Σ_j (−1)^j C(4, j) κ(1 − (j+1)t)… every power of degree < 4 vanishes, and t^β leaves
    // c t^β Σ_j (−1)^j C(4, j)(j + 1)^β.
    let mut cases = 0;
    for text in ALL {
        let f = activation(text);
        let prec = Bits::new(128);
        let Some(edge) = f.edge(prec, &limits()).unwrap() else {
            assert!(
                !matches!(f.regularity(), Regularity::Singular { .. }),
                "{text}"
            );
            continue;
        };
        assert_eq!(
            f.regularity(),
            Regularity::Singular {
                beta: edge.beta.clone()
            },
            "{text}"
        );
        let t = Ball::one().mul_2exp(-10);
        for (sign, coefficient) in [(1, &edge.plus), (-1, &edge.minus)] {
            let mut difference = Ball::zero();
            let mut weight = Ball::zero();
            let mut missing = false;
            for j in 0..=6i64 {
                let binomial = rug::Integer::from(6).binomial(j as u32);
                let binomial = if j % 2 == 1 { -binomial } else { binomial };
                let step = t.mul_i64(j + 1, prec);
                let u = Ball::one().sub(&step, prec).mul_i64(sign, prec);
                let Some(value) = f.shape().kernel(0, &u, prec, &limits()).unwrap() else {
                    missing = true;
                    break;
                };
                difference = difference.add(&value.mul_integer(&binomial, prec), prec);
                let power = Ball::from_i64(j + 1).pow_rational(&edge.beta, prec);
                weight = weight.add(&power.mul_integer(&binomial, prec), prec);
            }
            if missing {
                continue;
            }
            let power = t.pow_rational(&edge.beta, prec);
            let found = difference.div(&power, prec).div(&weight, prec);
            // The next singular term is smaller by t, times a constant.
            let size = coefficient.magnitude().to_f64().max(1e-3);
            let gap = found.sub(coefficient, prec).mid().to_f64().abs();
            assert!(
                gap < 0.05 * size,
                "{text} {sign}: {found:?} {coefficient:?}"
            );
            cases += 1;
        }
    }
    assert!(cases >= 22, "{cases}");
}

#[test]
fn fractional_powers_have_the_moments_of_a_gamma_function() {
    // ∫_δ^∞ x^p φ is within δ^{p+1} of the whole; E_p(1) and the closed mean agree through κ(1) = 1.
    let mut cases = 0;
    for text in ["repu(5/2)", "abs(x)^(3/2)"] {
        let f = activation(text);
        for product in [
            &[(0u32, 2u32)][..],
            &[(1, 2)],
            &[(0, 1)],
            &[(1, 1)],
            &[(0, 4)],
            &[(0, 2), (1, 2)],
        ] {
            let q = Rational::from((3, 4));
            let variance = Ball::from_rational(&q, Bits::new(100));
            let value = f
                .shape()
                .expectation(product, &variance, Bits::new(100), &limits())
                .unwrap();
            let value = value.expect("a closed form");
            let other = quadrature(&f, product, &q, Some(1e-6)).expect("integrated");
            assert!(
                close(&value, &other, 25),
                "{text} {product:?}: {value:?} {other:?}"
            );
            cases += 1;
        }
    }
    assert_eq!(cases, 12);
}

#[test]
fn the_same_function_is_the_same_activation() {
    for (one, other) in [
        ("tanh", "tanh(x)"),
        ("relu", "max(0, x)"),
        ("relu(-x)", "max(-x, 0)"),
        ("silu", "x*logistic(x)"),
        ("silu", "x/(1 + exp(-x))"),
        ("logistic", "1/(1 + exp(-x))"),
        ("softplus", "ln(1 + exp(x))"),
        ("gcu", "x*cos(x)"),
        ("softsign", "x/(1 + abs(x))"),
        ("abs", "abs(x)^1"),
        ("x^2", "abs(x)^2"),
        ("x^3", "sign(x)*abs(x)^3"),
        ("x", "leaky(1)"),
        ("abs", "leaky(-1)"),
        ("relu", "leaky(0)"),
        ("relu", "elu(0)"),
        ("elu", "elu(1)"),
        ("repu(2)", "relu(x)^2"),
        ("exp(-x^2)", "exp(-(x^2))"),
        ("x^3 - 3*x", "hermite(3, x)"),
        ("2*tanh(3*x)", "-2*tanh(-3*x)"),
        ("sign(x)*abs(x)^2", "x*abs(x)"),
    ] {
        assert_eq!(activation(one).text(), activation(other).text());
    }
    // The texts are formulas that read back as the same activation.
    let mut cases = 0;
    for text in ALL {
        let f = activation(text).text();
        assert_eq!(activation(&f).text(), f, "{text}");
        cases += 1;
    }
    assert_eq!(cases, 48);
}

#[test]
fn a_factor_changes_moments_only() {
    let (f, g) = (activation("elu"), activation("-3/2*elu"));
    let prec = Bits::new(100);
    let q = Ball::from_i64(2);
    let square = |f: &Activation| f.expectation(&[(0, 2)], &q, prec, &limits()).unwrap();
    let ratio = square(&g).div(&square(&f), prec);
    assert!(ratio.contains_rational(&Rational::from((9, 4))));
    assert!(
        f.gain(prec, &limits())
            .unwrap()
            .overlaps(&g.gain(prec, &limits()).unwrap())
    );
}

#[test]
fn bad_activations_are_explained() {
    for (text, part) in [
        ("repu(-1/2)", "not square integrable"),
        ("repu(x)", "needs a rational number"),
        ("leaky", "takes one parameter"),
        ("leaky(x)", "needs a rational number"),
        ("leaky(c=1)", "has no parameter"),
        ("hardtanh(0)", "not positive"),
        ("exp(x^2)", "not square integrable"),
        ("exp(x^2/4)", "not square integrable"),
        ("abs(x)^(-1)", "not square integrable"),
        ("3", "a constant"),
        ("0*tanh(x)", "a constant"),
    ] {
        let expr = parse_expr(text, &limits()).unwrap();
        let error = Activation::read(&expr, &limits()).unwrap_err();
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
    for text in ["heaviside", "sign", "repu(1/2)", "repu(1/4)"] {
        let error = activation(text).gain(Bits::new(64), &limits()).unwrap_err();
        assert!(error.to_string().contains("infinite"), "{text}: {error}");
    }
    assert!(
        activation("repu(3/4)")
            .gain(Bits::new(64), &limits())
            .is_ok()
    );
}

#[test]
fn piecewise_kernels_are_their_series_and_reach_the_ends() {
    let prec = Bits::new(160);
    let mut cases = 0;
    let elus = [
        elu::Elu::new(Rational::from(1)),
        elu::Elu::new(Rational::from((-3, 2))),
        elu::Elu::scaled(Rational::from((5, 2))),
        elu::Elu::selu(Rational::from(-1)),
    ];
    let cuts = [Rational::from(1), Rational::from((1, 3)), Rational::from(3)];
    for u in [
        Rational::from((-4, 5)),
        Rational::from((1, 3)),
        Rational::from((9, 10)),
    ] {
        let x = Ball::from_rational(&u, prec.plus(32));
        for k in 0..3u32 {
            for f in &elus {
                let value = f.kernel(k, &x, prec, &limits()).unwrap().unwrap();
                let series = f.series(k, &x, prec, &limits()).unwrap().unwrap();
                assert!(
                    close(&value, &series, 140),
                    "{f:?} {k} {u}: {value:?} {series:?}"
                );
                cases += 1;
            }
            for c in &cuts {
                let f = hardtanh::HardTanh::new(c.clone()).unwrap();
                let value = f.kernel(k, &x, prec, &limits()).unwrap().unwrap();
                let series = f.series(k, &x, prec, &limits()).unwrap().unwrap();
                assert!(
                    close(&value, &series, 140),
                    "{f:?} {k} {u}: {value:?} {series:?}"
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 63);
    // The integral up to 1 is the second moment.
    let near = Ball::one().sub(&Ball::one().mul_2exp(-300), Bits::new(400));
    for f in &elus {
        let value = f.kernel(0, &near, prec, &limits()).unwrap().unwrap();
        assert!(close(&value, &Ball::one(), 150), "{f:?} {value:?}");
    }
}

#[test]
fn lane_kernels_are_found_by_name() {
    for text in [
        "relu",
        "leaky(1/5)",
        "tanh",
        "hardtanh",
        "elu(2)",
        "mish",
        "repu(5/2)",
        "exp(-x^2)",
        "sign",
    ] {
        assert!(activation(text).lanes().is_some(), "{text}");
    }
    for text in ["tanh(2*x)", "2*tanh", "x^2", "elu(x/2)"] {
        assert!(activation(text).lanes().is_none(), "{text}");
    }
}
