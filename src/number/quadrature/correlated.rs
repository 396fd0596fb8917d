//! E f(X) f(Y) of correlated normal variables for a piecewise analytic f, without hand analysis.
//!
//! The density of (X, Y) with correlation u is e^{−Q/2}/(2π√(1−u²)), Q = (x² + y² − 2uxy)/(1 − u²). The
//! line is cut at the knots of f and then into pieces I_i, each with a Gauss-Legendre rule and an ellipse
//! E_i, as in [`adaptive`](super::adaptive). The rule in the plane is the product of these, so f is
//! evaluated at the nodes of the line only.
//!
//! **Bound.** For real x and complex y = s + it, Re Q = s² + (x − us)²/(1 − u²) − t²/(1 − u²), and the same
//! with x² + (s − ux)²/(1 − u²) in front. Both are at least the larger of x², s², so
//!
//! $$|e^{-Q/2}| \le e^{-x^2/4}\, e^{-s^2/4 + t^2/(2(1-u^2))}.$$
//!
//! Let e_i bound the error of the rule on I_i for f times any analytic function below the second factor, E =
//! Σ e_i, and S ≥ ∫|f| e^{−x²/4}. Integrating in y by the rules is off by at most e^{−x²/4}|f(x)| E at each x,
//! in total SE/(2π√(1−u²)). The sum over the nodes in y of the errors in x is at most the same, since the
//! weights are positive and sum to the lengths of the pieces (S is a sum of suprema times lengths).
//! Pieces on which |f| e^{−x²/4} is negligible are dropped, and what they hold counts in E: they lose
//! at most that times S, once for either variable. So the whole is off by at most 2SE/(2π√(1−u²)).
//!
//! **Tail.** Let |f(x)| ≤ A(1 + |x|), so f² ≤ 2A²(1 + x²). Beyond |X| > c, with |f(X) f(Y)| ≤ (f(X)² + f(Y)²)/2 and
//! E\[Y²; |X| > c\] = u²t_2 + (1 − u²)t_0 ≤ t_0 + t_2: at most A²((t_0 + t_2) + (2t_0 + t_2)); with Y the same,
//! together 2A²(3t_0 + 2t_2).

use rayon::prelude::*;
use rug::Float;

use super::adaptive::{Integrator, Sample, unknown};
use super::gaussian::tail_moment;
use super::refusal::Refusal;
use super::weight::Weight;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// A piece of a function as it continues to complex boxes; what [`integrate`](super::integrate) takes.
pub type Continuation<'f> = dyn Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync + 'f;

/// E f(X) f(Y) for standard normal X, Y with correlation u, |u| < 1, to an absolute accuracy of about `prec`
/// bits. f is `pieces[i]` between `knots[i − 1]` and `knots[i]` (rising), and |f(x)| ≤ growth·(1 + |x|) on the line.
///
/// The work grows like the square of the digits, and with 1/√(1 − u²).
///
/// # Errors
/// A [`Refusal`]: the interval on which no bound of f was found; a domain error for a u that may be ±1 or
/// beyond or for knots that do not rise; a usage error for another number of pieces than one more than
/// of knots; a limit that ran out.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::{Refusal, correlated_expectation_of_pieces};
/// use isobath::number::{Ball, Bits, ComplexBall, Magnitude};
///
/// // E|XY| = (2/π)(√(1 − u²) + u arcsin u).
/// let (prec, limits) = (Bits::new(64), Limits::default());
/// let minus = |z: &ComplexBall, _: Bits| Ok(z.neg());
/// let plus = |z: &ComplexBall, _: Bits| Ok(z.clone());
/// let u = Ball::one().mul_2exp(-1);
/// let value = correlated_expectation_of_pieces(
///     &[&minus, &plus], &[Ball::zero()], Magnitude::ONE, &u, prec, &limits,
/// ).map_err(Refusal::into_error)?;
/// let root = Ball::from_i64(3).sqrt(prec).mul_2exp(-1);
/// let sum = root.add(&u.asin(prec).mul_2exp(-1), prec);
/// let exact = sum.div(&Ball::pi(prec), prec).mul_2exp(1);
/// assert!(value.overlaps(&exact) && value.accuracy() > 60);
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn correlated_expectation_of_pieces(
    pieces: &[&Continuation<'_>],
    knots: &[Ball],
    growth: Magnitude,
    u: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball, Refusal> {
    if pieces.len() != knots.len() + 1 {
        return Err(Refusal::of(Error::usage(format!(
            "{} pieces do not fit {} knots between them",
            pieces.len(),
            knots.len()
        ))));
    }
    limits.check_precision(prec).map_err(Refusal::of)?;
    let wide = prec.plus(32);
    let gap = Ball::one().sub(&u.square(wide.plus(32)), wide);
    if !gap.is_positive() {
        return Err(Refusal::of(Error::domain(
            "the correlation must lie strictly between -1 and 1",
        )));
    }
    let front = gap.rsqrt(wide).div(&Ball::pi(wide).mul_2exp(1), wide);
    // A² for the tail; S is about 8A.
    let cost = growth
        .times(front.magnitude())
        .exponent()
        .unwrap_or(0)
        .max(0);
    let bits = prec.plus(cost.clamp(0, 1 << 20) as u32 + 8);
    let goal = Magnitude::power_of_two(-i64::from(prec.get()) - 3);
    let tail = |x: &Float| {
        let moments = tail_moment(0, x).times(Magnitude::new(3, 0));
        let moments = moments.plus(tail_moment(2, x).shifted(1));
        moments.times(growth).times(growth).shifted(1)
    };
    let integrator = Integrator::new(bits, limits);
    let (cut, dropped) = integrator.cut(&tail, goal).map_err(Refusal::of)?;
    let cut = Ball::exact(cut);
    let rate = gap.recip(wide).mul_2exp(-1);
    let weight = Weight::Plane {
        growth: rate.magnitude().to_f64(),
    };
    let mut ends = vec![cut.neg()];
    ends.extend(
        knots
            .iter()
            .map(|knot| knot.min(&cut, wide).max(&cut.neg(), wide)),
    );
    ends.push(cut);
    let rising = |pair: &[Ball]| {
        matches!(
            pair[0].certain_cmp(&pair[1]),
            Some(std::cmp::Ordering::Less | std::cmp::Ordering::Equal)
        )
    };
    if !ends.windows(2).all(rising) {
        return Err(Refusal::of(Error::domain(
            "the knots of a function must rise",
        )));
    }
    let (mut nodes, mut error, mut mass) = (Vec::new(), Magnitude::ZERO, Magnitude::ZERO);
    for (piece, ends) in pieces.iter().zip(ends.windows(2)) {
        if ends[0].certain_cmp(&ends[1]) == Some(std::cmp::Ordering::Equal) {
            continue;
        }
        let samples = integrator.samples(piece, weight, &ends[0], &ends[1])?;
        nodes.extend(samples.nodes);
        error = error.plus(samples.error);
        mass = mass.plus(samples.mass);
    }
    let product = Product {
        nodes: &nodes,
        slope: u.div(&gap, wide),
        rate,
        prec,
        limits,
    };
    let sum = product.sum().map_err(Refusal::of)?;
    let lost = mass.times(error).shifted(1).times(front.magnitude());
    let value = sum.mul(&front, wide);
    if !value.is_finite() {
        return Err(Refusal::of(unknown()));
    }
    Ok(value.widened(lost).widened(dropped).rounded(prec.plus(8)))
}

/// The double sum Σ v_i v_j e^{−Q(x_i, x_j)/2}.
struct Product<'a> {
    nodes: &'a [Sample],
    /// u/(1 − u²).
    slope: Ball,
    /// 1/(2(1 − u²)).
    rate: Ball,
    prec: Bits,
    limits: &'a Limits,
}

impl Product<'_> {
    /// Rows in parallel; pairs i < j count twice.
    fn sum(&self) -> Result<Ball> {
        let wide = self.prec.plus(32);
        let squares: Vec<Ball> = self
            .nodes
            .iter()
            .map(|node| node.x.square(wide.plus(16)).mul(&self.rate, wide.plus(16)))
            .collect();
        // Doubles of the points, and the binary exponents of the values.
        let points: Vec<f64> = self
            .nodes
            .iter()
            .map(|node| node.x.mid().to_f64())
            .collect();
        let rows = (0..self.nodes.len())
            .into_par_iter()
            .map(|i| self.row(i, &squares, &points))
            .collect::<Result<Vec<Ball>>>()?;
        Ok(rows
            .iter()
            .fold(Ball::zero(), |sum, row| sum.add(row, wide)))
    }

    /// v_i (v_i e^{−Q(x_i, x_i)/2} + 2 Σ_{j>i} v_j e^{−Q/2}).
    fn row(&self, i: usize, squares: &[Ball], points: &[f64]) -> Result<Ball> {
        self.limits.check_deadline()?;
        let wide = self.prec.plus(32);
        let node = &self.nodes[i];
        let slope = node.x.mul(&self.slope, wide.plus(16));
        let (rate, tilt) = (self.rate.mid().to_f64(), self.slope.mid().to_f64());
        let size = node.value.magnitude();
        let mut sum = Ball::zero();
        for j in i..self.nodes.len() {
            if j.is_multiple_of(64) {
                self.limits.check_deadline()?;
            }
            let other = &self.nodes[j];
            // About log₂ of the term, good to far less than the guard; only how many bits are computed, or
            // that a term is bounded instead, depends on it.
            let (x, y) = (points[i], points[j]);
            let exponent = (tilt * x * y - rate * (x * x + y * y)) * std::f64::consts::LOG2_E;
            let scale = size.times(other.value.magnitude()).exponent().unwrap_or(0);
            let bits = exponent as i64 + scale + i64::from(self.prec.get()) + 32;
            let bits = Bits::new(bits.clamp(16, i64::from(wide.get())) as u32);
            let form = other.x.mul(&slope, bits.plus(16));
            let form = form.sub(&squares[i], bits.plus(16));
            let form = form.sub(&squares[j], bits.plus(16));
            let term = form.exp(bits).mul(&other.value, bits);
            let term = if j == i { term } else { term.mul_2exp(1) };
            sum = sum.add(&term, wide);
        }
        Ok(sum.mul(&node.value, wide))
    }
}
