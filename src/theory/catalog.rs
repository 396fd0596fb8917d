//! The catalogue: every quantity of the theory, in one visible list, and the library that the
//! formula language reads it through.

use super::angle;
use super::bessel;
use super::geometry;
use super::kernel;
use super::lyapunov;
use super::mean_field;
use super::moments;
use super::quantity::{Quantity, Reduction, Sampling, method};
use super::spectrum;
use crate::error::{Error, Result};
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::{Call, ExprKind};
use crate::formula::library::{Library, Request};
use crate::formula::normal::{FormalSeries, TaylorSeries};
use crate::formula::signature::{Signature, canonical};
use crate::formula::value::{Exactness, Value};
use crate::formula::{Expr, Target};
use crate::limits::Limits;
use crate::montecarlo::Sampler;
use crate::number::Bits;

/// A subject of the theory with its quantities.
pub struct Subject {
    /// Its name, as `list` prints it.
    pub name: &'static str,
    /// Its quantities.
    pub quantities: &'static [&'static dyn Quantity],
}

/// All subjects. A new quantity is one new file and one line here.
pub static SUBJECTS: &[Subject] = &[
    Subject {
        name: "Bessel numbers and Hermite polynomials",
        quantities: &[
            &bessel::quantities::FIRST_KIND,
            &bessel::quantities::SECOND_KIND,
            &bessel::quantities::POLYNOMIAL,
            &bessel::quantities::HERMITE,
        ],
    },
    Subject {
        name: "ReLU moments",
        quantities: &[
            &moments::j::J,
            &moments::three_quantity::J3,
            &moments::threshold_quantity::J_THRESHOLD,
            &moments::path_numbers::P,
            &moments::path_numbers::Q,
            &moments::half_moment::HALF_MOMENT,
            &moments::full_moment::FULL_MOMENT,
            &moments::polynomials::A,
            &moments::polynomials::B,
            &moments::polynomials::R,
        ],
    },
    Subject {
        name: "Depth degeneracy",
        quantities: &[
            &angle::one_layer::MU,
            &angle::one_layer::SIGMA2,
            &angle::decay_rate::RHO,
            &angle::rate_slope::RATE_SLOPE,
            &angle::ratio_moment::RATIO_MOMENT,
            &angle::rate_quantity::RATE,
            &angle::rate_quantity::RATE_VARIANCE,
            &angle::degenerate_quantity::DEAD_PROBABILITY,
            &angle::degenerate_quantity::PARALLEL_PROBABILITY,
            &angle::formal::MEAN,
            &angle::formal::VARIANCE,
            &angle::coefficients::MEAN,
            &angle::coefficients::VARIANCE,
            &angle::coefficients::COSINE,
            &angle::cosine::COS_MOMENT,
            &angle::correlation::CORRELATION,
            &angle::correlation::ARC_COSINE,
            &angle::correlation::ARC_COSINE_CORRELATION,
            &angle::infinite_width::INFINITE_WIDTH,
            &angle::finite_rules::APPROXIMATION_1,
            &angle::finite_rules::RATE_RULE,
            &angle::finite_rules::MU_RULE,
            &angle::density::quantities::DENSITY,
            &angle::density::quantities::MASS,
            &angle::density::quantities::MEAN,
            &angle::density::quantities::SD,
            &angle::density::quantities::PEAK,
            &angle::gaussian_closure::MEAN,
            &angle::gaussian_closure::VARIANCE,
            &angle::tangent_kernel::NTK,
        ],
    },
    Subject {
        name: "Lyapunov exponents",
        quantities: &[&lyapunov::exponent::EXPONENT],
    },
    Subject {
        name: "Kernels of infinite width",
        quantities: &[
            &kernel::kappa::KAPPA,
            &kernel::kappa::DERIVATIVE,
            &kernel::edge_quantities::REGULARITY_INDEX,
            &kernel::edge_quantities::SINGULAR_EXPONENT,
            &kernel::edge_quantities::EDGE,
            &kernel::edge_quantities::REGIME,
            &kernel::spectral_parameter::SPECTRAL_PARAMETER,
        ],
    },
    Subject {
        name: "Excursion geometry",
        quantities: &[
            &geometry::volume::VOLUME,
            &geometry::restricted::RESTRICTED,
            &geometry::width_correction::WIDTH_CORRECTION,
            &geometry::dimension::BOUNDARY,
            &geometry::dimension::GRAPH,
            &geometry::curvature::CURVATURE,
            &geometry::curvature::EULER,
            &geometry::critical_points::CRITICAL_POINTS,
            &geometry::critical_points::SADDLES,
            &geometry::critical_points::MAXIMA,
            &geometry::critical_points::MINIMA,
            &geometry::critical_points::GROWTH,
            &geometry::area_variance::AREA_VARIANCE,
            &geometry::crossings::CROSSINGS,
        ],
    },
    Subject {
        name: "Fixed points and criticality",
        quantities: &[
            &mean_field::fixed_point::FIXED_POINT,
            &mean_field::fixed_point::DEPTH_SCALE,
            &mean_field::variance::VARIANCE,
            &mean_field::variance::CHI1,
            &mean_field::correlation::CORRELATION,
            &mean_field::correlation::SCALE,
            &mean_field::critical::VARIANCE,
            &mean_field::critical::WEIGHTS,
            &mean_field::critical::BIASES,
        ],
    },
    Subject {
        name: "Spectra of infinite width",
        quantities: &[
            &spectrum::law_quantities::LAW,
            &spectrum::law_quantities::POWER,
            &spectrum::summary_quantities::MOMENT,
            &spectrum::summary_quantities::FACTORIAL_MOMENT,
            &spectrum::summary_quantities::TAIL,
            &spectrum::summary_quantities::ALTERNATING_TAIL,
            &spectrum::summary_quantities::DECAY,
            &spectrum::summary_quantities::SUPPORT,
            &spectrum::summary_quantities::HARMONICS,
        ],
    },
];

/// All quantities.
pub fn quantities() -> impl Iterator<Item = &'static dyn Quantity> {
    SUBJECTS
        .iter()
        .flat_map(|subject| subject.quantities.iter().copied())
}

/// The quantity of a name.
pub fn find(name: &str) -> Option<&'static dyn Quantity> {
    quantities().find(|quantity| quantity.signature().name == name)
}

/// The library of all quantities.
pub fn library() -> &'static dyn Library {
    &Catalog
}

/// The canonical text of a formula: all arguments of quantities named, defaults filled in.
pub fn canonical_text(expr: &Expr) -> String {
    let signatures = |name: &str| find(name).map(|quantity| *quantity.signature());
    let named = canonical(expr, &signatures).unwrap_or_else(|_| expr.clone());
    Target::Text.print(&named).unwrap_or_default()
}

/// The method that a formula which is a single call of a quantity is evaluated with.
pub fn method_used(expr: &Expr, wanted: Option<&str>, limits: &Limits) -> Option<&'static str> {
    let ExprKind::Call(Call { name, .. }) = &expr.kind else {
        return None;
    };
    let quantity = find(name)?;
    let request = Request {
        prec: Bits::MIN,
        exactness: Exactness::WhileCheap,
        method: wanted,
        limits,
    };
    method(quantity.about(), &request).ok()
}

/// The quantities in a formula whose values need a caveat, with it, in reading order.
pub fn caveats(expr: &Expr) -> Vec<(&'static str, &'static str)> {
    let mut found: Vec<(&'static str, &'static str)> = Vec::new();
    let mut open = vec![expr];
    while let Some(part) = open.pop() {
        if let ExprKind::Call(call) = &part.kind
            && let Some(quantity) = find(&call.name)
            && let Some(caveat) = quantity.caveat()
            && !found.iter().any(|(name, _)| *name == call.name)
        {
            found.push((quantity.signature().name, caveat));
        }
        let children = part.children();
        open.extend(children.into_iter().rev());
    }
    found
}

/// How to sample a formula that is a single call of a quantity; `None` if it is not, or the
/// quantity has no sampler at these arguments.
///
/// # Errors
/// Those of evaluating the arguments, and a domain error that names the domain.
pub fn sampling(expr: &Expr, limits: &Limits) -> Result<Option<Sampling>> {
    match quantity_call(expr, limits)? {
        None => Ok(None),
        Some((quantity, arguments)) => quantity.sampling(&arguments, &canonical_text(expr), limits),
    }
}

/// How to sample a single quantity with a smaller variance, where that is known.
///
/// # Errors
/// As [`sampling`].
pub fn reduced_sampling(
    expr: &Expr,
    reduction: Reduction,
    limits: &Limits,
) -> Result<Option<Box<dyn Sampler>>> {
    match quantity_call(expr, limits)? {
        None => Ok(None),
        Some((quantity, arguments)) => {
            quantity.reduced_sampling(&arguments, &canonical_text(expr), reduction, limits)
        }
    }
}

/// The quantity that a formula is a call of, with its evaluated arguments.
fn quantity_call(
    expr: &Expr,
    limits: &Limits,
) -> Result<Option<(&'static dyn Quantity, Vec<Value>)>> {
    let ExprKind::Call(call) = &expr.kind else {
        return Ok(None);
    };
    let Some(quantity) = find(&call.name) else {
        return Ok(None);
    };
    let request = Request {
        prec: Bits::new(160),
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    let arguments =
        Evaluator::new(&Catalog, request).arguments(quantity.signature(), call, expr)?;
    Ok(Some((quantity, arguments)))
}

struct Catalog;

impl Library for Catalog {
    fn signature(&self, name: &str) -> Option<&Signature> {
        find(name).map(|quantity| quantity.signature())
    }

    fn names(&self) -> Vec<&'static str> {
        quantities()
            .map(|quantity| quantity.signature().name)
            .collect()
    }

    fn evaluate(&self, name: &str, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        known(name)?.evaluate(arguments, request)
    }

    fn closed_form(&self, name: &str, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        known(name)?.closed_form(arguments, limits)
    }

    fn formal_series(
        &self,
        name: &str,
        arguments: &[Expr],
        limits: &Limits,
    ) -> Result<Option<FormalSeries>> {
        known(name)?.formal_series(arguments, limits)
    }

    fn taylor_series(
        &self,
        name: &str,
        arguments: &[Expr],
        limits: &Limits,
    ) -> Result<Option<TaylorSeries>> {
        known(name)?.taylor_series(arguments, limits)
    }
}

fn known(name: &str) -> Result<&'static dyn Quantity> {
    find(name).ok_or_else(|| Error::parse(format!("`{name}` is not a known quantity")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_examples_are_calls_of_their_quantity() {
        let mut names = std::collections::BTreeSet::new();
        for quantity in quantities() {
            let name = quantity.signature().name;
            assert!(names.insert(name), "{name} twice");
            assert!(
                quantity.about().example.starts_with(&format!("{name}(")),
                "{name}"
            );
            assert!(!quantity.about().methods.is_empty(), "{name}");
        }
        assert!(names.len() >= 10);
    }
}
