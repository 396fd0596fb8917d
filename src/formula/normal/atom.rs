//! The generators of the field of normal forms: variables, constants, and functions of normal forms.
//!
//! An atom stands for one real function on its natural domain, or for one real constant. An
//! algebraic atom carries its relation `atom^degree = value`, in which `value` is a polynomial in
//! atoms of a lower level, so that repeated replacement ends. Each relation holds at every real
//! point at which the atom is defined:
//!
//! | atom | relation |
//! |---|---|
//! | sin β | sin² β = 1 − cos² β |
//! | the root r = d·(n/d)^(1/k) of a fraction n/d | r^k = n·d^(k−1) |
//! | \|f\| | \|f\|² = f² |
//! | the k-th root of a prime p | root^k = p |
//! | cos(π/2^e), e ≥ 3 | cos²(π/2^e) = (1 + cos(π/2^(e−1)))/2 |
//! | cos(π/p^e) | its minimal polynomial over Q |
//!
//! π itself is the square of the atom √π, which has no relation: π is transcendental.

use std::cmp::Ordering;
use std::sync::Arc;

use rug::Integer;

use super::NormalForm;
use super::polynomial::Poly;

/// A generator. Cheap to clone; equal atoms are equal as formulas, not by address.
#[derive(Debug, Clone)]
pub(super) struct Atom(Arc<Data>);

#[derive(Debug)]
struct Data {
    kind: AtomKind,
    relation: Option<Relation>,
    level: u32,
    constant: bool,
}

/// `atom^degree = value`.
#[derive(Debug)]
pub(super) struct Relation {
    pub degree: u32,
    pub value: Poly,
}

/// What an atom stands for. The order of the variants is the order of the atoms: the earlier ones
/// are the more significant ones in the lexicographic order of monomials.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AtomKind {
    /// A variable.
    Variable(String),
    /// A function of which nothing is used but that equal arguments give equal values.
    Call(String, Vec<Operand>),
    /// A sum, product or integral that stays as it is.
    Bound(Box<Bound>),
    /// ln of a canonical form.
    Ln(NormalForm),
    /// exp of a unit exponent.
    Exp(NormalForm),
    /// base^exponent for a unit exponent that is not rational.
    Power(NormalForm, NormalForm),
    /// cos of a unit angle.
    Cos(NormalForm),
    /// sin of a unit angle.
    Sin(NormalForm),
    /// |f|.
    Abs(Poly),
    /// den·(num/den)^(1/k) for a fraction num/den: its k-th power is the polynomial num·den^(k−1).
    Root(NormalForm, u32),
    /// The real cube root of a polynomial of either sign.
    CubeRoot(Poly),
    /// Euler's constant.
    EulerGamma,
    /// cos(π/n) for a prime power n.
    CosPi(u32),
    /// sin(π/n) for a prime power n.
    SinPi(u32),
    /// The positive k-th root of a prime (or of a number without a known factor).
    PrimeRoot(Integer, u32),
    /// √π.
    SqrtPi,
}

/// An argument of an opaque call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operand {
    Value(NormalForm),
    List(Vec<Operand>),
    Named(String, Box<Operand>),
}

/// A form with a local variable that is not carried out. The variable has a canonical name, so
/// that the same form in another letter is the same atom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bound {
    pub form: BoundForm,
    pub body: NormalForm,
    pub variable: String,
    pub from: End,
    pub to: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BoundForm {
    Sum,
    Product,
    Integral,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    NegativeInfinity,
    Value(NormalForm),
    Infinity,
}

impl Atom {
    /// An atom without a relation.
    pub fn free(kind: AtomKind) -> Atom {
        Self::build(kind, None)
    }

    /// An atom with `atom^degree = value`; `value` is in atoms that do not contain this one.
    pub fn algebraic(kind: AtomKind, degree: u32, value: Poly) -> Atom {
        Self::build(kind, Some(Relation { degree, value }))
    }

    fn build(kind: AtomKind, relation: Option<Relation>) -> Atom {
        let level = match &relation {
            None => 0,
            Some(r) => 1 + r.value.atoms().iter().map(Atom::level).max().unwrap_or(0),
        };
        let constant = kind.is_constant();
        Atom(Arc::new(Data {
            kind,
            relation,
            level,
            constant,
        }))
    }

    pub fn kind(&self) -> &AtomKind {
        &self.0.kind
    }

    pub fn relation(&self) -> Option<&Relation> {
        self.0.relation.as_ref()
    }

    /// 0 for an atom without a relation, otherwise one more than the levels in the relation.
    pub fn level(&self) -> u32 {
        self.0.level
    }

    /// Whether no variable occurs in it.
    pub fn is_constant(&self) -> bool {
        self.0.constant
    }

    /// Whether its value is known to be positive wherever it is defined.
    pub fn is_positive(&self) -> bool {
        match self.kind() {
            AtomKind::Exp(_)
            | AtomKind::EulerGamma
            | AtomKind::SinPi(_)
            | AtomKind::PrimeRoot(..)
            | AtomKind::SqrtPi => true,
            // n is a prime power above 2, so that π/n is below π/2.
            AtomKind::CosPi(n) => *n > 2,
            _ => false,
        }
    }
}

impl AtomKind {
    fn is_constant(&self) -> bool {
        match self {
            AtomKind::Variable(_) => false,
            AtomKind::Call(_, operands) => operands.iter().all(Operand::is_constant),
            AtomKind::Bound(bound) => {
                let end = |end: &End| match end {
                    End::Value(value) => value.is_constant(),
                    _ => true,
                };
                let mut variables = std::collections::BTreeSet::new();
                bound.body.collect_variables(&mut variables);
                variables.remove(&bound.variable);
                variables.is_empty() && end(&bound.from) && end(&bound.to)
            }
            AtomKind::Ln(f)
            | AtomKind::Exp(f)
            | AtomKind::Cos(f)
            | AtomKind::Sin(f)
            | AtomKind::Root(f, _) => f.is_constant(),
            AtomKind::Power(base, exponent) => base.is_constant() && exponent.is_constant(),
            AtomKind::Abs(f) | AtomKind::CubeRoot(f) => f.is_constant(),
            AtomKind::EulerGamma
            | AtomKind::CosPi(_)
            | AtomKind::SinPi(_)
            | AtomKind::PrimeRoot(..)
            | AtomKind::SqrtPi => true,
        }
    }

    /// Adds the names of the variables that occur free.
    pub fn collect_variables(&self, into: &mut std::collections::BTreeSet<String>) {
        match self {
            AtomKind::Variable(name) => {
                into.insert(name.clone());
            }
            AtomKind::Call(_, operands) => {
                for operand in operands {
                    operand.collect_variables(into);
                }
            }
            AtomKind::Bound(bound) => {
                let mut inner = std::collections::BTreeSet::new();
                bound.body.collect_variables(&mut inner);
                inner.remove(&bound.variable);
                into.extend(inner);
                for end in [&bound.from, &bound.to] {
                    if let End::Value(value) = end {
                        value.collect_variables(into);
                    }
                }
            }
            AtomKind::Ln(f)
            | AtomKind::Exp(f)
            | AtomKind::Cos(f)
            | AtomKind::Sin(f)
            | AtomKind::Root(f, _) => f.collect_variables(into),
            AtomKind::Power(base, exponent) => {
                base.collect_variables(into);
                exponent.collect_variables(into);
            }
            AtomKind::Abs(f) | AtomKind::CubeRoot(f) => f.collect_variables(into),
            AtomKind::EulerGamma
            | AtomKind::CosPi(_)
            | AtomKind::SinPi(_)
            | AtomKind::PrimeRoot(..)
            | AtomKind::SqrtPi => {}
        }
    }
}

impl Operand {
    fn is_constant(&self) -> bool {
        match self {
            Operand::Value(value) => value.is_constant(),
            Operand::List(operands) => operands.iter().all(Operand::is_constant),
            Operand::Named(_, operand) => operand.is_constant(),
        }
    }

    fn collect_variables(&self, into: &mut std::collections::BTreeSet<String>) {
        match self {
            Operand::Value(value) => value.collect_variables(into),
            Operand::List(operands) => {
                for operand in operands {
                    operand.collect_variables(into);
                }
            }
            Operand::Named(_, operand) => operand.collect_variables(into),
        }
    }
}

impl PartialEq for Atom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.kind == other.0.kind
    }
}

impl Eq for Atom {}

impl PartialOrd for Atom {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Atom {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.0.kind.cmp(&other.0.kind)
    }
}
