//! The exact degenerate events of one layer: why "the mean of ln sin²θ'" must be read with care.
//!
//! With $p_0 = (π-θ)/(2π)$ a neuron sees neither input, or both, with probability $p_0$ each, and
//! only the one or only the other with probability θ/(2π) each. So of n neurons
//!
//! $$P(\text{a vector dies}) = 2\cdot2^{-n} - p_0^n, \qquad
//!   P(\sin θ' = 0, \text{both alive}) = n p_0^n \quad (θ > 0):$$
//!
//! two non-zero images are parallel exactly when a single neuron is alive for both and none for one
//! alone. At θ = 0 the two images are one vector: parallel whenever alive.
//!
//! Methods: `closed`, with $p_0^n = 2^{-n}(1-θ/π)^n$; and `chain`, which adds the neurons one by one
//! to the five states of the pair of images (both zero, only the first alive, only the second, both
//! on one common neuron, in general position).

use rug::Rational;
use rug::ops::Pow;

use crate::error::Result;
use crate::limits::Limits;
use crate::montecarlo::kernels::{direction, select};
use crate::montecarlo::{Experiment, LANES, Lane, Lanes};
use crate::number::{Ball, Bits};
use crate::theory::moments::Angle;

/// Which of the two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// At least one of the two images is zero: the angle has no meaning.
    Dead,
    /// Both images are alive and parallel: sin θ' = 0, at θ > 0.
    Parallel,
}

/// The exact probability where θ/π is rational and given by $t = 1 - θ/π$.
pub fn exact(event: Event, t: &Rational, n: u32) -> Rational {
    let power = Rational::from(t / 2u32).pow(n);
    match event {
        Event::Dead => (Rational::from(1) >> (n - 1)) - power,
        Event::Parallel => power * n,
    }
}

/// The probability by its closed form, for n ≥ 1 and, for [`Event::Parallel`], θ > 0.
pub fn closed(event: Event, theta: &Angle, n: u32, prec: Bits) -> Ball {
    // n factors of relative error 2^{-work} each.
    let work = prec.plus(40);
    let t = theta.supplement().value(work).div(&Ball::pi(work), work);
    let power = t.pow_u64(u64::from(n), work);
    let value = match event {
        // 2 − tⁿ ≥ 1: nothing cancels.
        Event::Dead => Ball::from_i64(2).sub(&power, prec),
        Event::Parallel => power.mul_i64(i64::from(n), prec),
    };
    // The callers keep n far below 2³¹.
    value.mul_2exp(-i32::try_from(n).unwrap_or(i32::MAX))
}

/// The probability by adding the neurons one by one.
///
/// # Errors
/// A limit error at the deadline.
pub fn chain(event: Event, theta: &Angle, n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    let work = prec.plus(40);
    let tau = Ball::pi(work).mul_2exp(1);
    let neither = theta.supplement().value(work).div(&tau, work);
    let single = theta.value(work).div(&tau, work);
    let quiet = neither.add(&single, work);
    // Both zero; the first alone alive (as likely as the second alone); one common neuron.
    let (mut zero, mut alone, mut common) = (Ball::one(), Ball::zero(), Ball::zero());
    for _ in 0..n {
        limits.check_deadline()?;
        // "Both see it" is as likely as "neither does".
        common = common.add(&zero, work).mul(&neither, work);
        alone = alone.mul(&quiet, work).add(&zero.mul(&single, work), work);
        zero = zero.mul(&neither, work);
    }
    Ok(match event {
        Event::Dead => zero.add(&alone.mul_2exp(1), prec),
        Event::Parallel => common.rounded(prec),
    })
}

/// One layer, of which only the degenerate events are looked at.
///
/// One output, 1 if the event happens and 0 if not. Each neuron is a uniform direction: what it sees
/// of the two inputs does not depend on the length of its weights.
#[derive(Debug, Clone)]
pub struct DegenerateLayer {
    canonical: String,
    event: Event,
    /// (cos θ, sin θ).
    circle: (f64, f64),
    width: u32,
}

impl DegenerateLayer {
    /// The layer of n neurons with inputs at the angle of the given cosine and sine.
    pub fn new(
        canonical: impl Into<String>,
        event: Event,
        circle: (f64, f64),
        width: u32,
    ) -> DegenerateLayer {
        DegenerateLayer {
            canonical: canonical.into(),
            event,
            circle,
            width,
        }
    }
}

impl Experiment for DegenerateLayer {
    fn canonical(&self) -> &str {
        &self.canonical
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        let (cos, sin) = self.circle;
        let (mut first, mut second, mut both) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for _ in 0..self.width {
            for l in 0..LANES {
                let (c, s) = direction(lanes.bits(l));
                let (one, two) = (c > 0.0, sin.mul_add(s, cos * c) > 0.0);
                first[l] += select(one, 1.0, 0.0);
                second[l] += select(two, 1.0, 0.0);
                both[l] += select(one & two, 1.0, 0.0);
            }
        }
        for l in 0..LANES {
            let happens = match self.event {
                Event::Dead => (first[l] == 0.0) | (second[l] == 0.0),
                Event::Parallel => (both[l] == 1.0) & (first[l] == 1.0) & (second[l] == 1.0),
            };
            out[0][l] = select(happens, 1.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREC: Bits = Bits::new(200);

    fn angle(pi: (i32, i32), plus: (i32, i32)) -> Angle {
        Angle::from_parts(Rational::from(pi), Rational::from(plus)).unwrap()
    }

    #[test]
    fn the_chain_of_neurons_agrees_with_the_closed_form() {
        let mut cases = 0;
        for theta in [
            angle((0, 1), (1, 3)),
            angle((1, 2), (0, 1)),
            angle((1, 1), (-1, 1000)),
            angle((0, 1), (1, 1_000_000)),
            angle((1, 1), (0, 1)),
        ] {
            for n in [1, 2, 3, 8, 40, 333] {
                for event in [Event::Dead, Event::Parallel] {
                    let a = closed(event, &theta, n, PREC);
                    let b = chain(event, &theta, n, PREC, &Limits::default()).unwrap();
                    assert!(a.overlaps(&b), "{event:?} {theta:?} {n}: {a:?} {b:?}");
                    assert!(a.is_zero() || a.accuracy() > 190, "{event:?} {theta:?} {n}");
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 60);
    }

    #[test]
    fn few_neurons_by_hand() {
        // θ = π/2: each of the four quadrants has 1/4. One neuron: dead unless it sees both.
        let t = Rational::from((1, 2));
        assert_eq!(exact(Event::Dead, &t, 1), Rational::from((3, 4)));
        assert_eq!(exact(Event::Parallel, &t, 1), Rational::from((1, 4)));
        // Two: 16 pairs. A vector is dead in 7 of them; exactly one sees both and one neither in 2.
        assert_eq!(exact(Event::Dead, &t, 2), Rational::from((7, 16)));
        assert_eq!(exact(Event::Parallel, &t, 2), Rational::from((2, 16)));
        let right = angle((1, 2), (0, 1));
        for event in [Event::Dead, Event::Parallel] {
            let ball = closed(event, &right, 2, PREC);
            assert!(ball.contains_rational(&exact(event, &t, 2)));
        }
    }

    #[test]
    fn extreme_angles_and_widths_stay_enclosures() {
        // (10⁻³⁰⁰⁰)^(10⁶) is below the least float; the enclosure must still hold a positive number.
        let tiny = Rational::from((1, rug::Integer::from(10).pow(3000)));
        let theta = Angle::from_parts(Rational::from(1), -tiny).unwrap();
        let value = closed(Event::Parallel, &theta, 1_000_000, PREC);
        assert!(value.is_finite() && !value.is_negative());
        assert!(value.is_positive() || value.contains_zero() && !value.rad().is_zero());
    }
}
