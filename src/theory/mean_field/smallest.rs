//! The smallest positive root of an equation in the variance, with the proof that there is none before.
//!
//! A function F is positive at the start. Intervals [a, b] are removed one after the other as long as
//! the equation proves F > 0 on them ([`Equation::is_positive`], from values at the ends alone); near the
//! root they get short, and interval Newton on a box that reaches back to a takes over. The root it
//! isolates is the only one in its box, a simple one, and there is none between the start and the
//! box, so it is the smallest. Its digits then need no derivative: F changes its sign in the box.

use rug::Float;
use rug::float::Round;

use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::number::roots::{Newton, bracketed, contract, newton};
use crate::number::{Ball, Bits};

/// An equation F(q) = 0 in the variance q > 0.
pub trait Equation {
    /// F(q).
    ///
    /// # Errors
    /// Those of its moments.
    fn value(&self, q: &Ball, prec: Bits) -> Result<Ball>;

    /// F'(q).
    ///
    /// # Errors
    /// Those of its moments.
    fn rate(&self, q: &Ball, prec: Bits) -> Result<Ball>;

    /// Whether F > 0 on [a, b] is proved.
    ///
    /// # Errors
    /// Those of its moments.
    fn is_positive(&self, a: &Ball, b: &Ball, prec: Bits) -> Result<bool>;
}

const COARSE: Bits = Bits::new(64);

/// How the digits of an isolated root are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digits {
    /// By changes of sign, with values of F alone.
    Signs,
    /// By interval Newton, with F'.
    Newton,
}

/// What a method of that name means.
pub fn digits(method: &str) -> Digits {
    if method == "newton" {
        Digits::Newton
    } else {
        Digits::Signs
    }
}

/// The smallest root above `start`, given that F > 0 on (0, start]; `None` if F > 0 is proved up to 2³⁰.
///
/// # Errors
/// Those of the equation; undecided where neither rule gets on, as at a multiple root.
pub fn smallest_root(
    equation: &dyn Equation,
    start: &Float,
    how: Digits,
    prec: Bits,
    limits: &Limits,
) -> Result<Option<Ball>> {
    const FAR: f64 = 1_073_741_824.0;
    let value = |q: &Ball, p: Bits| equation.value(q, p);
    let rate = |q: &Ball, p: Bits| equation.rate(q, p);
    let mut a = Float::with_val_round(COARSE.get(), start, Round::Down).0;
    let mut ratio = 0.25;
    while ratio > 1e-15 {
        limits.check_deadline()?;
        if a > FAR {
            return Ok(None);
        }
        if let Some((low, high)) = isolate_from(&value, &rate, &a)? {
            let root = match how {
                Digits::Signs => bracketed(&value, &low, &high, prec, limits)?,
                Digits::Newton => {
                    let both = Ball::from_bounds(&low, &high, COARSE.plus(8));
                    contract(&value, &rate, &both, prec, limits)?
                }
            };
            return Ok(Some(root));
        }
        let b = Float::with_val(COARSE.get(), &a * (1.0 + ratio));
        let ends = [&a, &b].map(|x| Ball::exact(x.clone()));
        if equation.is_positive(&ends[0], &ends[1], COARSE)? {
            a = b;
            ratio = f64::min(2.0 * ratio, 1.0);
        } else {
            ratio /= 2.0;
        }
    }
    Err(Error::undecided(format!(
        "near q = {:.12} a root of the variance equation could be neither proved nor excluded",
        a.to_f64()
    ))
    .with_hint("two roots may meet there: change a parameter a little"))
}

/// The ends of a box that begins at `a`, holds twice Newton's step from there, and exactly one root.
fn isolate_from(
    value: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    rate: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    a: &Float,
) -> Result<Option<(Float, Float)>> {
    let point = Ball::exact(a.clone());
    let slope = rate(&point, COARSE)?;
    if !slope.is_negative() {
        return Ok(None);
    }
    let step = value(&point, COARSE)?.div(&slope.neg(), COARSE);
    if !step.is_finite() || step.mid().is_sign_negative() || *step.mid() > *a {
        return Ok(None);
    }
    let far = Float::with_val_round(
        COARSE.get(),
        a + Float::with_val(64, step.mid() * 2u32),
        Round::Up,
    )
    .0;
    // A hair to the left: a root may sit at a itself within rounding, and F > 0 before it is known.
    let near = Float::with_val_round(
        COARSE.get(),
        a - Float::with_val(64, step.mid() >> 2),
        Round::Down,
    )
    .0;
    let wide = Ball::from_bounds(&near, &far, COARSE.plus(8));
    match newton(value, rate, &wide, COARSE) {
        Ok(Newton::Unique(_)) => Ok(Some((near, far))),
        Ok(_) => Ok(None),
        // Moments over a wide box may stay undecided: a shorter one comes.
        Err(error) if error.kind() == ErrorKind::Undecided => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    /// (q − 1)(q − 2)(3 − q)·(…): positive before 1.
    struct Cubic;

    impl Equation for Cubic {
        fn value(&self, q: &Ball, p: Bits) -> Result<Ball> {
            let shift = |n: i64| q.add_i64(-n, p);
            Ok(shift(1).mul(&shift(2), p).mul(&shift(3), p).neg())
        }

        fn rate(&self, q: &Ball, p: Bits) -> Result<Ball> {
            let square = q.square(p).mul_i64(3, p);
            Ok(square.sub(&q.mul_i64(12, p), p).add_i64(11, p).neg())
        }

        fn is_positive(&self, a: &Ball, b: &Ball, p: Bits) -> Result<bool> {
            Ok(self.value(&a.union(b, p), p)?.is_positive())
        }
    }

    #[test]
    fn the_first_of_three_roots_is_found() {
        let limits = Limits::default();
        let prec = Bits::new(300);
        let start = Float::with_val(64, 0.01);
        for how in [Digits::Signs, Digits::Newton] {
            let root = smallest_root(&Cubic, &start, how, prec, &limits)
                .expect("decided")
                .expect("a root");
            assert!(
                root.contains_rational(&Rational::from(1)) && root.accuracy() >= 296,
                "{how:?}: {root:?}"
            );
        }
    }

    struct Positive;

    impl Equation for Positive {
        fn value(&self, q: &Ball, p: Bits) -> Result<Ball> {
            Ok(q.add_i64(1, p))
        }

        fn rate(&self, _: &Ball, _: Bits) -> Result<Ball> {
            Ok(Ball::one())
        }

        fn is_positive(&self, _: &Ball, _: &Ball, _: Bits) -> Result<bool> {
            Ok(true)
        }
    }

    #[test]
    fn no_root_is_said_to_be_none() {
        let limits = Limits::default();
        let start = Float::with_val(64, 0.01);
        let root = smallest_root(&Positive, &start, Digits::Signs, Bits::new(50), &limits);
        assert!(root.expect("decided").is_none());
    }
}
