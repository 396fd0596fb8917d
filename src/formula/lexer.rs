//! Text to tokens: the strict lexical grammar of formulas.
//!
//! Numbers are `digits[.digits][e[sign]digits]`, names are an ASCII letter or θ and then letters,
//! digits and `_`, joined by dots (`angle.rate`). θ is another spelling of `theta`, π of `pi`, and
//! U+2212 of `-`. White space is space, tab, carriage return and line feed. Every other character
//! is refused, with the place and what to type instead.
//!
//! Tokens are made on demand and hold only their place, so a lexer can be copied to look ahead.

use std::borrow::Cow;
use std::ops::Range;

use super::expr::Relation;
use super::foreign;
use crate::error::{Error, Result};

/// The sorts of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Number,
    Name,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Open,
    Close,
    OpenList,
    CloseList,
    OpenSet,
    CloseSet,
    Comma,
    Assign,
    DotDot,
    Relation(Relation),
    End,
}

/// A token and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexed {
    pub(super) token: Token,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Lexed {
    pub(super) fn span(self) -> Range<usize> {
        self.start..self.end
    }
}

/// Where in the text the next token begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Lexer { text, position: 0 }
    }

    /// The next token; [`Token::End`] again and again once the text is used up.
    pub(super) fn next(&mut self) -> Result<Lexed> {
        self.skip(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
        let start = self.position;
        let Some(first) = self.peek() else {
            return Ok(self.lexed(Token::End, start));
        };
        let token = match first {
            '0'..='9' => self.number()?,
            'π' => self.take(first, Token::Name),
            c if begins_name(c) => self.name()?,
            '+' => self.take(first, Token::Plus),
            '-' | '\u{2212}' => self.take(first, Token::Minus),
            '/' => self.take(first, Token::Slash),
            '^' => self.take(first, Token::Caret),
            '(' => self.take(first, Token::Open),
            ')' => self.take(first, Token::Close),
            '[' => self.take(first, Token::OpenList),
            ']' => self.take(first, Token::CloseList),
            '{' => self.take(first, Token::OpenSet),
            '}' => self.take(first, Token::CloseSet),
            ',' => self.take(first, Token::Comma),
            '*' if self.rest().starts_with("**") => {
                return Err(Error::parse("`**` is not an operator here")
                    .with_hint("write powers with `^`")
                    .at(start..start + 2));
            }
            '*' => self.take(first, Token::Star),
            '=' | '!' | '<' | '>' | '~' => self.relation(first)?,
            '.' => self.dots()?,
            other => {
                return Err(
                    foreign::character(other, start == 0).at(start..start + other.len_utf8())
                );
            }
        };
        Ok(self.lexed(token, start))
    }

    fn lexed(&self, token: Token, start: usize) -> Lexed {
        Lexed {
            token,
            start,
            end: self.position,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, c: char, token: Token) -> Token {
        self.position += c.len_utf8();
        token
    }

    fn skip(&mut self, accept: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.position += rest.find(|c| !accept(c)).unwrap_or(rest.len());
    }

    fn digits(&mut self) {
        self.skip(|c| c.is_ascii_digit());
    }

    /// Whether the text goes on with `prefix` and then a digit; the prefix is consumed if so.
    fn digit_after(&mut self, prefix: impl Fn(&str) -> Option<&str>) -> bool {
        let found =
            prefix(self.rest()).filter(|tail| tail.starts_with(|c: char| c.is_ascii_digit()));
        match found {
            Some(tail) => {
                self.position = self.text.len() - tail.len();
                true
            }
            None => false,
        }
    }

    fn number(&mut self) -> Result<Token> {
        let start = self.position;
        self.digits();
        let fraction = self.digit_after(|rest| rest.strip_prefix('.'));
        self.digits();
        let exponent = self.digit_after(|rest| {
            let tail = rest.strip_prefix(['e', 'E'])?;
            Some(tail.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(tail))
        });
        self.digits();
        let number = &self.text[start..self.position];
        let error = match self.peek() {
            Some('.') if self.rest().starts_with("..") => return Ok(Token::Number),
            Some('.') if fraction || exponent => {
                Error::parse(format!("`{number}` is followed by a stray `.`"))
                    .with_hint("a number has one decimal point, before its exponent")
            }
            Some('.') => Error::parse(format!("`{number}.` has no digits after its point"))
                .with_hint(format!("write `{number}` or `{number}.0`")),
            Some(c) if begins_name(c) || c == 'π' || c == '_' => self.glued(number, exponent),
            _ => return Ok(Token::Number),
        };
        let mut tail = *self;
        tail.skip(|c| continues_name(c) || c == '.' || c == 'π');
        Err(error.at(start..tail.position))
    }

    /// The error for a letter or `_` right behind a number.
    fn glued(&self, number: &str, exponent: bool) -> Error {
        let rest = self.rest();
        let mut tail = *self;
        tail.skip(continues_name);
        let letters = match &self.text[self.position..tail.position] {
            "" => "pi", // only π is no part of a name
            letters => letters,
        };
        if rest.starts_with('_') {
            return Error::parse("digits are not grouped with `_`")
                .with_hint("write the digits without `_`");
        }
        if number == "0" && rest.starts_with(['x', 'X', 'b', 'B', 'o', 'O']) {
            return Error::parse(format!("`{number}{letters}` is not a decimal number")).with_hint(
                "hexadecimal, octal and binary numbers are not read; write it in decimal",
            );
        }
        if rest.starts_with(['e', 'E']) {
            if exponent {
                return Error::parse(format!("`{number}{letters}` has two exponents"))
                    .with_hint("a number has one exponent");
            }
            if letters.len() == 1 {
                return Error::parse(format!("the exponent of `{number}{letters}` has no digits"))
                    .with_hint(format!(
                        "write `{number}e5` for a power of ten, `{number}*exp(1)` for a multiple of Euler's number"
                    ));
            }
        }
        Error::parse(format!(
            "an operator is missing between `{number}` and `{letters}`"
        ))
        .with_hint(format!("write `{number}*{letters}` for a product"))
    }

    fn name(&mut self) -> Result<Token> {
        loop {
            self.skip(continues_name);
            let rest = self.rest();
            let Some(tail) = rest.strip_prefix('.') else {
                return Ok(Token::Name);
            };
            if tail.starts_with('.') {
                return Ok(Token::Name);
            }
            if !tail.starts_with(begins_name) {
                return Err(Error::parse("a `.` in a name needs a letter behind it")
                    .with_hint("dotted names look like `angle.rate`")
                    .at(self.position..self.position + 1));
            }
            self.position += 1;
        }
    }

    fn dots(&mut self) -> Result<Token> {
        let start = self.position;
        let rest = self.rest();
        if rest.starts_with("..") {
            self.position += 2;
            return Ok(Token::DotDot);
        }
        let mut tail = *self;
        tail.position += 1;
        tail.digits();
        let digits = &self.text[start + 1..tail.position];
        Err(if digits.is_empty() {
            Error::parse("a lone `.` is not part of the language")
        } else {
            Error::parse(format!("`.{digits}` has no digit before its point"))
                .with_hint(format!("write `0.{digits}`"))
        }
        .at(start..tail.position))
    }

    fn relation(&mut self, first: char) -> Result<Token> {
        let start = self.position;
        for (text, token) in [
            ("==", Token::Relation(Relation::Equal)),
            ("!=", Token::Relation(Relation::NotEqual)),
            ("<=", Token::Relation(Relation::LessEqual)),
            (">=", Token::Relation(Relation::GreaterEqual)),
            ("~=", Token::Relation(Relation::Rounds)),
        ] {
            if self.rest().starts_with(text) {
                self.position += 2;
                return Ok(token);
            }
        }
        for (wrong, right) in [("=<", "<="), ("=>", ">="), ("<>", "!="), ("=~", "~=")] {
            if self.rest().starts_with(wrong) {
                return Err(Error::parse(format!("`{wrong}` is not a relation here"))
                    .with_hint(format!("write `{right}`"))
                    .at(start..start + 2));
            }
        }
        match first {
            '=' => Ok(self.take(first, Token::Assign)),
            '<' => Ok(self.take(first, Token::Relation(Relation::Less))),
            '>' => Ok(self.take(first, Token::Relation(Relation::Greater))),
            other => Err(foreign::character(other, false).at(start..start + 1)),
        }
    }
}

/// The name that a name token stands for: θ spelled out, π as `pi`.
pub(super) fn spell(text: &str) -> Cow<'_, str> {
    if text == "π" {
        Cow::Borrowed("pi")
    } else if text.contains('θ') {
        Cow::Owned(text.replace('θ', "theta"))
    } else {
        Cow::Borrowed(text)
    }
}

fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == 'θ'
}

fn continues_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == 'θ' || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<(Token, &str)> {
        let mut lexer = Lexer::new(text);
        let mut found = Vec::new();
        loop {
            let lexed = lexer.next().unwrap();
            if lexed.token == Token::End {
                return found;
            }
            found.push((lexed.token, &text[lexed.span()]));
        }
    }

    #[test]
    fn ranges_do_not_eat_the_point_of_a_number() {
        use Token::{DotDot, Name, Number};
        assert_eq!(
            tokens("1..5"),
            [(Number, "1"), (DotDot, ".."), (Number, "5")]
        );
        assert_eq!(
            tokens("1.5..2"),
            [(Number, "1.5"), (DotDot, ".."), (Number, "2")]
        );
        assert_eq!(
            tokens("a..b.c"),
            [(Name, "a"), (DotDot, ".."), (Name, "b.c")]
        );
        assert_eq!(
            tokens("1e-3..x"),
            [(Number, "1e-3"), (DotDot, ".."), (Name, "x")]
        );
    }

    #[test]
    fn the_letters_of_mathematics() {
        use Token::{Minus, Name, Number};
        assert_eq!(
            tokens("θ0\u{2212}π"),
            [(Name, "θ0"), (Minus, "\u{2212}"), (Name, "π")]
        );
        assert_eq!(tokens("1e\u{2212}5"), [(Number, "1e\u{2212}5")]);
        assert_eq!(spell("θ0"), "theta0");
        assert_eq!(spell("π"), "pi");
        assert_eq!(spell("rho"), "rho");
    }

    #[test]
    fn relations_are_read_whole() {
        let read: Vec<_> = tokens("== != <= >= ~= < > =")
            .into_iter()
            .map(|t| t.1)
            .collect();
        assert_eq!(read, ["==", "!=", "<=", ">=", "~=", "<", ">", "="]);
    }
}
