//! The quantity `angle.ratio_moment(n, t)`: the moment function
//! $M(t) = E[(χ^2_{K-1}/χ^2_K)^t]$ of the exact small-angle law of a layer of width n.
//!
//! At θ → 0 the ratio sin²θ'/sin²θ tends in law to χ²_{K−1}/χ²_K, numerator and denominator
//! independent given the number K ~ Bin(n, ½) of active neurons, here given K ≥ 2. So
//!
//! $$M(t) = E\Big[\frac{Γ((K-1)/2+t)\,Γ(K/2-t)}{Γ((K-1)/2)\,Γ(K/2)}\Big], \quad -½ < t < 1.$$
//!
//! Exchanging the two gamma functions shows M(t) = M(½ − t), so M(½) = M(0) = 1 at every width: at
//! small angles sin θ keeps its mean while its logarithm falls.

use std::cmp::Ordering;

use rug::{Integer, Rational};

use super::active::{LAST_WIDTH, conditional_mean, guarded, windowed_mean};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits, Magnitude};
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// See the [module](self).
pub struct RatioMoment;

/// `angle.ratio_moment(n, t)`.
pub static RATIO_MOMENT: RatioMoment = RatioMoment;

static SIGNATURE: Signature = Signature {
    name: "angle.ratio_moment",
    parameters: &[
        Parameter::required("n", Kind::Integer, "the width, at least 2"),
        Parameter::required("t", Kind::Number, "the power, above -1/2 and below 1"),
    ],
};

static ABOUT: About = About {
    summary: "the mean of (sin^2(theta')/sin^2(theta))^t after a layer of width n as theta -> 0",
    definition: "M(t) = E[gamma((K-1)/2+t) gamma(K/2-t)/(gamma((K-1)/2) gamma(K/2))], K ~ Bin(n, 1/2) given K >= 2",
    domain: "integers 2 <= n <= 1000000, -1/2 < t < 1",
    source: "exact small-angle law of a ReLU layer, beyond Jakub & Nica 2024",
    methods: &[
        (
            "recurrence",
            "each quotient of gamma functions from the one two before it",
        ),
        ("gamma", "four gamma functions for each K"),
    ],
    special: &[
        "M(0) = M(1/2) = 1: sin(theta) is a martingale at small angles",
        "M(t) = M(1/2 - t)",
        "M(t) -> inf as t -> -1/2 or t -> 1",
    ],
    example: "angle.ratio_moment(16, 1/3)",
};

/// Γ((K−1)/2+t) Γ(K/2−t) / (Γ((K−1)/2) Γ(K/2)).
fn quotient(k: u32, t: &Ball, work: Bits) -> Ball {
    let half = |k: u32| Rational::from((k, 2));
    let above = t.add_rational(&half(k - 1), work).gamma(work);
    let below = t.neg().add_rational(&half(k), work).gamma(work);
    above
        .mul(&below, work)
        .mul(&Ball::recip_gamma_rational(&half(k - 1), work), work)
        .mul(&Ball::recip_gamma_rational(&half(k), work), work)
}

/// M(t) for n ≥ 2 and −1/2 < t < 1.
fn enclose(n: u32, t: &Number, each: bool, prec: Bits, limits: &Limits) -> Result<Ball> {
    let work = guarded(n, prec).plus(32);
    let t = t.to_ball(work);
    if each {
        return conditional_mean(n, 2, prec, limits, |k, _| Ok(quotient(k, &t, work)));
    }
    // The quotients at K = 2 and K = 3; the one at K + 2 is the one at K times
    // (K−1+2t)(K−2t)/((K−1)K).
    let mut pair = [quotient(2, &t, work), quotient(3, &t, work)];
    let twice = t.mul_2exp(1);
    // The step is 1 + 2t(1−2t)/((K−1)K): the quotients of each parity rise or fall to 1.
    let first = pair[0].magnitude().max(pair[1].magnitude());
    let most = first.max(Magnitude::ONE);
    windowed_mean(n, 2, most, prec, limits, |k, _| {
        let [now, next] = &mut pair;
        let value = now.clone();
        let k = i64::from(k);
        *now = now
            .mul(&twice.add_i64(k - 1, work), work)
            .mul(&twice.neg().add_i64(k, work), work)
            .div_i64((k - 1) * k, work);
        std::mem::swap(now, next);
        Ok(value)
    })
}

fn domain() -> Error {
    Error::domain("`angle.ratio_moment` needs -1/2 < t < 1")
        .with_hint("the moment is infinite for t <= -1/2 and for t >= 1")
}

/// Largest width of the closed form: it is a sum over K.
const LAST_FORM: u32 = 64;

impl Quantity for RatioMoment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let each = method(&ABOUT, request)? == "gamma";
        let reader = Reader::new(&SIGNATURE, arguments);
        let n = reader.integer(0, 2, LAST_WIDTH)?;
        let t = reader.number(1)?;
        let bounds = [
            t.certain_cmp(&Number::from(Rational::from((-1, 2))), request.prec),
            Number::from(1).certain_cmp(t, request.prec),
        ];
        for bound in bounds {
            match bound {
                Some(Ordering::Greater) => {}
                Some(_) => return Err(domain()),
                None => return Ok(Value::Number(Number::Ball(Ball::indeterminate()))),
            }
        }
        if let Some(q) = t.as_rational()
            && (*q == 0 || *q == Rational::from((1, 2)))
            && request.method.is_none()
        {
            return Ok(Value::Number(Number::from(1)));
        }
        let value = enclose(n, t, each, request.prec, request.limits)?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [n, t] = arguments else { return Ok(None) };
        let Some(n) = natural(n, LAST_FORM).filter(|n| *n >= 2) else {
            return Ok(None);
        };
        if literal(t).is_some_and(|q| q <= Rational::from((-1, 2)) || q >= 1) {
            return Err(domain().at(t.span.clone()));
        }
        let gamma = |x: Expr| Expr::call("gamma", vec![x]);
        let half = |k: u32| Expr::rational(Rational::from((k, 2)));
        let terms = (2..=n).map(|k| {
            let above = gamma(Expr::sum([half(k - 1), t.clone()]));
            let below = gamma(Expr::sum([half(k), t.clone().negate()]));
            let weight = Expr::from(Integer::from(n).binomial(k));
            Expr::product([weight, above, below])
                .over(Expr::product([gamma(half(k - 1)), gamma(half(k))]))
        });
        let mass = (Integer::from(1) << n) - n - 1;
        Ok(Some(Expr::sum(terms).over(Expr::from(mass))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_methods_agree_and_are_symmetric() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        for n in [2u32, 3, 16, 101] {
            for t in [(-49, 100), (-1, 3), (1, 10), (1, 3), (99, 100)] {
                let t = Rational::from(t);
                let value = |t: &Rational, each| {
                    let t = Number::from(t.clone());
                    enclose(n, &t, each, prec, &limits).expect("a value")
                };
                let (fast, slow) = (value(&t, false), value(&t, true));
                assert!(fast.overlaps(&slow) && fast.accuracy() >= 190, "{n} {t}");
                let mirrored = value(&(Rational::from((1, 2)) - &t), false);
                assert!(fast.overlaps(&mirrored), "{n} {t}");
            }
        }
    }

    #[test]
    fn the_mean_of_the_sine_is_preserved() {
        let (prec, limits) = (Bits::new(200), Limits::default());
        let half = Number::from(Rational::from((1, 2)));
        for n in [2u32, 5, 1000] {
            let value = enclose(n, &half, false, prec, &limits).expect("a value");
            assert!(value.contains_rational(&Rational::from(1)) && value.accuracy() >= 190);
        }
    }

    /// n = 2: K = 2, Γ(1/2+t)Γ(1−t)/Γ(1/2) at t = 1/4 is Γ(3/4)²/√π.
    #[test]
    fn width_two_by_hand() {
        let (prec, limits) = (Bits::new(100), Limits::default());
        let quarter = Number::from(Rational::from((1, 4)));
        let value = enclose(2, &quarter, false, prec, &limits).expect("a value");
        assert!((value.mid().to_f64() - 0.847_213_084_793_979).abs() < 1e-14);
    }
}
