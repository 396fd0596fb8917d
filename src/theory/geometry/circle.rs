//! Networks of finite width along a great circle, every weight drawn: where their output crosses a level.
//!
//! The circle is $(\cos θ_k, \sin θ_k)$ at N equidistant angles; a great circle of a sphere of any dimension
//! looks like that, because the first layer's weights are isotropic. On a sphere in three dimensions the
//! expected length of a level set is π times the expected number of crossings (Crofton's formula).

use super::drawn_network::DrawnNetwork;
use crate::error::{Error, Result};
use crate::montecarlo::kernels::{select, sin_cos_turns};
use crate::montecarlo::{Experiment, LANES, Lane, Lanes, Layers};

/// Most points of a circle.
pub const MOST_POINTS: u32 = 1 << 16;

/// Level crossings of a random network along a great circle.
///
/// Output k counts the crossings seen at every $2^k$-th of the N points.
#[derive(Debug, Clone)]
pub struct GreatCircle {
    canonical: String,
    layers: Layers,
    level: f64,
    /// (cos, sin) of the points, the same in all lanes.
    points: Vec<[Lane; 2]>,
    outputs: Vec<&'static str>,
}

/// Checks a number of points that is halved some times.
pub(super) fn checked_points(points: u32, halvings: u32) -> Result<()> {
    let fits = points.is_power_of_two() && points <= MOST_POINTS && points >> halvings.min(31) >= 4;
    match fits {
        true => Ok(()),
        false => Err(Error::domain(format!(
            "{points} points, halved {halvings} times, do not make a circle of at least 4"
        ))
        .with_hint(format!("a power of two up to {MOST_POINTS}"))),
    }
}

impl GreatCircle {
    /// The network and the circle of N points, N a power of two, with N/2^k points for k up to
    /// `halvings` too.
    ///
    /// # Errors
    /// A domain error for impossible layers, level or points.
    pub fn new(
        canonical: impl Into<String>,
        layers: Layers,
        level: f64,
        points: u32,
        halvings: u32,
    ) -> Result<GreatCircle> {
        checked_points(points, halvings)?;
        if !level.is_finite() {
            return Err(Error::domain(format!("the level {level} is not a number")));
        }
        let turn = |k| {
            let (sin, cos) = sin_cos_turns(f64::from(k) / f64::from(points));
            [[cos; LANES], [sin; LANES]]
        };
        Ok(GreatCircle {
            canonical: canonical.into(),
            layers: layers.check()?,
            level,
            points: (0..points).map(turn).collect(),
            outputs: vec!["crossings"; halvings as usize + 1],
        })
    }
}

/// Strict sign changes of value − level around the circle between neighbours at every `stride`-th point.
///
/// A plateau at the level, as a dead layer makes one, is no crossing: the formulas count transversal ones.
#[inline(always)]
pub(super) fn crossings(values: &[Lane], stride: usize, level: f64) -> Lane {
    let mut count = [0.0; LANES];
    let Some(last) = values.iter().step_by(stride).next_back() else {
        return count;
    };
    let mut before = *last;
    for value in values.iter().step_by(stride) {
        for l in 0..LANES {
            let (a, b) = (before[l], value[l]);
            let changes = ((a > level) & (b < level)) | ((a < level) & (b > level));
            count[l] += select(changes, 1.0, 0.0);
        }
        before = *value;
    }
    count
}

impl Experiment for GreatCircle {
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
        for (k, out) in out.iter_mut().enumerate() {
            *out = crossings(&values, 1 << k, self.level);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{Activation, GramChain, RunOptions, SimdPath, run};
    use std::f64::consts::TAU;

    fn layers(activation: Activation, widths: &[u32], bias: f64) -> Layers {
        Layers {
            activation,
            weight_variance: activation.gain(),
            bias_variance: bias,
            widths: widths.to_vec(),
        }
    }

    #[test]
    fn crossings_are_those_of_the_gram_chain() {
        // The chain gives crossings a radian of the circle itself; on 512 points few close pairs are lost.
        let mut cases = 0;
        for (f, widths, level, bias) in [
            (Activation::Tanh, vec![24, 16], 0.5, 0.0),
            (Activation::Sin, vec![32], 0.0, 0.0),
            (Activation::Gaussian, vec![16, 16, 16], 0.0, 0.1),
            (Activation::Relu, vec![24, 24], 0.0, 0.0),
        ] {
            let layers = layers(f, &widths, bias);
            let name = format!("circle {f:?} {widths:?}");
            let circle = GreatCircle::new(&name, layers.clone(), level, 512, 0).unwrap();
            let counted = run(&circle, &RunOptions::samples(6000, 0))
                .unwrap()
                .estimate();
            let chain = GramChain::tangent(&name, layers, level).unwrap();
            let chain = run(&chain, &RunOptions::samples(60_000, 0)).unwrap();
            let density = &chain.estimates()[3];
            let error = counted.stderr.unwrap().hypot(TAU * density.stderr.unwrap());
            let z = (counted.mean - TAU * density.mean) / error;
            println!("{name}: {} {} z = {z}", counted.mean, TAU * density.mean);
            assert!(z.abs() < 5.85, "{name}: z = {z}");
            cases += 1;
        }
        assert_eq!(cases, 4);
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // sin networks with weights too large by a factor: one layer crosses about √χ more often.
        let n = 8000;
        let network = |scale: f64| {
            let f = Activation::Tanh;
            let mut layers = layers(f, &[32, 32], 0.0);
            layers.weight_variance *= scale;
            let name = format!("planted circle {scale}");
            let circle = GreatCircle::new(name, layers, 0.0, 128, 0).unwrap();
            run(&circle, &RunOptions::samples(n, 0)).unwrap().estimate()
        };
        let (right, up) = (network(1.0), network(1.6));
        let slope = (up.mean - right.mean) / 0.6;
        let scale = 1.0 + 9.0 * right.stderr.unwrap() * 2f64.sqrt() / slope;
        let wrong = network(scale);
        let z = (wrong.mean - right.mean) / wrong.stderr.unwrap().hypot(right.stderr.unwrap());
        println!("weights: relative size {:e}, z = {z}", scale - 1.0);
        assert!(z > 5.85 && (z - 9.0).abs() < 4.0, "z = {z}");
    }

    #[test]
    fn every_path_and_width_gives_the_same_bits() {
        let layers = layers(Activation::Gelu, &[5, 7, 3], 0.2);
        let circle = GreatCircle::new("circle bits", layers, 0.1, 64, 3).unwrap();
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
    }

    /// Changing these numbers changes the stream layout: raise STREAM_VERSION.
    const PINNED: [f64; 4] = [
        1.1520000000000001,
        1.1426666666666667,
        1.1173333333333333,
        1.0253333333333334,
    ];

    #[test]
    fn signs_are_counted_around_the_circle() {
        let lane = |values: &[f64], stride, level| {
            let values: Vec<Lane> = values.iter().map(|&v| [v; LANES]).collect();
            crossings(&values, stride, level)[3]
        };
        assert_eq!(lane(&[1.0, -1.0, 1.0, -1.0], 1, 0.0), 4.0);
        assert_eq!(lane(&[1.0, -1.0, 1.0, -1.0], 2, 0.0), 0.0);
        assert_eq!(lane(&[0.0, 1.0, 0.0, 0.0, -1.0, 0.0], 1, 0.0), 0.0);
        assert_eq!(lane(&[1.0, -1.0, 0.0, 0.0], 1, 0.0), 1.0);
        assert_eq!(lane(&[0.0, 1.0, 0.0, 2.0], 1, 0.0), 0.0);
        assert_eq!(lane(&[3.0, 1.0, 2.1, 2.5], 1, 2.0), 2.0);
        assert_eq!(lane(&[0.0; 4], 1, 0.0), 0.0);
        let layers = layers(Activation::Tanh, &[2], 0.0);
        for (points, halvings) in [(100, 0), (8, 2), (1 << 17, 0), (0, 0), (64, 40)] {
            assert!(GreatCircle::new("x", layers.clone(), 0.0, points, halvings).is_err());
        }
        assert!(GreatCircle::new("x", layers, f64::NAN, 64, 0).is_err());
    }
}
