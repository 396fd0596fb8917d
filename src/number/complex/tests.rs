//! Inclusion on random boxes: identities, points inside, and honesty at poles and cuts.

use rug::Float;

use super::ComplexBall;
use crate::number::{Ball, Bits, Magnitude};

const P: Bits = Bits::new(120);

/// A linear congruential generator; numbers in (−1, 1).
struct Source(u64);

impl Source {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    /// A box with a point inside it; radii from 2^−60 to about 1.
    fn pair(&mut self, size: f64) -> (ComplexBall, ComplexBall) {
        let rad = 2f64.powf(-30.0 * (self.next() + 1.0));
        let part = |source: &mut Source| {
            let mid = size * source.next();
            let inside = mid + rad * source.next();
            // The sum is rounded: a little more room than the offset needs.
            (
                Ball::new(
                    Float::with_val(53, mid),
                    Magnitude::from_f64(rad + 1e-14 * size),
                ),
                Ball::exact(Float::with_val(53, inside)),
            )
        };
        let ((re, x), (im, y)) = (part(self), part(self));
        (ComplexBall::new(re, im), ComplexBall::new(x, y))
    }
}

type Function = fn(&ComplexBall, Bits) -> ComplexBall;

const FUNCTIONS: &[(&str, Function, f64)] = &[
    ("recip", ComplexBall::recip, 3.0),
    ("square", ComplexBall::square, 3.0),
    ("exp", ComplexBall::exp, 4.0),
    ("sin", ComplexBall::sin, 4.0),
    ("cos", ComplexBall::cos, 4.0),
    ("sinh", ComplexBall::sinh, 4.0),
    ("cosh", ComplexBall::cosh, 4.0),
    ("tan", ComplexBall::tan, 4.0),
    ("tanh", ComplexBall::tanh, 4.0),
    ("logistic", ComplexBall::logistic, 6.0),
    ("sech squared", ComplexBall::sech_squared, 4.0),
    ("normal density", ComplexBall::normal_density, 4.0),
    ("ln", ComplexBall::ln, 3.0),
    ("sqrt", ComplexBall::sqrt, 3.0),
    ("atan", ComplexBall::atan, 3.0),
    ("asinh", ComplexBall::asinh, 3.0),
    ("erf", ComplexBall::erf, 4.0),
];

#[test]
fn boxes_contain_the_values_at_their_points() {
    let mut source = Source(1);
    for (name, f, size) in FUNCTIONS {
        let mut decided = 0;
        for _ in 0..300 {
            let (outer, inner) = source.pair(*size);
            let value = f(&outer, P);
            if !value.is_finite() {
                continue;
            }
            decided += 1;
            let point = f(&inner, Bits::new(200));
            assert!(point.is_finite(), "{name} {inner:?}");
            assert!(
                value.overlaps(&point),
                "{name} {outer:?}: {value:?} {point:?}"
            );
            // At a point the result is sharp, so overlap there is nearly membership.
            assert!(
                point.radius() < Magnitude::power_of_two(-150),
                "{name} {inner:?} {point:?}"
            );
        }
        assert!(decided > 150, "{name}: {decided}");
    }
}

#[test]
fn narrow_boxes_stay_narrow() {
    let mut source = Source(2);
    for (name, f, size) in FUNCTIONS {
        for _ in 0..100 {
            let z = ComplexBall::new(
                Ball::exact(Float::with_val(53, size * source.next())),
                Ball::exact(Float::with_val(53, size * source.next())),
            );
            let (p, q) = (f(&z, P), f(&z, P.doubled()));
            assert!(p.overlaps(&q), "{name} {z:?}");
            let loss = p.radius().to_f64() / p.magnitude().to_f64() * 2f64.powi(120);
            assert!(loss < 4096.0, "{name} {z:?}: {loss}");
        }
    }
}

#[test]
fn functions_and_their_inverses_meet() {
    let mut source = Source(3);
    let mut cases = 0;
    for _ in 0..200 {
        let (z, _) = source.pair(2.0);
        let pairs: [(&str, ComplexBall, ComplexBall); 6] = [
            ("exp ln", z.ln(P).exp(P), z.clone()),
            ("sqrt square", z.sqrt(P).square(P), z.clone()),
            ("tan atan", z.atan(P).tan(P), z.clone()),
            ("sinh asinh", z.asinh(P).sinh(P), z.clone()),
            ("pow", z.pow(&ComplexBall::from_i64(3), P), z.pow_i64(3, P)),
            (
                "tanh logistic",
                z.tanh(P).add_i64(1, P),
                z.mul_2exp(1).logistic(P).mul_2exp(1),
            ),
        ];
        for (name, left, right) in pairs {
            assert!(left.overlaps(&right), "{name} {z:?}: {left:?} {right:?}");
            cases += usize::from(left.is_finite());
        }
        // sin² + cos² = 1 = cosh² − sinh², erf odd.
        let one = z.sin(P).square(P).add(&z.cos(P).square(P), P);
        assert!(one.contains(&ComplexBall::from_i64(1)));
        let one = z.cosh(P).square(P).sub(&z.sinh(P).square(P), P);
        assert!(one.contains(&ComplexBall::from_i64(1)));
        assert!(z.neg().erf(P).neg().overlaps(&z.erf(P)));
    }
    assert!(cases > 600, "{cases}");
}

#[test]
fn poles_and_cuts_give_no_information() {
    let about = |x: f64, y: f64| {
        ComplexBall::new(
            Ball::new(Float::with_val(53, x), Magnitude::from_f64(0.01)),
            Ball::new(Float::with_val(53, y), Magnitude::from_f64(0.01)),
        )
    };
    let quarter = std::f64::consts::FRAC_PI_2;
    assert!(!about(0.0, quarter).tanh(P).is_finite());
    assert!(!about(0.0, 2.0 * quarter).logistic(P).is_finite());
    assert!(!about(0.0, -quarter).sech_squared(P).is_finite());
    assert!(!about(quarter, 0.0).tan(P).is_finite());
    assert!(!about(-1.0, 0.0).ln(P).is_finite());
    assert!(!about(-1.0, 0.0).sqrt(P).is_finite());
    assert!(!about(0.0, 0.0).sqrt(P).is_finite());
    assert!(!about(0.0, 2.0).atan(P).is_finite());
    assert!(!about(0.0, -1.0).atan(P).is_finite());
    assert!(!about(0.0, 1.5).asinh(P).is_finite());
    assert!(!about(0.0, 0.0).recip(P).is_finite());
    assert!(about(-1.0, 0.02).ln(P).is_finite());
    assert!(about(0.02, 2.0).atan(P).is_finite());
    assert!(about(0.0, 0.9).atan(P).is_finite());
    assert!(about(1.0, quarter).tanh(P).is_finite());
}

/// Values of python-flint 0.9 (acb at 300 bits), rounded.
#[test]
fn values_agree_with_arb() {
    let z = ComplexBall::new(
        Ball::exact(Float::with_val(53, 1.25)),
        Ball::exact(Float::with_val(53, 2.5)),
    );
    let cases: [(&str, Function, &str, &str); 7] = [
        (
            "erf",
            ComplexBall::erf,
            "-10.97000436423969420920178079417970193383",
            "19.20158341899021209202349041738756002954",
        ),
        (
            "ln",
            ComplexBall::ln,
            "1.027862507531259943066674756922928323137",
            "1.107148717794090503017065460178537040070",
        ),
        (
            "atan",
            ComplexBall::atan,
            "1.394939158906896719709448906090951198931",
            "0.3218222093361103918879082390032075985194",
        ),
        (
            "tanh",
            ComplexBall::tanh,
            "0.9429940867424084150346171746675874632755",
            "-0.1494593981864372759101138902309212716857",
        ),
        (
            "sqrt",
            ComplexBall::sqrt,
            "1.422161202514457768195769816711704675381",
            "0.8789439606353573212176431688160120269540",
        ),
        (
            "asinh",
            ComplexBall::asinh,
            "1.702349734024310625454108890559868400356",
            "1.080041537500979783185824935047759391939",
        ),
        (
            "tan",
            ComplexBall::tan,
            "0.008152593477633622469080576177103859124837",
            "1.010821667367150479051800319591299953145",
        ),
    ];
    for (name, f, re, im) in cases {
        let value = f(&z, P);
        let near = |ball: &Ball, text: &str| {
            let wanted = Float::with_val(200, Float::parse(text).expect("a decimal"));
            let gap = Float::with_val(64, ball.mid() - &wanted).abs();
            gap < 1e-29
        };
        assert!(
            near(value.re(), re) && near(value.im(), im),
            "{name}: {value:?}"
        );
    }
}
