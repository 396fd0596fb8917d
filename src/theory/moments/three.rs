//! Moments of three Gaussians: J_{a,b,c}(R) = E[φ(G₁)^a φ(G₂)^b φ(G₃)^c], φ(x)^0 = 1{x > 0}.
//!
//! Unit variances, correlations r₁₂, r₁₃, r₂₃; cos θ_{jk|i} = (r_jk − r_ij r_ik)/√((1−r_ij²)(1−r_ik²)) is the
//! partial correlation and q_i = (π − θ_{jk|i})/(2π).
//!
//! *By recursion* (integration by parts) down to indices 0 and 1:
//!
//!   J_{a,b,c} = (a−1) J_{a−2,b,c} + b r₁₂ J_{a−1,b−1,c} + c r₁₃ J_{a−1,b,c−1},   a ≥ 2,
//!
//! where for b = 0 the middle term is r₁₂ (1−r₁₂²)^{(a−1)/2} (1−r₂₃²)^{c/2} J_{a−1,c}(θ_{13|2})/√(2π), and
//! likewise for c = 0;
//!
//!   J₀₀₀ = (2π − θ₁₂ − θ₁₃ − θ₂₃)/(4π),
//!   J₁₀₀ = (q₁ + r₁₂ q₂ + r₁₃ q₃)/√(2π),
//!   J₀₁₁ = (r₁₂ √(1−r₁₃²) J_{1,0}(θ_{23|1}) + √(1−r₂₃²) J_{1,0}(θ_{13|2}))/√(2π) + r₂₃ J₀₀₀,
//!   J₁₁₁ = √(1−r₁₂²) √(1−r₁₃²) J_{1,1}(θ_{23|1})/√(2π) + r₁₂ J₀₀₁ + r₁₃ J₀₁₀.
//!
//! *By expansion* in the Hermite polynomials of one of the Gaussians, say the first. With
//! F = φ(G₂)^b φ(G₃)^c, κ² = (r₁₂² + r₁₃² − 2r₁₂r₁₃r₂₃)/(1 − r₂₃²) its squared multiple correlation, and
//! w_n the Taylor coefficients of the module `shifted` with (p, q) = (r₁₂, r₁₃),
//!
//!   J_{a,b,c} = Σ_n h_n w_n,   h_0 = m_a, h_1 = m_{a+1}, h_{n+2} = (a − n) h_n,
//!
//! since h_n = E[φ^a He_n] and n! w_n = E[He_n(G₁) F] = κ^n E[He_n(Y) F]. By Parseval and
//! Cauchy–Schwarz the terms after the N-th sum to at most κ^{N+1} √(m_{2a} J_{2b,2c}(θ₂₃)). The
//! Gaussian with the least κ is expanded.
//!
//! If R is singular (two Gaussians are equal or opposite, or all lie in a plane) the recursion still
//! holds with partial angles 0 or π. The moment is exactly 0 where a non-trivial combination with
//! coefficients ≥ 0 of the three vanishes: they are never positive together. Source of the recursion: Price's theorem, IRE Trans. Inf.
//! Theory 4, 1958.

use std::collections::HashMap;

use rug::Rational;

use super::angle::Angle;
use super::shifted::Shifted;
use super::value::{Method, half_moment, moment, to_relative_accuracy};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// How to compute a moment of three Gaussians.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ThreeMethod {
    /// The recursion in the indices.
    #[default]
    Recursion,
    /// The expansion in the Hermite polynomials of one of the Gaussians.
    Expansion,
}

/// The largest index of a moment of three Gaussians: the recursion fills a table of their product.
const MAX_INDEX: u32 = 200;
/// The most terms of the expansion worth summing.
const MAX_TERMS: f64 = 1e6;

/// The correlations of three Gaussians: a positive semidefinite matrix with unit diagonal.
#[derive(Clone, Debug)]
pub struct Correlations {
    /// r₂₃, r₁₃, r₁₂: entry i belongs to the pair without i.
    opposite: [Entry; 3],
}

/// A correlation: an exact rational with a radius.
#[derive(Clone, Debug)]
struct Entry {
    centre: Rational,
    rad: Magnitude,
}

impl Entry {
    fn value(&self, work: Bits) -> Ball {
        Ball::from_rational(&self.centre, work.plus(4)).widened(self.rad)
    }

    fn is_exactly(&self, n: i32) -> bool {
        self.rad.is_zero() && self.centre == n
    }
}

impl Correlations {
    /// The exact correlations r₁₂, r₁₃, r₂₃.
    ///
    /// # Errors
    /// A domain error unless the matrix is positive semidefinite.
    pub fn from_rationals(r12: Rational, r13: Rational, r23: Rational) -> Result<Correlations> {
        let exact = |centre| Entry {
            centre,
            rad: Magnitude::ZERO,
        };
        Self::checked([exact(r23), exact(r13), exact(r12)])
    }

    /// The correlations r₁₂, r₁₃, r₂₃ as balls; exact balls are exact correlations.
    ///
    /// # Errors
    /// A domain error if no matrix of the balls is positive semidefinite, undecided if only some are.
    pub fn from_balls(r12: &Ball, r13: &Ball, r23: &Ball) -> Result<Correlations> {
        let entry = |ball: &Ball| match ball.mid().to_rational() {
            Some(centre)
                if ball.is_finite() && ball.mid().get_exp().is_none_or(|e| e > -(1 << 24)) =>
            {
                Ok(Entry {
                    centre,
                    rad: ball.rad(),
                })
            }
            _ => Err(undecided()),
        };
        Self::checked([entry(r23)?, entry(r13)?, entry(r12)?])
    }

    fn checked(opposite: [Entry; 3]) -> Result<Correlations> {
        let correlations = Correlations { opposite };
        let outside = || {
            Error::domain("the correlations do not form a positive semidefinite matrix").with_hint(
                "each must be in [-1, 1], and 1 + 2*r12*r13*r23 - r12^2 - r13^2 - r23^2 >= 0",
            )
        };
        if let Some(determinant) = correlations.exact_determinant() {
            let large = |e: &Entry| Rational::from(e.centre.abs_ref()) > 1;
            if determinant < 0 || correlations.opposite.iter().any(large) {
                return Err(outside());
            }
            return Ok(correlations);
        }
        let work = Bits::new(4096);
        let mut certain = correlations.determinant(work).is_nonnegative();
        if correlations.determinant(work).is_negative() {
            return Err(outside());
        }
        for entry in &correlations.opposite {
            let room = Ball::one().sub(&entry.value(work).abs(), work);
            if room.is_negative() {
                return Err(outside());
            }
            certain &= room.is_nonnegative();
        }
        if certain {
            Ok(correlations)
        } else {
            Err(undecided())
        }
    }

    /// det R = 1 + 2 r₁₂ r₁₃ r₂₃ − r₁₂² − r₁₃² − r₂₃² if all three are exact.
    fn exact_determinant(&self) -> Option<Rational> {
        if self.opposite.iter().any(|e| !e.rad.is_zero()) {
            return None;
        }
        let [x, y, z] = [0, 1, 2].map(|i| &self.opposite[i].centre);
        let product = (Rational::from(x * y) * z) * 2u32;
        let squares = Rational::from(x * x) + Rational::from(y * y) + Rational::from(z * z);
        Some(product + 1u32 - squares)
    }

    fn determinant(&self, work: Bits) -> Ball {
        let [x, y, z] = self.values(work);
        let product = x.mul(&y, work).mul(&z, work).mul_2exp(1);
        let squares = x
            .square(work)
            .add(&y.square(work), work)
            .add(&z.square(work), work);
        product.add_i64(1, work).sub(&squares, work)
    }

    /// r₂₃, r₁₃, r₁₂.
    fn values(&self, work: Bits) -> [Ball; 3] {
        [0, 1, 2].map(|i| self.opposite[i].value(work))
    }

    fn is_singular(&self) -> bool {
        self.exact_determinant().is_some_and(|d| d == 0)
    }

    /// Whether the three Gaussians are never positive together, where that is certain: two are opposite, or
    /// R is singular of rank 2 with a null vector v of one sign.
    ///
    /// For rank 2 the adjugate of R is a positive multiple of $v v^T$. Its entry (i, j) is
    /// $r_{ik} r_{jk} - r_{ij}$, and its diagonal $1 - r^2$ is positive unless two Gaussians are equal or
    /// opposite. So v has one sign if no $r_{ij} - r_{ik} r_{jk}$ is positive, and then
    /// $\sum v_i G_i = 0$ almost surely.
    fn are_never_positive(&self) -> bool {
        if self.opposite.iter().any(|entry| entry.is_exactly(-1)) {
            return true;
        }
        self.is_singular()
            && (0..3).all(|i| {
                let [x, y, z] = [i, (i + 1) % 3, (i + 2) % 3].map(|k| &self.opposite[k]);
                let product = Rational::from(&y.centre * &z.centre);
                x.centre <= product && !x.is_exactly(1)
            })
    }
}

fn undecided() -> Error {
    Error::undecided("whether the correlations form a positive semidefinite matrix is not decided")
}

/// E[φ(G₁)^a φ(G₂)^b φ(G₃)^c] for the indices [a, b, c] and these correlations; φ(x)^0 = 1{x > 0}.
///
/// For exact correlations the relative accuracy is at least `prec` bits, and a singular matrix is
/// allowed; a value of 0 (Gaussians that are never positive together) is exact.
///
/// # Errors
/// A limit error for an index above 200, at the deadline, or where the expansion converges too slowly;
/// undecided where balls of correlations are too wide.
pub fn three_moment(
    indices: [u32; 3],
    correlations: &Correlations,
    method: ThreeMethod,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    if indices.iter().any(|&n| n > MAX_INDEX) {
        return Err(Error::limit(format!(
            "an index of J3 is larger than {MAX_INDEX}"
        )));
    }
    if correlations.are_never_positive() {
        return Ok(Ball::zero());
    }
    // Two equal Gaussians are one.
    for i in 0..3 {
        let (j, k) = ((i + 1) % 3, (i + 2) % 3);
        let entry = &correlations.opposite[i];
        if entry.is_exactly(1) {
            let other = &correlations.opposite[j];
            let index = indices[j] + indices[k];
            return to_relative_accuracy(prec, limits, |work| {
                let theta = angle_of(other, work)?;
                moment(indices[i], index, &theta, Method::Auto, work, limits)
            });
        }
    }
    let value = to_relative_accuracy(prec, limits, |work| match method {
        ThreeMethod::Recursion => Recursion::new(correlations, work, limits)?.value(indices),
        ThreeMethod::Expansion => by_expansion(indices, correlations, work, limits),
    })?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::undecided(
            "the moment of three Gaussians was not decided at these correlations",
        ))
    }
}

/// arccos r, exactly 0 or π for exact ±1.
fn angle_of(entry: &Entry, work: Bits) -> Result<Angle> {
    if entry.is_exactly(1) {
        Angle::from_radians(Rational::new())
    } else if entry.is_exactly(-1) {
        Angle::from_pi_multiple(Rational::from(1))
    } else {
        Angle::from_ball(&entry.value(work.plus(8)).acos(work.plus(8)))
    }
}

/// The recursion with its table of values known so far.
struct Recursion<'a> {
    work: Bits,
    limits: &'a Limits,
    /// r₂₃, r₁₃, r₁₂.
    r: [Ball; 3],
    /// √(1 − r²) of the same pairs.
    root: [Ball; 3],
    /// θ_{23|1}, θ_{13|2}, θ_{12|3}.
    partial: [Angle; 3],
    /// (2π − θ₁₂ − θ₁₃ − θ₂₃)/(4π).
    orthant: Ball,
    /// 1/√(2π).
    density: Ball,
    known: HashMap<[u32; 3], Ball>,
}

impl<'a> Recursion<'a> {
    fn new(correlations: &Correlations, work: Bits, limits: &'a Limits) -> Result<Self> {
        let work = work.plus(16);
        let r = correlations.values(work);
        let mut root = Vec::with_capacity(3);
        let mut orthant = Ball::pi(work).mul_2exp(1);
        for (i, x) in r.iter().enumerate() {
            // 1 − r² = (1−r)(1+r).
            let below = Ball::one().sub(x, work);
            root.push(below.mul(&x.add_i64(1, work), work).sqrt(work));
            let theta = angle_of(&correlations.opposite[i], work)?;
            orthant = orthant.sub(&theta.value(work), work);
        }
        let root: [Ball; 3] = root
            .try_into()
            .unwrap_or_else(|_| [0; 3].map(|_| Ball::zero()));
        let singular = correlations.is_singular();
        let mut partial = Vec::with_capacity(3);
        for i in 0..3 {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            // r_jk − r_ij r_ik, where entry i belongs to the pair (j, k).
            let numerator = r[i].sub(&r[j].mul(&r[k], work), work);
            partial.push(if singular {
                // det R = (1−r_ij²)(1−r_ik²) − (r_jk − r_ij r_ik)²: the partial correlation is ±1.
                let turns = Rational::from(i32::from(numerator.mid().is_sign_negative()));
                Angle::from_pi_multiple(turns)?
            } else {
                let cosine = numerator.div(&root[j].mul(&root[k], work), work);
                let angle = cosine.acos(work);
                if !angle.is_finite() {
                    return Err(Error::undecided(
                        "a partial angle of the correlations was not decided",
                    ));
                }
                Angle::from_ball(&angle)?
            });
        }
        let partial: Result<[Angle; 3], _> = partial.try_into();
        let Ok(partial) = partial else {
            return Err(undecided());
        };
        let pi4 = Ball::pi(work).mul_2exp(2);
        Ok(Recursion {
            work,
            limits,
            r,
            root,
            partial,
            orthant: orthant.div(&pi4, work),
            density: Ball::pi(work).mul_2exp(1).rsqrt(work),
            known: HashMap::new(),
        })
    }

    /// J of two Gaussians at the partial angle given the i-th.
    fn pair(&self, a: u32, b: u32, i: usize) -> Result<Ball> {
        moment(a, b, &self.partial[i], Method::Auto, self.work, self.limits)
    }

    fn value(&mut self, indices: [u32; 3]) -> Result<Ball> {
        if let Some(value) = self.known.get(&indices) {
            return Ok(value.clone());
        }
        self.limits.check_deadline()?;
        // The first of the largest indices.
        let i = (0..3).rev().max_by_key(|&i| indices[i]).unwrap_or(0);
        let value = if indices[i] >= 2 {
            self.step(indices, i)?
        } else {
            self.start(indices)?
        };
        self.known.insert(indices, value.clone());
        Ok(value)
    }

    /// Integration by parts in G_i with index a ≥ 2.
    fn step(&mut self, indices: [u32; 3], i: usize) -> Result<Ball> {
        let work = self.work;
        let a = indices[i];
        let mut lower = indices;
        lower[i] = a - 2;
        let mut sum = self.value(lower)?.mul_i64(i64::from(a) - 1, work);
        for (j, k) in [((i + 1) % 3, (i + 2) % 3), ((i + 2) % 3, (i + 1) % 3)] {
            // The pair (i, j) is opposite to k.
            let term = if indices[j] > 0 {
                let mut mixed = indices;
                mixed[i] = a - 1;
                mixed[j] -= 1;
                self.value(mixed)?.mul_i64(i64::from(indices[j]), work)
            } else {
                // On the plane G_j = 0: standard deviations √(1−r_ij²), √(1−r_jk²), angle θ_{ik|j}.
                self.pair(a - 1, indices[k], j)?
                    .mul(&self.root[k].pow_u64(u64::from(a) - 1, work), work)
                    .mul(&self.root[i].pow_u64(u64::from(indices[k]), work), work)
                    .mul(&self.density, work)
            };
            sum = self.r[k].mul_add(&term, &sum, work);
        }
        Ok(sum)
    }

    /// All indices 0 or 1.
    fn start(&mut self, indices: [u32; 3]) -> Result<Ball> {
        let work = self.work;
        let ones: Vec<usize> = (0..3).filter(|&i| indices[i] == 1).collect();
        match ones[..] {
            [] => Ok(self.orthant.clone()),
            [i] => {
                // q_i + r_ij q_j + r_ik q_k, with q = J_{0,0} of the partial angle.
                let (j, k) = ((i + 1) % 3, (i + 2) % 3);
                let mut sum = self.pair(0, 0, i)?;
                sum = self.pair(0, 0, j)?.mul_add(&self.r[k], &sum, work);
                sum = self.pair(0, 0, k)?.mul_add(&self.r[j], &sum, work);
                Ok(sum.mul(&self.density, work))
            }
            [j, k] => {
                // J₀₁₁ with i the zero index: r_ij √(1−r_ik²) J_{1,0}(θ_{jk|i}) and
                // √(1−r_jk²) J_{1,0}(θ_{ik|j}), where the exponent 1 belongs to G_k.
                let i = 3 - j - k;
                let first = self
                    .pair(1, 0, i)?
                    .mul(&self.root[j], work)
                    .mul(&self.r[k], work);
                let second = self.pair(1, 0, j)?.mul(&self.root[i], work);
                let boundary = first.add(&second, work).mul(&self.density, work);
                Ok(self.orthant.mul_add(&self.r[i], &boundary, work))
            }
            _ => {
                let boundary = self
                    .pair(1, 1, 0)?
                    .mul(&self.root[1], work)
                    .mul(&self.root[2], work)
                    .mul(&self.density, work);
                let third = self.value([0, 0, 1])?.mul(&self.r[2], work);
                let second = self.value([0, 1, 0])?.mul(&self.r[1], work);
                Ok(boundary.add(&third, work).add(&second, work))
            }
        }
    }
}

/// κ² of the i-th Gaussian.
fn multiple_correlation(r: &[Ball; 3], i: usize, work: Bits) -> Ball {
    let (j, k) = ((i + 1) % 3, (i + 2) % 3);
    let product = r[0].mul(&r[1], work).mul(&r[2], work).mul_2exp(1);
    let numerator = r[j]
        .square(work)
        .add(&r[k].square(work), work)
        .sub(&product, work);
    let room = Ball::one().sub(&r[i].square(work), work);
    numerator.div(&room, work)
}

fn by_expansion(
    indices: [u32; 3],
    correlations: &Correlations,
    work: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let work = work.plus(16);
    let rough = Bits::new(53);
    let r = correlations.values(rough);
    let size = |i: &usize| multiple_correlation(&r, *i, rough).mid().to_f64();
    let i = (0..3)
        .min_by(|x, y| size(x).total_cmp(&size(y)))
        .unwrap_or(0);
    let (j, k) = ((i + 1) % 3, (i + 2) % 3);
    let too_slow = || {
        Error::limit("the expansion converges too slowly so near to a singular matrix")
            .with_hint("use the recursion")
    };
    // No information, or κ ≥ 1, fails this comparison.
    let terms = f64::from(work.get()) / (-0.5 * size(&i).max(0.0).log2());
    if !(0.0..MAX_TERMS).contains(&terms) {
        return Err(too_slow());
    }
    let theta = angle_of(&correlations.opposite[i], work)?;
    let values = correlations.values(work);
    // (p, q) = (r_ij, r_ik): the entries opposite to k and j.
    let ray = [&values[k], &values[j]];
    let mut series = Shifted::new(indices[j], indices[k], &theta, ray, work, limits)?;
    let kappa = series.length2().magnitude().sqrt();
    if kappa >= Magnitude::ONE {
        return Err(too_slow());
    }
    let a = indices[i];
    let first = half_moment(2 * u64::from(a), rough, limits)?.magnitude();
    let (b2, c2) = (2 * indices[j], 2 * indices[k]);
    let second = moment(b2, c2, &theta, Method::Auto, Bits::new(32), limits)?.magnitude();
    let mut rest = first.times(second).sqrt().times(kappa);
    let mut even = half_moment(u64::from(a), work, limits)?;
    let mut odd = half_moment(u64::from(a) + 1, work, limits)?;
    let mut sum = Ball::zero();
    for n in 0i64.. {
        if n % 64 == 0 {
            limits.check_deadline()?;
        }
        let coefficient = if n % 2 == 0 { &mut even } else { &mut odd };
        sum = coefficient.mul_add(series.last(), &sum, work);
        *coefficient = coefficient.mul_i64(i64::from(a) - n, work);
        if !sum.is_finite() {
            return Ok(Ball::indeterminate());
        }
        if rest <= sum.magnitude().shifted(-i64::from(work.get())) || rest.is_zero() {
            return Ok(sum.widened(rest));
        }
        rest = rest.times(kappa);
        series.advance();
    }
    Ok(Ball::indeterminate())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlations(r: [(i32, i32); 3]) -> Correlations {
        let [x, y, z] = r.map(Rational::from);
        Correlations::from_rationals(x, y, z).expect("positive semidefinite")
    }

    #[test]
    fn recursion_and_expansion_agree() {
        let prec = Bits::new(256);
        let limits = Limits::default();
        let mut cases = 0;
        for r in [
            [(3, 10), (-1, 5), (1, 2)],
            [(1, 2), (1, 3), (1, 4)],
            [(-1, 3), (-1, 4), (-1, 5)],
            [(0, 1), (3, 5), (-1, 2)],
            [(0, 1), (0, 1), (0, 1)],
            [(4, 5), (-1, 10), (1, 5)],
        ] {
            let matrix = correlations(r);
            for indices in [
                [0, 0, 0],
                [1, 0, 0],
                [0, 1, 0],
                [0, 1, 1],
                [1, 0, 1],
                [1, 1, 0],
                [1, 1, 1],
                [2, 0, 0],
                [0, 3, 0],
                [2, 0, 1],
                [0, 2, 5],
                [3, 2, 1],
                [2, 2, 2],
                [4, 1, 6],
            ] {
                let [x, y] = [ThreeMethod::Recursion, ThreeMethod::Expansion].map(|method| {
                    three_moment(indices, &matrix, method, prec, &limits).expect("a value")
                });
                assert!(
                    x.overlaps(&y) && x.accuracy() >= 256 && y.accuracy() >= 256,
                    "{indices:?} {r:?}: {x:?} {y:?}"
                );
                cases += 1;
            }
        }
        assert_eq!(cases, 6 * 14);
    }

    #[test]
    fn a_singular_matrix_is_a_pair() {
        let prec = Bits::new(128);
        let limits = Limits::default();
        // G₁ = G₂: E[φ(G)^{a+b} φ(G₃)^c].
        let equal = correlations([(1, 1), (3, 5), (3, 5)]);
        let value = three_moment([2, 1, 2], &equal, ThreeMethod::Recursion, prec, &limits)
            .expect("a value");
        let theta = Angle::from_ball(
            &Ball::from_rational(&Rational::from((3, 5)), prec.plus(9)).acos(prec.plus(9)),
        );
        let pair = moment(3, 2, &theta.expect("inside"), Method::Auto, prec, &limits);
        assert!(value.overlaps(&pair.expect("a value")) && value.accuracy() >= 128);
        let opposite = correlations([(1, 2), (-1, 1), (-1, 2)]);
        let value = three_moment([2, 1, 2], &opposite, ThreeMethod::Recursion, prec, &limits);
        assert!(value.expect("a value").is_zero());
        // −1 counts before 1: G₁ = G₂ = −G₃. And G₁ = −(3 G₂ + 4 G₃)/5 is negative where the others are not.
        for r in [
            [(1, 1), (-1, 1), (-1, 1)],
            [(-1, 1), (-1, 1), (1, 1)],
            [(-3, 5), (-4, 5), (0, 1)],
            [(-1, 2), (-1, 2), (-1, 2)],
        ] {
            for indices in [[1, 1, 1], [0, 0, 0], [0, 3, 1]] {
                let matrix = correlations(r);
                let value = three_moment(indices, &matrix, ThreeMethod::Recursion, prec, &limits);
                assert!(value.expect("a value").is_zero(), "{r:?} {indices:?}");
            }
        }
        // In a plane and positive together somewhere: not 0.
        let some = correlations([(3, 5), (-4, 5), (0, 1)]);
        let value = three_moment([0, 0, 0], &some, ThreeMethod::Recursion, prec, &limits);
        assert!(value.expect("a value").is_positive());
        // Three Gaussians in a plane, G₃ = (G₁ + G₂)/√2 with r₁₂ = 0 would be irrational; instead
        // r₁₂ = 7/25, r₁₃ = r₂₃ = 4/5: det = 1 + 2·(7/25)(16/25) − 49/625 − 2·16/25 = 0. Where G₁ and G₂ are
        // positive, so is G₃ = (5/8)(G₁ + G₂): the factor φ(G₃) is linear.
        let plane = correlations([(7, 25), (4, 5), (4, 5)]);
        let value = three_moment([1, 1, 1], &plane, ThreeMethod::Recursion, prec, &limits)
            .expect("a value");
        let theta = Angle::from_ball(
            &Ball::from_rational(&Rational::from((7, 25)), prec.plus(9)).acos(prec.plus(9)),
        )
        .expect("inside");
        let pair = moment(2, 1, &theta, Method::Auto, prec, &limits).expect("a value");
        let expected = pair.mul_rational(&Rational::from((5, 4)), prec);
        assert!(value.overlaps(&expected) && value.accuracy() >= 128);
    }

    #[test]
    fn matrices_that_are_not_positive_are_refused() {
        use crate::error::ErrorKind;
        let kind = |x: (i32, i32), y: (i32, i32), z: (i32, i32)| {
            Correlations::from_rationals(Rational::from(x), Rational::from(y), Rational::from(z))
                .map(|_| ())
                .map_err(|e| e.kind())
        };
        assert_eq!(kind((9, 10), (9, 10), (0, 1)), Err(ErrorKind::Domain));
        assert_eq!(kind((11, 10), (0, 1), (0, 1)), Err(ErrorKind::Domain));
        assert_eq!(kind((1, 2), (1, 2), (-1, 2)), Ok(()));
        let wide = Ball::from_rational(&Rational::from((-1, 2)), Bits::new(64));
        let half = Ball::from_rational(&Rational::from((1, 2)), Bits::new(64));
        let nearly = wide.widened(Magnitude::power_of_two(-20));
        let straddling = Correlations::from_balls(&half, &half, &nearly).map(|_| ());
        assert_eq!(straddling.map_err(|e| e.kind()), Err(ErrorKind::Undecided));
    }
}
