//! What the integration tests share: seeded random balls, biased to the corners where enclosures
//! go wrong, and the number of cases to run.
//!
//! A test that uses this counts the cases it has run and asserts the count. Balls print in their
//! lossless dyadic form, which `Ball::from_dyadic_text` reads back.

// Each test binary compiles its own copy and uses a part of it.
#![allow(dead_code)]

use isobath::number::{Ball, Bits, Magnitude};
use rug::float::Round;
use rug::{Float, Integer};

/// The number of cases to run: `default`, or a hundred times as many with `ISOBATH_TEST_LONG=1`.
pub fn cases(default: usize) -> usize {
    if is_long() { default * 100 } else { default }
}

/// Whether the long suite was asked for.
pub fn is_long() -> bool {
    std::env::var_os("ISOBATH_TEST_LONG").is_some_and(|value| value == "1")
}

/// A ball in the form that can be pasted back into `Ball::from_dyadic_text`.
pub fn show(ball: &Ball) -> String {
    format!("\"{}\"", ball.to_dyadic_text())
}

/// Where random balls should lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// Anywhere, up to 2^±200 in magnitude.
    Line,
    /// Mostly above 0, sometimes touching it or reaching below.
    Positive,
    /// Mostly within [−1, 1], often next to its ends, sometimes across them.
    Unit,
    /// Mostly above 1, often next to it, sometimes across.
    AboveOne,
    /// Magnitudes that exp and its kin can stand, often next to multiples of π/2.
    Angle,
}

/// A small deterministic generator (splitmix64): the same seed gives the same cases everywhere.
pub struct Random {
    state: u64,
}

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// An integer of `[first, last]`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.below((last - first + 1) as u64) as i64
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A precision from 2 to 4000 bits: as often below 64 as above, seldom very large.
    pub fn precision(&mut self) -> Bits {
        let bits = match self.below(8) {
            0 => self.between(2, 8),
            1..=3 => self.between(9, 64),
            4..=6 => self.between(65, 400),
            _ => self.between(401, 4000),
        };
        Bits::new(bits as u32)
    }

    /// A float in [1/2, 1) of the given precision; often 1/2, often with long runs of equal bits.
    fn mantissa(&mut self, prec: u32) -> Float {
        let mut bits = Integer::from(1);
        if !self.one_in(4) {
            while bits.significant_bits() < prec {
                let run = 1 + self.below(64) as u32;
                let word = match self.below(4) {
                    0 => Integer::new(),
                    1 => (Integer::from(1) << run) - 1u32,
                    _ => Integer::from(self.bits() >> (64 - run)),
                };
                bits = (bits << run) + word;
            }
        }
        let excess = bits.significant_bits().saturating_sub(prec);
        bits >>= excess;
        let length = bits.significant_bits();
        Float::with_val(prec, &bits) >> length
    }

    /// A float of a corner: 0, ±2^k, 1 ± ε, an integer, huge, tiny, or nothing special.
    pub fn float(&mut self, region: Region, prec: Bits) -> Float {
        let p = prec.get();
        let mut x = match self.below(12) {
            0 => Float::new(p),
            1 => Float::with_val(p, Float::i_exp(1, self.between(-60, 60) as i32)),
            2 | 3 => self.near_one(p),
            4 => Float::with_val(p, self.between(-20, 20)),
            5 => self.mantissa(p) << self.between(-200, 200) as i32,
            6 => self.near_quarter_turn(p),
            _ => self.mantissa(p) << self.between(-8, 8) as i32,
        };
        if self.one_in(2) {
            x = Float::with_val(p, -&x);
        }
        match region {
            Region::Line => x,
            Region::Positive => x.abs(),
            Region::Unit => {
                if x.clone().abs() > 1 && !self.one_in(16) {
                    Float::with_val(p, x.recip_ref())
                } else {
                    x
                }
            }
            Region::AboveOne => {
                let x = x.abs();
                if x < 1 && x != 0 && !self.one_in(16) {
                    Float::with_val(p, x.recip_ref())
                } else {
                    x
                }
            }
            Region::Angle => match x.get_exp() {
                Some(exp) if exp > 16 => x >> (exp - self.between(-4, 16) as i32),
                _ => x,
            },
        }
    }

    /// 1 ± 2^−k.
    fn near_one(&mut self, prec: u32) -> Float {
        let step = Float::with_val(
            prec,
            Float::i_exp(1, -(1 + self.below(u64::from(prec)) as i32)),
        );
        if self.one_in(2) {
            Float::with_val(prec, 1 + &step)
        } else {
            Float::with_val(prec, 1 - &step)
        }
    }

    /// n π/2, rounded.
    fn near_quarter_turn(&mut self, prec: u32) -> Float {
        let pi = Float::with_val(prec, rug::float::Constant::Pi);
        Float::with_val(prec, &pi * self.between(-9, 9)) >> 1
    }

    /// A radius: 0, one ulp, some part of the midpoint, or far more than the midpoint.
    fn radius(&mut self, mid: &Float, prec: Bits) -> Magnitude {
        let exp = i64::from(mid.get_exp().unwrap_or(0));
        let man = 1 + self.below(1 << 30);
        match self.below(10) {
            0..=2 => Magnitude::ZERO,
            3 => Magnitude::power_of_two(exp - i64::from(prec.get())),
            4 | 5 => Magnitude::new(man, exp - 30 - self.between(1, 60)),
            6 => Magnitude::new(man, exp - 30 - self.between(0, i64::from(prec.get()))),
            // Just the midpoint: the ball touches 0.
            7 => Magnitude::from_float(mid),
            8 => Magnitude::new(man, exp - 30 + self.between(-4, 4)),
            _ => Magnitude::new(man, exp - 30 + self.between(0, 40)),
        }
    }

    /// A ball of the region with a midpoint of at most `prec` bits.
    pub fn ball(&mut self, region: Region, prec: Bits) -> Ball {
        let mid = self.float(region, prec);
        let mut rad = self.radius(&mid, prec);
        if region == Region::Angle && rad > Magnitude::power_of_two(16) {
            rad = Magnitude::power_of_two(self.between(-8, 16));
        }
        // Two thirds of the wide balls would leave a bounded region: make them narrow.
        let bounded = matches!(region, Region::Unit | Region::AboveOne | Region::Positive);
        if bounded && !self.one_in(3) {
            rad = rad.min(Magnitude::from_float(&mid).shifted(-self.between(1, 40)));
        }
        Ball::new(mid, rad)
    }

    /// An exact ball of the region.
    pub fn exact(&mut self, region: Region, prec: Bits) -> Ball {
        Ball::exact(self.float(region, prec))
    }

    /// A number of the ball, exactly: an end, the midpoint, or one between. `None` if it would
    /// need more bits than a test should handle.
    pub fn point(&mut self, ball: &Ball) -> Option<Float> {
        if !ball.is_finite() {
            return None;
        }
        let rad = ball.rad().to_float();
        // mid + rad · n / 2^20 with |n| <= 2^20.
        let n = match self.below(6) {
            0 => 0,
            1 => -(1 << 20),
            2 => 1 << 20,
            _ => self.between(-(1 << 20), 1 << 20),
        };
        let offset: Float = Float::with_val(64, &rad * n) >> 20;
        let (top, bottom) = (
            ball.mid()
                .get_exp()
                .unwrap_or(0)
                .max(offset.get_exp().unwrap_or(0)),
            (ball.mid().get_exp().unwrap_or(0) - ball.mid().prec() as i32)
                .min(offset.get_exp().unwrap_or(0) - 64),
        );
        let width = top.checked_sub(bottom)?;
        if width > 20_000 {
            return None;
        }
        let (sum, ternary) =
            Float::with_val_round(width as u32 + 2, ball.mid() + &offset, Round::Nearest);
        assert!(ternary.is_eq(), "the sum is exact at its full width");
        Some(sum)
    }
}
