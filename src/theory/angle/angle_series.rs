//! Power series in the angle with coefficients in Q[1/π]: the ring in which the
//! [delta method](super::delta_method) is expanded at small angles, exactly.
//!
//! The moments of a pair are such series, and in the [frame of the first image](super::local_frame)
//! nothing vanishes at θ = 0 that is divided by; so the coefficient of n^{−k} comes out to as many
//! powers of θ as the moments were given, with the ring operations of the numeric route.

use rug::ops::Pow;
use rug::{Integer, Rational};

use super::delta_method::Statistic;
use super::local_frame::{self, Frame};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::polynomial::Polynomial;
use crate::number::ring::{RationalAlgebra, Ring};
use crate::number::series::Series;
use crate::theory::moments::expansion::{ExpansionPoint, expand};

/// A coefficient of a series: a polynomial in 1/π.
pub type OverPi = Polynomial<Rational>;

/// An element of Q[1/π][θ]/(θⁿ), n the number of its coefficients.
#[derive(Debug, Clone)]
struct AngleSeries(Series<OverPi>);

impl Ring for AngleSeries {
    fn integer_like(&self, value: i64) -> Self {
        let constant = OverPi::constant(Rational::from(value));
        AngleSeries(Series::constant(constant, self.0.order()))
    }

    fn is_zero(&self) -> bool {
        self.0.coefficients().iter().all(OverPi::is_zero)
    }

    fn add(&self, other: &Self) -> Self {
        AngleSeries(self.0.add(&other.0))
    }

    fn neg(&self) -> Self {
        AngleSeries(self.0.neg())
    }

    fn mul(&self, other: &Self) -> Self {
        AngleSeries(self.0.mul(&other.0))
    }

    fn inverse(&self) -> Option<Self> {
        self.0.inverse().map(AngleSeries)
    }
}

impl RationalAlgebra for AngleSeries {
    fn div_small(&self, divisor: u64) -> Self {
        self.mul_rational(&Rational::from((1, divisor)))
    }

    fn mul_rational(&self, factor: &Rational) -> Self {
        let scaled = self.0.coefficients().iter().map(|c| c.mul_rational(factor));
        AngleSeries(Series::new(scaled.collect()))
    }
}

/// The coefficients of θ⁰, …, θ^{count − 1} in the coefficient of n^{−k}, k from 1 to 5, of a statistic of
/// the angle after a layer; the slope is that of a leaky ReLU, 0 for the ReLU.
///
/// # Errors
/// A limit error at the deadline.
pub fn expansion(
    statistic: Statistic,
    k: u32,
    slope: &Rational,
    count: usize,
    limits: &Limits,
) -> Result<Vec<OverPi>> {
    let frame = frame(k, slope, count.max(1));
    // What is divided by are 1 − r² over θ² and squares of r, which are not 0 at θ = 0.
    let reciprocal = |x: &AngleSeries| x.inverse().unwrap_or_else(|| x.zero_like());
    let value = local_frame::in_frame(statistic, k, &frame, &reciprocal, limits)?;
    Ok(value.0.into_coefficients())
}

/// λ^{(a+b)/2} E ψ^a ψ̂^b for even a + b, as in the numeric frame.
///
/// Both positive or both negative at θ, of opposite signs at π − θ:
/// E ψ^a ψ̂^b = (1 + q^{a+b}) J_{a,b}(θ) + ((−q)^a + (−q)^b) J_{a,b}(π−θ) for a, b ≥ 1.
fn scaled_moment((a, b): (u32, u32), slope: &Rational, count: usize) -> AngleSeries {
    let (a, b) = (a.max(b), a.min(b));
    let half = (a + b) / 2;
    let power = |exponent: u32| Rational::from(-slope).pow(exponent as i32);
    let lambda = Rational::from(2) / (Rational::from(slope.square_ref()) + 1u32);
    let scale = lambda.pow(half as i32);
    let same = (Rational::from(1) + power(a + b)) * &scale;
    let series = |point| {
        let order = count as u32 - 1;
        let constants = expand(a, b, point, order).into_iter();
        let terms = constants.map(|c| OverPi::new(vec![c.rational, c.over_pi]));
        AngleSeries(Series::new(terms.collect()))
    };
    if b == 0 {
        let full = Rational::from((Integer::from(Integer::factorial_2(a.max(1) - 1)), 2));
        let zero = AngleSeries(Series::constant(OverPi::constant(Rational::new()), count));
        return zero.rational_like(&(same * full));
    }
    let near = series(ExpansionPoint::Zero).mul_rational(&same);
    let opposite = (power(a) + power(b)) * &scale;
    if opposite == 0 {
        return near;
    }
    near.add(&series(ExpansionPoint::Pi).mul_rational(&opposite))
}

/// The frame of the first image: E x^a w^b = s^{−b} Σ_j C(b,j) (−c)^{b−j} E x^{a+b−j} y^j.
fn frame(k: u32, slope: &Rational, count: usize) -> Frame<AngleSeries> {
    let size = 2 * (k as usize + 1) + 1;
    // The sum vanishes to the order b: so many coefficients are lost.
    let long = count + size;
    let variable = Series::variable(OverPi::constant(Rational::new()), long);
    let [zero, one] = [0, 1].map(|value| OverPi::constant(Rational::from(value)));
    let (sin, cos) = variable.sin_cos_with(zero, one);
    let (sin, cos) = (AngleSeries(sin), AngleSeries(cos));
    let one = sin.one_like();
    let mut raw = vec![vec![one.clone(); size]; size];
    for a in 1..size as u32 {
        for b in (0..=a.min(size as u32 - 1 - a)).filter(|b| (a + b) % 2 == 0) {
            let value = scaled_moment((a, b), slope, long);
            raw[a as usize][b as usize] = value.clone();
            raw[b as usize][a as usize] = value;
        }
    }
    let per_sin = lowered(&sin, 1, count).inverse();
    let per_sin = per_sin.expect("sin θ/θ is 1 at θ = 0");
    let minus_cos = cos.neg();
    let in_frame = |a: usize, b: usize| {
        let zero = lowered(&sin.zero_like(), 0, count);
        if (a + b) % 2 == 1 || a + b >= size {
            return zero;
        }
        let mut sum = sin.zero_like();
        for j in 0..=b {
            let ways = Rational::from(Integer::from(Integer::binomial_u(b as u32, j as u32)));
            let power = minus_cos.power((b - j) as u32);
            sum = sum.add(&raw[a + b - j][j].mul(&power).mul_rational(&ways));
        }
        lowered(&sum, b, count).mul(&per_sin.power(b as u32))
    };
    Frame {
        means: (0..size)
            .map(|a| (0..size).map(|b| in_frame(a, b)).collect())
            .collect(),
        r: lowered(&raw[1][1], 0, count),
        cos: lowered(&cos, 0, count),
        sin: lowered(&sin, 0, count),
        is_acute: true,
    }
}

/// The series over θ^power, to `count` coefficients; those below must be 0.
fn lowered(series: &AngleSeries, power: usize, count: usize) -> AngleSeries {
    let coefficients = series.0.coefficients();
    debug_assert!(coefficients[..power].iter().all(OverPi::is_zero));
    AngleSeries(Series::new(coefficients[power..power + count].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{Ball, Bits};
    use crate::theory::moments::Angle;

    fn value(coefficients: &[OverPi], theta: &Ball, prec: Bits) -> Ball {
        let per_pi = Ball::pi(prec).recip(prec);
        let mut sum = Ball::zero();
        for coefficient in coefficients.iter().rev() {
            let mut at = Ball::zero();
            for c in coefficient.coefficients().iter().rev() {
                at = at
                    .mul(&per_pi, prec)
                    .add(&Ball::from_rational(c, prec), prec);
            }
            sum = sum.mul(theta, prec).add(&at, prec);
        }
        sum
    }

    /// The series against the numeric coefficient at a tiny angle: they differ by the next term.
    #[test]
    fn the_series_are_those_of_the_numeric_coefficients() {
        let (prec, limits) = (Bits::new(400), Limits::default());
        let tiny = Rational::from((1, 1 << 30));
        let theta = Angle::from_radians(tiny.clone()).expect("inside");
        let tiny = Ball::from_rational(&tiny, prec);
        for slope in [
            Rational::new(),
            Rational::from((1, 5)),
            Rational::from((-1, 2)),
        ] {
            let number = (slope != 0).then(|| slope.clone().into());
            for statistic in [Statistic::Mean, Statistic::Variance, Statistic::Cosine(3)] {
                for k in 1..=3 {
                    let series = expansion(statistic, k, &slope, 6, &limits).expect("in time");
                    let exact = local_frame::coefficient(
                        statistic,
                        k,
                        &theta,
                        number.as_ref(),
                        prec,
                        &limits,
                    )
                    .expect("in time");
                    let gap = value(&series, &tiny, prec).sub(&exact, prec);
                    // Six terms: the next is of the size of 2⁻¹⁸⁰ times a moderate number.
                    assert!(
                        gap.magnitude().to_f64() < 2f64.powi(-158) && exact.accuracy() > 200,
                        "{statistic:?} {k} {slope}: {gap:?}"
                    );
                    let shorter = value(&series[..5], &tiny, prec).sub(&exact, prec);
                    assert!(
                        shorter.magnitude().to_f64() > 2f64.powi(-170),
                        "five terms suffice"
                    );
                }
            }
        }
    }

    /// m₂ = −8 + 248θ/(35π) + 16916θ²/(1575π²) + …, by computer algebra on the polynomial of m₂.
    #[test]
    fn the_first_terms_by_hand() {
        let terms = expansion(Statistic::Mean, 2, &Rational::new(), 3, &Limits::default());
        let terms = terms.expect("in time");
        let over = |n: i64, d: i64, power: usize| OverPi::monomial(Rational::from((n, d)), power);
        assert_eq!(
            terms,
            [over(-8, 1, 0), over(248, 35, 1), over(16916, 1575, 2)]
        );
    }
}
