//! Taylor coefficients of an analytic piece over a complex box.
//!
//! Every function is the one of [`ComplexBall`], whose finite values certify that it is holomorphic on a
//! neighbourhood of the box; the higher coefficients follow from first-order differential equations by
//! ring operations, so they are finite only where the value is. A coefficient of which nothing is
//! known makes all of them unknown.

use super::ring::WorkingBox;
use super::tree::{Function, Tree};
use crate::number::ring::{RationalAlgebra, Ring};
use crate::number::series::Series;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};

type Jet = Series<WorkingBox>;

/// The coefficients σ^{(j)}(z)/j!, j < `order` ≥ 1; all unknown where one is.
pub(super) fn jet(tree: &Tree, z: &ComplexBall, order: usize, prec: Bits) -> Vec<ComplexBall> {
    let order = order.max(1);
    let walk = Walk { z, order, prec };
    match walk.expand(tree) {
        Some(series) if series.coefficients().iter().all(|c| c.z.is_finite()) => series
            .into_coefficients()
            .into_iter()
            .map(|coefficient| coefficient.z)
            .collect(),
        _ => vec![ComplexBall::indeterminate(); order],
    }
}

struct Walk<'a> {
    z: &'a ComplexBall,
    order: usize,
    prec: Bits,
}

impl Walk<'_> {
    fn at(&self, z: ComplexBall) -> WorkingBox {
        WorkingBox::new(z, self.prec)
    }

    fn constant(&self, value: Ball) -> Jet {
        Series::constant(self.at(ComplexBall::real(value)), self.order)
    }

    /// `None` where nothing is known.
    fn expand(&self, tree: &Tree) -> Option<Jet> {
        match tree {
            Tree::X => Some(Series::variable(self.at(self.z.clone()), self.order)),
            Tree::Number(_) | Tree::Constant(_) => {
                Some(self.constant(tree.constant(self.prec).ok()?))
            }
            Tree::Sum(terms) => {
                let mut total: Option<Jet> = None;
                for (negative, term) in terms {
                    let value = self.expand(term)?;
                    total = Some(match (total, negative) {
                        (None, false) => value,
                        (None, true) => value.neg(),
                        (Some(sum), false) => sum.add(&value),
                        (Some(sum), true) => sum.sub(&value),
                    });
                }
                total
            }
            Tree::Product(factors) => {
                let mut total: Option<Jet> = None;
                for factor in factors {
                    let value = self.expand(factor)?;
                    total = Some(match total {
                        None => value,
                        Some(product) => product.mul(&value),
                    });
                }
                total
            }
            Tree::Quotient(above, below) => self.expand(above)?.div(&self.expand(below)?),
            Tree::Power(base, n) => {
                let inner = self.expand(base)?;
                if self.order == 1 {
                    // One function of the box, narrower than repeated products.
                    let value = inner.constant_term().z.pow_i64(i64::from(*n), self.prec);
                    return Some(Series::constant(self.at(value), 1));
                }
                let power = inner.pow(n.unsigned_abs());
                if *n >= 0 {
                    Some(power)
                } else {
                    power.inverse()
                }
            }
            Tree::RealPower(base, exponent) => {
                let exponent = ComplexBall::real(exponent.constant(self.prec).ok()?);
                self.real_power(&self.expand(base)?, exponent)
            }
            Tree::Call(function, argument) => self.call(*function, &self.expand(argument)?),
        }
    }

    fn real_power(&self, base: &Jet, exponent: ComplexBall) -> Option<Jet> {
        let first = base.constant_term().z.pow(&exponent, self.prec);
        if self.order == 1 {
            return Some(Series::constant(self.at(first), 1));
        }
        base.power_with(&self.at(exponent), self.at(first))
    }

    /// F(f) with F' = rate: the value plus the integral of rate · f'.
    fn along(
        &self,
        f: &Jet,
        rate: impl FnOnce() -> Option<Jet>,
        value: ComplexBall,
    ) -> Option<Jet> {
        if self.order == 1 {
            return Some(Series::constant(self.at(value), 1));
        }
        let slope = f.derivative()?;
        let rate = rate()?.truncate(self.order - 1);
        Some(rate.mul(&slope).integral(self.at(value)))
    }

    fn call(&self, function: Function, f: &Jet) -> Option<Jet> {
        let prec = self.prec;
        let c = &f.constant_term().z;
        if !c.is_finite() {
            return None;
        }
        let one = || self.constant(Ball::one());
        match function {
            Function::Exp => Some(f.exp_with(self.at(c.exp(prec)))),
            Function::Ln => self.along(f, || f.inverse(), c.ln(prec)),
            Function::Sqrt => {
                let root = c.sqrt(prec);
                if self.order == 1 {
                    return Some(Series::constant(self.at(root), 1));
                }
                f.sqrt_with(self.at(root))
            }
            Function::Cbrt => {
                let third = ComplexBall::real(Ball::one().div_i64(3, prec));
                if c.is_real() && self.order == 1 {
                    let root = ComplexBall::real(c.re().root(3, prec));
                    return Some(Series::constant(self.at(root), 1));
                }
                // Principal on the right, minus the principal root of −z on the left; a box that meets the
                // imaginary axis says nothing, so that no chain of boxes leads from one to the other.
                if c.re().is_negative() {
                    return Some(self.real_power(&f.neg(), third)?.neg());
                }
                if !c.re().is_positive() {
                    return None;
                }
                self.real_power(f, third)
            }
            Function::Sin => Some(self.sin_cos(f).0),
            Function::Cos => Some(self.sin_cos(f).1),
            Function::Tan if self.order == 1 => Some(Series::constant(self.at(c.tan(prec)), 1)),
            Function::Tan => {
                let (sin, cos) = self.sin_cos(f);
                sin.div(&cos)
            }
            Function::Cot => {
                let (sin, cos) = self.sin_cos(f);
                cos.div(&sin)
            }
            Function::Sinh | Function::Cosh => {
                let (mut sinh, mut cosh) =
                    (vec![self.at(c.sinh(prec))], vec![self.at(c.cosh(prec))]);
                // sinh' = f' cosh and cosh' = f' sinh: k y_k = Σ j f_j y_{k−j}.
                for k in 1..self.order {
                    let (up, down) = (self.weighted(f, &cosh, k), self.weighted(f, &sinh, k));
                    sinh.push(up);
                    cosh.push(down);
                }
                Some(Series::new(if function == Function::Sinh {
                    sinh
                } else {
                    cosh
                }))
            }
            // With w = tanh' = sech²: y' = w f', w' = −2 y w f'.
            Function::Tanh => Some(self.sigmoid(
                f,
                c.tanh(prec),
                || c.sech_squared(prec),
                |product, _| product.mul_small(-2),
            )),
            // With w = s' = sech²(c/2)/4: s' = w f', w' = (1 − 2s) w f'.
            Function::Logistic => {
                let slope = || c.mul_2exp(-1).sech_squared(prec).mul_2exp(-2);
                Some(self.sigmoid(f, logistic(c, prec), slope, |product, w| {
                    w.sub(&product.mul_small(2))
                }))
            }
            Function::Softplus => {
                self.along(f, || self.call(Function::Logistic, f), softplus(c, prec))
            }
            Function::Atan => self.along(f, || one().add(&f.mul(f)).inverse(), c.atan(prec)),
            Function::Asin => {
                let value = asin(c, prec);
                self.along(f, || self.inverse_root(&one().sub(&f.mul(f))), value)
            }
            Function::Acos => {
                let half = self.constant(Ball::pi(prec).mul_2exp(-1));
                Some(half.sub(&self.call(Function::Asin, f)?))
            }
            Function::Asinh => self.along(
                f,
                || self.inverse_root(&one().add(&f.mul(f))),
                c.asinh(prec),
            ),
            Function::Acosh => {
                let value = if c.is_real() {
                    ComplexBall::real(c.re().acosh(prec))
                } else {
                    // ln(z + √(z−1) √(z+1)), for Re z > 1.
                    let wide = prec.plus(8);
                    let left = c.add_i64(-1, wide).sqrt(wide);
                    let right = c.add_i64(1, wide).sqrt(wide);
                    c.add(&left.mul(&right, wide), wide).ln(prec)
                };
                if !c.add_i64(-1, prec).re().is_positive() && !c.is_real() {
                    return None;
                }
                self.along(f, || self.inverse_root(&f.mul(f).sub(&one())), value)
            }
            Function::Atanh => {
                let value = if c.is_real() {
                    ComplexBall::real(c.re().atanh(prec))
                } else {
                    let wide = prec.plus(8);
                    let above = c.add_i64(1, wide).ln(wide);
                    let below = c.neg().add_i64(1, wide).ln(wide);
                    above.sub(&below, prec).mul_2exp(-1)
                };
                self.along(f, || one().sub(&f.mul(f)).inverse(), value)
            }
            Function::Erf => self.along(f, || self.bell(f, false), c.erf(prec)),
            Function::Erfc => {
                let value = if c.is_real() {
                    ComplexBall::real(c.re().erfc(prec))
                } else {
                    c.erf(prec).neg().add_i64(1, prec)
                };
                self.along(f, || Some(self.bell(f, false)?.neg()), value)
            }
            Function::Erfi => {
                let value = if c.is_real() {
                    ComplexBall::real(c.re().erfi(prec))
                } else {
                    c.mul_i().erf(prec).mul_i().neg()
                };
                self.along(f, || self.bell(f, true), value)
            }
        }
    }

    fn sin_cos(&self, f: &Jet) -> (Jet, Jet) {
        let c = &f.constant_term().z;
        f.sin_cos_with(self.at(c.sin(self.prec)), self.at(c.cos(self.prec)))
    }

    /// (Σ_{j=1}^k j f_j y_{k−j})/k.
    fn weighted(&self, f: &Jet, y: &[WorkingBox], k: usize) -> WorkingBox {
        let mut sum = f.constant_term().zero_like();
        for j in 1..=k {
            let slope = &f.coefficients()[j];
            if !slope.is_zero() {
                sum = sum.add(&slope.mul_small(j as i64).mul(&y[k - j]));
            }
        }
        sum.div_small(k as u64)
    }

    /// y with y' = w f' and w' = R f', R_k = `rate`((y w)_k, w_k). The slope w keeps its relative accuracy
    /// where y is nearly constant.
    fn sigmoid(
        &self,
        f: &Jet,
        value: ComplexBall,
        slope: impl FnOnce() -> ComplexBall,
        rate: impl Fn(&WorkingBox, &WorkingBox) -> WorkingBox,
    ) -> Jet {
        if self.order == 1 {
            return Series::constant(self.at(value), 1);
        }
        let (mut y, mut w) = (vec![self.at(value)], vec![self.at(slope())]);
        let mut rates: Vec<WorkingBox> = Vec::new();
        for k in 1..self.order {
            let product = (0..k).fold(f.constant_term().zero_like(), |sum, i| {
                sum.add(&y[i].mul(&w[k - 1 - i]))
            });
            rates.push(rate(&product, &w[k - 1]));
            let (up, bend) = (self.weighted(f, &w, k), self.weighted(f, &rates, k));
            y.push(up);
            w.push(bend);
        }
        Series::new(y)
    }

    /// 1/√g, principal.
    fn inverse_root(&self, g: &Jet) -> Option<Jet> {
        let root = g.constant_term().z.sqrt(self.prec);
        g.sqrt_with(self.at(root))?.inverse()
    }

    /// 2/√π e^{∓f²}.
    fn bell(&self, f: &Jet, rising: bool) -> Option<Jet> {
        let square = f.mul(f);
        let exponent = if rising { square } else { square.neg() };
        let first = exponent.constant_term().z.exp(self.prec);
        let scale = Ball::pi(self.prec).rsqrt(self.prec).mul_2exp(1);
        Some(
            exponent
                .exp_with(self.at(first))
                .scale(&self.at(ComplexBall::real(scale))),
        )
    }
}

/// The logistic function, from the side on which the exponential is small.
fn logistic(z: &ComplexBall, prec: Bits) -> ComplexBall {
    if *z.re().mid() < 0 {
        return z.neg().logistic(prec).neg().add_i64(1, prec);
    }
    z.logistic(prec)
}

/// ln(1 + e^z), from the side on which the exponential is small: ln(1 + e^z) = z + ln(1 + e^{−z}).
///
/// The two forms are the same holomorphic function for |Im z| < π and differ by a multiple of 2πi beyond,
/// so that boxes that reach higher than 201/64 < π give no information.
fn softplus(z: &ComplexBall, prec: Bits) -> ComplexBall {
    if z.im().magnitude() > Magnitude::new(201, -6) {
        return ComplexBall::indeterminate();
    }
    let wide = prec.plus(4);
    let right = *z.re().mid() >= 0;
    let small = if right { z.neg() } else { z.clone() };
    let rest = if z.is_real() {
        ComplexBall::real(small.re().exp(wide).ln1p(wide))
    } else {
        small.exp(wide).add_i64(1, wide).ln(wide)
    };
    if right { z.add(&rest, prec) } else { rest }
}

/// arcsin z = atan(z/√(1 − z²)), principal; no information if the box meets a cut.
fn asin(z: &ComplexBall, prec: Bits) -> ComplexBall {
    if z.is_real() {
        return ComplexBall::real(z.re().asin(prec));
    }
    let wide = prec.plus(8);
    let root = z.square(wide).neg().add_i64(1, wide).sqrt(wide);
    z.div(&root, wide).atan(prec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse_expr;
    use crate::limits::Limits;
    use rug::Float;

    fn tree(text: &str) -> Tree {
        Tree::of(&parse_expr(text, &Limits::default()).unwrap()).unwrap()
    }

    const FORMULAS: [&str; 22] = [
        "exp(x/2) - 1/(4+x)",
        "ln(2+x)",
        "sqrt(3+x)*cbrt(x+5)",
        "cbrt(x-9)",
        "sin(2*x)+cos(x)^3",
        "tan(x/3)",
        "cot(1+x/4)",
        "sinh(x)*cosh(x/2)",
        "tanh(x)",
        "atan(x/2)",
        "asin(x/4)",
        "acos(x/4)",
        "asinh(x)",
        "acosh(4+x)",
        "atanh(x/5)",
        "erf(x)",
        "erfc(x/2)",
        "erfi(x/3)",
        "logistic(x)",
        "softplus(x)",
        "(4+x)^(2/3)",
        "2^x + (x^2+1)^(-3)",
    ];

    /// The derivative of order 1 at z agrees with the difference quotient of values, and the jet at a
    /// point lies in the jet over a box around it.
    #[test]
    fn jets_are_those_of_the_values() {
        let prec = Bits::new(200);
        for text in FORMULAS {
            let tree = tree(text);
            let point = |x: f64, y: f64| {
                ComplexBall::new(
                    Ball::exact(Float::with_val(53, x)),
                    Ball::exact(Float::with_val(53, y)),
                )
            };
            for (x, y) in [(0.75, 0.0), (-0.5, 0.0), (0.375, 0.25), (-1.0, -0.5)] {
                let z = point(x, y);
                let coefficients = jet(&tree, &z, 5, prec);
                assert!(coefficients[4].is_finite(), "{text} at {x} + {y}i");
                // Taylor's sum at distance 2^-40 against the value there: the remainder is of order 2^-200.
                let step = Ball::one().mul_2exp(-40);
                let moved = z.add_ball(&step, prec);
                let mut sum = ComplexBall::from_i64(0);
                for c in coefficients.iter().rev() {
                    sum = sum.mul_ball(&step, prec).add(c, prec);
                }
                let value = &jet(&tree, &moved, 1, prec)[0];
                let gap = sum.sub(value, prec).magnitude();
                assert!(gap < Magnitude::power_of_two(-180), "{text}: {gap:?}");
                let wide = z.widened(Magnitude::power_of_two(-5));
                let over = jet(&tree, &wide, 5, prec);
                for (inner, outer) in coefficients.iter().zip(&over) {
                    assert!(outer.is_finite(), "{text}");
                    assert!(outer.overlaps(inner), "{text}");
                    assert!(outer.widened_slightly().contains(inner), "{text}");
                }
            }
        }
    }

    impl ComplexBall {
        fn widened_slightly(&self) -> ComplexBall {
            self.clone().widened(Magnitude::power_of_two(-150))
        }
    }

    #[test]
    fn poles_and_cuts_are_not_finite() {
        let prec = Bits::new(64);
        let around = |x: f64, y: f64| {
            ComplexBall::new(
                Ball::new(Float::with_val(53, x), Magnitude::power_of_two(-4)),
                Ball::new(Float::with_val(53, y), Magnitude::power_of_two(-4)),
            )
        };
        for (text, x, y) in [
            ("1/x", 0.0, 0.0),
            ("ln(x)", -1.0, 0.0),
            ("sqrt(x)", -1.0, 0.0),
            ("tanh(x)", 0.0, std::f64::consts::FRAC_PI_2),
            ("atan(x)", 0.0, 1.5),
            ("softplus(x)", 0.0, std::f64::consts::PI),
            ("logistic(x)", 0.0, std::f64::consts::PI),
            ("cbrt(x)", 0.0, 0.0),
            ("asin(x)", 1.5, 0.0),
            ("acosh(x)", 0.5, 0.0),
        ] {
            for order in [1, 3] {
                let value = jet(&tree(text), &around(x, y), order, prec);
                assert!(!value[0].is_finite(), "{text} {order}");
            }
        }
    }
}
