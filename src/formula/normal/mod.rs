//! The normal form of a formula: a quotient of polynomials over Q in atoms, which decides equality
//! modulo the relations that the atoms are known to satisfy.
//!
//! # What a zero proves
//!
//! Let R be the ring of polynomials over Q in the atoms modulo their relations (the table in the
//! `atom` file: sin² = 1 − cos², root^k = radicand, …). Every rewriting step replaces a formula by
//! one with the same value at each real point where both are defined; the steps are listed at the
//! head of the files `angle`, `powers`, `exponential` and `combinatorial`. Every atom is a real
//! function and every relation holds at each point of its domain, so polynomials that are equal in
//! R have equal values. Numerators and denominators are multiplied only by elements of R that are
//! not zero divisors, and only such factors are cancelled. Therefore:
//!
//! **If the normal form of E is zero, then E = 0 at every real point at which E and the atoms of
//! its reading are defined.** In particular every divisor inside E has to be non-zero there:
//! `t/t == 1` is proved for t ≠ 0, and a division by a formula whose normal form is zero is a
//! domain error. Points at which an atom is undefined although E is defined are isolated limits,
//! such as x = 0 in x·ln(1/x) written with ln(x).
//!
//! # What it does not prove
//!
//! **A non-zero normal form proves nothing.** Atoms may satisfy relations that are not known here
//! (exp(1) and π, √x·√y and √(xy), ζ(3) and anything). Identities that fail on a part of the real
//! domain are not used: √(x²) is |x| and not x; acos(cos t) is not t; √(xy) is not split, nor is
//! ln(xy), unless one factor is a positive constant or an exponential; (x²)^y is not x^(2y).

mod angle;
mod atom;
mod combinatorial;
mod derivative;
mod expansion;
mod exponential;
mod express;
mod fraction;
mod functions;
mod gcd;
mod monomial;
mod normaliser;
mod polynomial;
mod powers;
mod unfold;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::polynomial::Poly;
use crate::error::Result;
use crate::formula::expr::{Call, Expr};
use crate::limits::Limits;

pub use self::derivative::{derivative, nth_derivative};
pub use self::expansion::{Expansion, expand_at, usual_order};

/// Gives the closed forms of a theory's quantities to the normal form.
pub trait Expander {
    /// The closed form of a quantity at its arguments, in elementary functions and possibly
    /// further quantities; `None` if none is known. The arguments are as they were written.
    ///
    /// # Errors
    /// A domain error where the quantity is not defined at the arguments.
    fn expand(&self, call: &Call, limits: &Limits) -> Result<Option<Expr>>;

    /// The series of a quantity without closed form as one of its arguments grows; `None` if none
    /// is known.
    ///
    /// # Errors
    /// A domain error where the quantity is not defined at the arguments.
    fn formal_series(&self, call: &Call, limits: &Limits) -> Result<Option<FormalSeries>> {
        let _ = (call, limits);
        Ok(None)
    }

    /// The Taylor series of a quantity as one of its arguments goes to 0, where it is found without the
    /// closed form; `None` elsewhere.
    ///
    /// # Errors
    /// A domain error where the quantity is not defined at the arguments.
    fn taylor_series(&self, call: &Call, limits: &Limits) -> Result<Option<TaylorSeries>> {
        let _ = (call, limits);
        Ok(None)
    }
}

/// A series Σ c_j x^j in one argument x of a quantity, convergent or asymptotic for x → 0.
pub struct TaylorSeries {
    /// The argument x.
    pub small: Expr,
    /// The first coefficients c_0, c_1, …, as many as are asked for, without x.
    pub coefficients: TaylorCoefficients,
    /// Most coefficients that may be asked for; longer expansions go through the closed form.
    pub longest: usize,
}

/// The first coefficients of a [`TaylorSeries`].
pub type TaylorCoefficients = Box<dyn Fn(usize, &Limits) -> Result<Vec<Expr>>>;

/// A formal series Σ c_k n^{−k} in one argument n of a quantity, asymptotic for n → ∞.
pub struct FormalSeries {
    /// The argument n.
    pub large: Expr,
    /// The last k whose coefficient is known.
    pub last: u32,
    /// c_k as a formula of the other arguments.
    pub coefficient: Coefficient,
    /// The quantity whose value is c_k, k ≥ 1, as a call, if there is one.
    pub named: Option<Box<dyn Fn(u32) -> Expr>>,
}

/// The k-th coefficient of a [`FormalSeries`]; a limit error beyond the last known one.
pub type Coefficient = Box<dyn Fn(u32, &Limits) -> Result<Expr>>;

/// A theory without quantities: every unknown call is opaque.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoQuantities;

impl Expander for NoQuantities {
    fn expand(&self, _: &Call, _: &Limits) -> Result<Option<Expr>> {
        Ok(None)
    }
}

/// An element of the field that the atoms of a formula generate over Q: numerator and denominator
/// reduced modulo the relations, in lowest terms where the gcd is found.
///
/// `==` compares the representation. To decide equality, test a difference with
/// [`NormalForm::is_zero`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NormalForm {
    num: Poly,
    den: Poly,
}

impl NormalForm {
    /// The normal form of a formula.
    ///
    /// Angles, exponents and roots are measured in units that depend on the whole formula: compare
    /// two formulas by [`NormalForm::difference`], not by the difference of two separate forms.
    ///
    /// # Errors
    /// A domain error where the formula has no value anywhere (`1/(t-t)`, `sqrt(-2)`), or is a list; a limit
    /// error when it becomes too large.
    pub fn of(expr: &Expr, limits: &Limits, expander: &dyn Expander) -> Result<NormalForm> {
        let unfolded = unfold::unfold(expr, limits, expander)?;
        Ok(normaliser::normalise(&[&unfolded], limits)?.swap_remove(0))
    }

    /// The normal form of `left − right`. Both are read together, so that sin(t) on one side meets
    /// sin(t/2) on the other; zero proves the identity in the sense of the
    /// [module](crate::formula::normal).
    ///
    /// # Errors
    /// As [`NormalForm::of`].
    pub fn difference(
        left: &Expr,
        right: &Expr,
        limits: &Limits,
        expander: &dyn Expander,
    ) -> Result<NormalForm> {
        let left = unfold::unfold(left, limits, expander)?;
        let right = unfold::unfold(right, limits, expander)?;
        let forms = normaliser::normalise(&[&left, &right], limits)?;
        forms[0].sub(&forms[1], limits)
    }

    /// The names of the variables that occur.
    pub fn variables(&self) -> BTreeSet<String> {
        let mut variables = BTreeSet::new();
        self.collect_variables(&mut variables);
        variables
    }

    fn collect_variables(&self, into: &mut BTreeSet<String>) {
        self.num.collect_variables(into);
        self.den.collect_variables(into);
    }

    /// A tidy closed form: rational content and powers of π outside, sums collected.
    pub fn to_expr(&self) -> Expr {
        express::express(self)
    }
}
