//! The formula language: text to [`Expr`], evaluation, normal form, printers.

pub mod answer;
mod binder;
pub mod domain;
pub mod evaluate;
pub mod expr;
mod fault;
mod foreign;
mod lexer;
pub mod library;
mod literal;
pub mod normal;
mod parser;
pub mod print;
pub mod signature;
mod statement;
mod substitute;
pub mod value;

#[cfg(test)]
mod tests;

pub use domain::{Domain, parse_domain, parse_point, parse_variable_domain};
pub use expr::{Expr, ExprKind, Literal, Relation, Statement};
pub use parser::parse_expr;
pub use print::Target;
pub use statement::{parse_conditions, parse_statement};
