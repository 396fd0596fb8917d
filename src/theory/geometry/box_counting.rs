//! Box counting of the zeros of the limit field on a great circle, raw and calibrated on fields of known
//! dimension.

use super::cases::{FINE, call, covariance, known, named};
use super::field::{CircleField, Count};
use crate::error::Result;
use crate::limits::Limits;
use crate::montecarlo::{Activation, Partial};
use crate::number::Ball;
use crate::theory::simulation::{Drawn, Measurement, PREC, Planned, Row, output};

/// Scales of box counting: from boxes of 1 step to 2^6 steps.
const SCALES: u32 = 6;
/// Hölder exponents of the fields that box counting is calibrated on; their zeros have dimension 1 − H.
const KNOWN: [f64; 6] = [0.03125, 0.0625, 0.125, 0.25, 0.5, 0.75];

/// A field on the circle with the Hölder exponent H: covariance $1 - c\,|2 \sin(x/2)|^{2H}$ with the
/// largest c for which it is one, $1/c$ the mean of the power over the N points.
fn known_covariance(hoelder: f64, n: u32) -> Vec<f64> {
    use crate::montecarlo::kernels::{exp, ln, sin_cos_turns};
    let mut power = vec![0.0; n as usize];
    for k in 1..=n / 2 {
        let (half_sine, _) = sin_cos_turns(0.5 * f64::from(k) / f64::from(n));
        let value = exp(2.0 * hoelder * ln(2.0 * half_sine));
        power[k as usize] = value;
        power[(n - k) as usize] = value;
    }
    let mean = power.iter().sum::<f64>() / f64::from(n);
    power
        .iter()
        .map(|p| 1.0 - p / mean)
        .map(|c| c + 0.0)
        .collect()
}

pub(super) fn box_cases(drawn: &Drawn) -> Result<Vec<Planned>> {
    let named = named(drawn);
    let text = call("box_dimension", &[named[0].clone(), named[2].clone()]);
    let values = covariance(drawn.activation, drawn.depth, FINE)?;
    let mut planned: Vec<Planned> = Vec::new();
    planned.push(Box::new(CircleField::new(
        text,
        &values,
        Count::Boxes,
        SCALES,
    )?));
    for hoelder in KNOWN {
        let text = format!("simulate.box_dimension(hoelder={hoelder})");
        let values = known_covariance(hoelder, FINE);
        planned.push(Box::new(CircleField::new(
            text,
            &values,
            Count::Boxes,
            SCALES,
        )?));
    }
    Ok(planned)
}

/// The least-squares slope of −log₂ E(boxes) over the scales, and its standard error by the delta method.
fn box_slope(runs: &[Partial], index: usize) -> Result<(f64, f64)> {
    let scales = SCALES as usize + 1;
    let mut means = Vec::with_capacity(scales);
    let mut variance = vec![0.0; scales * scales];
    for k in 0..scales {
        let e = output(runs, index, k)?;
        means.push(e.mean);
        variance[k * scales + k] = e.stderr.unwrap_or(f64::NAN).powi(2);
    }
    let n = output(runs, index, 0)?.n as f64;
    for covariance in runs[index].covariances() {
        let (i, j) = covariance.pair;
        variance[i * scales + j] = covariance.value / n;
        variance[j * scales + i] = covariance.value / n;
    }
    let centre = (scales - 1) as f64 / 2.0;
    let norm: f64 = (0..scales).map(|k| (k as f64 - centre).powi(2)).sum();
    // d slope/d mean_k = −(k − centre)/(norm · mean_k · ln 2).
    let weight = |k: usize| -(k as f64 - centre) / (norm * 2f64.ln());
    let slope = (0..scales).map(|k| weight(k) * means[k].ln()).sum();
    let mut square = 0.0;
    for i in 0..scales {
        for j in 0..scales {
            square += weight(i) / means[i] * weight(j) / means[j] * variance[i * scales + j];
        }
    }
    Ok((slope, square.max(0.0).sqrt()))
}

pub(super) fn box_rows(drawn: &Drawn, runs: &[Partial], _limits: &Limits) -> Result<Vec<Row>> {
    let (raw, error) = box_slope(runs, 0)?;
    let mut table = Vec::with_capacity(KNOWN.len());
    for (k, hoelder) in KNOWN.iter().enumerate() {
        let (slope, error) = box_slope(runs, k + 1)?;
        table.push((slope, error, 1.0 - hoelder));
    }
    let limit = match drawn.activation {
        // The exponent of 1 − κ_L is 2^−L: beta = 1/2 for the Heaviside function.
        Activation::Heaviside => {
            let index = i32::try_from(drawn.depth).unwrap_or(i32::MAX);
            Some(Ball::one().sub(&Ball::one().mul_2exp(-index), PREC))
        }
        _ => None,
    };
    let calibrated = calibrate(raw, error, &table);
    Ok(vec![Row {
        keys: vec![drawn.activation.name(), drawn.depth.to_string()],
        values: vec![
            Measurement {
                estimate: raw,
                stderr: Some(error),
                exact: None,
            },
            Measurement {
                estimate: calibrated.0,
                stderr: Some(calibrated.1).filter(|e| e.is_finite()),
                exact: None,
            },
            known(limit),
        ],
    }])
}

/// The dimension whose slope this is, linearly between those of the calibration (and beyond its ends
/// along the last segment), with the standard error of slope and calibration.
pub(super) fn calibrate(raw: f64, error: f64, table: &[(f64, f64, f64)]) -> (f64, f64) {
    // The table runs from high to low dimension, and so do its slopes.
    let at = (1..table.len() - 1)
        .find(|&k| raw > table[k].0)
        .unwrap_or(table.len() - 1);
    let ((s0, e0, d0), (s1, e1, d1)) = (table[at - 1], table[at]);
    let t = (raw - s0) / (s1 - s0);
    let rate = (d1 - d0) / (s1 - s0);
    let error = error.hypot((1.0 - t) * e0).hypot(t * e1);
    (t.mul_add(d1 - d0, d0), (rate * error).abs())
}
