//! Excursion sets of random networks on the sphere: a row an activation, a column a depth.

use super::{Choice, Picture, regime};
use crate::error::Result;
use crate::limits::Limits;
use crate::montecarlo::{Activation, Layers};
use crate::report::sphere::{Disc, Strip, chart};
use crate::theory::geometry::view::{REACH, View};

/// Points along a side of a disc's grid.
const SIDE: usize = 160;

pub(super) const PICTURE: Picture = Picture {
    name: "excursion-sets",
    summary: "drawn excursion sets of random networks on the sphere, by activation and depth",
    evidence: "one network each, all weights drawn: a sample",
    activations: &["exp(-x^2)", "relu", "sin", "heaviside"],
    depths: &[1, 2, 4, 8],
    level: 0.0,
    width: 128,
    draw,
};

fn draw(choice: &Choice, limits: &Limits) -> Result<String> {
    let mut strips = Vec::new();
    for text in &choice.activations {
        let f = Activation::parse(text)?;
        let (regime, chi) = regime(text, limits)?;
        let mut label = vec![text.clone(), regime.to_owned()];
        if let Some(chi) = chi {
            label.push(format!("κ'(1) = {:.4}", chi.mid().to_f64()));
        }
        let mut discs = Vec::new();
        for &depth in &choice.depths {
            limits.check_deadline()?;
            let layers = Layers {
                activation: f,
                weight_variance: f.gain(),
                bias_variance: 0.0,
                widths: vec![choice.width; depth as usize],
            };
            // Everything but the depth in the name: the first layers of a row are the same weights.
            let name = format!(
                "plot.excursion_sets(activation={text}, width={})",
                choice.width
            );
            let view = View::draw(&name, layers, choice.seed, SIDE)?;
            discs.push(Disc {
                heading: format!("L = {depth}"),
                side: view.side,
                reach: REACH,
                values: view.values,
            });
        }
        strips.push(Strip { label, discs });
    }
    let title = format!(
        "Random networks of width {} on the sphere, seed {}",
        choice.width, choice.seed
    );
    chart(&title, &strips, choice.level)
}
