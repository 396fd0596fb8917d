//! The constants that ReLU moments take at special angles and in their expansions:
//! $r + p/π + q/\sqrt{2π}$ with rational $r, p, q$.

use std::fmt;

use rug::{Integer, Rational};

/// The exact number $r + p/π + q/\sqrt{2π}$.
///
/// The three generators $1, 1/π, 1/\sqrt{2π}$ are linearly independent over the rationals, since
/// π is transcendental: the value is zero only if all three coefficients are, and equality of
/// coefficients is equality of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MomentConstant {
    /// The rational part $r$.
    pub rational: Rational,
    /// The coefficient $p$ of $1/π$.
    pub over_pi: Rational,
    /// The coefficient $q$ of $1/\sqrt{2π}$.
    pub over_sqrt_two_pi: Rational,
}

impl MomentConstant {
    /// A rational number.
    pub fn from_rational(rational: Rational) -> Self {
        MomentConstant {
            rational,
            ..Self::default()
        }
    }

    /// A rational multiple of $1/π$.
    pub fn from_over_pi(over_pi: Rational) -> Self {
        MomentConstant {
            over_pi,
            ..Self::default()
        }
    }

    /// A rational multiple of $1/\sqrt{2π}$.
    pub fn from_over_sqrt_two_pi(over_sqrt_two_pi: Rational) -> Self {
        MomentConstant {
            over_sqrt_two_pi,
            ..Self::default()
        }
    }

    /// Whether the number is zero.
    pub fn is_zero(&self) -> bool {
        self.rational.is_zero() && self.over_pi.is_zero() && self.over_sqrt_two_pi.is_zero()
    }

    /// The number as a rational, `None` if it is irrational.
    pub fn as_rational(&self) -> Option<&Rational> {
        (self.over_pi.is_zero() && self.over_sqrt_two_pi.is_zero()).then_some(&self.rational)
    }
}

impl fmt::Display for MomentConstant {
    /// A text that the formula language reads, such as `1/4 + 1/(6*pi)` or `-3/sqrt(2*pi)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (&self.rational, None),
            (&self.over_pi, Some("pi")),
            (&self.over_sqrt_two_pi, Some("sqrt(2*pi)")),
        ];
        let mut empty = true;
        for (value, divisor) in parts {
            if value.is_zero() {
                continue;
            }
            let negative = value.cmp0().is_lt();
            match (empty, negative) {
                (true, true) => f.write_str("-")?,
                (true, false) => {}
                (false, true) => f.write_str(" - ")?,
                (false, false) => f.write_str(" + ")?,
            }
            empty = false;
            let numerator = Integer::from(value.numer().abs_ref());
            let denominator = value.denom();
            match (divisor, *denominator == 1) {
                (None, true) => write!(f, "{numerator}")?,
                (None, false) => write!(f, "{numerator}/{denominator}")?,
                (Some(divisor), true) => write!(f, "{numerator}/{divisor}")?,
                (Some(divisor), false) => write!(f, "{numerator}/({denominator}*{divisor})")?,
            }
        }
        if empty {
            f.write_str("0")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_like_formulas() {
        let constant = MomentConstant {
            rational: Rational::from((1, 4)),
            over_pi: Rational::from((-1, 6)),
            over_sqrt_two_pi: Rational::from(3),
        };
        assert_eq!(constant.to_string(), "1/4 - 1/(6*pi) + 3/sqrt(2*pi)");
        assert_eq!(MomentConstant::default().to_string(), "0");
        let constant = MomentConstant::from_over_pi(Rational::from(-2));
        assert_eq!(constant.to_string(), "-2/pi");
        assert!(constant.as_rational().is_none() && !constant.is_zero());
    }
}
