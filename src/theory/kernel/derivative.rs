//! Derivatives $κ_L^{(k)}(u)$ of the kernel in depth, by composition of truncated Taylor series: the
//! chain rule to order k (Faà di Bruno) at the orbit $u, κ(u), κ(κ(u)), …$
//!
//! At u = 1, which every layer keeps, and to third order this is the recursion of
//! $λ_L = κ_L'(1)$, $μ_L = κ_L''(1)$, $ν_L = κ_L'''(1)$ with $χ = κ'(1)$:
//!
//! ```text
//! λ' = χ λ,   μ' = κ''(1) λ² + χ μ,   ν' = κ'''(1) λ³ + 3 κ''(1) λ μ + χ ν,
//! ```
//!
//! which the tests compare. $κ_L^{(k)}(±1)$ is finite only for k < β, β the exponent of the singular
//! term of κ at that end.

use rug::Rational;

use super::layer::Layer;
use crate::error::{Error, ErrorKind, Result};
use crate::formula::value::Number;
use crate::limits::Limits;
use crate::number::ball::WorkingBall;
use crate::number::ring::RationalAlgebra;
use crate::number::series::Series;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::activation::{Activation, Homogeneous, Parity, Regularity};

/// Highest order of a derivative.
pub const LAST_ORDER: u32 = 60;
/// Deepest composition in exact rationals; they grow with every layer.
const LAST_EXACT_DEPTH: u32 = 2000;
/// Most Taylor coefficients at 0 behind a derivative inside (−1, 1).
const MOST_COEFFICIENTS: usize = 1 << 14;

/// $κ_L^{(k)}(u)$ for −1 ≤ u ≤ 1.
///
/// # Errors
/// A domain error where it is infinite; those of the kernel; the deadline.
pub fn derivative(
    layer: &Layer,
    k: u32,
    u: &Number,
    depth: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Number> {
    if k == 0 {
        return layer.chain(u, depth, prec, limits);
    }
    if depth == 0 {
        return Ok(Number::from(i64::from(k == 1)));
    }
    let order = k as usize + 1;
    if u.as_rational().is_some_and(|q| *q == 1) {
        return at_one(layer, k, depth, prec, limits);
    }
    let work = prec.plus(32 + 2 * (32 - depth.leading_zeros()) + 4 * k);
    let mut point = u.clone();
    let mut series: Option<Series<WorkingBall>> = None;
    for _ in 0..depth {
        limits.check_deadline()?;
        let jet = jet(layer, &point, k, work, limits)?;
        let outer = Series::new(
            jet.into_iter()
                .map(|number| WorkingBall::new(number.to_ball(work), work))
                .collect(),
        );
        series = Some(match series {
            None => outer,
            Some(inner) => composed(&outer, &inner),
        });
        point = layer.at(&point, work, limits)?;
    }
    let series = series
        .unwrap_or_else(|| Series::variable(WorkingBall::new(point.to_ball(work), work), order));
    let coefficient = &series.coefficients()[k as usize];
    Ok(Number::Ball(
        coefficient
            .mul_rational(&factorial(k))
            .ball
            .rounded(prec.plus(8)),
    ))
}

/// $κ_L^{(k)}(1)$: every layer has the same series there.
fn at_one(layer: &Layer, k: u32, depth: u32, prec: Bits, limits: &Limits) -> Result<Number> {
    let work = prec.plus(32 + 4 * k + 2 * (32 - depth.leading_zeros()));
    let jet = jet(layer, &Number::from(1), k, work, limits)?;
    let exact: Option<Vec<Rational>> = jet.iter().map(|c| c.as_rational().cloned()).collect();
    match exact {
        Some(coefficients) if depth <= LAST_EXACT_DEPTH => {
            let outer = Series::new(coefficients);
            let total = repeated(&outer, depth, limits)?;
            let value = &total.coefficients()[k as usize] * factorial(k);
            Ok(Number::Rational(value))
        }
        _ => {
            let outer = Series::new(
                jet.iter()
                    .map(|number| WorkingBall::new(number.to_ball(work), work))
                    .collect(),
            );
            let total = repeated(&outer, depth, limits)?;
            let value = total.coefficients()[k as usize].mul_rational(&factorial(k));
            Ok(Number::Ball(value.ball.rounded(prec.plus(8))))
        }
    }
}

/// `outer` composed with itself `depth` ≥ 1 times around its fixed point.
fn repeated<R: RationalAlgebra>(
    outer: &Series<R>,
    depth: u32,
    limits: &Limits,
) -> Result<Series<R>> {
    let mut total = outer.clone();
    for _ in 1..depth {
        limits.check_deadline()?;
        total = composed(outer, &total);
    }
    Ok(total)
}

/// The series of outer(inner), where `outer` is taken around the constant term of `inner`.
fn composed<R: RationalAlgebra>(outer: &Series<R>, inner: &Series<R>) -> Series<R> {
    let mut shifted = inner.coefficients().to_vec();
    shifted[0] = shifted[0].zero_like();
    // The inner series has no constant term any more, so there is a composition.
    outer
        .compose(&Series::new(shifted))
        .unwrap_or_else(|| outer.clone())
}

fn factorial(k: u32) -> Rational {
    Rational::from(rug::Integer::from(rug::Integer::factorial(k)))
}

/// The Taylor coefficients of κ_b at u up to order k.
///
/// # Errors
/// A domain error at an end where they are infinite; those of the kernel.
pub fn jet(layer: &Layer, u: &Number, k: u32, prec: Bits, limits: &Limits) -> Result<Vec<Number>> {
    let activation = &layer.activation;
    let end = u.as_rational().and_then(|q| match q {
        q if *q == 1 => Some(1),
        q if *q == -1 => Some(-1),
        _ => None,
    });
    let mut jet = match (end, activation.parity()) {
        (Some(1), _) => at_plus_one(activation, k, prec, limits)?,
        // κ(−u) = ±κ(u): the coefficient of order i changes sign with i, and once more if odd.
        (Some(_), Parity::Even | Parity::Odd) => {
            let flip = u32::from(activation.parity() == Parity::Odd);
            let mut jet = at_plus_one(activation, k, prec, limits)?;
            for (i, c) in jet.iter_mut().enumerate() {
                if (i as u32 + flip) % 2 == 1 {
                    *c = c.neg();
                }
            }
            jet
        }
        (Some(_), Parity::Neither) => {
            if let Regularity::Singular { beta } | Regularity::Logarithmic { beta } =
                activation.regularity()
                && beta <= k
                && activation
                    .edge(Bits::new(64), limits)?
                    .is_none_or(|edge| !edge.minus.is_zero())
            {
                return Err(infinite(activation, k, -1, &beta));
            }
            inside(activation, &Ball::from_i64(-1), k, prec, limits)?
        }
        (None, _) => inside(activation, &u.to_ball(prec), k, prec, limits)?,
    };
    if !layer.is_unbiased() {
        let share = Number::from(1).add(&layer.bias().neg(), prec, limits)?;
        for c in &mut jet {
            *c = c.mul(&share, prec, limits)?;
        }
        jet[0] = jet[0].add(layer.bias(), prec, limits)?;
    }
    Ok(jet)
}

fn infinite(activation: &Activation, k: u32, end: i32, beta: &Rational) -> Error {
    Error::domain(format!(
        "the derivative of order {k} of the kernel of `{}` is infinite at u = {end}",
        activation.text()
    ))
    .with_hint(format!(
        "its singular term there has the exponent {beta}: only orders below that are finite"
    ))
}

/// The Taylor coefficients at u = 1: $κ^{(i)}(1)/i!$, exact where they are rational.
fn at_plus_one(f: &Activation, k: u32, prec: Bits, limits: &Limits) -> Result<Vec<Number>> {
    if let Regularity::Singular { beta } | Regularity::Logarithmic { beta } = f.regularity()
        && beta <= k
    {
        return Err(infinite(f, k, 1, &beta));
    }
    let homogeneous = f.shape().homogeneous();
    let mut jet = vec![Number::from(1)];
    for i in 1..=k {
        let value = match &homogeneous {
            Some(power) => Number::Rational(homogeneous_at_one(power, i)),
            None => {
                let ball = f.kernel_derivative(i, &Ball::one(), prec, limits)?;
                match ball.mid().to_rational() {
                    Some(exact) if ball.is_exact() => Number::Rational(exact),
                    _ => Number::Ball(ball),
                }
            }
        };
        jet.push(value.div(&Number::Rational(factorial(i)), prec, limits)?);
    }
    Ok(jet)
}

/// $κ^{(i)}(1) = E[(σ^{(i)})^2]/E[σ^2]$ for a homogeneous σ of degree p and i < p + 1/2:
/// $\frac{Γ(p+1)^2\,Γ(p-i+1/2)}{Γ(p-i+1)^2\,2^i\,Γ(p+1/2)} = \prod_{j<i} \frac{(p-j)^2}{2(p-j-1/2)}$,
/// since $E[Z_+^{2q}] = 2^{q-1} Γ(q+1/2)/\sqrtπ$ and the factors on the two sides cancel.
pub fn homogeneous_at_one(power: &Homogeneous, i: u32) -> Rational {
    let mut product = Rational::from(1);
    for j in 0..i {
        let difference = Rational::from(&power.degree - j);
        let denominator = Rational::from(2 * &difference) - 1;
        product *= Rational::from(difference.square_ref()) / denominator;
    }
    product
}

/// The Taylor coefficients inside (−1, 1), or at an end where they are finite.
fn inside(f: &Activation, u: &Ball, k: u32, prec: Bits, limits: &Limits) -> Result<Vec<Number>> {
    if k > 0
        && let Some(jet) = f.shape().kernel_jet(k as usize + 1, u, prec, limits)?
    {
        return Ok(jet.into_iter().map(Number::Ball).collect());
    }
    let closed: Result<Vec<Number>> = (0..=k)
        .map(|i| {
            let value = f.kernel_derivative(i, u, prec, limits)?;
            Ok(Number::Ball(
                value.mul_rational(&factorial(i).recip(), prec),
            ))
        })
        .collect();
    match closed {
        // Inside the interval every derivative is finite: a refusal means that no closed form is known.
        Err(error) if error.kind() == ErrorKind::Domain => {
            from_expansion(f, u, k, prec, limits).map_err(|_| error)
        }
        other => other,
    }
}

/// The Taylor coefficients at u, |u| < 1, from those at 0:
/// $κ^{(i)}(u)/i! = \sum_{n\ge i} \binom ni b_n u^{n-i}$.
///
/// The terms from n = N on are at most $\max_{n\ge N} \binom ni |u|^{n-i} · \sum_{n\ge N} b_n$. The
/// binomial factor decreases once $(n+1)|u| \le n+1-i$, which is asked for at N, and the b that are
/// left sum to 1 minus those used.
fn from_expansion(
    f: &Activation,
    u: &Ball,
    k: u32,
    prec: Bits,
    limits: &Limits,
) -> Result<Vec<Number>> {
    let size = u.magnitude();
    let modulus = size.to_f64();
    if modulus.is_nan() || modulus >= 1.0 {
        return Err(Error::domain("the expansion at 0 needs |u| < 1"));
    }
    // |u|^N N^k ≤ 2^−prec, with room; for u = 0 the coefficients themselves.
    let rate = -modulus.max(1e-9).log2();
    let guess = (f64::from(prec.get()) + 10.0 * f64::from(k + 1)) / rate + 2.0 * f64::from(k) + 8.0;
    let count = (guess.min(MOST_COEFFICIENTS as f64) as usize).max(k as usize + 2);
    let b = f.taylor(count, prec.plus(8), limits)?;
    let left = b
        .iter()
        .fold(Ball::one(), |left, b| left.sub(b, prec))
        .magnitude();
    let mut jet = Vec::new();
    for i in 0..=k as usize {
        let mut sum = Ball::zero();
        // Horner from the top: Σ binom(n, i) b_n u^{n−i}.
        for n in (i..b.len()).rev() {
            let binomial = rug::Integer::from(rug::Integer::binomial_u(n as u32, i as u32));
            sum = sum
                .mul(u, prec)
                .add(&b[n].mul_integer(&binomial, prec), prec);
        }
        let n = b.len();
        let falls = (n as f64 + 1.0) * modulus * (1.0 + 1e-9) <= (n - i) as f64;
        let tail = if falls {
            let binomial = rug::Integer::from(rug::Integer::binomial_u(n as u32, i as u32));
            Magnitude::from_integer(&binomial)
                .times(size.power((n - i) as u64))
                .times(left)
        } else {
            Magnitude::INFINITY
        };
        jet.push(Number::Ball(sum.widened(tail)));
    }
    Ok(jet)
}
