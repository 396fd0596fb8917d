//! The named experiments on the angle between two inputs of a ReLU network.
//!
//! An exact value stands beside an estimate where one is known: the degenerate probabilities at every
//! angle, the limit law of one layer at θ = 0 and, up to terms of order θ, at angles of at most
//! [`SMALL`], and the mean of the norm ratio, which is 0 because the two inputs can be exchanged.

use super::degenerate::{DegenerateLayer, Event, closed};
use super::log_ratio;
use super::path::AnglePath;
use super::rate::rate;
use super::rate_variance::rate_variance;
use crate::error::Result;
use crate::limits::Limits;
use crate::montecarlo::significance::z_score;
use crate::montecarlo::{Estimate, Partial, ReluNetwork, SmallAngleLayer};
use crate::number::Ball;
use crate::theory::simulation::{
    Curve, Drawn, Exact, Measured, Measurement, PREC, Planned, Row, Simulation, mean_of, output,
};

/// Up to this angle the small-angle law is compared directly: what it leaves out is about θ/5 a layer
/// (the coefficient c₁(n) → −2/(3π)), far below a standard error.
pub const SMALL: f64 = 1e-9;

/// Layers of at most this width have the limit law beside them: its fourth moment is a sum over all
/// numbers of live neurons.
const WIDEST_EXACT: u32 = 4096;

const CAPTION: &str = "Random fully connected ReLU networks without biases; sampled by the exact reduction to i.i.d. pairs.";
const SOURCE: &str = "Jakub & Nica 2024, arXiv:2302.09712";

/// What is said of the mean of ln sin²θ by depth.
const DEPTH_CURVES: &[Curve] = &[
    Curve {
        label: "Gaussian closure",
        formula: "angle.gaussian_mean(theta, width, layer)",
    },
    Curve {
        label: "Approximation 2",
        formula: "angle.density_mean(theta, width, layer)",
    },
    Curve {
        label: "Approximation 1",
        formula: "angle.approximation1(theta, width, layer)",
    },
    Curve {
        label: "infinite width",
        formula: "ln(sin(angle.infinite_width(theta, layer))^2)",
    },
];

/// The experiments on the angle.
pub static SIMULATIONS: &[Simulation] = &[
    Simulation {
        name: "angle-layer",
        summary: "mean and variance of ln(sin(theta')^2/sin(theta)^2) over one layer",
        widths: &[16, 64, 256, 1024],
        caption: CAPTION,
        source: SOURCE,
        activations: &[],
        levels: &[],
        thetas: &["0", "1/1000", "1/10", "1", "pi/2"],
        depths: &[],
        samples: 100_000,
        keys: &["width", "theta"],
        columns: &[
            Measured::estimate("mean", "mean of ln(sin(theta')^2/sin(theta)^2)"),
            Measured::estimate("variance", "its variance"),
        ],
        reliability: "Given that neither image is zero and that they are not parallel. theta = 0 is the \
                      limit law; there, and up to theta = 10^-9, the exact values are -angle.rate(width) and \
                      angle.rate_variance(width), and z uses the certified standard deviations.",
        axis: "width",
        curves: &[],
        has_limit: true,
        cases: layer_cases,
        rows: layer_rows,
    },
    Simulation {
        name: "angle-depth",
        summary: "mean and standard deviation of ln(sin(theta)^2) layer by layer (Figure 1, left, of the paper)",
        widths: &[256],
        caption: CAPTION,
        source: SOURCE,
        activations: &[],
        levels: &[],
        thetas: &["1/10"],
        depths: &[31],
        samples: 5000,
        keys: &["width", "theta", "layer"],
        columns: &[
            Measured::estimate("mean", "mean of ln(sin(theta)^2) after the layer"),
            Measured::estimate("sd", "its standard deviation"),
        ],
        reliability: "Given that no image is zero and none are parallel up to the last layer drawn. One set \
                      of networks for all layers, so the layers of one network are correlated. Up to theta = \
                      10^-9 the exact values are those of independent steps of the limit law.",
        axis: "layer",
        curves: DEPTH_CURVES,
        has_limit: false,
        cases: depth_cases,
        rows: depth_rows,
    },
    Simulation {
        name: "dead-vectors",
        summary: "how often a layer sends an input to zero, or makes two inputs parallel",
        widths: &[2, 4, 8, 12],
        caption: CAPTION,
        source: SOURCE,
        activations: &[],
        levels: &[],
        thetas: &["1/10", "1", "pi/2", "3"],
        depths: &[],
        samples: 1_000_000,
        keys: &["width", "theta"],
        columns: &[
            Measured {
                name: "dead",
                title: "frequency of a zero image",
                formula: Some("angle.dead_probability(theta, width)"),
                is_estimate: true,
            },
            Measured {
                name: "parallel",
                title: "frequency of parallel images",
                formula: Some("angle.parallel_probability(theta, width)"),
                is_estimate: true,
            },
        ],
        reliability: "z uses the certified standard deviation of an indicator, and is given where 400 events or \
                      more are expected.",
        axis: "width",
        curves: &[],
        has_limit: false,
        cases: dead_cases,
        rows: dead_rows,
    },
    Simulation {
        name: "norm-ratio",
        summary: "mean and variance of ln(|second|^2/|first|^2) behind the layers",
        widths: &[4, 16, 64, 256],
        caption: CAPTION,
        source: SOURCE,
        activations: &[],
        levels: &[],
        thetas: &["1/10", "1", "pi/2"],
        depths: &[1],
        samples: 100_000,
        keys: &["width", "theta", "depth"],
        columns: &[
            Measured::estimate("mean", "mean of ln(|second|^2/|first|^2)"),
            Measured::estimate("variance", "its variance"),
        ],
        reliability: "Inputs of equal length; given that neither image is zero and that they are not parallel. \
                      The mean is 0 because the inputs can be exchanged.",
        axis: "width",
        curves: &[],
        has_limit: false,
        cases: ratio_cases,
        rows: ratio_rows,
    },
];

/// The canonical text of a case: it decides the random stream.
fn call(name: &str, drawn: &Drawn, with_depth: bool) -> String {
    let depth = if with_depth {
        format!(", depth={}", drawn.depth)
    } else {
        String::new()
    };
    format!(
        "simulate.{name}(width={}, theta={}{depth})",
        drawn.width, drawn.theta.text
    )
}

fn layer_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let call = call("angle_layer", drawn, false);
    Ok(vec![if drawn.theta.angle.is_zero() {
        Box::new(SmallAngleLayer::new(call, drawn.width)?)
    } else {
        Box::new(ReluNetwork::new(
            call,
            drawn.theta.cot(),
            vec![drawn.width],
        )?)
    }])
}

fn depth_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let call = call("angle_depth", drawn, true);
    let path = AnglePath::new(call, drawn.theta.cot(), drawn.width, drawn.depth)?;
    Ok(vec![Box::new(path)])
}

/// The calls are those of the quantities, so `sample` and `verify` draw the same bits.
fn dead_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let (sin, cos) = drawn.theta.angle.sin_cos(PREC);
    let circle = (cos.mid().to_f64(), sin.mid().to_f64());
    let layer = |name: &str, event| -> Planned {
        let call = format!(
            "angle.{name}(theta={}, n={})",
            drawn.theta.text, drawn.width
        );
        Box::new(DegenerateLayer::new(call, event, circle, drawn.width))
    };
    Ok(vec![
        layer("dead_probability", Event::Dead),
        layer("parallel_probability", Event::Parallel),
    ])
}

fn ratio_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let widths = vec![drawn.width; drawn.depth as usize];
    let call = call("norm_ratio", drawn, true);
    Ok(vec![Box::new(ReluNetwork::new(
        call,
        drawn.theta.cot(),
        widths,
    )?)])
}

/// The certified cumulants of one step of a random walk.
pub(super) struct Step {
    pub(super) mean: Ball,
    pub(super) variance: Ball,
    pub(super) fourth_cumulant: Ball,
}

/// The certified law after some steps: mean, variance, and the standard deviation of one squared
/// deviation from the mean.
pub(super) struct Law {
    pub(super) mean: Ball,
    variance: Ball,
    square_deviation: f64,
}

impl Step {
    /// The step of a case whose angle is so small that the limit law holds far beyond what sampling
    /// can see; `None` for other angles, and for layers too wide to sum four moments over.
    fn of(drawn: &Drawn, limits: &Limits) -> Result<Option<Step>> {
        if drawn.theta.to_f64() > SMALL || drawn.width > WIDEST_EXACT {
            return Ok(None);
        }
        Step::of_limit(drawn.width, limits).map(Some)
    }

    /// The step of ln sin²θ in a layer of n neurons, in the limit θ → 0.
    pub(super) fn of_limit(n: u32, limits: &Limits) -> Result<Step> {
        let r = rate(n, PREC, limits)?;
        let central = log_ratio::moments(n, &r, 4, PREC, limits)?;
        let variance = rate_variance(n, PREC, limits)?;
        // κ₄ = μ₄ − 3 μ₂².
        let gaussian = variance.square(PREC).mul_i64(3, PREC);
        Ok(Step {
            mean: r.neg(),
            fourth_cumulant: central[4].sub(&gaussian, PREC),
            variance,
        })
    }

    /// The step with the raw moments m₁, …, m₄: κ₂ = m₂ − m₁² and
    /// κ₄ = m₄ − 4 m₃ m₁ − 3 m₂² + 12 m₂ m₁² − 6 m₁⁴.
    pub(super) fn of_moments([m1, m2, m3, m4]: &[Ball; 4]) -> Step {
        let square = m1.square(PREC);
        let terms = [
            (m3.mul(m1, PREC), -4),
            (m2.square(PREC), -3),
            (m2.mul(&square, PREC), 12),
            (square.square(PREC), -6),
        ];
        let fourth = terms.iter().fold(m4.clone(), |sum, (term, factor)| {
            sum.add(&term.mul_i64(*factor, PREC), PREC)
        });
        Step {
            mean: m1.clone(),
            variance: m2.sub(&square, PREC),
            fourth_cumulant: fourth,
        }
    }

    /// Steps are independent, so cumulants add up; Var (Y − E Y)² = κ₄ + 2 κ₂².
    pub(super) fn after(&self, steps: u32) -> Law {
        let times = |ball: &Ball| ball.mul_i64(i64::from(steps), PREC);
        let variance = times(&self.variance);
        let spread = times(&self.fourth_cumulant)
            .add(&variance.square(PREC).mul_2exp(1), PREC)
            .sqrt(PREC);
        Law {
            mean: times(&self.mean),
            variance,
            square_deviation: spread.mid().to_f64(),
        }
    }
}

impl Law {
    pub(super) fn deviation(&self) -> f64 {
        self.variance.mid().to_f64().sqrt()
    }
}

fn layer_rows(drawn: &Drawn, runs: &[Partial], limits: &Limits) -> Result<Vec<Row>> {
    let estimate = output(runs, 0, 0)?;
    // The limit is drawn as a ratio already.
    let shift = if drawn.theta.angle.is_zero() {
        0.0
    } else {
        -drawn.theta.ln_sin2()
    };
    let law = Step::of(drawn, limits)?.map(|step| step.after(1));
    let exact = law.as_ref().map(|law| (law.mean.clone(), law.deviation()));
    Ok(vec![Row {
        keys: vec![drawn.width.to_string(), drawn.theta.text.clone()],
        values: vec![
            mean_of(&estimate, shift, exact)?,
            variance_of(&estimate, law.as_ref())?,
        ],
    }])
}

pub(super) fn variance_of(estimate: &Estimate, law: Option<&Law>) -> Result<Measurement> {
    let variance = estimate.variance.unwrap_or(0.0);
    let exact = match law {
        None => None,
        Some(law) => {
            let exact = law.variance.mid().to_f64();
            let z = z_score(variance, exact, law.square_deviation, estimate.n)?;
            Some(Exact {
                value: law.variance.clone(),
                z: Some(z),
            })
        }
    };
    Ok(Measurement {
        estimate: variance,
        stderr: estimate.variance_stderr,
        exact,
    })
}

fn depth_rows(drawn: &Drawn, runs: &[Partial], limits: &Limits) -> Result<Vec<Row>> {
    let step = Step::of(drawn, limits)?;
    let (sin, _) = drawn.theta.angle.sin_cos(PREC);
    let start = sin.ln(PREC).mul_2exp(1);
    let mut rows = Vec::with_capacity(drawn.depth as usize);
    for layer in 1..=drawn.depth {
        let estimate = output(runs, 0, layer as usize - 1)?;
        let law = step.as_ref().map(|step| step.after(layer));
        let exact = law
            .as_ref()
            .map(|law| (law.mean.add(&start, PREC), law.deviation()));
        let variance = variance_of(&estimate, law.as_ref())?;
        let sd = variance.estimate.sqrt();
        rows.push(Row {
            keys: vec![
                drawn.width.to_string(),
                drawn.theta.text.clone(),
                layer.to_string(),
            ],
            values: vec![
                mean_of(&estimate, 0.0, exact)?,
                Measurement {
                    estimate: sd,
                    // d√V = dV/(2√V).
                    stderr: variance.stderr.map(|e| 0.5 * e / sd),
                    // To first order the deviation is as many standard errors off as the variance.
                    exact: variance.exact.map(|exact| Exact {
                        value: exact.value.sqrt(PREC),
                        ..exact
                    }),
                },
            ],
        });
    }
    Ok(rows)
}

fn dead_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let mut values = Vec::with_capacity(2);
    for (index, event) in [Event::Dead, Event::Parallel].into_iter().enumerate() {
        let estimate = output(runs, index, 0)?;
        let exact = closed(event, &drawn.theta.angle, drawn.width, PREC);
        let p = exact.mid().to_f64();
        let deviation = (p * (1.0 - p)).sqrt();
        let mut measurement = mean_of(&estimate, 0.0, Some((exact, deviation)))?;
        // Berry–Esseen: E|X|³/(σ³√n) ≈ 1/√(p n) for a rare event, which must be at most 0.05.
        if p * (estimate.n as f64) < 400.0
            && let Some(exact) = &mut measurement.exact
        {
            exact.z = None;
        }
        values.push(measurement);
    }
    Ok(vec![Row {
        keys: vec![drawn.width.to_string(), drawn.theta.text.clone()],
        values,
    }])
}

fn ratio_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let estimate = output(runs, 0, 1)?;
    let deviation = estimate.variance.unwrap_or(0.0).sqrt();
    Ok(vec![Row {
        keys: vec![
            drawn.width.to_string(),
            drawn.theta.text.clone(),
            drawn.depth.to_string(),
        ],
        values: vec![
            mean_of(&estimate, 0.0, Some((Ball::zero(), deviation)))?,
            variance_of(&estimate, None)?,
        ],
    }])
}
