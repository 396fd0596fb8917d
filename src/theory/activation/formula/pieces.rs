//! A formula cut into analytic pieces: abs, max, min, sign and heaviside resolved between the points
//! where their arguments change sign.

use std::cmp::Ordering;

use rug::Rational;

use super::signs;
use crate::error::{Error, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::limits::Limits;

/// Knots in increasing order, and a formula on each of the intervals between them.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    pub knots: Vec<Rational>,
    pub formulas: Vec<Expr>,
}

/// Most knots of a formula.
const MOST_KNOTS: usize = 64;

impl Pieces {
    /// The pieces of a formula in x.
    ///
    /// # Errors
    /// A domain error where a sign cannot be followed.
    pub fn of(expr: &Expr, limits: &Limits) -> Result<Pieces> {
        limits.check_deadline()?;
        if matches!(expr.kind, ExprKind::Binder(_)) {
            return Ok(Pieces {
                knots: Vec::new(),
                formulas: vec![expr.clone()],
            });
        }
        let children = expr
            .children()
            .into_iter()
            .map(|child| Pieces::of(child, limits))
            .collect::<Result<Vec<Pieces>>>()?;
        let mut knots: Vec<Rational> = children
            .iter()
            .flat_map(|child| child.knots.iter().cloned())
            .collect();
        knots.sort();
        knots.dedup();
        let mut cut = Pieces {
            knots: Vec::new(),
            formulas: Vec::new(),
        };
        for index in 0..=knots.len() {
            let from = index.checked_sub(1).map(|i| &knots[i]);
            let to = knots.get(index);
            let inside = sample(from, to);
            let mut whole = expr.clone();
            for (child, pieces) in whole.children_mut().into_iter().zip(&children) {
                *child = pieces.at(&inside).clone();
            }
            let (inner_knots, formulas) = resolve(whole, from, to, limits)?;
            cut.formulas.extend(formulas);
            cut.knots.extend(inner_knots);
            cut.knots.extend(to.cloned());
        }
        if cut.knots.len() > MOST_KNOTS {
            return Err(Error::limit(format!(
                "an activation with more than {MOST_KNOTS} knots"
            )));
        }
        Ok(cut.joined())
    }

    /// The formula that holds at a point that is no knot.
    fn at(&self, x: &Rational) -> &Expr {
        let index = self.knots.iter().filter(|knot| *knot < x).count();
        &self.formulas[index]
    }

    /// Without knots between equal formulas.
    fn joined(self) -> Pieces {
        let mut formulas = self.formulas.into_iter();
        let mut result = Pieces {
            knots: Vec::new(),
            formulas: formulas.next().into_iter().collect(),
        };
        for (knot, formula) in self.knots.into_iter().zip(formulas) {
            if result.formulas.last() != Some(&formula) {
                result.knots.push(knot);
                result.formulas.push(formula);
            }
        }
        result
    }
}

/// A rational inside an open interval.
pub(super) fn sample(from: Option<&Rational>, to: Option<&Rational>) -> Rational {
    match (from, to) {
        (Some(a), Some(b)) => Rational::from(a + b) / Rational::from(2),
        (Some(a), None) => Rational::from(a + 1),
        (None, Some(b)) => Rational::from(b - 1),
        (None, None) => Rational::new(),
    }
}

/// The knots that the outermost function adds inside an interval, and its formulas between them.
fn resolve(
    expr: Expr,
    from: Option<&Rational>,
    to: Option<&Rational>,
    limits: &Limits,
) -> Result<(Vec<Rational>, Vec<Expr>)> {
    let ExprKind::Call(call) = &expr.kind else {
        return Ok((Vec::new(), vec![expr]));
    };
    let name = call.name.clone();
    if !matches!(name.as_str(), "abs" | "sign" | "heaviside" | "max" | "min") {
        return Ok((Vec::new(), vec![expr]));
    }
    let arguments: Vec<Expr> = call.arguments.iter().map(|a| a.value.clone()).collect();
    match (name.as_str(), arguments.as_slice()) {
        ("abs" | "sign" | "heaviside", [argument]) => {
            by_sign(argument, from, to, limits, |positive| {
                match (name.as_str(), positive) {
                    ("abs", true) => argument.clone(),
                    ("abs", false) => argument.clone().negate(),
                    (_, true) => Expr::from(1),
                    ("sign", false) => Expr::from(-1),
                    (_, false) => Expr::from(0),
                }
            })
        }
        ("max" | "min", [first, rest @ ..]) if !rest.is_empty() => {
            // Fold from the left; each step may cut the interval further.
            let mut knots: Vec<Rational> = Vec::new();
            let mut formulas = vec![first.clone()];
            for next in rest {
                let (mut more_knots, mut more_formulas) = (Vec::new(), Vec::new());
                for (i, so_far) in formulas.iter().enumerate() {
                    let left = i.checked_sub(1).map(|k| &knots[k]).or(from);
                    let right = knots.get(i).or(to);
                    let difference = Expr::sum([so_far.clone(), next.clone().negate()]);
                    let (inner, chosen) = by_sign(&difference, left, right, limits, |positive| {
                        if positive == (name == "max") {
                            so_far.clone()
                        } else {
                            next.clone()
                        }
                    })?;
                    more_knots.extend(inner);
                    more_knots.extend(knots.get(i).cloned());
                    more_formulas.extend(chosen);
                }
                (knots, formulas) = (more_knots, more_formulas);
            }
            Ok((knots, formulas))
        }
        _ => Err(Error::parse(format!(
            "`{name}` does not take {} arguments",
            arguments.len()
        ))
        .at(expr.span.clone())),
    }
}

/// The interval cut where `switch` changes sign, with `choose(whether it is positive)` on each part.
fn by_sign(
    switch: &Expr,
    from: Option<&Rational>,
    to: Option<&Rational>,
    limits: &Limits,
    choose: impl Fn(bool) -> Expr,
) -> Result<(Vec<Rational>, Vec<Expr>)> {
    let knots = signs::roots(switch, from, to, limits)?;
    let mut formulas = Vec::with_capacity(knots.len() + 1);
    for i in 0..=knots.len() {
        let left = i.checked_sub(1).map(|k| &knots[k]).or(from);
        let right = knots.get(i).or(to);
        let sign = signs::sign_at(switch, &sample(left, right), limits)?;
        formulas.push(choose(sign != Ordering::Less));
    }
    Ok((knots, formulas))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse_expr;

    fn cut(text: &str) -> (Vec<String>, Vec<String>) {
        let limits = Limits::default();
        let pieces = Pieces::of(&parse_expr(text, &limits).unwrap(), &limits).unwrap();
        (
            pieces.knots.iter().map(Rational::to_string).collect(),
            pieces.formulas.iter().map(Expr::to_string).collect(),
        )
    }

    #[test]
    fn formulas_are_cut_at_their_knots() {
        assert_eq!(
            cut("max(x, 0)"),
            (vec!["0".into()], vec!["0".into(), "x".into()])
        );
        let (knots, pieces) = cut("min(max(x, -1), 1)");
        assert_eq!(
            (knots.len(), pieces),
            (2, vec!["-1".into(), "x".into(), "1".into()])
        );
        let (knots, pieces) = cut("abs(abs(x) - 1)");
        assert_eq!(knots, ["-1", "0", "1"]);
        assert_eq!(pieces.len(), 4);
        assert_eq!(cut("max(x, 2*x, 3 - x, -x)").0, ["1"]);
        assert_eq!(cut("max(abs(x), 0)").0, ["0"]);
        assert!(cut("x + tanh(x)").0.is_empty());
        let (knots, pieces) = cut("sign(x^3 - x)*x");
        assert_eq!((knots.join(" "), pieces.len()), ("-1 0 1".to_string(), 4));
    }
}
