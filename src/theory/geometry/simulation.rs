//! The named experiments on level sets of random networks.
//!
//! * `level-lengths`: the Gram chain; no point is looked at, the length is an expectation given the hidden
//!   layers. Certified at finite width for ReLU at level 0.
//! * `level-crossings`: networks with all their weights along a great circle, counted.
//! * `heaviside-crossings`: sign changes of a Heaviside network at finer and finer points.
//! * `limit-crossings`: the same for the limit field of any activation, with the exact mean.
//! * `box-dimension`: box counting on the limit field, raw and calibrated on fields of known dimension.

use super::box_counting::{box_cases, box_rows};
use super::cases::{FINE, SOURCE, call, covariance, keys, known, layers, measured, named};
use super::circle::GreatCircle;
use super::field::{CircleField, Count};
use super::flips::HeavisideCircle;
use super::limit::{boundary_length, relu_crossings, relu_length, sign_changes};
use crate::error::Result;
use crate::limits::Limits;
use crate::montecarlo::{Activation, Estimate, GramChain, Partial};
use crate::number::Ball;
use crate::theory::simulation::{
    Drawn, Measured, Measurement, PREC, Planned, Row, Simulation, output,
};
use std::f64::consts::PI;

const ACTIVATIONS: &[&str] = &["relu", "tanh", "sin", "exp(-x^2)"];

/// Points of the circle on which finite networks are counted.
const CIRCLE: u32 = 512;
/// How often the points of a limit field are halved.
const HALVINGS: u32 = 5;
/// The experiments on level sets.
pub static SIMULATIONS: &[Simulation] = &[
    Simulation {
        name: "level-lengths",
        summary: "expected length of a level set on the sphere, against depth, width and activation",
        caption: "Random fully connected networks without biases, normalised to unit variance; sampled by the \
                  exact reduction to the Gram matrix of an input and a tangent.",
        source: SOURCE,
        widths: &[128],
        thetas: &[],
        depths: &[1, 2, 4],
        activations: ACTIVATIONS,
        levels: &["0"],
        samples: 20_000,
        keys: &["activation", "width", "depth", "level"],
        columns: &[
            Measured::estimate("length", "length of the level set on the unit sphere"),
            Measured::known("limit", "its limit at infinite width"),
        ],
        reliability: "The sample is the expectation given the hidden layers. length_exact is the certified \
                      value at this width, known for ReLU at level 0; its z uses the sample's standard \
                      error. limit is 2 pi chi^(depth/2) exp(-level^2/2), from which finite widths differ by \
                      a term of order depth/width.",
        axis: "depth",
        curves: &[],
        has_limit: true,
        cases: length_cases,
        rows: length_rows,
    },
    Simulation {
        name: "level-crossings",
        summary: "level crossings of random networks along a great circle, all weights drawn",
        caption: "Random fully connected networks without biases, normalised to unit variance, at 512 points of \
                  a great circle.",
        source: SOURCE,
        widths: &[64],
        thetas: &[],
        depths: &[1, 2, 4],
        activations: ACTIVATIONS,
        levels: &["0"],
        samples: 1000,
        keys: &["activation", "width", "depth", "level"],
        columns: &[
            Measured::estimate("crossings", "crossings of a great circle"),
            Measured::known("limit", "their limit at infinite width"),
        ],
        reliability: "Crossings closer than the points are lost. crossings_exact is the value at this width, \
                      known for ReLU at level 0; its z uses the sample's standard error. limit is \
                      2 chi^(depth/2) exp(-level^2/2).",
        axis: "depth",
        curves: &[],
        has_limit: true,
        cases: crossing_cases,
        rows: crossing_rows,
    },
    Simulation {
        name: "heaviside-crossings",
        summary: "sign changes of Heaviside networks along a great circle, at finer and finer points",
        caption: "Random Heaviside networks without biases along a great circle; the weighted sums of the first \
                  layer by its flips.",
        source: SOURCE,
        widths: &[1024],
        thetas: &[],
        depths: &[1, 2],
        activations: &[],
        levels: &[],
        samples: 1000,
        keys: &["width", "depth", "points"],
        columns: &[
            Measured::estimate("sign_changes", "sign changes along the circle"),
            Measured::known("limit", "their expected number at infinite width"),
            Measured::estimate("slope", "logarithmic slope from half as many points"),
            Measured::known("slope_limit", "the same of the limit"),
        ],
        reliability: "At finite width the field is constant between 2 width flips: points are at most a quarter \
                      of the width. limit is N arccos(kappa_L(cos(2 pi/N)))/pi, whose slope goes to \
                      1 - 2^(-depth).",
        axis: "points",
        curves: &[],
        has_limit: true,
        cases: heaviside_cases,
        rows: heaviside_rows,
    },
    Simulation {
        name: "limit-crossings",
        summary: "sign changes of the limit field along a great circle, against their exact number",
        caption: "The limit of infinite width, drawn exactly at 1024 points of a great circle.",
        source: SOURCE,
        widths: &[],
        thetas: &[],
        depths: &[1, 2, 4],
        activations: &["heaviside", "relu", "sin", "gelu", "erf", "exp(-x^2)"],
        levels: &[],
        samples: 20_000,
        keys: &["activation", "depth", "points"],
        columns: &[Measured::estimate(
            "sign_changes",
            "sign changes along the circle",
        )],
        reliability: "The exact value is N arccos(kappa_L(cos(2 pi/N)))/pi; z uses the sample's standard error.",
        axis: "points",
        curves: &[],
        has_limit: true,
        cases: limit_cases,
        rows: limit_rows,
    },
    Simulation {
        name: "box-dimension",
        summary: "box-counting dimension of the zeros of the limit field, raw and calibrated",
        caption: "The limit of infinite width, drawn exactly at 1024 points of a great circle, and Gaussian fields \
                  of known dimension.",
        source: SOURCE,
        widths: &[],
        thetas: &[],
        depths: &[1, 2, 3],
        activations: &["heaviside"],
        levels: &[],
        samples: 20_000,
        keys: &["activation", "depth"],
        columns: &[
            Measured::estimate("raw", "slope of box counting"),
            Measured::estimate(
                "dimension",
                "calibrated dimension of the zeros on a great circle",
            ),
            Measured::known(
                "limit",
                "the Hausdorff dimension of the limit field's zeros",
            ),
        ],
        reliability: "raw is the least-squares slope of ln E(boxes) over 7 scales; it is biased, because the \
                      scales are finite. dimension maps it by the same slopes of fields with covariance \
                      1 - c |2 sin(x/2)|^(2H), whose zeros have dimension 1 - H; what the covariances differ \
                      in beyond the leading power is an error that its standard error does not contain. On \
                      the sphere the dimension is larger by 1.",
        axis: "depth",
        curves: &[],
        has_limit: true,
        cases: box_cases,
        rows: box_rows,
    },
];

fn is_exact(drawn: &Drawn) -> bool {
    drawn.activation == Activation::Relu && drawn.level.value.is_zero()
}

fn length_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let call = call("level_lengths", &named(drawn));
    let chain = GramChain::tangent(call, layers(drawn), drawn.level.to_f64())?;
    Ok(vec![Box::new(chain)])
}

fn length_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let exact = is_exact(drawn).then(|| relu_length(drawn.width, drawn.depth, PREC));
    let limit = boundary_length(drawn.activation, drawn.depth, &drawn.level.value, PREC);
    // Crossings a radian are 2π² times the length on the sphere.
    let length = measured(&output(runs, 0, 3)?, 2.0 * PI * PI, exact);
    Ok(vec![Row {
        keys: keys(&named(drawn)),
        values: vec![length, known(limit)],
    }])
}

fn crossing_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let call = call("level_crossings", &named(drawn));
    let level = drawn.level.to_f64();
    let circle = GreatCircle::new(call, layers(drawn), level, CIRCLE, 0)?;
    Ok(vec![Box::new(circle)])
}

fn crossing_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let crossings = |length: Ball| length.div(&Ball::pi(PREC), PREC);
    let exact = is_exact(drawn).then(|| relu_crossings(drawn.width, drawn.depth, PREC));
    let limit = boundary_length(drawn.activation, drawn.depth, &drawn.level.value, PREC);
    Ok(vec![Row {
        keys: keys(&named(drawn)),
        values: vec![
            measured(&output(runs, 0, 0)?, 1.0, exact),
            known(limit.map(crossings)),
        ],
    }])
}

/// The most points that a Heaviside network of this width fills: a power of two up to width/4.
fn heaviside_points(width: u32) -> u32 {
    let most = (width / 4).max(8);
    1 << most.ilog2()
}

fn heaviside_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let points = heaviside_points(drawn.width);
    let call = call("heaviside_crossings", &named(drawn)[1..3]);
    let halvings = points.ilog2() - 2;
    let circle = HeavisideCircle::new(
        call,
        drawn.width,
        drawn.depth,
        points,
        halvings.min(HALVINGS),
    )?;
    Ok(vec![Box::new(circle)])
}

fn heaviside_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let points = heaviside_points(drawn.width);
    let halvings = (points.ilog2() - 2).min(HALVINGS);
    let of = |n: u32| sign_changes(Activation::Heaviside, drawn.depth, n, PREC);
    let mut rows = Vec::new();
    for k in (0..halvings).rev() {
        let (here, coarser) = (
            output(runs, 0, k as usize)?,
            output(runs, 0, k as usize + 1)?,
        );
        let n = points >> k;
        let (limit, before) = (of(n), of(n / 2));
        let slope_limit = limit
            .as_ref()
            .zip(before)
            .map(|(a, b)| a.div(&b, PREC).ln(PREC).div(&Ball::ln_2(PREC), PREC));
        let slope = (here.mean / coarser.mean).ln() / 2f64.ln();
        // The two counts are of the same networks; the sum of both relative errors bounds that of the ratio.
        let relative = |e: &Estimate| e.stderr.unwrap_or(f64::NAN) / e.mean;
        let error = (relative(&here) + relative(&coarser)) / 2f64.ln();
        rows.push(Row {
            keys: vec![
                drawn.width.to_string(),
                drawn.depth.to_string(),
                n.to_string(),
            ],
            values: vec![
                measured(&here, 1.0, None),
                known(limit),
                Measurement {
                    estimate: slope,
                    stderr: Some(error).filter(|e| e.is_finite()),
                    exact: None,
                },
                known(slope_limit),
            ],
        });
    }
    Ok(rows)
}

fn limit_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let named = named(drawn);
    let call = call("limit_crossings", &[named[0].clone(), named[2].clone()]);
    let values = covariance(drawn.activation, drawn.depth, FINE)?;
    Ok(vec![Box::new(CircleField::new(
        call,
        &values,
        Count::SignChanges,
        HALVINGS,
    )?)])
}

fn limit_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for k in (0..=HALVINGS).rev() {
        let n = FINE >> k;
        let exact = sign_changes(drawn.activation, drawn.depth, n, PREC);
        rows.push(Row {
            keys: vec![
                drawn.activation.name(),
                drawn.depth.to_string(),
                n.to_string(),
            ],
            values: vec![measured(&output(runs, 0, k as usize)?, 1.0, exact)],
        });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests;
