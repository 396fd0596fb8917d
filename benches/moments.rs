//! Certified moments: whole tables at one angle, and single values of large and small indices.
//! The same jobs in Arb (python-flint): `benches/peers/arb_moments.py`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use isobath::limits::Limits;
use isobath::number::Digits;
use isobath::theory::moments::{Angle, Filling, Method, MomentValues, moment};
use rug::Rational;

fn angle(numerator: u32, denominator: u32) -> Angle {
    Angle::from_radians(Rational::from((numerator, denominator))).expect("inside [0, pi]")
}

/// All J(a,b,1/3) with a, b ≤ 20.
fn tables(criterion: &mut Criterion) {
    let limits = Limits::default();
    let theta = angle(1, 3);
    for digits in [1000, 10_000] {
        let prec = Digits::literal(digits).to_bits();
        let mut group =
            criterion.benchmark_group(format!("J(a,b,1/3), a,b <= 20, {digits} digits"));
        group.bench_function("chosen", |bencher| {
            bencher.iter(|| MomentValues::new(black_box(20), &theta, prec, &limits));
        });
        for filling in [Filling::Powers, Filling::Steps] {
            group.bench_function(format!("{filling:?}"), |bencher| {
                bencher
                    .iter(|| MomentValues::filled(20, black_box(&theta), filling, prec, &limits));
            });
        }
        group.finish();
    }
}

/// Single values: the large one of the comparison, and indices up to 50 at easy and hard angles.
fn values(criterion: &mut Criterion) {
    let limits = Limits::default();
    let prec = Digits::literal(1000).to_bits();
    let mut group = criterion.benchmark_group("J(a,b,theta), 1000 digits");
    for (a, b, numerator, denominator) in [
        (200, 200, 1, 3),
        (50, 50, 1, 1),
        (50, 49, 1, 1),
        (50, 50, 8, 5),
        (50, 3, 8, 5),
        (30, 30, 1, 1),
        (30, 30, 3, 1),
        (2, 2, 3, 2),
    ] {
        let theta = angle(numerator, denominator);
        group.bench_function(format!("J({a},{b},{numerator}/{denominator})"), |bencher| {
            bencher.iter(|| moment(black_box(a), b, &theta, Method::Auto, prec, &limits));
        });
    }
    let theta = angle(1, 3);
    for method in [Method::Hypergeometric, Method::Recurrence] {
        group.bench_function(format!("J(200,200,1/3), {method:?}"), |bencher| {
            bencher.iter(|| moment(black_box(200), 200, &theta, method, prec, &limits));
        });
    }
    group.finish();
}

criterion_group!(benches, tables, values);
criterion_main!(benches);
