//! Heaviside networks along a great circle without weight matrices in memory: by the flips of the
//! first layer.
//!
//! A first-layer neuron is on along a half circle, which begins at a uniformly distributed angle: on N
//! equidistant points it is on at N/2 neighbours from a uniformly distributed one, exactly. A weighted sum
//! V of these neurons is therefore a running sum, with one weight added or taken away at each flip, and
//! $V(k) + V(k + N/2)$ is the sum S of all weights. So a neuron of the next layer costs n + N operations
//! instead of n N, and its weights are needed only once.
//!
//! Weights are rounded to multiples of $2^{-40}$. All sums are then exact, so where no neuron is on the sum
//! is 0 and not a rounding error with a sign; the law of a sum moves by less than $2^{-40} n$.

use super::circle::{checked_points, crossings};
use crate::error::{Error, Result};
use crate::montecarlo::kernels::{normal_pair, select};
use crate::montecarlo::{Experiment, LANES, Lane, Lanes};

/// Adding and subtracting it rounds to multiples of 2⁻⁴⁰, the spacing of doubles around it. Sums are
/// exact below 2¹³ in size: 8000 standard deviations of one weight, never reached by 10⁶ of them.
const GRID: f64 = 6144.0;

/// Sign changes of a Heaviside network with one or two hidden layers along a great circle.
///
/// Output k counts those seen at every $2^k$-th of the N points.
#[derive(Debug, Clone)]
pub struct HeavisideCircle {
    canonical: String,
    width: u32,
    depth: u32,
    points: u32,
    outputs: Vec<&'static str>,
}

impl HeavisideCircle {
    /// The network of width n and the circle of N points, halved so many times.
    ///
    /// # Errors
    /// A domain error unless the depth is 1 or 2, the width at least 1, and N a power of two.
    pub fn new(
        canonical: impl Into<String>,
        width: u32,
        depth: u32,
        points: u32,
        halvings: u32,
    ) -> Result<HeavisideCircle> {
        checked_points(points, halvings)?;
        if width == 0 || !(1..=2).contains(&depth) {
            return Err(Error::domain(format!(
                "a Heaviside network of width {width} and depth {depth} cannot be drawn by its flips"
            ))
            .with_hint("a depth of 1 or 2"));
        }
        Ok(HeavisideCircle {
            canonical: canonical.into(),
            width,
            depth,
            points,
            outputs: vec!["crossings"; halvings as usize + 1],
        })
    }

    /// A weighted sum of the first layer at all points, into `values`; the weights are drawn.
    #[inline(always)]
    fn weighted(&self, lanes: &mut Lanes, starts: &[[u32; LANES]], values: &mut [Lane]) {
        let half = values.len() / 2;
        let (steps, rest) = values.split_at_mut(half);
        steps.fill([0.0; LANES]);
        let mut sum = [0.0; LANES];
        let mut add = |start: &[u32; LANES], weight: &Lane| {
            for l in 0..LANES {
                let at = start[l] as usize;
                // On from the first half circle: a step up there, and down half a circle later.
                let step = if at < half { weight[l] } else { -weight[l] };
                steps[at & (half - 1)][l] += step;
                sum[l] += weight[l];
            }
        };
        for pair in starts.chunks(2) {
            let (mut x, mut y) = ([0.0; LANES], [0.0; LANES]);
            for l in 0..LANES {
                let (a, b) = normal_pair(lanes.bits(l), lanes.bits(l));
                (x[l], y[l]) = ((a + GRID) - GRID, (b + GRID) - GRID);
            }
            add(&pair[0], &x);
            if let Some(second) = pair.get(1) {
                add(second, &y);
            }
        }
        // V before the first point: V(N−1) + V(N/2−1) = S and V(N/2−1) − V(N−1) is the sum of the steps.
        let mut total = [0.0; LANES];
        for step in steps.iter() {
            for l in 0..LANES {
                total[l] += step[l];
            }
        }
        let mut value = [0.0; LANES];
        for l in 0..LANES {
            value[l] = 0.5 * (sum[l] - total[l]);
        }
        for (step, opposite) in steps.iter_mut().zip(rest) {
            for l in 0..LANES {
                value[l] += step[l];
                step[l] = value[l];
                opposite[l] = sum[l] - value[l];
            }
        }
    }
}

impl Experiment for HeavisideCircle {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    fn outputs(&self) -> &[&'static str] {
        &self.outputs
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let mut state = lanes.clone();
        let shift = 64 - self.points.trailing_zeros();
        let starts: Vec<[u32; LANES]> = (0..self.width)
            .map(|_| {
                let mut start = [0; LANES];
                for l in 0..LANES {
                    start[l] = (state.bits(l) >> shift) as u32;
                }
                start
            })
            .collect();
        let mut values = vec![[0.0; LANES]; self.points as usize];
        if self.depth == 1 {
            self.weighted(&mut state, &starts, &mut values);
        } else {
            let mut hidden = values.clone();
            for _ in 0..self.width {
                self.weighted(&mut state, &starts, &mut hidden);
                let mut top = [0.0; LANES];
                for l in 0..LANES {
                    // Half of the pair is thrown away.
                    let (noise, _) = normal_pair(state.bits(l), state.bits(l));
                    top[l] = (noise + GRID) - GRID;
                }
                for (value, h) in values.iter_mut().zip(&hidden) {
                    for l in 0..LANES {
                        value[l] += select(h[l] > 0.0, top[l], 0.0);
                    }
                }
            }
        }
        *lanes = state;
        for (k, out) in out.iter_mut().enumerate() {
            *out = crossings(&values, 1 << k, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{Activation, Layers, Partial, RunOptions, SimdPath, run};
    use crate::theory::geometry::circle::GreatCircle;

    fn flips(width: u32, depth: u32, n: u64) -> Partial {
        let name = format!("flips {width} {depth}");
        let circle = HeavisideCircle::new(name, width, depth, 64, 2).unwrap();
        run(&circle, &RunOptions::samples(n, 0)).unwrap()
    }

    #[test]
    fn flips_give_the_law_of_the_weight_matrices() {
        let mut cases = 0;
        for (width, depth) in [(5, 1), (24, 1), (6, 2), (31, 2)] {
            let by_flips = flips(width, depth, 40_000).estimates();
            let layers = Layers {
                activation: Activation::Heaviside,
                weight_variance: 2.0,
                bias_variance: 0.0,
                widths: vec![width; depth as usize],
            };
            let name = format!("matrices {width} {depth}");
            let matrices = GreatCircle::new(name, layers, 0.0, 64, 2).unwrap();
            let matrices = run(&matrices, &RunOptions::samples(20_000, 0)).unwrap();
            for (a, b) in by_flips.iter().zip(matrices.estimates()) {
                let z = (a.mean - b.mean) / a.stderr.unwrap().hypot(b.stderr.unwrap());
                assert!(
                    z.abs() < 5.85,
                    "{width} {depth}: {} {} z = {z}",
                    a.mean,
                    b.mean
                );
                let spread = a.variance_stderr.unwrap().hypot(b.variance_stderr.unwrap());
                let z = (a.variance.unwrap() - b.variance.unwrap()) / spread;
                assert!(z.abs() < 5.85, "{width} {depth}: variance z = {z}");
                cases += 1;
            }
        }
        assert_eq!(cases, 12);
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // A narrower layer has fewer flips: the width at which the difference is nine errors at this n.
        let n = 40_000;
        let reference = &flips(24, 1, 8 * n).estimates()[0];
        let right = &flips(24, 1, n).estimates()[0];
        let z = (right.mean - reference.mean) / right.stderr.unwrap();
        assert!(z.abs() < 5.85, "z = {z}");
        let wrong = &flips(20, 1, 8 * n).estimates()[0];
        let gap = wrong.mean - reference.mean;
        let samples = (9.0 * wrong.variance.unwrap().sqrt() / gap).powi(2) as u64;
        let wrong = &flips(20, 1, samples).estimates()[0];
        let z = (wrong.mean - reference.mean) / wrong.stderr.unwrap();
        println!(
            "width 20 for 24: relative size {:e} at n = {samples}, z = {z}",
            gap / reference.mean
        );
        assert!(z.abs() > 5.85 && (z.abs() - 9.0).abs() < 4.0, "z = {z}");
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        let circle = HeavisideCircle::new("flips bits", 9, 2, 64, 1).unwrap();
        let at = |path| {
            let options = RunOptions {
                path: Some(path),
                ..RunOptions::samples(1500, 4)
            };
            run(&circle, &options).unwrap()
        };
        let portable = at(SimdPath::Portable);
        for path in SimdPath::ALL {
            assert_eq!(at(path), portable, "{path:?}");
        }
        let means: Vec<f64> = portable.estimates().iter().map(|e| e.mean).collect();
        assert_eq!(means, PINNED);
        for (width, depth, points) in [(0, 1, 64), (3, 0, 64), (3, 3, 64), (3, 1, 48)] {
            assert!(HeavisideCircle::new("x", width, depth, points, 0).is_err());
        }
    }

    /// Changing these numbers changes the stream layout: raise STREAM_VERSION.
    const PINNED: [f64; 2] = [2.4453333333333336, 2.272];
}
