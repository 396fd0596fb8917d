//! What sine and cosine share: their jets, the series of sinh and cosh, and moments of products.

use rug::Rational;

use crate::number::{Ball, Bits, ComplexBall};

use super::covariance::power;
use super::jet::Jet;
use super::shape::Product;

/// `factor` times the Taylor series of a function with the value `even`, the derivative `odd`, and
/// itself as second derivative.
pub fn hyperbolic_jet(even: Ball, odd: Ball, factor: &Ball, order: usize, prec: Bits) -> Vec<Ball> {
    let starts = [even.mul(factor, prec), odd.mul(factor, prec)];
    let mut jet: Vec<Ball> = Vec::with_capacity(order.max(2));
    for n in 0..order {
        jet.push(match n {
            0 | 1 => starts[n].clone(),
            _ => jet[n - 2].div_i64((n * (n - 1)) as i64, prec),
        });
    }
    jet
}

/// $E \cos^{(k)}(X)$ (`shift` 0) or $E \sin^{(k)}(X)$ (`shift` 1): e^{−v/2} times the derivative at 0.
pub fn mean(k: u32, shift: u32, v: &Ball, prec: Bits) -> Ball {
    // sin = −cos', so sin^{(k)} = −cos^{(k+1)}; the derivatives of cos at 0 run 1, 0, −1, 0.
    let sign = match (k + shift) % 4 {
        0 => 1,
        2 => -1,
        _ => return Ball::zero(),
    };
    let sign = if shift == 1 { -sign } else { sign };
    v.mul_2exp(-1).neg().exp(prec).mul_i64(sign, prec)
}

/// The jets of sin(ax) and cos(ax).
pub fn jets(a: &Rational, z: &ComplexBall, order: usize, prec: Bits) -> (Jet, Jet) {
    let a = Ball::from_rational(a, prec);
    let x = z.mul_ball(&a, prec);
    let (mut sin, mut cos) = (vec![x.sin(prec)], vec![x.cos(prec)]);
    for n in 1..order {
        let divisor = Ball::from_i64(n as i64);
        let next = |entry: &ComplexBall| entry.mul_ball(&a, prec).div_ball(&divisor, prec);
        let (s, c) = (next(&cos[n - 1]), next(&sin[n - 1]).neg());
        sin.push(s);
        cos.push(c);
    }
    sin.truncate(order);
    cos.truncate(order);
    (sin, cos)
}

/// The expectation of a product of derivatives of sin(ax) (or cos(ax)), as a trigonometric sum.
///
/// Every derivative is ±aᵏ sin or ±aᵏ cos, so with X = a√q Z the product is
/// $± a^{K} \sin^m X \cos^n X$; by the binomial theorem for $e^{iX}$,
/// $2^{m+n} \sin^m\cos^n = i^{-m} Σ_{j,l} \binom mj \binom nl (-1)^{m-j} e^{i(2j-m+2l-n)X}$ and
/// $E e^{ikX} = e^{-k^2v/2}$. `None` above degree 64.
pub fn moment(
    product: &Product,
    is_sine: bool,
    a: &Rational,
    q: &Ball,
    prec: Bits,
) -> Option<Ball> {
    let degree = product
        .iter()
        .try_fold(0u32, |sum, (_, p)| sum.checked_add(*p))?;
    if degree > 64 {
        return None;
    }
    let (mut sines, mut cosines, mut sign, mut order) = (0u32, 0u32, 1i64, 0u32);
    for (k, p) in product {
        // As derivatives of cos: sin^{(k)} = cos^{(k+3)}; cos, −sin, −cos, sin.
        let place = (k % 4 + if is_sine { 3 } else { 0 }) % 4;
        if place % 2 == 0 {
            cosines += p;
        } else {
            sines += p;
        }
        if (place == 1 || place == 2) && p % 2 == 1 {
            sign = -sign;
        }
        order = order.checked_add(k.checked_mul(*p)?)?;
    }
    if sines % 2 == 1 {
        return Some(Ball::zero());
    }
    if sines % 4 == 2 {
        sign = -sign;
    }
    let work = prec.plus(2 * degree + 16);
    let v = q.mul_rational(&Rational::from(a * a), work);
    let binomial = |n: u32, k: u32| rug::Integer::from(n).binomial(k);
    let mut total = Ball::zero();
    for j in 0..=sines {
        for l in 0..=cosines {
            let frequency = i64::from(2 * j + 2 * l) - i64::from(degree);
            let mut weight = binomial(sines, j) * binomial(cosines, l);
            if (sines - j) % 2 == 1 {
                weight = -weight;
            }
            let decay = v
                .mul_i64(frequency * frequency, work)
                .mul_2exp(-1)
                .neg()
                .exp(work);
            total = total.add(&decay.mul_integer(&weight, work), work);
        }
    }
    let scaled = total.mul_2exp(-i32::try_from(degree).ok()?);
    Some(
        scaled
            .mul_i64(sign, work)
            .mul_rational(&power(a, order), prec),
    )
}
