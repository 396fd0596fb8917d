//! The law in depth by one integral, for every activation at once.
//!
//! With $u = \tanh t$,
//!
//! $$D_l = n_{l,d}\,c_d \int_{-\infty}^{\infty} F(t)\,dt, \qquad
//!   F(t) = κ_L(\tanh t)\, G_l(\tanh t)\, \operatorname{sech}^d t.$$
//!
//! # The error of the trapezoid rule
//! tanh maps the strip |Im t| < π/4 onto the open unit disk. There $κ_L$ is analytic with |κ_L| ≤ 1,
//! whatever the activation, depth and bias: its Taylor coefficients at 0 are non-negative with sum 1.
//! On |Im t| = y ≤ π/4:
//!
//! - $|\cosh(x+iy)|^2 = \cosh^2 x - \sin^2 y \ge \frac12\cosh^2 x$, so
//!   $\int |\operatorname{sech}^d(x+iy)| dx \le 2^{d/2} \int \operatorname{sech} x\,dx = 2^{d/2} π$;
//! - $|G_l(z)| \le ρ^l$ on the ellipse with foci ±1 and semi-axes of sum ρ (Bernstein; |G_l| ≤ 1 on
//!   [−1, 1]). The line is mapped to the circular arc through ±1 and i tan y, on which
//!   |z−1| + |z+1| is largest at i tan y: ρ = tan y + sec y.
//!
//! So $M = 2^{d/2} π ρ^l$ bounds ∫|F| on each line of the strip, and the infinite sum with step h is off
//! by at most $2M/(e^{2πy/h}-1)$ (Trefethen & Weideman 2014, theorem 5.1). Cutting at |t| = T = Nh drops
//! $h \sum_{|k|>N} \operatorname{sech}^d(kh) \le 2 \int_T^\infty (2e^{-t})^d dt = \frac{2^{d+1}}d e^{-dT}$.
//!
//! At p bits this takes about $4 (p \ln 2)^2/(d π^2)$ values of κ_L: 4700 for 60 digits and d = 2.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rug::Rational;

use super::sphere::{density_constant, gegenbauer, multiplicity, recurrence_loss};
use crate::error::{Error, ErrorKind, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Parity, Regularity};
use crate::theory::kernel::layer::Layer;

/// Most nodes on one side of 0.
const MOST_NODES: u64 = 4_000_000;
/// Sets of kernel values kept for other degrees and dimensions.
const KEPT: usize = 8;
/// Nodes computed at a time by one thread.
const CHUNK: usize = 64;

/// $c_d \int κ_L(u) G_l(u) (1-u^2)^{d/2-1} du$ times $n_{l,d}$, to about `prec` bits after the point.
///
/// # Errors
/// Those of the kernel; a limit error for too many nodes; the deadline.
pub fn law(layer: &Layer, d: u32, depth: u32, l: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let many = multiplicity(l, d);
    // The rule is asked for 2^−goal; n_{l,d} c_d multiplies it, and c_d ≤ √d.
    // In coarse steps, so that neighbouring degrees and precisions share their kernel values.
    let goal = prec.get() + 8 + many.significant_bits() + (32 - d.leading_zeros());
    let goal = goal.div_ceil(32) * 32;
    let (step, height) = step(l.div_ceil(8) * 8, d, goal);
    let count = nodes_needed(&step, d, goal)?;
    let work = Bits::new((goal + 32).div_ceil(64) * 64);
    let values = kernel_values(layer, depth, &step, count, work, limits)?;
    let sums: Vec<Result<Ball>> = (0..=count)
        .collect::<Vec<usize>>()
        .par_chunks(CHUNK)
        .map(|chunk| {
            limits.check_deadline()?;
            Ok(chunk.iter().fold(Ball::zero(), |sum, k| {
                sum.add(&term(&values, *k, l, d, &step, work), work)
            }))
        })
        .collect();
    let mut sum = Ball::zero();
    for part in sums {
        sum = sum.add(&part?, work);
    }
    let integral = sum.mul_rational(&step, work);
    let error = discretisation(l, d, &step, &height).plus(truncation(d, &step, count));
    let total = integral
        .widened(error)
        .mul(&density_constant(d, work), work)
        .mul_integer(&many, work);
    Ok(total.rounded(prec.plus(16)))
}

/// F(kh) + F(−kh), and F(0) once.
fn term(values: &Values, k: usize, l: u32, d: u32, step: &Rational, prec: Bits) -> Ball {
    let t = Rational::from(step * k as u64);
    // The recurrence of G_l spreads the radius of u as it does its own roundings.
    let (u, sech) = tanh_sech(&t, prec.plus(recurrence_loss(l)));
    let g = gegenbauer(l, d, &u, prec);
    let even = l.is_multiple_of(2);
    let (plus, minus) = &values.pairs[k];
    let both = match (k, minus) {
        (0, _) => plus.clone(),
        (_, Some(minus)) if even => plus.add(minus, prec),
        (_, Some(minus)) => plus.sub(minus, prec),
        // κ_L has the parity of G_l: the caller asks for no other degree.
        (_, None) => plus.mul_2exp(1),
    };
    both.mul(&g, prec)
        .mul(&sech.pow_u64(u64::from(d), prec), prec)
}

/// tanh t and sech t for t ≥ 0, from e = e^{−t}: (1 − e²)/(1 + e²) and 2e/(1 + e²).
pub(crate) fn tanh_sech(t: &Rational, prec: Bits) -> (Ball, Ball) {
    let e = Ball::exp_rational(&Rational::from(-t), prec);
    let square = e.square(prec);
    let below = square.add_i64(1, prec);
    (
        Ball::one().sub(&square, prec).div(&below, prec),
        e.mul_2exp(1).div(&below, prec),
    )
}

/// The largest step whose discretisation error is below 2^−goal for one of the heights jπ/32, as
/// m/2^e with m from 8 to 15, and j.
pub(crate) fn step(l: u32, d: u32, goal: u32) -> (Rational, u32) {
    let mut best = (0.0, 1);
    for j in 1..=8u32 {
        let y = std::f64::consts::PI * f64::from(j) / 32.0;
        let growth = (y.tan() + 1.0 / y.cos()).ln() * f64::from(l);
        let needed = f64::from(goal + 2) * std::f64::consts::LN_2
            + growth
            + f64::from(d) / 2.0 * std::f64::consts::LN_2
            + 2.0;
        let h = 2.0 * std::f64::consts::PI * y / needed;
        if h > best.0 {
            best = (h, j);
        }
    }
    // Rounded down to 4 bits: steps are shared by neighbouring degrees.
    let exponent = best.0.log2().floor() as i32 - 3;
    let mantissa = (best.0 / 2f64.powi(exponent)).floor().clamp(1.0, 15.0) as u32;
    let step = if exponent >= 0 {
        Rational::from(mantissa) << exponent.unsigned_abs()
    } else {
        Rational::from(mantissa) >> exponent.unsigned_abs()
    };
    (step, best.1)
}

/// $2M/(e^{2πy/h}-1)$ with y = jπ/32: an upper bound in balls, so that the choice of the step needs
/// no care.
pub(crate) fn discretisation(l: u32, d: u32, step: &Rational, j: &u32) -> Magnitude {
    let prec = Bits::new(64);
    let pi = Ball::pi(prec);
    let part = Rational::from((*j, 32));
    let (sin, cos) = (
        Ball::sin_pi_rational(&part, prec),
        Ball::cos_pi_rational(&part, prec),
    );
    let rho = sin.add_i64(1, prec).div(&cos, prec);
    let m = Ball::from_i64(2)
        .pow_rational(&Rational::from((d, 2)), prec)
        .mul(&pi, prec)
        .mul(&rho.pow_u64(u64::from(l), prec), prec);
    let exponent = pi.square(prec).mul_rational(&(part * 2u32 / step), prec);
    m.mul_2exp(1).div(&exponent.expm1(prec), prec).magnitude()
}

/// $\frac{2^{d+1}}d e^{-dT}$.
pub(crate) fn truncation(d: u32, step: &Rational, count: usize) -> Magnitude {
    let prec = Bits::new(64);
    let end = Rational::from(step * count as u64) * d;
    let shift = i32::try_from(d + 1).unwrap_or(i32::MAX);
    Ball::exp_rational(&-end, prec)
        .mul_2exp(shift)
        .div_i64(i64::from(d), prec)
        .magnitude()
}

/// The number of nodes on one side for a truncation below 2^−goal.
pub(crate) fn nodes_needed(step: &Rational, d: u32, goal: u32) -> Result<usize> {
    let bits = f64::from(goal + 2) + f64::from(d) + 1.0;
    let end = bits * std::f64::consts::LN_2 / f64::from(d);
    let count = (end / step.to_f64()).ceil() + 1.0;
    if count > MOST_NODES as f64 {
        return Err(Error::limit(format!(
            "the integral would take about {count:.1e} values of the kernel, more than {MOST_NODES}"
        ))
        .with_hint("ask for fewer digits or a lower degree"));
    }
    Ok(count as usize)
}

/// Smooth kernels without a closed form are slow to integrate at thousands of nodes: their Taylor
/// coefficients at 0 fall fast enough to serve all of them.
fn expanded(layer: &Layer, prec: Bits, limits: &Limits) -> Result<Option<Layer>> {
    let half = Ball::one().mul_2exp(-1);
    let shape = layer.activation.shape();
    if shape.regularity() != Regularity::Smooth
        || shape.kernel_jet(1, &half, Bits::new(64), limits)?.is_some()
    {
        return Ok(None);
    }
    match layer.expanded(prec, limits) {
        Ok(expanded) => Ok(Some(expanded)),
        Err(error) if error.kind() == ErrorKind::Limit => Err(error),
        Err(_) => Ok(None),
    }
}

/// κ_L(tanh kh) and, unless a parity gives it, κ_L(−tanh kh).
pub(crate) type Pair = (Ball, Option<Ball>);

/// Values of a kernel at the nodes of the rule.
pub(crate) struct Values {
    /// The values for k = 0, 1, …
    pub(crate) pairs: Vec<Pair>,
}

type Key = (String, String, u32, Rational, u32);
static MEMO: Mutex<Vec<(Key, Arc<Values>)>> = Mutex::new(Vec::new());

/// κ_L(±tanh kh) for k ≤ `count`; `None` where the parity of κ_L gives the value at −tanh kh.
///
/// # Errors
/// Those of the kernel; the deadline.
pub(crate) fn kernel_values(
    layer: &Layer,
    depth: u32,
    step: &Rational,
    count: usize,
    prec: Bits,
    limits: &Limits,
) -> Result<Arc<Values>> {
    let bias = format!("{:?}", layer.bias());
    let text = layer.activation.text();
    let key: Key = (text, bias, depth, step.clone(), prec.get());
    let found = {
        let memo = MEMO.lock().unwrap_or_else(PoisonError::into_inner);
        memo.iter()
            .find(|(k, values)| *k == key && values.pairs.len() > count)
            .map(|(_, values)| values.clone())
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let expanded = expanded(layer, prec, limits)?;
    let layer = expanded.as_ref().unwrap_or(layer);
    let symmetric = layer.parity() != Parity::Neither;
    let indices: Vec<usize> = (0..=count).collect();
    let parts: Vec<Result<Vec<Pair>>> = indices
        .par_chunks(CHUNK)
        .map(|chunk| {
            chunk
                .iter()
                .map(|k| {
                    let t = Rational::from(step * *k as u64);
                    let u = tanh_sech(&t, prec).0;
                    let at = |u: Ball| -> Result<Ball> {
                        Ok(layer
                            .chain(&Number::Ball(u), depth, prec, limits)?
                            .to_ball(prec))
                    };
                    let minus = if symmetric || *k == 0 {
                        None
                    } else {
                        Some(at(u.neg())?)
                    };
                    Ok((at(u)?, minus))
                })
                .collect()
        })
        .collect();
    let mut pairs = Vec::with_capacity(count + 1);
    for part in parts {
        pairs.extend(part?);
    }
    let values = Arc::new(Values { pairs });
    let mut memo = MEMO.lock().unwrap_or_else(PoisonError::into_inner);
    memo.retain(|(k, _)| *k != key);
    if memo.len() >= KEPT {
        memo.remove(0);
    }
    memo.push((key, values.clone()));
    Ok(values)
}
