//! Certified moments against published digits, against each other, and against their identities.
//!
//! Nothing here is sampled: every comparison is between balls, and each test also checks that the balls
//! are as small as promised, since wide balls agree with anything.

use isobath::limits::Limits;
use isobath::number::{Ball, Bits};
use isobath::theory::moments::{Angle, Method, derivative, half_moment, moment};
use rug::Rational;

fn limits() -> Limits {
    Limits::default()
}

/// A decimal, a fraction or a multiple of pi, as the reference file writes angles.
fn rational(text: &str) -> Rational {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let (whole, fraction) = numerator.split_once('.').unwrap_or((numerator, ""));
    let digits: rug::Integer = format!("{whole}{fraction}").parse().expect("digits");
    let power = rug::Integer::from(rug::Integer::u_pow_u(10, fraction.len() as u32));
    let denominator: rug::Integer = denominator.parse().expect("digits");
    Rational::from((digits, power * denominator))
}

fn angle(text: &str) -> Angle {
    match text.strip_suffix("*pi") {
        Some(multiple) => Angle::from_pi_multiple(rational(multiple)),
        None => Angle::from_radians(rational(text)),
    }
    .expect("an angle of [0, pi]")
}

fn reference() -> Vec<serde_json::Value> {
    let text = include_str!("reference/relu-moments.json");
    let file: serde_json::Value = serde_json::from_str(text).expect("JSON");
    file["values"].as_array().expect("a list").clone()
}

/// Whether the ball is within one unit of the last digit of the decimal, and smaller than that unit.
fn agrees_with_decimal(ball: &Ball, digits: &str) -> bool {
    let places = digits.split_once('.').map_or(0, |(_, f)| f.len()) as u32;
    let unit = Rational::from((1, rug::Integer::from(rug::Integer::u_pow_u(10, places))));
    let value = rational(digits);
    let around = Ball::from_rational(&value, Bits::new(400)).widened(
        isobath::number::Magnitude::from_rational(&Rational::from(&unit / 2u32)),
    );
    let small = isobath::number::Magnitude::from_rational(&(unit / 1_000_000u32));
    ball.overlaps(&around) && ball.rad() < small
}

/// A small deterministic generator for test points.
struct Points(u64);

impl Points {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// Angles biased to the ends, the middle and rational multiples of π.
    fn angle(&mut self) -> Angle {
        let tiny = Rational::from((1, 1u64 << self.below(60)));
        let result = match self.below(8) {
            0 => Angle::from_radians(tiny),
            1 => Angle::from_parts(Rational::from(1), -tiny),
            2 => Angle::from_parts(Rational::from((1, 2)), tiny),
            3 => Angle::from_parts(Rational::from((1, 2)), -tiny),
            4 => Angle::from_pi_multiple(Rational::from((1 + self.below(11), 12))),
            _ => Angle::from_radians(Rational::from((1 + self.below(3_141_591), 1_000_000))),
        };
        result.expect("inside [0, pi]")
    }
}

#[test]
fn reference_moments_to_sixty_digits() {
    let mut cases = 0;
    for entry in reference() {
        if entry["formula"] != "J_{a,b}(theta)" {
            continue;
        }
        let index = |name: &str| entry["args"][name].as_u64().expect("an index") as u32;
        let theta = angle(entry["args"]["theta"].as_str().expect("text"));
        let digits = entry["value"].as_str().expect("text");
        for method in [Method::Auto].into_iter().chain(Method::ALL) {
            let value = moment(
                index("a"),
                index("b"),
                &theta,
                method,
                Bits::new(230),
                &limits(),
            )
            .expect("a value");
            assert!(
                agrees_with_decimal(&value, digits),
                "{} {method:?}: {value:?}",
                entry["id"]
            );
            cases += 1;
        }
    }
    assert_eq!(cases, 8 * (1 + Method::ALL.len()));
}

fn compare_methods(points: u64, bits: &[u32], seed: u64) {
    let mut random = Points(seed);
    let mut cases = 0;
    for _ in 0..points {
        let (a, b) = match random.below(6) {
            0 => (random.below(60) as u32, random.below(60) as u32),
            1 => (random.below(8) as u32, 0),
            _ => (random.below(12) as u32, random.below(12) as u32),
        };
        let theta = random.angle();
        for &bits in bits {
            let prec = Bits::new(bits);
            let exact: Vec<Ball> = Method::ALL
                .iter()
                .map(|&m| moment(a, b, &theta, m, prec, &limits()).expect("a value"))
                .collect();
            for (value, method) in exact.iter().zip(Method::ALL) {
                assert!(
                    value.accuracy() >= i64::from(bits) && value.is_positive(),
                    "J({a},{b},{theta:?}) by {method:?} at {bits} bits: {value:?}"
                );
                assert!(
                    value.overlaps(&exact[0]),
                    "J({a},{b},{theta:?}) by {method:?} at {bits} bits: {value:?}, not {:?}",
                    exact[0]
                );
                cases += 1;
            }
        }
    }
    assert_eq!(cases, points as usize * bits.len() * Method::ALL.len());
}

#[test]
fn methods_agree_at_random_points() {
    compare_methods(220, &[64, 128, 333], 1);
    compare_methods(40, &[1000], 2);
}

#[test]
fn corners() {
    let prec = Bits::new(128);
    let one = Rational::from(1);
    let tiny = Rational::from((1, 1u64 << 60)).square();
    let near_pi = Angle::from_parts(one.clone(), -tiny.clone()).expect("inside");
    for (a, b) in [(0, 0), (1, 0), (10, 10), (30, 30), (200, 200), (200, 7)] {
        let values: Vec<Ball> = Method::ALL
            .iter()
            .map(|&m| moment(a, b, &near_pi, m, prec, &limits()).expect("a value"))
            .collect();
        assert!(
            values
                .iter()
                .all(|v| v.accuracy() >= 128 && v.overlaps(&values[0])),
            "{a} {b}"
        );
        // J(pi) = 0 and J(0) = E[phi^(a+b)], exactly.
        let straight = Angle::from_pi_multiple(one.clone()).expect("inside");
        assert!(
            moment(a, b, &straight, Method::Auto, prec, &limits())
                .expect("a value")
                .is_zero()
        );
        let zero = Angle::from_radians(Rational::new()).expect("inside");
        let end = moment(a, b, &zero, Method::Auto, prec, &limits()).expect("a value");
        let half = half_moment(u64::from(a + b), prec, &limits()).expect("a value");
        assert!(end.overlaps(&half) && end.accuracy() >= 128);
        // Near 0 the value is near the one at 0, and below it.
        let near_zero = Angle::from_radians(tiny.clone()).expect("inside");
        let below =
            moment(a, b, &near_zero, Method::Auto, prec.plus(300), &limits()).expect("a value");
        let end = half_moment(u64::from(a + b), prec.plus(300), &limits()).expect("a value");
        assert!(
            below.certain_cmp(&end).is_some_and(|o| o.is_lt()),
            "{a} {b}"
        );
    }
}
