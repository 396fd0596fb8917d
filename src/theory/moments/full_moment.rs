//! The quantity `moment.full(a, b, theta)`: the Gaussian moment $E[G^a Ĝ^b]$ without the ReLU, which
//! the reflection identities relate to J at θ and π − θ.

use rug::{Integer, Rational};

use super::explicit::full_moment;
use super::polynomials::{LAST_INDEX, in_powers, small_index};
use crate::error::Result;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::combinatorial::double_factorial;
use crate::theory::quantity::{About, Quantity, Reader, method};

/// See the [module](self).
pub struct FullMoment;

/// `moment.full(a, b, theta)`.
pub static FULL_MOMENT: FullMoment = FullMoment;

static SIGNATURE: Signature = Signature {
    name: "moment.full",
    parameters: &[
        Parameter {
            name: "a",
            kind: Kind::Integer,
            default: None,
            doc: "the first power",
        },
        Parameter {
            name: "b",
            kind: Kind::Integer,
            default: None,
            doc: "the second power",
        },
        Parameter {
            name: "theta",
            kind: Kind::Number,
            default: None,
            doc: "the angle: the correlation is cos(theta)",
        },
    ],
};

static ABOUT: About = About {
    summary: "the moment E[G^a H^b] of two standard Gaussians with correlation cos(theta)",
    definition: "sum over i = a mod 2 of C(a,i) C(b,i) i! (a-i-1)!! (b-i-1)!! cos(theta)^i; 0 for odd a + b",
    domain: "integers 0 <= a, b <= 2000, real theta",
    source: "Isserlis 1918; the polynomial B of the exact form of J",
    methods: &[
        ("pairings", "the sum over the number i of mixed pairs"),
        (
            "recurrence",
            "M(a, b) = (a-1) M(a-2, b) + b cos(theta) M(a-1, b-1), by Stein's lemma",
        ),
    ],
    special: &["J(a,b,theta) + (-1)^a J(a,b,pi-theta) = moment.full(a,b,theta)/2 for even a + b"],
    example: "moment.full(2, 2, pi/3)",
};

impl Quantity for FullMoment {
    fn signature(&self) -> &Signature {
        &SIGNATURE
    }

    fn about(&self) -> &About {
        &ABOUT
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let method = method(&ABOUT, request)?;
        let reader = Reader::new(&SIGNATURE, arguments);
        let (a, b) = (
            reader.integer(0, 0, LAST_INDEX)?,
            reader.integer(1, 0, LAST_INDEX)?,
        );
        let (prec, limits) = (request.prec, request.limits);
        let cosine = crate::formula::evaluate::apply(
            "cos",
            std::slice::from_ref(reader.number(2)?),
            prec.plus(32),
            limits,
        )?;
        let value = if method == "recurrence" {
            by_stein(a, b, &cosine, prec.plus(32), limits)?
        } else {
            let mut sum = Number::from(0);
            for coefficient in full_moment(a, b).coefficients().iter().rev() {
                let coefficient = Number::Rational(Rational::from(coefficient));
                sum = sum.mul(&cosine, prec.plus(32), limits)?.add(
                    &coefficient,
                    prec.plus(32),
                    limits,
                )?;
            }
            sum
        };
        Ok(Value::Number(value))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [a, b, theta] = arguments else {
            return Ok(None);
        };
        let (Some(a), Some(b)) = (small_index(a), small_index(b)) else {
            return Ok(None);
        };
        Ok(Some(in_powers(
            &full_moment(a, b),
            &Expr::call("cos", vec![theta.clone()]),
        )))
    }
}

/// Stein's lemma on the first variable: M(a, b) = (a−1) M(a−2, b) + b c M(a−1, b−1), one column of
/// values of a for each b.
fn by_stein(
    a: u32,
    b: u32,
    c: &Number,
    prec: crate::number::Bits,
    limits: &Limits,
) -> Result<Number> {
    // Column b = 0: M(a, 0) = (a−1)!! for even a, else 0. Column b < 0 is never used: its factor is b.
    let start = |a: u32| {
        let value = if a.is_multiple_of(2) {
            double_factorial(i64::from(a) - 1)
        } else {
            Integer::new()
        };
        Number::Rational(Rational::from(value))
    };
    let mut column: Vec<Number> = (0..=a).map(start).collect();
    for j in 1..=b {
        limits.check_deadline()?;
        let mut next: Vec<Number> = Vec::with_capacity(column.len());
        for i in 0..=a {
            // M(0, j) = (j−1)!! for even j, else 0.
            let mut value = if i == 0 { start(j) } else { Number::from(0) };
            if i >= 1 {
                let mixed = c.mul(&column[i as usize - 1], prec, limits)?;
                value = value.add(
                    &mixed.mul(&Number::from(i64::from(j)), prec, limits)?,
                    prec,
                    limits,
                )?;
            }
            if i >= 2 {
                let pair =
                    next[i as usize - 2].mul(&Number::from(i64::from(i) - 1), prec, limits)?;
                value = value.add(&pair, prec, limits)?;
            }
            next.push(value);
        }
        column = next;
    }
    Ok(column.pop().unwrap_or_else(|| Number::from(0)))
}
