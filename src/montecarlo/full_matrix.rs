//! Two inputs through ReLU layers with every weight drawn: the mode that tests the reduction of
//! [`relu`](super::relu).

use super::experiment::Experiment;
use super::kernels::{ln, normal_pair, relu, select};
use super::relu::checked_widths;
use super::stream::{LANES, Lane, Lanes};
use crate::error::Result;

/// The same network with its weight matrices: every weight is drawn. It tests the reduction.
///
/// The inputs are $(1, 0)$ and $(\cos θ, \sin θ)$. Outputs as of [`ReluNetwork`](super::ReluNetwork), from the
/// vectors themselves: sin²θ' is the squared length of the second vector's part orthogonal to the
/// first, relative to the whole. No draw and no formula is shared with the reduction.
#[derive(Debug, Clone)]
pub struct FullMatrixNetwork {
    canonical: String,
    circle: (f64, f64),
    widths: Vec<u32>,
}

impl FullMatrixNetwork {
    /// The network with inputs at the angle of the given cosine and sine.
    ///
    /// # Errors
    /// A domain error without layers or with a width below 2.
    pub fn new(
        canonical: impl Into<String>,
        circle: (f64, f64),
        widths: Vec<u32>,
    ) -> Result<FullMatrixNetwork> {
        Ok(FullMatrixNetwork {
            canonical: canonical.into(),
            circle,
            widths: checked_widths(widths)?,
        })
    }
}

impl Experiment for FullMatrixNetwork {
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
        let mut first = vec![[1.0; LANES], [0.0; LANES]];
        let mut second = vec![[self.circle.0; LANES], [self.circle.1; LANES]];
        for &width in &self.widths {
            let mut next_first = vec![[0.0; LANES]; width as usize];
            let mut next_second = next_first.clone();
            for (a, b) in next_first.iter_mut().zip(&mut next_second) {
                for (x, y) in first.iter().zip(&second) {
                    for l in 0..LANES {
                        // Half of the pair is thrown away: plainness before speed.
                        let (weight, _) = normal_pair(lanes.bits(l), lanes.bits(l));
                        a[l] = weight.mul_add(x[l], a[l]);
                        b[l] = weight.mul_add(y[l], b[l]);
                    }
                }
                for l in 0..LANES {
                    a[l] = relu(a[l]);
                    b[l] = relu(b[l]);
                }
            }
            (first, second) = (next_first, next_second);
        }
        for l in 0..LANES {
            let dot = |a: &[Lane], b: &[Lane]| {
                a.iter()
                    .zip(b)
                    .fold(0.0, |sum, (a, b)| a[l].mul_add(b[l], sum))
            };
            let (xx, yy, xy) = (
                dot(&first, &first),
                dot(&second, &second),
                dot(&first, &second),
            );
            let along = xy / xx;
            let rest = first.iter().zip(&second).fold(0.0, |sum, (a, b)| {
                let part = (-along).mul_add(a[l], b[l]);
                part.mul_add(part, sum)
            });
            // A vector that died, or a rest that is nothing but rounding of collinear vectors.
            let alive = (xx > 0.0) & (yy > 0.0) & (rest > 1e-28 * yy);
            out[0][l] = select(alive, ln(rest) - ln(yy), f64::NAN);
            out[1][l] = select(alive, ln(yy) - ln(xx), f64::NAN);
        }
    }
}
