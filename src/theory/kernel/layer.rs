//! [`Layer`]: the kernel κ_b of one hidden layer with a bias, and its composition in depth.
//!
//! A bias of variance $Γ_b$ turns the normalised kernel κ into $κ_b = Γ_b + (1-Γ_b) κ$. Its Taylor
//! coefficients at 0 are non-negative with sum 1, as those of κ: they are squares of Hermite
//! coefficients over $E σ^2$. So κ_b maps [−1, 1] and the closed unit disk into themselves, its
//! derivatives grow with |u|, and it is increasing and convex on [0, 1]. Everything here rests on
//! that.
//!
//! # Many layers
//! Ball arithmetic on the formula of κ loses digits at every layer, since the parts of a formula can
//! vary faster than κ does. A ball m ± r is therefore mapped to κ(m) ± r s with the slope
//! $s = (1-|κ(m)|)/(1-x)$, x = |m| + r: for each v of the ball
//! $|κ(v)-κ(m)| \le r \max_{|w|\le x} |κ'(w)| \le r κ'(x) \le r \frac{1-κ(x)}{1-x} \le r s$.
//! The third step is that κ is convex on [0, 1] with κ(1) = 1, so that a chord to 1 is steeper than the
//! tangent; the last one that |κ(m)| ≤ κ(|m|) ≤ κ(x). Chains that contract have s ≤ 1, so the radius
//! grows like the number of layers and not exponentially.

use std::sync::Arc;

use rug::float::Round;
use rug::{Float, Rational};

use super::branching::{Composition, composition};
use crate::error::{Error, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Activation, Parity};

/// Most layers of a composition.
pub const LAST_DEPTH: u32 = 100_000;

/// One hidden layer of infinite width: an activation and the variance Γ_b of its biases, out of a
/// total variance of 1.
#[derive(Debug, Clone)]
pub struct Layer {
    /// The activation.
    pub activation: Activation,
    bias: Number,
    expansion: Option<Arc<Composition>>,
}

impl Layer {
    /// The layer; 0 ≤ Γ_b < 1.
    ///
    /// # Errors
    /// A domain error for a bias outside that range.
    pub fn new(activation: Activation, bias: Number, prec: Bits) -> Result<Layer> {
        use std::cmp::Ordering::Less;
        let below = bias.certain_cmp(&Number::from(0), prec) == Some(Less);
        let reaches = !matches!(bias.certain_cmp(&Number::from(1), prec), Some(Less));
        let exact_end = bias.as_rational().is_some()
            || !bias.to_ball(prec).contains_rational(&Rational::from(1));
        if below || (reaches && exact_end) {
            return Err(
                Error::domain("the bias variance `gamma_b` is not from 0 to below 1")
                    .with_hint("it is the share of the biases in the variance 1 of a layer"),
            );
        }
        Ok(Layer {
            activation,
            bias,
            expansion: None,
        })
    }

    /// The layer without biases.
    pub fn without_bias(activation: Activation) -> Layer {
        Layer {
            activation,
            bias: Number::from(0),
            expansion: None,
        }
    }

    /// The same layer with κ taken from its Taylor coefficients at 0, to about `prec` bits after the
    /// point and for all |u| ≤ 1 alike.
    ///
    /// # Errors
    /// Undecided where the coefficients fall too slowly.
    pub fn expanded(&self, prec: Bits, limits: &Limits) -> Result<Layer> {
        let bare = Layer::without_bias(self.activation.clone());
        let expansion = composition(&bare, 1, prec, limits)?;
        Ok(Layer {
            expansion: Some(expansion),
            ..self.clone()
        })
    }

    /// κ at an exact u, without the bias.
    fn kernel(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        match &self.expansion {
            Some(expansion) => Ok(expansion.at(u, prec)),
            None => self.activation.kernel(u, prec, limits),
        }
    }

    /// Γ_b.
    pub fn bias(&self) -> &Number {
        &self.bias
    }

    /// Whether there is certainly no bias.
    pub fn is_unbiased(&self) -> bool {
        self.bias.is_zero()
    }

    /// 1 − Γ_b.
    pub fn share(&self, prec: Bits) -> Ball {
        Ball::one().sub(&self.bias.to_ball(prec), prec)
    }

    /// How κ_b(−u) relates to κ_b(u): a bias keeps even kernels even, and spoils odd ones.
    pub fn parity(&self) -> Parity {
        match self.activation.parity() {
            Parity::Odd if !self.is_unbiased() => Parity::Neither,
            parity => parity,
        }
    }

    /// Γ_b + (1 − Γ_b) κ for a value κ.
    fn with_bias(&self, kappa: &Ball, prec: Bits) -> Ball {
        if self.is_unbiased() {
            return kappa.clone();
        }
        kappa
            .mul(&self.share(prec), prec)
            .add(&self.bias.to_ball(prec), prec)
    }

    /// κ_b at a number of [−1, 1]: exactly where it is rational by symmetry, at 1, −1 and 0.
    ///
    /// # Errors
    /// Those of the kernel.
    pub fn at(&self, u: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
        if let (Some(u), Some(bias)) = (u.as_rational(), self.bias.as_rational()) {
            let share = Rational::from(1 - bias);
            let symmetric = match self.activation.parity() {
                Parity::Odd if *u == 0 => Some(0),
                Parity::Odd if *u == -1 => Some(-1),
                Parity::Even if *u == -1 => Some(1),
                _ if *u == 1 => Some(1),
                _ => None,
            };
            if let Some(kappa) = symmetric {
                return Ok(Number::Rational(share * kappa + bias));
            }
        }
        Ok(Number::Ball(self.at_ball(
            &u.to_ball(prec),
            prec,
            limits,
        )?))
    }

    /// κ_b on a ball of numbers of [−1, 1]; what of the ball lies outside is left out.
    ///
    /// # Errors
    /// Those of the kernel.
    pub fn at_ball(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let kappa = self.unbiased(u, prec, limits)?;
        Ok(self.with_bias(&kappa, prec))
    }

    fn unbiased(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        if u.is_exact() {
            return self.kernel(u, prec, limits);
        }
        if !u.is_finite() {
            return Ok(Ball::zero().widened(Magnitude::ONE));
        }
        let reach = Reach::of(u);
        let Some(gap) = reach.gap else {
            return self.at_an_end(u, prec, limits);
        };
        let middle = Ball::exact(u.mid().clone());
        let value = self.kernel(&middle, prec, limits)?;
        let left = Ball::one().sub(&value.abs(), prec).magnitude();
        let slope = left.over(&gap);
        Ok(value.widened(slope.times(u.rad())))
    }

    /// κ on a ball that may reach an end of [−1, 1].
    ///
    /// Near 1, κ is increasing: its values lie between that at the lower end of the ball and 1. Near
    /// −1, with $κ = \sum b_k u^k$ and 0 ≤ s ≤ 1:
    /// $|κ(-1+s)-κ(-1)| \le \sum b_k (1-(1-s)^k) = 1-κ(1-s)$.
    fn at_an_end(&self, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let unknown = Ball::zero().widened(Magnitude::ONE);
        if *u.mid() > 0 {
            let low = u.lower(prec);
            if low < 0 {
                return Ok(unknown);
            }
            if low >= 1 {
                return Ok(Ball::one());
            }
            let least = self.kernel(&Ball::exact(low), prec, limits)?;
            let least = least.lower(prec);
            Ok(Ball::from_bounds(&least, &Float::with_val(2, 1), prec))
        } else {
            let high = u.upper(prec);
            if high > 0 || high <= -1 {
                return Ok(unknown);
            }
            let mirror = self.kernel(&Ball::exact(-high), prec, limits)?;
            let spread = Ball::one().sub(&mirror, prec).magnitude();
            let end = self.kernel(&Ball::from_i64(-1), prec, limits)?;
            Ok(end.widened(spread))
        }
    }

    /// κ_L(u), the kernel composed `depth` times.
    ///
    /// # Errors
    /// Those of the kernel; the deadline.
    pub fn chain(&self, u: &Number, depth: u32, prec: Bits, limits: &Limits) -> Result<Number> {
        let work = prec.plus(16 + 2 * (32 - depth.leading_zeros()));
        let mut value = u.clone();
        for _ in 0..depth {
            limits.check_deadline()?;
            if value.as_rational().is_some_and(|q| *q == 1) {
                break;
            }
            value = self.at(&value, work, limits)?;
        }
        Ok(value)
    }
}

/// How far a ball reaches: a lower bound of 1 − max |v|, unless that may be 0.
struct Reach {
    gap: Option<Float>,
}

impl Reach {
    fn of(u: &Ball) -> Reach {
        let size = Float::with_val(u.mid().prec(), u.mid().abs_ref());
        // Both subtractions are rounded down, so the gap is not too large.
        let room = Float::with_val_round(u.mid().prec() + 64, 1 - &size, Round::Down).0;
        let gap = Float::with_val_round(64, &room - &u.rad().to_float(), Round::Down).0;
        Reach {
            gap: (gap > 0).then_some(gap),
        }
    }
}
