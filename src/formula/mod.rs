//! The formula language: text to [`Expr`], evaluation, normal form, printers.

pub mod expr;
pub mod normal;

pub use expr::Expr;
