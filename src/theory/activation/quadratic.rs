//! Powers of quadratic polynomials, as Taylor series: what arcsine and inverse roots in kernels are
//! made of.

use crate::number::{Ball, Bits};

/// The first `order` Taylor coefficients at x of $y = (s - x^2)^{-1/2}$, from `rest` = s − x² > 0, which
/// callers know without cancellation.
///
/// With $Q = \text{rest} - 2xε - ε^2$ and $2Q y' = -Q' y$:
/// $\text{rest}\,(n+1) y_{n+1} = (2n+1) x\,y_n + n\,y_{n-1}$. For x ≥ 0 every term is positive.
pub fn inverse_root(rest: &Ball, x: &Ball, order: usize, prec: Bits) -> Vec<Ball> {
    let mut y = vec![rest.rsqrt(prec)];
    for n in 0..order.saturating_sub(1) {
        let m = n as i64;
        let mut sum = x.mul(&y[n], prec).mul_i64(2 * m + 1, prec);
        if n > 0 {
            sum = sum.add(&y[n - 1].mul_i64(m, prec), prec);
        }
        y.push(sum.div(&rest.mul_i64(m + 1, prec), prec));
    }
    y.truncate(order);
    y
}

/// The series with the constant term `start` and the derivative `rate`.
pub fn integral(start: Ball, rate: &[Ball], prec: Bits) -> Vec<Ball> {
    let mut y = vec![start];
    for (n, entry) in rate.iter().enumerate() {
        y.push(entry.div_i64(n as i64 + 1, prec));
    }
    y
}

/// The product of a series with the polynomial $p_0 + p_1 ε + p_2 ε^2 + …$.
pub fn times(series: &[Ball], polynomial: &[Ball], prec: Bits) -> Vec<Ball> {
    (0..series.len())
        .map(|n| {
            polynomial
                .iter()
                .take(n + 1)
                .enumerate()
                .fold(Ball::zero(), |sum, (j, p)| {
                    sum.add(&p.mul(&series[n - j], prec), prec)
                })
        })
        .collect()
}
