//! Substitutions that make the integrand of E cos^k θ' smooth: z as a function of t in [−1, 1].
//!
//! The measure is $(1-z^2)^{k/2-1} dz$, and the integrand has the cuts $\{iy: |y| ≥ τ\}$,
//! $τ = |\tan θ|$. In $x = \operatorname{arsinh}(z/τ)$ they are the lines $|\mathrm{Im}\,x| = π/2$,
//! however small θ is, and z = 1 is $x = X = \operatorname{arsinh}(1/τ)$.
//!
//! * **Odd k**: $x = X\cos ψ$, which takes the root $(1-z^2)^{-1/2}$ away: with
//!   $a = X - x = 2X\sin^2(ψ/2)$ and $b = X + x = 2X\cos^2(ψ/2)$,
//!   $1 - z^2 = τ^2 \sinh a \sinh b$ and $X^2\sin^2ψ = ab$, so
//!   $$(1-z^2)^{k/2-1} |dz| = (1-z^2)^{(k-1)/2} \cosh x\, \sqrt{\tfrac{a}{\sinh a}} \sqrt{\tfrac{b}{\sinh b}}\, dψ.$$
//!   Where |Im x| < π/2, so are |Im a| and |Im b|, and a and sinh a lie in the same quadrant: their
//!   quotient has a positive real part, and its principal root is holomorphic. All is even in ψ: of a
//!   rule on [−Ψ, Ψ] only the nodes ψ > 0 are needed.
//! * **Even k**: x itself, with the polynomial weight $(1-z^2)^{(k-2)/2} τ\cosh x\,dx$.
//!
//! **Plain** forms of both, with z = cos ψ and z itself, are the limits τ → ∞; at θ = π/2 they are
//! what is meant, and elsewhere the second method. There the cuts are avoided where |Im ψ| < arsinh τ
//! (cos ψ = iy needs |Im ψ| = arsinh |y|) or |Im z| < τ.
//!
//! The range may end before z = 0, at a z where the rest of the integral does not matter.

use crate::number::{Ball, Bits, ComplexBall, Magnitude};
use crate::theory::moments::Angle;

/// Which form of the substitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Through x, which flattens the cuts.
    Stretched,
    /// Without x.
    Plain,
}

/// A substitution z(t) with its weight, at one working precision.
#[derive(Debug, Clone)]
pub struct Substitution {
    power: u32,
    prec: Bits,
    /// τ and X; none for the plain form.
    stretch: Option<(Ball, Ball)>,
    /// Half the height of the strip where the parameter's image avoids the cuts; none for no cuts.
    strip: Option<Ball>,
    /// The parameter is centre + half·t.
    centre: Ball,
    half: Ball,
}

/// z and the weight dμ/dt at a point.
#[derive(Debug, Clone)]
pub struct Image {
    /// x, in the stretched form.
    pub stretched: Option<ComplexBall>,
    /// z.
    pub z: ComplexBall,
    /// $(1-z^2)^{k/2-1} dz/dt$, up to sign.
    pub weight: ComplexBall,
}

impl Substitution {
    /// The substitution for power k ≥ 1 and an angle strictly between 0 and π, from z = 1 − `gap` to
    /// 1; 0 < gap ≤ 1.
    pub fn new(power: u32, theta: &Angle, form: Form, gap: f64, prec: Bits) -> Substitution {
        let is_odd = power % 2 == 1;
        let (sin, cos) = theta.sin_cos(prec);
        let first = Ball::one().sub(&Ball::exact(rug::Float::with_val(53, gap)), prec);
        let has_cuts = !theta.is_right();
        let tau = sin.div(&cos, prec).abs();
        let stretch = (has_cuts && form == Form::Stretched).then(|| {
            let most = cos.div(&sin, prec).abs().asinh(prec);
            (tau.clone(), most)
        });
        // The range [low, high] of z, or of x.
        let (low, high) = match &stretch {
            Some((tau, most)) => (first.div(tau, prec).asinh(prec), most.clone()),
            None => (first, Ball::one()),
        };
        let (centre, half) = if is_odd {
            let ratio = low.div(&high, prec);
            let half = if gap == 1.0 {
                Ball::pi(prec).mul_2exp(-1)
            } else {
                ratio.acos(prec)
            };
            (Ball::zero(), half)
        } else {
            (
                high.add(&low, prec).mul_2exp(-1),
                high.sub(&low, prec).mul_2exp(-1),
            )
        };
        let strip = has_cuts.then(|| match (&stretch, is_odd) {
            (Some(_), _) => Ball::pi(prec).mul_2exp(-1),
            (None, true) => tau.asinh(prec),
            (None, false) => tau,
        });
        Substitution {
            power,
            prec,
            stretch,
            strip,
            centre,
            half,
        }
    }

    /// Whether all is even in t, so that half of a symmetric rule is enough.
    pub fn is_even(&self) -> bool {
        self.power % 2 == 1
    }

    /// How far the ellipse with foci ±1 and parameter ρ reaches towards the border of the strip, 1 at the
    /// border. In doubles: it decides where to look, not what is certain.
    pub fn crowding(&self, rho: f64) -> f64 {
        let Some(strip) = &self.strip else {
            return 0.0;
        };
        let (a, b) = ((rho + 1.0 / rho) / 2.0, (rho - 1.0 / rho) / 2.0);
        let (half, strip) = (self.half.mid().to_f64(), strip.mid().to_f64());
        let height = match &self.stretch {
            Some((_, most)) if self.is_even() => {
                let most = most.mid().to_f64();
                (0..=64)
                    .map(|i| {
                        let (sin, cos) = (std::f64::consts::PI * f64::from(i) / 128.0).sin_cos();
                        most * ((half * a * cos).sin() * (half * b * sin).sinh()).abs()
                    })
                    .fold(0.0, f64::max)
            }
            _ => half * b,
        };
        height / strip
    }

    /// z and its weight at t, real or complex; `None` where t may leave the strip.
    pub fn at(&self, t: &ComplexBall) -> Option<Image> {
        let prec = self.prec;
        let parameter = t.mul_ball(&self.half, prec).add_ball(&self.centre, prec);
        let is_inside = |image: &ComplexBall| match &self.strip {
            Some(strip) => strip.sub(&image.im().abs(), prec).is_positive(),
            None => image.is_finite(),
        };
        let one = ComplexBall::from_i64(1);
        let (stretched, z, mut weight) = match (&self.stretch, self.is_even()) {
            (None, _) if !is_inside(&parameter) => return None,
            (None, true) => (None, parameter.cos(prec), one),
            (None, false) => (None, parameter, one),
            (Some((tau, most)), true) => {
                let x = parameter.cos(prec).mul_ball(most, prec);
                if !is_inside(&x) {
                    return None;
                }
                let half = parameter.mul_2exp(-1);
                let twice = most.mul_2exp(1);
                let a = half.sin(prec).square(prec).mul_ball(&twice, prec);
                let b = half.cos(prec).square(prec).mul_ball(&twice, prec);
                let roots = root_of_quotient(&a, prec).mul(&root_of_quotient(&b, prec), prec);
                let z = x.sinh(prec).mul_ball(tau, prec);
                let weight = x.cosh(prec).mul(&roots, prec);
                (Some(x), z, weight)
            }
            (Some((tau, _)), false) => {
                if !is_inside(&parameter) {
                    return None;
                }
                let z = parameter.sinh(prec).mul_ball(tau, prec);
                let weight = parameter.cosh(prec).mul_ball(tau, prec);
                (Some(parameter), z, weight)
            }
        };
        let exponent = (self.power - 1) / 2;
        if exponent > 0 {
            let gap = z.square(prec).neg().add_i64(1, prec);
            weight = weight.mul(&gap.pow_i64(i64::from(exponent), prec), prec);
        }
        weight = weight.mul_ball(&self.half, prec);
        Some(Image {
            stretched,
            z,
            weight,
        })
    }
}

/// √(a/sinh a), principal.
///
/// On a box around 0 with |a| ≤ 1: $|\sinh a/a - 1| ≤ |a|^2 \sum_j |a|^{2j}/(2j+3)! < |a|^2/5$.
fn root_of_quotient(a: &ComplexBall, prec: Bits) -> ComplexBall {
    let size = a.magnitude();
    let quotient = if a.contains_zero() && size <= Magnitude::ONE {
        let spread = size.times(size).over(&rug::Float::with_val(32, 5));
        let one = ComplexBall::from_i64(1);
        if a.is_real() {
            ComplexBall::real(Ball::one().widened(spread))
        } else {
            one.widened(spread)
        }
    } else {
        a.sinh(prec).div(a, prec)
    };
    quotient.sqrt(prec).recip(prec)
}
