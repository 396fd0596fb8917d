//! The law $D_{l;L} = P(X_L = l)$: which route is taken.

use super::{homogeneous, series, strip};
use crate::error::{Error, ErrorKind, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::Bits;
use crate::theory::activation::{Parity, Regularity};
use crate::theory::kernel::layer::Layer;

/// How D is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The closed form where there is one, the series for smooth kernels, the integral elsewhere.
    Auto,
    /// The closed form of one homogeneous layer, [`homogeneous`].
    Closed,
    /// Composition of power series, [`series`].
    Series,
    /// The trapezoid rule in $u = \tanh t$, [`strip`].
    Strip,
}

/// $D_{l;L}$ on $S^d$, exact where it is rational by symmetry or in closed form.
///
/// # Errors
/// A domain error for a route that does not apply; those of the kernel; the deadline.
pub fn law(
    layer: &Layer,
    d: u32,
    depth: u32,
    l: u32,
    route: Route,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    if depth == 0 {
        // κ₀(u) = u = G₁(u).
        return Ok(Number::from(i64::from(l == 1)));
    }
    let even = l.is_multiple_of(2);
    if matches!(
        (layer.parity(), even),
        (Parity::Odd, true) | (Parity::Even, false)
    ) {
        return Ok(Number::from(0));
    }
    let shape = layer.activation.shape();
    let vanishes = match even {
        true => l >= 2 && shape.has_constant_even_part(),
        false => l >= 3 && shape.has_linear_odd_part(),
    };
    if depth == 1 && vanishes {
        return Ok(Number::from(0));
    }
    let closed = shape.homogeneous().filter(|_| depth == 1);
    match (route, closed) {
        (Route::Auto | Route::Closed, Some(power)) => {
            let value = homogeneous::law(&power, d, l, prec);
            with_bias(layer, &value, l, prec, limits)
        }
        (Route::Closed, None) => Err(Error::domain(
            "a closed form of the law is known for one layer of a homogeneous activation only",
        )
        .with_hint("use --method series or --method strip")),
        (Route::Series, _) => series::law(layer, d, depth, l, prec, limits).map(Number::Ball),
        (Route::Strip, _) => strip::law(layer, d, depth, l, prec, limits).map(Number::Ball),
        (Route::Auto, None) => {
            if layer.activation.regularity() == Regularity::Smooth {
                match series::law(layer, d, depth, l, prec, limits) {
                    Err(error)
                        if matches!(error.kind(), ErrorKind::Domain | ErrorKind::Undecided) => {}
                    other => return other.map(Number::Ball),
                }
            }
            strip::law(layer, d, depth, l, prec, limits).map(Number::Ball)
        }
    }
}

/// (1 − Γ_b) D_l, and Γ_b more at l = 0: the law of one layer with a bias.
fn with_bias(layer: &Layer, value: &Number, l: u32, prec: Bits, limits: &Limits) -> Result<Number> {
    if layer.is_unbiased() {
        return Ok(value.clone());
    }
    let share = Number::from(1).add(&layer.bias().neg(), prec, limits)?;
    let kept = value.mul(&share, prec, limits)?;
    if l == 0 {
        kept.add(layer.bias(), prec, limits)
    } else {
        Ok(kept)
    }
}
