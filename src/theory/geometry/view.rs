//! A random network's output over the visible half of the sphere, for pictures.

use super::drawn_network::DrawnNetwork;
use crate::error::{Error, Result};
use crate::montecarlo::dispatch::{SimdPath, Vectorised, run_on};
use crate::montecarlo::{LANES, Lane, Layers, StreamKey};

/// Points along a side come in this number.
const UNIT: usize = 8;

/// Most points along a side.
pub const MOST_SIDE: usize = 1024;

/// Values on a square grid over the disc that the sphere looks like from afar; the grid goes beyond the rim,
/// where the values are those of the nearest points of the rim.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Points along a side.
    pub side: usize,
    /// The values row by row, from the upper left.
    pub values: Vec<f64>,
}

/// Half the width of the grid in radii of the disc: a little more than 1, so that the rim is inside.
pub const REACH: f64 = 1.02;

impl View {
    /// The network of a seed: the first lane of the first block of the stream of `canonical`.
    ///
    /// # Errors
    /// A domain error for impossible layers or a side that is not a multiple of 4 up to [`MOST_SIDE`].
    pub fn draw(canonical: &str, layers: Layers, seed: u64, side: usize) -> Result<View> {
        let layers = layers.check()?;
        if side < UNIT || !side.is_multiple_of(UNIT) || side > MOST_SIDE {
            return Err(Error::domain(format!(
                "a picture of {side} points a side cannot be drawn"
            ))
            .with_hint(format!("a multiple of {UNIT} up to {MOST_SIDE}")));
        }
        let place = |k: usize| REACH * (2.0 * k as f64 / (side - 1) as f64 - 1.0);
        // Eight points of a row side by side in the lanes of one network.
        let mut points = vec![[[0.0; LANES]; 3]; side * side / LANES];
        for index in 0..side * side {
            let (x, y) = (place(index % side), -place(index / side));
            let outside = (x * x + y * y).sqrt().max(1.0);
            let (x, y) = (x / outside, y / outside);
            let point = &mut points[index / LANES];
            for (coordinate, value) in
                point
                    .iter_mut()
                    .zip([x, y, (1.0 - x * x - y * y).max(0.0).sqrt()])
            {
                coordinate[index % LANES] = value;
            }
        }
        let drawing = Drawing {
            key: StreamKey::new(seed, canonical),
            layers: &layers,
            points: &points,
        };
        Ok(View {
            side,
            values: run_on(SimdPath::detect(), drawing),
        })
    }
}

struct Drawing<'a> {
    key: StreamKey,
    layers: &'a Layers,
    points: &'a [[Lane; 3]],
}

impl Vectorised for Drawing<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn call(self) -> Vec<f64> {
        let mut lanes = self.key.lanes(0);
        let network = DrawnNetwork::draw(&mut lanes, self.layers).in_all_lanes(0);
        network.outputs(self.layers, self.points).concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::Activation;

    #[test]
    fn a_view_is_the_same_for_the_same_seed_and_has_unit_variance() {
        let layers = |widths: &[u32]| Layers {
            activation: Activation::Relu,
            weight_variance: 2.0,
            bias_variance: 0.0,
            widths: widths.to_vec(),
        };
        let view = |seed| View::draw("view", layers(&[8, 8]), seed, 8).unwrap();
        assert_eq!(view(3), view(3));
        assert_ne!(view(3), view(4));
        // The mean square over networks at one point is 1; its relative error for 4000 of them is below 0.2.
        let at = 8 * 4 + 4;
        let square: f64 = (0..4000).map(|seed| view(seed).values[at].powi(2)).sum();
        assert!((square / 4000.0 - 1.0).abs() < 0.2, "{square}");
        for side in [0, 4, 12, 4096] {
            assert!(View::draw("view", layers(&[2]), 0, side).is_err());
        }
    }
}
