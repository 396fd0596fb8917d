//! The integrand of E cos^k θ'.
//!
//! With $x = φ(G)$, $y = φ(\hat G)$ of one neuron and $X, Y, Z$ the sums of $x^2, y^2, xy$ over n
//! neurons, $\cos^kθ' = Z^k (XY)^{-k/2}$ and $X^{-k/2} = Γ(k/2)^{-1}\int_0^∞ t^{k/2-1} e^{-tX} dt$, so
//! the mean is an integral over $t_1, t_2$ of $E[Z^k e^{-t_1X-t_2Y}]$. In $z_i = (1+2t_i)^{-1/2}$, from
//! 0 to 1, and with $c = \cos θ$, $s = \sin θ$,
//!
//! $$D^2 = s^2 + c^2(z_1^2 + z_2^2 - z_1^2z_2^2), \quad q = c z_1 z_2, \quad
//!   A = \frac π2 + \arctan\frac{q}{sD}, \quad w(z) = \frac{z}{2π}\Big(\frac π2 - \arctan\frac{cz}{s}\Big),$$
//! $$M = E\,e^{-t_1x^2-t_2y^2} = \frac{π-θ}{2π} + w(z_1) + w(z_2) + \frac{z_1z_2}{D}\frac{A}{2π},$$
//! $$E[(xy)^j e^{-t_1x^2-t_2y^2}] = (z_1z_2)^{j+1} D^{-2j-1} H_j, \qquad
//!   H_0 = \frac A{2π}, \; H_1 = \frac{sD + qA}{2π}, \; H_{j+1} = (2j+1)\,q H_j + j^2 s^2D^2 H_{j-1}.$$
//!
//! (The tilted pair is again Gaussian; H_j is J_{jj} at its angle π − A times $(s^2D^2+q^2)^{j/2}$, and
//! the recurrence is that of the diagonal of J.) By the partial Bell polynomials $B_{k,r}$,
//!
//! $$E\cos^kθ' = \frac{2^{2-k}}{Γ(k/2)^2} \int_0^1\!\!\int_0^1 F(z_1,z_2)
//!   \prod_i (1-z_i^2)^{k/2-1} dz_i, \quad
//!   F = D^{-2k-1} \sum_{r=1}^{\min(k,n)} \frac{n!}{(n-r)!} M^{n-r} (z_1z_2/D)^{r-1} B_{k,r}(H_1, H_2, …).$$
//!
//! **Where F is holomorphic.** For each fixed real z₂ in [0, 1] F is holomorphic in $z = z_1$ on the
//! plane without the cuts $\{iy : |y| ≥ |\tan θ|\}$. Three functions have cuts:
//!
//! * arctan(cz/s), where $c^2z^2/s^2 ≤ -1$: these cuts;
//! * √(D²) with $D^2 = s^2 + c^2z_2^2 + c^2(1-z_2^2)z^2 ≤ 0$: then $z^2 ≤ -(s^2+c^2z_2^2)/(c^2(1-z_2^2)) ≤ -s^2/c^2$;
//! * arctan(q/(sD)), where $q^2 = -x s^2D^2$ with x ≥ 1: solved for z²,
//!   $z^2 = -x s^2 (s^2+c^2z_2^2) / (c^2 (z_2^2 + x s^2(1-z_2^2)))$, which is real, negative and falls
//!   with x from $-s^2/c^2$ at x = 1, since $z_2^2 + s^2(1-z_2^2) = s^2 + c^2z_2^2$.
//!
//! D has no zero off the cuts, by the second point.

use rug::Integer;

use crate::number::{Ball, Bits};
use crate::theory::moments::Angle;

/// F for one angle, width and power, at one working precision.
#[derive(Debug, Clone)]
pub struct Integrand {
    pub(super) power: u32,
    pub(super) width: u32,
    pub(super) prec: Bits,
    pub(super) cos: Ball,
    pub(super) sin: Ball,
    pub(super) sin_squared: Ball,
    pub(super) cos_squared: Ball,
    /// cos θ / sin θ.
    pub(super) cot: Ball,
    /// π/2 and 1/(2π).
    pub(super) quarter: Ball,
    pub(super) turn: Ball,
    /// (π − θ)/(2π).
    pub(super) both: Ball,
    /// C(i, j) for 0 ≤ j ≤ i < k.
    binomials: Vec<Vec<i64>>,
}

/// What F needs of one of its variables.
#[derive(Debug, Clone)]
pub struct Side {
    /// z.
    pub z: Ball,
    /// z².
    square: Ball,
    /// s² + c²z².
    quadric: Ball,
    /// c²(1 − z²).
    gap: Ball,
    /// w(z).
    alone: Ball,
}

impl Integrand {
    /// The integrand at an angle strictly between 0 and π; k ≥ 1 and n ≥ 1.
    pub fn new(power: u32, theta: &Angle, width: u32, prec: Bits) -> Integrand {
        let (sin, cos) = theta.sin_cos(prec);
        let pi = Ball::pi(prec);
        let turn = pi.mul_2exp(1).recip(prec);
        let binomials = (0..power as usize)
            .map(|i| (0..=i).map(|j| binomial(i, j)).collect())
            .collect();
        Integrand {
            power,
            width,
            prec,
            sin_squared: sin.square(prec),
            cos_squared: cos.square(prec),
            cot: cos.div(&sin, prec),
            both: theta.supplement().value(prec).mul(&turn, prec),
            quarter: pi.mul_2exp(-1),
            turn,
            cos,
            sin,
            binomials,
        }
    }

    /// The parts that depend on one variable.
    pub fn side(&self, z: Ball) -> Side {
        let prec = self.prec;
        let square = z.square(prec);
        let angle = z.mul(&self.cot, prec).atan(prec);
        let angle = self.quarter.sub(&angle, prec);
        let scaled = square.mul(&self.cos_squared, prec);
        Side {
            quadric: scaled.add(&self.sin_squared, prec),
            gap: self.cos_squared.sub(&scaled, prec),
            alone: angle.mul(&self.turn, prec).mul(&z, prec),
            square,
            z,
        }
    }

    /// min(k, n): the number of terms of F.
    pub(super) fn terms(&self) -> u32 {
        self.power.min(self.width)
    }

    /// H_1, …, H_k, from H_0, H_1, q and s²D².
    fn moments(&self, share: Ball, first: Ball, q: &Ball, step: &Ball) -> Vec<Ball> {
        let prec = self.prec;
        let mut moments = vec![first];
        let mut before = share;
        for j in 1..i64::from(self.power) {
            let now = moments[j as usize - 1].clone();
            let next = q.mul(&now, prec).mul_i64(2 * j + 1, prec);
            moments.push(
                step.mul(&before, prec)
                    .mul_i64(j * j, prec)
                    .add(&next, prec),
            );
            before = now;
        }
        moments
    }

    /// B_{k,1}, …, B_{k,k} of H_1, H_2, …: B_{i,r} = Σ_j C(i−1, j−1) H_j B_{i−j,r−1}.
    ///
    /// Over numbers, or over bounds of them.
    pub(super) fn bell<T: Clone>(
        &self,
        moments: &[T],
        zero: &T,
        add_product: impl Fn(&T, i64, &T, &T) -> T,
        one: &T,
    ) -> Vec<T> {
        let k = self.power as usize;
        if k == 1 {
            return vec![moments[0].clone()];
        }
        // Row r holds B_{i,r} for i = 0, …, k.
        let mut row = vec![zero.clone(); k + 1];
        row[0] = one.clone();
        let mut result = Vec::with_capacity(k);
        for r in 1..=k {
            let mut next = vec![zero.clone(); k + 1];
            for (i, place) in next.iter_mut().enumerate().skip(r) {
                let mut sum = zero.clone();
                for j in 1..=i - r + 1 {
                    let ways = self.binomials[i - 1][j - 1];
                    sum = add_product(&sum, ways, &moments[j - 1], &row[i - j]);
                }
                *place = sum;
            }
            result.push(next[k].clone());
            row = next;
        }
        result
    }

    /// F(z₁, z₂).
    pub fn value(&self, first: &Side, second: &Side) -> Ball {
        let prec = self.prec;
        // D² = s² + c²z₁² + c²(1 − z₁²) z₂²: nothing cancels.
        let square = first.gap.mul_add(&second.square, &first.quadric, prec);
        let root = square.sqrt(prec);
        let product = first.z.mul(&second.z, prec);
        let q = product.mul(&self.cos, prec);
        let scaled = root.mul(&self.sin, prec);
        let angle = q.div(&scaled, prec).atan(prec).add(&self.quarter, prec);
        let share = angle.mul(&self.turn, prec);
        let ratio = product.div(&root, prec);
        let alone = first.alone.add(&second.alone, prec).add(&self.both, prec);
        let generating = ratio.mul_add(&share, &alone, prec);
        let lead = q.mul_add(&share, &scaled.mul(&self.turn, prec), prec);
        let step = square.mul(&self.sin_squared, prec);
        let moments = self.moments(share, lead, &q, &step);
        let bell = self.bell(
            &moments,
            &Ball::zero(),
            |sum, ways, x, y| sum.add(&x.mul(y, prec).mul_i64(ways, prec), prec),
            &Ball::one(),
        );
        let last = self.terms();
        // Σ_r n!/(n−r)! M^{last−r} y^{r−1} B_{k,r}, times M^{n−last}.
        let mut sum = Ball::zero();
        let (mut factor, mut power) = (Ball::one(), Ball::one());
        for r in 1..=last {
            factor = factor.mul_i64(i64::from(self.width - r + 1), prec);
            let term = bell[r as usize - 1].mul(&power, prec).mul(&factor, prec);
            sum = sum.mul_add(&generating, &term, prec);
            power = power.mul(&ratio, prec);
        }
        let whole = generating.pow_u64(u64::from(self.width - last), prec);
        let below = square.pow_u64(u64::from(self.power), prec).mul(&root, prec);
        sum.mul(&whole, prec).div(&below, prec)
    }

    /// An upper bound, as a power of two, of
    /// $2 \int_{u_1>U}\int F \prod(1-z_i^2)^{(k-1)/2} du_1 du_2$ with $z_i = \cos u_i$ and
    /// $\cos U = 1 - g$, for n > k: the part of the integral that is cut off.
    ///
    /// There D ≥ s, $H_j ≤ J_{jj}(0) = (2j-1)!!/2$ (as $s^2D^2 + q^2 ≤ 1$), $z_1z_2 ≤ 1$ and
    /// $M ≤ E e^{-t_1x^2} = (1+z_1)/2 ≤ 1 - g/2$, so with $n!/(n-r)! ≤ n^k$ and
    /// $(1-g/2)^{n-r} ≤ (1-g/2)^{n-k}$ the integrand is at most
    /// $s^{-3k} n^k (1-g/2)^{n-k} \sum_r B_{k,r}((2j-1)!!/2)$, on an area of at most π²/4 < 5/2, twice.
    /// ln(1 − g/2) ≤ −g/2.
    pub fn tail_exponent(&self, gap: f64) -> i64 {
        let k = self.power as usize;
        let mut row = vec![0.0; k + 1];
        row[0] = 1.0;
        let mut total = 0.0;
        let double_factorial = |j: usize| (1..=j).map(|i| (2 * i - 1) as f64).product::<f64>();
        for r in 1..=k {
            let mut next = vec![0.0; k + 1];
            for (i, place) in next.iter_mut().enumerate().skip(r) {
                *place = (1..=i - r + 1)
                    .map(|j| binomial(i - 1, j - 1) as f64 * double_factorial(j) / 2.0 * row[i - j])
                    .sum();
            }
            total += next[k];
            row = next;
        }
        // Doubles: each logarithm is right to 1e-9, and a whole unit is added at the end.
        let sin = self.sin.magnitude_lower();
        let (fraction, exponent) = sin.to_f64_exp();
        let log_sin = fraction.max(0.25).log2() + f64::from(exponent);
        let bits = 5f64.log2() + total.log2() + k as f64 * f64::from(self.width).log2()
            - 3.0 * k as f64 * log_sin
            - f64::from(self.width - self.power) * gap / 2.0 * std::f64::consts::LOG2_E;
        bits.ceil() as i64 + 1
    }

    /// The gap 1 − cos U from which on less than 2^(−bits) is cut off, a multiple of 2⁻²⁰; `None` if
    /// that is not below 1.
    pub fn cut(&self, bits: i64) -> Option<f64> {
        if self.width <= self.power {
            return None;
        }
        let excess = self.tail_exponent(0.0) + bits;
        let rate = f64::from(self.width - self.power) / 2.0 * std::f64::consts::LOG2_E;
        let steps = ((excess.max(1) + 2) as f64 / rate * f64::from(1 << 20)).ceil();
        let gap = steps / f64::from(1 << 20);
        (gap < 1.0 && self.tail_exponent(gap) <= -bits).then_some(gap)
    }

    /// 2^{2−k}/Γ(k/2)².
    pub fn factor(&self) -> Ball {
        let half = rug::Rational::from((self.power, 2));
        let inverse = Ball::recip_gamma_rational(&half, self.prec).square(self.prec);
        // k is at most 48.
        inverse.mul_2exp(2 - self.power as i32)
    }
}

/// C(n, k) for n ≤ 48.
fn binomial(n: usize, k: usize) -> i64 {
    Integer::from(Integer::binomial_u(n as u32, k as u32))
        .to_i64()
        .unwrap_or(i64::MAX)
}
