//! The named experiments on random ReLU networks: what they draw, what they measure, and which of it
//! is known exactly.
//!
//! A [`Simulation`] makes [`Case`]s, one for each choice of its parameters; a case names what is to be
//! sampled and turns the statistics into [`Row`]s of [`Measurement`]s. An exact value stands beside an
//! estimate where one is known: the degenerate probabilities at every angle, the limit law of one
//! layer at θ = 0 and, up to terms of order θ, at angles of at most [`SMALL`], and the mean of the norm
//! ratio, which is 0 because the two inputs can be exchanged.

use super::degenerate::{DegenerateLayer, Event, closed};
use super::log_ratio;
use super::path::AnglePath;
use super::rate::rate;
use super::rate_variance::rate_variance;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::value::{Exactness, Number};
use crate::formula::{Target, parse_expr};
use crate::limits::Limits;
use crate::montecarlo::significance::z_score;
use crate::montecarlo::{Estimate, Partial, ReluNetwork, Sampler, SmallAngleLayer};
use crate::number::{Ball, Bits};
use crate::theory::catalog;
use crate::theory::moments::Angle;

/// Up to this angle the small-angle law is compared directly: what it leaves out is about θ/5 a layer
/// (the coefficient c₁(n) → −2/(3π)), far below a standard error.
pub const SMALL: f64 = 1e-9;

/// Layers of at most this width have the limit law beside them: its fourth moment is a sum over all
/// numbers of live neurons.
const WIDEST_EXACT: u32 = 4096;

const PREC: Bits = Bits::new(128);

/// A named experiment.
#[derive(Debug)]
pub struct Simulation {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line on what it shows.
    pub summary: &'static str,
    /// The widths drawn if none are named.
    pub widths: &'static [u32],
    /// The angles drawn if none are named, as formulas.
    pub thetas: &'static [&'static str],
    /// The depth if none is named; `None` for experiments of one layer.
    pub depth: Option<u32>,
    /// The number of networks if none is named.
    pub samples: u64,
    /// The parameters that name a row.
    pub keys: &'static [&'static str],
    /// What is measured.
    pub columns: &'static [Measured],
    /// On what the estimates are conditioned, and how the exact values were obtained.
    pub reliability: &'static str,
    /// The key along which a plot runs.
    pub axis: &'static str,
    /// Whether θ = 0, the limit, can be drawn.
    has_limit: bool,
    cases: fn(&Drawn) -> Result<Vec<Planned>>,
    rows: fn(&Drawn, &[Partial], &Limits) -> Result<Vec<Row>>,
}

/// One measured column.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The name of the column.
    pub name: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    /// A formula for the exact value in terms of the keys, where it holds in all rows.
    pub formula: Option<&'static str>,
}

const fn measured(name: &'static str, title: &'static str) -> Measured {
    Measured {
        name,
        title,
        formula: None,
    }
}

/// All named experiments.
pub static SIMULATIONS: &[Simulation] = &[
    Simulation {
        name: "angle-layer",
        summary: "mean and variance of ln(sin(theta')^2/sin(theta)^2) over one layer",
        widths: &[16, 64, 256, 1024],
        thetas: &["0", "1/1000", "1/10", "1", "pi/2"],
        depth: None,
        samples: 100_000,
        keys: &["width", "theta"],
        columns: &[
            measured("mean", "mean of ln(sin(theta')^2/sin(theta)^2)"),
            measured("variance", "its variance"),
        ],
        reliability: "Given that neither image is zero and that they are not parallel. theta = 0 is the \
                      limit law; there, and up to theta = 10^-9, the exact values are -angle.rate(width) and \
                      angle.rate_variance(width), and z uses the certified standard deviations.",
        axis: "width",
        has_limit: true,
        cases: layer_cases,
        rows: layer_rows,
    },
    Simulation {
        name: "angle-depth",
        summary: "mean and standard deviation of ln(sin(theta)^2) layer by layer (Figure 1, left, of the paper)",
        widths: &[256],
        thetas: &["1/10"],
        depth: Some(31),
        samples: 5000,
        keys: &["width", "theta", "layer"],
        columns: &[
            measured("mean", "mean of ln(sin(theta)^2) after the layer"),
            measured("sd", "its standard deviation"),
        ],
        reliability: "Given that no image is zero and none are parallel up to the last layer drawn. One set \
                      of networks for all layers, so the layers of one network are correlated. Up to theta = \
                      10^-9 the exact values are those of independent steps of the limit law.",
        axis: "layer",
        has_limit: false,
        cases: depth_cases,
        rows: depth_rows,
    },
    Simulation {
        name: "dead-vectors",
        summary: "how often a layer sends an input to zero, or makes two inputs parallel",
        widths: &[2, 4, 8, 12],
        thetas: &["1/10", "1", "pi/2", "3"],
        depth: None,
        samples: 1_000_000,
        keys: &["width", "theta"],
        columns: &[
            Measured {
                name: "dead",
                title: "frequency of a zero image",
                formula: Some("angle.dead_probability(theta, width)"),
            },
            Measured {
                name: "parallel",
                title: "frequency of parallel images",
                formula: Some("angle.parallel_probability(theta, width)"),
            },
        ],
        reliability: "z uses the certified standard deviation of an indicator.",
        axis: "width",
        has_limit: false,
        cases: dead_cases,
        rows: dead_rows,
    },
    Simulation {
        name: "norm-ratio",
        summary: "mean and variance of ln(|second|^2/|first|^2) behind the layers",
        widths: &[4, 16, 64, 256],
        thetas: &["1/10", "1", "pi/2"],
        depth: Some(1),
        samples: 100_000,
        keys: &["width", "theta", "depth"],
        columns: &[
            measured("mean", "mean of ln(|second|^2/|first|^2)"),
            measured("variance", "its variance"),
        ],
        reliability: "Inputs of equal length; given that neither image is zero and that they are not parallel. \
                      The mean is 0 because the inputs can be exchanged.",
        axis: "width",
        has_limit: false,
        cases: ratio_cases,
        rows: ratio_rows,
    },
];

/// The experiment of a name.
pub fn find(name: &str) -> Option<&'static Simulation> {
    SIMULATIONS
        .iter()
        .find(|simulation| simulation.name == name)
}

/// An angle of inputs: its formula and its value.
#[derive(Debug, Clone)]
pub struct Theta {
    /// The formula in canonical text.
    pub text: String,
    angle: Angle,
}

impl Theta {
    /// Reads a formula without variables with 0 ≤ θ < π.
    ///
    /// # Errors
    /// A parse error, or a domain error outside this range.
    pub fn parse(text: &str, limits: &Limits) -> Result<Theta> {
        let expr: Expr = parse_expr(text, limits)?;
        let request = Request {
            prec: Bits::new(256),
            exactness: Exactness::WhileCheap,
            method: None,
            limits,
        };
        let number =
            crate::formula::evaluate::Evaluator::new(catalog::library(), request).number(&expr)?;
        let angle = match number {
            Number::Rational(q) => Angle::from_radians(q),
            Number::Linear { pi, plus } => Angle::from_parts(pi, plus),
            Number::Ball(ball) => Angle::from_ball(&ball),
        }?;
        if angle.is_straight() {
            return Err(Error::domain(
                "at theta = pi the two images are never alive for one neuron together",
            )
            .with_hint("choose theta < pi"));
        }
        Ok(Theta {
            text: Target::Text.print(&expr)?,
            angle,
        })
    }

    fn cot(&self) -> f64 {
        let (sin, cos) = self.angle.sin_cos(PREC);
        cos.div(&sin, PREC).mid().to_f64()
    }

    /// ln sin²θ.
    fn ln_sin2(&self) -> f64 {
        let (sin, _) = self.angle.sin_cos(PREC);
        2.0 * sin.ln(PREC).mid().to_f64()
    }

    /// Whether the limit law holds far beyond what sampling can see.
    fn is_small(&self) -> bool {
        self.angle.value(PREC).mid().to_f64() <= SMALL
    }
}

/// The choice of parameters of one case.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// Neurons in each layer.
    pub width: u32,
    /// The angle of the inputs.
    pub theta: Theta,
    /// Layers.
    pub depth: u32,
}

/// Something to be sampled.
pub type Planned = Box<dyn Sampler>;

/// One choice of parameters with what is to be sampled for it.
pub struct Case {
    simulation: &'static Simulation,
    drawn: Drawn,
    /// The experiments, to be run with one seed and number of samples each.
    pub experiments: Vec<Planned>,
}

/// The measurements of one row of the table.
#[derive(Debug, Clone)]
pub struct Row {
    /// The values of the simulation's keys.
    pub keys: Vec<String>,
    /// One entry for each of the simulation's columns.
    pub values: Vec<Measurement>,
}

/// An estimate, its standard error, and what is certain about it.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, if it has one.
    pub stderr: Option<f64>,
    /// The exact value and the distance from it in standard errors.
    pub exact: Option<(Ball, f64)>,
}

impl Simulation {
    /// The cases of these widths and angles, width by width.
    ///
    /// # Errors
    /// A domain error that names the parameter.
    pub fn cases(&'static self, widths: &[u32], thetas: &[Theta], depth: u32) -> Result<Vec<Case>> {
        let mut cases = Vec::with_capacity(widths.len() * thetas.len());
        for &width in widths {
            for theta in thetas {
                if theta.angle.is_zero() && !self.has_limit {
                    return Err(Error::domain(format!(
                        "`{}` needs theta > 0: equal inputs stay equal",
                        self.name
                    ))
                    .with_hint("a small angle shows the limit: --theta 10^-12"));
                }
                let drawn = Drawn {
                    width,
                    theta: theta.clone(),
                    depth,
                };
                cases.push(Case {
                    simulation: self,
                    experiments: (self.cases)(&drawn)?,
                    drawn,
                });
            }
        }
        Ok(cases)
    }
}

impl Case {
    /// The rows of the finished runs of its experiments, in their order.
    ///
    /// # Errors
    /// Those of the exact values; a domain error where too few samples are defined.
    pub fn rows(&self, runs: &[Partial], limits: &Limits) -> Result<Vec<Row>> {
        (self.simulation.rows)(&self.drawn, runs, limits)
    }
}

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

/// The statistics of output k, which must be of at least two defined samples.
fn output(runs: &[Partial], index: usize, k: usize) -> Result<Estimate> {
    let estimate = runs
        .get(index)
        .and_then(|run| run.estimates().into_iter().nth(k));
    estimate.filter(|estimate| estimate.n >= 2).ok_or_else(|| {
        Error::domain("fewer than two networks kept both inputs alive")
            .with_hint("draw more networks (-n), wider ones (--width) or fewer layers (--depth)")
    })
}

/// A mean with the certified value and standard deviation of one sample, if they are known.
fn mean_of(estimate: &Estimate, shift: f64, exact: Option<(Ball, f64)>) -> Result<Measurement> {
    let mean = estimate.mean + shift;
    let exact = match exact {
        None => None,
        Some((value, deviation)) => {
            let z = z_score(mean, value.mid().to_f64(), deviation, estimate.n)?;
            Some((value, z))
        }
    };
    Ok(Measurement {
        estimate: mean,
        stderr: estimate.stderr,
        exact,
    })
}

/// The certified cumulants of one step of the limit law.
struct Step {
    mean: Ball,
    variance: Ball,
    fourth_cumulant: Ball,
}

/// The certified law after some steps: mean, variance, and the standard deviation of one squared
/// deviation from the mean.
struct Law {
    mean: Ball,
    variance: Ball,
    square_deviation: f64,
}

impl Step {
    /// The step of a case whose angle is so small that the limit law holds far beyond what sampling
    /// can see; `None` for other angles, and for layers too wide to sum four moments over.
    fn of(drawn: &Drawn, limits: &Limits) -> Result<Option<Step>> {
        if !drawn.theta.is_small() || drawn.width > WIDEST_EXACT {
            return Ok(None);
        }
        let r = rate(drawn.width, PREC, limits)?;
        let central = log_ratio::moments(drawn.width, &r, 4, PREC, limits)?;
        let variance = rate_variance(drawn.width, PREC, limits)?;
        // κ₄ = μ₄ − 3 μ₂².
        let gaussian = variance.square(PREC).mul_i64(3, PREC);
        Ok(Some(Step {
            mean: r.neg(),
            fourth_cumulant: central[4].sub(&gaussian, PREC),
            variance,
        }))
    }

    /// Steps are independent, so cumulants add up; Var (Y − E Y)² = κ₄ + 2 κ₂².
    fn after(&self, steps: u32) -> Law {
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
    fn deviation(&self) -> f64 {
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

fn variance_of(estimate: &Estimate, law: Option<&Law>) -> Result<Measurement> {
    let variance = estimate.variance.unwrap_or(0.0);
    let exact = match law {
        None => None,
        Some(law) => {
            let exact = law.variance.mid().to_f64();
            let z = z_score(variance, exact, law.square_deviation, estimate.n)?;
            Some((law.variance.clone(), z))
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
                    exact: variance.exact.map(|(v, z)| (v.sqrt(PREC), z)),
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
        values.push(mean_of(&estimate, 0.0, Some((exact, deviation)))?);
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
