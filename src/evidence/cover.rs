//! Certification of an order relation over a whole box by subdivision.
//!
//! The box is halved along its widest side until, on every piece, balls that contain the piece
//! decide the relation. That is a proof over the closed box. Pieces that stay open at the smallest
//! size leave the relation to its test points.

use rug::Float;
use rug::float::Round;

use super::judge::Judge;
use super::variables::Continuous;
use crate::error::{ErrorKind, Result};
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::{Relation, Statement};
use crate::formula::library::Request;
use crate::formula::value::{Exactness, Number};
use crate::number::{Ball, Bits};

/// Whether a relation was decided everywhere.
pub(super) enum Covered {
    /// On every piece of the box.
    Everywhere,
    /// Some piece stayed open.
    Undecided,
}

/// Most pieces to look at.
const MOST_PIECES: usize = 4_096;
const PREC: Bits = Bits::new(96);

struct Piece {
    sides: Vec<(Float, Float)>,
}

/// Decides `statement` over the box of the (bounded, closed) intervals.
pub(super) fn cover(
    judge: &Judge<'_>,
    statement: &Statement,
    variables: &[Continuous],
) -> Result<Covered> {
    let ends = variables.iter().map(|variable| {
        match (&variable.interval.lower, &variable.interval.upper) {
            (Some(lower), Some(upper)) => Some((lower.lower(PREC), upper.upper(PREC))),
            _ => None,
        }
    });
    let Some(sides) = ends.collect::<Option<Vec<_>>>() else {
        return Ok(Covered::Undecided);
    };
    let mut stack = vec![Piece { sides }];
    let mut looked_at = 0;
    while let Some(piece) = stack.pop() {
        judge.limits.check_deadline()?;
        looked_at += 1;
        if looked_at + stack.len() > MOST_PIECES {
            return Ok(Covered::Undecided);
        }
        if decided(judge, statement, variables, &piece)? {
            continue;
        }
        match halves(piece) {
            Some((first, second)) => stack.extend([second, first]),
            None => return Ok(Covered::Undecided),
        }
    }
    Ok(Covered::Everywhere)
}

fn decided(
    judge: &Judge<'_>,
    statement: &Statement,
    variables: &[Continuous],
    piece: &Piece,
) -> Result<bool> {
    let request = Request {
        prec: PREC,
        exactness: Exactness::WhileCheap,
        method: None,
        limits: judge.limits,
    };
    let mut evaluator = Evaluator::new(judge.library, request);
    for (variable, (lower, upper)) in variables.iter().zip(&piece.sides) {
        evaluator = evaluator.with(
            variable.name.clone(),
            Number::Ball(Ball::from_bounds(lower, upper, PREC)),
        );
    }
    let sides = [&statement.left, &statement.right].map(|side| evaluator.number(side));
    let [left, right] = match sides {
        [Ok(left), Ok(right)] => [left.to_ball(PREC), right.to_ball(PREC)],
        // A piece that reaches over an edge of the domain of a quantity, by the roundness of balls,
        // is only open; halving may mend it.
        [Err(error), _] | [_, Err(error)]
            if matches!(error.kind(), ErrorKind::Domain | ErrorKind::Undecided) =>
        {
            return Ok(false);
        }
        [Err(error), _] | [_, Err(error)] => return Err(error),
    };
    let difference = left.sub(&right, PREC);
    Ok(match statement.relation {
        Relation::Less => difference.is_negative(),
        Relation::LessEqual => difference.neg().is_nonnegative(),
        Relation::Greater => difference.is_positive(),
        Relation::GreaterEqual => difference.is_nonnegative(),
        Relation::NotEqual => !difference.contains_zero(),
        Relation::Equal | Relation::Rounds => false,
    })
}

/// The piece halved along its widest side; `None` if no side can be halved any more.
fn halves(piece: Piece) -> Option<(Piece, Piece)> {
    let widths = piece
        .sides
        .iter()
        .map(|(lower, upper)| Float::with_val_round(32, upper - lower, Round::Up).0);
    let widest = widths
        .enumerate()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(index, _)| index)?;
    let (lower, upper) = &piece.sides[widest];
    let mut middle = Float::with_val(PREC.get(), lower + upper);
    middle >>= 1;
    if middle <= *lower || middle >= *upper {
        return None;
    }
    let mut left = piece.sides.clone();
    left[widest].1.clone_from(&middle);
    let mut right = piece.sides;
    right[widest].0 = middle;
    Some((Piece { sides: left }, Piece { sides: right }))
}
