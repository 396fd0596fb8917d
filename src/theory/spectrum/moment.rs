//! Moments of the spectral law.
//!
//! $X(X+d-1)$ is the eigenvalue of the Laplacian on harmonics of degree X. From
//! $G_l^{(k)}(1) = \prod_{j<k} \frac{(l-j)(l+d-1+j)}{d+2j}$,
//!
//! $$κ_L^{(k)}(1) = \frac{1}{2^k (d/2)_k} E\Big[\prod_{j<k} (X-j)(X+d-1+j)\Big],$$
//!
//! and with y = X(X+d−1) the factors are $(X-j)(X+d-1+j) = y - j(j+d-1)$. Expanding $y^k$ in these
//! products (Newton's divided differences of $y^k$ at the nodes $y_j = j(j+d-1)$, the complete
//! homogeneous polynomials $h_{k-i}(y_0, …, y_i)$) gives the moments of y:
//! $E y = d λ_L$, $E y^2 = d(d+2) μ_L + d^2 λ_L$, ….
//! $E[X^{2k}]$ is finite exactly if k < β_L.

use rug::{Integer, Rational};

use crate::error::Result;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::Bits;
use crate::theory::kernel::derivative::derivative;
use crate::theory::kernel::layer::Layer;

/// $E[(X_L(X_L+d-1))^k]$.
///
/// # Errors
/// A domain error where it is infinite; those of the kernel.
pub fn eigenvalue_moment(
    layer: &Layer,
    d: u32,
    depth: u32,
    k: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    let work = prec.plus(16 + 4 * k);
    let weights = power_in_products(k, d);
    let mut sum = Number::from(0);
    // (d)(d+2)…(d+2i−2) = 2^i (d/2)_i.
    let mut scale = Integer::from(1);
    for (i, weight) in weights.iter().enumerate() {
        limits.check_deadline()?;
        let i = i as u32;
        if *weight != 0 {
            let value = derivative(layer, i, &Number::from(1), depth, work, limits)?;
            let factor = Number::Rational(Rational::from(&scale * weight));
            sum = sum.add(&value.mul(&factor, work, limits)?, work, limits)?;
        }
        scale *= d + 2 * i;
    }
    Ok(sum)
}

/// $E[\prod_{j<k} (X-j)(X+d-1+j)] = 2^k (d/2)_k κ_L^{(k)}(1)$.
///
/// # Errors
/// As [`eigenvalue_moment`].
pub fn factorial_moment(
    layer: &Layer,
    d: u32,
    depth: u32,
    k: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    let value = derivative(layer, k, &Number::from(1), depth, prec, limits)?;
    let scale = (0..k).fold(Integer::from(1), |product, i| product * (d + 2 * i));
    value.mul(&Number::Rational(Rational::from(scale)), prec, limits)
}

/// The coefficients $h_{k-i}(y_0, …, y_i)$ of $y^k = \sum_i h_{k-i} \prod_{j<i} (y-y_j)$, from
/// $y · \prod_{j<i}(y-y_j) = \prod_{j\le i}(y-y_j) + y_i \prod_{j<i}(y-y_j)$.
fn power_in_products(k: u32, d: u32) -> Vec<Integer> {
    let node = |i: usize| Integer::from(i as u64 * (i as u64 + u64::from(d) - 1));
    let mut row = vec![Integer::from(1)];
    for _ in 0..k {
        let mut next = vec![Integer::new(); row.len() + 1];
        for (i, value) in row.iter().enumerate() {
            next[i + 1] += value;
            next[i] += node(i) * value;
        }
        row = next;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y^k put together again from the products, at integers.
    #[test]
    fn powers_are_sums_of_products() {
        for d in [2, 3, 7] {
            for k in 0..6 {
                let weights = power_in_products(k, d);
                for y in [0i64, 1, 2, 5, 12, -3] {
                    let mut product = Integer::from(1);
                    let mut sum = Integer::new();
                    for (i, weight) in weights.iter().enumerate() {
                        sum += Integer::from(weight * &product);
                        let i = i as i64;
                        product *= y - i * (i + i64::from(d) - 1);
                    }
                    assert_eq!(sum, Integer::from(y).pow(k), "{d} {k} {y}");
                }
            }
        }
    }

    use rug::ops::Pow;
}
