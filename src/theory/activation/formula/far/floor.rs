//! Lower bounds of ln|f| on the real axis: what shows that a formula is too large.

use rug::Rational;

use super::super::interval::{Band, Interval, apply};
use super::super::tree::{Function, Tree};
use super::Strip;
use super::bound::Bound;
use super::part::rational;
use crate::number::Bits;

impl Strip {
    pub(super) fn log_floor(&self, tree: &Tree) -> Option<Band> {
        match tree {
            Tree::X => Some(Band::constant(Interval::exact(Rational::new()))),
            Tree::Call(Function::Exp, argument) => {
                let real = Strip {
                    height: Rational::new(),
                    from: self.from.clone(),
                    side: self.side,
                };
                real.part(argument)?.re
            }
            // |sinh g|, cosh g ≥ e^{|g|}/4 for |g| ≥ 1.
            Tree::Call(Function::Cosh | Function::Sinh, argument) => {
                let re = self.part(argument)?.re?;
                let large = re.infimum(&self.from).is_some_and(|m| m >= 1);
                let quarter = Band::constant(Interval::exact(rational(-3, 2)));
                large.then(|| re.add(&quarter))
            }
            Tree::Product(factors) => factors
                .iter()
                .map(|factor| self.log_floor(factor))
                .reduce(|a, b| Some(a?.add(&b?)))
                .flatten(),
            Tree::Power(base, n) if *n > 0 => {
                let times = Band::constant(Interval::exact(Rational::from(*n)));
                Some(self.log_floor(base)?.mul(&times))
            }
            Tree::Sum(terms) => match terms.as_slice() {
                [(_, only)] => self.log_floor(only),
                // The largest of several is not smaller than its floor less what the others can be.
                _ => self.largest_term(terms),
            },
            Tree::Number(_) | Tree::Constant(_) => {
                let value = tree.constant(Bits::new(80)).ok()?;
                let ln = Interval::of_ball(&value.abs().ln(Bits::new(80)))?;
                Some(Band::constant(ln))
            }
            _ => {
                let least = self.part(tree)?.least.filter(|m| *m > 0)?;
                let ln = apply(&least, |x| x.ln(Bits::new(80)))?;
                Some(Band::constant(ln))
            }
        }
    }

    /// ln|f + g| ≥ ln|f| − ln 2 where |g| ≤ |f|/2; here for one term f with a floor and others bounded by
    /// a smaller exponential.
    fn largest_term(&self, terms: &[(bool, Tree)]) -> Option<Band> {
        for (i, (_, term)) in terms.iter().enumerate() {
            let Some(floor) = self.log_floor(term) else {
                continue;
            };
            let mut others: Option<Bound> = None;
            for (j, (_, other)) in terms.iter().enumerate() {
                if j != i {
                    let bound = self.part(other)?.bound;
                    others = Some(match others {
                        None => bound,
                        Some(sum) => sum.plus(&bound),
                    });
                }
            }
            let above = others?.logarithm(&self.from, &Rational::from(-1000))?;
            // ln 2 < 7/10.
            let margin = Band::constant(Interval::exact(rational(-7, 10)));
            let upper = Band::new(
                above
                    .coefficients()
                    .iter()
                    .map(|c| Interval::exact(c.high.clone()))
                    .collect(),
            );
            let gap = floor.add(&upper.neg()).add(&margin);
            if gap.infimum(&self.from).is_some_and(|m| m >= 0) {
                return Some(floor.add(&margin));
            }
        }
        None
    }
}
