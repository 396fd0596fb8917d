//! The number K of active neurons of a layer, K ~ Bin(n, ½), given that it is at least m.

use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// Largest width of a sum over K: it has as many terms.
pub const LAST_WIDTH: u32 = 1_000_000;

/// Σ_{k=m}^{n} P(K = k | K ≥ m) f(k) for K ~ Bin(n, ½), f given term by term in increasing k; needs
/// n ≥ m.
///
/// The weights are C(n, k), each from the one before in one multiplication and one division, so the
/// relative error of the last is at most 2n roundings: guard bits for that are added to `prec`.
/// The condition is the division by Σ_{k≥m} C(n, k).
///
/// # Errors
/// A limit error at the deadline, or what `f` reports.
pub fn conditional_mean(
    n: u32,
    m: u32,
    prec: Bits,
    limits: &Limits,
    mut f: impl FnMut(u32, Bits) -> Result<Ball>,
) -> Result<Ball> {
    let work = guarded(n, prec);
    let mut weight = Ball::one();
    let mut total = Ball::zero();
    let mut mass = Ball::zero();
    for k in 0..=n {
        if k % 1024 == 0 {
            limits.check_deadline()?;
        }
        if k >= m {
            mass = mass.add(&weight, work);
            total = total.add(&weight.mul(&f(k, work)?, work), work);
        }
        weight = weight
            .mul_i64(i64::from(n - k), work)
            .div_i64(i64::from(k) + 1, work);
    }
    Ok(total.div(&mass, work))
}

/// As [`conditional_mean`] for n ≥ 2 and m ≤ 2, for a function with |f| ≤ `most`, whose terms far from
/// n/2 are stepped over or left out.
///
/// P(|K − n/2| ≥ t) ≤ 2e^{−2t²/n} (Hoeffding), and P(K ≥ m) ≥ ¼. So the mean over |K − n/2| < t differs
/// from that over K ≥ m by at most 2 · `most` · 8 e^{−2t²/n}. Below the window `f` is still called, for it may
/// carry a recurrence; above it is not.
///
/// # Errors
/// A limit error at the deadline, or what `f` reports.
pub fn windowed_mean(
    n: u32,
    m: u32,
    most: Magnitude,
    prec: Bits,
    limits: &Limits,
    mut f: impl FnMut(u32, Bits) -> Result<Ball>,
) -> Result<Ball> {
    let work = guarded(n, prec);
    let size = most.exponent().unwrap_or(0).max(0);
    let bits = i64::from(work.get()) + size;
    // 2t²/n ≥ bits ln 2, with two steps for the rounding of the double.
    let reach = (f64::from(n) * bits as f64 * std::f64::consts::LN_2 / 2.0).sqrt() + 2.0;
    let reach = reach.ceil() as u32;
    let low = (n / 2).saturating_sub(reach).max(m);
    let high = (n / 2).saturating_add(reach + 1).min(n);
    let mut weight = Ball::one();
    let (mut total, mut mass) = (Ball::zero(), Ball::zero());
    for k in m..=high {
        if k % 1024 == 0 {
            limits.check_deadline()?;
        }
        let value = f(k, work)?;
        if k < low {
            continue;
        }
        mass = mass.add(&weight, work);
        total = weight.mul_add(&value, &total, work);
        weight = weight
            .mul_i64(i64::from(n - k), work)
            .div_i64(i64::from(k) + 1, work);
    }
    let mean = total.div(&mass, work);
    Ok(if low > m || high < n {
        mean.widened(most.times(Magnitude::power_of_two(4 - bits)))
    } else {
        mean
    })
}

/// `prec` with the guard bits of a recurrence of n steps: 4 log2(n) + 16.
pub fn guarded(n: u32, prec: Bits) -> Bits {
    prec.plus(4 * (33 - n.leading_zeros()) + 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_of_k_is_half_the_width() {
        let (prec, limits) = (Bits::new(128), Limits::default());
        for n in [1u32, 2, 7, 1000] {
            let mean = conditional_mean(n, 0, prec, &limits, |k, _| Ok(Ball::from_i64(k.into())))
                .expect("a value");
            assert!(mean.mul_2exp(1).contains_rational(&n.into()) && mean.accuracy() >= 128);
        }
    }

    #[test]
    fn a_window_holds_the_mean_over_all() {
        let (prec, limits) = (Bits::new(40), Limits::default());
        for n in [2u32, 3, 50, 1000, 20_000] {
            let f = |k: u32, work: Bits| Ok(Ball::one().div_i64(i64::from(k) + 1, work));
            let all = conditional_mean(n, 2, Bits::new(200), &limits, f).expect("a value");
            let window = windowed_mean(n, 2, Magnitude::ONE, prec, &limits, f).expect("a value");
            assert!(window.contains(&all.rounded(Bits::new(150))), "{n}");
            assert!(window.accuracy() >= 40, "{n}: {window:?}");
        }
    }

    #[test]
    fn a_condition_divides_by_its_probability() {
        let (prec, limits) = (Bits::new(128), Limits::default());
        // n = 3, K ≥ 2: weights 3 and 1; the mean is (3·2 + 3)/4.
        let mean = conditional_mean(3, 2, prec, &limits, |k, _| Ok(Ball::from_i64(k.into())))
            .expect("a value");
        assert!(mean.contains_rational(&rug::Rational::from((9, 4))));
    }
}
