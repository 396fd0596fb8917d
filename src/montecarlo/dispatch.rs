//! Run-time choice of the instruction set. The one file that contains `unsafe`.
//!
//! A [`Vectorised`] computation is ordinary code, inlined into three functions that the compiler
//! may translate with AVX-512, with AVX2 and FMA, or with what every processor of the target has
//! (on aarch64 that includes NEON and fused multiply-add). None of its operations can be rounded
//! differently on another path: the compiler neither reorders nor contracts floating-point
//! arithmetic, and `mul_add` is correctly rounded with and without hardware. So the path changes
//! the speed and no bit.
#![allow(unsafe_code)]

/// An instruction set that the lanes can run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SimdPath {
    /// What every processor of the target has.
    Portable,
    /// 256-bit vectors and fused multiply-add (x86-64).
    Avx2,
    /// 512-bit vectors (x86-64: the F, DQ, VL and BW subsets).
    Avx512,
}

impl SimdPath {
    /// All paths, the widest first.
    pub const ALL: [SimdPath; 3] = [SimdPath::Avx512, SimdPath::Avx2, SimdPath::Portable];

    /// Whether this machine has it.
    pub fn is_available(self) -> bool {
        match self {
            SimdPath::Portable => true,
            #[cfg(target_arch = "x86_64")]
            SimdPath::Avx2 => {
                is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                    && is_x86_feature_detected!("bmi2")
            }
            #[cfg(target_arch = "x86_64")]
            SimdPath::Avx512 => {
                SimdPath::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512bw")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The widest path of this machine.
    pub fn detect() -> SimdPath {
        SimdPath::ALL
            .into_iter()
            .find(|path| path.is_available())
            .unwrap_or(SimdPath::Portable)
    }

    /// The name as users write it: `avx512`, `avx2`, `portable`.
    pub fn name(self) -> &'static str {
        match self {
            SimdPath::Portable => "portable",
            SimdPath::Avx2 => "avx2",
            SimdPath::Avx512 => "avx512",
        }
    }
}

/// A computation that is translated once for each instruction set.
pub trait Vectorised {
    /// What it computes.
    type Output;

    /// Does it. Mark the implementation, and what it calls in its loops, `#[inline(always)]`:
    /// code that is not inlined is right but runs at the portable speed.
    fn call(self) -> Self::Output;
}

/// Runs a computation on the given path, or on the portable one if the machine lacks it.
pub fn run_on<V: Vectorised>(path: SimdPath, work: V) -> V::Output {
    match path {
        // SAFETY: the features that the function enables have just been detected.
        #[cfg(target_arch = "x86_64")]
        SimdPath::Avx512 if path.is_available() => unsafe { avx512(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        SimdPath::Avx2 if path.is_available() => unsafe { avx2(work) },
        _ => work.call(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi2")]
fn avx512<V: Vectorised>(work: V) -> V::Output {
    work.call()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
fn avx2<V: Vectorised>(work: V) -> V::Output {
    work.call()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::montecarlo::kernels;
    use crate::montecarlo::stream::{LANES, Lane, Lanes, StreamKey};

    /// One of every kernel a step, so that a path that rounds anything differently shows.
    struct Everything {
        lanes: Lanes,
        steps: usize,
    }

    impl Vectorised for Everything {
        type Output = Vec<Lane>;

        #[inline(always)]
        fn call(mut self) -> Vec<Lane> {
            let mut out = vec![[0.0; LANES]; 8 * self.steps];
            for rows in out.chunks_exact_mut(8) {
                let [normal, other, log, e, sine, cosine, pow, relu] = rows else {
                    continue;
                };
                for l in 0..LANES {
                    let (a, b) = (self.lanes.bits(l), self.lanes.bits(l));
                    let (x, y) = kernels::normal_pair(a, b);
                    let u = kernels::uniform(b);
                    (normal[l], other[l]) = (x, y);
                    log[l] = kernels::ln(u);
                    e[l] = kernels::exp(80.0 * x);
                    (sine[l], cosine[l]) = kernels::sin_cos_turns(40.0 * y);
                    pow[l] = kernels::power(x, 7);
                    relu[l] = kernels::relu(x);
                }
            }
            out
        }
    }

    #[test]
    fn every_path_of_this_machine_gives_the_same_bits() {
        let run = |path| {
            let lanes = StreamKey::new(0, "paths").lanes(0);
            let out = run_on(path, Everything { lanes, steps: 2000 });
            out.into_iter()
                .flatten()
                .map(f64::to_bits)
                .collect::<Vec<_>>()
        };
        let portable = run(SimdPath::Portable);
        assert_eq!(portable.len(), 8 * LANES * 2000);
        let mut paths = 0;
        for path in SimdPath::ALL {
            if path.is_available() {
                assert!(run(path) == portable, "{path:?} differs");
                paths += 1;
            }
        }
        assert!(paths >= 1);
        println!("{paths} paths, the widest {:?}", SimdPath::detect());
    }
}
