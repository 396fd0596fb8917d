//! The formal delta method: the coefficient of n^{−k} in the mean of a function of the sample means
//! (x̄, ȳ, z̄) of n independent copies of (λφ², λφ̂², λφφ̂), and in the variance.
//!
//! The cumulants of the sample means are κ_α/n^{|α|−1}, so with ε = 1/n and S_s the part of degree
//! s + 1 of the cumulant generating function of one copy,
//!
//! $$E\,e^{t·δ} = \exp\Big(\sum_{s≥1} ε^s S_s(t)\Big) = \sum_k ε^k E_k(t),
//!   \qquad k E_k = \sum_{s=1}^k s\,S_s E_{k-s},$$
//!
//! where δ is the deviation from the mean (1, 1, r). If f = Σ f_α δ^α, the coefficient of n^{−k} of
//! E f is Σ_α α! [t^α]E_k · f_α, a finite sum: E_k has degrees k + 1 to 2k only.
//!
//! With u = 1 − r² and w = δx + δy + δxδy − 2rδz − δz², sin²θ' = u(1 + w/u)/((1+δx)(1+δy)). All of
//! its logarithm's Taylor coefficients to degree 2k have the denominator u^{2k}, which is kept apart.
//!
//! These are asymptotic series: E ln sin²θ' itself is −∞ at every width.

use rug::Rational;

use super::cumulants::{PairMoments, factorial};
use super::jet::Jet;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::ring::{RationalAlgebra, Ring};

/// What is expanded in 1/n.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Statistic {
    /// E ln sin²θ'.
    Mean,
    /// Var ln sin²θ'.
    Variance,
    /// E cos^m θ', m the power.
    Cosine(u32),
}

impl Statistic {
    /// The power of 1 − r² in the denominator of the coefficient of n^{−k}.
    pub fn denominator_power(self, k: u32) -> u32 {
        match self {
            Statistic::Cosine(_) => 0,
            Statistic::Mean | Statistic::Variance => 2 * k,
        }
    }
}

/// The numerator of the coefficient of n^{−k}, k from 1 to 5: the coefficient times
/// (1 − r²)^[`denominator_power`](Statistic::denominator_power).
///
/// # Errors
/// A limit error at the deadline.
pub fn numerator<R: RationalAlgebra>(
    statistic: Statistic,
    k: u32,
    moments: &PairMoments<R>,
    limits: &Limits,
) -> Result<R> {
    let cumulants = moments.cumulants(k + 1);
    let parts = deviation_moments(k, &cumulants, &moments.r().one_like(), limits)?;
    let contract = |i: u32, jet: &Jet<R>| contraction(&parts[i as usize], jet);
    match statistic {
        Statistic::Cosine(m) => Ok(contract(k, &cosine(m, 2 * k, moments.r()))),
        Statistic::Mean => {
            let graded = log_sine(2 * k, moments.r());
            Ok(contract(k, &over_gap(&graded, 2 * k, &moments.gap)))
        }
        Statistic::Variance => {
            let graded = log_sine(2 * k, moments.r());
            limits.check_deadline()?;
            let square = over_gap(&square(&graded), 2 * k, &moments.gap);
            let mut sum = contract(k, &square);
            // (E g)² has the coefficient Σ m_i m_{k−i}.
            let means: Vec<R> = (1..k)
                .map(|i| {
                    contract(
                        i,
                        &over_gap(&log_sine(2 * i, moments.r()), 2 * i, &moments.gap),
                    )
                })
                .collect();
            for (left, right) in means.iter().zip(means.iter().rev()) {
                sum = Ring::sub(&sum, &left.mul(right));
            }
            Ok(sum)
        }
    }
}

/// E_0 … E_k of the [module](self), from the cumulants to degree k + 1.
///
/// # Errors
/// A limit error at the deadline.
pub(super) fn deviation_moments<R: RationalAlgebra>(
    k: u32,
    cumulants: &[Jet<R>],
    one: &R,
    limits: &Limits,
) -> Result<Vec<Jet<R>>> {
    let mut parts = vec![Jet::constant(one.clone(), 2 * k)];
    for i in 1..=k {
        let mut part = Jet::zero(2 * k);
        for s in 1..=i {
            limits.check_deadline()?;
            let share = Rational::from((s, i));
            let product = parts[(i - s) as usize].mul(&cumulants[s as usize + 1]);
            part = part.plus(&product.map(|x| x.mul_rational(&share)));
        }
        parts.push(part);
    }
    Ok(parts)
}

/// Σ_α α! [t^α]E · f_α.
pub(super) fn contraction<R: RationalAlgebra>(part: &Jet<R>, taylor: &Jet<R>) -> R {
    let mut sum: Option<R> = None;
    for (power, moment) in part.terms() {
        if let Some(value) = taylor.coefficient(power) {
            let term = moment.mul(value).mul_rational(&factorial(power));
            sum = Some(match sum {
                None => term,
                Some(sum) => Ring::add(&sum, &term),
            });
        }
    }
    // E_k is never without terms for k ≥ 1: the variance of λφ² is not 0.
    sum.unwrap_or_else(|| {
        let (_, any) = part.terms().next().expect("E_k has terms");
        any.zero_like()
    })
}

/// ln(sin²θ'/u) = Σ_m u^{−m} G_m: G_0 = −ln(1+δx) − ln(1+δy), G_m = (−1)^{m+1} w^m/m.
fn log_sine<R: RationalAlgebra>(order: u32, r: &R) -> Vec<Jet<R>> {
    let one = r.one_like();
    let unit = |sign: i64| one.mul_small(sign);
    let w = Jet::from_terms(
        [
            ([1, 0, 0], unit(1)),
            ([0, 1, 0], unit(1)),
            ([1, 1, 0], unit(1)),
            ([0, 0, 1], r.mul_small(-2)),
            ([0, 0, 2], unit(-1)),
        ],
        order,
    );
    let norms = (1..=order).flat_map(|m| {
        let value = one.mul_rational(&Rational::from((if m % 2 == 0 { 1 } else { -1 }, m)));
        [([m as u8, 0, 0], value.clone()), ([0, m as u8, 0], value)]
    });
    let mut graded = vec![Jet::from_terms(norms, order)];
    let mut power = Jet::constant(one.clone(), order);
    for m in 1..=order {
        power = power.mul(&w);
        let factor = Rational::from((if m % 2 == 0 { -1 } else { 1 }, m));
        graded.push(power.map(|x| x.mul_rational(&factor)));
    }
    graded
}

/// The square of a graded function; G_i G_j with i + j above the order has no terms left.
fn square<R: RationalAlgebra>(graded: &[Jet<R>]) -> Vec<Jet<R>> {
    (0..graded.len())
        .map(|m| {
            (0..=m)
                .map(|i| graded[i].mul(&graded[m - i]))
                .reduce(|sum, product| sum.plus(&product))
                .unwrap_or_else(|| graded[0].clone())
        })
        .collect()
}

/// Σ_m u^{top−m} G_m.
fn over_gap<R: RationalAlgebra>(graded: &[Jet<R>], top: u32, gap: &R) -> Jet<R> {
    let mut scale = gap.one_like();
    let mut sum: Option<Jet<R>> = None;
    for part in graded.iter().rev().skip(graded.len() - 1 - top as usize) {
        let scaled = part.map(|x| x.mul(&scale));
        sum = Some(match sum {
            None => scaled,
            Some(sum) => sum.plus(&scaled),
        });
        scale = scale.mul(gap);
    }
    sum.unwrap_or_else(|| graded[0].clone())
}

/// cos^m θ' = (r + δz)^m (1 + δx)^{−m/2} (1 + δy)^{−m/2}.
fn cosine<R: RationalAlgebra>(power: u32, order: u32, r: &R) -> Jet<R> {
    let one = r.one_like();
    let m = i64::from(power);
    // C(−m/2, i), i = 0 …
    let mut binomials = vec![Rational::from(1)];
    for i in 1..=i64::from(order) {
        let next = Rational::from((2 - m - 2 * i, 2 * i)) * &binomials[i as usize - 1];
        binomials.push(next);
    }
    let root = |axis: usize| {
        let terms = binomials.iter().enumerate().map(|(i, value)| {
            let mut power = [0; 3];
            power[axis] = i as u8;
            (power, one.mul_rational(value))
        });
        Jet::from_terms(terms, order)
    };
    let z = Jet::from_terms([([0; 3], r.clone()), ([0, 0, 1], one.clone())], order);
    let mut product = root(0).mul(&root(1));
    for _ in 0..power {
        product = product.mul(&z);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::super::moment_polynomial::MomentPolynomial;
    use super::*;

    fn log_norm(order: u32) -> Jet<MomentPolynomial> {
        let one = MomentPolynomial::constant(Rational::from(1));
        let terms = (1..=order).map(|m| {
            let value = Rational::from((if m % 2 == 0 { -1 } else { 1 }, m));
            ([m as u8, 0, 0], one.mul_rational(&value))
        });
        Jet::from_terms(terms, order)
    }

    /// x̄ = (2/n)χ²_K with K ~ Bin(n, ½): the series of E ln x̄ and Var ln x̄ follow from those of
    /// digamma and trigamma and the binomial moments, without any delta method.
    #[test]
    fn the_norm_of_one_vector_has_its_known_expansion() {
        let limits = Limits::default();
        let moments = PairMoments::symbolic(&Rational::new());
        let mean = [(-5, 2), (-49, 12), (-12, 1), (-6239, 120)].map(Rational::from);
        let variance = [(5, 1), (37, 2), (509, 6), (480, 1)].map(Rational::from);
        let constant = |q: &Rational| MomentPolynomial::constant(q.clone());
        for k in 1..=4u32 {
            let cumulants = moments.cumulants(k + 1);
            let one = moments.r().one_like();
            let parts = deviation_moments(k, &cumulants, &one, &limits).expect("in time");
            let log = log_norm(2 * k);
            let value = contraction(&parts[k as usize], &log);
            assert_eq!(value, constant(&mean[k as usize - 1]), "{k}");
            let mut second = contraction(&parts[k as usize], &log.mul(&log));
            for i in 1..k as usize {
                let product = Rational::from(&mean[i - 1] * &mean[k as usize - i - 1]);
                second = Ring::sub(&second, &constant(&product));
            }
            assert_eq!(second, constant(&variance[k as usize - 1]), "{k}");
        }
    }
}
