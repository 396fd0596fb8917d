//! The quantities `P(a, i)` and `Q(a, i)`: the path numbers of the explicit formula of the moments.

use rug::{Integer, Rational};

use super::path_count;
use super::paths::{self, PathNumber};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

/// A path number as a quantity.
pub struct PathQuantity {
    number: PathNumber,
    signature: Signature,
    about: About,
}

const A: Parameter = Parameter {
    name: "a",
    kind: Kind::Integer,
    default: None,
    doc: "the vertex where the paths start",
};
const I: Parameter = Parameter {
    name: "i",
    kind: Kind::Integer,
    default: None,
    doc: "the number of unit edges",
};

/// The largest start vertex.
const LAST: u32 = 20_000;
/// The largest start vertex of the methods that need all smaller ones.
const LAST_OF_ROWS: u32 = 1_000;

const METHODS: &[(&str, &str)] = &[
    (
        "closed",
        "factorials; for Q the finite sum of its Beta integral",
    ),
    ("recurrence", "y(a, i) = y(a-1, i-1) + (a-1) y(a-2, i)"),
    ("paths", "weights pushed along the edges of the graph"),
];

/// `P(a, i)`.
pub static P: PathQuantity = PathQuantity {
    number: PathNumber::P,
    signature: Signature {
        name: "P",
        parameters: &[A, I],
    },
    about: About {
        summary: "total weight of the paths from a to 0 with exactly i unit edges; matchings of K_a that leave i points free",
        definition: "P(a, i) = a! / (i! m! 2^m), m = (a-i)/2",
        domain: "integers 0 <= a <= 20000, i >= 0; 0 unless i <= a and a - i is even",
        source: "Jakub & Nica 2024; OEIS A100861, A001498",
        methods: METHODS,
        special: &[
            "P(a, a) = 1",
            "sum(P(a, i), i=0..a) counts involutions (A000085)",
        ],
        example: "P(10, 4)",
    },
};

/// `Q(a, i)`.
pub static Q: PathQuantity = PathQuantity {
    number: PathNumber::Q,
    signature: Signature {
        name: "Q",
        parameters: &[A, I],
    },
    about: About {
        summary: "total weight of the paths from a to 1 with exactly i unit edges",
        definition: "Q(a, i) = a!/(i! m!) integral(v^i (v - v^2/2)^m, v=0..1), m = (a-1-i)/2",
        domain: "integers 0 <= a <= 20000, i >= 0; 0 unless i <= a-1 and a-1-i is even",
        source: "Jakub & Nica 2024; row sums OEIS A000932",
        methods: METHODS,
        special: &["Q(a, a-1) = 1 for a >= 1", "Q(0, i) = 0"],
        example: "Q(10, 3)",
    },
};

impl Quantity for PathQuantity {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let reader = Reader::new(&self.signature, arguments);
        let (a, i) = (reader.integer(0, 0, LAST)?, reader.integer(1, 0, u32::MAX)?);
        let method = method(&self.about, request)?;
        if method != "closed" && a > LAST_OF_ROWS {
            return Err(Error::domain(format!(
                "the method `{method}` of `{}` goes to a = {LAST_OF_ROWS} only",
                self.signature.name
            ))
            .with_hint("use the method `closed`"));
        }
        let value = match method {
            "recurrence" => match self.number.double_steps(a, i) {
                // The rows list every second entry.
                Some(_) => entry_of(paths::rows(self.number, a).pop().unwrap_or_default(), i / 2),
                None => Integer::new(),
            },
            "paths" => entry_of(path_count::count(self.number, a), i),
            _ => self.number.entry(a, i),
        };
        Ok(Value::Number(Number::Rational(Rational::from(value))))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [a, i] = arguments else { return Ok(None) };
        let (Some(a), Some(i)) = (natural(a, LAST), natural(i, LAST)) else {
            return Ok(None);
        };
        Ok(Some(Expr::from(self.number.entry(a, i))))
    }
}

fn entry_of(row: Vec<Integer>, i: u32) -> Integer {
    row.into_iter().nth(i as usize).unwrap_or_default()
}
