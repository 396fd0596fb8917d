//! Streams: which random bits each sample sees, on any machine.
//!
//! Samples are drawn in [`LANES`] logical lanes at every SIMD width, in blocks of
//! [`BLOCK_SAMPLES`] samples: sample `i` of a block belongs to lane `i mod 8`, step `i div 8`. Each
//! lane of each block owns a xoshiro256++ generator (Blackman & Vigna, *Scrambled linear
//! pseudorandom number generators*, ACM TOMS 47 (2021) 36) whose state is a hash of (seed,
//! experiment, block, lane). A block can therefore be drawn by any thread of any machine at any
//! time, and its samples are the same bits. The experiment's word is a fixed hash of its canonical
//! call text, so two experiments with one seed are independent.
//!
//! The layout (lanes, block size, hash, generator, kernels, merge tree) carries the version
//! [`STREAM_VERSION`]: changing any bit of any sample raises it.

/// The version of the layout; printed with every estimate and kept in every partial result.
pub const STREAM_VERSION: u32 = 1;

/// Logical lanes: the same number at every SIMD width.
pub const LANES: usize = 8;

/// Steps of a block: samples that each lane draws.
pub const BLOCK_STEPS: usize = 128;

/// Samples of a block: a unit of work small enough to spread 10⁴ deep networks over threads, and
/// large enough that seeding and merging cost a few per cent of the cheapest experiment.
pub const BLOCK_SAMPLES: u64 = (BLOCK_STEPS * LANES) as u64;

/// One value per lane.
pub type Lane = [f64; LANES];

/// The fractional part of the golden ratio as a 64-bit fraction: the increment of SplitMix64.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of SplitMix64 (Steele, Lea & Flood 2014, variant 13 of Stafford): a bijection.
#[inline(always)]
const fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// FNV-1a, 64 bits, of a canonical call text: the experiment's word in the stream hash.
///
/// ```
/// use isobath::montecarlo::experiment_hash;
/// assert_eq!(experiment_hash(""), 0xcbf2_9ce4_8422_2325);
/// assert_eq!(experiment_hash("a"), 0xaf63_dc4c_8601_ec8c);
/// ```
pub const fn experiment_hash(canonical: &str) -> u64 {
    let bytes = canonical.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

/// What all blocks of one experiment share: the hash of (seed, experiment).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamKey(u64);

impl StreamKey {
    /// The key of a seed and a canonical call text.
    pub const fn new(seed: u64, canonical: &str) -> StreamKey {
        let hash = mix(seed.wrapping_add(GOLDEN));
        StreamKey(mix((hash ^ experiment_hash(canonical)).wrapping_add(GOLDEN)))
    }

    /// The generators of the eight lanes at the start of a block.
    ///
    /// Lane `l` of block `b` gets the four words `mix(h + k·GOLDEN)`, `k = 1..4`, where
    /// `h = mix((key ^ (8 b + l)) + GOLDEN)`. For `b < 2^61` the map (b, l) ↦ h is injective, so no
    /// two lanes of one experiment start alike. The four words are images of distinct numbers under
    /// a bijection, so at most one is zero: never the forbidden all-zero state.
    #[inline(always)]
    pub fn lanes(self, block: u64) -> Lanes {
        let mut lanes = Lanes {
            s0: [0; LANES],
            s1: [0; LANES],
            s2: [0; LANES],
            s3: [0; LANES],
        };
        for l in 0..LANES {
            let place = block.wrapping_mul(LANES as u64).wrapping_add(l as u64);
            let h = mix((self.0 ^ place).wrapping_add(GOLDEN));
            lanes.s0[l] = mix(h.wrapping_add(GOLDEN));
            lanes.s1[l] = mix(h.wrapping_add(GOLDEN.wrapping_mul(2)));
            lanes.s2[l] = mix(h.wrapping_add(GOLDEN.wrapping_mul(3)));
            lanes.s3[l] = mix(h.wrapping_add(GOLDEN.wrapping_mul(4)));
        }
        lanes
    }
}

/// Eight xoshiro256++ generators, one a lane, stored word by word so that a loop over the lanes is
/// one vector operation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[repr(align(64))]
pub struct Lanes {
    s0: [u64; LANES],
    s1: [u64; LANES],
    s2: [u64; LANES],
    s3: [u64; LANES],
}

impl Lanes {
    /// The next 64 random bits of lane `l`. Call it for every lane, in a loop over the lanes.
    ///
    /// # Panics
    /// If `l` is not below [`LANES`].
    #[inline(always)]
    pub fn bits(&mut self, l: usize) -> u64 {
        let (s0, s1, s2, s3) = (self.s0[l], self.s1[l], self.s2[l], self.s3[l]);
        let bits = s0.wrapping_add(s3).rotate_left(23).wrapping_add(s0);
        let (s2, s3) = (s2 ^ s0, s3 ^ s1);
        self.s0[l] = s0 ^ s3;
        self.s1[l] = s1 ^ s2;
        self.s2[l] = s2 ^ (s1 << 17);
        self.s3[l] = s3.rotate_left(45);
        bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// xoshiro256++ from the reference C source, one generator, written as it is there.
    fn reference(s: &mut [u64; 4]) -> u64 {
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    #[test]
    fn lanes_are_xoshiro256plusplus() {
        // First outputs of the reference implementation from the state (1, 2, 3, 4).
        let mut s = [1, 2, 3, 4];
        let first: Vec<u64> = (0..3).map(|_| reference(&mut s)).collect();
        assert_eq!(first, [41943041, 58720359, 3588806011781223]);
        let mut lanes = StreamKey::new(7, "J(1, 1, 1)").lanes(3);
        for l in 0..LANES {
            let mut s = [lanes.s0[l], lanes.s1[l], lanes.s2[l], lanes.s3[l]];
            for _ in 0..1000 {
                assert_eq!(lanes.bits(l), reference(&mut s));
            }
        }
    }

    #[test]
    fn the_first_bits_are_pinned() {
        let mut lanes = StreamKey::new(1, "J(a=1, b=1, theta=1)").lanes(0);
        let first: Vec<u64> = (0..LANES).map(|l| lanes.bits(l)).collect();
        assert_eq!(first, PINNED);
    }

    /// Recomputed from the definitions above in exact integers (Python).
    const PINNED: [u64; LANES] = [
        9829992854676947846,
        12179353617774672731,
        15085254695912096941,
        4645120654667665180,
        13223992076086047385,
        11767783007696857352,
        743620460201450727,
        1571309652559193104,
    ];

    #[test]
    fn no_two_lanes_start_alike() {
        let mut seen = HashSet::new();
        for seed in 0..4 {
            for call in ["a", "b"] {
                let key = StreamKey::new(seed, call);
                for block in 0..1000 {
                    let lanes = key.lanes(block);
                    for l in 0..LANES {
                        assert!(seen.insert((lanes.s0[l], lanes.s1[l])));
                    }
                }
            }
        }
        assert_eq!(seen.len(), 4 * 2 * 1000 * LANES);
    }

    #[test]
    fn bits_of_neighbouring_lanes_and_blocks_are_balanced() {
        // One bit over n draws: |ones − n/2| ≤ 5.85 √n / 2 (the project's threshold).
        let key = StreamKey::new(0, "balance");
        let mut ones = [0u32; 64];
        let mut agree = [0u32; 64];
        let n = 4000 * LANES as u32;
        let mut previous = 0;
        for block in 0..4000 {
            let mut lanes = key.lanes(block);
            for l in 0..LANES {
                let word = lanes.bits(l);
                for bit in 0..64 {
                    ones[bit] += (word >> bit & 1) as u32;
                    agree[bit] += (!(word ^ previous) >> bit & 1) as u32;
                }
                previous = word;
            }
        }
        for count in ones.iter().chain(&agree) {
            let z = (f64::from(*count) - f64::from(n) / 2.0) / (f64::from(n).sqrt() / 2.0);
            assert!(z.abs() < 5.85, "z = {z}");
        }
    }
}
