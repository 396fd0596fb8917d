//! Certified moments: whole tables at one angle, and single values of large and small indices.
//! The same jobs in Arb (python-flint): `benches/peers/arb_moments.py`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use isobath::limits::Limits;
use isobath::number::{Bits, Digits};
use isobath::theory::moments::{Angle, Method, moment};
use rug::{Integer, Rational};

fn angle(q: (i32, i32)) -> Angle {
    Angle::from_radians(Rational::from(q)).expect("inside [0, pi]")
}

fn kernels(criterion: &mut Criterion) {
    for digits in [1000, 10_000] {
        let bits = Digits::literal(digits).to_bits().get();
        let x = Integer::from(
            rug::Float::with_val(bits, 3)
                .sqrt()
                .to_integer_round(rug::float::Round::Zero)
                .map(|_| 0)
                .unwrap_or(0),
        );
        let _ = x;
        let f = rug::Float::with_val(bits, 3).sqrt();
        let g = rug::Float::with_val(bits, 5).sqrt();
        let fi = (f.clone() << bits).to_integer().expect("finite");
        let gi = (g.clone() << bits).to_integer().expect("finite");
        let mut group = criterion.benchmark_group(format!("kernels, {digits} digits"));
        let mut out = Integer::new();
        let mut fo = rug::Float::new(bits);
        use rug::Assign;
        group.bench_function("mpz_mul", |b| {
            b.iter(|| out.assign(black_box(&fi) * black_box(&gi)))
        });
        group.bench_function("mpz_sqr", |b| {
            b.iter(|| out.assign(black_box(&fi).square_ref()))
        });
        group.bench_function("mpfr_mul", |b| {
            b.iter(|| fo.assign(black_box(&f) * black_box(&g)))
        });
        group.bench_function("mpz_mul_ui", |b| {
            b.iter(|| out.assign(black_box(&fi) * 1234567u64))
        });
        let mut acc = gi.clone();
        group.bench_function("mpz_addmul_ui", |b| {
            b.iter(|| acc += black_box(&fi) * 1234567u64)
        });
        group.bench_function("mpz_div_ui", |b| {
            b.iter(|| out.assign(black_box(&fi) / 1234567u64))
        });
        group.bench_function("mpz_shift", |b| {
            b.iter(|| out.assign(black_box(&fi) >> (bits / 2 + 1)))
        });
        group.bench_function("sin_cos", |b| {
            b.iter(|| angle((1, 3)).sin_cos(Bits::new(bits)))
        });
        group.bench_function("half sine", |b| {
            b.iter(|| angle((1, 3)).half_sine(Bits::new(bits)))
        });
        group.finish();
    }
}

fn single(criterion: &mut Criterion) {
    let limits = Limits::default();
    for digits in [1000, 10_000] {
        let prec = Digits::literal(digits).to_bits();
        for (a, b, t) in [
            (200, 200, (1, 3)),
            (50, 50, (1, 1)),
            (50, 49, (1, 1)),
            (30, 30, (1, 1)),
            (30, 30, (3, 1)),
            (2, 2, (3, 2)),
            (50, 50, (8, 5)),
            (50, 20, (8, 5)),
        ] {
            let theta = angle(t);
            for method in [Method::Auto, Method::Recurrence, Method::Hypergeometric] {
                criterion.bench_function(
                    &format!("J({a},{b},{}/{}), {digits} digits, {method:?}", t.0, t.1),
                    |bencher| {
                        bencher.iter(|| moment(black_box(a), b, &theta, method, prec, &limits));
                    },
                );
            }
        }
    }
}

criterion_group!(benches, kernels, single);
criterion_main!(benches);
