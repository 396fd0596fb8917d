//! Random formulas: the normal form has the value of the formula, rewriting does not change it,
//! and derivatives are slopes. Seeds are fixed; a failure prints the formula.

use super::numeric::{estimate, evaluate};
use super::write;
use crate::formula::expr::{Expr, ExprKind};
use crate::formula::normal::{NoQuantities, NormalForm, derivative};
use crate::limits::Limits;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn leaf(&mut self) -> Expr {
        match self.below(9) {
            0 => Expr::from(self.below(4) as i64),
            1 => Expr::from(1).over(Expr::from(2 + self.below(3) as i64)),
            2 => Expr::pi(),
            3 => Expr::pi().over(Expr::from(1 + self.below(12) as i64)),
            4 => Expr::call("sqrt", vec![Expr::from(1 + self.below(12) as i64)]),
            5 | 6 => Expr::name("x"),
            7 => Expr::name("y"),
            _ => Expr::name("t"),
        }
    }

    fn tree(&mut self, depth: u32) -> Expr {
        if depth == 0 || self.below(6) == 0 {
            return self.leaf();
        }
        let below = depth - 1;
        match self.below(16) {
            0..=3 => Expr::sum([self.tree(below), self.tree(below)]),
            4 => Expr::sum([self.tree(below), self.tree(below).negate()]),
            5..=8 => Expr::product([self.tree(below), self.tree(below)]),
            9 => self.tree(below).over(self.tree(below)),
            10 => {
                let exponent = [-2, -1, 2, 3][self.below(4) as usize];
                power(self.tree(below), Expr::from(exponent))
            }
            11 => {
                let (n, d) = [(1, 2), (-1, 2), (3, 2), (1, 3), (-2, 3)][self.below(5) as usize];
                power(self.tree(below), Expr::from(n).over(Expr::from(d)))
            }
            12 => power(self.tree(below), self.tree(0)),
            13 => {
                let two = ["max", "min"][self.below(2) as usize];
                Expr::call(two, vec![self.tree(below), self.tree(below)])
            }
            _ => {
                let name = FUNCTIONS[self.below(FUNCTIONS.len() as u64) as usize];
                Expr::call(name, vec![self.tree(below)])
            }
        }
    }

    /// An equal formula, by identities that hold wherever both sides are defined.
    fn rewrite(&mut self, expr: &Expr) -> Expr {
        let expr = super::super::unfold::map_children(expr, &mut |e| Ok(self.rewrite(e)));
        let expr = expr.expect("rewriting does not fail");
        let choice = self.below(4);
        match &expr.kind {
            ExprKind::Sum(terms) if choice == 0 => {
                // Backwards.
                let terms = terms.iter().rev().map(|t| {
                    let value = t.value.clone();
                    if t.negative { value.negate() } else { value }
                });
                Expr::sum(terms)
            }
            ExprKind::Product(factors) if choice < 2 => {
                // Multiplied out over the first factor that is a sum.
                let Some(at) = factors
                    .iter()
                    .position(|f| !f.inverse && matches!(f.value.kind, ExprKind::Sum(_)))
                else {
                    return expr.clone();
                };
                let ExprKind::Sum(terms) = &factors[at].value.kind else {
                    return expr.clone();
                };
                Expr::sum(terms.iter().map(|term| {
                    let mut product = term.value.clone();
                    for (index, factor) in factors.iter().enumerate() {
                        if index == at {
                            continue;
                        }
                        let value = factor.value.clone();
                        product = if factor.inverse {
                            product.over(value)
                        } else {
                            Expr::product([product, value])
                        };
                    }
                    if term.negative {
                        product.negate()
                    } else {
                        product
                    }
                }))
            }
            ExprKind::Power(base, exponent) => match &exponent.kind {
                ExprKind::Number(n) if *n == 2 => {
                    Expr::product([(**base).clone(), (**base).clone()])
                }
                ExprKind::Number(n) if *n == 3 => {
                    Expr::product([(**base).clone(), power((**base).clone(), Expr::from(2))])
                }
                _ => expr,
            },
            ExprKind::Call(call) if call.arguments.len() == 1 => {
                self.rewrite_call(&call.name, &call.arguments[0].value, choice)
            }
            _ => expr,
        }
    }

    fn rewrite_call(&mut self, name: &str, x: &Expr, choice: u64) -> Expr {
        let of = |name: &str, x: Expr| Expr::call(name, vec![x]);
        let x = || x.clone();
        let half = || x().over(Expr::from(2));
        match (name, choice) {
            ("sin", 0) => Expr::product([Expr::from(2), of("sin", half()), of("cos", half())]),
            ("sin", 1) => of(
                "cos",
                Expr::sum([x(), Expr::pi().over(Expr::from(2)).negate()]),
            ),
            ("sin", 2) => of("sin", Expr::sum([Expr::pi(), x().negate()])),
            ("cos", 0) => Expr::sum([
                Expr::from(1),
                Expr::product([Expr::from(2), power(of("sin", half()), Expr::from(2))]).negate(),
            ]),
            ("cos", 1) => of("sin", Expr::sum([x(), Expr::pi().over(Expr::from(2))])),
            ("cos", 2) => of("cos", x().negate()),
            ("tan", _) => of("sin", x()).over(of("cos", x())),
            ("exp", 0) => power(of("exp", half()), Expr::from(2)),
            ("exp", 1) => Expr::from(1).over(of("exp", x().negate())),
            ("exp", 2) => Expr::sum([of("sinh", x()), of("cosh", x())]),
            ("ln", 0) => of("ln", Expr::from(1).over(x())).negate(),
            ("ln", 1) => Expr::sum([
                of("ln", Expr::product([Expr::from(6), x()])),
                of("ln", Expr::from(2)).negate(),
                of("ln", Expr::from(3)).negate(),
            ]),
            ("sqrt", 0) => power(x(), Expr::from(1).over(Expr::from(2))),
            ("sqrt", 1) => of("sqrt", Expr::product([Expr::from(18), x()]))
                .over(Expr::product([Expr::from(3), of("sqrt", Expr::from(2))])),
            ("abs", _) => of("sqrt", power(of("abs", x().negate()), Expr::from(2))),
            ("acos", 0) => Expr::sum([Expr::pi(), of("acos", x().negate()).negate()]),
            ("acos", 1) => Expr::sum([Expr::pi().over(Expr::from(2)), of("asin", x()).negate()]),
            ("atan", _) => of("atan", x().negate()).negate(),
            _ => of(name, x()),
        }
    }
}

const FUNCTIONS: &[&str] = &[
    "sin", "cos", "tan", "exp", "ln", "sqrt", "abs", "acos", "asin", "atan", "sinh", "tanh",
    "cbrt", "sin", "cos",
];

fn power(base: Expr, exponent: Expr) -> Expr {
    ExprKind::Power(Box::new(base), Box::new(exponent)).into()
}

/// The number of cases: ten times as many in the long suite.
fn count(usual: usize) -> usize {
    let long = std::env::var_os("ISOBATH_TEST_LONG").is_some();
    if long { 10 * usual } else { usual }
}

fn form(expr: &Expr) -> Option<NormalForm> {
    let limits = Limits::default().with_timeout(std::time::Duration::from_secs(2));
    NormalForm::of(expr, &limits, &NoQuantities).ok()
}

/// Random points.
fn points(random: &mut Random, count: usize) -> Vec<[(&'static str, f64); 3]> {
    let mut point = || {
        let mut value = || 0.1 + 1.7 * random.unit();
        [("x", value()), ("y", value() - 0.9), ("t", value())]
    };
    (0..count).map(|_| point()).collect()
}

#[test]
fn printed_normal_forms_have_the_value_of_the_formula() {
    let mut random = Random(1);
    let (mut formulas, mut compared) = (0, 0);
    for _ in 0..count(1_500) {
        let expr = random.tree(3);
        let Some(form) = form(&expr) else { continue };
        let tidy = form.to_expr();
        formulas += 1;
        for at in points(&mut random, 4) {
            let (Some(value), Some(other)) = (estimate(&expr, &at), estimate(&tidy, &at)) else {
                continue;
            };
            if value.is_sharp() && other.is_sharp() {
                compared += 1;
                assert!(
                    value.agrees(other),
                    "{} is {value:?}, but {} is {other:?} at {at:?}",
                    write(&expr),
                    write(&tidy)
                );
            }
        }
    }
    assert!(formulas > 700 && compared > 1_500, "{formulas} {compared}");
}

#[test]
fn normal_forms_of_printed_forms_are_the_same() {
    let mut random = Random(2);
    let mut proved = 0;
    let mut failed = Vec::new();
    for _ in 0..count(600) {
        let expr = random.tree(3);
        let Some(form) = form(&expr) else { continue };
        let limits = Limits::default().with_timeout(std::time::Duration::from_secs(2));
        match NormalForm::difference(&expr, &form.to_expr(), &limits, &NoQuantities) {
            Ok(zero) if zero.is_zero() => proved += 1,
            _ => failed.push(format!("{} and {}", write(&expr), write(&form.to_expr()))),
        }
    }
    assert!(proved > 300, "{proved}");
    // Nested roots of different degrees may stay undecided, which is sound.
    assert!(failed.len() * 100 < proved, "{failed:#?}");
}

#[test]
fn rewritten_formulas_are_proved_equal() {
    let mut random = Random(3);
    let (mut proved, mut failed) = (0, Vec::new());
    for _ in 0..count(1_000) {
        let expr = random.tree(3);
        let other = random.rewrite(&expr);
        let limits = Limits::default().with_timeout(std::time::Duration::from_secs(2));
        match NormalForm::difference(&expr, &other, &limits, &NoQuantities) {
            Ok(zero) if zero.is_zero() => proved += 1,
            Ok(rest) => failed.push(format!(
                "{} and {}: {}",
                write(&expr),
                write(&other),
                write(&rest.to_expr())
            )),
            Err(_) => {}
        }
    }
    assert!(proved > 500, "{proved}");
    assert!(failed.len() * 50 < proved, "{failed:#?}");
}

/// A zero normal form of two unrelated formulas must be a numerical identity.
#[test]
fn zeros_are_zeros() {
    let mut random = Random(4);
    let mut zeros = 0;
    for _ in 0..count(4_000) {
        let (left, right) = (random.tree(2), random.tree(1));
        let limits = Limits::default().with_timeout(std::time::Duration::from_secs(2));
        let difference = NormalForm::difference(&left, &right, &limits, &NoQuantities);
        let Ok(zero) = difference else { continue };
        if !zero.is_zero() {
            continue;
        }
        zeros += 1;
        for at in points(&mut random, 8) {
            if let (Some(a), Some(b)) = (estimate(&left, &at), estimate(&right, &at)) {
                assert!(
                    a.agrees(b) || !a.is_sharp() || !b.is_sharp(),
                    "{} and {} at {at:?}",
                    write(&left),
                    write(&right)
                );
            }
        }
    }
    assert!(zeros > 20, "{zeros}");
}

#[test]
fn derivatives_are_slopes() {
    let mut random = Random(5);
    let mut compared = 0;
    for _ in 0..count(1_000) {
        let expr = random.tree(3);
        let slope = derivative(&expr, "x", &Limits::default(), &NoQuantities)
            .unwrap_or_else(|error| panic!("{}: {error:?}", write(&expr)));
        for at in points(&mut random, 2) {
            let moved = |h: f64| {
                let mut at = at;
                at[0].1 += h;
                evaluate(&expr, &at)
            };
            let difference = |h: f64| Some((moved(h)? - moved(-h)?) / (2.0 * h));
            let (Some(coarse), Some(fine), Some(exact)) =
                (difference(2e-4), difference(1e-4), evaluate(&slope, &at))
            else {
                continue;
            };
            // Where the two differences agree, the function is smooth at this scale.
            let scale = 1.0 + fine.abs();
            if (coarse - fine).abs() < 1e-5 * scale && fine.abs() < 1e5 {
                compared += 1;
                assert!(
                    (exact - fine).abs() < 1e-3 * scale,
                    "{}: {exact} and {fine} at {at:?}",
                    write(&expr)
                );
            }
        }
    }
    assert!(compared > 400, "{compared}");
}
