//! Smooth activations made of one exponential: tanh, logistic, SiLU, softplus, Mish.

use crate::montecarlo::kernels::{exp, exp_m1_negative, ln, select};

/// tanh x and its derivative.
///
/// With $E = e^{-2|x|} - 1$: $\tanh |x| = -E/(2 + E)$, and $\tanh' = 4 (1+E)/(2+E)^2$, where 1 + E is
/// taken from the exponential itself: no digit cancels at either end.
#[inline(always)]
pub fn tanh(x: f64) -> (f64, f64) {
    let y = -2.0 * x.abs();
    let m1 = exp_m1_negative(y);
    let e = exp(y);
    let sum = 2.0 + m1;
    let value = (-m1 / sum).copysign(x);
    (value, 4.0 * e / (sum * sum))
}

/// $1/(1 + e^{-x})$ and its derivative $e^{-|x|}/(1 + e^{-|x|})^2$.
#[inline(always)]
pub fn logistic(x: f64) -> (f64, f64) {
    let (s, r) = logistic_both(x);
    (s, s * r)
}

/// The logistic function at x and at −x.
#[inline(always)]
fn logistic_both(x: f64) -> (f64, f64) {
    let e = exp(-x.abs());
    let (large, small) = (1.0 / (1.0 + e), e / (1.0 + e));
    (select(x < 0.0, small, large), select(x < 0.0, large, small))
}

/// $x/(1 + e^{-x})$ and its derivative $s(x) (1 + x\, s(-x))$, s the logistic function.
#[inline(always)]
pub fn silu(x: f64) -> (f64, f64) {
    let (s, r) = logistic_both(x);
    (x * s, (x * s).mul_add(r, s))
}

/// $\ln(1 + e)$ for 0 ≤ e ≤ 1.
///
/// With u the double nearest to 1 + e, $\ln(1 + e) = \ln u + c/u + O(2^{-106})$ where c = e − (u − 1) is
/// exact (Fast2Sum): no digit of a small e is lost.
#[inline(always)]
fn ln_1p_unit(e: f64) -> f64 {
    let u = 1.0 + e;
    let c = e - (u - 1.0);
    ln(u) + c / u
}

/// $\ln(1 + e^x) = \max(x, 0) + \ln(1 + e^{-|x|})$ and its derivative, the logistic function.
#[inline(always)]
pub fn softplus(x: f64) -> (f64, f64) {
    let e = exp(-x.abs());
    let positive = select(x < 0.0, 0.0, x);
    let slope = select(x < 0.0, e, 1.0) / (1.0 + e);
    (positive + ln_1p_unit(e), slope)
}

/// $x \tanh \ln(1 + e^x)$ and its derivative.
///
/// $\tanh \ln(1 + E) = N/D$ with $N = E^2 + 2E$ and $D = N + 2$, for x > 0 both divided by $E^2$: sums of
/// positive numbers. With $q = 1 - N/D$ and the logistic function s the derivative is
/// $N/D + x\, q (1 + N/D)\, s(x)$.
#[inline(always)]
pub fn mish(x: f64) -> (f64, f64) {
    let e = exp(-x.abs());
    let on = x > 0.0;
    let above = select(on, 2.0f64.mul_add(e, 1.0), e * (e + 2.0));
    let rest = select(on, 2.0 * (e * e), 2.0);
    let below = above + rest;
    let (t, q) = (above / below, rest / below);
    let s = select(on, 1.0, e) / (1.0 + e);
    (x * t, (x * q * (1.0 + t)).mul_add(s, t))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::activation::measure::{BITS, Slope, arguments, measure};
    use rug::Float;

    fn logistic_exact(x: &Float) -> (Float, Float) {
        let e = Float::with_val(BITS, -x).exp();
        let s = Float::with_val(BITS, 1u32 / Float::with_val(BITS, &e + 1u32));
        let slope = Float::with_val(BITS, &s * &s) * e;
        (s, slope)
    }

    const HARD: [f64; 11] = [
        18.0, 19.0, 19.5, 20.0, 22.0, 400.0, -700.0, -744.0, 0.3465, -0.17329, 1e-300,
    ];

    #[test]
    fn tanh_and_logistic_keep_their_bounds() {
        let at = arguments("tanh", 25.0, &HARD);
        let exact = |x: &Float| {
            let cosh = Float::with_val(BITS, x.cosh_ref()).square();
            (Float::with_val(BITS, x.tanh_ref()), 1u32 / cosh)
        };
        let (value, slope) = measure("tanh", tanh, exact, &at, Slope::Ulp);
        assert!(value < 4.0 && slope < 6.0);
        let at = arguments("logistic", 740.0, &HARD);
        let (value, slope) = measure("logistic", logistic, logistic_exact, &at, Slope::Ulp);
        assert!(value < 3.0 && slope < 4.0);
        let exact = |x: &Float| {
            let (s, slope) = logistic_exact(x);
            let value = Float::with_val(BITS, x * &s);
            (value, Float::with_val(BITS, x * &slope) + s)
        };
        let at = arguments("silu", 740.0, &[-1.278_464_542_761_074, -1.278464, 1e-300]);
        let (value, slope) = measure("silu", silu, exact, &at, Slope::Absolute);
        assert!(value < 4.0 && slope < 4.0);
    }

    #[test]
    fn softplus_and_mish_keep_their_bounds() {
        let at = arguments("softplus", 740.0, &HARD);
        let exact = |x: &Float| {
            // e^{-745} needs 1075 bits beside 1: ln_1p takes it as it is.
            let value = Float::with_val(BITS, x).exp().ln_1p();
            (value, logistic_exact(x).0)
        };
        let (value, slope) = measure("softplus", softplus, exact, &at, Slope::Ulp);
        assert!(value < 4.0 && slope < 3.0);
        let at = arguments("mish", 740.0, &[-1.192_457_1, -1.192, 36.0, 37.5, 1e-300]);
        let exact = |x: &Float| {
            let e = Float::with_val(BITS, x).exp();
            let above = Float::with_val(BITS, &e + 2u32) * &e;
            let below = Float::with_val(BITS, &above + 2u32);
            let t = Float::with_val(BITS, &above / &below);
            // dt/dx = 4 E (1 + E)/(E² + 2E + 2)².
            let up = Float::with_val(BITS, &e + 1u32) * &e * 4u32;
            let slope = up / below.square();
            let value = Float::with_val(BITS, x * &t);
            (value, Float::with_val(BITS, x * slope) + t)
        };
        let (value, slope) = measure("mish", mish, exact, &at, Slope::Absolute);
        assert!(value < 5.0 && slope < 6.0);
    }
}
