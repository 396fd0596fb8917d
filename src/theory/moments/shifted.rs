//! Taylor coefficients of shifted moments along a ray through the origin.
//!
//! For standard Gaussians G, Ĝ of covariance ρ = cos θ, |ρ| < 1, and σ = sin θ,
//!
//!   W_{i,j}(t) = E[(G + tp)_+^i (Ĝ + tq)_+^j] = Σ_n w_n t^n,   x_+^0 = 1{x > 0}.
//!
//! Differentiating, with U_j(t) = g(tp) E[(σZ + t(q − ρp))_+^j] and V_i likewise with p, q exchanged
//! (the other factor's mean on the line where the first is 0; g the normal density),
//!
//!   W_{i,j}' = (i p W_{i−1,j}, or p U_j for i = 0) + (j q W_{i,j−1}, or q V_i for j = 0)
//!   U_j' = −t p² U_j + j (q − ρp) U_{j−1},   U_0' = −t p² U_0 + (q − ρp)/σ · E
//!   E(t) = exp(−t²κ²/2)/(2π),   κ² = (p² − 2ρpq + q²)/σ²,
//!
//! so each coefficient follows from a few before it. κ is the multiple correlation of a third
//! Gaussian with covariances p, q to G and Ĝ (if κ ≤ 1), or the length of (p, q) in whitened
//! coordinates: by the Gaussian shift formula w_n = κ^n E[F He_n(Y)]/n! with F = G_+^i Ĝ_+^j and Y a
//! standard Gaussian, whence |w_n| ≤ κ^n √(E F²/n!).

use super::angle::Angle;
use super::value::{Method, half_moment, moment};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};

/// The coefficients of W_{0,0}, …, W_{b,c}, of all orders up to the present one.
pub(super) struct Shifted {
    work: Bits,
    p: Ball,
    q: Ball,
    /// q − ρp and p − ρq.
    cross: [Ball; 2],
    /// The same divided by σ.
    offsets: [Ball; 2],
    /// κ².
    length2: Ball,
    /// The order n of the coefficients in `w` and in the last places of the others.
    order: i64,
    /// w[i][j] = [t^n] W_{i,j}.
    w: Vec<Vec<Ball>>,
    /// [t^{n−1}] and [t^n] of U_0, …, U_c.
    u: [Vec<Ball>; 2],
    /// [t^{n−1}] and [t^n] of V_0, …, V_b.
    v: [Vec<Ball>; 2],
    /// [t^{n−1}] and [t^n] of E.
    e: [Ball; 2],
}

impl Shifted {
    /// Order 0 of W_{i,j}, i ≤ b, j ≤ c, for 0 < θ < π.
    ///
    /// # Errors
    /// As for [`moment`].
    pub(super) fn new(
        b: u32,
        c: u32,
        theta: &Angle,
        [p, q]: [&Ball; 2],
        work: Bits,
        limits: &Limits,
    ) -> Result<Shifted> {
        let (sigma, rho) = theta.sin_cos(work.plus(8));
        let cross = [
            q.sub(&rho.mul(p, work), work),
            p.sub(&rho.mul(q, work), work),
        ];
        let offsets = [cross[0].div(&sigma, work), cross[1].div(&sigma, work)];
        // p² + (q − ρp)²/σ².
        let length2 = p.square(work).add(&offsets[0].square(work), work);
        let mut w = Vec::new();
        for i in 0..=b {
            let row: Result<Vec<Ball>> = (0..=c)
                .map(|j| moment(i, j, theta, Method::Auto, work, limits))
                .collect();
            w.push(row?);
        }
        // σ^j m_j/√(2π).
        let tau = Ball::pi(work).mul_2exp(1);
        let density = tau.rsqrt(work);
        let line = |n: u32| -> Result<Vec<Ball>> {
            (0..=n)
                .map(|j| {
                    Ok(half_moment(u64::from(j), work, limits)?
                        .mul(&sigma.pow_u64(u64::from(j), work), work)
                        .mul(&density, work))
                })
                .collect()
        };
        let zeros = |n: u32| vec![Ball::zero(); n as usize + 1];
        Ok(Shifted {
            work,
            p: p.clone(),
            q: q.clone(),
            cross,
            offsets,
            length2,
            order: 0,
            w,
            u: [zeros(c), line(c)?],
            v: [zeros(b), line(b)?],
            e: [Ball::zero(), tau.recip(work)],
        })
    }

    /// κ².
    pub(super) fn length2(&self) -> &Ball {
        &self.length2
    }

    /// [t^n] W_{b,c} for the largest indices and the present order n.
    pub(super) fn last(&self) -> &Ball {
        &self.w[self.w.len() - 1][self.w[0].len() - 1]
    }

    /// Goes on to the next order.
    pub(super) fn advance(&mut self) {
        let work = self.work;
        let next = self.order + 1;
        for i in (0..self.w.len()).rev() {
            for j in (0..self.w[0].len()).rev() {
                // Larger indices first: those below still hold order n.
                let first = if i > 0 {
                    self.w[i - 1][j].mul(&self.p, work).mul_i64(i as i64, work)
                } else {
                    self.u[1][j].mul(&self.p, work)
                };
                let second = if j > 0 {
                    self.w[i][j - 1].mul(&self.q, work).mul_i64(j as i64, work)
                } else {
                    self.v[1][i].mul(&self.q, work)
                };
                self.w[i][j] = first.add(&second, work).div_i64(next, work);
            }
        }
        let squares = [self.p.square(work), self.q.square(work)];
        for (side, line) in [&mut self.u, &mut self.v].into_iter().enumerate() {
            let mut values = Vec::with_capacity(line[1].len());
            for j in 0..line[1].len() {
                let source = if j == 0 {
                    self.e[1].mul(&self.offsets[side], work)
                } else {
                    line[1][j - 1]
                        .mul(&self.cross[side], work)
                        .mul_i64(j as i64, work)
                };
                let decay = line[0][j].mul(&squares[side], work);
                values.push(source.sub(&decay, work).div_i64(next, work));
            }
            line.swap(0, 1);
            line[1] = values;
        }
        // E' = −tκ²E.
        let value = self.e[0].mul(&self.length2, work).div_i64(-next, work);
        self.e.swap(0, 1);
        self.e[1] = value;
        self.order = next;
    }
}
