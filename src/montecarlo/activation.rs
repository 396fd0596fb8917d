//! Activations as lane kernels: value and derivative, branch-free, the same bits everywhere.
//!
//! The scalar functions follow the rules of [`kernels`](super::kernels): additions, multiplications,
//! divisions, fused operations, bit casts, no branch and no library call. Bounds hold for what the
//! tests below measured against MPFR on 10⁵ points a function and at the hard cases (2·10⁶ with
//! `ISOBATH_TEST_LONG=1`). Ulp are of the exact result, for results of at least 2⁻¹⁰¹⁰ in size; smaller
//! ones have an absolute error below 2⁻¹⁰⁶⁰. Absolute bounds are stated for derivatives that have
//! a zero where their terms cancel.
//!
//! | function | value | derivative |
//! |---|---|---|
//! | [`tanh`] | 4 ulp | 6 ulp |
//! | [`erf`] | 2.5 ulp | 3 ulp |
//! | [`logistic`] | 3 ulp | 4 ulp |
//! | [`normal_cdf`] | 6 ulp | — |
//! | [`gelu`] | 6 ulp | 2⁻⁵¹ (absolute) |
//! | [`silu`] | 4 ulp | 2⁻⁵¹ (absolute) |
//! | [`sin_cos`], \|x\| ≤ 2¹⁷ | 2.5 ulp | 2.5 ulp |
//! | [`gaussian`] | 2.5 ulp | 3.5 ulp |
//!
//! ReLU, |x| and Heaviside are exact, a leaky ReLU is one multiplication.

use crate::error::{Error, Result};

use super::kernels::{MAGIC, SIGN, exp, exp_m1_negative, exp_minus, octant, relu, select};
use super::stream::{LANES, Lane};

/// tanh x and its derivative.
///
/// With $E = e^{-2|x|} - 1$: $\tanh |x| = -E/(2 + E)$, and $\tanh' = 4 (1+E)/(2+E)^2$, where 1 + E is
/// taken from the exponential itself: no digit cancels at either end.
#[inline(always)]
pub fn tanh(x: f64) -> (f64, f64) {
    let y = -2.0 * x.abs();
    let m1 = exp_m1_negative(y);
    let e = super::kernels::exp(y);
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
    let e = super::kernels::exp(-x.abs());
    let (large, small) = (1.0 / (1.0 + e), e / (1.0 + e));
    (select(x < 0.0, small, large), select(x < 0.0, large, small))
}

/// $x/(1 + e^{-x})$ and its derivative $s(x) (1 + x\, s(-x))$, s the logistic function.
#[inline(always)]
pub fn silu(x: f64) -> (f64, f64) {
    let (s, r) = logistic_both(x);
    (x * s, (x * s).mul_add(r, s))
}

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

/// (sin x, cos x), x in radians, |x| ≤ 2¹⁷; NaN beyond, which leaves the sample out and counts it.
///
/// $x = k π/2 + r$ with π/2 in three parts: the first two have 36 bits, so $k$ times them is exact for
/// $|k| \le 2^{17}$, and so is the first subtraction. No double of this size is closer than
/// 2⁻⁵⁶ or so to a non-zero multiple of π/2 (the tests look at the closest ones), and what the third
/// part and its rounding leave out is below 2⁻¹⁰⁸: r is right to half an ulp and a little. The
/// polynomials take eighths of a turn.
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
    /// π/2 to 36 bits, the next 36, and the next 53.
    const P1: f64 = f64::from_bits(0x3ff9_21fb_5444_0000);
    const P2: f64 = f64::from_bits(0x3d86_8c23_4c4c_0000);
    const P3: f64 = f64::from_bits(0x3b29_8a2e_0370_7345);
    const FRAC_4_PI: f64 = 1.273_239_544_735_162_8;
    let shifted = x.mul_add(std::f64::consts::FRAC_2_PI, MAGIC);
    let k = shifted - MAGIC;
    let first = k.mul_add(-P1, x);
    let second = k.mul_add(-P2, first);
    let lost = k.mul_add(-P2, first - second);
    let r = second + k.mul_add(-P3, lost);
    let (s, c) = octant(r * FRAC_4_PI);
    let q = shifted.to_bits();
    let swap = q & 1 != 0;
    let inside = x.abs() <= 131_072.0;
    let sin = f64::from_bits(select(swap, c, s).to_bits() ^ ((q << 62) & SIGN));
    let cos = f64::from_bits(select(swap, s, c).to_bits() ^ ((q.wrapping_add(1) << 62) & SIGN));
    (select(inside, sin, f64::NAN), select(inside, cos, f64::NAN))
}

/// $e^{-x^2}$ and its derivative $-2x e^{-x^2}$.
#[inline(always)]
pub fn gaussian(x: f64) -> (f64, f64) {
    let y = select(x.abs() > 28.0, 28.0, x.abs());
    let square = y * y;
    let e = exp_minus(square, y.mul_add(y, -square));
    (e, -2.0 * x * e)
}

/// An activation that the lanes can apply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// x for x > 0, and q x otherwise.
    Leaky(f64),
    /// |x|.
    Abs,
    /// 1 for x > 0, and 0 otherwise.
    Heaviside,
    /// tanh x.
    Tanh,
    /// erf x.
    Erf,
    /// $1/(1 + e^{-x})$.
    Logistic,
    /// $x \Phi(x)$.
    Gelu,
    /// $x/(1 + e^{-x})$.
    Silu,
    /// sin x.
    Sin,
    /// $e^{-x^2}$.
    Gaussian,
}

impl Activation {
    /// Those without a parameter.
    pub const ALL: [Activation; 10] = [
        Activation::Relu,
        Activation::Abs,
        Activation::Heaviside,
        Activation::Tanh,
        Activation::Erf,
        Activation::Logistic,
        Activation::Gelu,
        Activation::Silu,
        Activation::Sin,
        Activation::Gaussian,
    ];

    /// The name that formulas use: `tanh`, `leaky(0.2)`, `exp(-x^2)`.
    pub fn name(self) -> String {
        match self {
            Activation::Relu => "relu",
            Activation::Leaky(q) => return format!("leaky({q:?})"),
            Activation::Abs => "abs",
            Activation::Heaviside => "heaviside",
            Activation::Tanh => "tanh",
            Activation::Erf => "erf",
            Activation::Logistic => "logistic",
            Activation::Gelu => "gelu",
            Activation::Silu => "silu",
            Activation::Sin => "sin",
            Activation::Gaussian => "exp(-x^2)",
        }
        .to_owned()
    }

    /// The activation of a name as [`name`](Self::name) gives it.
    ///
    /// # Errors
    /// A usage error that lists the names.
    pub fn parse(text: &str) -> Result<Activation> {
        let known = Activation::ALL.into_iter().find(|f| f.name() == text);
        let slope = || {
            let inside = text.strip_prefix("leaky(")?.strip_suffix(')')?;
            inside.trim().parse::<f64>().ok().filter(|q| q.is_finite())
        };
        known
            .or_else(|| slope().map(Activation::Leaky))
            .ok_or_else(|| {
                let names = Activation::ALL.map(Activation::name);
                Error::usage(format!("`{text}` is not an activation that can be sampled"))
                    .with_hint(format!("one of {}, leaky(0.2)", names.join(", ")))
            })
    }

    /// $1/E[σ(Z)^2]$: the variance of the weights, times the width, that keeps the variance of a layer.
    ///
    /// By the trapezoidal rule with step 1/16 on [−12, 12], whose error for an integrand analytic in a strip
    /// of half-width a is of order $e^{-2π a · 16}$ ($a ≥ π/2$ here: below 10⁻⁶⁸) and whose tails weigh less
    /// than 10⁻²⁸; the kinked activations are scaled in closed form. The same bits everywhere: own kernels,
    /// one order.
    pub fn gain(self) -> f64 {
        match self {
            Activation::Relu | Activation::Heaviside => return 2.0,
            Activation::Abs => return 1.0,
            Activation::Leaky(q) => return 2.0 / q.mul_add(q, 1.0),
            _ => {}
        }
        const STEP: f64 = 1.0 / 16.0;
        let mut sum = 0.0;
        for k in -192i32..=192 {
            let x = f64::from(k) * STEP;
            let value = self.apply(&[x; LANES])[0];
            sum = (value * value).mul_add(exp(-0.5 * x * x), sum);
        }
        const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;
        1.0 / (STEP * FRAC_1_SQRT_TAU * sum)
    }

    /// Whether it is analytic on the real line.
    pub fn is_analytic(self) -> bool {
        !matches!(
            self,
            Activation::Relu | Activation::Leaky(_) | Activation::Abs | Activation::Heaviside
        )
    }

    /// Whether its derivative is a function: the Heaviside function's is not.
    pub fn has_derivative(self) -> bool {
        self != Activation::Heaviside
    }

    /// The values at eight numbers.
    #[inline(always)]
    pub fn apply(self, x: &Lane) -> Lane {
        self.apply_with_derivative(x).0
    }

    /// The values and the derivatives at eight numbers; at a kink the derivative from the left.
    #[inline(always)]
    pub fn apply_with_derivative(self, x: &Lane) -> (Lane, Lane) {
        match self {
            Activation::Relu => each(x, |x| (relu(x), select(x > 0.0, 1.0, 0.0))),
            Activation::Leaky(q) => each(x, |x| {
                let on = x > 0.0;
                (select(on, x, q.mul_add(x, 0.0)), select(on, 1.0, q))
            }),
            Activation::Abs => each(x, |x| (x.abs(), select(x > 0.0, 1.0, -1.0))),
            Activation::Heaviside => each(x, |x| (select(x > 0.0, 1.0, 0.0), 0.0)),
            Activation::Tanh => each(x, tanh),
            Activation::Erf => each(x, erf),
            Activation::Logistic => each(x, logistic),
            Activation::Gelu => each(x, gelu),
            Activation::Silu => each(x, silu),
            Activation::Sin => each(x, sin_cos),
            Activation::Gaussian => each(x, gaussian),
        }
    }
}

/// A function of two results, lane by lane: one loop that vectorises; results not used cost nothing.
#[inline(always)]
fn each(x: &Lane, f: impl Fn(f64) -> (f64, f64)) -> (Lane, Lane) {
    let (mut value, mut derivative) = ([0.0; LANES], [0.0; LANES]);
    for l in 0..LANES {
        (value[l], derivative[l]) = f(x[l]);
    }
    (value, derivative)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::accuracy::{Worst, points, ulps, words};
    use crate::montecarlo::kernels::uniform;
    use rug::Float;
    use rug::float::Constant;

    const BITS: u32 = 160;

    fn big(x: f64) -> Float {
        Float::with_val(BITS, x)
    }

    /// Arguments over many scales, and the given hard ones.
    fn arguments(name: &str, widest: f64, hard: &[f64]) -> Vec<f64> {
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

    /// The largest errors of value and derivative: in ulp, or absolutely in units of 2⁻⁵³.
    fn measure(
        name: &str,
        f: fn(f64) -> (f64, f64),
        exact: impl Fn(&Float) -> (Float, Float),
        arguments: &[f64],
        absolute: bool,
    ) -> (f64, f64) {
        let (mut value, mut slope): ((f64, f64), (f64, f64)) = ((0.0, 0.0), (0.0, 0.0));
        let mut tiny = 0.0f64;
        for &x in arguments {
            let (got, got_slope) = f(x);
            let (v, d) = exact(&big(x));
            for (got, exact, worst, absolute) in [
                (got, v, &mut value, false),
                (got_slope, d, &mut slope, absolute),
            ] {
                let error = Float::with_val(BITS, &exact - got).abs().to_f64();
                if absolute {
                    *worst = worst.max_by(error * f64::exp2(53.0), x);
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

    fn logistic_exact(x: &Float) -> (Float, Float) {
        let e = Float::with_val(BITS, -x).exp();
        let s = Float::with_val(BITS, 1u32 / Float::with_val(BITS, &e + 1u32));
        let slope = Float::with_val(BITS, &s * &s) * e;
        (s, slope)
    }

    fn cdf_exact(x: &Float) -> (Float, Float) {
        let half_square = Float::with_val(BITS, x * x) >> 1u32;
        let argument = Float::with_val(BITS, -x) / Float::with_val(BITS, 2u32).sqrt();
        (
            argument.erfc() >> 1u32,
            Float::with_val(BITS, -half_square).exp(),
        )
    }

    #[test]
    fn tanh_and_logistic_keep_their_bounds() {
        let hard = [
            18.0, 19.0, 19.5, 20.0, 22.0, 400.0, -700.0, -744.0, 0.3465, -0.17329, 1e-300,
        ];
        let at = arguments("tanh", 25.0, &hard);
        let exact = |x: &Float| {
            let cosh = Float::with_val(BITS, x.cosh_ref()).square();
            (Float::with_val(BITS, x.tanh_ref()), 1u32 / cosh)
        };
        let (value, slope) = measure("tanh", tanh, exact, &at, false);
        assert!(value < 4.0 && slope < 6.0);
        let at = arguments("logistic", 740.0, &hard);
        let (value, slope) = measure("logistic", logistic, logistic_exact, &at, false);
        assert!(value < 3.0 && slope < 4.0);
        let exact = |x: &Float| {
            let (s, slope) = logistic_exact(x);
            let value = Float::with_val(BITS, x * &s);
            (value, Float::with_val(BITS, x * &slope) + s)
        };
        let at = arguments("silu", 740.0, &[-1.278_464_542_761_074, -1.278464, 1e-300]);
        let (value, slope) = measure("silu", silu, exact, &at, true);
        assert!(value < 4.0 && slope < 4.0);
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
        let (value, slope) = measure("erf", erf, exact, &at, false);
        assert!(value < 2.5 && slope < 3.0);
        let exact = |x: &Float| {
            let e = Float::with_val(BITS, -Float::with_val(BITS, x * x)).exp();
            let slope = Float::with_val(BITS, x * &e) * -2;
            (e, slope)
        };
        let at = arguments("gaussian", 27.0, &hard);
        let (value, slope) = measure("gaussian", gaussian, exact, &at, false);
        assert!(value < 2.5 && slope < 3.5);
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
        let (value, slope) = measure("normal_cdf", normal_cdf, cdf_exact, &at, false);
        assert!(value < 6.0 && slope < 2.5);
        let exact = |x: &Float| {
            let (cdf, e) = cdf_exact(x);
            let density = e / Float::with_val(BITS, &pi * 2u32).sqrt();
            let slope = Float::with_val(BITS, x * density) + &cdf;
            (Float::with_val(BITS, x * cdf), slope)
        };
        let (value, slope) = measure("gelu", gelu, exact, &at, true);
        assert!(value < 6.0 && slope < 4.0);
    }

    #[test]
    fn sines_keep_their_bounds_also_beside_the_multiples_of_pi() {
        let pi = Float::with_val(300, Constant::Pi);
        // The doubles on both sides of k π/2; the closest of them lose the most.
        let mut hard = Vec::new();
        for k in 1..=83_000u32 {
            let near = (Float::with_val(300, &pi * k) >> 1u32).to_f64();
            if k % 97 == 0 || k < 500 || (near / f64::from(k) * 2.0 - std::f64::consts::PI) == 0.0 {
                hard.extend([near, -near.next_down(), near.next_up()]);
            }
        }
        hard.extend([131_072.0, -131_071.999, 1e-300]);
        let at = arguments("sin", 131_072.0, &hard);
        let exact = |x: &Float| {
            let (sin, cos) = x.clone().sin_cos(Float::new(BITS));
            (sin, cos)
        };
        let (value, slope) = measure("sin", sin_cos, exact, &at, false);
        assert!(value < 2.5 && slope < 2.5);
        assert!(sin_cos(131_073.0).0.is_nan() && sin_cos(f64::INFINITY).1.is_nan());
        assert_eq!(sin_cos(0.0), (0.0, 1.0));
    }

    #[test]
    fn derivatives_are_those_of_the_values() {
        // A second route to every derivative: the symmetric difference quotient.
        let mut cases = 0;
        let mut all = Activation::ALL.to_vec();
        all.extend([Activation::Leaky(0.3), Activation::Leaky(-2.0)]);
        for f in all {
            assert!(!f.name().is_empty());
            for step in -30i32..30 {
                let x = f64::from(step) / 7.0 + 0.01;
                let h = 1e-5;
                let at = |x: f64| f.apply(&[x; LANES])[3];
                let quotient = (at(x + h) - at(x - h)) / (2.0 * h);
                let (_, slope) = f.apply_with_derivative(&[x; LANES]);
                assert!((slope[5] - quotient).abs() < 2e-9, "{}: {x}", f.name());
                cases += 1;
            }
        }
        assert_eq!(cases, 12 * 60);
    }

    #[test]
    fn nothing_is_a_number_that_should_not_be() {
        for f in Activation::ALL {
            for x in [0.0, -0.0, 1e-310, -1e5, 1e5, f64::MIN_POSITIVE] {
                let (value, slope) = f.apply_with_derivative(&[x; LANES]);
                assert!(value[0].is_finite() && slope[0].is_finite(), "{f:?} at {x}");
            }
            if f != Activation::Relu && f != Activation::Heaviside {
                assert!(f.apply(&[f64::NAN; LANES])[0].is_nan(), "{f:?}");
            }
        }
    }
}
