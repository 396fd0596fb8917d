//! The spectral law of one layer of a positively homogeneous activation, in closed form.
//!
//! For $σ(x) = r\,x_+^p + λ\,x_-^p$ the Funk–Hecke coefficient of $x_+^p$ on $S^d$ is
//!
//! $$a_l = c_d \int_0^1 t^p G_l(t) (1-t^2)^{d/2-1} dt
//!   = \frac{c_d 2^{-p-1} \sqrtπ\,Γ(d/2) Γ(p+1)}{Γ(1+\frac{p-l}2)\,Γ(\frac{p+l+d+1}2)},$$
//!
//! that of $x_-^p$ is $(-1)^l a_l$, and the two have disjoint supports. A Gaussian field
//! $σ(⟨w, x⟩)$ has $D_l = n_{l,d} (r + (-1)^l λ)^2 a_l^2 / ((r^2+λ^2) E[t_+^{2p}])$ with
//! $E[t_+^{2p}] = \frac{c_d}2 B(p+\frac12, \frac d2)$, the radial part of w being the same factor above
//! and below. Put together:
//!
//! $$D_l = n_{l,d} \frac{(r+(-1)^lλ)^2}{r^2+λ^2}\;
//!   \frac{\sqrtπ\,Γ(\frac{d+1}2)\,Γ(p+1)^2\,Γ(p+\frac{d+1}2)}
//!        {2^{2p+1}\,Γ(1+\frac{p-l}2)^2\,Γ(\frac{p+l+d+1}2)^2\,Γ(p+\frac12)}.$$
//!
//! Where $1 + (p-l)/2$ is a pole of Γ it is exactly 0. For integer p every Γ is at an integer or a
//! half-integer, and D is a rational times an integer power of π.

use rug::{Integer, Rational};

use super::sphere::multiplicity;
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::parse_expr;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Homogeneous;

/// Largest argument of Γ that is expanded into a factorial.
const LAST_FACTORIAL: u32 = 4000;

/// A rational times π to a power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PiPower {
    /// The rational factor.
    pub factor: Rational,
    /// The power of π.
    pub power: i32,
}

/// Γ at a multiple of 1/2 as a rational times √π to 0 or 1; `None` at a pole.
fn gamma_half(twice: i64) -> Option<(Rational, i32)> {
    if twice % 2 == 0 {
        if twice <= 0 {
            return None;
        }
        let factorial = Integer::from(Integer::factorial((twice / 2 - 1) as u32));
        return Some((Rational::from(factorial), 0));
    }
    // Γ(1/2 + m) = (2m)!/(4^m m!) √π for m ≥ 0, and (−4)^n n!/(2n)! √π for m = −n.
    let m = (twice - 1) / 2;
    let n = m.unsigned_abs() as u32;
    let ratio = Rational::from((
        Integer::from(Integer::factorial(2 * n)),
        Integer::from(Integer::factorial(n)) << (2 * n),
    ));
    Some((
        match m {
            0.. => ratio,
            _ if n.is_multiple_of(2) => ratio.recip(),
            _ => -ratio.recip(),
        },
        1,
    ))
}

/// (r + (−1)^l λ)²/(r² + λ²).
fn side_weight(power: &Homogeneous, l: u32) -> Rational {
    let side = if l.is_multiple_of(2) {
        Rational::from(&power.right + &power.left)
    } else {
        Rational::from(&power.right - &power.left)
    };
    let norm = Rational::from(power.right.square_ref()) + Rational::from(power.left.square_ref());
    side.square() / norm
}

/// Whether D_l is exactly 0.
fn vanishes(power: &Homogeneous, l: u32) -> bool {
    let top = Rational::from(&power.degree - l);
    let pole = top.is_integer() && top <= -2 && top.numer().is_even();
    pole || side_weight(power, l) == 0
}

/// D_l for an integer degree as a rational times a power of π; `None` for other degrees, and where
/// the factorials are too large to write out.
pub fn exact(power: &Homogeneous, d: u32, l: u32) -> Option<PiPower> {
    if vanishes(power, l) {
        return Some(PiPower {
            factor: Rational::new(),
            power: 0,
        });
    }
    if !power.degree.is_integer() {
        return None;
    }
    let p = power.degree.numer().to_u32()?;
    if p.max(l).max(d) > LAST_FACTORIAL {
        return None;
    }
    let (p, dimension, degree) = (i64::from(p), i64::from(d), i64::from(l));
    let mut factor = side_weight(power, l) * multiplicity(l, d);
    factor >>= 2 * p as u32 + 1;
    // √π itself.
    let mut roots = 1;
    let arguments = [
        (dimension + 1, 1),
        (2 * p + 2, 2),
        (2 * p + dimension + 1, 1),
        (2 + p - degree, -2),
        (p + degree + dimension + 1, -2),
        (2 * p + 1, -1),
    ];
    for (twice, exponent) in arguments {
        let (value, root) = gamma_half(twice)?;
        for _ in 0..i32::abs(exponent) {
            if exponent > 0 {
                factor *= &value;
            } else {
                factor /= &value;
            }
        }
        roots += root * exponent;
    }
    // The powers of √π are even: p + l and p + l + d + 1 decide those of the two squares, and
    // 1, d + 1, 2p + d + 1, 2p + 1 give 1 + 2 [d even] − 1.
    (roots % 2 == 0).then_some(PiPower {
        factor,
        power: roots / 2,
    })
}

impl PiPower {
    /// As a number.
    pub fn to_number(&self, prec: Bits) -> Number {
        if self.power == 0 {
            return Number::Rational(self.factor.clone());
        }
        let work = prec.plus(8);
        let pi = Ball::pi(work).pow_i64(i64::from(self.power), work);
        Number::Ball(pi.mul_rational(&self.factor, prec))
    }

    /// As a formula.
    pub fn to_expr(&self) -> Expr {
        let factor = Expr::rational(self.factor.clone());
        match self.power {
            0 => factor,
            power => Expr::product([factor, Expr::pi().power(i64::from(power))]),
        }
    }
}

/// D_l of one layer, exactly where it is rational.
pub fn law(power: &Homogeneous, d: u32, l: u32, prec: Bits) -> Number {
    if let Some(exact) = exact(power, d, l) {
        return exact.to_number(prec);
    }
    let work = prec.plus(32);
    let p = &power.degree;
    let half = |twice: Rational| twice / 2u32;
    let gamma = |q: Rational| Ball::gamma_rational(&q, work);
    let reciprocal = |q: Rational| Ball::recip_gamma_rational(&q, work);
    let below = reciprocal(half(Rational::from(p - l) + 2u32))
        .mul(&reciprocal(half(Rational::from(p + l) + d + 1u32)), work);
    let value = gamma(Rational::from((d + 1, 2)))
        .mul(&gamma(Rational::from(p + 1u32)).square(work), work)
        .mul(&gamma(p + Rational::from((d + 1, 2))), work)
        .mul(&below.square(work), work)
        .mul(&reciprocal(p + Rational::from((1, 2))), work)
        .mul(&Ball::pi(work).sqrt(work), work)
        .div(
            &Ball::from_i64(2).pow_rational(&(Rational::from(2 * p) + 1u32), work),
            work,
        )
        .mul_rational(&(side_weight(power, l) * multiplicity(l, d)), work);
    Number::Ball(value.rounded(prec.plus(8)))
}

/// D_l of one layer as a formula: a rational times a power of π, or Γ's.
///
/// # Errors
/// None for the formulas made here.
pub fn form(power: &Homogeneous, d: u32, l: u32, limits: &Limits) -> Result<Expr> {
    if let Some(exact) = exact(power, d, l) {
        return Ok(exact.to_expr());
    }
    let p = &power.degree;
    let half = |twice: Rational| twice / 2u32;
    let factor = side_weight(power, l) * multiplicity(l, d);
    let text = format!(
        "({factor})*sqrt(pi)*gamma({})*gamma({})^2*gamma({})/(2^({})*gamma({})^2*gamma({})^2*gamma({}))",
        Rational::from((d + 1, 2)),
        Rational::from(p + 1u32),
        p + Rational::from((d + 1, 2)),
        Rational::from(2 * p) + 1u32,
        half(Rational::from(p - l) + 2u32),
        half(Rational::from(p + l) + d + 1u32),
        p + Rational::from((1, 2)),
    );
    parse_expr(&text, limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(degree: (i32, i32), right: i32, left: i32) -> Homogeneous {
        Homogeneous {
            degree: Rational::from(degree),
            right: Rational::from(right),
            left: Rational::from(left),
        }
    }

    fn rational(f: &Homogeneous, d: u32, l: u32) -> Rational {
        let value = exact(f, d, l).expect("integer degree");
        assert_eq!(value.power, 0, "{d} {l}");
        value.factor
    }

    /// S²: the ReLU has 3/8, 1/2, 15/128, 0, 3/512, 0 and Heaviside's odd degrees are
    /// (w_m² − w_{m+1}²)/2 with w_m = binom(2m, m)/4^m.
    #[test]
    fn the_law_on_the_ordinary_sphere_is_rational() {
        let relu = power((1, 1), 1, 0);
        let known = [(3, 8), (1, 2), (15, 128), (0, 1), (3, 512), (0, 1)];
        for (l, q) in known.into_iter().enumerate() {
            assert_eq!(rational(&relu, 2, l as u32), Rational::from(q), "{l}");
        }
        let heaviside = power((0, 1), 1, 0);
        let w = |m: u32| {
            Rational::from((
                Integer::from(2 * m).binomial(m),
                Integer::from(1) << (2 * m),
            ))
        };
        assert_eq!(rational(&heaviside, 2, 0), Rational::from((1, 2)));
        for m in 0..40 {
            let expected = (w(m).square() - w(m + 1).square()) / 2u32;
            assert_eq!(rational(&heaviside, 2, 2 * m + 1), expected, "{m}");
            assert_eq!(rational(&heaviside, 2, 2 * m + 2), 0);
        }
    }

    /// The law on S² adds up to 1; the tail of $x_+^p$ falls like $l^{-2(p+1/2)}$.
    #[test]
    fn the_law_adds_up_to_one() {
        for (f, beta) in [
            (power((0, 1), 1, 0), 1),
            (power((1, 1), 1, 0), 3),
            (power((1, 1), 1, -3), 3),
            (power((2, 1), 1, 0), 5),
            (power((3, 1), 1, 1), 7),
        ] {
            let mut sums = [0.0; 2];
            for l in 0..400 {
                let value = rational(&f, 2, l).to_f64();
                assert!(value >= 0.0);
                sums[0] += if l < 200 { value } else { 0.0 };
                sums[1] += value;
            }
            let (near, far) = (1.0 - sums[0], 1.0 - sums[1]);
            let ratio = near / far;
            assert!(far > -1e-13 && far < 5e-3, "{f:?} {far}");
            // The sums of x³ are off by rounding alone at 400 terms.
            if beta <= 5 {
                assert!(
                    (ratio.log2() - f64::from(beta)).abs() < 0.1,
                    "{f:?} {ratio}"
                );
            }
        }
    }

    /// The formula for any degree agrees with the factorials of the exact path.
    #[test]
    fn gammas_agree_with_factorials() {
        let prec = Bits::new(200);
        for p in [0, 1, 2, 5] {
            for d in [2, 3, 4, 7] {
                for l in 0..9 {
                    let f = power((p, 1), 2, 1);
                    let exact = law(&f, d, l, prec).to_ball(prec);
                    // The same degree, off by 2^−190: it takes the path of the Γ's.
                    let mut near = f.clone();
                    near.degree += Rational::from((1, Integer::from(1) << 190u32));
                    let close = law(&near, d, l, prec).to_ball(prec);
                    let gap = exact.sub(&close, prec).magnitude();
                    let bound = crate::number::Magnitude::power_of_two(-170);
                    assert!(gap < bound, "{p} {d} {l}: {gap:?}");
                }
            }
        }
    }
}
