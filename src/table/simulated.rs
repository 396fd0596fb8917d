//! Columns that a named simulation fills: its estimates with their standard errors, beside the formulas of a
//! table.
//!
//! ```toml
//! [[table]]
//! name = "angle-of-two-widths"
//! rows = { width = "{16, 64}", layer = "1..3" }
//! columns = { rule = "angle.approximation1(1, width, layer)" }
//! simulate = { experiment = "angle-depth", width = "width", theta = "1", depth = "3", n = 10000, seed = 0 }
//! ```
//!
//! Each parameter of the experiment is a key of the rows, or one value. A row of the table takes the row of the
//! experiment whose keys have the values of the table's keys of the same names, and of the parameters; a
//! key `layer` that is neither is the depth.

use super::column::{Column, ColumnKind};
use super::definition::SimulateDefinition;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::montecarlo::{Activation, RunOptions};
use crate::number::EvidenceClass;
use crate::theory::simulation::{
    Case, Level, Parameters, Row, Simulation, Theta, find, simulations,
};

/// The experiment that is named.
fn simulation(definition: &SimulateDefinition) -> Result<&'static Simulation> {
    find(definition.experiment.as_str()).ok_or_else(|| {
        let names: Vec<&str> = simulations().map(|s| s.name).collect();
        definition.experiment.blame(
            Error::data(format!(
                "there is no experiment `{}`",
                definition.experiment
            ))
            .with_hint(format!("one of {}", names.join(", "))),
        )
    })
}

/// The columns that the simulation fills.
///
/// # Errors
/// A data error for an experiment that is not there.
pub(super) fn columns(definition: &SimulateDefinition) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for measured in simulation(definition)?.columns {
        if !measured.is_estimate {
            continue;
        }
        for (name, title, kind) in [
            (
                measured.name.to_owned(),
                measured.title.to_owned(),
                ColumnKind::Estimate,
            ),
            (
                format!("{}_stderr", measured.name),
                "its standard error".to_owned(),
                ColumnKind::StandardError,
            ),
        ] {
            columns.push(
                Column::new(name, kind)?
                    .with_title(title)
                    .with_class(EvidenceClass::Sampled)
                    .with_method(format!("simulate {}", definition.experiment))
                    .with_sampling(definition.seed, definition.n),
            );
        }
    }
    Ok(columns)
}

/// A finished case: the text of its parameters, and its rows.
struct Finished {
    parameters: [String; 3],
    rows: Vec<Row>,
}

/// The cells of the columns for rows with these keys; the same case is drawn once.
///
/// # Errors
/// A data error at its place for a parameter that the experiment does not have or a row that it does not
/// give; those of the simulation.
pub(super) fn cells(
    definition: &SimulateDefinition,
    names: &[&str],
    keys: &[Vec<String>],
    limits: &Limits,
) -> Result<Vec<Vec<String>>> {
    let simulation = simulation(definition)?;
    let mut finished: Vec<Finished> = Vec::new();
    let mut cells = Vec::with_capacity(keys.len());
    for row in keys {
        limits.check_deadline()?;
        let value = |text: &str| {
            let index = names.iter().position(|name| *name == text);
            index.map_or(text, |index| row[index].as_str()).to_owned()
        };
        let [width, theta, depth] = &definition.parameters;
        let parameters = [
            value(width.as_str()),
            value(theta.as_str()),
            value(depth.as_str()),
        ];
        let known = finished
            .iter()
            .position(|case| case.parameters == parameters);
        let index = match known {
            Some(index) => index,
            None => {
                let rows = draw(simulation, definition, &parameters, limits)
                    .map_err(|error| definition.experiment.blame(error))?;
                finished.push(Finished { parameters, rows });
                finished.len() - 1
            }
        };
        let Finished { parameters, rows } = &finished[index];
        // What the row must have at each of the experiment's keys.
        let wanted: Vec<String> = simulation
            .keys
            .iter()
            .map(
                |key| match (names.iter().position(|name| name == key), *key) {
                    (Some(index), _) => row[index].clone(),
                    (None, "width") => parameters[0].clone(),
                    (None, "theta") => parameters[1].clone(),
                    _ => parameters[2].clone(),
                },
            )
            .collect();
        cells.push(match rows.iter().find(|row| row.keys == wanted) {
            Some(found) => texts(simulation, found),
            None if wanted.last().is_some_and(|key| key == "0") => {
                let given = "not sampled: the inputs are given".to_owned();
                vec![given; 2 * estimates(simulation).count()]
            }
            None => {
                return Err(definition.experiment.blame(Error::data(format!(
                    "`{}` gives no row for {}",
                    simulation.name,
                    wanted.join(", ")
                ))));
            }
        });
    }
    Ok(cells)
}

fn estimates(simulation: &'static Simulation) -> impl Iterator<Item = usize> {
    (0..simulation.columns.len()).filter(|k| simulation.columns[*k].is_estimate)
}

fn texts(simulation: &'static Simulation, row: &Row) -> Vec<String> {
    let mut texts = Vec::new();
    for k in estimates(simulation) {
        let value = &row.values[k];
        texts.push(estimate_text(value.estimate, value.stderr));
        texts.push(match value.stderr {
            Some(stderr) if stderr.is_finite() => format!("{stderr:.3e}"),
            _ => "not known: no standard error".to_owned(),
        });
    }
    texts
}

fn draw(
    simulation: &'static Simulation,
    definition: &SimulateDefinition,
    [width, theta, depth]: &[String; 3],
    limits: &Limits,
) -> Result<Vec<Row>> {
    let natural = |name: &str, text: &str| {
        text.parse::<u32>().map_err(|_| {
            Error::data(format!("the {name} `{text}` is not a natural number"))
                .with_hint("a number, or a key of the rows with natural values")
        })
    };
    let parameters = Parameters {
        widths: vec![natural("width", width)?],
        thetas: vec![if simulation.thetas.is_empty() {
            Theta::zero()
        } else {
            Theta::parse(theta, limits)?
        }],
        depths: vec![natural("depth", depth)?],
        activations: vec![Activation::Relu],
        levels: vec![Level::parse("0", limits)?],
    };
    let options = RunOptions::samples(definition.n, definition.seed);
    let mut rows = Vec::new();
    for case in simulation.cases(&parameters)? {
        rows.extend(run(&case, &options, limits)?);
    }
    Ok(rows)
}

fn run(case: &Case, options: &RunOptions<'_>, limits: &Limits) -> Result<Vec<Row>> {
    let runs: Result<Vec<_>> = case.experiments.iter().map(|e| e.run(options)).collect();
    case.rows(&runs?, limits)
}

/// The estimate to about a thousandth of its standard error; without one, the shortest text that reads
/// back to the same double.
pub fn estimate_text(value: f64, stderr: Option<f64>) -> String {
    match stderr.filter(|e| *e > 0.0 && e.is_finite()) {
        Some(stderr) => {
            let places = (3.0 - stderr.log10().floor()).clamp(0.0, 300.0) as usize;
            format!("{value:.places$}")
        }
        None => format!("{value}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::Limits;
    use crate::table::catalogue::compute;
    use crate::table::{Table, read_definitions};

    fn table(simulate: &str) -> crate::error::Result<Table> {
        let limits = Limits::default();
        let text = format!(
            "[[table]]\nname = \"x\"\nrows = {{ width = \"{{4, 8}}\", layer = \"0..2\" }}\n\
             columns = {{ rule = \"width + layer\" }}\nsimulate = {{ {simulate} }}\n"
        );
        let definition = &read_definitions("x.toml", &text, &limits)?[0];
        compute(definition, None, &limits, &|| {})
    }

    #[test]
    fn rows_meet_the_rows_of_the_experiment() {
        let table = table(
            "experiment = \"angle-depth\", width = \"width\", theta = \"1/2\", depth = \"2\", n = 500, seed = 3",
        )
        .unwrap();
        assert_eq!(table.rows().len(), 6);
        let text = |row: usize, name: &str| table.cell(row, name).unwrap().as_str().to_owned();
        assert_eq!(text(0, "mean"), "not sampled: the inputs are given");
        // Another depth is another stream: the first layer of two is not that of one.
        let means: Vec<f64> = [1, 2, 4, 5]
            .iter()
            .map(|row| text(*row, "mean").parse().unwrap())
            .collect();
        assert!(means[1] < means[0] && means[3] < means[2], "{means:?}");
        assert!(
            means[0] < means[2],
            "narrow layers shrink angles faster: {means:?}"
        );
        assert!(text(1, "sd_stderr").parse::<f64>().unwrap() > 0.0);
    }

    #[test]
    fn mistakes_have_their_place() {
        for (simulate, expected) in [
            ("experiment = \"angle\"", "x.toml:5:27: "),
            ("experiment = \"angle-depth\", n = 1", "at least 2"),
            (
                "experiment = \"angle-depth\", width = \"width\", depth = \"1\"",
                "gives no row for 4, 1/10, 2",
            ),
            (
                "experiment = \"angle-depth\", width = \"w\"",
                "the width `w` is not a natural number",
            ),
            (
                "experiment = \"angle-depth\", sed = 1",
                "did you mean `seed`",
            ),
            ("n = 5", "field `experiment` is missing"),
        ] {
            let error = table(simulate).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}\nfor {simulate}");
        }
    }
}
