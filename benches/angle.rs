//! Exact laws of one layer: decay rate, its variance and the mean of digamma over the active neurons at
//! 1000 digits, and the exact mean cosine by two-dimensional quadrature.
//! The same sums in Arb (python-flint): `benches/peers/arb_angle.py`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use isobath::limits::Limits;
use isobath::number::Digits;
use isobath::theory::angle::cosine::quadrature;
use isobath::theory::angle::cosine::substitution::Form;
use isobath::theory::angle::{fixed_sum, rate, rate_variance};
use isobath::theory::moments::Angle;
use rug::Rational;

fn sums(criterion: &mut Criterion) {
    let limits = Limits::default();
    let prec = Digits::literal(1000).to_bits();
    let mut group = criterion.benchmark_group("n = 1000, 1000 digits");
    group.bench_function("angle.rate", |bencher| {
        bencher.iter(|| rate::rate(black_box(1000), prec, &limits));
    });
    group.bench_function("angle.rate_variance", |bencher| {
        bencher.iter(|| rate_variance::by_recurrence(black_box(1000), prec, &limits));
    });
    group.bench_function("mean digamma(K/2)", |bencher| {
        bencher.iter(|| fixed_sum::mean_digamma(black_box(1000), prec, &limits));
    });
    group.finish();
    let prec = Digits::literal(60).to_bits();
    let mut group = criterion.benchmark_group("n = 1000000, 60 digits");
    group.sample_size(10);
    group.bench_function("angle.rate", |bencher| {
        bencher.iter(|| rate::rate(black_box(1_000_000), prec, &limits));
    });
    group.bench_function("angle.rate_variance", |bencher| {
        bencher.iter(|| rate_variance::rate_variance(black_box(1_000_000), prec, &limits));
    });
    group.finish();
}

fn cosine(criterion: &mut Criterion) {
    let limits = Limits::default();
    let prec = Digits::literal(60).to_bits();
    let mut group = criterion.benchmark_group("E cos(theta'), 60 digits");
    group.sample_size(10);
    for (numerator, denominator, n) in [(1, 1, 20), (1, 200, 20), (1, 1, 5000)] {
        let theta = Rational::from((numerator, denominator));
        let theta = Angle::from_radians(theta).expect("inside [0, pi]");
        group.bench_function(
            format!("theta = {numerator}/{denominator}, n = {n}"),
            |bencher| {
                bencher.iter(|| {
                    quadrature::enclose(1, black_box(&theta), n, Form::Stretched, prec, &limits)
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, sums, cosine);
criterion_main!(benches);
