//! The forms with a local variable: `sum(E, k=a..b)`, `diff(E, t)` and their kin.

use super::expr::{Binder, BinderKind, Expr, ExprKind};
use super::lexer::{Lexed, Token, spell};
use super::parser::{Bracket, Parser, can_be_variable};
use crate::error::{Error, Result};

/// Which form a name before a bracket opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Sum,
    Product,
    Integral,
    Derivative,
    Coefficient,
}

impl Form {
    pub(super) fn of(name: &str) -> Option<Form> {
        Some(match name {
            "sum" => Form::Sum,
            "product" => Form::Product,
            "integral" => Form::Integral,
            "diff" => Form::Derivative,
            "coefficient" => Form::Coefficient,
            _ => return None,
        })
    }

    /// How the form is written, for errors.
    fn usage(self) -> &'static str {
        match self {
            Form::Sum => "write `sum(E, k=a..b)`",
            Form::Product => "write `product(E, k=a..b)`",
            Form::Integral => "write `integral(E, u=a..b)`",
            Form::Derivative => "write `diff(E, t)`, or `diff(E, t, m)` for the m-th derivative",
            Form::Coefficient => "write `coefficient(E, t, k)` for the coefficient of t^k at t = 0",
        }
    }
}

impl Parser<'_> {
    /// Reads a binder whose name has been consumed; the current token is its bracket.
    pub(super) fn binder(&mut self, form: Form, name: Lexed) -> Result<Expr> {
        let bracket = self.open(Token::Close)?;
        let token = self.current;
        if self.argument_name()?.is_some() {
            return Err(Error::parse("the formula comes first, its variable second")
                .with_hint(form.usage())
                .at(token.span()));
        }
        let body = self.formula()?;
        self.expect_comma(form, "a variable")?;
        let variable = self.variable(form)?;
        let kind = match form {
            Form::Derivative => BinderKind::Derivative {
                order: if self.current.token == Token::Close {
                    Expr::from(1)
                } else {
                    self.expect_comma(form, "the order")?;
                    self.formula()?
                },
            },
            Form::Coefficient => {
                self.expect_comma(form, "which power")?;
                BinderKind::Coefficient {
                    index: self.formula()?,
                }
            }
            Form::Sum | Form::Product | Form::Integral => self.range(form)?,
        };
        self.close_binder(form, bracket)?;
        let binder = Binder {
            kind,
            body,
            variable,
        };
        self.node(ExprKind::Binder(Box::new(binder)), name.start)
    }

    fn range(&mut self, form: Form) -> Result<BinderKind> {
        if self.current.token != Token::Assign {
            return Err(Error::parse("the range of the variable is missing")
                .with_hint(form.usage())
                .at(self.current.span()));
        }
        self.advance()?;
        let from = if form == Form::Integral {
            self.lower_end()?
        } else {
            self.formula()?
        };
        if self.current.token != Token::DotDot {
            return Err(
                Error::parse("the two ends of the range stand on either side of `..`")
                    .with_hint(form.usage())
                    .at(self.current.span()),
            );
        }
        self.advance()?;
        let to = self.upper_end()?;
        Ok(match form {
            Form::Sum => BinderKind::Sum { from, to },
            Form::Product => BinderKind::Product { from, to },
            _ => BinderKind::Integral { from, to },
        })
    }

    /// The lower end of an interval: a formula or `-inf`.
    pub(super) fn lower_end(&mut self) -> Result<Expr> {
        if self.current.token != Token::Minus || !self.infinity_follows() {
            return self.formula();
        }
        let sign = self.advance()?;
        let token = self.advance()?;
        let infinity = self.node(ExprKind::Infinity, token.start)?;
        self.node(ExprKind::Negate(Box::new(infinity)), sign.start)
    }

    /// The upper end of a range or interval: a formula or `inf`.
    pub(super) fn upper_end(&mut self) -> Result<Expr> {
        if self.current.token != Token::Name || self.text(self.current) != "inf" {
            return self.formula();
        }
        let token = self.advance()?;
        self.node(ExprKind::Infinity, token.start)
    }

    fn variable(&mut self, form: Form) -> Result<String> {
        let token = self.current;
        let name = spell(self.text(token));
        let refused = |message: String| {
            Err(Error::parse(message)
                .with_hint(form.usage())
                .at(token.span()))
        };
        if token.token != Token::Name {
            return refused("the name of the variable is missing".into());
        }
        if !can_be_variable(&name) {
            return refused(format!("`{name}` cannot be a variable"));
        }
        self.advance()?;
        Ok(name.into_owned())
    }

    fn expect_comma(&mut self, form: Form, what: &str) -> Result<()> {
        match self.current.token {
            Token::Comma => self.advance().map(drop),
            Token::Close => Err(Error::parse(format!("{what} is missing"))
                .with_hint(form.usage())
                .at(self.current.span())),
            _ => Err(self.operator_missing(None)),
        }
    }

    fn close_binder(&mut self, form: Form, bracket: Bracket) -> Result<()> {
        if self.current.token == Token::Comma {
            return Err(Error::parse("there is one argument too many")
                .with_hint(form.usage())
                .at(self.current.span()));
        }
        self.close(bracket)
    }
}
