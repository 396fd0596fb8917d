//! Sine, cosine, x cos x and the arctangent.

use crate::montecarlo::kernels::{MAGIC, SIGN, octant, select};

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

/// cos x and its derivative; the domain of [`sin_cos`].
#[inline(always)]
pub fn cosine(x: f64) -> (f64, f64) {
    let (sin, cos) = sin_cos(x);
    (cos, -sin)
}

/// $x \cos x$ and its derivative $\cos x - x \sin x$; the domain of [`sin_cos`].
#[inline(always)]
pub fn gcu(x: f64) -> (f64, f64) {
    let (sin, cos) = sin_cos(x);
    (x * cos, (-x).mul_add(sin, cos))
}

/// arctan x and its derivative $1/(1 + x^2)$, for |x| ≤ 10¹⁵⁰ (beyond, the derivative is 0).
///
/// $\arctan |x| = b + \arctan t$ with $b$ a multiple of π/4 and $|t| \le \tan(π/8)$: t is |x| for
/// |x| ≤ tan(π/8), (|x| − 1)/(|x| + 1) up to tan(3π/8), and −1/|x| beyond; then
/// $\arctan t = t + t^3 P(t^2)$ with a minimax polynomial of relative error 2⁻⁵⁷. b is rounded, so its
/// error, at most 2⁻⁵⁴, is added back.
#[inline(always)]
pub fn atan(x: f64) -> (f64, f64) {
    const P: [f64; 11] = [
        -0.333333333333332,
        0.1999999999995321,
        -0.14285714280162434,
        0.11111110781936848,
        -0.09090897718687915,
        0.07692059596099508,
        -0.06663097777707774,
        0.0584784858534054,
        -0.050391409731706145,
        0.03806085289295543,
        -0.017903598798601015,
    ];
    /// tan(π/8) and tan(3π/8), rounded: any nearby number will do.
    const LOW: f64 = 0.414_213_562_373_095_1;
    const HIGH: f64 = 2.414_213_562_373_095;
    /// π/2 less its double.
    const FRAC_PI_2_LOW: f64 = 6.123_233_995_736_766e-17;
    let a = x.abs();
    let (middle, far) = (a > LOW, a > HIGH);
    let above = select(far, -1.0, select(middle, a - 1.0, a));
    let below = select(far, a, select(middle, a + 1.0, 1.0));
    let quarters = select(far, 1.0, select(middle, 0.5, 0.0));
    let t = above / below;
    let z = t * t;
    let mut p = P[10];
    for i in (0..10).rev() {
        p = p.mul_add(z, P[i]);
    }
    let tail = quarters.mul_add(FRAC_PI_2_LOW, (t * z) * p);
    let value = quarters.mul_add(std::f64::consts::FRAC_PI_2, t + tail);
    (value.copysign(x), 1.0 / x.mul_add(x, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::activation::measure::{BITS, Slope, arguments, measure};
    use rug::Float;
    use rug::float::Constant;

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
        let exact = |x: &Float| x.clone().sin_cos(Float::new(BITS));
        let (value, slope) = measure("sin", sin_cos, exact, &at, Slope::Ulp);
        assert!(value < 2.5 && slope < 2.5);
        let exact = |x: &Float| {
            let (sin, cos) = x.clone().sin_cos(Float::new(BITS));
            (cos, -sin)
        };
        let (value, slope) = measure("cos", cosine, exact, &at, Slope::Ulp);
        assert!(value < 2.5 && slope < 2.5);
        let exact = |x: &Float| {
            let (sin, cos) = x.clone().sin_cos(Float::new(BITS));
            let slope = Float::with_val(BITS, &cos - Float::with_val(BITS, x * sin));
            (Float::with_val(BITS, x * cos), slope)
        };
        let (value, slope) = measure("gcu", gcu, exact, &at, Slope::Growing);
        assert!(value < 4.0 && slope < 4.0);
        assert!(sin_cos(131_073.0).0.is_nan() && sin_cos(f64::INFINITY).1.is_nan());
        assert_eq!(sin_cos(0.0), (0.0, 1.0));
    }

    #[test]
    fn arctangents_keep_their_bounds() {
        let mut hard = vec![1.0, -1.0, 1e150, -1e16, 3e-9, 1e-300];
        // Around the ends of the three pieces, where b and t cancel the most.
        for base in [0.414_213_562_373_095_1, 2.414_213_562_373_095, 1.0] {
            for step in -400i64..=400 {
                let x = f64::from_bits((f64::to_bits(base) as i64 + step) as u64);
                hard.extend([x, -x]);
            }
            hard.extend((1..200).map(|k| base * (1.0 + f64::from(k) * 1e-3)));
        }
        let at = arguments("atan", 100.0, &hard);
        let exact = |x: &Float| {
            let square = Float::with_val(BITS, x * x) + 1u32;
            (Float::with_val(BITS, x.atan_ref()), 1u32 / square)
        };
        let (value, slope) = measure("atan", atan, exact, &at, Slope::Ulp);
        assert!(value < 2.5 && slope < 2.0);
        let quarter = std::f64::consts::FRAC_PI_4;
        assert_eq!(
            (atan(1.0).0, atan(-1.0).0, atan(0.0)),
            (quarter, -quarter, (0.0, 1.0))
        );
    }
}
