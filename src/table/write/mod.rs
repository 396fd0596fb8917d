//! Rendering a table, one file a format. Every writer escapes every text for its format, so that a
//! name such as `<script>` or `\input{x}` is shown and never obeyed.

use std::fmt::Write as _;
use std::str::FromStr;

use super::column::Column;
use super::model::Table;
use super::provenance::Provenance;
use crate::error::{Error, Result};

pub mod csv;
pub mod json;
pub mod latex;
pub mod markdown;
pub mod terminal;

/// A format in which a table can be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// RFC 4180 with a heading: [`csv`].
    Csv,
    /// One object, numbers as strings: [`json`].
    Json,
    /// A GitHub pipe table: [`markdown`].
    Markdown,
    /// A booktabs table: [`latex`].
    Latex,
    /// For reading on a terminal: [`terminal`].
    Terminal,
}

impl Format {
    /// All formats, in the order in which messages list them.
    pub const ALL: [Format; 5] = [
        Format::Csv,
        Format::Json,
        Format::Markdown,
        Format::Latex,
        Format::Terminal,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Markdown => "md",
            Format::Latex => "latex",
            Format::Terminal => "text",
        }
    }

    /// The ending of a file in this format, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Markdown => "md",
            Format::Latex => "tex",
            Format::Terminal => "txt",
        }
    }

    /// The media type, as descriptors give it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv",
            Format::Json => "application/json",
            Format::Markdown => "text/markdown",
            Format::Latex => "application/x-latex",
            Format::Terminal => "text/plain",
        }
    }

    /// The table as a text in this format, ending in a line break. The same table and provenance
    /// give the same bytes everywhere; [`Format::Terminal`] is laid out for 100 columns.
    pub fn render(self, table: &Table, provenance: &Provenance) -> String {
        match self {
            Format::Csv => csv::render(table),
            Format::Json => json::render(table, provenance),
            Format::Markdown => markdown::render(table, provenance),
            Format::Latex => latex::render(table, provenance),
            Format::Terminal => terminal::render(table, provenance, 100),
        }
    }
}

impl FromStr for Format {
    type Err = Error;

    /// The format named, also by `markdown` and `tex`.
    fn from_str(text: &str) -> Result<Self> {
        let name = match text {
            "markdown" => "md",
            "tex" => "latex",
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| {
                Error::usage(format!("tables cannot be written as `{text}`"))
                    .with_hint(format!("one of {}", Self::ALL.map(Format::name).join(", ")))
            })
    }
}

/// How a computed column was obtained: `certified, 50 digits, method diagonal, seed 7, n = 1000`.
/// `None` for keys, labels and notes.
fn standing(column: &Column) -> Option<String> {
    let mut text = column.class()?.to_string();
    let mut add = |part: std::fmt::Arguments<'_>| {
        write!(text, ", {part}").expect("writing to a String does not fail");
    };
    if let Some(digits) = column.digits() {
        add(format_args!("{digits} digits"));
    }
    if let Some(method) = column.method() {
        add(format_args!("method {method}"));
    }
    if let Some(seed) = column.seed() {
        add(format_args!("seed {seed}"));
    }
    if let Some(samples) = column.samples() {
        add(format_args!("n = {samples}"));
    }
    Some(text)
}

/// The notes under a table that have something to say, with their names.
fn notes(table: &Table) -> impl Iterator<Item = (&'static str, &str)> {
    let about = table.about();
    [
        ("Source", about.source.as_str()),
        ("Reliability", about.reliability.as_str()),
        ("Completeness", about.completeness.as_str()),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
}

/// One line that says which table this is: `isobath 0.1.0, table x, stream 1, content sha256:…`.
/// It holds letters, digits, hyphens, dots, commas, colons, `+` and spaces only.
fn signature(table: &Table, provenance: &Provenance) -> String {
    let stream = match table.about().stream {
        Some(stream) => format!(", stream {stream}"),
        None => String::new(),
    };
    format!(
        "isobath {}, table {}{stream}, content {}",
        provenance.version(),
        table.name(),
        provenance.content()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;

    #[test]
    fn formats_are_named_and_the_error_lists_them() {
        for format in Format::ALL {
            assert_eq!(format.name().parse::<Format>().unwrap(), format);
        }
        assert_eq!("tex".parse::<Format>().unwrap(), Format::Latex);
        let error = "html".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "tables cannot be written as `html` (one of csv, json, md, latex, text)"
        );
    }

    #[test]
    fn every_format_ends_in_a_line_break_and_repeats_its_bytes() {
        let table = sample();
        let provenance = Provenance::of(&table);
        for format in Format::ALL {
            let text = format.render(&table, &provenance);
            assert!(
                text.ends_with('\n') && !text.ends_with("\n\n"),
                "{format:?}"
            );
            assert!(!text.contains('\r'), "{format:?}");
            assert_eq!(text, format.render(&table.clone(), &provenance));
        }
    }
}
