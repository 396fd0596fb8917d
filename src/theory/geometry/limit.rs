//! The limit of infinite width for the activations that can be sampled: kernels in depth, and what
//! follows from them. The kernels are those of [`activation`](mod@crate::theory::activation).

use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::montecarlo::Activation;
use crate::number::{Ball, Bits};
use crate::theory::activation;

/// The activation of theory that a lane kernel computes, by its name.
fn theory(f: Activation) -> Option<activation::Activation> {
    let limits = Limits::default();
    let expr = parse_expr(&f.name(), &limits).ok()?;
    activation::Activation::read(&expr, &limits).ok()
}

/// κ(u) for a ball u in [−1, 1], where a closed form is known.
pub fn kernel(f: Activation, u: &Ball, prec: Bits) -> Option<Ball> {
    deep_kernel(f, u, 1, prec)
}

/// $κ_L(u)$: κ iterated L times.
pub fn deep_kernel(f: Activation, u: &Ball, depth: u32, prec: Bits) -> Option<Ball> {
    let (f, limits) = (theory(f)?, Limits::default());
    (0..depth).try_fold(u.clone(), |u, _| {
        f.shape().kernel(0, &u, prec, &limits).ok().flatten()
    })
}

/// χ = κ'(1), where it is finite and known in closed form or by a rule of its own.
pub fn spectral_parameter(f: Activation, prec: Bits) -> Option<Ball> {
    let gain = theory(f)?
        .shape()
        .kernel(1, &Ball::one(), prec, &Limits::default());
    gain.ok().flatten()
}

/// The expected length of $\{T_L = u\}$ on the sphere in three dimensions,
/// $2π χ^{L/2} e^{-u^2/2}$ (Theorem 3.12 of arXiv:2504.06250).
pub fn boundary_length(f: Activation, depth: u32, level: &Ball, prec: Bits) -> Option<Ball> {
    let root = spectral_parameter(f, prec)?.sqrt(prec);
    let growth = root.pow_u64(u64::from(depth), prec);
    let gaussian = level.square(prec).mul_2exp(-1).neg().exp(prec);
    Some(
        Ball::pi(prec)
            .mul_2exp(1)
            .mul(&growth, prec)
            .mul(&gaussian, prec),
    )
}

/// The expected number of zeros of a ReLU network of finite width n along a great circle, a plateau not
/// counted: $2 (1 - (n+1) 2^{-n})^L$, an exact dyadic number where the precision holds it.
///
/// Given the number k of live neurons of a layer, $(AC - B^2)/A^2$ is multiplied by an independent
/// $χ^2_{k-1}/χ^2_k$, whose root has the mean 1 for k ≥ 2; with k ≤ 1 nothing crosses.
pub fn relu_crossings(width: u32, depth: u32, prec: Bits) -> Ball {
    let index = i32::try_from(width).unwrap_or(i32::MAX);
    let dead = Ball::from_i64(i64::from(width) + 1).mul_2exp(-index);
    let alive = Ball::one().sub(&dead, prec);
    alive.pow_u64(u64::from(depth), prec).mul_2exp(1)
}

/// The expected length of the zero set of such a network on the sphere in three dimensions: π times as
/// much (Crofton's formula).
pub fn relu_length(width: u32, depth: u32, prec: Bits) -> Ball {
    Ball::pi(prec).mul(&relu_crossings(width, depth, prec), prec)
}

/// The expected number of sign changes of the limit field along N equidistant points of a great
/// circle: $N \arccos(κ_L(\cos(2π/N)))/π$, exactly.
pub fn sign_changes(f: Activation, depth: u32, points: u32, prec: Bits) -> Option<Ball> {
    let turn = Ball::pi(prec).mul_2exp(1).div_i64(i64::from(points), prec);
    let correlation = deep_kernel(f, &turn.cos(prec), depth, prec)?;
    let angle = correlation.acos(prec).div(&Ball::pi(prec), prec);
    Some(angle.mul_i64(i64::from(points), prec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{ActivationPair, RunOptions, run};

    const PREC: Bits = Bits::new(128);
    const KNOWN: [Activation; 8] = [
        Activation::Relu,
        Activation::Abs,
        Activation::Leaky(0.25),
        Activation::Heaviside,
        Activation::Erf,
        Activation::Gaussian,
        Activation::Sin,
        Activation::Gelu,
    ];

    /// The double as a ball of radius 0.
    fn double(x: f64) -> Ball {
        Ball::exact(rug::Float::with_val(53, x))
    }

    #[test]
    fn kernels_are_the_sampled_correlations() {
        // κ(u) = gain · E σ(G) σ(Ĝ), with the gain from quadrature and the expectation sampled.
        let mut cases = 0;
        for f in KNOWN {
            for (cos, sin) in [(0.6, 0.8), (-0.28, 0.96), (1.0, 0.0)] {
                let u = double(cos);
                let exact = kernel(f, &u, PREC).unwrap().mid().to_f64();
                let name = format!("kernel {f:?} {cos}");
                let pair = ActivationPair::new(name, f, f, (cos, sin)).unwrap();
                let estimate = run(&pair, &RunOptions::samples(200_000, 0))
                    .unwrap()
                    .estimate();
                let z = (f.gain() * estimate.mean - exact) / (f.gain() * estimate.stderr.unwrap());
                assert!(z.abs() < 5.85, "{f:?} at {cos}: {z}");
                cases += 1;
            }
            assert!((kernel(f, &Ball::one(), PREC).unwrap().mid().to_f64() - 1.0).abs() < 1e-15);
        }
        assert_eq!(cases, 24);
        assert!(kernel(Activation::Tanh, &double(0.5), PREC).is_none());
    }

    #[test]
    fn the_spectral_parameter_is_the_slope_at_one() {
        let mut cases = 0;
        for f in KNOWN {
            let Some(chi) = spectral_parameter(f, PREC) else {
                assert_eq!(f, Activation::Heaviside);
                continue;
            };
            // κ(1 − h) = 1 − χ h + O(h^{3/2}), and the terms of h^{3/2} are below 1 here.
            let h = f64::exp2(-40.0);
            let u = double(1.0 - h);
            let slope = Ball::one()
                .sub(&kernel(f, &u, PREC).unwrap(), PREC)
                .mid()
                .to_f64()
                / h;
            assert!((slope - chi.mid().to_f64()).abs() < 1e-5, "{f:?}: {slope}");
            cases += 1;
        }
        assert_eq!(cases, 7);
    }

    #[test]
    fn lengths_and_sign_changes_have_their_limits() {
        let zero = Ball::zero();
        // Sign changes on ever finer points are crossings: the length over π.
        for f in [Activation::Erf, Activation::Gelu, Activation::Sin] {
            let length = boundary_length(f, 3, &zero, PREC).unwrap().mid().to_f64();
            let many = sign_changes(f, 3, 1 << 20, PREC).unwrap().mid().to_f64();
            assert!(
                (many * std::f64::consts::PI / length - 1.0).abs() < 1e-9,
                "{f:?}"
            );
        }
        // Heaviside: as published, 28.81 and 65.1 at depths 1 and 2.
        let f = Activation::Heaviside;
        let one = sign_changes(f, 1, 2048, PREC).unwrap().mid().to_f64();
        assert!((one - 28.81).abs() < 0.005, "{one}");
        let relu = relu_length(8, 1, PREC).mid().to_f64();
        assert!((relu - 6.0623).abs() < 5e-5, "{relu}");
        assert!((relu_length(4, 2, PREC).mid().to_f64() - 2.9698).abs() < 5e-5);
    }
}
