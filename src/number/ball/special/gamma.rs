//! The gamma function, its reciprocal and logarithm, rising factorials.
//!
//! $$\Gamma(x) = \int_0^\infty t^{x-1}e^{-t}\,dt \quad (x>0), \qquad
//!   \Gamma(x)\Gamma(1-x) = \frac{\pi}{\sin\pi x}$$ (DLMF 5.2.1, 5.5.3).
//!
//! At an exact point x > 0: shift upwards by Γ(x) = Γ(x + r) / (x)_r, then Stirling's series at
//! X = x + r (DLMF 5.11.1),
//!
//! $$\ln\Gamma(X) = (X-\tfrac12)\ln X - X + \tfrac12\ln 2\pi
//!   + \sum_{k=1}^{N-1} \frac{B_{2k}}{2k(2k-1)} X^{1-2k} + R_N,$$
//!
//! with |R_N| at most the first omitted term (DLMF 5.11(ii); proof in `euler_maclaurin`). Integers
//! and half-integers of moderate size are exact factorials. Negative points by reflection.
//!
//! On a ball: Γ and ln Γ are convex for x > 0, so a narrow ball takes the value at its midpoint and
//! the larger slope at its ends, a wide one the hull of the values at its ends and, if it holds the
//! minimum near 1.4616, the minimum.

use rug::float::Round;
use rug::{Float, Integer, Rational};

use super::euler_maclaurin::{bernoulli_sum, plan};
use super::support::{Point, until_accurate, until_accurate_near_zero};
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

/// Shift per bit of precision: where a step of the shift costs what a term of the series does.
///
/// A term costs more than its product: its Bernoulli number has to be found once, and the cost of all of
/// them grows like the cube of their count.
const EFFORT: f64 = 0.4;
/// The same for rationals of small height, whose shift is a product of small integers by halves.
const RATIONAL_EFFORT: f64 = 0.8;
/// Below this precision MPFR's gamma is faster.
const MPFR_BITS: u32 = 800;

impl Ball {
    /// $\Gamma(x)$ for real x; no information if the ball holds a pole 0, −1, −2, ….
    ///
    /// Exact for positive integers whose factorial fits in the precision. Values beyond MPFR's
    /// exponent range (x above about 4·10⁷) are no information; [`Ball::lgamma`] reaches further.
    #[must_use]
    pub fn gamma(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return gamma_at(&Point::from_float(&self.mid), prec);
        }
        if self.is_positive() {
            return self.gamma_of_positive_ball(prec);
        }
        // Γ(x) = π / (sin πx · Γ(1 − x)), with 1 − x ≥ 1 unless the ball holds a pole.
        if !self.is_negative() {
            return Ball::indeterminate();
        }
        let wp = prec.plus(16);
        let sine = self.sin_pi_enclosure(wp);
        let reflected = Ball::one().sub(self, wp).gamma(wp);
        Ball::pi(wp).div(&sine.mul(&reflected, wp), prec)
    }

    /// $1/\Gamma(x)$, entire: 0 at 0, −1, −2, ….
    #[must_use]
    pub fn recip_gamma(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return recip_gamma_at(&Point::from_float(&self.mid), prec);
        }
        if self.is_positive() {
            return self.gamma(prec.plus(8)).recip(prec);
        }
        // 1/Γ(x) = x (1/Γ(x + 1)) would walk; reflection is one step: sin πx Γ(1 − x) / π.
        let wp = prec.plus(16);
        let reflected = Ball::one().sub(self, wp);
        if !reflected.is_positive() {
            return Ball::indeterminate();
        }
        self.sin_pi_enclosure(wp)
            .mul(&reflected.gamma(wp), wp)
            .div(&Ball::pi(wp), prec)
    }

    /// $\ln|\Gamma(x)|$ for real x; no information if the ball holds a pole.
    ///
    /// Exactly 0 at 1 and 2.
    #[must_use]
    pub fn lgamma(&self, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return lgamma_at(&Point::from_float(&self.mid), prec);
        }
        if self.is_positive() {
            return self.lgamma_of_positive_ball(prec);
        }
        if !self.is_negative() {
            return Ball::indeterminate();
        }
        let wp = prec.plus(16);
        let sine = self.sin_pi_enclosure(wp).abs();
        let reflected = Ball::one().sub(self, wp).lgamma(wp);
        Ball::pi(wp).div(&sine, wp).ln(wp).sub(&reflected, prec)
    }

    /// $\Gamma(q)$ for a rational, whose exact value saves most of the work when it is small.
    #[must_use]
    pub fn gamma_rational(q: &Rational, prec: Bits) -> Ball {
        match Point::from_rational(q) {
            Some(point) => gamma_at(&point, prec),
            None => at_rational(q, prec, Ball::gamma),
        }
    }

    /// $1/\Gamma(q)$ for a rational.
    #[must_use]
    pub fn recip_gamma_rational(q: &Rational, prec: Bits) -> Ball {
        match Point::from_rational(q) {
            Some(point) => recip_gamma_at(&point, prec),
            None => at_rational(q, prec, Ball::recip_gamma),
        }
    }

    /// $\ln|\Gamma(q)|$ for a rational.
    #[must_use]
    pub fn lgamma_rational(q: &Rational, prec: Bits) -> Ball {
        match Point::from_rational(q) {
            Some(point) => lgamma_at(&point, prec),
            None => at_rational(q, prec, Ball::lgamma),
        }
    }

    /// $x! = \Gamma(x+1)$.
    #[must_use]
    pub fn factorial(&self, prec: Bits) -> Ball {
        if !self.is_exact() {
            return self.add_i64(1, prec.plus(16)).gamma(prec);
        }
        match Point::from_float(&self.mid) {
            Point::Rational(q) => Ball::gamma_rational(&(q + 1), prec),
            _ => until_accurate(prec, |wp| self.add_i64(1, wp.plus(16)).gamma(wp)),
        }
    }

    /// The rising factorial $(x)_n = x(x+1)\cdots(x+n-1)$ for a non-negative integer n; $(x)_0 = 1$.
    ///
    /// Exact rationals of small height are multiplied as integers. The number of multiplications
    /// grows with n; for large n and no special need [`Ball::pochhammer`] is faster.
    #[must_use]
    pub fn rising_factorial(&self, n: u64, prec: Bits) -> Ball {
        if !self.is_finite() {
            return Ball::indeterminate();
        }
        if self.is_exact() {
            return rising(&Point::from_float(&self.mid), n, prec);
        }
        let wp = prec.plus(16);
        let mut product = Ball::one();
        for k in 0..n {
            let factor = self.add_rational(&Rational::from(k), wp);
            product = product.mul(&factor, wp);
        }
        product.rounded(prec)
    }

    /// Pochhammer's symbol $(a)_x = \Gamma(a+x)/\Gamma(a)$ for real x.
    ///
    /// No information where Γ(a + x) has a pole, also where the quotient has a limit.
    #[must_use]
    pub fn pochhammer(&self, x: &Ball, prec: Bits) -> Ball {
        const DIRECT: u32 = 256;
        if x.is_exact()
            && x.mid.is_integer()
            && x.mid >= 0
            && let Some(n) = x.mid.to_integer().and_then(|n| n.to_u64())
            && n <= u64::from(DIRECT.max(prec.get() / 8))
        {
            return self.rising_factorial(n, prec);
        }
        let wp = prec.plus(16);
        let sum = self.add(x, wp.plus(sum_guard(self, x)));
        sum.gamma(wp).mul(&self.recip_gamma(wp), prec)
    }

    /// Γ on a ball of positive numbers.
    fn gamma_of_positive_ball(&self, prec: Bits) -> Ball {
        let low = Bits::new(64);
        let (a, b) = (self.lower(low), self.upper(low));
        // Γ is convex on (0, ∞), so its maximum over the ball is at an end. MPFR rounds correctly.
        let at = |x: &Float, round| Float::with_val_round(64, x.gamma_ref(), round).0;
        let (top_a, top_b) = (at(&a, Round::Up), at(&b, Round::Up));
        let top = if top_a > top_b { &top_a } else { &top_b };
        if self.is_narrow() {
            // |Γ'| = Γ |ψ| ≤ top · (slope bound of ln Γ).
            let slope = Magnitude::from_float(top).times(digamma_bound(&a, &b));
            return gamma_at(&Point::from_float(&self.mid), prec).widened(slope.times(self.rad));
        }
        // Γ decreases up to x₀ = 1.46163 21449 6…, where it is 0.88560 31944 10…, and increases
        // from there (DLMF 5.4(iii)).
        let bottom = if b < 1.461_632 {
            at(&b, Round::Down)
        } else if a > 1.461_633 {
            at(&a, Round::Down)
        } else {
            Float::with_val_round(64, 0.885_603_194, Round::Down).0
        };
        Ball::from_bounds(&bottom, top, prec)
    }

    /// ln Γ on a ball of positive numbers.
    fn lgamma_of_positive_ball(&self, prec: Bits) -> Ball {
        let low = Bits::new(64);
        let (a, b) = (self.lower(low), self.upper(low));
        if self.is_narrow() {
            return lgamma_at(&Point::from_float(&self.mid), prec)
                .widened(digamma_bound(&a, &b).times(self.rad));
        }
        let at = |x: &Float, round| Float::with_val_round(64, x.ln_gamma_ref(), round).0;
        let (top_a, top_b) = (at(&a, Round::Up), at(&b, Round::Up));
        let top = if top_a > top_b { &top_a } else { &top_b };
        let bottom = if b < 1.461_632 {
            at(&b, Round::Down)
        } else if a > 1.461_633 {
            at(&a, Round::Down)
        } else {
            // ln 0.88560 31944 10… = −0.12148 62905 35…
            Float::with_val_round(64, -0.121_486_291, Round::Down).0
        };
        Ball::from_bounds(&bottom, top, prec)
    }

    /// Whether the radius is below a 2^−10th of the midpoint, so that first-order bounds are good.
    pub(super) fn is_narrow(&self) -> bool {
        self.accuracy() > 10
    }

    /// sin πx over the ball: |sin πx − sin πm| ≤ π r < 3.15 r.
    pub(super) fn sin_pi_enclosure(&self, prec: Bits) -> Ball {
        let slope = Magnitude::from_f64(3.15);
        Point::from_float(&self.mid)
            .sin_pi(prec)
            .widened(slope.times(self.rad))
    }
}

/// |ψ(x)| ≤ max(|ln a|, |ln b|) + 1/a for 0 < a ≤ x ≤ b, from ln x − 1/x < ψ(x) < ln x
/// (DLMF 5.9.13 with 0 < 1/(1−e^{−t}) − 1/t < 1).
pub(super) fn digamma_bound(a: &Float, b: &Float) -> Magnitude {
    let ln = |x: &Float| {
        Magnitude::from_float(&Float::with_val_round(32, x.ln_ref(), Round::AwayZero).0)
    };
    ln(a).max(ln(b)).plus(Magnitude::ONE.over(a))
}

/// Bits by which the sum may need to exceed the working precision to keep the smaller operand.
fn sum_guard(a: &Ball, b: &Ball) -> u32 {
    let exp = |x: &Ball| x.mid.get_exp().map_or(0, |e| e.unsigned_abs());
    exp(a).max(exp(b)).min(4096)
}

/// f at a rational too large to compute with exactly.
pub(super) fn at_rational(q: &Rational, prec: Bits, f: impl Fn(&Ball, Bits) -> Ball) -> Ball {
    until_accurate(prec, |wp| f(&Ball::from_rational(q, wp.plus(16)), wp))
}

/// Γ at an exact point.
pub(super) fn gamma_at(x: &Point, prec: Bits) -> Ball {
    if !x.is_positive() {
        if x.is_integer() {
            return Ball::indeterminate();
        }
        // π / (sin πx Γ(1 − x)).
        let wp = prec.plus(16);
        let denominator = x.sin_pi(wp).mul(&gamma_at(&x.reflected(), wp), wp);
        return Ball::pi(wp).div(&denominator, prec);
    }
    if let Point::Rational(q) = x
        && let Some(value) = exact_gamma(q, prec)
    {
        return value;
    }
    if prec.get() < MPFR_BITS
        && let Point::Float(x) = x
    {
        return Ball::from_rounded(Float::with_val_round(
            prec.get(),
            x.gamma_ref(),
            Round::Nearest,
        ));
    }
    until_accurate(prec, |wp| {
        let (logarithm, product) = stirling(x, wp);
        logarithm.exp(wp).div(&product, wp)
    })
}

/// 1/Γ at an exact point.
fn recip_gamma_at(x: &Point, prec: Bits) -> Ball {
    if !x.is_positive() {
        if x.is_integer() {
            return Ball::zero();
        }
        let wp = prec.plus(16);
        let numerator = x.sin_pi(wp).mul(&gamma_at(&x.reflected(), wp), wp);
        return numerator.div(&Ball::pi(wp), prec);
    }
    gamma_at(x, prec.plus(8)).recip(prec)
}

/// ln |Γ| at an exact point.
fn lgamma_at(x: &Point, prec: Bits) -> Ball {
    if let Point::Rational(q) = x
        && (*q == 1 || *q == 2)
    {
        return Ball::zero();
    }
    if !x.is_positive() {
        if x.is_integer() {
            return Ball::indeterminate();
        }
        return until_accurate_near_zero(prec, x.bits(), |wp| {
            let sine = x.sin_pi(wp).abs();
            Ball::pi(wp)
                .div(&sine, wp)
                .ln(wp)
                .sub(&lgamma_at(&x.reflected(), wp), wp)
        });
    }
    until_accurate_near_zero(prec, x.bits(), |wp| {
        if let Point::Rational(q) = x
            && let Some(value) = exact_gamma(q, wp)
        {
            return value.ln(wp);
        }
        let (logarithm, product) = stirling(x, wp);
        if product.is_exact() && *product.mid() == 1 {
            logarithm
        } else {
            logarithm.sub(&product.ln(wp), wp)
        }
    })
}

/// Γ at positive integers and half-integers of moderate size: (n−1)!, and
/// Γ(n + 1/2) = (2n−1)!! √π / 2ⁿ (DLMF 5.4.1, 5.4.6 with 5.5.1).
fn exact_gamma(q: &Rational, prec: Bits) -> Option<Ball> {
    // Up to here the factorial costs less than the series.
    let moderate = 64 + prec.get();
    if *q.denom() == 1 {
        let n = q.numer().to_u32().filter(|n| *n <= moderate)?;
        let factorial = Integer::from(Integer::factorial(n - 1));
        return Some(Ball::from_integer(&factorial, prec));
    }
    if *q.denom() == 2 {
        // q = n + 1/2 = (2n + 1)/2.
        let odd = q.numer().to_u32().filter(|n| *n <= moderate)?;
        let n = (odd - 1) / 2;
        let factorial = Integer::from(Integer::factorial_2(if n == 0 { 1 } else { odd - 2 }));
        let wp = prec.plus(8);
        let root = Ball::pi(wp).sqrt(wp);
        let shift = i32::try_from(n).ok()?;
        return Some(root.mul_integer(&factorial, prec).mul_2exp(-shift));
    }
    None
}

/// (ln Γ(x + r), (x)_r) for an exact x > 0 and a shift r that suits the precision.
fn stirling(x: &Point, prec: Bits) -> (Ball, Ball) {
    let effort = match x {
        Point::Rational(_) => RATIONAL_EFFORT,
        _ => EFFORT,
    };
    let plan = plan(x.to_f64(), 0.0, effort, prec);
    // ln Γ(X) is about X ln X: that many bits stand before its binary point.
    let wp = prec.plus(2 * (64 - plan.shift.leading_zeros()) + 16);
    let argument = x.plus(plan.shift, wp);
    let series =
        bernoulli_sum(&argument, plan.terms, |k| (1, 2 * k * (2 * k - 1)), wp).div(&argument, wp);
    let half = Ball::one().mul_2exp(-1);
    let ln_two_pi = Ball::pi(wp).mul_2exp(1).ln(wp).mul_2exp(-1);
    let logarithm = argument
        .sub(&half, wp)
        .mul_add(&argument.ln(wp), &ln_two_pi, wp)
        .sub(&argument, wp)
        .add(&series, wp);
    (logarithm, rising(x, plan.shift, wp))
}

/// (x)_n at an exact point.
pub(super) fn rising(x: &Point, n: u64, prec: Bits) -> Ball {
    if n == 0 {
        return Ball::one();
    }
    if let Point::Rational(q) = x {
        let product = arithmetic_product(q.numer(), q.denom(), 0, n);
        let value = Ball::from_integer(&product, prec.plus(8));
        if *q.denom() == 1 {
            return value.rounded(prec);
        }
        let powers = u32::try_from(n).map(|n| Integer::from(rug::ops::Pow::pow(q.denom(), n)));
        return match powers {
            Ok(power) => value.div(&Ball::from_integer(&power, prec.plus(8)), prec),
            Err(_) => Ball::indeterminate(),
        };
    }
    // Pair x + k with x + n − 1 − k: the product is y + k(n − 1 − k) with y = x(x + n − 1). Two
    // pairs are y² + (c + d) y + cd, so four factors cost one full multiplication.
    let wp = prec.plus(24 + 64 - n.leading_zeros());
    let y = x.plus(0, wp).mul(&x.plus(n - 1, wp), wp);
    let y_square = y.square(wp);
    let half = n / 2;
    let mut product = if n % 2 == 1 {
        x.plus(half, wp)
    } else {
        Ball::one()
    };
    let mut k = 0;
    while k < half {
        let factor = if k + 1 < half {
            let [c, d] = [k, k + 1].map(|k| Integer::from(k) * (n - 1 - k));
            let linear = y.mul_integer(&Integer::from(&c + &d), wp);
            let constant = Ball::from_integer(&(c * d), wp);
            y_square.add(&linear, wp).add(&constant, wp)
        } else {
            y.add_rational(&Rational::from(Integer::from(k) * (n - 1 - k)), wp)
        };
        product = product.mul(&factor, wp);
        k += 2;
    }
    product.rounded(prec.plus(8))
}

/// Π_{from ≤ k < to} (p + kq), by halves so that the factors have like sizes.
fn arithmetic_product(p: &Integer, q: &Integer, from: u64, to: u64) -> Integer {
    if to - from <= 8 {
        let mut product = Integer::from(1);
        for k in from..to {
            product *= Integer::from(q * k) + p;
        }
        return product;
    }
    let middle = from + (to - from) / 2;
    arithmetic_product(p, q, from, middle) * arithmetic_product(p, q, middle, to)
}
