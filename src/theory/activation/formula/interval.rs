//! Rational intervals, and polynomials of them: what holds for all x beyond a point.
//!
//! Rationals make the arithmetic exact, so that a bound that is attained (x²/4) is found as it is. Ends
//! with many digits are moved outwards to a multiple of 2^−96.

use rug::{Float, Integer, Rational};

use crate::number::{Ball, Bits};

/// A closed interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interval {
    /// The lower end.
    pub low: Rational,
    /// The upper end.
    pub high: Rational,
}

/// Grid of ends that became long: 2^−GRID.
const GRID: u32 = 96;

fn tidy(value: Rational, upwards: bool) -> Rational {
    if value.denom().significant_bits() <= 2 * GRID {
        return value;
    }
    let scaled = value * Rational::from(Integer::from(1) << GRID);
    let rounded = if upwards {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    rounded / Rational::from(Integer::from(1) << GRID)
}

impl Interval {
    /// The interval between two ends in order.
    pub fn new(low: Rational, high: Rational) -> Interval {
        Interval {
            low: tidy(low, false),
            high: tidy(high, true),
        }
    }

    /// One number.
    pub fn exact(value: Rational) -> Interval {
        Interval {
            low: value.clone(),
            high: value,
        }
    }

    /// [−m, m].
    pub fn around_zero(most: Rational) -> Interval {
        Interval::new(-most.clone(), most)
    }

    /// The interval that a ball is; `None` if nothing is known.
    pub fn of_ball(ball: &Ball) -> Option<Interval> {
        if !ball.is_finite() {
            return None;
        }
        let prec = Bits::new(80);
        Some(Interval::new(
            ball.lower(prec).to_rational()?,
            ball.upper(prec).to_rational()?,
        ))
    }

    /// The sum.
    pub fn add(&self, other: &Interval) -> Interval {
        Interval::new(
            Rational::from(&self.low + &other.low),
            Rational::from(&self.high + &other.high),
        )
    }

    /// The negative.
    pub fn neg(&self) -> Interval {
        Interval {
            low: -self.high.clone(),
            high: -self.low.clone(),
        }
    }

    /// The product.
    pub fn mul(&self, other: &Interval) -> Interval {
        let products = [
            Rational::from(&self.low * &other.low),
            Rational::from(&self.low * &other.high),
            Rational::from(&self.high * &other.low),
            Rational::from(&self.high * &other.high),
        ];
        let low = products.iter().min().cloned().unwrap_or_default();
        let high = products.iter().max().cloned().unwrap_or_default();
        Interval::new(low, high)
    }

    /// The largest absolute value.
    pub fn size(&self) -> Rational {
        self.low.clone().abs().max(self.high.clone().abs())
    }
}

/// Σ c_k x^k with intervals c_k, for x ≥ 0: a set of functions of x, never empty of coefficients.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Band(Vec<Interval>);

impl Band {
    /// The band with these coefficients.
    pub fn new(mut coefficients: Vec<Interval>) -> Band {
        while coefficients.len() > 1
            && coefficients
                .last()
                .is_some_and(|c| c.low == 0 && c.high == 0)
        {
            coefficients.pop();
        }
        if coefficients.is_empty() {
            coefficients.push(Interval::exact(Rational::new()));
        }
        Band(coefficients)
    }

    /// A constant band.
    pub fn constant(value: Interval) -> Band {
        Band(vec![value])
    }

    /// The coefficients.
    pub fn coefficients(&self) -> &[Interval] {
        &self.0
    }

    /// The degree.
    pub fn degree(&self) -> usize {
        self.0.len() - 1
    }

    /// The sum.
    pub fn add(&self, other: &Band) -> Band {
        let zero = Interval::exact(Rational::new());
        let length = self.0.len().max(other.0.len());
        let at = |band: &Band, k: usize| band.0.get(k).cloned().unwrap_or_else(|| zero.clone());
        Band::new(
            (0..length)
                .map(|k| at(self, k).add(&at(other, k)))
                .collect(),
        )
    }

    /// The negative.
    pub fn neg(&self) -> Band {
        Band(self.0.iter().map(Interval::neg).collect())
    }

    /// The product.
    pub fn mul(&self, other: &Band) -> Band {
        let zero = Interval::exact(Rational::new());
        let mut product = vec![zero; self.0.len() + other.0.len() - 1];
        for (i, left) in self.0.iter().enumerate() {
            for (j, right) in other.0.iter().enumerate() {
                product[i + j] = product[i + j].add(&left.mul(right));
            }
        }
        Band::new(product)
    }

    /// |c_k| summed over k: the band is at most this times x^degree in size, for x ≥ 1.
    pub fn total_size(&self) -> Rational {
        self.0.iter().fold(Rational::new(), |sum, c| sum + c.size())
    }

    /// An upper bound of the band on [from, ∞) if its upper side falls from there on: with x = from + t,
    /// all coefficients of t, t², … of the upper side are ≤ 0.
    pub fn supremum(&self, from: &Rational) -> Option<Rational> {
        let mut shifted: Vec<Rational> = self.0.iter().map(|c| c.high.clone()).collect();
        // Horner's scheme, repeated: the Taylor coefficients at `from`.
        let n = shifted.len();
        for i in 0..n {
            for k in (i..n - 1).rev() {
                let step = Rational::from(&shifted[k + 1] * from);
                shifted[k] += step;
            }
        }
        let falls = shifted[1..].iter().all(|c| *c <= 0);
        falls.then(|| shifted[0].clone())
    }

    /// A lower bound on [from, ∞), likewise.
    pub fn infimum(&self, from: &Rational) -> Option<Rational> {
        self.neg().supremum(from).map(|value| -value)
    }

    /// The largest |c| if the band is constant.
    pub fn constant_size(&self) -> Option<Rational> {
        (self.degree() == 0).then(|| self.0[0].size())
    }
}

/// A function of a rational, enclosed: rational ends.
pub(super) fn apply(q: &Rational, f: impl Fn(&Ball) -> Ball) -> Option<Interval> {
    Interval::of_ball(&f(&Ball::from_rational(q, Bits::new(80))))
}

/// A rational that is the float exactly.
pub(super) fn exactly(x: f64) -> Rational {
    Float::with_val(53, x).to_rational().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn band(coefficients: &[i64]) -> Band {
        Band::new(
            coefficients
                .iter()
                .map(|&c| Interval::exact(Rational::from(c)))
                .collect(),
        )
    }

    #[test]
    fn bands_bound_their_polynomials() {
        // 3 + 4x − x²: 7 at x = 2 and falling from there on.
        let parabola = band(&[3, 4, -1]);
        assert_eq!(
            parabola.supremum(&Rational::from(2)),
            Some(Rational::from(7))
        );
        assert_eq!(
            parabola.supremum(&Rational::from(5)),
            Some(Rational::from(-2))
        );
        assert_eq!(parabola.supremum(&Rational::from(1)), None);
        assert_eq!(parabola.infimum(&Rational::from(9)), None);
        assert_eq!(
            band(&[-1, 0, 1]).infimum(&Rational::from(3)),
            Some(Rational::from(8))
        );
        assert_eq!(band(&[1, 1]).mul(&band(&[-1, 1])), band(&[-1, 0, 1]));
        assert_eq!(band(&[1, 1]).add(&band(&[0, -1])), band(&[1]));
    }

    #[test]
    fn long_ends_move_outwards() {
        let tiny = Rational::from((1, Integer::from(3).pow_u(200)));
        let interval = Interval::new(tiny.clone(), tiny.clone());
        assert!(interval.low < tiny && tiny < interval.high);
    }

    trait PowU {
        fn pow_u(self, n: u32) -> Integer;
    }

    impl PowU for Integer {
        fn pow_u(self, n: u32) -> Integer {
            rug::ops::Pow::pow(self, n)
        }
    }
}
