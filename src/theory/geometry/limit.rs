//! The limit of infinite width: kernels with closed forms, and what follows from them.
//!
//! $κ(u) = E[σ(Z_1) σ(u Z_1 + \sqrt{1-u^2} Z_2)]/E[σ(Z)^2]$, without biases. Closed forms, with
//! $s = \sqrt{1-u^2}$:
//!
//! | σ | κ(u) | κ'(1) |
//! |---|---|---|
//! | relu | (s + u (π − arccos u))/π | 1 |
//! | abs | 2 (s + u arcsin u)/π | 1 |
//! | leaky(q) | ((1+q)² u + (1−q)² κ_abs(u))/(2 (1 + q²)) | 1 |
//! | heaviside | 1/2 + arcsin(u)/π | ∞ |
//! | erf | arcsin(2u/3)/arcsin(2/3) | 2/(√5 arcsin(2/3)) |
//! | exp(-x^2) | √5/√(9 − 4u²) | 4/5 |
//! | sin | sinh(u)/sinh(1) | coth 1 |
//! | gelu | (u/4 + u arcsin(u/2)/(2π) + 1/(2π√(4−u²)))/(1/3 + 1/(2√3π)) | (1 + 2/(√3π))/(1 + √3/(2π)) |
//!
//! Cho & Saul 2009 for the first four rows; the others by Gaussian integrals.

use rug::Rational;

use crate::montecarlo::Activation;
use crate::number::{Ball, Bits};

/// κ(u) for a ball u in [−1, 1], where a closed form is known.
pub fn kernel(f: Activation, u: &Ball, prec: Bits) -> Option<Ball> {
    if u.rad().is_zero() && *u.mid() == 1 {
        // Normalised; a ball around 1 would leave the domain of the arcsine at the next layer.
        return has_kernel(f).then(Ball::one);
    }
    let pi = Ball::pi(prec);
    // 1 − u² as (1 − u)(1 + u), cut off at 0: the ball of a rounded u may pass 1.
    let sine = || {
        let one = Ball::one();
        let square = one.sub(u, prec).mul(&one.add(u, prec), prec);
        square.sqrt(prec)
    };
    let absolute = || {
        let sum = sine().add(&u.mul(&u.asin(prec), prec), prec);
        sum.mul_i64(2, prec).div(&pi, prec)
    };
    let value = match f {
        Activation::Relu => {
            let angle = pi.sub(&u.acos(prec), prec);
            sine().add(&u.mul(&angle, prec), prec).div(&pi, prec)
        }
        Activation::Abs => absolute(),
        Activation::Leaky(q) => {
            let q = double(q, prec)?;
            let (plus, minus) = (q.add_i64(1, prec), q.sub(&Ball::one(), prec));
            let sum = plus
                .square(prec)
                .mul(u, prec)
                .add(&minus.square(prec).mul(&absolute(), prec), prec);
            sum.div(&q.square(prec).add_i64(1, prec).mul_2exp(1), prec)
        }
        Activation::Heaviside => {
            let half = Ball::one().mul_2exp(-1);
            half.add(&u.asin(prec).div(&pi, prec), prec)
        }
        Activation::Erf => {
            let two_thirds = Ball::from_i64(2).div_i64(3, prec);
            let angle = two_thirds.mul(u, prec).asin(prec);
            angle.div(&two_thirds.asin(prec), prec)
        }
        Activation::Gaussian => {
            let rest = Ball::from_i64(9).sub(&u.square(prec).mul_2exp(2), prec);
            Ball::from_i64(5).div(&rest, prec).sqrt(prec)
        }
        Activation::Sin => u.sinh(prec).div(&Ball::one().sinh(prec), prec),
        Activation::Gelu => {
            let tau = pi.mul_2exp(1);
            let quarter = u.mul_2exp(-2);
            let angle = u.mul(&u.mul_2exp(-1).asin(prec), prec).div(&tau, prec);
            let root = Ball::from_i64(4).sub(&u.square(prec), prec).sqrt(prec);
            let rest = Ball::one().div(&tau.mul(&root, prec), prec);
            let sum = quarter.add(&angle, prec).add(&rest, prec);
            let root = Ball::from_i64(3).sqrt(prec).mul(&tau, prec);
            let third = Ball::one().div_i64(3, prec);
            sum.div(&third.add(&Ball::one().div(&root, prec), prec), prec)
        }
        _ => return None,
    };
    Some(value)
}

/// Whether a closed form is known.
fn has_kernel(f: Activation) -> bool {
    matches!(
        f,
        Activation::Relu
            | Activation::Abs
            | Activation::Leaky(_)
            | Activation::Heaviside
            | Activation::Erf
            | Activation::Gaussian
            | Activation::Sin
            | Activation::Gelu
    )
}

/// The double as a ball of radius 0.
fn double(x: f64, prec: Bits) -> Option<Ball> {
    Some(Ball::from_rational(&Rational::from_f64(x)?, prec))
}

/// $κ_L(u)$: κ iterated L times.
pub fn deep_kernel(f: Activation, u: &Ball, depth: u32, prec: Bits) -> Option<Ball> {
    (0..depth).try_fold(u.clone(), |u, _| kernel(f, &u, prec))
}

/// χ = κ'(1), where a closed form is known and finite.
pub fn spectral_parameter(f: Activation, prec: Bits) -> Option<Ball> {
    let pi = Ball::pi(prec);
    let root = |n: i64| Ball::from_i64(n).sqrt(prec);
    Some(match f {
        Activation::Relu | Activation::Abs | Activation::Leaky(_) => Ball::one(),
        Activation::Erf => {
            let angle = Ball::from_i64(2).div_i64(3, prec).asin(prec);
            Ball::from_i64(2).div(&root(5).mul(&angle, prec), prec)
        }
        Activation::Gaussian => Ball::from_i64(4).div_i64(5, prec),
        Activation::Sin => Ball::one().coth(prec),
        Activation::Gelu => {
            let above = Ball::from_i64(2).div(&root(3).mul(&pi, prec), prec);
            let below = root(3).div(&pi.mul_2exp(1), prec);
            above.add_i64(1, prec).div(&below.add_i64(1, prec), prec)
        }
        _ => return None,
    })
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

    #[test]
    fn kernels_are_the_sampled_correlations() {
        // κ(u) = gain · E σ(G) σ(Ĝ), with the gain from quadrature and the expectation sampled.
        let mut cases = 0;
        for f in KNOWN {
            for (cos, sin) in [(0.6, 0.8), (-0.28, 0.96), (1.0, 0.0)] {
                let u = double(cos, PREC).unwrap();
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
        assert!(kernel(Activation::Tanh, &Ball::one(), PREC).is_none());
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
            let u = double(1.0 - h, PREC).unwrap();
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
