//! Boxes that cover an ellipse of Bernstein, in units of its interval.
//!
//! The ellipse with foci ±1 and parameter ρ > 1 has the half-axes a = (ρ + 1/ρ)/2 along the interval
//! and b = (ρ − 1/ρ)/2 across. Its upper half is covered by columns between the points a cos(jπ/K):
//! each reaches from height 0 to the greatest height of the ellipse over it. Doubles suffice: every
//! number is moved outwards by far more than their rounding.

use std::sync::LazyLock;

/// A rectangle \[x − dx, x + dx\] × \[y − dy, y + dy\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle {
    pub x: f64,
    pub dx: f64,
    pub y: f64,
    pub dy: f64,
}

impl Rectangle {
    /// The quarters, each a little larger than it need be.
    pub fn quarters(self) -> [Rectangle; 4] {
        let (dx, dy) = (self.dx / 2.0, self.dy / 2.0);
        [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)].map(|(right, up)| Rectangle {
            x: self.x + right * dx,
            dx: dx * (1.0 + SLACK),
            y: self.y + up * dy,
            dy: dy * (1.0 + SLACK),
        })
    }
}

/// Far above the rounding of doubles, and of the square root near the tips of the ellipse (2^−26).
const SLACK: f64 = 1.0 / (1 << 22) as f64;

/// Columns of a cover.
const COLUMNS: usize = 5;

/// An ellipse with its cover.
#[derive(Debug)]
pub(super) struct Ellipse {
    /// The parameter ρ, a double exactly.
    pub rho: f64,
    /// Rectangles whose union holds the closed upper half, the tallest last.
    pub upper: Vec<Rectangle>,
}

/// Ellipses in rising order.
pub(super) static ELLIPSES: LazyLock<Vec<Ellipse>> = LazyLock::new(|| {
    [2.0, 2.5, 3.125, 4.0, 5.0, 6.5, 8.5, 12.0, 18.0, 30.0, 60.0]
        .map(|rho| Ellipse {
            rho,
            upper: columns(rho),
        })
        .into()
});

/// The columns over the upper half of an ellipse.
fn columns(rho: f64) -> Vec<Rectangle> {
    let (a, b) = ((rho + 1.0 / rho) / 2.0, (rho - 1.0 / rho) / 2.0);
    let edge = |j: usize| a * (std::f64::consts::PI * j as f64 / COLUMNS as f64).cos();
    let mut columns: Vec<Rectangle> = (0..COLUMNS)
        .map(|j| {
            let (right, left) = (edge(j), edge(j + 1));
            // The ellipse is highest over the point nearest to 0.
            let nearest = if left <= 0.0 && right >= 0.0 {
                0.0
            } else {
                left.abs().min(right.abs())
            };
            let height = b * (1.0 - (nearest / a).powi(2)).max(0.0).sqrt();
            let (half, tall) = ((right - left) / 2.0, height / 2.0);
            Rectangle {
                x: f64::midpoint(left, right),
                dx: half + SLACK * a,
                y: tall,
                dy: tall + SLACK * a,
            }
        })
        .collect();
    columns.sort_by(|a, b| a.y.total_cmp(&b.y));
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_of_the_half_ellipse_is_in_a_rectangle() {
        let mut cases = 0;
        for ellipse in ELLIPSES.iter() {
            let rho = ellipse.rho;
            for radius in [0.0, 0.3, 0.9, 1.0] {
                for step in 0..=1000 {
                    let angle = std::f64::consts::PI * f64::from(step) / 1000.0;
                    let x = radius * (rho + 1.0 / rho) / 2.0 * angle.cos();
                    let y = radius * (rho - 1.0 / rho) / 2.0 * angle.sin();
                    let covered =
                        |r: &Rectangle| (x - r.x).abs() <= r.dx && (y - r.y).abs() <= r.dy;
                    assert!(ellipse.upper.iter().any(covered), "{rho} {x} {y}");
                    assert!(
                        ellipse
                            .upper
                            .iter()
                            .any(|r| r.quarters().iter().any(covered))
                    );
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 11 * 4 * 1001);
    }
}
