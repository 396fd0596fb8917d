//! Joint cumulants of (λφ², λφ̂², λφφ̂) for one neuron pair, through the moments J_{a,b}.
//!
//! λ = 1/E φ² makes the means 1, 1 and r; it is 2 for the ReLU and 2/(1+q²) for the leaky one.
//! $E[(λφ^2)^i (λ\hat φ^2)^j (λφ\hat φ)^l] = λ^{i+j+l} J_{2i+l,\,2j+l}$, where a zero index stands for
//! no condition on that neuron: E φ^{2i} = (1 + q^{2i}) (2i−1)!!/2. With m(t) the moment generating
//! function and κ = ln m, Euler's identity for homogeneous parts, D m = m · D κ, gives them degree by
//! degree.

use rug::{Integer, Rational};

use super::jet::{Jet, Power};
use super::moment_polynomial::{MomentPolynomial, indices};
use crate::number::ring::{RationalAlgebra, Ring};

/// The moments of one neuron pair, exact or as balls.
#[derive(Debug, Clone)]
pub struct PairMoments<R> {
    /// r = λJ₁₁, J₂₂, J₃₁, … in the order of [`indices`].
    pub values: Vec<R>,
    /// 1 − r².
    pub gap: R,
    /// λ, λ², …, λ⁶.
    scales: Vec<R>,
    /// E (λφ²)^i for i = 0, …, 6.
    single: Vec<R>,
}

/// The largest degree of a cumulant: one above the largest order in 1/n.
const LAST_DEGREE: u32 = 6;

impl PairMoments<MomentPolynomial> {
    /// The moments as variables; the slope on the negative side is the rational q, 0 for the ReLU.
    pub fn symbolic(slope: &Rational) -> Self {
        let values: Vec<_> = indices()
            .map(|(a, b)| MomentPolynomial::moment(a, b))
            .collect();
        let r = MomentPolynomial::r();
        let gap = Ring::sub(&r.one_like(), &r.mul(&r));
        Self::new(values, gap, &MomentPolynomial::constant(slope.clone()))
    }
}

impl<R: RationalAlgebra> PairMoments<R> {
    /// The moments in the order of [`indices`], the first being r; 1 − r²; and the slope q, for which
    /// 1 + q² must have an inverse.
    pub fn new(values: Vec<R>, gap: R, slope: &R) -> Self {
        let one = slope.one_like();
        let square = slope.mul(slope);
        // A ball 1 + q² is at least 1, and a constant polynomial is a unit.
        let lambda = Ring::add(&one, &square)
            .inverse()
            .unwrap_or_else(|| one.clone())
            .mul_small(2);
        let mut scales = Vec::new();
        let mut single = vec![one.clone()];
        let (mut power, mut scale) = (one.clone(), one.clone());
        for i in 1..=LAST_DEGREE {
            power = power.mul(&square);
            scale = scale.mul(&lambda);
            scales.push(scale.clone());
            let full = Rational::from((Integer::from(Integer::factorial_2(2 * i - 1)), 2));
            let mean = Ring::add(&one, &power).mul(&scale).mul_rational(&full);
            single.push(mean);
        }
        PairMoments {
            values,
            gap,
            scales,
            single,
        }
    }

    /// r = λJ₁₁.
    pub fn r(&self) -> &R {
        &self.values[0]
    }

    /// E[(λφ²)^i (λφ̂²)^j (λφφ̂)^l] for i + j + l from 1 to 6.
    fn mean(&self, [i, j, l]: Power) -> R {
        let (a, b) = (u32::from(2 * i + l), u32::from(2 * j + l));
        let size = usize::from(i + j + l);
        let (a, b) = (a.max(b), a.min(b));
        if b == 0 {
            return self.single[size].clone();
        }
        let place = indices().position(|pair| pair == (a, b));
        let j = &self.values[place.expect("the order is at most 6, so a + b is at most 12")];
        // r is λ J11 already.
        if a == 1 {
            return j.clone();
        }
        j.mul(&self.scales[size - 1])
    }

    /// The cumulants to a degree ≤ 6: see [`cumulants`].
    pub fn cumulants(&self, order: u32) -> Vec<Jet<R>> {
        cumulants(order, &self.r().one_like(), &|power| self.mean(power))
    }
}

/// κ_α t^α/α! summed over |α| = d, for d = 0 … order (the entry at 0 is zero), of three random
/// variables whose mixed moments `mean` gives, for powers of degree 1 … order.
pub fn cumulants<R: RationalAlgebra>(
    order: u32,
    one: &R,
    mean: &dyn Fn(Power) -> R,
) -> Vec<Jet<R>> {
    let means: Vec<Jet<R>> = (0..=order)
        .map(|d| match d {
            0 => Jet::constant(one.clone(), order),
            _ => Jet::from_terms(
                powers(d).map(|power| {
                    let share = factorial(power).recip();
                    (power, mean(power).mul_rational(&share))
                }),
                order,
            ),
        })
        .collect();
    let mut cumulants: Vec<Jet<R>> = vec![Jet::zero(order)];
    for d in 1..=order {
        // d m_d = Σ_{j=1}^{d} j κ_j m_{d−j} with m_0 = 1.
        let mut part = means[d as usize].clone();
        for j in 1..d {
            let share = Rational::from((-i64::from(j), d));
            let product = cumulants[j as usize].mul(&means[(d - j) as usize]);
            part = part.plus(&product.map(|x| x.mul_rational(&share)));
        }
        cumulants.push(part);
    }
    cumulants
}

/// All power products of total degree d.
fn powers(d: u32) -> impl Iterator<Item = Power> {
    (0..=d).flat_map(move |i| (0..=d - i).map(move |j| [i as u8, j as u8, (d - i - j) as u8]))
}

/// α! = i! j! l!.
pub fn factorial(power: Power) -> Rational {
    let product: Integer = power
        .into_iter()
        .map(|i| Integer::from(Integer::factorial(u32::from(i))))
        .product();
    Rational::from(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cumulant(power: Power) -> MomentPolynomial {
        let all = PairMoments::symbolic(&Rational::new()).cumulants(3);
        let part = &all[super::super::jet::degree(power) as usize];
        let value = part.coefficient(power).cloned().unwrap_or_default();
        value.mul_rational(&factorial(power))
    }

    /// Products of r and moments with small integer factors.
    fn combination(terms: &[(i64, &[(u32, u32)])]) -> MomentPolynomial {
        terms
            .iter()
            .fold(MomentPolynomial::default(), |sum, (factor, moments)| {
                let one = MomentPolynomial::constant(Rational::from(*factor));
                let term = moments.iter().fold(one, |product, (a, b)| {
                    product.mul(&MomentPolynomial::moment(*a, *b))
                });
                Ring::add(&sum, &term)
            })
    }

    /// From the definitions, by hand.
    #[test]
    fn covariances_and_a_third_cumulant() {
        assert_eq!(cumulant([2, 0, 0]), combination(&[(5, &[])]));
        assert_eq!(
            cumulant([1, 1, 0]),
            combination(&[(4, &[(2, 2)]), (-1, &[])])
        );
        assert_eq!(
            cumulant([1, 0, 1]),
            combination(&[(4, &[(3, 1)]), (-1, &[(1, 1)])])
        );
        assert_eq!(
            cumulant([0, 0, 2]),
            combination(&[(4, &[(2, 2)]), (-1, &[(1, 1), (1, 1)])])
        );
        // κ₃ of 2φ²: 4·15 − 3·6·1 + 2.
        assert_eq!(cumulant([3, 0, 0]), combination(&[(44, &[])]));
        // E xyz − E xy E z − E xz E y − E yz E x + 2 E x E y E z.
        assert_eq!(
            cumulant([1, 1, 1]),
            combination(&[
                (8, &[(3, 3)]),
                (-4, &[(2, 2), (1, 1)]),
                (-8, &[(3, 1)]),
                (2, &[(1, 1)])
            ])
        );
    }
}
