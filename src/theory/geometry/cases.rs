//! What the experiments on level sets share: their streams, layers and measurements, and the covariance of a
//! limit field on a great circle.

use super::limit::deep_kernel;
use crate::error::{Error, Result};
use crate::montecarlo::{Activation, Estimate, Layers};
use crate::number::Ball;
use crate::theory::simulation::{Drawn, Exact, Measurement, PREC};

pub(super) const SOURCE: &str = "Di Lillo, Marinucci, Salvi & Vigogna 2025, arXiv:2504.06250";

/// Points of the circle on which limit fields are drawn.
pub(super) const FINE: u32 = 1024;

/// The covariance of the limit field at k of N steps around a great circle.
///
/// # Errors
/// A domain error for an activation whose kernel has no closed form here.
pub(super) fn covariance(f: Activation, depth: u32, n: u32) -> Result<Vec<f64>> {
    let mut values = vec![0.0; n as usize];
    for k in 0..=n / 2 {
        let turn = Ball::pi(PREC).mul_2exp(1).mul_i64(i64::from(k), PREC);
        let u = turn.div_i64(i64::from(n), PREC).cos(PREC);
        // Both ends exactly: a ball around them would leave the domain of the arcsine.
        let u = match k {
            0 => Ball::one(),
            k if 2 * k == n => Ball::from_i64(-1),
            _ => u,
        };
        let value = deep_kernel(f, &u, depth, PREC).ok_or_else(|| {
            Error::domain(format!(
                "the kernel of {} has no closed form here",
                f.name()
            ))
            .with_hint("relu, leaky(0.2), abs, heaviside, erf, gelu, sin, exp(-x^2)")
        })?;
        let value = value.mid().to_f64();
        values[k as usize] = value;
        values[(n - k) as usize % n as usize] = value;
    }
    Ok(values)
}

/// The canonical text of a case: it decides the random stream.
pub(super) fn call(name: &str, keys: &[(&str, String)]) -> String {
    let keys: Vec<String> = keys
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    format!("simulate.{name}({})", keys.join(", "))
}

pub(super) fn named(drawn: &Drawn) -> Vec<(&'static str, String)> {
    vec![
        ("activation", drawn.activation.name()),
        ("width", drawn.width.to_string()),
        ("depth", drawn.depth.to_string()),
        ("level", drawn.level.text.clone()),
    ]
}

pub(super) fn keys(named: &[(&str, String)]) -> Vec<String> {
    named.iter().map(|(_, value)| value.clone()).collect()
}

pub(super) fn layers(drawn: &Drawn) -> Layers {
    Layers {
        activation: drawn.activation,
        weight_variance: drawn.activation.gain(),
        bias_variance: 0.0,
        widths: vec![drawn.width; drawn.depth as usize],
    }
}

/// An estimate with its sample's standard error; beside an exact value, z by the same.
pub(super) fn measured(estimate: &Estimate, scale: f64, exact: Option<Ball>) -> Measurement {
    let (mean, stderr) = (scale * estimate.mean, estimate.stderr.map(|e| scale * e));
    let z = |value: &Ball| {
        let error = stderr.filter(|e| *e > 0.0)?;
        Some((mean - value.mid().to_f64()) / error)
    };
    Measurement {
        estimate: mean,
        stderr,
        exact: exact.map(|value| Exact {
            z: z(&value),
            value,
        }),
    }
}

/// A certified value without an estimate.
pub(super) fn known(value: Option<Ball>) -> Measurement {
    Measurement {
        estimate: f64::NAN,
        stderr: None,
        exact: value.map(|value| Exact { value, z: None }),
    }
}
