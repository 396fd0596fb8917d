//! Certified real roots of functions that are given as closures on balls.
//!
//! | to find | call | needs | what is proved |
//! |---|---|---|---|
//! | all roots in an interval | [`isolate`] | f, f′ | the list is complete, each ball holds exactly one |
//! | a box test | [`newton`] | f, f′ | one root, none, or nothing |
//! | digits of an isolated root | [`contract`] | f, f′ | as before |
//! | a root between two signs | [`bracketed`] | f | there is one in the ball |
//!
//! **Interval Newton.** Let m be the midpoint of a ball X on which f is differentiable, D ∌ 0 an
//! enclosure of f′(X), and N = m − f(m)/D. For each x in X the mean value theorem gives an s(x) in D,
//! continuous in x (s(x) = ∫₀¹ f′(m + t(x − m)) dt), with f(x) = f(m) + s(x)(x − m). So a root r in X
//! is m − f(m)/s(r), an element of N: if N and X are apart, X holds no root. If N ⊆ X, then
//! x ↦ m − f(m)/s(x) maps X continuously into itself, and a fixed point of it is a root. D ∌ 0 makes
//! f injective on X, so there is no second one.
//!
//! The functions promise inclusion: f(X) holds f(x) for each x in X. f′ is not looked at where only
//! signs count ([`bracketed`]).
//!
//! R. E. Moore, R. B. Kearfott, M. J. Cloud, "Introduction to Interval Analysis" (2009), chapter 8.

use std::cmp::Ordering;

use rug::Float;
use rug::float::Round;

use super::{Ball, Bits, Magnitude};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// What one interval Newton step proves about a ball X.
#[derive(Debug, Clone)]
pub enum Newton {
    /// X holds exactly one root, and it is in this ball.
    Unique(Ball),
    /// X holds no root.
    None,
    /// Nothing is proved; roots in X are in this ball.
    Open(Ball),
}

/// All roots of a function in an interval.
#[derive(Debug, Clone, Default)]
pub struct Roots {
    /// Balls that hold exactly one root each, in increasing order; no two hold the same root.
    pub isolated: Vec<Ball>,
    /// Balls about which nothing could be proved: multiple roots, or roots at an end.
    pub open: Vec<Ball>,
}

/// The precision of the search; only what follows it needs more.
const COARSE: Bits = Bits::new(64);

/// Steps in a row that gain no more than a bit before a search for digits ends.
const STALLS: u32 = 16;

/// One interval Newton step on the ball `x`.
///
/// # Errors
/// Those of the functions.
pub fn newton(
    f: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    derivative: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    x: &Ball,
    prec: Bits,
) -> Result<Newton> {
    let slope = derivative(x, prec)?;
    newton_with_slope(f, &slope, x, prec)
}

/// The step with an enclosure of f′(x) that is already known.
fn newton_with_slope(
    f: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    slope: &Ball,
    x: &Ball,
    prec: Bits,
) -> Result<Newton> {
    let middle = Ball::exact(x.mid().clone());
    if !slope.is_finite() || slope.contains_zero() || !x.is_finite() {
        return Ok(Newton::Open(x.clone()));
    }
    let value = f(&middle, prec)?;
    let image = middle.sub(&value.div(slope, prec), prec);
    if !image.is_finite() {
        return Ok(Newton::Open(x.clone()));
    }
    if !image.overlaps(x) {
        return Ok(Newton::None);
    }
    if x.contains(&image) {
        return Ok(Newton::Unique(image));
    }
    Ok(Newton::Open(intersection(&image, x, prec)))
}

/// A ball that holds the common part of two balls that overlap.
fn intersection(a: &Ball, b: &Ball, prec: Bits) -> Ball {
    let wide = prec.plus(32);
    let (low, high) = (a.lower(wide), a.upper(wide));
    let (left, right) = (b.lower(wide), b.upper(wide));
    let low = if low > left { low } else { left };
    let high = if high < right { high } else { right };
    if low > high {
        return a.clone();
    }
    let common = Ball::from_bounds(&low, &high, prec);
    if common.rad() < a.rad() {
        common
    } else {
        a.clone()
    }
}

/// Narrows a ball that holds exactly one root of f, with f′ ≠ 0 on the ball, to about `prec` bits.
///
/// Newton's steps double the bits; each is taken at the precision it can use. The result holds the
/// same root. Where the enclosures of f stop it earlier, the best ball is returned.
///
/// # Errors
/// Those of the functions; the deadline.
pub fn contract(
    f: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    derivative: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    root: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let (mut x, mut stalls) = (root.clone(), 0);
    loop {
        limits.check_deadline()?;
        let accuracy = x.accuracy();
        if accuracy >= i64::from(prec.get()) {
            return Ok(x);
        }
        let bits = u32::try_from(accuracy.max(0)).unwrap_or(u32::MAX);
        let slope = derivative(&x, COARSE.plus(bits).min(prec))?;
        let work = Bits::new(bits.saturating_mul(2).saturating_add(64)).min(prec.plus(32));
        // The midpoint may be rounded: any point of X serves as m.
        let step = newton_with_slope(f, &slope, &x, work)?;
        let next = match step {
            Newton::Unique(ball) | Newton::Open(ball) => ball,
            // Impossible for a ball that holds a root; without information nothing is lost.
            Newton::None => return Ok(x),
        };
        let next = next.rounded(work);
        // A slope of which little is known gains less than a bit a step at first.
        if next.accuracy() <= accuracy + 1 {
            stalls += 1;
            if stalls == STALLS || next.rad() >= x.rad() {
                return Ok(if next.rad() < x.rad() { next } else { x });
            }
        } else {
            stalls = 0;
        }
        x = next;
    }
}

/// All roots of f in [from, to], isolated.
///
/// Boxes are halved until f excludes 0 on them, Newton's step decides, or they are narrower than
/// 2^−`prec` of the interval; those are returned as open. If `open` is empty, the isolated roots are
/// all roots in the interval, and each is simple.
///
/// # Errors
/// Those of the functions; a limit error after 100 000 boxes or at the deadline.
pub fn isolate(
    f: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    derivative: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    from: &Float,
    to: &Float,
    prec: Bits,
    limits: &Limits,
) -> Result<Roots> {
    const MOST_BOXES: usize = 100_000;
    let mut roots = Roots::default();
    if from > to {
        return Ok(roots);
    }
    let length = Magnitude::from_float(&Float::with_val_round(64, to - from, Round::Up).0);
    let least = length.shifted(-i64::from(prec.get()));
    let mut stack = vec![(from.clone(), to.clone())];
    let mut boxes = 0;
    while let Some((low, high)) = stack.pop() {
        limits.check_deadline()?;
        boxes += 1;
        if boxes > MOST_BOXES {
            return Err(
                Error::limit("too many roots, or roots too close together, to isolate")
                    .with_hint("take a shorter interval"),
            );
        }
        let work = Bits::new(low.prec().max(high.prec()).max(COARSE.get())).plus(8);
        let x = Ball::from_bounds(&low, &high, work);
        if !f(&x, work)?.contains_zero() {
            continue;
        }
        match newton(f, derivative, &x, work)? {
            Newton::None => continue,
            Newton::Unique(ball) => {
                push_new(&mut roots, ball);
                continue;
            }
            Newton::Open(_) => {}
        }
        if x.rad() <= least {
            roots.open.push(x);
            continue;
        }
        let mut middle = Float::with_val(low.prec().max(high.prec()) + 1, &low + &high);
        middle >>= 1;
        // The left half is next: roots come in increasing order.
        stack.push((middle.clone(), high));
        stack.push((low, middle));
    }
    Ok(roots)
}

/// Keeps an isolated root unless it is the one just found: a root at a common end of two boxes is
/// found twice. Balls that overlap are the same root only if both hold exactly one root and their
/// union does; undecided pairs become open.
fn push_new(roots: &mut Roots, ball: Ball) {
    if let Some(last) = roots.isolated.last()
        && last.overlaps(&ball)
    {
        // Two boxes share at most an end. If both roots were different, both would lie within
        // rounding of it: not decided here.
        let both = last.union(&ball, COARSE.plus(64));
        roots.isolated.pop();
        roots.open.push(both);
        return;
    }
    roots.isolated.push(ball);
}

/// The sign of f at an exact point, with the precision raised until it is certain.
///
/// # Errors
/// Those of f; undecided if 4 doublings of the precision do not settle it.
pub fn sign_at(
    f: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    x: &Float,
    prec: Bits,
    limits: &Limits,
) -> Result<Ordering> {
    let point = Ball::exact(x.clone());
    let mut work = prec;
    for _ in 0..5 {
        limits.check_deadline()?;
        if let Some(sign) = f(&point, work)?.sign() {
            return Ok(sign);
        }
        work = work.doubled();
    }
    Err(Error::undecided(format!(
        "the sign of a function at {:.10} stays undecided",
        x.to_f64()
    )))
}

/// A ball of about `prec` bits that holds a root of the continuous function f between two points at
/// which f has opposite signs.
///
/// The proof is a change of sign over the ball, so at least one root is there; if f has one root only
/// between the points, it is that one. Regula falsi (Illinois) on 64 bits, secant steps with growing
/// precision, and signs on both sides of the last point.
///
/// # Errors
/// Those of f; undecided if the signs at the ends are not opposite or stay undecided.
pub fn bracketed(
    f: &dyn Fn(&Ball, Bits) -> Result<Ball>,
    from: &Float,
    to: &Float,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let (left, right) = (
        sign_at(f, from, COARSE, limits)?,
        sign_at(f, to, COARSE, limits)?,
    );
    for (sign, end) in [(left, from), (right, to)] {
        if sign == Ordering::Equal {
            return Ok(Ball::exact(end.clone()));
        }
    }
    if left == right {
        return Err(Error::undecided(
            "a function has the same sign at both ends of an interval, so no root is proved there",
        ));
    }
    let mut search = Search {
        f,
        limits,
        low: Float::with_val(COARSE.get(), from),
        high: Float::with_val(COARSE.get(), to),
    };
    let (first, second) = search.coarse(left)?;
    let guess = search.polish(first, second, prec)?;
    search.enclose(&guess, left, from, to, prec)
}

/// The search for a root, uncertified except for its last step.
struct Search<'a> {
    f: &'a dyn Fn(&Ball, Bits) -> Result<Ball>,
    limits: &'a Limits,
    low: Float,
    high: Float,
}

impl Search<'_> {
    fn value(&self, x: &Float, prec: Bits) -> Result<Float> {
        self.limits.check_deadline()?;
        Ok((self.f)(&Ball::exact(x.clone()), prec)?.mid().clone())
    }

    /// Two points near the root, by the Illinois rule; `left` is the sign at the lower end.
    fn coarse(&mut self, left: Ordering) -> Result<(Float, Float)> {
        let bits = COARSE.get();
        let mut low = (self.low.clone(), self.value(&self.low, COARSE)?);
        let mut high = (self.high.clone(), self.value(&self.high, COARSE)?);
        let mut last_side = None;
        for _ in 0..200 {
            let width = Float::with_val(bits, &high.0 - &low.0);
            let size = Float::with_val(bits, high.0.abs_ref())
                .max(&Float::with_val(bits, low.0.abs_ref()));
            if width <= Float::with_val(bits, &size >> 30) {
                break;
            }
            let rise = Float::with_val(bits, &high.1 - &low.1);
            let mut x = Float::with_val(bits, &high.1 / &rise) * &width;
            x = Float::with_val(bits, &high.0 - &x);
            if !(x > low.0 && x < high.0) {
                x = Float::with_val(bits, &low.0 + &high.0) >> 1;
            }
            if x <= low.0 || x >= high.0 {
                break;
            }
            let y = self.value(&x, COARSE)?;
            if y.is_zero() {
                low = (x.clone(), y);
                break;
            }
            let side = y.cmp0() == Some(left);
            let halve = last_side == Some(side);
            last_side = Some(side);
            if side {
                low = (x, y);
                if halve {
                    high.1 >>= 1;
                }
            } else {
                high = (x, y);
                if halve {
                    low.1 >>= 1;
                }
            }
        }
        Ok((low.0, high.0))
    }

    /// Secant steps with growing precision; the last point and an estimate of its distance.
    fn polish(&self, first: Float, second: Float, prec: Bits) -> Result<(Float, Float)> {
        let full = prec.plus(16);
        let mut work = COARSE.doubled().min(full);
        let mut x = [first, second].map(|x| Float::with_val(work.get(), x));
        let mut y = [self.value(&x[0], work)?, self.value(&x[1], work)?];
        let mut step = Float::with_val(32, &x[1] - &x[0]).abs();
        for _ in 0..100 {
            let rise = Float::with_val(work.get(), &y[1] - &y[0]);
            let run = Float::with_val(work.get(), &x[1] - &x[0]);
            if rise.is_zero() || run.is_zero() {
                break;
            }
            let slope = Float::with_val(work.get(), &rise / &run);
            let shift = Float::with_val(work.get(), &y[1] / &slope);
            let next = Float::with_val(work.get(), &x[1] - &shift);
            if next < self.low || next > self.high {
                break;
            }
            step = Float::with_val(32, shift.abs_ref());
            let gained = match (next.get_exp(), step.get_exp()) {
                (Some(a), Some(b)) => u32::try_from(a - b).unwrap_or(0),
                _ => full.get(),
            };
            let done = gained >= prec.get();
            // A step of the secant rule multiplies the bits by 1.6.
            work = Bits::new(gained.saturating_mul(2).saturating_add(64))
                .max(work)
                .min(full);
            let value = self.value(&next, work)?;
            let [_, x1] = x;
            let [_, y1] = y;
            x = [x1, next];
            y = [y1, value];
            if done {
                break;
            }
        }
        let [_, x] = x;
        Ok((x, step))
    }

    /// The smallest ball around the guess over which f changes its sign.
    fn enclose(
        &self,
        (x, step): &(Float, Float),
        left: Ordering,
        from: &Float,
        to: &Float,
        prec: Bits,
    ) -> Result<Ball> {
        let full = prec.plus(16);
        let x = Float::with_val(full.get(), x);
        let tiny = Float::with_val(32, x.abs_ref()) >> (prec.get() + 2);
        let mut radius = Float::with_val(32, step >> (prec.get() / 2)).max(&tiny);
        if radius.is_zero() {
            radius = Float::with_val(32, 1) >> full.get();
        }
        for _ in 0..(2 * full.get()) {
            self.limits.check_deadline()?;
            let low = Float::with_val_round(full.get() + 32, &x - &radius, Round::Down).0;
            let high = Float::with_val_round(full.get() + 32, &x + &radius, Round::Up).0;
            let (low, high) = (
                if low < *from { from.clone() } else { low },
                if high > *to { to.clone() } else { high },
            );
            let sign = |point: &Float| -> Result<Option<Ordering>> {
                if point == from {
                    return Ok(Some(left));
                }
                if point == to {
                    return Ok(Some(left.reverse()));
                }
                Ok((self.f)(&Ball::exact(point.clone()), full)?.sign())
            };
            if sign(&low)? == Some(left) && sign(&high)? == Some(left.reverse()) {
                return Ok(Ball::from_bounds(&low, &high, full));
            }
            radius <<= 2;
        }
        Err(Error::undecided("a root could not be enclosed by signs"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rug::Rational;

    fn float(x: f64) -> Float {
        Float::with_val(64, x)
    }

    /// (x − 1)(x − 2)(x − 3).
    fn cubic(x: &Ball, p: Bits) -> Result<Ball> {
        let shift = |n: i64| x.add_i64(-n, p);
        Ok(shift(1).mul(&shift(2), p).mul(&shift(3), p))
    }

    fn cubic_slope(x: &Ball, p: Bits) -> Result<Ball> {
        let square = x.square(p).mul_i64(3, p);
        Ok(square.sub(&x.mul_i64(12, p), p).add_i64(11, p))
    }

    #[test]
    fn the_roots_of_a_cubic_are_all_found() {
        let limits = Limits::default();
        let (from, to) = (float(0.1), float(9.7));
        let roots = isolate(&cubic, &cubic_slope, &from, &to, Bits::new(40), &limits);
        let roots = roots.expect("a polynomial");
        assert_eq!((roots.isolated.len(), roots.open.len()), (3, 0));
        for (n, ball) in (1..).zip(&roots.isolated) {
            let fine = contract(&cubic, &cubic_slope, ball, Bits::new(500), &limits).expect("fine");
            assert!(fine.contains_rational(&Rational::from(n)));
            assert!(fine.accuracy() >= 500, "{fine:?}");
        }
    }

    #[test]
    fn the_zeros_of_the_sine_are_multiples_of_pi() {
        let limits = Limits::default();
        let sine = |x: &Ball, p: Bits| Ok(x.sin(p));
        let slope = |x: &Ball, p: Bits| Ok(x.cos(p));
        let roots = isolate(
            &sine,
            &slope,
            &float(1.0),
            &float(50.0),
            Bits::new(40),
            &limits,
        );
        let roots = roots.expect("an interval");
        assert_eq!((roots.isolated.len(), roots.open.len()), (15, 0));
        let prec = Bits::new(400);
        for (k, ball) in (1..).zip(&roots.isolated) {
            let fine = contract(&sine, &slope, ball, prec, &limits).expect("fine");
            assert!(fine.overlaps(&Ball::pi(prec.plus(8)).mul_i64(k, prec)));
            assert!(fine.accuracy() >= 398, "{fine:?}");
        }
    }

    /// Nothing is claimed of a double root, and an interval without roots is proved to have none.
    #[test]
    fn a_double_root_stays_open() {
        let limits = Limits::default();
        let square = |x: &Ball, p: Bits| Ok(x.add_i64(-1, p).square(p));
        let slope = |x: &Ball, p: Bits| Ok(x.add_i64(-1, p).mul_2exp(1));
        let roots = isolate(
            &square,
            &slope,
            &float(0.0),
            &float(2.7),
            Bits::new(30),
            &limits,
        );
        let roots = roots.expect("an interval");
        assert!(roots.isolated.is_empty() && !roots.open.is_empty());
        let above = |x: &Ball, p: Bits| Ok(x.square(p).add_i64(1, p));
        let slope = |x: &Ball, _: Bits| Ok(x.mul_2exp(1));
        let roots = isolate(
            &above,
            &slope,
            &float(-3.0),
            &float(2.7),
            Bits::new(30),
            &limits,
        );
        let roots = roots.expect("an interval");
        assert!(roots.isolated.is_empty() && roots.open.is_empty());
    }

    #[test]
    fn newton_says_what_it_proves() {
        let prec = Bits::new(100);
        let near = |low: f64, high: f64| Ball::from_bounds(&float(low), &float(high), prec);
        let step = |x: &Ball| newton(&cubic, &cubic_slope, x, prec).expect("a polynomial");
        assert!(matches!(step(&near(0.95, 1.05)), Newton::Unique(_)));
        assert!(matches!(step(&near(1.05, 1.1)), Newton::None));
        assert!(matches!(step(&near(0.5, 3.5)), Newton::Open(_)));
    }

    #[test]
    fn signs_alone_enclose_a_root() {
        let limits = Limits::default();
        // The Dottie number, cos x = x, to 40 digits.
        let dottie = |x: &Ball, p: Bits| Ok(x.cos(p).sub(x, p));
        for bits in [30, 64, 200, 1500] {
            let prec = Bits::new(bits);
            let root = bracketed(&dottie, &float(0.0), &float(1.0), prec, &limits).expect("signs");
            assert!(root.accuracy() >= i64::from(bits) - 4, "{bits}: {root:?}");
            let slope = |x: &Ball, p: Bits| Ok(x.sin(p).add_i64(1, p).neg());
            let wide = Ball::from_bounds(&float(0.5), &float(0.9), prec);
            let other = contract(&dottie, &slope, &wide, prec, &limits).expect("unique");
            assert!(root.overlaps(&other));
        }
        // A root at 2^-80, and one at an end.
        let small = |x: &Ball, p: Bits| Ok(x.sub(&Ball::one().mul_2exp(-80), p));
        let root = bracketed(&small, &float(0.0), &float(1.0), Bits::new(100), &limits);
        let root = root.expect("signs");
        assert!(root.contains(&Ball::one().mul_2exp(-80)));
        let end = |x: &Ball, _: Bits| Ok(x.clone());
        let root = bracketed(&end, &float(0.0), &float(1.0), Bits::new(100), &limits);
        assert!(root.expect("an end").is_zero());
        let positive = |x: &Ball, p: Bits| Ok(x.add_i64(1, p));
        assert!(bracketed(&positive, &float(0.0), &float(1.0), Bits::new(50), &limits).is_err());
    }
}
