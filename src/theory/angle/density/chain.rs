//! The chain of densities on the nodes of a grid, and what is certain of each layer.

use super::grid::{Grid, Rule, exact, strip_bounds};
use super::law::{Gaussian, Law};
use crate::error::{Error, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::moments::Angle;
use rug::float::Round;
use std::cmp::Ordering;

/// Most entries of the stored kernel.
const MOST_ENTRIES: f64 = 4e6;

/// The moments ∫ x^k f_ℓ over (−∞, 0], k = 0, 1, 2.
#[derive(Debug, Clone)]
pub(super) struct Moments(pub [Ball; 3]);

impl Moments {
    /// Those of a Gaussian of mean μ and deviation σ, in closed form: with Φ its mass on (−∞, 0] and f its density at
    /// 0, Φ, μΦ − σ²f, (μ² + σ²)Φ − μσ²f.
    pub fn of_first(law: &Law, work: Bits) -> Moments {
        let (mean, sd) = (&law.mean, &law.first.sd);
        let mass = mean.div(sd, work).neg().normal_cdf(work);
        let variance = sd.square(work);
        let edge = law.first.at(mean, work).mul(&variance, work);
        let second = mean.square(work).add(&variance, work);
        Moments([
            mass.clone(),
            mean.mul(&mass, work).sub(&edge, work),
            second.mul(&mass, work).sub(&mean.mul(&edge, work), work),
        ])
    }

    pub fn mass(&self) -> Ball {
        self.0[0].clone()
    }

    /// The mean of the density divided by its mass.
    pub fn mean(&self, work: Bits) -> Ball {
        self.0[1].div(&self.0[0], work)
    }

    /// The standard deviation of the density divided by its mass.
    pub fn sd(&self, work: Bits) -> Ball {
        self.0[2]
            .div(&self.0[0], work)
            .sub(&self.mean(work).square(work), work)
            .sqrt(work)
    }
}

/// What is known of a layer.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub moments: Moments,
    /// −x of the threshold, A_ℓ.
    threshold: f64,
    /// m_ℓ.
    lost: Magnitude,
}

/// The density of one layer as the source of the next.
#[derive(Debug, Clone)]
struct Source {
    /// h x' f at the nodes that count, with their indices.
    terms: Vec<(usize, Ball)>,
    /// What one value of the next density is off by at most.
    error: Magnitude,
}

/// The chain up to some layer.
#[derive(Debug)]
pub(super) struct Chain {
    pub law: Law,
    work: Bits,
    /// Half the width of the band of the kernel that is summed.
    band: f64,
    first: Grid,
    grid: Grid,
    /// Entry ℓ − 1 is layer ℓ.
    pub layers: Vec<Layer>,
    /// Entry ℓ − 1 is the source of layer ℓ + 1; the last one only if the others are not wanted.
    sources: Vec<Source>,
    keeps_all: bool,
}

/// The values of the kernel from one node to the nodes that it reaches.
struct Column {
    first: usize,
    entries: Vec<Ball>,
}

/// The sizes that the bounds of a chain are made of.
struct Plan {
    bits: f64,
    /// A_ℓ.
    thresholds: Vec<f64>,
    /// The lower end of the first layer.
    start: f64,
    first: Rule,
    rule: Rule,
    band: f64,
}

impl Plan {
    /// Sizes for errors of about 2^−bits; heuristic: the bounds are computed afterwards.
    fn new(law: &Law, depth: u32, bits: f64) -> Option<Plan> {
        let f64_of = |ball: &Ball| ball.mid().to_f64();
        let (mean, sigma, beta) = (
            f64_of(&law.mean),
            f64_of(&law.first.sd),
            f64_of(&law.noise.sd),
        );
        let reach = (2.0 * std::f64::consts::LN_2 * (bits + 8.0)).sqrt();
        let (slope, rate) = (f64_of(&law.slope), f64_of(&law.rate));
        let mut typical = mean.min(0.0);
        let mut drift = 0.0;
        for _ in 1..depth {
            let pull = slope * (typical / 2.0).exp().asin();
            drift += pull;
            typical -= pull + rate;
        }
        let spread = (sigma * sigma + f64::from(depth - 1) * beta * beta).sqrt();
        let mut threshold = (-mean + reach * spread + drift + 0.5).max(0.35);
        let start = (-mean + reach * sigma).max(0.35);
        let mut thresholds = Vec::with_capacity(depth as usize);
        let prec = Bits::new(64);
        for _ in 0..depth {
            if !threshold.is_finite() {
                return None;
            }
            thresholds.push(threshold);
            let x = exact(-threshold);
            let theta = x.mul_2exp(-1).exp(prec).asin(prec);
            let next = law.drift(&x, &theta, prec).lower(Bits::new(53));
            threshold = -next.to_f64_round(Round::Down);
        }
        let heights = (1.0 + 0.4 / sigma.min(beta)) * (1.0 + 0.4 / beta);
        let wanted = bits + 8.0 + heights.log2();
        let kappa = |tau: f64| 0.5 / (tau * tau) + 0.5 / (beta * beta);
        Some(Plan {
            bits,
            thresholds,
            start,
            first: Rule::new(wanted, kappa(sigma)),
            rule: Rule::new(wanted, kappa(beta)),
            band: reach * beta,
        })
    }

    /// Whether the premises of the bounds hold: 0.35 ≤ −μ + … at the start, h ≤ τ.
    fn is_sound(&self, law: &Law) -> bool {
        let at_most = |x: f64, ball: &Ball| {
            matches!(
                exact(x).certain_cmp(ball),
                Some(Ordering::Less | Ordering::Equal)
            )
        };
        let lowest = self.thresholds.iter().copied().fold(self.start, f64::min);
        lowest >= 0.35
            && at_most(-self.start, &law.mean)
            && at_most(-self.thresholds[0], &law.mean)
            && at_most(self.first.step, &law.first.sd)
            && at_most(self.rule.step, &law.noise.sd)
    }
}

impl Chain {
    /// The layers 1 … `depth` with errors of about 2^−`bits`; `None` where the constants are not known
    /// well enough. The sources of all layers are kept if `keeps_all` says so, else that of the
    /// last step only.
    ///
    /// # Errors
    /// A domain error if σ²(θ⁰, n) ≤ 0; a limit error at the deadline or for too large a grid.
    pub fn new(
        theta0: &Angle,
        n: &Number,
        depth: u32,
        bits: u32,
        keeps_all: bool,
        limits: &Limits,
    ) -> Result<Option<Chain>> {
        // A value of the next density is a sum of thousands of products below 10.
        let work = Bits::new(bits).plus(24);
        let Some(law) = Law::new(theta0, n, work, limits)? else {
            return Ok(None);
        };
        let Some(plan) = Plan::new(&law, depth, f64::from(bits)).filter(|p| p.is_sound(&law))
        else {
            return Ok(None);
        };
        let lowest = plan.thresholds.iter().copied().fold(0.0, f64::max);
        let grid = |below: f64, rule: Rule| Grid::new(&law, below, rule, plan.bits, work, limits);
        let mut chain = Chain {
            work,
            band: plan.band,
            first: grid(plan.start, plan.first)?,
            grid: grid(lowest, plan.rule)?,
            layers: Vec::new(),
            sources: Vec::new(),
            keeps_all,
            law,
        };
        chain.check_size()?;
        chain.follow(&plan, depth, limits)?;
        Ok(Some(chain))
    }

    fn check_size(&self) -> Result<()> {
        let nodes = self.grid.nodes.len() as f64;
        let entries = nodes * (2.0 * self.band / self.grid.rule.step).min(nodes);
        if entries > MOST_ENTRIES {
            return Err(Error::limit(format!(
                "the density would need a kernel of {entries:.0} entries"
            ))
            .with_hint("ask for fewer digits, or take a smaller width or depth"));
        }
        Ok(())
    }

    fn follow(&mut self, plan: &Plan, depth: u32, limits: &Limits) -> Result<()> {
        let work = self.work;
        // m_1 twice: for the sum of the first layer and for the paths.
        let tail = |gaussian: &Gaussian, value: &Ball| {
            gaussian
                .sd
                .magnitude()
                .times(value.magnitude())
                .times(Magnitude::from_f64(1.2534))
        };
        let below = |x: f64| {
            self.law
                .first
                .at(&exact(-x).sub(&self.law.mean, work), work)
        };
        let at_start = tail(&self.law.first, &below(plan.start));
        let mut lost = tail(&self.law.first, &below(plan.thresholds[0]));
        let values: Vec<Ball> = self
            .first
            .nodes
            .iter()
            .map(|node| self.law.first.at(&node.x.sub(&self.law.mean, work), work))
            .collect();
        let first = self.source(&self.first, &self.law.first, &values, at_start, plan);
        let mut norm = self
            .law
            .mean
            .magnitude()
            .plus(self.law.first.sd.magnitude().times(Magnitude::new(5, -1)));
        self.sources.push(first);
        self.layers.push(Layer {
            moments: Moments::of_first(&self.law, work),
            threshold: plan.thresholds[0],
            lost,
        });
        let mut columns: Vec<Option<Column>> = Vec::new();
        columns.resize_with(self.grid.nodes.len(), || None);
        for layer in 1..depth {
            limits.check_deadline()?;
            let Some(source) = self.sources.last() else {
                return Ok(());
            };
            let values = if layer == 1 {
                let mut values = Vec::with_capacity(self.grid.nodes.len());
                for node in &self.grid.nodes {
                    values.push(self.sum(&self.first, source, &node.x, node.near[0], limits)?);
                }
                values
            } else {
                self.apply(source, &mut columns, limits)?
            };
            let threshold = plan.thresholds[layer as usize];
            let grid = if layer == 1 { &self.first } else { &self.grid };
            let at_threshold = self.sum(grid, source, &exact(-threshold), -threshold, limits)?;
            lost = lost.plus(tail(&self.law.noise, &at_threshold));
            norm = norm.plus(self.law.growth());
            let moments = self.moments(&values, lost, norm, threshold);
            let next = self.source(&self.grid, &self.law.noise, &values, lost, plan);
            if !self.keeps_all {
                // f_{ℓ+1} is asked for through f_ℓ: only the last two are needed.
                if self.sources.len() > 1 {
                    self.sources.remove(0);
                }
            }
            self.sources.push(next);
            self.layers.push(Layer {
                moments: Moments(moments),
                threshold,
                lost,
            });
        }
        Ok(())
    }

    /// The source that the values at the nodes of a grid make, with the bound of all that a sum over it leaves out.
    fn source(
        &self,
        grid: &Grid,
        own: &Gaussian,
        values: &[Ball],
        lost: Magnitude,
        plan: &Plan,
    ) -> Source {
        let work = self.work;
        let kernel = self.law.noise.height.magnitude();
        let least = Magnitude::power_of_two(-(plan.bits as i64) - 8);
        let mut terms = Vec::new();
        let mut mass = Magnitude::ZERO;
        for (index, (node, value)) in grid.nodes.iter().zip(values).enumerate() {
            if value.magnitude() > least {
                let term = value.mul(&node.weight, work);
                mass = mass.plus(term.magnitude());
                terms.push((index, term));
            }
        }
        let [kappa, strip] = strip_bounds(own, Some(&self.law.noise));
        let rule = grid
            .rule
            .error(&kappa, &strip.mul(&self.law.noise.height, Bits::new(64)));
        let above = own.height.magnitude().times(grid.beyond);
        let dropped = least.times(grid.weight);
        let outside = self
            .law
            .noise
            .at(&exact(plan.band), Bits::new(64))
            .magnitude();
        let kernel_times = above
            .plus(dropped)
            .plus(lost.times(Magnitude::new(5, -1)))
            .times(kernel);
        Source {
            terms,
            error: rule.plus(kernel_times).plus(outside.times(mass)),
        }
    }

    /// The next density at y, `near` to 10⁻¹⁰.
    fn sum(
        &self,
        grid: &Grid,
        source: &Source,
        y: &Ball,
        near: f64,
        limits: &Limits,
    ) -> Result<Ball> {
        limits.check_deadline()?;
        let mut total = Ball::zero();
        for (index, term) in &source.terms {
            let node = &grid.nodes[*index];
            // Far more than the two doubles are off.
            if (near - node.near[1]).abs() > self.band + 1e-6 {
                continue;
            }
            let kernel = self.law.noise.at(&y.sub(&node.drift, self.work), self.work);
            total = term.mul_add(&kernel, &total, self.work);
        }
        Ok(total.widened(source.error))
    }

    /// The next density at all nodes, through stored columns of the kernel.
    fn apply(
        &self,
        source: &Source,
        columns: &mut [Option<Column>],
        limits: &Limits,
    ) -> Result<Vec<Ball>> {
        let (work, nodes) = (self.work, &self.grid.nodes);
        let mut values = vec![Ball::zero(); nodes.len()];
        for (index, term) in &source.terms {
            limits.check_deadline()?;
            let column = columns[*index].get_or_insert_with(|| {
                let from = &nodes[*index];
                let reach = self.band + 1e-6;
                let first = nodes.partition_point(|to| to.near[0] < from.near[1] - reach);
                let last = nodes.partition_point(|to| to.near[0] <= from.near[1] + reach);
                let entry =
                    |to: &super::grid::Node| self.law.noise.at(&to.x.sub(&from.drift, work), work);
                Column {
                    first,
                    entries: nodes[first..last].iter().map(entry).collect(),
                }
            });
            for (value, entry) in values[column.first..].iter_mut().zip(&column.entries) {
                *value = term.mul_add(entry, value, work);
            }
        }
        for value in &mut values {
            *value = std::mem::replace(value, Ball::zero()).widened(source.error);
        }
        Ok(values)
    }

    /// ∫ x^k f over (−∞, 0] for k = 0, 1, 2 from the values at the nodes.
    fn moments(
        &self,
        values: &[Ball],
        lost: Magnitude,
        norm: Magnitude,
        threshold: f64,
    ) -> [Ball; 3] {
        let (work, prec) = (self.work, Bits::new(64));
        let mut sums = [Ball::zero(), Ball::zero(), Ball::zero()];
        for (node, value) in self.grid.nodes.iter().zip(values) {
            let mut term = value.mul(&node.weight, work);
            for (k, sum) in sums.iter_mut().enumerate() {
                if k > 0 {
                    term = term.mul(&node.x, work);
                }
                *sum = sum.add(&term, work);
            }
        }
        // On the strip |x| ≤ |Re x| + 1.05, and |x| ≤ 7/4 for t > 0; both to the second power at most.
        let [kappa, _] = strip_bounds(&self.law.noise, None);
        let size = Ball::exact(norm.to_float()).add_rational(&(21, 20).into(), prec);
        let constant = size.square(prec).mul_i64(5, prec).mul_2exp(-2).add(
            &self.law.noise.height.mul_i64(25, prec).div_i64(6, prec),
            prec,
        );
        let rule = self.grid.rule.error(&kappa, &constant);
        let above = self.law.noise.height.magnitude().times(self.grid.beyond);
        let size = norm
            .plus(Magnitude::from_f64(threshold))
            .plus(Magnitude::ONE);
        let [half, quarter] = [lost.sqrt(), lost.sqrt().sqrt()];
        let power = half.times(quarter).times(quarter.sqrt());
        let tails = [
            lost.times(Magnitude::new(5, -1)),
            size.times(size).times(Magnitude::new(10, 0)).times(power),
        ];
        let mut k = 0;
        sums.map(|sum| {
            let tail = tails[usize::from(k > 0)];
            k += 1;
            // m^{7/8} bounds m^{1−k/16} for m ≤ 1 only.
            if lost > Magnitude::ONE {
                return Ball::indeterminate();
            }
            sum.widened(rule.plus(above).plus(tail))
        })
    }

    /// A_ℓ, and a bound of f_ℓ below −A_ℓ: that of the good paths decreases away from −A_ℓ, and the
    /// others have mass m_ℓ before the last noise.
    pub fn below(&self, layer: u32, limits: &Limits) -> Result<(f64, Magnitude)> {
        let Some(known) = self.layers.get(layer as usize - 1) else {
            return Ok((0.0, Magnitude::INFINITY));
        };
        let edge = self.density(layer, &exact(-known.threshold), limits)?;
        let others = known.lost.times(self.law.noise.height.magnitude());
        Ok((known.threshold, edge.magnitude().plus(others)))
    }

    /// The density of layer ℓ at y.
    ///
    /// # Errors
    /// A limit error at the deadline.
    pub fn density(&self, layer: u32, y: &Ball, limits: &Limits) -> Result<Ball> {
        if layer == 1 {
            let v = y.sub(&self.law.mean, self.work);
            return Ok(self.law.first.at(&v, self.work));
        }
        let near = y.mid().to_f64();
        if y.rad() > Magnitude::power_of_two(-30) {
            return Ok(Ball::indeterminate());
        }
        let index = if self.keeps_all {
            layer as usize - 2
        } else {
            // The sources of the last two layers are kept.
            self.sources.len().saturating_sub(2)
        };
        let grid = if layer == 2 { &self.first } else { &self.grid };
        match self.sources.get(index) {
            Some(source) => self.sum(grid, source, y, near, limits),
            None => Ok(Ball::indeterminate()),
        }
    }
}
