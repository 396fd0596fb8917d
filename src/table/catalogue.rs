//! From a definition to a table, and the built-in definitions and stored files of the reference
//! tables.

use super::column::{Column, ColumnKind};
use super::compute::{DEFAULT_DIGITS, fill};
use super::datapackage::{Package, StoredTable};
use super::definition::{TableDefinition, read_definitions};
use super::model::{About, Table};
use super::simulated;
use crate::error::{Error, Result};
use crate::formula::evaluate::Evaluator;
use crate::formula::expr::Expr;
use crate::formula::library::Request;
use crate::formula::value::Exactness;
use crate::formula::{Relation, parse_conditions, parse_expr};
use crate::limits::Limits;
use crate::montecarlo::STREAM_VERSION;
use crate::number::{Bits, Digits, EvidenceClass};
use crate::theory::catalog;

/// The files of `tables/`, as they were when the program was built.
const STORED: &[(&str, &str)] = &[
    (
        "bessel-numbers",
        include_str!("../../tables/bessel-numbers.csv"),
    ),
    (
        "path-numbers",
        include_str!("../../tables/path-numbers.csv"),
    ),
    (
        "moment-forms",
        include_str!("../../tables/moment-forms.csv"),
    ),
    (
        "moment-values",
        include_str!("../../tables/moment-values.csv"),
    ),
    (
        "moment-series",
        include_str!("../../tables/moment-series.csv"),
    ),
    (
        "rate-by-width",
        include_str!("../../tables/rate-by-width.csv"),
    ),
    (
        "angular-spectra",
        include_str!("../../tables/angular-spectra.csv"),
    ),
    (
        "angle-by-depth",
        include_str!("../../tables/angle-by-depth.csv"),
    ),
    (
        "angle-by-architecture",
        include_str!("../../tables/angle-by-architecture.csv"),
    ),
    (
        "spectral-parameters",
        include_str!("../../tables/spectral-parameters.csv"),
    ),
    (
        "hausdorff-dimensions",
        include_str!("../../tables/hausdorff-dimensions.csv"),
    ),
    (
        "boundary-volumes",
        include_str!("../../tables/boundary-volumes.csv"),
    ),
    (
        "critical-initialisation",
        include_str!("../../tables/critical-initialisation.csv"),
    ),
    (
        "critical-points",
        include_str!("../../tables/critical-points.csv"),
    ),
];
const DESCRIPTION: &str = include_str!("../../tables/datapackage.json");

/// The definitions of the reference tables.
///
/// # Errors
/// A data error at its place if the embedded file is malformed; a test reads it.
pub fn definitions() -> Result<Vec<TableDefinition>> {
    read_definitions(
        "reference.toml",
        include_str!("reference.toml"),
        &Limits::default(),
    )
}

/// The stored reference tables, embedded in the program.
///
/// # Errors
/// A data error that says which file, row and field is not as it was written.
pub fn stored() -> Result<Vec<StoredTable>> {
    let package = Package::parse(DESCRIPTION, "datapackage.json")?;
    STORED
        .iter()
        .map(|(name, csv)| package.read_table(name, csv.as_bytes()))
        .collect()
}

/// The number of rows of a definition, `where` not asked.
pub fn row_bound(definition: &TableDefinition) -> u64 {
    definition
        .rows()
        .iter()
        .map(|variable| variable.domain.len().unwrap_or(0))
        .product()
}

/// Computes the table of a definition; `digits` overrides its own number of digits.
///
/// # Errors
/// Errors of the definition at their place in the file; those of [`fill`].
pub fn compute(
    definition: &TableDefinition,
    digits: Option<Digits>,
    limits: &Limits,
    done: &(dyn Fn() + Sync),
) -> Result<Table> {
    let mut keys = rows(definition, limits)?;
    let columns = columns(definition, digits, limits)?;
    if let Some(simulate) = definition.simulate() {
        // What is measured stands behind the computed columns, and is given to the rows like their keys.
        let names: Vec<&str> = definition.rows().iter().map(|v| v.name.as_str()).collect();
        let cells = simulated::cells(simulate, &names, &keys, limits)?;
        for (row, cells) in keys.iter_mut().zip(cells) {
            row.extend(cells);
        }
    }
    fill(about(definition), columns, &keys, limits, done).map_err(|error| definition.blame(error))
}

fn about(definition: &TableDefinition) -> About {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    About {
        name: definition.name().to_owned(),
        title: definition.title().unwrap_or(definition.name()).to_owned(),
        caption: text(definition.caption()),
        source: text(definition.source()),
        reliability: text(definition.reliability()),
        completeness: text(definition.completeness()),
        stream: (definition.sample().is_some() || definition.simulate().is_some())
            .then_some(STREAM_VERSION),
    }
}

fn columns(
    definition: &TableDefinition,
    digits: Option<Digits>,
    limits: &Limits,
) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for variable in definition.rows() {
        columns.push(Column::new(&variable.name, ColumnKind::Key)?);
    }
    for column in definition.columns() {
        parse_expr(column.formula.as_str(), limits).map_err(|error| column.formula.blame(error))?;
        let wanted = digits
            .or(column.digits)
            .or(definition.digits())
            .unwrap_or(DEFAULT_DIGITS);
        limits.check_digits(wanted)?;
        let kind = if column.is_exact {
            ColumnKind::Form
        } else {
            ColumnKind::Value
        };
        let mut computed =
            Column::new(column.name.as_str(), kind)?.with_formula(column.formula.as_str());
        computed = if column.is_exact {
            computed.with_class(EvidenceClass::Exact)
        } else {
            computed
                .with_class(EvidenceClass::Certified)
                .with_digits(wanted.get())
        };
        columns.push(match &column.title {
            Some(title) => computed.with_title(title),
            None => computed,
        });
    }
    if let Some(sample) = definition.sample() {
        let formula = definition
            .columns()
            .iter()
            .find(|column| column.name.as_str() == sample.column.as_str());
        let formula = formula
            .map(|column| column.formula.as_str().to_owned())
            .unwrap_or_default();
        for (name, kind) in [
            ("estimate", ColumnKind::Estimate),
            ("stderr", ColumnKind::StandardError),
            ("z", ColumnKind::ZScore),
        ] {
            let column = Column::new(name, kind)?
                .with_formula(&formula)
                .with_class(EvidenceClass::Sampled);
            columns.push(
                column
                    .with_method("Monte Carlo")
                    .with_sampling(sample.seed, sample.n),
            );
        }
    }
    if let Some(simulate) = definition.simulate() {
        columns.extend(simulated::columns(simulate)?);
    }
    Ok(columns)
}

/// The keys of the rows that the condition keeps.
fn rows(definition: &TableDefinition, limits: &Limits) -> Result<Vec<Vec<String>>> {
    let conditions = match definition.condition() {
        Some(text) => parse_conditions(text.as_str(), limits).map_err(|error| text.blame(error))?,
        None => Vec::new(),
    };
    let names: Vec<&str> = definition
        .rows()
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let mut kept = Vec::new();
    definition.for_each_row(|keys| {
        let mut values = Vec::with_capacity(keys.len());
        for (variable, key) in definition.rows().iter().zip(keys) {
            values.push(parse_expr(key, limits).map_err(|error| variable.text.blame(error))?);
        }
        let mut keep = true;
        for condition in &conditions {
            let [left, right] =
                [&condition.left, &condition.right].map(|side| with_keys(side, &names, &values));
            keep &=
                holds(&left, condition.relation, &right, limits).map_err(
                    |error| match definition.condition() {
                        Some(text) => text.blame(error),
                        None => error,
                    },
                )?;
        }
        if keep {
            kept.push(keys.iter().map(|key| key.to_string()).collect());
        }
        Ok(())
    })?;
    if kept.is_empty() {
        return Err(definition.blame(Error::data("no row satisfies the condition")));
    }
    Ok(kept)
}

fn with_keys(side: &Expr, names: &[&str], values: &[Expr]) -> Expr {
    names
        .iter()
        .zip(values)
        .fold(side.clone(), |side, (name, value)| {
            side.substitute(name, value)
        })
}

fn holds(left: &Expr, relation: Relation, right: &Expr, limits: &Limits) -> Result<bool> {
    let prec = Bits::new(256);
    let request = Request {
        prec,
        exactness: Exactness::WhileCheap,
        method: None,
        limits,
    };
    let mut evaluator = Evaluator::new(catalog::library(), request);
    let (left, right) = (evaluator.number(left)?, evaluator.number(right)?);
    let order = left
        .certain_cmp(&right, prec)
        .ok_or_else(|| Error::undecided("whether a row satisfies the condition is not decided"))?;
    Ok(relation.accepts(order))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_and_stored_files_name_the_same_tables() {
        let defined: Vec<String> = definitions()
            .unwrap()
            .iter()
            .map(|d| d.name().to_owned())
            .collect();
        let stored: Vec<String> = STORED.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(defined, stored);
    }

    #[test]
    fn conditions_keep_rows() {
        let text = "[[table]]\nname = \"x\"\nrows = { a = \"0..3\", b = \"0..3\" }\nwhere = \"a > b\"\ncolumns.v = \"a\"\n";
        let definition = &read_definitions("x.toml", text, &Limits::default()).unwrap()[0];
        let kept = rows(definition, &Limits::default()).unwrap();
        assert_eq!(kept.len(), 6);
        assert_eq!(kept[0], ["1", "0"]);
    }
}
