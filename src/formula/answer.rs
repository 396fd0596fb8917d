//! What `eval` gives: an exact value, or certified digits, or the reason why neither.
//!
//! The order of attempts: evaluation that keeps exact numbers exact; refinement of balls to the
//! digits asked for; and, where the digits stay undecided (a zero, a tie), the normal form, which
//! may show that the value is rational after all.

use rug::Rational;

use super::evaluate::Evaluator;
use super::expr::{Expr, ExprKind};
use super::library::{Library, LibraryExpander, Request};
use super::normal::NormalForm;
use super::value::{Exactness, Number, Value};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::number::decimal::{Decimal, rational_text};
use crate::number::refine::{Precisions, undecided};
use crate::number::{Ball, Digits, EvidenceClass};

/// Terms and nodes of the normal form that is tried only to call decided digits exact.
const MOST_NODES_OF_DECIDED: usize = 5_000;

/// What to evaluate, and how well.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The quantities that the formula may use.
    pub library: &'a dyn Library,
    /// Significant digits wanted.
    pub digits: Digits,
    /// The method of the quantities, by name; `None` for their defaults.
    pub method: Option<&'a str>,
    /// The caps to keep.
    pub limits: &'a Limits,
}

/// The value of a formula.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A number.
    Number(Answered),
    /// A list of answers.
    List(Vec<Answer>),
}

/// A number with its evidence.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The number as `eval` prints it.
    pub text: String,
    /// Exact, or certified.
    pub class: EvidenceClass,
    /// The exact value, if it is rational.
    pub exact: Option<Rational>,
    /// The enclosure that decided the digits; of the exact value, its rounding.
    pub ball: Ball,
    /// Why the digits are not decided: the text is then a ball.
    pub undecided: Option<Error>,
}

impl Answer {
    /// The text of the whole answer: a number, or `[a, b]`.
    pub fn text(&self) -> String {
        match self {
            Answer::Number(number) => number.text.clone(),
            Answer::List(entries) => {
                let texts: Vec<String> = entries.iter().map(Answer::text).collect();
                format!("[{}]", texts.join(", "))
            }
        }
    }

    /// The numbers of the answer in reading order.
    pub fn numbers(&self) -> Vec<&Answered> {
        match self {
            Answer::Number(number) => vec![number],
            Answer::List(entries) => entries.iter().flat_map(Answer::numbers).collect(),
        }
    }

    /// The weakest evidence of any number in it; an empty list is exact.
    pub fn class(&self) -> EvidenceClass {
        self.numbers()
            .iter()
            .map(|number| number.class)
            .min()
            .unwrap_or(EvidenceClass::Exact)
    }
}

impl Question<'_> {
    fn evaluate(
        &self,
        expr: &Expr,
        prec: crate::number::Bits,
        exactness: Exactness,
    ) -> Result<Value> {
        let request = Request {
            prec,
            exactness,
            method: self.method,
            limits: self.limits,
        };
        Evaluator::new(self.library, request).evaluate(expr)
    }

    fn first_quantity(&self, expr: &Expr) -> Option<String> {
        expr.find_call(&|name| self.library.signature(name).is_some())
    }

    /// Evaluates a formula without variables to the digits asked for.
    ///
    /// # Errors
    /// Those of evaluation; undecided if a number's digits stay so (inside a list it is printed
    /// as a ball instead).
    pub fn answer(&self, expr: &Expr) -> Result<Answer> {
        self.limits.check_digits(self.digits)?;
        if let (Some(method), None) = (self.method, self.first_quantity(expr)) {
            return Err(locate(
                Error::usage(format!(
                    "the method `{method}` belongs to no quantity of the formula"
                ))
                .with_hint("leave out --method: it chooses how a quantity is computed"),
                expr,
            ));
        }
        let mut precisions = Precisions::new(self.digits);
        self.limits.check_precision(precisions.current())?;
        // The normal form is tried once: when balls have failed once, or when the digits end in so
        // many zeros, and go on in zeros, that the value is probably an exact decimal.
        let mut tried_exact = false;
        loop {
            let prec = precisions.current();
            let value = self.evaluate(expr, prec, Exactness::WhileCheap)?;
            let mut open = None;
            let answer = self.decide(&value, prec, &mut open)?;
            let looks_exact = answer.numbers().iter().any(|number| number.looks_exact());
            if open.is_none() && !looks_exact {
                return Ok(answer);
            }
            // What goes wrong at more digits takes nothing from digits that are decided.
            if open.is_none() && !self.may_be_decimals(expr, &answer).unwrap_or(false) {
                return Ok(answer);
            }
            if !tried_exact {
                tried_exact = true;
                let mut limits = self.limits.clone();
                if open.is_none() {
                    limits.max_nodes = limits.max_nodes.min(MOST_NODES_OF_DECIDED);
                }
                if let Some(exact) = self.exact(expr, &limits)? {
                    return Ok(exact);
                }
            }
            let Some(ball) = open else { return Ok(answer) };
            match precisions.advance(ball.accuracy(), self.limits) {
                Ok(()) => {}
                Err(cause)
                    if matches!(answer, Answer::List(_))
                        && cause.kind() == ErrorKind::Undecided =>
                {
                    return Ok(answer);
                }
                Err(cause) => return Err(locate(undecided(&ball, prec, cause), expr)),
            }
        }
    }

    /// Turns a value into an answer; `open` receives the worst ball whose digits are not decided.
    fn decide(
        &self,
        value: &Value,
        prec: crate::number::Bits,
        open: &mut Option<Ball>,
    ) -> Result<Answer> {
        let number = match value {
            Value::List(entries) => {
                let entries = entries
                    .iter()
                    .map(|entry| self.decide(entry, prec, open))
                    .collect::<Result<Vec<_>>>()?;
                return Ok(Answer::List(entries));
            }
            Value::Expression(_) => {
                return Err(Error::domain("an activation has no value of its own"));
            }
            Value::Number(number) => number,
        };
        if let Number::Rational(q) = number {
            return Ok(Answer::Number(Answered::exact(q.clone(), self.digits)));
        }
        let ball = number.to_ball(prec);
        let decided = Decimal::from_ball(&ball, self.digits);
        let (text, cause) = match decided {
            Some(decimal) => (decimal.to_string(), None),
            None => {
                if open
                    .as_ref()
                    .is_none_or(|worst| ball.accuracy() < worst.accuracy())
                {
                    *open = Some(ball.clone());
                }
                (
                    ball.to_decimal_text(self.digits),
                    Some(Error::undecided("the digits stay undecided")),
                )
            }
        };
        Ok(Answer::Number(Answered {
            text,
            class: EvidenceClass::Certified,
            exact: None,
            ball,
            undecided: cause,
        }))
    }

    /// Whether every number of an answer that ends in many zeros does so at twice the digits too; one that does
    /// not is no short decimal.
    fn may_be_decimals(&self, expr: &Expr, answer: &Answer) -> Result<bool> {
        let finer = Question {
            digits: Digits::new(2 * u64::from(self.digits.get()) + 20)?,
            ..*self
        };
        let prec = finer.digits.to_bits().plus(32);
        let value = finer.evaluate(expr, prec, Exactness::WhileCheap)?;
        let finer = finer.decide(&value, prec, &mut None)?;
        let (numbers, finer) = (answer.numbers(), finer.numbers());
        Ok(numbers.iter().zip(finer).all(|(number, finer)| {
            !number.looks_exact() || finer.undecided.is_some() || number.leads(finer)
        }))
    }

    /// The exact answer, if the value is a rational that exact evaluation or the normal form finds.
    ///
    /// # Errors
    /// A domain error if the normal form shows a division by zero.
    fn exact(&self, expr: &Expr, limits: &Limits) -> Result<Option<Answer>> {
        if let ExprKind::List(entries) = &expr.kind {
            let mut answers = Vec::with_capacity(entries.len());
            for entry in entries {
                match self.exact(entry, limits)? {
                    Some(answer) => answers.push(answer),
                    None => return Ok(None),
                }
            }
            return Ok(Some(Answer::List(answers)));
        }
        match NormalForm::of(expr, limits, &LibraryExpander(self.library)) {
            Ok(form) => Ok(form
                .as_rational()
                .map(|q| Answer::Number(Answered::exact(q, self.digits)))),
            Err(error) if error.kind() == ErrorKind::Domain => Err(error),
            // Too large for the normal form: balls go on alone.
            Err(_) => Ok(None),
        }
    }

    /// The exact value as a closed formula: an integer, a rational, or an expression in
    /// π, roots and elementary functions.
    ///
    /// # Errors
    /// A domain error where no closed form is known, with what to do instead.
    pub fn closed_form(&self, expr: &Expr) -> Result<Expr> {
        let form = NormalForm::of(expr, self.limits, &LibraryExpander(self.library))
            .map_err(|error| locate(error, expr))?;
        let closed = form.to_expr();
        match self.first_quantity(&closed) {
            None => Ok(closed),
            Some(name) => Err(locate(
                Error::domain(format!(
                    "no closed form of `{name}` is known at these arguments"
                ))
                .with_hint("`isobath eval` without --exact gives certified digits"),
                expr,
            )),
        }
    }
}

impl Answered {
    /// Whether certified digits end in at least eight zeros and a third of all digits.
    fn looks_exact(&self) -> bool {
        let mantissa = self.text.split('e').next().unwrap_or_default();
        let zeros = mantissa.len() - mantissa.trim_end_matches('0').len();
        self.exact.is_none() && mantissa.contains('.') && zeros >= 8 && zeros * 3 >= mantissa.len()
    }

    /// Whether another one has the same significant digits, and zeros behind them.
    fn leads(&self, other: &Answered) -> bool {
        let significant = |text: &str| {
            let mantissa = text.split('e').next().unwrap_or_default();
            let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
            digits.trim_matches('0').to_owned()
        };
        significant(&self.text) == significant(&other.text)
    }

    fn exact(value: Rational, digits: Digits) -> Answered {
        Answered {
            text: rational_text(&value, digits),
            class: EvidenceClass::Exact,
            ball: Ball::from_rational(&value, digits.to_bits().plus(8)),
            exact: Some(value),
            undecided: None,
        }
    }
}

fn locate(error: Error, expr: &Expr) -> Error {
    if expr.span.is_empty() {
        error
    } else {
        error.at(expr.span.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::library::Elementary;
    use crate::formula::parse_expr;

    /// Digits that end in zeros are exact where the normal form says so, and certified where they go on otherwise.
    #[test]
    fn zeros_at_the_end_are_looked_into() {
        let limits = Limits::default();
        let answer = |text: &str| {
            let question = Question {
                library: &Elementary,
                digits: Digits::literal(30),
                method: None,
                limits: &limits,
            };
            let answer = question.answer(&parse_expr(text, &limits).expect(text));
            let answer = answer.expect(text);
            (answer.text(), answer.class())
        };
        let zeros = "0".repeat(29);
        let one = format!("1.{zeros}");
        for (text, digits, class) in [
            ("sin(1)^2 + cos(1)^2", "1", EvidenceClass::Exact),
            (
                "(sqrt(2) + sqrt(3))^2 - 2*sqrt(6) + 1/4",
                "5.25",
                EvidenceClass::Exact,
            ),
            ("cos(10^-20)", one.as_str(), EvidenceClass::Certified),
            ("1 + exp(-100)", one.as_str(), EvidenceClass::Certified),
            ("1 + exp(-1000)", one.as_str(), EvidenceClass::Certified),
        ] {
            assert_eq!(answer(text), (digits.to_owned(), class), "{text}");
        }
    }
}
