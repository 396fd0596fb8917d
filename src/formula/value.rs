//! What evaluation yields: a [`Number`], a list, or an expression handed over unevaluated.
//!
//! A number stays exact as long as its operations keep it rational or of the form q·π + r:
//! integer parameters need that, angles need it to meet their special values, and it loses nothing.
//! Everything else is a [`Ball`] at the working precision.

use std::cmp::Ordering;

use rug::{Integer, Rational};

use super::expr::{Expr, Relation};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// A real number, exact where it is cheap to be.
#[derive(Debug, Clone)]
pub enum Number {
    /// An exact rational.
    Rational(Rational),
    /// `pi · π + plus` with exact rationals and `pi != 0`: an angle that loses nothing near 0 or π.
    Linear {
        /// The multiple of π.
        pi: Rational,
        /// What is added.
        plus: Rational,
    },
    /// An enclosure.
    Ball(Ball),
}

/// A value of the language.
#[derive(Debug, Clone)]
pub enum Value {
    /// A real number.
    Number(Number),
    /// A list, or a matrix as a list of rows.
    List(Vec<Value>),
    /// An activation or layer, handed over unopened.
    Expression(Expr),
}

impl From<Rational> for Number {
    fn from(value: Rational) -> Self {
        Number::Rational(value)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number::Rational(Rational::from(value))
    }
}

impl From<Ball> for Number {
    fn from(value: Ball) -> Self {
        Number::Ball(value)
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Value::Number(value)
    }
}

impl Value {
    /// The number, or an error that says that a list or activation stands where one is needed.
    ///
    /// # Errors
    /// A domain error for a list or an expression.
    pub fn into_number(self) -> Result<Number> {
        match self {
            Value::Number(number) => Ok(number),
            Value::List(_) => Err(Error::domain("a list stands where a number is needed")
                .with_hint("lists have no arithmetic; take an entry with `entry(m, i, j)`")),
            Value::Expression(_) => Err(Error::domain(
                "an activation stands where a number is needed",
            )),
        }
    }
}

/// Exact views and conversions.
impl Number {
    /// `q · π`.
    pub fn pi_multiple(q: Rational) -> Number {
        Self::linear(q, Rational::new())
    }

    /// `pi · π + plus`.
    pub fn linear(pi: Rational, plus: Rational) -> Number {
        if pi == 0 {
            Number::Rational(plus)
        } else {
            Number::Linear { pi, plus }
        }
    }

    /// The exact `q` if the number is `q · π`.
    pub fn as_pi_multiple(&self) -> Option<&Rational> {
        match self {
            Number::Linear { pi, plus } if *plus == 0 => Some(pi),
            _ => None,
        }
    }

    /// The ball of the number at `prec`.
    pub fn to_ball(&self, prec: Bits) -> Ball {
        match self {
            Number::Rational(q) => Ball::from_rational(q, prec),
            Number::Linear { pi, plus } => linear_ball(pi, plus, prec),
            Number::Ball(ball) => ball.clone(),
        }
    }

    /// The exact rational, if that is what the number is.
    pub fn as_rational(&self) -> Option<&Rational> {
        match self {
            Number::Rational(q) => Some(q),
            _ => None,
        }
    }

    /// The exact integer, if that is what the number is.
    pub fn as_integer(&self) -> Option<&Integer> {
        self.as_rational()
            .filter(|q| q.is_integer())
            .map(Rational::numer)
    }

    /// Whether the number is exactly 0.
    pub fn is_zero(&self) -> bool {
        match self {
            Number::Rational(q) => *q == 0,
            Number::Linear { .. } => false,
            Number::Ball(ball) => ball.is_zero(),
        }
    }

    /// The order of the two numbers where it is certain.
    pub fn certain_cmp(&self, other: &Number, prec: Bits) -> Option<Ordering> {
        match (self, other) {
            (Number::Rational(a), Number::Rational(b)) => Some(a.cmp(b)),
            (Number::Linear { pi: p, plus: a }, Number::Linear { pi: q, plus: b }) if p == q => {
                Some(a.cmp(b))
            }
            // A rational is compared with a ball exactly: the ball may hold it as an end.
            (Number::Rational(a), Number::Ball(b)) if b.contains_rational(a) && !b.is_exact() => {
                None
            }
            (Number::Ball(a), Number::Rational(b)) if a.contains_rational(b) && !a.is_exact() => {
                None
            }
            _ => self.to_ball(prec).certain_cmp(&other.to_ball(prec)),
        }
    }

    /// Whether the numerator or denominator has outgrown the working precision so far that a ball
    /// serves better: 64 times the precision plus 2^16 bits.
    pub(super) fn settled(self, exactness: Exactness, prec: Bits) -> Number {
        let cap = match exactness {
            Exactness::Required => return self,
            Exactness::WhileCheap => u64::from(prec.get()) * 64 + (1 << 16),
        };
        match &self {
            Number::Rational(q) if rational_bits(q) > cap => Number::Ball(self.to_ball(prec)),
            Number::Linear { pi, plus } if rational_bits(pi).max(rational_bits(plus)) > cap => {
                Number::Ball(self.to_ball(prec))
            }
            _ => self,
        }
    }
}

/// The ball of `pi · π + plus`, with full relative accuracy: π is irrational, so more bits always
/// end a cancellation.
fn linear_ball(pi: &Rational, plus: &Rational, prec: Bits) -> Ball {
    let mut wide = prec.plus(8);
    loop {
        let ball = Ball::pi(wide)
            .mul_rational(pi, wide)
            .add_rational(plus, wide);
        if ball.accuracy() >= i64::from(prec.get()) || wide == Bits::MAX {
            return ball.rounded(prec);
        }
        wide = wide.doubled();
    }
}

/// Whether an evaluation may give up exactness where balls are cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exactness {
    /// Rationals are kept while they are not much larger than the working precision.
    WhileCheap,
    /// Rationals are kept up to the limit on integers.
    Required,
}

/// The bits of the numerator and denominator together.
pub(super) fn rational_bits(q: &Rational) -> u64 {
    u64::from(q.numer().significant_bits()) + u64::from(q.denom().significant_bits())
}

impl Relation {
    /// Whether an order relation holds between two numbers of a known order; `~=` never does.
    pub fn accepts(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order == Ordering::Equal,
            Relation::NotEqual => order != Ordering::Equal,
            Relation::Less => order == Ordering::Less,
            Relation::LessEqual => order != Ordering::Greater,
            Relation::Greater => order == Ordering::Greater,
            Relation::GreaterEqual => order != Ordering::Less,
            Relation::Rounds => false,
        }
    }
}

/// Field operations. Exact operands give exact results; `limits` bounds their size.
impl Number {
    /// `−x`.
    #[must_use]
    pub fn neg(&self) -> Number {
        match self {
            Number::Rational(q) => Number::Rational(Rational::from(-q)),
            Number::Linear { pi, plus } => Number::Linear {
                pi: Rational::from(-pi),
                plus: Rational::from(-plus),
            },
            Number::Ball(ball) => Number::Ball(ball.neg()),
        }
    }

    /// `x + y`.
    ///
    /// # Errors
    /// A limit error if an exact sum would pass the integer limit.
    pub fn add(&self, other: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
        Ok(match (self, other) {
            (Number::Rational(a), Number::Rational(b)) => {
                preflight_rational(a, b, limits)?;
                Number::Rational(Rational::from(a + b))
            }
            (Number::Linear { pi: p, plus: a }, Number::Linear { pi: q, plus: b }) => {
                preflight_rational(p, q, limits)?;
                preflight_rational(a, b, limits)?;
                Number::linear(Rational::from(p + q), Rational::from(a + b))
            }
            (Number::Linear { pi, plus }, Number::Rational(q))
            | (Number::Rational(q), Number::Linear { pi, plus }) => {
                preflight_rational(plus, q, limits)?;
                Number::linear(pi.clone(), Rational::from(plus + q))
            }
            (Number::Rational(q), _) if *q == 0 => other.clone(),
            (_, Number::Rational(q)) if *q == 0 => self.clone(),
            (Number::Ball(ball), Number::Rational(q))
            | (Number::Rational(q), Number::Ball(ball)) => Number::Ball(ball.add_rational(q, prec)),
            _ => Number::Ball(self.to_ball(prec).add(&other.to_ball(prec), prec)),
        })
    }

    /// `x · y`.
    ///
    /// # Errors
    /// A limit error if an exact product would pass the integer limit.
    pub fn mul(&self, other: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
        Ok(match (self, other) {
            (Number::Rational(a), Number::Rational(b)) => {
                preflight_rational(a, b, limits)?;
                Number::Rational(Rational::from(a * b))
            }
            (Number::Linear { pi, plus }, Number::Rational(q))
            | (Number::Rational(q), Number::Linear { pi, plus }) => {
                preflight_rational(pi, q, limits)?;
                preflight_rational(plus, q, limits)?;
                Number::linear(Rational::from(pi * q), Rational::from(plus * q))
            }
            (Number::Ball(ball), Number::Rational(q))
            | (Number::Rational(q), Number::Ball(ball)) => {
                // 0 times an enclosure of a finite number is exactly 0; times "no information" it is not known.
                if *q == 0 && ball.is_finite() {
                    Number::from(0)
                } else {
                    Number::Ball(ball.mul_rational(q, prec))
                }
            }
            _ => Number::Ball(self.to_ball(prec).mul(&other.to_ball(prec), prec)),
        })
    }

    /// `x / y`.
    ///
    /// # Errors
    /// A domain error if `y` is exactly 0; a limit error if an exact quotient would be too large.
    pub fn div(&self, other: &Number, prec: Bits, limits: &Limits) -> Result<Number> {
        if other.is_zero() {
            return Err(Error::domain("division by zero"));
        }
        Ok(match (self, other) {
            (Number::Rational(a), Number::Rational(b)) => {
                preflight_rational(a, b, limits)?;
                Number::Rational(Rational::from(a / b))
            }
            // (pπ + a)/(qπ + b) is rational iff p b = q a.
            (Number::Linear { pi: p, plus: a }, Number::Linear { pi: q, plus: b })
                if Rational::from(p * b) == Rational::from(q * a) =>
            {
                Number::Rational(Rational::from(p / q))
            }
            (Number::Linear { pi, plus }, Number::Rational(q)) => {
                Number::linear(Rational::from(pi / q), Rational::from(plus / q))
            }
            (Number::Ball(ball), Number::Rational(q)) => {
                Number::Ball(ball.mul_rational(&q.clone().recip(), prec))
            }
            _ => Number::Ball(self.to_ball(prec).div(&other.to_ball(prec), prec)),
        })
    }
}

fn preflight_rational(a: &Rational, b: &Rational, limits: &Limits) -> Result<()> {
    limits.check_integer_bits(
        (rational_bits(a) + rational_bits(b)) as f64,
        "an exact rational",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rationals_and_multiples_of_pi_stay_exact() {
        let (prec, limits) = (Bits::new(64), Limits::default());
        let third = Number::Rational(Rational::from((1, 3)));
        let pi = Number::pi_multiple(Rational::from(1));
        let angle = pi.mul(&third, prec, &limits).expect("small");
        assert_eq!(angle.as_pi_multiple(), Some(&Rational::from((1, 3))));
        assert!(
            angle
                .add(&angle.neg(), prec, &limits)
                .expect("small")
                .is_zero()
        );
        assert!(
            matches!(angle.div(&pi, prec, &limits), Ok(Number::Rational(q)) if q == Rational::from((1, 3)))
        );
        let sum = angle.add(&third, prec, &limits).expect("small");
        assert!(matches!(&sum, Number::Linear { .. }));
        assert!(matches!(sum.div(&sum, prec, &limits), Ok(Number::Rational(q)) if q == 1));
        assert!(matches!(pi.mul(&pi, prec, &limits), Ok(Number::Ball(_))));
    }

    #[test]
    fn nothing_is_lost_near_pi() {
        let prec = Bits::new(64);
        let digits = Rational::from((3_141_592_653_589_793_238i64, 1_000_000_000_000_000_000i64));
        let close = Number::linear(Rational::from(1), -digits);
        assert!(close.to_ball(prec).accuracy() >= 60);
    }

    #[test]
    fn nothing_known_times_zero_is_not_zero() {
        let (prec, limits) = (Bits::new(64), Limits::default());
        let unknown = Number::Ball(Ball::indeterminate());
        let product = Number::from(0).mul(&unknown, prec, &limits).expect("small");
        assert!(!product.is_zero());
    }

    #[test]
    fn division_by_an_exact_zero_has_a_name() {
        let (prec, limits) = (Bits::new(64), Limits::default());
        let error = Number::from(1)
            .div(&Number::from(0), prec, &limits)
            .unwrap_err();
        assert_eq!(error.message(), "division by zero");
    }
}
