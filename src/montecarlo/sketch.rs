//! Quantiles and histograms that merge exactly: a log-linear histogram keyed by the bits of a double.
//!
//! The buckets are fixed before any sample is seen: a sample belongs to the bucket of its sign, its
//! exponent and the top [`SUBDIVISION_BITS`] bits of its fraction, so each octave has 1024 equal
//! buckets. A [`Sketch`] is the exact number of samples in each bucket. Sums of integers have no
//! rounding and no order: the sketch of a set of samples is the same however the samples were split
//! over blocks, threads and files.
//!
//! **Error of a quantile.** A bucket $[a, b)$ with $a > 0$ normal has $b - a \le 2^{-10} a$. A
//! quantile is reported as the midpoint of the bucket that holds the sample quantile $x_{(r)}$, so it
//! is off by at most $2^{-11} |x_{(r)}|$ (and never outside the range of the samples). Below the
//! normal numbers the bound is absolute: the buckets are $2^{-1032}$ wide, and the two around 0 are
//! one, reported as 0. Distances between a sample quantile and the quantile of the law are the
//! sampler's noise: [`Sketch::quantile`] gives an interval for them too.

use super::stream::{LANES, Lane};
use crate::error::{Error, Result};

/// Fraction bits that the key of a bucket keeps.
pub const SUBDIVISION_BITS: u32 = 10;

/// The largest error of a quantile relative to the sample quantile, $2^{-11}$: half a bucket.
pub const RELATIVE_ERROR: f64 = 1.0 / (2u32 << SUBDIVISION_BITS) as f64;

/// Bits of a double below the key.
const REST: u32 = 52 - SUBDIVISION_BITS;
/// Buckets of a page: one octave of one sign.
const PAGE: usize = 1 << SUBDIVISION_BITS;
/// Exponent fields of finite doubles, for both signs: the sign is the top bit of the page's index.
const PAGES: usize = 1 << 12;
/// The first key past the finite doubles: the exponent field 2047.
const KEY_END: i32 = 2047 << SUBDIVISION_BITS;

/// The bucket of a finite double: increasing in x, 0 for |x| < 2⁻¹⁰³², odd.
#[inline(always)]
fn key(x: f64) -> i32 {
    let magnitude = ((x.to_bits() << 1) >> (REST + 1)) as i32;
    if x.is_sign_negative() {
        -magnitude
    } else {
        magnitude
    }
}

/// The end of a bucket that is nearer to 0: 0 for the bucket 0, ±∞ past the last one.
fn near_end(key: i32) -> f64 {
    let magnitude = f64::from_bits((u64::from(key.unsigned_abs())) << REST);
    if key < 0 { -magnitude } else { magnitude }
}

/// One bucket that holds samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// The smallest double that belongs to the bucket or bounds it from below.
    pub low: f64,
    /// The smallest double above the bucket, or the largest in it if it is negative.
    pub high: f64,
    /// The samples in it.
    pub count: u64,
}

/// A sample quantile, and where the law's quantile may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantile {
    /// The share p of the law that lies below.
    pub p: f64,
    /// The ⌈pn⌉-th smallest sample, to a relative [`RELATIVE_ERROR`].
    pub value: f64,
    /// Not above the lower end of the interval of order statistics, …
    pub low: f64,
    /// … and not below its upper end.
    pub high: f64,
}

/// The number of samples in each bucket.
#[derive(Debug, Clone)]
pub struct Sketch {
    pages: Vec<Option<Box<[u64; PAGE]>>>,
    count: u64,
}

impl Default for Sketch {
    fn default() -> Self {
        Sketch {
            pages: vec![None; PAGES],
            count: 0,
        }
    }
}

impl PartialEq for Sketch {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.entries().eq(other.entries())
    }
}

impl Sketch {
    /// The sketch of the given samples.
    ///
    /// ```
    /// use isobath::montecarlo::Sketch;
    /// let sketch = Sketch::of([3.0, 1.0, 2.0, 5.0, 4.0])?;
    /// let median = sketch.quantile(0.5, 1.96)?.value;
    /// assert!((median - 3.0).abs() <= 3.0 * isobath::montecarlo::sketch::RELATIVE_ERROR);
    /// # Ok::<(), isobath::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// A domain error if a sample is not finite.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Result<Sketch> {
        let mut sketch = Sketch::default();
        for x in samples {
            if !x.is_finite() {
                return Err(Error::domain(format!("{x} is not a finite sample")));
            }
            sketch.add(key(x), 1);
        }
        Ok(sketch)
    }

    #[inline(always)]
    fn add(&mut self, key: i32, count: u64) {
        let magnitude = key.unsigned_abs() as usize;
        let sign = usize::from(key < 0) << 11;
        let page = self.pages[(magnitude >> SUBDIVISION_BITS) | sign]
            .get_or_insert_with(|| Box::new([0; PAGE]));
        page[magnitude % PAGE] += count;
        self.count += count;
    }

    /// Adds the first `samples` values of one output of a block, leaving out those whose sample is
    /// not `defined`. All of them must be finite then.
    pub(super) fn add_block(
        &mut self,
        rows: &[Lane],
        (output, outputs): (usize, usize),
        samples: usize,
        defined: impl Fn(usize) -> bool,
    ) {
        for i in (0..samples).filter(|&i| defined(i)) {
            self.add(key(rows[i / LANES * outputs + output][i % LANES]), 1);
        }
    }

    /// Adds the samples of another sketch: exact, in any order.
    pub fn merge(&mut self, other: &Sketch) {
        for (mine, theirs) in self.pages.iter_mut().zip(&other.pages) {
            match (mine, theirs) {
                (_, None) => {}
                (mine @ None, Some(page)) => *mine = Some(page.clone()),
                (Some(mine), Some(page)) => {
                    for (a, b) in mine.iter_mut().zip(page.iter()) {
                        *a += b;
                    }
                }
            }
        }
        self.count += other.count;
    }

    /// The number of samples.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// (key, count) of the buckets with samples, by increasing key.
    pub(super) fn entries(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let page = |index: usize| {
            let magnitude = (index % (PAGES / 2)) << SUBDIVISION_BITS;
            let counts = self.pages[index].as_deref().into_iter().flatten();
            counts
                .enumerate()
                .map(move |(j, &count)| ((magnitude + j) as i32, count))
        };
        // Negative pages and their buckets run downwards; the bucket 0 is on the positive side.
        let negative = (PAGES / 2..PAGES).rev().flat_map(move |index| {
            let mut buckets: Vec<_> = page(index).map(|(key, count)| (-key, count)).collect();
            buckets.reverse();
            buckets
        });
        negative
            .chain((0..PAGES / 2).flat_map(page))
            .filter(|&(_, count)| count > 0)
    }

    /// The sketch with these (key, count) entries: the inverse of [`entries`](Self::entries), or
    /// what is wrong with them.
    pub(super) fn from_entries(
        entries: impl IntoIterator<Item = (i32, u64)>,
    ) -> Result<Sketch, String> {
        let mut sketch = Sketch::default();
        let mut last = None;
        for (key, count) in entries {
            if key <= -KEY_END || key >= KEY_END {
                return Err(format!("{key} is not the key of a bucket"));
            }
            if last.is_some_and(|last| last >= key) || count == 0 {
                return Err(format!("bucket {key} is empty or out of order"));
            }
            if sketch.count.checked_add(count).is_none() {
                return Err(format!("bucket {key} overflows the number of samples"));
            }
            sketch.add(key, count);
            last = Some(key);
        }
        Ok(sketch)
    }

    /// The buckets with samples, from left to right. A positive bucket is [low, high), a negative one
    /// (low, high], the one around 0 (low, high).
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.entries().map(|(key, count)| {
            let (low, high) = ends(key);
            Bucket { low, high, count }
        })
    }

    /// The histogram with the given edges: the samples below the first edge, between neighbouring
    /// edges, and above the last.
    ///
    /// An edge counts as the end nearer to 0 of the bucket that it lies in: it moves by a relative
    /// $2^{-10}$ at most, and not at all if it has at most 10 fraction bits. A sample at such an edge
    /// counts with those farther from 0, and one at an edge 0 with the positive ones. The counts are
    /// exact for these edges.
    ///
    /// # Errors
    /// A domain error unless the edges increase and are finite, at least one.
    pub fn histogram(&self, edges: &[f64]) -> Result<Vec<u64>> {
        if edges.is_empty()
            || !edges.iter().all(|e| e.is_finite())
            || edges.windows(2).any(|pair| pair[0] >= pair[1])
        {
            return Err(Error::domain(
                "a histogram needs at least one edge, and its edges must increase",
            ));
        }
        let passed = |edge: f64, bucket: i32| {
            let at = key(edge);
            bucket > at || (bucket == at && edge >= 0.0)
        };
        let mut counts = vec![0; edges.len() + 1];
        let mut bin = 0;
        for (key, count) in self.entries() {
            while bin < edges.len() && passed(edges[bin], key) {
                bin += 1;
            }
            counts[bin] += count;
        }
        Ok(counts)
    }

    /// The key of the r-th smallest sample, r from 1 to [`count`](Self::count).
    fn ranked(&self, rank: u64) -> i32 {
        let mut below = 0;
        let mut found = 0;
        for (key, count) in self.entries() {
            below += count;
            found = key;
            if below >= rank {
                break;
            }
        }
        found
    }

    /// The p-quantile of the samples, with the interval of order statistics around it.
    ///
    /// The value is the ⌈pn⌉-th smallest sample to a relative [`RELATIVE_ERROR`]. The number of
    /// samples below the law's p-quantile is Bin(n, p) (for a continuous law), so the order statistics
    /// of ranks $pn \mp z\sqrt{n p (1-p)}$, rounded outward, enclose that quantile with about the
    /// probability P(|Z| ≤ z): no density need be known. Ends are rounded outward to ends of buckets,
    /// and are infinite where the rank leaves 1 … n.
    ///
    /// # Errors
    /// A domain error unless 0 ≤ p ≤ 1, z ≥ 0 is finite and there is a sample.
    pub fn quantile(&self, p: f64, z: f64) -> Result<Quantile> {
        if !(0.0..=1.0).contains(&p) || !(0.0..f64::INFINITY).contains(&z) || self.count == 0 {
            return Err(Error::domain(format!(
                "no quantile at p = {p} and z = {z} of {} samples",
                self.count
            ))
            .with_hint("p is between 0 and 1, and z is not negative"));
        }
        let n = self.count as f64;
        let rank = (p * n).ceil().clamp(1.0, n) as u64;
        let spread = z * (n * p * (1.0 - p)).sqrt();
        let (first, last) = ((p * n - spread).floor(), (p * n + spread).ceil() + 1.0);
        let low = match first >= 1.0 {
            true => ends(self.ranked(first as u64)).0,
            false => f64::NEG_INFINITY,
        };
        let high = match last <= n {
            true => ends(self.ranked(last as u64)).1,
            false => f64::INFINITY,
        };
        Ok(Quantile {
            p,
            value: midpoint(self.ranked(rank)),
            low,
            high,
        })
    }

    /// Bounds of the number of samples that are at most x: whole buckets to the left of x, and with
    /// the bucket of x.
    pub fn rank_bounds(&self, x: f64) -> (u64, u64) {
        let at = key(x);
        let (mut below, mut through) = (0, 0);
        for (key, count) in self.entries() {
            if key < at {
                below += count;
            }
            if key <= at {
                through += count;
            }
        }
        (below, through)
    }
}

/// The low and the high end of a bucket.
fn ends(key: i32) -> (f64, f64) {
    match key.signum() {
        1 => (near_end(key), near_end(key + 1)),
        -1 => (near_end(key - 1), near_end(key)),
        _ => (near_end(-1), near_end(1)),
    }
}

/// What a bucket's samples are reported as: within half a width of each.
fn midpoint(key: i32) -> f64 {
    if key == 0 {
        return 0.0;
    }
    // Half-way between two doubles with 42 equal trailing zeros: exact, and no overflow.
    let bits = (u64::from(key.unsigned_abs()) << REST) | (1 << (REST - 1));
    f64::from_bits(bits).copysign(f64::from(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::{StreamKey, kernels};

    /// Samples of many sizes and both signs, with repetitions and zeros.
    fn data(n: usize) -> Vec<f64> {
        let mut lanes = StreamKey::new(0, "sketch").lanes(0);
        (0..n)
            .map(|i| {
                let (x, y) = kernels::normal_pair(lanes.bits(0), lanes.bits(0));
                match i % 7 {
                    0 => 0.0,
                    1 => -0.0,
                    2 => x * f64::exp2(200.0 * y),
                    3 => f64::from_bits(lanes.bits(0) % (1 << 52)),
                    _ => x,
                }
            })
            .collect()
    }

    #[test]
    fn keys_increase_and_buckets_contain_their_samples() {
        let mut samples = data(20_000);
        samples.extend([
            f64::MAX,
            f64::MIN,
            f64::MIN_POSITIVE,
            5e-324,
            1.0,
            -1.0,
            2.0,
        ]);
        samples.sort_by(f64::total_cmp);
        assert!(samples.windows(2).all(|pair| key(pair[0]) <= key(pair[1])));
        let mut cases = 0;
        for &x in &samples {
            let (low, high) = ends(key(x));
            let inside = if x > 0.0 && key(x) > 0 {
                low <= x && x < high
            } else if key(x) < 0 {
                low < x && x <= high
            } else {
                low < x && x < high
            };
            assert!(inside, "{x} in {low} {high}");
            let bound = (RELATIVE_ERROR * x.abs()).max(f64::from_bits(1 << REST));
            assert!((midpoint(key(x)) - x).abs() <= bound, "{x}");
            assert!(low <= midpoint(key(x)) && midpoint(key(x)) <= high);
            cases += 1;
        }
        assert_eq!(cases, samples.len());
        assert!(key(f64::MAX) == KEY_END - 1 && key(f64::MIN) == 1 - KEY_END);
        // A bucket is no wider than stated, and the statement is sharp.
        let (low, high) = ends(key(1.0));
        assert_eq!((low, high - low), (1.0, 2.0 * RELATIVE_ERROR));
    }

    #[test]
    fn quantiles_are_within_their_bound_of_the_sorted_samples() {
        let samples = data(9_001);
        let sketch = Sketch::of(samples.iter().copied()).unwrap();
        let mut sorted = samples;
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let mut cases = 0;
        for step in 0..=1000u32 {
            let p = f64::from(step) / 1000.0;
            let rank = ((p * n as f64).ceil() as usize).clamp(1, n);
            let exact = sorted[rank - 1];
            let quantile = sketch.quantile(p, 2.0).unwrap();
            let bound = (RELATIVE_ERROR * exact.abs()).max(f64::from_bits(1 << REST));
            assert!((quantile.value - exact).abs() <= bound, "{p}: {exact}");
            assert!(quantile.low <= exact && exact <= quantile.high);
            let (below, through) = sketch.rank_bounds(exact);
            assert!(below < rank as u64 && rank as u64 <= through);
            cases += 1;
        }
        assert_eq!(cases, 1001);
        assert_eq!(sketch.quantile(0.0, 0.0).unwrap().low, f64::NEG_INFINITY);
        for (p, z) in [(-0.1, 1.0), (1.1, 1.0), (0.5, -1.0), (f64::NAN, 1.0)] {
            assert!(sketch.quantile(p, z).is_err());
        }
        assert!(Sketch::default().quantile(0.5, 1.0).is_err());
        assert!(Sketch::of([f64::NAN]).is_err() && Sketch::of([f64::INFINITY]).is_err());
    }

    #[test]
    fn any_split_merges_to_the_same_sketch_and_text() {
        let samples = data(700);
        let whole = Sketch::of(samples.iter().copied()).unwrap();
        assert_eq!(whole.count(), 700);
        for cut in (0..=700).step_by(50) {
            let (a, b) = samples.split_at(cut);
            let (a, b) = (
                Sketch::of(a.iter().copied()).unwrap(),
                Sketch::of(b.iter().copied()).unwrap(),
            );
            let mut forwards = a.clone();
            forwards.merge(&b);
            let mut backwards = b;
            backwards.merge(&a);
            assert_eq!(forwards, whole);
            assert_eq!(backwards, whole);
        }
        let entries: Vec<_> = whole.entries().collect();
        assert!(entries.is_sorted_by(|a, b| a.0 < b.0));
        assert!(entries.len() > 300);
        assert_eq!(Sketch::from_entries(entries.clone()).unwrap(), whole);
        let mut fewer = Sketch::from_entries(entries[1..].iter().copied()).unwrap();
        assert_ne!(fewer, whole);
        fewer.add(entries[0].0, entries[0].1);
        assert_eq!(fewer, whole);
        for bad in [
            vec![(5, 1), (5, 1)],
            vec![(5, 1), (4, 1)],
            vec![(5, 0)],
            vec![(KEY_END, 1)],
            vec![(i32::MIN, 1)],
            vec![(1, u64::MAX), (2, 1)],
        ] {
            assert!(Sketch::from_entries(bad).is_err());
        }
    }

    #[test]
    fn histograms_with_dyadic_edges_are_exact() {
        let samples: Vec<f64> = data(5_000).into_iter().filter(|x| x.abs() < 1e9).collect();
        let sketch = Sketch::of(samples.iter().copied()).unwrap();
        let edges = [-2.0, -0.5, 0.0, 0.25, 1.0, 3.0];
        let mut counts = vec![0u64; edges.len() + 1];
        for &x in &samples {
            // Subnormal samples lie in the bucket of 0 or beside it, on their own side.
            let x = if key(x) == 0 { 0.0 } else { x };
            counts[edges.iter().filter(|&&e| e <= x).count()] += 1;
        }
        assert_eq!(sketch.histogram(&edges).unwrap(), counts);
        assert_eq!(counts.iter().sum::<u64>(), samples.len() as u64);
        // Samples at an edge: away from 0.
        let at = Sketch::of([-2.0, 2.0, 0.0]).unwrap();
        assert_eq!(at.histogram(&[-2.0, 0.0, 2.0]).unwrap(), [1, 0, 1, 1]);
        for edges in [&[][..], &[1.0, 1.0], &[2.0, 1.0], &[f64::NAN]] {
            assert!(sketch.histogram(edges).is_err());
        }
    }

    #[test]
    fn the_interval_of_a_quantile_covers_as_often_as_it_says() {
        // The median of a normal law is 0. With z = 1.96 the interval of order statistics covers at
        // least 95 % of 400 runs: a fair binomial count, 5.85 standard deviations are 25.5 runs.
        let mut covered = 0;
        for block in 0..400 {
            let mut lanes = StreamKey::new(1, "coverage").lanes(block);
            let normal = |_| kernels::normal_pair(lanes.bits(0), lanes.bits(0)).0;
            let sketch = Sketch::of((0..400).map(normal)).unwrap();
            let median = sketch.quantile(0.5, 1.96).unwrap();
            covered += u32::from(median.low <= 0.0 && 0.0 <= median.high);
        }
        assert!((355..400).contains(&covered), "{covered}");
    }
}
