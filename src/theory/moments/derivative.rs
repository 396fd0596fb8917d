//! Exact derivatives of the ReLU moments with respect to the angle.
//!
//! The functions `p₀(c) + s·p₁(c) + (π−θ)·(q₀(c) + s·q₁(c))` with integer polynomials
//! are closed under $d/dθ$ and under multiplication by $c$ and $s$ ($s^2 = 1 - c^2$). An
//! [`AngleForm`] is one of them, over $2π$ or $2\sqrt{2π}$. The representation is unique, since
//! $1$ and $s$ are independent over the rational functions of $c$ and $θ$ is transcendental over
//! both, so equality of forms is equality of functions: this is where differential identities
//! between moments are proved.
//!
//! - (R6) $dJ_{a,b}/dθ = -ab\,s\,J_{a-1,b-1}$ for $a, b ≥ 1$;
//!   $dJ_{a,0}/dθ = -a\,s^a (a-2)!!/c_{a \bmod 2}$ for $a ≥ 1$; $dJ_{0,0}/dθ = -1/(2π)$.
//! - (R7) $J'' - (a+b) \cot θ\, J' - ab\,J = 0$.

use rug::Integer;

use super::form::MomentForm;
use crate::number::combinatorial::double_factorial;
use crate::number::polynomial::Polynomial;

/// The constant that divides an [`AngleForm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Normalisation {
    /// $c_0 = 2π$, for moments with $a+b$ even.
    TwoPi,
    /// $c_1 = 2\sqrt{2π}$, for moments with $a+b$ odd.
    TwoRootTwoPi,
}

impl Normalisation {
    /// The constant that belongs to the parity of an index sum.
    pub const fn of_sum(sum: u32) -> Self {
        if sum.is_multiple_of(2) {
            Normalisation::TwoPi
        } else {
            Normalisation::TwoRootTwoPi
        }
    }
}

/// The function `[p₀(c) + s·p₁(c) + (π−θ)·(q₀(c) + s·q₁(c))] / C`, see the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AngleForm {
    /// The polynomials $p_0$ and $p_1$, by the power of $s$ beside them.
    pub free: [Polynomial<Integer>; 2],
    /// The polynomials $q_0$ and $q_1$ beside the angle $π-θ$.
    pub angle: [Polynomial<Integer>; 2],
    /// The constant $C$.
    pub normalisation: Normalisation,
}

impl From<&MomentForm> for AngleForm {
    fn from(form: &MomentForm) -> Self {
        match form {
            MomentForm::Even { a_poly, b_poly } => AngleForm {
                free: [Polynomial::zero(), a_poly.clone()],
                angle: [b_poly.clone(), Polynomial::zero()],
                normalisation: Normalisation::TwoPi,
            },
            MomentForm::Odd { r_poly } => AngleForm {
                free: [r_poly.clone(), Polynomial::zero()],
                angle: Default::default(),
                normalisation: Normalisation::TwoRootTwoPi,
            },
        }
    }
}

impl AngleForm {
    /// The moment $J_{a,b}$ itself.
    pub fn moment(a: u32, b: u32) -> Self {
        AngleForm::from(&MomentForm::new(a, b))
    }

    /// $dJ_{a,b}/dθ$ by (R6), without differentiating.
    pub fn moment_derivative(a: u32, b: u32) -> Self {
        let (low, high) = (a.min(b), a.max(b));
        if low > 0 {
            return AngleForm::moment(low - 1, high - 1)
                .times_sine()
                .scale(&-(Integer::from(low) * high));
        }
        // −a (a−2)!! = −a!! for a ≥ 1 ((−1)!! = 1), and −1 = −0!! for a = 0.
        let constant = Polynomial::constant(-double_factorial(i64::from(high)));
        AngleForm {
            free: [constant, Polynomial::zero()],
            angle: Default::default(),
            normalisation: Normalisation::of_sum(high),
        }
        .times_sine_power(high)
    }

    /// The derivative with respect to $θ$: $c' = -s$, $s' = c$, $(π-θ)' = -1$.
    #[must_use]
    pub fn derivative(&self) -> Self {
        let free = differentiate(&self.free);
        AngleForm {
            free: [free[0].sub(&self.angle[0]), free[1].sub(&self.angle[1])],
            angle: differentiate(&self.angle),
            normalisation: self.normalisation,
        }
    }

    /// The derivative of the given order.
    #[must_use]
    pub fn nth_derivative(&self, order: u32) -> Self {
        (0..order).fold(self.clone(), |form, _| form.derivative())
    }

    /// $s$ times the function.
    #[must_use]
    pub fn times_sine(&self) -> Self {
        let times = |[even, odd]: &[Polynomial<Integer>; 2]| {
            [odd.sub(&odd.shift(2)), even.clone()] // s·s = 1 − c²
        };
        AngleForm {
            free: times(&self.free),
            angle: times(&self.angle),
            normalisation: self.normalisation,
        }
    }

    fn times_sine_power(self, power: u32) -> Self {
        (0..power).fold(self, |form, _| form.times_sine())
    }

    /// $c$ times the function.
    #[must_use]
    pub fn times_cosine(&self) -> Self {
        self.map(|polynomial| polynomial.shift(1))
    }

    /// An integer multiple of the function.
    #[must_use]
    pub fn scale(&self, factor: &Integer) -> Self {
        self.map(|polynomial| polynomial.scale(factor))
    }

    fn map(&self, map: impl Fn(&Polynomial<Integer>) -> Polynomial<Integer>) -> Self {
        AngleForm {
            free: [map(&self.free[0]), map(&self.free[1])],
            angle: [map(&self.angle[0]), map(&self.angle[1])],
            normalisation: self.normalisation,
        }
    }

    /// The sum of two functions over the same constant; `None` where the constants differ.
    pub fn add(&self, other: &Self) -> Option<Self> {
        let sum = |left: &[Polynomial<Integer>; 2], right: &[Polynomial<Integer>; 2]| {
            [left[0].add(&right[0]), left[1].add(&right[1])]
        };
        (self.normalisation == other.normalisation).then(|| AngleForm {
            free: sum(&self.free, &other.free),
            angle: sum(&self.angle, &other.angle),
            normalisation: self.normalisation,
        })
    }

    /// Whether this is the zero function.
    pub fn is_zero(&self) -> bool {
        self.free.iter().chain(&self.angle).all(Polynomial::is_zero)
    }
}

/// The derivative of $p_0(c) + s\,p_1(c)$, which is
/// $c\,p_1 - (1-c^2)\,p_1' + s·(-p_0')$.
fn differentiate([even, odd]: &[Polynomial<Integer>; 2]) -> [Polynomial<Integer>; 2] {
    let slope = odd.derivative();
    [
        odd.shift(1).sub(&slope.sub(&slope.shift(2))),
        even.derivative().neg(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differentiation_gives_lower_moments() {
        for a in 0..=14 {
            for b in 0..=14 {
                let differentiated = AngleForm::moment(a, b).derivative();
                let by_moment = AngleForm::moment_derivative(a, b);
                assert_eq!(differentiated, by_moment, "dJ({a},{b})");
                assert!(!by_moment.is_zero());
            }
        }
    }

    #[test]
    fn every_moment_solves_its_differential_equation() {
        // s J'' − (a+b) c J' − ab s J = 0.
        let residual = |a: u32, b: u32, index_sum: u32| {
            let form = AngleForm::moment(a, b);
            let first = form.derivative();
            let second = first.derivative().times_sine();
            let damping = first.times_cosine().scale(&-Integer::from(index_sum));
            let restoring = form.times_sine().scale(&-(Integer::from(a) * b));
            second.add(&damping).unwrap().add(&restoring).unwrap()
        };
        for a in 0..=14 {
            for b in 0..=14 {
                assert!(residual(a, b, a + b).is_zero(), "J({a},{b})");
                // The equation of a neighbour is not solved.
                assert!(!residual(a, b, a + b + 1).is_zero(), "J({a},{b})");
            }
        }
    }

    #[test]
    fn second_derivatives_by_the_product_rule() {
        // J_{1,1}'' = −(s J_{0,0})' = s/(2π) − c (π−θ)/(2π).
        let second = AngleForm::moment(1, 1).nth_derivative(2);
        let expected = AngleForm {
            free: [Polynomial::zero(), Polynomial::from_small(&[1])],
            angle: [Polynomial::from_small(&[0, -1]), Polynomial::zero()],
            normalisation: Normalisation::TwoPi,
        };
        assert_eq!(second, expected);
        assert_eq!(second.add(&AngleForm::moment(1, 0)), None);
    }
}
