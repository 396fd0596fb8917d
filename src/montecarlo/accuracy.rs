//! Measuring kernels against MPFR: random arguments, and errors in units in the last place.

use super::stream::{LANES, StreamKey};
use rug::Float;

/// How many random points a measurement takes.
pub fn points() -> usize {
    if std::env::var_os("ISOBATH_TEST_LONG").is_some() {
        2_000_000
    } else {
        100_000
    }
}

/// Random words for test arguments.
pub fn words(name: &str, n: usize) -> Vec<u64> {
    let key = StreamKey::new(0, name);
    let mut out = Vec::with_capacity(n);
    for block in 0.. {
        let mut lanes = key.lanes(block);
        for _ in 0..1024 {
            for l in 0..LANES {
                if out.len() == n {
                    return out;
                }
                out.push(lanes.bits(l));
            }
        }
    }
    out
}

/// |computed − exact| in units of the last place of the exact value's binade.
pub fn ulps(computed: f64, exact: &Float) -> f64 {
    let exponent = exact.get_exp().expect("a nonzero finite value").max(-1021);
    let error = Float::with_val(200, exact - computed).abs();
    (error >> (exponent - 53)).to_f64()
}

/// The largest error so far and where it was.
pub trait Worst {
    /// Takes up one error more; NaN counts as the largest.
    fn max_by(self, ulp: f64, at: f64) -> Self;
}
impl Worst for (f64, f64) {
    fn max_by(self, ulp: f64, at: f64) -> Self {
        if ulp > self.0 || ulp.is_nan() {
            (ulp, at)
        } else {
            self
        }
    }
}
