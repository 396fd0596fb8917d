//! The quantity `angle.rate_slope(n)`: the exact coefficient c₁(n) of θ in the small-angle law of a
//! layer of width n,
//! $E \ln \sin^2θ' = \ln \sin^2θ - r(n) + c_1(n)\,θ + o(θ)$.
//!
//! It comes from the neurons within O(θ) of their kink. With K ~ Bin(n−1, ½) active neurons among
//! the others, given K ≥ 2,
//!
//! $$c_1(n) = \frac{n}{2π} E\Big[\frac{2}{K-1} - 4 + 4(K-1)A_{K-1}\Big],
//!   \quad A_m = \int_0^{π/2} u \cos^m u\,du,$$
//!
//! A₀ = π²/8, A₁ = π/2 − 1, A_m = ((m−1)/m) A_{m−2} − 1/m². So c₁(n) ∈ (Q + Qπ + Qπ²)/π. It is exact
//! up to the exponentially small effect of how the event K ≤ 1 is excluded.
//!
//! Derived here from the exact law at small angles; it is −2/(3π) − 8/(15πn) + … at large n.

use rug::{Integer, Rational};

use super::active::{LAST_WIDTH, guarded, windowed_mean};
use super::rate_quantity::in_inverse_width;
use super::wide_layer;
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::normal::FormalSeries;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// See the [module](self).
pub struct RateSlope;

/// `angle.rate_slope(n)`.
pub static RATE_SLOPE: RateSlope = RateSlope;

static SIGNATURE: Signature = Signature {
    name: "angle.rate_slope",
    parameters: &[Parameter::required(
        "n",
        Kind::Integer,
        "the width, at least 3",
    )],
};

static ABOUT: About = About {
    summary: "the exact coefficient c1(n) of theta in the mean of ln sin^2 of the angle after a layer of width n",
    definition: "c1(n) = n/(2 pi) E[2/(K-1) - 4 + 4 (K-1) A_(K-1)], A_m = integral(u cos(u)^m, u=0..pi/2), \
                 K ~ Bin(n-1, 1/2) given K >= 2",
    domain: "integers 3 <= n <= 1000000",
    source: "exact small-angle law of a ReLU layer, beyond Jakub & Nica 2024",
    methods: &[
        (
            "recurrence",
            "A_m and the binomial weights by recurrence in balls",
        ),
        (
            "exact",
            "the rational coefficients of 1/pi, 1 and pi, for n <= 2000",
        ),
    ],
    special: &["c1(n) = -2/(3 pi) - 8/(15 pi n) + 248/(35 pi n^2) + O(1/n^3)"],
    example: "angle.rate_slope(24)",
};

/// Largest width of the exact form.
const LAST_EXACT: u32 = 2_000;

/// c₁(n) by recurrences in balls; n ≥ 3.
fn by_recurrence(n: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
    to_relative_accuracy(prec, limits, |prec| {
        let work = guarded(n, prec);
        let pi = Ball::pi(work);
        // [A_{m−1}, A_m] for m = 1.
        let mut pair = [
            pi.square(work).mul_2exp(-3),
            pi.mul_2exp(-1).add_i64(-1, work),
        ];
        // u ≤ (π/2) sin u: A_m ≤ (π/2)/(m + 1), so |2/m − 4 + 4mA_m| < 2 + 4 + 2π < 16.
        let most = Magnitude::new(16, 0);
        let mean = windowed_mean(n - 1, 2, most, prec, limits, |k, work| {
            let m = i64::from(k) - 1;
            if m > 1 {
                let next = pair[0]
                    .mul_i64(m - 1, work)
                    .sub(&Ball::one().div_i64(m, work), work)
                    .div_i64(m, work);
                pair.swap(0, 1);
                pair[1] = next;
            }
            let scaled = pair[1].mul_i64(4 * m, work).add_i64(-4, work);
            Ok(Ball::from_i64(2).div_i64(m, work).add(&scaled, work))
        })?;
        Ok(mean.mul_i64(n.into(), work).div(&pi.mul_2exp(1), work))
    })
}

/// The exact rationals [q₋₁, q₀, q₁] with c₁(n) = q₋₁/π + q₀ + q₁π; n ≥ 3.
pub fn exact(n: u32) -> [Rational; 3] {
    let ratio = |a: u64, b: u64| Rational::from((a, b));
    // A_{m−1} and A_m as (rational, coefficient of π, coefficient of π²).
    let mut before = [Rational::new(), Rational::new(), ratio(1, 8)];
    let mut now = [Rational::from(-1), ratio(1, 2), Rational::new()];
    let mut weight = Integer::from(1);
    let mut mass = Integer::new();
    let mut total = [Rational::new(), Rational::new(), Rational::new()];
    for k in 0..n {
        if k >= 2 {
            let m = u64::from(k) - 1;
            if m > 1 {
                let mut next = before.map(|part| part * ratio(m - 1, m));
                next[0] -= ratio(1, m * m);
                before = std::mem::replace(&mut now, next);
            }
            mass += &weight;
            for (sum, part) in total.iter_mut().zip(&now) {
                *sum += Rational::from(part * 4u32) * m * &weight;
            }
            total[0] += (ratio(2, m) - 4u32) * &weight;
        }
        weight *= n - 1 - k;
        weight /= k + 1;
    }
    // n/(2π) times the mean.
    total.map(|sum| sum * n / (Integer::from(2) * &mass))
}

impl Quantity for RateSlope {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&ABOUT, request)?;
        let reader = Reader::new(&SIGNATURE, arguments);
        let (prec, limits) = (request.prec, request.limits);
        let value = if method == "exact" {
            let [inverse, free, linear] = exact(reader.integer(0, 3, LAST_EXACT)?);
            to_relative_accuracy(prec, limits, |work| {
                let pi = Ball::pi(work);
                Ok(pi
                    .recip(work)
                    .mul_rational(&inverse, work)
                    .add_rational(&free, work)
                    .add(&pi.mul_rational(&linear, work), work))
            })?
        } else {
            by_recurrence(reader.integer(0, 3, LAST_WIDTH)?, prec, limits)?
        };
        Ok(Value::Number(Number::Ball(value)))
    }

    fn formal_series(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<FormalSeries>> {
        let below = Some(Expr::pi());
        Ok(arguments
            .first()
            .map(|n| in_inverse_width(n, wide_layer::rate_slope, below)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let Some(n) = arguments
            .first()
            .and_then(|n| natural(n, LAST_EXACT))
            .filter(|n| *n >= 3)
        else {
            return Ok(None);
        };
        let [inverse, free, linear] = exact(n).map(Expr::rational);
        Ok(Some(Expr::sum([
            inverse.over(Expr::pi()),
            free,
            Expr::product([linear, Expr::pi()]),
        ])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balls_lie_around_the_exact_form() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for n in [3u32, 4, 7, 24, 300] {
            let value = by_recurrence(n, prec, &limits).expect("a value");
            let pi = Ball::pi(Bits::new(4000));
            let [a, b, c] = exact(n);
            let wide = Bits::new(4000);
            let form = pi
                .recip(wide)
                .mul_rational(&a, wide)
                .add_rational(&b, wide)
                .add(&pi.mul_rational(&c, wide), wide);
            assert!(value.overlaps(&form) && value.accuracy() >= 200, "{n}");
        }
    }

    /// n = 3: K = 2 only, so c₁ = (3/2π)(2 − 4 + 4A₁) = (3/2π)(2π − 6).
    #[test]
    fn width_three_by_hand() {
        assert_eq!(
            exact(3),
            [Rational::from(-9), Rational::from(3), Rational::new()]
        );
    }

    #[test]
    fn the_large_width_expansion() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        let n = 20_000u32;
        let value = by_recurrence(n, prec, &limits).expect("a value");
        let pi = std::f64::consts::PI;
        // n² (c₁ + 2/(3π) + 8/(15πn)) → 248/(35π).
        let two_thirds = Ball::from_rational(&Rational::from((2, 3)), prec);
        let lead = two_thirds
            .add_rational(&Rational::from((8, 15 * u64::from(n))), prec)
            .div(&Ball::pi(prec), prec);
        let second = value.add(&lead, prec).mid().to_f64() * f64::from(n).powi(2);
        assert!((second - 248.0 / (35.0 * pi)).abs() < 2e-3, "{second}");
    }
}
