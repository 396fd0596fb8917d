//! The named experiment `small-angle-depth`: angle and length of two nearby inputs in deep layers, by the χ²
//! reduction, beside their exact laws.
//!
//! At θ → 0 a layer adds $S = \ln(χ^2_{K-1}/χ^2_K)$ to $\ln\sin^2θ$ and $N = \ln(\frac2n χ^2_K)$ to the
//! logarithm of the squared length, the two χ² independent given $K \sim \mathrm{Bin}(n, ½)$, K ≥ 2. Given
//! K = k, N has the cumulants $\ln\frac4n + ψ(k/2)$, $ψ'(k/2)$, …, and
//! $\operatorname{Cov}(S, N) = -ψ'(k/2)$; so over K
//! $$\operatorname{Cov}(S, N) = -E ψ'(K/2) - \operatorname{Cov}(d_K, ψ(K/2)), \qquad d_k = ψ(k/2) - ψ((k-1)/2).$$
//! Layers are independent: cumulants and covariances add up.

use super::active::{conditional_mean, guarded};
use super::log_ratio::{from_cumulants, polygammas};
use super::simulation::{Step, variance_of};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::montecarlo::significance::student_to_normal;
use crate::montecarlo::{Partial, SmallAngleNetwork};
use crate::number::Ball;
use crate::theory::simulation::{
    Drawn, Exact, Measured, Measurement, PREC, Planned, Row, Simulation, mean_of, output,
};

/// Layers of at most this width have exact values: they are sums over all numbers of live neurons.
const WIDEST_EXACT: u32 = 4096;

/// The experiment.
pub static SIMULATIONS: &[Simulation] = &[Simulation {
    name: "small-angle-depth",
    summary: "angle and length of two nearby inputs behind many layers, by chi-square reductions",
    caption: "Random fully connected ReLU networks without biases and with weights of variance 2/width, in the \
              limit of equal inputs; sampled without neurons, by binomial and chi-square numbers.",
    source: "Jakub & Nica 2024, arXiv:2302.09712",
    widths: &[16, 64, 256],
    thetas: &[],
    depths: &[1, 10, 100],
    activations: &[],
    levels: &[],
    samples: 100_000,
    keys: &["width", "depth"],
    columns: &[
        Measured::estimate(
            "mean",
            "mean of the limit of ln(sin(theta')^2/sin(theta)^2)",
        ),
        Measured::estimate("variance", "its variance"),
        Measured::estimate("norm_mean", "mean of ln(|output|^2/|input|^2)"),
        Measured::estimate("norm_variance", "its variance"),
        Measured::estimate("covariance", "the covariance of the two"),
    ],
    reliability: "Given that every layer has two live neurons. The exact values are those of independent layers; z \
                  uses the certified standard deviations, for the covariance the standard error of the means of \
                  blocks by Student's law.",
    axis: "depth",
    curves: &[],
    has_limit: true,
    cases,
    rows,
}];

fn cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let call = format!(
        "simulate.small_angle_depth(width={}, depth={})",
        drawn.width, drawn.depth
    );
    let widths = vec![drawn.width; drawn.depth as usize];
    Ok(vec![Box::new(SmallAngleNetwork::new(call, widths)?)])
}

/// The certified law of one layer: the step of ln sin²θ, that of the logarithm of the squared length, and
/// their covariance.
struct Layer {
    sine: Step,
    norm: Step,
    covariance: Ball,
}

impl Layer {
    fn of(n: u32, limits: &Limits) -> Result<Layer> {
        let work = guarded(n, PREC);
        let gammas: Vec<Vec<Ball>> = (1..4).map(|m| polygammas(m, 2, n, work)).collect();
        let scale = Ball::from_i64(4).div_i64(n.into(), work).ln(work);
        // For each k: the raw moments of N, d_k and d_k ψ(k/2).
        let mut given = Vec::with_capacity(n as usize - 1);
        for k in 2..=n {
            limits.check_deadline()?;
            let digamma = Ball::digamma_half_integer(u64::from(k), work);
            let gap = digamma.sub(&Ball::digamma_half_integer(u64::from(k) - 1, work), work);
            let mut cumulants = vec![scale.add(&digamma, work)];
            cumulants.extend(gammas.iter().map(|gamma| gamma[k as usize - 2].clone()));
            let mut row = from_cumulants(&cumulants, work);
            let product = gap.mul(&digamma, work);
            row.extend([digamma, gap, product, cumulants.swap_remove(1)]);
            given.push(row);
        }
        let mean = |j: usize| {
            conditional_mean(n, 2, PREC, limits, |k, _| {
                Ok(given[k as usize - 2][j].clone())
            })
        };
        let raw = [mean(1)?, mean(2)?, mean(3)?, mean(4)?];
        let (digamma, gap, product, trigamma) = (mean(5)?, mean(6)?, mean(7)?, mean(8)?);
        let joint = product.sub(&digamma.mul(&gap, PREC), PREC);
        let sine = Step::of_limit(n, limits)?;
        Ok(Layer {
            sine,
            norm: Step::of_moments(&raw),
            covariance: trigamma.add(&joint, PREC).neg(),
        })
    }
}

fn rows(drawn: &Drawn, runs: &[Partial], limits: &Limits) -> Result<Vec<Row>> {
    let layer = match drawn.width <= WIDEST_EXACT {
        true => Some(Layer::of(drawn.width, limits)?),
        false => None,
    };
    let mut values = Vec::with_capacity(5);
    for k in 0..2 {
        let estimate = output(runs, 0, k)?;
        let step = layer.as_ref().map(|layer| [&layer.sine, &layer.norm][k]);
        let law = step.map(|step| step.after(drawn.depth));
        let exact = law.as_ref().map(|law| (law.mean.clone(), law.deviation()));
        values.push(mean_of(&estimate, 0.0, exact)?);
        values.push(variance_of(&estimate, law.as_ref())?);
    }
    let found = runs
        .first()
        .and_then(|run| run.covariances().first().copied());
    let found = found.ok_or_else(|| Error::domain("fewer than two networks stayed alive"))?;
    let exact = match &layer {
        None => None,
        Some(layer) => {
            let value = layer.covariance.mul_i64(i64::from(drawn.depth), PREC);
            let blocks = output(runs, 0, 0)?.blocks;
            let z = match found.stderr.filter(|e| *e > 0.0 && blocks > 2) {
                // Full blocks are all, or all but one.
                Some(e) => {
                    let t = (found.value - value.mid().to_f64()) / e;
                    Some(student_to_normal(t, blocks - 2)?)
                }
                None => None,
            };
            Some(Exact { value, z })
        }
    };
    values.push(Measurement {
        estimate: found.value,
        stderr: found.stderr,
        exact,
    });
    Ok(vec![Row {
        keys: vec![drawn.width.to_string(), drawn.depth.to_string()],
        values,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::significance::{
        RUN_ALARM_RATE, SHAPE_ALARM_RATE, normality_p, threshold,
    };
    use crate::montecarlo::{Activation, RunOptions};
    use crate::theory::simulation::{Level, Parameters, Theta, find};

    fn row(width: u32, depth: u32, drawn_width: u32, n: u64) -> Row {
        let limits = Limits::default();
        let parameters = |width| Parameters {
            widths: vec![width],
            thetas: vec![Theta::zero()],
            depths: vec![depth],
            activations: vec![Activation::Relu],
            levels: vec![Level::parse("0", &limits).unwrap()],
        };
        let simulation = find("small-angle-depth").unwrap();
        let drawn = simulation.cases(&parameters(drawn_width)).unwrap();
        let runs: Vec<Partial> = drawn[0]
            .experiments
            .iter()
            .map(|e| e.run(&RunOptions::samples(n, 0)).unwrap())
            .collect();
        let case = &simulation.cases(&parameters(width)).unwrap()[0];
        case.rows(&runs, &limits).unwrap().remove(0)
    }

    fn scores(row: &Row) -> Vec<f64> {
        let z = |m: &Measurement| m.exact.as_ref().and_then(|e| e.z).unwrap();
        row.values.iter().map(z).collect()
    }

    #[test]
    fn deep_layers_have_their_exact_laws_all_together() {
        let mut all = Vec::new();
        for (width, depth) in [(2, 1), (3, 1), (8, 1), (8, 12), (64, 1), (64, 20), (250, 3)] {
            all.extend(scores(&row(width, depth, width, 100_000)));
        }
        assert_eq!(all.len(), 35);
        let worst = all.iter().fold(0.0, |w: f64, z| w.max(z.abs()));
        let bound = threshold(all.len() as u64, RUN_ALARM_RATE).unwrap();
        let p = normality_p(&all).unwrap();
        println!("largest |z| {worst} of {bound}, p = {p}");
        assert!(worst < bound && p > SHAPE_ALARM_RATE, "{all:?}");
    }

    #[test]
    fn exact_values_at_width_two() {
        // K = 2 always: S = ln χ²₁ − ln χ²₂, N = ln χ²₂, E N = ln 2 + ψ(1), Var N = π²/6 = −Cov(S, N).
        let layer = Layer::of(2, &Limits::default()).unwrap();
        let six = Ball::pi(PREC).square(PREC).div_i64(6, PREC);
        assert!(layer.covariance.neg().overlaps(&six) && layer.covariance.accuracy() > 100);
        assert!(layer.norm.variance.overlaps(&six));
        let mean = Ball::ln_2(PREC).sub(&Ball::euler_gamma(PREC), PREC);
        assert!(layer.norm.mean.overlaps(&mean));
        // E N⁴ in excess: κ₄ = ψ'''(1) = π⁴/15.
        let fourth = Ball::pi(PREC).pow_u64(4, PREC).div_i64(15, PREC);
        assert!(layer.norm.fourth_cumulant.overlaps(&fourth));
    }

    #[test]
    fn a_planted_error_of_nine_standard_errors_is_caught() {
        // Layers of width 41 beside the values of width 40: at the n where their rates differ by nine
        // standard errors.
        let limits = Limits::default();
        let (right, wrong) = (
            Layer::of(40, &limits).unwrap(),
            Layer::of(41, &limits).unwrap(),
        );
        let number = |ball: &Ball| ball.mid().to_f64();
        let gap = number(&wrong.sine.mean) - number(&right.sine.mean);
        let n = (9.0 / gap).powi(2) * number(&right.sine.variance);
        let z = scores(&row(40, 1, 41, n as u64))[0];
        println!(
            "relative size {:e} at n = {n}",
            gap / number(&right.sine.mean)
        );
        assert!(z.abs() > 5.85 && (z.abs() - 9.0).abs() < 4.0, "z = {z}");
    }
}
