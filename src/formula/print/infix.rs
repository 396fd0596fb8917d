//! Formulas on one line: operators between operands, and the fewest brackets that keep the tree.
//!
//! A [`Dialect`] says how its numbers, names, powers and calls look. Where an operand stands (its
//! [`Place`]) decides whether it needs brackets.

use rug::Rational;

use super::super::expr::{Binder, Call, Constant, Expr, ExprKind, Factor, Term};
use crate::error::Result;

/// Where a formula stands, from the loosest place to the tightest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// By itself or between commas.
    Whole,
    /// Behind `+` or `-`.
    Term,
    /// At the head of a product.
    Head,
    /// Behind `*`, `/` or `^`.
    Factor,
    /// Before `^`.
    Base,
}

/// How a target writes the pieces of a formula. Whatever a method writes must be an atom of the
/// target (or bring its own brackets), except for `number` of a fraction.
pub(super) trait Dialect: Sized {
    /// Between factors.
    const TIMES: &'static str = "*";
    /// The sign and the operator of subtraction.
    const MINUS: &'static str = "-";
    /// Whether a sign may follow an operator without brackets: `a*-b`, `a - -b`.
    const SIGN_AFTER_OPERATOR: bool = false;

    /// A number ≥ 0. `bare` if the number is all that stands between two commas.
    fn number(out: &mut Writer<Self>, value: &Rational, bare: bool);
    /// π and γ.
    fn constant(constant: Constant) -> &'static str;
    /// The end of a sum or integral.
    const INFINITY: &'static str;
    /// A variable.
    fn name(out: &mut Writer<Self>, name: &str);
    /// A function or quantity; `whole` is the formula `call` came from.
    fn call(out: &mut Writer<Self>, call: &Call, whole: &Expr) -> Result<()>;
    /// A form with a local variable.
    fn binder(out: &mut Writer<Self>, binder: &Binder) -> Result<()>;
    /// A product; in one row unless the target has another way.
    fn product(out: &mut Writer<Self>, factors: &[Factor]) -> Result<()> {
        out.product(factors)
    }
    /// A power; `^` unless the target has another way.
    fn power(out: &mut Writer<Self>, base: &Expr, exponent: &Expr) -> Result<()> {
        out.expr(base, Place::Base)?;
        out.push("^");
        out.expr(exponent, Place::Factor)
    }
    /// Whether an atom looks like more than one thing before an exponent.
    fn is_loose_base(_base: &Expr) -> bool {
        false
    }
}

/// The text so far.
pub(super) struct Writer<D> {
    text: String,
    dialect: std::marker::PhantomData<D>,
}

/// The whole formula in the dialect `D`.
pub(super) fn print<D: Dialect>(expr: &Expr) -> Result<String> {
    let mut writer = Writer::<D> {
        text: String::new(),
        dialect: std::marker::PhantomData,
    };
    writer.expr(expr, Place::Whole)?;
    Ok(writer.text)
}

impl<D: Dialect> Writer<D> {
    /// Appends text as it is.
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Formulas with commas between.
    pub(super) fn list<'a>(&mut self, entries: impl IntoIterator<Item = &'a Expr>) -> Result<()> {
        for (i, entry) in entries.into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.expr(entry, Place::Whole)?;
        }
        Ok(())
    }

    /// A formula at a place, in brackets where the place needs them.
    pub(super) fn expr(&mut self, expr: &Expr, place: Place) -> Result<()> {
        if !Self::needs_brackets(expr, place) {
            return self.unbracketed(expr, place);
        }
        self.push("(");
        self.unbracketed(expr, Place::Whole)?;
        self.push(")");
        Ok(())
    }

    fn needs_brackets(expr: &Expr, place: Place) -> bool {
        match &expr.kind {
            ExprKind::Sum(_) => place > Place::Whole,
            ExprKind::Number(n) if *n < 0 => Self::sign_needs_brackets(place),
            ExprKind::Negate(_) => Self::sign_needs_brackets(place),
            ExprKind::Product(_) => place > Place::Term,
            ExprKind::Number(n) if !n.is_integer() => place > Place::Head,
            ExprKind::Power(..) => place == Place::Base,
            _ => place == Place::Base && D::is_loose_base(expr),
        }
    }

    fn sign_needs_brackets(place: Place) -> bool {
        match place {
            Place::Whole => false,
            Place::Term | Place::Factor => !D::SIGN_AFTER_OPERATOR,
            Place::Head | Place::Base => true,
        }
    }

    fn unbracketed(&mut self, expr: &Expr, place: Place) -> Result<()> {
        match &expr.kind {
            ExprKind::Number(n) if *n < 0 => {
                self.push(D::MINUS);
                D::number(self, &n.clone().abs(), false);
                Ok(())
            }
            ExprKind::Number(n) => {
                D::number(self, n, place == Place::Whole);
                Ok(())
            }
            ExprKind::Constant(constant) => {
                self.push(D::constant(*constant));
                Ok(())
            }
            ExprKind::Infinity => {
                self.push(D::INFINITY);
                Ok(())
            }
            ExprKind::Name(name) => {
                D::name(self, name);
                Ok(())
            }
            ExprKind::Negate(inner) => {
                self.push(D::MINUS);
                self.expr(
                    inner,
                    if place == Place::Factor {
                        place
                    } else {
                        Place::Term
                    },
                )
            }
            ExprKind::Sum(terms) => self.sum(terms),
            ExprKind::Product(factors) => D::product(self, factors),
            ExprKind::Power(base, exponent) => D::power(self, base, exponent),
            ExprKind::Call(call) => D::call(self, call, expr),
            ExprKind::List(entries) => {
                self.push("[");
                self.list(entries)?;
                self.push("]");
                Ok(())
            }
            ExprKind::Binder(binder) => D::binder(self, binder),
        }
    }

    fn sum(&mut self, terms: &[Term]) -> Result<()> {
        for (i, Term { negative, value }) in terms.iter().enumerate() {
            match (i, negative) {
                (0, false) => {
                    // A sign here would be read as the sign of the term, not as its value.
                    let signed = match &value.kind {
                        ExprKind::Negate(_) => true,
                        ExprKind::Number(n) => *n < 0,
                        _ => false,
                    };
                    self.expr(value, if signed { Place::Head } else { Place::Term })?;
                    continue;
                }
                (0, true) => self.push(D::MINUS),
                (_, false) => self.push(" + "),
                (_, true) => {
                    self.push(" ");
                    self.push(D::MINUS);
                    self.push(" ");
                }
            }
            self.expr(value, Place::Term)?;
        }
        if terms.is_empty() {
            D::number(self, &Rational::new(), false);
        }
        Ok(())
    }

    fn product(&mut self, factors: &[Factor]) -> Result<()> {
        if factors.first().is_none_or(|f| f.inverse) {
            D::number(self, &Rational::from(1), false);
        }
        for (i, Factor { inverse, value }) in factors.iter().enumerate() {
            match (i, inverse) {
                (0, false) => {
                    self.expr(value, Place::Head)?;
                    continue;
                }
                (_, true) => self.push("/"),
                (_, false) => self.push(D::TIMES),
            }
            self.expr(value, Place::Factor)?;
        }
        Ok(())
    }
}
