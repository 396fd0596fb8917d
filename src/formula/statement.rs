//! Statements, which claims are made of, and the conditions that restrict their variables.
//!
//! ```text
//! statement  = sum relation sum | sum "~=" literal
//! relation   = "==" | "!=" | "<" | "<=" | ">" | ">="
//! literal    = ["-"] number [ "(" digits ")" ]
//! conditions = sum relation sum { ("and" | ",") sum relation sum }
//! ```

use std::fmt;

use rug::{Integer, Rational};

use super::expr::{Expr, Literal, Relation, Statement};
use super::lexer::{Lexed, Token};
use super::literal::power_of_ten;
use super::parser::Parser;
use crate::error::{Error, Result};
use crate::limits::Limits;

const RELATIONS: &str = "relations are `==`, `!=`, `<`, `<=`, `>`, `>=` and `~=`";

/// Reads one statement: two formulas and the relation between them.
///
/// The right side of `~=` is a decimal literal whose last place is part of the claim, or a
/// published estimate with its standard error in units of that place: `0.1739(8)`.
///
/// # Errors
/// As [`parse_expr`](super::parse_expr); also if there is no relation, or more than one.
///
/// # Examples
/// ```
/// use isobath::formula::parse_statement;
/// use isobath::limits::Limits;
///
/// let statement = parse_statement("J(1, 1, 1) ~= 0.1739(8)", &Limits::default())?;
/// let literal = statement.literal.expect("the right side of ~= is a literal");
/// assert_eq!(literal.last_place, -4);
/// assert_eq!(literal.standard_error, Some(rug::Rational::from((8, 10_000))));
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn parse_statement(text: &str, limits: &Limits) -> Result<Statement> {
    let mut parser = Parser::new(text, limits)?;
    let statement = parser.statement()?;
    if matches!(parser.current.token, Token::Relation(_)) {
        return Err(Error::parse("a statement has one relation")
            .with_hint("write `a < b < c` as two statements")
            .at(parser.current.span()));
    }
    parser.finish()?;
    Ok(statement)
}

/// Reads the conditions of a claim: relations joined by `and` or commas, as in `a >= b and b > 0`.
///
/// # Errors
/// As [`parse_statement`]; `~=` is no condition.
pub fn parse_conditions(text: &str, limits: &Limits) -> Result<Vec<Statement>> {
    let mut parser = Parser::new(text, limits)?;
    let mut conditions = Vec::new();
    loop {
        let condition = parser.statement()?;
        if condition.relation == Relation::Rounds {
            return Err(Error::parse("`~=` is not a condition")
                .with_hint("conditions use `==`, `!=`, `<`, `<=`, `>` or `>=`")
                .at(condition.right.span));
        }
        conditions.push(condition);
        let current = parser.current;
        match current.token {
            Token::Comma => {}
            Token::Name if parser.text(current) == "and" => {}
            Token::Relation(_) => {
                return Err(Error::parse("a condition has one relation")
                    .with_hint("write `a < b < c` as `a < b and b < c`")
                    .at(current.span()));
            }
            _ => {
                parser.finish()?;
                return Ok(conditions);
            }
        }
        parser.advance()?;
    }
}

impl Parser<'_> {
    fn statement(&mut self) -> Result<Statement> {
        let left = self.formula()?;
        let Token::Relation(relation) = self.current.token else {
            return Err(match self.current.token {
                Token::End => Error::parse("a statement needs a relation and a second formula")
                    .with_hint(RELATIONS)
                    .at(self.current.span()),
                Token::Assign => Error::parse("`=` is not a relation")
                    .with_hint("write `==`")
                    .at(self.current.span()),
                _ => self.operator_missing(None),
            });
        };
        self.advance()?;
        if relation == Relation::Rounds {
            let start = self.current.start;
            let literal = self.literal()?;
            let right = Expr::rational(literal.value.clone()).at(self.span_from(start));
            return Ok(Statement {
                left,
                relation,
                right,
                literal: Some(literal),
            });
        }
        let right = self.formula()?;
        Ok(Statement {
            left,
            relation,
            right,
            literal: None,
        })
    }

    fn literal(&mut self) -> Result<Literal> {
        let negative = self.current.token == Token::Minus;
        if negative {
            self.advance()?;
        }
        if self.current.token != Token::Number {
            return Err(self.literal_wanted(self.current));
        }
        let decimal = self.decimal()?;
        let last_place = decimal.exponent;
        let standard_error = match self.current.token {
            Token::Open => Some(self.standard_error(last_place)?),
            _ => None,
        };
        match self.current.token {
            Token::End | Token::Relation(_) => {}
            Token::Name if standard_error.is_some() => {
                return Err(
                    Error::parse("a standard error is the last thing of a literal")
                        .with_hint("write the exponent before the bracket: `4.1e-3(2)`")
                        .at(self.current.span()),
                );
            }
            _ => return Err(self.literal_wanted(self.current)),
        }
        let magnitude = decimal.value();
        Ok(Literal {
            value: if negative { -magnitude } else { magnitude },
            last_place,
            standard_error,
        })
    }

    /// `(8)` behind a literal whose last digit has the place 10^last_place.
    fn standard_error(&mut self, last_place: i64) -> Result<Rational> {
        let bracket = self.open(Token::Close)?;
        let token = self.current;
        let digits = self.text(token);
        let refused = |message: &str| {
            Err(Error::parse(message)
                .with_hint("write it in units of the last place: `0.1739(8)` is 0.1739 ± 0.0008")
                .at(token.span()))
        };
        if token.token != Token::Number || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return refused("a standard error is written as digits only");
        }
        let units = self.decimal()?.digits;
        if units == 0 {
            return refused("a standard error is positive");
        }
        self.close(bracket)?;
        Ok(scaled(&units, last_place))
    }

    fn literal_wanted(&self, token: Lexed) -> Error {
        Error::parse("`~=` has a decimal literal on its right")
            .with_hint("as in `F ~= 0.0092983579`; write `==` for a formula")
            .at(token.span())
    }
}

/// units · 10^place.
fn scaled(units: &Integer, place: i64) -> Rational {
    let scale = power_of_ten(place.saturating_abs());
    if place >= 0 {
        Rational::from(units * scale)
    } else {
        Rational::from((units.clone(), scale))
    }
}

impl Relation {
    /// How the relation is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Relation::Equal => "==",
            Relation::NotEqual => "!=",
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterEqual => ">=",
            Relation::Rounds => "~=",
        }
    }
}

/// The canonical text, which reads back as the same statement.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.left, self.relation.symbol())?;
        match &self.literal {
            Some(literal) => literal.fmt(f),
            None => self.right.fmt(f),
        }
    }
}

/// As it was written, up to the choice between `0.0041` and `4.1e-3`.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = |value: &Rational| {
            (value.clone() / scaled(&Integer::from(1), self.last_place))
                .into_numer_denom()
                .0
        };
        let digits = units(&self.value).abs().to_string();
        if self.value < 0 {
            f.write_str("-")?;
        }
        f.write_str(&decimal_text(&digits, self.last_place))?;
        match &self.standard_error {
            Some(error) => write!(f, "({})", units(error)),
            None => Ok(()),
        }
    }
}

/// `digits · 10^place`: positional if at most seven zeros have to be put before the digits.
fn decimal_text(digits: &str, place: i64) -> String {
    let count = digits.len() as i64;
    let before_point = count + place;
    match before_point {
        _ if place == 0 => digits.to_owned(),
        1.. if place < 0 => {
            let (whole, fraction) = digits.split_at(before_point as usize);
            format!("{whole}.{fraction}")
        }
        -7..=0 => format!("0.{}{digits}", "0".repeat(-before_point as usize)),
        _ if count == 1 => format!("{digits}e{place}"),
        _ => {
            let (whole, fraction) = digits.split_at(1);
            format!("{whole}.{fraction}e{}", place + count - 1)
        }
    }
}
