//! The ReLU moments through the path numbers, and the full Gaussian moment inside them.
//!
//! For $a ≤ b$, with $c = \cos θ$, $s = \sin θ$, $c_0 = 2π$, $c_1 = 2\sqrt{2π}$:
//!
//! ```text
//! J(a,b) = b! [ Σ_i P(a,i) c^i J(0,b−i)/(b−i)!
//!             + Σ_i Q(a,i) c^i s^(b−i) (b−i−1)!! / (c_((b−i+1) mod 2) (b−i)!) ]
//!
//! J(0,k) = (k−1)!!/(2π)      [ (π−θ) + c Σ_{j=1}^{k/2}     (2j−2)!!/(2j−1)!! s^(2j−1) ],  k even
//! J(0,k) = (k−1)!!/(2√(2π)) [ 1     + c Σ_{j=0}^{(k−1)/2} (2j−1)!!/(2j)!!   s^(2j)   ],  k odd
//! ```
//!
//! The first sum collects the paths that end on index 0, the second those that end on index 1.

use rug::Integer;

use super::form::MomentForm;
use super::paths::{p, q};
use crate::number::combinatorial::double_factorial;
use crate::number::polynomial::Polynomial;

/// The exact form of $J_{a,b}$ by the explicit formula through $P$ and $Q$.
///
/// Collects the coefficients of $c^i s^{2j}$ first (all integers), then eliminates
/// $s^2 = 1 - c^2$ by Horner's rule: $O(\max(a,b)^2)$ coefficient operations.
pub fn form_by_paths(a: u32, b: u32) -> MomentForm {
    let (a, b) = (a.min(b), a.max(b));
    let even = (a ^ b).is_multiple_of(2);
    // weights[j][i] is the coefficient of c^i s^(2j), beside the factor s where a+b is even.
    let mut weights = vec![vec![Integer::new(); a as usize + 2]; b as usize / 2 + 1];
    let mut angle = vec![Integer::new(); a as usize + 1];
    // b!/(b−i)!
    let mut falling = Integer::from(1);
    for i in 0..=a {
        let k = b - i;
        let power = i as usize;
        let half_factorial = double_factorial(i64::from(k) - 1) * &falling;
        if (a - i) % 2 == 0 {
            let weight = p(a, i) * half_factorial;
            if even {
                // (2j−2)!!/(2j−1)!! times (k−1)!! is an integer for j ≤ k/2; here j counts from 0.
                let mut term = weight.clone();
                for (j, row) in (0..k / 2).zip(weights.iter_mut()) {
                    row[power + 1] += &term;
                    term *= 2 * j + 2;
                    // The ratio of consecutive terms is (2j+2)/(2j+3); the last one is not used.
                    if j + 1 < k / 2 {
                        term.div_exact_u_mut(2 * j + 3);
                    }
                }
                angle[power] = weight;
            } else {
                weights[0][power] += &weight;
                let mut term = weight;
                for (j, row) in (0..=(k - 1) / 2).zip(weights.iter_mut()) {
                    row[power + 1] += &term;
                    term *= 2 * j + 1;
                    if j < (k - 1) / 2 {
                        term.div_exact_u_mut(2 * j + 2);
                    }
                }
            }
        } else {
            // s^k is s·s^(k−1) for a+b even (then k is odd), s^k otherwise (then k is even).
            weights[k as usize / 2][power] += q(a, i) * half_factorial;
        }
        falling *= k;
    }
    let sine_squared = Polynomial::from_small(&[1, 0, -1]);
    let free = weights
        .into_iter()
        .rev()
        .fold(Polynomial::zero(), |sum, row| {
            sum.mul(&sine_squared).add(&Polynomial::new(row))
        });
    if even {
        MomentForm::Even {
            a_poly: free,
            b_poly: Polynomial::new(angle),
        }
    } else {
        MomentForm::Odd { r_poly: free }
    }
}

/// The full Gaussian moment $E[G^a Ĝ^b]$ as a polynomial in $c$, for $a+b$ even:
/// $\sum_{i ≡ a (2)} \binom{a}{i} \binom{b}{i}\, i!\, (a-i-1)!!\, (b-i-1)!!\, c^i$ (pairings with
/// $i$ mixed pairs). It is the polynomial $B$ of the exact form. Zero for $a+b$ odd.
pub fn full_moment(a: u32, b: u32) -> Polynomial<Integer> {
    if (a ^ b) % 2 == 1 {
        return Polynomial::zero();
    }
    Polynomial::new(
        (0..=a.min(b))
            .map(|i| {
                if (a - i) % 2 == 1 {
                    return Integer::new();
                }
                Integer::from(Integer::binomial_u(a, i))
                    * Integer::from(Integer::binomial_u(b, i))
                    * Integer::from(Integer::factorial(i))
                    * double_factorial(i64::from(a - i) - 1)
                    * double_factorial(i64::from(b - i) - 1)
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_numbers_give_the_recurrence_forms() {
        for a in 0..=22 {
            for b in 0..=22 {
                assert_eq!(form_by_paths(a, b), MomentForm::new(a, b), "J({a},{b})");
            }
        }
        assert_eq!(form_by_paths(3, 60), MomentForm::new(3, 60));
        assert_eq!(form_by_paths(61, 60), MomentForm::new(60, 61));
    }

    #[test]
    fn the_angle_carries_the_full_moment() {
        let mut even = 0;
        for a in 0..=16 {
            for b in 0..=16 {
                if let MomentForm::Even { b_poly, .. } = MomentForm::new(a, b) {
                    assert_eq!(b_poly, full_moment(a, b), "B({a},{b})");
                    even += 1;
                } else {
                    assert!(full_moment(a, b).is_zero());
                }
            }
        }
        assert_eq!(even, 145);
    }
}
