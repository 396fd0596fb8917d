//! Expectations of functions of a standard normal variable, certified without hand analysis.
//!
//! $$E f(Z) = \frac1{\sqrt{2\pi}} \int f(x) e^{-x^2/2}\,dx$$
//!
//! over the real line, a half-line or an interval. The line is cut at ±X, where the caller's bound of the
//! tail falls below the tolerance; what lies between is integrated as in [`adaptive`](super::adaptive),
//! with as many bits at each point as the density leaves. An even f costs half as much as twice the
//! integral over \[0, ∞).
//!
//! Tail bounds for |f(x)| ≤ Σ c_j |x|^j come from [`tail_moment`].

use rug::Float;
use rug::float::Round;

use super::adaptive::{Integral, Integrator};
use super::refusal::Refusal;
use super::weight::Weight;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// E f(Z), or its part over an interval, to an absolute accuracy of about `prec` bits.
///
/// `tail(X)` is a proved upper bound of E\[|f(Z)|; |Z| > X\] for X ≥ 1, see [`tail_moment`]. f is what
/// [`integrate`](super::integrate) takes, without the density.
///
/// # Errors
/// A [`Refusal`]: the interval at which no bound was found, a tail bound that does not fall, or the
/// limit that ran out.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::{Refusal, gaussian_expectation, tail_moment};
/// use isobath::number::{Bits, ComplexBall};
///
/// // E cos Z = e^{−1/2}.
/// let cosine = |z: &ComplexBall, prec: Bits| Ok(z.cos(prec));
/// let (prec, limits) = (Bits::new(128), Limits::default());
/// let integral = gaussian_expectation(cosine, |x| tail_moment(0, x), prec, &limits)
///     .map_err(Refusal::into_error)?;
/// let value = integral.value;
/// let half = isobath::number::Ball::one().mul_2exp(-1).neg();
/// assert!(value.overlaps(&half.exp(prec)) && value.accuracy() > 120);
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn gaussian_expectation<F, T>(
    f: F,
    tail: T,
    prec: Bits,
    limits: &Limits,
) -> Result<Integral, Refusal>
where
    F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
    T: Fn(&Float) -> Magnitude,
{
    Integrator::new(prec, limits).gaussian(f, None, None, tail)
}

/// E\[f(Z); from < Z < to\]: the same over an interval, whose missing ends are infinite. For functions
/// with knots: the continuation of each piece over its own interval.
///
/// # Errors
/// As [`gaussian_expectation`].
pub fn gaussian_expectation_between<F, T>(
    f: F,
    from: Option<&Ball>,
    to: Option<&Ball>,
    tail: T,
    prec: Bits,
    limits: &Limits,
) -> Result<Integral, Refusal>
where
    F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
    T: Fn(&Float) -> Magnitude,
{
    Integrator::new(prec, limits).gaussian(f, from, to, tail)
}

impl Integrator<'_> {
    /// See [`gaussian_expectation_between`].
    ///
    /// # Errors
    /// As [`gaussian_expectation`].
    pub fn gaussian<F, T>(
        &self,
        f: F,
        from: Option<&Ball>,
        to: Option<&Ball>,
        tail: T,
    ) -> Result<Integral, Refusal>
    where
        F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
        T: Fn(&Float) -> Magnitude,
    {
        let integral = match (from, to) {
            (Some(from), Some(to)) => self.run(&f, Weight::Gauss, from, to)?,
            _ => {
                let goal = Magnitude::power_of_two(-i64::from(self.prec().get()) - 4);
                let (cut, dropped) = self.cut(&tail, goal).map_err(Refusal::of)?;
                let (wide, cut) = (self.prec().plus(64), Ball::exact(cut));
                // Clamped to [−X, X]: the tail's bound holds whatever is cut away on either side.
                let inside = |end: &Ball| end.min(&cut, wide).max(&cut.neg(), wide);
                let start = from.map_or_else(|| cut.neg(), inside);
                let end = to.map_or_else(|| cut.clone(), inside);
                let integral = self.run(&f, Weight::Gauss, &start, &end)?;
                return Ok(self.normalised(integral, dropped));
            }
        };
        Ok(self.normalised(integral, Magnitude::ZERO))
    }

    /// The value times the density's factor, with the tail inside.
    fn normalised(&self, mut integral: Integral, dropped: Magnitude) -> Integral {
        let wide = self.prec().plus(32);
        let root = Ball::pi(wide).mul_2exp(1).rsqrt(wide);
        integral.value = integral.value.mul(&root, wide).widened(dropped);
        integral
    }

    /// The least X found, a multiple of 1/4 from 1 on, with a tail of at most `goal`.
    pub(super) fn cut<T>(&self, tail: &T, goal: Magnitude) -> Result<(Float, Magnitude)>
    where
        T: Fn(&Float) -> Magnitude,
    {
        let at = |quarters: u32| Float::with_val(32, quarters) >> 2_u32;
        // e^{−X²/2} = 2^{−bits} there.
        let guess = (f64::from(self.prec().get()) * 2.0 * std::f64::consts::LN_2).sqrt();
        let mut high = (4.0 * guess) as u32 + 4;
        let mut bound = tail(&at(high));
        let mut low = 4;
        while bound > goal {
            self.limits().check_deadline()?;
            if high > 1 << 24 {
                return Err(Error::undecided(
                    "the bound of the tail of a Gaussian expectation does not become small",
                ));
            }
            low = high;
            high += high / 8 + 1;
            bound = tail(&at(high));
        }
        while high - low > 1 {
            let middle = u32::midpoint(low, high);
            let there = tail(&at(middle));
            if there <= goal {
                (high, bound) = (middle, there);
            } else {
                low = middle;
            }
        }
        Ok((at(high), bound))
    }
}

/// An upper bound of E\[|Z|^k; |Z| > X\] for X ≥ 1:
/// t_k = 2 ∫_X^∞ x^k φ, by parts t_k = 2 X^{k−1} φ(X) + (k − 1) t_{k−2}, t_0 = erfc(X/√2),
/// t_1 = 2φ(X).
pub fn tail_moment(k: u32, cut: &Float) -> Magnitude {
    let prec = Bits::new(64);
    let x = Ball::exact(cut.clone());
    let twice_density = x.normal_density(prec).mul_2exp(1);
    let mut moment = if k.is_multiple_of(2) {
        x.neg().normal_cdf(prec).mul_2exp(1)
    } else {
        twice_density.clone()
    };
    let mut j = k % 2;
    while j < k {
        j += 2;
        let front = x.pow_u64(u64::from(j - 1), prec).mul(&twice_density, prec);
        moment = moment.mul_i64(i64::from(j - 1), prec).add(&front, prec);
    }
    // A bound that underflowed is still a bound: the ball's radius holds it.
    let high = moment.upper(Bits::new(32));
    Magnitude::from_float(&Float::with_val_round(32, high, Round::Up).0)
}
