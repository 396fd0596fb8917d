//! Special functions: every one by two routes, at several precisions, against stored digits.
#![allow(clippy::unwrap_used)]

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
