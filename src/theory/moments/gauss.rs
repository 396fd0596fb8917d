//! ₂F₁(A, B; C; z) for rational parameters and 0 ≤ z < 1, as the moments with real indices need it.
//!
//! Parameters of small height go through the word-sized kernel of [`super::rectangular`]; others are
//! summed term by term in balls. Either way the caller names an index from which on the term ratio
//! (A+k)(B+k)/((C+k)(k+1)) is between 0 and 1, and the tail is bounded by a geometric series.

use rug::{Integer, Rational};

use super::rectangular::{End, Hypergeometric, check_convergence};
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};

/// The parameters of a series of Gauss.
pub(super) struct Gauss {
    /// A and B.
    pub upper: [Rational; 2],
    /// C, not 0 or a negative integer.
    pub lower: Rational,
    /// From this index on 0 ≤ (A+k)(B+k) ≤ (C+k)(k+1).
    pub settled: u64,
}

impl Gauss {
    /// The sum with an absolute error of about 2^−bits times its largest term (or what the radius of z
    /// leaves).
    ///
    /// # Errors
    /// A limit error if too many terms are needed, or when the deadline passes.
    pub(super) fn sum(&self, z: &Ball, bits: Bits, limits: &Limits) -> Result<Ball> {
        match self.words() {
            Some([a, b, c, d]) => {
                let series = Hypergeometric {
                    ratio: |k| {
                        let step = k as i64 * d;
                        let p = (a + step) * (b + step);
                        let q = (c + step) * (k as i64 + 1) * d;
                        (p * q.signum(), q.unsigned_abs())
                    },
                    end: End::Infinite {
                        settled: self.settled,
                    },
                };
                Ok(series.sum(z, bits, limits)?.0)
            }
            None => self.sum_in_balls(z, bits, limits),
        }
    }

    /// A, B, C as integers over a common denominator, if all products of the kernel fit in words.
    ///
    /// With numerators below 2^20, denominator d ≤ 2^8 and k < 2^22 all factors are below 2^31.
    fn words(&self) -> Option<[i64; 4]> {
        let d = [&self.upper[0], &self.upper[1], &self.lower]
            .iter()
            .fold(Integer::from(1), |d, q| d.lcm(q.denom()));
        let d = d.to_i64().filter(|&d| d <= 1 << 8)?;
        let word = |q: &Rational| {
            let scaled = Integer::from(q.numer() * (d / q.denom().to_i64()?));
            scaled.to_i64().filter(|n| n.unsigned_abs() < 1 << 20)
        };
        let few = self.settled < 1 << 20;
        few.then_some([
            word(&self.upper[0])?,
            word(&self.upper[1])?,
            word(&self.lower)?,
            d,
        ])
    }

    fn sum_in_balls(&self, z: &Ball, bits: Bits, limits: &Limits) -> Result<Ball> {
        check_convergence(z, bits)?;
        let work = bits.plus(32);
        let [a, b, c] = [&self.upper[0], &self.upper[1], &self.lower]
            .map(|q| Ball::from_rational(q, work.plus(32)));
        let mut term = Ball::one();
        let mut sum = Ball::one();
        let mut k = 0;
        loop {
            if k % 64 == 0 {
                limits.check_deadline()?;
            }
            let shift = k as i64;
            let top = a.add_i64(shift, work).mul(&b.add_i64(shift, work), work);
            let bottom = c.add_i64(shift, work).mul_i64(shift + 1, work);
            term = term.mul(z, work).mul(&top, work).div(&bottom, work);
            k += 1;
            if !term.is_finite() || term.is_zero() {
                return Ok(sum.add(&term, work));
            }
            if k >= self.settled {
                // The rest falls at least like z^k: at most |t_k|/(1 − z).
                let rest = term
                    .magnitude()
                    .over(&Ball::one().sub(z, work).magnitude_lower());
                let floor = sum.magnitude().max(Magnitude::ONE);
                if rest <= floor.shifted(-i64::from(bits.get())) {
                    return Ok(sum.widened(rest));
                }
            }
            sum = sum.add(&term, work);
        }
    }
}
