#!/bin/sh
# Sampling rates of isobath and NumPy on this machine, in one go, with their ratios and the gain of a second
# thread. Run it on an idle machine, from the root of the repository. About ten minutes; with `quick` as
# the argument, about two, for a first impression.
set -e
case "$1" in
quick) short="--warm-up-time 0.5 --measurement-time 1 --sample-size 10" ;;
*) short="" ;;
esac
cargo bench --bench sampling -- --save-baseline widest $short
ISOBATH_SIMD=avx2 cargo bench --bench sampling -- --save-baseline avx2 $short
OMP_NUM_THREADS=1 python3 benches/peers/numpy_sampling.py --against widest avx2
