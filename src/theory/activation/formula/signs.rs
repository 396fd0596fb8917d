//! Where a formula changes its sign, exactly: the knots of abs, max, min, sign and heaviside.
//!
//! Decided are formulas whose sign is that of a polynomial over Q, all of whose real roots in the
//! interval in question are rational; every other one is refused.

use std::cmp::Ordering;

use rug::{Integer, Rational};

use crate::error::{Error, Result};
use crate::formula::evaluate::evaluate;
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::library::Elementary;
use crate::limits::Limits;
use crate::number::Bits;
use crate::theory::quantity::literal;

/// Coefficients from the constant term up; the last is not 0; empty for 0.
type Poly = Vec<Rational>;

/// Largest degree of a polynomial that is looked at.
const MOST: usize = 24;

/// The points inside the open interval where `expr` changes its sign or vanishes, in order.
///
/// # Errors
/// A domain error if the sign cannot be followed.
pub(super) fn roots(
    expr: &Expr,
    from: Option<&Rational>,
    to: Option<&Rational>,
    limits: &Limits,
) -> Result<Vec<Rational>> {
    let refuse = |why: &str, hint: &str| {
        Error::domain(format!("where `{expr}` changes its sign {why}"))
            .with_hint(hint.to_string())
            .at(expr.span.clone())
    };
    let Some(poly) = sign_polynomial(expr, limits) else {
        return Err(refuse(
            "is not known here",
            "abs, max, min, relu and sign take linear arguments, polynomials with rational roots, \
             products of them and monotone functions of them: abs(x - 1/2), max(x^2 - 1, 0)",
        ));
    };
    if poly.is_empty() {
        return Ok(Vec::new());
    }
    let (mut found, rest) = rational_roots(&poly);
    found.retain(|root| from.is_none_or(|a| a < root) && to.is_none_or(|b| root < b));
    found.sort();
    found.dedup();
    if real_roots(&rest, from, to) > 0 {
        return Err(refuse(
            "is not a rational number",
            "knots have to be rational: round them, as in abs(x - 1.41421356)",
        ));
    }
    Ok(found)
}

/// The sign of `expr` at a rational point that is no root.
///
/// # Errors
/// An undecided error.
pub(super) fn sign_at(expr: &Expr, x: &Rational, limits: &Limits) -> Result<Ordering> {
    match sign_polynomial(expr, limits) {
        Some(poly) => Ok(value(&poly, x).cmp0()),
        None => Err(Error::undecided(format!("the sign of `{expr}`"))),
    }
}

/// A polynomial with the sign of the formula at every x.
fn sign_polynomial(expr: &Expr, limits: &Limits) -> Option<Poly> {
    if let Some(poly) = polynomial(expr) {
        return Some(poly);
    }
    if !expr.contains_name("x") {
        let value = evaluate(expr, &Elementary, Bits::new(128), limits).ok()?;
        let ball = value.into_number().ok()?.to_ball(Bits::new(128));
        return Some(match ball.sign()? {
            Ordering::Less => vec![Rational::from(-1)],
            Ordering::Equal => Vec::new(),
            Ordering::Greater => vec![Rational::from(1)],
        });
    }
    match &expr.kind {
        ExprKind::Negate(inner) => Some(sign_polynomial(inner, limits)?.iter().map(neg).collect()),
        ExprKind::Product(factors) => {
            let mut total = vec![Rational::from(1)];
            for factor in factors {
                total = product(&total, &sign_polynomial(&factor.value, limits)?)?;
            }
            Some(total)
        }
        ExprKind::Power(base, exponent) => {
            let n = literal(exponent).filter(Rational::is_integer)?;
            let base = sign_polynomial(base, limits)?;
            if n.numer().is_odd() {
                Some(base)
            } else {
                product(&base, &base)
            }
        }
        // A sum of terms none of which is negative, one of them positive.
        ExprKind::Sum(terms) => {
            let mut sign = None;
            for term in terms {
                let poly = sign_polynomial(&term.value, limits)?;
                let [constant] = poly.as_slice() else {
                    return None;
                };
                let here = (*constant > 0) != term.negative;
                if *sign.get_or_insert(here) != here {
                    return None;
                }
            }
            Some(vec![Rational::from(if sign? { 1 } else { -1 })])
        }
        ExprKind::Call(call) => {
            let [argument] = call.arguments.as_slice() else {
                return None;
            };
            match call.name.as_str() {
                // Odd and increasing.
                "tanh" | "atan" | "erf" | "erfi" | "sinh" | "asinh" | "cbrt" => {
                    sign_polynomial(&argument.value, limits)
                }
                "exp" | "cosh" | "logistic" | "softplus" | "erfc" => Some(vec![Rational::from(1)]),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The formula as a polynomial in x over Q, if it is one as it is written.
pub(super) fn polynomial(expr: &Expr) -> Option<Poly> {
    if let Some(q) = literal(expr) {
        return Some(trimmed(vec![q]));
    }
    match &expr.kind {
        ExprKind::Name(name) if name == "x" => Some(vec![Rational::new(), Rational::from(1)]),
        ExprKind::Negate(inner) => Some(polynomial(inner)?.iter().map(neg).collect()),
        ExprKind::Sum(terms) => {
            let mut total = Vec::new();
            for term in terms {
                let poly = polynomial(&term.value)?;
                total = sum(&total, &poly, term.negative);
            }
            Some(total)
        }
        ExprKind::Product(factors) => {
            let mut total = vec![Rational::from(1)];
            for factor in factors {
                if factor.inverse {
                    let divisor = literal(&factor.value).filter(|q| *q != 0)?;
                    total = total.iter().map(|c| Rational::from(c / &divisor)).collect();
                } else {
                    total = product(&total, &polynomial(&factor.value)?)?;
                }
            }
            Some(total)
        }
        ExprKind::Power(base, exponent) => {
            let n = literal(exponent)
                .filter(Rational::is_integer)
                .and_then(|q| q.numer().to_usize())
                .filter(|n| *n <= MOST)?;
            let base = polynomial(base)?;
            (0..n).try_fold(vec![Rational::from(1)], |power, _| product(&power, &base))
        }
        _ => None,
    }
}

fn neg(q: &Rational) -> Rational {
    Rational::from(-q)
}

fn trimmed(mut poly: Poly) -> Poly {
    while poly.last().is_some_and(|c| *c == 0) {
        poly.pop();
    }
    poly
}

fn sum(left: &Poly, right: &Poly, subtract: bool) -> Poly {
    let mut total = left.clone();
    total.resize(left.len().max(right.len()), Rational::new());
    for (entry, c) in total.iter_mut().zip(right) {
        if subtract {
            *entry -= c;
        } else {
            *entry += c;
        }
    }
    trimmed(total)
}

fn product(left: &Poly, right: &Poly) -> Option<Poly> {
    if left.is_empty() || right.is_empty() {
        return Some(Vec::new());
    }
    let length = left.len() + right.len() - 1;
    if length > MOST + 1 {
        return None;
    }
    let mut total = vec![Rational::new(); length];
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            total[i + j] += Rational::from(a * b);
        }
    }
    Some(trimmed(total))
}

fn value(poly: &Poly, x: &Rational) -> Rational {
    poly.iter()
        .rev()
        .fold(Rational::new(), |sum, c| sum * x + c)
}

/// The rational roots that were found, and what is left of the polynomial when they are divided out.
///
/// A polynomial of degree 1 gives its root, one of degree 2 its roots if the discriminant is a square;
/// higher ones are tried at p/q with p and q divisors of the outer coefficients up to 4096.
fn rational_roots(poly: &Poly) -> (Vec<Rational>, Poly) {
    let mut rest = poly.clone();
    let mut roots = Vec::new();
    while rest.len() > 1 {
        let Some(root) = one_root(&rest) else {
            break;
        };
        // Synthetic division by x − root, which leaves no remainder.
        let mut carry = Rational::new();
        for c in rest.iter_mut().rev() {
            carry = carry * &root + &*c;
            *c = carry.clone();
        }
        rest.remove(0);
        roots.push(root);
    }
    (roots, rest)
}

fn one_root(poly: &Poly) -> Option<Rational> {
    match poly.as_slice() {
        [b, a] => Some(Rational::from(-b) / a),
        [c, b, a] => {
            let four = Rational::from(4) * a * c;
            let discriminant = Rational::from(b * b) - four;
            if discriminant < 0
                || !discriminant.numer().is_perfect_square()
                || !discriminant.denom().is_perfect_square()
            {
                return None;
            }
            let (numer, denom) = discriminant.into_numer_denom();
            let root = Rational::from((numer.sqrt(), denom.sqrt()));
            Some((root - b) / Rational::from(2) / a)
        }
        _ => {
            if poly[0] == 0 {
                return Some(Rational::new());
            }
            let common = poly
                .iter()
                .fold(Integer::from(1), |lcm, c| lcm.lcm(c.denom()));
            let outer = |c: &Rational| Rational::from(c * &common).into_numer_denom().0.abs();
            let (first, last) = (outer(&poly[0]), outer(&poly[poly.len() - 1]));
            let divisors = |n: &Integer| -> Vec<u32> {
                (1..=4096_u32).filter(|d| n.is_divisible_u(*d)).collect()
            };
            let (tops, bottoms) = (divisors(&first), divisors(&last));
            for &p in tops.iter().chain([first.to_u32().unwrap_or(1)].iter()) {
                for &q in &bottoms {
                    for sign in [1, -1] {
                        let candidate = Rational::from((sign * i64::from(p), q));
                        if value(poly, &candidate) == 0 {
                            return Some(candidate);
                        }
                    }
                }
            }
            None
        }
    }
}

/// The number of distinct real roots in an open interval, by Sturm's theorem; its ends are no roots.
fn real_roots(poly: &Poly, from: Option<&Rational>, to: Option<&Rational>) -> usize {
    if poly.len() < 2 {
        return 0;
    }
    let derivative: Poly = poly
        .iter()
        .enumerate()
        .skip(1)
        .map(|(k, c)| Rational::from(c * k as u32))
        .collect();
    let mut chain = vec![poly.clone(), trimmed(derivative)];
    while chain.last().is_some_and(|last| !last.is_empty()) {
        let n = chain.len();
        let rest = remainder(&chain[n - 2], &chain[n - 1]);
        chain.push(rest.iter().map(neg).collect());
    }
    let changes = |end: Option<&Rational>, upper: bool| {
        let mut last = Ordering::Equal;
        let mut count = 0;
        for poly in chain.iter().filter(|poly| !poly.is_empty()) {
            let sign = match end {
                Some(x) => value(poly, x).cmp0(),
                None => {
                    let leading = poly[poly.len() - 1].cmp0();
                    if upper || poly.len() % 2 == 1 {
                        leading
                    } else {
                        leading.reverse()
                    }
                }
            };
            if sign != Ordering::Equal {
                if last != Ordering::Equal && sign != last {
                    count += 1;
                }
                last = sign;
            }
        }
        count
    };
    let (low, high): (i32, i32) = (changes(from, false), changes(to, true));
    usize::try_from(low - high).unwrap_or(0)
}

fn remainder(dividend: &Poly, divisor: &Poly) -> Poly {
    let mut rest = dividend.clone();
    while rest.len() >= divisor.len() {
        let shift = rest.len() - divisor.len();
        let factor = Rational::from(&rest[rest.len() - 1] / &divisor[divisor.len() - 1]);
        for (k, c) in divisor.iter().enumerate() {
            rest[shift + k] -= Rational::from(c * &factor);
        }
        rest.pop();
        rest = trimmed(rest);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse_expr;

    fn found(text: &str) -> Result<Vec<String>> {
        let limits = Limits::default();
        let expr = parse_expr(text, &limits).unwrap();
        let roots = roots(&expr, None, None, &limits)?;
        Ok(roots.iter().map(Rational::to_string).collect())
    }

    #[test]
    fn rational_roots_are_found_and_irrational_ones_refused() {
        assert_eq!(found("2*x - 3/5").unwrap(), ["3/10"]);
        assert_eq!(found("x^2 - 1").unwrap(), ["-1", "1"]);
        assert_eq!(found("x^2 + 1").unwrap(), [""; 0]);
        assert_eq!(found("x^3 - x").unwrap(), ["-1", "0", "1"]);
        assert_eq!(found("(x-1/2)*(x^2+x+7)").unwrap(), ["1/2"]);
        assert_eq!(found("x*exp(x)*tanh(x-2)").unwrap(), ["0", "2"]);
        assert_eq!(found("1 + exp(x) + x^0").unwrap(), [""; 0]);
        assert!(found("x^2 - 2").is_err());
        assert!(found("x^3 - 2").is_err());
        assert!(found("x^5 - x - 1").is_err());
        assert!(found("sin(x)").is_err());
        assert!(found("exp(x) - 2").is_err());
    }

    #[test]
    fn only_roots_inside_the_interval_count() {
        let limits = Limits::default();
        let expr = parse_expr("x^2 - 2", &limits).unwrap();
        let (two, nine) = (Rational::from(2), Rational::from(9));
        assert!(roots(&expr, Some(&two), None, &limits).unwrap().is_empty());
        assert!(
            roots(&expr, Some(&two), Some(&nine), &limits)
                .unwrap()
                .is_empty()
        );
        assert!(roots(&expr, None, Some(&two), &limits).is_err());
    }
}
