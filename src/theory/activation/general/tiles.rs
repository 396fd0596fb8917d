//! κ^{(k)}(u) of activations with knots by Gauss-Legendre rules on tiles of the plane, for every |u| < 1.
//!
//! As in [`plane`](super::plane) with u ≥ 0: $m_0 κ^{(k)}(u) = E f(X) g(Y)$, X = αS + βT, Y = αS − βT, with
//! f = g = σ^{(k)}; for u < 0 the pair (X, −Y) has the correlation −u and g(y) = σ^{(k)}(−y).
//! X crosses a knot a on the line s = (a − βt)/α, Y crosses b on s = (b + βt)/α; two such lines meet at
//! t = (a − b)/(2β) only. Between those t the order of the lines is fixed and the ends s_q(t) of each
//! segment are affine in t, so on a tile, t in a panel and s = s_q + λ(s_{q+1} − s_q) with λ in a panel of
//! \[0, 1\],
//!
//! $$H(t, λ) = f(x)\,g(y)\,φ(s)\,φ(t)\,(s_{q+1} − s_q)$$
//!
//! is analytic in both variables. With w, v the half-widths of the panels and H bounded by M₁ for t in the
//! ellipse ρ₁, λ real, and by M₂ for t real, λ in the ellipse ρ₂, the product rule is off by at most
//!
//! $$2v \cdot \frac{64}{15} \frac{w M_1 ρ_1^{−2n}}{1 − ρ_1^{−2}} + 2w \cdot \frac{64}{15} \frac{v M_2 ρ_2^{−2m}}{1 − ρ_2^{−2}}$$
//!
//! (the rule in t applied to the integral over λ, then at each of its nodes the rule in λ; weights are
//! positive with sum 2w). Beyond |s| ≤ R, |t| ≤ R: with |f|, |g| ≤ A e^{γx²} on the real line, as in `plane`,
//! at most $A^2 (N_b \int_{|s|>R} φ e^{as^2} + N_a \int_{|t|>R} φ e^{bt^2})$.

use rayon::prelude::*;
use rug::{Float, Rational};

use super::View;
use super::derivative;
use super::growth::{COARSE, Growth, exp_bound, up};
use super::trapezoid::mass;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::quadrature::GaussLegendre;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// The two functions and the geometry of the lines.
struct Scene<'a> {
    view: &'a View<'a>,
    k: u32,
    /// Whether g(y) = σ^{(k)}(−y).
    mirrored: bool,
    alpha: Ball,
    beta: Ball,
    prec: Bits,
}

/// A line s = at + slope·t.
#[derive(Clone)]
struct Line {
    at: Ball,
    slope: Ball,
}

/// A tile: t in centre ± half, the segment between two lines, λ in its panel, the pieces of x and y.
struct Tile {
    t: (Ball, Ball),
    low: Line,
    high: Line,
    lambda: (Rational, Rational),
    pieces: (usize, usize),
}

/// The rules of a tile.
struct Plan {
    points: (usize, usize),
    error: Magnitude,
    prec: Bits,
}

/// Most nodes of all tiles.
const MOST: usize = 40_000_000;

impl View<'_> {
    /// κ^{(k)}(u), |u| < 1, for k up to the order of the first jump.
    ///
    /// # Errors
    /// A domain error for higher derivatives; undecided where no bound is found.
    pub fn tiles(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        if self.jump_order()?.is_some_and(|order| k > order) {
            return Err(Error::undecided(format!(
                "the derivative of order {k} of the kernel of `{}` is not found so near to its end: that \
                 of the activation is no function",
                self.text()
            )));
        }
        let work = prec.plus(16);
        let wide = work.plus(64);
        let mirrored = u.is_negative();
        let size = if mirrored { u.neg() } else { u.clone() };
        let one = Ball::one();
        let scene = Scene {
            view: self,
            k,
            mirrored,
            alpha: one.add(&size, wide).mul_2exp(-1).sqrt(wide),
            beta: one.sub(&size, wide).mul_2exp(-1).sqrt(wide),
            prec: work,
        };
        if !scene.beta.is_positive() {
            return Err(Error::undecided(
                "whether the correlation u lies inside [-1, 1] is not decided at this precision",
            ));
        }
        let moment = scene.moment(limits)?;
        let m0 = self.second_moment(work, limits)?;
        Ok(moment.div(&m0, prec.plus(4)))
    }

    /// A with |σ^{(k)}(x)| ≤ A e^{γx²} for every real x that is no knot: boxes near the origin, on each the
    /// pieces that it meets, and the growth beyond.
    fn real_envelope(&self, k: u32, gamma: f64, limits: &Limits) -> Result<Magnitude> {
        let base = self.some_growth(1.0)?;
        let growth = base.derivative(k, base.height / 2.0);
        let mut bound = growth.weighted(gamma);
        // Boxes (left, right, cuts) near the origin.
        let count = (4.0 * growth.from).ceil() as i32;
        let mut open: Vec<(f64, f64, u32)> = (-count..count)
            .map(|j| (f64::from(j) / 4.0, f64::from(j + 1) / 4.0, 0))
            .collect();
        while let Some((left, right, cuts)) = open.pop() {
            limits.check_deadline()?;
            let box_of = |low: f64, high: f64| {
                ComplexBall::real(Ball::new(
                    Float::with_val(53, f64::midpoint(low, high)),
                    Magnitude::from_f64((high - low) / 2.0),
                ))
            };
            let first = self
                .knots()
                .iter()
                .filter(|a| a.to_f64() < left - 1e-9)
                .count();
            let last = self
                .knots()
                .iter()
                .filter(|a| a.to_f64() < right + 1e-9)
                .count();
            let mut size = Magnitude::ZERO;
            for piece in first..=last {
                let jet = self.jet(piece, &box_of(left, right), k as usize + 1, COARSE);
                size = size.max(derivative(&jet, k, COARSE).magnitude());
            }
            let near = if left <= 0.0 && right >= 0.0 {
                0.0
            } else {
                left.abs().min(right.abs())
            };
            if size.is_finite() {
                bound = bound.max(size.times(exp_bound(up(-(gamma * near * near).next_down()))));
            } else if cuts < 16 {
                let middle = f64::midpoint(left, right);
                open.push((left, middle, cuts + 1));
                open.push((middle, right, cuts + 1));
            } else {
                return Err(Error::undecided(format!(
                    "no bound of `{}` was found near x = {left:.6}",
                    self.text()
                )));
            }
        }
        Ok(bound)
    }
}

impl Scene<'_> {
    /// The knots of g.
    fn other_knots(&self) -> Vec<Rational> {
        let mut knots = self.view.knots().to_vec();
        if self.mirrored {
            knots = knots.iter().rev().map(|b| Rational::from(-b)).collect();
        }
        knots
    }

    /// f(x) for a piece, x in a box.
    fn f(&self, piece: usize, x: &ComplexBall, prec: Bits) -> ComplexBall {
        let jet = self.view.jet(piece, x, self.k as usize + 1, prec);
        derivative(&jet, self.k, prec)
    }

    /// E f(X) g(Y).
    fn moment(&self, limits: &Limits) -> Result<Ball> {
        let wide = self.prec.plus(64);
        let growth = self.view.some_growth(1.0)?;
        let Some(gamma) = self.view.gamma(&growth, 2.0, 1.0) else {
            return Err(Error::domain(format!(
                "`{}` is not known to be square integrable",
                self.view.text()
            )));
        };
        let most = self.view.real_envelope(self.k, gamma, limits)?;
        let square = most.times(most);
        let (cut, dropped) = self.cut(gamma, square)?;
        // Where two lines meet.
        let (left, right) = (self.view.knots(), self.other_knots());
        let mut gaps: Vec<Rational> = left
            .iter()
            .flat_map(|a| right.iter().map(move |b| Rational::from(a - b)))
            .collect();
        let symmetric = !self.mirrored;
        if symmetric {
            gaps.push(Rational::new());
            gaps.retain(|gap| *gap >= 0);
        }
        gaps.sort();
        gaps.dedup();
        let end = Ball::exact(Float::with_val(53, cut));
        let twice = self.beta.mul_2exp(1);
        let mut edges: Vec<Ball> = gaps
            .iter()
            .map(|gap| Ball::from_rational(gap, wide).div(&twice, wide))
            .filter(|t| t.abs().certain_cmp(&end) == Some(std::cmp::Ordering::Less))
            .collect();
        if !symmetric {
            edges.insert(0, end.neg());
        }
        edges.push(end);
        let mut tiles = Vec::new();
        for pair in edges.windows(2) {
            let length = pair[1].sub(&pair[0], wide);
            let parts = (length.mid().to_f64() / 2.0).ceil().clamp(1.0, 1e4) as u32;
            let half = length.div_i64(2 * i64::from(parts), wide);
            for i in 0..parts {
                let centre = pair[0].add(&half.mul_i64(2 * i64::from(i) + 1, wide), wide);
                self.tiles_over(&centre, &half, cut, &mut tiles)?;
            }
        }
        let value = self.sum(tiles, limits)?;
        let value = if symmetric { value.mul_2exp(1) } else { value };
        Ok(value.widened(dropped))
    }

    /// The cut R and what lies beyond.
    fn cut(&self, gamma: f64, square: Magnitude) -> Result<(f64, Magnitude)> {
        let double = |x: &Ball| x.upper(COARSE).to_f64_round(rug::float::Round::Up);
        let curve = |rate: f64| up(up(2.0 * gamma) * up(rate * rate));
        let (a, b) = (curve(double(&self.alpha)), curve(double(&self.beta)));
        let unknown = || Error::undecided("the tail of a kernel was not found to be small");
        let norm = |c: f64| mass(Magnitude::ONE, c, 1e-9).ok_or_else(unknown);
        let (na, nb) = (norm(a)?, norm(b)?);
        let tail = |c: f64, x: f64| {
            Growth {
                from: 1.0,
                height: 1.0,
                scale: Magnitude::ONE,
                degree: 0,
                slope: 0.0,
                curve: c,
            }
            .tail(x)
        };
        let goal = Magnitude::power_of_two(-i64::from(self.prec.get()) - 6);
        let mut cut = 4.0;
        while cut < 1e5 {
            let dropped = square.times(nb.times(tail(a, cut)).plus(na.times(tail(b, cut))));
            if dropped <= goal {
                return Ok((cut, dropped));
            }
            cut += 0.5;
        }
        Err(unknown())
    }

    /// The tiles over a panel of t.
    ///
    /// # Errors
    /// Undecided if the order of two lines is.
    fn tiles_over(
        &self,
        centre: &Ball,
        half: &Ball,
        cut: f64,
        tiles: &mut Vec<Tile>,
    ) -> Result<()> {
        let wide = self.prec.plus(64);
        let ratio = self.beta.div(&self.alpha, wide);
        // Lines with the step of the pieces of x and y that crossing them upwards makes.
        let mut lines: Vec<(Line, (usize, usize))> = Vec::new();
        for a in self.view.knots() {
            let at = Ball::from_rational(a, wide).div(&self.alpha, wide);
            lines.push((
                Line {
                    at,
                    slope: ratio.neg(),
                },
                (1, 0),
            ));
        }
        for b in self.other_knots() {
            let at = Ball::from_rational(&b, wide).div(&self.alpha, wide);
            lines.push((
                Line {
                    at,
                    slope: ratio.clone(),
                },
                (0, 1),
            ));
        }
        let at = |line: &Line| line.slope.mul(centre, wide).add(&line.at, wide);
        lines.sort_by(|l, m| {
            let (l, m) = (at(&l.0), at(&m.0));
            l.mid()
                .partial_cmp(m.mid())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        for pair in lines.windows(2) {
            if !at(&pair[1].0).sub(&at(&pair[0].0), wide).is_positive() {
                return Err(Error::undecided(
                    "the order of the lines at which the arguments cross their knots",
                ));
            }
        }
        let height = |line: &Line| at(line).mid().to_f64();
        // Ends beyond every line over the whole panel.
        let reach = lines.iter().fold(cut, |reach, (line, _)| {
            let tilt = (ratio.mid().to_f64() * half.mid().to_f64()).abs();
            reach.max(height(line).abs() + tilt + 1.0)
        });
        let flat = |s: f64| Line {
            at: Ball::exact(Float::with_val(53, s)),
            slope: Ball::zero(),
        };
        let mut pieces = (0, 0);
        let mut low = flat(-reach);
        lines.push((flat(reach), (0, 0)));
        for (high, step) in lines {
            // The longest the segment gets over the panel.
            let gap = high.at.sub(&low.at, wide);
            let tilt = high.slope.sub(&low.slope, wide);
            let middle = tilt.mul(centre, wide).add(&gap, wide).mid().to_f64();
            let longest = middle + (tilt.mid().to_f64() * half.mid().to_f64()).abs();
            let parts = (longest / 2.0).ceil().clamp(1.0, 1e4) as u32;
            for i in 0..parts {
                tiles.push(Tile {
                    t: (centre.clone(), half.clone()),
                    low: low.clone(),
                    high: high.clone(),
                    lambda: (
                        Rational::from((2 * i + 1, 2 * parts)),
                        Rational::from((1, 2 * parts)),
                    ),
                    pieces,
                });
            }
            pieces = (pieces.0 + step.0, pieces.1 + step.1);
            low = high;
        }
        Ok(())
    }

    /// H over a box of (t, λ).
    fn value(&self, tile: &Tile, t: &ComplexBall, lambda: &ComplexBall, prec: Bits) -> ComplexBall {
        let at = |line: &Line| t.mul_ball(&line.slope, prec).add_ball(&line.at, prec);
        let (low, high) = (at(&tile.low), at(&tile.high));
        let length = high.sub(&low, prec);
        let s = length.mul(lambda, prec).add(&low, prec);
        let (along, across) = (s.mul_ball(&self.alpha, prec), t.mul_ball(&self.beta, prec));
        let left = self.f(tile.pieces.0, &along.add(&across, prec), prec);
        let y = along.sub(&across, prec);
        let right = if self.mirrored {
            let pieces = self.view.knots().len();
            self.f(pieces - tile.pieces.1, &y.neg(), prec)
        } else {
            self.f(tile.pieces.1, &y, prec)
        };
        let square = s
            .square(prec.plus(24))
            .add(&t.square(prec.plus(24)), prec.plus(24));
        let bell = square.mul_2exp(-1).neg().exp(prec);
        let density = Ball::pi(prec).mul_2exp(1).recip(prec);
        left.mul(&right, prec)
            .mul(&bell, prec)
            .mul(&length, prec)
            .mul_ball(&density, prec)
    }

    /// A bound of |H| for t in the rectangle around the ellipse ρ₁ and λ in that around ρ₂ (1 for the real
    /// panel), the upper half of at most one of them: H is real for real arguments.
    fn bound(&self, tile: &Tile, rho: (f64, f64), grid: (u32, u32)) -> Magnitude {
        let mut most = Magnitude::ZERO;
        let boxes = |rho: f64, columns: u32| {
            let (a, b) = ((rho + 1.0 / rho) / 2.0, (rho - 1.0 / rho) / 2.0);
            let rows = if b > 0.0 { 2 } else { 1 };
            let mut all = Vec::new();
            for column in 0..columns {
                for row in 0..rows {
                    let unit = |mid: f64, rad: f64| {
                        Ball::new(
                            Float::with_val(53, mid),
                            Magnitude::from_f64(rad * (1.0 + 1e-9) + 1e-12),
                        )
                    };
                    let (width, tall) = (2.0 * a / f64::from(columns), b / f64::from(rows));
                    let x = unit(-a + width * (f64::from(column) + 0.5), width / 2.0);
                    let y = if b > 0.0 {
                        unit(tall * (f64::from(row) + 0.5), tall / 2.0)
                    } else {
                        Ball::zero()
                    };
                    all.push(ComplexBall::new(x, y));
                }
            }
            all
        };
        let lambda = (
            Ball::from_rational(&tile.lambda.0, COARSE),
            Ball::from_rational(&tile.lambda.1, COARSE),
        );
        let lambdas = boxes(rho.1, grid.1);
        for unit in boxes(rho.0, grid.0) {
            let t = unit.mul_ball(&tile.t.1, COARSE).add_ball(&tile.t.0, COARSE);
            for unit in &lambdas {
                let l = unit.mul_ball(&lambda.1, COARSE).add_ball(&lambda.0, COARSE);
                most = most.max(self.value(tile, &t, &l, COARSE).magnitude());
                if !most.is_finite() {
                    return most;
                }
            }
        }
        most
    }

    /// The number of points and the error of the rule in one variable.
    fn rule(&self, front: impl Fn(f64) -> Magnitude) -> Option<(usize, Magnitude)> {
        let mut best: Option<(usize, Magnitude)> = None;
        for rho in [4.0_f64, 6.0, 2.5, 1.75, 1.375] {
            if best.is_some() && rho < 4.0 {
                break;
            }
            let most = front(rho);
            if !most.is_finite() {
                continue;
            }
            let inverse = Magnitude::ONE.over(&Float::with_val(106, rho * rho));
            let gap = (1.0 - inverse.to_f64()).next_down();
            let most = most
                .times(Magnitude::from_f64(4.2667))
                .over(&Float::with_val(53, gap));
            let bits =
                f64::from(self.prec.get()) + 16.0 + most.exponent().unwrap_or(-1 << 40) as f64;
            let points = ((bits / (2.0 * rho.log2())).max(1.0) as usize + 1).div_ceil(4) * 4;
            if best.is_none_or(|(fewest, _)| points < fewest) {
                best = Some((points, most.times(inverse.power(points as u64))));
            }
        }
        best
    }

    /// The rules of a tile; `None` if no bound is found.
    fn plan(&self, tile: &Tile) -> Option<Plan> {
        let w = tile.t.1.magnitude();
        let v = Magnitude::from_rational(&tile.lambda.1);
        let area = w.times(v).shifted(2);
        // As a box: what is small needs no rule.
        let size = self.bound(tile, (1.0, 1.0), (3, 3));
        let whole = size.times(area);
        if whole <= Magnitude::power_of_two(-i64::from(self.prec.get()) - 20) {
            return Some(Plan {
                points: (0, 0),
                error: whole,
                prec: COARSE,
            });
        }
        let half = area.shifted(-1);
        let (n, off) = self.rule(|rho| self.bound(tile, (rho, 1.0), (5, 2)).times(half))?;
        let (m, other) = self.rule(|rho| self.bound(tile, (1.0, rho), (2, 5)).times(half))?;
        let bits = i64::from(self.prec.get()) + whole.exponent().unwrap_or(0) + 24;
        Some(Plan {
            points: (n, m),
            error: off.plus(other),
            // Few different precisions: rules are remembered by theirs.
            prec: Bits::new(
                (bits.clamp(40, i64::from(self.prec.get()) + 1024) as u32).div_ceil(64) * 64,
            ),
        })
    }

    /// The sum over tiles, those without a bound cut into quarters.
    fn sum(&self, tiles: Vec<Tile>, limits: &Limits) -> Result<Ball> {
        let wide = self.prec.plus(32);
        let mut total = Ball::zero();
        let mut open = tiles;
        let mut nodes = 0;
        for _ in 0..12 {
            if open.is_empty() {
                return Ok(total);
            }
            let plans = open
                .par_iter()
                .map(|tile| {
                    limits.check_deadline()?;
                    Ok(self.plan(tile))
                })
                .collect::<Result<Vec<Option<Plan>>>>()?;
            let mut next = Vec::new();
            let mut planned = Vec::new();
            for (tile, plan) in open.into_iter().zip(plans) {
                match plan {
                    Some(plan) => {
                        nodes += plan.points.0 * plan.points.1;
                        planned.push((tile, plan));
                    }
                    None => next.extend(tile.quarters(wide)),
                }
            }
            if nodes > MOST {
                return Err(Error::limit("the kernel would need too many nodes")
                    .with_hint("ask for fewer digits"));
            }
            let values = planned
                .par_iter()
                .map(|(tile, plan)| self.apply(tile, plan, limits))
                .collect::<Result<Vec<Ball>>>()?;
            for value in values {
                total = total.add(&value, wide);
            }
            open = next;
        }
        Err(Error::undecided(format!(
            "no bound of `{}` was found on a part of the plane",
            self.view.text()
        )))
    }

    /// The product rule on a tile.
    fn apply(&self, tile: &Tile, plan: &Plan, limits: &Limits) -> Result<Ball> {
        let prec = plan.prec;
        if plan.points.0 == 0 {
            return Ok(Ball::zero().widened(plan.error));
        }
        limits.check_deadline()?;
        let wide = prec.plus(16);
        let nodes = |points: usize| {
            let rule = GaussLegendre::rule(points, wide, limits)?;
            let mut all = Vec::with_capacity(points);
            for node in rule.nonnegative_nodes() {
                all.push((node.x.clone(), node.weight.clone()));
                if !node.x.is_zero() {
                    all.push((node.x.neg(), node.weight.clone()));
                }
            }
            Ok::<_, Error>(all)
        };
        let (outer, inner) = (nodes(plan.points.0)?, nodes(plan.points.1)?);
        let lambda = (
            Ball::from_rational(&tile.lambda.0, wide),
            Ball::from_rational(&tile.lambda.1, wide),
        );
        let mut total = Ball::zero();
        for (x, weight) in &outer {
            limits.check_deadline()?;
            let t = tile.t.1.mul(x, wide).add(&tile.t.0, wide);
            let t = ComplexBall::real(t);
            let mut row = Ball::zero();
            for (x, weight) in &inner {
                let l = ComplexBall::real(lambda.1.mul(x, wide).add(&lambda.0, wide));
                let value = self.value(tile, &t, &l, wide);
                row = value.re().mul_add(weight, &row, wide);
            }
            total = row.mul_add(weight, &total, wide);
        }
        Ok(total
            .mul(&tile.t.1, wide)
            .mul(&lambda.1, wide)
            .widened(plan.error))
    }
}

impl Tile {
    fn quarters(&self, wide: Bits) -> Vec<Tile> {
        let half = self.t.1.mul_2exp(-1);
        let part = &self.lambda.1 / Rational::from(2);
        let mut quarters = Vec::with_capacity(4);
        for t in [self.t.0.sub(&half, wide), self.t.0.add(&half, wide)] {
            for l in [
                Rational::from(&self.lambda.0 - &part),
                Rational::from(&self.lambda.0 + &part),
            ] {
                quarters.push(Tile {
                    t: (t.clone(), half.clone()),
                    low: self.low.clone(),
                    high: self.high.clone(),
                    lambda: (l, part.clone()),
                    pieces: self.pieces,
                });
            }
        }
        quarters
    }
}
