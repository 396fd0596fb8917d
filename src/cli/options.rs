//! Options that every verb takes, and the readers of option values.

use std::time::Duration;

use clap::Args;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::montecarlo::MAX_SAMPLES;
use crate::number::Digits;

/// Options of every verb.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every verb")]
pub struct Common {
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// Print results only: no progress, no notes
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Give up after S seconds [default: 60; none for verify, sample and simulate]
    #[arg(long, value_name = "S", global = true, allow_negative_numbers = true, value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Most digits that may be asked for
    #[arg(long, value_name = "N", global = true, default_value = "1000000", allow_negative_numbers = true, value_parser = count)]
    pub max_digits: u64,
    /// Most bits of working precision and of exact integers [default: 16000000 and 64000000]
    #[arg(long, value_name = "N", global = true, allow_negative_numbers = true, value_parser = count)]
    pub max_bits: Option<u64>,
    /// Threads to use [default: all cores]
    #[arg(long, value_name = "N", global = true, allow_negative_numbers = true, value_parser = threads, env = "RAYON_NUM_THREADS", hide_env = true)]
    pub threads: Option<u64>,
}

/// The deadline of a verb whose user named none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultDeadline {
    /// 60 seconds.
    Minute,
    /// None.
    Never,
}

impl Common {
    /// The limits these options set.
    pub fn limits(&self, deadline: DefaultDeadline) -> Limits {
        let mut limits = Limits {
            max_digits: self.max_digits,
            ..Limits::default()
        };
        if let Some(bits) = self.max_bits {
            limits.max_bits = bits;
            limits.max_integer_bits = bits;
        }
        match (self.timeout, deadline) {
            (Some(seconds), _) => limits.with_timeout(Duration::from_secs_f64(seconds)),
            (None, DefaultDeadline::Minute) => limits.with_timeout(Duration::from_secs(60)),
            (None, DefaultDeadline::Never) => limits,
        }
    }
}

/// Reads `--digits`: a plain positive integer.
///
/// # Errors
/// A usage error that names the allowed range.
pub fn digits(text: &str) -> Result<Digits> {
    Digits::new(plain_integer(text, 1, u64::from(Digits::MAX.get()))?)
}

/// Reads a positive count.
///
/// # Errors
/// A usage error that names the allowed range.
pub fn count(text: &str) -> Result<u64> {
    plain_integer(text, 1, u64::MAX)
}

/// Reads a number of samples: two or more, for one has no standard error.
///
/// # Errors
/// A usage error that names the allowed range.
pub fn samples(text: &str) -> Result<u64> {
    plain_integer(text, 2, MAX_SAMPLES)
}

/// Reads a number of threads.
///
/// # Errors
/// A usage error that names the allowed range.
pub fn threads(text: &str) -> Result<u64> {
    plain_integer(text, 1, 1024)
}

/// Reads a seed.
///
/// # Errors
/// A usage error that names the allowed range.
pub fn seed(text: &str) -> Result<u64> {
    plain_integer(text, 0, u64::MAX)
}

fn plain_integer(text: &str, least: u64, most: u64) -> Result<u64> {
    let hint = || format!("a whole number from {least} to {most}, digits only");
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(
            Error::usage(format!("`{text}` is not a plain positive number")).with_hint(hint()),
        );
    }
    match text.parse::<u64>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ => Err(Error::usage(format!("{text} is out of range")).with_hint(hint())),
    }
}

/// Reads a time in seconds.
///
/// # Errors
/// A usage error that names the allowed range.
pub fn seconds(text: &str) -> Result<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match text.parse::<f64>() {
        Ok(value) if plain && (0.0..=1e9).contains(&value) => Ok(value),
        _ => Err(Error::usage(format!("`{text}` is not a time"))
            .with_hint("seconds from 0 to 1000000000, such as 2.5")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_plain_integers_in_range() {
        assert_eq!(digits("60").map(Digits::get), Ok(60));
        for bad in [
            "0",
            "-3",
            "1e3",
            "",
            "4294967295",
            "1000000000",
            "6_0",
            " 6",
            "٣",
        ] {
            let error = digits(bad).unwrap_err();
            assert!(
                error.to_string().contains("from 1 to 500000000"),
                "{bad}: {error}"
            );
        }
    }

    #[test]
    fn times_are_finite_and_not_negative() {
        assert_eq!(seconds("0.5"), Ok(0.5));
        for bad in ["-1", "nan", "inf", "1e3", ""] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
