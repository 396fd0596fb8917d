//! Activations of the normal law: erf, the distribution function, GELU, Gaussians.

use crate::montecarlo::kernels::{exp_minus, select};

/// $e^{a^2} \operatorname{erfc} a$ for 0 ≤ a ≤ 28.
///
/// $(1 + 2a) e^{a^2} \operatorname{erfc} a$ lies between 1 and 1.24 and is a smooth function of
/// $t = (a - 4)/(a + 4)$ also at a = ∞ (Shepherd & Laframboise, *Chebyshev approximation of (1 + 2x)
/// exp(x²) erfc x in 0 ≤ x < ∞*, Math. Comp. 36 (1981) 249): a minimax polynomial of relative error
/// 2⁻⁶¹ (2⁻⁵⁴ with rounded coefficients).
#[inline(always)]
fn scaled_erfc(a: f64) -> f64 {
    const P: [f64; 25] = [
        1.2329951186255526,
        -0.13962111684056253,
        0.015379652102620071,
        0.06809705425469312,
        -0.10103906603632705,
        0.09373283499833095,
        -0.06633036581160591,
        0.03716751553790635,
        -0.016197734066251274,
        0.00503196997215663,
        -0.0007577732207190024,
        -0.0001992566440737364,
        0.0001506213399894412,
        -2.4399493228949943e-05,
        -1.1220986070337148e-05,
        5.710714102890187e-06,
        2.918029522768912e-07,
        -8.276180704635447e-07,
        7.685836122611884e-08,
        1.1307093362386432e-07,
        -1.9015086235932047e-08,
        -1.643920782423576e-08,
        1.6929131194528665e-09,
        2.0451664222692232e-09,
        2.7181765222774465e-10,
    ];
    let t = (a - 4.0) / (a + 4.0);
    let mut p = P[24];
    for i in (0..24).rev() {
        p = p.mul_add(t, P[i]);
    }
    p / (1.0 + 2.0 * a)
}

/// erf x and its derivative $2 e^{-x^2}/\sqrt\pi$.
///
/// For |x| < 1 it is x times a minimax polynomial in x² (relative error 2⁻⁵⁵), elsewhere
/// $1 - \operatorname{erfc}|x|$, whose error shrinks with erfc ≤ 0.158. The rounding error of x² is put
/// back into the exponential.
#[inline(always)]
pub fn erf(x: f64) -> (f64, f64) {
    const P: [f64; 12] = [
        std::f64::consts::FRAC_2_SQRT_PI,
        -0.3761263890318352,
        0.11283791670944185,
        -0.02686617064311144,
        0.005223977606118201,
        -0.0008548325929299106,
        0.00012055293576377275,
        -1.492471229081628e-05,
        1.6447131419811069e-06,
        -1.6206312501557084e-07,
        1.371097456731033e-08,
        -7.779456921827916e-10,
    ];
    // erfc 28 and exp(−28²) are 0 in doubles.
    let a = select(x.abs() > 28.0, 28.0, x.abs());
    let square = a * a;
    let e = exp_minus(square, a.mul_add(a, -square));
    let far = 1.0 - e * scaled_erfc(a);
    let mut p = P[11];
    for i in (0..11).rev() {
        p = p.mul_add(square, P[i]);
    }
    (
        select(a < 1.0, a * p, far).copysign(x),
        std::f64::consts::FRAC_2_SQRT_PI * e,
    )
}

/// $\Phi(x)$, the normal distribution function, and $e^{-x^2/2}$. Digits are kept in the left tail.
#[inline(always)]
pub fn normal_cdf(x: f64) -> (f64, f64) {
    // Φ(−39) and exp(−39²/2) are 0 in doubles.
    let y = select(x.abs() > 39.0, 39.0, x.abs());
    let half = 0.5 * (y * y);
    // y²/2 − half exactly: halving commutes with the rounding.
    let e = exp_minus(half, (0.5 * y).mul_add(y, -half));
    let tail = 0.5 * e * scaled_erfc(y * std::f64::consts::FRAC_1_SQRT_2);
    (select(x < 0.0, tail, 1.0 - tail), e)
}

/// $x \Phi(x)$ and its derivative $\Phi(x) + x e^{-x^2/2}/\sqrt{2\pi}$.
#[inline(always)]
pub fn gelu(x: f64) -> (f64, f64) {
    const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;
    let (cdf, e) = normal_cdf(x);
    // Past the clamp the density is 0 exactly, and x may be anything finite.
    (x * cdf, (FRAC_1_SQRT_TAU * x).mul_add(e, cdf))
}

/// $e^{-x^2}$ and its derivative $-2x e^{-x^2}$.
#[inline(always)]
pub fn gaussian(x: f64) -> (f64, f64) {
    let y = select(x.abs() > 28.0, 28.0, x.abs());
    let square = y * y;
    let e = exp_minus(square, y.mul_add(y, -square));
    (e, -2.0 * x * e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::activation::measure::{BITS, Slope, arguments, measure};
    use rug::Float;
    use rug::float::Constant;

    fn cdf_exact(x: &Float) -> (Float, Float) {
        let half_square = Float::with_val(BITS, x * x) >> 1u32;
        let argument = Float::with_val(BITS, -x) / Float::with_val(BITS, 2u32).sqrt();
        (
            argument.erfc() >> 1u32,
            Float::with_val(BITS, -half_square).exp(),
        )
    }

    #[test]
    fn erf_and_gaussians_keep_their_bounds() {
        let pi = Float::with_val(BITS, Constant::Pi);
        let hard = [
            1.0,
            1.0 - 1e-16,
            -1.0,
            5.9,
            6.0,
            26.5,
            -27.3,
            28.0,
            1e10,
            1e-200,
        ];
        let exact = |x: &Float| {
            let e = Float::with_val(BITS, -Float::with_val(BITS, x * x)).exp();
            let factor = 2u32 / Float::with_val(BITS, pi.sqrt_ref());
            (Float::with_val(BITS, x.erf_ref()), e * factor)
        };
        let at = arguments("erf", 27.0, &hard);
        let (value, slope) = measure("erf", erf, exact, &at, Slope::Ulp);
        assert!(value < 2.5 && slope < 3.0);
        let exact = |x: &Float| {
            let e = Float::with_val(BITS, -Float::with_val(BITS, x * x)).exp();
            let slope = Float::with_val(BITS, x * &e) * -2;
            (e, slope)
        };
        let at = arguments("gaussian", 27.0, &hard);
        let (value, slope) = measure("gaussian", gaussian, exact, &at, Slope::Ulp);
        assert!(value < 2.5 && slope < 3.5);
    }

    #[test]
    fn gelu_keeps_its_bounds() {
        let pi = Float::with_val(BITS, Constant::Pi);
        let hard = [
            -37.0,
            -38.0,
            -39.0,
            -1e9,
            8.3,
            -0.7517915246935645,
            -1.0,
            1.0,
            1e-300,
        ];
        let at = arguments("gelu", 37.5, &hard);
        let (value, slope) = measure("normal_cdf", normal_cdf, cdf_exact, &at, Slope::Ulp);
        assert!(value < 6.0 && slope < 2.5);
        let exact = |x: &Float| {
            let (cdf, e) = cdf_exact(x);
            let density = e / Float::with_val(BITS, &pi * 2u32).sqrt();
            let slope = Float::with_val(BITS, x * density) + &cdf;
            (Float::with_val(BITS, x * cdf), slope)
        };
        let (value, slope) = measure("gelu", gelu, exact, &at, Slope::Absolute);
        assert!(value < 6.0 && slope < 4.0);
    }
}
