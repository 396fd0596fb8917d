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
use crate::error::Result;
use crate::evidence::simulate::{ParameterTexts, SimulateDefinition};
use crate::limits::Limits;
use crate::number::EvidenceClass;
use crate::theory::simulation::{Row, Simulation};

/// The columns that the simulation fills.
///
/// # Errors
/// A data error for an experiment that is not there.
pub(super) fn columns(definition: &SimulateDefinition) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for measured in definition.simulation()?.columns {
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
    parameters: ParameterTexts,
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
    let simulation = definition.simulation()?;
    let mut finished: Vec<Finished> = Vec::new();
    let mut cells = Vec::with_capacity(keys.len());
    for row in keys {
        limits.check_deadline()?;
        let value = |text: &str| {
            let index = names.iter().position(|name| *name == text);
            index.map_or(text, |index| row[index].as_str()).to_owned()
        };
        let parameters = definition.parameters.map(value);
        let known = finished
            .iter()
            .position(|case| case.parameters == parameters);
        let index = match known {
            Some(index) => index,
            None => {
                let rows = definition.draw(&parameters, limits)?;
                finished.push(Finished { parameters, rows });
                finished.len() - 1
            }
        };
        let Finished { parameters, rows } = &finished[index];
        // What the row must have at each of the experiment's keys.
        let wanted: Vec<String> = simulation
            .keys
            .iter()
            .map(|key| {
                let own = names.iter().position(|name| name == key);
                match own {
                    Some(index) => row[index].clone(),
                    None => definition.wanted(key, parameters).to_owned(),
                }
            })
            .collect();
        let mut named = simulation.keys.iter().zip(&wanted);
        let is_input = named.any(|(key, value)| *key == "layer" && value == "0");
        cells.push(match definition.find_row(rows, &wanted) {
            Ok(found) => texts(simulation, found),
            Err(_) if is_input => {
                let given = "not sampled: the inputs are given".to_owned();
                vec![given; 2 * estimates(simulation).count()]
            }
            Err(error) => return Err(error),
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

/// The estimate to about a thousandth of its standard error; without one, the shortest text that reads
/// back to the same double. Below 10⁻¹⁰ with an exponent.
pub fn estimate_text(value: f64, stderr: Option<f64>) -> String {
    match stderr.filter(|e| *e > 0.0 && e.is_finite()) {
        Some(stderr) => {
            let places = (3.0 - stderr.log10().floor()).clamp(0.0, 300.0) as usize;
            if value != 0.0 && value.abs() < 1e-10 {
                let lead = value.abs().log10().floor();
                let digits = (places as f64 + lead).clamp(0.0, 16.0) as usize;
                return format!("{value:.digits$e}");
            }
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
                "the width `w` is not a positive integer",
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
