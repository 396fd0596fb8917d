//! The named pictures of `isobath plot`: each computes what it shows and draws it.

mod excursion_sets;
mod length_by_depth;
mod spectra_by_depth;

use crate::error::Result;
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::{Activation, Regularity};

/// The precision of certified values in pictures.
const PREC: Bits = Bits::new(96);

/// A named picture.
#[derive(Debug)]
pub struct Picture {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line on what it shows.
    pub summary: &'static str,
    /// What stands behind it: certified values, or one sample.
    pub evidence: &'static str,
    /// Activations shown if none are named.
    pub activations: &'static [&'static str],
    /// Numbers of hidden layers shown if none are named; a curve runs to the last of them.
    pub depths: &'static [u32],
    /// The level of the excursion set if none is named.
    pub level: f64,
    /// Neurons in each layer; 0 for pictures of the limit of infinite width.
    pub width: u32,
    draw: fn(&Choice, &Limits) -> Result<String>,
}

/// What a picture is drawn of.
#[derive(Debug, Clone)]
pub struct Choice {
    /// The texts of the activations.
    pub activations: Vec<String>,
    /// Numbers of hidden layers.
    pub depths: Vec<u32>,
    /// The level.
    pub level: f64,
    /// Neurons in each layer.
    pub width: u32,
    /// The seed of what is random.
    pub seed: u64,
}

impl Picture {
    /// What is drawn where nothing is named.
    pub fn defaults(&self) -> Choice {
        Choice {
            activations: self.activations.iter().map(|f| f.to_string()).collect(),
            depths: self.depths.to_vec(),
            level: self.level,
            width: self.width,
            seed: 0,
        }
    }

    /// The picture as the text of an SVG file: the same bytes for the same choice.
    ///
    /// # Errors
    /// Those of the quantities shown; a domain error for what cannot be drawn.
    pub fn svg(&self, choice: &Choice, limits: &Limits) -> Result<String> {
        (self.draw)(choice, limits)
    }
}

/// All pictures.
pub static PICTURES: &[Picture] = &[
    excursion_sets::PICTURE,
    length_by_depth::PICTURE,
    spectra_by_depth::PICTURE,
];

/// The picture of a name.
pub fn find(name: &str) -> Option<&'static Picture> {
    PICTURES.iter().find(|picture| picture.name == name)
}

/// The regime of an activation in words, and its spectral parameter where it is finite.
///
/// # Errors
/// Those of reading it and of the spectral parameter.
fn regime(text: &str, limits: &Limits) -> Result<(&'static str, Option<Ball>)> {
    let f = Activation::read(&parse_expr(text, limits)?, limits)?;
    if let Regularity::Singular { beta } | Regularity::Logarithmic { beta } = f.regularity()
        && beta <= 1
    {
        return Ok(("fractal", None));
    }
    let chi = f.gain(PREC, limits)?;
    let name = match chi.sub(&Ball::one(), PREC) {
        gap if gap.is_zero() => "sparse",
        gap if gap.is_positive() => "high disorder",
        gap if gap.is_negative() => "low disorder",
        _ => "on no decided side of 1",
    };
    Ok((name, Some(chi)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_is_drawn_the_same_way_twice() {
        let limits = Limits::default();
        for picture in PICTURES {
            let mut choice = picture.defaults();
            choice.depths.truncate(2);
            choice.activations.truncate(2);
            choice.width = choice.width.min(8);
            let svg = picture.svg(&choice, &limits).unwrap();
            assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
            assert_eq!(
                picture.svg(&choice, &limits).unwrap(),
                svg,
                "{}",
                picture.name
            );
            for f in &choice.activations {
                assert!(svg.contains(f.as_str()), "{}: {f}", picture.name);
            }
            choice.activations = vec!["no_such".into()];
            assert!(picture.svg(&choice, &limits).is_err(), "{}", picture.name);
        }
    }
}
