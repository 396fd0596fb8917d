//! The last printed digit is correctly rounded: random calls at 1 to 120 digits, against enclosures
//! at 37 more digits and at twice as many.
//!
//! A printed decimal v whose last digit has the value u is correctly rounded if the number lies in
//! [v − u/2, v + u/2]. The ball that shows it is computed afresh at its own precision, and the test
//! compares with exact rationals; it shares no rounding code with what it checks. A hundred times
//! as many calls with `ISOBATH_TEST_LONG=1`.

mod common;

use common::{Random, cases};
use isobath::formula::answer::{Answer, Answered, Question};
use isobath::formula::evaluate::evaluate;
use isobath::formula::parse_expr;
use isobath::limits::Limits;
use isobath::number::{Ball, Bits, Digits, EvidenceClass};
use isobath::theory::catalog;
use rug::{Integer, Rational};

/// A printed decimal: its value and the value of one unit of its last digit, and how many
/// significant digits it shows.
fn printed(text: &str) -> (Rational, Rational, usize) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i64>().expect("an exponent") - fraction.len() as i64;
    let power = Rational::from(Integer::from(Integer::u_pow_u(
        10,
        exponent.unsigned_abs() as u32,
    )));
    let unit = if exponent < 0 { power.recip() } else { power };
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('-').trim_start_matches('0').len();
    let value = Rational::from(digits.parse::<Integer>().expect("digits")) * &unit;
    (value, unit, significant)
}

/// Whether every number of the ball is within half a unit of the value.
fn within(ball: &Ball, value: &Rational, half: &Rational) -> bool {
    let prec = Bits::new(ball.mid().prec() + 64);
    let ends = [ball.lower(prec), ball.upper(prec)];
    ends.iter().all(|end| {
        end.to_rational()
            .is_some_and(|end| Rational::from(&end - value).abs() <= *half)
    })
}

/// A rational with a short numerator and denominator, from 0 to `most`, not 0.
fn fraction(random: &mut Random, most: u64) -> String {
    let denominator = 1 + random.below(30);
    let numerator = 1 + random.below(most * denominator - 1);
    format!("{numerator}/{denominator}")
}

fn angle(random: &mut Random) -> String {
    match random.below(6) {
        0 => format!("{}*pi/{}", random.below(12), 12),
        1 => format!("pi-10^(-{})", 1 + random.below(80)),
        2 => format!("10^(-{})", 1 + random.below(80)),
        3 => format!("acos({}/31)", random.below(61) as i64 - 30),
        _ => fraction(random, 3),
    }
}

/// A correlation of at most 1/3 in size: any three of them are those of three variables.
fn correlation(random: &mut Random) -> String {
    format!("{}/{}", random.below(15) as i64 - 7, 22)
}

fn index(random: &mut Random) -> String {
    random.below(13).to_string()
}

/// A random call, and the most digits it is asked for.
fn call(random: &mut Random) -> (String, u64) {
    let formula = match random.below(20) {
        0..=5 => format!("J({},{},{})", index(random), index(random), angle(random)),
        6 => {
            let (a, b) = (random.below(9) as i64 - 1, random.below(9) as i64 - 1);
            let angle = angle(random);
            return (format!("J({a}/2,{b}/2,{angle})"), 40);
        }
        7 => {
            let slope = format!("leaky({}/7)", random.below(6));
            format!(
                "J({},{},{},{slope})",
                random.below(5),
                random.below(5),
                angle(random)
            )
        }
        8 => format!(
            "J({},{},{},relu,{},{})",
            index(random),
            index(random),
            angle(random),
            fraction(random, 4),
            fraction(random, 4)
        ),
        9 => {
            let [a, b, c] = [0; 3].map(|_| random.below(4));
            let [r, s, t] = [(); 3].map(|()| correlation(random));
            return (format!("J3({a},{b},{c},{r},{s},{t})"), 30);
        }
        10 => format!("moment.half({}/2)", random.below(40)),
        11 => format!(
            "P({},{})/Q({},0)",
            2 * random.below(9),
            2 * random.below(4),
            1 + 2 * random.below(9)
        ),
        12 => format!(
            "exp(sin({}))-cosh({})",
            fraction(random, 5),
            fraction(random, 3)
        ),
        13 => format!("ln({})*atan({})", fraction(random, 50), fraction(random, 9)),
        14 => format!("{}^({})", fraction(random, 9), fraction(random, 5)),
        15 => format!(
            "sqrt({})-cbrt({})",
            fraction(random, 99),
            fraction(random, 99)
        ),
        // Numbers next to a short decimal, where rounding is hardest: 1/2 + 10^-k·x.
        16 => format!(
            "{}/8+10^(-{})*sin({})",
            random.below(99),
            random.below(90),
            fraction(random, 9)
        ),
        17 => format!("(exp(10^(-{k}))-1)*10^{k}", k = 1 + random.below(60)),
        // Exact decimals, ties among them.
        18 => format!("{}/2^{}", random.below(1 << 30), random.below(40)),
        _ => format!("erf({})+tanh({})", fraction(random, 4), fraction(random, 4)),
    };
    (formula, 120)
}

fn question(limits: &Limits, digits: u64) -> Question<'_> {
    let digits = Digits::new(digits).expect("1 to 120 digits");
    Question {
        library: catalog::library(),
        digits,
        method: None,
        limits,
    }
}

/// The enclosure of a formula by a ball that is good to `digits` digits.
fn enclosure(formula: &str, digits: u64, limits: &Limits) -> Ball {
    let expr = parse_expr(formula, limits).expect("it was parsed before");
    let mut prec = Digits::new(digits).expect("digits").to_bits().plus(40);
    for _ in 0..12 {
        let value =
            evaluate(&expr, catalog::library(), prec, limits).expect("it had a value before");
        let ball = value.into_number().expect("a number").to_ball(prec);
        if ball.accuracy() >= i64::from(Digits::new(digits).expect("digits").to_bits().get()) {
            return ball;
        }
        prec = prec.doubled();
    }
    panic!("{formula}: no enclosure to {digits} digits")
}

fn check(formula: &str, digits: u64, number: &Answered, limits: &Limits) -> Result<(), String> {
    let (value, unit, significant) = printed(&number.text);
    let half = Rational::from(&unit / 2u32);
    if number.class == EvidenceClass::Exact {
        let exact = number.exact.as_ref().ok_or("exact without its value")?;
        let distance = Rational::from(exact - &value).abs();
        let last_is_even = Rational::from(&value / &unit).numer().is_even();
        if distance > half || (distance == half && !last_is_even) {
            return Err(format!("not the nearest, ties to even, of {exact}"));
        }
        let whole = exact.is_integer() && distance == 0;
        if significant as u64 > digits && !whole {
            return Err(format!("{significant} digits"));
        }
        return if distance == 0 || significant as u64 == digits {
            Ok(())
        } else {
            Err("too few digits".into())
        };
    }
    if significant as u64 != digits {
        return Err(format!("{significant} digits instead of {digits}"));
    }
    for more in [digits + 37, 2 * digits + 10] {
        if !within(&enclosure(formula, more, limits), &value, &half) {
            return Err(format!("wrong at {more} digits"));
        }
    }
    Ok(())
}

#[test]
fn the_last_digit_is_correctly_rounded() {
    let limits = Limits::default();
    let (mut certified, mut exact) = (0, 0);
    let wanted = cases(2000);
    for case in 0..wanted {
        let mut random = Random::new(0x0d16_1700 + case as u64);
        let (formula, most) = call(&mut random);
        let digits = 1 + random.below(most);
        let expr =
            parse_expr(&formula, &limits).unwrap_or_else(|error| panic!("{formula}: {error}"));
        let answer = question(&limits, digits).answer(&expr);
        let number = match answer {
            Ok(Answer::Number(number)) => number,
            other => panic!("eval '{formula}' --digits {digits}: {other:?}"),
        };
        if let Err(fault) = check(&formula, digits, &number, &limits) {
            panic!(
                "eval '{formula}' --digits {digits} printed {}: {fault}",
                number.text
            );
        }
        match number.class {
            EvidenceClass::Exact => exact += 1,
            _ => certified += 1,
        }
    }
    assert_eq!(certified + exact, wanted);
    assert!(
        certified > wanted / 2 && exact > wanted / 20,
        "{certified} certified, {exact} exact"
    );
}

#[test]
fn a_wrong_last_digit_is_seen() {
    let limits = Limits::default();
    let expr = parse_expr("J(2,2,1)", &limits).expect("a formula");
    let Ok(Answer::Number(number)) = question(&limits, 20).answer(&expr) else {
        panic!("J(2,2,1) has a value")
    };
    assert_eq!(check("J(2,2,1)", 20, &number, &limits), Ok(()));
    let last = number
        .text
        .chars()
        .last()
        .and_then(|digit| digit.to_digit(10))
        .expect("a digit");
    for wrong in (0..10).filter(|digit| *digit != last) {
        let text = format!("{}{wrong}", &number.text[..number.text.len() - 1]);
        let planted = Answered {
            text,
            ..number.clone()
        };
        assert!(check("J(2,2,1)", 20, &planted, &limits).is_err(), "{wrong}");
    }
    let short = Answered {
        text: "0.76".into(),
        ..number
    };
    assert!(check("J(2,2,1)", 20, &short, &limits).is_err());
}
