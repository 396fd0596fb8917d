//! A booktabs table to `\input` into a paper that loads `booktabs`.
//!
//! Numbers stand in math mode. More than ten digits after the point are set in groups of five by
//! thin spaces, as printed tables do; nothing is rounded or left out. Columns wider than a line get
//! a paragraph width and may break between the groups. Formulas are set in `\texttt` and may break after a sign.

use std::fmt::Write as _;

use super::{notes, signature, standing};
use crate::table::cell::{Cell, NumberText};
use crate::table::column::ColumnKind;
use crate::table::model::Table;
use crate::table::provenance::Provenance;

/// From how many characters on a column is a paragraph that breaks.
const LONGEST_ON_ONE_LINE: usize = 64;

/// The table as a LaTeX float.
pub fn render(table: &Table, provenance: &Provenance) -> String {
    let mut out = String::new();
    let about = table.about();
    line(&mut out, format_args!("% {}", signature(table, provenance)));
    for column in table.columns() {
        if let Some(standing) = standing(column) {
            let formula = column.formula().unwrap_or("(no formula)");
            line(
                &mut out,
                format_args!("% {}: {formula}; {standing}", column.name()),
            );
        }
    }
    line(&mut out, format_args!("\\begin{{table}}\n\\centering"));
    let caption = [&about.title, &about.caption]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| escape(text))
        .collect::<Vec<_>>()
        .join(". ");
    line(&mut out, format_args!("\\caption{{{caption}}}"));
    line(&mut out, format_args!("\\label{{tab:{}}}", table.name()));

    let breaking = breaking_columns(table);
    let specification: String = table
        .columns()
        .iter()
        .zip(&breaking)
        .map(|(column, &breaks)| match column.kind() {
            _ if breaks => {
                let share = 0.8 / breaking.iter().filter(|&&b| b).count() as f64;
                format!("p{{{share:.2}\\linewidth}}")
            }
            ColumnKind::Key | ColumnKind::StandardError | ColumnKind::ZScore => "r".to_owned(),
            _ => "l".to_owned(),
        })
        .collect();
    line(
        &mut out,
        format_args!("\\begin{{tabular}}{{{specification}}}"),
    );
    line(&mut out, format_args!("\\toprule"));
    let heading: Vec<String> = table.columns().iter().map(|c| escape(c.title())).collect();
    line(
        &mut out,
        format_args!("{} \\\\\n\\midrule", heading.join(" & ")),
    );
    for row in table.rows() {
        let cells: Vec<String> = table
            .columns()
            .iter()
            .zip(row)
            .zip(&breaking)
            .map(|((column, cell), &breaks)| show(column.kind(), cell, breaks))
            .collect();
        line(&mut out, format_args!("{} \\\\", cells.join(" & ")));
    }
    line(&mut out, format_args!("\\bottomrule\n\\end{{tabular}}"));
    for (name, text) in notes(table) {
        line(
            &mut out,
            format_args!(
                "\\par\\smallskip{{\\footnotesize {name}: {}\\par}}",
                escape(text)
            ),
        );
    }
    line(&mut out, format_args!("\\end{{table}}"));
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(out, "{text}").expect("writing to a String does not fail");
}

fn breaking_columns(table: &Table) -> Vec<bool> {
    (0..table.columns().len())
        .map(|index| {
            table
                .rows()
                .iter()
                .any(|row| row[index].as_str().chars().count() > LONGEST_ON_ONE_LINE)
        })
        .collect()
}

fn show(kind: ColumnKind, cell: &Cell, breaks: bool) -> String {
    match (kind, cell) {
        (_, Cell::Number(text)) => number(text, breaks),
        (ColumnKind::Key | ColumnKind::Form, Cell::Text(text)) => {
            let mut formula = escape(text);
            if breaks {
                for sign in ["+", "-", "{*}", "/"] {
                    formula = formula.replace(sign, &format!("{sign}\\allowbreak "));
                }
            }
            format!("\\texttt{{{formula}}}")
        }
        (_, cell) => escape(cell.as_str()),
    }
}

/// A number in math mode, long fractions in groups of five digits.
fn number(text: &NumberText, breaks: bool) -> String {
    let (mantissa, exponent) = match text.as_str().split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text.as_str(), None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let gap = if breaks { "\\,\\allowbreak " } else { "\\," };
    let mut out = String::from("$");
    if whole.len() > LONGEST_ON_ONE_LINE && !whole.contains('/') {
        out.push_str(&grouped_from_the_right(whole, gap));
    } else {
        out.push_str(whole);
    }
    if !fraction.is_empty() {
        out.push('.');
        let groups: Vec<&str> = if fraction.len() > 10 {
            chunks(fraction)
        } else {
            vec![fraction]
        };
        out.push_str(&groups.join(gap));
    }
    if let Some(exponent) = exponent {
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
        out.push_str(" \\times 10^{");
        out.push_str(exponent);
        out.push('}');
    }
    out.push('$');
    out
}

/// ASCII digits in groups of five from the left.
fn chunks(digits: &str) -> Vec<&str> {
    (0..digits.len())
        .step_by(5)
        .filter_map(|start| digits.get(start..digits.len().min(start + 5)))
        .collect()
}

/// A long integer in groups of five from the right, its sign in the first group.
fn grouped_from_the_right(integer: &str, gap: &str) -> String {
    let (first, rest) = integer.split_at(integer.len() % 5);
    let groups = chunks(rest).join(gap);
    if matches!(first, "" | "-" | "+") {
        format!("{first}{groups}")
    } else {
        format!("{first}{gap}{groups}")
    }
}

/// The text with nothing in it that TeX would act on. A bracket or star is put in braces, since
/// after `\\` it would be read as an argument.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' => escaped.push_str("\\textless{}"),
            '>' => escaped.push_str("\\textgreater{}"),
            '|' => escaped.push_str("\\textbar{}"),
            '"' => escaped.push_str("{\\char34}"),
            '[' => escaped.push_str("{[}"),
            '*' => escaped.push_str("{*}"),
            _ => match mathematical(c) {
                Some(command) => {
                    escaped.push_str("\\ensuremath{");
                    escaped.push_str(command);
                    escaped.push('}');
                }
                None => escaped.push(c),
            },
        }
    }
    escaped
}

/// The math command for the characters that captions of this field use and text fonts lack.
fn mathematical(c: char) -> Option<&'static str> {
    Some(match c {
        'θ' => "\\theta",
        'π' => "\\pi",
        'ρ' => "\\rho",
        'σ' => "\\sigma",
        'μ' => "\\mu",
        'κ' => "\\kappa",
        'λ' => "\\lambda",
        'γ' => "\\gamma",
        'φ' => "\\varphi",
        '√' => "\\surd",
        '∞' => "\\infty",
        '±' => "\\pm",
        '≤' => "\\le",
        '≥' => "\\ge",
        '≠' => "\\ne",
        '≈' => "\\approx",
        '×' => "\\times",
        '−' => "-",
        '∈' => "\\in",
        '²' => "^2",
        '³' => "^3",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::model::tests::sample;

    fn shown(text: &str, breaks: bool) -> String {
        number(Cell::number(text).unwrap().as_number().unwrap(), breaks)
    }

    #[test]
    fn tex_commands_are_shown_not_obeyed() {
        assert_eq!(
            escape("\\input{x} 50% & #1_a^2 ~ [0] <θ>"),
            concat!(
                "\\textbackslash{}input\\{x\\} 50\\% \\& \\#1\\_a\\textasciicircum{}2 ",
                "\\textasciitilde{} {[}0] \\textless{}\\ensuremath{\\theta}\\textgreater{}"
            )
        );
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        assert_eq!(shown("-1.5", false), "$-1.5$");
        assert_eq!(shown("2e-16", false), "$2 \\times 10^{-16}$");
        assert_eq!(shown("1.25e+8", false), "$1.25 \\times 10^{8}$");
        assert_eq!(shown("0.123456789012", false), "$0.12345\\,67890\\,12$");
        assert_eq!(shown("-22/7", false), "$-22/7$");
        let long = format!("-{}", "1234567".repeat(10));
        let digits: String = shown(&long, true)
            .replace("\\,\\allowbreak ", "")
            .replace('$', "");
        assert_eq!(digits, long);
        assert!(
            shown(&long, true).starts_with("$-1\\,") || shown(&long, true).starts_with("$-1234")
        );
    }

    #[test]
    fn rows_have_one_ampersand_between_cells() {
        let table = sample();
        let text = render(&table, &Provenance::of(&table));
        let rows: Vec<&str> = text
            .lines()
            .filter(|line| line.ends_with(" \\\\"))
            .collect();
        assert_eq!(rows.len(), 1 + table.rows().len());
        for row in rows {
            let bare = row.replace("\\&", "");
            assert_eq!(
                bare.matches('&').count(),
                table.columns().len() - 1,
                "{row}"
            );
        }
        assert!(!text.contains("\\input{"));
        assert!(text.contains("\\toprule") && text.contains("\\bottomrule"));
        // Braces are balanced outside comments once escaped ones are gone.
        let body: String = text
            .lines()
            .filter(|line| !line.starts_with('%'))
            .collect::<String>()
            .replace("\\{", "")
            .replace("\\}", "");
        assert_eq!(body.matches('{').count(), body.matches('}').count());
    }
}
