//! The moments s_k(a) = E\[Z^k sech²(aZ)\], even k, in fixed point.
//!
//! **The rule.** The poles of sech²(az) are p_j = iπ(j + 1/2)/a. There cosh(ap) = 0 and sinh²(ap) = −1,
//! so sech²(az) = −1/sinh²(a(z − p)) = −1/(a²(z − p)²) + 1/3 − …, and the residue of F(z) sech²(az) is
//! −F'(p)/a². With y_j = π(j + 1/2)/a the theorem of [`pole_corrected`](super) becomes, all terms real,
//!
//! $$s_k = T + \frac{4\pi}{a^2} \sum_{y_j<Y} \Psi'(y_j) - R, \qquad
//!   \Psi(y) = \frac{(-1)^{k/2}\,y^k e^{y^2/2}}{\sqrt{2\pi}\,(e^{2\pi y/h}-1)},$$
//!
//! Ψ'/Ψ = k/y + y − (2π/h)/(1 − e^{−2πy/h}), Y = 2π/h, and
//! |R| ≤ r(Y) E|Z + iY|^k / cos²(aY), because |cosh(ax + iaY)|² = sinh²(ax) + cos²(aY).
//!
//! **The spacing** is such that e^{−h²/2} = m/2^31 with an integer m, and 2a/h, which is aY/π, is at least
//! 1/32 away from the poles' j + 1/2: then |cos(aY)| ≥ 2/32, by |sin x| ≥ 2|x|/π.
//!
//! **The sum.** With q_j = e^{−j²h²/2 − 2ajh} and w_j = e^{−2ajh} the terms are
//! φ(jh) sech²(ajh) = 4 q_j/(1 + w_j)²/√(2π), and q_{j+1} = q_j r_j, r_{j+1} = r_j m²/2^62,
//! w_{j+1} = w_j w_1: two long products and a short one, a square and a division a node. Everything is an
//! integer: Q_j ≈ q_j 2^P, so that Q_j itself has just the bits which its weight leaves, and R, W, V for
//! r, w, w_1 on a scale 2^T which falls with the length of Q_j: Q_j < 2^{T−g−1} with g = 48.
//!
//! **Rounding**, in units of the last place, by induction over the nodes of a chunk that starts at a node
//! j ≥ 1 with errors of at most 2; at most 2^20 nodes. Every product is rounded down, off by less than 1,
//! and so is every fall of the scale by d bits, which divides the error so far by 2^d ≥ 2. All factors
//! are at most 1: V ≤ 2^T at the start, and no step makes R or W larger.
//!
//! - V: at most 2, also after a fall (2/2 + 1).
//! - R and W: at most 4j + 2. The product of one that is off by 4j + 2 and one that is off by 2 is off by
//!   less than 4j + 2 + 2 + 1, and 2(4j + 2)/2^T < 1 for the product of the errors. (m²/2^62 is exact.)
//! - Q: at most 2j. |Q_{j+1} − q_{j+1}2^P| ≤ e_j + q_j 2^P (4j + 2)/2^T + 1, where q_j 2^P ≤ 2^{T−g−1} + 2j,
//!   so the middle term is at most (4j + 2)(2^{−g−1} + 2j/2^{g+1}) < 1.
//! - A_j = ⌊4Q_j 2^T / D⌋, D = ⌊(2^T + W)²/2^T⌋: D is at least 2^T and off by at most 4(4j + 2) + 2 (the
//!   square of the error is below 2^T), which moves the quotient by at most 4Q(16j + 10)/2^T ≤ 1. With
//!   the error of Q (times 4) and the division, A_j is off by at most 8j + 2 ≤ 10j.
//!
//! So Σ_{j≤N} j^k A_j is off by at most 10 N^{k+2}. **The tail**: a chunk ends where Q < 1, at a node n with
//! q_n 2^P ≤ 2n. The terms left out are at most 4 j^k q_j 2^P and at least halve from one to the next
//! (checked), together at most 16 n^{k+1}. Two chunks can end so, if the first ends early. Everything is
//! below 64 (N + 1)^{k+2}.

use rayon::prelude::*;
use rug::float::Round;
use rug::{Assign, Float, Integer, Rational};

use super::{remainder_rate, shifted_moment};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// E\[Z^k sech²(aZ)\] for k = 0, 2, …, 2(count − 1) and a > 0, each to an absolute accuracy of about
/// `prec` bits; the nodes are shared.
///
/// # Errors
/// A domain error for a ≤ 0, a usage error for a count outside 1 to 8, a limit error where a needs more
/// than 2^20 nodes or poles, for too many bits, or at the deadline.
///
/// ```
/// use isobath::limits::Limits;
/// use isobath::number::quadrature::sech_squared_moments;
/// use isobath::number::Bits;
///
/// // E tanh(Z)² = 1 − s₀ and E tanh'(Z)² = (5s₀ − s₂)/6.
/// let prec = Bits::new(200);
/// let s = sech_squared_moments(&1.into(), 2, prec, &Limits::default())?;
/// let slope = s[0].mul_i64(5, prec).sub(&s[1], prec).div_i64(6, prec);
/// let square = s[0].neg().add_i64(1, prec);
/// let text = slope.div(&square, prec).to_decimal_text(isobath::number::Digits::literal(20));
/// assert!(text.starts_with("[1.1778072323041796233"));
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn sech_squared_moments(
    a: &Rational,
    count: usize,
    prec: Bits,
    limits: &Limits,
) -> Result<Vec<Ball>> {
    if *a <= 0 {
        return Err(Error::domain("the scale of sech² must be positive"));
    }
    if count == 0 || count > 8 {
        return Err(Error::usage(format!(
            "1 to 8 moments are found at once, not {count}"
        )));
    }
    limits.check_precision(prec)?;
    limits.check_deadline()?;
    Rule::new(a, count, prec)?.moments(limits)
}

/// Bits by which the scale of the factors stands above the bits of Q.
const GUARD: u32 = 48;

/// Most nodes, and most poles.
const MOST: f64 = (1 << 20) as f64;

/// e^{−h²/2} = m/2^31: then m² fits a limb.
const SHIFT: u32 = 31;

/// The rule for one a, count and precision.
struct Rule {
    a: Rational,
    count: usize,
    prec: Bits,
    /// m = 2^31 e^{−h²/2}.
    decay: u32,
    /// The poles below the remainder line.
    poles: u64,
    /// An estimate of the last node.
    last: f64,
    /// P, the scale of the sums.
    scale: u32,
}

impl Rule {
    fn new(a: &Rational, count: usize, prec: Bits) -> Result<Rule> {
        let size = a.to_f64();
        let top = 2.0 * (count - 1) as f64;
        // The remainder is r(Y) E|Z + iY|^k / cos² with Y² = 2L: (2L)^{k/2} times a small factor.
        // 8 bits for 1/cos².
        let bits = f64::from(prec.get()) + 14.0;
        let nats = bits * std::f64::consts::LN_2;
        let nats = nats + top / 2.0 * (2.0 * nats + top + 4.0).ln();
        let largest = std::f64::consts::PI * (2.0 / nats).sqrt();
        let last = (2.0 * nats).sqrt() / largest * 1.1 + 4.0;
        let possible = last < MOST && 2.2 * size / largest < MOST && size > 1e-9;
        if !possible {
            return Err(Error::limit(
                "the moments of sech² are not found for a scale this large or small",
            ));
        }
        // The least m with a spacing of at most the largest, then the first away from the poles. Doubles
        // give 2a/h < 2^21 far more precisely than the margin here exceeds the 1/32 that is used.
        let one = f64::from(1u32 << SHIFT);
        let mut decay = (one * (-largest * largest / 2.0).exp()).ceil();
        let step = (one * largest * largest / 256.0 / (1.0 + size)).ceil();
        let poles = loop {
            let spacing = (-2.0 * ((decay - one) / one).ln_1p()).sqrt();
            let line = 2.0 * size / spacing;
            if (line - line.floor() - 0.5).abs() >= 1.0 / 31.0 {
                // j + 1/2 < 2a/h.
                break (line + 0.5).floor() as u64;
            }
            decay += step;
            if decay >= one {
                return Err(Error::limit(
                    "the moments of sech² are not found to this many bits",
                ));
            }
        };
        // Every moment is multiplied by h^{k+1}, see `moments`: the errors of the sums, 64 N^{k+2} units,
        // become 64 N X^{k+1} with X = Nh.
        let reach = (2.0 * nats).sqrt() * 1.5 + 8.0;
        let guard = (top + 1.0) * reach.log2() + last.log2() + 12.0;
        let scale = prec.plus(guard.ceil() as u32).get();
        Ok(Rule {
            a: a.clone(),
            count,
            prec,
            decay: decay as u32,
            poles,
            last,
            scale,
        })
    }

    /// The moments.
    fn moments(&self, limits: &Limits) -> Result<Vec<Ball>> {
        let wp = Bits::new(self.scale).plus(GUARD + 40);
        // h² = −2 ln(m/2^31).
        let z = Ball::from_i64(i64::from(self.decay)).mul_2exp(-(SHIFT as i32));
        let h_square = z.ln(wp).neg().mul_2exp(1);
        let h = h_square.sqrt(wp);
        let (corrections, sums) = rayon::join(
            || self.corrections(&h, wp, limits),
            || self.sums(&z, &h, wp, limits),
        );
        let (corrections, (sums, nodes)) = (corrections?, sums?);
        let root = Ball::pi(wp).mul_2exp(1).rsqrt(wp);
        let mut factor = h.mul(&root, wp);
        let height = Ball::pi(Bits::new(64)).mul_2exp(1).div(&h, Bits::new(64));
        // 1/cos²(aY) ≤ 16² = 2^8.
        let rate = remainder_rate(&h).shifted(8);
        let mut moments = Vec::with_capacity(self.count);
        for (index, (sum, correction)) in sums.iter().zip(corrections).enumerate() {
            let k = 2 * index as u32;
            // 64 (N + 1)^{k+2} units.
            let error = Magnitude::new(nodes + 1, 0)
                .power(u64::from(k) + 2)
                .times(Magnitude::new(64, 0));
            let sum = Ball::from_integer(sum, wp)
                .widened(error)
                // Twice for the nodes at −jh; the node at 0 is 1 for k = 0 only.
                .mul_2exp(1 - self.scale as i32)
                .add_i64(i64::from(k == 0), wp);
            let remainder = rate.times(shifted_moment(k, &height));
            let value = sum.mul(&factor, wp).add(&correction, wp);
            moments.push(value.widened(remainder).rounded(self.prec.plus(8)));
            factor = factor.mul(&h_square, wp);
        }
        Ok(moments)
    }

    /// (4π/a²) Σ Ψ'(y_j) for each k.
    ///
    /// Terms fall like e^{y²/2 − 2πy/h}, and each is computed with the bits that this leaves.
    fn corrections(&self, h: &Ball, wp: Bits, limits: &Limits) -> Result<Vec<Ball>> {
        let mut sums = vec![Ball::zero(); self.count];
        if self.poles == 0 {
            return Ok(sums);
        }
        let pi = Ball::pi(wp);
        let square = pi.square(wp);
        let inverse_a = Rational::from(self.a.recip_ref());
        let inverse_a2 = Rational::from(&inverse_a * &inverse_a);
        // With g = e^{π²/(8a²)} and x = e^{−π²/(ah)}: e^{y²/2} = g^{(2j+1)²}, e^{−2πy/h} = x^{2j+1}.
        let g = square
            .mul_rational(&Rational::from(&inverse_a2 / 8), wp)
            .exp(wp);
        let x = square.mul_rational(&inverse_a, wp).div(h, wp).neg().exp(wp);
        let (mut x_power, x_square) = (x.clone(), x.square(wp));
        // t_j = e^{y_j²/2 − 2πy_j/h}; t_{j+1}/t_j = g^{8(j+1)} x².
        let mut term = g.mul(&x, wp);
        let step = g.pow_u64(8, wp);
        let mut ratio = step.mul(&x_square, wp);
        // 2π/h, y_j = π(2j+1)/(2a).
        let slope = pi.mul_2exp(1).div(h, wp);
        let unit = pi.mul_rational(&Rational::from(&inverse_a / 2), wp);
        let unit_square = square.mul_rational(&Rational::from(&inverse_a2 / 4), wp);
        for j in 0..self.poles {
            if j.is_multiple_of(16) {
                limits.check_deadline()?;
            }
            let odd = (2 * j + 1) as i64;
            let lost = term
                .magnitude()
                .exponent()
                .unwrap_or(0)
                .min(0)
                .unsigned_abs();
            let bits = Bits::new(u64::from(wp.get()).saturating_sub(lost).max(32) as u32);
            // Ψ = ± y^k t/(1 − x_j)/√(2π); Ψ' = Ψ (k/y + y − (2π/h)/(1 − x_j)).
            let inverse = x_power.neg().add_i64(1, bits).recip(bits);
            let mut psi = term.mul(&inverse, bits);
            let y = unit.mul_i64(odd, bits);
            let y_square = unit_square.mul_integer(&(Integer::from(odd) * odd), bits);
            let mut rate = y.sub(&slope.mul(&inverse, bits), bits);
            let twice_over_y = y.recip(bits).mul_2exp(1);
            for sum in &mut sums {
                *sum = sum.add(&psi.mul(&rate, bits), wp);
                // From k to k + 2.
                psi = psi.mul(&y_square, bits).neg();
                rate = rate.add(&twice_over_y, bits);
            }
            term = term.mul(&ratio, bits);
            ratio = ratio.mul(&step, bits);
            x_power = x_power.mul(&x_square, bits);
        }
        // 4π/a²/√(2π) = √(8π)/a².
        let factor = pi.mul_2exp(3).sqrt(wp).mul_rational(&inverse_a2, wp);
        Ok(sums.iter().map(|sum| sum.mul(&factor, wp)).collect())
    }

    /// Σ_{j≥1} j^k A_j for each k, and the number N of nodes.
    ///
    /// In chunks of about equal work, whose number depends on the precision only. A node at the
    /// fraction x of the last one has 1 − x² of the bits.
    fn sums(&self, z: &Ball, h: &Ball, wp: Bits, limits: &Limits) -> Result<(Vec<Integer>, u64)> {
        // w_1 = e^{−2ah}.
        let w = h.mul_rational(&self.a, wp).mul_2exp(1).neg().exp(wp);
        let cuts: &[f64] = match self.scale {
            0..=1500 => &[0.0],
            _ => &[0.0, 0.13, 0.26, 0.43],
        };
        let starts: Vec<u64> = cuts
            .iter()
            .map(|cut| (cut * self.last) as u64 + 1)
            .collect();
        let parts = starts
            .par_iter()
            .enumerate()
            .map(|(index, &start)| {
                let end = starts.get(index + 1).copied();
                self.chunk(z, &w, start, end, wp, limits)
            })
            .collect::<Result<Vec<_>>>()?;
        let mut nodes = 0;
        let mut first_end = u64::MAX;
        let mut sums = vec![Integer::new(); self.count];
        for part in parts {
            nodes = nodes.max(part.last);
            if part.exhausted {
                first_end = first_end.min(part.last + 1);
            }
            for (sum, value) in sums.iter_mut().zip(part.sums) {
                *sum += value;
            }
        }
        // From the node n on terms at least halve: q_{j+1}/q_j = r_j ≤ e^{−nh² − 2ah}, and
        // ((j+1)/j)^k ≤ (1 + 1/n)^k.
        let (h, n) = (h.mid().to_f64(), first_end as f64);
        let decay = h * h * n + 2.0 * self.a.to_f64() * h;
        let growth = (1.0 + 1.0 / n).powi(2 * self.count as i32 - 2);
        if growth * (-decay).exp() > 0.49 {
            return Err(Error::undecided(
                "the tail of a trapezoidal sum does not fall fast enough",
            ));
        }
        Ok((sums, nodes))
    }

    /// The sums over the nodes from `start` up to `end`, or up to the first with Q < 1; and the last node.
    fn chunk(
        &self,
        z: &Ball,
        w_1: &Ball,
        start: u64,
        end: Option<u64>,
        wp: Bits,
        limits: &Limits,
    ) -> Result<Chunk> {
        let mut sums = vec![Integer::new(); self.count];
        // q_j = z^{j²} w_1^j, r_j = z^{2j+1} w_1, w_j = w_1^j.
        let w = w_1.pow_u64(start, wp);
        let q = z.pow_u64(start * start, wp).mul(&w, wp);
        // q 2^P < 2^left.
        let left = q
            .magnitude()
            .exponent()
            .map_or(0, |bits| bits + i64::from(self.scale));
        if left < 1 {
            return Ok(Chunk {
                sums,
                last: start - 1,
                exhausted: true,
            });
        }
        let mut scale = left as u32 + 2 + GUARD;
        let fixed = fixed_point;
        let mut q = fixed(&q, self.scale)?;
        let mut r = fixed(&z.pow_u64(2 * start + 1, wp).mul(w_1, wp), scale)?;
        let mut w = fixed(&w, scale)?;
        let mut w_step = fixed(w_1, scale)?;
        let decay = u64::from(self.decay) * u64::from(self.decay);
        let mut one = Integer::from(1) << scale;
        let (mut divisor, mut term) = (Integer::new(), Integer::new());
        let mut j = start;
        while q != 0 && end.is_none_or(|end| j < end) {
            if j.is_multiple_of(64) {
                limits.check_deadline()?;
            }
            // A = 4 q / (1 + w)².
            divisor.assign(&w);
            divisor += &one;
            divisor.square_mut();
            divisor >>= scale;
            term.assign(&q << (scale + 2));
            term /= &divisor;
            sums[0] += &term;
            let square = j * j;
            for sum in &mut sums[1..] {
                term *= square;
                *sum += &term;
            }
            // The next node.
            term.assign(&q * &r);
            q.assign(&term >> scale);
            term.assign(&w * &w_step);
            w.assign(&term >> scale);
            r *= decay;
            r >>= 2 * SHIFT;
            // Fall by whole limbs.
            let fall = scale.saturating_sub(q.significant_bits() + 1 + GUARD) & !63;
            if fall > 0 {
                r >>= fall;
                w >>= fall;
                w_step >>= fall;
                one >>= fall;
                scale -= fall;
            }
            j += 1;
        }
        Ok(Chunk {
            sums,
            last: j - 1,
            exhausted: q == 0,
        })
    }
}

/// The sums over some nodes.
struct Chunk {
    sums: Vec<Integer>,
    /// The last node.
    last: u64,
    /// Whether Q fell below 1 behind it.
    exhausted: bool,
}

/// ⌊x 2^scale⌋, off by at most 2 units from each number of the ball.
fn fixed_point(ball: &Ball, scale: u32) -> Result<Integer> {
    let scaled = Float::with_val(ball.mid().prec(), ball.mid() << scale);
    let narrow = ball.rad() <= Magnitude::power_of_two(-i64::from(scale));
    match scaled.to_integer_round(Round::Down) {
        Some((integer, _)) if narrow => Ok(integer),
        _ => Err(Error::undecided(
            "a factor of a trapezoidal sum is not known to enough bits",
        )),
    }
}
