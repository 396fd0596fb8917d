//! Fixed points against the closed forms of the error function, the sine and ReLU, and by two methods.

use rug::Rational;

use crate::formula::answer::Question;
use crate::formula::parse_expr;
use crate::limits::Limits;
use crate::number::{Ball, Bits, Digits};
use crate::theory::activation::Activation;
use crate::theory::catalog;

use super::moments::Moments;

fn value(call: &str, method: Option<&str>) -> Ball {
    let limits = Limits::default();
    let question = Question {
        library: catalog::library(),
        digits: Digits::literal(30),
        method,
        limits: &limits,
    };
    let expr = parse_expr(call, &limits).expect("a formula");
    let answer = question
        .answer(&expr)
        .unwrap_or_else(|error| panic!("{call}: {error}"));
    answer.numbers()[0].ball.clone()
}

fn agree(left: &Ball, right: &Ball, what: &str) {
    assert!(left.overlaps(right), "{what}: {left:?} {right:?}");
    assert!(left.accuracy() > 95 || left.is_zero(), "{what}: {left:?}");
}

#[test]
fn methods_agree() {
    for call in [
        "kappa.fixed_point(gelu)",
        "kappa.fixed_point(heaviside)",
        "kappa.fixed_point(sin, gamma_b=1/10)",
        "kappa.depth_scale(gelu)",
        "kappa.depth_scale(erf, gamma_b=1/7)",
        "mean_field.variance(sin, s2w=2, s2b=1/10)",
        "mean_field.chi1(sin, s2w=2, s2b=1/10)",
        "mean_field.correlation(sin, s2w=3, s2b=1/10)",
        "mean_field.depth_scale(sin, s2w=3, s2b=1/10)",
        "mean_field.critical_variance(sin, s2b=1/20)",
        "mean_field.critical_s2w(sin, s2b=1/20)",
    ] {
        let (signs, newton) = (value(call, None), value(call, Some("newton")));
        agree(&signs, &newton, call);
    }
}

#[test]
fn elementary_cases_by_hand() {
    for (call, known) in [
        ("mean_field.critical_s2w(erf, q=3/4)", "pi*sqrt(4)/4"),
        ("mean_field.critical_s2b(erf, q=3/4)", "3/4 - asin(3/5)"),
        ("mean_field.critical_s2w(sin, q=1)", "2/(1+exp(-2))"),
        ("mean_field.critical_s2b(sin, q=1)", "1 - tanh(1)"),
        ("mean_field.critical_variance(sin, s2b=1-tanh(1))", "1"),
        ("mean_field.variance(relu, s2w=1, s2b=1/10)", "1/5"),
        // q = 1 is made the fixed point, and the correlation map is the kernel with a bias.
        (
            "mean_field.variance(sin, s2w=9/5/(1-exp(-2)), s2b=1/10)",
            "1",
        ),
        (
            "mean_field.correlation(sin, s2w=9/5/(1-exp(-2)), s2b=1/10)",
            "kappa.fixed_point(sin, gamma_b=1/10)",
        ),
        (
            "mean_field.depth_scale(sin, s2w=9/5/(1-exp(-2)), s2b=1/10)",
            "kappa.depth_scale(sin, gamma_b=1/10)",
        ),
        // exp(x): kappa_b(u) = g + (1-g) exp(u-1), and the slope at 1 is 1 - g.
        ("kappa.depth_scale(exp, gamma_b=1/3)", "-1/ln(2/3)"),
    ] {
        let (left, right) = (value(call, None), value(known, None));
        assert!(left.overlaps(&right), "{call}: {left:?} {right:?}");
    }
}

/// m' and g' against differences of m and g: (f(q+h) − f(q−h))/2h is off by h² sup|f'''|/6.
#[test]
fn rates_are_the_slopes_of_the_moments() {
    let limits = Limits::default();
    let prec = Bits::new(160);
    let expr = parse_expr("tanh", &limits).expect("a name");
    let f = Activation::read(&expr, &limits).expect("known");
    let moments = Moments {
        f: &f,
        limits: &limits,
    };
    let q = Ball::from_rational(&Rational::from((3, 4)), prec);
    let h = Ball::one().mul_2exp(-30);
    let (up, down) = (q.add(&h, prec), q.sub(&h, prec));
    let difference = |a: Ball, b: Ball| a.sub(&b, prec).mul_2exp(29);
    let pairs = [
        (
            difference(
                moments.square(&up, prec).expect("m"),
                moments.square(&down, prec).expect("m"),
            ),
            moments.square_rate(&q, prec).expect("m'"),
        ),
        (
            difference(
                moments.slope_square(&up, prec).expect("g"),
                moments.slope_square(&down, prec).expect("g"),
            ),
            moments.slope_square_rate(&q, prec).expect("g'"),
        ),
    ];
    for (difference, rate) in pairs {
        let gap = difference.sub(&rate, prec).magnitude();
        assert!(
            gap < crate::number::Magnitude::power_of_two(-50),
            "{rate:?}"
        );
    }
}

#[test]
fn refusals_say_why() {
    let limits = Limits::default();
    let question = Question {
        library: catalog::library(),
        digits: Digits::literal(20),
        method: None,
        limits: &limits,
    };
    for (call, part) in [
        ("kappa.fixed_point(relu)", "slope 1 at 1"),
        ("kappa.fixed_point(softplus)", "slope below 1"),
        ("kappa.depth_scale(leaky(1/5))", "slope 1 at 1"),
        ("kappa.fixed_point(gelu, gamma_b=1)", "gamma_b"),
        (
            "mean_field.variance(relu, s2w=3, s2b=1/10)",
            "without bound",
        ),
        ("mean_field.variance(relu, s2w=2, s2b=0)", "every variance"),
        ("mean_field.variance(sin, s2w=1/2, s2b=0)", "dies out"),
        ("mean_field.variance(sin, s2w=0, s2b=1)", "s2w > 0"),
        ("mean_field.critical_s2b(relu, q=1)", "no critical line"),
        (
            "mean_field.critical_variance(leaky(1/5), s2b=1/20)",
            "no critical line",
        ),
        ("mean_field.critical_variance(sin, s2b=0)", "s2b > 0"),
        ("mean_field.critical_s2w(sin)", "one of s2b and q"),
        (
            "mean_field.critical_s2w(sin, s2b=1, q=1)",
            "one of s2b and q",
        ),
    ] {
        let expr = parse_expr(call, &limits).expect("a formula");
        let error = question.answer(&expr).expect_err(call);
        assert!(error.message().contains(part), "{call}: {error}");
    }
}
