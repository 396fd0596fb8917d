//! The path numbers $P(a,i)$ and $Q(a,i)$.
//!
//! Both solve $y_a(i) = y_{a-1}(i-1) + (a-1)\, y_{a-2}(i)$. On the half-line graph with edges
//! $a \to a-1$ (weight 1) and $a \to a-2$ (weight $a-1$), $P(a,i)$ is the total weight of the
//! paths from $a$ to 0 with exactly $i$ unit edges, $Q(a,i)$ that of the paths from $a$ to 1
//! (so $P(0,0) = 1$, and $Q(1,0) = 1$, $Q(0,·) = 0$). They are the integers in the closed form of
//! the ReLU moments, [`super::explicit`].
//!
//! $P(a,i)$ counts the involutions of $a$ points with $i$ fixed points; it is OEIS
//! A100861(a, (a−i)/2), a Bessel number of the second kind. Row sums of $P$: A000085; of $Q$:
//! A000932(a−1).
//!
//! Routes: the recursion ([`rows`], on any integer engine), the closed forms ([`p`], [`q`],
//! [`q_by_integral`]), the count of paths on the graph itself ([`super::path_count`]), the
//! exponential generating functions ([`super::path_series`]).

use rug::{Integer, Rational};

use crate::number::integer::ExactInteger;

/// Which of the two families of path numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathNumber {
    /// $P(a,i)$: paths from $a$ to 0.
    P,
    /// $Q(a,i)$: paths from $a$ to 1.
    Q,
}

impl PathNumber {
    /// The vertex where the paths end.
    pub const fn end(self) -> u32 {
        match self {
            PathNumber::P => 0,
            PathNumber::Q => 1,
        }
    }

    /// The number of double steps, $m = (a - e - i)/2$ with $e$ the end vertex; `None` where the
    /// entry is zero for want of parity or range.
    pub const fn double_steps(self, a: u32, i: u32) -> Option<u32> {
        let Some(distance) = a.checked_sub(self.end()) else {
            return None;
        };
        match distance.checked_sub(i) {
            Some(rest) if rest.is_multiple_of(2) => Some(rest / 2),
            _ => None,
        }
    }

    /// The entry by its closed form, see [`p`] and [`q`].
    pub fn entry(self, a: u32, i: u32) -> Integer {
        match self {
            PathNumber::P => p(a, i),
            PathNumber::Q => q(a, i),
        }
    }
}

/// $P(a,i) = \frac{a!}{i!\, m!\, 2^m}$ with $m = (a-i)/2$, and 0 unless $0 ≤ i ≤ a$, $i ≡ a$ mod 2.
pub fn p(a: u32, i: u32) -> Integer {
    let Some(m) = PathNumber::P.double_steps(a, i) else {
        return Integer::new();
    };
    // C(a, 2m) ways to choose the matched points, (2m−1)!! ways to match them.
    let mut value = Integer::from(Integer::binomial_u(a, 2 * m));
    if m > 0 {
        value *= Integer::from(Integer::factorial_2(2 * m - 1));
    }
    value
}

/// $Q(a,i) = \frac{(i+m)!}{i!\, 2^m} \sum_{l=0}^{m} \binom{a}{l}$ with $m = (a-1-i)/2$, and 0
/// unless $0 ≤ i ≤ a-1$, $i ≡ a-1$ mod 2.
///
/// From the integral of [`q_by_integral`]: repeated integration by parts gives
/// $\int_0^1 v^{i+m} (2-v)^m dv = \sum_{j=0}^m \frac{m!}{(m-j)!} \frac{(i+m)!}{(i+m+1+j)!}$, and
/// $(m-j) + (i+m+1+j) = a$ turns the summands into binomial coefficients, all positive.
pub fn q(a: u32, i: u32) -> Integer {
    let Some(m) = PathNumber::Q.double_steps(a, i) else {
        return Integer::new();
    };
    let mut binomial = Integer::from(1);
    let mut sum = Integer::from(1);
    for l in 1..=m {
        binomial *= a - l + 1;
        binomial.div_exact_u_mut(l);
        sum += &binomial;
    }
    // (i+m)!/i! as a falling product; the whole is an integer, so the shift is exact.
    for factor in i + 1..=i + m {
        sum *= factor;
    }
    sum >> m
}

/// $Q(a,i) = \frac{a!}{i!\, m!} \int_0^1 v^i (v - v^2/2)^m dv
/// = \frac{a!}{i!\, m!} \sum_{l=0}^m \binom{m}{l} \frac{(-1/2)^l}{i+m+l+1}$, in exact rationals.
///
/// The second closed form, kept for comparison with [`q`]; it costs rational arithmetic.
pub fn q_by_integral(a: u32, i: u32) -> Rational {
    let Some(m) = PathNumber::Q.double_steps(a, i) else {
        return Rational::new();
    };
    let mut sum = Rational::new();
    for l in 0..=m {
        let mut term = Rational::from((
            Integer::from(Integer::binomial_u(m, l)),
            Integer::from(i + m + l + 1) << l,
        ));
        if l % 2 == 1 {
            term = -term;
        }
        sum += term;
    }
    let numerator = Integer::from(Integer::factorial(a));
    let denominator = Integer::from(Integer::factorial(i)) * Integer::from(Integer::factorial(m));
    sum * Rational::from((numerator, denominator))
}

/// The non-zero entries of rows $0, 1, …, a_{\max}$ by the recursion, on the engine `Z`.
///
/// Row $a$ lists the entries with $i = ε, ε+2, …$ (up to $a$ for $P$, $a-1$ for $Q$), where $ε$ is
/// the parity of the last one; row 0 of $Q$ is empty. One multiply-add a new entry.
pub fn rows<Z: ExactInteger>(number: PathNumber, a_max: u32) -> Vec<Vec<Z>> {
    let end = number.end();
    let mut rows: Vec<Vec<Z>> = Vec::with_capacity(a_max as usize + 1);
    for a in 0..=a_max {
        rows.push(match a.checked_sub(end) {
            None => Vec::new(),
            Some(0) => vec![Z::one()],
            Some(distance) => {
                let factor = u64::from(a - 1);
                let before = &rows[a as usize - 1];
                let two_before = a.checked_sub(2).map_or(&[][..], |a| &rows[a as usize][..]);
                // Entry k of a row of even distance is i = 2k, of odd distance i = 2k+1; the
                // unit edge takes i−1, which is entry k−1 of an odd row, entry k of an even one.
                let shift = 1 - (distance % 2) as usize;
                (0..=distance as usize / 2)
                    .map(|k| {
                        let mut entry = match k.checked_sub(shift).and_then(|k| before.get(k)) {
                            Some(unit) => unit.clone(),
                            None => Z::zero(),
                        };
                        if let Some(double) = two_before.get(k) {
                            entry.add_mul_small(double, factor);
                        }
                        entry
                    })
                    .collect()
            }
        });
    }
    rows
}

/// Row $a$ in full: the entries for $i = 0, …, a$, zeros included, by the closed form.
pub fn row(number: PathNumber, a: u32) -> Vec<Integer> {
    (0..=a).map(|i| number.entry(a, i)).collect()
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::*;

    const P_ROWS: [&[u32]; 9] = [
        &[1],
        &[1],
        &[1, 1],
        &[3, 1],
        &[3, 6, 1],
        &[15, 10, 1],
        &[15, 45, 15, 1],
        &[105, 105, 21, 1],
        &[105, 420, 210, 28, 1],
    ];
    const Q_ROWS: [&[u32]; 9] = [
        &[],
        &[1],
        &[1],
        &[2, 1],
        &[5, 1],
        &[8, 9, 1],
        &[33, 14, 1],
        &[48, 87, 20, 1],
        &[279, 185, 27, 1],
    ];

    #[test]
    fn the_first_rows_are_the_known_ones() {
        assert_eq!(rows::<Integer>(PathNumber::P, 8), P_ROWS);
        assert_eq!(rows::<Integer>(PathNumber::Q, 8), Q_ROWS);
    }

    #[test]
    fn closed_forms_are_the_recursion() {
        for number in [PathNumber::P, PathNumber::Q] {
            let rows = rows::<Integer>(number, 80);
            for (a, entries) in rows.iter().enumerate() {
                let full = row(number, a as u32);
                let nonzero: Vec<_> = full.iter().filter(|e| !e.is_zero()).cloned().collect();
                assert_eq!(&nonzero, entries, "{number:?} row {a}");
                // The zeros are where parity says.
                for (i, entry) in full.iter().enumerate() {
                    assert_eq!(
                        entry.is_zero(),
                        number.double_steps(a as u32, i as u32).is_none(),
                        "{number:?}({a},{i})"
                    );
                }
            }
        }
        let known = [
            (p(10, 4), 3150),
            (q(10, 3), 2640),
            (p(13, 5), 135_135),
            (q(13, 4), 114_765),
        ];
        assert!(known.iter().all(|(value, known)| value == known));
        assert_eq!(p(3, 5), 0);
        assert_eq!(q(0, 0), 0);
    }

    #[test]
    fn the_integral_is_the_positive_sum() {
        for a in 0..=40 {
            for i in 0..=a {
                assert_eq!(q_by_integral(a, i), q(a, i), "Q({a},{i})");
            }
        }
    }

    #[test]
    fn the_engines_agree_bit_for_bit() {
        for number in [PathNumber::P, PathNumber::Q] {
            let rug = to_text(rows::<Integer>(number, 120));
            assert_eq!(rug.len(), 121);
            assert_eq!(rug, to_text(rows::<malachite::Integer>(number, 120)));
            assert_eq!(rug, to_text(rows::<BigInt>(number, 120)));
        }
    }

    fn to_text<Z: ExactInteger>(rows: Vec<Vec<Z>>) -> Vec<Vec<String>> {
        rows.iter()
            .map(|row| row.iter().map(Z::to_string).collect())
            .collect()
    }

    #[test]
    fn row_sums_solve_their_recurrences() {
        // A000085 and A000932: A(n) = A(n−1) + n A(n−2) with different offsets.
        let sums = |number| -> Vec<Integer> {
            rows::<Integer>(number, 30)
                .iter()
                .map(|row| row.iter().sum())
                .collect()
        };
        let (p_sums, q_sums) = (sums(PathNumber::P), sums(PathNumber::Q));
        assert_eq!(p_sums[..9], [1, 1, 2, 4, 10, 26, 76, 232, 764]);
        assert_eq!(q_sums[..10], [0, 1, 1, 3, 6, 18, 48, 156, 492, 1740]);
        for n in 2..=29 {
            let next = Integer::from(&q_sums[n]) + Integer::from(&q_sums[n - 1]) * n as u32;
            assert_eq!(q_sums[n + 1], next);
        }
    }
}
