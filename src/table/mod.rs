//! Tables: what they hold, where they came from, how they are written, stored and read back.
//!
//! A [`Table`] is columns and rows of decimal text with its provenance; [`compute`] fills it from the
//! formulas of its columns, and [`catalogue`] holds the reference tables. One file per format in [`mod@write`]; [`datapackage`] describes the CSV files of a folder so that any
//! tool reads them and `verify` needs nothing but them; [`store`] puts files into a folder whole or
//! not at all; [`definition`] reads the tables that users define.
//!
//! Rows are counted from 1 in messages, the heading not counted.

pub mod audit;
pub mod catalogue;
mod cell;
mod column;
mod compare;
pub mod compute;
pub mod datapackage;
pub mod definition;
mod model;
pub mod product;
pub mod provenance;
pub mod simulated;
pub mod store;
pub mod write;

pub use cell::{Cell, NumberForm, NumberText};
pub use column::{Column, ColumnKind};
pub use compare::{Difference, differences};
pub use datapackage::{Edited, StoredTable};
pub use definition::{TableDefinition, read_definitions};
pub use model::{About, Table};
pub use provenance::Provenance;
pub use write::Format;
