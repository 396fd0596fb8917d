//! Experiments with a few correlated Gaussian numbers: gated moments of pairs and triples.
//!
//! The moments are plain: draw the Gaussians, apply the activation, take the powers, multiply. No
//! variable is integrated out, so the samples test any formula for the expectation honestly.

use super::dispatch::{SimdPath, Vectorised, run_on};
use super::experiment::Experiment;
use super::kernels::{normal_pair, select};
use super::stream::{LANES, Lane, Lanes};
use crate::error::{Error, Result};

/// Fills an array with independent standard normal numbers, pair by pair: rows 2i and 2i+1 of lane l
/// are the pair that the lane draws next. An odd last row uses the first number of its pair.
///
/// The same bits on every path.
pub fn fill_normals(lanes: &mut Lanes, out: &mut [Lane], path: SimdPath) {
    struct Fill<'a>(&'a mut Lanes, &'a mut [Lane]);
    impl Vectorised for Fill<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            // A local copy of the state stays in registers.
            let mut lanes = self.0.clone();
            let (pairs, last) = self.1.as_chunks_mut::<2>();
            for [first, second] in pairs {
                for l in 0..LANES {
                    (first[l], second[l]) = normal_pair(lanes.bits(l), lanes.bits(l));
                }
            }
            if let [last] = last {
                for l in 0..LANES {
                    (last[l], _) = normal_pair(lanes.bits(l), lanes.bits(l));
                }
            }
            *self.0 = lanes;
        }
    }
    run_on(path, Fill(lanes, out));
}

/// The activation of a gated moment: slope 1 on x > 0 and slope `q` on x ≤ 0.
///
/// The zeroth power of an activated value is a convention, and it differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Gate {
    /// φ(x) = max(x, 0), with $φ(x)^0 = 1\{x > 0\}$.
    Relu,
    /// ψ(x) = x for x > 0 and q x otherwise, with $ψ(x)^0 = 1$ for all x, also for q = 0.
    Leaky(f64),
}

impl Gate {
    /// The slope on x ≤ 0, and the zeroth power there.
    fn below_zero(self) -> (f64, f64) {
        match self {
            Gate::Relu => (0.0, 0.0),
            Gate::Leaky(q) => (q, 1.0),
        }
    }

    fn check(self) -> Result<()> {
        match self {
            Gate::Leaky(q) if !q.is_finite() => Err(Error::domain(format!(
                "a slope of {q} is not a real number"
            ))),
            _ => Ok(()),
        }
    }
}

/// The activated value (slope `q` on x ≤ 0; never −0 for q = 0) and its zeroth power.
#[inline(always)]
fn activate(x: f64, (q, one): (f64, f64)) -> (f64, f64) {
    let on = x > 0.0;
    (select(on, x, q.mul_add(x, 0.0)), select(on, 1.0, one))
}

/// Multiplies each lane of `product` by `x^k`: repeated squaring, the same roundings in every lane.
#[inline(always)]
fn multiply_power(product: &mut Lane, mut x: Lane, k: u32) {
    let mut rest = k;
    while rest != 0 {
        if rest & 1 != 0 {
            for l in 0..LANES {
                product[l] *= x[l];
            }
        }
        rest >>= 1;
        if rest != 0 {
            for l in 0..LANES {
                x[l] *= x[l];
            }
        }
    }
}

/// The cosine and sine of an angle between 0 and π, checked.
pub(super) fn checked_circle((cos, sin): (f64, f64)) -> Result<(f64, f64)> {
    let off = cos.mul_add(cos, sin.mul_add(sin, -1.0)).abs();
    // A rounded cosine and sine miss 1 by at most 2·(2^-54 + 2^-54) < 2.3e-16, to first order.
    if !(sin >= 0.0 && off <= 1e-15) {
        return Err(Error::domain(format!(
            "({cos}, {sin}) is not the cosine and sine of an angle between 0 and π"
        )));
    }
    Ok((cos, sin))
}

/// One pair of standard Gaussians in each lane, with the correlation `cos`.
#[inline(always)]
pub(super) fn correlated_pair(lanes: &mut Lanes, (cos, sin): (f64, f64)) -> (Lane, Lane) {
    let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        let (g, w) = normal_pair(lanes.bits(l), lanes.bits(l));
        (first[l], second[l]) = (g, cos.mul_add(g, sin * w));
    }
    (first, second)
}

/// $E[φ(G)^a φ(\hat G)^b]$ for standard Gaussians with correlation ρ, drawn as
/// $\hat G = ρ G + \sqrt{1-ρ^2}\, W$.
#[derive(Debug, Clone)]
pub struct PairMoment {
    canonical: String,
    powers: (u32, u32),
    cos: f64,
    sin: f64,
    gate: Gate,
}

impl PairMoment {
    /// The moment with exponents `(a, b)` and correlation `cos`; the caller gives
    /// `sin` = √(1 − cos²) too, so that a small angle keeps its digits.
    ///
    /// # Errors
    /// A domain error unless `cos² + sin²` is 1 to 10⁻¹⁵ and `sin` ≥ 0, and the slope is finite.
    pub fn new(
        canonical: impl Into<String>,
        powers: (u32, u32),
        circle: (f64, f64),
        gate: Gate,
    ) -> Result<PairMoment> {
        let (cos, sin) = checked_circle(circle)?;
        gate.check()?;
        Ok(PairMoment {
            canonical: canonical.into(),
            powers,
            cos,
            sin,
            gate,
        })
    }
}

impl Experiment for PairMoment {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let below = self.gate.below_zero();
        let mut first = [0.0; LANES];
        let mut second = [0.0; LANES];
        let mut product = [0.0; LANES];
        for l in 0..LANES {
            let (g, w) = normal_pair(lanes.bits(l), lanes.bits(l));
            let (x, one) = activate(g, below);
            let (y, other) = activate(self.cos.mul_add(g, self.sin * w), below);
            (first[l], second[l], product[l]) = (x, y, one * other);
        }
        multiply_power(&mut product, first, self.powers.0);
        multiply_power(&mut product, second, self.powers.1);
        out[0] = product;
    }
}

/// $E[φ(G_1)^a φ(G_2)^b φ(G_3)^c]$ for three Gaussians, drawn as a lower triangular matrix times
/// three independent ones.
#[derive(Debug, Clone)]
pub struct TripleMoment {
    canonical: String,
    powers: [u32; 3],
    factor: [f64; 6],
    gate: Gate,
}

impl TripleMoment {
    /// The moment with the given exponents; `factor` is the Cholesky factor of the covariance by
    /// rows: `[l11, l21, l22, l31, l32, l33]`.
    ///
    /// # Errors
    /// A domain error unless the factor and the slope are finite and the diagonal is not negative.
    pub fn new(
        canonical: impl Into<String>,
        powers: [u32; 3],
        factor: [f64; 6],
        gate: Gate,
    ) -> Result<TripleMoment> {
        let diagonal = [factor[0], factor[2], factor[5]];
        if !factor.iter().all(|x| x.is_finite()) || !diagonal.iter().all(|&x| x >= 0.0) {
            return Err(Error::domain(format!(
                "{factor:?} is not a Cholesky factor: finite, with no negative diagonal entry"
            )));
        }
        gate.check()?;
        Ok(TripleMoment {
            canonical: canonical.into(),
            powers,
            factor,
            gate,
        })
    }
}

impl Experiment for TripleMoment {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let [l11, l21, l22, l31, l32, l33] = self.factor;
        let below = self.gate.below_zero();
        let mut g = [[0.0; LANES]; 3];
        let mut product = [0.0; LANES];
        for l in 0..LANES {
            // Two pairs; the fourth normal number is not needed.
            let (x, y) = normal_pair(lanes.bits(l), lanes.bits(l));
            let (z, _) = normal_pair(lanes.bits(l), lanes.bits(l));
            let (a, one) = activate(l11 * x, below);
            let (b, two) = activate(l21.mul_add(x, l22 * y), below);
            let (c, three) = activate(l31.mul_add(x, l32.mul_add(y, l33 * z)), below);
            (g[0][l], g[1][l], g[2][l], product[l]) = (a, b, c, one * two * three);
        }
        for (x, k) in g.into_iter().zip(self.powers) {
            multiply_power(&mut product, x, k);
        }
        out[0] = product;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{RunOptions, run};
    use std::f64::consts::PI;

    const N: u64 = 1_000_000;

    /// |z| of the mean against an exact value.
    fn z(experiment: &impl Experiment, exact: f64) -> f64 {
        let estimate = run(experiment, &RunOptions::samples(N, 0))
            .unwrap()
            .estimate();
        assert_eq!((estimate.n, estimate.undefined), (N, 0));
        (estimate.mean - exact) / estimate.stderr.unwrap()
    }

    fn pair(a: u32, b: u32, theta: f64, gate: Gate) -> PairMoment {
        let name = format!("pair {a} {b} {theta} {gate:?}");
        PairMoment::new(name, (a, b), (theta.cos(), theta.sin()), gate).unwrap()
    }

    /// Closed forms of the ReLU moments (Cho & Saul 2009 for the diagonal; integration by parts).
    fn exact(a: u32, b: u32, theta: f64) -> f64 {
        let (s, c) = theta.sin_cos();
        let root = 2.0 * (2.0 * PI).sqrt();
        match (a, b) {
            (0, 0) => (PI - theta) / (2.0 * PI),
            (1, 0) | (0, 1) => (1.0 + c) / root,
            (1, 1) => (s + (PI - theta) * c) / (2.0 * PI),
            (2, 0) => (s * c + PI - theta) / (2.0 * PI),
            (2, 1) => (1.0 + c) * (1.0 + c) / root,
            (2, 2) => (3.0 * s * c + (PI - theta) * (1.0 + 2.0 * c * c)) / (2.0 * PI),
            (3, 1) => (s * (2.0 + c * c) + 3.0 * (PI - theta) * c) / (2.0 * PI),
            _ => unreachable!(),
        }
    }

    #[test]
    fn relu_moments_match_their_closed_forms() {
        let mut cases = 0;
        for theta in [0.1, 1.0, PI / 2.0, 2.5] {
            for (a, b) in [
                (0, 0),
                (1, 0),
                (0, 1),
                (1, 1),
                (2, 0),
                (2, 1),
                (2, 2),
                (3, 1),
            ] {
                let z = z(&pair(a, b, theta, Gate::Relu), exact(a, b, theta));
                assert!(z.abs() < 5.85, "J({a},{b},{theta}): z = {z}");
                cases += 1;
            }
        }
        assert_eq!(cases, 32);
    }

    #[test]
    fn filling_in_pieces_gives_the_same_normals() {
        let key = crate::montecarlo::StreamKey::new(0, "fill");
        let mut whole = vec![[0.0; LANES]; 301];
        fill_normals(&mut key.lanes(0), &mut whole, SimdPath::detect());
        let mut pieces = vec![[0.0; LANES]; 301];
        let mut lanes = key.lanes(0);
        for piece in pieces.chunks_mut(100) {
            fill_normals(&mut lanes, piece, SimdPath::Portable);
        }
        assert_eq!(whole, pieces);
        let moments = crate::montecarlo::Moments::of(whole.as_flattened().iter().copied());
        let n = moments.count() as f64;
        assert!(moments.mean().abs() < 5.85 / n.sqrt());
        assert!((moments.variance().unwrap() - 1.0).abs() < 5.85 * (2.0 / n).sqrt());
    }

    #[test]
    fn leaky_moments_match_the_reflection_formula() {
        let (q, theta) = (0.3, 1.2);
        for (a, b) in [(1u32, 1u32), (2, 1), (2, 2), (3, 1)] {
            let m = |k: u32| f64::powi(-q, k as i32);
            let value =
                (1.0 + m(a + b)) * exact(a, b, theta) + (m(b) + m(a)) * exact(a, b, PI - theta);
            let z = z(&pair(a, b, theta, Gate::Leaky(q)), value);
            assert!(z.abs() < 5.85, "leaky({a},{b}): z = {z}");
        }
        // With a zero exponent nothing is gated: E[ψ(G)^0 ψ(Ĝ)^2] = (1 + q²)/2.
        let z = z(&pair(0, 2, theta, Gate::Leaky(q)), (1.0 + q * q) / 2.0);
        assert!(z.abs() < 5.85, "leaky(0,2): z = {z}");
    }

    #[test]
    fn triples_match_the_orthant_probability_and_pair_moments() {
        let (r12, r13, r23) = (0.5, -0.2, 0.4f64);
        let l22 = f64::sqrt(1.0 - r12 * r12);
        let l32 = (r23 - r12 * r13) / l22;
        let l33 = f64::sqrt(1.0 - r13 * r13 - l32 * l32);
        let factor = [1.0, r12, l22, r13, l32, l33];
        let triple = |powers: [u32; 3], gate| {
            TripleMoment::new(format!("triple {powers:?}"), powers, factor, gate).unwrap()
        };
        let orthant = 0.5 - (r12.acos() + r13.acos() + r23.acos()) / (4.0 * PI);
        let z0 = z(&triple([0, 0, 0], Gate::Relu), orthant);
        assert!(z0.abs() < 5.85, "orthant: {z0}");
        // Ungated (slope 1) products of two are covariances.
        for (powers, r) in [([1, 1, 0], r12), ([1, 0, 1], r13), ([0, 1, 1], r23)] {
            let z1 = z(&triple(powers, Gate::Leaky(1.0)), r);
            assert!(z1.abs() < 5.85, "{powers:?}: {z1}");
        }
        // Isserlis: E[G1² G2 G3] = r23 + 2 r12 r13.
        let z2 = z(&triple([2, 1, 1], Gate::Leaky(1.0)), r23 + 2.0 * r12 * r13);
        assert!(z2.abs() < 5.85, "Isserlis: {z2}");
    }

    #[test]
    fn z_scores_of_200_seeds_are_standard_normal() {
        use crate::montecarlo::significance::{SHAPE_ALARM_RATE, normality_p, threshold, z_score};
        // φ(G)φ(Ĝ) at θ = 1 with its exact standard deviation; skewness/√n is about 0.02 here.
        let theta = 1.0;
        let mean = exact(1, 1, theta);
        let sd = (exact(2, 2, theta) - mean * mean).sqrt();
        let n = 20_000;
        let experiment = pair(1, 1, theta, Gate::Relu);
        let scores: Vec<f64> = (0..200)
            .map(|seed| {
                let estimate = run(&experiment, &RunOptions::samples(n, seed))
                    .unwrap()
                    .estimate();
                z_score(estimate.mean, mean, sd, n).unwrap()
            })
            .collect();
        let worst = scores.iter().fold(0.0, |w: f64, z| w.max(z.abs()));
        assert!(worst < threshold(200, 1e-6).unwrap(), "{worst}");
        let p = normality_p(&scores).unwrap();
        assert!(p > SHAPE_ALARM_RATE, "p = {p}");
        println!("p = {p}, largest |z| = {worst}");
        // The shape test sees a standard deviation that is half as large as it should be.
        let off: Vec<f64> = scores.iter().map(|z| z * 2.0).collect();
        assert!(normality_p(&off).unwrap() < SHAPE_ALARM_RATE);
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // The sampler draws at a wrong angle; J(1,1) moves by 9 standard errors at this n. One
        // standard deviation of φ(G)φ(Ĝ) is √(J(2,2) − J(1,1)²) = 0.90 at θ = 1: relative size 2e-2.
        let theta = 1.0;
        let sd = (exact(2, 2, theta) - exact(1, 1, theta).powi(2)).sqrt();
        let shift = 9.0 * sd / (N as f64).sqrt();
        // dJ(1,1)/dθ = −sin θ J(0,0).
        let wrong = theta - shift / (theta.sin() * exact(0, 0, theta));
        let planted = z(&pair(1, 1, wrong, Gate::Relu), exact(1, 1, theta));
        assert!(planted > 5.85, "z = {planted}");
        assert!((planted - 9.0).abs() < 4.0, "z = {planted}");
        println!("relative size {:e}", shift / exact(1, 1, theta));
    }

    #[test]
    fn a_relative_error_of_a_thousandth_is_caught_in_the_long_run() {
        if std::env::var_os("ISOBATH_TEST_LONG").is_none() {
            return;
        }
        // J(1,1,1/3) with an angle that makes it 1e-3 too large, at n = 5e8.
        let (theta, n) = (1.0 / 3.0, 500_000_000);
        let value = exact(1, 1, theta);
        let sd = (exact(2, 2, theta) - value * value).sqrt();
        let wrong = theta - 1e-3 * value / (theta.sin() * exact(0, 0, theta));
        for (angle, planted) in [(theta, false), (wrong, true)] {
            let experiment = pair(1, 1, angle, Gate::Relu);
            let estimate = run(&experiment, &RunOptions::samples(n, 0))
                .unwrap()
                .estimate();
            let z = (estimate.mean - value) / (sd / (n as f64).sqrt());
            println!("angle {angle}: z = {z}");
            assert_eq!(z.abs() > 5.85, planted, "angle {angle}: z = {z}");
        }
    }

    #[test]
    fn angles_and_factors_are_checked() {
        for (cos, sin) in [(0.5, 0.5), (f64::NAN, 0.0), (1.0, -0.0), (0.0, -1.0)] {
            let made = PairMoment::new("x", (1, 1), (cos, sin), Gate::Relu);
            assert_eq!(made.is_err(), (cos, sin) != (1.0, -0.0), "({cos}, {sin})");
        }
        assert!(PairMoment::new("x", (1, 1), (1.0, 0.0), Gate::Leaky(f64::INFINITY)).is_err());
        assert!(
            TripleMoment::new("x", [1; 3], [1.0, 0.0, -1.0, 0.0, 0.0, 1.0], Gate::Relu).is_err()
        );
        assert!(TripleMoment::new("x", [1; 3], [f64::NAN; 6], Gate::Relu).is_err());
    }
}
