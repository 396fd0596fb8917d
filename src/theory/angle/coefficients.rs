//! The quantities `angle.mean_coefficient(k, theta)`, `angle.variance_coefficient(k, theta)` and
//! `angle.cos_coefficient(k, theta)`: the coefficients of n^{−k} in the formal expansions
//!
//! $$E \ln\sin^2θ' = \ln(1-r^2) + \sum_{k≥1} m_k n^{-k}, \quad
//!   \mathrm{Var} \ln\sin^2θ' = \sum_{k≥1} v_k n^{-k}, \quad
//!   E\cosθ' = r + \sum_{k≥1} e_k n^{-k}, \qquad r = 2J_{11}(θ).$$
//!
//! Each is an exact polynomial in r, J₂₂, J₃₁, J₃₃, … found by the [formal delta method](super::delta_method),
//! over (1 − r²)^{2k} for the first two. At small θ the numerator of size θ^{4k} loses 4k log₂(1/θ)
//! bits: the working precision grows until none of the asked ones is missing.

use std::sync::OnceLock;

use super::cumulants::PairMoments;
use super::delta_method::{Statistic, numerator};
use super::moment_polynomial::{MomentPolynomial, indices};
use super::smallness;
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::ball::WorkingBall;
use crate::number::{Ball, Bits};
use crate::theory::moments::j::{angle, check_angle};
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::moments::{Angle, Method, moment};
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// One of the three sequences of coefficients.
pub struct Coefficient {
    statistic: Statistic,
    signature: Signature,
    about: About,
}

/// Largest order: the moments J_{a,b} of the variables have a + b ≤ 2(k + 1) ≤ 12.
pub const LAST_ORDER: u32 = 5;

/// Up to here the exact polynomial is found at once and kept.
const LAST_QUICK: u32 = 3;

const PARAMETERS: &[Parameter] = &[
    Parameter::required("k", Kind::Integer, "the order, from 1 to 5"),
    Parameter::required("theta", Kind::Number, "the angle in radians"),
];
const METHODS: &[(&str, &str)] = &[
    ("auto", "`polynomial` for k <= 3, else `balls`"),
    (
        "polynomial",
        "the exact polynomial of the delta method at the certified moments",
    ),
    (
        "balls",
        "cumulants and delta method run on balls at this angle",
    ),
];
const SOURCE: &str = "formal delta method, beyond Jakub & Nica 2024";

/// `angle.mean_coefficient(k, theta)`.
pub static MEAN: Coefficient = Coefficient {
    statistic: Statistic::Mean,
    signature: Signature {
        name: "angle.mean_coefficient",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the coefficient of n^-k in the asymptotic series of E ln sin^2 of the angle after a layer of width n",
        definition: "E ln sin^2(theta') ~ ln(1-r^2) + sum(m_k n^-k), r = 2 J(1,1,theta)",
        domain: "integers 1 <= k <= 5, 0 < theta <= pi",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "m_k -> minus the coefficient of n^-k in angle.rate(n) as theta -> 0: -2, -8, -40, -248, -1864",
            "m_1 = 4 - 4 V/D^2 with D and V as in mu",
        ],
        example: "angle.mean_coefficient(2, 1)",
    },
};

/// `angle.variance_coefficient(k, theta)`.
pub static VARIANCE: Coefficient = Coefficient {
    statistic: Statistic::Variance,
    signature: Signature {
        name: "angle.variance_coefficient",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the coefficient of n^-k in the asymptotic series of Var ln sin^2 of the angle after a layer of width n",
        definition: "Var ln sin^2(theta') ~ sum(v_k n^-k)",
        domain: "integers 1 <= k <= 5, 0 < theta <= pi",
        source: SOURCE,
        methods: METHODS,
        special: &[
            "v_k -> the coefficient of n^-k in angle.rate_variance(n) as theta -> 0: 8, 32, 508/3, 1152",
        ],
        example: "angle.variance_coefficient(2, 1)",
    },
};

/// `angle.cos_coefficient(k, theta)`.
pub static COSINE: Coefficient = Coefficient {
    statistic: Statistic::Cosine,
    signature: Signature {
        name: "angle.cos_coefficient",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the coefficient of n^-k in the asymptotic series of the mean cosine of the angle after a layer of width n",
        definition: "E cos(theta') ~ r + sum(e_k n^-k), r = 2 J(1,1,theta)",
        domain: "integers 1 <= k <= 5, 0 <= theta <= pi",
        source: SOURCE,
        methods: METHODS,
        special: &["e_k = 0 at theta = 0 and at theta = pi"],
        example: "angle.cos_coefficient(2, 1)",
    },
};

impl Coefficient {
    /// The exact numerator of the coefficient of n^{−k}, over (1 − r²)^{2k} or 1; k from 1 to 5.
    ///
    /// # Errors
    /// A limit error at the deadline.
    pub fn polynomial(&self, k: u32, limits: &Limits) -> Result<&'static MomentPolynomial> {
        static FOUND: [[OnceLock<MomentPolynomial>; LAST_ORDER as usize]; 3] =
            [const { [const { OnceLock::new() }; LAST_ORDER as usize] }; 3];
        let row = match self.statistic {
            Statistic::Mean => 0,
            Statistic::Variance => 1,
            Statistic::Cosine => 2,
        };
        let place = &FOUND[row][k as usize - 1];
        if let Some(known) = place.get() {
            return Ok(known);
        }
        let found = numerator(self.statistic, k, &PairMoments::symbolic(), limits)?;
        Ok(place.get_or_init(|| found))
    }

    fn enclose(
        &self,
        k: u32,
        theta: &Angle,
        exact: bool,
        prec: Bits,
        limits: &Limits,
    ) -> Result<Ball> {
        // At π no neuron is active for both inputs: sin²θ' = 1 and cos θ' = 0. At 0, cos θ' = 1.
        if theta.is_straight() || (theta.is_zero() && self.statistic == Statistic::Cosine) {
            return Ok(Ball::zero());
        }
        let power = u64::from(self.statistic.denominator_power(k));
        // The numerator is of the size of (1 − r²)^power ≈ θ^{2·power}; 1 − E cos θ' of that of θ².
        let guard = smallness(theta).0.saturating_mul(2 * power.max(1) as u32);
        to_relative_accuracy(prec, limits, |work| {
            let work = work.plus(guard);
            limits.check_precision(work)?;
            let moments = ball_moments(k, theta, work, limits)?;
            let above = if exact {
                let polynomial = self.polynomial(k, limits)?;
                polynomial.evaluate(&moments.values, moments.r())
            } else {
                numerator(self.statistic, k, &moments, limits)?
            };
            Ok(above.ball.div(&moments.gap.ball.pow_u64(power, work), work))
        })
    }
}

/// The moments that the coefficient of n^{−k} needs, as balls.
fn ball_moments(
    k: u32,
    theta: &Angle,
    work: Bits,
    limits: &Limits,
) -> Result<PairMoments<WorkingBall>> {
    let values = indices()
        .take_while(|(a, b)| a + b <= 2 * (k + 1))
        .map(|(a, b)| {
            let value = moment(a, b, theta, Method::Auto, work, limits)?;
            let value = if a == 1 { value.mul_2exp(1) } else { value };
            Ok(WorkingBall::new(value, work))
        })
        .collect::<Result<Vec<_>>>()?;
    // 1 − r² = s² − 4cτ − 4τ² with τ = J₁₁(π − θ), which keeps its relative accuracy at small θ.
    let tau = moment(1, 1, &theta.supplement(), Method::Auto, work, limits)?;
    let (s, c) = theta.sin_cos(work);
    let rest = c.add(&tau, work).mul(&tau, work).mul_2exp(2);
    let gap = WorkingBall::new(s.square(work).sub(&rest, work), work);
    Ok(PairMoments { values, gap })
}

impl Quantity for Coefficient {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let k = reader.integer(0, 1, LAST_ORDER)?;
        let theta = angle(reader.number(1)?)?;
        if theta.is_zero() && self.statistic != Statistic::Cosine {
            return Err(
                Error::domain(format!("`{}` needs theta > 0", self.signature.name)).with_hint(
                    "for its limit at theta -> 0 type series '...' --at theta=0 --order 1",
                ),
            );
        }
        let exact = match method {
            "polynomial" => true,
            "balls" => false,
            _ => k <= LAST_QUICK,
        };
        let value = self.enclose(k, &theta, exact, request.prec, request.limits)?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [k, theta] = arguments else {
            return Ok(None);
        };
        let Some(k) = natural(k, LAST_ORDER).filter(|k| *k >= 1) else {
            return Ok(None);
        };
        check_angle(theta)?;
        let above = self.polynomial(k, limits)?.to_expr(theta);
        let power = self.statistic.denominator_power(k);
        if power == 0 {
            return Ok(Some(above));
        }
        let j = Expr::call("J", vec![Expr::from(1), Expr::from(1), theta.clone()]);
        let square = Expr::product([Expr::from(4), j.power(2)]);
        let gap = Expr::sum([Expr::from(1), square.negate()]);
        Ok(Some(above.over(gap.power(i64::from(power)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::ring::Ring;
    use rug::Rational;

    /// A coefficient, the power of r, and the other moments.
    type Term = (i64, u32, &'static [(u32, u32)]);

    /// A polynomial in r and moments.
    fn polynomial(scale: Rational, terms: &[Term]) -> MomentPolynomial {
        let r = MomentPolynomial::r();
        terms.iter().fold(
            MomentPolynomial::default(),
            |sum, (factor, power, moments)| {
                let one = MomentPolynomial::constant(Rational::from(*factor) * &scale);
                let term = moments
                    .iter()
                    .fold(one.mul(&r.power(*power)), |product, (a, b)| {
                        product.mul(&MomentPolynomial::moment(*a, *b))
                    });
                Ring::add(&sum, &term)
            },
        )
    }

    const J22: (u32, u32) = (2, 2);
    const J31: (u32, u32) = (3, 1);
    const J33: (u32, u32) = (3, 3);
    const J42: (u32, u32) = (4, 2);
    const J51: (u32, u32) = (5, 1);

    /// The formulas of an independent computer algebra derivation.
    #[test]
    fn the_first_two_orders_are_the_known_formulas() {
        let limits = Limits::default();
        let one = || Rational::from(1);
        let m1 = polynomial(
            Rational::from(2),
            &[
                (-4, 2, &[J22]),
                (-2, 0, &[J22]),
                (8, 1, &[J31]),
                (3, 4, &[]),
                (-6, 2, &[]),
            ],
        );
        assert_eq!(*MEAN.polynomial(1, &limits).expect("in time"), m1);
        let v1 = polynomial(
            Rational::from(4),
            &[(2, 4, &[J22]), (4, 2, &[J22]), (-8, 3, &[J31]), (3, 4, &[])],
        );
        assert_eq!(*VARIANCE.polynomial(1, &limits).expect("in time"), v1);
        let m2 = polynomial(
            Rational::from((4, 3)),
            &[
                (-66, 4, &[J22, J22]),
                (-228, 2, &[J22, J22]),
                (-30, 0, &[J22, J22]),
                (480, 3, &[J22, J31]),
                (384, 1, &[J22, J31]),
                (6, 6, &[J22]),
                (-9, 4, &[J22]),
                (-288, 2, &[J22]),
                (-33, 0, &[J22]),
                (-72, 4, &[J31, J31]),
                (-432, 2, &[J31, J31]),
                (-72, 0, &[J31, J31]),
                (-12, 5, &[J31]),
                (168, 3, &[J31]),
                (276, 1, &[J31]),
                (16, 5, &[J33]),
                (8, 3, &[J33]),
                (-24, 1, &[J33]),
                (-48, 4, &[J42]),
                (36, 2, &[J42]),
                (12, 0, &[J42]),
                (24, 3, &[J51]),
                (-24, 1, &[J51]),
                (6, 8, &[]),
                (-24, 6, &[]),
                (27, 4, &[]),
                (-90, 2, &[]),
            ],
        );
        assert_eq!(*MEAN.polynomial(2, &limits).expect("in time"), m2);
        let v2 = polynomial(
            Rational::from(8),
            &[
                (2, 8, &[J22, J22]),
                (-8, 6, &[J22, J22]),
                (86, 4, &[J22, J22]),
                (96, 2, &[J22, J22]),
                (4, 0, &[J22, J22]),
                (-32, 5, &[J22, J31]),
                (-368, 3, &[J22, J31]),
                (-80, 1, &[J22, J31]),
                (11, 8, &[J22]),
                (-48, 6, &[J22]),
                (135, 4, &[J22]),
                (82, 2, &[J22]),
                (-8, 6, &[J31, J31]),
                (144, 4, &[J31, J31]),
                (184, 2, &[J31, J31]),
                (-20, 7, &[J31]),
                (64, 5, &[J31]),
                (-284, 3, &[J31]),
                (-16, 5, &[J33]),
                (12, 3, &[J33]),
                (4, 1, &[J33]),
                (-2, 8, &[J42]),
                (14, 6, &[J42]),
                (8, 4, &[J42]),
                (-20, 2, &[J42]),
                (4, 7, &[J51]),
                (-20, 5, &[J51]),
                (16, 3, &[J51]),
                (6, 8, &[]),
                (-24, 6, &[]),
                (63, 4, &[]),
            ],
        );
        assert_eq!(*VARIANCE.polynomial(2, &limits).expect("in time"), v2);
        let e1 = polynomial(
            Rational::from((1, 2)),
            &[(2, 1, &[J22]), (-8, 0, &[J31]), (9, 1, &[])],
        );
        assert_eq!(*COSINE.polynomial(1, &limits).expect("in time"), e1);
        let e2 = polynomial(
            one() / 8,
            &[
                (36, 1, &[J22, J22]),
                (-96, 0, &[J22, J31]),
                (172, 1, &[J22]),
                (-400, 0, &[J31]),
                (16, 0, &[J33]),
                (-24, 1, &[J42]),
                (48, 0, &[J51]),
                (177, 1, &[]),
            ],
        );
        assert_eq!(*COSINE.polynomial(2, &limits).expect("in time"), e2);
    }

    /// As θ → 0 the coefficients tend to those of the exact law of the ratio χ²_{K−1}/χ²_K, which no
    /// delta method enters: r(n) ~ Σ_j 2^{j+1}(j+1)!/(n(n+1)…(n+j)).
    #[test]
    fn small_angles_reach_the_exact_law_to_fifth_order() {
        let (prec, limits) = (Bits::new(120), Limits::default());
        let tiny = Rational::from((1, rug::Integer::from(rug::Integer::u_pow_u(10, 25))));
        let theta = Angle::from_radians(tiny).expect("inside");
        let mean = [-2, -8, -40, -248, -1864].map(Rational::from);
        let variance = [(8, 1), (32, 1), (508, 3), (1152, 1)].map(Rational::from);
        for (coefficient, limits_at_zero) in [(&MEAN, &mean[..]), (&VARIANCE, &variance[..])] {
            for (k, limit) in (1..).zip(limits_at_zero) {
                let value = coefficient
                    .enclose(k, &theta, k <= 2, prec, &limits)
                    .expect("in time");
                let error = value.add_rational(&Rational::from(-limit), prec);
                assert!(value.accuracy() >= 119);
                assert!(error.mid().to_f64().abs() < 1e-20, "{k}: {error:?}");
            }
        }
    }

    #[test]
    fn both_methods_agree() {
        let (prec, limits) = (Bits::new(150), Limits::default());
        let tiny = Rational::from((1, rug::Integer::from(rug::Integer::u_pow_u(10, 15))));
        for theta in [
            Angle::from_radians(Rational::from(1)),
            Angle::from_radians(tiny),
            Angle::from_parts(Rational::from(1), Rational::from((-1, 1000))),
        ] {
            let theta = theta.expect("inside");
            for coefficient in [&MEAN, &VARIANCE, &COSINE] {
                for k in 1..=3 {
                    let value = |exact| {
                        coefficient
                            .enclose(k, &theta, exact, prec, &limits)
                            .expect("in time")
                    };
                    let (exact, balls) = (value(true), value(false));
                    assert!(exact.overlaps(&balls), "{k} {theta:?}");
                    assert!(exact.accuracy() >= 150 && balls.accuracy() >= 150);
                }
            }
        }
    }
}
