//! Smaller variance for the moments of pairs: the radius integrated out, and shifted lattices.
//!
//! A gated moment is positively homogeneous: in polar coordinates, $(G, W) = R (\cos Φ, \sin Φ)$,
//! $$E[φ(G)^a φ(\hat G)^b] = E[R^{a+b}]\; E[φ(\cos Φ)^a\, φ(\cos(Φ - θ))^b]$$
//! with the radial moment in closed form. [`AngleMoment`] samples the angle alone (Rao & Blackwell),
//! [`AngleLattice`] puts N equidistant angles on the circle and shifts them at random, and
//! [`SquareLattice`] does the same in two dimensions for analytic activations.
//!
//! **Random shifts are samples.** One sample of a lattice experiment is the mean over the N points of
//! one uniformly random shift. It is unbiased for every N, shifts are independent, and so the mean over
//! R shifts has a standard error like any other: `n` counts shifts. Streams, blocks, merging and
//! files are those of every experiment.

use super::activation_pair::ActivationPair;
use super::experiment::{Experiment, Method};
use super::gaussian::PairMoment;
use super::kernels::{direction, exp, select, sin_cos_turns, uniform};
use super::stream::{LANES, Lane, Lanes};
use crate::error::{Error, Result};

/// Most points of a lattice: their indices and N/2 turns are far inside the exact range of a double.
pub const MAX_POINTS: u32 = 1 << 24;

/// A gated moment of a pair with its radius integrated out. The method is [`Method::RaoBlackwell`].
///
/// Its variance is never larger than that of the [`PairMoment`]: conditioning on the angle.
#[derive(Debug, Clone)]
pub struct AngleMoment {
    canonical: String,
    pair: PairMoment,
    radial: f64,
}

impl AngleMoment {
    /// The moment; the call text gets the method appended.
    ///
    /// # Errors
    /// A domain error if the radial moment is no double (exponents that add up to more than 300).
    pub fn new(pair: PairMoment) -> Result<AngleMoment> {
        let radial = pair.radial_moment();
        if !radial.is_finite() {
            return Err(Error::domain(
                "the moment of the radius is too large for a double: the exponents add up to more than 300",
            ));
        }
        Ok(AngleMoment {
            canonical: format!("{} method=rao-blackwell", pair.canonical),
            pair,
            radial,
        })
    }
}

impl Experiment for AngleMoment {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn method(&self) -> Method {
        Method::RaoBlackwell
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let (mut c, mut s) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            (c[l], s[l]) = direction(lanes.bits(l));
        }
        let product = self.pair.product(&c, &s);
        for l in 0..LANES {
            out[0][l] = self.radial * product[l];
        }
    }
}

/// A gated moment of a pair over randomly shifted equidistant angles. The method is
/// [`Method::Lattice`].
///
/// The integrand is periodic; for exponents a, b ≥ 1 it is continuous with jumps of its derivatives
/// where a neuron dies, so the standard deviation of one shift falls at least like $N^{-2}$ (and for
/// exponent 0 of a ReLU, which jumps, like $N^{-1}$).
#[derive(Debug, Clone)]
pub struct AngleLattice {
    canonical: String,
    angle: AngleMoment,
    points: u32,
}

impl AngleLattice {
    /// The lattice of N angles; the call text gets the method and N appended.
    ///
    /// # Errors
    /// A domain error unless 1 ≤ N ≤ [`MAX_POINTS`], and those of [`AngleMoment::new`].
    pub fn new(pair: PairMoment, points: u32) -> Result<AngleLattice> {
        check_points(points)?;
        Ok(AngleLattice {
            canonical: format!("{} method=lattice points={points}", pair.canonical),
            angle: AngleMoment::new(pair)?,
            points,
        })
    }
}

fn check_points(points: u32) -> Result<()> {
    if (1..=MAX_POINTS).contains(&points) {
        return Ok(());
    }
    Err(Error::domain(format!(
        "a lattice of {points} points; between 1 and {MAX_POINTS} are possible"
    )))
}

impl Experiment for AngleLattice {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn method(&self) -> Method {
        Method::Lattice
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut shift = [0.0; LANES];
        for l in 0..LANES {
            shift[l] = uniform(lanes.bits(l));
        }
        let step = 1.0 / f64::from(self.points);
        let mut sum = [0.0; LANES];
        for j in 0..self.points {
            let (mut c, mut s) = ([0.0; LANES], [0.0; LANES]);
            for l in 0..LANES {
                (s[l], c[l]) = sin_cos_turns((f64::from(j) + shift[l]) * step);
            }
            let product = self.angle.pair.product(&c, &s);
            for l in 0..LANES {
                sum[l] += product[l];
            }
        }
        for l in 0..LANES {
            out[0][l] = self.angle.radial * step * sum[l];
        }
    }
}

/// Half the side of the square that stands for the plane: the Gaussian mass outside, weighted by
/// $(1+|x|)(1+|y|)$, is below $4 (1 + T)^2 φ(T) < 5 \cdot 10^{-16}$ at T = 9.
const HALF_SIDE: f64 = 9.0;

/// $E[f(G)\, g(\hat G)]$ for analytic activations over a randomly shifted rank-1 lattice in the square
/// $[-9, 9]^2$. The method is [`Method::Lattice`].
///
/// The points are those of the Fibonacci lattice, $\{(j + Δ_1)/N,\, j F_{m-1}/N + Δ_2\}$ modulo 1 with
/// $N = F_m$, which is as good as a rank-1 lattice can be in two dimensions; the Gaussian density is a
/// weight, so that the integrand is smooth and periodic up to 10⁻¹⁶ and the error of a shift falls
/// faster than any power of N (with 1597 points the standard deviation of a shift is 1.4·10⁻⁹ for a pair
/// of tanh, whose poles are the nearest to the real line, and 4·10⁻¹⁶ for a pair of GELU). What the
/// square leaves out is a bias below 5·10⁻¹⁶ for the activations here, all of which grow no faster than
/// 1 + |x|.
#[derive(Debug, Clone)]
pub struct SquareLattice {
    canonical: String,
    pair: ActivationPair,
    points: u32,
    generator: u32,
}

impl SquareLattice {
    /// The largest Fibonacci lattice with at most N points; the call text gets the method and the
    /// number of points appended.
    ///
    /// # Errors
    /// A domain error unless both activations are analytic and grow no faster than 1 + |x|, and
    /// 2 ≤ N ≤ [`MAX_POINTS`].
    pub fn new(pair: ActivationPair, most_points: u32) -> Result<SquareLattice> {
        check_points(most_points)?;
        for f in [pair.f, pair.g] {
            if !f.is_analytic() {
                return Err(Error::domain(format!(
                    "{} is not smooth: a lattice on the square gains nothing",
                    f.name()
                ))
                .with_hint("sample it plainly, or a gated moment over the angle"));
            }
            if !f.is_tame() {
                return Err(Error::domain(format!(
                    "{} grows too fast for the square [-9, 9]^2",
                    f.name()
                ))
                .with_hint("sample it plainly"));
            }
        }
        let (mut generator, mut points) = (1, 2);
        if most_points < points {
            return Err(Error::domain(
                "a lattice on the square has at least 2 points",
            ));
        }
        while generator + points <= most_points {
            (generator, points) = (points, generator + points);
        }
        Ok(SquareLattice {
            canonical: format!("{} method=lattice points={points}", pair.canonical),
            pair,
            points,
            generator,
        })
    }

    /// The number of points: a Fibonacci number.
    pub fn points(&self) -> u32 {
        self.points
    }
}

impl Experiment for SquareLattice {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn method(&self) -> Method {
        Method::Lattice
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let (mut first, mut second) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            first[l] = uniform(lanes.bits(l));
            second[l] = uniform(lanes.bits(l));
        }
        let points = f64::from(self.points);
        // (2T)²/(2π N): the density's constant, and the area of a point.
        let scale = 4.0 * HALF_SIDE * HALF_SIDE / (std::f64::consts::TAU * points);
        let (cos, sin) = self.pair.circle;
        let mut sum = [0.0; LANES];
        let mut turn = 0u32;
        for j in 0..self.points {
            let (mut x, mut y, mut weight) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for l in 0..LANES {
                let u = (f64::from(j) + first[l]) / points;
                let v = f64::from(turn) / points + second[l];
                let v = select(v < 1.0, v, v - 1.0);
                let (g, w) = (
                    HALF_SIDE * 2.0f64.mul_add(u, -1.0),
                    HALF_SIDE * 2.0f64.mul_add(v, -1.0),
                );
                weight[l] = exp(-0.5 * g.mul_add(g, w * w));
                (x[l], y[l]) = (g, cos.mul_add(g, sin * w));
            }
            let (f, g) = (self.pair.f.apply(&x), self.pair.g.apply(&y));
            for l in 0..LANES {
                sum[l] = (weight[l] * f[l]).mul_add(g[l], sum[l]);
            }
            turn += self.generator;
            if turn >= self.points {
                turn -= self.points;
            }
        }
        for l in 0..LANES {
            out[0][l] = scale * sum[l];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::activation_pair::tests::{library, trapezoid};
    use crate::montecarlo::{
        Activation, Estimate, Gate, Partial, RunOptions, SimdPath, part_of, run,
    };
    use std::f64::consts::PI;

    fn pair(a: u32, b: u32, theta: f64, gate: Gate) -> PairMoment {
        let name = format!("J({a}, {b}, {theta}, {gate:?})");
        PairMoment::new(name, (a, b), (theta.cos(), theta.sin()), gate).unwrap()
    }

    fn estimate(experiment: &impl Experiment, n: u64) -> Estimate {
        run(experiment, &RunOptions::samples(n, 0))
            .unwrap()
            .estimate()
    }

    /// J(1, 1, θ) and J(2, 2, θ).
    fn j11(theta: f64) -> f64 {
        (theta.sin() + (PI - theta) * theta.cos()) / (2.0 * PI)
    }

    fn j22(theta: f64) -> f64 {
        let (s, c) = theta.sin_cos();
        ((PI - theta) * (2.0 * c * c + 1.0) + 3.0 * s * c) / (2.0 * PI)
    }

    #[test]
    fn radial_moments_are_gamma_functions() {
        use statrs::function::gamma::ln_gamma;
        for k in 0..40u32 {
            let exact = f64::from(k)
                .mul_add(0.5 * 2f64.ln(), ln_gamma(0.5 * f64::from(k) + 1.0))
                .exp();
            let ours = pair(k / 2, k - k / 2, 1.0, Gate::Relu).radial_moment();
            assert!((ours / exact - 1.0).abs() < 1e-11, "{k}: {ours} {exact}");
        }
        assert!(AngleMoment::new(pair(200, 101, 1.0, Gate::Relu)).is_err());
        assert!(AngleMoment::new(pair(u32::MAX, u32::MAX, 1.0, Gate::Relu)).is_err());
    }

    #[test]
    fn without_the_radius_the_mean_stays_and_the_variance_falls() {
        // The ReLU pair at ρ = 0.3.
        let theta = 0.3f64.acos();
        let plain = estimate(&pair(1, 1, theta, Gate::Relu), 400_000);
        let angle = estimate(
            &AngleMoment::new(pair(1, 1, theta, Gate::Relu)).unwrap(),
            400_000,
        );
        let ratio = angle.variance.unwrap() / plain.variance.unwrap();
        println!("variance ratio {ratio}");
        assert!(ratio <= 0.5, "{ratio}");
        assert_eq!(
            (plain.method.name(), angle.method.name()),
            ("plain", "rao-blackwell")
        );
        // With p(Φ) for the angle's factor: J(2,2) = 8 E p² and the sample is 2p, so E[(2p)²] = J(2,2)/2.
        let exact = 0.5 * j22(theta) - j11(theta).powi(2);
        let z = (angle.variance.unwrap() - exact) / angle.variance_stderr.unwrap();
        assert!(z.abs() < 5.85, "variance: z = {z}");
        let mut cases = 0;
        for theta in [0.2, 1.0, 2.5] {
            for (a, b) in [(0, 0), (1, 0), (1, 1), (2, 1), (2, 3)] {
                for gate in [Gate::Relu, Gate::Leaky(0.4)] {
                    let plain = estimate(&pair(a, b, theta, gate), 100_000);
                    let angle =
                        estimate(&AngleMoment::new(pair(a, b, theta, gate)).unwrap(), 100_000);
                    let z = (angle.mean - plain.mean)
                        / angle
                            .stderr
                            .unwrap()
                            .hypot(plain.stderr.unwrap())
                            .max(1e-15);
                    assert!(z.abs() < 5.85, "({a}, {b}, {theta}, {gate:?}): z = {z}");
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 30);
    }

    #[test]
    fn a_shifted_lattice_of_angles_resolves_a_millionth_with_1024_points() {
        let theta = 0.3f64.acos();
        let lattice = AngleLattice::new(pair(1, 1, theta, Gate::Relu), 1024).unwrap();
        let found = estimate(&lattice, 512);
        assert_eq!((found.method.name(), found.n), ("lattice", 512));
        let rms = found.variance.unwrap().sqrt();
        println!("rms of one shift {rms:e}");
        assert!(rms <= 1e-6, "{rms:e}");
        let z = (found.mean - j11(theta)) / found.stderr.unwrap();
        assert!(z.abs() < 5.85, "z = {z}");
        // Second order: four times the points, about a sixteenth of the error.
        let fine = AngleLattice::new(pair(1, 1, theta, Gate::Relu), 4096).unwrap();
        let finer = estimate(&fine, 512).variance.unwrap().sqrt();
        assert!(finer < rms / 8.0, "{finer:e}");
        // Plain sampling of 1024 points is four orders worse.
        assert!((j22(theta) / 1024.0).sqrt() > 1e4 * rms);
        let mut cases = 0;
        for (a, b) in [(1, 1), (2, 2), (1, 0)] {
            for theta in [0.1, 1.0, 2.2] {
                let exact = match (a, b) {
                    (1, 1) => j11(theta),
                    (2, 2) => j22(theta),
                    _ => (1.0 + theta.cos()) / (2.0 * (2.0 * PI).sqrt()),
                };
                let found = estimate(
                    &AngleLattice::new(pair(a, b, theta, Gate::Relu), 100).unwrap(),
                    256,
                );
                let z = (found.mean - exact) / found.stderr.unwrap();
                assert!(z.abs() < 5.85, "({a}, {b}, {theta}): z = {z}");
                cases += 1;
            }
        }
        assert_eq!(cases, 9);
    }

    #[test]
    fn a_lattice_on_the_square_resolves_analytic_moments_to_their_rounding() {
        let circle = (0.6, 0.8);
        let mut cases = 0;
        for (f, g, tolerance) in [
            (Activation::Erf, Activation::Erf, 1e-11),
            (Activation::Gaussian, Activation::Sin, 1e-13),
            (Activation::Gelu, Activation::Gelu, 1e-12),
            (Activation::Logistic, Activation::Silu, 1e-12),
            (Activation::Tanh, Activation::Tanh, 1e-8),
        ] {
            let pair = ActivationPair::new("square", f, g, circle).unwrap();
            let lattice = SquareLattice::new(pair, 1600).unwrap();
            assert_eq!(lattice.points(), 1597);
            let found = estimate(&lattice, 64);
            let rms = found.variance.unwrap().sqrt();
            println!("{f:?} {g:?}: rms {rms:e}");
            assert!(rms < tolerance, "{f:?} {g:?}: {rms:e}");
            let exact = trapezoid(library(f), library(g), circle);
            assert!((found.mean - exact).abs() < tolerance + 1e-9, "{f:?} {g:?}");
            cases += 1;
        }
        assert_eq!(cases, 5);
        // Closed forms, far closer than the quadrature: (2/π) asin(2ρ/3) and sinh(ρ)/e.
        for (f, exact) in [
            (Activation::Erf, 2.0 / PI * 0.4f64.asin()),
            (Activation::Sin, 0.6f64.sinh() / 1f64.exp()),
        ] {
            let pair = ActivationPair::new("square", f, f, circle).unwrap();
            let found = estimate(&SquareLattice::new(pair, 4181).unwrap(), 64);
            assert!(
                (found.mean - exact).abs() < 2e-15,
                "{f:?}: {}",
                found.mean - exact
            );
        }
        // Few points: the error is all shift, and the standard error knows it.
        let pair =
            ActivationPair::new("square", Activation::Tanh, Activation::Sin, circle).unwrap();
        let coarse = estimate(&SquareLattice::new(pair, 34).unwrap(), 4_096);
        let exact = trapezoid(f64::tanh, f64::sin, circle);
        let z = (coarse.mean - exact) / coarse.stderr.unwrap();
        assert!(z.abs() < 5.85 && coarse.stderr.unwrap() > 1e-6, "z = {z}");
    }

    #[test]
    fn planted_errors_of_nine_standard_errors_are_caught() {
        // An angle wrong by nine standard errors, dJ(1,1)/dθ = −sin θ (π − θ)/(2π).
        let theta = 1.0f64;
        let slope = theta.sin() * (PI - theta) / (2.0 * PI);
        let angle = |t: f64| {
            estimate(
                &AngleMoment::new(pair(1, 1, t, Gate::Relu)).unwrap(),
                100_000,
            )
        };
        let lattice = |t: f64| {
            estimate(
                &AngleLattice::new(pair(1, 1, t, Gate::Relu), 60).unwrap(),
                2_000,
            )
        };
        let runs: [&dyn Fn(f64) -> Estimate; 2] = [&angle, &lattice];
        for sample in runs {
            let right = sample(theta);
            let z = (right.mean - j11(theta)) / right.stderr.unwrap();
            assert!(z.abs() < 5.85, "{}: z = {z}", right.method.name());
            let shift = 9.0 * right.stderr.unwrap();
            let wrong = sample(theta - shift / slope);
            let z = (wrong.mean - j11(theta)) / wrong.stderr.unwrap();
            println!(
                "{}: relative size {:e}",
                right.method.name(),
                shift / j11(theta)
            );
            assert!(
                z > 5.85 && (z - 9.0).abs() < 4.0,
                "{}: z = {z}",
                right.method.name()
            );
        }
        // The square, with sin: E = sinh(ρ)/e, dE/dθ = −sin θ cosh(ρ)/e.
        let square = |t: f64| {
            let pair = ActivationPair::new(
                format!("sin {t}"),
                Activation::Sin,
                Activation::Sin,
                (t.cos(), t.sin()),
            );
            estimate(&SquareLattice::new(pair.unwrap(), 144).unwrap(), 2_000)
        };
        let exact = theta.cos().sinh() / 1f64.exp();
        let right = square(theta);
        let z = (right.mean - exact) / right.stderr.unwrap();
        assert!(z.abs() < 5.85, "square: z = {z}");
        let shift = 9.0 * right.stderr.unwrap();
        let wrong = square(theta - shift / (theta.sin() * theta.cos().cosh() / 1f64.exp()));
        let z = (wrong.mean - exact) / wrong.stderr.unwrap();
        println!("square: relative size {:e}", shift / exact);
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "square: z = {z}");
    }

    #[test]
    fn lattices_merge_through_files_and_have_one_set_of_bits() {
        let lattice = AngleLattice::new(pair(2, 1, 0.7, Gate::Relu), 32).unwrap();
        let square = ActivationPair::new("merge", Activation::Tanh, Activation::Gelu, (0.28, 0.96));
        let square = SquareLattice::new(square.unwrap(), 21).unwrap();
        let angle = AngleMoment::new(pair(2, 1, 0.7, Gate::Relu)).unwrap();
        let experiments: [&dyn Experiment; 3] = [&lattice, &square, &angle];
        let n = 3_000;
        for experiment in experiments {
            let whole = run(experiment, &RunOptions::samples(n, 5)).unwrap();
            for path in SimdPath::ALL {
                let options = RunOptions {
                    path: Some(path),
                    ..RunOptions::samples(n, 5)
                };
                assert_eq!(run(experiment, &options).unwrap(), whole);
            }
            let parts = (1..=3).map(|k| {
                let blocks = Some(part_of(n, k, 3).unwrap());
                let options = RunOptions {
                    blocks,
                    ..RunOptions::samples(n, 5)
                };
                let text = run(experiment, &options).unwrap().to_json().unwrap();
                Partial::from_json(&text).unwrap()
            });
            let merged = Partial::merge(parts.collect()).unwrap();
            assert_eq!(merged, whole);
            assert_eq!(merged.method(), experiment.method());
        }
        // A stream of its own: the call text names the method.
        assert!(lattice.canonical().ends_with(" method=lattice points=32"));
        assert!(angle.canonical().ends_with(" method=rao-blackwell"));
    }

    #[test]
    fn lattices_that_cannot_be_are_refused() {
        assert!(AngleLattice::new(pair(1, 1, 1.0, Gate::Relu), 0).is_err());
        assert!(AngleLattice::new(pair(1, 1, 1.0, Gate::Relu), MAX_POINTS + 1).is_err());
        let kinked =
            ActivationPair::new("x", Activation::Tanh, Activation::Relu, (0.6, 0.8)).unwrap();
        assert!(SquareLattice::new(kinked, 100).is_err());
        let wild = ActivationPair::new("x", Activation::Exp, Activation::Tanh, (0.6, 0.8)).unwrap();
        assert!(SquareLattice::new(wild, 100).is_err());
        let smooth =
            ActivationPair::new("x", Activation::Tanh, Activation::Tanh, (0.6, 0.8)).unwrap();
        assert!(SquareLattice::new(smooth.clone(), 1).is_err());
        assert_eq!(SquareLattice::new(smooth, 2).unwrap().points(), 2);
    }
}
