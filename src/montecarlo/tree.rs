//! The fixed merge tree over blocks.
//!
//! Node (level k, index j) of the tree covers the blocks j·2ᵏ … (j+1)·2ᵏ − 1, and its statistics
//! are the merge of its left child and its right child, in this order. A contiguous range of blocks
//! is kept as its maximal nodes: at most two for each level. Two adjacent ranges join by putting
//! their nodes side by side and merging siblings, so the nodes of a range do not depend on how it
//! was put together. The statistics of the whole range fold its nodes from right to left.

use std::ops::Range;

use super::moments::{Moments, merge_comoment};

/// The statistics of one aligned run of blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The node covers 2^level blocks.
    pub level: u32,
    /// … from block index·2^level on.
    pub index: u64,
    /// Samples drawn, including those where an output was not finite.
    pub drawn: u64,
    /// One entry for each output, all over the same samples.
    pub moments: Vec<Moments>,
    /// $\sum(x-\bar x)(y-\bar y)$ for each pair of outputs that the experiment asks for.
    pub comoments: Vec<f64>,
    /// For each output, the moments of the means of the full blocks.
    pub block_means: Vec<Moments>,
    /// For each pair, the moments of the covariances inside the full blocks.
    pub block_covariances: Vec<Moments>,
}

impl Node {
    /// The blocks that the node covers.
    pub fn blocks(&self) -> Range<u64> {
        self.index << self.level..(self.index + 1) << self.level
    }

    /// The statistics of both nodes' samples, `self` the earlier; `pairs` names the co-moments'
    /// outputs. The position is that of the parent, if they are siblings.
    fn join(&self, right: &Node, pairs: &[(usize, usize)]) -> Node {
        let moments = self
            .moments
            .iter()
            .zip(&right.moments)
            .map(|(a, b)| a.merge(b))
            .collect();
        let comoments = pairs
            .iter()
            .zip(self.comoments.iter().zip(&right.comoments))
            .map(|(&(i, j), (&a, &b))| {
                merge_comoment(
                    (&self.moments[i], &self.moments[j], a),
                    (&right.moments[i], &right.moments[j], b),
                )
            })
            .collect();
        let merged = |left: &[Moments], right: &[Moments]| {
            let pairs = left.iter().zip(right);
            pairs.map(|(a, b)| a.merge(b)).collect()
        };
        Node {
            level: self.level + 1,
            index: self.index >> 1,
            drawn: self.drawn + right.drawn,
            moments,
            comoments,
            block_means: merged(&self.block_means, &right.block_means),
            block_covariances: merged(&self.block_covariances, &right.block_covariances),
        }
    }
}

/// The maximal nodes of a contiguous range of blocks, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    start: u64,
    nodes: Vec<Node>,
    pairs: Vec<(usize, usize)>,
}

impl Forest {
    /// No blocks yet; the first to come is `start`.
    pub fn new(start: u64, pairs: &[(usize, usize)]) -> Forest {
        Forest {
            start,
            nodes: Vec::new(),
            pairs: pairs.to_vec(),
        }
    }

    /// The blocks covered.
    pub fn blocks(&self) -> Range<u64> {
        self.start..self.nodes.last().map_or(self.start, |n| n.blocks().end)
    }

    /// The maximal nodes, from left to right.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Adds the node that begins where the range ends. Returns false, and changes nothing, if the
    /// node begins elsewhere.
    pub fn push(&mut self, node: Node) -> bool {
        if node.blocks().start != self.blocks().end {
            return false;
        }
        let mut right = node;
        // Siblings have one level, and the left one an even index; they are adjacent already.
        while let Some(left) = self
            .nodes
            .pop_if(|n| n.level == right.level && n.index % 2 == 0)
        {
            right = left.join(&right, &self.pairs);
        }
        self.nodes.push(right);
        true
    }

    /// The statistics of the whole range; its position in the tree means nothing. `None` if empty.
    pub fn total(&self) -> Option<Node> {
        let (last, rest) = self.nodes.split_last()?;
        Some(
            rest.iter()
                .rev()
                .fold(last.clone(), |right, left| left.join(&right, &self.pairs)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(index: u64) -> Node {
        let x = ((index * 2_654_435_761) % 1000) as f64 / 7.0;
        let samples = [x, x.sqrt(), 1.0 / (x + 1.0)];
        Node {
            level: 0,
            index,
            drawn: 3,
            moments: vec![Moments::of(samples), Moments::of(samples.map(|v| v * v))],
            comoments: vec![x],
            block_means: vec![Moments::of([x]), Moments::of([x * x])],
            block_covariances: vec![Moments::of([x.sqrt()])],
        }
    }

    fn grow(range: Range<u64>) -> Forest {
        let mut forest = Forest::new(range.start, &[(0, 1)]);
        for block in range {
            assert!(forest.push(leaf(block)));
        }
        forest
    }

    #[test]
    fn every_split_gives_the_same_bits() {
        let mut cases = 0;
        for end in [1, 2, 7, 64, 93] {
            let whole = grow(0..end);
            let total = whole.total().unwrap();
            assert_eq!(total.drawn, 3 * end);
            for a in 0..=end {
                for b in (a..=end).step_by(5) {
                    let mut joined = Forest::new(0, &[(0, 1)]);
                    for part in [grow(0..a), grow(a..b), grow(b..end)] {
                        for node in part.nodes() {
                            assert!(joined.push(node.clone()));
                        }
                    }
                    assert_eq!(joined, whole);
                    assert_eq!(joined.total().unwrap(), total);
                    cases += 1;
                }
            }
        }
        assert!(cases > 1000);
    }

    #[test]
    fn nodes_are_maximal_and_gaps_are_refused() {
        let forest = grow(3..17);
        let shape: Vec<_> = forest.nodes().iter().map(|n| (n.level, n.index)).collect();
        assert_eq!(shape, [(0, 3), (2, 1), (3, 1), (0, 16)]);
        let mut forest = grow(0..5);
        assert!(!forest.push(leaf(6)));
        assert!(!forest.push(leaf(4)));
        assert_eq!(forest, grow(0..5));
    }
}
