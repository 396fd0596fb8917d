//! Integrals whose values are known, refusals, and the rules against each other.

use std::time::Duration;

use rug::Rational;

use super::*;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Digits, Magnitude};

fn ball(numerator: i64, denominator: i64) -> Ball {
    Ball::from_rational(&Rational::from((numerator, denominator)), Bits::new(400))
}

/// |x| on the axis, and its continuations ±z off it.
fn magnitude(z: &ComplexBall, prec: Bits) -> Result<ComplexBall> {
    Ok(if z.is_real() {
        ComplexBall::real(z.re().abs())
    } else {
        z.square(prec).sqrt(prec)
    })
}

/// Integrals over \[a, b\] with closed forms: entire, with poles near by, with singular ends and knots.
#[test]
fn known_integrals_are_enclosed_tightly() {
    type F = fn(&ComplexBall, Bits) -> Result<ComplexBall>;
    type Exact = fn(Bits) -> Ball;
    let cases: [(&str, F, (i64, i64), Exact); 9] = [
        (
            "x^3",
            |z, p| Ok(z.pow_i64(3, p)),
            (0, 2),
            |_| Ball::from_i64(4),
        ),
        (
            "exp",
            |z, p| Ok(z.exp(p)),
            (-1, 3),
            |p| Ball::from_i64(3).exp(p).sub(&Ball::from_i64(-1).exp(p), p),
        ),
        (
            "1/(1+x^2)",
            |z, p| Ok(z.square(p).add_i64(1, p).recip(p)),
            (-3, 5),
            |p| Ball::from_i64(5).atan(p).add(&Ball::from_i64(3).atan(p), p),
        ),
        (
            "a narrow peak",
            |z, p| Ok(z.mul_i64(100, p).square(p).add_i64(1, p).recip(p)),
            (-1, 1),
            |p| Ball::from_i64(100).atan(p).div_i64(50, p),
        ),
        ("sqrt at 0", |z, p| Ok(z.sqrt(p)), (0, 1), |_| ball(2, 3)),
        ("abs", magnitude, (-1, 2), |_| ball(5, 2)),
        (
            "ln",
            |z, p| Ok(z.ln(p)),
            (1, 3),
            |p| Ball::from_i64(3).ln(p).mul_i64(3, p).add_i64(-2, p),
        ),
        (
            "reversed",
            |z, p| Ok(z.cos(p)),
            (2, 0),
            |p| Ball::from_i64(2).sin(p).neg(),
        ),
        (
            "i z^2, not real",
            |z, p| Ok(z.square(p).mul_i().add(&z.exp(p), p)),
            (0, 1),
            |p| Ball::one().exp(p).add_i64(-1, p),
        ),
    ];
    for (name, f, (from, to), exact) in cases {
        for bits in [53, 200, 380] {
            let prec = Bits::new(bits);
            let (from, to) = (Ball::from_i64(from), Ball::from_i64(to));
            let integral = integrate(f, &from, &to, prec, &Limits::default())
                .map_err(Refusal::into_error)
                .unwrap();
            let exact = exact(prec.plus(80));
            assert!(
                integral.value.overlaps(&exact),
                "{name}: {integral:?}, not {exact:?}"
            );
            assert!(
                integral.value.rad() <= Magnitude::power_of_two(2 - i64::from(bits)),
                "{name}: {integral:?}"
            );
            assert!(integral.evaluations > 0 && integral.pieces > 0);
        }
    }
}

#[test]
fn poles_and_jumps_on_the_axis_are_named() {
    let limits = Limits::default();
    let prec = Bits::new(200);
    let third = |z: &ComplexBall, p: Bits| Ok(z.mul_i64(3, p).add_i64(-1, p).recip(p));
    let refusal = integrate(third, &Ball::zero(), &Ball::one(), prec, &limits).unwrap_err();
    let (from, to) = refusal.interval().unwrap();
    assert!(*from < Rational::from((1, 3)) && *to > Rational::from((1, 3)));
    assert!(to.to_f64() - from.to_f64() < 1e-9, "{refusal:?}");
    assert_eq!(refusal.error().kind(), ErrorKind::Undecided);
    assert!(
        refusal.error().to_string().contains("0.333333"),
        "{}",
        refusal.error()
    );
    // tan has a pole at π/2.
    let tan = |z: &ComplexBall, p: Bits| Ok(z.tan(p));
    let refusal = integrate(tan, &Ball::one(), &Ball::from_i64(2), prec, &limits).unwrap_err();
    let (from, to) = refusal.interval().unwrap();
    let half_pi = std::f64::consts::FRAC_PI_2;
    assert!(from.to_f64() <= half_pi && half_pi <= to.to_f64());
    // 1/√x is integrable, but no box at 0 says so.
    let root = |z: &ComplexBall, p: Bits| Ok(z.sqrt(p).recip(p));
    let refusal = integrate(root, &Ball::zero(), &Ball::one(), prec, &limits).unwrap_err();
    assert!(refusal.interval().unwrap().0.is_zero());
}

#[test]
fn budgets_deadlines_and_errors_of_the_function_stop_the_work() {
    let limits = Limits::default();
    let prec = Bits::new(200);
    let wild = |z: &ComplexBall, p: Bits| Ok(z.mul_i64(1000, p).sin(p).sin(p));
    let (zero, one) = (Ball::zero(), Ball::one());
    let few = Integrator::new(prec, &limits).with_budget(50);
    let refusal = few.integrate(wild, &zero, &one).unwrap_err();
    assert!(
        refusal.error().message().contains("50 evaluations"),
        "{}",
        refusal.error()
    );
    let late = Limits::default().with_timeout(Duration::ZERO);
    let refusal = integrate(wild, &zero, &one, prec, &late).unwrap_err();
    assert_eq!(refusal.error().kind(), ErrorKind::Limit);
    let broken = |_: &ComplexBall, _: Bits| Err(Error::limit("too much"));
    let refusal = integrate(broken, &zero, &one, prec, &limits).unwrap_err();
    assert_eq!(refusal.error().message(), "too much");
    assert!(refusal.interval().is_none());
    // Known on boxes, but not at points.
    let vague = |z: &ComplexBall, _: Bits| {
        Ok(if z.radius() < Magnitude::power_of_two(-20) {
            ComplexBall::indeterminate()
        } else {
            z.clone()
        })
    };
    let refusal = integrate(vague, &zero, &one, prec, &limits).unwrap_err();
    assert_eq!(refusal.error().kind(), ErrorKind::Undecided);
    let nowhere = |_: &ComplexBall, _: Bits| Err(Error::domain("not here"));
    assert!(
        integrate(nowhere, &zero, &one, prec, &limits)
            .unwrap_err()
            .interval()
            .is_some()
    );
}

/// E f(Z) for f with closed forms.
#[test]
fn gaussian_expectations_with_closed_forms() {
    let limits = Limits::default();
    for digits in [10, 60, 200] {
        let prec = Digits::literal(digits).to_bits();
        let wide = prec.plus(32);
        // E Z⁶ = 15.
        let sixth = |z: &ComplexBall, p: Bits| Ok(z.pow_i64(6, p));
        let value = gaussian_expectation(sixth, |x| tail_moment(6, x), prec, &limits)
            .unwrap()
            .value;
        assert!(value.contains_rational(&Rational::from(15)), "{value:?}");
        assert!(value.accuracy() > i64::from(prec.get()) - 4);
        // E e^Z = √e; |e^x| ≤ e^{|x|}, and 2∫_X^∞ e^x φ = 2√e Φ(1 − X).
        let exp = |z: &ComplexBall, p: Bits| Ok(z.exp(p));
        let tail = |x: &rug::Float| {
            let p = Bits::new(64);
            let shifted = Ball::exact(x.clone()).neg().add_i64(1, p);
            Ball::one()
                .mul_2exp(-1)
                .exp(p)
                .mul_2exp(1)
                .mul(&shifted.normal_cdf(p), p)
                .magnitude()
        };
        let value = gaussian_expectation(exp, tail, prec, &limits)
            .unwrap()
            .value;
        assert!(value.overlaps(&Ball::one().mul_2exp(-1).exp(wide)));
        assert!(value.accuracy() > i64::from(prec.get()) - 4);
        // E[Z; Z > 1] = φ(1), and E[Z; 40 < Z] is almost nothing.
        let z = |z: &ComplexBall, _: Bits| Ok(z.clone());
        let first = |x: &rug::Float| tail_moment(1, x);
        let from = Ball::one();
        let value = gaussian_expectation_between(z, Some(&from), None, first, prec, &limits)
            .unwrap()
            .value;
        assert!(value.overlaps(&from.normal_density(wide)));
        assert!(value.accuracy() > i64::from(prec.get()) - 8);
        let from = Ball::from_i64(40);
        let value = gaussian_expectation_between(z, Some(&from), None, first, prec, &limits)
            .unwrap()
            .value;
        assert!(value.overlaps(&from.normal_density(wide)), "{value:?}");
    }
}

#[test]
fn tails_are_bounded_from_above() {
    // E[Z²; |Z| > 2] = 4φ(2) + erfc(√2) = 0.26146412994911…
    let two = rug::Float::with_val(32, 2);
    let bound = tail_moment(2, &two).to_f64();
    assert!(
        (0.261_464_129_949_11..0.261_464_2).contains(&bound),
        "{bound}"
    );
    // E[|Z|; |Z| > 2] = 2φ(2) = 0.107981933026…
    let bound = tail_moment(1, &two).to_f64();
    assert!((0.107_981_933_026..0.107_982).contains(&bound), "{bound}");
    // E[Z⁶; |Z| > X] → 15 for a small X.
    let bound = tail_moment(6, &rug::Float::with_val(32, 1)).to_f64();
    assert!((14.9..15.0).contains(&bound), "{bound}");
    assert!(!tail_moment(0, &rug::Float::with_val(32, 1e5)).is_zero());
}

/// E tanh'(Z)² to 50 digits: the reciprocal of the critical weight variance at q = 1,
/// 2.15330264890279003282940153759102405705652795794947….
#[test]
fn a_user_formula_without_hand_analysis() {
    let limits = Limits::default();
    let prec = Digits::literal(60).to_bits();
    let f = |z: &ComplexBall, p: Bits| Ok(z.sech_squared(p.plus(8)).square(p));
    let integral = gaussian_expectation(f, |x| tail_moment(0, x), prec, &limits).unwrap();
    let critical = integral.value.recip(prec);
    let text = critical.to_decimal_text(Digits::literal(50));
    assert!(
        text.starts_with("[2.1533026489027900328294015375910240570565279579495"),
        "{text}"
    );
}

/// The moments by fixed point, at two precisions, against the plain trapezoid and the adaptive rule.
#[test]
fn moments_of_sech_agree_by_three_rules() {
    let limits = Limits::default();
    let mut cases = 0;
    for (p, q) in [(1, 1), (1, 2), (3, 7), (1, 100), (9, 2)] {
        let a = Rational::from((p, q));
        let short = sech_squared_moments(&a, 4, Bits::new(120), &limits).unwrap();
        let long = sech_squared_moments(&a, 4, Bits::new(333), &limits).unwrap();
        // On |Im z| ≤ y with ay = 1.4: |sech²| ≤ 1/cos² 1.4 < 35, so E|Z + iη|^k |sech²| ≤ 35 (y² + 15)³.
        let height = (Rational::from((7, 5)) / &a).min(Rational::from(8));
        let size = Magnitude::from_rational(&Rational::from(&height * &height));
        let size = size.plus(Magnitude::new(15, 0)).power(3);
        let strip = Strip::new(height, size.times(Magnitude::new(35, 0))).unwrap();
        for (index, (short, long)) in short.iter().zip(&long).enumerate() {
            let k = 2 * index as u32;
            assert!(short.overlaps(long), "{a} {k}: {short:?} {long:?}");
            assert!(long.rad() < Magnitude::power_of_two(-333), "{a} {k}");
            let prec = Bits::new(200);
            let plain = |x: &Ball, p: Bits| {
                let w = p.plus(16);
                let cosh = x.mul_rational(&a, w).cosh(w);
                Ok(x.pow_u64(u64::from(k), w).div(&cosh.square(w), w))
            };
            let tail = |x: &rug::Float| tail_moment(k, x);
            let plain = gaussian_trapezoid(plain, &strip, tail, prec, &limits).unwrap();
            assert!(plain.overlaps(long), "{a} {k}: {plain:?} {long:?}");
            assert!(plain.rad() < Magnitude::power_of_two(-199));
            let general = |z: &ComplexBall, p: Bits| {
                let w = p.plus(16);
                let scaled = z.mul_ball(&Ball::from_rational(&a, w), w);
                Ok(scaled.sech_squared(w).mul(&z.pow_i64(i64::from(k), w), w))
            };
            let general = gaussian_expectation(general, tail, prec, &limits)
                .unwrap()
                .value;
            assert!(general.overlaps(long), "{a} {k}: {general:?} {long:?}");
            assert!(general.rad() < Magnitude::power_of_two(-198));
            cases += 1;
        }
    }
    assert_eq!(cases, 20);
}

/// κ'(1) of tanh: the known first and last digits of a thousand, and 3000 at two precisions.
#[test]
fn the_spectral_parameter_of_tanh_to_many_digits() {
    let limits = Limits::default();
    let chi = |prec: Bits| {
        let s = sech_squared_moments(&Rational::from(1), 2, prec, &limits).unwrap();
        let slope = s[0].mul_i64(5, prec).sub(&s[1], prec).div_i64(6, prec);
        slope.div(&s[0].neg().add_i64(1, prec), prec)
    };
    let digits = Digits::literal(1000);
    let text = chi(digits.to_bits().plus(16)).to_decimal_text(digits);
    assert!(
        text.starts_with("[1.1778072323041796232960967390850942296835644582752148238352676433")
    );
    assert!(
        text.contains("65684663210005403578 +/- 5.01e-1000"),
        "{text}"
    );
    let digits = Digits::literal(3000);
    let short = chi(digits.to_bits().plus(16)).to_decimal_text(digits);
    let long = chi(digits.to_bits().plus(977)).to_decimal_text(digits);
    assert_eq!(short, long);
    assert_eq!(short.len(), long.len());
}

/// Mish: 60 digits of κ'(1), two precisions, and both integrals by the adaptive rule.
#[test]
fn the_integrals_of_mish_agree_by_two_rules() {
    let limits = Limits::default();
    let prec = Digits::literal(60).to_bits().plus(8);
    let moments = mish_moments(prec, &limits).unwrap();
    let chi = moments.slope.div(&moments.square, prec).add_i64(1, prec);
    assert_eq!(
        chi.to_decimal_text(Digits::literal(60)),
        "[1.05911800059514582285554644409004145503133405522161328261345 +/- 5.01e-60]"
    );
    let long = mish_moments(Bits::new(900), &limits).unwrap();
    assert!(long.square.overlaps(&moments.square) && long.slope.overlaps(&moments.slope));
    assert!(long.slope.accuracy() > 890);
    // T = 1 − 2/(v² + 1), T' = 4e^z v/(v² + 1)², v = 1 + e^z.
    let integrand = |slope: bool| {
        move |z: &ComplexBall, p: Bits| {
            let w = p.plus(24);
            let y = z.exp(w);
            let v = y.add_i64(1, w);
            let inverse = v.square(w).add_i64(1, w).recip(w);
            let value = if slope {
                y.mul(&v, w).mul(&inverse.square(w), w).mul_2exp(2)
            } else {
                inverse.mul_2exp(1).neg().add_i64(1, w)
            };
            Ok(value.mul(z, w).square(p))
        }
    };
    for (slope, known) in [(false, &long.square), (true, &long.slope)] {
        let general =
            gaussian_expectation(integrand(slope), |x| tail_moment(2, x), prec, &limits).unwrap();
        assert!(
            general.value.overlaps(known),
            "{:?} {known:?}",
            general.value
        );
        assert!(general.value.accuracy() > 190);
    }
}

/// Two variables: closed kernels of sin, at correlations inside and at the ends.
#[test]
fn correlated_expectations_with_closed_forms() {
    let limits = Limits::default();
    let prec = Bits::new(100);
    let wide = prec.plus(32);
    // |sin z| ≤ cosh 4 < 28 on |Im z| ≤ 4.
    let strip = Strip::new(Rational::from(4), Magnitude::new(28, 0)).unwrap();
    let mut cases = 0;
    for (p, q) in [(0, 1), (1, 3), (-4, 5), (1, 1), (-1, 1)] {
        let u = Ball::from_rational(&Rational::from((p, q)), wide);
        let value = correlated_expectation(|x, p| Ok(x.sin(p)), &u, &strip, prec, &limits).unwrap();
        let exact = Ball::from_i64(-1).exp(wide).mul(&u.sinh(wide), wide);
        assert!(value.overlaps(&exact), "{p}/{q}: {value:?} {exact:?}");
        assert!(value.rad() < Magnitude::power_of_two(-98), "{value:?}");
        cases += 1;
    }
    assert_eq!(cases, 5);
    let outside = Ball::from_i64(2);
    let error = correlated_expectation(|x, p| Ok(x.sin(p)), &outside, &strip, prec, &limits);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Domain);
    // tanh at u = 1 is 1 − s₀.
    let strip = Strip::new(Rational::from((3, 2)), Magnitude::new(15, 0)).unwrap();
    let value =
        correlated_expectation(|x, p| Ok(x.tanh(p)), &Ball::one(), &strip, prec, &limits).unwrap();
    let s = sech_squared_moments(&Rational::from(1), 1, prec, &limits).unwrap();
    assert!(value.overlaps(&s[0].neg().add_i64(1, prec)), "{value:?}");
}

#[test]
fn wrong_scales_counts_and_strips_are_refused() {
    let limits = Limits::default();
    let prec = Bits::new(64);
    let kind = |a: i64, count| {
        sech_squared_moments(&Rational::from(a), count, prec, &limits)
            .unwrap_err()
            .kind()
    };
    assert_eq!(kind(0, 1), ErrorKind::Domain);
    assert_eq!(kind(-1, 1), ErrorKind::Domain);
    assert_eq!(kind(1, 0), ErrorKind::Usage);
    assert_eq!(kind(1, 9), ErrorKind::Usage);
    assert_eq!(kind(1 << 40, 1), ErrorKind::Limit);
    let tiny = Rational::from((1, 1u64 << 40));
    assert_eq!(
        sech_squared_moments(&tiny, 1, prec, &limits)
            .unwrap_err()
            .kind(),
        ErrorKind::Limit
    );
    let late = Limits::default().with_timeout(Duration::ZERO);
    assert!(sech_squared_moments(&Rational::from(1), 1, prec, &late).is_err());
    assert!(mish_moments(prec, &late).is_err());
    assert!(Strip::new(Rational::from(0), Magnitude::ONE).is_err());
    assert!(Strip::new(Rational::from(1), Magnitude::INFINITY).is_err());
    let strip = Strip::new(tiny, Magnitude::ONE).unwrap();
    let zeroth = |x: &rug::Float| tail_moment(0, x);
    let narrow = gaussian_trapezoid(|x, p| Ok(x.cos(p)), &strip, zeroth, prec, &limits);
    assert_eq!(narrow.unwrap_err().kind(), ErrorKind::Limit);
    let endless = |_: &rug::Float| Magnitude::ONE;
    let refusal = gaussian_expectation(|z: &ComplexBall, p| Ok(z.exp(p)), endless, prec, &limits);
    assert_eq!(refusal.unwrap_err().error().kind(), ErrorKind::Undecided);
}

/// E f(X) f(Y) from pieces: closed kernels of ReLU and |x|, tanh against the tensor trapezoid, softsign with
/// one knot more.
#[test]
fn kernels_of_piecewise_functions_by_the_product_rule() {
    let limits = Limits::default();
    let prec = Bits::new(80);
    let wide = prec.plus(32);
    let zero = |_: &ComplexBall, _: Bits| Ok(ComplexBall::from_i64(0));
    let plus = |z: &ComplexBall, _: Bits| Ok(z.clone());
    let minus = |z: &ComplexBall, _: Bits| Ok(z.neg());
    let right = |z: &ComplexBall, p: Bits| Ok(z.div(&z.add_i64(1, p.plus(8)), p));
    let left = |z: &ComplexBall, p: Bits| Ok(z.div(&z.neg().add_i64(1, p.plus(8)), p));
    let tanh = |z: &ComplexBall, p: Bits| Ok(z.tanh(p));
    let of = |pieces: &[&Continuation<'_>], knots: &[Ball], u: &Ball| {
        correlated_expectation_of_pieces(pieces, knots, Magnitude::ONE, u, prec, &limits).unwrap()
    };
    let knot = [Ball::zero()];
    let strip = Strip::new(Rational::from((3, 2)), Magnitude::new(15, 0)).unwrap();
    let mut cases = 0;
    for (p, q) in [(0, 1), (1, 2), (-9, 10)] {
        let u = Ball::from_rational(&Rational::from((p, q)), wide.plus(64));
        let root = Ball::one().sub(&u.square(wide), wide).sqrt(wide);
        let pi = Ball::pi(wide);
        // E|XY| = (2/π)(√(1−u²) + u arcsin u), E X⁺Y⁺ = (√(1−u²) + u(π − arccos u))/(2π).
        let exact = root
            .add(&u.mul(&u.asin(wide), wide), wide)
            .div(&pi, wide)
            .mul_2exp(1);
        let value = of(&[&minus, &plus], &knot, &u);
        assert!(value.overlaps(&exact), "abs {u:?}: {value:?} {exact:?}");
        assert!(value.rad() < Magnitude::power_of_two(-78), "{value:?}");
        let turn = pi.sub(&u.acos(wide), wide).mul(&u, wide);
        let exact = root.add(&turn, wide).div(&pi, wide).mul_2exp(-1);
        let value = of(&[&zero, &plus], &knot, &u);
        assert!(value.overlaps(&exact), "relu {u:?}: {value:?} {exact:?}");
        assert!(value.rad() < Magnitude::power_of_two(-78), "{value:?}");
        let plane =
            correlated_expectation(|x, p| Ok(x.tanh(p)), &u, &strip, prec, &limits).unwrap();
        let value = of(&[&tanh], &[], &u);
        assert!(value.overlaps(&plane), "tanh {u:?}: {value:?} {plane:?}");
        assert!(value.rad() < Magnitude::power_of_two(-78), "{value:?}");
        let value = of(&[&left, &right], &knot, &u);
        let cut = Ball::from_rational(&Rational::from((5, 3)), wide);
        let again = of(&[&left, &right, &right], &[Ball::zero(), cut], &u);
        assert!(
            value.overlaps(&again),
            "softsign {u:?}: {value:?} {again:?}"
        );
        assert!(p != 0 || value.contains_zero());
        cases += 1;
    }
    assert_eq!(cases, 3);
    let refused = |pieces: &[&Continuation<'_>], knots: &[Ball], u: &Ball| {
        correlated_expectation_of_pieces(pieces, knots, Magnitude::ONE, u, prec, &limits)
            .unwrap_err()
    };
    let half = Ball::one().mul_2exp(-1);
    assert_eq!(
        refused(&[&plus], &knot, &half).error().kind(),
        ErrorKind::Usage
    );
    assert_eq!(
        refused(&[&plus], &[], &Ball::one()).error().kind(),
        ErrorKind::Domain
    );
    let falling = [Ball::one(), Ball::zero()];
    assert_eq!(
        refused(&[&plus, &plus, &plus], &falling, &half)
            .error()
            .kind(),
        ErrorKind::Domain
    );
    // The continuation of the right half of softsign has its pole on the left half.
    let pole = refused(&[&right], &[], &half);
    let (from, to) = pole.interval().unwrap();
    assert!(*from <= -1 && *to >= -1);
}

/// Softplus: κ'(1) = (1/2 − A₀)/E σ², A₀ = s₀(1/2)/4, to 60 digits, and by the adaptive rule.
#[test]
fn the_square_of_softplus_by_two_rules() {
    let limits = Limits::default();
    let prec = Digits::literal(60).to_bits().plus(8);
    let square = softplus_square(prec, &limits).unwrap();
    let s = sech_squared_moments(&Rational::from((1, 2)), 1, prec, &limits).unwrap();
    let slope = Ball::one().mul_2exp(-1).sub(&s[0].mul_2exp(-2), prec);
    assert_eq!(
        slope
            .div(&square, prec)
            .to_decimal_text(Digits::literal(60)),
        "[0.318458983683693137566672660431420802540127522959935370547632 +/- 5.01e-61]"
    );
    let softplus = |z: &ComplexBall, p: Bits| {
        let w = p.plus(16);
        // σ(z) = z + σ(−z): no large exponential.
        let side = *z.re().mid() > 0;
        let small = if side { z.neg() } else { z.clone() };
        let value = small.exp(w).add_i64(1, w).ln(w);
        Ok(if side { value.add(z, w) } else { value }.square(p))
    };
    // σ² ≤ 2x² + 1.
    let tail = |x: &rug::Float| tail_moment(2, x).shifted(1).plus(tail_moment(0, x));
    let general = gaussian_expectation(softplus, tail, prec, &limits)
        .unwrap()
        .value;
    assert!(general.overlaps(&square), "{general:?} {square:?}");
    assert!(general.accuracy() > 195);
}

/// With few bits nothing hides the remainder and the tail: every ball holds the value, and is as narrow as
/// promised.
#[test]
fn few_bits_are_right_too() {
    let limits = Limits::default();
    let mut cases = 0;
    for (p, q) in [(1, 1), (1, 2), (2, 3), (1, 7), (13, 5)] {
        let a = Rational::from((p, q));
        let exact = sech_squared_moments(&a, 8, Bits::new(300), &limits).unwrap();
        for bits in [2, 3, 5, 8, 13, 21, 34, 55, 89] {
            let few = sech_squared_moments(&a, 8, Bits::new(bits), &limits).unwrap();
            for (few, exact) in few.iter().zip(&exact) {
                assert!(
                    few.contains(&Ball::exact(exact.mid().clone())),
                    "{a} {bits}"
                );
                // Values grow to 13!!, about 2^17.
                assert!(
                    few.rad() < Magnitude::power_of_two(12 - i64::from(bits)),
                    "{a} {bits}"
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 5 * 9 * 8);
    let exact = mish_moments(Bits::new(200), &limits).unwrap();
    for bits in [8, 16, 40] {
        let few = mish_moments(Bits::new(bits), &limits).unwrap();
        assert!(
            few.square
                .contains(&Ball::exact(exact.square.mid().clone())),
            "{bits}"
        );
        assert!(
            few.slope.contains(&Ball::exact(exact.slope.mid().clone())),
            "{bits}"
        );
    }
}
