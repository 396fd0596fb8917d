//! Sampling κ_L(u): X = Γ_b + (1−Γ_b) σ(G)σ(Ĝ)/E σ² with the correlation κ_{L−1}(u) of the last hidden
//! layer.
//!
//! What is certified of one sample: $\operatorname{Var} X = (1-Γ_b)^2 (E[σ^2(G)σ^2(Ĝ)]/m_0^2 - κ^2)$. The mixed
//! moment is that of the activation σ², $E[σ^4]\,κ_{σ^2}(ρ)$; and by Cauchy and Schwarz
//! $E|σ(G)σ(Ĝ)|^3 \le E[σ^6]$.

use rug::Rational;

use crate::error::{ErrorKind, Result};
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::parse_expr;
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::montecarlo::{ActivationPair, Experiment, Lane, Lanes};
use crate::number::{Ball, Bits};
use crate::theory::activation::{Activation, Homogeneous};
use crate::theory::quantity::Sampling;

use super::layer::Layer;

/// How to sample κ_L(u); `None` for activations without a lane kernel, where a moment is not known,
/// and where the value is exact.
///
/// # Errors
/// Those of the kernel; the deadline.
pub fn sampling(
    layer: &Layer,
    u: &Number,
    depth: u32,
    call: &str,
    limits: &Limits,
) -> Result<Option<Sampling>> {
    let prec = Bits::new(128);
    let Some(lanes) = layer.activation.lanes() else {
        return Ok(None);
    };
    if depth == 0 {
        return Ok(None);
    }
    let correlation = layer.chain(u, depth - 1, prec, limits)?.to_ball(prec);
    let moments = match moments(&layer.activation, &correlation, prec, limits) {
        Ok(moments) => moments,
        Err(error) if error.kind() == ErrorKind::Limit => return Err(error),
        Err(_) => return Ok(None),
    };
    let share = layer.share(prec);
    let kappa = layer.activation.kernel(&correlation, prec, limits)?;
    let square = moments.mixed.div(&moments.second.square(prec), prec);
    let variance = square
        .sub(&kappa.square(prec), prec)
        .mul(&share.square(prec), prec);
    // Minkowski: ‖X‖₃ ≤ Γ_b + (1 − Γ_b) E[σ⁶]^{1/3}/m₀.
    let norm = moments
        .sixth
        .root(3, prec)
        .div(&moments.second, prec)
        .mul(&share, prec)
        .add(&layer.bias().to_ball(prec), prec);
    let one = Ball::one();
    let sine = one
        .sub(&correlation, prec)
        .mul(&one.add(&correlation, prec), prec)
        .sqrt(prec);
    let circle = (correlation.mid().to_f64(), sine.mid().to_f64());
    let Ok(pair) = ActivationPair::new(call, lanes, lanes, circle) else {
        return Ok(None);
    };
    let experiment = Normalised {
        pair,
        shift: layer.bias().to_ball(prec).mid().to_f64(),
        scale: share.div(&moments.second, prec).mid().to_f64(),
    };
    Ok(Some(Sampling {
        experiment: Box::new(experiment),
        variance,
        third_absolute_moment: norm.pow_u64(3, prec),
    }))
}

struct Moments {
    second: Ball,
    sixth: Ball,
    mixed: Ball,
}

/// E σ², E σ⁶ and E[σ²(G)σ²(Ĝ)].
fn moments(f: &Activation, correlation: &Ball, prec: Bits, limits: &Limits) -> Result<Moments> {
    let one = Ball::one();
    let of = |power| f.expectation(&[(0, power)], &one, prec, limits);
    let (second, sixth) = (of(2)?, of(6)?);
    let mixed = match f.shape().homogeneous() {
        Some(power) if power.degree == 1 => two_slopes(&power, correlation, prec, limits)?,
        _ => Activation::read(&squared(f, limits)?, limits)?
            .kernel(correlation, prec, limits)?
            .mul(&of(4)?, prec),
    };
    Ok(Moments {
        second,
        sixth,
        mixed,
    })
}

/// E[σ²(G)σ²(Ĝ)] for σ = r x₊ + λ x₋: σ² = A x² + B sgn(x) x² with A, B = (r² ± λ²)/2, the mixed terms
/// vanish by symmetry, E[G²Ĝ²] = 1 + 2ρ² and E[sgn(GĜ) G²Ĝ²] = 3 κ(ρ) of sgn(x) x².
fn two_slopes(
    power: &Homogeneous,
    correlation: &Ball,
    prec: Bits,
    limits: &Limits,
) -> Result<Ball> {
    let squares = [&power.right, &power.left].map(|side| Rational::from(side.square_ref()));
    let even = Rational::from(&squares[0] + &squares[1]) / 2u32;
    let odd = Rational::from(&squares[0] - &squares[1]) / 2u32;
    let signed = Activation::read(&parse_expr("sign(x)*abs(x)^2", limits)?, limits)?
        .kernel(correlation, prec, limits)?
        .mul_i64(3, prec);
    let plain = correlation.square(prec).mul_2exp(1).add_i64(1, prec);
    Ok(plain
        .mul_rational(&even.square(), prec)
        .add(&signed.mul_rational(&odd.square(), prec), prec))
}

/// σ² as a formula in x.
fn squared(f: &Activation, limits: &Limits) -> Result<Expr> {
    let expr = parse_expr(&f.text(), limits)?;
    let applied = match &expr.kind {
        ExprKind::Name(name) if name == "heaviside" => return Ok(expr),
        ExprKind::Name(name) if name != "x" => Expr::call(name.clone(), vec![Expr::name("x")]),
        _ => expr,
    };
    Ok(applied.power(2))
}

/// shift + scale · σ(G)σ(Ĝ). The two constants are off by half an ulp each, 10^−16 relatively.
struct Normalised {
    pair: ActivationPair,
    shift: f64,
    scale: f64,
}

impl Experiment for Normalised {
    fn canonical(&self) -> &str {
        self.pair.canonical()
    }

    #[inline(always)]
    fn sample_lanes(&self, lanes: &mut Lanes, out: &mut [Lane]) {
        self.pair.sample_lanes(lanes, out);
        for value in &mut out[0] {
            *value = value.mul_add(self.scale, self.shift);
        }
    }
}
