//! Canonical texts of scaled activations.

use rug::Rational;

/// `a*x` as people write it: `x`, `-x`, `2*x`, `x/2`, `-2*x/3`.
pub fn linear(a: &Rational) -> String {
    times(a, "x")
}

/// `name`, or `name(a*x)` where a is not 1.
pub fn scaled(name: &str, a: &Rational) -> String {
    if *a == 1 {
        name.to_string()
    } else {
        format!("{name}({})", linear(a))
    }
}

/// `a*text`.
pub fn times(a: &Rational, text: &str) -> String {
    let sign = if *a < 0 { "-" } else { "" };
    let top = Rational::from(a.abs_ref());
    let (n, d) = (top.numer(), top.denom());
    let head = if *n == 1 {
        text.to_string()
    } else {
        format!("{n}*{text}")
    };
    if *d == 1 {
        format!("{sign}{head}")
    } else {
        format!("{sign}{head}/{d}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_written_as_people_do() {
        let text = |n: i64, d: i64| linear(&Rational::from((n, d)));
        let all = [text(1, 1), text(-1, 1), text(2, 1), text(1, 2), text(-2, 3)];
        assert_eq!(all, ["x", "-x", "2*x", "x/2", "-2*x/3"]);
        assert_eq!(scaled("tanh", &Rational::from(1)), "tanh");
        assert_eq!(scaled("tanh", &Rational::from(2)), "tanh(2*x)");
    }
}
