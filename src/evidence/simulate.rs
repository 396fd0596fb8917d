//! A named simulation as files ask for it: which experiment, at which parameters, how often and from
//! which seed.
//!
//! ```toml
//! simulate = { experiment = "level-lengths", activation = "tanh", width = 64, depth = 1, n = 200_000, seed = 0 }
//! ```
//!
//! A parameter that is left out is the experiment's own first one. Parameters stay text here: in a table
//! they may be keys of its rows.

use super::fields::Fields;
use super::source::Located;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::montecarlo::{Activation, RunOptions};
use crate::theory::simulation::{
    Case, Level, Parameters, Row, Simulation, Theta, find, simulations,
};

/// What a simulation can be given beside its samples and its seed.
const PARAMETERS: [&str; 5] = ["activation", "width", "theta", "depth", "level"];

/// The simulation that a file asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulateDefinition {
    /// The name of the experiment.
    pub experiment: Located,
    /// Its parameters as texts.
    pub parameters: ParameterTexts,
    /// What else the row that is meant has for a key: `points = 1024`.
    pub row: Vec<(String, String)>,
    /// Networks for each choice of parameters.
    pub n: u64,
    /// The seed.
    pub seed: u64,
}

/// One choice of parameters, as texts; empty where the experiment has no such parameter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterTexts {
    /// The activation.
    pub activation: String,
    /// Neurons in each layer.
    pub width: String,
    /// The angle of the inputs.
    pub theta: String,
    /// Hidden layers.
    pub depth: String,
    /// The level.
    pub level: String,
}

impl ParameterTexts {
    /// The parameter of this name; the depth for a `layer`, as the last one.
    pub fn get(&self, key: &str) -> Option<&str> {
        Some(match key {
            "activation" => &self.activation,
            "width" => &self.width,
            "theta" => &self.theta,
            "depth" | "layer" => &self.depth,
            "level" => &self.level,
            _ => return None,
        })
    }

    /// The parameters, each put through a function.
    pub fn map(&self, f: impl Fn(&str) -> String) -> ParameterTexts {
        ParameterTexts {
            activation: f(&self.activation),
            width: f(&self.width),
            theta: f(&self.theta),
            depth: f(&self.depth),
            level: f(&self.level),
        }
    }
}

/// The field `simulate` of a claim or a table.
///
/// # Errors
/// A parse error at its place: a field that is not known, fewer than two samples, a parameter that the
/// experiment does not have. An experiment that is not there is blamed when it is drawn.
pub(crate) fn read_simulate(fields: &Fields<'_, '_>) -> Result<Option<SimulateDefinition>> {
    let rows = ["layer", "points", "degree"];
    let known: Vec<&str> = ["experiment", "n", "seed"]
        .into_iter()
        .chain(PARAMETERS)
        .chain(rows)
        .collect();
    let Some(simulate) = fields.fields("simulate", &known)? else {
        return Ok(None);
    };
    let experiment = simulate.required_string("experiment")?;
    let usual = find(experiment.as_str());
    let n = simulate.unsigned("n")?;
    let n = n.or(usual.map(|usual| usual.samples)).unwrap_or(10_000);
    if n < 2 {
        return Err(simulate.blame(
            "n",
            Error::parse("a standard error needs at least 2 samples"),
        ));
    }
    let parameter = |name: &str| -> Result<String> {
        let first = usual.and_then(|usual| usual.first(name));
        match (simulate.text(name)?, usual) {
            (Some(_), Some(usual)) if first.is_none() => Err(simulate.blame(
                name,
                Error::parse(format!("`{}` has no {name}", usual.name)).with_hint("leave it out"),
            )),
            (Some(text), _) => Ok(text),
            (None, _) => Ok(first.unwrap_or_default()),
        }
    };
    let mut row = Vec::new();
    for name in rows {
        let Some(text) = simulate.text(name)? else {
            continue;
        };
        if let Some(usual) = usual.filter(|usual| !usual.keys.contains(&name)) {
            let error = Error::parse(format!("the rows of `{}` have no {name}", usual.name));
            let hint = format!("they are told apart by {}", usual.keys.join(", "));
            return Err(simulate.blame(name, error.with_hint(hint)));
        }
        row.push((name.to_owned(), text));
    }
    Ok(Some(SimulateDefinition {
        parameters: ParameterTexts {
            activation: parameter("activation")?,
            width: parameter("width")?,
            theta: parameter("theta")?,
            depth: parameter("depth")?,
            level: parameter("level")?,
        },
        row,
        experiment,
        n,
        seed: simulate.unsigned("seed")?.unwrap_or(0),
    }))
}

impl SimulateDefinition {
    /// The command that draws it, where the parameters are values.
    pub fn command(&self) -> String {
        let mut text = format!("isobath simulate {}", self.experiment);
        for name in PARAMETERS {
            let value = self.parameters.get(name).unwrap_or_default();
            if value.contains(['(', '^', '*', ' ']) {
                text.push_str(&format!(" --{name} '{value}'"));
            } else if !value.is_empty() {
                text.push_str(&format!(" --{name} {value}"));
            }
        }
        format!("{text} -n {} --seed {}", self.n, self.seed)
    }

    /// The experiment that is named.
    ///
    /// # Errors
    /// A data error at its place for an experiment that is not there.
    pub fn simulation(&self) -> Result<&'static Simulation> {
        find(self.experiment.as_str()).ok_or_else(|| {
            let names: Vec<&str> = simulations().map(|s| s.name).collect();
            self.experiment.blame(
                Error::data(format!("there is no experiment `{}`", self.experiment))
                    .with_hint(format!("one of {}", names.join(", "))),
            )
        })
    }

    /// Whether the other one draws the same networks, perhaps for another row.
    pub fn draws_the_same(&self, other: &SimulateDefinition) -> bool {
        let of = |one: &SimulateDefinition| {
            let name = one.experiment.as_str().to_owned();
            (name, one.parameters.clone(), one.n, one.seed)
        };
        of(self) == of(other)
    }

    /// The rows of the experiment at these parameters.
    ///
    /// # Errors
    /// At the place of the experiment: a parameter that cannot be read, those of the simulation.
    pub fn draw(&self, parameters: &ParameterTexts, limits: &Limits) -> Result<Vec<Row>> {
        let simulation = self.simulation()?;
        let draw = || -> Result<Vec<Row>> {
            let options = RunOptions::samples(self.n, self.seed);
            let mut rows = Vec::new();
            for case in simulation.cases(&read(simulation, parameters, limits)?)? {
                rows.extend(run(&case, &options, limits)?);
            }
            Ok(rows)
        };
        draw().map_err(|error| self.experiment.blame(error))
    }

    /// What the row that is meant has for a key of the experiment, at these parameters; empty if that is not
    /// said.
    pub fn wanted<'a>(&'a self, key: &str, parameters: &'a ParameterTexts) -> &'a str {
        let said = self.row.iter().find(|(name, _)| name == key);
        said.map(|(_, text)| text.as_str())
            .or(parameters.get(key))
            .unwrap_or_default()
    }

    /// The row with these values of the experiment's keys.
    ///
    /// # Errors
    /// A data error at the place of the experiment where there is no such row.
    pub fn find_row<'r>(&self, rows: &'r [Row], wanted: &[String]) -> Result<&'r Row> {
        rows.iter().find(|row| row.keys == wanted).ok_or_else(|| {
            let mut known: Vec<String> = rows.iter().map(|row| row.keys.join(", ")).collect();
            if known.len() > 8 {
                known.drain(1..known.len() - 1);
                known.insert(1, "…".to_owned());
            }
            let error = Error::data(format!(
                "`{}` gives no row for {}",
                self.experiment,
                wanted.join(", ")
            ));
            let hint = format!("its rows are {}", known.join("; "));
            self.experiment.blame(error.with_hint(hint))
        })
    }
}

/// The parameters of one case; what the experiment does not have is put in for it.
fn read(
    simulation: &'static Simulation,
    texts: &ParameterTexts,
    limits: &Limits,
) -> Result<Parameters> {
    let natural = |name: &str, text: &str| {
        if simulation.first(name).is_none() {
            return Ok(1);
        }
        text.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(|| {
            Error::data(format!("the {name} `{text}` is not a positive integer"))
                .with_hint("a number, or in a table a key of the rows")
        })
    };
    Ok(Parameters {
        widths: vec![natural("width", &texts.width)?],
        thetas: vec![if simulation.thetas.is_empty() {
            Theta::zero()
        } else {
            Theta::parse(&texts.theta, limits)?
        }],
        depths: vec![natural("depth", &texts.depth)?],
        activations: vec![if simulation.activations.is_empty() {
            Activation::Relu
        } else {
            Activation::parse(&texts.activation)?
        }],
        levels: vec![if simulation.levels.is_empty() {
            Level::parse("0", limits)?
        } else {
            Level::parse(&texts.level, limits)?
        }],
    })
}

fn run(case: &Case, options: &RunOptions<'_>, limits: &Limits) -> Result<Vec<Row>> {
    let runs: Result<Vec<_>> = case.experiments.iter().map(|e| e.run(options)).collect();
    case.rows(&runs?, limits)
}
