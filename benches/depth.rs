//! Chains in depth: the map of infinite width over 10⁵ layers, the rules of finite width, and the density of
//! Approximation 2 at the parameters of the paper's Figure 1.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use isobath::formula::library::Request;
use isobath::formula::value::{Exactness, Number, Value};
use isobath::limits::Limits;
use isobath::number::Digits;
use isobath::theory::catalog;
use rug::Rational;

/// One value of a quantity; the arguments are rationals.
fn value(name: &str, arguments: &[(i64, i64)], digits: u32) -> Value {
    let quantity = catalog::find(name).expect("a quantity");
    let limits = Limits::default();
    let request = Request {
        prec: Digits::literal(digits).to_bits(),
        exactness: Exactness::WhileCheap,
        method: None,
        limits: &limits,
    };
    let arguments: Vec<Value> = arguments
        .iter()
        .map(|q| Value::Number(Number::Rational(Rational::from(*q))))
        .collect();
    quantity.evaluate(&arguments, &request).expect("a value")
}

fn rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("50 digits");
    group.sample_size(10);
    for (name, arguments, layers) in [
        (
            "angle.infinite_width",
            vec![(1, 1), (100_000, 1)],
            "100000 layers",
        ),
        (
            "angle.infinite_width",
            vec![(1, 1), (1000, 1)],
            "1000 layers",
        ),
        (
            "angle.approximation1",
            vec![(1, 10), (256, 1), (1000, 1)],
            "1000 layers",
        ),
        (
            "angle.gaussian_mean",
            vec![(1, 10), (256, 1), (1000, 1)],
            "1000 layers",
        ),
    ] {
        group.bench_function(format!("{name}, {layers}"), |bencher| {
            bencher.iter(|| value(name, black_box(&arguments), 50));
        });
    }
    group.finish();
}

/// Each time at another angle, so that no chain is kept from before.
fn density(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Approximation 2, n = 256, 32 layers");
    group.sample_size(10);
    let mut denominator = 10_000;
    for digits in [12, 30, 50] {
        group.bench_function(format!("mean, {digits} digits"), |bencher| {
            bencher.iter_batched(
                || {
                    denominator += 1;
                    [(1000, denominator), (256, 1), (32, 1)]
                },
                |arguments| value("angle.density_mean", &arguments, digits),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, rules, density);
criterion_main!(benches);
