//! The delta method in the frame of the first image, where nothing cancels at small angles.
//!
//! For θ < 1 write $y = c\,x + s\,w$ for the images x, y of one neuron pair, both scaled to mean square
//! 1, with $c = \cos θ$, $s = \sin θ$. Then w is of the size of x, and with the sample means X of x²,
//! W of w² and E of xw
//!
//! $$\sin^2θ' = s^2\,\frac{XW - E^2}{X\,Y}, \qquad Y = c^2X + 2sc\,E + s^2W,$$
//!
//! all of whose parts have means of order 1: $1$, $d - e^2$ and $1$ for $d = \mathbb E w^2$ and
//! $e = \mathbb E xw$. So the [delta method](super::delta_method) runs at the precision that is asked for.
//! What cancels is only in the moments
//!
//! $$\mathbb E\,x^aw^b = s^{-b} \sum_j \binom bj (-c)^{b-j}\, \mathbb E\,x^{a+b-j}y^j,$$
//!
//! b log₂(1/s) bits of a few numbers. From θ = 1 on the frame is w = y, by c = 0 and s = 1.
//!
//! Powers of the cosine are taken as $(1 - \sin^2θ')^{m/2}$ in the first frame, so that their
//! coefficients, which are of the size of θ², keep their relative accuracy.

use rug::{Integer, Rational};

use super::cumulants::cumulants;
use super::delta_method::{Statistic, contraction, deviation_moments};
use super::jet::{Jet, Power};
use super::smallness;
use crate::error::Result;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::ball::WorkingBall;
use crate::number::ring::{RationalAlgebra, Ring};
use crate::number::{Ball, Bits};
use crate::theory::moments::{Angle, Method, Slopes, leaky_moment, moment};

/// The moments of one pair in its frame, as balls at one angle or as [series](super::angle_series).
pub(super) struct Frame<R> {
    /// E x^a w^b at [a][b], for even a + b.
    pub(super) means: Vec<Vec<R>>,
    pub(super) cos: R,
    pub(super) sin: R,
    /// E xy: the correlation.
    pub(super) r: R,
    pub(super) is_acute: bool,
}

/// λ^{(a+b)/2} E ψ^a ψ̂^b for even a + b ≥ 2; a zero power is 1.
fn scaled_moment(
    (a, b): (u32, u32),
    theta: &Angle,
    slope: Option<&Ball>,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let (a, b) = (a.max(b), a.min(b));
    let half = (a + b) / 2;
    let square = slope.map_or_else(Ball::zero, |q| q.square(prec));
    let norm = square.add_i64(1, prec);
    let value = if b == 0 {
        // E ψ^a = (1 + q^a)(a−1)!!/2.
        let factor = Integer::from(Integer::factorial_2(a - 1));
        let power = square.pow_u64(u64::from(half), prec).add_i64(1, prec);
        power.mul_integer(&factor, prec).mul_2exp(-1)
    } else {
        match slope {
            None => moment(a, b, theta, Method::Auto, prec, limits)?,
            Some(q) => {
                let slopes = Slopes::leaky(q.clone());
                leaky_moment(a, b, theta, &slopes, Method::Auto, prec, limits)?
            }
        }
    };
    // λ = 2/(1 + q²).
    let scale = norm.pow_u64(u64::from(half), prec);
    // half ≤ 6.
    Ok(value.mul_2exp(half as i32).div(&scale, prec))
}

impl Frame<WorkingBall> {
    /// The moments with a + b ≤ 2(k + 1) ≤ 12.
    fn new(
        k: u32,
        theta: &Angle,
        slope: Option<&Number>,
        work: Bits,
        limits: &Limits,
    ) -> Result<Self> {
        // Below 1, where r ≥ cos θ > ½.
        let is_acute = smallness(theta).0 > 0;
        let last = 2 * (k + 1);
        // The sum for E x^a w^b loses b log₂(1/s) bits, s ≥ θ/2, and a few for its binomials.
        let lost = if is_acute { smallness(theta).0 + 1 } else { 0 };
        let high = work.plus(last.saturating_mul(lost).saturating_add(32));
        limits.check_precision(high)?;
        let q = slope.map(|q| q.to_ball(high));
        let (sin, cos) = if is_acute {
            theta.sin_cos(high)
        } else {
            (Ball::one(), Ball::zero())
        };
        let size = last as usize + 1;
        let mut raw = vec![vec![Ball::one(); size]; size];
        for a in 0..=last {
            for b in 0..=a.min(last - a) {
                if (a + b) % 2 == 0 && a > 0 {
                    limits.check_deadline()?;
                    let value = scaled_moment((a, b), theta, q.as_ref(), high, limits)?;
                    raw[a as usize][b as usize] = value.clone();
                    raw[b as usize][a as usize] = value;
                }
            }
        }
        let near = |ball: &Ball| WorkingBall::new(ball.rounded(work), work);
        let minus_cos = cos.neg();
        let in_frame = |a: usize, b: usize| {
            if (a + b) % 2 == 1 || a + b >= size {
                // Never asked for.
                return near(&Ball::zero());
            }
            let mut sum = Ball::zero();
            for j in (0..=b).rev() {
                if cos.is_zero() && j < b {
                    break;
                }
                let ways = Integer::from(Integer::binomial_u(b as u32, j as u32));
                let power = minus_cos.pow_u64((b - j) as u64, high);
                let term = raw[a + b - j][j].mul(&power, high);
                sum = sum.add(&term.mul_integer(&ways, high), high);
            }
            let scale = sin.pow_u64(b as u64, high);
            near(&sum.div(&scale, high))
        };
        let means = (0..size)
            .map(|a| (0..size).map(|b| in_frame(a, b)).collect())
            .collect();
        Ok(Frame {
            means,
            r: near(&raw[1][1]),
            cos: near(&cos),
            sin: near(&sin),
            is_acute,
        })
    }
}

impl<R: RationalAlgebra> Frame<R> {
    /// E (x²)^i (w²)^j (xw)^l.
    fn mean(&self, [i, j, l]: Power) -> R {
        self.means[usize::from(2 * i + l)][usize::from(2 * j + l)].clone()
    }
}

/// ln(1 + u) for a jet u without constant term.
fn ln_1p<R: RationalAlgebra>(u: &Jet<R>, order: u32) -> Jet<R> {
    let mut power = u.clone();
    let mut sum = u.clone();
    for m in 2..=order {
        power = power.mul(u);
        let factor = Rational::from((if m % 2 == 0 { -1 } else { 1 }, m));
        sum = sum.plus(&power.map(|x| x.mul_rational(&factor)));
    }
    sum
}

/// (1 + u)^{p/2} for a jet u without constant term.
fn half_power<R: RationalAlgebra>(u: &Jet<R>, p: i64, order: u32, one: &R) -> Jet<R> {
    let mut sum = Jet::constant(one.clone(), order);
    let mut power = Jet::constant(one.clone(), order);
    let mut binomial = Rational::from(1);
    for i in 1..=i64::from(order) {
        binomial *= Rational::from((p - 2 * (i - 1), 2 * i));
        if binomial == 0 {
            break;
        }
        power = power.mul(u);
        sum = sum.plus(&power.map(|x| x.mul_rational(&binomial)));
    }
    sum
}

/// The coefficient of n^{−k} in the mean or variance, k from 1 to 5, at an angle strictly between 0
/// and π; the slope is that of a leaky ReLU, none for the ReLU.
///
/// # Errors
/// A limit error at the deadline or the largest precision.
pub fn coefficient(
    statistic: Statistic,
    k: u32,
    theta: &Angle,
    slope: Option<&Number>,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let frame = Frame::new(k, theta, slope, work, limits)?;
    // A ball that contains 0 gives one that is not finite: more bits are tried then.
    let reciprocal = |x: &WorkingBall| WorkingBall::new(x.ball.recip(work), work);
    Ok(in_frame(statistic, k, &frame, &reciprocal, limits)?.ball)
}

/// The same in a frame. `reciprocal` is asked for that of 1 − r² over s² and of r².
///
/// # Errors
/// A limit error at the deadline.
pub(super) fn in_frame<R: RationalAlgebra>(
    statistic: Statistic,
    k: u32,
    frame: &Frame<R>,
    reciprocal: &dyn Fn(&R) -> R,
    limits: &Limits,
) -> Result<R> {
    let order = 2 * k;
    let one = frame.r.one_like();
    let cumulants = cumulants(k + 1, &one, &|power| frame.mean(power));
    let parts = deviation_moments(k, &cumulants, &one, limits)?;
    let (d, e) = (&frame.means[0][2], &frame.means[1][1]);
    let gap = Ring::sub(d, &e.mul(e));
    let jet = |terms: &[(Power, R)]| Jet::from_terms(terms.iter().cloned(), order);
    let x = jet(&[([1, 0, 0], one.clone())]);
    let (c, s) = (&frame.cos, &frame.sin);
    let y = jet(&[
        ([1, 0, 0], c.mul(c)),
        ([0, 0, 1], s.mul(c).mul_small(2)),
        ([0, 1, 0], s.mul(s)),
    ]);
    let inverse = reciprocal(&gap);
    let u = jet(&[
        ([1, 0, 0], d.clone()),
        ([0, 1, 0], one.clone()),
        ([1, 1, 0], one.clone()),
        ([0, 0, 1], e.mul_small(-2)),
        ([0, 0, 2], one.mul_small(-1)),
    ])
    .map(|term| term.mul(&inverse));
    let minus = |jet: &Jet<R>| jet.map(|x| x.mul_small(-1));
    let last = &parts[k as usize];
    let value = match statistic {
        Statistic::Mean | Statistic::Variance => {
            limits.check_deadline()?;
            let log = ln_1p(&u, order)
                .plus(&minus(&ln_1p(&x, order)))
                .plus(&minus(&ln_1p(&y, order)));
            if statistic == Statistic::Mean {
                contraction(last, &log)
            } else {
                let mut sum = contraction(last, &log.mul(&log));
                let means: Vec<R> = (1..k as usize)
                    .map(|i| contraction(&parts[i], &log))
                    .collect();
                for (left, right) in means.iter().zip(means.iter().rev()) {
                    sum = Ring::sub(&sum, &left.mul(right));
                }
                sum
            }
        }
        Statistic::Cosine(m) => {
            let m = i64::from(m);
            let norms =
                |p: i64| half_power(&x, p, order, &one).mul(&half_power(&y, p, order, &one));
            limits.check_deadline()?;
            if frame.is_acute {
                // sin²θ' = s² (g + δ), cos^m θ' = (r² − s²δ)^{m/2}.
                let ratio = Jet::constant(one.clone(), order).plus(&u);
                let delta = ratio
                    .mul(&norms(-2))
                    .plus(&Jet::constant(one.mul_small(-1), order))
                    .map(|x| x.mul(&gap));
                let square = frame.r.mul(&frame.r);
                let scale = s.mul(s).mul(&reciprocal(&square)).neg();
                let step = delta.map(|x| x.mul(&scale));
                let power = half_power(&step, m, order, &one)
                    .plus(&Jet::constant(one.mul_small(-1), order));
                let size = frame.r.power(m.unsigned_abs() as u32);
                contraction(last, &power).mul(&size)
            } else {
                // cos^m θ' = (r + δ)^m X^{−m/2} Y^{−m/2}.
                let z = jet(&[([0; 3], frame.r.clone()), ([0, 0, 1], one.clone())]);
                let mut product = norms(-m);
                for _ in 0..m {
                    product = product.mul(&z);
                }
                contraction(last, &product)
            }
        }
    };
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREC: Bits = Bits::new(150);

    fn value(statistic: Statistic, k: u32, theta: &Angle, slope: Option<&Number>) -> Ball {
        coefficient(statistic, k, theta, slope, PREC, &Limits::default()).expect("in time")
    }

    /// Orthogonal inputs have independent Gaussian images in a linear layer, so sin²θ' has the law
    /// Beta((n−1)/2, 1/2): E ln sin²θ' = ψ((n−1)/2) − ψ(n/2) = −1/n − 3/(2n²) − 2/n³ − 9/(4n⁴) − …,
    /// and E cos²θ' = 1/n.
    #[test]
    fn a_linear_layer_of_orthogonal_inputs_is_known() {
        let right = Angle::from_pi_multiple(Rational::from((1, 2))).expect("inside");
        let one = Number::from(1);
        let terms = [(-1, 1), (-3, 2), (-2, 1), (-9, 4)].map(Rational::from);
        for (k, expected) in (1..).zip(&terms) {
            let mean = value(Statistic::Mean, k, &right, Some(&one));
            assert!(
                mean.contains_rational(expected) && mean.accuracy() > 100,
                "{k}: {mean:?} {expected}"
            );
        }
        for (k, expected) in [(1, 1), (2, 0), (3, 0)] {
            let mean = value(Statistic::Cosine(2), k, &right, Some(&one));
            assert!(
                mean.contains_rational(&Rational::from(expected)),
                "{k}: {mean:?}"
            );
        }
    }

    #[test]
    fn nothing_cancels_at_tiny_angles() {
        let tiny = Rational::from((1, Integer::from(Integer::u_pow_u(10, 300))));
        let theta = Angle::from_radians(tiny).expect("inside");
        let leaky = Number::from(Rational::from((1, 5)));
        for slope in [None, Some(&leaky)] {
            for statistic in [Statistic::Mean, Statistic::Variance, Statistic::Cosine(3)] {
                for k in 1..=3 {
                    let value = value(statistic, k, &theta, slope);
                    assert!(value.accuracy() > 120, "{statistic:?} {k}: {value:?}");
                }
            }
        }
    }
}
