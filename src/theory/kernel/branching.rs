//! Kernels in depth by composition of power series, with a certificate.
//!
//! The Taylor coefficients $b_k$ of a kernel at 0 are non-negative with sum 1: κ is the generating
//! function of a law, and $κ_L$ that of the L-th generation of a branching process. Products and
//! compositions of such series only add and multiply non-negative numbers. So if every input is
//! rounded down, every product is rounded down and every series is cut off, the result is a *lower
//! bound of every coefficient*; and since the true ones sum to 1, the mass δ that is missing bounds
//! the error of all of them together. No other analysis of errors is needed.
//!
//! With lower bounds $B_k \le b_k^{(L)}$ and |u| ≤ 1: $|κ_L(u) - \sum B_k u^k| \le δ$. Spectra follow alike
//! ([`law`](crate::theory::spectrum::law)).
//!
//! Series are vectors of integers over $2^{bits}$. A product packs both into one integer each: the
//! coefficients of a product of two laws are at most 1, so 2·bits + 1 bits a slot suffice. A
//! composition takes $2\sqrt n$ products of length n (baby steps and giant steps).

use std::sync::{Arc, Mutex, PoisonError};

use rug::integer::Order;
use rug::{Assign, Float, Integer};

use super::layer::Layer;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::Parity;

/// Most coefficients of a series.
pub const MOST_COEFFICIENTS: usize = 1 << 14;
/// Most coefficients of a series that is composed: beyond, integrals are faster.
const MOST_COMPOSED: usize = 1 << 11;
/// Compositions kept for other degrees of the same law.
const KEPT: usize = 6;

/// Lower bounds of the coefficients of $κ_L$, over $2^{bits}$.
#[derive(Debug)]
pub struct Composition {
    bits: u32,
    parity: Parity,
    /// Of $u^k$ or, with a parity, of $u^{2k}$ or $u^{2k+1}$.
    values: Vec<Integer>,
    /// What is missing to 1.
    missing: Integer,
}

impl Composition {
    /// The power of u of the first entry of [`values`](Self::values), and the step from one to the next.
    pub fn powers(&self) -> (usize, usize) {
        match self.parity {
            Parity::Odd => (1, 2),
            Parity::Even => (0, 2),
            Parity::Neither => (0, 1),
        }
    }

    /// Lower bounds of the coefficients, over 2^bits.
    pub fn values(&self) -> &[Integer] {
        &self.values
    }

    /// $Σ w_k b_k$ for weights 0 ≤ w ≤ 1, given its sum over the lower bounds (as integers):
    /// [S, S + δ].
    pub fn settled(&self, sum: &Ball, prec: Bits) -> Ball {
        let work = prec.plus(16);
        let shift = -i32::try_from(self.bits).unwrap_or(i32::MAX);
        let half = Ball::from_integer(&self.missing, work).mul_2exp(shift - 1);
        let radius = self.missing_mass().shifted(-1);
        sum.mul_2exp(shift)
            .add(&half, work)
            .widened(radius)
            .rounded(prec)
    }

    /// κ_L(u) for |u| ≤ 1 by Horner's rule, at the midpoint of `u`: exact arguments are meant.
    ///
    /// In units of the coefficients every partial sum is at most 2^bits, and stays below 2^{bits+1} with
    /// its roundings. The two roundings of each of n steps are passed on by factors ≤ 1 and add up to
    /// 2n 2^{bits+1−p}; the rounding of u² to p bits moves the sum by at most Σ k b_k 2^−p ≤
    /// n 2^{bits+1−p}; the last product rounds once more. Together less than (n + 1) 2^{bits+3−p}.
    pub fn at(&self, u: &Ball, prec: Bits) -> Ball {
        let work = prec.get() + 24;
        let (offset, step) = self.powers();
        let u = u.mid();
        let base = if step == 2 {
            Float::with_val(work, u.square_ref())
        } else {
            u.clone()
        };
        let mut sum = Float::new(work);
        for value in self.values.iter().rev() {
            sum *= &base;
            sum += value;
        }
        if offset == 1 {
            sum *= u;
        }
        let bits = i64::from(self.bits);
        let count = self.values.len() as u64 + 1;
        let rounding = Magnitude::new(count, bits + 3 - i64::from(work));
        let shift = -i32::try_from(self.bits).unwrap_or(i32::MAX);
        Ball::new(sum, rounding)
            .mul_2exp(shift)
            .widened(self.missing_mass())
            .rounded(prec)
    }

    /// δ, the mass that is missing.
    pub fn missing_mass(&self) -> Magnitude {
        Magnitude::from_integer(&self.missing).shifted(-i64::from(self.bits))
    }

    /// Lower bounds of the coefficients of u^k as balls [B, B + δ], for tests and tables.
    pub fn coefficient(&self, k: usize, prec: Bits) -> Ball {
        let (offset, step) = self.powers();
        if k < offset || !(k - offset).is_multiple_of(step) {
            return Ball::zero();
        }
        let shift = -i32::try_from(self.bits).unwrap_or(i32::MAX);
        let value = self
            .values
            .get((k - offset) / step)
            .cloned()
            .unwrap_or_default();
        Ball::from_integer(&value, prec)
            .mul_2exp(shift)
            .widened(self.missing_mass())
    }
}

type Key = (String, String, u32, u32);
static MEMO: Mutex<Vec<(Key, Arc<Composition>)>> = Mutex::new(Vec::new());

/// The composition of `depth` ≥ 1 layers with a missing mass of at most about 2^−prec.
///
/// # Errors
/// Undecided where the coefficients fall too slowly; those of the coefficients; the deadline.
pub fn composition(
    layer: &Layer,
    depth: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Arc<Composition>> {
    let rounded = prec.get().div_ceil(64) * 64;
    let bias = format!("{:?}", layer.bias());
    let key = (layer.activation.text(), bias, depth, rounded);
    let found = {
        let memo = MEMO.lock().unwrap_or_else(PoisonError::into_inner);
        memo.iter().find(|(k, _)| *k == key).map(|(_, c)| c.clone())
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let fresh = Arc::new(compute(layer, depth, Bits::new(rounded), limits)?);
    let mut memo = MEMO.lock().unwrap_or_else(PoisonError::into_inner);
    if memo.len() >= KEPT {
        memo.remove(0);
    }
    memo.push((key, fresh.clone()));
    Ok(fresh)
}

fn compute(layer: &Layer, depth: u32, prec: Bits, limits: &Limits) -> Result<Composition> {
    // Each floor loses at most 2^−bits in each of n coefficients, with some 2√n floors a composition
    // and 2 log₂ L compositions: 40 bits are plenty below 2^14 coefficients.
    let bits = prec.get() + 40;
    let goal = Magnitude::power_of_two(-i64::from(prec.get()));
    let most = if depth == 1 {
        MOST_COEFFICIENTS
    } else {
        MOST_COMPOSED
    };
    let mut count = 64;
    let mut before: Option<(usize, f64)> = None;
    let mut composing = false;
    loop {
        limits.check_deadline()?;
        let one = one_layer(layer, count, bits, limits)?;
        let mut missing = one.missing_mass();
        if missing <= goal.shifted(-1) || depth == 1 {
            // The masses of one layer and of all of them fall at different rates.
            if !composing {
                (composing, before) = (true, None);
            }
            let composed = power(one, depth, count, limits)?;
            missing = composed.missing_mass();
            if missing <= goal {
                return Ok(composed);
            }
        }
        let now = bits_of(missing);
        let next = next_count(count, now, before, f64::from(prec.get()));
        if count >= most || (count >= 256 && next > 2 * most) {
            return Err(Error::undecided(format!(
                "the Taylor coefficients of the kernel of `{}` at 0 fall too slowly: {count} of them leave the \
                 mass 2^{}",
                layer.activation.text(),
                missing.exponent().unwrap_or_default()
            ))
            .with_hint("ask for fewer digits, or take another --method"));
        }
        before = Some((count, now));
        count = next.clamp(count + count / 8, 4 * count).min(most);
    }
}

/// How many coefficients to try next: the bits of the missing mass follow c·n^a, a = 1 for analytic and
/// about 1/2 for smooth kernels, and like (log n)/n for singular ones.
fn next_count(count: usize, now: f64, before: Option<(usize, f64)>, goal: f64) -> usize {
    let power = match before {
        Some((fewer, then)) if then > 1.0 && now > then => {
            let step = (count as f64 / fewer as f64).log2();
            ((now / then).log2() / step).clamp(0.05, 1.0)
        }
        Some(_) if now <= 1.0 => 0.05,
        Some((_, then)) if now <= then => 0.05,
        _ => return 2 * count,
    };
    let wanted = count as f64 * (1.02 * (goal + 4.0) / now.max(0.1)).powf(1.0 / power);
    wanted.min(1e9) as usize
}

/// −log₂ of a mass.
fn bits_of(mass: Magnitude) -> f64 {
    mass.exponent().map_or(f64::INFINITY, |exp| -(exp as f64))
}

/// One layer with its bias: `count` coefficients, rounded down.
fn one_layer(layer: &Layer, count: usize, bits: u32, limits: &Limits) -> Result<Composition> {
    let prec = Bits::new(bits + 16);
    let b = layer.activation.taylor(count, prec, limits)?;
    let share = layer.share(prec);
    let bias = layer.bias().to_ball(prec);
    let parity = layer.parity();
    let mut values = Vec::with_capacity(count);
    for (k, b) in b.iter().enumerate() {
        let kept = match parity {
            Parity::Odd => !k.is_multiple_of(2),
            Parity::Even => k.is_multiple_of(2),
            Parity::Neither => true,
        };
        if !kept {
            continue;
        }
        let mut value = if layer.is_unbiased() {
            b.clone()
        } else {
            b.mul(&share, prec)
        };
        if k == 0 && !layer.is_unbiased() {
            value = value.add(&bias, prec);
        }
        values.push(floor(&value, bits, prec));
    }
    Ok(finished(values, parity, bits))
}

/// ⌊2^bits · lower end⌋, at least 0.
fn floor(value: &Ball, bits: u32, prec: Bits) -> Integer {
    if !value.is_finite() {
        return Integer::new();
    }
    let scaled = value.mul_2exp(i32::try_from(bits).unwrap_or(i32::MAX));
    let low = scaled.lower(prec);
    match low.to_integer_round(rug::float::Round::Down) {
        Some((integer, _)) if integer > 0 => integer,
        _ => Integer::new(),
    }
}

fn finished(values: Vec<Integer>, parity: Parity, bits: u32) -> Composition {
    let total: Integer = values.iter().sum();
    let missing = (Integer::from(1) << bits) - total;
    Composition {
        bits,
        parity,
        values,
        missing,
    }
}

/// `depth`-fold composition by squaring.
fn power(one: Composition, depth: u32, count: usize, limits: &Limits) -> Result<Composition> {
    let (bits, parity) = (one.bits, one.parity);
    let length = match parity {
        Parity::Neither => count,
        Parity::Odd | Parity::Even => count / 2,
    };
    let mut square = one.values;
    let mut total: Option<Vec<Integer>> = None;
    let mut left = depth;
    while left > 0 {
        if left & 1 == 1 {
            total = Some(match total {
                None => square.clone(),
                Some(outer) => compose(&outer, &square, parity, length, bits, limits)?,
            });
        }
        left >>= 1;
        if left > 0 {
            square = compose(&square, &square, parity, length, bits, limits)?;
        }
    }
    Ok(finished(total.unwrap_or_default(), parity, bits))
}

/// Lower bounds of outer(inner).
///
/// Odd: $u α(u^2)$ of $u β(u^2)$ is $u · β(v) · α(v β(v)^2)$ with v = u². Even: $α(β(v)^2)$.
fn compose(
    outer: &[Integer],
    inner: &[Integer],
    parity: Parity,
    length: usize,
    bits: u32,
    limits: &Limits,
) -> Result<Vec<Integer>> {
    if parity == Parity::Neither {
        return compose_plain(outer, inner, length, bits, limits);
    }
    let mut square = product(inner, inner, length, bits);
    if parity == Parity::Even {
        return compose_plain(outer, &square, length, bits, limits);
    }
    square.insert(0, Integer::new());
    square.truncate(length);
    let composed = compose_plain(outer, &square, length, bits, limits)?;
    Ok(product(&composed, inner, length, bits))
}

/// Baby steps inner^0 … inner^{s−1}, giant steps by inner^s.
fn compose_plain(
    outer: &[Integer],
    inner: &[Integer],
    length: usize,
    bits: u32,
    limits: &Limits,
) -> Result<Vec<Integer>> {
    let step = (outer.len() as f64).sqrt().ceil().max(1.0) as usize;
    let mut powers: Vec<Vec<Integer>> = vec![vec![Integer::from(1) << bits]];
    for _ in 0..step {
        limits.check_deadline()?;
        let last = powers.last().cloned().unwrap_or_default();
        powers.push(product(&last, inner, length, bits));
    }
    let giant = powers.pop().unwrap_or_default();
    let mut total: Vec<Integer> = Vec::new();
    for block in outer.chunks(step).rev() {
        limits.check_deadline()?;
        let mut sum = if total.is_empty() {
            vec![Integer::new(); length]
        } else {
            let mut shifted = product(&total, &giant, length, bits);
            shifted.resize(length, Integer::new());
            shifted
        };
        let mut scratch = Integer::new();
        for (k, entry) in sum.iter_mut().enumerate() {
            scratch.assign(0);
            for (coefficient, power) in block.iter().zip(&powers) {
                if let Some(value) = power.get(k) {
                    scratch += coefficient * value;
                }
            }
            scratch >>= bits;
            *entry += &scratch;
        }
        total = sum;
    }
    Ok(total)
}

/// The first `length` coefficients of a product, rounded down.
///
/// Both series have coefficients ≥ 0 and sums ≤ 2^bits, so those of the exact product are at most
/// 2^{2 bits}, and a slot of whole words with 2·bits + 1 bits holds one without a carry.
fn product(left: &[Integer], right: &[Integer], length: usize, bits: u32) -> Vec<Integer> {
    if left.is_empty() || right.is_empty() {
        return Vec::new();
    }
    let words = (2 * bits as usize + 1).div_ceil(64);
    let packed = pack(left, words) * pack(right, words);
    let digits = packed.to_digits::<u64>(Order::Lsf);
    let count = length.min(left.len() + right.len() - 1);
    (0..count)
        .map(|k| {
            let from = (k * words).min(digits.len());
            let to = ((k + 1) * words).min(digits.len());
            Integer::from_digits(&digits[from..to], Order::Lsf) >> bits
        })
        .collect()
}

fn pack(series: &[Integer], words: usize) -> Integer {
    let mut digits = vec![0u64; series.len() * words];
    for (value, slot) in series.iter().zip(digits.chunks_mut(words)) {
        let used = value.significant_digits::<u64>();
        value.write_digits(&mut slot[..used], Order::Lsf);
    }
    Integer::from_digits(&digits, Order::Lsf)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    const BITS: u32 = 200;

    fn scaled(q: &Rational) -> Integer {
        let (numerator, denominator) = q.clone().into_numer_denom();
        (numerator << BITS) / denominator
    }

    /// κ = e^{u−1}, b_k = e^{−1}/k!: here with rational stand-ins k!^{-1}/3.
    fn example(length: usize) -> Vec<Rational> {
        (0..length as u32)
            .map(|k| Rational::from((1, Integer::from(Integer::factorial(k)) * 3)))
            .collect()
    }

    /// A product and a composition are below the exact ones, by less than their length in ulps.
    #[test]
    fn products_and_compositions_are_lower_bounds() {
        use crate::number::series::Series;
        let length = 24;
        let exact = example(length);
        let lower: Vec<Integer> = exact.iter().map(scaled).collect();
        let check = |got: &[Integer], want: &[Rational]| {
            assert_eq!(got.len(), length);
            for (k, (got, want)) in got.iter().zip(want).enumerate() {
                let gap = scaled(want) - got;
                assert!((0..400).contains(&gap), "{k}: {gap}");
            }
        };
        let series = Series::new(exact.clone());
        check(
            &product(&lower, &lower, length, BITS),
            series.mul(&series).coefficients(),
        );
        // The exact composition of the two truncated polynomials, by Horner's rule.
        let mut total = Series::constant(Rational::new(), length);
        for c in exact.iter().rev() {
            total = total.mul(&series).add(&Series::constant(c.clone(), length));
        }
        let composed =
            compose_plain(&lower, &lower, length, BITS, &Limits::default()).expect("short");
        check(&composed, total.coefficients());
    }

    #[test]
    fn parities_compose_in_the_square() {
        let length = 16;
        let alpha: Vec<Integer> = example(length).iter().map(scaled).collect();
        let limits = Limits::default();
        let spread = |offset: usize| {
            let mut full = vec![Integer::new(); 2 * length];
            for (k, a) in alpha.iter().enumerate() {
                full[2 * k + offset] = a.clone();
            }
            full
        };
        for (parity, offset) in [(Parity::Even, 0), (Parity::Odd, 1)] {
            let full = spread(offset);
            let plain = compose_plain(&full, &full, 2 * length, BITS, &limits).expect("short");
            let short = compose(&alpha, &alpha, parity, length, BITS, &limits).expect("short");
            for (k, value) in short.iter().enumerate() {
                let gap = Integer::from(&plain[2 * k + offset] - value).abs();
                assert!(gap < 400, "{parity:?} {k} {gap}");
            }
        }
    }
}
