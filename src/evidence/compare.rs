//! Two sides at one point: equal to D digits, apart, or open.


use super::verdict::Witness;
use crate::error::{Error, ErrorKind, Result};
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::{Expr, Relation};
use crate::formula::library::{Library, Request};
use crate::formula::value::{Exactness, Number, Value};
use crate::limits::Limits;
use crate::number::decimal::Decimal;
use crate::number::refine::Precisions;
use crate::number::{Ball, Bits, Digits, Magnitude};

/// The two sides of a relation, with the values of their variables.
pub(super) struct Sides<'a> {
    pub library: &'a dyn Library,
    pub limits: &'a Limits,
    pub digits: Digits,
    pub left: &'a Expr,
    pub right: &'a Expr,
    pub scope: &'a [(String, Number)],
}

/// What is known of a relation at a point.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Comparison {
    /// It holds: exactly, or (an equation) to the digits asked for, or (an order) by balls.
    Holds {
        /// Whether exact arithmetic decided it.
        exact: bool,
    },
    /// It does not hold, and this shows it.
    Fails {
        /// Both values and the first digit in which they differ.
        witness: Witness,
    },
    /// Not decided with the precision allowed.
    Open {
        /// What is known.
        reason: String,
    },
}

impl Sides<'_> {
    /// Decides the relation at this point.
    ///
    /// # Errors
    /// Those of evaluation; a domain error for lists of different shapes.
    pub fn decide(&self, relation: Relation) -> Result<Comparison> {
        let mut precisions = Precisions::new(self.digits);
        loop {
            let prec = precisions.current();
            let (left, right) = (self.value(self.left, prec)?, self.value(self.right, prec)?);
            let mut pairs = Vec::new();
            collect(&left, &right, &mut pairs)?;
            let mut exact = true;
            let mut open: Option<(Ball, i64)> = None;
            for (index, (l, r)) in pairs.iter().enumerate() {
                match self.pair(l, r, relation, prec)? {
                    Pair::Holds { exact: e } => exact &= e,
                    Pair::Fails => {
                        let mut witness = self.witness(l, r, prec);
                        if pairs.len() > 1 {
                            witness.at.push(("entry".into(), index.to_string()));
                        }
                        return Ok(Comparison::Fails { witness });
                    }
                    Pair::Open {
                        difference,
                        accuracy,
                    } => {
                        if open.as_ref().is_none_or(|(_, least)| accuracy < *least) {
                            open = Some((difference, accuracy));
                        }
                    }
                }
            }
            let Some((difference, accuracy)) = open else {
                return Ok(Comparison::Holds { exact });
            };
            if let Err(error) = precisions.advance(accuracy, self.limits) {
                if error.kind() == ErrorKind::Limit && self.limits.check_deadline().is_err() {
                    return Err(error);
                }
                let bound = difference
                    .magnitude()
                    .exponent()
                    .map_or("infinite".to_string(), |e| format!("below 2^{e}"));
                return Ok(Comparison::Open {
                    reason: format!("the difference is {bound} at {prec}, and may be 0"),
                });
            }
        }
    }

    fn value(&self, expr: &Expr, prec: Bits) -> Result<Value> {
        let request = Request {
            prec,
            exactness: Exactness::WhileCheap,
            method: None,
            limits: self.limits,
        };
        let mut evaluator = Evaluator::new(self.library, request);
        for (name, value) in self.scope {
            evaluator = evaluator.with(name.clone(), value.clone());
        }
        evaluator.evaluate(expr)
    }

    fn pair(&self, left: &Number, right: &Number, relation: Relation, prec: Bits) -> Result<Pair> {
        let both_exact = left.as_rational().is_some() && right.as_rational().is_some();
        if let Some(order) = left.certain_cmp(right, prec) {
<<<<<<< HEAD
            if relation == Relation::Rounds {
                return Err(Error::parse("`~=` stands between a formula and a decimal literal"));
            }
            let holds = relation.accepts(order);
            return Ok(if holds { Pair::Holds { exact: both_exact } } else { Pair::Fails });
=======
            let holds = match relation {
                Relation::Equal => order == Ordering::Equal,
                Relation::NotEqual => order != Ordering::Equal,
                Relation::Less => order == Ordering::Less,
                Relation::LessEqual => order != Ordering::Greater,
                Relation::Greater => order == Ordering::Greater,
                Relation::GreaterEqual => order != Ordering::Less,
                Relation::Rounds => {
                    return Err(Error::parse(
                        "`~=` stands between a formula and a decimal literal",
                    ));
                }
            };
            return Ok(if holds {
                Pair::Holds { exact: both_exact }
            } else {
                Pair::Fails
            });
>>>>>>> moments
        }
        let (l, r) = (left.to_ball(prec), right.to_ball(prec));
        let difference = l.sub(&r, prec);
        if relation == Relation::Equal && self.agree(&l, &r, &difference) {
            return Ok(Pair::Holds { exact: false });
        }
        // Bits by which the uncertainty is below the size of the sides.
        let size = l.magnitude().max(r.magnitude()).exponent().unwrap_or(0);
        let accuracy = difference.rad().exponent().map_or(0, |e| size - e);
        Ok(Pair::Open {
            difference,
            accuracy,
        })
    }

    /// |l − r| ≤ 10^−D · max(|l|, |r|), or ≤ 10^−D where both sides are that small themselves.
    fn agree(&self, left: &Ball, right: &Ball, difference: &Ball) -> bool {
        // 2^−bits ≤ 10^−D, because the bits of a number of digits are rounded up.
        let bits = i64::from(self.digits.to_bits().get());
        let error = difference.magnitude();
        let size = [left, right].map(Ball::magnitude_lower);
        let size = if size[0] > size[1] {
            &size[0]
        } else {
            &size[1]
        };
        let relative = match size.get_exp() {
            Some(exp) => error <= Magnitude::power_of_two(i64::from(exp) - 1 - bits),
            None => false,
        };
        let tiny = Magnitude::power_of_two(-bits);
        relative || (left.magnitude() <= tiny && right.magnitude() <= tiny)
    }

    fn witness(&self, left: &Number, right: &Number, prec: Bits) -> Witness {
        let [left, right] = [left, right].map(|number| self.text(number, prec));
        let digit = first_difference(&left, &right);
        Witness {
            at: Vec::new(),
            left,
            right,
            digit,
        }
    }

    /// As many digits as are certain, at most those asked for.
    fn text(&self, number: &Number, prec: Bits) -> String {
        if let Some(q) = number.as_rational() {
            return crate::number::decimal::rational_text(q, self.digits);
        }
        let ball = number.to_ball(prec);
        let mut digits = self.digits.get();
        loop {
            let decimal = Digits::new(u64::from(digits))
                .ok()
                .and_then(|d| Decimal::from_ball(&ball, d));
            match decimal {
                Some(decimal) => return decimal.to_string(),
                None if digits > 1 => digits = digits * 3 / 4,
                None => return ball.to_decimal_text(self.digits),
            }
        }
    }
}

enum Pair {
    Holds { exact: bool },
    Fails,
    Open { difference: Ball, accuracy: i64 },
}

/// The significant digit, counted from 1, at which two decimals of the same sign and scale differ.
pub(super) fn first_difference(left: &str, right: &str) -> Option<u64> {
    let scale = |text: &str| {
        (
            text.starts_with('-'),
            text.find('.'),
            text.find('e').map(|i| text[i..].to_string()),
        )
    };
    if scale(left) != scale(right) && left.len() == right.len() {
        return None;
    }
    let digits = |text: &str| -> Vec<u8> {
        let mantissa = text.split('e').next().unwrap_or(text);
        mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .skip_while(|d| *d == b'0')
            .collect()
    };
    let (a, b) = (digits(left), digits(right));
    let common = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    (common < a.len() || common < b.len()).then_some(common as u64 + 1)
}

/// The pairs of numbers of two values of the same shape.
fn collect(left: &Value, right: &Value, pairs: &mut Vec<(Number, Number)>) -> Result<()> {
    match (left, right) {
        (Value::Number(l), Value::Number(r)) => pairs.push((l.clone(), r.clone())),
        (Value::List(l), Value::List(r)) if l.len() == r.len() => {
            for (l, r) in l.iter().zip(r) {
                collect(l, r, pairs)?;
            }
        }
        (Value::List(l), Value::List(r)) => {
            return Err(Error::domain(format!(
                "a list of {} entries is compared with one of {}",
                l.len(),
                r.len()
            )));
        }
        _ => return Err(Error::domain("a list is compared with a number")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_different_digit_is_counted_from_one() {
        assert_eq!(first_difference("0.00123456", "0.00123466"), Some(5));
        assert_eq!(first_difference("1.25", "1.25"), None);
        assert_eq!(first_difference("12.5", "13.5"), Some(2));
    }
}
