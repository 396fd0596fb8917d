//! Exact Taylor expansions of the ReLU moments at $θ = 0$ and at $θ = π$, to any order.
//!
//! At $θ = 0$ and $a+b$ even the even powers have rational coefficients (from
//! $\frac12 B(\cos θ)$) and the odd ones rational multiples of $1/π$, from $θ^{a+b+1}$ on. At
//! $θ = π$, in powers of $α = π - θ$, all are multiples of $1/π$ and the first is that of
//! $α^{a+b+1}$. For $a+b$ odd all are multiples of $1/\sqrt{2π}$, at even powers.
//!
//! Two routes that share nothing but the factorials:
//!
//! - [`expand`] rewrites the polynomials of the closed form in multiple angles,
//!   $A(\cos θ) = \sum_j w_j \cos jθ$, whose Taylor coefficients are sums of powers of integers;
//! - [`expand_by_hypergeometric`] expands the hypergeometric form at π, with
//!   $y = \sin^2(α/2)$, $n = a+b$ and $K = \frac{n!!}{2π \text{ or } 2\sqrt{2π}} \frac{a!\,b!}{(n+1)!}$,
//!   $J = K (4y)^{(n+1)/2} {}_2F_1(\frac{1+a-b}{2}, \frac{1+b-a}{2}; \frac{n+3}{2}; y)$, and at 0
//!   reflects it: $J_{a,b}(θ) = \frac12 B(\cos θ) - (-1)^a J_{a,b}(π-θ)$ for $n$ even; for $n$ odd
//!   the series in $1 - y$ terminates.

use rug::{Integer, Rational};

use super::constant::MomentConstant;
use super::explicit::full_moment;
use super::form::MomentForm;
use crate::number::combinatorial::double_factorial;
use crate::number::polynomial::Polynomial;
use crate::number::series::Series;

/// The point of an expansion, and with it the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpansionPoint {
    /// $θ = 0$, in powers of $θ$.
    Zero,
    /// $θ = π$, in powers of $α = π - θ$.
    Pi,
}

/// The coefficients of the powers $0, 1, …, \text{order}$ in the expansion of $J_{a,b}$.
///
/// From the closed form, with $O(\max(a,b)^2 + \max(a,b)·\text{order})$ integer operations.
pub fn expand(a: u32, b: u32, point: ExpansionPoint, order: u32) -> Vec<MomentConstant> {
    // At π: c = −cos α and s = sin α.
    let at_point = |polynomial: &Polynomial<Integer>| match point {
        ExpansionPoint::Zero => polynomial.clone(),
        ExpansionPoint::Pi => polynomial.reflect(),
    };
    match MomentForm::new(a, b) {
        MomentForm::Odd { r_poly } => cosine_expansion(&at_point(&r_poly), order)
            .into_iter()
            .map(|coefficient| MomentConstant::from_over_sqrt_two_pi(coefficient / 2u32))
            .collect(),
        MomentForm::Even { a_poly, b_poly } => {
            let sine_part = sine_expansion(&at_point(&a_poly), order);
            let full = cosine_expansion(&at_point(&b_poly), order);
            // (π−θ) B/(2π) = B/2 − θ B/(2π) at 0, and α B/(2π) at π.
            let shifted = std::iter::once(Rational::new()).chain(full.iter().cloned());
            sine_part
                .into_iter()
                .zip(shifted)
                .zip(&full)
                .map(|((sine, angle), full)| match point {
                    ExpansionPoint::Zero => MomentConstant {
                        rational: Rational::from(full / 2u32),
                        over_pi: (sine - angle) / 2u32,
                        ..MomentConstant::default()
                    },
                    ExpansionPoint::Pi => MomentConstant::from_over_pi((sine + angle) / 2u32),
                })
                .collect()
        }
    }
}

/// The integers $W_j$ with $2^e p(\cos x) = \sum_j W_j \cos jx$, and the exponent $e$.
fn multiple_angles(polynomial: &Polynomial<Integer>) -> (Vec<Integer>, u32) {
    let mut cosines: Vec<Integer> = Vec::new();
    let mut exponent = 0;
    for (step, coefficient) in polynomial.coefficients().iter().rev().enumerate() {
        // 2 cos x · cos jx = cos (j+1)x + cos (j−1)x.
        let mut next = vec![Integer::new(); cosines.len() + 1];
        for (j, weight) in cosines.iter().enumerate() {
            next[j + 1] += weight;
            next[j.abs_diff(1)] += weight;
        }
        exponent = step as u32;
        next[0] += Integer::from(coefficient << exponent);
        cosines = next;
    }
    (cosines, exponent)
}

/// The coefficients of $x^0, …, x^{\text{order}}$ in $p(\cos x)$.
fn cosine_expansion(polynomial: &Polynomial<Integer>, order: u32) -> Vec<Rational> {
    let (cosines, exponent) = multiple_angles(polynomial);
    // Σ W_j cos jx = Σ_m (−1)^m x^(2m)/(2m)! Σ_j W_j j^(2m).
    let frequencies = cosines.into_iter().enumerate();
    let frequencies = frequencies.map(|(j, weight)| (Integer::from(j), weight));
    power_sums(frequencies.collect(), exponent, 0, order)
}

/// The coefficients of $x^0, …, x^{\text{order}}$ in $\sin x · p(\cos x)$.
fn sine_expansion(polynomial: &Polynomial<Integer>, order: u32) -> Vec<Rational> {
    let (cosines, exponent) = multiple_angles(polynomial);
    // 2 sin x cos jx = sin (j+1)x − sin (j−1)x, and
    // Σ V_j sin jx = Σ_m (−1)^m x^(2m+1)/(2m+1)! Σ_j V_j j^(2m+1).
    let mut frequencies = Vec::with_capacity(2 * cosines.len());
    for (j, weight) in cosines.into_iter().enumerate() {
        let weighted = Integer::from(&weight * (j as i64 + 1));
        frequencies.push((Integer::from(j + 1), weighted));
        let weighted = weight * -(j as i64 - 1);
        frequencies.push((Integer::from(j as i64 - 1), weighted));
    }
    power_sums(frequencies, exponent + 1, 1, order)
}

/// The coefficients $(-1)^m 2^{-e} \sum_j w_j f_j^{2m} / (2m + \text{parity})!$ at the powers
/// $2m + \text{parity}$, zero at the others, for pairs $(f_j, w_j)$.
fn power_sums(
    mut terms: Vec<(Integer, Integer)>,
    exponent: u32,
    parity: u32,
    order: u32,
) -> Vec<Rational> {
    let mut coefficients = vec![Rational::new(); order as usize + 1];
    for (frequency, _) in &mut terms {
        frequency.square_mut();
    }
    let mut factorial = Integer::from(1);
    for power in (parity..=order).step_by(2) {
        if power > 1 {
            factorial *= u64::from(power) * u64::from(power - 1);
        }
        let sum: Integer = terms.iter().map(|(_, weight)| weight).sum();
        let sum = if (power / 2) % 2 == 1 { -sum } else { sum };
        coefficients[power as usize] = Rational::from((sum, Integer::from(&factorial << exponent)));
        for (square, weight) in &mut terms {
            *weight *= &*square;
        }
    }
    coefficients
}

/// The same coefficients as [`expand`], from the hypergeometric form and the reflection.
///
/// Rational power series arithmetic, $O(\text{order}^3)$: the independent route.
pub fn expand_by_hypergeometric(
    a: u32,
    b: u32,
    point: ExpansionPoint,
    order: u32,
) -> Vec<MomentConstant> {
    let sum = a + b;
    let scale = double_factorial(i64::from(sum))
        * Integer::from(Integer::factorial(a))
        * Integer::from(Integer::factorial(b));
    // K without 1/π or 1/√(2π).
    let scale = Rational::from((scale, Integer::from(Integer::factorial(sum + 1)) * 2u32));
    let wrap = |coefficient: Rational| {
        if sum.is_multiple_of(2) {
            MomentConstant::from_over_pi(coefficient)
        } else {
            MomentConstant::from_over_sqrt_two_pi(coefficient)
        }
    };
    match point {
        ExpansionPoint::Pi => near_pi(a, b, &scale, order).into_iter().map(wrap).collect(),
        ExpansionPoint::Zero if sum.is_multiple_of(2) => {
            let full = near_zero_of_polynomial(&full_moment(a, b).to_rational(), order);
            near_pi(a, b, &scale, order)
                .into_iter()
                .zip(full)
                .map(|(reflected, full)| MomentConstant {
                    rational: full / 2u32,
                    over_pi: if a.is_multiple_of(2) {
                        -reflected
                    } else {
                        reflected
                    },
                    ..MomentConstant::default()
                })
                .collect()
        }
        ExpansionPoint::Zero => {
            // K (4z)^((n+1)/2) 2F1(…; z) with z = cos²(θ/2) = (1 + cos θ)/2: a polynomial in z,
            // since one of the upper parameters is −(|a−b|−1)/2.
            let degree = (a.abs_diff(b) as usize - 1) / 2;
            let power = sum as usize / 2 + 1;
            let four = Integer::from(4) << (2 * (power as u32 - 1));
            let terms: Vec<Rational> = hypergeometric_terms(a, b, degree + 1)
                .into_iter()
                .map(|term| term * &scale * &four)
                .collect();
            let half = Rational::from((1, 2));
            let cosine_squared = Polynomial::new(vec![half.clone(), half]);
            let polynomial = Polynomial::new(terms).shift(power).compose(&cosine_squared);
            near_zero_of_polynomial(&polynomial, order)
                .into_iter()
                .map(wrap)
                .collect()
        }
    }
}

/// The first `count` terms of ${}_2F_1(\frac{1+a-b}{2}, \frac{1+b-a}{2}; \frac{a+b+3}{2}; z)$.
fn hypergeometric_terms(a: u32, b: u32, count: usize) -> Vec<Rational> {
    let (a, b) = (i64::from(a), i64::from(b));
    let mut terms = Vec::with_capacity(count);
    let mut term = Rational::from(1);
    for k in 0..count as i64 {
        terms.push(term.clone());
        // ((1+a−b)/2 + k) ((1+b−a)/2 + k) / (((a+b+3)/2 + k) (k+1)), doubled above and below.
        term *= Rational::from((
            Integer::from(1 + a - b + 2 * k) * (1 + b - a + 2 * k),
            Integer::from(a + b + 3 + 2 * k) * (2 * (k + 1)),
        ));
    }
    terms
}

/// The series of $\sin^2(x/2) = \frac12 (1 - \cos x)$ in powers of $u = x^2$.
fn half_angle_sine_squared(order: usize) -> Series<Rational> {
    let mut coefficients = vec![Rational::new()];
    let mut term = Rational::from((1, 4));
    for m in 1..order as u64 {
        coefficients.push(term.clone());
        term /= (2 * m + 1) * (2 * m + 2);
        term = -term;
    }
    Series::new(coefficients)
}

/// The coefficients of the powers of $α$ in
/// $K (2 \sin\frac{α}{2})^{n+1} {}_2F_1(…; \sin^2\frac{α}{2})$, $n = a+b$.
fn near_pi(a: u32, b: u32, scale: &Rational, order: u32) -> Vec<Rational> {
    let leading = a + b + 1;
    let mut coefficients = vec![Rational::new(); order as usize + 1];
    let Some(rest) = order.checked_sub(leading) else {
        return coefficients;
    };
    // In u = α²: α^(n+1) (4y/u)^((n+1)/2) F(y(u)).
    let terms = rest as usize / 2 + 1;
    let y = half_angle_sine_squared(terms + 1);
    let ratio = Series::new(
        y.coefficients()[1..]
            .iter()
            .map(|c| c * Rational::from(4))
            .collect(),
    );
    let exponent = Rational::from((leading, 2));
    let series = Series::new(hypergeometric_terms(a, b, terms))
        .compose(&y)
        .zip(ratio.power_with(&exponent, Rational::from(1)))
        .map(|(hypergeometric, power)| hypergeometric.mul(&power).scale(scale))
        .expect("y has no constant term, and 4y/u begins with 1");
    let places = coefficients.iter_mut().skip(leading as usize).step_by(2);
    for (place, coefficient) in places.zip(series.into_coefficients()) {
        *place = coefficient;
    }
    coefficients
}

/// The coefficients of $p(\cos θ)$, through $p(1 - 2y)$ and the series of $y = \sin^2(θ/2)$.
fn near_zero_of_polynomial(polynomial: &Polynomial<Rational>, order: u32) -> Vec<Rational> {
    let in_y = polynomial.compose(&Polynomial::new(vec![
        Rational::from(1),
        Rational::from(-2),
    ]));
    let terms = order as usize / 2 + 1;
    let series = Series::from_polynomial(&in_y, &Rational::new(), terms)
        .compose(&half_angle_sine_squared(terms))
        .expect("y has no constant term");
    let mut coefficients = vec![Rational::new(); order as usize + 1];
    let places = coefficients.iter_mut().step_by(2);
    for (place, coefficient) in places.zip(series.into_coefficients()) {
        *place = coefficient;
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [ExpansionPoint; 2] = [ExpansionPoint::Zero, ExpansionPoint::Pi];

    #[test]
    fn the_two_routes_agree() {
        let order = 40;
        for a in 0..=8 {
            for b in 0..=8 {
                for point in POINTS {
                    let closed = expand(a, b, point, order);
                    assert_eq!(closed.len(), 41);
                    assert_eq!(
                        closed,
                        expand_by_hypergeometric(a, b, point, order),
                        "J({a},{b}) at {point:?}"
                    );
                }
            }
        }
        for point in POINTS {
            for (a, b, order) in [(13, 4, 61), (20, 20, 50), (0, 0, 0), (3, 2, 1)] {
                assert_eq!(
                    expand(a, b, point, order),
                    expand_by_hypergeometric(a, b, point, order),
                    "J({a},{b}) at {point:?}"
                );
            }
        }
    }

    #[test]
    fn expansions_begin_as_theory_says() {
        for a in 0..=9u32 {
            for b in 0..=9u32 {
                let n = a + b;
                let scale = Rational::from((
                    double_factorial(i64::from(n))
                        * Integer::from(Integer::factorial(a))
                        * Integer::from(Integer::factorial(b)),
                    Integer::from(Integer::factorial(n + 1)) * 2u32,
                ));
                let at_pi = expand(a, b, ExpansionPoint::Pi, n + 2);
                let at_zero = expand(a, b, ExpansionPoint::Zero, n + 2);
                let leading = n as usize + 1;
                assert!(at_pi[..leading].iter().all(MomentConstant::is_zero));
                assert_eq!(at_zero[0], MomentForm::new(a, b).at_zero());
                if n % 2 == 0 {
                    assert_eq!(at_pi[leading], MomentConstant::from_over_pi(scale.clone()));
                    // The first odd power at 0: −(−1)^a K.
                    let sign = if a % 2 == 0 { -1 } else { 1 };
                    let first = MomentConstant::from_over_pi(scale * sign);
                    assert_eq!(at_zero[leading], first, "J({a},{b})");
                    for (power, coefficient) in at_zero.iter().enumerate() {
                        if power % 2 == 0 {
                            assert!(coefficient.over_pi.is_zero());
                        } else {
                            assert!(coefficient.rational.is_zero());
                        }
                        assert!(power >= leading || coefficient.over_pi.is_zero());
                    }
                } else {
                    let first = MomentConstant::from_over_sqrt_two_pi(scale);
                    assert_eq!(at_pi[leading], first, "J({a},{b})");
                    assert!(
                        at_zero
                            .iter()
                            .skip(1)
                            .step_by(2)
                            .all(MomentConstant::is_zero)
                    );
                }
            }
        }
        let text: Vec<String> = expand(1, 1, ExpansionPoint::Zero, 4)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(text, ["1/2", "0", "-1/4", "1/(6*pi)", "1/48"]);
    }

    #[test]
    fn substituting_the_sine_and_cosine_series_gives_the_same() {
        // The third way: A(cos θ), B(cos θ) by Horner's rule over power series.
        let order = 25;
        let (sin, cos) = Series::variable(Rational::new(), order + 1)
            .sin_cos_with(Rational::new(), Rational::from(1));
        let theta = Series::variable(Rational::new(), order + 1);
        let at = |polynomial: &Polynomial<Integer>| {
            let mut sum = Series::constant(Rational::new(), order + 1);
            for coefficient in polynomial.coefficients().iter().rev() {
                let constant = Series::constant(Rational::from(coefficient), order + 1);
                sum = sum.mul(&cos).add(&constant);
            }
            sum
        };
        for (a, b) in [(2, 2), (5, 3), (6, 0), (4, 1), (7, 6)] {
            let expanded = expand(a, b, ExpansionPoint::Zero, order as u32);
            let half = Rational::from((1, 2));
            match MomentForm::new(a, b) {
                MomentForm::Even { a_poly, b_poly } => {
                    let (sine_part, full) = (sin.mul(&at(&a_poly)), at(&b_poly));
                    let over_pi = sine_part.sub(&theta.mul(&full)).scale(&half);
                    let rational = full.scale(&half);
                    for (k, coefficient) in expanded.iter().enumerate() {
                        assert_eq!(coefficient.rational, rational.coefficients()[k]);
                        assert_eq!(coefficient.over_pi, over_pi.coefficients()[k]);
                    }
                }
                MomentForm::Odd { r_poly } => {
                    let series = at(&r_poly).scale(&half);
                    for (k, coefficient) in expanded.iter().enumerate() {
                        assert_eq!(coefficient.over_sqrt_two_pi, series.coefficients()[k]);
                    }
                }
            }
        }
    }
}
