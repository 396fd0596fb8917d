//! Partial results as files: self-describing JSON that gives the statistics back bit for bit.
//!
//! A file names the formula, the seed, the blocks, the stream layout and the isobath version, and
//! holds the statistics of the maximal tree nodes of its blocks. Real numbers are strings in the
//! shortest decimal form that reads back to the same double. A checksum over the rest shows a file
//! that was edited or damaged; a truncated one is not JSON.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::experiment::Method;
use super::moments::Moments;
use super::partial::Partial;
use super::run::{MAX_SAMPLES, Stop};
use super::sketch::Sketch;
use super::stream::{BLOCK_SAMPLES, STREAM_VERSION, experiment_hash};
use super::tree::{Forest, Node};
use crate::error::{Error, Result};

/// What the files call themselves.
const KIND: &str = "isobath partial result";
/// The deepest node: 2⁵⁶ samples in blocks of 2¹⁰ are 2⁴⁶ blocks.
const MAX_LEVEL: u32 = (MAX_SAMPLES / BLOCK_SAMPLES).ilog2();

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    kind: String,
    isobath: String,
    stream: u32,
    formula: String,
    /// Left out if plain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    seed: u64,
    /// Samples of the whole experiment; null if open-ended.
    samples: Option<u64>,
    /// First block and the one after the last.
    blocks: [u64; 2],
    outputs: Vec<String>,
    pairs: Vec<[usize; 2]>,
    nodes: Vec<NodeText>,
    /// For each output, if quantiles are kept: `key:count` of each bucket with samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sketches: Option<Vec<Buckets>>,
    checksum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeText {
    level: u32,
    index: u64,
    drawn: u64,
    defined: u64,
    moments: Vec<MomentsText>,
    comoments: Vec<Real>,
    /// The full blocks with a defined sample.
    full_blocks: u64,
    /// The moments of the means of these blocks.
    block_means: Vec<MomentsText>,
    /// For each pair, the moments of the covariances inside these blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    block_covariances: Vec<MomentsText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MomentsText {
    mean: Real,
    m2: Real,
    m3: Real,
    m4: Real,
    min: Real,
    max: Real,
}

/// A sketch as `key:count` separated by spaces: one line in the file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Buckets(Sketch);

impl From<Buckets> for String {
    fn from(buckets: Buckets) -> String {
        let entries = buckets.0.entries();
        let words: Vec<String> = entries.map(|(key, n)| format!("{key}:{n}")).collect();
        words.join(" ")
    }
}

impl TryFrom<String> for Buckets {
    type Error = String;

    fn try_from(text: String) -> Result<Buckets, String> {
        let mut entries = Vec::new();
        for word in text.split_ascii_whitespace() {
            let parsed = word
                .split_once(':')
                .and_then(|(key, n)| Some((key.parse().ok()?, n.parse().ok()?)));
            entries.push(parsed.ok_or_else(|| format!("`{word}` is not a bucket `key:count`"))?);
        }
        Sketch::from_entries(entries).map(Buckets)
    }
}

/// A double as the shortest decimal string that reads back to it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Real(f64);

impl From<Real> for String {
    fn from(real: Real) -> String {
        format!("{:?}", real.0)
    }
}

impl TryFrom<String> for Real {
    type Error = String;

    fn try_from(text: String) -> Result<Real, String> {
        match text.parse() {
            Ok(value) => Ok(Real(value)),
            Err(_) => Err(format!("`{text}` is not a real number")),
        }
    }
}

impl Document {
    /// FNV-1a of the document with an empty checksum, as 16 hexadecimal digits.
    fn sum(&mut self) -> Result<String> {
        self.checksum.clear();
        let text = serde_json::to_string(self)
            .map_err(|e| Error::data(format!("cannot write the partial result: {e}")))?;
        Ok(format!("{:016x}", experiment_hash(&text)))
    }
}

impl Partial {
    /// The result as a JSON document.
    ///
    /// # Errors
    /// A data error if the serialiser fails, which no result can bring about.
    pub fn to_json(&self) -> Result<String> {
        let blocks = self.blocks();
        let mut document = Document {
            kind: KIND.to_owned(),
            isobath: self.version.clone(),
            stream: STREAM_VERSION,
            formula: self.canonical.clone(),
            method: (self.method != Method::Plain).then(|| self.method.name().to_owned()),
            seed: self.seed,
            samples: self.samples,
            blocks: [blocks.start, blocks.end],
            outputs: self.outputs.clone(),
            pairs: self.pairs.iter().map(|&(i, j)| [i, j]).collect(),
            nodes: self.forest.nodes().iter().map(node_text).collect(),
            sketches: self
                .sketches()
                .map(|sketches| sketches.iter().cloned().map(Buckets).collect()),
            checksum: String::new(),
        };
        document.checksum = document.sum()?;
        let mut text = serde_json::to_string_pretty(&document)
            .map_err(|e| Error::data(format!("cannot write the partial result: {e}")))?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a result that [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// A data error, with line and column where there is one, for text that is cut off, is not such
    /// a document, was edited, contradicts itself, or comes from another stream layout.
    pub fn from_json(text: &str) -> Result<Partial> {
        let mut document: Document = serde_json::from_str(text).map_err(|e| {
            let cut = if e.is_eof() {
                "the partial result is cut off"
            } else {
                "this is not a partial result"
            };
            Error::data(format!("{cut}: {e}")).with_hint("draw this part again")
        })?;
        if document.kind != KIND {
            return Err(Error::data(format!(
                "this is a file of the kind `{}`, not `{KIND}`",
                document.kind
            )));
        }
        if document.stream != STREAM_VERSION {
            return Err(Error::data(format!(
                "the part was drawn with stream layout {}, and this isobath has layout {STREAM_VERSION}",
                document.stream
            ))
            .with_hint("draw all parts with one version"));
        }
        let stated = std::mem::take(&mut document.checksum);
        let found = document.sum()?;
        if stated != found {
            return Err(Error::data(format!(
                "the checksum is {found} and the file says {stated}: the file was edited or damaged"
            ))
            .with_hint("draw this part again"));
        }
        document.into_partial()
    }
}

fn node_text(node: &Node) -> NodeText {
    NodeText {
        level: node.level,
        index: node.index,
        drawn: node.drawn,
        defined: node.moments.first().map_or(0, Moments::count),
        moments: node.moments.iter().map(moments_text).collect(),
        comoments: node.comoments.iter().map(|&c| Real(c)).collect(),
        full_blocks: node.block_means.first().map_or(0, Moments::count),
        block_means: node.block_means.iter().map(moments_text).collect(),
        block_covariances: node.block_covariances.iter().map(moments_text).collect(),
    }
}

fn moments_text(m: &Moments) -> MomentsText {
    MomentsText {
        mean: Real(m.mean),
        m2: Real(m.m2),
        m3: Real(m.m3),
        m4: Real(m.m4),
        min: Real(m.min),
        max: Real(m.max),
    }
}

impl Document {
    /// The result, if the document is consistent: a file is not trusted for having a checksum.
    fn into_partial(self) -> Result<Partial> {
        let wrong = |what: String| {
            Err(Error::data(format!(
                "the partial result is inconsistent: {what}"
            )))
        };
        let [start, end] = self.blocks;
        let last = match self.samples {
            Some(n) if (1..=MAX_SAMPLES).contains(&n) => n.div_ceil(BLOCK_SAMPLES),
            Some(n) => return wrong(format!("{n} samples")),
            None => MAX_SAMPLES / BLOCK_SAMPLES,
        };
        if start >= end || end > last {
            return wrong(format!("blocks {start}..{end} of {last}"));
        }
        let method = match &self.method {
            None => Method::Plain,
            Some(name) => match Method::ALL.into_iter().find(|m| m.name() == name.as_str()) {
                Some(method) => method,
                None => return wrong(format!("the method `{name}` is unknown")),
            },
        };
        let outputs = self.outputs.len();
        if outputs == 0 {
            return wrong("it has no outputs".to_owned());
        }
        let pairs: Vec<(usize, usize)> = self.pairs.iter().map(|&[i, j]| (i, j)).collect();
        if pairs.iter().any(|&(i, j)| i >= outputs || j >= outputs) {
            return wrong("a pair names an output that it does not have".to_owned());
        }
        let mut forest = Forest::new(start, &pairs);
        let count = self.nodes.len();
        for text in self.nodes {
            let (level, index) = (text.level, text.index);
            let place = format!("node (level {level}, index {index})");
            if level > MAX_LEVEL || index >= (MAX_SAMPLES / BLOCK_SAMPLES) >> level {
                return wrong(format!("{place} does not exist"));
            }
            let node = text.into_node();
            let lengths = [node.moments.len(), node.block_means.len()];
            let of_pairs = [node.comoments.len(), node.block_covariances.len()];
            if lengths != [outputs; 2] || of_pairs != [pairs.len(); 2] {
                return wrong(format!("{place} has another number of statistics"));
            }
            let blocks = node.blocks();
            if node.drawn != samples_in(&blocks, self.samples) {
                return wrong(format!("{place} has drawn {} samples", node.drawn));
            }
            if node.moments[0].count > node.drawn {
                return wrong(format!(
                    "{place} has more defined samples than it has drawn"
                ));
            }
            if node.block_means[0].count > node.drawn / BLOCK_SAMPLES {
                return wrong(format!("{place} has more full blocks than it has drawn"));
            }
            if !forest.push(node) {
                return wrong(format!("{place} is not the next one"));
            }
        }
        if forest.blocks() != (start..end) || forest.nodes().len() != count {
            return wrong(format!(
                "its nodes do not cover the blocks {start}..{end} once"
            ));
        }
        let sketches: Vec<Sketch> = match self.sketches {
            None => Vec::new(),
            Some(sketches) => sketches.into_iter().map(|buckets| buckets.0).collect(),
        };
        if !sketches.is_empty() && sketches.len() != outputs {
            return wrong(format!("{} sketches of {outputs} outputs", sketches.len()));
        }
        // A forest of blocks start < end has a total.
        let total = forest.total();
        for (k, sketch) in sketches.iter().enumerate() {
            let moments = total.as_ref().map(|node| node.moments[k]);
            if moments.is_none_or(|m| m.count() != sketch.count()) {
                return wrong(format!(
                    "the sketch of output {k} has {} samples",
                    sketch.count()
                ));
            }
        }
        Ok(Partial {
            canonical: self.formula,
            method,
            seed: self.seed,
            samples: self.samples,
            outputs: self.outputs,
            pairs,
            forest,
            sketches,
            version: self.isobath,
            stop: Stop::Finished,
        })
    }
}

/// The samples in a range of blocks of an experiment of that many samples.
fn samples_in(blocks: &Range<u64>, samples: Option<u64>) -> u64 {
    let full = (blocks.end - blocks.start) * BLOCK_SAMPLES;
    samples.map_or(full, |n| {
        full.min(n.saturating_sub(blocks.start * BLOCK_SAMPLES))
    })
}

impl NodeText {
    fn into_node(self) -> Node {
        let moments = |texts: Vec<MomentsText>, count: u64| -> Vec<Moments> {
            let of = |m: MomentsText| Moments {
                count,
                mean: m.mean.0,
                m2: m.m2.0,
                m3: m.m3.0,
                m4: m.m4.0,
                min: m.min.0,
                max: m.max.0,
            };
            texts.into_iter().map(of).collect()
        };
        Node {
            level: self.level,
            index: self.index,
            drawn: self.drawn,
            moments: moments(self.moments, self.defined),
            block_means: moments(self.block_means, self.full_blocks),
            block_covariances: moments(self.block_covariances, self.full_blocks),
            comoments: self.comoments.into_iter().map(|c| c.0).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
