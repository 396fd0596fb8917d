//! Printing and reading back: random trees of every shape that the parser gives.

use proptest::prelude::*;
use rug::Rational;

use super::super::expr::{
    Argument, Binder, BinderKind, Call, Constant, Expr, ExprKind, Factor, Term,
};
use super::read;

fn number() -> impl Strategy<Value = Expr> {
    prop_oneof![
        (0u32..20).prop_map(|n| ExprKind::Number(n.into()).into()),
        (0u32..200, 1u32..200).prop_map(|q| ExprKind::Number(Rational::from(q)).into()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("x"),
        Just("theta"),
        Just("s2"),
        Just("rho"),
        Just("gamma_b")
    ]
    .prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Expr> {
    prop_oneof![
        3 => number(),
        3 => name().prop_map(Expr::name),
        1 => Just(ExprKind::Constant(Constant::Pi).into()),
        1 => Just(ExprKind::Constant(Constant::EulerGamma).into()),
    ]
}

/// A product that the parser can give: it does not begin with a divisor or a fraction of integers.
fn product(factors: Vec<(bool, Expr)>) -> Expr {
    let mut factors: Vec<Factor> = factors
        .into_iter()
        .map(|(inverse, value)| Factor { inverse, value })
        .collect();
    factors[0].inverse = false;
    if factors[1].inverse && factors[0].value.fraction_over(&factors[1].value).is_some() {
        factors[1].inverse = false;
    }
    ExprKind::Product(factors).into()
}

fn arguments(values: Vec<(bool, Expr)>) -> Vec<Argument> {
    let positional = values.iter().take_while(|(named, _)| !named).count();
    values
        .into_iter()
        .enumerate()
        .map(|(i, (_, value))| Argument {
            name: (i >= positional).then(|| format!("p{i}")),
            value,
        })
        .collect()
}

fn binder_kind(which: u8, from: Expr, to: Expr, infinite: bool) -> BinderKind {
    let end = if infinite {
        ExprKind::Infinity.into()
    } else {
        to.clone()
    };
    match which {
        0 => BinderKind::Sum { from, to: end },
        1 => BinderKind::Product { from, to: end },
        2 => BinderKind::Integral {
            from: if infinite {
                ExprKind::Negate(Box::new(end.clone())).into()
            } else {
                from
            },
            to: end,
        },
        3 => BinderKind::Derivative { order: to },
        _ => BinderKind::Coefficient { index: to },
    }
}

pub(super) fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(6, 60, 4, |inner| {
        let signed = || prop::collection::vec((any::<bool>(), inner.clone()), 2..5);
        prop_oneof![
            2 => inner.clone().prop_map(|e| ExprKind::Negate(Box::new(e)).into()),
            3 => signed().prop_map(|terms| ExprKind::Sum(
                terms.into_iter().map(|(negative, value)| Term { negative, value }).collect()
            ).into()),
            3 => signed().prop_map(product),
            2 => (inner.clone(), inner.clone())
                .prop_map(|(b, e)| ExprKind::Power(Box::new(b), Box::new(e)).into()),
            2 => (name(), prop::collection::vec((any::<bool>(), inner.clone()), 0..4))
                .prop_map(|(name, values)| ExprKind::Call(Call { name, arguments: arguments(values) }).into()),
            1 => prop::collection::vec(inner.clone(), 1..4).prop_map(|l| ExprKind::List(l).into()),
            1 => (0u8..5, inner.clone(), inner.clone(), inner, name(), any::<bool>()).prop_map(
                |(which, body, from, to, variable, infinite)| ExprKind::Binder(Box::new(Binder {
                    kind: binder_kind(which, from, to, infinite),
                    body,
                    variable,
                })).into()
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: prop::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(tree in tree()) {
        let printed = tree.to_string();
        let back = read(&printed).map_err(|e| TestCaseError::fail(format!("{printed}: {e}")))?;
        prop_assert_eq!(&back, &tree, "{}", printed);
        prop_assert_eq!(back.to_string(), printed);
    }

    /// No bracket of the canonical text can be left out: without any one pair it is no longer
    /// read, or read as another tree.
    #[test]
    fn no_bracket_is_idle(tree in tree()) {
        let printed = tree.to_string();
        for (open, close) in pairs(&printed) {
            let mut bytes = printed.clone().into_bytes();
            bytes[open] = b' ';
            bytes[close] = b' ';
            let without = String::from_utf8(bytes).expect("ASCII stays ASCII");
            prop_assert_ne!(read(&without), Ok(tree.clone()), "{}", printed);
        }
    }
}

/// The places of each pair of parentheses that is not the bracket of a call.
fn pairs(text: &str) -> Vec<(usize, usize)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for (i, c) in text.bytes().enumerate() {
        match c {
            b'(' => open.push(i),
            b')' => {
                let start = open.pop().expect("brackets are balanced");
                let grouping = start == 0
                    || !text.as_bytes()[start - 1].is_ascii_alphanumeric()
                        && text.as_bytes()[start - 1] != b'_';
                if grouping {
                    found.push((start, i));
                }
            }
            _ => {}
        }
    }
    found
}
