//! Digits of floats as people write them, and radii as a few digits with a power of ten.

use std::fmt::Write as _;

use rug::Float;
use rug::float::Round;

/// `man · 10^exp` with a small mantissa, an upper bound of a radius.
#[derive(Clone, Copy)]
pub(super) struct Tens {
    pub(super) man: u128,
    pub(super) exp: i64,
}

impl Tens {
    /// The float rounded up to three digits; `None` if it is infinite.
    pub(super) fn above(x: &Float) -> Option<Tens> {
        if x.is_zero() {
            return Some(Tens { man: 0, exp: 0 });
        }
        let (_, text, point) = significant(x, 3, Round::AwayZero)?;
        Some(Tens {
            man: text.parse().ok()?,
            exp: point - 3,
        })
    }

    /// The power of ten of the leading digit; `None` for 0.
    pub(super) fn leading_place(self) -> Option<i64> {
        let digits = self.man.checked_ilog10()?;
        Some(self.exp + i64::from(digits))
    }

    /// The sum, rounded up to three digits.
    pub(super) fn plus(self, other: Tens) -> Tens {
        if self.man == 0 || other.man == 0 {
            return if self.man == 0 { other } else { self }.rounded_up();
        }
        let (high, low) = if self.exp >= other.exp {
            (self, other)
        } else {
            (other, self)
        };
        let gap = high.exp - low.exp;
        // Mantissas are below 1000: over a gap above 12 the lower number is less than 10^3 · 10^−13
        // units of the higher one, hence less than one unit after a scaling by 10^6.
        let sum = if gap > 12 {
            Tens {
                man: high.man * 1_000_000 + 1,
                exp: high.exp - 6,
            }
        } else {
            Tens {
                man: high.man * 10u128.pow(gap as u32) + low.man,
                exp: low.exp,
            }
        };
        sum.rounded_up()
    }

    fn rounded_up(self) -> Tens {
        let mut sum = self;
        while sum.man > 999 {
            sum.man = sum.man.div_ceil(10);
            sum.exp += 1;
        }
        sum
    }
}

impl std::fmt::Display for Tens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.man == 0 {
            return f.write_str("0");
        }
        let digits = self.man.to_string();
        let exponent = self.exp + digits.len() as i64 - 1;
        let digits = digits.trim_end_matches('0');
        f.write_str(&scientific(digits, exponent))
    }
}

/// `d.dde-k`, without `e0`.
pub(super) fn scientific(digits: &str, exponent: i64) -> String {
    let (first, rest) = digits.split_at(1);
    let mut text = String::from(first);
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    if exponent != 0 {
        // Writing to a string cannot fail.
        let _ = write!(text, "e{exponent}");
    }
    text
}

/// 0.d₁d₂… · 10^point, positional where the digits reach the decimal point and |x| ≥ 10⁻⁷.
pub(super) fn placed(digits: &str, point: i64) -> String {
    if point > digits.len() as i64 || point < -6 {
        return scientific(digits, point - 1);
    }
    if point <= 0 {
        return format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    let (whole, fraction) = digits.split_at(point as usize);
    if fraction.is_empty() {
        whole.into()
    } else {
        format!("{whole}.{fraction}")
    }
}

/// The digits without zeros at their end behind the decimal point.
pub(super) fn trimmed(digits: &str, point: i64) -> &str {
    let keep = usize::try_from(point).unwrap_or(0).clamp(1, digits.len());
    let ends = digits.trim_end_matches('0').len().max(keep);
    &digits[..ends]
}

/// Sign, `count` digits and the place of the decimal point of a non-zero float
/// ± 0.d₁d₂… · 10^point, correctly rounded by MPFR; `None` for 0 and infinities.
pub(super) fn significant(x: &Float, count: usize, round: Round) -> Option<(bool, String, i64)> {
    if x.is_zero() || !x.is_finite() {
        return None;
    }
    let (negative, text, point) = x.to_sign_string_exp_round(10, Some(count), round);
    Some((negative, text, i64::from(point?)))
}
