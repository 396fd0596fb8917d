//! Hypergeometric sums in fixed point: Σ_{k<n} t_k z^k with 0 ≤ z ≤ 1, t_0 = 1 and
//! t_{k+1}/t_k = p(k)/q(k) for word-sized integers.
//!
//! *Algorithm* (rectangular splitting, after D. M. Smith, Math. Comp. 52, 1989). The powers
//! 1, z, …, z^m with m ≈ √n are tabulated as integers in units of 2^−w. Going backwards,
//!
//!   A_h = Σ_{k≥h} (t_k/t_h) z^{k−⌊h⌋},   ⌊h⌋ the largest multiple of m up to h,
//!
//! so that only every m-th step multiplies two long numbers (by z^m) and all others are products
//! of a long number and a word. Steps g ≤ k < h of a block are joined while their products of p and
//! q fit in a word:
//!
//!   A_g = (A_h Π p + Σ_k c_k z^{k−⌊g⌋}) / Π q,   c_k = Π_{g≤i<k} p(i) · Π_{k≤i<h} q(i),
//!
//! one long division for the group.
//!
//! *Error.* All errors are in units of 2^−w and rounded up. If z is off by at most e₀, z^j formed as
//! a truncated product of two lower powers is off by at most j(e₀ + 1): for x, y, x̃, ỹ in [0, 1],
//! |xy − x̃ỹ| ≤ |x − x̃| + |y − ỹ|, and truncation adds 1. A product A·P is off by at most
//! E_A·P̃ + |A|·e_P + 1 with |A| ≤ |Ã| + E_A; a group turns E into (E·Π|p| + Σ|c_k| e)/Πq + 1. The
//! bound is carried along in these very steps.

use rug::{Assign, Float, Integer};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The most terms worth summing.
const MAX_TERMS: f64 = 1e7;

/// Where a sum ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    /// After this many terms.
    Finite(u64),
    /// Never; from the index `settled` on |p/q| ≤ 1, and z < 1.
    Infinite {
        /// The first index from which |p/q| ≤ 1 for good.
        settled: u64,
    },
}

/// A hypergeometric sum: its term ratio p(k)/q(k), with q > 0 and |p|, q < 2^62, and its end.
pub(super) struct Hypergeometric<F: Fn(u64) -> (i64, u64)> {
    /// k ↦ (p(k), q(k)).
    pub ratio: F,
    /// Where the sum ends.
    pub end: End,
}

/// A number x = m·2^e in plain double arithmetic with a free exponent.
#[derive(Clone, Copy)]
struct Rough {
    man: f64,
    exp: i64,
}

impl Rough {
    fn scaled(self, factor: f64, exp: i64) -> Rough {
        let (mut man, mut exp) = (self.man * factor, self.exp + exp);
        if man.abs() > 1e100 {
            (man, exp) = (man * 2f64.powi(-300), exp + 300);
        } else if man.abs() < 1e-100 {
            (man, exp) = (man * 2f64.powi(300), exp - 300);
        }
        Rough { man, exp }
    }

    fn log2(self) -> f64 {
        self.man.abs().log2() + self.exp as f64
    }
}

/// log2 of |x| for a midpoint x, good to a few units; −∞ for 0.
pub(super) fn log2_of(x: &Float) -> f64 {
    if x.is_zero() {
        return f64::NEG_INFINITY;
    }
    let (man, exp) = x.to_f64_exp();
    man.abs().log2() + f64::from(exp)
}

/// What a scan of the terms in doubles says about a sum; only `tail` is a proven bound.
struct Scan {
    terms: u64,
    /// log2 of Σ|t_k| z^k.
    log2_size: f64,
    /// A bound of the terms left out.
    tail: Magnitude,
}

impl<F: Fn(u64) -> (i64, u64)> Hypergeometric<F> {
    /// The sum with an absolute error of about 2^−bits times Σ|t_k| z^k (or what the radius of z leaves),
    /// and log2 of that size.
    ///
    /// # Errors
    /// A limit error if too many terms are needed, or when the deadline passes.
    pub(super) fn sum(&self, z: &Ball, bits: Bits, limits: &Limits) -> Result<(Ball, f64)> {
        if matches!(self.end, End::Infinite { .. }) {
            check_convergence(z, bits)?;
        }
        let scan = self.scan(z, f64::from(bits.get()));
        let point = bits.get() + 16;
        let sum = self.evaluate(z, point, scan.terms, limits)?;
        Ok((sum.widened(scan.tail), scan.log2_size))
    }

    /// Runs through |t_k| z^k in doubles until it is below 2^−bits of the sum.
    ///
    /// The tail: from n ≥ `settled` on the terms fall at least like z^k, so the rest is at most
    /// |t_n| z^n/(1 − z). The double product of n < 2^40 ratios, each of four roundings of 2^−53, is
    /// off by a factor below e^{n 2^−50} < 1.01, and so is the double of 1/(1 − z); 1.05 covers both.
    fn scan(&self, z: &Ball, bits: f64) -> Scan {
        let upper = z.upper(Bits::new(53));
        let (z_man, z_exp) = upper.to_f64_exp();
        let z_exp = i64::from(z_exp);
        let mut term = Rough { man: 1.0, exp: 0 };
        let mut sum = term;
        let mut k = 0;
        let (finite, settled) = match self.end {
            End::Finite(n) => (n, u64::MAX),
            End::Infinite { settled } => (u64::MAX, settled),
        };
        let mut terms = finite;
        let mut tail = Magnitude::ZERO;
        while k < finite {
            // Adding to the sum at its own exponent; a term far larger moves the sum to its own.
            let shift = term.exp - sum.exp;
            if shift > 900 {
                sum = Rough {
                    man: term.man.abs(),
                    ..term
                };
            } else if shift > -900 && k > 0 {
                sum.man += term.man.abs() * 2f64.powi(shift as i32);
                sum = sum.scaled(1.0, 0);
            }
            if k + 1 == finite {
                break;
            }
            let (p, q) = (self.ratio)(k);
            term = term.scaled(p as f64 / q as f64 * z_man, z_exp);
            k += 1;
            if term.man == 0.0 {
                terms = k;
                break;
            }
            // Cheap test first: exponents decide, the logarithm only near the end.
            if k >= settled && (term.exp - sum.exp) as f64 + bits < 700.0 {
                let log2 = term.log2();
                if log2 < sum.log2().max(0.0) - bits - 8.0 {
                    terms = k;
                    tail = Magnitude::from_f64(term.man)
                        .times(Magnitude::from_f64(1.05 / (1.0 - upper.to_f64())))
                        .shifted(term.exp);
                    break;
                }
            }
        }
        Scan {
            terms,
            log2_size: sum.log2(),
            tail,
        }
    }

    fn evaluate(&self, z: &Ball, point: u32, terms: u64, limits: &Limits) -> Result<Ball> {
        let m = block_length(terms);
        let (powers, unit_error) = power_table(z, point, m);
        // One bound for the whole table: z^j is off by at most j(e0 + 1) ≤ m(e0 + 1).
        let table_error = unit_error.plus(Magnitude::ONE).times(Magnitude::new(m, 0));
        let unit = i64::from(point);
        let mut acc = Integer::new();
        let mut product = Integer::new();
        let mut error = Magnitude::ZERO;
        let mut coefficients: Vec<i64> = Vec::with_capacity(8);
        let mut top = terms;
        while top > 0 {
            limits.check_deadline()?;
            let base = (top - 1) / m * m;
            if top < terms {
                let power = &powers[m as usize];
                let size = Magnitude::from_integer(&acc).plus(error).shifted(-unit);
                error = error
                    .times(Magnitude::from_integer(power).shifted(-unit))
                    .plus(size.times(table_error))
                    .plus(Magnitude::ONE);
                product.assign(&acc * power);
                acc.assign(&product >> point);
            }
            while top > base {
                // Join steps downwards while Π|p| and Πq, and with them every c_k, stay below 2^62.
                let (mut all_p, mut all_q) = (1i64, 1i64);
                let mut low = top;
                coefficients.clear();
                while low > base {
                    // Nothing follows the last term.
                    let (p, q) = if low == terms {
                        (0, 1)
                    } else {
                        (self.ratio)(low - 1)
                    };
                    let q = q as i64;
                    let widest = all_p.unsigned_abs().max(all_q.unsigned_abs()).max(
                        coefficients
                            .iter()
                            .map(|c| c.unsigned_abs())
                            .max()
                            .unwrap_or(0),
                    );
                    let factor = p.unsigned_abs().max(q.unsigned_abs());
                    if low < top && u128::from(widest) * u128::from(factor) >= 1 << 62 {
                        break;
                    }
                    low -= 1;
                    // c_k gains p(low) for k > low; the new c_low is the product of all q.
                    for c in &mut coefficients {
                        *c *= p;
                    }
                    all_p *= p;
                    all_q *= q;
                    coefficients.push(all_q);
                }
                acc *= all_p;
                let mut weight = 0.0;
                for (c, k) in coefficients.iter().zip((low..top).rev()) {
                    acc += &powers[(k - base) as usize] * *c;
                    weight += c.unsigned_abs() as f64;
                }
                // Truncated: off by less than 1.
                acc /= all_q;
                // Both quotients rounded up: four roundings of 2^−53 are below the factor 1 + 2^−50.
                let slack = 1.0 + 2f64.powi(-50);
                let carried = all_p.unsigned_abs() as f64 / all_q as f64 * slack;
                let added = weight / all_q as f64 * slack;
                error = error
                    .times(Magnitude::from_f64(carried))
                    .plus(table_error.times(Magnitude::from_f64(added)))
                    .plus(Magnitude::ONE);
                top = low;
            }
        }
        Ok(from_fixed(&acc, point).widened(error.shifted(-unit)))
    }
}

/// Refuses an infinite series with too many terms for `bits` bits at this z, or with z ≥ 1.
pub(super) fn check_convergence(z: &Ball, bits: Bits) -> Result<()> {
    let upper = z.upper(Bits::new(53));
    // False for infinity too: an unknown z would never let the terms fall.
    let terms = if upper < 1 {
        f64::from(bits.get()) / -log2_of(&upper)
    } else {
        f64::INFINITY
    };
    if terms <= MAX_TERMS {
        return Ok(());
    }
    Err(Error::limit(format!(
        "a series of this method would need about {terms:.1e} terms, more than {MAX_TERMS:.0e}"
    ))
    .with_hint("another method converges faster at this angle"))
}

/// About √n, so that the powers and the blocks cost the same.
fn block_length(terms: u64) -> u64 {
    terms.isqrt().clamp(1, 400)
}

/// 1, z, …, z^m as integers in units of 2^−point, and the error of the first power in such units.
fn power_table(z: &Ball, point: u32, m: u64) -> (Vec<Integer>, Magnitude) {
    let one = Integer::from(1) << point;
    let (first, error) = to_fixed(z, point);
    let mut powers = vec![one, first];
    for j in 2..=m as usize {
        let low = j / 2;
        let product = if low * 2 == j {
            Integer::from(powers[low].square_ref())
        } else {
            Integer::from(&powers[low] * &powers[j - low])
        };
        powers.push(product >> point);
    }
    (powers, error)
}

/// A number of [0, 1] as an integer in units of 2^−point clamped to that range, and its error in units.
pub(super) fn to_fixed(z: &Ball, point: u32) -> (Integer, Magnitude) {
    let (fixed, error) = to_fixed_signed(z, point);
    let one = Integer::from(1) << point;
    // Clamping moves the approximation towards the true value, which is in [0, 1].
    (Ord::clamp(fixed, Integer::new(), one), error)
}

/// A number as an integer in units of 2^−point, and its error in units.
pub(super) fn to_fixed_signed(x: &Ball, point: u32) -> (Integer, Magnitude) {
    let scaled = x.mid().clone() << point;
    let fixed = scaled.to_integer().unwrap_or_default();
    // Rounded to nearest: off by at most 1/2 ≤ 1.
    let error = x.rad().shifted(i64::from(point)).plus(Magnitude::ONE);
    (fixed, error)
}

/// The integer as a number in units of 2^−point, exactly.
pub(super) fn from_fixed(x: &Integer, point: u32) -> Ball {
    let bits = Bits::new(x.significant_bits().max(2));
    Ball::exact(Float::with_val(bits.get(), x) >> point)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    /// A small deterministic generator.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    #[test]
    fn finite_sums_contain_the_exact_sum() {
        let mut numbers = Numbers(3);
        let mut cases = 0;
        for _ in 0..600 {
            let n = 1 + numbers.below(90);
            let ratios: Vec<(i64, u64)> = (0..n)
                .map(|_| {
                    let size = 1 << (1 + numbers.below(20));
                    let p = numbers.below(size) as i64 - size as i64 / 4;
                    (p, 1 + numbers.below(size))
                })
                .collect();
            // 0, 1, tiny and ordinary values, dyadic and not.
            let z = match numbers.below(6) {
                0 => Rational::new(),
                1 => Rational::from(1),
                2 => Rational::from((1, 1u64 << 50)),
                3 => Rational::from((numbers.below(257), 256)),
                _ => Rational::from((numbers.below(1001), 1000)),
            };
            let mut exact = Rational::from(1);
            let mut size = Rational::from(1);
            let mut term = Rational::from(1);
            for &(p, q) in &ratios[..n as usize - 1] {
                term *= Rational::from((p, q)) * &z;
                exact += &term;
                size += Rational::from(term.abs_ref());
            }
            let bits = Bits::new(8 + numbers.below(200) as u32);
            let ball = Ball::from_rational(&z, bits.plus(24));
            let series = Hypergeometric {
                ratio: |k| ratios[k as usize],
                end: End::Finite(n),
            };
            let (sum, log2_size) = series.sum(&ball, bits, &Limits::default()).expect("a sum");
            assert!(sum.contains_rational(&exact), "{n} {z} {ratios:?}");
            let most = Rational::from(&size >> (bits.get() - 8));
            // z^m loses bits against z^k inside a block, and random ratios may grow there.
            assert!(
                z < Rational::from((1, 2))
                    || sum.rad() <= Magnitude::from_rational(&most).shifted(60),
                "{n} {z} {sum:?}"
            );
            assert!(
                (log2_size - size.to_f64().log2()).abs() < 0.1 || size > Integer::from(1) << 900
            );
            cases += 1;
        }
        assert_eq!(cases, 600);
    }

    #[test]
    fn infinite_sums_contain_their_limits() {
        // Σ z^k = 1/(1 − z), and √(1 − z) with the ratios (2k−1)/(2k+2).
        let mut cases = 0;
        for bits in [2, 5, 10, 30, 64, 200, 1000] {
            for (n, d) in [(1, 2), (1, 3), (99, 100), (3, 4), (1, 1_000_000)] {
                let z = Rational::from((n, d));
                let bits = Bits::new(bits);
                let work = bits.plus(40);
                let ball = Ball::from_rational(&z, work);
                let sum = |p: fn(u64) -> i64, q: fn(u64) -> u64| {
                    let series = Hypergeometric {
                        ratio: |k| (p(k), q(k)),
                        end: End::Infinite { settled: 0 },
                    };
                    series
                        .sum(&ball, bits, &Limits::default())
                        .expect("a sum")
                        .0
                };
                let rest = Rational::from(1 - &z);
                let geometric = sum(|_| 1, |_| 1);
                assert!(geometric.contains_rational(&Rational::from(rest.recip_ref())));
                let root = sum(|k| 2 * k as i64 - 1, |k| 2 * k + 2);
                let expected = Ball::from_rational(&rest, work.plus(20)).sqrt(work.plus(20));
                assert!(
                    root.overlaps(&expected),
                    "{z} {bits}: {root:?} {expected:?}"
                );
                for value in [geometric, root] {
                    assert!(
                        value.accuracy() >= i64::from(bits.get()) - 12,
                        "{z} {bits}: {value:?}"
                    );
                }
                cases += 1;
            }
        }
        assert_eq!(cases, 35);
    }

    #[test]
    fn series_that_do_not_converge_are_refused() {
        let series = Hypergeometric {
            ratio: |_| (1, 1),
            end: End::Infinite { settled: 0 },
        };
        for z in [Ball::one(), Ball::from_i64(2), Ball::indeterminate()] {
            assert!(series.sum(&z, Bits::new(64), &Limits::default()).is_err());
        }
    }
}
