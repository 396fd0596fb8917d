//! The singular terms of κ at ±1 from the jumps at the knots.
//!
//! Let j be the first order at which σ^{(j)} jumps, J_i its jump at the knot a_i, m₀ = E σ². By Price's
//! theorem $m_0 κ^{(j+1)}(u) = E[σ^{(j+1)}(X) σ^{(j+1)}(Y)]$, in which the point masses give
//! $\sum_{i,k} J_i J_k φ_2(a_i, a_k; u)$ with the bivariate density φ₂. For a_i = a_k = a
//!
//! $$φ_2(a, a; 1−t) = \frac{e^{−a^2/(2−t)}}{2π\sqrt{2t − t^2}} ∼ \frac{φ(a)}{2\sqrt{πt}},$$
//!
//! and the same for a_k = −a_i at u = −1 + t; all other terms are O(1) as t → 0 (a point mass against a
//! function that may jump: a constant plus O(√t)). Integrating j + 1 times, with β = j + 1/2 and
//! β(β−1)⋯(β−j) = Γ(j + 3/2)/√π,
//!
//! $$c_{+1} = \frac{(−1)^{j+1}}{2 m_0 Γ(j+3/2)} \sum_i J_i^2 φ(a_i), \qquad
//!   c_{−1} = \frac{1}{2 m_0 Γ(j+3/2)} \sum_{a_i = −a_k} J_i J_k φ(a_i).$$
//!
//! ReLU (j = 1, J = 1, a = 0, m₀ = 1/2): both are 2√2/(3π).

use rug::Rational;

use super::View;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::shape::{Edge, Shape};

/// The singular terms of κ of an activation with jumps; `None` for a smooth one.
///
/// # Errors
/// Those of the expectation E σ²; a domain error for knots with real powers.
pub fn edge(shape: &dyn Shape, prec: Bits, limits: &Limits) -> Result<Option<Edge>> {
    let view = View::of(shape, limits)?;
    let Some(order) = view.jump_order()? else {
        return Ok(None);
    };
    let work = prec.plus(32);
    let m0 = view.second_moment(work, limits)?;
    let knots = view.knots();
    let jumps: Vec<Ball> = (0..knots.len())
        .map(|i| view.jump(i, order, work))
        .collect();
    let (mut plus, mut minus) = (Ball::zero(), Ball::zero());
    for (i, a) in knots.iter().enumerate() {
        let density = Ball::from_rational(a, work).normal_density(work);
        plus = plus.add(&jumps[i].square(work).mul(&density, work), work);
        let opposite = Rational::from(-a);
        if let Ok(k) = knots.binary_search(&opposite) {
            let pair = jumps[i].mul(&jumps[k], work);
            minus = minus.add(&pair.mul(&density, work), work);
        }
    }
    let gamma = Ball::gamma_rational(&Rational::from((2 * order + 3, 2)), work);
    let scale = m0.mul(&gamma, work).mul_2exp(1);
    let plus = plus.div(&scale, prec.plus(8));
    Ok(Some(Edge {
        beta: Rational::from((2 * order + 1, 2)),
        plus: if order % 2 == 0 { plus.neg() } else { plus },
        minus: minus.div(&scale, prec.plus(8)),
    }))
}
