//! The geometric decay of the spectra of analytic kernels.
//!
//! If κ_L is analytic for |u| < ρ_L and no further, ρ_L > 1, then $\limsup D_l^{1/l} = 1/r$ with
//! $r = ρ_L + \sqrt{ρ_L^2-1}$: Gegenbauer series converge in the ellipse with foci ±1 through ρ_L. The
//! nearest singularity is at the positive ρ_L, since the Taylor coefficients are non-negative
//! (Pringsheim), and κ_L is increasing and convex on [0, ρ_L). With ρ = ρ_1 of one layer,
//! $κ_{j+1} = κ_j ∘ κ$ is singular first where κ(u) = ρ_j, or at ρ if κ stays below ρ_j.

use rug::{Float, Rational};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Radius, Regularity};
use crate::theory::kernel::layer::Layer;

/// Most steps towards the radius, and most of Newton's.
const MOST_STEPS: u32 = 400;

/// r of L ≥ 1 layers.
///
/// # Errors
/// A domain error where the decay is not geometric: singular kernels, entire ones, and smooth ones
/// that are not analytic at 1; the deadline.
pub fn factor(layer: &Layer, depth: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let f = &layer.activation;
    let text = f.text();
    if f.regularity() != Regularity::Smooth {
        return Err(Error::domain(format!(
            "the spectrum of `{text}` falls like a power of the degree, not geometrically"
        ))
        .with_hint("see spectrum.tail and kappa.singular_exponent"));
    }
    let radius = match f.shape().radius() {
        Some(Radius::At(radius)) => radius,
        Some(Radius::Entire) => {
            return Err(Error::domain(format!(
                "the kernel of `{text}` is entire: its spectrum falls faster than every geometric sequence"
            )));
        }
        None => {
            return Err(Error::domain(format!(
                "no disk of analyticity beyond |u| = 1 is known for the kernel of `{text}`"
            ))
            .with_hint(
                "functions with singularities at a finite distance from the real axis, such as tanh, have \
                 kernels that are smooth and not analytic at 1",
            ));
        }
    };
    if depth == 0 {
        return Err(
            Error::domain("without hidden layers the law is one point").with_hint("give L >= 1")
        );
    }
    let work = prec.plus(24 + 2 * (32 - depth.leading_zeros()));
    let mut rho = Ball::from_rational(&radius, work);
    for _ in 1..depth {
        limits.check_deadline()?;
        rho = preimage(layer, &radius, &rho, work, limits)?;
    }
    let root = rho.square(work).add_i64(-1, work).sqrt(work);
    Ok(rho.add(&root, work).rounded(prec.plus(8)))
}

/// κ_b and its slope at a real point of the disk.
fn at(layer: &Layer, x: &Float, prec: Bits, limits: &Limits) -> Result<(Ball, Ball)> {
    let jet = layer
        .activation
        .shape()
        .kernel_jet(2, &Ball::exact(x.clone()), prec, limits)?;
    let Some([value, slope]) = jet.as_deref().and_then(|jet| jet.first_chunk::<2>()) else {
        return Err(Error::domain("the kernel beyond 1 is not known here"));
    };
    let share = layer.share(prec);
    let value = value
        .mul(&share, prec)
        .add(&layer.bias().to_ball(prec), prec);
    Ok((value, slope.mul(&share, prec)))
}

/// The u in (1, ρ) with κ_b(u) = target, or ρ where κ_b stays below.
///
/// Newton's method from the right of the root of an increasing convex function stays on the right and
/// converges; the root found is then enclosed by the signs on both sides of it.
fn preimage(
    layer: &Layer,
    radius: &Rational,
    target: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let middle = Ball::exact(target.mid().clone());
    let one = Rational::from(1);
    let mut gap = Rational::from(radius - &one);
    let mut x = None;
    for _ in 0..MOST_STEPS {
        limits.check_deadline()?;
        gap /= 2u32;
        let point = Float::with_val(prec.get(), Rational::from(radius - &gap));
        let (value, _) = at(layer, &point, prec, limits)?;
        if value.sub(target, prec).is_positive() {
            x = Some(point);
            break;
        }
    }
    let Some(mut x) = x else {
        return Err(Error::undecided(
            "the kernel at its radius of convergence cannot be told from the radius before",
        ));
    };
    let close = Magnitude::power_of_two(-i64::from(prec.get()) + 12);
    for _ in 0..MOST_STEPS {
        limits.check_deadline()?;
        let (value, slope) = at(layer, &x, prec, limits)?;
        let step = value.sub(&middle, prec).div(&slope, prec);
        if !step.is_finite() || step.magnitude() < close {
            break;
        }
        x -= step.mid();
    }
    // The width: twice what the target is wide, over the slope ≥ χ, at least a few ulps.
    let mut width = target.rad().shifted(2).plus(close);
    for _ in 0..64 {
        let by = width.to_float();
        let low = Float::with_val(prec.get() + 64, &x - &by);
        let high = Float::with_val(prec.get() + 64, &x + &by);
        if low > 1 && high < *radius {
            let (below, _) = at(layer, &low, prec, limits)?;
            let (above, _) = at(layer, &high, prec, limits)?;
            if below.sub(target, prec).is_negative() && above.sub(target, prec).is_positive() {
                return Ok(Ball::from_bounds(&low, &high, prec));
            }
        }
        width = width.shifted(1);
    }
    Err(
        Error::undecided("the radius of convergence in depth could not be enclosed")
            .with_hint("ask for more digits"),
    )
}
