//! A small reader and writer of formulas for the tests of this folder, which must not depend on
//! the parser and the printers.

use rug::Rational;

use crate::formula::expr::{Binder, BinderKind, Constant, Expr, ExprKind};

/// The formula of a text of numbers, names, calls, operators and binders.
pub fn read(text: &str) -> Expr {
    let mut reader = Reader {
        rest: text.chars().filter(|c| !c.is_whitespace()).collect(),
        at: 0,
    };
    let expr = reader.sum();
    assert_eq!(reader.at, reader.rest.len(), "all of {text:?} is read");
    expr
}

struct Reader {
    rest: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> char {
        self.rest.get(self.at).copied().unwrap_or('\0')
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == c;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, c: char) {
        assert!(self.eat(c), "{c:?} at {} of {:?}", self.at, self.rest);
    }

    fn sum(&mut self) -> Expr {
        let mut terms = vec![self.product()];
        loop {
            if self.eat('+') {
                terms.push(self.product());
            } else if self.eat('-') {
                terms.push(self.product().negate());
            } else {
                return Expr::sum(terms);
            }
        }
    }

    fn product(&mut self) -> Expr {
        let mut product = self.sign();
        loop {
            if self.eat('*') {
                product = Expr::product([product, self.sign()]);
            } else if self.eat('/') {
                product = product.over(self.sign());
            } else {
                return product;
            }
        }
    }

    fn sign(&mut self) -> Expr {
        if self.eat('-') {
            return self.sign().negate();
        }
        let base = self.atom();
        if self.eat('^') {
            let exponent = self.sign();
            return ExprKind::Power(Box::new(base), Box::new(exponent)).into();
        }
        base
    }

    fn atom(&mut self) -> Expr {
        if self.eat('(') {
            let inner = self.sum();
            self.expect(')');
            return inner;
        }
        if self.eat('[') {
            let mut items = vec![self.sum()];
            while self.eat(',') {
                items.push(self.sum());
            }
            self.expect(']');
            return ExprKind::List(items).into();
        }
        let start = self.at;
        while self.peek().is_alphanumeric() || self.peek() == '_' || self.peek() == '.' {
            self.at += 1;
        }
        let word: String = self.rest[start..self.at].iter().collect();
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            let (whole, part) = word.split_once('.').unwrap_or((&word, ""));
            let digits: rug::Integer = format!("{whole}{part}").parse().expect("digits");
            let scale = rug::Integer::from(rug::Integer::u_pow_u(10, part.len() as u32));
            return Expr::rational(Rational::from((digits, scale)));
        }
        assert!(!word.is_empty(), "a word at {start} of {:?}", self.rest);
        match word.as_str() {
            "pi" => return Expr::pi(),
            "euler_gamma" => return ExprKind::Constant(Constant::EulerGamma).into(),
            "inf" => return ExprKind::Infinity.into(),
            _ => {}
        }
        if !self.eat('(') {
            return Expr::name(word);
        }
        let first = self.sum();
        self.expect(if self.peek() == ',' { ',' } else { ')' });
        let mut arguments = vec![first];
        if self.rest[self.at - 1] == ')' {
            return Expr::call(word, arguments);
        }
        loop {
            let argument = self.sum();
            if self.eat('=') {
                let from = self.sum();
                self.expect('~');
                let to = self.sum();
                self.expect(')');
                return bind(&word, arguments.swap_remove(0), argument, from, to);
            }
            arguments.push(argument);
            if self.eat(')') {
                break;
            }
            self.expect(',');
        }
        let name = |e: &Expr| match &e.kind {
            ExprKind::Name(name) => name.clone(),
            other => panic!("a variable, not {other:?}"),
        };
        let kind = match word.as_str() {
            "diff" => BinderKind::Derivative {
                order: arguments.get(2).cloned().unwrap_or(Expr::from(1)),
            },
            "coefficient" => BinderKind::Coefficient {
                index: arguments[2].clone(),
            },
            _ => return Expr::call(word, arguments),
        };
        let variable = name(&arguments[1]);
        let body = arguments.swap_remove(0);
        ExprKind::Binder(Box::new(Binder {
            kind,
            body,
            variable,
        }))
        .into()
    }
}

/// `sum(body, k = from ~ to)`: a tilde, because a dot belongs to names here.
fn bind(word: &str, body: Expr, variable: Expr, from: Expr, to: Expr) -> Expr {
    let ExprKind::Name(variable) = variable.kind else {
        panic!("a variable before `=`")
    };
    let kind = match word {
        "sum" => BinderKind::Sum { from, to },
        "product" => BinderKind::Product { from, to },
        "integral" => BinderKind::Integral { from, to },
        _ => panic!("{word} is not a binder"),
    };
    ExprKind::Binder(Box::new(Binder {
        kind,
        body,
        variable,
    }))
    .into()
}

/// The formula as text, with no more brackets than the grammar needs.
pub fn write(expr: &Expr) -> String {
    write_at(expr, 0)
}

/// Levels: 0 sums, 1 products and signs, 2 powers' bases.
fn write_at(expr: &Expr, level: u32) -> String {
    let (own, text) = match &expr.kind {
        ExprKind::Number(value) => (if value.is_integer() { 3 } else { 1 }, value.to_string()),
        ExprKind::Constant(Constant::Pi) => (3, "pi".into()),
        ExprKind::Constant(Constant::EulerGamma) => (3, "euler_gamma".into()),
        ExprKind::Infinity => (3, "inf".into()),
        ExprKind::Name(name) => (3, name.clone()),
        ExprKind::Negate(inner) => (0, format!("-{}", write_at(inner, 1))),
        ExprKind::Sum(terms) => {
            let mut text = String::new();
            for (index, term) in terms.iter().enumerate() {
                text += match (index, term.negative) {
                    (0, false) => "",
                    (0, true) => "-",
                    (_, false) => " + ",
                    (_, true) => " - ",
                };
                text += &write_at(&term.value, 1);
            }
            (0, text)
        }
        ExprKind::Product(factors) => {
            let mut text = String::new();
            let divisors = factors.iter().filter(|f| f.inverse).count();
            for (index, factor) in factors.iter().filter(|f| !f.inverse).enumerate() {
                text += if index > 0 { "*" } else { "" };
                text += &write_at(&factor.value, 2);
            }
            let below = factors.iter().filter(|f| f.inverse);
            let below: Vec<String> = below.map(|f| write_at(&f.value, 2)).collect();
            match divisors {
                0 => {}
                1 => text = format!("{text}/{}", below[0]),
                _ => text = format!("{text}/({})", below.join("*")),
            }
            (1, text)
        }
        ExprKind::Power(base, exponent) => (
            2,
            format!("{}^{}", write_at(base, 3), write_at(exponent, 3)),
        ),
        ExprKind::Call(call) => {
            let arguments = call.arguments.iter().map(|a| match &a.name {
                Some(name) => format!("{name}={}", write(&a.value)),
                None => write(&a.value),
            });
            let arguments: Vec<String> = arguments.collect();
            (3, format!("{}({})", call.name, arguments.join(", ")))
        }
        ExprKind::List(items) => {
            let items: Vec<String> = items.iter().map(write).collect();
            (3, format!("[{}]", items.join(", ")))
        }
        ExprKind::Binder(binder) => {
            let (word, ends) = match &binder.kind {
                BinderKind::Sum { from, to } => ("sum", Some((from, to))),
                BinderKind::Product { from, to } => ("product", Some((from, to))),
                BinderKind::Integral { from, to } => ("integral", Some((from, to))),
                BinderKind::Derivative { .. } => ("diff", None),
                BinderKind::Coefficient { .. } => ("coefficient", None),
            };
            let tail = ends.map_or(String::new(), |(from, to)| {
                format!("={}~{}", write(from), write(to))
            });
            (
                3,
                format!("{word}({}, {}{tail})", write(&binder.body), binder.variable),
            )
        }
    };
    if own < level {
        format!("({text})")
    } else {
        text
    }
}
