//! The special functions:
//!
//! - *stored digits*: 50 digits on which mpmath and FLINT agree (`reference/generate_special.py`);
//! - *inclusion*: on random balls biased to corners, the value at a number inside the ball lies in
//!   the result, by MPFR where it has the function, else by an exact point at a higher precision;
//! - *convergence*: results at p and 2p bits overlap and the radius shrinks;
//! - *second routes*: functional equations, other series, finite sums.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Random, Region, cases, show};
use isobath::limits::Limits;
use isobath::number::ball::special::{Parameter, hyp2f1, hyp2f1_series};
use isobath::number::{Ball, Bits, Magnitude};
use rug::float::Round;
use rug::{Float, Integer, Rational};

const PRECISIONS: [u32; 5] = [64, 128, 333, 1000, 3333];

fn bits(prec: u32) -> Bits {
    Bits::new(prec)
}

fn rational(numerator: i64, denominator: i64) -> Rational {
    Rational::from((numerator, denominator))
}

/// A decimal of 50 digits as the ball of half a unit in its last place.
fn stored(text: &str) -> Ball {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Integer = format!("{whole}{fraction}").parse().unwrap();
    let places = fraction.len() as i32 - exponent.parse::<i32>().unwrap();
    let ten = Integer::from(Integer::u_pow_u(10, places.unsigned_abs()));
    let unit = if places >= 0 {
        Rational::from((1, ten))
    } else {
        Rational::from(ten)
    };
    let value = Ball::from_rational(&(Rational::from(digits) * &unit), bits(400));
    value.widened(Magnitude::from_rational(&(unit / 2u32)))
}

/// f of the rational arguments at the given precision, by the public way for rationals.
fn evaluate(name: &str, args: &[Rational], prec: Bits) -> Ball {
    let ball = |i: usize| Ball::from_rational(&args[i], prec.plus(64));
    match name {
        "gamma" => Ball::gamma_rational(&args[0], prec),
        "lgamma" => Ball::lgamma_rational(&args[0], prec),
        "digamma" => Ball::digamma_rational(&args[0], prec),
        "polygamma" => Ball::polygamma(args[0].numer().to_u32().unwrap(), &ball(1), prec),
        "zeta" => ball(0).zeta(prec),
        "hurwitz_zeta" => ball(0).hurwitz_zeta(&ball(1), prec),
        "erf" => ball(0).erf(prec),
        "erfc" => ball(0).erfc(prec),
        "erfi" => ball(0).erfi(prec),
        "normal_cdf" => ball(0).normal_cdf(prec),
        "lambertw" => ball(0).lambertw(prec),
        "lambertw_lower" => ball(0).lambertw_lower(prec),
        "hyp2f1" => {
            let [a, b, c] = [0, 1, 2].map(|i| Parameter::from(args[i].clone()));
            hyp2f1(&a, &b, &c, &ball(3), prec, &Limits::default()).unwrap()
        }
        _ => panic!("no function {name}"),
    }
}

/// A function of one ball with an independent value at a point, as a ball.
struct Unary {
    name: &'static str,
    region: Region,
    /// Largest exponent of the arguments: beyond it the function is too slow to test or trivial.
    exponent: i32,
    ball: fn(&Ball, Bits) -> Ball,
    oracle: fn(&Float, Bits) -> Ball,
}

/// Inclusion and convergence on random balls; the number of finite results.
fn unary(seed: u64, op: &Unary) -> usize {
    let mut random = Random::new(seed);
    let (mut ran, mut finite) = (0, 0);
    while ran < cases(250) {
        let prec = Bits::new(random.precision().get().min(700));
        let input = random.precision();
        let x = if random.one_in(2) {
            random.exact(op.region, input)
        } else {
            random.ball(op.region, input)
        };
        if x.mid().get_exp().is_some_and(|e| e > op.exponent) {
            continue;
        }
        ran += 1;
        let value = (op.ball)(&x, prec);
        let context = || format!("{} of {} at {prec} is {}", op.name, show(&x), show(&value));
        for _ in 0..2 {
            let Some(point) = random.point(&x) else {
                continue;
            };
            let expected = (op.oracle)(&point, prec.plus(64));
            assert!(
                value.overlaps(&expected) && (expected.is_finite() || !value.is_finite()),
                "{}\nbut at {point:?} it is {expected:?}",
                context()
            );
        }
        if !value.is_finite() {
            continue;
        }
        finite += 1;
        let twice = (op.ball)(&x, prec.doubled());
        assert!(
            twice.is_finite() && value.overlaps(&twice),
            "{}\n{}",
            context(),
            show(&twice)
        );
        if x.is_exact() && value.mid().get_exp().is_some() {
            let ulps = value.accuracy();
            assert!(
                ulps >= i64::from(prec.get()) - 2,
                "{}: {ulps} bits",
                context()
            );
            let ulps = twice.accuracy();
            assert!(
                ulps >= 2 * i64::from(prec.get()) - 2,
                "{}: {ulps} bits",
                show(&twice)
            );
        }
    }
    finite
}

/// MPFR's correctly rounded value, with its rounding.
fn mpfr<T>(value: T, prec: Bits) -> Ball
where
    Float: rug::ops::AssignRound<T, Round = Round, Ordering = std::cmp::Ordering>,
{
    let value = Float::with_val_round(prec.get(), value, Round::Nearest).0;
    match value.get_exp() {
        Some(exp) => Ball::new(
            value,
            Magnitude::power_of_two(i64::from(exp) - i64::from(prec.get())),
        ),
        None => Ball::exact(value),
    }
}

macro_rules! unary_tests {
    ($($seed:literal $name:ident $region:ident $exponent:literal
       |$x:ident, $p:ident| $ball:expr, |$t:ident, $q:ident| $oracle:expr;)*) => {
        $(#[test]
        fn $name() {
            let finite = unary($seed, &Unary {
                name: stringify!($name),
                region: Region::$region,
                exponent: $exponent,
                ball: |$x, $p| $ball,
                oracle: |$t, $q| $oracle,
            });
            // No information everywhere would include everything.
            assert!(finite * 3 > cases(250), "only {finite} balls were finite");
        })*
    };
}

unary_tests! {
    201 gamma Line 20 |x, p| x.gamma(p), |t, p| mpfr(t.gamma_ref(), p);
    202 recip_gamma Line 20 |x, p| x.recip_gamma(p),
        |t, p| if t.is_integer() && *t <= 0 { Ball::zero() } else { mpfr(t.gamma_ref(), p).recip(p) };
    203 lgamma Line 60 |x, p| x.lgamma(p), |t, p| {
        let mut value = Float::with_val(p.get().max(t.prec()), t);
        value.ln_abs_gamma_round(Round::Nearest);
        let rad = Magnitude::from_float(&value).shifted(-i64::from(p.get()));
        Ball::new(value, rad)
    };
    204 digamma Line 60 |x, p| x.digamma(p), |t, p| mpfr(t.digamma_ref(), p);
    205 erf Line 60 |x, p| x.erf(p), |t, p| mpfr(t.erf_ref(), p);
    206 erfc Line 12 |x, p| x.erfc(p), |t, p| mpfr(t.erfc_ref(), p);
    207 zeta Line 6 |x, p| x.zeta(p), |t, p| mpfr(t.zeta_ref(), p);
    208 erfi Line 9 |x, p| x.erfi(p), |t, p| Ball::exact(t.clone()).erfi(p);
    209 normal_cdf Line 9 |x, p| x.normal_cdf(p), |t, p| {
        let x = Ball::exact(t.clone()).div(&Ball::from_i64(2).sqrt(p.plus(64)), p.plus(64)).neg();
        let (low, high) = (x.lower(p.plus(64)), x.upper(p.plus(64)));
        mpfr(low.erfc_ref(), p).union(&mpfr(high.erfc_ref(), p), p).mul_2exp(-1)
    };
    210 normal_density Line 9 |x, p| x.normal_density(p), |t, p| {
        let square = Float::with_val(2 * t.prec() + 8, t.square_ref());
        let scale = Ball::pi(p).mul_2exp(1).sqrt(p);
        mpfr((-(square / 2u32)).exp_ref(), p).div(&scale, p)
    };
    211 lambertw Positive 60 |x, p| x.lambertw(p), |t, p| Ball::exact(t.clone()).lambertw(p);
    212 trigamma Positive 60 |x, p| Ball::polygamma(1, x, p),
        |t, p| Ball::polygamma(1, &Ball::exact(t.clone()), p);
    213 hexagamma Line 8 |x, p| Ball::polygamma(4, x, p),
        |t, p| Ball::polygamma(4, &Ball::exact(t.clone()), p);
    214 hurwitz_zeta_of_three Positive 60 |x, p| Ball::from_i64(3).hurwitz_zeta(x, p),
        |t, p| Ball::polygamma(2, &Ball::exact(t.clone()), p).mul_2exp(-1).neg();
    215 factorial Line 20 |x, p| x.factorial(p), |t, p| {
        let next = Float::with_val(t.prec() + 256, t + 1u32);
        mpfr(next.gamma_ref(), p)
    };
}

#[test]
fn lower_lambert_branch_there_and_back() {
    let mut random = Random::new(216);
    let mut ran = 0;
    while ran < cases(250) {
        let prec = Bits::new(random.precision().get().min(700));
        let w = Float::with_val(200, -1 - random.float(Region::Positive, Bits::new(100)));
        if w.get_exp().is_some_and(|e| e > 20) {
            continue;
        }
        // x = w e^w as a ball holds the exact one, so W of the ball holds w.
        let wp = Bits::new(900);
        let ball = Ball::exact(w.clone());
        let x = ball.mul(&ball.exp(wp), wp);
        let back = x.lambertw_lower(prec);
        assert!(back.overlaps(&ball), "{}: {}", show(&ball), show(&back));
        // At w = −1 − δ half of the bits of x count; with δ ≥ 2^−100 hundreds remain.
        if w < -1.001 {
            assert!(
                back.accuracy() >= i64::from(prec.get()) - 2,
                "{}: {}",
                show(&ball),
                show(&back)
            );
        }
        ran += 1;
    }
    let outside = Ball::from_rational(&rational(-37, 100), bits(100));
    assert!(
        !outside.lambertw(bits(100)).is_finite() && !outside.lambertw_lower(bits(100)).is_finite()
    );
}

fn parameters(values: [(i64, i64); 3]) -> [Parameter; 3] {
    values.map(|(p, q)| Parameter::from(rational(p, q)))
}

fn gauss(p: &[Parameter; 3], z: &Ball, prec: Bits) -> Ball {
    hyp2f1(&p[0], &p[1], &p[2], z, prec, &Limits::default()).unwrap()
}

/// A random rational of small height; with `generic` neither an integer nor half of one.
fn random_rational(random: &mut Random) -> Rational {
    let denominator = [1, 2, 3, 4, 7, 12][random.below(6) as usize];
    rational(random.between(-60, 60), denominator)
}

/// F(a, b; c; z) by the library's choice of formula against the plain series in balls, at points
/// where the series converges but the choice is another one too.
#[test]
fn hypergeometric_values_by_series_and_by_connection() {
    let mut random = Random::new(301);
    let (mut ran, mut accurate) = (0, 0);
    while ran < cases(150) {
        let values = [0; 3].map(|_| random_rational(&mut random));
        let c = &values[2];
        if c.is_integer() && *c <= 0 {
            continue;
        }
        let prec = Bits::new([64, 128, 333][random.below(3) as usize]);
        let z = match random.below(4) {
            // Below 0, by Pfaff; above 0.9, by the series in 1 − z.
            0 => Float::with_val(64, -random.between(50, 97)) / 100u32,
            1 => Float::with_val(64, random.between(90, 97)) / 100u32,
            _ => Float::with_val(64, random.between(-50, 90)) / 100u32,
        };
        let z = Float::with_val(64, &z);
        let p = values.clone().map(Parameter::from);
        let value = gauss(&p, &Ball::exact(z.clone()), prec);
        let [a, b, c] = &p;
        let wide = prec.doubled().plus(600);
        let series = hyp2f1_series(a, b, c, &z, wide, &Limits::default()).unwrap();
        let context = || {
            format!(
                "{values:?} {z} at {prec}: {} {}",
                show(&value),
                show(&series)
            )
        };
        assert!(value.is_finite() && series.is_finite(), "{}", context());
        assert!(value.overlaps(&series), "{}", context());
        let twice = gauss(&p, &Ball::exact(z.clone()), prec.doubled());
        assert!(
            value.overlaps(&twice) && twice.overlaps(&series),
            "{}",
            context()
        );
        accurate += usize::from(value.accuracy() >= i64::from(prec.get()) - 2);
        ran += 1;
    }
    assert_eq!(accurate, ran, "all exact points are to full precision");
}

/// A ball for z, and balls for the parameters, contain the values at numbers inside.
#[test]
fn hypergeometric_values_inside_balls() {
    let mut random = Random::new(302);
    let (mut ran, mut finite) = (0, 0);
    while ran < cases(150) {
        let prec = Bits::new(100);
        let z = Ball::new(
            Float::with_val(64, random.between(-300, 97)) / 100u32,
            Magnitude::power_of_two(-random.between(6, 80)),
        );
        let values = [0; 3].map(|_| random_rational(&mut random));
        let inside = values.clone().map(Parameter::from);
        let widened = random.one_in(2);
        let around = values.clone().map(|q| {
            if widened {
                Parameter::from(Ball::from_rational(&q, prec).widened(Magnitude::power_of_two(-70)))
            } else {
                Parameter::from(q)
            }
        });
        let value = gauss(&around, &z, prec);
        let Some(point) = random.point(&z) else {
            continue;
        };
        if widened && values.iter().any(|q| q.is_integer()) {
            continue;
        }
        let expected = gauss(&inside, &Ball::exact(point.clone()), prec.doubled());
        assert!(
            value.overlaps(&expected) && (expected.is_finite() || !value.is_finite()),
            "{values:?} {} at {point}: {} {}",
            show(&z),
            show(&value),
            show(&expected)
        );
        finite += usize::from(value.is_finite());
        ran += 1;
    }
    assert!(finite * 2 > ran, "only {finite} of {ran} were finite");
}

/// Gauss's contiguous relation (DLMF 15.5.11) ties three values at one point:
/// (c − a) F(a−1) + (2a − c + (b − a) z) F(a) + a (z − 1) F(a+1) = 0.
#[test]
fn hypergeometric_contiguous_relation() {
    let mut cases = 0;
    for (a, b, c) in [
        ((1, 2), (1, 2), (5, 2)),
        ((1, 3), (5, 7), (11, 6)),
        ((7, 2), (9, 2), (8, 1)),
        ((-5, 2), (1, 4), (1, 1)),
    ] {
        for z in [(-20, 1), (-1, 1), (1, 3), (19, 20), (999, 1000)] {
            for prec in PRECISIONS.map(bits) {
                let [a, b, c, z] = [a, b, c, z].map(Rational::from);
                let ball = Ball::from_rational(&z, prec.plus(64));
                let value = |shift: i64| {
                    let p = [Rational::from(&a + shift), b.clone(), c.clone()].map(Parameter::from);
                    gauss(&p, &ball, prec)
                };
                let middle = Rational::from(&a * 2u32) - &c + Rational::from(&b - &a) * &z;
                let sum = value(-1)
                    .mul_rational(&Rational::from(&c - &a), prec)
                    .add(&value(0).mul_rational(&middle, prec), prec)
                    .add(
                        &value(1).mul_rational(&(Rational::from(&z - 1u32) * &a), prec),
                        prec,
                    );
                let size = value(1).magnitude().times(Magnitude::new(1000, 0));
                assert!(sum.contains_zero(), "{a} {b} {c} {z}: {}", show(&sum));
                assert!(
                    sum.magnitude() < size.shifted(16 - i64::from(prec.get())),
                    "{}",
                    show(&sum)
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 4 * 5 * 5);
}

/// Closed forms: logarithm, arctangent, powers, Gauss's theorem, polynomials beyond the circle.
#[test]
fn hypergeometric_closed_forms() {
    let mut count = 0;
    for prec in [64, 333, 1000, 3333, 8000].map(bits) {
        let wp = prec.plus(32);
        for z in [(-30, 1), (-1, 1), (1, 4), (3, 4), (31, 32), (1023, 1024)] {
            let z = rational(z.0, z.1);
            let ball = Ball::from_rational(&z, wp);
            // F(1, 1; 2; z) = −ln(1 − z)/z and F(1, b; b; z) = 1/(1 − z) (DLMF 15.4.1, 15.4.6).
            let one_minus = Ball::from_rational(&Rational::from(1 - &z), wp);
            let logarithm = one_minus.ln(wp).div(&ball, wp).neg();
            let power = one_minus.pow_rational(&rational(-1, 3), wp);
            for (p, closed) in [
                (parameters([(1, 1), (1, 1), (2, 1)]), logarithm),
                (parameters([(1, 3), (5, 7), (5, 7)]), power),
            ] {
                let value = gauss(&p, &ball, prec);
                assert!(
                    value.overlaps(&closed),
                    "{z} {}: {} {}",
                    prec,
                    show(&value),
                    show(&closed)
                );
                assert!(value.accuracy() >= i64::from(prec.get()) - 16);
                count += 1;
            }
        }
        // Chu–Vandermonde: F(−n, b; c; 1) = (c − b)_n / (c)_n, exactly.
        let value = gauss(&parameters([(-7, 1), (5, 3), (4, 1)]), &Ball::one(), prec);
        let exact = (0..7).fold(Rational::from(1), |product, k| {
            product * (rational(7, 3) + k) / (Rational::from(4) + k)
        });
        assert!(value.contains_rational(&exact));
        // F(−2, b; c; z) at z = 3, written out.
        let value = gauss(
            &parameters([(-2, 1), (1, 2), (3, 1)]),
            &Ball::from_i64(3),
            prec,
        );
        assert!(value.contains_rational(
            &(Rational::from(1) - rational(2 * 3, 6) + rational(3 * 9, 4 * 12))
        ));
        count += 2;
    }
    assert_eq!(count, 5 * (6 * 2 + 2));
}

#[test]
fn hypergeometric_domain() {
    let prec = bits(100);
    let half = [(1, 2), (1, 2), (3, 2)];
    assert!(!gauss(&parameters(half), &Ball::from_i64(2), prec).is_finite());
    assert!(!gauss(&parameters([(1, 2), (1, 2), (1, 1)]), &Ball::one(), prec).is_finite());
    assert!(!gauss(&parameters([(1, 2), (1, 2), (-3, 1)]), &Ball::zero(), prec).is_finite());
    let around_one = Ball::new(Float::with_val(64, 1), Magnitude::power_of_two(-20));
    assert!(!gauss(&parameters(half), &around_one, prec).is_finite());
    let pole = Parameter::from(Ball::new(
        Float::with_val(64, -2),
        Magnitude::power_of_two(-20),
    ));
    let p = [Parameter::from(1), Parameter::from(1), pole];
    assert!(!gauss(&p, &Ball::one().mul_2exp(-1), prec).is_finite());
    let deadline = Limits::default().with_timeout(std::time::Duration::ZERO);
    let [a, b, c] = parameters(half);
    let z = Ball::one().mul_2exp(-1);
    assert!(hyp2f1(&a, &b, &c, &z, prec, &deadline).is_err());
}

/// ψ at n/2 by Stirling's series, by the exact finite sum, and by MPFR.
#[test]
fn digamma_at_half_integers_three_ways() {
    let mut count = 0;
    for prec in PRECISIONS.map(bits) {
        for n in [1u64, 2, 3, 4, 9, 100, 301] {
            let exact = Ball::digamma_half_integer(n, prec);
            let x = Float::with_val(64, n) / 2u32;
            // Next to n/2 but not on it: the same up to the slope, ψ' < 1/x + 1/x².
            let nudge = Magnitude::power_of_two(-2 * i64::from(prec.get()) - 80);
            let beside = Float::with_val(3 * prec.get() + 300, &x + &nudge.to_float());
            let stirling = Ball::exact(beside).digamma(prec).widened(nudge.shifted(3));
            let by_mpfr = mpfr(x.digamma_ref(), prec);
            for other in [stirling, by_mpfr] {
                assert!(
                    exact.overlaps(&other),
                    "{n} {prec}: {} {}",
                    show(&exact),
                    show(&other)
                );
            }
            assert!(exact.accuracy() >= i64::from(prec.get()));
            count += 1;
        }
    }
    assert_eq!(count, 35);
}

/// Γ(x) Γ(x + 1/2) = 2^{1−2x} √π Γ(2x) (DLMF 5.5.5) and the recurrences of Γ, ψ and ψ'.
#[test]
fn gamma_duplication_and_recurrences() {
    let mut count = 0;
    for prec in PRECISIONS.map(bits) {
        let wp = prec.plus(32);
        for x in [(1, 3), (22, 7), (-7, 3), (101, 7), (1, 1000)] {
            let x = Rational::from(x);
            let half = Rational::from(&x + &rational(1, 2));
            let double = Rational::from(&x * 2u32);
            let left = Ball::gamma_rational(&x, wp).mul(&Ball::gamma_rational(&half, wp), wp);
            let power = Ball::from_i64(2).pow_rational(&Rational::from(1 - &double), wp);
            let right = power
                .mul(&Ball::pi(wp).sqrt(wp), wp)
                .mul(&Ball::gamma_rational(&double, wp), wp);
            assert!(
                left.overlaps(&right),
                "{x}: {} {}",
                show(&left),
                show(&right)
            );
            let ball = Ball::from_rational(&x, wp);
            let next = Rational::from(&x + 1u32);
            let step = Ball::digamma_rational(&next, wp).sub(&Ball::digamma_rational(&x, wp), wp);
            assert!(step.overlaps(&ball.recip(wp)), "{x}");
            let wide = Ball::from_rational(&x, wp.plus(64));
            let step = Ball::polygamma(1, &wide, wp)
                .sub(&Ball::polygamma(1, &wide.add_i64(1, wp.plus(64)), wp), wp);
            assert!(step.overlaps(&ball.square(wp).recip(wp)), "{x}");
            count += 1;
        }
    }
    assert_eq!(count, 25);
}

/// Stirling against the Weierstrass-free route: (x)_n by product and by gammas.
#[test]
fn rising_factorials_two_ways() {
    let mut random = Random::new(401);
    let mut count = 0;
    for prec in PRECISIONS.map(bits) {
        for n in [0u64, 1, 2, 5, 6, 7, 8, 33, 250] {
            let x = Ball::exact(random.float(Region::Positive, Bits::new(90)));
            if x.is_zero() || x.mid().get_exp().is_some_and(|e| e > 20) {
                count += 1;
                continue;
            }
            let wp = prec.plus(64);
            let product = x.rising_factorial(n, prec);
            let mut one_by_one = Ball::one();
            for k in 0..n {
                one_by_one = one_by_one.mul(&x.add_i64(k as i64, wp), wp);
            }
            let gammas = x
                .add_i64(n as i64, wp.plus(200))
                .gamma(wp)
                .mul(&x.recip_gamma(wp), wp);
            assert!(product.overlaps(&one_by_one), "{n} {}", show(&x));
            assert!(
                product.overlaps(&gammas),
                "{n} {}: {} {}",
                show(&x),
                show(&product),
                show(&gammas)
            );
            assert!(product.accuracy() >= i64::from(prec.get()) - 2);
            count += 1;
        }
    }
    assert_eq!(count, 45);
}

/// erf by MPFR against its series e^{−x²} 2x/√π Σ (2x²)^k/(2k+1)!! (DLMF 7.6.2), and Dawson's way
/// round for erfi: both of its methods at one point.
#[test]
fn error_functions_by_series() {
    let mut count = 0;
    for prec in PRECISIONS.map(bits) {
        for x in [(1, 3), (-5, 2), (6, 1), (1, 1000)] {
            let x = Ball::from_rational(&Rational::from(x), prec.plus(64));
            let wp = prec.plus(96);
            let square = x.square(wp);
            let (mut term, mut sum) = (Ball::one(), Ball::one());
            for k in 1..4000 {
                term = term.mul(&square, wp).mul_2exp(1).div_i64(2 * k + 1, wp);
                sum = sum.add(&term, wp);
                // Past 2k > 4x² the ratio of terms is below 1/2.
                if k > 80 && term.magnitude() < Magnitude::power_of_two(-i64::from(wp.get())) {
                    break;
                }
            }
            let sum = sum.widened(term.magnitude());
            let series = x
                .mul_2exp(1)
                .mul(&sum, wp)
                .mul(&square.neg().exp(wp), wp)
                .div(&Ball::pi(wp).sqrt(wp), wp);
            let value = x.erf(prec);
            assert!(
                value.overlaps(&series),
                "{}: {} {}",
                show(&x),
                show(&value),
                show(&series)
            );
            let complement = Ball::one().sub(&series, wp);
            assert!(x.erfc(prec).overlaps(&complement));
            count += 1;
        }
    }
    // erfi at 20 by parts at 64 bits, by the series at 3333.
    let x = Ball::from_i64(20);
    assert!(x.erfi(bits(64)).overlaps(&x.erfi(bits(3333))));
    assert_eq!(count, 20);
}

/// ζ by MPFR is compared above; here ζ(s, 1/2) = (2^s − 1) ζ(s), odd values by a series of
/// reciprocal central binomials, and the pole.
#[test]
fn zeta_by_other_series() {
    let mut count = 0;
    for prec in PRECISIONS.map(bits) {
        let wp = prec.plus(32);
        for s in [(3, 1), (5, 1), (5, 2), (1, 2), (-3, 2)] {
            if prec.get() > 400 && s.1 != 1 {
                continue;
            }
            let s = Ball::from_rational(&Rational::from(s), wp);
            let half = Ball::one().mul_2exp(-1);
            let factor = Ball::from_i64(2).pow(&s, wp).sub(&Ball::one(), wp);
            let left = s.hurwitz_zeta(&half, prec);
            let right = s.zeta(wp).mul(&factor, wp);
            assert!(
                left.overlaps(&right),
                "{}: {} {}",
                show(&s),
                show(&left),
                show(&right)
            );
            assert!(left.accuracy() >= i64::from(prec.get()) - 4);
            count += 1;
        }
        // Apéry: ζ(3) = 5/2 Σ (−1)^{k−1} / (k³ C(2k, k)); the terms alternate and shrink by 4.
        let (mut sum, mut binomial) = (Ball::zero(), Ball::one());
        let mut k = 0i64;
        let last = loop {
            k += 1;
            binomial = binomial.mul_i64(2 * (2 * k - 1), wp).div_i64(k, wp);
            let term = binomial.mul_i64(k * k * k, wp).recip(wp);
            if term.magnitude() < Magnitude::power_of_two(-i64::from(wp.get())) {
                break term.magnitude();
            }
            sum = if k % 2 == 1 {
                sum.add(&term, wp)
            } else {
                sum.sub(&term, wp)
            };
        };
        let apery = sum.widened(last).mul_i64(5, wp).mul_2exp(-1);
        assert!(Ball::from_i64(3).zeta(prec).overlaps(&apery));
        count += 1;
    }
    assert!(!Ball::one().zeta(bits(64)).is_finite());
    assert_eq!(count, 6 * 5 - 3 * 2);
}

#[test]
fn stored_digits_are_met() {
    let text = include_str!("reference/special.json");
    let table: serde_json::Value = serde_json::from_str(text).unwrap();
    let mut cases = 0;
    for (name, entries) in table.as_object().unwrap() {
        let entries = entries.as_array().unwrap();
        assert!(entries.len() >= 10);
        for entry in entries {
            let args: Vec<Rational> = entry["args"]
                .as_array()
                .unwrap()
                .iter()
                .map(|x| x.as_str().unwrap().parse().unwrap())
                .collect();
            let expected = stored(entry["value"].as_str().unwrap());
            for prec in [64, 192, 333, 1000] {
                let value = evaluate(name, &args, bits(prec));
                assert!(
                    value.overlaps(&expected),
                    "{name}{args:?} at {prec}: {value:?} instead of {expected:?}"
                );
                assert!(
                    value.accuracy() >= i64::from(prec) - 12,
                    "{name}{args:?} at {prec}: only {} bits",
                    value.accuracy()
                );
                cases += 1;
            }
        }
    }
    assert!(cases >= 10 * 10 * 4);
}

/// Arguments at the ends of the exponent range: an answer or no information, never a panic.
#[test]
fn extreme_arguments_are_survived() {
    let prec = bits(64);
    let mut finite = 0;
    for exponent in [
        -1_000_000_000,
        -1_000_000,
        -2000,
        2000,
        1_000_000,
        1_000_000_000,
    ] {
        for sign in [-1, 1] {
            let x = Ball::exact(Float::with_val(64, sign) << exponent);
            let near = x
                .clone()
                .widened(Magnitude::power_of_two(i64::from(exponent) - 40));
            for x in [x, near, Ball::indeterminate()] {
                for value in [
                    x.gamma(prec),
                    x.recip_gamma(prec),
                    x.lgamma(prec),
                    x.digamma(prec),
                    x.zeta(prec),
                    x.erf(prec),
                    x.erfc(prec),
                    x.erfi(prec),
                    x.normal_cdf(prec),
                    x.normal_density(prec),
                    x.lambertw(prec),
                    x.lambertw_lower(prec),
                    Ball::polygamma(1, &x, prec),
                    x.factorial(prec),
                ] {
                    finite += usize::from(value.is_finite());
                }
            }
        }
    }
    assert!(finite > 200, "{finite}");
}
