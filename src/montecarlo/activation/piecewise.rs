//! Activations with a piece for each sign of x: ELU, SELU, hard tanh, softsign, powers.

use crate::montecarlo::kernels::{exp, exp_m1_negative, select};

/// x for x > 0, and $a (e^x - 1)$ otherwise; and its derivative.
#[inline(always)]
pub fn elu(x: f64, a: f64) -> (f64, f64) {
    scaled_elu(x, 1.0, a)
}

/// λ times [`elu`] with λ and a such that a standard normal number keeps mean 0 and variance 1
/// (Klambauer et al., *Self-normalizing neural networks*, 2017): λ = 1.0507…, a = 1.6732….
#[inline(always)]
pub fn selu(x: f64) -> (f64, f64) {
    const LAMBDA: f64 = 1.050_700_987_355_480_5;
    /// λ a.
    const BELOW: f64 = 1.758_099_340_847_376_8;
    scaled_elu(x, LAMBDA, BELOW)
}

/// $s x$ for x > 0 and $b (e^x - 1)$ otherwise.
#[inline(always)]
fn scaled_elu(x: f64, s: f64, b: f64) -> (f64, f64) {
    let on = x > 0.0;
    let negative = select(on, 0.0, x);
    (
        select(on, s * x, b * exp_m1_negative(negative)),
        select(on, s, b * exp(negative)),
    )
}

/// x cut off at −c and c, and its derivative: exact.
#[inline(always)]
pub fn hardtanh(x: f64, c: f64) -> (f64, f64) {
    let value = select(x > c, c, select(x < -c, -c, x));
    (value, select((x > -c) & (x <= c), 1.0, 0.0))
}

/// $x/(1 + |x|)$ and its derivative $1/(1 + |x|)^2$.
#[inline(always)]
pub fn softsign(x: f64) -> (f64, f64) {
    let inverse = 1.0 / (1.0 + x.abs());
    (x / (1.0 + x.abs()), inverse * inverse)
}

/// $x^p$ for x > 0 and 0 otherwise; and its derivative $p x^{p-1}$, 0 for x ≤ 0.
#[inline(always)]
pub fn repu(x: f64, p: f64) -> (f64, f64) {
    let on = x > 0.0;
    let base = select(on, x, 1.0);
    (
        select(on, power_real(base, p), 0.0),
        select(on, p * power_real(base, p - 1.0), 0.0),
    )
}

/// $x^p = e^{p \ln x}$ for a positive double x.
///
/// $\ln x = h + l$ with $|l| \le 2^{-52} |h|$, right to a relative 2⁻⁵⁸: $x = 2^k m$ as in
/// [`ln`](crate::montecarlo::kernels::ln), the quotient $s = (m-1)/(m+1)$ with its rounding error, and
/// $2 \operatorname{artanh} s = 2s + s^3 P(s^2)$, where the last term is below 1 % of the first. k ln 2 is a
/// product of k and a constant of 42 bits, exact, and a rest. Then $e^{p h}$, and what the rounding of
/// p h and p l leave is put back to first order. So the error is that of [`exp`] and about
/// $|p \ln x|/32$ ulp.
#[inline(always)]
fn power_real(x: f64, p: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const FRACTION: u64 = 0x000f_ffff_ffff_ffff;
    const P: [f64; 7] = [
        0.6666666666666734,
        0.39999999999414654,
        0.28571428742391597,
        0.22222198572840465,
        0.18183564342221895,
        0.15314050162244672,
        0.1479595352520824,
    ];
    /// ln 2 to 42 bits, and the rest.
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fefa_3800);
    const LN2_LOW: f64 = f64::from_bits(0x3d2e_f357_93c7_6730);
    // Subnormal numbers are scaled into the range.
    let small = x < f64::MIN_POSITIVE;
    let scaled = select(small, x * 18_014_398_509_481_984.0, x);
    let bits = scaled.to_bits().wrapping_sub(SQRT_HALF).wrapping_add(ONE);
    let k = f64::from_bits((bits >> 52) | 0x4330_0000_0000_0000)
        - (4_503_599_627_370_496.0 + 1023.0)
        - select(small, 54.0, 0.0);
    let m = f64::from_bits((bits & FRACTION).wrapping_add(SQRT_HALF));
    // m − 1 is exact, and the sum 1 + m has the error 1 + m − sum.
    let (above, sum) = (m - 1.0, m + 1.0);
    let lost = (m - (sum - 1.0)) + (1.0 - (sum - (sum - 1.0)));
    let s = above / sum;
    let rest = (-s).mul_add(lost, (-s).mul_add(sum, above)) / sum;
    let z = s * s;
    let mut q = P[6];
    for i in (0..6).rev() {
        q = q.mul_add(z, P[i]);
    }
    let tail = (s * z).mul_add(q, 2.0 * rest);
    // |k ln 2| > |2s| unless k = 0, and then the sum is 2s exactly: Fast2Sum.
    let whole = k * LN2_HIGH;
    let sum = 2.0f64.mul_add(s, whole);
    let tail = 2.0f64.mul_add(s, whole - sum) + k.mul_add(LN2_LOW, tail);
    // The tail is still up to 1 % of the sum: once more.
    let high = sum + tail;
    let low = tail - (high - sum);
    let y = p * high;
    let correction = p.mul_add(low, p.mul_add(high, -y));
    let e = exp(y);
    // Past the ends of the doubles a correction of 0 or infinity is not one.
    select(e < f64::INFINITY, e.mul_add(correction, e), e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::accuracy::{Worst, points, ulps, words};
    use crate::montecarlo::activation::measure::{BITS, Slope, arguments, measure};
    use crate::montecarlo::kernels::uniform;
    use rug::Float;
    use rug::ops::Pow;

    #[test]
    fn exponential_pieces_keep_their_bounds() {
        let at = arguments("elu", 40.0, &[-37.4, -50.0, -700.0, 1e-300]);
        let pieces = |above: &Float, below: &Float, x: &Float| {
            if *x > 0 {
                return (Float::with_val(BITS, above * x), above.clone());
            }
            let value = Float::with_val(BITS, x.exp_m1_ref()) * below;
            (value, Float::with_val(BITS, x.exp_ref()) * below)
        };
        let one = Float::with_val(BITS, 1);
        for a in [1.0, 0.3, 2.7] {
            let below = Float::with_val(BITS, a);
            let exact = |x: &Float| pieces(&one, &below, x);
            let (value, slope) = measure("elu", |x| elu(x, a), exact, &at, Slope::Ulp);
            assert!(value < 3.0 && slope < 3.0, "{a}");
        }
        // a = −√(2/π)/(erfc(1/√2) √e − 1), λ from E σ² = 1: λ² (½ + a² (½ + B − 2A)) = 1 with
        // A = √e Φ(−1), B = e² Φ(−2).
        let number = |x: u32| Float::with_val(BITS, x);
        let cdf = |x: u32| (number(x) / number(2).sqrt()).erfc() / 2u32;
        let a_ = number(1).exp().sqrt() * cdf(1);
        let b_ = number(2).exp() * cdf(2);
        let pi = Float::with_val(BITS, rug::float::Constant::Pi);
        let alpha = Float::with_val(BITS, 2u32 / pi).sqrt()
            / (1u32 - (number(1) / number(2).sqrt()).erfc() * number(1).exp().sqrt());
        let inner = Float::with_val(BITS, 0.5) + b_ - Float::with_val(BITS, 2u32 * a_);
        let square: Float = Float::with_val(BITS, alpha.square_ref()) * inner + 0.5;
        let lambda = square.recip_sqrt();
        let below = Float::with_val(BITS, &lambda * &alpha);
        let exact = |x: &Float| pieces(&lambda, &below, x);
        let (value, slope) = measure("selu", selu, exact, &at, Slope::Ulp);
        assert!(value < 3.0 && slope < 3.0);
    }

    #[test]
    fn softsign_and_hard_tanh_keep_their_bounds() {
        let at = arguments("softsign", 50.0, &[1e15, -1e16, 1e-300, 1.0]);
        let exact = |x: &Float| {
            let below = Float::with_val(BITS, x.abs_ref()) + 1u32;
            let value = Float::with_val(BITS, x / &below);
            (value, below.square().recip())
        };
        let (value, slope) = measure("softsign", softsign, exact, &at, Slope::Ulp);
        assert!(value < 2.0 && slope < 4.0);
        for (x, value, slope) in [
            (0.5, 0.5, 1.0),
            (2.0, 2.0, 1.0),
            (2.5, 2.0, 0.0),
            (-2.0, -2.0, 0.0),
            (-1.5, -1.5, 1.0),
            (-9.0, -2.0, 0.0),
        ] {
            assert_eq!(hardtanh(x, 2.0), (value, slope), "{x}");
        }
    }

    #[test]
    fn powers_keep_their_bound() {
        let mut worst: (f64, f64) = (0.0, 0.0);
        for p in [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 0.1, 7.25, 30.0, -0.5, -0.9] {
            let exponent = Float::with_val(BITS, p);
            for word in words("powers", points() / 8) {
                let u = uniform(word);
                let scale = f64::exp2((word & 63) as f64 - 60.0);
                for x in [8.0 * u, 1.0 + (u - 0.5) * scale, 8.0 * u * scale] {
                    let exact = Float::with_val(BITS, x).pow(&exponent);
                    let size = (p * x.ln()).abs();
                    if size < 700.0 {
                        let error = ulps(power_real(x, p), &exact) - size / 32.0;
                        worst = worst.max_by(error, x);
                    }
                }
            }
            assert_eq!(power_real(1.0, p), 1.0);
            assert_eq!(repu(-1.0, 2.5), (0.0, 0.0));
        }
        println!("power: {worst:?}");
        assert!(worst.0 < 2.0 && worst.0 > 0.4, "{worst:?}");
        // Subnormal bases.
        let exact = Float::with_val(BITS, 1e-310).sqrt();
        assert!(ulps(power_real(1e-310, 0.5), &exact) < 15.0);
    }
}
