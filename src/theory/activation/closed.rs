//! Activations whose normalised kernel $κ(u) = E[σ(X)σ(Y)]/E[σ(X)^2]$ is an elementary function of
//! the correlation u of the standard Gaussians X and Y.
//!
//! | activation | κ(u) | κ'(1) |
//! |---|---|---|
//! | heaviside | 1/2 + asin(u)/π | ∞ |
//! | sign | (2/π) asin u | ∞ |
//! | relu | [√(1−u²) + u(π/2 + asin u)]/π | 1 |
//! | abs | (2/π)[√(1−u²) + u asin u] | 1 |
//! | leaky(a) | [(1+a)² u + (1−a)² κ_abs(u)]/(2 + 2a²) | 1 |
//! | erf | asin(2u/3)/asin(2/3) | 2/(√5 asin(2/3)) |
//! | sin | sinh(u)/sinh(1) | coth 1 |
//! | cos | cosh(u)/cosh(1) | tanh 1 |
//! | exp | exp(u − 1) | 1 |
//! | gelu | [u/4 + u asin(u/2)/(2π) + 1/(2π√(4−u²))]/m₀, m₀ = 1/3 + 1/(2√3π) | (1 + 2/(√3π))/(1 + √3/(2π)) |
//! | gcu | [(1−u+u²)e^{u−1} − (1+u+u²)e^{−1−u}]/(1 − 3e^{−2}) | 2/(1 − 3e^{−2}) |
//!
//! By Price's theorem κ'(1) = E[σ'(Z)²]/E[σ(Z)²].

use rug::Rational;

use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::quantity::literal;

use super::shape::{Parity, Regularity, Shape};

/// An activation with a closed kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// 1{x > 0}.
    Heaviside,
    /// The sign of x.
    Sign,
    /// max(x, 0).
    Relu,
    /// |x|.
    Abs,
    /// x for x > 0, a·x for x < 0.
    Leaky(Rational),
    /// The error function.
    Erf,
    /// sin x.
    Sin,
    /// cos x.
    Cos,
    /// eˣ.
    Exp,
    /// x Φ(x), Φ the normal distribution function.
    Gelu,
    /// x cos x.
    Gcu,
}

impl Closed {
    /// Reads an argument of kind activation: a bare name, the name of x, or `leaky(a)`.
    ///
    /// # Errors
    /// A domain error that lists the activations known here.
    pub fn read(expr: &Expr) -> Result<Closed> {
        let name = match &expr.kind {
            ExprKind::Name(name) => name.as_str(),
            ExprKind::Call(call) => match call.arguments.as_slice() {
                [x] if call.name == "leaky" => {
                    if let Some(slope) = literal(&x.value) {
                        return Ok(Closed::Leaky(slope));
                    }
                    ""
                }
                [x] if x.value == Expr::name("x") => call.name.as_str(),
                _ => "",
            },
            _ => "",
        };
        Ok(match name {
            "heaviside" => Closed::Heaviside,
            "sign" => Closed::Sign,
            "relu" => Closed::Relu,
            "abs" => Closed::Abs,
            "erf" => Closed::Erf,
            "sin" => Closed::Sin,
            "cos" => Closed::Cos,
            "exp" => Closed::Exp,
            "gelu" => Closed::Gelu,
            "gcu" => Closed::Gcu,
            _ => {
                return Err(
                    Error::domain("the kernel of this activation is not known here")
                        .with_hint(
                            "known are heaviside sign relu abs leaky(a) erf sin cos exp gelu gcu, \
                             with a rational slope a",
                        )
                        .at(expr.span.clone()),
                );
            }
        })
    }

    /// κ(u) for −1 ≤ u ≤ 1; exactly 1 at the exact u = 1. No information where the ball of u
    /// passes an end of the interval and κ has a branch point there.
    pub fn kernel(&self, u: &Ball, prec: Bits) -> Ball {
        let one = Ball::one();
        if u.sub(&one, prec).is_zero() {
            return one;
        }
        let work = prec.plus(16);
        let pi = Ball::pi(work);
        let asin = |x: &Ball| x.asin(work);
        // √(1−u²) as √((1−u)(1+u)): nothing cancels near the ends.
        let root = || {
            let (left, right) = (one.sub(u, work), one.add(u, work));
            left.mul(&right, work).sqrt(work)
        };
        let abs = || {
            let value = u.mul(&asin(u), work).add(&root(), work);
            value.mul_2exp(1).div(&pi, work)
        };
        let value = match self {
            Closed::Heaviside => asin(u)
                .div(&pi, work)
                .add_rational(&Rational::from((1, 2)), work),
            Closed::Sign => asin(u).mul_2exp(1).div(&pi, work),
            // κ_relu = (u + κ_abs)/2: relu(x) = (x + |x|)/2 and the mixed terms vanish by parity.
            Closed::Relu => u.add(&abs(), work).mul_2exp(-1),
            Closed::Abs => abs(),
            Closed::Leaky(a) => {
                let square = |q: Rational| Rational::from(q.square_ref());
                let plus = square(Rational::from(a + 1));
                let minus = square(Rational::from(1 - a));
                let total = Rational::from(&plus + &minus);
                u.mul_rational(&plus, work)
                    .add(&abs().mul_rational(&minus, work), work)
                    .mul_rational(&total.recip(), work)
            }
            Closed::Erf => {
                let third = Rational::from((2, 3));
                asin(&u.mul_rational(&third, work))
                    .div(&asin(&Ball::from_rational(&third, work)), work)
            }
            Closed::Sin => u.sinh(work).div(&one.sinh(work), work),
            Closed::Cos => u.cosh(work).div(&one.cosh(work), work),
            Closed::Exp => u.sub(&one, work).exp(work),
            Closed::Gelu => {
                let tau = pi.mul_2exp(1);
                let inverse = Ball::from_i64(4).sub(&u.square(work), work).rsqrt(work);
                let arc = u.mul(&asin(&u.mul_2exp(-1)), work);
                let top = u
                    .mul_2exp(-2)
                    .add(&arc.add(&inverse, work).div(&tau, work), work);
                let m0 = Ball::from_i64(3)
                    .rsqrt(work)
                    .div(&tau, work)
                    .add_rational(&Rational::from((1, 3)), work);
                top.div(&m0, work)
            }
            Closed::Gcu => {
                let even = u.square(work).add_i64(1, work);
                let near = even.sub(u, work).mul(&u.sub(&one, work).exp(work), work);
                let far = even
                    .add(u, work)
                    .mul(&u.add(&one, work).neg().exp(work), work);
                near.sub(&far, work).div(&gcu_norm(work), work)
            }
        };
        value.rounded(prec.plus(4))
    }

    /// κ'(1); `None` where it is infinite.
    pub fn gain(&self, prec: Bits) -> Option<Ball> {
        let work = prec.plus(16);
        let one = Ball::one();
        Some(match self {
            Closed::Heaviside | Closed::Sign => return None,
            Closed::Relu | Closed::Abs | Closed::Leaky(_) | Closed::Exp => one,
            Closed::Erf => {
                let arc = Ball::from_rational(&Rational::from((2, 3)), work).asin(work);
                let root = Ball::from_i64(5).sqrt(work);
                Ball::from_i64(2).div(&arc.mul(&root, work), prec)
            }
            Closed::Sin => one.coth(prec),
            Closed::Cos => one.tanh(prec),
            Closed::Gelu => {
                let root = Ball::from_i64(3).sqrt(work);
                let pi = Ball::pi(work);
                let top = Ball::from_i64(2).div(&root.mul(&pi, work), work);
                let bottom = root.div(&pi, work).mul_2exp(-1);
                top.add_i64(1, work).div(&bottom.add_i64(1, work), prec)
            }
            Closed::Gcu => Ball::from_i64(2).div(&gcu_norm(work), prec),
        })
    }
}

impl Shape for Closed {
    fn text(&self) -> String {
        let name = match self {
            Closed::Heaviside => "heaviside",
            Closed::Sign => "sign",
            Closed::Relu => "relu",
            Closed::Abs => "abs",
            Closed::Leaky(a) => return format!("leaky({a})"),
            Closed::Erf => "erf",
            Closed::Sin => "sin",
            Closed::Cos => "cos",
            Closed::Exp => "exp",
            Closed::Gelu => "gelu",
            Closed::Gcu => "gcu",
        };
        name.to_string()
    }

    fn parity(&self) -> Parity {
        match self {
            Closed::Sign | Closed::Erf | Closed::Sin | Closed::Gcu => Parity::Odd,
            Closed::Abs | Closed::Cos => Parity::Even,
            _ => Parity::Neither,
        }
    }

    fn regularity(&self) -> Regularity {
        let singular = |numerator: i32| Regularity::Singular {
            beta: Rational::from((numerator, 2)),
        };
        match self {
            Closed::Heaviside | Closed::Sign => singular(1),
            Closed::Relu | Closed::Abs => singular(3),
            Closed::Leaky(a) if *a != 1 => singular(3),
            _ => Regularity::Smooth,
        }
    }

    fn kernel(&self, k: u32, u: &Ball, prec: Bits, _limits: &Limits) -> Result<Option<Ball>> {
        match k {
            0 => Ok(Some(Closed::kernel(self, u, prec))),
            1 if u.sub(&Ball::one(), prec).is_zero() => {
                match self.gain(prec) {
                    Some(gain) => Ok(Some(gain)),
                    None => Err(Error::domain(
                        "the spectral parameter of this activation is infinite",
                    )
                    .with_hint(
                        "it jumps at 0, so E[f'(Z)^2] is infinite and the limit field is fractal",
                    )),
                }
            }
            _ => Ok(None),
        }
    }
}

/// 1 − 3e^{−2} = 2 E[Z² cos² Z].
fn gcu_norm(prec: Bits) -> Ball {
    let decay = Ball::from_i64(-2).exp(prec);
    Ball::one().sub(&decay.mul_i64(3, prec), prec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::moments::{Angle, Method, moment};

    fn third(prec: Bits) -> Ball {
        Ball::from_rational(&Rational::from((1, 3)), prec)
    }

    /// κ_relu(cos θ) = 2 J(1, 1, θ) and κ_heaviside(cos θ) = 2 J(0, 0, θ).
    #[test]
    fn kernels_of_the_relu_family_are_its_moments() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        let theta = Angle::from_radians(Rational::from((6, 5))).expect("inside");
        let cos = theta.sin_cos(prec).1;
        for (f, index) in [(Closed::Heaviside, 0), (Closed::Relu, 1)] {
            let moment = moment(index, index, &theta, Method::Hypergeometric, prec, &limits);
            let twice = moment.expect("a value").mul_2exp(1);
            let value = f.kernel(&cos, prec);
            assert!(value.overlaps(&twice) && value.accuracy() >= 180, "{f:?}");
        }
    }

    /// Smooth kernels end at κ(1) = 1 with slope κ'(1): |(1 − κ(1−t))/t − κ'(1)| ≤ t κ''(1)/2, and
    /// κ'' ≤ 8 for all of them.
    #[test]
    fn slopes_at_one_are_those_of_the_kernel() {
        let prec = Bits::new(300);
        let t = Ball::one().mul_2exp(-80);
        let u = Ball::one().sub(&t, prec);
        use Closed::{Cos, Erf, Exp, Gcu, Gelu, Sin};
        for f in [Erf, Sin, Cos, Exp, Gelu, Gcu] {
            let slope = Ball::one().sub(&f.kernel(&u, prec), prec).mul_2exp(80);
            let gain = f.gain(prec).expect("finite");
            let gap = slope.sub(&gain, prec).magnitude();
            assert!(gap < crate::number::Magnitude::power_of_two(-77), "{f:?}");
        }
    }

    #[test]
    fn leaky_joins_relu_and_the_identity() {
        let prec = Bits::new(120);
        let u = third(prec);
        let leaky = |a: i64| Closed::Leaky(Rational::from(a)).kernel(&u, prec);
        assert!(leaky(0).overlaps(&Closed::Relu.kernel(&u, prec)));
        assert!(leaky(1).overlaps(&u) && leaky(-1).overlaps(&Closed::Abs.kernel(&u, prec)));
    }
}
