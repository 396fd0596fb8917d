//! The kernel of ELU, one integral of an entire function, for every u in [−1, 1].
//!
//! Let f(x) = elu(ax), a > 0, X and Y standard with correlation u, s = √(1 − u²). The second derivative is
//! f'' = a²α e^{ax} 1{x<0} + a(1 − α) δ₀, so by Price's theorem K(u) = E f(X) f(Y) has
//!
//! $$K''(u) = a^4α^2 e^{a^2(1+u)} w(u) + 2a^3α(1-α)\,φ(0)\,e^{a^2s^2/2}Φ(-as) + \frac{a^2(1-α)^2}{2πs},$$
//!
//! where $E[e^{a(X+Y)}; X,Y<0] = e^{a^2(1+u)}w(u)$ (a shift of both means by a(1+u)), w(u) the probability
//! that two standard normals of correlation u lie below h = −a(1+u). By Plackett's identity and h' = −a,
//!
//! $$w'(u) = \frac{e^{-a^2(1+u)}}{2πs} - 2a\,φ(a(1+u))\,Φ(-as),\qquad w(0) = Φ(-a)^2,$$
//!
//! since −h²/(1+u) = −a²(1+u) and (h − uh)/s = −as. With u = sin θ the root is cos θ and everything is
//! entire in θ. Integrating K'' twice and exchanging the order of integration,
//!
//! $$K(u) = (E f)^2 + (E f')^2 u + α^2\Bigl[w(0) G(0) + \int_0^{\arcsin u} W(θ)\,G(\sin θ)\,dθ\Bigr]
//!   + \int_0^{\arcsin u} (u - \sin θ)\,D(θ)\,dθ,$$
//!
//! $G(v) = e^{a^2(1+u)} - e^{a^2(1+v)}(1 + a^2(u - v))$, $W = w'\cos θ$, and D the last two terms of K'' times
//! cos θ. K' has $a^2(e^{a^2(1+u)} - e^{a^2(1+v)})$ for G and 1 for u − sin θ.

use rug::Rational;

use crate::error::Result;
use crate::limits::Limits;
use crate::number::quadrature::{Refusal, integrate};
use crate::number::{Ball, Bits, ComplexBall};

/// The parameters a > 0 and α, and E f, E f'.
pub struct Parameters {
    /// a.
    pub scale: Ball,
    /// α.
    pub alpha: Ball,
    /// E f(Z) and E f'(Z).
    pub means: [Ball; 2],
}

/// K(u) (`k` = 0), K'(u) (1) or K''(u) (2) without normalisation; K'' for |u| < 1, or α = 1.
///
/// # Errors
/// Those of quadrature, undecided where the ball of u passes ±1; the deadline.
pub fn covariance(k: u32, p: &Parameters, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
    let work = prec.plus(16);
    let a = &p.scale;
    let square = a.square(work);
    let alpha2 = p.alpha.square(work);
    let rest = Ball::one().sub(&p.alpha, work);
    let theta = u.asin(work);
    let tau = Ball::pi(work).mul_2exp(1);
    // D = delta_1 e^{a²cos²θ/2} Φ(−a cos θ) cos θ + delta_2.
    let phi = Ball::zero().normal_density(work);
    let cubed = a.mul(&square, work).mul_2exp(1);
    let delta_1 = cubed.mul(&p.alpha, work).mul(&rest, work).mul(&phi, work);
    let delta_2 = square.mul(&rest.square(work), work).div(&tau, work);
    // e^{a²(1+u)}.
    let top = square.mul(&u.add_i64(1, work), work).exp(work);

    let integrand = |z: &ComplexBall, prec: Bits| {
        let (sin, cos) = (z.sin(prec), z.cos(prec));
        let step = cos.mul_ball(a, prec);
        let below = lower_probability(&step, prec).mul(&cos, prec);
        let shifted = sin.add_i64(1, prec);
        let growth = shifted.mul_ball(&square, prec);
        let density = shifted.mul_ball(a, prec).normal_density(prec);
        let slope = growth
            .neg()
            .exp(prec)
            .div_ball(&tau, prec)
            .sub(
                &density.mul(&below, prec).mul_ball(a, prec).mul_2exp(1),
                prec,
            )
            .mul_ball(&alpha2, prec);
        let gap = sin.neg().add_ball(u, prec);
        let local = step
            .square(prec)
            .mul_2exp(-1)
            .exp(prec)
            .mul(&below, prec)
            .mul_ball(&delta_1, prec)
            .add_ball(&delta_2, prec);
        Ok(match k {
            0 => {
                let factor = gap.mul_ball(&square, prec).add_i64(1, prec);
                let weight = growth.exp(prec).mul(&factor, prec).neg();
                let weight = weight.add_ball(&top, prec);
                slope.mul(&weight, prec).add(&local.mul(&gap, prec), prec)
            }
            1 => {
                let weight = growth.exp(prec).neg().add_ball(&top, prec);
                let weight = weight.mul_ball(&square, prec);
                slope.mul(&weight, prec).add(&local, prec)
            }
            _ => slope,
        })
    };
    let integral = integrate(integrand, &Ball::zero(), &theta, work, limits)
        .map_err(Refusal::into_error)?
        .value;
    let start = a.neg().normal_cdf(work).square(work).mul(&alpha2, work);
    let origin = square.exp(work);
    let [mean, slope] = &p.means;
    Ok(match k {
        0 => {
            let factor = square.mul(u, work).add_i64(1, work);
            let weight = top.sub(&origin.mul(&factor, work), work);
            mean.square(work)
                .add(&slope.square(work).mul(u, work), work)
                .add(&start.mul(&weight, work), work)
                .add(&integral, prec)
        }
        1 => {
            let weight = top.sub(&origin, work).mul(&square, work);
            slope
                .square(work)
                .add(&start.mul(&weight, work), work)
                .add(&integral, prec)
        }
        _ => {
            let first = start
                .add(&integral, work)
                .mul(&top, work)
                .mul(&square.square(work), work);
            if rest.is_zero() {
                return Ok(first.rounded(prec));
            }
            let cos = theta.cos(work);
            let step = cos.mul(a, work);
            let second = step
                .square(work)
                .mul_2exp(-1)
                .exp(work)
                .mul(&step.neg().normal_cdf(work), work)
                .mul(&delta_1, work);
            first.add(&second, work).add(&delta_2.div(&cos, work), prec)
        }
    })
}

/// Φ(−z) = (1 − erf(z/√2))/2.
fn lower_probability(z: &ComplexBall, prec: Bits) -> ComplexBall {
    let root = Ball::from_i64(2).rsqrt(prec.plus(8));
    let erf = z.mul_ball(&root, prec.plus(8)).erf(prec);
    erf.neg().add_i64(1, prec).mul_2exp(-1)
}

/// |a| as a ball.
pub fn size(a: &Rational, prec: Bits) -> Ball {
    Ball::from_rational(&Rational::from(a.abs_ref()), prec)
}
