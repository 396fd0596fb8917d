//! The quantity `rho(n)`: the decay of ln sin²θ per layer in the paper's simple rule,
//! $ρ(n) = \ln\frac{n+5}{n-1} - \frac{10n}{(n+5)^2} + \frac{6n}{(n-1)^2}$.
//!
//! It is −(μ(θ, n) − ln sin²θ) at θ → 0, so it is exact for the paper's μ; the exact decay rate of
//! the process is `angle.rate`, and the two agree up to O(n⁻²).

use super::template::fill;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct DecayRate;

/// `rho(n)`.
pub static RHO: DecayRate = DecayRate;

static SIGNATURE: Signature = Signature {
    name: "rho",
    parameters: &[Parameter::required("n", Kind::Number, "the width, above 1")],
};

static ABOUT: About = About {
    summary: "the paper's decay of ln sin^2(theta) per layer at small angles and width n",
    definition: "rho(n) = ln((n+5)/(n-1)) - 10 n/(n+5)^2 + 6 n/(n-1)^2",
    domain: "n > 1 (a width is an integer; the formula takes real n)",
    source: "Jakub & Nica 2024, Approximation 1",
    methods: &[
        ("log1p", "ln(1 + 6/(n-1)), which loses nothing at large n"),
        (
            "quotient",
            "the definition term by term, with as many more bits as cancel",
        ),
    ],
    special: &[
        "rho(n) = 2/n + 100/n^2 + O(1/n^3)",
        "angle.rate(n) = 2/n + 8/n^2 + O(1/n^3) is the exact rate",
    ],
    example: "rho(256)",
};

/// The width at `index`, any real above 1; `None` if a ball does not decide that.
///
/// # Errors
/// A domain error at or below 1.
pub(super) fn width<'a>(
    reader: &Reader<'a>,
    index: usize,
    prec: Bits,
) -> Result<Option<&'a Number>> {
    let n = reader.number(index)?;
    match n.certain_cmp(&Number::from(1), prec) {
        Some(std::cmp::Ordering::Greater) => Ok(Some(n)),
        Some(_) => Err(Error::domain(format!(
            "the width n of `{}` must be above 1",
            reader.signature.name
        ))
        .with_hint("a layer of width 1 has no angle; take n = 2, 3, ...")),
        None => Ok(None),
    }
}

/// ρ(n), by log1p or by the quotient.
pub(super) fn rho(n: &Number, direct: bool, prec: Bits, limits: &Limits) -> Result<Ball> {
    // ln(1 + 6/(n−1)) ≈ 6/n from the quotient loses log2(n) bits.
    let size = n.to_ball(Bits::new(32)).mid().get_exp().unwrap_or(0);
    let guard = if direct {
        size.max(0).unsigned_abs()
    } else {
        0
    };
    to_relative_accuracy(prec, limits, |work| {
        let work = work.plus(guard);
        limits.check_precision(work)?;
        let n = n.to_ball(work);
        let (below, above) = (n.add_i64(-1, work), n.add_i64(5, work));
        let log = if direct {
            above.div(&below, work).ln(work)
        } else {
            Ball::from_i64(6).div(&below, work).ln1p(work)
        };
        let part = |factor: i64, x: &Ball| n.mul_i64(factor, work).div(&x.square(work), work);
        Ok(log.sub(&part(10, &above), work).add(&part(6, &below), work))
    })
}

impl Quantity for DecayRate {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let direct = method(&ABOUT, request)? == "quotient";
        let reader = Reader::new(&SIGNATURE, arguments);
        let value = match width(&reader, 0, request.prec)? {
            Some(n) => rho(n, direct, request.prec, request.limits)?,
            None => Ball::indeterminate(),
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [n] = arguments else { return Ok(None) };
        check_literal(n)?;
        fill("ln((n+5)/(n-1)) - 10*n/(n+5)^2 + 6*n/(n-1)^2", &[("n", n)]).map(Some)
    }
}

/// A literal width at or below 1 is an error also where the formula has a value.
pub(super) fn check_literal(n: &Expr) -> Result<()> {
    match crate::theory::quantity::literal(n) {
        Some(q) if q <= 1 => Err(Error::domain("the width n must be above 1")
            .with_hint("a layer of width 1 has no angle; take n = 2, 3, ...")
            .at(n.span.clone())),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_methods_agree_and_keep_their_digits_at_huge_widths() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for n in [2i64, 3, 16, 256, 1 << 40] {
            let n = Number::from(n);
            let fast = rho(&n, false, prec, &limits).expect("a value");
            let slow = rho(&n, true, prec, &limits).expect("a value");
            assert!(fast.overlaps(&slow) && fast.accuracy() >= 200 && slow.accuracy() >= 200);
        }
    }

    #[test]
    fn the_leading_terms_are_two_over_n_and_a_hundred_over_n_squared() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        let n = 1_000_000_000_000i64;
        let value = rho(&Number::from(n), false, prec, &limits).expect("a value");
        let second = value
            .mul_i64(n, prec)
            .add_i64(-2, prec)
            .mul_i64(n, prec)
            .mid()
            .to_f64();
        assert!((second - 100.0).abs() < 1e-8, "{second}");
    }
}
