//! Where a statement with free variables is tested: 24 fixed points of its domain.
//!
//! In one variable: a low-discrepancy sequence (van der Corput, base 2) over the interval, and four
//! points at each end that close in on it (10⁻¹, 10⁻³, 10⁻⁶, 10⁻¹² of the width). In several, the
//! j-th variable uses the van der Corput sequence of the j-th prime base (Halton), and near the
//! ends all variables close in together. Points are short rationals, so no test point happens to
//! be a special angle.

use rug::{Integer, Rational};

use crate::number::{Ball, Bits};

/// The number of points.
pub const COUNT: usize = 24;
const NEAR_EACH_END: usize = 4;
const PRIMES: [u32; 8] = [2, 3, 5, 7, 11, 13, 17, 19];

/// An interval of the real line, its ends as far as they are known; an open end is infinite.
#[derive(Debug, Clone)]
pub struct Interval {
    /// The lower end, if finite.
    pub lower: Option<Ball>,
    /// The upper end, if finite.
    pub upper: Option<Ball>,
}

impl Interval {
    /// Whether there is a number that is certainly between the ends.
    pub fn has_room(&self) -> bool {
        match (&self.lower, &self.upper) {
            (Some(lower), Some(upper)) => upward(lower) < downward(upper),
            _ => true,
        }
    }
}

/// The j-th coordinates of the fixed points, as positions in (0, 1).
fn position(index: usize, coordinate: usize) -> Rational {
    let (ends, inner) = (2 * NEAR_EACH_END, COUNT - 2 * NEAR_EACH_END);
    if index < inner {
        return van_der_corput(index as u32 + 1, PRIMES[coordinate % PRIMES.len()]);
    }
    let k = index - inner;
    let exponents = [1u32, 3, 6, 12];
    let close = Rational::from((
        1,
        Integer::from(Integer::u_pow_u(10, exponents[k % NEAR_EACH_END])),
    ));
    // Coordinates differ a little, so that no point lies on a diagonal.
    let close = close * Rational::from((7 + coordinate as u32, 7));
    if k < ends / 2 { close } else { 1 - close }
}

fn van_der_corput(mut n: u32, base: u32) -> Rational {
    let mut value = Rational::new();
    let mut place = Rational::from((1, base));
    while n > 0 {
        value += &place * Rational::from(n % base);
        place /= base;
        n /= base;
    }
    value
}

/// The point number `index` of a box: one rational inside each interval.
pub fn point(intervals: &[Interval], index: usize) -> Vec<Rational> {
    intervals
        .iter()
        .enumerate()
        .map(|(j, interval)| inside(interval, &position(index, j)))
        .collect()
}

/// A rational inside the interval at about the given position. Infinite intervals are reached by
/// x = lower + t/(1−t), upper − (1−t)/t, or (2t−1)/(t(1−t)).
fn inside(interval: &Interval, t: &Rational) -> Rational {
    let rest = Rational::from(1 - t);
    match (&interval.lower, &interval.upper) {
        (Some(lower), Some(upper)) => {
            let (lower, upper) = (upward(lower), downward(upper));
            let width = Rational::from(&upper - &lower);
            // 7 more digits than the width: closer to an end than any offset above.
            shorten(
                &(lower.clone() + &width * Rational::from(t)),
                &width,
                &lower,
                &upper,
            )
        }
        (Some(lower), None) => upward(lower) + Rational::from(t / &rest),
        (None, Some(upper)) => downward(upper) - Rational::from(&rest / t),
        (None, None) => (Rational::from(t * 2) - 1) / (Rational::from(t * &rest)),
    }
}

/// A nearby rational with a power of two below, kept strictly between the ends.
fn shorten(x: &Rational, width: &Rational, lower: &Rational, upper: &Rational) -> Rational {
    let bits = 48 + Integer::from(Rational::from(width.recip_ref()).ceil_ref()).significant_bits();
    let scale = Integer::from(1) << bits;
    let rounded = Rational::from((Integer::from(Rational::from(x * &scale).round_ref()), scale));
    if rounded > *lower && rounded < *upper {
        rounded
    } else {
        x.clone()
    }
}

/// A rational not below any number of the ball.
fn upward(ball: &Ball) -> Rational {
    ball.upper(Bits::new(192)).to_rational().unwrap_or_default()
}

/// A rational not above any number of the ball.
fn downward(ball: &Ball) -> Rational {
    ball.lower(Bits::new(192)).to_rational().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit() -> Interval {
        Interval {
            lower: Some(Ball::zero()),
            upper: Some(Ball::one()),
        }
    }

    #[test]
    fn points_lie_inside_and_differ() {
        let intervals = [
            unit(),
            Interval {
                lower: Some(Ball::zero()),
                upper: Some(Ball::pi(Bits::new(64))),
            },
        ];
        let points: std::collections::BTreeSet<Vec<Rational>> =
            (0..COUNT).map(|i| point(&intervals, i)).collect();
        assert_eq!(points.len(), COUNT);
        for p in &points {
            assert!(p[0] > 0 && p[0] < 1 && p[1] > 0 && p[1] < Rational::from((355, 113)));
        }
    }

    #[test]
    fn both_ends_are_approached() {
        let all: Vec<Rational> = (0..COUNT).map(|i| point(&[unit()], i).remove(0)).collect();
        let close = Rational::from((1, 100_000_000_000i64));
        assert!(
            all.iter().any(|x| *x < close) && all.iter().any(|x| Rational::from(1 - x) < close)
        );
    }

    #[test]
    fn infinite_ends_are_far_away() {
        let ray = Interval {
            lower: Some(Ball::one()),
            upper: None,
        };
        let largest = (0..COUNT)
            .map(|i| point(std::slice::from_ref(&ray), i).remove(0))
            .max();
        assert!(largest.is_some_and(|x| x > 1_000_000_000));
        let line = Interval {
            lower: None,
            upper: None,
        };
        let values: Vec<Rational> = (0..COUNT)
            .map(|i| point(std::slice::from_ref(&line), i).remove(0))
            .collect();
        assert!(values.iter().any(|x| *x < -1000) && values.iter().any(|x| *x > 1000));
    }
}
