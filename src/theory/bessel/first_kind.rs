//! Bessel numbers of the first kind,
//! $b(n,k) = (-1)^{n-k} \frac{(2n-k-1)!}{2^{n-k} (k-1)! (n-k)!}$ for $1 ≤ k ≤ n$, $b(0,0) = 1$.
//!
//! The matrix $(b(n,k))$ is the inverse of the Bessel numbers of the second kind. OEIS A122850;
//! without the signs A132062. Exponential generating function of column $k$:
//! $(\sqrt{1+2x} - 1)^k / k!$; recurrence $b(n,k) = b(n-1,k-1) - (2n-k-2)\, b(n-1,k)$.

use rug::Integer;

use crate::number::integer::ExactInteger;

/// $b(n,k)$ by its closed form, zero for $k > n$ and for $k = 0 < n$.
pub fn entry(n: u32, k: u32) -> Integer {
    match (n.checked_sub(k), k) {
        (None, _) => Integer::new(),
        (Some(rest), 0) => Integer::from(u32::from(rest == 0)),
        (Some(rest), _) => {
            // (2n−k−1)!/((k−1)! (n−k)!) = C(n−1+rest, rest) (n−1)!/(k−1)! with n−1+rest = 2n−k−1.
            let mut value = Integer::from(Integer::binomial_u(n - 1 + rest, rest));
            for factor in k..n {
                value *= factor;
            }
            value >>= rest;
            if rest % 2 == 1 { -value } else { value }
        }
    }
}

/// The rows $b(n,0), …, b(n,n)$ for $n = 0, …, n_{\max}$ by the recurrence, on the engine `Z`.
pub fn rows<Z: ExactInteger>(n_max: u32) -> Vec<Vec<Z>> {
    let mut rows: Vec<Vec<Z>> = vec![vec![Z::one()]];
    for n in 1..=u64::from(n_max) {
        let last = &rows[n as usize - 1];
        let mut row = Vec::with_capacity(n as usize + 1);
        row.push(Z::zero());
        for k in 1..=n {
            let mut entry = last[k as usize - 1].clone();
            if let Some(same) = last.get(k as usize).filter(|same| !same.is_zero()) {
                // Here 1 ≤ k ≤ n−1, so n ≥ 2 and 2n−k−2 ≥ n−1 > 0.
                entry.sub_mul_small(same, 2 * n - k - 2);
            }
            row.push(entry);
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use rug::Rational;

    use super::super::second_kind;
    use super::*;
    use crate::number::series::Series;

    #[test]
    fn the_rows_are_the_closed_form_and_a122850() {
        let rows = rows::<Integer>(60);
        for (n, row) in rows.iter().enumerate() {
            let closed: Vec<Integer> = (0..=n).map(|k| entry(n as u32, k as u32)).collect();
            assert_eq!(*row, closed, "row {n}");
        }
        assert_eq!(rows[4], [0, -15, 15, -6, 1]);
        assert_eq!(rows[7], [0, 10395, -10395, 4725, -1260, 210, -21, 1]);
        assert_eq!(entry(3, 4), 0);
    }

    #[test]
    fn the_two_kinds_are_inverse_matrices() {
        for n in 0..=30 {
            for m in 0..=n {
                let product: Integer = (m..=n)
                    .map(|k| second_kind::entry(n, k) * entry(k, m))
                    .sum();
                assert_eq!(product, u32::from(n == m), "({n},{m})");
            }
        }
    }

    #[test]
    fn columns_have_their_generating_function() {
        let order = 16;
        let one = Rational::from(1);
        let mut inner = vec![one.clone(), Rational::from(2)];
        inner.resize(order, Rational::new());
        let root = Series::new(inner).sqrt_with(one.clone()).unwrap();
        let base = root.sub(&Series::constant(one.clone(), order));
        let mut power = Series::constant(one, order);
        for k in 0..order as u32 {
            for (n, coefficient) in power.coefficients().iter().enumerate() {
                // [x^n] (√(1+2x) − 1)^k = b(n,k) k!/n!.
                let scaled = Rational::from((
                    entry(n as u32, k) * Integer::from(Integer::factorial(k)),
                    Integer::from(Integer::factorial(n as u32)),
                ));
                assert_eq!(*coefficient, scaled, "b({n},{k})");
            }
            power = power.mul(&base);
        }
    }

    #[test]
    fn the_engines_agree_bit_for_bit() {
        let text = |rows: Vec<Vec<String>>| rows.concat().join(" ");
        fn texts<Z: ExactInteger>(rows: &[Vec<Z>]) -> Vec<Vec<String>> {
            rows.iter()
                .map(|row| row.iter().map(Z::to_string).collect())
                .collect()
        }
        let rug = text(texts(&rows::<Integer>(70)));
        assert_eq!(rug, text(texts(&rows::<malachite::Integer>(70))));
        assert_eq!(rug, text(texts(&rows::<BigInt>(70))));
    }
}
