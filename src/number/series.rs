//! Truncated power series over any commutative ring.
//!
//! A [`Series`] of length $n$ stands for $c_0 + c_1 x + … + c_{n-1} x^{n-1} + O(x^n)$: every
//! operation returns exactly the coefficients that its arguments determine, computed in the ring
//! without any other error, so that over the rationals they are exact and over balls enclosed.
//!
//! The transcendental functions need one transcendental number, the function at the constant
//! term. It is an argument (`exp_with(exp_c0)`), so that the caller says what it is: 1 for a
//! rational series without constant term, a ball, a symbolic constant. The other coefficients
//! follow by the ring operations and division by integers from the first-order differential
//! equation of each function (as in R. P. Brent and H. T. Kung, J. ACM 25 (1978) 581–595), at
//! $O(n^2)$ ring operations.

use std::fmt::{self, Display};

use super::polynomial::Polynomial;
use super::ring::{RationalAlgebra, Ring};

/// A power series known up to and excluding $x^n$, $n$ its length.
///
/// Invariant: $n ≥ 1$, so that the ring of the coefficients is always at hand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Series<R> {
    coefficients: Vec<R>,
}

impl<R> Series<R> {
    /// The coefficients $c_0, …, c_{n-1}$.
    pub fn coefficients(&self) -> &[R] {
        &self.coefficients
    }

    /// The coefficients $c_0, …, c_{n-1}$, by value.
    pub fn into_coefficients(self) -> Vec<R> {
        self.coefficients
    }

    /// The number $n ≥ 1$ of known coefficients; the error is $O(x^n)$.
    pub fn order(&self) -> usize {
        self.coefficients.len()
    }

    /// The constant term.
    pub fn constant_term(&self) -> &R {
        &self.coefficients[0]
    }
}

impl<R: Ring> Series<R> {
    /// The series with these coefficients and the error $O(x^n)$, $n$ their number.
    ///
    /// # Panics
    /// If there is no coefficient.
    pub fn new(coefficients: Vec<R>) -> Self {
        assert!(
            !coefficients.is_empty(),
            "a series has at least its constant term"
        );
        Series { coefficients }
    }

    /// The constant series `value + O(x^order)`; an order of 0 is read as 1.
    pub fn constant(value: R, order: usize) -> Self {
        let mut coefficients = vec![value.zero_like(); order.max(1)];
        coefficients[0] = value;
        Series { coefficients }
    }

    /// The series $a + x + O(x^n)$ of the variable around the point $a$.
    pub fn variable(point: R, order: usize) -> Self {
        let one = point.one_like();
        let mut series = Self::constant(point, order);
        if let Some(linear) = series.coefficients.get_mut(1) {
            *linear = one;
        }
        series
    }

    /// A polynomial as a series; `example` gives the ring where the polynomial is zero.
    pub fn from_polynomial(polynomial: &Polynomial<R>, example: &R, order: usize) -> Self {
        let mut series = Self::constant(example.zero_like(), order);
        for (entry, coefficient) in series
            .coefficients
            .iter_mut()
            .zip(polynomial.coefficients())
        {
            *entry = coefficient.clone();
        }
        series
    }

    /// The same series with the error raised to $O(x^{order})$; never lowered.
    #[must_use]
    pub fn truncate(mut self, order: usize) -> Self {
        self.coefficients.truncate(order.max(1));
        self
    }

    fn map(&self, map: impl FnMut(&R) -> R) -> Self {
        Series {
            coefficients: self.coefficients.iter().map(map).collect(),
        }
    }

    fn zip(&self, other: &Self, map: impl Fn(&R, &R) -> R) -> Self {
        Series {
            coefficients: self
                .coefficients
                .iter()
                .zip(&other.coefficients)
                .map(|(left, right)| map(left, right))
                .collect(),
        }
    }

    /// `self + other`, to the smaller order.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        self.zip(other, R::add)
    }

    /// `self − other`, to the smaller order.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.zip(other, R::sub)
    }

    /// `−self`.
    #[must_use]
    pub fn neg(&self) -> Self {
        self.map(R::neg)
    }

    /// `factor · self`.
    #[must_use]
    pub fn scale(&self, factor: &R) -> Self {
        self.map(|c| c.mul(factor))
    }

    /// `self · other`, to the smaller order.
    #[must_use]
    pub fn mul(&self, other: &Self) -> Self {
        let order = self.order().min(other.order());
        let zero = self.constant_term().zero_like();
        let mut product = vec![zero; order];
        for (i, left) in self.coefficients[..order].iter().enumerate() {
            if left.is_zero() {
                continue;
            }
            for (entry, right) in product[i..].iter_mut().zip(&other.coefficients) {
                *entry = entry.add_mul(left, right);
            }
        }
        Series {
            coefficients: product,
        }
    }

    /// `self^exponent` by repeated squaring.
    #[must_use]
    pub fn pow(&self, mut exponent: u32) -> Self {
        let mut result = Self::constant(self.constant_term().one_like(), self.order());
        let mut square = self.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = result.mul(&square);
            }
            exponent >>= 1;
            if exponent > 0 {
                square = square.mul(&square);
            }
        }
        result
    }

    /// `1 / self`; `None` unless the constant term is certainly a unit of the ring.
    pub fn inverse(&self) -> Option<Self> {
        Self::constant(self.constant_term().one_like(), self.order()).div(self)
    }

    /// `self / divisor`, to the smaller order; `None` unless the constant term of the divisor is
    /// certainly a unit of the ring.
    pub fn div(&self, divisor: &Self) -> Option<Self> {
        let inverse = divisor.constant_term().inverse()?;
        let order = self.order().min(divisor.order());
        let mut quotient: Vec<R> = Vec::with_capacity(order);
        for k in 0..order {
            let known = convolve(&quotient, &divisor.coefficients, k, inverse.zero_like());
            quotient.push(self.coefficients[k].sub(&known).mul(&inverse));
        }
        Some(Series {
            coefficients: quotient,
        })
    }

    /// The derivative, one order less (but at least order 1: the derivative of a series of order
    /// 1 is not determined, and `None`).
    pub fn derivative(&self) -> Option<Self> {
        if self.order() == 1 {
            return None;
        }
        Some(Series {
            coefficients: self
                .coefficients
                .iter()
                .enumerate()
                .skip(1)
                .map(|(k, c)| c.mul_small(k as i64))
                .collect(),
        })
    }

    /// The composition `self(inner(x))`, to the smaller order; `None` unless the constant term of
    /// `inner` is certainly zero. Horner's rule, $O(n)$ products.
    pub fn compose(&self, inner: &Self) -> Option<Self> {
        if !inner.constant_term().is_zero() {
            return None;
        }
        let order = self.order().min(inner.order());
        let mut coefficients = self.coefficients[..order].iter().rev();
        let leading = coefficients.next()?;
        // The term c_k inner^k starts at x^k, so after the step for c_k only order − k
        // coefficients of the partial sum matter.
        let start = Self::constant(leading.clone(), 1);
        Some(coefficients.fold(start, |value, coefficient| {
            let length = value.order() + 1;
            let zero = coefficient.zero_like();
            // value · inner is known one order further, since inner has no constant term.
            let mut product = vec![zero; length];
            for (i, left) in value.coefficients.iter().enumerate() {
                if left.is_zero() {
                    continue;
                }
                let (from, to) = (i + 1, length - i);
                for (entry, right) in product[from..].iter_mut().zip(&inner.coefficients[1..to]) {
                    *entry = entry.add_mul(left, right);
                }
            }
            product[0] = product[0].add(coefficient);
            Series {
                coefficients: product,
            }
        }))
    }

    /// `self(factor · x)`.
    #[must_use]
    pub fn scale_variable(&self, factor: &R) -> Self {
        let mut power = factor.one_like();
        self.map(|c| {
            let scaled = c.mul(&power);
            power = power.mul(factor);
            scaled
        })
    }

    /// `x^power · self`, which is known to that many orders more.
    #[must_use]
    pub fn shift(&self, power: usize) -> Self {
        let mut coefficients = vec![self.constant_term().zero_like(); power];
        coefficients.extend_from_slice(&self.coefficients);
        Series { coefficients }
    }
}

/// The sum of `left[j] · right[k−j]` over $0 ≤ j < k$ as far as both exist, from `zero`.
fn convolve<R: Ring>(left: &[R], right: &[R], k: usize, zero: R) -> R {
    left.iter().take(k).enumerate().fold(zero, |sum, (j, l)| {
        match right.get(k - j).filter(|r| !r.is_zero()) {
            Some(r) if !l.is_zero() => sum.add_mul(l, r),
            _ => sum,
        }
    })
}

impl<R: RationalAlgebra> Series<R> {
    /// The integral with the given constant term, one order more.
    #[must_use]
    pub fn integral(&self, constant: R) -> Self {
        let mut coefficients = Vec::with_capacity(self.order() + 1);
        coefficients.push(constant);
        for (k, c) in self.coefficients.iter().enumerate() {
            coefficients.push(c.div_small(k as u64 + 1));
        }
        Series { coefficients }
    }

    /// The series $y$ with $y' = \text{rate} · f'$ and the given constant term, where `rate` may be
    /// known one order less than $f$ = `self`. To the order of `self`.
    fn integrate_along(&self, rate: &Self, constant: R) -> Self {
        match self.derivative() {
            None => Self::constant(constant, 1),
            Some(derivative) => derivative.mul(rate).integral(constant),
        }
    }

    /// $\exp f$, given `exp_c0` = $\exp f(0)$; from $y' = f' y$.
    #[must_use]
    pub fn exp_with(&self, exp_c0: R) -> Self {
        let weighted: Vec<R> = self.weighted();
        let mut y = vec![exp_c0];
        for k in 1..self.order() {
            let sum = convolve(&y, &weighted, k, y[0].zero_like());
            y.push(sum.div_small(k as u64));
        }
        Series { coefficients: y }
    }

    /// The coefficients $k f_k$ of $x f'$.
    fn weighted(&self) -> Vec<R> {
        self.coefficients
            .iter()
            .enumerate()
            .map(|(k, c)| c.mul_small(k as i64))
            .collect()
    }

    /// $\ln f$, given `ln_c0` = $\ln f(0)$; from $y' = f'/f$. `None` unless the constant term of
    /// `self` is certainly a unit.
    pub fn ln_with(&self, ln_c0: R) -> Option<Self> {
        let inverse = self.inverse()?;
        Some(self.integrate_along(&inverse, ln_c0))
    }

    /// $f^α$ for a real exponent from the ring, given `power_c0` = $f(0)^α$; from
    /// $f y' = α f' y$. `None` unless the constant term of `self` is certainly a unit.
    pub fn power_with(&self, exponent: &R, power_c0: R) -> Option<Self> {
        let inverse = self.constant_term().inverse()?;
        // k f_0 y_k = Σ_{j<k} (α (k−j) − j) f_{k−j} y_j.
        let mut y = vec![power_c0];
        for k in 1..self.order() {
            let mut sum = inverse.zero_like();
            for (j, entry) in y.iter().enumerate() {
                let f = &self.coefficients[k - j];
                if f.is_zero() {
                    continue;
                }
                let weight = exponent
                    .mul_small((k - j) as i64)
                    .sub(&inverse.integer_like(j as i64));
                sum = sum.add_mul(&weight.mul(f), entry);
            }
            y.push(sum.mul(&inverse).div_small(k as u64));
        }
        Some(Series { coefficients: y })
    }

    /// $\sqrt f$, given `sqrt_c0` = $\sqrt{f(0)}$. `None` unless the constant term of `self` is
    /// certainly a unit.
    pub fn sqrt_with(&self, sqrt_c0: R) -> Option<Self> {
        let half = self.constant_term().one_like().div_small(2);
        self.power_with(&half, sqrt_c0)
    }

    /// $(\sin f, \cos f)$, given `sin_c0` = $\sin f(0)$ and `cos_c0` = $\cos f(0)$; from
    /// $\sin' = f' \cos$ and $\cos' = -f' \sin$.
    #[must_use]
    pub fn sin_cos_with(&self, sin_c0: R, cos_c0: R) -> (Self, Self) {
        let weighted = self.weighted();
        let (mut sin, mut cos) = (vec![sin_c0], vec![cos_c0]);
        for k in 1..self.order() {
            let from_cos = convolve(&cos, &weighted, k, cos[0].zero_like());
            let from_sin = convolve(&sin, &weighted, k, sin[0].zero_like());
            sin.push(from_cos.div_small(k as u64));
            cos.push(from_sin.div_small(k as u64).neg());
        }
        (Series { coefficients: sin }, Series { coefficients: cos })
    }

    /// $\operatorname{atan} f$, given `atan_c0` = $\operatorname{atan} f(0)$; from
    /// $y' = f'/(1+f^2)$. `None` unless $1 + f(0)^2$ is certainly a unit.
    pub fn atan_with(&self, atan_c0: R) -> Option<Self> {
        let one = Self::constant(self.constant_term().one_like(), self.order());
        let rate = one.add(&self.mul(self)).inverse()?;
        Some(self.integrate_along(&rate, atan_c0))
    }

    /// $\arcsin f$, given `asin_c0` = $\arcsin f(0)$ and `cos_c0` = $\sqrt{1-f(0)^2}$; from
    /// $y' = f'/\sqrt{1-f^2}$. `None` unless $1 - f(0)^2$ is certainly a unit.
    pub fn asin_with(&self, asin_c0: R, cos_c0: R) -> Option<Self> {
        let one = Self::constant(self.constant_term().one_like(), self.order());
        let exponent = asin_c0.one_like().neg().div_small(2);
        let rate = one
            .sub(&self.mul(self))
            .power_with(&exponent, cos_c0.inverse()?)?;
        Some(self.integrate_along(&rate, asin_c0))
    }

    /// The compositional inverse $g$ with $f(g(x)) = x$; `None` unless the constant term of `self`
    /// is certainly zero and the linear coefficient certainly a unit.
    ///
    /// Lagrange inversion: $n [x^n] g = [w^{n-1}] (w/f(w))^n$.
    pub fn reversion(&self) -> Option<Self> {
        if !self.constant_term().is_zero() {
            return None;
        }
        let zero = self.constant_term().zero_like();
        if self.order() == 1 {
            return Some(Self::constant(zero, 1));
        }
        let ratio = Series {
            coefficients: self.coefficients[1..].to_vec(),
        }
        .inverse()?;
        let mut coefficients = vec![zero];
        let mut power = ratio.clone();
        for n in 1..self.order() {
            coefficients.push(power.coefficients[n - 1].div_small(n as u64));
            if n + 1 < self.order() {
                power = power.mul(&ratio);
            }
        }
        Some(Series { coefficients })
    }
}

impl<R: Ring + Display> Display for Series<R> {
    /// `c0 + c1*x + … + O(x^n)` in increasing powers, without the terms that are certainly zero.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (power, c) in self.coefficients.iter().enumerate() {
            match power {
                _ if c.is_zero() => {}
                0 => write!(f, "({c}) + ")?,
                1 => write!(f, "({c})*x + ")?,
                _ => write!(f, "({c})*x^{power} + ")?,
            }
        }
        write!(f, "O(x^{})", self.order())
    }
}

#[cfg(test)]
mod tests {
    use rug::{Integer, Rational};

    use super::*;

    fn series(coefficients: &[(i64, i64)]) -> Series<Rational> {
        Series::new(coefficients.iter().map(|&c| Rational::from(c)).collect())
    }

    fn x(order: usize) -> Series<Rational> {
        Series::variable(Rational::new(), order)
    }

    fn one(order: usize) -> Series<Rational> {
        Series::constant(Rational::from(1), order)
    }

    /// A series without symmetry, without constant term.
    fn crooked(order: usize) -> Series<Rational> {
        Series::new(
            (0..order as i64)
                .map(|k| Rational::from((k * (7 - 3 * k), 2 * k * k + 1)))
                .collect(),
        )
    }

    const ORDER: usize = 24;

    #[test]
    fn elementary_functions_have_their_known_coefficients() {
        let factorial = |k: usize| Integer::from(Integer::factorial(k as u32));
        let exp = x(ORDER).exp_with(Rational::from(1));
        let (sin, cos) = x(ORDER).sin_cos_with(Rational::new(), Rational::from(1));
        let ln = one(ORDER).add(&x(ORDER)).ln_with(Rational::new()).unwrap();
        let atan = x(ORDER).atan_with(Rational::new()).unwrap();
        let asin = x(ORDER)
            .asin_with(Rational::new(), Rational::from(1))
            .unwrap();
        for k in 0..ORDER {
            let sign = if k / 2 % 2 == 0 { 1 } else { -1 };
            let over_factorial = Rational::from((Integer::from(1), factorial(k)));
            assert_eq!(exp.coefficients()[k], over_factorial);
            let signed = over_factorial * sign;
            let (odd, even) = (Rational::from((k % 2) as u32), Rational::from((k + 1) % 2));
            assert_eq!(sin.coefficients()[k], odd.clone() * &signed);
            assert_eq!(cos.coefficients()[k], even * &signed);
            let over_k = Rational::from((1, k.max(1) as u64));
            let alternating = if k % 2 == 1 { 1 } else { -1 };
            let expected = if k == 0 {
                Rational::new()
            } else {
                over_k.clone() * alternating
            };
            assert_eq!(ln.coefficients()[k], expected);
            assert_eq!(atan.coefficients()[k], odd.clone() * sign * &over_k);
            // arcsin: (k−2)!!/((k−1)!! k) for k odd.
            let ratio = if k % 2 == 1 {
                Rational::from((
                    crate::number::combinatorial::double_factorial(k as i64 - 2),
                    crate::number::combinatorial::double_factorial(k as i64 - 1),
                )) * over_k
            } else {
                Rational::new()
            };
            assert_eq!(asin.coefficients()[k], ratio);
        }
    }

    #[test]
    fn inverse_functions_round_trip() {
        let f = crooked(ORDER);
        let exp = f.exp_with(Rational::from(1));
        assert_eq!(exp.ln_with(Rational::new()).unwrap(), f);
        let (sin, cos) = f.sin_cos_with(Rational::new(), Rational::from(1));
        assert_eq!(sin.mul(&sin).add(&cos.mul(&cos)), one(ORDER));
        let asin = sin.asin_with(Rational::new(), Rational::from(1)).unwrap();
        assert_eq!(asin, f);
        let tan = sin.div(&cos).unwrap();
        assert_eq!(tan.atan_with(Rational::new()).unwrap(), f);
        let g = one(ORDER).add(&f);
        assert_eq!(g.mul(&g.inverse().unwrap()), one(ORDER));
        let root = g.mul(&g).sqrt_with(Rational::from(1)).unwrap();
        assert_eq!(root, g);
        let cubed = g.pow(3);
        let third = Rational::from((1, 3));
        assert_eq!(cubed.power_with(&third, Rational::from(1)).unwrap(), g);
        let inverse = g
            .power_with(&Rational::from(-1), Rational::from(1))
            .unwrap();
        assert_eq!(inverse, g.inverse().unwrap());
    }

    #[test]
    fn composition_and_reversion() {
        let f = crooked(ORDER);
        let inverse = f.reversion().unwrap();
        assert_eq!(f.compose(&inverse).unwrap(), x(ORDER));
        assert_eq!(inverse.compose(&f).unwrap(), x(ORDER));
        // exp by composition with the exponential series.
        let exponential = x(ORDER).exp_with(Rational::from(1));
        let composed = exponential.compose(&f).unwrap();
        assert_eq!(composed, f.exp_with(Rational::from(1)));
        assert_eq!(one(4).compose(&one(4)), None);
        assert_eq!(one(4).reversion(), None);
        assert_eq!(f.compose(&x(5)).unwrap(), f.clone().truncate(5));
        // The reversion of x exp(−x) is the tree function Σ n^(n−1) x^n/n!.
        let tree = x(12)
            .mul(&x(12).neg().exp_with(Rational::from(1)))
            .reversion()
            .unwrap();
        for n in 1..12u32 {
            let expected = Rational::from((
                Integer::from(Integer::u_pow_u(n, n - 1)),
                Integer::from(Integer::factorial(n)),
            ));
            assert_eq!(tree.coefficients()[n as usize], expected);
        }
    }

    #[test]
    fn derivative_and_integral_are_inverse() {
        let f = crooked(ORDER);
        let back = f.derivative().unwrap().integral(Rational::new());
        assert_eq!(back, f);
        assert_eq!(one(1).derivative(), None);
        assert_eq!(one(1).exp_with(Rational::from(1)), one(1));
        let quotient = f.div(&one(ORDER).add(&f)).unwrap();
        assert_eq!(quotient.mul(&one(ORDER).add(&f)), f);
    }

    #[test]
    fn the_order_is_that_of_the_worse_argument() {
        assert_eq!(x(5).mul(&one(9)).order(), 5);
        assert_eq!(x(5).add(&one(9)).order(), 5);
        assert_eq!(one(9).div(&one(3)).unwrap().order(), 3);
        assert_eq!(x(6).derivative().unwrap().order(), 5);
        assert_eq!(x(6).atan_with(Rational::new()).unwrap().order(), 6);
        assert_eq!(x(6).shift(2).order(), 8);
        assert_eq!(x(3).inverse(), None);
    }

    #[test]
    fn scaling_the_variable_and_text() {
        let f = series(&[(1, 1), (-1, 2), (0, 1), (3, 1)]);
        let scaled = f.scale_variable(&Rational::from(2));
        assert_eq!(scaled, series(&[(1, 1), (-1, 1), (0, 1), (24, 1)]));
        assert_eq!(f.to_string(), "(1) + (-1/2)*x + (3)*x^3 + O(x^4)");
    }

    #[test]
    fn exponentials_about_a_point_with_a_symbolic_constant() {
        // Over Q[e]: exp(1 + x) with exp(1) = the variable e.
        let constant = Polynomial::constant(Rational::from(1));
        let e = Polynomial::monomial(Rational::from(1), 1);
        let exp = Series::variable(constant, 8).exp_with(e.clone());
        for (k, c) in exp.coefficients().iter().enumerate() {
            let expected = e.mul_rational(&Rational::from((
                Integer::from(1),
                Integer::from(Integer::factorial(k as u32)),
            )));
            assert_eq!(*c, expected, "coefficient {k}");
        }
    }
}
