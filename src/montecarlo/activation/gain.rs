//! The weight variance that keeps the variance of a layer, $1/E[σ(Z)^2]$, by quadrature in our own kernels:
//! the same bits everywhere.

use super::{Activation, normal_cdf};
use crate::montecarlo::kernels::exp;
use crate::montecarlo::stream::LANES;

const FRAC_1_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

impl Activation {
    /// $1/E[σ(Z)^2]$: the variance of the weights, times the width, that keeps the variance of a layer.
    ///
    /// In closed form where ReLU-like pieces are scaled. Else by quadrature:
    ///
    /// * analytic activations by the trapezoidal rule with step 1/16 on [−12, 12], whose error for an
    ///   integrand analytic in a strip of half-width a is of order $e^{-2π a · 16}$ (a ≥ 1 here: below
    ///   10⁻⁴³) and whose tails weigh less than 10⁻²⁰ of the whole;
    /// * those with a kink at 0 on either half-line by the double-exponential rule (Takahasi & Mori 1974)
    ///   with step 1/16, of error below 10⁻¹⁴;
    /// * hard tanh as $E \min(Z^2, c^2) = 4 \int_0^c x Φ(-x) dx$, by the same rule on the interval.
    pub fn gain(self) -> f64 {
        match self {
            Activation::Relu | Activation::Heaviside => 2.0,
            Activation::Abs | Activation::Sign | Activation::Selu => 1.0,
            Activation::Leaky(q) => 2.0 / q.mul_add(q, 1.0),
            Activation::Hardtanh(c) => 1.0 / clipped_square(c),
            Activation::Softsign | Activation::Elu(_) | Activation::Repu(_) => {
                let square = |x: f64| {
                    let value = self.apply(&[x; LANES])[0];
                    value * value
                };
                1.0 / (half_line(&square) + half_line(&|x| square(-x)))
            }
            _ => {
                const STEP: f64 = 1.0 / 16.0;
                let mut sum = 0.0;
                for k in -192i32..=192 {
                    let x = f64::from(k) * STEP;
                    let value = self.apply(&[x; LANES])[0];
                    sum = (value * value).mul_add(exp(-0.5 * x * x), sum);
                }
                1.0 / (STEP * FRAC_1_SQRT_TAU * sum)
            }
        }
    }
}

/// $\int_0^\infty g(x) φ(x) dx$ with $x = e^{u - e^{-u}}$, u in steps of 1/16 from −5, where x is below
/// 10⁻⁶⁶, to 4, where φ is 0.
fn half_line(g: &dyn Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 1.0 / 16.0;
    let mut sum = 0.0;
    for k in -80i32..=64 {
        let u = f64::from(k) * STEP;
        let e = exp(-u);
        let x = exp(u - e);
        let weight = x * (1.0 + e) * exp(-0.5 * x * x);
        if weight > 0.0 {
            sum = weight.mul_add(g(x), sum);
        }
    }
    STEP * FRAC_1_SQRT_TAU * sum
}

/// $E \min(Z^2, c^2) = c^2 \int_0^1 4 v\, Φ(-c v) dv$ with $v = 1/(1 + e^{-π \sinh u})$, u in steps of 1/16
/// between −4 and 4. Beyond c = 10 it is 1 to 10⁻²⁰.
fn clipped_square(c: f64) -> f64 {
    if c > 10.0 {
        return 1.0;
    }
    const STEP: f64 = 1.0 / 16.0;
    let mut sum = 0.0;
    for k in -64i32..=64 {
        let u = f64::from(k) * STEP;
        let (e, inverse) = (exp(u), exp(-u));
        let decay = exp(-0.5 * std::f64::consts::PI * (e - inverse));
        let v = 1.0 / (1.0 + decay);
        // dv/du = π cosh u · v (1 − v).
        let weight = 0.5 * std::f64::consts::PI * (e + inverse) * v * (decay * v);
        if weight > 0.0 {
            sum = (weight * 4.0 * v).mul_add(normal_cdf(-c * v).0, sum);
        }
    }
    c * c * STEP * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn gains_have_their_closed_forms() {
        let normal = |x: f64| normal_cdf(x).0;
        let density = |x: f64| (-0.5 * x * x).exp() / (2.0 * PI).sqrt();
        let (a, b) = (0.5f64.exp() * normal(-1.0), 2f64.exp() * normal(-2.0));
        let elu = |al: f64| 0.5 + al * al * (0.5 + b - 2.0 * a);
        let clip = |c: f64| {
            let tail = normal(-c);
            1.0 - 2.0 * tail - 2.0 * c * density(c) + 2.0 * c * c * tail
        };
        // E x₊^(2p) = 2^(p−1) Γ(p + ½)/√π: p = 1, 2, ½, 5/2.
        let cases = [
            (Activation::Elu(1.0), elu(1.0)),
            (Activation::Elu(0.3), elu(0.3)),
            (Activation::Hardtanh(1.0), clip(1.0)),
            (Activation::Hardtanh(2.5), clip(2.5)),
            (Activation::Hardtanh(20.0), 1.0),
            (Activation::Repu(1.0), 0.5),
            (Activation::Repu(2.0), 1.5),
            (Activation::Repu(0.5), (2.0 * PI).sqrt().recip()),
            (Activation::Repu(2.5), 8.0 / (2.0 * PI).sqrt()),
            (Activation::Repu(0.0), 0.5),
            (Activation::Sin, (1.0 - (-2f64).exp()) / 2.0),
            (Activation::Cos, (1.0 + (-2f64).exp()) / 2.0),
            (Activation::Exp, 2f64.exp()),
            (Activation::Gcu, (1.0 - 3.0 * (-2f64).exp()) / 2.0),
            (Activation::Erf, 2.0 / PI * (2.0f64 / 3.0).asin()),
            (Activation::Gaussian, 5f64.sqrt().recip()),
            (Activation::Gelu, 1.0 / 3.0 + 1.0 / (2.0 * 3f64.sqrt() * PI)),
            (Activation::Leaky(0.5), 0.625),
        ];
        for (f, square) in cases {
            let error = (f.gain() * square - 1.0).abs();
            assert!(error < 2e-14, "{f:?}: {error:e}");
        }
        // SELU keeps mean 0 and variance 1: its own numbers, by the other rule.
        let square = |x: f64| Activation::Selu.apply(&[x; LANES])[0].powi(2);
        let both = half_line(&square) + half_line(&|x| square(-x));
        assert!((both - 1.0).abs() < 1e-14, "{both}");
        // Softsign: J₀ − 2 J₁ + J₂ times √(2/π) with J₂ = 1 − J₀ + J₁, J_k = ∫ e^{−x²/2} (1+x)^{−k}.
        let j1 = half_line(&|x| 1.0 / (1.0 + x)) * (2.0 * PI).sqrt();
        let value = (2.0 / PI).sqrt() * (1.0 - j1);
        assert!((Activation::Softsign.gain() * value - 1.0).abs() < 1e-13);
    }

    #[test]
    fn the_first_gains_are_pinned() {
        // They are part of the samples of simulations.
        let found = [Activation::Tanh, Activation::Sin, Activation::Gelu].map(Activation::gain);
        assert_eq!(found, PINNED);
    }

    const PINNED: [f64; 3] = [2.536175433217454, 2.3130352854993323, 2.351715614073373];
}
