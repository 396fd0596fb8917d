//! Functions of series: powers, exponentials and logarithms, trigonometric functions, inverse
//! functions through their derivatives, gamma functions, hypergeometric series.

use rug::{Complete, Integer, Rational};

use super::SeriesExpander;
use super::laurent::{Laurent, more_terms};
use crate::error::{Error, Result};
use crate::formula::expr::{Call, Expr};
use crate::formula::normal::atom::{Atom, AtomKind};
use crate::formula::normal::combinatorial::bernoulli;
use crate::formula::normal::derivative::derivative_of_one;
use crate::formula::normal::{NormalForm, functions};

/// A name that no user can type, for the argument of a function.
const ARGUMENT: &str = "#x";
/// The most poles that a gamma function is moved across.
const MAX_POLES: u32 = 1_000;

impl SeriesExpander<'_, '_> {
    pub(super) fn call(&mut self, call: &Call) -> Result<Laurent> {
        let named = call.arguments.iter().any(|a| a.name.is_some());
        if named || !functions::is_elementary(&call.name) {
            return Err(unknown(&call.name));
        }
        let mut arguments = Vec::new();
        for argument in &call.arguments {
            arguments.push(self.expand(&argument.value)?);
        }
        let constants: Option<Vec<_>> = arguments.iter().map(Laurent::as_constant).collect();
        // A logarithm of h is constant as a coefficient, but functions must not be applied to it.
        let free = |c: &NormalForm| self.refuse_logarithms(c).is_ok();
        if let Some(constants) = constants.filter(|c| c.iter().all(free)) {
            let value = self.normaliser.elementary(&call.name, &constants)?;
            return Ok(Laurent::constant(value));
        }
        match arguments.as_slice() {
            [x] => self.function(&call.name, x),
            _ => self.function_of_several(&call.name, &arguments),
        }
    }

    fn function(&mut self, name: &str, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        let half = |series: Laurent| series.scale(&Rational::from((1, 2)));
        match name {
            "sqrt" => self.rational_power(x, &Rational::from((1, 2))),
            "cbrt" => self.cbrt(x),
            "exp" => self.exp(x),
            "ln" => self.ln(x),
            "sin" => Ok(self.sin_cos(x)?.0),
            "cos" => Ok(self.sin_cos(x)?.1),
            "tan" => {
                let (sin, cos) = self.sin_cos(x)?;
                sin.mul(&cos.recip(budget)?, budget)
            }
            "cot" => {
                let (sin, cos) = self.sin_cos(x)?;
                cos.mul(&sin.recip(budget)?, budget)
            }
            "sinh" => Ok(half(self.exp(x)?.sub(&self.exp(&x.neg())?, budget)?)),
            "cosh" => Ok(half(self.exp(x)?.add(&self.exp(&x.neg())?, budget)?)),
            "tanh" => {
                let (up, down) = (self.exp(x)?, self.exp(&x.neg())?);
                let sum = up.add(&down, budget)?;
                up.sub(&down, budget)?.mul(&sum.recip(budget)?, budget)
            }
            "abs" => self.abs(x),
            "atan" | "asinh" | "acosh" if is_pole(x) => self.inverse_at_infinity(name, x),
            "asin" | "acos" | "atan" | "asinh" | "acosh" | "atanh" | "erf" | "erfc" | "erfi" => {
                self.by_derivative(name, x)
            }
            "gamma" => self.gamma(x),
            "factorial" => {
                let one = Laurent::constant(NormalForm::one());
                self.gamma(&x.add(&one, budget)?)
            }
            "lgamma" => self.lgamma(x),
            "digamma" => self.polygamma(0, x),
            "lambertw" => self.lambertw(x),
            "max" | "min" => Ok(x.clone()),
            _ => Err(unknown(name)),
        }
    }

    fn function_of_several(&mut self, name: &str, arguments: &[Laurent]) -> Result<Laurent> {
        let budget = self.budget;
        match (name, arguments) {
            ("max" | "min", [first, rest @ ..]) => {
                let mut extreme = first.clone();
                for other in rest {
                    let distance = self.abs(&extreme.sub(other, budget)?)?;
                    let sum = extreme.add(other, budget)?;
                    let twice = if name == "max" {
                        sum.add(&distance, budget)?
                    } else {
                        sum.sub(&distance, budget)?
                    };
                    extreme = twice.scale(&Rational::from((1, 2)));
                }
                Ok(extreme)
            }
            ("polygamma", [order, x]) => {
                let order = order.as_constant().and_then(|m| m.as_integer());
                let order = order.and_then(|m| m.to_u32()).filter(|m| *m <= 1_000);
                self.polygamma(order.ok_or_else(|| unknown(name))?, x)
            }
            ("hyp2f1", [a, b, c, z]) => {
                let constants = [a, b, c].map(Laurent::as_constant);
                let [Some(a), Some(b), Some(c)] = constants else {
                    return Err(unknown(name));
                };
                let Some((start, rest)) = z.split_constant().filter(|(c, _)| c.is_zero()) else {
                    return self.polynomial(name, arguments);
                };
                debug_assert!(start.is_zero());
                let limits = budget.limits;
                let mut term = NormalForm::one();
                let mut next = 0u32;
                rest.compose(
                    &mut |k| {
                        // (a)_k (b)_k / ((c)_k k!)
                        while next < k {
                            let at = NormalForm::from(i64::from(next));
                            let factor = a
                                .add(&at, limits)?
                                .mul(&b.add(&at, limits)?, limits)?
                                .div(&c.add(&at, limits)?, limits)?;
                            term = term
                                .mul(&factor, limits)?
                                .scale(&Rational::from((1, next + 1)));
                            next += 1;
                        }
                        Ok(term.clone())
                    },
                    budget,
                )
            }
            _ => self.polynomial(name, arguments),
        }
    }

    /// A function that is a polynomial in its only argument that is not constant.
    fn polynomial(&mut self, name: &str, arguments: &[Laurent]) -> Result<Laurent> {
        let mut moving = None;
        let mut values = Vec::new();
        for argument in arguments {
            values.push(match argument.as_constant() {
                Some(value) => value,
                None if moving.is_none() => {
                    moving = Some(argument.clone());
                    NormalForm::variable(ARGUMENT)
                }
                None => return Err(unknown(name)),
            });
        }
        let value = self.normaliser.elementary(name, &values)?;
        let opaque = value.num.atoms().iter().any(|atom| match atom.kind() {
            AtomKind::Variable(_) => false,
            kind => {
                let mut inside = std::collections::BTreeSet::new();
                kind.collect_variables(&mut inside);
                inside.contains(ARGUMENT)
            }
        });
        let Some(series) = moving.filter(|_| !opaque) else {
            return Err(unknown(name));
        };
        self.with_argument(series, &value.to_expr())
    }

    /// The expansion of a formula in [`ARGUMENT`], which stands for a series.
    fn with_argument(&mut self, x: Laurent, formula: &Expr) -> Result<Laurent> {
        let outer = self.environment.insert(ARGUMENT.to_owned(), x);
        let expanded = self.expand(formula);
        match outer {
            Some(outer) => self.environment.insert(ARGUMENT.to_owned(), outer),
            None => self.environment.remove(ARGUMENT),
        };
        expanded
    }

    pub(super) fn power(&mut self, base: &Laurent, exponent: &Laurent) -> Result<Laurent> {
        let rational = exponent.as_constant().and_then(|e| e.as_rational());
        if let Some(exponent) = rational {
            return self.rational_power(base, &exponent);
        }
        let log = self.ln(base)?;
        let product = log.mul(exponent, self.budget)?;
        self.exp(&product)
    }

    fn rational_power(&mut self, base: &Laurent, exponent: &Rational) -> Result<Laurent> {
        if *exponent == 0 {
            return Ok(Laurent::constant(NormalForm::one()));
        }
        if *exponent == 1 {
            return Ok(base.clone());
        }
        let Some((order, leading)) = base.leading() else {
            return if base.is_exact_zero() {
                let zero = self
                    .normaliser
                    .rational_power(&NormalForm::zero(), exponent)?;
                Ok(Laurent::constant(zero))
            } else {
                self.small_power(base, exponent)
            };
        };
        if !exponent.is_integer() {
            self.refuse_logarithms(leading)?;
            if order != 0 {
                self.one_sided = true;
            }
        }
        let normaliser = &mut *self.normaliser;
        base.pow(
            exponent,
            |leading| normaliser.rational_power(leading, exponent),
            self.budget,
        )
    }

    /// A positive whole power of a series of which only the order is known.
    fn small_power(&self, base: &Laurent, exponent: &Rational) -> Result<Laurent> {
        let times = Some(exponent.numer())
            .filter(|_| exponent.is_integer())
            .and_then(|e| e.to_u32())
            .filter(|e| *e <= 64)
            .ok_or_else(more_terms)?;
        let mut product = base.clone();
        for _ in 1..times {
            product = product.mul(base, self.budget)?;
        }
        Ok(product)
    }

    fn cbrt(&mut self, x: &Laurent) -> Result<Laurent> {
        let third = Rational::from((1, 3));
        if let Some((order, leading)) = x.leading() {
            self.refuse_logarithms(leading)?;
            if !Rational::from(&third * &order).is_integer() {
                self.one_sided = true;
            }
        }
        let normaliser = &mut *self.normaliser;
        x.pow(&third, |leading| normaliser.cbrt(leading), self.budget)
    }

    fn exp(&mut self, x: &Laurent) -> Result<Laurent> {
        let Some((constant, rest)) = x.split_constant() else {
            return Err(if is_pole(x) {
                Error::domain("`exp` of an infinite argument has no expansion in powers")
            } else {
                more_terms()
            });
        };
        // exp(q ln h + c) = h^q exp(c)
        let (multiple, constant) = self.split_logarithm(&constant)?;
        let factor = self.normaliser.exp(&constant)?;
        let series = rest.exp(self.budget)?;
        let series = series.mul(&Laurent::constant(factor), self.budget)?;
        if multiple == 0 {
            return Ok(series);
        }
        self.one_sided |= !multiple.is_integer();
        series.shift(&multiple)
    }

    /// q and c with value = q·ln h + c, q rational and c free of ln h.
    fn split_logarithm(&self, value: &NormalForm) -> Result<(Rational, NormalForm)> {
        let limits = self.budget.limits;
        let Some(atom) = self.log_atom() else {
            return Ok((Rational::new(), value.clone()));
        };
        if !value.num.atoms().contains(&atom) && !value.den.atoms().contains(&atom) {
            return Ok((Rational::new(), value.clone()));
        }
        let no_power = || {
            Error::domain(
                "the exponent grows like a power of a logarithm, so there is no expansion in powers",
            )
        };
        let parts = value.num.coefficients_in(&atom);
        if value.den.atoms().contains(&atom) || parts.keys().any(|e| *e > 1) {
            return Err(no_power());
        }
        let slope = parts.get(&1).cloned().unwrap_or_default();
        let slope = NormalForm::lowest_terms(slope, value.den.clone(), limits)?;
        // ln h is ±ln(…) plus a constant: divide by its own slope.
        let own = self.log.num.coefficients_in(&atom);
        let own = own.get(&1).cloned().unwrap_or_default();
        let own = NormalForm::lowest_terms(own, self.log.den.clone(), limits)?;
        let multiple = slope.div(&own, limits)?;
        let multiple = multiple.as_rational().ok_or_else(no_power)?;
        let constant = value.sub(&self.log.scale(&multiple), limits)?;
        Ok((multiple, constant))
    }

    /// The atom ln(…) in ln h.
    fn log_atom(&self) -> Option<Atom> {
        let mut atoms = self.log.num.atoms().into_iter();
        atoms.find(|atom| match atom.kind() {
            AtomKind::Ln(argument) => !argument.is_constant(),
            _ => false,
        })
    }

    fn refuse_logarithms(&self, value: &NormalForm) -> Result<()> {
        let Some(atom) = self.log_atom() else {
            return Ok(());
        };
        if value.num.atoms().contains(&atom) || value.den.atoms().contains(&atom) {
            return Err(Error::domain(
                "a function of a logarithm has no expansion in powers and logarithms",
            ));
        }
        Ok(())
    }

    fn ln(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        let Some((order, leading)) = x.leading() else {
            return Err(if x.is_exact_zero() {
                functions::outside("ln", "(0, inf)")
            } else {
                more_terms()
            });
        };
        self.refuse_logarithms(leading)?;
        let mut constant = self.normaliser.ln(leading)?;
        if order != 0 {
            self.one_sided = true;
            constant = constant.add(&self.log.scale(&order), budget.limits)?;
        }
        // ln(1 + δ) = ∫ δ'/(1 + δ)
        let inverse = leading.recip(budget.limits)?;
        let unit = x
            .mul(&Laurent::constant(inverse), budget)?
            .shift(&Rational::from(-&order))?;
        let slope = unit.derivative().mul(&unit.recip(budget)?, budget)?;
        let series = slope.integral(&self.log, budget)?;
        series.add(&Laurent::constant(constant), budget)
    }

    fn sin_cos(&mut self, x: &Laurent) -> Result<(Laurent, Laurent)> {
        let budget = self.budget;
        let Some((constant, rest)) = x.split_constant() else {
            return Err(if is_pole(x) {
                Error::domain("a sine or cosine of an infinite argument has no expansion in powers")
            } else {
                more_terms()
            });
        };
        self.refuse_logarithms(&constant)?;
        let pair = self.normaliser.cos_sin(&constant)?;
        let (sin, cos) = rest.sin_cos(budget)?;
        let (s, c) = (Laurent::constant(pair.sin), Laurent::constant(pair.cos));
        Ok((
            s.mul(&cos, budget)?.add(&c.mul(&sin, budget)?, budget)?,
            c.mul(&cos, budget)?.sub(&s.mul(&sin, budget)?, budget)?,
        ))
    }

    /// f(x₀ + δ) = f(x₀) + ∫ f'(x) x', where f' is elementary.
    fn by_derivative(&mut self, name: &str, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        let Some((constant, rest)) = x.split_constant() else {
            return Err(if is_pole(x) {
                unknown(name)
            } else {
                more_terms()
            });
        };
        self.refuse_logarithms(&constant)?;
        let value = self
            .normaliser
            .elementary(name, std::slice::from_ref(&constant))?;
        let argument = Expr::name(ARGUMENT);
        let slope = derivative_of_one(name, &argument).ok_or_else(|| unknown(name))?;
        let slope = self.with_argument(x.clone(), &slope)?;
        let integrand = slope.mul(&rest.derivative(), budget)?;
        let integral = integrand.integral(&self.log, budget)?;
        integral.add(&Laurent::constant(value), budget)
    }

    /// atan x = ±π/2 − atan(1/x); asinh and acosh by logarithms.
    fn inverse_at_infinity(&mut self, name: &str, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        let sign = self.sign(x)?;
        match name {
            "atan" => {
                let half_pi = NormalForm::pi().scale(&Rational::from((sign, 2)));
                let inner = self.by_derivative("atan", &x.recip(budget)?)?;
                Laurent::constant(half_pi).sub(&inner, budget)
            }
            "acosh" if sign < 0 => Err(functions::outside("acosh", "[1, inf)")),
            _ => {
                // asinh x = sign·ln(|x| + √(x² ± 1))
                let size = x.scale(&Rational::from(sign));
                let unit = NormalForm::from(if name == "asinh" { 1 } else { -1 });
                let square = size.mul(&size, budget)?;
                let inside = square.add(&Laurent::constant(unit), budget)?;
                let root = self.rational_power(&inside, &Rational::from((1, 2)))?;
                let log = self.ln(&size.add(&root, budget)?)?;
                Ok(log.scale(&Rational::from(sign)))
            }
        }
    }

    /// The sign of a series for small h > 0.
    fn sign(&mut self, x: &Laurent) -> Result<i32> {
        let (order, leading) = x.leading().ok_or_else(more_terms)?;
        if !Rational::from(&order / Rational::from(2)).is_integer() {
            self.one_sided = true;
        }
        known_sign(leading)
            .ok_or_else(|| Error::domain("the sign of the leading coefficient is not known here"))
    }

    fn abs(&mut self, x: &Laurent) -> Result<Laurent> {
        if x.is_exact_zero() {
            return Ok(Laurent::zero());
        }
        let sign = self.sign(x)?;
        Ok(x.scale(&Rational::from(sign)))
    }

    /// Γ(x₀ + δ) = Γ(x₀) exp(Σ ψ⁽ᵏ⁾(x₀) δ^(k+1)/(k+1)!).
    fn gamma(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if is_pole(x) {
            return Err(Error::domain(
                "`gamma` of an infinite argument has no expansion in powers",
            ));
        }
        let (shifted, poles) = self.move_off_poles(x)?;
        let (constant, rest) = shifted.split_constant().ok_or_else(more_terms)?;
        self.refuse_logarithms(&constant)?;
        let value = self
            .normaliser
            .elementary("gamma", std::slice::from_ref(&constant))?;
        let exponent = self.log_gamma_series(&constant, &rest)?;
        let mut series = exponent
            .exp(budget)?
            .mul(&Laurent::constant(value), budget)?;
        for pole in poles {
            series = series.mul(&pole.recip(budget)?, budget)?;
        }
        Ok(series)
    }

    fn log_gamma_series(&mut self, constant: &NormalForm, rest: &Laurent) -> Result<Laurent> {
        let normaliser = &mut *self.normaliser;
        rest.compose(
            &mut |k| {
                let Some(order) = k.checked_sub(1) else {
                    return Ok(NormalForm::zero());
                };
                let order = NormalForm::from(i64::from(order));
                let value = normaliser.polygamma(&order, constant)?;
                let factorial = Rational::from(Integer::factorial(k).complete());
                Ok(value.scale(&factorial.recip()))
            },
            self.budget,
        )
    }

    /// x + n and the factors x, x+1, …, x+n−1, so that x + n is positive at h = 0 where x is 0,
    /// −1, −2, …
    fn move_off_poles(&mut self, x: &Laurent) -> Result<(Laurent, Vec<Laurent>)> {
        let (constant, _) = x.split_constant().ok_or_else(more_terms)?;
        let poles = match constant.as_integer() {
            Some(n) if n <= 0 => (1u32 - n).to_u32().filter(|n| *n <= MAX_POLES),
            _ => Some(0),
        };
        let poles = poles.ok_or_else(|| Error::limit("the pole is too far from 0"))?;
        let mut factors = Vec::new();
        let mut shifted = x.clone();
        let one = Laurent::constant(NormalForm::one());
        for _ in 0..poles {
            let next = shifted.add(&one, self.budget)?;
            factors.push(std::mem::replace(&mut shifted, next));
        }
        Ok((shifted, factors))
    }

    fn lgamma(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if is_pole(x) {
            return self.stirling(x);
        }
        let (shifted, poles) = self.move_off_poles(x)?;
        let (constant, rest) = shifted.split_constant().ok_or_else(more_terms)?;
        self.refuse_logarithms(&constant)?;
        let value = self
            .normaliser
            .elementary("lgamma", std::slice::from_ref(&constant))?;
        let mut series = self
            .log_gamma_series(&constant, &rest)?
            .add(&Laurent::constant(value), budget)?;
        // ln|Γ(x)| = ln|Γ(x + n)| − Σ ln|x + k|
        for pole in poles {
            let size = self.abs(&pole)?;
            series = series.sub(&self.ln(&size)?, budget)?;
        }
        Ok(series)
    }

    /// (x − 1/2) ln x − x + ln(2π)/2 + Σ B(2k)/(2k (2k−1) x^(2k−1)) for x → +∞.
    fn stirling(&mut self, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if self.sign(x)? < 0 {
            return Err(unknown("lgamma"));
        }
        let log = self.ln(x)?;
        let half = Laurent::constant(NormalForm::from(Rational::from((-1, 2))));
        let two_pi = NormalForm::pi().scale(&Rational::from(2));
        let constant = self.normaliser.ln(&two_pi)?.scale(&Rational::from((1, 2)));
        let tail = x.recip(budget)?.compose(
            &mut |k| {
                if k % 2 == 0 {
                    return Ok(NormalForm::zero());
                }
                let index = k + 1;
                let value = bernoulli(index) / (u64::from(index) * u64::from(k));
                Ok(NormalForm::from(value))
            },
            budget,
        )?;
        x.add(&half, budget)?
            .mul(&log, budget)?
            .sub(x, budget)?
            .add(&Laurent::constant(constant), budget)?
            .add(&tail, budget)
    }

    fn polygamma(&mut self, order: u32, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if is_pole(x) {
            return self.polygamma_at_infinity(order, x);
        }
        let (shifted, poles) = self.move_off_poles(x)?;
        let (constant, rest) = shifted.split_constant().ok_or_else(more_terms)?;
        self.refuse_logarithms(&constant)?;
        let normaliser = &mut *self.normaliser;
        let mut series = rest.compose(
            &mut |k| {
                let index = NormalForm::from(i64::from(order) + i64::from(k));
                let value = normaliser.polygamma(&index, &constant)?;
                let factorial = Rational::from(Integer::factorial(k).complete());
                Ok(value.scale(&factorial.recip()))
            },
            budget,
        )?;
        // ψ⁽ᵐ⁾(x) = ψ⁽ᵐ⁾(x+n) − (−1)^m m! Σ (x+k)^(−m−1)
        let mut factor = Rational::from(Integer::factorial(order).complete());
        if order % 2 == 0 {
            factor = -factor;
        }
        let exponent = Rational::from(-i64::from(order) - 1);
        for pole in poles {
            let power = self.rational_power(&pole, &exponent)?;
            series = series.add(&power.scale(&factor), budget)?;
        }
        Ok(series)
    }

    /// ψ(x) ~ ln x − 1/(2x) − Σ B(2k)/(2k x^(2k)), and the derivatives of this, for x → +∞.
    fn polygamma_at_infinity(&mut self, order: u32, x: &Laurent) -> Result<Laurent> {
        let budget = self.budget;
        if self.sign(x)? < 0 {
            return Err(unknown("polygamma"));
        }
        // The m-th derivative of x^(−n) is (−1)^m (n)_m x^(−n−m).
        let inverse = x.recip(budget)?;
        let rising = |n: u32| {
            let product = (n..n + order).map(Integer::from).product::<Integer>();
            Rational::from(if order % 2 == 0 { product } else { -product })
        };
        let tail = inverse.compose(
            &mut |k| {
                let value = match k {
                    0 => Rational::new(),
                    1 => Rational::from((-1, 2)),
                    k if k % 2 == 1 => Rational::new(),
                    k => -bernoulli(k) / k,
                };
                Ok(NormalForm::from(value * rising(k)))
            },
            budget,
        )?;
        let tail = tail.mul(
            &self.rational_power(&inverse, &Rational::from(order))?,
            budget,
        )?;
        let head = if order == 0 {
            self.ln(x)?
        } else {
            // The m-th derivative of ln x is (−1)^(m−1) (m−1)! x^(−m).
            let mut factor = Rational::from(Integer::factorial(order - 1).complete());
            if order % 2 == 0 {
                factor = -factor;
            }
            self.rational_power(&inverse, &Rational::from(order))?
                .scale(&factor)
        };
        head.add(&tail, budget)
    }

    /// W(x) = Σ (−n)^(n−1) x^n/n! at x = 0.
    fn lambertw(&mut self, x: &Laurent) -> Result<Laurent> {
        let split = x.split_constant().filter(|(c, _)| c.is_zero());
        let (_, rest) = split.ok_or_else(|| unknown("lambertw"))?;
        rest.compose(
            &mut |n| {
                if n == 0 {
                    return Ok(NormalForm::zero());
                }
                let power = Integer::from(Integer::i_pow_u(-i32::try_from(n).unwrap_or(1), n - 1));
                let factorial = Integer::factorial(n).complete();
                Ok(NormalForm::from(Rational::from((power, factorial))))
            },
            self.budget,
        )
    }
}

fn is_pole(x: &Laurent) -> bool {
    x.leading().is_some_and(|(order, _)| order < 0)
}

/// The sign of a form whose terms are all of one sign.
fn known_sign(form: &NormalForm) -> Option<i32> {
    let single = |f: &crate::formula::normal::polynomial::Poly| {
        let positive = f
            .terms()
            .all(|(m, _)| m.factors().iter().all(|(a, _)| a.is_positive()));
        let mut signs = f.terms().map(|(_, c)| if *c > 0 { 1 } else { -1 });
        let first = signs.next()?;
        (positive && signs.all(|s| s == first)).then_some(first)
    };
    Some(single(&form.num)? * single(&form.den)?)
}

fn unknown(name: &str) -> Error {
    Error::domain(format!("no expansion of `{name}` is known there"))
}
