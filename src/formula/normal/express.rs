//! From a normal form back to a formula that a person would write.
//!
//! The content, the powers of π and common factors stand outside; sin² and radicands are restored
//! in denominators (1/sin(t) and not sin(t)/(1 − cos(t)²)); `pi - t` is kept together where that
//! makes the formula shorter; sums are collected by π − t, by sines and by roots.

use rug::{Integer, Rational};

use super::NormalForm;
use super::atom::{Atom, AtomKind, Bound, BoundForm, End, Operand};
use super::monomial::Monomial;
use super::polynomial::Poly;
use crate::formula::expr::{Argument, Binder, BinderKind, Call, Constant, Expr, ExprKind, Factor};
use crate::limits::Limits;

/// The formula of a normal form.
pub(super) fn express(form: &NormalForm) -> Expr {
    if form.is_zero() {
        return Expr::from(0);
    }
    let (mut num, mut den) = (form.num.clone(), form.den.clone());
    let mut below = restore_denominator(&mut num, &mut den);
    move_roots_down(&mut num, &mut den, &mut below);
    let mut content = num.content() / den.content();
    for f in [&mut num, &mut den] {
        *f = f.scale(&f.content().recip());
        if f.terms().all(|(_, c)| *c < 0) {
            *f = std::mem::take(f).neg();
            content = -content;
        }
    }
    let mut numerator = Vec::new();
    let mut denominator = Vec::new();
    push_integer(&mut numerator, content.numer().clone().abs());
    push_integer(&mut denominator, content.denom().clone());
    push_factors(&mut numerator, &num);
    push_factors(&mut denominator, &den);
    denominator.extend(below);
    let fraction = match denominator.len() {
        0 => Expr::product(numerator),
        _ => quotient(Expr::product(numerator), Expr::product(denominator)),
    };
    if content < 0 {
        fraction.negate()
    } else {
        fraction
    }
}

/// a/b with b as one divisor: x/(2*pi) and not x/2/pi.
fn quotient(above: Expr, below: Expr) -> Expr {
    let mut factors = match above.kind {
        ExprKind::Product(factors) => factors,
        _ => vec![Factor {
            inverse: false,
            value: above,
        }],
    };
    factors.push(Factor {
        inverse: true,
        value: below,
    });
    ExprKind::Product(factors).into()
}

fn push_integer(factors: &mut Vec<Expr>, value: Integer) {
    if value != 1 {
        factors.push(Expr::from(value));
    }
}

/// The common monomial and what is left of a polynomial, as factors.
fn push_factors(factors: &mut Vec<Expr>, f: &Poly) {
    let common = f.monomial_content();
    if let Some(rest) = f.div_monomial(&common) {
        push_monomial(factors, &common);
        if !rest.is_one() {
            factors.push(sum_of(&rest));
        }
    }
}

/// Writes q^j in a denominator, for a square relation a² = q, as a power of a; a numerator that is
/// divisible by a cancels one. Returns the powers.
fn restore_denominator(num: &mut Poly, den: &mut Poly) -> Vec<Expr> {
    let limits = Limits::default();
    let mut factors = Vec::new();
    // Any sine or root whose square could stand there occurs in the numerator, or its cosine below.
    let mut candidates = num.atoms();
    for atom in den.atoms() {
        if let AtomKind::Cos(angle) = atom.kind() {
            let square = Poly::one().sub(&Poly::term(Monomial::atom(atom.clone(), 2), 1));
            candidates.insert(Atom::algebraic(AtomKind::Sin(angle.clone()), 2, square));
        }
    }
    for atom in candidates {
        let Some(relation) = atom.relation().filter(|r| r.degree == 2) else {
            continue;
        };
        if relation.value.as_rational().is_some()
            || matches!(atom.kind(), AtomKind::CosPi(_) | AtomKind::SinPi(_))
        {
            continue;
        }
        let mut power = 0u32;
        while let Ok(Some(quotient)) = den.div_exact(&relation.value, &limits) {
            *den = quotient;
            power += 2;
        }
        if power == 0 {
            continue;
        }
        let single = Monomial::atom(atom.clone(), 1);
        if let Some(cancelled) = num.div_monomial(&single) {
            *num = cancelled;
            power -= 1;
        }
        push_monomial(&mut factors, &Monomial::atom(atom, power));
    }
    factors
}

/// √2/√π is 2/√(2π): constant square roots above an odd power of √π go below.
fn move_roots_down(num: &mut Poly, den: &mut Poly, below: &mut Vec<Expr>) {
    let sqrt_pi = Atom::free(AtomKind::SqrtPi);
    let odd = |f: &Poly| f.monomial_content().exponent(&sqrt_pi) % 2 == 1;
    if !odd(den) {
        return;
    }
    let is_root = |a: &Atom| matches!(a.kind(), AtomKind::PrimeRoot(_, 2));
    let (roots, _) = num.monomial_content().split(is_root);
    let mut radicand = Integer::from(1);
    for (atom, _) in roots.factors() {
        if let AtomKind::PrimeRoot(prime, _) = atom.kind() {
            radicand *= prime;
        }
    }
    let single = Monomial::atom(sqrt_pi, 1);
    if let (Some(upper), Some(lower)) = (num.div_monomial(&roots), den.div_monomial(&single)) {
        *num = upper.scale(&Rational::from(&radicand));
        *den = lower;
        let inside = Expr::product([Expr::from(radicand), Expr::pi()]);
        below.push(Expr::call("sqrt", vec![inside]));
    }
}

/// A polynomial as a sum.
fn sum_of(f: &Poly) -> Expr {
    match shifted(f) {
        Some(shifted) => collected(&shifted),
        None => collected(f),
    }
}

/// The call that stands for π minus its argument while a formula is written.
const SHIFT: &str = "%";

/// The polynomial in π − t instead of t, or π − acos(x) instead of acos(x), if that has fewer terms.
fn shifted(f: &Poly) -> Option<Poly> {
    let limits = Limits::default();
    let sqrt_pi = Atom::free(AtomKind::SqrtPi);
    f.degree_in(&sqrt_pi).checked_sub(2)?;
    let mut best: Option<Poly> = None;
    for atom in f.atoms() {
        let shiftable = match atom.kind() {
            AtomKind::Variable(_) => true,
            AtomKind::Call(name, _) => name == "acos",
            _ => false,
        };
        if !shiftable {
            continue;
        }
        let operand = Operand::Value(NormalForm::from_atom(&atom));
        let shift = Atom::free(AtomKind::Call(SHIFT.to_owned(), vec![operand]));
        let pi = Poly::term(Monomial::atom(sqrt_pi.clone(), 2), 1);
        let value = pi.sub(&Poly::atom(&shift));
        let current = best.as_ref().unwrap_or(f);
        if current.degree_in(&atom) > 40 || current.len() > 2_000 {
            continue;
        }
        let mut replaced = Poly::zero();
        for (exponent, part) in current.coefficients_in(&atom) {
            let power = value.pow(u64::from(exponent), &limits).ok()?;
            replaced = replaced.add(&part.mul_free(&power, &limits).ok()?);
        }
        if replaced.len() < current.len() {
            best = Some(replaced);
        }
    }
    best
}

/// A sum collected by the most complicated atom: terms without it first, then its powers.
fn collected(f: &Poly) -> Expr {
    let collector = f
        .atoms()
        .into_iter()
        .filter(|a| rank(a) > 0 && f.coefficients_in(a).len() > 1)
        .max_by_key(rank);
    let Some(atom) = collector.filter(|_| f.len() > 2) else {
        let ascending = f.terms().map(|(m, c)| term_of(m, c));
        // A sum begins with a positive term if one of its ends has one.
        let first_is_negative = f.terms().next().is_some_and(|(_, c)| *c < 0);
        return if first_is_negative && f.leading().is_some_and(|(_, c)| *c > 0) {
            Expr::sum(ascending.rev())
        } else {
            Expr::sum(ascending)
        };
    };
    let mut terms = Vec::new();
    for (exponent, part) in f.coefficients_in(&atom) {
        let power = Monomial::atom(atom.clone(), exponent);
        if exponent == 0 && part.monomial_content().is_one() {
            terms.push(collected(&part));
            continue;
        }
        match part.as_term() {
            Some((monomial, coefficient)) => {
                let whole = monomial.mul(&power).unwrap_or(power);
                terms.push(term_of(&whole, coefficient));
            }
            None => terms.push(collected_term(&power, &part)),
        }
    }
    Expr::sum(terms)
}

/// power·part for a part of several terms.
fn collected_term(power: &Monomial, part: &Poly) -> Expr {
    let mut content = part.content();
    if part.terms().all(|(_, c)| *c < 0) {
        content = -content;
    }
    let part = part.scale(&Rational::from(content.recip_ref()));
    let common = part.monomial_content();
    let outside = common.mul(power).unwrap_or_else(|_| power.clone());
    let inside = part.div_monomial(&common).unwrap_or(part);
    let mut factors = Vec::new();
    push_integer(&mut factors, content.numer().clone().abs());
    push_monomial(&mut factors, &outside);
    factors.push(collected(&inside));
    let product = divide(Expr::product(factors), content.denom());
    if content < 0 {
        product.negate()
    } else {
        product
    }
}

/// How much an atom deserves to be collected by; 0 is never.
fn rank(atom: &Atom) -> u32 {
    match atom.kind() {
        AtomKind::Call(name, _) if name == SHIFT => 6,
        AtomKind::Ln(_) | AtomKind::Call(..) => 5,
        AtomKind::Root(..) | AtomKind::CubeRoot(_) | AtomKind::Abs(_) => 4,
        AtomKind::Sin(_) => 3,
        AtomKind::SqrtPi => 0,
        _ => 0,
    }
}

fn term_of(monomial: &Monomial, coefficient: &Rational) -> Expr {
    let mut factors = Vec::new();
    push_integer(&mut factors, coefficient.numer().clone().abs());
    push_monomial(&mut factors, monomial);
    let product = divide(Expr::product(factors), coefficient.denom());
    if *coefficient < 0 {
        product.negate()
    } else {
        product
    }
}

fn divide(expr: Expr, denominator: &Integer) -> Expr {
    if *denominator == 1 {
        expr
    } else {
        expr.over(Expr::from(denominator.clone()))
    }
}

/// The factors of a power product; constants first, square roots of constants under one sign.
fn push_monomial(factors: &mut Vec<Expr>, monomial: &Monomial) {
    let mut radicand = Integer::from(1);
    let mut odd_pi = false;
    let mut rest = Vec::new();
    for (atom, exponent) in monomial.factors() {
        match (atom.kind(), exponent) {
            (AtomKind::SqrtPi, e) => {
                if e / 2 > 0 {
                    factors.push(Expr::pi().power(i64::from(e / 2)));
                }
                odd_pi = e % 2 == 1;
            }
            (AtomKind::PrimeRoot(prime, 2), 1) => radicand *= prime,
            _ => rest.push((atom, *exponent)),
        }
    }
    if radicand != 1 || odd_pi {
        let mut inside = Vec::new();
        push_integer(&mut inside, radicand);
        if odd_pi {
            inside.push(Expr::pi());
        }
        factors.push(Expr::call("sqrt", vec![Expr::product(inside)]));
    }
    // Constants, sines before cosines as the formulas have them, then the rest as ordered.
    rest.sort_by_key(|(atom, _)| match atom.kind() {
        _ if atom.is_constant() => 0,
        AtomKind::Call(name, _) if name == SHIFT => 1,
        AtomKind::Sin(_) => 2,
        AtomKind::Cos(_) => 3,
        AtomKind::Variable(_) => 1,
        _ => 4,
    });
    for (atom, exponent) in rest {
        factors.push(power_of(atom, exponent));
    }
}

fn power_of(atom: &Atom, exponent: u32) -> Expr {
    let times = i64::from(exponent);
    let call = |name: &str, f: &NormalForm| Expr::call(name, vec![express(f)]);
    let of_poly =
        |name: &str, f: &Poly| Expr::call(name, vec![express(&NormalForm::from_poly(f.clone()))]);
    let over_pi =
        |name: &str, n: u32| Expr::call(name, vec![Expr::pi().over(Expr::from(i64::from(n)))]);
    let fraction = |n: i64, d: u32| {
        let exponent = Rational::from((n, d));
        divide(Expr::from(exponent.numer().clone()), exponent.denom())
    };
    match atom.kind() {
        AtomKind::Exp(unit) => {
            return call("exp", &unit.scale(&Rational::from(times)));
        }
        AtomKind::Power(base, unit) => {
            let exponent = express(&unit.scale(&Rational::from(times)));
            return express(base).power(exponent);
        }
        AtomKind::PrimeRoot(prime, index) if *index != 2 => {
            return Expr::from(prime.clone()).power(fraction(times, *index));
        }
        AtomKind::Root(radicand, index) if *index != 2 || !radicand.den.is_one() => {
            let root = if *index == 2 {
                call("sqrt", radicand).power(times)
            } else {
                express(radicand).power(fraction(times, *index))
            };
            if radicand.den.is_one() {
                return root;
            }
            let den = NormalForm::from_poly(radicand.den.clone());
            return Expr::product([express(&den).power(times), root]);
        }
        _ => {}
    }
    let base = match atom.kind() {
        AtomKind::Variable(name) => Expr::name(name.as_str()),
        AtomKind::Call(name, operands) if name == SHIFT => {
            let minus = operands.iter().map(|operand| value_of(operand).negate());
            Expr::sum(std::iter::once(Expr::pi()).chain(minus))
        }
        AtomKind::Call(name, operands) => {
            let arguments = operands.iter().map(argument_of).collect();
            ExprKind::Call(Call {
                name: name.clone(),
                arguments,
            })
            .into()
        }
        AtomKind::Bound(bound) => bound_of(bound),
        AtomKind::Ln(f) => call("ln", f),
        AtomKind::Exp(f) => call("exp", f),
        AtomKind::Power(base, exponent) => express(base).power(express(exponent)),
        AtomKind::Cos(f) => call("cos", f),
        AtomKind::Sin(f) => call("sin", f),
        AtomKind::Abs(f) => of_poly("abs", f),
        AtomKind::Root(f, _) => call("sqrt", f),
        AtomKind::CubeRoot(f) => of_poly("cbrt", f),
        AtomKind::EulerGamma => ExprKind::Constant(Constant::EulerGamma).into(),
        AtomKind::CosPi(n) => over_pi("cos", *n),
        AtomKind::SinPi(n) => over_pi("sin", *n),
        AtomKind::PrimeRoot(prime, _) => Expr::call("sqrt", vec![Expr::from(prime.clone())]),
        AtomKind::SqrtPi => Expr::call("sqrt", vec![Expr::pi()]),
    };
    base.power(times)
}

fn argument_of(operand: &Operand) -> Argument {
    match operand {
        Operand::Named(name, inner) => Argument {
            name: Some(name.clone()),
            value: value_of(inner),
        },
        _ => Argument {
            name: None,
            value: value_of(operand),
        },
    }
}

fn value_of(operand: &Operand) -> Expr {
    match operand {
        Operand::Value(value) => express(value),
        Operand::List(items) => ExprKind::List(items.iter().map(value_of).collect()).into(),
        Operand::Named(_, inner) => value_of(inner),
    }
}

/// A bound form with a local name that does not occur free in it and that no form inside it has.
fn bound_of(bound: &Bound) -> Expr {
    let mut taken = std::collections::BTreeSet::new();
    bound.body.collect_variables(&mut taken);
    // The canonical name is # and the depth of the form; the depth keeps nested letters apart.
    let depth: usize = bound.variable.trim_start_matches('#').parse().unwrap_or(0);
    let letters = match bound.form {
        BoundForm::Sum | BoundForm::Product => ["k", "j", "m", "n"],
        BoundForm::Integral => ["u", "v", "w", "y"],
    };
    let variable = match letters.get(depth) {
        Some(letter) if !taken.contains(*letter) => (*letter).to_owned(),
        _ => {
            let numbered = |i: usize| format!("{}_{depth}_{i}", letters[0]);
            let free = (0..=taken.len()).map(numbered).find(|n| !taken.contains(n));
            free.unwrap_or_default()
        }
    };
    let body = rename(&express(&bound.body), &bound.variable, &variable);
    let end = |end: &End| match end {
        End::Infinity => Expr::from(ExprKind::Infinity),
        End::NegativeInfinity => Expr::from(ExprKind::Infinity).negate(),
        End::Value(value) => express(value),
    };
    let (from, to) = (end(&bound.from), end(&bound.to));
    let kind = match bound.form {
        BoundForm::Sum => BinderKind::Sum { from, to },
        BoundForm::Product => BinderKind::Product { from, to },
        BoundForm::Integral => BinderKind::Integral { from, to },
    };
    ExprKind::Binder(Box::new(Binder {
        kind,
        body,
        variable,
    }))
    .into()
}

fn rename(expr: &Expr, from: &str, to: &str) -> Expr {
    let renamed = super::unfold::substitute(expr, from, &Expr::name(to), &Limits::default());
    renamed.unwrap_or_else(|_| expr.clone())
}
