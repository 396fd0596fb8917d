//! The quantities `excursion.critical_points`, `excursion.saddles`, `excursion.maxima`,
//! `excursion.minima` of `(f, d=2, L, u=none, gamma_b=0)`: expected numbers of critical points of the
//! limit field T_L on S² with values of at least u, and `excursion.critical_growth(f)`.
//!
//! With λ = κ_L'(1) = χ^L and μ = κ_L''(1) the gradient of T is N(0, λ I₂), independent of T and of the
//! Hessian. Given T = t, half the trace of the Hessian is Y ~ N(−λt, v), v = 2μ + λ − λ², and its
//! determinant is Y² − 2μE with an independent exponential variable E. So by the formula of Kac and
//! Rice the numbers above u are $\frac2λ \int_u^∞ φ(t) g(t)\,dt$ with
//!
//! * saddles: $g = 2μ \sqrt{μ/(μ+v)}\, e^{-λ^2t^2/(2(μ+v))}$,
//! * maxima: $g = E[h(Y); Y < 0]$, minima: $g = E[h(Y); Y > 0]$, $h(y) = y^2 - 2μ + 2μ e^{-y^2/(2μ)}$.
//!
//! **Closed forms.** Let W = −Y; (W, T) is Gaussian with variances s² = 2μ + λ and 1 and covariance λ.
//! With X = W/s, ρ = λ/s, r = √(1−ρ²) = √(v)/s, and P(ρ, u) = P(X > 0, T > u) ([`super::quadrant`]):
//!
//! * saddles: $\frac{4μ^{3/2}}{λ\sqrt{3μ+λ}}\,\bigl(1-Φ(u\sqrt{(3μ+λ)/(3μ+λ-λ^2)})\bigr)$;
//! * maxima: $\frac2λ \bigl[λ P(ρ,u) + s^2ρ φ(u) (ρu\,Φ(ρu/r) + r φ(ρu/r))
//!   + 2μ (1+a)^{-1/2} P(ρ', u/τ)\bigr]$ with a = s²/μ, τ² = ρ²/(1+a) + r², ρ' = ρ/(√(1+a) τ);
//! * minima: the same with −ρ for ρ and −ρ' for ρ' everywhere, and X for −X.
//!
//! Proof of the second: $E[(X^2-1);\,X>0,\,T>u] = ρφ(u)(ρuΦ(ρu/r) + rφ(ρu/r))$ by parts, since
//! $φ(x)φ((u-ρx)/r) = φ(u)φ((x-ρu)/r)$; and $e^{-aX^2/2}$ turns the law of X into $(1+a)^{-1/2}$ times
//! N(0, 1/(1+a)). All of them, u = −∞: saddles $4μ^{3/2}/(λ\sqrt{3μ+λ})$, maxima and minima each 1 plus half of
//! that. Maxima + minima − saddles is the Euler characteristic of [`super::curvature`] at every u.
//!
//! **Depth.** r = κ''(1)/(χ(1−χ)). χ < 1: N → 2 + 8r^{3/2}/√(3r+1); χ = 1: N ~ (8/√3) κ''(1) L; χ > 1:
//! N ~ (8/√3) κ''(1) χ^{L−1}/(χ−1).
//!
//! The field must be C², so the index above 2: relu, with 3/2, is excluded. S. Di Lillo, "Critical
//! points of random neural networks", arXiv:2505.17000; the closed forms are derived here.

use std::cmp::Ordering;

use super::quadrant::probability;
use super::setting::{ACTIVATION, BIAS, DEPTH, DIMENSION_2, Network, check_bias};
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// Which critical points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Index 1.
    Saddles,
    /// Index 2.
    Maxima,
    /// Index 0.
    Minima,
}

/// See the [module](self).
pub struct Count {
    which: Which,
    signature: Signature,
    about: About,
}

const PARAMETERS: &[Parameter] = &[
    ACTIVATION,
    DIMENSION_2,
    DEPTH,
    Parameter::optional(
        "u",
        Kind::Number,
        "none",
        "the least value that counts; all values if left out",
    ),
    BIAS,
];

const METHODS: &[(&str, &str)] = &[
    (
        "closed",
        "elementary functions, the normal law and Owen's function",
    ),
    (
        "euler",
        "through the Euler characteristic and the saddles, where that gives it",
    ),
];

const DOMAIN: &str =
    "f with covariance regularity index above 2, d = 2, L >= 0, u real, 0 <= gamma_b < 1";
const SOURCE: &str =
    "Di Lillo 2025, arXiv:2505.17000 (the classes); closed forms from the Kac-Rice formula";

macro_rules! count {
    ($which:expr, $name:literal, $summary:literal, $definition:literal, $example:literal) => {
        Count {
            which: $which,
            signature: Signature {
                name: $name,
                parameters: PARAMETERS,
            },
            about: About {
                summary: $summary,
                definition: $definition,
                domain: DOMAIN,
                source: SOURCE,
                methods: METHODS,
                special: &["f linear (mu = 0): one maximum, one minimum, no saddle"],
                example: $example,
            },
        }
    };
}

/// `excursion.critical_points(f, d=2, L, u=none, gamma_b=0)`.
pub static CRITICAL_POINTS: Count = count!(
    Which::All,
    "excursion.critical_points",
    "the expected number of critical points of the limit field on S^2 with values of at least u",
    "without u: 2 + 8 mu^(3/2)/(lambda sqrt(3 mu + lambda)), lambda = kappa_L'(1), mu = kappa_L''(1); above u: Euler \
     characteristic plus twice the saddles",
    "excursion.critical_points(gelu, L=3)"
);
/// `excursion.saddles(f, d=2, L, u=none, gamma_b=0)`.
pub static SADDLES: Count = count!(
    Which::Saddles,
    "excursion.saddles",
    "the expected number of saddles of the limit field on S^2 with values of at least u",
    "4 mu^(3/2)/(lambda sqrt(3 mu + lambda)) (1 - Phi(u sqrt((3 mu + lambda)/(3 mu + lambda - lambda^2))))",
    "excursion.saddles(gelu, L=3, u=1)"
);
/// `excursion.maxima(f, d=2, L, u=none, gamma_b=0)`.
pub static MAXIMA: Count = count!(
    Which::Maxima,
    "excursion.maxima",
    "the expected number of local maxima of the limit field on S^2 with values of at least u",
    "without u: 1 + 2 mu^(3/2)/(lambda sqrt(3 mu + lambda)); above u through Owen's function",
    "excursion.maxima(gelu, L=3, u=1)"
);
/// `excursion.minima(f, d=2, L, u=none, gamma_b=0)`.
pub static MINIMA: Count = count!(
    Which::Minima,
    "excursion.minima",
    "the expected number of local minima of the limit field on S^2 with values of at least u",
    "without u: 1 + 2 mu^(3/2)/(lambda sqrt(3 mu + lambda)); above u through Owen's function",
    "excursion.minima(gelu, L=3, u=1)"
);

/// λ and μ of the limit field at a depth.
pub(super) struct Spectrum {
    lambda: Ball,
    mu: Ball,
    prec: Bits,
}

impl Spectrum {
    pub(super) fn new(lambda: Ball, mu: Ball, prec: Bits) -> Spectrum {
        Spectrum { lambda, mu, prec }
    }

    /// 3μ + λ.
    fn outer(&self) -> Ball {
        self.mu.mul_i64(3, self.prec).add(&self.lambda, self.prec)
    }

    /// 4μ^{3/2}/(λ√(3μ+λ)), all saddles.
    fn all_saddles(&self) -> Ball {
        let prec = self.prec;
        let top = self.mu.mul(&self.mu.sqrt(prec), prec).mul_2exp(2);
        let bottom = self.lambda.mul(&self.outer().sqrt(prec), prec);
        top.div(&bottom, prec)
    }

    /// The saddles with T ≥ u.
    fn saddles(&self, level: Option<&Ball>) -> Ball {
        let prec = self.prec;
        let all = self.all_saddles();
        let (Some(u), false) = (level, self.mu.is_zero()) else {
            return all;
        };
        let inner = self.outer().sub(&self.lambda.square(prec), prec);
        let scaled = u.mul(&self.outer().div(&inner, prec).sqrt(prec), prec);
        all.mul(&scaled.neg().normal_cdf(prec), prec)
    }

    /// Maxima (`side` = 1) or minima (−1) with T ≥ u.
    fn extrema(&self, level: Option<&Ball>, side: i64, limits: &Limits) -> Result<Ball> {
        let prec = self.prec;
        let Some(u) = level else {
            return Ok(self.all_saddles().mul_2exp(-1).add_i64(1, prec));
        };
        let (lambda, mu) = (&self.lambda, &self.mu);
        // s², ρ s = λ, and r s = √v with v = 2μ + λ − λ².
        let s2 = mu.mul_2exp(1).add(lambda, prec);
        let v = s2.sub(&lambda.square(prec), prec);
        let density = u.normal_density(prec);
        if mu.is_zero() {
            return self.of_a_linear_field(u, side);
        }
        let rest = v.sqrt(prec);
        let tangent = lambda.div(&rest, prec).mul_i64(side, prec);
        let quadrant = probability(u, &tangent, prec, limits)?;
        // s²ρ φ(u) (ρu Φ(ρu/r) + r φ(ρu/r)) = λ φ(u) (λu Φ(λu/√v) + √v φ(λu/√v)).
        let shift = u.mul(&tangent, prec);
        let drift = u.mul(lambda, prec).mul_i64(side, prec);
        let middle = drift
            .mul(&shift.normal_cdf(prec), prec)
            .add(&rest.mul(&shift.normal_density(prec), prec), prec)
            .mul(lambda, prec)
            .mul(&density, prec)
            .mul_i64(side, prec);
        // τ² = ρ²/(1+a) + r² and ρ'/√(1−ρ'²) = ρ/(r√(1+a)), 1 + a = (3μ+λ)/μ.
        let one_plus_a = self.outer().div(mu, prec);
        let root = one_plus_a.sqrt(prec);
        let tau2 = lambda
            .square(prec)
            .div(&one_plus_a, prec)
            .add(&v, prec)
            .div(&s2, prec);
        let level = u.div(&tau2.sqrt(prec), prec);
        let damped = probability(&level, &tangent.div(&root, prec), prec, limits)?;
        let last = mu.mul_2exp(1).mul(&damped, prec).div(&root, prec);
        let sum = lambda
            .mul(&quadrant, prec)
            .add(&middle, prec)
            .add(&last, prec);
        Ok(sum.mul_2exp(1).div(lambda, prec))
    }

    /// T(x) = ⟨a, x⟩: the maximum is |a| with a χ₃ law, the minimum −|a|.
    fn of_a_linear_field(&self, u: &Ball, side: i64) -> Result<Ball> {
        let prec = self.prec;
        if self.lambda.certain_cmp(&Ball::one()) != Some(Ordering::Equal) {
            return Ok(Ball::indeterminate());
        }
        // P(|a| ≥ u) = 2(1 − Φ(u)) + 2uφ(u) for u ≥ 0, and 1 below.
        let tail = |x: &Ball| {
            let density = x.mul(&x.normal_density(prec), prec);
            x.neg().normal_cdf(prec).add(&density, prec).mul_2exp(1)
        };
        Ok(match (u.sign(), side) {
            (Some(Ordering::Less | Ordering::Equal), 1) => Ball::one(),
            (Some(Ordering::Greater), 1) => tail(u),
            (Some(Ordering::Greater | Ordering::Equal), _) => Ball::zero(),
            (Some(Ordering::Less), _) => Ball::one().sub(&tail(&u.neg()), prec),
            (None, _) => Ball::indeterminate(),
        })
    }

    /// The count asked for.
    fn count(
        &self,
        which: Which,
        level: Option<&Ball>,
        euler: bool,
        limits: &Limits,
    ) -> Result<Ball> {
        let prec = self.prec;
        let characteristic = || match level {
            None => Ball::from_i64(2),
            Some(u) => super::curvature::euler_on_the_sphere(&self.lambda, u, prec),
        };
        let twice = || self.saddles(level).mul_2exp(1);
        Ok(match which {
            Which::Saddles => self.saddles(level),
            // Maxima + minima = characteristic + saddles.
            Which::All if !euler || level.is_none() => characteristic().add(&twice(), prec),
            Which::All => self
                .extrema(level, 1, limits)?
                .add(&self.extrema(level, -1, limits)?, prec)
                .add(&self.saddles(level), prec),
            Which::Maxima if euler => characteristic()
                .add(&self.saddles(level), prec)
                .sub(&self.extrema(level, -1, limits)?, prec),
            Which::Minima if euler => characteristic()
                .add(&self.saddles(level), prec)
                .sub(&self.extrema(level, 1, limits)?, prec),
            Which::Maxima => self.extrema(level, 1, limits)?,
            Which::Minima => self.extrema(level, -1, limits)?,
        })
    }
}

impl Quantity for Count {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let euler = method(&self.about, request)? == "euler";
        let limits = request.limits;
        let reader = Reader::new(&self.signature, arguments);
        let network = Network::read(&reader, 0, 2, 4, limits)?;
        let level = reader.finite(3)?;
        network.check_twice("the expected number of critical points")?;
        if reader.number(1)?.as_integer().is_none_or(|d| *d != 2) {
            return Err(Error::domain(format!(
                "the number of critical points is known here on S^2 only, so `{}` needs d = 2",
                self.signature.name
            ))
            .with_hint("excursion.euler_characteristic has any d"));
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let lambda = network.slope_in_depth(work, limits)?;
            let mu = network.curvature_in_depth(work, limits)?;
            let level = level.map(|u| u.to_ball(work));
            Spectrum::new(lambda, mu, work).count(self.which, level.as_ref(), euler, limits)
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

/// See the [module](self).
pub struct Growth;

/// `excursion.critical_growth(f, gamma_b=0)`.
pub static GROWTH: Growth = Growth;

static GROWTH_SIGNATURE: Signature = Signature {
    name: "excursion.critical_growth",
    parameters: &[ACTIVATION, BIAS],
};

static GROWTH_ABOUT: About = About {
    summary: "the leading coefficient of the expected number of critical points on S^2 as the depth grows",
    definition: "with r = kappa''(1)/(chi (1-chi)): chi < 1: the limit 2 + 8 r^(3/2)/sqrt(3 r + 1); chi = 1: \
                 8/sqrt(3) kappa''(1), times L; chi > 1: 8/sqrt(3) kappa''(1)/(chi (chi-1)), times chi^L",
    domain: "f with covariance regularity index above 2, 0 <= gamma_b < 1",
    source: SOURCE,
    methods: &[("closed", "the formula of the regime")],
    special: &["exp: 8/sqrt(3), times L"],
    example: "excursion.critical_growth(gelu)",
};

impl Quantity for Growth {
    fn signature(&self) -> &Signature {
        &GROWTH_SIGNATURE
    }

    fn about(&self) -> &About {
        &GROWTH_ABOUT
    }

    fn caveat(&self) -> Option<&'static str> {
        Some(
            "times 1, L or chi^L, for chi = (1-gamma_b) spectral_parameter(f) below, at or above 1",
        )
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&GROWTH_ABOUT, request)?;
        let limits = request.limits;
        let reader = Reader::new(&GROWTH_SIGNATURE, arguments);
        let expr = reader.expression(0)?;
        let bias = reader.number(1)?.clone();
        check_bias(&bias)?;
        let network = Network::one_layer(expr, bias, limits)?;
        network.check_twice("the expected number of critical points")?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let chi = network.slope(work, limits)?;
            let second = network.second(work, limits)?;
            let root3 = Ball::from_i64(3).sqrt(work);
            let eight = second.mul_2exp(3).div(&root3, work);
            match chi.certain_cmp(&Ball::one()) {
                Some(Ordering::Less) => {
                    let rest = Ball::one().sub(&chi, work);
                    let r = second.div(&chi.mul(&rest, work), work);
                    let bottom = r.mul_i64(3, work).add_i64(1, work).sqrt(work);
                    let top = r.mul(&r.sqrt(work), work).mul_2exp(3);
                    Ok(top.div(&bottom, work).add_i64(2, work))
                }
                Some(Ordering::Equal) => Ok(eight),
                Some(Ordering::Greater) => {
                    let rest = chi.add_i64(-1, work);
                    Ok(eight.div(&chi.mul(&rest, work), work))
                }
                None => Err(Error::undecided(format!(
                    "whether the spectral parameter is below, at or above 1 is not decided at {work}"
                ))),
            }
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::geometry::setting::geometric_sum;
    use rug::Rational;

    fn ball(a: i64, b: i64, prec: Bits) -> Ball {
        Ball::from_rational(&Rational::from((a, b)), prec)
    }

    fn spectra(prec: Bits) -> Vec<Spectrum> {
        // λ, μ with v = 2μ + λ − λ² > 0.
        [
            ((6, 5), (4, 5)),
            ((1, 1), (1, 2)),
            ((1, 3), (1, 7)),
            ((3, 1), (9, 1)),
        ]
        .into_iter()
        .map(|((a, b), (c, d))| Spectrum::new(ball(a, b, prec), ball(c, d, prec), prec))
        .collect()
    }

    /// (2/λ) ∫_u^∞ φ(t) E[h(Y); ±Y < 0] dt by the trapezoid rule in doubles, Y = −λt + √v ξ: the other
    /// order of integration.
    fn by_quadrature(lambda: f64, mu: f64, u: f64, side: f64) -> f64 {
        let v = 2.0 * mu + lambda - lambda * lambda;
        let phi = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let h = |y: f64| y * y - 2.0 * mu + 2.0 * mu * (-y * y / (2.0 * mu)).exp();
        let (n, far) = (2000, 12.0f64);
        let simpson = |a: f64, b: f64, f: &dyn Fn(f64) -> f64| {
            let step = (b - a) / f64::from(n);
            (0..=n)
                .map(|i| {
                    let weight = if i == 0 || i == n {
                        1.0
                    } else {
                        f64::from(2 + 2 * (i % 2))
                    };
                    weight * f(a + f64::from(i) * step)
                })
                .sum::<f64>()
                * step
                / 3.0
        };
        let root = v.sqrt();
        let inner = |t: f64| {
            // ±(−λt + √v ξ) < 0.
            let edge = lambda * t / root;
            let f = |x: f64| phi(x) * h(root * x - lambda * t);
            if side > 0.0 {
                simpson(-(far + edge.abs()), edge, &f)
            } else {
                simpson(edge, far + edge.abs(), &f)
            }
        };
        2.0 / lambda * simpson(u, far, &|t| phi(t) * inner(t))
    }

    #[test]
    fn closed_forms_are_the_integrals_of_kac_and_rice() {
        let (prec, limits) = (Bits::new(100), Limits::default());
        let mut compared = 0;
        for spectrum in spectra(prec) {
            let (lambda, mu) = (spectrum.lambda.mid().to_f64(), spectrum.mu.mid().to_f64());
            for u in [(0, 1), (1, 1), (-3, 2)] {
                let level = ball(u.0, u.1, prec);
                for side in [1, -1] {
                    let value = spectrum
                        .extrema(Some(&level), side, &limits)
                        .expect("a value");
                    let known = by_quadrature(lambda, mu, u.0 as f64 / u.1 as f64, side as f64);
                    let gap = (value.mid().to_f64() - known).abs();
                    assert!(gap < 1e-8, "{lambda} {mu} {u:?} {side}: {value:?} {known}");
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 24);
    }

    /// Morse: maxima − saddles + minima is the Euler characteristic at every level.
    #[test]
    fn the_alternating_sum_is_the_euler_characteristic() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        for spectrum in spectra(prec) {
            for u in [(0, 1), (1, 1), (-3, 2), (4, 1), (-6, 1)] {
                let level = ball(u.0, u.1, prec);
                let some = Some(&level);
                let sum = spectrum
                    .extrema(some, 1, &limits)
                    .and_then(|a| Ok(a.add(&spectrum.extrema(some, -1, &limits)?, prec)))
                    .expect("values")
                    .sub(&spectrum.saddles(some), prec);
                let known =
                    super::super::curvature::euler_on_the_sphere(&spectrum.lambda, &level, prec);
                let gap = sum.sub(&known, prec);
                assert!(gap.contains_zero(), "{u:?}: {sum:?} {known:?}");
                assert!(gap.magnitude() < crate::number::Magnitude::power_of_two(-120));
                for which in [Which::All, Which::Maxima, Which::Minima, Which::Saddles] {
                    let [a, b] = [false, true].map(|euler| {
                        spectrum
                            .count(which, some, euler, &limits)
                            .expect("a value")
                    });
                    assert!(a.overlaps(&b), "{which:?}");
                }
            }
        }
    }

    /// A high degree l has λ = l(l+1)/2, μ = (l−1)l(l+1)(l+2)/8: N ~ (2/√3) l².
    #[test]
    fn monochromatic_waves_have_two_over_root_three_l_squared() {
        let (prec, limits) = (Bits::new(100), Limits::default());
        let l = 2000i64;
        let lambda = Ball::from_i64(l * (l + 1) / 2);
        let mu = Ball::from_i64(l * (l + 1) / 8).mul_i64((l - 1) * (l + 2), prec);
        let spectrum = Spectrum::new(lambda, mu, prec);
        let all = spectrum
            .count(Which::All, None, false, &limits)
            .expect("a value");
        let ratio = all.mid().to_f64() / (l * l) as f64 * 3f64.sqrt() / 2.0;
        assert!((ratio - 1.0).abs() < 2e-3, "{ratio}");
    }

    #[test]
    fn a_linear_field_has_one_maximum_of_chi_law() {
        let (prec, limits) = (Bits::new(100), Limits::default());
        let linear = Spectrum::new(Ball::one(), Ball::zero(), prec);
        let count =
            |which, u: Option<&Ball>| linear.count(which, u, false, &limits).expect("a value");
        assert!(count(Which::All, None).contains_rational(&Rational::from(2)));
        assert!(count(Which::Saddles, None).contains_zero());
        let (up, down) = (ball(3, 2, prec), ball(-3, 2, prec));
        let tail = count(Which::Maxima, Some(&up));
        // P(χ₃ ≥ 3/2) = 2(1 − Φ(3/2)) + 3φ(3/2)
        assert!((tail.mid().to_f64() - 0.522_167_2).abs() < 1e-5, "{tail:?}");
        let rest = count(Which::Minima, Some(&down));
        assert!(tail.add(&rest, prec).contains_rational(&Rational::from(1)));
        assert!(count(Which::Maxima, Some(&down)).contains_rational(&Rational::from(1)));
    }

    /// The regimes against deep networks.
    #[test]
    fn the_leading_coefficients_are_limits_of_the_counts() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for (chi, depth) in [((4, 5), 200u32), ((6, 5), 200), ((1, 1), 200_000)] {
            let chi = ball(chi.0, chi.1, prec);
            let second = ball(1, 2, prec);
            let lambda = chi.pow_u64(u64::from(depth), prec);
            let mu = second
                .mul(&chi.pow_u64(u64::from(depth) - 1, prec), prec)
                .mul(&geometric_sum(&chi, depth, prec), prec);
            let count = Spectrum::new(lambda.clone(), mu, prec)
                .count(Which::All, None, false, &limits)
                .expect("a value")
                .mid()
                .to_f64();
            let (c, k) = (chi.mid().to_f64(), 0.5f64);
            let expected = if c < 1.0 {
                let r = k / (c * (1.0 - c));
                2.0 + 8.0 * r.powf(1.5) / (3.0 * r + 1.0).sqrt()
            } else if c > 1.0 {
                8.0 / 3f64.sqrt() * k / (c * (c - 1.0)) * lambda.mid().to_f64()
            } else {
                8.0 / 3f64.sqrt() * k * f64::from(depth)
            };
            assert!(
                (count / expected - 1.0).abs() < 1e-4,
                "{c}: {count} {expected}"
            );
        }
    }
}
