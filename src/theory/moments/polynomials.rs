//! The quantities `moment.A`, `moment.B` and `moment.R`: the integer polynomials of the exact form
//! of J(a, b, θ), as polynomials of a free variable.

use rug::{Integer, Rational};

use super::form::{MomentForm, coefficient_bits};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::number::polynomial::Polynomial;
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// One of the three polynomials as a quantity.
pub struct FormPolynomial {
    letter: char,
    signature: Signature,
    about: About,
}

const PARAMETERS: &[Parameter] = &[
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
        name: "c",
        kind: Kind::Number,
        default: None,
        doc: "the polynomial's variable, the cosine of the angle",
    },
];

const METHODS: &[(&str, &str)] = &[(
    "diagonal",
    "coefficients by the diagonal recurrence, then Horner's rule",
)];
const SOURCE: &str = "structure of the moments of Jakub & Nica 2024; Cho & Saul 2009 for a = b";

/// `moment.A(a, b, c)`.
pub static A: FormPolynomial = FormPolynomial {
    letter: 'A',
    signature: Signature {
        name: "moment.A",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the polynomial A of the exact form of J(a, b, theta) for even a + b",
        definition: "J(a, b, theta) = (sin(theta) A(cos(theta)) + (pi - theta) B(cos(theta)))/(2 pi)",
        domain: "integers 0 <= a, b <= 2000 with a + b even, any real c",
        source: SOURCE,
        methods: METHODS,
        special: &["A(-c) = -(-1)^a A(c)", "degree at most max(a, b) - 1"],
        example: "moment.A(3, 3, 1/2)",
    },
};

/// `moment.B(a, b, c)`.
pub static B: FormPolynomial = FormPolynomial {
    letter: 'B',
    signature: Signature {
        name: "moment.B",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the polynomial B of the exact form of J(a, b, theta) for even a + b",
        definition: "J(a, b, theta) = (sin(theta) A(cos(theta)) + (pi - theta) B(cos(theta)))/(2 pi)",
        domain: "integers 0 <= a, b <= 2000 with a + b even, any real c",
        source: SOURCE,
        methods: METHODS,
        special: &["B(-c) = (-1)^a B(c)", "B is the full moment E[G^a H^b]"],
        example: "moment.B(3, 3, 1/2)",
    },
};

/// `moment.R(a, b, c)`.
pub static R: FormPolynomial = FormPolynomial {
    letter: 'R',
    signature: Signature {
        name: "moment.R",
        parameters: PARAMETERS,
    },
    about: About {
        summary: "the polynomial R of the exact form of J(a, b, theta) for odd a + b",
        definition: "J(a, b, theta) = R(cos(theta))/(2 sqrt(2 pi))",
        domain: "integers 0 <= a, b <= 2000 with a + b odd, any real c",
        source: SOURCE,
        methods: METHODS,
        special: &["(1 + c)^((a+b+1)/2) divides R"],
        example: "moment.R(4, 3, 1/2)",
    },
};

/// The largest index of an exact form.
pub(super) const LAST_INDEX: u32 = 2_000;

impl FormPolynomial {
    fn polynomial(&self, a: u32, b: u32, limits: &Limits) -> Result<Polynomial<Integer>> {
        // One row of about max(a, b) coefficients.
        limits.check_integer_bits(
            coefficient_bits(a, b) * f64::from(a.max(b).max(1)),
            "the exact form",
        )?;
        let form = MomentForm::new(a, b);
        form.polynomials()
            .into_iter()
            .find(|(letter, _)| *letter == self.letter)
            .map(|(_, p)| p.clone())
            .ok_or_else(|| {
                let parity = if self.letter == 'R' { "odd" } else { "even" };
                Error::domain(format!("`{}` needs a + b {parity}", self.signature.name))
                    .with_hint("even a + b has A and B, odd a + b has R")
            })
    }
}

impl Quantity for FormPolynomial {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        method(&self.about, request)?;
        let reader = Reader::new(&self.signature, arguments);
        let (a, b) = (
            reader.integer(0, 0, LAST_INDEX)?,
            reader.integer(1, 0, LAST_INDEX)?,
        );
        let polynomial = self.polynomial(a, b, request.limits)?;
        let c = reader.number(2)?;
        let mut sum = Number::from(0);
        for coefficient in polynomial.coefficients().iter().rev() {
            let coefficient = Number::Rational(Rational::from(coefficient));
            sum = sum.mul(c, request.prec, request.limits)?.add(
                &coefficient,
                request.prec,
                request.limits,
            )?;
        }
        Ok(Value::Number(sum))
    }

    fn closed_form(&self, arguments: &[Expr], limits: &Limits) -> Result<Option<Expr>> {
        let [a, b, c] = arguments else {
            return Ok(None);
        };
        let (Some(a), Some(b)) = (small_index(a), small_index(b)) else {
            return Ok(None);
        };
        Ok(Some(in_powers(&self.polynomial(a, b, limits)?, c)))
    }
}

/// A literal index from 0 to [`LAST_INDEX`].
pub(super) fn small_index(expr: &Expr) -> Option<u32> {
    natural(expr, LAST_INDEX)
}

/// `Σ p_k x^k` as a formula, zero coefficients left out.
pub(super) fn in_powers(polynomial: &Polynomial<Integer>, x: &Expr) -> Expr {
    let terms = polynomial
        .coefficients()
        .iter()
        .enumerate()
        .filter(|(_, p)| **p != 0);
    Expr::sum(terms.map(|(k, p)| {
        let coefficient = Expr::from(p.clone());
        match k {
            0 => coefficient,
            _ => Expr::product([coefficient, x.clone().power(k as i64)]),
        }
    }))
}
