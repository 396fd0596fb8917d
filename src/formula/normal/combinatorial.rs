//! Factorials, gamma and zeta functions, binomials and orthogonal polynomials at exact arguments.
//!
//! A value is exact where one is known: Γ at integers and half-integers; ψ at rationals with
//! denominator 1, 2, 3, 4, 6 (Gauss's digamma theorem, DLMF 5.4.19); the polygamma functions at
//! integers and half-integers (DLMF 5.15.2-3); ζ at even and at negative integers (DLMF 25.6).
//! At other arguments the functions are atoms; rational ones are first moved into (0, 1].

use rug::ops::Pow;
use rug::{Complete, Integer, Rational};

use super::NormalForm;
use super::angle::opaque;
use super::atom::{Atom, AtomKind};
use super::functions::{call, outside};
use super::normaliser::Normaliser;
use crate::error::{Error, Result};

/// The most factors or terms that are multiplied or added one by one.
const MAX_STEPS: u32 = 20_000;

impl Normaliser<'_> {
    pub(super) fn factorial(&mut self, x: &NormalForm) -> Result<NormalForm> {
        match x.as_rational() {
            Some(value) if value.is_integer() && value >= 0 => {
                Ok(NormalForm::from(self.integer_factorial(value.numer())?))
            }
            Some(_) => Err(outside("factorial", "integers from 0")),
            None => self.gamma(&x.add(&NormalForm::one(), self.limits)?),
        }
    }

    fn integer_factorial(&self, n: &Integer) -> Result<Integer> {
        let size = n.to_f64();
        // ln n! ≤ (n + 1/2) ln n + 1 for n ≥ 1.
        let bits = ((size + 0.5) * size.max(1.0).ln() + 1.0) / std::f64::consts::LN_2;
        self.limits.check_integer_bits(bits, format_args!("{n}!"))?;
        let n = n.to_u32().ok_or_else(|| too_long(n))?;
        Ok(Integer::factorial(n).complete())
    }

    pub(super) fn double_factorial(&mut self, x: &NormalForm) -> Result<NormalForm> {
        let Some(value) = x.as_integer() else {
            return match x.as_rational() {
                Some(_) => Err(outside("double_factorial", "integers from -1")),
                None => Ok(opaque("double_factorial", x.clone())),
            };
        };
        if value < -1 {
            return Err(outside("double_factorial", "integers from -1"));
        }
        if value < 2 {
            return Ok(NormalForm::one());
        }
        let size = value.to_f64();
        // n!! ≤ n^((n+1)/2)
        self.limits.check_integer_bits(
            (size + 1.0) / 2.0 * size.log2(),
            format_args!("double_factorial({value})"),
        )?;
        let n = value.to_u32().ok_or_else(|| too_long(&value))?;
        Ok(NormalForm::from(Integer::factorial_2(n).complete()))
    }

    pub(super) fn gamma(&mut self, x: &NormalForm) -> Result<NormalForm> {
        let Some(value) = x.as_rational() else {
            return Ok(opaque("gamma", x.clone()));
        };
        if value.is_integer() {
            if value <= 0 {
                return Err(Error::domain("`gamma` has poles at 0, -1, -2, …"));
            }
            let n = Integer::from(value.numer() - 1u32);
            return Ok(NormalForm::from(self.integer_factorial(&n)?));
        }
        // Γ(q + n) = q (q+1) … (q+n−1) Γ(q) with 0 < q < 1.
        let shift = Integer::from(value.floor_ref());
        let base = value - Rational::from(&shift);
        let Some(factor) = self.rising(&base, &shift)? else {
            return Ok(opaque("gamma", x.clone()));
        };
        let start = if base == Rational::from((1, 2)) {
            self.sqrt(&NormalForm::pi())?
        } else {
            opaque("gamma", NormalForm::from(base))
        };
        Ok(start.scale(&factor))
    }

    /// x (x+1) … (x+n−1), for negative n the reciprocal of (x+n) … (x−1); `None` if n is too large
    /// to write the product out.
    fn rising(&self, x: &Rational, n: &Integer) -> Result<Option<Rational>> {
        let Some(steps) = n.clone().abs().to_u32().filter(|s| *s <= MAX_STEPS) else {
            return Ok(None);
        };
        let bits =
            f64::from(super::polynomial::rational_bits(x)) + f64::from(steps).max(1.0).log2();
        self.limits
            .check_integer_bits(bits * f64::from(steps), "a rising factorial")?;
        let start = if *n < 0 {
            Rational::from(x + n)
        } else {
            x.clone()
        };
        let (mut num, mut den) = (Integer::from(1), Integer::from(1));
        for k in 0..steps {
            num *= start.numer() + Integer::from(start.denom() * k);
            den *= start.denom();
        }
        if *n < 0 {
            std::mem::swap(&mut num, &mut den);
        }
        if den == 0 {
            return Err(super::fraction::division_by_zero());
        }
        Ok(Some(Rational::from((num, den))))
    }

    pub(super) fn lgamma(&mut self, x: &NormalForm) -> Result<NormalForm> {
        match x.as_rational() {
            Some(value) if value.is_integer() && value <= 0 => {
                Err(Error::domain("`lgamma` has poles at 0, -1, -2, …"))
            }
            // ln Γ is real where Γ is positive.
            Some(value) if value > 0 && value <= MAX_STEPS => {
                let gamma = self.gamma(x)?;
                self.ln(&gamma)
            }
            _ => Ok(opaque("lgamma", x.clone())),
        }
    }

    pub(super) fn digamma(&mut self, x: &NormalForm) -> Result<NormalForm> {
        self.polygamma(&NormalForm::zero(), x)
    }

    pub(super) fn polygamma(&mut self, order: &NormalForm, x: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        if let Some(order) = order.as_rational()
            && (!order.is_integer() || order < 0)
        {
            return Err(outside("polygamma", "orders 0, 1, 2, …"));
        }
        let known = order.as_integer().and_then(|m| m.to_u32());
        let (Some(m), Some(value)) = (known, x.as_rational()) else {
            return Ok(polygamma_atom(order, x));
        };
        if value.is_integer() && value <= 0 {
            return Err(Error::domain("`polygamma` has poles at 0, -1, -2, …"));
        }
        // ψ⁽ᵐ⁾(q + n) = ψ⁽ᵐ⁾(q) + (−1)^m m! Σ_{0≤k<n} (q+k)^(−m−1), 0 < q ≤ 1.
        let shift = Integer::from(value.ceil_ref()) - 1u32;
        let base = value - Rational::from(&shift);
        let steps = shift.clone().abs().to_u32().filter(|s| *s <= MAX_STEPS);
        let (Some(steps), true) = (steps, m <= 200) else {
            return Ok(polygamma_atom(order, x));
        };
        let mut sum = Rational::new();
        for k in 0..steps {
            limits.check_deadline()?;
            let at = if shift < 0 {
                Rational::from(&base - (k + 1))
            } else {
                Rational::from(&base + k)
            };
            sum += Rational::from(at.recip_ref()).pow(m + 1);
        }
        let mut factor = Rational::from(Integer::factorial(m).complete());
        if (m % 2 == 1) != (shift < 0) {
            factor = -factor;
        }
        let start = self.polygamma_start(m, &base)?;
        start.add(&NormalForm::from(factor * sum), limits)
    }

    /// ψ⁽ᵐ⁾(q) for 0 < q ≤ 1.
    fn polygamma_start(&mut self, m: u32, q: &Rational) -> Result<NormalForm> {
        let limits = self.limits;
        let denominator = q.denom().to_u32().unwrap_or(u32::MAX);
        if m > 0 {
            if denominator > 2 {
                return Ok(polygamma_atom(
                    &NormalForm::from(i64::from(m)),
                    &NormalForm::from(q.clone()),
                ));
            }
            // ψ⁽ᵐ⁾(1) = (−1)^(m+1) m! ζ(m+1), and (2^(m+1) − 1) times that at 1/2.
            let mut factor = Integer::factorial(m).complete();
            if denominator == 2 {
                factor *= (Integer::from(1) << (m + 1)) - 1u32;
            }
            if m.is_multiple_of(2) {
                factor = -factor;
            }
            let zeta = self.zeta(&NormalForm::from(i64::from(m) + 1))?;
            return Ok(zeta.scale(&Rational::from(factor)));
        }
        let gamma = NormalForm::from_atom(&Atom::free(AtomKind::EulerGamma)).neg();
        // ψ(q) = −γ + a π/√b·c … as the table of Gauss's theorem; coefficients of π, ln 2, ln 3.
        let (root, pi, ln2, ln3) = match denominator {
            1 => (1, (0, 1), 0, (0, 1)),
            2 => (1, (0, 1), -2, (0, 1)),
            3 => (3, (-1, 6), 0, (-3, 2)),
            4 => (1, (-1, 2), -3, (0, 1)),
            6 => (3, (-1, 2), -2, (-3, 2)),
            _ => return Ok(opaque("digamma", NormalForm::from(q.clone()))),
        };
        let mut pi = Rational::from(pi);
        if *q > Rational::from((1, 2)) {
            // Reflection: ψ(1−q) − ψ(q) = π cot(πq).
            pi = -pi;
        }
        let pi = NormalForm::pi()
            .mul(&self.sqrt(&NormalForm::from(root))?, limits)?
            .scale(&pi);
        let ln2 = self.ln(&NormalForm::from(2))?.scale(&Rational::from(ln2));
        let ln3 = self.ln(&NormalForm::from(3))?.scale(&Rational::from(ln3));
        gamma.add(&pi, limits)?.add(&ln2, limits)?.add(&ln3, limits)
    }

    pub(super) fn zeta(&mut self, x: &NormalForm) -> Result<NormalForm> {
        let value = x.as_integer().and_then(|n| n.to_i64());
        match value {
            Some(1) => Err(Error::domain("`zeta` has a pole at 1")),
            Some(0) => Ok(NormalForm::from(Rational::from((-1, 2)))),
            // ζ(−n) = −B(n+1)/(n+1)
            Some(n @ -400..=-1) => {
                let index = n.unsigned_abs() as u32 + 1;
                let value = bernoulli(index) / index;
                Ok(NormalForm::from(-value))
            }
            // ζ(2k) = |B(2k)| (2π)^(2k) / (2 (2k)!)
            Some(n @ 2..=400) if n % 2 == 0 => {
                let n = n as u32;
                let factor = bernoulli(n).abs() * (Integer::from(1) << (n - 1))
                    / Integer::factorial(n).complete();
                let power = NormalForm::pi().pow(i64::from(n), self.limits)?;
                Ok(power.scale(&factor))
            }
            _ => Ok(opaque("zeta", x.clone())),
        }
    }

    pub(super) fn pochhammer(&mut self, x: &NormalForm, n: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        let Some(n) = n.as_integer() else {
            return Ok(call("pochhammer", &[x.clone(), n.clone()]));
        };
        if n < 0 {
            return Err(outside("pochhammer", "integers from 0 in the second place"));
        }
        if let Some(value) = x.as_rational() {
            return match self.rising(&value, &n)? {
                Some(product) => Ok(NormalForm::from(product)),
                None => Err(too_long(&n)),
            };
        }
        let steps = n.to_u32().filter(|s| *s <= MAX_STEPS);
        let steps = steps.ok_or_else(|| too_long(&n))?;
        let mut product = NormalForm::one();
        for k in 0..steps {
            let factor = x.add(&NormalForm::from(i64::from(k)), limits)?;
            product = product.mul(&factor, limits)?;
        }
        Ok(product)
    }

    /// The binomial coefficient: x (x−1) … (x−k+1)/k! for integers k ≥ 0, 0 for integers k < 0.
    pub(super) fn binomial(&mut self, x: &NormalForm, k: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        let Some(mut k) = k.as_integer() else {
            return Ok(call("binomial", &[x.clone(), k.clone()]));
        };
        if k < 0 {
            return Ok(NormalForm::zero());
        }
        if let Some(n) = x.as_integer().filter(|n| *n >= 0) {
            if k > n {
                return Ok(NormalForm::zero());
            }
            let other = Integer::from(&n - &k);
            if other < k {
                k = other;
            }
            // C(n, k) ≤ (e n/k)^k, with e < 3.
            let (n_size, k_size) = (n.to_f64(), k.to_f64());
            let bits = k_size * (3.0 * n_size / k_size.max(1.0)).log2().max(1.0);
            limits.check_integer_bits(bits, format_args!("binomial({n}, {k})"))?;
            let k = k.to_u32().ok_or_else(|| too_long(&k))?;
            return Ok(NormalForm::from(n.binomial(k)));
        }
        let count = k.to_u32().ok_or_else(|| too_long(&k))?;
        let start = x.sub(&NormalForm::from(Integer::from(&k - 1u32)), limits)?;
        let falling = self.pochhammer(&start, &NormalForm::from(k))?;
        let factorial = Rational::from(Integer::factorial(count).complete());
        Ok(falling.scale(&factorial.recip()))
    }

    /// He_n(x), by He_{n+1} = x He_n − n He_{n−1}.
    pub(super) fn hermite(&mut self, n: &NormalForm, x: &NormalForm) -> Result<NormalForm> {
        let limits = self.limits;
        let Some(order) = n.as_rational() else {
            return Ok(call("hermite", &[n.clone(), x.clone()]));
        };
        if !order.is_integer() || order < 0 {
            return Err(outside("hermite", "orders 0, 1, 2, …"));
        }
        let steps = order.numer().to_u32().filter(|s| *s <= MAX_STEPS);
        let steps = steps.ok_or_else(|| too_long(order.numer()))?;
        let (mut before, mut now) = (NormalForm::zero(), NormalForm::one());
        for k in 0..steps {
            limits.check_deadline()?;
            let next = x
                .mul(&now, limits)?
                .sub(&before.scale(&Rational::from(k)), limits)?;
            before = std::mem::replace(&mut now, next);
        }
        Ok(now)
    }

    /// 2F1(a, b; c; z), summed where a or b is 0, −1, −2, …
    pub(super) fn hyp2f1(&mut self, values: &[NormalForm]) -> Result<NormalForm> {
        let limits = self.limits;
        let [a, b, c, z] = values else {
            return Ok(call("hyp2f1", values));
        };
        if z.is_zero() {
            return Ok(NormalForm::one());
        }
        let ends = [a, b].map(|x| {
            let n = x.as_integer().filter(|n| *n <= 0)?;
            n.abs().to_u32().filter(|n| *n <= MAX_STEPS)
        });
        let Some(last) = ends.into_iter().flatten().min() else {
            // Symmetric in a and b.
            let (a, b) = if a <= b { (a, b) } else { (b, a) };
            return Ok(call(
                "hyp2f1",
                &[a.clone(), b.clone(), c.clone(), z.clone()],
            ));
        };
        let (mut sum, mut term) = (NormalForm::one(), NormalForm::one());
        for k in 0..last {
            limits.check_deadline()?;
            let at = NormalForm::from(i64::from(k));
            let factor = a
                .add(&at, limits)?
                .mul(&b.add(&at, limits)?, limits)?
                .mul(z, limits)?
                .div(&c.add(&at, limits)?, limits)?;
            term = term
                .mul(&factor, limits)?
                .scale(&Rational::from((1, k + 1)));
            sum = sum.add(&term, limits)?;
        }
        Ok(sum)
    }
}

fn polygamma_atom(order: &NormalForm, x: &NormalForm) -> NormalForm {
    if order.is_zero() {
        opaque("digamma", x.clone())
    } else {
        call("polygamma", &[order.clone(), x.clone()])
    }
}

fn too_long(n: &Integer) -> Error {
    Error::limit(format!("{n} is too large to write the product out"))
        .with_hint("ask for digits instead of a closed form")
}

/// The Bernoulli number B(n), by Σ_{k≤n} C(n+1, k) B(k) = 0; B(1) = −1/2.
pub(super) fn bernoulli(n: u32) -> Rational {
    let mut numbers: Vec<Rational> = vec![Rational::from(1)];
    for m in 1..=n {
        let mut sum = Rational::new();
        for (k, value) in (0u32..).zip(&numbers) {
            sum += Rational::from(Integer::from(m + 1).binomial(k)) * value;
        }
        numbers.push(-sum / (m + 1));
    }
    numbers.pop().unwrap_or_default()
}
