//! Certified integration of a function known only through its values on complex boxes.
//!
//! The manner is that of K. Petras (J. Comput. Appl. Math. 145 (2002), 345-359) and F. Johansson
//! ("Numerical integration in arbitrary-precision ball arithmetic", ICMS 2018): an interval is halved
//! until on each piece one of two rules has an error that is small enough.
//!
//! **The Gauss-Legendre rule**, whose error [`error_bound`](super::error_bound) derives from a bound M over an
//! ellipse. M comes from evaluating the function on boxes that cover the ellipse; finite values certify that the
//! function is holomorphic on a neighbourhood of the cover. If the function is real on the real piece,
//! the upper half suffices: what it has there continues to the lower half by reflection, with the
//! same bound.
//!
//! **The box rule.** The value on the real piece as one box, times the length. It serves for tiny
//! pieces at a knot, where no ellipse will do, and for pieces where the function is negligible.
//!
//! **What the function promises.** Given a box and a precision it returns a box that holds the
//! function's values there. A finite answer on a box off the real axis means that the function is
//! holomorphic on a neighbourhood of the box (see [`ComplexBall`]); on a box of the real axis (an
//! imaginary part that is exactly 0) it only encloses the values. A domain error or an undecided one
//! counts as "nothing is known there"; any other error stops the integration.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use rug::Float;

use super::cover::{ELLIPSES, Ellipse, Rectangle};
use super::error_bound::{estimate, plan};
use super::gauss_legendre::GaussLegendre;
use super::piece::Piece;
use super::refusal::Refusal;
use super::weight::Weight;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// A certified integral and what it took.
#[derive(Clone, Debug)]
pub struct Integral {
    /// A ball that holds the integral.
    pub value: Ball,
    /// How many times the function was evaluated.
    pub evaluations: u64,
    /// Into how many pieces the interval was cut.
    pub pieces: usize,
}

/// The real part of ∫ f over the interval from `from` to `to`, to an absolute accuracy of about `prec`
/// bits: the real integral for a function that is real on the real axis.
///
/// The ends are finite balls; the result holds the integral for every choice of ends in them.
/// At most [`default_budget`] evaluations are spent.
///
/// # Errors
/// A [`Refusal`]: the interval at which no bound was found, or the budget or limit that ran out.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::{Refusal, integrate};
/// use isobath::number::{Ball, Bits, Digits};
///
/// let sine = |z: &isobath::number::ComplexBall, prec: Bits| Ok(z.sin(prec));
/// let (prec, limits) = (Bits::new(128), Limits::default());
/// let integral = integrate(sine, &Ball::zero(), &Ball::pi(prec), prec, &limits)
///     .map_err(Refusal::into_error)?;
/// assert!(integral.value.contains_rational(&2.into()));
/// assert!(integral.value.accuracy() > 120);
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn integrate<F>(
    f: F,
    from: &Ball,
    to: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Integral, Refusal>
where
    F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
{
    Integrator::new(prec, limits).integrate(f, from, to)
}

/// Evaluations that an integration may spend if nothing else is said: several times what a smooth
/// integrand over a hundred times its distance from the nearest singularity takes.
pub fn default_budget(prec: Bits) -> u64 {
    20_000 + 200 * u64::from(prec.get())
}

/// An integration with its precision, limits and budget.
#[derive(Clone, Copy, Debug)]
pub struct Integrator<'l> {
    prec: Bits,
    limits: &'l Limits,
    budget: u64,
}

impl<'l> Integrator<'l> {
    /// An absolute accuracy of about `prec` bits and the default budget.
    pub fn new(prec: Bits, limits: &'l Limits) -> Self {
        Integrator {
            prec,
            limits,
            budget: default_budget(prec),
        }
    }

    /// The same with at most `evaluations` evaluations of the function.
    #[must_use]
    pub fn with_budget(mut self, evaluations: u64) -> Self {
        self.budget = evaluations;
        self
    }

    /// The precision asked for.
    pub fn prec(&self) -> Bits {
        self.prec
    }

    /// The limits to keep.
    pub fn limits(&self) -> &'l Limits {
        self.limits
    }

    /// See [`integrate`].
    ///
    /// # Errors
    /// A [`Refusal`].
    pub fn integrate<F>(&self, f: F, from: &Ball, to: &Ball) -> Result<Integral, Refusal>
    where
        F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
    {
        self.run(&f, Weight::One, from, to)
    }

    /// The integral of f times the weight.
    pub(super) fn run<F>(
        &self,
        f: &F,
        weight: Weight,
        from: &Ball,
        to: &Ball,
    ) -> Result<Integral, Refusal>
    where
        F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
    {
        self.limits
            .check_precision(self.prec)
            .map_err(Refusal::of)?;
        if !from.is_finite() || !to.is_finite() {
            return Err(Refusal::of(Error::domain(
                "an end of the integral is not known to be finite",
            )));
        }
        if from.mid() > to.mid() {
            let mut integral = self.run(f, weight, to, from)?;
            integral.value = integral.value.neg();
            return Ok(integral);
        }
        self.started(f, weight, from, to).run(from, to)
    }

    fn started<'a, F>(
        &'a self,
        f: &'a F,
        weight: Weight,
        from: &Ball,
        to: &Ball,
    ) -> Run<'a, 'l, F> {
        Run {
            f,
            weight,
            integrator: self,
            length: to.sub(from, COARSE).magnitude(),
            spent: AtomicU64::new(0),
        }
    }

    /// Nodes for f on an interval whose rules integrate f times any function bounded by the weight to
    /// the tolerance, with the bounds that say how well.
    pub(super) fn samples<F>(
        &self,
        f: &F,
        weight: Weight,
        from: &Ball,
        to: &Ball,
    ) -> Result<Samples, Refusal>
    where
        F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
    {
        let run = self.started(f, weight, from, to);
        let (small, planned) = run.cut_up(from, to)?;
        let mut error = Magnitude::ZERO;
        let mut mass = Magnitude::ZERO;
        for value in small {
            error = error.plus(value.magnitude());
            mass = mass.plus(value.magnitude());
        }
        for plan in &planned {
            error = error.plus(plan.error);
            let hull = plan.piece.hull(COARSE.plus(plan.piece.depth));
            let bound = plan.size.times(weight.bound(&hull, Magnitude::ZERO));
            let width = plan.piece.to.sub(&plan.piece.from, COARSE).magnitude();
            mass = mass.plus(bound.times(width));
        }
        let nodes = planned
            .par_iter()
            .map(|plan| run.nodes(plan))
            .collect::<Result<Vec<_>>>()
            .map_err(Refusal::of)?;
        Ok(Samples {
            nodes: nodes.into_iter().flatten().collect(),
            error,
            mass,
        })
    }
}

/// A node, and its weight times the function there.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub x: Ball,
    pub value: Ball,
}

/// Nodes on an interval.
#[derive(Debug)]
pub(super) struct Samples {
    pub nodes: Vec<Sample>,
    /// The errors of the rules, and what was dropped, for f times the weight, together.
    pub error: Magnitude,
    /// A bound of the integral of |f| times the weight on the axis.
    pub mass: Magnitude,
}

/// The precision of bounds; deeper pieces get one more bit a level, to tell their ends apart.
const COARSE: Bits = Bits::new(64);

/// What is to be done with a piece.
enum Decision {
    /// The box rule is good enough: the integral over the piece.
    Small(Ball),
    /// The Gauss-Legendre rule with this many points is off by at most the magnitude.
    Rule(Planned),
    /// Cut it in two.
    Halve,
    /// It is as small as it may be, and nothing is known.
    Stuck,
}

/// A piece with its rule.
struct Planned {
    piece: Piece,
    points: usize,
    prec: Bits,
    /// A bound of |f|, without the weight, over the piece.
    size: Magnitude,
    error: Magnitude,
}

/// One integration.
struct Run<'a, 'l, F> {
    f: &'a F,
    weight: Weight,
    integrator: &'a Integrator<'l>,
    length: Magnitude,
    spent: AtomicU64,
}

impl<F> Run<'_, '_, F>
where
    F: Fn(&ComplexBall, Bits) -> Result<ComplexBall> + Sync,
{
    /// Cut, then apply the rules. The order of the sum does not depend on the threads.
    fn run(&self, from: &Ball, to: &Ball) -> Result<Integral, Refusal> {
        let wide = self.integrator.prec.plus(64);
        let (small, planned) = self.cut_up(from, to)?;
        let rules = planned
            .iter()
            .map(|plan| GaussLegendre::rule(plan.points, plan.prec, self.integrator.limits))
            .collect::<Result<Vec<_>>>()
            .map_err(Refusal::of)?;
        let values = planned
            .par_iter()
            .zip(rules)
            .map(|(plan, rule)| self.apply(plan, &rule))
            .collect::<Result<Vec<Ball>>>()
            .map_err(Refusal::of)?;
        let sum = small
            .iter()
            .chain(&values)
            .fold(Ball::zero(), |sum, value| sum.add(value, wide));
        if !sum.is_finite() {
            return Err(Refusal::of(unknown()));
        }
        Ok(Integral {
            value: sum.rounded(self.integrator.prec.plus(32)),
            evaluations: self.spent.load(Ordering::Relaxed),
            pieces: small.len() + values.len(),
        })
    }

    /// Cut until the box rule or a Gauss-Legendre rule is good enough for every piece: the values of the
    /// one and the plans of the other. Pieces of one generation are looked at in parallel.
    fn cut_up(&self, from: &Ball, to: &Ball) -> Result<(Vec<Ball>, Vec<Planned>), Refusal> {
        let mut small = Vec::new();
        let mut planned = Vec::new();
        let mut frontier = vec![Piece {
            from: from.clone(),
            to: to.clone(),
            depth: 0,
        }];
        while !frontier.is_empty() {
            let decisions = frontier
                .par_iter()
                .map(|piece| self.decide(piece))
                .collect::<Result<Vec<Decision>>>()
                .map_err(|error| self.stopped(error, &frontier))?;
            let mut next = Vec::new();
            for (piece, decision) in std::mem::take(&mut frontier).into_iter().zip(decisions) {
                match decision {
                    Decision::Small(value) => small.push(value),
                    Decision::Rule(plan) => planned.push(plan),
                    Decision::Halve => next.extend(piece.halves()),
                    Decision::Stuck => return Err(piece.refusal()),
                }
            }
            frontier = next;
        }
        Ok((small, planned))
    }

    /// The nodes of a planned rule: points and weight times value of f, without the weight function.
    fn nodes(&self, plan: &Planned) -> Result<Vec<Sample>> {
        let rule = GaussLegendre::rule(plan.points, plan.prec, self.integrator.limits)?;
        let wide = plan.prec.plus(16);
        let centre = plan.piece.from.add(&plan.piece.to, wide).mul_2exp(-1);
        let half = plan.piece.to.sub(&plan.piece.from, wide).mul_2exp(-1);
        let mut samples = Vec::with_capacity(plan.points);
        for node in rule.nonnegative_nodes() {
            let step = half.mul(&node.x, wide);
            let weight = node.weight.mul(&half, wide);
            let sides = [Some(centre.add(&step, wide)), {
                let other = centre.sub(&step, wide);
                (!node.x.is_zero()).then_some(other)
            }];
            for x in sides.into_iter().flatten() {
                let z = ComplexBall::real(x.clone());
                let value = self.on_box(&z, plan.prec)?.re().mul(&weight, wide);
                samples.push(Sample { x, value });
            }
        }
        Ok(samples)
    }

    /// The error with the place of the first piece that was still open, for a budget that ran out.
    fn stopped(&self, error: Error, frontier: &[Piece]) -> Refusal {
        match frontier.first() {
            Some(piece) if self.spent.load(Ordering::Relaxed) >= self.integrator.budget => {
                piece.refusal().because(error)
            }
            _ => Refusal::of(error),
        }
    }

    /// The function on a box, or no information.
    fn on_box(&self, z: &ComplexBall, prec: Bits) -> Result<ComplexBall> {
        let spent = self.spent.fetch_add(1, Ordering::Relaxed);
        if spent >= self.integrator.budget {
            return Err(Error::undecided(format!(
                "the integral was not found with {} evaluations of its integrand",
                self.integrator.budget
            )));
        }
        self.integrator.limits.check_deadline()?;
        match (self.f)(z, prec) {
            Err(error) if matches!(error.kind(), ErrorKind::Domain | ErrorKind::Undecided) => {
                Ok(ComplexBall::indeterminate())
            }
            other => other,
        }
    }

    /// The exponent of the absolute error that values may have: 2^{−prec} over the length, with two
    /// bits to spare.
    fn target(&self) -> i64 {
        let length = self.length.exponent().unwrap_or(0);
        -i64::from(self.integrator.prec.get()) - length - 2
    }

    fn decide(&self, piece: &Piece) -> Result<Decision> {
        let prec = self.integrator.prec;
        let tolerance = Magnitude::power_of_two(-i64::from(prec.get()));
        let coarse = COARSE.plus(piece.depth);
        let width = piece.to.sub(&piece.from, coarse);
        let real = ComplexBall::real(piece.hull(coarse));
        let plain = self.on_box(&real, coarse)?;
        let value = self.weight.times(&plain, real.re(), coarse);
        // A 256th of the tolerance each: many knots together cost no more than the tolerance.
        if value.rad().times(width.magnitude()) <= tolerance.shifted(-8) {
            return Ok(Decision::Small(value.mul(&width, coarse)));
        }
        let share = tolerance
            .shifted(-2)
            .times(width.magnitude())
            .over(&self.length.to_float());
        // Bits between the largest value and what may be lost.
        let needed = |size: Magnitude| {
            let bits = size.exponent().unwrap_or(0) - self.target();
            bits.clamp(8, i64::from(u32::MAX / 4)) as u32
        };
        if let Some(plan) = self.best_rule(piece, &plain, coarse, share, &needed)? {
            return Ok(Decision::Rule(plan));
        }
        // A finite value shrinks by a bit a level at worst like a root: allow for that; an unknown one
        // gets enough levels to find what a double could name.
        let deepest = if plain.is_finite() {
            prec.get().saturating_mul(2).saturating_add(128)
        } else {
            100
        };
        if piece.depth >= deepest || piece.is_point() {
            return Ok(Decision::Stuck);
        }
        Ok(Decision::Halve)
    }

    /// The ellipse whose rule needs the fewest points, if one is good enough.
    ///
    /// The number of points falls and then rises with the ellipse, whose size is limited by the nearest
    /// singularity: climb by two, then look between. A rule with more points than half the bits asked
    /// for is no better than two rules on the halves.
    fn best_rule(
        &self,
        piece: &Piece,
        plain: &ComplexBall,
        coarse: Bits,
        share: Magnitude,
        needed: &dyn Fn(Magnitude) -> u32,
    ) -> Result<Option<Planned>> {
        if !plain.is_finite() {
            return Ok(None);
        }
        let centre = piece.from.add(&piece.to, coarse).mul_2exp(-1);
        let half = piece.to.sub(&piece.from, coarse).mul_2exp(-1);
        let both_halves = !plain.is_real();
        let mut best: Option<(usize, Magnitude, usize)> = None;
        let attempt = |index: usize,
                       best: &mut Option<(usize, Magnitude, usize)>|
         -> Result<bool> {
            let ellipse = &ELLIPSES[index];
            // A bound that calls for more points than the best so far ends the look at an ellipse.
            let fewest = best.map(|(_, _, fewest)| fewest);
            let hopeless = |bound: Magnitude| {
                fewest.is_some_and(|fewest| {
                    estimate(ellipse.rho, bound, half.magnitude(), share) > fewest as f64
                })
            };
            let bound = self.bound(ellipse, &centre, &half, both_halves, coarse, &hopeless)?;
            let Some((points, error)) = plan(ellipse.rho, bound, half.magnitude(), share) else {
                return Ok(false);
            };
            let better = best.is_none_or(|(_, _, fewest)| points < fewest);
            if better {
                *best = Some((index, error, points));
            }
            Ok(better)
        };
        if !attempt(0, &mut best)? {
            return Ok(None);
        }
        let mut index = 2;
        while index < ELLIPSES.len() && attempt(index, &mut best)? {
            index += 2;
        }
        if index - 1 < ELLIPSES.len() {
            attempt(index - 1, &mut best)?;
        }
        let Some((_, error, points)) = best else {
            return Ok(None);
        };
        let size = plain.magnitude();
        let real = piece.hull(coarse);
        let bits = needed(size.times(self.weight.bound(&real, Magnitude::ZERO)));
        if points > bits as usize / 2 + 8 {
            return Ok(None);
        }
        Ok(Some(Planned {
            piece: piece.clone(),
            points,
            // Nodes matter through the slope of the integrand too, which is no larger than the bound
            // over the distance to the ellipse: a few bits.
            prec: Bits::new(bits).plus(24),
            size,
            error,
        }))
    }

    /// A bound of |f| times the weight over the ellipse, infinite if a box gave no information or if the
    /// bound got hopeless.
    fn bound(
        &self,
        ellipse: &Ellipse,
        centre: &Ball,
        half: &Ball,
        both_halves: bool,
        coarse: Bits,
        hopeless: &dyn Fn(Magnitude) -> bool,
    ) -> Result<Magnitude> {
        let mut most = Magnitude::ZERO;
        // Boxes without a finite value are cut into quarters, twice at most.
        let mut boxes: Vec<(Rectangle, u32)> = ellipse.upper.iter().map(|r| (*r, 0)).collect();
        while let Some((rectangle, cuts)) = boxes.pop() {
            let span = |mid: f64, rad: f64| {
                let unit = Ball::new(Float::with_val(53, mid), Magnitude::from_f64(rad));
                half.mul(&unit, coarse)
            };
            let re = centre.add(&span(rectangle.x, rectangle.dx), coarse);
            let im = span(rectangle.y, rectangle.dy);
            let weight = self.weight.bound(&re, im.magnitude());
            let z = ComplexBall::new(re, im);
            let mut value = self.on_box(&z, coarse)?.magnitude();
            if both_halves && value.is_finite() {
                value = value.max(self.on_box(&z.conj(), coarse)?.magnitude());
            }
            if value.is_finite() {
                most = most.max(value.times(weight));
                if hopeless(most) {
                    return Ok(Magnitude::INFINITY);
                }
            } else if cuts < 2 {
                boxes.extend(rectangle.quarters().map(|quarter| (quarter, cuts + 1)));
            } else {
                return Ok(Magnitude::INFINITY);
            }
        }
        Ok(most)
    }

    /// The rule on its piece: half Σ w_i f(centre + half x_i), and its error.
    fn apply(&self, plan: &Planned, rule: &GaussLegendre) -> Result<Ball> {
        let wide = plan.prec.plus(16);
        let full = Bits::new(
            wide.get()
                .max(self.integrator.prec.get() + plan.piece.depth),
        )
        .plus(16);
        let centre = plan.piece.from.add(&plan.piece.to, full).mul_2exp(-1);
        let half = plan.piece.to.sub(&plan.piece.from, full).mul_2exp(-1);
        let sums = rule
            .nonnegative_nodes()
            .par_iter()
            .map(|node| {
                let step = half.mul(&node.x, wide);
                let mut value = self.at(&centre.add(&step, full), plan)?;
                if !node.x.is_zero() {
                    value = value.add(&self.at(&centre.sub(&step, full), plan)?, wide);
                }
                Ok(value.mul(&node.weight.rounded(wide), wide))
            })
            .collect::<Result<Vec<Ball>>>()?;
        let sum = sums
            .iter()
            .fold(Ball::zero(), |sum, value| sum.add(value, wide));
        Ok(sum.mul(&half, wide).widened(plan.error))
    }

    /// The integrand at a point of a piece, with no more bits than its size there calls for.
    fn at(&self, x: &Ball, plan: &Planned) -> Result<Ball> {
        let target = self.target() - 6;
        let size = plan.size.exponent().unwrap_or(0);
        let bits =
            |size: i64| Bits::new((size - target).clamp(8, i64::from(plan.prec.get()) + 8) as u32);
        match self.weight {
            Weight::One => {
                let prec = bits(size);
                let z = ComplexBall::real(x.rounded(prec.plus(self.integer_bits(x))));
                Ok(self.on_box(&z, prec)?.re().clone())
            }
            Weight::Gauss | Weight::Plane { .. } => {
                let near = x.mid().to_f64();
                let decay = (near * near * -0.721_347_5) as i64;
                let prec = bits(size + decay);
                let x = x.rounded(prec.plus(self.integer_bits(x)));
                let exponent = x.square(prec.plus(2 * self.integer_bits(&x)));
                let weight = exponent.mul_2exp(-1).neg().exp(prec);
                let value = self.on_box(&ComplexBall::real(x), prec)?;
                Ok(value.re().mul(&weight, prec))
            }
        }
    }

    /// Bits of x before its binary point, which an absolute accuracy needs on top.
    fn integer_bits(&self, x: &Ball) -> u32 {
        x.mid()
            .get_exp()
            .unwrap_or(0)
            .clamp(0, 1 << 20)
            .unsigned_abs()
            + 2
    }
}

/// The refusal where a function that is known on a piece is not known at a point of it.
pub(super) fn unknown() -> Error {
    Error::undecided("the integrand is not known at a node of its rule")
}
