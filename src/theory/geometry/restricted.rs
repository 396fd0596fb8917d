//! The quantity `boundary.restricted(f, k, volume, L, u=0, gamma_b=0)`: the expected (k−1)-dimensional
//! volume of the level set of T_L inside a fixed k-dimensional submanifold M of the sphere, of given
//! k-dimensional volume:
//!
//! $$E\,\mathrm{vol}_{k-1}(M ∩ T_L^{-1}(u)) = \mathrm{vol}_k(M)\,φ(u)\,E|N(0, χ^L I_k)|
//!   = \mathrm{vol}_k(M)\,\frac{|S^{k-1}|}{|S^k|}\,χ^{L/2} e^{-u^2/2},$$
//!
//! since the gradient of T_L along M at a point is N(0, χ^L I_k), independent of T_L there. It holds for
//! slices, Clifford tori and curves in a sphere of any dimension. For a curve (k = 1) these are
//! $χ^{L/2} e^{-u^2/2}/π$ crossings per unit of length, for M = S^k it is `boundary.volume`.
//!
//! Methods: `closed`, the ratio of the areas; `kac-rice`, the density times the mean gradient with
//! $E|N(0, I_k)| = \sqrt2\,Γ((k+1)/2)/Γ(k/2)$.

use std::cmp::Ordering;

use rug::Rational;

use super::setting::{ACTIVATION, BIAS, DEPTH, LEVEL, Network, check_literals, slope_expr};
use super::sphere::{LAST_DIMENSION, area};
use super::volume::closed;
use crate::error::{Error, Result};
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::Ball;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// See the [module](self).
pub struct Restricted;

/// `boundary.restricted(f, k, volume, L, u=0, gamma_b=0)`.
pub static RESTRICTED: Restricted = Restricted;

static SIGNATURE: Signature = Signature {
    name: "boundary.restricted",
    parameters: &[
        ACTIVATION,
        Parameter::required(
            "k",
            Kind::Integer,
            "the dimension of the submanifold, at least 1",
        ),
        Parameter::required(
            "volume",
            Kind::Number,
            "its k-dimensional volume, positive: the length of a curve, the area of a torus",
        ),
        DEPTH,
        LEVEL,
        BIAS,
    ],
};

static ABOUT: About = About {
    summary: "the expected volume of the level set of a random network inside a submanifold of the sphere",
    definition: "boundary.restricted(f, k, volume, L, u) = volume |S^(k-1)|/|S^k| chi^(L/2) exp(-u^2/2), \
                 chi = (1-gamma_b) spectral_parameter(f)",
    domain: "f whose spectral parameter is finite, k >= 1, volume > 0, L >= 0, u real, 0 <= gamma_b < 1",
    source: "Kac-Rice formula on a submanifold; Di Lillo et al. 2025, arXiv:2504.06250, for the sphere itself",
    methods: &[
        ("closed", "the ratio of the areas of spheres"),
        (
            "kac-rice",
            "the density at the level times the mean gradient",
        ),
    ],
    special: &[
        "a great circle, k = 1, volume = 2*pi: 2 chi^(L/2) exp(-u^2/2) crossings",
        "the Clifford torus in S^3: k = 2, volume = 2*pi^2",
    ],
    example: "boundary.restricted(gelu, k=1, volume=2*pi, L=4)",
};

impl Quantity for Restricted {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let second = method(&ABOUT, request)? == "kac-rice";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let network = Network::read(&reader, 0, 3, 5, limits)?;
        let k = reader.integer(1, 1, LAST_DIMENSION)?;
        let (volume, level) = (reader.number(2)?, reader.number(4)?);
        if let Some(Ordering::Less | Ordering::Equal) =
            volume.certain_cmp(&Number::from(0), request.prec)
        {
            return Err(Error::domain(
                "the volume of the submanifold in `boundary.restricted` is not positive",
            ));
        }
        network.check_once("the expected volume of the boundary")?;
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let slope = network.slope_in_depth(work, limits)?;
            let (volume, level) = (volume.to_ball(work), level.to_ball(work));
            if second {
                let half = |n: u64| Rational::from((n, 2u32));
                let mean = Ball::gamma_rational(&half(u64::from(k) + 1), work)
                    .mul(&Ball::recip_gamma_rational(&half(u64::from(k)), work), work)
                    .mul(&slope.mul_2exp(1).sqrt(work), work);
                return Ok(volume
                    .mul(&level.normal_density(work), work)
                    .mul(&mean, work));
            }
            Ok(closed(k, &slope, &level, work)
                .mul(&volume, work)
                .div(&area(k, work), work))
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [f, k, volume, depth, level, bias] = arguments else {
            return Ok(None);
        };
        if literal(k).is_some() && natural(k, LAST_DIMENSION).is_none_or(|k| k == 0) {
            return Err(Error::domain(format!(
                "the argument `k` of `boundary.restricted` must be an integer from 1 to {LAST_DIMENSION}"
            )));
        }
        check_literals(SIGNATURE.name, depth, bias)?;
        if literal(volume).is_some_and(|volume| volume <= 0) {
            return Err(Error::domain(
                "the volume of the submanifold in `boundary.restricted` is not positive",
            ));
        }
        // |S^{k−1}|/|S^k| = Γ((k+1)/2)/(√π Γ(k/2)).
        let half = Expr::rational(Rational::from((1, 2)));
        let above = Expr::product([half.clone(), Expr::sum([k.clone(), Expr::from(1)])]);
        let below = Expr::product([half.clone(), k.clone()]);
        let ratio = Expr::call("gamma", vec![above]).over(Expr::product([
            Expr::call("sqrt", vec![Expr::pi()]),
            Expr::call("gamma", vec![below]),
        ]));
        let slope = slope_expr(f, &Expr::product([half, depth.clone()]), bias, limits)?;
        let decay = level
            .clone()
            .power(Expr::from(2))
            .over(Expr::from(2))
            .negate();
        Ok(Some(Expr::product([
            volume.clone(),
            ratio,
            slope,
            Expr::call("exp", vec![decay]),
        ])))
    }
}
