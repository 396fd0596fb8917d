//! The sphere $S^d$: areas, numbers of harmonics, Gegenbauer polynomials, and monomials as sums of
//! them.

use rug::{Integer, Rational};

use crate::number::{Ball, Bits};

/// The number of independent harmonics of degree l on $S^d$:
/// $n_{l,d} = \frac{2l+d-1}{d-1} \binom{l+d-2}{l}$, 2l + 1 for d = 2.
pub fn multiplicity(l: u32, d: u32) -> Integer {
    let binomial = Integer::from(l + d - 2).binomial(l);
    (binomial * (2 * u64::from(l) + u64::from(d) - 1)).div_exact(&Integer::from(d - 1))
}

/// $|S^d| = 2 π^{(d+1)/2}/Γ((d+1)/2)$.
pub fn area(d: u32, prec: Bits) -> Ball {
    let work = prec.plus(16);
    let half = Rational::from((d + 1, 2));
    Ball::pi(work)
        .pow_rational(&half, work)
        .mul(&Ball::recip_gamma_rational(&half, work), work)
        .mul_2exp(1)
        .rounded(prec)
}

/// $c_d = |S^{d-1}|/|S^d| = \frac{Γ((d+1)/2)}{\sqrtπ\,Γ(d/2)}$: the density of one coordinate of a
/// uniform point of $S^d$ is $c_d (1-u^2)^{d/2-1}$.
pub fn density_constant(d: u32, prec: Bits) -> Ball {
    let work = prec.plus(16);
    Ball::gamma_rational(&Rational::from((d + 1, 2)), work)
        .mul(
            &Ball::recip_gamma_rational(&Rational::from((d, 2)), work),
            work,
        )
        .mul(&Ball::pi(work).rsqrt(work), work)
        .rounded(prec)
}

/// The bits that the recurrence of [`gegenbauer`] can lose: a radius grows by at most the factor
/// 1 + √2 < 2^1.28 a step.
pub fn recurrence_loss(l: u32) -> u32 {
    (u64::from(l) * 128 / 100).min(u64::from(u32::MAX / 4)) as u32 + 8
}

/// $G_l(u)$ for |u| ≤ 1, from $(l+d-1) G_{l+1} = (2l+d-1) u G_l - l G_{l-1}$.
pub fn gegenbauer(l: u32, d: u32, u: &Ball, prec: Bits) -> Ball {
    let work = prec.plus(recurrence_loss(l));
    let (mut before, mut value) = (Ball::one(), u.clone());
    if l == 0 {
        return before;
    }
    let d = i64::from(d);
    for k in 1..i64::from(l) {
        let next = value
            .mul(u, work)
            .mul_i64(2 * k + d - 1, work)
            .sub(&before.mul_i64(k, work), work)
            .div_i64(k + d - 1, work);
        before = std::mem::replace(&mut value, next);
    }
    value.rounded(prec)
}

/// $w_{k,l}$, k = l, l + 2, …, in $u^k = \sum_l w_{k,l} G_l(u)$: non-negative with sum 1 over l.
///
/// $w_{l,l} = \frac{(2λ)_l}{2^l (λ)_l}$ and
/// $\frac{w_{k+2,l}}{w_{k,l}} = \frac{(k+1)(k+2)}{4 (j+1)(λ+1+l+j)}$ with k = l + 2j, λ = (d−1)/2.
pub fn monomial_weights(l: u32, d: u32, count: usize, prec: Bits) -> Vec<Ball> {
    let mut weights = Vec::with_capacity(count);
    let mut weight = Ball::one();
    for i in 0..i64::from(l) {
        // (2λ+i)/(2(λ+i)) = (d−1+i)/(d−1+2i).
        weight = weight
            .mul_i64(i64::from(d) - 1 + i, prec)
            .div_i64(i64::from(d) - 1 + 2 * i, prec);
    }
    for j in 0..count as i64 {
        weights.push(weight.clone());
        let k = i64::from(l) + 2 * j;
        // 4 (j+1)(λ+1+l+j) = 2 (j+1)(d+1+2l+2j).
        weight = weight.mul_i64((k + 1) * (k + 2), prec).div_i64(
            2 * (j + 1) * (i64::from(d) + 1 + 2 * i64::from(l) + 2 * j),
            prec,
        );
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monomials_are_the_sums_of_their_polynomials() {
        let prec = Bits::new(160);
        for d in [2, 3, 5] {
            for (k, u) in [(4u32, (1, 3)), (7, (-4, 5)), (11, (9, 10))] {
                let u = Ball::from_rational(&Rational::from(u), prec);
                let mut sum = Ball::zero();
                for l in (k % 2..=k).step_by(2) {
                    let j = ((k - l) / 2) as usize;
                    let weight = monomial_weights(l, d, j + 1, prec).pop().expect("one");
                    sum = sum.add(&weight.mul(&gegenbauer(l, d, &u, prec), prec), prec);
                }
                let power = u.pow_u64(u64::from(k), prec);
                assert!(sum.overlaps(&power) && sum.accuracy() > 120, "{d} {k}");
            }
        }
    }

    #[test]
    fn multiplicities_are_dimensions_of_harmonics() {
        for l in 0..6 {
            assert_eq!(multiplicity(l, 2), 2 * l + 1);
            assert_eq!(multiplicity(l, 3), (l + 1) * (l + 1));
        }
        assert_eq!(multiplicity(2, 5), 20);
    }

    #[test]
    fn areas_are_known() {
        let prec = Bits::new(100);
        let four_pi = Ball::pi(prec).mul_i64(4, prec);
        assert!(area(2, prec).overlaps(&four_pi));
        let ratio = area(1, prec).div(&area(2, prec), prec);
        assert!(density_constant(2, prec).overlaps(&ratio));
    }
}
