//! Expectations of polynomials in z and t = tanh(bz) from the moments $s_n = E[Z^n \operatorname{sech}^2 bZ]$.
//!
//! With f = sech²(bz) = 1 − t², f' = −2b t f, and for every m ≥ 1
//! $(f^m)'' = 4m^2b^2 f^m - 2m(2m+1)b^2 f^{m+1}$. Two integrations by parts turn the second derivative into
//! $(z^nφ)''/φ = z^{n+2} - (2n+1) z^n + n(n-1) z^{n-2}$, so $F_m[n] = E[Z^n f^m]$ obeys
//!
//! $$2m(2m+1)b^2 F_{m+1}[n] = (4m^2b^2 + 2n + 1) F_m[n] - F_m[n+2] - n(n-1) F_m[n-2],\quad F_1[n] = s_n.$$
//!
//! Odd powers of t: $E[Z^n t f^i] = -(F_i[n+1] - n F_i[n-1])/(2ib)$ for i ≥ 1, and
//! $E[Z^n t] = (n-1) E[Z^{n-2} t] + b\,s_{n-1}$. So tanh, logistic and silu need nothing but s₀, s₂, s₄, ….

use std::collections::BTreeMap;

use rug::Rational;

use crate::number::{Ball, Bits};

/// A polynomial in z and t: the coefficient of $z^nt^m$ at (n, m).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bell(BTreeMap<(u32, u32), Rational>);

impl Bell {
    /// The sum of the terms (n, m, coefficient).
    pub fn new(terms: &[(u32, u32, Rational)]) -> Bell {
        let mut all = BTreeMap::new();
        for (n, m, a) in terms {
            add(&mut all, (*n, *m), a.clone());
        }
        Bell(all)
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Bell) -> Bell {
        let mut all = BTreeMap::new();
        for ((n, m), a) in &self.0 {
            for ((k, l), b) in &other.0 {
                add(&mut all, (n + k, m + l), Rational::from(a * b));
            }
        }
        Bell(all)
    }

    /// The derivative in x = √q z where t = tanh(rate·x) and z stands for x: z' = 1, t' = rate(1 − t²).
    #[must_use]
    pub fn derivative(&self, rate: &Rational) -> Bell {
        let mut all = BTreeMap::new();
        for ((n, m), a) in &self.0 {
            if *n > 0 {
                add(&mut all, (n - 1, *m), Rational::from(a * *n));
            }
            if *m > 0 {
                let slope = Rational::from(a * *m) * rate;
                add(&mut all, (*n, m - 1), slope.clone());
                add(&mut all, (*n, m + 1), -slope);
            }
        }
        Bell(all)
    }

    /// The highest n for which s_n is needed.
    pub fn highest(&self) -> u32 {
        // t^m = t^{m mod 2} (1−f)^{⌊m/2⌋}, and F_m[n] reaches up to s_{n+2m−2}; one more z for odd t.
        self.0
            .keys()
            .map(|(n, m)| n + 2 * (m / 2) + 2)
            .max()
            .unwrap_or(0)
    }

    /// E of the polynomial at z = √q Z, with b the rate of t in Z and the moments s_0, s_2, ….
    ///
    /// Divisions by b² amplify errors for small b; the balls say how much.
    pub fn expectation(&self, root: &Ball, b: &Ball, moments: &[Ball], prec: Bits) -> Ball {
        let mut table = Table::new(b, moments, prec);
        let mut total = Ball::zero();
        for ((n, m), a) in &self.0 {
            if (n + m) % 2 == 1 {
                continue;
            }
            // t^m = t^{m mod 2} Σ_i C(h, i) (−f)^i, h = ⌊m/2⌋.
            let half = m / 2;
            let mut sum = Ball::zero();
            for i in 0..=half {
                let binomial = rug::Integer::from(half).binomial(i);
                let weight = if i % 2 == 1 { -binomial } else { binomial };
                let value = if m % 2 == 0 {
                    table.even(i, *n)
                } else {
                    table.odd(i, *n)
                };
                sum = sum.add(&value.mul_integer(&weight, prec), prec);
            }
            let scale = root.pow_u64(u64::from(*n), prec);
            total = total.add(&sum.mul(&scale, prec).mul_rational(a, prec), prec);
        }
        total
    }
}

fn add(all: &mut BTreeMap<(u32, u32), Rational>, key: (u32, u32), value: Rational) {
    let entry = all.entry(key).or_default();
    *entry += value;
    if *entry == 0 {
        all.remove(&key);
    }
}

/// F_m[n] for even n, filled as needed.
struct Table<'a> {
    b: &'a Ball,
    square: Ball,
    prec: Bits,
    known: BTreeMap<(u32, u32), Ball>,
}

impl<'a> Table<'a> {
    fn new(b: &'a Ball, moments: &[Ball], prec: Bits) -> Self {
        let known = moments
            .iter()
            .enumerate()
            .map(|(i, s)| ((1, 2 * i as u32), s.clone()))
            .collect();
        Table {
            b,
            square: b.square(prec),
            prec,
            known,
        }
    }

    /// E[Z^n f^m], n even; no information beyond the moments given.
    fn even(&mut self, m: u32, n: u32) -> Ball {
        let prec = self.prec;
        if m == 0 {
            // (n − 1)!!.
            return (1..i64::from(n))
                .step_by(2)
                .fold(Ball::one(), |product, j| product.mul_i64(j, prec));
        }
        if let Some(value) = self.known.get(&(m, n)) {
            return value.clone();
        }
        if m == 1 {
            return Ball::indeterminate();
        }
        let (l, k) = (i64::from(m - 1), i64::from(n));
        let weight = self
            .square
            .mul_i64(4 * l * l, prec)
            .add_i64(2 * k + 1, prec);
        let mut top = weight
            .mul(&self.even(m - 1, n), prec)
            .sub(&self.even(m - 1, n + 2), prec);
        if n >= 2 {
            let low = self.even(m - 1, n - 2).mul_i64(k * (k - 1), prec);
            top = top.sub(&low, prec);
        }
        let value = top.div(&self.square.mul_i64(2 * l * (2 * l + 1), prec), prec);
        self.known.insert((m, n), value.clone());
        value
    }

    /// E[Z^n t f^i], n odd.
    fn odd(&mut self, i: u32, n: u32) -> Ball {
        let prec = self.prec;
        let k = i64::from(n);
        if i == 0 {
            let slope = self.b.mul(&self.even(1, n - 1), prec);
            return if n >= 2 {
                self.odd(0, n - 2).mul_i64(k - 1, prec).add(&slope, prec)
            } else {
                slope
            };
        }
        let gap = self
            .even(i, n - 1)
            .mul_i64(k, prec)
            .sub(&self.even(i, n + 1), prec);
        gap.div(&self.b.mul_i64(2 * i64::from(i), prec), prec)
    }
}
