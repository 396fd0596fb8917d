//! The quantities `boundary.dimension(f, d, L)` and `graph.dimension(f, d, L)`: the Hausdorff dimensions
//! of the level sets and of the graph of the limit field T_L on S^d.
//!
//! For the fractal class, $κ(1-t) = 1 - c t^β + …$ with β in (0, 1), the index at depth L is $β^L$ and
//!
//! $$\dim T_L^{-1}(u) = \dim ∂\{T_L ≥ u\} = d - β^L, \qquad \dim \mathrm{graph}(T_L) = d + 1 - β^L,$$
//!
//! the first **with positive probability**: a level can be missed, and then the level set is empty.
//! For β > 1 the field is continuously differentiable, level sets are hypersurfaces (of dimension d − 1)
//! where they are not empty, and the graph has dimension d. A kernel with t ln t at 1 − t belongs to
//! neither class. Biases change no dimension.

use rug::Rational;

use super::setting::{ACTIVATION, Class, DEPTH, DIMENSION, LAST_DEPTH, SOURCE, class, exponent};
use super::sphere::LAST_DIMENSION;
use crate::error::{Error, Result};
use crate::formula::Expr;
use crate::formula::library::Request;
use crate::formula::signature::Signature;
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::theory::activation::Activation;
use crate::theory::quantity::{About, Quantity, Reader, literal, method, natural};

/// See the [module](self).
pub struct Dimension {
    signature: Signature,
    about: About,
    /// 1 for the graph.
    more: u32,
    caveat: &'static str,
}

/// `boundary.dimension(f, d, L)`.
pub static BOUNDARY: Dimension = Dimension {
    signature: Signature {
        name: "boundary.dimension",
        parameters: &[ACTIVATION, DIMENSION, DEPTH],
    },
    about: About {
        summary: "the Hausdorff dimension of the level sets of the limit field of a network on S^d, with \
                  positive probability",
        definition: "boundary.dimension(f, d, L) = d - beta^L for a covariance regularity index beta < 1, \
                     d - 1 for beta > 1",
        domain: "d >= 1, L >= 0; f whose index is not 1",
        source: SOURCE,
        methods: &[("closed", "exact arithmetic on the index of the activation")],
        special: &[
            "heaviside, sign: d - 2^-L",
            "repu(p), -1/2 < p < 1/2: d - (p+1/2)^L",
        ],
        example: "boundary.dimension(heaviside, d=2, L=5)",
    },
    more: 0,
    caveat: "this dimension holds with positive probability: a level can be missed, and the level set is \
             then empty",
};

/// `graph.dimension(f, d, L)`.
pub static GRAPH: Dimension = Dimension {
    signature: Signature {
        name: "graph.dimension",
        parameters: &[ACTIVATION, DIMENSION, DEPTH],
    },
    about: About {
        summary: "the Hausdorff dimension of the graph of the limit field of a network on S^d",
        definition: "graph.dimension(f, d, L) = d + 1 - beta^L for a covariance regularity index beta < 1, \
                     d for beta > 1",
        domain: "d >= 1, L >= 0; f whose index is not 1",
        source: SOURCE,
        methods: &[("closed", "exact arithmetic on the index of the activation")],
        special: &["heaviside, sign: d + 1 - 2^-L"],
        example: "graph.dimension(heaviside, d=2, L=3)",
    },
    more: 1,
    caveat: "of the limit field: a network of finite width is piecewise smooth, and its graph has dimension d",
};

/// β at depth 1 of the fractal class, `None` where the field is differentiable.
fn fractal_index(f: &Expr, limits: &Limits) -> Result<Option<Rational>> {
    let activation = Activation::read(f, limits)?;
    let regularity = activation.regularity();
    match class(&regularity) {
        Class::Fractal => Ok(exponent(&regularity).cloned()),
        Class::Once | Class::Twice => Ok(None),
        Class::Border => Err(Error::domain(format!(
            "the kernel of `{}` has the term t*ln(t) at u = 1 - t: its index is at the border of the \
             fractal and the smooth class, and no theorem gives the dimension",
            activation.text()
        ))
        .with_hint("repu(p) with p just below or above 1/2 is in one of the classes")
        .at(f.span.clone())),
    }
}

impl Dimension {
    fn value(&self, f: &Expr, d: u32, depth: u32, limits: &Limits) -> Result<Rational> {
        let top = Rational::from(d) + self.more;
        let Some(beta) = fractal_index(f, limits)?.filter(|_| depth > 0) else {
            return Ok(top - 1);
        };
        let bits = beta.denom().significant_bits() + beta.numer().significant_bits();
        limits.check_integer_bits(f64::from(bits) * f64::from(depth), "the exact dimension")?;
        use rug::ops::Pow;
        Ok(top - beta.pow(depth))
    }
}

impl Quantity for Dimension {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn caveat(&self) -> Option<&'static str> {
        Some(self.caveat)
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let d = reader.integer(1, 1, LAST_DIMENSION)?;
        let depth = reader.integer(2, 0, LAST_DEPTH)?;
        let value = self.value(reader.expression(0)?, d, depth, request.limits)?;
        Ok(Value::Number(Number::from(value)))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [f, d, depth] = arguments else {
            return Ok(None);
        };
        for (name, argument, least, most) in
            [("d", d, 1, LAST_DIMENSION), ("L", depth, 0, LAST_DEPTH)]
        {
            if literal(argument).is_some() && natural(argument, most).is_none_or(|n| n < least) {
                return Err(Error::domain(format!(
                    "the argument `{name}` of `{}` must be an integer from {least} to {most}",
                    self.signature.name
                )));
            }
        }
        if let (Some(d), Some(depth)) = (natural(d, LAST_DIMENSION), natural(depth, LAST_DEPTH)) {
            return Ok(Some(Expr::rational(self.value(f, d, depth, limits)?)));
        }
        let loss = match fractal_index(f, limits)? {
            Some(beta) => Expr::rational(beta).power(depth.clone()),
            None => Expr::from(1),
        };
        Ok(Some(Expr::sum([
            d.clone(),
            Expr::from(i64::from(self.more)),
            loss.negate(),
        ])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::parse_expr;

    /// d = 2: 3/2, 7/4, 15/8, … by exact halving; the graph has one more.
    #[test]
    fn heaviside_by_halving() {
        let limits = Limits::default();
        let f = parse_expr("heaviside", &limits).expect("a name");
        let mut loss = Rational::from(1);
        for depth in 0..=40 {
            let level = BOUNDARY.value(&f, 2, depth, &limits).expect("a dimension");
            assert_eq!(level, Rational::from(2) - &loss, "{depth}");
            let graph = GRAPH.value(&f, 2, depth, &limits).expect("a dimension");
            assert_eq!(graph, level + 1);
            loss /= 2;
        }
        let relu = parse_expr("relu", &limits).expect("a name");
        assert_eq!(BOUNDARY.value(&relu, 3, 4, &limits).expect("smooth"), 2);
        assert_eq!(GRAPH.value(&relu, 3, 4, &limits).expect("smooth"), 3);
    }
}
