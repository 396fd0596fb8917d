//! The path numbers as what they are named after: weighted paths on a graph, counted.
//!
//! The graph has the vertices 0, 1, 2, … and the edges $v \to v-1$ of weight 1 and $v \to v-2$ of
//! weight $v-1$. Nothing here knows the index form of the recursion: [`count`] pushes weight
//! forward from the start along the edges, and [`enumerate`] walks every path.

use rug::Integer;

use super::paths::PathNumber;

/// An edge out of a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The vertex that the edge leads to.
    pub head: u32,
    /// Its weight.
    pub weight: u32,
    /// Whether it is a unit edge, $v \to v-1$.
    pub unit: bool,
}

/// The edges out of `vertex` that a path to `end` may take.
///
/// Paths to the end vertex 1 run on the vertices from 1 up, and paths to 0 may not fall short of
/// it: an edge is allowed if its head is at least `end`. At vertex 1 with end 1 nothing is left.
pub fn edges(vertex: u32, end: u32) -> impl Iterator<Item = Edge> {
    let unit = vertex.checked_sub(1).map(|head| Edge {
        head,
        weight: 1,
        unit: true,
    });
    let double = vertex.checked_sub(2).map(|head| Edge {
        head,
        weight: vertex - 1,
        unit: false,
    });
    unit.into_iter()
        .chain(double)
        .filter(move |edge| edge.head >= end)
}

/// The total weights of the paths from `a` to the end vertex of `number`, by number of unit edges:
/// entry $i$ of the result is $P(a,i)$ or $Q(a,i)$, for $i = 0, …, a$.
///
/// Dynamic programming: the weight that has arrived at each vertex, split by unit edges used, is
/// handed on along every edge, from the highest vertex down. $O(a^2)$ additions.
pub fn count(number: PathNumber, a: u32) -> Vec<Integer> {
    let end = number.end();
    let size = a as usize + 1;
    let mut arrived = vec![vec![Integer::new(); size]; size];
    arrived[a as usize][0] = Integer::from(1);
    for vertex in (end + 1..=a).rev() {
        let here = std::mem::take(&mut arrived[vertex as usize]);
        for edge in edges(vertex, end) {
            let there = &mut arrived[edge.head as usize];
            let used = usize::from(edge.unit);
            for (total, weight) in there[used..].iter_mut().zip(&here) {
                *total += weight * edge.weight;
            }
        }
    }
    // A start below the end has no path.
    arrived
        .into_iter()
        .nth(end as usize)
        .unwrap_or_else(|| vec![Integer::new(); size])
}

/// The same totals by walking every single path, and the number of paths walked.
///
/// The number of paths grows like the Fibonacci numbers; meant for $a ≤ 25$.
pub fn enumerate(number: PathNumber, a: u32) -> (Vec<Integer>, u64) {
    let end = number.end();
    let mut totals = vec![Integer::new(); a as usize + 1];
    let mut paths = 0;
    // What is still to be walked: vertex, unit edges so far, weight so far.
    let mut open = vec![(a, 0usize, Integer::from(1))];
    while let Some((vertex, units, weight)) = open.pop() {
        if vertex == end {
            totals[units] += weight;
            paths += 1;
            continue;
        }
        for edge in edges(vertex, end) {
            open.push((
                edge.head,
                units + usize::from(edge.unit),
                Integer::from(&weight * edge.weight),
            ));
        }
    }
    (totals, paths)
}

#[cfg(test)]
mod tests {
    use super::super::paths::row;
    use super::*;

    #[test]
    fn counting_paths_gives_the_closed_forms() {
        for number in [PathNumber::P, PathNumber::Q] {
            for a in 0..=60 {
                assert_eq!(count(number, a), row(number, a), "{number:?} row {a}");
            }
        }
    }

    #[test]
    fn every_single_path_is_counted_once() {
        for number in [PathNumber::P, PathNumber::Q] {
            // The number of paths from a to its end is a Fibonacci number.
            let mut fibonacci = (0u64, 1u64);
            for distance in 0..=18 {
                let a = distance + number.end();
                let (totals, paths) = enumerate(number, a);
                assert_eq!(totals, count(number, a), "{number:?} row {a}");
                assert_eq!(paths, fibonacci.1);
                fibonacci = (fibonacci.1, fibonacci.0 + fibonacci.1);
            }
        }
        assert_eq!(enumerate(PathNumber::Q, 0), (vec![Integer::new()], 0));
    }
}
