//! Bounds of the integrand of E cos^k θ' over boxes: one complex variable z, one real one v.
//!
//! The forms in which each variable occurs as few times as can be, so that boxes stay narrow: with
//! $Q = s^2 + c^2z^2$,
//!
//! $$D^2 = v^2 + (1-v^2)\,Q, \qquad \arctan\frac{q}{sD} = \arcsin(κT), \quad
//!   T = \frac{cz}{\sqrt Q}, \; κ = \frac{v}{\sqrt{s^2+c^2v^2}},$$
//!
//! since $s^2D^2 + q^2 = (s^2+c^2z^2)(s^2+c^2v^2)$. In $x = \operatorname{arsinh}(z/|\tan θ|)$, and
//! with σ the sign of c,
//!
//! $$Q = s^2\cosh^2x = \tfrac12 s^2 (1 + \cosh 2x), \quad T = σ\tanh x, \quad
//!   \arctan(cz/s) = σ\,\mathrm{gd}\,x.$$

use rug::Assign;

use super::integrand::Integrand;
use super::substitution::Image;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

/// What the bound needs of the complex variable.
#[derive(Debug, Clone)]
pub struct ComplexSide {
    z: ComplexBall,
    /// Q and T.
    quadric: ComplexBall,
    tangent: ComplexBall,
    /// w(z) + (π − θ)/(2π).
    alone: ComplexBall,
    weight: Magnitude,
}

/// What the bound needs of the real variable.
#[derive(Debug, Clone)]
pub struct RealSide {
    v: Ball,
    square: Ball,
    kappa: Ball,
    alone: Ball,
}

/// The Gudermannian gd(a + ib) = arctan(sinh a / cos b) + i artanh(sin b / cosh a), for |b| < π/2.
fn gudermannian(x: &ComplexBall, prec: Bits) -> ComplexBall {
    let (sin, cos) = x.im().sin_cos(prec);
    let re = x.re().sinh(prec).div(&cos, prec).atan(prec);
    let im = sin.div(&x.re().cosh(prec), prec).atanh(prec);
    ComplexBall::new(re, im)
}

/// arcsin ζ off the rays (−∞, −1] and [1, ∞): with p, m = |ζ ± 1| its real part is
/// arcsin((p − m)/2), and its imaginary part ±arcosh((p + m)/2) with the sign of Im ζ.
fn arcsin(zeta: &ComplexBall, prec: Bits) -> ComplexBall {
    let p = zeta.add_i64(1, prec).abs(prec);
    let m = zeta.add_i64(-1, prec).abs(prec);
    // (p − m)/2 lies in [−1, 1] and (p + m)/2 above 1: what boxes add is cut off.
    let within = |ball: &Ball, low: i64, high: Option<i64>| {
        let (mut a, mut b) = (ball.lower(prec), ball.upper(prec));
        for end in [&mut a, &mut b] {
            if *end < low {
                end.assign(low);
            }
            if let Some(high) = high
                && *end > high
            {
                end.assign(high);
            }
        }
        (Ball::exact(a), Ball::exact(b))
    };
    let (a, b) = within(&p.sub(&m, prec).mul_2exp(-1), -1, Some(1));
    let re = a.asin(prec).union(&b.asin(prec), prec);
    let (a, b) = within(&p.add(&m, prec).mul_2exp(-1), 1, None);
    let size = a.acosh(prec).union(&b.acosh(prec), prec);
    let im = if zeta.im().is_positive() {
        size
    } else if zeta.im().is_negative() {
        size.neg()
    } else {
        Ball::zero().widened(size.magnitude())
    };
    ComplexBall::new(re, im)
}

impl Integrand {
    /// The parts of a box of the complex variable.
    pub fn complex_side(&self, image: &Image) -> ComplexSide {
        let prec = self.prec;
        let z = image.z.clone();
        let (quadric, tangent, angle) = match &image.stretched {
            Some(x) => {
                let cosh = x.mul_2exp(1).cosh(prec).add_i64(1, prec);
                let quadric = cosh.mul_ball(&self.sin_squared, prec).mul_2exp(-1);
                let (tangent, angle) = (x.tanh(prec), gudermannian(x, prec));
                if self.cos.is_negative() {
                    (quadric, tangent.neg(), angle.neg())
                } else {
                    (quadric, tangent, angle)
                }
            }
            None => {
                let quadric = z
                    .square(prec)
                    .mul_ball(&self.cos_squared, prec)
                    .add_ball(&self.sin_squared, prec);
                let root = quadric.sqrt(prec);
                let tangent = z.mul_ball(&self.cos, prec).div(&root, prec);
                let angle = z.mul_ball(&self.cot, prec).atan(prec);
                (quadric, tangent, angle)
            }
        };
        let alone = angle
            .neg()
            .add_ball(&self.quarter, prec)
            .mul_ball(&self.turn, prec)
            .mul(&z, prec)
            .add_ball(&self.both, prec);
        ComplexSide {
            z,
            quadric,
            tangent,
            alone,
            weight: image.weight.magnitude(),
        }
    }

    /// The parts of a box of the real variable, within [0, 1].
    ///
    /// κ and w grow with v: w is the mean of an indicator times e^{−tx²}, and t falls as v grows.
    pub fn real_side(&self, v: &Ball) -> RealSide {
        let prec = self.prec;
        let (zero, one) = (Ball::zero(), Ball::one());
        let v = v.max(&zero, prec).min(&one, prec);
        let at = |end: rug::Float| {
            let v = Ball::exact(end).max(&zero, prec);
            let below = v.square(prec).mul(&self.cos_squared, prec);
            let kappa = v.div(&below.add(&self.sin_squared, prec).sqrt(prec), prec);
            let angle = v.mul(&self.cot, prec).atan(prec);
            let angle = self.quarter.sub(&angle, prec);
            (kappa, angle.mul(&self.turn, prec).mul(&v, prec))
        };
        let (low, high) = (at(v.lower(prec)), at(v.upper(prec)));
        RealSide {
            square: v.square(prec),
            kappa: low.0.union(&high.0, prec),
            alone: low.1.union(&high.1, prec),
            v,
        }
    }

    /// An upper bound of |F| times the weight of the complex variable; ∞ where nothing is known.
    pub fn bound(&self, first: &ComplexSide, second: &RealSide) -> Magnitude {
        let prec = self.prec;
        let rest = Ball::one().sub(&second.square, prec);
        let square = first
            .quadric
            .mul_ball(&rest, prec)
            .add_ball(&second.square, prec);
        let root = square.sqrt(prec);
        let angle = arcsin(&first.tangent.mul_ball(&second.kappa, prec), prec);
        let share = angle
            .add_ball(&self.quarter, prec)
            .mul_ball(&self.turn, prec);
        let ratio = first.z.mul_ball(&second.v, prec).div(&root, prec);
        let generating = first
            .alone
            .add_ball(&second.alone, prec)
            .add(&ratio.mul(&share, prec), prec);
        let q = first.z.mul_ball(&second.v, prec).mul_ball(&self.cos, prec);
        let lead = root
            .mul_ball(&self.sin, prec)
            .mul_ball(&self.turn, prec)
            .add(&q.mul(&share, prec), prec);
        // |H_{j+1}| ≤ (2j+1)|q||H_j| + j² s²|D|²|H_{j−1}|.
        let (q, step) = (
            q.magnitude(),
            square.mul_ball(&self.sin_squared, prec).magnitude(),
        );
        let mut moments = vec![lead.magnitude()];
        let mut before = share.magnitude();
        for j in 1..u64::from(self.power) {
            let now = moments[j as usize - 1];
            let next = q.times(now).times(Magnitude::new(2 * j + 1, 0));
            moments.push(next.plus(step.times(before).times(Magnitude::new(j * j, 0))));
            before = now;
        }
        let bell = self.bell(
            &moments,
            &Magnitude::ZERO,
            |sum, ways, x, y| sum.plus(x.times(*y).times(Magnitude::new(ways.unsigned_abs(), 0))),
            &Magnitude::ONE,
        );
        let (generating, ratio) = (generating.magnitude(), ratio.magnitude());
        let last = self.terms();
        let mut sum = Magnitude::ZERO;
        let (mut factor, mut power) = (Magnitude::ONE, Magnitude::ONE);
        for r in 1..=last {
            factor = factor.times(Magnitude::new(u64::from(self.width - r + 1), 0));
            let term = bell[r as usize - 1].times(power).times(factor);
            sum = sum.times(generating).plus(term);
            power = power.times(ratio);
        }
        let mut bound = sum.times(generating.power(u64::from(self.width - last)));
        let below = square.magnitude_lower();
        for _ in 0..self.power {
            bound = bound.over(&below);
        }
        bound.over(&root.magnitude_lower()).times(first.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::angle::cosine::substitution::{Form, Substitution};
    use crate::theory::moments::Angle;
    use rug::{Float, Rational};

    /// At real points the bound is the modulus of the value, or little more, by other formulas.
    #[test]
    fn at_points_the_bound_is_the_value() {
        let prec = Bits::new(80);
        let mut cases = 0;
        for theta in [(1, 1), (1, 100), (2, 1), (31, 10)] {
            let theta = Angle::from_radians(Rational::from(theta)).expect("inside");
            for (k, n) in [(1, 1), (1, 20), (2, 2), (3, 2), (4, 30)] {
                let integrand = Integrand::new(k, &theta, n, prec);
                for form in [Form::Stretched, Form::Plain] {
                    let substitution = Substitution::new(k, &theta, form, 1.0, prec);
                    for (t, u) in [(0.1, 0.9), (0.5, 0.5), (0.75, 0.25)] {
                        // A tiny imaginary part makes the complex branches run.
                        let im = Ball::exact(Float::with_val(53, 2f64.powi(-60)));
                        let t = Ball::exact(Float::with_val(53, t));
                        let real = substitution
                            .at(&ComplexBall::real(t.clone()))
                            .expect("inside");
                        let box_ = substitution.at(&ComplexBall::new(t, im)).expect("inside");
                        let u = ComplexBall::real(Ball::exact(Float::with_val(53, u)));
                        let other = substitution.at(&u).expect("inside").z.re().clone();
                        let side = integrand.complex_side(&box_);
                        let bound = integrand.bound(&side, &integrand.real_side(&other));
                        let value = integrand
                            .value(&integrand.side(real.z.re().clone()), &integrand.side(other))
                            .mul(real.weight.re(), prec)
                            .mid()
                            .to_f64();
                        let ratio = bound.to_f64() / value.abs();
                        // The bound of H_j, j ≥ 2, adds moduli of opposite signs at obtuse angles.
                        let most = if k == 1 || !theta.is_obtuse() {
                            1.0 + 1e-5
                        } else {
                            f64::INFINITY
                        };
                        assert!(
                            (1.0 - 1e-9..most).contains(&ratio),
                            "{theta:?} {k} {n} {form:?}: {ratio}"
                        );
                        cases += 1;
                    }
                }
            }
        }
        assert_eq!(cases, 120);
    }

    #[test]
    fn arcsine_and_gudermannian_invert_their_functions() {
        let prec = Bits::new(100);
        let at = |x: f64, y: f64| {
            let part = |x| Ball::exact(Float::with_val(53, x));
            ComplexBall::new(part(x), part(y))
        };
        for (x, y) in [
            (0.3, 0.2),
            (-1.2, 0.9),
            (1.4, -0.5),
            (0.01, 1.5),
            (0.0, -0.7),
        ] {
            let back = arcsin(&at(x, y).sin(prec), prec);
            assert!(back.overlaps(&at(x, y)) && back.radius() < Magnitude::from_f64(1e-10));
            let gd = gudermannian(&at(x, y), prec);
            assert!(gd.sin(prec).overlaps(&at(x, y).tanh(prec)), "{x} {y}");
        }
    }
}
