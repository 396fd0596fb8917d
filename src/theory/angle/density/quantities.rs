//! The quantities `angle.density(theta0, n, L, x)`, `angle.density_mass`, `angle.density_mean`,
//! `angle.density_sd` and `angle.density_peak(theta0, n, L)`: the paper's Approximation 2 after L layers of
//! width n, certified ([`super`]).
//!
//! Mean and standard deviation are those of the density divided by its mass. Layer 0 is the point ln sin²θ⁰.

use std::sync::{Arc, Mutex, PoisonError};

use rug::Rational;

use super::chain::{Chain, Moments};
use super::law::Law;
use super::peak::peak;
use crate::error::{Error, Result};
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::angle::decay_rate::width;
use crate::theory::angle::finite_rules::start;
use crate::theory::moments::Angle;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// Largest number of layers.
const LAST_DEPTH: u32 = 10_000;
/// Up to this depth a chain is followed to the next power of two and kept for further questions.
const LAST_KEPT: u32 = 64;
/// Chains kept.
const KEPT_CHAINS: usize = 16;

/// What is asked of a density.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Value,
    Mass,
    Mean,
    Sd,
    Peak,
}

/// One of the quantities of this [module](self).
pub struct Density {
    asked: Asked,
    signature: Signature,
    about: About,
}

const START: Parameter = Parameter::required(
    "theta0",
    Kind::Number,
    "the angle of the inputs in radians, above 0, up to pi/2",
);
const WIDTH: Parameter = Parameter::required("n", Kind::Number, "the width, above 1");
const DEPTH: Parameter = Parameter::required("L", Kind::Integer, "the number of layers");
const PARAMETERS: &[Parameter] = &[START, WIDTH, DEPTH];
const DOMAIN: &str =
    "0 < theta0 <= pi/2, n > 1 with sigma2(theta0, n) > 0, integers 0 <= L <= 10000";
const SOURCE: &str = "Jakub & Nica 2024, Approximation 2 and Figure 1";
const METHODS: &[(&str, &str)] = &[(
    "trapezoid",
    "the trapezoidal rule in a variable in which it converges geometrically, with bounds of the \
     discretisation and of both tails",
)];
const CHAIN: &str = "f_1 Gaussian with mean mu(theta0, n) and variance sigma2(theta0, n), \
                     f_(l+1)(y) = integral of f_l(x) over x <= 0 against a Gaussian in y of mean \
                     x - 2/(3 pi) asin(exp(x/2)) - rho(n) and variance 8n/(n+5)^2";

const fn density(
    asked: Asked,
    name: &'static str,
    summary: &'static str,
    special: &'static [&'static str],
    example: &'static str,
) -> Density {
    Density {
        asked,
        signature: Signature {
            name,
            parameters: PARAMETERS,
        },
        about: About {
            summary,
            definition: CHAIN,
            domain: DOMAIN,
            source: SOURCE,
            methods: METHODS,
            special,
            example,
        },
    }
}

/// `angle.density(theta0, n, L, x)`.
pub static DENSITY: Density = Density {
    signature: Signature {
        name: "angle.density",
        parameters: &[
            START,
            WIDTH,
            DEPTH,
            Parameter::required("x", Kind::Number, "where, at most 0"),
        ],
    },
    about: About {
        summary: "the density of ln sin^2 of the angle at x after L layers of width n, by the paper's Approximation 2",
        definition: CHAIN,
        domain: "0 < theta0 <= pi/2, n > 1 with sigma2(theta0, n) > 0, integers 1 <= L <= 10000, x <= 0",
        source: SOURCE,
        methods: METHODS,
        special: &["L = 1 is Gaussian"],
        example: "angle.density(1/10, n=256, L=30, x=-5)",
    },
    asked: Asked::Value,
};

/// `angle.density_mass(theta0, n, L)`.
pub static MASS: Density = density(
    Asked::Mass,
    "angle.density_mass",
    "what Approximation 2 leaves of the mass below ln sin^2 = 0 after L layers of width n",
    &[
        "1 for L = 0",
        "1 up to 10^-13 for theta0 = 1/10, n = 256, L = 30",
    ],
    "angle.density_mass(3/2, n=16, L=3)",
);

/// `angle.density_mean(theta0, n, L)`.
pub static MEAN: Density = density(
    Asked::Mean,
    "angle.density_mean",
    "the mean of ln sin^2 of the angle after L layers of width n by the paper's Approximation 2",
    &["ln sin^2(theta0) for L = 0"],
    "angle.density_mean(1/10, n=256, L=30)",
);

/// `angle.density_sd(theta0, n, L)`.
pub static SD: Density = density(
    Asked::Sd,
    "angle.density_sd",
    "the standard deviation of ln sin^2 of the angle after L layers of width n by the paper's Approximation 2",
    &["0 for L = 0"],
    "angle.density_sd(1/10, n=256, L=30)",
);

/// `angle.density_peak(theta0, n, L)`.
pub static PEAK: Density = density(
    Asked::Peak,
    "angle.density_peak",
    "the largest value of the density of ln sin^2 of the angle after L layers, by Approximation 2",
    &["no value for L = 0"],
    "angle.density_peak(1/10, n=256, L=30)",
);

/// What a chain depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    theta: (Rational, Rational),
    width: Rational,
    depth: u32,
    bits: u32,
}

/// The last chains: a table asks for all layers of one, column by column. What is kept is what a new
/// computation would give, bit for bit.
static KEPT: Mutex<Vec<(Key, Arc<Chain>)>> = Mutex::new(Vec::new());

/// The chain to at least `depth` layers.
fn chain(
    theta0: &Angle,
    n: &Number,
    depth: u32,
    bits: u32,
    limits: &Limits,
) -> Result<Option<Arc<Chain>>> {
    let new = |depth, keeps_all| Chain::new(theta0, n, depth, bits, keeps_all, limits);
    let width = match n.as_rational() {
        Some(width) if depth <= LAST_KEPT && theta0.is_exact() => width.clone(),
        _ => return Ok(new(depth, false)?.map(Arc::new)),
    };
    let depth = depth.next_power_of_two();
    let (pi, plus) = theta0.parts();
    let key = Key {
        theta: (pi.clone(), plus.clone()),
        width,
        depth,
        bits,
    };
    // Held while the chain is computed: others that ask for it wait instead of computing it too.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, chain)) = kept.iter().find(|(known, _)| *known == key) {
        return Ok(Some(chain.clone()));
    }
    let Some(found) = new(depth, true)?.map(Arc::new) else {
        return Ok(None);
    };
    if kept.len() >= KEPT_CHAINS {
        kept.remove(0);
    }
    kept.push((key, found.clone()));
    Ok(Some(found))
}

impl Density {
    fn no_density(&self) -> Error {
        Error::domain(format!(
            "`{}` needs at least one layer: at L = 0 the angle is a point",
            self.signature.name
        ))
        .with_hint("take L = 1, 2, ...")
    }

    /// The value at layer 0, where x is ln sin²θ⁰.
    fn at_start(&self, theta0: &Angle, prec: Bits) -> Result<Number> {
        Ok(match self.asked {
            Asked::Mass => Number::from(1),
            Asked::Sd => Number::from(0),
            Asked::Mean if theta0.is_right() => Number::from(0),
            Asked::Mean => {
                let wide = prec.plus(16);
                Number::Ball(theta0.sin_cos(wide).0.ln(wide).mul_2exp(1))
            }
            Asked::Value | Asked::Peak => return Err(self.no_density()),
        })
    }

    /// The place x, at most 0.
    fn place<'a>(&self, reader: &Reader<'a>, prec: Bits) -> Result<Option<&'a Number>> {
        if self.asked != Asked::Value {
            return Ok(None);
        }
        let x = reader.number(3)?;
        if x.certain_cmp(&Number::from(0), prec)
            .is_some_and(std::cmp::Ordering::is_gt)
        {
            return Err(Error::domain("`angle.density` needs x <= 0")
                .with_hint("x is ln sin^2 of an angle"));
        }
        Ok(Some(x))
    }
}

impl Quantity for Density {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let (prec, limits) = (request.prec, request.limits);
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let place = self.place(&reader, prec)?;
        let unknown = || Ok(Value::Number(Number::Ball(Ball::indeterminate())));
        let (Some(theta0), Some(n)) = (start(&reader, prec)?, width(&reader, 1, prec)?) else {
            return unknown();
        };
        if depth == 0 {
            return Ok(Value::Number(self.at_start(&theta0, prec)?));
        }
        let index = depth as usize - 1;
        let value = to_relative_accuracy(prec, limits, |work| {
            // The tails of moments are bounded by m^{7/8} times a square that grows with the depth.
            let size = 2 * (32 - depth.leading_zeros()) + 12;
            let bits = work
                .get()
                .saturating_add(work.get() / 7)
                .saturating_add(size);
            let wide = work.plus(16);
            // The first layer is in closed form.
            if depth == 1 && self.asked != Asked::Peak {
                let Some(law) = Law::new(&theta0, n, wide, limits)? else {
                    return Ok(Ball::indeterminate());
                };
                let moments = Moments::of_first(&law, wide);
                return Ok(match (self.asked, place) {
                    (Asked::Mass, _) => moments.mass(),
                    (Asked::Mean, _) => moments.mean(wide),
                    (Asked::Sd, _) => moments.sd(wide),
                    (_, Some(x)) => law.first.at(&x.to_ball(wide).sub(&law.mean, wide), wide),
                    (_, None) => Ball::indeterminate(),
                });
            }
            let Some(chain) = chain(&theta0, n, depth, bits, limits)? else {
                return Ok(Ball::indeterminate());
            };
            let layer = &chain.layers[index].moments;
            match (self.asked, place) {
                (Asked::Mass, _) => Ok(layer.mass()),
                (Asked::Mean, _) => Ok(layer.mean(wide)),
                (Asked::Sd, _) => Ok(layer.sd(wide)),
                (Asked::Peak, _) => peak(&chain, depth, work, limits),
                (Asked::Value, Some(x)) => chain.density(depth, &x.to_ball(wide), limits),
                (Asked::Value, None) => Ok(Ball::indeterminate()),
            }
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::value::Exactness;

    fn value(
        quantity: &Density,
        theta: Number,
        n: i64,
        depth: i64,
        x: Option<i64>,
        bits: u32,
    ) -> Ball {
        let limits = Limits::default();
        let request = Request {
            prec: Bits::new(bits),
            exactness: Exactness::WhileCheap,
            method: None,
            limits: &limits,
        };
        let mut arguments = vec![theta, Number::from(n), Number::from(depth)];
        arguments.extend(x.map(Number::from));
        let arguments: Vec<Value> = arguments.into_iter().map(Value::Number).collect();
        match quantity.evaluate(&arguments, &request) {
            Ok(Value::Number(number)) => number.to_ball(Bits::new(bits)),
            other => panic!("{other:?}"),
        }
    }

    fn tenth() -> Number {
        Number::Rational(Rational::from((1, 10)))
    }

    /// The paper's recipe in doubles (10 000 points from −15 to 0, weight = step, NumPy): its own
    /// discretisation error is far below its rounding.
    #[test]
    fn figure_1_as_the_recipe_gives_it() {
        for (layer, mean, sd, peak) in [
            (1, -4.639_240_430_508, 0.171_062_337_855, None),
            (2, -4.669_512_353_614, 0.242_309_593_198, Some(1.646_395)),
            (10, -4.903_384_189_199, 0.524_119_304_517, Some(0.760_726)),
            (30, -5.432_237_977_363, 0.843_869_619_072, Some(0.471_449)),
            (31, -5.456_880_755_068, 0.855_267_021_484, Some(0.465_127)),
        ] {
            let found = value(&MEAN, tenth(), 256, layer, None, 50);
            assert!(found.accuracy() >= 50);
            assert!(
                (found.mid().to_f64() - mean).abs() < 1e-11,
                "{layer} {found:?}"
            );
            let found = value(&SD, tenth(), 256, layer, None, 50);
            assert!(
                (found.mid().to_f64() - sd).abs() < 1e-11,
                "{layer} {found:?}"
            );
            if let Some(peak) = peak {
                let found = value(&PEAK, tenth(), 256, layer, None, 40);
                assert!(found.accuracy() >= 40);
                // The largest value on the grid, whose points are 0.0015 apart: below the maximum by at most
                // f''/2 times a square of half of that.
                let above = found.mid().to_f64() - peak;
                assert!((-1e-6..1e-5).contains(&above), "{layer} {found:?}");
            }
        }
    }

    /// Gauss-Legendre quadrature with 2000 points in √(−x) (NumPy, in doubles), where mass is lost at x = 0.
    #[test]
    fn another_quadrature_agrees_where_mass_is_lost() {
        let right = || Number::pi_multiple(Rational::from((1, 2)));
        for (theta, n, depth, mass, mean, sd) in [
            (
                right(),
                16,
                2,
                0.876_173_617_208,
                -0.933_456_557_098,
                0.488_184_027_516,
            ),
            (
                right(),
                64,
                3,
                0.856_993_762_363,
                -0.778_317_807_700,
                0.383_108_306_470,
            ),
            (
                Number::from(1),
                3,
                2,
                0.996_492_690_779,
                -10.349_749_216_590,
                1.865_451_973_349,
            ),
            (
                Number::from(1),
                16,
                6,
                0.961_752_039_159,
                -3.331_734_836_858,
                1.117_019_871_897,
            ),
        ] {
            for (quantity, expected) in [(&MASS, mass), (&MEAN, mean), (&SD, sd)] {
                let found = value(quantity, theta.clone(), n, depth, None, 50)
                    .mid()
                    .to_f64();
                assert!(
                    (found - expected).abs() < 2e-12,
                    "{n} {depth} {found} {expected}"
                );
            }
        }
    }

    /// More bits mean another grid, other thresholds and another rule: the balls must meet.
    #[test]
    fn finer_grids_agree() {
        let right = || Number::pi_multiple(Rational::from((1, 2)));
        for (theta, n, depth) in [
            (tenth(), 256, 5),
            (right(), 16, 2),
            (right(), 64, 3),
            (Number::from(1), 3, 4),
            (Number::Rational(Rational::from((3, 2))), 1000, 2),
        ] {
            for quantity in [&MASS, &MEAN, &SD, &PEAK] {
                let [few, many] =
                    [30, 90].map(|bits| value(quantity, theta.clone(), n, depth, None, bits));
                assert!(few.overlaps(&many), "{n} {depth} {few:?} {many:?}");
                assert!(few.accuracy() >= 30 && many.accuracy() >= 90);
            }
            let [few, many] =
                [30, 90].map(|bits| value(&DENSITY, theta.clone(), n, depth, Some(-1), bits));
            assert!(
                few.overlaps(&many) && few.accuracy() >= 20,
                "{few:?} {many:?}"
            );
        }
    }
}
