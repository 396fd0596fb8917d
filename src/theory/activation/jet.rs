//! Taylor coefficients of analytic functions over complex boxes, as plain vectors.
//!
//! The entry j of a jet at the box z contains $f^{(j)}(w)/j!$ for every w of the box. A recurrence
//! keeps that inclusion because it holds at each w separately, and a jet is finite only if the
//! function values it starts from are, so the promise of [`ComplexBall`] passes on to it.

use rug::Rational;

use crate::number::{Ball, Bits, ComplexBall};

/// A jet: entry j is $f^{(j)}/j!$.
pub type Jet = Vec<ComplexBall>;

/// The jet of `a x`.
pub fn linear(a: &Rational, z: &ComplexBall, order: usize, prec: Bits) -> Jet {
    let a = Ball::from_rational(a, prec);
    let mut jet = vec![z.mul_ball(&a, prec), ComplexBall::real(a)];
    jet.resize(order.max(2), ComplexBall::from_i64(0));
    jet.truncate(order);
    jet
}

/// The entry `n` of the product of two jets.
pub fn convolution(f: &[ComplexBall], g: &[ComplexBall], n: usize, prec: Bits) -> ComplexBall {
    (0..=n).fold(ComplexBall::from_i64(0), |sum, i| {
        sum.add(&f[i].mul(&g[n - i], prec), prec)
    })
}

/// The product.
pub fn product(f: &[ComplexBall], g: &[ComplexBall], prec: Bits) -> Jet {
    (0..f.len().min(g.len()))
        .map(|n| convolution(f, g, n, prec))
        .collect()
}

/// `1/f`: $f_0 y_n = −Σ_{i≥1} f_i y_{n−i}$.
pub fn inverse(f: &[ComplexBall], prec: Bits) -> Jet {
    let mut y: Jet = Vec::with_capacity(f.len());
    let Some(first) = f.first() else {
        return y;
    };
    let recip = first.recip(prec);
    for n in 0..f.len() {
        let entry = if n == 0 {
            recip.clone()
        } else {
            let sum = (1..=n).fold(ComplexBall::from_i64(0), |sum, i| {
                sum.add(&f[i].mul(&y[n - i], prec), prec)
            });
            sum.mul(&recip, prec).neg()
        };
        y.push(entry);
    }
    y
}

/// `e^f`: $n y_n = Σ_{i≥1} i f_i y_{n−i}$.
pub fn exponential(f: &[ComplexBall], prec: Bits) -> Jet {
    let mut y: Jet = Vec::with_capacity(f.len());
    for n in 0..f.len() {
        let entry = if n == 0 {
            f[0].exp(prec)
        } else {
            let sum = (1..=n).fold(ComplexBall::from_i64(0), |sum, i| {
                let weighted = f[i].mul_i64(i as i64, prec);
                sum.add(&weighted.mul(&y[n - i], prec), prec)
            });
            sum.div_ball(&Ball::from_i64(n as i64), prec)
        };
        y.push(entry);
    }
    y
}

/// The function with the value `start` and the derivative `rate`; one entry more than `rate`.
pub fn integral(start: ComplexBall, rate: &[ComplexBall], prec: Bits) -> Jet {
    let mut y = vec![start];
    for (n, entry) in rate.iter().enumerate() {
        y.push(entry.div_ball(&Ball::from_i64(n as i64 + 1), prec));
    }
    y
}

/// A solution of $y' = a\,F(y)$ from its first entry, where `rate(y, n)` is the entry n of F(y), which
/// depends on the entries 0, …, n of y.
pub fn autonomous(
    start: ComplexBall,
    a: &Rational,
    order: usize,
    prec: Bits,
    rate: impl Fn(&[ComplexBall], usize) -> ComplexBall,
) -> Jet {
    let a = Ball::from_rational(a, prec);
    let mut y = vec![start];
    for n in 0..order.saturating_sub(1) {
        let slope = rate(&y, n).mul_ball(&a, prec);
        y.push(slope.div_ball(&Ball::from_i64(n as i64 + 1), prec));
    }
    y.truncate(order);
    y
}

/// The sum.
pub fn sum(f: &[ComplexBall], g: &[ComplexBall], prec: Bits) -> Jet {
    f.iter().zip(g).map(|(x, y)| x.add(y, prec)).collect()
}

/// The jet of a constant.
pub fn constant(value: ComplexBall, order: usize) -> Jet {
    let mut jet = vec![value];
    jet.resize(order.max(1), ComplexBall::from_i64(0));
    jet.truncate(order);
    jet
}
