//! [`Growth`]: a proved bound of an activation far from the origin, and the Gaussian tails that it
//! gives.
//!
//! $$|σ(z)| ≤ C\,x^p e^{s x + c x^2}, \qquad x = |\operatorname{Re} z| ≥ X_0 ≥ 1,\ |\operatorname{Im} z| ≤ y.$$
//!
//! Derivatives follow by Cauchy's inequality, products and powers by multiplication. Exponents are
//! doubles rounded up after every operation.

use rug::Float;

use crate::number::{Ball, Bits, Magnitude};

/// The precision of bounds.
pub(crate) const COARSE: Bits = Bits::new(64);

/// See the [module](self). σ is holomorphic on a neighbourhood of the two half-strips.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    /// X₀ ≥ 1.
    pub from: f64,
    /// y > 0.
    pub height: f64,
    /// C.
    pub scale: Magnitude,
    /// p.
    pub degree: u32,
    /// s, of either sign.
    pub slope: f64,
    /// c, of either sign.
    pub curve: f64,
}

impl Growth {
    /// The bound of the k-th derivative on half-strips smaller by `radius` ≤ 1, by Cauchy's inequality
    /// $|σ^{(k)}(z)| ≤ k!\,r^{-k} \max_{|w−z| ≤ r}|σ(w)|$. On that disc x changes by at most r ≤ x:
    /// $x^p$ to at most $(2x)^p$, and $e^{sx + cx^2}$ by a factor of at most $e^{|s|r + 2|c|rx + |c|r^2}$.
    #[must_use]
    pub fn derivative(&self, k: u32, radius: f64) -> Growth {
        if k == 0 {
            return self.clone();
        }
        let mut scale = self.scale.shifted(i64::from(self.degree));
        let inverse = Magnitude::ONE.over(&Float::with_val(53, radius));
        for j in 1..=k {
            scale = scale.times(Magnitude::new(u64::from(j), 0)).times(inverse);
        }
        let (slope, curve) = (self.slope.abs(), self.curve.abs());
        let loss = up(up(slope * radius) + up(up(curve * radius) * radius));
        Growth {
            from: up(self.from + radius),
            height: (self.height - radius).next_down(),
            scale: scale.times(exp_bound(up(loss))),
            degree: self.degree,
            slope: up(self.slope + up(up(2.0 * curve) * radius)),
            curve: self.curve,
        }
    }

    /// A bound for both of two functions: of the two outer pieces of one activation.
    #[must_use]
    pub fn either(&self, other: &Growth) -> Growth {
        Growth {
            from: self.from.max(other.from),
            height: self.height.min(other.height),
            scale: self.scale.max(other.scale),
            degree: self.degree.max(other.degree),
            slope: self.slope.max(other.slope),
            curve: self.curve.max(other.curve),
        }
    }

    /// The bound of a product.
    #[must_use]
    pub fn times(&self, other: &Growth) -> Growth {
        Growth {
            from: self.from.max(other.from),
            height: self.height.min(other.height),
            scale: self.scale.times(other.scale),
            degree: self.degree.saturating_add(other.degree),
            slope: up(self.slope + other.slope),
            curve: up(self.curve + other.curve),
        }
    }

    /// The bound of a power, n ≥ 1.
    #[must_use]
    pub fn power(&self, n: u32) -> Growth {
        Growth {
            scale: self.scale.power(u64::from(n)),
            degree: self.degree.saturating_mul(n),
            slope: up(self.slope * f64::from(n)),
            curve: up(self.curve * f64::from(n)),
            ..self.clone()
        }
    }

    /// The bound of z ↦ σ(sz) for s in a positive ball.
    #[must_use]
    pub fn stretched(&self, s: &Ball) -> Growth {
        let high = s.upper(COARSE).to_f64_round(rug::float::Round::Up);
        let low = s.lower(COARSE).to_f64_round(rug::float::Round::Down);
        // A negative exponent shrinks least with the least s.
        let at = |value: f64| up(value * if value > 0.0 { high } else { low });
        let once = at(self.curve);
        Growth {
            from: up(self.from / low).max(1.0),
            height: (self.height / high).next_down(),
            scale: self
                .scale
                .times(Magnitude::from_f64(high).power(u64::from(self.degree))),
            degree: self.degree,
            slope: at(self.slope),
            curve: at(once),
        }
    }

    /// An upper bound of ∫_X^∞ C x^p e^{sx + cx² − rx²} dx for r = `rate`; infinite where X is too
    /// near for the bound.
    ///
    /// The logarithm of the integrand has the slope p/x + s − 2(r − c)x, which falls with x (if r > c);
    /// if it is −λ < 0 at X, the integral is at most the integrand at X over λ.
    pub fn integral(&self, x: f64, rate: f64) -> Magnitude {
        let gap = (rate - self.curve).next_down();
        if gap <= 0.0 || x < self.from {
            return Magnitude::INFINITY;
        }
        let fall = (2.0 * gap).next_down() * x;
        let decay =
            (fall.next_down() - up(self.slope + up(f64::from(self.degree) / x))).next_down();
        if decay <= 0.0 || decay.is_nan() {
            return Magnitude::INFINITY;
        }
        let exponent = up(up(self.slope * x) - ((gap * x).next_down() * x).next_down());
        self.scale
            .times(Magnitude::from_f64(x).power(u64::from(self.degree)))
            .times(exp_bound(exponent))
            .over(&Float::with_val(53, decay))
    }

    /// The binary logarithm of the bound times e^{−x²/2}, roughly; at most that of the bound below `from`.
    pub(super) fn log2_at(&self, x: f64) -> f64 {
        let far = x.abs().max(self.from);
        let scale = self.scale.exponent().unwrap_or(0) as f64;
        let nats = (self.slope * far).max(0.0) + self.curve.max(0.0) * far * far - x * x / 2.0;
        let guard = if x.abs() < self.from { 40.0 } else { 8.0 };
        scale + f64::from(self.degree) * far.log2() + nats * std::f64::consts::LOG2_E + guard
    }

    /// An upper bound of E[|σ(Z)|; |Z| > X].
    pub fn tail(&self, x: f64) -> Magnitude {
        // 2/√(2π) < 0.798 < 817/1024.
        self.integral(x, 0.5).times(Magnitude::new(817, -10))
    }

    /// An upper bound of |σ(z)| e^{−γx²} over the half-strips, for γ > c.
    ///
    /// For every x₀ > 0: p ln x ≤ p (ln x₀ − 1 + x/x₀), and ax − dx² ≤ a²/(4d).
    pub fn weighted(&self, gamma: f64) -> Magnitude {
        let gap = (gamma - self.curve).next_down();
        if gap <= 0.0 {
            return Magnitude::INFINITY;
        }
        let degree = f64::from(self.degree);
        let root = (self.slope * self.slope + 8.0 * gap * degree).sqrt();
        let at = ((self.slope + root) / (4.0 * gap)).max(self.from);
        let linear = up(self.slope + up(degree / at)).max(0.0);
        let square = up(up(linear * linear) / (4.0 * gap).next_down());
        let front = degree * (up(up(at.ln())) - 1.0);
        self.scale.times(exp_bound(up(up(front) + square)))
    }
}

/// The next double, so that a rounded operation is not below its exact value.
pub(crate) fn up(x: f64) -> f64 {
    x.next_up()
}

/// An upper bound of e^x.
pub(crate) fn exp_bound(x: f64) -> Magnitude {
    if x.is_nan() || x > 1e8 {
        return Magnitude::INFINITY;
    }
    Ball::exact(Float::with_val(53, x.max(-1e8)))
        .exp(COARSE)
        .magnitude()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(degree: u32, slope: f64, curve: f64) -> Growth {
        Growth {
            from: 1.0,
            height: 1.0,
            scale: Magnitude::ONE,
            degree,
            slope,
            curve,
        }
    }

    /// The bounds hold against values summed in doubles, and are not wasteful.
    #[test]
    fn tails_and_suprema_are_bounded_and_close() {
        let mut cases = 0;
        for (p, s, c) in [(0, 0.0, 0.0), (3, 0.5, 0.1), (6, -1.0, 0.2), (1, 2.0, -0.3)] {
            let g = growth(p, s, c);
            let f = |x: f64| x.powi(p as i32) * (s * x + c * x * x).exp();
            for from in [6.0, 9.0, 14.0] {
                let step = 1e-3;
                let sum: f64 = (0..40_000)
                    .map(|k| from + step * (f64::from(k) + 0.5))
                    .map(|x| f(x) * (-x * x / 2.0).exp() * step)
                    .sum();
                let bound = g.integral(from, 0.5).to_f64();
                assert!(
                    bound >= sum * 0.999 && bound < 3.0 * sum,
                    "{p} {s} {c} {from}"
                );
                cases += 1;
            }
            let most = (1000..60_000)
                .map(|k| f64::from(k) / 1000.0)
                .map(|x| f(x) * (-0.25 * x * x).exp())
                .fold(0.0, f64::max);
            let bound = g.weighted(0.25).to_f64();
            assert!(
                bound >= most * 0.999_999 && bound < 1.5 * most,
                "{p} {s} {c}"
            );
        }
        assert_eq!(cases, 12);
        assert!(!growth(0, 0.0, 0.25).weighted(0.25).is_finite());
        assert!(!growth(0, 0.0, 0.5).tail(9.0).is_finite());
    }

    /// The derivatives of x³ and e^{x/2} stay below their bounds.
    #[test]
    fn derivatives_are_bounded() {
        let cube = growth(3, 0.0, 0.0).derivative(2, 0.5);
        let exponential = growth(0, 0.5, 0.0).derivative(2, 0.5);
        for x in [2.0_f64, 5.0, 20.0] {
            let at = |g: &Growth| {
                g.scale.to_f64() * x.powi(g.degree as i32) * (g.slope * x + g.curve * x * x).exp()
            };
            assert!(at(&cube) >= 6.0 * x);
            assert!(at(&exponential) >= 0.25 * (x / 2.0).exp());
        }
    }
}
