//! Quantiles and histograms of the samples, as `sample` and `merge` print them.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::montecarlo::Partial;
use crate::montecarlo::sketch::Sketch;

/// Standard deviations of the number of samples below a quantile that its interval spans: about 95 %.
const SPREAD: f64 = 1.96;

/// What is asked about the shape of the samples' law.
#[derive(Debug, Default, Args)]
pub struct Shape {
    /// Quantiles of the samples, each with an interval that covers the law's in 95 of 100 runs
    #[arg(long, value_name = "P,P,...", allow_negative_numbers = true, value_parser = quantiles)]
    quantiles: Option<Numbers>,
    /// The number of samples between neighbouring edges
    #[arg(long, value_name = "EDGE,EDGE,...", allow_negative_numbers = true, allow_hyphen_values = true, value_parser = edges)]
    histogram: Option<Numbers>,
}

/// A list of numbers as one argument.
#[derive(Debug, Clone)]
struct Numbers(Vec<f64>);

fn numbers(text: &str, what: &str, example: &str) -> Result<Vec<f64>> {
    let number = |word: &str| word.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let list: Option<Vec<f64>> = text.split(',').map(number).collect();
    list.ok_or_else(|| {
        Error::usage(format!("`{text}` is not a list of {what}"))
            .with_hint(format!("numbers separated by commas, such as {example}"))
    })
}

fn quantiles(text: &str) -> Result<Numbers> {
    let list = numbers(text, "probabilities", "0.05,0.5,0.95")?;
    if list.iter().all(|p| (0.0..=1.0).contains(p)) {
        return Ok(Numbers(list));
    }
    Err(Error::usage(format!("`{text}` is not between 0 and 1"))
        .with_hint("probabilities separated by commas, such as 0.05,0.5,0.95"))
}

fn edges(text: &str) -> Result<Numbers> {
    let list = numbers(text, "edges", "0,1,2,4")?;
    if list.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(Numbers(list));
    }
    Err(Error::usage(format!("the edges `{text}` do not increase"))
        .with_hint("numbers separated by commas, such as 0,1,2,4"))
}

impl Shape {
    /// Whether samples must be counted in buckets for it.
    pub fn is_wanted(&self) -> bool {
        self.quantiles.is_some() || self.histogram.is_some()
    }

    /// The sketch of the first output.
    fn sketch<'a>(&self, partial: &'a Partial) -> Result<&'a Sketch> {
        let sketches = partial.sketches().unwrap_or_default();
        sketches.first().ok_or_else(|| {
            Error::data("the parts hold no quantiles")
                .with_hint("draw them with `sample --quantiles 0.5 --out FILE`")
        })
    }

    /// The options as they were typed, to be typed again.
    pub fn as_arguments(&self) -> String {
        let mut text = String::new();
        for (name, list) in [
            ("quantiles", &self.quantiles),
            ("histogram", &self.histogram),
        ] {
            if let Some(Numbers(list)) = list {
                let words: Vec<String> = list.iter().map(f64::to_string).collect();
                text += &format!(" --{name}={}", words.join(","));
            }
        }
        text
    }

    /// Lines of text about the first output.
    ///
    /// # Errors
    /// A data error if the result was drawn without quantiles.
    pub fn lines(&self, partial: &Partial) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        if !self.is_wanted() {
            return Ok(lines);
        }
        let sketch = self.sketch(partial)?;
        for &p in self.quantiles.iter().flat_map(|list| &list.0) {
            let q = sketch.quantile(p, SPREAD)?;
            lines.push(format!(
                "  quantile   {p}: {} in [{}, {}]",
                shown(q.value),
                shown(q.low),
                shown(q.high)
            ));
        }
        if let Some(Numbers(edges)) = &self.histogram {
            for (low, high, count) in bins(sketch, edges)? {
                lines.push(format!("  from {low} to {high}: {count}"));
            }
        }
        Ok(lines)
    }

    /// The same as JSON.
    ///
    /// # Errors
    /// As [`lines`](Self::lines).
    pub fn json(&self, partial: &Partial, map: &mut Map<String, Value>) -> Result<()> {
        if !self.is_wanted() {
            return Ok(());
        }
        let sketch = self.sketch(partial)?;
        let text = |x: f64| x.to_string();
        if let Some(Numbers(list)) = &self.quantiles {
            let mut all = Vec::with_capacity(list.len());
            for &p in list {
                let q = sketch.quantile(p, SPREAD)?;
                all.push(json!({"p": text(p), "value": text(q.value), "low": text(q.low), "high": text(q.high)}));
            }
            map.insert("quantiles".into(), json!(all));
        }
        if let Some(Numbers(edges)) = &self.histogram {
            let all: Vec<Value> = bins(sketch, edges)?
                .into_iter()
                .map(|(low, high, count)| json!({"low": text(low), "high": text(high), "count": count}))
                .collect();
            map.insert("histogram".into(), json!(all));
        }
        Ok(())
    }
}

/// Four digits, as many as a bucket resolves; the ends of the bucket around 0 as 0.
fn shown(x: f64) -> String {
    match x.abs() < f64::MIN_POSITIVE {
        true => "0".to_owned(),
        false => format!("{x:.3e}"),
    }
}

/// The bins of a histogram with their counts; the first and the last are unbounded.
fn bins(sketch: &Sketch, edges: &[f64]) -> Result<Vec<(f64, f64, u64)>> {
    let counts = sketch.histogram(edges)?;
    let lows = std::iter::once(f64::NEG_INFINITY).chain(edges.iter().copied());
    let highs = edges.iter().copied().chain([f64::INFINITY]);
    Ok(lows
        .zip(highs)
        .zip(counts)
        .map(|((low, high), n)| (low, high, n))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{Gate, PairMoment, RunOptions, run};

    fn drawn(quantiles: bool) -> Partial {
        // E[φ(G)⁰ φ(Ĝ)⁰] at a right angle: 1 with probability 1/4, else 0.
        let pair = PairMoment::new("shape", (0, 0), (0.0, 1.0), Gate::Relu).unwrap();
        let options = RunOptions {
            quantiles,
            ..RunOptions::samples(40_000, 0)
        };
        run(&pair, &options).unwrap()
    }

    #[test]
    fn lists_are_read_strictly() {
        assert_eq!(quantiles("0, 0.5,1").unwrap().0, [0.0, 0.5, 1.0]);
        assert_eq!(edges("-2,0,1e3").unwrap().0, [-2.0, 0.0, 1000.0]);
        for bad in ["", "0.5,", "x", "nan", "1.1", "-0.1"] {
            assert!(quantiles(bad).is_err(), "{bad}");
        }
        for bad in ["", "1,1", "2,1", "inf", "0 1"] {
            assert!(edges(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_indicator_has_its_two_quantiles_and_bins() {
        let shape = Shape {
            quantiles: Some(quantiles("0.5,0.9").unwrap()),
            histogram: Some(edges("0.5").unwrap()),
        };
        let partial = drawn(true);
        let ones = (partial.estimate().mean * 40_000.0).round() as u64;
        let lines = shape.lines(&partial).unwrap();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with("  quantile   0.5: 0"), "{lines:?}");
        assert!(lines[1].starts_with("  quantile   0.9: 1.000"), "{lines:?}");
        assert_eq!(lines[3], format!("  from 0.5 to inf: {ones}"));
        let mut map = Map::new();
        shape.json(&partial, &mut map).unwrap();
        assert_eq!(map["histogram"][0]["count"], 40_000 - ones);
        assert_eq!(map["quantiles"][0]["p"], "0.5");
        let error = shape.lines(&drawn(false)).unwrap_err();
        assert!(error.to_string().contains("--quantiles"), "{error}");
        assert!(Shape::default().lines(&drawn(false)).unwrap().is_empty());
    }
}
