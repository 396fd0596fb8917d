//! The named experiment on angular power spectra: networks drawn on the sphere, harmonic by harmonic.

use super::cases::{SOURCE, call, keys, known, layers, measured, named};
use super::power::{AngularPower, expected_power};
use super::rings::Rings;
use crate::error::Result;
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::montecarlo::Partial;
use crate::number::Ball;
use crate::theory::activation::Activation;
use crate::theory::simulation::{Drawn, Measured, PREC, Planned, Row, Simulation, output};

/// Rings, points of each, and degrees of harmonics.
const GRID: (usize, usize, usize) = (16, 32, 9);

/// The experiments on spectra.
pub static SIMULATIONS: &[Simulation] = &[Simulation {
    name: "angular-spectra",
    summary: "angular power of random networks on the sphere, against depth and degree",
    caption: "Random fully connected networks without biases, normalised to unit variance, all weights drawn, \
              on 16 rings of 32 points; the harmonics by direct sums on the rings.",
    source: SOURCE,
    widths: &[128],
    thetas: &[],
    depths: &[1, 10, 30, 60],
    activations: &["relu", "exp(-x^2)", "sin"],
    levels: &[],
    samples: 200,
    keys: &["activation", "width", "depth", "degree"],
    columns: &[
        Measured::estimate("power", "share D_l of the variance in degree l"),
        Measured::known("limit", "its expectation at infinite width on these points"),
    ],
    reliability: "power_exact is certified at one hidden layer, where infinite width makes no difference; its z \
                  uses the sample's standard error. Empty: zero to 30 digits, or a kernel without a closed form. limit contains what the points fold into a degree from \
                  degrees above 22; finite widths differ from it by a term of order depth/width.",
    axis: "degree",
    curves: &[],
    has_limit: true,
    cases,
    rows,
}];

fn grid() -> Result<Rings> {
    let (rings, points, degrees) = GRID;
    Rings::new(rings, points, degrees)
}

fn cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let named = &named(drawn)[..3];
    let call = call("angular_spectra", named);
    Ok(vec![Box::new(AngularPower::new(
        call,
        layers(drawn),
        grid()?,
    )?)])
}

fn rows(drawn: &Drawn, runs: &[Partial], limits: &Limits) -> Result<Vec<Row>> {
    let rings = grid()?;
    let f = Activation::read(&parse_expr(&drawn.activation.name(), limits)?, limits);
    // A layer widens a ball by its slope, which is below 2⁶ here: u is at least 2⁻⁸ from both ends.
    let prec = PREC.plus(drawn.depth.saturating_mul(6));
    let kernel = |u: &Ball| -> Result<Option<Ball>> {
        let Ok(f) = &f else { return Ok(None) };
        let mut u = u.clone();
        for _ in 0..drawn.depth {
            match f.shape().kernel(0, &u, prec, limits)? {
                Some(value) => u = value,
                None => return Ok(None),
            }
        }
        Ok(Some(u))
    };
    let law = expected_power(&rings, kernel, prec, limits)?;
    let mut rows = Vec::new();
    for degree in 0..rings.degrees() {
        // A harmonic that the kernel does not have is 0 up to rounding: no digits of it are known.
        let limit = law.as_ref().map(|law| law[degree].clone());
        let limit = limit.filter(|ball| ball.accuracy() > 60);
        let exact = limit.clone().filter(|_| drawn.depth == 1);
        let mut keys = keys(&named(drawn)[..3]);
        keys.push(degree.to_string());
        rows.push(Row {
            keys,
            values: vec![
                measured(&output(runs, 0, degree)?, 1.0, exact),
                known(limit),
            ],
        });
    }
    Ok(rows)
}
