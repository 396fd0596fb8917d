//! The relation `~=`: a formula against a printed decimal, or against a published estimate.

use rug::{Integer, Rational};

use super::compare::first_difference;
use super::judge::Judge;
use super::verdict::{Verdict, Witness};
use crate::error::{Error, Result};
use crate::formula::answer::{Answer, Question};
use crate::formula::expr::{Expr, Literal};
use crate::number::decimal::{Decimal, rational_text};
use crate::number::{Ball, Digits};

/// The verdict on `left ~= literal`.
pub(super) fn judge(judge: &Judge<'_>, left: &Expr, literal: &Literal) -> Result<Verdict> {
    match &literal.standard_error {
        Some(error) => estimate(judge, left, literal, error),
        None => rounds(judge, left, literal),
    }
}

/// `10^power`.
fn ten_to(power: i64) -> Rational {
    let size = Rational::from(Integer::from(Integer::u_pow_u(
        10,
        power.unsigned_abs().min(1 << 20) as u32,
    )));
    if power >= 0 { size } else { size.recip() }
}

fn answer(judge: &Judge<'_>, left: &Expr, digits: Digits) -> Result<(Option<Rational>, Ball)> {
    let question = Question {
        library: judge.library,
        digits,
        method: None,
        limits: judge.limits,
    };
    match question.answer(left)? {
        Answer::Number(number) => Ok((number.exact, number.ball)),
        Answer::List(_) => Err(Error::domain("`~=` compares one number, not a list")),
    }
}

fn rounds(judge: &Judge<'_>, left: &Expr, literal: &Literal) -> Result<Verdict> {
    // A unit of the last place is 1 after this scaling.
    let unit = ten_to(literal.last_place);
    let wanted = Rational::from(&literal.value / &unit).numer().clone();
    let mut digits = Digits::new(u64::from(wanted.significant_bits()) / 3 + 8)?;
    for _ in 0..6 {
        let (exact, ball) = answer(judge, left, digits)?;
        if let Some(value) = exact {
            let scaled = Rational::from(&value / &unit);
            let rounded = round_to_even(&scaled);
            let shown = rational_text(&value, Digits::new(u64::from(digits.get()))?);
            return Ok(verdict(rounded, wanted, &unit, literal, &shown, true));
        }
        let scaled = |end: rug::Float| end.to_rational().map(|end| round_to_even(&(end / &unit)));
        let prec = digits.to_bits().plus(64);
        if let (Some(lower), Some(upper)) = (scaled(ball.lower(prec)), scaled(ball.upper(prec)))
            && lower == upper
        {
            let shown = Decimal::from_ball(&ball, digits)
                .map_or_else(|| ball.to_decimal_text(digits), |d| d.to_string());
            return Ok(verdict(lower, wanted, &unit, literal, &shown, false));
        }
        digits = Digits::new(u64::from(digits.get()) * 2)?;
    }
    Ok(Verdict::Undecided {
        reason: "the value lies on a rounding boundary of the literal".into(),
        settle: "a closed form".into(),
    })
}

fn verdict(
    rounded: Integer,
    wanted: Integer,
    unit: &Rational,
    literal: &Literal,
    shown: &str,
    exact: bool,
) -> Verdict {
    if rounded == wanted {
        return if exact {
            Verdict::Proved
        } else {
            Verdict::Certified
        };
    }
    let right = Rational::from(unit * &Rational::from(rounded));
    let places = usize::try_from(-literal.last_place).unwrap_or(0);
    let (right, claimed) = (fixed(&right, places), fixed(&literal.value, places));
    let digit = first_difference(&right, &claimed);
    Verdict::Refuted {
        witness: Witness {
            at: Vec::new(),
            left: format!("{shown}, which rounds to {right}"),
            right: claimed,
            digit,
        },
    }
}

/// A terminating decimal with the given number of places.
fn fixed(value: &Rational, places: usize) -> String {
    let scaled = (value * ten_to(places as i64)).numer().clone();
    let digits = scaled.clone().abs().to_string();
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let sign = if scaled < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

fn round_to_even(value: &Rational) -> Integer {
    let floor = Integer::from(value.floor_ref());
    let twice = (Rational::from(value - &floor)) * 2u32;
    match twice.cmp(&Rational::from(1)) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Equal if floor.is_even() => floor,
        _ => floor + 1,
    }
}

/// A published estimate x ± e is consistent with the certified value v if |x − v|/e is below the
/// run's threshold.
fn estimate(
    judge: &Judge<'_>,
    left: &Expr,
    literal: &Literal,
    error: &Rational,
) -> Result<Verdict> {
    if *error <= 0 {
        return Err(Error::parse("a standard error must be positive"));
    }
    let (exact, ball) = answer(judge, left, Digits::literal(20))?;
    let value = exact
        .or_else(|| ball.mid().to_rational())
        .unwrap_or_default();
    let z = (Rational::from(&literal.value - &value) / error).to_f64();
    if z.abs() > judge.threshold {
        let left = rational_text(&value, Digits::literal(10));
        let places = usize::try_from(-literal.last_place).unwrap_or(0);
        let right = format!(
            "{} with standard error {}, z = {z:.2}",
            fixed(&literal.value, places),
            fixed(error, places)
        );
        return Ok(Verdict::Refuted {
            witness: Witness {
                at: Vec::new(),
                left,
                right,
                digit: None,
            },
        });
    }
    Ok(Verdict::Consistent {
        z,
        n: None,
        resolution: judge.threshold * error.to_f64(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_neighbour() {
        for (numerator, rounded) in [(5, 2), (7, 4), (-5, -2), (-7, -4), (6, 3)] {
            assert_eq!(
                round_to_even(&Rational::from((numerator, 2))),
                rounded,
                "{numerator}/2"
            );
        }
    }

    #[test]
    fn fixed_decimals_keep_their_places() {
        assert_eq!(fixed(&Rational::from((-5, 1000)), 4), "-0.0050");
        assert_eq!(fixed(&Rational::from(12), 0), "12");
    }
}
