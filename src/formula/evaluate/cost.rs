//! What the functions without fast algorithms cost at high precision, asked before they start.
//!
//! Their inner loops cannot look at a clock, so a call that would outlive the deadline is refused.
//! The model is $c\,(p/10^4)^e$ seconds at p bits, from measurements at 7000 to 10⁵ bits, with c
//! chosen low: a refusal is certain to be right on today's machines, and a call that is let
//! through may overstay by a small factor.

use std::time::Instant;

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::Bits;

/// Seconds at 10⁴ bits, and the power of the precision, of the slow functions.
fn model(name: &str) -> Option<(f64, i32)> {
    Some(match name {
        // Stirling's series: p/10 terms with Bernoulli numbers of p bits each.
        "gamma" => (0.02, 3),
        "lgamma" | "digamma" => (0.04, 3),
        "polygamma" => (0.3, 3),
        // Euler-Maclaurin: p/4 powers and p/4 corrections.
        "zeta" => (0.6, 3),
        // Power series summed term by term.
        "erf" | "erfc" | "erfi" => (0.01, 2),
        _ => return None,
    })
}

/// Refuses a call that would take much longer than the time left.
///
/// # Errors
/// A limit error that names `--timeout`.
pub(crate) fn check(name: &str, prec: Bits, limits: &Limits) -> Result<()> {
    let (Some((seconds, power)), Some(deadline)) = (model(name), limits.deadline) else {
        return Ok(());
    };
    let estimate = seconds * (f64::from(prec.get()) / 1e4).powi(power);
    let left = deadline.saturating_duration_since(Instant::now());
    if estimate <= left.as_secs_f64() {
        return Ok(());
    }
    Err(Error::limit(format!(
        "`{name}` at {prec} takes about {estimate:.0e} seconds, more than is left"
    ))
    .with_hint("ask for fewer digits, or raise --timeout SECONDS"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_what_cannot_end_in_time_is_refused() {
        let minute = Limits::default().with_timeout(Duration::from_secs(60));
        for name in [
            "gamma",
            "lgamma",
            "digamma",
            "polygamma",
            "zeta",
            "erf",
            "erfc",
            "erfi",
        ] {
            assert!(check(name, Bits::new(3400), &minute).is_ok(), "{name}");
            let error = check(name, Bits::new(3_400_000), &minute).unwrap_err();
            assert!(
                error.hint().is_some_and(|hint| hint.contains("--timeout")),
                "{error}"
            );
            assert!(
                check(name, Bits::new(3_400_000), &Limits::default()).is_ok(),
                "{name}"
            );
        }
        assert!(check("exp", Bits::new(3_400_000), &minute).is_ok());
    }
}
