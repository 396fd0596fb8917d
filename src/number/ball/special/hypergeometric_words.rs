//! Gauss's series with rational parameters of small height, in fixed-point integers and words.
//!
//! The terms share a binary point, each step a few multiplications and divisions by one word. Powers of z
//! are kept out of the terms: see the module `hypergeometric_series`.

use rug::float::Round;
use rug::{Float, Integer, Rational};

use super::hypergeometric::Parameter;
use super::hypergeometric_series::{Gauss, Sums, TailBounds, one_minus};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

/// a = pa/qa, … with all parts below 2^31, and |z| ≤ 1.
pub(super) struct SmallRational {
    a: (i64, i64),
    b: (i64, i64),
    c: (i64, i64),
    /// Constant factors of numerator and denominator: qc, and qa qb, in lowest terms.
    numerator: i64,
    denominator: i128,
    pub(super) bounds: TailBounds,
}

/// Largest part of a parameter on the fast path, so that p + nq fits in a word for n < 2^31.
const PART_END: i64 = 1 << 31;

impl SmallRational {
    pub(super) fn new(series: &Gauss) -> Option<Self> {
        if series.z.magnitude() > Magnitude::ONE {
            return None;
        }
        let parts = |p: &Parameter| match p {
            Parameter::Rational(q) => {
                let p = q.numer().to_i64().filter(|p| p.abs() < PART_END)?;
                let q = q.denom().to_i64().filter(|q| *q < PART_END)?;
                Some((p, q))
            }
            Parameter::Ball(_) => None,
        };
        let (a, b, c) = (parts(series.a)?, parts(series.b)?, parts(series.c)?);
        let denominator = i128::from(a.1) * i128::from(b.1);
        let constant = Rational::from((c.1, Integer::from(denominator)));
        Some(SmallRational {
            a,
            b,
            c,
            numerator: constant.numer().to_i64()?,
            denominator: constant.denom().to_i128()?,
            bounds: TailBounds::new(series)?,
        })
    }

    /// Fixed point with `prec` bits behind the point.
    pub(super) fn run(
        &self,
        z: &Float,
        weighted: bool,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Sums> {
        let point = prec.get() + 16;
        let powers = Powers::new(z, point);
        let m = powers.count();
        let mut plain = vec![Integer::new(); m];
        let mut with_weight = vec![Integer::new(); if weighted { m } else { 0 }];
        let mut term = Term::first(point);
        // Σ of the errors of all terms, in units of the last place; |z^i| ≤ 1 does not enlarge them.
        let (mut error, mut weight_error) = (Magnitude::ZERO, Magnitude::ZERO);
        let mut n = 0u64;
        loop {
            let i = (n % m as u64) as usize;
            if i == 0 {
                limits.check_deadline()?;
                if n > 0 {
                    term.multiply(&powers);
                }
                if term.value.is_zero() && term.error.is_zero() {
                    break;
                }
                // |t_n| in units of the last place.
                let size = Magnitude::from_integer(&term.value).plus(term.error);
                if term.value.significant_bits() <= 16
                    && let Some(ratio) = self.bounds.ratio(n).filter(|q| *q < 0.999_999)
                {
                    let gap = one_minus(ratio);
                    let tail = size.over(&gap);
                    error = error.plus(tail);
                    if weighted {
                        // Σ_j |t_N| q^j (H + jΔ) ≤ (|t_N| H + |t_N| Δ/(1−q)) / (1−q).
                        let weight =
                            Magnitude::from_integer(&term.weighted).plus(term.weight_error);
                        let step = self
                            .bounds
                            .weight_step(n)
                            .map_or(Magnitude::INFINITY, Magnitude::from_f64);
                        weight_error = weight_error.plus(weight.plus(tail.times(step)).over(&gap));
                    }
                    break;
                }
                if n >= PART_END as u64 {
                    return Ok(Sums::indeterminate());
                }
            }
            plain[i] += &term.value;
            error = error.plus(term.error);
            if weighted {
                with_weight[i] += &term.weighted;
                weight_error = weight_error.plus(term.weight_error);
            }
            self.step(&mut term, n as i64, weighted);
            n += 1;
        }
        Ok(Sums {
            plain: powers.combine(&plain, error),
            weighted: if weighted {
                powers.combine(&with_weight, weight_error)
            } else {
                Ball::zero()
            },
        })
    }

    /// t_n (without powers of z) to t_{n+1}.
    fn step(&self, term: &mut Term, n: i64, weighted: bool) {
        let [a, b, c] = [self.a, self.b, self.c].map(|(p, q)| p + n * q);
        if a == 0 || b == 0 {
            // All later terms are exactly 0.
            term.value = Integer::new();
            term.error = Magnitude::ZERO;
            return;
        }
        let ratio = ratio_magnitude(
            &[a, b, self.numerator],
            i128::from(c) * i128::from(n + 1),
            self.denominator,
        );
        if weighted {
            // t_{n+1} h_{n+1} = r_n (t_n h_n + t_n δ_n), δ_n = qa/a + qb/b − qc/c − 1/(n+1).
            let parts = [(self.a.1, a), (self.b.1, b), (-self.c.1, c), (-1, n + 1)];
            for (numerator, denominator) in parts {
                let mut part = Integer::from(&term.value * numerator);
                part /= denominator;
                term.weighted += part;
                let factor = Magnitude::new(numerator.unsigned_abs(), 0)
                    .over(&Float::with_val(64, denominator.unsigned_abs()));
                // The term's own error, and less than one unit by truncation.
                term.weight_error = term
                    .weight_error
                    .plus(term.error.times(factor))
                    .plus(Magnitude::ONE);
            }
        }
        let factors = [a, b, self.numerator];
        let divisors = [c, n + 1];
        let divisions = multiply_and_divide(&mut term.value, &factors, &divisors, self.denominator);
        // Each truncation adds less than one unit, which later divisions by integers only shrink.
        let rounding = Magnitude::new(divisions, 0);
        term.error = term.error.times(ratio).plus(rounding);
        if weighted {
            multiply_and_divide(&mut term.weighted, &factors, &divisors, self.denominator);
            term.weight_error = term.weight_error.times(ratio).plus(rounding);
        }
    }
}

/// The running term in fixed point with its error in units of the last place.
struct Term {
    value: Integer,
    error: Magnitude,
    weighted: Integer,
    weight_error: Magnitude,
}

impl Term {
    fn first(point: u32) -> Term {
        Term {
            value: Integer::from(1) << point,
            error: Magnitude::ZERO,
            weighted: Integer::new(),
            weight_error: Magnitude::ZERO,
        }
    }

    /// Times z^m.
    fn multiply(&mut self, powers: &Powers) {
        self.error = powers.step(&mut self.value, self.error);
        if !self.weighted.is_zero() || !self.weight_error.is_zero() {
            self.weight_error = powers.step(&mut self.weighted, self.weight_error);
        }
    }
}

/// 1, z, …, z^m in fixed point, |z| ≤ 1; entry i is off by at most 4i units.
///
/// z itself is off by less than one unit. If z^i is off by e_i ≤ 4i, then the product with z by at
/// most e_i |z| + |z^i| + e_i 2^−point, and the shift by one more: e_{i+1} ≤ e_i + 3.
struct Powers {
    powers: Vec<Integer>,
    point: u32,
}

impl Powers {
    fn new(z: &Float, point: u32) -> Powers {
        let first = fixed(z, point);
        // About √N powers balance the full multiplications against each other.
        let rate = -z.clone().abs().to_f64().clamp(1e-9, 0.999_999).log2();
        let terms = f64::from(point) / rate;
        let m = (terms.sqrt() as usize).clamp(1, 96);
        let mut powers = vec![Integer::from(1) << point];
        for i in 0..m {
            let next = Integer::from(&powers[i] * &first) >> point;
            powers.push(next);
        }
        Powers { powers, point }
    }

    fn count(&self) -> usize {
        self.powers.len() - 1
    }

    /// Multiplies by z^m; returns the new error: e |z^m| + |t| 4m 2^−point + (small) + 1.
    fn step(&self, value: &mut Integer, error: Magnitude) -> Magnitude {
        let m = self.count();
        let size = Magnitude::from_integer(value);
        *value *= &self.powers[m];
        *value >>= self.point;
        let power_error = Magnitude::new(4 * m as u64, -i64::from(self.point));
        let power = Magnitude::from_integer(&self.powers[m])
            .shifted(-i64::from(self.point))
            .plus(power_error);
        error
            .times(power)
            .plus(size.times(power_error))
            .plus(Magnitude::ONE)
    }

    /// Σ_i sums[i] z^i, with the given error of the sums in units.
    fn combine(&self, sums: &[Integer], error: Magnitude) -> Ball {
        let mut total = Integer::new();
        let mut error = error;
        for (i, (sum, power)) in sums.iter().zip(&self.powers).enumerate() {
            total += Integer::from(sum * power);
            error = error.plus(
                Magnitude::from_integer(sum)
                    .times(Magnitude::new(4 * i as u64, -i64::from(self.point))),
            );
        }
        // The products have twice the point; one shift drops less than a unit.
        total >>= self.point;
        error = error.plus(Magnitude::ONE);
        let shift = -i64::from(self.point);
        let prec = Bits::new(total.significant_bits().max(2));
        let shift_down = i32::try_from(self.point).unwrap_or(i32::MAX);
        Ball::from_integer(&total, prec)
            .mul_2exp(-shift_down)
            .widened(error.shifted(shift))
    }
}

/// ⌊z 2^point⌋.
fn fixed(z: &Float, point: u32) -> Integer {
    let Some((mantissa, exponent)) = z.to_integer_exp() else {
        return Integer::new();
    };
    let shift = i64::from(exponent) + i64::from(point);
    match u32::try_from(shift.unsigned_abs()) {
        Ok(left) if shift >= 0 => mantissa << left,
        Ok(right) => mantissa >> right,
        // Below the last place: floor.
        Err(_) => Integer::from(if mantissa < 0 { -1 } else { 0 }),
    }
}

/// value · Π factors / (Π divisors · denominator), truncating at each division; the number of
/// divisions. Factors are gathered into single words while they fit.
fn multiply_and_divide(
    value: &mut Integer,
    factors: &[i64; 3],
    divisors: &[i64; 2],
    denominator: i128,
) -> u64 {
    let mut word = 1i64;
    for &factor in factors {
        match word.checked_mul(factor) {
            Some(product) => word = product,
            None => {
                *value *= word;
                word = factor;
            }
        }
    }
    if word != 1 {
        *value *= word;
    }
    let mut divisions = 0;
    let mut word = 1i64;
    for &divisor in divisors {
        match word.checked_mul(divisor) {
            Some(product) => word = product,
            None => {
                *value /= word;
                divisions += 1;
                word = divisor;
            }
        }
    }
    match i64::try_from(denominator)
        .ok()
        .and_then(|d| word.checked_mul(d))
    {
        Some(product) => word = product,
        None => {
            *value /= denominator;
            divisions += 1;
        }
    }
    if word != 1 {
        *value /= word;
        divisions += 1;
    }
    divisions
}

/// An upper bound of |Π factors / (divisor · denominator)|.
fn ratio_magnitude(factors: &[i64; 3], divisor: i128, denominator: i128) -> Magnitude {
    let numerator = factors.iter().fold(Magnitude::ONE, |m, f| {
        m.times(Magnitude::new(f.unsigned_abs(), 0))
    });
    let down = |n: i128| Float::with_val_round(64, n.unsigned_abs(), Round::Down).0;
    numerator.over(&down(divisor)).over(&down(denominator))
}
