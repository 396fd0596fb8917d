//! Sines and cosines: multiples and sums of angles, rational multiples of π, inverse functions.
//!
//! Used, each on its whole domain: the addition theorems; sin² = 1 − cos²; the exact values at
//! multiples of π/60 and π/2^e; cos(acos x) = x, sin(acos x) = √(1 − x²), cos(acos(x)/2) =
//! √((1 + x)/2), sin(acos(x)/2) = √((1 − x)/2) for |x| ≤ 1; cos(atan x) = 1/√(1 + x²),
//! sin(atan x) = x/√(1 + x²). Not used, because false outside a part of the domain:
//! acos(cos t) = t.

use rug::{Integer, Rational};

use super::NormalForm;
use super::atom::{Atom, AtomKind, Operand};
use super::monomial::Monomial;
use super::normaliser::{Base, Normaliser};
use super::polynomial::Poly;
use crate::error::Result;

/// Sums of more angles than this are kept as one angle: the addition theorem doubles the terms.
const MAX_ANGLES: usize = 6;
/// The largest prime power N for which cos(π/N) is put in by its minimal polynomial.
const MAX_ALGEBRAIC: u32 = 200;

/// The cosine and sine of one angle.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub cos: NormalForm,
    pub sin: NormalForm,
}

impl Normaliser<'_> {
    /// The cosine and sine of a form, as polynomials in those of unit angles.
    pub fn cos_sin(&mut self, angle: &NormalForm) -> Result<Pair> {
        let mut sum = Pair {
            cos: NormalForm::one(),
            sin: NormalForm::zero(),
        };
        let mut rest = Vec::new();
        for (multiple, base) in self.linear_terms(angle)? {
            if base == NormalForm::pi() {
                let turn = self.rational_turn(&multiple)?;
                sum = self.add_angles(&sum, &turn)?;
            } else {
                rest.push((multiple, base));
            }
        }
        if rest.len() > MAX_ANGLES {
            let mut whole = NormalForm::zero();
            for (multiple, base) in &rest {
                whole = whole.add(&base.scale(multiple), self.limits)?;
            }
            let content = signed_content(&whole.num);
            let base = whole.scale(&Rational::from(content.recip_ref()));
            rest = vec![(content, base)];
        }
        for (multiple, base) in rest {
            let part = self.multiple_angle(&multiple, base)?;
            sum = self.add_angles(&sum, &part)?;
        }
        Ok(sum)
    }

    fn add_angles(&self, a: &Pair, b: &Pair) -> Result<Pair> {
        let limits = self.limits;
        let product = |x: &NormalForm, y: &NormalForm| x.mul(y, limits);
        Ok(Pair {
            cos: product(&a.cos, &b.cos)?.sub(&product(&a.sin, &b.sin)?, limits)?,
            sin: product(&a.sin, &b.cos)?.add(&product(&a.cos, &b.sin)?, limits)?,
        })
    }

    fn multiple_angle(&mut self, multiple: &Rational, base: NormalForm) -> Result<Pair> {
        match self.measure(Base::Angle(base.clone()), multiple) {
            Some((count, unit)) => {
                let pair = self.unit_pair(&base, &unit)?;
                self.multiply_angle(&pair, count)
            }
            None => {
                let size = Rational::from(multiple.abs_ref());
                let pair = plain_pair(base.scale(&size));
                self.multiply_angle(&pair, if *multiple < 0 { -1 } else { 1 })
            }
        }
    }

    /// The pair of unit·base.
    fn unit_pair(&mut self, base: &NormalForm, unit: &Rational) -> Result<Pair> {
        let limits = self.limits;
        let part = (*unit.numer() == 1)
            .then(|| unit.denom().to_u32())
            .flatten();
        match (inverse_call(base), part) {
            (Some(("acos", x)), Some(1)) => {
                let sin = NormalForm::one().sub(&x.pow(2, limits)?, limits)?;
                Ok(Pair {
                    cos: x.clone(),
                    sin: self.sqrt(&sin)?,
                })
            }
            (Some(("acos", x)), Some(2)) => {
                let half = Rational::from((1, 2));
                let cos = NormalForm::one().add(x, limits)?.scale(&half);
                let sin = NormalForm::one().sub(x, limits)?.scale(&half);
                Ok(Pair {
                    cos: self.sqrt(&cos)?,
                    sin: self.sqrt(&sin)?,
                })
            }
            (Some(("atan", x)), Some(1)) => {
                let square = NormalForm::one().add(&x.pow(2, limits)?, limits)?;
                let cos = self.sqrt(&square)?.recip(limits)?;
                let sin = x.mul(&cos, limits)?;
                Ok(Pair { cos, sin })
            }
            _ => Ok(plain_pair(base.scale(unit))),
        }
    }

    /// The pair of `count` times the angle, by Chebyshev's recurrence
    /// f(k+1) = 2 cos(β) f(k) − f(k−1).
    fn multiply_angle(&self, pair: &Pair, count: i64) -> Result<Pair> {
        let limits = self.limits;
        let twice = pair.cos.scale(&Rational::from(2));
        let step =
            |now: &NormalForm, before: &NormalForm| twice.mul(now, limits)?.sub(before, limits);
        let mut before = Pair {
            cos: NormalForm::one(),
            sin: NormalForm::zero(),
        };
        if count == 0 {
            return Ok(before);
        }
        let mut now = pair.clone();
        for _ in 1..count.unsigned_abs() {
            limits.check_deadline()?;
            let next = Pair {
                cos: step(&now.cos, &before.cos)?,
                sin: step(&now.sin, &before.sin)?,
            };
            before = std::mem::replace(&mut now, next);
        }
        if count < 0 {
            now.sin = now.sin.neg();
        }
        Ok(now)
    }

    /// The pair of `turns`·π: exact.
    fn rational_turn(&mut self, turns: &Rational) -> Result<Pair> {
        // Into [0, 2).
        let two = Rational::from(2);
        let turns = turns - &two * Rational::from(turns / &two).floor();
        let Some(parts) = prime_power_parts(&turns) else {
            return Ok(plain_pair(NormalForm::pi().scale(&turns)));
        };
        let mut sum = Pair {
            cos: NormalForm::one(),
            sin: NormalForm::zero(),
        };
        for (count, denominator) in parts {
            let pair = self.constant_pair(denominator)?;
            let pair = self.multiply_angle(&pair, count)?;
            sum = self.add_angles(&sum, &pair)?;
        }
        Ok(sum)
    }

    /// The pair of π/n, for n = 1 or a prime power.
    fn constant_pair(&mut self, n: u32) -> Result<Pair> {
        let limits = self.limits;
        let rational = |n: i64, d: i64| NormalForm::from(Rational::from((n, d)));
        let root = |this: &mut Self, n: i64| this.sqrt(&NormalForm::from(n));
        match n {
            1 => Ok(Pair {
                cos: rational(-1, 1),
                sin: NormalForm::zero(),
            }),
            2 => Ok(Pair {
                cos: NormalForm::zero(),
                sin: NormalForm::one(),
            }),
            3 => Ok(Pair {
                cos: rational(1, 2),
                sin: root(self, 3)?.mul(&rational(1, 2), limits)?,
            }),
            4 => {
                let half = root(self, 2)?.mul(&rational(1, 2), limits)?;
                Ok(Pair {
                    cos: half.clone(),
                    sin: half,
                })
            }
            5 => {
                // cos = (1 + √5)/4, sin = √(10 − 2√5)/4
                let root5 = root(self, 5)?;
                let cos = NormalForm::one().add(&root5, limits)?;
                let square = NormalForm::from(10).sub(&root5.scale(&Rational::from(2)), limits)?;
                let quarter = Rational::from((1, 4));
                Ok(Pair {
                    cos: cos.scale(&quarter),
                    sin: self.sqrt(&square)?.scale(&quarter),
                })
            }
            _ if n.is_multiple_of(2) => {
                // cos² = (1 + cos of the double)/2; sin = sin of the double/(2 cos).
                let double = self.constant_pair(n / 2)?;
                let one_more = NormalForm::one().add(&double.cos, limits)?;
                let square = one_more.scale(&Rational::from((1, 2)));
                let cos = Atom::algebraic(AtomKind::CosPi(n), 2, square.num);
                let cos = NormalForm::from_atom(&cos);
                let sin = double.sin.mul(&cos, limits)?.div(&one_more, limits)?;
                Ok(Pair { cos, sin })
            }
            _ => {
                let (degree, value) = self.minimal_polynomial(n)?;
                let cos = Atom::algebraic(AtomKind::CosPi(n), degree, value);
                let square = Poly::one().sub(&Poly::term(Monomial::atom(cos.clone(), 2), 1));
                let square = square.reduce(limits)?;
                let sin = Atom::algebraic(AtomKind::SinPi(n), 2, square);
                Ok(Pair {
                    cos: NormalForm::from_atom(&cos),
                    sin: NormalForm::from_atom(&sin),
                })
            }
        }
    }

    /// c^degree = value for c = cos(π/n), n = p^e odd.
    ///
    /// −2c = 2 cos(2πk/n) with k = (n−1)/2 prime to n, so ζ = exp(2πik/n) is a root of the
    /// cyclotomic polynomial Σ_{j<p} ζ^(j·n/p); divided by the middle power it says
    /// 1 + 2 Σ_{i=1}^{(p−1)/2} T_{i·n/p}(−c) = 0, and it is irreducible.
    fn minimal_polynomial(&self, n: u32) -> Result<(u32, Poly)> {
        let prime = smallest_factor(n);
        let step = n / prime;
        let degree = step * (prime - 1) / 2;
        // Without its relation the atom is an indeterminate; kinds compare equal.
        let unknown = Atom::free(AtomKind::CosPi(n));
        let argument = Poly::atom(&unknown).neg();
        let twice = argument.scale(&Rational::from(2));
        let (mut before, mut now) = (Poly::one(), argument);
        let mut sum = Poly::one();
        for index in 1..=degree {
            if index % step == 0 {
                sum = sum.add(&now.scale(&Rational::from(2)));
            }
            let next = twice.mul_free(&now, self.limits)?.sub(&before);
            before = std::mem::replace(&mut now, next);
        }
        let leading = sum.leading().map(|(m, c)| (m.clone(), c.clone()));
        let Some((monomial, coefficient)) = leading else {
            return Ok((degree, Poly::zero()));
        };
        let rest = sum.sub(&Poly::term(monomial, coefficient.clone()));
        Ok((
            degree,
            rest.scale(&-Rational::from(coefficient.recip_ref())),
        ))
    }

    /// acos of a form: exact at the cosines of multiples of π/60 and π/8, else an atom with a
    /// canonical sign by acos(−x) = π − acos(x).
    pub fn acos(&mut self, x: &NormalForm) -> Result<NormalForm> {
        if let Some(value) = x.as_rational()
            && value.cmp_abs(&Rational::from(1)) == std::cmp::Ordering::Greater
        {
            return Err(super::functions::outside("acos", "[-1, 1]"));
        }
        if x.is_constant() {
            for turns in special_turns() {
                if self.rational_turn(&turns)?.cos == *x {
                    return Ok(NormalForm::pi().scale(&turns));
                }
            }
        }
        if signed_content(&x.num) < 0 {
            let reflected = opaque("acos", x.neg());
            return NormalForm::pi().sub(&reflected, self.limits);
        }
        Ok(opaque("acos", x.clone()))
    }

    /// asin x = π/2 − acos x.
    pub fn asin(&mut self, x: &NormalForm) -> Result<NormalForm> {
        if let Some(value) = x.as_rational()
            && value.cmp_abs(&Rational::from(1)) == std::cmp::Ordering::Greater
        {
            return Err(super::functions::outside("asin", "[-1, 1]"));
        }
        let half = NormalForm::pi().scale(&Rational::from((1, 2)));
        half.sub(&self.acos(x)?, self.limits)
    }

    /// atan of a form: exact at the tangents of multiples of π/60 and π/8, else an odd atom.
    pub fn atan(&mut self, x: &NormalForm) -> Result<NormalForm> {
        if x.is_zero() {
            return Ok(NormalForm::zero());
        }
        if signed_content(&x.num) < 0 {
            return Ok(self.atan(&x.neg())?.neg());
        }
        if x.is_constant() {
            for turns in special_turns() {
                let pair = self.rational_turn(&turns)?;
                if !pair.cos.is_zero() && pair.sin.div(&pair.cos, self.limits)? == *x {
                    // The range of atan is (−π/2, π/2).
                    let beyond = turns > Rational::from((1, 2));
                    let turns = if beyond {
                        turns - Rational::from(1)
                    } else {
                        turns
                    };
                    return Ok(NormalForm::pi().scale(&turns));
                }
            }
        }
        Ok(opaque("atan", x.clone()))
    }
}

/// cos and sin as atoms.
fn plain_pair(angle: NormalForm) -> Pair {
    let cos = Atom::free(AtomKind::Cos(angle.clone()));
    let square = Poly::one().sub(&Poly::term(Monomial::atom(cos.clone(), 2), 1));
    let sin = Atom::algebraic(AtomKind::Sin(angle), 2, square);
    Pair {
        cos: NormalForm::from_atom(&cos),
        sin: NormalForm::from_atom(&sin),
    }
}

pub(super) fn opaque(name: &str, x: NormalForm) -> NormalForm {
    let kind = AtomKind::Call(name.to_owned(), vec![Operand::Value(x)]);
    NormalForm::from_atom(&Atom::free(kind))
}

/// The name and argument of a form that is one call of one argument.
fn inverse_call(form: &NormalForm) -> Option<(&str, &NormalForm)> {
    let (monomial, _) = form.num.as_term()?;
    match monomial.factors() {
        [(atom, 1)] if form.den.is_one() => match atom.kind() {
            AtomKind::Call(name, operands) => match operands.as_slice() {
                [Operand::Value(x)] => Some((name, x)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The content with the sign of the leading coefficient.
pub(super) fn signed_content(f: &Poly) -> Rational {
    let content = f.content();
    match f.leading() {
        Some((_, c)) if *c < 0 => -content,
        _ => content,
    }
}

/// Multiples of π/60 and π/8 in [0, 1], whose cosines have square roots only.
fn special_turns() -> Vec<Rational> {
    let sixtieths = (0..=60).map(|k| Rational::from((k, 60)));
    let eighths = [1, 3, 5, 7].map(|k| Rational::from((k, 8)));
    sixtieths.chain(eighths).collect()
}

/// `turns` in [0, 2) as a sum of k/n with n = 1 or a prime power, 0 ≤ k < 2n; `None` when a prime power is
/// too large.
fn prime_power_parts(turns: &Rational) -> Option<Vec<(i64, u32)>> {
    let denominator = turns.denom().to_u32()?;
    let mut powers = Vec::new();
    let mut rest = denominator;
    while rest > 1 {
        let prime = smallest_factor(rest);
        let mut power = 1;
        while rest % prime == 0 {
            rest /= prime;
            power *= prime;
        }
        if power > MAX_ALGEBRAIC {
            return None;
        }
        powers.push(power);
    }
    let mut parts = Vec::new();
    let mut whole = turns.clone();
    for power in powers {
        // k/power is the part of turns modulo 1 at this prime: k = numer·(denom/power)^(−1).
        let others = Integer::from(denominator / power);
        let inverse = others.invert(&Integer::from(power)).ok()?;
        let count = (turns.numer() * inverse).mod_u(power);
        whole -= Rational::from((count, power));
        parts.push((i64::from(count), power));
    }
    // What is left is an integer.
    let odd = whole.numer().is_odd();
    parts.push((i64::from(odd), 1));
    Some(parts)
}

fn smallest_factor(n: u32) -> u32 {
    (2..)
        .take_while(|d| d * d <= n)
        .find(|d| n.is_multiple_of(*d))
        .unwrap_or(n)
}
