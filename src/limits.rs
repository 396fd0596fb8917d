//! What a computation may cost: bits, nodes, nesting, integer size, input bytes, time.
//!
//! GMP aborts the process when memory runs out and cannot be interrupted, so every operation whose
//! result can grow asks first ([`Limits::check_integer_bits`], [`Limits::check_precision`]), and
//! every loop that can run long asks between steps ([`Limits::check_deadline`]). A refusal names
//! the option that lifts it.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// The caps that a computation keeps, and the moment at which it must stop.
///
/// Passed by reference wherever something can grow. [`Limits::default`] has no deadline and the
/// caps of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most decimal digits a user may ask for (`--max-digits`).
    pub max_digits: u64,
    /// Most bits of working precision (`--max-bits`).
    pub max_bits: u64,
    /// Most bits of an exact integer or of a numerator or denominator (`--max-bits` too).
    pub max_integer_bits: u64,
    /// Most nodes of one expression.
    pub max_nodes: usize,
    /// Deepest nesting of brackets, calls, lists, powers and signs.
    pub max_nesting: usize,
    /// Longest formula or file in bytes.
    pub max_bytes: usize,
    /// The moment at which work is given up (`--timeout`).
    pub deadline: Option<Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_digits: 1_000_000,
            max_bits: 16_000_000,
            max_integer_bits: 64_000_000,
            max_nodes: 200_000,
            max_nesting: 256,
            max_bytes: 4 << 20,
            deadline: None,
        }
    }
}

impl Limits {
    /// The same limits with a deadline `timeout` from now.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.deadline = Instant::now().checked_add(timeout);
        self
    }

    /// Fails once the deadline has passed. Call it between terms, rows and refinement steps.
    ///
    /// # Errors
    /// A limit error that names `--timeout`.
    pub fn check_deadline(&self) -> Result<()> {
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline => {
                Err(Error::limit("the time limit was reached")
                    .with_hint("raise it with --timeout SECONDS"))
            }
            _ => Ok(()),
        }
    }

    /// Fails when an exact result would have more bits than allowed; `bits` is an upper bound or a
    /// good estimate made before the operation.
    ///
    /// # Errors
    /// A limit error that says what is too large and names `--max-bits`.
    pub fn check_integer_bits(&self, bits: f64, what: impl std::fmt::Display) -> Result<()> {
        // NaN and infinity are refused too: the comparison is false for them.
        if bits <= self.max_integer_bits as f64 {
            return Ok(());
        }
        let count = if bits.is_finite() {
            format!("about {bits:.3e} bits")
        } else {
            "too many bits to count".to_string()
        };
        Err(Error::limit(format!(
            "{what} would have {count}, more than the limit of {}",
            self.max_integer_bits
        ))
        .with_hint("raise it with --max-bits N"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passed_deadline_is_a_limit_error() {
        let limits = Limits::default().with_timeout(Duration::ZERO);
        assert_eq!(
            limits.check_deadline().unwrap_err().kind(),
            crate::error::ErrorKind::Limit
        );
        assert!(Limits::default().check_deadline().is_ok());
    }

    #[test]
    fn sizes_that_are_not_numbers_are_refused() {
        let limits = Limits::default();
        assert!(limits.check_integer_bits(1e3, "x").is_ok());
        let error = limits
            .check_integer_bits(f64::INFINITY, "x")
            .expect_err("too large");
        assert!(!error.message().contains("inf"), "{error}");
        assert!(limits.check_integer_bits(f64::NAN, "x").is_err());
    }
}
