//! Tokens to [`Expr`]: the grammar of formulas.
//!
//! ```text
//! sum      = ["-"] term { ("+" | "-") term }
//! term     = "-" term | product                       -a*b is -(a*b)
//! product  = power { ("*" | "/") factor }
//! factor   = "-" factor | power                       a*-b is a*(-b)
//! power    = atom [ "^" factor ]                      -2^2 is -4, 2^-3^2 is 2^(-(3^2))
//! atom     = number | name | call | "(" sum ")" | "[" sum { "," sum } "]"
//! call     = name "(" [ argument { "," argument } ] ")"
//! argument = [ name "=" ] sum
//! ```
//!
//! `sum`, `product`, `integral`, `diff` and `coefficient` before a bracket are binders, read in
//! `binder.rs`; statements and domains stand in `statement.rs` and `domain.rs`.
//!
//! Chains are read in loops, so a sum of 10⁵ terms is flat. Only brackets, calls, lists, powers and
//! signs recurse, and each counts toward `Limits::max_nesting`: neither the parser nor anything
//! that later walks the tree can run out of stack.
//!
//! A quotient of two integers that is no integer is one number: `1/2*x` begins with the number
//! 1/2, just as `0.5*x` does. Thus every exact number has one canonical text, which is read back
//! as the same tree.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::expr::{Argument, Call, Constant, Expr, ExprKind, Factor, Term};
use super::lexer::{Lexed, Lexer, Token, spell};
use super::{binder, foreign, literal};
use crate::error::{Error, Result};
use crate::limits::Limits;

/// Reads one formula.
///
/// Decimals become exact rationals, θ, π and U+2212 are read as `theta`, `pi` and `-`. Every node
/// of the result knows its byte range in `text`; the range of a bracketed formula holds its brackets.
///
/// # Errors
/// A parse error at the place of the fault, with what to type instead. It is a parse error too if
/// the text passes the bytes, nodes or nesting of `limits`; a number larger than
/// `limits.max_integer_bits` is a limit error.
///
/// # Examples
/// ```
/// use isobath::formula::parse_expr;
/// use isobath::limits::Limits;
///
/// let formula = parse_expr("0.5*θ^2 - sin(pi/3)", &Limits::default())?;
/// assert_eq!(formula.to_string(), "1/2*theta^2 - sin(pi/3)");
///
/// let error = parse_expr("2t", &Limits::default()).unwrap_err();
/// assert_eq!(error.hint(), Some("write `2*t` for a product"));
/// # Ok::<(), isobath::error::Error>(())
/// ```
pub fn parse_expr(text: &str, limits: &Limits) -> Result<Expr> {
    let mut parser = Parser::new(text, limits)?;
    let expr = parser.formula()?;
    parser.finish()?;
    Ok(expr)
}

/// What encloses the place being read, for the error when its end is not found.
#[derive(Clone, Copy)]
pub(super) struct Bracket {
    pub(super) open: Lexed,
    pub(super) close: Token,
}

/// The state of reading: one token ahead, and what has been used of the limits.
pub(super) struct Parser<'a> {
    lexer: Lexer<'a>,
    pub(super) current: Lexed,
    /// Where the last consumed token ended.
    last_end: usize,
    limits: &'a Limits,
    depth: usize,
    nodes: usize,
    literal_bits: f64,
}

impl<'a> Parser<'a> {
    /// Starts at the first token of `text`.
    pub(super) fn new(text: &'a str, limits: &'a Limits) -> Result<Self> {
        if text.len() > limits.max_bytes {
            let mut start = limits.max_bytes;
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            return Err(Error::parse(format!(
                "the formula has {} bytes, more than the limit of {}",
                text.len(),
                limits.max_bytes
            ))
            .with_hint("split it into smaller formulas")
            .at(start..text.len()));
        }
        let mut lexer = Lexer::new(text);
        let current = lexer.next()?;
        Ok(Parser {
            lexer,
            current,
            last_end: 0,
            limits,
            depth: 0,
            nodes: 0,
            literal_bits: 0.0,
        })
    }

    /// A whole formula; the token behind it is left to the caller.
    pub(super) fn formula(&mut self) -> Result<Expr> {
        let start = self.current.start;
        let negative = self.current.token == Token::Minus;
        let first = if negative {
            self.sign(Self::term)?
        } else {
            self.product()?
        };
        if !matches!(self.current.token, Token::Plus | Token::Minus) {
            return if negative {
                self.node(ExprKind::Negate(Box::new(first)), start)
            } else {
                Ok(first)
            };
        }
        let mut terms = vec![Term {
            negative,
            value: first,
        }];
        while matches!(self.current.token, Token::Plus | Token::Minus) {
            let negative = self.advance()?.token == Token::Minus;
            let value = self.term()?;
            terms.push(Term { negative, value });
        }
        self.node(ExprKind::Sum(terms), start)
    }

    fn term(&mut self) -> Result<Expr> {
        if self.current.token != Token::Minus {
            return self.product();
        }
        let start = self.current.start;
        let inner = self.sign(Self::term)?;
        self.node(ExprKind::Negate(Box::new(inner)), start)
    }

    fn factor(&mut self) -> Result<Expr> {
        if self.current.token != Token::Minus {
            return self.power();
        }
        let start = self.current.start;
        let inner = self.sign(Self::factor)?;
        self.node(ExprKind::Negate(Box::new(inner)), start)
    }

    /// Consumes a sign and reads what it stands before.
    fn sign(&mut self, operand: fn(&mut Self) -> Result<Expr>) -> Result<Expr> {
        self.enter()?;
        self.advance()?;
        let inner = operand(self)?;
        self.leave();
        Ok(inner)
    }

    fn product(&mut self) -> Result<Expr> {
        let start = self.current.start;
        let mut first = self.power()?;
        if !matches!(self.current.token, Token::Star | Token::Slash) {
            return Ok(first);
        }
        let mut factors = Vec::new();
        while matches!(self.current.token, Token::Star | Token::Slash) {
            let inverse = self.advance()?.token == Token::Slash;
            let value = self.factor()?;
            if inverse
                && factors.is_empty()
                && let Some(fraction) = first.fraction_over(&value)
            {
                first = fraction.at(self.span_from(start));
                continue;
            }
            factors.push(Factor { inverse, value });
        }
        if factors.is_empty() {
            return Ok(first);
        }
        let first = Factor {
            inverse: false,
            value: first,
        };
        factors.insert(0, first);
        self.node(ExprKind::Product(factors), start)
    }

    fn power(&mut self) -> Result<Expr> {
        let start = self.current.start;
        let base = self.atom()?;
        if self.current.token != Token::Caret {
            return Ok(base);
        }
        self.enter()?;
        self.advance()?;
        let exponent = self.factor()?;
        self.leave();
        self.node(ExprKind::Power(Box::new(base), Box::new(exponent)), start)
    }

    fn atom(&mut self) -> Result<Expr> {
        match self.current.token {
            Token::Number => self.number(),
            Token::Name => self.name(),
            Token::Open => {
                let bracket = self.open(Token::Close)?;
                let inner = self.formula()?;
                self.close(bracket)?;
                Ok(inner.at(bracket.open.start..self.last_end))
            }
            Token::OpenList => {
                let bracket = self.open(Token::CloseList)?;
                let entries = self.formulas(bracket)?;
                self.node(ExprKind::List(entries), bracket.open.start)
            }
            _ => Err(self.operand_missing()),
        }
    }

    /// One or more formulas between commas, up to and with the closing bracket.
    pub(super) fn formulas(&mut self, bracket: Bracket) -> Result<Vec<Expr>> {
        let mut entries = Vec::new();
        loop {
            entries.push(self.formula()?);
            if !self.comma_or_close(bracket)? {
                return Ok(entries);
            }
        }
    }

    fn number(&mut self) -> Result<Expr> {
        let start = self.current.start;
        let value = self.decimal()?.value();
        self.node(ExprKind::Number(value), start)
    }

    /// Consumes a number. Its size is bounded before it is built, and counts toward what all numbers
    /// of a text may have: each alone may be within the limit and all together fill the memory.
    pub(super) fn decimal(&mut self) -> Result<literal::Decimal> {
        let span = self.current.span();
        let text = self.text(self.current);
        let text: Cow<str> = if text.is_ascii() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.replace('\u{2212}', "-"))
        };
        let bits = literal::bits(&text);
        self.literal_bits += bits;
        self.limits
            .check_integer_bits(bits, "this number")
            .and_then(|()| {
                let what = "all numbers of the formula together";
                self.limits.check_integer_bits(self.literal_bits, what)
            })
            .map_err(|error| error.at(span))?;
        self.advance()?;
        Ok(literal::read(&text))
    }

    fn name(&mut self) -> Result<Expr> {
        let token = self.advance()?;
        let name = spell(self.text(token));
        let call = self.current.token == Token::Open;
        let kind = match &*name {
            "pi" => ExprKind::Constant(Constant::Pi),
            "euler_gamma" => ExprKind::Constant(Constant::EulerGamma),
            "inf" => {
                return Err(Error::parse("`inf` is not a number")
                    .with_hint("it is only the end of a sum, product or integral")
                    .at(token.span()));
            }
            name => {
                if let Some(instead) = foreign::constant(name) {
                    return Err(foreign_name(name, instead, token));
                }
                if call {
                    return self.call(name, token);
                }
                if name.contains('.') {
                    return Err(Error::parse(format!("`{name}` is not a variable"))
                        .with_hint(format!(
                            "a dotted name is a quantity and takes arguments: `{name}(…)`"
                        ))
                        .at(token.span()));
                }
                ExprKind::Name(name.to_owned())
            }
        };
        if call && matches!(kind, ExprKind::Constant(_)) {
            return Err(
                Error::parse(format!("`{name}` is a number, not a function"))
                    .with_hint(format!("write `{name}*(…)` for a product"))
                    .at(token.span()),
            );
        }
        self.node(kind, token.start)
    }

    fn call(&mut self, name: &str, token: Lexed) -> Result<Expr> {
        if let Some(form) = binder::Form::of(name) {
            return self.binder(form, token);
        }
        if let Some(instead) = foreign::function(name) {
            return Err(foreign_name(name, instead, token));
        }
        let bracket = self.open(Token::Close)?;
        let arguments = if self.current.token == Token::Close {
            self.close(bracket)?;
            Vec::new()
        } else {
            self.arguments(bracket)?
        };
        let call = Call {
            name: name.to_owned(),
            arguments,
        };
        self.node(ExprKind::Call(call), token.start)
    }

    fn arguments(&mut self, bracket: Bracket) -> Result<Vec<Argument>> {
        let mut arguments = Vec::new();
        let mut named = HashSet::new();
        loop {
            let token = self.current;
            let name = self.argument_name()?;
            match &name {
                Some(name) if !named.insert(name.clone()) => {
                    return Err(
                        Error::parse(format!("the argument `{name}` is given twice"))
                            .with_hint("leave one of them out")
                            .at(token.span()),
                    );
                }
                // Where no operand follows, the fault is that it is missing.
                None if !named.is_empty() && self.operand_follows() => {
                    return Err(Error::parse(
                        "an argument without a name stands behind one with a name",
                    )
                    .with_hint("name it, or move it before the named ones")
                    .at(token.span()));
                }
                _ => {}
            }
            let value = self.formula()?;
            arguments.push(Argument { name, value });
            if !self.comma_or_close(bracket)? {
                return Ok(arguments);
            }
        }
    }

    fn operand_follows(&self) -> bool {
        matches!(
            self.current.token,
            Token::Number | Token::Name | Token::Open | Token::OpenList | Token::Minus
        )
    }

    /// Consumes `name=` if that comes next.
    pub(super) fn argument_name(&mut self) -> Result<Option<String>> {
        if self.current.token != Token::Name {
            return Ok(None);
        }
        let token = self.current;
        let mut ahead = self.lexer;
        // A fault behind the name is reported when reading gets there.
        if !matches!(ahead.next(), Ok(next) if next.token == Token::Assign) {
            return Ok(None);
        }
        let name = spell(self.text(token)).into_owned();
        if name.contains('.') {
            return Err(
                Error::parse(format!("`{name}` is not the name of an argument"))
                    .with_hint("argument names have no dots")
                    .at(token.span()),
            );
        }
        self.advance()?;
        self.advance()?;
        Ok(Some(name))
    }

    // What binders, statements and domains need too.

    /// Whether the token behind the current one is `inf`.
    pub(super) fn infinity_follows(&self) -> bool {
        let mut ahead = self.lexer;
        matches!(ahead.next(), Ok(next) if next.token == Token::Name && self.text(next) == "inf")
    }

    /// Consumes the current token and returns it.
    pub(super) fn advance(&mut self) -> Result<Lexed> {
        let consumed = self.current;
        self.last_end = consumed.end;
        self.current = self.lexer.next()?;
        Ok(consumed)
    }

    /// The text of a token.
    pub(super) fn text(&self, token: Lexed) -> &'a str {
        &self.lexer.text[token.span()]
    }

    /// From `start` to the end of the last consumed token.
    pub(super) fn span_from(&self, start: usize) -> Range<usize> {
        start..self.last_end
    }

    /// A node that began at `start` and ends with the last consumed token.
    pub(super) fn node(&mut self, kind: ExprKind, start: usize) -> Result<Expr> {
        self.nodes += 1;
        let span = self.span_from(start);
        if self.nodes > self.limits.max_nodes {
            return Err(Error::parse(format!(
                "the formula has more than {} parts",
                self.limits.max_nodes
            ))
            .with_hint("split it into smaller formulas")
            .at(span));
        }
        Ok(Expr { kind, span })
    }

    fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > self.limits.max_nesting {
            return Err(Error::parse(format!(
                "the formula is nested deeper than {} brackets, calls, lists, powers and signs",
                self.limits.max_nesting
            ))
            .with_hint("flatten it: chains of + and * need no brackets")
            .at(self.current.span()));
        }
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Consumes an opening bracket.
    pub(super) fn open(&mut self, close: Token) -> Result<Bracket> {
        self.enter()?;
        let open = self.advance()?;
        Ok(Bracket { open, close })
    }

    /// Consumes the closing bracket.
    pub(super) fn close(&mut self, bracket: Bracket) -> Result<()> {
        if self.current.token != bracket.close {
            return Err(self.operator_missing(Some(bracket)));
        }
        self.leave();
        self.advance()?;
        Ok(())
    }

    /// Consumes a comma (true) or the closing bracket (false).
    pub(super) fn comma_or_close(&mut self, bracket: Bracket) -> Result<bool> {
        let comma = self.current.token == Token::Comma;
        if comma {
            self.advance()?;
        } else {
            self.close(bracket)?;
        }
        Ok(comma)
    }

    /// Fails unless the whole text has been read.
    pub(super) fn finish(&self) -> Result<()> {
        if self.current.token == Token::End {
            Ok(())
        } else {
            Err(self.operator_missing(None))
        }
    }
}

/// Whether a formula can have a variable of that name.
pub(super) fn can_be_variable(name: &str) -> bool {
    !name.contains('.')
        && !matches!(name, "pi" | "euler_gamma" | "inf")
        && foreign::constant(name).is_none()
}

/// The error for a name that only other systems know.
fn foreign_name(name: &str, instead: &str, token: Lexed) -> Error {
    Error::parse(format!("`{name}` is not part of the language"))
        .with_hint(instead)
        .at(token.span())
}
