//! Whether a formula is an activation at all: analytic on each of its pieces, up to the knots, and
//! square integrable against the Gaussian density. If not, the reason.

use rug::{Float, Rational};

use super::far;
use super::jet::jet;
use super::tree::Tree;
use crate::error::{Error, ErrorKind, Result};
use crate::formula::evaluate::evaluate;
use crate::formula::expr::Expr;
use crate::formula::library::Elementary;
use crate::limits::Limits;
use crate::number::{Ball, Bits, ComplexBall, Magnitude};
use crate::theory::activation::general::growth::Growth;

/// One analytic piece.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub expr: Expr,
    pub tree: Tree,
}

/// Heights of the half-strips on which the growth is looked for, in falling order.
pub(super) const HEIGHTS: [f64; 6] = [1.0, 0.5, 0.25, 0.125, 0.03125, 0.0078125];

/// Most boxes that are looked at on one piece.
const MOST_BOXES: usize = 20_000;

/// Checks all pieces.
///
/// # Errors
/// A domain error that explains why this is no activation; an undecided one where it could not be
/// shown to be one.
pub(super) fn check(
    text: &str,
    pieces: &[Piece],
    knots: &[Rational],
    limits: &Limits,
) -> Result<()> {
    let outer: f64 = knots.iter().map(|k| k.to_f64().abs()).fold(0.0, f64::max);
    let first_growth = |side| HEIGHTS.iter().find_map(|&h| outer_growth(pieces, side, h));
    let ends = [-1, 1].map(first_growth);
    let reach = |end: &Option<Growth>| end.as_ref().map_or(16.0, |g| g.from);
    let cut = [
        reach(&ends[0]).max(outer + 1.0),
        reach(&ends[1]).max(outer + 1.0),
    ];
    for (i, piece) in pieces.iter().enumerate() {
        let from = i
            .checked_sub(1)
            .and_then(|k| knots.get(k))
            .map_or(-cut[0], Rational::to_f64);
        let to = knots.get(i).map_or(cut[1], Rational::to_f64);
        if let Err(at) = analytic_on(&piece.tree, from, to, limits)? {
            return Err(explain(text, piece, at, (from, to), knots, limits));
        }
    }
    for (end, side) in ends.iter().zip([-1, 1]) {
        integrable(text, pieces, end.as_ref(), side)?;
    }
    Ok(())
}

/// The growth of the outer piece on one side.
pub(super) fn outer_growth(pieces: &[Piece], side: i32, height: f64) -> Option<Growth> {
    let piece = if side > 0 {
        pieces.last()
    } else {
        pieces.first()
    };
    far::growth(&piece?.tree, side, height)
}

fn integrable(text: &str, pieces: &[Piece], growth: Option<&Growth>, side: i32) -> Result<()> {
    if growth.is_some_and(|g| g.curve < 0.25) {
        return Ok(());
    }
    let (piece, end) = if side > 0 {
        (pieces.last(), "+infinity")
    } else {
        (pieces.first(), "-infinity")
    };
    if piece.is_some_and(|piece| far::too_large(&piece.tree, side)) {
        return Err(Error::domain(format!(
            "`{text}` is not square integrable under the Gaussian density: its square outgrows \
             exp(x^2/2) as x goes to {end}"
        ))
        .with_hint("E f(Z)^2 is infinite, so there is no kernel; exp(a*x^2) needs a < 1/4"));
    }
    Err(Error::undecided(format!(
        "no bound below exp(x^2/4) was found for `{text}` as x goes to {end}, so that E f(Z)^2 is \
         not known to be finite"
    ))
    .with_hint("bounds are found for sums, products and compositions of the elementary functions"))
}

/// Whether the tree is holomorphic on a neighbourhood of [from, to]; if not, where that was not found.
fn analytic_on(
    tree: &Tree,
    from: f64,
    to: f64,
    limits: &Limits,
) -> Result<std::result::Result<(), f64>> {
    let mut open = vec![(from, to)];
    let mut looked = 0;
    while let Some((a, b)) = open.pop() {
        limits.check_deadline()?;
        looked += 1;
        let (middle, half) = (f64::midpoint(a, b), (b - a) / 2.0);
        // One part in 2^20 more than half the width: the boxes overlap.
        let radius = Magnitude::from_f64(half * (1.0 + 1e-6));
        let height = Magnitude::from_f64(half.min(0.125));
        let z = ComplexBall::new(
            Ball::new(Float::with_val(53, middle), radius),
            Ball::new(Float::new(53), height),
        );
        if half <= 2.0 && jet(tree, &z, 1, Bits::new(64))[0].is_finite() {
            continue;
        }
        if half < 1e-6 || looked > MOST_BOXES {
            return Ok(Err(middle));
        }
        // The half nearer to the origin comes first: what fails there is what a person sees.
        let halves = [(a, middle), (middle, b)];
        let near = |half: &(f64, f64)| f64::midpoint(half.0, half.1).abs();
        if near(&halves[0]) < near(&halves[1]) {
            open.extend([halves[1], halves[0]]);
        } else {
            open.extend(halves);
        }
    }
    Ok(Ok(()))
}

/// The value at a point: finite or not known, or the error that says why there is none.
fn value_at(piece: &Piece, x: &Rational, limits: &Limits) -> Result<Ball> {
    let at = super::elementary(&piece.expr).substitute("x", &Expr::rational(x.clone()));
    Ok(evaluate(&at, &Elementary, Bits::new(128), limits)?
        .into_number()?
        .to_ball(Bits::new(128)))
}

/// Why a piece is not analytic at about `at`.
fn explain(
    text: &str,
    piece: &Piece,
    at: f64,
    within: (f64, f64),
    knots: &[Rational],
    limits: &Limits,
) -> Error {
    // The nearest number with few digits: roots and poles that a person wrote.
    let rounded = (at * 64.0).round() / 64.0;
    let place = if (rounded - at).abs() < 1e-4 {
        rounded
    } else {
        at
    };
    let point = Float::with_val(53, place).to_rational().unwrap_or_default();
    let shown = format!("{:.6}", place);
    let shown = shown
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_string();
    let shown = if shown == "-0" {
        "0".to_string()
    } else {
        shown
    };
    let step = |n: i32, d: i32| &point + Rational::from((n, d));
    let outside = [step(-1, 1), step(1, 1), step(-1, 100), step(1, 100)];
    let inside = |x: &&Rational| (within.0..=within.1).contains(&x.to_f64());
    for x in outside.iter().filter(inside) {
        match value_at(piece, x, limits) {
            Err(error) if error.kind() == ErrorKind::Domain => {
                let side = if *x < point { "below" } else { "above" };
                return Error::domain(format!(
                    "`{text}` is not defined on the whole real line: {side} x = {shown} it has no value ({})",
                    error.message()
                ))
                .with_hint("an activation needs a value at every real x, such as ln(1 + x^2), sqrt(1 + x^2)");
            }
            _ => {}
        }
    }
    let large = |x: &Rational| {
        inside(&x)
            && value_at(piece, x, limits)
                .is_ok_and(|ball| ball.is_finite() && ball.abs().lower(Bits::new(32)) > 500)
    };
    if large(&step(1, 4096)) && large(&step(1, 1 << 20))
        || large(&step(-1, 4096)) && large(&step(-1, 1 << 20))
    {
        return Error::domain(format!(
            "`{text}` has a pole on the real axis, at about x = {shown}"
        ))
        .with_hint(
            "E f(Z)^2 is infinite there; move the pole off the axis, as in 1/(1 + x^2) or x/(1 + abs(x))",
        );
    }
    if knots.iter().any(|knot| (knot.to_f64() - at).abs() < 1e-3) {
        return Error::domain(format!(
            "`{text}` is not analytic up to its knot at x = {shown}: it has a real power or logarithm there"
        ))
        .with_hint(
            "the power max(x, 0)^p is repu(p), for every real p > -1/2; its kappa'(1) is infinite for p <= 1/2",
        );
    }
    Error::undecided(format!(
        "`{text}` was not found to be analytic at about x = {shown}"
    ))
    .with_hint(
        "a branch point there? sqrt(x^2) is abs(x), cbrt(x) and x^(1/3) are not analytic at 0",
    )
}
