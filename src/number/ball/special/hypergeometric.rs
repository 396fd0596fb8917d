//! Gauss's hypergeometric function of real parameters and real argument.
//!
//! $$F(a,b;c;z) = \sum_{n\ge0} \frac{(a)_n (b)_n}{(c)_n\, n!} z^n \quad (|z|<1)$$ (DLMF 15.2.1),
//! continued to z < 1; at z = 1 where c − a − b > 0.
//!
//! | z | way | DLMF |
//! |---|---|---|
//! | a or b = 0, −1, −2, … | polynomial, exact for exact operands, at every z | 15.2.4 |
//! | (−1/2, z₁) | the series | 15.2.1 |
//! | ≤ −1/2 | Pfaff: $(1-z)^{-a} F(a, c-b; c; z/(z-1))$ | 15.8.1 |
//! | (z₁, 1), c − a − b no integer | two series in 1 − z | 15.8.4 |
//! | (z₁, 1), c − a − b = m = 0, 1, 2, … | finite sum and logarithmic series in 1 − z | 15.8.10 |
//! | (z₁, 1), c − a − b a negative integer | Euler: $(1-z)^{c-a-b} F(c-a,c-b;c;z)$ | 15.8.1 |
//! | 1 | $\Gamma(c)\Gamma(c-a-b) / (\Gamma(c-a)\Gamma(c-b))$ | 15.4.20 |
//!
//! Whether c − a − b is an integer is decided exactly for rational parameters. For parameters known
//! as balls it cannot be, and next to an integer the direct series is used instead; next to an
//! integer but not on it the two series cancel, and the precision is raised to make up for it.

use rug::{Float, Integer, Rational};

use super::hypergeometric_series::Gauss;
use super::hypergeometric_splitting;
use super::support::Point;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::ball::Ball;
use crate::number::precision::Bits;

/// Above this z the series in 1 − z and their gammas are cheaper than the series in z; the second
/// for parameters whose gammas are factorials.
const NEAR_ONE: f64 = 0.85;
const NEAR_ONE_HALF_INTEGERS: f64 = 0.7;
/// Below this z Pfaff's transformation brings the argument to [1/3, 1).
const NEGATIVE: f64 = -0.5;

/// A parameter: exactly known, or a ball.
///
/// Exact parameters make integer cases decidable and are much faster if their height is small.
#[derive(Debug, Clone)]
pub enum Parameter {
    /// An exact rational.
    Rational(Rational),
    /// A real known within its ball.
    Ball(Ball),
}

impl From<Rational> for Parameter {
    fn from(q: Rational) -> Self {
        Parameter::Rational(q)
    }
}

impl From<i64> for Parameter {
    fn from(n: i64) -> Self {
        Parameter::Rational(Rational::from(n))
    }
}

/// An exact ball of small height becomes a rational.
impl From<Ball> for Parameter {
    fn from(x: Ball) -> Self {
        match Point::from_float(&x.mid) {
            Point::Rational(q) if x.is_exact() => Parameter::Rational(q),
            _ => Parameter::Ball(x),
        }
    }
}

impl Parameter {
    /// The value as a ball of the given precision.
    pub fn to_ball(&self, prec: Bits) -> Ball {
        match self {
            Parameter::Rational(q) => Ball::from_rational(q, prec),
            Parameter::Ball(x) => x.clone(),
        }
    }

    /// The number of bits to which the parameter is known.
    fn accuracy(&self) -> i64 {
        match self {
            Parameter::Rational(_) => i64::MAX,
            Parameter::Ball(x) => x.accuracy(),
        }
    }

    /// x − y, exactly for rationals.
    pub(super) fn minus(&self, other: &Parameter, prec: Bits) -> Parameter {
        match (self, other) {
            (Parameter::Rational(x), Parameter::Rational(y)) => {
                Parameter::Rational(Rational::from(x - y))
            }
            (x, y) => Parameter::Ball(x.to_ball(prec).sub(&y.to_ball(prec), prec)),
        }
    }

    /// x + n.
    fn plus_integer(&self, n: &Integer, prec: Bits) -> Parameter {
        match self {
            Parameter::Rational(x) => Parameter::Rational(Rational::from(x + n)),
            Parameter::Ball(x) => Parameter::Ball(x.add_rational(&Rational::from(n), prec)),
        }
    }

    /// The exact integer, if it is one.
    fn integer(&self) -> Option<&Integer> {
        match self {
            Parameter::Rational(q) if *q.denom() == 1 => Some(q.numer()),
            _ => None,
        }
    }

    /// Whether twice this is exactly an integer.
    fn is_half_integer(&self) -> bool {
        matches!(self, Parameter::Rational(q) if *q.denom() <= 2)
    }

    /// n if this is exactly −n, n ≥ 0.
    fn terminating_degree(&self) -> Option<u64> {
        self.integer()
            .filter(|n| **n <= 0)
            .and_then(|n| Integer::from(-n).to_u64())
    }

    /// Whether some integer may be the value.
    fn may_be_integer(&self) -> bool {
        match self {
            Parameter::Rational(q) => q.is_integer(),
            Parameter::Ball(x) => {
                let wide = Bits::new(x.mid.prec()).plus(32);
                x.lower(wide).ceil() <= x.upper(wide)
            }
        }
    }

    /// Whether 0, −1, −2, … may be the value.
    fn may_be_pole(&self) -> bool {
        match self {
            Parameter::Rational(q) => q.is_integer() && *q <= 0,
            Parameter::Ball(x) => !x.is_positive() && self.may_be_integer(),
        }
    }

    fn gamma(&self, prec: Bits) -> Ball {
        match self {
            Parameter::Rational(q) => Ball::gamma_rational(q, prec),
            Parameter::Ball(x) => x.gamma(prec),
        }
    }

    fn recip_gamma(&self, prec: Bits) -> Ball {
        match self {
            Parameter::Rational(q) => Ball::recip_gamma_rational(q, prec),
            Parameter::Ball(x) => x.recip_gamma(prec),
        }
    }

    fn digamma(&self, prec: Bits) -> Ball {
        match self {
            Parameter::Rational(q) => Ball::digamma_rational(q, prec),
            Parameter::Ball(x) => x.digamma(prec),
        }
    }

    /// w raised to this, for w > 0.
    fn power_of(&self, w: &Ball, prec: Bits) -> Ball {
        match self {
            Parameter::Rational(q) => w.pow_rational(q, prec),
            Parameter::Ball(x) => w.pow(x, prec),
        }
    }
}

/// Gauss's $F(a,b;c;z)$ for real z < 1, and at z = 1 if c − a − b > 0; polynomials at every z.
///
/// The ball contains the value for all numbers of the operands. No information if c is, or may be,
/// one of 0, −1, −2, …, or if z may be at or beyond 1 outside the cases above. For exact z and
/// rational parameters the precision is raised within until the result has `prec` bits.
///
/// # Errors
/// A limit error when the deadline passes.
pub fn hyp2f1(
    a: &Parameter,
    b: &Parameter,
    c: &Parameter,
    z: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if c.may_be_pole() || !z.is_finite() {
        return Ok(Ball::indeterminate());
    }
    // What the radii of the operands cost cannot be bought back, so less is hoped for then; a second
    // evaluation that gains nothing ends the attempt.
    let known = [a, b, c]
        .map(Parameter::accuracy)
        .into_iter()
        .fold(z.accuracy(), i64::min);
    let target = (i64::from(prec.get()) + 2).min(known.saturating_sub(16));
    let mut wp = prec.plus(32);
    let cap = prec.doubled().doubled().doubled().plus(4096);
    let mut last = Ball::indeterminate();
    loop {
        let value = Function { a, b, c, limits }.at(z, wp)?;
        let missing = target.saturating_sub(value.accuracy());
        let gained = value.accuracy().saturating_sub(last.accuracy());
        if missing <= 0 || wp >= cap || !value.is_finite() || gained < 8 {
            return Ok(value.rounded(prec.plus(8)));
        }
        let more = u32::try_from(missing).unwrap_or(wp.get()).min(wp.get());
        wp = wp.plus(more.saturating_add(24));
        last = value;
    }
}

/// F(a, b; c; ·) at one working precision.
struct Function<'a> {
    a: &'a Parameter,
    b: &'a Parameter,
    c: &'a Parameter,
    limits: &'a Limits,
}

impl<'a> Function<'a> {
    fn with(&self, a: &'a Parameter, b: &'a Parameter, c: &'a Parameter) -> Self {
        Function {
            a,
            b,
            c,
            limits: self.limits,
        }
    }

    fn series<'b>(&'b self, z: &'b Ball) -> Gauss<'b> {
        Gauss {
            a: self.a,
            b: self.b,
            c: self.c,
            z,
        }
    }

    fn at(&self, z: &Ball, prec: Bits) -> Result<Ball> {
        if z.is_zero() {
            return Ok(Ball::one());
        }
        if let Some(value) = self.polynomial(z, prec)? {
            return Ok(value);
        }
        // 1 − z without rounding where that is affordable: near z = 1 it is small.
        let w = Ball::one().sub(z, exact_precision(z, prec));
        if w.is_zero() {
            return Ok(self.at_one(prec));
        }
        if !w.is_positive() {
            return Ok(Ball::indeterminate());
        }
        let place = z.mid.to_f64();
        if place < NEGATIVE {
            let (pfaff, complement) = (z.neg().div(&w, prec.plus(32)), w.recip(prec.plus(32)));
            // Of the two forms, (1 − z)^{−a} F(a, c − b; c) and the one with a and b exchanged.
            let exchanged = self.c.minus(self.a, prec).terminating_degree().is_some();
            let (kept, other) = if exchanged {
                (self.b, self.a)
            } else {
                (self.a, self.b)
            };
            let partner = self.c.minus(other, prec.plus(32));
            let factor = kept.power_of(&complement, prec.plus(32));
            let value = self
                .with(kept, &partner, self.c)
                .below_one(&pfaff, &complement, prec)?;
            return Ok(factor.mul(&value, prec));
        }
        self.below_one(z, &w, prec)
    }

    /// The terminating case.
    fn polynomial(&self, z: &Ball, prec: Bits) -> Result<Option<Ball>> {
        let degrees = [self.a, self.b].map(Parameter::terminating_degree);
        let Some(n) = degrees.into_iter().flatten().min() else {
            return Ok(None);
        };
        let series = self.series(z);
        if let Some(value) = hypergeometric_splitting::polynomial(&series, n, self.limits)? {
            return Ok(Some(Ball::from_rational(&value, prec)));
        }
        series.sum(prec, self.limits).map(Some)
    }

    /// z in [−1/2, 1), w = 1 − z.
    fn below_one(&self, z: &Ball, w: &Ball, prec: Bits) -> Result<Ball> {
        if let Some(value) = self.polynomial(z, prec)? {
            return Ok(value);
        }
        let far =
            |p: &Parameter| p.to_ball(Bits::new(64)).mid.to_f64().abs() > f64::from(prec.get());
        let all = [self.a, self.b, self.c];
        let near = if all.into_iter().all(Parameter::is_half_integer) {
            NEAR_ONE_HALF_INTEGERS
        } else {
            NEAR_ONE
        };
        if z.mid.to_f64() <= near || all.into_iter().any(far) {
            return self.series(z).sum(prec, self.limits);
        }
        let wide = prec.plus(32);
        let c_a = self.c.minus(self.a, wide);
        let c_b = self.c.minus(self.b, wide);
        let s = c_a.minus(self.b, wide);
        match s.integer() {
            Some(m) if *m >= 0 => self.logarithmic(m, w, prec),
            Some(_) => {
                let factor = s.power_of(w, wide);
                let value = self.with(&c_a, &c_b, self.c).below_one(z, w, prec)?;
                Ok(factor.mul(&value, prec))
            }
            None if s.may_be_integer() => self.series(z).sum(prec, self.limits),
            None => self.two_series(&c_a, &c_b, &s, w, prec),
        }
    }

    /// Γ(c) Γ(s) / (Γ(c−a) Γ(c−b)) F(a, b; 1−s; w) + w^s Γ(c) Γ(−s) / (Γ(a) Γ(b)) F(c−a, c−b; 1+s; w).
    fn two_series(
        &self,
        c_a: &Parameter,
        c_b: &Parameter,
        s: &Parameter,
        w: &Ball,
        prec: Bits,
    ) -> Result<Ball> {
        let wp = prec.plus(16);
        let zero = Parameter::from(0);
        let minus_s = zero.minus(s, wp.plus(32));
        let one = Integer::from(1);
        let [lower, upper] = [&minus_s, s].map(|p| p.plus_integer(&one, wp.plus(32)));
        let first = s
            .gamma(wp)
            .mul(&c_a.recip_gamma(wp), wp)
            .mul(&c_b.recip_gamma(wp), wp)
            .mul(
                &self
                    .with(self.a, self.b, &lower)
                    .series(w)
                    .sum(wp, self.limits)?,
                wp,
            );
        let second = s
            .power_of(w, wp)
            .mul(&minus_s.gamma(wp), wp)
            .mul(&self.a.recip_gamma(wp), wp)
            .mul(&self.b.recip_gamma(wp), wp)
            .mul(
                &self.with(c_a, c_b, &upper).series(w).sum(wp, self.limits)?,
                wp,
            );
        Ok(self.c.gamma(wp).mul(&first.add(&second, wp), prec))
    }

    /// c = a + b + m, m ≥ 0:
    /// F / Γ(c) = 1/(Γ(a+m) Γ(b+m)) Σ_{k<m} (a)_k (b)_k (m−k−1)!/k! (−w)^k
    ///   − (−w)^m / (Γ(a) Γ(b)) Σ_k (a+m)_k (b+m)_k / (k! (k+m)!) w^k
    ///     (ln w − ψ(k+1) − ψ(k+m+1) + ψ(a+m+k) + ψ(b+m+k)).
    fn logarithmic(&self, m: &Integer, w: &Ball, prec: Bits) -> Result<Ball> {
        let wp = prec.plus(32);
        let [a_m, b_m] = [self.a, self.b].map(|p| p.plus_integer(m, wp));
        let order = Parameter::Rational(Rational::from(m)).plus_integer(&Integer::from(1), wp);
        let m = m.to_u32().unwrap_or(u32::MAX);
        // The logarithmic series; h_0 = ψ(a+m) + ψ(b+m) + γ − ψ(m+1).
        let sums = self
            .with(&a_m, &b_m, &order)
            .series(w)
            .weighted_sum(wp, self.limits)?;
        let start = w
            .ln(wp)
            .add(&a_m.digamma(wp), wp)
            .add(&b_m.digamma(wp), wp)
            .add(&Ball::euler_gamma(wp), wp)
            .sub(&order.digamma(wp), wp);
        let minus_w = w.neg();
        let logarithmic = start
            .mul(&sums.plain, wp)
            .add(&sums.weighted, wp)
            .mul(&minus_w.pow_u64(u64::from(m), wp), wp)
            .mul(&self.a.recip_gamma(wp), wp)
            .mul(&self.b.recip_gamma(wp), wp)
            .mul(&order.recip_gamma(wp), wp);
        if m == 0 {
            return Ok(self.c.gamma(wp).mul(&logarithmic.neg(), prec));
        }
        let mut term = Ball::one().mul(&Parameter::from(i64::from(m)).gamma(wp), wp);
        let mut finite = Ball::zero();
        let [a, b] = [self.a, self.b].map(|p| p.to_ball(wp.plus(32)));
        for k in 0..i64::from(m) {
            if k % 256 == 0 {
                self.limits.check_deadline()?;
            }
            finite = finite.add(&term, wp);
            if k + 1 < i64::from(m) {
                term = term
                    .mul(&a.add_i64(k, wp).mul(&b.add_i64(k, wp), wp), wp)
                    .mul(&minus_w, wp)
                    .div_i64((k + 1) * (i64::from(m) - k - 1), wp);
            }
        }
        let finite = finite
            .mul(&a_m.recip_gamma(wp), wp)
            .mul(&b_m.recip_gamma(wp), wp);
        Ok(self.c.gamma(wp).mul(&finite.sub(&logarithmic, wp), prec))
    }

    /// Gauss's theorem for c − a − b > 0; no information otherwise.
    fn at_one(&self, prec: Bits) -> Ball {
        let wp = prec.plus(32);
        let c_a = self.c.minus(self.a, wp);
        let c_b = self.c.minus(self.b, wp);
        let s = c_a.minus(self.b, wp);
        if !s.to_ball(wp).is_positive() {
            return Ball::indeterminate();
        }
        self.c
            .gamma(wp)
            .mul(&s.gamma(wp), wp)
            .mul(&c_a.recip_gamma(wp), wp)
            .mul(&c_b.recip_gamma(wp), prec)
    }
}

/// A precision that holds 1 − z exactly, unless that is far more than asked for.
fn exact_precision(z: &Ball, prec: Bits) -> Bits {
    let below_one = z.mid.get_exp().map_or(0, |e| e.unsigned_abs());
    let exact = z.mid.prec().saturating_add(below_one).saturating_add(2);
    Bits::new(
        exact
            .min(prec.plus(64).get().saturating_mul(4))
            .max(prec.plus(32).get()),
    )
}

/// F(a, b; c; z) from the series alone, |z| < 1: the second route in tests.
///
/// # Errors
/// A limit error when the deadline passes.
pub fn hyp2f1_series(
    a: &Parameter,
    b: &Parameter,
    c: &Parameter,
    z: &Float,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let z = Ball::exact(z.clone());
    if c.may_be_pole() {
        return Ok(Ball::indeterminate());
    }
    Gauss { a, b, c, z: &z }.sum_in_balls(prec, limits)
}
