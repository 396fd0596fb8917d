//! How an estimate is printed, beside its certified value where there is one: the report of `sample`
//! and `merge`.

use serde_json::{Map, Value, json};

use super::exit::Exit;
use super::options::Common;
use super::output;
use super::shape::Shape;
use crate::error::Result;
use crate::montecarlo::significance::{RUN_ALARM_RATE, threshold};
use crate::montecarlo::{Estimate, Method, Partial, STREAM_VERSION};
use crate::theory::measure::Measured;

/// A finished or unfinished run with what is known about its formula.
pub struct Report<'a> {
    /// The verb that prints it.
    pub verb: &'a str,
    /// The canonical formula.
    pub formula: &'a str,
    /// The statistics.
    pub partial: &'a Partial,
    /// The certified value and the distance from it, for a quantity of the catalogue.
    pub measured: Option<&'a Measured>,
    /// What is asked about the samples' law.
    pub shape: &'a Shape,
    /// The exit code if nothing is refuted.
    pub exit: Exit,
}

impl Report<'_> {
    /// Prints the estimate. Refuted if it is farther from the certified value than one run in a
    /// million.
    ///
    /// # Errors
    /// A data error if quantiles are asked of parts without them.
    pub fn print(&self, common: &Common) -> Result<Exit> {
        let level = threshold(1, RUN_ALARM_RATE).unwrap_or(f64::INFINITY);
        let exit = match self.measured {
            Some(measured) if measured.z.abs() > level => self.exit.and(Exit::Refuted),
            _ => self.exit,
        };
        let printed = if common.json {
            output::print_json(self.json(level)?)
        } else {
            output::print_line(&self.text(level)?.join("\n"))
        };
        Ok(printed.unwrap_or(exit))
    }

    fn json(&self, level: f64) -> Result<Map<String, Value>> {
        let estimates = self.partial.estimates();
        let mut map = output::object(self.verb);
        map.insert("formula".into(), json!(self.formula));
        map.insert("class".into(), json!("sampled"));
        map.insert("method".into(), json!(self.partial.method().name()));
        if let Some(first) = estimates.first() {
            map.insert("mean".into(), json!(first.mean.to_string()));
            map.insert("stderr".into(), json!(first.stderr.map(|e| e.to_string())));
            let between = first.block_stderr.map(|e| e.to_string());
            map.insert("block_stderr".into(), json!(between));
            for (name, value) in shape_of(first) {
                map.insert(name.into(), json!(value.map(|x| x.to_string())));
            }
            map.insert("n".into(), json!(first.n));
            if first.undefined > 0 {
                map.insert("undefined".into(), json!(first.undefined));
            }
            map.insert("seed".into(), json!(first.seed));
        }
        let of = |text: &dyn Fn(&Measured) -> String| self.measured.map(text);
        map.insert("z".into(), json!(of(&|m| format!("{:.4}", m.z))));
        map.insert(
            "certified".into(),
            json!(of(&|m| format!("{:.17e}", m.certified))),
        );
        map.insert(
            "resolution".into(),
            json!(of(&|m| format!(
                "{:.4e}",
                m.resolution(level).unwrap_or(f64::INFINITY)
            ))),
        );
        let blocks = self.partial.blocks();
        map.insert("blocks".into(), json!(blocks.end - blocks.start));
        map.insert("stream".into(), json!(STREAM_VERSION));
        if !self.partial.is_whole() {
            let range = format!("{}..{}", blocks.start, blocks.end);
            map.insert("range".into(), json!(range));
        }
        if estimates.len() > 1 {
            let outputs: Vec<Value> = estimates
                .iter()
                .map(|e| {
                    let mut output = Map::new();
                    output.insert("name".into(), json!(e.name));
                    output.insert("mean".into(), json!(e.mean.to_string()));
                    output.insert("stderr".into(), json!(e.stderr.map(|e| e.to_string())));
                    for (name, value) in shape_of(e) {
                        output.insert(name.into(), json!(value.map(|x| x.to_string())));
                    }
                    Value::Object(output)
                })
                .collect();
            map.insert("outputs".into(), json!(outputs));
        }
        let names = self.partial.outputs();
        let covariances: Vec<Value> = self
            .partial
            .covariances()
            .iter()
            .map(|c| {
                let text = |x: Option<f64>| x.map(|x| x.to_string());
                json!({
                    "outputs": [names[c.pair.0], names[c.pair.1]],
                    "covariance": c.value.to_string(),
                    "stderr": text(c.stderr),
                    "correlation": text(c.correlation),
                })
            })
            .collect();
        if !covariances.is_empty() {
            map.insert("covariances".into(), json!(covariances));
        }
        self.shape.json(self.partial, &mut map)?;
        Ok(map)
    }

    fn text(&self, level: f64) -> Result<Vec<String>> {
        let mut lines = vec![self.formula.to_string()];
        let estimates = self.partial.estimates();
        if let Some(measured) = self.measured {
            lines.push(sampled(
                &measured.estimate,
                Some(measured.certified_stderr()),
            ));
            lines.push(format!("  certified  {:.12}", measured.certified));
            lines.push(format!(
                "  z          {:.3}, |z| up to {level:.2} is consistent",
                measured.z
            ));
            lines.push(format!(
                "  resolution {:.2e}: the smallest deviation seen every second time",
                measured.resolution(level).unwrap_or(f64::INFINITY)
            ));
        } else {
            for estimate in &estimates {
                let name = if estimates.len() > 1 {
                    format!("  {}", estimate.name)
                } else {
                    String::new()
                };
                lines.push(format!("{}{name}", sampled(estimate, estimate.stderr)));
            }
        }
        let names = self.partial.outputs();
        for c in self.partial.covariances() {
            let error = c.stderr.map_or(String::new(), |e| format!(" +- {e:.2e}"));
            let (first, second) = (&names[c.pair.0], &names[c.pair.1]);
            lines.push(format!(
                "  covariance {:.12}{error}  {first}, {second}",
                c.value
            ));
        }
        lines.extend(self.shape.lines(self.partial)?);
        lines.extend(
            match self.partial.method() {
                Method::Plain => None,
                Method::RaoBlackwell => {
                    Some("  method     rao-blackwell: the radius is integrated out exactly")
                }
                _ => Some("  method     lattice: n counts random shifts"),
            }
            .map(str::to_owned),
        );
        let blocks = self.partial.blocks();
        let range = if self.partial.is_whole() {
            String::new()
        } else {
            format!(" ({}..{} of the whole)", blocks.start, blocks.end)
        };
        if let Some(first) = estimates.first() {
            lines.push(format!(
                "  n          {} in {} blocks{range}, seed {}, stream {STREAM_VERSION}",
                first.n, first.blocks, first.seed
            ));
            if first.undefined > 0 {
                lines.push(format!(
                    "  undefined  {} samples more, left out",
                    first.undefined
                ));
            }
        }
        Ok(lines)
    }
}

/// The moments of one sample beyond the mean, by name.
fn shape_of(estimate: &Estimate) -> [(&'static str, Option<f64>); 3] {
    [
        ("variance", estimate.variance),
        ("skewness", estimate.skewness),
        ("excess_kurtosis", estimate.excess_kurtosis),
    ]
}

fn sampled(estimate: &Estimate, stderr: Option<f64>) -> String {
    match stderr {
        Some(stderr) => format!("  sampled    {:.12} +- {stderr:.2e}", estimate.mean),
        None => format!("  sampled    {:.12}", estimate.mean),
    }
}
