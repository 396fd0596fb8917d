//! Named experiments on random networks: what they draw, what they measure, and which of it is known.
//!
//! A [`Simulation`] makes [`Case`]s, one for each choice of its parameters; a case names what is to be
//! sampled and turns the statistics into [`Row`]s of [`Measurement`]s. A certified value stands beside
//! an estimate where one is known for what was drawn, and a limit has a column of its own.

use rug::Rational;

use super::{angle, catalog, geometry};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::value::{Exactness, Number};
use crate::formula::{Target, parse_expr};
use crate::limits::Limits;
use crate::montecarlo::significance::z_score;
use crate::montecarlo::{Activation, Estimate, Partial, Sampler};
use crate::number::{Ball, Bits};
use crate::theory::moments::Angle;

/// The precision of what is certified beside estimates.
pub(crate) const PREC: Bits = Bits::new(128);

/// A named experiment.
#[derive(Debug)]
pub struct Simulation {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line on what it shows.
    pub summary: &'static str,
    /// What is drawn, in a sentence.
    pub caption: &'static str,
    /// The paper it is of.
    pub source: &'static str,
    /// The widths drawn if none are named.
    pub widths: &'static [u32],
    /// The angles drawn if none are named, as formulas; none for experiments without an angle.
    pub thetas: &'static [&'static str],
    /// The depths drawn if none are named; none for experiments of one layer.
    pub depths: &'static [u32],
    /// The activations drawn if none are named; none for experiments of one activation.
    pub activations: &'static [&'static str],
    /// The levels looked at if none are named, as formulas; none for experiments without a level.
    pub levels: &'static [&'static str],
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
    /// Rules and limits that a plot draws beside the first column.
    pub curves: &'static [Curve],
    /// Whether θ = 0, the limit, can be drawn.
    pub has_limit: bool,
    /// The experiments of a choice of parameters.
    pub cases: fn(&Drawn) -> Result<Vec<Planned>>,
    /// The rows of their finished runs.
    pub rows: fn(&Drawn, &[Partial], &Limits) -> Result<Vec<Row>>,
}

/// A rule or limit for the first column of a simulation, as a formula in its keys.
#[derive(Debug, Clone, Copy)]
pub struct Curve {
    /// What it is, for the legend.
    pub label: &'static str,
    /// Its formula.
    pub formula: &'static str,
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
    /// Whether it is an estimate, or a certified value alone.
    pub is_estimate: bool,
}

impl Measured {
    /// An estimate.
    pub const fn estimate(name: &'static str, title: &'static str) -> Measured {
        Measured {
            name,
            title,
            formula: None,
            is_estimate: true,
        }
    }

    /// A certified value without an estimate, such as a limit.
    pub const fn known(name: &'static str, title: &'static str) -> Measured {
        Measured {
            is_estimate: false,
            ..Measured::estimate(name, title)
        }
    }
}

/// All named experiments.
pub fn simulations() -> impl Iterator<Item = &'static Simulation> {
    angle::simulation::SIMULATIONS
        .iter()
        .chain(angle::deep_limit::SIMULATIONS)
        .chain(geometry::simulation::SIMULATIONS)
        .chain(geometry::spectrum_simulation::SIMULATIONS)
}

/// The experiment of a name.
pub fn find(name: &str) -> Option<&'static Simulation> {
    simulations().find(|simulation| simulation.name == name)
}

/// An angle of inputs: its formula and its value.
#[derive(Debug, Clone)]
pub struct Theta {
    /// The formula in canonical text.
    pub text: String,
    pub(crate) angle: Angle,
}

impl Theta {
    /// Reads a formula without variables with 0 ≤ θ < π.
    ///
    /// # Errors
    /// A parse error, or a domain error outside this range.
    pub fn parse(text: &str, limits: &Limits) -> Result<Theta> {
        let (text, number) = number(text, limits)?;
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
        Ok(Theta { text, angle })
    }

    pub(crate) fn cot(&self) -> f64 {
        let (sin, cos) = self.angle.sin_cos(PREC);
        cos.div(&sin, PREC).mid().to_f64()
    }

    /// ln sin²θ.
    pub(crate) fn ln_sin2(&self) -> f64 {
        let (sin, _) = self.angle.sin_cos(PREC);
        2.0 * sin.ln(PREC).mid().to_f64()
    }

    /// The angle of equal inputs.
    pub fn zero() -> Theta {
        Theta {
            text: "0".to_owned(),
            angle: Angle::from_radians(Rational::new()).expect("0 is an angle between 0 and π"),
        }
    }

    /// The angle as a double.
    pub(crate) fn to_f64(&self) -> f64 {
        self.angle.value(PREC).mid().to_f64()
    }
}

/// A formula without variables: its canonical text and its value.
fn number(text: &str, limits: &Limits) -> Result<(String, Number)> {
    let expr: Expr = parse_expr(text, limits)?;
    let request = Request {
        prec: Bits::new(256),
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    let value =
        crate::formula::evaluate::Evaluator::new(catalog::library(), request).number(&expr)?;
    Ok((Target::Text.print(&expr)?, value))
}

/// A level that the output of a network is compared with: its formula and its value.
#[derive(Debug, Clone)]
pub struct Level {
    /// The formula in canonical text.
    pub text: String,
    /// Its value.
    pub value: Ball,
}

impl Level {
    /// Reads a formula without variables.
    ///
    /// # Errors
    /// A parse error, or a domain error for a size above 100, where nothing is seen.
    pub fn parse(text: &str, limits: &Limits) -> Result<Level> {
        let (text, number) = number(text, limits)?;
        let value = number.to_ball(PREC);
        if !(-100.0..=100.0).contains(&value.mid().to_f64()) {
            return Err(Error::domain(format!("the level {text} is out of range"))
                .with_hint("from -100 to 100"));
        }
        Ok(Level { text, value })
    }

    /// The level as a double.
    pub fn to_f64(&self) -> f64 {
        self.value.mid().to_f64()
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
    /// The activation.
    pub activation: Activation,
    /// The level.
    pub level: Level,
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
    /// The estimate; not a number in a column of known values.
    pub estimate: f64,
    /// Its standard error, if it has one.
    pub stderr: Option<f64>,
    /// What is certain about it.
    pub exact: Option<Exact>,
}

/// An exact value beside an estimate.
#[derive(Debug, Clone)]
pub struct Exact {
    /// The value.
    pub value: Ball,
    /// The distance of the estimate in standard errors; `None` where the law of the estimate is far from
    /// normal at this number of samples.
    pub z: Option<f64>,
}

/// The lists of parameters that a run is made of: every combination is a case.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// Neurons in each layer.
    pub widths: Vec<u32>,
    /// Angles; the zero angle where the experiment has none.
    pub thetas: Vec<Theta>,
    /// Layers.
    pub depths: Vec<u32>,
    /// Activations.
    pub activations: Vec<Activation>,
    /// Levels.
    pub levels: Vec<Level>,
}

impl Simulation {
    /// The parameter of this name that is drawn first if none is named; `None` where the experiment has no
    /// such parameter.
    pub fn first(&self, parameter: &str) -> Option<String> {
        let number = |list: &[u32]| list.first().map(u32::to_string);
        let text = |list: &[&str]| list.first().map(|text| (*text).to_owned());
        match parameter {
            "activation" => text(self.activations),
            "width" => number(self.widths),
            "theta" => text(self.thetas),
            "depth" => number(self.depths),
            "level" => text(self.levels),
            _ => None,
        }
    }

    /// The cases of these parameters: activation by activation, width by width, …, level by level.
    ///
    /// # Errors
    /// A domain error that names the parameter; a usage error for several depths in an experiment that
    /// follows all layers.
    pub fn cases(&'static self, parameters: &Parameters) -> Result<Vec<Case>> {
        if parameters.depths.len() > 1 && !self.keys.contains(&"depth") {
            return Err(
                Error::usage(format!("`{}` follows all layers of one depth", self.name))
                    .with_hint("name the greatest depth alone"),
            );
        }
        let mut cases = Vec::new();
        for &activation in &parameters.activations {
            for &width in &parameters.widths {
                for theta in &parameters.thetas {
                    if theta.angle.is_zero() && !self.has_limit {
                        return Err(Error::domain(format!(
                            "`{}` needs theta > 0: equal inputs stay equal",
                            self.name
                        ))
                        .with_hint("a small angle shows the limit: --theta 10^-12"));
                    }
                    for &depth in &parameters.depths {
                        for level in &parameters.levels {
                            let drawn = Drawn {
                                width,
                                theta: theta.clone(),
                                depth,
                                activation,
                                level: level.clone(),
                            };
                            cases.push(Case {
                                simulation: self,
                                experiments: (self.cases)(&drawn)?,
                                drawn,
                            });
                        }
                    }
                }
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

/// The statistics of output k, which must be of at least two defined samples.
pub(crate) fn output(runs: &[Partial], index: usize, k: usize) -> Result<Estimate> {
    let estimate = runs
        .get(index)
        .and_then(|run| run.estimates().into_iter().nth(k));
    estimate.filter(|estimate| estimate.n >= 2).ok_or_else(|| {
        Error::domain("fewer than two networks kept both inputs alive")
            .with_hint("draw more networks (-n), wider ones (--width) or fewer layers (--depth)")
    })
}

/// A mean with the certified value and standard deviation of one sample, if they are known.
pub(crate) fn mean_of(
    estimate: &Estimate,
    shift: f64,
    exact: Option<(Ball, f64)>,
) -> Result<Measurement> {
    let mean = estimate.mean + shift;
    let exact = match exact {
        None => None,
        Some((value, deviation)) => {
            let z = z_score(mean, value.mid().to_f64(), deviation, estimate.n)?;
            Some(Exact { value, z: Some(z) })
        }
    };
    Ok(Measurement {
        estimate: mean,
        stderr: estimate.stderr,
        exact,
    })
}
