//! The domains of a claim's variables: intervals, ranges of integers and finite sets.
//!
//! ```text
//! domain = ("(" | "[") end "," end (")" | "]")        an end is a sum, `-inf` or `inf`
//!        | integer ".." integer                        both ends included
//!        | "{" sum { "," sum } "}"
//! ```

use std::fmt;

use rug::Integer;

use super::expr::{Expr, ExprKind};
use super::lexer::{Token, spell};
use super::parser::{Parser, can_be_variable};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// The values that a variable of a claim runs through.
#[derive(Debug, Clone, PartialEq)]
pub enum Domain {
    /// `(0, pi)`, `[0, inf)`: the real numbers between two constants.
    Interval {
        /// The lower end; `Negate(Infinity)` if there is none.
        lower: Expr,
        /// Whether the lower end belongs to the interval.
        lower_closed: bool,
        /// The upper end; [`ExprKind::Infinity`] if there is none.
        upper: Expr,
        /// Whether the upper end belongs to the interval.
        upper_closed: bool,
    },
    /// `2..40`: the integers from 2 to 40, both included.
    Range {
        /// The first integer.
        from: Integer,
        /// The last integer, not below the first.
        to: Integer,
    },
    /// `{1/3, 1, pi/2}`: these values.
    Set(Vec<Expr>),
}

/// Reads a domain: `(0, pi)`, `[0, inf)`, `2..40` or `{1/3, 1, pi/2}`.
///
/// # Errors
/// A parse error with its place in `text`. Whether the ends of an interval are in order is not
/// decided here, for they can be any formulas.
pub fn parse_domain(text: &str, limits: &Limits) -> Result<Domain> {
    let mut parser = Parser::new(text, limits)?;
    let domain = parser.domain()?;
    parser.finish()?;
    Ok(domain)
}

/// Reads a variable with its domain: `t=(0, pi)`.
///
/// # Errors
/// As [`parse_domain`]; also without `name=`.
pub fn parse_variable_domain(text: &str, limits: &Limits) -> Result<(String, Domain)> {
    let mut parser = Parser::new(text, limits)?;
    let name = parser.variable_assigned("t=(0, pi)")?;
    let domain = parser.domain()?;
    parser.finish()?;
    Ok((name, domain))
}

/// Reads a variable with a point: `t=0`, `t=pi/2`, `n=inf`.
///
/// # Errors
/// As [`parse_expr`](super::parse_expr); also without `name=`.
pub fn parse_point(text: &str, limits: &Limits) -> Result<(String, Expr)> {
    let mut parser = Parser::new(text, limits)?;
    let name = parser.variable_assigned("t=pi/2")?;
    let point = parser.upper_end()?;
    parser.finish()?;
    Ok((name, point))
}

impl Parser<'_> {
    fn variable_assigned(&mut self, example: &str) -> Result<String> {
        let token = self.current;
        if token.token == Token::Name && !can_be_variable(&spell(self.text(token))) {
            return Err(
                Error::parse(format!("`{}` cannot be a variable", self.text(token)))
                    .with_hint("choose another name")
                    .at(token.span()),
            );
        }
        self.argument_name()?.ok_or_else(|| {
            Error::parse("a variable and `=` are missing")
                .with_hint(format!("as in `{example}`"))
                .at(token.span())
        })
    }

    fn domain(&mut self) -> Result<Domain> {
        match self.current.token {
            Token::Open | Token::OpenList => self.interval(),
            Token::OpenSet => {
                let bracket = self.open(Token::CloseSet)?;
                Ok(Domain::Set(self.formulas(bracket)?))
            }
            Token::End => Err(Error::parse("the domain is empty")
                .with_hint(FORMS)
                .at(self.current.span())),
            _ => self.range_of_integers(),
        }
    }

    fn interval(&mut self) -> Result<Domain> {
        let lower_closed = self.current.token == Token::OpenList;
        let open = self.advance()?;
        let lower = self.lower_end()?;
        match self.current.token {
            Token::Comma => self.advance()?,
            Token::End | Token::Close | Token::CloseList => {
                return Err(Error::parse("an interval has two ends")
                    .with_hint("write `(a, b)`; a set of values is written `{a}`")
                    .at(open.start..self.current.end));
            }
            _ => return Err(self.operator_missing(None)),
        };
        let upper = self.upper_end()?;
        let upper_closed = match self.current.token {
            Token::Close => false,
            Token::CloseList => true,
            Token::End => {
                return Err(Error::parse("the interval is not closed")
                    .with_hint("end it with `)` without its upper end, `]` with it")
                    .at(open.span()));
            }
            _ => return Err(self.operator_missing(None)),
        };
        self.advance()?;
        for (end, closed) in [(&lower, lower_closed), (&upper, upper_closed)] {
            if closed && is_infinite(end) {
                return Err(Error::parse("infinity belongs to no interval")
                    .with_hint("write `(` or `)` beside it")
                    .at(end.span.clone()));
            }
        }
        Ok(Domain::Interval {
            lower,
            lower_closed,
            upper,
            upper_closed,
        })
    }

    fn range_of_integers(&mut self) -> Result<Domain> {
        let start = self.current.start;
        let from = self.integer()?;
        if self.current.token != Token::DotDot {
            return Err(Error::parse("this is not a domain")
                .with_hint(FORMS)
                .at(start..self.current.end));
        }
        self.advance()?;
        let to = self.integer()?;
        if from > to {
            return Err(Error::parse(format!("the range {from}..{to} is empty"))
                .with_hint(format!("write `{to}..{from}`"))
                .at(self.span_from(start)));
        }
        Ok(Domain::Range { from, to })
    }

    fn integer(&mut self) -> Result<Integer> {
        let start = self.current.start;
        let negative = self.current.token == Token::Minus;
        if negative {
            self.advance()?;
        }
        let refused = |span| {
            Err(Error::parse("the ends of a range are integers")
                .with_hint(FORMS)
                .at(span))
        };
        if self.current.token != Token::Number {
            return refused(start..self.current.end);
        }
        let value = self.decimal()?.value();
        if !value.is_integer() {
            return refused(self.span_from(start));
        }
        let value = value.into_numer_denom().0;
        Ok(if negative { -value } else { value })
    }
}

const FORMS: &str = "domains are `(0, pi)`, `[0, inf)`, integers `2..40` and sets `{1/3, 1, pi/2}`";

fn is_infinite(end: &Expr) -> bool {
    match &end.kind {
        ExprKind::Infinity => true,
        ExprKind::Negate(inner) => inner.kind == ExprKind::Infinity,
        _ => false,
    }
}

/// The canonical text, which reads back as the same domain.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Interval {
                lower,
                lower_closed,
                upper,
                upper_closed,
            } => {
                let open = if *lower_closed { '[' } else { '(' };
                let close = if *upper_closed { ']' } else { ')' };
                write!(f, "{open}{lower}, {upper}{close}")
            }
            Domain::Range { from, to } => write!(f, "{from}..{to}"),
            Domain::Set(values) => {
                f.write_str("{")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("}")
            }
        }
    }
}
