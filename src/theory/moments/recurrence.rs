//! The coefficients of the ReLU moments by their recurrences, on any integer engine.
//!
//! With $c = \cos θ$, $s = \sin θ$, $c_0 = 2π$, $c_1 = 2\sqrt{2π}$:
//!
//! - (R1) $J_{a,b} = (a-1) J_{a-2,b} + b\,c\,J_{a-1,b-1}$ for $a ≥ 2$, $b ≥ 1$;
//! - (R2) $J_{a,0} = (a-1) J_{a-2,0} + c\,s^{a-1} (a-2)!!/c_{a \bmod 2}$ for $a ≥ 2$;
//! - (R3) $J_{1,b} = b\,c\,J_{0,b-1} + s^b (b-1)!!/c_{(b+1) \bmod 2}$ for $b ≥ 1$;
//! - (R4) $J_{0,0} = (π-θ)/(2π)$, $J_{1,0} = (1+c)/(2\sqrt{2π})$, $J_{1,1} = (s+(π-θ)c)/(2π)$;
//! - (R5) $J_{a+1,b+1} = (a+b+1)\,c\,J_{a,b} + ab\,(1-c^2) J_{a-1,b-1}$ for $a, b ≥ 1$.
//!
//! R1–R4 come from Gaussian integration by parts. They fill a whole table
//! ([`table_by_parts`]); R5 runs along a diagonal and reaches a single moment with
//! $O(\min(a,b) · \max(a,b))$ coefficient operations ([`form_by_diagonal`]).

use crate::number::combinatorial::double_factorial_on;
use crate::number::integer::ExactInteger;

/// The integer coefficients of one moment, in increasing powers of $c$, without zeros at the end.
///
/// $a+b$ even: $2π J_{a,b} = s·\mathrm{free}(c) + (π-θ)·\mathrm{angle}(c)$.
/// $a+b$ odd: $2\sqrt{2π} J_{a,b} = \mathrm{free}(c)$, and `angle` is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormCoefficients<Z> {
    /// The polynomial $A$ ($a+b$ even) or $R$ ($a+b$ odd).
    pub free: Vec<Z>,
    /// The polynomial $B$, the factor of the angle $π-θ$.
    pub angle: Vec<Z>,
}

impl<Z> Default for FormCoefficients<Z> {
    fn default() -> Self {
        FormCoefficients {
            free: Vec::new(),
            angle: Vec::new(),
        }
    }
}

impl<Z: ExactInteger> FormCoefficients<Z> {
    /// Adds `factor · c^shift · other`.
    fn accumulate(&mut self, other: &Self, shift: usize, factor: u64) {
        accumulate(&mut self.free, &other.free, shift, factor, Sign::Plus);
        accumulate(&mut self.angle, &other.angle, shift, factor, Sign::Plus);
    }

    /// Subtracts `factor · c^shift · other`.
    fn deduct(&mut self, other: &Self, shift: usize, factor: u64) {
        accumulate(&mut self.free, &other.free, shift, factor, Sign::Minus);
        accumulate(&mut self.angle, &other.angle, shift, factor, Sign::Minus);
    }

    fn trim(&mut self) {
        trim(&mut self.free);
        trim(&mut self.angle);
    }
}

#[derive(Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

/// `target ± factor · c^shift · source` in place.
fn accumulate<Z: ExactInteger>(
    target: &mut Vec<Z>,
    source: &[Z],
    shift: usize,
    factor: u64,
    sign: Sign,
) {
    if source.is_empty() {
        return;
    }
    if target.len() < source.len() + shift {
        target.resize_with(source.len() + shift, Z::zero);
    }
    for (entry, coefficient) in target[shift..].iter_mut().zip(source) {
        // Half of the coefficients of A and B vanish by parity.
        if coefficient.is_zero() {
            continue;
        }
        match sign {
            Sign::Plus => entry.add_mul_small(coefficient, factor),
            Sign::Minus => entry.sub_mul_small(coefficient, factor),
        }
    }
}

fn trim<Z: ExactInteger>(coefficients: &mut Vec<Z>) {
    while coefficients.last().is_some_and(Z::is_zero) {
        coefficients.pop();
    }
}

/// The coefficients of $d · (1-c^2)^n$ in increasing powers of $c$.
fn sine_power<Z: ExactInteger>(d: Z, n: u32) -> Vec<Z> {
    let mut coefficients = Vec::with_capacity(2 * n as usize + 1);
    let mut magnitude = d;
    for j in 0..=n {
        let mut term = Z::zero();
        if j % 2 == 0 {
            term.add_mul_small(&magnitude, 1);
        } else {
            term.sub_mul_small(&magnitude, 1);
        }
        coefficients.push(term);
        if j < n {
            coefficients.push(Z::zero());
            // C(n, j+1) = C(n, j) (n−j)/(j+1), exact for the product with d as well.
            magnitude.mul_small(u64::from(n - j));
            magnitude.div_exact_small(u64::from(j + 1));
        }
    }
    coefficients
}

/// $J_{d,0}$ with $O(d)$ operations, from the first-order equation in $θ$ that it solves.
///
/// $dJ_{d,0}/dθ = -d\,s^d (d-2)!!/c_{d \bmod 2}$ for $d ≥ 1$. For $d$ even, $B = (d-1)!!$ and
/// $(1-c^2) A' - c A = d!!\,(1-c^2)^{d/2} - (d-1)!!$, that is
/// $(k+1) A_{k+1} = k A_{k-1} + [c^k]\,\text{rhs}$. For $d$ odd,
/// $R' = d!!\,(1-c^2)^{(d-1)/2}$ and $R(0) = (d-1)!!$.
fn zero_index<Z: ExactInteger>(d: u32) -> FormCoefficients<Z> {
    let odd_factorial = double_factorial_on::<Z>(i64::from(d) - 1);
    if d == 0 {
        return FormCoefficients {
            free: Vec::new(),
            angle: vec![odd_factorial],
        };
    }
    let powers = sine_power(double_factorial_on::<Z>(i64::from(d)), d / 2);
    if d % 2 == 1 {
        let mut free = vec![Z::zero(); d as usize + 1];
        for (power, mut coefficient) in powers.into_iter().enumerate().step_by(2) {
            // 2j+1 ≤ d is odd, so it divides d!!.
            coefficient.div_exact_small(power as u64 + 1);
            free[power + 1] = coefficient;
        }
        free[0] = odd_factorial;
        return FormCoefficients {
            free,
            angle: Vec::new(),
        };
    }
    let mut free = vec![Z::zero(); d as usize];
    for (k, rhs) in powers.into_iter().enumerate().take(d as usize).step_by(2) {
        let mut next = rhs;
        match k.checked_sub(1) {
            Some(before) => next.add_mul_small(&free[before], k as u64),
            None => next.sub_mul_small(&odd_factorial, 1),
        }
        next.div_exact_small(k as u64 + 1);
        free[k + 1] = next;
    }
    FormCoefficients {
        free,
        angle: vec![odd_factorial],
    }
}

/// $J_{1,b}$ from $J_{0,b-1}$ by (R3).
fn unit_index<Z: ExactInteger>(b: u32, zero: &FormCoefficients<Z>) -> FormCoefficients<Z> {
    // s^b = s (1−c²)^((b−1)/2) where the form carries the factor s, and (1−c²)^(b/2) otherwise;
    // the form carries it when 1+b is even.
    let mut form = FormCoefficients {
        free: sine_power(double_factorial_on::<Z>(i64::from(b) - 1), b / 2),
        angle: Vec::new(),
    };
    form.accumulate(zero, 1, u64::from(b));
    form
}

/// The coefficients of $J_{a,b}$ by the diagonal recurrence (R5), on the engine `Z`.
///
/// Two seeds, $J_{d,0}$ and $J_{d+1,1}$ with $d = |a-b|$, then $\min(a,b) - 1$ steps.
pub fn form_by_diagonal<Z: ExactInteger>(a: u32, b: u32) -> FormCoefficients<Z> {
    let steps = a.min(b);
    let d = a.abs_diff(b);
    let mut before = zero_index::<Z>(d);
    if steps == 0 {
        before.trim();
        return before;
    }
    let mut current = unit_index(d + 1, &before);
    for low in 1..steps {
        // From (d+low−1, low−1) and (d+low, low) to (d+low+1, low+1).
        let (low, high) = (u64::from(low), u64::from(d + low));
        let mut next = FormCoefficients::default();
        next.accumulate(&current, 1, low + high + 1);
        next.accumulate(&before, 0, low * high);
        next.deduct(&before, 2, low * high);
        next.trim();
        before = std::mem::replace(&mut current, next);
    }
    current.trim();
    current
}

/// The coefficients of all $J_{a,b}$ with $b ≤ a ≤ n$ by (R1)–(R4), on the engine `Z`:
/// entry `[a][b]` of the result.
pub fn table_by_parts<Z: ExactInteger>(n: u32) -> Vec<Vec<FormCoefficients<Z>>> {
    let mut table: Vec<Vec<FormCoefficients<Z>>> = Vec::with_capacity(n as usize + 1);
    for a in 0..=n as usize {
        let mut row: Vec<FormCoefficients<Z>> = Vec::with_capacity(a + 1);
        for b in 0..=a {
            let mut form = match (a, b) {
                (0, 0) => FormCoefficients {
                    free: Vec::new(),
                    angle: vec![Z::one()],
                },
                (1, 0) => FormCoefficients {
                    free: vec![Z::one(), Z::one()],
                    angle: Vec::new(),
                },
                (1, 1) => FormCoefficients {
                    free: vec![Z::one()],
                    angle: vec![Z::zero(), Z::one()],
                },
                _ => {
                    let mut form = FormCoefficients::default();
                    // J_{a−2,b} is symmetric: where b > a−2 it stands at [b][a−2].
                    let lower = match b {
                        _ if b == a => &row[a - 2],
                        _ if b + 1 == a => &table[a - 1][a - 2],
                        _ => &table[a - 2][b],
                    };
                    form.accumulate(lower, 0, a as u64 - 1);
                    match b.checked_sub(1) {
                        Some(below) => form.accumulate(&table[a - 1][below], 1, b as u64),
                        None => {
                            // s^(a−1) = s (1−c²)^((a−2)/2) for even a, (1−c²)^((a−1)/2) for odd.
                            let factor = double_factorial_on::<Z>(a as i64 - 2);
                            let boundary = sine_power(factor, (a as u32 - 1) / 2);
                            accumulate(&mut form.free, &boundary, 1, 1, Sign::Plus);
                        }
                    }
                    form
                }
            };
            form.trim();
            row.push(form);
        }
        table.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;
    use rug::Integer;

    use super::*;

    fn text<Z: ExactInteger>(form: &FormCoefficients<Z>) -> String {
        format!(
            "{:?} {:?}",
            form.free.iter().map(Z::to_string).collect::<Vec<_>>(),
            form.angle.iter().map(Z::to_string).collect::<Vec<_>>()
        )
    }

    #[test]
    fn parts_and_diagonal_agree_on_three_engines() {
        let n = 24;
        let rug = table_by_parts::<Integer>(n);
        let malachite = table_by_parts::<malachite::Integer>(n);
        let num = table_by_parts::<BigInt>(n);
        let mut compared = 0;
        for (a, row) in rug.iter().enumerate() {
            for (b, form) in row.iter().enumerate() {
                let reference = text(form);
                assert_eq!(reference, text(&malachite[a][b]), "J({a},{b})");
                assert_eq!(reference, text(&num[a][b]), "J({a},{b})");
                let (a, b) = (a as u32, b as u32);
                assert_eq!(reference, text(&form_by_diagonal::<Integer>(a, b)));
                assert_eq!(reference, text(&form_by_diagonal::<Integer>(b, a)));
                assert_eq!(
                    reference,
                    text(&form_by_diagonal::<malachite::Integer>(a, b))
                );
                assert_eq!(reference, text(&form_by_diagonal::<BigInt>(a, b)));
                compared += 1;
            }
        }
        assert_eq!(compared, 325);
    }
}
