//! A pipe table as GitHub, GitLab and pandoc read it, padded so that the source is a table too.
//!
//! Markup characters of texts are escaped with a backslash, `<`, `>` and `&` as entities. Formulas
//! are code spans, in which only the pipe needs its backslash.

use std::fmt::Write as _;

use super::{notes, signature, standing};
use crate::table::cell::Cell;
use crate::table::column::{Column, ColumnKind};
use crate::table::model::Table;
use crate::table::provenance::Provenance;

/// The table as Markdown: heading, caption, table, notes, and a comment with version and hash.
pub fn render(table: &Table, provenance: &Provenance) -> String {
    let mut out = String::new();
    let about = table.about();
    if !about.title.is_empty() {
        line(&mut out, format_args!("### {}\n", escape(&about.title)));
    }
    if !about.caption.is_empty() {
        line(&mut out, format_args!("{}\n", escape(&about.caption)));
    }
    pipe_table(&mut out, table);
    let described: Vec<String> = table.columns().iter().filter_map(describe).collect();
    if !described.is_empty() {
        line(&mut out, format_args!("\n{}", described.join("\n")));
    }
    for (name, text) in notes(table) {
        line(&mut out, format_args!("\n{name}: {}", escape(text)));
    }
    line(
        &mut out,
        format_args!("\n<!-- {} -->", signature(table, provenance)),
    );
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a String does not fail");
}

fn pipe_table(out: &mut String, table: &Table) {
    let columns = table.columns();
    let heading: Vec<String> = columns.iter().map(|c| escape(c.title())).collect();
    let rows: Vec<Vec<String>> = table
        .rows()
        .iter()
        .map(|row| {
            columns
                .iter()
                .zip(row)
                .map(|(c, cell)| show(c, cell))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = (0..columns.len())
        .map(|index| {
            std::iter::once(&heading)
                .chain(&rows)
                .map(|row| row[index].chars().count())
                .max()
                .unwrap_or(0)
                .max(3)
        })
        .collect();
    let mut pad = |cells: &[String]| {
        for ((cell, &width), column) in cells.iter().zip(&widths).zip(columns) {
            if is_right_aligned(column) {
                write!(out, "| {cell:>width$} ")
            } else {
                write!(out, "| {cell:<width$} ")
            }
            .expect("writing to a String does not fail");
        }
        out.push_str("|\n");
    };
    pad(&heading);
    let rule: Vec<String> = columns
        .iter()
        .zip(&widths)
        .map(|(column, &width)| {
            let dashes = "-".repeat(width - 1);
            if is_right_aligned(column) {
                format!("{dashes}:")
            } else {
                format!("{dashes}-")
            }
        })
        .collect();
    pad(&rule);
    for row in &rows {
        pad(row);
    }
}

fn is_right_aligned(column: &Column) -> bool {
    matches!(
        column.kind(),
        ColumnKind::Key | ColumnKind::StandardError | ColumnKind::ZScore
    )
}

fn show(column: &Column, cell: &Cell) -> String {
    match (column.kind(), cell) {
        (ColumnKind::Key | ColumnKind::Form, Cell::Text(text)) => code(text),
        (_, cell) => escape(cell.as_str()),
    }
}

/// A line of the list under the table for a computed column.
fn describe(column: &Column) -> Option<String> {
    let standing = escape(&standing(column)?);
    Some(match column.formula() {
        Some(formula) => format!("- `{}` = {}: {standing}", column.name(), code(formula)),
        None => format!("- `{}`: {standing}", column.name()),
    })
}

/// A code span. A backtick cannot be escaped inside one, so a text with a backtick stays plain.
fn code(text: &str) -> String {
    if text.contains('`') || text.starts_with(' ') || text.ends_with(' ') {
        escape(text)
    } else {
        format!("`{}`", text.replace('|', "\\|"))
    }
}

/// The text with nothing in it that Markdown, HTML or GitHub's mathematics would act on.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '#' if index == 0 => escaped.push_str("\\#"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;

    #[test]
    fn markup_is_shown_not_obeyed() {
        assert_eq!(
            escape("<script>a|b</script> [x](y) *z* $5_b `c` \\d"),
            "&lt;script&gt;a\\|b&lt;/script&gt; \\[x\\](y) \\*z\\* \\$5\\_b \\`c\\` \\\\d"
        );
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a`b"), "a\\`b");
    }

    #[test]
    fn every_row_has_as_many_bars_as_the_rule() {
        let table = sample();
        let text = render(&table, &Provenance::of(&table));
        let bars = |line: &str| {
            let bytes = line.as_bytes();
            (0..bytes.len())
                .filter(|&i| bytes[i] == b'|' && (i == 0 || bytes[i - 1] != b'\\'))
                .count()
        };
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 2 + table.rows().len());
        for row in &rows {
            assert_eq!(bars(row), table.columns().len() + 1, "{row}");
            assert_eq!(row.chars().count(), rows[0].chars().count(), "{row}");
        }
        assert!(!text.contains("<script>"));
        assert!(text.starts_with("### Moments &lt;of&gt; two \\\\ReLU{} units\n"));
        assert!(text.contains("- `value` = `J(a,1,t)`: certified, 50 digits, method diagonal\n"));
        assert!(text.contains("seed 7, n = 1000000"));
    }
}
