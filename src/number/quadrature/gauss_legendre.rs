//! Gauss-Legendre rules with certified nodes and weights.
//!
//! The n nodes are the zeros of the Legendre polynomial P_n, the weights
//! w = 2/((1 − x²) P_n'(x)²); the rule is exact for polynomials of degree below 2n.
//!
//! **Evaluation.** At a point x₀ with few bits the recurrence
//! (k+1) P_{k+1} = (2k+1) x P_k − k P_{k−1} is run in fixed point: each step multiplies a long number
//! by a short one. If every step rounds P_{k+1} by at most ε, then
//!
//! $$|\tilde P_n - P_n| \le \frac{(n+1)(n+2)}{4}\,\varepsilon, \qquad |x| \le 1.$$
//!
//! Proof (F. Johansson, M. Mezzarobba, SIAM J. Sci. Comput. 40 (2018), C726-C747): let E(z) and N(z)
//! generate the errors and the roundings. The recurrence says (1 − 2xz + z²) E' − (x − z) E = N', so
//! E = P ∫ P N' with P = (1 − 2xz + z²)^{−1/2} = Σ P_k z^k. As |P_k| ≤ 1, E is majorised by
//! (1 − z)^{−1} ∫ (1 − w)^{−1} ε (1 − w)^{−2} dw, whose coefficients are below
//! (ε/2) \[zⁿ\] (1 − z)^{−3}.
//!
//! **Refinement.** Legendre's equation turns P_n(x₀), P_n'(x₀) into the Taylor coefficients c_k at x₀,
//! and Newton's method on the Taylor polynomial multiplies the number of right digits by the number
//! of its terms. The remainder: |P_n| ≤ ρⁿ on the ellipse of Bernstein with parameter ρ (P_n(cos θ)
//! is a sum of cosines of at most nθ with positive coefficients of sum 1), and the disc of radius
//! r = n^{−2} around a point of \[−1, 1\] lies in the ellipse with ρ = e^{arcosh(1+r)} ≤ e^{√(2r)}. So
//! |c_k| ≤ e^{√2} n^{2k} < 5 n^{2k} by Cauchy's inequality.
//!
//! **Certificate.** Where P_n' has one sign on an interval around x̃ and the interval reaches farther
//! than |P_n(x̃)| / min |P_n'|, it holds exactly one zero, within that distance of x̃. P_n has ⌊n/2⌋
//! positive zeros, so that many disjoint intervals hold them all.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use rug::float::Round;
use rug::{Assign, Float, Integer};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// A node at x ≥ 0 and its weight; every node but 0 stands for −x as well.
#[derive(Clone, Debug)]
pub struct Node {
    /// The node.
    pub x: Ball,
    /// Its weight.
    pub weight: Ball,
}

/// A Gauss-Legendre rule on \[−1, 1\].
#[derive(Clone, Debug)]
pub struct GaussLegendre {
    points: usize,
    half: Vec<Node>,
}

/// Most points of a rule: the work grows with the square of their number.
pub const MAX_POINTS: usize = 100_000;

impl GaussLegendre {
    /// The number of points, n.
    pub fn points(&self) -> usize {
        self.points
    }

    /// The nodes at x ≥ 0 in falling order, 0 last if n is odd.
    pub fn nonnegative_nodes(&self) -> &[Node] {
        &self.half
    }

    /// The rule with `points` points, whose balls have an absolute accuracy of about `prec` bits.
    /// Kept for the process: a bounded number of recent rules.
    ///
    /// # Errors
    /// A limit error for too many points, too many bits or a passed deadline.
    pub fn rule(points: usize, prec: Bits, limits: &Limits) -> Result<Arc<GaussLegendre>> {
        if let Some(rule) = remembered(points, prec) {
            return Ok(rule);
        }
        let rule = Arc::new(Self::compute(points, prec, limits)?);
        remember(prec, &rule);
        Ok(rule)
    }

    /// The rule, computed.
    fn compute(points: usize, prec: Bits, limits: &Limits) -> Result<GaussLegendre> {
        if points == 0 || points > MAX_POINTS {
            return Err(Error::limit(format!(
                "a Gauss-Legendre rule has 1 to {MAX_POINTS} points, not {points}"
            )));
        }
        limits.check_precision(prec)?;
        let mut half = (1..=points / 2)
            .into_par_iter()
            .map(|index| {
                limits.check_deadline()?;
                node(points, first_guess(points, index), prec)
            })
            .collect::<Result<Vec<Node>>>()?;
        let one = Ball::one();
        let ordered = half.windows(2).all(|pair| below(&pair[1].x, &pair[0].x))
            && half.first().is_none_or(|first| below(&first.x, &one))
            && half.last().is_none_or(|last| last.x.is_positive());
        if !ordered {
            return Err(unseparated(points));
        }
        if points % 2 == 1 {
            // (1 − 0) P_n'(0) = n P_{n−1}(0).
            let wp = working(points, prec);
            let (_, previous) = legendre(points, &Float::new(2), wp);
            let slope = previous.mul_i64(points as i64, wp);
            half.push(Node {
                x: Ball::zero(),
                weight: Ball::from_i64(2).div(&slope.square(wp), wp),
            });
        }
        Ok(GaussLegendre { points, half })
    }
}

/// Whether each number of `a` is below each of `b`.
fn below(a: &Ball, b: &Ball) -> bool {
    a.certain_cmp(b) == Some(std::cmp::Ordering::Less)
}

fn unseparated(points: usize) -> Error {
    Error::undecided(format!(
        "the nodes of the Gauss-Legendre rule with {points} points could not be separated"
    ))
}

/// Bits for fixed-point recurrences: the error (n+1)(n+2)/4 · 2 ulp and the conditioning of a weight
/// at the ends of the interval, 1 − x² ≈ n^{−2}, cost four times the bits of n.
fn working(points: usize, prec: Bits) -> Bits {
    prec.plus(4 * (usize::BITS - points.leading_zeros()) + 16)
}

/// A zero in double precision: Tricomi's estimate and Newton's method. Nothing relies on it.
fn first_guess(points: usize, index: usize) -> f64 {
    let n = points as f64;
    let angle = std::f64::consts::PI * (index as f64 - 0.25) / (n + 0.5);
    let mut x = angle.cos() * (1.0 - (n - 1.0) / (8.0 * n * n * n));
    for _ in 0..4 {
        let (mut value, mut previous) = (x, 1.0);
        for k in 1..points {
            let k = k as f64;
            let next = ((2.0 * k + 1.0) * x * value - k * previous) / (k + 1.0);
            previous = value;
            value = next;
        }
        let slope = n * (previous - x * value) / (1.0 - x * x);
        x -= value / slope;
    }
    x
}

/// The balls of P_n(x) and P_{n−1}(x) for an exact x in \[−1, 1\], n ≥ 1, in fixed point.
fn legendre(points: usize, x: &Float, wp: Bits) -> (Ball, Ball) {
    let scale = wp.get();
    // x = numerator / 2^shift exactly.
    let (numerator, shift) = match x.to_integer_exp() {
        Some((numerator, exp)) if exp < 0 => (numerator, exp.unsigned_abs()),
        Some((numerator, exp)) => (numerator << exp.unsigned_abs(), 0),
        None => (Integer::new(), 0),
    };
    let mut previous = Integer::from(1) << scale;
    let mut value = Integer::from(&numerator << scale) >> shift;
    let (mut factor, mut product) = (Integer::new(), Integer::new());
    for k in 1..points {
        let k = k as u64;
        // (2k+1) x P_k, the shift off by less than 1; minus k P_{k−1}, exactly; the division off by
        // less than 1 more. So P_{k+1} is off by less than 1/(k+1) + 1 < 2 units.
        factor.assign(&numerator * (2 * k + 1));
        product.assign(&factor * &value);
        product >>= shift;
        product -= &previous * k;
        product /= k + 1;
        std::mem::swap(&mut previous, &mut value);
        std::mem::swap(&mut value, &mut product);
    }
    let n = points as u64;
    let error = Magnitude::new((n + 1) * (n + 2) / 2 + 1, -i64::from(scale));
    let ball = |fixed: Integer| {
        let mid = Float::with_val_round(scale + 8, &fixed, Round::Nearest).0;
        // |P_n| ≤ 1 and the error is small, so scale + 8 bits hold the integer exactly.
        Ball::exact(mid >> scale).widened(error)
    };
    (ball(value), ball(previous))
}

/// The Taylor polynomial of P_n around x₀, and what bounds its remainder.
struct Expansion {
    points: usize,
    coefficients: Vec<Ball>,
    wp: Bits,
}

impl Expansion {
    /// `terms` coefficients around an exact x₀ strictly between −1 and 1.
    ///
    /// (1 − x²)(k+1)(k+2) c_{k+2} = 2x (k+1)² c_{k+1} − (n(n+1) − k(k+1)) c_k.
    fn around(points: usize, x: &Float, terms: usize, wp: Bits) -> Expansion {
        let (value, previous) = legendre(points, x, wp);
        let n = points as i64;
        let x = Ball::exact(x.clone());
        let gap = Ball::one().sub(&x.square(wp), wp);
        let inverse = gap.recip(wp);
        let slope = previous
            .sub(&x.mul(&value, wp), wp)
            .mul_i64(n, wp)
            .mul(&inverse, wp);
        let mut coefficients = vec![value, slope];
        for k in 0..terms.saturating_sub(2) {
            let j = k as i64;
            let next = x
                .mul(&coefficients[k + 1], wp)
                .mul_i64(2 * (j + 1) * (j + 1), wp)
                .sub(&coefficients[k].mul_i64(n * (n + 1) - j * (j + 1), wp), wp)
                .mul(&inverse, wp)
                .div_i64((j + 1) * (j + 2), wp);
            coefficients.push(next);
        }
        Expansion {
            points,
            coefficients,
            wp,
        }
    }

    /// q = n² |δ|, the ratio that bounds the terms.
    fn ratio(&self, delta: &Ball) -> Magnitude {
        let n = self.points as u64;
        delta.magnitude().times(Magnitude::new(n * n, 0))
    }

    /// P_n(x₀ + δ); no information for n² |δ| > 1/4.
    ///
    /// Σ_{k≥K} 5 q^k ≤ 5 q^K / (1 − q) < 7 q^K.
    fn value(&self, delta: &Ball) -> Ball {
        let ratio = self.ratio(delta);
        if ratio > Magnitude::power_of_two(-2) {
            return Ball::indeterminate();
        }
        let sum = self
            .coefficients
            .iter()
            .rev()
            .fold(Ball::zero(), |sum, c| sum.mul_add(delta, c, self.wp));
        let terms = self.coefficients.len() as u64;
        sum.widened(ratio.power(terms).times(Magnitude::new(7, 0)))
    }

    /// P_n'(x₀ + δ); no information for n² |δ| > 1/4.
    ///
    /// Σ_{k≥K} 5 k n² q^{k−1} ≤ 5 n² K q^{K−1} / (1 − q)² < 9 n² K q^{K−1}.
    fn slope(&self, delta: &Ball) -> Ball {
        let ratio = self.ratio(delta);
        if ratio > Magnitude::power_of_two(-2) {
            return Ball::indeterminate();
        }
        let terms = self.coefficients.len();
        let sum = (1..terms).rev().fold(Ball::zero(), |sum, k| {
            let c = self.coefficients[k].mul_i64(k as i64, self.wp);
            sum.mul_add(delta, &c, self.wp)
        });
        let (n, terms) = (self.points as u64, terms as u64);
        let scale = Magnitude::new(n * n, 0).times(Magnitude::new(9 * terms, 0));
        sum.widened(ratio.power(terms - 1).times(scale))
    }

    /// A zero of the Taylor polynomial near 0, to about working precision; uncertified.
    fn zero(&self) -> Float {
        let middle = |ball: &Ball| Ball::exact(ball.mid().clone());
        let exact: Vec<Ball> = self.coefficients.iter().map(middle).collect();
        let mut delta = middle(&exact[0].div(&exact[1], self.wp).neg());
        // Each step doubles the number of right terms.
        let mut right = 2;
        while right < 2 * self.coefficients.len() {
            let (mut value, mut slope) = (Ball::zero(), Ball::zero());
            for c in exact.iter().rev() {
                slope = middle(&slope.mul_add(&delta, &value, self.wp));
                value = middle(&value.mul_add(&delta, c, self.wp));
            }
            delta = middle(&delta.sub(&value.div(&slope, self.wp), self.wp));
            right *= 2;
        }
        delta.mid().clone()
    }
}

/// A good number of Taylor terms: fewer make the recurrence multiply longer numbers, more cost as
/// much as they save.
const TERMS: u32 = 10;

/// Bits of n² that a Taylor term loses in the bound of the remainder.
fn lost(points: usize) -> u32 {
    2 * (usize::BITS - points.leading_zeros())
}

/// An approximation of the zero with about `bits` right bits.
fn approximate(points: usize, guess: f64, bits: u32) -> Float {
    // Newton in double precision leaves an error below 2^−44 or so; nothing relies on it.
    const DOUBLE: u32 = 44;
    if bits <= DOUBLE {
        return Float::with_val(53, guess);
    }
    let lost = lost(points);
    let from = (bits / TERMS + lost).min(bits - 1).max(DOUBLE);
    let start = if from <= DOUBLE || from + 1 >= bits {
        Float::with_val(53, guess)
    } else {
        approximate(points, guess, from)
    };
    let right = if start.prec() == 53 { DOUBLE } else { from };
    let terms = bits / right.saturating_sub(lost).max(2) + 3;
    let wp = working(points, Bits::new(bits));
    let delta = Expansion::around(points, &start, terms as usize, wp).zero();
    Float::with_val(bits + 8, &start + &delta)
}

/// The certified node next to a guess.
fn node(points: usize, guess: f64, prec: Bits) -> Result<Node> {
    let wp = working(points, prec);
    let lost = lost(points);
    // The centre of the last expansion has a tenth of the bits.
    let from = wp.get() / TERMS + lost;
    let centre = approximate(points, guess, from);
    let right = if centre.prec() == 53 { 44 } else { from };
    let terms = wp.get() / right.saturating_sub(lost).max(2) + 3;
    let expansion = Expansion::around(points, &centre, terms as usize, wp);
    let delta = Ball::exact(expansion.zero());
    let value = expansion.value(&delta);
    // Four times the step of Newton's method; then the certificate of the header.
    let steep = expansion.slope(&delta).magnitude_lower();
    let reach = value.magnitude().over(&steep).shifted(2);
    let slope = expansion.slope(&delta.clone().widened(reach));
    let distance = value.magnitude().over(&slope.magnitude_lower());
    if slope.contains_zero() || !distance.is_finite() || distance >= reach && !distance.is_zero() {
        return Err(unseparated(points));
    }
    let delta = delta.widened(distance);
    let x = Ball::exact(centre).add(&delta, wp);
    let slope = expansion.slope(&delta);
    let gap = Ball::one().sub(&x.square(wp), wp);
    let weight = Ball::from_i64(2).div(&gap.mul(&slope.square(wp), wp), wp);
    Ok(Node { x, weight })
}

/// Most bits that remembered rules may hold together: 32 MiB of nodes and weights.
const MEMORY: u64 = 1 << 28;

type Entry = (Bits, Arc<GaussLegendre>);

/// Recent rules, the latest last.
static RULES: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// A remembered rule with enough bits, but not so many that it would be slow to use.
fn remembered(points: usize, prec: Bits) -> Option<Arc<GaussLegendre>> {
    let mut rules = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    let place = rules.iter().position(|(bits, rule)| {
        rule.points == points && *bits >= prec && bits.get() / 2 <= prec.get() + 64
    })?;
    let entry = rules.remove(place);
    let rule = Arc::clone(&entry.1);
    rules.push(entry);
    Some(rule)
}

fn remember(prec: Bits, rule: &Arc<GaussLegendre>) {
    let size = |(bits, rule): &Entry| 2 * u64::from(bits.get()) * rule.half.len() as u64;
    let mut rules = RULES.lock().unwrap_or_else(PoisonError::into_inner);
    rules.push((prec, Arc::clone(rule)));
    while rules.len() > 1 && rules.iter().map(size).sum::<u64>() > MEMORY {
        rules.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    /// The rule applied to x^k, as a ball.
    fn monomial(rule: &GaussLegendre, k: u64, prec: Bits) -> Ball {
        rule.nonnegative_nodes()
            .iter()
            .fold(Ball::zero(), |sum, node| {
                let term = node.x.pow_u64(k, prec).mul(&node.weight, prec);
                let term = if node.x.is_zero() {
                    term
                } else {
                    term.mul_2exp(1)
                };
                sum.add(&term, prec)
            })
    }

    #[test]
    fn a_rule_of_n_points_integrates_degree_2n_minus_1_and_no_more() {
        let limits = Limits::default();
        let mut cases = 0;
        for (points, bits) in [
            (1, 64),
            (2, 64),
            (3, 100),
            (7, 53),
            (20, 333),
            (64, 800),
            (65, 3400),
        ] {
            let prec = Bits::new(bits);
            let rule = GaussLegendre::rule(points, prec, &limits).unwrap();
            assert_eq!(rule.nonnegative_nodes().len(), points.div_ceil(2));
            for k in (0..=2 * points as u64).step_by(2) {
                let sum = monomial(&rule, k, prec.plus(64));
                let exact = Rational::from((2, k + 1));
                if k < 2 * points as u64 {
                    assert!(sum.contains_rational(&exact), "{points} {k}: {sum:?}");
                    assert!(sum.rad() < Magnitude::power_of_two(4 - i64::from(bits)));
                } else {
                    // The error for x^{2n} is 2^{2n+1} n!⁴ / ((2n+1) (2n)!²), about π 4^{−2n}… visible.
                    assert!(!sum.contains_rational(&exact), "{points} {k}: {sum:?}");
                }
                cases += 1;
            }
        }
        assert_eq!(cases, 2 + 3 + 4 + 8 + 21 + 65 + 66);
    }

    #[test]
    fn two_precisions_and_the_known_five_points_agree() {
        let limits = Limits::default();
        for points in [5, 40, 333] {
            let short = GaussLegendre::compute(points, Bits::new(100), &limits).unwrap();
            let long = GaussLegendre::compute(points, Bits::new(1500), &limits).unwrap();
            for (a, b) in short
                .nonnegative_nodes()
                .iter()
                .zip(long.nonnegative_nodes())
            {
                assert!(a.x.overlaps(&b.x) && a.weight.overlaps(&b.weight));
                assert!(b.x.rad() < Magnitude::power_of_two(-1500));
                assert!(b.weight.rad() < Magnitude::power_of_two(-1500));
                assert!(!a.x.is_exact() || a.x.is_zero());
            }
        }
        // x = √(5 + 2√(10/7))/3, w = (322 − 13√70)/900 (DLMF 3.5.24 ff.).
        let prec = Bits::new(200);
        let rule = GaussLegendre::rule(5, prec, &limits).unwrap();
        let outer = &rule.nonnegative_nodes()[0];
        let root = Ball::from_rational(&Rational::from((10, 7)), prec).sqrt(prec);
        let x = root
            .mul_2exp(1)
            .add_i64(5, prec)
            .sqrt(prec)
            .div_i64(3, prec);
        assert!(x.overlaps(&outer.x));
        let w = Ball::from_i64(70).sqrt(prec).mul_i64(-13, prec);
        let w = w.add_i64(322, prec).div_i64(900, prec);
        assert!(w.overlaps(&outer.weight));
    }

    #[test]
    fn the_recurrence_is_within_its_bound() {
        for points in [1, 2, 10, 100, 400] {
            for x in [0.0, 0.3, -0.75, 0.999, 1.0] {
                let x = Float::with_val(53, x);
                let (short, _) = legendre(points, &x, Bits::new(64));
                let (long, _) = legendre(points, &x, Bits::new(400));
                assert!(
                    short.contains(&Ball::exact(long.mid().clone())),
                    "{points} {x}"
                );
            }
        }
    }

    #[test]
    fn rules_without_points_are_refused() {
        assert!(GaussLegendre::rule(0, Bits::new(64), &Limits::default()).is_err());
        let late = Limits::default().with_timeout(std::time::Duration::ZERO);
        assert!(GaussLegendre::compute(10, Bits::new(64), &late).is_err());
    }
}
