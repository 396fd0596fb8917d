//! Fields of a TOML tree, taken by name, so that an error says `claims.toml:12:9: claim 3, field
//! "digits": …` and carries the byte range too.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest::nearest;
use super::source::{Located, Source};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::Digits;

/// A table of a source file, whose fields are taken by name.
pub(crate) struct Fields<'s, 'i> {
    source: &'s Source<'i>,
    /// What the table is, for messages: `claim 3`.
    what: String,
    span: Range<usize>,
    table: &'s DeTable<'i>,
}

impl<'s, 'i> Fields<'s, 'i> {
    /// The fields of `table`, all of which must be among `known`.
    ///
    /// # Errors
    /// A parse error at the first unknown field, with the nearest known one.
    pub(crate) fn new(
        source: &'s Source<'i>,
        what: impl Into<String>,
        span: Range<usize>,
        table: &'s DeTable<'i>,
        known: &[&str],
    ) -> Result<Self> {
        let fields = Fields {
            source,
            what: what.into(),
            span,
            table,
        };
        let unknown = in_order(table)
            .into_iter()
            .find(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        match unknown {
            None => Ok(fields),
            Some((key, _)) => {
                let name = key.get_ref().as_ref();
                let hint = match nearest(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the fields are {}", known.join(", ")),
                };
                let error = Error::parse(format!("{}: unknown field `{name}`", fields.what));
                Err(source.blame(key.span(), error.with_hint(hint)))
            }
        }
    }

    /// An error about one field (or the whole table when there is none of that name).
    pub(crate) fn blame(&self, field: &str, error: Error) -> Error {
        let span = self
            .table
            .get(field)
            .map_or(self.span.clone(), Spanned::span);
        let error = error.context(format_args!("{}, field `{field}`", self.what));
        self.source.blame(span, error)
    }

    fn wrong_type(&self, field: &str, needed: &str, found: &DeValue<'_>) -> Error {
        self.blame(
            field,
            Error::parse(format!("{needed} is needed, not {}", type_name(found))),
        )
    }

    /// A string, if the field exists.
    pub(crate) fn string(&self, field: &str) -> Result<Option<Located>> {
        let Some(value) = self.table.get(field) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::String(text) => Ok(Some(self.source.locate(text, value.span()))),
            other => Err(self.wrong_type(field, "a string", other)),
        }
    }

    /// A string that must be there and say something.
    pub(crate) fn required_string(&self, field: &str) -> Result<Located> {
        match self.string(field)? {
            Some(text) if !text.as_str().trim().is_empty() => Ok(text),
            Some(_) => Err(self.blame(field, Error::parse("it is empty"))),
            None => {
                let error = Error::parse(format!("{}: field `{field}` is missing", self.what));
                Err(self.source.blame(self.span.clone(), error))
            }
        }
    }

    /// A whole number from 0 on, if the field exists.
    pub(crate) fn unsigned(&self, field: &str) -> Result<Option<u64>> {
        let Some(value) = self.table.get(field) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix())
                .map(Some)
                .map_err(|_| {
                    let error = Error::parse(format!("{number} is out of range"))
                        .with_hint(format!("between 0 and {}", u64::MAX));
                    self.blame(field, error)
                }),
            other => Err(self.wrong_type(field, "a whole number", other)),
        }
    }

    /// A string, or a whole number as its digits, if the field exists.
    pub(crate) fn text(&self, field: &str) -> Result<Option<String>> {
        match self.table.get(field).map(Spanned::get_ref) {
            None => Ok(None),
            Some(DeValue::Integer(_)) => Ok(self.unsigned(field)?.map(|n| n.to_string())),
            Some(DeValue::String(_)) => self.prose(field),
            Some(other) => Err(self.wrong_type(field, "a string or a whole number", other)),
        }
    }

    /// `true` or `false`, if the field exists.
    pub(crate) fn flag(&self, field: &str) -> Result<Option<bool>> {
        match self.table.get(field).map(Spanned::get_ref) {
            None => Ok(None),
            Some(DeValue::Boolean(value)) => Ok(Some(*value)),
            Some(other) => Err(self.wrong_type(field, "true or false", other)),
        }
    }

    /// A text for people, put on one line, if the field exists.
    pub(crate) fn prose(&self, field: &str) -> Result<Option<String>> {
        Ok(self.string(field)?.map(|text| {
            let words: Vec<&str> = text.as_str().split_whitespace().collect();
            words.join(" ")
        }))
    }

    /// A number of decimal digits within the limits, if the field exists.
    pub(crate) fn digits(&self, field: &str, limits: &Limits) -> Result<Option<Digits>> {
        let Some(number) = self.unsigned(field)? else {
            return Ok(None);
        };
        Digits::new(number)
            .and_then(|digits| limits.check_digits(digits).map(|()| Some(digits)))
            .map_err(|error| self.blame(field, error))
    }

    /// The entries of an inline or ordinary table in the order of the file, if the field exists.
    pub(crate) fn entries(&self, field: &str) -> Result<Option<Vec<Entry<'s, 'i>>>> {
        let Some(value) = self.table.get(field) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::Table(table) => Ok(Some(
                in_order(table)
                    .into_iter()
                    .map(|(key, value)| Entry {
                        source: self.source,
                        what: format!("{}, field `{field}.{}`", self.what, key.get_ref()),
                        key: self.source.locate(key.get_ref(), key.span()),
                        value,
                    })
                    .collect(),
            )),
            other => Err(self.wrong_type(field, "a table `{ name = \"…\" }`", other)),
        }
    }

    /// The fields of an inline or ordinary table, if the field exists.
    pub(crate) fn fields(&self, field: &str, known: &[&str]) -> Result<Option<Fields<'s, 'i>>> {
        let Some(value) = self.table.get(field) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::Table(table) => {
                let what = format!("{}, field `{field}`", self.what);
                Fields::new(self.source, what, value.span(), table, known).map(Some)
            }
            other => Err(self.wrong_type(field, "a table", other)),
        }
    }
}

/// One `name = value` of a table whose names the user chooses.
pub(crate) struct Entry<'s, 'i> {
    source: &'s Source<'i>,
    what: String,
    /// The name.
    pub(crate) key: Located,
    value: &'s Spanned<DeValue<'i>>,
}

impl<'s, 'i> Entry<'s, 'i> {
    /// The value, which must be a string.
    pub(crate) fn string(&self) -> Result<Located> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(self.source.locate(text, self.value.span())),
            other => Err(self.blame(Error::parse(format!(
                "a string is needed, not {}",
                type_name(other)
            )))),
        }
    }

    /// The value as fields when it is a table.
    pub(crate) fn fields(&self, known: &[&str]) -> Result<Option<Fields<'s, 'i>>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Fields::new(
                self.source,
                self.what.clone(),
                self.value.span(),
                table,
                known,
            )
            .map(Some),
            _ => Ok(None),
        }
    }

    /// An error about this value.
    pub(crate) fn blame(&self, error: Error) -> Error {
        self.source
            .blame(self.value.span(), error.context(&self.what))
    }
}

/// The tables of `[[name]]` in the root, which may hold nothing else.
///
/// # Errors
/// A parse error for other content, with what the file may hold.
pub(crate) fn array_of_tables<'s, 'i>(
    source: &'s Source<'i>,
    root: &'s DeTable<'i>,
    name: &str,
    known: &[&str],
) -> Result<Vec<Fields<'s, 'i>>> {
    let outer = Fields::new(source, "the file", 0..0, root, &[name])
        .map_err(|error| error.context(format_args!("only [[{name}]] can stand here")))?;
    let Some(value) = root.get(name) else {
        return Err(source.blame(0..0, Error::parse(format!("there is no [[{name}]] in it"))));
    };
    let DeValue::Array(items) = value.get_ref() else {
        let hint = format!("begin each one with a line [[{name}]]");
        return Err(outer
            .wrong_type(name, "an array of tables", value.get_ref())
            .with_hint(hint));
    };
    items
        .iter()
        .enumerate()
        .map(|(index, item)| match item.get_ref() {
            DeValue::Table(table) => {
                let what = format!("{name} {}", index + 1);
                Fields::new(source, what, item.span(), table, known)
            }
            other => Err(outer.wrong_type(name, "an array of tables", other)),
        })
        .collect()
}

/// The entries in the order of the file: the tree itself sorts them by name.
fn in_order<'s, 'i>(
    table: &'s DeTable<'i>,
) -> Vec<(
    &'s Spanned<toml::de::DeString<'i>>,
    &'s Spanned<DeValue<'i>>,
)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
