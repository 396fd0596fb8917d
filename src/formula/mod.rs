//! The formula language: text to [`Expr`], evaluation, normal form, printers.

mod binder;
pub mod domain;
pub mod expr;
mod fault;
mod foreign;
mod lexer;
mod literal;
mod parser;
pub mod print;
pub mod signature;
mod statement;

pub use domain::{Domain, parse_domain, parse_point, parse_variable_domain};
pub use expr::{Expr, ExprKind, Literal, Relation, Statement};
pub use parser::parse_expr;
pub use print::Target;
pub use statement::{parse_conditions, parse_statement};

#[cfg(test)]
mod tests;
