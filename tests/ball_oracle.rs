//! malachite's correctly rounded floats against our balls: pure Rust on its own integers, where
//! ours stand on MPFR and GMP.
//!
//! For an exact operand and a precision p both sides promise the float nearest to f(x), ties to
//! even, and whether it is exact. So the midpoints agree bit for bit, the ball is exact iff
//! malachite says so, and the ball contains malachite's float with half an ulp around it. At
//! p + 61 bits malachite rounds differently, and that result must overlap too.
//!
//! 150 points a function, 10,000 with `ISOBATH_TEST_LONG=1`; the seeds are fixed.

mod common;

use std::cmp::Ordering;

use common::{Random, Region, show};
use isobath::number::{Ball, Bits, Magnitude};
use malachite::base::num::conversion::traits::{
    FromStringBase, IntegerMantissaAndExponent, ToStringBase,
};
use rug::{Float, Integer, Rational};

type Theirs = (malachite::Float, Ordering);

/// The number of points a function.
fn points() -> usize {
    if common::is_long() { 10_000 } else { 150 }
}

/// The same number as a malachite float, exactly.
fn to_theirs(x: &Float) -> malachite::Float {
    let (man, exp) = x.to_integer_exp().expect("finite");
    let bits = u64::from(man.significant_bits().max(1));
    let man = malachite::Integer::from_string_base(16, &man.to_string_radix(16)).expect("hex");
    malachite::Float::from_integer_prec(man, bits).0 << i64::from(exp)
}

/// The same number as a float of MPFR, exactly; `None` if it is not finite.
fn to_ours(x: &malachite::Float, prec: Bits) -> Option<Float> {
    if *x == 0 {
        return Some(Float::new(prec.get()));
    }
    if !x.is_finite() {
        return None;
    }
    let (man, exp): (malachite::Natural, i64) = x.integer_mantissa_and_exponent();
    let man = Integer::from_str_radix(&man.to_string_base(16), 16).expect("hex");
    let value = Float::with_val(prec.get(), man) << i32::try_from(exp).expect("in range");
    Some(if *x < 0 { -value } else { value })
}

/// The ball of a correctly rounded float.
fn as_ball(value: &Float, ordering: Ordering, prec: Bits) -> Ball {
    match value.get_exp() {
        Some(exp) if ordering != Ordering::Equal => Ball::new(
            value.clone(),
            Magnitude::power_of_two(i64::from(exp) - i64::from(prec.get()) - 1),
        ),
        _ => Ball::exact(value.clone()),
    }
}

fn judge(name: &str, input: &str, ours: &Ball, prec: Bits, theirs: Theirs, finer: Theirs) -> bool {
    let context = || format!("{name} of {input} at {prec} is {}", show(ours));
    let Some(value) = to_ours(&theirs.0, prec) else {
        assert!(!ours.is_finite(), "{}", context());
        return false;
    };
    assert!(ours.is_finite(), "{} but there {value}", context());
    assert!(*ours.mid() == value, "{} but there {value}", context());
    assert_eq!(
        ours.is_exact(),
        theirs.1 == Ordering::Equal,
        "{}",
        context()
    );
    assert!(
        ours.contains(&as_ball(&value, theirs.1, prec)),
        "{}",
        context()
    );
    let wide = prec.plus(61);
    if let Some(value) = to_ours(&finer.0, wide) {
        assert!(
            ours.overlaps(&as_ball(&value, finer.1, wide)),
            "{}",
            context()
        );
    }
    true
}

fn unary(
    seed: u64,
    name: &str,
    region: Region,
    ours: fn(&Ball, Bits) -> Ball,
    theirs: fn(&malachite::Float, u64) -> Theirs,
) {
    let mut random = Random::new(seed);
    let (mut ran, mut finite) = (0, 0);
    while ran < points() {
        let prec = random.precision();
        let input = random.precision();
        let x = random.exact(region, input);
        let p = u64::from(prec.get());
        let y = to_theirs(x.mid());
        let (near, finer) = (theirs(&y, p), theirs(&y, p + 61));
        finite += usize::from(judge(name, &show(&x), &ours(&x, prec), prec, near, finer));
        ran += 1;
    }
    assert_eq!(ran, points());
    assert!(finite * 2 > ran, "{name}: only {finite} finite values");
}

macro_rules! oracle_tests {
    ($($seed:literal $name:ident $region:ident $ours:expr, $theirs:ident;)*) => {
        $(#[test]
        fn $name() {
            unary($seed, stringify!($name), Region::$region, $ours, |x, p| x.$theirs(p));
        })*
    };
}

oracle_tests! {
    1 exp Angle Ball::exp, exp_prec_ref;
    2 expm1 Angle Ball::expm1, exp_x_minus_1_prec_ref;
    3 ln Positive Ball::ln, ln_prec_ref;
    4 ln1p Unit Ball::ln1p, ln_1_plus_x_prec_ref;
    5 sin Angle Ball::sin, sin_prec_ref;
    6 cos Angle Ball::cos, cos_prec_ref;
    7 sin_of_pair Angle |x, p| x.sin_cos(p).0, sin_prec_ref;
    8 cos_of_pair Angle |x, p| x.sin_cos(p).1, cos_prec_ref;
    9 tan Angle Ball::tan, tan_prec_ref;
    10 cot Angle Ball::cot, cot_prec_ref;
    11 sin_pi Angle Ball::sin_pi, sin_pi_prec_ref;
    12 cos_pi Angle Ball::cos_pi, cos_pi_prec_ref;
    13 sinh Angle Ball::sinh, sinh_prec_ref;
    14 cosh Angle Ball::cosh, cosh_prec_ref;
    15 tanh Angle Ball::tanh, tanh_prec_ref;
    16 coth Angle Ball::coth, coth_prec_ref;
    17 asin Unit Ball::asin, asin_prec_ref;
    18 acos Unit Ball::acos, acos_prec_ref;
    19 atan Line Ball::atan, atan_prec_ref;
    20 asinh Line Ball::asinh, asinh_prec_ref;
    21 acosh AboveOne Ball::acosh, acosh_prec_ref;
    22 atanh Unit Ball::atanh, atanh_prec_ref;
    23 sqrt Positive Ball::sqrt, sqrt_prec_ref;
    24 rsqrt Positive Ball::rsqrt, reciprocal_sqrt_prec_ref;
    25 cbrt Line Ball::cbrt, cbrt_prec_ref;
    26 recip Line Ball::recip, reciprocal_prec_ref;
    27 square Line Ball::square, square_prec_ref;
}

#[test]
fn field_operations_and_powers() {
    type Ours = fn(&Ball, &Ball, Bits) -> Ball;
    type Other = fn(&malachite::Float, &malachite::Float, u64) -> Theirs;
    let operations: [(&str, Region, Ours, Other); 5] = [
        ("add", Region::Line, Ball::add, |x, y, p| {
            x.add_prec_ref_ref(y, p)
        }),
        ("sub", Region::Line, Ball::sub, |x, y, p| {
            x.sub_prec_ref_ref(y, p)
        }),
        ("mul", Region::Line, Ball::mul, |x, y, p| {
            x.mul_prec_ref_ref(y, p)
        }),
        ("div", Region::Line, Ball::div, |x, y, p| {
            x.div_prec_ref_ref(y, p)
        }),
        ("pow", Region::Positive, Ball::pow, |x, y, p| {
            x.pow_prec_ref_ref(y, p)
        }),
    ];
    let mut random = Random::new(30);
    for (name, region, ours, theirs) in operations {
        let (mut ran, mut finite) = (0, 0);
        while ran < points() {
            let prec = random.precision();
            let (p, q) = (random.precision(), random.precision());
            let (x, y) = (random.exact(region, p), random.exact(Region::Unit, q));
            let p = u64::from(prec.get());
            let (a, b) = (to_theirs(x.mid()), to_theirs(y.mid()));
            let input = format!("{} and {}", show(&x), show(&y));
            let (near, finer) = (theirs(&a, &b, p), theirs(&a, &b, p + 61));
            finite += usize::from(judge(name, &input, &ours(&x, &y, prec), prec, near, finer));
            ran += 1;
        }
        assert_eq!(ran, points());
        assert!(finite * 2 > ran, "{name}: only {finite} finite values");
    }
}

#[test]
fn roots() {
    let mut random = Random::new(31);
    let mut ran = 0;
    while ran < points() {
        let prec = random.precision();
        let input = random.precision();
        let x = random.exact(Region::Positive, input);
        let n = random.between(1, 40) as u32;
        let p = u64::from(prec.get());
        let y = to_theirs(x.mid());
        let (near, finer) = (
            y.root_u_prec_ref(u64::from(n), p),
            y.root_u_prec_ref(u64::from(n), p + 61),
        );
        let name = format!("root {n}");
        judge(&name, &show(&x), &x.root(n, prec), prec, near, finer);
        ran += 1;
    }
    assert_eq!(ran, points());
}

#[test]
fn multiples_of_pi() {
    type Ours = fn(&Rational, Bits) -> Ball;
    type Other = fn(malachite::rational::Rational, u64) -> Theirs;
    let functions: [(&str, Ours, Other); 3] = [
        (
            "sin_pi",
            Ball::sin_pi_rational,
            malachite::Float::sin_pi_rational_prec,
        ),
        (
            "cos_pi",
            Ball::cos_pi_rational,
            malachite::Float::cos_pi_rational_prec,
        ),
        (
            "tan_pi",
            Ball::tan_pi_rational,
            malachite::Float::tan_pi_rational_prec,
        ),
    ];
    let mut random = Random::new(32);
    for (name, ours, theirs) in functions {
        let mut ran = 0;
        while ran < points() {
            let prec = random.precision();
            let bound = if random.one_in(2) { 24 } else { 1 << 30 };
            let q = Rational::from((random.between(-bound, bound), random.between(1, bound)));
            let same = malachite::rational::Rational::from_signeds(
                q.numer().to_i64().expect("small"),
                q.denom().to_i64().expect("small"),
            );
            let p = u64::from(prec.get());
            let (near, finer) = (theirs(same.clone(), p), theirs(same, p + 61));
            judge(name, &q.to_string(), &ours(&q, prec), prec, near, finer);
            ran += 1;
        }
        assert_eq!(ran, points());
    }
}

#[test]
fn constants() {
    type Constant = (fn(Bits) -> Ball, fn(u64) -> Theirs);
    let constants: [Constant; 3] = [
        (Ball::pi, malachite::Float::pi_prec),
        (Ball::ln_2, malachite::Float::ln_2_prec),
        (Ball::euler_gamma, malachite::Float::eulers_constant_prec),
    ];
    let mut ran = 0;
    for (ours, theirs) in constants {
        for bits in (2..200).chain([333, 1000, 3333]) {
            let (prec, p) = (Bits::new(bits), u64::from(bits));
            assert!(judge(
                "constant",
                "",
                &ours(prec),
                prec,
                theirs(p),
                theirs(p + 61)
            ));
            ran += 1;
        }
    }
    assert_eq!(ran, 3 * 201);
}

#[test]
fn rationals_round_alike() {
    let mut random = Random::new(33);
    let mut ran = 0;
    while ran < 10 * points() {
        let q = (
            random.between(-1 << 40, 1 << 40),
            random.between(1, 1 << 40),
        );
        let prec = random.precision();
        let same = malachite::rational::Rational::from_signeds(q.0, q.1);
        let p = u64::from(prec.get());
        let (near, finer) = (
            malachite::Float::from_rational_prec_ref(&same, p),
            malachite::Float::from_rational_prec_ref(&same, p + 61),
        );
        let ours = Ball::from_rational(&Rational::from(q), prec);
        judge("rational", &same.to_string(), &ours, prec, near, finer);
        ran += 1;
    }
    assert_eq!(ran, 10 * points());
}
