//! The quantity `excursion.area_variance(f, d, L, gamma_b=0)`: the variance of the volume of the
//! excursion set {x ∈ S^d : T_L(x) ≥ 0}.
//!
//! Two standard Gaussians of correlation c are both positive with probability 1/4 + arcsin(c)/(2π), so
//!
//! $$\mathrm{Var} = |S^d||S^{d-1}| \int_0^π \frac{\arcsin κ_L(\cos t)}{2π} \sin^{d-1}t\,dt
//!   = \frac{|S^d|^2}{2}\Bigl(D_0[H ∘ κ_L] - \tfrac12\Bigr)$$
//!
//! with the Heaviside kernel H = ½ + arcsin/π, D_0 the mass of degree 0 ([`crate::theory::spectrum`]).
//!
//! **Methods.** `strip`: with cos t = tanh s the integral is $\int \arcsin κ_L(\tanh s)
//! \operatorname{sech}^d s\,ds$, by the trapezoid rule. arcsin has Taylor coefficients ≥ 0 of sum π/2, and
//! |κ_L| ≤ 1 on the unit disk, onto which tanh maps the strip |Im s| < π/4: so |arcsin κ_L| ≤ π/2 < 2 there, and
//! the error bounds of [`crate::theory::spectrum::strip`] for degree 0 hold with a factor 2, for every
//! activation at once. `fine`: half the step and twice the range, other nodes with other values; the tests
//! compare with Simpson's rule in t and with the spectral law of one layer more.
//!
//! For odd activations without biases κ_L is odd and the variance is exactly 0: opposite points have
//! opposite signs, and the excursion set is always half of the sphere.

use rayon::prelude::*;
use rug::Rational;

use super::setting::{ACTIVATION, BIAS, DEPTH, DIMENSION, Network};
use super::sphere::area;
use crate::error::Result;
use crate::formula::library::Request;
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::{Ball, Bits};
use crate::theory::activation::Parity;
use crate::theory::moments::value::to_relative_accuracy;
use crate::theory::quantity::{About, Quantity, Reader, method};
use crate::theory::spectrum::strip;

/// Largest dimension.
const LAST_DIMENSION: u32 = 1000;

/// See the [module](self).
pub struct AreaVariance;

/// `excursion.area_variance(f, d, L, gamma_b=0)`.
pub static AREA_VARIANCE: AreaVariance = AreaVariance;

static SIGNATURE: Signature = Signature {
    name: "excursion.area_variance",
    parameters: &[ACTIVATION, DIMENSION, DEPTH, BIAS],
};

static ABOUT: About = About {
    summary: "the variance of the volume of the excursion set {T_L >= 0} of the limit field on S^d",
    definition: "|S^d| |S^(d-1)|/(2 pi) times the integral of asin(kappa_L(cos t)) sin(t)^(d-1) over 0 <= t <= pi",
    domain: "f an activation, 1 <= d <= 1000, L >= 0, 0 <= gamma_b < 1",
    source: "Sheppard's formula for the quadrant",
    methods: &[
        (
            "strip",
            "trapezoid rule in cos t = tanh s, certified for every kernel",
        ),
        (
            "fine",
            "the same rule with half the step and twice the range",
        ),
    ],
    special: &[
        "odd f without biases: 0",
        "heaviside: |S^d|^2 (spectrum.law(heaviside, d, L+1, 0) - 1/2)/2",
    ],
    example: "excursion.area_variance(relu, d=2, L=1)",
};

/// ∫ arcsin κ_L(tanh s) sech^d s ds, to about `prec` bits after the point.
fn integral(network: &Network, d: u32, fine: bool, prec: Bits, limits: &Limits) -> Result<Ball> {
    let layer = network.layer()?;
    let goal = prec.get() + 16;
    let (mut step, height) = strip::step(0, d, goal);
    if fine {
        step /= 2;
    }
    let mut count = strip::nodes_needed(&step, d, goal)?;
    if fine {
        count *= 2;
    }
    // Near the ends arcsin loses half of the bits of 1 − κ, and sech^d gives back at least as many; the
    // exact rule of d = 1 needs the rest.
    let work = Bits::new((goal + 48).div_ceil(64) * 64);
    let values = strip::kernel_values(&layer, network.depth, &step, count, work, limits)?;
    let indices: Vec<usize> = (0..=count).collect();
    let parts: Vec<Result<Ball>> = indices
        .par_chunks(64)
        .map(|chunk| {
            limits.check_deadline()?;
            let mut sum = Ball::zero();
            for k in chunk {
                let (_, sech) = strip::tanh_sech(&Rational::from(&step * *k as u64), work);
                let (plus, minus) = &values.pairs[*k];
                let plus = arc(plus, work);
                let both = match minus {
                    _ if *k == 0 => plus,
                    Some(minus) => plus.add(&arc(minus, work), work),
                    None => plus.mul_2exp(1),
                };
                sum = sum.add(&both.mul(&sech.pow_u64(u64::from(d), work), work), work);
            }
            Ok(sum)
        })
        .collect();
    let mut sum = Ball::zero();
    for part in parts {
        sum = sum.add(&part?, work);
    }
    let error = strip::discretisation(0, d, &step, &height)
        .plus(strip::truncation(d, &step, count))
        .shifted(1);
    Ok(sum.mul_rational(&step, work).widened(error))
}

/// arcsin of a correlation whose ball may reach beyond ±1: what lies outside is left out.
fn arc(c: &Ball, prec: Bits) -> Ball {
    let value = c.asin(prec);
    if value.is_finite() {
        return value;
    }
    let (low, high) = (c.lower(prec), c.upper(prec));
    let quarter = Ball::pi(prec).mul_2exp(-1);
    let below = if low <= -1 {
        quarter.neg()
    } else {
        Ball::exact(low).asin(prec)
    };
    let above = if high >= 1 {
        quarter
    } else {
        Ball::exact(high).asin(prec)
    };
    below.union(&above, prec)
}

impl Quantity for AreaVariance {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let fine = method(&ABOUT, request)? == "fine";
        let limits = request.limits;
        let reader = Reader::new(&SIGNATURE, arguments);
        let network = Network::read(&reader, 0, 2, 3, limits)?;
        let d = reader.integer(1, 1, LAST_DIMENSION)?;
        if network.depth == 0 || network.layer()?.parity() == Parity::Odd {
            return Ok(Value::Number(Number::from(0)));
        }
        let value = to_relative_accuracy(request.prec, limits, |work| {
            let spheres = area(d, work).mul(&area(d - 1, work), work);
            let tau = Ball::pi(work).mul_2exp(1);
            let integral = integral(&network, d, fine, work, limits)?;
            Ok(integral.mul(&spheres, work).div(&tau, work))
        })?;
        Ok(Value::Number(Number::Ball(value)))
    }
}
