//! Joint cumulants of (2φ², 2φ̂², 2φφ̂) for one neuron pair, through the moments J_{a,b}.
//!
//! $E[(2φ^2)^i (2\hat φ^2)^j (2φ\hat φ)^l] = 2^{i+j+l} J_{2i+l,\,2j+l}$, where a zero index stands for
//! no condition on that neuron: E[(2φ²)^i] = 2^i m_{2i} = 2^{i−1} (2i−1)!!. With m(t) the moment
//! generating function and κ = ln m, Euler's identity for homogeneous parts, D m = m · D κ, gives
//! them degree by degree.

use rug::{Integer, Rational};

use super::jet::{Jet, Power};
use super::moment_polynomial::{MomentPolynomial, indices};
use crate::number::ring::{RationalAlgebra, Ring};

/// The moments of one neuron pair, exact or as balls.
#[derive(Debug, Clone)]
pub struct PairMoments<R> {
    /// r = 2J₁₁, J₂₂, J₃₁, … in the order of [`indices`].
    pub values: Vec<R>,
    /// 1 − r².
    pub gap: R,
}

impl PairMoments<MomentPolynomial> {
    /// The moments as variables.
    pub fn symbolic() -> Self {
        let values: Vec<_> = indices()
            .map(|(a, b)| MomentPolynomial::moment(a, b))
            .collect();
        let r = MomentPolynomial::r();
        PairMoments {
            gap: Ring::sub(&r.one_like(), &r.mul(&r)),
            values,
        }
    }
}

impl<R: RationalAlgebra> PairMoments<R> {
    /// r = 2J₁₁.
    pub fn r(&self) -> &R {
        &self.values[0]
    }

    /// E[(2φ²)^i (2φ̂²)^j (2φφ̂)^l] for i + j + l ≥ 1.
    fn mean([i, j, l]: Power, values: &[R]) -> R {
        let (a, b) = (u32::from(2 * i + l), u32::from(2 * j + l));
        let size = u32::from(i + j + l);
        let (a, b) = (a.max(b), a.min(b));
        if b == 0 {
            let mean =
                (Integer::from(1) << (size - 1)) * Integer::from(Integer::factorial_2(a - 1));
            return values[0].rational_like(&Rational::from(mean));
        }
        let place = indices().position(|pair| pair == (a, b));
        let j = &values[place.expect("the order is at most 6, so a + b is at most 12")];
        // r is 2 J11 already.
        let factor = if a == 1 { 1 } else { 1 << size };
        j.mul_small(factor)
    }

    /// κ_α t^α/α! summed over |α| = d, for d = 0 … order (the entry at 0 is zero); order ≤ 6.
    pub fn cumulants(&self, order: u32) -> Vec<Jet<R>> {
        let means: Vec<Jet<R>> = (0..=order)
            .map(|d| self.homogeneous_means(d, order))
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

    fn homogeneous_means(&self, d: u32, order: u32) -> Jet<R> {
        if d == 0 {
            return Jet::constant(self.r().one_like(), order);
        }
        Jet::from_terms(
            powers(d).map(|power| {
                let mean = Self::mean(power, &self.values);
                (power, mean.mul_rational(&factorial(power).recip()))
            }),
            order,
        )
    }
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
        let all = PairMoments::symbolic().cumulants(3);
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
