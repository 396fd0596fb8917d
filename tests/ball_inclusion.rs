//! Every ball operation, on random balls biased to corners:
//!
//! - *inclusion*: f of a number inside the operands, evaluated far more precisely (in exact
//!   rational arithmetic for the field operations), lies inside the result; if f has no value
//!   there, the result is no information;
//! - *tightness*: for exact operands the radius is at most 4 ulp of the midpoint; for the monotone
//!   functions a ball is at most a few times as wide as the values at its ends;
//! - *convergence*: the results at p, 2p and 4p bits overlap, and the radius shrinks.
//!
//! Seeds are fixed. 1000 cases an operation; `ISOBATH_TEST_LONG=1` runs a hundred times as many.

mod common;

use common::{Random, Region, cases, show};
use isobath::number::{Ball, Bits, Magnitude};
use rug::float::Round;
use rug::ops::Pow;
use rug::{Float, Rational};

/// A function of one ball, and the same function of a float in a rounding direction.
struct Unary {
    name: &'static str,
    region: Region,
    /// Whether the function is monotone on every ball inside its domain.
    monotone: bool,
    ball: fn(&Ball, Bits) -> Ball,
    float: fn(&Float, u32, Round) -> Float,
}

/// `4 ulp` of the midpoint for a result of `prec` bits.
fn four_ulp(ball: &Ball, prec: Bits) -> Option<Magnitude> {
    let exp = ball.mid().get_exp()?;
    Some(Magnitude::power_of_two(
        i64::from(exp) - i64::from(prec.get()) + 2,
    ))
}

/// Whether the ball may hold the number that lies in [low, high].
fn meets(ball: &Ball, low: &Float, high: &Float) -> bool {
    if !ball.is_finite() {
        return true;
    }
    if low.is_nan() || high.is_nan() || low.is_infinite() || high.is_infinite() {
        return false;
    }
    let wide = Bits::new(low.prec().max(ball.mid().prec())).plus(64);
    ball.lower(wide) <= *high && ball.upper(wide) >= *low
}

/// Runs the cases of one function and returns how many of them were decided by a finite ball.
fn unary(seed: u64, op: &Unary) -> usize {
    let mut random = Random::new(seed);
    let (mut ran, mut finite) = (0, 0);
    for _ in 0..cases(1000) {
        let prec = random.precision();
        let input_prec = random.precision();
        let x = if random.one_in(3) {
            random.exact(op.region, input_prec)
        } else {
            random.ball(op.region, input_prec)
        };
        let value = (op.ball)(&x, prec);
        let context = || {
            let (name, x, value) = (op.name, show(&x), show(&value));
            format!("{name} of {x} at {prec} is {value}")
        };
        for _ in 0..4 {
            let Some(point) = random.point(&x) else {
                continue;
            };
            let wide = 2 * prec.get() + 128;
            let low = (op.float)(&point, wide, Round::Down);
            let high = (op.float)(&point, wide, Round::Up);
            assert!(
                meets(&value, &low, &high),
                "{}\nbut at {point:?} it lies in [{low}, {high}]",
                context()
            );
        }
        if value.is_finite() {
            finite += 1;
            tight(op, &x, &value, prec, &context);
        }
        convergent(&x, &value, prec, op.ball, &context);
        ran += 1;
    }
    assert_eq!(ran, cases(1000));
    finite
}

fn tight(op: &Unary, x: &Ball, value: &Ball, prec: Bits, context: &dyn Fn() -> String) {
    let Some(ulps) = four_ulp(value, prec) else {
        return;
    };
    if x.is_exact() {
        assert!(value.rad() <= ulps, "{}", context());
    } else if op.monotone {
        let wide = Bits::new(x.mid().prec().max(prec.get())).plus(64);
        let low = (op.float)(&x.lower(wide), wide.get(), Round::Nearest);
        let high = (op.float)(&x.upper(wide), wide.get(), Round::Nearest);
        let width = Magnitude::from_float(&Float::with_val(32, &high - &low));
        // Next to 0 the ends may be rounded past the ball: then there is nothing to compare.
        if width.is_finite() {
            let allowed = width.shifted(2).plus(ulps);
            assert!(value.rad() <= allowed, "{}\nwidth {width:?}", context());
        }
    }
}

fn convergent(
    x: &Ball,
    value: &Ball,
    prec: Bits,
    f: fn(&Ball, Bits) -> Ball,
    context: &dyn Fn() -> String,
) {
    let (twice, four_times) = (f(x, prec.doubled()), f(x, prec.doubled().doubled()));
    assert!(value.overlaps(&twice), "{}", context());
    assert!(value.overlaps(&four_times), "{}", context());
    assert!(twice.overlaps(&four_times), "{}", context());
    if !value.is_finite() {
        return;
    }
    assert!(twice.is_finite(), "{}", context());
    if x.is_exact() && value.mid().get_exp().is_some() {
        // From half an ulp at p bits to 4 ulp at 2p bits is a factor 2^(3 − p).
        let shrunk = value.rad().shifted(32 - i64::from(prec.get()));
        assert!(twice.rad() <= shrunk, "{}\n{}", context(), show(&twice));
    } else {
        // The bound of a wide ball depends on where its midpoint was rounded to: half as much again.
        let ulps = four_ulp(&twice, prec.doubled()).unwrap_or(Magnitude::ZERO);
        let same = value.rad().plus(value.rad().shifted(-1)).plus(ulps);
        assert!(twice.rad() <= same, "{}\n{}", context(), show(&twice));
    }
}

macro_rules! unary_tests {
    ($($seed:literal $name:ident $region:ident $monotone:literal
       |$x:ident, $p:ident| $ball:expr, |$t:ident| $float:expr;)*) => {
        $(#[test]
        fn $name() {
            let finite = unary($seed, &Unary {
                name: stringify!($name),
                region: Region::$region,
                monotone: $monotone,
                ball: |$x, $p| $ball,
                float: |$t, prec, round| Float::with_val_round(prec, $float, round).0,
            });
            // No information everywhere would include everything.
            assert!(finite * 3 > cases(1000), "only {finite} balls were finite");
        })*
    };
}

unary_tests! {
    101 neg Line true |x, _p| x.neg(), |t| -t;
    102 abs Line false |x, _p| x.abs(), |t| t.abs_ref();
    103 square Line false |x, p| x.square(p), |t| t.square_ref();
    104 recip Positive true |x, p| x.recip(p), |t| t.recip_ref();
    105 sqrt Positive false |x, p| x.sqrt(p), |t| t.sqrt_ref();
    106 rsqrt Positive false |x, p| x.rsqrt(p), |t| t.recip_sqrt_ref();
    107 cbrt Line true |x, p| x.cbrt(p), |t| t.cbrt_ref();
    108 root_5 Line true |x, p| x.root(5, p), |t| t.root_ref(5);
    109 root_6 Positive true |x, p| x.root(6, p), |t| t.root_ref(6);
    110 add_i64 Line true |x, p| x.add_i64(-7, p), |t| t - 7;
    111 mul_i64 Line true |x, p| x.mul_i64(-12, p), |t| t * -12;
    112 div_i64 Line true |x, p| x.div_i64(-12, p), |t| t / -12;
    113 mul_2exp Line true |x, _p| x.mul_2exp(-77), |t| t >> 77;
    114 pow_3 Line false |x, p| x.pow_u64(3, p), |t| t.pow(3u32);
    115 pow_minus_3 Positive false |x, p| x.pow_i64(-3, p), |t| t.pow(-3i32);
    116 pow_two_thirds Positive false
        |x, p| x.pow_rational(&Rational::from((2, 3)), p), |t| squared(t).cbrt_ref();
    117 pow_minus_half Positive false
        |x, p| x.pow_rational(&Rational::from((-1, 2)), p), |t| t.recip_sqrt_ref();
    118 floor Line false |x, p| x.floor(p), |t| t.floor_ref();
    119 ceil Line false |x, p| x.ceil(p), |t| t.ceil_ref();
    201 exp Angle true |x, p| x.exp(p), |t| t.exp_ref();
    202 expm1 Angle true |x, p| x.expm1(p), |t| t.exp_m1_ref();
    203 ln Positive true |x, p| x.ln(p), |t| t.ln_ref();
    204 ln1p Unit true |x, p| x.ln1p(p), |t| t.ln_1p_ref();
    205 sin Angle false |x, p| x.sin(p), |t| t.sin_ref();
    206 cos Angle false |x, p| x.cos(p), |t| t.cos_ref();
    207 sin_of_pair Angle false |x, p| x.sin_cos(p).0, |t| t.sin_ref();
    208 cos_of_pair Angle false |x, p| x.sin_cos(p).1, |t| t.cos_ref();
    209 tan Angle true |x, p| x.tan(p), |t| t.tan_ref();
    210 cot Angle true |x, p| x.cot(p), |t| t.cot_ref();
    211 sin_pi Angle false |x, p| x.sin_pi(p), |t| t.sin_pi_ref();
    212 cos_pi Angle false |x, p| x.cos_pi(p), |t| t.cos_pi_ref();
    213 sinh Angle true |x, p| x.sinh(p), |t| t.sinh_ref();
    214 cosh Angle false |x, p| x.cosh(p), |t| t.cosh_ref();
    215 tanh Angle true |x, p| x.tanh(p), |t| t.tanh_ref();
    216 coth Angle true |x, p| x.coth(p), |t| t.coth_ref();
    217 asin Unit true |x, p| x.asin(p), |t| t.asin_ref();
    218 acos Unit true |x, p| x.acos(p), |t| t.acos_ref();
    219 atan Line true |x, p| x.atan(p), |t| t.atan_ref();
    220 asinh Line true |x, p| x.asinh(p), |t| t.asinh_ref();
    221 acosh AboveOne true |x, p| x.acosh(p), |t| t.acosh_ref();
    222 atanh Unit true |x, p| x.atanh(p), |t| t.atanh_ref();
}

/// The exact square.
fn squared(x: &Float) -> Float {
    Float::with_val(2 * x.prec(), x.square_ref())
}

/// Runs the cases of a field operation against exact rational arithmetic.
fn binary(
    seed: u64,
    name: &str,
    ball: fn(&Ball, &Ball, Bits) -> Ball,
    exact: fn(&Rational, &Rational) -> Option<Rational>,
) {
    let mut random = Random::new(seed);
    let (mut ran, mut finite) = (0, 0);
    for _ in 0..cases(1000) {
        let prec = random.precision();
        let (p, q) = (random.precision(), random.precision());
        let mut y = random.ball(Region::Line, q);
        let mut x = random.ball(Region::Line, p);
        match random.below(6) {
            0 => x = Ball::exact(x.mid().clone()),
            1 => y = Ball::exact(y.mid().clone()),
            2 => {
                x = Ball::exact(x.mid().clone());
                y = Ball::exact(y.mid().clone());
            }
            // The same ball twice: sums and differences cancel.
            3 => y = x.clone(),
            _ => {}
        }
        let value = ball(&x, &y, prec);
        let context = || {
            let (x, y, value) = (show(&x), show(&y), show(&value));
            format!("{name} of {x} and {y} at {prec} is {value}")
        };
        for _ in 0..4 {
            let (Some(a), Some(b)) = (random.point(&x), random.point(&y)) else {
                continue;
            };
            let (Some(a), Some(b)) = (a.to_rational(), b.to_rational()) else {
                continue;
            };
            let inside = match exact(&a, &b) {
                Some(c) => value.contains_rational(&c),
                None => !value.is_finite(),
            };
            assert!(inside, "{}\nbut not at {a} and {b}", context());
        }
        if value.is_finite() {
            finite += 1;
            // The union of two numbers is as wide as they are apart.
            if x.is_exact()
                && y.is_exact()
                && name != "union"
                && let Some(ulps) = four_ulp(&value, prec)
            {
                assert!(value.rad() <= ulps, "{}", context());
            }
            let twice = ball(&x, &y, prec.doubled());
            assert!(value.overlaps(&twice), "{}", context());
            let ulps = four_ulp(&twice, prec.doubled()).unwrap_or(Magnitude::ZERO);
            let same = value.rad().plus(value.rad().shifted(-1)).plus(ulps);
            assert!(twice.rad() <= same, "{}", context());
        }
        ran += 1;
    }
    assert_eq!(ran, cases(1000));
    assert!(finite * 3 > ran, "only {finite} balls were finite");
}

#[test]
fn add() {
    binary(301, "add", Ball::add, |a, b| Some(Rational::from(a + b)));
}

#[test]
fn sub() {
    binary(302, "sub", Ball::sub, |a, b| Some(Rational::from(a - b)));
}

#[test]
fn mul() {
    binary(303, "mul", Ball::mul, |a, b| Some(Rational::from(a * b)));
}

#[test]
fn div() {
    binary(304, "div", Ball::div, |a, b| {
        (*b != 0).then(|| Rational::from(a / b))
    });
}

#[test]
fn mul_add() {
    // x y + x
    binary(
        305,
        "mul_add",
        |x, y, p| x.mul_add(y, x, p),
        // The two x of a point need not be equal inside the balls, but may be.
        |a, b| Some(Rational::from(a * b) + a),
    );
}

#[test]
fn minimum() {
    binary(306, "min", Ball::min, |a, b| {
        Some(if a < b { a.clone() } else { b.clone() })
    });
}

#[test]
fn maximum() {
    binary(307, "max", Ball::max, |a, b| {
        Some(if a > b { a.clone() } else { b.clone() })
    });
}

#[test]
fn union() {
    binary(308, "union", Ball::union, |a, _| Some(a.clone()));
    binary(309, "union", Ball::union, |_, b| Some(b.clone()));
}

#[test]
fn rational_constants() {
    // x + q, x q and q itself, for rationals that are not dyadic.
    let mut random = Random::new(310);
    let mut ran = 0;
    for _ in 0..cases(1000) {
        let prec = random.precision();
        let p = random.precision();
        let q = Rational::from((random.between(-99, 99), random.between(1, 999)));
        let x = random.ball(Region::Line, p);
        let values = [
            x.add_rational(&q, prec),
            x.mul_rational(&q, prec),
            x.mul_integer(q.numer(), prec),
            Ball::from_rational(&q, prec),
        ];
        if let Some(a) = random.point(&x).and_then(|a| a.to_rational()) {
            let exact = [
                Rational::from(&a + &q),
                Rational::from(&a * &q),
                Rational::from(&a * q.numer()),
                q.clone(),
            ];
            for (value, exact) in values.iter().zip(&exact) {
                let context = (show(&x), q.to_string(), prec, show(value));
                assert!(value.contains_rational(exact), "{context:?}");
            }
        }
        ran += 1;
    }
    assert_eq!(ran, cases(1000));
}

#[test]
fn real_powers() {
    let mut random = Random::new(311);
    let (mut ran, mut finite) = (0, 0);
    for _ in 0..cases(1000) {
        let prec = random.precision();
        let (p, q) = (random.precision(), random.precision());
        let x = random.ball(Region::Positive, p);
        let y = match random.below(4) {
            0 => random.exact(Region::Line, q),
            1 => Ball::exact(Float::with_val(53, random.between(-40, 40)) >> 2),
            _ => random.ball(Region::Unit, q),
        };
        let value = x.pow(&y, prec);
        let context = || {
            let (x, y, value) = (show(&x), show(&y), show(&value));
            format!("pow of {x} and {y} at {prec} is {value}")
        };
        for _ in 0..4 {
            let (Some(a), Some(b)) = (random.point(&x), random.point(&y)) else {
                continue;
            };
            let wide = 2 * prec.get() + 128;
            let low = Float::with_val_round(wide, (&a).pow(&b), Round::Down).0;
            let high = Float::with_val_round(wide, (&a).pow(&b), Round::Up).0;
            assert!(meets(&value, &low, &high), "{}\nat {a} {b}", context());
        }
        if value.is_finite() {
            finite += 1;
            if let (true, true, Some(ulps)) = (x.is_exact(), y.is_exact(), four_ulp(&value, prec)) {
                assert!(value.rad() <= ulps, "{}", context());
            }
            assert!(value.overlaps(&x.pow(&y, prec.doubled())), "{}", context());
        }
        ran += 1;
    }
    assert_eq!(ran, cases(1000));
    assert!(finite * 3 > ran, "only {finite} balls were finite");
}

#[test]
fn multiples_of_pi_agree_with_radians() {
    let mut random = Random::new(312);
    let mut ran = 0;
    for _ in 0..cases(1000) {
        let prec = random.precision();
        let bound = if random.one_in(2) { 40 } else { 1 << 40 };
        let q = Rational::from((random.between(-bound, bound), random.between(1, bound)));
        let work = prec.plus(64);
        let angle = Ball::pi(work).mul_rational(&q, work);
        for (direct, other) in [
            (Ball::sin_pi_rational(&q, prec), angle.sin(work)),
            (Ball::cos_pi_rational(&q, prec), angle.cos(work)),
            (Ball::tan_pi_rational(&q, prec), angle.tan(work)),
        ] {
            assert!(direct.overlaps(&other), "{q} at {prec}");
            if let (true, Some(ulps)) = (direct.is_finite(), four_ulp(&direct, prec)) {
                assert!(direct.rad() <= ulps, "{q} at {prec}: {direct:?}");
            }
        }
        ran += 1;
    }
    assert_eq!(ran, cases(1000));
}

#[test]
fn texts_read_back() {
    let mut random = Random::new(313);
    let mut ran = 0;
    for _ in 0..cases(1000) {
        let prec = random.precision();
        let x = random.ball(Region::Line, prec);
        for back in [
            Ball::from_dyadic_text(&x.to_dyadic_text()).unwrap(),
            Ball::from_dump_text(&x.to_dump_text()).unwrap(),
        ] {
            assert!(
                back.mid() == x.mid() && back.rad() == x.rad(),
                "{}",
                show(&x)
            );
        }
        let digits = isobath::number::Digits::new(1 + random.below(400)).unwrap();
        let text = x.to_decimal_text(digits);
        let reader = random.precision();
        let back = Ball::from_decimal_text(&text, reader).unwrap();
        assert!(back.contains(&x), "{} as {text} at {reader}", show(&x));
        // Not much wider than the digits and the reader's precision allow.
        if let (true, Some(exp)) = (x.is_finite(), x.mid().get_exp()) {
            let digit = -(f64::from(digits.get()) * std::f64::consts::LOG2_10) as i64 + 4;
            let unit = i64::from(exp) + digit.max(2 - i64::from(reader.get()));
            let allowed = x.rad().shifted(1).plus(Magnitude::power_of_two(unit));
            assert!(back.rad() <= allowed, "{} as {text}", show(&x));
        }
        ran += 1;
    }
    assert_eq!(ran, cases(1000));
}
