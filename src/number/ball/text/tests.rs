//! Texts read back, the reference dumps, and what is refused.

use super::*;
use crate::number::ball::Magnitude;
use rug::Float;

const P: Bits = Bits::new(64);

fn around(mid: f64, rad: f64) -> Ball {
    Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad))
}

#[test]
fn decimals_read_well() {
    let text = |ball: Ball, digits| ball.to_decimal_text(Digits::literal(digits));
    assert_eq!(text(Ball::from_i64(3), 10), "[3 +/- 0]");
    assert_eq!(text(around(-1.96875, 0.0), 10), "[-1.96875 +/- 0]");
    assert_eq!(text(around(1.5, 0.0), 1), "[2 +/- 5e-1]");
    assert_eq!(text(around(0.0, 0.5), 10), "[0 +/- 5e-1]");
    assert_eq!(text(around(0.001, 0.5), 10), "[0 +/- 5.1e-1]");
    assert_eq!(text(around(1e-9, 1e-12), 10), "[1.0000e-9 +/- 1.06e-12]");
    assert_eq!(text(around(123456.0, 0.0), 3), "[1.23e5 +/- 5e2]");
    assert_eq!(text(around(1000.0, 0.0), 9), "[1000 +/- 0]");
    assert_eq!(text(Ball::indeterminate(), 10), "[0 +/- inf]");
    assert_eq!(
        text(Ball::pi(Bits::new(200)), 20),
        "[3.1415926535897932385 +/- 5.01e-20]"
    );
    assert_eq!(
        text(Ball::pi(Bits::new(30)), 50),
        "[3.1415926553 +/- 1.92e-9]"
    );
}

#[test]
fn dyadics_are_lossless_and_normal() {
    assert_eq!(around(0.75, 0.5).to_dyadic_text(), "3*2^-2 +/- 1*2^-1");
    assert_eq!(Ball::from_i64(12).to_dyadic_text(), "3*2^2 +/- 0");
    assert_eq!(Ball::indeterminate().to_dyadic_text(), "0 +/- inf");
    assert_eq!(around(-10.0, 0.375).to_dump_text(), "-5 1 3 -3");
    assert_eq!(Ball::indeterminate().to_dump_text(), "0 0 0 -1");
    let huge = Ball::from_i64(-3).mul_2exp(1_000_000_000);
    assert_eq!(huge.to_dyadic_text(), "-3*2^1000000000 +/- 0");
    for ball in [around(0.75, 0.5), huge, Ball::indeterminate()] {
        for back in [
            Ball::from_dyadic_text(&ball.to_dyadic_text()).unwrap(),
            Ball::from_dump_text(&ball.to_dump_text()).unwrap(),
        ] {
            assert!(back.mid() == ball.mid() && back.rad() == ball.rad());
        }
    }
}

#[test]
fn huge_and_tiny_decimals_are_enclosed() {
    for shift in [1_000_000_000, -1_000_000_000, 100_000, -100_000] {
        let ball = Ball::from_i64(3).mul_2exp(shift);
        let text = ball.to_decimal_text(Digits::literal(12));
        let back = Ball::from_decimal_text(&text, P).unwrap();
        assert!(back.overlaps(&ball) && back.accuracy() > 30, "{text}");
    }
}

#[test]
fn malformed_text_is_refused_with_its_place() {
    let decimals = [
        "",
        "1",
        "[]",
        "[1]",
        "[1 +/- ]",
        "[1+/-1]",
        "[1 +/- -1]",
        "[1 +/-  1]",
        "[+1 +/- 1]",
        "[.5 +/- 1]",
        "[5. +/- 1]",
        "[1_0 +/- 1]",
        "[nan +/- 1]",
        "[inf +/- 1]",
        "[1 +/- nan]",
        "[0x1p3 +/- 1]",
        "[1e400e2 +/- 1]",
        "[1e +/- 1]",
        "[٣ +/- 1]",
        "[ 1 +/- 1]",
        "[1 +/- 1] ",
        "[1E5 +/- 1]",
        "[1e99999999999999999999 +/- 1]",
        "[1e999999999 +/- 1]",
        "[1e-999999999 +/- 1]",
        "[1.2.3 +/- 1]",
        "[--1 +/- 1]",
        "[1e+-5 +/- 0]",
    ];
    for text in decimals {
        let error = Ball::from_decimal_text(text, P).unwrap_err();
        assert_eq!(error.kind(), crate::error::ErrorKind::Parse, "{text}");
        assert!(error.span().is_some(), "{text}");
    }
    let dyadics = [
        "",
        "1",
        "1*2^3",
        "1 +/- -1",
        "1*2^ +/- 1",
        "*2^3 +/- 1",
        "1*3^2 +/- 1",
        "1*2^+3 +/- 1",
        "0x3 +/- 1",
        "1.5 +/- 1",
        "1 +/- 99999999999999999999999",
        "1*2^9999999999 +/- 0",
        "1*2^-9999999999 +/- 0",
        "1*2^99999999999999999999 +/- 0",
        "1 +/- nan",
        "a +/- 1",
    ];
    for text in dyadics {
        let error = Ball::from_dyadic_text(text).unwrap_err();
        assert!(error.span().is_some(), "{text}");
    }
    for text in [
        "",
        "1 0 0",
        "1 0 0 0 0",
        "G 0 0 0",
        "1  0 0",
        "A 0 0 0",
        "1 0 -1 0",
    ] {
        assert!(Ball::from_dump_text(text).is_err(), "{text}");
    }
}
