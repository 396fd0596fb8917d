//! The experiment of a call with all of its parameters, read from the options.

use super::SimulateArgs;
use crate::cli::options::count;
use crate::cli::output;
use crate::cli::parts::Identity;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::montecarlo::Activation;
use crate::theory::simulation::{Case, Level, Parameters, Simulation, Theta, find, simulations};

/// An experiment with all of its parameters.
pub(super) struct Plan {
    pub(super) simulation: &'static Simulation,
    pub(super) cases: Vec<Case>,
    pub(super) samples: u64,
    pub(super) parameters: Parameters,
}

impl Plan {
    pub(super) fn new(name: &str, args: &SimulateArgs, limits: &Limits) -> Result<Plan> {
        let simulation = find(name).ok_or_else(|| {
            let names: Vec<&str> = simulations().map(|s| s.name).collect();
            Error::usage(format!("there is no experiment `{name}`"))
                .with_hint(format!("one of {}", names.join(", ")))
        })?;
        let given = Lists {
            experiment: name,
            option: "--width",
        };
        let widths = given.or(&args.width, simulation.widths, |n| n.to_string(), width)?;
        let given = Lists {
            option: "--theta",
            ..given
        };
        let theta = |text: &str| Theta::parse(text, limits);
        let thetas = given.or(&args.theta, simulation.thetas, |t| t.to_string(), theta)?;
        let given = Lists {
            option: "--depth",
            ..given
        };
        let depths = given.or(&args.depth, simulation.depths, |n| n.to_string(), depth)?;
        let given = Lists {
            option: "--activation",
            ..given
        };
        let activation = |text: &str| Activation::parse(text);
        let known = simulation.activations;
        let activations = given.or(&args.activation, known, |f| f.to_string(), activation)?;
        let given = Lists {
            option: "--level",
            ..given
        };
        let level = |text: &str| Level::parse(text, limits);
        let levels = given.or(&args.level, simulation.levels, |u| u.to_string(), level)?;
        let parameters = Parameters {
            widths: one(widths, || Ok(1))?,
            thetas: one(thetas, || Ok(Theta::zero()))?,
            depths: one(depths, || Ok(1))?,
            activations: one(activations, || Ok(Activation::Relu))?,
            levels: one(levels, || level("0"))?,
        };
        Ok(Plan {
            cases: simulation.cases(&parameters)?,
            simulation,
            samples: args.n.unwrap_or(simulation.samples),
            parameters,
        })
    }

    pub(super) fn identity(&self, formula: &str, args: &SimulateArgs) -> Identity {
        Identity {
            formula: formula.to_owned(),
            seed: args.seed,
            samples: Some(self.samples),
        }
    }
}

/// Reads the list of one option.
struct Lists<'a> {
    experiment: &'a str,
    option: &'a str,
}

impl Lists<'_> {
    /// The entries of the list, or of the usual one if there is none.
    fn or<D, T>(
        &self,
        list: &Option<String>,
        usual: &[D],
        text: impl Fn(&D) -> String,
        read: impl Fn(&str) -> Result<T>,
    ) -> Result<Vec<T>> {
        let Some(list) = list else {
            return usual.iter().map(|entry| read(&text(entry))).collect();
        };
        let Lists { experiment, option } = self;
        if usual.is_empty() {
            let what = match *option {
                "--depth" => "has one layer",
                "--theta" => "has no angle",
                "--activation" => "has one activation",
                _ => "has no level",
            };
            return Err(Error::usage(format!("`{experiment}` {what}"))
                .with_hint(format!("leave {option} out")));
        }
        list.split(',')
            .map(|entry| {
                read(entry.trim()).map_err(|error| {
                    error.context(format_args!("{option} `{}`", output::shortened(entry)))
                })
            })
            .collect()
    }
}

/// The list, or the one entry that stands for a parameter that the experiment does not have.
fn one<T>(list: Vec<T>, entry: impl FnOnce() -> Result<T>) -> Result<Vec<T>> {
    match list.is_empty() {
        true => Ok(vec![entry()?]),
        false => Ok(list),
    }
}

fn depth(text: &str) -> Result<u32> {
    let n = count(text)?;
    u32::try_from(n)
        .ok()
        .filter(|n| *n <= 1_000_000)
        .ok_or_else(|| {
            Error::usage(format!("{n} layers are too many")).with_hint("at most 1000000 layers")
        })
}

fn width(text: &str) -> Result<u32> {
    let n = count(text.trim())?;
    u32::try_from(n)
        .ok()
        .filter(|n| (2..=10_000_000).contains(n))
        .ok_or_else(|| {
            Error::usage(format!("a width of {n} is out of range"))
                .with_hint("from 2 to 10000000 neurons")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_checked() {
        assert_eq!(width(" 16"), Ok(16));
        for bad in ["1", "0", "-3", "x", "", "100000000000", "1e3"] {
            assert!(width(bad).is_err(), "{bad}");
        }
    }
}
