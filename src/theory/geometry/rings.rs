//! Rings on the sphere: equidistant points on circles of latitude, and spherical harmonics on them.
//!
//! The latitudes are the R nodes $c_i$ of Gauss-Legendre quadrature with weights $w_i$, and each ring has
//! M points. With $Y_{lm} = \bar P_{lm}(\cos θ) e^{imφ}$, $\int |Y_{lm}|^2 = 1$, the coefficients of a field T
//! are estimated by
//!
//! $$a_{lm} = \frac{2π}{M} \sum_i w_i \bar P_{lm}(c_i) \sum_j T_{ij} e^{-imφ_j},$$
//!
//! direct Fourier sums along the rings, then a sum over rings: right for fields without harmonics of
//! degree $\min(2R, M) - l$ and above, and with an error known exactly for the others (see
//! [`power`](super::power)). The angular power is $D_l = \frac{1}{4π} \sum_m |a_{lm}|^2$.
//!
//! All numbers are made by arithmetic, roots and the kernels of the sampler: the same bits everywhere.

use crate::error::{Error, Result};
use crate::montecarlo::kernels::sin_cos_turns;
use crate::montecarlo::{LANES, Lane};

/// Most points of a grid.
const MOST_POINTS: usize = 1 << 14;

/// A grid of rings with its harmonics up to a degree.
#[derive(Debug, Clone)]
pub struct Rings {
    /// (cos θ, sin θ, w) of the rings, from north to south.
    latitudes: Vec<(f64, f64, f64)>,
    /// (cos φ, sin φ) of the points of a ring.
    longitudes: Vec<(f64, f64)>,
    degrees: usize,
    /// $\sqrt{π}\, w_i \bar P_{lm}(c_i)/M$, so that the sum of squares is $D_l$; ring by ring, then degree by
    /// degree, then m = 0 … l, with a factor √2 for m > 0, which stands for −m too.
    harmonics: Vec<f64>,
}

impl Rings {
    /// R = `rings` rings of M = `points` points, with harmonics of degree l < `degrees`.
    ///
    /// # Errors
    /// A domain error unless M is a multiple of 4, `degrees` ≤ min(R, M/2), and there are at most 2¹⁴ points.
    pub fn new(rings: usize, points: usize, degrees: usize) -> Result<Rings> {
        let fits = rings >= 1
            && points >= 4
            && points.is_multiple_of(4)
            && rings.saturating_mul(points) <= MOST_POINTS;
        if !fits || degrees < 1 || degrees > rings.min(points / 2) {
            return Err(Error::domain(format!(
                "{rings} rings of {points} points do not resolve {degrees} degrees"
            ))
            .with_hint(
                "points a multiple of 4, degrees at most the rings and half the points of a ring",
            ));
        }
        let latitudes: Vec<(f64, f64, f64)> = (0..rings)
            .map(|i| {
                let (c, w) = gauss_node(i, rings);
                (c, ((1.0 - c) * (1.0 + c)).sqrt(), w)
            })
            .collect();
        let longitudes = (0..points)
            .map(|j| {
                let (sin, cos) = sin_cos_turns(j as f64 / points as f64);
                (cos, sin)
            })
            .collect();
        let mut harmonics = Vec::new();
        for &(c, s, w) in &latitudes {
            let scale = std::f64::consts::PI.sqrt() * w / points as f64;
            for l in 0..degrees {
                for m in 0..=l {
                    let twice = if m > 0 { std::f64::consts::SQRT_2 } else { 1.0 };
                    harmonics.push(scale * twice * associated_legendre(l, m, c, s));
                }
            }
        }
        Ok(Rings {
            latitudes,
            longitudes,
            degrees,
            harmonics,
        })
    }

    /// (cos θ, w) of the rings, from north to south.
    pub fn latitudes(&self) -> impl Iterator<Item = (f64, f64)> {
        self.latitudes.iter().map(|&(c, _, w)| (c, w))
    }

    /// Points of a ring.
    pub fn ring_points(&self) -> usize {
        self.longitudes.len()
    }

    /// Degrees of the harmonics, from 0 on.
    pub fn degrees(&self) -> usize {
        self.degrees
    }

    /// The points in the order of rings, then of longitude.
    pub fn points(&self) -> Vec<[f64; 3]> {
        let ring = |&(c, s, _): &(f64, f64, f64)| {
            let at = move |&(cos, sin): &(f64, f64)| [s * cos, s * sin, c];
            self.longitudes.iter().map(at).collect::<Vec<_>>()
        };
        self.latitudes.iter().flat_map(ring).collect()
    }

    /// The angular power $D_l$ of the values at [`points`](Self::points), for each degree.
    #[inline(always)]
    pub(super) fn power(&self, values: &[Lane], out: &mut [Lane]) {
        let (degrees, points) = (self.degrees, self.longitudes.len());
        // Real and imaginary parts of a_lm, both in the order of `harmonics` within a ring.
        let terms = degrees * (degrees + 1) / 2;
        let mut re = vec![[0.0; LANES]; terms];
        let mut im = re.clone();
        let rings = values.chunks_exact(points);
        for (ring, weights) in rings.zip(self.harmonics.chunks_exact(terms)) {
            for m in 0..degrees {
                let (mut x, mut y) = ([0.0; LANES], [0.0; LANES]);
                for (j, value) in ring.iter().enumerate() {
                    let (cos, sin) = self.longitudes[j * m % points];
                    for l in 0..LANES {
                        x[l] = value[l].mul_add(cos, x[l]);
                        y[l] = value[l].mul_add(sin, y[l]);
                    }
                }
                for degree in m..degrees {
                    let at = degree * (degree + 1) / 2 + m;
                    let weight = weights[at];
                    for l in 0..LANES {
                        re[at][l] = x[l].mul_add(weight, re[at][l]);
                        im[at][l] = y[l].mul_add(weight, im[at][l]);
                    }
                }
            }
        }
        for (degree, out) in out.iter_mut().enumerate() {
            *out = [0.0; LANES];
            let first = degree * (degree + 1) / 2;
            for at in first..=first + degree {
                for l in 0..LANES {
                    out[l] = re[at][l].mul_add(re[at][l], out[l]);
                    out[l] = im[at][l].mul_add(im[at][l], out[l]);
                }
            }
        }
    }
}

/// Node i of n and its weight: Newton's method on $P_n$ from $\cos(π (i + 3/4)/(n + 1/2))$, which converges
/// to full precision in at most eight steps for every n of a grid.
fn gauss_node(i: usize, n: usize) -> (f64, f64) {
    let guess = (i as f64 + 0.75) / (2.0 * (n as f64 + 0.5));
    let mut x = sin_cos_turns(guess).1;
    let mut slope = 1.0;
    for _ in 0..8 {
        let (mut before, mut value) = (1.0, x);
        for k in 2..=n {
            let k = k as f64;
            (before, value) = (
                value,
                ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k,
            );
        }
        slope = n as f64 * (before - x * value) / (1.0 - x * x);
        x -= value / slope;
    }
    (x, 2.0 / ((1.0 - x * x) * slope * slope))
}

/// $\bar P_{lm}(c)$ for m ≥ 0, with $\int |\bar P_{lm} e^{imφ}|^2 = 1$, s = √(1 − c²): from $\bar P_{mm}$ up in l
/// by the three-term recurrence of the normalised functions.
fn associated_legendre(l: usize, m: usize, c: f64, s: f64) -> f64 {
    let mut start = (0.25 / std::f64::consts::PI).sqrt();
    for k in 1..=m {
        let k = k as f64;
        start *= -s * ((2.0 * k + 1.0) / (2.0 * k)).sqrt();
    }
    let (m_f, mut before, mut value) = (m as f64, 0.0, start);
    let root = |k: f64| ((4.0 * k * k - 1.0) / (k * k - m_f * m_f)).sqrt();
    for k in m + 1..=l {
        let k = k as f64;
        let next = match k - 1.0 > m_f {
            true => root(k) * (c * value - before / root(k - 1.0)),
            false => root(k) * c * value,
        };
        (before, value) = (value, next);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_integrate_polynomials() {
        for n in [1, 2, 5, 16, 24] {
            for power in 0..2 * n {
                let sum: f64 = (0..n)
                    .map(|i| gauss_node(i, n))
                    .map(|(x, w)| w * x.powi(power as i32))
                    .sum();
                let exact = match power % 2 {
                    0 => 2.0 / (power as f64 + 1.0),
                    _ => 0.0,
                };
                assert!((sum - exact).abs() < 1e-14, "{n} {power}: {sum} {exact}");
            }
        }
    }

    #[test]
    fn harmonics_have_their_power_and_no_other() {
        // T = Y_lm in each of its real forms has |a|² = 1 at its own degree: D_l = 1/(4π).
        let rings = Rings::new(12, 24, 6).unwrap();
        let mut cases = 0;
        for l in 0..6 {
            for m in 0..=l {
                for phase in [0, 1] {
                    if m == 0 && phase == 1 {
                        continue;
                    }
                    let mut values = Vec::new();
                    for &(c, s, _) in &rings.latitudes {
                        for j in 0..24 {
                            let angle = std::f64::consts::TAU * (j * m) as f64 / 24.0;
                            let wave = if phase == 0 { angle.cos() } else { angle.sin() };
                            let norm = if m > 0 { 2f64.sqrt() } else { 1.0 };
                            values.push([norm * wave * associated_legendre(l, m, c, s); LANES]);
                        }
                    }
                    let mut out = vec![[0.0; LANES]; 6];
                    rings.power(&values, &mut out);
                    for (k, power) in out.iter().enumerate() {
                        let exact = match k == l {
                            true => 0.25 / std::f64::consts::PI,
                            false => 0.0,
                        };
                        assert!((power[5] - exact).abs() < 1e-14, "{l} {m}: {k} {power:?}");
                    }
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 36);
    }

    #[test]
    fn grids_that_resolve_nothing_are_refused() {
        for (rings, points, degrees) in
            [(0, 8, 1), (4, 6, 2), (4, 8, 5), (4, 8, 0), (4096, 4096, 2)]
        {
            assert!(Rings::new(rings, points, degrees).is_err());
        }
        assert_eq!(Rings::new(4, 8, 4).unwrap().points().len(), 32);
    }
}
