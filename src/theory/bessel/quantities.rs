//! The triangles of this subject as quantities of the language.

use rug::{Integer, Rational};

use super::hermite::Hermite;
use super::{first_kind, polynomials, second_kind};
use crate::error::{Error, Result};
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::signature::{Kind, Parameter, Signature};
use crate::formula::value::{Number, Value};
use crate::limits::Limits;
use crate::theory::quantity::{About, Quantity, Reader, method, natural};

const N: Parameter = Parameter {
    name: "n",
    kind: Kind::Integer,
    default: None,
    doc: "the row, from 0",
};
const K: Parameter = Parameter {
    name: "k",
    kind: Kind::Integer,
    default: None,
    doc: "the column",
};

/// The largest row: its entries have about 10⁵ digits.
const LAST_ROW: u32 = 20_000;

/// The largest row of the method that keeps all rows.
const LAST_RECURRENCE_ROW: u32 = 600;

/// A triangle of integers: an entry by its closed form, or read off the row of its recurrence.
pub struct Triangle {
    signature: Signature,
    about: About,
    entry: fn(u32, u32) -> Integer,
    row: fn(u32) -> Vec<Integer>,
}

const METHODS: &[(&str, &str)] = &[
    ("closed", "the closed form in factorials"),
    ("recurrence", "the triangle's recurrence, row by row"),
];

impl Quantity for Triangle {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn evaluate(&self, arguments: &[Value], request: &Request<'_>) -> Result<Value> {
        let reader = Reader::new(&self.signature, arguments);
        let (n, k) = (
            reader.integer(0, 0, LAST_ROW)?,
            reader.integer(1, 0, u32::MAX)?,
        );
        let value = match method(&self.about, request)? {
            "recurrence" => {
                // The whole triangle is kept: some n³·log2(n)/4 bits.
                if n > LAST_RECURRENCE_ROW {
                    return Err(Error::domain(format!(
                        "the method `recurrence` of `{}` goes to row {LAST_RECURRENCE_ROW} only",
                        self.signature.name
                    ))
                    .with_hint("use the method `closed`"));
                }
                (self.row)(n)
                    .into_iter()
                    .nth(k as usize)
                    .unwrap_or_default()
            }
            _ if k > n => Integer::new(),
            _ => (self.entry)(n, k),
        };
        Ok(Value::Number(Number::Rational(Rational::from(value))))
    }

    fn closed_form(&self, arguments: &[Expr], _limits: &Limits) -> Result<Option<Expr>> {
        let [n, k] = arguments else { return Ok(None) };
        let (Some(n), Some(k)) = (natural(n, LAST_ROW), natural(k, LAST_ROW)) else {
            return Ok(None);
        };
        Ok(Some(if k > n {
            Expr::from(0)
        } else {
            Expr::from((self.entry)(n, k))
        }))
    }
}

fn last<T>(rows: Vec<Vec<T>>) -> Vec<T> {
    rows.into_iter().next_back().unwrap_or_default()
}

/// `bessel.first_kind(n, k)`.
pub static FIRST_KIND: Triangle = Triangle {
    signature: Signature {
        name: "bessel.first_kind",
        parameters: &[N, K],
    },
    about: About {
        summary: "signed Bessel numbers of the first kind, the inverse triangle of the second kind",
        definition: "b(n, k) = (-1)^(n-k) (2n-k-1)! / ((k-1)! (n-k)! 2^(n-k))",
        domain: "integers 0 <= n <= 20000, k >= 0; 0 for k > n",
        source: "OEIS A122850 (signed), A001497; Han & Seo 2008",
        methods: METHODS,
        special: &["b(n, n) = 1"],
        example: "bessel.first_kind(5, 3)",
    },
    entry: first_kind::entry,
    row: |n| last(first_kind::rows(n)),
};

/// `bessel.second_kind(n, k)`.
pub static SECOND_KIND: Triangle = Triangle {
    signature: Signature {
        name: "bessel.second_kind",
        parameters: &[N, K],
    },
    about: About {
        summary: "Bessel numbers of the second kind: partitions of n points into k blocks of size 1 or 2",
        definition: "B(n, k) = n! / ((2k-n)! (n-k)! 2^(n-k))",
        domain: "integers 0 <= n <= 20000, k >= 0; 0 unless n/2 <= k <= n",
        source: "OEIS A122848, A100861 (by pairs), A144299; Han & Seo 2008",
        methods: METHODS,
        special: &[
            "B(n, k) = P(n, 2k-n)",
            "sum(B(n, k), k=0..n) counts involutions (A000085)",
        ],
        example: "bessel.second_kind(6, 4)",
    },
    entry: second_kind::entry,
    row: |n| {
        let mut rows = second_kind::Rows::<Integer>::new();
        let mut row = Vec::new();
        for _ in 0..=n {
            row = rows.next_row().to_vec();
        }
        // The generator's rows begin at k = ⌈n/2⌉.
        let mut full = vec![Integer::new(); n.div_ceil(2) as usize];
        full.append(&mut row);
        full
    },
};

/// `bessel.coefficient(n, k)`.
pub static POLYNOMIAL: Triangle = Triangle {
    signature: Signature {
        name: "bessel.coefficient",
        parameters: &[N, K],
    },
    about: About {
        summary: "coefficients of the Bessel polynomials y_n(x) = sum_k c(n, k) x^k",
        definition: "c(n, k) = (n+k)! / (2^k k! (n-k)!)",
        domain: "integers 0 <= n <= 20000, k >= 0; 0 for k > n",
        source: "OEIS A001498; Krall & Frink 1949",
        methods: METHODS,
        special: &["c(n, k) = P(n+k, n-k)"],
        example: "bessel.coefficient(4, 2)",
    },
    entry: polynomials::coefficient,
    row: |n| last(polynomials::rows(n)),
};

/// `hermite.coefficient(n, k)`.
pub static HERMITE: Triangle = Triangle {
    signature: Signature {
        name: "hermite.coefficient",
        parameters: &[N, K],
    },
    about: About {
        summary: "coefficients of the probabilists' Hermite polynomials He_n(x) = sum_k h(n, k) x^k",
        definition: "h(n, k) = (-1)^m n! / (k! m! 2^m), m = (n-k)/2 an integer",
        domain: "integers 0 <= n <= 20000, k >= 0; 0 unless k <= n and n - k is even",
        source: "OEIS A066325",
        methods: METHODS,
        special: &["|h(n, k)| = P(n, k)"],
        example: "hermite.coefficient(6, 2)",
    },
    entry: |n, k| Hermite::Probabilists.coefficient(n, k),
    row: |n| last(Hermite::Probabilists.rows(n)),
};
