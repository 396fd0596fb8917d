//! What is wrong where a token does not fit, and what to type instead.

use super::lexer::Token;
use super::parser::{Bracket, Parser};
use crate::error::Error;

impl Parser<'_> {
    /// The error for a token where a number, name or bracket should stand.
    pub(super) fn operand_missing(&self) -> Error {
        let token = self.current;
        let text = self.text(token);
        match token.token {
            Token::End if self.span_from(0).is_empty() => Error::parse("the formula is empty")
                .with_hint("type a formula, as in `J(1, 1, pi/3)`"),
            Token::End => {
                Error::parse("the formula ends where a number, name or bracket should follow")
            }
            Token::Plus => Error::parse("a `+` needs something to add to")
                .with_hint("leave out a `+` that is only a sign"),
            Token::OpenSet | Token::CloseSet => {
                Error::parse(format!("`{text}` is not part of a formula"))
                    .with_hint("lists are written `[a, b]`; braces make sets only in domains")
            }
            _ => Error::parse(format!(
                "`{text}` stands where a number, name or bracket should"
            )),
        }
        .at(token.span())
    }

    /// The error for a token where an operator or the end of a bracket should stand.
    pub(super) fn operator_missing(&self, bracket: Option<Bracket>) -> Error {
        let token = self.current;
        let text = self.text(token);
        let opened = bracket.map_or("", |b| self.text(b.open));
        let closes = match bracket.map(|b| b.close) {
            Some(Token::CloseList) => "]",
            Some(Token::CloseSet) => "}",
            _ => ")",
        };
        let error = match token.token {
            Token::Number | Token::Name | Token::Open | Token::OpenList => {
                let start = if text.len() <= 40 {
                    text
                } else {
                    "the next number"
                };
                Error::parse(format!("an operator is missing before `{start}`"))
                    .with_hint("write `*` for a product, `,` between arguments")
            }
            Token::End => {
                let open = bracket.map_or(token, |b| b.open);
                return Error::parse(format!("the bracket `{opened}` is not closed"))
                    .with_hint(format!("add `{closes}`"))
                    .at(open.span());
            }
            Token::Close | Token::CloseList | Token::CloseSet if bracket.is_some() => {
                Error::parse(format!("`{text}` does not close `{opened}`"))
                    .with_hint(format!("write `{closes}`"))
            }
            Token::Close | Token::CloseList => {
                Error::parse(format!("`{text}` closes nothing")).with_hint("remove it")
            }
            Token::Comma if bracket.is_some() => Error::parse("parentheses hold one formula")
                .with_hint("lists are written `[a, b]`, decimals with a point: `1.5`"),
            Token::Comma => {
                Error::parse("a comma stands only between arguments and entries of a list")
                    .with_hint("lists are written `[a, b]`, decimals with a point: `1.5`")
            }
            Token::Assign => Error::parse("`=` is not a relation")
                .with_hint("write `==` for equality; `name=` names an argument of a call"),
            Token::DotDot => {
                Error::parse("a range stands only at the end of a sum, product or integral")
                    .with_hint("write `sum(E, k=a..b)`")
            }
            Token::Relation(_) => {
                Error::parse(format!("`{text}` makes a statement of two formulas"))
                    .with_hint("here one formula is wanted; statements are for `check` and claims")
            }
            Token::OpenSet | Token::CloseSet => {
                Error::parse(format!("`{text}` is not part of a formula"))
                    .with_hint("lists are written `[a, b]`; braces make sets only in domains")
            }
            _ => Error::parse(format!("`{text}` is out of place")),
        };
        error.at(token.span())
    }
}
