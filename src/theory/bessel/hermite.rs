//! Hermite polynomials: the probabilists' $He_n$, monic and orthogonal for the normal law, and the
//! physicists' $H_n(x) = 2^{n/2} He_n(\sqrt2\, x)$.
//!
//! With $m = (n-k)/2$: $[x^k] He_n = (-1)^m \frac{n!}{2^m m!\, k!}$ (OEIS A066325) and
//! $[x^k] H_n = 2^{n-m} [x^k] He_n$ (A060821), zero for $n-k$ odd. The absolute values of the
//! first are the Bessel numbers of the second kind. Recurrences
//! $He_{n+1} = x He_n - n He_{n-1}$, $H_{n+1} = 2x H_n - 2n H_{n-1}$.

use rug::Integer;

use super::second_kind;
use crate::number::integer::ExactInteger;
use crate::number::polynomial::Polynomial;

/// Which normalisation of the Hermite polynomials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hermite {
    /// $He_n$: leading coefficient 1, weight $e^{-x^2/2}$.
    Probabilists,
    /// $H_n$: leading coefficient $2^n$, weight $e^{-x^2}$.
    Physicists,
}

impl Hermite {
    /// The factor of $x$ in the recurrence, and of $n$: 1 or 2.
    const fn scale(self) -> u64 {
        match self {
            Hermite::Probabilists => 1,
            Hermite::Physicists => 2,
        }
    }

    /// The coefficient of $x^k$ in the polynomial of degree $n$, by its closed form.
    pub fn coefficient(self, n: u32, k: u32) -> Integer {
        let Some(m) = n.checked_sub(k).filter(|d| d % 2 == 0).map(|d| d / 2) else {
            return Integer::new();
        };
        let mut value = second_kind::entry(n, n - m);
        if self == Hermite::Physicists {
            value <<= n - m;
        }
        if m % 2 == 1 { -value } else { value }
    }

    /// The polynomial of degree $n$.
    pub fn polynomial(self, n: u32) -> Polynomial<Integer> {
        Polynomial::new((0..=n).map(|k| self.coefficient(n, k)).collect())
    }

    /// The coefficients of the polynomials of degree $0, …, n_{\max}$ in increasing powers, zeros
    /// included, by the recurrence on the engine `Z`.
    pub fn rows<Z: ExactInteger>(self, n_max: u32) -> Vec<Vec<Z>> {
        let mut rows: Vec<Vec<Z>> = vec![vec![Z::one()]];
        for n in 1..=n_max as usize {
            let mut row = vec![Z::zero(); n + 1];
            for (entry, lower) in row[1..].iter_mut().zip(&rows[n - 1]) {
                entry.add_mul_small(lower, self.scale());
            }
            if let Some(before) = n.checked_sub(2) {
                let factor = self.scale() * (n as u64 - 1);
                for (entry, same) in row.iter_mut().zip(&rows[before]) {
                    entry.sub_mul_small(same, factor);
                }
            }
            rows.push(row);
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use rug::Rational;

    use super::*;
    use crate::number::combinatorial::double_factorial;

    #[test]
    fn the_rows_are_the_closed_forms() {
        for kind in [Hermite::Probabilists, Hermite::Physicists] {
            for (n, row) in kind.rows::<Integer>(40).into_iter().enumerate() {
                assert_eq!(row.len(), n + 1);
                assert_eq!(
                    Polynomial::new(row),
                    kind.polynomial(n as u32),
                    "{kind:?} {n}"
                );
            }
        }
        let he = Hermite::Probabilists.polynomial(6);
        assert_eq!(he, Polynomial::from_small(&[-15, 0, 45, 0, -15, 0, 1]));
        let h = Hermite::Physicists.polynomial(5);
        assert_eq!(h, Polynomial::from_small(&[0, 120, 0, -160, 0, 32]));
        assert_eq!(Hermite::Physicists.coefficient(2, 3), 0);
    }

    #[test]
    fn derivatives_lower_the_degree() {
        for n in 1..=20u32 {
            for (kind, factor) in [(Hermite::Probabilists, 1), (Hermite::Physicists, 2)] {
                let lower = kind.polynomial(n - 1).scale_small(i64::from(factor * n));
                assert_eq!(kind.polynomial(n).derivative(), lower, "{kind:?} {n}");
            }
        }
    }

    #[test]
    fn orthogonality_for_the_normal_law() {
        // E[G^k] = (k−1)!! for k even; E[He_m He_n] = n! δ.
        for m in 0..=10u32 {
            for n in 0..=10u32 {
                let product = Hermite::Probabilists
                    .polynomial(m)
                    .mul(&Hermite::Probabilists.polynomial(n));
                let mean: Rational = product
                    .coefficients()
                    .iter()
                    .enumerate()
                    .step_by(2)
                    .map(|(k, c)| Rational::from(c * double_factorial(k as i64 - 1)))
                    .sum();
                let expected = if m == n {
                    Integer::from(Integer::factorial(n))
                } else {
                    Integer::new()
                };
                assert_eq!(mean, expected, "({m},{n})");
            }
        }
    }

    #[test]
    fn the_engines_agree_bit_for_bit() {
        fn text<Z: ExactInteger>(kind: Hermite) -> Vec<String> {
            kind.rows::<Z>(60)
                .iter()
                .flatten()
                .map(Z::to_string)
                .collect()
        }
        for kind in [Hermite::Probabilists, Hermite::Physicists] {
            let rug = text::<Integer>(kind);
            assert_eq!(rug, text::<malachite::Integer>(kind));
            assert_eq!(rug, text::<BigInt>(kind));
        }
    }
}
