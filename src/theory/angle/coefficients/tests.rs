//! The coefficients against known formulas, the second route, exact laws and their own symmetries.

use super::*;
use crate::number::ring::Ring;
use rug::Rational;

fn task(statistic: Statistic, k: u32, theta: &Angle, exact: bool) -> Task<'_> {
    Task {
        statistic,
        k,
        theta,
        slope: None,
        exact,
    }
}

/// A coefficient, the power of r, and the other moments.
type Term = (i64, u32, &'static [(u32, u32)]);

/// A polynomial in r and moments.
fn combination(scale: Rational, terms: &[Term]) -> MomentPolynomial {
    let r = MomentPolynomial::r();
    terms.iter().fold(
        MomentPolynomial::default(),
        |sum, (factor, power, moments)| {
            let one = MomentPolynomial::constant(Rational::from(*factor) * &scale);
            let term = moments
                .iter()
                .fold(one.mul(&r.power(*power)), |product, (a, b)| {
                    product.mul(&MomentPolynomial::moment(*a, *b))
                });
            Ring::add(&sum, &term)
        },
    )
}

const J22: (u32, u32) = (2, 2);
const J31: (u32, u32) = (3, 1);
const J33: (u32, u32) = (3, 3);
const J42: (u32, u32) = (4, 2);
const J51: (u32, u32) = (5, 1);

/// The formulas of an independent computer algebra derivation.
#[test]
fn the_first_two_orders_are_the_known_formulas() {
    let limits = Limits::default();
    let one = || Rational::from(1);
    let m1 = combination(
        Rational::from(2),
        &[
            (-4, 2, &[J22]),
            (-2, 0, &[J22]),
            (8, 1, &[J31]),
            (3, 4, &[]),
            (-6, 2, &[]),
        ],
    );
    assert_eq!(
        *polynomial(Statistic::Mean, 1, &limits).expect("in time"),
        m1
    );
    let v1 = combination(
        Rational::from(4),
        &[(2, 4, &[J22]), (4, 2, &[J22]), (-8, 3, &[J31]), (3, 4, &[])],
    );
    assert_eq!(
        *polynomial(Statistic::Variance, 1, &limits).expect("in time"),
        v1
    );
    let m2 = combination(
        Rational::from((4, 3)),
        &[
            (-66, 4, &[J22, J22]),
            (-228, 2, &[J22, J22]),
            (-30, 0, &[J22, J22]),
            (480, 3, &[J22, J31]),
            (384, 1, &[J22, J31]),
            (6, 6, &[J22]),
            (-9, 4, &[J22]),
            (-288, 2, &[J22]),
            (-33, 0, &[J22]),
            (-72, 4, &[J31, J31]),
            (-432, 2, &[J31, J31]),
            (-72, 0, &[J31, J31]),
            (-12, 5, &[J31]),
            (168, 3, &[J31]),
            (276, 1, &[J31]),
            (16, 5, &[J33]),
            (8, 3, &[J33]),
            (-24, 1, &[J33]),
            (-48, 4, &[J42]),
            (36, 2, &[J42]),
            (12, 0, &[J42]),
            (24, 3, &[J51]),
            (-24, 1, &[J51]),
            (6, 8, &[]),
            (-24, 6, &[]),
            (27, 4, &[]),
            (-90, 2, &[]),
        ],
    );
    assert_eq!(
        *polynomial(Statistic::Mean, 2, &limits).expect("in time"),
        m2
    );
    let v2 = combination(
        Rational::from(8),
        &[
            (2, 8, &[J22, J22]),
            (-8, 6, &[J22, J22]),
            (86, 4, &[J22, J22]),
            (96, 2, &[J22, J22]),
            (4, 0, &[J22, J22]),
            (-32, 5, &[J22, J31]),
            (-368, 3, &[J22, J31]),
            (-80, 1, &[J22, J31]),
            (11, 8, &[J22]),
            (-48, 6, &[J22]),
            (135, 4, &[J22]),
            (82, 2, &[J22]),
            (-8, 6, &[J31, J31]),
            (144, 4, &[J31, J31]),
            (184, 2, &[J31, J31]),
            (-20, 7, &[J31]),
            (64, 5, &[J31]),
            (-284, 3, &[J31]),
            (-16, 5, &[J33]),
            (12, 3, &[J33]),
            (4, 1, &[J33]),
            (-2, 8, &[J42]),
            (14, 6, &[J42]),
            (8, 4, &[J42]),
            (-20, 2, &[J42]),
            (4, 7, &[J51]),
            (-20, 5, &[J51]),
            (16, 3, &[J51]),
            (6, 8, &[]),
            (-24, 6, &[]),
            (63, 4, &[]),
        ],
    );
    assert_eq!(
        *polynomial(Statistic::Variance, 2, &limits).expect("in time"),
        v2
    );
    let e1 = combination(
        Rational::from((1, 2)),
        &[(2, 1, &[J22]), (-8, 0, &[J31]), (9, 1, &[])],
    );
    assert_eq!(
        *polynomial(Statistic::Cosine(1), 1, &limits).expect("in time"),
        e1
    );
    let e2 = combination(
        one() / 8,
        &[
            (36, 1, &[J22, J22]),
            (-96, 0, &[J22, J31]),
            (172, 1, &[J22]),
            (-400, 0, &[J31]),
            (16, 0, &[J33]),
            (-24, 1, &[J42]),
            (48, 0, &[J51]),
            (177, 1, &[]),
        ],
    );
    assert_eq!(
        *polynomial(Statistic::Cosine(1), 2, &limits).expect("in time"),
        e2
    );
}

/// As θ → 0 the coefficients tend to those of the exact law of the ratio χ²_{K−1}/χ²_K, which no
/// delta method enters: r(n) ~ Σ_j 2^{j+1}(j+1)!/(n(n+1)…(n+j)).
#[test]
fn small_angles_reach_the_exact_law_to_fifth_order() {
    let (prec, limits) = (Bits::new(120), Limits::default());
    let tiny = Rational::from((1, rug::Integer::from(rug::Integer::u_pow_u(10, 25))));
    let theta = Angle::from_radians(tiny).expect("inside");
    let mean = [-2, -8, -40, -248, -1864].map(Rational::from);
    let variance = [(8, 1), (32, 1), (508, 3), (1152, 1)].map(Rational::from);
    for (statistic, limits_at_zero) in [
        (Statistic::Mean, &mean[..]),
        (Statistic::Variance, &variance[..]),
    ] {
        for (k, limit) in (1..).zip(limits_at_zero) {
            let value = task(statistic, k, &theta, k <= 2)
                .enclose(prec, &limits)
                .expect("in time");
            let error = value.add_rational(&Rational::from(-limit), prec);
            assert!(value.accuracy() >= 119);
            assert!(error.mid().to_f64().abs() < 1e-20, "{k}: {error:?}");
        }
    }
}

#[test]
fn both_methods_agree() {
    let (prec, limits) = (Bits::new(150), Limits::default());
    let tiny = Rational::from((1, rug::Integer::from(rug::Integer::u_pow_u(10, 15))));
    for theta in [
        Angle::from_radians(Rational::from(1)),
        Angle::from_radians(tiny),
        Angle::from_parts(Rational::from(1), Rational::from((-1, 1000))),
    ] {
        let theta = theta.expect("inside");
        for statistic in [
            Statistic::Mean,
            Statistic::Variance,
            Statistic::Cosine(1),
            Statistic::Cosine(4),
        ] {
            for k in 1..=3 {
                let value = |exact| {
                    task(statistic, k, &theta, exact)
                        .enclose(prec, &limits)
                        .expect("in time")
                };
                let (exact, balls) = (value(true), value(false));
                assert!(exact.overlaps(&balls), "{k} {theta:?}");
                assert!(exact.accuracy() >= 150 && balls.accuracy() >= 150);
            }
        }
    }
}
