//! Closed forms written as text of the formula language, with the arguments put in.

use crate::error::Result;
use crate::formula::{Expr, parse_expr};
use crate::limits::Limits;

/// The formula `text` with each name replaced by its argument.
///
/// The arguments may hold the same names themselves, so each name first becomes one that no user
/// can type.
///
/// # Errors
/// A parse error if the text is no formula; the tests of each template read it.
pub(super) fn fill(text: &str, arguments: &[(&str, &Expr)]) -> Result<Expr> {
    let mut expr = parse_expr(text, &Limits::default())?;
    for (index, (name, _)) in arguments.iter().enumerate() {
        expr = expr.substitute(name, &Expr::name(placeholder(index)));
    }
    for (index, (_, value)) in arguments.iter().enumerate() {
        expr = expr.substitute(&placeholder(index), value);
    }
    Ok(expr)
}

/// Not a name of the language: names begin with a letter.
fn placeholder(index: usize) -> String {
    format!("#{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_with_the_same_names_are_not_mixed_up() {
        let expr = |text| parse_expr(text, &Limits::default()).expect("a formula");
        let (a, b) = (expr("n+1"), expr("theta*n"));
        let filled = fill("ln(theta)/n", &[("theta", &a), ("n", &b)]).expect("a formula");
        assert_eq!(filled, expr("ln(n+1)/(theta*n)"));
    }
}
