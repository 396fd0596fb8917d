//! Certified moments against published digits, against each other, and against their identities.
//!
//! Nothing here is sampled: every comparison is between balls, and each test also checks that the balls
//! are as small as promised, since wide balls agree with anything.

use isobath::limits::Limits;
use isobath::number::{Ball, Bits};
use isobath::theory::moments::{
    Angle, Correlations, Index, Method, Slopes, ThreeMethod, derivative, half_moment, leaky_moment,
    moment, real_moment, three_moment,
};
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

/// One way to compute an entry of the reference file.
type Route = Box<dyn Fn(Bits) -> Ball>;

/// The entries of one formula with at least two routes to each, which share no series.
fn routes(entry: &serde_json::Value) -> Option<Vec<Route>> {
    let text = |name: &str| entry["args"][name].as_str().expect("text").to_owned();
    let index = |name: &str| entry["args"][name].as_u64().expect("an index") as u32;
    let integer = |a: u32, b: u32, theta: Angle, methods: &[Method]| {
        methods
            .iter()
            .map(|&method| {
                let theta = theta.clone();
                let route =
                    move |prec| moment(a, b, &theta, method, prec, &limits()).expect("a value");
                Box::new(route) as Route
            })
            .collect()
    };
    Some(match entry["formula"].as_str().expect("text") {
        "J_{a,b}(theta)" => integer(index("a"), index("b"), angle(&text("theta")), &Method::ALL),
        "J_{a,b}(theta), real a,b" => [Method::Auto, Method::Hermite]
            .into_iter()
            .map(|method| {
                let [a, b] = ["a", "b"].map(|n| Index::from_rational(rational(&text(n))));
                let (a, b) = (a.expect("above -1"), b.expect("above -1"));
                let theta = angle(&text("theta"));
                Box::new(move |prec| {
                    real_moment(&a, &b, &theta, method, prec, &limits()).expect("a value")
                }) as Route
            })
            .collect(),
        "E[psi(G)^a psi(H)^b], psi leaky ReLU slope q on x<0" => Method::ALL
            .into_iter()
            .map(|method| {
                let (a, b, theta, q) = (index("a"), index("b"), angle(&text("theta")), text("q"));
                Box::new(move |prec: Bits| {
                    let q = Ball::from_rational(&rational(&q), prec.plus(64));
                    let slopes = Slopes::leaky(q);
                    leaky_moment(a, b, &theta, &slopes, method, prec, &limits()).expect("a value")
                }) as Route
            })
            .collect(),
        "E[phi(G1)phi(G2)phi(G3)], unit variances" => {
            [ThreeMethod::Recursion, ThreeMethod::Expansion]
                .into_iter()
                .map(|method| {
                    let [x, y, z] = ["r12", "r13", "r23"].map(|n| rational(&text(n)));
                    let matrix = Correlations::from_rationals(x, y, z).expect("positive");
                    Box::new(move |prec| {
                        three_moment([1, 1, 1], &matrix, method, prec, &limits()).expect("a value")
                    }) as Route
                })
                .collect()
        }
        _ => return None,
    })
}

#[test]
fn reference_values_to_sixty_digits() {
    let mut entries = 0;
    for entry in reference() {
        let Some(routes) = routes(&entry) else {
            continue;
        };
        let digits = entry["value"].as_str().expect("text");
        for (i, route) in routes.iter().enumerate() {
            let value = route(Bits::new(240));
            assert!(
                agrees_with_decimal(&value, digits),
                "{} by route {i}: {value:?}",
                entry["id"]
            );
        }
        entries += 1;
    }
    assert_eq!(entries, 12);
}

/// Routes to the reference entries agree at `bits` bits, and each has that accuracy.
fn compare_routes(bits: u32, wanted: impl Fn(&str) -> bool, most: usize, entries: usize) {
    let mut cases = 0;
    for entry in reference() {
        let formula = entry["formula"].as_str().expect("text").to_owned();
        let Some(routes) = routes(&entry).filter(|_| wanted(&formula)) else {
            continue;
        };
        let values: Vec<Ball> = routes
            .iter()
            .take(most)
            .map(|route| route(Bits::new(bits)))
            .collect();
        assert!(values.len() >= 2);
        for (i, value) in values.iter().enumerate() {
            assert!(
                value.accuracy() >= i64::from(bits),
                "{} by route {i}",
                entry["id"]
            );
            assert!(value.overlaps(&values[0]), "{} by route {i}", entry["id"]);
        }
        cases += 1;
    }
    assert_eq!(cases, entries);
}

#[test]
fn independent_methods_agree_to_a_thousand_digits() {
    compare_routes(3330, |_| true, 4, 12);
}

#[test]
fn independent_methods_agree_to_ten_thousand_digits() {
    if std::env::var_os("ISOBATH_TEST_LONG").is_some() {
        compare_routes(33_250, |formula| formula == "J_{a,b}(theta)", 5, 8);
    } else {
        compare_routes(33_250, |formula| formula == "J_{a,b}(theta)", 2, 8);
    }
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
    compare_methods(220, &[64, 128, 333, 1000], 1);
    if std::env::var_os("ISOBATH_TEST_LONG").is_some() {
        compare_methods(220, &[3333], 2);
    }
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

/// Checks an identity: the two sides overlap and are known to `bits` bits.
fn assert_same(left: &Ball, right: &Ball, bits: i64, what: &str) {
    assert!(left.overlaps(right), "{what}: {left:?} {right:?}");
    assert!(
        left.rad().to_f64() <= 2f64.powi(-(bits as i32)) * left.magnitude().to_f64().max(1.0),
        "{what}"
    );
    assert!(
        right.rad().to_f64() <= 2f64.powi(-(bits as i32)) * right.magnitude().to_f64().max(1.0),
        "{what}"
    );
}

#[test]
fn recursions_hold() {
    let prec = Bits::new(200);
    let mut random = Points(7);
    let mut cases = 0;
    for _ in 0..24 {
        let theta = random.angle();
        let (s, c) = theta.sin_cos(prec);
        let j =
            |a: u32, b: u32| moment(a, b, &theta, Method::Auto, prec, &limits()).expect("a value");
        // (k−1)!!/c_{(k+1) mod 2} s^k, with c_0 = 2π and c_1 = 2√(2π).
        let boundary = |k: u32| {
            let tau = Ball::pi(prec).mul_2exp(1);
            let factor = rug::Integer::from(rug::Integer::factorial_2(k.saturating_sub(1)));
            let value = s.pow_u64(u64::from(k), prec).mul_integer(&factor, prec);
            if k % 2 == 1 {
                value.div(&tau, prec)
            } else {
                value.div(&tau.sqrt(prec).mul_2exp(1), prec)
            }
        };
        for a in 0..7u32 {
            for b in 0..7u32 {
                let (x, y) = (i64::from(a), i64::from(b));
                if a >= 2 && b >= 1 {
                    let right = j(a - 2, b).mul_i64(x - 1, prec);
                    let right = right.add(&j(a - 1, b - 1).mul(&c, prec).mul_i64(y, prec), prec);
                    assert_same(&j(a, b), &right, 180, "R1");
                    cases += 1;
                }
                if a >= 2 && b == 0 {
                    let right = j(a - 2, 0).mul_i64(x - 1, prec);
                    let right = right.add(&boundary(a - 1).mul(&c, prec), prec);
                    assert_same(&j(a, 0), &right, 180, "R2");
                    cases += 1;
                }
                if a == 1 && b >= 1 {
                    let right = j(0, b - 1)
                        .mul(&c, prec)
                        .mul_i64(y, prec)
                        .add(&boundary(b), prec);
                    assert_same(&j(1, b), &right, 180, "R3");
                    cases += 1;
                }
                if a >= 1 && b >= 1 {
                    let right = j(a, b).mul(&c, prec).mul_i64(x + y + 1, prec);
                    let second = j(a - 1, b - 1)
                        .mul(&s.square(prec), prec)
                        .mul_i64(x * y, prec);
                    assert_same(&j(a + 1, b + 1), &right.add(&second, prec), 180, "R5");
                    cases += 1;
                }
                // R7 multiplied by sin θ, with J'' = −ab(c J_{a−1,b−1} + s J'_{a−1,b−1}).
                if a >= 1 && b >= 1 {
                    let first = derivative(a, b, &theta, prec, &limits()).expect("a value");
                    let inner = derivative(a - 1, b - 1, &theta, prec, &limits()).expect("a value");
                    let second = c
                        .mul(&j(a - 1, b - 1), prec)
                        .add(&s.mul(&inner, prec), prec);
                    let second = second.mul_i64(-x * y, prec).mul(&s, prec);
                    let left = second.sub(&c.mul(&first, prec).mul_i64(x + y, prec), prec);
                    let right = s.mul(&j(a, b), prec).mul_i64(x * y, prec);
                    assert_same(&left, &right, 160, "R7");
                    cases += 1;
                }
                // Reflection, a + b even: J(θ) + (−1)^a J(π−θ) = ½ E[G^a Ĝ^b].
                if (a + b) % 2 == 0 {
                    let far = moment(a, b, &theta.supplement(), Method::Auto, prec, &limits())
                        .expect("a value");
                    let far = if a % 2 == 0 { far } else { far.neg() };
                    let full = isobath::theory::moments::explicit::full_moment(a, b);
                    let mut value = Ball::zero();
                    for coefficient in full.coefficients().iter().rev() {
                        let exact = Ball::from_integer(coefficient, prec);
                        value = value.mul_add(&c, &exact, prec);
                    }
                    assert_same(
                        &j(a, b).add(&far, prec),
                        &value.mul_2exp(-1),
                        180,
                        "reflection",
                    );
                    cases += 1;
                }
            }
        }
        // R4.
        let tau = Ball::pi(prec).mul_2exp(1);
        let alpha = theta.supplement().value(prec);
        assert_same(&j(0, 0), &alpha.div(&tau, prec), 180, "R4");
        let one = c.add_i64(1, prec).div(&tau.sqrt(prec).mul_2exp(1), prec);
        assert_same(&j(1, 0), &one, 180, "R4");
        let kernel = s.add(&alpha.mul(&c, prec), prec).div(&tau, prec);
        assert_same(&j(1, 1), &kernel, 180, "R4");
        cases += 3;
    }
    assert_eq!(cases, 24 * (30 + 5 + 6 + 36 + 36 + 25 + 3));
}

#[test]
fn the_derivative_is_the_slope() {
    // J is decreasing, and its secants over [θ, θ + h] lie between the derivatives up to h max|J''|.
    let prec = Bits::new(300);
    let step = Rational::from((1, 1u64 << 50));
    let mut cases = 0;
    for (a, b) in [(0, 0), (1, 0), (2, 0), (5, 0), (1, 1), (3, 2), (7, 7)] {
        for t in [(1, 5), (3, 2), (3, 1)] {
            let left = Rational::from(t);
            let right = Rational::from(&left + &step);
            let [x, y] = [&left, &right]
                .map(|t| Angle::from_radians(t.clone()).expect("inside"))
                .map(|t| moment(a, b, &t, Method::Auto, prec, &limits()).expect("a value"));
            let secant = y.sub(&x, prec).div(&Ball::from_rational(&step, prec), prec);
            let theta = Angle::from_radians(left).expect("inside");
            let slope = derivative(a, b, &theta, prec, &limits()).expect("a value");
            let difference = secant.sub(&slope, prec).magnitude().to_f64();
            // R7: |J''| ≤ (a+b) |cot θ| |J'| + ab J, here with a factor of 2 to spare.
            let cot = 1.0 / f64::from(t.0).mul_add(1.0 / f64::from(t.1), 0.0).tan();
            let curvature = f64::from(a + b) * cot.abs() * slope.magnitude().to_f64()
                + f64::from(a * b) * x.magnitude().to_f64();
            assert!(
                difference <= 2f64.powi(-50) * curvature + 1e-60,
                "{a} {b} {t:?} {difference}"
            );
            assert!(slope.is_negative() && slope.accuracy() >= 290);
            cases += 1;
        }
    }
    assert_eq!(cases, 21);
}

#[test]
fn balls_of_angles_contain_the_values_inside() {
    let prec = Bits::new(150);
    let mut random = Points(11);
    for _ in 0..60 {
        let (a, b) = (random.below(9) as u32, random.below(9) as u32);
        let width = 2 + random.below(40) as i64;
        let centre = Rational::from((1 + random.below(2000) as u32, 1000u32));
        let ball = Ball::from_rational(&centre, prec)
            .widened(isobath::number::Magnitude::power_of_two(-width - 10));
        let theta = Angle::from_ball(&ball).expect("inside");
        let wide = moment(a, b, &theta, Method::Auto, prec, &limits()).expect("a value");
        let shift = Rational::from((1, 1u64 << (width + 10)));
        let mut spread = Ball::zero();
        for inside in [
            Rational::from(&centre - &shift),
            centre.clone(),
            Rational::from(&centre + &shift),
        ] {
            // Shrunk a little, so that rounding the centre cannot put an end outside.
            let inside = Rational::from(&inside - &centre) * Rational::from((1023, 1024)) + &centre;
            let angle = Angle::from_radians(inside).expect("inside");
            let value = moment(a, b, &angle, Method::Auto, prec, &limits()).expect("a value");
            let low = value.sub(&wide, prec);
            assert!(low.contains_zero(), "J({a},{b}) {theta:?}");
            spread = value.sub(&spread, prec);
        }
        assert!(
            wide.rad().to_f64() <= 1e6 * shift.to_f64(),
            "J({a},{b}) {theta:?} {wide:?}"
        );
    }
}

#[test]
fn tiny_values_keep_their_relative_accuracy_and_speed() {
    // J(30,30,3) and J(10,10) at π − 10⁻³⁰, about 10⁻⁶⁵⁰: no more work than in the middle.
    let prec = Bits::new(3330);
    let ten = rug::Integer::from(rug::Integer::u_pow_u(10, 30));
    let far = Angle::from_parts(Rational::from(1), -Rational::from((1, ten))).expect("inside");
    let tiny = moment(10, 10, &far, Method::Auto, prec, &limits()).expect("a value");
    assert!(tiny.accuracy() >= 3330 && tiny.is_positive());
    assert!(tiny.mid().get_exp().is_some_and(|exp| exp < -2000));
    // By the leading term K α^{21}, K = 10!²/(21!! 2π): relative error below α².
    let mut factor = rug::Integer::from(rug::Integer::factorial(10));
    factor.square_mut();
    let bottom = Ball::from_integer(&rug::Integer::from(rug::Integer::factorial_2(21)), prec);
    let leading = far
        .supplement()
        .value(prec)
        .pow_u64(21, prec)
        .mul_integer(&factor, prec)
        .div(&bottom.mul(&Ball::pi(prec).mul_2exp(1), prec), prec);
    let quotient = tiny.div(&leading, prec).add_i64(-1, prec);
    assert!(quotient.magnitude().to_f64() < 1e-57 && !quotient.contains_zero());
}
