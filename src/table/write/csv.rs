//! CSV by RFC 4180 with a heading of column names; lines end in LF, and the reader takes CRLF too.
//!
//! Spreadsheets run a cell as a formula when it begins with `=`, `+`, `-` or `@`, quoted or not. So
//! a text that begins with one of these (or its full-width twin) and is not a signed number gets an
//! apostrophe in front, and so does a text that begins with an apostrophe. Numbers are never
//! touched. Reading takes one leading apostrophe away, which gives back every text.

use std::borrow::Cow;

use crate::table::cell::{Cell, NumberForm};
use crate::table::column::Column;
use crate::table::model::Table;

/// The table as CSV.
pub fn render(table: &Table) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    let infallible = "records of equal length, written to memory";
    writer
        .write_record(table.columns().iter().map(Column::name))
        .expect(infallible);
    for row in table.rows() {
        writer
            .write_record(row.iter().map(|cell| shielded(cell).into_owned()))
            .expect(infallible);
    }
    let bytes = writer.into_inner().expect(infallible);
    String::from_utf8(bytes).expect("only texts were written")
}

fn shielded(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Number(number) => Cow::Borrowed(number.as_str()),
        Cell::Text(text) | Cell::Refusal(text) => shield(text),
    }
}

/// The text as a cell that no spreadsheet runs.
pub(crate) fn shield(text: &str) -> Cow<'_, str> {
    let risky = text.starts_with([
        '\'', '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    if risky && NumberForm::of(text).is_none() {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text behind a cell: the inverse of [`shield`].
pub(crate) fn unshield(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_shielded_and_numbers_are_not() {
        for (text, cell) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("+a", "'+a"),
            ("-pi/2", "'-pi/2"),
            ("＝1+1", "'＝1+1"),
            ("'", "''"),
            ("-1.5e-7", "-1.5e-7"),
            ("+2", "+2"),
            ("-1/3", "-1/3"),
            ("pi", "pi"),
        ] {
            assert_eq!(shield(text), cell);
            assert_eq!(unshield(cell), text);
        }
    }

    #[test]
    fn the_text_follows_rfc_4180() {
        let text = render(&sample());
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("a,t,value,form,estimate,z,note"));
        assert_eq!(
            lines.next(),
            Some(concat!(
                "0,1/3,0.40939907301036298012345678901234567890123456789012,",
                "(1+cos(1/3))/(2*sqrt(2*pi)),0.40937,-0.31,'=cmd|' /C calc'!A0"
            ))
        );
        assert_eq!(
            lines.next(),
            Some(
                "1,pi/2,1.5915494e-1,1/(2*pi),\"not sampled: needs n = 4.1e9, at least\",,\"''quoted', \"\"twice\"\"\""
            )
        );
        assert_eq!(lines.count(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_cell_is_run_and_every_text_comes_back(text in "['=+@-]{0,2}[ -~θ＝＋]{0,6}") {
            let cell = shield(&text).into_owned();
            prop_assert_eq!(unshield(&cell), &text);
            prop_assert!(
                !cell.starts_with(['=', '+', '-', '@', '＝', '＋']) || NumberForm::of(&cell).is_some()
            );
        }
    }
}
