//! The quantity `boundary.width_correction(f)`: the coefficient δ of the first correction of finite
//! width to the volume of the zero set of a network with one hidden layer of width n,
//!
//! $$E\,H^{d-1}(T^{-1}(0)) = |S^{d-1}| \sqrt χ\,\bigl(1 + δ/n + O(n^{-2})\bigr),$$
//!
//! the same for every d. Let $A = \frac{1}{n m_0}\sum σ(h_i)^2$, $C = \frac{1}{n m_0}\sum σ'(h_i)^2 g_i^2$,
//! $B = \frac{1}{n m_0}\sum σ(h_i) σ'(h_i) g_i$ with iid standard normal $(h_i, g_i)$. Given the first
//! layer, the mean number of crossings is proportional to $E\sqrt{(AC-B^2)/A^2}$. The means are 1, χ, 0;
//! expanding to second order in the fluctuations, with
//!
//! $$s_4 = \frac{E σ^4}{m_0^2},\quad d_4 = \frac{E σ'^4}{m_1^2},\quad c = \frac{E[σ^2σ'^2]}{m_0 m_1},
//!   \qquad m_0 = E σ^2,\ m_1 = E σ'^2,$$
//!
//! n Var(A) = s₄ − 1, n Var(C)/χ² = 3d₄ − 1 (E g⁴ = 3), n Cov(A, C)/χ = c − 1, n E B²/χ = c, and
//! $\sqrt{(C - B^2/A)/A} = \sqrt{χ}\,(1 + \tfrac{3}{8}a^2 - \tfrac18 e^2 - \tfrac14 a e - \tfrac12 B^2/χ + …)$
//! in the relative fluctuations a of A and e of C:
//!
//! $$δ = \tfrac38 (s_4-1) - \tfrac18 (3d_4-1) - \tfrac14 (c-1) - \tfrac12 c.$$
//!
//! The constants cancel: $δ = \tfrac38 (s_4 - d_4 - 2c)$.
//!
//! Methods: `closed`, the formula with its four terms; `expanded`, the cancelled form over one
//! denominator. For relu δ = 0 exactly: the corrections are exponentially small in n.

use rug::Rational;

use super::setting::{ACTIVATION, Class, class};
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Activation;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct WidthCorrection;

/// `boundary.width_correction(f)`.
pub static WIDTH_CORRECTION: WidthCorrection = WidthCorrection;

static SIGNATURE: Signature = Signature {
    name: "boundary.width_correction",
    parameters: &[ACTIVATION],
};

static ABOUT: About = About {
    summary: "the coefficient delta of the 1/n correction of the zero set of one hidden layer of width n",
    definition: "E volume = |S^(d-1)| sqrt(chi) (1 + delta/n + O(1/n^2)), delta = 3/8 (s4-1) - 1/8 (3 d4-1) \
                 - 1/4 (c-1) - c/2, s4 = E f^4/(E f^2)^2, d4 = E f'^4/(E f'^2)^2, c = E[f^2 f'^2]/(E f^2 E f'^2)",
    domain: "f with E[f'(Z)^4] finite; one hidden layer, level 0, no biases; the same for every d",
    source: "expansion of the Gram matrix of a layer to second order",
    methods: &[
        ("closed", "the formula in the moments of f and f'"),
        (
            "expanded",
            "the same with all five terms over one denominator",
        ),
    ],
    special: &["relu, abs, leaky(a): 0"],
    example: "boundary.width_correction(gelu)",
};

/// The five moments E σ², E σ'², E σ⁴, E σ'⁴, E[σ²σ'²].
fn moments(f: &Activation, prec: Bits, limits: &Limits) -> Result<[Ball; 5]> {
    let one = Ball::one();
    let moment = |product: &[(u32, u32)]| f.expectation(product, &one, prec, limits);
    Ok([
        moment(&[(0, 2)])?,
        moment(&[(1, 2)])?,
        moment(&[(0, 4)])?,
        moment(&[(1, 4)])?,
        moment(&[(0, 2), (1, 2)])?,
    ])
}

/// δ from the ratios s₄, d₄ and c.
fn by_ratios([m0, m1, f4, g4, fg]: &[Ball; 5], prec: Bits) -> Ball {
    let s4 = f4.div(&m0.square(prec), prec);
    let d4 = g4.div(&m1.square(prec), prec);
    let c = fg.div(&m0.mul(m1, prec), prec);
    let eighths = s4
        .add_i64(-1, prec)
        .mul_i64(3, prec)
        .sub(&d4.mul_i64(3, prec).add_i64(-1, prec), prec)
        .sub(&c.add_i64(-1, prec).mul_2exp(1), prec)
        .sub(&c.mul_2exp(2), prec);
    eighths.mul_2exp(-3)
}

/// δ = [3(m₁² f₄ − m₀² g₄) − 6 m₀ m₁ h]/(8 m₀² m₁²), f₄ = E σ⁴, g₄ = E σ'⁴, h = E[σ²σ'²]: the constants
/// −3/8 + 1/8 + 1/4 of the formula cancel.
fn over_one_denominator([m0, m1, f4, g4, fg]: &[Ball; 5], prec: Bits) -> Ball {
    let (a, b) = (m0.square(prec), m1.square(prec));
    let top = b
        .mul(f4, prec)
        .sub(&a.mul(g4, prec), prec)
        .mul_i64(3, prec)
        .sub(&m0.mul(m1, prec).mul(fg, prec).mul_i64(6, prec), prec);
    top.div(&a.mul(&b, prec).mul_2exp(3), prec)
}

impl Quantity for WidthCorrection {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let second = method(&ABOUT, request)? == "expanded";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let expr = reader.expression(0)?;
        let f = Activation::read(expr, limits)?;
        if matches!(class(&f.regularity()), Class::Fractal | Class::Border) {
            return Err(Error::domain(format!(
                "the zero set of the limit of `{}` is not of finite volume, so it has no correction",
                f.text()
            ))
            .at(expr.span.clone()));
        }
        // Homogeneous of degree 1, σ(x)² = x²σ'(x)² with E x⁴ = 3: s₄ = 3d₄ and c = d₄.
        if f.shape()
            .homogeneous()
            .is_some_and(|power| power.degree == 1)
        {
            return Ok(Value::Number(Number::from(Rational::new())));
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let moments = moments(&f, work, limits)?;
            Ok(if second {
                over_one_denominator(&moments, work)
            } else {
                by_ratios(&moments, work)
            })
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotient(a: i64, b: i64, prec: Bits) -> Ball {
        Ball::from_rational(&Rational::from((a, b)), prec)
    }

    /// relu: moments 1/2, 1/2, 3/2, 1/2, 1/2; abs: 1, 1, 3, 1, 1. Both have δ = 0.
    #[test]
    fn piecewise_linear_without_jumps_has_no_correction() {
        let prec = Bits::new(100);
        let relu = [(1, 2), (1, 2), (3, 2), (1, 2), (1, 2)].map(|(a, b)| quotient(a, b, prec));
        let abs = [(1, 1), (1, 1), (3, 1), (1, 1), (1, 1)].map(|(a, b)| quotient(a, b, prec));
        for moments in [relu, abs] {
            assert!(by_ratios(&moments, prec).contains_zero());
            assert!(over_one_denominator(&moments, prec).contains_zero());
        }
    }

    /// sin: E sin² = (1 − e^{−2})/2, E cos² = (1 + e^{−2})/2, E sin⁴ = (3 − 4e^{−2} + e^{−8})/8,
    /// E cos⁴ = (3 + 4e^{−2} + e^{−8})/8, E sin² cos² = (1 − e^{−8})/8.
    #[test]
    fn the_sine_by_hand() {
        let prec = Bits::new(200);
        let e = |n: i64| Ball::from_i64(-n).exp(prec);
        let one = Ball::one();
        let (two, eight) = (e(2), e(8));
        let three = Ball::from_i64(3);
        let four = two.mul_2exp(2);
        let moments = [
            one.sub(&two, prec).mul_2exp(-1),
            one.add(&two, prec).mul_2exp(-1),
            three.sub(&four, prec).add(&eight, prec).mul_2exp(-3),
            three.add(&four, prec).add(&eight, prec).mul_2exp(-3),
            one.sub(&eight, prec).mul_2exp(-3),
        ];
        let delta = by_ratios(&moments, prec);
        assert!(delta.overlaps(&over_one_denominator(&moments, prec)));
        let text = delta.to_decimal_text(crate::number::Digits::literal(20));
        assert!(text.contains("-0.280366902155815798"), "{text}");
    }
}
