//! The general routes against each other, against closed forms, and against known digits.

use super::*;
use crate::formula::parse_expr;
use crate::number::Magnitude;

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

#[test]
fn moments_of_formulas_with_knots_by_two_routes() {
    let (one, limits) = (Ball::one(), Limits::default());
    let work = DIGITS_60.plus(16);
    for (text, decimal) in [
        (
            "x/(1 + abs(x))",
            "1.24401037060758665354282884336865751841765271893092598205645",
        ),
        (
            "min(max(x, -1), 1)",
            "1.32289154179277430135776404868644913004633384908294948311600",
        ),
        (
            "elu(1)",
            "1.03590471860434733621345548839468056014553045123392971249848",
        ),
        (
            "selu",
            "1.07157499245579925757465634999827637944032961897973931566000",
        ),
        ("max(x, 0)", "1"),
        ("abs(x) - x/3", "1"),
    ] {
        let value = gain(text, |view, product| {
            view.expectation(product, &one, work, &limits)
        });
        agrees(&value, decimal, text);
        // E σ² = Σ w σ(x)² φ(x) at the nodes of the panels: h_0 = E σ by both routes.
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        let mean = view.expectation(&[(0, 1)], &one, work, &limits).unwrap();
        let sums = view.hermite_sums(3, work, &limits).unwrap();
        assert!(
            mean.overlaps(&sums[0]) && sums[0].rad() < Magnitude::power_of_two(-200),
            "{text}"
        );
        // h_1 = E Zσ(Z) = E σ'(Z).
        let slope = view.expectation(&[(1, 1)], &one, work, &limits).unwrap();
        assert!(
            slope.overlaps(&sums[1]) && slope.rad() < Magnitude::power_of_two(-200),
            "{text}"
        );
    }
}

#[test]
fn point_masses_count() {
    let (limits, prec) = (Limits::default(), Bits::new(120));
    let at = |text: &str, product: &Product, q: (i32, i32)| {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        let q = Ball::from_rational(&Rational::from(q), prec);
        view.expectation(product, &q, prec, &limits)
    };
    let density = Ball::zero().normal_density(prec);
    let close = |a: &Ball, b: &Ball| a.overlaps(b) && a.rad() < Magnitude::power_of_two(-100);
    // E relu''(√q Z) = φ(0)/√q, E relu relu'' = 0, E sign' = 2φ(0), E heaviside'' = 0.
    assert!(close(
        &at("max(x, 0)", &[(2, 1)], (4, 1)).unwrap(),
        &density.mul_2exp(-1)
    ));
    assert!(close(
        &at("max(x, 0)", &[(0, 1), (2, 1)], (1, 1)).unwrap(),
        &Ball::zero()
    ));
    assert!(close(
        &at("sign(x)", &[(1, 1)], (1, 1)).unwrap(),
        &density.mul_2exp(1)
    ));
    assert!(close(
        &at("heaviside(x)", &[(2, 1)], (1, 1)).unwrap(),
        &Ball::zero()
    ));
    // By parts E f'''(Z) = E He_3(Z) f(Z): for f = max(x − 1/2, 0)² it is 2φ(1/2).
    let bend = Ball::one().mul_2exp(-1).normal_density(prec).mul_2exp(1);
    assert!(close(
        &at("max(x - 1/2, 0)^2", &[(3, 1)], (1, 1)).unwrap(),
        &bend
    ));
    for (text, product) in [
        ("sign(x)", vec![(1, 2)]),
        ("max(x, 0)", vec![(2, 2)]),
        ("max(x, 0)", vec![(1, 1), (2, 1)]),
        ("x*abs(x)", vec![(3, 2)]),
    ] {
        let error = at(text, &product, (1, 1)).expect_err(text);
        assert_eq!(
            error.kind(),
            crate::error::ErrorKind::Domain,
            "{text}: {error}"
        );
    }
}

#[test]
fn kernels_by_two_routes() {
    let limits = Limits::default();
    let work = DIGITS_60.plus(16);
    let half = Ball::one().mul_2exp(-1);
    for (text, decimal) in [
        (
            "tanh(x)",
            "0.472551399375242810030631611521630249561191833262482550604004",
        ),
        (
            "x*logistic(x)",
            "0.514846168118017460291306552445713558596623147690213708498496",
        ),
    ] {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        agrees(
            &view.mehler(0, &half, work, &limits).unwrap(),
            decimal,
            text,
        );
        agrees(
            &view.kernel(0, &half, work, &limits).unwrap(),
            decimal,
            text,
        );
    }
    // Three layers of tanh.
    let formula = formula("tanh(x)");
    let view = View::of(&formula, &limits).unwrap();
    let deep = (0..3).fold(half, |u, _| {
        view.kernel(0, &u, work.plus(8), &limits).unwrap()
    });
    agrees(
        &deep,
        "0.419976685845599914696988332736742526557701943654181350191338",
        "tanh, L = 3",
    );
}

#[test]
fn the_plane_agrees_with_the_series() {
    let (limits, prec) = (Limits::default(), Bits::new(80));
    let mut cases = 0;
    for (text, k, u) in [
        ("tanh(x)", 0, (1, 2)),
        ("tanh(2*x)", 0, (-3, 4)),
        ("x*logistic(x)", 1, (1, 2)),
        ("exp(-x^2)", 2, (1, 4)),
        ("ln(1 + x^2) + x", 0, (-7, 8)),
    ] {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        let u = Ball::from_rational(&Rational::from(u), prec.plus(40));
        let series = view.mehler(k, &u, prec, &limits).unwrap();
        let plane = view.plane(k, &u, prec, &limits).unwrap();
        assert!(series.overlaps(&plane), "{text}: {series:?} {plane:?}");
        assert!(
            series.rad() < Magnitude::power_of_two(-70),
            "{text}: {series:?}"
        );
        assert!(
            plane.rad() < Magnitude::power_of_two(-70),
            "{text}: {plane:?}"
        );
        cases += 1;
    }
    assert_eq!(cases, 5);
}

/// Where the kernel is known in closed form: ReLU, exp(−x²), sin, a polynomial.
#[test]
fn tables_are_those_of_closed_kernels() {
    let (limits, prec) = (Limits::default(), Bits::new(100));
    let close = |a: &Ball, b: &Ball| a.overlaps(b) && a.rad() < Magnitude::power_of_two(-90);
    let table = |text: &str| {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        view.table(8, prec, &limits).unwrap()
    };
    let pi = Ball::pi(prec);
    let relu = table("max(x, 0)");
    for (k, numer, denom) in [(0, 1, 1), (2, 1, 2), (4, 1, 24), (6, 1, 80)] {
        let exact = pi
            .recip(prec)
            .mul_rational(&Rational::from((numer, denom)), prec);
        assert!(close(&relu.coefficients()[k], &exact), "{k}");
    }
    assert!(close(&relu.coefficients()[1], &Ball::one().mul_2exp(-1)));
    assert!(close(&relu.coefficients()[3], &Ball::zero()));
    // He_3 + 2 x: 6 and 4 of 10.
    let cubic = table("x^3 - x");
    let tenth = |n: i64| Ball::from_i64(n).div_i64(10, prec);
    assert!(close(&cubic.coefficients()[1], &tenth(4)));
    assert!(close(&cubic.coefficients()[3], &tenth(6)));
    assert!(close(&cubic.coefficients()[5], &Ball::zero()));
    // sinh(u)/sinh(1).
    let sine = table("sin(x)");
    let scale = Ball::one().sinh(prec).recip(prec);
    assert!(close(&sine.coefficients()[5], &scale.div_i64(120, prec)));
    // √5/3 (1 − 4u²/9)^{−1/2}: the coefficient of u² is √5/3 · 2/9.
    let bell = table("exp(-x^2)");
    let root = Ball::from_i64(5).sqrt(prec);
    assert!(close(
        &bell.coefficients()[2],
        &root.mul_i64(2, prec).div_i64(27, prec)
    ));
    assert!(bell.rest(8) > Magnitude::ZERO && bell.rest(8) < Magnitude::power_of_two(-5));
}

#[test]
fn ends_of_the_interval_are_expectations() {
    let (limits, prec) = (Limits::default(), Bits::new(100));
    let (one, minus) = (Ball::one(), Ball::from_i64(-1));
    let close = |a: &Ball, b: &Ball| a.overlaps(b) && a.rad() < Magnitude::power_of_two(-90);
    let half = one.mul_2exp(-1);
    // κ(−1) = E σ(Z)σ(−Z)/m₀: e^{a²(u − 1)} at a = 1/2; −(4/9)/(17/18); disjoint supports; and for silu
    // E Z² s(Z) s(−Z) = 1/2 − m₀.
    let silu = formula("x*logistic(x)");
    let m0 = View::of(&silu, &limits)
        .unwrap()
        .second_moment(prec, &limits)
        .unwrap();
    for (text, exact) in [
        ("exp(x/2)", half.neg().exp(prec)),
        ("max(x, 0) + x/3", Ball::from_i64(-8).div_i64(17, prec)),
        ("max(x - 1, 0)", Ball::zero()),
        ("x*logistic(x)", m0.sub(&half, prec).div(&m0, prec)),
        ("x^3 - x", Ball::from_i64(-1)),
    ] {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        assert!(view.kernel(0, &one, prec, &limits).unwrap().is_exact());
        let end = view.kernel(0, &minus, prec, &limits).unwrap();
        assert!(close(&end, &exact), "{text}: {end:?}");
    }
    let leaky = formula("max(x, 0) - x/5");
    assert!(
        View::of(&leaky, &limits)
            .unwrap()
            .kernel(2, &one, prec, &limits)
            .is_err()
    );
    let beyond = Ball::from_rational(&Rational::from((3, 2)), prec);
    assert!(
        View::of(&leaky, &limits)
            .unwrap()
            .kernel(0, &beyond, prec, &limits)
            .is_err()
    );
}

#[test]
fn edges_are_those_of_the_closed_kernels() {
    let (limits, prec) = (Limits::default(), Bits::new(100));
    let close = |a: &Ball, b: &Ball| a.overlaps(b) && a.rad() < Magnitude::power_of_two(-80);
    let pi = Ball::pi(prec);
    let root = Ball::from_i64(2).sqrt(prec).div(&pi, prec);
    let edge = |text: &str| formula(text).edge(prec, &limits).unwrap().unwrap();
    let relu = edge("max(x, 0)");
    let two_thirds = root.mul_2exp(1).div_i64(3, prec);
    assert_eq!(relu.beta, Rational::from((3, 2)));
    assert!(close(&relu.plus, &two_thirds) && close(&relu.minus, &two_thirds));
    let step = edge("heaviside(x)");
    assert!(close(&step.plus, &root.neg()) && close(&step.minus, &root));
    // |x|: (2/π)(√(1−u²) + u asin u) is even with 4√2/(3π).
    let abs = edge("abs(x)");
    let twice = two_thirds.mul_2exp(1);
    assert!(close(&abs.plus, &twice) && close(&abs.minus, &twice));
    // Odd: c_{−1} = −c_{+1}. Off-centre knots without a partner: nothing at −1.
    let clip = edge("min(max(x, -1), 1)");
    assert!(close(&clip.minus, &clip.plus.neg()) && clip.plus.is_positive());
    let soft = edge("x/(1 + abs(x))");
    assert_eq!(soft.beta, Rational::from((5, 2)));
    assert!(soft.plus.is_negative() && close(&soft.minus, &soft.plus.neg()));
    assert!(edge("max(x - 1/3, 0)").minus.is_zero());
    // x|x|: m₀ κ'' = 4·(2/π) asin u, so κ = 1 − … − c t^{5/2}: with κ''' = (8/3π)/√(1−u²) and m₀ = 3,
    // c₊ = −(8/(3π√2))/(5/2·3/2·1/2).
    let square = edge("x*abs(x)");
    let expected = Ball::from_i64(-64)
        .div_i64(45, prec)
        .div(&pi, prec)
        .mul(&Ball::from_i64(2).rsqrt(prec), prec);
    assert!(
        close(&square.plus, &expected),
        "{:?} {expected:?}",
        square.plus
    );
}

#[test]
fn expansions_around_another_centre_agree() {
    let (limits, prec) = (Limits::default(), Bits::new(100));
    for (text, c) in [
        ("tanh(x)", (1, 3)),
        ("max(x, 0)", (-1, 2)),
        ("x*logistic(x)", (1, 2)),
    ] {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        let centre = Ball::from_rational(&Rational::from(c), prec.plus(40));
        let expansion = view.taylor_at(&centre, 12, prec, &limits).unwrap();
        let value = view.mehler(0, &centre, prec, &limits).unwrap();
        let second = view.mehler(2, &centre, prec, &limits).unwrap().mul_2exp(-1);
        for (a, b) in [(&expansion[0], &value), (&expansion[2], &second)] {
            assert!(
                a.overlaps(b) && a.rad() < Magnitude::power_of_two(-85),
                "{text}: {a:?} {b:?}"
            );
        }
    }
}

/// P(X = 3) on S² of one hidden layer of tanh from the coefficients, with the rest inside the ball:
/// D_l = (2l + 1) Σ_j b_{l+2j} (l+2j)! 2^{−l−2j}/(j! (3/2)_{l+j}), each factor of b at most 2l + 1.
#[test]
fn the_spectral_law_of_tanh_comes_out() {
    let (limits, prec) = (Limits::default(), Bits::new(110));
    let (count, l) = (500_usize, 3_usize);
    let formula = formula("tanh(x)");
    let view = View::of(&formula, &limits).unwrap();
    let table = view.table(count, prec, &limits).unwrap();
    let mut total = Ball::zero();
    for n in (l..count).step_by(2) {
        let j = (n - l) / 2;
        let mut factor = Ball::one();
        for i in 1..=n {
            factor = factor.mul_i64(i as i64, prec).mul_2exp(-1);
        }
        for i in 1..=j {
            factor = factor.div_i64(i as i64, prec);
        }
        for i in 0..l + j {
            factor = factor.mul_2exp(1).div_i64(2 * i as i64 + 3, prec);
        }
        total = factor.mul_add(&table.coefficients()[n], &total, prec);
    }
    let law = total
        .mul_i64(2 * l as i64 + 1, prec)
        .widened(table.rest(count).times(Magnitude::new(7, 0)));
    let known = "0.0282801165873703961714456132403725511364019200148385652838329";
    let known = Ball::from_decimal_text(&format!("[{known} +/- 6e-62]"), Bits::new(260)).unwrap();
    assert!(law.overlaps(&known), "{law:?}");
    assert!(law.rad() < Magnitude::from_f64(1e-27), "{law:?}");
}

#[test]
fn other_variances_are_those_of_the_critical_line() {
    let (limits, prec) = (Limits::default(), DIGITS_60.plus(16));
    let formula = formula("tanh(x)");
    let view = View::of(&formula, &limits).unwrap();
    let q = "0.570047881640764149990155575920401574320411233537259929433448";
    let q = Ball::from_decimal_text(&format!("[{q} +/- 1e-60]"), prec).unwrap();
    let slope = view.expectation(&[(1, 2)], &q, prec, &limits).unwrap();
    let known = "1.76095463960673913163155202432847677530256244250115373826959";
    let inverse = slope.recip(prec);
    let known = Ball::from_decimal_text(&format!("[{known} +/- 1e-58]"), prec).unwrap();
    assert!(inverse.overlaps(&known) && inverse.rad() < Magnitude::from_f64(1e-58));
    // Large and small variances, both routes.
    for (text, q) in [
        ("tanh(x)", (100, 1)),
        ("x*logistic(x)", (1, 50)),
        ("exp(x^2/9)", (1, 2)),
    ] {
        let formula = self::formula(text);
        let view = View::of(&formula, &limits).unwrap();
        let q = Ball::from_rational(&Rational::from(q), Bits::new(140));
        let prec = Bits::new(90);
        let rule = view.trapezoid(&[(0, 2)], &q, prec, &limits).unwrap();
        let adaptive = view.quadrature(&[(0, 2)], &q, prec, &limits).unwrap();
        assert!(
            rule.overlaps(&adaptive) && rule.accuracy() > 80 && adaptive.accuracy() > 80,
            "{text}"
        );
    }
}

#[test]
fn tiles_agree_with_the_series_and_reach_the_ends() {
    let (limits, prec) = (Limits::default(), Bits::new(60));
    let mut cases = 0;
    for (text, k, u) in [
        ("max(x, 0)", 0, (1, 2)),
        ("max(x - 1/3, 0) + x/5", 0, (-3, 4)),
        ("max(x, 0) + exp(min(x, 0)) - 1", 1, (1, 3)),
    ] {
        let formula = formula(text);
        let view = View::of(&formula, &limits).unwrap();
        let u = Ball::from_rational(&Rational::from(u), prec.plus(40));
        let series = view.mehler(k, &u, prec, &limits).unwrap();
        let tiles = view.tiles(k, &u, prec, &limits).unwrap();
        assert!(series.overlaps(&tiles), "{text}: {series:?} {tiles:?}");
        assert!(
            tiles.rad() < Magnitude::power_of_two(-50),
            "{text}: {tiles:?}"
        );
        cases += 1;
    }
    assert_eq!(cases, 3);
    // κ_relu(u) = [√(1−u²) + u(π/2 + asin u)]/π within 10^−6 of the end.
    let relu = formula("max(x, 0)");
    let view = View::of(&relu, &limits).unwrap();
    let u = Ball::from_rational(&Rational::from((999_999, 1_000_000)), prec.plus(40));
    let value = view.kernel(0, &u, prec, &limits).unwrap();
    let wide = prec.plus(40);
    let root = Ball::one().sub(&u.square(wide), wide).sqrt(wide);
    let pi = Ball::pi(wide);
    let turn = u.asin(wide).add(&pi.mul_2exp(-1), wide).mul(&u, wide);
    let exact = root.add(&turn, wide).div(&pi, wide);
    assert!(
        value.overlaps(&exact) && value.rad() < Magnitude::power_of_two(-50),
        "{value:?}"
    );
}

/// Knots far out, beyond where the Gaussian density ends: their pieces count all the same.
#[test]
fn distant_knots_do_not_spoil_the_tail() {
    let (limits, prec) = (Limits::default(), Bits::new(60));
    let formula = formula("abs(x - 40) - 40");
    let view = View::of(&formula, &limits).unwrap();
    // −x, but for a tail of e^{−800}.
    let value = view
        .expectation(&[(0, 2)], &Ball::one(), prec, &limits)
        .unwrap();
    assert!(
        value.contains_rational(&Rational::from(1)) || value.overlaps(&Ball::one()),
        "{value:?}"
    );
    assert!(value.rad() < Magnitude::power_of_two(-50));
}
