//! The path numbers from their exponential generating functions.
//!
//! With the row polynomials $p_a(x) = \sum_i P(a,i) x^i$ and $q_a(x) = \sum_i Q(a,i) x^i$:
//!
//! ```text
//! Σ_a p_a(x) t^a/a! = exp(x t + t²/2)
//! Σ_a q_a(x) t^a/a! = exp(x t + t²/2) ∫_0^t exp(−x u − u²/2) du
//! ```
//!
//! Both solve $y_a = x\,y_{a-1} + (a-1)\,y_{a-2}$, from $(1, x)$ and from $(0, 1)$; and
//! $p_a(x) = (\sqrt{-1})^{-a} He_a(\sqrt{-1}\,x)$.

use rug::{Integer, Rational};

use super::paths::PathNumber;
use crate::number::polynomial::Polynomial;
use crate::number::series::Series;

/// The exponential generating function in $t$, $\sum_{a < \text{order}} y_a(x) t^a / a!$, with
/// coefficients in $x$ over the rationals. An order of 0 is read as 1.
pub fn generating_function(number: PathNumber, order: usize) -> Series<Polynomial<Rational>> {
    // x t + t²/2
    let mut coefficients = vec![
        Polynomial::zero(),
        Polynomial::monomial(Rational::from(1), 1),
        Polynomial::constant(Rational::from((1, 2))),
    ];
    coefficients.resize_with(order.max(3), Polynomial::zero);
    let exponent = Series::new(coefficients).truncate(order);
    let one = Polynomial::constant(Rational::from(1));
    let paths_to_zero = exponent.exp_with(one.clone());
    match number {
        PathNumber::P => paths_to_zero,
        PathNumber::Q => {
            let integral = exponent.neg().exp_with(one).integral(Polynomial::zero());
            paths_to_zero.mul(&integral)
        }
    }
}

/// The row polynomials $y_0, …, y_{a_{\max}}$ from the generating function.
pub fn row_polynomials(number: PathNumber, a_max: u32) -> Vec<Polynomial<Rational>> {
    let mut factorial = Integer::from(1);
    generating_function(number, a_max as usize + 1)
        .into_coefficients()
        .into_iter()
        .zip(0u32..)
        .map(|(coefficient, a)| {
            factorial *= a.max(1);
            coefficient.scale(&Rational::from(&factorial))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::paths::row;
    use super::*;

    #[test]
    fn the_generating_functions_give_the_closed_forms() {
        for number in [PathNumber::P, PathNumber::Q] {
            let polynomials = row_polynomials(number, 30);
            assert_eq!(polynomials.len(), 31);
            for (a, polynomial) in polynomials.iter().enumerate() {
                let closed = Polynomial::new(row(number, a as u32)).to_rational();
                assert_eq!(*polynomial, closed, "{number:?} row {a}");
            }
            assert_eq!(row_polynomials(number, 0).len(), 1);
        }
    }

    #[test]
    fn the_two_families_have_a_constant_casoratian() {
        // p_a q_{a−1} − p_{a−1} q_a solves a first-order recursion: it is ±(a−1)!.
        let p = row_polynomials(PathNumber::P, 20);
        let q = row_polynomials(PathNumber::Q, 20);
        for a in 1..=20usize {
            let determinant = p[a].mul(&q[a - 1]).sub(&p[a - 1].mul(&q[a]));
            let factorial = Rational::from(Integer::from(Integer::factorial(a as u32 - 1)));
            let expected = if a % 2 == 1 { -factorial } else { factorial };
            assert_eq!(determinant, Polynomial::constant(expected), "a = {a}");
        }
    }
}
