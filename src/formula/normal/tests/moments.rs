//! The mixed moments J(a,b,t) = E[φ(G)^a φ(Ĝ)^b] of two rectified Gaussians with correlation cos t,
//! from a table of their coefficients, satisfy their recursions, derivative formulas, differential
//! equation and reflection laws as identities in t. The same Expander shape as the theory uses.

use super::{read, write};
use crate::error::{Error, Result};
use crate::formula::expr::{Call, Expr, ExprKind};
use crate::formula::normal::{Expander, NormalForm, expand_at};
use crate::limits::Limits;

/// Coefficients in increasing powers of cos t: A and B with J = (sin t·A + (π−t)·B)/(2π) for even
/// a+b, or R with J = R/(2√(2π)) for odd a+b.
const TABLE: &[(i64, i64, &[i64], &[i64])] = &[
    (0, 0, &[0], &[1]),
    (1, 0, &[1, 1], &[]),
    (1, 1, &[1], &[0, 1]),
    (2, 1, &[1, 2, 1], &[]),
    (2, 0, &[0, 1], &[1]),
    (3, 0, &[2, 3, 0, -1], &[]),
    (2, 2, &[0, 3], &[1, 0, 2]),
    (3, 2, &[2, 6, 6, 2], &[]),
    (3, 1, &[2, 0, 1], &[0, 3]),
    (4, 1, &[3, 8, 6, 0, -1], &[]),
    (4, 0, &[0, 5, 0, -2], &[3]),
    (5, 0, &[8, 15, 0, -10, 0, 3], &[]),
    (3, 3, &[4, 0, 11], &[0, 9, 0, 6]),
    (4, 3, &[6, 24, 36, 24, 6], &[]),
    (4, 2, &[0, 13, 0, 2], &[3, 0, 12]),
    (5, 2, &[8, 30, 40, 20, 0, -2], &[]),
    (5, 1, &[8, 0, 9, 0, -2], &[0, 15]),
    (7, 2, &[48, 210, 336, 210, 0, -42, 0, 6], &[]),
    (4, 4, &[0, 55, 0, 50], &[9, 0, 72, 0, 24]),
    (5, 5, &[64, 0, 607, 0, 274], &[0, 225, 0, 600, 0, 120]),
    (5, 3, &[16, 0, 83, 0, 6], &[0, 45, 0, 60]),
];

/// Knows J with exact indices from the table.
struct Moments;

impl Expander for Moments {
    fn expand(&self, call: &Call, limits: &Limits) -> Result<Option<Expr>> {
        if call.name != "J" {
            return Ok(None);
        }
        let index = |k: usize| {
            let form = NormalForm::of(&call.arguments[k].value, limits, self)?;
            let index = form.as_integer().and_then(|n| n.to_i64());
            index.ok_or_else(|| Error::domain("an index of J is an integer"))
        };
        Ok(closed_form(
            index(0)?,
            index(1)?,
            call.arguments[2].value.clone(),
        ))
    }
}

fn closed_form(a: i64, b: i64, t: Expr) -> Option<Expr> {
    let (a, b) = (a.max(b), a.min(b));
    let (_, _, first, second) = TABLE.iter().find(|row| (row.0, row.1) == (a, b))?;
    let cos = || Expr::call("cos", vec![t.clone()]);
    let polynomial = |coefficients: &[i64]| {
        let terms = (0i64..).zip(coefficients);
        Expr::sum(terms.map(|(k, c)| {
            let power = ExprKind::Power(Box::new(cos()), Box::new(Expr::from(k)));
            Expr::product([Expr::from(*c), power.into()])
        }))
    };
    Some(if (a + b) % 2 == 0 {
        let sin = Expr::call("sin", vec![t.clone()]);
        let angle = Expr::sum([Expr::pi(), t.clone().negate()]);
        let sum = Expr::sum([
            Expr::product([sin, polynomial(first)]),
            Expr::product([angle, polynomial(second)]),
        ]);
        sum.over(read("2*pi"))
    } else {
        polynomial(first).over(read("2*sqrt(2*pi)"))
    })
}

fn known(a: i64, b: i64) -> bool {
    closed_form(a, b, Expr::from(0)).is_some()
}

fn rest(statement: &str) -> NormalForm {
    let (left, right) = statement.split_once("==").expect("two sides");
    NormalForm::difference(&read(left), &read(right), &Limits::default(), &Moments)
        .unwrap_or_else(|error| panic!("{statement}: {error:?}"))
}

#[track_caller]
fn assert_proved(statement: &str) {
    let rest = rest(statement);
    assert!(rest.is_zero(), "{statement}: {}", write(&rest.to_expr()));
}

/// (k−1)!!/c_{k mod 2} as it stands in the recursions: c_0 = 2π, c_1 = 2√(2π).
fn seed(double_factorial: i64, parity: i64) -> String {
    let constant = if parity % 2 == 0 {
        "2*pi"
    } else {
        "2*sqrt(2*pi)"
    };
    format!("double_factorial({double_factorial})/({constant})")
}

/// Every statement that the table can decide, by its name.
fn statements() -> Vec<String> {
    let mut all = Vec::new();
    for a in 0..=7 {
        for b in 0..=7 {
            if !known(a, b) {
                continue;
            }
            all.push(format!("J({a},{b},t) == J({b},{a},t)"));
            if a >= 2 && b >= 1 && known(a - 2, b) && known(a - 1, b - 1) {
                all.push(format!(
                    "J({a},{b},t) == {}*J({},{b},t) + {b}*cos(t)*J({},{},t)",
                    a - 1,
                    a - 2,
                    a - 1,
                    b - 1
                ));
            }
            if a >= 2 && b == 0 && known(a - 2, 0) {
                all.push(format!(
                    "J({a},0,t) == {}*J({},0,t) + cos(t)*sin(t)^{}*{}",
                    a - 1,
                    a - 2,
                    a - 1,
                    seed(a - 2, a)
                ));
            }
            if a == 1 && b >= 1 && known(0, b - 1) {
                all.push(format!(
                    "J(1,{b},t) == {b}*cos(t)*J(0,{},t) + sin(t)^{b}*{}",
                    b - 1,
                    seed(b - 1, b + 1)
                ));
            }
            if a >= 1 && b >= 1 && known(a + 1, b + 1) && known(a - 1, b - 1) {
                all.push(format!(
                    "J({},{},t) == {}*cos(t)*J({a},{b},t) + {}*sin(t)^2*J({},{},t)",
                    a + 1,
                    b + 1,
                    a + b + 1,
                    a * b,
                    a - 1,
                    b - 1
                ));
            }
            if a >= 1 && b >= 1 && known(a - 1, b - 1) {
                all.push(format!(
                    "diff(J({a},{b},t),t) == -{}*sin(t)*J({},{},t)",
                    a * b,
                    a - 1,
                    b - 1
                ));
            }
            if a >= 1 && b == 0 {
                all.push(format!(
                    "diff(J({a},0,t),t) == -{a}*sin(t)^{a}*{}",
                    seed((a - 2).max(-1), a)
                ));
            }
            all.push(format!(
                "diff(J({a},{b},t),t,2) - {}*cot(t)*diff(J({a},{b},t),t) - {}*J({a},{b},t) == 0",
                a + b,
                a * b
            ));
            if (a + b) % 2 == 0 {
                // B = E[G^a Ĝ^b] = Σ C(a,i) C(b,i) i! (a−i−1)!! (b−i−1)!! c^i
                let least = a.min(b);
                let moment: Vec<String> = (0..=least)
                    .filter(|i| (a - i) % 2 == 0)
                    .map(|i| {
                        format!(
                            "binomial({a},{i})*binomial({b},{i})*factorial({i})*\
                             double_factorial({})*double_factorial({})*cos(t)^{i}",
                            a - i - 1,
                            b - i - 1
                        )
                    })
                    .collect();
                let sign = if a % 2 == 0 { "-" } else { "+" };
                all.push(format!(
                    "J({a},{b},t) == ({})/2 {sign} J({a},{b},pi-t)",
                    moment.join("+")
                ));
            }
            all.push(format!(
                "J({a},{b},0) == 2^({}/2)*gamma({}/2)/(2*sqrt(pi))",
                a + b,
                a + b + 1
            ));
            all.push(format!("J({a},{b},pi) == 0"));
        }
    }
    all.extend(
        [
            "diff(J(0,0,t),t) == -1/(2*pi)",
            "diff(J(2,2,t),t) == -4*sin(t)*J(1,1,t)",
            "J(1,1,pi/2) == 1/(2*pi)",
            "J(2,2,pi/3) == (9*sqrt(3)/4 + pi)/(2*pi) - 0*pi + (3*sqrt(3)/4-9*sqrt(3)/4)/(2*pi)",
            "J(2,1,t) == (1+cos(t))^2/(2*sqrt(2*pi))",
            "J(3,2,2*t) == 8*2*cos(t)^6/(2*sqrt(2*pi))",
            "J(2,2,acos(x)) == (3*x*sqrt(1-x^2)+(pi-acos(x))*(1+2*x^2))/(2*pi)",
            "J(4,4,t/2) == J(4,4,t/2)",
            "sum(J(k,k,0), k=0..5) == 1/2+1/2+3/2+15/2+105/2+945/2",
            "sin(t)^2 - 4*cos(t)*J(1,1,pi-t) - 4*J(1,1,pi-t)^2 == 1-4*J(1,1,t)^2",
            "coefficient(J(1,1,t),t,3) == 1/(6*pi)",
            "coefficient(J(2,2,t),t,0) == 3/2",
        ]
        .map(str::to_owned),
    );
    all
}

#[test]
fn moments_satisfy_their_laws() {
    let statements = statements();
    assert!(statements.len() > 200, "{}", statements.len());
    for statement in &statements {
        assert_proved(statement);
    }
}

#[test]
fn a_wrong_coefficient_is_seen() {
    for statement in statements() {
        let (left, right) = statement.split_once("==").expect("two sides");
        let wrong = format!("{left} == {right} + (1/10^40)*(1+cos(t))");
        assert!(!rest(&wrong).is_zero(), "{wrong}");
    }
}

#[test]
fn expansions_of_moments() {
    let limits = Limits::default();
    let expand = |text: &str, at: &str, order: u32| {
        expand_at(&read(text), "t", &read(at), order, &limits, &Moments)
            .unwrap_or_else(|error| panic!("{text} at {at}: {error:?}"))
    };
    // Even powers rational, odd ones rational multiples of 1/π from t^(a+b+1) on.
    let series = expand("J(2,2,t)", "0", 12);
    assert_eq!(
        series.error().map(ToString::to_string).as_deref(),
        Some("13")
    );
    for (exponent, coefficient) in series.terms() {
        let odd = exponent.numer().is_odd();
        let rational = if odd {
            coefficient.mul(&NormalForm::pi(), &limits).unwrap()
        } else {
            coefficient.clone()
        };
        assert!(rational.as_rational().is_some(), "t^{exponent}");
        assert!(!odd || *exponent >= 5, "t^{exponent}");
    }
    assert_eq!(
        write(&series.to_expr()).split(" + ").next(),
        Some("3/2 - t^2")
    );
    // (1 − 4 J11²)/t² = 1 − (2p/3) t − t²/3 + (2p/5) t³ + (2/45 − p²/9) t⁴ + …, p = 1/π.
    let series = expand("(1-4*J(1,1,t)^2)/t^2", "0", 4);
    let expected = ["1", "-2/(3*pi)", "-1/3", "2/(5*pi)", "2/45-1/(9*pi^2)"];
    for (exponent, value) in (0..).zip(expected) {
        let coefficient = series.coefficient(&rug::Rational::from(exponent));
        let value = NormalForm::of(&read(value), &limits, &Moments).unwrap();
        assert!(
            coefficient.sub(&value, &limits).unwrap().is_zero(),
            "t^{exponent}"
        );
    }
    // ln((1 − 4 J11²)/sin² t) = −(2p/3) t − (2p²/9) t² + (8p/45 − 8p³/81) t³ + O(t⁴).
    let series = expand("ln((1-4*J(1,1,t)^2)/sin(t)^2)", "0", 3);
    let expected = ["0", "-2/(3*pi)", "-2/(9*pi^2)", "8/(45*pi)-8/(81*pi^3)"];
    for (exponent, value) in (0..).zip(expected) {
        let coefficient = series.coefficient(&rug::Rational::from(exponent));
        let value = NormalForm::of(&read(value), &limits, &Moments).unwrap();
        assert!(
            coefficient.sub(&value, &limits).unwrap().is_zero(),
            "t^{exponent}"
        );
    }
    // At t = π the moment is K (π−t)^(a+b+1) + …, K = (a+b)!!/(2π)·a! b!/(a+b+1)!.
    let series = expand("J(2,2,t)", "pi", 6);
    let (exponent, leading) = &series.terms()[0];
    assert_eq!(*exponent, 5);
    let value = NormalForm::of(&read("-8/(2*pi)*4/120"), &limits, &Moments).unwrap();
    assert!(leading.sub(&value, &limits).unwrap().is_zero());
}
