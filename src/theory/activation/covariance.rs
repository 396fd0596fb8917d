//! [`Covariance`]: activations for which $K(c) = E[σ(X)σ(Y)]$ is an elementary function of the
//! variance v of the centred Gaussians X, Y and their covariance c.
//!
//! By Price's theorem $K^{(k)}(c) = E[σ^{(k)}(X)σ^{(k)}(Y)]$, so everything follows from the Taylor
//! series of K: with f(x) = σ(ax), $v = a^2 q$,
//!
//! * $E[f^{(k)}(\sqrt q Z)^2] = a^{2k} K^{(k)}(v)$ at c = v,
//! * $κ^{(k)}(u) = v^k K^{(k)}(vu)/K(v)$ with v = a².

use rug::{Integer, Rational};

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

use super::shape::Product;

/// An activation f(x) = σ(ax) with a known K.
pub trait Covariance {
    /// The factor a.
    fn scale(&self) -> &Rational;

    /// The first `order` Taylor coefficients of K at the covariance c, |c| ≤ v.
    fn covariance(&self, order: usize, c: &Ball, v: &Ball, prec: Bits) -> Vec<Ball>;

    /// $E σ^{(k)}(X)$, X of the variance v.
    fn mean(&self, k: u32, v: &Ball, prec: Bits) -> Option<Ball>;
}

/// k!.
pub fn factorial(k: u32) -> Integer {
    Integer::from(Integer::factorial(k))
}

/// Guard bits for a recurrence of `order` steps that only adds terms of one sign, or nearly so.
pub fn guarded(prec: Bits, order: usize) -> Bits {
    prec.plus(32 + u32::try_from(order).unwrap_or(u32::MAX / 4).min(1 << 24))
}

/// The Taylor coefficients of the normalised kernel at u; the first is exactly 1 at the exact u = 1.
pub fn kernel_jet(f: &dyn Covariance, order: usize, u: &Ball, prec: Bits) -> Vec<Ball> {
    let work = guarded(prec, order);
    let v = Ball::from_rational(&Rational::from(f.scale() * f.scale()), work);
    let norm = f.covariance(1, &v, &v, work).remove(0);
    let mut factor = norm.recip(work);
    let mut jet = f.covariance(order, &v.mul(u, work), &v, work);
    for entry in &mut jet {
        *entry = entry.mul(&factor, prec.plus(8));
        factor = factor.mul(&v, work);
    }
    if let Some(first) = jet.first_mut()
        && u.sub(&Ball::one(), prec).is_zero()
    {
        *first = Ball::one();
    }
    jet
}

/// The expectations of a square (k, 2) and of a single derivative (k, 1).
pub fn expectation(
    f: &dyn Covariance,
    product: &Product,
    q: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Option<Ball>> {
    limits.check_deadline()?;
    let v = |work: Bits| q.mul_rational(&Rational::from(f.scale() * f.scale()), work);
    Ok(match product {
        [(k, 2)] => {
            let order = *k as usize + 1;
            let work = guarded(prec, order);
            let v = v(work);
            f.covariance(order, &v, &v, work).pop().map(|last| {
                let power = power(f.scale(), 2 * k);
                last.mul_integer(&factorial(*k), work)
                    .mul_rational(&power, prec)
            })
        }
        [(k, 1)] => {
            let work = guarded(prec, *k as usize);
            f.mean(*k, &v(work), work)
                .map(|mean| mean.mul_rational(&power(f.scale(), *k), prec))
        }
        [(j, 1), (l, 1)] => pair(f, *j, *l, q, prec, limits)?,
        _ => None,
    })
}

/// Most terms of [`pair`].
const MOST_TERMS: u32 = 1 << 13;
/// Terms in which its tail must halve: half of them vanish for odd and even activations, and tails that
/// fall slower than that would need too many terms anyway.
const STALLED: u32 = 64;

/// $E[f^{(j)} f^{(l)}] = a^{j+l} \sum_k \frac{v^k}{k!} E[σ^{(j+k)}(X)]\,E[σ^{(l+k)}(X)]$, X of variance v = a²q:
/// Parseval's identity for the Hermite coefficients, which by parts are means of derivatives.
///
/// By Cauchy-Schwarz the tail is at most the root of the product of the two tails for j = l, and those
/// are what is missing of $E[σ^{(j)2}]$ and $E[σ^{(l)2}]$. Every partial sum with its tail is an
/// enclosure: for a wide ball q, whose tails stay at its width, the last one that got better is it.
/// `None` where a mean is not known or the series is too long.
fn pair(
    f: &dyn Covariance,
    j: u32,
    l: u32,
    q: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Option<Ball>> {
    let work = guarded(prec, (j + l) as usize).plus(32);
    let v = q.mul_rational(&Rational::from(f.scale() * f.scale()), work);
    let norm = |k: u32| {
        f.covariance(k as usize + 1, &v, &v, work)
            .pop()
            .map(|last| last.mul_integer(&factorial(k), work))
    };
    let (Some(mut left), Some(mut right)) = (norm(j), norm(l)) else {
        return Ok(None);
    };
    let size = left.magnitude().times(right.magnitude()).sqrt();
    let small = size.shifted(-i64::from(prec.get()) - 8);
    let mut weight = Ball::one();
    let mut sum = Ball::zero();
    let (mut least, mut stalled) = (Magnitude::INFINITY, 0);
    for k in 0..MOST_TERMS {
        limits.check_deadline()?;
        let (Some(a), Some(b)) = (f.mean(j + k, &v, work), f.mean(l + k, &v, work)) else {
            return Ok(None);
        };
        sum = a.mul(&b, work).mul_add(&weight, &sum, work);
        left = left.sub(&a.square(work).mul(&weight, work), work);
        right = right.sub(&b.square(work).mul(&weight, work), work);
        weight = weight.mul(&v, work).div_i64(i64::from(k) + 1, work);
        let tail = left.magnitude().times(right.magnitude()).sqrt();
        if tail.shifted(1) < least {
            least = tail;
            stalled = 0;
        } else {
            stalled += 1;
        }
        if tail <= small || stalled == STALLED {
            return Ok(Some(
                sum.widened(tail)
                    .mul_rational(&power(f.scale(), j + l), prec),
            ));
        }
    }
    Ok(None)
}

/// $E[f^{(k)}(X) f^{(k)}(Y)] = a^{2k} K^{(k)}(vc)$ for X, Y of variance q and correlation c, v = a²q.
pub fn joint(f: &dyn Covariance, k: u32, c: &Ball, q: &Ball, prec: Bits) -> Option<Ball> {
    let order = k as usize + 1;
    let work = guarded(prec, order);
    let v = q.mul_rational(&Rational::from(f.scale() * f.scale()), work);
    f.covariance(order, &v.mul(c, work), &v, work)
        .pop()
        .map(|last| {
            last.mul_integer(&factorial(k), work)
                .mul_rational(&power(f.scale(), 2 * k), prec)
        })
}

/// `q^n`.
pub fn power(q: &Rational, n: u32) -> Rational {
    use rug::ops::Pow;
    Rational::from(q.pow(i32::try_from(n).unwrap_or(i32::MAX)))
}
