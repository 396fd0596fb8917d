//! The exact forms of all moments $J_{a,b}$, $a, b ≤ n$, in machine words.
//!
//! The recursion of integration by parts, (R1)–(R4) of [`super::recurrence`], row by row, with
//! three savings over one polynomial of big integers a moment:
//!
//! - **Half of the coefficients.** Each form is two polynomials of one parity each. For $a+b$ even
//!   these are $B$ (parity of $b$, degree $b$, for $b ≤ a$) and $A$ (parity of $a+1$, degree below
//!   $a$). For $a+b$ odd the reflection $E[G^a Ĝ^b 1\{G>0\}] = J(θ) + (-1)^b J(π-θ)$ is a
//!   polynomial of degree $b$, so the part of $R$ with the parity of $b$ has degree at most $b$;
//!   the other part has degree at most $a$.
//! - **Words instead of big integers.** All coefficients of a row are two's complement numbers of
//!   the same width in one block of memory. The width starts at one word and is raised when the
//!   next row might not fit. That is decided before the row is computed, from the largest number
//!   of the two rows below it, so nothing can overflow.
//! - **One pass.** A new coefficient is $(a-1) x + b y$ with one running carry.

use std::borrow::Cow;

use rug::Integer;
use rug::integer::Order;

use super::form::{MomentForm, coefficient_bits};
use crate::number::polynomial::Polynomial;

/// The exact forms of all $J_{a,b}$ with $a, b ≤ n$, see the [module](self).
#[derive(Debug, Clone)]
pub struct MomentTable {
    rows: Vec<Row>,
}

/// The forms $J_{a,0}, …, J_{a,a}$.
#[derive(Debug, Clone)]
struct Row {
    /// Words a coefficient.
    width: usize,
    /// Every coefficient $x$ of the row satisfies $-2^{\text{bits}} ≤ x < 2^{\text{bits}}$.
    bits: u32,
    /// The coefficients, least significant word first, in the order of [`Shape`].
    words: Vec<u64>,
}

/// A polynomial of one parity in two's complement words.
pub(super) struct Part<'a> {
    /// The coefficients of the powers `parity`, `parity + 2`, …, least significant word first.
    pub words: &'a [u64],
    /// Words a coefficient.
    pub width: usize,
    /// The lowest power.
    pub parity: usize,
}

/// Where the two polynomials of $J_{a,b}$, $b ≤ a$, stand in row $a$, in coefficients.
#[derive(Debug, Clone, Copy)]
struct Shape {
    /// Where the first polynomial begins.
    start: usize,
    /// Coefficients of the first polynomial: powers $b \bmod 2$, …, $b$ in steps of two.
    first: usize,
    /// Coefficients of the second one.
    second: usize,
    /// The lowest power of the second one.
    second_parity: usize,
}

impl Shape {
    fn new(a: usize, b: usize) -> Shape {
        let even = (a + b).is_multiple_of(2);
        // The second polynomial is A (powers of parity a+1, below a), or the part of R with the
        // parity of a (up to a).
        let (even_length, odd_length) = (a.div_ceil(2), a / 2 + 1);
        // Before b stand ⌈b/2⌉ moments whose index sum has the parity of a, ⌊b/2⌋ others.
        let (same, other) = (b.div_ceil(2), b / 2);
        let seconds = if a.is_multiple_of(2) {
            same * even_length + other * odd_length
        } else {
            same * odd_length + other * even_length
        };
        // Σ_{j<b} (⌊j/2⌋ + 1) = b + ⌊(b−1)²/4⌋.
        let firsts = b + b.saturating_sub(1).pow(2) / 4;
        Shape {
            start: firsts + seconds,
            first: b / 2 + 1,
            second: if even { even_length } else { odd_length },
            second_parity: if even { (a + 1) % 2 } else { a % 2 },
        }
    }

    /// The number of coefficients of row `a`.
    fn row_length(a: usize) -> usize {
        let last = Shape::new(a, a);
        last.start + last.first + last.second
    }

    /// The words of both polynomials in the row's memory.
    fn slices<'a>(&self, words: &'a [u64], width: usize) -> (&'a [u64], &'a [u64]) {
        let (first, rest) = words[self.start * width..].split_at(self.first * width);
        (first, &rest[..self.second * width])
    }
}

impl MomentTable {
    /// Computes the forms of all moments with both indices at most `n`.
    ///
    /// $O(n^3)$ coefficients of $O(n \log n)$ bits; see [`MomentTable::bytes_bound`] before asking
    /// for a large `n`.
    pub fn new(n: u32) -> Self {
        let n = n as usize;
        let mut rows: Vec<Row> = Vec::with_capacity(n + 1);
        // c·s^(a−1)·(a−2)!! of (R2) without the factor s of even a, for the last two rows: the
        // coefficients of c, c³, …, as words of the width of their row.
        let mut seeds: [Vec<u64>; 2] = [vec![], vec![1]];
        let mut seed_bits = 1;
        for a in 0..=n {
            if a < 2 {
                // J_{0,0}: B = 1. J_{1,0}: R = 1 + c; J_{1,1}: B = c, A = 1.
                let words = vec![1; Shape::row_length(a)];
                rows.push(Row {
                    width: 1,
                    bits: 1,
                    words,
                });
                continue;
            }
            let (last, before) = (&rows[a - 1], &rows[a - 2]);
            // Every new number is f·x + g·y with f + g < 2a or 2a times a seed, except J_{a,a},
            // which takes a number of the row itself: growth by a factor below (2a)². Two bits
            // more hold the sign and the closed end of the range.
            let growth = 2 * (usize::BITS - (2 * a).leading_zeros());
            let bits = last.bits.max(before.bits).max(seed_bits) + growth + 2;
            let width = last.width.max(bits.div_ceil(64) as usize);

            let seed = next_seed(a, width, last.width, &seeds[a % 2]);
            let mut words = vec![0; Shape::row_length(a) * width];
            fill_row(
                a,
                width,
                &mut words,
                (&last.at_width(width), &before.at_width(width)),
                &seed,
            );
            seed_bits = magnitude_bits(&seed, width).max(seed_bits);
            if width != last.width {
                seeds[(a + 1) % 2] = widen(&seeds[(a + 1) % 2], last.width, width);
            }
            seeds[a % 2] = seed;
            rows.push(Row {
                width,
                bits: magnitude_bits(&words, width),
                words,
            });
        }
        MomentTable { rows }
    }

    /// The largest index `n`.
    pub fn max_index(&self) -> u32 {
        self.rows.len() as u32 - 1
    }

    /// The exact form of $J_{a,b}$; `None` above the largest index.
    pub fn form(&self, a: u32, b: u32) -> Option<MomentForm> {
        let (a, b) = (a.max(b) as usize, a.min(b) as usize);
        let row = self.rows.get(a)?;
        let shape = Shape::new(a, b);
        let (first, second) = shape.slices(&row.words, row.width);
        let second_parity = shape.second_parity;
        if (a + b).is_multiple_of(2) {
            let mut a_poly = vec![Integer::new(); a];
            let mut b_poly = vec![Integer::new(); b + 1];
            spread(&mut a_poly, second, row.width, second_parity);
            spread(&mut b_poly, first, row.width, b % 2);
            Some(MomentForm::Even {
                a_poly: Polynomial::new(a_poly),
                b_poly: Polynomial::new(b_poly),
            })
        } else {
            let mut r_poly = vec![Integer::new(); a + 1];
            spread(&mut r_poly, first, row.width, b % 2);
            spread(&mut r_poly, second, row.width, second_parity);
            Some(MomentForm::Odd {
                r_poly: Polynomial::new(r_poly),
            })
        }
    }

    /// The two polynomials of $J_{a,b}$ as they stand in memory: $B$ and $A$ for $a+b$ even, the two
    /// parities of $R$ for $a+b$ odd. `None` above the largest index.
    pub(super) fn parts(&self, a: u32, b: u32) -> Option<[Part<'_>; 2]> {
        let (a, b) = (a.max(b) as usize, a.min(b) as usize);
        let row = self.rows.get(a)?;
        let shape = Shape::new(a, b);
        let (first, second) = shape.slices(&row.words, row.width);
        let part = |words, parity| Part {
            words,
            width: row.width,
            parity,
        };
        Some([part(first, b % 2), part(second, shape.second_parity)])
    }

    /// The bytes that hold the coefficients.
    pub fn bytes(&self) -> usize {
        self.rows.iter().map(|row| row.words.len() * 8).sum()
    }

    /// An upper bound for [`MomentTable::bytes`] of a table up to `n`, for refusing in advance.
    ///
    /// Row $a$ has at most $\frac34 a^2 + 3a + 2$ coefficients; the width follows the bound of
    /// [`coefficient_bits`], which is above that of the largest number of the row, and the reserve
    /// of at most $2 \log_2(4a) + 66$ bits with which it is chosen.
    pub fn bytes_bound(n: u32) -> f64 {
        let row = |a: u32| {
            let size = f64::from(a);
            let bits = coefficient_bits(a, a) + 2.0 * (4.0 * size + 1.0).log2();
            (0.75 * size * size + 3.0 * size + 2.0) * (bits + 66.0) / 8.0
        };
        // Past 10⁵ one row has 10¹⁵ bytes, and the number of rows times the largest will do.
        match n {
            0..100_000 => (0..=n).map(row).sum(),
            _ => (f64::from(n) + 1.0) * row(n),
        }
    }
}

impl Row {
    /// The words of the row at a width not below its own.
    fn at_width(&self, width: usize) -> Cow<'_, [u64]> {
        if width == self.width {
            Cow::Borrowed(&self.words)
        } else {
            Cow::Owned(widen(&self.words, self.width, width))
        }
    }
}

/// Two's complement numbers of `from` words extended to `to` words.
fn widen(words: &[u64], from: usize, to: usize) -> Vec<u64> {
    let mut wide = Vec::with_capacity(words.len() / from * to);
    for number in words.chunks_exact(from) {
        wide.extend_from_slice(number);
        wide.resize(wide.len() + to - from, sign(number));
    }
    wide
}

/// All ones for a negative number, zero otherwise.
fn sign(number: &[u64]) -> u64 {
    number.last().map_or(0, |&top| (top as i64 >> 63) as u64)
}

/// The smallest $k$ with $-2^k ≤ x < 2^k$ for all numbers, from the disjunction of $x$ and of
/// $-1-x$ for negative $x$.
fn magnitude_bits(words: &[u64], width: usize) -> u32 {
    let mut union = vec![0u64; width];
    for number in words.chunks_exact(width) {
        let sign = sign(number);
        for (seen, word) in union.iter_mut().zip(number) {
            *seen |= word ^ sign;
        }
    }
    union
        .iter()
        .enumerate()
        .rev()
        .find(|(_, word)| **word != 0)
        .map_or(0, |(index, word)| {
            index as u32 * 64 + 64 - word.leading_zeros()
        })
}

/// The boundary term of (R2) for row `a ≥ 2`: $(a-2)(1-c^2)$ times that of row $a-2$.
fn next_seed(a: usize, width: usize, old_width: usize, before: &[u64]) -> Vec<u64> {
    let one = |width| {
        let mut one = vec![0; width];
        one[0] = 1;
        one
    };
    if a == 2 {
        return one(width);
    }
    let before = widen(before, old_width, width);
    let mut seed = vec![0; before.len() + width];
    let mut below = &vec![0; width][..];
    // The last coefficient has no partner of its own power.
    let zero = vec![0; width];
    for (target, same) in seed
        .chunks_exact_mut(width)
        .zip(before.chunks_exact(width).chain([&zero[..]]))
    {
        let difference = subtract(same, below);
        multiply_add(target, &difference, a as u64 - 2, &zero, 0);
        below = same;
    }
    seed
}

/// `left − right` modulo $2^{64·\text{width}}$.
fn subtract(left: &[u64], right: &[u64]) -> Vec<u64> {
    let mut borrow = false;
    left.iter()
        .zip(right)
        .map(|(l, r)| {
            let (difference, first) = l.overflowing_sub(*r);
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            borrow = first || second;
            difference
        })
        .collect()
}

/// Computes row `a ≥ 2` into `words` from rows $a-1$ and $a-2$, all of the same width.
fn fill_row(
    a: usize,
    width: usize,
    words: &mut [u64],
    (last, before): (&[u64], &[u64]),
    seed: &[u64],
) {
    let f = a as u64 - 1;
    for b in 0..=a {
        let shape = Shape::new(a, b);
        let (done, open) = words.split_at_mut(shape.start * width);
        let (first, rest) = open.split_at_mut(shape.first * width);
        let second = &mut rest[..shape.second * width];
        if b == 0 {
            let (x_first, x_second) = Shape::new(a - 2, 0).slices(before, width);
            combine(width, first, (x_first, f), (&[], 0), shape.first);
            combine(width, second, (x_second, f), (seed, 1), 0);
            continue;
        }
        // J_{a−2,b}, which by symmetry stands in row b where b > a−2. There the two parts of an
        // odd moment change places, since its first one has the parity of the smaller index.
        let (x_first, x_second) = if b == a {
            Shape::new(a, a - 2).slices(done, width)
        } else if b + 1 == a {
            let (x_first, x_second) = Shape::new(a - 1, a - 2).slices(last, width);
            (x_second, x_first)
        } else {
            Shape::new(a - 2, b).slices(before, width)
        };
        let (y_first, y_second) = Shape::new(a - 1, b - 1).slices(last, width);
        // Multiplication by c takes odd powers to the next even place, even ones to the same.
        let g = b as u64;
        combine(width, first, (x_first, f), (y_first, g), (b + 1) % 2);
        let shift = 1 - shape.second_parity;
        combine(width, second, (x_second, f), (y_second, g), shift);
    }
}

/// `target = f·x + g·y·(shift by places)` over numbers of `width` words.
///
/// The common widths are compiled separately, so that the loop over the words is unrolled.
fn combine(width: usize, target: &mut [u64], x: (&[u64], u64), y: (&[u64], u64), shift: usize) {
    match width {
        1 => combine_at(1, target, x, y, shift),
        2 => combine_at(2, target, x, y, shift),
        3 => combine_at(3, target, x, y, shift),
        4 => combine_at(4, target, x, y, shift),
        5 => combine_at(5, target, x, y, shift),
        6 => combine_at(6, target, x, y, shift),
        7 => combine_at(7, target, x, y, shift),
        8 => combine_at(8, target, x, y, shift),
        _ => combine_at(width, target, x, y, shift),
    }
}

#[inline(always)]
fn combine_at(
    width: usize,
    target: &mut [u64],
    (x, f): (&[u64], u64),
    (y, g): (&[u64], u64),
    shift: usize,
) {
    // Places with only x (before y begins), with both, with only one of them (at the end).
    let (x_only, rest) = target.split_at_mut((shift * width).min(target.len()));
    let (x_low, x_high) = x.split_at(x_only.len().min(x.len()));
    scale(width, x_only, x_low, f);
    let both = x_high.len().min(y.len()).min(rest.len());
    let (common, tail) = rest.split_at_mut(both);
    for ((t, x), y) in common
        .chunks_exact_mut(width)
        .zip(x_high.chunks_exact(width))
        .zip(y.chunks_exact(width))
    {
        multiply_add(t, x, f, y, g);
    }
    if y.len() > both {
        scale(width, tail, &y[both..], g);
    } else {
        scale(width, tail, &x_high[both..], f);
    }
}

/// `target = factor · source` number by number.
#[inline(always)]
fn scale(width: usize, target: &mut [u64], source: &[u64], factor: u64) {
    for (t, s) in target
        .chunks_exact_mut(width)
        .zip(source.chunks_exact(width))
    {
        multiply_add(t, s, factor, s, 0);
    }
}

/// `target = f·x + g·y` for two's complement numbers of the same width, modulo its range.
///
/// `f` and `g` are below $2^{33}$, so that word and carry stay below
/// $2·2^{33}·2^{64} + 2^{64} < 2^{99}$.
#[inline(always)]
fn multiply_add(target: &mut [u64], x: &[u64], f: u64, y: &[u64], g: u64) {
    let mut carry = 0u128;
    for ((t, x), y) in target.iter_mut().zip(x).zip(y) {
        let sum = u128::from(f) * u128::from(*x) + u128::from(g) * u128::from(*y) + carry;
        *t = sum as u64;
        carry = sum >> 64;
    }
}

/// Puts the numbers at the powers `parity`, `parity + 2`, ….
fn spread(coefficients: &mut [Integer], words: &[u64], width: usize, parity: usize) {
    for (coefficient, number) in coefficients
        .iter_mut()
        .skip(parity)
        .step_by(2)
        .zip(words.chunks_exact(width))
    {
        *coefficient = to_integer(number);
    }
}

/// A two's complement number as an integer.
fn to_integer(number: &[u64]) -> Integer {
    if sign(number) == 0 {
        return Integer::from_digits(number, Order::Lsf);
    }
    // −1 − x has the complemented words.
    let complement: Vec<u64> = number.iter().map(|word| !word).collect();
    -1 - Integer::from_digits(&complement, Order::Lsf)
}

#[cfg(test)]
mod tests {
    use super::super::recurrence::{form_by_diagonal, table_by_parts};
    use super::*;

    #[test]
    fn the_table_is_the_recursion_on_big_integers() {
        let n = 64;
        let table = MomentTable::new(n);
        assert_eq!(table.max_index(), n);
        // The widths grow through several words on the way.
        assert!(table.rows[n as usize].width >= 6);
        let reference = table_by_parts::<Integer>(n);
        let mut compared = 0;
        for (a, row) in reference.into_iter().enumerate() {
            for (b, form) in row.into_iter().enumerate() {
                let expected = MomentForm::from(form);
                assert_eq!(table.form(a as u32, b as u32), Some(expected), "J({a},{b})");
                compared += 1;
            }
        }
        assert_eq!(compared, 2145);
        assert_eq!(table.form(3, 5), table.form(5, 3));
        assert_eq!(table.form(n + 1, 0), None);
    }

    #[test]
    fn wide_tables_agree_with_single_forms() {
        // Past the unrolled widths.
        let n = 110;
        let table = MomentTable::new(n);
        assert!(table.rows[n as usize].width > 8);
        for (a, b) in [
            (110, 110),
            (110, 109),
            (110, 0),
            (109, 0),
            (101, 37),
            (90, 4),
        ] {
            let expected = MomentForm::from(form_by_diagonal::<Integer>(a, b));
            assert_eq!(table.form(a, b), Some(expected), "J({a},{b})");
        }
    }

    #[test]
    fn small_tables_and_the_memory_bound() {
        for n in [0, 1, 2, 3, 10, 60] {
            let table = MomentTable::new(n);
            assert_eq!(table.max_index(), n);
            assert!(table.bytes() as f64 <= MomentTable::bytes_bound(n), "{n}");
            for a in 0..=n.min(3) {
                for b in 0..=n.min(3) {
                    assert_eq!(table.form(a, b), Some(MomentForm::new(a, b)));
                }
            }
        }
        assert!(MomentTable::bytes_bound(u32::MAX) > 1e30);
        assert!(MomentTable::bytes_bound(60) < 4.0 * MomentTable::new(60).bytes() as f64);
    }

    #[test]
    fn numbers_survive_widening() {
        let one = [1u64];
        let minus = [u64::MAX - 4];
        assert_eq!(to_integer(&widen(&one, 1, 3)), 1);
        assert_eq!(to_integer(&widen(&minus, 1, 3)), -5);
        assert_eq!(magnitude_bits(&widen(&minus, 1, 2), 2), 3);
        assert_eq!(magnitude_bits(&[0, 1], 2), 65);
        assert_eq!(magnitude_bits(&[0, 0], 2), 0);
    }
}
