//! isobath: exact forms, certified digits, Monte Carlo and verdicts for the theory of deep networks.
//!
//! # The promise
//!
//! For every quantity the theory covers, isobath gives the **exact closed form** where one exists,
//! **certified digits** at any precision (each printed digit is right, the last one correctly
//! rounded), a **Monte Carlo estimate** that knows the certified answer, and a **verdict** on any
//! claim made about it. Every number carries its evidence class, and the classes are never blurred.
//! Refusing is a good answer; a plausible wrong number is the one unforgivable failure.
//!
//! The command line is described in the [`guide`]. This page is for those who use the library or
//! read the code.
//!
//! # How data flows
//!
//! ```text
//! text ──formula──▶ Expr ──theory::catalog──▶ quantity
//!                     │                          ├─ closed_form() ─▶ closed form
//!                     │                          ├─ evaluate() ────▶ exact number, or Ball at p bits
//!                     │                          │                   ──refine──▶ digits asked for
//!                     │                          └─ sampling() ────▶ Estimate (mean, stderr, n, seed)
//!                     └─ normal form ─▶ proof of an identity
//! claims file ──evidence──▶ Verdict       table definition ──table──▶ csv json md latex
//! ```
//!
//! # The map
//!
//! | module | holds | stands on |
//! |---|---|---|
//! | [`error`] | one error type with kinds, a place and a hint | |
//! | [`limits`] | what a computation may cost | error |
//! | [`number`] | balls, exact integers, polynomials, power series, decimals | limits |
//! | [`formula`] | the language: parser, evaluation, normal form, printers | number |
//! | [`theory`] | the quantities, a folder a subject, and their catalogue | formula, montecarlo |
//! | [`evidence`] | claims and verdicts | theory |
//! | [`table`] | tables, their files and their audit | theory |
//! | [`cli`] | the command line, a file a verb | all |
//! | [`montecarlo`] | reproducible streams and mergeable estimators; knows no theory | error |
//!
//! # A tour
//!
//! A number is a [`Ball`](number::Ball), which contains the true value. Precision is the last
//! argument of every operation and has a type:
//!
//! ```
//! use isobath::number::{Ball, Bits, Digits};
//!
//! let prec = Bits::new(128);
//! let x = Ball::from_rational(&rug::Rational::from((1, 3)), prec);
//! let y = x.sin(prec).square(prec).add(&x.cos(prec).square(prec), prec);
//! assert!(y.contains_rational(&rug::Rational::from(1)));
//! assert!(y.accuracy() > 120);
//! assert_eq!(x.sin(prec).to_decimal_text(Digits::literal(10)), "[0.3271946968 +/- 5.01e-11]");
//! ```
//!
//! A formula becomes digits through a [`Question`](formula::answer::Question). The language finds
//! the theory's quantities in a [`Library`](formula::library::Library); the one that holds them all
//! is [`theory::catalog::library`].
//!
//! ```
//! use isobath::formula::answer::Question;
//! use isobath::formula::{Target, parse_expr};
//! use isobath::limits::Limits;
//! use isobath::number::Digits;
//! use isobath::theory::catalog;
//!
//! let limits = Limits::default();
//! let question = Question {
//!     library: catalog::library(),
//!     digits: Digits::literal(30),
//!     method: None,
//!     limits: &limits,
//! };
//! let answer = question.answer(&parse_expr("J(2, 2, 1)", &limits)?)?;
//! assert_eq!(answer.text(), "0.756927291961243201930826116581");
//!
//! let form = question.closed_form(&parse_expr("J(1, 1, t)", &limits)?)?;
//! assert_eq!(Target::Unicode.print(&form)?, "(sin(t) + (π − t)·cos(t))/(2·π)");
//! # Ok::<(), isobath::error::Error>(())
//! ```
//!
//! A statement and the domains of its variables become a [`Verdict`](evidence::Verdict), an enum
//! that has to be matched:
//!
//! ```
//! use isobath::evidence::Verdict;
//! use isobath::evidence::judge::{DEFAULT_DIGITS, Judge};
//! use isobath::formula::{parse_domain, parse_statement};
//! use isobath::limits::Limits;
//! use isobath::theory::catalog;
//!
//! let limits = Limits::default();
//! let judge = Judge {
//!     library: catalog::library(),
//!     digits: DEFAULT_DIGITS,
//!     limits: &limits,
//!     threshold: 5.0,
//! };
//! let domain = [("t".to_string(), parse_domain("(0, pi)", &limits)?)];
//! let statement = parse_statement("J(2,1,t) == (1 + cos(t))^2/(2*sqrt(2*pi))", &limits)?;
//! let (verdict, _) = judge.judge(&statement, &domain, &[])?;
//! assert_eq!(verdict, Verdict::Proved);
//! # Ok::<(), isobath::error::Error>(())
//! ```
//!
//! A moment itself, without the language, by two methods that share no series:
//!
//! ```
//! use isobath::limits::Limits;
//! use isobath::number::{Bits, Digits};
//! use isobath::theory::moments::{Angle, Method, moment};
//!
//! let theta = Angle::from_radians(rug::Rational::from((1, 3)))?;
//! let (prec, limits) = (Bits::new(256), Limits::default());
//! let closed = moment(2, 2, &theta, Method::Closed, prec, &limits)?;
//! let integral = moment(2, 2, &theta, Method::Integral, prec, &limits)?;
//! assert!(closed.overlaps(&integral));
//! assert_eq!(closed.to_decimal_text(Digits::literal(10)), "[1.392772637 +/- 5.01e-10]");
//! # Ok::<(), isobath::error::Error>(())
//! ```
//!
//! An estimate by Monte Carlo is shown in [`montecarlo`].

pub mod cli;
pub mod error;
pub mod evidence;
pub mod formula;
pub mod guide;
pub mod limits;
pub mod montecarlo;
pub mod number;
pub mod report;
pub mod table;
pub mod theory;

/// The example of the README runs with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
