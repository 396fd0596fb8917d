//! Source files of claims and table definitions: read within limits, with the place of every field.
//!
//! TOML is read into a tree that keeps byte ranges, and fields are taken from it by name, so an
//! error says `claims.toml:12:9: claim 3, field "digits": …` and carries the byte range too.

use std::fmt;
use std::io::Read as _;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::number::Digits;

/// A text with its name in messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

/// A string of a source file with its place there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Located {
    text: String,
    file: String,
    span: Range<usize>,
    line: usize,
    column: usize,
}

impl Located {
    /// The text, as TOML understands it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The byte range in the file, quotes included.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The line in the file, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The same error, at this place of the file: `claims.toml:12:9: …`.
    pub fn blame(&self, error: Error) -> Error {
        error
            .context(format_args!("{}:{}:{}", self.file, self.line, self.column))
            .at(self.span())
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Reads a whole text file.
///
/// # Errors
/// An I/O error that names the path: missing, a folder, not readable. A data error when it is longer
/// than `limits.max_bytes` or not UTF-8, with the byte offset.
pub fn read_text(path: &Path, limits: &Limits) -> Result<String> {
    let bytes = read_bytes(path, limits)?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..offset]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        Error::data(format!(
            "`{}` is not UTF-8: see byte {offset}, on line {line}",
            path.display()
        ))
        .at(offset..offset + 1)
    })
}

/// Reads a whole file of at most `limits.max_bytes` bytes.
///
/// # Errors
/// As [`read_text`], apart from the encoding.
pub(crate) fn read_bytes(path: &Path, limits: &Limits) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| io_error("read", path, &error);
    let file = std::fs::File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Error::io(format!("`{}` is a folder", path.display()))
            .with_hint("a file is needed here"));
    }
    let longest = u64::try_from(limits.max_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(longest.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() > limits.max_bytes {
        return Err(Error::data(format!(
            "`{}` is longer than {} bytes, the most that is read of a file",
            path.display(),
            limits.max_bytes
        )));
    }
    Ok(bytes)
}

/// An operating-system error with the path, in our words where the system's are unclear.
pub(crate) fn io_error(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    use std::io::ErrorKind;
    let message = format!("cannot {verb} `{}`", path.display());
    let (reason, hint) = match error.kind() {
        ErrorKind::NotFound => ("there is no such file or folder", None),
        ErrorKind::PermissionDenied => ("permission denied", None),
        ErrorKind::StorageFull => ("the disk is full", Some("nothing was changed")),
        ErrorKind::ReadOnlyFilesystem => ("the file system is read-only", None),
        ErrorKind::IsADirectory => ("it is a folder", None),
        ErrorKind::NotADirectory => ("a part of the path is not a folder", None),
        // ErrorKind::FilesystemLoop is not stable; the system's own words name the loop.
        _ => return Error::io(format!("{message}: {error}")),
    };
    let error = Error::io(format!("{message}: {reason}"));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

impl<'a> Source<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        Source { name, text }
    }

    /// The TOML tree.
    ///
    /// # Errors
    /// A parse error at the first fault of the syntax; a data error for too long a text.
    pub(crate) fn parse(&self, limits: &Limits) -> Result<DeTable<'a>> {
        if self.text.len() > limits.max_bytes {
            return Err(Error::data(format!(
                "`{}` is longer than {} bytes, the most that is read of a file",
                self.name, limits.max_bytes
            )));
        }
        check_key_depth(self.text).map_err(|(span, error)| self.blame(span, error))?;
        match DeTable::parse(self.text) {
            Ok(tree) => Ok(tree.into_inner()),
            Err(error) => {
                let end = self.text.len();
                let span = error.span().unwrap_or(end..end);
                Err(self.blame(span, Error::parse(error.message().trim_end())))
            }
        }
    }

    /// The same error with `name:line:column` before it and the byte range in it.
    pub(crate) fn blame(&self, span: Range<usize>, error: Error) -> Error {
        let (line, column) = self.position(span.start);
        error
            .context(format_args!("{}:{line}:{column}", self.name))
            .at(span)
    }

    /// Line and column, from 1, of a byte offset; columns count characters.
    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            1 + before.matches('\n').count(),
            1 + before[start..].chars().count(),
        )
    }

    fn locate(&self, text: &str, span: Range<usize>) -> Located {
        let (line, column) = self.position(span.start);
        Located {
            text: text.to_owned(),
            file: self.name.to_owned(),
            span,
            line,
            column,
        }
    }
}

/// Most parts of a dotted key. Our files need two.
const MAX_KEY_PARTS: usize = 16;

/// Refuses keys of very many parts. The parser limits brackets, but a dotted key nests one table per
/// dot without limit, and a tree of 10^5 levels would overflow the stack when it is dropped. So dots
/// are counted before parsing, outside strings and comments, anew after each `=`, bracket, comma and
/// line.
fn check_key_depth(text: &str) -> Result<(), (Range<usize>, Error)> {
    let bytes = text.as_bytes();
    let (mut at, mut start, mut dots) = (0, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at = find(bytes, at, |rest| rest[0] == b'\n'),
            b'"' | b'\'' => at = end_of_string(bytes, at),
            b'=' | b',' | b'[' | b'{' | b'\n' => {
                at += 1;
                (start, dots) = (at, 0);
            }
            _ => {
                at += 1;
                dots += usize::from(byte == b'.');
                if dots >= MAX_KEY_PARTS {
                    let error = Error::parse(format!("a key has more than {MAX_KEY_PARTS} parts"));
                    return Err((start..at, error));
                }
            }
        }
    }
    Ok(())
}

/// The first place from `at` on whose rest satisfies the condition, else the end.
fn find(bytes: &[u8], at: usize, condition: impl Fn(&[u8]) -> bool) -> usize {
    (at..bytes.len())
        .find(|&at| condition(&bytes[at..]))
        .unwrap_or(bytes.len())
}

/// Where the string that begins at `at` ends, in each of TOML's four forms; a string on one line
/// ends with it at the latest.
fn end_of_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = [quote; 3];
    let (mut at, is_multiline) = if bytes[at..].starts_with(&triple) {
        (at + 3, true)
    } else {
        (at + 1, false)
    };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 2,
            b'\n' if !is_multiline => return at,
            _ if byte == quote && !is_multiline => return at + 1,
            _ if is_multiline && bytes[at..].starts_with(&triple) => return at + 3,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A table of a source file, whose fields are taken by name.
pub(crate) struct Fields<'s, 'i> {
    source: Source<'s>,
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
        source: Source<'s>,
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
    source: Source<'s>,
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
    source: Source<'s>,
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

/// The candidate that `name` is a slip of: at most two edits away, and fewer than half its length.
pub(crate) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if name.len() > 64 {
        return None;
    }
    let (distance, best) = candidates
        .into_iter()
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .min_by_key(|&(distance, _)| distance)?;
    (distance <= 2 && 2 * distance < best.chars().count().max(name.chars().count())).then_some(best)
}

/// Levenshtein's distance: insertions, deletions and substitutions of characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (above + 1)
                .min(row[j] + 1)
                .min(diagonal + usize::from(x != y));
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        let known = ["statement", "source", "digits", "where"];
        assert_eq!(nearest("statment", known), Some("statement"));
        assert_eq!(nearest("digit", known), Some("digits"));
        assert_eq!(nearest("theorem", known), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }

    #[test]
    fn positions_count_lines_and_characters() {
        let source = Source::new("x.toml", "θ = 1\nabc = 2\n");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position("θ ".len()), (1, 3));
        assert_eq!(source.position("θ = 1\nab".len()), (2, 3));
        assert_eq!(source.position(999), (3, 1));
    }

    #[test]
    fn deep_keys_and_deep_arrays_are_refused() {
        let limits = Limits::default();
        for text in [
            format!("a{} = 1", ".a".repeat(400_000)),
            format!("[a{}]", ".a".repeat(400_000)),
            format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000)),
            format!("a = {}", "{a=".repeat(100_000)),
            format!("\"=\".'#'{} = 1", ".a".repeat(400_000)),
            format!("a = {{ b = \"\", c{} = 1 }}", ".a".repeat(400_000)),
        ] {
            assert!(Source::new("x.toml", &text).parse(&limits).is_err());
        }
        let dots = ".".repeat(100);
        for text in [
            format!("# {dots}\na = 1"),
            format!("a = \"{dots}\"\nb = '{dots}'"),
            format!("a = \"\"\"\n{dots} \\\"\"\" {dots}\n\"\"\"\nb = \'\'\'{dots}\n{dots}\'\'\'"),
        ] {
            assert!(
                Source::new("x.toml", &text).parse(&limits).is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn unreadable_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            max_bytes: 8,
            ..Limits::default()
        };
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("long"), "123456789").unwrap();
        std::fs::write(path("latin1"), b"ab\nc\xe9").unwrap();
        for (name, expected) in [
            ("missing", "there is no such file"),
            (".", "is a folder"),
            ("long", "longer than 8 bytes"),
            ("latin1", "byte 4, on line 2"),
        ] {
            let error = read_text(&path(name), &limits).unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains(name), "{error}");
        }
    }
}
