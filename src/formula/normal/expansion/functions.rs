//! Functions of series: powers, exponentials and logarithms, trigonometric functions, inverse
//! functions through their derivatives, hypergeometric series.

use rug::{Complete, Integer, Rational};

use super::SeriesExpander;
use super::laurent::{Laurent, more_terms};
use crate::error::{Error, Result};
use crate::formula::expr::{Call, Expr};
use crate::formula::normal::atom::{Atom, AtomKind};
use crate::formula::normal::derivative::derivative_of_one;
use crate::formula::normal::{NormalForm, functions};

/// A name that no user can type, for the argument of a function.
const ARGUMENT: &str = "#x";

impl SeriesExpander<'_, '_> {
    pub(super) fn call(&mut self, call: &Call) -> Result<Laurent> {
        let named = call.arguments.iter().any(|a| a.name.is_some());
        if named || !functions::is_elementary(&call.name) {
            return self.quantity(call);
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

    pub(super) fn rational_power(
        &mut self,
        base: &Laurent,
        exponent: &Rational,
    ) -> Result<Laurent> {
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

    pub(super) fn exp(&mut self, x: &Laurent) -> Result<Laurent> {
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

    pub(super) fn refuse_logarithms(&self, value: &NormalForm) -> Result<()> {
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

    pub(super) fn ln(&mut self, x: &Laurent) -> Result<Laurent> {
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
    pub(super) fn sign(&mut self, x: &Laurent) -> Result<i32> {
        let (order, leading) = x.leading().ok_or_else(more_terms)?;
        if !(&order / Rational::from(2)).is_integer() {
            self.one_sided = true;
        }
        leading
            .known_sign()
            .ok_or_else(|| Error::domain("the sign of the leading coefficient is not known here"))
    }

    pub(super) fn abs(&mut self, x: &Laurent) -> Result<Laurent> {
        if x.is_exact_zero() {
            return Ok(Laurent::zero());
        }
        let sign = self.sign(x)?;
        Ok(x.scale(&Rational::from(sign)))
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

pub(super) fn is_pole(x: &Laurent) -> bool {
    x.leading().is_some_and(|(order, _)| order < 0)
}

pub(super) fn unknown(name: &str) -> Error {
    Error::domain(format!("no expansion of `{name}` is known there"))
}
