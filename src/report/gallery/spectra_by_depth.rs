//! The law of the harmonics of a random network's field on the sphere, depth by depth.

use super::{Choice, PREC, Picture};
use crate::error::{Error, Result};
use crate::formula::evaluate::Evaluator;
use crate::formula::library::Request;
use crate::formula::parse_expr;
use crate::formula::value::Exactness;
use crate::limits::Limits;
use crate::report::plot::{Plot, Point, Series};
use crate::theory::catalog;

/// Degrees drawn.
const DEGREES: u32 = 10;
/// Shares below this are not drawn: they are 0, or nothing of the picture.
const LEAST: f64 = 1e-12;

pub(super) const PICTURE: Picture = Picture {
    name: "spectra-by-depth",
    summary: "the share of each degree of harmonics in a random network on the sphere, by depth",
    evidence: "certified values at infinite width",
    activations: &["relu"],
    depths: &[1, 2, 4, 8, 16],
    level: 0.0,
    width: 0,
    draw,
};

fn draw(choice: &Choice, limits: &Limits) -> Result<String> {
    let mut series = Vec::new();
    for text in &choice.activations {
        for &depth in &choice.depths {
            let mut points = Vec::new();
            for degree in 0..=DEGREES {
                let share = share(text, depth, degree, limits)?;
                if share > LEAST {
                    points.push(Point {
                        x: f64::from(degree),
                        y: share.log10(),
                        stderr: 0.0,
                        spread: 0.0,
                    });
                }
            }
            series.push(Series {
                label: format!("{text}, L = {depth}"),
                points,
            });
        }
    }
    Plot {
        title: "Spectral law of random networks on the sphere".to_owned(),
        subtitle: "infinite width, no biases; certified; degrees without power are left out"
            .to_owned(),
        x_label: "degree".to_owned(),
        y_label: "log₁₀ of the share of the variance".to_owned(),
        is_logarithmic: false,
    }
    .svg(&series, &[])
}

/// `spectrum.law(f, 2, L, l)`.
fn share(f: &str, depth: u32, degree: u32, limits: &Limits) -> Result<f64> {
    limits.check_deadline()?;
    let formula = parse_expr(&format!("spectrum.law({f}, 2, {depth}, {degree})"), limits)?;
    let request = Request {
        prec: PREC,
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    let value = Evaluator::new(catalog::library(), request).number(&formula)?;
    let ball = value.to_ball(PREC);
    // What is drawn is right to a pixel: a part in 2^20, or too small to be drawn.
    if ball.accuracy() < 20 && ball.magnitude().to_f64() > LEAST {
        return Err(Error::undecided(format!(
            "the law of `{f}` at depth {depth} and degree {degree} is not known well enough to draw"
        )));
    }
    Ok(ball.mid().to_f64())
}
