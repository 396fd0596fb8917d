//! What a formula is once it has been read: [`Expr`], a tree with flat sums and products.
//!
//! A node remembers the byte range of the text it came from, so that every later error can point
//! at its place; the range takes no part in comparisons. Trees are at most `Limits::max_nesting`
//! brackets deep, because the parser refuses deeper ones, so recursion over them (Drop included)
//! is safe.

use std::ops::Range;

use rug::{Integer, Rational};

/// A formula, and where its text stood.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What the formula is.
    pub kind: ExprKind,
    /// The byte range of its text; empty for a formula that no text gave.
    pub span: Range<usize>,
}

/// The sorts of formula.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// An exact number. Decimals are exact: `0.1` is 1/10. The parser gives only non-negative ones.
    Number(Rational),
    /// `pi` or `euler_gamma`.
    Constant(Constant),
    /// `inf`, allowed only as the end of a sum, product or integral.
    Infinity,
    /// A variable, free or bound, or the bare name of an activation or layer.
    Name(String),
    /// `-x`.
    Negate(Box<Expr>),
    /// `a + b - c`: a flat chain of two or more terms.
    Sum(Vec<Term>),
    /// `a * b / c`: a flat chain of two or more factors.
    Product(Vec<Factor>),
    /// `base ^ exponent`.
    Power(Box<Expr>, Box<Expr>),
    /// `name(argument, name=argument)`.
    Call(Call),
    /// `[a, b, c]`.
    List(Vec<Expr>),
    /// A form with a local variable: `sum(E, k=a..b)`, `diff(E, t)`.
    Binder(Box<Binder>),
}

/// The named constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Constant {
    /// π.
    Pi,
    /// Euler's constant γ.
    EulerGamma,
}

/// A term of a sum with its sign.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Whether the term is subtracted.
    pub negative: bool,
    /// The term without its sign.
    pub value: Expr,
}

/// A factor of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Whether the product is divided by it.
    pub inverse: bool,
    /// The factor itself.
    pub value: Expr,
}

/// A function or quantity applied to arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The name, dotted names whole: `angle.rate`.
    pub name: String,
    /// The arguments in the order written.
    pub arguments: Vec<Argument>,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The parameter's name where it was written: `n=16`.
    pub name: Option<String>,
    /// The value.
    pub value: Expr,
}

/// A form with a local variable.
#[derive(Debug, Clone, PartialEq)]
pub struct Binder {
    /// Which form.
    pub kind: BinderKind,
    /// The formula in which the variable is local.
    pub body: Expr,
    /// The local variable.
    pub variable: String,
}

/// The forms with a local variable, with what they need beside the body.
#[derive(Debug, Clone, PartialEq)]
pub enum BinderKind {
    /// `sum(E, k=from..to)`, both ends included; `to` may be [`ExprKind::Infinity`].
    Sum {
        /// The first value.
        from: Expr,
        /// The last value.
        to: Expr,
    },
    /// `product(E, k=from..to)`, both ends included.
    Product {
        /// The first value.
        from: Expr,
        /// The last value.
        to: Expr,
    },
    /// `integral(E, u=from..to)`.
    Integral {
        /// The lower end.
        from: Expr,
        /// The upper end.
        to: Expr,
    },
    /// `diff(E, t, order)`; the variable stays free in the result.
    Derivative {
        /// How many times; an exact integer formula.
        order: Expr,
    },
    /// `coefficient(E, t, k)`: the coefficient of t^k of the expansion at t = 0.
    Coefficient {
        /// Which power; an exact integer formula.
        index: Expr,
    },
}

/// A relation between two formulas.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The left side.
    pub left: Expr,
    /// How the sides are said to be related.
    pub relation: Relation,
    /// The right side.
    pub right: Expr,
    /// The text of the right side of `~=`, whose last place is part of the claim.
    pub literal: Option<Literal>,
}

/// The relations of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `~=`: rounds to the literal on the right, or agrees with a published estimate.
    Rounds,
}

/// A decimal literal whose last place matters: `0.0092983579`, `0.1739(8)`, `-4.1e-3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// The value as written, sign included.
    pub value: Rational,
    /// The power of ten of the last digit written: −10 for `0.0092983579`.
    pub last_place: i64,
    /// The published standard error, `8·10^last_place` for `0.1739(8)`.
    pub standard_error: Option<Rational>,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl From<ExprKind> for Expr {
    fn from(kind: ExprKind) -> Self {
        Expr { kind, span: 0..0 }
    }
}

impl From<i64> for Expr {
    fn from(value: i64) -> Self {
        Expr::rational(Rational::from(value))
    }
}

impl From<Integer> for Expr {
    fn from(value: Integer) -> Self {
        Expr::rational(Rational::from(value))
    }
}

/// Constructors that keep trees tidy: sums and products stay flat, signs stand outside.
impl Expr {
    /// An exact number of either sign.
    pub fn rational(value: Rational) -> Expr {
        if value < 0 {
            Expr::from(ExprKind::Number(-value)).negate()
        } else {
            ExprKind::Number(value).into()
        }
    }

    /// π.
    pub fn pi() -> Expr {
        ExprKind::Constant(Constant::Pi).into()
    }

    /// A variable.
    pub fn name(name: impl Into<String>) -> Expr {
        ExprKind::Name(name.into()).into()
    }

    /// A function or quantity of positional arguments.
    pub fn call(name: impl Into<String>, arguments: Vec<Expr>) -> Expr {
        let arguments = arguments
            .into_iter()
            .map(|value| Argument { name: None, value })
            .collect();
        ExprKind::Call(Call {
            name: name.into(),
            arguments,
        })
        .into()
    }

    /// `-self`; a double sign cancels.
    #[must_use]
    pub fn negate(self) -> Expr {
        match self.kind {
            ExprKind::Negate(inner) => *inner,
            _ => ExprKind::Negate(Box::new(self)).into(),
        }
    }

    /// The sum of the terms, flat: 0 for none, the term itself for one.
    pub fn sum(terms: impl IntoIterator<Item = Expr>) -> Expr {
        let mut flat: Vec<Term> = Vec::new();
        for expr in terms {
            push_term(&mut flat, false, expr);
        }
        match flat.len() {
            0 => Expr::from(0),
            1 => match flat.pop() {
                Some(Term {
                    negative: true,
                    value,
                }) => value.negate(),
                Some(Term { value, .. }) => value,
                None => Expr::from(0),
            },
            _ => ExprKind::Sum(flat).into(),
        }
    }

    /// The product of the factors, flat: 1 for none, the factor itself for one.
    pub fn product(factors: impl IntoIterator<Item = Expr>) -> Expr {
        let mut negative = false;
        let mut flat: Vec<Factor> = Vec::new();
        for expr in factors {
            push_factor(&mut flat, &mut negative, false, expr);
        }
        Self::finish_product(flat, negative)
    }

    /// `self / denominator`.
    #[must_use]
    pub fn over(self, denominator: Expr) -> Expr {
        let mut negative = false;
        let mut flat: Vec<Factor> = Vec::new();
        push_factor(&mut flat, &mut negative, false, self);
        push_factor(&mut flat, &mut negative, true, denominator);
        Self::finish_product(flat, negative)
    }

    /// `self ^ exponent`; the first power is the formula itself.
    #[must_use]
    pub fn power(self, exponent: impl Into<Expr>) -> Expr {
        let exponent = exponent.into();
        if matches!(&exponent.kind, ExprKind::Number(n) if *n == 1) {
            return self;
        }
        ExprKind::Power(Box::new(self), Box::new(exponent)).into()
    }

    /// The same formula standing at a byte range of a text.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Expr {
        self.span = span;
        self
    }

    /// A product as the parser would read it: it begins with a factor that is no divisor, and a
    /// fraction of integers at its head is one number.
    fn finish_product(mut flat: Vec<Factor>, negative: bool) -> Expr {
        // A product begins with a factor that is not divided by.
        if let Some(position) = flat.iter().position(|factor| !factor.inverse) {
            flat[..=position].rotate_right(1);
        } else {
            let one = Factor {
                inverse: false,
                value: Expr::from(1),
            };
            flat.insert(0, one);
        }
        if flat.len() > 1
            && flat[1].inverse
            && let Some(fraction) = flat[0].value.fraction_over(&flat[1].value)
        {
            flat.remove(1);
            flat[0].value = fraction;
        }
        let value = if flat.len() == 1 {
            flat.swap_remove(0).value
        } else {
            ExprKind::Product(flat).into()
        };
        if negative { value.negate() } else { value }
    }

    /// The number `self/divisor`, if both are integers and the quotient is none.
    pub(super) fn fraction_over(&self, divisor: &Expr) -> Option<Expr> {
        let (ExprKind::Number(n), ExprKind::Number(d)) = (&self.kind, &divisor.kind) else {
            return None;
        };
        if !n.is_integer() || !d.is_integer() || *d == 0 {
            return None;
        }
        let quotient = Rational::from((n.numer(), d.numer()));
        (!quotient.is_integer()).then(|| Expr::rational(quotient))
    }

    /// The formulas that this one is directly made of, in the order in which they are written.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_)
            | ExprKind::Constant(_)
            | ExprKind::Infinity
            | ExprKind::Name(_) => Vec::new(),
            ExprKind::Negate(inner) => vec![inner],
            ExprKind::Sum(terms) => terms.iter().map(|term| &term.value).collect(),
            ExprKind::Product(factors) => factors.iter().map(|factor| &factor.value).collect(),
            ExprKind::Power(base, exponent) => vec![base, exponent],
            ExprKind::Call(call) => call.arguments.iter().map(|a| &a.value).collect(),
            ExprKind::List(entries) => entries.iter().collect(),
            ExprKind::Binder(binder) => match &binder.kind {
                BinderKind::Sum { from, to }
                | BinderKind::Product { from, to }
                | BinderKind::Integral { from, to } => vec![&binder.body, from, to],
                BinderKind::Derivative { order: number }
                | BinderKind::Coefficient { index: number } => vec![&binder.body, number],
            },
        }
    }

    /// As [`Expr::children`], to change them in place.
    pub fn children_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Number(_)
            | ExprKind::Constant(_)
            | ExprKind::Infinity
            | ExprKind::Name(_) => Vec::new(),
            ExprKind::Negate(inner) => vec![inner],
            ExprKind::Sum(terms) => terms.iter_mut().map(|term| &mut term.value).collect(),
            ExprKind::Product(factors) => factors.iter_mut().map(|f| &mut f.value).collect(),
            ExprKind::Power(base, exponent) => vec![base, exponent],
            ExprKind::Call(call) => call.arguments.iter_mut().map(|a| &mut a.value).collect(),
            ExprKind::List(entries) => entries.iter_mut().collect(),
            ExprKind::Binder(binder) => match &mut binder.kind {
                BinderKind::Sum { from, to }
                | BinderKind::Product { from, to }
                | BinderKind::Integral { from, to } => vec![&mut binder.body, from, to],
                BinderKind::Derivative { order: number }
                | BinderKind::Coefficient { index: number } => vec![&mut binder.body, number],
            },
        }
    }
}

fn push_term(flat: &mut Vec<Term>, negative: bool, expr: Expr) {
    match expr.kind {
        ExprKind::Negate(inner) => push_term(flat, !negative, *inner),
        ExprKind::Sum(terms) => {
            flat.extend(terms.into_iter().map(|t| Term {
                negative: t.negative != negative,
                value: t.value,
            }));
        }
        ExprKind::Number(n) if n == 0 => {}
        _ => flat.push(Term {
            negative,
            value: expr,
        }),
    }
}

fn push_factor(flat: &mut Vec<Factor>, negative: &mut bool, inverse: bool, expr: Expr) {
    match expr.kind {
        ExprKind::Negate(inner) => {
            *negative = !*negative;
            push_factor(flat, negative, inverse, *inner);
        }
        ExprKind::Product(factors) => {
            // The numerator 1 of a lone inverse is no factor of a longer product.
            let factors = factors.into_iter().filter(|f| f.value != Expr::from(1));
            flat.extend(factors.map(|f| Factor {
                inverse: f.inverse != inverse,
                value: f.value,
            }));
        }
        ExprKind::Number(n) if n == 1 => {}
        _ => flat.push(Factor {
            inverse,
            value: expr,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_stay_flat() {
        let x = || Expr::name("x");
        let sum = Expr::sum([x(), Expr::sum([x(), x().negate()]), Expr::from(0)]);
        assert!(matches!(&sum.kind, ExprKind::Sum(terms) if terms.len() == 3 && terms[2].negative));
        assert_eq!(Expr::sum([x().negate(), Expr::from(0)]), x().negate());
        let product = Expr::product([x().negate(), x().over(Expr::from(2)), Expr::from(1)]);
        let ExprKind::Negate(inner) = &product.kind else {
            panic!("the sign stands outside")
        };
        assert!(
            matches!(&inner.kind, ExprKind::Product(factors) if factors.len() == 3 && factors[2].inverse)
        );
    }

    #[test]
    fn places_take_no_part_in_comparisons() {
        assert_eq!(Expr::name("t").at(3..4), Expr::name("t"));
    }

    #[test]
    fn a_lone_inverse_keeps_its_numerator() {
        let inverse = Expr::product([Expr::from(1).over(Expr::name("x"))]);
        assert!(matches!(&inverse.kind, ExprKind::Product(factors) if factors.len() == 2));
    }

    #[test]
    fn a_fraction_of_integers_is_one_number() {
        let half = || Expr::rational(Rational::from((1, 2)));
        assert_eq!(Expr::from(1).over(Expr::from(2)), half());
        assert_eq!(
            Expr::from(1).over(Expr::product([Expr::from(2), Expr::name("x")])),
            half().over(Expr::name("x"))
        );
        assert!(matches!(
            Expr::from(1).over(Expr::from(0)).kind,
            ExprKind::Product(_)
        ));
        assert!(matches!(
            Expr::from(4).over(Expr::from(2)).kind,
            ExprKind::Product(_)
        ));
    }
}
