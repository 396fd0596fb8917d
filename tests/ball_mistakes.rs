//! Twelve mistakes that implementations of ball arithmetic have made, one test for each.
//!
//! Every doc comment names the mistake and the change to this library that makes the test fail;
//! each of those changes was made once and the failure seen.

mod common;

use common::{Random, Region, show};
use isobath::number::{Ball, Bits, Magnitude};
use rug::float::Special;
use rug::ops::Pow;
use rug::{Float, Rational};

const P: Bits = Bits::new(100);
/// Precision of reference values: far above that of the balls.
const WIDE: u32 = 600;

fn around(mid: f64, rad: f64) -> Ball {
    Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad))
}

fn rational(x: &Float) -> Rational {
    x.to_rational().expect("finite")
}

/// Whether the ball contains a number known to within a few units of its 600th bit.
fn holds(ball: &Ball, value: &Float) -> bool {
    let slack = Magnitude::power_of_two(i64::from(value.get_exp().unwrap_or(0)) - 590);
    ball.clone()
        .widened(slack)
        .contains_rational(&rational(value))
}

/// Mistake 1: evaluate at both ends with rounding to nearest and take the spread as radius. For an
/// exact operand both ends are the same float and the radius comes out as 0.
///
/// Made by letting `rounding_error` return 0.
#[test]
fn mistake_01_a_rounded_value_is_not_exact() {
    let half = around(0.5, 0.0);
    let functions: [fn(&Ball, Bits) -> Ball; 12] = [
        Ball::exp,
        Ball::expm1,
        Ball::ln,
        Ball::sin,
        Ball::cos,
        Ball::tan,
        Ball::sinh,
        Ball::tanh,
        Ball::asin,
        Ball::atan,
        Ball::sqrt,
        Ball::cbrt,
    ];
    for f in functions {
        let (coarse, fine) = (f(&half, Bits::new(24)), f(&half, P));
        assert!(!coarse.is_exact() && coarse.contains(&fine), "{coarse:?}");
    }
}

/// Mistake 2: make the allowance for rounding a multiple of |mid|, which is 0 for balls around 0.
///
/// Made by rounding radii down in `Magnitude::from_rational` and the distances in `from_bounds`.
#[test]
fn mistake_02_balls_around_zero_are_rounded_outwards_too() {
    let unit = around(0.0, 1.0);
    let third = Rational::from((1, 3));
    assert!(unit.mul_rational(&third, P).contains_rational(&third));
    let end = Float::with_val(WIDE, &third);
    let hull = Ball::from_bounds(&Float::with_val(WIDE, -&end), &end, P);
    assert!(hull.mid().is_zero());
    assert!(hull.contains_rational(&rational(&end)));
    assert!(hull.contains_rational(&-rational(&end)));
    // The midpoint of these is rounded either way, so either end can be the further one.
    for bits in 2..80 {
        for factor in [1, 2, 4, 7] {
            let upper = Float::with_val(WIDE, &end * factor);
            let lower = Float::with_val(WIDE, -&end);
            let hull = Ball::from_bounds(&lower, &upper, Bits::new(bits));
            assert!(hull.contains_rational(&rational(&lower)), "{bits} {factor}");
            assert!(hull.contains_rational(&rational(&upper)), "{bits} {factor}");
        }
    }
    // sin maps [−2, 2] onto [−1, 1] and [−1, 1] onto [−sin 1, sin 1].
    let sin = unit.sin(P);
    let end = Float::with_val(WIDE, Float::with_val(WIDE, 1).sin_ref());
    assert!(holds(&sin, &end) && holds(&sin, &Float::with_val(WIDE, -&end)));
}

/// Mistake 3: round the ends of a ball to nearest, hence sometimes into it.
///
/// Made by `Round::Nearest` in `Ball::lower`, in `Ball::upper` and in `Magnitude::to_f64`.
#[test]
fn mistake_03_ends_are_rounded_outwards() {
    let mut random = Random::new(3);
    let mut cases = 0;
    for _ in 0..1000 {
        let ball = random.ball(Region::Line, Bits::new(120));
        let (mid, rad) = (rational(ball.mid()), rational(&ball.rad().to_float()));
        for bits in [2, 24, 53] {
            let bits = Bits::new(bits);
            let lower = rational(&ball.lower(bits));
            let upper = rational(&ball.upper(bits));
            assert!(lower <= Rational::from(&mid - &rad), "{}", show(&ball));
            assert!(upper >= Rational::from(&mid + &rad), "{}", show(&ball));
        }
        // The same on the way to doubles.
        let double = ball.rad().plus(Magnitude::power_of_two(-1060)).to_f64();
        assert!(Rational::from_f64(double).expect("finite") >= rad);
        cases += 1;
    }
    assert_eq!(cases, 1000);
    assert!(Magnitude::new(1, -1080).to_f64() > 0.0);
}

/// Mistake 4: round twice. 1 + 2⁻¹⁰ + 2⁻⁶⁰ rounds to 1 + 2⁻⁹ at 10 bits; through 42 bits it becomes
/// a tie and rounds to 1, further off than half an ulp.
///
/// Made by rounding to `prec + 32` bits first in `Ball::from_rational` and `Ball::add`.
#[test]
fn mistake_04_values_are_rounded_once() {
    let prec = Bits::new(10);
    let tiny = Rational::from(1) >> 60u32;
    let small = Rational::from(1) >> 10u32;
    let value = Rational::from(1) + &small + &tiny;
    assert!(Ball::from_rational(&value, prec).contains_rational(&value));
    let part = Ball::from_rational(&(small + tiny), P);
    assert!(part.is_exact());
    assert!(Ball::one().add(&part, prec).contains_rational(&value));
    // √((1 + 2⁻¹⁰ + 2⁻⁶⁰)²), exp and ln next to a tie.
    let square = Ball::from_rational(&Rational::from(value.square_ref()), Bits::new(200));
    assert!(square.is_exact());
    assert!(square.sqrt(prec).contains_rational(&value));
    let near = Ball::from_rational(&value, Bits::new(300)).ln(Bits::new(300));
    assert!(near.exp(prec).overlaps(&Ball::from_rational(&value, P)));
}

/// Mistake 5: take the hull of the values at the ends although the function turns or has a pole
/// between them.
///
/// Made by dropping the crossed extremum in `oscillation`, the comparison of pieces in `tangent`,
/// and the case of a ball around 0 in `cosh` and `abs`.
#[test]
fn mistake_05_extrema_and_poles_inside_count() {
    let one = Rational::from(1);
    let zero = Rational::new();
    assert!(around(0.0, 1.0).cos(P).contains_rational(&one));
    assert!(around(3.0, 0.5).cos(P).contains_rational(&-one.clone()));
    assert!(around(1.5, 0.5).sin(P).contains_rational(&one));
    assert!(around(-1.5, 0.5).sin(P).contains_rational(&-one.clone()));
    assert!(
        around(4.5, 1.0)
            .sin_cos(P)
            .0
            .contains_rational(&-one.clone())
    );
    assert!(around(0.5, 0.375).sin_pi(P).contains_rational(&one));
    assert!(around(0.25, 0.5).cosh(P).contains_rational(&one));
    assert!(around(0.25, 1.5).cosh(P).contains_rational(&one));
    assert!(around(0.25, 0.5).square(P).contains_rational(&zero));
    assert!(around(0.25, 0.5).abs().contains_rational(&zero));
    // Poles and sign changes.
    assert!(!around(1.5, 0.25).tan(P).is_finite());
    assert!(!around(1.5, 1.55).tan(P).is_finite());
    assert!(!around(3.25, 0.25).cot(P).is_finite());
    assert!(!around(0.25, 0.5).recip(P).is_finite());
    assert!(!around(0.25, 0.5).pow_i64(-2, P).is_finite());
    assert!(!around(0.25, 0.5).pow(&around(0.5, 0.0), P).is_finite());
    assert!(!around(0.25, 0.5).coth(P).is_finite());
}

/// Mistake 6: a constant of an error bound, or the slope itself, rounded down.
///
/// Made by 3.14 for 22/7 in `sin_pi`, by `r` for `r + r²` in `growth`, and by dividing by the
/// midpoint in place of the lower end in `ln`, `ln1p`, `atanh`, `asin`, `div` and `sqrt`.
#[test]
fn mistake_06_slopes_are_rounded_up() {
    type Function = (fn(&Ball, Bits) -> Ball, fn(&Float) -> Float, f64);
    macro_rules! function {
        ($ball:expr, $float:ident, $mid:literal) => {
            ($ball, |x| Float::with_val(WIDE, x.$float()), $mid)
        };
    }
    let functions: [Function; 25] = [
        function!(Ball::exp, exp_ref, 1.0),
        function!(Ball::expm1, exp_m1_ref, 1.0),
        function!(Ball::expm1, exp_m1_ref, -3.0),
        function!(Ball::ln, ln_ref, 3.0),
        function!(Ball::ln1p, ln_1p_ref, -0.75),
        function!(Ball::sin, sin_ref, 0.0),
        function!(Ball::cos, cos_ref, 1.5),
        function!(|x, p| x.sin_cos(p).0, sin_ref, 0.5),
        function!(|x, p| x.sin_cos(p).1, cos_ref, 0.5),
        function!(Ball::tan, tan_ref, 1.25),
        function!(Ball::cot, cot_ref, 0.5),
        function!(Ball::sin_pi, sin_pi_ref, 0.0),
        function!(Ball::cos_pi, cos_pi_ref, 0.5),
        function!(Ball::sinh, sinh_ref, 1.0),
        function!(Ball::cosh, cosh_ref, 0.875),
        function!(Ball::tanh, tanh_ref, 0.0),
        function!(Ball::tanh, tanh_ref, 9.0),
        function!(Ball::coth, coth_ref, 0.5),
        function!(Ball::asin, asin_ref, 0.75),
        function!(Ball::acos, acos_ref, -0.75),
        function!(Ball::atan, atan_ref, 2.0),
        function!(Ball::asinh, asinh_ref, 2.0),
        function!(Ball::acosh, acosh_ref, 1.5),
        function!(Ball::atanh, atanh_ref, 0.75),
        function!(Ball::sqrt, sqrt_ref, 2.0),
    ];
    let mut cases = 0;
    for (index, (ball, float, mid)) in functions.iter().enumerate() {
        // From narrow balls, where the second order vanishes, to the widest that keep the slope.
        for shift in [4, 5, 6, 8, 12, 20, 28] {
            let x = around(*mid, f64::from(2).powi(-shift));
            let value = ball(&x, Bits::new(200));
            for end in [x.lower(Bits::new(WIDE)), x.upper(Bits::new(WIDE))] {
                assert!(holds(&value, &float(&end)), "function {index} at {x:?}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 350);
    let (x, y) = (around(1.0, 0.125), around(0.5, 0.25));
    assert!(x.div(&y, P).contains_rational(&Rational::from((9, 2))));
    assert!(y.recip(P).contains_rational(&Rational::from(4)));
}

/// Mistake 7: 0 · ∞ = NaN as a radius, after which nothing is contained and claims are refuted.
///
/// Made by returning 0 early in `Magnitude::times` and `scaled`, and by storing NaN in `Ball::new`.
#[test]
fn mistake_07_no_information_contains_everything() {
    let unknown = Ball::indeterminate();
    let zero = Ball::zero();
    let results = [
        zero.mul(&unknown, P),
        unknown.mul(&zero, P),
        unknown.mul_i64(0, P),
        unknown.mul_rational(&Rational::new(), P),
        unknown.sub(&unknown, P),
        unknown.div(&unknown, P),
        zero.div(&zero, P),
        zero.ln(P).mul(&zero, P),
        unknown.exp(P),
        unknown.sin(P),
        unknown.tan(P),
        unknown.sqrt(P),
        unknown.abs(),
        unknown.pow(&zero.add(&unknown, P), P),
        unknown.min(&zero, P),
        Ball::exact(Float::with_val(53, Special::Nan)),
        Ball::exact(Float::with_val(53, Special::Infinity)),
        Ball::from_bounds(&Float::new(53), &Float::with_val(53, Special::Infinity), P),
    ];
    for (index, ball) in results.iter().enumerate() {
        assert!(!ball.is_finite() && !ball.mid().is_nan(), "result {index}");
        assert!(ball.contains_rational(&Rational::from((-7, 3))));
        assert!(ball.contains(&Ball::one()) && ball.overlaps(&Ball::one()));
        assert_eq!(ball.certain_cmp(&Ball::one()), None);
        assert!(!ball.is_positive() && !ball.is_negative() && ball.contains_zero());
    }
}

/// Mistake 8: the radius of a rational computed in the precision of the midpoint and rounded to
/// nearest.
///
/// Made by a quarter of an ulp in `rounding_error`.
#[test]
fn mistake_08_conversions_enclose() {
    let mut random = Random::new(8);
    let mut cases = 0;
    for _ in 0..2000 {
        let q = Rational::from((random.between(-9999, 9999), random.between(1, 9999)));
        let prec = Bits::new(random.between(2, 70) as u32);
        let ball = Ball::from_rational(&q, prec);
        assert!(ball.contains_rational(&q), "{q} at {prec}: {ball:?}");
        let n = rug::Integer::from(random.bits());
        assert!(Ball::from_integer(&n, prec).contains_rational(&Rational::from(&n)));
        cases += 1;
    }
    assert_eq!(cases, 2000);
}

/// Mistake 9: trust a composition of rounded steps as if it were one correctly rounded step.
///
/// Made by dropping the radius of the root in `pow_rational`, of q π in `cos_pi_folded`, and of
/// the power of ten in the decimal parser.
#[test]
fn mistake_09_compositions_carry_every_rounding() {
    let mut random = Random::new(9);
    let mut cases = 0;
    for _ in 0..500 {
        // (x^(p/s))^s = x^p, exactly, for an integer x.
        let x = random.between(2, 1000);
        let (p, s) = (
            random.between(-300, 300) as i32,
            random.between(2, 12) as u32,
        );
        let prec = Bits::new(random.between(2, 120) as u32);
        let power = Ball::from_i64(x).pow_rational(&Rational::from((p, s)), prec);
        let exact = Rational::from(x).pow(p);
        let (lower, upper) = (power.lower(Bits::new(300)), power.upper(Bits::new(300)));
        assert!(
            rational(&lower).pow(s as i32) <= exact,
            "{x}^({p}/{s}) at {prec}"
        );
        assert!(
            rational(&upper).pow(s as i32) >= exact,
            "{x}^({p}/{s}) at {prec}"
        );
        cases += 1;
    }
    assert_eq!(cases, 500);
    // sin next to π/3 folds into a cosine, next to π/8 into a sine.
    for start in [Rational::from((1, 3)), Rational::from((1, 8))] {
        let q = Rational::from((1, rug::Integer::from(1) << 40u32)) + start;
        let angle = Float::with_val(WIDE, rug::float::Constant::Pi) * &q;
        let reference = Float::with_val(WIDE, angle.sin_ref());
        for bits in 2..200 {
            let value = Ball::sin_pi_rational(&q, Bits::new(bits));
            assert!(holds(&value, &reference), "{q} at {bits}");
        }
    }
    for exponent in [25_000, -25_000] {
        let text = format!("[7e{exponent} +/- 0]");
        for bits in 2..100 {
            let ball = Ball::from_decimal_text(&text, Bits::new(bits)).unwrap();
            let fine = Ball::from_decimal_text(&text, Bits::new(400)).unwrap();
            assert!(!ball.is_exact() && ball.contains(&fine), "{text} at {bits}");
        }
    }
}

/// Mistake 10: the wrong letter in a one-line helper that no test calls.
///
/// Made by turning the rounding of each of these functions round, one after the other.
#[test]
fn mistake_10_every_helper_rounds_its_own_way() {
    let mut random = Random::new(10);
    let mut cases = 0;
    for _ in 0..1000 {
        let (x, y) = (
            random.float(Region::Positive, P),
            random.float(Region::Positive, P),
        );
        let (a, b) = (Magnitude::from_float(&x), Magnitude::from_float(&y));
        let (qx, qy) = (rational(&x), rational(&y));
        let (qa, qb) = (rational(&a.to_float()), rational(&b.to_float()));
        assert!(qa >= qx && Magnitude::from_rational(&qx).to_float() >= x);
        assert!(rational(&a.plus(b).to_float()) >= Rational::from(&qa + &qb));
        assert!(rational(&a.times(b).to_float()) >= Rational::from(&qa * &qb));
        if y > 0 {
            assert!(rational(&a.over(&y).to_float()) >= Rational::from(&qa / &qy));
        }
        let root = rational(&a.sqrt().to_float());
        assert!(Rational::from(root.square_ref()) >= qa);
        assert!(rational(&a.power(7).to_float()) >= qa.clone().pow(7));
        let double = x.to_f64();
        assert!(Magnitude::from_f64(double).to_float() >= double);
        let ball = Ball::new(x.clone(), b);
        assert!(rational(&ball.magnitude().to_float()) >= Rational::from(&qx + &qy));
        let least = Rational::from(&qx - &qb);
        assert!(rational(&ball.magnitude_lower()) <= least.max(Rational::new()));
        let hull = Ball::from_bounds(&x.clone().min(&y), &x.clone().max(&y), Bits::new(20));
        assert!(hull.contains_rational(&qx) && hull.contains_rational(&qy));
        cases += 1;
    }
    assert_eq!(cases, 1000);
    // A bit far behind those that are kept still rounds up.
    let n = (rug::Integer::from(1) << 100u32) + 1u32;
    let power = Magnitude::power_of_two(100);
    assert!(Magnitude::from_integer(&n) > power);
    assert!(Magnitude::from_rational(&Rational::from(&n)) > power);
    assert!(Magnitude::from_float(&Float::with_val(101, &n)) > power);
    assert!(power.plus(Magnitude::ONE) > power);
    assert!(Magnitude::from_f64(1.0 + f64::EPSILON) > Magnitude::ONE);
}

/// Mistake 11: a finite value for a ball that straddles the edge of the domain.
///
/// Made by testing the midpoint alone in `sqrt`, and by cutting the ends off at the edge of the
/// domain besides in `ln`, `ln1p`, `asin`, `acos`, `atanh` and `acosh`.
#[test]
fn mistake_11_straddled_edges_give_no_information() {
    for rad in [1e-300, 1e-9, 0.5] {
        let (zero, one) = (around(0.0, rad), around(1.0, rad));
        let minus = around(-1.0, rad);
        let half = around(0.5, 0.0);
        for (index, ball) in [
            zero.sqrt(P),
            zero.rsqrt(P),
            zero.root(4, P),
            zero.ln(P),
            zero.pow(&half, P),
            zero.pow_rational(&Rational::from((1, 3)), P),
            minus.ln1p(P),
            one.asin(P),
            minus.asin(P),
            one.acos(P),
            minus.acos(P),
            one.atanh(P),
            minus.atanh(P),
            one.acosh(P),
            zero.recip(P),
            zero.coth(P),
            zero.cot(P),
            zero.floor(P),
            one.ceil(P),
        ]
        .iter()
        .enumerate()
        {
            assert!(!ball.is_finite(), "function {index} with radius {rad}");
        }
    }
    // A midpoint inside is not enough, and touching is.
    assert!(!around(0.25, 0.5).sqrt(P).is_finite());
    assert!(!around(0.25, 0.5).ln(P).is_finite());
    assert!(!around(-0.75, 0.5).ln1p(P).is_finite());
    assert!(!around(0.75, 0.5).asin(P).is_finite());
    assert!(!around(-0.75, 0.5).atanh(P).is_finite());
    assert!(!around(0.75, 0.5).acos(P).is_finite());
    assert!(!around(1.25, 0.5).acosh(P).is_finite());
    assert!(around(0.25, 0.25).sqrt(P).contains_zero());
    assert!(around(0.75, 0.25).acos(P).contains_zero());
}

/// Mistake 12: loops and filters that match nothing and succeed.
///
/// Made by removing the count from one loop of `ball_inclusion.rs`.
#[test]
fn mistake_12_loops_that_run_nothing_fail() {
    let mistakes = include_str!("ball_mistakes.rs");
    let named = (1..=12)
        .filter(|n| mistakes.contains(&format!("#[test]\nfn mistake_{n:02}_")))
        .count();
    assert_eq!(named, 12);
    let inclusion = include_str!("ball_inclusion.rs");
    let loops = inclusion.matches("for _ in 0..cases(1000)").count();
    let counts = inclusion.matches("assert_eq!(ran, cases(1000))").count();
    assert!(
        loops >= 6 && loops == counts,
        "{loops} loops, {counts} counts"
    );
    assert!(common::cases(1000) >= 1000);
    // And a point inside every finite ball of bearable exponents is found, so that cases are cases.
    let mut random = Random::new(12);
    let found = (0..1000)
        .filter(|_| {
            let ball = random.ball(Region::Line, P);
            match random.point(&ball) {
                Some(point) => ball.contains_rational(&rational(&point)),
                None => false,
            }
        })
        .count();
    assert!(found > 990, "{found}");
}
