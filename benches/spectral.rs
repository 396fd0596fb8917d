//! What certified Gaussian expectations cost: κ'(1) of tanh by the trapezoid with residues and by the
//! adaptive rule, the integrals of Mish, Gauss-Legendre rules.
//!
//! The same rule and the general integrator in Arb: `benches/peers/spectral_parameter.py`. Goals for
//! κ'(1) of tanh at 1000 digits, certified: at most half of the rule in Arb, a 200th of `acb.integral`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use isobath::limits::Limits;
use isobath::number::quadrature::{
    gaussian_expectation, mish_moments, sech_squared_moments, tail_moment,
};
use isobath::number::{Ball, Bits, ComplexBall, Digits};
use rug::Rational;

/// κ'(1) = E σ'²/E σ² = (5s₀ − s₂)/(6(1 − s₀)).
fn tanh(prec: Bits, limits: &Limits) -> Option<Ball> {
    let s = sech_squared_moments(&Rational::from(1), 2, prec, limits).ok()?;
    let slope = s[0].mul_i64(5, prec).sub(&s[1], prec).div_i64(6, prec);
    Some(slope.div(&s[0].neg().add_i64(1, prec), prec))
}

/// The same from the two expectations, with nothing known of tanh but its values on boxes.
fn tanh_adaptive(prec: Bits, limits: &Limits) -> Option<Ball> {
    let slope = |z: &ComplexBall, p: Bits| Ok(z.sech_squared(p.plus(8)).square(p));
    let square = |z: &ComplexBall, p: Bits| Ok(z.tanh(p.plus(8)).square(p));
    let tail = |x: &rug::Float| tail_moment(0, x);
    let slope = gaussian_expectation(slope, tail, prec, limits).ok()?;
    let square = gaussian_expectation(square, tail, prec, limits).ok()?;
    Some(slope.value.div(&square.value, prec))
}

fn spectral(criterion: &mut Criterion) {
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("spectral");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2));
    let bits = |digits| Digits::literal(digits).to_bits().plus(8);
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    for digits in [60, 300, 1000, 3000, 10_000] {
        let prec = bits(digits);
        group.bench_function(BenchmarkId::new("tanh", digits), |bencher| {
            bencher.iter(|| tanh(black_box(prec), &limits));
        });
        if let Ok(pool) = &one_thread {
            group.bench_function(BenchmarkId::new("tanh, one thread", digits), |bencher| {
                pool.install(|| bencher.iter(|| tanh(black_box(prec), &limits)));
            });
        }
    }
    for digits in [60, 300, 1000] {
        let prec = bits(digits);
        group.bench_function(BenchmarkId::new("tanh, adaptive", digits), |bencher| {
            bencher.iter(|| tanh_adaptive(black_box(prec), &limits));
        });
    }
    for digits in [60, 1000] {
        let prec = bits(digits);
        group.bench_function(BenchmarkId::new("mish", digits), |bencher| {
            bencher.iter(|| mish_moments(black_box(prec), &limits));
        });
    }
    group.finish();
}

criterion_group!(benches, spectral);
criterion_main!(benches);
