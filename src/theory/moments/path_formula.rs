//! J_{a,b}(θ) through the path numbers, in balls.
//!
//! For a ≤ b, with c = cos θ, s = sin θ, c_0 = 2π and c_1 = 2√(2π),
//!
//!   J_{a,b} = Σ_{i≡a} P(a,i) c^i b!/(b−i)! J_{0,b−i}
//!           + Σ_{i≡a−1} Q(a,i) c^i s^{b−i} b!/(b−i)! (b−i−1)!!/c_{(b−i+1) mod 2},
//!
//! where J_{0,k} is its finite sine series. Unlike the exact form this keeps the powers of s apart;
//! towards π it loses as many bits as that one.
//!
//! Source: Jakub and Nica, JMLR 25(239), 2024: the moments through P and Q.

use rug::Integer;

use super::angle::Angle;
use super::closed::cancelled_bits;
use super::form::coefficient_bits;
use super::hypergeometric::{over_double_root_tau, over_tau};
use super::paths::{p, q};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// J_{a,b}(θ) for an exact angle with 0 < θ < π; all operations at `work` bits and those that cancel.
pub(super) fn enclose(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let (a, b) = (a.min(b), a.max(b));
    limits.check_integer_bits(
        coefficient_bits(a, b) * f64::from(b),
        "the path numbers of J",
    )?;
    let work = work.plus(cancelled_bits(a, b, theta));
    limits.check_precision(work)?;
    let (s, c) = theta.sin_cos(work);
    let one_sided = one_sided_moments(b - a, b, theta, &s, &c, work);
    let mut sum = Ball::zero();
    let mut power = Ball::one();
    let mut falling = Integer::from(1);
    for i in 0..=a {
        limits.check_deadline()?;
        let k = b - i;
        let term = if (a - i) % 2 == 0 {
            one_sided[((k - (b - a)) / 2) as usize].mul_integer(&p(a, i), work)
        } else {
            let factor = q(a, i) * Integer::from(Integer::factorial_2(k.saturating_sub(1)));
            let boundary = s.pow_u64(u64::from(k), work).mul_integer(&factor, work);
            if k % 2 == 1 {
                over_tau(&boundary, work)
            } else {
                over_double_root_tau(&boundary, work)
            }
        };
        let weight = power.mul_integer(&falling, work);
        sum = term.mul_add(&weight, &sum, work);
        power = power.mul(&c, work);
        falling *= k;
    }
    Ok(sum)
}

/// J_{0,k}(θ) for k = first, first + 2, …, last, by one pass over the sine series:
///
///   (k−1)!!/(2π) [(π−θ) + c Σ_{j<k/2} (2j)!!/(2j+1)!! s^{2j+1}]   (k even)
///   (k−1)!!/(2√(2π)) [1 + c Σ_{j≤(k−1)/2} (2j−1)!!/(2j)!! s^{2j}]  (k odd).
fn one_sided_moments(
    first: u32,
    last: u32,
    theta: &Angle,
    s: &Ball,
    c: &Ball,
    work: Bits,
) -> Vec<Ball> {
    let even = first.is_multiple_of(2);
    let s2 = s.square(work);
    let (mut term, mut bracket) = if even {
        (c.mul(s, work), theta.supplement().value(work))
    } else {
        (c.clone(), Ball::one().add(c, work))
    };
    let mut values = Vec::new();
    for k in (first % 2..=last).step_by(2) {
        if k >= first {
            let factor = Integer::from(Integer::factorial_2(k.saturating_sub(1)));
            let value = bracket.mul_integer(&factor, work);
            values.push(if even {
                over_tau(&value, work)
            } else {
                over_double_root_tau(&value, work)
            });
        }
        // From k to k + 2: the sum gains its term j = k/2, or j = (k+1)/2.
        let k = i64::from(k);
        if even {
            bracket = bracket.add(&term, work);
            term = term
                .mul(&s2, work)
                .mul_i64(k + 2, work)
                .div_i64(k + 3, work);
        } else {
            term = term.mul(&s2, work).mul_i64(k, work).div_i64(k + 1, work);
            bracket = bracket.add(&term, work);
        }
    }
    values
}
