//! The pieces into which an integration cuts its interval.

use rug::Float;

use super::refusal::Refusal;
use crate::number::{Ball, Bits};

/// One of the pieces into which the interval is cut.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub from: Ball,
    pub to: Ball,
    /// How many cuts led to it.
    pub depth: u32,
}

impl Piece {
    /// A real ball that holds the piece.
    pub fn hull(&self, prec: Bits) -> Ball {
        Ball::from_bounds(&self.from.lower(prec), &self.to.upper(prec), prec)
    }

    /// The two halves; the point between them is exact.
    pub fn halves(&self) -> [Piece; 2] {
        let prec = self.from.mid().prec().max(self.to.mid().prec()).max(64) + 2;
        let mut middle =
            Float::with_val(prec.min(Bits::MAX.get()), self.from.mid() + self.to.mid());
        middle >>= 1;
        // A short number is as good: it need not be the middle.
        let gap = Float::with_val(32, self.to.mid() - self.from.mid());
        if let (Some(size), Some(gap)) = (middle.get_exp(), gap.get_exp()) {
            let bits = (i64::from(size) - i64::from(gap) + 8).clamp(8, i64::from(prec));
            middle = Float::with_val(bits as u32, &middle);
        }
        let middle = Ball::exact(middle);
        [
            Piece {
                from: self.from.clone(),
                to: middle.clone(),
                depth: self.depth + 1,
            },
            Piece {
                from: middle,
                to: self.to.clone(),
                depth: self.depth + 1,
            },
        ]
    }

    /// Whether the ends are no longer apart for certain.
    pub fn is_point(&self) -> bool {
        self.from.certain_cmp(&self.to) != Some(std::cmp::Ordering::Less)
    }

    /// The refusal that names this piece.
    pub fn refusal(&self) -> Refusal {
        Refusal::stuck(
            self.from.lower(Bits::new(128)),
            self.to.upper(Bits::new(128)),
        )
    }
}
