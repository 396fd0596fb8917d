//! Exact tables: the forms of all ReLU moments with indices up to 60, and the triangle of Bessel
//! numbers of the second kind up to row 2000. The same jobs in PARI: `benches/peers/exact.gp`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use isobath::theory::bessel::second_kind;
use isobath::theory::moments::recurrence::{form_by_diagonal, table_by_parts};
use isobath::theory::moments::{MomentForm, MomentTable};
use rug::Integer;

fn moment_forms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("forms of all J(a,b), a,b <= 60");
    group.bench_function("machine words", |bencher| {
        bencher.iter(|| MomentTable::new(black_box(60)));
    });
    group.bench_function("machine words, then polynomials", |bencher| {
        bencher.iter(|| {
            let table = MomentTable::new(black_box(60));
            (0..=60)
                .flat_map(|a| (0..=a).map(move |b| (a, b)))
                .filter_map(|(a, b)| table.form(a, b))
                .collect::<Vec<_>>()
        });
    });
    group.sample_size(20);
    group.bench_function("rug", |bencher| {
        bencher.iter(|| table_by_parts::<Integer>(black_box(60)));
    });
    group.bench_function("malachite", |bencher| {
        bencher.iter(|| table_by_parts::<malachite::Integer>(black_box(60)));
    });
    group.bench_function("num-bigint", |bencher| {
        bencher.iter(|| table_by_parts::<num_bigint::BigInt>(black_box(60)));
    });
    group.finish();
    criterion.bench_function("form of J(200,200)", |bencher| {
        bencher.iter(|| MomentForm::from(form_by_diagonal::<Integer>(black_box(200), 200)));
    });
}

fn bessel_triangle(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Bessel triangle, n <= 2000");
    group.sample_size(10);
    group.bench_function("rug", |bencher| {
        bencher.iter(|| {
            let mut rows = second_kind::Rows::<Integer>::new();
            for _ in 0..black_box(2000) {
                rows.next_row();
            }
            rows.next_row().len()
        });
    });
    group.finish();
}

criterion_group!(benches, moment_forms, bessel_triangle);
criterion_main!(benches);
