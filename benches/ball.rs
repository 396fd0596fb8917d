//! What an enclosure costs: ball functions against the MPFR call that they wrap.
//!
//! Operands are balls with a radius of one ulp, so the propagation of the radius is part of the
//! measurement; the raw call takes the same midpoint. Goal: at most 2.5 times the raw call. The
//! same functions in Arb: `benches/peers/arb_ball.py`.
//!
//! `cargo bench --bench ball` prints both times for every function and precision.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use isobath::number::{Ball, Bits, Magnitude};
use rug::ops::Pow;
use rug::{Assign, Float};

/// About 16, 100, 1000 and 10,000 decimal digits.
const PRECISIONS: [u32; 4] = [53, 333, 3333, 33_333];

type Of = fn(&Ball, &Ball, Bits) -> Ball;
type Raw = fn(&Float, &Float, u32) -> Float;

/// A function of one argument: the ball function and the raw call.
macro_rules! unary {
    ($name:ident, $raw:ident) => {
        (
            stringify!($name),
            |x, _, p| x.$name(p),
            |x, _, p| Float::with_val(p, x.$raw()),
        )
    };
}

/// A function of two arguments: the ball function and the operator.
macro_rules! binary {
    ($name:ident, $operator:tt) => {
        (
            stringify!($name),
            |x, y, p| x.$name(y, p),
            |x, y, p| Float::with_val(p, x $operator y),
        )
    };
}

/// Name, ball function, raw call.
const FUNCTIONS: [(&str, Of, Raw); 16] = [
    binary!(add, +),
    binary!(mul, *),
    binary!(div, /),
    unary!(sqrt, sqrt_ref),
    unary!(exp, exp_ref),
    unary!(ln, ln_ref),
    unary!(sin, sin_ref),
    unary!(cos, cos_ref),
    (
        "sin_cos",
        |x, _, p| x.sin_cos(p).0,
        |x, _, p| {
            let (mut sin, mut cos) = (Float::new(p), Float::new(p));
            (&mut sin, &mut cos).assign(x.sin_cos_ref());
            black_box(cos);
            sin
        },
    ),
    unary!(tan, tan_ref),
    unary!(atan, atan_ref),
    unary!(acos, acos_ref),
    unary!(sinh, sinh_ref),
    unary!(tanh, tanh_ref),
    unary!(cbrt, cbrt_ref),
    (
        "pow",
        |x, y, p| x.pow(y, p),
        |x, y, p| Float::with_val(p, x.pow(y)),
    ),
];

fn ball_functions(criterion: &mut Criterion) {
    for prec in PRECISIONS {
        let mut group = criterion.benchmark_group(format!("ball/{prec}"));
        group
            .sample_size(10)
            .warm_up_time(Duration::from_millis(100))
            .measurement_time(Duration::from_millis(400));
        let bits = Bits::new(prec);
        // 1/√3 and 1/√5, rounded, with a radius of an ulp.
        let operand = |n: u32| {
            let mid = Float::with_val(prec, Float::with_val(prec, n).recip_sqrt_ref());
            Ball::new(mid, Magnitude::power_of_two(-i64::from(prec)))
        };
        let (x, y) = (operand(3), operand(5));
        for (name, of, raw) in FUNCTIONS {
            group.bench_function(BenchmarkId::new(name, "ball"), |bencher| {
                bencher.iter(|| of(black_box(&x), black_box(&y), bits));
            });
            group.bench_function(BenchmarkId::new(name, "mpfr"), |bencher| {
                bencher.iter(|| raw(black_box(x.mid()), black_box(y.mid()), prec));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, ball_functions);
criterion_main!(benches);
