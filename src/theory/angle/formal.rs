//! The formal series `angle.mean(theta, n)` and `angle.variance(theta, n)`: E ln sin²θ' and
//! Var ln sin²θ' after a layer of width n, as series in 1/n with exact coefficients.
//!
//! They have no values. At every finite width two images are parallel with probability
//! n((π−θ)/(2π))ⁿ > 0 for θ < π, so that ln sin²θ' = −∞ then, and a zero image, with probability
//! 2·2⁻ⁿ − ((π−θ)/(2π))ⁿ, leaves no angle. Given the complement of these events, whose probability
//! is 1 − O(n 2⁻ⁿ), mean and variance have these asymptotic series.
//!
//! The coefficients are those of [`coefficients`].

use super::coefficients::{self, Coefficient, LAST_ORDER};
use crate::error::{Error, Result};
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::normal::FormalSeries;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::Value;
use crate::limits::Limits;
use crate::theory::moments::j::{Activation, activation, check_angle};
use crate::theory::quantity::{About, Quantity, literal};

/// See the [module](self).
pub struct Formal {
    coefficients: &'static Coefficient,
    has_constant: bool,
    signature: Signature,
    about: About,
}

const PARAMETERS: &[Parameter] = &[
    Parameter::required("theta", Kind::Number, "the angle in radians"),
    Parameter::required("n", Kind::Number, "the width, a name"),
    Parameter::optional(
        "f",
        Kind::Activation,
        "relu",
        "relu, or leaky(q) of slope q on x < 0",
    ),
];
const METHODS: &[(&str, &str)] = &[("series", "formal delta method on exact cumulants")];
const DOMAIN: &str = "a formal series in 1/n for 0 < theta <= pi, up to n^-5; no values";
const SOURCE: &str = "formal delta method, beyond Jakub & Nica 2024";

/// `angle.mean(theta, n)`.
pub static MEAN: Formal = Formal {
    coefficients: &coefficients::MEAN,
    has_constant: true,
    signature: Signature {
        name: "angle.mean",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the formal series in 1/n of the mean of ln sin^2 of the angle after a layer of width n",
        definition: "E ln sin^2(theta') ~ ln(1-4 J(1,1,theta)^2) + sum(angle.mean_coefficient(k,theta)/n^k, k=1..)",
        domain: DOMAIN,
        source: SOURCE,
        methods: METHODS,
        special: &[
            "eval refuses it: ln sin^2(theta') is -inf with probability angle.parallel_probability(theta, n) > 0",
            "at theta -> 0: 2 ln theta - angle.rate(n) + angle.rate_slope(n) theta + ..., both as series in 1/n",
        ],
        example: "angle.mean(theta, n)",
    },
};

/// `angle.variance(theta, n)`.
pub static VARIANCE: Formal = Formal {
    coefficients: &coefficients::VARIANCE,
    has_constant: false,
    signature: Signature {
        name: "angle.variance",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the formal series in 1/n of the variance of ln sin^2 of the angle after a layer of width n",
        definition: "Var ln sin^2(theta') ~ sum(angle.variance_coefficient(k,theta)/n^k, k=1..)",
        domain: DOMAIN,
        source: SOURCE,
        methods: METHODS,
        special: &[
            "eval refuses it: ln sin^2(theta') is -inf with probability angle.parallel_probability(theta, n) > 0",
            "at theta -> 0: angle.rate_variance(n) as a series in 1/n",
        ],
        example: "angle.variance(theta, n)",
    },
};

impl Quantity for Formal {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, _arguments: &[Value], _request: &Request<'_>) -> Result<Value> {
        let name = self.signature.name;
        Err(Error::domain(format!(
            "`{name}` is a formal series in 1/n and has no value: at every width the images are parallel with \
             positive probability, and ln sin^2 of their angle is -inf"
        ))
        .with_hint(format!(
            "its terms: isobath series '{name}(theta, n)' --at n=inf; the limit of small angles has values: \
             angle.rate(n), angle.rate_variance(n)"
        )))
    }

    fn formal_series(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<FormalSeries>> {
        let [theta, n, f] = arguments else {
            return Ok(None);
        };
        check_angle(theta)?;
        if literal(theta).is_some_and(|q| q == 0) {
            return Err(
                Error::domain(format!("`{}` needs theta > 0", self.signature.name))
                    .with_hint("expand at theta=0 instead"),
            );
        }
        let (theta, f) = (theta.clone(), f.clone());
        let (has_constant, known) = (self.has_constant, self.coefficients);
        let (angle, slopes) = (theta.clone(), f.clone());
        let constant = constant(&theta, &f, self.signature.name)?;
        Ok(Some(FormalSeries {
            large: n.clone(),
            last: LAST_ORDER,
            named: Some(Box::new(move |k| {
                known.call(k, &angle, &Expr::from(1), &slopes)
            })),
            coefficient: Box::new(move |k, limits| match k {
                0 if has_constant => Ok(constant.clone()),
                0 => Ok(Expr::from(0)),
                _ if k > LAST_ORDER => Err(coefficients::beyond()),
                _ => {
                    let (k, power) = (Expr::from(i64::from(k)), Expr::from(1));
                    known.form(&k, &theta, &power, &f, limits)
                }
            }),
        }))
    }
}

/// ln(1 − r²) with r = 2J₁₁, or 2J₁₁/(1 + q²) with the moment of a leaky ReLU.
fn constant(theta: &Expr, f: &Expr, name: &str) -> Result<Expr> {
    let mut arguments = vec![Expr::from(1), Expr::from(1), theta.clone()];
    let mut norm = Expr::from(1);
    if let Activation::Leaky(q) = activation(f, name)? {
        arguments.push(f.clone());
        norm = Expr::sum([norm, q.power(2)]);
    }
    let j = Expr::call("J", arguments);
    let square = Expr::product([Expr::from(4), j.power(2)]).over(norm.power(2));
    Ok(Expr::call(
        "ln",
        vec![Expr::sum([Expr::from(1), square.negate()])],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::library::LibraryExpander;
    use crate::formula::normal::{NormalForm, expand_at, usual_order};
    use crate::formula::{parse_expr, parse_point};
    use crate::theory::catalog;
    use rug::Rational;

    fn coefficient(text: &str, at: &str, order: u32, power: i64) -> Result<(NormalForm, bool)> {
        let limits = Limits::default();
        let expander = LibraryExpander(catalog::library());
        let (variable, point) = parse_point(at, &limits)?;
        let expr = parse_expr(text, &limits)?;
        let expansion = expand_at(&expr, &variable, &point, order, &limits, &expander)?;
        let value = expansion.coefficient(&Rational::from(power));
        Ok((value, expansion.also_missing().is_some()))
    }

    /// Quantities are opened in sums, so that equal terms cancel.
    #[test]
    fn sums_of_formal_series_cancel() {
        for (text, power) in [
            ("angle.mean(t,n) - angle.mean_coefficient(1,t)/n", 1),
            ("angle.mean(t,n) - ln(1-4*J(1,1,t)^2)", 0),
            ("n*angle.rate(n) - 2", 0),
        ] {
            let (value, cut) = coefficient(text, "n=inf", 1, power).expect("an expansion");
            assert!(value.is_zero() && !cut, "{text}");
        }
        let (value, _) = coefficient("angle.mean(t,n)", "n=inf", 2, 2).expect("an expansion");
        assert!(!value.is_zero());
    }

    #[test]
    fn small_angles_keep_the_width_and_say_what_is_missing() {
        let limits = Limits::default();
        let (value, cut) = coefficient("angle.mean(t,n)", "t=0", 1, 1).expect("an expansion");
        let slope =
            "-2/(3*pi) - 8/(15*pi*n) + 248/(35*pi*n^2) + 3176/(35*pi*n^3) + 1074008/(1155*pi*n^4)";
        let slope = parse_expr(slope, &limits).expect("a formula");
        let slope = NormalForm::of(&slope, &limits, &LibraryExpander(catalog::library()));
        assert_eq!(value, slope.expect("a normal form"));
        assert!(cut);
        assert!(coefficient("angle.mean(t,16)", "t=0", 1, 1).is_err());
        assert!(coefficient("angle.mean(t,n)", "n=inf", 6, 1).is_err());
        assert!(coefficient("angle.mean(t,n)", "n=2", 1, 1).is_err());
    }

    /// The Taylor series at small angles against the expansion of the closed polynomial in the moments; also at
    /// an argument that is no name, and where the angle does not go to 0.
    #[test]
    fn both_routes_to_small_angles_agree() {
        let limits = Limits::default();
        let expander = LibraryExpander(catalog::library());
        let expr = |text: &str| parse_expr(text, &limits).expect("a formula");
        let (power, relu, leaky) = (expr("3"), expr("relu"), expr("leaky(1/5)"));
        let mut cases = 0;
        for (theta, at, order) in [("t", "t=0", 3), ("2*t+t^2", "t=0", 2), ("t", "t=1", 1)] {
            let theta = expr(theta);
            let (variable, point) = parse_point(at, &limits).expect("a point");
            for coefficient in [
                &coefficients::MEAN,
                &coefficients::VARIANCE,
                &coefficients::COSINE,
            ] {
                for (k, f) in [(1, &relu), (1, &leaky), (2, &relu)] {
                    if k == 2 && at == "t=1" {
                        continue;
                    }
                    let named = coefficient.call(k, &theta, &power, f);
                    let order_in_n = Expr::from(i64::from(k));
                    let closed = coefficient.form(&order_in_n, &theta, &power, f, &limits);
                    let expand = |expr: &Expr| {
                        expand_at(expr, &variable, &point, order, &limits, &expander)
                            .expect("an expansion")
                    };
                    let (taylor, other) = (expand(&named), expand(&closed.expect("a form")));
                    let error = Rational::from(order + 1);
                    assert_eq!(taylor.error(), Some(&error), "{k} {at}");
                    for j in 0..=i64::from(order) {
                        let j = Rational::from(j);
                        let (left, right) = (taylor.coefficient(&j), other.coefficient(&j));
                        let gap = left.sub(&right, &limits).expect("small");
                        assert!(gap.is_zero(), "{k} {at} {j}: {left:?} {right:?}");
                    }
                    cases += 1;
                }
            }
        }
        assert_eq!(cases, 24);
    }

    #[test]
    fn without_an_order_a_series_goes_as_far_as_it_is_known() {
        let limits = Limits::default();
        let expander = LibraryExpander(catalog::library());
        for (text, at, expected) in [
            ("angle.mean(t, n)", "n=inf", LAST_ORDER),
            ("1/n + n*angle.variance(t, n^2)", "n=inf", LAST_ORDER),
            ("angle.mean(t, n)", "t=0", 6),
            ("sin(t)", "t=inf", 6),
        ] {
            let (variable, point) = parse_point(at, &limits).expect("a point");
            let expr = parse_expr(text, &limits).expect("a formula");
            let order = usual_order(&expr, &variable, &point, 6, &limits, &expander);
            assert_eq!(order.expect("an order"), expected, "{text}");
        }
    }
}
