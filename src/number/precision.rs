//! Precision as types: [`Bits`] for working precision, [`Digits`] for what a user asks for.
//!
//! A bare integer never means a precision, so bits and digits cannot be confused.

use std::fmt;

use crate::error::{Error, Result};
use crate::limits::Limits;

/// A working precision in bits, between [`Bits::MIN`] and [`Bits::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(u32);

impl Bits {
    /// The smallest working precision.
    pub const MIN: Bits = Bits(2);
    /// The largest one: below MPFR's own limit, so that guard bits never overflow it.
    pub const MAX: Bits = Bits(u32::MAX / 2);

    /// A precision of `bits`, clamped to the allowed range.
    pub const fn new(bits: u32) -> Bits {
        if bits < Self::MIN.0 {
            Self::MIN
        } else if bits > Self::MAX.0 {
            Self::MAX
        } else {
            Bits(bits)
        }
    }

    /// The number of bits.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// This precision and `guard` bits more.
    #[must_use]
    pub const fn plus(self, guard: u32) -> Bits {
        Bits::new(self.0.saturating_add(guard))
    }

    /// Twice this precision.
    #[must_use]
    pub const fn doubled(self) -> Bits {
        Bits::new(self.0.saturating_mul(2))
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bits", self.0)
    }
}

/// A number of significant decimal digits, at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits(u32);

impl Digits {
    /// The largest number of digits that a working precision can hold with room for guard bits.
    pub const MAX: Digits = Digits(500_000_000);

    /// A number of digits.
    ///
    /// # Errors
    /// A usage error that names the allowed range.
    pub fn new(digits: u64) -> Result<Digits> {
        match u32::try_from(digits) {
            Ok(d) if (1..=Self::MAX.0).contains(&d) => Ok(Digits(d)),
            _ => Err(
                Error::usage(format!("{digits} is not a possible number of digits"))
                    .with_hint(format!("between 1 and {}", Self::MAX.0)),
            ),
        }
    }

    /// The number of digits as a constant; panics at compile time outside the range.
    pub const fn literal(digits: u32) -> Digits {
        assert!(digits >= 1 && digits <= Self::MAX.0);
        Digits(digits)
    }

    /// The number of digits.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// A working precision that holds this many digits: `ceil(digits · log2 10) + 1`.
    pub fn to_bits(self) -> Bits {
        // The product is within 2^-52 of its value relatively, 1e-7 at the largest count, and the
        // final + 1 covers that.
        Bits::new((f64::from(self.0) * std::f64::consts::LOG2_10).ceil() as u32 + 1)
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} digits", self.0)
    }
}

/// Caps on precision; they stand here because limits know nothing of precisions.
impl Limits {
    /// Fails when a working precision passes the cap.
    ///
    /// # Errors
    /// A limit error that names `--max-bits`.
    pub fn check_precision(&self, bits: Bits) -> Result<()> {
        if u64::from(bits.get()) > self.max_bits {
            return Err(Error::limit(format!(
                "{bits} of working precision would be needed, more than the limit of {}",
                self.max_bits
            ))
            .with_hint("raise it with --max-bits N"));
        }
        Ok(())
    }

    /// Fails when a number of digits asked for passes the cap.
    ///
    /// # Errors
    /// A usage error that names the allowed range and `--max-digits`.
    pub fn check_digits(&self, digits: Digits) -> Result<()> {
        if u64::from(digits.get()) > self.max_digits {
            return Err(Error::usage(format!(
                "{digits} are more than the limit of {}",
                self.max_digits
            ))
            .with_hint("raise it with --max-digits N"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_fit_their_bits() {
        for digits in [1, 2, 15, 50, 1000, 1_000_000] {
            let bits = Digits::literal(digits).to_bits().get();
            assert!(f64::from(bits) >= f64::from(digits) * 10f64.log2());
            assert!(f64::from(bits) <= f64::from(digits) * 10f64.log2() + 3.0);
        }
    }

    #[test]
    fn zero_digits_are_refused_with_the_range() {
        let error = Digits::new(0).unwrap_err();
        assert!(error.to_string().contains("between 1 and 500000000"));
    }
}
