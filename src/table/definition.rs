//! Tables that users define, read from TOML.
//!
//! ```toml
//! [[table]]
//! name = "my-moments"
//! title = "Moments at two angles"     # optional, like caption, source, reliability, completeness
//! digits = 30                         # optional
//! rows = { a = "0..5", b = "0..5", t = "{1/3, pi/2}" }
//! where = "a >= b"                    # optional
//! columns = { value = "J(a,b,t)", form = { formula = "J(a,b,t)", exact = true } }
//! sample = { column = "value", n = 1000000, seed = 0 }   # optional: Monte Carlo columns
//! simulate = { experiment = "angle-depth", depth = "a" } # optional: columns of a named simulation
//! ```
//!
//! A column is a formula in the keys, or a table with `formula` and perhaps `title`, `digits` and
//! `exact` (the exact form instead of digits). Formulas stay text here.

use std::collections::BTreeMap;

use super::column::is_variable_name;
use super::model::check_table_name;
use super::product::Product;
use crate::error::{Error, Result};
use crate::evidence::claim::{Variable, read_variables};
use crate::evidence::fields::{Fields, array_of_tables};
use crate::evidence::simulate::{SimulateDefinition, read_simulate};
use crate::evidence::source::{Located, Source};
use crate::limits::Limits;
use crate::number::Digits;

/// The fields of a definition.
const FIELDS: [&str; 12] = [
    "name",
    "title",
    "caption",
    "source",
    "reliability",
    "completeness",
    "digits",
    "rows",
    "where",
    "columns",
    "sample",
    "simulate",
];

/// Most combinations of keys in one table, before `where` is asked.
pub const MAX_ROWS: u64 = 100_000;

/// A table as a user defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    name: Located,
    title: Option<String>,
    caption: Option<String>,
    source: Option<String>,
    reliability: Option<String>,
    completeness: Option<String>,
    digits: Option<Digits>,
    sample: Option<SampleDefinition>,
    simulate: Option<SimulateDefinition>,
    rows: Vec<Variable>,
    condition: Option<Located>,
    columns: Vec<ColumnDefinition>,
}

/// The Monte Carlo columns of a table: `sample = { column = "value", n = 1000000, seed = 0 }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDefinition {
    /// The column whose formula is sampled.
    pub column: Located,
    /// Samples a row.
    pub n: u64,
    /// The seed.
    pub seed: u64,
}

/// A column as a user defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDefinition {
    /// The name.
    pub name: Located,
    /// The formula in terms of the keys.
    pub formula: Located,
    /// A heading.
    pub title: Option<String>,
    /// Its own number of digits.
    pub digits: Option<Digits>,
    /// Whether the exact form is wanted instead of digits.
    pub is_exact: bool,
}

impl TableDefinition {
    /// The name.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The heading.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// What the table shows.
    pub fn caption(&self) -> Option<&str> {
        self.caption.as_deref()
    }

    /// The paper it belongs to.
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// How the columns were obtained and checked.
    pub fn reliability(&self) -> Option<&str> {
        self.reliability.as_deref()
    }

    /// The ranges covered and left out.
    pub fn completeness(&self) -> Option<&str> {
        self.completeness.as_deref()
    }

    /// The Monte Carlo columns, if there are any.
    pub fn sample(&self) -> Option<&SampleDefinition> {
        self.sample.as_ref()
    }

    /// The columns of a simulation, if there are any.
    pub fn simulate(&self) -> Option<&SimulateDefinition> {
        self.simulate.as_ref()
    }

    /// Digits of the columns that do not say theirs.
    pub fn digits(&self) -> Option<Digits> {
        self.digits
    }

    /// The keys, each with a finite domain, in the order of the file.
    pub fn rows(&self) -> &[Variable] {
        &self.rows
    }

    /// The condition `where` that keeps a row.
    pub fn condition(&self) -> Option<&Located> {
        self.condition.as_ref()
    }

    /// The columns in the order of the file, at least one.
    pub fn columns(&self) -> &[ColumnDefinition] {
        &self.columns
    }

    /// The members of each key's domain, as formulas, in the order of [`TableDefinition::rows`].
    /// [`Product`] runs through their combinations; at most [`MAX_ROWS`] of them.
    pub fn keys(&self) -> Vec<Vec<String>> {
        self.rows
            .iter()
            .map(|variable| variable.domain.members().into_iter().flatten().collect())
            .collect()
    }

    /// Calls `each` with the keys of every row, `where` not yet asked, the last key running fastest.
    ///
    /// # Errors
    /// The first error of `each`.
    pub fn for_each_row(&self, mut each: impl FnMut(&[&String]) -> Result<()>) -> Result<()> {
        Product::new(&self.keys()).try_for_each(|row| each(&row))
    }

    /// An error about this table, at its place in the file.
    pub fn blame(&self, error: Error) -> Error {
        self.name
            .blame(error.context(format_args!("table `{}`", self.name)))
    }
}

/// The definitions of a file, in order. `name` stands for the file in messages.
///
/// # Errors
/// A parse or data error with line, column and field: broken TOML, an unknown field (with the
/// nearest known one), a missing one, one of the wrong type, a name that is malformed or not unique,
/// a domain that cannot be read or is not finite, more than [`MAX_ROWS`] rows, too long a file.
pub fn read_definitions(name: &str, text: &str, limits: &Limits) -> Result<Vec<TableDefinition>> {
    let source = Source::new(name, text);
    let root = source.parse(limits)?;
    let mut definitions = Vec::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for fields in array_of_tables(&source, &root, "table", &FIELDS)? {
        let definition = read_definition(&fields, limits)?;
        let line = definition.name.line();
        if let Some(first) = lines.insert(definition.name().to_owned(), line) {
            let error = Error::data("an earlier table has this name")
                .with_hint(format!("it stands on line {first}"));
            return Err(fields.blame("name", error));
        }
        definitions.push(definition);
    }
    Ok(definitions)
}

fn read_definition(fields: &Fields<'_, '_>, limits: &Limits) -> Result<TableDefinition> {
    let name = fields.required_string("name")?;
    check_table_name(name.as_str()).map_err(|error| fields.blame("name", error))?;
    let rows = read_variables(fields, "rows")?;
    check_size(fields, &rows)?;
    let columns = read_columns(fields, &rows, limits)?;
    let sample = read_sample(fields, &columns)?;
    let simulate = read_simulate(fields)?;
    Ok(TableDefinition {
        reliability: fields.prose("reliability")?,
        completeness: fields.prose("completeness")?,
        sample,
        simulate,
        title: fields.prose("title")?,
        caption: fields.prose("caption")?,
        source: fields.prose("source")?,
        digits: fields.digits("digits", limits)?,
        condition: fields.string("where")?,
        name,
        rows,
        columns,
    })
}

fn check_size(fields: &Fields<'_, '_>, rows: &[Variable]) -> Result<()> {
    let mut total: u64 = 1;
    for variable in rows {
        let Some(members) = variable.domain.len() else {
            let error = Error::parse(format!(
                "`{}` runs through an interval, which has no rows",
                variable.name
            ))
            .with_hint("list the members, as in `0..5` or `{1/3, pi/2}`");
            return Err(variable.text.blame(error));
        };
        total = total.saturating_mul(members);
    }
    if total > MAX_ROWS {
        let error = Error::limit(format!(
            "there would be {total} rows, more than the limit of {MAX_ROWS}"
        ))
        .with_hint("split the table");
        return Err(fields.blame("rows", error));
    }
    Ok(())
}

fn read_columns(
    fields: &Fields<'_, '_>,
    rows: &[Variable],
    limits: &Limits,
) -> Result<Vec<ColumnDefinition>> {
    let entries = fields.entries("columns")?.unwrap_or_default();
    if entries.is_empty() {
        let error = Error::parse("a table needs at least one column")
            .with_hint("write columns = { value = \"J(a,b,t)\" }");
        return Err(fields.blame("columns", error));
    }
    let mut columns = Vec::with_capacity(entries.len());
    for entry in entries {
        let name = entry.key.clone();
        if !is_variable_name(name.as_str()) {
            let error = Error::parse(format!("`{name}` cannot be the name of a column"))
                .with_hint("a letter, then letters, digits and underscores");
            return Err(name.blame(error));
        }
        if rows.iter().any(|variable| variable.name == name.as_str()) {
            let error = Error::parse(format!("`{name}` is a key of the rows already"));
            return Err(name.blame(error));
        }
        let column = match entry.fields(&["formula", "title", "digits", "exact"])? {
            None => ColumnDefinition {
                formula: entry.string()?,
                title: None,
                digits: None,
                is_exact: false,
                name,
            },
            Some(fields) => ColumnDefinition {
                formula: fields.required_string("formula")?,
                title: fields.prose("title")?,
                digits: fields.digits("digits", limits)?,
                is_exact: fields.flag("exact")?.unwrap_or(false),
                name,
            },
        };
        if column.formula.as_str().trim().is_empty() {
            return Err(entry.blame(Error::parse("the formula is empty")));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn read_sample(
    fields: &Fields<'_, '_>,
    columns: &[ColumnDefinition],
) -> Result<Option<SampleDefinition>> {
    let Some(sample) = fields.fields("sample", &["column", "n", "seed"])? else {
        return Ok(None);
    };
    let column = sample.required_string("column")?;
    if !columns
        .iter()
        .any(|known| known.name.as_str() == column.as_str() && !known.is_exact)
    {
        return Err(column.blame(Error::parse(format!(
            "`{column}` is not a column of digits of this table"
        ))));
    }
    let n = sample.unsigned("n")?.unwrap_or(1_000_000);
    if n < 2 {
        return Err(sample.blame(
            "n",
            Error::parse("a standard error needs at least 2 samples"),
        ));
    }
    Ok(Some(SampleDefinition {
        column,
        n,
        seed: sample.unsigned("seed")?.unwrap_or(0),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[table]]
name = "my-moments"
title = "Moments"
digits = 30
columns = { value = "J(a,b,t)", form = { formula = "J(a,b,t)", exact = true, digits = 5 } }
rows = { t = "{1/3, pi/2}", a = "0..2" }
where = "a >= 1"

[[table]]
name = "constant"
columns.value = "pi"
"#;

    fn read(text: &str) -> Result<Vec<TableDefinition>> {
        read_definitions("t.toml", text, &Limits::default())
    }

    #[test]
    fn every_field_is_read_in_order() {
        let tables = read(GOOD).unwrap();
        let table = &tables[0];
        assert_eq!(table.name(), "my-moments");
        assert_eq!(table.title(), Some("Moments"));
        assert_eq!((table.caption(), table.source()), (None, None));
        assert_eq!(table.digits(), Some(Digits::literal(30)));
        assert_eq!(table.condition().unwrap().as_str(), "a >= 1");
        let [value, form] = table.columns() else {
            panic!("two columns")
        };
        assert_eq!((value.name.as_str(), form.name.as_str()), ("value", "form"));
        assert_eq!(value.formula.as_str(), "J(a,b,t)");
        assert!(!value.is_exact && form.is_exact);
        assert_eq!(
            (value.digits, form.digits),
            (None, Some(Digits::literal(5)))
        );

        let mut rows = Vec::new();
        table
            .for_each_row(|keys| {
                rows.push(format!("{} {}", keys[0], keys[1]));
                Ok(())
            })
            .unwrap();
        assert_eq!(
            rows,
            ["1/3 0", "1/3 1", "1/3 2", "pi/2 0", "pi/2 1", "pi/2 2"]
        );

        let mut count = 0;
        let constant = &tables[1];
        constant
            .for_each_row(|keys| {
                assert!(keys.is_empty());
                count += 1;
                Ok(())
            })
            .unwrap();
        assert_eq!(count, 1);
    }

    #[test]
    fn every_mistake_has_its_place() {
        let with = |line: &str| format!("[[table]]\nname = \"x\"\n{line}\n");
        for (text, expected) in [
            (
                with(""),
                "t.toml:1:1: table 1, field `columns`: a table needs at least one column",
            ),
            (with("columns = {}"), "at least one column"),
            (
                with("column = { v = \"1\" }"),
                "t.toml:3:1: table 1: unknown field `column` (did you mean `columns`?)",
            ),
            (
                with("columns = { v = 1 }"),
                "t.toml:3:17: table 1, field `columns.v`: a string is needed, not an integer",
            ),
            (with("columns = { v = \"\" }"), "the formula is empty"),
            (
                with("columns = { v = { formla = \"1\" } }"),
                "t.toml:3:19: table 1, field `columns.v`: unknown field `formla` (did you mean `formula`?)",
            ),
            (
                with("columns = { v = { digits = 3 } }"),
                "field `formula` is missing",
            ),
            (
                with("columns = { v = { formula = \"1\", exact = 1 } }"),
                "true or false is needed, not an integer",
            ),
            (
                with("columns = { \"=cmd\" = \"1\" }"),
                "t.toml:3:13: `=cmd` cannot be the name of a column",
            ),
            (
                with("columns = { a = \"1\" }\nrows = { a = \"0..3\" }"),
                "`a` is a key of the rows already",
            ),
            (
                with("columns = { v = \"t\" }\nrows = { t = \"(0, pi)\" }"),
                "t.toml:4:14: `t` runs through an interval",
            ),
            (
                with("columns = { v = \"t\" }\nrows = { t = \"5..0\" }"),
                "field `rows.t`: `5..0` is not a domain: it has no member",
            ),
            (
                with("columns = { v = \"t\" }\nrows = { t = \"1..1000\", a = \"1..1000\" }"),
                "there would be 1000000 rows",
            ),
            (
                with(&format!(
                    "columns = {{ v = \"t\" }}\nrows = {{ t = \"{}..{}\", a = \"0..9\" }}",
                    i64::MIN,
                    i64::MAX
                )),
                "more than the limit",
            ),
            (with("columns = { v = \"t\" }\ndigits = 0"), "between 1 and"),
            (
                "[[table]]\nname = \"../x\"\ncolumns = { v = \"1\" }".into(),
                "t.toml:2:8: table 1, field `name`: `../x` cannot be the name of a table",
            ),
            (
                with("columns = { v = \"1\" }\n[[table]]\nname = \"x\"\ncolumns = { v = \"1\" }"),
                "t.toml:5:8: table 2, field `name`: an earlier table has this name (it stands on line 2)",
            ),
            (
                "[[claim]]\nid = \"x\"".into(),
                "only [[table]] can stand here",
            ),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}\nfor\n{text}");
        }
    }
}
