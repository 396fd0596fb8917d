//! Activations that are formulas in x: `x*tanh(x)`, `ln(cosh(x))`, `max(x, 0) + exp(min(x, 0))`.
//!
//! [`Formula::read`] takes a formula apart and shows that it is an activation, or says why not:
//!
//! 1. names of activations are written out (`names`), so `relu(x)*x` and `hardtanh` are formulas too;
//! 2. abs, max, min, sign and heaviside cut the line at rational knots into analytic pieces (`pieces`,
//!    `signs`);
//! 3. each piece is shown to be holomorphic on a neighbourhood of its closed interval, by boxes near the
//!    origin (`jet`) and by rules beyond (`far`); E f(Z)² is shown to be finite (`domain`);
//! 4. parity is proved by the normal form, and the jumps at the knots are decided (`jumps`).
//!
//! What it then says of itself are its pieces: their Taylor coefficients on complex boxes and their
//! growth. Everything else are the general routes (see [`general`](super::general)).

mod domain;
mod far;
mod interval;
mod jet;
mod jumps;
mod names;
mod pieces;
mod ring;
mod signs;
mod tree;

#[cfg(test)]
mod tests;

use rug::Rational;

use self::domain::Piece;
use self::pieces::Pieces;
use self::tree::Tree;
use super::general::growth::Growth;
use super::shape::{Edge, Parity, Regularity, Shape};
use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind, Factor};
use crate::formula::normal::{NoQuantities, NormalForm};
use crate::limits::Limits;
use crate::number::{Bits, ComplexBall};

/// An activation given by a formula in x.
#[derive(Debug, Clone)]
pub struct Formula {
    text: String,
    pieces: Vec<Piece>,
    knots: Vec<Rational>,
    parity: Parity,
    regularity: Regularity,
}

impl Formula {
    /// Reads a formula in `x`, or the name of an activation as its formula.
    ///
    /// # Errors
    /// A parse error for a free name; a domain error that explains why the formula is no activation
    /// (constant, a pole on the real axis, undefined on a half-line, not square integrable); undecided
    /// where it could not be shown to be one.
    pub fn read(expr: &Expr, limits: &Limits) -> Result<Formula> {
        Self::read_inner(expr, limits).map_err(|error| error.at(expr.span.clone()))
    }

    fn read_inner(expr: &Expr, limits: &Limits) -> Result<Formula> {
        let text = expr.to_string();
        let written = names::formula_of(expr, limits)?;
        let cut = without_removable_knots(Pieces::of(&written, limits)?, limits)?;
        not_constant(&text, &cut, limits)?;
        let pieces = cut
            .formulas
            .iter()
            .map(|expr| {
                Ok(Piece {
                    expr: expr.clone(),
                    tree: Tree::of(expr)?,
                })
            })
            .collect::<Result<Vec<Piece>>>()?;
        domain::check(&text, &pieces, &cut.knots, limits)?;
        let regularity = if cut.knots.is_empty() {
            Regularity::Smooth
        } else {
            let order = jumps::first_order(&text, &pieces, &cut.knots, limits)?;
            Regularity::Singular {
                beta: Rational::from((2 * order + 1, 2)),
            }
        };
        Ok(Formula {
            text,
            parity: parity(&pieces, &cut.knots, limits)?,
            pieces,
            knots: cut.knots,
            regularity,
        })
    }
}

impl Shape for Formula {
    fn text(&self) -> String {
        self.text.clone()
    }

    fn parity(&self) -> Parity {
        self.parity
    }

    fn regularity(&self) -> Regularity {
        self.regularity.clone()
    }

    fn knots(&self) -> Vec<Rational> {
        self.knots.clone()
    }

    fn jet(
        &self,
        piece: usize,
        z: &ComplexBall,
        order: usize,
        prec: Bits,
    ) -> Option<Vec<ComplexBall>> {
        Some(jet::jet(&self.pieces.get(piece)?.tree, z, order, prec))
    }

    fn growth(&self, height: f64) -> Option<Growth> {
        let right = domain::outer_growth(&self.pieces, 1, height)?;
        let left = domain::outer_growth(&self.pieces, -1, height)?;
        Some(right.either(&left))
    }

    fn edge(&self, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
        super::general::edge::edge(self, prec, limits)
    }
}

/// logistic and softplus in the elementary functions, for the normal form.
fn elementary(expr: &Expr) -> Expr {
    let mut result = expr.clone();
    for child in result.children_mut() {
        *child = elementary(child);
    }
    if let ExprKind::Call(call) = &result.kind
        && let [argument] = call.arguments.as_slice()
    {
        let value = argument.value.clone();
        match call.name.as_str() {
            "logistic" => {
                let below = Expr::sum([Expr::from(1), Expr::call("exp", vec![value.negate()])]);
                return ExprKind::Product(vec![
                    Factor {
                        inverse: false,
                        value: Expr::from(1),
                    },
                    Factor {
                        inverse: true,
                        value: below,
                    },
                ])
                .into();
            }
            "softplus" => {
                let inside = Expr::sum([Expr::from(1), Expr::call("exp", vec![value])]);
                return Expr::call("ln", vec![inside]);
            }
            _ => {}
        }
    }
    result
}

/// Whether two formulas are proved equal.
fn equal(left: &Expr, right: &Expr, limits: &Limits) -> Result<bool> {
    limits.check_deadline()?;
    let (left, right) = (elementary(left), elementary(right));
    Ok(NormalForm::difference(&left, &right, limits, &NoQuantities)
        .is_ok_and(|form| form.is_zero()))
}

/// Without knots between pieces that are the same function: abs(x)^2 is x^2.
fn without_removable_knots(cut: Pieces, limits: &Limits) -> Result<Pieces> {
    let mut formulas = cut.formulas.into_iter();
    let mut result = Pieces {
        knots: Vec::new(),
        formulas: formulas.next().into_iter().collect(),
    };
    for (knot, formula) in cut.knots.into_iter().zip(formulas) {
        let same = match result.formulas.last() {
            Some(last) => equal(last, &formula, limits)?,
            None => false,
        };
        if !same {
            result.knots.push(knot);
            result.formulas.push(formula);
        }
    }
    Ok(result)
}

fn not_constant(text: &str, cut: &Pieces, limits: &Limits) -> Result<()> {
    let [only] = cut.formulas.as_slice() else {
        return Ok(());
    };
    let Ok(form) = NormalForm::of(&elementary(only), limits, &NoQuantities) else {
        return Ok(());
    };
    if form.is_zero() {
        return Err(Error::domain(format!("`{text}` is the zero function"))
            .with_hint("E f(Z)^2 is 0, so there is no normalised kernel"));
    }
    if !form.variables().contains("x") {
        return Err(
            Error::domain(format!("`{text}` is a constant, not an activation")).with_hint(
                "a constant activation forgets its input: kappa is 1 everywhere and the field is one \
                 random number",
            ),
        );
    }
    Ok(())
}

/// σ(−x) = ±σ(x) piece by piece, proved.
fn parity(pieces: &[Piece], knots: &[Rational], limits: &Limits) -> Result<Parity> {
    let mirrored = knots
        .iter()
        .zip(knots.iter().rev())
        .all(|(left, right)| Rational::from(left + right) == 0);
    if !mirrored {
        return Ok(Parity::Neither);
    }
    let minus_x = Expr::name("x").negate();
    let (mut odd, mut even) = (true, true);
    for (piece, opposite) in pieces.iter().zip(pieces.iter().rev()) {
        let reflected = opposite.expr.substitute("x", &minus_x);
        even = even && equal(&reflected, &piece.expr, limits)?;
        odd = odd && equal(&reflected, &piece.expr.clone().negate(), limits)?;
    }
    Ok(match (odd, even) {
        (true, _) => Parity::Odd,
        (_, true) => Parity::Even,
        _ => Parity::Neither,
    })
}
