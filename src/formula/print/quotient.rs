//! A product as one fraction: everything above the stroke, everything below.

use super::super::expr::{Expr, ExprKind, Factor};

/// The factors of a product in two rows. A fraction at the head is split: `1/2*x` is x over 2.
pub(super) struct Quotient<'a> {
    /// Numerator (if it is not 1) and denominator of the fraction at the head.
    head: Option<(Option<Expr>, Expr)>,
    rest: &'a [Factor],
}

impl<'a> Quotient<'a> {
    pub(super) fn of(factors: &'a [Factor]) -> Self {
        if let Some((
            Factor {
                inverse: false,
                value,
            },
            rest,
        )) = factors.split_first()
            && let ExprKind::Number(n) = &value.kind
            && !n.is_integer()
            && *n > 0
        {
            let numerator = (*n.numer() != 1).then(|| Expr::from(n.numer().clone()));
            let head = Some((numerator, Expr::from(n.denom().clone())));
            return Quotient { head, rest };
        }
        Quotient {
            head: None,
            rest: factors,
        }
    }

    /// The factors above the stroke; none stands for 1.
    pub(super) fn above(&self) -> Vec<&Expr> {
        let head = self.head.iter().flat_map(|(numerator, _)| numerator);
        head.chain(self.row(false)).collect()
    }

    /// The factors below the stroke.
    pub(super) fn below(&self) -> Vec<&Expr> {
        let head = self.head.iter().map(|(_, denominator)| denominator);
        head.chain(self.row(true)).collect()
    }

    fn row(&self, inverse: bool) -> impl Iterator<Item = &Expr> {
        let row = self.rest.iter().filter(move |f| f.inverse == inverse);
        row.map(|factor| &factor.value)
    }
}
