//! Bessel numbers of the second kind,
//! $B(n,k) = \frac{n!}{2^{n-k} (2k-n)! (n-k)!}$ for $n/2 ≤ k ≤ n$.
//!
//! $B(n,k)$ counts the partitions of $n$ points into $k$ blocks of size one or two. OEIS A122848
//! (A111924 without the zeros, A100861 and A144299 by the number $n-k$ of pairs); row sums
//! A000085, the involutions. With the path numbers, $B(n,k) = P(n, 2k-n)$.
//!
//! Recurrence: $B(n,k) = B(n-1,k-1) + (n-1) B(n-2,k-1)$ (the last point is alone, or has one of
//! $n-1$ partners). Source: H. Han and S. Seo, "Combinatorial proofs of inverse relations and
//! log-concavity for Bessel numbers", European J. Combin. 29 (2008) 1544–1554.

use rug::Integer;

use crate::number::integer::ExactInteger;

/// $B(n,k)$ by its closed form, zero unless $n/2 ≤ k ≤ n$.
pub fn entry(n: u32, k: u32) -> Integer {
    let Some(pairs) = n.checked_sub(k).filter(|&pairs| pairs <= k) else {
        return Integer::new();
    };
    // C(n, 2·pairs) choices of the paired points, (2·pairs − 1)!! pairings.
    let mut value = Integer::from(Integer::binomial_u(n, 2 * pairs));
    if pairs > 0 {
        value *= Integer::from(Integer::factorial_2(2 * pairs - 1));
    }
    value
}

/// The rows of the triangle one after another, by the recurrence in place.
///
/// Only two rows are kept. Each entry costs one small multiplication and one addition, and no
/// memory is allocated but for growth: the row before last becomes the new one.
///
/// ```
/// use isobath::theory::bessel::second_kind::Rows;
/// use rug::Integer;
///
/// let mut rows = Rows::<Integer>::new();
/// for _ in 0..4 {
///     rows.next_row();
/// }
/// assert_eq!(rows.next_row(), [3, 6, 1]); // B(4,2), B(4,3), B(4,4)
/// ```
#[derive(Debug, Clone)]
pub struct Rows<Z> {
    /// The row index of the next call.
    n: u32,
    /// Row `n − 1`; empty before the first call.
    last: Vec<Z>,
    /// Row `n − 2`; empty before the second call.
    before: Vec<Z>,
}

impl<Z: ExactInteger> Default for Rows<Z> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Z: ExactInteger> Rows<Z> {
    /// A generator whose first row is $n = 0$.
    pub const fn new() -> Self {
        Rows {
            n: 0,
            last: Vec::new(),
            before: Vec::new(),
        }
    }

    /// The next row: $B(n,k)$ for $k = ⌈n/2⌉, …, n$, for $n = 0, 1, 2, …$ call by call.
    pub fn next_row(&mut self) -> &[Z] {
        // In terms of the singletons i = 2k − n: B(n; i) = B(n−1; i−1) + (n−1) B(n−2; i). Entry j
        // of a row is i = 2j + (n mod 2), so row n−2 lines up, and row n−1 does for n odd and is
        // one entry behind for n even, where also a new last entry (all singletons) appears.
        let n = self.n;
        if n == 0 {
            self.before.push(Z::one());
        } else {
            let factor = u64::from(n - 1);
            if n % 2 == 1 {
                self.before.truncate(self.last.len());
                for (entry, single) in self.before.iter_mut().zip(&self.last) {
                    entry.mul_small_add(factor, single);
                }
                // Row 1 has no row before last.
                let filled = self.before.len();
                self.before.extend_from_slice(&self.last[filled..]);
            } else {
                if let Some(first) = self.before.first_mut() {
                    first.mul_small(factor);
                }
                for (entry, single) in self.before.iter_mut().skip(1).zip(&self.last) {
                    entry.mul_small_add(factor, single);
                }
                self.before.push(Z::one());
            }
        }
        std::mem::swap(&mut self.before, &mut self.last);
        self.n += 1;
        &self.last
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::*;
    use crate::theory::moments::paths::p;

    #[test]
    fn the_rows_are_the_closed_form() {
        let mut rows = Rows::<Integer>::new();
        for n in 0..=90u32 {
            let closed: Vec<Integer> = (n.div_ceil(2)..=n).map(|k| entry(n, k)).collect();
            assert_eq!(rows.next_row(), closed, "row {n}");
            let total: Integer = (0..=n).map(|k| entry(n, k)).sum();
            assert_eq!(total, closed.iter().sum::<Integer>(), "zeros of row {n}");
        }
    }

    #[test]
    fn a122848_and_the_path_numbers() {
        // Rows 0 to 7 of A122848.
        let known: [&[u32]; 8] = [
            &[1],
            &[0, 1],
            &[0, 1, 1],
            &[0, 0, 3, 1],
            &[0, 0, 3, 6, 1],
            &[0, 0, 0, 15, 10, 1],
            &[0, 0, 0, 15, 45, 15, 1],
            &[0, 0, 0, 0, 105, 105, 21, 1],
        ];
        for (n, row) in known.iter().enumerate() {
            for (k, value) in row.iter().enumerate() {
                assert_eq!(entry(n as u32, k as u32), *value);
            }
        }
        for n in 0..40u32 {
            for k in n / 2..=n {
                let singles = (2 * k).checked_sub(n).unwrap_or(u32::MAX);
                assert_eq!(entry(n, k), p(n, singles), "B({n},{k})");
            }
        }
        assert_eq!(entry(3, 4), 0);
    }

    #[test]
    fn the_engines_agree_bit_for_bit() {
        let (mut rug, mut malachite, mut num) = (
            Rows::<Integer>::new(),
            Rows::<malachite::Integer>::new(),
            Rows::<BigInt>::new(),
        );
        let mut compared = 0;
        for _ in 0..=150 {
            let (rug, malachite, num) = (rug.next_row(), malachite.next_row(), num.next_row());
            assert_eq!((rug.len(), rug.len()), (malachite.len(), num.len()));
            for ((rug, malachite), num) in rug.iter().zip(malachite).zip(num) {
                let text = rug.to_string();
                assert_eq!((&text, &text), (&malachite.to_string(), &num.to_string()));
                compared += 1;
            }
        }
        assert_eq!(compared, 5776);
    }
}
