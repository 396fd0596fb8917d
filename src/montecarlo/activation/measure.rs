//! Measuring an activation's value and derivative against MPFR.

use crate::montecarlo::accuracy::{Worst, points, ulps, words};
use crate::montecarlo::kernels::uniform;
use rug::Float;

/// Bits of the exact functions.
pub const BITS: u32 = 160;

/// In what the error of a derivative is measured.
#[derive(Clone, Copy, PartialEq)]
pub enum Slope {
    /// Units of its last place.
    Ulp,
    /// Units of 2⁻⁵³.
    Absolute,
    /// Units of (1 + |x|) 2⁻⁵³.
    Growing,
}

/// Arguments over many scales, and the given hard ones.
pub fn arguments(name: &str, widest: f64, hard: &[f64]) -> Vec<f64> {
    let mut out = hard.to_vec();
    for word in words(name, points() / 4) {
        let u = 2.0 * uniform(word) - 1.0;
        let small = f64::exp2(-((word & 127) as f64));
        out.extend([
            widest * u,
            3.0 * u,
            u * small,
            (4.0 * u * 8.0).round() / 8.0,
        ]);
    }
    out.retain(|&x| x != 0.0);
    out
}

/// The largest errors of value and derivative. A derivative that is 0 exactly must come out so.
pub fn measure(
    name: &str,
    f: impl Fn(f64) -> (f64, f64),
    exact: impl Fn(&Float) -> (Float, Float),
    arguments: &[f64],
    unit: Slope,
) -> (f64, f64) {
    let (mut value, mut slope): ((f64, f64), (f64, f64)) = ((0.0, 0.0), (0.0, 0.0));
    let mut tiny = 0.0f64;
    for &x in arguments {
        let (got, got_slope) = f(x);
        let (v, d) = exact(&Float::with_val(BITS, x));
        for (got, exact, worst, unit) in [
            (got, v, &mut value, Slope::Ulp),
            (got_slope, d, &mut slope, unit),
        ] {
            let error = Float::with_val(BITS, &exact - got).abs().to_f64();
            let scale = match unit {
                Slope::Growing => 1.0 + x.abs(),
                _ => 1.0,
            };
            if unit != Slope::Ulp {
                *worst = worst.max_by(error / scale * f64::exp2(53.0), x);
            } else if exact.is_zero() {
                assert_eq!(got, 0.0, "{name} at {x}");
            } else if exact.get_exp().is_some_and(|e| e > -1010) {
                *worst = worst.max_by(ulps(got, &exact), x);
            } else {
                tiny = tiny.max(error);
            }
        }
    }
    println!("{name}: value {value:?}, derivative {slope:?}, tiny results {tiny:e}");
    assert!(tiny < f64::exp2(-1060.0), "{name}: {tiny:e}");
    assert!(
        value.0 > 0.4 && slope.0 > 0.4,
        "the measurement measures nothing"
    );
    (value.0, slope.0)
}
