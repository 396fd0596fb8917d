//! E cos^k θ' by a product of Gauss-Legendre rules, with the error bound in the ball.
//!
//! **One dimension.** If g is holomorphic inside the ellipse of Bernstein with parameter ρ > 1 (foci
//! ±1, half-axes (ρ ± 1/ρ)/2) and |g| ≤ B there, its Chebyshev coefficients are at most 2Bρ^{−j}. A
//! rule of N ≥ 2 points is exact below degree 2N, both the rule and the integral vanish on odd T_j,
//! and on even ones they are at most 2 and 2/(j²−1) ≤ 2/15, so
//! $$|(I - Q)g| ≤ \sum_{j ≥ 2N, \text{even}} 2Bρ^{-j}\Big(2 + \frac2{15}\Big)
//!   = \frac{64}{15}\,\frac{B ρ^{-2N}}{1 - ρ^{-2}}.$$
//!
//! **Two dimensions.** With I₁, I₂ the integrals and Q₁, Q₂ the rules in each variable, both over
//! the same positive measure dμ,
//! $I_1I_2 - Q_1Q_2 = I_2(I_1 - Q_1) + Q_1(I_2 - Q_2)$. F is symmetric, so with B a bound for one
//! complex and one real variable the error is at most (μ + Q(1)) times that of one dimension, μ ≤ π/2.
//!
//! **The bound B** by the maximum principle, from the boundary of the ellipse: it is covered with
//! boxes, each with a box of the real variable, and boxes whose bound is too large are cut into four.
//! That F is holomorphic inside is not read off the boxes; it follows from the boundary's image
//! staying in the strip of [`substitution`](super::substitution): Im x is harmonic in t.
//!
//! **ρ** comes from a search over the values of F at some boundary points, which decides only how
//! many nodes are taken.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rug::Float;

use super::bound::{ComplexSide, RealSide};
use super::integrand::{Integrand, Side};
use super::substitution::{Form, Substitution};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::quadrature::GaussLegendre;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};
use crate::theory::moments::Angle;

/// Most nodes in each variable; their pairs are evaluated.
const MOST_NODES: u32 = 3000;

/// The precision of bounds.
const COARSE: Bits = Bits::new(53);

/// E cos^k θ' at an angle strictly between 0 and π, with an absolute error of about 2^{−prec}.
///
/// # Errors
/// A limit error if too many nodes would be needed, and at the deadline; an undecided one if the angle
/// is a ball too wide for any bound.
pub fn enclose(
    power: u32,
    theta: &Angle,
    width: u32,
    form: Form,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let coarse = Integrand::new(power, theta, width, COARSE);
    let cut = coarse.cut(i64::from(prec.get()) + 4);
    let gap = cut.unwrap_or(1.0);
    let plan = Plan::find(&coarse, power, theta, form, gap, prec, limits)?;

    // n factors M in a power.
    let work = prec.plus(24 + 32 - width.leading_zeros());
    let fine = Integrand::new(power, theta, width, work);
    let substitution = Substitution::new(power, theta, form, gap, work);
    let rule = GaussLegendre::rule(plan.points as usize, work, limits)?;
    let mut nodes: Vec<(Side, Ball)> = Vec::new();
    let mut mass = Ball::zero();
    for node in rule.nonnegative_nodes() {
        let mirrored = (!substitution.is_even() && !node.x.is_zero()).then(|| node.x.neg());
        for t in std::iter::once(node.x.clone()).chain(mirrored) {
            let image = substitution
                .at(&ComplexBall::real(t))
                .ok_or_else(too_wide)?;
            let weight = image.weight.re().mul(&node.weight, work);
            mass = mass.add(&weight, work);
            nodes.push((fine.side(image.z.re().clone()), weight));
        }
    }
    let rows = (0..nodes.len())
        .into_par_iter()
        .map(|i| {
            limits.check_deadline()?;
            let (side, weight) = &nodes[i];
            let mut row = Ball::zero();
            for (other, share) in &nodes[..i] {
                row = fine.value(side, other).mul_add(share, &row, work);
            }
            // Each pair off the diagonal counts twice.
            let own = fine.value(side, side).mul(weight, work);
            Ok(row.mul_2exp(1).add(&own, work).mul(weight, work))
        })
        .collect::<Result<Vec<Ball>>>()?;
    let total = rows
        .iter()
        .fold(Ball::zero(), |total, row| total.add(row, work));
    // μ ≤ π/2 < 2.
    let measure = mass.magnitude().plus(Magnitude::new(2, 0));
    let mut error = measure.times(plan.error());
    if cut.is_some() {
        error = error.plus(Magnitude::power_of_two(coarse.tail_exponent(gap)));
    }
    Ok(total.widened(error).mul(&fine.factor(), work))
}

fn too_wide() -> Error {
    Error::undecided("the angle is known too roughly for the quadrature of `angle.cos_moment`")
}

/// The rule to be taken: ρ, the certified bound B and the number of points.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// ρ, exactly.
    pub(super) rho: f64,
    bound: Magnitude,
    /// The points of the rule on [−1, 1].
    pub(super) points: u32,
}

impl Plan {
    /// (64/15) B ρ^{−2N}/(1 − ρ^{−2}) with a lower bound of ρ² in it; 64/15 < 4.27 < 4.5.
    fn error(&self) -> Magnitude {
        // ρ > 1 is a double with few bits: ρ² and ρ² − 1 are exact in 128 bits.
        let square = Float::with_val(128, self.rho) * self.rho;
        let less = Float::with_val(128, &square - 1);
        // 1/(1 − ρ^{−2}) = ρ²/(ρ² − 1).
        let mut value = self.bound.times(Magnitude::new(9, -1));
        value = value.times(Magnitude::from_float(&square)).over(&less);
        value.times(Magnitude::ONE.over(&square).power(u64::from(self.points)))
    }

    fn find(
        coarse: &Integrand,
        power: u32,
        theta: &Angle,
        form: Form,
        gap: f64,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Plan> {
        let substitution = Substitution::new(power, theta, form, gap, COARSE);
        let mut ellipse = Ellipses {
            substitution: &substitution,
            integrand: coarse,
            rho: 1.0,
            bits: prec.get(),
            arcs: BTreeMap::new(),
            reals: BTreeMap::new(),
        };
        let bits = f64::from(prec.get()) + 6.0;
        let points = |bound: f64, rho: f64| {
            // The factor 1/(1 − ρ^{−2}) is at most ρ/(ρ − 1).
            let bits = bits + bound + (rho / (rho - 1.0)).log2();
            (bits / (2.0 * rho.log2())).ceil().max(2.0)
        };
        // Steps of 1/4 in ln ln ρ, from ρ = 1.4 on, downward or upward while the number of points
        // falls. Few bits of ρ, so that ρ² is exactly known where it matters.
        let rho_of = |step: i32| rounded((0.35 * 1.25f64.powi(step)).exp());
        let mut try_step = |step: i32| {
            let rho = rho_of(step);
            let bound = ellipse.estimate(rho)?;
            Some((points(bound, rho), rho, bound))
        };
        let mut best = try_step(0);
        let upward = best.is_some();
        for step in 1..24 {
            limits.check_deadline()?;
            let next = try_step(if upward { step } else { -step });
            match (&best, &next) {
                (Some((least, ..)), Some((count, ..))) if count < least => best = next,
                (None, _) => best = next,
                _ => break,
            }
        }
        if upward && best.as_ref().is_some_and(|(_, rho, _)| *rho == rho_of(0)) {
            for step in 1..24 {
                match (&best, try_step(-step)) {
                    (Some((least, ..)), Some(next)) if next.0 < *least => best = Some(next),
                    _ => break,
                }
            }
        }
        let Some((count, mut rho, mut estimate)) = best else {
            return Err(if theta.is_exact() {
                uncovered()
            } else {
                too_wide()
            });
        };
        let too_many = |count: f64| {
            Error::limit(format!(
                "`angle.cos_moment` needs about {count:.0} nodes in each of two variables here, and takes at \
                 most {MOST_NODES}"
            ))
            .with_hint(
                "ask for fewer digits; or take r^k + angle.cos_coefficient(1, theta, k)/n + ..., r = 2 J(1,1,theta), \
                 which is an asymptotic series in 1/n",
            )
        };
        if count > f64::from(2 * MOST_NODES) {
            return Err(too_many(count));
        }
        // A smaller ellipse where this one cannot be covered.
        for _ in 0..8 {
            if let Some(bound) = ellipse.cover(rho, estimate, limits)? {
                let size = bound.exponent().unwrap_or(0) as f64;
                let mut count = points(size, rho);
                if substitution.is_even() {
                    // An even number: no node at 0.
                    count = 2.0 * (count / 2.0).ceil();
                }
                let distinct = if substitution.is_even() {
                    count / 2.0
                } else {
                    count
                };
                if distinct > f64::from(MOST_NODES) {
                    return Err(too_many(distinct));
                }
                return Ok(Plan {
                    rho,
                    bound,
                    points: count as u32,
                });
            }
            rho = rounded(1.0 + 0.85 * (rho - 1.0));
            estimate = ellipse.estimate(rho).unwrap_or(estimate);
        }
        Err(if theta.is_exact() {
            uncovered()
        } else {
            too_wide()
        })
    }
}

fn uncovered() -> Error {
    Error::limit("no bound of the quadrature of `angle.cos_moment` was found at this angle").with_hint(
        "at tiny angles it is 1 - angle.dead_probability(theta, n) up to a term of the size of theta^2 ln(1/theta)",
    )
}

/// A double with at most 30 bits.
fn rounded(x: f64) -> f64 {
    f64::from(x as f32)
}

/// The boundary of an ellipse in the complex t-plane, with the parts that were looked at.
struct Ellipses<'a> {
    substitution: &'a Substitution,
    integrand: &'a Integrand,
    rho: f64,
    /// The precision that the rule is for.
    bits: u32,
    arcs: BTreeMap<[u64; 2], Option<ComplexSide>>,
    reals: BTreeMap<[u64; 2], Option<RealSide>>,
}

/// A part of a boundary and of the range of the real variable, each as a part of [0, 1].
#[derive(Clone, Copy)]
struct Cell {
    arc: [f64; 2],
    real: [f64; 2],
    depth: u32,
}

/// The boundary of an ellipse of a tiny angle is long: some thousand cells for each power of ten.
const MOST_CELLS: u32 = 100_000;
const MOST_HALVINGS: u32 = 16;

/// The ball of a part of [0, 1]; its ends have few bits.
fn range(part: [f64; 2]) -> Ball {
    let middle = Float::with_val(53, part[0] + part[1]) >> 1;
    Ball::exact(middle).widened(Magnitude::from_f64((part[1] - part[0]) / 2.0))
}

impl Ellipses<'_> {
    fn choose(&mut self, rho: f64) {
        if self.rho != rho {
            self.rho = rho;
            self.arcs.clear();
        }
    }

    /// F takes conjugate values at conjugate points, and in the even form the same ones at −t: a half
    /// of the boundary is enough, or a quarter.
    fn arc(&self, part: [f64; 2]) -> Option<ComplexSide> {
        let prec = COARSE;
        let rho = Ball::exact(Float::with_val(53, self.rho));
        let inverse = rho.recip(prec);
        let turn = Ball::pi(prec).mul_2exp(if self.substitution.is_even() { -1 } else { 0 });
        let (sin, cos) = turn.mul(&range(part), prec).sin_cos(prec);
        let t = ComplexBall::new(
            rho.add(&inverse, prec).mul_2exp(-1).mul(&cos, prec),
            rho.sub(&inverse, prec).mul_2exp(-1).mul(&sin, prec),
        );
        let image = self.substitution.at(&t)?;
        Some(self.integrand.complex_side(&image))
    }

    fn real(&self, part: [f64; 2]) -> Option<RealSide> {
        let part = range(part);
        let t = if self.substitution.is_even() {
            part
        } else {
            part.mul_2exp(1).add_i64(-1, COARSE)
        };
        let image = self.substitution.at(&ComplexBall::real(t))?;
        Some(self.integrand.real_side(image.z.re()))
    }

    /// An upper bound of |weight · F| on a cell; ∞ where nothing is known.
    fn bound(&mut self, cell: &Cell) -> Magnitude {
        let (arc, real) = (cell.arc.map(f64::to_bits), cell.real.map(f64::to_bits));
        let is_known = self.arcs.contains_key(&arc);
        if !is_known {
            let side = self.arc(cell.arc);
            self.arcs.insert(arc, side);
        }
        let is_known = self.reals.contains_key(&real);
        if !is_known {
            let side = self.real(cell.real);
            self.reals.insert(real, side);
        }
        match (&self.arcs[&arc], &self.reals[&real]) {
            (Some(first), Some(second)) => self.integrand.bound(first, second),
            _ => Magnitude::INFINITY,
        }
    }

    /// log₂ of the largest value at some points; `None` where the ellipse leaves the strip, or comes
    /// so near to its border that it could hardly be covered.
    fn estimate(&mut self, rho: f64) -> Option<f64> {
        if self.substitution.crowding(rho) > 0.95 {
            return None;
        }
        self.choose(rho);
        let mut most = f64::NEG_INFINITY;
        for arc in [0.03125, 0.25, 0.5, 0.75, 0.96875] {
            for real in [0.0, 0.5, 1.0] {
                let cell = Cell {
                    arc: [arc; 2],
                    real: [real; 2],
                    depth: 0,
                };
                most = most.max(self.bound(&cell).exponent()? as f64);
            }
        }
        Some(most)
    }

    /// A bound of |weight · F| on the whole boundary, not far above the estimate where the cells allow
    /// it; `None` if the boundary could not be covered.
    fn cover(&mut self, rho: f64, estimate: f64, limits: &Limits) -> Result<Option<Magnitude>> {
        self.choose(rho);
        // A bit of B costs half a point over log₂ ρ, a smaller B more cells.
        let slack = 16 + i64::from(self.bits) / 32;
        let mut good = estimate as i64 + slack;
        let mut cells = Vec::new();
        for i in 0..8 {
            for j in 0..4 {
                let part = |i: u32, of: f64| [f64::from(i) / of, f64::from(i + 1) / of];
                cells.push(Cell {
                    arc: part(i, 8.0),
                    real: part(j, 4.0),
                    depth: 0,
                });
            }
        }
        let mut largest = Magnitude::ZERO;
        let mut count = 0;
        while let Some(cell) = cells.pop() {
            if count % 64 == 0 {
                limits.check_deadline()?;
            }
            count += 1;
            let bound = self.bound(&cell);
            let is_last = cell.depth >= MOST_HALVINGS || count > MOST_CELLS;
            if bound.exponent().is_some_and(|exponent| exponent <= good)
                || bound.is_zero()
                || is_last && bound.is_finite()
            {
                largest = largest.max(bound);
                continue;
            }
            if is_last {
                return Ok(None);
            }
            // The estimate may have missed the largest value.
            let centre = Cell {
                arc: [(cell.arc[0] + cell.arc[1]) / 2.0; 2],
                real: [(cell.real[0] + cell.real[1]) / 2.0; 2],
                depth: 0,
            };
            if let Some(size) = self.bound(&centre).exponent() {
                good = good.max(size + slack);
            }
            let halves = |[a, b]: [f64; 2]| [[a, (a + b) / 2.0], [(a + b) / 2.0, b]];
            // Where the arc leaves the strip, the real variable has no part in it.
            let arc = self.arcs.get(&cell.arc.map(f64::to_bits));
            let reals = if matches!(arc, Some(None)) {
                vec![cell.real]
            } else {
                halves(cell.real).to_vec()
            };
            for arc in halves(cell.arc) {
                for &real in &reals {
                    cells.push(Cell {
                        arc,
                        real,
                        depth: cell.depth + 1,
                    });
                }
            }
        }
        Ok(Some(largest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (64/15) B ρ^{−2N}/(1 − ρ^{−2}), at most a tenth too large.
    #[test]
    fn the_error_is_the_stated_bound() {
        for (rho, bound, points) in [
            (2.0, 1.0, 10),
            (1.5, 3.0, 7),
            (1.25, 0.125, 60),
            (8.0, 1e6, 2),
        ] {
            let plan = Plan {
                rho,
                bound: Magnitude::from_f64(bound),
                points,
            };
            let square: f64 = 1.0 / (rho * rho);
            let stated = 64.0 / 15.0 * bound * square.powi(points as i32) / (1.0 - square);
            let ratio = plan.error().to_f64() / stated;
            assert!((1.0..1.1).contains(&ratio), "{rho} {points}: {ratio}");
        }
    }
}
