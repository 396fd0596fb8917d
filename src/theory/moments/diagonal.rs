//! J_{a,b}(θ) along its diagonal a − b = d by a three-term recurrence.
//!
//! With y_k = J_{d+k,k}, c = cos θ, s = sin θ, integration by parts gives
//!
//!   y_{k+1} = (d+2k+1) c y_k + (d+k) k s² y_{k−1},   k ≥ 1,
//!
//! from the seeds y_0 = J_{d,0} and y_1 = J_{d+1,1} = (d+1) c J_{d,0} + s^{d+1} d!!/c_{d mod 2},
//! where c_0 = 2π and c_1 = 2√(2π).
//!
//! * θ ≤ π/2: *forward*. All terms are positive, so every step adds a few roundings to the relative
//!   error and nothing cancels.
//! * θ > π/2: y is the minimal solution, and forward steps lose log2((1−c)/(1+c)) bits each. Near
//!   π/2 that is little: forward in balls with that many guard bits.
//! * Otherwise *backward* (Miller), certified. In x_k = y_k s^{−2k} (d+2k+1)!!/((d+k)! k!) and
//!   γ = −c > 0 the recurrence reads
//!
//!   x_{k−1} = γ x_k + f_k s² x_{k+1},   f_k = (d+k+1)(k+1)/((d+2k+1)(d+2k+3)),
//!
//!   with positive terms only. The true solution is positive, so 0 ≤ x_{N+1} ≤ x_N/γ for every N:
//!   up to a factor it is a mean of the solutions u with (u_N, u_{N+1}) = (1, 0) and v with
//!   (v_N, v_{N+1}) = (γ, 1). Hence x_k/x_0 lies between u_k/u_0 and v_k/v_0 (mediants), which agree
//!   to about (N − k) log2((1+γ)/(1−γ)) bits. The start index N is free; no bound on it is needed.
//!
//! Source: the recurrence follows from J'' − (a+b) cot θ J' − ab J = 0; for minimal solutions see
//! W. Gautschi, SIAM Review 9, 1967.

use rug::float::Round;
use rug::{Float, Integer};

use super::angle::Angle;
use super::hypergeometric::{over_double_root_tau, over_tau};
use super::rectangular::{End, Hypergeometric, log2_of};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// J_{a,b}(θ) for a ≥ b and an exact angle with 0 < θ < π; all operations at about `work` bits.
pub(super) fn enclose(a: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let d = a - b;
    if b == 0 {
        return on_edge(d, theta, work, limits);
    }
    if !theta.is_obtuse() {
        return forward(d, b, theta, work, limits);
    }
    let loss = forward_loss(b, theta);
    if loss <= f64::from(work.get()) / 4.0 + 64.0 {
        forward_in_balls(d, b, theta, work.plus(loss as u32), limits)
    } else {
        backward(d, b, theta, work, limits)
    }
}

/// b log2((1−c)/(1+c)) = −2b log2 tan((π−θ)/2): the bits that forward steps lose for c < 0.
fn forward_loss(b: u32, theta: &Angle) -> f64 {
    let (sin2, cos2) = theta.half_squares(Bits::new(53));
    (log2_of(sin2.mid()) - log2_of(cos2.mid())).max(0.0) * f64::from(b)
}

/// J_{d,0}(θ) = K⁰ ∫_0^α sin^d u du with α = π − θ, by its sine series.
///
/// With t_i = (2i)!!/(2i+1)!! for even d, and (2i−1)!!/(2i)!! for odd d,
///
///   J_{d,0} = (d−1)!!/(2π) · (α + c s Σ_{i<d/2} t_i s^{2i})                 (d even)
///   J_{d,0} = (d−1)!!/(2√(2π)) · (1 + c Σ_{i≤(d−1)/2} t_i s^{2i})           (d odd).
///
/// For θ > π/2 the infinite series of the same terms is α/(s|c|) and 1/|c|, so the bracket is |c|
/// times the rest of that series:
///
///   J_{d,0} = d!/(d+1)!!/(2π or 2√(2π)) · |c| s^{d+1} Σ_{i≥0} s^{2i} Π_{j<i} (d+2+2j)/(d+3+2j),
///
/// free of cancellation and used from θ = 3π/4 on, where s² ≤ 1/2.
pub(super) fn on_edge(d: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let (s, c) = theta.sin_cos(work.plus(8));
    if d == 0 {
        return Ok(over_tau(&theta.supplement().value(work.plus(4)), work));
    }
    let even = d.is_multiple_of(2);
    let divide = |x: &Ball| {
        if even {
            over_tau(x, work)
        } else {
            over_double_root_tau(x, work)
        }
    };
    let s2 = s.square(work.plus(8));
    let d = u64::from(d);
    if c.is_negative() && s2.mid() <= &0.5 {
        let (sum, _) = Hypergeometric {
            ratio: |i| ((d + 2 + 2 * i) as i64, d + 3 + 2 * i),
            end: End::Infinite { settled: 0 },
        }
        .sum(&s2, work, limits)?;
        let top = Integer::from(Integer::factorial(d as u32));
        let bottom = Integer::from(Integer::factorial_2(d as u32 + 1));
        let value = s
            .pow_u64(d + 1, work)
            .mul(&c.neg(), work)
            .mul(&sum, work)
            .mul_integer(&top, work)
            .div(&Ball::from_integer(&bottom, work), work);
        return Ok(divide(&value));
    }
    let (sum, _) = Hypergeometric {
        ratio: |i| {
            if even {
                ((2 * i + 2) as i64, 2 * i + 3)
            } else {
                ((2 * i + 1) as i64, 2 * i + 2)
            }
        },
        end: End::Finite(d.div_ceil(2)),
    }
    .sum(&s2, work, limits)?;
    let product = c.mul(&sum, work);
    let bracket = if even {
        product
            .mul(&s, work)
            .add(&theta.supplement().value(work.plus(4)), work)
    } else {
        product.add_i64(1, work)
    };
    let factor = Integer::from(Integer::factorial_2(d as u32 - 1));
    Ok(divide(&bracket.mul_integer(&factor, work)))
}

/// y_0 and y_1 with sin θ and cos θ.
fn seeds(d: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<[Ball; 4]> {
    let (s, c) = theta.sin_cos(work.plus(8));
    let first = on_edge(d, theta, work, limits)?;
    let power = s
        .pow_u64(u64::from(d) + 1, work)
        .mul_integer(&Integer::from(Integer::factorial_2(d)), work);
    let boundary = if d.is_multiple_of(2) {
        over_tau(&power, work)
    } else {
        over_double_root_tau(&power, work)
    };
    let second = first
        .mul(&c, work)
        .mul_i64(i64::from(d) + 1, work)
        .add(&boundary, work);
    Ok([first, second, s, c])
}

/// Forward steps for c ≥ 0, in floats with a relative error known beforehand.
///
/// Write x̃ = x(1 + e) for the stored numbers. A step multiplies and adds positive numbers with three
/// roundings of at most ε = 2^−p on each path, and its constants c, s² are off by at most δ, so
/// 1 + e_{k+1} ≤ (1 + max(e_k, e_{k−1}))(1 + δ)(1 + ε)³, and below likewise. After b steps the
/// relative error is at most 2(e_0 + b(δ + 3ε)) while that is below 1.
fn forward(d: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let work = work.plus(36 - b.leading_zeros());
    let [first, second, s, c] = seeds(d, theta, work, limits)?;
    if b == 1 {
        return Ok(second);
    }
    let s2 = s.square(work.plus(8));
    let start = relative_error(&first).max(relative_error(&second));
    let per_step = relative_error(&c)
        .max(relative_error(&s2))
        .plus(Magnitude::new(3, -i64::from(work.get())));
    let p = work.get();
    let cos = Float::with_val(p, c.mid());
    let sin2 = Float::with_val(p, s2.mid());
    // Rounding the constants to p bits is one more ε a step.
    let per_step = per_step.plus(Magnitude::power_of_two(-i64::from(p)));
    let mut before = Float::with_val(p, first.mid());
    let mut now = Float::with_val(p, second.mid());
    let mut left = Float::new(p);
    let mut right = Float::new(p);
    for k in 1..u64::from(b) {
        if k % 64 == 0 {
            limits.check_deadline()?;
        }
        use rug::Assign;
        let (linear, quadratic) = (u64::from(d) + 2 * k + 1, (u64::from(d) + k) * k);
        left.assign(&cos * &now);
        left *= linear;
        right.assign(&sin2 * &before);
        right *= quadratic;
        before.assign(&left + &right);
        std::mem::swap(&mut before, &mut now);
    }
    let total = start
        .plus(Magnitude::power_of_two(-i64::from(p)))
        .plus(per_step.times(Magnitude::new(u64::from(b), 0)));
    Ok(with_relative_error(now, total))
}

/// A positive float with 2·e as its relative error, or no information if e may be 1/4 or more.
fn with_relative_error(x: Float, e: Magnitude) -> Ball {
    if e >= Magnitude::power_of_two(-2) {
        return Ball::indeterminate();
    }
    let rad = Magnitude::from_float(&x).times(e).shifted(1);
    Ball::exact(x).widened(rad)
}

/// An upper bound of rad/|x| over the ball; 0 for an exact one.
fn relative_error(x: &Ball) -> Magnitude {
    if x.is_exact() {
        Magnitude::ZERO
    } else {
        x.rad().over(&x.magnitude_lower())
    }
}

/// Forward steps in balls: any sign of c, every cancellation in the radius.
fn forward_in_balls(d: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let [mut before, mut now, s, c] = seeds(d, theta, work, limits)?;
    let s2 = s.square(work);
    let d = i64::from(d);
    for k in 1..i64::from(b) {
        limits.check_deadline()?;
        let next = c
            .mul(&now, work)
            .mul_i64(d + 2 * k + 1, work)
            .add(&s2.mul(&before, work).mul_i64((d + k) * k, work), work);
        before = now;
        now = next;
    }
    Ok(now)
}

/// Backward steps for c < 0; the value between the mediants of two solutions.
///
/// Relative errors as in [`forward`]: a step has five roundings on each path (two products, the
/// multiplication and division by words, the sum), so x_k/x_0 is off by at most a factor
/// ((1 + δ)(1 + ε)⁵)^{N}, squared for the quotient.
fn backward(d: u32, b: u32, theta: &Angle, work: Bits, limits: &Limits) -> Result<Ball> {
    let work = work.plus(24);
    let (s, c) = theta.sin_cos(work.plus(8));
    let gamma = c.neg();
    let s2 = s.square(work.plus(8));
    // log2((1+γ)/(1−γ)) bits a step.
    let gain = forward_loss(1, theta).max(1e-3);
    let extra = (f64::from(work.get()) + 8.0) / gain;
    let top = u64::from(b) + extra as u64 + 2;
    let per_step = relative_error(&gamma)
        .max(relative_error(&s2))
        .plus(Magnitude::new(6, -i64::from(work.get())));
    let error = per_step.times(Magnitude::new(top, 0)).shifted(1);
    let p = work.get();
    let gamma = Float::with_val(p, gamma.mid());
    let sin2 = Float::with_val(p, s2.mid());
    let lower = [Float::with_val(p, 1), Float::new(p)];
    let upper = [gamma.clone(), Float::with_val(p, 1)];
    let mut ends = Vec::with_capacity(2);
    for start in [lower, upper] {
        let quotient = run_down(
            start,
            u64::from(d),
            u64::from(b),
            top,
            &gamma,
            &sin2,
            limits,
        )?;
        ends.push(with_relative_error(quotient, error));
    }
    let low = ends[0].lower(work).min(&ends[1].lower(work));
    let high = ends[0].upper(work).max(&ends[1].upper(work));
    let quotient = Ball::from_bounds(&low, &high, work);
    // y_b = y_0 s^{2b} · (d+b)! b! (d+1)!!/((d+2b+1)!! d!) · x_b/x_0.
    let mut numerator = Integer::from(Integer::factorial(d + b));
    numerator *= Integer::from(Integer::factorial(b));
    numerator *= Integer::from(Integer::factorial_2(d + 1));
    let mut denominator = Integer::from(Integer::factorial_2(d + 2 * b + 1));
    denominator *= Integer::from(Integer::factorial(d));
    Ok(on_edge(d, theta, work, limits)?
        .mul(&s2.pow_u64(u64::from(b), work), work)
        .mul(&quotient, work)
        .mul_integer(&numerator, work)
        .div(&Ball::from_integer(&denominator, work), work))
}

/// x_b/x_0 of the solution that starts as (x_N, x_{N+1}) at N = top.
fn run_down(
    [mut now, mut above]: [Float; 2],
    d: u64,
    b: u64,
    top: u64,
    gamma: &Float,
    sin2: &Float,
    limits: &Limits,
) -> Result<Float> {
    use rug::Assign;
    let p = gamma.prec();
    let mut right = Float::new(p);
    let mut at_b = Float::new(p);
    for k in (1..=top).rev() {
        if k % 64 == 0 {
            limits.check_deadline()?;
        }
        if k == b {
            at_b.assign(&now);
        }
        // f_k s² x_{k+1}, then γ x_k, then their sum becomes x_{k−1}.
        right.assign(sin2 * &above);
        right *= (d + k + 1) * (k + 1);
        right /= (d + 2 * k + 1) * (d + 2 * k + 3);
        above.assign(gamma * &now);
        above += &right;
        std::mem::swap(&mut now, &mut above);
    }
    Ok(Float::with_val_round(p, &at_b / &now, Round::Nearest).0)
}
