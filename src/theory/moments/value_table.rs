//! [`MomentValues`]: certified values of all J_{a,b}(θ), a, b ≤ n, at one angle.
//!
//! One sine, one cosine and one π serve the whole table. Three ways to fill it; the cheapest is taken.
//!
//! * *Powers.* The numbers (π−θ)c^i/(2π), s c^i/(2π) and c^i/(2√(2π)), i ≤ n, are tabulated as integers in
//!   units of 2^−w: 3n long products. Each moment is then a combination of them with the integer
//!   coefficients of its exact form ([`MomentTable`]), in products of a long number and a word. If
//!   every power is off by at most e units, a moment with coefficients x_i is off by at most
//!   e Σ|x_i|: combining is exact. Towards π the terms cancel, and w is raised by what they cancel.
//! * *Steps*, for θ ≤ π/2: J_{a,b} = (a−1) J_{a−2,b} + b c J_{a−1,b−1}, one long product a moment, in floats.
//!   All terms are positive, so the relative error grows by δ + 4ε a step (ε = 2^−p for each
//!   rounding, δ for the constants), and there are at most 2n steps from the seeds to any moment.
//! * *Down the diagonals*, for θ > π/2: from the two topmost values of a diagonal by
//!   y_{k−1} = (y_{k+1} + (d+2k+1)|c| y_k)/((d+k) k s²), again positive terms only.

use rug::ops::CompleteRound;
use rug::{Assign, Float, Integer};

use super::angle::Angle;
use super::form::coefficient_bits;
use super::hypergeometric::{over_double_root_tau, over_tau};
use super::rectangular::{from_fixed, log2_of, to_fixed_signed};
use super::table::{MomentTable, Part};
use super::value::{Method, moment};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The values of all J_{a,b}(θ), a, b ≤ n, at one angle; see the [module](self).
#[derive(Debug, Clone)]
pub struct MomentValues {
    /// `rows[a][b]` for b ≤ a.
    rows: Vec<Vec<Ball>>,
}

/// How a table is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Filling {
    /// Powers of cos θ times the coefficients of the exact forms.
    Powers,
    /// Integration by parts upwards, for θ ≤ π/2.
    Steps,
    /// The diagonal recurrence downwards, for θ > π/2.
    Diagonals,
    /// Each value by itself.
    Singly,
}

impl MomentValues {
    /// All J_{a,b}(θ) with a, b ≤ n. For an exact angle each has a relative accuracy of at least `prec`
    /// bits.
    ///
    /// # Errors
    /// A limit error if the table would hold too many bits, or at the deadline.
    pub fn new(n: u32, theta: &Angle, prec: Bits, limits: &Limits) -> Result<MomentValues> {
        Self::filled(n, theta, cheapest(n, theta, prec), prec, limits)
    }

    /// The same, filled in the given way; one that does not apply at the angle gives way to
    /// [`Filling::Singly`].
    ///
    /// # Errors
    /// As for [`MomentValues::new`].
    pub fn filled(
        n: u32,
        theta: &Angle,
        filling: Filling,
        prec: Bits,
        limits: &Limits,
    ) -> Result<MomentValues> {
        let size = f64::from(n) + 1.0;
        limits.check_integer_bits(
            size * size / 2.0 * f64::from(prec.get()),
            "the table of moments",
        )?;
        let inside = theta.is_exact() && !theta.is_zero() && !theta.is_straight();
        let rows = match filling {
            Filling::Powers if inside => by_powers(n, theta, prec, limits)?,
            Filling::Steps if inside && !theta.is_obtuse() => by_steps(n, theta, prec, limits)?,
            Filling::Diagonals if inside && theta.is_obtuse() => {
                by_diagonals(n, theta, prec, limits)?
            }
            _ => (0..=n)
                .map(|a| {
                    (0..=a)
                        .map(|b| moment(a, b, theta, Method::Auto, prec, limits))
                        .collect()
                })
                .collect::<Result<_>>()?,
        };
        Ok(MomentValues { rows })
    }

    /// J_{a,b}(θ); `None` above the largest index.
    pub fn get(&self, a: u32, b: u32) -> Option<&Ball> {
        self.rows.get(a.max(b) as usize)?.get(a.min(b) as usize)
    }

    /// The largest index n.
    pub fn max_index(&self) -> u32 {
        self.rows.len() as u32 - 1
    }
}

/// About the bits that cancel in the exact forms, (2n+1) log2(1/cos(θ/2)) and O(n); not a bound.
fn cancelled_bits(n: u32, theta: &Angle) -> f64 {
    let n = f64::from(n);
    if theta.is_obtuse() {
        let half_cosine = theta.half_cosine(Bits::new(53));
        (2.0 * n + 1.0) * (0.5 - log2_of(half_cosine.mid())) + n
    } else {
        0.75 * n
    }
}

/// Only speed depends on this estimate of the long products and the products with words.
fn cheapest(n: u32, theta: &Angle, prec: Bits) -> Filling {
    if !theta.is_exact() || theta.is_zero() || theta.is_straight() || n < 2 {
        return Filling::Singly;
    }
    // In nanoseconds per limb of a product with a word; a long product beyond Karatsuba's threshold.
    let long = |limbs: f64| 0.25 * limbs * limbs.min(24.0) * (limbs / 24.0).max(1.0).powf(0.6);
    let (n, bits) = (f64::from(n), f64::from(prec.get()));
    let words = (coefficient_bits(n as u32, n as u32) * 0.6 / 64.0).ceil();
    let raised = (bits + cancelled_bits(n as u32, theta)) / 64.0 + 1.0;
    let powers = 3.0 * n * long(raised) + 0.28 * n.powi(3) * words * (6.0 + 0.5 * raised);
    let (other, filling) = if theta.is_obtuse() {
        // Besides the two products a step: two values by series a diagonal.
        let limbs = bits / 64.0 + 1.0;
        let series = 2.0 * n * (20.0 * limbs * (bits / 2.0).sqrt() + 30.0 * long(limbs));
        (n * n * long(limbs) + series, Filling::Diagonals)
    } else {
        (n * n / 2.0 * long(bits / 64.0 + 1.0), Filling::Steps)
    };
    if powers <= other {
        Filling::Powers
    } else {
        filling
    }
}

/// α/(2π), s/(2π) and 1/(2√(2π)) times the powers of c, until every moment is accurate enough.
fn by_powers(n: u32, theta: &Angle, prec: Bits, limits: &Limits) -> Result<Vec<Vec<Ball>>> {
    let forms = MomentTable::new(n);
    let mut point = prec.plus(cancelled_bits(n, theta).min(1e9) as u32 + 24);
    loop {
        limits.check_precision(point)?;
        let rows = combine(n, &forms, theta, point, limits)?;
        let wanted = i64::from(prec.get());
        let least = rows.iter().flatten().map(Ball::accuracy).min();
        let missing = wanted - least.unwrap_or(i64::MAX).clamp(-wanted, wanted);
        if missing <= 0 {
            return Ok(rows);
        }
        point = point.plus(missing as u32 + 8);
    }
}

fn combine(
    n: u32,
    forms: &MomentTable,
    theta: &Angle,
    point: Bits,
    limits: &Limits,
) -> Result<Vec<Vec<Ball>>> {
    let work = point.plus(8);
    let (s, c) = theta.sin_cos(work);
    let w = point.get();
    let (cosine, cosine_error) = to_fixed_signed(&c, w);
    let alpha = theta.supplement().value(work);
    let starts = [
        over_tau(&alpha, work),
        over_tau(&s, work),
        over_double_root_tau(&Ball::one(), work),
    ];
    // Each start is at most 1/2, and |c̃| ≤ 1 up to its error: P c is off by at most
    // e_P|c̃| + |P| e_c + 1 ≤ (e_P + e_c + 1)(1 + 2^−20) for e_c ≤ 2^{w−20}, and n ≤ 2^16 steps make at most e times that.
    let mut error = Magnitude::ZERO;
    let mut tables = Vec::with_capacity(3);
    for start in &starts {
        let (first, first_error) = to_fixed_signed(start, w);
        error = error.max(first_error);
        let mut powers = Vec::with_capacity(n as usize + 1);
        powers.push(first);
        for i in 0..n as usize {
            powers.push(Integer::from(&powers[i] * &cosine) >> w);
        }
        tables.push(powers);
    }
    let steps = Magnitude::new(u64::from(n), 0);
    let error = error
        .plus(cosine_error.plus(Magnitude::ONE).times(steps))
        .times(Magnitude::new(3, 0));
    let [with_angle, with_sine, free] = &tables[..] else {
        return Ok(Vec::new());
    };
    let unit = -i64::from(w);
    let mut rows = Vec::with_capacity(n as usize + 1);
    let mut sum = Integer::new();
    let mut coefficient = Integer::new();
    for a in 0..=n {
        limits.check_deadline()?;
        let mut row = Vec::with_capacity(a as usize + 1);
        for b in 0..=a {
            sum.assign(0);
            let mut weight = 0.0;
            if let Some([first, second]) = forms.parts(a, b) {
                let tables = if (a + b) % 2 == 0 {
                    [with_angle, with_sine]
                } else {
                    [free, free]
                };
                for (part, powers) in [first, second].iter().zip(tables) {
                    weight += add_combination(&mut sum, &mut coefficient, part, powers);
                }
            }
            // The weight is a sum of fewer than 2^16 doubles, each rounded twice: 1 + 2^−30 covers it.
            let weight = Magnitude::from_f64(weight * (1.0 + 2f64.powi(-30)));
            row.push(from_fixed(&sum, w).widened(error.times(weight).shifted(unit)));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Adds Σ x_i P_i for the coefficients of a part; returns Σ|x_i|.
fn add_combination(
    sum: &mut Integer,
    coefficient: &mut Integer,
    part: &Part<'_>,
    powers: &[Integer],
) -> f64 {
    let mut weight = 0.0;
    for (x, power) in part
        .words
        .chunks_exact(part.width)
        .zip(powers.iter().skip(part.parity).step_by(2))
    {
        if let [word] = x {
            let x = *word as i64;
            *sum += power * x;
            weight += x.unsigned_abs() as f64;
        } else {
            // Two's complement: the words as they are, less 2^{64·width} for a negative number.
            coefficient.assign_digits(x, rug::integer::Order::Lsf);
            if x.last().is_some_and(|&top| top >> 63 == 1) {
                *coefficient -= Integer::from(1) << (64 * part.width as u32);
            }
            *sum += power * &*coefficient;
            weight += coefficient.to_f64().abs();
        }
    }
    weight
}

/// An upper bound of rad/|x|; 0 for an exact ball.
fn relative_error(x: &Ball) -> Magnitude {
    if x.is_exact() {
        Magnitude::ZERO
    } else {
        x.rad().over(&x.magnitude_lower())
    }
}

/// The float with a relative error of at most 2e, for e ≤ 1/4.
fn with_relative_error(x: Float, e: Magnitude) -> Ball {
    let rad = Magnitude::from_float(&x).times(e).shifted(1);
    Ball::exact(x).widened(rad)
}

fn by_steps(n: u32, theta: &Angle, prec: Bits, limits: &Limits) -> Result<Vec<Vec<Ball>>> {
    let work = prec.plus(44 - n.leading_zeros());
    let p = work.get();
    let (s, c) = theta.sin_cos(work.plus(8));
    let alpha = theta.supplement().value(work.plus(8));
    let s2 = s.square(work.plus(8));
    let seeds = [
        over_tau(&alpha, work),
        over_double_root_tau(&c.add_i64(1, work), work),
        over_tau(&alpha.mul(&c, work).add(&s, work), work),
    ];
    // The boundary terms c s^{a−1} (a−2)!!/c_{a mod 2} for a = 2 and a = 3, and from there by a s².
    let boundary = [
        over_tau(&c.mul(&s, work), work),
        over_double_root_tau(&c.mul(&s2, work), work),
    ];
    let start = seeds
        .iter()
        .chain(&boundary)
        .map(relative_error)
        .fold(Magnitude::ZERO, Magnitude::max);
    let constants = relative_error(&c).max(relative_error(&s2));
    let step = constants.plus(Magnitude::new(5, -i64::from(p)));
    let error = start
        .plus(Magnitude::power_of_two(-i64::from(p)))
        .plus(step.times(Magnitude::new(2 * u64::from(n) + 2, 0)));
    if error >= Magnitude::power_of_two(-2) {
        return Ok(vec![
            vec![Ball::indeterminate(); n as usize + 1];
            n as usize + 1
        ]);
    }
    let float = |x: &Ball| Float::with_val(p, x.mid());
    let (cosine, sine2) = (float(&c), float(&s2));
    let mut boundary = boundary.each_ref().map(float);
    let mut rows: Vec<Vec<Float>> = Vec::with_capacity(n as usize + 1);
    rows.push(vec![float(&seeds[0])]);
    if n > 0 {
        rows.push(vec![float(&seeds[1]), float(&seeds[2])]);
    }
    for a in 2..=n as usize {
        limits.check_deadline()?;
        let factor = a as u32 - 1;
        let mut row: Vec<Float> = Vec::with_capacity(a + 1);
        let edge = &mut boundary[a % 2];
        let mut first = (&rows[a - 2][0] * factor).complete(p);
        first += &*edge;
        row.push(first);
        *edge *= &sine2;
        *edge *= a as u32;
        for b in 1..=a {
            // J_{a−2,b} stands in row b where b > a − 2.
            let below = if b == a {
                &row[a - 2]
            } else if b + 1 == a {
                &rows[a - 1][a - 2]
            } else {
                &rows[a - 2][b]
            };
            let mut value = (&cosine * &rows[a - 1][b - 1]).complete(p);
            value *= b as u32;
            value += &(below * factor).complete(p);
            row.push(value);
        }
        rows.push(row);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            row.into_iter()
                .map(|x| with_relative_error(x, error))
                .collect()
        })
        .collect())
}

fn by_diagonals(n: u32, theta: &Angle, prec: Bits, limits: &Limits) -> Result<Vec<Vec<Ball>>> {
    let work = prec.plus(44 - n.leading_zeros());
    let p = work.get();
    let (s, c) = theta.sin_cos(work.plus(8));
    let gamma = c.neg();
    // 1/s² times the division by (d+k)k: a step has six roundings on each path.
    let inverse = s.square(work.plus(8)).recip(work.plus(8));
    let step = relative_error(&gamma)
        .plus(relative_error(&inverse))
        .plus(Magnitude::new(8, -i64::from(p)));
    let float = |x: &Ball| Float::with_val(p, x.mid());
    let (cosine, inverse) = (float(&gamma), float(&inverse));
    let mut rows: Vec<Vec<Ball>> = (0..=n as usize)
        .map(|a| vec![Ball::zero(); a + 1])
        .collect();
    for d in 0..=n {
        limits.check_deadline()?;
        let top = n - d;
        let at = |k: u32| moment(d + k, k, theta, Method::Hypergeometric, work, limits);
        let highest = at(top)?;
        if top == 0 {
            rows[d as usize][0] = highest;
            continue;
        }
        let next = at(top - 1)?;
        let start = relative_error(&highest)
            .max(relative_error(&next))
            .plus(Magnitude::power_of_two(-i64::from(p)));
        let error = start.plus(step.times(Magnitude::new(u64::from(n), 0)));
        if error >= Magnitude::power_of_two(-2) {
            rows[n as usize][top as usize] = Ball::indeterminate();
            continue;
        }
        let (mut above, mut now) = (float(&highest), float(&next));
        rows[n as usize][top as usize] = highest;
        rows[n as usize - 1][top as usize - 1] = next;
        for k in (1..top).rev() {
            let mut value = (&cosine * &now).complete(p);
            value *= u64::from(d + 2 * k + 1);
            value += &above;
            value *= &inverse;
            value /= u64::from(d + k) * u64::from(k);
            above = now;
            now = value;
            rows[(d + k) as usize - 1][k as usize - 1] = with_relative_error(now.clone(), error);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    #[test]
    fn every_filling_gives_the_single_values() {
        let limits = Limits::default();
        let prec = Bits::new(200);
        let mut cases = 0;
        for theta in [
            Angle::from_radians(Rational::from((1, 3))),
            Angle::from_radians(Rational::from((3, 2))),
            Angle::from_pi_multiple(Rational::from((1, 2))),
            Angle::from_radians(Rational::from((2, 1))),
            Angle::from_parts(Rational::from(1), Rational::from((-1, 1_000_000))),
            Angle::from_radians(Rational::from((1, 1_000_000))),
        ] {
            let theta = theta.expect("inside");
            for n in [0, 1, 2, 5, 16] {
                for filling in [Filling::Powers, Filling::Steps, Filling::Diagonals] {
                    let table = MomentValues::filled(n, &theta, filling, prec, &limits);
                    let table = table.expect("a table");
                    assert_eq!(table.max_index(), n);
                    for a in 0..=n {
                        for b in 0..=n {
                            let single = moment(a, b, &theta, Method::Auto, prec, &limits);
                            let value = table.get(a, b).expect("in range");
                            assert!(
                                value.overlaps(&single.expect("a value"))
                                    && value.accuracy() >= 200,
                                "J({a},{b}) in {filling:?} at {theta:?}: {value:?}"
                            );
                            cases += 1;
                        }
                    }
                }
            }
        }
        assert_eq!(cases, 6 * 3 * (1 + 4 + 9 + 36 + 289));
    }
}
