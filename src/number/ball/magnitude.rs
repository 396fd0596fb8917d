//! [`Magnitude`]: an upper bound of a non-negative real, `man · 2^exp` with a 30-bit mantissa.
//!
//! Radii and error bounds need two or three right digits, no allocation, and one rounding
//! direction. Every operation here rounds up, so a chain of them stays an upper bound; where a
//! lower bound is needed the function says so in its name.

use std::cmp::Ordering;
use std::fmt;

use rug::float::Round;
use rug::ops::NegAssign;
use rug::{Float, Integer, Rational};

/// Mantissas of finite non-zero magnitudes lie in `[2^29, 2^30)`.
const MAN_BITS: u32 = 30;
const MAN_MIN: u64 = 1 << (MAN_BITS - 1);
const MAN_END: u64 = 1 << MAN_BITS;
/// Exponents beyond this are infinity (above) or the smallest positive magnitude (below): far
/// outside MPFR's range of ±2^30, so no finite float loses its bound.
const EXP_LIMIT: i64 = 1 << 40;

/// An upper bound of a non-negative real number, or +∞.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Magnitude {
    man: u64,
    exp: i64,
}

impl Magnitude {
    /// Exactly 0.
    pub const ZERO: Magnitude = Magnitude { man: 0, exp: 0 };
    /// +∞: no bound.
    pub const INFINITY: Magnitude = Magnitude {
        man: MAN_MIN,
        exp: i64::MAX,
    };
    /// Exactly 1.
    pub const ONE: Magnitude = Magnitude {
        man: MAN_MIN,
        exp: 1 - MAN_BITS as i64,
    };

    /// `man · 2^exp`, rounded up to 30 bits.
    pub fn new(man: u64, exp: i64) -> Magnitude {
        if man == 0 {
            return Self::ZERO;
        }
        let excess = (64 - man.leading_zeros()) as i64 - MAN_BITS as i64;
        let (man, exp) = if excess <= 0 {
            (man << -excess, exp.saturating_add(excess))
        } else {
            // Rounding up can carry to 2^30, which is 2^29 one binade higher.
            let up = ((man - 1) >> excess) + 1;
            if up == MAN_END {
                (MAN_MIN, exp.saturating_add(excess + 1))
            } else {
                (up, exp.saturating_add(excess))
            }
        };
        if exp > EXP_LIMIT {
            Self::INFINITY
        } else if exp < -EXP_LIMIT {
            Magnitude {
                man: MAN_MIN,
                exp: -EXP_LIMIT,
            }
        } else {
            Magnitude { man, exp }
        }
    }

    /// `2^exp`, exactly.
    pub fn power_of_two(exp: i64) -> Magnitude {
        Self::new(1, exp)
    }

    /// An upper bound of |x|; exact when `x` has at most 30 significant bits. NaN gives +∞.
    pub fn from_f64(x: f64) -> Magnitude {
        if !x.is_finite() {
            return Self::INFINITY;
        }
        let bits = x.abs().to_bits();
        let (exponent, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
        if exponent == 0 {
            Self::new(fraction, -1074)
        } else {
            Self::new(fraction | 1 << 52, exponent - 1075)
        }
    }

    /// An upper bound of |x|. Infinities and NaN give +∞.
    pub fn from_float(x: &Float) -> Magnitude {
        if x.is_zero() {
            return Self::ZERO;
        }
        if !x.is_finite() {
            return Self::INFINITY;
        }
        match leading_bits(x) {
            Some((man, exp, rest)) => Self::new(man + u64::from(rest), exp),
            // A non-zero finite float has a significand.
            None => Self::INFINITY,
        }
    }

    /// A *lower* bound of |x|; 0 for infinities and NaN.
    pub(super) fn lower_bound(x: &Float) -> Magnitude {
        match leading_bits(x) {
            Some((man, exp, _)) => Self { man, exp },
            None => Self::ZERO,
        }
    }

    /// A *lower* bound of `self − other`, or 0.
    pub(super) fn minus(self, other: Magnitude) -> Magnitude {
        if other.is_zero() || self.is_zero() {
            return self;
        }
        if !other.is_finite() || self <= other {
            return Self::ZERO;
        }
        // Normalised mantissas and self > other: the exponent of self is not the smaller one.
        let gap = self.exp - other.exp;
        let (man, exp) = if gap > 32 {
            // The other number is less than 2^(30 − 33) units of self.
            ((self.man << 32) - (1 << 30), self.exp - 32)
        } else {
            ((self.man << gap) - other.man, other.exp)
        };
        let excess = (64 - man.leading_zeros()) as i64 - MAN_BITS as i64;
        let (man, exp) = if excess > 0 {
            (man >> excess, exp + excess)
        } else {
            (man << -excess, exp + excess)
        };
        if exp < -EXP_LIMIT {
            Self::ZERO
        } else {
            Magnitude { man, exp }
        }
    }

    /// An upper bound of `self / x` for x not below the *lower* bound `divisor`; ∞ if that is 0.
    pub(super) fn over_bound(self, divisor: Magnitude) -> Magnitude {
        if divisor.is_zero() || !self.is_finite() {
            return Self::INFINITY;
        }
        if self.is_zero() {
            return Self::ZERO;
        }
        // Between 2^31 and 2^33, so one unit more costs at most 2^-31 of it.
        let quotient = (self.man << 32) / divisor.man + 1;
        Self::new(quotient, self.exp - divisor.exp - 32)
    }

    /// An upper bound of |n|.
    pub fn from_integer(n: &Integer) -> Magnitude {
        Self::from_float(&Float::with_val_round(64, n, Round::AwayZero).0)
    }

    /// An upper bound of |q|.
    pub fn from_rational(q: &Rational) -> Magnitude {
        Self::from_float(&Float::with_val_round(64, q, Round::AwayZero).0)
    }

    /// The odd mantissa and the exponent of `man · 2^exp`, (0, 0) for 0; `None` for ∞.
    pub fn parts(self) -> Option<(u64, i64)> {
        if !self.is_finite() {
            return None;
        }
        if self.is_zero() {
            return Some((0, 0));
        }
        let zeros = self.man.trailing_zeros();
        Some((self.man >> zeros, self.exp + i64::from(zeros)))
    }

    /// Whether this is exactly 0.
    pub fn is_zero(self) -> bool {
        self.man == 0
    }

    /// Whether this is a bound at all.
    pub fn is_finite(self) -> bool {
        self.exp != i64::MAX
    }

    /// An upper bound of the sum.
    #[must_use]
    pub fn plus(self, other: Magnitude) -> Magnitude {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        if !self.is_finite() || !other.is_finite() {
            return Self::INFINITY;
        }
        let (big, small) = if self.exp >= other.exp {
            (self, other)
        } else {
            (other, self)
        };
        let shift = big.exp - small.exp;
        if shift > 32 {
            return Self::new(big.man + 1, big.exp);
        }
        // At most 30 + 32 + 1 bits: the sum is exact before it is rounded up.
        Self::new((big.man << shift) + small.man, small.exp)
    }

    /// An upper bound of the product; 0·∞ is ∞, because the bound of a bound is unknown.
    #[must_use]
    pub fn times(self, other: Magnitude) -> Magnitude {
        if !self.is_finite() || !other.is_finite() {
            return Self::INFINITY;
        }
        Self::new(self.man * other.man, self.exp + other.exp)
    }

    /// `self · 2^shift`, exactly.
    #[must_use]
    pub fn shifted(self, shift: i64) -> Magnitude {
        if self.is_zero() || !self.is_finite() {
            return self;
        }
        Self::new(self.man, self.exp.saturating_add(shift))
    }

    /// An upper bound of `self / divisor` for a positive number `divisor`; ∞ for a divisor that is
    /// zero, infinite or NaN.
    #[must_use]
    pub fn over(self, divisor: &Float) -> Magnitude {
        if divisor.is_zero() || !divisor.is_finite() || !self.is_finite() {
            return Self::INFINITY;
        }
        if self.is_zero() {
            return Self::ZERO;
        }
        // A lower bound of the divisor: truncated to 53 bits.
        let (man, exp) = divisor.to_f64_exp_round(Round::Zero);
        let divisor_man = (man.abs() * 9_007_199_254_740_992.0) as u64;
        let quotient = (u128::from(self.man) << 56) / u128::from(divisor_man) + 1;
        // self.man < 2^30 and divisor_man >= 2^52, so the quotient is below 2^35.
        Self::new(quotient as u64, self.exp - 56 - (i64::from(exp) - 53))
    }

    /// An upper bound of the power; `x^0` is 1.
    #[must_use]
    pub fn power(self, exponent: u64) -> Magnitude {
        let mut result = Self::ONE;
        for bit in (0..64 - exponent.leading_zeros()).rev() {
            result = result.times(result);
            if exponent >> bit & 1 == 1 {
                result = result.times(self);
            }
        }
        result
    }

    /// An upper bound of the square root.
    #[must_use]
    pub fn sqrt(self) -> Magnitude {
        if self.is_zero() || !self.is_finite() {
            return self;
        }
        let (man, exp) = if self.exp.rem_euclid(2) == 0 {
            (self.man << 30, self.exp - 30)
        } else {
            (self.man << 31, self.exp - 31)
        };
        let root = man.isqrt();
        Self::new(if root * root == man { root } else { root + 1 }, exp / 2)
    }

    /// The larger of two bounds.
    #[must_use]
    pub fn max(self, other: Magnitude) -> Magnitude {
        if self < other { other } else { self }
    }

    /// The number of bits before the binary point: the least `e` with `self <= 2^e`; `None` for 0 and ∞.
    pub fn exponent(self) -> Option<i64> {
        if self.is_zero() || !self.is_finite() {
            return None;
        }
        let bits = if self.man == MAN_MIN {
            MAN_BITS - 1
        } else {
            MAN_BITS
        };
        Some(self.exp + i64::from(bits))
    }

    /// The bound as a float of 32 bits: exact, or rounded up at the ends of MPFR's exponent range.
    pub fn to_float(self) -> Float {
        if !self.is_finite() {
            return Float::with_val(32, rug::float::Special::Infinity);
        }
        let Ok(exp) = i32::try_from(self.exp) else {
            return if self.exp > 0 {
                Float::with_val(32, rug::float::Special::Infinity)
            } else {
                Float::with_val_round(32, Float::i_exp(1, rug::float::exp_min()), Round::Up).0
            };
        };
        let mut value = Float::with_val(32, self.man);
        // Multiplying by a power of two is exact unless it leaves the exponent range; then towards +∞.
        if exp >= 0 {
            value <<= exp
        } else {
            value >>= exp.unsigned_abs()
        }
        if value.is_zero() && !self.is_zero() {
            value = Float::with_val_round(32, Float::i_exp(1, rug::float::exp_min()), Round::Up).0;
        }
        value
    }

    /// A double not below the bound.
    pub fn to_f64(self) -> f64 {
        self.to_float().to_f64_round(Round::Up)
    }

    /// The negative of [`Magnitude::to_float`].
    pub(super) fn to_negative_float(self) -> Float {
        let mut value = self.to_float();
        value.neg_assign();
        value
    }
}

/// The leading 30 bits of |x| as `man · 2^exp` with a normalised mantissa, and whether any bit
/// behind them is set; `None` for 0, infinities and NaN.
fn leading_bits(x: &Float) -> Option<(u64, i64, bool)> {
    let exp = x.get_exp()?;
    let significand = x.get_significand()?;
    let (&top, lower) = significand.as_limbs().split_last()?;
    // MPFR keeps the top bit of the top limb set; a limb has 32 or 64 bits.
    let behind = top.count_zeros() + top.count_ones() - MAN_BITS;
    let man = top >> behind;
    let rest = man << behind != top || lower.iter().any(|&limb| limb != 0);
    #[allow(clippy::useless_conversion)] // Limbs have 32 bits on some machines.
    let man = u64::from(man);
    Some((man, i64::from(exp) - i64::from(MAN_BITS), rest))
}

impl PartialOrd for Magnitude {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Magnitude {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            // Normalised mantissas compare by exponent first.
            (false, false) => (self.exp, self.man).cmp(&(other.exp, other.man)),
        }
    }
}

impl fmt::Debug for Magnitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_finite() {
            write!(f, "{}*2^{}", self.man, self.exp)
        } else {
            f.write_str("inf")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(m: Magnitude) -> Rational {
        let power = Rational::from(Integer::from(1) << m.exp.unsigned_abs() as u32);
        if m.exp >= 0 {
            Rational::from(m.man) * power
        } else {
            Rational::from(m.man) / power
        }
    }

    fn samples() -> Vec<Magnitude> {
        let mut all = vec![Magnitude::ZERO, Magnitude::ONE];
        let mut state = 1u64;
        for _ in 0..60 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            all.push(Magnitude::new(
                (state >> 20) >> (state % 44),
                (state >> 8) as i64 % 80 - 40,
            ));
        }
        all.push(Magnitude::new(MAN_END - 1, 0));
        all
    }

    #[test]
    fn operations_bound_from_above_and_are_tight() {
        let slack = Rational::from((MAN_MIN + 2, MAN_MIN));
        let mut cases = 0;
        for a in samples() {
            for b in samples() {
                let (x, y) = (exact(a), exact(b));
                for (bound, value) in [
                    (exact(a.plus(b)), Rational::from(&x + &y)),
                    (exact(a.times(b)), Rational::from(&x * &y)),
                    (exact(a.power(3)), Rational::from(&x * &x) * &x),
                ] {
                    assert!(bound >= value, "{a:?} {b:?}");
                    assert!(
                        bound <= value * Rational::from(&slack * &slack) * &slack,
                        "{a:?} {b:?}"
                    );
                }
                let difference = exact(a.minus(b));
                let true_difference = Rational::from(&x - &y);
                assert!(difference <= true_difference.clone().max(Rational::new()));
                assert!(Rational::from(&difference * &slack) >= true_difference);
                if !b.is_zero() {
                    let bound = exact(a.over_bound(b));
                    assert!(bound >= Rational::from(&x / &y));
                    assert!(bound <= Rational::from(&x / &y) * &slack * &slack);
                    let quotient = exact(a.over(&b.to_float()));
                    assert!(
                        quotient >= Rational::from(&x / &y)
                            && quotient
                                <= Rational::from(&x / &y) * &slack + Rational::from((1, u64::MAX))
                    );
                }
                assert_eq!(a.cmp(&b), x.cmp(&y));
                cases += 1;
            }
            let root = exact(a.sqrt());
            assert!(Rational::from(&root * &root) >= exact(a));
            assert!(Magnitude::from_float(&a.to_float()) == a);
        }
        assert!(cases > 3000);
    }

    #[test]
    fn conversions_round_up() {
        let third = Float::with_val(200, Rational::from((1, 3)));
        assert!(Magnitude::from_float(&third).to_float() > third);
        assert!(Magnitude::lower_bound(&third).to_float() < third);
        assert!(Magnitude::lower_bound(&Float::with_val(200, -3)) == Magnitude::new(3, 0));
        let nearly = Float::with_val(200, 1) - Float::with_val(200, Float::i_exp(1, -150));
        assert!(Magnitude::from_float(&nearly) == Magnitude::ONE);
        assert!(Magnitude::lower_bound(&nearly) < Magnitude::ONE);
        assert_eq!(Magnitude::from_f64(-0.5), Magnitude::power_of_two(-1));
        assert!(Magnitude::from_f64(0.1).to_f64() >= 0.1);
        assert!(Magnitude::from_f64(f64::MIN_POSITIVE / 8.0).to_f64() >= f64::MIN_POSITIVE / 8.0);
        assert!(!Magnitude::from_f64(f64::NAN).is_finite());
        assert_eq!(Magnitude::power_of_two(7).exponent(), Some(7));
        assert_eq!(Magnitude::new(3, 0).exponent(), Some(2));
    }

    #[test]
    fn no_information_absorbs_everything() {
        assert!(!Magnitude::ZERO.times(Magnitude::INFINITY).is_finite());
        assert!(!Magnitude::ONE.plus(Magnitude::INFINITY).is_finite());
        assert!(!Magnitude::ONE.over(&Float::with_val(53, 0)).is_finite());
    }
}
