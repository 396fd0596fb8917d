//! The general routes: what an activation does not know in closed form, from its Taylor coefficients on
//! complex boxes and its growth alone.
//!
//! | to find | first route | second route |
//! |---|---|---|
//! | E ∏ σ^{(k)}(√q Z)^p, smooth σ | [`trapezoid`] on a strip certified by boxes | [`quadrature`], adaptive |
//! | the same, σ with knots | [`quadrature`] between the knots | [`panels`](nodes), Gauss-Legendre |
//! | Taylor coefficients b_k of κ | [`hermite`] expansion | [`plane`] |
//! | κ^{(k)}(u), ǀuǀ < 1 | [`mehler`] series of the b_k with Parseval's tail; near ±1 the next | [`plane`], the trapezoid rule in two dimensions; [`tiles`] between knots |
//!
//! Every bound is proved in the file of its rule. A [`View`] is what they look at: the pieces of an
//! activation, from its [`Shape`] or, where that has none, from its text read as a formula.

pub mod cache;
pub mod edge;
pub mod envelope;
pub mod growth;
pub mod hermite;
pub mod integrand;
pub mod mehler;
pub mod nodes;
pub mod plane;
pub mod quadrature;
pub mod tiles;
pub mod trapezoid;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::sync::Arc;

use rug::Rational;

use self::growth::Growth;
use super::formula::Formula;
use super::shape::{Parity, Product, Regularity, Shape};
use crate::error::{Error, Result};
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall};

pub(crate) use self::growth::COARSE;

/// The pieces of an activation.
#[derive(Debug, Clone)]
pub struct View<'a> {
    shape: &'a dyn Shape,
    twin: Option<Arc<Formula>>,
    knots: Vec<Rational>,
}

impl<'a> View<'a> {
    /// A view of an activation.
    ///
    /// # Errors
    /// A domain error where it has no pieces of its own and its text is no formula.
    pub fn of(shape: &'a dyn Shape, limits: &Limits) -> Result<View<'a>> {
        let point = ComplexBall::real(Ball::from_i64(3));
        let own = shape.growth(1.0 / 128.0).is_some()
            && shape.jet(shape.knots().len(), &point, 1, COARSE).is_some();
        if own {
            return Ok(View {
                shape,
                twin: None,
                knots: shape.knots(),
            });
        }
        let text = shape.text();
        let twin = cache::formula(&text, || {
            let expr = parse_expr(&text, limits)?;
            Formula::read(&expr, limits)
        })?;
        Ok(View {
            shape,
            knots: twin.knots(),
            twin: Some(twin),
        })
    }

    /// The knots.
    pub fn knots(&self) -> &[Rational] {
        &self.knots
    }

    /// Its canonical text.
    pub fn text(&self) -> String {
        self.shape.text()
    }

    /// Its parity.
    pub fn parity(&self) -> Parity {
        self.shape.parity()
    }

    /// Whether there is one piece only.
    pub fn is_smooth(&self) -> bool {
        self.knots.is_empty()
    }

    /// The Taylor coefficients of a piece over a box, all unknown where one is.
    pub fn jet(&self, piece: usize, z: &ComplexBall, order: usize, prec: Bits) -> Vec<ComplexBall> {
        let own = match &self.twin {
            Some(twin) => twin.jet(piece, z, order, prec),
            None => self.shape.jet(piece, z, order, prec),
        };
        own.unwrap_or_else(|| vec![ComplexBall::indeterminate(); order])
    }

    /// A bound far from the origin on half-strips of this height, if one is known.
    pub fn growth(&self, height: f64) -> Option<Growth> {
        let mut growth = match &self.twin {
            Some(twin) => twin.growth(height),
            None => self.shape.growth(height),
        }?;
        // It is about the outer pieces: beyond the outermost knot.
        for knot in &self.knots {
            growth.from = growth.from.max(growth::up(knot.to_f64().abs()));
        }
        Some(growth)
    }

    /// The growth on the highest half-strips for which it is known, heights falling from `most`.
    ///
    /// # Errors
    /// Undecided if it is not known for any.
    pub fn some_growth(&self, most: f64) -> Result<Growth> {
        let mut height = most;
        while height > 1e-3 {
            if let Some(growth) = self.growth(height) {
                return Ok(growth);
            }
            height /= 2.0;
        }
        Err(Error::undecided(format!(
            "how `{}` grows at infinity is not known",
            self.text()
        )))
    }

    /// The order j of the first derivative that jumps at a knot, from the regularity β = j + 1/2; `None`
    /// for a smooth activation.
    ///
    /// # Errors
    /// A domain error for knots with real powers or logarithms.
    pub fn jump_order(&self) -> Result<Option<u32>> {
        if self.knots.is_empty() {
            return Ok(None);
        }
        let singular = Error::domain(format!(
            "`{}` has knots that are no plain jumps of a derivative",
            self.text()
        ));
        match self.shape.regularity() {
            Regularity::Singular { beta } => {
                let order = beta - Rational::from((1, 2));
                match order.is_integer().then(|| order.numer().to_u32()).flatten() {
                    Some(order) => Ok(Some(order)),
                    None => Err(singular),
                }
            }
            Regularity::Smooth | Regularity::Logarithmic { .. } => Err(singular),
        }
    }

    /// The jump of σ^{(order)} at a knot.
    pub fn jump(&self, knot: usize, order: u32, prec: Bits) -> Ball {
        let Some(at) = self.knots.get(knot) else {
            return Ball::zero();
        };
        let z = ComplexBall::real(Ball::from_rational(at, prec));
        let side =
            |piece: usize| derivative(&self.jet(piece, &z, order as usize + 1, prec), order, prec);
        side(knot + 1).re().sub(side(knot).re(), prec)
    }
}

/// σ^{(k)} from Taylor coefficients.
pub(crate) fn derivative(jet: &[ComplexBall], k: u32, prec: Bits) -> ComplexBall {
    let mut value = jet
        .get(k as usize)
        .cloned()
        .unwrap_or_else(ComplexBall::indeterminate);
    for j in 2..=i64::from(k) {
        value = value.mul_i64(j, prec);
    }
    value
}

/// The piece that a real ball lies in; `None` if it may hold a knot.
pub fn piece_at(knots: &[Rational], x: &Ball) -> Option<usize> {
    let mut piece = 0;
    for knot in knots {
        match x
            .add_rational(&Rational::from(-knot), COARSE.plus(64))
            .sign()
        {
            Some(Ordering::Greater) => piece += 1,
            Some(Ordering::Less) => break,
            _ => return None,
        }
    }
    Some(piece)
}

/// $E \prod σ^{(k)}(\sqrt q Z)^p$ by the first route: the trapezoid rule for smooth activations, adaptive
/// quadrature for the others and where the rule finds no strip.
///
/// # Errors
/// A domain error where the expectation is infinite, undecided where it is not found.
pub fn expectation(
    shape: &dyn Shape,
    product: &Product,
    q: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    limits.check_precision(prec)?;
    let view = View::of(shape, limits)?;
    view.expectation(product, q, prec, limits)
}

/// $κ^{(k)}(u)$ for −1 ≤ u ≤ 1: expectations at the ends, the series of the Hermite coefficients inside,
/// the trapezoid rule in two dimensions near the ends.
///
/// # Errors
/// A domain error where it is infinite or u is outside, undecided where it is not found.
pub fn kernel(shape: &dyn Shape, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
    limits.check_precision(prec)?;
    View::of(shape, limits)?.kernel(k, u, prec, limits)
}

/// The first Taylor coefficients of κ at 0.
///
/// # Errors
/// Undecided where they are not found; a limit error for too many.
pub fn taylor(shape: &dyn Shape, count: usize, prec: Bits, limits: &Limits) -> Result<Vec<Ball>> {
    limits.check_precision(prec)?;
    let table = View::of(shape, limits)?.table(count, prec, limits)?;
    Ok(table.coefficients()[..count].to_vec())
}

/// The first Taylor coefficients κ^{(j)}(c)/j! of κ at a centre −1 < c < 1, from those at 0.
///
/// # Errors
/// As [`taylor`]; undecided where the centre is too near ±1.
pub fn taylor_at(
    shape: &dyn Shape,
    centre: &Ball,
    count: usize,
    prec: Bits,
    limits: &Limits,
) -> Result<Vec<Ball>> {
    limits.check_precision(prec)?;
    View::of(shape, limits)?.taylor_at(centre, count, prec, limits)
}

impl View<'_> {
    /// See [`expectation`].
    ///
    /// # Errors
    /// As [`expectation`].
    pub fn expectation(
        &self,
        product: &Product,
        q: &Ball,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        if self.is_smooth() {
            match self.trapezoid(product, q, prec, limits) {
                Err(error) if error.kind() == crate::error::ErrorKind::Undecided => {}
                other => return other,
            }
        }
        self.quadrature(product, q, prec, limits)
    }

    /// E σ(Z)², positive.
    ///
    /// # Errors
    /// As [`expectation`].
    pub fn second_moment(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        self.expectation(&[(0, 2)], &Ball::one(), prec, limits)
    }

    /// See [`kernel`].
    ///
    /// # Errors
    /// As [`kernel`].
    pub fn kernel(&self, k: u32, u: &Ball, prec: Bits, limits: &Limits) -> Result<Ball> {
        let one = Ball::one();
        let work = prec.plus(16);
        if u.sub(&one, work).is_zero() {
            if k == 0 {
                return Ok(one);
            }
            let above = self.expectation(&[(k, 2)], &one, work, limits)?;
            return Ok(above.div(&self.second_moment(work, limits)?, prec.plus(4)));
        }
        if u.add(&one, work).is_zero() {
            return self.kernel_at_minus_one(k, prec, limits);
        }
        let size = u.abs();
        match size.certain_cmp(&one) {
            Some(Ordering::Less) => {}
            Some(_) => return Err(Error::domain("kappa needs a correlation u from -1 to 1")),
            None => {
                return Err(Error::undecided(
                    "whether the correlation u lies inside [-1, 1] is not decided at this precision",
                ));
            }
        }
        // |u|^K = 2^−prec.
        let bits = -size.upper(COARSE).to_f64().log2();
        let terms = f64::from(prec.get()) / bits;
        let few = if self.is_smooth() {
            mehler::FEW_TERMS
        } else {
            mehler::SOME_TERMS
        };
        if terms <= few {
            return self.mehler(k, u, prec, limits);
        }
        if self.is_smooth() {
            return self.plane(k, u, prec, limits);
        }
        if self.jump_order()?.is_some_and(|order| k <= order) {
            return self.tiles(k, u, prec, limits);
        }
        if terms <= mehler::MANY_TERMS {
            return self.mehler(k, u, prec, limits);
        }
        Err(Error::undecided(format!(
            "this derivative of the kernel of `{}` is not found so near to its end: its series would need \
             {terms:.0} terms",
            self.text()
        ))
        .with_hint("it needs a correlation further from -1 and 1, or fewer digits"))
    }

    /// κ^{(k)}(−1) = E[σ^{(k)}(Z) σ^{(k)}(−Z)]/E σ².
    fn kernel_at_minus_one(&self, k: u32, prec: Bits, limits: &Limits) -> Result<Ball> {
        let at_one = || self.kernel(k, &Ball::one(), prec, limits);
        // κ is odd or even, and so is its derivative, the other way round for odd k.
        match (self.parity(), k.is_multiple_of(2)) {
            (Parity::Odd, true) | (Parity::Even, false) => return Ok(at_one()?.neg()),
            (Parity::Odd, false) | (Parity::Even, true) => return at_one(),
            (Parity::Neither, _) => {}
        }
        if self.jump_order()?.is_some_and(|order| k > order) {
            return Err(Error::domain(format!(
                "the derivative of order {k} of the kernel of `{}` at -1 is not known: the derivative \
                 of the activation is no function",
                self.text()
            )));
        }
        let work = prec.plus(16);
        let above = self.mirrored(k, work, limits)?;
        Ok(above.div(&self.second_moment(work, limits)?, prec.plus(4)))
    }
}
