use super::*;
use crate::number::Magnitude;
use rug::Integer;
use substitution::Substitution;

fn angles() -> Vec<Angle> {
    let radians = |n: i64, d: i64| Angle::from_radians(Rational::from((n, d)));
    [
        radians(1, 1),
        radians(2, 5),
        radians(2, 1),
        radians(27, 10),
        Angle::from_pi_multiple(Rational::from((1, 2))),
    ]
    .into_iter()
    .map(|angle| angle.expect("inside"))
    .collect()
}

#[test]
fn both_substitutions_agree_at_every_power() {
    let (prec, limits) = (Bits::new(64), Limits::default());
    let mut cases = 0;
    for theta in angles() {
        for k in [1, 2, 3, 5] {
            for n in [1, 3, 20] {
                let by = |form| enclose(k, &theta, n, form, prec, &limits).expect("a value");
                let (stretched, plain) = (by(Form::Stretched), by(Form::Plain));
                assert!(
                    stretched.overlaps(&plain),
                    "{theta:?} k={k} n={n}: {stretched:?} {plain:?}"
                );
                assert!(stretched.accuracy() >= 64 && plain.accuracy() >= 64);
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 60);
}

#[test]
fn one_neuron_and_right_angles_are_known() {
    let (prec, limits) = (Bits::new(120), Limits::default());
    for theta in angles() {
        for k in [1, 2, 3] {
            let quadrature =
                enclose(k, &theta, 1, Form::Stretched, prec, &limits).expect("in time");
            let known = value(k, &theta, 1, prec, &limits).expect("in time");
            assert!(quadrature.overlaps(&known), "{theta:?} {k}");
        }
    }
    let right = Angle::from_pi_multiple(Rational::from((1, 2))).expect("inside");
    for (k, n) in [(1, 2), (1, 8), (2, 5), (3, 7), (4, 3), (5, 30)] {
        let quadrature = enclose(k, &right, n, Form::Stretched, prec, &limits).expect("in time");
        let exact = right_angle::exact(k, n, &limits)
            .expect("in time")
            .enclose(prec.plus(20));
        assert!(
            quadrature.overlaps(&exact) && quadrature.accuracy() >= 120,
            "{k} {n}"
        );
        // And not by being wide.
        let off = exact.add(&Ball::one().mul_2exp(-110), prec.plus(20));
        assert!(!quadrature.overlaps(&off));
    }
}

/// Two precisions take different rules and different ellipses.
#[test]
fn a_longer_rule_lies_within_the_bound_of_a_shorter_one() {
    let limits = Limits::default();
    let theta = Angle::from_radians(Rational::from((1, 5))).expect("inside");
    for (k, n) in [(1, 3), (1, 60), (2, 9), (3, 500), (4, 5000)] {
        let rough = quadrature::enclose(k, &theta, n, Form::Stretched, Bits::new(40), &limits);
        let fine = quadrature::enclose(k, &theta, n, Form::Stretched, Bits::new(160), &limits);
        let (rough, fine) = (rough.expect("in time"), fine.expect("in time"));
        assert!(rough.overlaps(&fine), "{k} {n}: {rough:?} {fine:?}");
        assert!(fine.rad() < Magnitude::power_of_two(-150));
    }
}

/// The moments of a number in [0, 1] fall, and E (1 − cos θ')² ≥ 0.
#[test]
fn the_moments_are_those_of_a_number_between_0_and_1() {
    let (prec, limits) = (Bits::new(80), Limits::default());
    let theta = Angle::from_radians(Rational::from((7, 5))).expect("inside");
    let moments: Vec<Ball> = (1..=8)
        .map(|k| value(k, &theta, 6, prec, &limits).expect("in time"))
        .collect();
    for pair in moments.windows(3) {
        assert!(pair[0].sub(&pair[1], prec).is_positive());
        // Hankel determinants: m_k m_{k+2} ≥ m_{k+1}².
        let square = pair[1].square(prec);
        assert!(pair[0].mul(&pair[2], prec).sub(&square, prec).is_positive());
    }
}

/// n³ times what the first two terms of the series leave tends to the third coefficient of the delta
/// method: Richardson's rule in 1/n.
#[test]
fn the_series_in_the_width_has_the_coefficients_of_the_delta_method() {
    let (prec, limits) = (Bits::new(200), Limits::default());
    let theta = Angle::from_radians(Rational::from(1)).expect("inside");
    for m in [1u32, 2] {
        let parts: Vec<Ball> = (0..=4)
            .map(|k| {
                if k == 0 {
                    let r = crate::theory::moments::moment(
                        1,
                        1,
                        &theta,
                        crate::theory::moments::Method::Auto,
                        prec,
                        &limits,
                    )
                    .expect("in time");
                    r.mul_2exp(1).pow_u64(u64::from(m), prec)
                } else {
                    coefficients::ball(k, &theta, m, prec, &limits).expect("in time")
                }
            })
            .collect();
        // R(n) = n³ (E − r^m − e₁/n − e₂/n²) = e₃ + e₄/n + O(1/n²).
        let rest = |n: u32| {
            let mean = enclose(m, &theta, n, Form::Stretched, prec, &limits).expect("in time");
            let n = i64::from(n);
            let mut rest = mean.sub(&parts[0], prec);
            for part in &parts[1..=2] {
                rest = rest.mul_i64(n, prec).sub(part, prec);
            }
            rest.mul_i64(n, prec)
        };
        // 2R(2n) − R(n) = e₃ + O(1/n²); n(R(n) − e₃) → e₄.
        let n = 4000;
        let third = rest(2 * n).mul_2exp(1).sub(&rest(n), prec);
        let gap = third.sub(&parts[3], prec).mid().to_f64().abs();
        let size = parts[3].mid().to_f64().abs();
        assert!(gap < 1e-4 * (size + 1.0), "m = {m}: {gap} of {size}");
        let fourth = rest(n).sub(&parts[3], prec).mul_i64(i64::from(n), prec);
        let gap = fourth.sub(&parts[4], prec).mid().to_f64().abs();
        let size = parts[4].mid().to_f64().abs();
        assert!(gap < 2e-2 * (size + 1.0), "m = {m}: {gap} of {size}");
    }
}

#[test]
fn the_cut_off_part_is_within_its_bound() {
    let prec = Bits::new(80);
    let theta = Angle::from_radians(Rational::from(1)).expect("inside");
    let integrand = integrand::Integrand::new(2, &theta, 1500, prec);
    let gap = integrand.cut(40).expect("a cut");
    assert!(gap < 0.1 && integrand.tail_exponent(gap) <= -40);
    assert!(integrand.tail_exponent(gap / 2.0) > -40);
    // A narrow layer is not cut.
    assert!(
        integrand::Integrand::new(1, &theta, 20, prec)
            .cut(200)
            .is_none()
    );
    let whole = Substitution::new(1, &theta, Form::Stretched, 1.0, prec);
    assert!(whole.is_even());
}

/// At tiny angles sin²θ'/sin²θ has the law χ²_{K−1}/χ²_K with K ~ Bin(n, ½), whose mean is (K−1)/(K−2):
/// 1 − E cos²θ' is θ² times its mean, up to terms of order θ³ and 2⁻ⁿ.
#[test]
fn tiny_angles_follow_the_law_of_small_angles() {
    let (prec, limits) = (Bits::new(200), Limits::default());
    let n = 400u32;
    let mut law = Rational::new();
    for k in 3..=n {
        let share = Rational::from((Integer::from(Integer::binomial_u(n, k)), 1));
        law += share * Rational::from((k - 1, k - 2));
    }
    law >>= n;
    for (bits, power, per) in [(40, 2, 1), (40, 1, 2), (66, 2, 1)] {
        let tiny = Rational::from((1, Integer::from(1) << bits));
        let theta = Angle::from_radians(tiny.clone()).expect("inside");
        let mean = enclose(power, &theta, n, Form::Stretched, prec, &limits).expect("in time");
        let square = Ball::from_rational(&(Rational::from(tiny.square_ref()) * &law), prec);
        let ratio = Ball::one()
            .sub(&mean, prec)
            .mul_i64(per, prec)
            .div(&square, prec);
        let gap = ratio.add_i64(-1, prec).magnitude().to_f64();
        assert!(gap < 8.0 * 0.5f64.powi(bits), "{bits} {power}: {gap:e}");
    }
}
