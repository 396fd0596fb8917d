//! A table for reading on a terminal. Without colour, so there is nothing for `NO_COLOR` to switch
//! off, and what is copied is what is shown.
//!
//! When the table is too wide, long numbers are broken after a multiple of ten decimals, titles at
//! underscores and texts between words; no digit is ever left out.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};

use super::{notes, signature, standing};
use crate::table::cell::{Cell, NumberText};
use crate::table::column::{Column, ColumnKind};
use crate::table::model::Table;
use crate::table::provenance::Provenance;

/// Numbers longer than this may be broken.
const LONGEST_KEPT_WHOLE: usize = 24;

/// The table laid out for a terminal of `width` characters, with its notes.
pub fn render(table: &Table, provenance: &Provenance, width: u16) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        writeln!(out, "{}", text.trim_end()).expect("writing to a String does not fail");
    };
    let about = table.about();
    for text in [&about.title, &about.caption] {
        if !text.is_empty() {
            line(text);
        }
    }
    for row in grid(table, width).lines() {
        line(&row);
    }
    for column in table.columns() {
        if let Some(standing) = standing(column) {
            match column.formula() {
                Some(formula) => line(&format!("{} = {formula}: {standing}", column.title())),
                None => line(&format!("{}: {standing}", column.title())),
            }
        }
    }
    for (name, text) in notes(table) {
        line(&format!("{name}: {text}"));
    }
    line(&signature(table, provenance));
    out
}

fn grid(table: &Table, width: u16) -> comfy_table::Table {
    let mut grid = comfy_table::Table::new();
    grid.load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header((0..table.columns().len()).map(|index| title(table, index)));
    let room = room_for_numbers(table, usize::from(width));
    for row in table.rows() {
        grid.add_row(row.iter().map(|cell| match cell {
            Cell::Number(number) => broken(number, room),
            cell => cell.as_str().to_owned(),
        }));
    }
    for (index, column) in table.columns().iter().enumerate() {
        // Texts wrap; numbers, the words of keys and the parts of the title stay whole.
        let kept = |cell: &Cell| match cell {
            Cell::Number(number) => longest_line(&broken(number, room)),
            cell if column.kind() == ColumnKind::Key => {
                let words = cell.as_str().split_whitespace();
                let longest = words.map(|word| word.chars().count()).max();
                longest.unwrap_or(0).min(LONGEST_KEPT_WHOLE)
            }
            _ => 0,
        };
        let cells = table.rows().iter().map(|row| kept(&row[index]));
        let widest = cells
            .max()
            .unwrap_or(0)
            .max(longest_line(&title(table, index)));
        let Some(shown) = grid.column_mut(index) else {
            continue;
        };
        // With one space on either side.
        let least = u16::try_from(widest + 2).unwrap_or(u16::MAX);
        shown.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        if column.kind() == ColumnKind::Key || column.kind() == ColumnKind::ZScore {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    grid
}

/// The title of a column, on several lines if it is longer than the numbers below: broken at spaces and after
/// underscores.
fn title(table: &Table, index: usize) -> String {
    let column: &Column = &table.columns()[index];
    let numbers = table.rows().iter().filter_map(|row| row[index].as_number());
    let room = numbers
        .map(|number| number.as_str().len().min(LONGEST_KEPT_WHOLE))
        .max()
        .unwrap_or(usize::MAX);
    let mut lines = String::new();
    let mut line = 0;
    for piece in column.title().split_inclusive([' ', '_']) {
        let long = piece.chars().count();
        if line > 0 && line + piece.trim_end().chars().count() > room {
            lines.truncate(lines.trim_end().len());
            lines.push('\n');
            line = 0;
        }
        lines.push_str(piece);
        line += long;
    }
    lines
}

fn longest_line(text: &str) -> usize {
    let lines = text.lines().map(|line| line.chars().count());
    lines.max().unwrap_or(0)
}

/// How many characters a long number may take so that the table fits, if that is possible.
fn room_for_numbers(table: &Table, width: usize) -> usize {
    let mut long_columns = 0;
    let mut taken = 2;
    for index in 0..table.columns().len() {
        let widest = |numbers: bool| {
            table
                .rows()
                .iter()
                .map(|row| &row[index])
                .filter(|cell| numbers == matches!(cell, Cell::Number(_)))
                .map(|cell| cell.as_str().chars().count())
                .max()
                .unwrap_or(0)
        };
        taken += 3;
        if widest(true) > LONGEST_KEPT_WHOLE {
            long_columns += 1;
        } else {
            // Texts wrap: a column of them is content with twenty characters.
            taken += widest(true)
                .max(widest(false).min(20))
                .max(longest_line(&title(table, index)));
        }
    }
    width.saturating_sub(taken) / long_columns.max(1)
}

/// The number on as many lines as it needs, broken after a multiple of ten decimals.
fn broken(number: &NumberText, room: usize) -> String {
    let text = number.as_str();
    if text.len() <= room.max(LONGEST_KEPT_WHOLE) {
        return text.to_owned();
    }
    let lead = text.find('.').map_or(0, |point| point + 1);
    let (whole, digits) = if lead > room {
        ("", text)
    } else {
        text.split_at(lead)
    };
    let step = (room.saturating_sub(whole.len()) / 10 * 10).max(10);
    let mut lines = String::from(whole);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % step == 0 {
            lines.push('\n');
        }
        lines.push(digit);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;

    #[test]
    fn long_numbers_break_after_tens_and_lose_nothing() {
        let text = "0.40939907301036298012345678901234567890123456789012";
        let cell = Cell::number(text).unwrap();
        let number = cell.as_number().unwrap();
        let lines = broken(number, 25);
        assert_eq!(
            lines,
            "0.40939907301036298012\n34567890123456789012\n3456789012"
        );
        for room in [0, 1, 11, 30, 49, 51, 52, 1000] {
            assert_eq!(broken(number, room).replace('\n', ""), text);
        }
        assert_eq!(broken(number, 52), text);
    }

    #[test]
    fn the_table_fits_where_it_can() {
        let table = sample();
        for width in [80, 100, 120] {
            let text = grid(&table, width).to_string();
            for line in text.lines() {
                assert!(
                    line.chars().count() <= usize::from(width),
                    "{width}: {line}"
                );
            }
        }
        // No room at all: everything is still there and nothing panics.
        assert!(!grid(&table, 1).to_string().is_empty());
    }

    #[test]
    fn there_are_no_escape_sequences() {
        let table = sample();
        let text = render(&table, &Provenance::of(&table), 100);
        assert!(!text.contains('\u{1b}'));
        assert!(text.contains("value = J(a,1,t): certified, 50 digits, method diagonal"));
        assert!(text.contains("Completeness: a, b ≤ 1"));
    }
}
