//! Two inputs through random ReLU layers, by the exact reduction to i.i.d. pairs.
//!
//! Let two non-zero vectors at angle θ enter a layer with i.i.d. Gaussian weights and no bias. The
//! pre-activations of its n neurons are n i.i.d. pairs proportional to $(G_i, \hat G_i)$, standard
//! Gaussians with correlation cos θ: no weight matrix is needed. With $x_i = φ(G_i)$,
//! $y_i = φ(\hat G_i)$, $X = \sum x_i^2$, $Y = \sum y_i^2$, $Z = \sum x_i y_i$ the angle after the
//! layer has $\cos θ' = Z/\sqrt{XY}$.
//!
//! **No cancellation at small angles.** The state of a network is cot θ. In polar coordinates
//! $G = r\cos φ$, $\hat G = r \sin θ\, t$ with $t = \sin φ + \cot θ \cos φ$. Put $m = \max(\cot θ, 0)$
//! and $w = φ(r t) - m x$, so that $y = \sin θ (w + m x)$; then with $E = \sum x w$, $D = \sum w^2$
//!
//! $$XY - Z^2 = \sin^2θ\,(X D - E^2), \qquad \cot θ' = \frac{m X + E}{\sqrt{X D - E^2}}.$$
//!
//! Where both neurons are alive and θ ≤ π/2, $w = r \sin φ$, and it is computed so: $w$ is of order r and nearly uncorrelated with x at every small θ, so $X D - E^2$ keeps its digits while
//! $1 - \cos^2 θ'$ would lose all of them. A neuron costs one logarithm and one direction, and a
//! neuron that sees neither input is only counted.
//!
//! A sample is undefined if a vector dies (angle without meaning) and also if all its live neurons
//! are one and the same (sin θ' = 0, logarithm −∞): the estimates are conditional on neither.

use super::binomial::{binomial, fair_binomial};
use super::experiment::Experiment;
use super::kernels::{direction, larger, ln, relu, select, sin_cos_turns, squared_radius, uniform};
use super::stream::{LANES, Lane, Lanes};
use crate::error::{Error, Result};

/// From this width on the live neurons are not counted: a vector dies with probability
/// $2\cdot 2^{-n} < 1.1\cdot10^{-19}$ a layer.
const CROWD: u32 = 64;

/// Neurons whose live ones are counted in one go: $2^{-512}$ is a normal double.
const BATCH: u32 = 512;

/// The sums X, D, E of a layer, one entry a lane, over r²/(−2) instead of r² while neurons are added.
#[derive(Default)]
struct Sums {
    x: Lane,
    d: Lane,
    e: Lane,
    /// Neurons that see at least one input, and those that see the second (if counted).
    either: Lane,
    second: Lane,
}

/// Draws the n neurons of a layer whose inputs meet at an angle of the given cotangents: of lane 0
/// negative only if all lanes share it.
#[inline(always)]
fn layer(lanes: &mut Lanes, width: u32, cot: &Lane) -> Sums {
    let mut sums = Sums::default();
    // A local copy of the state stays in registers.
    let mut state = lanes.clone();
    if cot[0] < 0.0 {
        obtuse(&mut state, width, cot, &mut sums);
    } else {
        let mut left = width;
        while left > 0 {
            let batch = left.min(BATCH);
            if width < CROWD {
                acute::<true>(&mut state, batch, cot, &mut sums);
            } else {
                acute::<false>(&mut state, batch, cot, &mut sums);
            }
            left -= batch;
        }
    }
    *lanes = state;
    for l in 0..LANES {
        sums.x[l] *= -2.0;
        sums.e[l] *= -2.0;
        sums.d[l] *= -2.0;
        if width >= CROWD {
            (sums.either[l], sums.second[l]) = (2.0, 1.0);
        }
    }
    sums
}

/// Adds neurons for an obtuse angle, where m = 0: one by one, dead ones too.
#[inline(always)]
fn obtuse(state: &mut Lanes, width: u32, cot: &Lane, sums: &mut Sums) {
    for _ in 0..width {
        for l in 0..LANES {
            let log = ln(uniform(state.bits(l)));
            let (c, s) = direction(state.bits(l));
            let t = cot[l].mul_add(c, s);
            let (first, w) = (relu(c), relu(t));
            sums.either[l] += select((c > 0.0) | (t > 0.0), 1.0, 0.0);
            sums.second[l] += select(t > 0.0, 1.0, 0.0);
            let (lx, lw) = (log * first, log * w);
            sums.x[l] = lx.mul_add(first, sums.x[l]);
            sums.e[l] = lx.mul_add(w, sums.e[l]);
            sums.d[l] = lw.mul_add(w, sums.d[l]);
        }
    }
}

/// Adds at most [`BATCH`] neurons for an acute angle, drawing only those that can be alive.
///
/// The number of neurons that see the first input is Bin(n, ½): the ones among n random bits. Their
/// directions are uniform on the half-circle c = cos φ > 0, and $w/r = \max(s, -m c)$, s = sin φ.
/// Each of the others sees the second input with probability θ/π; candidates are drawn from an arc
/// of length π p ≥ θ, their number by [`binomial`], and kept where $w/r = s + m c$ is positive. Since
/// $θ = \operatorname{acot} m \le 1/m$ and θ ≤ π/2, p = min(½, 0.3184/m) is enough: 1/π < 0.3184.
///
/// All lanes advance together, so a lane draws (and drops) as many as the one with the most.
#[inline(always)]
fn acute<const COUNT: bool>(state: &mut Lanes, n: u32, cot: &Lane, sums: &mut Sums) {
    let (mut x, mut d, mut e) = (sums.x, sums.d, sums.e);
    let (mut either, mut second) = (sums.either, sums.second);
    let seeing = fair_binomial(state, n);
    let most = seeing.iter().fold(0.0, |a: f64, &b| larger(a, b));
    let mut index = 0.0;
    while index < most {
        for l in 0..LANES {
            let on = index < seeing[l];
            let log = select(on, ln(uniform(state.bits(l))), 0.0);
            let (c, s) = direction(state.bits(l));
            let first = c.abs();
            let q = -cot[l] * first;
            let w = larger(s, q);
            if COUNT {
                second[l] += select(on & (s > q), 1.0, 0.0);
            }
            let (lx, lw) = (log * first, log * w);
            x[l] = lx.mul_add(first, x[l]);
            e[l] = lx.mul_add(w, e[l]);
            d[l] = lw.mul_add(w, d[l]);
        }
        index += 1.0;
    }
    let (mut p, mut others, mut u) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        let bound = 0.3184 / cot[l];
        p[l] = select(bound < 0.5, bound, 0.5);
        others[l] = f64::from(n) - seeing[l];
        u[l] = uniform(state.bits(l));
        if COUNT {
            either[l] += seeing[l];
        }
    }
    let candidates = binomial(&u, &others, &p);
    let most = candidates.iter().fold(0.0, |a: f64, &b| larger(a, b));
    let mut index = 0.0;
    while index < most {
        for l in 0..LANES {
            let log = ln(uniform(state.bits(l)));
            // φ = π/2 + π p u': the cosine is −sin(π p u'), the sine cos(π p u').
            let (sin, cos) = sin_cos_turns(0.5 * p[l] * uniform(state.bits(l)));
            let t = (-cot[l]).mul_add(sin, cos);
            let on = (index < candidates[l]) & (t > 0.0);
            let w = select(on, t, 0.0);
            if COUNT {
                let one = select(on, 1.0, 0.0);
                either[l] += one;
                second[l] += one;
            }
            d[l] = (log * w).mul_add(w, d[l]);
        }
        index += 1.0;
    }
    *sums = Sums {
        x,
        d,
        e,
        either,
        second,
    };
}

/// cot θ', ln sin²θ' and ln(Y/X) of lane l, given the old cot θ.
///
/// All are NaN where a vector has died, now or before, or where sin θ' = 0: then the determinant is
/// 0 up to rounding, so the counts decide. Two neurons that differ in what they see, or two that see
/// both inputs, make it positive.
#[inline(always)]
fn angle(cot: f64, sums: &Sums, l: usize) -> (f64, f64, f64) {
    let (x, d, e) = (sums.x[l], sums.d[l], sums.e[l]);
    // Z ≥ 0: a product of ReLUs. Its rounding must not make the next angle obtuse.
    let z = relu(relu(cot).mul_add(x, e));
    let det = determinant(x, d, e);
    let alive =
        !cot.is_nan() & (x > 0.0) & (det > 0.0) & (sums.either[l] > 1.0) & (sums.second[l] > 0.0);
    // sin²θ' = det/(det + z²) and Y = sin²θ (det + z²)/X with sin²θ = 1/(1 + cot²): sums of
    // non-negative numbers.
    let whole = ln(z.mul_add(z, det));
    let ln_sin2 = ln(det) - whole;
    let ln_ratio = whole - 2.0 * ln(x) - ln(cot.mul_add(cot, 1.0));
    (
        select(alive, z / det.sqrt(), f64::NAN),
        select(alive, ln_sin2, f64::NAN),
        select(alive, ln_ratio, f64::NAN),
    )
}

/// $xd - e^2$ with the product's rounding error put back (Kahan's method): right to 1.5 ulp.
#[inline(always)]
fn determinant(x: f64, d: f64, e: f64) -> f64 {
    let square = e * e;
    x.mul_add(d, -square) - e.mul_add(e, -square)
}

/// The widths, unless every sample would be undefined.
pub(super) fn checked_widths(widths: Vec<u32>) -> Result<Vec<u32>> {
    if widths.is_empty() || widths.iter().any(|&n| n < 2) {
        return Err(Error::domain(
            "a ReLU network needs at least one layer, and at least 2 neurons in each",
        ));
    }
    Ok(widths)
}

/// A random ReLU network of given widths with two inputs at a given angle.
///
/// Outputs: `ln_sin2`, the logarithm of sin²θ after the last layer, and `ln_norm_ratio`, the
/// logarithm of |second|²/|first|² after it relative to before; and their covariance.
#[derive(Debug, Clone)]
pub struct ReluNetwork {
    canonical: String,
    cot: f64,
    widths: Vec<u32>,
}

impl ReluNetwork {
    /// The network with inputs at an angle of cotangent `cot`, 0 < θ < π, and the widths of its
    /// layers from the input on.
    ///
    /// # Errors
    /// A domain error unless 10⁻¹⁵⁰ ≤ θ, π − θ (|cot| ≤ 10¹⁵⁰: its square must be a double), there is
    /// at least one layer, and every width is at least 2 (below, every sample is undefined).
    pub fn new(canonical: impl Into<String>, cot: f64, widths: Vec<u32>) -> Result<ReluNetwork> {
        if cot.is_nan() || cot.abs() > 1e150 {
            return Err(Error::domain(format!(
                "an angle of cotangent {cot} is too close to 0 or π to be sampled"
            )));
        }
        Ok(ReluNetwork {
            canonical: canonical.into(),
            // No −0: the sign decides how the first layer is drawn.
            cot: cot + 0.0,
            widths: checked_widths(widths)?,
        })
    }
}

impl Experiment for ReluNetwork {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &["ln_sin2", "ln_norm_ratio"]
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &[(0, 1)]
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut cot = [self.cot; LANES];
        let mut ln_sin2 = [0.0; LANES];
        let mut ln_ratio = [0.0; LANES];
        for &width in &self.widths {
            let sums = layer(lanes, width, &cot);
            for l in 0..LANES {
                let (next, sine, ratio) = angle(cot[l], &sums, l);
                cot[l] = next;
                ln_sin2[l] = sine;
                ln_ratio[l] += ratio;
            }
        }
        out[0] = ln_sin2;
        out[1] = ln_ratio;
    }
}

/// The limit of one layer at θ → 0: $\ln(χ^2_{K-1}/χ^2_K)$ with $K \sim \mathrm{Bin}(n, ½)$ live
/// neurons, the limit in law of $\ln(\sin^2θ'/\sin^2θ)$.
///
/// Outputs: `ln_sin2_ratio`, and `ln_norm` = ln χ²_K. Undefined for K ≤ 1. The two χ² are
/// independent given K. They are drawn as in the layer itself: the live neurons' first coordinates
/// are a vector of squared length X = χ²_K, and the part of their second coordinates orthogonal to
/// it has squared length $D - E^2/X$ = χ²_{K−1}.
#[derive(Debug, Clone)]
pub struct SmallAngleLayer {
    canonical: String,
    width: u32,
}

impl SmallAngleLayer {
    /// The layer of n neurons.
    ///
    /// # Errors
    /// A domain error unless n ≥ 2.
    pub fn new(canonical: impl Into<String>, width: u32) -> Result<SmallAngleLayer> {
        if width < 2 {
            return Err(Error::domain(format!(
                "a layer of width {width} has no angle; the width is at least 2"
            )));
        }
        Ok(SmallAngleLayer {
            canonical: canonical.into(),
            width,
        })
    }
}

impl Experiment for SmallAngleLayer {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &["ln_sin2_ratio", "ln_norm"]
    }

    fn pairs(&self) -> &[(usize, usize)] {
        &[(0, 1)]
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut state = lanes.clone();
        let (mut x, mut d, mut e) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let mut live = [0.0; LANES];
        for _ in 0..self.width {
            for l in 0..LANES {
                let r2 = squared_radius(state.bits(l));
                let (c, s) = direction(state.bits(l));
                let on = select(c > 0.0, 1.0, 0.0);
                let (rc, rs) = (on * r2 * c, on * r2 * s);
                live[l] += on;
                x[l] = rc.mul_add(c, x[l]);
                e[l] = rc.mul_add(s, e[l]);
                d[l] = rs.mul_add(s, d[l]);
            }
        }
        *lanes = state;
        for l in 0..LANES {
            let det = determinant(x[l], d[l], e[l]);
            // With one live neuron the determinant is 0 up to rounding: the count decides.
            let alive = (live[l] >= 2.0) & (det > 0.0);
            // det/X = χ²_{K−1} is what is left of D after its projection on the first vector.
            out[0][l] = select(alive, ln(det) - 2.0 * ln(x[l]), f64::NAN);
            out[1][l] = select(alive, ln(x[l]), f64::NAN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{Estimate, FullMatrixNetwork, RunOptions, SimdPath, run};
    use std::f64::consts::{LN_2, PI};

    fn estimates(experiment: &impl Experiment, n: u64) -> Vec<Estimate> {
        run(experiment, &RunOptions::samples(n, 0))
            .unwrap()
            .estimates()
    }

    fn network(theta: f64, widths: &[u32]) -> ReluNetwork {
        let name = format!("network {theta} {widths:?}");
        ReluNetwork::new(name, theta.tan().recip(), widths.to_vec()).unwrap()
    }

    /// (difference of two estimated means) / (standard error of the difference).
    fn z_between(a: &Estimate, b: &Estimate) -> f64 {
        let se = a.stderr.unwrap().hypot(b.stderr.unwrap());
        (a.mean - b.mean) / se
    }

    #[test]
    fn the_reduction_has_the_law_of_the_weight_matrices() {
        let mut cases = 0;
        for (theta, widths) in [
            (1.0, vec![2]),
            (1.0, vec![7]),
            (2.5, vec![3]),
            (0.2, vec![5, 4, 6]),
            (1.5, vec![9, 3]),
            (3.0, vec![4, 4]),
        ] {
            let reduced = estimates(&network(theta, &widths), 200_000);
            let name = format!("full {theta} {widths:?}");
            let circle = (theta.cos(), theta.sin());
            let full = FullMatrixNetwork::new(name, circle, widths.clone()).unwrap();
            let full = estimates(&full, 60_000);
            for (a, b) in reduced.iter().zip(&full) {
                let z = z_between(a, b);
                assert!(z.abs() < 5.85, "{theta} {widths:?} {}: z = {z}", a.name);
                let se = a.variance_stderr.unwrap().hypot(b.variance_stderr.unwrap());
                let z = (a.variance.unwrap() - b.variance.unwrap()) / se;
                assert!(z.abs() < 5.85, "{theta} {widths:?} var {}: z = {z}", a.name);
                cases += 1;
            }
            // The probability of an undefined sample agrees too.
            let (p, q) = (
                reduced[0].undefined as f64 / 200_000.0,
                full[0].undefined as f64 / 60_000.0,
            );
            let se = (p * (1.0 - p) * (1.0 / 200_000.0 + 1.0 / 60_000.0)).sqrt();
            assert!(
                (p - q).abs() < 5.85 * se + 1e-12,
                "{theta} {widths:?}: {p} {q}"
            );
        }
        assert_eq!(cases, 12);
    }

    #[test]
    fn undefined_samples_are_as_frequent_as_they_must_be() {
        // A vector is zero with probability 2·2^-n − p0^n, sin θ' = 0 with n p0^n, p0 = (π − θ)/(2π).
        for (theta, n) in [(1.0, 2u32), (0.01, 3), (1.0, 5), (3.0, 2), (1e-9, 2)] {
            let p0 = (PI - theta) / (2.0 * PI);
            let power = |x: f64| (0..n).fold(1.0, |p, _| p * x);
            let p = 2.0 * power(0.5) + (f64::from(n) - 1.0) * power(p0);
            let samples = 100_000;
            let estimate = &estimates(&network(theta, &[n]), samples)[0];
            let z = (estimate.undefined as f64 - p * samples as f64)
                / (p * (1.0 - p) * samples as f64).sqrt();
            assert!(z.abs() < 5.85, "θ = {theta}, n = {n}: z = {z}");
            assert!(estimate.min > -200.0 && estimate.max <= 1e-15);
        }
    }

    #[test]
    fn small_angles_follow_their_exact_rates() {
        // E ln(χ²_{K−1}/χ²_K) given K ≥ 2: −r(n), exact values.
        let rates = [
            (2, 2.0 * LN_2),
            (3, 0.5 + LN_2),
            (4, (7.0 + 6.0 * LN_2) / 11.0),
            (5, 25.0 / 39.0 + 4.0 * LN_2 / 13.0),
            (8, 263.0 / 570.0 + 14.0 * LN_2 / 247.0),
        ];
        for (n, rate) in rates {
            let limit = SmallAngleLayer::new(format!("small {n}"), n).unwrap();
            let limit = estimates(&limit, 400_000);
            let z = (limit[0].mean + rate) / limit[0].stderr.unwrap();
            assert!(z.abs() < 5.85, "n = {n}: z = {z}");
            // The layer itself at θ = 1e-9, where 1 − cos²θ would be 0.
            let theta = 1e-9;
            let layer = &estimates(&network(theta, &[n]), 400_000)[0];
            let z = (layer.mean - 2.0 * f64::ln(theta) + rate) / layer.stderr.unwrap();
            assert!(z.abs() < 5.85, "n = {n}, θ = 1e-9: z = {z}");
        }
        // n = 2: K = 2, variance ψ₁(½) + ψ₁(1) = π²/2 + π²/6.
        let two = estimates(&SmallAngleLayer::new("small two", 2).unwrap(), 400_000);
        let z = (two[0].variance.unwrap() - 2.0 * PI * PI / 3.0) / two[0].variance_stderr.unwrap();
        assert!(z.abs() < 5.85, "variance: z = {z}");
        // ln χ²_2 has mean ln 2 − γ.
        let z = (two[1].mean - (LN_2 - 0.577_215_664_901_532_9)) / two[1].stderr.unwrap();
        assert!(z.abs() < 5.85, "norm: z = {z}");
    }

    #[test]
    fn one_layer_has_the_published_means_and_variances() {
        // Means of ln sin²θ' − ln sin²θ and variances with their standard errors, by an independent
        // Monte Carlo of the same law.
        let mut cases = 0;
        for (theta, n, samples, mean, mean_se, var, var_se) in [
            (1.0, 16, 400_000, -0.30066, 44e-5, 0.19119, 27e-5),
            (1.0, 64, 200_000, -0.20072, 30e-5, 0.03680, 8e-5),
            (PI / 2.0, 16, 400_000, -0.17316, 19e-5, 0.03733, 5e-5),
            (0.001, 16, 400_000, -0.17393, 84e-5, 0.70893, 100e-5),
        ] {
            let estimate = &estimates(&network(theta, &[n]), samples)[0];
            let start = 2.0 * f64::ln(theta.sin());
            let se = estimate.stderr.unwrap().hypot(mean_se);
            let z = (estimate.mean - start - mean) / se;
            assert!(z.abs() < 5.85, "θ = {theta}, n = {n}: mean z = {z}");
            let se = estimate.variance_stderr.unwrap().hypot(var_se);
            let z = (estimate.variance.unwrap() - var) / se;
            assert!(z.abs() < 5.85, "θ = {theta}, n = {n}: variance z = {z}");
            cases += 1;
        }
        assert_eq!(cases, 4);
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // At n = 64 one sample has standard deviation 0.192 and the mean of ln sin²θ' the slope 1.226
        // in θ (the infinite-width map), so nine standard errors of 200 000 samples are an angle wrong
        // by 9 · 0.000429/1.226 = 0.00315: 0.3 %.
        let samples = 200_000;
        let right = &estimates(&network(1.0, &[64]), 4 * samples)[0];
        let wrong = &estimates(&network(1.00315, &[64]), samples)[0];
        let z = (wrong.mean - right.mean) / wrong.stderr.unwrap();
        assert!(z > 5.85, "z = {z}");
        assert!((z - 9.0).abs() < 4.0, "z = {z}");
    }

    #[test]
    fn every_path_gives_the_same_networks() {
        let experiment = network(0.7, &[3, 80, 5]);
        let at = |path| {
            let options = RunOptions {
                path: Some(path),
                ..RunOptions::samples(3000, 4)
            };
            run(&experiment, &options).unwrap()
        };
        let portable = at(SimdPath::Portable);
        for path in SimdPath::ALL {
            assert_eq!(at(path), portable, "{path:?}");
        }
        assert!(portable.estimate().undefined > 0);
    }

    #[test]
    fn the_first_networks_are_pinned() {
        // Changing these numbers changes the stream layout: raise STREAM_VERSION.
        let deep = estimates(&network(0.3, &[70, 9]), 3000);
        assert_eq!(
            (deep[0].mean, deep[1].mean),
            (-2.9584191976124554, -0.0014218798812898835)
        );
        let wide = estimates(&network(2.5, &[600]), 2000);
        assert_eq!(
            (wide[0].mean, wide[1].mean),
            (-0.0007498793785077779, -0.0033457893246315036)
        );
    }

    #[test]
    fn networks_that_cannot_be_sampled_are_refused() {
        for cot in [f64::NAN, f64::INFINITY, -1e200] {
            assert!(ReluNetwork::new("x", cot, vec![4]).is_err());
        }
        for widths in [vec![], vec![1], vec![4, 0]] {
            assert!(ReluNetwork::new("x", 1.0, widths.clone()).is_err());
            assert!(FullMatrixNetwork::new("x", (0.6, 0.8), widths).is_err());
        }
        assert!(SmallAngleLayer::new("x", 1).is_err());
    }
}
