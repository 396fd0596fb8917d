//! Why an integral was not certified, and where.

use rug::Float;

use crate::error::Error;

/// An integral that was not certified: the reason, and the interval at which the search got stuck, if
/// it is a matter of one. [`Refusal::into_error`] makes an [`Error`] of it:
/// `integrate(…).map_err(Refusal::into_error)?`. (Conversions by `?` would leave the type of many a
/// closure's `?` elsewhere undecided.)
#[derive(Clone, Debug)]
pub struct Refusal {
    error: Error,
    interval: Option<(Float, Float)>,
}

impl Refusal {
    /// No bound of the integrand was found between the two points.
    pub(super) fn stuck(from: Float, to: Float) -> Refusal {
        let error = Error::undecided(format!(
            "the integral could not be certified: no bound of its integrand was found between {} and {}",
            short(&from),
            short(&to)
        ))
        .with_hint("a pole, a jump or a branch point there? split the integral or change the variable");
        Refusal {
            error,
            interval: Some((from, to)),
        }
    }

    /// The same place with another reason.
    pub(super) fn because(mut self, error: Error) -> Refusal {
        self.error = match &self.interval {
            Some((from, to)) => Error::new(
                error.kind(),
                format!(
                    "{}; the search stood between {} and {}",
                    error.message(),
                    short(from),
                    short(to)
                ),
            ),
            None => error,
        };
        self
    }

    /// A reason without a place.
    pub(super) fn of(error: Error) -> Refusal {
        Refusal {
            error,
            interval: None,
        }
    }

    /// The reason, as an error that names the interval in its text.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The reason.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The ends of the interval on which nothing was known, if the search got stuck at one.
    pub fn interval(&self) -> Option<(&Float, &Float)> {
        self.interval.as_ref().map(|(from, to)| (from, to))
    }
}

/// A few digits of a number, for people.
fn short(x: &Float) -> String {
    if x.is_zero() {
        return "0".to_string();
    }
    let exponent = x.get_exp().unwrap_or(0);
    if (-20..40).contains(&exponent) {
        let text = format!("{:.12}", x.to_f64());
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        x.to_string_radix(10, Some(6))
    }
}
