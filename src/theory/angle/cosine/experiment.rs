//! Samples of cos^k θ' after one layer, neuron by neuron: 0 where an image is zero.

use crate::montecarlo::kernels::{direction, ln, relu, select, uniform};
use crate::montecarlo::{Experiment, LANES, Lane, Lanes};

/// One layer of n neurons whose inputs meet at an angle; the output is cos^k θ'.
///
/// A neuron sees $G = r\cos φ$ and $\hat G = r\cos(φ-θ)$ with $r^2 = -2\ln U$; the factor −2 leaves
/// the quotient $Z/\sqrt{XY}$.
#[derive(Debug, Clone)]
pub struct CosineLayer {
    canonical: String,
    /// (cos θ, sin θ).
    circle: (f64, f64),
    power: u32,
    width: u32,
}

impl CosineLayer {
    /// The layer of n neurons with inputs at the angle of the given cosine and sine.
    pub fn new(
        canonical: impl Into<String>,
        circle: (f64, f64),
        power: u32,
        width: u32,
    ) -> CosineLayer {
        CosineLayer {
            canonical: canonical.into(),
            circle,
            power,
            width,
        }
    }
}

impl Experiment for CosineLayer {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let (cos, sin) = self.circle;
        let (mut x, mut y, mut z) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for _ in 0..self.width {
            for l in 0..LANES {
                let square = -ln(uniform(lanes.bits(l)));
                let (c, s) = direction(lanes.bits(l));
                let first = relu(c);
                let second = relu(sin.mul_add(s, cos * c));
                x[l] = (square * first).mul_add(first, x[l]);
                y[l] = (square * second).mul_add(second, y[l]);
                z[l] = (square * first).mul_add(second, z[l]);
            }
        }
        for l in 0..LANES {
            let alive = (x[l] > 0.0) & (y[l] > 0.0);
            let norm = x[l].sqrt() * y[l].sqrt();
            let cosine = z[l] / select(alive, norm, 1.0);
            let mut power = 1.0;
            for _ in 0..self.power {
                power *= cosine;
            }
            out[0][l] = select(alive, power, 0.0);
        }
    }
}
