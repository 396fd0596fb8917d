//! What is certain about an analytic piece on a half-strip ±Re z ≥ X, |Im z| ≤ y: that it is
//! holomorphic there, and how large it can be.
//!
//! With x = |Re z| each part f of the formula carries what could be shown: its real and its
//! imaginary part within a [`Band`] of polynomials in x, a bound C x^p e^{sx + cx²} of |f|, a constant
//! below Re f. The rule of each operation stands beside it. A part without a rule gives nothing.
//! X ≥ 1 throughout, so x^p ≤ x^{p+1} and e^{sx} ≤ e^{sx + dx²} for d ≥ 0.

//!
//! The files: this one, the half-strip and the walk through a formula; `bound` and `part`, what is known;
//! `rules`, an operation a rule; `floor`, lower bounds of ln|f|.

mod bound;
mod floor;
mod part;
mod rules;
#[cfg(test)]
mod tests;

use rug::Rational;

use self::part::Part;
use super::interval::{Band, Interval, exactly};
use super::tree::Tree;
use crate::number::Bits;
use crate::theory::activation::general::growth::Growth;

/// A half-strip.
struct Strip {
    /// 1 for the right one, −1 for the left one.
    side: i32,
    /// X.
    from: Rational,
    /// y.
    height: Rational,
}

/// The starts X that are tried.
const STARTS: [u32; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 512, 4096];

/// A bound of the piece on the right half-strip (`side` 1) or the left one (−1) of this height.
pub(super) fn growth(tree: &Tree, side: i32, height: f64) -> Option<Growth> {
    STARTS.iter().find_map(|&from| {
        let strip = Strip {
            side,
            from: Rational::from(from),
            height: exactly(height),
        };
        let bound = strip.part(tree)?.bound;
        let double = |q: &Rational| {
            let nearest = q.to_f64();
            if exactly(nearest) >= *q {
                nearest
            } else {
                nearest.next_up()
            }
        };
        let growth = Growth {
            from: f64::from(from),
            height,
            scale: bound.scale,
            degree: bound.degree,
            slope: double(&bound.slope),
            curve: double(&bound.curve),
        };
        (growth.scale.is_finite() && growth.slope.is_finite() && growth.curve.is_finite())
            .then_some(growth)
    })
}

/// Whether |f(x)| is certainly at least e^{x²/4} up to a polynomial factor on this side, so that f is
/// not square integrable against the Gaussian density.
pub(super) fn too_large(tree: &Tree, side: i32) -> bool {
    STARTS.iter().any(|&from| {
        let strip = Strip {
            side,
            from: Rational::from(from),
            height: Rational::from((1, 4)),
        };
        let Some(floor) = strip.log_floor(tree) else {
            return false;
        };
        // ln|f| ≥ floor, so f² φ does not fall below a constant if 2 floor − x²/2 is bounded below.
        let quarter = Band::new(vec![
            Interval::exact(Rational::new()),
            Interval::exact(Rational::new()),
            Interval::exact(Rational::from((-1, 4))),
        ]);
        floor.add(&quarter).infimum(&strip.from).is_some()
    })
}

impl Strip {
    fn part(&self, tree: &Tree) -> Option<Part> {
        let from = &self.from;
        match tree {
            Tree::X => {
                let re = Band::new(vec![
                    Interval::exact(Rational::new()),
                    Interval::exact(Rational::from(self.side)),
                ]);
                let im = Band::constant(Interval::around_zero(self.height.clone()));
                Some(Part::within(re, im, from))
            }
            Tree::Number(_) | Tree::Constant(_) => {
                let value = Interval::of_ball(&tree.constant(Bits::new(128)).ok()?)?;
                let zero = Interval::exact(Rational::new());
                Some(Part::within(
                    Band::constant(value),
                    Band::constant(zero),
                    from,
                ))
            }
            Tree::Sum(terms) => {
                let mut total: Option<Part> = None;
                for (negative, term) in terms {
                    let part = self.part(term)?;
                    let part = if *negative { part.neg() } else { part };
                    total = Some(match total {
                        None => part,
                        Some(sum) => self.sum(&sum, &part),
                    });
                }
                let mut total = total?;
                if let Some(least) = total.re.as_ref().and_then(|re| re.infimum(from)) {
                    total.least = Some(total.least.map_or(least.clone(), |old| old.max(least)));
                }
                if let Some(most) = total.re.as_ref().and_then(|re| re.supremum(from)) {
                    total.most = Some(total.most.map_or(most.clone(), |old| old.min(most)));
                }
                Some(total)
            }
            Tree::Product(factors) => {
                let mut total: Option<Part> = None;
                for factor in factors {
                    let part = self.part(factor)?;
                    total = Some(match total {
                        None => part,
                        Some(product) => self.product(&product, &part),
                    });
                }
                total
            }
            Tree::Quotient(above, below) => {
                let (above, below) = (self.part(above)?, self.part(below)?);
                Some(self.product(&above, &self.recip(&below)?))
            }
            Tree::Power(base, n) => {
                let part = self.part(base)?;
                let mut power = Part::within(
                    Band::constant(Interval::exact(Rational::from(1))),
                    Band::constant(Interval::exact(Rational::new())),
                    from,
                );
                for _ in 0..n.unsigned_abs().min(64) {
                    power = self.product(&power, &part);
                }
                if n.unsigned_abs() > 64 {
                    return None;
                }
                if *n < 0 {
                    self.recip(&power)
                } else {
                    Some(power)
                }
            }
            Tree::RealPower(base, exponent) => {
                let exponent = Interval::of_ball(&exponent.constant(Bits::new(128)).ok()?)?;
                self.real_power(&self.part(base)?, &exponent)
            }
            Tree::Call(function, argument) => self.call(*function, &self.part(argument)?),
        }
    }
}
