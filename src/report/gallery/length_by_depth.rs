//! Expected length of a level set on the sphere against depth, in the three regimes.

use super::{Choice, PREC, Picture, regime};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::Ball;
use crate::report::plot::{Plot, Point, Series};

pub(super) const PICTURE: Picture = Picture {
    name: "length-by-depth",
    summary: "expected length of a level set on the sphere against depth, in the three regimes",
    evidence: "certified values at infinite width",
    activations: &["exp(-x^2)", "cos", "relu", "gelu", "erf", "sin"],
    depths: &[12],
    level: 0.0,
    width: 0,
    draw,
};

/// 2π χ^{L/2} e^{−u²/2} as a common logarithm: the regimes are straight lines.
fn draw(choice: &Choice, limits: &Limits) -> Result<String> {
    let last = choice.depths.iter().copied().max().unwrap_or(0);
    let ten = Ball::from_i64(10).ln(PREC);
    let mut series = Vec::new();
    for text in &choice.activations {
        let (regime, chi) = regime(text, limits)?;
        let chi = chi.ok_or_else(|| {
            Error::domain(format!("level sets of `{text}` have no finite length"))
                .with_hint("its limit field is fractal: see `boundary.dimension`")
        })?;
        let log = chi.ln(PREC);
        let gauss = -0.5 * choice.level * choice.level;
        let start = Ball::pi(PREC).mul_2exp(1).ln(PREC).mid().to_f64() + gauss;
        let points = (0..=last).map(|depth| {
            let growth = log.mul_i64(i64::from(depth), PREC).mul_2exp(-1);
            let y = (start + growth.mid().to_f64()) / ten.mid().to_f64();
            Point {
                x: f64::from(depth),
                y,
                stderr: 0.0,
                spread: 0.0,
            }
        });
        series.push(Series {
            label: format!("{text} ({regime})"),
            points: points.collect(),
        });
    }
    Plot {
        title: format!(
            "Expected length of the level set at {} on the unit sphere",
            choice.level
        ),
        subtitle: "infinite width, no biases; certified".to_owned(),
        x_label: "hidden layers".to_owned(),
        y_label: "log₁₀ of the length".to_owned(),
        is_logarithmic: false,
    }
    .svg(&series, &[])
}
