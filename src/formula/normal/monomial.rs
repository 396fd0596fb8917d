//! Power products of atoms, in the lexicographic order that has the smallest atom as its most
//! significant one. The order is a monomial order: 1 is least, and multiplication keeps it.

use std::cmp::Ordering;

use super::atom::Atom;
use crate::error::{Error, Result};

/// A power product: strictly increasing atoms with positive exponents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Monomial(Vec<(Atom, u32)>);

/// Exponents above this are refused: no formula needs them, and sums of two must not overflow.
const MAX_EXPONENT: u64 = 1 << 30;

impl Monomial {
    pub fn one() -> Monomial {
        Monomial(Vec::new())
    }

    pub fn atom(atom: Atom, exponent: u32) -> Monomial {
        match exponent {
            0 => Monomial::one(),
            _ => Monomial(vec![(atom, exponent)]),
        }
    }

    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    pub fn factors(&self) -> &[(Atom, u32)] {
        &self.0
    }

    /// Whether every factor is positive wherever it is defined.
    pub fn is_positive(&self) -> bool {
        self.0.iter().all(|(atom, _)| atom.is_positive())
    }

    pub fn exponent(&self, atom: &Atom) -> u32 {
        self.0
            .iter()
            .find(|(a, _)| a == atom)
            .map_or(0, |&(_, e)| e)
    }

    pub fn mul(&self, other: &Monomial) -> Result<Monomial> {
        let mut out = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            match (left.peek(), right.peek()) {
                (None, None) => return Ok(Monomial(out)),
                (Some(_), None) => out.extend(left.by_ref().cloned()),
                (None, Some(_)) => out.extend(right.by_ref().cloned()),
                (Some((a, e)), Some((b, f))) => match a.cmp(b) {
                    Ordering::Less => out.extend(left.next().cloned()),
                    Ordering::Greater => out.extend(right.next().cloned()),
                    Ordering::Equal => {
                        out.push((a.clone(), checked(u64::from(*e) + u64::from(*f))?));
                        left.next();
                        right.next();
                    }
                },
            }
        }
    }

    pub fn pow(&self, exponent: u64) -> Result<Monomial> {
        if exponent == 0 {
            return Ok(Monomial::one());
        }
        let factors = self
            .0
            .iter()
            .map(|(a, e)| Ok((a.clone(), checked(u64::from(*e).saturating_mul(exponent))?)));
        Ok(Monomial(factors.collect::<Result<_>>()?))
    }

    /// `self / other` where it is a monomial.
    pub fn div(&self, other: &Monomial) -> Option<Monomial> {
        let mut out = Vec::with_capacity(self.0.len());
        let mut right = other.0.iter().peekable();
        for (a, e) in &self.0 {
            match right.peek() {
                Some((b, f)) if a == b => {
                    match e.checked_sub(*f)? {
                        0 => {}
                        rest => out.push((a.clone(), rest)),
                    }
                    right.next();
                }
                _ => out.push((a.clone(), *e)),
            }
        }
        right.peek().is_none().then_some(Monomial(out))
    }

    /// The monomial whose square this is.
    pub fn square_root(&self) -> Option<Monomial> {
        let half = |(a, e): &(Atom, u32)| (e % 2 == 0).then(|| (a.clone(), e / 2));
        Some(Monomial(self.0.iter().map(half).collect::<Option<_>>()?))
    }

    pub fn gcd(&self, other: &Monomial) -> Monomial {
        let common = self.0.iter().filter_map(|(a, e)| {
            let least = (*e).min(other.exponent(a));
            (least > 0).then(|| (a.clone(), least))
        });
        Monomial(common.collect())
    }

    /// The same monomial with this copy of an atom in the place of an equal one.
    pub fn with_copies_of(&self, atom: &Atom) -> Monomial {
        let copy = |(a, e): &(Atom, u32)| (if a == atom { atom } else { a }.clone(), *e);
        Monomial(self.0.iter().map(copy).collect())
    }

    /// The factors for which `keep` holds, and the rest.
    pub fn split(&self, keep: impl Fn(&Atom) -> bool) -> (Monomial, Monomial) {
        let (kept, rest) = self.0.iter().cloned().partition(|(a, _)| keep(a));
        (Monomial(kept), Monomial(rest))
    }
}

fn checked(exponent: u64) -> Result<u32> {
    if exponent > MAX_EXPONENT {
        return Err(Error::limit(format!(
            "a power with exponent {exponent} would be needed, more than the limit of {MAX_EXPONENT}"
        ))
        .with_hint("use smaller exponents"));
    }
    Ok(exponent as u32)
}

impl PartialOrd for Monomial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Monomial {
    fn cmp(&self, other: &Self) -> Ordering {
        for ((a, e), (b, f)) in self.0.iter().zip(&other.0) {
            // The monomial that has the smaller, more significant atom is the greater one.
            match b.cmp(a).then(e.cmp(f)) {
                Ordering::Equal => {}
                decided => return decided,
            }
        }
        self.0.len().cmp(&other.0.len())
    }
}
