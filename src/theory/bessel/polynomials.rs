//! Bessel polynomials, $y_n(x) = \sum_{k=0}^n \frac{(n+k)!}{2^k\, k!\, (n-k)!}\, x^k$, and the
//! reverse ones, $θ_n(x) = x^n y_n(1/x)$.
//!
//! Coefficients of $y_n$: OEIS A001498; of $θ_n$: A001497. Recurrence
//! $y_n = (2n-1)\, x\, y_{n-1} + y_{n-2}$; differential equation
//! $x^2 y'' + 2(x+1) y' = n(n+1) y$. Source: E. Grosswald, *Bessel Polynomials*, LNM 698 (1978).

use rug::Integer;

use crate::number::integer::ExactInteger;
use crate::number::polynomial::Polynomial;

/// The coefficient of $x^k$ in $y_n$, $\frac{(n+k)!}{2^k k! (n-k)!}$; zero for $k > n$.
pub fn coefficient(n: u32, k: u32) -> Integer {
    if k > n {
        return Integer::new();
    }
    // C(n+k, 2k) (2k−1)!!, an integer in both factors.
    let mut value = Integer::from(Integer::binomial_u(n + k, 2 * k));
    if k > 0 {
        value *= Integer::from(Integer::factorial_2(2 * k - 1));
    }
    value
}

/// The Bessel polynomial $y_n$.
pub fn bessel_polynomial(n: u32) -> Polynomial<Integer> {
    Polynomial::new((0..=n).map(|k| coefficient(n, k)).collect())
}

/// The reverse Bessel polynomial $θ_n(x) = x^n y_n(1/x)$.
pub fn reverse_bessel_polynomial(n: u32) -> Polynomial<Integer> {
    Polynomial::new((0..=n).rev().map(|k| coefficient(n, k)).collect())
}

/// The coefficients of $y_0, …, y_{n_{\max}}$ in increasing powers by the recurrence, on the
/// engine `Z`.
pub fn rows<Z: ExactInteger>(n_max: u32) -> Vec<Vec<Z>> {
    let mut rows: Vec<Vec<Z>> = vec![vec![Z::one()]];
    if n_max > 0 {
        rows.push(vec![Z::one(), Z::one()]);
    }
    for n in 2..=n_max as usize {
        let (last, before) = (&rows[n - 1], &rows[n - 2]);
        let mut row = before.clone();
        row.resize_with(n + 1, Z::zero);
        for (entry, lower) in row[1..].iter_mut().zip(last) {
            entry.add_mul_small(lower, 2 * n as u64 - 1);
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::*;
    use crate::theory::moments::paths::p;

    #[test]
    fn the_rows_are_the_closed_form_a001498_and_path_numbers() {
        let rows = rows::<Integer>(50);
        assert_eq!(rows.len(), 51);
        assert_eq!(rows[5], [1, 15, 105, 420, 945, 945]);
        for (n, row) in rows.iter().enumerate() {
            for (k, value) in row.iter().enumerate() {
                let (n, k) = (n as u32, k as u32);
                assert_eq!(*value, coefficient(n, k), "y_{n}[{k}]");
                assert_eq!(*value, p(n + k, n - k), "P({},{})", n + k, n - k);
            }
        }
        assert_eq!(coefficient(2, 3), 0);
    }

    #[test]
    fn the_differential_equation_holds() {
        for n in 0..=20u32 {
            let y = bessel_polynomial(n);
            let first = y.derivative();
            let left = first
                .derivative()
                .shift(2)
                .add(&first.mul(&Polynomial::from_small(&[2, 2])));
            assert_eq!(left, y.scale_small(i64::from(n * (n + 1))), "y_{n}");
        }
    }

    #[test]
    fn reversing_twice_is_nothing() {
        let mut coefficients = reverse_bessel_polynomial(9).into_coefficients();
        coefficients.reverse();
        assert_eq!(Polynomial::new(coefficients), bessel_polynomial(9));
        assert_eq!(
            reverse_bessel_polynomial(3),
            Polynomial::from_small(&[15, 15, 6, 1])
        );
    }

    #[test]
    fn the_engines_agree_bit_for_bit() {
        fn text<Z: ExactInteger>() -> Vec<String> {
            rows::<Z>(60).iter().flatten().map(Z::to_string).collect()
        }
        let rug = text::<Integer>();
        assert_eq!(rug.len(), 1891);
        assert_eq!(rug, text::<malachite::Integer>());
        assert_eq!(rug, text::<BigInt>());
        assert_eq!(rows::<Integer>(0), [[1]]);
    }
}
