//! Sampling rates per core: normal numbers, moments of pairs, layers and deep networks; and what a
//! second thread adds.
//!
//! `sh benches/peers/sampling.sh` runs this with the widest vectors and with AVX2, runs the same tasks in
//! NumPy, and prints the ratios and the gain of the second thread. `ISOBATH_SIMD` = `avx512`, `avx2` or
//! `portable` picks the instruction set.

use std::hint::black_box;
use std::num::NonZeroUsize;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use isobath::montecarlo::{
    Activation, ActivationPair, AngleMoment, Experiment, Gate, GramChain, LANES, Layers,
    PairMoment, ReluNetwork, RunOptions, SimdPath, SmallAngleNetwork, StreamKey, fill_normals, run,
};

fn path() -> SimdPath {
    let wanted = std::env::var("ISOBATH_SIMD").unwrap_or_default();
    SimdPath::ALL
        .into_iter()
        .find(|path| path.name() == wanted)
        .unwrap_or_else(SimdPath::detect)
}

fn normals(c: &mut Criterion) {
    let mut group = c.benchmark_group("normals");
    let mut out = vec![[0.0; LANES]; 1024];
    let mut lanes = StreamKey::new(0, "normals").lanes(0);
    group.throughput(Throughput::Elements((LANES * out.len()) as u64));
    group.bench_function("fill", |b| {
        b.iter(|| fill_normals(&mut lanes, black_box(&mut out), path()));
    });
    group.finish();
}

fn sample(c: &mut Criterion, name: &str, experiment: &impl Experiment, n: u64) {
    let mut group = c.benchmark_group("sample");
    group.throughput(Throughput::Elements(n));
    group.bench_function(name, |b| {
        b.iter(|| {
            let options = RunOptions {
                threads: NonZeroUsize::new(1),
                path: Some(path()),
                ..RunOptions::samples(n, 0)
            };
            run(experiment, black_box(&options)).map(|p| p.estimate().mean)
        });
    });
    group.finish();
}

fn experiments(c: &mut Criterion) {
    let angle = 1.0f64 / 3.0;
    let circle = (angle.cos(), angle.sin());
    for (a, b) in [(1, 1), (3, 2)] {
        let moment = PairMoment::new("bench", (a, b), circle, Gate::Relu).expect("an angle");
        sample(c, &format!("J({a},{b})"), &moment, 1_000_000);
    }
}

/// Activations of correlated pairs, and the same moment by fewer random numbers.
fn activations(c: &mut Criterion) {
    let circle = (0.28, 0.96);
    for f in [Activation::Tanh, Activation::Gelu] {
        let pair = ActivationPair::new("bench", f, f, circle).expect("an angle");
        sample(c, &format!("pair of {}", f.name()), &pair, 500_000);
    }
    let pair = || PairMoment::new("bench", (1, 1), circle, Gate::Relu).expect("an angle");
    let angle = AngleMoment::new(pair()).expect("small exponents");
    sample(c, "J(1,1), angle only", &angle, 1_000_000);
    let layers = Layers {
        activation: Activation::Tanh,
        weight_variance: 2.0,
        bias_variance: 0.1,
        widths: vec![128; 4],
    };
    let chain = GramChain::tangent("bench", layers, 0.0).expect("a network");
    sample(c, "tanh tangent chain, 4 layers of 128", &chain, 5_000);
}

/// Experiments on one and on two threads, long enough that starting the second does not count.
fn threads(c: &mut Criterion) {
    let angle = 1.0f64 / 3.0;
    let moment =
        PairMoment::new("bench", (3, 2), (angle.cos(), angle.sin()), Gate::Relu).expect("an angle");
    on_threads(c, "J(3,2)", &moment, 100_000_000);
    let deep = ReluNetwork::new("bench", 0.1f64.tan().recip(), vec![100; 100]).expect("a network");
    on_threads(c, "network of width and depth 100", &deep, 40_960);
}

/// A generic function: behind `dyn` the experiment would run at the portable speed.
fn on_threads(c: &mut Criterion, name: &str, experiment: &impl Experiment, n: u64) {
    let mut group = c.benchmark_group("threads");
    group.throughput(Throughput::Elements(n)).sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    for threads in [1, 2] {
        group.bench_function(format!("{name} on {threads}"), |b| {
            b.iter(|| {
                let options = RunOptions {
                    threads: NonZeroUsize::new(threads),
                    path: Some(path()),
                    ..RunOptions::samples(n, 0)
                };
                run(experiment, black_box(&options)).map(|p| p.estimate().mean)
            });
        });
    }
    group.finish();
}

fn networks(c: &mut Criterion) {
    // One layer of width 64, two inputs at angle 1/3; and 10⁴ networks of width and depth 100.
    let cot = (1.0f64 / 3.0).tan().recip();
    let layer = ReluNetwork::new("bench layer", cot, vec![64]).expect("a layer");
    sample(c, "layer of width 64", &layer, 102_400);
    let cot = 0.1f64.tan().recip();
    let deep = ReluNetwork::new("bench network", cot, vec![100; 100]).expect("a network");
    sample(c, "network of width and depth 100", &deep, 10_000);
    // The same in the limit of equal inputs, by binomial and chi-square numbers.
    let limit = SmallAngleNetwork::new("bench limit", vec![100; 100]).expect("a network");
    sample(c, "nearby inputs, width and depth 100", &limit, 10_000);
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = normals, experiments, networks, activations, threads
}
criterion_main!(benches);
