//! Angular power of random networks on the sphere, all weights drawn, and its exact expectation.
//!
//! On a grid of [`Rings`] the estimate of $D_l$ has, for an isotropic field of covariance κ(⟨x, y⟩), exactly
//! the expectation
//!
//! $$\frac{2l+1}{4M} \sum_{i,i'} w_i w_{i'} \sum_{k<M} P_l(u)\, κ(u), \qquad
//! u = c_i c_{i'} + s_i s_{i'} \cos(2πk/M),$$
//!
//! by the addition theorem: what the grid cannot resolve is in it. At one hidden layer κ is the kernel of the
//! activation at every width; deeper, the kernel of infinite width is the limit.

use rug::Float;

use super::drawn_network::DrawnNetwork;
use super::rings::Rings;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::montecarlo::{Experiment, LANES, Lane, Lanes, Layers};
use crate::number::{Ball, Bits};

/// The angular power $D_0, D_1, …$ of a random network's output on a grid.
#[derive(Debug, Clone)]
pub struct AngularPower {
    canonical: String,
    layers: Layers,
    rings: Rings,
    /// The points, the same in all lanes.
    points: Vec<[Lane; 3]>,
    outputs: Vec<&'static str>,
}

impl AngularPower {
    /// The networks and the grid.
    ///
    /// # Errors
    /// A domain error for impossible layers.
    pub fn new(canonical: impl Into<String>, layers: Layers, rings: Rings) -> Result<AngularPower> {
        Ok(AngularPower {
            canonical: canonical.into(),
            layers: layers.check()?,
            points: rings
                .points()
                .into_iter()
                .map(|point| point.map(|x| [x; LANES]))
                .collect(),
            outputs: vec!["power"; rings.degrees()],
            rings,
        })
    }
}

impl Experiment for AngularPower {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &self.outputs
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let network = DrawnNetwork::draw(lanes, &self.layers);
        let values = network.outputs(&self.layers, &self.points);
        self.rings.power(&values, out);
    }
}

/// The expected estimates on a grid for an isotropic field with this kernel, degree by degree; `None` where
/// the kernel has no value.
///
/// The grid meant has the latitudes of the northern rings of `rings` as exact numbers, their mirror images in
/// the equator, and exact longitudes.
///
/// # Errors
/// Those of the kernel; the deadline.
pub fn expected_power(
    rings: &Rings,
    kernel: impl Fn(&Ball) -> Result<Option<Ball>>,
    prec: Bits,
    limits: &Limits,
) -> Result<Option<Vec<Ball>>> {
    let (points, degrees) = (rings.ring_points(), rings.degrees());
    let steps = i64::try_from(points).map_err(|_| Error::domain("too many points"))?;
    let turn = Ball::pi(prec).mul_2exp(1).div_i64(steps, prec);
    let cosines: Vec<Ball> = (0..steps)
        .map(|k| turn.mul_i64(k, prec).cos(prec))
        .collect();
    let latitudes: Vec<(f64, Ball, Ball, Ball)> = rings
        .latitudes()
        .map(|(c, w)| {
            let ball = Ball::exact(Float::with_val(53, c));
            let one = Ball::one();
            let square = one.sub(&ball, prec).mul(&one.add(&ball, prec), prec);
            (
                c,
                ball,
                square.sqrt(prec),
                Ball::exact(Float::with_val(53, w)),
            )
        })
        .collect();
    let mut sums = vec![Ball::zero(); degrees];
    for (i, (_, cos, sin, weight)) in latitudes.iter().enumerate() {
        // Rings i and j give the terms of j and i, and those of their mirror images in the equator.
        for (j, (_, cos2, sin2, weight2)) in latitudes.iter().enumerate().skip(i) {
            let mirrored = latitudes.len() - 1;
            if i + j > mirrored {
                continue;
            }
            limits.check_deadline()?;
            let copies = i32::from(i != j) + i32::from(i + j != mirrored);
            let weight = weight.mul(weight2, prec).mul_2exp(copies);
            let (even, odd) = (cos.mul(cos2, prec), sin.mul(sin2, prec));
            for (k, cosine) in cosines.iter().enumerate().take(points / 2 + 1) {
                let ends = k == 0 || 2 * k == points;
                let weight = if ends {
                    weight.clone()
                } else {
                    weight.mul_2exp(1)
                };
                // Both ends exactly: a ball around them would leave the domain of the kernel.
                let u = match k {
                    0 if i == j => Ball::one(),
                    k if 2 * k == points && i + j == mirrored => Ball::from_i64(-1),
                    _ => odd.mul(cosine, prec).add(&even, prec),
                };
                let Some(value) = kernel(&u)? else {
                    return Ok(None);
                };
                let value = value.mul(&weight, prec);
                // P_l(u) by its three-term recurrence.
                let (mut before, mut legendre) = (Ball::zero(), Ball::one());
                for (l, sum) in (0i64..).zip(sums.iter_mut()) {
                    *sum = sum.add(&legendre.mul(&value, prec), prec);
                    let next = u.mul(&legendre, prec).mul_i64(2 * l + 1, prec);
                    let next = next.sub(&before.mul_i64(l, prec), prec);
                    (before, legendre) = (legendre, next.div_i64(l + 1, prec));
                }
            }
        }
    }
    let scaled = (0i64..).zip(&sums).map(|(l, sum)| {
        let sum = sum.mul_i64(2 * l + 1, prec);
        sum.div_i64(4 * steps, prec)
    });
    Ok(Some(scaled.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse_expr;
    use crate::montecarlo::significance::{normality_p, threshold};
    use crate::montecarlo::{Activation, RunOptions, SimdPath, run};
    use crate::theory::activation;

    const PREC: Bits = Bits::new(96);

    fn layers(activation: Activation, widths: &[u32]) -> Layers {
        Layers {
            activation,
            weight_variance: activation.gain(),
            bias_variance: 0.0,
            widths: widths.to_vec(),
        }
    }

    fn expected(rings: &Rings, f: Activation) -> Vec<f64> {
        let limits = Limits::default();
        let name = parse_expr(&f.name(), &limits).unwrap();
        let f = activation::Activation::read(&name, &limits).unwrap();
        let kernel = |u: &Ball| f.shape().kernel(0, u, PREC, &limits);
        let law = expected_power(rings, kernel, PREC, &limits).unwrap();
        law.expect("a kernel in closed form")
            .iter()
            .map(|ball| ball.mid().to_f64())
            .collect()
    }

    #[test]
    fn the_expectation_on_a_grid_is_the_law_where_nothing_is_lost() {
        // κ(u) = u³ = (3 P_1 + 2 P_3)/5.
        let rings = Rings::new(6, 12, 5).unwrap();
        let limits = Limits::default();
        let kernel = |u: &Ball| Ok(Some(u.pow_u64(3, PREC)));
        let law = expected_power(&rings, kernel, PREC, &limits)
            .unwrap()
            .unwrap();
        for (power, exact) in law.iter().zip([0.0, 0.6, 0.0, 0.4, 0.0]) {
            // The latitudes are doubles: the grid is Gauss's to about 10⁻¹⁵.
            assert!((power.mid().to_f64() - exact).abs() < 1e-14, "{power:?}");
            assert!(power.rad().to_f64() < 1e-24, "{power:?}");
        }
        // ReLU: D_l = 3/8, 1/2, 15/128, 0, … up to what the grid folds in, below 1 in 10⁴ here.
        let relu = expected(&Rings::new(16, 32, 4).unwrap(), Activation::Relu);
        for (power, exact) in relu.iter().zip([0.375, 0.5, 15.0 / 128.0, 0.0]) {
            assert!((power - exact).abs() < 1e-4, "{power} {exact}");
        }
    }

    #[test]
    fn one_layer_has_the_power_of_its_kernel_at_every_width() {
        let mut scores = Vec::new();
        for f in [
            Activation::Relu,
            Activation::Heaviside,
            Activation::Erf,
            Activation::Gelu,
        ] {
            let rings = Rings::new(8, 16, 5).unwrap();
            let exact = expected(&rings, f);
            for width in [3, 16] {
                let name = format!("power {f:?} {width}");
                let power = AngularPower::new(name, layers(f, &[width]), rings.clone()).unwrap();
                let run = run(&power, &RunOptions::samples(40_000, 0)).unwrap();
                for (estimate, exact) in run.estimates().iter().zip(&exact) {
                    // Odd activations have no even harmonics: there is nothing to test.
                    if exact.abs() > 1e-9 {
                        scores.push((estimate.mean - exact) / estimate.stderr.unwrap());
                    }
                }
            }
        }
        assert!(scores.len() >= 24, "{}", scores.len());
        let worst = scores.iter().fold(0.0, |w: f64, z| w.max(z.abs()));
        assert!(
            worst < threshold(scores.len() as u64, 1e-6).unwrap(),
            "{scores:?}"
        );
        assert!(normality_p(&scores).unwrap() > 1e-3, "{scores:?}");
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // Weights of the output too large: every power is too large by the same factor.
        let rings = Rings::new(8, 16, 3).unwrap();
        let exact = expected(&rings, Activation::Relu)[1];
        let estimate = |scale: f64| {
            let mut layers = layers(Activation::Relu, &[16]);
            layers.weight_variance *= scale;
            let power = AngularPower::new("planted power", layers, rings.clone()).unwrap();
            run(&power, &RunOptions::samples(20_000, 0))
                .unwrap()
                .estimates()[1]
                .clone()
        };
        let right = estimate(1.0);
        let size = 9.0 * right.stderr.unwrap() / exact;
        let wrong = estimate(1.0 + size);
        let z = (wrong.mean - exact) / wrong.stderr.unwrap();
        println!("output weights: relative size {size:e}, z = {z}");
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "z = {z}");
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let rings = Rings::new(6, 12, 4).unwrap();
        let power = AngularPower::new("bits", layers(Activation::Tanh, &[5, 4]), rings).unwrap();
        let at = |path| {
            let options = RunOptions {
                path: Some(path),
                ..RunOptions::samples(1100, 2)
            };
            run(&power, &options).unwrap()
        };
        let portable = at(SimdPath::Portable);
        for path in SimdPath::ALL {
            assert_eq!(at(path), portable, "{path:?}");
        }
    }
}
