//! Scalar kernels of a lane: uniform numbers, ln, exp, sine and cosine, directions.
//!
//! Every function here is branch-free and built from `+ − × / sqrt mul_add`, integer operations and
//! bit casts alone: IEEE 754 fixes each result, so a lane has the same bits whether the compiler
//! puts 1, 2, 4 or 8 of them in a register, and whatever the system's mathematical library is. A
//! loop over the lanes around them vectorises without reordering anything. Bounds are in units in
//! the last place (ulp) of the result and hold for what the tests below measured against MPFR, on
//! 10⁵ points and at the hard cases (2·10⁶ points with `ISOBATH_TEST_LONG=1`):
//!
//! | kernel | domain | bound |
//! |---|---|---|
//! | [`uniform`] | any bits | exact |
//! | [`exponential`], [`squared_radius`] | any bits | 2.5 ulp |
//! | [`ln`] | normal positive doubles | 2.5 ulp |
//! | [`exp`] | all doubles | 1.5 ulp (subnormal results: 1 of their ulp more) |
//! | [`exp_m1_negative`] | x ≤ 0 | 2 ulp |
//! | [`direction`] | any bits | 2 ulp each |
//! | [`sin_cos_turns`] | \|u\| ≤ 2⁵⁰ | 2 ulp each |
//!
//! The polynomials come from `minimax.py` beside this file.

/// The bits of 1.0: sign 0, exponent 1023, fraction 0.
const ONE: u64 = 0x3ff0_0000_0000_0000;
/// The 52 bits of the fraction.
const FRACTION: u64 = 0x000f_ffff_ffff_ffff;
/// The sign bit.
pub(super) const SIGN: u64 = 1 << 63;
/// Adding 1.5·2⁵² rounds to the nearest integer and leaves it in the low bits.
pub(super) const MAGIC: f64 = 6_755_399_441_055_744.0;

/// `if condition { a } else { b }` on values that are both computed: a blend, not a branch.
#[inline(always)]
pub fn select(condition: bool, a: f64, b: f64) -> f64 {
    if condition { a } else { b }
}

/// $\max(x, 0)$, with 0 for NaN and for −0.
#[inline(always)]
pub fn relu(x: f64) -> f64 {
    select(x > 0.0, x, 0.0)
}

/// The larger of two numbers; the second if they are equal or one is NaN.
#[inline(always)]
pub fn larger(a: f64, b: f64) -> f64 {
    select(a > b, a, b)
}

/// A uniform number in (0, 1): the odd multiple $(2k+1)\,2^{-53}$, k the top 52 bits.
///
/// The grid is symmetric under $u \mapsto 1 - u$ and its mean is exactly 1/2. Exact: 1 + k·2⁻⁵²
/// less 1 − 2⁻⁵³ is an odd multiple of 2⁻⁵³ below 1.
#[inline(always)]
pub fn uniform(bits: u64) -> f64 {
    f64::from_bits((bits >> 12) | ONE) - (1.0 - f64::EPSILON / 2.0)
}

/// $\ln x$ for a normal positive double.
///
/// Outside this domain the result is meaningless (but the same everywhere).
///
/// Algorithm: $x = 2^k m$ with $m$ in [√½, √2); $\ln m = 2s + 2s^3/3 + \dots$ with
/// $s = (m-1)/(m+1)$, $s^2 \le 0.0295$, a minimax polynomial of relative error 2⁻⁵⁹. Near x = 1,
/// where k = 0, nothing cancels: $m - 1$ is exact. For k ≠ 0 the rounded constant ln 2 costs at
/// most $|k| 2^{-54.9}$, and $|\ln x| \ge (|k| - ½) \ln 2$.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    /// The bits of √½.
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const P: [f64; 7] = [
        0.6666666666666734,
        0.39999999999414654,
        0.28571428742391597,
        0.22222198572840465,
        0.18183564342221895,
        0.15314050162244672,
        0.1479595352520824,
    ];
    let bits = x.to_bits().wrapping_sub(SQRT_HALF).wrapping_add(ONE);
    // An exponent field below 2^12 becomes a double without a conversion instruction.
    let k =
        f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let m = f64::from_bits((bits & FRACTION).wrapping_add(SQRT_HALF));
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let p = P[6]
        .mul_add(z, P[5])
        .mul_add(z, P[4])
        .mul_add(z, P[3])
        .mul_add(z, P[2])
        .mul_add(z, P[1])
        .mul_add(z, P[0]);
    k.mul_add(std::f64::consts::LN_2, (s * z).mul_add(p, s + s))
}

/// (k, q) with $e^x = 2^k (1 + q)$, $|q| \le \sqrt2 - 1$, k an integer, for $-746 \le x \le 710$.
///
/// $x = k \ln 2 + r$, $|r| \le ½ \ln 2$ (two-part ln 2, both steps fused), and $q = r + r^2 P(r)$ with
/// a minimax polynomial that makes $1 + q$ right to 2⁻⁶¹, and q itself to a relative 2⁻⁵⁹ for every r:
/// P(0) is ½ and the error at |r| = ½ ln 2 is spread over |q| ≥ 0.29.
#[inline(always)]
fn exp_parts(x: f64) -> (f64, f64) {
    const P: [f64; 11] = [
        0.5,
        0.1666666666666667,
        0.041666666666666685,
        0.008333333333326134,
        0.0013888888888874402,
        0.00019841269874822348,
        2.4801587347336815e-05,
        2.755725539844268e-06,
        2.75572529102673e-07,
        2.5105217637422947e-08,
        2.092159154606772e-09,
    ];
    /// ln 2 to 53 bits, and the rest.
    const LN2_HIGH: f64 = std::f64::consts::LN_2;
    const LN2_LOW: f64 = 2.319_046_813_846_299_6e-17;
    let k = x.mul_add(std::f64::consts::LOG2_E, MAGIC) - MAGIC;
    let r = k.mul_add(-LN2_LOW, k.mul_add(-LN2_HIGH, x));
    let p = P[10]
        .mul_add(r, P[9])
        .mul_add(r, P[8])
        .mul_add(r, P[7])
        .mul_add(r, P[6])
        .mul_add(r, P[5])
        .mul_add(r, P[4])
        .mul_add(r, P[3])
        .mul_add(r, P[2])
        .mul_add(r, P[1])
        .mul_add(r, P[0]);
    (k, (r * r).mul_add(p, r))
}

/// $e^x$ for every double: 0 below about −745.14, ∞ above about 709.79.
///
/// Two multiplications by powers of two, so that results round gradually into the subnormal numbers.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // The clamp keeps k below 2^11; both ends are past overflow and underflow.
    let (k, q) = exp_parts(select(x > 710.0, 710.0, select(x < -746.0, -746.0, x)));
    // 2^k as a product of two normal powers of two.
    let half = k.mul_add(0.5, MAGIC) - MAGIC;
    (q + 1.0) * power_of_two(half) * power_of_two(k - half)
}

/// $e^x - 1$ for x ≤ 0; −1 below about −37.4.
///
/// $2^k q + (2^k - 1)$, fused: for k = 0 it is q, and for k ≤ −1 the second term is exact (k ≥ −53) or
/// rounds to −1, and nothing cancels more than a bit.
#[inline(always)]
pub fn exp_m1_negative(x: f64) -> f64 {
    let (k, q) = exp_parts(select(x < -40.0, -40.0, x));
    let scale = power_of_two(k);
    q.mul_add(scale, scale - 1.0)
}

/// $e^{-(h + l)}$ for h ≥ 0 and a correction $|l| \le 2^{-53} h$.
#[inline(always)]
pub(super) fn exp_minus(h: f64, l: f64) -> f64 {
    let e = exp(-h);
    e.mul_add(-l, e)
}

/// $2^k$ for an integer $|k| \le 1022$ held in a double.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    // k + 1023 + 2^52 has the biased exponent in its low bits; the shift drops all others.
    f64::from_bits((k + (4_503_599_627_370_496.0 + 1023.0)).to_bits() << 52)
}

/// sin and cos of $\pi t/4$ for |t| ≤ 1, by minimax polynomials in t².
#[inline(always)]
pub(super) fn octant(t: f64) -> (f64, f64) {
    const S: [f64; 7] = [
        std::f64::consts::FRAC_PI_4,
        -0.08074551218828054,
        0.0024903945701887364,
        -3.657620415845667e-05,
        3.133616216638565e-07,
        -1.7571492944970683e-09,
        6.8771009223098414e-12,
    ];
    const C: [f64; 7] = [
        1.0,
        -0.30842513753403883,
        0.015854344243747463,
        -0.0003259918864979361,
        3.5908591959012288e-06,
        -2.4609514713690043e-08,
        1.1365569626140825e-10,
    ];
    let z = t * t;
    let s = S[6]
        .mul_add(z, S[5])
        .mul_add(z, S[4])
        .mul_add(z, S[3])
        .mul_add(z, S[2])
        .mul_add(z, S[1])
        .mul_add(z, S[0]);
    let c = C[6]
        .mul_add(z, C[5])
        .mul_add(z, C[4])
        .mul_add(z, C[3])
        .mul_add(z, C[2])
        .mul_add(z, C[1])
        .mul_add(z, C[0]);
    (s * t, c)
}

/// A uniformly distributed direction (cos φ, sin φ).
///
/// The low 52 bits place φ inside an octant, at an odd multiple of π/2⁵⁵; bit 61 exchanges cosine
/// and sine, bit 62 turns the sign of the sine and bit 63 that of the cosine. So the law is exactly
/// symmetric under the eight symmetries of the square, no component is ever 0, and no argument is
/// reduced.
#[inline(always)]
pub fn direction(bits: u64) -> (f64, f64) {
    let (s, c) = octant(f64::from_bits((bits & FRACTION) | ONE) - (1.0 - f64::EPSILON / 2.0));
    let swap = bits & (1 << 61) != 0;
    let cos = select(swap, s, c);
    let sin = select(swap, c, s);
    (
        f64::from_bits(cos.to_bits() ^ (bits & SIGN)),
        f64::from_bits(sin.to_bits() ^ ((bits << 1) & SIGN)),
    )
}

/// (sin 2πu, cos 2πu) for |u| ≤ 2⁵⁰ turns.
///
/// The reduction is exact: the nearest quarter turn is subtracted by a fused operation. Zeros come
/// out as zeros (of either sign), ±1 as ±1.
#[inline(always)]
pub fn sin_cos_turns(u: f64) -> (f64, f64) {
    let shifted = u.mul_add(4.0, MAGIC);
    let quarter = shifted - MAGIC;
    // Eighths of a turn in [−1, 1], exactly: 8u and 2·quarter are doubles and their difference is a
    // multiple of the last place of 8u that is not larger than 1.
    let t = quarter.mul_add(-2.0, u * 8.0);
    let (s, c) = octant(t);
    let q = shifted.to_bits();
    let swap = q & 1 != 0;
    let sin = select(swap, c, s);
    let cos = select(swap, s, c);
    (
        f64::from_bits(sin.to_bits() ^ ((q << 62) & SIGN)),
        f64::from_bits(cos.to_bits() ^ ((q.wrapping_add(1) << 62) & SIGN)),
    )
}

/// A standard exponential number, $-\ln u$; at most 53 ln 2 = 36.7.
#[inline(always)]
pub fn exponential(bits: u64) -> f64 {
    -ln(uniform(bits))
}

/// The squared length of a standard normal vector in the plane: $-2 \ln u$, a χ² with 2 degrees of
/// freedom.
///
/// At most 2·53·ln 2 = 73.5 (8.57 standard deviations; the law beyond has mass 1.1·10⁻¹⁶).
#[inline(always)]
pub fn squared_radius(bits: u64) -> f64 {
    -2.0 * ln(uniform(bits))
}

/// Two independent standard normal numbers by Box & Muller (1958) from 128 random bits.
#[inline(always)]
pub fn normal_pair(radius_bits: u64, direction_bits: u64) -> (f64, f64) {
    let r = squared_radius(radius_bits).sqrt();
    let (c, s) = direction(direction_bits);
    (r * c, r * s)
}

/// $x^k$ by repeated squaring: the same sequence of roundings for every x; $x^0 = 1$.
///
/// At most 2 log₂ k multiplications, so at most 2k half-ulp roundings compounded: relative error
/// below k·2⁻⁵² for k ≤ 2²⁰.
#[inline(always)]
pub fn power(x: f64, k: u32) -> f64 {
    let mut result = 1.0;
    let mut square = x;
    let mut rest = k;
    while rest != 0 {
        if rest & 1 != 0 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::accuracy::{Worst, points, ulps, words};
    use rug::Float;

    #[test]
    fn ln_keeps_its_bound() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        let mut try_one = |x: f64| {
            if x == 1.0 {
                assert_eq!(ln(x), 0.0);
                return;
            }
            let exact = Float::with_val(200, x).ln();
            worst = worst.max_by(ulps(ln(x), &exact), x);
        };
        for word in words("ln", points()) {
            try_one(uniform(word));
            // Exact multiples of a logarithm.
            assert_eq!(exponential(word), -ln(uniform(word)));
            assert_eq!(squared_radius(word), 2.0 * exponential(word));
            // Every exponent, and the neighbourhood of 1, where k changes and where nothing may cancel.
            try_one(f64::from_bits(
                word % (0x7fe0_0000_0000_0000 - (1 << 52)) + (1 << 52),
            ));
            try_one(1.0 + (uniform(word) - 0.5) * f64::exp2(-((word & 63) as f64)));
        }
        for base in [
            1.0,
            0.5,
            2.0,
            0.5f64.sqrt(),
            2f64.sqrt(),
            f64::MIN_POSITIVE,
            f64::MAX,
            1.0 / 3.0,
        ] {
            for step in -300i64..=300 {
                let x = f64::from_bits((base.to_bits() as i64 + step) as u64);
                if x.is_normal() {
                    try_one(x);
                }
            }
        }
        println!("ln: {} ulp at {:e}", worst.0, worst.1);
        assert!(worst.0 < 2.5, "{worst:?}");
        assert!(worst.0 > 0.5, "the measurement measures nothing");
    }

    #[test]
    fn exp_keeps_its_bound() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        let mut subnormal: (f64, f64) = (0.0, 0.0);
        for word in words("exp", points()) {
            for x in [
                (uniform(word) - 0.5) * 1417.0,
                (uniform(word) - 0.5) * 2.0,
                (uniform(word) - 0.5) * f64::exp2(-((word & 63) as f64)),
                (uniform(word) * 745.0 - 745.0).floor() * std::f64::consts::LN_2 / 2.0,
            ] {
                let exact = Float::with_val(200, x).exp();
                let error = ulps(exp(x), &exact);
                if exact < f64::MIN_POSITIVE {
                    subnormal = subnormal.max_by(error, x);
                } else if exact < f64::MAX {
                    worst = worst.max_by(error, x);
                }
            }
        }
        println!("exp: {worst:?}, subnormal {subnormal:?}");
        assert!(worst.0 < 1.5, "{worst:?}");
        assert!(subnormal.0 < 2.5, "{subnormal:?}");
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-800.0), 0.0);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(800.0), f64::INFINITY);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(-745.0), 5e-324);
    }

    #[test]
    fn exp_minus_one_keeps_its_bound() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        for word in words("exp_m1", points()) {
            let u = uniform(word);
            // The whole range, small arguments, and where k changes.
            let step = (u * 60.0).floor() + 0.5;
            for x in [
                -45.0 * u,
                -u,
                -u * f64::exp2(-((word & 511) as f64)),
                -step * std::f64::consts::LN_2 * (1.0 + (u - 0.5) * 1e-9),
            ] {
                let exact = Float::with_val(200, x).exp_m1();
                worst = worst.max_by(ulps(exp_m1_negative(x), &exact), x);
            }
        }
        println!("exp_m1_negative: {worst:?}");
        assert!(worst.0 < 2.0 && worst.0 > 0.5, "{worst:?}");
        assert_eq!(exp_m1_negative(0.0), 0.0);
        assert_eq!(exp_m1_negative(f64::NEG_INFINITY), -1.0);
    }

    #[test]
    fn directions_keep_their_bound() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        let hard = [0, 1, 2, FRACTION, FRACTION - 1, 1 << 51, (1 << 51) - 1];
        let all = words("direction", points());
        for low in all.into_iter().chain(hard) {
            for high in [0u64, 1, 2, 3, 4, 5, 6, 7] {
                // All octants for the hard cases and a few points, one octant for the others.
                if low > FRACTION && low & 7 != high {
                    continue;
                }
                let bits = (low & !(7 << 61)) | (high << 61);
                // The angle: 2k+1 in units of π/2^55, reflected as the three top bits say.
                let odd = 2 * (bits & FRACTION) + 1;
                let pi = Float::with_val(300, rug::float::Constant::Pi);
                let angle = Float::with_val(300, &pi * odd) >> 55u32;
                let (mut s, mut c) = angle.sin_cos(Float::new(300));
                if high & 1 != 0 {
                    std::mem::swap(&mut s, &mut c);
                }
                if high & 2 != 0 {
                    s = -s;
                }
                if high & 4 != 0 {
                    c = -c;
                }
                let (cos, sin) = direction(bits);
                worst = worst.max_by(ulps(cos, &c), low as f64);
                worst = worst.max_by(ulps(sin, &s), low as f64);
            }
        }
        println!("direction: {worst:?}");
        assert!(worst.0 < 2.0, "{worst:?}");
    }

    #[test]
    fn sines_and_cosines_of_turns_keep_their_bound() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        for word in words("turns", points() / 2) {
            let scale = f64::exp2((word % 80) as f64 - 30.0);
            for u in [
                uniform(word),
                uniform(word) - 0.5,
                (uniform(word) - 0.5) * scale,
            ] {
                let pi = Float::with_val(300, rug::float::Constant::Pi);
                let angle = Float::with_val(300, &pi * u) << 1u32;
                let (s, c) = angle.sin_cos(Float::new(300));
                let (sin, cos) = sin_cos_turns(u);
                for (got, exact) in [(sin, s), (cos, c)] {
                    // Multiples of a quarter turn have exact zeros, which MPFR's π misses by 2^-250.
                    if exact.clone().abs() < 1e-60 {
                        assert_eq!(got, 0.0);
                    } else {
                        worst = worst.max_by(ulps(got, &exact), u);
                    }
                }
            }
        }
        println!("sin_cos_turns: {worst:?}");
        assert!(worst.0 < 2.0, "{worst:?}");
        assert_eq!(sin_cos_turns(0.25), (1.0, 0.0));
        assert_eq!(sin_cos_turns(-1.5).1, -1.0);
    }

    #[test]
    fn uniforms_are_odd_multiples_of_two_to_the_minus_53() {
        for word in words("uniform", 10_000).into_iter().chain([0, u64::MAX]) {
            let u = uniform(word);
            let scaled = u * 9_007_199_254_740_992.0;
            assert_eq!(scaled as u64, 2 * (word >> 12) + 1);
            assert_eq!(uniform(!word), 1.0 - u);
        }
    }

    #[test]
    fn powers_are_repeated_products() {
        assert_eq!(power(0.0, 0), 1.0);
        assert_eq!(power(-3.0, 5), -243.0);
        for k in 0..60 {
            let exact = Float::with_val(200, rug::ops::Pow::pow(Float::with_val(200, 1.7), k));
            assert!(ulps(power(1.7, k), &exact) <= f64::from(k));
        }
    }
}
