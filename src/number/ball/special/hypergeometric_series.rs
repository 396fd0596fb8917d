//! Gauss's series $\sum_{n\ge0} t_n$, $t_n = \frac{(a)_n (b)_n}{(c)_n n!} z^n$, summed with a proved
//! tail, and the same series weighted by the harmonic-like numbers h_n that the logarithmic
//! connection formula needs.
//!
//! **Tail.** For n ≥ N with a + N ≥ 0, b + N ≥ 0 and c + N > 0 the ratio of consecutive terms is
//!
//! $$\left|\frac{t_{n+1}}{t_n}\right| = |z| \left(1 + \frac{a-c}{c+n}\right)
//!   \left(1 + \frac{b-1}{n+1}\right) \le q_N :=
//!   |z| \left(1 + \frac{(a-c)^+}{c+N}\right)\left(1 + \frac{(b-1)^+}{N+1}\right),$$
//!
//! with x⁺ = max(x, 0), and the right side decreases in N. If q_N < 1 the terms from N on add up to
//! at most |t_N| / (1 − q_N). (The same with a and b exchanged; the smaller of the two is used.)
//!
//! **Rational parameters of small height.** The terms are fixed-point integers with a common binary
//! point, each step a few multiplications and divisions by one word. Powers of z are kept out of the
//! terms: with m accumulators, accumulator i gathers the coefficients of z^{i + jm}, and z^m is
//! multiplied in once every m terms ("concurrent summation", D. M. Smith, "Efficient multiple-
//! precision evaluation of elementary functions", Math. Comp. 52 (1989)). Errors are counted in units
//! of the last place.
//!
//! **Other parameters.** The same loop in balls.

use rug::float::Round;
use rug::{Float, Rational};

use super::hypergeometric::Parameter;
use super::hypergeometric_splitting;
use super::hypergeometric_words::SmallRational;
use crate::error::Result;
use crate::limits::Limits;
use crate::number::ball::{Ball, Magnitude};
use crate::number::precision::Bits;

/// Parameters and argument of one series.
pub(super) struct Gauss<'a> {
    pub(super) a: &'a Parameter,
    pub(super) b: &'a Parameter,
    pub(super) c: &'a Parameter,
    pub(super) z: &'a Ball,
}

/// The two sums: $\sum t_n$ and $\sum t_n h_n$ with h_0 = 0 and
/// $h_{n+1} - h_n = \frac1{a+n} + \frac1{b+n} - \frac1{c+n} - \frac1{n+1}$.
pub(super) struct Sums {
    pub(super) plain: Ball,
    pub(super) weighted: Ball,
}

/// How many terms pass between two looks at the clock.
const TERMS_PER_CHECK: u64 = 256;

impl Gauss<'_> {
    /// The plain sum for |z| < 1, or of a polynomial; no information where the tail does not
    /// converge provably.
    pub(super) fn sum(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        if let Some(sum) = hypergeometric_splitting::series(self, prec, limits)? {
            return Ok(sum);
        }
        Ok(self.sums(false, prec, limits)?.plain)
    }

    /// Both sums, for a, b, c that are not 0, −1, −2, ….
    pub(super) fn weighted_sum(&self, prec: Bits, limits: &Limits) -> Result<Sums> {
        self.sums(true, prec, limits)
    }

    /// The plain sum term by term in balls, whatever the parameters: the independent route.
    pub(super) fn sum_in_balls(&self, prec: Bits, limits: &Limits) -> Result<Ball> {
        Ok(self.run_in_balls(false, prec, limits)?.plain)
    }

    fn sums(&self, weighted: bool, prec: Bits, limits: &Limits) -> Result<Sums> {
        let Some(small) = SmallRational::new(self) else {
            return self.run_in_balls(weighted, prec, limits);
        };
        let mut sums = small.run(&self.z.mid, weighted, prec, limits)?;
        if !self.z.is_exact() {
            // Mean value theorem: the slopes in z are bounded over the whole ball.
            let Some((slope, weighted_slope)) = small.bounds.slopes(self) else {
                return self.run_in_balls(weighted, prec, limits);
            };
            sums.plain = sums.plain.widened(slope.times(self.z.rad()));
            sums.weighted = sums.weighted.widened(weighted_slope.times(self.z.rad()));
        }
        Ok(sums)
    }

    /// The same sums term by term in balls, for any parameters.
    fn run_in_balls(&self, weighted: bool, prec: Bits, limits: &Limits) -> Result<Sums> {
        let wp = prec.plus(16);
        let [a, b, c] = [self.a, self.b, self.c].map(|p| p.to_ball(wp.plus(16)));
        let z = self.z;
        let mut term = Ball::one();
        let mut harmonic = Ball::zero();
        let mut sums = Sums {
            plain: Ball::zero(),
            weighted: Ball::zero(),
        };
        let Some(bounds) = TailBounds::new(self) else {
            return Ok(Sums::indeterminate());
        };
        let mut n = 0u64;
        loop {
            if n.is_multiple_of(TERMS_PER_CHECK) {
                limits.check_deadline()?;
            }
            if term.is_zero() {
                // A numerator factor was exactly 0: the series has ended.
                return Ok(sums);
            }
            if !term.is_finite() {
                return Ok(Sums::indeterminate());
            }
            let size = term.magnitude();
            let reference = sums.plain.magnitude();
            let small = size <= reference.shifted(-i64::from(prec.get()))
                || (n > 0
                    && size
                        .exponent()
                        .is_none_or(|e| e < -i64::from(prec.get()) - 64));
            if small && let Some(ratio) = bounds.ratio(n).filter(|q| *q < 0.999_999) {
                let tail = size.over(&one_minus(ratio));
                sums.plain = sums.plain.widened(tail);
                if weighted {
                    let spread = bounds.weight_step(n).map_or(Magnitude::INFINITY, |step| {
                        // Σ_j q^j (H + jΔ) = H/(1−q) + Δ q/(1−q)² ≤ (H + Δ/(1−q)) / (1−q).
                        harmonic
                            .magnitude()
                            .plus(Magnitude::from_f64(step).over(&one_minus(ratio)))
                    });
                    sums.weighted = sums.weighted.widened(tail.times(spread));
                }
                return Ok(sums);
            }
            sums.plain = sums.plain.add(&term, wp);
            let k = Rational::from(n);
            let [a_n, b_n, c_n] = [&a, &b, &c].map(|p| p.add_rational(&k, wp));
            let next = Rational::from(n + 1);
            if weighted {
                sums.weighted = sums.weighted.add(&term.mul(&harmonic, wp), wp);
                harmonic = harmonic
                    .add(&a_n.recip(wp), wp)
                    .add(&b_n.recip(wp), wp)
                    .sub(&c_n.recip(wp), wp)
                    .sub(&Ball::from_rational(&next, wp).recip(wp), wp);
            }
            term = term
                .mul(&a_n.mul(&b_n, wp), wp)
                .mul(z, wp)
                .div(&c_n.mul_rational(&next, wp), wp);
            n += 1;
        }
    }
}

impl Sums {
    pub(super) fn indeterminate() -> Sums {
        Sums {
            plain: Ball::indeterminate(),
            weighted: Ball::indeterminate(),
        }
    }
}

/// A lower bound of 1 − q for an upper bound q < 1 that is a double: exact enough to one ulp down.
pub(super) fn one_minus(q: f64) -> Float {
    Float::with_val_round(53, 1 - &Float::with_val(53, q), Round::Down).0
}

/// Upper bounds of (a − c)⁺, (b − c)⁺, (a − 1)⁺, (b − 1)⁺, |z| and lower bounds of a, b, c.
pub(super) struct TailBounds {
    a_c: f64,
    b_c: f64,
    a_1: f64,
    b_1: f64,
    z: f64,
    least: [f64; 3],
}

impl TailBounds {
    pub(super) fn new(series: &Gauss) -> Option<TailBounds> {
        let low = Bits::new(64);
        let one = Parameter::Rational(Rational::from(1));
        let excess = |x: &Parameter, y: &Parameter| {
            let difference = x.minus(y, low).to_ball(low);
            difference.upper(low).to_f64_round(Round::Up).max(0.0)
        };
        let least = |x: &Parameter| x.to_ball(low).lower(low).to_f64_round(Round::Down);
        let bounds = TailBounds {
            a_c: excess(series.a, series.c),
            b_c: excess(series.b, series.c),
            a_1: excess(series.a, &one),
            b_1: excess(series.b, &one),
            z: series.z.magnitude().to_f64(),
            least: [least(series.a), least(series.b), least(series.c)],
        };
        // Doubles carry these bounds faithfully only while they are of moderate size; the infinite
        // bounds of a ball without information fail here too.
        let all = [bounds.a_c, bounds.b_c, bounds.a_1, bounds.b_1, bounds.z];
        (all.iter().all(|x| *x < 1e15) && bounds.least.iter().all(|x| *x > -1e15)).then_some(bounds)
    }

    /// An upper bound of q_n if a + n, b + n, c + n > 1/2, else nothing.
    pub(super) fn ratio(&self, n: u64) -> Option<f64> {
        let n = n as f64;
        if self.least.iter().any(|x| x + n <= 0.5) {
            return None;
        }
        let c_n = self.least[2] + n;
        let first = (1.0 + self.a_c / c_n) * (1.0 + self.b_1 / (n + 1.0));
        let second = (1.0 + self.b_c / c_n) * (1.0 + self.a_1 / (n + 1.0));
        // Fewer than a dozen roundings of positive numbers, each of relative size 2^−53.
        Some(self.z * first.min(second) * (1.0 + 1e-14))
    }

    /// An upper bound of |h_{k+1} − h_k| for all k ≥ n, if a + n, b + n, c + n > 1/2.
    pub(super) fn weight_step(&self, n: u64) -> Option<f64> {
        let n = n as f64;
        if self.least.iter().any(|x| x + n <= 0.5) {
            return None;
        }
        let sum: f64 = self.least.iter().map(|x| 1.0 / (x + n)).sum();
        Some((sum + 1.0 / (n + 1.0)) * (1.0 + 1e-14))
    }

    /// Upper bounds of $\sum n |t_n/z|$ and $\sum n |t_n h_n/z|$ over |z| up to its bound: of the
    /// slopes of both sums. Doubles, rounded to nearest and enlarged at the end.
    fn slopes(&self, series: &Gauss) -> Option<(Magnitude, Magnitude)> {
        let low = Bits::new(64);
        let [a, b, c] = [series.a, series.b, series.c].map(|p| p.to_ball(low).mid.to_f64());
        // |x + n| with the error of x as a double, which is below 2^−53 |x|, as an absolute margin.
        let margin = |x: f64, n: f64| 1e-15 * (x.abs() + n);
        let above = |x: f64, n: f64| (x + n).abs() + margin(x, n);
        let below = |x: f64, n: f64| (x + n).abs() - margin(x, n);
        // coefficient = |t_n / z^n| |z|^{n−1}, n ≥ 1.
        let mut coefficient = above(a, 0.0) * above(b, 0.0) / below(c, 0.0);
        let inverse = |x: f64, n: f64| match below(x, n) {
            distance if distance > 0.0 => 1.0 / distance,
            _ => f64::INFINITY,
        };
        let weight = |n: f64| inverse(a, n) + inverse(b, n) + inverse(c, n) + 1.0 / (n + 1.0);
        let (mut slope, mut weighted, mut harmonic) = (0.0, 0.0, weight(0.0));
        let mut n = 1u64;
        loop {
            let x = n as f64;
            let denominator = below(c, x);
            if denominator <= 0.0 || !coefficient.is_finite() || n > 1 << 20 {
                return None;
            }
            slope += x * coefficient;
            weighted += x * coefficient * harmonic;
            // For the tail: n grows by the factor 1 + 1/n, h by at most Δ a term.
            let ratio = self.ratio(n).map(|q| q * (1.0 + 1.0 / x));
            if let Some(q) = ratio.filter(|q| *q < 0.999)
                && let Some(step) = self.weight_step(n)
                && x * coefficient <= slope * 1e-3
            {
                let tail = x * coefficient / (1.0 - q);
                slope += tail;
                weighted += tail * (harmonic + step / (1.0 - q));
                break;
            }
            coefficient *= above(a, x) * above(b, x) / (denominator * (x + 1.0)) * self.z;
            harmonic += weight(x);
            n += 1;
        }
        // At most 20 roundings a term over 2^20 terms: a relative error below 2^−27.
        let enlarged = |x: f64| Magnitude::from_f64(x * 1.001);
        Some((enlarged(slope), enlarged(weighted)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::hypergeometric_splitting::by_splitting;
    use super::*;

    const CASES: [[(i64, i64); 4]; 7] = [
        [(1, 2), (1, 2), (5, 2), (1, 3)],
        [(7, 2), (9, 2), (1, 3), (3, 4)],
        [(-5, 2), (1, 4), (1, 1), (-1, 2)],
        [(-61, 3), (40, 1), (7, 5), (1, 4)],
        [(1, 3), (2, 3), (60, 1), (9, 10)],
        [(11, 1), (13, 1), (25, 2), (-2, 5)],
        [(1, 2), (3, 2), (-29, 3), (1, 8)],
    ];

    fn with_case(case: [(i64, i64); 4], z: &Ball, check: impl Fn(&Gauss)) {
        let [a, b, c] = [case[0], case[1], case[2]].map(|q| Parameter::Rational(q.into()));
        check(&Gauss {
            a: &a,
            b: &b,
            c: &c,
            z,
        });
    }

    /// The sums themselves, before any guard bits are dropped: a missing error term shows here.
    #[test]
    fn fixed_point_and_splitting_hold_the_sum() {
        let limits = Limits::default();
        let mut count = 0;
        for case in CASES {
            for prec in [8, 40, 64, 300, 1000].map(Bits::new) {
                // A z of few bits, so that splitting can have it too.
                let z = Float::with_val(12, Rational::from(case[3]));
                let z = Ball::exact(z);
                with_case(case, &z, |series| {
                    let reference = prec.doubled().plus(200);
                    let exact = series.run_in_balls(true, reference, &limits).unwrap();
                    let sums = series.weighted_sum(prec, &limits).unwrap();
                    let split = by_splitting(series, prec, &limits).unwrap().unwrap();
                    for (value, exact) in [
                        (&sums.plain, &exact.plain),
                        (&sums.weighted, &exact.weighted),
                        (&split, &exact.plain),
                    ] {
                        assert!(
                            value.contains(exact),
                            "{case:?} {prec}: {value:?} {exact:?}"
                        );
                        let unit = Magnitude::power_of_two(-i64::from(prec.get()));
                        let relative = exact.magnitude().times(unit).plus(unit);
                        assert!(
                            value.rad() <= relative.shifted(72),
                            "{case:?} {prec}: {value:?}"
                        );
                    }
                });
                count += 1;
            }
        }
        assert_eq!(count, 35);
    }

    /// The tail bound against the tail, where it is far from negligible.
    #[test]
    fn tails_are_bounded() {
        let limits = Limits::default();
        let mut count = 0;
        for case in CASES {
            let z = Ball::from_rational(&case[3].into(), Bits::new(200));
            with_case(case, &z, |series| {
                let bounds = TailBounds::new(series).unwrap();
                let whole = series
                    .run_in_balls(false, Bits::new(200), &limits)
                    .unwrap()
                    .plain;
                let prec = Bits::new(200);
                let [a, b, c] = [series.a, series.b, series.c].map(|p| p.to_ball(prec));
                let (mut term, mut partial) = (Ball::one(), Ball::zero());
                let mut bounded = 0;
                for n in 0..120u64 {
                    if let Some(q) = bounds.ratio(n).filter(|q| *q < 1.0) {
                        let tail = whole.sub(&partial, prec).magnitude();
                        let bound = term.magnitude().over(&one_minus(q));
                        // The reference itself is known to about 2^−180.
                        assert!(
                            tail <= bound
                                .plus(whole.rad())
                                .plus(partial.rad())
                                .plus(Magnitude::power_of_two(-150)),
                            "{case:?} {n}: {tail:?} {bound:?}"
                        );
                        bounded += 1;
                    }
                    partial = partial.add(&term, prec);
                    let k = n as i64;
                    term = term
                        .mul(&a.add_i64(k, prec), prec)
                        .mul(&b.add_i64(k, prec), prec)
                        .mul(series.z, prec)
                        .div(&c.add_i64(k, prec).mul_i64(k + 1, prec), prec);
                }
                assert!(bounded > 20, "{case:?}: {bounded}");
            });
            count += 1;
        }
        assert_eq!(count, CASES.len());
    }

    /// For a ball z both sums contain the sums at its ends.
    #[test]
    fn slopes_cover_the_ball() {
        let limits = Limits::default();
        let mut count = 0;
        for case in CASES {
            for exponent in [-8, -20, -60] {
                let rad = Magnitude::power_of_two(exponent);
                let mid = Float::with_val(64, Rational::from(case[3]));
                let z = Ball::new(mid, rad);
                with_case(case, &z, |series| {
                    let prec = Bits::new(100);
                    let sums = series.weighted_sum(prec, &limits).unwrap();
                    for end in [z.lower(prec), z.upper(prec)] {
                        with_case(case, &Ball::exact(end), |at_end| {
                            let exact = at_end.run_in_balls(true, Bits::new(300), &limits).unwrap();
                            assert!(sums.plain.contains(&exact.plain), "{case:?} {exponent}");
                            assert!(
                                sums.weighted.contains(&exact.weighted),
                                "{case:?} {exponent}"
                            );
                        });
                    }
                });
                count += 1;
            }
        }
        assert_eq!(count, 21);
    }
}
