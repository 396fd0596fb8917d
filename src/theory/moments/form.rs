//! The exact form of the ReLU moment $J_{a,b}(θ)$ for integer $a, b ≥ 0$.
//!
//! With $c = \cos θ$, $s = \sin θ$ and integer polynomials $A, B, R$:
//!
//! ```text
//! a+b even:  J(a,b) = [ s·A(c) + (π−θ)·B(c) ] / (2π)
//! a+b odd:   J(a,b) = R(c) / (2√(2π))
//! ```
//!
//! - $B(c) = E(G^a Ĝ^b)$, $\deg B = \min(a,b)$, $\deg A ≤ \max(a,b)-1$,
//!   $B(-c) = (-1)^a B(c)$ and $A(-c) = -(-1)^a A(c)$.
//! - $R$ is divisible by $(1+c)^{(a+b+1)/2}$, the cofactor has degree $(|a-b|-1)/2$.
//!
//! The coefficients come from the diagonal recurrence, [`super::recurrence`]; the other routes are
//! compared with it in tests.

use rug::{Integer, Rational};

use super::constant::MomentConstant;
use super::recurrence::{FormCoefficients, form_by_diagonal};
use crate::number::polynomial::Polynomial;

/// The exact form of one moment, see the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MomentForm {
    /// $J = [s·A(c) + (π-θ)·B(c)]/(2π)$, for $a+b$ even.
    Even {
        /// The polynomial $A$.
        a_poly: Polynomial<Integer>,
        /// The polynomial $B$.
        b_poly: Polynomial<Integer>,
    },
    /// $J = R(c)/(2\sqrt{2π})$, for $a+b$ odd.
    Odd {
        /// The polynomial $R$.
        r_poly: Polynomial<Integer>,
    },
}

impl MomentForm {
    /// The exact form of $J_{a,b}$, by the diagonal recurrence:
    /// $O(\min(a,b)·\max(a,b))$ operations on integers of at most [`coefficient_bits`] bits.
    pub fn new(a: u32, b: u32) -> Self {
        MomentForm::from(form_by_diagonal::<Integer>(a, b))
    }

    /// The exact value at $θ = 0$: the one-variable half moment $m_{a+b} = E[φ(G)^{a+b}]$.
    pub fn at_zero(&self) -> MomentConstant {
        let one = Integer::from(1);
        match self {
            // (π−0)/(2π) = 1/2.
            MomentForm::Even { b_poly, .. } => {
                MomentConstant::from_rational(Rational::from((b_poly.evaluate(&one), 2)))
            }
            MomentForm::Odd { r_poly } => {
                MomentConstant::from_over_sqrt_two_pi(Rational::from((r_poly.evaluate(&one), 2)))
            }
        }
    }

    /// The exact value at $θ = π/2$: the product of two independent half moments.
    pub fn at_right_angle(&self) -> MomentConstant {
        let half = |polynomial: &Polynomial<Integer>, divisor: u32| {
            let constant = polynomial.coefficient(0).cloned().unwrap_or_default();
            Rational::from((constant, divisor))
        };
        match self {
            MomentForm::Even { a_poly, b_poly } => MomentConstant {
                rational: half(b_poly, 4),
                over_pi: half(a_poly, 2),
                ..MomentConstant::default()
            },
            MomentForm::Odd { r_poly } => MomentConstant::from_over_sqrt_two_pi(half(r_poly, 2)),
        }
    }

    /// The exact value at $θ = π$, which is zero for every $a, b ≥ 0$ (by the convention
    /// $φ(x)^0 = 1\{x > 0\}$, also for $a = b = 0$): there $s = 0$ and $π - θ = 0$, and $1 + c = 0$
    /// divides $R$.
    pub fn at_pi(&self) -> MomentConstant {
        match self {
            MomentForm::Even { .. } => MomentConstant::default(),
            MomentForm::Odd { r_poly } => MomentConstant::from_over_sqrt_two_pi(Rational::from((
                r_poly.evaluate(&Integer::from(-1)),
                2,
            ))),
        }
    }

    /// The polynomials of the form with their names: $A$ and $B$, or $R$.
    pub fn polynomials(&self) -> Vec<(char, &Polynomial<Integer>)> {
        match self {
            MomentForm::Even { a_poly, b_poly } => vec![('A', a_poly), ('B', b_poly)],
            MomentForm::Odd { r_poly } => vec![('R', r_poly)],
        }
    }

    /// The closed form as a text in the angle `theta` that the formula language reads, such as
    /// `(sin(t) + (pi - t)*cos(t))/(2*pi)`.
    pub fn to_text(&self, theta: &str) -> String {
        let cosine = format!("cos({theta})");
        match self {
            MomentForm::Even { a_poly, b_poly } => {
                let terms = [
                    factor_text(&format!("sin({theta})"), a_poly, &cosine),
                    factor_text(&format!("(pi - {theta})"), b_poly, &cosine),
                ];
                let sum: Vec<&str> = terms.iter().flatten().map(String::as_str).collect();
                match sum[..] {
                    [single] => format!("{single}/(2*pi)"),
                    _ => format!("({})/(2*pi)", sum.join(" + ")),
                }
            }
            MomentForm::Odd { r_poly } => {
                format!("({})/(2*sqrt(2*pi))", r_poly.to_text(&cosine))
            }
        }
    }
}

impl From<FormCoefficients<Integer>> for MomentForm {
    /// The form with these coefficients.
    fn from(coefficients: FormCoefficients<Integer>) -> Self {
        let FormCoefficients { free, angle } = coefficients;
        // For a+b even B(1) = (a+b−1)!! > 0, so B has coefficients; for a+b odd there is no B.
        if angle.is_empty() {
            MomentForm::Odd {
                r_poly: Polynomial::new(free),
            }
        } else {
            MomentForm::Even {
                a_poly: Polynomial::new(free),
                b_poly: Polynomial::new(angle),
            }
        }
    }
}

/// `factor · polynomial`, `None` for the zero polynomial.
fn factor_text(factor: &str, polynomial: &Polynomial<Integer>, variable: &str) -> Option<String> {
    let nonzero = polynomial
        .coefficients()
        .iter()
        .filter(|c| !c.is_zero())
        .count();
    let text = polynomial.to_text(variable);
    match nonzero {
        0 => None,
        1 if text == "1" => Some(factor.to_owned()),
        1 if !text.starts_with('-') => Some(format!("{factor}*{text}")),
        _ => Some(format!("{factor}*({text})")),
    }
}

/// An upper bound for the bits of every coefficient of $J_{a,b}$, for refusing in advance.
///
/// The sum of absolute values of all coefficients is at most $2^{\max(a,b)/2+1} (a+b)!!$. Proof by
/// induction: (R1) multiplies such bounds by at most $(a-1)+b$ and $(a+b-1)(a+b-2)!! ≤ (a+b)!!$;
/// (R2) gives at most $(a-1)\,2^{a/2} (a-2)!! + 2^{a/2} (a-2)!! ≤ 2^{a/2} a!!$, since the absolute
/// coefficients of $(1-c^2)^n$ sum to $2^n$ and $n ≤ a/2$; (R4) starts with sums 1, 2 and 2.
/// In bits: $n!! ≤ n^{(n+1)/2}$, so $\max/2 + 2 + \frac{n+1}{2} \log_2 n$ with $n = a+b$.
pub fn coefficient_bits(a: u32, b: u32) -> f64 {
    let n = f64::from(a) + f64::from(b);
    let high = f64::from(a.max(b));
    // n.max(1) keeps the logarithm defined; the last 1 covers the rounding of this expression
    // (relative 1e-15) below 1e15 bits.
    high / 2.0 + 2.0 + (n + 1.0) / 2.0 * n.max(1.0).log2() + 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::combinatorial::double_factorial;

    fn even(a: &[i64], b: &[i64]) -> MomentForm {
        MomentForm::Even {
            a_poly: Polynomial::from_small(a),
            b_poly: Polynomial::from_small(b),
        }
    }

    fn odd(r: &[i64]) -> MomentForm {
        MomentForm::Odd {
            r_poly: Polynomial::from_small(r),
        }
    }

    #[test]
    fn the_first_forms_are_the_known_ones() {
        let known = [
            ((0, 0), even(&[], &[1])),
            ((1, 0), odd(&[1, 1])),
            ((1, 1), even(&[1], &[0, 1])),
            ((2, 1), odd(&[1, 2, 1])),
            ((2, 0), even(&[0, 1], &[1])),
            ((3, 0), odd(&[2, 3, 0, -1])),
            ((2, 2), even(&[0, 3], &[1, 0, 2])),
            ((3, 2), odd(&[2, 6, 6, 2])),
            ((3, 1), even(&[2, 0, 1], &[0, 3])),
            ((4, 1), odd(&[3, 8, 6, 0, -1])),
            ((4, 0), even(&[0, 5, 0, -2], &[3])),
            ((5, 0), odd(&[8, 15, 0, -10, 0, 3])),
            ((3, 3), even(&[4, 0, 11], &[0, 9, 0, 6])),
            ((4, 3), odd(&[6, 24, 36, 24, 6])),
            ((4, 2), even(&[0, 13, 0, 2], &[3, 0, 12])),
            ((5, 2), odd(&[8, 30, 40, 20, 0, -2])),
            ((5, 1), even(&[8, 0, 9, 0, -2], &[0, 15])),
            ((7, 2), odd(&[48, 210, 336, 210, 0, -42, 0, 6])),
            ((4, 4), even(&[0, 55, 0, 50], &[9, 0, 72, 0, 24])),
            (
                (5, 5),
                even(&[64, 0, 607, 0, 274], &[0, 225, 0, 600, 0, 120]),
            ),
            ((5, 3), even(&[16, 0, 83, 0, 6], &[0, 45, 0, 60])),
        ];
        for ((a, b), form) in known {
            assert_eq!(MomentForm::new(a, b), form, "J({a},{b})");
            assert_eq!(MomentForm::new(b, a), form, "J({b},{a})");
        }
    }

    #[test]
    fn parity_and_degrees() {
        for a in 0..=20u32 {
            for b in 0..=20u32 {
                let flip = |p: &Polynomial<Integer>, sign: bool| {
                    if sign { p.reflect().neg() } else { p.reflect() }
                };
                match MomentForm::new(a, b) {
                    MomentForm::Even { a_poly, b_poly } => {
                        assert_eq!((a + b) % 2, 0);
                        assert_eq!(flip(&b_poly, a % 2 == 1), b_poly, "B({a},{b})");
                        assert_eq!(flip(&a_poly, a % 2 == 0), a_poly, "A({a},{b})");
                        assert_eq!(b_poly.degree(), Some(a.min(b) as usize));
                        assert!(a_poly.degree().is_none_or(|d| d < a.max(b) as usize));
                    }
                    MomentForm::Odd { r_poly } => {
                        assert_eq!((a + b) % 2, 1);
                        assert_eq!(r_poly.degree(), Some(a.max(b) as usize));
                    }
                }
            }
        }
    }

    #[test]
    fn odd_moments_are_divisible_by_a_power_of_one_plus_cosine() {
        for a in 0..=20u32 {
            for b in (0..=20u32).filter(|b| (a + b) % 2 == 1) {
                let MomentForm::Odd { r_poly } = MomentForm::new(a, b) else {
                    panic!("J({a},{b}) is odd");
                };
                let factor = Polynomial::from_small(&[1, 1])
                    .power(a.div_ceil(2) + b.div_ceil(2), &Integer::from(1));
                assert_eq!(factor.degree(), Some((a + b).div_ceil(2) as usize));
                let (cofactor, remainder) = r_poly.div_rem(&factor).unwrap();
                assert!(remainder.is_zero(), "J({a},{b})");
                assert_eq!(
                    cofactor.degree(),
                    Some((a.abs_diff(b) as usize - 1) / 2),
                    "J({a},{b})"
                );
                // No further factor: the order of the zero at θ = π is exactly a+b+1.
                assert_ne!(cofactor.evaluate(&Integer::from(-1)), 0);
                if a == b + 1 {
                    // J_{a,a−1} = K 2^a (1+c)^a with K = (a+b)!! a! b!/(2 √(2π) (a+b+1)!).
                    let numerator = double_factorial(i64::from(a + b))
                        * Integer::from(Integer::factorial(a))
                        * Integer::from(Integer::factorial(b));
                    let constant = (numerator << a) / Integer::from(Integer::factorial(a + b + 1));
                    assert_eq!(cofactor, Polynomial::constant(constant));
                }
            }
        }
    }

    #[test]
    fn special_angles_are_half_moments() {
        // m_k = (k−1)!!/2 for k even, (k−1)!!/√(2π) for k odd.
        let half = |k: u32| {
            let factorial = Rational::from(double_factorial(i64::from(k) - 1));
            (factorial, k.is_multiple_of(2))
        };
        for a in 0..=14u32 {
            for b in 0..=14u32 {
                let form = MomentForm::new(a, b);
                let (value, even) = half(a + b);
                let expected = if even {
                    MomentConstant::from_rational(value / 2)
                } else {
                    MomentConstant::from_over_sqrt_two_pi(value)
                };
                assert_eq!(form.at_zero(), expected, "J({a},{b},0)");
                let ((left, left_even), (right, right_even)) = (half(a), half(b));
                let product = left * right;
                let expected = match (left_even, right_even) {
                    (true, true) => MomentConstant::from_rational(product / 4),
                    (false, false) => MomentConstant::from_over_pi(product / 2),
                    _ => MomentConstant::from_over_sqrt_two_pi(product / 2),
                };
                assert_eq!(form.at_right_angle(), expected, "J({a},{b},pi/2)");
                assert!(form.at_pi().is_zero(), "J({a},{b},pi)");
            }
        }
    }

    #[test]
    fn the_size_bound_holds_and_is_not_idle() {
        for (a, b) in [(0, 0), (1, 0), (1, 1), (7, 2), (30, 30), (60, 1), (80, 79)] {
            let form = MomentForm::new(a, b);
            let norm: Integer = form.polynomials().iter().map(|(_, p)| p.norm()).sum();
            let bound = coefficient_bits(a, b);
            assert!(f64::from(norm.significant_bits()) <= bound, "J({a},{b})");
        }
        let MomentForm::Even { b_poly, .. } = MomentForm::new(80, 80) else {
            panic!("80 + 80 is even");
        };
        assert!(f64::from(b_poly.norm().significant_bits()) > coefficient_bits(80, 80) / 2.0);
    }

    #[test]
    fn texts_read_like_formulas() {
        let text = |a, b| MomentForm::new(a, b).to_text("t");
        assert_eq!(text(0, 0), "(pi - t)/(2*pi)");
        assert_eq!(text(1, 1), "(sin(t) + (pi - t)*cos(t))/(2*pi)");
        assert_eq!(
            text(2, 2),
            "(sin(t)*3*cos(t) + (pi - t)*(2*cos(t)^2 + 1))/(2*pi)"
        );
        assert_eq!(text(3, 0), "(-cos(t)^3 + 3*cos(t) + 2)/(2*sqrt(2*pi))");
    }
}
